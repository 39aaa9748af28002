//! A case, from outside: open, challenge, present, submit, review, cancel.
//!
//! Each act is one transaction: authenticate against the case, count the attempt,
//! load, decide, append, do what follows, draw the view. The bell rings after the
//! commit.

mod consent;
pub mod counter;
mod dossier;
mod effect;
pub mod form;
mod guessing;
mod in_hand;
mod list;
mod offline;
mod questions;
mod review;
pub mod scan;
pub mod slip;
mod sms_code;
pub(super) mod step;
pub(super) mod view;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::case::{self as rules, Case, Command, Opening};
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode, Validity};
use tillkey_rules::party::{Actor, Role, Subject};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::trade::Question;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_store::attempts;
use tillkey_store::case::{self as cases, Stored};
use tillkey_store::challenge::{self, Compared};
use tillkey_store::fault::Fault;
use tillkey_store::party::merchant::DocumentRole;
use tillkey_store::party::{merchant, operator, terminal};
use tillkey_store::tx::Tx;
use tillkey_wire::code::{InHandNumber, SmsCode};
use tillkey_wire::ids::{AcquirerId, CaseId, MerchantNumber, OperatorNumber, TerminalNumber};

pub use self::consent::{
    consent, list_of_merchant, object, open_as_manager, present_sign_in, waiting_for_consent,
};
pub use self::dossier::{Dossier, Flag, Miss, Opinion, Outcome, Passage, Standing, dossier};
pub use self::list::{CaseFilter, CaseSummary, list};
pub(super) use self::list::{page_of, read_cursor, summary};
pub use self::offline::{Answered, answer as answer_offline};
pub(super) use self::review::checked_comment;
pub use self::review::{
    Obstacle, Queue, QueueFilter, Review, Unprepared, Waiting, amend, queue, review, waive_backup,
};
use self::step::Step;
pub(super) use self::step::guessed;
pub use self::view::{BackupState, BackupView, CaseView, TimelineItem};
use super::{Access, CaseToken, Failure, Once, SignedIn, Source, message, once};
use crate::bell::Ring;
use crate::shell::Shell;

/// How many challenges one case may send.
const CHALLENGES_PER_CASE_MAX: usize = 3;

/// Whom a request names. Nothing here says that they exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The merchant.
    pub merchant: MerchantNumber,
    /// The terminal.
    pub terminal: TerminalNumber,
    /// The account on it.
    pub operator: OperatorNumber,
}

/// What opens a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRequest {
    /// Whom it names.
    pub named: Named,
    /// From where.
    pub channel: Channel,
    /// Why.
    pub reason: Reason,
}

/// A case that was opened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Opened {
    /// Which case.
    pub case: CaseId,
    /// What its holder shows from now on.
    pub token: Option<CaseToken>,
    /// The evidence that would help.
    pub next: Vec<EvidenceKind>,
}

/// Opens a case. Whoever is named: the answer is the same, in the same shape, after
/// the same work.
///
/// # Errors
/// [`Failure`]; none of them depends on whether the subject exists.
pub async fn open(
    shell: &Shell,
    request: OpenRequest,
    by: Option<&SignedIn>,
    source: &Source,
    once: Option<Once>,
) -> Result<Opened, Failure> {
    let OpenRequest {
        named,
        channel,
        reason,
    } = request;
    let actor = by.map_or(Actor::Holder, |by| by.actor.clone());
    let staffed = by.map(|by| by.acquirer.clone());
    let source = source.as_str().to_owned();
    act(shell, once, move |shell, tx, now, rng| {
        if staffed.is_none() {
            let count = attempts::count(tx, (Scope::SourceOpening, &source), now)?;
            if let Err(refusal) = budgets::judge(Scope::SourceOpening, count, now) {
                return Ok((Err(refusal.into()), Vec::new()));
            }
        }
        let found = find_subject(tx, &named)?;
        let subject = found.filter(|found| staffed.as_ref().is_none_or(|a| *a == found.acquirer));
        let acquirer = match (&staffed, &subject) {
            (Some(acquirer), _) => acquirer.clone(),
            (None, Some(subject)) => subject.acquirer.clone(),
            (None, None) => shell.home().clone(),
        };
        let (id, token) = (CaseId::random(rng), CaseToken::random(rng));
        let opening = Opening {
            id,
            subject,
            claimed: claimed(shell, &named),
            channel,
            reason,
            offline: false,
        };
        let digest = shell.seal_keys().token_digest("case", token.expose());
        let mut step = begin_step(shell, &acquirer, now, rng);
        let case = match begin(&mut step, tx, &opening, &actor)? {
            Ok(case) => case,
            Err(refusal) => return Ok((Err(refusal.into()), Vec::new())),
        };
        cases::set_token(tx, id, &digest)?;
        let next = view::next(shell, &case);
        let token = staffed.is_none().then_some(token);
        Ok((
            Ok(Opened {
                case: id,
                token,
                next,
            }),
            vec![Ring::Case(id)],
        ))
    })
    .await
}

