//! What can happen to an application. Like every event a leaf of the ledger, without any
//! personal data in clear.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{MerchantNumber, SerialNumber, TerminalId};

use super::{ApplicationCheck, Choice};
use crate::event::AgreedDeposit;
use crate::vocabulary::ApplicationPaper;

/// One step of an application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum ApplicationEvent {
    /// Somebody began a draft.
    Started {
        /// What for.
        choice: Choice,
        /// Until when it is kept unless it is submitted.
        deadline: Timestamp,
    },
    /// The code that went to the applicant's phone came back.
    PhoneProven {
        /// Until when the draft is kept from now on.
        deadline: Timestamp,
    },
    /// Another product, place or kind of applicant was chosen.
    Chosen {
        /// What for.
        choice: Choice,
    },
    /// A picture of a paper was taken; an earlier one of it is gone.
    PaperTaken {
        /// Of which paper.
        paper: ApplicationPaper,
        /// The keyed digest of the picture.
        digest: String,
    },
    /// The form was handed in.
    Submitted {
        /// The keyed digest of what was filled in.
        form_digest: String,
    },
    /// A maker checked something.
    Checked {
        /// What.
        check: ApplicationCheck,
        /// Whether it is as it should be.
        holds: bool,
    },
    /// A maker passed it on to a checker.
    Proposed,
    /// It was sent back to the applicant; what was checked counts no more.
    Returned {
        /// The keyed digest of what the applicant is asked to mend.
        comment_digest: String,
        /// Until when it is kept unless it is handed in again.
        deadline: Timestamp,
    },
    /// A checker approved; the merchant exists from now on.
    Approved {
        /// Its number.
        merchant: MerchantNumber,
        /// When its deposit comes back; none where there is none that does.
        deposit: Option<AgreedDeposit>,
    },
    /// It was declined.
    Declined {
        /// The keyed digest of the reason that the applicant is given.
        comment_digest: String,
    },
    /// A terminal is on its way.
    Shipped {
        /// Which one.
        terminal: TerminalId,
        /// What is printed on it.
        serial_number: SerialNumber,
        /// The keyed digest of who carries it, under which number.
        tracking_digest: String,
    },
    /// The applicant has it, and an enrolment code for it.
    Received,
    /// It was enrolled with that code.
    Enrolled,
    /// Its first passwords are in force.
    Activated {
        /// The day, where the merchants are: from it on the terms count.
        day: Date,
    },
    /// The applicant withdrew.
    Withdrawn,
    /// A deadline passed.
    Lapsed,
}

impl ApplicationEvent {
    /// The stable name, as in the ledger and on timelines.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::PhoneProven { .. } => "phone_proven",
            Self::Chosen { .. } => "chosen",
            Self::PaperTaken { .. } => "paper_taken",
            Self::Submitted { .. } => "submitted",
            Self::Checked { .. } => "checked",
            Self::Proposed => "proposed",
            Self::Returned { .. } => "returned",
            Self::Approved { .. } => "approved",
            Self::Declined { .. } => "declined",
            Self::Shipped { .. } => "shipped",
            Self::Received => "received",
            Self::Enrolled => "enrolled",
            Self::Activated { .. } => "activated",
            Self::Withdrawn => "withdrawn",
            Self::Lapsed => "lapsed",
        }
    }
}
