//! One installation, served on a real port, with a merchant and its terminals.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tempfile::TempDir;
use tillkey_rules::attempts::Scope;
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::terms::Terms;
use tillkey_server::act::{SignedIn, party};
use tillkey_server::clock::{Clock, SetClock};
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::link::limits::Limits;
use tillkey_server::link::{self, Links};
use tillkey_server::outbox::{Letter, SendFault, Sender, Senders};
use tillkey_server::{Shell, outbox};
use tillkey_store::attempts;
use tillkey_terminal::wire::code::{EnrolmentCode, ResetCode};
use tillkey_terminal::wire::ids::{OperatorNumber, StaffSessionId, TerminalId, TerminalNumber};
use tillkey_terminal::wire::message::Capabilities;
use tillkey_terminal::{DeviceFault, FileDevice, Notice, Profile, Terminal};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::engine;
use crate::till::{Act, Server, Till, Told};

pub(crate) const OTHER_MERCHANT: &str = "898310054110002";
pub(crate) const MERCHANT: &str = "898310054110001";
pub(crate) const PHONE: &str = "+8613800138000";

/// A failing test ends; it does not hang.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), future)
        .await
        .unwrap_or_else(|_| panic!("no {what} came"))
}

/// The registered phone: what is sent to it can be read.
#[derive(Debug)]
pub(crate) struct Phone(mpsc::UnboundedSender<String>);

impl Sender for Phone {
    fn send(&self, letter: &Letter) -> Result<(), SendFault> {
        assert_eq!(letter.destination.expose(), PHONE);
        self.0.send(letter.body.expose().clone()).unwrap();
        Ok(())
    }
}

pub(crate) struct World {
    pub(crate) shell: Shell,
    pub(crate) links: Links,
    pub(crate) address: SocketAddr,
    pub(crate) admin: SignedIn,
    pub(crate) folder: TempDir,
    clock: Arc<SetClock>,
    phone: mpsc::UnboundedReceiver<String>,
    shutdown: watch::Sender<bool>,
    link: JoinHandle<()>,
}

impl World {
    pub(crate) async fn start(limits: Limits) -> Self {
        Self::with_terms(limits, Terms::default()).await
    }

    pub(crate) async fn with_terms(limits: Limits, terms: Terms) -> Self {
        let configure = |config: &mut Config| {
            config.terms = terms;
            engine::choose(config);
        };
        Self::on(configure, limits).await
    }

