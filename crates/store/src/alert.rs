//! Alerts: what the watch found worth a look, who looks into it, and what it came to.

use jiff::{SignedDuration, Timestamp};
use rand::{CryptoRng, RngCore};
use tillkey_rules::party::Subject;
use tillkey_rules::watch::{About, AlertOutcome, AlertState, Rule, Severity};
use tillkey_wire::ids::{AcquirerId, AlertId, StaffId};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::limits::PAGE_MAX;
use crate::seal::{DataKey, Owner, Place, SealKeys};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value, signed};

statements! {
    RAISE: "raise an alert" =
        "INSERT INTO alerts (id, acquirer, rule, urgency, about, state, raised_at, position) \
         VALUES ($1, $2, $3, $4, $5, 'open', $6, -1)";
    PLACE: "note the event of an alert" = "UPDATE alerts SET position = $1 WHERE id = $2";
    FIND: "find an alert" =
        "SELECT id, acquirer, rule, about, state, raised_at, position, owner, taken_at, outcome, \
         closed_at FROM alerts WHERE id = $1";
    LIST: "list the alerts of a state" =
        "SELECT id, acquirer, rule, about, state, raised_at, position, owner, taken_at, outcome, \
         closed_at FROM alerts WHERE acquirer = $1 AND state = $2 \
         AND (urgency, raised_at, id) > ($3, $4, $5) ORDER BY urgency, raised_at, id LIMIT $6";
    CONCERN: "find an alert that concerns an operator" =
        "SELECT id FROM alerts WHERE acquirer = $1 AND about IN ($2, $3, $4) \
         AND (state <> 'closed' OR (outcome = 'true_alarm' AND closed_at > $5)) LIMIT 1";
    TAKE: "take an alert" =
        "UPDATE alerts SET state = 'owned', owner = $1, taken_at = $2 \
         WHERE id = $3 AND state <> 'closed'";
    CLOSE: "close an alert" =
        "UPDATE alerts SET state = 'closed', outcome = $1, comment_sealed = $2, closed_at = $3 \
         WHERE id = $4 AND state = 'owned' AND owner = $5";
    COMMENT: "read the comment on an alert" =
        "SELECT comment_sealed FROM alerts WHERE id = $1 AND comment_sealed IS NOT NULL";
    COUNTS: "count the alerts of each rule" =
        "SELECT rule, COUNT(*), COUNT(outcome), \
         COUNT(CASE WHEN outcome = 'false_alarm' THEN 1 END) FROM alerts \
         WHERE acquirer = $1 AND raised_at >= $2 GROUP BY rule ORDER BY rule LIMIT $3";
}

/// An alert that a rule raises.
#[derive(Debug, Clone)]
pub struct NewAlert<'a> {
    /// Names it.
    pub id: AlertId,
    /// Whose.
    pub acquirer: &'a AcquirerId,
    /// Which rule.
    pub rule: Rule,
    /// Whom or what it is about.
    pub about: &'a About,
    /// When.
    pub raised_at: Timestamp,
}

/// An alert as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Names it.
    pub id: AlertId,
    /// Whose.
    pub acquirer: AcquirerId,
    /// Which rule.
    pub rule: Rule,
    /// Whom or what it is about.
    pub about: About,
    /// How it stands.
    pub state: AlertState,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// The event that says so, and why; none until it has its place in the ledger.
    pub position: Option<u64>,
    /// Who looks into it.
    pub owner: Option<StaffId>,
    /// Since when.
    pub taken_at: Option<Timestamp>,
    /// What it came to.
    pub outcome: Option<AlertOutcome>,
    /// When it was settled.
    pub closed_at: Option<Timestamp>,
}

/// Where a page of alerts begins: after this one.
pub type Cursor = (Severity, Timestamp, AlertId);

/// How many alerts one rule raised, and what they came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuleCount {
    /// Which rule.
    pub rule: Rule,
    /// How many it raised.
    pub raised: u64,
    /// How many of them are settled.
    pub closed: u64,
    /// How many of those were false.
    pub false_alarms: u64,
}

/// How long after it was settled an alert that was true still concerns whom it was about.
const TRUE_ALARM_CONCERNS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether an alert about an operator, its terminal or its merchant is not settled, or was
/// found to be true a short while ago.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn concern(tx: &mut dyn Tx, subject: &Subject, now: Timestamp) -> Result<bool, Fault> {
    let Subject {
        terminal, operator, ..
    } = subject.clone();
    let about = [
        About::Operator { terminal, operator },
        About::Terminal { terminal },
        About::Merchant {
            merchant: subject.merchant.clone(),
        },
    ];
    let since = now
        .checked_sub(TRUE_ALARM_CONCERNS)
        .unwrap_or(Timestamp::MIN);
    let mut values = vec![Value::from(&subject.acquirer)];
    for about in &about {
        values.push(Value::from(written(about)?));
    }
    values.push(Value::from(since));
    Ok(tx.query_one(CONCERN, &values)?.is_some())
}

/// Whom an alert is about, in the one spelling that it is stored in.
fn written(about: &About) -> Result<String, Fault> {
    serde_json::to_string(about)
        .map_err(|_| Fault::damaged("alert", "it cannot be written as JSON"))
}

/// Raises an alert. The event that says so is appended after it, and is noted with it.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such acquirer.
pub fn raise(tx: &mut dyn Tx, alert: &NewAlert<'_>) -> Result<(), Fault> {
    let about = written(alert.about)?;
    let values = [
        Value::from(&alert.id),
        Value::from(alert.acquirer),
        Value::from(alert.rule.name()),
        Value::from(urgency(alert.rule.severity())),
        Value::from(about),
        Value::from(alert.raised_at),
    ];
    tx.execute(RAISE, &values).map(|_| ())
}

