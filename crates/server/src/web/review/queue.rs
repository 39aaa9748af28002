//! What waits for reviewers, with the time that is left. The page moves by itself.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::Channel;
use tillkey_wire::ids::Rank;

use super::super::case_words::CaseNames;
use super::super::frame::{Frame, respond};
use super::super::live::{self, Watch};
use super::super::seat::Seat;
use super::super::site::Site;
use super::super::words::fill;
use super::ReviewerWords;
use crate::act::case::{self, Queue, QueueFilter, Unprepared, Waiting};
use crate::act::staff;
use crate::bell::Ring;
use crate::peer::Peer;

/// A case with less time than this is urgent, in minutes.
const URGENT_MINUTES: i64 = 30;
/// A case with less time than this is to be taken soon, in minutes.
const SOON_MINUTES: i64 = 90;

/// What somebody filters by. A word that is none of ours filters nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    channel: String,
    rank: String,
}

impl Asked {
    fn filter(&self) -> QueueFilter {
        QueueFilter {
            channel: self.channel.parse().ok(),
            rank: Rank::ALL.into_iter().find(|rank| rank.name() == self.rank),
        }
    }
}

/// The reviewers' queue.
#[derive(Debug, Template)]
#[template(path = "review/queue.html")]
pub struct QueuePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What waits.
    pub queue: Queue,
    /// What it is filtered by.
    pub filter: QueueFilter,
    /// How long reviewers have in all, in hours.
    pub review_hours: u32,
    /// The mark of what it shows.
    pub mark: String,
}

/// A row of the queue.
struct Row {
    href: String,
    left: String,
    left_minutes: i64,
    urgency: &'static str,
    class: &'static str,
    whose: String,
    rank: &'static str,
    place: String,
    channel: &'static str,
    reason: &'static str,
    reviews: String,
    obstacle: Option<&'static str>,
}

/// A row of the cases that come to no backup.
struct UnpreparedRow {
    href: String,
    whose: String,
    place: String,
    channel: &'static str,
    since: String,
    why: &'static str,
}

impl QueuePage<'_> {
    fn words(&self) -> &'static ReviewerWords {
        ReviewerWords::of(self.frame.language())
    }

    fn names(&self) -> &'static CaseNames {
        CaseNames::of(self.frame.language())
    }

    fn count(&self) -> String {
        let waiting = self.queue.waiting.to_string();
        fill(&self.words().queue.count, "n", &waiting)
    }

    fn is_filtered(&self) -> bool {
        self.filter != QueueFilter::default()
    }

    fn window_minutes(&self) -> i64 {
        i64::from(self.review_hours) * 60
    }

    fn channels(&self) -> Vec<(&'static str, &'static str, bool)> {
        let names = self.names();
        let option = |channel: &Channel| {
            let is_chosen = self.filter.channel == Some(*channel);
            (channel.name(), names.channel(*channel), is_chosen)
        };
        Channel::ALL.iter().map(option).collect()
    }

    fn ranks(&self) -> Vec<(&'static str, &'static str, bool)> {
        let names = self.names();
        let option = |rank: Rank| {
            let is_chosen = self.filter.rank == Some(rank);
            (rank.name(), names.rank(rank.name()), is_chosen)
        };
        Rank::ALL.into_iter().map(option).collect()
    }

    fn rows(&self) -> Vec<Row> {
        self.queue.items.iter().map(|item| self.row(item)).collect()
    }

    fn row(&self, waiting: &Waiting) -> Row {
        let (words, names) = (self.words(), self.names());
        let subject = &waiting.subject;
        let left_minutes = minutes_left(waiting.review_by, self.frame.reading.now);
        let (urgency, class) = if left_minutes < URGENT_MINUTES {
            (&words.queue.urgent, "bad")
        } else if left_minutes < SOON_MINUTES {
            (&words.queue.soon, "warn")
        } else {
            (&words.queue.calm, "good")
        };
        let done = fill(
            &words.queue.reviews_done,
            "done",
            &waiting.approved.to_string(),
        );
        Row {
            href: format!("/review/{}", waiting.case),
            left: self.left(left_minutes),
            left_minutes,
            urgency,
            class,
            whose: subject.operator.to_string(),
            rank: names.rank(subject.operator.rank().name()),
            place: format!("{} / {}", subject.merchant, subject.terminal_number),
            channel: names.channel(waiting.channel),
            reason: names.reason(waiting.reason),
            reviews: fill(&done, "needed", &waiting.needed.to_string()),
            obstacle: waiting.obstacle.map(|obstacle| words.obstacle.of(obstacle)),
        }
    }

    /// The cases that come to no backup: where, since when, why, and the way to them.
    fn unprepared(&self) -> Vec<UnpreparedRow> {
        let (words, names) = (&self.words().queue, self.names());
        let row = |one: &Unprepared| UnpreparedRow {
            href: format!("/review/{}", one.case),
            whose: one.subject.operator.to_string(),
            place: format!("{} / {}", one.subject.merchant, one.subject.terminal_number),
            channel: names.channel(one.channel),
            since: self.frame.reading.minute(one.since),
            why: if one.failed {
                &words.backup_failed
            } else {
                &words.terminal_away
            },
        };
        self.queue.unprepared.iter().map(row).collect()
    }

    fn left(&self, minutes: i64) -> String {
        let words = &self.words().queue;
        match minutes {
            ..=0 => words.over.clone(),
            1..60 => fill(&words.left_minutes, "m", &minutes.to_string()),
            _ => {
                let hours = fill(&words.left_hours, "h", &(minutes / 60).to_string());
                fill(&hours, "m", &(minutes % 60).to_string())
            }
        }
    }
}

