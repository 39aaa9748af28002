//! What an agent can do in a call. Each is a form and ends on the call's page: by a
//! redirect where it was done, with a word beside the field where it was not. An
//! answer that was typed never comes back, and is not kept where a session has ended.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::trade::{Fen, QUESTIONS, Question};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::CaseId;
use tillkey_wire::secret::Secret;

use super::super::notice::Notice;
use super::super::numbers;
use super::super::seat::{Form, Posted, Seat};
use super::super::site::Site;
use super::ROLES;
use super::call::{Mistake, draw};
use crate::act::case::{self, CaseView, Presented};
use crate::act::{Access, Failure, Source};

/// One press of a button in a call.
struct Press {
    seat: Seat,
    case: CaseId,
    kind: Option<EvidenceKind>,
}

impl Press {
    fn new(seat: Seat, case: &str, kind: Option<EvidenceKind>) -> Result<Self, Response> {
        seat.must_be(&ROLES)?;
        match case.parse() {
            Ok(case) => Ok(Self { seat, case, kind }),
            Err(_) => Err(Notice::Missing.page(seat.site(), seat.language)),
        }
    }

    fn access(&self) -> Access {
        Access::from(&self.seat)
    }

    fn source(&self) -> Source {
        Source::staff(&self.seat.signed_in)
    }

    /// Ends on the page of the call.
    async fn end(self, done: Result<(), Failure>) -> Response {
        let mistake = match done {
            Ok(()) => return self.go_on(),
            // The page that follows shows it.
            Err(Failure::Refused(refused)) if refused.is_overtaken() => return self.go_on(),
            Err(Failure::Refused(Refusal::NotMatched)) => Mistake::NotMatched,
            Err(Failure::Refused(Refusal::TooMany { retry_at })) => Mistake::TooMany(retry_at),
            Err(Failure::Refused(refused)) => Mistake::Refused(refused),
            Err(Failure::Unknown) => {
                return Notice::Missing.page(self.seat.site(), self.seat.language);
            }
            Err(failure) => return self.seat.failed(&failure),
        };
        self.show(mistake).await
    }

    async fn show(self, mistake: Mistake) -> Response {
        let status = match mistake {
            Mistake::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        draw(&self.seat, (self.case, self.kind), (status, Some(mistake))).await
    }

    fn go_on(&self) -> Response {
        let address = match self.kind {
            Some(kind) => format!("/desk/cases/{}?kind={}", self.case, kind.name()),
            None => format!("/desk/cases/{}", self.case),
        };
        Redirect::to(&address).into_response()
    }
}

fn done(result: Result<CaseView, Failure>) -> Result<(), Failure> {
    result.map(|_| ())
}

/// Which challenge to send. Where it goes is what is registered, and no field of this
/// (F02).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Ask {
    kind: EvidenceKind,
}

impl Form for Ask {
    const KEPT: &'static [&'static str] = &[];
}

/// Sends a challenge.
pub(in super::super) async fn ask(
    State(site): State<Site>,
    Path(case): Path<String>,
    Posted { seat, form }: Posted<Ask>,
) -> Response {
    let press = match Press::new(seat, &case, Some(form.kind)) {
        Ok(press) => press,
        Err(elsewhere) => return elsewhere,
    };
    let (access, source) = (press.access(), press.source());
    let sent = case::challenge(site.shell(), press.case, form.kind, &access, &source, None).await;
    press.end(done(sent)).await
}

/// An answer, as it was typed: a kind, and the fields that belong to it.
pub(in super::super) struct Answer(Vec<(String, Secret<String>)>);

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer")
    }
}

impl<'de> Deserialize<'de> for Answer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = Vec::<(String, String)>::deserialize(deserializer)?;
        let secret = |(name, value)| (name, Secret::new(value));
        Ok(Self(pairs.into_iter().map(secret).collect()))
    }
}

impl Form for Answer {
    // Answers are said once more rather than kept.
    const KEPT: &'static [&'static str] = &[];
}

impl Answer {
    /// The value of a field that is there once (A01).
    fn only(&self, name: &str) -> Option<&str> {
        let mut values = self.0.iter().filter(|(field, _)| field == name);
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value.expose()),
            _ => None,
        }
    }

    fn kind(&self) -> Option<EvidenceKind> {
        self.only("kind")?.parse().ok()
    }

    /// Reads the answers to the questions that were asked; one that is left empty is
    /// not given. Two to one question would be two guesses in one try.
    fn answers(&self) -> Option<BTreeMap<Question, i64>> {
        let mut answers = BTreeMap::new();
        for (name, typed) in self.0.iter().filter(|(name, _)| name != "kind") {
            let question: Question = name.parse().ok()?;
            let typed = typed.expose().trim();
            if typed.is_empty() {
                continue;
            }
            let value = if question.kind.is_amount() {
                Fen::read_yuan(typed).ok()?.fen()
            } else {
                i64::from(typed.parse::<u32>().ok()?)
            };
            if answers.insert(question, value).is_some() {
                return None;
            }
        }
        (1..=QUESTIONS).contains(&answers.len()).then_some(answers)
    }

    /// Reads the answer of its kind. Fields of another kind are none of this one's (A04).
    fn read(&self, kind: EvidenceKind) -> Option<Presented> {
        let digits = || {
            let two = self.0.len() == 2;
            let typed = self.only("answer").filter(|_| two)?;
            Some(numbers::plain(typed))
        };
        match kind {
            EvidenceKind::SmsCode => digits()?.parse().ok().map(Presented::SmsCode),
            EvidenceKind::TerminalInHand => digits()?.parse().ok().map(Presented::TerminalInHand),
            EvidenceKind::RecentTransactions => self.answers().map(Presented::RecentTransactions),
            _ => None,
        }
    }
}

