//! Every limit of the terminal link, by name.

use std::time::Duration;

use jiff::SignedDuration;
use tillkey_wire::limits::FRAME_BYTES_MAX;

/// How many terminals one process serves.
pub const CONNECTIONS_MAX: u32 = 20_000;
/// How many connections may be at their first frame. Apart from the rest, so that
/// strangers who say nothing cannot push out terminals that are served already.
pub const OPENING_MAX: usize = 1_024;
/// How long a connection may take to say who it is.
pub const FIRST_FRAME_WAIT_MAX: Duration = Duration::from_secs(10);
/// How many enrolment requests one connection may make: the request and one again.
pub const ENROLMENTS_MAX: u8 = 2;
/// How many frames that cannot be believed a connection may bring.
pub const REFUSED_FRAMES_MAX: u8 = 3;
/// How long a connection may be silent before it is asked whether it is there.
pub const PING_AFTER: Duration = Duration::from_secs(30);
/// How long a connection may be silent before it is given up.
pub const SILENCE_MAX: Duration = Duration::from_secs(75);
/// How long a terminal may take to make room for a frame.
pub const WRITE_WAIT_MAX: Duration = Duration::from_secs(10);
/// How long a closing connection waits for the other side's close.
pub const CLOSE_WAIT_MAX: Duration = Duration::from_secs(1);
/// How long a shutdown waits for all connections to close.
pub const SHUTDOWN_WAIT_MAX: Duration = Duration::from_secs(5);
/// How many terminals' commands are looked up at once. When ten thousand are rung in
/// the same second (attack D11), the rest wait here and not in the store's queue,
/// which turns away whom it cannot hold.
pub const LOOK_UPS_AT_ONCE_MAX: usize = 128;
/// How long a look-up or a note that failed rests, at first and at most.
pub const RETRY_REST_MIN: Duration = Duration::from_millis(250);
/// See [`RETRY_REST_MIN`].
pub const RETRY_REST_MAX: Duration = Duration::from_secs(30);
/// How long a terminal is asked to wait when the store is busy.
pub const BUSY_WAIT: SignedDuration = SignedDuration::from_secs(2);
/// How much a connection reads at once. Messages are small and connections many.
pub const READ_BUFFER_BYTES: usize = 1_024;
/// How much may wait to be written to one connection: one frame and control frames.
pub const WRITE_BUFFER_BYTES_MAX: usize = 64 * 1_024;
/// How long a broker's name for a terminal may be, in bytes.
pub const MQTT_NAME_BYTES_MAX: usize = 64;
/// How long the levels before all topics on a broker may be, in bytes.
pub const MQTT_PREFIX_BYTES_MAX: usize = 64;
/// How large a packet of the broker may be: a frame, its topic, and what the broker adds.
pub const MQTT_PACKET_BYTES_MAX: usize = FRAME_BYTES_MAX + 2 * 1_024;
/// How many frames of one name may wait. Who says more before it is answered loses its
/// link; nobody else's frames wait behind them.
pub const MQTT_FRAMES_WAITING_MAX: usize = 32;
/// How many words to all terminals may wait for the broker.
pub const MQTT_WORDS_WAITING_MAX: usize = 256;
/// How many of them the broker may leave unacknowledged. It may allow fewer.
pub const MQTT_UNACKNOWLEDGED_MAX: u16 = 1_024;
/// How many links a name may open at once.
pub const MQTT_OPENINGS_AT_ONCE_MAX: u32 = 5;
/// How soon a name may open one more.
pub const MQTT_OPENING_EVERY: Duration = Duration::from_secs(1);
/// How many names are listened to: those with a link, and those that had one just now.
pub const MQTT_NAMES_MAX: usize = 2 * 20_000;
/// How long the broker keeps a word to a terminal that is not there. Whatever counts is
/// said again on the next link.
pub const MQTT_WORD_KEPT: Duration = Duration::from_secs(60);
/// How often the broker is asked whether it is there.
pub const MQTT_KEEP_ALIVE: Duration = Duration::from_secs(15);
/// How long the broker may take to connect.
pub const MQTT_CONNECT_WAIT_MAX: Duration = Duration::from_secs(5);
/// How long the broker may neither say nor take anything.
pub const MQTT_SILENCE_MAX: Duration = Duration::from_secs(40);
/// How long the next try to connect rests, at first and at most.
pub const MQTT_REST_MIN: Duration = Duration::from_millis(500);
/// See [`MQTT_REST_MIN`].
pub const MQTT_REST_MAX: Duration = Duration::from_secs(30);
/// How long it rests where another node has taken the place on the broker: two that take
/// it from each other at once would serve nobody.
pub const MQTT_TAKEN_OVER_REST: Duration = Duration::from_secs(300);
/// How long a password's file may be.
pub const MQTT_PASSWORD_BYTES_MAX: usize = 1_024;

/// The limits that a test sets lower, so that it need not wait for them.
#[derive(Debug, Clone)]
pub struct Limits {
    /// See [`CONNECTIONS_MAX`].
    pub connections_max: u32,
    /// See [`OPENING_MAX`].
    pub opening_max: usize,
    /// See [`FIRST_FRAME_WAIT_MAX`].
    pub first_frame_wait_max: Duration,
    /// See [`PING_AFTER`].
    pub ping_after: Duration,
    /// See [`SILENCE_MAX`].
    pub silence_max: Duration,
    /// See [`WRITE_WAIT_MAX`].
    pub write_wait_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections_max: CONNECTIONS_MAX,
            opening_max: OPENING_MAX,
            first_frame_wait_max: FIRST_FRAME_WAIT_MAX,
            ping_after: PING_AFTER,
            silence_max: SILENCE_MAX,
            write_wait_max: WRITE_WAIT_MAX,
        }
    }
}