/// Opens a case inside a transaction.
pub(super) fn begin(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    opening: &Opening,
    by: &Actor,
) -> Result<Result<Case, Refusal>, Fault> {
    let known = match &opening.subject {
        Some(subject) => {
            let online = step.shell.presence().is_online(subject.terminal);
            Some(tillkey_store::party::subject::facts(
                tx, subject, step.now, online,
            )?)
        }
        None => None,
    };
    let answer = rules::open(opening, by, &step.facts(known.as_ref()));
    if let Some(refusal) = answer.refusal {
        return Ok(Err(refusal));
    }
    let first = cases::Step {
        acquirer: step.acquirer,
        at: step.now,
        by,
        events: &answer.events,
    };
    cases::begin(tx, opening.id, &first).map(Ok)
}

/// Shows a case.
///
/// # Errors
/// [`Failure::Unknown`] for whoever may not see it, as for a case that is not there.
pub async fn view(shell: &Shell, case: CaseId, access: &Access) -> Result<CaseView, Failure> {
    let (inner, access) = (shell.clone(), access.clone());
    shell
        .store()
        .read(move |tx| match reach(tx, &inner, case, &access)? {
            Some(stored) => draw(tx, &inner, &stored.case, &access).map(Ok),
            None => Ok(Err(Failure::Unknown)),
        })
        .await?
}

/// Sends a challenge: an SMS code to the registered phone, which nobody names, or the
/// request to show a number to the terminal.
///
/// # Errors
/// [`Failure`]; the same for a subject that does not exist.
pub async fn challenge(
    shell: &Shell,
    case: CaseId,
    kind: EvidenceKind,
    access: &Access,
    source: &Source,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    let source = access.source(source);
    on_case(shell, case, access, once, move |step, tx, case, by| {
        let count = attempts::count(tx, (Scope::SourceProof, &source), step.now)?;
        if let Err(refusal) = budgets::judge(Scope::SourceProof, count, step.now) {
            return Ok((case, Some(refusal)));
        }
        if kind == EvidenceKind::SmsCode
            && let Err(refusal) = message::ask(tx, &source, step.now)?
        {
            return Ok((case, Some(refusal)));
        }
        if sent_challenges(tx, case.id())? >= CHALLENGES_PER_CASE_MAX {
            let retry_at = case.deadline();
            return Ok((case, Some(Refusal::TooMany { retry_at })));
        }
        let (case, refusal) = step.run(tx, case, &Command::Challenge { kind }, by)?;
        match kind {
            _ if refusal.is_some() => {}
            EvidenceKind::SmsCode => sms_code::send(step, tx, &case)?,
            EvidenceKind::TerminalInHand => in_hand::ask(step, tx, &case)?,
            EvidenceKind::RecentTransactions => questions::ask(step, tx, &case)?,
            _ => {}
        }
        Ok((case, refusal))
    })
    .await
}

/// What somebody presents as a proof. The server compares it; nobody is shown what
/// it expects.
#[derive(Debug)]
pub enum Presented {
    /// The code from the registered phone.
    SmsCode(SmsCode),
    /// The number on the terminal's screen.
    TerminalInHand(InHandNumber),
    /// An original identity document.
    IdentityDocument {
        /// Its number.
        number: ResidentIdentityNumber,
        /// Until when it is valid, where whoever inspected it says so.
        validity: Option<Validity>,
    },
    /// An original business licence.
    BusinessLicence {
        /// Its unified social credit code.
        code: SocialCreditCode,
        /// Until when it is valid, where whoever inspected it says so.
        validity: Option<Validity>,
    },
    /// Answers to the questions about the merchant's trade, as typed: fen, or counts.
    RecentTransactions(BTreeMap<Question, i64>),
}

