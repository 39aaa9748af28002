//! Looks into a database without changing it, as SQLite's archive does.

use super::Address;
use super::connection::{PostgresTx, Session};
use crate::fault::Fault;
use crate::tx::Tx;

/// Runs a function over one consistent view of what is committed. It cannot write.
///
/// # Errors
/// The function's own [`Fault`], or why the database cannot be read.
pub(crate) fn look_into<T>(
    address: &Address,
    look: impl FnOnce(&mut dyn Tx) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let mut session = Session::open(address)?;
    session.batch(
        "begin to read",
        "SET idle_in_transaction_session_timeout = 0; \
         BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    )?;
    look(&mut PostgresTx::new(&mut session))
}
