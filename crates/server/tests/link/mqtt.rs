//! Terminals over a broker: served as over a WebSocket, and back by themselves whatever
//! ends.

use std::time::Duration;

use tillkey_server::link::limits::Limits;
use tillkey_server::link::{self, Links};
use tillkey_terminal::Notice;
use tillkey_terminal::wire::code::ResetCode;
use tokio::sync::watch;

use crate::away::{FIRST, SECOND, cashier, signs_on};
use crate::broker::{Adapter, Mosquitto, OWNER};
use crate::device::Device;
use crate::lines::issue;
use crate::mqtt_line::BrokerLine;
use crate::nodes::until;
use crate::reset::{app_case, choose, first_password};
use crate::till::Told;
use crate::world::{Watched, World, soon};

async fn welcomed(till: &mut Watched) {
    till.until("welcome", |told| {
        matches!(told, Told::Notice(Notice::Welcomed))
    })
    .await;
}

async fn over(till: &mut Watched) {
    till.until("end", |told| matches!(told, Told::Disconnected { .. }))
        .await;
}

async fn code_announced(till: &mut Watched) {
    till.until("command", |told| {
        matches!(told, Told::Notice(Notice::CodeIssued { .. }))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_is_enrolled_reset_and_signed_on_over_a_broker() {
    let mut world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut till = world.till_at(broker.address("till-1"), 1).await;
    assert!(world.shell.presence().is_online(till.terminal.unwrap()));

    first_password(&mut till, FIRST).await;
    assert!(signs_on(&mut till, cashier(), FIRST).await);
    app_case(&mut world, 1).await;
    code_announced(&mut till).await;
    let code = world.code::<ResetCode>().await;
    choose(&mut till, code, SECOND).await;
    assert!(!signs_on(&mut till, cashier(), FIRST).await);
    assert!(signs_on(&mut till, cashier(), SECOND).await);
    assert_eq!(till.connections, 1);
    assert_eq!(world.links.refused_frames(), 0);
    adapter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_till_greets_anew_by_itself_when_the_server_has_begun_anew() {
    let mut world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let mut states = broker.listen(OWNER, "tillkey/server");
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut till = world.till_at(broker.address("till-1"), 1).await;
    let terminal = till.terminal.unwrap();
    first_password(&mut till, FIRST).await;
    let first = states.on("tillkey/server").await;

    tokio::join!(world.shut_down(), adapter.stop());
    assert!(!world.shell.presence().is_online(terminal));
    let Told::Disconnected { why, .. } = till
        .until("end", |told| matches!(told, Told::Disconnected { .. }))
        .await
    else {
        unreachable!()
    };
    assert!(why.contains("the server shuts down"), "{why}");
    assert!(states.on("tillkey/server").await.is_empty(), "it is gone");

    // The case waits for the outbox of the server that went; its command is queued.
    let (_stop, told) = watch::channel(false);
    let links = Links::default();
    tokio::spawn(link::run(world.shell.clone(), links.clone(), told));
    issue(&world, terminal, 1).await;
    let adapter = Adapter::start(&world.shell, &links, &broker);
    welcomed(&mut till).await;
    code_announced(&mut till).await;
    let second = states.on("tillkey/server").await;
    assert!(!second.is_empty() && second != first);
    adapter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_is_killed_takes_its_links_along_and_nothing_else() {
    let world = World::start(Limits::default()).await;
    let mut broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut till = world.till_at(broker.address("till-1"), 1).await;
    let mut direct = world.till(2).await;
    let terminal = till.terminal.unwrap();

    broker.kill();
    over(&mut till).await;
    until("its links ended", || {
        !world.shell.presence().is_online(terminal)
    })
    .await;
    first_password(&mut direct, FIRST).await;
    assert_eq!(direct.connections, 1);

    broker.start_again().await;
    welcomed(&mut till).await;
    first_password(&mut till, FIRST).await;
    assert!(signs_on(&mut till, cashier(), FIRST).await);
    adapter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_dies_is_gone_by_its_will() {
    let world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut device = Device::enrol(&world, 1).await;
    // Whoever listens to everything makes the broker find a subscriber to every word.
    let _listener = broker.listen(OWNER, "tillkey/#");
    let mut line = BrokerLine::open(&broker, "till-1", true).await;
    line.greet(&mut device).await;
    assert!(world.shell.presence().is_online(device.terminal));
    drop(line);
    until("it is gone", || {
        !world.shell.presence().is_online(device.terminal)
    })
    .await;
    adapter.stop().await;
}

/// Pings are quick here, and the wait for a sign of life is not.
fn impatient() -> Limits {
    Limits {
        ping_after: Duration::from_millis(100),
        silence_max: Duration::from_secs(2),
        ..Limits::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_without_a_will_is_gone_when_nobody_hears_the_next_word() {
    // Long before its silence would end it.
    let world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut device = Device::enrol(&world, 1).await;
    let mut line = BrokerLine::open(&broker, "till-1", false).await;
    line.greet(&mut device).await;
    assert!(world.shell.presence().is_online(device.terminal));
    drop(line);
    soon("end of the link", async {
        while world.shell.presence().is_online(device.terminal) {
            issue(&world, device.terminal, 1).await;
        }
    })
    .await;
    adapter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_whoever_subscribes_to_a_dead_terminals_topic_does_not_keep_it_alive() {
    let world = World::start(impatient()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut device = Device::enrol(&world, 1).await;
    // Mosquitto grants it, passes nothing on, and counts it.
    let _listener = broker.listen("till-9", "tillkey/till-1/down");
    let mut line = BrokerLine::open(&broker, "till-1", false).await;
    line.greet(&mut device).await;
    // Asked for longer than it may be silent, it is there as long as it answers.
    for _ in 0..25 {
        line.asked().await;
        line.say(b"pong".to_vec()).await;
    }
    assert!(world.shell.presence().is_online(device.terminal));
    drop(line);
    until("it has not answered", || {
        !world.shell.presence().is_online(device.terminal)
    })
    .await;
    adapter.stop().await;
}

/// Whoever greets again where nobody noticed that they were away gets what they missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d11_a_second_greeting_on_one_link_brings_again_what_was_not_acknowledged() {
    let world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut device = Device::enrol(&world, 1).await;
    let mut line = BrokerLine::open(&broker, "till-1", false).await;
    line.greet(&mut device).await;
    issue(&world, device.terminal, 1).await;
    let missed = line.frame().await;
    line.greet(&mut device).await;
    assert_eq!(line.frame().await, missed);
    adapter.stop().await;
}

/// Two servers that take the place from each other at once would serve nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_place_is_taken_does_not_take_it_back_at_once() {
    let world = World::start(impatient()).await;
    let broker = Mosquitto::start().await;
    let mut states = broker.listen(OWNER, "tillkey/server");
    let first = Adapter::start(&world.shell, &world.links, &broker);
    states.on("tillkey/server").await;
    let second = Adapter::start(&world.shell, &world.links, &broker);
    // The first one's Will, then the second one.
    while states.on("tillkey/server").await.is_empty() {}
    let mut device = Device::enrol(&world, 1).await;
    let mut line = BrokerLine::open(&broker, "till-1", true).await;
    line.greet(&mut device).await;
    // Longer than a rest after any other loss.
    for _ in 0..25 {
        line.asked().await;
        line.say(b"pong".to_vec()).await;
    }
    broker.publish(OWNER, "tillkey/server", b"the end").await;
    assert!(states.all_until(b"the end").await.is_empty());
    tokio::join!(first.stop(), second.stop());
}
