//! Every limit of this room, by name.

use std::time::Duration;

/// How many rings a slow listener may be behind before the oldest are dropped.
pub const RINGS_WAITING_MAX: usize = 4_096;
/// How many rings one node says to the others at once.
pub const RINGS_AT_ONCE_MAX: usize = 512;
/// How often a node gives the others a sign of life.
pub const NODE_BEAT_EVERY: Duration = Duration::from_secs(2);
/// After how long a silence a node is gone, and its terminals with it.
pub const NODE_SILENT_MAX: Duration = Duration::from_secs(7);
/// How soon a node that lost the others joins them again.
pub const NODE_JOIN_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How large the configuration file may be.
pub const CONFIG_BYTES_MAX: u64 = 64 * 1024;
/// How many days what is held of a merchant is kept at least after it was closed.
pub const MERCHANT_KEPT_DAYS_MIN: u32 = 30;
/// How many password hashes of staff are computed at once: each takes 19 MiB and a
/// core, so more would let a flood of sign-ins take the machine (attack E11).
pub const STAFF_HASHES_AT_ONCE_MAX: usize = 2;
/// How many more staff sign-ins may wait for one of those.
pub const STAFF_HASHES_WAITING_MAX: usize = 16;
/// How many printers of sealed slips there may be.
pub const SLIP_PRINTERS_MAX: usize = 64;
/// How many cases the counter's queue shows of each kind.
pub const COUNTER_QUEUE_MAX: u32 = 50;
/// How many due deadlines one look takes on.
pub const DUE_BATCH_MAX: u32 = 200;
/// How many events the watch reads in one look.
pub const WATCH_BATCH_MAX: u32 = 500;
/// How many entries an alert names as its reasons: the last ones.
pub const ALERT_REASONS_MAX: usize = 50;
/// How many operators one look takes onto the list of a campaign.
pub const LIST_BATCH_MAX: u32 = 1_000;
/// How many lines of a list are read at once.
pub const MANIFEST_LINES_READ: u32 = 5_000;
/// How many of them are shown before somebody approves it; the file has them all.
pub const MANIFEST_LINES_SHOWN: u32 = 12;
/// How many operators of a campaign are read at once for a file of what came of it.
pub const OUTCOMES_READ: u32 = 500;
/// How many merchants a campaign asks in one transaction.
pub const ASK_BATCH_MAX: u32 = 50;
/// How many old passwords of one merchant are put out of use in one transaction.
pub const REST_BATCH_MAX: u32 = 200;
/// How many operators a manager may answer for at once: each gets a code that lives for
/// some minutes.
pub const ANSWERED_AT_ONCE_MAX: usize = 10;
/// How many campaigns a manager is shown at once.
pub const CAMPAIGNS_ASKED_MAX: u32 = 20;
/// How many operators of one merchant are shown in a campaign, those first that are due.
pub const TARGETS_SHOWN_MAX: u32 = 300;
/// How many campaigns one page of a list has.
pub const CAMPAIGNS_PAGE: u32 = 50;
/// How many operators one page of a campaign's list has.
pub const TARGETS_PAGE: u32 = 100;
/// How many alerts one page of a list has.
pub const ALERTS_PAGE: u32 = 50;
/// How many events of a case are read for its timeline.
pub const TIMELINE_EVENTS_MAX: u32 = 200;
/// How many characters a reviewer's comment may have.
pub const COMMENT_CHARS_MAX: usize = 1_000;
/// How many deposits of one merchant are reckoned and shown: one a terminal.
pub const DEPOSITS_PER_MERCHANT_MAX: u32 = 50;
/// How many deposits one page of a list has.
pub const DEPOSITS_PAGE: u32 = 50;
/// How many applications one page of a list has.
pub const APPLICATIONS_PAGE: u32 = 50;
/// How many cases one page of a list has.
pub const CASES_PAGE: u32 = 50;
/// How long a member of staff may be idle before signing in again, in minutes.
pub const STAFF_IDLE_MINUTES_MAX: u32 = 15;
/// How long a proof of who somebody is counts for an approval, in minutes.
pub const PROOF_FRESH_MINUTES: u32 = 5;
/// How many waiting cases the reviewers' queue shows: the most urgent ones.
pub const REVIEWS_MAX: u32 = 200;
/// How many comments of a case are read.
pub const COMMENTS_MAX: u32 = 50;
/// How many look-ups one member of staff has a day.
pub const LOOK_UPS_A_DAY_MAX: u64 = 200;
/// How many event streams the API holds open at once, and how many the pages do.
pub const STREAMS_MAX: usize = 4_096;
/// How many of them one source may hold.
pub const STREAMS_PER_SOURCE_MAX: usize = 32;
/// How long after a case has closed its holder may still ask why an operator cannot
/// sign on, in hours: as long as the device keeps the case.
pub const DIAGNOSIS_HOURS_AFTER_CASE_MAX: i64 = 72;
/// How many of an agent's last events are read to find their own open cases.
pub const OWN_CASE_EVENTS_MAX: u32 = 300;
/// How long a sender's own name for a transaction or a payout may be.
pub const REFERENCE_LENGTH_MAX: usize = 64;
/// How many wrong rows of a report are named at once.
pub const WRONG_ROWS_SHOWN_MAX: usize = 20;
/// How far the clock of a system that reports transactions may be ahead, in minutes.
pub const AHEAD_MINUTES_MAX: i64 = 10;
/// How many terminals a report remembers to have looked up.
pub const KNOWN_TERMINALS_MAX: usize = 20_000;
/// How large a file that is imported may be.
pub const IMPORT_FILE_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// How many rows such a file may have.
pub const IMPORT_ROWS_MAX: u32 = 5_000_000;
/// How long one row of it may be, in bytes: a quote that is not closed ends here.
pub const IMPORT_ROW_BYTES_MAX: usize = 16 * 1024;
/// How long one field of it may be, in bytes.
pub const IMPORT_FIELD_BYTES_MAX: usize = 1_024;
/// How many columns it may have.
pub const IMPORT_COLUMNS_MAX: usize = 32;
/// How many wrong rows of it are shown; the others are counted.
pub const IMPORT_WRONG_SHOWN_MAX: usize = 100;
/// How many imported transactions share one entry of the ledger.
pub const IMPORT_CHUNK_ROWS: u32 = 500;
/// How many files one import takes.
pub const IMPORT_FILES_MAX: usize = 64;
/// How many persons may be registered to act for a merchant's holder.
pub const PROXIES_MAX: usize = 8;
/// How many merchant numbers one message holds: a phone with more of them has a
/// business with whom the acquirer speaks anyway.
pub const MERCHANT_NUMBERS_SENT_MAX: u32 = 5;
/// How many entries one page of the ledger has.
pub const ENTRIES_PAGE: u32 = 50;
/// How many events of a case its story tells.
pub const STORY_EVENTS_MAX: u32 = 500;
/// How long a manager may be idle before signing in again, in minutes.
pub const MANAGER_IDLE_MINUTES_MAX: u32 = 15;
/// How long a manager's session lasts at most, however much it is used, in hours.
pub const MANAGER_SESSION_HOURS_MAX: i64 = 12;
/// How many managers of one merchant may sign in.
pub const MANAGERS_PER_MERCHANT_MAX: usize = 50;
/// How many merchants one phone may manage.
pub const MERCHANTS_PER_PHONE_MAX: u32 = 100;
/// How many sessions of one phone are shown.
pub const SESSIONS_SHOWN_MAX: u32 = 50;
/// How many cases that wait for a consent are shown.
pub const CONSENTS_SHOWN_MAX: u32 = 50;
/// How many terminals of a merchant the portal shows on one page.
pub const TERMINALS_PAGE: u32 = 50;
/// How many entries of a merchant's history one page has.
pub const HISTORY_PAGE: u32 = 50;
/// How many records are shown on a page; a download has more.
pub const RECORDS_SHOWN_MAX: u32 = 100;
/// How many records one download has.
pub const RECORDS_DOWNLOADED_MAX: u32 = 5_000;

