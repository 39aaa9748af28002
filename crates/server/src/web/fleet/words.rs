//! The words of the campaigns' pages.

use tillkey_rules::campaign::{CampaignState, TargetState};

use super::super::words::{file, words};

file! {
    /// The words of the campaigns' pages.
    FleetWords ("fleet.zh-CN.toml", "fleet.en.toml") {
        list: CampaignListWords,
        state: CampaignStateWords,
        now: NowWords,
        target: TargetStateWords,
        target_hint: TargetHintWords,
        page: CampaignWords,
        whom: SelectionWords,
        act: SteerWords,
        mistake: SteerMistakeWords,
        story: CampaignStoryWords,
        targets: TargetsWords,
        form: PlanWords,
    }
}

words! {
    /// The campaigns in a list.
    CampaignListWords {
        title, lead, plan, empty, name, reason, state, wave, wave_of, not_begun,
        targets, merchants, planned, older,
    }
    /// Where a campaign stands.
    CampaignStateWords {
        planning, planned, running, paused, stopped, completed, failed, declined,
        cancelled, lapsed,
    }
    /// Where a campaign stands and what comes next, a sentence each.
    NowWords {
        planning, planning_next, planned, planned_next, approved, approved_next,
        running, running_next, running_last, paused, paused_next, stopped,
        stopped_next, completed, completed_rest, completed_keep, nobody,
        not_permitted, failed_next, declined, declined_next, cancelled,
        cancelled_next, altered, altered_next, lapsed, lapsed_next,
    }
    /// How far an operator has come.
    TargetStateWords {
        waiting, asked, open, renewed, failed, objected, unanswered, skipped,
    }
    /// What each of these means.
    TargetHintWords {
        waiting, asked, open, renewed, failed, objected, unanswered, skipped,
    }
    /// One campaign.
    CampaignWords {
        back, about, reason, whom, waves, waves_way, wave_hours, hours, rest,
        rest_after, rest_never, failures, failures_of, by, at, number, numbers, total,
        terminals, merchants, by_wave, wave, wave_n, all_waves, progress, bar_alt,
        first_lines, first_lines_lead, digest, digest_lead, download, all_targets, failed_targets, objected_targets,
        story, nobody_asked, comment,
    }
    /// Whom it is for.
    SelectionWords {
        ranks, merchants, merchants_some, areas, models, before, everyone,
    }
    /// What can be done with it.
    SteerWords {
        approve_heading, approve_lead, comment, comment_hint, approve, decline,
        password, password_hint, hold_lead, hold, resume_heading, resume_lead,
        resume_comment, resume_hint, resume, cancel_open, cancel_lead, cancel,
        own_work, not_reviewer,
    }
    /// What was not taken, and why.
    SteerMistakeWords {
        reason, comment, password_wrong, password_needed, too_many, busy, moved,
        own_work, other_list,
    }
    /// What happened, one short line each.
    CampaignStoryWords {
        planned, listed, plan_failed, approved, declined, wave_began, stopped, paused,
        resumed, cancelled, lapsed, list_altered, completed,
    }
    /// Its operators, and what came of each.
    TargetsWords {
        title, back, filter, all, merchant, terminal, operator, rank, state, wave,
        rested, changed, case, open_case, none, next, download,
    }
    /// Where one is planned.
    PlanWords {
        title, lead, check, name, name_hint, name_wrong, reason, reason_wrong,
        reason_system_update, reason_compromised, reason_staff_left, whom, whom_lead,
        ranks, ranks_hint, ranks_wrong, merchants, merchants_hint, merchants_wrong,
        areas, areas_hint, areas_wrong, areas_many, models, models_hint, models_wrong,
        too_many, before, before_hint, before_wrong, how, waves, waves_wrong,
        waves_careful, waves_careful_hint, waves_quick, waves_quick_hint, waves_once,
        waves_once_hint, wave_hours, wave_hours_hint, wave_hours_wrong, rest,
        rest_wrong, rest_keep, rest_keep_hint, rest_end, rest_end_hint, rest_hours,
        rest_hours_hint, failures, failures_hint, failures_wrong, go, busy,
    }
}

impl FleetWords {
    /// The word for a campaign's state, and the look of its badge.
    pub(super) fn state(&self, state: CampaignState) -> (&str, &'static str) {
        let words = &self.state;
        match state {
            CampaignState::Planning => (&words.planning, ""),
            CampaignState::Planned => (&words.planned, "warn"),
            CampaignState::Running => (&words.running, "key"),
            CampaignState::Paused => (&words.paused, "warn"),
            CampaignState::Stopped => (&words.stopped, "bad"),
            CampaignState::Completed => (&words.completed, "good"),
            CampaignState::Failed => (&words.failed, "bad"),
            CampaignState::Declined => (&words.declined, ""),
            CampaignState::Cancelled => (&words.cancelled, ""),
            CampaignState::Lapsed => (&words.lapsed, ""),
        }
    }

    /// How far an operator has come.
    pub(super) fn target(&self, state: TargetState) -> &str {
        let words = &self.target;
        match state {
            TargetState::Waiting => &words.waiting,
            TargetState::Asked => &words.asked,
            TargetState::Open => &words.open,
            TargetState::Renewed => &words.renewed,
            TargetState::Failed => &words.failed,
            TargetState::Objected => &words.objected,
            TargetState::Unanswered => &words.unanswered,
            TargetState::Skipped => &words.skipped,
        }
    }

    /// What that means.
    pub(super) fn target_hint(&self, state: TargetState) -> &str {
        let words = &self.target_hint;
        match state {
            TargetState::Waiting => &words.waiting,
            TargetState::Asked => &words.asked,
            TargetState::Open => &words.open,
            TargetState::Renewed => &words.renewed,
            TargetState::Failed => &words.failed,
            TargetState::Objected => &words.objected,
            TargetState::Unanswered => &words.unanswered,
            TargetState::Skipped => &words.skipped,
        }
    }

    /// What happened to a campaign, by its stable name.
    pub(super) fn step(&self, what: &str) -> &str {
        let entries = self.story.entries();
        let found = entries.into_iter().find(|(name, _)| *name == what);
        found.map_or("", |(_, text)| text)
    }
}
