//! The narrow transaction trait that every engine carries, and the statements.
//!
//! One SQL text runs on SQLite and on PostgreSQL; the few that cannot say what PostgreSQL
//! runs instead. SQLite reads `$1` as a *name* and numbers names by first appearance, so a
//! text that numbers otherwise binds the wrong values, silently: statements are constants
//! with a name, made in one way only, and a test reads every one of them on both.

use crate::fault::Fault;
use crate::value::{Row, Value};

/// One SQL text, with the name that faults show.
#[derive(Debug, Clone, Copy)]
pub struct Statement {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
    /// What PostgreSQL runs.
    pub(crate) postgres: &'static str,
}

impl Statement {
    pub(crate) const fn new(name: &'static str, sql: &'static str) -> Self {
        Self {
            name,
            sql,
            postgres: sql,
        }
    }

    /// The same, where PostgreSQL needs another text for it.
    pub(crate) const fn on_postgres(self, sql: &'static str) -> Self {
        Self {
            postgres: sql,
            ..self
        }
    }
}

/// Names the statements of one file, and lists them for the test that reads all.
macro_rules! statements {
    ($($name:ident: $doing:literal = $sql:literal $(, postgres $other:literal)?;)+) => {
        $(const $name: $crate::tx::Statement =
            $crate::tx::Statement::new($doing, $sql)$(.on_postgres($other))?;)+

        /// Every statement of this file.
        #[cfg(test)]
        pub(crate) const STATEMENTS: &[$crate::tx::Statement] = &[$($name),+];
    };
}
pub(crate) use statements;

/// One open transaction. Everything a request does through it is done wholly or
/// not at all.
pub trait Tx {
    /// Runs a statement that changes rows, and says how many.
    ///
    /// # Errors
    /// A [`Fault`] that names the statement; the request should end with it.
    fn execute(&mut self, statement: Statement, values: &[Value]) -> Result<u64, Fault>;

    /// Reads at most one row; a second one is a fault.
    ///
    /// # Errors
    /// A [`Fault`] that names the statement.
    fn query_one(&mut self, statement: Statement, values: &[Value]) -> Result<Option<Row>, Fault> {
        let mut rows = self.query_many(statement, values)?;
        if rows.len() > 1 {
            return Err(Fault::Damaged {
                thing: statement.name,
                why: "there is more than one row",
            });
        }
        Ok(rows.pop())
    }

    /// Reads all rows. A statement that may find many has a `LIMIT`.
    ///
    /// # Errors
    /// A [`Fault`] that names the statement.
    fn query_many(&mut self, statement: Statement, values: &[Value]) -> Result<Vec<Row>, Fault>;

    /// Runs a statement that changes rows once for each list of values. An engine that is
    /// far away sends them without waiting for each.
    ///
    /// # Errors
    /// A [`Fault`] that names the statement; the request should end with it.
    fn execute_each(&mut self, statement: Statement, each: &[Vec<Value>]) -> Result<(), Fault> {
        each.iter()
            .try_for_each(|values| self.execute(statement, values).map(|_| ()))
    }
}
