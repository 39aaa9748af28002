use tillkey_rules::attempts::{Count, Scope};
use tillkey_rules::credential::{Change, change};
use tillkey_wire::ids::SessionId;

use super::Open;
use super::ground::{
    approved, at, bank, case_id, cashier, id, matched, opened, settle, step, subject, till,
};
use crate::credential::Standing;
use crate::fault::Fault;
use crate::party::{operator, subject as subjects};
use crate::session::{self, Session, SessionEnd};
use crate::tx::Tx;
use crate::{attempts, case, credential};

/// Applies a change as a new, approved case would, and closes the case.
fn apply(tx: &mut dyn Tx, number: u8, what: Change) -> Result<Option<u32>, Fault> {
    let now = at(i64::from(number) * 10);
    let events = [opened(Some(subject()), at(10_000)), matched(), approved()];
    let case = case::begin(tx, case_id(number), &step(&bank(), now, &events))?;
    let approved = case.approved().map_err(|_| Fault::Missing("approval"))?;
    let applied = credential::apply(tx, &change(&approved, what), now)?;
    let events = [tillkey_rules::event::CaseEvent::Cancelled];
    case::append(tx, case, &step(&bank(), now, &events))?;
    Ok(applied)
}

fn sign_on(tx: &mut dyn Tx, number: u8) -> Result<(), Fault> {
    let id = SessionId::from_bytes([number; 10]);
    let started_at = at(0);
    session::start(
        tx,
        &Session {
            id,
            terminal: till(),
            operator: cashier(),
            started_at,
        },
    )
}

pub(super) fn a_replacement_ends_what_was(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let whose = (till(), cashier());
        assert!(credential::in_force(tx, whose, at(0))?.is_none());
        assert_eq!(credential::last(tx, whose)?, None);
        assert_eq!(credential::next_version(tx, whose)?, 1);
        let record = vec![1; 192];
        assert_eq!(apply(tx, 1, Change::Replace { record })?, Some(1));
        sign_on(tx, 1)?;
        sign_on(tx, 2)?;
        let key = attempts::operator_subject(till(), cashier());
        attempts::count(tx, (Scope::SignOn, &key), at(11))?;
        let record = vec![2; 192];
        assert_eq!(apply(tx, 2, Change::Replace { record })?, Some(2));
        let now = credential::in_force(tx, whose, at(21))?.ok_or(Fault::Missing("credential"))?;
        assert_eq!(
            (now.version, now.case, now.record),
            (2, case_id(2), vec![2; 192])
        );
        let last = credential::last(tx, whose)?.ok_or(Fault::Missing("credential"))?;
        assert_eq!(
            (last.version, last.standing, last.created_at, last.ended_at),
            (2, Standing::Active, at(20), None)
        );
        assert!(session::live(tx, whose)?.is_empty(), "every session ended");
        assert_eq!(
            attempts::in_window(tx, (Scope::SignOn, &key), at(21))?,
            Count::default()
        );
        let found = operator::find(tx, till(), cashier())?.ok_or(Fault::Missing("operator"))?;
        assert_eq!(found.credential_version, Some(2));
        let facts = subjects::facts(tx, &subject(), at(21), false)?;
        assert_eq!((facts.has_password, facts.resets_30d), (true, 2));
        sign_on(tx, 3)?;
        assert!(operator::remove(tx, till(), cashier(), at(30))?);
        assert!(
            credential::in_force(tx, whose, at(31))?.is_none(),
            "gone with the operator"
        );
        assert!(session::live(tx, whose)?.is_empty());
        operator::add(tx, till(), cashier(), at(32))?;
        assert!(
            credential::in_force(tx, whose, at(33))?.is_none(),
            "and does not come back"
        );
        assert_eq!(
            credential::next_version(tx, whose)?,
            3,
            "versions do not begin anew"
        );
        Ok(())
    })
}

pub(super) fn a_revocation_ends_now_or_later(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let whose = (till(), cashier());
        apply(tx, 1, Change::Replace { record: vec![1] })?;
        sign_on(tx, 1)?;
        assert_eq!(apply(tx, 2, Change::EndAt { at: at(500) })?, None);
        assert!(credential::in_force(tx, whose, at(499))?.is_some());
        assert_eq!(session::live(tx, whose)?.len(), 1);
        assert!(
            credential::in_force(tx, whose, at(500))?.is_none(),
            "its time is over"
        );
        assert!(credential::due(tx, at(499), 10)?.is_empty());
        assert_eq!(credential::due(tx, at(500), 10)?, [whose]);
        assert!(!credential::end_due(tx, whose, at(499))?);
        assert!(credential::end_due(tx, whose, at(500))?);
        assert!(!credential::end_due(tx, whose, at(500))?);
        assert!(session::live(tx, whose)?.is_empty());
        let last = credential::last(tx, whose)?.ok_or(Fault::Missing("credential"))?;
        assert_eq!(
            (last.standing, last.ends_at, last.ended_at),
            (Standing::Revoked, Some(at(500)), Some(at(500))),
            "a deadline can be told from a revocation"
        );
        apply(tx, 60, Change::Replace { record: vec![2] })?;
        sign_on(tx, 2)?;
        apply(tx, 61, Change::Revoke)?;
        assert!(credential::in_force(tx, whose, at(611))?.is_none());
        assert!(session::live(tx, whose)?.is_empty());
        let last = credential::last(tx, whose)?.ok_or(Fault::Missing("credential"))?;
        assert_eq!(
            (last.standing, last.ends_at, last.ended_at),
            (Standing::Revoked, None, Some(at(610)))
        );
        let found = operator::find(tx, till(), cashier())?.ok_or(Fault::Missing("operator"))?;
        assert_eq!(found.credential_version, None);
        Ok(())
    })
}

pub(super) fn sessions_start_and_end(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| sign_on(tx, 1))?;
    let again = store.write_blocking(|tx| sign_on(tx, 1));
    assert!(matches!(again, Err(Fault::Taken(_))));
    store.write_blocking(|tx| {
        let first = SessionId::from_bytes([1; 10]);
        assert!(session::find_live(tx, first)?.is_some());
        let other = tillkey_wire::ids::TerminalId::from_bytes([8; 10]);
        assert!(
            !session::end(tx, (other, first), SessionEnd::SignOff, at(1))?,
            "not its own"
        );
        assert!(session::end(
            tx,
            (till(), first),
            SessionEnd::SignOff,
            at(1)
        )?);
        assert!(!session::end(
            tx,
            (till(), first),
            SessionEnd::SignOff,
            at(1)
        )?);
        assert!(session::find_live(tx, first)?.is_none());
        sign_on(tx, 2)?;
        sign_on(tx, 3)?;
        let colleague = Session {
            id: SessionId::from_bytes([4; 10]),
            terminal: till(),
            operator: id("02"),
            started_at: at(0),
        };
        session::start(tx, &colleague)?;
        let ended = session::end_all(tx, (till(), cashier()), SessionEnd::Superseded, at(2))?;
        assert_eq!(ended, 2);
        assert_eq!(
            session::live(tx, (till(), id("02")))?,
            [colleague],
            "others stay"
        );
        Ok(())
    })
}
