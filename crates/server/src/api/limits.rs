//! Every limit of the JSON API, by name. Each is checked before what it bounds is
//! read, kept or waited for.

use std::time::Duration;

/// How large the body of a request may be. The largest honest one is a review with
/// its comment.
pub const BODY_BYTES_MAX: usize = 16 * 1024;
/// How deep JSON may be nested.
pub const JSON_DEPTH_MAX: usize = 4;
/// How many values one JSON document may hold, at all depths together.
pub const JSON_VALUES_MAX: usize = 256;
/// How large a report of transactions or payouts may be.
pub const REPORT_BYTES_MAX: usize = 256 * 1024;
/// How many rows a report may have. A hundred thousand transactions are two hundred
/// requests, each one commit.
pub const REPORT_ROWS_MAX: usize = 500;
/// How many values a report may hold: its rows with their fields.
pub const REPORT_VALUES_MAX: usize = 16 + REPORT_ROWS_MAX * 9;
/// How long a query string may be.
pub const QUERY_BYTES_MAX: usize = 1024;
/// How long the list of preferred languages may be; a longer one is not read.
pub const LANGUAGES_BYTES_MAX: usize = 256;
/// How many addresses of a forwarding chain are read, from the near end.
pub const FORWARDED_HOPS_MAX: usize = 8;
/// The shortest idempotency key: short ones collide by accident.
pub const IDEMPOTENCY_KEY_LENGTH_MIN: usize = 8;
/// The longest idempotency key.
pub const IDEMPOTENCY_KEY_LENGTH_MAX: usize = 64;
/// How long a reviewer's comment may be, in characters.
pub const COMMENT_LENGTH_MAX: usize = 1_000;
/// How long a staff password may be, in bytes: more is work for Argon2 and nothing else.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// How long a cursor may be.
pub const CURSOR_LENGTH_MAX: usize = 64;
/// How many requests are worked on at once; one more is turned away.
pub const REQUESTS_MAX: usize = 1_024;
/// How long one request may take, its body included.
pub const REQUEST_WAIT_MAX: Duration = Duration::from_secs(20);
/// How often a quiet stream shows that it is alive.
pub const STREAM_HEARTBEAT_EVERY: Duration = Duration::from_secs(15);
/// How often a quiet stream looks at its case though no bell rang.
pub const STREAM_LOOK_EVERY: Duration = Duration::from_secs(30);
/// How long a stream may last. The right to it is then asked for again.
pub const STREAM_TIME_MAX: Duration = Duration::from_secs(15 * 60);
