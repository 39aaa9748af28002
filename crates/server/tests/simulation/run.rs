//! One run, and many of them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use tillkey_rules::case::State;
use tillkey_rules::event::{CaseEvent, Event, Preparation};
use tillkey_rules::vocabulary::Channel;

use crate::STEPS;
use crate::log;
use crate::template::template;
use crate::world::World;

/// A run that held.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) digest: String,
    pub(crate) lines: usize,
    tally: Tally,
}

/// What was seen in all runs: an invariant that nothing ever touches holds nothing.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    lines: u64,
    crashes: u64,
    cases: u64,
    effective: u64,
    reviewed: u64,
    backups: u64,
    redeemed: u64,
    mistyped: u64,
    supervised: u64,
    sign_ons: u64,
    offline_sign_ons: u64,
    by_manager: u64,
}

impl Tally {
    fn of(world: &World) -> Self {
        let mut tally = Self {
            runs: 1,
            lines: count(world.trace.len()),
            crashes: world.crashes.into(),
            cases: count(world.sight.stories.len()),
            ..Self::default()
        };
        for story in world.sight.stories.values() {
            if story.case.state() == State::Effective {
                tally.effective += 1;
                tally.supervised += u64::from(story.case.has_supervisor());
                let is_portal = story.case.channel() == Channel::Portal;
                tally.by_manager += u64::from(is_portal);
            }
        }
        for entry in &world.sight.entries {
            match &entry.event {
                Event::Case(CaseEvent::Reviewed { .. }) => tally.reviewed += 1,
                Event::Case(CaseEvent::Prepared(Preparation::Snapshot { .. })) => {
                    tally.backups += 1;
                }
                Event::Case(CaseEvent::CodeRedeemed { .. }) => tally.redeemed += 1,
                Event::Case(CaseEvent::CodeMistyped { .. }) => tally.mistyped += 1,
                Event::SignedOn { offline: false, .. } => tally.sign_ons += 1,
                Event::SignedOn { offline: true, .. } => tally.offline_sign_ons += 1,
                _ => {}
            }
        }
        tally
    }

    fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.lines += other.lines;
        self.crashes += other.crashes;
        self.cases += other.cases;
        self.effective += other.effective;
        self.reviewed += other.reviewed;
        self.backups += other.backups;
        self.redeemed += other.redeemed;
        self.mistyped += other.mistyped;
        self.supervised += other.supervised;
        self.sign_ons += other.sign_ons;
        self.offline_sign_ons += other.offline_sign_ons;
        self.by_manager += other.by_manager;
    }

    /// Nothing that the invariants are about has become rare.
    pub(crate) fn must_have_seen_enough(&self, seeds: u64) {
        if seeds < 100 {
            return;
        }
        let tenth = seeds / 10;
        for (what, seen, least) in [
            ("crashes", self.crashes, seeds / 2),
            ("effective", self.effective, seeds),
            ("reviewed", self.reviewed, tenth),
            ("backups", self.backups, tenth),
            ("redeemed", self.redeemed, seeds),
            ("mistyped", self.mistyped, seeds / 50),
            ("supervised", self.supervised, seeds / 50),
            ("by a manager", self.by_manager, seeds / 100),
            ("sign-ons", self.sign_ons, seeds),
            ("sign-ons without a link", self.offline_sign_ons, tenth),
        ] {
            assert!(seen >= least, "{seen} {what} in {seeds} runs: {self:?}");
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

/// Runs one seed. The error says what to do with it.
pub(crate) fn one(seed: u64, is_shown: bool) -> Result<Run, String> {
    // Outside of any runtime: it is made in one of its own.
    let _template = template();
    log::listen();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let run = AssertUnwindSafe(|| runtime.block_on(Box::pin(live(seed, is_shown))));
    catch_unwind(run).unwrap_or_else(|panic| Err(failed(seed, &text_of(&*panic), "")))
}

async fn live(seed: u64, is_shown: bool) -> Result<Run, String> {
    let mut world = World::new(seed, is_shown).await;
    let lived = async {
        for _ in 0..STEPS {
            world.step().await?;
        }
        world.come_to_an_end().await?;
        match log::has_password() {
            true => Err("a password is in the log of this run, or of one beside it".to_owned()),
            false => Ok(()),
        }
    };
    if let Err(why) = lived.await {
        return Err(failed(seed, &why, &world.trace.tail()));
    }
    let tally = Tally::of(&world);
    let trace = world.end().await;
    Ok(Run {
        digest: trace.digest(),
        lines: trace.len(),
        tally,
    })
}

fn failed(seed: u64, why: &str, tail: &str) -> String {
    format!(
        "seed {seed}: {why}\n{tail}run it again, with all that happened:\n    \
         TILLKEY_SIMULATION_SEED={seed} cargo test --workspace --locked --test simulation -- \
         --nocapture d12\n"
    )
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic without words").to_owned()
}

/// Runs the first so many seeds, on every core. The first that fails ends it.
pub(crate) fn several(seeds: u64) -> Result<Tally, String> {
    let _template = template();
    let next = AtomicU64::new(0);
    let tally = Mutex::new(Tally::default());
    let failed: Mutex<Option<(u64, String)>> = Mutex::new(None);
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds {
                return;
            }
            match one(seed, false) {
                Ok(run) => tally.lock().unwrap().add(&run.tally),
                Err(why) => {
                    next.store(seeds, Ordering::Relaxed);
                    let mut failed = failed.lock().unwrap();
                    // The lowest of those that fail, so that two runs name the same one.
                    if failed.as_ref().is_none_or(|(first, _)| seed < *first) {
                        *failed = Some((seed, why));
                    }
                    return;
                }
            }
        }
    };
    let cores = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(work);
        }
    });
    match failed.into_inner().unwrap() {
        Some((_, why)) => Err(why),
        None => Ok(tally.into_inner().unwrap()),
    }
}
