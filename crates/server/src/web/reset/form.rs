//! Where a request is made: who is to be reset, and why.
//!
//! Whether they exist makes no difference to anything that happens here.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use rand::RngCore;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_wire::ids::CaseId;

use super::super::cookie::Holding;
use super::super::frame::{Frame, refused, respond};
use super::super::notice::Notice;
use super::super::numbers;
use super::super::site::Site;
use super::super::words::{fill, refusal};
use super::super::{Language, Words};
use crate::act::case::{self, Named, OpenRequest};
use crate::act::{Access, Failure, Once, Source};
use crate::peer::Peer;

/// The reasons that a shopkeeper can have; the others belong to other channels.
pub const REASONS: [Reason; 4] = [
    Reason::Forgotten,
    Reason::Locked,
    Reason::StaffLeft,
    Reason::Compromised,
];

/// What was typed, as it was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    /// The merchant number.
    pub merchant: String,
    /// The terminal number.
    pub terminal: String,
    /// The operator number.
    pub operator: String,
    /// The reason's stable name.
    pub reason: String,
    /// The form's own number, so that a double click is one request.
    pub form: String,
}

/// Which fields have to be looked at again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mistakes {
    /// The merchant number.
    pub merchant: bool,
    /// The terminal number.
    pub terminal: bool,
    /// The operator number.
    pub operator: bool,
    /// The reason.
    pub reason: bool,
}

impl Mistakes {
    const fn any(self) -> bool {
        self.merchant || self.terminal || self.operator || self.reason
    }
}

impl Typed {
    /// Reads the fields. Terminal numbers are printed in capitals, and typed in either.
    fn read(&self) -> Result<(Named, Reason), Mistakes> {
        let plain = |text: &str| numbers::plain(text).to_ascii_uppercase();
        let merchant = plain(&self.merchant).parse();
        let terminal = plain(&self.terminal).parse();
        let operator = plain(&self.operator).parse();
        let reason = self
            .reason
            .parse::<Reason>()
            .ok()
            .filter(|reason| REASONS.contains(reason));
        let mistakes = Mistakes {
            merchant: merchant.is_err(),
            terminal: terminal.is_err(),
            operator: operator.is_err(),
            reason: reason.is_none(),
        };
        match (merchant, terminal, operator, reason) {
            (Ok(merchant), Ok(terminal), Ok(operator), Some(reason)) => Ok((
                Named {
                    merchant,
                    terminal,
                    operator,
                },
                reason,
            )),
            _ => Err(mistakes),
        }
    }

    /// Makes the same form sent twice one request. What was typed is part of the key,
    /// so that going back and mending a number is another one.
    fn once(&self, source: &Source, what: &str) -> Option<Once> {
        if self.form.len() != 32 {
            return None;
        }
        let Self {
            merchant,
            terminal,
            operator,
            reason,
            form,
        } = self;
        let text = [what, form, merchant, terminal, operator, reason].join("\n");
        let request_digest: [u8; 32] = Sha256::digest(text).into();
        let key = HEXLOWER.encode(&request_digest);
        Some(Once {
            principal: format!("page {source}"),
            key,
            request_digest,
        })
    }
}

/// Where a request is made.
#[derive(Debug, Template)]
#[template(path = "reset/form.html")]
pub struct FormPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What was typed before.
    pub typed: Typed,
    /// Which fields have to be looked at again.
    pub mistakes: Mistakes,
    /// Why the request was not taken.
    pub refused: Option<Refusal>,
}

impl FormPage<'_> {
    const fn words(&self) -> &Words {
        self.frame.words
    }

    fn reasons(&self) -> Vec<Choice<'_>> {
        let words = &self.words().form;
        let choice = |reason: Reason| {
            let text = match reason {
                Reason::Locked => &words.reason_locked,
                Reason::StaffLeft => &words.reason_staff_left,
                Reason::Compromised => &words.reason_compromised,
                _ => &words.reason_forgotten,
            };
            let name = reason.name();
            let is_careful = reason.revokes_at_approval();
            Choice {
                name,
                text,
                is_careful,
                is_chosen: self.typed.reason == name,
            }
        };
        REASONS.into_iter().map(choice).collect()
    }

    /// What to say above the form, where there is something to say.
    fn said(&self) -> Option<String> {
        match &self.refused {
            Some(Refusal::TooMany { retry_at }) => {
                let time = self.frame.reading.minute(*retry_at);
                Some(fill(&self.words().mistake.too_many, "time", &time))
            }
            Some(other) => Some(refusal(other, self.frame.language()).to_owned()),
            None => self.mistakes.any().then(|| self.words().form.check.clone()),
        }
    }

    /// Whether this field is the first that has to be looked at again.
    const fn is_first(&self, field: &str) -> bool {
        let Mistakes {
            merchant,
            terminal,
            operator,
            ..
        } = self.mistakes;
        match field.as_bytes() {
            b"merchant" => merchant,
            b"terminal" => terminal && !merchant,
            b"operator" => operator && !merchant && !terminal,
            _ => false,
        }
    }
}

/// One reason to choose.
struct Choice<'a> {
    name: &'static str,
    text: &'a str,
    is_careful: bool,
    is_chosen: bool,
}

fn page(site: &Site, language: Language, typed: Typed) -> FormPage<'_> {
    let mut bytes = [0; 16];
    site.shell().rng().fill_bytes(&mut bytes);
    FormPage {
        frame: site.frame(language, "/reset"),
        typed: Typed {
            form: HEXLOWER.encode(&bytes),
            ..typed
        },
        mistakes: Mistakes::default(),
        refused: None,
    }
}

