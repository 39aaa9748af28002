//! A frame on its way, read once: the wire's signatures are the costly part of a run.

use tillkey_terminal::wire::ids::CaseId;
use tillkey_terminal::wire::message::{Command, FromServer, FromTerminal, Reply, Report};

use crate::trace::digest;

/// What a terminal's frame is about, as far as a run cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    SignOnStart,
    /// A code was typed for an operator.
    Redeem(u8),
    /// The terminal's word that a password is on its disk.
    Registered(CaseId),
    /// A backup, which is sealed with randomness that no seed gives.
    Backup,
    Other,
}

/// A terminal's frame.
#[derive(Debug, Clone)]
pub(crate) struct Up {
    pub(crate) bytes: Vec<u8>,
    pub(crate) counter: u64,
    pub(crate) about: About,
    /// As a line of the trace shows it.
    pub(crate) shown: String,
}

impl Up {
    /// Reads a frame; one of a terminal that is not enrolled yet is not read.
    pub(crate) fn of(bytes: Vec<u8>, message: Option<&FromTerminal>) -> Self {
        let Some(message) = message else {
            return Self {
                bytes,
                counter: 0,
                about: About::Other,
                shown: String::new(),
            };
        };
        let about = match &message.report {
            Report::SignOnStart { .. } => About::SignOnStart,
            Report::Redeem { operator, .. } => About::Redeem(operator.number()),
            Report::Registered { case, .. } => About::Registered(*case),
            Report::Snapshot { .. } | Report::SnapshotPart { .. } => About::Backup,
            _ => About::Other,
        };
        let name = name(&message.report);
        let counter = message.counter;
        let shown = match about {
            About::Backup => format!("#{counter} {name}"),
            _ => format!("#{counter} {name} {}B {}", bytes.len(), digest(&bytes)),
        };
        Self {
            bytes,
            counter,
            about,
            shown,
        }
    }
}

/// A server's frame.
#[derive(Debug, Clone)]
pub(crate) struct Down {
    pub(crate) bytes: Vec<u8>,
    /// What it answers, if it is an answer.
    pub(crate) counter: Option<u64>,
    /// As a line of the trace shows it.
    pub(crate) shown: String,
}

impl Down {
    pub(crate) fn of(bytes: Vec<u8>, message: &FromServer) -> Self {
        let (counter, shown) = match message {
            FromServer::Reply { in_reply_to, reply } => {
                let shown = match reply {
                    Reply::Refused { code, .. } => format!("#{in_reply_to} refused {code}"),
                    reply => format!("#{in_reply_to} {}", name(reply)),
                };
                (Some(*in_reply_to), shown)
            }
            FromServer::Command(order) => {
                let shown = match &order.command {
                    // Its key is an acquirer's, and its text is long.
                    Command::TakeSnapshot { .. } => "TakeSnapshot".to_owned(),
                    command => name(command),
                };
                (None, format!("command {} {shown}", order.sequence))
            }
        };
        Self {
            bytes,
            counter,
            shown,
        }
    }
}

/// The name of a variant, without what is in it.
pub(crate) fn name(shown: &impl std::fmt::Debug) -> String {
    let shown = format!("{shown:?}");
    let name = shown.split([' ', '(', '{']).next();
    name.unwrap_or_default().to_owned()
}
