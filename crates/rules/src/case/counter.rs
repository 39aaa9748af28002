//! What only a counter does: scans of the originals, and the code on a sealed slip.
//!
//! A slip is for whoever no longer has the registered phone. It is chosen before the
//! case is submitted, so that the reviewers approve it and not merely a reset; it is
//! asked for by a clerk who stands before the person; and it takes the same picture
//! of the same original that the reviewers saw.

use super::command::{Answer, Facts};
use super::decide::{in_state, is_offered};
use super::state::{Case, State};
use super::who::may_drive;
use crate::event::{CaseEvent, Destination};
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::scan::{SCANS_PER_CASE_MAX, Scan, Side};
use crate::vocabulary::{Channel, EvidenceKind};

/// Takes a scan. Only of a document whose number has matched: the papers of somebody
/// who proved nothing are none of the acquirer's business.
pub(super) fn scan(
    case: &Case,
    scan: &Scan,
    by: &Actor,
    facts: &Facts<'_>,
) -> Result<Answer, Refusal> {
    may_drive(case.channel(), case.subject(), by)?;
    in_state(case, State::Gathering)?;
    if case.channel() != Channel::Counter || !Side::of(scan.kind).contains(&scan.side) {
        return Err(Refusal::NotOffered);
    }
    is_offered(case, scan.kind, facts)?;
    if !case.evidence().contains_key(&scan.kind) {
        return Err(Refusal::OutOfOrder);
    }
    if case.scans_taken() >= SCANS_PER_CASE_MAX {
        let retry_at = case.deadline();
        return Err(Refusal::TooMany { retry_at });
    }
    let mut events = vec![CaseEvent::Scanned(scan.clone())];
    // No slip stands on a picture that was seen elsewhere, and none is printed that
    // was chosen before it came.
    if scan.reuse.is_some() && case.delivery() == Destination::SealedSlip {
        let to = Destination::Contact;
        events.push(CaseEvent::DeliveryChosen { to });
    }
    Ok(Answer::events(events))
}

/// Chooses where the codes of this case will go.
pub(super) fn deliver(case: &Case, to: Destination, by: &Actor) -> Result<Answer, Refusal> {
    may_drive(case.channel(), case.subject(), by)?;
    in_state(case, State::Gathering)?;
    match to {
        Destination::Contact => {}
        Destination::SealedSlip if case.channel() != Channel::Counter => {
            return Err(Refusal::NotOffered);
        }
        Destination::SealedSlip if !is_on_file(case) => return Err(Refusal::OutOfOrder),
        Destination::SealedSlip => {}
        // Chosen when a code is issued, by what the terminal can be reached with then.
        Destination::TerminalScreen | Destination::AnswerToContact | Destination::AnswerReadOut => {
            return Err(Refusal::NotAllowed);
        }
    }
    if case.delivery() == to {
        return Ok(Answer::default());
    }
    Ok(Answer::events(vec![CaseEvent::DeliveryChosen { to }]))
}

/// Whether a code may be issued on a slip now, and by whom.
pub(super) fn slip(case: &Case, by: &Actor) -> Result<(), Refusal> {
    // Never by itself, and never by whoever holds a link to the case: a clerk hands it
    // to the person whose document they inspected.
    let (Some(person), Some(Role::Clerk)) = (by.person(), by.role()) else {
        return Err(Refusal::NotAllowed);
    };
    // Whoever approved it does not fetch the code as well, by whatever account.
    if case.reviews().iter().any(|review| review.person == *person) {
        return Err(Refusal::NotAllowed);
    }
    let is_agreed = case.channel() == Channel::Counter
        && case.delivery() == Destination::SealedSlip
        && case.reviews().iter().any(|review| review.approved);
    if is_agreed && is_on_file(case) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Where the slip was chosen, the registered phone is said to be gone: it may be in
/// anybody's hands. A code goes there only where a clerk asks for it, who knows.
pub(super) fn contact(case: &Case, by: &Actor) -> Result<(), Refusal> {
    if case.delivery() != Destination::SealedSlip || by.role() == Some(Role::Clerk) {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    }
}

/// Whether the identity document has matched and both its sides are on file, neither
/// of them a picture that was seen elsewhere.
fn is_on_file(case: &Case) -> bool {
    let kind = EvidenceKind::IdentityDocument;
    let held = |side: &Side| {
        case.scans()
            .iter()
            .any(|scan| (scan.kind, scan.side) == (kind, *side) && scan.reuse.is_none())
    };
    case.evidence().contains_key(&kind) && Side::of(kind).iter().all(held)
}

impl Case {
    /// Whether a clerk may choose the sealed slip now.
    pub fn can_choose_slip(&self) -> bool {
        let here = self.channel() == Channel::Counter && self.state() == State::Gathering;
        here && is_on_file(self)
    }
}
