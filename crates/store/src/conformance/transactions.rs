use super::Open;
use super::ground::at;
use super::ledger::signed_in;
use crate::fault::Fault;
use crate::{Kept, event, meta};

pub(super) fn a_failed_request_leaves_nothing(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    let failed: Result<(), Fault> = store.write_blocking(|tx| {
        meta::add(tx, "a", b"1", at(0))?;
        Err(Fault::Conflict("check"))
    });
    assert!(matches!(failed, Err(Fault::Conflict("check"))));
    assert_eq!(store.read_blocking(|tx| meta::find(tx, "a"))?, None);
    store.write_blocking(|tx| meta::add(tx, "a", b"2", at(0)))?;
    assert_eq!(
        store.read_blocking(|tx| meta::find(tx, "a"))?,
        Some(b"2".to_vec())
    );
    Ok(())
}

pub(super) fn an_attempt_is_kept_wholly_or_not_at_all(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    for (kept, found) in [(Kept::Nothing, None), (Kept::All, Some(b"1".to_vec()))] {
        let answer = store.attempt_blocking(move |tx| {
            meta::add(tx, "a", b"1", at(0))?;
            event::append(tx, &signed_in("li", 1))?;
            Ok((7, kept))
        })?;
        assert_eq!(answer, 7, "it answers all the same");
        let there = store.read_blocking(|tx| Ok((meta::find(tx, "a")?, event::at(tx, 0)?)))?;
        assert_eq!((there.0, there.1.is_some()), (found, kept == Kept::All));
    }
    let failed = store.attempt_blocking(|_| Err::<((), Kept), _>(Fault::Conflict("check")));
    assert!(matches!(failed, Err(Fault::Conflict("check"))));
    Ok(())
}

pub(super) fn what_is_answered_is_there_again(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    for number in 0..20 {
        store.write_blocking(move |tx| meta::add(tx, &format!("{number}"), b"x", at(0)))?;
    }
    drop(store);
    let store = open()?;
    for number in 0..20 {
        let found = store.read_blocking(move |tx| meta::find(tx, &format!("{number}")))?;
        assert_eq!(found, Some(b"x".to_vec()), "{number}");
    }
    Ok(())
}

pub(super) fn a_read_sees_one_moment(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| meta::set(tx, "n", b"1", at(0)))?;
    let writer = store.clone();
    let (first, second) = store.read_blocking(move |tx| {
        let first = meta::find(tx, "n")?;
        let written = writer.write_blocking(|tx| meta::set(tx, "n", b"2", at(1)));
        assert!(written.is_ok(), "a reader does not hold up the writer");
        Ok((first, meta::find(tx, "n")?))
    })?;
    assert_eq!(first, second, "the view does not move under a reader");
    assert_eq!(
        store.read_blocking(|tx| meta::find(tx, "n"))?,
        Some(b"2".to_vec())
    );
    Ok(())
}
