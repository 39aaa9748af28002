//! Every limit of the surfaces for other languages.

/// How many terminals one process has open. A terminal has one; a shelf of them in a test
/// has some.
pub const TERMINALS_MAX: usize = 256;

/// How many frames may wait to be taken before a call is refused.
pub const FRAMES_WAITING_MAX: usize = 64;

/// How many notices may wait to be taken before a call is refused.
pub const NOTICES_WAITING_MAX: usize = 64;

/// The longest text that is read of a password, a code or a card number.
pub const TYPED_BYTES_MAX: usize = 64;

/// The longest path of a directory.
pub const PATH_BYTES_MAX: usize = 4096;

/// The longest name of a device: its serial number, its model, its firmware.
pub const NAME_BYTES_MAX: usize = 64;

/// The largest structure that a caller may hand over: some are extended in later versions,
/// and none of them will ever be this large.
pub const STRUCTURE_BYTES_MAX: usize = 4096;
