//! One WebSocket as the link uses it: binary frames in and out, each with a limit.
//!
//! What carries the messages is a parameter: axum's WebSocket, two topics on a broker, a line
//! in memory in a simulation, where a frame is late, doubled or lost because the seed says so.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message};
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tillkey_wire::limits::FRAME_BYTES_MAX;
use tokio::time::timeout;

use super::ending::Ending;
use super::limits::CLOSE_WAIT_MAX;

/// What was heard.
#[derive(Debug)]
pub(super) enum Heard {
    /// A frame.
    Frame(Bytes),
    /// A sign of life.
    Sign,
}

/// Whatever carries WebSocket messages, whole and in order.
pub trait Carrier: Stream<Item = Result<Message, axum::Error>> + Sink<Message> + Unpin {}

impl<C> Carrier for C where C: Stream<Item = Result<Message, axum::Error>> + Sink<Message> + Unpin {}

/// A connection's socket.
pub(super) struct Socket<C> {
    inner: C,
    write_wait_max: Duration,
}

impl<C: Carrier> Socket<C> {
    pub(super) const fn new(inner: C, write_wait_max: Duration) -> Self {
        Self {
            inner,
            write_wait_max,
        }
    }

    /// Waits for the next frame. Nothing is lost when it is dropped while waiting.
    pub(super) async fn hear(&mut self) -> Result<Heard, Ending> {
        match self.inner.next().await {
            None | Some(Ok(Message::Close(_))) => Err(Ending::Gone),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(Heard::Sign),
            Some(Ok(Message::Text(_))) => Err(Ending::NotBinary),
            Some(Ok(Message::Binary(frame))) if frame.len() > FRAME_BYTES_MAX => {
                Err(Ending::Malformed)
            }
            Some(Ok(Message::Binary(frame))) => Ok(Heard::Frame(frame)),
            // Too long, not WebSocket, or the network went: telling it costs nothing.
            Some(Err(_)) => Err(Ending::Malformed),
        }
    }

    /// Sends a frame. Who does not make room for it in time is given up: waiting
    /// longer would keep what is queued for one terminal in our memory.
    pub(super) async fn say(&mut self, frame: Vec<u8>) -> Result<(), Ending> {
        self.send(Message::Binary(frame.into())).await
    }

    /// Asks whether somebody is there.
    pub(super) async fn ping(&mut self) -> Result<(), Ending> {
        self.send(Message::Ping(Bytes::new())).await
    }

    /// Ends the connection and says why. Waits a moment for the other side's close,
    /// or unread bytes would reset the connection before the reason is read.
    pub(super) async fn close(mut self, ending: Ending) {
        let Some((code, reason)) = ending.close() else {
            return;
        };
        let close = Message::Close(Some(CloseFrame {
            code,
            reason: reason.into(),
        }));
        let farewell = async {
            if self.inner.send(close).await.is_ok() {
                while let Some(Ok(_)) = self.inner.next().await {}
            }
        };
        let _ = timeout(CLOSE_WAIT_MAX, farewell).await;
    }

    async fn send(&mut self, message: Message) -> Result<(), Ending> {
        match timeout(self.write_wait_max, SinkExt::send(&mut self.inner, message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ending::Gone),
            Err(_) => Err(Ending::NotReading),
        }
    }
}
