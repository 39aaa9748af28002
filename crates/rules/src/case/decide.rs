//! Which events a command adds to a case, and why not.
//!
//! 1. What has lapsed lapses first, so that no command finds a dead code alive.
//! 2. Who asks is held against the channel and the role.
//! 3. At every commitment (approve, issue, redeem, complete) the facts are checked
//!    again; a case whose facts no longer hold is closed, not carried out.
//!
//! A case without a subject goes through the same steps and never past the first:
//! nothing that is presented in it ever matches.

use tillkey_wire::ids::{CodeId, OperatorNumber, TerminalId};

use super::backup;
use super::command::{Answer, Command, Facts, Opening};
use super::counter;
use super::deadline::{lapsed, latest};
use super::review::{amend, review, review_in_campaign};
use super::state::{Case, State};
use super::who::{may_drive, may_object, may_present};
use crate::event::{CaseEvent, CodeEnd, Destination, OldPassword, Preparation, VoidReason};
use crate::party::{Actor, Subject, SubjectFacts};
use crate::policy::{Bilingual, Decision, Question, Verdict};
use crate::refusal::Refusal;
use crate::terms::{days_after, hours_after, hours_since, minutes_after};
use crate::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};

/// Opens a case. Whether the subject exists makes no difference to the answer.
pub fn open(opening: &Opening, by: &Actor, facts: &Facts<'_>) -> Answer {
    if let Err(refusal) = may_open(opening, by, facts) {
        return Answer::refused(refusal);
    }
    Answer::events(vec![CaseEvent::Opened {
        subject: opening.subject.clone(),
        claimed: opening.claimed.clone(),
        channel: opening.channel,
        reason: opening.reason,
        deadline: if opening.offline {
            days_after(facts.now, facts.terms.offline_days)
        } else {
            hours_after(facts.now, facts.terms.case_hours)
        },
        offline: opening.offline,
    }])
}

fn may_open(opening: &Opening, by: &Actor, facts: &Facts<'_>) -> Result<(), Refusal> {
    may_drive(opening.channel, opening.subject.as_ref(), by)?;
    if opening.reason != Reason::FirstPassword {
        return Ok(());
    }
    // A first password is chosen at the terminal that has just been enrolled. Later,
    // or by another channel, it is a reset like any other. The channel is asked first:
    // anywhere else the answer would tell an outsider who exists.
    if opening.channel != Channel::Terminal {
        return Err(Refusal::NotAllowed);
    }
    let facts_now = facts.subject.ok_or(Refusal::NotServed)?;
    let enrolled_at = facts_now.enrolled_at.ok_or(Refusal::NotServed)?;
    let recent = hours_since(enrolled_at, facts.now) < facts.terms.first_password_hours;
    if facts_now.has_password {
        Err(Refusal::PasswordAlreadySet)
    } else if !recent {
        Err(Refusal::NotAllowed)
    } else {
        Ok(())
    }
}

/// Decides what follows from a command.
pub fn decide(case: &Case, command: &Command, by: &Actor, facts: &Facts<'_>) -> Answer {
    if !case.state().is_open() {
        return closed(case, command);
    }
    let now = latest(case, facts.now);
    let Some(event) = lapsed(case, now) else {
        return answer(case, command, by, &Facts { now, ..*facts });
    };
    let mut after = case.clone();
    after.fold(now, &Actor::System, &event);
    if *command == Command::Tick {
        return Answer::events(vec![event]);
    }
    if !after.state().is_open() {
        return Answer::refused_with(Refusal::CaseClosed, vec![event]);
    }
    let mut answer = answer(&after, command, by, &Facts { now, ..*facts });
    answer.events.insert(0, event);
    answer
}

/// A closed case takes nothing, except the terminal's repeated word that a password
/// is in force, as the answer to the first one may have been lost, and its word on what
/// has become of its journal.
fn closed(case: &Case, command: &Command) -> Answer {
    match (command, &case.effective) {
        (
            Command::Complete {
                terminal,
                registration_digest,
                ..
            },
            Some((_, digest)),
        ) if registration_digest == digest
            && case
                .subject()
                .is_some_and(|subject| subject.terminal == *terminal) =>
        {
            Answer::default()
        }
        (Command::CompareJournal(word), _) => backup::compare(case, word),
        (Command::BackedUp(taken), _) if case.is_backed_up_by(taken.snapshot) => Answer::default(),
        (Command::Tick, _) => Answer::default(),
        _ => Answer::refused(Refusal::CaseClosed),
    }
}

