//! One terminal's connection, from its first frame to its end.
//!
//! It is one task, which does one thing at a time: what a terminal says is answered
//! in order, and while the terminal does not read, nothing more is read from it.
//! Nobody else waits for it, and while it is idle it holds no buffer.

use std::sync::Arc;
use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use rand::Rng;
use tillkey_wire::envelope::Unverified;
use tillkey_wire::ids::TerminalId;
use tillkey_wire::message::{FromServer, FromTerminal, Reply, Report};
use tokio::time::{Instant, sleep_until};

use super::Links;
use super::delivery::{Delivery, Stop};
use super::ending::Ending;
use super::limits::{BUSY_WAIT, REFUSED_FRAMES_MAX, RETRY_REST_MAX, RETRY_REST_MIN};
use super::opening::{self, Greeting, ending_of};
use super::registry::{Admission, Line, Signal};
use super::socket::{Carrier, Heard, Socket};
use crate::act::till::{self, LinkState, Received};
use crate::act::{Failure, Source};
use crate::bell::Ring;
use crate::shell::Shell;

/// Serves a connection to its end.
pub(super) async fn serve<C: Carrier>(
    (shell, links): (Shell, Links),
    mut socket: Socket<C>,
    source: Source,
    admission: Admission,
) {
    // Boxed, so that the space it takes is given back before the long wait begins.
    let greeting = Box::pin(opening::open(&shell, &links, &mut socket, &source)).await;
    let Admission {
        opening,
        connection,
    } = admission;
    let ending = match greeting {
        Err(ending) => ending,
        Ok(greeting) => {
            let began = Box::pin(Session::begin(shell, links, greeting, &mut socket)).await;
            drop(opening);
            match began {
                Ok(mut session) => session.run(&mut socket).await,
                Err(ending) => ending,
            }
        }
    };
    tracing::debug!(?ending, "a link ended");
    Box::pin(socket.close(ending)).await;
    drop(connection);
}

/// A terminal that is verified and greeted.
struct Session {
    shell: Shell,
    links: Links,
    terminal: TerminalId,
    key: Box<VerifyingKey>,
    line: Arc<Line>,
    /// Between the first and the third message of a sign-on.
    state: LinkState,
    delivery: Delivery,
    refused_frames: u8,
    heard_at: Instant,
    pinged: bool,
    /// When the queue is looked into without a ring, and how long a rest that was.
    retry: Option<(Instant, Duration)>,
}

impl Session {
    /// Takes the greeting's counter, then the older connection's place, then says
    /// welcome and what waited. In this order: a greeting that was played back must
    /// not push out the terminal that said it first.
    async fn begin<C: Carrier>(
        shell: Shell,
        links: Links,
        greeting: Greeting,
        socket: &mut Socket<C>,
    ) -> Result<Self, Ending> {
        let Greeting {
            terminal,
            key,
            message,
        } = greeting;
        let mut state = LinkState::default();
        let counter = message.counter;
        let received = till::receive(&shell, terminal, &mut state, message).await;
        let reply = match received.map_err(|failure| ending_of(&failure))? {
            Received::Reply(reply) => reply,
            Received::Replayed => {
                links.count_refused_frame();
                return Err(Ending::NotVerified);
            }
        };
        let line = links.enter(terminal, shell.presence());
        shell.bell().ring_elsewhere(Ring::LinkedElsewhere(terminal));
        let mut session = Self {
            shell,
            links,
            terminal,
            key: Box::new(key),
            line,
            state,
            delivery: Delivery::default(),
            refused_frames: 0,
            heard_at: Instant::now(),
            pinged: false,
            retry: None,
        };
        let frame = sign(&session.shell, terminal, counter, reply)?;
        socket.say(frame).await?;
        session.deliver(socket).await?;
        Ok(session)
    }

    async fn run<C: Carrier>(&mut self, socket: &mut Socket<C>) -> Ending {
        loop {
            let wake_at = self.wake_at();
            let step = tokio::select! {
                heard = socket.hear() => match heard {
                    Ok(Heard::Frame(frame)) => Box::pin(self.take(&frame, socket)).await,
                    Ok(Heard::Sign) => {
                        self.hear_now();
                        Ok(())
                    }
                    Err(ending) => Err(ending),
                },
                signal = self.line.signal() => match signal {
                    Signal::Ring => Box::pin(self.deliver(socket)).await,
                    Signal::Close(ending) => Err(ending),
                },
                () = sleep_until(wake_at) => Box::pin(self.wake(socket)).await,
            };
            if let Err(ending) = step {
                return ending;
            }
        }
    }

