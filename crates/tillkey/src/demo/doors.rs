//! Links that sign the person at the keyboard in as one of the demo's people.
//!
//! They lead to an address of their own, which signs in over HTTP as anybody would,
//! gives the browser the session's cookie and sends it on; cookies belong to a host,
//! whatever the port. The service has no such way in. The links exist on loopback
//! alone, and each run's are others.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rand::Rng;
use serde_json::json;
use tillkey_server::Shell;

use super::bank::{Bank, Caller, text};
use super::phone::Phones;
use super::shop::Shop;
use crate::failed::Failed;

/// Who somebody can be, where that leads, and what it is called.
const DOORS: [(&str, &str, &str); 7] = [
    ("agent", "/desk", "hotline desk    客服"),
    ("clerk", "/counter", "branch counter  柜台"),
    ("reviewer", "/review", "review          审核"),
    ("reviewer-2", "/review", "second reviewer 第二审核员"),
    ("auditor", "/ledger", "ledger          审计账本"),
    (
        "administrator",
        "/settings/staff",
        "administration  系统管理",
    ),
    ("manager", "/portal", "merchant portal 商户平台"),
];

/// The doors of one run.
#[derive(Clone)]
pub(super) struct Doors(Arc<Inside>);

struct Inside {
    bank: Bank,
    phones: Phones,
    shop: Shop,
    /// The service's address.
    url: String,
    /// Stands in every link, so that no other page can guess one.
    secret: String,
}

impl Doors {
    pub(super) fn new(
        shell: &Shell,
        bank: Bank,
        phones: Phones,
        (shop, url): (Shop, &str),
    ) -> Self {
        let mut rng = shell.rng();
        let secret = (0..16).fold(String::new(), |mut secret, _| {
            let _ = write!(secret, "{:x}", rng.gen_range(0..16));
            secret
        });
        Self(Arc::new(Inside {
            bank,
            phones,
            shop,
            url: url.to_owned(),
            secret,
        }))
    }

    /// The addresses, below the one that they are served at.
    pub(super) fn router(&self) -> Router {
        Router::new()
            .route("/{secret}/{who}", get(enter))
            .with_state(self.clone())
    }

    /// Each door's name and link.
    pub(super) fn links(&self, base: &str) -> Vec<(&'static str, String)> {
        let secret = &self.0.secret;
        let link = |(who, _, name): (&str, &str, &'static str)| {
            (
                name,
                format!("{}/{secret}/{who}", base.trim_end_matches('/')),
            )
        };
        DOORS.into_iter().map(link).collect()
    }

    /// Signs in, and gives the cookie with its value.
    async fn sign_in(&self, who: &str) -> Result<(&'static str, String), Failed> {
        let Inside { bank, .. } = &*self.0;
        let staff = match who {
            "agent" => &bank.agent,
            "clerk" => &bank.clerk,
            "reviewer" => &bank.reviewers[0],
            "reviewer-2" => &bank.reviewers[1],
            "auditor" => &bank.auditor,
            "administrator" => &bank.administrator,
            _ => return self.manager().await,
        };
        Ok(("tillkey-staff", bank.session_of(staff).await?))
    }

    async fn manager(&self) -> Result<(&'static str, String), Failed> {
        let Inside {
            bank, phones, shop, ..
        } = &*self.0;
        let session = shop.manager_signs_in(bank, phones).await?;
        Ok(("tillkey-manager", session))
    }
}

async fn enter(
    State(doors): State<Doors>,
    Path((secret, who)): Path<(String, String)>,
) -> Response {
    let door = DOORS.into_iter().find(|(name, ..)| *name == who);
    let Some((_, page, _)) = door.filter(|_| secret == doors.0.secret) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match doors.sign_in(&who).await {
        Ok((name, token)) => {
            let cookie = format!("{name}={token}; Path=/; HttpOnly; SameSite=Strict");
            let to = format!("{}{page}", doors.0.url);
            let headers = [(header::SET_COOKIE, cookie), (header::LOCATION, to)];
            let headers = headers.map(|(name, value)| (name, HeaderValue::try_from(value).ok()));
            let mut response = StatusCode::SEE_OTHER.into_response();
            for (name, value) in headers {
                response
                    .headers_mut()
                    .extend(value.map(|value| (name, value)));
            }
            response
        }
        Err(failed) => (StatusCode::BAD_GATEWAY, failed.line()).into_response(),
    }
}

/// A manager's session, by the phone that the code goes to.
impl Shop {
    pub(super) async fn manager_signs_in(
        &self,
        bank: &Bank,
        phones: &Phones,
    ) -> Result<String, Failed> {
        let nobody = Bank::stranger();
        let before = phones.count(&self.manager_phone);
        let body = json!({ "phone": self.manager_phone });
        let begun = bank.post(&nobody, "/v1/manager-sign-ins", body).await?;
        let code = phones.next_code(&self.manager_phone, 6, before).await?;
        let body = json!({ "sign_in": text(&begun, "sign_in")?, "code": code });
        text(
            &bank.post(&nobody, "/v1/manager-sessions", body).await?,
            "token",
        )
    }

    /// The same as somebody who calls the service.
    pub(super) async fn manager(&self, bank: &Bank, phones: &Phones) -> Result<Caller, Failed> {
        let token = self.manager_signs_in(bank, phones).await?;
        Ok(Caller::with_token("the manager", token))
    }
}
