//! All that is held of a merchant and its people, in one answer: for whoever asks what is
//! held of them.
//!
//! An administrator gets all of it, to hand it to whoever asked and has shown who they are.
//! A manager gets what is theirs in full, and of others what they see of them anyway: a
//! colleague's phone is the colleague's. Whoever may change the registered phone gets it
//! in full, and what was written in the application goes to a manager with every right.
//!
//! Of documents nothing is held that could be given: a keyed digest says that there was
//! one. A picture is named and not enclosed.

mod gather;

use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;

use tillkey_rules::event::Event;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::{ManagerRight, MerchantStatus};
use tillkey_wire::ids::{
    ApplicationId, CaseId, ManagerId, MerchantNumber, OperatorNumber, ScanId, SerialNumber,
    TerminalId, TerminalNumber,
};

use self::gather::{Reach, gather};
use super::daily::Daily;
use super::managers::ManagerSession;
use super::party::own_merchant;
use super::{Failure, SignedIn};
use crate::limits::EXPORTS_A_DAY_MAX;
use crate::shell::Shell;

/// How often somebody may have it.
const EXPORTS: Daily = Daily {
    event: "personal_data_exported",
    most: EXPORTS_A_DAY_MAX,
};

/// All that is held, as it is given out. The names are a promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// Of which merchant.
    pub merchant: MerchantNumber,
    /// When this was put together.
    pub taken_at: Timestamp,
    /// Its trading name; none once it was erased.
    pub name: Option<String>,
    /// Whether it is served.
    pub status: MerchantStatus,
    /// Since when it is known.
    pub registered_at: Timestamp,
    /// Since when it is closed.
    pub closed_at: Option<Timestamp>,
    /// When all of this is erased, unless something is open then; none while it is not
    /// closed.
    pub kept_until: Option<Timestamp>,
    /// When it was erased.
    pub erased_at: Option<Timestamp>,
    /// The registered phone and the one before it.
    pub contacts: Vec<HeldContact>,
    /// Documents of which a keyed digest is held.
    pub documents: Vec<HeldDocument>,
    /// The people who sign in.
    pub managers: Vec<HeldPerson>,
    /// Where they are signed in now.
    pub sessions: Vec<HeldSession>,
    /// Scans of documents, taken at a counter.
    pub scans: Vec<HeldScan>,
    /// Applications for terminals, with what was written in them.
    pub applications: Vec<HeldApplication>,
    /// Messages of the last month: that there were any, not what they said.
    pub messages: Vec<HeldMessage>,
    /// Terminals with their operators: numbers, no names.
    pub terminals: Vec<HeldTerminal>,
    /// Requests to reset a password, by name; the ledger has their story.
    pub cases: Vec<HeldCase>,
    /// How many sealed backups of its terminals are kept.
    pub backups: usize,
}

/// A registered phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldContact {
    /// The number.
    pub phone: String,
    /// Since when it counted.
    pub since: Timestamp,
    /// Until when; none for the present one.
    pub until: Option<Timestamp>,
}

/// A document of which a keyed digest is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldDocument {
    /// Whose: `business`, `holder`, `proxy`.
    pub role: &'static str,
    /// Since when.
    pub since: Timestamp,
}

/// Somebody who signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldPerson {
    /// The account.
    pub manager: ManagerId,
    /// What they are called.
    pub name: String,
    /// Where their codes go.
    pub phone: String,
    /// What they may do.
    pub rights: Vec<ManagerRight>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When they last signed in.
    pub signed_in_at: Option<Timestamp>,
    /// When the account was closed.
    pub disabled_at: Option<Timestamp>,
    /// Whether it is the one who asks.
    pub is_you: bool,
}

/// A session of a manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldSession {
    /// Whose.
    pub manager: ManagerId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ends in any case.
    pub ends_at: Timestamp,
}

/// A scan of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldScan {
    /// Which one.
    pub scan: ScanId,
    /// In which case.
    pub case: CaseId,
    /// Of which document.
    pub kind: &'static str,
    /// Which side.
    pub side: &'static str,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Whether the picture is still held.
    pub has_picture: bool,
}

