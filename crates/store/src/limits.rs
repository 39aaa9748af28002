//! Every limit of this room, by name.

use std::time::Duration;

/// How many writes may wait for the writer; one more is turned away.
pub const WAITING_WRITES_MAX: usize = 4_096;
/// How many reads may wait for a reader; one more is turned away.
pub const WAITING_READS_MAX: usize = 4_096;
/// How many requests share one commit at most. More would make the first of them
/// wait for the last without making the commit any cheaper.
pub const BATCH_MAX: usize = 512;
/// How many readers work beside the writer.
pub const READERS: usize = 4;
/// How many pages SQLite's write-ahead log has when they are folded into the database, 16
/// MiB of it: everybody waits for that, the longer the more there is, and a page that many
/// requests change is written once for all of them, the fewer the less there is.
pub const LOG_PAGES_MAX: u32 = 4_096;
/// How many prepared statements a connection keeps: all of them.
pub const PREPARED_STATEMENTS_MAX: usize = 512;
/// How much of the database the writer keeps in memory for an attempt, in KiB: what does
/// not fit is written out and read again, and a million rows in no order touch every page
/// of an index over and over.
pub const ATTEMPT_CACHE_KIB: i64 = 128 * 1024;
/// How long the engine waits for another program's lock.
pub const LOCK_WAIT_MAX: Duration = Duration::from_secs(5);
/// How many requests PostgreSQL works on at once, for one node. Each is a connection.
pub const POSTGRES_WRITERS: usize = 8;
/// How many readers one node has beside them; each is a connection.
pub const POSTGRES_READERS: usize = 4;
/// How long a connection to a database server may take to be made.
pub const CONNECT_WAIT_MAX: Duration = Duration::from_secs(5);
/// How long a server may be silent on the network before its connection is given up.
pub const SILENCE_MAX: Duration = Duration::from_secs(10);
/// How long one statement may take.
pub const STATEMENT_WAIT_MAX: Duration = Duration::from_secs(60);
/// How long the server lets a transaction stand idle: so long others wait for a node that
/// stands still in the middle of one.
pub const IDLE_IN_TRANSACTION_MAX: Duration = Duration::from_secs(5);
/// The same for a request that goes over millions of rows.
pub const LARGE_IDLE_MAX: Duration = Duration::from_secs(60);
/// How long a request waits for a database server that is away, before it is told so.
pub const OUTAGE_WAIT_MAX: Duration = Duration::from_secs(10);
/// How soon a lost connection is made again; twice as long after each failure.
pub const RECONNECT_PAUSE: Duration = Duration::from_millis(20);
/// How long a request rests after another one was in its way, times its tries.
pub const CONTENDED_PAUSE: Duration = Duration::from_millis(2);
/// After how many tries a request runs alone, so that nothing can be in its way.
pub const ALONE_AFTER: u32 = 6;
/// How often a request is tried at most while others are in its way.
pub const CONTENDED_TRIES_MAX: u32 = 10;
/// How many events are given their place in one transaction.
pub const INTEGRATED_AT_ONCE_MAX: usize = 4_096;
/// How often a node looks for events that another one may have left.
pub const LOOK_FOR_WAITING_EVERY: Duration = Duration::from_secs(1);
/// How many bytes PostgreSQL passes on from one node to the others at once: fewer than 8,000.
pub const WORD_BYTES_MAX: usize = 7_900;
/// How many words of other nodes may wait to be heard.
pub const WORDS_WAITING_MAX: usize = 1_024;
/// How long the checkpoint file rests between two writes.
pub const CHECKPOINT_FILE_PAUSE: Duration = Duration::from_millis(100);
/// How many rows one page of a list holds at most.
pub const PAGE_MAX: u32 = 500;
/// How many live sessions one member of staff has at most.
pub const STAFF_SESSIONS_MAX: u32 = 20;
/// How large a sealed value may be. The largest is a scan of a document.
pub const SEALED_BYTES_MAX: usize = 768 * 1024;
/// How many cases or sums a report reads at most.
pub const REPORT_ROWS_MAX: u32 = 20_000;
/// How many records one download holds at most.
pub const RECORDS_MAX: u32 = 5_000;
