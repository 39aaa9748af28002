//! The live link: one WebSocket a terminal, or one pair of topics on a broker, over which
//! signed messages travel.
//!
//! The queue is the database, not the socket. A connection verifies every frame,
//! hands it to one act, and signs the reply; a ring makes it look into the queue. It
//! decides nothing and remembers nothing that would be missed: kill it at any point
//! and the terminal's next connection goes on where the database stands.

mod connection;
mod delivery;
mod ending;
pub mod limits;
pub mod mqtt;
mod opening;
mod registry;
mod socket;

use axum::Router;
use axum::extract::{FromRef, State, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use tillkey_wire::limits::FRAME_BYTES_MAX;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::act::Source;
use crate::bell::Ring;
use crate::peer::Peer;
use crate::shell::Shell;
use limits::{READ_BUFFER_BYTES, SHUTDOWN_WAIT_MAX, WRITE_BUFFER_BYTES_MAX};
pub use registry::Links;
pub use socket::Carrier;
use socket::Socket;

/// The route that terminals connect to. [`run`] has to be running beside it.
pub fn router(shell: Shell, links: Links) -> Router {
    Router::new()
        .route("/v1/link", any(connect))
        .with_state(Served { shell, links })
}

/// What the route is served from.
#[derive(Debug, Clone)]
struct Served {
    shell: Shell,
    links: Links,
}

impl FromRef<Served> for Shell {
    fn from_ref(served: &Served) -> Self {
        served.shell.clone()
    }
}

/// Serves one connection to its end, whatever carries it: what the route does once a
/// WebSocket stands. False where there is no room for it.
pub async fn serve<C: Carrier>(shell: Shell, links: Links, carrier: C, source: Source) -> bool {
    let Some(admission) = links.admit() else {
        return false;
    };
    let socket = Socket::new(carrier, links.limits().write_wait_max);
    connection::serve((shell, links), socket, source, admission).await;
    true
}

/// Hands rings to the connections until the shutdown, then closes them all.
pub async fn run(shell: Shell, links: Links, mut shutdown: watch::Receiver<bool>) {
    let mut rings = shell.bell().listen();
    loop {
        tokio::select! {
            ring = rings.recv() => match ring {
                Ok(Ring::Terminal(terminal)) => links.ring(terminal),
                Ok(Ring::Moved(terminal)) => links.disconnect(terminal),
                Ok(Ring::LinkedElsewhere(terminal)) => links.replace(terminal),
                Ok(Ring::Case(_) | Ring::Application(_) | Ring::Outbox) => {}
                // Whose rings were dropped is not known, so everybody looks.
                Ok(Ring::Anything) | Err(RecvError::Lagged(_)) => links.ring_all(),
                Err(RecvError::Closed) => break,
            },
            _ = shutdown.wait_for(|shutdown| *shutdown) => break,
        }
    }
    if timeout(SHUTDOWN_WAIT_MAX, links.close_all()).await.is_err() {
        tracing::warn!("some links did not close in time");
    }
}

async fn connect(
    State(Served { shell, links }): State<Served>,
    Peer(source): Peer,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    // A terminal is no browser. A page in somebody's browser has no business here,
    // even though it could sign nothing.
    if headers.contains_key(header::ORIGIN) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(admission) = links.admit() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let write_wait_max = links.limits().write_wait_max;
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        // What is written goes out at once; nothing is gathered for an idle terminal.
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(FRAME_BYTES_MAX)
        .max_frame_size(FRAME_BYTES_MAX)
        .on_upgrade(move |socket| {
            let socket = Socket::new(socket, write_wait_max);
            connection::serve((shell, links), socket, source, admission)
        })
}
