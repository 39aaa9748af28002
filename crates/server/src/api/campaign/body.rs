//! Campaigns as they are sent and shown.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::campaign::{
    Area, Campaign, CampaignState, CampaignTerms, Manifest, PlanFault, Selection, Tally,
    TargetState, Told,
};
use tillkey_rules::name::checked_name;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::Reason;
use tillkey_store::campaign::target::{Ranks, Target};
use tillkey_wire::ids::{
    CampaignId, CaseId, DeviceModel, MerchantNumber, OperatorNumber, Rank, StaffId, TerminalId,
    TerminalNumber,
};
use utoipa::ToSchema;

use super::super::json::FieldFault;
use super::super::words::{CampaignStateWord, RankWord, ReasonWord, TargetStateWord};
use crate::act::campaign::{CampaignSummary, CampaignView, Plan, WaveView};

/// Why many passwords are to be replaced at once.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PlanReason {
    /// The terminals' software is renewed.
    SystemUpdate,
    /// Somebody else may know them: an old password ends when its new one is approved.
    Compromised,
    /// People left: the same.
    StaffLeft,
}

impl From<PlanReason> for Reason {
    fn from(reason: PlanReason) -> Self {
        match reason {
            PlanReason::SystemUpdate => Self::SystemUpdate,
            PlanReason::Compromised => Self::Compromised,
            PlanReason::StaffLeft => Self::StaffLeft,
        }
    }
}

/// A campaign to be planned.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanCampaign {
    /// What it is called, for those who work on it. It is sealed.
    #[schema(max_length = 120)]
    title: String,
    /// Why.
    #[schema(inline)]
    reason: PlanReason,
    /// Whose passwords.
    selection: SelectionBody,
    /// How it goes; left out, in four waves, the first of them small.
    terms: Option<TermsBody>,
}

impl PlanCampaign {
    /// Each part as the rules want it, or which one is not.
    pub(super) fn read(self) -> Result<Plan, FieldFault> {
        let selection = Selection::from(self.selection);
        let terms = self.terms.map_or_else(CampaignTerms::default, Into::into);
        for (field, checked) in [
            ("title", checked_name(&self.title).map(|_| ())),
            ("selection", selection.check()),
            ("terms", terms.check()),
        ] {
            checked.map_err(|invalid| FieldFault::new(field, invalid.to_string()))?;
        }
        Ok(Plan {
            title: self.title,
            reason: self.reason.into(),
            selection,
            terms,
        })
    }
}

/// Which operators with a password. What is left out does not narrow it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CampaignSelection)]
pub(super) struct SelectionBody {
    /// Of these ranks; at least one.
    #[schema(value_type = Vec<RankWord>)]
    ranks: BTreeSet<Rank>,
    /// Of these merchants, at most 500.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    merchants: BTreeSet<MerchantNumber>,
    /// Of merchants in these areas: two digits of GB/T 2260 for a province, four for a city.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    areas: BTreeSet<Area>,
    /// On terminals of these models.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    models: BTreeSet<DeviceModel>,
    /// Whose password is from before this.
    #[schema(value_type = Option<String>, format = DateTime)]
    password_before: Option<Timestamp>,
}

impl From<SelectionBody> for Selection {
    fn from(body: SelectionBody) -> Self {
        Self {
            ranks: body.ranks,
            merchants: body.merchants,
            areas: body.areas,
            models: body.models,
            password_before: body.password_before,
        }
    }
}

impl From<&Selection> for SelectionBody {
    fn from(selection: &Selection) -> Self {
        let Selection {
            ranks,
            merchants,
            areas,
            models,
            password_before,
        } = selection.clone();
        Self {
            ranks,
            merchants,
            areas,
            models,
            password_before,
        }
    }
}

/// How a campaign goes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CampaignTerms)]
pub(super) struct TermsBody {
    /// How far each wave goes, in hundredths of all operators, the earlier waves included:
    /// one to four, rising, the last one 100.
    #[schema(example = json!([1, 10, 50, 100]))]
    waves: Vec<u8>,
    /// How long a wave waits for the merchants' answers, in hours, at most 720.
    wave_hours: u32,
    /// After how many hours the old password of whoever has no new one opens nothing any
    /// more; left out where it goes on.
    rest_after_hours: Option<u32>,
    /// Of a hundred that came to an end, how many may have failed before it stops.
    failures_percent: u8,
}

impl From<TermsBody> for CampaignTerms {
    fn from(body: TermsBody) -> Self {
        Self {
            waves: body.waves,
            wave_hours: body.wave_hours,
            rest_after_hours: body.rest_after_hours,
            failures_percent: body.failures_percent,
        }
    }
}

impl From<&CampaignTerms> for TermsBody {
    fn from(terms: &CampaignTerms) -> Self {
        Self {
            waves: terms.waves.clone(),
            wave_hours: terms.wave_hours,
            rest_after_hours: terms.rest_after_hours,
            failures_percent: terms.failures_percent,
        }
    }
}

/// A campaign that was planned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedCampaign)]
pub(super) struct PlannedBody {
    /// Which one.
    #[schema(value_type = String)]
    pub(super) campaign: CampaignId,
}

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
}

impl From<Manifest> for ManifestBody {
    fn from(manifest: Manifest) -> Self {
        Self {
            digest: manifest.digest,
            targets: manifest.targets,
            terminals: manifest.terminals,
            merchants: manifest.merchants,
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
