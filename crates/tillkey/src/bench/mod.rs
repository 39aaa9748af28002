//! `tillkey bench`: the measurements of DESIGN §7, with its targets beside them.
//!
//! Each is run over the real acts and a real database with `synchronous = FULL`, a
//! warm-up first and then five times, or as often as is said beside it; shown are the
//! least, the median and the most. What each figure counts and what it leaves out is in
//! docs/performance.md.

mod argon2id;
mod campaign;
mod case;
mod clock;
mod customer;
mod device;
mod figure;
mod flat;
mod fleet;
mod growth;
mod import;
mod ledger;
mod machine;
mod merchant;
mod opaque;
mod parallel;
mod phone;
mod place;
mod shops;
mod sign_on;
mod start;
mod till;
mod world;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use tillkey_server::link::limits::CONNECTIONS_MAX;

use self::figure::Figure;
use self::machine::Machine;
use self::place::Engine;
use crate::failed::Failed;
use crate::output::Shown;

/// Measures.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// What to measure; everything, where nothing is named
    #[arg(value_name = "NAME", value_enum)]
    names: Vec<Name>,
    /// One short run of each to see that it works; the figures mean nothing
    #[arg(long)]
    quick: bool,
    /// How many entries the ledger has when it is read
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1_000_000,
        value_parser = clap::value_parser!(u32).range(1_000..=50_000_000)
    )]
    entries: u32,
    /// How many operators and how many transactions are imported, and how many operators a
    /// campaign is for
    #[arg(
        long,
        value_name = "N",
        default_value_t = 1_000_000,
        value_parser = clap::value_parser!(u32).range(100..=3_000_000)
    )]
    rows: u32,
    /// How many operators there are where growth is measured; several, separated by commas
    #[arg(
        long,
        value_name = "N",
        value_delimiter = ',',
        default_values_t = [10_000, 1_000_000],
        value_parser = clap::value_parser!(u32).range(100..=50_000_000)
    )]
    operators: Vec<u32>,
    /// Which database, where a measurement has one of its own; a fleet's is SQLite
    #[arg(long, value_enum, default_value_t = Engine::Sqlite)]
    engine: Engine,
    /// How many terminals a fleet has
    #[arg(
        long,
        value_name = "N",
        default_value_t = 10_000,
        value_parser = clap::value_parser!(u32).range(16..=i64::from(CONNECTIONS_MAX))
    )]
    terminals: u32,
    /// Where the databases are made for the time: on the disk that is to be measured
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Be a part of a measurement, as standard input says: the other half of it runs this
    #[arg(long, hide = true)]
    part: bool,
    #[command(flatten)]
    shown: Shown,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Name {
    // First: what its terminals take in memory is seen in a process that has done nothing
    // else.
    /// Terminals at one server: memory, delivery, a storm, beside Mosquitto
    Fleet,
    /// Operator sign-ons, beside an Argon2id verification for each
    SignOn,
    /// Whole cases of the app channel
    Case,
    /// Appending to the ledger, proving an entry, verifying all of them
    Ledger,
    /// Importing files of merchants, terminals, operators and transactions
    Import,
    /// A campaign over all operators of an installation
    Campaign,
    /// Cases, sign-ons, look-ups and proofs in installations of different sizes
    Growth,
    /// The start of the service
    Start,
}

impl Name {
    const fn text(self) -> &'static str {
        match self {
            Self::Fleet => "fleet",
            Self::SignOn => "sign_on",
            Self::Case => "case",
            Self::Ledger => "ledger",
            Self::Import => "import",
            Self::Campaign => "campaign",
            Self::Growth => "growth",
            Self::Start => "start",
        }
    }
}

/// How much is done.
#[derive(Debug, Clone)]
struct Effort {
    /// How many terminals there are; each is one caller at a time.
    tills: u32,
    /// How many operators each has.
    operators: u8,
    /// How many of them have a case in one run: no phone gets more than ten messages
    /// a day, so no more than that.
    cases: u8,
    /// How many times everything is done before it counts.
    warm_ups: u32,
    /// How many times it counts.
    runs: u32,
    /// How many entries the ledger has when it is read.
    entries: u32,
    /// How many entries are appended one by one in a run.
    appends: u32,
    /// How many entries are proven in a run.
    proofs: u32,
    /// How many passwords the other kind of server verifies in a run.
    verifications: u32,
    /// How many rows the largest imported files have.
    rows: u32,
    /// How many terminals a fleet has.
    terminals: u32,
    /// How many approvals reach one in a run, each another.
    approvals: u32,
    /// How many times all of a fleet does something at once.
    storms: u32,
    /// How long a fleet is left alone before its memory is looked at.
    settle: Duration,
    /// How many operators there are where growth is measured.
    sizes: Vec<u32>,
    /// How many terminals do everything in a run of that.
    turns: u32,
    /// Which database.
    engine: Engine,
    /// Where the databases are made.
    data: PathBuf,
}

