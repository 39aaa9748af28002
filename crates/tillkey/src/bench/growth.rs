//! Growth: the same things done in installations of different sizes, in turn, so that what
//! else the machine does falls on all of them alike.
//!
//! One thing is done at a time. The terminals that do it are spread among the shops, and
//! each has a case once, so that nothing it needs is at hand because it was needed a moment
//! ago.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use tillkey_ledger::Reader as _;
use tillkey_rules::party::Role;
use tillkey_server::Shell;
use tillkey_server::act::party::{LookUp, look_up};
use tillkey_server::act::{Failure, desk, ledger};
use tillkey_store::ledger::LedgerReader;
use tillkey_wire::ids::{InvalidId, OperatorNumber, TerminalId};

use super::figure::{Figure, Target, grouped, ms, percentile};
use super::merchant::staff;
use super::opaque::Registration;
use super::place::Place;
use super::till::Till;
use super::world::World;
use super::{Effort, case, phone, shops, sign_on};
use crate::failed::Failed;
use crate::progress::Progress;

/// What is timed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Case,
    SignOn,
    ByMerchant,
    BySerialNumber,
    ByPhone,
    Desk,
    Proof,
}

/// A figure that is shown for every size.
struct Kind {
    name: &'static str,
    what: What,
    percent: usize,
}

/// The first is the one that is held against the target.
const KINDS: [Kind; 10] = [
    kind("case, p50", What::Case, 50),
    kind("case, p99", What::Case, 99),
    kind("sign-on, p50", What::SignOn, 50),
    kind("sign-on, p99", What::SignOn, 99),
    kind("by merchant number, p50", What::ByMerchant, 50),
    kind("by serial number, p50", What::BySerialNumber, 50),
    kind("by phone, p50", What::ByPhone, 50),
    kind("desk's page, p50", What::Desk, 50),
    kind("entry with proof, p50", What::Proof, 50),
    kind("entry with proof, p99", What::Proof, 99),
];

const fn kind(name: &'static str, what: What, percent: usize) -> Kind {
    Kind {
        name,
        what,
        percent,
    }
}

/// An installation of one size.
struct Grown {
    operators: u32,
    world: World,
    /// How many terminals have done everything.
    used: usize,
    size_now: Figure,
    figures: Vec<Figure>,
}

/// Measures.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let mut all = Vec::new();
    for operators in &effort.sizes {
        all.push(Grown::new(effort, *operators)?);
    }
    let bar = Progress::new("growth");
    let rounds = effort.warm_ups + effort.runs;
    for round in 0..rounds {
        bar.show(round.into(), rounds.into());
        for grown in &mut all {
            let took = grown.run(effort.turns)?;
            if round >= effort.warm_ups {
                grown.add(took);
            }
        }
    }
    let ratio = ratio(&all);
    let mut figures: Vec<Figure> = all.into_iter().flat_map(Grown::figures).collect();
    figures.extend(ratio);
    Ok(figures)
}

/// A case in the largest to one in the smallest, run by run.
fn ratio(all: &[Grown]) -> Option<Figure> {
    let [smallest, .., largest] = all else {
        return None;
    };
    let (large, small) = (largest.figures.first()?, smallest.figures.first()?);
    let name = format!(
        "case, {} to {}",
        grouped(&largest.operators.to_string()),
        grouped(&smallest.operators.to_string())
    );
    let mut figure = Figure::new(name, "×").must(Target::Below(1.5));
    for (large, small) in large.runs().iter().zip(small.runs()) {
        figure.add(large / small);
    }
    Some(figure)
}

impl Grown {
    fn new(effort: &Effort, operators: u32) -> Result<Self, Failed> {
        let place = Place::make(effort)?;
        shops::fill(&place, operators)?;
        let world = World::make_among(effort, (place, shops::shops_of(operators)))?;
        let (shell, phones) = (world.shell.clone(), Arc::clone(&world.phones));
        world.runtime.spawn(phone::run(shell, phones));
        let mut size_now = Figure::new(named(operators, "database"), "MiB");
        size_now.add(world.place.bytes()? / (1_024.0 * 1_024.0));
        let figure = |kind: &Kind| Figure::new(named(operators, kind.name), "ms");
        Ok(Self {
            operators,
            world,
            used: 0,
            size_now,
            figures: KINDS.iter().map(figure).collect(),
        })
    }

