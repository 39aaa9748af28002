//! An installation in a folder that is thrown away, with merchants, enrolled
//! terminals and operators whose passwords are in force. All of it comes about
//! through the acts, as it would in the field; nothing is written past them.

use std::net::Ipv4Addr;
use std::sync::Arc;

use ed25519_dalek::SigningKey;
use rand::RngCore;
use tempfile::TempDir;
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::spending::MessageMoney;
use tillkey_server::act::party::{
    MerchantDetails, TerminalDetails, add_merchant, add_operator, add_terminal, open_enrolment,
};
use tillkey_server::act::till::{LinkState, enrol};
use tillkey_server::act::{Language, SignedIn, Source};
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::{Shell, open};
use tillkey_wire::code::EnrolmentCode;
use tillkey_wire::enrolment::{BackupKey, Candidate, CodeKey, DeviceKey, Nonce, Request};
use tillkey_wire::envelope::Unverified;
use tillkey_wire::ids::{InvalidId, OperatorNumber, StaffSessionId, TerminalId};
use tillkey_wire::message::{Capabilities, Reply, Report};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::JoinSet;

use super::clock::AheadClock;
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
        let folder = tempfile::tempdir_in(&effort.data)
            .map_err(Failed::because("no folder can be made for the database"))?;
        let config = Config {
            data: folder.path().join("data"),
            root_key_file: folder.path().join("root.key"),
            sms_language: Language::English,
            // More messages in a minute than a bank sends in a day.
            message_money: MessageMoney {
                day_cap_fen: u64::from(u32::MAX),
                ..MessageMoney::default()
            },
            ..Config::default()
        };
        let clock = Arc::new(AheadClock::default());
        let shared = Arc::clone(&clock);
        let shell = open(config, shared, Entropy::System)
            .map_err(Failed::because("the installation does not open"))?;
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
    let by = administrator(shell).map_err(Failed::because("an administrator"))?;
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
    let invalid = |error: InvalidId| Failed::new(error.to_string());
    let act = |error| Failed::because("the installation cannot be filled")(error);
    let terminal = TerminalDetails {
        merchant: format!("822100058{number:06}").parse().map_err(invalid)?,
        number: format!("{number:08}").parse().map_err(invalid)?,
        serial_number: format!("BENCH-{number:06}").parse().map_err(invalid)?,
        model: "bench".parse().map_err(invalid)?,
    };
    let phone = format!("+86138{number:08}");
    let merchant = MerchantDetails {
        merchant: terminal.merchant.clone(),
        name: format!("Merchant {number}"),
        phone: phone.parse().map_err(invalid)?,
        credit_code: None,
        holder: None,
        proxies: Vec::new(),
    };
    add_merchant(shell, merchant, by, None).await.map_err(act)?;
    let id = add_terminal(shell, terminal.clone(), by, None)
        .await
        .map_err(act)?;
    let operators: Vec<OperatorNumber> = (1..=operators)
        .map(OperatorNumber::new)
        .collect::<Result<_, _>>()
        .map_err(invalid)?;
    for operator in &operators {
        add_operator(shell, (id, *operator), by, None)
            .await
            .map_err(act)?;
    }
    let (sender, texts) = unbounded_channel();
    let mut till = Till {
        shell: shell.clone(),
        terminal: id,
        merchant: terminal.merchant.clone(),
        number: terminal.number.clone(),
        operators,
        source: Source::address(Ipv4Addr::from(0x0a00_0000 + number).into()),
        texts,
        answers: Vec::new(),
        counter: 0,
    };
    enrol_one(&till, &terminal, by).await?;
    greet(&mut till, &terminal).await?;
    Ok((till, (phone, sender)))
}

fn administrator(shell: &Shell) -> Result<SignedIn, InvalidId> {
    let (staff, person) = ("bench".parse()?, "bench".parse()?);
    let actor = Actor::Staff {
        staff,
        person,
        role: Role::Administrator,
    };
    Ok(SignedIn {
        acquirer: shell.home().clone(),
        actor,
        session: StaffSessionId::random(&mut shell.rng()),
        proved_at: shell.now(),
    })
}

async fn enrol_one(till: &Till, details: &TerminalDetails, by: &SignedIn) -> Result<(), Failed> {
    let mut rng = till.shell.rng();
    let failed = Failed::because::<tillkey_server::act::Failure>("no enrolment was opened");
    let opened = open_enrolment(&till.shell, till.terminal, by, None)
        .await
        .map_err(failed)?;
    let code: EnrolmentCode = opened
        .code
        .parse()
        .map_err(Failed::because::<InvalidId>("an enrolment code"))?;
    let key = SigningKey::generate(&mut rng);
    let mut random = [0; 64];
    rng.fill_bytes(&mut random);
    let (backup, nonce) = random.split_at(32);
    let bytes = || Failed::because("a key");
    let candidate = Candidate {
        serial_number: details.serial_number.clone(),
        model: details.model.clone(),
        firmware: "1.0"
            .parse()
            .map_err(Failed::because::<InvalidId>("a version"))?,
        device_key: DeviceKey::from(&key.verifying_key()),
        backup_key: BackupKey::from_bytes(backup).map_err(bytes())?,
        nonce: Nonce::from_bytes(nonce).map_err(bytes())?,
    };
    let request = || {
        let request = Request::new(candidate, &CodeKey::derive(&code)?)?;
        request.sign(&key)
    };
    let frame = request().map_err(Failed::because("an enrolment request"))?;
    let frame = Unverified::parse(&frame).map_err(Failed::because("an enrolment request"))?;
    let enrolment = enrol(&till.shell, &frame, &till.source)
        .await
        .map_err(Failed::because("the terminal was not enrolled"))?;
    match enrolment.terminal {
        Some::<TerminalId>(_) => Ok(()),
        None => Err(Failed::new("the terminal was refused its enrolment")),
    }
}

/// Says what the terminal can do: a case waits for that before its code is issued.
async fn greet(till: &mut Till, details: &TerminalDetails) -> Result<(), Failed> {
    let hello = Report::Hello {
        model: details.model.clone(),
        firmware: "1.0"
            .parse()
            .map_err(Failed::because::<InvalidId>("a version"))?,
        capabilities: Capabilities {
            journal: false,
            precheck: false,
        },
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
