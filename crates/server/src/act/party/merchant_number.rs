//! A merchant number was forgotten: it goes to the phone that is registered, and
//! nowhere else.
//!
//! **Invariant.** For a phone that nobody registered, all is done that is done for one
//! that somebody did, up to the message that is then not queued: the same counts, the
//! same questions to the store, the same entry in the ledger, the same answer
//! (attacks E08, E16).

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::spending::Purse;
use tillkey_store::attempts;
use tillkey_store::fault::Fault;
use tillkey_store::party::contact;
use tillkey_store::seal::{Digest, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{MerchantNumber, MessageId};
use tillkey_wire::secret::Secret;

use crate::act::case::step::Step;
use crate::act::case::{act, begin_step};
use crate::act::message::{self, Extent, Message, To};
use crate::act::{Failure, Of, Once, Phone, Source, append};
use crate::limits::MERCHANT_NUMBERS_SENT_MAX;
use crate::shell::Shell;

/// Sends the merchant numbers of a phone to that phone.
///
/// # Errors
/// [`Failure::Refused`] with `too_many` for a source that asks too often; nothing that
/// depends on the phone.
pub async fn send_merchant_numbers(
    shell: &Shell,
    phone: Phone,
    source: &Source,
    once: Option<Once>,
) -> Result<(), Failure> {
    let once = once.map(|once| keyed(shell, once, &phone));
    let source = source.as_str().to_owned();
    act(shell, once, move |shell, tx, now, rng| {
        if let Err(refusal) = message::ask(tx, &source, now)? {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let acquirer = shell.home().clone();
        let index = shell.seal_keys().phone_index(&acquirer, phone.expose());
        let within = count(tx, &index, now)?;
        // One more than a message names, to know whether there are more.
        let mut found = contact::served_by_phone(tx, &index, MERCHANT_NUMBERS_SENT_MAX + 1)?;
        let mut step = begin_step(shell, &acquirer, now, rng);
        if within {
            send(&mut step, tx, (&phone, &index), &mut found)?;
        } else {
            found.clear();
        }
        let rings = step.rings;
        let of = Of {
            acquirer: Some(&acquirer),
            case: None,
        };
        append(
            tx,
            &of,
            (now, &Actor::Holder),
            Event::MerchantNumbersAsked { found },
        )?;
        Ok((Ok(()), rings))
    })
    .await
}

/// Sends what was found, as far as one message holds it; to nobody where it is nothing.
fn send(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (phone, index): (&Phone, &Digest),
    found: &mut Vec<MerchantNumber>,
) -> Result<(), Fault> {
    let held = usize::try_from(MERCHANT_NUMBERS_SENT_MAX).unwrap_or(usize::MAX);
    let extent = match found.len() {
        all if all > held => Extent::Part,
        _ => Extent::All,
    };
    found.truncate(held);
    let named = index.to_hex();
    let to = if found.is_empty() {
        To::Nobody { named: &named }
    } else {
        To::Phone {
            owner: Owner::Acquirer(step.acquirer.clone()),
            // What was typed, and what is registered: their keyed digests are one.
            number: Secret::new(phone.expose().clone()),
            index,
        }
    };
    let language = match found.first() {
        Some(merchant) => message::language_of(step.shell, tx, merchant)?,
        None => step.shell.config().sms_language,
    };
    let message = Message {
        purse: Purse::Asked,
        to,
        key: format!("merchant_numbers/{}", MessageId::random(step.rng)),
        body: language.merchant_numbers(found, extent),
    };
    message::send(step, tx, message)
}

/// Counts a look-up against the budgets of look-ups, and says whether it has room.
/// Nobody is told: a phone that was asked for too often is answered like any other.
fn count(tx: &mut dyn Tx, phone: &Digest, now: Timestamp) -> Result<bool, Fault> {
    let phone = phone.to_hex();
    for (scope, subject) in [
        (Scope::PhoneLookUp, phone.as_str()),
        (Scope::LookUps, "all"),
    ] {
        let counted = attempts::count(tx, (scope, subject), now)?;
        // What has no room is not counted against wider budgets: a look-up that is not
        // sent must not use up the messages of those who need a code (attack E10).
        if budgets::judge(scope, counted, now).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The same with a digest that needs a key: the plain digest of a body that holds a
/// phone and nothing else is the phone, to whoever can try them all.
fn keyed(shell: &Shell, once: Once, phone: &Phone) -> Once {
    let digest = shell
        .seal_keys()
        .text_digest("merchant number look-up", phone.expose());
    Once {
        request_digest: Sha256::digest(digest.to_hex()).into(),
        ..once
    }
}
