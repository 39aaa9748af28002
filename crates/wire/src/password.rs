//! What a new password has to be, as data, and what a terminal vouches for.
//!
//! The rules are the acquirer's, within floors that no configuration lowers. Only
//! the terminal ever sees the password, so only the terminal can check it; the
//! server checks that the terminal vouches for the rules in force.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::Rank;
use crate::limits::PASSWORD_DIGITS_MAX;

/// One thing that a new password is checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Only the digits `0` to `9`, because a keypad has nothing else.
    Digits,
    /// Neither shorter than the rank asks for nor longer than a keypad is asked for.
    Length,
    /// Not a run up or down: `123456`, `87654321`, `890123`.
    Sequence,
    /// Not one short group over and over: `000000`, `121212`, `123123`.
    Repeat,
    /// Not a published default, nor a date as defaults are printed.
    PublishedDefault,
    /// Not part of the serial number printed on the device.
    SerialNumber,
    /// Not part of the terminal number printed on every receipt.
    TerminalNumber,
    /// Not one of this operator's last four.
    LastFour,
}

impl Rule {
    /// Every rule, in the order in which they are explained to a person.
    pub const ALL: [Self; 8] = [
        Self::Digits,
        Self::Length,
        Self::Sequence,
        Self::Repeat,
        Self::PublishedDefault,
        Self::SerialNumber,
        Self::TerminalNumber,
        Self::LastFour,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Length => "length",
            Self::Sequence => "sequence",
            Self::Repeat => "repeat",
            Self::PublishedDefault => "published_default",
            Self::SerialNumber => "serial_number",
            Self::TerminalNumber => "terminal_number",
            Self::LastFour => "last_four",
        }
    }
}

/// Why password rules are not rules that may be served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the least length {found} for a {} is not within {floor} and {PASSWORD_DIGITS_MAX}", .rank.name())]
pub struct InvalidRules {
    /// Whose length it is.
    pub rank: Rank,
    /// The length that was asked for.
    pub found: u8,
    /// The floor for this rank.
    pub floor: u8,
}

/// The acquirer's rules: the least number of digits by rank, under a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Spelled", into = "Spelled")]
pub struct PasswordRules {
    version: u32,
    lengths: Lengths,
}

/// The least number of digits by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lengths {
    /// For `01` to `98`.
    pub cashier: u8,
    /// For `00`.
    pub supervisor: u8,
    /// For `99`.
    pub administrator: u8,
}

impl Lengths {
    /// What the field has always had, and what nothing may go below.
    pub const FLOOR: Self = Self {
        cashier: 4,
        supervisor: 6,
        administrator: 8,
    };
    /// What the design recommends.
    pub const DEFAULT: Self = Self {
        cashier: 6,
        supervisor: 8,
        administrator: 8,
    };

    /// The length for one rank.
    pub const fn of(self, rank: Rank) -> u8 {
        match rank {
            Rank::Cashier => self.cashier,
            Rank::Supervisor => self.supervisor,
            Rank::Administrator => self.administrator,
        }
    }
}

impl PasswordRules {
    /// The rules that are in force where nobody chose others.
    pub const DEFAULT: Self = Self {
        version: 1,
        lengths: Lengths::DEFAULT,
    };

    /// Makes rules. The version changes whenever the lengths do.
    ///
    /// # Errors
    /// [`InvalidRules`] for a length under the floor or over what a keypad is asked for.
    pub fn new(version: u32, lengths: Lengths) -> Result<Self, InvalidRules> {
        for rank in Rank::ALL {
            let (found, floor) = (lengths.of(rank), Lengths::FLOOR.of(rank));
            if !(floor..=PASSWORD_DIGITS_MAX).contains(&found) {
                return Err(InvalidRules { rank, found, floor });
            }
        }
        Ok(Self { version, lengths })
    }

