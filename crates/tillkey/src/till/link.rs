//! What a till talks over: a WebSocket, or its two topics on a broker.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tillkey_terminal::wire::limits::FRAME_BYTES_MAX;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::Server;
use super::address::{Way, link};
use super::broker;

/// How long a connection may take to come about.
const CONNECT_WAIT_MAX: Duration = Duration::from_secs(10);
/// How much is read at once: messages are small, and a fleet is many tills.
const READ_BUFFER_BYTES: usize = 4 * 1_024;

/// A link.
pub(super) enum Link {
    /// To the server itself.
    Socket(Box<WebSocketStream<TcpStream>>),
    /// Over a broker.
    Broker(broker::Line),
}

/// What is heard.
pub(super) enum Heard {
    /// A message.
    Frame(Vec<u8>),
    /// A sign of life.
    Sign,
    /// That it is over, and why.
    Over(String),
}

impl Link {
    /// Connects.
    pub(super) async fn open(server: &Server) -> Result<Self, String> {
        let connecting = async {
            match server.way() {
                Way::Direct(host_and_port) => socket(host_and_port)
                    .await
                    .map(|socket| Self::Socket(Box::new(socket))),
                Way::Broker(account) => broker::Line::open(account).await.map(Self::Broker),
            }
        };
        timeout(CONNECT_WAIT_MAX, connecting)
            .await
            .unwrap_or_else(|_| Err("the server did not answer in time".to_owned()))
    }

    /// Waits for what comes. Nothing is lost when it is dropped while waiting.
    pub(super) async fn hear(&mut self) -> Heard {
        match self {
            Self::Socket(socket) => match socket.next().await {
                Some(Ok(Message::Binary(frame))) => Heard::Frame(frame.to_vec()),
                Some(Ok(Message::Close(Some(close)))) => {
                    Heard::Over(format!("the server closed the link: {}", close.reason))
                }
                Some(Ok(_)) => Heard::Sign,
                Some(Err(fault)) => Heard::Over(fault.to_string()),
                None => Heard::Over("the server closed the link".to_owned()),
            },
            Self::Broker(line) => line.hear().await,
        }
    }

    /// Says something.
    pub(super) async fn say(&mut self, frame: Vec<u8>) -> Result<(), String> {
        match self {
            Self::Socket(socket) => {
                let sent = socket.send(Message::Binary(frame.into())).await;
                sent.map_err(|fault| fault.to_string())
            }
            Self::Broker(line) => line.say(frame).await,
        }
    }

    /// Leaves.
    pub(super) async fn close(&mut self) {
        match self {
            Self::Socket(socket) => {
                let _ = socket.as_mut().close(None).await;
            }
            Self::Broker(line) => line.close().await,
        }
    }
}

async fn socket(host_and_port: &str) -> Result<WebSocketStream<TcpStream>, String> {
    let stream = TcpStream::connect(host_and_port)
        .await
        .map_err(|fault| fault.to_string())?;
    // A message is one small packet; held back, a sign-on would take longer.
    stream
        .set_nodelay(true)
        .map_err(|fault| fault.to_string())?;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(Some(FRAME_BYTES_MAX))
        .max_frame_size(Some(FRAME_BYTES_MAX));
    client_async_with_config(link(host_and_port), stream, Some(config))
        .await
        .map(|(link, _)| link)
        .map_err(|fault| fault.to_string())
}
