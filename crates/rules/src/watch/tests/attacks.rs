//! One planted attack a rule, on top of days like all others: found, and within minutes.

use jiff::{SignedDuration, Timestamp};
use tillkey_wire::ids::{ApplicationId, ScanId};

use super::super::{About, MARKS_MAX, Rule};
use super::stage::{
    Happened, Stage, account, at, contact_changed, happened, held, looked_up, matched, merchant,
    not_matched, opened, operator, signed_on, staff, terminal,
};
use crate::event::{CaseEvent, Event};
use crate::onboarding::application::ApplicationEvent;
use crate::party::{Actor, Role};
use crate::scan::{Reuse, Scan, Side};
use crate::vocabulary::{ApplicationPaper, EvidenceKind};

/// The day on which the attacks begin.
const DAY: u32 = 30;

fn of_operator(number: u32) -> About {
    About::Operator {
        terminal: terminal(number),
        operator: operator(1),
    }
}

fn of_merchant(number: u32) -> About {
    About::Merchant {
        merchant: merchant(number),
    }
}

fn of_staff(name: &str) -> About {
    About::Staff {
        staff: account(name),
    }
}

/// A month in which shop 1 signs on at nine and at three in the afternoon, and an agent
/// serves ten callers a day.
fn usual_month(stage: &mut Stage) {
    for day in 0..DAY {
        let agent = || staff("li.agent", Role::Agent);
        stage.tell(&signed_on(1, at(day, 9 * 60)));
        stage.tell(&signed_on(1, at(day, 15 * 60)));
        for call in 0..10 {
            let when = at(day, 600 + i64::from(call));
            stage.tell(&looked_up(Some(call), when, agent()));
            stage.tell(&opened(day * 10 + call, when, agent()));
        }
    }
    assert_eq!(stage.alerts, Vec::new());
}

/// Tells an attack, and says after how many minutes it was found.
fn found_after(attack: &[Happened], rule: Rule, about: &About) -> i64 {
    let mut stage = Stage::default();
    usual_month(&mut stage);
    stage.tell_all(attack);
    let alert = stage.first(rule, about);
    let alert = alert.unwrap_or_else(|| panic!("{rule} did not speak"));
    assert!(!alert.because.is_empty());
    let began = attack.first().unwrap().entry.at;
    alert.at.duration_since(began).as_mins()
}

fn every_minute(count: u32, one: impl Fn(u32, Timestamp) -> Happened) -> Vec<Happened> {
    (0..count)
        .map(|number| one(number, at(DAY, 600 + i64::from(number))))
        .collect()
}

#[test]
fn d04_guesses_at_one_operator_are_noticed() {
    let guesses = every_minute(10, |_, at| not_matched(1, at));
    assert!(found_after(&guesses, Rule::ManyFailures, &of_operator(1)) < 10);
    // As fast as the waits between them let it.
    let mut when = at(DAY, 600);
    let mut sign_ons = Vec::new();
    for seconds in [30, 60, 120, 240, 480, 900, 900, 900] {
        sign_ons.push(held(1, when));
        when += SignedDuration::from_secs(seconds);
    }
    assert!(found_after(&sign_ons, Rule::ManyFailures, &of_operator(1)) <= 60);
}

#[test]
fn d04_a_few_guesses_at_each_of_many_operators_are_noticed() {
    let guesses = every_minute(30, |number, at| {
        let mut one = not_matched(1, at);
        let account = operator(u8::try_from(number / 2 + 1).unwrap());
        one.known.operator = Some((terminal(1), account));
        one
    });
    assert!(found_after(&guesses, Rule::ManyFailures, &of_merchant(1)) < 20);
}

#[test]
fn a_sign_on_or_a_reset_at_night_is_noticed() {
    for night in [signed_on(1, at(DAY, 180)), matched(1, at(DAY, 180))] {
        assert_eq!(found_after(&[night], Rule::UnusualHour, &of_merchant(1)), 0);
    }
}

#[test]
fn nothing_is_unusual_until_the_hours_are_known_nor_near_a_usual_one() {
    let mut stage = Stage::default();
    stage.tell(&signed_on(2, at(0, 540)));
    stage.tell(&signed_on(2, at(1, 180)));
    usual_month(&mut stage);
    stage.tell(&signed_on(1, at(DAY, 18 * 60)));
    assert_eq!(stage.alerts, Vec::new());
}

#[test]
fn d13_a_copied_serial_number_is_noticed() {
    let event = Event::SerialNumberCopied {
        terminal: terminal(1),
        device_key_digest: String::new(),
    };
    let copied = happened(1, at(DAY, 600), Actor::Holder, event);
    let about = About::Terminal {
        terminal: terminal(1),
    };
    assert_eq!(found_after(&[copied], Rule::SerialNumberCopied, &about), 0);
}

