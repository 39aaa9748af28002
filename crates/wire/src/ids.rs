//! Identifiers, each its own type, each checked when it is built.
//!
//! Those with a public shape (merchant number, terminal number, serial number,
//! operator number) take ASCII only: full-width or Arabic digits, spaces and
//! control characters are refused rather than normalised, because two spellings
//! of one subject would be two budgets of guesses.

use std::fmt;
use std::str::FromStr;

use data_encoding::{Encoding, Specification};
use rand::RngCore;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Why a text is not the identifier it was taken for. Names the kind, the rule and
/// never the text itself, which may be something typed into the wrong field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind}: {rule}")]
pub struct InvalidId {
    /// What it should have been, in the words of the design.
    pub kind: &'static str,
    /// What that takes.
    pub rule: &'static str,
}

/// An identifier that is a checked text.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $rule:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidId { kind: $kind, rule: $rule })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

text_id!(
    /// Who runs Tillkey; the tenant. A short lower-case name, such as `demo-bank`.
    AcquirerId,
    "acquirer",
    "1 to 32 lower-case letters, digits or hyphens",
    |text| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
);

text_id!(
    /// A merchant number: institution 3 + region 4 + MCC 4 + serial 4 digits.
    MerchantNumber,
    "merchant number",
    "exactly 15 digits",
    |text| text.len() == 15 && text.bytes().all(|b| b.is_ascii_digit())
);

text_id!(
    /// A terminal number: eight digits or capital letters, unique within a merchant.
    TerminalNumber,
    "terminal number",
    "exactly 8 digits or capital letters",
    |text| {
        text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
    }
);

text_id!(
    /// A terminal's serial number (SN), as printed on the device.
    SerialNumber,
    "serial number",
    "6 to 32 digits, capital letters or hyphens",
    |text| {
        (6..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase() || b == b'-')
    }
);

text_id!(
    /// A member of staff's account name, as typed at sign-in.
    StaffId,
    "staff account",
    "2 to 32 lower-case letters, digits, dots or hyphens, beginning with a letter",
    |text| {
        (2..=32).contains(&text.len())
            && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-')
    }
);

text_id!(
    /// The person behind one or more accounts. Separation of duties compares
    /// persons, not accounts, so that a second account approves nothing.
    PersonId,
    "person",
    "1 to 64 letters, digits, dots or hyphens",
    |text| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
    }
);

text_id!(
    /// A terminal's model, as the vendor names it.
    DeviceModel,
    "device model",
    "1 to 32 letters, digits, spaces, dots, hyphens, underscores or slashes",
    |text| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b" .-_/".contains(&b))
    }
);

text_id!(
    /// A terminal's firmware version, as it reports it. A hint, never a proof.
    FirmwareVersion,
    "firmware version",
    "1 to 32 letters, digits, dots, hyphens, underscores or plus signs",
    |text| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_+".contains(&b))
    }
);

text_id!(
    /// A printer of sealed slips, as the configuration names it. It is a folder's name
    /// too, so it can climb nowhere.
    PrinterName,
    "printer",
    "1 to 32 lower-case letters, digits or hyphens",
    |text| {
        (1..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
);

text_id!(
    /// A product of the catalogue: a terminal with its terms. It is a file's name too, so
    /// it can climb nowhere.
    ProductId,
    "product",
    "1 to 48 lower-case letters, digits or hyphens",
    |text| {
        (1..=48).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
);

text_id!(
    /// The stable name of a refusal, as in `rules/refusal.rs`.
    RefusalCode,
    "refusal code",
    "1 to 48 lower-case letters, digits or underscores",
    |text| {
        (1..=48).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    }
);

impl MerchantNumber {
    /// The first three digits: the institution that acquires for this merchant.
    pub fn institution(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }

    /// The next four: province and city of GB/T 2260, where the merchant is.
    pub fn region(&self) -> &str {
        self.0.get(3..7).unwrap_or_default()
    }
}

/// An operator's two-digit number on one terminal; its rank follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatorNumber(u8);

/// What an operator may do, lowest first, so that `a < b` reads "a ranks below b".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// `01`–`98`: sales.
    Cashier,
    /// `00`: manages operators, confirms voids and refunds, takes no sales.
    Supervisor,
    /// `99`: parameters.
    Administrator,
}

impl Rank {
    /// Every rank, lowest first.
    pub const ALL: [Self; 3] = [Self::Cashier, Self::Supervisor, Self::Administrator];

    /// The rank's stable name, as in policies and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cashier => "cashier",
            Self::Supervisor => "supervisor",
            Self::Administrator => "administrator",
        }
    }
}

impl OperatorNumber {
    /// `00`, who confirms voids and refunds.
    pub const SUPERVISOR: Self = Self(0);
    /// `01`, the cashier that a new terminal begins with.
    pub const FIRST_CASHIER: Self = Self(1);
    /// `99`, who keeps the terminal's parameters.
    pub const ADMINISTRATOR: Self = Self(99);

    /// Reads a number from 0 to 99.
    ///
    /// # Errors
    /// [`InvalidId`] above 99.
    pub const fn new(number: u8) -> Result<Self, InvalidId> {
        if number <= 99 {
            Ok(Self(number))
        } else {
            Err(InvalidId {
                kind: "operator number",
                rule: "00 to 99",
            })
        }
    }

