//! Where whoever manages several merchants with one phone chooses among them.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_wire::ids::MerchantNumber;

use super::PortalWords;
use super::seat::{ManagerSeat, own_page};
use super::sign_in::{Asked, leading_on};
use crate::act::managers::{self, ManagedMerchant};
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;

/// Where a merchant is chosen.
#[derive(Debug, Template)]
#[template(path = "portal/merchants.html")]
pub struct MerchantsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Those to choose from.
    pub merchants: Vec<ManagedMerchant>,
    /// The one that the session is for now.
    pub current: MerchantNumber,
    /// Where to go on.
    pub then: String,
}

impl MerchantsPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }
}

/// Shows the merchants.
pub(super) async fn show(seat: ManagerSeat, Query(asked): Query<Asked>) -> Response {
    match managers::merchants(seat.site.shell(), &seat.by).await {
        Ok(merchants) => {
            let page = MerchantsPage {
                frame: seat.frame(leading_on("/portal/merchants", asked.page())),
                merchants,
                current: seat.by.merchant.clone(),
                then: asked.page().to_owned(),
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure, "/portal/merchants"),
    }
}

/// The chosen merchant.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    merchant: MerchantNumber,
    #[serde(default)]
    then: String,
}

/// Goes on to a merchant.
pub(super) async fn go_on(
    seat: ManagerSeat,
    form: Result<Form<Choice>, FormRejection>,
) -> Response {
    let Ok(Form(Choice { merchant, then })) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    match managers::go_on_to(seat.site.shell(), &seat.by, merchant).await {
        Ok(()) => Redirect::to(own_page(&then).unwrap_or("/portal")).into_response(),
        Err(failure) => seat.failed(&failure, "/portal/merchants"),
    }
}
