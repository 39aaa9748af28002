//! How the broker is reached: the configuration, with the password read from its file.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rumqttc::NetworkOptions;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{ConnectProperties, LastWill};
use rumqttc::v5::{AsyncClient, EventLoop, MqttOptions};
use tillkey_wire::secret::Secret;
use zeroize::Zeroize as _;

use super::super::limits::{
    MQTT_CONNECT_WAIT_MAX, MQTT_KEEP_ALIVE, MQTT_PACKET_BYTES_MAX, MQTT_PASSWORD_BYTES_MAX,
    MQTT_UNACKNOWLEDGED_MAX,
};
use super::topics::Topics;
use crate::config::{BrokerAddress, MqttBroker};

/// How many words the client takes before it says them: they wait before it.
const HANDED_OVER_MAX: usize = 8;

/// Why the broker cannot be connected to.
#[derive(Debug, thiserror::Error)]
pub enum BrokerFault {
    /// The configuration is not one; reading it has said so.
    #[error("{0}")]
    Wrong(String),
    /// The password's file cannot be read.
    #[error("cannot read the password's file {}", .path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others may read the password's file.
    #[error("the password's file {} can be read by others: make it mode 0600", .path.display())]
    Readable {
        /// Which file.
        path: PathBuf,
    },
    /// There is no password in the file.
    #[error("the password's file {} is not one line of text", .path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
}

/// A broker that can be connected to.
#[derive(Debug)]
pub struct Broker {
    address: BrokerAddress,
    client_id: String,
    login: Option<(String, Secret<String>)>,
    pub(super) topics: Topics,
}

impl Broker {
    /// Takes the configuration, and reads the password.
    ///
    /// # Errors
    /// [`BrokerFault`]
    pub fn open(config: &MqttBroker) -> Result<Self, BrokerFault> {
        let password = config.password_file.as_deref().map(read).transpose()?;
        let login = config.username.clone().map(|name| {
            let none = || Secret::new(String::new());
            (name, password.unwrap_or_else(none))
        });
        Ok(Self {
            address: config.address().map_err(BrokerFault::Wrong)?,
            client_id: config.client_id.clone(),
            login,
            topics: Topics::under(config.prefix.clone()),
        })
    }

    /// Where it is.
    pub(super) const fn address(&self) -> &BrokerAddress {
        &self.address
    }

    /// A connection that only looks, under a name of its own.
    pub(super) fn onlooker(&self) -> (AsyncClient, EventLoop) {
        let name = format!("{}-onlooker", self.client_id);
        AsyncClient::new(self.options(&name), HANDED_OVER_MAX)
    }

    /// A connection that is not begun yet. Each has a state of its own: nothing that one
    /// left behind is said on the next.
    pub(super) fn client(&self) -> (AsyncClient, EventLoop) {
        let mut options = self.options(&self.client_id);
        let nobody = LastWill::new(
            self.topics.state(),
            Vec::new(),
            QoS::AtLeastOnce,
            true,
            None,
        );
        options.set_last_will(nobody);
        AsyncClient::new(options, HANDED_OVER_MAX)
    }

    fn options(&self, client_id: &str) -> MqttOptions {
        let BrokerAddress { host, port } = &self.address;
        let mut options = MqttOptions::new(client_id, host, *port);
        let properties = ConnectProperties {
            max_packet_size: u32::try_from(MQTT_PACKET_BYTES_MAX).ok(),
            ..ConnectProperties::new()
        };
        let mut network = NetworkOptions::new();
        // A word is one small packet; held back, a sign-on would take longer.
        network.set_tcp_nodelay(true);
        options
            .set_clean_start(true)
            .set_keep_alive(MQTT_KEEP_ALIVE)
            .set_connection_timeout(MQTT_CONNECT_WAIT_MAX.as_secs())
            .set_connect_properties(properties)
            .set_outgoing_inflight_upper_limit(MQTT_UNACKNOWLEDGED_MAX)
            .set_network_options(network);
        if let Some((name, password)) = &self.login {
            options.set_credentials(name, password.expose());
        }
        options
    }
}

fn read(path: &Path) -> Result<Secret<String>, BrokerFault> {
    let fault = |source| BrokerFault::File {
        path: path.to_owned(),
        source,
    };
    let file = fs::File::open(path).map_err(fault)?;
    if file.metadata().map_err(fault)?.permissions().mode() & 0o077 != 0 {
        return Err(BrokerFault::Readable {
            path: path.to_owned(),
        });
    }
    let mut text = String::new();
    let limit = u64::try_from(MQTT_PASSWORD_BYTES_MAX).unwrap_or(u64::MAX);
    file.take(limit).read_to_string(&mut text).map_err(fault)?;
    let password = Secret::new(text.trim_end_matches(['\r', '\n']).to_owned());
    text.zeroize();
    if password.expose().is_empty() || password.expose().contains(char::is_control) {
        return Err(BrokerFault::Malformed {
            path: path.to_owned(),
        });
    }
    Ok(password)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_password_is_one_line_that_nobody_else_reads() {
        let check = |text: &str, mode: u32| {
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(text.as_bytes()).unwrap();
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            read(file.path()).map(|password| password.expose().clone())
        };
        assert_eq!(check("open sesame\n", 0o600).unwrap(), "open sesame");
        assert_eq!(check("x", 0o400).unwrap(), "x");
        assert!(matches!(
            check("", 0o600),
            Err(BrokerFault::Malformed { .. })
        ));
        assert!(matches!(
            check("a\nb", 0o600),
            Err(BrokerFault::Malformed { .. })
        ));
        assert!(matches!(
            check("x", 0o640),
            Err(BrokerFault::Readable { .. })
        ));
        let missing = read(Path::new("no such file"));
        assert!(matches!(missing, Err(BrokerFault::File { .. })));
    }
}