/// Takes an answer, and asks for the decision at once.
pub(in super::super) async fn answer(
    State(site): State<Site>,
    Path(case): Path<String>,
    Posted { seat, form }: Posted<Answer>,
) -> Response {
    let Some(kind) = form.kind() else {
        return Notice::Malformed.page(&site, seat.language);
    };
    let press = match Press::new(seat, &case, Some(kind)) {
        Ok(press) => press,
        Err(elsewhere) => return elsewhere,
    };
    let Some(presented) = form.read(kind) else {
        return press.show(Mistake::Shape).await;
    };
    let (shell, access, source) = (site.shell(), press.access(), press.source());
    let taken = case::present(shell, press.case, presented, &access, &source, None).await;
    if let Err(failure) = taken {
        return press.end(Err(failure)).await;
    }
    let decided = case::submit(shell, press.case, &access, None).await;
    // What follows is the policy's to name, not this form's.
    let press = Press {
        kind: None,
        ..press
    };
    press.end(done(decided)).await
}

/// A form without fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Nothing {}

impl Form for Nothing {
    const KEPT: &'static [&'static str] = &[];
}

/// Presses a button that needs nothing but the case.
async fn press<F>(seat: Seat, case: &str, run: F) -> Response
where
    F: AsyncFnOnce(CaseId, Access) -> Result<CaseView, Failure>,
{
    match Press::new(seat, case, None) {
        Ok(press) => {
            let result = run(press.case, press.access()).await;
            press.end(done(result)).await
        }
        Err(elsewhere) => elsewhere,
    }
}

/// Asks for the decision, where that did not follow an answer by itself.
pub(in super::super) async fn submit(
    State(site): State<Site>,
    Path(case): Path<String>,
    Posted { seat, .. }: Posted<Nothing>,
) -> Response {
    press(seat, &case, async |case, access| {
        case::submit(site.shell(), case, &access, None).await
    })
    .await
}

/// Sends another reset code to the registered contact; the one before is dead.
pub(in super::super) async fn send_code_again(
    State(site): State<Site>,
    Path(case): Path<String>,
    Posted { seat, .. }: Posted<Nothing>,
) -> Response {
    press(seat, &case, async |case, access| {
        case::send_code_again(site.shell(), case, &access, None).await
    })
    .await
}

/// Withdraws the case.
pub(in super::super) async fn cancel(
    State(site): State<Site>,
    Path(case): Path<String>,
    Posted { seat, .. }: Posted<Nothing>,
) -> Response {
    press(seat, &case, async |case, access| {
        case::cancel(site.shell(), case, &access, None).await
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<Presented> {
        let uri = format!("/?{body}").parse().unwrap();
        let axum::extract::Query(form) = axum::extract::Query::<Answer>::try_from_uri(&uri).ok()?;
        form.read(form.kind()?)
    }

    #[test]
    fn a01_a04_an_answer_is_one_plain_value_of_its_kind() {
        assert!(read("kind=sms_code&answer=123456").is_some());
        assert!(read("kind=sms_code&answer=12+34+56").is_some());
        for bad in [
            "",
            "answer=123456",
            "kind=sms_code",
            "kind=sms_code&kind=sms_code&answer=123456",
            "kind=sms_code&answer=123456&answer=123456",
            "kind=sms_code&answer[]=123456",
            "kind=sms_code&answer=123456&to=1",
            "kind=sms_code&answer=12345",
            "kind=identity_document&answer=123456",
            "kind=manager_consent&answer=123456",
        ] {
            assert!(read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn e17_answers_are_exact_and_one_to_each_question() {
        let (sold, paid) = ("sales_count/2026-11-20", "net_paid/2026-11-17");
        let both = format!("kind=recent_transactions&{sold}=25&{paid}=1,234.5");
        let Some(Presented::RecentTransactions(answers)) = read(&both) else {
            panic!("{both}");
        };
        let values: Vec<i64> = answers.into_values().collect();
        assert_eq!(values, [25, 123_450]);
        let in_hand = read("kind=terminal_in_hand&answer=123+456");
        assert!(matches!(in_hand, Some(Presented::TerminalInHand(_))));
        assert!(read("kind=terminal_in_hand&answer=12345").is_none());
        let one = format!("kind=recent_transactions&{sold}=&{paid}=1");
        assert!(read(&one).is_some(), "what is not known is left out");
        for bad in [
            "kind=recent_transactions".to_owned(),
            format!("kind=recent_transactions&{sold}="),
            format!("kind=recent_transactions&{sold}=25.5"),
            format!("kind=recent_transactions&{sold}=-1"),
            format!("kind=recent_transactions&{paid}=1.234"),
            format!("kind=recent_transactions&{sold}=25&{sold}=26"),
            "kind=recent_transactions&card/2026-11-17=1".to_owned(),
        ] {
            assert!(read(&bad).is_none(), "{bad}");
        }
    }
}
