//! What a case comes to, on the lists of campaigns. A new password counts by whatever case
//! it came; a case that came to nothing counts for its own campaign.

use jiff::Timestamp;
use tillkey_rules::campaign::TargetState;
use tillkey_rules::case::Case;
use tillkey_rules::event::CaseEvent;
use tillkey_rules::vocabulary::Channel;
use tillkey_store::campaign::target;
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;

/// Notes what an event of a case means for campaigns, in its transaction.
pub(in crate::act) fn note(
    tx: &mut dyn Tx,
    case: &Case,
    event: &CaseEvent,
    now: Timestamp,
) -> Result<(), Fault> {
    let Some(subject) = case.subject() else {
        return Ok(());
    };
    let state = match event {
        CaseEvent::Effective { .. } => {
            return target::renewed(tx, (subject.terminal, subject.operator), now);
        }
        CaseEvent::Objected => TargetState::Objected,
        // Another case took its place, or whoever began it thought better of it: nothing
        // has failed, and the merchant may still answer.
        CaseEvent::Superseded { .. } | CaseEvent::Cancelled => TargetState::Asked,
        CaseEvent::Expired | CaseEvent::Voided { .. } | CaseEvent::Refused => TargetState::Failed,
        _ => return Ok(()),
    };
    match case.channel() {
        Channel::Campaign => target::ended(tx, (case.id(), state), now),
        _ => Ok(()),
    }
}
