//! Every limit of the outbox, by name.

use std::time::Duration;

use jiff::SignedDuration;

/// How many messages one look takes up.
pub const BATCH_MAX: u32 = 64;
/// How many messages are on their way at once.
pub const SENDING_AT_ONCE_MAX: usize = 8;
/// How long one sending may take.
pub const SEND_WAIT_MAX: Duration = Duration::from_secs(30);
/// How long a message that was taken up stays with whoever took it. Longer than a
/// sending, so that no two are under way.
pub const LEASE: SignedDuration = SignedDuration::from_secs(90);
/// How often a message is taken up before it is a dead letter. With the rests
/// between, about six minutes: a code is of no use much later.
pub const TRIES_MAX: u32 = 10;
/// How long a message rests after its first failure; then twice as long each time.
pub const REST_MIN: Duration = Duration::from_secs(1);
/// How long a message rests at most.
pub const REST_MAX: Duration = Duration::from_secs(120);
/// How long the worker waits at most before it looks without a ring.
pub const LOOK_AFTER_MAX: Duration = Duration::from_secs(5);
/// How long the worker waits at least between two looks that were not rung for.
pub const LOOK_AFTER_MIN: Duration = Duration::from_millis(20);
/// How often a slip is taken up: once. What may have come out of a printer must not
/// come out of it a second time, so a try whose end nobody knows was the last. The
/// clerk sees that it failed and has another slip printed, with another code.
pub const SLIP_TRIES_MAX: u32 = 1;
/// How many slips may lie in the folder of one printer.
pub const SLIPS_WAITING_MAX: usize = 100;
/// How many characters a short message may have: five parts of 67 in UCS-2.
pub const SMS_CHARS_MAX: usize = 335;
/// How many files the spool folder may hold. When nobody collects them, messages
/// wait in the database, where they are sealed and end as dead letters.
pub const SPOOL_FILES_MAX: usize = 50_000;
