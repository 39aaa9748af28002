use std::thread;

use tillkey_rules::case::State;
use tillkey_rules::event::CaseEvent;
use tillkey_rules::vocabulary::Channel;

use super::Open;
use super::ground::{
    approved, at, bank, case_id, cashier, keys, matched, opened, other_shop, settle, shop, step,
    subject, till,
};
use crate::case::{self, Cursor, Filter};
use crate::event;
use crate::fault::Fault;

pub(super) fn a_case_is_the_fold_of_its_events(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let events = [opened(Some(subject()), at(100))];
    let begun = store
        .write_blocking(move |tx| case::begin(tx, case_id(1), &step(&bank(), at(1), &events)))?;
    assert_eq!((begun.version(), begun.state()), (1, State::Gathering));
    let same = begun.clone();
    let after = store.write_blocking(move |tx| {
        let unchanged = case::append(tx, begun.clone(), &step(&bank(), at(2), &[]))?;
        case::append(
            tx,
            unchanged,
            &step(&bank(), at(2), &[matched(), approved()]),
        )
    })?;
    assert_eq!((after.version(), after.state()), (3, State::Approved));
    drop(store);
    let store = open()?;
    store.read_blocking(move |tx| {
        let stored = case::find(tx, case_id(1))?.ok_or(Fault::Missing("case"))?;
        assert_eq!((&stored.acquirer, &stored.case), (&bank(), &after));
        assert_ne!(stored.case, same);
        assert_eq!(case::replay(tx, case_id(1), 100)?.as_ref(), Some(&after));
        let events = event::of_case(tx, case_id(1), 100)?;
        assert_eq!(
            events
                .iter()
                .map(|event| event.position)
                .collect::<Vec<_>>(),
            [0, 1, 2]
        );
        assert!(case::find(tx, case_id(2))?.is_none());
        Ok(())
    })?;
    let not_an_opening =
        store.write_blocking(|tx| case::begin(tx, case_id(3), &step(&bank(), at(1), &[matched()])));
    assert!(matches!(not_an_opening, Err(Fault::Missing(_))));
    let twice = store.write_blocking(|tx| {
        let events = [opened(None, at(100))];
        case::begin(tx, case_id(1), &step(&bank(), at(1), &events))
    });
    assert!(matches!(twice, Err(Fault::Taken(_))));
    Ok(())
}

/// A hundred who loaded the same case: one moves it.
pub(super) fn a_stale_case_is_a_conflict(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let begun = store.write_blocking(|tx| {
        let events = [opened(Some(subject()), at(100))];
        case::begin(tx, case_id(1), &step(&bank(), at(1), &events))
    })?;
    let answers: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..100)
            .map(|_| {
                let (store, begun) = (&store, begun.clone());
                scope.spawn(move || {
                    store.write_blocking(move |tx| {
                        case::append(tx, begun.clone(), &step(&bank(), at(2), &[matched()]))
                    })
                })
            })
            .collect();
        asked
            .into_iter()
            .filter_map(|asked| asked.join().ok())
            .collect()
    });
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let lost = answers
        .iter()
        .filter(|one| matches!(one, Err(Fault::Conflict("case"))))
        .count();
    assert_eq!((won, lost), (1, 99));
    let events = store.read_blocking(|tx| event::of_case(tx, case_id(1), 1_000))?;
    assert_eq!(events.len(), 2, "the losers' events are not there");
    Ok(())
}

pub(super) fn one_proven_case_an_operator(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let begin = |number: u8| {
        store.write_blocking(move |tx| {
            let events = [opened(Some(subject()), at(100))];
            case::begin(
                tx,
                case_id(number),
                &step(&bank(), at(i64::from(number)), &events),
            )
        })
    };
    let (first, second) = (begin(1)?, begin(2)?);
    let whose = (till(), cashier());
    let open_ids = |stored: Vec<case::Stored>| -> Vec<_> {
        stored.into_iter().map(|stored| stored.case.id()).collect()
    };
    let listed = store.read_blocking(move |tx| case::open_cases_of(tx, whose, 10))?;
    assert_eq!(
        open_ids(listed),
        [case_id(1), case_id(2)],
        "unproven ones stand side by side"
    );
    assert!(
        store
            .read_blocking(move |tx| case::open_case_of(tx, whose))?
            .is_none()
    );
    let first = store.write_blocking(move |tx| {
        case::append(tx, first.clone(), &step(&bank(), at(3), &[matched()]))
    })?;
    let blocked = second.clone();
    let answer = store.write_blocking(move |tx| {
        case::append(tx, blocked.clone(), &step(&bank(), at(4), &[matched()]))
    });
    assert!(
        matches!(answer, Err(Fault::Taken(_))),
        "a second proven one"
    );
    store.write_blocking(move |tx| {
        let events = [CaseEvent::Superseded { newer: case_id(2) }];
        case::append(tx, first.clone(), &step(&bank(), at(4), &events))?;
        case::append(tx, second.clone(), &step(&bank(), at(4), &[matched()]))
    })?;
    let proven = store.read_blocking(move |tx| case::open_case_of(tx, whose))?;
    assert_eq!(proven.map(|stored| stored.case.id()), Some(case_id(2)));
    let newest = move |tx: &mut dyn crate::tx::Tx| case::newest_proven_of(tx, whose);
    let found = store.read_blocking(newest)?;
    assert_eq!(found.map(|stored| stored.case.id()), Some(case_id(2)));
    begin(3)?;
    store.write_blocking(move |tx| {
        let stored = case::find(tx, case_id(2))?.ok_or(Fault::Missing("case"))?;
        let events = [CaseEvent::Cancelled];
        case::append(tx, stored.case, &step(&bank(), at(5), &events))
    })?;
    let found = store.read_blocking(newest)?;
    assert_eq!(
        found.map(|stored| stored.case.id()),
        Some(case_id(2)),
        "closed or not, and never one that nobody has proven"
    );
    Ok(())
}

