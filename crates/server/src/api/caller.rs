//! Who asks: the address of the connection, a holder by token, staff and managers by
//! session.
//!
//! A caller is what the connection and the `Authorization` header prove, and nothing
//! that the request says of itself: no account, role or address is read from any
//! other header (F09).

use std::net::SocketAddr;
use std::str::FromStr;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use tillkey_rules::party::Actor;

use super::Api;
use super::json::RequestDigest;
use super::limits::{IDEMPOTENCY_KEY_LENGTH_MAX, IDEMPOTENCY_KEY_LENGTH_MIN};
use super::problem::Problem;
use crate::act::managers::{self, ManagerSession};
use crate::act::party::Keeper;
use crate::act::{
    Access, ApplicationToken, CaseToken, Failure, ManagerToken, Once, SignedIn, Source, StaffToken,
    application, staff,
};
use crate::peer::{device, origin};

/// The source of a request.
#[derive(Debug)]
pub(crate) struct Peer(pub(crate) Source);

impl FromRequestParts<Api> for Peer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Some(ConnectInfo(peer)) = parts.extensions.get::<ConnectInfo<SocketAddr>>() else {
            tracing::error!("the server was started without the addresses of its connections");
            return Err(Problem::fault());
        };
        let trusted = &api.shell.config().trusted_proxies;
        let address = origin(peer.ip(), &parts.headers, trusted);
        let device = device(&parts.headers);
        Ok(Self(Source::address(address).with_device(device)))
    }
}

/// The token of `Authorization: Bearer`, when there is exactly one such header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn token<T: FromStr>(headers: &HeaderMap) -> Result<T, Problem> {
    bearer(headers)
        .and_then(|text| text.parse().ok())
        .ok_or(Problem::unauthenticated())
}

/// A member of staff, signed in.
#[derive(Debug)]
pub(crate) struct Staff {
    /// Who.
    pub(crate) signed_in: SignedIn,
    /// Their session's token, to end it with.
    pub(crate) token: StaffToken,
}

impl FromRequestParts<Api> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let token: StaffToken = token(&parts.headers)?;
        let signed_in = staff::signed_in(&api.shell, &token).await?;
        Ok(Self { signed_in, token })
    }
}

/// The same, while the first password is in force as well: for what leads on from it.
#[derive(Debug)]
pub(crate) struct AnyStaff(pub(crate) Staff);

impl FromRequestParts<Api> for AnyStaff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let token: StaffToken = token(&parts.headers)?;
        let signed_in = staff::signed_in_with_first_password(&api.shell, &token).await?;
        Ok(Self(Staff { signed_in, token }))
    }
}

impl Staff {
    /// Whose idempotency keys these are.
    pub(crate) fn principal(&self) -> String {
        principal_of(&self.signed_in)
    }
}

/// A manager, signed in.
#[derive(Debug)]
pub(crate) struct ManagerCaller(pub(crate) ManagerSession);

impl FromRequestParts<Api> for ManagerCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let token: ManagerToken = token(&parts.headers)?;
        Ok(Self(managers::signed_in(&api.shell, &token).await?))
    }
}

impl ManagerCaller {
    /// Whose idempotency keys these are.
    pub(crate) fn principal(&self) -> String {
        let ManagerSession {
            acquirer, manager, ..
        } = &self.0;
        format!("manager {acquirer}/{manager}")
    }
}

/// Staff or a manager: whoever has a session. The two kinds of token look different.
#[derive(Debug)]
pub(crate) enum Member {
    /// Of the acquirer.
    Staff(Staff),
    /// Of a merchant.
    Manager(ManagerCaller),
}

impl FromRequestParts<Api> for Member {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if token::<ManagerToken>(&parts.headers).is_ok() {
            let manager = ManagerCaller::from_request_parts(parts, api).await?;
            return Ok(Self::Manager(manager));
        }
        Staff::from_request_parts(parts, api).await.map(Self::Staff)
    }
}

impl Member {
    /// Whose idempotency keys these are.
    pub(crate) fn principal(&self) -> String {
        match self {
            Self::Staff(staff) => staff.principal(),
            Self::Manager(manager) => manager.principal(),
        }
    }

    /// As one who keeps what belongs to a merchant.
    pub(crate) fn keeper(&self) -> Keeper {
        match self {
            Self::Staff(staff) => Keeper::from(&staff.signed_in),
            Self::Manager(manager) => Keeper::from(&manager.0),
        }
    }
}

