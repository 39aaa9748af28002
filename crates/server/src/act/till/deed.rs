//! What was done at a till, on its own screen: by a supervisor, or with the answer to a
//! challenge. Told at once, or at the next contact.
//!
//! A deed is numbered by its terminal. The last one is kept with its answer, so that a
//! terminal that did not hear it asks again and nothing is done twice; a refusal that
//! passes is not kept, and the same deed may be told again.

use tillkey_rules::case::{Command, Opening};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::terms::minutes_after;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_store::fault::Fault;
use tillkey_store::party::operator;
use tillkey_store::party::terminal::Terminal;
use tillkey_store::session::{self, SessionEnd};
use tillkey_store::tx::Tx;
use tillkey_store::{case as cases, credential, deed as deeds, offline};
use tillkey_wire::ids::{CaseId, OperatorNumber, Rank, TerminalId};
use tillkey_wire::message::{Deed, DeedKind, Reply, Supervisor};

use super::{From, Received, counted, is_served, note, refused, subject};
use crate::act::Failure;
use crate::act::case::step::Step;
use crate::act::case::{begin, begin_step};
use crate::act::party::recheck_cases;
use crate::bell::Ring;
use crate::shell::Shell;

/// What a deed comes to: the case that it is about, if it is about one.
type Done = Result<Option<CaseId>, Refusal>;

