//! `/portal`: where a merchant's managers work. Mobile first, like the public pages,
//! and with their progress page.
//!
//! 1. `sign_in`, `confirm`, `merchants`, `sessions`: who it is, for which merchant, and
//!    until when.
//! 2. `terminals`, `operators`, `reset`, `case`: the terminals, their operators, and a
//!    reset from the first form to the new password; consents to what others opened, and
//!    to what a campaign asks (`campaign`).
//! 3. `access`, `access_review`: who else signs in, the end of it, and once a year whether
//!    everybody still should.
//! 4. `contact`, `history`, `records`, `deposit`: the registered phone, what happened,
//!    what is known of the terminals, how far a deposit's return has come.
//! 5. `data`: what is held of the merchant and its people, and a copy of it.
//!
//! No page takes a merchant from its address: it is the session's.

mod access;
mod access_review;
mod campaign;
mod case;
mod confirm;
mod contact;
mod data;
mod deposit;
pub mod diagnosis;
mod history;
mod merchants;
mod operators;
mod records;
mod reset;
pub(super) mod seat;
mod sessions;
mod sign_in;
mod terminals;
mod words;

use axum::Router;
use axum::routing::{get, post};

pub use self::access::{AccessPage, EndAccessPage};
pub use self::access_review::{AccessReviewPage, ReviewMistake};
pub use self::campaign::{CampaignMistake, CampaignPage};
pub use self::confirm::ConfirmPage;
pub use self::contact::{ContactMistake, ContactPage};
pub use self::data::DataPage;
pub use self::deposit::DepositPage;
pub use self::history::{HistoryPage, Resets};
pub use self::merchants::MerchantsPage;
pub use self::operators::RemovalPage;
pub use self::records::RecordsPage;
pub use self::reset::{ResetMistake, ResetPage};
pub use self::sessions::SessionsPage;
pub use self::sign_in::{CodeMistake, CodePage, PhoneMistake, PhonePage};
pub use self::terminals::{TerminalMistake, TerminalPage, TerminalsPage};
pub use self::words::PortalWords;
use super::offline;
use super::site::Site;
use super::{Language, Nav};

/// The bar above a page of the portal, for a manager with every right.
pub fn portal_nav(language: Language, who: &str, path: &str) -> Nav {
    seat::bar(language, who, path, |_| true)
}

/// Every page of the portal.
pub(super) fn routes() -> Router<Site> {
    Router::new()
        .route("/portal", get(terminals::show_all))
        .route("/portal/sign-in", get(sign_in::show).post(sign_in::send))
        .route(
            "/portal/sign-in/code",
            get(sign_in::show_code).post(sign_in::take_code),
        )
        .route("/portal/confirm", get(confirm::show).post(confirm::send))
        .route(
            "/portal/confirm/code",
            get(confirm::show_code).post(confirm::take_code),
        )
        .route(
            "/portal/merchants",
            get(merchants::show).post(merchants::go_on),
        )
        .route("/portal/sign-out", post(sessions::sign_out))
        .route(
            "/portal/sign-out-everywhere",
            post(sessions::sign_out_everywhere),
        )
        .route("/portal/sessions", get(sessions::show))
        .route("/portal/sessions/{session}/end", post(sessions::end))
        .route("/portal/terminals/{terminal}", get(terminals::show))
        .route(
            "/portal/terminals/{terminal}/operators/{operator}",
            get(diagnosis::show),
        )
        .route(
            "/portal/terminals/{terminal}/operators",
            post(operators::add),
        )
        .route(
            "/portal/terminals/{terminal}/operators/{operator}/reset",
            get(reset::show).post(reset::send),
        )
        .route(
            "/portal/terminals/{terminal}/operators/{operator}/removal",
            get(operators::show_removal).post(operators::remove),
        )
        .route("/portal/cases/{case}", get(case::show))
        .route("/portal/cases/{case}/events", get(case::events))
        .route("/portal/cases/{case}/sms", post(case::send_sms))
        .route("/portal/cases/{case}/code", post(case::take_code))
        .route("/portal/cases/{case}/submission", post(case::submit))
        .route(
            "/portal/cases/{case}/reset-code",
            post(case::send_reset_code),
        )
        .route(
            "/portal/cases/{case}/offline",
            get(offline::show_to_manager).post(offline::answer_manager),
        )
        .route("/portal/cases/{case}/cancellation", post(case::cancel))
        .route("/portal/cases/{case}/consent", post(case::consent))
        .route("/portal/cases/{case}/objection", post(case::object))
        .route("/portal/access", get(access::show))
        .route(
            "/portal/access/{manager}/end",
            get(access::show_end).post(access::end),
        )
        .route(
            "/portal/access-review",
            get(access_review::show).post(access_review::send),
        )
        .route("/portal/campaigns/{campaign}", get(campaign::show))
        .route(
            "/portal/campaigns/{campaign}/consents",
            post(campaign::consent),
        )
        .route(
            "/portal/campaigns/{campaign}/objection",
            post(campaign::object),
        )
        .route("/portal/history", get(history::show))
        .route("/portal/data", get(data::show))
        .route("/portal/data/download", post(data::download))
        .route("/portal/deposit", get(deposit::show))
        .route("/portal/records", get(records::show))
        .route("/portal/records/sign-ons", get(records::download))
        .route("/portal/records/trade", get(records::download_days))
        .route("/portal/contact", get(contact::show).post(contact::ask))
        .route("/portal/contact/code", post(contact::confirm))
        .route("/portal/contact/language", post(contact::set_language))
}