fn answer(case: &Case, command: &Command, by: &Actor, facts: &Facts<'_>) -> Answer {
    let result = match command {
        Command::Challenge { kind } => challenge(case, *kind, by, facts),
        Command::Present { kind, matched } => present(case, (*kind, *matched), by, facts),
        Command::Scan(scan) => counter::scan(case, scan, by, facts),
        Command::Deliver { to } => counter::deliver(case, *to, by),
        Command::Object => object(case, by),
        Command::Submit => submit(case, by, facts),
        Command::HandOver { channel } => hand_over(case, *channel, by),
        Command::Amend => amend(case, by, facts),
        Command::Review {
            approve,
            comment_digest,
        } => review(case, *approve, comment_digest.as_ref(), by, facts),
        Command::ReviewInCampaign(backing) => review_in_campaign(case, backing, by, facts),
        Command::NothingToBackUp => backup::nothing(case, facts),
        Command::DoneOffline => backup::done_offline(case),
        Command::AskBackup { command } => backup::ask(case, *command, facts),
        Command::BackedUp(taken) => backup::take(case, taken),
        Command::BackupFailed { terminal, why } => backup::fail(case, *terminal, *why),
        Command::WaiveBackup { comment_digest } => {
            backup::waive(case, comment_digest.as_ref(), by, facts)
        }
        Command::CompareJournal(_) => Err(Refusal::OutOfOrder),
        Command::Issue { code, to } => issue(case, (*code, *to), by, facts),
        Command::Announced { command } => match case.state() {
            State::Issued => Ok(Answer::events(vec![CaseEvent::CodeAnnounced {
                command: *command,
            }])),
            _ => Err(Refusal::OutOfOrder),
        },
        Command::Redeem {
            code,
            matched,
            terminal,
            operator,
        } => redeem(case, (*code, *matched), (*terminal, *operator), facts),
        Command::Complete {
            terminal,
            credential_version,
            registration_digest,
            vouched,
        } => complete(case, *terminal, facts).map(|mut answer| {
            if answer.refusal.is_none() {
                answer.events.push(CaseEvent::Effective {
                    credential_version: *credential_version,
                    registration_digest: registration_digest.clone(),
                    vouched: vouched.clone(),
                });
            }
            answer
        }),
        Command::Cancel => match may_drive(case.channel(), case.subject(), by) {
            Ok(()) => Ok(Answer::events(vec![CaseEvent::Cancelled])),
            Err(refusal) => Err(refusal),
        },
        Command::Tick => Ok(Answer::default()),
        Command::Supersede { newer } => Ok(Answer::events(vec![CaseEvent::Superseded {
            newer: *newer,
        }])),
        Command::Recheck => Ok(void(case, facts).unwrap_or_default()),
    };
    result.unwrap_or_else(Answer::refused)
}

pub(super) fn in_state(case: &Case, state: State) -> Result<(), Refusal> {
    if case.state() == state {
        Ok(())
    } else {
        Err(Refusal::OutOfOrder)
    }
}

/// Whether this kind can be presented in the case's channel, here and now.
pub(super) fn is_offered(
    case: &Case,
    kind: EvidenceKind,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let offered = facts.policy.offers().of(case.channel()).contains(&kind);
    if offered && facts.offered.contains(&kind) {
        Ok(())
    } else {
        Err(Refusal::NotOffered)
    }
}

fn challenge(
    case: &Case,
    kind: EvidenceKind,
    by: &Actor,
    facts: &Facts<'_>,
) -> Result<Answer, Refusal> {
    may_drive(case.channel(), case.subject(), by)?;
    in_state(case, State::Gathering)?;
    is_offered(case, kind, facts)?;
    let minutes = match kind {
        EvidenceKind::RecentTransactions => facts.terms.questions_minutes,
        _ => facts.terms.sms_code_minutes,
    };
    let expires_at = minutes_after(facts.now, minutes);
    Ok(Answer::events(vec![CaseEvent::Challenged {
        kind,
        expires_at,
    }]))
}

