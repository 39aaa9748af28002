//! The one way in which a message leaves: every act that has something to say to a
//! phone calls [`send`], and nothing else queues one.
//!
//! [`send`] counts and pays before it queues, in the transaction of the cause:
//!
//! 1. The phone's budgets, across every channel and kind: what anybody can ask for
//!    ([`Purse::Asked`]), and all that it gets.
//! 2. The beginnings of numbers that messages go to, so that none goes abroad.
//! 3. The day's money of the acquirer, of which a part is kept for what is owed.
//!
//! Past any of them nothing is queued and nothing is said: whoever asked cannot tell
//! (attacks E08, E16). When the money runs out the operator hears of it, once a day:
//! in the log, and in the ledger.
//!
//! What a source asks for is counted by [`ask`], before the act looks at whom it is
//! about: that limit may be told, because it depends on the source alone.

mod application;
mod text;

use jiff::Timestamp;
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::spending::Purse;
use tillkey_store::fault::Fault;
use tillkey_store::outbox::{self, MessageKind, NewMessage};
use tillkey_store::party::contact::Contact;
use tillkey_store::party::merchant;
use tillkey_store::seal::{DataKey, Digest, Owner};
use tillkey_store::tx::Tx;
use tillkey_store::{attempts, spending};
use tillkey_wire::ids::{MerchantNumber, MessageId};
use tillkey_wire::secret::Secret;

pub(in crate::act) use self::text::Extent;
pub use self::text::Language;
use super::case::step::Step;
use super::{Of, append};
use crate::bell::Ring;
use crate::shell::Shell;

/// To whom a message goes.
pub(in crate::act) enum To<'a> {
    /// A merchant's registered contact.
    Contact(&'a Contact),
    /// Another registered phone.
    Phone {
        /// Whose data key seals it.
        owner: Owner,
        /// The number, in its one spelling.
        number: Secret<String>,
        /// Its blind index.
        index: &'a Digest,
    },
    /// Nobody who exists. It is counted like any other, against what was named.
    Nobody {
        /// The keyed digest of what was named.
        named: &'a str,
    },
}

/// A message that is to leave.
pub(in crate::act) struct Message<'a> {
    /// Which share of the money pays for it.
    pub(in crate::act) purse: Purse,
    /// To whom it goes.
    pub(in crate::act) to: To<'a>,
    /// Names its cause: one cause, one message.
    pub(in crate::act) key: String,
    /// What it says.
    pub(in crate::act) body: Secret<String>,
}

/// The language of a merchant's messages: its own choice, or else the acquirer's.
///
/// # Errors
/// A [`Fault`] of the store.
pub(in crate::act) fn language_of(
    shell: &Shell,
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
) -> Result<Language, Fault> {
    let chosen = merchant::language(tx, merchant)?;
    let chosen = chosen.and_then(|name| Language::named(&name));
    Ok(chosen.unwrap_or(shell.config().sms_language))
}

/// Counts that a source asks for a message.
///
/// # Errors
/// The refusal, inside, where it has asked for too many.
pub(in crate::act) fn ask(
    tx: &mut dyn Tx,
    source: &str,
    now: Timestamp,
) -> Result<Result<(), Refusal>, Fault> {
    let count = attempts::count(tx, (Scope::SourceMessage, source), now)?;
    Ok(budgets::judge(Scope::SourceMessage, count, now))
}

/// Queues a message, if the budgets and the money allow it.
///
/// # Errors
/// A [`Fault`] of the store.
pub(in crate::act) fn send(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    message: Message<'_>,
) -> Result<(), Fault> {
    let Message {
        purse,
        to,
        key: idempotency_key,
        body,
    } = message;
    if !count(step, tx, purse, &to)? {
        return Ok(());
    }
    let Some((key, destination)) = open(step, tx, to)? else {
        return Ok(());
    };
    if !may_go_to(step, destination.expose()) || !pay(step, tx, purse, destination.expose())? {
        return Ok(());
    }
    let message = NewMessage {
        id: MessageId::random(step.rng),
        idempotency_key,
        kind: MessageKind::Sms,
        destination,
        body,
        now: step.now,
    };
    outbox::queue(tx, &key, &message, step.rng)?;
    step.rings.push(Ring::Outbox);
    Ok(())
}

/// Counts it against its phone, and says whether it is within.
fn count(step: &Step<'_>, tx: &mut dyn Tx, purse: Purse, to: &To<'_>) -> Result<bool, Fault> {
    let phone = match to {
        To::Contact(contact) => contact.phone_index.to_hex(),
        To::Phone { index, .. } => index.to_hex(),
        To::Nobody { named } => (*named).to_owned(),
    };
    let scopes: &[Scope] = match purse {
        Purse::Asked => &[Scope::Destination, Scope::AnyDestination],
        Purse::Owed => &[Scope::AnyDestination],
    };
    let mut within = true;
    for scope in scopes {
        let count = attempts::count(tx, (*scope, &phone), step.now)?;
        within &= budgets::judge(*scope, count, step.now).is_ok();
    }
    Ok(within)
}

/// The number, and the key that seals it; none for nobody.
fn open(
    step: &Step<'_>,
    tx: &mut dyn Tx,
    to: To<'_>,
) -> Result<Option<(DataKey, Secret<String>)>, Fault> {
    let keys = step.shell.seal_keys();
    match to {
        To::Contact(contact) => {
            let owner = Owner::Merchant(contact.merchant.clone());
            let key = DataKey::load(tx, keys, &owner)?;
            let number = contact.phone(&key)?;
            Ok(Some((key, number)))
        }
        To::Phone { owner, number, .. } => Ok(Some((DataKey::load(tx, keys, &owner)?, number))),
        To::Nobody { .. } => Ok(None),
    }
}

fn may_go_to(step: &Step<'_>, number: &str) -> bool {
    let prefixes = &step.shell.config().sms_prefixes;
    let listed = prefixes.iter().any(|prefix| number.starts_with(prefix));
    if !listed {
        tracing::warn!("a message is not sent: its number begins like none in `sms_prefixes`");
    }
    listed
}

/// Pays for it, and says whether there was money left.
fn pay(step: &Step<'_>, tx: &mut dyn Tx, purse: Purse, number: &str) -> Result<bool, Fault> {
    let money = &step.shell.config().message_money;
    let (acquirer, day) = (step.acquirer, step.shell.day(step.now));
    let (price, spent) = (money.price(number), spending::on_day(tx, acquirer, day)?);
    if money.allows(purse, spent, price) {
        return spending::spend(tx, (acquirer, day), purse, price).map(|()| true);
    }
    if spending::alarm(tx, (acquirer, day), purse, step.now)? {
        tracing::error!(
            purse = purse.name(),
            "the day's money for messages is used up: see `message_money`"
        );
        let of = Of {
            acquirer: Some(acquirer),
            case: None,
        };
        let event = Event::MessageCapReached {
            purse: purse.name().to_owned(),
            day: day.to_string(),
        };
        append(tx, &of, (step.now, &Actor::System), event)?;
    }
    Ok(false)
}
