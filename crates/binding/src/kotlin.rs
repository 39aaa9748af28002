//! The facade as a class, for Android: `TillkeyTerminal`, and the two interfaces that an
//! application implements for it. Everything else is the facade's own.
//!
//! Passwords come as bytes, because a Kotlin `String` cannot be wiped; the bridge's own
//! copy of them is freed and not wiped, which only C can do without.

use std::path::Path;
use std::sync::Arc;

use tillkey_terminal::wire::opaque::Stretching;
use tillkey_terminal::wire::secret::Secret;
use zeroize::Zeroizing;

use crate::facade::{
    self, Embedded, Entry, Fault, Health, Notice, OperatorView, Parts, Place, Profile, Random,
    Slot, Standing, StorageFault, Surroundings,
};

/// The device that the application runs on.
#[uniffi::export(with_foreign)]
pub trait Device: Send + Sync {
    /// Its clock, in milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// How it is. It is asked often; wait for nothing.
    fn health(&self) -> Health;
}

/// A storage of the vendor's own, where a directory of the application will not do. What
/// was saved is there after a power cut, and what was not is as it was before.
#[uniffi::export(with_foreign)]
pub trait Storage: Send + Sync {
    /// Reads a slot; null if it was never written.
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, StorageFault>;

    /// Replaces a slot, whole and durably.
    fn save(&self, slot: Slot, bytes: Vec<u8>) -> Result<(), StorageFault>;

    /// Reads the log: every record, oldest first.
    fn read_log(&self) -> Result<Vec<Vec<u8>>, StorageFault>;

    /// Puts one record at the end of the log, durably.
    fn append(&self, record: Vec<u8>) -> Result<(), StorageFault>;

    /// Replaces the whole log at once.
    fn replace_log(&self, records: Vec<Vec<u8>>) -> Result<(), StorageFault>;
}

/// Whatever else an application's storage throws is a failure.
impl From<uniffi::UnexpectedUniFFICallbackError> for StorageFault {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

impl Surroundings for Arc<dyn Device> {
    fn now_ms(&self) -> i64 {
        (**self).now_ms()
    }

    fn health(&self) -> Health {
        (**self).health()
    }
}

impl facade::Storage for Arc<dyn Storage> {
    fn load(&self, slot: Slot) -> Result<Option<Vec<u8>>, StorageFault> {
        (**self).load(slot)
    }

    fn save(&self, slot: Slot, bytes: &[u8]) -> Result<(), StorageFault> {
        (**self).save(slot, bytes.to_vec())
    }

    fn read_log(&self) -> Result<Vec<Vec<u8>>, StorageFault> {
        (**self).read_log()
    }

    fn append(&self, record: &[u8]) -> Result<(), StorageFault> {
        (**self).append(record.to_vec())
    }

    fn replace_log(&self, records: &[Vec<u8>]) -> Result<(), StorageFault> {
        (**self).replace_log(records.to_vec())
    }
}

/// Money, as it is keyed in.
#[derive(uniffi::Record)]
pub struct Money {
    /// How much.
    pub amount_fen: u64,
    /// The card's number as the reader gave it, or its first six and last four digits with
    /// six asterisks between.
    pub card: String,
    /// What the cashier wrote beside it.
    pub remark: Option<String>,
}

impl Money {
    fn lend(self, call: impl FnOnce(&facade::Money<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        call(&facade::Money {
            amount_fen: self.amount_fen,
            card: &Secret::new(self.card),
            remark: self.remark.as_deref(),
        })
    }
}

/// A terminal. Any thread may call, and calls wait for each other: not from the thread that
/// draws, as Argon2id takes its time.
///
/// After every call take `nextFrame` and `nextNotice` until each gives null.
#[derive(Debug, uniffi::Object)]
pub struct TillkeyTerminal(Embedded);

fn open(
    profile: &Profile,
    place: Place,
    device: Arc<dyn Device>,
) -> Result<Arc<TillkeyTerminal>, Fault> {
    let parts = Parts {
        place,
        surroundings: Box::new(device),
        random: Random::System,
        stretching: Stretching::built_in(),
    };
    Ok(Arc::new(TillkeyTerminal(Embedded::open(profile, parts)?)))
}

/// A password that was typed.
fn password(bytes: Vec<u8>) -> Result<Secret<String>, Fault> {
    let bytes = Zeroizing::new(bytes);
    let text = std::str::from_utf8(&bytes).map_err(|_| Fault::Password)?;
    if text.is_empty() || text.len() > crate::limits::TYPED_BYTES_MAX {
        return Err(Fault::Password);
    }
    Ok(Secret::new(text.to_owned()))
}

#[uniffi::export]
impl TillkeyTerminal {
    /// Opens a terminal that keeps everything in a directory of its own.
    #[uniffi::constructor]
    pub fn in_directory(
        profile: Profile,
        directory: String,
        device: Arc<dyn Device>,
    ) -> Result<Arc<Self>, Fault> {
        open(&profile, Place::directory(Path::new(&directory))?, device)
    }

    /// Opens a terminal on a storage of the vendor's.
    #[uniffi::constructor]
    pub fn on_storage(
        profile: Profile,
        storage: Arc<dyn Storage>,
        device: Arc<dyn Device>,
    ) -> Result<Arc<Self>, Fault> {
        open(&profile, Place::Vendor(Box::new(storage)), device)
    }

    /// There is a link to the server.
    pub fn connected(&self) -> Result<(), Fault> {
        self.0.connected()
    }

