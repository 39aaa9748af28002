//! Every limit of pictures, by name. Each is checked before what it bounds is done.

/// How large a file may be: a photo of a phone or a page of a flatbed scanner.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How many pixels a picture may have, by its own header: what it unpacks to is kept
/// in memory at three bytes each.
pub const PIXELS_MAX: usize = 25_000_000;
/// How long a side may be.
pub const SIDE_MAX: usize = 12_000;
/// How long the shorter side must be: on less nobody can read a number.
pub const SIDE_MIN: usize = 300;
/// How many passes a progressive JPEG may take; each costs a walk over all of it.
pub const PASSES_MAX: usize = 40;
/// How long the longer side is as it is kept.
pub const KEPT_SIDE_MAX: usize = 1_600;
/// How large a picture may be as it is kept. Sealed it fits where sealed values go.
pub const KEPT_BYTES_MAX: usize = 640 * 1024;
/// How many pictures are worked on at once: each can take a core for a second and a
/// hundred megabytes.
pub const WORKED_ON_AT_ONCE_MAX: usize = 2;
/// How many uploads are read or wait at once.
pub const WAITING_MAX: usize = 12;
