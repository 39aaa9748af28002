//! Cases: their events and, folded from them, how they stand.
//!
//! 1. [`begin`] and [`append`] write the events and fold them into the case, so the
//!    two cannot say different things.
//! 2. A case is written only over the version it was folded from; whoever comes
//!    second gets a conflict and loads again.
//! 3. The columns beside the fold are there to search by.

pub mod audit;
pub mod counter;

use jiff::Timestamp;
use tillkey_rules::case::{Case, State, deadline};
use tillkey_rules::event::{CaseEvent, Entry, Event};
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::Channel;
use tillkey_wire::ids::{AcquirerId, CaseId, MerchantNumber, OperatorNumber, TerminalId};

use crate::event;
use crate::fault::Fault;
use crate::seal::Digest;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value, signed};

statements! {
    ADD: "add a case" =
        "INSERT INTO cases (id, acquirer, merchant, terminal, operator, opened_at, channel, state, \
         is_open, is_proven, deadline_at, changed_at, version, folded) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    SAVE: "save a case" =
        "UPDATE cases SET channel = $1, state = $2, is_open = $3, is_proven = $4, \
         deadline_at = $5, changed_at = $6, version = $7, folded = $8 \
         WHERE id = $9 AND version = $10";
    FIND: "find a case" = "SELECT acquirer, folded FROM cases WHERE id = $1";
    SET_TOKEN: "set a case's token" =
        "UPDATE cases SET token_digest = $1 WHERE id = $2 AND token_digest IS NULL";
    BY_TOKEN: "find a case by its token" =
        "SELECT acquirer, folded FROM cases WHERE id = $1 AND token_digest = $2";
    OPEN_OF_OPERATOR: "find an operator's open cases" =
        "SELECT acquirer, folded FROM cases \
         WHERE terminal = $1 AND operator = $2 AND is_open = 1 ORDER BY opened_at, id LIMIT $3";
    PROVEN_OF_OPERATOR: "find an operator's proven open case" =
        "SELECT acquirer, folded FROM cases \
         WHERE terminal = $1 AND operator = $2 AND is_open = 1 AND is_proven = 1";
    NEWEST_PROVEN: "find an operator's newest proven case" =
        "SELECT acquirer, folded FROM cases \
         WHERE terminal = $1 AND operator = $2 AND is_proven = 1 \
         ORDER BY opened_at DESC, id DESC LIMIT 1";
    OPEN_OF_MERCHANT: "find a merchant's open cases" =
        "SELECT acquirer, folded FROM cases WHERE merchant = $1 AND is_open = 1 \
         ORDER BY opened_at, id";
    DUE: "find cases past a deadline" =
        "SELECT id FROM cases WHERE is_open = 1 AND deadline_at <= $1 \
         ORDER BY deadline_at, id LIMIT $2";
    OF_ACQUIRER: "list an acquirer's cases" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND (opened_at, id) < ($2, $3) \
         ORDER BY opened_at DESC, id DESC LIMIT $4";
    IN_STATE: "list an acquirer's cases in a state" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND state = $2 AND (opened_at, id) < ($3, $4) \
         ORDER BY opened_at DESC, id DESC LIMIT $5";
    OPEN_IN_CHANNEL: "list an acquirer's open cases in a channel" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND channel = $2 AND is_open = 1 AND (opened_at, id) < ($3, $4) \
         ORDER BY opened_at DESC, id DESC LIMIT $5";
    IN_REVIEW: "list an acquirer's cases in review" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND state = 'in_review' ORDER BY deadline_at, id LIMIT $2";
    OF_MERCHANT: "list a merchant's cases" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND merchant = $2 AND (opened_at, id) < ($3, $4) \
         ORDER BY opened_at DESC, id DESC LIMIT $5";
    SHOWN_TO_MERCHANT: "list the cases that a merchant is shown" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND merchant = $2 AND (is_proven = 1 OR channel <> 'app') \
         AND (opened_at, id) < ($3, $4) ORDER BY opened_at DESC, id DESC LIMIT $5";
    GATHERING_ABROAD: "list the cases that a merchant's managers may be asked about" =
        "SELECT acquirer, folded FROM cases \
         WHERE acquirer = $1 AND merchant = $2 AND state = 'gathering' \
         AND channel IN ('hotline', 'campaign') \
         AND (opened_at, id) < ($3, $4) ORDER BY opened_at DESC, id DESC LIMIT $5";
    COUNT: "count an acquirer's cases by state" =
        "SELECT state, COUNT(*) FROM cases WHERE acquirer = $1 GROUP BY state ORDER BY state";
}

/// The version of the form of an entry.
const ENTRY_VERSION: u32 = 1;

/// A case as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Whose it is.
    pub acquirer: AcquirerId,
    /// How it stands.
    pub case: Case,
}

/// What one actor did to a case at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Whose case it is.
    pub acquirer: &'a AcquirerId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: &'a Actor,
    /// What happened, in order.
    pub events: &'a [CaseEvent],
}

