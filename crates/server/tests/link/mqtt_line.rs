//! A terminal's two topics, spoken by hand.

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{LastWill, Packet, Publish};
use rumqttc::v5::{AsyncClient, Event, MqttOptions};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::broker::{Mosquitto, password};
use crate::device::Device;
use crate::world::soon;

/// How much waits to be said.
const WAITING_MAX: usize = 64;

/// A line. Dropping it cuts it.
pub(crate) struct BrokerLine {
    client: AsyncClient,
    up: String,
    heard: mpsc::UnboundedReceiver<Publish>,
    ears: JoinHandle<()>,
}

impl BrokerLine {
    /// Connects under an account, with a Will or without, and waits for the server.
    pub(crate) async fn open(broker: &Mosquitto, account: &str, has_will: bool) -> Self {
        let up = format!("tillkey/{account}/up");
        let mut options = MqttOptions::new(account, "127.0.0.1", broker.port());
        options.set_credentials(account, password(account));
        if has_will {
            let will = LastWill::new(&up, Vec::new(), QoS::AtLeastOnce, false, None);
            options.set_last_will(will);
        }
        let (client, mut events) = AsyncClient::new(options, WAITING_MAX);
        let down = format!("tillkey/{account}/down");
        for topic in [down.as_str(), "tillkey/server"] {
            client.subscribe(topic, QoS::AtLeastOnce).await.unwrap();
        }
        let (tell, mut heard) = mpsc::unbounded_channel();
        let ears = tokio::spawn(async move {
            while let Ok(event) = events.poll().await {
                if let Event::Incoming(Packet::Publish(publish)) = event {
                    let _ = tell.send(publish);
                }
            }
        });
        let state = soon("state", heard.recv()).await.unwrap();
        assert_eq!(state.topic, "tillkey/server");
        Self {
            client,
            up,
            heard,
            ears,
        }
    }

    pub(crate) async fn say(&self, payload: Vec<u8>) {
        let said = self
            .client
            .publish(&self.up, QoS::AtLeastOnce, false, payload);
        said.await.unwrap();
    }

    async fn hear(&mut self) -> Publish {
        soon("word", self.heard.recv()).await.unwrap()
    }

    /// Greets, and waits for the welcome.
    pub(crate) async fn greet(&mut self, device: &mut Device) {
        self.say(device.hello()).await;
        self.frame().await;
    }

    /// The next message of the link, past everything else.
    pub(crate) async fn frame(&mut self) -> Vec<u8> {
        loop {
            let word = self.hear().await;
            if !word.payload.is_empty() {
                return word.payload.to_vec();
            }
        }
    }

    /// Why the link ends, past everything else.
    pub(crate) async fn end(&mut self) -> String {
        loop {
            let word = self.hear().await;
            let said = word.properties.unwrap_or_default().user_properties;
            if let [(_, code), (_, reason)] = said.as_slice() {
                return format!("{code} {reason}");
            }
        }
    }

    /// Waits until the server asks whether somebody is there.
    pub(crate) async fn asked(&mut self) {
        let word = self.hear().await;
        let said = word.properties.unwrap_or_default().user_properties;
        assert!(word.payload.is_empty() && said.is_empty());
    }
}

impl Drop for BrokerLine {
    fn drop(&mut self) {
        self.ears.abort();
    }
}
