use std::thread;

use jiff::Timestamp;
use tillkey_rules::attempts::{Count, Scope, judge};

use super::Open;
use super::ground::at;
use crate::attempts::{clear, count, in_window, prune, recent};
use crate::fault::Fault;

const KEY: (Scope, &str) = (Scope::SourceOpening, "somebody");

pub(super) fn attempts_slide(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        assert_eq!(in_window(tx, KEY, at(0))?, Count::default());
        let first = count(tx, KEY, at(0))?;
        assert_eq!(
            first,
            Count {
                attempts: 1,
                oldest_at: Some(at(0)),
                latest_at: None
            }
        );
        let second = count(tx, KEY, at(100))?;
        assert_eq!((second.attempts, second.latest_at), (2, Some(at(0))));
        let third = count(tx, KEY, at(3_599))?;
        assert_eq!((third.attempts, third.oldest_at), (3, Some(at(0))));
        assert_eq!(in_window(tx, KEY, at(3_600))?.attempts, 2, "one at a time");
        assert_eq!(in_window(tx, KEY, at(3_700))?.attempts, 1);
        assert_eq!(in_window(tx, KEY, at(7_199))?, Count::default());
        assert_eq!(recent(tx, KEY, at(-1))?.attempts, 3);
        // What the rules say about when to come back is when the store frees one.
        let mut last = Count::default();
        for _ in 0..=KEY.0.limit() {
            last = count(tx, KEY, at(10_000))?;
        }
        let refusal = judge(KEY.0, last, at(10_000)).err();
        assert_eq!(
            refusal,
            Some(tillkey_rules::refusal::Refusal::TooMany {
                retry_at: at(13_600)
            })
        );
        assert_eq!(in_window(tx, KEY, at(13_600))?, Count::default());
        let others = [(KEY.0, "somebody else"), (Scope::SourceProof, KEY.1)];
        for other in others {
            assert_eq!(in_window(tx, other, at(10_000))?, Count::default());
        }
        // A clock that was set back frees nothing.
        assert!(count(tx, KEY, at(9_000))?.attempts > KEY.0.limit());
        clear(tx, KEY)?;
        assert_eq!(recent(tx, KEY, Timestamp::MIN)?, Count::default());
        Ok(())
    })
}

pub(super) fn d02_parallel_attempts_are_all_counted(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    let mut seen: Vec<u32> = thread::scope(|scope| {
        let asked: Vec<_> = (0..100)
            .map(|_| scope.spawn(|| store.write_blocking(|tx| count(tx, KEY, at(1)))))
            .collect();
        asked
            .into_iter()
            .filter_map(|asked| asked.join().ok())
            .map(|counted| counted.map(|counted| counted.attempts))
            .collect::<Result<_, Fault>>()
    })?;
    seen.sort_unstable();
    assert_eq!(
        seen,
        (1..=100).collect::<Vec<u32>>(),
        "each saw its own number"
    );
    drop(store);
    let store = open()?;
    assert_eq!(
        store
            .read_blocking(|tx| in_window(tx, KEY, at(2)))?
            .attempts,
        100
    );
    Ok(())
}

pub(super) fn attempts_are_pruned(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        for minute in 0..10 {
            count(tx, KEY, at(minute * 60))?;
            count(tx, KEY, at(minute * 60 + 1))?;
        }
        assert_eq!(prune(tx, at(300), 3)?, 3, "a bounded number");
        assert_eq!(prune(tx, at(300), 100)?, 2);
        assert_eq!(recent(tx, KEY, Timestamp::MIN)?.attempts, 10);
        Ok(())
    })
}