impl Presented {
    const fn kind(&self) -> EvidenceKind {
        match self {
            Self::SmsCode(_) => EvidenceKind::SmsCode,
            Self::TerminalInHand(_) => EvidenceKind::TerminalInHand,
            Self::IdentityDocument { .. } => EvidenceKind::IdentityDocument,
            Self::BusinessLicence { .. } => EvidenceKind::BusinessLicence,
            Self::RecentTransactions(_) => EvidenceKind::RecentTransactions,
        }
    }

    /// Whether it has expired by its own date.
    fn is_expired(&self, today: Date) -> bool {
        match self {
            Self::IdentityDocument { validity, .. } | Self::BusinessLicence { validity, .. } => {
                validity.is_some_and(|validity| !validity.holds_on(today))
            }
            _ => false,
        }
    }
}

/// Presents a proof. The attempt is counted in the transaction that compares it, and
/// answered after both are durable.
///
/// # Errors
/// [`Failure::Refused`] with `not_matched` or `too_many`, among others.
pub async fn present(
    shell: &Shell,
    case: CaseId,
    presented: Presented,
    access: &Access,
    source: &Source,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    let source = access.source(source);
    on_case(shell, case, access, once, move |step, tx, case, by| {
        // By its own date, before anything is compared: it costs no guess.
        if presented.is_expired(step.shell.day(step.now)) {
            return Ok((case, Some(Refusal::DocumentExpired)));
        }
        if let Err(refusal) = count_proof(step, tx, &case, &source)? {
            return Ok((case, Some(refusal)));
        }
        let matched = compare(step, tx, &case, &presented)?;
        if !matched {
            if is_repeated(step, tx, &case, &presented)? {
                return Ok((case, Some(Refusal::OutOfOrder)));
            }
            guessing::note(step, tx, &case)?;
        }
        let command = Command::Present {
            kind: presented.kind(),
            matched,
        };
        step.run(tx, case, &command, by)
    })
    .await
}

/// Counts a proof that could not even be read: it is an attempt like any other, or
/// garbage would be free (attack A03).
///
/// # Errors
/// [`Failure::Refused`] with `too_many`; [`Failure::Unknown`] for whoever may not see
/// the case.
pub async fn present_unreadable(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    source: &Source,
) -> Result<(), Failure> {
    let source = access.source(source);
    on_case(shell, case, access, None, move |step, tx, case, _| {
        let judged = count_proof(step, tx, &case, &source)?;
        Ok((case, judged.err()))
    })
    .await
    .map(|_| ())
}

/// Asks for the decision.
///
/// # Errors
/// [`Failure::Refused`] where the case is not waiting for it.
pub async fn submit(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    command(shell, case, access, once, Command::Submit).await
}

/// Withdraws a case.
///
/// # Errors
/// [`Failure::Refused`] where it is closed.
pub async fn cancel(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    command(shell, case, access, once, Command::Cancel).await
}

/// Takes a case over at a counter.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but a clerk.
pub async fn hand_over(
    shell: &Shell,
    case: CaseId,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    by.must_be(&[Role::Clerk])?;
    let channel = Channel::Counter;
    command(
        shell,
        case,
        &Access::Staff(by.clone()),
        once,
        Command::HandOver { channel },
    )
    .await
}

/// Sends a new reset code for an approved case; the one before it is dead.
///
/// # Errors
/// [`Failure::Refused`] with `codes_used_up`, among others.
pub async fn send_code_again(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    let is_manager = matches!(access, Access::Manager(_));
    on_case(shell, case, access, once, move |step, tx, case, by| {
        // A manager sees the cases of other channels, and drives none of them.
        if is_manager && let Err(refusal) = case.driven_by(by) {
            return Ok((case, Some(refusal)));
        }
        let command = step.issue(&case);
        step.run(tx, case, &command, by)
    })
    .await
}

/// Runs one plain command on a case.
async fn command(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
    command: Command,
) -> Result<CaseView, Failure> {
    on_case(shell, case, access, once, move |step, tx, case, by| {
        step.run(tx, case, &command, by)
    })
    .await
}

