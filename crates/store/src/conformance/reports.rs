//! Numbers over cases.

use jiff::SignedDuration;
use tillkey_rules::case::State;
use tillkey_rules::event::CaseEvent;
use tillkey_rules::vocabulary::Channel;

use super::Open;
use super::ground::{at, bank, case_id, id, opened, settle, step};
use crate::case;
use crate::fault::Fault;
use crate::report;

/// Three cases: two late on one day where the merchants are, one early on the next,
/// which is still the same day in UTC.
pub(super) fn cases_are_counted_by_day(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    // 1,700,000,000 is 22:13:20 UTC; an hour and three quarters later is another day
    // there, and two more hours are another day nine hours east.
    let offset = SignedDuration::from_hours(1);
    for (number, second) in [(1u8, 0), (2, 60), (3, 3_600)] {
        store.write_blocking(move |tx| {
            let events = [opened(None, at(100_000))];
            case::begin(tx, case_id(number), &step(&bank(), at(second), &events))
        })?;
    }
    store.write_blocking(|tx| {
        let stored = case::find(tx, case_id(2))?.ok_or(Fault::Missing("case"))?;
        let events = [CaseEvent::Cancelled];
        case::append(tx, stored.case, &step(&bank(), at(90), &events))
    })?;
    store.read_blocking(move |tx| {
        let counted = report::by_day(tx, &bank(), (at(0), offset))?;
        let seen: Vec<_> = counted
            .iter()
            .map(|count| (count.day, count.state, count.count))
            .collect();
        assert_eq!(
            seen,
            [
                (19_675, State::Cancelled, 1),
                (19_675, State::Gathering, 1),
                (19_676, State::Gathering, 1),
            ]
        );
        assert!(counted.iter().all(|count| count.channel == Channel::App));
        let later = report::by_day(tx, &bank(), (at(61), offset))?;
        assert_eq!(later.len(), 1, "only what was opened since");
        let elsewhere = report::by_day(tx, &id("other-bank"), (at(0), offset))?;
        assert!(elsewhere.is_empty(), "another acquirer's cases");
        assert!(report::times(tx, &bank(), at(0))?.is_empty());
        let ended = report::ended(tx, &bank(), (State::Cancelled, at(0)))?;
        assert_eq!(ended.len(), 1);
        Ok(())
    })
}
