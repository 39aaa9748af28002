//! `tillkey.toml`: every key has a safe default, unknown keys are refused, and all
//! that is wrong is said at once.

mod broker;
mod whom;

pub use self::broker::{BrokerAddress, MqttBroker};
pub use self::whom::WhomToCall;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tillkey_rules::spending::MessageMoney;
use tillkey_rules::terms::Terms;
use tillkey_rules::watch::WatchTerms;
use tillkey_store::{Address, Database};
use tillkey_wire::ids::{AcquirerId, PrinterName};
use tillkey_wire::password::{Lengths, PasswordRules};

use crate::act::Language;
use crate::limits::{CONFIG_BYTES_MAX, MERCHANT_KEPT_DAYS_MIN, SLIP_PRINTERS_MAX};

/// What can be wrong with a configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigFault {
    /// The file cannot be read.
    #[error("cannot read {}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is too large to be a configuration.
    #[error("{} has more than {CONFIG_BYTES_MAX} bytes", .path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// The text is not a configuration.
    #[error("{} is not a configuration: {message}", .path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What and where.
        message: String,
    },
    /// Values that cannot be served; all of them.
    #[error("{}: {}", .path.display(), .wrong.join("; "))]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// What is wrong with each.
        wrong: Vec<String>,
    },
}

/// The configuration of `tillkey serve`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The acquirer that runs this installation.
    pub acquirer: AcquirerId,
    /// The first three digits of the numbers that new merchants get.
    pub institution: String,
    /// Where SQLite's database, the keyring and the checkpoint are.
    pub data: PathBuf,
    /// A PostgreSQL database that several nodes share, as a URL; SQLite in `data` where
    /// there is none.
    pub database: Option<Address>,
    /// The keyring's file; `keyring` in `data` where none is named. All nodes have the same.
    pub keyring: Option<PathBuf>,
    /// The folder of the sealed backups of terminals; `snapshots` in `data` where none
    /// is named.
    pub snapshots: Option<PathBuf>,
    /// How many days a backup is kept at least.
    pub snapshot_days: u32,
    /// How many days what is held of a merchant and its people is kept after the merchant
    /// was closed.
    pub merchant_kept_days: u32,
    /// The root key's file: never inside `data`, nor in its backups.
    pub root_key_file: PathBuf,
    /// Where HTTP and the terminal link are served.
    pub listen: SocketAddr,
    /// The address that people use, for links and cookies; never taken from a request.
    pub base_url: Option<String>,
    /// Proxies in front whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// A directory of policy files; the delivered policy where there is none.
    pub policy: Option<PathBuf>,
    /// A directory of product files; the delivered catalogue where there is none.
    pub catalogue: Option<PathBuf>,
    /// The ledger's name in its checkpoints.
    pub ledger_origin: String,
    /// Whether anybody may read the ledger's checkpoint and tiles.
    pub ledger_public: bool,
    /// Hours from UTC to where the merchants are, for the hour of the day.
    pub utc_offset_hours: i8,
    /// The folder that SMS are written to, for the gateway that collects them.
    pub sms_spool: PathBuf,
    /// The beginnings of phone numbers that SMS go to.
    pub sms_prefixes: Vec<String>,
    /// The language of SMS.
    pub sms_language: Language,
    /// What messages cost, and how much of it a day may take.
    pub message_money: MessageMoney,
    /// The folder that sealed slips are left in, one folder a printer, for whatever
    /// prints them.
    pub slip_spool: PathBuf,
    /// The printers of sealed slips, by name. Without any there are no slips.
    pub slip_printers: BTreeSet<PrinterName>,
    /// How long things last and how often they may be tried.
    pub terms: Terms,
    /// When a rule of the watch speaks.
    pub watch: WatchTerms,
    /// The least number of digits of a password, by rank.
    pub password_lengths: PasswordLengths,
    /// Whom merchants turn to, as the pages say it.
    pub help: WhomToCall,
    /// A broker over which terminals are served too; none where there is no such table.
    pub mqtt: Option<MqttBroker>,
}

