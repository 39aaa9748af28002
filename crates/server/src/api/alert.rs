//! `/v1/alerts`: what the watch found worth a look, for those who look into it.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::watch::{About, AlertOutcome, AlertState, Rule, Severity, Told};
use tillkey_wire::ids::{
    AlertId, ApplicationId, CaseId, MerchantNumber, OperatorNumber, StaffId, TerminalId,
    TerminalNumber,
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::{Cursor, Named, StrictQuery};
use super::caller::{Key, Staff};
use super::json::{NoBody, StrictJson};
use super::problem::{Problem, ProblemBody};
use super::words::{AlertOutcomeWord, AlertStateWord, RuleWord, SeverityWord};
use crate::act::alert::{self as act, AlertStory, AlertView, Outcome};
use crate::act::ledger::{Placed, kind_of};

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(take))
        .routes(routes!(close))
}

/// Which alerts.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// In which state.
    #[param(value_type = AlertStateWord)]
    state: AlertState,
    /// Where an earlier page ended.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
}

/// A page of alerts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alerts)]
struct AlertsBody {
    /// The most urgent first, and among those the oldest.
    items: Vec<AlertBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
struct AlertBody {
    /// Which one.
    #[schema(value_type = String)]
    alert: AlertId,
    /// The rule that spoke.
    #[schema(value_type = RuleWord)]
    rule: Rule,
    /// How soon somebody should look.
    #[schema(value_type = SeverityWord)]
    severity: Severity,
    /// Whom or what it is about.
    about: AboutBody,
    /// How it stands.
    #[schema(value_type = AlertStateWord)]
    state: AlertState,
    /// When it was raised.
    #[schema(value_type = String, format = DateTime)]
    raised_at: Timestamp,
    /// The account that looks into it.
    #[schema(value_type = Option<String>)]
    owner: Option<StaffId>,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    taken_at: Option<Timestamp>,
    /// What it came to.
    #[schema(value_type = Option<AlertOutcomeWord>)]
    outcome: Option<AlertOutcome>,
    /// When it was settled.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Timestamp>,
}

/// Whom or what an alert is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertAbout)]
struct AboutBody {
    /// `operator`, `terminal`, `merchant`, `staff` or `application`.
    kind: &'static str,
    /// The merchant; of a terminal, the one that it is at now.
    #[schema(value_type = Option<String>)]
    merchant: Option<MerchantNumber>,
    /// The terminal.
    #[schema(value_type = Option<String>)]
    terminal: Option<TerminalId>,
    /// Its number.
    #[schema(value_type = Option<String>)]
    terminal_number: Option<TerminalNumber>,
    /// The account on it.
    #[schema(value_type = Option<String>)]
    operator: Option<OperatorNumber>,
    /// The account of staff.
    #[schema(value_type = Option<String>)]
    staff: Option<StaffId>,
    /// The application.
    #[schema(value_type = Option<String>)]
    application: Option<ApplicationId>,
}

impl AboutBody {
    fn of(view: &AlertView) -> Self {
        let mut body = Self {
            kind: view.alert.about.kind(),
            merchant: view.merchant.clone(),
            terminal: None,
            terminal_number: view.terminal.clone(),
            operator: None,
            staff: None,
            application: None,
        };
        match &view.alert.about {
            About::Operator { terminal, operator } => {
                (body.terminal, body.operator) = (Some(*terminal), Some(*operator));
            }
            About::Terminal { terminal } => body.terminal = Some(*terminal),
            About::Merchant { .. } => {}
            About::Staff { staff } => body.staff = Some(staff.clone()),
            About::Application { application } => body.application = Some(*application),
        }
        body
    }
}

impl From<AlertView> for AlertBody {
    fn from(view: AlertView) -> Self {
        let about = AboutBody::of(&view);
        let alert = view.alert;
        Self {
            alert: alert.id,
            rule: alert.rule,
            severity: alert.rule.severity(),
            about,
            state: alert.state,
            raised_at: alert.raised_at,
            owner: alert.owner,
            taken_at: alert.taken_at,
            outcome: alert.outcome,
            closed_at: alert.closed_at,
        }
    }
}

/// One alert with its story.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertStory)]
struct AlertStoryBody {
    /// The alert.
    #[serde(flatten)]
    alert: AlertBody,
    /// What happened, in Chinese.
    what_zh: &'static str,
    /// The same in English.
    what_en: &'static str,
    /// What to look at, in Chinese.
    look_zh: &'static str,
    /// The same in English.
    look_en: &'static str,
    /// The entries of the ledger that led to it, oldest first.
    because: Vec<ReasonEntryBody>,
    /// What its owner wrote when it was closed.
    comment: Option<String>,
}

/// An entry of the ledger that led to an alert.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertReason)]
struct ReasonEntryBody {
    /// Its place.
    position: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What happened, a stable name.
    kind: String,
    /// The case that it belongs to.
    #[schema(value_type = Option<String>)]
    case: Option<CaseId>,
}

impl From<Placed> for ReasonEntryBody {
    fn from(placed: Placed) -> Self {
        Self {
            position: placed.position,
            at: placed.entry.at,
            kind: kind_of(&placed.entry),
            case: placed.entry.case,
        }
    }
}

impl From<AlertStory> for AlertStoryBody {
    fn from(story: AlertStory) -> Self {
        let rule = story.view.alert.rule;
        let Told {
            what: what_zh,
            look: look_zh,
        } = rule.in_chinese();
        let Told {
            what: what_en,
            look: look_en,
        } = rule.in_english();
        Self {
            alert: story.view.into(),
            what_zh,
            what_en,
            look_zh,
            look_en,
            because: story.because.into_iter().map(Into::into).collect(),
            comment: story.comment,
        }
    }
}

/// Lists the alerts in a state. Nobody sees those that are about themselves.
#[utoipa::path(
    get, path = "/v1/alerts", tag = "alerts", params(Which),
    responses(
        (status = 200, body = AlertsBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn list(
    State(api): State<Api>,
    StrictQuery(which): StrictQuery<Which>,
    staff: Staff,
) -> Result<Json<AlertsBody>, Problem> {
    let cursor = which.cursor.map(|cursor| cursor.0);
    let page = act::list(&api.shell, which.state, cursor, &staff.signed_in).await?;
    Ok(Json(AlertsBody {
        items: page.items.into_iter().map(AlertBody::from).collect(),
        next_cursor: page.next_cursor,
    }))
}

/// Shows an alert with what led to it.
#[utoipa::path(
    get, path = "/v1/alerts/{alert}", tag = "alerts", params(("alert" = String, Path)),
    responses(
        (status = 200, body = AlertStoryBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn show(
    State(api): State<Api>,
    Named(alert): Named<AlertId>,
    staff: Staff,
) -> Result<Json<AlertStoryBody>, Problem> {
    let story = act::view(&api.shell, alert, &staff.signed_in).await?;
    Ok(Json(story.into()))
}

/// The caller looks into an alert from now on, in the place of whoever did before. Not
/// for whom it is about.
#[utoipa::path(
    post, path = "/v1/alerts/{alert}/owner", tag = "alerts",
    params(("alert" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = AlertStoryBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn take(
    State(api): State<Api>,
    Named(alert): Named<AlertId>,
    staff: Staff,
    key: Key,
    request: NoBody,
) -> Result<Json<AlertStoryBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    act::take(&api.shell, alert, &staff.signed_in, once).await?;
    let story = act::view(&api.shell, alert, &staff.signed_in).await?;
    Ok(Json(story.into()))
}

/// What an alert came to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CloseAlert {
    /// What it came to.
    #[schema(value_type = AlertOutcomeWord)]
    outcome: AlertOutcome,
    /// In words, at most 1,000 characters; a true alarm needs it. It is sealed.
    #[schema(max_length = 1000)]
    comment: Option<String>,
}

/// Closes an alert, as its owner.
#[utoipa::path(
    post, path = "/v1/alerts/{alert}/outcome", tag = "alerts", request_body = CloseAlert,
    params(("alert" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = AlertStoryBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn close(
    State(api): State<Api>,
    Named(alert): Named<AlertId>,
    staff: Staff,
    key: Key,
    request: StrictJson<CloseAlert>,
) -> Result<Json<AlertStoryBody>, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let said = Outcome {
        outcome: request.body.outcome,
        comment: request.body.comment.unwrap_or_default(),
    };
    act::close(&api.shell, alert, said, &staff.signed_in, once).await?;
    let story = act::view(&api.shell, alert, &staff.signed_in).await?;
    Ok(Json(story.into()))
}
