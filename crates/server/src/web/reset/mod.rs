//! The app channel: a person with a phone, and a queue at the till.
//!
//! 1. [`form`]: who is to be reset, and why. Opening sends the SMS code at once.
//! 2. [`step`]: the code is taken, and the decision asked for without another click.
//! 3. [`case`]: the page of a case, one [`case::Stage`] for each way it can stand.
//! 4. [`live`]: tells an open page that it has moved.

pub mod case;
pub mod form;
pub(super) mod live;
pub(super) mod step;
