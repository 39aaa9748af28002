//! What a terminal's verified message does: one transaction a message.
//!
//! The envelope was verified before; here the counter is taken in the same
//! transaction as the effect, so a replayed message has none, on any transport and
//! after any restart.

mod credential;
mod deed;
mod enrolment;
mod in_hand;
mod journal;
mod restore;
mod sign_on;
pub(super) mod snapshot;

pub use self::enrolment::enrol;
pub use self::sign_on::LinkState;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tillkey_rules::backup::BackupFault;
use tillkey_rules::case::{Case, Command as CaseCommand, State};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_store::fault::Fault;
use tillkey_store::party::terminal::{self, Terminal, TerminalStatus};
use tillkey_store::party::{merchant, operator};
use tillkey_store::session::{self, SessionEnd};
use tillkey_store::tx::Tx;
use tillkey_store::{case as cases, command, credential as credentials};
use tillkey_wire::health::HealthReport;
use tillkey_wire::ids::{CommandId, OperatorNumber, SessionId, TerminalId};
use tillkey_wire::message::{
    Capabilities, Command, FromTerminal, OperatorState, Order, Outcome, Reply, Report, Welcome,
};

use super::case::{act, begin_step};
use super::{Failure, Of};
use crate::bell::Ring;
use crate::shell::Shell;

/// How many commands one look takes.
const PENDING_MAX: u32 = 64;

/// What comes of a terminal's message.
#[derive(Debug)]
pub enum Received {
    /// The answer.
    Reply(Reply),
    /// Its counter was taken before: a copy, or a terminal set back. It had no effect.
    Replayed,
}

/// The key that a terminal's messages are verified with; none where the terminal is
/// not enrolled or not in service.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn key_of(shell: &Shell, terminal: TerminalId) -> Result<Option<VerifyingKey>, Failure> {
    let found = shell
        .store()
        .read(move |tx| terminal::find(tx, terminal))
        .await?;
    let key = found
        .filter(|found| found.status == TerminalStatus::Active)
        .and_then(|found| found.device_key);
    Ok(key.and_then(|key| VerifyingKey::from_bytes(&key).ok()))
}

/// Does what a verified message asks.
///
/// # Errors
/// [`Failure::Busy`] and [`Failure::Fault`]; the terminal may send it again.
pub async fn receive(
    shell: &Shell,
    terminal: TerminalId,
    link: &mut LinkState,
    message: FromTerminal,
) -> Result<Received, Failure> {
    let FromTerminal { counter, report } = message;
    let from = From { terminal, counter };
    match report {
        Report::Hello { capabilities, .. } => hello(shell, from, capabilities).await,
        Report::SignOnStart { operator, ke1 } => {
            sign_on::start(shell, from, link, (operator, ke1)).await
        }
        Report::SignOnFinish { ke3 } => sign_on::finish(shell, from, link, ke3).await,
        Report::SignOff { session } => sign_off(shell, from, session).await,
        Report::FirstPassword { operator } => {
            credential::first_password(shell, from, operator).await
        }
        Report::Redeem { operator, code } => {
            credential::redeem(shell, from, (operator, code)).await
        }
        Report::Register { case, request } => {
            credential::register(shell, from, (case, request)).await
        }
        Report::Registered {
            case,
            upload,
            vouched,
        } => {
            credential::registered(
                shell,
                from,
                credential::Registered {
                    case,
                    upload,
                    vouched,
                },
            )
            .await
        }
        Report::InHand { counter } => in_hand::report(shell, from, counter).await,
        Report::Health(report) => health(shell, from, report).await,
        Report::Snapshot { manifest } => snapshot::announce(shell, from, manifest).await,
        Report::SnapshotPart {
            snapshot,
            offset,
            part,
        } => snapshot::part(shell, from, (snapshot, offset, part)).await,
        Report::JournalStands { case, then, head } => {
            journal::stands(shell, from, (case, then, head)).await
        }
        Report::RestorePart { snapshot, offset } => {
            restore::part(shell, from, (snapshot, offset)).await
        }
        Report::Restored { snapshot, outcome } => {
            restore::restored(shell, from, (snapshot, outcome)).await
        }
        Report::Deed(deed) => deed::take(shell, from, deed).await,
        Report::Choose { case } => credential::choose(shell, from, case).await,
        Report::SignedOnOffline(told) => sign_on::offline(shell, from, told).await,
        Report::Acknowledge { command, outcome } => {
            acknowledge(shell, from, (command, outcome)).await
        }
    }
}

/// Which message it is.
#[derive(Debug, Clone, Copy)]
struct From {
    terminal: TerminalId,
    counter: u64,
}

