//! Every limit of a terminal. What it holds in memory is bounded by these.

use tillkey_wire::limits::{BATCH_ENTRIES_MAX, SNAPSHOT_ENTRIES_MAX};

/// How many counters are reserved by one write, so that not every message needs one.
/// A start skips up to two blocks; a 64-bit counter does not mind.
pub const COUNTERS_PER_WRITE: u64 = 256;

/// How many numbers that prove the terminal in hand are reserved by one write: each is
/// shown to a person, who waits for a write without noticing, and who would have to ask
/// again where a start skipped more than the server looks ahead.
pub const NUMBERS_PER_WRITE: u64 = 1;

/// How many reports may wait for their reply. All pending registrations, and then some.
pub const WAITING_MAX: usize = 160;

/// How many operators may be between a reset code and a new password.
pub const RESETS_MAX: usize = 8;

/// How many sessions whose end the server has not confirmed are kept to be told again.
pub const SIGN_OFFS_MAX: usize = 32;

/// How many settled commands are remembered, to acknowledge them again.
pub const SETTLED_MAX: usize = 32;

/// How many earlier passwords an operator may not use again.
pub const HISTORY_MAX: usize = 4;

/// The largest file of state that is read back.
pub const SLOT_BYTES_MAX: u64 = 256 * 1024;

/// The largest record of the log: an entry with the longest remark is under half of it.
pub const RECORD_BYTES_MAX: usize = 1024;

/// The largest log that is read back: twice a full journal.
pub const LOG_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// How many entries the journal holds: all of them fit a backup.
pub const JOURNAL_ENTRIES_MAX: u32 = SNAPSHOT_ENTRIES_MAX;

/// How many entries of settled batches are kept when the next batch begins: with these
/// there is still room for a full batch and its settlement.
pub const JOURNAL_SETTLED_MAX: u32 = JOURNAL_ENTRIES_MAX - BATCH_ENTRIES_MAX - 1;

/// How many commands that take more than one message may wait to be carried out.
pub const TASKS_MAX: usize = 8;
