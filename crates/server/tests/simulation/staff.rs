//! The acquirer's people, signed in, and the merchant that calls them.

use jiff::Timestamp;
use tillkey_rules::party::{Actor, Role};
use tillkey_server::Shell;
use tillkey_server::act::SignedIn;
use tillkey_terminal::wire::ids::StaffSessionId;

pub(crate) const MERCHANT: &str = "898310054110001";
pub(crate) const PHONE: &str = "+8613800138000";
pub(crate) const MANAGER_PHONE: &str = "+8613900139001";
pub(crate) const HOLDER: &str = "11010519491231002X";
pub(crate) const LICENCE: &str = "91350100M000100Y43";

/// Who works at the acquirer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member {
    Administrator,
    Agent,
    Clerk,
    FirstReviewer,
    SecondReviewer,
    /// A reviewer's account of the very person who is the agent.
    AgentAsReviewer,
    /// A reviewer's account of the very person who is the clerk.
    ClerkAsReviewer,
}

impl Member {
    /// Everybody who may be asked to review.
    pub(crate) const REVIEWERS: [Self; 4] = [
        Self::FirstReviewer,
        Self::SecondReviewer,
        Self::AgentAsReviewer,
        Self::ClerkAsReviewer,
    ];

    pub(crate) const fn account(self) -> &'static str {
        match self {
            Self::Administrator => "founder",
            Self::Agent => "agent",
            Self::Clerk => "clerk",
            Self::FirstReviewer => "reviewer",
            Self::SecondReviewer => "reviewer2",
            Self::AgentAsReviewer => "agent2",
            Self::ClerkAsReviewer => "clerk2",
        }
    }

    const fn person(self) -> &'static str {
        match self {
            Self::Administrator => "p-founder",
            Self::Agent | Self::AgentAsReviewer => "p-li",
            Self::Clerk | Self::ClerkAsReviewer => "p-wang",
            Self::FirstReviewer => "p-zhao",
            Self::SecondReviewer => "p-sun",
        }
    }

    const fn role(self) -> Role {
        match self {
            Self::Administrator => Role::Administrator,
            Self::Agent => Role::Agent,
            Self::Clerk => Role::Clerk,
            _ => Role::Reviewer,
        }
    }

    /// The member, just signed in.
    pub(crate) fn signed_in(self, shell: &Shell, now: Timestamp) -> SignedIn {
        SignedIn {
            acquirer: shell.home().clone(),
            actor: Actor::Staff {
                staff: self.account().parse().unwrap(),
                person: self.person().parse().unwrap(),
                role: self.role(),
            },
            session: StaffSessionId::from_bytes([1; 10]),
            proved_at: now,
        }
    }
}
