//! What happened, appended in the transaction of its effect.
//!
//! An entry is written once and is a leaf of the ledger, byte for byte. Positions are
//! dense. Where one writes at a time (SQLite), the next one is read and taken within the
//! transaction, so a request that is rolled back leaves no gap. Where many do
//! (PostgreSQL), the event is committed with its effect and waits for its position; the
//! caller is answered when it has it. The columns to search by are read from the leaf
//! itself, here and when the ledger is verified, so they cannot say anything else.

use jiff::Timestamp;
use serde::Deserialize;
use tillkey_ledger::limits::LEAF_BYTES_MAX;
use tillkey_rules::event::{Entry, Event};
use tillkey_wire::ids::{AcquirerId, CaseId};

use crate::fault::Fault;
use crate::tx::{Statement, Tx, statements};
use crate::value::{FromValue, Row, Value, signed};

statements! {
    APPEND: "append an event" =
        "INSERT INTO events (position, at, acquirer, case_id, kind, actor_kind, actor, entry) \
         VALUES ((SELECT COALESCE(MAX(position) + 1, 0) FROM events), $1, $2, $3, $4, $5, $6, $7) \
         RETURNING position",
        postgres "INSERT INTO events_waiting (at, acquirer, case_id, kind, actor_kind, actor, entry) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING CAST(NULL AS BIGINT)";
    OF_CASE: "read the events of a case" =
        "SELECT position, entry FROM events WHERE case_id = $1 ORDER BY position LIMIT $2",
        postgres "SELECT position, entry FROM events_with_waiting \
         WHERE case_id = $1 ORDER BY position LIMIT $2";
    OF_ACQUIRER: "read the events of an acquirer" =
        "SELECT position, entry FROM events \
         WHERE acquirer = $1 AND position < $2 ORDER BY position DESC LIMIT $3";
    OF_KIND: "read the events of a kind" =
        "SELECT position, entry FROM events \
         WHERE acquirer = $1 AND kind = $2 AND position < $3 ORDER BY position DESC LIMIT $4";
    OF_ACTOR: "read the events of an actor" =
        "SELECT position, entry FROM events \
         WHERE acquirer = $1 AND actor_kind = $2 AND actor = $3 AND position < $4 \
         ORDER BY position DESC LIMIT $5";
    AT: "read the event at a position" = "SELECT position, entry FROM events WHERE position = $1";
    FROM: "read the events from a position" =
        "SELECT position, entry FROM events WHERE position >= $1 ORDER BY position LIMIT $2";
    COUNT_OF_ACTOR: "count the events of an actor" =
        "SELECT COUNT(*) FROM events \
         WHERE acquirer = $1 AND actor_kind = $2 AND actor = $3 AND kind = $4 AND at >= $5",
        postgres "SELECT (SELECT COUNT(*) FROM events \
         WHERE acquirer = $1 AND actor_kind = $2 AND actor = $3 AND kind = $4 AND at >= $5) \
         + (SELECT COUNT(*) FROM events_waiting \
         WHERE acquirer = $1 AND actor_kind = $2 AND actor = $3 AND kind = $4 AND at >= $5)";
}

/// An entry and its place in the ledger.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// Its position.
    pub position: u64,
    /// What happened.
    pub entry: Entry,
}

/// Which events of an acquirer to list, newest first.
#[derive(Debug, Clone)]
pub enum Filter {
    /// All of them.
    All,
    /// Those of a kind, such as `looked_up` or `case.approved`.
    Kind(String),
    /// Those that one actor did: `staff` and an account, `terminal` and its id.
    Actor(&'static str, String),
}

/// Appends an entry.
///
/// # Errors
/// [`Fault::TooLarge`] when it does not fit a leaf.
pub fn append(tx: &mut dyn Tx, entry: &Entry) -> Result<(), Fault> {
    let leaf = serde_json::to_string(entry)
        .map_err(|_| Fault::damaged("entry", "it cannot be written as JSON"))?;
    if leaf.len() > LEAF_BYTES_MAX {
        return Err(Fault::TooLarge {
            thing: "entry",
            limit: LEAF_BYTES_MAX,
        });
    }
    let columns = Columns::of(&leaf)?;
    let values = [
        Value::from(columns.at),
        Value::from(columns.acquirer.as_ref()),
        Value::from(columns.case.as_ref()),
        Value::from(columns.kind()),
        Value::from(columns.by.who.as_str()),
        Value::from(columns.by.name()),
        Value::from(leaf),
    ];
    let position: Option<u64> = tx
        .query_one(APPEND, &values)?
        .ok_or(Fault::Missing("position"))?
        .take()?;
    position.map_or(Ok(()), |position| note(tx, entry, position))
}

/// Whether a statement appends an event.
pub(crate) fn is_append(statement: Statement) -> bool {
    statement.name == APPEND.name
}

/// Notes the place of an event with whatever is found by it.
///
/// # Errors
/// A [`Fault`] of the engine.
pub(crate) fn note(tx: &mut dyn Tx, entry: &Entry, position: u64) -> Result<(), Fault> {
    if let Event::AlertRaised { alert, .. } = &entry.event {
        crate::alert::note_place(tx, *alert, position)?;
    }
    crate::history::note(tx, entry, position)
}

/// The events of a case, oldest first.
///
/// # Errors
/// [`Fault::Damaged`] when one cannot be read.
pub fn of_case(tx: &mut dyn Tx, case: CaseId, limit: u32) -> Result<Vec<Placed>, Fault> {
    placed(tx.query_many(OF_CASE, &[Value::from(&case), Value::from(limit)])?)
}

/// The events of an acquirer before a position, newest first. `None` begins at the
/// newest; the next page begins at the last position given.
///
/// # Errors
/// [`Fault::Damaged`] when one cannot be read.
pub fn list(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    filter: &Filter,
    (before, limit): (Option<u64>, u32),
) -> Result<Vec<Placed>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let newest = Value::Integer(i64::MAX);
    let before = before.map_or(newest.clone(), |before| signed(before).unwrap_or(newest));
    let acquirer = Value::from(acquirer);
    placed(match filter {
        Filter::All => tx.query_many(OF_ACQUIRER, &[acquirer, before, limit])?,
        Filter::Kind(kind) => tx.query_many(
            OF_KIND,
            &[acquirer, Value::from(kind.as_str()), before, limit],
        )?,
        Filter::Actor(kind, actor) => {
            let values = [
                acquirer,
                Value::from(*kind),
                Value::from(actor.as_str()),
                before,
                limit,
            ];
            tx.query_many(OF_ACTOR, &values)?
        }
    })
}

