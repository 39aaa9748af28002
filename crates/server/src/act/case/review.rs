//! What other people say of a case, and what takes it back from them.
//!
//! A review is signed by a person: whoever gives it has proved who they are within the
//! last few minutes, so that an unlocked screen approves nothing. Why they decided is
//! sealed beside the case; the ledger holds its keyed digest.

use jiff::Timestamp;
use tillkey_rules::case::{self as rules, Case, Command, State};
use tillkey_rules::party::{Actor, Role, Subject};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_store::{case as cases, comment};
use tillkey_wire::ids::{CaseId, InvalidId, Rank};

use super::super::{Access, Failure, Once, SignedIn};
use super::view::CaseView;
use super::{command, on_case};
use crate::limits::{COMMENT_CHARS_MAX, REVIEWS_MAX};
use crate::shell::Shell;

/// What a reviewer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Whether to go on.
    pub approve: bool,
    /// Why; a refusal needs it.
    pub comment: String,
    /// Which edition of the case they saw, where they say so: how often it had been
    /// taken back. Another one is not what they speak of.
    pub edition: Option<u32>,
}

/// Approves or refuses a case as a second person.
///
/// # Errors
/// [`Failure::NotFresh`] where the reviewer proved who they are too long ago;
/// [`Failure::Refused`] with `own_work` for whoever had a hand in it, with
/// `reason_missing` for a refusal without a word, and with `out_of_order` where the
/// case is not any more what they saw.
pub async fn review(
    shell: &Shell,
    case: CaseId,
    review: Review,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    by.must_be(&[Role::Reviewer])?;
    by.must_be_fresh(shell.now())?;
    let comment = checked_comment(&review.comment)?;
    let command = Command::Review {
        approve: review.approve,
        comment_digest: digest_of(shell, &comment),
    };
    let (access, edition) = (Access::Staff(by.clone()), review.edition);
    on_case(shell, case, &access, once, move |step, tx, case, by| {
        if edition.is_some_and(|seen| seen != case.amendments()) {
            return Ok((case, Some(Refusal::OutOfOrder)));
        }
        let acquirer = step.acquirer.clone();
        // The review is the next event of the case.
        let position = (case.id(), case.version() + 1);
        let (case, refusal) = step.run(tx, case, &command, by)?;
        if refusal.is_none() && !comment.is_empty() {
            let keys = step.shell.seal_keys();
            comment::add(tx, keys, (&acquirer, position), &comment, step.rng)?;
        }
        Ok((case, refusal))
    })
    .await
}

/// Lets a case go on without the backup that it waits for, as a second person: the
/// terminal cannot make one. The reason is kept like a review's.
///
/// # Errors
/// As [`review`].
pub async fn waive_backup(
    shell: &Shell,
    case: CaseId,
    reason: &str,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    by.must_be(&[Role::Reviewer])?;
    by.must_be_fresh(shell.now())?;
    let comment = checked_comment(reason)?;
    let command = Command::WaiveBackup {
        comment_digest: digest_of(shell, &comment),
    };
    let access = Access::Staff(by.clone());
    on_case(shell, case, &access, once, move |step, tx, case, by| {
        let acquirer = step.acquirer.clone();
        let position = (case.id(), case.version() + 1);
        let (case, refusal) = step.run(tx, case, &command, by)?;
        if refusal.is_none() {
            let keys = step.shell.seal_keys();
            comment::add(tx, keys, (&acquirer, position), &comment, step.rng)?;
        }
        Ok((case, refusal))
    })
    .await
}

/// What the ledger holds of a comment: what proves it, and not the comment, which may
/// name people.
fn digest_of(shell: &Shell, comment: &str) -> Option<String> {
    let digest = || shell.seal_keys().text_digest("review comment", comment);
    (!comment.is_empty()).then(|| digest().to_hex())
}

/// A comment as it is kept: line ends of one kind, nothing around it, nothing that
/// cannot be seen.
pub(in crate::act) fn checked_comment(text: &str) -> Result<String, InvalidId> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    let unseen = |c: char| c.is_control() && c != '\n';
    if text.chars().count() > COMMENT_CHARS_MAX || text.contains(unseen) {
        return Err(InvalidId {
            kind: "comment",
            rule: "at most 1000 characters, no control characters but line feeds",
        });
    }
    Ok(text.to_owned())
}

/// Takes a case back from its reviewers, to add or to change something. What they said
/// so far is void.
///
/// # Errors
/// [`Failure::Refused`] for anybody but whoever drives the case, where it is not in
/// review, and after a few times.
pub async fn amend(
    shell: &Shell,
    case: CaseId,
    access: &Access,
    once: Option<Once>,
) -> Result<CaseView, Failure> {
    command(shell, case, access, once, Command::Amend).await
}

/// Why somebody does not review a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// They had a hand in it, by this account or another.
    OwnWork,
    /// They have reviewed it as it stands.
    Reviewed,
    /// Their role does not review.
    NotReviewer,
    /// It does not wait for a review.
    NotInReview,
}