/// Which cases to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// All of the acquirer's.
    All,
    /// Those in a state.
    State(State),
    /// Those of a merchant.
    Merchant(MerchantNumber),
    /// Those in a channel to which something can still happen.
    OpenIn(Channel),
    /// Those of a merchant that are its business: what strangers open on the public
    /// pages and never prove is not, or a flood of it would bury the rest.
    ShownToMerchant(MerchantNumber),
    /// Those of a merchant that another channel opened and still gathers proofs for.
    GatheringAbroad(MerchantNumber),
}

/// Where a page of a list ended: the last case on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// When that case was opened.
    pub opened_at: Timestamp,
    /// That case.
    pub id: CaseId,
}

impl Cursor {
    /// The place after a case.
    pub const fn after(case: &Case) -> Self {
        Self {
            opened_at: case.opened_at(),
            id: case.id(),
        }
    }
}

/// Writes a new case: its opening, and what followed at once.
///
/// # Errors
/// [`Fault::Taken`] when the identifier was used before, or (for events that prove
/// it at once) when the operator has an open case that somebody has proven.
pub fn begin(tx: &mut dyn Tx, id: CaseId, step: &Step<'_>) -> Result<Case, Fault> {
    let Some((first, rest)) = step.events.split_first() else {
        return Err(Fault::Missing("event that opens the case"));
    };
    let mut case = Case::begin(id, step.at, step.by, first)
        .ok_or(Fault::Missing("event that opens the case"))?;
    for event in rest {
        case.fold(step.at, step.by, event);
    }
    record(tx, id, step)?;
    let mut values = vec![Value::from(&id)];
    values.extend(settled(step.acquirer, &case));
    values.extend(standing(&case)?);
    tx.execute(ADD, &values)?;
    Ok(case)
}

/// Writes what happened to a case, and gives the case as it is then.
///
/// # Errors
/// [`Fault::Conflict`] when it moved since it was loaded; [`Fault::Taken`] when it
/// becomes proven while another open case of the operator is.
pub fn append(tx: &mut dyn Tx, mut case: Case, step: &Step<'_>) -> Result<Case, Fault> {
    if step.events.is_empty() {
        return Ok(case);
    }
    let before = case.version();
    for event in step.events {
        case.fold(step.at, step.by, event);
    }
    record(tx, case.id(), step)?;
    let mut values = standing(&case)?.to_vec();
    values.extend([Value::from(&case.id()), signed(before)?]);
    match tx.execute(SAVE, &values)? {
        0 => Err(Fault::Conflict("case")),
        _ => Ok(case),
    }
}

/// Finds a case.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, id: CaseId) -> Result<Option<Stored>, Fault> {
    tx.query_one(FIND, &[Value::from(&id)])?
        .map(read)
        .transpose()
}

/// Gives a case its holder's token, once.
///
/// # Errors
/// [`Fault::Taken`] when it has one, or there is no such case.
pub fn set_token(tx: &mut dyn Tx, id: CaseId, token: &Digest) -> Result<(), Fault> {
    match tx.execute(SET_TOKEN, &[Value::from(token), Value::from(&id)])? {
        0 => Err(Fault::Taken("case token")),
        _ => Ok(()),
    }
}

/// Finds a case for whoever holds its token.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find_by_token(tx: &mut dyn Tx, id: CaseId, token: &Digest) -> Result<Option<Stored>, Fault> {
    tx.query_one(BY_TOKEN, &[Value::from(&id), Value::from(token)])?
        .map(read)
        .transpose()
}

/// An operator's open cases, proven or not, oldest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn open_cases_of(
    tx: &mut dyn Tx,
    (terminal, operator): (TerminalId, OperatorNumber),
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    let values = [
        Value::from(&terminal),
        Value::from(operator),
        Value::from(limit),
    ];
    tx.query_many(OPEN_OF_OPERATOR, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// A merchant's open cases, the oldest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn open_of_merchant(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Vec<Stored>, Fault> {
    let rows = tx.query_many(OPEN_OF_MERCHANT, &[Value::from(merchant)])?;
    rows.into_iter().map(read).collect()
}

/// An operator's one open case that somebody has proven.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn open_case_of(
    tx: &mut dyn Tx,
    (terminal, operator): (TerminalId, OperatorNumber),
) -> Result<Option<Stored>, Fault> {
    let values = [Value::from(&terminal), Value::from(operator)];
    tx.query_one(PROVEN_OF_OPERATOR, &values)?
        .map(read)
        .transpose()
}

/// An operator's newest case that somebody has proven, open or closed.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn newest_proven_of(
    tx: &mut dyn Tx,
    (terminal, operator): (TerminalId, OperatorNumber),
) -> Result<Option<Stored>, Fault> {
    let values = [Value::from(&terminal), Value::from(operator)];
    tx.query_one(NEWEST_PROVEN, &values)?.map(read).transpose()
}

