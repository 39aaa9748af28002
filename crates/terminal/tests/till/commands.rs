use ed25519_dalek::SigningKey;
use jiff::{SignedDuration, Timestamp};
use tillkey_terminal::wire::ids::{CaseId, TerminalId};
use tillkey_terminal::wire::message::{Command, FromServer, Outcome, WhyNot};
use tillkey_terminal::{Advice, Fault, Notice};

use crate::devices::{Cut, noon};
use crate::world::{CASHIER, World, operator};

pub(crate) fn later() -> Timestamp {
    noon() + SignedDuration::from_mins(10)
}

fn issued() -> Command {
    let case = CaseId::from_bytes([1; 10]);
    Command::CodeIssued {
        case,
        operator: operator(CASHIER),
        expires_at: later(),
    }
}

fn revoke() -> Command {
    Command::RevokeCredential {
        operator: operator(CASHIER),
    }
}

#[test]
fn a_command_is_done_and_acknowledged() {
    let (mut world, _) = World::enrolled(60);
    world.first_password(CASHIER, "739201").unwrap();
    world.signs_on(CASHIER, "739201").unwrap();

    let order = world.bank.order(issued(), later());
    let notices = world.deliver(&order).unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::CodeIssued { .. }]),
        "{notices:?}"
    );
    let order = world.bank.order(
        Command::EndSessions {
            operator: operator(CASHIER),
        },
        later(),
    );
    let notices = world.deliver(&order).unwrap();
    assert!(
        matches!(notices.as_slice(), [Notice::SessionEnded { .. }]),
        "{notices:?}"
    );
    world.signs_on(CASHIER, "739201").unwrap();
    let order = world.bank.order(revoke(), later());
    let notices = world.deliver(&order).unwrap();
    assert!(
        matches!(
            notices.as_slice(),
            [
                Notice::SessionEnded { .. },
                Notice::CredentialRevoked { .. }
            ]
        ),
        "{notices:?}"
    );
    assert!(world.terminal().operators().all(|o| !o.password_set));
    assert!(
        world
            .bank
            .acknowledged
            .iter()
            .all(|(_, outcome)| *outcome == Outcome::Done)
    );
    assert_eq!(world.bank.acknowledged.len(), 3);
}

#[test]
fn d07_a_command_that_comes_again_is_acknowledged_again_and_done_once() {
    let (mut world, memory) = World::enrolled(61);
    world.first_password(CASHIER, "739201").unwrap();
    let order = world.bank.order(
        Command::EndSessions {
            operator: operator(CASHIER),
        },
        later(),
    );
    world.deliver(&order).unwrap();
    // Signed on since: the old command must not end the new session.
    world.signs_on(CASHIER, "739201").unwrap();
    assert!(world.deliver(&order).unwrap().is_empty());
    assert!(world.terminal().session(operator(CASHIER)).is_some());
    world.restart(&memory);
    world.connect().unwrap();
    assert_eq!(world.bank.last_command, order.sequence);
    world.signs_on(CASHIER, "739201").unwrap();
    assert!(world.deliver(&order).unwrap().is_empty());
    assert!(world.terminal().session(operator(CASHIER)).is_some());
    assert_eq!(world.bank.acknowledged, [(order.id, Outcome::Done); 3]);
}

#[test]
fn d08_an_old_command_is_refused_without_a_word() {
    let (mut world, memory) = World::enrolled(62);
    let old = world.bank.order(revoke(), later());
    let newer = world.bank.order(issued(), later());
    world.deliver(&newer).unwrap();
    for _ in 0..2 {
        let fault = world.deliver(&old).unwrap_err();
        assert!(
            matches!(
                fault,
                Fault::StaleCommand {
                    sequence: 1,
                    last: 2
                }
            ),
            "{fault:?}"
        );
        assert_eq!(fault.advice(), Advice::Ignore);
        world.restart(&memory);
        world.connect().unwrap();
    }
    assert_eq!(world.bank.acknowledged.len(), 1);
    // So is one whose outcome is no longer remembered.
    let first = world.bank.order(issued(), later());
    world.deliver(&first).unwrap();
    for _ in 0..tillkey_terminal::limits::SETTLED_MAX {
        let order = world.bank.order(issued(), later());
        world.deliver(&order).unwrap();
    }
    assert!(matches!(
        world.deliver(&first),
        Err(Fault::StaleCommand { .. })
    ));
}

#[test]
fn d08_other_terminals_commands_and_other_keys_are_refused() {
    let (mut world, _) = World::enrolled(63);
    let order = world.bank.order(revoke(), later());
    let message = FromServer::Command(order.clone());
    let elsewhere = message
        .sign(TerminalId::from_bytes([9; 10]), &world.bank.key)
        .unwrap();
    let key = SigningKey::generate(&mut world.rng);
    let forged = message.sign(world.bank.terminal.unwrap().0, &key).unwrap();
    for frame in [elsewhere, forged] {
        let refused = world
            .terminal
            .as_mut()
            .unwrap()
            .receive(&frame, &mut world.rng);
        assert!(matches!(refused, Err(Fault::Frame(_))));
    }
    assert!(world.bank.acknowledged.is_empty());
    world.deliver(&order).unwrap();
    assert_eq!(world.bank.acknowledged, [(order.id, Outcome::Done)]);
}

