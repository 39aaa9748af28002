//! Every limit of the messages between a terminal and Tillkey.
//!
//! They are checked before anything is parsed or allocated, so that a hostile frame
//! costs its own length and nothing more.

/// The longest frame either side takes. A welcome with a hundred operators, the
/// largest message there is, stays under half of it.
pub const FRAME_BYTES_MAX: usize = 16 * 1024;

/// The longest protected header: an algorithm and a key identifier of 32 bytes.
pub const PROTECTED_HEADER_BYTES_MAX: usize = 48;

/// How deep arrays and maps may lie within each other.
pub const DEPTH_MAX: usize = 8;

/// How many entries one array or one map may have.
pub const ENTRIES_MAX: u64 = 128;

/// How many operators a terminal may have: `00` to `99`.
pub const OPERATORS_MAX: usize = 100;

/// The longest password that a keypad is asked for.
pub const PASSWORD_DIGITS_MAX: u8 = 12;

/// The longest remark beside a transaction.
pub const REMARK_BYTES_MAX: usize = 96;

/// The largest single amount: ten million yuan.
pub const AMOUNT_FEN_MAX: u64 = 1_000_000_000;

/// How many transactions a batch takes before it has to be settled.
pub const BATCH_ENTRIES_MAX: u32 = 4_000;

/// The largest backup, sealed: a full batch, some weeks of history, and room to spare.
pub const SNAPSHOT_BYTES_MAX: u32 = 4 * 1024 * 1024;

/// How many entries of the journal a backup holds at most.
pub const SNAPSHOT_ENTRIES_MAX: u32 = 3 * BATCH_ENTRIES_MAX;

/// How much of a backup one message carries: with its envelope it fits a frame.
pub const SNAPSHOT_PART_BYTES_MAX: usize = 12 * 1024;

/// The longest signed description of a backup.
pub const MANIFEST_BYTES_MAX: usize = 1024;