    /// Which rules these are.
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The least number of digits for this rank.
    pub const fn length_min(&self, rank: Rank) -> u8 {
        self.lengths.of(rank)
    }
}

/// The rules as they are written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spelled {
    version: u32,
    cashier: u8,
    supervisor: u8,
    administrator: u8,
}

impl From<PasswordRules> for Spelled {
    fn from(rules: PasswordRules) -> Self {
        let Lengths {
            cashier,
            supervisor,
            administrator,
        } = rules.lengths;
        Self {
            version: rules.version,
            cashier,
            supervisor,
            administrator,
        }
    }
}

impl TryFrom<Spelled> for PasswordRules {
    type Error = InvalidRules;

    fn try_from(spelled: Spelled) -> Result<Self, InvalidRules> {
        let Spelled {
            version,
            cashier,
            supervisor,
            administrator,
        } = spelled;
        Self::new(
            version,
            Lengths {
                cashier,
                supervisor,
                administrator,
            },
        )
    }
}

/// What a terminal says of a password that it accepted; never the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouched {
    /// The rank that it was checked for.
    pub rank: Rank,
    /// How many digits it has.
    pub length: u8,
    /// Which rules it was checked against.
    pub rules_version: u32,
    /// What it was checked for, and passed.
    pub checked: BTreeSet<Rule>,
}

impl Vouched {
    /// Whether this is all that the rules ask of an operator of this rank.
    pub fn satisfies(&self, rules: &PasswordRules, rank: Rank) -> bool {
        self.rank == rank
            && self.rules_version == rules.version
            && (rules.length_min(rank)..=PASSWORD_DIGITS_MAX).contains(&self.length)
            && Rule::ALL.iter().all(|rule| self.checked.contains(rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor;

    #[test]
    fn no_configuration_goes_below_the_floor() {
        for (cashier, supervisor, administrator, holds) in [
            (6, 8, 8, true),
            (4, 6, 8, true),
            (12, 12, 12, true),
            (3, 8, 8, false),
            (6, 5, 8, false),
            (6, 8, 7, false),
            (13, 8, 8, false),
            (0, 0, 0, false),
        ] {
            let lengths = Lengths {
                cashier,
                supervisor,
                administrator,
            };
            assert_eq!(PasswordRules::new(1, lengths).is_ok(), holds, "{lengths:?}");
            let spelled = Spelled {
                version: 1,
                cashier,
                supervisor,
                administrator,
            };
            let bytes = cbor::encode(&spelled).unwrap();
            assert_eq!(
                cbor::decode::<PasswordRules>(&bytes).is_ok(),
                holds,
                "{lengths:?}"
            );
        }
        assert_eq!(
            PasswordRules::new(1, Lengths::DEFAULT),
            Ok(PasswordRules::DEFAULT)
        );
    }

    #[test]
    fn a_terminal_vouches_for_all_of_the_rules_in_force_or_for_nothing() {
        let rules = PasswordRules::DEFAULT;
        let good = Vouched {
            rank: Rank::Cashier,
            length: 6,
            rules_version: 1,
            checked: Rule::ALL.into(),
        };
        assert!(good.satisfies(&rules, Rank::Cashier));
        assert!(!good.satisfies(&rules, Rank::Supervisor));
        assert!(
            !Vouched {
                length: 5,
                ..good.clone()
            }
            .satisfies(&rules, Rank::Cashier)
        );
        assert!(
            !Vouched {
                length: 13,
                ..good.clone()
            }
            .satisfies(&rules, Rank::Cashier)
        );
        assert!(
            !Vouched {
                rules_version: 2,
                ..good.clone()
            }
            .satisfies(&rules, Rank::Cashier)
        );
        for rule in Rule::ALL {
            let mut fewer = good.clone();
            fewer.checked.remove(&rule);
            assert!(
                !fewer.satisfies(&rules, Rank::Cashier),
                "without {}",
                rule.name()
            );
        }
    }
}
