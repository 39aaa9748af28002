//! An empty database that another engine's tables are moved into, in one transaction.

use jiff::Timestamp;

use super::connection::{PostgresTx, Session};
use super::open::fit;
use super::{Address, migrate};
use crate::fault::Fault;
use crate::transfer::NextRow;
use crate::tx::Tx;

/// The database, with the schema and nothing in it.
pub(crate) struct Target(Session);

impl Target {
    /// Opens it and begins the transaction.
    ///
    /// # Errors
    /// [`Fault::Unfit`] where something is in it, or what the server says.
    pub(crate) fn open(address: &Address, now: Timestamp) -> Result<Self, Fault> {
        let mut session = Session::open(address)?;
        fit(&mut session, address)?;
        migrate::migrate(&mut session, now)?;
        session.batch(
            "begin to move",
            "SET idle_in_transaction_session_timeout = 0; BEGIN; \
             LOCK TABLE writers IN EXCLUSIVE MODE",
        )?;
        let used = "SELECT CAST((SELECT COUNT(*) FROM acquirers) \
                    + (SELECT COUNT(*) FROM ledger_checkpoints) AS BIGINT)";
        if session.look::<i64>("look whether it is empty", used)? != Some(0) {
            return Err(Fault::Unfit {
                address: address.to_string(),
                why: "there is an installation in it already; give it an empty database".to_owned(),
            });
        }
        Ok(Self(session))
    }

    /// Fills a table. What the schema itself put into it goes.
    pub(crate) fn fill(
        &mut self,
        table: &str,
        columns: &[String],
        next: NextRow<'_>,
    ) -> Result<(), Fault> {
        self.0
            .batch("empty a table", &format!("DELETE FROM {table}"))?;
        self.0.copy(table, columns, next)
    }

    pub(crate) fn count(&mut self, table: &str) -> Result<u64, Fault> {
        let count = format!("SELECT COUNT(*) FROM {table}");
        let count = self.0.look::<i64>("count what arrived", &count)?;
        Ok(count.and_then(|count| count.try_into().ok()).unwrap_or(0))
    }

    /// Looks at what is there so far.
    pub(crate) fn look<T>(
        &mut self,
        look: impl FnOnce(&mut dyn Tx) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        look(&mut PostgresTx::new(&mut self.0))
    }

    pub(crate) fn commit(mut self) -> Result<(), Fault> {
        self.0.batch("commit what was moved", "COMMIT")?;
        self.0.batch("look at what was moved", "ANALYZE")
    }
}