fn present(
    case: &Case,
    (kind, matched): (EvidenceKind, bool),
    by: &Actor,
    facts: &Facts<'_>,
) -> Result<Answer, Refusal> {
    may_present(case, kind, by)?;
    in_state(case, State::Gathering)?;
    is_offered(case, kind, facts)?;
    let Some(subject) = facts
        .subject
        .filter(|_| matched && case.subject().is_some())
    else {
        return Ok(Answer::refused_with(
            Refusal::NotMatched,
            vec![CaseEvent::NotMatched { kind }],
        ));
    };
    let contact_version = match kind {
        EvidenceKind::SmsCode => Some(subject.contact.ok_or(Refusal::NotServed)?.version),
        _ => None,
    };
    Ok(Answer::events(vec![CaseEvent::Matched {
        kind,
        contact_version,
    }]))
}

/// A manager whom nobody asked closes the case: whoever opened it was not the merchant.
fn object(case: &Case, by: &Actor) -> Result<Answer, Refusal> {
    may_object(case, by)?;
    let events = vec![CaseEvent::Objected, CaseEvent::Refused];
    Ok(Answer::events(events))
}

fn submit(case: &Case, by: &Actor, facts: &Facts<'_>) -> Result<Answer, Refusal> {
    may_drive(case.channel(), case.subject(), by)?;
    in_state(case, State::Gathering)?;
    // Until something is proven the answer depends on the channel alone: an outsider
    // must not learn from it whether the merchant exists, is suspended, or has a
    // fresh contact.
    let (true, Some(subject), Some(known)) = (case.is_proven(), case.subject(), facts.subject)
    else {
        let verdict = prove_something_first(case, facts);
        return Ok(Answer::events(vec![CaseEvent::Decided {
            question: None,
            verdict,
            review_by: None,
            contact_version: None,
        }]));
    };
    if let Some(answer) = void(case, facts) {
        return Ok(answer);
    }
    let question = question(case, subject, known, facts);
    let verdict = facts.policy.verdict(&question, facts.offered);
    let decision = verdict.decision;
    let review_by = match decision {
        Decision::Review { .. } => {
            Some(hours_after(facts.now, facts.terms.review_hours).min(case.deadline()))
        }
        _ => None,
    };
    let contact_version = known.contact.map(|contact| contact.version);
    let question = Some(question);
    let mut events = vec![CaseEvent::Decided {
        question,
        verdict,
        review_by,
        contact_version,
    }];
    match decision {
        Decision::GoAhead => events.push(approval(case, facts)),
        Decision::Refuse => events.push(CaseEvent::Refused),
        Decision::MoreEvidence | Decision::CounterOnly | Decision::Review { .. } => {}
    }
    Ok(Answer::events(events))
}

fn prove_something_first(case: &Case, facts: &Facts<'_>) -> Verdict {
    let next = facts
        .policy
        .offers()
        .of(case.channel())
        .iter()
        .copied()
        .find(|kind| facts.offered.contains(kind));
    Verdict {
        decision: Decision::MoreEvidence,
        policies: Vec::new(),
        reasons: vec![Bilingual::new(
            "请先完成身份核验。",
            "Prove who you are first.",
        )],
        next: next.into_iter().collect(),
    }
}

fn question(case: &Case, subject: &Subject, known: &SubjectFacts, facts: &Facts<'_>) -> Question {
    Question {
        channel: case.channel(),
        reason: case.reason(),
        evidence: case.evidence().keys().copied().collect(),
        rank: subject.operator.rank(),
        merchant_status: known.merchant_status,
        contact_age_hours: contact_age_hours(known, facts),
        failures_30d: known.failures_30d,
        resets_30d: known.resets_30d,
        hour: facts.hour,
        terminal_online: known.terminal_online,
        unsettled_batch: known.unsettled_batch,
        open_alert: known.open_alert,
    }
}

/// Hours since the contact was changed. Without any the answer is the cautious one.
pub(super) fn contact_age_hours(known: &SubjectFacts, facts: &Facts<'_>) -> u32 {
    known
        .contact
        .map_or(0, |contact| hours_since(contact.changed_at, facts.now))
}

