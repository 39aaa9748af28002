//! How a terminal is, as it says itself: power, screen, lamps, printer, network, storage.
//!
//! A hint for whoever helps, and never a proof: a forged report costs its forger nothing,
//! so nothing is permitted because of one (attack G06). Every part may be missing; a
//! vendor says what it knows. A reader passes over fields that it does not know, so that
//! a newer terminal is still understood by an older server; a new word for something old
//! therefore needs a new field.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::ids::FirmwareVersion;

/// The version of these reports.
pub const VERSION: u8 = 1;

/// How the device is, as far as its vendor knows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Health {
    /// What it runs on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power: Option<Power>,
    /// Whether its screen can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub screen: Option<Condition>,
    /// Its indicator lamps, those that it can check.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lamps: BTreeMap<Lamp, Condition>,
    /// Its printer, with the paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub printer: Option<Printer>,
    /// What it is connected by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<Network>,
    /// How much can still be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_free_kib: Option<u32>,
    /// Whether a sale has begun and is not finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sale_in_progress: Option<bool>,
    /// How many transactions are not settled yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsettled: Option<u32>,
}

/// What a terminal runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Power {
    /// Where the power comes from now.
    pub source: PowerSource,
    /// How full the battery is, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub battery_percent: Option<Percent>,
}

/// Where power comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerSource {
    /// The mains: the battery, if any, is charged.
    Mains,
    /// The battery.
    Battery,
}

/// Whether a part works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It works.
    Good,
    /// It does not.
    Faulty,
}

/// An indicator lamp. The four colours are those of a contactless reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lamp {
    /// That it is on.
    Power,
    /// That the battery is charged.
    Charging,
    /// That it is connected.
    Network,
    /// The contactless reader's first.
    Blue,
    /// The contactless reader's second.
    Yellow,
    /// The contactless reader's third.
    Green,
    /// The contactless reader's fourth.
    Red,
}

/// How the printer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Printer {
    /// It prints.
    Ready,
    /// It prints, and the roll is nearly used up.
    PaperLow,
    /// There is no paper.
    PaperOut,
    /// Its cover is open.
    CoverOpen,
    /// It has to cool down.
    Overheated,
    /// It is broken.
    Faulty,
}

/// What a terminal is connected by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// By what.
    pub kind: NetworkKind,
    /// How strong the signal is, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bars: Option<Bars>,
}

/// A kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// A cable.
    Ethernet,
    /// The shop's wireless network.
    Wifi,
    /// A mobile network.
    Cellular,
    /// A telephone line.
    Modem,
}

/// A whole number up to a limit.
macro_rules! up_to {
    ($(#[$doc:meta])* $name:ident, $max:literal, $why:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(u8);

        impl $name {
            /// Takes it, cut to its limit: a gauge that shows 101 % is full.
            pub const fn at_most(number: u8) -> Self {
                Self(if number > $max { $max } else { number })
            }

            /// The number.
            pub const fn get(self) -> u8 {
                self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match u8::deserialize(deserializer)? {
                    number @ ..=$max => Ok(Self(number)),
                    _ => Err(de::Error::custom($why)),
                }
            }
        }
    };
}

up_to!(
    /// A percentage.
    Percent, 100, "a percentage is at most 100"
);
up_to!(
    /// The strength of a signal, as a phone shows it.
    Bars, 4, "a signal has at most 4 bars"
);

impl Health {
    /// Whether it is worth a report after the other one: gauges that flicker are not.
    pub fn differs_noticeably(&self, other: &Self) -> bool {
        self.coarse() != other.coarse()
    }

    fn coarse(&self) -> Self {
        let tens = |percent: Percent| Percent::at_most(percent.get() / 10 * 10);
        let power = self.power.map(|power| Power {
            battery_percent: power.battery_percent.map(tens),
            ..power
        });
        let magnitude = |kib: u32| kib.checked_ilog2().unwrap_or(0);
        Self {
            power,
            storage_free_kib: self.storage_free_kib.map(magnitude),
            ..self.clone()
        }
    }
}

/// A report: what the vendor says of the device, and what the terminal knows itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthReport {
    /// The version of the report.
    pub v: u8,
    /// The firmware version.
    pub firmware: FirmwareVersion,
    /// The terminal's own clock, which may be years off.
    pub clock: Timestamp,
    /// How many operators are signed on.
    pub signed_on: u8,
    /// How the device is.
    pub health: Health,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::cbor;

    /// A terminal of which everything is known, and little is well.
    pub(crate) fn ailing() -> Health {
        Health {
            power: Some(Power {
                source: PowerSource::Battery,
                battery_percent: Some(Percent::at_most(9)),
            }),
            screen: Some(Condition::Good),
            lamps: [
                (Lamp::Power, Condition::Good),
                (Lamp::Red, Condition::Faulty),
            ]
            .into(),
            printer: Some(Printer::PaperOut),
            network: Some(Network {
                kind: NetworkKind::Cellular,
                bars: Some(Bars::at_most(1)),
            }),
            storage_free_kib: Some(4_096),
            sale_in_progress: Some(true),
            unsettled: Some(17),
        }
    }

    #[test]
    fn whatever_is_known_comes_back_and_nothing_else_is_said() {
        for health in [Health::default(), ailing()] {
            let bytes = cbor::encode(&health).unwrap();
            assert_eq!(cbor::decode::<Health>(&bytes), Ok(health));
        }
        assert_eq!(cbor::encode(&Health::default()).unwrap(), [0xa0]);
    }

    #[test]
    fn a_newer_report_is_read_as_far_as_it_is_known() {
        #[derive(Serialize)]
        struct Newer {
            printer: Printer,
            humidity: u8,
        }
        let newer = Newer {
            printer: Printer::Ready,
            humidity: 40,
        };
        let read: Health = cbor::decode(&cbor::encode(&newer).unwrap()).unwrap();
        assert_eq!(read.printer, Some(Printer::Ready));
    }

    #[test]
    fn gauges_beyond_their_end_are_refused_and_words_are_few() {
        #[derive(Serialize)]
        struct Said<'a> {
            power: Option<(&'a str, u8)>,
            network: Option<BTreeMap<&'a str, u8>>,
        }
        assert_eq!(Percent::at_most(255).get(), 100);
        assert!(cbor::decode::<Percent>(&[0x18, 101]).is_err());
        assert!(cbor::decode::<Bars>(&[5]).is_err());
        assert_eq!(cbor::decode::<Bars>(&[4]), Ok(Bars::at_most(4)));
        let nonsense = Said {
            power: Some(("steam", 3)),
            network: None,
        };
        assert!(cbor::decode::<Health>(&cbor::encode(&nonsense).unwrap()).is_err());
    }

    #[test]
    fn a_gauge_that_flickers_is_no_news() {
        let battery = |percent| Health {
            power: Some(Power {
                source: PowerSource::Battery,
                battery_percent: Some(Percent::at_most(percent)),
            }),
            ..ailing()
        };
        assert!(!battery(47).differs_noticeably(&battery(43)));
        assert!(battery(50).differs_noticeably(&battery(49)));
        let paper = |printer| Health {
            printer: Some(printer),
            ..ailing()
        };
        assert!(paper(Printer::Ready).differs_noticeably(&paper(Printer::PaperOut)));
    }
}
