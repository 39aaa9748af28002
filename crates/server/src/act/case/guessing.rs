//! One guess for each of many subjects (attack D04).
//!
//! A guesser who takes one try at each of a hundred thousand merchants, from as many
//! addresses, stays below every budget of a subject and of a source. So the wrong
//! proofs of an acquirer are counted together, where nobody of the bank looks on.
//! Above the limit those channels wait and somebody is called; the hotline and the
//! counter, where a person sits between, go on.

use tillkey_rules::attempts::{self as budgets, Count, Scope};
use tillkey_rules::case::Case;
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::Channel;
use tillkey_store::attempts;
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;

use super::step::Step;
use crate::act::{Of, append};

/// Whether strangers can guess in this channel without talking to anybody.
const fn is_unattended(channel: Channel) -> bool {
    matches!(channel, Channel::App | Channel::Portal)
}

/// Whether a proof may be looked at now. It is asked in the transaction that looks,
/// so a hundred at once see each other.
pub(super) fn hold(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    case: &Case,
) -> Result<Result<(), Refusal>, Fault> {
    if !is_unattended(case.channel()) {
        return Ok(Ok(()));
    }
    let counted = (Scope::WrongProof, step.acquirer.as_str());
    let before = attempts::in_window(tx, counted, step.now)?;
    let with_this = Count {
        attempts: before.attempts.saturating_add(1),
        ..before
    };
    Ok(budgets::judge(Scope::WrongProof, with_this, step.now))
}

/// Counts a wrong proof, and calls somebody when it was the last that is looked at.
pub(super) fn note(step: &Step<'_>, tx: &mut dyn Tx, case: &Case) -> Result<(), Fault> {
    if !is_unattended(case.channel()) {
        return Ok(());
    }
    let counted = (Scope::WrongProof, step.acquirer.as_str());
    let count = attempts::count(tx, counted, step.now)?.attempts;
    if count != Scope::WrongProof.limit() {
        return Ok(());
    }
    tracing::error!(
        count,
        "so many wrong proofs within an hour that self-service waits: look who guesses"
    );
    let of = Of {
        acquirer: Some(step.acquirer),
        case: None,
    };
    append(
        tx,
        &of,
        (step.now, &Actor::System),
        Event::GuessingNoticed { count },
    )
}
