//! What the doctor looks at, in the order in which one thing needs the other.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rustix::fs::statvfs;
use serde::Serialize;
use tillkey_ledger::{LogVerifier, Tree};
use tillkey_rules::policy::check::check;
use tillkey_rules::spending::MessageMoney;
use tillkey_server::catalogue_files;
use tillkey_server::config::{Config, MqttBroker};
use tillkey_server::link::mqtt::Broker;
use tillkey_store::Store;
use tillkey_store::fault::Fault;
use tillkey_store::ledger::{LedgerReader, checkpoint};

use super::server;
use crate::failed::Failed;
use crate::progress::Progress;
use crate::{installation, policy};

/// Below this much room the doctor worries.
const FREE_BYTES_MIN: u64 = 1 << 30;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Health {
    Ok,
    /// It works, and somebody should look.
    Note,
    Wrong,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    name: &'static str,
    health: Health,
    text: String,
}

impl Check {
    pub(super) fn ok(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            health: Health::Ok,
            text: text.into(),
        }
    }

    pub(super) fn note(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            health: Health::Note,
            text: text.into(),
        }
    }

    pub(super) fn wrong(name: &'static str, text: impl Into<String>) -> Self {
        Self {
            name,
            health: Health::Wrong,
            text: text.into(),
        }
    }

    fn of(name: &'static str, done: Result<String, Failed>) -> Self {
        match done {
            Ok(text) => Self::ok(name, text),
            Err(failed) => Self::wrong(name, failed.line()),
        }
    }

    pub(super) fn is_wrong(&self) -> bool {
        self.health == Health::Wrong
    }

    /// For people.
    pub(super) fn line(&self) -> String {
        let health = match self.health {
            Health::Ok => "ok",
            Health::Note => "note",
            Health::Wrong => "WRONG",
        };
        format!("{health:<6} {:<14} {}", self.name, self.text)
    }
}

/// Looks at everything.
pub(super) fn all(config: &Config) -> Vec<Check> {
    let mut checks = vec![
        Check::ok(
            "configuration",
            format!("data in {}", config.data.display()),
        ),
        disk_space(&config.data),
    ];
    checks.extend(config.database.as_ref().map(server::look));
    let is_there = config.database.is_some() || config.data.join("tillkey.db").exists();
    if is_there && config.data.exists() {
        checks.push(data_mode(&config.data));
        checks.extend(keys_and_ledger(config));
    } else {
        checks.push(Check::note(
            "database",
            "there is none yet: tillkey serve makes it",
        ));
    }
    checks.extend(config.mqtt.as_ref().map(broker));
    checks.push(message_money(config));
    checks.push(catalogue(config));
    checks.push(Check::of("policy", policy_holds(config)));
    checks
}

/// How much room there is on the disk that the data is on, or will be on.
fn disk_space(data: &Path) -> Check {
    let there = data
        .ancestors()
        .find(|path| path.exists())
        .unwrap_or(Path::new("."));
    let there = if there.as_os_str().is_empty() {
        Path::new(".")
    } else {
        there
    };
    match statvfs(there) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let text = format!("{} MiB free", free >> 20);
            if free < FREE_BYTES_MIN {
                Check::note("disk", text)
            } else {
                Check::ok("disk", text)
            }
        }
        Err(error) => Check::of(
            "disk",
            Err(Failed::because("the disk cannot be looked at")(error)),
        ),
    }
}

fn data_mode(data: &Path) -> Check {
    match fs::metadata(data).map(|data| data.permissions().mode() & 0o777) {
        Ok(mode) if mode & 0o077 == 0 => Check::ok("data", format!("mode {mode:o}")),
        Ok(mode) => {
            let text = format!(
                "others may look into it (mode {mode:o}): chmod 700 {}",
                data.display()
            );
            Check::wrong("data", text)
        }
        Err(error) => Check::wrong("data", error.to_string()),
    }
}

/// The broker over which terminals come: whether it could be connected to, not whether it is
/// there.
fn broker(config: &MqttBroker) -> Check {
    let done = Broker::open(config).map(|_| {
        let MqttBroker { url, prefix, .. } = config;
        format!("{url}, topics under {prefix}/")
    });
    let failed = Failed::because("the broker cannot be connected to");
    Check::of("broker", done.map_err(failed))
}

