//! One terminal's messages on a broker, as the link uses them: the queue of what it said,
//! and a place in the queue of what is said to all.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use axum::extract::ws::Message;
use futures_util::{Sink, Stream, sink};
use tokio::sync::mpsc;

use super::topics::Name;

/// A link over the broker: counted, so that what comes late is not taken for the next one's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LinkId {
    pub(super) name: Name,
    pub(super) number: u64,
}

/// What is said to a terminal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A message of the link.
    Frame(Bytes),
    /// Are you there?
    Ping,
    /// The link is over, and why.
    End(u16, String),
}

/// A word on its way to the broker.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) to: LinkId,
    pub(super) word: Word,
}

/// The link's carrier.
pub(super) struct Carrier {
    link: LinkId,
    heard: mpsc::Receiver<Message>,
    say: Pin<Box<dyn Sink<Said, Error = Gone> + Send>>,
    /// The reason has been said: there is no answer to wait for.
    over: bool,
}

/// The broker is not there any more.
#[derive(Debug)]
pub(super) struct Gone;

impl Carrier {
    pub(super) fn new(
        link: LinkId,
        heard: mpsc::Receiver<Message>,
        say: mpsc::Sender<Said>,
    ) -> Self {
        // One word of each link is in the queue or waits for room there, in turn.
        let say = sink::unfold(say, |say: mpsc::Sender<Said>, said| async {
            say.send(said).await.map_err(|_| Gone)?;
            Ok(say)
        });
        Self {
            link,
            heard,
            say: Box::pin(say),
            over: false,
        }
    }
}

impl Stream for Carrier {
    type Item = Result<Message, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        self.heard.poll_recv(cx).map(|heard| heard.map(Ok))
    }
}

impl Sink<Message> for Carrier {
    type Error = Gone;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        self.say.as_mut().poll_ready(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, message: Message) -> Result<(), Gone> {
        let word = match message {
            Message::Binary(frame) => Word::Frame(frame),
            Message::Ping(_) => Word::Ping,
            Message::Close(Some(close)) => {
                self.over = true;
                // What is said from now on is for the next link.
                self.heard.close();
                Word::End(close.code, close.reason.as_str().to_owned())
            }
            // The link says none of these.
            Message::Close(None) | Message::Pong(_) | Message::Text(_) => return Ok(()),
        };
        let to = self.link.clone();
        self.say.as_mut().start_send(Said { to, word })
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        self.say.as_mut().poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), Gone>> {
        self.say.as_mut().poll_close(cx)
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::ws::CloseFrame;
    use futures_util::{SinkExt, StreamExt};

    use super::*;

    fn link() -> LinkId {
        LinkId {
            name: Name::parse("till-1").unwrap(),
            number: 1,
        }
    }

    #[tokio::test]
    async fn what_the_link_says_becomes_words_to_its_terminal() {
        let (_mouth, heard) = mpsc::channel(1);
        let (say, mut said) = mpsc::channel(8);
        let mut carrier = Carrier::new(link(), heard, say);
        let close = CloseFrame {
            code: 1001,
            reason: "the server shuts down; connect again".into(),
        };
        for message in [
            Message::Binary(Bytes::from_static(b"frame")),
            Message::Ping(Bytes::new()),
            Message::Close(Some(close)),
        ] {
            carrier.send(message).await.unwrap();
        }
        let mut words = Vec::new();
        while let Ok(Said { to, word }) = said.try_recv() {
            assert_eq!(to, link());
            words.push(word);
        }
        let reason = "the server shuts down; connect again".to_owned();
        assert_eq!(
            words,
            [
                Word::Frame(Bytes::from_static(b"frame")),
                Word::Ping,
                Word::End(1001, reason)
            ]
        );
        assert!(carrier.next().await.is_none(), "nobody answers a close");
    }

    #[tokio::test]
    async fn a_link_waits_while_the_broker_takes_nothing() {
        let (_mouth, heard) = mpsc::channel(1);
        let (say, mut said) = mpsc::channel(1);
        let mut carrier = Carrier::new(link(), heard, say);
        carrier.send(Message::Ping(Bytes::new())).await.unwrap();
        {
            let mut waiting = Box::pin(carrier.send(Message::Ping(Bytes::new())));
            assert!(futures_util::poll!(&mut waiting).is_pending());
            said.recv().await.unwrap();
            waiting.await.unwrap();
        }
        drop(said);
        let lost = carrier.send(Message::Ping(Bytes::new())).await;
        assert!(lost.is_err(), "a broker that is gone is said to be gone");
    }
}