    /// An installation that is configured otherwise.
    pub(crate) async fn on(configure: impl FnOnce(&mut Config), limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::new("2026-03-02T02:00:00Z".parse().unwrap()));
        let mut config = Config {
            data: folder.path().join("data"),
            root_key_file: folder.path().join("root.key"),
            ..Config::default()
        };
        configure(&mut config);
        let opening = (config, Arc::clone(&clock));
        let shell = tokio::task::spawn_blocking(move || {
            let (config, clock) = opening;
            tillkey_server::open(config, clock, Entropy::seeded(7)).unwrap()
        })
        .await
        .unwrap();
        let (shutdown, told) = watch::channel(false);
        let links = Links::new(limits);
        let listener = listen();
        let address = listener.local_addr().unwrap();
        let app = link::router(shell.clone(), links.clone())
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, app).await });
        let link = tokio::spawn(link::run(shell.clone(), links.clone(), told.clone()));
        let (sms, phone) = mpsc::unbounded_channel();
        let senders = Senders {
            slips: Arc::new(Phone(sms.clone())),
            sms: Arc::new(Phone(sms)),
        };
        tokio::spawn(outbox::run(shell.clone(), senders, told));
        let admin = SignedIn {
            acquirer: shell.home().clone(),
            actor: Actor::Staff {
                staff: "admin".parse().unwrap(),
                person: "p-admin".parse().unwrap(),
                role: Role::Administrator,
            },
            session: StaffSessionId::from_bytes([1; 10]),
            proved_at: shell.now(),
        };
        let world = Self {
            shell,
            links,
            address,
            admin,
            folder,
            clock,
            phone,
            shutdown,
            link,
        };
        world.add_merchant(MERCHANT, PHONE).await;
        world
    }

    pub(crate) fn clock(&self) -> Arc<SetClock> {
        Arc::clone(&self.clock)
    }

    /// Tells when it shuts down.
    pub(crate) fn told(&self) -> watch::Receiver<bool> {
        self.shutdown.subscribe()
    }

    /// Moves a terminal to another merchant.
    pub(crate) async fn move_away(&self, terminal: TerminalId, number: TerminalNumber) {
        self.add_merchant(OTHER_MERCHANT, "+8613800138002").await;
        let place = (OTHER_MERCHANT.parse().unwrap(), number);
        party::move_terminal(&self.shell, terminal, place, &self.admin, None)
            .await
            .unwrap();
    }

    async fn add_merchant(&self, merchant: &str, phone: &str) {
        let details = party::MerchantDetails {
            merchant: merchant.parse().unwrap(),
            name: "老王面馆".to_owned(),
            phone: phone.parse().unwrap(),
            credit_code: None,
            holder: None,
            proxies: Vec::new(),
        };
        party::add_merchant(&self.shell, details, &self.admin, None)
            .await
            .unwrap();
        // A contact that was changed just now proves little.
        self.clock.advance(SignedDuration::from_hours(100));
    }

    /// A terminal with cashiers `01` and `02`, and the code to enrol it with.
    pub(crate) async fn terminal(&self, index: u32) -> (TerminalId, EnrolmentCode) {
        let details = party::TerminalDetails {
            merchant: MERCHANT.parse().unwrap(),
            number: number(index).parse().unwrap(),
            serial_number: serial_number(index).parse().unwrap(),
            model: "T1".parse().unwrap(),
        };
        let (shell, by) = (&self.shell, &self.admin);
        let terminal = party::add_terminal(shell, details, by, None).await.unwrap();
        for operator in [1, 2] {
            let operator = OperatorNumber::new(operator).unwrap();
            party::add_operator(shell, (terminal, operator), by, None)
                .await
                .unwrap();
        }
        let opened = party::open_enrolment(shell, terminal, by, None)
            .await
            .unwrap();
        (terminal, opened.code.parse().unwrap())
    }

    /// A till on the SDK that has been enrolled and welcomed.
    pub(crate) async fn till(&self, index: u32) -> Watched {
        let server = format!("http://{}", self.address).parse().unwrap();
        self.till_at(server, index).await
    }

    /// The same, where the server is reached otherwise.
    pub(crate) async fn till_at(&self, server: Server, index: u32) -> Watched {
        let (terminal, code) = self.terminal(index).await;
        let folder = self.folder.path().join(format!("till-{index}"));
        let mut till = self.switch_on_at(server, index, &folder);
        till.terminal = Some(terminal);
        till.act(Act::Enrol(code)).await;
        till.until("welcome", |told| {
            matches!(told, Told::Notice(Notice::Welcomed))
        })
        .await;
        till
    }

    pub(crate) fn switch_on(&self, index: u32, folder: &Path) -> Watched {
        let server = format!("http://{}", self.address).parse().unwrap();
        self.switch_on_at(server, index, folder)
    }

    /// The same, where the server is reached otherwise.
    pub(crate) fn switch_on_at(&self, server: Server, index: u32, folder: &Path) -> Watched {
        let terminal = self.open(index, folder).unwrap();
        // Another folder is another device, which draws other keys.
        let name = u64::try_from(folder.as_os_str().len()).unwrap();
        let rng = StdRng::seed_from_u64(u64::from(index) << 32 | name);
        let (till, told) = Till::start(terminal, server, rng);
        Watched {
            till,
            told,
            terminal: None,
            connections: 0,
        }
    }

    /// Opens a terminal that has no link.
    pub(crate) fn open(
        &self,
        index: u32,
        folder: &Path,
    ) -> Result<Terminal<FileDevice>, DeviceFault> {
        let clock = Arc::clone(&self.clock);
        let device = FileDevice::open(folder, move || clock.now())?;
        let profile = Profile {
            serial_number: serial_number(index).parse().unwrap(),
            model: "T1".parse().unwrap(),
            firmware: "1.0".parse().unwrap(),
            capabilities: Capabilities {
                journal: false,
                precheck: false,
            },
        };
        Ok(Terminal::open(device, profile).unwrap())
    }

    /// A source has tried as often as it may.
    pub(crate) async fn use_up_proofs_of(&self, source: &'static str) {
        let (scope, now) = (Scope::SourceProof, self.shell.now());
        let tried = self.shell.store().write(move |tx| {
            (0..=scope.limit()).try_for_each(|_| {
                attempts::count(tx, (scope, source), now)?;
                Ok(())
            })
        });
        tried.await.unwrap();
    }

    /// The digits of the next message to the phone.
    pub(crate) async fn code<T: std::str::FromStr>(&mut self) -> T {
        loop {
            let text = soon("message", self.phone.recv()).await.unwrap();
            let digits = text.split(|c: char| !c.is_ascii_digit());
            if let Some(code) = digits.filter_map(|word| word.parse().ok()).next() {
                return code;
            }
        }
    }

    /// The messages to the phone that were sent by now.
    pub(crate) async fn messages(&mut self) -> Vec<String> {
        let mut found = vec![soon("message", self.phone.recv()).await.unwrap()];
        while let Ok(text) = self.phone.try_recv() {
            found.push(text);
        }
        found
    }

    /// The next reset code to the phone: other messages name terminals in eight digits.
    pub(crate) async fn reset_code(&mut self) -> ResetCode {
        loop {
            let text = soon("reset code", self.phone.recv()).await.unwrap();
            if let Some(rest) = text.strip_prefix("重置码 ") {
                let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
                return digits.parse().unwrap();
            }
        }
    }

    /// Moves the clock on.
    pub(crate) fn advance_seconds(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Shuts down, and waits until every link is closed.
    pub(crate) async fn shut_down(&mut self) {
        self.shutdown.send_replace(true);
        soon("end of the links", &mut self.link).await.unwrap();
    }
}

/// A port whose connections hold few bytes on their way, so that a terminal that does
/// not read is noticed after kilobytes, and not after the megabytes that a kernel
/// takes for it.
fn listen() -> TcpListener {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_send_buffer_size(4 * 1024).unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    socket.listen(1024).unwrap()
}

pub(crate) fn number(index: u32) -> String {
    format!("{index:08}")
}

pub(crate) fn serial_number(index: u32) -> String {
    format!("SN{index:08}")
}

/// A till whose tidings are looked at one by one.
pub(crate) struct Watched {
    pub(crate) till: Till,
    pub(crate) told: mpsc::Receiver<Told>,
    pub(crate) terminal: Option<TerminalId>,
    pub(crate) connections: u32,
}

impl Watched {
    pub(crate) async fn act(&self, act: Act) {
        assert!(self.till.act(act).await);
    }

    /// The next tidings that fit, passing over others.
    pub(crate) async fn until(&mut self, what: &str, fits: impl Fn(&Told) -> bool) -> Told {
        loop {
            let told = soon(what, self.told.recv()).await.unwrap();
            if matches!(told, Told::Connected) {
                self.connections += 1;
            }
            if fits(&told) {
                return told;
            }
        }
    }
}
