//! A case as staff see it: outcomes, opinions, what is known, what stands out.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus};
use tillkey_wire::ids::{CaseId, StaffId, TerminalId};
use utoipa::ToSchema;

use super::super::Api;
use super::super::address::Named;
use super::super::caller::Staff;
use super::super::problem::{Problem, ProblemBody};
use super::super::words::{ChannelWord, EvidenceWord, MerchantStatusWord, RoleWord};
use super::body::{CaseBody, SubjectBody};
use crate::act::case as act;

/// A case as staff see it: outcomes and never data.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Dossier)]
pub(super) struct DossierBody {
    /// The case.
    case: CaseBody,
    /// Whose password; `null` where the request named nobody who exists.
    subject: Option<SubjectBody>,
    /// The merchant's name, all but its first character hidden.
    name_masked: Option<String>,
    /// What was proven.
    evidence: Vec<OutcomeBody>,
    /// What was tried and did not match.
    not_matched: Vec<MissBody>,
    /// What is known of the operator now.
    standing: Option<StandingBody>,
    /// What stands out, such as `fresh_contact` or `night`.
    flags: Vec<&'static str>,
    /// What reviewers said.
    reviews: Vec<OpinionBody>,
    /// What happened, and who did it.
    story: Vec<PassageBody>,
    /// Which edition of the case this is: how often it was taken back from its
    /// reviewers. A review may name it.
    edition: u32,
    /// Why the caller does not review it: `own_work`, `reviewed`, `not_reviewer` or
    /// `not_in_review`.
    obstacle: Option<&'static str>,
}

/// Who did something.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Doer)]
struct DoerBody {
    /// `holder`, `manager`, `staff`, `terminal` or `system`.
    who: &'static str,
    /// The account, of a member of staff.
    #[schema(value_type = Option<String>)]
    staff: Option<StaffId>,
    /// What it did it as.
    #[schema(value_type = Option<RoleWord>)]
    role: Option<Role>,
    /// The device, of a terminal.
    #[schema(value_type = Option<String>)]
    terminal: Option<TerminalId>,
}

impl From<Actor> for DoerBody {
    fn from(actor: Actor) -> Self {
        let nobody = |who| Self {
            who,
            staff: None,
            role: None,
            terminal: None,
        };
        match actor {
            Actor::Holder => nobody("holder"),
            Actor::System => nobody("system"),
            Actor::Manager { .. } => nobody("manager"),
            Actor::Terminal { terminal } => Self {
                terminal: Some(terminal),
                ..nobody("terminal")
            },
            Actor::Staff { staff, role, .. } => Self {
                staff: Some(staff),
                role: Some(role),
                ..nobody("staff")
            },
        }
    }
}

/// One proof that the case holds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Outcome)]
struct OutcomeBody {
    /// Which proof.
    #[schema(value_type = EvidenceWord)]
    kind: EvidenceKind,
    /// When it matched.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who gathered it.
    by: DoerBody,
    /// By which channel.
    #[schema(value_type = ChannelWord)]
    channel: Channel,
}

/// A proof that did not match.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Miss)]
struct MissBody {
    /// Which proof.
    #[schema(value_type = EvidenceWord)]
    kind: EvidenceKind,
    /// How often.
    times: u32,
}

/// What is known of the operator now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Standing)]
struct StandingBody {
    /// Whether the merchant is served.
    #[schema(value_type = MerchantStatusWord)]
    merchant_status: MerchantStatus,
    /// Failed proofs and sign-ons in thirty days.
    failures_30d: u32,
    /// Passwords replaced in thirty days.
    resets_30d: u32,
    /// Hours since the registered contact changed.
    contact_age_hours: Option<u32>,
    /// Whether the terminal has a live link.
    terminal_online: bool,
    /// Whether a password is in force.
    has_password: bool,
    /// Whether the terminal holds payments that are not settled, where it has said so.
    unsettled_batch: Option<bool>,
    /// Whether an alert about the operator, the terminal or the merchant is open, or was
    /// found to be true a short while ago.
    open_alert: bool,
}

impl From<act::Standing> for StandingBody {
    fn from(standing: act::Standing) -> Self {
        let act::Standing {
            merchant_status,
            failures_30d,
            resets_30d,
            contact_age_hours,
            terminal_online,
            has_password,
            unsettled_batch,
            open_alert,
        } = standing;
        Self {
            merchant_status,
            failures_30d,
            resets_30d,
            contact_age_hours,
            terminal_online,
            has_password,
            unsettled_batch,
            open_alert,
        }
    }
}

/// What a reviewer said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Opinion)]
struct OpinionBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who.
    by: DoerBody,
    /// Whether they approved.
    approved: bool,
    /// What they wrote.
    comment: Option<String>,
    /// Whether it was of the case as it stands; if not, it counts for nothing.
    counts: bool,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Passage)]
struct PassageBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who did it.
    by: DoerBody,
    /// The stable name of what happened.
    step: &'static str,
}

/// Shows a case as staff see it.
#[utoipa::path(
    get, path = "/v1/cases/{case}/dossier", tag = "cases", params(("case" = String, Path)),
    responses(
        (status = 200, body = DossierBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
pub(super) async fn dossier(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    staff: Staff,
) -> Result<Json<DossierBody>, Problem> {
    let dossier = act::dossier(&api.shell, case, &staff.signed_in).await?;
    Ok(Json(dossier.into()))
}

impl From<act::Dossier> for DossierBody {
    fn from(dossier: act::Dossier) -> Self {
        let outcome = |outcome: act::Outcome| OutcomeBody {
            kind: outcome.kind,
            at: outcome.at,
            by: outcome.by.into(),
            channel: outcome.channel,
        };
        let opinion = |opinion: act::Opinion| OpinionBody {
            at: opinion.at,
            by: opinion.by.into(),
            approved: opinion.approved,
            comment: opinion.comment,
            counts: opinion.counts,
        };
        let passage = |passage: act::Passage| PassageBody {
            at: passage.at,
            by: passage.by.into(),
            step: passage.event.name(),
        };
        let miss = |act::Miss { kind, times }| MissBody { kind, times };
        Self {
            case: dossier.view.into(),
            subject: dossier.subject.map(SubjectBody::from),
            name_masked: dossier.name_masked,
            evidence: dossier.evidence.into_iter().map(outcome).collect(),
            not_matched: dossier.misses.into_iter().map(miss).collect(),
            standing: dossier.standing.map(StandingBody::from),
            flags: dossier.flags.into_iter().map(act::Flag::name).collect(),
            reviews: dossier.opinions.into_iter().map(opinion).collect(),
            story: dossier.story.into_iter().map(passage).collect(),
            edition: dossier.edition,
            obstacle: dossier.obstacle.map(act::Obstacle::name),
        }
    }
}
