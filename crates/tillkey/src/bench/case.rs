//! Whole cases of the app channel, from opening to effective, each for an operator of
//! its own.
//!
//! 1. As many at once as there are terminals, as fast as they are answered.
//! 2. At half of that rate, evenly spaced: how long the server takes for its share of
//!    a case, and for one answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tillkey_wire::ids::OperatorNumber;

use super::figure::{Figure, Target, count, ms, percentile};
use super::machine::{Stopwatch, Took};
use super::opaque::Registration;
use super::till::Till;
use super::world::World;
use super::{Effort, customer, phone};
use crate::failed::Failed;
use crate::progress::Progress;

/// The rate at half load where none could be measured.
const RATE_MIN: f64 = 10.0;

/// Measures.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let mut world = World::make(effort)?;
    let (shell, phones) = (world.shell.clone(), Arc::clone(&world.phones));
    let phones = world.runtime.spawn(phone::run(shell, phones));

    let mut full = Figure::new("cases", "1/s").must(Target::AtLeast(1_000.0));
    let mut cores = Figure::new("cores at work", "");
    let mut each_core = Figure::new("cases, one core", "1/s");
    let bar = Progress::new("case");
    let rounds = effort.warm_ups + effort.runs;
    for round in 0..rounds {
        bar.show(round.into(), (rounds + effort.runs).into());
        let (took, cases) = run(&mut world, effort.cases, None)?;
        if round >= effort.warm_ups {
            full.add(took.rate(count(cases.len())));
            cores.add(took.cores());
            each_core.add(took.rate_per_core(count(cases.len())));
        }
    }

    let half = full.median().map_or(RATE_MIN, |rate| rate / 2.0);
    let mut rate = Figure::new("half load", "1/s");
    let mut usual = Figure::new("server's share of a case, p50", "ms");
    let mut worst = Figure::new("server's share of a case, p99", "ms").must(Target::Below(20.0));
    let mut answer = Figure::new("one answer, p50", "ms");
    let mut worst_answer = Figure::new("one answer, p99", "ms");
    for round in 0..effort.runs {
        bar.show((rounds + round).into(), (rounds + effort.runs).into());
        let (took, cases) = run(&mut world, effort.cases.div_ceil(2), Some(half))?;
        rate.add(took.rate(count(cases.len())));
        let mut shares: Vec<Duration> = cases.iter().map(|case| case.iter().sum()).collect();
        usual.add(percentile(&mut shares, 50).map(ms));
        worst.add(percentile(&mut shares, 99).map(ms));
        let mut answers: Vec<Duration> = cases.into_iter().flatten().collect();
        answer.add(percentile(&mut answers, 50).map(ms));
        worst_answer.add(percentile(&mut answers, 99).map(ms));
    }
    phones.abort();
    Ok(vec![
        full,
        cores,
        each_core,
        rate,
        usual,
        worst,
        answer,
        worst_answer,
    ])
}

/// A case to come.
struct Planned {
    operator: OperatorNumber,
    registration: Registration,
    /// When its person begins; at once, where it does not say.
    at: Option<Instant>,
}

/// How long each answer of one case took.
pub(super) type Answers = Vec<Duration>;

/// Runs cases for some operators of each terminal, as fast as can be or so many a second.
fn run(
    world: &mut World,
    operators: u8,
    rate: Option<f64>,
) -> Result<(Took, Vec<Answers>), Failed> {
    // Of the budgets and the policy's thirty days nothing is left over for the next run.
    world.clock.pass_a_month();
    let registrations = world.registrations(operators.into())?;
    let begun = Instant::now();
    let planned = plan(registrations, |index| {
        let wait = Duration::from_secs_f64(count(index) / rate?);
        begun.checked_add(wait)
    });
    let watch = Stopwatch::start();
    let done = world.each(planned, |mut till, planned: Vec<Planned>| async move {
        let mut cases = Vec::with_capacity(planned.len());
        for Planned {
            operator,
            registration,
            at,
        } in planned
        {
            if let Some(at) = at {
                tokio::time::sleep_until(at.into()).await;
            }
            cases.push(one(&mut till, operator, registration).await?);
        }
        Ok((till, cases))
    })?;
    Ok((watch.stop(), done.into_iter().flatten().collect()))
}

/// Deals the cases out, one to each terminal in turn.
fn plan(
    registrations: Vec<Vec<(OperatorNumber, Registration)>>,
    at: impl Fn(usize) -> Option<Instant>,
) -> Vec<Vec<Planned>> {
    let tills = registrations.len();
    let of_till = |(till, registrations): (usize, Vec<(OperatorNumber, Registration)>)| {
        let plan = |(turn, (operator, registration))| Planned {
            operator,
            registration,
            at: at(turn * tills + till),
        };
        registrations.into_iter().enumerate().map(plan).collect()
    };
    registrations.into_iter().enumerate().map(of_till).collect()
}

/// One case, and how long each of its answers took.
pub(super) async fn one(
    till: &mut Till,
    operator: OperatorNumber,
    registration: Registration,
) -> Result<Answers, Failed> {
    till.answers.clear();
    let code = customer::ask(till, operator).await?;
    till.redeem(operator, code, registration).await?;
    Ok(std::mem::take(&mut till.answers))
}
