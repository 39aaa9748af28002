//! Erasing what is held of a merchant and its people: the data key is destroyed, and what
//! it sealed, or could be tried out without it, is wiped.
//!
//! Numbers and accounts stay, because the ledger names them; after this they name nobody.
//! A blind index is wiped like the rest: under the server's key anybody with a phone could
//! otherwise still ask whether it was theirs.

use jiff::Timestamp;
use tillkey_rules::attempts::Scope;
use tillkey_rules::erasure::{ErasureReason, Standing};
use tillkey_wire::ids::{AcquirerId, ApplicationId, MerchantNumber, PersonId, StaffId};

use crate::fault::Fault;
use crate::limits::PAGE_MAX;
use crate::party::merchant;
use crate::seal::{self, Digest, NO_INDEX, Owner};
use crate::snapshot::{self, Snapshot};
use crate::tx::{Statement, Tx, statements};
use crate::value::{Row, Value};
use crate::{application, attempts};

statements! {
    COUNTS: "count what is open with a merchant" =
        "SELECT \
         (SELECT COUNT(*) FROM terminals WHERE merchant = $1 AND status = 'active'), \
         (SELECT COUNT(*) FROM cases WHERE merchant = $1 AND is_open = 1 AND is_proven = 1), \
         (SELECT COUNT(*) FROM applications WHERE merchant = $1 AND is_open = 1), \
         (SELECT COUNT(*) FROM deposits WHERE merchant = $1 AND state IN ('counting', 'earned')), \
         (SELECT COUNT(*) FROM restores JOIN snapshots ON snapshots.id = restores.snapshot \
         WHERE snapshots.merchant = $1 AND restores.ended_at IS NULL), \
         (SELECT COUNT(*) FROM alerts JOIN merchants ON merchants.acquirer = alerts.acquirer \
         WHERE merchants.number = $1 AND alerts.state <> 'closed' AND (alerts.about LIKE $2 \
         OR EXISTS (SELECT 1 FROM terminals WHERE terminals.merchant = $1 \
         AND alerts.about LIKE '%\"' || terminals.id || '\"%') \
         OR EXISTS (SELECT 1 FROM applications WHERE applications.merchant = $1 \
         AND alerts.about LIKE '%\"' || applications.id || '\"%')))";
    DUE: "find merchants whose time is over" =
        "SELECT number FROM merchants WHERE closed_at IS NOT NULL AND erased_at IS NULL \
         AND closed_at <= $1 AND erasure_look_at <= $2 ORDER BY closed_at, number LIMIT $3";
    LOOK_AGAIN: "note when to look at an erasure again" =
        "UPDATE merchants SET erasure_look_at = $1 WHERE number = $2";
    ASK: "ask for an erasure" =
        "INSERT INTO erasures (merchant, acquirer, state, reason, account, person, asked_at) \
         VALUES ($1, $2, 'asked', $3, $4, $5, $6) ON CONFLICT (merchant) DO UPDATE SET \
         state = excluded.state, reason = excluded.reason, account = excluded.account, \
         person = excluded.person, asked_at = excluded.asked_at, ended_at = NULL";
    FIND: "find a request for an erasure" =
        "SELECT merchant, state, reason, account, person, asked_at, ended_at FROM erasures \
         WHERE merchant = $1";
    WAITING: "list the requests for erasures that wait" =
        "SELECT merchant, state, reason, account, person, asked_at, ended_at FROM erasures \
         WHERE acquirer = $1 AND state = 'asked' ORDER BY asked_at, merchant LIMIT $2";
    END: "end a request for an erasure" =
        "UPDATE erasures SET state = $1, ended_at = $2 WHERE merchant = $3 AND state = 'asked'";
    PHONES: "list the phones that a merchant is known by" =
        "SELECT phone_index FROM contacts WHERE merchant = $1 \
         UNION SELECT phone_index FROM managers WHERE merchant = $1 \
         UNION SELECT phone_index FROM applications WHERE merchant = $1 LIMIT 1000";
    BLANK: "blank a merchant" =
        "UPDATE merchants SET name_sealed = $1, erased_at = $2, changed_at = $2 \
         WHERE number = $3 AND erased_at IS NULL";
    BLANK_MANAGERS: "blank a merchant's managers" =
        "UPDATE managers SET name_sealed = $1, phone_sealed = $1, phone_index = $2, \
         disabled_at = COALESCE(disabled_at, $3) WHERE merchant = $4";
    SESSIONS: "drop the sessions of a merchant's managers" =
        "DELETE FROM manager_sessions WHERE manager IN \
         (SELECT id FROM managers WHERE merchant = $1)";
    CONTACTS: "drop a merchant's contacts" = "DELETE FROM contacts WHERE merchant = $1";
    CHANGES: "drop a merchant's change of contact" =
        "DELETE FROM contact_changes WHERE merchant = $1";
    DOCUMENTS: "drop a merchant's documents" =
        "DELETE FROM merchant_documents WHERE merchant = $1";
    SCANS: "drop a merchant's scans" = "DELETE FROM scans WHERE merchant = $1";
    ENROLMENTS: "drop the enrolments of a merchant's terminals" =
        "DELETE FROM enrolments WHERE terminal IN (SELECT id FROM terminals WHERE merchant = $1)";
    CHALLENGES: "drop the challenges of a merchant's cases" =
        "DELETE FROM challenges WHERE case_id IN (SELECT id FROM cases WHERE merchant = $1)";
    COMMENTS: "drop the comments on a merchant's cases" =
        "DELETE FROM comments WHERE case_id IN (SELECT id FROM cases WHERE merchant = $1)";
    REMARKS: "wipe what was written on alerts about a merchant" =
        "UPDATE alerts SET comment_sealed = NULL WHERE comment_sealed IS NOT NULL \
         AND (about LIKE $1 \
         OR EXISTS (SELECT 1 FROM terminals WHERE terminals.merchant = $2 \
         AND about LIKE '%\"' || terminals.id || '\"%') \
         OR EXISTS (SELECT 1 FROM applications WHERE applications.merchant = $2 \
         AND about LIKE '%\"' || applications.id || '\"%'))";
    LETTERS: "give up an owner's messages" =
        "UPDATE outbox SET state = 'dead', ended_at = $1, last_fault = 'erased', \
         destination_sealed = NULL, body_sealed = NULL WHERE owner = $2 AND state = 'waiting'";
    MARK: "note that what was erased is still in the log" =
        "INSERT INTO meta (name, value, changed_at) VALUES ('scrub_due', $1, $2) \
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, \
         changed_at = excluded.changed_at";
    MARKED: "find whether something erased is still in the log" =
        "SELECT value FROM meta WHERE name = 'scrub_due'";
    UNMARK: "note that nothing erased is left in the log" =
        "DELETE FROM meta WHERE name = 'scrub_due' AND value = $1";
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestState {
    /// It waits for another person.
    Asked,
    /// They said no.
    Declined,
    /// They said yes, and it was done.
    Done,
}

impl RequestState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Asked, Self::Declined, Self::Done];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Declined => "declined",
            Self::Done => "done",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A request that a merchant be erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Whose data.
    pub merchant: MerchantNumber,
    /// How it stands.
    pub state: RequestState,
    /// Why.
    pub reason: ErasureReason,
    /// By which account.
    pub account: StaffId,
    /// Who that is.
    pub person: PersonId,
    /// When.
    pub asked_at: Timestamp,
    /// When somebody else decided.
    pub ended_at: Option<Timestamp>,
}

