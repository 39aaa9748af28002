//! What the terminals compute for themselves, on all cores and outside of what is
//! timed: in the field it is their processor that does it, and not the server's.

use std::thread;

use super::machine::cores;
use crate::failed::Failed;

/// Does one thing to each, in order.
pub(super) fn each<T, U, F>(items: Vec<T>, run: F) -> Result<Vec<U>, Failed>
where
    T: Send,
    U: Send,
    F: Fn(T) -> Result<U, Failed> + Sync,
{
    let share = items.len().div_ceil(cores()).max(1);
    let mut parts = Vec::new();
    let mut rest = items;
    while !rest.is_empty() {
        let after = rest.split_off(share.min(rest.len()));
        parts.push(std::mem::replace(&mut rest, after));
    }
    let run = &run;
    thread::scope(|scope| {
        let threads: Vec<_> = parts
            .into_iter()
            .map(|part| {
                scope.spawn(move || {
                    part.into_iter()
                        .map(run)
                        .collect::<Result<Vec<U>, Failed>>()
                })
            })
            .collect();
        let mut all = Vec::new();
        for thread in threads {
            let part = thread
                .join()
                .map_err(|_| Failed::new("a thread panicked"))?;
            all.append(&mut part?);
        }
        Ok(all)
    })
}