/// What messages may cost, and where they may go.
fn message_money(config: &Config) -> Check {
    let MessageMoney {
        price_fen,
        prices,
        day_cap_fen,
        day_reserve_fen,
    } = &config.message_money;
    let text = format!(
        "at most {day_cap_fen} fen a day, {day_reserve_fen} of them kept for reset codes and \
         notices; {price_fen} fen each, {} other prices; to numbers that begin with {}",
        prices.len(),
        config.sms_prefixes.join(", ")
    );
    let dearest = prices.values().copied().max().unwrap_or(0).max(*price_fen);
    let nothing_leaves = config.sms_prefixes.is_empty() || *day_cap_fen < u64::from(dearest);
    let no_reserve = *day_reserve_fen < u64::from(dearest);
    if nothing_leaves {
        Check::wrong("messages", format!("none can leave: {text}"))
    } else if no_reserve {
        Check::note(
            "messages",
            format!("strangers can use up all of it: {text}"),
        )
    } else {
        Check::ok("messages", text)
    }
}

fn keys_and_ledger(config: &Config) -> Vec<Check> {
    let verifier =
        installation::keyring(config).and_then(|keyring| installation::verifier(config, &keyring));
    match verifier {
        Ok(verifier) => vec![
            Check::ok("keys", format!("ledger key {verifier}")),
            Check::of("ledger", ledger_holds(config, &verifier)),
        ],
        Err(failed) => vec![Check::wrong("keys", failed.line())],
    }
}

/// A quick look: the checkpoint is by the key, covers every event, and its root is that
/// of the stored hashes. `tillkey ledger verify` looks at all of it.
fn ledger_holds(config: &Config, verifier: &LogVerifier) -> Result<String, Failed> {
    let seen = Store::look_into(&config.data, &config.database(), |tx| {
        let note = checkpoint(tx)?;
        let mut reader = LedgerReader::new(tx);
        let stored = tillkey_ledger::Reader::leaf_count(&mut reader);
        let mut tree = |size| Tree::open(size, &mut reader);
        Ok(match (verifier.open(note.as_bytes()), stored) {
            (Ok(signed), Ok(stored)) => tree(signed.head.size).map(|tree| (signed, stored, tree)),
            (Err(fault), _) | (_, Err(fault)) => Err(fault),
        })
    });
    let (signed, stored, tree) = seen
        .map_err(|fault: Fault| Failed::because("the database cannot be read")(fault))?
        .map_err(Failed::because("tillkey ledger verify says more"))?;
    if stored != signed.head.size || tree.head() != signed.head {
        return Err(Failed::new(
            "it is not what was signed: tillkey ledger verify says more",
        ));
    }
    Ok(format!("{stored} leaves, signed"))
}

/// What there is to offer, and everything that is wrong with it.
fn catalogue(config: &Config) -> Check {
    const NAME: &str = "catalogue";
    let read = catalogue_files::read(config.catalogue.as_deref());
    let count = read.map(|catalogue| catalogue.products().count());
    match (count, &config.catalogue) {
        (Ok(count), None) => Check::note(
            NAME,
            format!("{count} products, the delivered examples: name a folder of your own"),
        ),
        (Ok(count), Some(folder)) => {
            Check::ok(NAME, format!("{count} products in {}", folder.display()))
        }
        (Err(fault), _) => Check::of(NAME, Err(Failed::because("nothing is offered")(fault))),
    }
}

fn policy_holds(config: &Config) -> Result<String, Failed> {
    let policy = policy::read(config.policy.as_deref()).map_err(Failed::new)?;
    let bar = Progress::new("policy");
    let report = check(&policy, &|progress| bar.show(progress.done, progress.total))
        .map_err(Failed::because("the policy cannot be checked"))?;
    if report.holds() {
        return Ok(format!(
            "every invariant holds, {} questions",
            report.questions
        ));
    }
    let count = report.counterexamples.len();
    Err(Failed::new(format!(
        "{count} counterexamples: tillkey policy check says more"
    )))
}
