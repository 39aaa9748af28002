//! The terminal itself: its parts, how it is opened, and how its state is kept.
//!
//! What operators and the server do to it is in `enrol`, `link`, `sign_on`, `reset`,
//! `transaction`, `command`, `backup` and `restore`; what is done without a link in
//! `offline_sign_on`, `challenge`, `supervisor` and `offline_password`, and `deed` tells
//! of it. All of them obey one order: save, then change memory, then speak.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use tillkey_wire::cbor::{self, CborError};
use tillkey_wire::enrolment::Enrolled;
use tillkey_wire::ids::{DeviceModel, FirmwareVersion, OperatorNumber, SerialNumber, SessionId};
use tillkey_wire::message::Capabilities;
use tillkey_wire::opaque::Stretching;
use tillkey_wire::password::PasswordRules;
use zeroize::Zeroizing;

use crate::book::{Book, Operator};
use crate::counter::Counter;
use crate::device::{Device, Slot};
use crate::fault::Fault;
use crate::health::Told;
use crate::identity::{Identity, Keys};
use crate::in_hand::InHand;
use crate::journal::Journal;
use crate::limits::COUNTERS_PER_WRITE;
use crate::link::Asked;
use crate::reset::Reset;
use crate::sign_on::{Session, SignOn};
use crate::task::Work;
use crate::transaction::UnderWay;

/// What the vendor says of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// As printed on the device.
    pub serial_number: SerialNumber,
    /// The model.
    pub model: DeviceModel,
    /// The firmware version.
    pub firmware: FirmwareVersion,
    /// What it can do.
    pub capabilities: Capabilities,
}

/// How far a terminal has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing<'a> {
    /// It wants an enrolment code.
    Blank,
    /// It has asked to be enrolled and waits for the answer.
    Enrolling,
    /// It is enrolled.
    Enrolled(&'a Enrolled),
}

/// One operator, for a list on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatorView {
    /// The operator's number.
    pub number: OperatorNumber,
    /// Whether there is a password that works.
    pub password_set: bool,
    /// It was set without a link, and has still to be registered.
    pub set_offline: bool,
    /// The operator was added here, and the bank has still to be told.
    pub is_new: bool,
    /// Which of the operator's passwords it is.
    pub credential_version: u32,
    /// The session, if signed on.
    pub session: Option<SessionId>,
    /// How far a new password has come.
    pub progress: Progress,
}

/// How far a new password has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// None is under way.
    Idle,
    /// The server has been asked about a code.
    Asking,
    /// The code was right; a password may be chosen.
    Choosing,
    /// It was chosen and is being prepared with the server.
    Registering,
    /// It is on its way, and will be sent until the server answers.
    Sent,
}

/// A terminal.
pub struct Terminal<D> {
    pub(crate) device: D,
    pub(crate) profile: Profile,
    /// What stretches passwords.
    pub(crate) stretching: Stretching,
    pub(crate) identity: Identity,
    pub(crate) book: Option<Book>,
    pub(crate) counter: Counter,
    /// None before the terminal has agreed with the server on a key.
    pub(crate) in_hand: Option<InHand>,
    /// Whether there is a link.
    pub(crate) linked: bool,
    /// Whether the server has welcomed the terminal on it.
    pub(crate) is_welcomed: bool,
    /// Wrong passwords are to be told as soon as everything else is.
    pub(crate) tries_due: bool,
    /// What waits for a reply, by the counter of its report.
    pub(crate) waiting: BTreeMap<u64, Asked>,
    /// How far the server's clock is ahead, as of the last welcome.
    pub(crate) clock_ahead: SignedDuration,
    /// What the server was last told of the terminal's condition, on this connection;
    /// none before it has shown that it takes such reports.
    pub(crate) told_health: Option<Told>,
    /// The sign-on under way; one keypad, one at a time.
    pub(crate) sign_on: Option<SignOn>,
    pub(crate) resets: BTreeMap<OperatorNumber, Reset>,
    pub(crate) sessions: BTreeMap<OperatorNumber, Session>,
    /// None on a terminal that keeps none, and before it is enrolled.
    pub(crate) journal: Option<Journal>,
    /// The sale that is being keyed in; one keypad, one at a time.
    pub(crate) under_way: Option<UnderWay>,
    /// How far the oldest of the commands that take several messages has come.
    pub(crate) work: Option<Work>,
    /// Sessions that ended here and whose end the server has not confirmed.
    pub(crate) sign_offs: BTreeSet<SessionId>,
    /// A save failed: memory and storage may differ.
    broken: bool,
}

