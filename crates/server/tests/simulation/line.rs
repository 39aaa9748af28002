//! The server's end of a connection, in memory, and how to tell that nothing more will
//! come of what was sent.
//!
//! The store answers from threads of its own, so it is their timing that must not decide
//! anything: one thing is done at a time, and the next begins when every connection waits
//! for its terminal again. A connection that does looks at its line whenever it is woken;
//! one that waits for the store does not.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use axum::extract::ws::Message;
use futures_util::{Sink, Stream};
use tillkey_server::Shell;
use tillkey_server::act::Source;
use tillkey_server::link::{self, Links};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, yield_now};

/// How often the others get their turn before it is looked whether they wait: a ring
/// passes from the act to the link, to the line, to its connection.
const TURNS: u32 = 6;

#[derive(Debug, Default)]
struct Inside {
    to_server: VecDeque<Vec<u8>>,
    from_server: Vec<Vec<u8>>,
    /// The terminal's side is gone.
    cut: bool,
    /// Why the server closed.
    closed: Option<String>,
    /// The connection's task is over.
    ended: bool,
    /// How often the server looked and found nothing.
    looks: u64,
    probing: bool,
    reads: Option<Waker>,
    task: Option<Waker>,
}

type Shared = Arc<Mutex<Inside>>;

/// What the server holds.
struct ServerEnd(Shared);

impl Stream for ServerEnd {
    type Item = Result<Message, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut inside = self.0.lock().unwrap();
        if let Some(frame) = inside.to_server.pop_front() {
            return Poll::Ready(Some(Ok(Message::Binary(frame.into()))));
        }
        if inside.cut || inside.closed.is_some() {
            return Poll::Ready(None);
        }
        inside.looks += 1;
        inside.reads = Some(context.waker().clone());
        Poll::Pending
    }
}

impl Sink<Message> for ServerEnd {
    type Error = axum::Error;

    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), axum::Error> {
        let mut inside = self.0.lock().unwrap();
        match message {
            Message::Binary(frame) => inside.from_server.push(frame.to_vec()),
            Message::Close(close) => {
                let reason = close.map_or_else(String::new, |close| close.reason.to_string());
                inside.closed = Some(reason);
            }
            _ => {}
        }
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        Poll::Ready(Ok(()))
    }
}

/// A connection's task, which says when it was woken.
struct Watched<F> {
    served: Pin<Box<F>>,
    shared: Shared,
    stirred: Arc<Notify>,
}

impl<F: Future<Output = bool>> Future for Watched<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.shared.lock().unwrap().task = Some(context.waker().clone());
        let over = self.served.as_mut().poll(context).is_ready();
        let mut inside = self.shared.lock().unwrap();
        inside.ended |= over;
        let was_probed = std::mem::take(&mut inside.probing);
        drop(inside);
        if !was_probed || over {
            self.stirred.notify_one();
        }
        if over { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// A connection, from the network's side.
#[derive(Debug)]
pub(crate) struct Line {
    shared: Shared,
    task: JoinHandle<()>,
}

impl Line {
    /// Connects.
    pub(crate) fn open(shell: &Shell, links: &Links, stirred: &Arc<Notify>) -> Self {
        let shared = Shared::default();
        let source = Source::address([198, 51, 100, 7].into());
        let end = ServerEnd(Arc::clone(&shared));
        let served = link::serve(shell.clone(), links.clone(), end, source);
        let task = tokio::spawn(Watched {
            served: Box::pin(served),
            shared: Arc::clone(&shared),
            stirred: Arc::clone(stirred),
        });
        Self { shared, task }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.shared.lock().unwrap()
    }

    /// Hands a frame to the server.
    pub(crate) fn say(&self, frame: Vec<u8>) {
        let mut inside = self.inside();
        inside.to_server.push_back(frame);
        if let Some(reads) = inside.reads.take() {
            reads.wake();
        }
    }

    /// What the server said since somebody last asked.
    pub(crate) fn heard(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.inside().from_server)
    }

    /// Why the server closed, if it did.
    pub(crate) fn closed(&self) -> Option<String> {
        let inside = self.inside();
        inside
            .closed
            .clone()
            .or_else(|| inside.ended.then(|| "gone".to_owned()))
    }

    /// The terminal's side goes.
    pub(crate) fn cut(&self) {
        let mut inside = self.inside();
        inside.cut = true;
        if let Some(reads) = inside.reads.take() {
            reads.wake();
        }
    }

    /// The server's side goes, in the middle of whatever it does.
    pub(crate) fn kill(&self) {
        self.task.abort();
    }

    fn probe(&self) -> u64 {
        let mut inside = self.inside();
        inside.probing = !inside.ended;
        if let Some(task) = &inside.task {
            task.wake_by_ref();
        }
        inside.looks
    }

    fn has_looked_since(&self, looks: u64) -> bool {
        let inside = self.inside();
        inside.ended || inside.looks > looks
    }
}

/// Waits until nothing is under way on any line: the server has done and answered all
/// that it was told.
pub(crate) async fn quiet(lines: &[&Line], stirred: &Notify) {
    loop {
        turns().await;
        // Twice: the first look may have taken up a ring that had just come.
        if looked(lines).await && looked(lines).await {
            return;
        }
        stirred.notified().await;
    }
}

async fn looked(lines: &[&Line]) -> bool {
    let before: Vec<u64> = lines.iter().map(|line| line.probe()).collect();
    turns().await;
    let mut pairs = lines.iter().zip(before);
    pairs.all(|(line, looks)| line.has_looked_since(looks))
}

async fn turns() {
    for _ in 0..TURNS {
        yield_now().await;
    }
}
