//! The questions that whoever speaks for a merchant is asked, and the tries they take.
//!
//! One drawing serves every case of a merchant for as long as it is kept: asking
//! again, or in another case, brings neither other questions nor further tries. Once
//! it was answered rightly it is spent, because somebody has heard the answers.

use jiff::Timestamp;
use tillkey_rules::trade::Question;
use tillkey_wire::ids::CaseId;

use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    KEEP: "keep a drawing of questions" =
        "INSERT INTO question_sets (about, drawn_at, is_real, questions, tries_left) \
         VALUES ($1, $2, $3, $4, $5)";
    LATEST: "find the drawing in use" =
        "SELECT drawn_at, is_real, questions FROM question_sets \
         WHERE about = $1 AND drawn_at > $2 AND answered_at IS NULL \
         ORDER BY drawn_at DESC LIMIT 1";
    SINCE: "list the drawings since" =
        "SELECT drawn_at, is_real, questions FROM question_sets \
         WHERE about = $1 AND drawn_at > $2 ORDER BY drawn_at DESC LIMIT 100";
    ASK: "ask a case the questions of a drawing" =
        "INSERT INTO case_questions (case_id, about, drawn_at, expires_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (case_id) DO UPDATE SET about = excluded.about, \
         drawn_at = excluded.drawn_at, expires_at = excluded.expires_at";
    OF_CASE: "read the questions of a case" =
        "SELECT s.drawn_at, s.is_real, s.questions FROM case_questions AS c \
         JOIN question_sets AS s ON s.about = c.about AND s.drawn_at = c.drawn_at \
         WHERE c.case_id = $1 AND c.expires_at > $2";
    TRY: "take a try of a drawing" =
        "UPDATE question_sets SET tries_left = tries_left - 1 \
         WHERE answered_at IS NULL AND tries_left > 0 AND (about, drawn_at) IN \
         (SELECT about, drawn_at FROM case_questions WHERE case_id = $1 AND expires_at > $2) \
         RETURNING drawn_at, is_real, questions";
    ANSWERED: "note that a drawing was answered" =
        "UPDATE question_sets SET answered_at = $1 WHERE (about, drawn_at) IN \
         (SELECT about, drawn_at FROM case_questions WHERE case_id = $2)";
}

/// A drawing of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionSet {
    /// When it was drawn; with the merchant it names it.
    pub drawn_at: Timestamp,
    /// Whether the books hold the answers; otherwise nothing ever matches.
    pub is_real: bool,
    /// What is asked.
    pub questions: Vec<Question>,
}

/// Keeps a drawing.
///
/// # Errors
/// [`Fault::Taken`] when one was drawn at the same moment.
pub fn keep(tx: &mut dyn Tx, about: &str, set: &QuestionSet, tries: u32) -> Result<(), Fault> {
    let questions = serde_json::to_string(&set.questions).map_err(|_| Fault::Damaged {
        thing: "questions",
        why: "they cannot be written as JSON",
    })?;
    let values = [
        Value::from(about),
        Value::from(set.drawn_at),
        Value::from(set.is_real),
        Value::from(questions),
        Value::from(tries),
    ];
    tx.execute(KEEP, &values).map(|_| ())
}

/// The drawing that is in use: the latest since, unless it was answered.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn in_use(
    tx: &mut dyn Tx,
    about: &str,
    since: Timestamp,
) -> Result<Option<QuestionSet>, Fault> {
    tx.query_one(LATEST, &[Value::from(about), Value::from(since)])?
        .map(read)
        .transpose()
}

/// The drawings since a time, answered or not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn since(tx: &mut dyn Tx, about: &str, since: Timestamp) -> Result<Vec<QuestionSet>, Fault> {
    tx.query_many(SINCE, &[Value::from(about), Value::from(since)])?
        .into_iter()
        .map(read)
        .collect()
}

/// Asks a case the questions of a drawing, until a time.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such drawing.
pub fn ask(
    tx: &mut dyn Tx,
    case: CaseId,
    (about, drawn_at): (&str, Timestamp),
    expires_at: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(&case),
        Value::from(about),
        Value::from(drawn_at),
        Value::from(expires_at),
    ];
    tx.execute(ASK, &values).map(|_| ())
}

/// The questions that a case was asked and may still answer.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_case(
    tx: &mut dyn Tx,
    case: CaseId,
    now: Timestamp,
) -> Result<Option<QuestionSet>, Fault> {
    tx.query_one(OF_CASE, &[Value::from(&case), Value::from(now)])?
        .map(read)
        .transpose()
}

/// Takes a try of the questions that a case was asked; none where there is none left.
/// Take it before anything is compared.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn take_try(
    tx: &mut dyn Tx,
    case: CaseId,
    now: Timestamp,
) -> Result<Option<QuestionSet>, Fault> {
    tx.query_one(TRY, &[Value::from(&case), Value::from(now)])?
        .map(read)
        .transpose()
}

/// Notes that a case's questions were answered rightly: they are not asked again.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn answered(tx: &mut dyn Tx, case: CaseId, now: Timestamp) -> Result<(), Fault> {
    tx.execute(ANSWERED, &[Value::from(now), Value::from(&case)])
        .map(|_| ())
}

fn read(mut row: Row) -> Result<QuestionSet, Fault> {
    Ok(QuestionSet {
        drawn_at: row.take()?,
        is_real: row.take()?,
        questions: {
            let text: String = row.take()?;
            serde_json::from_str(&text)
                .map_err(|_| Fault::damaged("questions", "they are not what was kept"))?
        },
    })
}