impl<D> std::fmt::Debug for Terminal<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terminal")
            .field("serial_number", &self.profile.serial_number)
            .field("standing", &self.standing())
            .finish_non_exhaustive()
    }
}

impl<D: Device> Terminal<D> {
    /// Opens the terminal on its device. Nothing is written.
    ///
    /// # Errors
    /// [`Fault`] if the state cannot be read back or is another device's.
    #[cfg(feature = "argon2")]
    pub fn open(device: D, profile: Profile) -> Result<Self, Fault> {
        Self::open_with(device, profile, Stretching::built_in())
    }

    /// As `open`, which a build without the `argon2` feature does not have, with what
    /// stretches passwords: an Argon2id that the device has already.
    ///
    /// # Errors
    /// [`Fault`] if the state cannot be read back or is another device's.
    pub fn open_with(device: D, profile: Profile, stretching: Stretching) -> Result<Self, Fault> {
        let identity = match device.load(Slot::Identity)?.map(Zeroizing::new) {
            None => Identity::Blank,
            Some(bytes) => {
                let (identity, serial_number) =
                    Identity::from_bytes(&bytes).map_err(unreadable(Slot::Identity))?;
                if serial_number != profile.serial_number {
                    return Err(Fault::OtherDevice);
                }
                identity
            }
        };
        let reserved = device.load(Slot::Counter)?;
        let counter = reserved
            .map_or(Ok(0), |bytes| cbor::decode::<u64>(&bytes))
            .and_then(|through| Counter::kept(through, COUNTERS_PER_WRITE))
            .map_err(unreadable(Slot::Counter))?;
        let book = match &identity {
            Identity::Enrolled { enrolled, .. } => Some(read_book(&device, enrolled)?),
            _ => None,
        };
        let in_hand = match &identity {
            Identity::Enrolled { enrolled, .. } => read_in_hand(&device, enrolled)?,
            _ => None,
        };
        let journal = read_journal(&device, &profile, &identity)?;
        Ok(Self {
            device,
            profile,
            stretching,
            identity,
            book,
            counter,
            in_hand,
            linked: false,
            is_welcomed: false,
            tries_due: false,
            waiting: BTreeMap::new(),
            clock_ahead: SignedDuration::ZERO,
            told_health: None,
            sign_on: None,
            resets: BTreeMap::new(),
            sessions: BTreeMap::new(),
            journal,
            under_way: None,
            work: None,
            sign_offs: BTreeSet::new(),
            broken: false,
        })
    }

    /// Refuses every call once a save has failed.
    pub(crate) const fn sound(&self) -> Result<(), Fault> {
        if self.broken {
            Err(Fault::Broken)
        } else {
            Ok(())
        }
    }

    /// Refuses every call from now on.
    pub(crate) const fn break_off(&mut self) {
        self.broken = true;
    }

    pub(crate) fn save(&mut self, slot: Slot, bytes: &[u8]) -> Result<(), Fault> {
        self.device.save(slot, bytes).map_err(|fault| {
            self.broken = true;
            fault.into()
        })
    }

    /// The journal, as it is in the log.
    pub(crate) fn read_journal(&self) -> Result<Option<Journal>, Fault> {
        read_journal(&self.device, &self.profile, &self.identity)
    }

    /// Saves a new identity, then takes it on.
    pub(crate) fn become_identity(&mut self, identity: Identity) -> Result<(), Fault> {
        let bytes = identity
            .to_bytes(&self.profile.serial_number)
            .map_err(unreadable(Slot::Identity))?;
        self.save(Slot::Identity, &bytes)?;
        self.identity = identity;
        Ok(())
    }

    /// Changes a copy of the book, saves it if it differs, then takes it on.
    pub(crate) fn change_book(&mut self, change: impl FnOnce(&mut Book)) -> Result<(), Fault> {
        let mut book = self.book.clone().ok_or(Fault::NotEnrolled)?;
        change(&mut book);
        if self.book.as_ref() != Some(&book) {
            let bytes = cbor::encode(&book)
                .map(Zeroizing::new)
                .map_err(unreadable(Slot::Book))?;
            self.save(Slot::Book, &bytes)?;
            self.book = Some(book);
        }
        Ok(())
    }