#[test]
fn an_expired_command_is_answered_and_not_done() {
    let (mut world, _) = World::enrolled(64);
    let order = world.bank.order(issued(), noon());
    assert!(world.deliver(&order).unwrap().is_empty());
    let expired = Outcome::NotDone {
        why: WhyNot::Expired,
    };
    assert_eq!(world.bank.acknowledged, [(order.id, expired)]);
    assert!(world.deliver(&order).unwrap().is_empty());
    assert_eq!(world.bank.acknowledged, [(order.id, expired); 2]);
}

#[test]
fn g09_a_clock_that_is_years_off_expires_nothing() {
    let (mut world, memory) = World::enrolled(65);
    for years in [-30, 30] {
        *memory.now.borrow_mut() = noon() + SignedDuration::from_hours(years * 8_766);
        world.restart(&memory);
        world.connect().unwrap();
        let order = world.bank.order(issued(), later());
        world.deliver(&order).unwrap();
        assert_eq!(
            world.bank.acknowledged.last(),
            Some(&(order.id, Outcome::Done)),
            "{years}"
        );
        let order = world.bank.order(issued(), noon());
        world.deliver(&order).unwrap();
        let expired = Outcome::NotDone {
            why: WhyNot::Expired,
        };
        assert_eq!(
            world.bank.acknowledged.last(),
            Some(&(order.id, expired)),
            "{years}"
        );
    }
}

/// Weeks without a network, and three commands that waited: only the newest is still
/// valid, and only that one is done. Should an older one come after it, it is played back.
#[test]
fn d07_of_three_commands_that_waited_for_weeks_only_the_newest_valid_one_is_done() {
    let (mut world, memory) = World::enrolled(69);
    world.first_password(CASHIER, "739201").unwrap();
    let _ = world.terminal().disconnected();
    let at = |days: i64| noon() + SignedDuration::from_hours(24 * days);
    let orders = [
        world.bank.order(revoke(), at(1)),
        world.bank.order(issued(), at(8)),
        world.bank.order(issued(), at(22)),
    ];
    // The device's clock stood still meanwhile; the bank's did not.
    world.bank.now = at(21);
    world.restart(&memory);
    world.connect().unwrap();
    let mut shown = Vec::new();
    for order in &orders {
        shown.extend(world.deliver(order).unwrap());
    }
    assert!(
        matches!(shown[..], [Notice::CodeIssued { .. }]),
        "{shown:?}"
    );
    let expired = Outcome::NotDone {
        why: WhyNot::Expired,
    };
    let outcomes = world.bank.acknowledged.iter().map(|(_, outcome)| *outcome);
    assert_eq!(
        outcomes.collect::<Vec<_>>(),
        [expired, expired, Outcome::Done]
    );
    assert!(
        world.signs_on(CASHIER, "739201").unwrap(),
        "nothing was revoked"
    );

    let (mut world, _) = World::enrolled(70);
    let [older, newest] = [0, 1].map(|_| world.bank.order(issued(), later()));
    assert_eq!(world.deliver(&newest).unwrap().len(), 1);
    assert!(matches!(
        world.deliver(&older),
        Err(Fault::StaleCommand { .. })
    ));
}

#[test]
fn a_command_for_an_operator_that_is_not_here_is_answered() {
    let (mut world, _) = World::enrolled(66);
    let order = world.bank.order(
        Command::EndSessions {
            operator: operator(77),
        },
        later(),
    );
    world.deliver(&order).unwrap();
    let unknown = Outcome::NotDone {
        why: WhyNot::UnknownOperator,
    };
    assert_eq!(world.bank.acknowledged, [(order.id, unknown)]);
}

#[test]
fn a_command_is_saved_before_it_is_acknowledged() {
    for cut in [Cut::Before, Cut::After] {
        let (mut world, memory) = World::enrolled(67);
        world.first_password(CASHIER, "739201").unwrap();
        let order = world.bank.order(revoke(), later());
        memory.plug.borrow_mut().back_on();
        memory.plug.borrow_mut().cut = Some((0, cut));
        assert!(matches!(world.deliver(&order), Err(Fault::Device(_))));
        assert!(world.bank.acknowledged.is_empty(), "{cut:?}");
        assert!(
            matches!(world.deliver(&order), Err(Fault::Broken)),
            "{cut:?}"
        );
        world.restart(&memory);
        world.connect().unwrap();
        world.deliver(&order).unwrap();
        assert_eq!(
            world.bank.acknowledged,
            [(order.id, Outcome::Done)],
            "{cut:?}"
        );
    }
}

#[test]
fn a_session_ends_if_the_password_was_revoked_while_away() {
    let (mut world, _) = World::enrolled(68);
    world.first_password(CASHIER, "739201").unwrap();
    world.signs_on(CASHIER, "739201").unwrap();
    world
        .bank
        .accounts
        .get_mut(&operator(CASHIER))
        .unwrap()
        .record = None;
    let notices = world.connect().unwrap();
    let ended = |n: &Notice| matches!(n, Notice::SessionEnded { .. });
    assert!(notices.iter().any(ended), "{notices:?}");
}