/// How many backups are opened and checked at once: each takes a processor and its own
/// size in memory a few times.
pub const SNAPSHOTS_AT_ONCE_MAX: usize = 2;
/// How long a terminal has to say what has become of its journal after a reset, and to
/// fetch a backup that is to be put back.
pub const JOURNAL_WORD_HOURS: u32 = 7 * 24;
/// How many backups of one terminal are shown.
pub const SNAPSHOTS_SHOWN_MAX: u32 = 50;
/// How many accounts, and how many merchants, one look takes on to see who is dormant and
/// whose review of access is due.
pub const LOOK_BATCH_MAX: u32 = 50;
/// How many operators one review of access takes: as many as somebody can honestly answer
/// for on one page.
pub const OPERATORS_REVIEWED_MAX: usize = 300;
/// How many registered phones one member of staff is shown in full in a day.
pub const DISCLOSURES_A_DAY_MAX: u64 = 20;
/// How often one person is given all that is held of a merchant in a day.
pub const EXPORTS_A_DAY_MAX: u64 = 10;
/// How many rows of one kind such an answer has.
pub const HELD_ROWS_MAX: u32 = 500;
/// How many requests for erasures that wait are shown.
pub const ERASURES_SHOWN_MAX: u32 = 50;
/// How many open reviews of access one page lists.
pub const ACCESS_REVIEWS_PAGE: u32 = 50;
