//! One SQLite connection, set up, as a [`Tx`].

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, ToSql};

use crate::fault::Fault;
use crate::limits;
use crate::tx::{Statement, Tx};
use crate::value::{Row, Value};

/// Opens the database and sets it up.
///
/// - `synchronous = FULL` is what makes an answer a promise: in WAL mode anything
///   less loses the last commits in a power cut.
/// - Every request has a savepoint, for which SQLite copies each page before its first
///   change; without `temp_store = MEMORY` it does so into a file.
/// - The log is folded into the database less often than by default: a page that many
///   requests change is written once for all of them.
/// - A plan is made once for a statement, whatever values it is given (QPSG). Otherwise
///   each new value of a column with a partial index has it made again.
pub(super) fn open(path: &Path) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|source| Fault::of_sqlite("open the database", source))?;
    connection
        .busy_timeout(limits::LOCK_WAIT_MAX)
        .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true))
        .and_then(|_| {
            connection.execute_batch(
                "PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA trusted_schema = OFF;
                 PRAGMA secure_delete = ON;
                 PRAGMA cell_size_check = ON;
                 PRAGMA temp_store = MEMORY;",
            )
        })
        .and_then(|()| connection.pragma_update(None, "wal_autocheckpoint", limits::LOG_PAGES_MAX))
        .map_err(|source| Fault::of_sqlite("set up the database", source))?;
    connection.set_prepared_statement_cache_capacity(limits::PREPARED_STATEMENTS_MAX);
    Ok(connection)
}

/// Gives a connection more memory for its pages, from now on.
pub(super) fn widen(connection: &Connection) -> Result<(), Fault> {
    connection
        .pragma_update(None, "cache_size", -limits::ATTEMPT_CACHE_KIB)
        .map_err(|source| Fault::of_sqlite("give the writer room", source))
}

/// Folds the write-ahead log into the database and cuts the file to nothing.
pub(super) fn cut_log(connection: &Connection) -> Result<(), Fault> {
    let is_held: bool = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .map_err(|source| Fault::of_sqlite("cut the write-ahead log", source))?;
    if is_held { Err(Fault::Locked) } else { Ok(()) }
}

/// A step of a transaction: BEGIN, SAVEPOINT, COMMIT and their like.
pub(super) fn step(connection: &Connection, sql: &'static str) -> Result<(), Fault> {
    connection
        .prepare_cached(sql)
        .and_then(|mut statement| statement.raw_execute())
        .map(|_| ())
        .map_err(|source| Fault::of_sqlite(sql, source))
}

/// An open transaction on a connection.
pub(super) struct SqliteTx<'c>(pub(super) &'c Connection);

impl SqliteTx<'_> {
    /// Prepares a statement and binds its values by position, which is right
    /// because every statement numbers in order of first appearance.
    fn bound(&self, statement: Statement, values: &[Value]) -> Result<CachedStatement<'_>, Fault> {
        let fault = |source| Fault::of_sqlite(statement.name, source);
        let mut prepared = self.0.prepare_cached(statement.sql).map_err(fault)?;
        if prepared.parameter_count() != values.len() {
            return Err(fault(rusqlite::Error::InvalidParameterCount(
                values.len(),
                prepared.parameter_count(),
            )));
        }
        for (index, value) in (1..).zip(values) {
            prepared
                .raw_bind_parameter::<usize, _>(index, value)
                .map_err(fault)?;
        }
        Ok(prepared)
    }
}

impl Tx for SqliteTx<'_> {
    fn execute(&mut self, statement: Statement, values: &[Value]) -> Result<u64, Fault> {
        let changed = self
            .bound(statement, values)?
            .raw_execute()
            .map_err(|source| Fault::of_sqlite(statement.name, source))?;
        u64::try_from(changed).map_err(|_| Fault::damaged("count", "it is out of range"))
    }

    fn query_many(&mut self, statement: Statement, values: &[Value]) -> Result<Vec<Row>, Fault> {
        let fault = |source| Fault::of_sqlite(statement.name, source);
        let mut prepared = self.bound(statement, values)?;
        let columns = prepared.column_count();
        let mut found = Vec::new();
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next().map_err(fault)? {
            let values: Result<Vec<Value>, Fault> = (0..columns)
                .map(|column| row.get_ref(column).map_err(fault).and_then(owned))
                .collect();
            found.push(Row::new(values?.into_iter()));
        }
        Ok(found)
    }
}

/// A column's value as one of ours.
pub(super) fn owned(value: ValueRef<'_>) -> Result<Value, Fault> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Text(bytes) => String::from_utf8(bytes.to_vec())
            .map(Value::Text)
            .map_err(|_| Fault::damaged("text", "it is not UTF-8")),
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(Fault::damaged("number", "it is no integer")),
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}
