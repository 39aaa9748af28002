//! What the benchmark and its parts say to each other: one JSON document a line.

use std::io::{self, BufRead, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::thread;

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::moment::Moment;
use crate::failed::Failed;

/// What a part is for: the first thing that it is told.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Brief {
    /// To fill an installation in a folder.
    Found { folder: PathBuf, terminals: u32 },
    /// To be the terminals that were enrolled there.
    Terminals { folder: PathBuf, server: String },
    /// To be as many subscribers of a broker.
    Subscribers { port: u16 },
}

/// Something that happened to one of a part's clients.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Said {
    pub(super) client: usize,
    pub(super) what: What,
    pub(super) at: Moment,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    /// It is registered and enrolled.
    Enrolled,
    /// It has a connection and is welcome.
    Connected,
    /// Its connection is gone, or did not come about.
    Lost,
    /// What was sent to it is there.
    Reached,
    /// It has revoked a password.
    Revoked,
}

/// A part's way to be heard. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Mouth {
    said: Sender<Said>,
    failed: mpsc::UnboundedSender<Failed>,
}

impl Mouth {
    /// Speaks on standard output, and tells this process of what failed.
    pub(super) fn open() -> (Self, UnboundedReceiver<Failed>) {
        let (said, to_say) = std::sync::mpsc::channel::<Said>();
        let (failed, failures) = mpsc::unbounded_channel();
        let fails = failed.clone();
        // A thread of its own, so that a full pipe holds no terminal up.
        thread::spawn(move || {
            let mut out = io::stdout().lock();
            for said in to_say {
                if let Err(failure) = write(&mut out, &said) {
                    let _ = fails.send(failure);
                    return;
                }
            }
        });
        (Self { said, failed }, failures)
    }

    /// Says what happened to a client, just now.
    pub(super) fn say(&self, client: usize, what: What) {
        let at = Moment::now();
        // Nobody listens any more only when the part is at its end.
        let _ = self.said.send(Said { client, what, at });
    }

    /// Ends the part.
    pub(super) fn fail(&self, why: Failed) {
        let _ = self.failed.send(why);
    }
}

/// Reads a document from a line.
pub(super) fn read<T: for<'a> Deserialize<'a>>(line: &str) -> Result<T, Failed> {
    serde_json::from_str(line).map_err(Failed::because("a line is not what was expected"))
}

/// Writes a document as a line.
pub(super) fn write(out: &mut impl Write, document: &impl Serialize) -> Result<(), Failed> {
    let mut line =
        serde_json::to_vec(document).map_err(Failed::because("a line cannot be written"))?;
    line.push(b'\n');
    out.write_all(&line)
        .and_then(|()| out.flush())
        .map_err(Failed::because("the other side of a line has ended"))
}

/// What a part is told on standard input, one document a line, until nobody speaks any
/// more.
pub(super) fn listen() -> UnboundedReceiver<Range<usize>> {
    let (tell, told) = mpsc::unbounded_channel();
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Some(told) = line.ok().and_then(|line| read(&line).ok()) else {
                return;
            };
            if tell.send(told).is_err() {
                return;
            }
        }
    });
    told
}
