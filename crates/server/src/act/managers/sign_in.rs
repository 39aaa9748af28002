//! A manager signs in: names a phone, and types the code that went to it.
//!
//! 1. `begin` answers every phone alike, in the same shape, after the same steps; only
//!    a manager's phone gets a text (attack E16).
//! 2. A code is for the device that asked, for five tries and a few minutes, once. The
//!    tries are counted against the phone and the source as well, before the code is
//!    looked at (attacks E01, D02).
//! 3. What the device held before is nothing afterwards: a session has a token of its
//!    own, and another one whenever it is proved anew (attack B11).

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::spending::Purse;
use tillkey_rules::terms::minutes_after;
use tillkey_store::attempts;
use tillkey_store::challenge::Compared;
use tillkey_store::fault::Fault;
use tillkey_store::party::manager_session::{self, NewManagerSession};
use tillkey_store::party::manager_sign_in::{self, NewSignIn};
use tillkey_store::party::managers;
use tillkey_store::seal::{DataKey, Digest, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::{AcquirerId, ManagerSessionId};
use tillkey_wire::secret::Secret;

use super::session::{ManagedMerchant, ManagerSession, ends_at, idle_until, shown};
use super::{act, of_phone};
use crate::act::case::begin_step;
use crate::act::message::{self, Message, To};
use crate::act::{Failure, ManagerToken, Of, Phone, SignInToken, Source, append};
use crate::bell::Ring;
use crate::shell::Shell;

/// A sign-in that waits for its code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Begun {
    /// What the device that asked shows with the code.
    pub sign_in: SignInToken,
    /// Until when the code can be typed.
    pub expires_at: Timestamp,
}

/// Where a code is to go.
struct Asked<'a> {
    acquirer: &'a AcquirerId,
    phone: &'a str,
    index: Digest,
}

/// Begins a sign-in: a code goes to the phone if it is a manager's.
///
/// # Errors
/// [`Failure::Refused`] with `too_many` for a source that asks too often; nothing that
/// depends on the phone.
pub async fn begin(shell: &Shell, phone: Phone, source: &Source) -> Result<Begun, Failure> {
    let source = source.as_str().to_owned();
    act(shell, None, move |shell, tx, now, rng| {
        if let Err(refusal) = message::ask(tx, &source, now)? {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let acquirer = shell.home();
        let index = shell.seal_keys().phone_index(acquirer, phone.expose());
        let asked = Asked {
            acquirer,
            phone: phone.expose(),
            index,
        };
        send_code(shell, tx, &asked, now, rng)
    })
    .await
}

/// Begins to prove anew who is signed in: a code goes to their own phone.
///
/// # Errors
/// [`Failure::Refused`] with `too_many`.
pub async fn begin_renewal(
    shell: &Shell,
    by: &ManagerSession,
    source: &Source,
) -> Result<Begun, Failure> {
    let (by, source) = (by.clone(), source.as_str().to_owned());
    act(shell, None, move |shell, tx, now, rng| {
        if let Err(refusal) = message::ask(tx, &source, now)? {
            return Ok((Err(refusal.into()), Vec::new()));
        }
        let Some(manager) = managers::find(tx, by.manager)? else {
            return Ok((Err(Failure::Unauthenticated), Vec::new()));
        };
        let owner = Owner::Merchant(by.merchant.clone());
        let key = DataKey::load(tx, shell.seal_keys(), &owner)?;
        let phone = manager.phone(&key)?;
        let asked = Asked {
            acquirer: &by.acquirer,
            phone: phone.expose(),
            index: by.phone_index,
        };
        send_code(shell, tx, &asked, now, rng)
    })
    .await
}

/// Draws a code and keeps its digest; queues it where a manager would get it. For
/// everybody else all is the same but the queueing.
fn send_code(
    shell: &Shell,
    tx: &mut dyn Tx,
    asked: &Asked<'_>,
    now: Timestamp,
    rng: &mut ChaCha20Rng,
) -> Result<(Result<Begun, Failure>, Vec<Ring>), Fault> {
    let (token, code) = (SignInToken::random(rng), SmsCode::random(rng));
    let (keys, terms) = (shell.seal_keys(), shell.terms());
    let expires_at = minutes_after(now, terms.sms_code_minutes);
    let new = NewSignIn {
        token_digest: keys.token_digest("manager sign-in", token.expose()),
        acquirer: asked.acquirer.clone(),
        phone_index: asked.index,
        code_digest: code_digest(shell, &token, &code),
        now,
        expires_at,
        tries: terms.sms_code_tries,
    };
    manager_sign_in::start(tx, &new)?;
    let named = asked.index.to_hex();
    let known = of_phone(tx, asked.acquirer, &asked.index)?;
    let (to, language) = match known.first() {
        Some(manager) => {
            let to = To::Phone {
                owner: Owner::Acquirer(asked.acquirer.clone()),
                number: Secret::new(asked.phone.to_owned()),
                index: &asked.index,
            };
            (to, message::language_of(shell, tx, &manager.merchant)?)
        }
        None => (To::Nobody { named: &named }, shell.config().sms_language),
    };
    let message = Message {
        purse: Purse::Asked,
        to,
        key: format!("manager_sign_in/{}", new.token_digest.to_hex()),
        body: language.sign_in_code(&code, terms.sms_code_minutes),
    };
    let mut step = begin_step(shell, asked.acquirer, now, rng);
    message::send(&mut step, tx, message)?;
    let begun = Begun {
        sign_in: token,
        expires_at,
    };
    Ok((Ok(begun), step.rings))
}

/// A code is worth nothing without the token of the device that asked for it.
fn code_digest(shell: &Shell, token: &SignInToken, code: &SmsCode) -> Digest {
    let keys = shell.seal_keys();
    keys.code_digest("manager_sign_in", token.expose(), code.expose())
}

/// A session that began.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Entered {
    /// Shows from now on who is signed in.
    pub token: ManagerToken,
    /// The merchants that they manage; the session begins with the first.
    pub merchants: Vec<ManagedMerchant>,
}

