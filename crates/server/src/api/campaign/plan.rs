//! A campaign as it is planned: whom, and how.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_rules::campaign::{Area, CampaignTerms, Selection};
use tillkey_rules::name::checked_name;
use tillkey_rules::vocabulary::Reason;
use tillkey_wire::ids::{CampaignId, DeviceModel, MerchantNumber, Rank};
use utoipa::ToSchema;

use super::super::json::FieldFault;
use super::super::words::RankWord;
use crate::act::campaign::Plan;

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
