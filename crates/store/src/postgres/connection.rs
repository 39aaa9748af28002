//! One connection to PostgreSQL, set up, and an open transaction on it as a [`Tx`].
//!
//! A connection belongs to one thread, which waits while a statement runs: what uses it is
//! synchronous, as on SQLite.

use std::collections::HashMap;
use std::future::Future;

use futures_util::future::try_join_all;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls};

use super::Address;
use crate::event;
use crate::fault::Fault;
use crate::limits::{IDLE_IN_TRANSACTION_MAX, LOCK_WAIT_MAX, STATEMENT_WAIT_MAX};
use crate::transfer::NextRow;
use crate::tx::{Statement, Tx};
use crate::value::{Row, Value};

/// A connection.
pub(crate) struct Session {
    runtime: Runtime,
    client: Client,
    prepared: HashMap<&'static str, tokio_postgres::Statement>,
}

impl Session {
    /// Connects, and sets the connection up.
    ///
    /// # Errors
    /// [`Fault::Unreachable`], or why the server turns it away.
    pub(crate) fn open(address: &Address) -> Result<Self, Fault> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| Fault::of_engine("start a connection", source))?;
        let connect = address.config().connect(NoTls);
        let (client, connection) = runtime
            .block_on(connect)
            .map_err(|source| Fault::of_postgres("connect", source))?;
        // It works whenever this thread waits for an answer.
        runtime.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection to the database ended");
            }
        });
        let mut session = Self {
            runtime,
            client,
            prepared: HashMap::new(),
        };
        // An index is looked up where there is one, however small the table still is: a scan
        // of the whole table would be in the way of everybody who writes into it.
        session.batch(
            "set up a connection",
            &format!(
                "SET synchronous_commit = on; SET enable_seqscan = off; SET jit = off; \
                 SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}",
                LOCK_WAIT_MAX.as_millis(),
                IDLE_IN_TRANSACTION_MAX.as_millis(),
            ),
        )?;
        Ok(session)
    }

    /// Whether the connection is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Runs statements that take nothing and give nothing: BEGIN, COMMIT and their like.
    pub(super) fn batch(&mut self, doing: &'static str, sql: &str) -> Result<(), Fault> {
        self.wait(doing, self.client.batch_execute(sql))
    }

    /// Reads the first column of the only row; none where it is null or there is none.
    pub(crate) fn look<T>(&mut self, doing: &'static str, sql: &str) -> Result<Option<T>, Fault>
    where
        T: for<'r> FromSql<'r>,
    {
        let row = self.wait(doing, self.client.query_opt(sql, &[]))?;
        row.map_or(Ok(None), |row| {
            row.try_get(0)
                .map_err(|source| Fault::of_postgres(doing, source))
        })
    }

    /// Copies rows into a table, within the open transaction.
    pub(super) fn copy(
        &mut self,
        table: &str,
        columns: &[String],
        next: NextRow<'_>,
    ) -> Result<(), Fault> {
        const DOING: &str = "copy a table";
        let fault = |source| Fault::of_postgres(DOING, source);
        let columns = columns.join(", ");
        let select = format!("SELECT {columns} FROM {table}");
        let prepared = self.wait(DOING, self.client.prepare(&select))?;
        let types: Vec<Type> = prepared
            .columns()
            .iter()
            .map(|column| column.type_().clone())
            .collect();
        let copy = format!("COPY {table} ({columns}) FROM STDIN BINARY");
        self.runtime.block_on(async {
            let sink = self.client.copy_in(&copy).await.map_err(fault)?;
            let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
            while let Some(row) = next()? {
                let row = parameters(&row);
                writer.as_mut().write(&row).await.map_err(fault)?;
            }
            writer.finish().await.map(|_| ()).map_err(fault)
        })
    }

    /// Waits for an answer. A server that hangs is as good as gone; its connection is not
    /// used again.
    fn wait<T>(
        &self,
        doing: &'static str,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Fault> {
        let waited = self
            .runtime
            .block_on(async { timeout(STATEMENT_WAIT_MAX, answer).await });
        waited
            .map_err(|_| Fault::Unreachable)?
            .map_err(|source| Fault::of_postgres(doing, source))
    }

    /// A statement, prepared once for this connection.
    pub(crate) fn prepared(
        &mut self,
        statement: Statement,
    ) -> Result<tokio_postgres::Statement, Fault> {
        if let Some(prepared) = self.prepared.get(statement.postgres) {
            return Ok(prepared.clone());
        }
        let prepared = self.wait(statement.name, self.client.prepare(statement.postgres))?;
        self.prepared.insert(statement.postgres, prepared.clone());
        Ok(prepared)
    }
}

/// An open transaction on a connection.
pub(super) struct PostgresTx<'s> {
    session: &'s mut Session,
    /// The first failure of a statement. PostgreSQL does nothing more in this transaction
    /// from then on, whatever the request made of it.
    failed: Option<Failed>,
    has_events: bool,
    has_written: bool,
}

