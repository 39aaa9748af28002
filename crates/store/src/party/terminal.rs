//! Terminals: what they are, their keys, and the two counters that make a message
//! count once.

use jiff::Timestamp;
use tillkey_wire::ids::{AcquirerId, MerchantNumber, SerialNumber, TerminalId, TerminalNumber};

use super::{enrolment, operator};
use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value, signed};
use crate::{deed, health, in_hand, journal, offline, upload};

statements! {
    ADD: "add a terminal" =
        "INSERT INTO terminals (id, acquirer, merchant, number, serial_number, model, status, \
         capabilities, uplink, sequence, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, 'active', '{}', 0, 0, $7)";
    FIND: "find a terminal" =
        "SELECT id, acquirer, merchant, number, serial_number, model, status, device_key, \
         backup_key, capabilities, uplink, created_at, enrolled_at, seen_at \
         FROM terminals WHERE id = $1";
    BY_NUMBER: "find a terminal by number" =
        "SELECT id, acquirer, merchant, number, serial_number, model, status, device_key, \
         backup_key, capabilities, uplink, created_at, enrolled_at, seen_at \
         FROM terminals WHERE merchant = $1 AND number = $2 AND status = 'active'";
    BY_SERIAL_NUMBER: "find terminals by serial number" =
        "SELECT id, acquirer, merchant, number, serial_number, model, status, device_key, \
         backup_key, capabilities, uplink, created_at, enrolled_at, seen_at \
         FROM terminals WHERE serial_number = $1 AND status = 'active' ORDER BY id LIMIT 16";
    OF_MERCHANT: "list a merchant's terminals" =
        "SELECT id, acquirer, merchant, number, serial_number, model, status, device_key, \
         backup_key, capabilities, uplink, created_at, enrolled_at, seen_at \
         FROM terminals WHERE merchant = $1 AND status = 'active' AND number > $2 \
         ORDER BY number LIMIT $3";
    ALL_OF_MERCHANT: "list a merchant's terminals, the retired ones too" =
        "SELECT id, acquirer, merchant, number, serial_number, model, status, device_key, \
         backup_key, capabilities, uplink, created_at, enrolled_at, seen_at \
         FROM terminals WHERE merchant = $1 ORDER BY number, created_at, id LIMIT $2";
    ENROL: "enrol a terminal" =
        "UPDATE terminals SET device_key = $1, backup_key = $2, model = $3, uplink = 0, \
         capabilities = '{}', enrolled_at = $4, seen_at = $4 WHERE id = $5 AND status = 'active'";
    RETIRE: "retire a terminal" =
        "UPDATE terminals SET status = 'retired' WHERE id = $1 AND status = 'active'";
    MOVE: "move a terminal" =
        "UPDATE terminals SET merchant = $1, number = $2 WHERE id = $3 AND status = 'active'";
    SEE: "note that a terminal was heard" =
        "UPDATE terminals SET seen_at = $1 WHERE id = $2";
    DESCRIBE: "note what a terminal can do" =
        "UPDATE terminals SET capabilities = $1, seen_at = $2 WHERE id = $3";
    ADVANCE: "take a terminal's counter" =
        "UPDATE terminals SET uplink = $1 WHERE id = $2 AND status = 'active' AND uplink < $1";
    NEXT_SEQUENCE: "give out a command sequence" =
        "UPDATE terminals SET sequence = sequence + 1 WHERE id = $1 RETURNING sequence";
}

/// Whether a terminal is in service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminalStatus {
    /// In service.
    Active,
    /// Out of service for good.
    Retired,
}

