//! Operator sign-ons: two messages each, the attempt counted durably before the first
//! is answered and cleared with the second, as `act::till` does it.
//!
//! The two halves of the server are timed apart, since the terminal computes between
//! them; what it computes is not counted.

use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use tillkey_server::act::till::LinkState;
use tillkey_wire::ids::OperatorNumber;
use tillkey_wire::message::{Reply, Report};
use tillkey_wire::opaque::{Ke1, Ke2, Ke3};

use super::figure::{Figure, Target, count};
use super::machine::{Stopwatch, Took};
use super::opaque::SignOn;
use super::till::{Till, unexpected};
use super::world::World;
use super::{Effort, argon2id, parallel};
use crate::failed::Failed;
use crate::progress::Progress;

/// Measures.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let mut world = World::make(effort)?;
    let mut each_core = Figure::new("sign-ons, one core", "1/s").must(Target::AtLeast(2_000.0));
    let mut all = Figure::new("sign-ons, by the clock", "1/s");
    let mut cores = Figure::new("cores at work", "");
    let mut verified = Figure::new("Argon2id verifications, one core", "1/s");
    let mut ratio = Figure::new("sign-ons per verification", "×").must(Target::AtLeast(50.0));

    let bar = Progress::new("sign_on");
    let rounds = effort.warm_ups + effort.runs;
    for round in 0..rounds {
        bar.show(round.into(), rounds.into());
        let (took, signed_on) = run(&mut world)?;
        let other = argon2id::verify(effort.verifications)?;
        if round < effort.warm_ups {
            continue;
        }
        let verifications = f64::from(effort.verifications);
        let (ours, theirs) = (
            took.rate_per_core(signed_on),
            other.rate_per_core(verifications),
        );
        each_core.add(ours);
        all.add(took.rate(signed_on));
        cores.add(took.cores());
        verified.add(theirs);
        ratio.add(ours.zip(theirs).map(|(ours, theirs)| ours / theirs));
    }
    Ok(vec![each_core, all, cores, verified, ratio])
}

/// A sign-on before its first message.
struct Begun {
    operator: OperatorNumber,
    client: SignOn,
    ke1: Ke1,
}

/// A sign-on that the server has answered.
struct Challenged {
    client: SignOn,
    ke2: Ke2,
    link: LinkState,
}

/// A sign-on before its third message.
struct Answered {
    ke3: Ke3,
    link: LinkState,
}

/// Signs every operator on, once.
fn run(world: &mut World) -> Result<(Took, f64), Failed> {
    let begun = begin(world)?;
    let watch = Stopwatch::start();
    let challenged = world.each(begun, |till, begun: Vec<Begun>| start(till, begun))?;
    let first = watch.stop();

    let shell = world.shell.clone();
    let answered = parallel::each(challenged, |challenged: Vec<Challenged>| {
        let mut rng = shell.rng();
        challenged
            .into_iter()
            .map(|one| one.answer(&mut rng))
            .collect()
    })?;

    let watch = Stopwatch::start();
    let finished = world.each(answered, |till, answered: Vec<Answered>| {
        finish(till, answered)
    })?;
    let second = watch.stop();
    Ok((first.and(second), count(finished.into_iter().sum())))
}

fn begin(world: &World) -> Result<Vec<Vec<Begun>>, Failed> {
    let tills: Vec<&Till> = world.tills.iter().collect();
    parallel::each(tills, |till| {
        till.operators
            .iter()
            .map(|operator| Begun::new(till, *operator))
            .collect()
    })
}

async fn start(mut till: Till, begun: Vec<Begun>) -> Result<(Till, Vec<Challenged>), Failed> {
    till.answers.clear();
    let mut challenged = Vec::with_capacity(begun.len());
    for one in begun {
        challenged.push(one.say(&mut till).await?);
    }
    Ok((till, challenged))
}

async fn finish(mut till: Till, answered: Vec<Answered>) -> Result<(Till, usize), Failed> {
    let mut finished = 0;
    for one in answered {
        one.say(&mut till).await?;
        finished += 1;
    }
    Ok((till, finished))
}

/// Signs one operator on, and says how long the two answers took.
pub(super) async fn one(till: &mut Till, operator: OperatorNumber) -> Result<Duration, Failed> {
    let begun = Begun::new(till, operator)?;
    till.answers.clear();
    let challenged = begun.say(till).await?;
    let answered = challenged.answer(&mut till.shell.rng())?;
    answered.say(till).await?;
    Ok(std::mem::take(&mut till.answers).iter().sum())
}

impl Begun {
    fn new(till: &Till, operator: OperatorNumber) -> Result<Self, Failed> {
        let (client, ke1) = SignOn::start(till.whose(operator), &mut till.shell.rng())?;
        Ok(Self {
            operator,
            client,
            ke1,
        })
    }

    async fn say(self, till: &mut Till) -> Result<Challenged, Failed> {
        let Self {
            operator,
            client,
            ke1,
        } = self;
        let mut link = LinkState::default();
        match till
            .say(&mut link, Report::SignOnStart { operator, ke1 })
            .await?
        {
            Reply::SignOnChallenge { ke2 } => Ok(Challenged { client, ke2, link }),
            reply => Err(unexpected(&reply)),
        }
    }
}

impl Challenged {
    fn answer(self, rng: &mut ChaCha20Rng) -> Result<Answered, Failed> {
        let ke3 = self.client.finish(&self.ke2, rng)?;
        Ok(Answered {
            ke3,
            link: self.link,
        })
    }
}

impl Answered {
    async fn say(self, till: &mut Till) -> Result<(), Failed> {
        let Self { ke3, mut link } = self;
        match till.say(&mut link, Report::SignOnFinish { ke3 }).await? {
            Reply::SignedOn { .. } => Ok(()),
            reply => Err(unexpected(&reply)),
        }
    }
}
