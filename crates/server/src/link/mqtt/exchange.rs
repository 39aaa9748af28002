//! Where what comes from the broker meets the links: nothing here waits.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::ws::Message;
use rumqttc::v5::mqttbytes::v5::{PubAck, PubAckReason, Publish};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::super::ending::Ending;
use super::super::{Links, serve};
use super::carrier::{Carrier, LinkId, Said, Word};
use super::names::{Names, Taken};
use super::topics::Topics;
use super::unacknowledged::Unacknowledged;
use crate::act::Source;
use crate::shell::Shell;

/// What a terminal answers that is asked whether it is there.
const PONG: &[u8] = b"pong";

/// What the ears, the mouth and the links of one connection share.
pub(super) struct Exchange {
    pub(super) shell: Shell,
    links: Links,
    pub(super) topics: Topics,
    names: Mutex<Names>,
    sent: Mutex<Unacknowledged>,
    /// Weak, so that the mouth notices when the last link has said its last word.
    say: mpsc::WeakSender<Said>,
    /// Rings when the broker passes on what terminals say.
    pub(super) listens: Notify,
    /// Whether terminals were told that the server is there.
    pub(super) is_served: AtomicBool,
}

impl Exchange {
    pub(super) fn new(
        (shell, links): (Shell, Links),
        topics: Topics,
        say: mpsc::WeakSender<Said>,
    ) -> Arc<Self> {
        Arc::new(Self {
            shell,
            links,
            topics,
            names: Mutex::new(Names::none(Instant::now())),
            sent: Mutex::default(),
            say,
            listens: Notify::new(),
            is_served: AtomicBool::new(false),
        })
    }

    /// Takes what a terminal says.
    pub(super) fn take(self: &Arc<Self>, publish: &Publish) {
        let Some(name) = self.topics.speaker(&publish.topic) else {
            tracing::debug!("somebody without a name spoke over the broker");
            return;
        };
        // What the broker keeps would be said again to each start of the server.
        if publish.retain {
            tracing::debug!(mqtt.name = %name, "a retained message was ignored");
            return;
        }
        if publish.payload.is_empty() {
            self.names().gone(&name);
            return;
        }
        if publish.payload == PONG {
            self.names().hear(&name);
            return;
        }
        // A copy, or it would keep all that was read with it in memory.
        let frame = Bytes::copy_from_slice(&publish.payload);
        let taken = self.names().take(&name, frame, Instant::now());
        match taken {
            Taken::Queued | Taken::Dropped => {}
            Taken::Opens(link, heard) => self.open(link, heard),
            Taken::Overflows(link) => {
                tracing::warn!(mqtt.name = %name, "a terminal says more than can be answered");
                self.tell(link, Ending::Busy);
            }
            Taken::TooOften(link) => {
                tracing::warn!(mqtt.name = %name, "a terminal begins anew too often");
                self.tell(link, Ending::Busy);
            }
        }
    }

    /// Takes what the broker says of a word: that it has no one to pass it on to is the
    /// end of the link. That it has one is no sign of the terminal: whoever listens to all
    /// topics is one too.
    pub(super) fn acknowledge(&self, ack: &PubAck) {
        let Some(link) = self.sent().acknowledge(ack.pkid) else {
            return;
        };
        match ack.reason {
            PubAckReason::Success => return,
            PubAckReason::NoMatchingSubscribers => {}
            reason => {
                let name = &link.name;
                tracing::warn!(mqtt.name = %name, ?reason, "the broker does not pass on a word");
            }
        }
        self.names().ended(&link);
    }

    /// Serves a link beside everything else.
    fn open(self: &Arc<Self>, link: LinkId, heard: mpsc::Receiver<Message>) {
        let serving = Serving {
            exchange: Arc::clone(self),
            link: link.clone(),
        };
        // There is nobody any more who may say something: a shutdown.
        let Some(say) = self.say.upgrade() else {
            return;
        };
        tokio::spawn(async move {
            let Self { shell, links, .. } = &*serving.exchange;
            let source = Source::broker(link.name.as_str());
            let carrier = Carrier::new(link.clone(), heard, say);
            if !serve(shell.clone(), links.clone(), carrier, source).await {
                serving.exchange.tell(link, Ending::Busy);
            }
        });
    }

    /// Tells a terminal that its link is over, if there is room for the word.
    fn tell(&self, to: LinkId, ending: Ending) {
        if let Some((code, reason)) = ending.close()
            && let Some(say) = self.say.upgrade()
        {
            let word = Word::End(code, reason.to_owned());
            let _ = say.try_send(Said { to, word });
        }
    }

    pub(super) fn names(&self) -> MutexGuard<'_, Names> {
        // Every change is one call that leaves nothing half done.
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sent(&self) -> MutexGuard<'_, Unacknowledged> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A link while it is served: however it ends, its name may open another.
struct Serving {
    exchange: Arc<Exchange>,
    link: LinkId,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.exchange.names().ended(&self.link);
    }
}
