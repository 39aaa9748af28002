//! Strangers on the broker, with Mosquitto's own command-line clients: one who has an
//! account, and one who may do everything there.

use tillkey_server::link::limits::Limits;
use tillkey_terminal::Notice;
use tillkey_terminal::wire::code::ResetCode;
use tillkey_terminal::wire::limits::FRAME_BYTES_MAX;

use crate::away::{FIRST, SECOND, cashier, signs_on};
use crate::broker::{Adapter, Mosquitto, OWNER};
use crate::device::Device;
use crate::mqtt_line::BrokerLine;
use crate::nodes::until;
use crate::reset::{app_case, choose, first_password};
use crate::till::{Act, Told};
use crate::world::World;

const UP: &str = "tillkey/till-1/up";
const DOWN: &str = "tillkey/till-1/down";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_an_account_reads_and_writes_its_own_topics_alone() {
    let world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let listener = broker.listen("till-9", "tillkey/#");
    let mut watching = broker.listen(OWNER, "tillkey/#");
    // The state comes first, to whoever listens: so it does.
    watching.on("tillkey/server").await;
    let mut till = world.till_at(broker.address("till-1"), 1).await;
    first_password(&mut till, FIRST).await;
    for topic in [UP, DOWN, "tillkey/server", "tillkey/till-9/down"] {
        assert!(
            !broker.publish("till-9", topic, b"nonsense").await,
            "{topic}"
        );
    }
    assert_eq!(world.links.refused_frames(), 0);
    // What it may say is looked at as everybody's, and refused.
    assert!(
        broker
            .publish("till-9", "tillkey/till-9/up", b"nonsense")
            .await
    );
    until("it is counted", || world.links.refused_frames() == 1).await;
    watching.on("tillkey/till-9/down").await;
    broker
        .publish(OWNER, "tillkey/till-9/down", b"the end")
        .await;
    for heard in listener.all_until(b"the end").await {
        assert!(
            ["tillkey/server", "tillkey/till-9/down"].contains(&heard.topic.as_str()),
            "{heard:?}"
        );
    }
    assert!(signs_on(&mut till, cashier(), FIRST).await);
    assert_eq!(till.connections, 1);
    adapter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_what_is_played_back_changes_nothing_and_takes_nobodys_place() {
    let world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut stranger = broker.listen(OWNER, "tillkey/+/up");
    let mut device = Device::enrol(&world, 1).await;
    let mut line = BrokerLine::open(&broker, "till-1", true).await;
    line.greet(&mut device).await;
    let greeting = stranger.on(UP).await;
    assert!(world.shell.presence().is_online(device.terminal));

    // On its own topic, and on another one.
    for (count, topic) in [(1, UP), (2, "tillkey/till-9/up")] {
        assert!(broker.publish(OWNER, topic, &greeting).await);
        until("it is counted", || world.links.refused_frames() == count).await;
    }
    line.say(device.sign_off()).await;
    line.frame().await;
    assert!(world.shell.presence().is_online(device.terminal));

    // Garbage is as good, until it is too much for the link.
    broker.publish(OWNER, UP, b"nonsense").await;
    broker
        .publish(OWNER, UP, &greeting[..greeting.len() - 1])
        .await;
    let why = line.end().await;
    assert_eq!(why, "1008 too many frames that cannot be believed");
    assert_eq!(world.links.refused_frames(), 4);
    // Without its place the greeting is played back in vain, too.
    broker.publish(OWNER, UP, &greeting).await;
    assert_eq!(line.end().await, "1008 the terminal cannot be verified");
    assert!(!world.shell.presence().is_online(device.terminal));
    line.greet(&mut device).await;
    assert!(world.shell.presence().is_online(device.terminal));
    adapter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_what_the_broker_keeps_or_is_too_long_is_not_looked_at() {
    let world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let mut device = Device::enrol(&world, 1).await;
    // Kept from before the server came, and said while it is there.
    assert!(broker.keep(OWNER, UP, b"nonsense").await);
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut line = BrokerLine::open(&broker, "till-1", false).await;
    assert!(broker.keep(OWNER, UP, b"nonsense").await);
    line.greet(&mut device).await;
    broker.publish(OWNER, UP, &vec![0xd2; 1_000_000]).await;
    line.say(device.sign_off()).await;
    line.frame().await;
    assert_eq!(world.links.refused_frames(), 0);

    broker
        .publish(OWNER, UP, &vec![0xd2; FRAME_BYTES_MAX + 1])
        .await;
    assert_eq!(line.end().await, "1009 a frame is too long or malformed");
    adapter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i01_whoever_reads_everything_on_the_broker_reads_no_password() {
    let mut world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut till = world.till_at(broker.address("till-1"), 1).await;
    first_password(&mut till, FIRST).await;
    let mut stranger = broker.listen(OWNER, "tillkey/#");
    stranger.on("tillkey/server").await;
    app_case(&mut world, 1).await;
    till.until("command", |told| {
        matches!(told, Told::Notice(Notice::CodeIssued { .. }))
    })
    .await;
    let code = world.code::<ResetCode>().await;
    let digits = code.expose().clone();
    choose(&mut till, code, SECOND).await;
    assert!(signs_on(&mut till, cashier(), SECOND).await);
    broker.publish(OWNER, DOWN, b"the end").await;
    let all = stranger.all_until(b"the end").await;
    assert!(all.iter().filter(|heard| heard.topic == DOWN).count() > 4);
    let holds = |payload: &[u8], text: &str| {
        payload
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    for heard in all {
        assert!(!heard.retained || heard.topic == "tillkey/server");
        for password in [FIRST, SECOND] {
            assert!(!holds(&heard.payload, password), "{heard:?}");
        }
        let is_typed = heard.topic == UP;
        assert!(is_typed || !holds(&heard.payload, &digits), "{heard:?}");
    }
    adapter.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e11_a_name_that_says_thousands_of_things_is_in_nobodys_way() {
    let world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    let mut till = world.till_at(broker.address("till-1"), 1).await;
    first_password(&mut till, FIRST).await;
    let mut device = Device::enrol(&world, 2).await;
    let mut flood = BrokerLine::open(&broker, "till-2", false).await;
    flood.say(device.hello()).await;
    flood.frame().await;
    let flooding = async {
        for _ in 0..3_000 {
            flood.say(device.sign_off()).await;
        }
        for _ in 0..3_000 {
            flood.say(b"nonsense".to_vec()).await;
        }
        // It loses its link, and after a few others it is not listened to for a while.
        while flood.end().await != "1013 too much is asked at once; try again later" {}
    };
    let served = async {
        for _ in 0..5 {
            assert!(signs_on(&mut till, cashier(), FIRST).await);
            till.act(Act::SignOff(cashier())).await;
        }
    };
    tokio::join!(flooding, served);
    assert_eq!(till.connections, 1);
    let opened = world.links.refused_frames();
    assert!(opened < 100, "so many were looked at: {opened}");
    adapter.stop().await;
}

/// What one account tries is counted for it alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d02_an_account_uses_up_its_own_tries_to_enrol() {
    let world = World::start(Limits::default()).await;
    let broker = Mosquitto::start().await;
    let adapter = Adapter::start(&world.shell, &world.links, &broker);
    world.use_up_proofs_of("mqtt/till-9").await;
    let (_, code) = world.terminal(9).await;
    let folder = world.folder.path().join("till-9");
    let mut stranger = world.switch_on_at(broker.address("till-9"), 9, &folder);
    stranger.act(Act::Enrol(code)).await;
    let refused = stranger
        .until("refusal", |told| {
            matches!(told, Told::Notice(Notice::EnrolmentRefused { .. }))
        })
        .await;
    assert!(matches!(
        refused,
        Told::Notice(Notice::EnrolmentRefused {
            retry_at: Some(_),
            ..
        })
    ));
    world.till_at(broker.address("till-1"), 1).await;
    adapter.stop().await;
}
