//! `/v1/reports`: numbers over many cases, for whoever looks after the whole. They name
//! no merchant and no person.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use tillkey_rules::vocabulary::Channel;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::StrictQuery;
use super::caller::Staff;
use super::problem::{Problem, ProblemBody};
use super::words::ChannelWord;
use crate::act::report::{self as act, CasesReport, Day, OfChannel, Outcome, Refusals, Why};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(cases))
}

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Since {
    /// How many days: 7, 30 or 90; 30 where it is left out.
    #[param(value_type = Option<u16>)]
    days: Option<String>,
}

/// How many cases ended how: `effective`, `open`, `refused`, `ended`.
type Counts = BTreeMap<&'static str, u64>;

/// One day, where the merchants are.
#[derive(Debug, Serialize, ToSchema)]
struct DayBody {
    /// Which day, as `2026-11-24`.
    date: String,
    /// The cases opened on it.
    #[schema(value_type = BTreeMap<String, u64>)]
    outcomes: Counts,
    /// The median time from opening to effective, in seconds.
    p50_seconds: Option<u64>,
    /// The time within which nine of ten became effective, in seconds.
    p90_seconds: Option<u64>,
}

/// One channel.
#[derive(Debug, Serialize, ToSchema)]
struct ChannelBody {
    /// Which.
    #[schema(value_type = ChannelWord)]
    channel: Channel,
    /// The cases that came by it.
    #[schema(value_type = BTreeMap<String, u64>)]
    outcomes: Counts,
}

/// One reason for which cases came to nothing.
#[derive(Debug, Serialize, ToSchema)]
struct RefusalsBody {
    /// `policy`, `reviewer`, or what changed meanwhile.
    why: &'static str,
    /// The policy's reason in Chinese, where it was the policy.
    reason_zh: Option<String>,
    /// The same in English.
    reason_en: Option<String>,
    /// How often.
    count: u64,
}

/// Numbers over the cases of the last days.
#[derive(Debug, Serialize, ToSchema)]
struct CasesReportBody {
    /// Every day, oldest first.
    days: Vec<DayBody>,
    /// Every channel that any case came by.
    channels: Vec<ChannelBody>,
    /// The median time to effective over all, in seconds.
    p50_seconds: Option<u64>,
    /// The time within which nine of ten became effective, in seconds.
    p90_seconds: Option<u64>,
    /// Why cases came to nothing, the most frequent first.
    refusals: Vec<RefusalsBody>,
}

fn counts(outcomes: &BTreeMap<Outcome, u64>) -> Counts {
    let named = |(outcome, count): (&Outcome, &u64)| (outcome.name(), *count);
    outcomes.iter().map(named).collect()
}

impl From<CasesReport> for CasesReportBody {
    fn from(report: CasesReport) -> Self {
        let day = |day: Day| DayBody {
            date: day.date.to_string(),
            outcomes: counts(&day.outcomes),
            p50_seconds: day.p50_seconds,
            p90_seconds: day.p90_seconds,
        };
        let channel = |of: OfChannel| ChannelBody {
            channel: of.channel,
            outcomes: counts(&of.outcomes),
        };
        let refusals = |refusals: Refusals| {
            let (zh, en) = refusals.reason.map(|reason| (reason.zh, reason.en)).unzip();
            RefusalsBody {
                why: match refusals.why {
                    Why::Policy => "policy",
                    Why::Reviewer => "reviewer",
                    Why::Void(why) => why.name(),
                },
                reason_zh: zh,
                reason_en: en,
                count: refusals.count,
            }
        };
        Self {
            days: report.days.into_iter().map(day).collect(),
            channels: report.channels.into_iter().map(channel).collect(),
            p50_seconds: report.p50_seconds,
            p90_seconds: report.p90_seconds,
            refusals: report.refusals.into_iter().map(refusals).collect(),
        }
    }
}

/// Numbers over the cases of the last days: channels and outcomes, how long it took,
/// why it came to nothing.
#[utoipa::path(
    get, path = "/v1/reports/cases", tag = "reports", params(Since),
    responses(
        (status = 200, body = CasesReportBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn cases(
    State(api): State<Api>,
    by: Staff,
    StrictQuery(query): StrictQuery<Since>,
) -> Result<Json<CasesReportBody>, Problem> {
    // A query is texts: one is looked for as it is spelt, so that there is one spelling.
    let asked = |text: String| act::DAYS.into_iter().find(|days| days.to_string() == text);
    let days = match query.days {
        None => Some(act::DAYS_USUAL),
        Some(text) => asked(text),
    };
    let days = days.ok_or_else(|| Problem::invalid("days", "7, 30 or 90"))?;
    let report = act::cases(&api.shell, days, &by.signed_in).await?;
    Ok(Json(report.into()))
}
