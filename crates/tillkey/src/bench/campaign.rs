//! A campaign over all operators of an installation: its list made and hashed, approved by
//! its digest, merchants asked a batch at a time, held, the installation closed and opened
//! again, and gone on with to the last one.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tillkey_rules::campaign::{CampaignState, CampaignTerms, Selection};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::Reason;
use tillkey_server::Shell;
use tillkey_server::act::campaign::{self, CampaignView, Plan};
use tillkey_server::act::{Failure, SignedIn};
use tillkey_server::limits::ASK_BATCH_MAX;
use tillkey_wire::ids::{CampaignId, Rank};
use tokio::runtime::Runtime;

use super::Effort;
use super::clock::AheadClock;
use super::figure::{Figure, Target, ms, percentile};
use super::machine::Stopwatch;
use super::merchant::staff;
use super::place::Place;
use super::shops;
use crate::failed::Failed;

/// More than any policy wants.
const REVIEWERS: usize = 3;
/// How often its page is looked at.
const LOOKS: usize = 20;

/// Measures. Once: a second campaign would take as long to prepare again.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let place = Place::make(effort)?;
    shops::fill(&place, effort.rows)?;
    let clock = Arc::new(AheadClock::default());
    clock.pass_a_month();
    let mut bench = Bench {
        runtime: Runtime::new().map_err(Failed::because("the runtime cannot start"))?,
        shell: place.open(Arc::clone(&clock))?,
    };

    let mut listed = Figure::new("planned, listed and hashed", "s").must(Target::Below(60.0));
    let begun = Instant::now();
    let id = bench.plan()?;
    while bench.sweep()? {}
    listed.add(begun.elapsed().as_secs_f64());
    let view = bench.view(id)?;
    let operators = view.campaign.manifest().map(|manifest| manifest.targets);
    if operators != Some(effort.rows) {
        return Err(Failed::new(format!(
            "{operators:?} operators are on the list"
        )));
    }
    bench.approve(id, &view)?;

    let mut asked = Figure::new("operators asked", "1/s");
    let batches = shops::shops_of(effort.rows).div_ceil(ASK_BATCH_MAX);
    let watch = Stopwatch::start();
    for _ in 0..batches / 2 {
        bench.sweep()?;
    }
    let took = watch.stop();
    let half = bench.view(id)?.tally.asked;
    asked.add(took.rate(f64::from(half)));

    let mut page = Figure::new("its page, p50", "ms");
    page.add(bench.page(id)?.map(ms));
    let mut again = Figure::new("opened again, and going on", "ms");
    bench.hold(id)?;
    drop(bench.shell);
    let begun = Instant::now();
    bench.shell = place.open(clock)?;
    bench.go_on(id)?;
    bench.sweep()?;
    again.add(ms(begun.elapsed()));
    let watch = Stopwatch::start();
    while bench.sweep()? {}
    let took = watch.stop();
    let all = bench.view(id)?.tally.asked;
    asked.add(took.rate(f64::from(all - half)));
    if all != effort.rows {
        return Err(Failed::new(format!("{all} operators were asked")));
    }
    Ok(vec![listed, asked, page, again])
}

struct Bench {
    runtime: Runtime,
    shell: Shell,
}

impl Bench {
    fn wait<T>(&self, asked: impl Future<Output = Result<T, Failure>>) -> Result<T, Failed> {
        self.runtime
            .block_on(asked)
            .map_err(Failed::because("the campaign does not go on"))
    }

    fn administrator(&self) -> Result<SignedIn, Failed> {
        staff(&self.shell, "planner", Role::Administrator)
    }

    fn sweep(&self) -> Result<bool, Failed> {
        self.wait(campaign::sweep(&self.shell))
    }

    fn view(&self, id: CampaignId) -> Result<CampaignView, Failed> {
        let by = self.administrator()?;
        self.wait(campaign::view(&self.shell, id, &by))
    }

    fn plan(&self) -> Result<CampaignId, Failed> {
        let plan = Plan {
            title: "Everybody".to_owned(),
            reason: Reason::SystemUpdate,
            selection: Selection {
                ranks: [Rank::Cashier, Rank::Supervisor, Rank::Administrator].into(),
                merchants: BTreeSet::new(),
                areas: BTreeSet::new(),
                models: BTreeSet::new(),
                password_before: None,
            },
            terms: CampaignTerms {
                waves: vec![100],
                ..CampaignTerms::default()
            },
        };
        let by = self.administrator()?;
        self.wait(campaign::plan(&self.shell, plan, &by, None))
    }

    /// Approves the list by its digest, as many people as it takes.
    fn approve(&self, id: CampaignId, view: &CampaignView) -> Result<(), Failed> {
        let manifest = view.campaign.manifest();
        let manifest = manifest.ok_or_else(|| Failed::new("the list was not made"))?;
        for number in 0..REVIEWERS {
            let by = staff(&self.shell, &format!("reviewer-{number}"), Role::Reviewer)?;
            let digest = &manifest.digest;
            self.wait(campaign::approve(&self.shell, id, digest, &by, None))?;
            // The first wave begins with the next look, once everybody has approved.
            self.sweep()?;
            if self.view(id)?.campaign.state() == CampaignState::Running {
                return Ok(());
            }
        }
        Err(Failed::new("the list was not approved"))
    }

    /// How long its page takes.
    fn page(&self, id: CampaignId) -> Result<Option<Duration>, Failed> {
        let mut took = Vec::new();
        for _ in 0..LOOKS {
            let begun = Instant::now();
            self.view(id)?;
            took.push(begun.elapsed());
        }
        Ok(percentile(&mut took, 50))
    }

    /// Holds it: nobody more is asked, however often it is looked at.
    fn hold(&self, id: CampaignId) -> Result<(), Failed> {
        let by = self.administrator()?;
        self.wait(campaign::pause(&self.shell, id, &by, None))?;
        let before = self.view(id)?.tally;
        for _ in 0..LOOKS {
            self.sweep()?;
        }
        if self.view(id)?.tally == before {
            return Ok(());
        }
        Err(Failed::new("somebody was asked while it was held"))
    }

    fn go_on(&self, id: CampaignId) -> Result<(), Failed> {
        let by = self.administrator()?;
        self.wait(campaign::resume(&self.shell, id, "Measured.", &by, None))
    }
}
