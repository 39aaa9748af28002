//! Outgoing messages: written in the transaction of their cause, sent from here.
//!
//! Destination and body are sealed while they wait and wiped when they end, so a
//! code lives in the database no longer than it takes to send it.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_wire::ids::MessageId;
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::seal::{DataKey, Owner, Place, SealKeys};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    ADD: "queue a message" =
        "INSERT INTO outbox (id, idempotency_key, kind, owner, destination_sealed, body_sealed, \
         state, tries, next_at, queued_at) VALUES ($1, $2, $3, $4, $5, $6, 'waiting', 0, $7, $8) \
         ON CONFLICT (idempotency_key) DO NOTHING";
    CLAIM: "claim messages" =
        "UPDATE outbox SET tries = tries + 1, next_at = $1 WHERE id IN \
         (SELECT id FROM outbox WHERE state = 'waiting' AND next_at <= $2 \
         ORDER BY next_at, id LIMIT $3) \
         RETURNING id, idempotency_key, kind, owner, destination_sealed, body_sealed, tries, \
         queued_at";
    RELEASE: "release messages" =
        "UPDATE outbox SET next_at = $1 WHERE state = 'waiting' AND next_at > $1";
    SENT: "note that a message was sent" =
        "UPDATE outbox SET state = 'sent', ended_at = $1, destination_sealed = NULL, \
         body_sealed = NULL WHERE id = $2 AND state = 'waiting'";
    RETRY: "put off a message" =
        "UPDATE outbox SET next_at = $1, last_fault = $2 WHERE id = $3 AND state = 'waiting'";
    DEAD: "give up a message" =
        "UPDATE outbox SET state = 'dead', ended_at = $1, last_fault = $2, \
         destination_sealed = NULL, body_sealed = NULL WHERE id = $3 AND state = 'waiting'";
    DEAD_LETTERS: "list dead letters" =
        "SELECT id, kind, tries, queued_at, ended_at, last_fault FROM outbox \
         WHERE state = 'dead' ORDER BY ended_at DESC, id LIMIT $1";
    STANDING: "find how a message stands" =
        "SELECT state FROM outbox WHERE idempotency_key = $1";
    OF_OWNER: "list the traces of an owner's messages" =
        "SELECT kind, state, queued_at, ended_at FROM outbox WHERE owner = $1 \
         ORDER BY queued_at DESC, id LIMIT $2";
    NEXT: "find when a message is next due" =
        "SELECT MIN(next_at) FROM outbox WHERE state = 'waiting'";
    PRUNE: "prune messages" =
        "DELETE FROM outbox WHERE id IN \
         (SELECT id FROM outbox WHERE ended_at IS NOT NULL AND ended_at < $1 LIMIT $2)";
}

/// What carries a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageKind {
    /// A short message to a phone.
    Sms,
    /// A mail.
    Mail,
    /// A call of an integrator's address.
    Webhook,
    /// A sealed slip of paper, for a printer.
    Slip,
}

impl MessageKind {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::Slip => "slip",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        [Self::Sms, Self::Mail, Self::Webhook, Self::Slip]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A message to be queued.
#[derive(Debug)]
pub struct NewMessage {
    /// Names it.
    pub id: MessageId,
    /// One effect, one message: the second of the same key is not queued.
    pub idempotency_key: String,
    /// What carries it.
    pub kind: MessageKind,
    /// Where it goes.
    pub destination: Secret<String>,
    /// What it says.
    pub body: Secret<String>,
    /// When this is.
    pub now: Timestamp,
}

/// A message that was taken up to be sent.
#[derive(Debug)]
pub struct Claimed {
    /// Names it.
    pub id: MessageId,
    /// For the provider, so that a repeated sending is one message there too.
    pub idempotency_key: String,
    /// What carries it.
    pub kind: MessageKind,
    /// Whose data key seals it.
    pub owner: Owner,
    /// How often it was taken up, this time included.
    pub tries: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
    destination_sealed: Vec<u8>,
    body_sealed: Vec<u8>,
}

/// A message in clear, to be handed to its carrier.
#[derive(Debug)]
pub struct Opened {
    /// Where it goes.
    pub destination: Secret<String>,
    /// What it says.
    pub body: Secret<String>,
}

impl Claimed {
    /// Opens it.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] when its owner was erased.
    pub fn open(&self, tx: &mut dyn Tx, keys: &SealKeys) -> Result<Opened, Fault> {
        let key = DataKey::load(tx, keys, &self.owner)?;
        let row = self.id.to_string();
        Ok(Opened {
            destination: key.unseal_text(destination_place(&row), &self.destination_sealed)?,
            body: key.unseal_text(body_place(&row), &self.body_sealed)?,
        })
    }
}

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Names it.
    pub id: MessageId,
    /// What was to carry it.
    pub kind: MessageKind,
    /// How often it was taken up.
    pub tries: u32,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it was given up.
    pub ended_at: Timestamp,
    /// Why.
    pub last_fault: String,
}

