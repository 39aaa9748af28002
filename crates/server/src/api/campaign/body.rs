//! Campaigns as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use tillkey_rules::campaign::{
    Campaign, CampaignState, Manifest, PlanFault, Tally, TargetState, Told,
};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::Reason;
use tillkey_store::campaign::target::{Ranks, Target};
use tillkey_wire::ids::{
    CampaignId, CaseId, MerchantNumber, OperatorNumber, Rank, StaffId, TerminalId, TerminalNumber,
};
use utoipa::ToSchema;

use super::super::words::{CampaignStateWord, RankWord, ReasonWord, TargetStateWord};
use super::plan::{SelectionBody, TermsBody};
use crate::act::campaign::{CampaignSummary, CampaignView, WaveView};

/// The list that people approve.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignManifest)]
struct ManifestBody {
    /// SHA-256 of the list as a file.
    digest: String,
    /// How many operators are on it.
    targets: u32,
    /// On how many terminals.
    terminals: u32,
    /// Of how many merchants.
    merchants: u32,
    /// In how many waves.
    waves: u8,
}

impl From<Manifest> for ManifestBody {
    fn from(manifest: Manifest) -> Self {
        Self {
            digest: manifest.digest,
            targets: manifest.targets,
            terminals: manifest.terminals,
            merchants: manifest.merchants,
            waves: manifest.waves,
        }
    }
}

