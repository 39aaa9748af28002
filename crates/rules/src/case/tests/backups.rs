//! DESIGN §2.6: no reset before a verified backup, unless a second person says why not.

use tillkey_wire::ids::{CaseId, SnapshotId};

use super::stage::*;
use crate::backup::{Backup, BackupFault};
use crate::case::State;
use crate::event::Preparation;
use crate::party::Role;
use crate::refusal::Refusal;
use crate::vocabulary::{Channel, Reason};

const REASON: Option<&str> = Some("9b74c9897bac770ffc029102a200c5de");

#[test]
fn d12_a_terminal_with_a_journal_is_backed_up_before_the_code() {
    let story = a_case().with_journal().approved();
    let story = story.prepares().nothing_but(&Refusal::NotPrepared);
    let story = story.asks_for_backup().happened(&["backup_asked"]);
    let story = story.issues().nothing_but(&Refusal::NotPrepared);
    assert!(story.case.waits_for_backup());
    let story = story.backs_up(|_| {}).happened(&["prepared"]);
    assert!(!story.case.waits_for_backup());
    // Said again after a lost answer it adds nothing, even once the code is out.
    let story = story.backs_up(|_| {}).happened(&[]);
    let story = story.issues().is(State::Issued);
    story.backs_up(|_| {}).happened(&[]).is(State::Issued);
}

#[test]
fn only_this_cases_backup_by_its_own_terminal_prepares_it() {
    type Change = fn(&mut Backup);
    let foreign: [(&str, Change); 2] = [
        ("terminal", |backup| backup.terminal = OTHER_TILL),
        ("case", |backup| backup.case = CaseId::from_bytes([8; 10])),
    ];
    for (what, change) in foreign {
        let story = a_case().with_journal().approved().asks_for_backup();
        let story = story.backs_up(change).nothing_but(&Refusal::BackupForeign);
        let story = story.issues().nothing_but(&Refusal::NotPrepared);
        assert!(story.case.waits_for_backup(), "{what}");
    }
}

#[test]
fn a_backup_comes_in_its_time_or_not_at_all() {
    let places = [
        (a_case().with_journal().opened(), Refusal::OutOfOrder),
        (a_case().with_journal().proven(), Refusal::OutOfOrder),
        (a_case().issued(), Refusal::OutOfOrder),
        (a_case().redeemed(), Refusal::OutOfOrder),
        (
            a_case().with_journal().approved().cancels(),
            Refusal::CaseClosed,
        ),
    ];
    for (story, refusal) in places {
        story.backs_up(|_| {}).nothing_but(&refusal);
    }
    // Another one does not take the place of the one that the code stands on.
    let story = a_case().with_journal().approved().backs_up(|_| {});
    let other = |backup: &mut Backup| backup.snapshot = SnapshotId::from_bytes([5; 10]);
    story.backs_up(other).nothing_but(&Refusal::OutOfOrder);
}

#[test]
fn only_a_terminal_that_keeps_a_journal_is_asked() {
    for (keeps, asked) in [(Some(true), true), (Some(false), false), (None, false)] {
        let story = a_case()
            .where_known(|known| known.keeps_journal = keeps)
            .approved()
            .asks_for_backup();
        match asked {
            true => story.happened(&["backup_asked"]),
            false => story.nothing_but(&Refusal::NotPrepared),
        };
    }
}

#[test]
fn a_first_password_replaces_nothing() {
    let first = || a_case().first_password().with_journal().approved();
    first()
        .prepares()
        .happened(&["prepared"])
        .is(State::Approved);
    // Once there is a password, it is a reset by another name.
    let story = first().meanwhile(|known| known.has_password = true);
    story.prepares().nothing_but(&Refusal::NotPrepared);
}

#[test]
fn a_failed_backup_is_noted_a_few_times_and_the_case_waits() {
    let mut story = a_case().with_journal().approved().asks_for_backup();
    for _ in 0..8 {
        story = story
            .fails_to_back_up(BackupFault::Damaged)
            .happened(&["backup_failed"]);
        story = story.issues().nothing_but(&Refusal::NotPrepared);
    }
    assert_eq!(story.case.backup().fault, Some(BackupFault::Damaged));
    let retry_at = story.case.deadline();
    let story = story
        .fails_to_back_up(BackupFault::Damaged)
        .nothing_but(&Refusal::TooMany { retry_at });
    story.backs_up(|_| {}).happened(&["prepared"]);
}

