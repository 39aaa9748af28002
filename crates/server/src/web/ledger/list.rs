//! What happened, newest first, with one box to search by.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use tillkey_rules::party::Role;
use tillkey_wire::ids::{CaseId, MerchantNumber, StaffId};

use super::super::case_words::CaseNames;
use super::super::frame::{Frame, respond};
use super::super::numbers;
use super::super::seat::Seat;
use super::super::words::fill;
use super::tell::{Line, Teller};
use super::words::LedgerWords;
use crate::act::Failure;
use crate::act::ledger::{self, CaseLine, Checkpoint, Search};

/// What was asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// A case, an entry's number, a merchant number or a staff account.
    pub q: String,
    /// A kind's stable name.
    pub kind: String,
    /// Where the page begins.
    pub before: Option<u64>,
    /// The language switch; it is read elsewhere.
    pub lang: String,
}

/// What was found.
#[derive(Debug)]
pub enum Found {
    /// Entries, and where older ones begin.
    Entries {
        /// The entries.
        lines: Vec<Line>,
        /// The address of the next page.
        older: Option<String>,
    },
    /// A merchant's cases.
    Cases {
        /// Whose.
        merchant: MerchantNumber,
        /// The cases.
        lines: Vec<CaseLine>,
    },
    /// What was typed names nothing.
    Nothing,
}

/// The list.
#[derive(Debug, Template)]
#[template(path = "ledger/list.html")]
pub struct ListPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The newest checkpoint.
    pub checkpoint: Checkpoint,
    /// What was asked for.
    pub asked: Asked,
    /// What was found.
    pub found: Found,
}

impl ListPage<'_> {
    fn words(&self) -> &'static LedgerWords {
        LedgerWords::of(self.frame.language())
    }

    fn names(&self) -> &'static CaseNames {
        CaseNames::of(self.frame.language())
    }

    fn kinds(&self) -> Vec<(String, String)> {
        Teller::new(self.frame.reading).kinds()
    }

    fn cases_of(&self, merchant: &MerchantNumber) -> String {
        fill(&self.words().list.cases_of, "merchant", merchant.as_str())
    }

    fn status(&self) -> StatusCode {
        match self.found {
            Found::Nothing => StatusCode::NOT_FOUND,
            _ => StatusCode::OK,
        }
    }
}

/// What a search box's text means.
enum Meant {
    Everything,
    Position(u64),
    Case(CaseId),
    Merchant(MerchantNumber),
    Staff(StaffId),
    Nothing,
}

fn meant(text: &str) -> Meant {
    let text = text.trim();
    if text.is_empty() {
        return Meant::Everything;
    }
    if let Ok(merchant) = numbers::plain(text).parse() {
        return Meant::Merchant(merchant);
    }
    if let Ok(position) = text.parse() {
        return Meant::Position(position);
    }
    if let Ok(case) = text.parse() {
        return Meant::Case(case);
    }
    match text.to_ascii_lowercase().parse() {
        Ok(staff) => Meant::Staff(staff),
        Err(_) => Meant::Nothing,
    }
}

/// Shows the list, or goes straight to what was named.
pub(in super::super) async fn show(seat: Seat, Query(asked): Query<Asked>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Auditor]) {
        return turned_away;
    }
    let found = match meant(&asked.q) {
        Meant::Position(position) => {
            return Redirect::to(&format!("/ledger/entries/{position}")).into_response();
        }
        Meant::Case(case) => {
            return Redirect::to(&format!("/ledger/cases/{case}")).into_response();
        }
        Meant::Merchant(merchant) => cases(&seat, merchant).await,
        Meant::Staff(staff) => entries(&seat, Search::Staff(staff), &asked).await,
        Meant::Everything if asked.kind.is_empty() => entries(&seat, Search::All, &asked).await,
        Meant::Everything => entries(&seat, Search::Kind(asked.kind.clone()), &asked).await,
        Meant::Nothing => Ok(Found::Nothing),
    };
    let checkpoint = ledger::checkpoint(seat.site().shell(), &seat.signed_in).await;
    match (found, checkpoint) {
        (Ok(found), Ok(checkpoint)) => {
            let page = ListPage {
                frame: seat.frame("/ledger"),
                checkpoint,
                asked,
                found,
            };
            respond(page.status(), &page)
        }
        (Err(failure), _) | (_, Err(failure)) => seat.failed(&failure),
    }
}

async fn entries(seat: &Seat, search: Search, asked: &Asked) -> Result<Found, Failure> {
    let shell = seat.site().shell();
    let page = ledger::entries(shell, search, asked.before, &seat.signed_in).await?;
    let teller = Teller::new(seat.reading());
    let older = page.before.map(|before| {
        let rest = [("q", asked.q.as_str()), ("kind", asked.kind.as_str())];
        let named: Vec<_> = rest
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        let kept = serde_urlencoded::to_string(named).unwrap_or_default();
        format!("/ledger?before={before}&{kept}")
    });
    Ok(Found::Entries {
        lines: page
            .items
            .iter()
            .map(|placed| teller.line(placed))
            .collect(),
        older: older.map(|address| address.trim_end_matches('&').to_owned()),
    })
}

async fn cases(seat: &Seat, merchant: MerchantNumber) -> Result<Found, Failure> {
    let shell = seat.site().shell();
    let lines = ledger::cases_of(shell, merchant.clone(), &seat.signed_in).await?;
    if lines.is_empty() {
        return Ok(Found::Nothing);
    }
    Ok(Found::Cases { merchant, lines })
}
