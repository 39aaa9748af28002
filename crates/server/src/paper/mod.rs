//! Paper: the form that a person signs at a counter, and the sealed slip.
//!
//! Each is a PDF drawn from a view, both languages on one sheet. No font is embedded:
//! Chinese is set in `STSong-Light` by the predefined CMap `UniGB-UTF16-H`, for which
//! every reader and printer brings a font of its own; the Latin letters are of the
//! standard fourteen. Text reaches the page as strings that the PDF crate escapes, so
//! a name cannot break out of its string (attack A14).
//!
//! The slip holds a reset code. It is drawn by whatever carries it to the printer and
//! by nobody else.

mod form;
mod letters;
pub mod limits;
mod sheet;
mod slip;
#[cfg(test)]
mod tests;
mod words;

pub use form::{Form, Inspected, Scans};
pub use slip::Slip;
