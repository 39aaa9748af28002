//! The merchant number was forgotten: the phone is typed, and the answer goes to it.
//!
//! The page that follows says the same for every phone, and has an address in which
//! nothing is that was typed.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use rand::RngCore;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tillkey_rules::refusal::Refusal;

use super::Language;
use super::frame::{Frame, refused, respond};
use super::notice::Notice;
use super::numbers;
use super::site::Site;
use super::words::{fill, refusal};
use crate::act::{Failure, Once, Phone, Source, party};
use crate::peer::Peer;

/// Where a request goes on that was taken.
const SENT: &str = "/lookup/sent";

/// What was typed, as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    /// The phone.
    pub phone: String,
    /// The form's own number, so that a double click is one request.
    pub form: String,
}

impl Typed {
    /// Reads the phone.
    fn read(&self) -> Option<Phone> {
        numbers::plain(&self.phone).parse().ok()
    }

    /// Makes the same form sent twice one request. What was typed is part of the key,
    /// so that going back and mending a digit is another one.
    fn once(&self, source: &Source) -> Option<Once> {
        if self.form.len() != 32 {
            return None;
        }
        let text = ["lookup", &self.form, &self.phone].join("\n");
        let request_digest: [u8; 32] = Sha256::digest(text).into();
        Some(Once {
            principal: format!("page {source}"),
            key: HEXLOWER.encode(&request_digest),
            request_digest,
        })
    }
}

/// Where a phone is typed.
#[derive(Debug, Template)]
#[template(path = "lookup/form.html")]
pub struct LookupPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was typed before.
    pub typed: Typed,
    /// Whether the phone has to be looked at again.
    pub is_wrong: bool,
    /// Why the request was not taken.
    pub refused: Option<Refusal>,
}

impl LookupPage<'_> {
    /// What to say above the form, where there is something to say.
    fn said(&self) -> Option<String> {
        let said = match self.refused.as_ref()? {
            Refusal::TooMany { retry_at } => {
                let time = self.frame.reading.minute(*retry_at);
                fill(&self.frame.words.lookup.too_many, "time", &time)
            }
            other => refusal(other, self.frame.language()).to_owned(),
        };
        Some(said)
    }
}

/// What is said of every phone.
#[derive(Debug, Template)]
#[template(path = "lookup/sent.html")]
pub struct LookupSentPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
}

fn page(site: &Site, language: Language, typed: Typed) -> LookupPage<'_> {
    let mut bytes = [0; 16];
    site.shell().rng().fill_bytes(&mut bytes);
    LookupPage {
        frame: site.frame(language, "/lookup"),
        typed: Typed {
            form: HEXLOWER.encode(&bytes),
            ..typed
        },
        is_wrong: false,
        refused: None,
    }
}

/// An empty form.
pub(super) async fn show(State(site): State<Site>, language: Language) -> Response {
    respond(StatusCode::OK, &page(&site, language, Typed::default()))
}

/// Takes the form, and goes on alike whoever the phone belongs to.
pub(super) async fn send(
    State(site): State<Site>,
    language: Language,
    Peer(source): Peer,
    form: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Ok(Form(typed)) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let Some(phone) = typed.read() else {
        let page = LookupPage {
            is_wrong: true,
            ..page(&site, language, typed)
        };
        return respond(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let once = typed.once(&source);
    match party::send_merchant_numbers(site.shell(), phone, &source, once).await {
        Ok(()) => Redirect::to(SENT).into_response(),
        Err(Failure::Refused(refusal)) => {
            let status = refused(&refusal);
            let page = LookupPage {
                refused: Some(refusal),
                ..page(&site, language, typed)
            };
            respond(status, &page)
        }
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}

/// The page after the form. It knows of no request, so it can be looked at as often
/// as anybody likes.
pub(super) async fn sent(State(site): State<Site>, language: Language) -> Response {
    let frame = site.frame(language, SENT);
    respond(StatusCode::OK, &LookupSentPage { frame })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(phone: &str) -> Typed {
        Typed {
            phone: phone.to_owned(),
            form: "0".repeat(32),
        }
    }

    #[test]
    fn a06_a12_a_phone_may_be_grouped_and_nothing_else() {
        for good in [
            "13800138000",
            "138 0013 8000",
            "+86 138-0013-8000",
            "１３８００１３８０００",
        ] {
            assert_eq!(
                typed(good).read().unwrap().expose(),
                "+8613800138000",
                "{good}"
            );
        }
        for bad in [
            "",
            "1380013800",
            "13800138000;ext=1",
            "13800138000,13900139000",
            "13800138000\r\nTo: 13900139000",
            "13800138000\n",
            "1380013800\u{200b}0",
            "\u{202e}13800138000",
            "+1 900 555 0100",
        ] {
            assert!(typed(bad).read().is_none(), "{bad:?}");
        }
    }

    #[test]
    fn a_mended_phone_is_another_request_and_a_doubled_one_is_not() {
        let source = Source::address([203, 0, 113, 9].into());
        let key = |typed: &Typed| typed.once(&source).map(|once| once.key);
        let first = typed("13800138000");
        assert_eq!(key(&first), key(&first.clone()));
        assert_ne!(key(&first), key(&typed("13800138001")));
        let unnumbered = Typed {
            form: String::new(),
            ..first
        };
        assert_eq!(key(&unnumbered), None);
    }
}
