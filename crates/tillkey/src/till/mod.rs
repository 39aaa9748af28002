//! A till: the SDK's terminal on a real link, which it keeps up by itself.
//!
//! One implementation for the text screen, the demo, the fleet and the tests. What an
//! operator does goes in through [`Till`], what happened comes out as [`Told`], and
//! where the terminal stands can be looked at in a [`View`]. All of the protocol is
//! in the SDK; here are the socket, the waiting and the threads.

mod address;
mod broker;
mod conversation;
mod life;
mod link;
mod rest;

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use tillkey_terminal::wire::code::{EnrolmentCode, OfflineAnswer, ResetCode};
use tillkey_terminal::wire::enrolment::Enrolled;
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::journal::{Entry, Head};
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Device, Fault, Notice, OperatorView, Refund, Sale, Standing, Terminal};
use tokio::sync::{mpsc, watch};

pub(crate) use address::Server;

/// How many acts and how many tidings may wait.
const WAITING_MAX: usize = 64;

/// What is done at the terminal.
#[derive(Debug)]
pub(crate) enum Act {
    /// Somebody types the enrolment code.
    Enrol(EnrolmentCode),
    /// An operator types a password.
    SignOn(OperatorNumber, Secret<String>),
    /// An operator leaves.
    SignOff(OperatorNumber),
    /// An operator without a password wants one.
    FirstPassword(OperatorNumber),
    /// An operator types a reset code.
    Redeem(OperatorNumber, ResetCode),
    /// An operator chooses a new password.
    ChoosePassword(OperatorNumber, Secret<String>),
    /// An operator gives up a reset.
    AbandonReset(OperatorNumber),
    /// Somebody forgot a password and there is no link.
    OfflineChallenge(OperatorNumber),
    /// An operator types the answer to the challenge.
    OfflineAnswer(OperatorNumber, OfflineAnswer),
    /// A supervisor, the first one, adds a cashier.
    AddCashier(OperatorNumber, OperatorNumber),
    /// A supervisor removes a cashier.
    RemoveCashier(OperatorNumber, OperatorNumber),
    /// A supervisor has a cashier choose a new password.
    ResetCashier(OperatorNumber, OperatorNumber),
    /// Somebody wants the number that proves the terminal in hand.
    ShowNumber,
    /// An operator begins to key in a sale.
    BeginSale(OperatorNumber),
    /// The sale that was begun is given up.
    GiveUpSale(OperatorNumber),
    /// An operator takes money.
    Sale(OperatorNumber, Sale),
    /// An operator gives money back; the second one confirms it.
    Refund(OperatorNumber, OperatorNumber, Refund),
    /// An operator undoes the sale of that number; the second one confirms it.
    Void(OperatorNumber, OperatorNumber, u64),
    /// An operator settles the batch.
    Settle(OperatorNumber),
    /// The device may have changed; it is reported if it has.
    ReportHealth,
}

/// What happened.
#[derive(Debug)]
pub(crate) enum Told {
    /// There is a link.
    Connected,
    /// The link is gone, or did not come about.
    Disconnected {
        /// Why.
        why: String,
        /// When the next one is tried; when something is typed, if absent.
        again_in: Option<Duration>,
    },
    /// The terminal says something.
    Notice(Notice),
    /// What was done at the terminal had no effect.
    NotDone(Fault),
    /// The terminal cannot go on as it is; nothing more will come.
    Ended(Fault),
}

/// Where the terminal stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct View {
    /// As what it is enrolled.
    pub(crate) enrolled: Option<Enrolled>,
    /// Whether the server has welcomed it on the present link.
    pub(crate) online: bool,
    /// Its operators.
    pub(crate) operators: Vec<OperatorView>,
    /// Its open batch, on a terminal that keeps a journal.
    pub(crate) batch: Option<Arc<Batch>>,
}

/// The open batch of a terminal's journal.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    /// Where the journal stands.
    pub(crate) head: Head,
    /// Its entries, newest first.
    pub(crate) entries: Vec<Entry>,
}

/// The handle to a running till. When the last one goes, the till closes its link
/// and ends.
#[derive(Debug, Clone)]
pub(crate) struct Till {
    acts: mpsc::Sender<Act>,
    view: watch::Receiver<View>,
}

impl Till {
    /// Starts a till on the present runtime. Tidings that nobody takes hold the till
    /// up, so take them.
    pub(crate) fn start<D: Device + Send + 'static>(
        terminal: Terminal<D>,
        server: Server,
        rng: StdRng,
    ) -> (Self, mpsc::Receiver<Told>) {
        let (acts, to_do) = mpsc::channel(WAITING_MAX);
        let (tell, told) = mpsc::channel(WAITING_MAX);
        let (show, view) = watch::channel(view_of(&terminal, &View::default()));
        tokio::spawn(life::run(
            terminal,
            life::Outside {
                server,
                to_do,
                tell,
                show,
                rng,
            },
        ));
        (Self { acts, view }, told)
    }

    /// Does something at the terminal. False if the till has ended.
    pub(crate) async fn act(&self, act: Act) -> bool {
        self.acts.send(act).await.is_ok()
    }

    /// Where the terminal stands, now and whenever it changes.
    pub(crate) fn view(&self) -> watch::Receiver<View> {
        self.view.clone()
    }
}

/// Where the terminal stands, after another view of it: a batch that is the same is not
/// copied again.
fn view_of<D: Device>(terminal: &Terminal<D>, before: &View) -> View {
    let enrolled = match terminal.standing() {
        Standing::Enrolled(enrolled) => Some(enrolled.clone()),
        Standing::Blank | Standing::Enrolling => None,
    };
    let batch = terminal.journal().map(|head| {
        let same = before.batch.as_ref().filter(|batch| batch.head == *head);
        same.map_or_else(
            || {
                Arc::new(Batch {
                    head: head.clone(),
                    entries: terminal.open_batch().cloned().collect(),
                })
            },
            Arc::clone,
        )
    });
    View {
        enrolled,
        online: before.online,
        operators: terminal.operators().collect(),
        batch,
    }
}