/// A page of campaigns.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Campaigns)]
pub(super) struct CampaignsBody {
    /// The newest first.
    pub(super) items: Vec<SummaryBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// A campaign in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignSummary)]
pub(super) struct SummaryBody {
    /// Which one.
    #[schema(value_type = String)]
    campaign: CampaignId,
    /// What it is called.
    title: String,
    /// Why.
    #[schema(value_type = ReasonWord)]
    reason: Reason,
    /// Where it stands.
    #[schema(value_type = CampaignStateWord)]
    state: CampaignState,
    /// Its list, once it is made.
    manifest: Option<ManifestBody>,
    /// The wave that it is in; 0 before the first.
    wave: u8,
    /// How many there are.
    waves: u8,
    /// When it was planned.
    #[schema(value_type = String, format = DateTime)]
    planned_at: Timestamp,
    /// When it last moved.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

impl From<CampaignSummary> for SummaryBody {
    fn from(summary: CampaignSummary) -> Self {
        Self {
            campaign: summary.campaign,
            title: summary.title,
            reason: summary.reason,
            state: summary.state,
            manifest: summary.manifest.map(Into::into),
            wave: summary.wave,
            waves: summary.waves,
            planned_at: summary.planned_at,
            changed_at: summary.changed_at,
        }
    }
}

/// How many operators have come how far.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignTally)]
struct TallyBody {
    /// Their wave has not begun.
    waiting: u32,
    /// Their merchant was asked and has not answered.
    asked: u32,
    /// A case is under way.
    open: u32,
    /// They have a new password.
    renewed: u32,
    /// Their case came to nothing.
    failed: u32,
    /// Their merchant says no.
    objected: u32,
    /// Their merchant did not answer while their wave lasted.
    unanswered: u32,
    /// They are gone, or their merchant is not served.
    skipped: u32,
}

impl From<Tally> for TallyBody {
    fn from(tally: Tally) -> Self {
        Self {
            waiting: tally.waiting,
            asked: tally.asked,
            open: tally.open,
            renewed: tally.renewed,
            failed: tally.failed,
            objected: tally.objected,
            unanswered: tally.unanswered,
            skipped: tally.skipped,
        }
    }
}

/// How many operators of each rank are on a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignRanks)]
struct RanksBody {
    /// `01` to `98`.
    cashier: u32,
    /// `00`.
    supervisor: u32,
    /// `99`.
    administrator: u32,
}

impl From<Ranks> for RanksBody {
    fn from(ranks: Ranks) -> Self {
        Self {
            cashier: ranks.cashiers,
            supervisor: ranks.supervisors,
            administrator: ranks.administrators,
        }
    }
}

/// A wave.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignWave)]
struct WaveBody {
    /// Counts them, from 1.
    wave: u8,
    /// How many merchants are in it.
    merchants: u32,
    /// How many operators.
    targets: u32,
    /// How they stand.
    tally: TallyBody,
}

impl From<WaveView> for WaveBody {
    fn from(view: WaveView) -> Self {
        Self {
            wave: view.wave,
            merchants: view.merchants,
            targets: view.targets,
            tally: view.tally.into(),
        }
    }
}

/// Something that happened to a campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignStep)]
struct StepBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The account of staff; absent where nobody was asked.
    #[schema(value_type = Option<String>)]
    by: Option<StaffId>,
    /// The stable name of what happened.
    what: String,
    /// What was said with it.
    comment: Option<String>,
}

impl StepBody {
    fn of((told, comment): (Told, Option<String>)) -> Self {
        Self {
            at: told.at,
            by: told.by,
            what: told.what,
            comment,
        }
    }
}

/// A campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Campaign)]
pub(super) struct CampaignBody {
    /// Which one.
    #[schema(value_type = String)]
    campaign: CampaignId,
    /// What it is called.
    title: String,
    /// Why.
    #[schema(value_type = ReasonWord)]
    reason: Reason,
    /// Whose passwords.
    selection: SelectionBody,
    /// How it goes.
    terms: TermsBody,
    /// Where it stands.
    #[schema(value_type = CampaignStateWord)]
    state: CampaignState,
    /// Why no list came of it: `nobody` is selected, or the policy does not permit it
    /// (`not_permitted`).
    plan_fault: Option<&'static str>,
    /// Its list, once it is made.
    manifest: Option<ManifestBody>,
    /// How many of each rank are on the list.
    ranks: RanksBody,
    /// How many persons have to approve the list.
    approvals_needed: u8,
    /// How many have.
    approvals: usize,
    /// Why the caller cannot approve it, a stable code; absent where they can.
    obstacle: Option<&'static str>,
    /// Until when it may be approved.
    #[schema(value_type = Option<String>, format = DateTime)]
    deadline: Option<Timestamp>,
    /// The wave that it is in; 0 before the first.
    wave: u8,
    /// Until when this wave waits for answers.
    #[schema(value_type = Option<String>, format = DateTime)]
    wave_ends_at: Option<Timestamp>,
    /// How the wave stood when it stopped by itself.
    stopped: Option<TallyBody>,
    /// Its waves, those with nobody in them left out.
    waves: Vec<WaveBody>,
    /// How all of it stands.
    tally: TallyBody,
    /// What happened, oldest first.
    story: Vec<StepBody>,
    /// When this was so.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
}

impl From<CampaignView> for CampaignBody {
    fn from(view: CampaignView) -> Self {
        let story = view.story().into_iter().map(StepBody::of).collect();
        let campaign: &Campaign = &view.campaign;
        Self {
            campaign: campaign.id(),
            reason: campaign.reason(),
            selection: campaign.selection().into(),
            terms: campaign.terms().into(),
            state: campaign.state(),
            plan_fault: campaign.plan_fault().map(PlanFault::name),
            manifest: campaign.manifest().cloned().map(Into::into),
            ranks: view.ranks.into(),
            approvals_needed: campaign.approvals_needed(),
            approvals: campaign.approvals().len(),
            obstacle: view.obstacle.as_ref().map(Refusal::code),
            deadline: campaign.deadline(),
            wave: campaign.wave(),
            wave_ends_at: campaign.wave_ends_at(),
            stopped: campaign.stopped().copied().map(Into::into),
            waves: view.waves.into_iter().map(Into::into).collect(),
            tally: view.tally.into(),
            story,
            as_of: view.as_of,
            title: view.title,
        }
    }
}

/// A page of a campaign's operators.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignTargets)]
pub(super) struct TargetsBody {
    /// By merchant, terminal and number.
    pub(super) items: Vec<TargetBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// An operator of a campaign.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CampaignTarget)]
pub(super) struct TargetBody {
    /// Whose.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// On which terminal.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// Its number when the list was made.
    #[schema(value_type = String)]
    terminal_number: TerminalNumber,
    /// The account.
    #[schema(value_type = String)]
    operator: OperatorNumber,
    /// What it is.
    #[schema(value_type = RankWord)]
    rank: Rank,
    /// How far it has come.
    #[schema(value_type = TargetStateWord)]
    state: TargetState,
    /// The wave it was asked in; 0 before.
    wave: u8,
    /// Its latest case of the campaign.
    #[schema(value_type = Option<String>)]
    case: Option<CaseId>,
    /// Since when its old password opens nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    rested_at: Option<Timestamp>,
    /// When it last moved.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

impl From<Target> for TargetBody {
    fn from(target: Target) -> Self {
        Self {
            merchant: target.place.merchant,
            terminal: target.terminal,
            terminal_number: target.place.number,
            operator: target.place.operator,
            rank: target.place.operator.rank(),
            state: target.state,
            wave: target.wave,
            case: target.case,
            rested_at: target.rested_at,
            changed_at: target.changed_at,
        }
    }
}
