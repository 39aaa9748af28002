//! An installation in a folder that is thrown away, with merchants, enrolled
//! terminals and operators whose passwords are in force. All of it comes about
//! through the acts, as it would in the field; nothing is written past them.

use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;
use tillkey_rules::spending::MessageMoney;
use tillkey_server::act::till::LinkState;
use tillkey_server::act::{Language, SignedIn};
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::{Shell, open};
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
    _folder: TempDir,
}

impl World {
    /// Makes it.
    pub(super) fn make(effort: &Effort) -> Result<Self, Failed> {
        let folder = folder(&effort.data)?;
        let clock = Arc::new(AheadClock::default());
        let shell = open_in(folder.path(), Arc::clone(&clock))?;
        let runtime = Runtime::new().map_err(Failed::because("the runtime cannot start"))?;

        let bar = Progress::new("installation");
        bar.show(0, 3);
        let (tills, phones) = runtime.block_on(found(&shell, effort))?;
        let phones = Arc::new(phones);
        let mut world = Self {
            runtime,
            shell,
            clock,
            tills,
            phones,
            _folder: folder,
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

/// Makes a folder for an installation that goes with it.
pub(super) fn folder(below: &Path) -> Result<TempDir, Failed> {
    tempfile::tempdir_in(below).map_err(Failed::because("no folder can be made for the database"))
}

/// Opens the installation in a folder; makes it, where there is none.
pub(super) fn open_in(folder: &Path, clock: Arc<AheadClock>) -> Result<Shell, Failed> {
    let config = Config {
        data: folder.join("data"),
        root_key_file: folder.join("root.key"),
        sms_language: Language::English,
        // More messages in a minute than a bank sends in a day.
        message_money: MessageMoney {
            day_cap_fen: u64::from(u32::MAX),
            ..MessageMoney::default()
        },
        ..Config::default()
    };
    open(config, clock, Entropy::System).map_err(Failed::because("the installation does not open"))
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
async fn found(shell: &Shell, effort: &Effort) -> Result<(Vec<Till>, Phones), Failed> {
    let by = administrator(shell)?;
    let mut tasks = JoinSet::new();
    for number in 0..effort.tills {
        let (shell, by, operators) = (shell.clone(), by.clone(), effort.operators);
        tasks.spawn(async move { found_one(&shell, &by, (number, operators)).await });
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
    (number, operators): (u32, u8),
) -> Result<(Till, Phone), Failed> {
    let merchant = Merchant::numbered(number, operators)?;
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
