//! From a code typed on the terminal to a password in force.
//!
//! 1. *Redeem*: the code opens the "choose a new password" screen, once, on the
//!    terminal and for the operator that it was issued for.
//! 2. *Register*: OPAQUE's registration; the server never sees the password.
//! 3. *Registered*: the terminal has the registration on its disk and says so with
//!    its device key. Credential, sessions, counts, notices and the event change in
//!    one transaction: the password is in force, or it is not.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::case::{Case, Command, Opening, State};
use tillkey_rules::credential::{Change, change};
use tillkey_rules::event::Destination;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::terms::minutes_after;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_store::challenge::Compared;
use tillkey_store::fault::Fault;
use tillkey_store::party::operator;
use tillkey_store::tx::Tx;
use tillkey_store::{attempts, case as cases, credential, reset_code};
use tillkey_wire::code::ResetCode;
use tillkey_wire::ids::{CaseId, CodeId, OperatorNumber, TerminalId};
use tillkey_wire::message::Reply;
use tillkey_wire::opaque::server::{record, respond};
use tillkey_wire::opaque::{RegistrationRequest, RegistrationUpload, Subject};
use tillkey_wire::password::Vouched;

use super::{From, Received, counted, refused, refused_until, subject};
use crate::act::case::step::Step;
use crate::act::case::{begin, begin_step};
use crate::act::{Failure, application};
use crate::bell::Ring;
use crate::shell::Shell;

/// Opens a case for an operator's first password. The evidence is the enrolled
/// terminal itself, by the device key that signed this message.
pub(super) async fn first_password(
    shell: &Shell,
    from: From,
    operator: OperatorNumber,
) -> Result<Received, Failure> {
    counted(shell, from, move |shell, tx, now, rng, terminal| {
        let by = Actor::Terminal {
            terminal: terminal.id,
        };
        let exists = operator::find(tx, terminal.id, operator)?
            .is_some_and(|found| found.removed_at.is_none());
        if !exists {
            return Ok((refused(&Refusal::NotServed), Vec::new()));
        }
        let opening = Opening {
            id: CaseId::random(rng),
            subject: Some(subject(terminal, operator)),
            claimed: String::new(),
            channel: Channel::Terminal,
            reason: Reason::FirstPassword,
            offline: false,
        };
        let mut step = begin_step(shell, &terminal.acquirer, now, rng);
        step.at_terminal = true;
        let case = match begin(&mut step, tx, &opening, &by)? {
            Ok(case) => case,
            Err(refusal) => return Ok((refused(&refusal), Vec::new())),
        };
        let proof = Command::Present {
            kind: EvidenceKind::TerminalInHand,
            matched: true,
        };
        let (case, refusal) = step.run(tx, case, &proof, &by)?;
        if let Some(refusal) = refusal {
            return Ok((refused(&refusal), step.rings));
        }
        let (case, refusal) = step.run(tx, case, &Command::Submit, &by)?;
        let reply = match (refusal, step.screen_code.take(), case.code()) {
            (Some(refusal), ..) => refused(&refusal),
            (None, Some(code), Some(issued)) => Reply::CodeOnScreen {
                case: case.id(),
                code,
                expires_at: issued.expires_at,
            },
            (None, ..) => refused(&Refusal::WaitsForReview),
        };
        step.rings.push(Ring::Case(case.id()));
        Ok((reply, step.rings))
    })
    .await
}

/// Lets the operator choose a new password whom a supervisor vouches for, or who typed
/// the answer to a challenge. Nothing is typed and nothing shown: the terminal itself
/// asks, for a case that its own deed brought about.
pub(super) async fn choose(shell: &Shell, from: From, case: CaseId) -> Result<Received, Failure> {
    counted(shell, from, move |shell, tx, now, rng, terminal| {
        let by = Actor::Terminal {
            terminal: terminal.id,
        };
        let found = cases::find(tx, case)?.filter(|stored| {
            let case = &stored.case;
            let is_here = case
                .subject()
                .is_some_and(|subject| subject.terminal == terminal.id);
            let is_of_deed =
                case.has_supervisor() || case.code().is_some_and(|code| code.to.is_answer());
            is_here && is_of_deed
        });
        let Some((stored, operator)) = found.and_then(|stored| {
            let operator = stored.case.subject()?.operator;
            Some((stored, operator))
        }) else {
            return Ok((refused(&Refusal::OutOfOrder), Vec::new()));
        };
        let mut step = begin_step(shell, &stored.acquirer, now, rng);
        step.at_terminal = true;
        let (case, refusal) = match stored.case.state() {
            State::InReview => {
                let code = refused_until(&Refusal::WaitsForReview, ask_again_at(now));
                return Ok((code, Vec::new()));
            }
            State::Approved => let_choose(&mut step, tx, (stored.case, operator), &by)?,
            _ => step.run(tx, stored.case, &Command::Tick, &by)?,
        };
        let until = case.code().and_then(|code| code.chosen_by);
        let reply = match (refusal, until) {
            (None, Some(until)) => accepted(shell, case.id(), operator, until),
            (refusal, _) => refused(&refusal.unwrap_or(Refusal::CaseClosed)),
        };
        Ok((reply, step.rings))
    })
    .await
}