pub(super) fn approval(case: &Case, facts: &Facts<'_>) -> CaseEvent {
    let old_password = match case.reason() {
        Reason::SystemUpdate => OldPassword::EndsAt {
            at: hours_after(facts.now, facts.terms.system_update_hours),
        },
        reason if reason.revokes_at_approval() => OldPassword::Revoked,
        _ => OldPassword::Kept,
    };
    CaseEvent::Approved { old_password }
}

/// A counter takes over what another channel could not finish. From the reviewers as
/// well: what the counter adds is not what they approved.
fn hand_over(case: &Case, channel: Channel, by: &Actor) -> Result<Answer, Refusal> {
    // Only a clerk can; whose terminal it is makes no difference to that.
    may_drive(channel, None, by)?;
    let taken_back = match case.state() {
        State::Gathering => None,
        State::InReview => Some(CaseEvent::Amended),
        _ => return Err(Refusal::OutOfOrder),
    };
    if channel != Channel::Counter || case.channel() == channel {
        return Err(Refusal::OutOfOrder);
    }
    let handed_over = CaseEvent::HandedOver { channel };
    Ok(Answer::events(
        taken_back.into_iter().chain([handed_over]).collect(),
    ))
}

fn issue(
    case: &Case,
    (code, to): (CodeId, Destination),
    by: &Actor,
    facts: &Facts<'_>,
) -> Result<Answer, Refusal> {
    let replaced = match (case.state(), case.code()) {
        (State::Approved, _) => None,
        (State::Issued, Some(old)) => Some(CaseEvent::CodeEnded {
            code: old.id,
            why: CodeEnd::Replaced,
        }),
        _ => return Err(Refusal::OutOfOrder),
    };
    match to {
        Destination::Contact => counter::contact(case, by)?,
        Destination::SealedSlip => counter::slip(case, by)?,
        Destination::TerminalScreen => {}
        Destination::AnswerToContact => {
            may_drive(case.channel(), case.subject(), by)?;
            counter::contact(case, by)?;
        }
        Destination::AnswerReadOut => may_read_out(case, by)?,
    }
    // With a link the terminal is backed up first, and takes a code: nothing gets round
    // that by way of a challenge.
    let is_away = facts.subject.is_none_or(|known| !known.terminal_online);
    let unreachable = match case.preparation() {
        Some(_) => None,
        None if to.is_answer() && is_away => Some(CaseEvent::Prepared(Preparation::Unreachable)),
        None => return Err(Refusal::NotPrepared),
    };
    if case.codes_issued >= facts.terms.reset_codes_per_case {
        return Err(Refusal::CodesUsedUp);
    }
    if let Some(answer) = void(case, facts) {
        return Ok(answer);
    }
    let known = facts.subject.ok_or(Refusal::NotServed)?;
    let contact_version = match to {
        Destination::Contact | Destination::AnswerToContact => {
            Some(known.contact.ok_or(Refusal::NotServed)?.version)
        }
        // The supervisor stands at the till and vouches for who stands beside them.
        Destination::TerminalScreen if case.has_supervisor() => None,
        // Nobody stands at the screen of a terminal but whoever holds it: good
        // enough for a first password, as long as there is none to take over.
        Destination::TerminalScreen if case.reason() != Reason::FirstPassword => {
            return Err(Refusal::NotAllowed);
        }
        Destination::TerminalScreen if known.has_password => {
            return Err(Refusal::PasswordAlreadySet);
        }
        Destination::TerminalScreen | Destination::SealedSlip | Destination::AnswerReadOut => None,
    };
    let in_minutes = |minutes| minutes_after(facts.now, minutes).min(case.deadline());
    let expires_at = match to {
        // Paper has to be carried to the shop first.
        Destination::SealedSlip => in_minutes(facts.terms.slip_code_minutes),
        Destination::Contact | Destination::TerminalScreen => {
            in_minutes(facts.terms.reset_code_minutes)
        }
        // How soon it has to be typed is the terminal's to say, by its own clock; this is
        // how long its word on that is waited for.
        Destination::AnswerToContact | Destination::AnswerReadOut => {
            days_after(facts.now, facts.terms.offline_days)
        }
    };
    let issued = CaseEvent::CodeIssued {
        code,
        to,
        expires_at,
        contact_version,
    };
    Ok(Answer::events(
        unreachable
            .into_iter()
            .chain(replaced)
            .chain([issued])
            .collect(),
    ))
}

