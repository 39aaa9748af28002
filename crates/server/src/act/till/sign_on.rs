//! Sign-on with OPAQUE: two round trips, no hashing on the server.
//!
//! From the server's first reply the terminal learns whether the password was right,
//! so the attempt is counted when it starts, durably, and the count is cleared when
//! it finishes (attacks D02, E01).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::attempts::{self as budgets, Count, Scope};
use tillkey_rules::dormancy::RestCause;
use tillkey_rules::event::Event;
use tillkey_rules::refusal::Refusal;
use tillkey_store::fault::Fault;
use tillkey_store::party::operator;
use tillkey_store::party::terminal::Terminal;
use tillkey_store::session::{self, Session, SessionEnd};
use tillkey_store::tx::Tx;
use tillkey_store::{attempts, case as cases, credential};
use tillkey_wire::ids::{AcquirerId, OperatorNumber, SessionId};
use tillkey_wire::message::{OfflineSignOn, Reply};
use tillkey_wire::opaque::server::{LoginState, start_login};
use tillkey_wire::opaque::{Ke1, Ke3, Record, Subject};

use super::{From, Received, counted, is_served, note, refused};
use crate::act::Failure;
use crate::act::case::act;
use crate::shell::Shell;

/// How many wrong passwords are believed to have been typed without a link: the terminal
/// takes no more.
const OFFLINE_FAILURES_MAX: u32 = 10;

/// What a link remembers between two messages of its terminal. Lost with the link:
/// the sign-on is then begun again, and counts again.
#[derive(Default)]
pub struct LinkState {
    sign_on: Option<Started>,
}

struct Started {
    operator: OperatorNumber,
    version: u32,
    state: LoginState,
}

impl std::fmt::Debug for LinkState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkState")
    }
}

/// What the first transaction of a sign-on comes to.
#[derive(Serialize, Deserialize)]
enum Counted {
    Replayed,
    Refused(Refusal),
    Held {
        acquirer: AcquirerId,
        version: u32,
        record: Option<Vec<u8>>,
    },
}

/// Counts the attempt and answers with the second message. An operator without a
/// password gets one that looks and costs the same.
pub(super) async fn start(
    shell: &Shell,
    from: From,
    link: &mut LinkState,
    (operator, ke1): (OperatorNumber, Ke1),
) -> Result<Received, Failure> {
    link.sign_on = None;
    let result = act(shell, None, move |_, tx, now, _| {
        use tillkey_store::party::terminal;
        if !terminal::advance_counter(tx, from.terminal, from.counter)? {
            return Ok((Ok(Counted::Replayed), Vec::new()));
        }
        let terminal = terminal::find(tx, from.terminal)?.ok_or(Fault::Missing("terminal"))?;
        count(tx, &terminal, operator, now).map(|counted| (Ok(counted), Vec::new()))
    })
    .await?;
    let (acquirer, version, record) = match result {
        Counted::Replayed => return Ok(Received::Replayed),
        Counted::Refused(refusal) => return Ok(Received::Reply(refused(&refusal))),
        Counted::Held {
            acquirer,
            version,
            record,
        } => (acquirer, version, record),
    };
    let record = record
        .as_deref()
        .and_then(|record| Record::from_bytes(record).ok());
    let subject = Subject::new(&acquirer, from.terminal, operator);
    let setup = shell.keyring().setup();
    match start_login(setup, &subject, record.as_ref(), &ke1, &mut shell.rng()) {
        Ok((state, ke2)) => {
            link.sign_on = Some(Started {
                operator,
                version,
                state,
            });
            Ok(Received::Reply(Reply::SignOnChallenge { ke2 }))
        }
        // Not a group element: no terminal of ours sends that.
        Err(_) => Ok(Received::Reply(refused(&Refusal::NotMatched))),
    }
}

fn count(
    tx: &mut dyn Tx,
    terminal: &Terminal,
    operator: OperatorNumber,
    now: Timestamp,
) -> Result<Counted, Fault> {
    if !is_served(tx, terminal)? {
        return Ok(Counted::Refused(Refusal::NotServed));
    }
    let counted = attempts::operator_subject(terminal.id, operator);
    let before = attempts::in_window(tx, (Scope::SignOn, &counted), now)?;
    if let Some(until) = budgets::hold(before).filter(|until| *until > now) {
        return Ok(Counted::Refused(Refusal::TooMany { retry_at: until }));
    }
    let after = attempts::count(tx, (Scope::SignOn, &counted), now)?;
    // Noted once, when this attempt is the one that makes the next one wait.
    let unfinished = Count {
        latest_at: Some(now),
        ..after
    };
    if let Some(until) = budgets::hold(unfinished) {
        note(
            tx,
            terminal,
            now,
            Event::SignOnHeld {
                terminal: terminal.id,
                operator,
                until,
            },
        )?;
    }
    let credential = credential::in_force(tx, (terminal.id, operator), now)?;
    Ok(Counted::Held {
        acquirer: terminal.acquirer.clone(),
        version: credential
            .as_ref()
            .map_or(0, |credential| credential.version),
        record: credential.map(|credential| credential.record),
    })
}

