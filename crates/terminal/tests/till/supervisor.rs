//! The supervisor at the till, with a link and without.

use jiff::SignedDuration;
use tillkey_terminal::limits::{DEEDS_MAX, SUPERVISOR_MINUTES};
use tillkey_terminal::wire::ids::{CaseId, OperatorNumber};
use tillkey_terminal::wire::message::{FromServer, Reply};
use tillkey_terminal::{Advice, Device, Fault, Notice, Progress, Step, Terminal};

use crate::devices::{Memory, noon};
use crate::shop::{SUPERVISOR, open_shop, sale_of};
use crate::world::{CASHIER, World, operator};

const NEW: u8 = 7;
pub(crate) const OLD_WORD: &str = "739201";
pub(crate) const NEW_WORD: &str = "604817";
pub(crate) const SUPERVISORS_WORD: &str = "59318264";

type Call<D> = fn(&mut Terminal<D>, OperatorNumber, OperatorNumber) -> Result<Step, Fault>;

/// Supervisor and cashier have passwords; the supervisor is signed on.
fn staffed(seed: u64) -> (World<Memory>, Memory) {
    let (mut world, memory) = World::enrolled(seed);
    world.first_password(SUPERVISOR, SUPERVISORS_WORD).unwrap();
    world.first_password(CASHIER, OLD_WORD).unwrap();
    assert!(world.signs_on(SUPERVISOR, SUPERVISORS_WORD).unwrap());
    (world, memory)
}

/// The same, and the cable is out.
fn alone(seed: u64) -> (World<Memory>, Memory) {
    let (mut world, memory) = staffed(seed);
    let _ = world.terminal().disconnected();
    (world, memory)
}

impl<D: Device> World<D> {
    pub(crate) fn supervises(&mut self, what: Call<D>, number: u8) -> Result<Vec<Notice>, Fault> {
        let step = what(self.terminal(), operator(SUPERVISOR), operator(number))?;
        self.carry(step)
    }
}

fn numbers(world: &mut World<Memory>) -> Vec<OperatorNumber> {
    world.terminal().operators().map(|o| o.number).collect()
}

fn has(notices: &[Notice], is: impl Fn(&Notice) -> bool) -> bool {
    notices.iter().any(is)
}

#[test]
fn with_a_link_a_cashier_is_added_chooses_and_is_removed() {
    let (mut world, _) = staffed(320);
    let notices = world.supervises(Terminal::add_cashier, NEW).unwrap();
    assert!(has(&notices, |n| matches!(n, Notice::Added { .. })));
    assert!(world.bank.accounts.contains_key(&operator(NEW)));

    let notices = world.supervises(Terminal::reset_cashier, NEW).unwrap();
    assert!(
        matches!(notices.last(), Some(Notice::CodeAccepted { operator: o, .. }) if *o == operator(NEW)),
        "{notices:?}"
    );
    let notices = world.choose(NEW, NEW_WORD).unwrap();
    assert!(has(&notices, |n| matches!(n, Notice::Effective { .. })));
    assert!(world.signs_on(NEW, NEW_WORD).unwrap());

    let notices = world.supervises(Terminal::remove_cashier, NEW).unwrap();
    assert!(has(&notices, |n| matches!(n, Notice::SessionEnded { .. })));
    assert!(!world.bank.accounts.contains_key(&operator(NEW)));
    let expect = ["add", "reset", "remove"].map(|kind| (operator(NEW), kind));
    assert_eq!(world.bank.kinds(), expect);
    world.connect().unwrap();
    assert!(!numbers(&mut world).contains(&operator(NEW)));
}

