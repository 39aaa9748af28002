//! A planned reset of many operators: a system update, a suspected leak, people who left.
//!
//! 1. Somebody selects ([`Selection`]) and says how it is to go ([`CampaignTerms`]). What
//!    comes of the selection is written down once, line by line: the [`Manifest`].
//! 2. Other people approve that list by its digest, as many as the policy asks for. Nobody
//!    approves a selection, and nothing that comes later gets onto the list.
//! 3. It runs in waves, the first of them small. A merchant is asked, and one of its
//!    managers consents; then each operator has a case like any other, in which the
//!    campaign's approval stands for the review ([`Backing`]). No password changes here
//!    (decision 0007).
//! 4. Where too many fail it stops by itself, and goes on when somebody says so.
//!
//! A campaign is the fold of its events, like a case.

mod decide;
mod event;
mod selection;
mod state;
mod terms;
#[cfg(test)]
mod tests;

pub use decide::{Answer, Command, decide};
pub use event::{CampaignEvent, PlanFault};
pub use selection::{Area, Candidate, Selection};
pub use state::{Approval, Backing, Campaign, CampaignState, Manifest, Told};
pub use terms::{CampaignTerms, Tally, TargetState};
