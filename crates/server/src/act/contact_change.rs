//! A manager changes their merchant's registered contact.
//!
//! 1. A fresh sign-in, and the right to it; then a code to the *new* phone, so that no
//!    typing mistake takes the merchant's contact away.
//! 2. With the code it counts, and the *old* phone is told. For the policy the contact
//!    is fresh from then on (attack C13).
//! 3. Nothing here touches a password, and nothing that resets one touches a contact
//!    (attack C14).

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::event::Event;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::spending::Purse;
use tillkey_rules::terms::minutes_after;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::attempts;
use tillkey_store::fault::Fault;
use tillkey_store::party::contact::{self, Contact, NewContact};
use tillkey_store::party::contact_change::{self as changes, NewContactChange};
use tillkey_store::party::merchant;
use tillkey_store::seal::{DataKey, Digest, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::{InvalidId, MerchantNumber};
use tillkey_wire::secret::Secret;

use super::case::{act, begin_step};
use super::managers::ManagerSession;
use super::message::{self, Language, Message, To};
use super::{Failure, Once, Phone, Source, masked};
use crate::bell::Ring;
use crate::shell::Shell;

/// The contact as a manager sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactView {
    /// The registered phone, its middle hidden.
    pub phone_masked: Option<String>,
    /// When it was last changed, where it was.
    pub changed_at: Option<Timestamp>,
    /// A new one that waits for its code.
    pub pending: Option<Pending>,
    /// The language of messages to the merchant.
    pub language: Language,
}

/// A new contact that waits for its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The new phone, its middle hidden.
    pub phone_masked: String,
    /// Until when the code can be typed.
    pub expires_at: Timestamp,
}

/// Shows the contact.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to change it.
pub async fn view(shell: &Shell, by: &ManagerSession) -> Result<ContactView, Failure> {
    by.must(ManagerRight::ChangeContact)?;
    let (inner, by, now) = (shell.clone(), by.clone(), shell.now());
    let found = shell.store().read(move |tx| {
        let key = merchant_key(tx, &inner, &by.merchant)?;
        let present = contact::present(tx, &by.merchant)?;
        let whose = (&by.merchant, by.manager);
        let pending = changes::pending(tx, &key, whose, now)?;
        let shown = |contact: &Contact| {
            contact
                .phone(&key)
                .map(|phone| masked::phone(phone.expose()))
        };
        Ok(ContactView {
            phone_masked: present.as_ref().map(shown).transpose()?,
            changed_at: present
                .filter(|contact| contact.version > 1)
                .map(|contact| contact.changed_at),
            language: message::language_of(&inner, tx, &by.merchant)?,
            pending: pending.map(|pending| Pending {
                phone_masked: masked::phone(pending.phone.expose()),
                expires_at: pending.expires_at,
            }),
        })
    });
    Ok(found.await?)
}

