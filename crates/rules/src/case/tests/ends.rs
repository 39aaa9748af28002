//! How cases end: by a deadline, a newer case, changed facts, or somebody's wish.

use tillkey_wire::ids::CaseId;

use super::stage::*;
use crate::case::{Command, State, deadline};
use crate::event::VoidReason;
use crate::party::{Actor, SubjectFacts};
use crate::refusal::Refusal;
use crate::vocabulary::{Channel, MerchantStatus};

/// One story in each open state.
fn in_every_open_state() -> Vec<Story> {
    vec![
        a_case().opened(),
        a_case().proven(),
        a_case()
            .by(Channel::Hotline)
            .proven()
            .submits()
            .is(State::InReview),
        a_case().approved(),
        a_case().issued(),
        a_case().redeemed(),
    ]
}

#[test]
fn a_case_lives_a_day_in_whatever_state() {
    for story in in_every_open_state() {
        let state = story.case.state();
        let story = story.after_minutes(24 * 60);
        story
            .clone()
            .ticks()
            .happened(&["expired"])
            .is(State::Expired);
        let story = story
            .submits()
            .refused(&Refusal::CaseClosed)
            .happened(&["expired"]);
        assert_eq!(story.case.state(), State::Expired, "from {state:?}");
    }
}

#[test]
fn a_review_waits_four_hours() {
    let story = a_case().by(Channel::Hotline).proven().submits();
    story
        .clone()
        .after_minutes(239)
        .review(&reviewer(), true)
        .is(State::Approved);
    let story = story.after_minutes(240).review(&reviewer(), true);
    story
        .refused(&Refusal::CaseClosed)
        .happened(&["expired"])
        .is(State::Expired);
}

#[test]
fn no_deadline_is_promised_beyond_the_cases_own() {
    let late = |story: Story| story.after_minutes(24 * 60 - 5);
    let story = late(a_case().by(Channel::Hotline).proven()).submits();
    assert_eq!(story.case.review_by(), Some(story.case.deadline()));
    let story = late(a_case().approved().prepares()).issues();
    assert_eq!(story.case.code().unwrap().expires_at, story.case.deadline());
    let story = story.types(true);
    assert_eq!(
        story.case.code().unwrap().chosen_by,
        Some(story.case.deadline())
    );
}

#[test]
fn the_next_deadline_is_the_nearest() {
    let minutes =
        |story: &Story| deadline::next(&story.case).map(|at| at.duration_since(noon()).as_mins());
    assert_eq!(minutes(&a_case().opened()), Some(24 * 60));
    assert_eq!(
        minutes(&a_case().by(Channel::Hotline).proven().submits()),
        Some(4 * 60)
    );
    assert_eq!(minutes(&a_case().issued()), Some(10));
    assert_eq!(
        minutes(&a_case().issued().after_minutes(5).types(true)),
        Some(15)
    );
    assert_eq!(minutes(&a_case().opened().cancels()), None);
}

#[test]
fn nothing_happens_before_its_time() {
    for story in in_every_open_state() {
        let state = story.case.state();
        story.after_minutes(9).ticks().happened(&[]).is(state);
    }
}

#[test]
fn the_older_case_says_which_took_its_place() {
    let newer = CaseId::from_bytes([77; 10]);
    for story in in_every_open_state() {
        let story = story
            .superseded_by(newer)
            .happened(&["superseded"])
            .is(State::Superseded);
        assert_eq!(story.case.newer(), Some(newer));
        assert_eq!(story.case.code(), None);
        story.types(true).nothing_but(&Refusal::CaseClosed);
    }
}

#[test]
fn whoever_drives_a_case_withdraws_it() {
    for story in in_every_open_state() {
        story
            .clone()
            .cancels()
            .happened(&["cancelled"])
            .is(State::Cancelled);
        // A reviewer says no instead; another channel's people say nothing.
        for by in [reviewer(), clerk(), till()] {
            story
                .clone()
                .ask(&Command::Cancel, &by)
                .nothing_but(&Refusal::NotAllowed);
        }
    }
}

type Change = fn(&mut SubjectFacts);

const CHANGES: [(VoidReason, Change); 5] = [
    (VoidReason::MerchantNotActive, |known| {
        known.merchant_status = MerchantStatus::Suspended;
    }),
    (VoidReason::MerchantNotActive, |known| {
        known.merchant_status = MerchantStatus::Closed;
    }),
    (VoidReason::TerminalNotInService, |known| {
        known.terminal_in_service = false;
    }),
    (VoidReason::OperatorRemoved, |known| {
        known.operator_active = false;
    }),
    (VoidReason::ContactChanged, |known| {
        known.contact.as_mut().unwrap().version += 1;
    }),
];

