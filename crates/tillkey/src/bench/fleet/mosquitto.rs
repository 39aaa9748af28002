//! A bare Mosquitto: the broker that a fleet would otherwise hang on.

use std::env;
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rumqttc::{AsyncClient, QoS};
use tokio::time::{Instant, sleep};

use super::subscribers::{client, topic};
use crate::failed::Failed;

/// How long it may take to start.
const START_WAIT_MAX: Duration = Duration::from_secs(10);
/// How often is looked whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A broker that runs. Dropping it kills it.
pub(super) struct Mosquitto {
    process: Child,
    port: u16,
}

/// Finds the program.
pub(super) fn find() -> Result<PathBuf, Failed> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        // Where Debian puts daemons, which is not on everybody's path.
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join("mosquitto"))
        .find(|program| program.is_file())
        .ok_or_else(|| {
            Failed::new(
                "there is no Mosquitto to measure beside: install it (on Debian: apt-get \
                 install mosquitto; cargo xtask install does it)",
            )
        })
}

impl Mosquitto {
    /// Starts it. Nothing is kept, and nothing is held back, as on the link.
    pub(super) async fn start(program: &Path, folder: &Path) -> Result<Self, Failed> {
        let failed = || Failed::because("Mosquitto cannot be started");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|free| free.local_addr())
            .map_err(failed())?
            .port();
        let configuration = folder.join("mosquitto.conf");
        let text = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n\
             set_tcp_nodelay true\nsys_interval 0\nlog_dest stderr\nlog_type error\n"
        );
        fs::write(&configuration, text).map_err(failed())?;
        let process = Command::new(program)
            .arg("-c")
            .arg(&configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(failed())?;
        let mut broker = Self { process, port };
        let until = Instant::now() + START_WAIT_MAX;
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = broker.process.try_wait().map_err(failed())? {
                return Err(Failed::new(format!("Mosquitto ended at once: {status}")));
            }
            if Instant::now() > until {
                return Err(Failed::new("Mosquitto does not listen"));
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(broker)
    }

    pub(super) fn process(&self) -> u32 {
        self.process.id()
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Who publishes: one client that stays connected. Cheap to clone.
#[derive(Clone)]
pub(super) struct Publisher {
    client: AsyncClient,
    payload: Vec<u8>,
}

impl Publisher {
    /// Publishes so many bytes each time.
    pub(super) fn new(broker: &Mosquitto, bytes: usize) -> Self {
        let (client, mut events) = client("publisher", broker.port());
        tokio::spawn(async move {
            // Until the broker ends. Where it ends too early, what is published does not
            // arrive, and that is said.
            while events.poll().await.is_ok() {}
        });
        Self {
            client,
            payload: vec![0x5a; bytes],
        }
    }

    /// Publishes to one subscriber, to be acknowledged.
    pub(super) async fn publish(&self, subscriber: usize) -> Result<(), Failed> {
        let (topic, payload) = (topic(subscriber), self.payload.clone());
        self.client
            .publish(topic, QoS::AtLeastOnce, false, payload)
            .await
            .map_err(Failed::because("nothing can be published"))
    }
}