pub(super) fn cases_fall_due_and_are_listed(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    for number in 1..=5u8 {
        store.write_blocking(move |tx| {
            let second = i64::from(number);
            let mut about = subject();
            if number == 5 {
                about.merchant = other_shop();
            }
            // Two were opened in the same instant: the list has an order all the same.
            let opened_at = at(second.min(4));
            let events = [opened((number != 1).then_some(about), at(200 - second))];
            case::begin(tx, case_id(number), &step(&bank(), opened_at, &events)).map(|_| ())
        })?;
    }
    store.write_blocking(|tx| {
        assert!(case::due(tx, at(194), 10)?.is_empty());
        assert_eq!(case::due(tx, at(197), 2)?, [case_id(5), case_id(4)]);
        let stored = case::find(tx, case_id(5))?.ok_or(Fault::Missing("case"))?;
        case::append(
            tx,
            stored.case,
            &step(&bank(), at(197), &[CaseEvent::Expired]),
        )?;
        assert_eq!(case::due(tx, at(197), 10)?, [case_id(4), case_id(3)]);
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = case::list(tx, &bank(), &Filter::All, (after, 2))?;
            let Some(last) = page.last() else { break };
            after = Some(Cursor::after(&last.case));
            seen.extend(page.iter().map(|stored| stored.case.id()));
        }
        assert_eq!(seen, [5, 4, 3, 2, 1].map(case_id));
        let ids = |stored: Vec<case::Stored>| -> Vec<_> {
            stored.into_iter().map(|stored| stored.case.id()).collect()
        };
        let expired = case::list(tx, &bank(), &Filter::State(State::Expired), (None, 10))?;
        assert_eq!(ids(expired), [case_id(5)]);
        let of_shop = case::list(tx, &bank(), &Filter::Merchant(shop()), (None, 10))?;
        assert_eq!(ids(of_shop), [4, 3, 2].map(case_id));
        let open_in = |tx: &mut dyn crate::tx::Tx, channel, after| {
            case::list(tx, &bank(), &Filter::OpenIn(channel), (after, 3)).map(ids)
        };
        assert_eq!(open_in(tx, Channel::App, None)?, [4, 3, 2].map(case_id));
        let after = Cursor {
            opened_at: at(2),
            id: case_id(2),
        };
        assert_eq!(open_in(tx, Channel::App, Some(after))?, [case_id(1)]);
        assert!(open_in(tx, Channel::Hotline, None)?.is_empty());
        let counted = case::count_by_state(tx, &bank())?;
        assert_eq!(counted, [(State::Expired, 1), (State::Gathering, 4)]);
        let nobody = super::ground::id("no-bank");
        assert!(case::list(tx, &nobody, &Filter::All, (None, 10))?.is_empty());
        Ok(())
    })
}

pub(super) fn a_case_token_is_set_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        case::begin(
            tx,
            case_id(1),
            &step(&bank(), at(1), &[opened(None, at(9))]),
        )?;
        let token = keys().token_digest("case", "abc");
        let other = keys().token_digest("case", "abd");
        assert!(case::find_by_token(tx, case_id(1), &token)?.is_none());
        case::set_token(tx, case_id(1), &token)?;
        assert!(case::find_by_token(tx, case_id(1), &token)?.is_some());
        assert!(case::find_by_token(tx, case_id(1), &other)?.is_none());
        assert!(case::find_by_token(tx, case_id(2), &token)?.is_none());
        assert!(matches!(
            case::set_token(tx, case_id(1), &other),
            Err(Fault::Taken(_))
        ));
        Ok(())
    })
}
