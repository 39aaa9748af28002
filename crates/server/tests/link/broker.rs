//! Debian's Mosquitto with an account for each terminal and the access rules of
//! `docs/mqtt.md`, the server's adapter on it, and a stranger with Mosquitto's own
//! command-line clients.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use tillkey_server::Shell;
use tillkey_server::config::MqttBroker;
use tillkey_server::link::Links;
use tillkey_server::link::mqtt::{self, Broker};
use tillkey_terminal::wire::secret::Secret;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::nodes::until;
use crate::till::Server;
use crate::world::soon;

/// The accounts of terminals. The stranger has `till-9`.
const TERMINALS: [&str; 3] = ["till-1", "till-2", "till-9"];
/// An account that may do everything: whoever runs the broker.
pub(crate) const OWNER: &str = "owner";

/// Every account's password, here.
pub(crate) fn password(account: &str) -> String {
    format!("password of {account}")
}

/// A broker.
pub(crate) struct Mosquitto {
    folder: TempDir,
    port: u16,
    process: Option<Running>,
}

impl Mosquitto {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut broker = Self {
            folder,
            port,
            process: None,
        };
        broker.configure();
        broker.start_again().await;
        broker
    }

    fn configure(&self) {
        let passwords = self.folder.path().join("passwords");
        fs::write(&passwords, "").unwrap();
        for account in TERMINALS.into_iter().chain(["server", OWNER]) {
            let made = program("mosquitto_passwd")
                .arg("-b")
                .args([passwords.to_str().unwrap(), account, &password(account)])
                .stderr(Stdio::null())
                .status();
            assert!(made.unwrap().success());
        }
        // The rules are the ones that the fleet's engineer is given.
        let page = include_str!("../../../../docs/mqtt.md");
        let (_, rest) = page.split_once("```acl\n").unwrap();
        let (rules, _) = rest.split_once("```").unwrap();
        let rules = format!("{rules}\nuser {OWNER}\ntopic readwrite #\n");
        fs::write(self.folder.path().join("rules"), rules).unwrap();
        let folder = self.folder.path().display();
        let text = format!(
            "user root\nlistener {} 127.0.0.1\nallow_anonymous false\n\
             password_file {folder}/passwords\nacl_file {folder}/rules\npersistence false\n\
             set_tcp_nodelay true\nlog_dest stderr\nlog_type error\n",
            self.port
        );
        fs::write(self.folder.path().join("mosquitto.conf"), text).unwrap();
        let secret = self.folder.path().join("server-password");
        fs::write(&secret, password("server")).unwrap();
        fs::set_permissions(secret, fs::Permissions::from_mode(0o600)).unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        let process = program("mosquitto")
            .arg("-c")
            .arg(self.folder.path().join("mosquitto.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.process = Some(Running(process.unwrap()));
        let listens = || TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok();
        until("Mosquitto listens", listens).await;
    }

    pub(crate) fn kill(&mut self) {
        self.process = None;
    }

    /// What the server is configured with.
    pub(crate) fn configuration(&self) -> MqttBroker {
        MqttBroker {
            url: format!("mqtt://127.0.0.1:{}", self.port),
            username: Some("server".to_owned()),
            password_file: Some(self.folder.path().join("server-password")),
            client_id: "tillkey".to_owned(),
            prefix: "tillkey".to_owned(),
        }
    }

    /// Where a terminal finds the server.
    pub(crate) fn address(&self, account: &str) -> Server {
        let text = format!("mqtt://{account}@127.0.0.1:{}/tillkey", self.port);
        let server: Server = text.parse().unwrap();
        server.with_password(Secret::new(password(account)))
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// The stranger publishes as an account, and hears whether the broker passed it on.
    pub(crate) async fn publish(&self, account: &str, topic: &str, payload: &[u8]) -> bool {
        let client = self.client("mosquitto_pub", account, topic);
        self.say(client, payload).await
    }

    /// The same, and the broker keeps it.
    pub(crate) async fn keep(&self, account: &str, topic: &str, payload: &[u8]) -> bool {
        let mut client = self.client("mosquitto_pub", account, topic);
        client.arg("-r");
        self.say(client, payload).await
    }

    async fn say(&self, mut client: Command, payload: &[u8]) -> bool {
        let file = self.folder.path().join("payload");
        fs::write(&file, payload).unwrap();
        client.args(["-q", "1", "-f"]).arg(file);
        let said = spawn_blocking(move || client.output());
        let said = said.await.unwrap().unwrap();
        let said = [said.stdout, said.stderr].concat();
        !String::from_utf8_lossy(&said).contains("Not authorized")
    }

    /// The stranger listens as an account.
    pub(crate) fn listen(&self, account: &str, topic: &str) -> Listener {
        let mut client = self.client("mosquitto_sub", account, topic);
        let mut process = client
            .args(["-q", "1", "-F", "%t %r %x"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (tell, heard) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            lines
                .map_while(Result::ok)
                .try_for_each(|line| tell.send(line))
        });
        Listener {
            _process: Running(process),
            heard,
        }
    }

    fn client(&self, name: &str, account: &str, topic: &str) -> Command {
        let mut client = program(name);
        client.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        client.args(["-V", "5", "-u", account, "-P", &password(account)]);
        client.args(["-t", topic]);
        client
    }
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A Debian program.
fn program(name: &str) -> Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        // Where Debian puts daemons, which is not on everybody's path.
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(name))
        .find(|program| program.is_file());
    let Some(found) = found else {
        panic!("there is no {name}: cargo xtask install brings it")
    };
    Command::new(found)
}

/// Somebody who listens with `mosquitto_sub`.
pub(crate) struct Listener {
    _process: Running,
    heard: mpsc::UnboundedReceiver<String>,
}

/// What was heard.
#[derive(Debug)]
pub(crate) struct HeardByStranger {
    pub(crate) topic: String,
    pub(crate) retained: bool,
    pub(crate) payload: Vec<u8>,
}

impl Listener {
    pub(crate) async fn next(&mut self) -> HeardByStranger {
        let line = soon("message", self.heard.recv()).await.unwrap();
        let mut words = line.split(' ');
        let topic = words.next().unwrap().to_owned();
        let retained = words.next().unwrap() == "1";
        let payload = words.next().unwrap_or_default();
        let payload = data_encoding::HEXLOWER.decode(payload.as_bytes()).unwrap();
        HeardByStranger {
            topic,
            retained,
            payload,
        }
    }

    /// The next on a topic.
    pub(crate) async fn on(&mut self, topic: &str) -> Vec<u8> {
        loop {
            let heard = self.next().await;
            if heard.topic == topic {
                return heard.payload;
            }
        }
    }

    /// Everything that was heard before a payload.
    pub(crate) async fn all_until(mut self, mark: &[u8]) -> Vec<HeardByStranger> {
        let mut all = Vec::new();
        loop {
            let heard = self.next().await;
            if heard.payload == mark {
                return all;
            }
            all.push(heard);
        }
    }
}

/// The server on a broker.
pub(crate) struct Adapter {
    shutdown: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Adapter {
    pub(crate) fn start(shell: &Shell, links: &Links, broker: &Mosquitto) -> Self {
        let (shutdown, told) = watch::channel(false);
        let broker = Broker::open(&broker.configuration()).unwrap();
        let running = mqtt::run(shell.clone(), links.clone(), broker, told);
        Self {
            shutdown,
            running: tokio::spawn(running),
        }
    }

    pub(crate) async fn stop(self) {
        self.shutdown.send_replace(true);
        soon("end of the adapter", self.running).await.unwrap();
    }
}
