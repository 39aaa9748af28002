use tillkey_rules::in_hand::Progress;
use tillkey_wire::health::{Health, HealthReport, Printer, VERSION};
use tillkey_wire::ids::TerminalId;

use super::Open;
use super::ground::{at, id, settle, till};
use crate::fault::Fault;
use crate::health;
use crate::in_hand;
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
        let stranger = TerminalId::from_bytes([77; 10]);
        let dangling = in_hand::report(tx, stranger, 1, at(6));
        assert!(matches!(dangling, Err(Fault::Dangling(_))), "{dangling:?}");
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
