//! How a merchant comes by a terminal: what there is, on what terms, and the application
//! from the form to the first sign-on.
//!
//! Pure like the rest of this room: days and facts come in, outcomes go out.

pub mod application;
mod business;
pub mod catalogue;
pub mod deposit;
mod form;
mod region;
mod regions;

pub use business::Business;
pub use form::{BankAccount, Draft, Form, FormField, Mistakes};
pub use region::RegionCode;
pub use regions::{Region, Regions};
