//! Applications for terminals: their events and, folded from them, how they stand; and
//! what the applicant wrote, sealed with a data key of the application's own.
//!
//! As with cases, an application is written only over the version it was folded from.

pub mod code;
pub mod paper;

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::onboarding::Draft;
use tillkey_rules::onboarding::application::{Application, ApplicationEvent, ApplicationState};
use tillkey_rules::party::Actor;
use tillkey_wire::ids::{AcquirerId, ApplicationId, MerchantNumber, TerminalId};
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{self, DataKey, Digest, NO_INDEX, Owner, Place};
use crate::tx::{Statement, Tx, statements};
use crate::value::{Row, Value, signed};
use crate::{erasure, event};

statements! {
    ADD: "add an application" =
        "INSERT INTO applications (id, acquirer, started_at, token_digest, phone_index, \
         phone_sealed, state, is_open, merchant, terminal, deadline_at, changed_at, version, \
         folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    SAVE: "save an application" =
        "UPDATE applications SET state = $1, is_open = $2, merchant = $3, terminal = $4, \
         deadline_at = $5, changed_at = $6, version = $7, folded = $8 \
         WHERE id = $9 AND version = $10";
    FIND: "find an application" =
        "SELECT acquirer, folded, token_digest, phone_index, phone_sealed, draft_sealed, \
         remark_sealed, parcel_sealed FROM applications WHERE id = $1";
    OF_TERMINAL: "find the open application of a terminal" =
        "SELECT acquirer, folded, token_digest, phone_index, phone_sealed, draft_sealed, \
         remark_sealed, parcel_sealed FROM applications WHERE terminal = $1 AND is_open = 1";
    OF_MERCHANT: "find the application of a merchant" =
        "SELECT acquirer, folded, token_digest, phone_index, phone_sealed, draft_sealed, \
         remark_sealed, parcel_sealed FROM applications WHERE merchant = $1 \
         ORDER BY started_at DESC, id LIMIT 1";
    ALL_OF_MERCHANT: "list what is held of a merchant's applications" =
        "SELECT acquirer, folded, token_digest, phone_index, phone_sealed, draft_sealed, \
         remark_sealed, parcel_sealed FROM applications \
         WHERE merchant = $1 AND erased_at IS NULL ORDER BY started_at, id";
    IN_STATE: "list an acquirer's applications in a state" =
        "SELECT acquirer, folded, token_digest, phone_index, phone_sealed, draft_sealed, \
         remark_sealed, parcel_sealed FROM applications \
         WHERE acquirer = $1 AND state = $2 AND (changed_at, id) > ($3, $4) \
         ORDER BY changed_at, id LIMIT $5";
    DUE: "find applications past a deadline" =
        "SELECT id FROM applications WHERE is_open = 1 AND deadline_at <= $1 \
         ORDER BY deadline_at, id LIMIT $2";
    OUTLIVED: "find applications that outlived their time" =
        "SELECT id FROM applications \
         WHERE state = $1 AND is_open = 0 AND erased_at IS NULL AND changed_at < $2 \
         ORDER BY changed_at, id LIMIT $3";
    BLANK: "blank an application" =
        "UPDATE applications SET erased_at = $1, phone_sealed = $2, phone_index = $3, \
         draft_sealed = NULL, remark_sealed = NULL, parcel_sealed = NULL \
         WHERE id = $4 AND erased_at IS NULL";
    SET_TOKEN: "set an application's token" =
        "UPDATE applications SET token_digest = $1 WHERE id = $2";
    SET_DRAFT: "write an application's draft" =
        "UPDATE applications SET draft_sealed = $1 WHERE id = $2";
    SET_REMARK: "write what an applicant is told" =
        "UPDATE applications SET remark_sealed = $1 WHERE id = $2";
    SET_PARCEL: "write who carries a terminal" =
        "UPDATE applications SET parcel_sealed = $1 WHERE id = $2";
}

/// The version of the form of an entry.
const ENTRY_VERSION: u32 = 1;

/// An application as stored; what the applicant wrote is sealed.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Whose it is.
    pub acquirer: AcquirerId,
    /// How it stands.
    pub application: Application,
    /// The keyed digest of its holder's token.
    pub token_digest: Digest,
    /// The keyed digest of the applicant's phone.
    pub phone_index: Digest,
    phone_sealed: Vec<u8>,
    draft_sealed: Option<Vec<u8>>,
    remark_sealed: Option<Vec<u8>>,
    parcel_sealed: Option<Vec<u8>>,
}

impl Stored {
    /// Opens the applicant's phone.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the application was erased.
    pub fn phone(&self, key: &DataKey) -> Result<Secret<String>, Fault> {
        key.unseal_text(place("phone_sealed", &self.row()), &self.phone_sealed)
    }

    /// Opens what was typed so far.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the application was erased.
    pub fn draft(&self, key: &DataKey) -> Result<Draft, Fault> {
        match self.text(key, "draft_sealed", self.draft_sealed.as_deref())? {
            Some(json) => Draft::from_json(json.expose())
                .ok_or_else(|| Fault::damaged("draft", "it does not have the required shape")),
            None => Ok(Draft::default()),
        }
    }

