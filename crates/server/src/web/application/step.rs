//! What an applicant does on the page. Each is a form, and each ends on the page again;
//! what was typed is kept whatever comes of it.

use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use tillkey_rules::onboarding::FormField;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::ApplicationId;
use tillkey_wire::secret::Secret;

use super::super::Language;
use super::super::notice::Notice;
use super::super::numbers;
use super::super::site::Site;
use super::back::TypedCode;
use super::page::{Mistake, Shown, draw, held, lost, wrong_with};
use crate::act::application::{self, Access, Purpose};
use crate::act::{ApplicationToken, Failure};
use crate::peer::Peer;

/// One press of a button.
struct Press {
    site: Site,
    language: Language,
    application: ApplicationId,
    token: ApplicationToken,
}

impl Press {
    fn new(
        (site, language): (Site, Language),
        application: &str,
        headers: &HeaderMap,
    ) -> Result<Self, Response> {
        match held(application, headers, &site) {
            Some((application, token)) => Ok(Self {
                site,
                language,
                application,
                token,
            }),
            None => Err(lost(&site, language)),
        }
    }

    async fn show(&self, shown: Shown) -> Response {
        let whose = (self.application, &self.token);
        draw(&self.site, self.language, whose, shown).await
    }

    /// The code that was typed, or the page that says what a code looks like.
    async fn code(
        &self,
        form: Result<Form<TypedCode>, FormRejection>,
    ) -> Result<SmsCode, Response> {
        let Ok(Form(typed)) = form else {
            return Err(Notice::Malformed.page(&self.site, self.language));
        };
        match typed.read() {
            Some(code) => Ok(code),
            None => {
                let mistake = Some(Mistake::CodeShape);
                let shown = Shown {
                    mistake,
                    ..Shown::default()
                };
                Err(self.show(shown).await)
            }
        }
    }

    /// Ends on the page: by a redirect where it was done, or was done before.
    async fn end(&self, done: Result<(), Failure>, as_mistake: fn(Refusal) -> Mistake) -> Response {
        let here = || Redirect::to(&format!("/applications/{}", self.application)).into_response();
        match done {
            Ok(()) => here(),
            Err(Failure::Refused(refused)) if refused.is_overtaken() => here(),
            Err(Failure::Refused(refused)) => {
                let mistake = Some(as_mistake(refused));
                self.show(Shown {
                    mistake,
                    ..Shown::default()
                })
                .await
            }
            Err(Failure::Unknown) => lost(&self.site, self.language),
            Err(failure) => Notice::of(&failure).page(&self.site, self.language),
        }
    }
}

async fn send(press: &Press, purpose: Purpose, source: &crate::act::Source) -> Response {
    let (shell, token) = (press.site.shell(), &press.token);
    let asked = (purpose, source);
    let sent = application::send_code(shell, press.application, token, asked, None).await;
    press.end(sent, Mistake::Code).await
}

/// Sends another code to prove the phone.
pub(super) async fn send_code(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
    headers: HeaderMap,
    Peer(source): Peer,
) -> Response {
    match Press::new((site, language), &application, &headers) {
        Ok(press) => send(&press, Purpose::Phone, &source).await,
        Err(answer) => answer,
    }
}

/// Sends the code with which the terminal's coming is confirmed.
pub(super) async fn send_receipt_code(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
    headers: HeaderMap,
    Peer(source): Peer,
) -> Response {
    match Press::new((site, language), &application, &headers) {
        Ok(press) => send(&press, Purpose::Receipt, &source).await,
        Err(answer) => answer,
    }
}

/// Proves the phone.
pub(super) async fn prove(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
    headers: HeaderMap,
    Peer(source): Peer,
    form: Result<Form<TypedCode>, FormRejection>,
) -> Response {
    let press = match Press::new((site, language), &application, &headers) {
        Ok(press) => press,
        Err(answer) => return answer,
    };
    let code = match press.code(form).await {
        Ok(code) => code,
        Err(answer) => return answer,
    };
    let (shell, token) = (press.site.shell(), &press.token);
    let proven = application::prove(shell, press.application, token, (code, &source), None).await;
    press.end(proven, Mistake::Code).await
}

