//! One call at a time, and no panic beyond it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::Fault;

/// What is called by one thread at a time. Once a call has panicked, nobody can say what
/// it left behind, so every later one is refused. Once it has ended, nothing of the
/// vendor's is called any more, whoever still holds it.
pub(crate) struct Turn<T> {
    inside: Mutex<Inside<T>>,
    /// Whose turn it is: a callback that calls back would wait for itself for ever.
    holder: Mutex<Option<ThreadId>>,
}

struct Inside<T> {
    /// None once it has ended.
    value: Option<T>,
    panicked: bool,
}

impl<T> Turn<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self {
            inside: Mutex::new(Inside {
                value: Some(value),
                panicked: false,
            }),
            holder: Mutex::new(None),
        }
    }

    /// Waits for its turn and calls.
    pub(crate) fn take<R>(
        &self,
        call: impl FnOnce(&mut T) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        self.hold(|inside| {
            let value = inside.value.as_mut().ok_or(Fault::Closed)?;
            if inside.panicked {
                return Err(Fault::Panicked);
            }
            let called = guarded(|| call(value));
            inside.panicked = matches!(called, Err(Fault::Panicked));
            called
        })
    }

    /// Waits for its turn and ends: what was held is gone when this returns.
    pub(crate) fn end(&self) -> Result<(), Fault> {
        self.hold(|inside| {
            let value = inside.value.take().ok_or(Fault::Closed)?;
            guarded(|| {
                drop(value);
                Ok(())
            })
        })
    }

    fn hold<R>(&self, call: impl FnOnce(&mut Inside<T>) -> Result<R, Fault>) -> Result<R, Fault> {
        let me = thread::current().id();
        if *lock(&self.holder) == Some(me) {
            return Err(Fault::Reentered);
        }
        let mut inside = lock(&self.inside);
        *lock(&self.holder) = Some(me);
        let called = call(&mut inside);
        *lock(&self.holder) = None;
        called
    }
}

/// A lock that a panic has left is as good as any: whether the value is, `panicked` says.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls, and gives a panic as a fault.
pub(crate) fn guarded<R>(call: impl FnOnce() -> Result<R, Fault>) -> Result<R, Fault> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Fault::Panicked))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_panic_stays_inside_and_is_the_end_of_it() {
        let turn = Turn::new(0);
        assert_eq!(
            turn.take(|_| -> Result<(), Fault> { panic!("a bug") }),
            Err(Fault::Panicked)
        );
        assert_eq!(turn.take(|_| Ok(())), Err(Fault::Panicked));
    }

    #[test]
    fn a_call_from_within_a_call_is_refused_and_the_first_goes_on() {
        let turn = Turn::new(1);
        let came = turn.take(|_| Ok(turn.take(|value| Ok(*value))));
        assert_eq!(came, Ok(Err(Fault::Reentered)));
        assert_eq!(turn.take(|value| Ok(*value)), Ok(1));
    }

    #[test]
    fn what_has_ended_is_gone_and_is_not_called() {
        let held = Arc::new(());
        let turn = Turn::new(Arc::clone(&held));
        let from_within = turn.take(|_| Ok(turn.end()));
        assert_eq!(from_within, Ok(Err(Fault::Reentered)));
        assert_eq!(turn.end(), Ok(()));
        assert_eq!(Arc::strong_count(&held), 1);
        assert_eq!(turn.take(|_| Ok(())), Err(Fault::Closed));
        assert_eq!(turn.end(), Err(Fault::Closed));
    }

    #[test]
    fn threads_wait_for_each_other() {
        let turn = Arc::new(Turn::new(0));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let turn = Arc::clone(&turn);
                thread::spawn(move || {
                    for _ in 0..500 {
                        turn.take(|value| {
                            *value += 1;
                            Ok(())
                        })
                        .unwrap();
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(turn.take(|value| Ok(*value)), Ok(2_000));
    }
}