/// Queues a message, due at once. False when one of the same key is there already.
///
/// # Errors
/// [`Fault::TooLarge`] when it is above the limit of what is sealed.
pub fn queue(
    tx: &mut dyn Tx,
    key: &DataKey,
    message: &NewMessage,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<bool, Fault> {
    let row = message.id.to_string();
    let destination = message.destination.expose().as_bytes();
    let values = [
        Value::from(&message.id),
        Value::from(message.idempotency_key.as_str()),
        Value::from(message.kind.name()),
        Value::from(key.owner().to_string()),
        Value::from(key.seal(destination_place(&row), destination, rng)?),
        Value::from(key.seal(body_place(&row), message.body.expose().as_bytes(), rng)?),
        Value::from(message.now),
        Value::from(message.now),
    ];
    Ok(tx.execute(ADD, &values)? > 0)
}

/// Takes up messages that are due, the longest overdue first. Until `leased_until`
/// nobody else takes them up; a sender that dies before it says how it went loses
/// nothing.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn claim(
    tx: &mut dyn Tx,
    now: Timestamp,
    leased_until: Timestamp,
    limit: u32,
) -> Result<Vec<Claimed>, Fault> {
    let values = [
        Value::from(leased_until),
        Value::from(now),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    let rows = tx.query_many(CLAIM, &values)?;
    let mut claimed: Vec<Claimed> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    claimed.sort_by_key(|message| (message.queued_at, message.id));
    Ok(claimed)
}

/// Makes everything that waits due at once, and says how much that was not. For an
/// engine that knows, as it opens, that no sender lives that may have taken something
/// up: a code that was on its way as the process was killed must not wait for the end
/// of a dead sender's lease. What rested after a failure is tried sooner too.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn release(tx: &mut dyn Tx, now: Timestamp) -> Result<u64, Fault> {
    tx.execute(RELEASE, &[Value::from(now)])
}

/// Notes that a message was sent, and wipes it. False when it has ended already.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn sent(tx: &mut dyn Tx, id: MessageId, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(SENT, &[Value::from(now), Value::from(&id)])? > 0)
}

/// Puts a message off after a failed try. The fault must not carry personal data.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn retry(
    tx: &mut dyn Tx,
    id: MessageId,
    fault: &str,
    next_at: Timestamp,
) -> Result<bool, Fault> {
    Ok(tx.execute(
        RETRY,
        &[Value::from(next_at), Value::from(fault), Value::from(&id)],
    )? > 0)
}

/// Gives a message up, and wipes it. The fault must not carry personal data.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn give_up(tx: &mut dyn Tx, id: MessageId, fault: &str, now: Timestamp) -> Result<bool, Fault> {
    Ok(tx.execute(
        DEAD,
        &[Value::from(now), Value::from(fault), Value::from(&id)],
    )? > 0)
}

/// The messages that were given up, the latest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn dead_letters(tx: &mut dyn Tx, limit: u32) -> Result<Vec<DeadLetter>, Fault> {
    tx.query_many(
        DEAD_LETTERS,
        &[Value::from(limit.min(crate::limits::PAGE_MAX))],
    )?
    .into_iter()
    .map(|mut row| {
        Ok(DeadLetter {
            id: row.take()?,
            kind: row.take_word("message kind", MessageKind::of_name)?,
            tries: row.take()?,
            queued_at: row.take()?,
            ended_at: row.take()?,
            last_fault: row.take()?,
        })
    })
    .collect()
}

/// How a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is on its way.
    Waiting,
    /// Its carrier has it.
    Sent,
    /// It was given up.
    Dead,
}

impl Standing {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        match name {
            "waiting" => Some(Self::Waiting),
            "sent" => Some(Self::Sent),
            "dead" => Some(Self::Dead),
            _ => None,
        }
    }
}

/// How the message of an effect stands; none where there is none, or it is long gone.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn standing(tx: &mut dyn Tx, idempotency_key: &str) -> Result<Option<Standing>, Fault> {
    tx.query_one(STANDING, &[Value::from(idempotency_key)])?
        .map(|mut row| row.take_word("state of a message", Standing::of_name))
        .transpose()
}

/// The trace of a message: that there was one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// What carries it.
    pub kind: MessageKind,
    /// How it stands.
    pub standing: Standing,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it was sent or given up.
    pub ended_at: Option<Timestamp>,
}

/// The traces of an owner's messages, the newest first.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_owner(tx: &mut dyn Tx, owner: &Owner, limit: u32) -> Result<Vec<Trace>, Fault> {
    let limit = Value::from(limit.min(crate::limits::PAGE_MAX));
    let read = |mut row: Row| {
        Ok(Trace {
            kind: row.take_word("message kind", MessageKind::of_name)?,
            standing: row.take_word("state of a message", Standing::of_name)?,
            queued_at: row.take()?,
            ended_at: row.take()?,
        })
    };
    let rows = tx.query_many(OF_OWNER, &[Value::from(owner.to_string()), limit])?;
    rows.into_iter().map(read).collect()
}

/// When the next message is due, if any waits.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn next_due(tx: &mut dyn Tx) -> Result<Option<Timestamp>, Fault> {
    tx.query_one(NEXT, &[])?
        .ok_or(Fault::Missing("time"))?
        .take()
}

/// Deletes messages that ended before a time, a bounded number at once, and says how
/// many.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn prune(tx: &mut dyn Tx, before: Timestamp, limit: u32) -> Result<u64, Fault> {
    tx.execute(PRUNE, &[Value::from(before), Value::from(limit)])
}

const fn destination_place(row: &str) -> Place<'_> {
    Place {
        table: "outbox",
        column: "destination_sealed",
        row,
    }
}

const fn body_place(row: &str) -> Place<'_> {
    Place {
        table: "outbox",
        column: "body_sealed",
        row,
    }
}

fn read(mut row: Row) -> Result<Claimed, Fault> {
    Ok(Claimed {
        id: row.take()?,
        idempotency_key: row.take()?,
        kind: row.take_word("message kind", MessageKind::of_name)?,
        owner: row.take()?,
        destination_sealed: row.take()?,
        body_sealed: row.take()?,
        tries: row.take()?,
        queued_at: row.take()?,
    })
}