/// How a transaction failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failed {
    /// Another one was in the way: the same may succeed next time.
    Contended,
    /// A row was there already: what another one has just written, perhaps.
    Taken,
    /// The connection is gone.
    Lost,
    /// For another reason.
    Otherwise,
}

impl Failed {
    pub(super) const fn of(fault: &Fault) -> Self {
        match fault {
            Fault::Contended => Self::Contended,
            Fault::Taken(_) => Self::Taken,
            Fault::Unreachable => Self::Lost,
            _ => Self::Otherwise,
        }
    }
}

impl<'s> PostgresTx<'s> {
    /// The transaction that was begun on a connection.
    pub(super) const fn new(session: &'s mut Session) -> Self {
        Self {
            session,
            failed: None,
            has_events: false,
            has_written: false,
        }
    }

    /// How it failed, if a statement did.
    pub(super) const fn failed(&self) -> Option<Failed> {
        self.failed
    }

    /// Whether it appended events.
    pub(super) const fn has_events(&self) -> bool {
        self.has_events
    }

    /// Whether there is anything to commit.
    pub(super) const fn has_written(&self) -> bool {
        self.has_written
    }

    /// Notes a failure on its way to the request.
    fn noted<T>(&mut self, result: Result<T, Fault>) -> Result<T, Fault> {
        if let Err(fault) = &result {
            self.failed.get_or_insert(Failed::of(fault));
        }
        result
    }

    fn rows(&mut self, statement: Statement, values: &[Value]) -> Result<Vec<Row>, Fault> {
        self.has_events |= event::is_append(statement);
        self.has_written |= !statement.postgres.starts_with("SELECT");
        let prepared = self.session.prepared(statement)?;
        let parameters = parameters(values);
        let rows = self.session.wait(
            statement.name,
            self.session.client.query(&prepared, &parameters),
        )?;
        rows.iter().map(read).collect()
    }
}

impl Tx for PostgresTx<'_> {
    fn execute(&mut self, statement: Statement, values: &[Value]) -> Result<u64, Fault> {
        let prepared = self.session.prepared(statement);
        let prepared = self.noted(prepared)?;
        self.has_written = true;
        let parameters = parameters(values);
        let changed = self.session.wait(
            statement.name,
            self.session.client.execute(&prepared, &parameters),
        );
        self.noted(changed)
    }

    fn query_many(&mut self, statement: Statement, values: &[Value]) -> Result<Vec<Row>, Fault> {
        let rows = self.rows(statement, values);
        self.noted(rows)
    }

    fn execute_each(&mut self, statement: Statement, each: &[Vec<Value>]) -> Result<(), Fault> {
        let prepared = self.session.prepared(statement);
        let prepared = self.noted(prepared)?;
        self.has_written = true;
        let client = &self.session.client;
        let all = try_join_all(each.iter().map(|values| {
            let prepared = &prepared;
            async move { client.execute(prepared, &parameters(values)).await }
        }));
        let done = self.session.wait(statement.name, all);
        self.noted(done).map(|_| ())
    }
}

fn parameters(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    let mut parameters: Vec<&(dyn ToSql + Sync)> = Vec::with_capacity(values.len());
    for value in values {
        parameters.push(value);
    }
    parameters
}

fn read(row: &tokio_postgres::Row) -> Result<Row, Fault> {
    let values: Result<Vec<Value>, Fault> = (0..row.len())
        .map(|column| {
            row.try_get::<_, Option<Value>>(column)
                .map(|value| value.unwrap_or(Value::Null))
                .map_err(|source| Fault::of_postgres("read a column", source))
        })
        .collect();
    Ok(Row::new(values?.into_iter()))
}

type BoxedError = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut bytes::BytesMut) -> Result<IsNull, BoxedError> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(ty, out),
            (Self::Integer(number), &Type::INT8) => number.to_sql(ty, out),
            (Self::Text(text), &Type::TEXT) => text.to_sql(ty, out),
            (Self::Bytes(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            _ => Err(format!("a value does not fit a parameter of type {ty}").into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT4, Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

impl<'r> FromSql<'r> for Value {
    fn from_sql(ty: &Type, raw: &'r [u8]) -> Result<Self, BoxedError> {
        match *ty {
            Type::BOOL => bool::from_sql(ty, raw).map(Self::from),
            Type::INT4 => i32::from_sql(ty, raw).map(|number| Self::from(i64::from(number))),
            Type::INT8 => i64::from_sql(ty, raw).map(Self::from),
            Type::BYTEA => Vec::<u8>::from_sql(ty, raw).map(Self::from),
            _ => String::from_sql(ty, raw).map(Self::from),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::BOOL, Type::INT4, Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }
}
