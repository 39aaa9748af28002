//! Where somebody goes on after signing in: an address of this site and no other.

/// How long an address may be, in bytes.
const BYTES_MAX: usize = 256;

/// The path that was asked for, if it is one of this site's own pages. Anything that a
/// browser could take for another host is not (attack B08): the path starts with one
/// slash, and has nothing but plain characters.
pub(super) fn checked(then: &str) -> Option<&str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.~?=&".contains(&b);
    let own = then.starts_with('/') && !then.starts_with("//") && !then.contains("/..");
    let ours = !then.starts_with("/sign-") && !then.starts_with("/v1/");
    (own && ours && then.len() <= BYTES_MAX && then.bytes().all(plain)).then_some(then)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b08_only_this_sites_own_pages_are_gone_to() {
        for good in ["/desk", "/review/ab-cd_1", "/ledger?q=opened&page=2"] {
            assert_eq!(checked(good), Some(good));
        }
        for bad in [
            "",
            "desk",
            "//evil.example",
            "/\\evil.example",
            "/%2f/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/desk\r\nset-cookie: a=b",
            "/desk#x",
            "/a/../b",
            "/sign-out",
            "/sign-in?then=/sign-in",
            "/v1/cases",
            "/桌",
        ] {
            assert_eq!(checked(bad), None, "{bad}");
        }
        assert_eq!(checked(&format!("/{}", "a".repeat(300))), None);
    }
}
