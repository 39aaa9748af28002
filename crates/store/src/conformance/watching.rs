//! The watch: where it stands, what it remembers, and an alert from its raising to its end.

use tillkey_rules::party::Subject;
use tillkey_rules::watch::{About, AlertOutcome, AlertState, Memory, Rule, Severity};
use tillkey_wire::ids::{AlertId, StaffId, TerminalId};

use super::Open;
use super::ground::{at, bank, cashier, id, keys, other_shop, rng, settle, shop, subject, till};
use crate::alert::{self, Closing, NewAlert};
use crate::fault::Fault;
use crate::tx::Tx;
use crate::watch::{self, Standing};

fn about() -> About {
    About::Merchant { merchant: shop() }
}

/// A memory with something in it.
fn a_memory() -> Result<Memory, Fault> {
    let text = r#"{"quiet_until":"2026-03-01T00:00:00Z"}"#;
    serde_json::from_str(text).map_err(|_| Fault::damaged("memory", "it is none"))
}

pub(super) fn the_watch_goes_on_where_it_stopped(open: Open<'_>) -> Result<(), Fault> {
    open()?.write_blocking(|tx| {
        let fresh = Standing {
            next: 0,
            speaks_from: 0,
        };
        assert_eq!(watch::standing(tx)?, fresh);
        assert!(watch::move_on(tx, (0, 7))?);
        assert!(!watch::move_on(tx, (0, 9))?, "somebody has moved on");
        let of_failures = (Rule::ManyFailures, &about());
        assert_eq!(watch::recall(tx, &bank(), of_failures)?, Memory::default());
        watch::remember(tx, &bank(), of_failures, (&a_memory()?, at(10)))
    })?;
    open()?.write_blocking(|tx| {
        assert_eq!(watch::standing(tx)?.next, 7);
        let of_failures = (Rule::ManyFailures, &about());
        let other = About::Operator {
            terminal: till(),
            operator: cashier(),
        };
        assert_eq!(watch::recall(tx, &bank(), of_failures)?, a_memory()?);
        for (acquirer, rule, about) in [
            (id("other-bank"), Rule::ManyFailures, &about()),
            (bank(), Rule::UnusualHour, &about()),
            (bank(), Rule::ManyFailures, &other),
        ] {
            let found = watch::recall(tx, &acquirer, (rule, about))?;
            assert_eq!(found, Memory::default(), "another one's");
        }
        assert_eq!(watch::prune(tx, at(10), 9)?, 0);
        assert_eq!(watch::prune(tx, at(11), 9)?, 1);
        assert_eq!(watch::recall(tx, &bank(), of_failures)?, Memory::default());
        Ok(())
    })
}

fn raise(tx: &mut dyn Tx, number: u8, rule: Rule) -> Result<AlertId, Fault> {
    let id = AlertId::from_bytes([number; 10]);
    let new = NewAlert {
        id,
        acquirer: &bank(),
        rule,
        about: &about(),
        raised_at: at(i64::from(number)),
    };
    alert::raise(tx, &new)?;
    Ok(id)
}

pub(super) fn an_alert_is_raised_owned_and_closed(open: Open<'_>) -> Result<(), Fault> {
    open()?.write_blocking(|tx| {
        settle(tx)?;
        let notice = raise(tx, 1, Rule::UnusualHour)?;
        let severe = raise(tx, 2, Rule::ManyFailures)?;
        let later = raise(tx, 3, Rule::PictureReused)?;
        let open = (&bank(), AlertState::Open);
        let ids = |found: Vec<alert::Alert>| found.iter().map(|one| one.id).collect::<Vec<_>>();
        let all = alert::list(tx, open, None, 9)?;
        assert_eq!(ids(all), [severe, later, notice], "urgent first");
        let after = Some((Severity::Severe, at(2), severe));
        assert_eq!(ids(alert::list(tx, open, after, 1)?), [later]);
        closes(tx, severe)?;
        let counts = alert::counts(tx, &bank(), at(2))?;
        let counts: Vec<_> = counts
            .iter()
            .map(|one| (one.rule, one.raised, one.closed, one.false_alarms))
            .collect();
        assert_eq!(
            counts,
            [
                (Rule::ManyFailures, 1, 1, 1),
                (Rule::PictureReused, 1, 0, 0)
            ]
        );
        Ok(())
    })
}

fn closes(tx: &mut dyn Tx, severe: AlertId) -> Result<(), Fault> {
    let (li, wang): (StaffId, StaffId) = (id("li.na"), id("wang.wei"));
    let bank = bank();
    let closing = |owner| Closing {
        id: severe,
        acquirer: &bank,
        owner,
        outcome: AlertOutcome::FalseAlarm,
        comment: "called the shop",
        now: at(9),
    };
    let mut rng = rng(5);
    assert!(
        !alert::close(tx, &keys(), &closing(&li), &mut rng)?,
        "no owner"
    );
    assert!(alert::take(tx, severe, (&wang, at(7)))?);
    assert!(alert::take(tx, severe, (&li, at(8)))?, "taken over");
    assert!(!alert::close(tx, &keys(), &closing(&wang), &mut rng)?);
    assert!(alert::close(tx, &keys(), &closing(&li), &mut rng)?);
    assert!(!alert::close(tx, &keys(), &closing(&li), &mut rng)?, "once");
    assert!(!alert::take(tx, severe, (&wang, at(9)))?, "it is settled");
    let found = alert::find(tx, severe)?.ok_or(Fault::Missing("alert"))?;
    assert_eq!(found.state, AlertState::Closed);
    assert_eq!(found.owner, Some(li));
    assert_eq!(found.outcome, Some(AlertOutcome::FalseAlarm));
    assert_eq!(
        (found.taken_at, found.closed_at),
        (Some(at(8)), Some(at(9)))
    );
    let comment = alert::comment(tx, &keys(), &found)?;
    let comment = comment.as_ref().map(|text| text.expose().as_str());
    assert_eq!(comment, Some("called the shop"));
    Ok(())
}

/// An alert concerns its operator, terminal or merchant until it is settled, and for a
/// week longer where it was true.
pub(super) fn an_alert_concerns_whom_it_is_about(open: Open<'_>) -> Result<(), Fault> {
    open()?.write_blocking(|tx| {
        settle(tx)?;
        let (near, day) = (subject(), 24 * 3_600);
        let abroad = Subject {
            merchant: other_shop(),
            terminal: TerminalId::from_bytes([9; 10]),
            ..subject()
        };
        assert!(!alert::concern(tx, &near, at(0))?);
        let owner: StaffId = id("xu");
        for (number, outcome) in [(1, AlertOutcome::FalseAlarm), (2, AlertOutcome::TrueAlarm)] {
            let raised = raise(tx, number, Rule::ManyFailures)?;
            assert!(alert::concern(tx, &near, at(1))?);
            assert!(!alert::concern(tx, &abroad, at(1))?, "another merchant");
            assert!(alert::take(tx, raised, (&owner, at(2)))?);
            assert!(alert::concern(tx, &near, at(3))?, "somebody looks into it");
            let bank = bank();
            let closing = Closing {
                id: raised,
                acquirer: &bank,
                owner: &owner,
                outcome,
                comment: "called the shop",
                now: at(4),
            };
            assert!(alert::close(tx, &keys(), &closing, &mut rng(6))?);
            let is_true = outcome == AlertOutcome::TrueAlarm;
            assert_eq!(alert::concern(tx, &near, at(5))?, is_true);
            assert!(!alert::concern(tx, &near, at(8 * day))?);
        }
        Ok(())
    })
}