/// Takes the message's counter and does its effect, both or neither.
async fn counted<F>(shell: &Shell, from: From, run: F) -> Result<Received, Failure>
where
    F: FnMut(
            &Shell,
            &mut dyn Tx,
            Timestamp,
            &mut ChaCha20Rng,
            &Terminal,
        ) -> Result<(Reply, Vec<Ring>), Fault>
        + Send
        + 'static,
{
    let reply = counted_as(shell, from, run).await?;
    Ok(reply.map_or(Received::Replayed, Received::Reply))
}

/// The same, where more than an answer comes of it; nothing does of a replay.
async fn counted_as<T, F>(shell: &Shell, from: From, mut run: F) -> Result<Option<T>, Failure>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    F: FnMut(
            &Shell,
            &mut dyn Tx,
            Timestamp,
            &mut ChaCha20Rng,
            &Terminal,
        ) -> Result<(T, Vec<Ring>), Fault>
        + Send
        + 'static,
{
    act(shell, None, move |shell, tx, now, rng| {
        if !terminal::advance_counter(tx, from.terminal, from.counter)? {
            return Ok((Ok(None), Vec::new()));
        }
        let terminal = terminal::find(tx, from.terminal)?.ok_or(Fault::Missing("terminal"))?;
        run(shell, tx, now, rng, &terminal).map(|(taken, rings)| (Ok(Some(taken)), rings))
    })
    .await
}

/// Whether a terminal's merchant is in business.
fn is_served(tx: &mut dyn Tx, terminal: &Terminal) -> Result<bool, Fault> {
    let merchant = merchant::find(tx, &terminal.merchant)?.ok_or(Fault::Missing("merchant"))?;
    Ok(merchant.status == MerchantStatus::Active)
}

/// The refusal as the terminal reads it.
fn refused(refusal: &Refusal) -> Reply {
    let Ok(code) = refusal.code().parse() else {
        unreachable!("refusal codes are valid, and tested")
    };
    Reply::Refused {
        code,
        retry_at: refusal.retry_at(),
    }
}

/// The same, where it may be asked again at a time that only the act knows.
fn refused_until(refusal: &Refusal, retry_at: Timestamp) -> Reply {
    match refused(refusal) {
        Reply::Refused { code, .. } => Reply::Refused {
            code,
            retry_at: Some(retry_at),
        },
        reply => reply,
    }
}

/// The terminal is here: it learns where it stands, and cases that waited for it go on.
async fn hello(shell: &Shell, from: From, capabilities: Capabilities) -> Result<Received, Failure> {
    let Ok(described) = serde_json::to_string(&capabilities) else {
        unreachable!("two booleans can be written as JSON");
    };
    counted(shell, from, move |shell, tx, now, rng, terminal| {
        terminal::describe(tx, terminal.id, &described, now)?;
        let is_served = is_served(tx, terminal)?;
        let mut operators = Vec::new();
        let mut rings = Vec::new();
        for found in operator::list(tx, terminal.id)? {
            if found.removed_at.is_some() {
                continue;
            }
            let whose = (terminal.id, found.number);
            let waiting = cases::open_case_of(tx, whose)?
                .filter(|stored| stored.case.state() == State::Approved);
            if let Some(waiting) = waiting {
                let mut step = begin_step(shell, &waiting.acquirer, now, rng);
                let tick = CaseCommand::Tick;
                let (case, _) = step.run(tx, waiting.case, &tick, &Actor::System)?;
                if has_to_be_asked_again(tx, &case)? {
                    step.ask_for_backup(tx, case)?;
                }
                rings.append(&mut step.rings);
            }
            // Of a merchant that is not served nobody signs on, without a link either: the
            // terminal compares no password that is not set.
            let password_set = is_served && credentials::in_force(tx, whose, now)?.is_some();
            // At rest, none that the terminal remembers counts: it has to ask, and whoever
            // knows the password is told why it signs nobody on.
            let version = found.credential_version;
            let credential_version = version.filter(|_| found.dormant_at.is_none()).unwrap_or(0);
            operators.push(OperatorState {
                number: found.number,
                password_set,
                credential_version,
            });
        }
        let welcome = Welcome {
            acquirer: terminal.acquirer.clone(),
            merchant: terminal.merchant.clone(),
            terminal_number: terminal.number.clone(),
            now,
            operators,
            password_rules: shell.config().password_rules(),
        };
        Ok((Reply::Welcome(welcome), rings))
    })
    .await
}

/// Whether a case waits for a backup of which nothing came: the terminal is back and may
/// fare better.
fn has_to_be_asked_again(tx: &mut dyn Tx, case: &Case) -> Result<bool, Fault> {
    let Some(asked) = case.backup().command.filter(|_| case.waits_for_backup()) else {
        return Ok(false);
    };
    Ok(case.backup().fault.is_some() || !command::is_live(tx, asked)?)
}

