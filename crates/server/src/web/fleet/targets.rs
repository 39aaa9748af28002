//! The operators of a campaign with what came of each, to look through; and the files: the
//! list as it is approved, and the outcomes as a table.

use askama::Template;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Deserialize;
use tillkey_rules::campaign::TargetState;
use tillkey_store::campaign::target::Target;
use tillkey_wire::ids::CampaignId;

use super::super::Language;
use super::super::case_words::CaseNames;
use super::super::csv;
use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::Seat;
use super::super::when::Reading;
use super::super::words::fill;
use super::{FleetWords, READERS, cases_of, download, named};
use crate::act::campaign::{self, TargetFilter, TargetPage};
use crate::act::{Failure, Page};

/// The operators of a campaign.
#[derive(Debug, Template)]
#[template(path = "fleet/targets.html")]
pub struct TargetsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What it is called.
    pub title: String,
    /// Which of them.
    pub filter: TargetFilter,
    /// One page of them.
    pub targets: Page<Target>,
    /// Where a case is opened, where the reader may open one.
    pub cases: Option<&'static str>,
}

/// A row of the list.
struct Row {
    merchant: String,
    terminal: String,
    operator: String,
    rank: &'static str,
    state: &'static str,
    class: &'static str,
    wave: String,
    rested: String,
    changed: String,
    case: Option<String>,
}

impl TargetsPage<'_> {
    fn words(&self) -> &'static FleetWords {
        FleetWords::of(self.frame.language())
    }

    fn back(&self) -> String {
        fill(&self.words().targets.back, "title", &self.title)
    }

    fn path(&self) -> String {
        format!("/fleet/campaigns/{}", self.campaign)
    }

    /// What can be asked for: address, word, whether it is the one.
    fn choices(&self) -> Vec<(String, &'static str, bool)> {
        let list = format!("{}/list", self.path());
        let all = (
            list.clone(),
            self.words().targets.all.as_str(),
            self.filter.state.is_none(),
        );
        let one = |state: &TargetState| {
            let address = format!("{list}?state={state}");
            (
                address,
                self.words().target(*state),
                self.filter.state == Some(*state),
            )
        };
        std::iter::once(all)
            .chain(TargetState::ALL.iter().map(one))
            .collect()
    }

    fn rows(&self) -> Vec<Row> {
        self.targets.items.iter().map(|one| self.row(one)).collect()
    }

    fn row(&self, one: &Target) -> Row {
        let minute = |at| self.frame.reading.minute(at);
        Row {
            merchant: one.place.merchant.to_string(),
            terminal: one.place.number.to_string(),
            operator: one.place.operator.to_string(),
            rank: CaseNames::of(self.frame.language()).rank(one.place.operator.rank().name()),
            state: self.words().target(one.state),
            class: class_of(one.state),
            wave: wave_of(one),
            rested: one.rested_at.map_or_else(String::new, minute),
            changed: minute(one.changed_at),
            case: one.case.map(|case| case.to_string()),
        }
    }

    fn more(&self, cursor: &str) -> String {
        let state = self
            .filter
            .state
            .map_or_else(String::new, |state| format!("state={state}&"));
        format!("{}/list?{state}cursor={cursor}", self.path())
    }
}

const fn class_of(state: TargetState) -> &'static str {
    match state {
        TargetState::Renewed => "good",
        TargetState::Failed | TargetState::Objected => "bad",
        TargetState::Unanswered => "warn",
        TargetState::Open | TargetState::Asked => "key",
        TargetState::Waiting | TargetState::Skipped => "",
    }
}

/// The wave that somebody was asked in; nothing before.
fn wave_of(target: &Target) -> String {
    match target.wave {
        0 => String::new(),
        wave => wave.to_string(),
    }
}

/// What is asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    state: String,
    cursor: Option<String>,
}

/// Shows them.
pub(super) async fn show(
    seat: Seat,
    Path(campaign): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let id = match named(&seat, &campaign, &READERS) {
        Ok(id) => id,
        Err(turned_away) => return turned_away,
    };
    let Ok(Query(Asked { state, cursor })) = asked else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    // A word that is none of ours filters nothing.
    let filter = TargetFilter {
        state: state.parse().ok(),
    };
    match read(&seat, id, (filter, cursor.as_deref())).await {
        Ok((title, targets)) => {
            let page = TargetsPage {
                frame: seat.frame(format!("/fleet/campaigns/{id}/list?state={state}")),
                campaign: id,
                title,
                filter,
                targets,
                cases: cases_of(seat.signed_in.actor.role()),
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}

async fn read(
    seat: &Seat,
    id: CampaignId,
    asked: (TargetFilter, Option<&str>),
) -> Result<(String, TargetPage), Failure> {
    let shell = seat.site().shell();
    let targets = campaign::targets(shell, id, asked, &seat.signed_in).await?;
    let view = campaign::view(shell, id, &seat.signed_in).await?;
    Ok((view.title, targets))
}

/// Gives the list as the file whose digest is approved.
pub(super) async fn manifest(seat: Seat, Path(campaign): Path<String>) -> Response {
    let id = match named(&seat, &campaign, &READERS) {
        Ok(id) => id,
        Err(turned_away) => return turned_away,
    };
    match campaign::manifest_file(seat.site().shell(), id, &seat.signed_in).await {
        Ok(parts) => {
            let kind = "text/plain; charset=utf-8";
            download(&file_name(id), kind, Body::from_stream(parts))
        }
        Err(failure) => seat.failed(&failure),
    }
}

/// What the list is called as a file.
pub(super) fn file_name(id: CampaignId) -> String {
    format!("campaign-{id}.txt")
}

/// Gives what came of each operator as a file that a table program opens.
pub(super) async fn outcomes(seat: Seat, Path(campaign): Path<String>) -> Response {
    let id = match named(&seat, &campaign, &READERS) {
        Ok(id) => id,
        Err(turned_away) => return turned_away,
    };
    match campaign::outcomes(seat.site().shell(), id, &seat.signed_in).await {
        Ok(parts) => {
            let reading = seat.reading();
            let head = stream::iter([Ok(head_of(reading.language))]);
            let rows = parts.map_ok(move |part| rows_of(&part, reading));
            let body = Body::from_stream(head.chain(rows));
            download(
                &format!("outcomes-{id}.csv"),
                "text/csv; charset=utf-8",
                body,
            )
        }
        Err(failure) => seat.failed(&failure),
    }
}

fn head_of(language: Language) -> String {
    let words = &FleetWords::of(language).targets;
    let mut text = csv::begin();
    csv::row(
        &mut text,
        &[
            &words.merchant,
            &words.terminal,
            &words.operator,
            &words.rank,
            &words.wave,
            &words.state,
            &words.rested,
            &words.changed,
            &words.case,
        ],
    );
    text
}

fn rows_of(targets: &[Target], reading: Reading) -> String {
    let words = FleetWords::of(reading.language);
    let names = CaseNames::of(reading.language);
    let mut text = String::new();
    for one in targets {
        csv::row(
            &mut text,
            &[
                one.place.merchant.as_str(),
                one.place.number.as_str(),
                &one.place.operator.to_string(),
                names.rank(one.place.operator.rank().name()),
                &wave_of(one),
                words.target(one.state),
                &one.rested_at
                    .map_or_else(String::new, |at| reading.full(at)),
                &reading.full(one.changed_at),
                &one.case.map_or_else(String::new, |case| case.to_string()),
            ],
        );
    }
    text
}
