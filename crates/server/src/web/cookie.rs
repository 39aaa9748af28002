//! Cookies: reading one strictly, writing one safely.
//!
//! The case token is in a cookie and never in an address, because addresses end up
//! in histories, logs and screenshots. The cookie belongs to one case's path, so no
//! other page even receives it.

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::Timestamp;
use tillkey_wire::ids::{ApplicationId, CaseId, MerchantNumber, OperatorNumber, TerminalNumber};

use super::limits::{
    APPLICATION_COOKIE_SECONDS, CASE_COOKIE_SECONDS, COOKIES_BYTES_MAX, LANGUAGE_COOKIE_SECONDS,
    SIGN_IN_COOKIE_SECONDS,
};
use super::{Language, language};
use crate::act::case::Named;
use crate::act::{ApplicationToken, CaseToken, ManagerToken, SignInToken, StaffToken};

/// The value of the first cookie of this name.
pub(super) fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .filter(|text| text.len() <= COOKIES_BYTES_MAX)
        .flat_map(|text| text.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// What the device of the one who opened a case keeps: the token, and what they
/// typed. The case itself does not give the latter back, whether or not it names
/// somebody who exists; so what the page shows is theirs and tells them nothing.
#[derive(Debug, Clone)]
pub(super) struct Holding {
    pub(super) token: CaseToken,
    pub(super) named: Named,
}

/// `__Secure-` makes a browser refuse the cookie where the connection is not TLS,
/// so that nobody on the way can plant one (attack B11). On plain http, as in the
/// demo, browsers would drop it.
const fn case_cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Secure-tillkey-case"
    } else {
        "tillkey-case"
    }
}

impl Holding {
    /// Reads the cookie of a case's pages. Anything odd is as if it were not there.
    pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<Self> {
        let mut parts = read(headers, case_cookie_name(secure))?.split('.');
        let token = parts.next()?.parse().ok()?;
        let merchant: MerchantNumber = parts.next()?.parse().ok()?;
        let terminal: TerminalNumber = parts.next()?.parse().ok()?;
        let operator: OperatorNumber = parts.next()?.parse().ok()?;
        let named = Named {
            merchant,
            terminal,
            operator,
        };
        parts.next().is_none().then_some(Self { token, named })
    }

    /// The header that gives it to the device.
    pub(super) fn write(&self, case: CaseId, secure: bool) -> Option<HeaderValue> {
        let Named {
            merchant,
            terminal,
            operator,
        } = &self.named;
        let name = case_cookie_name(secure);
        let token = self.token.expose();
        let flag = if secure { "; Secure" } else { "" };
        let mut value = HeaderValue::try_from(format!(
            "{name}={token}.{merchant}.{terminal}.{operator}; Path=/reset/{case}; \
             Max-Age={CASE_COOKIE_SECONDS}; HttpOnly; SameSite=Strict{flag}"
        ))
        .ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

const fn application_cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Secure-tillkey-application"
    } else {
        "tillkey-application"
    }
}

/// The token of an application's pages. Anything odd is as if it were not there.
pub(super) fn applicant_token(headers: &HeaderMap, secure: bool) -> Option<ApplicationToken> {
    read(headers, application_cookie_name(secure))?.parse().ok()
}

/// The header that gives an application to a device, for that application's pages alone.
pub(super) fn keep_applicant(
    application: ApplicationId,
    token: &ApplicationToken,
    secure: bool,
) -> Option<HeaderValue> {
    let name = application_cookie_name(secure);
    let flag = if secure { "; Secure" } else { "" };
    let mut value = HeaderValue::try_from(format!(
        "{name}={}; Path=/applications/{application}; Max-Age={APPLICATION_COOKIE_SECONDS}; \
         HttpOnly; SameSite=Strict{flag}",
        token.expose()
    ))
    .ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// `__Host-` binds the cookie to this very host and to TLS: no neighbour can plant one
/// (attack B11).
const fn staff_cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-tillkey-staff"
    } else {
        "tillkey-staff"
    }
}