async fn sign_off(shell: &Shell, from: From, session: SessionId) -> Result<Received, Failure> {
    counted(shell, from, move |_, tx, now, _, terminal| {
        let live = session::find_live(tx, session)?;
        if live.is_some_and(|live| live.terminal == terminal.id) {
            session::end(tx, (terminal.id, session), SessionEnd::SignOff, now)?;
        }
        Ok((Reply::SignedOff, Vec::new()))
    })
    .await
}

/// The terminal says how it is. It is kept as a hint: nothing follows from it.
async fn health(shell: &Shell, from: From, report: HealthReport) -> Result<Received, Failure> {
    counted(shell, from, move |_, tx, now, _, terminal| {
        tillkey_store::health::keep(tx, terminal.id, &report, now)?;
        Ok((Reply::HealthTaken, Vec::new()))
    })
    .await
}

/// The terminal did a command, or says why not.
async fn acknowledge(
    shell: &Shell,
    from: From,
    (id, outcome): (CommandId, Outcome),
) -> Result<Received, Failure> {
    counted(shell, from, move |shell, tx, now, rng, terminal| {
        let mut rings = Vec::new();
        let Some(queued) = command::find(tx, terminal.id, id)? else {
            return Ok((Reply::Acknowledged, rings));
        };
        let done = outcome == Outcome::Done;
        let kept = if done {
            command::Outcome::Done
        } else {
            command::Outcome::NotDone
        };
        let first = command::acknowledge(tx, (terminal.id, id), kept, now)?;
        let followed = match tillkey_wire::cbor::decode(&queued.body) {
            _ if !first => None,
            Ok(Command::CodeIssued { case, .. }) if done => {
                Some((case, CaseCommand::Announced { command: id }))
            }
            Ok(Command::TakeSnapshot { case, .. }) if !done => {
                let (terminal, why) = (terminal.id, BackupFault::NotDone);
                Some((case, CaseCommand::BackupFailed { terminal, why }))
            }
            _ => None,
        };
        let Some((case, command)) = followed else {
            return Ok((Reply::Acknowledged, rings));
        };
        if let Some(stored) = cases::find(tx, case)? {
            let by = Actor::Terminal {
                terminal: terminal.id,
            };
            let mut step = begin_step(shell, &stored.acquirer, now, rng);
            step.run(tx, stored.case, &command, &by)?;
            rings.append(&mut step.rings);
        }
        Ok((Reply::Acknowledged, rings))
    })
    .await
}

/// The commands that wait for a terminal, oldest first.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn pending(shell: &Shell, terminal: TerminalId) -> Result<Vec<Order>, Failure> {
    let now = shell.now();
    let queued = shell
        .store()
        .read(move |tx| command::pending_for(tx, terminal, now, PENDING_MAX))
        .await?;
    let order = |queued: command::QueuedCommand| {
        // One that cannot be read any more must not hold up those behind it
        // (attack D10): it stays until it expires.
        let command = tillkey_wire::cbor::decode(&queued.body).ok()?;
        Some(Order {
            id: queued.id,
            sequence: queued.sequence,
            expires_at: queued.expires_at,
            command,
        })
    };
    Ok(queued.into_iter().filter_map(order).collect())
}

/// Notes that commands went out on a link.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn delivered(shell: &Shell, commands: Vec<CommandId>) -> Result<(), Failure> {
    let now = shell.now();
    shell
        .store()
        .write(move |tx| {
            for command in &commands {
                command::deliver(tx, *command, now)?;
            }
            Ok(())
        })
        .await?;
    Ok(())
}

/// Writes an event about a terminal's operator into the ledger.
fn note(tx: &mut dyn Tx, terminal: &Terminal, now: Timestamp, event: Event) -> Result<(), Fault> {
    let by = Actor::Terminal {
        terminal: terminal.id,
    };
    super::append(
        tx,
        &Of {
            acquirer: Some(&terminal.acquirer),
            case: None,
        },
        (now, &by),
        event,
    )
}

/// The subject of a terminal's operator, for the rules.
fn subject(terminal: &Terminal, operator: OperatorNumber) -> tillkey_rules::party::Subject {
    tillkey_rules::party::Subject {
        acquirer: terminal.acquirer.clone(),
        merchant: terminal.merchant.clone(),
        terminal: terminal.id,
        terminal_number: terminal.number.clone(),
        operator,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_can_be_said_to_a_terminal() {
        for refusal in Refusal::ALL {
            assert!(matches!(refused(&refusal), Reply::Refused { .. }));
        }
    }
}