/// What is done about a cashier once a supervisor vouches for it.
type Act = fn(&mut Step<'_>, &mut dyn Tx, &Terminal, OperatorNumber) -> Result<Done, Fault>;

/// Takes a deed. Said again, it is answered again.
pub(super) async fn take(shell: &Shell, from: From, deed: Deed) -> Result<Received, Failure> {
    counted(shell, from, move |shell, tx, now, rng, terminal| {
        if let Some(last) = deeds::last(tx, terminal.id)? {
            if last.number == deed.number {
                let answer = tillkey_wire::cbor::decode(&last.answer);
                let answer = answer.map_err(|_| Fault::Damaged {
                    thing: "the answer to a deed",
                    why: "it cannot be read",
                })?;
                return Ok((answer, Vec::new()));
            }
            if last.number > deed.number {
                return Ok((refused(&Refusal::OutOfOrder), Vec::new()));
            }
        }
        let mut step = begin_step(shell, &terminal.acquirer, now, rng);
        step.at_terminal = true;
        let reply = match done(&mut step, tx, terminal, &deed)? {
            Ok(case) => Reply::DeedTaken {
                number: deed.number,
                case,
            },
            Err(refusal) => refused(&refusal),
        };
        if !matches!(
            reply,
            Reply::Refused {
                retry_at: Some(_),
                ..
            }
        ) {
            let answer = tillkey_wire::cbor::encode(&reply).map_err(|_| Fault::Damaged {
                thing: "the answer to a deed",
                why: "it cannot be written",
            })?;
            deeds::keep(tx, terminal.id, (deed.number, answer), now)?;
        }
        Ok((reply, step.rings))
    })
    .await
}

fn done(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
    deed: &Deed,
) -> Result<Done, Fault> {
    if !is_served(tx, terminal)? {
        return Ok(Err(Refusal::NotServed));
    }
    let (supervisor, what, act): (_, _, Act) = match deed.kind {
        DeedKind::Answered { counter } => return answered(step, tx, terminal, (deed, counter)),
        DeedKind::Add { supervisor } => (supervisor, "add", add),
        DeedKind::Remove { supervisor } => (supervisor, "remove", remove),
        DeedKind::Reset { supervisor } => (supervisor, "reset", reset),
        DeedKind::ResetOffline { supervisor } => (supervisor, "reset_offline", reset_offline),
    };
    // A supervisor is over cashiers, and over nobody else (attack F07).
    if deed.operator.rank() != Rank::Cashier {
        return Ok(Err(Refusal::NotAllowed));
    }
    if let Err(refusal) = vouched(step, tx, terminal.id, (deed, supervisor))? {
        return Ok(Err(refusal));
    }
    let acted = Event::SupervisorActed {
        terminal: terminal.id,
        supervisor: supervisor.operator,
        session: supervisor.session,
        operator: deed.operator,
        what: what.to_owned(),
        done_at: deed.at,
    };
    note(tx, terminal, step.now, acted)?;
    act(step, tx, terminal, deed.operator)
}

/// Whether a supervisor's sign-on at this terminal vouches for it. With a link the
/// session is live and fresh. Without one the terminal has held it against its own clock,
/// and what can be checked is that the session was not taken from the supervisor.
fn vouched(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    terminal: TerminalId,
    (deed, supervisor): (&Deed, Supervisor),
) -> Result<Result<(), Refusal>, Fault> {
    let whose = (terminal, supervisor.operator);
    if supervisor.operator.rank() != Rank::Supervisor
        || credential::in_force(tx, whose, step.now)?.is_none()
    {
        return Ok(Err(Refusal::NotAllowed));
    }
    let found = session::find(tx, supervisor.session)?
        .filter(|(session, _)| (session.terminal, session.operator) == whose);
    let Some((session, ended)) = found else {
        return Ok(Err(Refusal::NotAllowed));
    };
    let with_link = matches!(deed.kind, DeedKind::Reset { .. });
    let stands = match ended.as_deref() {
        None => true,
        Some(why) => {
            let left = [SessionEnd::SignOff, SessionEnd::Superseded];
            !with_link && left.iter().any(|end| end.name() == why)
        }
    };
    let until = minutes_after(session.started_at, step.shell.terms().supervisor_minutes);
    let fresh = !with_link || step.now < until;
    Ok(if stands && fresh {
        Ok(())
    } else {
        Err(Refusal::NotAllowed)
    })
}

/// Adds a cashier; one that is there already stays as they are.
fn add(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
    number: OperatorNumber,
) -> Result<Done, Fault> {
    if operator::add(tx, terminal.id, number, step.now)? {
        let event = Event::OperatorAdded {
            terminal: terminal.id,
            operator: number,
        };
        note(tx, terminal, step.now, event)?;
    }
    Ok(Ok(None))
}

/// Removes a cashier; one that is gone already stays gone.
fn remove(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
    number: OperatorNumber,
) -> Result<Done, Fault> {
    if operator::remove(tx, terminal.id, number, step.now)? {
        let event = Event::OperatorRemoved {
            terminal: terminal.id,
            operator: number,
        };
        note(tx, terminal, step.now, event)?;
        recheck_cases(step, tx, (terminal.id, number))?;
    }
    Ok(Ok(None))
}

/// Lets a cashier choose a new password.
fn reset(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
    number: OperatorNumber,
) -> Result<Done, Fault> {
    open_case(step, tx, terminal, (number, false))
}

/// Takes up the password that a cashier chose while there was no link.
fn reset_offline(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
    number: OperatorNumber,
) -> Result<Done, Fault> {
    open_case(step, tx, terminal, (number, true))
}

/// Opens a case on a supervisor's word, and takes it as far as it goes by itself.
fn open_case(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
    (number, offline): (OperatorNumber, bool),
) -> Result<Done, Fault> {
    let exists =
        operator::find(tx, terminal.id, number)?.is_some_and(|found| found.removed_at.is_none());
    if !exists {
        return Ok(Err(Refusal::NotServed));
    }
    let by = at(terminal.id);
    let opening = Opening {
        id: CaseId::random(step.rng),
        subject: Some(subject(terminal, number)),
        claimed: String::new(),
        channel: Channel::Terminal,
        reason: Reason::Forgotten,
        offline,
    };
    let case = match begin(step, tx, &opening, &by)? {
        Ok(case) => case,
        Err(refusal) => return Ok(Err(refusal)),
    };
    step.rings.push(Ring::Case(case.id()));
    let proof = Command::Present {
        kind: EvidenceKind::SupervisorSignOn,
        matched: true,
    };
    let (case, refusal) = step.run(tx, case, &proof, &by)?;
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    let (case, refusal) = step.run(tx, case, &Command::Submit, &by)?;
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    // What is done already waits for its reviewers. What is still to be done is done
    // another way: nobody stands at a till until a bank has made up its mind.
    let goes_on = case.state().is_approved() || offline && case.state().is_open();
    if goes_on {
        return Ok(Ok(Some(case.id())));
    }
    if case.state().is_open() {
        step.run(tx, case, &Command::Cancel, &by)?;
        return Ok(Err(Refusal::WaitsForReview));
    }
    Ok(Err(Refusal::NotAllowed))
}

/// The answer to a challenge was typed: the case in which it was given goes on.
fn answered(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
    (deed, counter): (&Deed, u64),
) -> Result<Done, Fault> {
    let Ok(found) = i64::try_from(counter).map(|_| (terminal.id, counter)) else {
        return Ok(Err(Refusal::NotMatched));
    };
    let Some(answered) = offline::find(tx, found)? else {
        return Ok(Err(Refusal::NotMatched));
    };
    let Some(stored) = cases::find(tx, answered.case)? else {
        return Ok(Err(Refusal::NotMatched));
    };
    // The terminal has compared the answer. For which case and operator it was given is
    // held against the case, as with any code.
    let command = Command::Redeem {
        code: answered.code,
        matched: true,
        terminal: terminal.id,
        operator: deed.operator,
    };
    let (case, refusal) = step.run(tx, stored.case, &command, &at(terminal.id))?;
    Ok(match refusal {
        Some(refusal) => Err(refusal),
        None => Ok(Some(case.id())),
    })
}

const fn at(terminal: TerminalId) -> Actor {
    Actor::Terminal { terminal }
}
