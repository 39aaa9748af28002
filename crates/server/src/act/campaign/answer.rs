//! What a merchant's manager answers to a campaign.
//!
//! A manager consents for some operators at a time, because each of them gets a code that
//! lives for some minutes. Each has a case of its own from then on. The manager needs the
//! right to consent and, for each rank, the right to reset it, as in any case.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::campaign::{Backing, Campaign, CampaignState, TargetState};
use tillkey_rules::case::{Command, Opening, State};
use tillkey_rules::event::Event;
use tillkey_rules::party::{Actor, Subject};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, ManagerRight, Reason};
use tillkey_store::campaign::merchant::{self as members, Asking};
use tillkey_store::campaign::target::{self, Place, Target};
use tillkey_store::fault::Fault;
use tillkey_store::party::terminal;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{CampaignId, CaseId, InvalidId, OperatorNumber, TerminalNumber};

use super::list::shown_state;
use crate::act::case::step::Step;
use crate::act::case::{Named, act, begin, begin_step, claimed};
use crate::act::managers::ManagerSession;
use crate::act::{Failure, Once};
use crate::limits::{ANSWERED_AT_ONCE_MAX, CAMPAIGNS_ASKED_MAX, TARGETS_SHOWN_MAX};
use crate::shell::Shell;

/// A campaign that asks a merchant for new passwords.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Which one.
    pub campaign: CampaignId,
    /// Why.
    pub reason: Reason,
    /// When the merchant was asked.
    pub asked_at: Timestamp,
    /// When old passwords open nothing any more, where they do and have not yet.
    pub rest_at: Option<Timestamp>,
    /// Whether the bank holds it: no answers are taken.
    pub is_held: bool,
    /// How many operators are due, of those that are shown.
    pub due: u32,
}

/// An operator that a campaign asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedTarget {
    /// The terminal's number.
    pub terminal_number: TerminalNumber,
    /// The operator.
    pub operator: OperatorNumber,
    /// How far it has come.
    pub state: TargetState,
    /// Its latest case.
    pub case: Option<CaseId>,
    /// Since when its old password opens nothing.
    pub rested_at: Option<Timestamp>,
    /// Whether the reader may answer for it.
    pub may_answer: bool,
}

/// A campaign with the merchant's operators in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The campaign.
    pub asked: Asked,
    /// The operators, those first that are due.
    pub targets: Vec<AskedTarget>,
}

/// The campaigns that ask the merchant of the session, for whoever may answer.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn asked(shell: &Shell, by: &ManagerSession) -> Result<Vec<Asked>, Failure> {
    if !by.has(ManagerRight::Consent) {
        return Ok(Vec::new());
    }
    let by = by.clone();
    let read = shell.store().read(move |tx| {
        let whose = (&by.acquirer, &by.merchant);
        let found = members::asking(tx, whose, CAMPAIGNS_ASKED_MAX)?;
        let mut all = Vec::new();
        for asking in &found {
            let targets = targets_of(tx, asking, &by)?;
            all.push(draw(asking, &targets));
        }
        Ok(all)
    });
    Ok(read.await?)
}

/// One of them, with the merchant's operators.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to consent; [`Failure::Unknown`] where it
/// does not ask this merchant, or is over.
pub async fn request(
    shell: &Shell,
    id: CampaignId,
    by: &ManagerSession,
) -> Result<Request, Failure> {
    by.must(ManagerRight::Consent)?;
    let by = by.clone();
    let read = shell.store().read(move |tx| {
        let Some(asking) = reach(tx, id, &by)? else {
            return Ok(Err(Failure::Unknown));
        };
        let targets = targets_of(tx, &asking, &by)?;
        Ok(Ok(Request {
            asked: draw(&asking, &targets),
            targets: targets.iter().map(|target| line(target, &by)).collect(),
        }))
    });
    read.await?
}

/// What came of a consent for one operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The terminal's number.
    pub terminal_number: TerminalNumber,
    /// The operator.
    pub operator: OperatorNumber,
    /// Its case, or why it has none.
    pub case: Result<CaseId, Refusal>,
}

/// Consents for some operators: each has a case from then on.
///
/// # Errors
/// [`Failure::NotFresh`]; [`Failure::Invalid`] for none, for too many at once and for one
/// that is not asked about; [`Failure::NotAllowed`] for a rank that the manager may not
/// reset; [`Failure::Refused`] with `out_of_order` while the campaign is held.
pub async fn consent(
    shell: &Shell,
    id: CampaignId,
    operators: Vec<(TerminalNumber, OperatorNumber)>,
    by: &ManagerSession,
    once: Option<Once>,
) -> Result<Vec<Answered>, Failure> {
    by.must(ManagerRight::Consent)?;
    by.must_be_fresh(shell)?;
    if operators.is_empty() || operators.len() > ANSWERED_AT_ONCE_MAX {
        return Err(not_answerable("one to ten of those that are due").into());
    }
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let Some(asking) = reach(tx, id, &by)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let campaign = &asking.stored.campaign;
        let Some(backing) = campaign.backing() else {
            return Ok((Err(Refusal::OutOfOrder.into()), Vec::new()));
        };
        // All of them are looked at before anything is done for one.
        let chosen = match choose(&targets_of(tx, &asking, &by)?, &operators, &by) {
            Ok(chosen) => chosen,
            Err(failure) => return Ok((Err(failure), Vec::new())),
        };
        let mut step = begin_step(shell, &by.acquirer, now, rng);
        let mut all = Vec::new();
        for target in &chosen {
            all.push(Answered {
                terminal_number: target.place.number.clone(),
                operator: target.place.operator,
                case: answer(&mut step, tx, (campaign, &backing), target, &by)?,
            });
        }
        Ok((Ok(all), step.rings))
    })
    .await
}

