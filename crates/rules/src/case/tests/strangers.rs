//! E16: until somebody has proven something, a request that names nobody is answered
//! like one that names somebody, whatever that somebody's state.

use tillkey_wire::ids::{CodeId, CommandId};

use super::stage::*;
use crate::case::{Command, State};
use crate::event::Destination;
use crate::party::{Actor, SubjectFacts};
use crate::refusal::Refusal;
use crate::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};

/// Merchants of whom an outsider should not learn what they are like.
fn conditions() -> Vec<fn(&mut SubjectFacts)> {
    vec![
        |_| {},
        |known| known.merchant_status = MerchantStatus::Suspended,
        |known| known.merchant_status = MerchantStatus::Closed,
        |known| known.terminal_in_service = false,
        |known| known.operator_active = false,
        |known| known.has_password = false,
        |known| known.contact = None,
        |known| known.contact.as_mut().unwrap().changed_at = noon(),
        |known| (known.failures_30d, known.resets_30d) = (99, 99),
        |known| known.enrolled_at = Some(noon()),
    ]
}

/// Everything that can be asked without a proof; wrong answers only.
fn commands() -> Vec<Command> {
    let mut commands = vec![
        Command::Submit,
        Command::Review {
            approve: true,
            comment_digest: None,
        },
        Command::NothingToBackUp,
        Command::Issue {
            code: CodeId::from_bytes([1; 10]),
            to: Destination::Contact,
        },
        Command::Issue {
            code: CodeId::from_bytes([1; 10]),
            to: Destination::TerminalScreen,
        },
        Command::Announced {
            command: CommandId::from_bytes([1; 10]),
        },
        Command::Redeem {
            code: CodeId::from_bytes([1; 10]),
            matched: false,
            terminal: TILL,
            operator: cashier(),
        },
        Command::Complete {
            terminal: TILL,
            credential_version: 1,
            registration_digest: REGISTRATION.to_owned(),
            vouched: vouched(),
        },
        Command::Tick,
        Command::Recheck,
        Command::Cancel,
    ];
    commands.extend(
        Channel::ALL
            .iter()
            .map(|channel| Command::HandOver { channel: *channel }),
    );
    for kind in EvidenceKind::ALL {
        commands.push(Command::Challenge { kind: *kind });
        commands.push(Command::Present {
            kind: *kind,
            matched: false,
        });
    }
    commands
}

#[test]
fn e16_known_and_unknown_subjects_are_answered_alike() {
    let other_till = Actor::Terminal {
        terminal: OTHER_TILL,
    };
    let actors = [
        Actor::Holder,
        agent(),
        clerk(),
        reviewer(),
        till(),
        other_till,
        Actor::System,
    ];
    for channel in [Channel::App, Channel::Hotline, Channel::Counter] {
        let unknown = a_case().by(channel).for_nobody().opened();
        for (index, condition) in conditions().into_iter().enumerate() {
            let known = a_case().by(channel).where_known(condition).opened();
            for command in commands() {
                for by in &actors {
                    let (left, right) = (known.clone(), unknown.clone());
                    let (left, right) = (left.ask(&command, by), right.ask(&command, by));
                    let what = format!("{channel} {index} {command:?} {by:?}");
                    assert_eq!(left.seen(), right.seen(), "{what}");
                    // What the policy says is on the page as well.
                    assert_eq!(left.case.verdict(), right.case.verdict(), "{what}");
                }
            }
        }
    }
}

#[test]
fn e16_opening_says_nothing_about_the_subject() {
    for channel in [Channel::App, Channel::Hotline, Channel::Counter] {
        for reason in Reason::ALL {
            let answer = |beginning: Beginning| {
                let beginning = beginning.by(channel).because(*reason);
                if *reason == Reason::FirstPassword {
                    Some(beginning.is_refused())
                } else {
                    beginning.opened();
                    None
                }
            };
            let unknown = answer(a_case().for_nobody());
            for condition in conditions() {
                assert_eq!(
                    answer(a_case().where_known(condition)),
                    unknown,
                    "{channel} {reason}"
                );
            }
        }
    }
}

#[test]
fn e16_an_unknown_subject_goes_nowhere() {
    let story = a_case().for_nobody().opened();
    // Even where the shell should say that it matched: there is nothing to match.
    let story = story
        .answers(SmsCode)
        .refused(&Refusal::NotMatched)
        .happened(&["not_matched"]);
    let story = story.submits().happened(&["decided"]).is(State::Gathering);
    assert!(!story.case.is_proven());
    assert!(story.case.approved().is_err());
    let story = story
        .handed_over()
        .answers(IdentityDocument)
        .refused(&Refusal::NotMatched);
    let story = story.submits().is(State::Gathering);
    story
        .after_minutes(24 * 60)
        .ticks()
        .happened(&["expired"])
        .is(State::Expired);
}