/// Somebody with a session, or nobody in particular: opening a case is open to all.
#[derive(Debug)]
pub(crate) struct MaybeMember(pub(crate) Option<Member>);

impl FromRequestParts<Api> for MaybeMember {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if !parts.headers.contains_key(header::AUTHORIZATION) {
            return Ok(Self(None));
        }
        // Who says they are somebody is that or is turned away, never a stranger.
        let member = Member::from_request_parts(parts, api).await?;
        Ok(Self(Some(member)))
    }
}

impl MaybeMember {
    /// Whose idempotency keys these are.
    pub(crate) fn principal(&self, peer: &Peer) -> String {
        match &self.0 {
            Some(member) => member.principal(),
            None => format!("source {}", peer.0),
        }
    }
}

/// Whoever may reach a case: its holder, staff, or a manager.
#[derive(Debug)]
pub(crate) struct CaseCaller {
    /// How they reach it.
    pub(crate) access: Access,
    /// Whose idempotency keys these are.
    pub(crate) principal: String,
}

impl FromRequestParts<Api> for CaseCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        // The kinds of token look different; which case it opens, its case knows.
        if let Ok(token) = token::<CaseToken>(&parts.headers) {
            let digest = HEXLOWER.encode(&Sha256::digest(token.expose()));
            let principal = format!("holder {digest}");
            return Ok(Self {
                access: Access::Holder(token),
                principal,
            });
        }
        let member = Member::from_request_parts(parts, api).await?;
        Ok(Self {
            principal: member.principal(),
            access: match member {
                Member::Staff(staff) => Access::Staff(staff.signed_in),
                Member::Manager(manager) => Access::Manager(manager.0),
            },
        })
    }
}

/// Whoever may reach an application: its applicant, or staff.
#[derive(Debug)]
pub(crate) struct ApplicationCaller {
    /// How they reach it.
    pub(crate) access: application::Access,
    /// Whose idempotency keys these are.
    pub(crate) principal: String,
}

impl FromRequestParts<Api> for ApplicationCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        if let Ok(token) = token::<ApplicationToken>(&parts.headers) {
            let digest = HEXLOWER.encode(&Sha256::digest(token.expose()));
            return Ok(Self {
                access: application::Access::Applicant(token),
                principal: format!("applicant {digest}"),
            });
        }
        let staff = Staff::from_request_parts(parts, api).await?;
        Ok(Self {
            principal: staff.principal(),
            access: application::Access::Staff(staff.signed_in),
        })
    }
}

impl ApplicationCaller {
    /// The applicant's token; what an applicant does, no member of staff does for them.
    pub(crate) fn applicant(&self) -> Result<&ApplicationToken, Problem> {
        match &self.access {
            application::Access::Applicant(token) => Ok(token),
            application::Access::Staff(_) => Err(Failure::NotAllowed.into()),
        }
    }
}

fn principal_of(signed_in: &SignedIn) -> String {
    let acquirer = &signed_in.acquirer;
    match &signed_in.actor {
        Actor::Staff { staff, .. } => format!("staff {acquirer}/{staff}"),
        actor
        @ (Actor::Holder | Actor::Manager { .. } | Actor::Terminal { .. } | Actor::System) => {
            format!("other {acquirer}/{actor:?}")
        }
    }
}

/// The caller's `Idempotency-Key`, when there is one.
#[derive(Debug)]
pub(crate) struct Key(Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        let Some(value) = values.next() else {
            return Ok(Self(None));
        };
        let lengths = IDEMPOTENCY_KEY_LENGTH_MIN..=IDEMPOTENCY_KEY_LENGTH_MAX;
        let bytes = value.as_bytes();
        let plain = lengths.contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic);
        match (value.to_str(), plain, values.next()) {
            (Ok(key), true, None) => Ok(Self(Some(key.to_owned()))),
            _ => Err(Problem::invalid(
                "Idempotency-Key",
                "8 to 64 visible ASCII characters, once",
            )),
        }
    }
}

impl Key {
    /// The key with whose it is and what it is used for.
    pub(crate) fn once(self, principal: String, digest: RequestDigest) -> Option<Once> {
        self.0.map(|key| Once {
            principal,
            key,
            request_digest: digest.0,
        })
    }
}
