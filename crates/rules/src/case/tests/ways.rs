//! Every way from an open case to a decision, and from there to a new password.

use super::stage::*;
use crate::case::State;
use crate::event::CaseEvent;
use crate::party::Actor;
use crate::policy::{Decision, Policy, PolicyFile, Reviewers};
use crate::refusal::Refusal;
use crate::vocabulary::{Channel, Reason};

fn decision(story: &Story) -> Decision {
    story.case.verdict().expect("a verdict").decision
}

#[test]
fn go_ahead_by_the_merchants_own_phone() {
    let story = a_case().opened().is(State::Gathering);
    let story = story
        .answers(SmsCode)
        .happened(&["matched"])
        .is(State::Gathering);
    let story = story
        .submits()
        .happened(&["decided", "approved"])
        .is(State::Approved);
    assert_eq!(decision(&story), Decision::GoAhead);
    let story = story
        .prepares()
        .issues()
        .happened(&["code_issued"])
        .is(State::Issued);
    let story = story
        .announces()
        .happened(&["code_announced"])
        .is(State::Issued);
    assert!(story.case.is_announced());
    let story = story
        .types(true)
        .happened(&["code_redeemed"])
        .is(State::Redeemed);
    let story = story
        .chooses_password()
        .happened(&["effective"])
        .is(State::Effective);
    assert_eq!(story.case.credential_version(), Some(2));
    assert_eq!(story.case.version(), 10);
}

#[test]
fn one_review_for_a_caller_by_day() {
    let story = a_case().by(Channel::Hotline).proven();
    let story = story.submits().happened(&["decided"]).is(State::InReview);
    assert_eq!(
        decision(&story),
        Decision::Review {
            reviewers: Reviewers::One
        }
    );
    let story = story
        .review(&reviewer(), true)
        .happened(&["reviewed", "approved"]);
    story
        .prepares()
        .issues()
        .types(true)
        .chooses_password()
        .is(State::Effective);
}

#[test]
fn two_reviews_for_a_caller_at_night() {
    let story = a_case().by(Channel::Hotline).at_night().proven().submits();
    assert_eq!(
        decision(&story),
        Decision::Review {
            reviewers: Reviewers::Two
        }
    );
    let story = story
        .review(&reviewer(), true)
        .happened(&["reviewed"])
        .is(State::InReview);
    let story = story
        .review(&second_reviewer(), true)
        .happened(&["reviewed", "approved"]);
    story.is(State::Approved);
}

#[test]
fn counter_only_and_then_the_counter() {
    // A leaver is not dealt with by app; the counter takes over, with originals.
    let story = a_case().because(Reason::StaffLeft).proven();
    let story = story.submits().happened(&["decided"]).is(State::Gathering);
    assert_eq!(decision(&story), Decision::CounterOnly);
    let story = story.handed_over().happened(&["handed_over"]);
    assert_eq!(story.case.channel(), Channel::Counter);
    // The clerk now drives it; whoever began it does not.
    let story = story.ask(&crate::case::Command::Submit, &Actor::Holder);
    let story = story.nothing_but(&Refusal::NotAllowed);
    let story = story
        .answers(IdentityDocument)
        .answers(BusinessLicence)
        .submits();
    assert_eq!(
        decision(&story),
        Decision::Review {
            reviewers: Reviewers::One
        }
    );
    story.review(&clerk(), true).refused(&Refusal::NotAllowed);
}

#[test]
fn only_a_clerk_takes_a_case_over_and_only_to_the_counter() {
    use crate::case::Command::HandOver;
    let proven = || a_case().proven();
    for by in [Actor::Holder, agent(), reviewer(), till()] {
        let story = proven().ask(
            &HandOver {
                channel: Channel::Counter,
            },
            &by,
        );
        story.nothing_but(&Refusal::NotAllowed);
    }
    let story = proven().ask(
        &HandOver {
            channel: Channel::Hotline,
        },
        &agent(),
    );
    story.nothing_but(&Refusal::OutOfOrder);
    let story = a_case().by(Channel::Counter).opened().handed_over();
    story.nothing_but(&Refusal::OutOfOrder);
}

#[test]
fn more_evidence_says_which() {
    let story = a_case()
        .by(Channel::Counter)
        .opened()
        .answers(IdentityDocument)
        .submits();
    let story = story.happened(&["decided"]).is(State::Gathering);
    let verdict = story.case.verdict().unwrap();
    assert_eq!(
        (verdict.decision, verdict.next.as_slice()),
        (Decision::MoreEvidence, [BusinessLicence].as_slice())
    );
    story.answers(BusinessLicence).submits().is(State::InReview);
}

#[test]
fn a_policy_that_permits_nothing_refuses() {
    let files: Vec<PolicyFile> = Policy::default_files()
        .into_iter()
        .filter(|file| file.name == "offers.toml" || file.name == "review.cedar")
        .collect();
    let story = a_case().under(Policy::parse(&files).unwrap()).proven();
    let story = story
        .submits()
        .happened(&["decided", "refused"])
        .is(State::Refused);
    assert_eq!(decision(&story), Decision::Refuse);
    story.submits().nothing_but(&Refusal::CaseClosed);
}

#[test]
fn what_a_channel_does_not_offer_is_not_taken() {
    let story = a_case().opened().guesses(RecentTransactions);
    story.nothing_but(&Refusal::NotOffered);
    // Counter evidence is for clerks alone: only they have seen the original.
    let story = a_case().by(Channel::Counter).opened();
    for by in [Actor::Holder, agent(), reviewer()] {
        let command = crate::case::Command::Present {
            kind: IdentityDocument,
            matched: true,
        };
        story
            .clone()
            .ask(&command, &by)
            .nothing_but(&Refusal::NotAllowed);
    }
}

#[test]
fn another_terminal_does_not_drive_a_terminals_case() {
    use crate::case::Command;
    let other = Actor::Terminal {
        terminal: OTHER_TILL,
    };
    let story = a_case().by(Channel::Terminal).opened();
    for command in [
        Command::Challenge {
            kind: SupervisorSignOn,
        },
        Command::Present {
            kind: SupervisorSignOn,
            matched: true,
        },
        Command::Submit,
        Command::Cancel,
    ] {
        story
            .clone()
            .ask(&command, &other)
            .nothing_but(&Refusal::NotAllowed);
    }
    let mut beginning = a_case().by(Channel::Terminal);
    beginning.by = other;
    assert_eq!(beginning.is_refused(), Refusal::NotAllowed);
}

#[test]
fn the_question_is_kept_with_the_verdict() {
    let story = a_case().proven().submits();
    let Some(CaseEvent::Decided {
        question: Some(question),
        verdict,
        ..
    }) = story.events().first()
    else {
        panic!("{:?}", story.events())
    };
    assert!(question.evidence.contains(&SmsCode));
    assert!(!verdict.policies.is_empty() && !verdict.reasons.is_empty());
}