    /// The link is gone.
    pub fn disconnected(&self) -> Result<(), Fault> {
        self.0.disconnected()
    }

    /// A frame came over the link: one binary WebSocket message.
    pub fn receive(&self, frame: Vec<u8>) -> Result<(), Fault> {
        self.0.receive(&frame)
    }

    /// Sends again what the server has not answered for yet.
    pub fn resend(&self) -> Result<(), Fault> {
        self.0.resend()
    }

    /// The next frame to be sent, as one binary WebSocket message.
    pub fn next_frame(&self) -> Result<Option<Vec<u8>>, Fault> {
        self.0.next_frame(|frame| Ok(frame.map(<[u8]>::to_vec)))
    }

    /// The next notice to be shown.
    pub fn next_notice(&self) -> Result<Option<Notice>, Fault> {
        self.0.next_notice()
    }

    /// Somebody types the enrolment code.
    pub fn enrol(&self, code: String) -> Result<(), Fault> {
        self.0.enrol(&Zeroizing::new(code))
    }

    /// An operator types a password.
    pub fn sign_on(&self, operator: u8, password: Vec<u8>) -> Result<(), Fault> {
        self.0.sign_on(operator, self::password(password)?)
    }

    /// An operator leaves.
    pub fn sign_off(&self, operator: u8) -> Result<(), Fault> {
        self.0.sign_off(operator)
    }

    /// An operator who has no password wants one.
    pub fn first_password(&self, operator: u8) -> Result<(), Fault> {
        self.0.first_password(operator)
    }

    /// An operator types a reset code.
    pub fn redeem(&self, operator: u8, code: String) -> Result<(), Fault> {
        self.0.redeem(operator, &Zeroizing::new(code))
    }

    /// An operator whose code was accepted chooses a password.
    pub fn choose_password(&self, operator: u8, password: Vec<u8>) -> Result<(), Fault> {
        self.0.choose_password(operator, self::password(password)?)
    }

    /// Gives up a reset before its password is sent.
    pub fn abandon_reset(&self, operator: u8) -> Result<(), Fault> {
        self.0.abandon_reset(operator)
    }

    /// Somebody forgot a password and there is no link: a notice says what to read out.
    pub fn offline_challenge(&self, operator: u8) -> Result<(), Fault> {
        self.0.offline_challenge(operator)
    }

    /// Somebody types the answer to the challenge.
    pub fn offline_answer(&self, operator: u8, answer: String) -> Result<(), Fault> {
        self.0.offline_answer(operator, &Zeroizing::new(answer))
    }

    /// A supervisor adds a cashier, who has no password yet.
    pub fn add_cashier(&self, supervisor: u8, operator: u8) -> Result<(), Fault> {
        self.0.add_cashier(supervisor, operator)
    }

    /// A supervisor removes a cashier: password and session end at once.
    pub fn remove_cashier(&self, supervisor: u8, operator: u8) -> Result<(), Fault> {
        self.0.remove_cashier(supervisor, operator)
    }

    /// A supervisor has a cashier choose a new password.
    pub fn reset_cashier(&self, supervisor: u8, operator: u8) -> Result<(), Fault> {
        self.0.reset_cashier(supervisor, operator)
    }

    /// Somebody wants the number that proves the terminal in hand.
    pub fn show_number(&self) -> Result<(), Fault> {
        self.0.show_number()
    }

    /// Tells the server how the device is, if that has changed noticeably.
    pub fn report_health(&self) -> Result<(), Fault> {
        self.0.report_health()
    }

    /// An operator begins to key in a sale.
    pub fn begin_sale(&self, operator: u8) -> Result<(), Fault> {
        self.0.begin_sale(operator)
    }

    /// The sale that was begun is given up.
    pub fn give_up_sale(&self, operator: u8) -> Result<(), Fault> {
        self.0.give_up_sale(operator)
    }

    /// An operator takes money.
    pub fn sale(&self, operator: u8, money: Money) -> Result<(), Fault> {
        money.lend(|money| self.0.sale(operator, money))
    }

    /// An operator gives money back; the supervisor who is signed on confirms it.
    pub fn refund(&self, operator: u8, confirmed_by: u8, money: Money) -> Result<(), Fault> {
        money.lend(|money| self.0.refund(operator, confirmed_by, money))
    }

    /// An operator undoes a sale of the open batch; the supervisor who is signed on
    /// confirms it.
    pub fn void_sale(&self, operator: u8, confirmed_by: u8, entry: u64) -> Result<(), Fault> {
        self.0.void(operator, confirmed_by, entry)
    }

    /// An operator settles the open batch.
    pub fn settle(&self, operator: u8) -> Result<(), Fault> {
        self.0.settle(operator)
    }

    /// Where the terminal stands.
    pub fn standing(&self) -> Result<Standing, Fault> {
        self.0.standing()
    }

    /// An operator that the server told of.
    pub fn operator(&self, operator: u8) -> Result<Option<OperatorView>, Fault> {
        self.0.operator(operator)
    }

    /// An entry of the open batch, counted from 0 for the newest.
    pub fn batch_entry(&self, index: u32) -> Result<Option<Entry>, Fault> {
        self.0
            .batch_entry(usize::try_from(index).unwrap_or(usize::MAX))
    }
}

/// What helps against a fault.
#[uniffi::export]
pub fn advice(fault: Fault) -> facade::Advice {
    fault.advice()
}
