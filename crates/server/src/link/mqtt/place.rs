//! Whether another server has taken the place on the broker.
//!
//! A broker closes the older of two connections under one name. It should say why (MQTT 5
//! §3.14.2.1, 0x8E), and Mosquitto 2.0 of Debian does not. Connecting again would take the
//! place back, and so on without end; so whoever lost a connection first looks, under
//! another name, whose state the broker shows.

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::Packet;
use rumqttc::v5::{ConnectionError, Event};
use tokio::time::timeout;

use super::super::limits::MQTT_SILENCE_MAX;
use super::broker::Broker;

/// Looks whether the state is another server's than the one that showed `ours`.
pub(super) async fn is_taken(broker: &Broker, ours: &str) -> Result<bool, Box<ConnectionError>> {
    let looking = async {
        let (client, mut events) = broker.onlooker();
        let state = broker.topics.state();
        // What is kept comes with the answer to the first, so before that to the second.
        for _ in 0..2 {
            // The queue has room for both.
            let _ = client.try_subscribe(state.as_str(), QoS::AtLeastOnce);
        }
        let mut granted = 0;
        while granted < 2 {
            match events.poll().await? {
                Event::Incoming(Packet::SubAck(_)) => granted += 1,
                Event::Incoming(Packet::Publish(shown)) => {
                    return Ok(!shown.payload.is_empty() && shown.payload != ours.as_bytes());
                }
                _ => {}
            }
        }
        Ok(false)
    };
    timeout(MQTT_SILENCE_MAX, looking)
        .await
        .unwrap_or_else(|silent| Err(ConnectionError::Timeout(silent)))
        .map_err(Box::new)
}