#[test]
fn without_a_link_a_new_cashier_sells_at_once_and_the_bank_hears_of_it_in_order() {
    let (mut world, memory) = alone(321);
    world.supervises(Terminal::add_cashier, NEW).unwrap();
    let notices = world.supervises(Terminal::reset_cashier, NEW).unwrap();
    assert!(
        matches!(notices[..], [Notice::ChooseNow { .. }]),
        "{notices:?}"
    );
    let notices = world.choose(NEW, NEW_WORD).unwrap();
    assert!(
        matches!(notices[..], [Notice::InForceOffline { .. }]),
        "{notices:?}"
    );
    assert!(world.signs_on(NEW, NEW_WORD).unwrap());
    let session = world.terminal().session(operator(NEW)).unwrap();
    let view = |world: &mut World<Memory>| {
        let mut all = world.terminal().operators();
        all.find(|o| o.number == operator(NEW)).unwrap()
    };
    let new = view(&mut world);
    assert!(new.password_set && new.set_offline && new.is_new);

    // The first thing that the bank says is a list without them.
    let notices = world.connect().unwrap();
    assert!(
        !has(&notices, |n| matches!(n, Notice::SessionEnded { .. })),
        "{notices:?}"
    );
    assert_eq!(world.terminal().session(operator(NEW)), Some(session));
    assert_eq!(
        world.bank.kinds(),
        ["add", "reset_offline"].map(|kind| (operator(NEW), kind))
    );
    assert_eq!(
        world.bank.away.sign_ons.len(),
        1,
        "which it does not refuse"
    );
    assert_eq!(
        world.bank.accounts[&operator(NEW)].version,
        0,
        "not registered"
    );

    // The next sign-on registers it, and nobody notices.
    world.restart(&memory);
    world.connect().unwrap();
    assert!(world.signs_on(NEW, NEW_WORD).unwrap());
    assert_eq!(world.bank.accounts[&operator(NEW)].version, 1);
    let new = view(&mut world);
    assert!(new.password_set && !new.set_offline && !new.is_new);
}

#[test]
fn a_reset_without_a_link_kills_the_old_password_at_once() {
    let (mut world, memory) = alone(322);
    assert!(world.signs_on(CASHIER, OLD_WORD).unwrap());
    world.supervises(Terminal::reset_cashier, CASHIER).unwrap();
    assert_eq!(
        world.terminal().progress(operator(CASHIER)),
        Progress::Choosing
    );
    let notices = world.choose(CASHIER, NEW_WORD).unwrap();
    assert!(
        matches!(
            notices[..],
            [Notice::SessionEnded { .. }, Notice::InForceOffline { .. }]
        ),
        "{notices:?}"
    );
    world.restart(&memory);
    assert!(!world.signs_on(CASHIER, OLD_WORD).unwrap());
    assert!(world.signs_on(CASHIER, NEW_WORD).unwrap());
    world.connect().unwrap();
    assert!(
        !world.signs_on(CASHIER, OLD_WORD).unwrap(),
        "with a link too"
    );
}

/// The supervisor signed on without a link as well: the bank hears of that session before
/// of what was done on its word, or it would refuse it.
#[test]
fn a_session_is_told_before_what_was_done_on_its_word() {
    let (mut world, memory) = alone(323);
    world.restart(&memory);
    assert!(world.signs_on(SUPERVISOR, SUPERVISORS_WORD).unwrap());
    world.supervises(Terminal::add_cashier, NEW).unwrap();
    let step = world.terminal().sign_off(operator(SUPERVISOR)).unwrap();
    world.carry(step).unwrap();
    let notices = world.connect().unwrap();
    assert!(
        !has(&notices, |n| matches!(n, Notice::DeedRefused { .. })),
        "{notices:?}"
    );
    assert_eq!(world.bank.kinds(), [(operator(NEW), "add")]);
    let session = world.bank.away.sign_ons[0].session.unwrap();
    assert_eq!(world.bank.signed_off, [session], "and its end after that");
}

