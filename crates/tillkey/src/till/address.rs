//! Where the server is, as it is typed.

use std::fmt;
use std::str::FromStr;

/// A server's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Server {
    host_and_port: String,
}

/// Why a text is not a server's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a server address: {0}")]
pub(crate) struct InvalidServer(&'static str);

impl Server {
    /// Host and port, to connect to.
    pub(super) fn host_and_port(&self) -> &str {
        &self.host_and_port
    }

    /// The address of the link.
    pub(super) fn link(&self) -> String {
        format!("ws://{}/v1/link", self.host_and_port)
    }
}

impl FromStr for Server {
    type Err = InvalidServer;

    /// Takes `http://host:port`, `ws://host:port` or `host:port`.
    fn from_str(text: &str) -> Result<Self, InvalidServer> {
        if text.starts_with("https://") || text.starts_with("wss://") {
            // Messages are signed both ways without it; secrecy of what passes by is
            // the tunnel's in front.
            return Err(InvalidServer(
                "TLS is not built in; connect through a TLS tunnel",
            ));
        }
        let rest = ["http://", "ws://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let authority = rest.unwrap_or(text).trim_end_matches('/');
        let host_and_port = match authority.rsplit_once(':') {
            Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => {
                authority.to_owned()
            }
            None if !authority.is_empty() => format!("{authority}:80"),
            _ => return Err(InvalidServer("http://host:port is expected")),
        };
        let plain = |b: u8| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b);
        if host_and_port.bytes().all(plain) {
            Ok(Self { host_and_port })
        } else {
            Err(InvalidServer(
                "http://host:port is expected, without a path",
            ))
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}", self.host_and_port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_typed() {
        let link = |text: &str| text.parse::<Server>().map(|server| server.link()).ok();
        for text in [
            "http://127.0.0.1:8080",
            "ws://127.0.0.1:8080/",
            "127.0.0.1:8080",
        ] {
            assert_eq!(
                link(text).as_deref(),
                Some("ws://127.0.0.1:8080/v1/link"),
                "{text}"
            );
        }
        assert_eq!(
            link("http://[::1]:80").as_deref(),
            Some("ws://[::1]:80/v1/link")
        );
        assert_eq!(
            link("bank.example").as_deref(),
            Some("ws://bank.example:80/v1/link")
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
            assert_eq!(link(bad), None, "{bad}");
        }
    }
}
