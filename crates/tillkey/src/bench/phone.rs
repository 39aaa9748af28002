//! The merchants' phones: what the outbox worker does, up to where it would hand a
//! message to a carrier. The codes of a run are read here and nowhere else.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tillkey_server::Shell;
use tillkey_server::bell::Ring;
use tillkey_server::outbox::limits::BATCH_MAX;
use tillkey_server::outbox::{Letter, SendFault, Sender, Senders};
use tillkey_store::fault::Fault;
use tillkey_store::outbox;
use tillkey_wire::code::{ResetCode, SmsCode};
use tillkey_wire::secret::Secret;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a look waits for a ring.
const LOOK_AFTER: Duration = Duration::from_millis(20);
/// How long a message stays with whoever took it up.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

/// A message with a code in it.
#[derive(Debug)]
pub(super) enum Text {
    /// Proves the phone.
    Proof(SmsCode),
    /// Opens the "choose a new password" screen.
    Reset(ResetCode),
}

impl Text {
    /// Reads the English texts of `act::message`. None for a notice.
    fn read(text: &str) -> Option<Self> {
        match text.strip_prefix("Reset code ") {
            Some(rest) => rest.get(..ResetCode::LENGTH)?.parse().ok().map(Self::Reset),
            None => text.get(..SmsCode::LENGTH)?.parse().ok().map(Self::Proof),
        }
    }
}

/// The phones by their number.
pub(super) type Phones = HashMap<String, UnboundedSender<Text>>;

/// The carrier of the real outbox worker, straight to the phones.
#[derive(Debug)]
pub(super) struct Carrier(Phones);

impl Carrier {
    /// It carries everything.
    pub(super) fn senders(phones: Phones) -> Senders {
        let carrier = Arc::new(Self(phones));
        Senders {
            sms: Arc::<Self>::clone(&carrier),
            slips: carrier,
        }
    }
}

impl Sender for Carrier {
    fn send(&self, letter: &Letter) -> Result<(), SendFault> {
        deliver(&self.0, &letter.destination, &letter.body);
        Ok(())
    }
}

/// Hands a text to its phone, if it holds a code.
fn deliver(phones: &Phones, to: &Secret<String>, body: &Secret<String>) {
    if let (Some(text), Some(phone)) = (Text::read(body.expose()), phones.get(to.expose())) {
        // Nobody waits for it any more where a run was broken off.
        let _ = phone.send(text);
    }
}

/// Delivers until it is dropped.
pub(super) async fn run(shell: Shell, phones: Arc<Phones>) -> Fault {
    let mut rings = shell.bell().listen();
    loop {
        match look(&shell, &phones).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(fault) => return fault,
        }
        let rung = async {
            while !matches!(
                rings.recv().await,
                Ok(Ring::Outbox) | Err(RecvError::Lagged(_))
            ) {}
        };
        // That nothing rang is no reason not to look.
        let _ = timeout(LOOK_AFTER, rung).await;
    }
}

/// Takes up a batch, delivers it and notes that it was sent. False where nothing
/// was due.
async fn look(shell: &Shell, phones: &Arc<Phones>) -> Result<bool, Fault> {
    let now = shell.now();
    let due = shell.store().read(outbox::next_due).await?;
    if due.is_none_or(|due| due > now) {
        return Ok(false);
    }
    let (keys, to) = (Arc::clone(shell.seal_keys()), Arc::clone(phones));
    let leased_until = now.checked_add(LEASE).unwrap_or(now);
    let taken = shell
        .store()
        .write(move |tx| {
            let mut taken = Vec::new();
            for message in outbox::claim(tx, now, leased_until, BATCH_MAX)? {
                let opened = message.open(tx, &keys)?;
                taken.push((message.id, opened));
            }
            Ok(taken)
        })
        .await?;
    let mut notes = JoinSet::new();
    for (id, opened) in taken {
        deliver(&to, &opened.destination, &opened.body);
        let shell = shell.clone();
        notes.spawn(async move {
            let now = shell.now();
            shell
                .store()
                .write(move |tx| outbox::sent(tx, id, now))
                .await
        });
    }
    while let Some(noted) = notes.join_next().await {
        noted.map_err(|_| Fault::Panicked)??;
    }
    Ok(true)
}