/// The least number of digits of a password, by rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordLengths {
    /// Counts changes of the lengths, so that a terminal can say which it checked.
    pub version: u32,
    /// For `01` to `98`.
    pub cashier: u8,
    /// For `00`.
    pub supervisor: u8,
    /// For `99`.
    pub administrator: u8,
}

impl Default for PasswordLengths {
    fn default() -> Self {
        let Lengths {
            cashier,
            supervisor,
            administrator,
        } = Lengths::DEFAULT;
        Self {
            version: 1,
            cashier,
            supervisor,
            administrator,
        }
    }
}

fn default_acquirer() -> AcquirerId {
    let Ok(id) = "acquirer".parse() else {
        unreachable!("the default is a valid name")
    };
    id
}

impl Default for Config {
    fn default() -> Self {
        Self {
            acquirer: default_acquirer(),
            institution: String::from("898"),
            data: PathBuf::from("tillkey-data"),
            database: None,
            keyring: None,
            snapshots: None,
            snapshot_days: 90,
            merchant_kept_days: 1_826,
            root_key_file: PathBuf::from("tillkey-root.key"),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            base_url: None,
            trusted_proxies: Vec::new(),
            policy: None,
            catalogue: None,
            ledger_origin: String::from("tillkey.local/ledger"),
            ledger_public: false,
            utc_offset_hours: 8,
            sms_spool: PathBuf::from("tillkey-data/sms"),
            sms_prefixes: vec![String::from("+861")],
            sms_language: Language::default(),
            message_money: MessageMoney::default(),
            slip_spool: PathBuf::from("tillkey-data/slips"),
            slip_printers: BTreeSet::new(),
            terms: Terms::default(),
            watch: WatchTerms::default(),
            password_lengths: PasswordLengths::default(),
            help: WhomToCall::default(),
            mqtt: None,
        }
    }
}

