//! What a database server says of itself, for whoever looks after it.

use jiff::Timestamp;

use super::Address;
use super::connection::Session;
use super::open::fit;
use crate::fault::Fault;

/// What a server says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Its version.
    pub version: String,
    /// What its clock says.
    pub now: Timestamp,
    /// Whether what it has confirmed survives a power cut.
    pub is_durable: bool,
    /// How many events wait for their place in the ledger.
    pub events_waiting: u64,
}

impl Survey {
    /// Asks the server at an address.
    ///
    /// # Errors
    /// [`Fault::Unreachable`], or [`Fault::Unfit`] where the database will not do.
    pub fn of(address: &Address) -> Result<Self, Fault> {
        const DOING: &str = "ask the server how it is";
        let mut session = Session::open(address)?;
        fit(&mut session, address)?;
        let mut number =
            |sql: &str| -> Result<i64, Fault> { Ok(session.look::<i64>(DOING, sql)?.unwrap_or(0)) };
        let millisecond =
            number("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")?;
        let is_durable = number(
            "SELECT COUNT(*) FROM pg_settings \
             WHERE name IN ('fsync', 'full_page_writes') AND setting = 'on'",
        )? == 2;
        let is_set_up = number("SELECT COUNT(*) FROM pg_class WHERE relname = 'events_waiting'")?;
        let waiting = match is_set_up {
            0 => 0,
            _ => number("SELECT COUNT(*) FROM events_waiting")?,
        };
        let version = session.look::<String>(DOING, "SELECT current_setting('server_version')")?;
        Ok(Self {
            version: version.unwrap_or_default(),
            now: Timestamp::from_millisecond(millisecond)
                .map_err(|_| Fault::damaged("time", "it is out of range"))?,
            is_durable,
            events_waiting: u64::try_from(waiting).unwrap_or(0),
        })
    }
}
