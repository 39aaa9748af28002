//! The live link over an MQTT 5 broker, for fleets that hang on one already.
//!
//! A terminal has a topic to speak on and one to hear on, and over them travel the same
//! signed messages as over a WebSocket, to the same link. The broker is believed nothing:
//! its rules keep terminals from disturbing each other, and that is all that is lost where
//! it has none. `docs/mqtt.md` says what a terminal does.
//!
//! 1. Connect, listen to all terminals, and show everybody a new state.
//! 2. Each name's first frame opens a link; what follows goes into that link's queue.
//! 3. Where the broker is lost all these links end, and it begins again after a rest.
//! 4. At the shutdown the links say why they end, and the state is taken away.

mod broker;
mod carrier;
mod connection;
mod exchange;
mod names;
mod openings;
mod place;
mod topics;
mod unacknowledged;

use std::time::Duration;

use rand::Rng as _;
use rumqttc::v5::mqttbytes::v5::DisconnectReasonCode;
use rumqttc::v5::{ConnectionError, StateError};
use tokio::sync::watch;
use tokio::time::sleep;

use super::Links;
use super::limits::{MQTT_REST_MAX, MQTT_REST_MIN, MQTT_TAKEN_OVER_REST};
use crate::shell::Shell;
pub use broker::{Broker, BrokerFault};
use connection::{Fault, Over, talk};
pub(crate) use topics::is_prefix;

/// Serves terminals over the broker until the shutdown. [`super::run`] has to be running
/// beside it.
pub async fn run(shell: Shell, links: Links, broker: Broker, mut shutdown: watch::Receiver<bool>) {
    let mut failed = 0;
    let mut last = None;
    while !*shutdown.borrow() {
        let told = shutdown.clone();
        let over = try_once((&shell, &links), &broker, last.as_deref(), told);
        let Over::Lost { fault, shown } = over.await else {
            return;
        };
        say(&broker, &fault);
        failed = if shown.is_some() { 0 } else { failed + 1 };
        last = shown.or(last);
        let rest = if is_taken_over(&fault) {
            MQTT_TAKEN_OVER_REST
        } else {
            rest_after(failed)
        };
        // Several servers must not meet a broker that comes back all at once.
        let rest = rest.mul_f64(shell.rng().gen_range(0.5..1.0));
        tokio::select! {
            () = sleep(rest) => {}
            _ = shutdown.wait_for(|shutdown| *shutdown) => return,
        }
    }
}

/// Connects, unless another server has taken the place from the one that showed `last`.
async fn try_once(
    (shell, links): (&Shell, &Links),
    broker: &Broker,
    last: Option<&str>,
    mut shutdown: watch::Receiver<bool>,
) -> Over {
    if let Some(last) = last {
        let taken = tokio::select! {
            taken = place::is_taken(broker, last) => taken.map_err(Fault::from),
            _ = shutdown.wait_for(|shutdown| *shutdown) => return Over::ShutDown,
        };
        let fault = match taken {
            Ok(true) => Some(Fault::PlaceTaken),
            Ok(false) => None,
            Err(fault) => Some(fault),
        };
        if let Some(fault) = fault {
            return Over::Lost { fault, shown: None };
        }
    }
    talk((shell.clone(), links.clone()), broker, shutdown).await
}

/// How long the next try rests, at most, after so many that failed in a row.
fn rest_after(failed: u32) -> Duration {
    MQTT_REST_MIN
        .saturating_mul(1 << failed.min(16))
        .min(MQTT_REST_MAX)
}

fn say(broker: &Broker, fault: &Fault) {
    let broker = broker.address();
    let is_ours_to_mend = match fault {
        Fault::MayNotListen | Fault::PlaceTaken => true,
        Fault::Broker(lost) => {
            matches!(**lost, ConnectionError::ConnectionRefused(_)) || is_taken_over(fault)
        }
    };
    if is_ours_to_mend {
        tracing::error!(%broker, %fault, "nobody is served over the broker");
    } else {
        tracing::warn!(%broker, %fault, "the broker is lost, and its terminals with it");
    }
}

fn is_taken_over(fault: &Fault) -> bool {
    match fault {
        Fault::PlaceTaken => true,
        Fault::MayNotListen => false,
        Fault::Broker(lost) => matches!(
            **lost,
            ConnectionError::MqttState(StateError::ServerDisconnect {
                reason_code: DisconnectReasonCode::SessionTakenOver,
                ..
            })
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_to_their_limit() {
        for (failed, rest_ms) in [(0, 500), (1, 1_000), (3, 4_000), (99, 30_000)] {
            assert_eq!(rest_after(failed), Duration::from_millis(rest_ms));
        }
    }
}
