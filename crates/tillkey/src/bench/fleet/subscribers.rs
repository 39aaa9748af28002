//! The part that is the same number of subscribers of a broker, each to a topic of its
//! own, with nothing of a terminal about them.

use rumqttc::{AsyncClient, Event, EventLoop, MqttOptions, NetworkOptions, Packet, QoS};
use tillkey_server::link::limits::PING_AFTER;
use tokio::sync::OwnedSemaphorePermit;

use super::clients;
use super::line::{Mouth, What};
use crate::failed::Failed;

/// As much as any message here.
const PACKET_BYTES_MAX: usize = 4 * 1_024;
/// How many requests wait for a client's connection.
const REQUESTS_MAX: usize = 8;

/// Is the subscribers of the broker on a port of this machine.
pub(super) fn run(port: u16) -> Result<(), Failed> {
    let (mouth, failures) = Mouth::open();
    let start = |number: usize, place| {
        let (client, events) = client(&format!("till-{number}"), port);
        client
            .try_subscribe(topic(number), QoS::AtLeastOnce)
            .map_err(Failed::because("a topic cannot be subscribed to"))?;
        tokio::spawn(follow(number, (client, events), mouth.clone(), place));
        Ok(())
    };
    clients::runtime()?.block_on(clients::run(failures, start))
}

/// Where a subscriber's messages are published.
pub(super) fn topic(client: usize) -> String {
    format!("till/{client}")
}

/// A client of the broker, as the link's own connections are: nothing is held back, and
/// whoever says nothing is asked as often.
pub(super) fn client(name: &str, port: u16) -> (AsyncClient, EventLoop) {
    let mut options = MqttOptions::new(name, "127.0.0.1", port);
    options
        .set_keep_alive(PING_AFTER)
        .set_max_packet_size(PACKET_BYTES_MAX, PACKET_BYTES_MAX);
    let (client, mut events) = AsyncClient::new(options, REQUESTS_MAX);
    let mut network = NetworkOptions::new();
    network.set_tcp_nodelay(true);
    events.set_network_options(network);
    (client, events)
}

async fn follow(
    number: usize,
    (client, mut events): (AsyncClient, EventLoop),
    mouth: Mouth,
    connecting: OwnedSemaphorePermit,
) {
    let mut connecting = Some(connecting);
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::SubAck(_))) => {
                connecting = None;
                mouth.say(number, What::Connected);
            }
            Ok(Event::Incoming(Packet::Publish(_))) => mouth.say(number, What::Reached),
            Ok(_) => {}
            Err(fault) => {
                mouth.fail(Failed::because(format!("subscriber {number} failed"))(
                    fault,
                ));
                break;
            }
        }
    }
    drop((client, connecting));
}
