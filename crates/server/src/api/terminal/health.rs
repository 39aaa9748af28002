//! `/v1/terminals/{terminal}/health`: how a terminal last said it is, and the question.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::Serialize;
use tillkey_rules::precheck::Finding;
use tillkey_store::health::Reported;
use tillkey_wire::health::{
    Bars, Condition, Health, Lamp, NetworkKind, Percent, PowerSource, Printer,
};
use tillkey_wire::ids::{FirmwareVersion, TerminalId};
use utoipa::ToSchema;

use super::super::Api;
use super::super::address::Named;
use super::super::caller::{Key, Member, Staff};
use super::super::json::NoBody;
use super::super::problem::{Problem, ProblemBody};
use crate::act::health::{self as act, HealthView};

/// How a terminal is. A hint, as the terminal says it: no proof of anything.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TerminalHealth)]
pub(super) struct HealthBody {
    /// Whether it has a live link.
    online: bool,
    /// Its last report; `null` where it never made one.
    report: Option<ReportBody>,
    /// What is wrong, what matters most first.
    findings: Vec<FindingBody>,
}

/// What a terminal said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthReport)]
struct ReportBody {
    /// When, by the server's clock.
    #[schema(value_type = String, format = DateTime)]
    reported_at: Timestamp,
    /// The firmware version.
    #[schema(value_type = String)]
    firmware: FirmwareVersion,
    /// How far its clock was ahead of the server's; negative where it was behind.
    clock_ahead_seconds: i64,
    /// How many operators were signed on.
    signed_on: u8,
    /// What it ran on.
    #[serde(skip_serializing_if = "Option::is_none")]
    power: Option<PowerBody>,
    /// Its screen: `good` or `faulty`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    screen: Option<Condition>,
    /// Each of its indicator lamps that it can check: `good` or `faulty`.
    #[schema(value_type = BTreeMap<String, String>)]
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    lamps: BTreeMap<Lamp, Condition>,
    /// Its printer: `ready`, `paper_low`, `paper_out`, `cover_open`, `overheated` or
    /// `faulty`.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    printer: Option<Printer>,
    /// What it was connected by.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<NetworkBody>,
    /// How much could still be stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_free_kib: Option<u32>,
    /// Whether a sale was under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    sale_in_progress: Option<bool>,
    /// How many transactions were not settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    unsettled: Option<u32>,
}

/// What a terminal ran on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TerminalPower)]
struct PowerBody {
    /// `mains` or `battery`.
    #[schema(value_type = String)]
    source: PowerSource,
    /// How full the battery was.
    #[serde(skip_serializing_if = "Option::is_none")]
    battery_percent: Option<u8>,
}

/// What a terminal was connected by.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TerminalNetwork)]
struct NetworkBody {
    /// `ethernet`, `wifi`, `cellular` or `modem`.
    #[schema(value_type = String)]
    kind: NetworkKind,
    /// How strong the signal was, 0 to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    bars: Option<u8>,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HealthFinding)]
pub(in crate::api) struct FindingBody {
    /// Its stable name, such as `paper_out`.
    code: &'static str,
    /// `hinders` where a reset cannot be finished before it is mended, else `remark`.
    weight: &'static str,
    /// What is wrong.
    what: Sentence,
    /// What to do.
    advice: Sentence,
}

/// A sentence in both languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Sentence)]
struct Sentence {
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

impl From<HealthView> for HealthBody {
    fn from(view: HealthView) -> Self {
        Self {
            online: view.online,
            report: view.reported.map(Into::into),
            findings: view.findings.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Reported> for ReportBody {
    fn from(reported: Reported) -> Self {
        let Health {
            power,
            screen,
            lamps,
            printer,
            network,
            storage_free_kib,
            sale_in_progress,
            unsettled,
        } = reported.report.health;
        Self {
            reported_at: reported.reported_at,
            firmware: reported.report.firmware,
            clock_ahead_seconds: reported.clock_ahead_seconds,
            signed_on: reported.report.signed_on,
            power: power.map(|power| PowerBody {
                source: power.source,
                battery_percent: power.battery_percent.map(Percent::get),
            }),
            screen,
            lamps,
            printer,
            network: network.map(|network| NetworkBody {
                kind: network.kind,
                bars: network.bars.map(Bars::get),
            }),
            storage_free_kib,
            sale_in_progress,
            unsettled,
        }
    }
}

impl From<Finding> for FindingBody {
    fn from(finding: Finding) -> Self {
        let sentence = |text: tillkey_rules::policy::Bilingual| Sentence {
            zh: text.zh,
            en: text.en,
        };
        Self {
            code: finding.code,
            weight: finding.weight.name(),
            what: sentence(finding.what),
            advice: sentence(finding.advice),
        }
    }
}

/// Shows how a terminal last said it is, and what that means.
#[utoipa::path(
    get, path = "/v1/terminals/{terminal}/health", tag = "terminals",
    params(("terminal" = String, Path)),
    responses(
        (status = 200, body = HealthBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []), ("manager" = []))
)]
pub(super) async fn view(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    member: Member,
) -> Result<Json<HealthBody>, Problem> {
    let view = act::view(&api.shell, terminal, member.keeper()).await?;
    Ok(Json(view.into()))
}

/// Asks a terminal how it is. Its next report says.
#[utoipa::path(
    post, path = "/v1/terminals/{terminal}/health", tag = "terminals",
    params(("terminal" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, description = "It is asked as soon as it is connected"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn ask(
    State(api): State<Api>,
    Named(terminal): Named<TerminalId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    act::ask(&api.shell, terminal, &staff.signed_in, once).await?;
    Ok(StatusCode::ACCEPTED)
}