#[test]
fn c10_changed_facts_void_a_case_at_every_commitment() {
    type Step = (&'static str, fn() -> Story, fn(Story) -> Story);
    let commitments: [Step; 6] = [
        ("submit", || a_case().proven(), Story::submits),
        (
            "review",
            || a_case().by(Channel::Hotline).proven().submits(),
            |story| story.review(&reviewer(), true),
        ),
        ("issue", || a_case().approved().prepares(), Story::issues),
        ("issue again", || a_case().issued(), Story::issues),
        ("redeem", || a_case().issued(), |story| story.types(true)),
        ("complete", || a_case().redeemed(), Story::chooses_password),
    ];
    for (name, begin, commit) in commitments {
        for (why, change) in CHANGES {
            let story = commit(begin().meanwhile(change)).refused(&Refusal::FactsChanged);
            let story = story.happened(&["voided"]).is(State::Void);
            assert_eq!(story.case.void_reason(), Some(why), "{name}");
            assert_eq!(story.case.code(), None, "{name}");
        }
    }
}

#[test]
fn c10_a_recheck_voids_without_waiting_for_a_commitment() {
    for (why, change) in CHANGES {
        let story = a_case().issued().meanwhile(change).rechecked();
        let story = story.refused(&Refusal::FactsChanged).is(State::Void);
        assert_eq!(story.case.void_reason(), Some(why));
    }
    a_case()
        .issued()
        .rechecked()
        .happened(&[])
        .is(State::Issued);
}

#[test]
fn c13_a_contact_changed_after_the_decision_gets_no_code() {
    // This evidence does not stand on the contact, and yet the code would go to it.
    let story = a_case()
        .by(Channel::Hotline)
        .opened()
        .answers(ManagerConsent)
        .submits();
    let in_review = story.is(State::InReview);
    let story = in_review
        .clone()
        .contact_changes()
        .review(&reviewer(), true);
    story
        .refused(&Refusal::FactsChanged)
        .happened(&["voided"])
        .is(State::Void);

    let approved = in_review.review(&reviewer(), true).prepares();
    let story = approved
        .contact_changes()
        .issues()
        .refused(&Refusal::FactsChanged);
    let story = story.happened(&["voided"]);
    assert_eq!(story.case.void_reason(), Some(VoidReason::ContactChanged));
}

#[test]
fn c13_a_contact_set_after_the_decision_gets_no_code() {
    let story = a_case()
        .by(Channel::Counter)
        .where_known(|known| known.contact = None);
    let story = story.proven().submits().review(&reviewer(), true);
    let story = story.review(&second_reviewer(), true).prepares();
    story.clone().issues().nothing_but(&Refusal::NotServed);
    let story = story
        .contact_changes()
        .issues()
        .refused(&Refusal::FactsChanged);
    story.is(State::Void);
}

#[test]
fn a_subject_of_whom_nothing_is_known_any_more_is_not_served() {
    for begin in [
        || a_case().issued(),
        || a_case().redeemed(),
        || a_case().approved().prepares(),
    ] {
        let mut story: Story = begin();
        story.stage.known = None;
        let story = match story.case.state() {
            State::Issued => story.types(true),
            State::Redeemed => story.chooses_password(),
            _ => story.issues(),
        };
        story.refused(&Refusal::FactsChanged).is(State::Void);
    }
}

#[test]
fn closed_stays_closed() {
    let closed = [
        a_case().redeemed().chooses_password(),
        a_case().opened().cancels(),
        a_case().opened().after_minutes(24 * 60).ticks(),
        a_case().opened().superseded_by(CaseId::from_bytes([7; 10])),
        a_case()
            .by(Channel::Hotline)
            .proven()
            .submits()
            .review(&reviewer(), false),
    ];
    for story in closed {
        let state = story.case.state();
        assert!(!state.is_open());
        let story = story.after_minutes(10_000).ticks().happened(&[]).is(state);
        let story = story.cancels().nothing_but(&Refusal::CaseClosed);
        let story = story.issues().nothing_but(&Refusal::CaseClosed);
        let story = story
            .review(&reviewer(), true)
            .nothing_but(&Refusal::CaseClosed);
        let story = story.ask(&Command::Recheck, &Actor::System);
        story.nothing_but(&Refusal::CaseClosed).is(state);
    }
}