    /// The next message counter; one write in every block.
    pub(crate) fn next_counter(&mut self) -> Result<u64, Fault> {
        loop {
            match self.counter.next() {
                Ok(counter) => return Ok(counter),
                Err(reserve) => {
                    let bytes =
                        cbor::encode(&reserve.through).map_err(unreadable(Slot::Counter))?;
                    self.save(Slot::Counter, &bytes)?;
                    self.counter.reserved(reserve);
                }
            }
        }
    }

    /// The server's time, as far as the terminal knows it.
    pub(crate) fn now(&self) -> Timestamp {
        self.device
            .now()
            .checked_add(self.clock_ahead)
            .unwrap_or(Timestamp::MAX)
    }

    /// The device, to look at.
    pub const fn device(&self) -> &D {
        &self.device
    }
}

impl<D> Terminal<D> {
    /// How far the terminal has come.
    pub const fn standing(&self) -> Standing<'_> {
        match &self.identity {
            Identity::Blank => Standing::Blank,
            Identity::Enrolling { .. } => Standing::Enrolling,
            Identity::Enrolled { enrolled, .. } => Standing::Enrolled(enrolled),
        }
    }

    /// The operators that the server told of, and those that were added here, in ascending
    /// order.
    pub fn operators(&self) -> impl Iterator<Item = OperatorView> {
        let view = |book: &Book, number, operator: &Operator| OperatorView {
            number,
            password_set: book.has_password(number),
            set_offline: book.offline.contains_key(&number),
            is_new: book.untold.adds(number),
            credential_version: operator.credential_version,
            session: self.session(number),
            progress: self.progress(number),
        };
        self.book.iter().flat_map(move |book| {
            let operators = book.operators.iter();
            operators.map(move |(&number, operator)| view(book, number, operator))
        })
    }

    /// An operator's session, if signed on.
    pub fn session(&self, operator: OperatorNumber) -> Option<SessionId> {
        self.sessions.get(&operator).map(|session| session.id)
    }

    /// How far an operator's new password has come.
    pub fn progress(&self, operator: OperatorNumber) -> Progress {
        match self.resets.get(&operator) {
            Some(reset) => reset.progress(),
            None if self
                .book
                .iter()
                .any(|book| book.pending.contains_key(&operator)) =>
            {
                Progress::Sent
            }
            None => Progress::Idle,
        }
    }

    /// The password rules that the server last told of.
    pub fn password_rules(&self) -> PasswordRules {
        self.book
            .as_ref()
            .map_or(PasswordRules::DEFAULT, |book| book.rules)
    }

    pub(crate) const fn enrolled(&self) -> Result<(&Keys, &Enrolled), Fault> {
        match &self.identity {
            Identity::Enrolled { keys, enrolled } => Ok((keys, enrolled)),
            _ => Err(Fault::NotEnrolled),
        }
    }
}

/// The book of this enrolment; one of an earlier enrolment is not ours to read.
fn read_book(device: &impl Device, enrolled: &Enrolled) -> Result<Book, Fault> {
    let kept = device
        .load(Slot::Book)?
        .map(|bytes| cbor::decode::<Book>(&bytes).map_err(unreadable(Slot::Book)))
        .transpose()?;
    Ok(kept
        .filter(|book| book.terminal == enrolled.terminal)
        .unwrap_or_else(|| Book::new(enrolled.terminal)))
}

/// The journal of this enrolment, on a terminal that keeps one.
fn read_journal(
    device: &impl Device,
    profile: &Profile,
    identity: &Identity,
) -> Result<Option<Journal>, Fault> {
    match identity {
        Identity::Enrolled { enrolled, .. } if profile.capabilities.journal => {
            let records = device.read_log()?;
            Ok(Some(Journal::read(&records, enrolled.terminal)?))
        }
        _ => Ok(None),
    }
}

/// How far the numbers of this enrolment have come.
fn read_in_hand(device: &impl Device, enrolled: &Enrolled) -> Result<Option<InHand>, Fault> {
    let kept = device
        .load(Slot::InHand)?
        .map(|bytes| InHand::from_bytes(&bytes).map_err(unreadable(Slot::InHand)))
        .transpose()?;
    Ok(kept.filter(|in_hand| in_hand.is_of(enrolled.terminal)))
}

pub(crate) fn unreadable(slot: Slot) -> impl Fn(CborError) -> Fault {
    move |source| Fault::Unreadable { slot, source }
}
