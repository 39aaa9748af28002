//! Restores: one a terminal, its file in parts, wiped when it ends.

use tillkey_wire::ids::{PersonId, SnapshotId};

use super::Open;
use super::ground::{at, id, till};
use super::snapshots::stored;
use crate::fault::Fault;
use crate::restore::{self, RestoreState};

pub(super) fn a_restore_is_asked_approved_and_wiped(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        stored(tx)?;
        let what = (till(), SnapshotId::from_bytes([1; 10]));
        let person: PersonId = id("li");
        assert_eq!(restore::find(tx, till())?, None);
        assert!(!restore::approve(tx, what, b"abcde")?, "nobody asked");
        restore::ask(tx, what, &person, at(1))?;
        assert_eq!(restore::part(tx, what, (0, 9))?, None, "not approved");
        assert!(restore::approve(tx, what, b"abcde")?);
        assert!(!restore::approve(tx, what, b"other")?, "once");
        for (offset, length, expect) in [(0, 3, "abc"), (3, 3, "de"), (5, 3, ""), (9, 3, "")] {
            let part = restore::part(tx, what, (offset, length))?;
            assert_eq!(part.as_deref(), Some(expect.as_bytes()));
        }
        let found = restore::find(tx, till())?.ok_or(Fault::Missing("restore"))?;
        assert_eq!(
            (found.state, found.person),
            (RestoreState::Approved, person.clone())
        );
        assert!(restore::end(tx, what, RestoreState::Done, at(2))?);
        assert!(
            !restore::end(tx, what, RestoreState::Failed, at(3))?,
            "once"
        );
        assert_eq!(restore::part(tx, what, (0, 9))?, None, "wiped");
        restore::ask(tx, what, &person, at(4))?;
        let found = restore::find(tx, till())?.ok_or(Fault::Missing("restore"))?;
        assert_eq!((found.state, found.asked_at), (RestoreState::Asked, at(4)));
        Ok(())
    })?;
    let dangling = store.write_blocking(|tx| {
        let missing = (till(), SnapshotId::from_bytes([9; 10]));
        restore::ask(tx, missing, &id("li"), at(5))
    });
    assert!(matches!(dangling, Err(Fault::Dangling(_))));
    Ok(())
}