/// Takes over what a terminal compared itself while it had no link. Its word is as good
/// as its device key: the session counts, and so do the passwords that were wrong.
pub(super) async fn offline(
    shell: &Shell,
    from: From,
    told: OfflineSignOn,
) -> Result<Received, Failure> {
    counted(shell, from, move |_, tx, now, _, terminal| {
        let whose = (terminal.id, told.operator);
        let counted = attempts::operator_subject(terminal.id, told.operator);
        for _ in 0..told.failed.min(OFFLINE_FAILURES_MAX) {
            attempts::count(tx, (Scope::SignOn, &counted), now)?;
        }
        let Some(session) = told.session else {
            return Ok((Reply::SignOnTaken, Vec::new()));
        };
        if let Some((known, _)) = session::find(tx, session)? {
            // Told before, and the answer was lost.
            let same = (known.terminal, known.operator) == whose;
            let reply = if same {
                Reply::SignOnTaken
            } else {
                refused(&Refusal::NotMatched)
            };
            return Ok((reply, Vec::new()));
        }
        if !may_be_signed_on(tx, terminal, told.operator, now)? {
            return Ok((refused(&Refusal::NotServed), Vec::new()));
        }
        attempts::clear(tx, (Scope::SignOn, &counted))?;
        session::end_all(tx, whose, SessionEnd::Superseded, now)?;
        session::start(
            tx,
            &Session {
                id: session,
                terminal: terminal.id,
                operator: told.operator,
                // By a clock that may be years off, but nothing begins after it was told.
                started_at: told.at.min(now),
            },
        )?;
        let signed_on = Event::SignedOn {
            terminal: terminal.id,
            operator: told.operator,
            session,
            offline: true,
        };
        note(tx, terminal, now, signed_on)?;
        Ok((Reply::SignOnTaken, Vec::new()))
    })
    .await
}

/// Whether an operator may be signed on without the server having seen a password: there
/// is one, or a case has let them choose one that is still to be registered.
fn may_be_signed_on(
    tx: &mut dyn Tx,
    terminal: &Terminal,
    operator: OperatorNumber,
    now: Timestamp,
) -> Result<bool, Fault> {
    let whose = (terminal.id, operator);
    if !is_served(tx, terminal)? || at_rest(tx, whose)?.is_some() {
        return Ok(false);
    }
    if credential::in_force(tx, whose, now)?.is_some() {
        return Ok(true);
    }
    let open = cases::open_case_of(tx, whose)?;
    Ok(open.is_some_and(|stored| {
        let case = &stored.case;
        case.is_offline() || case.code().is_some_and(|code| code.to.is_answer())
    }))
}

/// Why an operator is at rest, if they are: nobody had signed on for long, or a new
/// password is due.
fn at_rest(
    tx: &mut dyn Tx,
    (terminal, number): credential::Whose,
) -> Result<Option<Refusal>, Fault> {
    let found = operator::find(tx, terminal, number)?;
    Ok(found
        .and_then(|found| found.rest_cause)
        .map(|cause| match cause {
            RestCause::Campaign | RestCause::PasswordAge => Refusal::RenewalDue,
            RestCause::Unused => Refusal::Dormant,
        }))
}

/// Checks the third message, clears the count and starts the session.
pub(super) async fn finish(
    shell: &Shell,
    from: From,
    link: &mut LinkState,
    ke3: Ke3,
) -> Result<Received, Failure> {
    let started = link.sign_on.take();
    let known = started.and_then(
        |Started {
             operator,
             version,
             state,
         }| { state.finish(&ke3).ok().map(|_| (operator, version)) },
    );
    counted(shell, from, move |_, tx, now, rng, terminal| {
        let Some((operator, version)) = known else {
            return Ok((refused(&Refusal::NotMatched), Vec::new()));
        };
        let whose = (terminal.id, operator);
        // The password may have been replaced or revoked between the two messages.
        let in_force = credential::in_force(tx, whose, now)?;
        if in_force.is_none_or(|credential| credential.version != version) {
            return Ok((refused(&Refusal::NotMatched), Vec::new()));
        }
        // Said to nobody but whoever knows the password: it was right.
        if let Some(why) = at_rest(tx, whose)? {
            return Ok((refused(&why), Vec::new()));
        }
        attempts::clear(
            tx,
            (
                Scope::SignOn,
                &attempts::operator_subject(terminal.id, operator),
            ),
        )?;
        session::end_all(tx, whose, SessionEnd::Superseded, now)?;
        let session = SessionId::random(rng);
        session::start(
            tx,
            &Session {
                id: session,
                terminal: terminal.id,
                operator,
                started_at: now,
            },
        )?;
        note(
            tx,
            terminal,
            now,
            Event::SignedOn {
                terminal: terminal.id,
                operator,
                session,
                offline: false,
            },
        )?;
        Ok((
            Reply::SignedOn {
                session,
                credential_version: version,
            },
            Vec::new(),
        ))
    })
    .await
}
