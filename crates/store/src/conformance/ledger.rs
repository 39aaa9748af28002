use std::thread;

use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::{Actor, Role};
use tillkey_wire::ids::StaffId;

use super::Open;
use super::ground::{at, bank, id};
use crate::event::{self, Filter};
use crate::fault::Fault;
use crate::ledger::{self, LedgerReader};

pub(super) fn signed_in(account: &str, second: i64) -> Entry {
    let staff: StaffId = id(account);
    Entry {
        v: 1,
        at: at(second),
        acquirer: Some(bank()),
        case: None,
        by: Actor::Staff {
            staff: staff.clone(),
            person: id("P-1"),
            role: Role::Agent,
        },
        event: Event::StaffSignedIn { staff },
    }
}

/// Forty at once, every third of them rolled back after it appended.
pub(super) fn positions_are_dense_under_concurrency(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    let done: usize = thread::scope(|scope| {
        let asked: Vec<_> = (0..120)
            .map(|number| {
                let store = &store;
                scope.spawn(move || {
                    store.write_blocking(move |tx| {
                        event::append(tx, &signed_in("li", number))?;
                        event::append(tx, &signed_in("wang", number))?;
                        if number % 3 == 0 {
                            Err(Fault::Conflict("check"))
                        } else {
                            Ok(())
                        }
                    })
                })
            })
            .collect();
        asked
            .into_iter()
            .filter_map(|asked| asked.join().ok()?.ok())
            .count()
    });
    assert_eq!(done, 80);
    store.read_blocking(|tx| {
        use tillkey_ledger::Reader;
        let counted = LedgerReader::new(tx)
            .leaf_count()
            .map_err(Fault::ledger("be counted"))?;
        assert_eq!(counted, 160);
        let mut next = 0;
        LedgerReader::new(tx)
            .scan_leaves(0..200, &mut |position, _| {
                assert_eq!(position, next);
                next += 1;
            })
            .map_err(Fault::ledger("be read"))?;
        assert_eq!(next, 160);
        let note = ledger::checkpoint(tx)?;
        assert_eq!(
            note.lines().nth(1),
            Some("160"),
            "signed in the same commit"
        );
        Ok(())
    })
}

pub(super) fn events_are_listed_and_counted(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        for second in 0..5 {
            event::append(tx, &signed_in("li", second))?;
        }
        event::append(tx, &signed_in("wang", 9))?;
        let policy = Event::PolicyServed {
            digest: "00".to_owned(),
        };
        let (acquirer, by) = (None, Actor::System);
        let entry = Entry {
            v: 1,
            at: at(10),
            acquirer,
            case: None,
            by,
            event: policy,
        };
        event::append(tx, &entry)?;
        let (bank, li) = (bank(), id("li"));
        let counted = event::count_of_staff(tx, (&bank, &li), "staff_signed_in", at(2))?;
        assert_eq!(counted, 3, "those of this very request, too");
        Ok(())
    })?;
    store.read_blocking(|tx| {
        let positions = |tx: &mut dyn crate::tx::Tx, filter: Filter, page| {
            let found = event::list(tx, &bank(), &filter, page)?;
            Ok::<_, Fault>(
                found
                    .into_iter()
                    .map(|one| one.position)
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(positions(tx, Filter::All, (None, 4))?, [5, 4, 3, 2]);
        assert_eq!(positions(tx, Filter::All, (Some(2), 4))?, [1, 0]);
        let wang = Filter::Actor("staff", "wang".to_owned());
        assert_eq!(positions(tx, wang, (None, 10))?, [5]);
        let kind = Filter::Kind("staff_signed_in".to_owned());
        assert_eq!(positions(tx, kind, (None, 2))?, [5, 4]);
        assert!(positions(tx, Filter::Kind("looked_up".to_owned()), (None, 2))?.is_empty());
        let (bank, li) = (bank(), id("li"));
        let counted = event::count_of_staff(tx, (&bank, &li), "staff_signed_in", at(2))?;
        assert_eq!(counted, 3);
        Ok(())
    })
}

pub(super) fn the_ledger_verifies_after_reopening(open: Open<'_>) -> Result<(), Fault> {
    for round in 0..5 {
        let store = open()?;
        for second in 0..round * 3 {
            store.write_blocking(move |tx| event::append(tx, &signed_in("li", second)))?;
        }
        let (note, verifier) = (
            store.read_blocking(ledger::checkpoint)?,
            store.log_verifier(),
        );
        let opened = verifier
            .open(note.as_bytes())
            .map_err(Fault::ledger("be opened"))?;
        let verified = store.read_blocking(move |tx| {
            ledger::verify(tx, &verifier, Some(&opened), &mut |_, _| ())
        })?;
        assert!(verified.is_clean(), "{verified:?}");
    }
    Ok(())
}
