//! The values that go into a statement and the rows that come out, of our own, so
//! that no engine's types reach the domain operations.
//!
//! There are four: nothing, integer, text, bytes. Everything else is one of these
//! with a rule for reading it back, and a row that breaks its rule is a fault.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use tillkey_wire::ids::{
    AcquirerId, AlertId, ApplicationId, CampaignId, CaseId, CodeId, CommandId, ManagerId,
    ManagerSessionId, MerchantNumber, MessageId, OperatorNumber, PersonId, ScanId, SerialNumber,
    SessionId, SnapshotId, StaffId, StaffSessionId, TerminalId, TerminalNumber,
};

use crate::fault::Fault;

/// One value of a statement or a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A 64-bit integer: numbers, times in Unix milliseconds, 0 and 1 for no and yes.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One row, read from left to right in the order of the statement's columns.
#[derive(Debug)]
pub struct Row {
    values: std::vec::IntoIter<Value>,
}

impl Row {
    /// A row of these values.
    pub const fn new(values: std::vec::IntoIter<Value>) -> Self {
        Self { values }
    }

    /// Reads the next column.
    ///
    /// # Errors
    /// [`Fault::Damaged`] when there is none, or it is something else.
    pub fn take<T: FromValue>(&mut self) -> Result<T, Fault> {
        let value = self
            .values
            .next()
            .ok_or(Fault::damaged("row", "it has too few columns"))?;
        T::from_value(value)
    }

    /// The columns that were not read yet.
    pub(crate) fn rest(self) -> Vec<Value> {
        self.values.collect()
    }

    /// Reads the next column, a text, as one word of a closed list.
    ///
    /// # Errors
    /// [`Fault::Damaged`] when it is not such a word.
    pub fn take_word<T>(
        &mut self,
        thing: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Fault> {
        let text: String = self.take()?;
        read(&text).ok_or(Fault::damaged(thing, "it is not one of the known words"))
    }
}

/// What can be read from a column.
pub trait FromValue: Sized {
    /// Reads it.
    ///
    /// # Errors
    /// [`Fault::Damaged`] when the value is something else.
    fn from_value(value: Value) -> Result<Self, Fault>;
}

impl FromValue for i64 {
    fn from_value(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Integer(number) => Ok(number),
            _ => Err(Fault::damaged("number", "it is no integer")),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Text(text) => Ok(text),
            _ => Err(Fault::damaged("text", "it is no text")),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(Fault::damaged("byte string", "it is no byte string")),
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    fn from_value(value: Value) -> Result<Self, Fault> {
        Vec::from_value(value)?
            .try_into()
            .map_err(|_| Fault::damaged("byte string", "it has another length"))
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            _ => Err(Fault::damaged("yes or no", "it is neither 0 nor 1")),
        }
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Self, Fault> {
        Self::from_millisecond(i64::from_value(value)?)
            .map_err(|_| Fault::damaged("time", "it is out of range"))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Self, Fault> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

impl FromValue for Date {
    fn from_value(value: Value) -> Result<Self, Fault> {
        parsed(value, "day")
    }
}

impl From<Date> for Value {
    fn from(day: Date) -> Self {
        // `YYYY-MM-DD`, so that the order of the texts is that of the days.
        Self::Text(day.to_string())
    }
}

impl FromValue for OperatorNumber {
    fn from_value(value: Value) -> Result<Self, Fault> {
        Self::new(u8::from_value(value)?)
            .map_err(|_| Fault::damaged("operator number", "it is above 99"))
    }
}

/// Unsigned integers, which no column type is.
macro_rules! unsigned {
    ($($number:ty),+) => {
        $(
            impl FromValue for $number {
                fn from_value(value: Value) -> Result<Self, Fault> {
                    Self::try_from(i64::from_value(value)?)
                        .map_err(|_| Fault::damaged("number", "it is out of range"))
                }
            }
        )+
    };
}
unsigned!(u8, u32, u64);

/// Reads a text column into a checked type.
fn parsed<T: FromStr>(value: Value, thing: &'static str) -> Result<T, Fault> {
    String::from_value(value)?
        .parse()
        .map_err(|_| Fault::damaged(thing, "it does not have the required shape"))
}

/// Identifiers, stored as the text they are shown as.
macro_rules! identifiers {
    ($($id:ty = $thing:literal),+ $(,)?) => {
        $(
            impl FromValue for $id {
                fn from_value(value: Value) -> Result<Self, Fault> {
                    parsed(value, $thing)
                }
            }

            impl From<&$id> for Value {
                fn from(id: &$id) -> Self {
                    Self::Text(id.to_string())
                }
            }
        )+
    };
}
identifiers!(
    AcquirerId = "acquirer",
    AlertId = "alert",
    ApplicationId = "application",
    CampaignId = "campaign",
    CaseId = "case",
    CodeId = "code",
    CommandId = "command",
    ManagerId = "manager",
    ManagerSessionId = "manager session",
    MerchantNumber = "merchant number",
    MessageId = "message",
    PersonId = "person",
    ScanId = "scan",
    SerialNumber = "serial number",
    SessionId = "session",
    SnapshotId = "backup",
    StaffId = "staff account",
    StaffSessionId = "staff session",
    TerminalId = "terminal",
    TerminalNumber = "terminal number",
);

impl From<OperatorNumber> for Value {
    fn from(operator: OperatorNumber) -> Self {
        Self::Integer(i64::from(operator.number()))
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u8> for Value {
    fn from(number: u8) -> Self {
        Self::Integer(i64::from(number))
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Integer(i64::from(number))
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Self::Integer(i64::from(yes))
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Integer(at.as_millisecond())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// Counters and positions are `u64` in the code and a signed column in every
/// engine.
///
/// # Errors
/// [`Fault::Damaged`] above 2^63 - 1, which no honest counter reaches.
pub(crate) fn signed(number: u64) -> Result<Value, Fault> {
    i64::try_from(number)
        .map(Value::Integer)
        .map_err(|_| Fault::damaged("counter", "it is above what a column holds"))
}