/// A terminal as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// Names the device in envelopes.
    pub id: TerminalId,
    /// Its tenant.
    pub acquirer: AcquirerId,
    /// Where it stands.
    pub merchant: MerchantNumber,
    /// Its number.
    pub number: TerminalNumber,
    /// What is printed on the device.
    pub serial_number: SerialNumber,
    /// The vendor's name for it.
    pub model: String,
    /// Whether it is in service.
    pub status: TerminalStatus,
    /// Its Ed25519 public key; none until it is enrolled.
    pub device_key: Option<[u8; 32]>,
    /// Its X25519 public key; none until it is enrolled.
    pub backup_key: Option<[u8; 32]>,
    /// JSON, as it last said.
    pub capabilities: String,
    /// The highest counter taken from it.
    pub uplink: u64,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// When its present keys were taken.
    pub enrolled_at: Option<Timestamp>,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
}

/// A terminal to be recorded, before it is enrolled.
#[derive(Debug, Clone)]
pub struct NewTerminal {
    /// Its name in envelopes.
    pub id: TerminalId,
    /// Its tenant.
    pub acquirer: AcquirerId,
    /// Where it stands.
    pub merchant: MerchantNumber,
    /// Its number.
    pub number: TerminalNumber,
    /// What is printed on the device.
    pub serial_number: SerialNumber,
    /// The vendor's name for it.
    pub model: String,
    /// When this is.
    pub now: Timestamp,
}

/// The keys that a device proved at enrolment.
#[derive(Debug, Clone)]
pub struct DeviceKeys {
    /// Ed25519.
    pub device_key: [u8; 32],
    /// X25519.
    pub backup_key: [u8; 32],
    /// What the device says it is.
    pub model: String,
}

/// Adds a terminal.
///
/// # Errors
/// [`Fault::Taken`] when its serial number (within the acquirer) or its number
/// (within the merchant) is in service already; [`Fault::Dangling`] when there is
/// no such merchant.
pub fn add(tx: &mut dyn Tx, terminal: &NewTerminal) -> Result<(), Fault> {
    let values = [
        Value::from(&terminal.id),
        Value::from(&terminal.acquirer),
        Value::from(&terminal.merchant),
        Value::from(&terminal.number),
        Value::from(&terminal.serial_number),
        Value::from(terminal.model.as_str()),
        Value::from(terminal.now),
    ];
    tx.execute(ADD, &values).map(|_| ())
}

/// Finds a terminal, in service or not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find(tx: &mut dyn Tx, id: TerminalId) -> Result<Option<Terminal>, Fault> {
    tx.query_one(FIND, &[Value::from(&id)])?
        .map(read)
        .transpose()
}

/// Finds the terminal in service that has this number at this merchant.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn find_by_number(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
    number: &TerminalNumber,
) -> Result<Option<Terminal>, Fault> {
    tx.query_one(BY_NUMBER, &[Value::from(merchant), Value::from(number)])?
        .map(read)
        .transpose()
}

/// The terminals in service that have this serial number, at most one an acquirer.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn by_serial_number(
    tx: &mut dyn Tx,
    serial_number: &SerialNumber,
) -> Result<Vec<Terminal>, Fault> {
    let rows = tx.query_many(BY_SERIAL_NUMBER, &[Value::from(serial_number)])?;
    rows.into_iter().map(read).collect()
}

/// A merchant's terminals, those out of service included, in order of their numbers.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn all_of_merchant(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
    limit: u32,
) -> Result<Vec<Terminal>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let rows = tx.query_many(ALL_OF_MERCHANT, &[Value::from(merchant), limit])?;
    rows.into_iter().map(read).collect()
}