    /// Opens what the applicant was last told in words.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the application was erased.
    pub fn remark(&self, key: &DataKey) -> Result<Option<Secret<String>>, Fault> {
        self.text(key, "remark_sealed", self.remark_sealed.as_deref())
    }

    /// Opens who carries the terminal, under which number.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when the application was erased.
    pub fn parcel(&self, key: &DataKey) -> Result<Option<Secret<String>>, Fault> {
        self.text(key, "parcel_sealed", self.parcel_sealed.as_deref())
    }

    fn text(
        &self,
        key: &DataKey,
        column: &'static str,
        sealed: Option<&[u8]>,
    ) -> Result<Option<Secret<String>>, Fault> {
        sealed
            .map(|sealed| key.unseal_text(place(column, &self.row()), sealed))
            .transpose()
    }

    fn row(&self) -> String {
        self.application.id().to_string()
    }
}

/// An application to be recorded.
#[derive(Debug)]
pub struct NewApplication<'a> {
    /// Names it.
    pub id: ApplicationId,
    /// The keyed digest of its holder's token.
    pub token_digest: Digest,
    /// The applicant's phone in its one spelling.
    pub phone: &'a Secret<String>,
    /// Its blind index.
    pub phone_index: Digest,
}

/// What one actor did to an application at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Whose application it is.
    pub acquirer: &'a AcquirerId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: &'a Actor,
    /// What happened, in order.
    pub events: &'a [ApplicationEvent],
}

/// What a column of sealed text holds.
#[derive(Debug, Clone, Copy)]
pub enum Written<'a> {
    /// What was typed into the form.
    Draft(&'a Secret<String>),
    /// What the applicant is told.
    Remark(&'a Secret<String>),
    /// Who carries the terminal, under which number.
    Parcel(&'a Secret<String>),
}

/// Writes a new application under its own data key.
///
/// # Errors
/// [`Fault::Dangling`] when the acquirer is not there.
pub fn begin(
    tx: &mut dyn Tx,
    key: &DataKey,
    (new, step): (&NewApplication<'_>, &Step<'_>),
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Application, Fault> {
    let missing = Fault::Missing("event that starts the application");
    let first = step.events.first().ok_or(missing)?;
    let application = Application::begin(new.id, step.at, first)
        .ok_or(Fault::Missing("event that starts the application"))?;
    let row = new.id.to_string();
    let phone = new.phone.expose().as_bytes();
    let sealed = key.seal(place("phone_sealed", &row), phone, rng)?;
    let mut values = vec![
        Value::from(&new.id),
        Value::from(step.acquirer),
        Value::from(step.at),
        Value::from(&new.token_digest),
        Value::from(&new.phone_index),
        Value::from(sealed),
    ];
    values.extend(standing(&application)?);
    tx.execute(ADD, &values)?;
    record(tx, new.id, step)?;
    Ok(application)
}

/// Writes what happened to an application, and gives it as it is then.
///
/// # Errors
/// [`Fault::Conflict`] when it moved since it was loaded.
pub fn append(
    tx: &mut dyn Tx,
    mut application: Application,
    step: &Step<'_>,
) -> Result<Application, Fault> {
    if step.events.is_empty() {
        return Ok(application);
    }
    let before = application.version();
    for event in step.events {
        application.fold(step.at, step.by, event);
    }
    record(tx, application.id(), step)?;
    let mut values = standing(&application)?.to_vec();
    values.extend([Value::from(&application.id()), signed(before)?]);
    match tx.execute(SAVE, &values)? {
        0 => Err(Fault::Conflict("application")),
        _ => Ok(application),
    }
}

/// Seals a text beside an application, in the place of an earlier one.
///
/// # Errors
/// [`Fault::TooLarge`] above the limit of what is sealed.
pub fn write(
    tx: &mut dyn Tx,
    key: &DataKey,
    (id, written): (ApplicationId, Written<'_>),
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let (statement, column, text) = match written {
        Written::Draft(text) => (SET_DRAFT, "draft_sealed", text),
        Written::Remark(text) => (SET_REMARK, "remark_sealed", text),
        Written::Parcel(text) => (SET_PARCEL, "parcel_sealed", text),
    };
    let sealed = key.seal(
        place(column, &id.to_string()),
        text.expose().as_bytes(),
        rng,
    )?;
    tx.execute(statement, &[Value::from(sealed), Value::from(&id)])
        .map(|_| ())
}

/// Gives an application another holder's token; the one before is worth nothing.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn set_token(tx: &mut dyn Tx, id: ApplicationId, token: &Digest) -> Result<(), Fault> {
    tx.execute(SET_TOKEN, &[Value::from(token), Value::from(&id)])
        .map(|_| ())
}

/// Finds an application.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, id: ApplicationId) -> Result<Option<Stored>, Fault> {
    one(tx, FIND, Value::from(&id))
}

/// The open application that a terminal was sent for.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_terminal(tx: &mut dyn Tx, terminal: TerminalId) -> Result<Option<Stored>, Fault> {
    one(tx, OF_TERMINAL, Value::from(&terminal))
}

/// The application that became a merchant, the newest where there are several.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_merchant(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Option<Stored>, Fault> {
    one(tx, OF_MERCHANT, Value::from(merchant))
}