/// Notes the place of the event that says so.
pub(crate) fn note_place(tx: &mut dyn Tx, alert: AlertId, position: u64) -> Result<(), Fault> {
    tx.execute(PLACE, &[signed(position)?, Value::from(&alert)])
        .map(|_| ())
}

/// Finds an alert.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, id: AlertId) -> Result<Option<Alert>, Fault> {
    let found = tx.query_one(FIND, &[Value::from(&id)])?;
    found.map(read).transpose()
}

/// The alerts in a state, the most urgent first, and among those the oldest.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list(
    tx: &mut dyn Tx,
    (acquirer, state): (&AcquirerId, AlertState),
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Alert>, Fault> {
    let (severity, at, id) = match &after {
        Some((severity, at, id)) => (
            Value::from(urgency(*severity)),
            Value::from(*at),
            Value::from(id),
        ),
        None => (Value::Integer(-1), Value::Integer(0), Value::from("")),
    };
    let values = [
        Value::from(acquirer),
        Value::from(state.name()),
        severity,
        at,
        id,
        Value::from(limit.min(PAGE_MAX)),
    ];
    tx.query_many(LIST, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// Somebody looks into an alert, in the place of whoever did before. False where it is
/// settled already.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn take(
    tx: &mut dyn Tx,
    id: AlertId,
    (owner, now): (&StaffId, Timestamp),
) -> Result<bool, Fault> {
    let values = [Value::from(owner), Value::from(now), Value::from(&id)];
    Ok(tx.execute(TAKE, &values)? > 0)
}

/// What its owner says that an alert came to.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// Which alert.
    pub id: AlertId,
    /// Whose it is.
    pub acquirer: &'a AcquirerId,
    /// Who looked into it.
    pub owner: &'a StaffId,
    /// What it came to.
    pub outcome: AlertOutcome,
    /// What they wrote.
    pub comment: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Closes an alert. False where it is not its owner's any more.
///
/// # Errors
/// A [`Fault`] of the engine, or of sealing the comment.
pub fn close(
    tx: &mut dyn Tx,
    keys: &SealKeys,
    closing: &Closing<'_>,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<bool, Fault> {
    let key = DataKey::load(tx, keys, &Owner::Acquirer(closing.acquirer.clone()))?;
    let row = closing.id.to_string();
    let seal = || key.seal(place(&row), closing.comment.as_bytes(), rng);
    let sealed = (!closing.comment.is_empty()).then(seal).transpose()?;
    let values = [
        Value::from(closing.outcome.name()),
        Value::from(sealed),
        Value::from(closing.now),
        Value::from(&closing.id),
        Value::from(closing.owner),
    ];
    Ok(tx.execute(CLOSE, &values)? > 0)
}

/// What the owner of an alert wrote when it was closed.
///
/// # Errors
/// [`Fault::Unsealable`] when the acquirer's key is gone.
pub fn comment(
    tx: &mut dyn Tx,
    keys: &SealKeys,
    alert: &Alert,
) -> Result<Option<Secret<String>>, Fault> {
    let Some(mut row) = tx.query_one(COMMENT, &[Value::from(&alert.id)])? else {
        return Ok(None);
    };
    let sealed: Vec<u8> = row.take()?;
    let key = DataKey::load(tx, keys, &Owner::Acquirer(alert.acquirer.clone()))?;
    let row = alert.id.to_string();
    key.unseal_text(place(&row), &sealed).map(Some)
}

/// How many alerts each rule raised since a time, and what they came to.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn counts(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    since: Timestamp,
) -> Result<Vec<RuleCount>, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(since),
        Value::from(PAGE_MAX),
    ];
    let read = |mut row: Row| {
        Ok(RuleCount {
            rule: row.take_word("rule", |word| word.parse().ok())?,
            raised: row.take()?,
            closed: row.take()?,
            false_alarms: row.take()?,
        })
    };
    tx.query_many(COUNTS, &values)?
        .into_iter()
        .map(read)
        .collect()
}

fn read(mut row: Row) -> Result<Alert, Fault> {
    let (id, acquirer) = (row.take()?, row.take()?);
    let rule = row.take_word("rule", |word| word.parse().ok())?;
    let about: String = row.take()?;
    let about = serde_json::from_str(&about)
        .map_err(|_| Fault::damaged("alert", "its subject does not have the required shape"))?;
    let state = row.take_word("state of an alert", |word| word.parse().ok())?;
    let (raised_at, position, owner) = (row.take()?, row.take::<i64>()?, row.take()?);
    let taken_at = row.take()?;
    let outcome: Option<String> = row.take()?;
    let outcome = outcome.map(|word| word.parse());
    Ok(Alert {
        id,
        acquirer,
        rule,
        about,
        state,
        raised_at,
        position: u64::try_from(position).ok(),
        owner,
        taken_at,
        outcome: outcome
            .transpose()
            .map_err(|_| Fault::damaged("outcome of an alert", "it is not one of the words"))?,
        closed_at: row.take()?,
    })
}

/// As the column orders it: 0 is the most urgent.
const fn urgency(severity: Severity) -> u32 {
    match severity {
        Severity::Severe => 0,
        Severity::Warning => 1,
        Severity::Notice => 2,
    }
}

const fn place(row: &str) -> Place<'_> {
    Place {
        table: "alerts",
        column: "comment_sealed",
        row,
    }
}
