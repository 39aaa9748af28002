//! What a caller knows of the merchant's trade: asked, answered blind, compared here.
//!
//! A merchant has one drawing of questions for some days, whatever case asks and
//! however often, so opening case after case brings no easier ones; its tries are
//! counted over all of them. It is spent once it was answered rightly: whoever typed
//! the answers has heard them.
//!
//! A merchant that does not exist, or has too little trade, is asked made-up questions
//! in the same shape, and nothing matches.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use tillkey_rules::case::{Case, State};
use tillkey_rules::terms::minutes_after;
use tillkey_rules::trade::{LOOK_BACK_DAYS, Question, are_known, draw, made_up};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_store::fault::Fault;
use tillkey_store::question_set::{self, QuestionSet};
use tillkey_store::trade;
use tillkey_store::tx::Tx;

use super::step::Step;
use crate::shell::Shell;

/// Whom questions are about: the merchant, or what was named in its place.
fn about(case: &Case) -> &str {
    case.subject()
        .map_or(case.claimed_merchant(), |subject| subject.merchant.as_str())
}

fn days_before(now: Timestamp, days: i64) -> Timestamp {
    now.checked_sub(SignedDuration::from_hours(24 * days))
        .unwrap_or(Timestamp::MIN)
}

/// The days of the books that are looked at: all before today, which is not over.
fn looked_at(today: Date) -> (Date, Date) {
    (
        today.saturating_sub(Span::new().days(LOOK_BACK_DAYS)),
        today,
    )
}

/// Asks a case the questions of its merchant.
pub(super) fn ask(step: &mut Step<'_>, tx: &mut dyn Tx, case: &Case) -> Result<(), Fault> {
    let terms = step.shell.terms();
    let since = days_before(step.now, i64::from(terms.questions_days));
    let set = match question_set::in_use(tx, about(case), since)? {
        Some(set) => set,
        None => drawn(step, tx, case)?,
    };
    let expires_at = minutes_after(step.now, terms.questions_minutes);
    question_set::ask(tx, case.id(), (about(case), set.drawn_at), expires_at)
}

fn drawn(step: &Step<'_>, tx: &mut dyn Tx, case: &Case) -> Result<QuestionSet, Fault> {
    let today = step.shell.day(step.now);
    // Nobody outside knows the key, so nobody can open cases until one draws well.
    let seed = step
        .shell
        .seal_keys()
        .text_digest("questions", &case.id().to_string())
        .to_hex();
    let earlier = question_set::since(tx, about(case), days_before(step.now, LOOK_BACK_DAYS))?;
    let asked_before: BTreeSet<Question> =
        earlier.into_iter().flat_map(|set| set.questions).collect();
    let real = match case.subject() {
        Some(subject) => {
            let books = trade::days(tx, &subject.merchant, looked_at(today))?;
            draw(&books, &asked_before, &seed)
        }
        None => None,
    };
    let set = QuestionSet {
        drawn_at: step.now,
        is_real: real.is_some(),
        questions: real.unwrap_or_else(|| made_up(today, &seed)),
    };
    question_set::keep(tx, about(case), &set, step.shell.terms().questions_tries)?;
    Ok(set)
}

/// Takes a try and compares all answers at once: which of them was wrong is not said.
pub(super) fn compare(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    case: &Case,
    answers: &BTreeMap<Question, i64>,
) -> Result<bool, Fault> {
    let (Some(set), Some(subject)) = (
        question_set::take_try(tx, case.id(), step.now)?,
        case.subject(),
    ) else {
        return Ok(false);
    };
    // The books as they were when it was drawn, however late the answer.
    let drawn_on = step.shell.day(set.drawn_at);
    let books = trade::days(tx, &subject.merchant, looked_at(drawn_on))?;
    let known = set.is_real && are_known(&set.questions, answers, &books);
    if known {
        question_set::answered(tx, case.id(), step.now)?;
    }
    Ok(known)
}

/// What a case is asked now.
pub(super) fn shown(tx: &mut dyn Tx, shell: &Shell, case: &Case) -> Result<Vec<Question>, Fault> {
    let held = case
        .evidence()
        .contains_key(&EvidenceKind::RecentTransactions);
    if case.state() != State::Gathering || held {
        return Ok(Vec::new());
    }
    let set = question_set::of_case(tx, case.id(), shell.now())?;
    Ok(set.map_or_else(Vec::new, |set| set.questions))
}
