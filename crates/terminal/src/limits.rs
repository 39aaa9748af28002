//! Every limit of a terminal. What it holds in memory is bounded by these.

use tillkey_wire::limits::{BATCH_ENTRIES_MAX, SNAPSHOT_ENTRIES_MAX};

/// How many counters are reserved by one write, so that not every message needs one.
/// A start skips up to two blocks; a 64-bit counter does not mind.
pub const COUNTERS_PER_WRITE: u64 = 256;

/// The highest counter that is believed to have been reserved: far above what a terminal
/// reaches in its life, far below where numbers end.
pub const COUNTER_MAX: u64 = 1 << 62;

/// How many numbers that prove the terminal in hand, or challenges, are reserved by one
/// write: each is shown to a person, who waits for a write without noticing, and who would have to ask
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

/// How many things that were done here may wait to be told to the server.
pub const DEEDS_MAX: usize = 48;

/// How many sign-ons without a link are kept to be told. When there are more, the oldest
/// goes whose session is over and on whose word nothing waits to be told.
pub const OFFLINE_SIGN_ONS_MAX: usize = 48;

/// How many passwords in a row may be wrong without a link before the next one has to
/// wait.
pub const TRIES_FREE: u32 = 5;

/// How many passwords in a row may be wrong before no other is compared until the server
/// has been told.
pub const TRIES_MAX: u32 = 10;

/// How long the first wait is, in seconds; each next one is twice as long.
pub const TRY_WAIT_SECS: i64 = 60;

/// How fresh a supervisor's sign-on has to be to change anything about cashiers.
pub const SUPERVISOR_MINUTES: i64 = 15;

/// How long a challenge waits for its answer.
pub const CHALLENGE_MINUTES: i64 = 30;

/// How many answers to one challenge are compared.
pub const ANSWERS_MAX: u32 = 5;

/// How long a person may take to choose a password without a link.
pub const CHOICE_MINUTES: i64 = 10;