/// Says, as a manager, that the merchant does not want it, and for how many operators.
///
/// # Errors
/// As [`consent`].
pub async fn object(
    shell: &Shell,
    id: CampaignId,
    by: &ManagerSession,
    once: Option<Once>,
) -> Result<u32, Failure> {
    by.must(ManagerRight::Consent)?;
    by.must_be_fresh(shell)?;
    let by = by.clone();
    act(shell, once, move |_, tx, now, _| {
        if reach(tx, id, &by)?.is_none() {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        let operators = target::object(tx, (id, &by.merchant), now)?;
        if operators > 0 {
            let event = Event::CampaignObjected {
                campaign: id,
                merchant: by.merchant.clone(),
                operators,
            };
            by.note(tx, now, event)?;
        }
        Ok((Ok(operators), Vec::new()))
    })
    .await
}

/// The campaign, if it asks the merchant of the session and is not over.
fn reach(tx: &mut dyn Tx, id: CampaignId, by: &ManagerSession) -> Result<Option<Asking>, Fault> {
    let whose = (&by.acquirer, &by.merchant);
    let found = members::asking(tx, whose, CAMPAIGNS_ASKED_MAX)?;
    Ok(found
        .into_iter()
        .find(|asking| asking.stored.campaign.id() == id))
}

/// The merchant's operators in it, each in the state that is shown.
fn targets_of(tx: &mut dyn Tx, asking: &Asking, by: &ManagerSession) -> Result<Vec<Target>, Fault> {
    let campaign = &asking.stored.campaign;
    let whose = (campaign.id(), &by.merchant);
    let mut found = target::of_merchant(tx, whose, TARGETS_SHOWN_MAX)?;
    for one in &mut found {
        one.state = shown_state(campaign, one.state, one.wave);
    }
    Ok(found)
}

fn draw(asking: &Asking, targets: &[Target]) -> Asked {
    let campaign = &asking.stored.campaign;
    let due = targets.iter().filter(|target| target.is_due).count();
    Asked {
        campaign: campaign.id(),
        reason: campaign.reason(),
        asked_at: asking.asked_at,
        rest_at: asking.rest_at,
        is_held: campaign.state() != CampaignState::Running,
        due: u32::try_from(due).unwrap_or(u32::MAX),
    }
}

fn line(target: &Target, by: &ManagerSession) -> AskedTarget {
    AskedTarget {
        terminal_number: target.place.number.clone(),
        operator: target.place.operator,
        state: target.state,
        case: target.case,
        rested_at: target.rested_at,
        may_answer: may_answer(target, by),
    }
}

fn may_answer(target: &Target, by: &ManagerSession) -> bool {
    by.has(ManagerRight::to_reset(target.place.operator.rank()))
}

/// Those of the merchant's operators that were chosen, if each of them may be.
fn choose(
    targets: &[Target],
    operators: &[(TerminalNumber, OperatorNumber)],
    by: &ManagerSession,
) -> Result<Vec<Target>, Failure> {
    let mut chosen: Vec<Target> = Vec::new();
    for (number, operator) in operators {
        let is_meant = |place: &Place| place.number == *number && place.operator == *operator;
        let found = targets.iter().find(|target| is_meant(&target.place));
        let target = found
            .filter(|target| target.is_due && target.state.may_be_answered())
            .ok_or_else(|| not_answerable("one of those that are due"))?;
        if !may_answer(target, by) {
            return Err(Failure::NotAllowed);
        }
        if chosen.iter().any(|other| other.place == target.place) {
            return Err(not_answerable("each once").into());
        }
        chosen.push(target.clone());
    }
    Ok(chosen)
}

/// Opens an operator's case, with the manager's consent in it and the campaign behind it.
fn answer(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (campaign, backing): (&Campaign, &Backing),
    target: &Target,
    by: &ManagerSession,
) -> Result<Result<CaseId, Refusal>, Fault> {
    let Some(found) = terminal::find(tx, target.terminal)? else {
        return Ok(Err(Refusal::NotServed));
    };
    if found.merchant != by.merchant {
        return Ok(Err(Refusal::NotServed));
    }
    let subject = Subject {
        acquirer: by.acquirer.clone(),
        merchant: by.merchant.clone(),
        terminal: found.id,
        terminal_number: found.number,
        operator: target.place.operator,
    };
    let named = Named {
        merchant: subject.merchant.clone(),
        terminal: subject.terminal_number.clone(),
        operator: subject.operator,
    };
    let id = CaseId::random(step.rng);
    let opening = Opening {
        id,
        claimed: claimed(step.shell, &named),
        subject: Some(subject),
        channel: Channel::Campaign,
        reason: campaign.reason(),
        offline: false,
    };
    let case = match begin(step, tx, &opening, &Actor::System)? {
        Ok(case) => case,
        Err(refusal) => return Ok(Err(refusal)),
    };
    target::open(tx, (campaign.id(), &target.place), (id, step.now))?;
    let consent = Command::Present {
        kind: EvidenceKind::ManagerConsent,
        matched: true,
    };
    let (case, refusal) = step.run(tx, case, &consent, &by.actor())?;
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    let (case, refusal) = step.run(tx, case, &Command::Submit, &Actor::System)?;
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    if case.state() == State::InReview {
        // Where the policy asks for more than the campaign has, people review the case.
        let command = Command::ReviewInCampaign(backing.clone());
        step.run(tx, case, &command, &Actor::System)?;
    }
    Ok(Ok(id))
}

fn not_answerable(rule: &'static str) -> InvalidId {
    InvalidId {
        kind: "operators to answer for",
        rule,
    }
}