    /// The number, 0 to 99.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The rank that the field's conventions give this number.
    pub const fn rank(self) -> Rank {
        match self.0 {
            0 => Rank::Supervisor,
            99 => Rank::Administrator,
            _ => Rank::Cashier,
        }
    }
}

impl FromStr for OperatorNumber {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let invalid = InvalidId {
            kind: "operator number",
            rule: "exactly 2 digits",
        };
        if text.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(invalid);
        }
        text.parse().map(Self).map_err(|_| invalid)
    }
}

impl fmt::Display for OperatorNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl Serialize for OperatorNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OperatorNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Crockford's alphabet in lower case: no `i`, `l`, `o`, `u` to misread. Reading is
/// strict (one spelling per identifier).
fn base32() -> Result<Encoding, InvalidId> {
    let mut specification = Specification::new();
    specification
        .symbols
        .push_str("0123456789abcdefghjkmnpqrstvwxyz");
    specification.encoding().map_err(|_| InvalidId {
        kind: "identifier",
        rule: "the alphabet is broken",
    })
}

/// An identifier made of ten random bytes: 80 bits, sixteen characters. It names
/// a thing; it is never what authorises.
macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 10]);

        impl $name {
            /// Draws a new identifier.
            pub fn random(rng: &mut impl RngCore) -> Self {
                let mut bytes = [0; 10];
                rng.fill_bytes(&mut bytes);
                Self(bytes)
            }

            /// An identifier from its bytes.
            pub const fn from_bytes(bytes: [u8; 10]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; 10] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let encoding = base32().map_err(|_| fmt::Error)?;
                f.write_str(&encoding.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let invalid = InvalidId { kind: $kind, rule: "16 characters of 0-9 and a-z" };
                // The length first: nothing long is decoded.
                if text.len() != 16 {
                    return Err(invalid);
                }
                let bytes = base32()?.decode(text.as_bytes()).map_err(|_| invalid.clone())?;
                bytes.try_into().map(Self).map_err(|_| invalid)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    };
}

random_id!(
    /// One request to reset one operator's password.
    CaseId,
    "case"
);
random_id!(
    /// One request for a terminal.
    ApplicationId,
    "application"
);
random_id!(
    /// One planned reset of many operators.
    CampaignId,
    "campaign"
);
random_id!(
    /// One thing that the watch found worth a look.
    AlertId,
    "alert"
);
random_id!(
    /// One enrolled device. It stays the same when the terminal number changes.
    TerminalId,
    "terminal"
);
random_id!(
    /// One durable command to one terminal.
    CommandId,
    "command"
);
random_id!(
    /// One backup of one terminal.
    SnapshotId,
    "snapshot"
);
random_id!(
    /// One signed-on operator at one terminal.
    SessionId,
    "session"
);
random_id!(
    /// One manager: a person of one merchant who signs in to the portal.
    ManagerId,
    "manager"
);
random_id!(
    /// One signed-in manager at one device; the token is not in it.
    ManagerSessionId,
    "manager session"
);
random_id!(
    /// One signed-in member of staff; it names the session and opens nothing.
    StaffSessionId,
    "staff session"
);
random_id!(
    /// One issued reset code; the code itself is not in it.
    CodeId,
    "code"
);
random_id!(
    /// One outgoing message: SMS, mail, webhook, sealed slip.
    MessageId,
    "message"
);
random_id!(
    /// One scan of one side of a document.
    ScanId,
    "scan"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merchant_numbers_are_fifteen_ascii_digits() {
        let check = |text: &str| text.parse::<MerchantNumber>().is_ok();
        assert!(check("898310054110001"));
        for bad in [
            "",
            "89831005411000",
            "8983100541100012",
            "89831005411000a",
            "８９８３１００５４１１０００１",
            "٨٩٨٣١٠٠٥٤١١٠٠٠١",
            "898310054110001\n",
            " 98310054110001",
            "89831005411\u{200b}",
        ] {
            assert!(!check(bad), "{bad:?}");
        }
    }

    #[test]
    fn the_rank_follows_from_the_operator_number() {
        let rank = |text: &str| text.parse::<OperatorNumber>().unwrap().rank();
        assert_eq!(rank("00"), Rank::Supervisor);
        assert_eq!(rank("01"), Rank::Cashier);
        assert_eq!(rank("98"), Rank::Cashier);
        assert_eq!(rank("99"), Rank::Administrator);
        assert!(Rank::Cashier < Rank::Supervisor && Rank::Supervisor < Rank::Administrator);
        for bad in ["", "1", "100", "+1", "٠١", "0x", " 1"] {
            assert!(bad.parse::<OperatorNumber>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn random_identifiers_have_one_spelling() {
        let case = CaseId::from_bytes([7; 10]);
        let text = case.to_string();
        assert_eq!(text.parse::<CaseId>().unwrap(), case);
        assert!(text.to_uppercase().parse::<CaseId>().is_err());
        assert!(format!("{text}0").parse::<CaseId>().is_err());
        assert!("iiiiiiiiiiiiiiii".parse::<CaseId>().is_err());
    }
}
