//! What is known of the terminals' work: the trade of each day, and who signed on
//! when. To look at, and to download.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tillkey_rules::vocabulary::ManagerRight;

use super::PortalWords;
use super::seat::ManagerSeat;
use crate::act::portal::{self, SignOn, TradeDay};
use crate::web::csv;
use crate::web::frame::{Frame, respond};

/// Trade and sign-ons.
#[derive(Debug, Template)]
#[template(path = "portal/records.html")]
pub struct RecordsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The days with trade, the newest first.
    pub days: Vec<TradeDay>,
    /// The latest sign-ons, the newest first.
    pub sign_ons: Vec<SignOn>,
}

impl RecordsPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn at(&self, at: &Timestamp) -> String {
        self.frame.reading.minute(*at)
    }

    fn ended(&self, sign_on: &SignOn) -> String {
        match &sign_on.ended {
            Some((at, _)) => self.frame.reading.minute(*at),
            None => self.words().records.still_on.clone(),
        }
    }

    fn why(&self, sign_on: &SignOn) -> &'static str {
        let why = sign_on.ended.as_ref().map(|(_, why)| why.as_str());
        why.map_or("", |why| end_word(self.words(), why))
    }
}

fn end_word(words: &'static PortalWords, why: &str) -> &'static str {
    let words = &words.sign_on_end;
    match why {
        "sign_off" => &words.sign_off,
        "effective" => &words.effective,
        "revoked" => &words.revoked,
        "removed" => &words.removed,
        "not_served" => &words.not_served,
        "dormant" => &words.dormant,
        _ => &words.superseded,
    }
}

/// Shows both.
pub(super) async fn show(seat: ManagerSeat) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::SeeRecords) {
        return turned_away;
    }
    let shell = seat.site.shell();
    let days = portal::trade_days(shell, &seat.by).await;
    let sign_ons = portal::sign_ons(shell, &seat.by).await;
    match (days, sign_ons) {
        (Ok(days), Ok(sign_ons)) => {
            let page = RecordsPage {
                frame: seat.frame("/portal/records"),
                days,
                sign_ons,
            };
            respond(StatusCode::OK, &page)
        }
        (Err(failure), _) | (_, Err(failure)) => seat.failed(&failure, "/portal/records"),
    }
}

/// Gives the trade by day as a file that a table program opens.
pub(super) async fn download_days(seat: ManagerSeat) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::SeeRecords) {
        return turned_away;
    }
    let found = match portal::download_trade_days(seat.site.shell(), &seat.by).await {
        Ok(found) => found,
        Err(failure) => return seat.failed(&failure, "/portal/records"),
    };
    let words = &PortalWords::of(seat.language).trade;
    let mut text = csv::begin();
    csv::row(
        &mut text,
        &[
            &words.day,
            &words.sales,
            &words.sales_total,
            &words.refunds,
            &words.refunds_total,
            &words.voids,
            &words.unsettled,
            &words.paid,
        ],
    );
    for day in &found {
        let paid = day.paid.map_or(String::new(), |paid| paid.to_string());
        csv::row(
            &mut text,
            &[
                &day.day.to_string(),
                &day.sales.to_string(),
                &day.sales_total.to_string(),
                &day.refunds.to_string(),
                &day.refunds_total.to_string(),
                &day.voids.to_string(),
                &day.unsettled.to_string(),
                &paid,
            ],
        );
    }
    file("attachment; filename=\"trade.csv\"", text)
}

fn file(disposition: &'static str, text: String) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static(disposition),
        ),
    ];
    (headers, text).into_response()
}

/// Gives the sign-ons as a file that a table program opens.
pub(super) async fn download(seat: ManagerSeat) -> Response {
    if let Err(turned_away) = seat.must(ManagerRight::SeeRecords) {
        return turned_away;
    }
    let found = match portal::download_sign_ons(seat.site.shell(), &seat.by).await {
        Ok(found) => found,
        Err(failure) => return seat.failed(&failure, "/portal/records"),
    };
    let words = PortalWords::of(seat.language);
    let reading = seat.frame("/portal/records").reading;
    let head = &words.records;
    let mut text = csv::begin();
    csv::row(
        &mut text,
        &[
            &head.terminal,
            &head.operator,
            &head.from,
            &head.until,
            &head.why,
        ],
    );
    for sign_on in &found {
        let until = sign_on.ended.as_ref();
        let at = until.map_or(String::new(), |(at, _)| reading.full(*at));
        let why = until.map_or("", |(_, why)| end_word(words, why));
        csv::row(
            &mut text,
            &[
                sign_on.terminal_number.as_str(),
                &sign_on.operator.to_string(),
                &reading.full(sign_on.started_at),
                &at,
                why,
            ],
        );
    }
    file("attachment; filename=\"sign-ons.csv\"", text)
}
