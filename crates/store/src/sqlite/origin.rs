//! A database that is moved to another engine: its tables and their rows, as values.

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, Rows, Statement};

use super::connection::{SqliteTx, open, owned};
use super::migrate;
use crate::fault::Fault;
use crate::ledger;
use crate::transfer::NextRow;
use crate::value::Value;

/// The database, brought up to the present schema.
pub(crate) struct Origin(Connection);

/// One table.
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) rows: u64,
}

impl Origin {
    /// Opens it. Nobody else has it.
    pub(crate) fn open(database: &Path, now: Timestamp) -> Result<Self, Fault> {
        let connection = open(database)?;
        migrate::migrate(&connection, now)?;
        Ok(Self(connection))
    }

    /// Its tables, each after those that it refers to.
    pub(crate) fn tables(&self) -> Result<Vec<Table>, Fault> {
        let fault = |source| Fault::of_sqlite("read the schema", source);
        // In the order in which they were made: what a table refers to was there before.
        let names: Vec<String> = self
            .list(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'migrations' \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
            )
            .map_err(fault)?;
        names
            .into_iter()
            .map(|name| {
                let columns = format!("SELECT name FROM pragma_table_info('{name}') ORDER BY cid");
                let columns = self.list(&columns).map_err(fault)?;
                let count = format!("SELECT COUNT(*) FROM {name}");
                let rows: i64 = self
                    .0
                    .query_row(&count, [], |row| row.get(0))
                    .map_err(fault)?;
                Ok(Table {
                    name,
                    columns,
                    rows: rows.try_into().unwrap_or(0),
                })
            })
            .collect()
    }

    fn list(&self, sql: &str) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.0.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        rows.collect()
    }

    /// Reads a table from its beginning to its end, a row at a time.
    pub(crate) fn each(
        &self,
        table: &Table,
        take: &mut dyn FnMut(NextRow<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let fault = |source| Fault::of_sqlite("read a table", source);
        let sql = format!("SELECT {} FROM {}", table.columns.join(", "), table.name);
        let mut statement: Statement<'_> = self.0.prepare(&sql).map_err(fault)?;
        let columns = statement.column_count();
        let mut rows: Rows<'_> = statement.query([]).map_err(fault)?;
        take(&mut || {
            let Some(row) = rows.next().map_err(fault)? else {
                return Ok(None);
            };
            let values: Result<Vec<Value>, Fault> = (0..columns)
                .map(|column| row.get_ref(column).map_err(fault).and_then(owned))
                .collect();
            values.map(Some)
        })
    }

    /// The signed checkpoint over its ledger.
    pub(crate) fn checkpoint(&self) -> Result<String, Fault> {
        ledger::checkpoint(&mut SqliteTx(&self.0))
    }
}
