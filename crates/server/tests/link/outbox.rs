//! The outbox under carriers that fail.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tillkey_server::link::limits::Limits;
use tillkey_server::outbox::{Letter, SendFault, Sender, Senders, run};
use tillkey_store::outbox::{self, MessageKind, NewMessage};
use tillkey_store::seal::{self, DataKey, Owner};
use tillkey_terminal::wire::ids::MessageId;
use tillkey_terminal::wire::secret::Secret;
use tokio::sync::{mpsc, watch};

use crate::world::{MERCHANT, World, soon};

/// Does what the text of a message says.
#[derive(Debug)]
struct Script {
    tries: Mutex<BTreeMap<MessageId, u32>>,
    sent: mpsc::UnboundedSender<String>,
}

impl Sender for Script {
    fn send(&self, letter: &Letter) -> Result<(), SendFault> {
        let text = letter.body.expose().clone();
        let tries = {
            let mut all = self.tries.lock().unwrap();
            let tries = all.entry(letter.id).or_insert(0);
            *tries += 1;
            *tries
        };
        match text.as_str() {
            "poison" => panic!("poison"),
            "never" => Err(SendFault::Lasting("never")),
            "once more" if tries == 1 => Err(SendFault::Passing("not yet")),
            _ => {
                self.sent.send(text).unwrap();
                Ok(())
            }
        }
    }
}

async fn queue(world: &World, texts: &[&'static str]) {
    let (shell, texts) = (world.shell.clone(), texts.to_vec());
    let owner = Owner::Merchant(MERCHANT.parse().unwrap());
    world
        .shell
        .store()
        .write(move |tx| {
            let key = DataKey::load(tx, shell.seal_keys(), &owner)?;
            for text in &texts {
                let message = NewMessage {
                    id: MessageId::random(&mut shell.rng()),
                    idempotency_key: format!("test/{text}"),
                    kind: MessageKind::Sms,
                    destination: Secret::new("+8613800138000".to_owned()),
                    body: Secret::new((*text).to_owned()),
                    now: shell.now(),
                };
                outbox::queue(tx, &key, &message, &mut shell.rng())?;
            }
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d10_a_poison_message_holds_up_no_other() {
    let mut world = World::start(Limits::default()).await;
    // Its own worker stops; the one under test takes its place.
    world.shut_down().await;
    let (sent, mut arrived) = mpsc::unbounded_channel();
    let script: Arc<dyn Sender> = Arc::new(Script {
        tries: Mutex::default(),
        sent,
    });
    queue(&world, &["poison", "never", "once more", "plain"]).await;

    let (_stop, told) = watch::channel(false);
    let senders = Senders {
        slips: Arc::clone(&script),
        sms: script,
    };
    let worker = tokio::spawn(run(world.shell.clone(), senders, told));
    assert_eq!(soon("message", arrived.recv()).await.unwrap(), "plain");
    soon("dead letter", async {
        loop {
            let dead = world
                .shell
                .store()
                .read(|tx| outbox::dead_letters(tx, 10))
                .await
                .unwrap();
            if let [letter] = dead.as_slice() {
                assert_eq!(letter.last_fault, "never");
                break;
            }
        }
    })
    .await;
    // Its rest is counted from when the failure is noted, so the clock goes on until
    // it is over.
    let mut ticks = tokio::time::interval(Duration::from_millis(50));
    let again = soon("message", async {
        loop {
            tokio::select! {
                text = arrived.recv() => break text,
                _ = ticks.tick() => world.advance_seconds(1),
            }
        }
    });
    assert_eq!(again.await.unwrap(), "once more");
    worker.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_an_erased_merchant_is_a_dead_letter() {
    let mut world = World::start(Limits::default()).await;
    world.shut_down().await;
    queue(&world, &["plain"]).await;
    let owner = Owner::Merchant(MERCHANT.parse().unwrap());
    world
        .shell
        .store()
        .write(move |tx| seal::erase(tx, &owner))
        .await
        .unwrap();

    let (sent, mut arrived) = mpsc::unbounded_channel();
    let script = Script {
        tries: Mutex::default(),
        sent,
    };
    let (_stop, told) = watch::channel(false);
    let script: Arc<dyn Sender> = Arc::new(script);
    let senders = Senders {
        slips: Arc::clone(&script),
        sms: script,
    };
    let worker = tokio::spawn(run(world.shell.clone(), senders, told));
    soon("dead letter", async {
        loop {
            let dead = world
                .shell
                .store()
                .read(|tx| outbox::dead_letters(tx, 10))
                .await
                .unwrap();
            if let [letter] = dead.as_slice() {
                assert_eq!(letter.last_fault, "it cannot be unsealed");
                break;
            }
        }
    })
    .await;
    assert!(arrived.try_recv().is_err());
    worker.abort();
}
