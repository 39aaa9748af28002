use tillkey_rules::in_hand::Progress;
use tillkey_wire::health::{Health, HealthReport, Printer, VERSION};
use tillkey_wire::ids::{CodeId, TerminalId};

use super::Open;
use super::ground::{at, bank, case_id, id, opened, settle, step, till};
use crate::deed;
use crate::fault::Fault;
use crate::health;
use crate::in_hand;
use crate::offline;
use crate::party::terminal::{self, DeviceKeys};
use crate::tx::Tx;

fn keys(device: u8) -> DeviceKeys {
    DeviceKeys {
        device_key: [device; 32],
        backup_key: [9; 32],
        model: "T1".to_owned(),
    }
}

pub(super) fn a_number_in_hand_is_passed_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let progress = |tx: &mut dyn Tx| in_hand::find(tx, till());
        assert_eq!(progress(tx)?, None);
        in_hand::report(tx, till(), 5, at(0))?;
        let at_five = Progress { next: 5, far: None };
        assert_eq!(progress(tx)?, Some(at_five));
        in_hand::report(tx, till(), 3, at(1))?;
        assert_eq!(progress(tx)?, Some(at_five), "it never goes back");
        in_hand::remember(tx, till(), 90, at(2))?;
        assert_eq!(progress(tx)?.and_then(|progress| progress.far), Some(90));
        in_hand::pass(tx, till(), 7, at(3))?;
        assert_eq!(progress(tx)?, Some(Progress { next: 8, far: None }));
        for passed in [7, 0] {
            let again = in_hand::pass(tx, till(), passed, at(4));
            assert!(matches!(again, Err(Fault::Missing(_))), "{again:?}");
        }
        terminal::enrol(tx, till(), &keys(1), at(5))?;
        assert_eq!(progress(tx)?, None, "other keys, other numbers");
        Ok(())
    })?;
    let stranger = TerminalId::from_bytes([77; 10]);
    let dangling = store.write_blocking(move |tx| in_hand::report(tx, stranger, 1, at(6)));
    assert!(matches!(dangling, Err(Fault::Dangling(_))), "{dangling:?}");
    Ok(())
}

pub(super) fn a_deed_is_answered_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        assert_eq!(deed::last(tx, till())?, None);
        deed::keep(tx, till(), (4, vec![1]), at(0))?;
        for told_before in [4, 3] {
            let again = deed::keep(tx, till(), (told_before, vec![2]), at(1));
            assert!(matches!(again, Err(Fault::Missing(_))), "{again:?}");
        }
        let last = deed::Last {
            number: 4,
            answer: vec![1],
        };
        assert_eq!(deed::last(tx, till())?, Some(last));
        deed::keep(tx, till(), (5, vec![3]), at(2))?;
        terminal::enrol(tx, till(), &keys(3), at(3))?;
        assert_eq!(deed::last(tx, till())?, None, "another book");
        Ok(())
    })
}

pub(super) fn a_challenge_is_answered_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let case = case_id(1);
    let answered = move |counter| offline::Answered {
        terminal: till(),
        counter,
        operator: id("01"),
        case,
        code: CodeId::from_bytes([6; 10]),
    };
    store.write_blocking(move |tx| {
        let events = [opened(None, at(100))];
        crate::case::begin(tx, case, &step(&bank(), at(0), &events))?;
        assert_eq!(offline::next(tx, till())?, 1);
        offline::answer(tx, &answered(7), at(0))
    })?;
    let again = store.write_blocking(move |tx| offline::answer(tx, &answered(7), at(1)));
    assert!(matches!(again, Err(Fault::Taken(_))), "{again:?}");
    store.write_blocking(move |tx| {
        assert_eq!(offline::next(tx, till())?, 8);
        assert_eq!(offline::find(tx, (till(), 7))?, Some(answered(7)));
        assert_eq!(offline::find(tx, (till(), 6))?, None);
        terminal::enrol(tx, till(), &keys(4), at(2))?;
        assert_eq!(offline::find(tx, (till(), 7))?, None, "another key");
        Ok(())
    })
}

pub(super) fn the_last_report_of_a_terminal_is_kept(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let report = |printer, clock| HealthReport {
        v: VERSION,
        firmware: id("1.4.2"),
        clock: at(clock),
        signed_on: 1,
        health: Health {
            printer: Some(printer),
            ..Health::default()
        },
    };
    store.write_blocking(move |tx| {
        assert_eq!(health::last(tx, till())?, None);
        health::keep(tx, till(), &report(Printer::Ready, 100), at(100))?;
        let newer = report(Printer::PaperOut, 20);
        health::keep(tx, till(), &newer, at(200))?;
        let kept = health::last(tx, till())?;
        let kept = kept.map(|kept| (kept.report, kept.clock_ahead_seconds, kept.reported_at));
        assert_eq!(kept, Some((newer, -180, at(200))));
        terminal::enrol(tx, till(), &keys(2), at(300))?;
        assert_eq!(health::last(tx, till())?, None, "another device");
        Ok(())
    })
}