/// An empty form.
pub(in super::super) async fn show(State(site): State<Site>, language: Language) -> Response {
    respond(StatusCode::OK, &page(&site, language, Typed::default()))
}

/// The form with what this device typed for an earlier case.
pub(in super::super) async fn show_again(
    State(site): State<Site>,
    language: Language,
    Path(_case): Path<String>,
    headers: HeaderMap,
) -> Response {
    let typed = match Holding::read(&headers, site.is_secure()) {
        Some(Holding {
            named:
                Named {
                    merchant,
                    terminal,
                    operator,
                },
            ..
        }) => Typed {
            merchant: merchant.to_string(),
            terminal: terminal.to_string(),
            operator: operator.to_string(),
            ..Typed::default()
        },
        None => Typed::default(),
    };
    respond(StatusCode::OK, &page(&site, language, typed))
}

/// Takes the form, opens a case and sends the SMS code.
pub(in super::super) async fn send(
    State(site): State<Site>,
    language: Language,
    Peer(source): Peer,
    form: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Ok(Form(typed)) = form else {
        return Notice::Malformed.page(&site, language);
    };
    let (named, reason) = match typed.read() {
        Ok(read) => read,
        Err(mistakes) => {
            let page = FormPage {
                mistakes,
                ..page(&site, language, typed)
            };
            return respond(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    match open(&site, &typed, (named, reason), &source).await {
        Ok((case, holding)) => {
            let mut response = Redirect::to(&format!("/reset/{case}")).into_response();
            if let Some(value) = holding.write(case, site.is_secure()) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            response
        }
        Err(Failure::Refused(refusal)) => {
            let status = refused(&refusal);
            let page = FormPage {
                refused: Some(refusal),
                ..page(&site, language, typed)
            };
            respond(status, &page)
        }
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}

/// Opens a case and sends the SMS code at once: a person with a queue at the till
/// should not have to ask for it. A code that cannot be sent now is no reason to
/// lose the case; its page has a button for that.
async fn open(
    site: &Site,
    typed: &Typed,
    (named, reason): (Named, Reason),
    source: &Source,
) -> Result<(CaseId, Holding), Failure> {
    let shell = site.shell();
    let request = OpenRequest {
        named: named.clone(),
        channel: Channel::App,
        reason,
    };
    let opened = case::open(shell, request, None, source, typed.once(source, "open")).await?;
    let Some(token) = opened.token else {
        return Err(Failure::Unauthenticated);
    };
    if opened.next.contains(&EvidenceKind::SmsCode) {
        let access = Access::Holder(token.clone());
        let once = typed.once(source, "challenge");
        match case::challenge(
            shell,
            opened.case,
            EvidenceKind::SmsCode,
            &access,
            source,
            once,
        )
        .await
        {
            Ok(_) | Err(Failure::Refused(_) | Failure::Busy) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok((opened.case, Holding { token, named }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(merchant: &str, terminal: &str, operator: &str, reason: &str) -> Typed {
        let [merchant, terminal, operator, reason] =
            [merchant, terminal, operator, reason].map(str::to_owned);
        Typed {
            merchant,
            terminal,
            operator,
            reason,
            form: "0".repeat(32),
        }
    }

    #[test]
    fn a06_grouping_width_and_small_letters_are_forgiven_and_nothing_else() {
        let check = |merchant, terminal, operator, reason| {
            typed(merchant, terminal, operator, reason).read().is_ok()
        };
        assert!(check("8983 1005 4110 001 ", "d0000001", "01", "forgotten"));
        assert!(check(
            "８９８３１００５４１１０００１",
            "Ｄ０００　０００１",
            "０１",
            "forgotten"
        ));
        for bad in [
            ("898310054110001\u{200b}", "D0000001", "01", "forgotten"),
            ("898310054110001", "D000001\u{202e}", "01", "forgotten"),
            ("898310054110001", "D0000001", "٠١", "forgotten"),
            ("898310054110001", "D0000001", "1", "forgotten"),
            ("898310054110001\n", "D0000001", "01", "forgotten"),
            ("898310054110001", "D0000001", "01", "system_update"),
            ("898310054110001", "D0000001", "01", ""),
        ] {
            assert!(!check(bad.0, bad.1, bad.2, bad.3), "{bad:?}");
        }
    }

    #[test]
    fn a01_a04_unknown_and_doubled_fields_are_refused() {
        let read = |body: &str| {
            let uri = format!("/?{body}").parse().unwrap();
            axum::extract::Query::<Typed>::try_from_uri(&uri).is_ok()
        };
        assert!(read(
            "merchant=898310054110001&terminal=10000001&operator=01&reason=locked"
        ));
        for bad in [
            "merchant=898310054110001&merchant=898310054110002",
            "merchant[]=898310054110001",
            "phone=13800138000",
            "terminal=10000001&redirect=https%3A%2F%2Fevil.example",
        ] {
            assert!(!read(bad), "{bad}");
        }
    }

    #[test]
    fn a_mended_form_is_another_request_and_a_doubled_one_is_not() {
        let source = Source::address([203, 0, 113, 9].into());
        let key = |typed: &Typed| typed.once(&source, "open").map(|once| once.key);
        let first = typed("898310054110001", "10000001", "01", "forgotten");
        let mended = typed("898310054110001", "10000002", "01", "forgotten");
        assert_eq!(key(&first), key(&first.clone()));
        assert_ne!(key(&first), key(&mended));
        assert_eq!(
            key(&Typed {
                form: String::new(),
                ..first
            }),
            None
        );
    }
}
