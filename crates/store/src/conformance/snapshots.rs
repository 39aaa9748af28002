//! Backups: one upload a terminal, put together in order; recorded once; old ones go
//! only when their batch is settled.

use tillkey_wire::ids::{CaseId, SnapshotId, TerminalId};
use tillkey_wire::journal::{Head, JournalDigest, Sum, Totals};
use tillkey_wire::snapshot::{SignedManifest, SnapshotDigest};

use super::Open;
use super::ground::{at, bank, case_id, new_terminal, opened, settle, shop, step, subject, till};
use crate::fault::Fault;
use crate::party::terminal::{self, DeviceKeys};
use crate::snapshot::{self, Snapshot};
use crate::tx::Tx;
use crate::upload::{self, Upload};
use crate::{journal, party};

fn snapshot_id(number: u8) -> SnapshotId {
    SnapshotId::from_bytes([number; 10])
}

fn head(batch: u32, unsettled: u32) -> Result<Head, Fault> {
    let digest = JournalDigest::from_bytes(&[3; 32]).map_err(|_| Fault::Missing("digest"))?;
    let sales = Sum {
        count: unsettled,
        fen: u64::from(unsettled) * 100,
    };
    Ok(Head {
        entries: 7,
        digest,
        batch,
        unsettled: Totals {
            sales,
            ..Totals::default()
        },
    })
}

fn begin(tx: &mut dyn Tx) -> Result<(), Fault> {
    settle(tx)?;
    let events = [opened(Some(subject()), at(3_600))];
    crate::case::begin(tx, case_id(1), &step(&bank(), at(0), &events)).map(|_| ())
}

/// One backup of the terminal, on record.
pub(super) fn stored(tx: &mut dyn Tx) -> Result<(), Fault> {
    begin(tx)?;
    snapshot::add(tx, &new(1, till(), 1)?)
}

fn new(number: u8, terminal: TerminalId, batch: u32) -> Result<Snapshot, Fault> {
    Ok(Snapshot {
        id: snapshot_id(number),
        acquirer: bank(),
        merchant: shop(),
        terminal,
        case: case_id(1),
        bytes: 10,
        digest: SnapshotDigest::from_bytes(&[number; 32]).map_err(|_| Fault::Missing("digest"))?,
        records: 4,
        head: head(batch, 1)?,
        stored_at: at(i64::from(number)),
        removed_at: None,
    })
}

/// Parts are put together as they came; a newer upload drops those of the older one.
pub(super) fn an_upload_grows_and_is_replaced(open: Open<'_>) -> Result<(), Fault> {
    let upload = |number: u8| -> Result<Upload, Fault> {
        Ok(Upload {
            snapshot: snapshot_id(number),
            case: case_id(1),
            manifest: SignedManifest::from_bytes(&[number])
                .map_err(|_| Fault::Missing("manifest"))?,
            bytes: 5,
            kept: 0,
        })
    };
    let store = open()?;
    store.write_blocking(move |tx| {
        begin(tx)?;
        assert_eq!(upload::find(tx, till())?, None);
        let missing = upload::keep(tx, till(), (0, b"abc"));
        assert!(matches!(missing, Err(Fault::Missing(_))));
        upload::begin(tx, till(), &upload(1)?, at(1))?;
        assert_eq!(upload::keep(tx, till(), (0, b"abc"))?, 3);
        assert_eq!(upload::keep(tx, till(), (3, b"de"))?, 5);
        let kept = upload::find(tx, till())?.map(|found| found.kept);
        assert_eq!(kept, Some(5));
        assert_eq!(upload::bytes(tx, till())?, b"abcde");
        assert_eq!(upload::stale(tx, at(1), 9)?, []);
        assert_eq!(upload::stale(tx, at(2), 9)?, [till()]);
        upload::begin(tx, till(), &upload(2)?, at(2))?;
        assert_eq!(upload::bytes(tx, till())?, b"");
        assert_eq!(upload::find(tx, till())?, Some(upload(2)?));
        Ok(())
    })?;
    let unknown = TerminalId::from_bytes([9; 10]);
    let dangling = store.write_blocking(move |tx| upload::begin(tx, unknown, &upload(3)?, at(2)));
    assert!(matches!(dangling, Err(Fault::Dangling(_))));
    store.write_blocking(|tx| {
        let keys = DeviceKeys {
            device_key: [5; 32],
            backup_key: [6; 32],
            model: "T2".to_owned(),
        };
        journal::keep(tx, till(), &head(1, 3)?, at(3))?;
        terminal::enrol(tx, till(), &keys, at(4))?;
        assert_eq!(upload::find(tx, till())?, None, "another device's");
        assert_eq!(journal::last(tx, till())?, None);
        Ok(())
    })
}