/// How things stand with a merchant; none where there is none.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn standing(tx: &mut dyn Tx, number: &MerchantNumber) -> Result<Option<Standing>, Fault> {
    let Some(found) = merchant::find(tx, number)? else {
        return Ok(None);
    };
    let values = [Value::from(number), named(number)];
    let mut row = tx
        .query_one(COUNTS, &values)?
        .ok_or(Fault::Missing("count"))?;
    let kept = snapshot::unsettled_of(tx, number)?;
    let unsettled = kept.iter().filter(|one| !one.head.is_settled()).count();
    Ok(Some(Standing {
        status: found.status,
        closed_at: found.closed_at,
        erased_at: found.erased_at,
        terminals_in_service: row.take()?,
        open_cases: row.take()?,
        open_applications: row.take()?,
        deposits_owed: row.take()?,
        open_restores: row.take()?,
        open_alerts: row.take()?,
        unsettled_backups: u64::try_from(unsettled).unwrap_or(u64::MAX),
    }))
}

/// The number as it stands in what an alert is about.
fn named(number: &MerchantNumber) -> Value {
    Value::from(format!("%\"{number}\"%"))
}

/// Closed merchants that were closed by a moment, and that it is time to look at.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn due(
    tx: &mut dyn Tx,
    (closed_by, now): (Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<MerchantNumber>, Fault> {
    let limit = Value::from(limit.min(PAGE_MAX));
    let rows = tx.query_many(DUE, &[Value::from(closed_by), Value::from(now), limit])?;
    rows.into_iter().map(|mut row| row.take()).collect()
}

/// Notes when to look again at a merchant whose erasure something stands in the way of.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn look_again(tx: &mut dyn Tx, number: &MerchantNumber, at: Timestamp) -> Result<(), Fault> {
    tx.execute(LOOK_AGAIN, &[Value::from(at), Value::from(number)])
        .map(|_| ())
}

/// Records a request, in the place of an earlier one that was decided.
///
/// # Errors
/// [`Fault::Dangling`] where there is no such merchant.
pub fn ask(tx: &mut dyn Tx, acquirer: &AcquirerId, request: &Request) -> Result<(), Fault> {
    let values = [
        Value::from(&request.merchant),
        Value::from(acquirer),
        Value::from(request.reason.name()),
        Value::from(&request.account),
        Value::from(&request.person),
        Value::from(request.asked_at),
    ];
    tx.execute(ASK, &values).map(|_| ())
}

/// The last request for a merchant.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn request(tx: &mut dyn Tx, number: &MerchantNumber) -> Result<Option<Request>, Fault> {
    tx.query_one(FIND, &[Value::from(number)])?
        .map(read)
        .transpose()
}

