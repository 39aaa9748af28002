//! An installation in a folder that is thrown away, with merchants, enrolled
//! terminals and operators whose passwords are in force. All of it comes about
//! through the acts, as it would in the field; nothing is written past them.

use std::sync::Arc;

use tillkey_server::Shell;
use tillkey_server::act::SignedIn;
use tillkey_server::act::till::LinkState;
use tillkey_terminal::Profile;
use tillkey_wire::ids::OperatorNumber;
use tillkey_wire::message::{Reply, Report};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

use super::clock::AheadClock;
use super::merchant::{Merchant, administrator};
use super::opaque::Registration;
use super::phone::Phones;
use super::place::Place;
use super::till::{Till, unexpected};
use super::{Effort, parallel};
use crate::failed::Failed;
use crate::progress::Progress;

/// The installation and everybody in it.
pub(super) struct World {
    pub(super) runtime: Runtime,
    pub(super) shell: Shell,
    pub(super) clock: Arc<AheadClock>,
    pub(super) tills: Vec<Till>,
    pub(super) phones: Arc<Phones>,
    /// Last, so that it goes when nobody has a file in it open any more.
    pub(super) place: Place,
}

impl World {
    /// Makes it.
    pub(super) fn make(effort: &Effort) -> Result<Self, Failed> {
        Self::make_among(effort, (Place::make(effort)?, 0))
    }

    /// Makes it in an installation that may have shops already, spread among them.
    pub(super) fn make_among(
        effort: &Effort,
        (place, shops): (Place, u32),
    ) -> Result<Self, Failed> {
        let clock = Arc::new(AheadClock::default());
        let shell = place.open(Arc::clone(&clock))?;
        let runtime = Runtime::new().map_err(Failed::because("the runtime cannot start"))?;

        let bar = Progress::new("installation");
        bar.show(0, 3);
        let (tills, phones) = runtime.block_on(found(&shell, effort, shops))?;
        let phones = Arc::new(phones);
        let mut world = Self {
            runtime,
            shell,
            clock,
            tills,
            phones,
            place,
        };
        bar.show(1, 3);
        let registrations = world.registrations(usize::MAX)?;
        bar.show(2, 3);
        world.each(registrations, |mut till, registrations| async move {
            for (operator, registration) in registrations {
                first_password(&mut till, operator, registration).await?;
            }
            Ok((till, ()))
        })?;
        // Fresh contacts are not believed, and first passwords count as resets.
        world.clock.pass_a_month();
        Ok(world)
    }

    /// The terminals' share of new passwords, for some operators of each.
    pub(super) fn registrations(
        &self,
        operators: usize,
    ) -> Result<Vec<Vec<(OperatorNumber, Registration)>>, Failed> {
        let tills: Vec<&Till> = self.tills.iter().collect();
        parallel::each(tills, |till| {
            let mut rng = till.shell.rng();
            let setup = till.shell.keyring().setup();
            let prepare = |operator: &OperatorNumber| {
                let whose = till.whose(*operator);
                Registration::prepare(setup, &whose, &mut rng).map(|made| (*operator, made))
            };
            till.operators.iter().take(operators).map(prepare).collect()
        })
    }

    /// Has every terminal do its work, all at the same time.
    pub(super) fn each<W, R, F, Fut>(&mut self, work: Vec<W>, run: F) -> Result<Vec<R>, Failed>
    where
        R: Send + 'static,
        F: Fn(Till, W) -> Fut,
        Fut: Future<Output = Result<(Till, R), Failed>> + Send + 'static,
    {
        let tills = std::mem::take(&mut self.tills);
        let (tills, done) = self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for (till, work) in tills.into_iter().zip(work) {
                tasks.spawn(run(till, work));
            }
            all(tasks).await
        })?;
        self.tills = tills;
        Ok(done)
    }
}

/// Waits for every task.
async fn all<A: 'static, B: 'static>(
    mut tasks: JoinSet<Result<(A, B), Failed>>,
) -> Result<(Vec<A>, Vec<B>), Failed> {
    let mut done = Vec::with_capacity(tasks.len());
    while let Some(ended) = tasks.join_next().await {
        done.push(ended.map_err(Failed::because("a task did not end"))??);
    }
    Ok(done.into_iter().unzip())
}

/// Registers the merchants and enrols their terminals.
async fn found(shell: &Shell, effort: &Effort, shops: u32) -> Result<(Vec<Till>, Phones), Failed> {
    let by = administrator(shell)?;
    let apart = shops.div_ceil(effort.tills).max(1);
    let mut tasks = JoinSet::new();
    for number in 0..effort.tills {
        let (shell, by) = (shell.clone(), by.clone());
        let merchant = Merchant::beside(number * apart, (number, effort.operators))?;
        tasks.spawn(async move { found_one(&shell, &by, merchant).await });
    }
    let (tills, phones): (_, Vec<_>) = all(tasks).await?;
    Ok((tills, phones.into_iter().collect()))
}

type Phone = (
    String,
    tokio::sync::mpsc::UnboundedSender<super::phone::Text>,
);

async fn found_one(
    shell: &Shell,
    by: &SignedIn,
    merchant: Merchant,
) -> Result<(Till, Phone), Failed> {
    let terminal = merchant.register(shell, by).await?;
    merchant.enrol(shell, by, terminal).await?;
    let (sender, texts) = unbounded_channel();
    let mut till = Till::new(shell, terminal, &merchant, texts);
    greet(&mut till, merchant.profile()?).await?;
    Ok((till, (merchant.phone(), sender)))
}

/// Says what the terminal can do: a case waits for that before its code is issued.
async fn greet(till: &mut Till, profile: Profile) -> Result<(), Failed> {
    let hello = Report::Hello {
        model: profile.model,
        firmware: profile.firmware,
        capabilities: profile.capabilities,
        last_command: 0,
        clock: till.shell.now(),
    };
    match till.say(&mut LinkState::default(), hello).await? {
        Reply::Welcome(_) => Ok(()),
        reply => Err(unexpected(&reply)),
    }
}

async fn first_password(
    till: &mut Till,
    operator: OperatorNumber,
    registration: Registration,
) -> Result<(), Failed> {
    let mut link = LinkState::default();
    let reply = till
        .say(&mut link, Report::FirstPassword { operator })
        .await?;
    match reply {
        Reply::CodeOnScreen { code, .. } => till.redeem(operator, code, registration).await,
        reply => Err(unexpected(&reply)),
    }
}
