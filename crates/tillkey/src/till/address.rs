//! Where the server is, as it is typed: its own address, or that of a broker between.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use tillkey_terminal::wire::secret::Secret;

/// How a server is reached.
#[derive(Debug, Clone)]
pub(crate) struct Server(Way);

#[derive(Debug, Clone)]
pub(super) enum Way {
    /// By a WebSocket to this host and port.
    Direct(String),
    /// Over a broker.
    Broker(Account),
}

/// A terminal's account on a broker, and the topics that come with it.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) name: String,
    pub(super) prefix: String,
    pub(super) password: Option<Arc<Secret<String>>>,
}

/// Why a text is not a server's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a server address: {0}")]
pub(crate) struct InvalidServer(&'static str);

/// The port of MQTT without TLS.
const BROKER_PORT: u16 = 1_883;

impl Server {
    pub(super) const fn way(&self) -> &Way {
        &self.0
    }

    /// The same, with the password of its account on the broker, if it is over one.
    pub(crate) fn with_password(mut self, password: Secret<String>) -> Self {
        if let Way::Broker(account) = &mut self.0 {
            account.password = Some(Arc::new(password));
        }
        self
    }
}

/// The address of the link at a host and port.
pub(super) fn link(host_and_port: &str) -> String {
    format!("ws://{host_and_port}/v1/link")
}

impl FromStr for Server {
    type Err = InvalidServer;

    /// Takes `http://host:port`, `ws://host:port`, `host:port`, or
    /// `mqtt://name@host:port/prefix`.
    fn from_str(text: &str) -> Result<Self, InvalidServer> {
        if ["https://", "wss://", "mqtts://"]
            .iter()
            .any(|scheme| text.starts_with(scheme))
        {
            // Messages are signed both ways without it; secrecy of what passes by is
            // the tunnel's in front.
            return Err(InvalidServer(
                "TLS is not built in; connect through a TLS tunnel",
            ));
        }
        if let Some(rest) = text.strip_prefix("mqtt://") {
            return account(rest).map(|account| Self(Way::Broker(account)));
        }
        let rest = ["http://", "ws://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let authority = rest.unwrap_or(text).trim_end_matches('/');
        let (host, port) = host_and_port(authority, 80).ok_or(InvalidServer(
            "http://host:port is expected, without a path",
        ))?;
        Ok(Self(Way::Direct(format!("{host}:{port}"))))
    }
}

fn account(text: &str) -> Result<Account, InvalidServer> {
    let wrong = InvalidServer("mqtt://name@host:port/prefix is expected, without a password");
    let plain = |text: &str, others: &[u8]| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || others.contains(&b);
        (1..=64).contains(&text.len()) && text.bytes().all(plain)
    };
    let read = || {
        let (name, rest) = text.rsplit_once('@')?;
        let (authority, prefix) = rest.split_once('/').unwrap_or((rest, "tillkey"));
        let (host, port) = host_and_port(authority, BROKER_PORT)?;
        let fits = plain(name, b"-._@") && plain(prefix, b"-._/");
        fits.then(|| Account {
            host: host.to_owned(),
            port,
            name: name.to_owned(),
            prefix: prefix.to_owned(),
            password: None,
        })
    };
    read().ok_or(wrong)
}

fn host_and_port(authority: &str, default: u16) -> Option<(&str, u16)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, default),
    };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b);
    (!host.is_empty() && host.bytes().all(plain)).then_some((host, port))
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Way::Direct(host_and_port) => write!(f, "http://{host_and_port}"),
            Way::Broker(Account {
                host,
                port,
                name,
                prefix,
                ..
            }) => write!(f, "mqtt://{name}@{host}:{port}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<String> {
        text.parse::<Server>().map(|server| server.to_string()).ok()
    }

    #[test]
    fn addresses_are_read_as_they_are_typed() {
        for text in [
            "http://127.0.0.1:8080",
            "ws://127.0.0.1:8080/",
            "127.0.0.1:8080",
        ] {
            assert_eq!(shown(text).as_deref(), Some("http://127.0.0.1:8080"));
        }
        assert_eq!(shown("http://[::1]:80").as_deref(), Some("http://[::1]:80"));
        assert_eq!(
            shown("bank.example").as_deref(),
            Some("http://bank.example:80")
        );
        assert_eq!(
            link("bank.example:80"),
            "ws://bank.example:80/v1/link",
            "where the link is"
        );
        for bad in [
            "",
            "http://",
            ":80",
            "host:99999",
            "https://host",
            "a/b",
            "a@b:80",
            "a b:80",
        ] {
            assert_eq!(shown(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_broker_is_named_with_the_account_and_never_with_its_password() {
        let whole = "mqtt://till-1@broker.example:1884/acme/tillkey";
        assert_eq!(shown(whole).as_deref(), Some(whole));
        assert_eq!(
            shown("mqtt://till-1@broker.example").as_deref(),
            Some("mqtt://till-1@broker.example:1883/tillkey")
        );
        let known = whole.parse::<Server>().unwrap();
        let known = known.with_password(Secret::new("open sesame".to_owned()));
        assert_eq!(known.to_string(), whole);
        assert!(!format!("{known:?}").contains("sesame"));
        for bad in [
            "mqtt://broker.example",
            "mqtt://@broker.example",
            "mqtt://till-1:secret@broker.example",
            "mqtt://till/1@broker.example",
            "mqtt://till-1@broker.example/",
            "mqtts://till-1@broker.example",
        ] {
            assert_eq!(shown(bad), None, "{bad}");
        }
    }
}
