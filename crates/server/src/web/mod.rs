//! The pages: by who sits there, and around them what every page needs.
//!
//! A handler parses, calls one act and shows a page; a page is a function from a
//! view to HTML (`templates/`), with words from `words/`. Pages work without
//! JavaScript and are livelier with it. Nothing here decides anything, and no page
//! ever holds a code, a password or a case token; but for a new account's first
//! password, which its administrator is shown once.

pub mod application;
pub mod apply;
mod assets;
mod case_words;
mod chart;
mod cookie;
pub mod counter;
mod csv;
pub mod desk;
pub mod diagnosis;
pub mod dossier;
mod file;
pub mod fleet;
mod frame;
mod fresh;
mod guard;
pub mod help;
mod home;
pub mod intake;
mod language;
pub mod ledger;
pub mod limits;
mod live;
pub mod lookup;
mod nav;
mod notice;
mod numbers;
pub mod offline;
mod personal_words;
pub mod portal;
pub mod reset;
pub mod review;
mod seat;
pub mod settings;
pub mod sign_in;
mod site;
mod staff_words;
pub mod watch;
mod way_back;
mod when;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

pub use assets::Assets;
pub use case_words::CaseNames;
pub use desk::DeskWords;
pub use diagnosis::DiagnosisWords;
pub(crate) use diagnosis::told;
pub use frame::Frame;
pub use home::HomePage;
pub use language::Language;
pub use nav::{Nav, NavLink};
pub use notice::{Notice, NoticePage};
pub use personal_words::PersonalWords;
pub use staff_words::StaffWords;
pub use when::Reading;
pub use words::{Words, every_word};

use crate::shell::Shell;
use site::Site;

/// Every page and what it loads, with an answer for addresses that do not exist.
pub fn router(shell: Shell) -> Router {
    let site = Site::new(shell);
    Router::new()
        .route("/", get(home::show))
        .route("/reset", get(reset::form::show).post(reset::form::send))
        .route("/reset/{case}", get(reset::case::show))
        .route("/reset/{case}/again", get(reset::form::show_again))
        .route("/reset/{case}/diagnosis", get(diagnosis::holder::show))
        .route("/help/diagnose", get(diagnosis::guide::show))
        .route("/reset/{case}/events", get(reset::live::events))
        .route("/reset/{case}/sms", post(reset::step::send_sms))
        .route("/reset/{case}/code", post(reset::step::take_code))
        .route("/reset/{case}/submission", post(reset::step::submit))
        .route(
            "/reset/{case}/reset-code",
            post(reset::step::send_reset_code),
        )
        .route(
            "/reset/{case}/offline",
            get(offline::show_to_holder).post(offline::answer_holder),
        )
        .route("/reset/{case}/cancellation", post(reset::step::cancel))
        .route("/ledger", get(ledger::list::show))
        .route("/ledger/entries/{position}", get(ledger::entry::show))
        .route(
            "/ledger/entries/{position}/proof",
            get(ledger::entry::proof),
        )
        .route("/ledger/cases/{case}", get(ledger::story::show))
        .route("/ledger/dashboard", get(ledger::dashboard::show))
        .merge(portal::routes())
        .route("/sign-in", get(sign_in::show).post(sign_in::send))
        .route("/sign-out", post(sign_in::leave))
        .route("/help", get(help::contents))
        .route("/help/{topic}", get(help::topic))
        .route("/lookup", get(lookup::show).post(lookup::send))
        .route("/lookup/sent", get(lookup::sent))
        .merge(apply::routes())
        .merge(application::routes())
        .merge(counter::routes())
        .merge(desk::routes())
        .merge(fleet::routes())
        .merge(intake::routes())
        .merge(review::routes())
        .merge(settings::routes())
        .merge(watch::routes())
        .route("/assets/{name}", get(assets::serve))
        .fallback(notice::missing)
        .method_not_allowed_fallback(notice::form_only)
        .layer(DefaultBodyLimit::max(limits::FORM_BYTES_MAX))
        .layer(from_fn_with_state(site.clone(), guard::guard))
        .with_state(site)
}
