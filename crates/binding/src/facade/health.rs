//! How the device is, as plain data.

use tillkey_terminal::wire::health as sdk;

use super::words::numbered;

/// Where power comes from.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum PowerSource {
    /// The mains: the battery, if any, is charged.
    Mains = 1,
    /// The battery.
    Battery = 2,
}

/// Whether a part works.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Condition {
    /// It works.
    Good = 1,
    /// It does not.
    Faulty = 2,
}

/// An indicator lamp. The four colours are those of a contactless reader.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Lamp {
    /// That it is on.
    Power = 1,
    /// That the battery is charged.
    Charging = 2,
    /// That it is connected.
    Network = 3,
    /// The contactless reader's first.
    Blue = 4,
    /// The contactless reader's second.
    Yellow = 5,
    /// The contactless reader's third.
    Green = 6,
    /// The contactless reader's fourth.
    Red = 7,
}

/// How the printer is.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Printer {
    /// It prints.
    Ready = 1,
    /// It prints, and the roll is nearly used up.
    PaperLow = 2,
    /// There is no paper.
    PaperOut = 3,
    /// Its cover is open.
    CoverOpen = 4,
    /// It has to cool down.
    Overheated = 5,
    /// It is broken.
    Faulty = 6,
}

/// A kind of network.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Enum))]
pub enum Network {
    /// A cable.
    Ethernet = 1,
    /// The shop's wireless network.
    Wifi = 2,
    /// A mobile network.
    Cellular = 3,
    /// A telephone line.
    Modem = 4,
}

/// A word of ours to the SDK's, and the word with a number.
macro_rules! told {
    ($name:ident to $sdk:ty { $($word:ident),* $(,)? }) => {
        numbered!($name);

        impl $name {
            /// Every word.
            pub const ALL: &[Self] = &[$(Self::$word),*];

            /// The word with a number.
            pub fn numbered(number: i32) -> Option<Self> {
                Self::ALL.iter().copied().find(|word| word.number() == number)
            }
        }

        impl From<$name> for $sdk {
            fn from(word: $name) -> Self {
                match word {
                    $($name::$word => Self::$word,)*
                }
            }
        }
    };
}

told!(PowerSource to sdk::PowerSource { Mains, Battery });
told!(Condition to sdk::Condition { Good, Faulty });
told!(Lamp to sdk::Lamp { Power, Charging, Network, Blue, Yellow, Green, Red });
told!(Printer to sdk::Printer { Ready, PaperLow, PaperOut, CoverOpen, Overheated, Faulty });
told!(Network to sdk::NetworkKind { Ethernet, Wifi, Cellular, Modem });

/// One lamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct LampState {
    /// Which.
    pub lamp: Lamp,
    /// Whether it works.
    pub condition: Condition,
}

/// How the device is, as far as its vendor knows; what is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "kotlin", derive(uniffi::Record))]
pub struct Health {
    /// Where the power comes from now.
    pub power: Option<PowerSource>,
    /// How full the battery is, if there is one. Told only with where the power comes from.
    pub battery_percent: Option<u8>,
    /// Whether its screen can be read.
    pub screen: Option<Condition>,
    /// Its indicator lamps, those that it can check.
    pub lamps: Vec<LampState>,
    /// Its printer, with the paper.
    pub printer: Option<Printer>,
    /// What it is connected by.
    pub network: Option<Network>,
    /// How strong the signal is: 0 to 4. Told only with what it is connected by.
    pub bars: Option<u8>,
    /// How much can still be stored.
    pub storage_free_kib: Option<u32>,
    /// Whether a sale has begun and is not finished; with a journal, the SDK says it.
    pub sale_in_progress: Option<bool>,
    /// How many transactions are not settled; with a journal, the SDK says it.
    pub unsettled: Option<u32>,
}

impl From<Health> for sdk::Health {
    fn from(health: Health) -> Self {
        Self {
            power: health.power.map(|source| sdk::Power {
                source: source.into(),
                battery_percent: health.battery_percent.map(sdk::Percent::at_most),
            }),
            screen: health.screen.map(Into::into),
            lamps: health
                .lamps
                .into_iter()
                .map(|state| (state.lamp.into(), state.condition.into()))
                .collect(),
            printer: health.printer.map(Into::into),
            network: health.network.map(|kind| sdk::Network {
                kind: kind.into(),
                bars: health.bars.map(sdk::Bars::at_most),
            }),
            storage_free_kib: health.storage_free_kib,
            sale_in_progress: health.sale_in_progress,
            unsettled: health.unsettled,
        }
    }
}