impl Effort {
    /// The same where installations grow: terminals enough that each does everything once.
    fn grown(&self) -> Self {
        Self {
            tills: self.turns * (self.warm_ups + self.runs),
            operators: 1,
            ..self.clone()
        }
    }

    fn of(args: &BenchArgs) -> Self {
        let data = args.data.clone().unwrap_or_else(std::env::temp_dir);
        if args.quick {
            return Self {
                tills: 4,
                operators: 2,
                cases: 2,
                warm_ups: 0,
                runs: 1,
                entries: args.entries.min(2_000),
                appends: 200,
                proofs: 50,
                verifications: 4,
                rows: args.rows.min(400),
                terminals: args.terminals.min(16),
                approvals: 8,
                storms: 1,
                settle: Duration::from_millis(100),
                sizes: vec![100, 400],
                turns: 2,
                engine: args.engine,
                data,
            };
        }
        Self {
            tills: 256,
            operators: 16,
            cases: 8,
            warm_ups: 1,
            runs: 5,
            entries: args.entries,
            appends: 50_000,
            proofs: 2_000,
            verifications: 100,
            rows: args.rows,
            terminals: args.terminals,
            approvals: 900,
            storms: 3,
            settle: Duration::from_secs(3),
            sizes: args.operators.clone(),
            turns: 100,
            engine: args.engine,
            data,
        }
    }
}

/// Runs the sub-command.
pub(crate) fn run(args: &BenchArgs) -> Result<(), Failed> {
    if args.part {
        return fleet::be();
    }
    let effort = Effort::of(args);
    let machine = Machine::look_at(&effort.data)?;
    let names: BTreeSet<Name> = match args.names.as_slice() {
        [] => Name::value_variants().iter().copied().collect(),
        names => names.iter().copied().collect(),
    };
    let mut document = Map::new();
    let mut text = format!("{}, {}", machine.text(), effort.engine.text());
    if args.quick {
        text.push_str("\na smoke run: the figures mean nothing");
    }
    for name in names {
        let figures = match name {
            Name::Fleet => fleet::measure(&effort),
            Name::SignOn => sign_on::measure(&effort),
            Name::Case => case::measure(&effort),
            Name::Ledger => ledger::measure(&effort),
            Name::Import => import::measure(&effort),
            Name::Campaign => campaign::measure(&effort),
            Name::Growth => growth::measure(&effort.grown()),
            Name::Start => start::measure(&effort),
        };
        let figures = figures.map_err(|failed| failed.under(name.text()))?;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n\n{}",
            figure::table(name.text(), &figures, effort.runs)
        );
        let values: Vec<Value> = figures.iter().map(Figure::json).collect();
        document.insert(name.text().to_owned(), Value::from(values));
    }
    let document = json!({
        "ok": true,
        "quick": args.quick,
        "machine": machine.json(),
        "engine": effort.engine.text(),
        "runs": effort.runs,
        "figures": document,
    });
    args.shown.print(&document, &text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A figure nobody can measure any more is found here and not on the day it is
    /// asked for. The fleet and the start are not among them: they start this program,
    /// which this test is not, so tests/cli has them.
    #[test]
    fn a_smoke_run_measures_everything() {
        let data = tempfile::tempdir().unwrap();
        let args = BenchArgs {
            names: Vec::new(),
            quick: true,
            entries: 1_000,
            rows: 400,
            terminals: 16,
            operators: Vec::new(),
            engine: Engine::Sqlite,
            part: false,
            data: Some(data.path().to_owned()),
            shown: Shown { json: true },
        };
        let effort = Effort::of(&args);
        let on_a_server = Effort {
            engine: Engine::Postgres,
            ..effort.clone()
        };
        let all = [
            sign_on::measure(&effort).unwrap(),
            case::measure(&effort).unwrap(),
            ledger::measure(&effort).unwrap(),
            import::measure(&effort).unwrap(),
            campaign::measure(&effort).unwrap(),
            growth::measure(&effort.grown()).unwrap(),
            campaign::measure(&on_a_server).unwrap(),
            growth::measure(&on_a_server.grown()).unwrap(),
        ];
        for figure in all.iter().flatten() {
            let json = figure.json();
            // The processor's time comes in hundredths of a second, and so short a run
            // may use less than one.
            let name = json["name"].as_str().unwrap();
            if name.contains("core") || name.contains("verification") {
                continue;
            }
            assert!(
                json["median"].as_f64().is_some_and(|median| median > 0.0),
                "{json}"
            );
        }
        assert_eq!(
            std::fs::read_dir(data.path()).unwrap().count(),
            0,
            "it cleans up"
        );
    }
}
