//! One case before its reviewer, and what they decide.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::ids::CaseId;
use tillkey_wire::secret::Secret;

use super::super::dossier::Sheet;
use super::super::frame::{Frame, respond};
use super::super::fresh::{fresh, proves};
use super::super::notice::Notice;
use super::super::seat::{Form, Posted, Seat};
use super::super::words::fill;
use super::ReviewerWords;
use super::queue::minutes_left;
use crate::act::Failure;
use crate::act::case::{self, Dossier, Obstacle, QueueFilter, Review};
use crate::peer::Peer;

/// What a reviewer has to hear when their verdict was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// Neither button said which.
    Choose,
    /// A refusal without a word.
    Reason,
    /// A comment that cannot be kept.
    Comment,
    /// The password is not right.
    PasswordWrong,
    /// The password is asked for.
    PasswordNeeded,
    /// Passwords have to wait.
    TooMany(Timestamp),
    /// Too much at once.
    Busy,
    /// The case is not any more what they saw.
    Moved,
    /// Somebody else has dealt with it.
    Decided,
    /// They had a hand in it.
    OwnWork,
}

/// One case before its reviewer.
#[derive(Debug, Template)]
#[template(path = "review/verdict.html")]
pub struct VerdictPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The case.
    pub sheet: Sheet,
    /// Which case.
    pub case: CaseId,
    /// Where the verdict is posted to.
    pub to: String,
    /// Which edition of the case this is.
    pub edition: u32,
    /// How many minutes are left.
    pub minutes_left: Option<i64>,
    /// Why the reader does not review it.
    pub obstacle: Option<Obstacle>,
    /// Whose password is asked for, where it is: the browser's own store goes by it.
    pub proves: Option<String>,
    /// What was written so far.
    pub comment: String,
    /// What went wrong.
    pub mistake: Option<Mistake>,
    /// Whether the reader may let it go on without a backup.
    pub may_waive: bool,
    /// The next case that waits for this reader.
    pub next: Option<String>,
    /// What they have said of the case as it stands.
    pub has_approved: Option<bool>,
}

impl VerdictPage<'_> {
    fn words(&self) -> &'static ReviewerWords {
        ReviewerWords::of(self.frame.language())
    }

    fn said(&self) -> Option<String> {
        let words = &self.words().mistake;
        Some(match self.mistake.as_ref()? {
            Mistake::Choose => words.choose.clone(),
            Mistake::Reason => words.reason.clone(),
            Mistake::Comment => words.comment.clone(),
            Mistake::PasswordWrong => words.password_wrong.clone(),
            Mistake::PasswordNeeded => words.password_needed.clone(),
            Mistake::TooMany(at) => fill(&words.too_many, "time", &self.frame.reading.minute(*at)),
            Mistake::Busy => words.busy.clone(),
            Mistake::Moved => words.moved.clone(),
            Mistake::Decided => words.decided.clone(),
            Mistake::OwnWork => words.own_work.clone(),
        })
    }

    fn why_not(&self) -> Option<&'static str> {
        let words = &self.words().obstacle;
        self.obstacle.map(|obstacle| words.of(obstacle))
    }

    fn done(&self) -> Option<&'static str> {
        let words = &self.words().done;
        let said = |approved| {
            if approved {
                &words.approved
            } else {
                &words.refused
            }
        };
        self.has_approved.map(|approved| said(approved).as_str())
    }

    fn is_password_wrong(&self) -> bool {
        matches!(
            self.mistake,
            Some(Mistake::PasswordWrong | Mistake::PasswordNeeded)
        )
    }

    fn is_comment_wrong(&self) -> bool {
        matches!(self.mistake, Some(Mistake::Reason | Mistake::Comment))
    }

    fn left(&self) -> Option<String> {
        let words = &self.words().queue;
        let minutes = self.minutes_left?;
        let hours = fill(&words.left_hours, "h", &(minutes / 60).to_string());
        Some(match minutes {
            0..60 => fill(&words.left_minutes, "m", &minutes.to_string()),
            _ => fill(&hours, "m", &(minutes % 60).to_string()),
        })
    }
}

/// What a reviewer posts. Fields that are missing are empty, so that a form that was
/// carried over a sign-in asks again instead of deciding.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct VerdictForm {
    verdict: String,
    comment: String,
    edition: Option<u32>,
    password: String,
}

impl Form for VerdictForm {
    // The verdict is not kept: who comes back looks again before deciding.
    const KEPT: &'static [&'static str] = &["comment"];
}

/// Shows a case.
pub(in super::super) async fn show(seat: Seat, Path(case): Path<String>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Reviewer, Role::Auditor]) {
        return turned_away;
    }
    match case.parse() {
        Ok(case) => draw(&seat, case, String::new(), None).await,
        Err(_) => Notice::Missing.page(seat.site(), seat.language),
    }
}

/// Takes a verdict.
pub(in super::super) async fn send(
    Path(case): Path<String>,
    Peer(source): Peer,
    Posted { seat, form }: Posted<VerdictForm>,
) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Reviewer]) {
        return turned_away;
    }
    let Ok(case) = case.parse::<CaseId>() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let shell = seat.site().shell();
    let VerdictForm {
        verdict,
        comment,
        edition,
        password,
    } = form;
    let approve = match verdict.as_str() {
        "approve" => true,
        "refuse" => false,
        _ => return draw(&seat, case, comment, Some(Mistake::Choose)).await,
    };
    let by = match fresh(&seat, Secret::new(password), &source).await {
        Ok(by) => by,
        Err(failure) => return said(&seat, case, (approve, comment), &failure).await,
    };
    let review = Review {
        approve,
        comment: comment.clone(),
        edition,
    };
    match case::review(shell, case, review, &by, None).await {
        Ok(_) => Redirect::to(&format!("/review/{case}")).into_response(),
        Err(failure) => said(&seat, case, (approve, comment), &failure).await,
    }
}

