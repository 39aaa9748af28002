//! The words of the alerts' pages.

use tillkey_rules::watch::{AlertOutcome, AlertState, Rule, Severity};

use super::super::words::{file, fill, words};
use crate::act::alert::AlertView;
use tillkey_rules::watch::About;

file! {
    /// The words of the alerts' pages.
    WatchWords ("watch.zh-CN.toml", "watch.en.toml") {
        queue: AlertQueueWords,
        rule: RuleWords,
        severity: SeverityWords,
        state: AlertStateWords,
        about: AboutWords,
        outcome: AlertOutcomeWords,
        outcome_hint: OutcomeHintWords,
        alert: AlertWords,
        mistake: AlertMistakeWords,
    }
}

words! {
    /// What waits, and how often each rule was wrong.
    AlertQueueWords {
        title, lead, severity, what, about, raised, owner, nobody, outcome, empty_open,
        empty, older, counts, counts_lead, rule, raised_count, closed_count, false_count, share,
        no_share, counts_none,
    }
    /// What the rules are called.
    RuleWords {
        many_failures, unusual_hour, serial_number_copied, other_region, contact_then_reset,
        many_resets, picture_reused, many_look_ups,
    }
    /// How soon somebody should look.
    SeverityWords { severe, warning, notice, }
    /// How an alert stands.
    AlertStateWords { open, owned, closed, }
    /// Whom or what it is about.
    AboutWords { operator, terminal, merchant, staff, application, gone, }
    /// What it came to.
    AlertOutcomeWords { true_alarm, false_alarm, expected, }
    /// What each of these means.
    OutcomeHintWords { true_alarm, false_alarm, expected, }
    /// One alert.
    AlertWords {
        title, back, look_at, facts, number, state, since, closed_at, because, because_lead,
        position, at, who, happened, case, open_case, take, take_over, take_lead,
        take_over_lead, close_heading, comment, comment_hint, close, written,
    }
    /// What was not taken, and why.
    AlertMistakeWords { choose, reason, comment, moved, own_work, busy, }
}

impl WatchWords {
    pub(super) fn rule(&self, rule: Rule) -> &str {
        let words = &self.rule;
        match rule {
            Rule::ManyFailures => &words.many_failures,
            Rule::UnusualHour => &words.unusual_hour,
            Rule::SerialNumberCopied => &words.serial_number_copied,
            Rule::OtherRegion => &words.other_region,
            Rule::ContactThenReset => &words.contact_then_reset,
            Rule::ManyResets => &words.many_resets,
            Rule::PictureReused => &words.picture_reused,
            Rule::ManyLookUps => &words.many_look_ups,
        }
    }

    /// The word for a severity, and the look of its badge.
    pub(super) fn severity(&self, severity: Severity) -> (&str, &'static str) {
        match severity {
            Severity::Severe => (&self.severity.severe, "bad"),
            Severity::Warning => (&self.severity.warning, "warn"),
            Severity::Notice => (&self.severity.notice, "key"),
        }
    }

    pub(super) fn state(&self, state: AlertState) -> &str {
        match state {
            AlertState::Open => &self.state.open,
            AlertState::Owned => &self.state.owned,
            AlertState::Closed => &self.state.closed,
        }
    }

    pub(super) fn outcome(&self, outcome: AlertOutcome) -> &str {
        match outcome {
            AlertOutcome::TrueAlarm => &self.outcome.true_alarm,
            AlertOutcome::FalseAlarm => &self.outcome.false_alarm,
            AlertOutcome::Expected => &self.outcome.expected,
        }
    }

    pub(super) fn outcome_hint(&self, outcome: AlertOutcome) -> &str {
        match outcome {
            AlertOutcome::TrueAlarm => &self.outcome_hint.true_alarm,
            AlertOutcome::FalseAlarm => &self.outcome_hint.false_alarm,
            AlertOutcome::Expected => &self.outcome_hint.expected,
        }
    }

    /// Whom or what an alert is about, as people know it.
    pub(super) fn about(&self, view: &AlertView) -> String {
        let words = &self.about;
        let at_terminal = |sentence: &str| {
            let (Some(merchant), Some(terminal)) = (&view.merchant, &view.terminal) else {
                return words.gone.clone();
            };
            let text = fill(sentence, "merchant", merchant.as_str());
            fill(&text, "terminal", terminal.as_str())
        };
        match &view.alert.about {
            About::Operator { operator, .. } => {
                let text = at_terminal(&words.operator);
                fill(&text, "operator", &operator.to_string())
            }
            About::Terminal { .. } => at_terminal(&words.terminal),
            About::Merchant { merchant } => fill(&words.merchant, "merchant", merchant.as_str()),
            About::Staff { staff } => fill(&words.staff, "staff", staff.as_str()),
            About::Application { application } => {
                fill(&words.application, "application", &application.to_string())
            }
        }
    }
}