/// Reaches a case, runs something on it, and draws it.
async fn on_case<F>(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
    mut run: F,
) -> Result<CaseView, Failure>
where
    F: FnMut(&mut Step<'_>, &mut dyn Tx, Case, &Actor) -> Result<(Case, Option<Refusal>), Fault>
        + Send
        + 'static,
{
    let access = access.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let Some(stored) = reach(tx, shell, case, &access)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let mut step = begin_step(shell, &stored.acquirer, now, rng);
        let (case, refusal) = run(&mut step, tx, stored.case, &access.actor())?;
        let rings = step.rings;
        match refusal {
            Some(refusal) => Ok((Err(refusal.into()), rings)),
            None => draw(tx, shell, &case, &access).map(|view| (Ok(view), rings)),
        }
    })
    .await
}

/// Draws a case as this caller may see it.
fn draw(tx: &mut dyn Tx, shell: &Shell, case: &Case, access: &Access) -> Result<CaseView, Fault> {
    let view = view::draw(tx, shell, case)?;
    Ok(match access {
        Access::Manager(by) => consent::as_manager_sees_it(view, case, &by.actor()),
        Access::Holder(_) | Access::Staff(_) => view,
    })
}

/// Runs an act in one transaction, and rings the bell after its commit.
pub(super) async fn act<T, F>(shell: &Shell, once: Option<Once>, mut run: F) -> Result<T, Failure>
where
    T: Serialize + serde::de::DeserializeOwned + Send + 'static,
    F: FnMut(
            &Shell,
            &mut dyn Tx,
            Timestamp,
            &mut rand_chacha::ChaCha20Rng,
        ) -> Result<(Result<T, Failure>, Vec<Ring>), Fault>
        + Send
        + 'static,
{
    let (inner, now, mut rng) = (shell.clone(), shell.now(), shell.rng());
    let shell = shell.clone();
    // A task of its own: a caller who hangs up drops what waits for the answer, and
    // what was committed is to be told all the same.
    let acting = tokio::spawn(async move {
        let rung = Arc::new(Mutex::new(Vec::new()));
        let rings = Arc::clone(&rung);
        let result = once::write(&shell, once, move |tx| {
            let (result, rings) = run(&inner, tx, now, &mut rng)?;
            *rung.lock().unwrap_or_else(PoisonError::into_inner) = rings;
            Ok(result)
        })
        .await;
        let mut rings = rings.lock().unwrap_or_else(PoisonError::into_inner);
        for ring in rings.drain(..) {
            shell.bell().ring(ring);
        }
        drop(rings);
        result
    });
    match acting.await {
        Ok(result) => result,
        // The service is stopping.
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Failure::Busy),
        },
    }
}

pub(super) const fn begin_step<'a>(
    shell: &'a Shell,
    acquirer: &'a AcquirerId,
    now: Timestamp,
    rng: &'a mut rand_chacha::ChaCha20Rng,
) -> Step<'a> {
    Step {
        shell,
        acquirer,
        now,
        rng,
        rings: Vec::new(),
        screen_code: None,
        slip_printer: None,
        at_terminal: false,
        answering: None,
    }
}

/// The case, if this caller may reach it: its holder by the token, staff by the
/// acquirer, a manager by the merchant. Anything else is a case that is not there.
pub(super) fn reach(
    tx: &mut dyn Tx,
    shell: &Shell,
    case: CaseId,
    access: &Access,
) -> Result<Option<Stored>, Fault> {
    match access {
        Access::Holder(token) => {
            let digest = shell.seal_keys().token_digest("case", token.expose());
            cases::find_by_token(tx, case, &digest)
        }
        Access::Staff(signed_in) => {
            let found = cases::find(tx, case)?;
            Ok(found.filter(|stored| stored.acquirer == signed_in.acquirer))
        }
        Access::Manager(by) => {
            let found = cases::find(tx, case)?;
            let is_theirs = |subject: &Subject| subject.merchant == by.merchant;
            Ok(found.filter(|stored| {
                stored.acquirer == by.acquirer && stored.case.subject().is_some_and(is_theirs)
            }))
        }
    }
}