/// Takes a reviewer's word that a case may go on without its backup.
pub(in super::super) async fn waive(
    Path(case): Path<String>,
    Peer(source): Peer,
    Posted { seat, form }: Posted<VerdictForm>,
) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Reviewer]) {
        return turned_away;
    }
    let Ok(case) = case.parse::<CaseId>() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let VerdictForm {
        comment, password, ..
    } = form;
    let waived = match fresh(&seat, Secret::new(password), &source).await {
        Ok(by) => case::waive_backup(seat.site().shell(), case, &comment, &by, None).await,
        Err(failure) => Err(failure),
    };
    match waived {
        Ok(_) => Redirect::to(&format!("/review/{case}")).into_response(),
        Err(failure) => said(&seat, case, (true, comment), &failure).await,
    }
}

/// Shows the case again, with what went wrong and what was written.
async fn said(
    seat: &Seat,
    case: CaseId,
    (approve, comment): (bool, String),
    failure: &Failure,
) -> Response {
    let mistake = match failure {
        Failure::NotFresh => Mistake::PasswordNeeded,
        Failure::Invalid(_) => Mistake::Comment,
        Failure::Busy => Mistake::Busy,
        Failure::Refused(refusal) => match refusal {
            Refusal::NotMatched => Mistake::PasswordWrong,
            Refusal::TooMany { retry_at } => Mistake::TooMany(*retry_at),
            Refusal::ReasonMissing => Mistake::Reason,
            Refusal::OwnWork => Mistake::OwnWork,
            Refusal::OutOfOrder => Mistake::Moved,
            Refusal::CaseClosed | Refusal::FactsChanged => Mistake::Decided,
            _ => return seat.failed(failure),
        },
        failure => return seat.failed(failure),
    };
    let is_late = matches!(
        mistake,
        Mistake::Moved | Mistake::Decided | Mistake::OwnWork
    );
    if is_late && has_said(seat, case, approve).await {
        // Sent twice: the first one was taken.
        return Redirect::to(&format!("/review/{case}")).into_response();
    }
    draw(seat, case, comment, Some(mistake)).await
}

async fn has_said(seat: &Seat, case: CaseId, approve: bool) -> bool {
    let dossier = case::dossier(seat.site().shell(), case, &seat.signed_in).await;
    dossier.is_ok_and(|dossier| opinion(&dossier, seat) == Some(approve))
}

async fn draw(seat: &Seat, case: CaseId, comment: String, mistake: Option<Mistake>) -> Response {
    let shell = seat.site().shell();
    let dossier = match case::dossier(shell, case, &seat.signed_in).await {
        Ok(dossier) => dossier,
        Err(failure) => return seat.failed(&failure),
    };
    // A case that is not in review any more was decided by somebody else.
    let mistake = match mistake {
        Some(Mistake::Moved) if dossier.obstacle.is_some() => Some(Mistake::Decided),
        mistake => mistake,
    };
    let now = shell.now();
    let frame = seat.frame(format!("/review/{case}"));
    let page = VerdictPage {
        sheet: Sheet::new(&dossier, frame.reading),
        frame,
        case,
        to: format!("/review/{case}/verdict"),
        edition: dossier.edition,
        minutes_left: waits(&dossier).map(|by| minutes_left(by, now)),
        obstacle: dossier.obstacle,
        proves: proves(seat, now),
        comment,
        may_waive: dossier.may_waive,
        next: next(seat, case).await,
        has_approved: opinion(&dossier, seat),
        mistake,
    };
    respond(status(page.mistake.as_ref()), &page)
}

/// Until when the reviewers have time, while they are asked.
fn waits(dossier: &Dossier) -> Option<Timestamp> {
    let in_review = dossier.view.state == tillkey_rules::case::State::InReview;
    dossier.view.review_by.filter(|_| in_review)
}

/// What the reader has said of the case as it stands: whether they approved.
fn opinion(dossier: &Dossier, seat: &Seat) -> Option<bool> {
    let person = seat.signed_in.actor.person();
    let mut opinions = dossier.opinions.iter();
    let own = opinions.find(|opinion| opinion.counts && opinion.by.person() == person)?;
    Some(own.approved)
}

/// The most urgent other case that this reader can review.
async fn next(seat: &Seat, case: CaseId) -> Option<String> {
    let filter = QueueFilter::default();
    let shell = seat.site().shell();
    let queue = case::queue(shell, &seat.signed_in, filter).await.ok()?;
    let mut items = queue.items.iter();
    let found = items.find(|item| item.case != case && item.obstacle.is_none())?;
    Some(format!("/review/{}", found.case))
}

const fn status(mistake: Option<&Mistake>) -> StatusCode {
    match mistake {
        None => StatusCode::OK,
        Some(Mistake::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(Mistake::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        Some(Mistake::Moved | Mistake::Decided) => StatusCode::CONFLICT,
        Some(Mistake::OwnWork) => StatusCode::FORBIDDEN,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