/// Open cases of which something has lapsed, the longest overdue first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn due(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<Vec<CaseId>, Fault> {
    let rows = tx.query_many(DUE, &[Value::from(now), Value::from(limit)])?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// An acquirer's cases after a cursor, the newest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    filter: &Filter,
    (after, limit): (Option<Cursor>, u32),
) -> Result<Vec<Stored>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let (opened_at, id) = after.map_or((Value::Integer(i64::MAX), Value::from("")), |cursor| {
        (Value::from(cursor.opened_at), Value::from(&cursor.id))
    });
    let acquirer = Value::from(acquirer);
    let rows = match filter {
        Filter::All => tx.query_many(OF_ACQUIRER, &[acquirer, opened_at, id, limit])?,
        Filter::State(state) => {
            let state = Value::from(state.name());
            tx.query_many(IN_STATE, &[acquirer, state, opened_at, id, limit])?
        }
        Filter::Merchant(merchant) => {
            let merchant = Value::from(merchant);
            tx.query_many(OF_MERCHANT, &[acquirer, merchant, opened_at, id, limit])?
        }
        Filter::OpenIn(channel) => {
            let channel = Value::from(channel.name());
            tx.query_many(OPEN_IN_CHANNEL, &[acquirer, channel, opened_at, id, limit])?
        }
        Filter::ShownToMerchant(merchant) => {
            let values = [acquirer, Value::from(merchant), opened_at, id, limit];
            tx.query_many(SHOWN_TO_MERCHANT, &values)?
        }
        Filter::GatheringAbroad(merchant) => {
            let values = [acquirer, Value::from(merchant), opened_at, id, limit];
            tx.query_many(GATHERING_ABROAD, &values)?
        }
    };
    rows.into_iter().map(read).collect()
}

/// An acquirer's cases that wait for a review, the most urgent first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn in_review(tx: &mut dyn Tx, acquirer: &AcquirerId, limit: u32) -> Result<Vec<Stored>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    tx.query_many(IN_REVIEW, &[Value::from(acquirer), limit])?
        .into_iter()
        .map(read)
        .collect()
}

/// How many cases of an acquirer are in each state that any is in.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn count_by_state(tx: &mut dyn Tx, acquirer: &AcquirerId) -> Result<Vec<(State, u64)>, Fault> {
    let rows = tx.query_many(COUNT, &[Value::from(acquirer)])?;
    rows.into_iter()
        .map(|mut row| {
            let state = row.take_word("case state", |word| {
                State::ALL.into_iter().find(|state| state.name() == word)
            })?;
            Ok((state, row.take()?))
        })
        .collect()
}

/// Folds a case from its events anew, to be compared with how it is stored.
///
/// # Errors
/// [`Fault::Damaged`] when its events do not begin with an opening.
pub fn replay(tx: &mut dyn Tx, id: CaseId, limit: u32) -> Result<Option<Case>, Fault> {
    let mut case: Option<Case> = None;
    for placed in event::of_case(tx, id, limit)? {
        let Entry {
            at,
            by,
            event: Event::Case(event),
            ..
        } = &placed.entry
        else {
            continue;
        };
        match &mut case {
            Some(case) => case.fold(*at, by, event),
            None => {
                let begun = Case::begin(id, *at, by, event)
                    .ok_or(Fault::damaged("case", "its first event does not open it"))?;
                case = Some(begun);
            }
        }
    }
    Ok(case)
}

fn record(tx: &mut dyn Tx, id: CaseId, step: &Step<'_>) -> Result<(), Fault> {
    for event in step.events {
        let entry = Entry {
            v: ENTRY_VERSION,
            at: step.at,
            acquirer: Some(step.acquirer.clone()),
            case: Some(id),
            by: step.by.clone(),
            event: Event::Case(event.clone()),
        };
        event::append(tx, &entry)?;
    }
    Ok(())
}

/// The columns that are settled when the case is opened, in the order that [`ADD`]
/// names them.
fn settled(acquirer: &AcquirerId, case: &Case) -> [Value; 5] {
    let subject = case.subject();
    [
        Value::from(acquirer),
        Value::from(subject.map(|subject| &subject.merchant)),
        Value::from(subject.map(|subject| &subject.terminal)),
        Value::from(subject.map(|subject| subject.operator)),
        Value::from(case.opened_at()),
    ]
}

/// The columns that move with the case, in the order that both statements name them.
fn standing(case: &Case) -> Result<[Value; 8], Fault> {
    let folded = serde_json::to_string(case)
        .map_err(|_| Fault::damaged("case", "it cannot be written as JSON"))?;
    Ok([
        Value::from(case.channel().name()),
        Value::from(case.state().name()),
        Value::from(case.state().is_open()),
        Value::from(case.is_proven()),
        Value::from(deadline::next(case)),
        Value::from(case.changed_at()),
        signed(case.version())?,
        Value::from(folded),
    ])
}

fn read(mut row: Row) -> Result<Stored, Fault> {
    let acquirer = row.take()?;
    let folded: String = row.take()?;
    let case = serde_json::from_str(&folded)
        .map_err(|_| Fault::damaged("case", "it does not have the required shape"))?;
    Ok(Stored { acquirer, case })
}