#[test]
fn f07_only_a_supervisor_who_has_just_signed_on_changes_cashiers_and_nobody_else() {
    let calls: [Call<Memory>; 3] = [
        Terminal::add_cashier,
        Terminal::remove_cashier,
        Terminal::reset_cashier,
    ];
    for (linked, seed) in [(true, 324), (false, 325)] {
        let (mut world, memory) = staffed(seed);
        assert!(world.signs_on(CASHIER, OLD_WORD).unwrap());
        if !linked {
            let _ = world.terminal().disconnected();
        }
        for call in calls {
            // A cashier is no supervisor, and a supervisor is no cashier.
            let fault = call(world.terminal(), operator(CASHIER), operator(6)).unwrap_err();
            assert!(matches!(fault, Fault::SignOnAgain { .. }), "{fault:?}");
            for other in [0, 99] {
                let fault = world.supervises(call, other).unwrap_err();
                assert!(matches!(fault, Fault::NotACashier { .. }), "{fault:?}");
            }
            for (minutes, is_fresh) in [
                (SUPERVISOR_MINUTES, true),
                (SUPERVISOR_MINUTES + 1, false),
                (-1, false),
            ] {
                *memory.now.borrow_mut() = noon() + SignedDuration::from_mins(minutes);
                // Neither there to be removed, nor yet to be added.
                let fault = world.supervises(call, if is_fresh { 77 } else { NEW });
                match fault {
                    Err(Fault::SignOnAgain { .. }) => assert!(!is_fresh, "{minutes}"),
                    Ok(_) | Err(Fault::NoSuchOperator { .. }) => assert!(is_fresh, "{minutes}"),
                    Err(fault) => panic!("{fault:?}"),
                }
            }
            *memory.now.borrow_mut() = noon();
        }
        let fault = world
            .supervises(Terminal::add_cashier, CASHIER)
            .unwrap_err();
        assert!(matches!(fault, Fault::AlreadyThere { .. }), "{fault:?}");
        assert_eq!(fault.advice(), Advice::Correct);
        let step = world.terminal().sign_off(operator(SUPERVISOR)).unwrap();
        world.carry(step).unwrap();
        for call in calls {
            let fault = world.supervises(call, CASHIER).unwrap_err();
            assert!(matches!(fault, Fault::SignOnAgain { .. }), "{fault:?}");
        }
    }
}

#[test]
fn g03_a_removed_cashier_finishes_the_sale_and_no_other() {
    let (mut world, memory) = open_shop(326);
    let _ = world.terminal().disconnected();
    world.terminal().begin_sale(operator(CASHIER)).unwrap();
    let notices = world.supervises(Terminal::remove_cashier, CASHIER).unwrap();
    assert!(
        matches!(notices[..], [Notice::Removed { .. }]),
        "{notices:?}"
    );
    assert!(!numbers(&mut world).contains(&operator(CASHIER)));
    let step = world.terminal().sale(operator(CASHIER), sale_of(100));
    let notices = step.unwrap().notices;
    assert!(
        matches!(
            notices[..],
            [Notice::Recorded(_), Notice::SessionEnded { .. }]
        ),
        "{notices:?}"
    );
    assert!(matches!(
        world.begin_sign_on(CASHIER, OLD_WORD),
        Err(Fault::Offline)
    ));
    world.restart(&memory);
    assert!(!numbers(&mut world).contains(&operator(CASHIER)));
}

#[test]
fn what_the_bank_does_not_know_yet_outlives_its_list() {
    let (mut world, memory) = alone(327);
    world.supervises(Terminal::add_cashier, NEW).unwrap();
    world.supervises(Terminal::remove_cashier, CASHIER).unwrap();
    world.bank.away.refuses_deeds = Some(("too_many", true));
    world.connect().unwrap();
    let here = |world: &mut World<Memory>| {
        let numbers = numbers(world);
        [NEW, CASHIER].map(|number| numbers.contains(&operator(number)))
    };
    assert_eq!(here(&mut world), [true, false]);
    world.restart(&memory);
    world.connect().unwrap();
    assert_eq!(here(&mut world), [true, false]);
    world.bank.away.refuses_deeds = None;
    let step = world.terminal().resend().unwrap();
    world.carry(step).unwrap();
    world.connect().unwrap();
    assert_eq!(here(&mut world), [true, false], "now it knows");
    // Removed and added again: a new one, with a password of their own.
    let _ = world.terminal().disconnected();
    assert!(world.signs_on(SUPERVISOR, SUPERVISORS_WORD).unwrap());
    world.supervises(Terminal::remove_cashier, NEW).unwrap();
    world.supervises(Terminal::add_cashier, NEW).unwrap();
    world.supervises(Terminal::add_cashier, CASHIER).unwrap();
    world.connect().unwrap();
    assert_eq!(here(&mut world), [true, true]);
}

