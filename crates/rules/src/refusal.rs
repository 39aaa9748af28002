//! Everything that can be refused, each with a stable code, a sentence in both
//! languages and what to do next. A refusal is an answer, not a fault.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Why the rules say no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// The case is closed; nothing more happens to it.
    CaseClosed,
    /// The step does not fit where the case stands.
    OutOfOrder,
    /// This channel does not take that kind of evidence.
    NotOffered,
    /// This person or device may not do that to this case.
    NotAllowed,
    /// The maker of a case, or an earlier reviewer, cannot review it.
    OwnWork,
    /// What was presented is not what is registered, or the code is wrong or over.
    NotMatched,
    /// Too many attempts; not before the given time.
    TooMany {
        /// When to try again.
        retry_at: Timestamp,
    },
    /// The merchant, terminal or operator can no longer be served.
    NotServed,
    /// A reviewer who refuses has to say why.
    ReasonMissing,
    /// The facts changed since the proof or the approval.
    FactsChanged,
    /// No further code: this case has issued all it may.
    CodesUsedUp,
    /// The terminal must be backed up first, and has not been.
    NotPrepared,
    /// The operator already has a password.
    PasswordAlreadySet,
    /// Another person has to approve it first.
    WaitsForReview,
    /// By its own date, the document is no longer valid.
    DocumentExpired,
    /// The same picture was given for both sides.
    SamePicture,
    /// The backup is cut short, altered, or cannot be read.
    BackupDamaged,
    /// The backup is another case's, terminal's, merchant's or acquirer's.
    BackupForeign,
    /// The backup is larger than any may be.
    BackupTooLarge,
    /// The backup is from before the last settlement, or was removed since.
    BackupOutdated,
    /// The terminal has transactions that are not settled.
    BatchOpen,
    /// The application is closed; nothing more happens to it.
    ApplicationClosed,
    /// The product cannot be had where the shop is.
    RegionNotServed,
    /// The product is not for such an applicant.
    NotForApplicant,
    /// The applicant's phone has to be proven first.
    PhoneNotProven,
    /// Fields or papers of the form are missing or wrong.
    FormNotWhole,
    /// Not everything was checked, or something does not hold.
    ChecksOpen,
    /// The operator was not seen for so long that the account was put to rest.
    Dormant,
    /// A campaign asks for a new password, and the time for it is over.
    RenewalDue,
    /// The campaign is over; nothing more happens to it.
    CampaignClosed,
    /// What was held of the merchant is erased for good.
    MerchantErased,
    /// Something stands in the way of the erasure.
    ErasureBarred,
}

impl Refusal {
    /// One of each, for the tables that must cover them all.
    pub const ALL: [Self; 32] = [
        Self::CaseClosed,
        Self::OutOfOrder,
        Self::NotOffered,
        Self::NotAllowed,
        Self::OwnWork,
        Self::NotMatched,
        Self::TooMany {
            retry_at: Timestamp::UNIX_EPOCH,
        },
        Self::NotServed,
        Self::ReasonMissing,
        Self::FactsChanged,
        Self::CodesUsedUp,
        Self::NotPrepared,
        Self::PasswordAlreadySet,
        Self::WaitsForReview,
        Self::DocumentExpired,
        Self::SamePicture,
        Self::BackupDamaged,
        Self::BackupForeign,
        Self::BackupTooLarge,
        Self::BackupOutdated,
        Self::BatchOpen,
        Self::ApplicationClosed,
        Self::RegionNotServed,
        Self::NotForApplicant,
        Self::PhoneNotProven,
        Self::FormNotWhole,
        Self::ChecksOpen,
        Self::Dormant,
        Self::RenewalDue,
        Self::CampaignClosed,
        Self::MerchantErased,
        Self::ErasureBarred,
    ];