/// Issues a code to the terminal that asks, and takes it as typed, both in one.
fn let_choose(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (case, operator): (Case, OperatorNumber),
    by: &Actor,
) -> Result<(Case, Option<Refusal>), Fault> {
    let id = CodeId::random(step.rng);
    let to = Destination::TerminalScreen;
    let (case, refusal) = step.run(tx, case, &Command::Issue { code: id, to }, by)?;
    let (None, Some(code), Some(subject)) = (&refusal, step.screen_code.take(), case.subject())
    else {
        return Ok((case, refusal));
    };
    let terminal = subject.terminal;
    let keys = step.shell.seal_keys();
    let digest = keys.code_digest("reset_code", &case.id().to_string(), code.expose());
    let matched = reset_code::redeem(tx, id, &digest, step.now)? == Compared::Matched;
    let redeem = Command::Redeem {
        code: id,
        matched,
        terminal,
        operator,
    };
    step.run(tx, case, &redeem, by)
}

/// How long a terminal waits before it asks again whether a case was reviewed.
const ASK_AGAIN_MINUTES: u32 = 30;

fn ask_again_at(now: Timestamp) -> Timestamp {
    minutes_after(now, ASK_AGAIN_MINUTES)
}

/// Takes a typed code. The attempt is counted whatever comes of it.
pub(super) async fn redeem(
    shell: &Shell,
    from: From,
    (operator, code): (OperatorNumber, ResetCode),
) -> Result<Received, Failure> {
    counted(shell, from, move |shell, tx, now, rng, terminal| {
        let whose = (terminal.id, operator);
        let counted = attempts::operator_subject(terminal.id, operator);
        let count = attempts::count(tx, (Scope::CodeEntry, &counted), now)?;
        if let Err(refusal) = budgets::judge(Scope::CodeEntry, count, now) {
            return Ok((refused(&refusal), Vec::new()));
        }
        let Some(live) = reset_code::live(tx, whose, now)? else {
            let reply = redeemed_before(shell, tx, whose, &code)?;
            return Ok((
                reply.unwrap_or_else(|| refused(&Refusal::NotMatched)),
                Vec::new(),
            ));
        };
        let Some(stored) = cases::find(tx, live.case)? else {
            return Ok((refused(&Refusal::NotMatched), Vec::new()));
        };
        let digest =
            shell
                .seal_keys()
                .code_digest("reset_code", &live.case.to_string(), code.expose());
        let matched = reset_code::redeem(tx, live.id, &digest, now)? == Compared::Matched;
        let command = Command::Redeem {
            code: live.id,
            matched,
            terminal: terminal.id,
            operator,
        };
        let by = Actor::Terminal {
            terminal: terminal.id,
        };
        let mut step = begin_step(shell, &stored.acquirer, now, rng);
        let (case, refusal) = step.run(tx, stored.case, &command, &by)?;
        let until = case.code().and_then(|code| code.chosen_by);
        let reply = match (refusal, until) {
            (None, Some(until)) => accepted(shell, case.id(), operator, until),
            (refusal, _) => refused(&refusal.unwrap_or(Refusal::NotMatched)),
        };
        Ok((reply, step.rings))
    })
    .await
}

/// The answer to a code that this terminal redeemed already, while the screen it
/// opened is still open: the first answer may have been lost.
fn redeemed_before(
    shell: &Shell,
    tx: &mut dyn Tx,
    whose: (TerminalId, OperatorNumber),
    code: &ResetCode,
) -> Result<Option<Reply>, Fault> {
    let Some(stored) = cases::open_case_of(tx, whose)? else {
        return Ok(None);
    };
    let case = stored.case;
    let now = shell.now();
    let Some(until) = case
        .code()
        .and_then(|code| code.chosen_by)
        .filter(|until| *until > now)
    else {
        return Ok(None);
    };
    let digest = shell
        .seal_keys()
        .code_digest("reset_code", &case.id().to_string(), code.expose());
    let same = reset_code::was_redeemed(tx, case.id(), &digest)?;
    Ok(same.then(|| accepted(shell, case.id(), whose.1, until)))
}

