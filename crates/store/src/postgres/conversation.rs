//! What nodes tell each other through their database: `LISTEN` and `NOTIFY`.
//!
//! Nothing that has to arrive is said here: a word that is lost costs a moment, and the
//! truth is in the tables. It is asynchronous, unlike the rest of this engine, because it
//! mostly waits.

use std::future::poll_fn;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_postgres::types::ToSql;
use tokio_postgres::{AsyncMessage, Client, NoTls};

use super::Address;
use crate::fault::Fault;
use crate::limits::{CONNECT_WAIT_MAX, WORDS_WAITING_MAX};

/// The channel's name within its database.
const CHANNEL: &str = "tillkey";

/// How long the server may take to pass on a word.
const SAY_WAIT_MAX: Duration = Duration::from_secs(5);

/// A connection on which this node says words and hears those of all, its own among them.
#[derive(Debug)]
pub struct Conversation {
    client: Client,
    heard: mpsc::Receiver<String>,
}

impl Conversation {
    /// Joins in. The connection works on the runtime that calls this.
    ///
    /// # Errors
    /// [`Fault::Unreachable`], or why the server turns it away.
    pub async fn join(address: &Address) -> Result<Self, Fault> {
        let fault = |source| Fault::of_postgres("listen to the other nodes", source);
        let connect = timeout(CONNECT_WAIT_MAX, address.config().connect(NoTls));
        let (client, mut connection) = connect
            .await
            .map_err(|_| Fault::Unreachable)?
            .map_err(fault)?;
        let (hears, heard) = mpsc::channel(WORDS_WAITING_MAX);
        tokio::spawn(async move {
            // Ends with the connection, and then `hear` ends too.
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await
            {
                if let AsyncMessage::Notification(word) = message
                    && hears.send(word.payload().to_owned()).await.is_err()
                {
                    return;
                }
            }
        });
        let listen = format!("LISTEN {CHANNEL}");
        let listening = timeout(SAY_WAIT_MAX, client.batch_execute(&listen));
        listening
            .await
            .map_err(|_| Fault::Unreachable)?
            .map_err(fault)?;
        Ok(Self { client, heard })
    }

    /// Says something to all nodes. PostgreSQL passes on up to
    /// [`WORD_BYTES_MAX`](crate::limits::WORD_BYTES_MAX) at once.
    ///
    /// # Errors
    /// [`Fault::Unreachable`], or what the server says.
    pub async fn say(&self, text: &str) -> Result<(), Fault> {
        let say = "SELECT pg_notify($1, $2)";
        let words: [&(dyn ToSql + Sync); 2] = [&CHANNEL, &text];
        let said = self.client.execute(say, &words);
        timeout(SAY_WAIT_MAX, said)
            .await
            .map_err(|_| Fault::Unreachable)?
            .map(|_| ())
            .map_err(|source| Fault::of_postgres("tell the other nodes", source))
    }

    /// Hears the next. None when the connection is gone. Nothing is lost when it is dropped
    /// while waiting.
    pub async fn hear(&mut self) -> Option<String> {
        self.heard.recv().await
    }
}