/// The applications of a merchant of which something is held, the oldest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn all_of_merchant(tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Vec<Stored>, Fault> {
    let rows = tx.query_many(ALL_OF_MERCHANT, &[Value::from(merchant)])?;
    rows.into_iter().map(read).collect()
}

fn one(tx: &mut dyn Tx, statement: Statement, value: Value) -> Result<Option<Stored>, Fault> {
    tx.query_one(statement, &[value])?.map(read).transpose()
}

/// Where a page of a list ended: when the last application on it moved, and which it was.
pub type Cursor = (Timestamp, ApplicationId);

/// An acquirer's applications in a state, those that have waited longest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn in_state(
    tx: &mut dyn Tx,
    (acquirer, state): (&AcquirerId, ApplicationState),
    after: Option<Cursor>,
    limit: u32,
) -> Result<Vec<Stored>, Fault> {
    let (at, id) = after.map_or((Value::Integer(i64::MIN), Value::from("")), |(at, id)| {
        (Value::from(at), Value::from(&id))
    });
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let values = [
        Value::from(acquirer),
        Value::from(state.name()),
        at,
        id,
        limit,
    ];
    tx.query_many(IN_STATE, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// The open applications whose deadline has passed.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn due(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<Vec<ApplicationId>, Fault> {
    tx.query_many(DUE, &[Value::from(now), Value::from(limit)])?
        .into_iter()
        .map(|mut row| row.take())
        .collect()
}

/// Closed applications in a state that came to it before a moment and are not erased yet.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn outlived(
    tx: &mut dyn Tx,
    (state, before): (ApplicationState, Timestamp),
    limit: u32,
) -> Result<Vec<ApplicationId>, Fault> {
    let values = [
        Value::from(state.name()),
        Value::from(before),
        Value::from(limit),
    ];
    tx.query_many(OUTLIVED, &values)?
        .into_iter()
        .map(|mut row| row.take())
        .collect()
}

/// Erases what an applicant wrote: destroys the data key, which no backup of the database
/// outlives for long, and wipes what it sealed, with the blind index of the phone. What
/// happened stays. False where it was erased before.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn erase(tx: &mut dyn Tx, id: ApplicationId, now: Timestamp) -> Result<bool, Fault> {
    let nothing: &[u8] = &[];
    let values = [
        Value::from(now),
        Value::from(nothing),
        Value::from(&NO_INDEX),
        Value::from(&id),
    ];
    if tx.execute(BLANK, &values)? == 0 {
        return Ok(false);
    }
    let owner = Owner::Application(id);
    seal::erase(tx, &owner)?;
    erasure::give_up_messages(tx, &owner, now)?;
    erasure::mark(tx, &owner, now)?;
    paper::remove_all(tx, id)?;
    code::withdraw(tx, id)?;
    Ok(true)
}

fn record(tx: &mut dyn Tx, id: ApplicationId, step: &Step<'_>) -> Result<(), Fault> {
    for happened in step.events {
        let entry = Entry {
            v: ENTRY_VERSION,
            at: step.at,
            acquirer: Some(step.acquirer.clone()),
            case: None,
            by: step.by.clone(),
            event: Event::Application {
                application: id,
                step: happened.clone(),
            },
        };
        event::append(tx, &entry)?;
    }
    Ok(())
}

/// The columns that move with the application, in the order that both statements name
/// them.
fn standing(application: &Application) -> Result<[Value; 8], Fault> {
    let folded = serde_json::to_string(application)
        .map_err(|_| Fault::damaged("application", "it cannot be written as JSON"))?;
    Ok([
        Value::from(application.state().name()),
        Value::from(application.state().is_open()),
        Value::from(application.merchant()),
        Value::from(application.terminal().as_ref()),
        Value::from(application.deadline()),
        Value::from(application.changed_at()),
        signed(application.version())?,
        Value::from(folded),
    ])
}

fn read(mut row: Row) -> Result<Stored, Fault> {
    let acquirer = row.take()?;
    let folded: String = row.take()?;
    let application = serde_json::from_str(&folded)
        .map_err(|_| Fault::damaged("application", "it does not have the required shape"))?;
    Ok(Stored {
        acquirer,
        application,
        token_digest: row.take()?,
        phone_index: row.take()?,
        phone_sealed: row.take()?,
        draft_sealed: row.take()?,
        remark_sealed: row.take()?,
        parcel_sealed: row.take()?,
    })
}

const fn place<'a>(column: &'static str, row: &'a str) -> Place<'a> {
    Place {
        table: "applications",
        column,
        row,
    }
}
