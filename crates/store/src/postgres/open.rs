//! Opens a database on a server: fit to be used, schema, ledger, threads.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

use tillkey_ledger::LogVerifier;

use super::connection::{PostgresTx, Session};
use super::integrator::{Integrator, Standing};
use super::line::Line;
use super::writer::{Node, Writer};
use super::{Address, Engine, migrate, reader};
use crate::checkpoint_file::{self, Mailbox};
use crate::directory::Directory;
use crate::engine::Queues;
use crate::fault::Fault;
use crate::limits::{POSTGRES_READERS, POSTGRES_WRITERS, WAITING_WRITES_MAX};
use crate::store::Options;
use crate::threads::Threads;

/// Opens it, and gives the ledger's key with it.
///
/// # Errors
/// As [`crate::Store::open`].
pub(crate) fn open(
    (directory, path): (Option<Directory>, &Path),
    address: &Address,
    options: Options,
) -> Result<(Engine, LogVerifier), Fault> {
    let mut session = Session::open(address)?;
    fit(&mut session, address)?;
    migrate::migrate(&mut session, options.now)?;
    let file = path.join("checkpoint");
    session.batch("look at the ledger", "BEGIN ISOLATION LEVEL SERIALIZABLE")?;
    let mut tx = PostgresTx::new(&mut session);
    let recorder = if directory.is_some() {
        checkpoint_file::take_up(&mut tx, options, &file)?
    } else {
        checkpoint_file::hold_against(&mut tx, options, &file)?
    };
    session.batch("commit", "COMMIT")?;
    let verifier = recorder.verifier();
    let node = Arc::new(Node::new(number_of(&mut session)?));
    drop(session);

    let checkpoints = Arc::new(Mailbox::default());
    let standing = Arc::new(Standing::default());
    let (queues, write_queue, read_queue) = Queues::new();
    let (write_queue, read_queue) = (
        Arc::new(Mutex::new(write_queue)),
        Arc::new(Mutex::new(read_queue)),
    );
    let (ledger, committed) = sync_channel(WAITING_WRITES_MAX);
    let is_ours = directory.is_some();
    let mut threads = Threads::new(directory, path);
    for number in 0..POSTGRES_READERS {
        let (line, queue) = (Line::new(address.clone()), Arc::clone(&read_queue));
        threads.start(&format!("store-reader-{number}"), move || {
            reader::run(line, &queue);
        })?;
    }
    for number in 0..POSTGRES_WRITERS {
        let queue = Arc::clone(&write_queue);
        let writer = Writer {
            line: Line::new(address.clone()),
            node: Arc::clone(&node),
            ledger: ledger.clone(),
            standing: Arc::clone(&standing),
        };
        threads.start(&format!("store-writer-{number}"), move || {
            writer.run(&queue);
        })?;
    }
    // Ends when the last writer has let go of its end.
    drop(ledger);
    let integrator = Integrator {
        line: Line::new(address.clone()),
        recorder,
        checkpoints: Arc::clone(&checkpoints),
        standing,
    };
    threads.start("store-integrator", move || integrator.run(&committed))?;
    if is_ours {
        threads.start("store-checkpoints", move || {
            checkpoint_file::run(&file, &checkpoints);
        })?;
    }
    let engine = Engine {
        queues: Some(queues),
        threads,
    };
    Ok((engine, verifier))
}

/// Whether a database is one that Tillkey can work on.
pub(super) fn fit(session: &mut Session, address: &Address) -> Result<(), Fault> {
    const OLDEST: i32 = 150_000;
    let unfit = |why: String| Fault::Unfit {
        address: address.to_string(),
        why,
    };
    let version = session.look::<String>(
        "ask for the server's version",
        "SELECT current_setting('server_version')",
    )?;
    let number = session.look::<i32>(
        "ask for the server's version",
        "SELECT CAST(current_setting('server_version_num') AS INTEGER)",
    )?;
    if number.is_none_or(|number| number < OLDEST) {
        let version = version.unwrap_or_default();
        return Err(unfit(format!(
            "the server is PostgreSQL {version}, and 15 is the oldest that will do"
        )));
    }
    let kept = session.look::<String>(
        "ask how texts are kept",
        "SELECT pg_encoding_to_char(encoding) || ' ' || \
         CASE datlocprovider WHEN 'i' THEN 'ICU' WHEN 'b' THEN 'C' ELSE datcollate END \
         FROM pg_database WHERE datname = current_database()",
    )?;
    match kept.as_deref() {
        Some("UTF8 C" | "UTF8 POSIX" | "UTF8 C.UTF-8" | "UTF8 C.utf8") => Ok(()),
        _ => Err(unfit(format!(
            "it keeps texts as {}, and lists are paged in the order of bytes: make it with \
             CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
            kept.unwrap_or_default()
        ))),
    }
}

/// A number for this start of this node that no other has had.
fn number_of(session: &mut Session) -> Result<i64, Fault> {
    const DRAW: &str = "INSERT INTO commits (node, number) VALUES (nextval('nodes'), 0) \
                        RETURNING node";
    // Written down at once, or a server that crashed could give it away again.
    session
        .look::<i64>("draw the node's number", DRAW)?
        .ok_or(Fault::Missing("number of this node"))
}
