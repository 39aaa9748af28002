//! C01: no step before its time, in any state; D06: no step after its time, whatever
//! the clock says.

use tillkey_wire::ids::{CodeId, CommandId};

use super::stage::*;
use crate::backup::BackupFault;
use crate::case::{Command, State};
use crate::event::Destination;
use crate::party::Actor;
use crate::refusal::Refusal;
use crate::vocabulary::Channel;

/// The commands that have a place in the order, with who may give them, and the
/// states in which they do something.
fn ordered() -> Vec<(Command, Actor, &'static [State])> {
    use State::*;
    let code = CodeId::from_bytes([1; 10]);
    vec![
        (Command::Challenge { kind: SmsCode }, agent(), &[Gathering]),
        (
            Command::Present {
                kind: SmsCode,
                matched: true,
            },
            agent(),
            &[Gathering],
        ),
        (
            Command::Present {
                kind: SmsCode,
                matched: false,
            },
            agent(),
            &[Gathering],
        ),
        (Command::Submit, agent(), &[Gathering]),
        (
            Command::HandOver {
                channel: Channel::Counter,
            },
            clerk(),
            &[Gathering, InReview],
        ),
        (Command::Amend, agent(), &[InReview]),
        (
            Command::Review {
                approve: true,
                comment_digest: None,
            },
            reviewer(),
            &[InReview],
        ),
        (
            Command::Review {
                approve: false,
                comment_digest: Some("9b74c9897bac770ffc029102a200c5de".to_owned()),
            },
            reviewer(),
            &[InReview],
        ),
        (Command::NothingToBackUp, Actor::System, &[Approved]),
        (
            Command::BackupFailed {
                terminal: TILL,
                why: BackupFault::NotDone,
            },
            till(),
            &[],
        ),
        (
            Command::WaiveBackup {
                comment_digest: Some("9b74c9897bac770ffc029102a200c5de".to_owned()),
            },
            reviewer(),
            &[],
        ),
        (
            Command::Issue {
                code: CodeId::from_bytes([8; 10]),
                to: Destination::Contact,
            },
            Actor::System,
            &[Approved, Issued],
        ),
        (
            Command::Announced {
                command: CommandId::from_bytes([1; 10]),
            },
            till(),
            &[Issued],
        ),
        (
            Command::Redeem {
                code,
                matched: true,
                terminal: TILL,
                operator: cashier(),
            },
            till(),
            &[Issued],
        ),
        (
            Command::Complete {
                terminal: TILL,
                credential_version: 1,
                registration_digest: REGISTRATION.to_owned(),
                vouched: vouched(),
            },
            till(),
            &[Redeemed],
        ),
    ]
}

#[test]
fn c01_jumps_are_refused_in_every_state() {
    let hotline = || a_case().by(Channel::Hotline);
    let open = [
        hotline().opened(),
        hotline().proven().submits().is(State::InReview),
        hotline().approved().prepares(),
        hotline().issued(),
        hotline().redeemed(),
    ];
    for story in open {
        let state = story.case.state();
        for (command, by, places) in ordered() {
            let after = story.clone().ask(&command, &by);
            if places.contains(&state) {
                assert_ne!(after.events(), [], "{state:?} {command:?}");
            } else {
                after.nothing_but(&Refusal::OutOfOrder).is(state);
            }
        }
    }
    let closed = [
        hotline().redeemed().chooses_password(),
        hotline().opened().cancels(),
        hotline().proven().submits().review(&reviewer(), false),
    ];
    for story in closed {
        let state = story.case.state();
        for (command, by, _) in ordered() {
            let repeats = matches!(
                (&command, state),
                (Command::Complete { .. }, State::Effective)
            );
            let after = story.clone().ask(&command, &by);
            if repeats {
                after.happened(&[]).is(state);
            } else {
                after.nothing_but(&Refusal::CaseClosed).is(state);
            }
        }
    }
}

#[test]
fn c01_nothing_can_stand_on_a_case_that_is_not_approved() {
    let hotline = || a_case().by(Channel::Hotline);
    for story in [
        hotline().opened(),
        hotline().proven(),
        hotline().proven().submits(),
        hotline().redeemed().chooses_password(),
        hotline().redeemed().cancels(),
        hotline().issued().after_minutes(24 * 60).ticks(),
    ] {
        assert_eq!(story.case.approved().err(), Some(Refusal::OutOfOrder));
    }
    assert!(hotline().redeemed().case.approved().is_ok());
}

#[test]
fn d06_a_clock_set_back_prolongs_nothing() {
    // A code issued at noon, and then the clock goes back a day.
    let story = a_case().issued().after_minutes(-24 * 60);
    let before = story.case.code().unwrap().expires_at;
    let story = story.types(true).is(State::Redeemed);
    let until = story.case.code().unwrap().chosen_by.unwrap();
    assert_eq!(until.duration_since(noon()).as_mins(), 10);
    assert!(until >= before);
    assert_eq!(story.case.changed_at(), noon());

    // A review asked for under the clock set back has as long as it ever had.
    let story = a_case()
        .by(Channel::Hotline)
        .proven()
        .after_minutes(-60)
        .submits();
    assert_eq!(
        story
            .case
            .review_by()
            .unwrap()
            .duration_since(noon())
            .as_hours(),
        4
    );
}

#[test]
fn d06_what_has_lapsed_stays_lapsed_when_the_clock_goes_back() {
    let story = a_case()
        .issued()
        .after_minutes(11)
        .ticks()
        .is(State::Approved);
    let story = story
        .after_minutes(-11)
        .types(true)
        .nothing_but(&Refusal::OutOfOrder);
    let story = story.after_minutes(24 * 60).ticks().is(State::Expired);
    story
        .after_minutes(-48 * 60)
        .issues()
        .nothing_but(&Refusal::CaseClosed);
}

#[test]
fn d06_a_deadline_is_over_at_its_instant() {
    let story = a_case().issued();
    let at = story.case.code().unwrap().expires_at;
    let mut just_before = story.clone();
    just_before.stage.at = at.checked_sub(jiff::SignedDuration::from_nanos(1)).unwrap();
    just_before.types(true).is(State::Redeemed);
    let mut just_then = story;
    just_then.stage.at = at;
    just_then
        .types(true)
        .refused(&Refusal::OutOfOrder)
        .is(State::Approved);
}