impl Obstacle {
    /// What stands between somebody and a case, if anything does.
    pub(super) fn of(case: &Case, by: &Actor) -> Option<Self> {
        let person = by.person();
        let has_reviewed = case
            .reviews()
            .iter()
            .any(|review| Some(&review.person) == person);
        match rules::may_review(case, by) {
            Ok(()) => None,
            Err(Refusal::OwnWork) if has_reviewed => Some(Self::Reviewed),
            Err(Refusal::OwnWork) => Some(Self::OwnWork),
            Err(Refusal::NotAllowed) => Some(Self::NotReviewer),
            Err(_) => Some(Self::NotInReview),
        }
    }

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OwnWork => "own_work",
            Self::Reviewed => "reviewed",
            Self::NotReviewer => "not_reviewer",
            Self::NotInReview => "not_in_review",
        }
    }
}

/// Which waiting cases to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueFilter {
    /// Only those of this channel.
    pub channel: Option<Channel>,
    /// Only those for operators of this rank.
    pub rank: Option<Rank>,
}

/// A case that waits for its reviewers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Which case.
    pub case: CaseId,
    /// The channel it came by.
    pub channel: Channel,
    /// Why the password is to be replaced.
    pub reason: Reason,
    /// Whose.
    pub subject: Subject,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Until when the reviewers have time.
    pub review_by: Timestamp,
    /// How many reviewers the policy asks for.
    pub needed: u8,
    /// How many have approved.
    pub approved: u8,
    /// Why the caller does not review it.
    pub obstacle: Option<Obstacle>,
}

/// An approved case whose terminal makes no backup, or is away: whoever had no hand in it
/// may let it go on without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unprepared {
    /// Which case.
    pub case: CaseId,
    /// The channel it came by.
    pub channel: Channel,
    /// Whose.
    pub subject: Subject,
    /// Since when.
    pub since: Timestamp,
    /// Whether the terminal tried; otherwise it is away.
    pub failed: bool,
}

/// What waits for reviewers, the most urgent first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The cases.
    pub items: Vec<Waiting>,
    /// Approved cases that come to no backup, for whom the caller may go without, the
    /// newest first.
    pub unprepared: Vec<Unprepared>,
    /// How many wait in all, whatever the filter.
    pub waiting: u64,
}

/// The reviewers' queue: the most urgent cases, and how many there are.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but reviewers and auditors.
pub async fn queue(shell: &Shell, by: &SignedIn, filter: QueueFilter) -> Result<Queue, Failure> {
    by.must_be(&[Role::Reviewer, Role::Auditor])?;
    let acquirer = by.acquirer.clone();
    let (found, approved, counts) = shell
        .store()
        .read(move |tx| {
            let found = cases::in_review(tx, &acquirer, REVIEWS_MAX)?;
            let approved = cases::Filter::State(State::Approved);
            let approved = cases::list(tx, &acquirer, &approved, (None, REVIEWS_MAX))?;
            Ok((found, approved, cases::count_by_state(tx, &acquirer)?))
        })
        .await?;
    let waiting = counts
        .iter()
        .find(|(state, _)| *state == State::InReview)
        .map_or(0, |(_, count)| *count);
    let fits = |waiting: &Waiting| {
        filter
            .channel
            .is_none_or(|channel| channel == waiting.channel)
            && filter
                .rank
                .is_none_or(|rank| rank == waiting.subject.operator.rank())
    };
    let items = found
        .iter()
        .filter_map(|stored| waits(&stored.case, &by.actor))
        .filter(fits)
        .collect();
    let unprepared = approved
        .iter()
        .filter_map(|stored| comes_to_no_backup(shell, &stored.case, &by.actor))
        .collect();
    Ok(Queue {
        items,
        unprepared,
        waiting,
    })
}

fn comes_to_no_backup(shell: &Shell, case: &Case, by: &Actor) -> Option<Unprepared> {
    let subject = case.subject()?;
    let failed = case.backup().fault.is_some();
    let is_away = !shell.presence().is_online(subject.terminal);
    let may_waive = case.backup().asked > 0 && rules::may_waive(case, by).is_ok();
    (may_waive && (failed || is_away)).then(|| Unprepared {
        case: case.id(),
        channel: case.channel(),
        subject: subject.clone(),
        since: case.changed_at(),
        failed,
    })
}

fn waits(case: &Case, by: &Actor) -> Option<Waiting> {
    let approvals = case.reviews().iter().filter(|review| review.approved);
    Some(Waiting {
        case: case.id(),
        channel: case.channel(),
        reason: case.reason(),
        subject: case.subject()?.clone(),
        opened_at: case.opened_at(),
        review_by: case.review_by()?,
        needed: case.reviewers_needed(),
        approved: u8::try_from(approvals.count()).unwrap_or(u8::MAX),
        obstacle: Obstacle::of(case, by),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_kept_in_one_spelling_or_not_at_all() {
        assert_eq!(checked_comment("  a\r\nb \n").unwrap(), "a\nb");
        assert_eq!(checked_comment(" \r\n ").unwrap(), "");
        for bad in ["a\u{0}b", "a\u{1b}[2J", &"x".repeat(1_001)] {
            assert!(checked_comment(bad).is_err(), "{bad:?}");
        }
    }
}