    /// The stable code, as in the API and on the terminal link.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CaseClosed => "case_closed",
            Self::OutOfOrder => "out_of_order",
            Self::NotOffered => "not_offered",
            Self::NotAllowed => "not_allowed",
            Self::OwnWork => "own_work",
            Self::NotMatched => "not_matched",
            Self::TooMany { .. } => "too_many",
            Self::NotServed => "not_served",
            Self::ReasonMissing => "reason_missing",
            Self::FactsChanged => "facts_changed",
            Self::CodesUsedUp => "codes_used_up",
            Self::NotPrepared => "not_prepared",
            Self::PasswordAlreadySet => "password_already_set",
            Self::WaitsForReview => "waits_for_review",
            Self::DocumentExpired => "document_expired",
            Self::SamePicture => "same_picture",
            Self::BackupDamaged => "backup_damaged",
            Self::BackupForeign => "backup_foreign",
            Self::BackupTooLarge => "backup_too_large",
            Self::BackupOutdated => "backup_outdated",
            Self::BatchOpen => "batch_open",
            Self::ApplicationClosed => "application_closed",
            Self::RegionNotServed => "region_not_served",
            Self::NotForApplicant => "not_for_applicant",
            Self::PhoneNotProven => "phone_not_proven",
            Self::FormNotWhole => "form_not_whole",
            Self::ChecksOpen => "checks_open",
            Self::Dormant => "dormant",
            Self::RenewalDue => "renewal_due",
            Self::CampaignClosed => "campaign_closed",
            Self::MerchantErased => "merchant_erased",
            Self::ErasureBarred => "erasure_barred",
        }
    }

    /// Whether the case has already passed what was asked: by a double click, in another
    /// tab, or because somebody else was faster. Seeing the case is then the answer.
    pub const fn is_overtaken(&self) -> bool {
        matches!(
            self,
            Self::OutOfOrder
                | Self::CaseClosed
                | Self::ApplicationClosed
                | Self::CampaignClosed
                | Self::FactsChanged
        )
    }

    /// When to try again, where waiting helps.
    pub const fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::TooMany { retry_at } => Some(*retry_at),
            _ => None,
        }
    }

    /// What happened and what to do, in English.
    pub const fn english(&self) -> &'static str {
        match self {
            Self::CaseClosed => "This request is closed. Start a new one.",
            Self::OutOfOrder => "This step is not due now. Reload to see what is.",
            Self::NotOffered => "This proof is not taken here. See what would help.",
            Self::NotAllowed => "You may not do this. Ask someone who has the right.",
            Self::OwnWork => "You took part in this request. Someone else must review it.",
            Self::NotMatched => "That did not match. Check it and try again.",
            Self::TooMany { .. } => "Too many attempts. Wait, or go to a branch counter.",
            Self::NotServed => "This account cannot be served now. Call your bank.",
            Self::ReasonMissing => "Say why you refuse, so that others can act on it.",
            Self::FactsChanged => "Something changed meanwhile. Start a new request.",
            Self::CodesUsedUp => "No more codes for this request. Start a new one.",
            Self::NotPrepared => "The terminal has to be backed up first. Connect it.",
            Self::PasswordAlreadySet => "This operator has a password. Request a reset instead.",
            Self::WaitsForReview => "The bank has to approve this first. A code will follow.",
            Self::DocumentExpired => "The document has expired. Ask for a valid one.",
            Self::SamePicture => "Both sides show the same picture. Scan the other side.",
            Self::BackupDamaged => "The backup is incomplete or altered. Make a new one.",
            Self::BackupForeign => "The backup belongs to another terminal or request.",
            Self::BackupTooLarge => "The backup is too large. Settle the batch first.",
            Self::BackupOutdated => "The backup is out of date. Choose a newer one.",
            Self::BatchOpen => "The terminal has unsettled payments. Settle them first.",
            Self::ApplicationClosed => "This application is closed. Start a new one.",
            Self::RegionNotServed => "This product is not offered there. See which ones are.",
            Self::NotForApplicant => "This product is not for you. See which ones are.",
            Self::PhoneNotProven => "Type the code that was sent to your phone first.",
            Self::FormNotWhole => "Something is missing or wrong in the form. See where.",
            Self::ChecksOpen => "Not everything is checked yet. See what is missing.",
            Self::Dormant => "Not used for long: the account is at rest. Request a reset.",
            Self::RenewalDue => "The bank asks for a new password here. Request a reset.",
            Self::CampaignClosed => "This campaign is over. Nothing more can be done with it.",
            Self::MerchantErased => "This merchant's data was erased. Use a new number.",
            Self::ErasureBarred => "Something is still open. See what, and settle it first.",
        }
    }

    /// The same in Chinese.
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::CaseClosed => "该申请已结束，请重新申请。",
            Self::OutOfOrder => "现在还不能做这一步，请刷新页面查看当前步骤。",
            Self::NotOffered => "此渠道不受理这种核验方式，请按提示选择其他方式。",
            Self::NotAllowed => "您没有权限进行此操作，请联系有权限的人员。",
            Self::OwnWork => "您参与过该申请，须由其他人审核。",
            Self::NotMatched => "核对不一致，请检查后重试。",
            Self::TooMany { .. } => "尝试次数过多，请稍后再试，或前往网点柜台办理。",
            Self::NotServed => "该账户目前无法办理，请联系收单机构。",
            Self::ReasonMissing => "拒绝时请写明理由，以便相关人员处理。",
            Self::FactsChanged => "相关信息已变更，请重新申请。",
            Self::CodesUsedUp => "该申请的重置码已用完，请重新申请。",
            Self::NotPrepared => "需先备份终端数据，请将终端联网。",
            Self::PasswordAlreadySet => "该操作员已有密码，如需修改请申请重置。",
            Self::WaitsForReview => "需先由收单机构审核，通过后会发送重置码。",
            Self::DocumentExpired => "证件已过有效期，请出示有效证件。",
            Self::SamePicture => "正反面是同一张图片，请扫描另一面。",
            Self::BackupDamaged => "备份不完整或已被改动，请重新备份。",
            Self::BackupForeign => "该备份不属于此终端或此申请。",
            Self::BackupTooLarge => "备份过大，请先结算再备份。",
            Self::BackupOutdated => "该备份已过期，请选择更新的备份。",
            Self::BatchOpen => "终端还有未结算的交易，请先结算。",
            Self::ApplicationClosed => "该申请已结束，请重新申请。",
            Self::RegionNotServed => "该产品在此地区暂不办理，请查看其他可选产品。",
            Self::NotForApplicant => "该产品不适用于您的申请类型，请查看其他可选产品。",
            Self::PhoneNotProven => "请先输入发送到您手机的验证码。",
            Self::FormNotWhole => "申请表有缺漏或错误，请按提示补齐。",
            Self::ChecksOpen => "还有未核实的项目，请先完成核实。",
            Self::Dormant => "该操作员长期未签到，已停用，请申请重置密码。",
            Self::RenewalDue => "收单机构要求更换密码，原密码已停用，请申请重置密码。",
            Self::CampaignClosed => "该批量重置已结束，不能再操作。",
            Self::MerchantErased => "该商户的资料已删除，无法恢复，请使用新的商户号。",
            Self::ErasureBarred => "还有未了结的事项，请按提示处理完再删除。",
        }
    }
}
