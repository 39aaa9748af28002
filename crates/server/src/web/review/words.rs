//! The words of the reviewers' pages.

use super::super::words::{file, words};
use crate::act::case::Obstacle;

file! {
    /// The words of the reviewers' pages.
    ReviewerWords ("review.zh-CN.toml", "review.en.toml") {
        queue: QueueWords,
        obstacle: ObstacleWords,
        verdict: VerdictWords,
        mistake: MistakeWords,
        done: DoneWords,
    }
}

words! {
    /// The queue.
    QueueWords {
        title, count, empty, empty_filtered, filter, channel, rank, all, apply, clear, deadline,
        whose, place, reason, reviews, reviews_done, action, look, look_only, left_hours,
        left_minutes, over, urgent, soon, calm, unprepared, unprepared_lead, since, why,
        backup_failed, terminal_away,
    }
    /// Why somebody does not review a case.
    ObstacleWords { own_work, reviewed, not_reviewer, not_in_review, }
    /// Where a reviewer decides.
    VerdictWords {
        title, heading, comment, comment_hint, password, password_hint, approve, refuse, back,
        next, typed, waive_heading, waive_lead, waive,
    }
    /// What was not taken, and why.
    MistakeWords {
        choose, reason, comment, password_wrong, password_needed, too_many, busy, moved, decided,
        own_work,
    }
    /// What was done.
    DoneWords { approved, refused, }
}

impl ObstacleWords {
    /// The sentence for an obstacle.
    pub(in crate::web) fn of(&self, obstacle: Obstacle) -> &str {
        match obstacle {
            Obstacle::OwnWork => &self.own_work,
            Obstacle::Reviewed => &self.reviewed,
            Obstacle::NotReviewer => &self.not_reviewer,
            Obstacle::NotInReview => &self.not_in_review,
        }
    }
}
