//! Before and after every page: who may post, and what a browser may do with the
//! answer.
//!
//! 1. A form counts only if one of this site's own pages sent it (attack B10). The
//!    browser says so itself; a page cannot write these headers.
//! 2. Every answer forbids foreign scripts, frames (B13) and guessing of types.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use super::notice::Notice;
use super::site::Site;
use super::{cookie, language};

/// What every answer says to the browser.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Tells other sites nothing. `no-referrer` would tell this one nothing either:
    // browsers then post with `Origin: null`, and those too old for `Sec-Fetch-Site`
    // (many a shop's phone) could not be told from a forger.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Stands around every page.
pub(super) async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let reader = language::of(request.uri(), request.headers());
    let chosen = language::chosen(request.uri());
    let is_safe = [Method::GET, Method::HEAD].contains(request.method());
    let mut response = if is_safe || is_own(request.headers(), site.origin()) {
        next.run(request).await
    } else {
        Notice::Foreign.page(&site, reader)
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.append(
        header::VARY,
        HeaderValue::from_static("accept-language, cookie"),
    );
    let kept = chosen.and_then(|chosen| cookie::keep_language(chosen, site.is_secure()));
    if let Some(value) = kept {
        headers.append(header::SET_COOKIE, value);
    }
    response
}

/// Whether one of this site's own pages made this request. Without a word from the
/// browser it is not: whoever has no browser has the API.
fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    let said = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (said("sec-fetch-site"), said("origin")) {
        (Some(site), _) => site == "same-origin",
        // The whole origin: `http://tillkey.example.evil` begins alike (attack B09).
        (None, Some(sender)) => sender == origin,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b09_b10_only_own_pages_may_post() {
        let check = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs
                .iter()
                .map(|&(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_static(value),
                    )
                })
                .collect();
            is_own(&headers, "https://reset.example")
        };
        assert!(check(&[("sec-fetch-site", "same-origin")]));
        assert!(check(&[("origin", "https://reset.example")]));
        for foreign in [
            &[][..],
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://reset.example"),
            ],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "null")],
            &[("origin", "http://reset.example")],
            &[("origin", "https://badreset.example")],
            &[("origin", "https://reset.example.evil")],
            &[("origin", "https://reset.example:8443")],
            &[("referer", "https://reset.example/reset")],
        ] {
            assert!(!check(foreign), "{foreign:?}");
        }
    }
}
