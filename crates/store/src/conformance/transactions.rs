use super::Open;
use super::ground::at;
use crate::fault::Fault;
use crate::meta;

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