/// The token of a staff session. Anything odd is as if it were not there.
pub(super) fn staff_token(headers: &HeaderMap, secure: bool) -> Option<StaffToken> {
    read(headers, staff_cookie_name(secure))?.parse().ok()
}

/// The header that gives a staff session to the browser, until the browser is closed.
/// The server ends it before, when it is idle.
pub(super) fn keep_staff(token: &StaffToken, secure: bool) -> Option<HeaderValue> {
    signed_in_cookie(staff_cookie_name(secure), token.expose(), secure)
}

/// The header that takes it away.
pub(super) fn drop_staff(secure: bool) -> Option<HeaderValue> {
    dropped(staff_cookie_name(secure), "/", secure)
}

/// As the staff's.
const fn manager_cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Host-tillkey-manager"
    } else {
        "tillkey-manager"
    }
}

/// The token of a manager's session. Anything odd is as if it were not there.
pub(super) fn manager_token(headers: &HeaderMap, secure: bool) -> Option<ManagerToken> {
    read(headers, manager_cookie_name(secure))?.parse().ok()
}

/// The header that gives a manager's session to the browser, until it is closed.
pub(super) fn keep_manager(token: &ManagerToken, secure: bool) -> Option<HeaderValue> {
    signed_in_cookie(manager_cookie_name(secure), token.expose(), secure)
}

/// The header that takes it away.
pub(super) fn drop_manager(secure: bool) -> Option<HeaderValue> {
    dropped(manager_cookie_name(secure), "/", secure)
}

/// What a device holds between a phone and its code.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    pub(super) sign_in: SignInToken,
    /// Until when the code can be typed.
    pub(super) expires_at: Timestamp,
}

const fn waiting_cookie_name(secure: bool) -> &'static str {
    if secure {
        "__Secure-tillkey-sign-in"
    } else {
        "tillkey-sign-in"
    }
}

impl Waiting {
    /// Reads the cookie of a sign-in that waits for its code.
    pub(super) fn read(headers: &HeaderMap, secure: bool) -> Option<Self> {
        let (token, until) = read(headers, waiting_cookie_name(secure))?.split_once('.')?;
        let expires_at = Timestamp::from_second(until.parse().ok()?).ok()?;
        let sign_in = token.parse().ok()?;
        Some(Self {
            sign_in,
            expires_at,
        })
    }

    /// The header that gives it to the device.
    pub(super) fn write(&self, secure: bool) -> Option<HeaderValue> {
        let name = waiting_cookie_name(secure);
        let (token, until) = (self.sign_in.expose(), self.expires_at.as_second());
        let flag = if secure { "; Secure" } else { "" };
        let mut value = HeaderValue::try_from(format!(
            "{name}={token}.{until}; Path=/portal; Max-Age={SIGN_IN_COOKIE_SECONDS}; HttpOnly; \
             SameSite=Strict{flag}"
        ))
        .ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The header that takes it away.
    pub(super) fn drop(secure: bool) -> Option<HeaderValue> {
        dropped(waiting_cookie_name(secure), "/portal", secure)
    }
}

fn dropped(name: &str, path: &str, secure: bool) -> Option<HeaderValue> {
    let flag = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!(
        "{name}=; Path={path}; Max-Age=0; HttpOnly; SameSite=Strict{flag}"
    ))
    .ok()
}

/// A cookie that says who is signed in: for this host alone, unseen by scripts, and not
/// sent along from any other site.
fn signed_in_cookie(name: &str, token: &str, secure: bool) -> Option<HeaderValue> {
    let flag = if secure { "; Secure" } else { "" };
    let mut value = HeaderValue::try_from(format!(
        "{name}={token}; Path=/; HttpOnly; SameSite=Strict{flag}"
    ))
    .ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header that keeps a chosen language.
pub(super) fn keep_language(chosen: Language, secure: bool) -> Option<HeaderValue> {
    let flag = if secure { "; Secure" } else { "" };
    HeaderValue::try_from(format!(
        "{}={}; Path=/; Max-Age={LANGUAGE_COOKIE_SECONDS}; HttpOnly; SameSite=Lax{flag}",
        language::COOKIE,
        chosen.tag(),
    ))
    .ok()
}