/// Whole minutes until a deadline; none after it.
pub(super) fn minutes_left(deadline: Timestamp, now: Timestamp) -> i64 {
    deadline.duration_since(now).as_mins().max(0)
}

/// What changes whenever the queue does.
fn mark(queue: &Queue) -> String {
    let items = queue.items.iter();
    let marks = items.map(|item| format!("{}.{}", item.case, item.approved));
    let unprepared = queue.unprepared.iter();
    let stuck = unprepared.map(|one| format!("{}.{}", one.case, one.failed));
    marks.chain(stuck).collect::<Vec<_>>().join(" ")
}

/// Shows what waits.
pub(in super::super) async fn show(seat: Seat, Query(asked): Query<Asked>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Reviewer, Role::Auditor]) {
        return turned_away;
    }
    let filter = asked.filter();
    let shell = seat.site().shell();
    match case::queue(shell, &seat.signed_in, filter).await {
        Ok(queue) => {
            let page = QueuePage {
                frame: seat.frame(path(filter)),
                mark: mark(&queue),
                queue,
                filter,
                review_hours: shell.terms().review_hours,
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}

/// The page's address with what it is filtered by.
fn path(filter: QueueFilter) -> String {
    let channel = filter.channel.map(|of| format!("channel={}", of.name()));
    let rank = filter.rank.map(|of| format!("rank={}", of.name()));
    let asked: Vec<String> = channel.into_iter().chain(rank).collect();
    if asked.is_empty() {
        "/review".to_owned()
    } else {
        format!("/review?{}", asked.join("&"))
    }
}

/// Tells the page when the queue has moved.
pub(in super::super) async fn events(
    State(site): State<Site>,
    seat: Seat,
    Peer(source): Peer,
    _: HeaderMap,
) -> Response {
    if seat.must_be(&[Role::Reviewer, Role::Auditor]).is_err() {
        return axum::response::IntoResponse::into_response(StatusCode::FORBIDDEN);
    }
    let shell = site.shell().clone();
    let token = seat.token.clone();
    let look = move || -> live::Look {
        let (shell, token) = (shell.clone(), token.clone());
        Box::pin(async move {
            // The right to look is asked for each time, and keeps no session alive.
            let by = staff::still_signed_in(&shell, &token).await.ok()?;
            let queue = case::queue(&shell, &by, QueueFilter::default())
                .await
                .ok()?;
            Some(mark(&queue))
        })
    };
    let watch = Watch {
        wakes: Box::new(|ring| matches!(ring, Ring::Case(_))),
        look: Box::new(look),
    };
    live::stream(&site, &source, watch).await
}