/// A merchant's terminals in service after a number, in order of their numbers.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_merchant(
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
    after: Option<&TerminalNumber>,
    limit: u32,
) -> Result<Vec<Terminal>, Fault> {
    let values = [
        Value::from(merchant),
        Value::from(after.map_or("", TerminalNumber::as_str)),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    tx.query_many(OF_MERCHANT, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// Binds a device's keys. Its counters begin anew, which replays nothing: what was
/// signed or derived with the old keys does not fit the new ones. What the old device
/// said of itself is forgotten.
///
/// # Errors
/// [`Fault::Missing`] when there is no such terminal in service.
pub fn enrol(
    tx: &mut dyn Tx,
    id: TerminalId,
    keys: &DeviceKeys,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(keys.device_key.as_slice()),
        Value::from(keys.backup_key.as_slice()),
        Value::from(keys.model.as_str()),
        Value::from(now),
        Value::from(&id),
    ];
    if tx.execute(ENROL, &values)? == 0 {
        return Err(Fault::Missing("terminal in service"));
    }
    in_hand::forget(tx, id)?;
    offline::forget(tx, id)?;
    deed::forget(tx, id)?;
    upload::drop(tx, id)?;
    journal::forget(tx, id)?;
    health::forget(tx, id)
}

/// Takes a terminal out of service: its operators are removed, and their sessions
/// and credentials end. True when it was in service.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn retire(tx: &mut dyn Tx, id: TerminalId, now: Timestamp) -> Result<bool, Fault> {
    if tx.execute(RETIRE, &[Value::from(&id)])? == 0 {
        return Ok(false);
    }
    for operator in operator::list(tx, id)? {
        operator::remove(tx, id, operator.number, now)?;
    }
    Ok(true)
}

/// Moves a terminal to a merchant and a number. Its operators stay as accounts without
/// a password: whoever had one has no business at the other merchant. True when it was
/// in service.
///
/// # Errors
/// [`Fault::Taken`] when the merchant has a terminal of this number;
/// [`Fault::Dangling`] when there is no such merchant.
pub fn move_to(
    tx: &mut dyn Tx,
    id: TerminalId,
    (merchant, number): (&MerchantNumber, &TerminalNumber),
    now: Timestamp,
) -> Result<bool, Fault> {
    let values = [Value::from(merchant), Value::from(number), Value::from(&id)];
    if tx.execute(MOVE, &values)? == 0 {
        return Ok(false);
    }
    enrolment::withdraw(tx, id)?;
    for operator in operator::list(tx, id)? {
        operator::remove(tx, id, operator.number, now)?;
        operator::add(tx, id, operator.number, now)?;
    }
    Ok(true)
}

/// Notes that a terminal was heard.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn see(tx: &mut dyn Tx, id: TerminalId, now: Timestamp) -> Result<(), Fault> {
    tx.execute(SEE, &[Value::from(now), Value::from(&id)])
        .map(|_| ())
}

/// Notes what a terminal says it can do (JSON).
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn describe(
    tx: &mut dyn Tx,
    id: TerminalId,
    capabilities: &str,
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(capabilities),
        Value::from(now),
        Value::from(&id),
    ];
    tx.execute(DESCRIBE, &values).map(|_| ())
}

/// Takes a counter if it is above every one taken before. False for a replay, and
/// for a terminal that is not in service.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn advance_counter(tx: &mut dyn Tx, id: TerminalId, counter: u64) -> Result<bool, Fault> {
    Ok(tx.execute(ADVANCE, &[signed(counter)?, Value::from(&id)])? > 0)
}

/// Gives out the next command sequence of a terminal, from 1.
///
/// # Errors
/// [`Fault::Missing`] when there is no such terminal.
pub fn next_sequence(tx: &mut dyn Tx, id: TerminalId) -> Result<u64, Fault> {
    tx.query_one(NEXT_SEQUENCE, &[Value::from(&id)])?
        .ok_or(Fault::Missing("terminal"))?
        .take()
}

fn read(mut row: Row) -> Result<Terminal, Fault> {
    Ok(Terminal {
        id: row.take()?,
        acquirer: row.take()?,
        merchant: row.take()?,
        number: row.take()?,
        serial_number: row.take()?,
        model: row.take()?,
        status: row.take_word("terminal status", |word| match word {
            "active" => Some(TerminalStatus::Active),
            "retired" => Some(TerminalStatus::Retired),
            _ => None,
        })?,
        device_key: row.take()?,
        backup_key: row.take()?,
        capabilities: row.take()?,
        uplink: row.take()?,
        created_at: row.take()?,
        enrolled_at: row.take()?,
        seen_at: row.take()?,
    })
}
