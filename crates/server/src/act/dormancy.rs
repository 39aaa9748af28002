//! Puts to rest whom nobody has seen for long: operators until a reset, managers until an
//! administrator lets them in again; and, where the acquirer wants it so, operators whose
//! password has come of age, of which their merchant is told before.
//!
//! A few accounts a look, in one transaction: each is looked at about once a week, so
//! that a large installation is swept evenly. What an operator at rest is told is told by
//! `till::sign_on`, once the password was right; a manager at rest is to everybody like a
//! phone that is no manager's (attack E16).

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use tillkey_rules::dormancy::{Activity, Look, RestCause, look};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::spending::Purse;
use tillkey_rules::terms::Terms;
use tillkey_store::credential::{self, Whose};
use tillkey_store::fault::Fault;
use tillkey_store::party::managers::{self, ManagerAccount};
use tillkey_store::party::terminal::Terminal;
use tillkey_store::party::{contact, operator, terminal};
use tillkey_store::session;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::AcquirerId;

use super::case::{act, begin_step};
use super::message::{self, Message, To};
use super::{Failure, note, order};
use crate::bell::Ring;
use crate::limits::LOOK_BATCH_MAX;
use crate::shell::Shell;

/// Looks at the accounts whose time it is.
///
/// # Errors
/// [`Failure::Fault`]; the next look finds the same.
pub async fn sweep(shell: &Shell) -> Result<(), Failure> {
    // Most looks find nobody: the writer is asked for only where one finds somebody.
    let now = shell.now();
    let is_due = shell.store().read(move |tx| {
        Ok(!operator::to_look_at(tx, now, 1)?.is_empty()
            || !managers::to_look_at(tx, now, 1)?.is_empty())
    });
    if !is_due.await? {
        return Ok(());
    }
    act(shell, None, move |shell, tx, now, rng| {
        let mut rings = Vec::new();
        for whose in operator::to_look_at(tx, now, LOOK_BATCH_MAX)? {
            rings.extend(look_at_operator(shell, tx, whose, (now, rng))?);
        }
        for manager in managers::to_look_at(tx, now, LOOK_BATCH_MAX)? {
            look_at_manager(tx, &manager, shell.terms(), now)?;
        }
        Ok((Ok(()), rings))
    })
    .await
}

fn look_at_operator(
    shell: &Shell,
    tx: &mut dyn Tx,
    whose @ (terminal, operator): Whose,
    (now, rng): (Timestamp, &mut ChaCha20Rng),
) -> Result<Vec<Ring>, Fault> {
    let (Some(account), Some(device)) = (
        operator::find(tx, terminal, operator)?,
        terminal::find(tx, terminal)?,
    ) else {
        return Ok(Vec::new());
    };
    let password = credential::last(tx, whose)?;
    let is_signed_on = !session::live(tx, whose)?.is_empty();
    let activity = Activity {
        begun_at: (password.as_ref()).map_or(account.created_at, |last| last.created_at),
        password_since: password.map(|last| last.created_at),
        signed_on_at: account.signed_on_at,
        heard_at: device.seen_at.filter(|_| is_signed_on),
    };
    match look(&activity, shell.terms(), now) {
        Look::Again(at) => operator::look_again(tx, whose, at).map(|()| Vec::new()),
        Look::Warn { due, again } => {
            operator::look_again(tx, whose, again)?;
            warn(shell, tx, (&device, due), (now, rng))
        }
        Look::Rest(cause) => {
            let event = match cause {
                RestCause::PasswordAge => Event::PasswordAged { terminal, operator },
                RestCause::Unused | RestCause::Campaign => {
                    Event::OperatorDormant { terminal, operator }
                }
            };
            rest(tx, whose, (&device.acquirer, cause, event), (now, rng))
        }
    }
}

/// Tells a merchant that a password comes of age: once for all of them that do so on one
/// day.
fn warn(
    shell: &Shell,
    tx: &mut dyn Tx,
    (device, due): (&Terminal, Timestamp),
    (now, rng): (Timestamp, &mut ChaCha20Rng),
) -> Result<Vec<Ring>, Fault> {
    let merchant = &device.merchant;
    let Some(contact) = contact::present(tx, merchant)? else {
        return Ok(Vec::new());
    };
    let day = shell.day(due);
    let language = message::language_of(shell, tx, merchant)?;
    let mut step = begin_step(shell, &device.acquirer, now, rng);
    let message = Message {
        purse: Purse::Owed,
        to: To::Contact(&contact),
        key: format!("password_age/{merchant}/{day}"),
        body: language.passwords_come_of_age(merchant, day),
    };
    message::send(&mut step, tx, message)?;
    Ok(step.rings)
}

/// Puts an operator to rest who is not, wherever they are signed on.
pub(super) fn rest(
    tx: &mut dyn Tx,
    whose @ (terminal, _): Whose,
    (acquirer, cause, event): (&AcquirerId, RestCause, Event),
    (now, rng): (Timestamp, &mut ChaCha20Rng),
) -> Result<Vec<Ring>, Fault> {
    if !operator::rest(tx, whose, (cause, now))? {
        return Ok(Vec::new());
    }
    note(tx, acquirer, (now, &Actor::System), event)?;
    // Told at once, and told again at the next greeting: what the terminal remembers of
    // the password is worth nothing any more.
    let ring = order::end_sessions(tx, whose, (now, rng))?;
    Ok(vec![ring, Ring::Moved(terminal)])
}

fn look_at_manager(
    tx: &mut dyn Tx,
    manager: &ManagerAccount,
    terms: &Terms,
    now: Timestamp,
) -> Result<(), Fault> {
    let activity = Activity {
        begun_at: manager.created_at,
        password_since: None,
        signed_on_at: manager.signed_in_at,
        heard_at: None,
    };
    match look(&activity, terms, now) {
        Look::Again(at) | Look::Warn { again: at, .. } => managers::look_again(tx, manager.id, at),
        Look::Rest(_) => {
            managers::rest(tx, manager.id, now)?;
            let event = Event::ManagerDormant {
                manager: manager.id,
                merchant: manager.merchant.clone(),
            };
            note(tx, &manager.acquirer, (now, &Actor::System), event)
        }
    }
}