/// An acquirer's requests that wait for another person, the oldest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn waiting(tx: &mut dyn Tx, acquirer: &AcquirerId, limit: u32) -> Result<Vec<Request>, Fault> {
    let values = [Value::from(acquirer), Value::from(limit.min(PAGE_MAX))];
    let rows = tx.query_many(WAITING, &values)?;
    rows.into_iter().map(read).collect()
}

/// Ends a request that waits. False where none does.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn end(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    state: RequestState,
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [
        Value::from(state.name()),
        Value::from(now),
        Value::from(number),
    ];
    Ok(tx.execute(END, &values)? > 0)
}

/// What went with a merchant, for the events that say so.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Applications that were erased.
    pub applications: Vec<ApplicationId>,
    /// Backups whose files are to be removed.
    pub snapshots: Vec<Snapshot>,
}

/// Erases what is held of a merchant and its people, and says what else went with it.
/// None where it was erased before.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn erase(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    now: Timestamp,
) -> Result<Option<Gone>, Fault> {
    let nothing: &[u8] = &[];
    let blank = [Value::from(nothing), Value::from(now), Value::from(number)];
    if tx.execute(BLANK, &blank)? == 0 {
        return Ok(None);
    }
    forget_guesses(tx, number)?;
    let owner = Owner::Merchant(number.clone());
    seal::erase(tx, &owner)?;
    give_up_messages(tx, &owner, now)?;
    tx.execute(REMARKS, &[named(number), Value::from(number)])?;
    let dropped: [Statement; 8] = [
        SESSIONS, CONTACTS, CHANGES, DOCUMENTS, SCANS, ENROLMENTS, CHALLENGES, COMMENTS,
    ];
    for statement in dropped {
        tx.execute(statement, &[Value::from(number)])?;
    }
    let managers = [
        Value::from(nothing),
        Value::from(&NO_INDEX),
        Value::from(now),
        Value::from(number),
    ];
    tx.execute(BLANK_MANAGERS, &managers)?;
    let gone = Gone {
        applications: erase_applications(tx, number, now)?,
        snapshots: remove_snapshots(tx, number, now)?,
    };
    mark(tx, &owner, now)?;
    Ok(Some(gone))
}

/// Guesses are counted by blind index for a while; with the index goes the count.
fn forget_guesses(tx: &mut dyn Tx, number: &MerchantNumber) -> Result<(), Fault> {
    for mut row in tx.query_many(PHONES, &[Value::from(number)])? {
        let subject = row.take::<Digest>()?.to_hex();
        for scope in Scope::ALL {
            attempts::clear(tx, (scope, &subject))?;
        }
    }
    Ok(())
}

fn erase_applications(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    now: Timestamp,
) -> Result<Vec<ApplicationId>, Fault> {
    let mut erased = Vec::new();
    for stored in application::all_of_merchant(tx, number)? {
        let id = stored.application.id();
        if application::erase(tx, id, now)? {
            erased.push(id);
        }
    }
    Ok(erased)
}

fn remove_snapshots(
    tx: &mut dyn Tx,
    number: &MerchantNumber,
    now: Timestamp,
) -> Result<Vec<Snapshot>, Fault> {
    let kept = snapshot::kept_of(tx, number)?;
    for one in &kept {
        snapshot::remove(tx, one.id, now)?;
    }
    Ok(kept)
}

/// Gives up what waits to be sent under an owner's key.
pub(crate) fn give_up_messages(
    tx: &mut dyn Tx,
    owner: &Owner,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [Value::from(now), Value::from(owner.to_string())];
    tx.execute(LETTERS, &values).map(|_| ())
}

/// Notes that what was wiped is still in the write-ahead log, so that no kill makes anybody
/// forget to have it folded and cut.
pub(crate) fn mark(tx: &mut dyn Tx, owner: &Owner, now: Timestamp) -> Result<(), Fault> {
    let name = owner.to_string();
    tx.execute(MARK, &[Value::from(name.as_bytes()), Value::from(now)])
        .map(|_| ())
}

/// What was noted so; none where nothing that was erased is left in the log.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn scrub_due(tx: &mut dyn Tx) -> Result<Option<Vec<u8>>, Fault> {
    tx.query_one(MARKED, &[])?
        .map(|mut row| row.take())
        .transpose()
}

/// Notes that the log was cut. Something that was erased since is another note, and stays.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn scrubbed(tx: &mut dyn Tx, noted: &[u8]) -> Result<(), Fault> {
    tx.execute(UNMARK, &[Value::from(noted)]).map(|_| ())
}

fn read(mut row: Row) -> Result<Request, Fault> {
    Ok(Request {
        merchant: row.take()?,
        state: row.take_word("state of an erasure", RequestState::of_name)?,
        reason: row.take_word("reason for an erasure", |word| word.parse().ok())?,
        account: row.take()?,
        person: row.take()?,
        asked_at: row.take()?,
        ended_at: row.take()?,
    })
}