#[test]
fn a_terminal_in_another_province_is_noticed_and_one_next_door_is_not() {
    let moved = |to: &str| {
        let event = Event::TerminalMoved {
            terminal: terminal(1),
            from: merchant(1),
            merchant: to.parse().unwrap(),
            number: "T0000001".parse().unwrap(),
        };
        happened(
            1,
            at(DAY, 600),
            staff("wang.admin", Role::Administrator),
            event,
        )
    };
    let about = About::Terminal {
        terminal: terminal(1),
    };
    let far = moved("898110054110001");
    assert_eq!(found_after(&[far], Rule::OtherRegion, &about), 0);
    let mut stage = Stage::default();
    stage.tell(&moved("898310054110009"));
    assert_eq!(stage.alerts, Vec::new());
}

#[test]
fn c13_a_reset_soon_after_a_change_of_contact_is_noticed() {
    let soon = [contact_changed(1, at(DAY, 600)), matched(1, at(DAY, 630))];
    let about = of_merchant(1);
    assert_eq!(found_after(&soon, Rule::ContactThenReset, &about), 30);
    let mut stage = Stage::default();
    stage.tell(&contact_changed(1, at(DAY, 600)));
    stage.tell(&matched(1, at(DAY + 4, 600)));
    stage.tell(&matched(2, at(DAY, 700)));
    assert_eq!(stage.alerts, Vec::new());
}

#[test]
fn a_spree_of_resets_is_noticed_against_ones_own_average() {
    let spree = every_minute(40, |number, at| {
        opened(10_000 + number, at, staff("li.agent", Role::Agent))
    });
    assert!(found_after(&spree, Rule::ManyResets, &of_staff("li.agent")) < 40);
}

#[test]
fn a_spree_of_approvals_is_noticed_against_the_ceiling() {
    // Four a minute: nobody reads them.
    let spree = every_minute(130, |number, at| {
        let at = at - SignedDuration::from_secs(45 * i64::from(number));
        let event = CaseEvent::Reviewed {
            approved: true,
            comment_digest: None,
        };
        let by = staff("zhao.reviewer", Role::Reviewer);
        happened(20_000 + number, at, by, Event::Case(event))
    });
    let about = of_staff("zhao.reviewer");
    assert!(found_after(&spree, Rule::ManyResets, &about) <= 30);
}

#[test]
fn a_picture_at_another_merchant_or_in_another_application_is_noticed() {
    let scan = Scan {
        id: ScanId::from_bytes([1; 10]),
        kind: EvidenceKind::IdentityDocument,
        side: Side::Front,
        reuse: Some(Reuse::OtherMerchant),
        digest: String::new(),
    };
    let clerk = || staff("sun.clerk", Role::Clerk);
    let event = Event::Case(CaseEvent::Scanned(scan));
    let scanned = happened(1, at(DAY, 600), clerk(), event);
    let about = of_merchant(1);
    assert_eq!(found_after(&[scanned], Rule::PictureReused, &about), 0);
    let application = ApplicationId::from_bytes([1; 10]);
    let event = Event::Application {
        application,
        step: ApplicationEvent::PaperTaken {
            paper: ApplicationPaper::ShopFront,
            digest: String::new(),
        },
    };
    let mut taken = happened(1, at(DAY, 600), Actor::Holder, event);
    taken.known.pictures_elsewhere = true;
    let about = About::Application { application };
    assert_eq!(found_after(&[taken], Rule::PictureReused, &about), 0);
}

#[test]
fn a_list_in_the_making_is_noticed() {
    let spree = every_minute(40, |number, at| {
        let by = staff("li.agent", Role::Agent);
        match number % 2 {
            0 => looked_up(Some(number), at, by),
            _ => looked_up(None, at, by),
        }
    });
    let about = of_staff("li.agent");
    assert!(found_after(&spree, Rule::ManyLookUps, &about) < 40);
    // The same merchant again and again is one.
    let again = every_minute(40, |_, at| {
        looked_up(Some(1), at, staff("li.agent", Role::Agent))
    });
    let mut stage = Stage::default();
    usual_month(&mut stage);
    stage.tell_all(&again);
    assert_eq!(stage.alerts, Vec::new());
}

#[test]
fn a_rule_speaks_once_within_its_quiet_time_and_its_memory_is_bounded() {
    let mut stage = Stage::default();
    for number in 0..2_000 {
        stage.tell(&not_matched(1, at(DAY, 600 + number % 60)));
    }
    let spoke = stage.alerts.iter();
    let of_one = spoke.filter(|alert| alert.about == of_operator(1)).count();
    assert_eq!(of_one, 1);
    assert!(stage.largest_memory_bytes() < MARKS_MAX * 160);
    stage.tell_all(&vec![not_matched(1, at(DAY + 2, 600)); 8]);
    let spoke = stage.alerts.iter();
    let of_one = spoke.filter(|alert| alert.about == of_operator(1)).count();
    assert_eq!(of_one, 2, "another day");
}