/// Asks for another contact: a code goes to the new phone. An earlier one that waits
/// is dead.
///
/// # Errors
/// [`Failure::NotFresh`] where the sign-in is too long ago; [`Failure::Refused`] with
/// `too_many`; [`Failure::Invalid`] for the phone that is registered already.
pub async fn ask(
    shell: &Shell,
    phone: Phone,
    by: &ManagerSession,
    source: &Source,
    once: Option<Once>,
) -> Result<Pending, Failure> {
    by.must(ManagerRight::ChangeContact)?;
    by.must_be_fresh(shell)?;
    let (by, source) = (by.clone(), source.as_str().to_owned());
    act(shell, once, move |shell, tx, now, rng| {
        if let Err(refusal) = message::ask(tx, &source, now)? {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let made = attempts::count(tx, (Scope::ContactChange, by.merchant.as_str()), now)?;
        if let Err(refusal) = budgets::judge(Scope::ContactChange, made, now) {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let phone_index = shell.seal_keys().phone_index(&by.acquirer, phone.expose());
        let present = contact::present(tx, &by.merchant)?;
        if present.is_some_and(|present| present.phone_index == phone_index) {
            let (kind, rule) = ("phone", "another number than the registered one");
            return Ok((Err(InvalidId { kind, rule }.into()), Vec::new()));
        }
        let to = NewPhone {
            phone: &phone,
            index: phone_index,
        };
        let (pending, rings) = send_code(shell, tx, (&by, &to), now, rng)?;
        Ok((Ok(pending), rings))
    })
    .await
}

struct NewPhone<'a> {
    phone: &'a Phone,
    index: Digest,
}

fn send_code(
    shell: &Shell,
    tx: &mut dyn Tx,
    (by, to): (&ManagerSession, &NewPhone<'_>),
    now: Timestamp,
    rng: &mut ChaCha20Rng,
) -> Result<(Pending, Vec<Ring>), Fault> {
    let key = merchant_key(tx, shell, &by.merchant)?;
    let (code, terms) = (SmsCode::random(rng), shell.terms());
    let expires_at = minutes_after(now, terms.sms_code_minutes);
    let new = NewContactChange {
        merchant: by.merchant.clone(),
        manager: by.manager,
        phone: Secret::new(to.phone.expose().clone()),
        phone_index: to.index,
        code_digest: code_digest(shell, by, &code),
        now,
        expires_at,
        tries: terms.sms_code_tries,
    };
    changes::ask(tx, &key, &new, rng)?;
    let event = Event::ContactChangeStarted {
        merchant: by.merchant.clone(),
    };
    by.note(tx, now, event)?;
    let language = message::language_of(shell, tx, &by.merchant)?;
    let message = Message {
        purse: Purse::Asked,
        to: To::Phone {
            owner: Owner::Merchant(by.merchant.clone()),
            number: Secret::new(to.phone.expose().clone()),
            index: &to.index,
        },
        key: format!("contact_code/{}", new.code_digest.to_hex()),
        body: language.contact_code(&code, &by.merchant, terms.sms_code_minutes),
    };
    let mut step = begin_step(shell, &by.acquirer, now, rng);
    message::send(&mut step, tx, message)?;
    let pending = Pending {
        phone_masked: masked::phone(to.phone.expose()),
        expires_at,
    };
    Ok((pending, step.rings))
}

/// Changes the contact, with the code that went to the new phone.
///
/// # Errors
/// [`Failure::Refused`] with `not_matched` or `too_many`.
pub async fn confirm(
    shell: &Shell,
    code: SmsCode,
    by: &ManagerSession,
    source: &Source,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must(ManagerRight::ChangeContact)?;
    let (by, source) = (by.clone(), source.as_str().to_owned());
    act(shell, once, move |shell, tx, now, rng| {
        let made = attempts::count(tx, (Scope::SourceProof, &source), now)?;
        if let Err(refusal) = budgets::judge(Scope::SourceProof, made, now) {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let key = merchant_key(tx, shell, &by.merchant)?;
        let digest = code_digest(shell, &by, &code);
        let whose = (&by.merchant, by.manager);
        let Some((phone, phone_index)) = changes::answer(tx, &key, whose, (&digest, now))? else {
            return Ok((Err(Refusal::NotMatched.into()), Vec::new()));
        };
        let old = contact::present(tx, &by.merchant)?;
        let new = NewContact {
            merchant: by.merchant.clone(),
            phone,
            phone_index,
            now,
        };
        let version = contact::set(tx, &key, &new, rng)?;
        let event = Event::ContactChanged {
            merchant: by.merchant.clone(),
            version,
        };
        by.note(tx, now, event)?;
        let language = message::language_of(shell, tx, &by.merchant)?;
        let mut step = begin_step(shell, &by.acquirer, now, rng);
        if let Some(old) = old {
            let message = Message {
                purse: Purse::Owed,
                to: To::Contact(&old),
                key: format!("contact_changed/{}/{version}", by.merchant),
                body: language.contact_changed(&by.merchant),
            };
            message::send(&mut step, tx, message)?;
        }
        Ok((Ok(()), step.rings))
    })
    .await
}

/// Sets the language of the messages to the merchant.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to change the contact.
pub async fn set_language(
    shell: &Shell,
    language: Language,
    by: &ManagerSession,
    once: Option<Once>,
) -> Result<(), Failure> {
    by.must(ManagerRight::ChangeContact)?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, _| {
        if message::language_of(shell, tx, &by.merchant)? != language {
            merchant::set_language(tx, &by.merchant, language.name())?;
            let event = Event::MessageLanguageChanged {
                merchant: by.merchant.clone(),
                language: language.name().to_owned(),
            };
            by.note(tx, now, event)?;
        }
        Ok((Ok(()), Vec::new()))
    })
    .await
}

/// A code is for who asked, and for their merchant.
fn code_digest(shell: &Shell, by: &ManagerSession, code: &SmsCode) -> Digest {
    let bound = format!("{}/{}", by.merchant, by.manager);
    let keys = shell.seal_keys();
    keys.code_digest("contact_change", &bound, code.expose())
}

fn merchant_key(
    tx: &mut dyn Tx,
    shell: &Shell,
    merchant: &MerchantNumber,
) -> Result<DataKey, Fault> {
    DataKey::load(tx, shell.seal_keys(), &Owner::Merchant(merchant.clone()))
}
