//! The address that a request came from, as attempts are counted against it.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::act::Source;
use crate::act::staff::Device;
use crate::api::limits::FORWARDED_HOPS_MAX;
use crate::shell::Shell;

/// Where a request came from.
#[derive(Debug)]
pub(crate) struct Peer(pub(crate) Source);

impl<S> FromRequestParts<S> for Peer
where
    S: Send + Sync,
    Shell: FromRef<S>,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        // Without a connection (in memory) all share one budget: the strict side.
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip());
        let shell = Shell::from_ref(state);
        let trusted = &shell.config().trusted_proxies;
        let address = origin(peer, &parts.headers, trusted);
        Ok(Self(
            Source::address(address).with_device(device(&parts.headers)),
        ))
    }
}

/// With what a request came, as its `User-Agent` says.
pub(crate) fn device(headers: &HeaderMap) -> Device {
    headers
        .get(header::USER_AGENT)
        .map(|value| Device::of_user_agent(value.as_bytes()))
        .unwrap_or_default()
}

/// The nearest address that is not a trusted proxy. `X-Forwarded-For` is read from
/// its end, and only as far as trusted proxies wrote it; what stands before is what a
/// stranger says.
pub(crate) fn origin(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let mut nearest = peer.to_canonical();
    let chain = headers.get_all("x-forwarded-for").iter().rev();
    let hops = chain
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.rsplit(','));
    for hop in hops.take(FORWARDED_HOPS_MAX) {
        if !trusted.contains(&nearest) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(address) => nearest = address.to_canonical(),
            Err(_) => break,
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn f09_only_a_trusted_proxy_is_believed_and_only_for_its_own_hop() {
        let check = |peer: &str, forwarded: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
            let trusted = ["10.0.0.1".parse().unwrap(), "10.0.0.2".parse().unwrap()];
            origin(peer.parse().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(check("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(check("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(
            check("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2"),
            "198.51.100.1"
        );
        assert_eq!(check("10.0.0.1", "198.51.100.1, nonsense"), "10.0.0.1");
    }

    #[test]
    fn a_forwarded_address_counts_as_far_as_trusted_proxies_wrote_it() {
        let check = |peer: &str, chain: &[&str], trusted: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in chain {
                headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
            }
            let trusted: Vec<IpAddr> = trusted.iter().map(|text| text.parse().unwrap()).collect();
            origin(peer.parse().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(check("203.0.113.9", &["10.9.9.9"], &[]), "203.0.113.9");
        assert_eq!(
            check("10.0.0.1", &["203.0.113.9"], &["10.0.0.1"]),
            "203.0.113.9"
        );
        assert_eq!(
            check("::ffff:10.0.0.1", &["203.0.113.9"], &["10.0.0.1"]),
            "203.0.113.9"
        );
        // What the stranger put in front is not read.
        assert_eq!(
            check("10.0.0.1", &["1.1.1.1, 203.0.113.9"], &["10.0.0.1"]),
            "203.0.113.9"
        );
        assert_eq!(
            check("10.0.0.1", &["1.1.1.1", "203.0.113.9"], &["10.0.0.1"]),
            "203.0.113.9"
        );
        assert_eq!(check("10.0.0.1", &["unknown"], &["10.0.0.1"]), "10.0.0.1");
        assert_eq!(check("10.0.0.1", &[], &["10.0.0.1"]), "10.0.0.1");
    }
}
