//! The words of the house in both languages, for counterexamples and explanations.
//!
//! Pages have their own words; these are for the command line and for reports, where
//! the rules speak for themselves.

use tillkey_wire::ids::Rank;

use super::decision::{Bilingual, Decision};
use super::question::{Action, Question};
use crate::assurance::Assurance;
use crate::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};

pub(super) fn channel(channel: Channel) -> Bilingual {
    let (zh, en) = match channel {
        Channel::Hotline => ("客服热线", "hotline"),
        Channel::Counter => ("柜面", "counter"),
        Channel::Portal => ("商户平台", "portal"),
        Channel::App => ("手机端", "app"),
        Channel::Terminal => ("终端", "terminal"),
        Channel::Campaign => ("批量重置", "campaign"),
    };
    Bilingual::new(zh, en)
}

pub(super) fn rank(rank: Rank) -> Bilingual {
    let (zh, en) = match rank {
        Rank::Cashier => ("一般操作员", "cashier"),
        Rank::Supervisor => ("主管", "supervisor"),
        Rank::Administrator => ("系统管理员", "administrator"),
    };
    Bilingual::new(zh, en)
}

pub(super) fn reason(reason: Reason) -> Bilingual {
    let (zh, en) = match reason {
        Reason::Forgotten => ("忘记密码", "password forgotten"),
        Reason::Locked => ("密码锁定", "password locked"),
        Reason::StaffLeft => ("人员离职", "somebody left"),
        Reason::Compromised => ("密码泄露", "password compromised"),
        Reason::SystemUpdate => ("系统升级", "system update"),
        Reason::FirstPassword => ("首次设置", "first password"),
    };
    Bilingual::new(zh, en)
}

pub(super) fn merchant_status(status: MerchantStatus) -> Bilingual {
    let (zh, en) = match status {
        MerchantStatus::Active => ("商户正常", "merchant active"),
        MerchantStatus::Suspended => ("商户暂停", "merchant suspended"),
        MerchantStatus::Closed => ("商户注销", "merchant closed"),
    };
    Bilingual::new(zh, en)
}

pub(super) fn kind(kind: EvidenceKind) -> Bilingual {
    let (zh, en) = match kind {
        EvidenceKind::SmsCode => ("短信验证码", "SMS code"),
        EvidenceKind::PortalSession => ("商户平台登录", "portal session"),
        EvidenceKind::TerminalInHand => ("终端在手", "terminal in hand"),
        EvidenceKind::ManagerConsent => ("商户管理员同意", "manager's consent"),
        EvidenceKind::SupervisorSignOn => ("主管签到", "supervisor's sign-on"),
        EvidenceKind::RecentTransactions => ("近期交易", "recent transactions"),
        EvidenceKind::IdentityDocument => ("身份证件原件", "identity document"),
        EvidenceKind::BusinessLicence => ("营业执照原件", "business licence"),
    };
    Bilingual::new(zh, en)
}

pub(super) fn assurance(level: Assurance) -> Bilingual {
    let (zh, en) = match level {
        Assurance::None => ("无", "none"),
        Assurance::Low => ("低", "low"),
        Assurance::Substantial => ("较高", "substantial"),
        Assurance::High => ("高", "high"),
    };
    Bilingual::new(zh, en)
}

pub(super) fn decision(decision: Decision) -> Bilingual {
    let (zh, en) = match (decision, decision.reviews()) {
        (Decision::Refuse, _) => ("拒绝", "refused"),
        (Decision::MoreEvidence, _) => ("需补充凭据", "more evidence is needed"),
        (Decision::CounterOnly, _) => ("仅限柜面办理", "only at a counter"),
        (Decision::GoAhead, _) => ("直接办理", "goes ahead"),
        (Decision::Review { .. }, Some(2)) => ("须两人审核", "goes to review by two"),
        (Decision::Review { .. }, _) => ("须一人审核", "goes to review by one"),
    };
    Bilingual::new(zh, en)
}

pub(super) fn action(action: Action) -> Bilingual {
    let (zh, en) = match action {
        Action::Reset => ("直接重置", "reset at once"),
        Action::ResetAfterReview => ("一人审核后重置", "reset after one review"),
        Action::ResetAfterTwoReviews => ("两人审核后重置", "reset after two reviews"),
        Action::ResetAtCounter => ("到柜面办理", "reset at a counter"),
    };
    Bilingual::new(zh, en)
}

/// Lists kinds of evidence; an empty list is named too.
pub(super) fn kinds(evidence: impl IntoIterator<Item = EvidenceKind>) -> Bilingual {
    let all: Vec<Bilingual> = evidence.into_iter().map(kind).collect();
    if all.is_empty() {
        return Bilingual::new("无凭据", "no evidence");
    }
    let list = |pick: fn(&Bilingual) -> &str, between| {
        all.iter().map(pick).collect::<Vec<_>>().join(between)
    };
    Bilingual::new(list(|text| &text.zh, "＋"), list(|text| &text.en, " + "))
}

/// The whole of a question in one line.
pub(super) fn question(question: &Question) -> Bilingual {
    let channel = channel(question.channel);
    let rank = rank(question.rank);
    let reason = reason(question.reason);
    let status = merchant_status(question.merchant_status);
    let evidence = kinds(question.evidence.iter().copied());
    let level = assurance(question.assurance());
    let (online_zh, online_en) = if question.terminal_online {
        ("终端在线", "terminal online")
    } else {
        ("终端离线", "terminal offline")
    };
    let (batch_zh, batch_en) = match question.unsettled_batch {
        None => ("未知有无未结算批次", "unsettled batch unknown"),
        Some(true) => ("有未结算批次", "unsettled batch"),
        Some(false) => ("无未结算批次", "no unsettled batch"),
    };
    let (alert_zh, alert_en) = if question.open_alert {
        ("有待处理预警", "an alert is open")
    } else {
        ("无预警", "no alert")
    };
    let Question {
        contact_age_hours,
        failures_30d,
        resets_30d,
        hour,
        ..
    } = question;
    Bilingual::new(
        format!(
            "渠道：{}；操作员：{}；原因：{}；凭据：{}（可信等级：{}）；{}；联系方式变更距今{contact_age_hours}小时；\
             30天内失败{failures_30d}次、重置{resets_30d}次；{hour}时；{online_zh}；{batch_zh}；{alert_zh}",
            channel.zh, rank.zh, reason.zh, evidence.zh, level.zh, status.zh,
        ),
        format!(
            "channel {}, {}, {}, {} (assurance {}), {}, contact changed {contact_age_hours} h ago, \
             {failures_30d} failures and {resets_30d} resets in 30 days, hour {hour}, {online_en}, {batch_en}, {alert_en}",
            channel.en, rank.en, reason.en, evidence.en, level.en, status.en,
        ),
    )
}
