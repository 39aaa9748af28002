//! A counter that is strictly increasing over restarts, power cuts and the loss of the
//! newest write: of the terminal's messages, and of the numbers that prove it in hand.
//!
//! Counters are reserved in blocks, one write for each. A block is used only once the
//! write that reserves it has returned, and one write reserves at most one block beyond
//! the one before it. So if storage falls back by one write, at most one block was used
//! that it does not know of, and that one is skipped at every start.

use tillkey_wire::cbor::CborError;

use crate::limits::COUNTER_MAX;

/// What to write before the counter may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reserve {
    /// The new end of what is reserved.
    pub(crate) through: u64,
}

/// The counter.
#[derive(Debug)]
pub(crate) struct Counter {
    /// The last one used or skipped.
    last: u64,
    /// The end of what is reserved in storage.
    through: u64,
    /// How many one write reserves.
    block: u64,
}

impl Counter {
    /// Begins from what storage says is reserved: 0 if it says nothing, which may also
    /// be because it lost its first write.
    pub(crate) const fn new(through: u64, block: u64) -> Self {
        Self {
            last: through.saturating_add(block),
            through,
            block,
        }
    }

    /// Begins from what was read back. What no terminal ever reserved is no counter of
    /// ours: at the end of all numbers the next one would be looked for, and a write made
    /// for it, for ever.
    pub(crate) fn kept(through: u64, block: u64) -> Result<Self, CborError> {
        if through > COUNTER_MAX {
            return Err(CborError::Unexpected {
                why: "a counter that no terminal reaches".to_owned(),
            });
        }
        Ok(Self::new(through, block))
    }

    /// The last one used or skipped.
    pub(crate) const fn last(&self) -> u64 {
        self.last
    }

    /// The end of what is reserved in storage.
    pub(crate) const fn through(&self) -> u64 {
        self.through
    }

    /// The next counter, or what has to be written first.
    pub(crate) const fn next(&mut self) -> Result<u64, Reserve> {
        if self.last >= self.through {
            return Err(Reserve {
                through: self.through.saturating_add(self.block),
            });
        }
        self.last += 1;
        Ok(self.last)
    }

    /// Notes that this was written.
    pub(crate) const fn reserved(&mut self, reserve: Reserve) {
        self.through = reserve.through;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::COUNTERS_PER_WRITE;

    /// Storage with the writes in it; it may lose the newest one.
    fn draw(counter: &mut Counter, writes: &mut Vec<u64>) -> u64 {
        loop {
            match counter.next() {
                Ok(number) => return number,
                Err(reserve) => {
                    writes.push(reserve.through);
                    counter.reserved(reserve);
                }
            }
        }
    }

    #[test]
    fn counters_increase_over_restarts_even_if_the_newest_write_is_lost() {
        for block in [1, 2, COUNTERS_PER_WRITE] {
            let mut writes = Vec::new();
            let mut highest = 0;
            for round in 0..40u64 {
                if round % 3 == 1 {
                    writes.pop();
                }
                let mut counter = Counter::new(writes.last().copied().unwrap_or(0), block);
                for _ in 0..(round * 37) % 700 + 1 {
                    let number = draw(&mut counter, &mut writes);
                    assert!(number > highest, "round {round}: {number} after {highest}");
                    highest = number;
                }
            }
        }
    }

    #[test]
    fn the_end_of_all_numbers_is_never_drawn_from() {
        for through in [COUNTER_MAX + 1, u64::MAX - 1, u64::MAX] {
            assert!(Counter::kept(through, COUNTERS_PER_WRITE).is_err());
        }
        let mut writes = Vec::new();
        let mut counter = Counter::kept(COUNTER_MAX, COUNTERS_PER_WRITE).unwrap();
        assert!(draw(&mut counter, &mut writes) > COUNTER_MAX);
        assert_eq!(writes.len(), 2);
    }

    #[test]
    fn a_block_costs_one_write() {
        let mut writes = Vec::new();
        let mut counter = Counter::new(0, COUNTERS_PER_WRITE);
        let first = draw(&mut counter, &mut writes);
        assert_eq!(writes.len(), 2, "a start skips a block");
        for expect in first + 1..first + COUNTERS_PER_WRITE {
            assert_eq!(draw(&mut counter, &mut writes), expect);
        }
        assert_eq!(writes.len(), 2);
        draw(&mut counter, &mut writes);
        assert_eq!(writes.len(), 3);
    }
}
