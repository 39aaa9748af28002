//! A terminal's two topics on a broker, as a link. `docs/mqtt.md` says what is done here,
//! for whoever does it in another language.

use std::time::Duration;

use rumqttc::v5::mqttbytes::QoS;
use rumqttc::v5::mqttbytes::v5::{
    ConnectProperties, Filter, LastWill, Packet, Publish, SubAck, SubscribeReasonCode,
};
use rumqttc::v5::{AsyncClient, Event, EventLoop, MqttOptions};
use rumqttc::{NetworkOptions, Outgoing};
use tillkey_terminal::wire::limits::FRAME_BYTES_MAX;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::address::Account;
use super::link::Heard;

/// How often the broker is asked whether it is there; it notices about as soon that the
/// terminal is not.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// As large as a packet can be that holds a message.
const PACKET_BYTES_MAX: usize = FRAME_BYTES_MAX + 2 * 1_024;
/// How many messages wait in either direction.
const WAITING_MAX: usize = 16;
/// How long leaving may take.
const FAREWELL_MAX: Duration = Duration::from_secs(1);

/// A line over a broker. Dropping it cuts it, and the broker says so.
pub(super) struct Line {
    client: AsyncClient,
    up: String,
    heard: mpsc::Receiver<Heard>,
    ears: JoinHandle<()>,
}

impl Line {
    /// Connects to the broker, and waits until the server is there.
    pub(super) async fn open(account: &Account) -> Result<Self, String> {
        let Account { name, prefix, .. } = account;
        let topics = Topics {
            down: format!("{prefix}/{name}/down"),
            state: format!("{prefix}/server"),
        };
        let up = format!("{prefix}/{name}/up");
        let (client, events) = client(account, &up);
        let filters =
            [&topics.down, &topics.state].map(|topic| Filter::new(topic.clone(), QoS::AtLeastOnce));
        client
            .subscribe_many(filters)
            .await
            .map_err(|fault| fault.to_string())?;
        let (tell, heard) = mpsc::channel(WAITING_MAX);
        let pong = (client.clone(), up.clone());
        let ears = tokio::spawn(async move {
            let why = listen(events, &topics, &tell, pong).await;
            let _ = tell.send(Heard::Over(why)).await;
        });
        let mut line = Self {
            client,
            up,
            heard,
            ears,
        };
        // The first sign is the server's state.
        match line.hear().await {
            Heard::Over(why) => Err(why),
            Heard::Sign | Heard::Frame(_) => Ok(line),
        }
    }

    pub(super) async fn hear(&mut self) -> Heard {
        let gone = || Heard::Over("the broker is gone".to_owned());
        self.heard.recv().await.unwrap_or_else(gone)
    }

    pub(super) async fn say(&mut self, frame: Vec<u8>) -> Result<(), String> {
        publish(&self.client, &self.up, frame).await
    }

    /// Says that the terminal is gone, and disconnects.
    pub(super) async fn close(&mut self) {
        let leaving = async {
            publish(&self.client, &self.up, Vec::new()).await?;
            let left = self.client.disconnect().await;
            let _ = (&mut self.ears).await;
            left.map_err(|fault| fault.to_string())
        };
        let _ = timeout(FAREWELL_MAX, leaving).await;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.ears.abort();
    }
}

/// What is listened to.
struct Topics {
    down: String,
    state: String,
}

fn client(account: &Account, up: &str) -> (AsyncClient, EventLoop) {
    let Account {
        host,
        port,
        name,
        password,
        ..
    } = account;
    let mut options = MqttOptions::new(name, host, *port);
    let properties = ConnectProperties {
        max_packet_size: u32::try_from(PACKET_BYTES_MAX).ok(),
        ..ConnectProperties::new()
    };
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    options
        // What was said to an earlier link is of no use to the next one.
        .set_clean_start(true)
        .set_keep_alive(KEEP_ALIVE)
        .set_connect_properties(properties)
        .set_last_will(LastWill::new(up, Vec::new(), QoS::AtLeastOnce, false, None))
        .set_network_options(network);
    if let Some(password) = password {
        options.set_credentials(name, password.expose());
    }
    AsyncClient::new(options, WAITING_MAX)
}

async fn publish(client: &AsyncClient, up: &str, payload: Vec<u8>) -> Result<(), String> {
    client
        .publish(up, QoS::AtLeastOnce, false, payload)
        .await
        .map_err(|fault| fault.to_string())
}

/// Listens until it is over, and gives why.
async fn listen(
    mut events: EventLoop,
    topics: &Topics,
    tell: &mpsc::Sender<Heard>,
    (client, up): (AsyncClient, String),
) -> String {
    let mut state = None;
    loop {
        let publish = match events.poll().await {
            Ok(Event::Incoming(Packet::Publish(publish))) => publish,
            Ok(Event::Incoming(Packet::SubAck(SubAck { return_codes, .. }))) => {
                let granted =
                    |code: &SubscribeReasonCode| matches!(code, SubscribeReasonCode::Success(_));
                if !return_codes.iter().all(granted) {
                    return "the broker does not let the terminal listen".to_owned();
                }
                continue;
            }
            Ok(Event::Outgoing(Outgoing::Disconnect)) => return "left".to_owned(),
            Ok(_) => continue,
            Err(fault) => return fault.to_string(),
        };
        let heard = if publish.topic == topics.state.as_bytes() {
            match is_anew(&mut state, &publish) {
                Some(true) => Heard::Over("the server began anew".to_owned()),
                Some(false) => Heard::Sign,
                // It is not there yet; it will say so.
                None => continue,
            }
        } else if publish.topic == topics.down.as_bytes() && state.is_some() {
            read(&publish)
        } else {
            continue;
        };
        let is_asked = matches!(heard, Heard::Sign) && publish.topic == topics.down.as_bytes();
        if is_asked
            && client
                .try_publish(&up, QoS::AtLeastOnce, false, "pong")
                .is_err()
        {
            return "the broker takes nothing more".to_owned();
        }
        if tell.send(heard).await.is_err() {
            return "nobody listens".to_owned();
        }
    }
}

/// Whether the server is another one than before; none where it is not there, and was not.
fn is_anew(state: &mut Option<Vec<u8>>, publish: &Publish) -> Option<bool> {
    let payload = publish.payload.to_vec();
    match state {
        None if payload.is_empty() => None,
        None => {
            *state = Some(payload);
            Some(false)
        }
        Some(known) => Some(*known != payload),
    }
}

/// What the server says to this terminal.
fn read(publish: &Publish) -> Heard {
    if !publish.payload.is_empty() {
        return Heard::Frame(publish.payload.to_vec());
    }
    let reason = publish.properties.as_ref().and_then(|properties| {
        let said = properties.user_properties.iter();
        said.rev().find(|(key, _)| key == "reason")
    });
    match reason {
        Some((_, reason)) => Heard::Over(format!("the server closed the link: {reason}")),
        None => Heard::Sign,
    }
}