fn accepted(shell: &Shell, case: CaseId, operator: OperatorNumber, until: Timestamp) -> Reply {
    let password_rules = shell.config().password_rules();
    Reply::CodeAccepted {
        case,
        operator,
        until,
        password_rules,
    }
}

/// Answers the first message of a registration. It gives nothing away and changes
/// nothing, so it is only held against the case.
pub(super) async fn register(
    shell: &Shell,
    from: From,
    (case, request): (CaseId, RegistrationRequest),
) -> Result<Received, Failure> {
    counted(shell, from, move |shell, tx, _, _, terminal| {
        let stored = cases::find(tx, case)?;
        let subject = stored.as_ref().and_then(|stored| {
            let approved = stored.case.approved().ok()?;
            let subject = approved.subject();
            let open = stored
                .case
                .code()
                .is_some_and(|code| code.chosen_by.is_some());
            (open && subject.terminal == terminal.id).then_some(subject)
        });
        let Some(subject) = subject else {
            return Ok((refused(&Refusal::OutOfOrder), Vec::new()));
        };
        let whose = Subject::new(&terminal.acquirer, terminal.id, subject.operator);
        let reply = match respond(shell.keyring().setup(), &whose, &request) {
            Ok(response) => Reply::Registration { response },
            Err(_) => refused(&Refusal::NotMatched),
        };
        Ok((reply, Vec::new()))
    })
    .await
}

/// The terminal's signed word that a new password is on its disk.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) case: CaseId,
    pub(super) upload: RegistrationUpload,
    pub(super) vouched: Vouched,
}

/// Puts the new password in force. Said twice, it happens once.
pub(super) async fn registered(
    shell: &Shell,
    from: From,
    registered: Registered,
) -> Result<Received, Failure> {
    let Registered {
        case,
        upload,
        vouched,
    } = registered;
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(upload.as_bytes()));
    let Ok(record) = record(&upload) else {
        return counted(shell, from, |_, _, _, _, _| {
            Ok((refused(&Refusal::NotMatched), Vec::new()))
        })
        .await;
    };
    counted(shell, from, move |shell, tx, now, rng, terminal| {
        let Some(stored) = cases::find(tx, case)? else {
            return Ok((refused(&Refusal::OutOfOrder), Vec::new()));
        };
        let Some(subject) = stored.case.subject().cloned() else {
            return Ok((refused(&Refusal::OutOfOrder), Vec::new()));
        };
        // Only the terminal saw the password: what it vouches for must be all that
        // the rules in force ask.
        let rules = shell.config().password_rules();
        if !vouched.satisfies(&rules, subject.operator.rank()) {
            return Ok((refused(&Refusal::NotAllowed), Vec::new()));
        }
        let change = stored.case.approved().ok().map(|approved| {
            change(
                &approved,
                Change::Replace {
                    record: record.as_bytes().to_vec(),
                },
            )
        });
        let whose = (subject.terminal, subject.operator);
        let command = Command::Complete {
            terminal: terminal.id,
            credential_version: credential::next_version(tx, whose)?,
            registration_digest: digest.clone(),
            vouched: vouched.clone(),
        };
        let by = Actor::Terminal {
            terminal: terminal.id,
        };
        let before = stored.case.version();
        let mut step = begin_step(shell, &stored.acquirer, now, rng);
        let (case, refusal) = step.run(tx, stored.case, &command, &by)?;
        let reply = match (refusal, case.credential_version()) {
            (None, Some(credential_version)) => {
                // Said again after a lost answer, it adds no event and changes nothing.
                if let Some(change) = change.as_ref().filter(|_| case.version() > before) {
                    credential::apply(tx, change, now)?;
                    application::note_password(&mut step, tx, terminal.id)?;
                }
                Reply::Effective {
                    case: case.id(),
                    credential_version,
                }
            }
            (refusal, _) => refused(&refusal.unwrap_or(Refusal::OutOfOrder)),
        };
        Ok((reply, step.rings))
    })
    .await
}
