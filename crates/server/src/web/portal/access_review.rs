//! The yearly review of access: everybody on one page, each to be kept or removed, and
//! nothing chosen before.

use askama::Template;
use axum::extract::Form;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use tillkey_rules::access_review::{Answer, Answers, Holder, Reach};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::ids::ManagerId;

use super::PortalWords;
use super::access::{rights_of, signed_in};
use super::seat::ManagerSeat;
use crate::act::Failure;
use crate::act::access_review::{self, DueReview, OperatorLine, ReviewView};
use crate::act::managers::Fellow;
use crate::web::CaseNames;
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::words::fill;

const PAGE: &str = "/portal/access-review";

/// Why a review was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewMistake {
    /// Somebody was not answered for.
    Missing,
    /// Somebody came or went meanwhile.
    Changed,
    /// Somebody was to be removed who is above the reader.
    NotAllowed,
    /// The sign-in is not recent enough.
    NotFresh,
}

/// The review.
#[derive(Debug, Template)]
#[template(path = "portal/access_review.html")]
pub struct AccessReviewPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Everybody; none where nothing waits.
    pub view: Option<ReviewView>,
    /// Whether there are more people than one review takes.
    pub is_too_large: bool,
    /// What was answered so far.
    pub answers: Answers,
    /// Why it was not taken.
    pub mistake: Option<ReviewMistake>,
}

/// The two choices for one account.
struct Choice {
    name: String,
    is_removable: bool,
    is_kept: bool,
    is_removed: bool,
    is_missing: bool,
}

impl AccessReviewPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn until(&self, review: &DueReview) -> String {
        let words = &self.words().review;
        let sentence = if self.is_overdue(review) {
            &words.overdue
        } else {
            &words.until
        };
        let time = self.frame.reading.minute(review.overdue_at);
        fill(sentence, "time", &time)
    }

    fn is_overdue(&self, review: &DueReview) -> bool {
        is_overdue(&self.frame, review)
    }

    fn wrong(&self) -> Option<&'static str> {
        let words = &self.words().review;
        Some(match self.mistake? {
            ReviewMistake::Missing => &words.missing,
            ReviewMistake::Changed => &words.changed,
            ReviewMistake::NotAllowed => &words.not_allowed,
            ReviewMistake::NotFresh => &words.not_fresh,
        })
    }

    fn has_to_confirm(&self) -> bool {
        self.mistake == Some(ReviewMistake::NotFresh)
    }

    fn who(&self, line: &OperatorLine) -> String {
        let words = &self.words().review;
        let terminal = fill(&words.terminal, "terminal", line.terminal_number.as_str());
        let rank = line.account.operator.rank().name();
        let rank = CaseNames::of(self.frame.language()).rank(rank);
        format!("{terminal} · {} {rank}", line.account.operator)
    }

    /// What is known of an operator's use.
    fn used(&self, line: &OperatorLine) -> Vec<String> {
        let words = &self.words().review;
        let minute = |at| self.frame.reading.minute(at);
        let signed_on = match line.account.signed_on_at {
            Some(at) => fill(&words.signed_on, "time", &minute(at)),
            None => words.never_signed_on.clone(),
        };
        let password = match line.account.password_since {
            Some(at) => fill(&words.password_since, "time", &minute(at)),
            None => words.password_missing.clone(),
        };
        vec![signed_on, password]
    }

    fn rights(&self, manager: &Fellow) -> Vec<&'static str> {
        rights_of(&self.frame, manager)
    }

    fn signed_in(&self, manager: &Fellow) -> String {
        signed_in(&self.frame, manager.signed_in_at)
    }

    fn of_operator(&self, line: &OperatorLine) -> Choice {
        let holder = Holder::Operator {
            terminal: line.terminal,
            operator: line.account.operator,
        };
        self.choice(holder, line.reach)
    }

    fn of_manager(&self, manager: &Fellow) -> Choice {
        let holder = Holder::Manager {
            manager: manager.manager,
        };
        self.choice(holder, manager.reach)
    }

    fn choice(&self, holder: Holder, reach: Reach) -> Choice {
        let answer = self.answers.get(&holder);
        Choice {
            name: field_of(&holder),
            is_removable: reach == Reach::Removable,
            is_kept: answer == Some(&Answer::Keep),
            is_removed: answer == Some(&Answer::Remove),
            is_missing: self.mistake.is_some() && answer.is_none(),
        }
    }
}

/// Whether a merchant's time is over.
pub(super) fn is_overdue(frame: &Frame<'_>, review: &DueReview) -> bool {
    review.overdue_at <= frame.reading.now
}

