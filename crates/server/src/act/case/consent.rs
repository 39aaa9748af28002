//! What a manager does in a case: their own from the portal, and a consent or an
//! objection to one that another channel opened.
//!
//! Nothing is guessed here, so nothing is counted: a session has been proved or has
//! not, and the server knows when.

use tillkey_rules::case::{Case, Command, State};
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::{Channel, EvidenceKind};
use tillkey_store::case::{self as cases, Filter};
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::CaseId;

use super::{
    CaseSummary, CaseView, Named, OpenRequest, Opened, Opening, act, begin, begin_step, claimed,
    find_subject, on_case, page_of, read_cursor, summary, view,
};
use crate::act::managers::ManagerSession;
use crate::act::{Access, Failure, Once, Page};
use crate::bell::Ring;
use crate::limits::{CASES_PAGE, CONSENTS_SHOWN_MAX};
use crate::shell::Shell;

/// Opens a case from the portal. What is not the manager's own merchant's is not
/// there (attack C11).
///
/// # Errors
/// [`Failure::Unknown`] for another merchant's terminal; [`Failure::Refused`] with
/// `not_allowed` for a rank that the manager's rights do not cover.
pub async fn open_as_manager(
    shell: &Shell,
    request: OpenRequest,
    by: &ManagerSession,
    once: Option<Once>,
) -> Result<Opened, Failure> {
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let Some(subject) = own_subject(tx, &request.named, &by)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let opening = Opening {
            id: CaseId::random(rng),
            subject: Some(subject),
            claimed: claimed(shell, &request.named),
            channel: request.channel,
            reason: request.reason,
            offline: false,
        };
        let mut step = begin_step(shell, &by.acquirer, now, rng);
        let case = match begin(&mut step, tx, &opening, &by.actor())? {
            Ok(case) => case,
            Err(refusal) => return Ok((Err(refusal.into()), Vec::new())),
        };
        let opened = Opened {
            case: opening.id,
            token: None,
            next: view::next(shell, &case),
        };
        Ok((Ok(opened), vec![Ring::Case(opening.id)]))
    })
    .await
}

fn own_subject(
    tx: &mut dyn Tx,
    named: &Named,
    by: &ManagerSession,
) -> Result<Option<tillkey_rules::party::Subject>, Fault> {
    let found = find_subject(tx, named)?;
    Ok(found.filter(|found| found.merchant == by.merchant && found.acquirer == by.acquirer))
}

/// Presents the manager's own sign-in as a proof, as long as it is fresh.
///
/// # Errors
/// [`Failure::NotFresh`] where it is too long ago; [`Failure::NotAllowed`] for anybody
/// but a manager.
pub async fn present_sign_in(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    present_as_manager(shell, case, EvidenceKind::PortalSession, access, once).await
}

/// Consents, as a manager, to a case that another channel opened. That takes a fresh
/// sign-in as well: a device left alone for a while consents to nothing.
///
/// # Errors
/// As [`present_sign_in`].
pub async fn consent(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    present_as_manager(shell, case, EvidenceKind::ManagerConsent, access, once).await
}

async fn present_as_manager(
    shell: &Shell,
    case: CaseId,
    kind: EvidenceKind,
    access: &Access,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    let Access::Manager(by) = access else {
        return Err(tillkey_rules::refusal::Refusal::NotAllowed.into());
    };
    by.must_be_fresh(shell)?;
    let command = Command::Present {
        kind,
        matched: true,
    };
    on_case(shell, case, access, once, move |step, tx, case, by| {
        step.run(tx, case, &command, by)
    })
    .await
}

/// Objects, as a manager, to a case that another channel opened: it is closed.
///
/// # Errors
/// [`Failure::Refused`] with `not_allowed` for a case that is not theirs to stop.
pub async fn object(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    on_case(shell, case, access, once, |step, tx, case, by| {
        step.run(tx, case, &Command::Object, by)
    })
    .await
}

/// Lists the cases of the manager's merchant, newest first. What strangers open on the
/// public pages and never prove is not among them.
///
/// # Errors
/// [`Failure::Invalid`] for a cursor that this list did not give.
pub async fn list_of_merchant(
    shell: &Shell,
    by: &ManagerSession,
    cursor: Option<&str>,
) -> Result<Page<CaseSummary>, Failure> {
    let after = cursor.map(read_cursor).transpose()?;
    let by = by.clone();
    let filter = Filter::ShownToMerchant(by.merchant);
    let found = shell
        .store()
        .read(move |tx| cases::list(tx, &by.acquirer, &filter, (after, CASES_PAGE + 1)))
        .await?;
    Ok(page_of(found))
}

/// The cases that wait for this manager's consent, newest first.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn waiting_for_consent(
    shell: &Shell,
    by: &ManagerSession,
) -> Result<Vec<CaseSummary>, Failure> {
    let by = by.clone();
    let found = shell.store().read(move |tx| {
        let filter = Filter::GatheringAbroad(by.merchant.clone());
        let limit = (None, CONSENTS_SHOWN_MAX);
        let found = cases::list(tx, &by.acquirer, &filter, limit)?;
        let actor = by.actor();
        let waiting = found
            .iter()
            .filter(|one| one.case.waits_for_consent_of(&actor));
        Ok(waiting.map(|stored| summary(&stored.case)).collect())
    });
    Ok(found.await?)
}

/// A case as its merchant's manager sees it. How another channel gets on with its
/// proofs is that channel's business: a manager who works with a false caller would
/// learn from it what was asked and what failed.
pub(super) fn as_manager_sees_it(mut view: CaseView, case: &Case, by: &Actor) -> CaseView {
    let subject = case.subject();
    view.terminal_number = subject.map(|subject| subject.terminal_number.clone());
    view.operator = subject.map(|subject| subject.operator);
    view.may_object = case.is_open_to_objection_of(by);
    if matches!(case.channel(), Channel::Portal | Channel::Campaign) {
        return view;
    }
    view.evidence
        .retain(|kind| *kind == EvidenceKind::ManagerConsent);
    view.next = match case.waits_for_consent_of(by) {
        true => vec![EvidenceKind::ManagerConsent],
        false => Vec::new(),
    };
    view.questions = Vec::new();
    view.challenge_expires_at = None;
    if case.state() == State::Gathering {
        view.decision = None;
        view.reasons = Vec::new();
    }
    let theirs = ["challenged", "matched", "not_matched", "decided"];
    view.timeline
        .retain(|item| !theirs.contains(&item.step.as_str()));
    view
}