    /// Takes a frame and answers it.
    async fn take<C: Carrier>(
        &mut self,
        frame: &[u8],
        socket: &mut Socket<C>,
    ) -> Result<(), Ending> {
        self.hear_now();
        let opened = Unverified::parse(frame)
            .map_err(Into::into)
            .and_then(|unverified| FromTerminal::open(&unverified, self.terminal, &self.key));
        let Ok(message) = opened else {
            return self.refuse_frame();
        };
        let counter = message.counter;
        let greets = matches!(message.report, Report::Hello { .. });
        if greets {
            self.state = LinkState::default();
        }
        let received = till::receive(&self.shell, self.terminal, &mut self.state, message).await;
        let reply = match received {
            Ok(Received::Reply(reply)) => reply,
            Ok(Received::Replayed) => return self.refuse_frame(),
            // Nothing was done; closing would only bring the terminal back at once.
            Err(Failure::Busy) => busy(self.shell.now())?,
            Err(failure) => return Err(ending_of(&failure)),
        };
        socket
            .say(sign(&self.shell, self.terminal, counter, reply)?)
            .await?;
        if greets {
            // It has begun anew on a carrier that did not notice: what was sent before may
            // not have been heard.
            self.delivery = Delivery::default();
            self.deliver(socket).await?;
        }
        Ok(())
    }

    /// Counts a frame that cannot be believed. It is not answered: an answer would
    /// tell a stranger what is wrong with it.
    fn refuse_frame(&mut self) -> Result<(), Ending> {
        self.links.count_refused_frame();
        self.refused_frames += 1;
        tracing::warn!(terminal.id = %self.terminal, "a frame on a terminal's link was refused");
        if self.refused_frames < REFUSED_FRAMES_MAX {
            Ok(())
        } else {
            Err(Ending::TooManyRefused)
        }
    }

    /// Sends what is queued. What fails on our side is tried again after a rest.
    async fn deliver<C: Carrier>(&mut self, socket: &mut Socket<C>) -> Result<(), Ending> {
        let rested = self.retry.take().map(|(_, rest)| rest);
        let delivered = self
            .delivery
            .run(&self.shell, &self.links, self.terminal, socket)
            .await;
        match delivered {
            Ok(()) => Ok(()),
            Err(Stop::Ending(ending)) => Err(ending),
            Err(Stop::Failure(failure)) => {
                let _ = ending_of(&failure);
                self.rest(rested);
                Ok(())
            }
        }
    }

    /// Plans the next look into the queue, later each time and never all at once.
    fn rest(&mut self, rested: Option<Duration>) {
        let rest = rested
            .map_or(RETRY_REST_MIN, |rest| rest * 2)
            .min(RETRY_REST_MAX);
        let jitter = self.shell.rng().gen_range(0.5..1.0);
        self.retry = Some((Instant::now() + rest.mul_f64(jitter), rest));
    }

    fn wake_at(&self) -> Instant {
        let limits = self.links.limits();
        let wait = if self.pinged {
            limits.silence_max
        } else {
            limits.ping_after
        };
        let alive_until = self.heard_at + wait;
        self.retry
            .map_or(alive_until, |(at, _)| at.min(alive_until))
    }

    async fn wake<C: Carrier>(&mut self, socket: &mut Socket<C>) -> Result<(), Ending> {
        let now = Instant::now();
        if self.retry.is_some_and(|(at, _)| at <= now) {
            self.deliver(socket).await?;
        }
        let silent = now.duration_since(self.heard_at);
        if silent >= self.links.limits().silence_max {
            return Err(Ending::Silent);
        }
        if !self.pinged && silent >= self.links.limits().ping_after {
            self.pinged = true;
            socket.ping().await?;
        }
        Ok(())
    }

    fn hear_now(&mut self) {
        self.heard_at = Instant::now();
        self.pinged = false;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.links
            .leave(self.terminal, &self.line, self.shell.presence());
    }
}

/// The reply that says: not now.
fn busy(now: Timestamp) -> Result<Reply, Ending> {
    let code = "busy".parse().map_err(|_| Ending::Busy)?;
    Ok(Reply::Refused {
        code,
        retry_at: now.checked_add(BUSY_WAIT).ok(),
    })
}

fn sign(
    shell: &Shell,
    terminal: TerminalId,
    in_reply_to: u64,
    reply: Reply,
) -> Result<Vec<u8>, Ending> {
    FromServer::Reply { in_reply_to, reply }
        .sign(terminal, shell.keyring().link())
        .map_err(|fault| {
            let fault: &dyn std::error::Error = &fault;
            tracing::error!(fault, "a reply to a terminal could not be signed");
            Ending::Fault
        })
}
