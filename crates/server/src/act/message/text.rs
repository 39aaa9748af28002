//! The texts of messages that leave: short, plain, in the merchant's language.
//!
//! No link, so that nobody learns to tap links in such messages; and always what
//! the code is for, so that a person who is being talked into reading it out can see.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use tillkey_rules::party::Subject;
use tillkey_rules::vocabulary::Reason;
use tillkey_wire::code::{OfflineAnswer, ResetCode, SmsCode};
use tillkey_wire::ids::MerchantNumber;
use tillkey_wire::secret::Secret;

/// The language of SMS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
pub enum Language {
    /// Chinese, as in China.
    #[default]
    #[serde(rename = "zh-CN")]
    Chinese,
    /// English.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Chinese, Self::English];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// The code that proves the registered phone.
    pub(in crate::act) fn sms_code(self, code: &SmsCode, minutes: u32) -> Secret<String> {
        let code = code.expose();
        Secret::new(match self {
            Self::Chinese => format!(
                "验证码 {code}，{minutes} 分钟内有效，用于重置终端操作员密码。如非本人操作，请勿告诉任何人。"
            ),
            Self::English => format!(
                "{code} is your code to reset a terminal password, valid for {minutes} minutes. \
                 If you did not ask for it, tell nobody."
            ),
        })
    }

    /// The code that signs a manager in to the portal.
    pub(in crate::act) fn sign_in_code(self, code: &SmsCode, minutes: u32) -> Secret<String> {
        let code = code.expose();
        Secret::new(match self {
            Self::Chinese => format!(
                "验证码 {code}，{minutes} 分钟内有效，用于登录商户平台。如非本人操作，请勿告诉任何人。"
            ),
            Self::English => format!(
                "{code} is your code to sign in to the merchant portal, valid for {minutes} \
                 minutes. If you did not ask for it, tell nobody."
            ),
        })
    }

    /// The code that proves a new contact.
    pub(in crate::act) fn contact_code(
        self,
        code: &SmsCode,
        merchant: &MerchantNumber,
        minutes: u32,
    ) -> Secret<String> {
        let (code, tail) = (code.expose(), tail(merchant));
        Secret::new(match self {
            Self::Chinese => format!(
                "验证码 {code}，{minutes} 分钟内有效，用于把本手机登记为商户（尾号 {tail}）的联系手机。如非本人操作，请勿告诉任何人。"
            ),
            Self::English => format!(
                "{code} is your code to register this phone for the merchant ending in {tail}, \
                 valid for {minutes} minutes. If you did not ask for it, tell nobody."
            ),
        })
    }

    /// The notice to the phone that is registered no longer.
    pub(in crate::act) fn contact_changed(self, merchant: &MerchantNumber) -> Secret<String> {
        let tail = tail(merchant);
        Secret::new(match self {
            Self::Chinese => format!(
                "商户（尾号 {tail}）的登记手机已更换，本手机不再接收重置码。如非本店操作，请立即联系收单机构。"
            ),
            Self::English => format!(
                "The registered phone of the merchant ending in {tail} was changed; this one gets \
                 no more reset codes. If this was not you, call your bank at once."
            ),
        })
    }

    /// The notice that somebody became a manager.
    pub(in crate::act) fn manager_added(self, merchant: &MerchantNumber) -> Secret<String> {
        let tail = tail(merchant);
        Secret::new(match self {
            Self::Chinese => format!(
                "商户（尾号 {tail}）新增了一位商户管理员。如非本店申请，请立即联系收单机构。"
            ),
            Self::English => format!(
                "A manager was added for the merchant ending in {tail}. If you did not ask for \
                 this, call your bank at once."
            ),
        })
    }

    /// The notice that a manager's access ended.
    pub(in crate::act) fn manager_ended(self, merchant: &MerchantNumber) -> Secret<String> {
        let tail = tail(merchant);
        Secret::new(match self {
            Self::Chinese => format!(
                "商户（尾号 {tail}）有一位商户管理员被停用，不能再登录商户平台。如非本店操作，请立即联系收单机构。"
            ),
            Self::English => format!(
                "A manager of the merchant ending in {tail} can no longer sign in. If you did not \
                 ask for this, call your bank at once."
            ),
        })
    }

    /// The notice that it is time to review who has access.
    pub(in crate::act) fn access_review_due(self, merchant: &MerchantNumber) -> Secret<String> {
        let tail = tail(merchant);
        Secret::new(match self {
            Self::Chinese => format!(
                "商户（尾号 {tail}）该做每年一次的权限核对了。请商户管理员登录商户平台，逐个确认操作员和管理员是否还在用。"
            ),
            Self::English => format!(
                "Merchant ending in {tail}: the yearly review of access is due. A manager signs in \
                 to the merchant portal and confirms who still needs an account."
            ),
        })
    }

    /// The reminder of it.
    pub(in crate::act) fn access_review_overdue(self, merchant: &MerchantNumber) -> Secret<String> {
        let tail = tail(merchant);
        Secret::new(match self {
            Self::Chinese => format!(
                "商户（尾号 {tail}）的权限核对已逾期。请商户管理员尽快登录商户平台完成核对，离职人员的账号请删除。"
            ),
            Self::English => format!(
                "Merchant ending in {tail}: the yearly review of access is overdue. Please complete \
                 it in the merchant portal and remove whoever has left."
            ),
        })
    }

