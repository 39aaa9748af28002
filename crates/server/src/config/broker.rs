//! The broker that a fleet hangs on already: `[mqtt]` of the configuration.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::link::mqtt::is_prefix;

/// How long a text of the broker's may be, in bytes.
const TEXT_BYTES_MAX: usize = 128;
/// The port of MQTT without TLS.
const PORT: u16 = 1_883;

/// A broker over which terminals are served.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MqttBroker {
    /// Where it is: `mqtt://host:port`.
    pub url: String,
    /// The server's account on the broker.
    #[serde(default)]
    pub username: Option<String>,
    /// The file with the account's password: never inside `data`, nor in its backups.
    #[serde(default)]
    pub password_file: Option<PathBuf>,
    /// What the server calls itself. Nodes that have the same cannot both be connected.
    #[serde(default = "tillkey")]
    pub client_id: String,
    /// The first level, or levels, of all topics.
    #[serde(default = "tillkey")]
    pub prefix: String,
}

fn tillkey() -> String {
    "tillkey".to_owned()
}

/// Where a broker is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerAddress {
    /// A name or an address; one of IPv6 in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl fmt::Display for BrokerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

impl MqttBroker {
    /// Where it is.
    ///
    /// # Errors
    /// What is wrong with `url`.
    pub fn address(&self) -> Result<BrokerAddress, String> {
        if self.url.starts_with("mqtts://") {
            // Messages are signed both ways without it; what the broker asks as proof of
            // an account is the tunnel's to hide.
            return Err(
                "`mqtt.url`: TLS is not built in; connect through a tunnel on this machine"
                    .to_owned(),
            );
        }
        let wrong = || "`mqtt.url` is not `mqtt://host:port`".to_owned();
        let authority = self.url.strip_prefix("mqtt://").ok_or_else(wrong)?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !authority.ends_with(']') => {
                (host, port.parse().map_err(|_| wrong())?)
            }
            _ => (authority, PORT),
        };
        let bracketed = host.starts_with('[') && host.ends_with(']');
        let plain = |b: u8| {
            b.is_ascii_alphanumeric() || b"-._".contains(&b) || (bracketed && b"[]:".contains(&b))
        };
        if host.is_empty() || host.len() > TEXT_BYTES_MAX || port == 0 || !host.bytes().all(plain) {
            return Err(wrong());
        }
        Ok(BrokerAddress {
            host: host.to_owned(),
            port,
        })
    }

    /// What is wrong, one sentence each.
    pub(super) fn wrong(&self, data: &Path) -> Vec<String> {
        let mut wrong = Vec::new();
        wrong.extend(self.address().err());
        let in_data = |file: &PathBuf| file.starts_with(data);
        if self.password_file.as_ref().is_some_and(in_data) {
            wrong.push("`mqtt.password_file` lies inside `data`: keep them apart".to_owned());
        }
        if self.password_file.is_some() && self.username.is_none() {
            wrong.push("`mqtt.password_file` is the password of no `mqtt.username`".to_owned());
        }
        let says_something = |text: &str| {
            (1..=TEXT_BYTES_MAX).contains(&text.len()) && !text.contains(char::is_control)
        };
        let texts = [
            ("username", self.username.as_deref()),
            ("client_id", Some(self.client_id.as_str())),
        ];
        for (key, text) in texts {
            if text.is_some_and(|text| !says_something(text)) {
                wrong.push(format!(
                    "`mqtt.{key}` is not 1 to {TEXT_BYTES_MAX} bytes of visible text"
                ));
            }
        }
        if !is_prefix(&self.prefix) {
            wrong.push(
                "`mqtt.prefix` is not levels of letters, digits, `.`, `-` and `_` with `/` between"
                    .to_owned(),
            );
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broker(text: &str) -> Result<MqttBroker, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn addresses_are_read_as_they_are_written() {
        let address = |url: &str| {
            let broker = broker(&format!("url = '{url}'")).unwrap();
            broker.address().map(|address| address.to_string())
        };
        for (url, read) in [
            ("mqtt://broker.internal:1884", "broker.internal:1884"),
            ("mqtt://broker.internal", "broker.internal:1883"),
            ("mqtt://127.0.0.1:1883", "127.0.0.1:1883"),
            ("mqtt://[::1]:1883", "[::1]:1883"),
            ("mqtt://[::1]", "[::1]:1883"),
        ] {
            assert_eq!(address(url).as_deref(), Ok(read));
        }
        for bad in [
            "",
            "broker:1883",
            "mqtt://",
            "mqtt://:1883",
            "mqtt://broker:0",
            "mqtt://broker:99999",
            "mqtt://name:secret@broker",
            "mqtt://broker/path",
            "mqtts://broker",
            "http://broker",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_table_needs_an_address_and_has_no_place_for_a_password() {
        let data = Path::new("data");
        let plain = broker("url = 'mqtt://broker'").unwrap();
        assert!(plain.wrong(data).is_empty());
        assert_eq!(plain.prefix, "tillkey");
        assert!(broker("username = 'server'").is_err());
        assert!(broker("url = 'mqtt://broker'\npassword = 'secret'").is_err());
        let wrong = broker(
            "url = 'broker'\nusername = ''\npassword_file = 'data/password'\n\
             client_id = ''\nprefix = '/a'",
        )
        .unwrap()
        .wrong(data);
        assert_eq!(wrong.len(), 5, "{wrong:?}");
        let nobodys = broker("url = 'mqtt://broker'\npassword_file = 'secret'").unwrap();
        assert_eq!(nobodys.wrong(data).len(), 1);
    }
}
