//! How many event streams are open, in all and for each source, so that one caller
//! cannot take them all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::act::Source;
use crate::limits::{STREAMS_MAX, STREAMS_PER_SOURCE_MAX};

/// The open streams.
#[derive(Debug, Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_source: BTreeMap<String, usize>,
}

/// The right to one stream; it is given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    streams: Streams,
    source: String,
}

/// Why there is no place for one more stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// All are taken.
    ForAnybody,
    /// This source has as many as it may.
    ForThisSource,
}

impl Streams {
    /// Takes a place.
    ///
    /// # Errors
    /// [`NoPlace`] when there is none, for this source or for anybody.
    pub(crate) fn take(&self, source: &Source) -> Result<Place, NoPlace> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.all >= STREAMS_MAX {
            return Err(NoPlace::ForAnybody);
        }
        let of_source = open
            .by_source
            .entry(source.as_str().to_owned())
            .or_default();
        if *of_source >= STREAMS_PER_SOURCE_MAX {
            return Err(NoPlace::ForThisSource);
        }
        *of_source += 1;
        open.all += 1;
        Ok(Place {
            streams: self.clone(),
            source: source.as_str().to_owned(),
        })
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).all
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self
            .streams
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        open.all = open.all.saturating_sub(1);
        if let Some(of_source) = open.by_source.get_mut(&self.source) {
            *of_source = of_source.saturating_sub(1);
            if *of_source == 0 {
                open.by_source.remove(&self.source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_source_cannot_take_all_streams() {
        let streams = Streams::default();
        let greedy = Source::address([203, 0, 113, 1].into());
        let other = Source::address([203, 0, 113, 2].into());
        let mut places: Vec<Place> = (0..STREAMS_PER_SOURCE_MAX)
            .map(|_| streams.take(&greedy).unwrap())
            .collect();
        assert!(streams.take(&greedy).is_err());
        assert!(streams.take(&other).is_ok());
        places.pop();
        assert!(streams.take(&greedy).is_ok());
        drop(places);
        assert_eq!(streams.count(), 0);
        assert!(streams.0.lock().unwrap().by_source.is_empty());
    }
}
