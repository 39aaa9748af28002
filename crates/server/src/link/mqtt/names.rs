//! Which names have a link, and how many more each may open for now.
//!
//! Nobody waits here: what a name says goes into its link's queue, or the name loses the
//! link. A name that opens links without end is not listened to for a moment, so that
//! what it costs is bounded, and nobody else's.

use std::collections::HashMap;

use axum::body::Bytes;
use axum::extract::ws::Message;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::super::limits::{MQTT_FRAMES_WAITING_MAX, MQTT_NAMES_MAX, MQTT_OPENING_EVERY};
use super::carrier::LinkId;
use super::openings::{May, Openings};
use super::topics::Name;

/// The names that have spoken.
#[derive(Debug)]
pub(super) struct Names {
    known: HashMap<Name, Known>,
    opened: u64,
    swept_at: Instant,
}

/// What came of a frame.
#[derive(Debug)]
pub(super) enum Taken {
    /// It is in its link's queue.
    Queued,
    /// It is the first one of a new link, which is to be served.
    Opens(LinkId, mpsc::Receiver<Message>),
    /// Its link had no room for it, and is over.
    Overflows(LinkId),
    /// The name has opened too many links; it is told once.
    TooOften(LinkId),
    /// Nobody looks at it.
    Dropped,
}

impl Names {
    pub(super) fn none(now: Instant) -> Self {
        Self {
            known: HashMap::new(),
            opened: 0,
            swept_at: now,
        }
    }

    /// Takes what a name says.
    pub(super) fn take(&mut self, name: &Name, frame: Bytes, now: Instant) -> Taken {
        if !self.known.contains_key(name) && !self.has_room(now) {
            return Taken::Dropped;
        }
        let known = self
            .known
            .entry(name.clone())
            .or_insert_with(|| Known::new(now));
        let mut frame = Message::Binary(frame);
        if let Some(link) = &known.link {
            let number = link.number;
            match link.frames.try_send(frame) {
                Ok(()) => return Taken::Queued,
                Err(mpsc::error::TrySendError::Full(_)) => {
                    known.link = None;
                    let name = name.clone();
                    return Taken::Overflows(LinkId { name, number });
                }
                // It has said why it is over, and this may be the next greeting already.
                Err(mpsc::error::TrySendError::Closed(unheard)) => frame = unheard,
            }
        }
        match known.openings.ask(now) {
            May::Open => {
                self.opened += 1;
                let (frames, heard) = mpsc::channel(MQTT_FRAMES_WAITING_MAX);
                // There is room for the first one.
                let _ = frames.try_send(frame);
                let number = self.opened;
                known.link = Some(Link { number, frames });
                known.latest = number;
                let name = name.clone();
                Taken::Opens(LinkId { name, number }, heard)
            }
            May::NotNow => Taken::TooOften(LinkId {
                name: name.clone(),
                number: known.latest,
            }),
            May::NotStill => Taken::Dropped,
        }
    }

    /// A sign of life. A queue that is full is one already.
    pub(super) fn hear(&self, name: &Name) {
        if let Some(link) = self.known.get(name).and_then(|known| known.link.as_ref()) {
            let _ = link.frames.try_send(Message::Pong(Bytes::new()));
        }
    }

    /// The terminal is gone, as the broker says in its name.
    pub(super) fn gone(&mut self, name: &Name) {
        if let Some(known) = self.known.get_mut(name) {
            known.link = None;
        }
    }

    /// A link is over.
    pub(super) fn ended(&mut self, link: &LinkId) {
        if let Some(known) = self.known.get_mut(&link.name)
            && known.link.as_ref().is_some_and(|l| l.number == link.number)
        {
            known.link = None;
        }
    }

    /// Whether the name has opened another link since: a word of the older one would be
    /// taken for the newer one's.
    pub(super) fn is_superseded(&self, link: &LinkId) -> bool {
        let known = self.known.get(&link.name);
        known.is_some_and(|known| link.number < known.latest)
    }

