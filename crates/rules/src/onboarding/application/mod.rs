//! One request for a terminal, from the draft to the first sign-on.
//!
//! 1. [`start`] refuses early what no form can mend: a product that is not served there,
//!    or not for such an applicant.
//! 2. A draft is submitted once its phone is proven and the form and its papers whole.
//! 3. A maker checks it and passes it on; a checker, who is somebody else, approves. Sent
//!    back, all that was checked counts no more.
//! 4. Approved, it is shipped, received, enrolled, and active once the terminal's first
//!    passwords are in force.
//!
//! An application is the fold of its events, like a case.

mod decide;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use decide::{Answer, Command, Facts, decide, start};
pub use event::ApplicationEvent;
pub use state::{Application, ApplicationCheck, ApplicationState, Choice};