/// Who is meant, if they exist. The three look-ups are made in any case.
fn find_subject(tx: &mut dyn Tx, named: &Named) -> Result<Option<Subject>, Fault> {
    let merchant = merchant::find(tx, &named.merchant)?;
    let terminal = terminal::find_by_number(tx, &named.merchant, &named.terminal)?;
    let (Some(merchant), Some(terminal)) = (merchant, terminal) else {
        return Ok(None);
    };
    let operator = operator::find(tx, terminal.id, named.operator)?;
    Ok(operator
        .filter(|operator| operator.removed_at.is_none())
        .map(|operator| Subject {
            acquirer: merchant.acquirer,
            merchant: merchant.number,
            terminal: terminal.id,
            terminal_number: terminal.number,
            operator: operator.number,
        }))
}

/// The keyed digest of what a request names.
pub(super) fn claimed(shell: &Shell, named: &Named) -> String {
    let Named {
        merchant,
        terminal,
        operator,
    } = named;
    let whole = shell
        .seal_keys()
        .text_digest("claimed", &format!("{merchant}/{terminal}/{operator}"))
        .to_hex();
    let merchant = shell
        .seal_keys()
        .text_digest("claimed merchant", merchant.as_str())
        .to_hex();
    format!("{merchant}.{whole}")
}

/// Counts a proof against everything it is a guess at: the operator, the merchant,
/// and where it comes from. Committed with the answer, before the answer is seen.
fn count_proof(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    case: &Case,
    source: &str,
) -> Result<Result<(), Refusal>, Fault> {
    let operator = guessed(case);
    let merchant = case
        .subject()
        .map_or(case.claimed_merchant(), |subject| subject.merchant.as_str());
    let mut judged = guessing::hold(step, tx, case)?;
    for (scope, subject) in [
        (Scope::of_proof(case.channel()), operator.as_str()),
        (Scope::MerchantProof, merchant),
        (Scope::SourceProof, source),
    ] {
        let count = attempts::count(tx, (scope, subject), step.now)?;
        judged = judged.and(budgets::judge(scope, count, step.now));
    }
    Ok(judged)
}

/// Whether the code that proved the phone comes once more. It is no wrong proof: two
/// clicks send it twice, and a case must not show a mistake that nobody made.
fn is_repeated(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    case: &Case,
    presented: &Presented,
) -> Result<bool, Fault> {
    match presented {
        Presented::SmsCode(code) => {
            let asked = (case.id(), EvidenceKind::SmsCode);
            challenge::is_repeated(tx, asked, &sms_code::digest(step, case, code), step.now)
        }
        _ => Ok(false),
    }
}

/// Compares what was presented with what is registered.
fn compare(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    case: &Case,
    presented: &Presented,
) -> Result<bool, Fault> {
    let keys = step.shell.seal_keys();
    let (kind, number, roles): (_, _, &[DocumentRole]) = match presented {
        Presented::SmsCode(code) => {
            let digest = sms_code::digest(step, case, code);
            let asked = (case.id(), EvidenceKind::SmsCode);
            let compared = challenge::answer(tx, asked, &digest, step.now)?;
            return Ok(compared == Compared::Matched);
        }
        Presented::RecentTransactions(answers) => {
            return questions::compare(step, tx, case, answers);
        }
        Presented::TerminalInHand(number) => return in_hand::compare(step, tx, case, number),
        Presented::IdentityDocument { number, .. } => (
            EvidenceKind::IdentityDocument,
            number.expose(),
            &[DocumentRole::Holder, DocumentRole::Proxy],
        ),
        Presented::BusinessLicence { code, .. } => (
            EvidenceKind::BusinessLicence,
            code.expose(),
            &[DocumentRole::Business],
        ),
    };
    let index = keys.document_index(step.acquirer, kind.name(), number);
    let Some(subject) = case.subject() else {
        return Ok(false);
    };
    let found = merchant::compare_document(tx, &subject.merchant, &index)?;
    Ok(found.iter().any(|role| roles.contains(role)))
}

fn sent_challenges(tx: &mut dyn Tx, case: CaseId) -> Result<usize, Fault> {
    use tillkey_rules::event::{CaseEvent, Event};
    let events = tillkey_store::event::of_case(tx, case, crate::limits::TIMELINE_EVENTS_MAX)?;
    let sent = |event: &Event| matches!(event, Event::Case(CaseEvent::Challenged { .. }));
    Ok(events
        .iter()
        .filter(|placed| sent(&placed.entry.event))
        .count())
}