    /// Does everything once on some terminals that have done nothing yet.
    fn run(&mut self, turns: u32) -> Result<Took, Failed> {
        // A registration is for one answer of the server, so it is made for the next run.
        let registrations = self.world.registrations(1)?;
        let World {
            runtime,
            shell,
            tills,
            ..
        } = &mut self.world;
        let turns = usize::try_from(turns).unwrap_or(usize::MAX);
        let chosen = tills.iter_mut().zip(registrations);
        let chosen = chosen.skip(self.used).take(turns);
        self.used += turns;
        let mut took = Took::default();
        for (till, registrations) in chosen {
            for (operator, registration) in registrations {
                runtime.block_on(took.work(till, (operator, registration)))?;
            }
            runtime.block_on(took.look(shell, (till.terminal, self.operators)))?;
        }
        Ok(took)
    }

    fn add(&mut self, took: Took) {
        let mut by_what = took.0;
        for (kind, figure) in KINDS.iter().zip(&mut self.figures) {
            let took = by_what.get_mut(&kind.what);
            figure.add(took.and_then(|took| percentile(took, kind.percent)).map(ms));
        }
    }

    fn figures(self) -> impl Iterator<Item = Figure> {
        std::iter::once(self.size_now).chain(self.figures)
    }
}

/// How long everything took.
#[derive(Default)]
struct Took(BTreeMap<What, Vec<Duration>>);

impl Took {
    fn note(&mut self, what: What, took: Duration) {
        self.0.entry(what).or_default().push(took);
    }

    async fn timed<T>(
        &mut self,
        what: What,
        asked: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failed> {
        let begun = Instant::now();
        let answer = asked.await;
        self.note(what, begun.elapsed());
        answer.map_err(Failed::because("the server did not do it"))
    }

    /// A case, and a sign-on with the new password.
    async fn work(
        &mut self,
        till: &mut Till,
        (operator, registration): (OperatorNumber, Registration),
    ) -> Result<(), Failed> {
        let answers = case::one(till, operator, registration).await?;
        self.note(What::Case, answers.iter().sum());
        let took = sign_on::one(till, operator).await?;
        self.note(What::SignOn, took);
        Ok(())
    }

    /// What people look at.
    async fn look(
        &mut self,
        shell: &Shell,
        (terminal, operators): (TerminalId, u32),
    ) -> Result<(), Failed> {
        let mut rng = shell.rng();
        let mut shop = || rng.gen_range(0..shops::shops_of(operators));
        let whom = [
            (
                What::ByMerchant,
                LookUp::Merchant(read(&shops::shop(shop()))?),
            ),
            (
                What::BySerialNumber,
                LookUp::SerialNumber(read(&shops::serial_number(shop()))?),
            ),
            (What::ByPhone, LookUp::Phone(read(&shops::phone(shop()))?)),
        ];
        // Another agent for each terminal: nobody may look up so many.
        let name = format!("bench-{terminal}").to_ascii_lowercase();
        let agent = staff(shell, &name, Role::Agent)?;
        for (what, by_what) in whom {
            let found = self.timed(what, look_up(shell, by_what, &agent)).await?;
            if found.is_empty() {
                return Err(Failed::new("a look-up found nobody"));
            }
        }
        self.timed(What::Desk, desk::till(shell, terminal, &agent))
            .await?;
        let leaves = shell
            .store()
            .read(|tx| Ok(LedgerReader::new(tx).leaf_count().unwrap_or_default()))
            .await
            .map_err(Failed::because("the ledger cannot be read"))?;
        let position = shell.rng().gen_range(0..leaves.max(1));
        let auditor = staff(shell, &name, Role::Auditor)?;
        self.timed(What::Proof, ledger::entry(shell, position, &auditor))
            .await?;
        Ok(())
    }
}

/// Reads something that was made up here.
fn read<T: FromStr<Err = InvalidId>>(text: &str) -> Result<T, Failed> {
    text.parse()
        .map_err(Failed::because("what was made up is not valid"))
}

fn named(operators: u32, what: &str) -> String {
    format!("{}: {what}", grouped(&operators.to_string()))
}