/// The event at a position; none where there is none.
///
/// # Errors
/// [`Fault::Damaged`] when it cannot be read.
pub fn at(tx: &mut dyn Tx, position: u64) -> Result<Option<Placed>, Fault> {
    // Beyond what a column holds there is nothing.
    let Ok(position) = signed(position) else {
        return Ok(None);
    };
    Ok(placed(tx.query_many(AT, &[position])?)?.pop())
}

/// The events from a position on, whoever's they are, oldest first.
///
/// # Errors
/// [`Fault::Damaged`] when one cannot be read.
pub fn from(tx: &mut dyn Tx, position: u64, limit: u32) -> Result<Vec<Placed>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    placed(tx.query_many(FROM, &[signed(position)?, limit])?)
}

/// How often a member of staff did something since a time, such as a look-up.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn count_of_staff(
    tx: &mut dyn Tx,
    (acquirer, account): (&AcquirerId, &tillkey_wire::ids::StaffId),
    kind: &str,
    since: Timestamp,
) -> Result<u64, Fault> {
    count_of_actor(tx, acquirer, ("staff", account.as_str()), (kind, since))
}

/// How often a manager did.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn count_of_manager(
    tx: &mut dyn Tx,
    (acquirer, manager): (&AcquirerId, tillkey_wire::ids::ManagerId),
    kind: &str,
    since: Timestamp,
) -> Result<u64, Fault> {
    let manager = manager.to_string();
    count_of_actor(tx, acquirer, ("manager", &manager), (kind, since))
}

fn count_of_actor(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    (what, who): (&str, &str),
    (kind, since): (&str, Timestamp),
) -> Result<u64, Fault> {
    let values = [
        Value::from(acquirer),
        Value::from(what),
        Value::from(who),
        Value::from(kind),
        Value::from(since),
    ];
    tx.query_one(COUNT_OF_ACTOR, &values)?
        .ok_or(Fault::Missing("count"))?
        .take()
}

pub(crate) fn placed(rows: Vec<Row>) -> Result<Vec<Placed>, Fault> {
    rows.into_iter()
        .map(|mut row| {
            let position = row.take()?;
            let leaf: String = row.take()?;
            let entry = serde_json::from_str(&leaf)
                .map_err(|_| Fault::damaged("entry", "it does not have the required shape"))?;
            Ok(Placed { position, entry })
        })
        .collect()
}

/// What a leaf says of itself, as the columns repeat it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Columns {
    at: Timestamp,
    acquirer: Option<AcquirerId>,
    case: Option<CaseId>,
    by: By,
    event: String,
    step: Option<String>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct By {
    who: String,
    staff: Option<String>,
    manager: Option<String>,
    terminal: Option<String>,
}

impl By {
    fn name(&self) -> Option<&str> {
        let people = self.staff.as_deref().or(self.manager.as_deref());
        people.or(self.terminal.as_deref())
    }
}

impl Columns {
    /// Reads them from a leaf.
    pub(crate) fn of(leaf: &str) -> Result<Self, Fault> {
        serde_json::from_str(leaf)
            .map_err(|_| Fault::damaged("entry", "it does not have the required shape"))
    }

    fn kind(&self) -> String {
        match &self.step {
            Some(step) => format!("{}.{step}", self.event),
            None => self.event.clone(),
        }
    }

    /// Whether a row's columns, in the order at, acquirer, case, kind, kind of actor,
    /// actor, are what its leaf says.
    pub(crate) fn are_those_of(&self, row: &mut Row) -> Result<bool, Fault> {
        Ok(Timestamp::from_value(Value::from(self.at))? == row.take()?
            && self.acquirer == row.take()?
            && self.case == row.take()?
            && self.kind() == row.take::<String>()?
            && self.by.who == row.take::<String>()?
            && self.by.name() == row.take::<Option<String>>()?.as_deref())
    }
}
