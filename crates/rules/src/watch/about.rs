//! Whom or what an alert is about.

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{ApplicationId, MerchantNumber, OperatorNumber, StaffId, TerminalId};

/// Whom or what an alert is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// One account on one terminal.
    Operator {
        /// Where.
        terminal: TerminalId,
        /// Which account.
        operator: OperatorNumber,
    },
    /// A device.
    Terminal {
        /// Which one.
        terminal: TerminalId,
    },
    /// A merchant.
    Merchant {
        /// Which one.
        merchant: MerchantNumber,
    },
    /// A member of staff.
    Staff {
        /// The account.
        staff: StaffId,
    },
    /// An application for a terminal.
    Application {
        /// Which one.
        application: ApplicationId,
    },
}

impl About {
    /// The stable name of what kind of thing it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Operator { .. } => "operator",
            Self::Terminal { .. } => "terminal",
            Self::Merchant { .. } => "merchant",
            Self::Staff { .. } => "staff",
            Self::Application { .. } => "application",
        }
    }

    /// One text for each: what memories are kept under.
    pub fn key(&self) -> String {
        let which = match self {
            Self::Operator { terminal, operator } => format!("{terminal}/{operator}"),
            Self::Terminal { terminal } => terminal.to_string(),
            Self::Merchant { merchant } => merchant.to_string(),
            Self::Staff { staff } => staff.to_string(),
            Self::Application { application } => application.to_string(),
        };
        format!("{}/{which}", self.kind())
    }
}
