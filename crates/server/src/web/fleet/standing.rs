//! Where a campaign stands and what comes next, in a sentence each.

use jiff::Timestamp;
use tillkey_rules::campaign::{CampaignState, PlanFault};

use super::super::words::fill;
use super::campaign::CampaignPage;

impl CampaignPage<'_> {
    /// Where it stands.
    pub(super) fn now(&self) -> String {
        let (words, campaign) = (&self.words().now, self.campaign());
        let wave = |text: &str| fill(text, "wave", &campaign.wave().to_string());
        let all = self.view.tally.all().to_string();
        match campaign.state() {
            CampaignState::Planning => fill(&words.planning, "n", &all),
            CampaignState::Planned if self.is_approved() => words.approved.clone(),
            CampaignState::Planned => {
                let needed = campaign.approvals_needed().to_string();
                let text = fill(&words.planned, "needed", &needed);
                fill(&text, "done", &campaign.approvals().len().to_string())
            }
            CampaignState::Running => {
                let waves = campaign.wave_count().to_string();
                fill(&wave(&words.running), "waves", &waves)
            }
            CampaignState::Paused => wave(&words.paused),
            CampaignState::Stopped => self.stopped(&wave(&words.stopped)),
            CampaignState::Completed => {
                let outcome = campaign.outcome().copied().unwrap_or_default();
                let text = fill(&words.completed, "all", &outcome.all().to_string());
                fill(&text, "renewed", &outcome.renewed.to_string())
            }
            CampaignState::Failed => match campaign.plan_fault() {
                Some(PlanFault::NotPermitted) => words.not_permitted.clone(),
                _ => words.nobody.clone(),
            },
            CampaignState::Declined => words.declined.clone(),
            CampaignState::Cancelled if self.is_altered() => words.altered.clone(),
            CampaignState::Cancelled => words.cancelled.clone(),
            CampaignState::Lapsed => words.lapsed.clone(),
        }
    }

    fn stopped(&self, sentence: &str) -> String {
        let campaign = self.campaign();
        let tally = campaign.stopped().copied().unwrap_or_default();
        let text = fill(sentence, "ended", &tally.ended().to_string());
        let text = fill(&text, "failed", &tally.failed.to_string());
        let text = fill(&text, "objected", &tally.objected.to_string());
        fill(
            &text,
            "percent",
            &campaign.terms().failures_percent.to_string(),
        )
    }

    /// What comes next.
    pub(super) fn next(&self) -> String {
        let (words, campaign) = (&self.words().now, self.campaign());
        let by_wave = |text: &str| fill(text, "time", &self.until(campaign.wave_ends_at()));
        match campaign.state() {
            CampaignState::Planning => words.planning_next.clone(),
            CampaignState::Planned if self.is_approved() => words.approved_next.clone(),
            CampaignState::Planned => fill(
                &words.planned_next,
                "time",
                &self.until(campaign.deadline()),
            ),
            CampaignState::Running if campaign.wave() < campaign.wave_count() => {
                by_wave(&words.running_next)
            }
            CampaignState::Running => by_wave(&words.running_last),
            CampaignState::Paused => words.paused_next.clone(),
            CampaignState::Stopped => words.stopped_next.clone(),
            CampaignState::Completed if campaign.terms().rest_after_hours.is_some() => {
                words.completed_rest.clone()
            }
            CampaignState::Completed => words.completed_keep.clone(),
            CampaignState::Failed => words.failed_next.clone(),
            CampaignState::Declined => words.declined_next.clone(),
            CampaignState::Cancelled if self.is_altered() => words.altered_next.clone(),
            CampaignState::Cancelled => words.cancelled_next.clone(),
            CampaignState::Lapsed => words.lapsed_next.clone(),
        }
    }

    pub(super) fn is_approved(&self) -> bool {
        let campaign = self.campaign();
        campaign.approvals().len() >= usize::from(campaign.approvals_needed())
    }

    fn is_altered(&self) -> bool {
        let mut story = self.campaign().story().iter();
        story.any(|told| told.what == "list_altered")
    }

    /// A time that may be over, or none.
    fn until(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(String::new, |at| self.minute(at))
    }
}