    /// All links are over: the broker is gone.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// Whether one more name is listened to. Those that have no link and were quiet are
    /// forgotten, now and then and not for each stranger.
    fn has_room(&mut self, now: Instant) -> bool {
        let is_full = self.known.len() >= MQTT_NAMES_MAX;
        if is_full && now.duration_since(self.swept_at) >= MQTT_OPENING_EVERY {
            self.swept_at = now;
            self.known.retain(|_, known| !known.is_forgettable(now));
        }
        self.known.len() < MQTT_NAMES_MAX
    }
}

/// A name that has spoken.
#[derive(Debug)]
struct Known {
    link: Option<Link>,
    /// The number of the last link that it opened.
    latest: u64,
    openings: Openings,
}

#[derive(Debug)]
struct Link {
    number: u64,
    frames: mpsc::Sender<Message>,
}

impl Known {
    const fn new(now: Instant) -> Self {
        Self {
            link: None,
            latest: 0,
            openings: Openings::new(now),
        }
    }

    fn is_forgettable(&self, now: Instant) -> bool {
        self.link.is_none() && self.openings.are_whole(now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::limits::MQTT_OPENINGS_AT_ONCE_MAX;
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn frame() -> Bytes {
        Bytes::from_static(b"frame")
    }

    #[tokio::test]
    async fn a_name_that_does_not_stop_loses_its_link_and_nobody_elses() {
        let now = Instant::now();
        let mut names = Names::none(now);
        let (flood, other) = (name("flood"), name("other"));
        let Taken::Opens(link, mut heard) = names.take(&flood, frame(), now) else {
            panic!("it opens one");
        };
        let Taken::Opens(_, mut others) = names.take(&other, frame(), now) else {
            panic!("so does the other");
        };
        for _ in 1..MQTT_FRAMES_WAITING_MAX {
            assert!(matches!(names.take(&flood, frame(), now), Taken::Queued));
        }
        let over = names.take(&flood, frame(), now);
        assert!(matches!(over, Taken::Overflows(over) if over == link));
        for _ in 0..MQTT_FRAMES_WAITING_MAX {
            assert!(heard.recv().await.is_some());
        }
        assert!(heard.recv().await.is_none(), "and then it is over");
        assert!(matches!(names.take(&other, frame(), now), Taken::Queued));
        assert!(others.recv().await.is_some());
    }

    #[tokio::test]
    async fn what_comes_late_ends_no_newer_link() {
        let now = Instant::now();
        let mut names = Names::none(now);
        let till = name("till-1");
        let Taken::Opens(first, _) = names.take(&till, frame(), now) else {
            panic!("it opens one");
        };
        names.gone(&till);
        let Taken::Opens(second, mut heard) = names.take(&till, frame(), now) else {
            panic!("and another");
        };
        names.ended(&first);
        assert!(names.is_superseded(&first) && !names.is_superseded(&second));
        assert!(matches!(names.take(&till, frame(), now), Taken::Queued));
        names.hear(&till);
        for _ in 0..2 {
            assert!(matches!(heard.recv().await, Some(Message::Binary(_))));
        }
        assert!(matches!(heard.recv().await, Some(Message::Pong(_))));
        names.ended(&second);
        assert!(heard.recv().await.is_none());
    }

    #[test]
    fn names_without_end_are_not_kept() {
        let mut now = Instant::now();
        let mut names = Names::none(now);
        for number in 0..MQTT_NAMES_MAX {
            let stranger = name(&number.to_string());
            assert!(matches!(
                names.take(&stranger, frame(), now),
                Taken::Opens(..)
            ));
            names.gone(&stranger);
        }
        let late = name("late");
        assert!(matches!(names.take(&late, frame(), now), Taken::Dropped));
        now += MQTT_OPENING_EVERY * MQTT_OPENINGS_AT_ONCE_MAX;
        assert!(matches!(names.take(&late, frame(), now), Taken::Opens(..)));
        assert_eq!(names.known.len(), 1);
    }
}