/// Finishes a sign-in with the code.
///
/// # Errors
/// [`Failure::Refused`] with `not_matched` or `too_many`; the same for a phone that is
/// no manager's.
pub async fn finish(
    shell: &Shell,
    sign_in: SignInToken,
    code: SmsCode,
    source: &Source,
) -> Result<Entered, Failure> {
    let source = source.as_str().to_owned();
    act(shell, None, move |shell, tx, now, rng| {
        let proved = match prove(shell, tx, (&sign_in, &code), (&source, now))? {
            Ok(proved) => proved,
            Err(refusal) => return Ok((Err(refusal.into()), Vec::new())),
        };
        let (acquirer, phone_index) = proved;
        let found = of_phone(tx, &acquirer, &phone_index)?;
        let Some(first) = found.first() else {
            return Ok((Err(Refusal::NotMatched.into()), Vec::new()));
        };
        let token = ManagerToken::random(rng);
        let session = NewManagerSession {
            id: ManagerSessionId::random(rng),
            token_digest: shell.seal_keys().token_digest("manager", token.expose()),
            manager: first.id,
            acquirer: acquirer.clone(),
            phone_index,
            now,
            idle_until: idle_until(now),
            ends_at: ends_at(now),
        };
        manager_session::start(tx, &session)?;
        managers::signed_in(tx, first.id, now)?;
        let by = Actor::Manager {
            manager: first.id,
            person: first.person.clone(),
            merchant: first.merchant.clone(),
            rights: first.rights.clone(),
        };
        let event = Event::ManagerSignedIn {
            manager: first.id,
            merchant: first.merchant.clone(),
        };
        let of = Of {
            acquirer: Some(&acquirer),
            case: None,
        };
        append(tx, &of, (now, &by), event)?;
        let merchants = shown(tx, shell, found)?;
        Ok((Ok(Entered { token, merchants }), Vec::new()))
    })
    .await
}

/// Proves anew who is signed in, with the code to their own phone. The session goes on
/// under another token; the old one is dead.
///
/// # Errors
/// [`Failure::Refused`] with `not_matched` or `too_many`; [`Failure::Unauthenticated`]
/// where the session has ended meanwhile.
pub async fn renew(
    shell: &Shell,
    by: &ManagerSession,
    sign_in: SignInToken,
    code: SmsCode,
    source: &Source,
) -> Result<ManagerToken, Failure> {
    let (by, source) = (by.clone(), source.as_str().to_owned());
    act(shell, None, move |shell, tx, now, rng| {
        let proved = match prove(shell, tx, (&sign_in, &code), (&source, now))? {
            Ok(proved) => proved,
            Err(refusal) => return Ok((Err(refusal.into()), Vec::new())),
        };
        // A code to another phone proves another person.
        if proved != (by.acquirer.clone(), by.phone_index) {
            return Ok((Err(Refusal::NotMatched.into()), Vec::new()));
        }
        let token = ManagerToken::random(rng);
        let digest = shell.seal_keys().token_digest("manager", token.expose());
        if !manager_session::prove(tx, by.session, &digest, (now, idle_until(now)))? {
            return Ok((Err(Failure::Unauthenticated), Vec::new()));
        }
        let event = Event::ManagerProvedAnew {
            manager: by.manager,
            merchant: by.merchant.clone(),
        };
        by.note(tx, now, event)?;
        Ok((Ok(token), Vec::new()))
    })
    .await
}

/// Counts a try against the source and the phone, then compares.
fn prove(
    shell: &Shell,
    tx: &mut dyn Tx,
    (sign_in, code): (&SignInToken, &SmsCode),
    (source, now): (&str, Timestamp),
) -> Result<Result<(AcquirerId, Digest), Refusal>, Fault> {
    let keys = shell.seal_keys();
    let made = attempts::count(tx, (Scope::SourceProof, source), now)?;
    if let Err(refusal) = budgets::judge(Scope::SourceProof, made, now) {
        return Ok(Err(refusal));
    }
    let token = keys.token_digest("manager sign-in", sign_in.expose());
    let Some((acquirer, phone)) = manager_sign_in::whose(tx, &token)? else {
        return Ok(Err(Refusal::NotMatched));
    };
    let counted = phone.to_hex();
    let made = attempts::count(tx, (Scope::ManagerSignIn, &counted), now)?;
    if let Err(refusal) = budgets::judge(Scope::ManagerSignIn, made, now) {
        return Ok(Err(refusal));
    }
    let digest = code_digest(shell, sign_in, code);
    if manager_sign_in::answer(tx, &token, &digest, now)? != Compared::Matched {
        return Ok(Err(Refusal::NotMatched));
    }
    attempts::clear(tx, (Scope::ManagerSignIn, &counted))?;
    Ok(Ok((acquirer, phone)))
}