impl Config {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`ConfigFault`], with everything that is wrong.
    pub fn read(path: &Path) -> Result<Self, ConfigFault> {
        let fault = |source| ConfigFault::File {
            path: path.to_owned(),
            source,
        };
        if std::fs::metadata(path).map_err(fault)?.len() > CONFIG_BYTES_MAX {
            return Err(ConfigFault::TooLarge {
                path: path.to_owned(),
            });
        }
        let text = std::fs::read_to_string(path).map_err(fault)?;
        let config: Self = toml::from_str(&text).map_err(|error| ConfigFault::Malformed {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        let wrong = config.wrong();
        if wrong.is_empty() {
            Ok(config)
        } else {
            Err(ConfigFault::Wrong {
                path: path.to_owned(),
                wrong,
            })
        }
    }

    /// Which engine, and where its database is.
    pub fn database(&self) -> Database {
        self.database
            .clone()
            .map_or(Database::Sqlite, Database::Postgres)
    }

    /// The keyring's file.
    pub fn keyring(&self) -> PathBuf {
        let inside = || self.data.join("keyring");
        self.keyring.clone().unwrap_or_else(inside)
    }

    /// The folder of the sealed backups of terminals.
    pub fn snapshots(&self) -> PathBuf {
        let inside = || self.data.join("snapshots");
        self.snapshots.clone().unwrap_or_else(inside)
    }

    /// The rules for new passwords; the delivered ones where these are not valid,
    /// which [`Config::read`] has refused.
    pub fn password_rules(&self) -> PasswordRules {
        self.try_password_rules().unwrap_or(PasswordRules::DEFAULT)
    }

    fn try_password_rules(&self) -> Result<PasswordRules, tillkey_wire::password::InvalidRules> {
        let PasswordLengths {
            version,
            cashier,
            supervisor,
            administrator,
        } = self.password_lengths;
        PasswordRules::new(
            version,
            Lengths {
                cashier,
                supervisor,
                administrator,
            },
        )
    }

    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.root_key_file.starts_with(&self.data) {
            wrong.push("`root_key_file` lies inside `data`: keep them apart".to_owned());
        }
        if self.database.is_some() && self.snapshots.is_none() {
            wrong.push(
                "`snapshots` is not named: with `database`, it is a folder that all nodes see"
                    .to_owned(),
            );
        }
        if self.institution.len() != 3 || !self.institution.bytes().all(|b| b.is_ascii_digit()) {
            wrong.push("`institution` is not three digits".to_owned());
        }
        if self.merchant_kept_days < MERCHANT_KEPT_DAYS_MIN {
            wrong.push(format!(
                "`merchant_kept_days` is below {MERCHANT_KEPT_DAYS_MIN}: a merchant that was \
                 closed by mistake could not be taken back"
            ));
        }
        if let Err(error) = self.try_password_rules() {
            wrong.push(format!("`password_lengths`: {error}"));
        }
        if self.slip_printers.len() > SLIP_PRINTERS_MAX {
            wrong.push(format!("`slip_printers`: at most {SLIP_PRINTERS_MAX}"));
        }
        if !(-12..=14).contains(&self.utc_offset_hours) {
            wrong.push("`utc_offset_hours` is not within -12 and 14".to_owned());
        }
        wrong.extend(self.help.wrong());
        if let Some(mqtt) = &self.mqtt {
            wrong.extend(mqtt.wrong(&self.data));
        }
        wrong.extend(self.watch.wrong());
        let is_base = |url: &str| {
            (url.starts_with("https://") || url.starts_with("http://")) && !url.ends_with('/')
        };
        if self.base_url.as_deref().is_some_and(|url| !is_base(url)) {
            wrong.push("`base_url` is not `https://host` without a slash at the end".to_owned());
        }
        let Terms {
            case_hours,
            review_hours,
            sms_code_minutes,
            reset_code_minutes,
            slip_code_minutes,
            ..
        } = self.terms;
        if [
            case_hours,
            review_hours,
            sms_code_minutes,
            reset_code_minutes,
            slip_code_minutes,
        ]
        .contains(&0)
        {
            wrong.push("`terms`: a time of 0 lets nothing ever succeed".to_owned());
        }
        let money = &self.message_money;
        if money.day_reserve_fen > money.day_cap_fen {
            wrong.push("`message_money`: the reserve is larger than the cap".to_owned());
        }
        if money.price_fen == 0 || money.prices.values().any(|fen| *fen == 0) {
            wrong.push("`message_money`: a price of 0 caps nothing".to_owned());
        }
        if money.prices.keys().any(|prefix| !prefix.starts_with('+')) {
            wrong.push("`message_money.prices`: a number begins with `+`".to_owned());
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigFault> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Config::read(file.path())
    }

    #[test]
    fn an_empty_file_is_the_safe_default() {
        assert_eq!(read("").unwrap(), Config::default());
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let fault = read(
            "root_key_file = 'tillkey-data/root.key'\ninstitution = '89'\nmerchant_kept_days = 0\n[password_lengths]\ncashier = 3\n\
             [terms]\ncase_hours = 0\n[message_money]\nday_cap_fen = 1\n\
             [help]\nhotline = 'call us'\n[watch]\nquiet_hours = 0\n\
             [mqtt]\nurl = 'mqtts://broker'\nprefix = '#'\n",
        )
        .unwrap_err()
        .to_string();
        for word in [
            "root_key_file",
            "institution",
            "merchant_kept_days",
            "password_lengths",
            "terms",
            "message_money",
            "help.hotline",
            "watch.quiet_hours",
            "mqtt.url",
            "mqtt.prefix",
        ] {
            assert!(fault.contains(word), "{fault}");
        }
        assert!(matches!(
            read("unknown = 1"),
            Err(ConfigFault::Malformed { .. })
        ));
        assert!(matches!(
            read("[watch]\nunknown = 1"),
            Err(ConfigFault::Malformed { .. })
        ));
    }
}
