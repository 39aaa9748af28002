//! One link's conversation: what is done at the terminal goes out, what the server
//! says comes in, until one of them is over.

use std::time::Duration;

use jiff::Timestamp;
use tillkey_terminal::{Activity, Advice, Device, Fault, Notice, Step};
use tokio::time::{Instant, sleep_until, timeout};

use super::Told;
use super::life::{End, Life, ended};
use super::link::{Heard, Link};

/// How long the server may be silent; it pings more often than that.
const SILENCE_MAX: Duration = Duration::from_secs(90);
/// How long the link may take to make room for a frame.
const WRITE_WAIT_MAX: Duration = Duration::from_secs(10);
/// How many frames in a row may be ignored before the link is opened anew.
const IGNORED_MAX: u32 = 8;
/// How long something the server refused for now rests before it is sent again.
const RESEND_AFTER: Duration = Duration::from_secs(3);

/// How a conversation ended.
pub(super) enum Over {
    /// The link is gone.
    Gone(String),
    /// The enrolment was refused.
    Refused {
        /// When to ask again; with another code, if absent.
        again_in: Option<Duration>,
    },
}

/// Talks until the link is gone.
pub(super) async fn talk<D: Device + Send + 'static>(
    life: &mut Life<D>,
    link: Link,
) -> Result<Over, End> {
    let now = Instant::now();
    let mut talk = Talk {
        life,
        link,
        heard_at: now,
        ignored: 0,
        resend_at: None,
    };
    talk.run().await
}

/// What a step comes to: go on, or the conversation is over; and above that, whether
/// the till goes on at all.
type GoesOn = Result<Result<(), Over>, End>;

struct Talk<'a, D> {
    life: &'a mut Life<D>,
    link: Link,
    heard_at: Instant,
    ignored: u32,
    resend_at: Option<Instant>,
}

impl<D: Device + Send + 'static> Talk<'_, D> {
    async fn run(&mut self) -> Result<Over, End> {
        let opening = self
            .life
            .with(|terminal, _| Ok(terminal.connected()))
            .await?;
        let mut next = self.take(opening).await?;
        loop {
            if let Err(over) = next {
                return Ok(over);
            }
            let silent_at = self.heard_at + SILENCE_MAX;
            let resend_at = self.resend_at;
            next = tokio::select! {
                heard = self.link.hear() => self.hear(heard).await?,
                act = self.life.outside.to_do.recv() => match act {
                    Some(act) => {
                        let step = self.life.act(act).await?;
                        self.take(Ok(step)).await?
                    }
                    None => {
                        let _ = timeout(WRITE_WAIT_MAX, self.link.close()).await;
                        return Err(End::LetGo);
                    }
                },
                () = sleep_until(silent_at) => gone("the server is silent"),
                () = sleep_until(resend_at.unwrap_or(silent_at)), if resend_at.is_some() => {
                    self.resend_at = None;
                    let step = self.life.with(|terminal, _| Ok(terminal.resend())).await?;
                    self.take(step).await?
                }
            };
        }
    }

    async fn hear(&mut self, heard: Heard) -> GoesOn {
        self.heard_at = Instant::now();
        match heard {
            Heard::Frame(frame) => {
                let step = self
                    .life
                    .with(move |terminal, rng| Ok(terminal.receive(&frame, rng)))
                    .await?;
                self.take(step).await
            }
            Heard::Sign => Ok(Ok(())),
            Heard::Over(why) => Ok(gone(why)),
        }
    }

    /// Sends and tells what a call came to.
    async fn take(&mut self, step: Result<Step, Fault>) -> GoesOn {
        let step = match step {
            Ok(step) => step,
            Err(fault) => return self.mind(fault).await,
        };
        self.ignored = 0;
        for frame in step.frames {
            match timeout(WRITE_WAIT_MAX, self.link.say(frame)).await {
                Ok(Ok(())) => {}
                Ok(Err(why)) => return Ok(gone(why)),
                Err(_) => return Ok(gone("the link takes nothing more")),
            }
        }
        let mut over = Ok(());
        let mut enrolled = false;
        for notice in step.notices {
            match &notice {
                Notice::Welcomed => self.life.online = true,
                Notice::Enrolled(_) => enrolled = true,
                Notice::EnrolmentRefused { retry_at, .. } => {
                    let now = self
                        .life
                        .with(|terminal, _| Ok(terminal.device().now()))
                        .await?;
                    over = Err(Over::Refused {
                        again_in: retry_at.map(|at| until(at, now)),
                    });
                }
                Notice::Refused {
                    activity:
                        Activity::NewPassword
                        | Activity::Backup
                        | Activity::Restore
                        | Activity::Choose
                        | Activity::OfflineSignOn
                        | Activity::Deed,
                    retry_at: Some(_),
                    ..
                } => {
                    self.resend_at = Some(Instant::now() + RESEND_AFTER);
                }
                _ => {}
            }
            // What is told can be seen: the view is not behind the tidings.
            self.life.show();
            self.life.tell(Told::Notice(notice)).await;
        }
        if enrolled {
            // On the same link: it begins anew with the greeting.
            let greeting = self
                .life
                .with(|terminal, _| Ok(terminal.connected()))
                .await?;
            return Box::pin(self.take(greeting)).await;
        }
        Ok(over)
    }

    async fn mind(&mut self, fault: Fault) -> GoesOn {
        let fault = ended(fault)?;
        match fault.advice() {
            Advice::Ignore if self.ignored < IGNORED_MAX => {
                self.ignored += 1;
                tracing::warn!(%fault, "a frame from the server was ignored");
                Ok(Ok(()))
            }
            Advice::Correct => {
                self.life.tell(Told::NotDone(fault)).await;
                Ok(Ok(()))
            }
            _ => Ok(gone(fault.to_string())),
        }
    }
}

fn gone(why: impl Into<String>) -> Result<(), Over> {
    Err(Over::Gone(why.into()))
}

/// How long until a time of the server's clock, as far as the device's tells.
fn until(at: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(at.duration_since(now))
        .unwrap_or_default()
        .min(Duration::from_secs(600))
}