/// An application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldApplication {
    /// Which one.
    pub application: ApplicationId,
    /// Where it stands.
    pub state: &'static str,
    /// When it began.
    pub started_at: Timestamp,
    /// The applicant's phone.
    pub phone: String,
    /// What was written, by field; without what it says where the asker may not read it.
    pub fields: BTreeMap<&'static str, Option<String>>,
    /// Pictures of papers.
    pub papers: Vec<&'static str>,
}

/// The trace of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldMessage {
    /// What carried it.
    pub kind: &'static str,
    /// How it stands.
    pub state: &'static str,
    /// When it was written.
    pub queued_at: Timestamp,
    /// When it was sent or given up; its text was wiped then.
    pub ended_at: Option<Timestamp>,
}

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldTerminal {
    /// Which one.
    pub terminal: TerminalId,
    /// Its number.
    pub number: TerminalNumber,
    /// What is printed on the device.
    pub serial_number: SerialNumber,
    /// Whether it is in service.
    pub in_service: bool,
    /// Its operators.
    pub operators: Vec<HeldOperator>,
}

/// An operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldOperator {
    /// Which account.
    pub operator: OperatorNumber,
    /// When it was set up.
    pub created_at: Timestamp,
    /// When somebody last signed on with it.
    pub signed_on_at: Option<Timestamp>,
}

/// A request to reset a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldCase {
    /// Which one.
    pub case: CaseId,
    /// Where it came from.
    pub channel: &'static str,
    /// Where it stands.
    pub state: &'static str,
    /// When it began.
    pub opened_at: Timestamp,
}

/// Gives an administrator all that is held of a merchant and its people.
///
/// # Errors
/// [`Failure::NotFresh`] where they proved who they are too long ago; [`Failure::Refused`]
/// with `too_many` past the day's exports; [`Failure::Unknown`] for a merchant of another
/// acquirer.
pub async fn export(
    shell: &Shell,
    number: MerchantNumber,
    by: &SignedIn,
) -> Result<Holding, Failure> {
    by.must_be(&[Role::Administrator])?;
    let now = shell.now();
    by.must_be_fresh(now)?;
    let (inner, by) = (shell.clone(), by.clone());
    let run = move |tx: &mut dyn tillkey_store::tx::Tx| {
        if let Err(failure) = EXPORTS.may_staff(tx, now, &by)? {
            return Ok(Err(failure));
        }
        let Some(found) = own_merchant(tx, &number, &by.acquirer)? else {
            return Ok(Err(Failure::Unknown));
        };
        let holding = gather(tx, &inner, (&found, &Reach::All))?;
        let merchant = number.clone();
        by.note(tx, now, Event::PersonalDataExported { merchant })?;
        Ok(Ok(holding))
    };
    shell.store().write(run).await?
}

/// Shows a manager how much is held of their merchant; what is not their own is masked.
///
/// # Errors
/// [`Failure::Unknown`] where the merchant is gone.
pub async fn look(shell: &Shell, by: &ManagerSession) -> Result<Holding, Failure> {
    let (inner, by) = (shell.clone(), by.clone());
    let read = shell.store().read(move |tx| {
        let Some(found) = own_merchant(tx, &by.merchant, &by.acquirer)? else {
            return Ok(Err(Failure::Unknown));
        };
        gather(tx, &inner, (&found, &Reach::masked(&by))).map(Ok)
    });
    read.await?
}

/// Gives a manager what is held of their merchant, as far as it is theirs to read.
///
/// # Errors
/// [`Failure::NotFresh`] where their sign-in is too old; [`Failure::Refused`] with
/// `too_many` past the day's downloads.
pub async fn download(shell: &Shell, by: &ManagerSession) -> Result<Holding, Failure> {
    by.must_be_fresh(shell)?;
    let (inner, by, now) = (shell.clone(), by.clone(), shell.now());
    let run = move |tx: &mut dyn tillkey_store::tx::Tx| {
        if let Err(failure) = EXPORTS.may_manager(tx, now, &by)? {
            return Ok(Err(failure));
        }
        let Some(found) = own_merchant(tx, &by.merchant, &by.acquirer)? else {
            return Ok(Err(Failure::Unknown));
        };
        let holding = gather(tx, &inner, (&found, &Reach::of(&by)))?;
        let merchant = by.merchant.clone();
        by.note(tx, now, Event::PersonalDataExported { merchant })?;
        Ok(Ok(holding))
    };
    shell.store().write(run).await?
}