#[test]
fn what_the_bank_refuses_is_undone() {
    let (mut world, _) = alone(328);
    world.supervises(Terminal::add_cashier, NEW).unwrap();
    world.supervises(Terminal::reset_cashier, NEW).unwrap();
    world.choose(NEW, NEW_WORD).unwrap();
    assert!(world.signs_on(NEW, NEW_WORD).unwrap());
    world.supervises(Terminal::remove_cashier, CASHIER).unwrap();
    world.supervises(Terminal::reset_cashier, 6).unwrap();
    world.choose(6, NEW_WORD).unwrap();
    world.bank.away.refuses_deeds = Some(("not_served", false));
    let notices = world.connect().unwrap();
    let refused = notices.iter().filter_map(|notice| match notice {
        Notice::DeedRefused { deed, .. } => Some(deed.operator),
        _ => None,
    });
    let expect = [NEW, NEW, CASHIER, 6].map(operator);
    assert_eq!(refused.collect::<Vec<_>>(), expect, "{notices:?}");
    assert!(has(
        &notices,
        |n| matches!(n, Notice::OfflinePasswordRefused { operator: o, .. } if *o == operator(6))
    ));
    assert!(world.terminal().session(operator(NEW)).is_none());
    assert!(!numbers(&mut world).contains(&operator(NEW)));
    world.connect().unwrap();
    assert!(
        numbers(&mut world).contains(&operator(CASHIER)),
        "the list brings the cashier back"
    );
    assert_eq!(world.bank.away.told, 4, "nothing is told again");
    let views: Vec<_> = world.terminal().operators().collect();
    assert!(views.iter().all(|view| !view.set_offline && !view.is_new));
}

#[test]
fn a_reset_waits_for_the_backup_that_the_bank_wants() {
    let (mut world, _) = open_shop(329);
    world.bank.away.wants_backup = true;
    let notices = world.supervises(Terminal::reset_cashier, CASHIER).unwrap();
    assert!(
        has(
            &notices,
            |n| matches!(n, Notice::Refused { code, .. } if code.as_str() == "not_prepared")
        ),
        "{notices:?}"
    );
    assert_eq!(
        world.terminal().progress(operator(CASHIER)),
        Progress::Asking
    );
    let (_, case) = world.bank.away.taken[0];
    let command = world.bank.vault.order(case.unwrap());
    let order = world.bank.order(command, crate::commands::later());
    let notices = world.deliver(&order).unwrap();
    assert!(
        has(&notices, |n| matches!(n, Notice::CodeAccepted { .. })),
        "{notices:?}"
    );
    let notices = world.choose(CASHIER, NEW_WORD).unwrap();
    assert!(has(&notices, |n| matches!(n, Notice::Effective { .. })));
}

#[test]
fn what_the_bank_will_not_have_chosen_is_given_up() {
    for retry in [false, true] {
        let (mut world, _) = staffed(330);
        world.bank.away.refuses_choices = Some(("case_closed", retry));
        world.supervises(Terminal::reset_cashier, CASHIER).unwrap();
        let progress = if retry {
            Progress::Asking
        } else {
            Progress::Idle
        };
        assert_eq!(world.terminal().progress(operator(CASHIER)), progress);
        world.bank.away.refuses_choices = None;
        let notices = world.connect().unwrap();
        let may_choose = has(&notices, |n| matches!(n, Notice::CodeAccepted { .. }));
        assert_eq!(may_choose, retry, "a later connection asks again");
        assert!(
            world.signs_on(CASHIER, OLD_WORD).unwrap(),
            "nothing has changed"
        );
    }
}

/// The cable is pulled after each message in turn: what was done is done once.
#[test]
fn d12_a_deed_is_done_once_wherever_the_link_goes() {
    for cut in 0.. {
        let (mut world, _) = staffed(331);
        let terminal = world.terminal();
        let step = terminal.add_cashier(operator(SUPERVISOR), operator(NEW));
        let carried = world.carry_some(step.unwrap(), cut);
        world.connect().unwrap();
        assert_eq!(
            world.bank.kinds(),
            [(operator(NEW), "add")],
            "cut after {cut}"
        );
        if carried < cut {
            break;
        }
    }
}