/// The name of the field that answers for somebody.
fn field_of(holder: &Holder) -> String {
    match holder {
        Holder::Operator { terminal, operator } => format!("operator.{terminal}.{operator}"),
        Holder::Manager { manager } => format!("manager.{manager}"),
    }
}

/// Whom a field answers for.
fn holder_of(field: &str) -> Option<Holder> {
    let (kind, rest) = field.split_once('.')?;
    match kind {
        "operator" => {
            let (terminal, operator) = rest.split_once('.')?;
            Some(Holder::Operator {
                terminal: terminal.parse().ok()?,
                operator: operator.parse().ok()?,
            })
        }
        "manager" => {
            let manager = rest.parse::<ManagerId>().ok()?;
            Some(Holder::Manager { manager })
        }
        _ => None,
    }
}

/// The round, and the answers: each once.
fn read(fields: &[(String, String)]) -> Option<(u32, Answers)> {
    let (mut round, mut answers) = (None, Answers::new());
    for (name, value) in fields {
        if name == "round" {
            round = Some(value.parse().ok()?);
        } else if answers
            .insert(holder_of(name)?, value.parse().ok()?)
            .is_some()
        {
            return None;
        }
    }
    Some((round?, answers))
}

/// Shows it.
pub(super) async fn show(seat: ManagerSeat) -> Response {
    draw(&seat, Answers::new(), None).await
}

/// Takes the answers.
pub(super) async fn send(
    seat: ManagerSeat,
    form: Result<Form<Vec<(String, String)>>, FormRejection>,
) -> Response {
    let Some((round, answers)) = form.ok().and_then(|Form(fields)| read(&fields)) else {
        return Notice::Malformed.page(&seat.site, seat.language);
    };
    let shell = seat.site.shell();
    let given = (round, answers.clone());
    let mistake = match access_review::complete(shell, given, &seat.by, None).await {
        // A second click: it is taken, and nothing waits any more.
        Ok(_) | Err(Failure::Unknown) => return Redirect::to(PAGE).into_response(),
        Err(Failure::NotFresh) => ReviewMistake::NotFresh,
        Err(Failure::Refused(Refusal::FormNotWhole)) => ReviewMistake::Missing,
        Err(Failure::Refused(Refusal::FactsChanged)) => ReviewMistake::Changed,
        Err(Failure::Refused(Refusal::NotAllowed)) => ReviewMistake::NotAllowed,
        Err(failure) => return seat.failed(&failure, PAGE),
    };
    draw(&seat, answers, Some(mistake)).await
}

async fn draw(seat: &ManagerSeat, answers: Answers, mistake: Option<ReviewMistake>) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::ManageOperators) {
        return turned_away;
    }
    let (view, is_too_large) = match access_review::view(seat.site.shell(), &seat.by).await {
        Ok(view) => (Some(view), false),
        Err(Failure::Unknown) => (None, false),
        Err(Failure::Invalid(_)) => (None, true),
        Err(failure) => return seat.failed(&failure, PAGE),
    };
    let status = match mistake {
        None => StatusCode::OK,
        Some(ReviewMistake::NotFresh | ReviewMistake::NotAllowed) => StatusCode::FORBIDDEN,
        Some(ReviewMistake::Changed) => StatusCode::CONFLICT,
        Some(ReviewMistake::Missing) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = AccessReviewPage {
        frame: seat.frame(PAGE),
        view,
        is_too_large,
        answers,
        mistake,
    };
    respond(status, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_names_whom_it_answers_for() {
        let terminal = tillkey_wire::ids::TerminalId::from_bytes([1; 10]);
        let operator = Holder::Operator {
            terminal,
            operator: "07".parse().unwrap(),
        };
        let manager = Holder::Manager {
            manager: ManagerId::from_bytes([2; 10]),
        };
        for holder in [operator, manager] {
            assert_eq!(holder_of(&field_of(&holder)), Some(holder));
        }
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let (one, two) = (field_of(&operator), field_of(&manager));
        let whole = [
            field("round", "2"),
            field(&one, "keep"),
            field(&two, "remove"),
        ];
        let (round, answers) = read(&whole).unwrap();
        assert_eq!((round, answers.len()), (2, 2));
        for wrong in [
            vec![field(&one, "keep")],
            vec![field("round", "2"), field(&one, "")],
            vec![
                field("round", "2"),
                field(&one, "keep"),
                field(&one, "remove"),
            ],
            vec![field("round", "2"), field("operator.1", "keep")],
            vec![field("round", "2"), field("other", "keep")],
        ] {
            assert_eq!(read(&wrong), None, "{wrong:?}");
        }
    }
}
