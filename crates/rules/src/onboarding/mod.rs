//! How a merchant comes by a terminal: what there is, on what terms, and the application
//! from the form to the first sign-on.
//!
//! Pure like the rest of this room: days and facts come in, outcomes go out.

mod region;

pub use region::RegionCode;