/// An answer is read out by the staff who gathered the evidence, to whoever gave it.
fn may_read_out(case: &Case, by: &Actor) -> Result<(), Refusal> {
    may_drive(case.channel(), case.subject(), by)?;
    match by {
        Actor::Staff { .. } => Ok(()),
        _ => Err(Refusal::NotAllowed),
    }
}

fn redeem(
    case: &Case,
    (code, matched): (CodeId, bool),
    (terminal, operator): (TerminalId, OperatorNumber),
    facts: &Facts<'_>,
) -> Result<Answer, Refusal> {
    in_state(case, State::Issued)?;
    let live = case
        .code()
        .filter(|live| live.id == code)
        .ok_or(Refusal::OutOfOrder)?;
    if let Some(answer) = void(case, facts) {
        return Ok(answer);
    }
    let subject = case.subject().ok_or(Refusal::NotServed)?;
    let here = subject.terminal == terminal && subject.operator == operator;
    if matched && here {
        let until = if live.to.is_answer() {
            // The password was chosen without a link. It is registered as soon as the
            // operator types it again, and nobody knows when that will be.
            case.deadline()
        } else {
            minutes_after(facts.now, facts.terms.reset_code_minutes).min(case.deadline())
        };
        return Ok(Answer::events(vec![CaseEvent::CodeRedeemed {
            code,
            until,
        }]));
    }
    // A right code on another terminal is a guess like any other.
    let tries_left = facts
        .terms
        .reset_code_tries
        .saturating_sub(live.mistyped + 1);
    let mut events = vec![CaseEvent::CodeMistyped { tries_left }];
    if tries_left == 0 {
        events.push(CaseEvent::CodeEnded {
            code,
            why: CodeEnd::TriesUsedUp,
        });
    }
    Ok(Answer::refused_with(Refusal::NotMatched, events))
}

fn complete(case: &Case, terminal: TerminalId, facts: &Facts<'_>) -> Result<Answer, Refusal> {
    in_state(case, State::Redeemed)?;
    if case
        .subject()
        .is_none_or(|subject| subject.terminal != terminal)
    {
        return Err(Refusal::NotAllowed);
    }
    Ok(void(case, facts).unwrap_or_default())
}

/// Closes a case whose facts no longer hold. One that nobody has proven stands on no
/// facts, and closing it would tell an outsider whom it is about. A subject of whom
/// nothing is known any more is gone.
pub(super) fn void(case: &Case, facts: &Facts<'_>) -> Option<Answer> {
    if case.subject().is_none() || !case.is_proven() {
        return None;
    }
    let why = match facts.subject {
        Some(known) => void_reason(case, known)?,
        None => VoidReason::OperatorRemoved,
    };
    Some(Answer::refused_with(
        Refusal::FactsChanged,
        vec![CaseEvent::Voided { why }],
    ))
}

fn void_reason(case: &Case, known: &SubjectFacts) -> Option<VoidReason> {
    let contact = known.contact.map(|contact| contact.version);
    let stands_on = case
        .evidence()
        .values()
        .map(|gathered| gathered.contact_version)
        .chain(case.code().map(|code| code.contact_version))
        .flatten();
    // Whatever the decision stood on, the code goes to the contact: one that changed
    // after the decision is not the one that was decided about.
    let decided_on_another = case.state() != State::Gathering && case.decided_contact != contact;
    if known.merchant_status != MerchantStatus::Active {
        Some(VoidReason::MerchantNotActive)
    } else if !known.terminal_in_service {
        Some(VoidReason::TerminalNotInService)
    } else if !known.operator_active {
        Some(VoidReason::OperatorRemoved)
    } else if decided_on_another
        || stands_on
            .into_iter()
            .any(|version| Some(version) != contact)
    {
        Some(VoidReason::ContactChanged)
    } else {
        None
    }
}
