//! What applicants are told. The way is always the same page, which they know; no message
//! holds a link.

use tillkey_rules::onboarding::application::ApplicationState;
use tillkey_rules::trade::Fen;
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::{ApplicationId, TerminalNumber};
use tillkey_wire::secret::Secret;

use super::Language;
use crate::act::application::Purpose;

impl Language {
    /// The code to an applicant's phone.
    pub(in crate::act) fn application_code(
        self,
        purpose: Purpose,
        code: &SmsCode,
        minutes: u32,
    ) -> Secret<String> {
        let code = code.expose();
        Secret::new(match (self, purpose) {
            (Self::Chinese, Purpose::Phone) => format!(
                "验证码 {code}，{minutes} 分钟内有效，用于申请终端。如非本人操作，请勿告诉任何人。"
            ),
            (Self::Chinese, Purpose::Receipt) => format!(
                "验证码 {code}，{minutes} 分钟内有效，用于确认收到终端并获取激活码。请收到终端后再输入，勿告诉任何人。"
            ),
            (Self::English, Purpose::Phone) => format!(
                "{code} is your code to apply for a terminal, valid for {minutes} minutes. \
                 If you did not ask for it, tell nobody."
            ),
            (Self::English, Purpose::Receipt) => format!(
                "{code} is your code to confirm that the terminal has come and to get its \
                 enrolment code, valid for {minutes} minutes. Tell nobody."
            ),
        })
    }

    /// The deposit on a terminal comes back.
    pub(in crate::act) fn deposit_earned(
        self,
        terminal: &TerminalNumber,
        deposit: Fen,
    ) -> Secret<String> {
        Secret::new(match self {
            Self::Chinese => format!(
                "终端 {terminal} 的收款已达到约定金额，押金 {deposit} 元将退还给您，可在商户平台查看。"
            ),
            Self::English => format!(
                "Terminal {terminal} has taken what was agreed: your deposit of {deposit} yuan goes \
                 back to you. The portal shows it."
            ),
        })
    }

    /// What happened to an application, where there is something to say.
    pub(in crate::act) fn application_moved(
        self,
        id: ApplicationId,
        state: ApplicationState,
    ) -> Option<Secret<String>> {
        let text = match self {
            Self::Chinese => chinese(state)?,
            Self::English => english(state)?,
        };
        Some(Secret::new(text.replace("{application}", &id.to_string())))
    }
}

const fn chinese(state: ApplicationState) -> Option<&'static str> {
    Some(match state {
        ApplicationState::Submitted => {
            "您的终端申请已提交，申请编号 {application}，请妥善保存，可凭编号和本手机查询进度。"
        }
        ApplicationState::Returned => {
            "您的终端申请 {application} 需要补充资料，请在申请页面查看并重新提交。"
        }
        ApplicationState::Approved => "您的终端申请 {application} 已通过，我们将尽快寄出终端。",
        ApplicationState::Declined => "您的终端申请 {application} 未通过，原因请在申请页面查看。",
        ApplicationState::Shipped => {
            "您的终端已寄出，申请编号 {application}。收到后请在申请页面确认，并按提示激活。"
        }
        ApplicationState::Active => {
            "您的终端已启用。操作员密码只有您自己知道，工作人员不会向您索要。"
        }
        _ => return None,
    })
}

const fn english(state: ApplicationState) -> Option<&'static str> {
    Some(match state {
        ApplicationState::Submitted => {
            "We have your application {application}. Keep this number: with it and this phone \
             you see how it stands."
        }
        ApplicationState::Returned => {
            "Your application {application} needs something more. See what on its page, and \
             hand it in again."
        }
        ApplicationState::Approved => {
            "Your application {application} is approved. Your terminal will be sent soon."
        }
        ApplicationState::Declined => {
            "Your application {application} was declined. See why on its page."
        }
        ApplicationState::Shipped => {
            "Your terminal is on its way, application {application}. When it has come, say so on \
             the application's page and follow the steps."
        }
        ApplicationState::Active => {
            "Your terminal is in service. Only you know its passwords; staff never ask for them."
        }
        _ => return None,
    })
}