    /// The notice that passwords come of age.
    pub(in crate::act) fn passwords_come_of_age(
        self,
        merchant: &MerchantNumber,
        day: Date,
    ) -> Secret<String> {
        let tail = tail(merchant);
        Secret::new(match self {
            Self::Chinese => format!(
                "商户（尾号 {tail}）有操作员的密码将于 {} 到期停用。请在到期前登录商户平台重置。",
                day.strftime("%-m月%-d日")
            ),
            Self::English => format!(
                "Merchant ending in {tail}: operator passwords stop working on {} for their age. \
                 Please reset them in the merchant portal before.",
                day.strftime("%-d %b")
            ),
        })
    }

    /// What a campaign asks of a merchant, and by when where the old password ends.
    pub(in crate::act) fn campaign_asks(
        self,
        merchant: &MerchantNumber,
        (reason, operators): (Reason, u32),
        by: Option<DateTime>,
    ) -> Secret<String> {
        let tail = tail(merchant);
        let (chinese, english) = match reason {
            Reason::Compromised => ("密码可能已泄露", "passwords may be known to others"),
            Reason::StaffLeft => ("有人员离职", "people have left"),
            _ => ("系统更新", "system update"),
        };
        Secret::new(match self {
            Self::Chinese => {
                let by = by.map_or_else(String::new, |by| {
                    let time = by.strftime("%-m月%-d日 %H:%M");
                    format!("，原密码于{time}停用")
                });
                format!(
                    "因{chinese}，商户（尾号 {tail}）有 {operators} 个操作员需更换密码{by}。\
                     请商户管理员登录商户平台办理。工作人员不会向您索要密码或重置码。"
                )
            }
            Self::English => {
                let by = by.map_or_else(String::new, |by| {
                    format!(" Old passwords end on {}.", by.strftime("%-d %b %H:%M"))
                });
                format!(
                    "Merchant ending in {tail}: {operators} operators need a new password \
                     ({english}).{by} A manager signs in to the merchant portal. Staff never ask \
                     for a password or a code."
                )
            }
        })
    }

    /// The answer to the challenge that a terminal without a link shows.
    pub(in crate::act) fn offline_answer(
        self,
        answer: &OfflineAnswer,
        subject: &Subject,
    ) -> Secret<String> {
        let (answer, terminal, operator) =
            (answer.expose(), &subject.terminal_number, subject.operator);
        Secret::new(match self {
            Self::Chinese => format!(
                "应答码 {answer}。请在未联网的终端 {terminal} 上为操作员 {operator} 输入，\
                 30 分钟内有效。工作人员不会向您索要。"
            ),
            Self::English => format!(
                "Answer code {answer}. Type it on terminal {terminal}, which has no network, for \
                 operator {operator}, within 30 minutes. Staff never ask for it."
            ),
        })
    }

    /// The code that is typed on the terminal.
    pub(in crate::act) fn reset_code(
        self,
        code: &ResetCode,
        subject: &Subject,
        minutes: u32,
    ) -> Secret<String> {
        let (code, terminal, operator) =
            (code.expose(), &subject.terminal_number, subject.operator);
        Secret::new(match self {
            Self::Chinese => format!(
                "重置码 {code}，{minutes} 分钟内有效。请只在终端 {terminal} 上为操作员 {operator} 输入，\
                 工作人员不会向您索要。"
            ),
            Self::English => format!(
                "Reset code {code}, valid for {minutes} minutes. Type it on terminal {terminal} \
                 for operator {operator} and nowhere else. Staff never ask for it."
            ),
        })
    }

    /// The notice that a password was changed, or chosen for the first time.
    pub(in crate::act) fn effective(self, reason: Reason, subject: &Subject) -> Secret<String> {
        let (terminal, operator) = (&subject.terminal_number, subject.operator);
        let first = reason == Reason::FirstPassword;
        Secret::new(match self {
            Self::Chinese if first => format!(
                "终端 {terminal} 操作员 {operator} 已设置密码。如非本店操作，请立即联系收单机构。"
            ),
            Self::Chinese => format!(
                "终端 {terminal} 操作员 {operator} 的密码已重置。如非本店操作，请立即联系收单机构。"
            ),
            Self::English if first => format!(
                "Operator {operator} on terminal {terminal} now has a password. \
                 If this was not you, call your bank at once."
            ),
            Self::English => format!(
                "The password of operator {operator} on terminal {terminal} was reset. \
                 If this was not you, call your bank at once."
            ),
        })
    }

    /// The merchant numbers of the phone that it goes to.
    pub(in crate::act) fn merchant_numbers(
        self,
        numbers: &[MerchantNumber],
        extent: Extent,
    ) -> Secret<String> {
        let numbers: Vec<&str> = numbers.iter().map(MerchantNumber::as_str).collect();
        Secret::new(match (self, extent) {
            (Self::Chinese, Extent::All) => format!(
                "本手机登记的商户编号：{}。重置终端密码时填写它即可。如非本人查询，不必理会。",
                numbers.join("、")
            ),
            (Self::Chinese, Extent::Part) => format!(
                "本手机登记的商户编号：{}，还有其他编号请问收单机构。重置终端密码时填写即可。\
                 如非本人查询，不必理会。",
                numbers.join("、")
            ),
            (Self::English, Extent::All) => format!(
                "Merchant number of this phone: {}. Type it where you reset a terminal password. \
                 If you did not ask for it, do nothing.",
                numbers.join(", ")
            ),
            (Self::English, Extent::Part) => format!(
                "Merchant numbers of this phone: {}; ask your bank for the others. Type one where \
                 you reset a terminal password. If you did not ask for them, do nothing.",
                numbers.join(", ")
            ),
        })
    }
}

/// Whether a message says all that there is to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::act) enum Extent {
    /// All.
    All,
    /// As much as a message holds.
    Part,
}

/// Enough of a merchant number to recognise one's own.
fn tail(merchant: &MerchantNumber) -> &str {
    merchant.as_str().get(11..).unwrap_or_default()
}