#[test]
fn as_many_deeds_wait_as_may() {
    let (mut world, _) = alone(332);
    for _ in 0..DEEDS_MAX / 2 {
        world.supervises(Terminal::add_cashier, NEW).unwrap();
        world.supervises(Terminal::remove_cashier, NEW).unwrap();
    }
    let full = world.supervises(Terminal::add_cashier, NEW);
    assert!(matches!(full, Err(Fault::Busy { .. })));
    assert!(
        !numbers(&mut world).contains(&operator(NEW)),
        "nothing was done"
    );
    world.connect().unwrap();
    assert_eq!(world.bank.away.taken.len(), DEEDS_MAX);
    world.supervises(Terminal::add_cashier, NEW).unwrap();
}

/// A reset in the middle, when somebody else comes and goes, or the supervisor leaves.
#[test]
fn a_choice_without_a_link_is_open_for_some_minutes() {
    let (mut world, memory) = alone(333);
    world.supervises(Terminal::reset_cashier, CASHIER).unwrap();
    let weak = world.choose(CASHIER, "123456").unwrap();
    assert!(
        matches!(weak[..], [Notice::PasswordRefused { .. }]),
        "{weak:?}"
    );
    for minutes in [-1, 10] {
        *memory.now.borrow_mut() = noon() + SignedDuration::from_mins(minutes);
        let late = world.begin_choice(CASHIER, NEW_WORD);
        assert!(matches!(late, Err(Fault::OutOfOrder { .. })), "{minutes}");
        *memory.now.borrow_mut() = noon();
        let over = world.begin_choice(CASHIER, NEW_WORD);
        assert!(matches!(over, Err(Fault::OutOfOrder { .. })), "for good");
        world.supervises(Terminal::reset_cashier, CASHIER).unwrap();
    }
    let used = world.choose(CASHIER, OLD_WORD).unwrap();
    assert!(
        matches!(used[..], [Notice::PasswordRefused { .. }]),
        "one of four: {used:?}"
    );
    world.choose(CASHIER, NEW_WORD).unwrap();
    let again = world.begin_choice(CASHIER, "905316");
    assert!(matches!(again, Err(Fault::OutOfOrder { .. })), "once");
}

/// Before the welcome nothing is told: a server that does not serve the terminal would
/// refuse it for good, and it would be undone.
#[test]
fn what_was_done_waits_for_the_welcome() {
    let (mut world, _) = alone(334);
    world.supervises(Terminal::add_cashier, NEW).unwrap();
    let hello = world.terminal().connected().unwrap();
    assert_eq!(hello.frames.len(), 1);
    let step = world
        .terminal()
        .reset_cashier(operator(SUPERVISOR), operator(NEW));
    assert!(step.unwrap().frames.is_empty());
    assert!(world.terminal().resend().unwrap().frames.is_empty());
    let notices = world.carry(hello).unwrap();
    assert!(
        has(&notices, |n| matches!(n, Notice::CodeAccepted { .. })),
        "{notices:?}"
    );
    assert_eq!(
        world.bank.kinds(),
        ["add", "reset"].map(|kind| (operator(NEW), kind))
    );
}

#[test]
fn g02_a_choice_of_another_case_is_not_this_ones() {
    let (mut world, _) = staffed(335);
    world.bank.away.refuses_choices = Some(("too_many", true));
    world.supervises(Terminal::reset_cashier, CASHIER).unwrap();
    let _ = world.terminal().resend().unwrap();
    let in_reply_to = world.bank.counters.last().unwrap() + 1;
    let reply = Reply::CodeAccepted {
        case: CaseId::from_bytes([1; 10]),
        operator: operator(CASHIER),
        until: noon(),
        password_rules: world.bank.rules,
    };
    let frame = world.bank.sign(&FromServer::Reply { in_reply_to, reply });
    let terminal = world.terminal.as_mut().unwrap();
    assert!(matches!(
        terminal.receive(&frame, &mut world.rng),
        Err(Fault::Unexpected)
    ));
    let early = world.begin_choice(CASHIER, NEW_WORD);
    assert!(matches!(early, Err(Fault::OutOfOrder { .. })));
}