/// The fields that are numbers, and read as people type those.
const NUMBERS: [FormField; 3] = [
    FormField::CreditCode,
    FormField::IdentityNumber,
    FormField::AccountNumber,
];

/// Keeps what was typed, and hands it in where that button was pressed. A page that keeps
/// the draft by itself asks about one field, and is told in words what is wrong with it.
pub(super) async fn write(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
    headers: HeaderMap,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let press = match Press::new((site, language), &application, &headers) {
        Ok(press) => press,
        Err(answer) => return answer,
    };
    let Ok(Form(pairs)) = form else {
        return Notice::Malformed.page(&press.site, language);
    };
    let mut typed = Vec::new();
    let (mut then, mut asked) = (String::new(), None);
    for (name, text) in pairs {
        match name.parse::<FormField>() {
            Ok(field) if typed.len() < FormField::ALL.len() => {
                let text = if NUMBERS.contains(&field) {
                    numbers::plain(&text)
                } else {
                    text
                };
                typed.push((field, Secret::new(text)));
            }
            _ if name == "then" => then = text,
            _ if name == "check" => asked = text.parse::<FormField>().ok(),
            _ => return Notice::Malformed.page(&press.site, language),
        }
    }
    let (shell, id, token) = (press.site.shell(), press.application, &press.token);
    let written = application::write(shell, id, token, typed, None).await;
    if written.is_err() {
        return press.end(written, Mistake::Step).await;
    }
    if let Some(field) = asked {
        let access = Access::Applicant(token.clone());
        return match application::view(shell, id, &access).await {
            Ok(view) => wrong_with(&view, field, language)
                .unwrap_or_default()
                .into_response(),
            Err(failure) => Notice::of(&failure).page(&press.site, language),
        };
    }
    match then.as_str() {
        "submit" => match application::submit(shell, id, token, None).await {
            Err(Failure::Refused(refused)) if !refused.is_overtaken() => {
                press
                    .show(Shown {
                        mistake: Some(Mistake::Step(refused)),
                        names_all: true,
                        ..Shown::default()
                    })
                    .await
            }
            submitted => press.end(submitted, Mistake::Step).await,
        },
        _ => {
            press
                .show(Shown {
                    is_saved: true,
                    ..Shown::default()
                })
                .await
        }
    }
}

/// Withdraws the application.
pub(super) async fn withdraw(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
    headers: HeaderMap,
) -> Response {
    let press = match Press::new((site, language), &application, &headers) {
        Ok(press) => press,
        Err(answer) => return answer,
    };
    let (shell, token) = (press.site.shell(), &press.token);
    let withdrawn = application::withdraw(shell, press.application, token, None).await;
    press.end(withdrawn, Mistake::Step).await
}

/// The terminal has come: shows its enrolment code, once.
pub(super) async fn receive(
    State(site): State<Site>,
    language: Language,
    Path(application): Path<String>,
    headers: HeaderMap,
    Peer(source): Peer,
    form: Result<Form<TypedCode>, FormRejection>,
) -> Response {
    let press = match Press::new((site, language), &application, &headers) {
        Ok(press) => press,
        Err(answer) => return answer,
    };
    let code = match press.code(form).await {
        Ok(code) => code,
        Err(answer) => return answer,
    };
    let (shell, token) = (press.site.shell(), &press.token);
    let received =
        application::receive(shell, press.application, token, (code, &source), None).await;
    match received {
        Ok(opened) => {
            press
                .show(Shown {
                    enrolment: Some(opened),
                    ..Shown::default()
                })
                .await
        }
        Err(failure) => press.end(Err(failure), Mistake::Code).await,
    }
}
