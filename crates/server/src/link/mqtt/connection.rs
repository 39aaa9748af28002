//! One connection to the broker, from the try to connect to its end.
//!
//! It is two halves that never wait for one terminal. The ears take what comes and put it
//! into queues; the mouth says what stands in one. Each link is a task of its own between
//! them, and waits for nobody but itself.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use rand::RngCore as _;
use rumqttc::Outgoing;
use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    Filter, Packet, PublishProperties, RetainForwardRule, SubAck, SubscribeReasonCode,
};
use rumqttc::v5::{AsyncClient, ClientError, ConnectionError, Event, EventLoop};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use super::super::Links;
use super::super::limits::{
    MQTT_SILENCE_MAX, MQTT_WORD_KEPT, MQTT_WORDS_WAITING_MAX, SHUTDOWN_WAIT_MAX,
};
use super::broker::Broker;
use super::carrier::{Said, Word};
use super::exchange::Exchange;
use crate::shell::Shell;

/// How a connection ended.
pub(super) enum Over {
    /// As it should.
    ShutDown,
    /// The broker is not there any more, or was not.
    Lost {
        fault: Fault,
        /// The state that terminals were shown, if it came to that.
        shown: Option<String>,
    },
}

/// Why a connection cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Broker(#[from] Box<ConnectionError>),
    #[error("the broker does not let the server listen to its terminals")]
    MayNotListen,
    #[error("another node serves this broker: one alone should have `[mqtt]`")]
    PlaceTaken,
}

/// Connects, and talks until the shutdown or until the broker is lost.
pub(super) async fn talk(
    (shell, links): (Shell, Links),
    broker: &Broker,
    shutdown: watch::Receiver<bool>,
) -> Over {
    let (client, events) = broker.client();
    let state = format!("{:016x}", shell.rng().next_u64());
    let (say, to_say) = mpsc::channel(MQTT_WORDS_WAITING_MAX);
    let exchange = Exchange::new((shell, links), broker.topics.clone(), say.downgrade());
    let mouth = async {
        // Where it fails the ears hear why.
        let _ = speak(&exchange, (client, &state), to_say).await;
        pending::<()>().await;
    };
    let over = tokio::select! {
        heard = hear(&exchange, events) => match heard {
            Ok(()) => Over::ShutDown,
            Err(fault) => {
                let is_served = exchange.is_served.load(Ordering::Relaxed);
                Over::Lost { fault, shown: is_served.then(|| state.clone()) }
            }
        },
        () = mouth => Over::ShutDown,
        () = leave(&exchange, say, shutdown) => Over::ShutDown,
    };
    exchange.names().forget();
    over
}

/// Gives the links their time to say why they end, once the shutdown comes. As long as
/// somebody may say something, the mouth waits for it.
async fn leave(
    exchange: &Arc<Exchange>,
    say: mpsc::Sender<Said>,
    mut shutdown: watch::Receiver<bool>,
) {
    let _ = shutdown.wait_for(|shutdown| *shutdown).await;
    drop(say);
    if exchange.is_served.load(Ordering::Relaxed) {
        sleep(SHUTDOWN_WAIT_MAX).await;
    }
}

/// The ears: takes what comes until there is nothing more.
///
/// What is under way in the client is lost where it is not waited for to its end, so this
/// is never given up but with the whole connection.
async fn hear(exchange: &Arc<Exchange>, mut events: EventLoop) -> Result<(), Fault> {
    let mut said_good_bye = false;
    loop {
        let event = match timeout(MQTT_SILENCE_MAX, events.poll()).await {
            Ok(Ok(event)) => event,
            Ok(Err(_)) if said_good_bye => return Ok(()),
            Ok(Err(fault)) => return Err(Box::new(fault).into()),
            Err(silent) => return Err(Box::new(ConnectionError::Timeout(silent)).into()),
        };
        match event {
            Event::Incoming(Packet::Publish(publish)) => exchange.take(&publish),
            Event::Incoming(Packet::PubAck(ack)) => exchange.acknowledge(&ack),
            Event::Incoming(Packet::SubAck(SubAck { return_codes, .. })) => {
                let granted =
                    |code: &SubscribeReasonCode| matches!(code, SubscribeReasonCode::Success(_));
                if !return_codes.iter().all(granted) {
                    return Err(Fault::MayNotListen);
                }
                exchange.listens.notify_one();
            }
            Event::Outgoing(Outgoing::Publish(number)) => exchange.sent().number(number),
            Event::Outgoing(Outgoing::Disconnect) => said_good_bye = true,
            Event::Incoming(_) | Event::Outgoing(_) => {}
        }
    }
}

/// The mouth: asks for what terminals say, shows that the server is there, says what is to
/// be said, and at the end that the server is not there any more.
async fn speak(
    exchange: &Arc<Exchange>,
    (client, state): (AsyncClient, &str),
    mut to_say: mpsc::Receiver<Said>,
) -> Result<(), ClientError> {
    let topics = &exchange.topics;
    let filter = Filter {
        // What is kept on the broker was said to another start of the server.
        retain_forward_rule: RetainForwardRule::Never,
        preserve_retain: true,
        ..Filter::new(topics.all_up(), QoS::AtLeastOnce)
    };
    client.subscribe_many([filter]).await?;
    exchange.listens.notified().await;
    exchange.sent().hand_over(None);
    client
        .publish(topics.state(), QoS::AtLeastOnce, true, state.to_owned())
        .await?;
    exchange.is_served.store(true, Ordering::Relaxed);
    tracing::info!("terminals are served over the broker");
    while let Some(Said { to, word }) = to_say.recv().await {
        if exchange.names().is_superseded(&to) {
            continue;
        }
        let topic = topics.down(&to.name);
        let mut properties = PublishProperties {
            message_expiry_interval: u32::try_from(MQTT_WORD_KEPT.as_secs()).ok(),
            ..PublishProperties::default()
        };
        let payload = match word {
            Word::Frame(frame) => frame,
            Word::Ping => Vec::new().into(),
            Word::End(code, reason) => {
                properties.user_properties =
                    vec![("code".into(), code.to_string()), ("reason".into(), reason)];
                Vec::new().into()
            }
        };
        exchange.sent().hand_over(Some(to));
        client
            .publish_with_properties(topic, QoS::AtLeastOnce, false, payload, properties)
            .await?;
    }
    exchange.sent().hand_over(None);
    client
        .publish(topics.state(), QoS::AtLeastOnce, true, Vec::new())
        .await?;
    client.disconnect().await
}
