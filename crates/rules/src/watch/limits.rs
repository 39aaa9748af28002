//! Every limit of the watch, by name.

/// How many marks of one subject a rule of the watch keeps; the oldest go first.
pub const MARKS_MAX: usize = 256;
