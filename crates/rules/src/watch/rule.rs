//! The closed list of rules, what each says, and how an alert goes on.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::InvalidId;

use crate::vocabulary::words;

words!(
    /// A rule of the watch.
    Rule, "rule", {
        /// Many sign-ons or proofs of one operator or merchant that came to nothing.
        ManyFailures = "many_failures",
        /// A sign-on or a proven reset at an hour at which nobody is ever there.
        UnusualHour = "unusual_hour",
        /// Another device under a terminal's serial number.
        SerialNumberCopied = "serial_number_copied",
        /// A terminal that went on to a merchant in another region.
        OtherRegion = "other_region",
        /// A proof for a reset soon after the contact changed.
        ContactThenReset = "contact_then_reset",
        /// Far more resets by one member of staff than usual.
        ManyResets = "many_resets",
        /// One picture at several merchants, or in several applications.
        PictureReused = "picture_reused",
        /// Far more look-ups by one member of staff than usual.
        ManyLookUps = "many_look_ups",
    }
);

words!(
    /// How soon somebody should look.
    Severity, "severity", {
        /// Now.
        Severe = "severe",
        /// Today.
        Warning = "warning",
        /// When there is time.
        Notice = "notice",
    }
);

words!(
    /// How an alert stands.
    AlertState, "state of an alert", {
        /// Nobody has it.
        Open = "open",
        /// Somebody looks into it.
        Owned = "owned",
        /// It is settled.
        Closed = "closed",
    }
);

words!(
    /// What an alert came to.
    AlertOutcome, "outcome of an alert", {
        /// There was something to it.
        TrueAlarm = "true_alarm",
        /// There was nothing to it: the rule was wrong.
        FalseAlarm = "false_alarm",
        /// The rule was right, and it was known and wanted.
        Expected = "expected",
    }
);

/// What an alert tells its reader, in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What happened.
    pub what: &'static str,
    /// What to look at.
    pub look: &'static str,
}

impl Rule {
    /// How soon somebody should look.
    pub const fn severity(self) -> Severity {
        match self {
            Self::ManyFailures
            | Self::SerialNumberCopied
            | Self::ContactThenReset
            | Self::PictureReused => Severity::Severe,
            Self::ManyResets | Self::ManyLookUps => Severity::Warning,
            Self::UnusualHour | Self::OtherRegion => Severity::Notice,
        }
    }

    /// What it says, in Chinese.
    pub const fn in_chinese(self) -> Told {
        let (what, look) = match self {
            Self::ManyFailures => (
                "短时间内多次登录或核验失败，可能有人在试密码。",
                "查看失败集中在哪些操作员和渠道，再按登记的电话联系商户，确认是不是本人操作。",
            ),
            Self::UnusualHour => (
                "商户平时没有人的时段，有人登录或申请重置。",
                "问商户当时有没有人在店里，例如盘点或加班。",
            ),
            Self::SerialNumberCopied => (
                "另一台设备用这台终端的序列号申请激活，已被拒绝。",
                "核对终端机身上的序列号，查清另一台设备从哪里来。",
            ),
            Self::OtherRegion => (
                "终端转到了另一个省份的商户名下。",
                "核对转移手续，确认终端确实已经搬走。",
            ),
            Self::ContactThenReset => (
                "商户刚换了联系电话，随后就有人通过核验申请重置密码。",
                "拨打更换前的电话，确认换号和重置都是商户本人办的。",
            ),
            Self::ManyResets => (
                "这位员工今天发起或批准的重置远多于平时。",
                "抽查今天的几笔申请，看商户是否都知情。",
            ),
            Self::PictureReused => (
                "同一张证件照片在另一家商户或另一份申请里出现过。",
                "对比两份材料，确认经办人是否见过原件。",
            ),
            Self::ManyLookUps => (
                "这位员工今天查询的商户或申请人远多于平时。",
                "看这些查询有没有对应的来电或申请。",
            ),
        };
        Told { what, look }
    }

    /// What it says, in English.
    pub const fn in_english(self) -> Told {
        let (what, look) = match self {
            Self::ManyFailures => (
                "Many sign-ons or proofs failed within a short time: somebody may be guessing.",
                "See which operators and channels they were for, then call the registered phone \
                 and ask whether it was them.",
            ),
            Self::UnusualHour => (
                "Somebody signed on or asked for a reset at an hour when nobody is ever there.",
                "Ask the merchant whether anybody was in the shop, for stock-taking or overtime.",
            ),
            Self::SerialNumberCopied => (
                "Another device asked to be enrolled under this terminal's serial number. It was \
                 refused.",
                "Compare the serial number on the device, and find out where the other one is.",
            ),
            Self::OtherRegion => (
                "The terminal went to a merchant in another province.",
                "Check the papers of the move, and that the terminal is no longer where it was.",
            ),
            Self::ContactThenReset => (
                "The merchant's contact was changed, and soon after somebody passed a proof for \
                 a reset.",
                "Call the phone that was registered before, and ask whether both were theirs.",
            ),
            Self::ManyResets => (
                "This member of staff opened or approved far more resets today than usual.",
                "Pick a few of today's cases, and ask whether the merchants know of them.",
            ),
            Self::PictureReused => (
                "The same picture of a document was seen at another merchant or in another \
                 application.",
                "Compare the two, and ask whoever took it whether they had the original.",
            ),
            Self::ManyLookUps => (
                "This member of staff looked up far more merchants or applicants today than \
                 usual.",
                "See whether there were calls or applications that go with them.",
            ),
        };
        Told { what, look }
    }
}