#[test]
fn only_a_reviewer_without_a_hand_in_it_waives_and_says_why() {
    let wrong = [
        (reviewer(), None, Refusal::ReasonMissing),
        (agent(), REASON, Refusal::NotAllowed),
        (clerk(), REASON, Refusal::NotAllowed),
        (manager(), REASON, Refusal::NotAllowed),
        (till(), REASON, Refusal::NotAllowed),
        // The agent who opened it, as a reviewer by another account.
        (
            staff("li.review", "li", Role::Reviewer),
            REASON,
            Refusal::OwnWork,
        ),
    ];
    let waits = || {
        let case = a_case().by(Channel::Hotline).with_journal();
        case.approved().asks_for_backup()
    };
    for (by, reason, refusal) in wrong {
        waits().waives(&by, reason).nothing_but(&refusal);
    }
    let story = waits().waives(&reviewer(), REASON).happened(&["prepared"]);
    assert!(matches!(
        story.case.preparation(),
        Some(Preparation::Waived { comment_digest }) if Some(comment_digest.as_str()) == REASON
    ));
    story.issues().is(State::Issued);
}

#[test]
fn nothing_is_waived_that_nobody_waits_for() {
    let reviewer = reviewer();
    let waives = |story: Story| story.waives(&reviewer, REASON);
    waives(a_case().with_journal().proven()).nothing_but(&Refusal::OutOfOrder);
    let backed_up = a_case().with_journal().approved().backs_up(|_| {});
    waives(backed_up).nothing_but(&Refusal::OutOfOrder);
    waives(a_case().issued()).nothing_but(&Refusal::OutOfOrder);
    // Facts that no longer hold close the case instead.
    let story = a_case().with_journal().approved().contact_changes();
    waives(story)
        .refused(&Refusal::FactsChanged)
        .is(State::Void);
}

/// A case whose password is in force, after a backup.
fn effective() -> Story {
    let story = a_case().with_journal().approved().backs_up(|_| {});
    story.issues().types(true).chooses_password()
}

#[test]
fn after_the_reset_the_journal_is_held_against_the_backup() {
    let same = backed_up();
    let digest = Some(same.digest.as_str());
    for (then, entries, intact) in [
        (digest, 3, true),
        (digest, 9, true),
        (digest, 2, false),
        (Some("another"), 3, false),
        (None, 0, false),
        (None, 9, false),
    ] {
        let ended_at = effective().case.changed_at();
        let story = effective().after_minutes(5);
        let story = story
            .journal_stands(TILL, then, entries)
            .happened(&["journal_compared"])
            .is(State::Effective);
        assert_eq!(story.case.journal_intact(), Some(intact), "{then:?}");
        assert_eq!(story.case.changed_at(), ended_at, "it ended when it did");
        // Its first word stands.
        story.journal_stands(TILL, digest, 3).happened(&[]);
    }
}

#[test]
fn a_journal_is_compared_once_and_for_a_case_that_was_backed_up() {
    let digest = backed_up().digest;
    let says = |story: Story, at| story.journal_stands(at, Some(&digest), 3);
    says(effective(), OTHER_TILL).nothing_but(&Refusal::CaseClosed);
    let unsaved = a_case().redeemed().chooses_password();
    says(unsaved, TILL).nothing_but(&Refusal::CaseClosed);
    says(a_case().issued(), TILL).nothing_but(&Refusal::OutOfOrder);
    let cancelled = a_case()
        .with_journal()
        .approved()
        .backs_up(|_| {})
        .cancels();
    says(cancelled, TILL).nothing_but(&Refusal::CaseClosed);
    let waived = a_case()
        .with_journal()
        .because(Reason::Forgotten)
        .approved();
    let waived = waived.waives(&reviewer(), REASON).issues();
    let waived = waived.types(true).chooses_password();
    says(waived, TILL).nothing_but(&Refusal::CaseClosed);
}
