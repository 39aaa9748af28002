//! What is held of the merchant and its people, what for and until when; and a copy of it.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use tillkey_rules::refusal::Refusal;

use super::seat::ManagerSeat;
use crate::act::Failure;
use crate::act::personal_data::{self, Holding};
use crate::web::frame::{Frame, respond};
use crate::web::personal_words::{DataPageWords, PersonalWords};
use crate::web::settings::merchants::file;
use crate::web::words::fill;

const PAGE: &str = "/portal/data";
/// A year as people count it, in days.
const YEAR_DAYS: u32 = 365;

/// What is held.
#[derive(Debug, Template)]
#[template(path = "portal/data.html")]
pub struct DataPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What is held, masked.
    pub holding: Holding,
    /// How many days it is kept after the merchant was closed.
    pub kept_days: u32,
    /// How many days a backup is kept.
    pub backup_days: u32,
    /// When the day has downloads again, where it has none left.
    pub too_many: Option<Timestamp>,
}

/// A line of the page.
struct Line {
    what: &'static str,
    count: String,
    why: &'static str,
    until: String,
}

impl DataPage<'_> {
    fn all(&self) -> &'static PersonalWords {
        PersonalWords::of(self.frame.language())
    }

    fn words(&self) -> &'static DataPageWords {
        &self.all().data
    }

    fn said(&self) -> Option<String> {
        let time = self.frame.reading.minute(self.too_many?);
        Some(fill(&self.words().too_many, "time", &time))
    }

    /// One line for each kind of thing, in the order of the words.
    fn lines(&self) -> Vec<Line> {
        let (words, held) = (self.all(), &self.holding);
        let counts = [
            held.contacts.len(),
            held.documents.len(),
            held.managers.len(),
            held.sessions.len(),
            held.scans.len(),
            held.applications.len(),
            held.messages.len(),
            held.terminals.len(),
            held.cases.len(),
            held.backups,
        ];
        let kinds = words.kind.entries().into_iter();
        let whys = words.why.entries().into_iter();
        let untils = words.until.entries().into_iter();
        let joined = kinds.zip(whys).zip(untils).zip(counts);
        joined
            .map(|((((_, what), (_, why)), (_, until)), count)| Line {
                what,
                count: fill(&words.data.count, "count", &count.to_string()),
                why,
                until: self.until(until),
            })
            .collect()
    }

    fn until(&self, sentence: &str) -> String {
        let years = self.kept_days / YEAR_DAYS;
        let text = fill(sentence, "years", &years.to_string());
        let text = fill(&text, "days", &self.backup_days.to_string());
        fill(&self.words().until, "until", &text)
    }
}

/// Shows it.
pub(super) async fn show(seat: ManagerSeat) -> Response {
    draw(&seat, None).await
}

/// Gives a copy, after a fresh sign-in.
pub(super) async fn download(seat: ManagerSeat) -> Response {
    match personal_data::download(seat.site.shell(), &seat.by).await {
        Ok(held) => file(&held),
        Err(Failure::Refused(Refusal::TooMany { retry_at })) => draw(&seat, Some(retry_at)).await,
        Err(failure) => seat.failed(&failure, PAGE),
    }
}

async fn draw(seat: &ManagerSeat, too_many: Option<Timestamp>) -> Response {
    let shell = seat.site.shell();
    match personal_data::look(shell, &seat.by).await {
        Ok(holding) => {
            let page = DataPage {
                frame: seat.frame(PAGE),
                holding,
                kept_days: shell.config().merchant_kept_days,
                backup_days: shell.config().snapshot_days,
                too_many,
            };
            let status = match too_many {
                None => StatusCode::OK,
                Some(_) => StatusCode::TOO_MANY_REQUESTS,
            };
            respond(status, &page)
        }
        Err(failure) => seat.failed(&failure, PAGE),
    }
}