pub(super) fn a_backup_is_recorded_once_and_listed(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        begin(tx)?;
        for number in [1, 2] {
            snapshot::add(tx, &new(number, till(), 1)?)?;
        }
        Ok(())
    })?;
    let again = store.write_blocking(|tx| snapshot::add(tx, &new(1, till(), 1)?));
    assert!(matches!(again, Err(Fault::Taken(_))));
    store.write_blocking(|tx| {
        assert_eq!(
            snapshot::find(tx, snapshot_id(1))?,
            Some(new(1, till(), 1)?)
        );
        assert_eq!(snapshot::find(tx, snapshot_id(3))?, None);
        let listed = snapshot::of_terminal(tx, till(), 9)?;
        assert_eq!(listed, [new(2, till(), 1)?, new(1, till(), 1)?]);
        Ok(())
    })?;
    let dangling = store.write_blocking(|tx| {
        let stranger = Snapshot {
            case: CaseId::from_bytes([9; 10]),
            ..new(4, till(), 1)?
        };
        snapshot::add(tx, &stranger)
    });
    assert!(matches!(dangling, Err(Fault::Dangling(_))));
    Ok(())
}

/// Old and settled as far as anybody knows: a later batch was seen, or the terminal is
/// out of service.
pub(super) fn only_settled_backups_are_old(open: Open<'_>) -> Result<(), Fault> {
    open()?.write_blocking(|tx| {
        begin(tx)?;
        snapshot::add(tx, &new(1, till(), 1)?)?;
        snapshot::add(tx, &new(2, till(), 2)?)?;
        let old = |tx: &mut dyn Tx, before| -> Result<Vec<SnapshotId>, Fault> {
            let found = snapshot::old(tx, before, 9)?;
            Ok(found.into_iter().map(|found| found.id).collect())
        };
        assert_eq!(old(tx, at(1))?, [], "too young");
        assert_eq!(
            old(tx, at(9))?,
            [snapshot_id(1)],
            "the second batch is open"
        );
        journal::keep(tx, till(), &head(2, 0)?, at(3))?;
        assert_eq!(old(tx, at(9))?, [snapshot_id(1)]);
        journal::keep(tx, till(), &head(3, 0)?, at(3))?;
        assert_eq!(old(tx, at(9))?, [snapshot_id(1), snapshot_id(2)]);
        assert!(snapshot::remove(tx, snapshot_id(1), at(10))?);
        assert!(!snapshot::remove(tx, snapshot_id(1), at(11))?);
        assert_eq!(old(tx, at(9))?, [snapshot_id(2)]);

        let other = TerminalId::from_bytes([2; 10]);
        terminal::add(tx, &new_terminal(other, "12345679", "SN-000002"))?;
        snapshot::add(tx, &new(5, other, 1)?)?;
        assert_eq!(old(tx, at(9))?, [snapshot_id(2)]);
        terminal::retire(tx, other, at(9))?;
        assert_eq!(old(tx, at(9))?, [snapshot_id(2), snapshot_id(5)]);
        Ok(())
    })
}

/// That transactions are not settled is taken from the terminal; that none are is not.
pub(super) fn an_unsettled_batch_is_a_hint_one_way(open: Open<'_>) -> Result<(), Fault> {
    open()?.write_blocking(|tx| {
        begin(tx)?;
        let known = |tx: &mut dyn Tx| -> Result<Option<bool>, Fault> {
            let facts = party::subject::facts(tx, &subject(), at(9), true)?;
            Ok(facts.unsettled_batch)
        };
        assert_eq!(known(tx)?, None);
        journal::keep(tx, till(), &head(1, 3)?, at(3))?;
        assert_eq!(known(tx)?, Some(true));
        journal::keep(tx, till(), &head(2, 0)?, at(4))?;
        let stands = journal::last(tx, till())?.map(|known| known.head);
        assert_eq!(stands, Some(head(2, 0)?));
        assert_eq!(known(tx)?, None);
        Ok(())
    })
}
