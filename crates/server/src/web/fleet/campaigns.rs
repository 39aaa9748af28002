//! The campaigns that there are, the newest first.

use askama::Template;
use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tillkey_rules::party::Role;

use super::super::case_words::CaseNames;
use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::seat::Seat;
use super::super::words::fill;
use super::{FleetWords, READERS, plan};
use crate::act::Page;
use crate::act::campaign::{self, CampaignSummary};

/// Where they are.
pub(super) const PATH: &str = "/fleet/campaigns";

/// The campaigns.
#[derive(Debug, Template)]
#[template(path = "fleet/campaigns.html")]
pub struct CampaignsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// One page of them.
    pub campaigns: Page<CampaignSummary>,
    /// Whether the reader plans campaigns.
    pub may_plan: bool,
}

/// A row of the list.
struct Row<'a> {
    href: String,
    title: &'a str,
    reason: &'static str,
    state: &'static str,
    class: &'static str,
    wave: String,
    targets: String,
    merchants: String,
    planned: String,
}

impl CampaignsPage<'_> {
    fn words(&self) -> &'static FleetWords {
        FleetWords::of(self.frame.language())
    }

    const fn plan_path(&self) -> &'static str {
        plan::PATH
    }

    fn rows(&self) -> Vec<Row<'_>> {
        self.campaigns
            .items
            .iter()
            .map(|one| self.row(one))
            .collect()
    }

    fn row<'a>(&self, one: &'a CampaignSummary) -> Row<'a> {
        let words = self.words();
        let (state, class) = words.state(one.state);
        let count = |of: fn(&tillkey_rules::campaign::Manifest) -> u32| {
            one.manifest
                .as_ref()
                .map_or_else(String::new, |list| of(list).to_string())
        };
        let wave = fill(&words.list.wave_of, "wave", &one.wave.to_string());
        Row {
            href: format!("{PATH}/{}", one.campaign),
            title: &one.title,
            reason: CaseNames::of(self.frame.language()).reason(one.reason),
            state,
            class,
            wave: match one.wave {
                0 => words.list.not_begun.clone(),
                _ => fill(&wave, "waves", &one.waves.to_string()),
            },
            targets: count(|list| list.targets),
            merchants: count(|list| list.merchants),
            planned: self.frame.reading.minute(one.planned_at),
        }
    }
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    cursor: Option<String>,
}

/// Shows them.
pub(super) async fn show(seat: Seat, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    if let Err(turned_away) = seat.must_be(&READERS) {
        return turned_away;
    }
    let Ok(Query(Asked { cursor })) = asked else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    let shell = seat.site().shell();
    match campaign::list(shell, cursor.as_deref(), &seat.signed_in).await {
        Ok(campaigns) => {
            let page = CampaignsPage {
                frame: seat.frame(PATH),
                campaigns,
                may_plan: seat.signed_in.must_be(&[Role::Administrator]).is_ok(),
            };
            respond(StatusCode::OK, &page)
        }
        Err(failure) => seat.failed(&failure),
    }
}
