//! Every limit of paper, by name.

/// How many characters of one text are set; what is longer is cut and says so.
pub const TEXT_CHARS_MAX: usize = 400;
