//! Where a manager changes the registered phone, in two steps.
//!
//! A fresh sign-in is asked for before the form is shown, so that nothing is typed in
//! vain. The new number stands in no address and is not given back whole.

use askama::Template;
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::secret::Secret;

use super::PortalWords;
use super::seat::{ManagerSeat, to_confirm};
use crate::act::contact_change::{self, ContactView};
use crate::act::{Failure, Language as MessageLanguage};
use crate::peer::Peer;
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::numbers;
use crate::web::words::fill;

/// Why a step was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContactMistake {
    /// It is no phone number, or the one that is registered.
    Phone,
    /// The code has not the shape of one.
    Shape,
    /// It is not the code, or its time is over.
    Code,
    /// Not before then.
    TooMany(Timestamp),
}

/// The registered phone, and how to change it.
#[derive(Debug, Template)]
#[template(path = "portal/contact.html")]
pub struct ContactPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What there is.
    pub contact: ContactView,
    /// The number as it was typed, where it was not taken.
    pub typed: String,
    /// Why.
    pub mistake: Option<ContactMistake>,
}

impl ContactPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn time(&self, sentence: &str, at: &Timestamp) -> String {
        fill(sentence, "time", &self.frame.reading.minute(*at))
    }

    fn is_in(&self, name: &str) -> bool {
        self.contact.language.name() == name
    }

    fn sent_to(&self, phone: &str) -> String {
        fill(&self.words().contact.sent, "phone", phone)
    }

    fn wrong_phone(&self) -> bool {
        self.mistake == Some(ContactMistake::Phone)
    }

    fn wrong_code(&self) -> Option<&'static str> {
        let words = &self.words().sign_in;
        match self.mistake.as_ref()? {
            ContactMistake::Shape => Some(&words.code_shape),
            ContactMistake::Code => Some(&words.code_wrong),
            ContactMistake::Phone | ContactMistake::TooMany(_) => None,
        }
    }

    fn said(&self) -> Option<String> {
        match self.mistake.as_ref()? {
            ContactMistake::TooMany(at) => Some(self.time(&self.words().sign_in.too_many, at)),
            _ => None,
        }
    }
}

/// The page, with what went wrong.
async fn answer(seat: &ManagerSeat, typed: String, mistake: Option<ContactMistake>) -> Response {
    match contact_change::view(seat.site.shell(), &seat.by).await {
        Ok(contact) => {
            let status = match &mistake {
                None => StatusCode::OK,
                Some(ContactMistake::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
                Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
            };
            let page = ContactPage {
                frame: seat.frame("/portal/contact"),
                contact,
                typed,
                mistake,
            };
            respond(status, &page)
        }
        Err(failure) => seat.failed(&failure, "/portal/contact"),
    }
}

/// Shows the contact.
pub(super) async fn show(seat: ManagerSeat) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::ChangeContact) {
        return turned_away;
    }
    if !seat.by.is_fresh(seat.site.shell()) {
        return to_confirm("/portal/contact");
    }
    answer(&seat, String::new(), None).await
}

/// The posted phone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhoneEntry {
    phone: String,
}

/// Asks for another contact.
pub(super) async fn ask(
    seat: ManagerSeat,
    Peer(source): Peer,
    form: Result<Form<PhoneEntry>, FormRejection>,
) -> Response {
    let Ok(Form(PhoneEntry { phone })) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    let Ok(number) = numbers::plain(&phone).parse() else {
        return answer(&seat, phone, Some(ContactMistake::Phone)).await;
    };
    let shell = seat.site.shell();
    match contact_change::ask(shell, number, &seat.by, &source, None).await {
        Ok(_) => Redirect::to("/portal/contact").into_response(),
        Err(Failure::Invalid(_)) => answer(&seat, phone, Some(ContactMistake::Phone)).await,
        Err(Failure::Refused(Refusal::TooMany { retry_at })) => {
            answer(&seat, phone, Some(ContactMistake::TooMany(retry_at))).await
        }
        Err(failure) => seat.failed(&failure, "/portal/contact"),
    }
}

/// The posted language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageEntry {
    language: MessageLanguage,
}

/// Sets the language of messages.
pub(super) async fn set_language(
    seat: ManagerSeat,
    form: Result<Form<LanguageEntry>, FormRejection>,
) -> Response {
    let Ok(Form(LanguageEntry { language })) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    match contact_change::set_language(seat.site.shell(), language, &seat.by, None).await {
        Ok(()) => Redirect::to("/portal/contact").into_response(),
        Err(failure) => seat.failed(&failure, "/portal/contact"),
    }
}

/// The posted code.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeEntry {
    code: String,
}

/// Changes the contact.
pub(super) async fn confirm(
    seat: ManagerSeat,
    Peer(source): Peer,
    form: Result<Form<CodeEntry>, FormRejection>,
) -> Response {
    let Ok(Form(CodeEntry { code })) = form else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    let code = Secret::new(code);
    let Ok(code) = numbers::plain(code.expose()).parse() else {
        return answer(&seat, String::new(), Some(ContactMistake::Shape)).await;
    };
    match contact_change::confirm(seat.site.shell(), code, &seat.by, &source, None).await {
        Ok(()) => Redirect::to("/portal/contact").into_response(),
        Err(Failure::Refused(Refusal::TooMany { retry_at })) => {
            answer(
                &seat,
                String::new(),
                Some(ContactMistake::TooMany(retry_at)),
            )
            .await
        }
        Err(Failure::Refused(_)) => answer(&seat, String::new(), Some(ContactMistake::Code)).await,
        Err(failure) => seat.failed(&failure, "/portal/contact"),
    }
}
