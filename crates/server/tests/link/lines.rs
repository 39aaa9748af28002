//! What happens on the line: who is let in, who is put out, and what is delivered.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use jiff::{SignedDuration, Timestamp};
use tillkey_server::bell::Ring;
use tillkey_server::link::limits::Limits;
use tillkey_store::command::{self, NewCommand};
use tillkey_terminal::wire::cbor;
use tillkey_terminal::wire::ids::{CaseId, CommandId, OperatorNumber, TerminalId};
use tillkey_terminal::wire::message::{Command, Outcome, Reply, Report};
use tokio_tungstenite::tungstenite::Message;

use crate::device::{Device, Line, hello};
use crate::world::{World, soon};

const LATE: &str = "1008 the first frame did not come in time";
const NOT_AN_OPENING: &str = "1008 the first frame must be an enrolment request or a hello";
const NOT_VERIFIED: &str = "1008 the terminal cannot be verified";
const TOO_MANY: &str = "1008 too many frames that cannot be believed";

fn code_issued(case: u8) -> Command {
    Command::CodeIssued {
        case: CaseId::from_bytes([case; 10]),
        operator: OperatorNumber::new(1).unwrap(),
        expires_at: Timestamp::MAX,
    }
}

/// Queues a command as an act would, and rings.
async fn queue(
    world: &World,
    terminal: TerminalId,
    body: Vec<u8>,
    kind: &'static str,
) -> CommandId {
    let id = CommandId::random(&mut world.shell.rng());
    let now = world.shell.now();
    let command = NewCommand {
        id,
        terminal,
        operator: Some(OperatorNumber::new(1).unwrap()),
        kind,
        body,
        now,
        expires_at: now + SignedDuration::from_mins(10),
    };
    world
        .shell
        .store()
        .write(move |tx| command::queue(tx, &command))
        .await
        .unwrap();
    world.shell.bell().ring(Ring::Terminal(terminal));
    id
}

pub(crate) async fn issue(world: &World, terminal: TerminalId, case: u8) -> CommandId {
    queue(
        world,
        terminal,
        cbor::encode(&code_issued(case)).unwrap(),
        "code_issued",
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_does_not_say_who_it_is_ends() {
    let limits = Limits {
        first_frame_wait_max: Duration::from_millis(100),
        ..Limits::default()
    };
    let world = World::start(limits).await;
    let mut silent = Line::open(&world).await;
    assert_eq!(silent.end().await, LATE);

    let mut pinging = Line::open(&world).await;
    pinging
        .0
        .send(Message::Ping(Vec::new().into()))
        .await
        .unwrap();
    assert_eq!(
        pinging.end().await,
        LATE,
        "signs of life do not prolong the wait"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_frame_that_is_not_an_opening_ends_the_connection_and_says_why() {
    let world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;

    let mut text = Line::open(&world).await;
    text.0.send(Message::Text("hello".into())).await.unwrap();
    assert_eq!(text.end().await, "1003 frames must be binary");

    let mut nonsense = Line::open(&world).await;
    nonsense.say(b"nonsense".to_vec()).await;
    assert_eq!(nonsense.end().await, NOT_AN_OPENING);

    let mut hasty = Line::open(&world).await;
    hasty.say(device.sign_off()).await;
    assert_eq!(
        hasty.end().await,
        NOT_AN_OPENING,
        "nothing before the greeting"
    );

    let mut long = Line::open(&world).await;
    long.say(vec![0xd2; 17 * 1024]).await;
    assert_eq!(long.end().await, "1009 a frame is too long or malformed");
    assert!(!world.shell.presence().is_online(device.terminal));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_greeting_that_cannot_be_believed_is_not_welcomed() {
    let world = World::start(Limits::default()).await;
    let (mut one, mut two) = (
        Device::enrol(&world, 1).await,
        Device::enrol(&world, 2).await,
    );

    // By another key, under the terminal's name.
    std::mem::swap(&mut one.key, &mut two.key);
    let forged = one.hello();
    std::mem::swap(&mut one.key, &mut two.key);
    // Of a terminal that nobody knows.
    let mut stranger = Device::enrol(&world, 3).await;
    stranger.terminal = TerminalId::from_bytes([9; 10]);
    let cut = {
        let mut whole = one.hello();
        whole.truncate(whole.len() - 1);
        whole
    };
    for (frame, why) in [
        (forged, NOT_VERIFIED),
        (stranger.hello(), NOT_VERIFIED),
        (cut, NOT_AN_OPENING),
    ] {
        let mut line = Line::open(&world).await;
        line.say(frame).await;
        assert_eq!(line.end().await, why);
    }
    assert_eq!(world.links.refused_frames(), 3);
    assert_eq!(world.shell.presence().count(), 0);
    one.connect(&world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_a_greeting_that_is_played_back_puts_nobody_out() {
    let world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let greeting = device.hello();
    let mut first = Line::open(&world).await;
    first.say(greeting.clone()).await;
    assert!(matches!(device.reply(&mut first).await, Reply::Welcome(_)));

    let mut copy = Line::open(&world).await;
    copy.say(greeting).await;
    assert_eq!(copy.end().await, NOT_VERIFIED);

    first.say(device.sign_off()).await;
    assert!(
        matches!(device.reply(&mut first).await, Reply::SignedOff),
        "it is still served"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_frames_that_cannot_be_believed_are_counted_and_then_end_the_connection() {
    let world = World::start(Limits::default()).await;
    let (mut one, mut two) = (
        Device::enrol(&world, 1).await,
        Device::enrol(&world, 2).await,
    );
    let bad: [fn(&mut Device, &mut Device) -> Vec<u8>; 4] = [
        // Played back.
        |one, _| one.report(1, hello()),
        // Another terminal's, by its own key.
        |_, two| two.sign_off(),
        // By another key, under this terminal's name.
        |one, two| {
            std::mem::swap(&mut one.key, &mut two.key);
            let frame = one.sign_off();
            std::mem::swap(&mut one.key, &mut two.key);
            frame
        },
        // Cut off.
        |one, _| {
            let mut frame = one.sign_off();
            frame.truncate(frame.len() / 2);
            frame
        },
    ];
    for make in bad {
        let mut line = one.connect(&world).await;
        for _ in 0..2 {
            let frame = make(&mut one, &mut two);
            line.say(frame).await;
        }
        // Not answered, and not ended yet.
        line.say(one.sign_off()).await;
        assert!(matches!(one.reply(&mut line).await, Reply::SignedOff));
        let frame = make(&mut one, &mut two);
        line.say(frame).await;
        assert_eq!(line.end().await, TOO_MANY);
    }
    assert_eq!(world.links.refused_frames(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_connection_takes_the_older_ones_place() {
    let world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let mut older = device.connect(&world).await;
    let mut newer = device.connect(&world).await;
    assert_eq!(older.end().await, "1008 the terminal connected again");
    assert!(world.shell.presence().is_online(device.terminal));

    issue(&world, device.terminal, 1).await;
    assert_eq!(device.order(&mut newer).await.command, code_issued(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d11_a_command_rung_for_everybody_at_once_reaches_everybody() {
    let world = World::start(Limits::default()).await;
    let mut devices = Vec::new();
    for index in 1..=40 {
        let mut device = Device::enrol(&world, index).await;
        let line = device.connect(&world).await;
        devices.push((device, line));
    }
    let ids = futures_util::future::join_all(
        devices
            .iter()
            .map(|(device, _)| issue(&world, device.terminal, 1)),
    )
    .await;
    for ((device, line), id) in devices.iter_mut().zip(ids) {
        let order = device.order(line).await;
        assert_eq!((order.id, order.command), (id, code_issued(1)));
        let counter = device.next();
        let outcome = Outcome::Done;
        line.say(device.report(
            counter,
            Report::Acknowledge {
                command: id,
                outcome,
            },
        ))
        .await;
        assert!(matches!(device.reply(line).await, Reply::Acknowledged));
    }
    // Acknowledged is ended: a new connection gets none of them.
    let (device, _) = &mut devices[0];
    let mut line = device.connect(&world).await;
    line.say(device.sign_off()).await;
    assert!(matches!(device.reply(&mut line).await, Reply::SignedOff));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_away_gets_the_newest_and_gets_it_until_it_is_acknowledged() {
    let world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    issue(&world, device.terminal, 1).await;
    let newest = issue(&world, device.terminal, 2).await;
    for _ in 0..2 {
        let mut line = device.connect(&world).await;
        let order = device.order(&mut line).await;
        assert_eq!(
            (order.id, order.sequence, order.command),
            (newest, 2, code_issued(2))
        );
        // Sent once on one connection, however often it is rung.
        world.shell.bell().ring(Ring::Terminal(device.terminal));
        line.say(device.sign_off()).await;
        assert!(matches!(device.reply(&mut line).await, Reply::SignedOff));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d10_a_command_that_cannot_be_read_holds_up_no_other() {
    let world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let mut line = device.connect(&world).await;
    queue(
        &world,
        device.terminal,
        b"nonsense".to_vec(),
        "of another version",
    )
    .await;
    let next = issue(&world, device.terminal, 1).await;
    assert_eq!(device.order(&mut line).await.id, next);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_enrolled_anew_puts_the_old_one_out() {
    let world = World::start(Limits::default()).await;
    let mut old = Device::enrol(&world, 1).await;
    let mut line = old.connect(&world).await;
    let code =
        tillkey_server::act::party::open_enrolment(&world.shell, old.terminal, &world.admin, None)
            .await
            .unwrap()
            .code
            .parse()
            .unwrap();
    Device::enrol_with(&world, 1, &code).await;
    assert_eq!(
        line.end().await,
        "1012 the terminal's place has changed; connect again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_terminal_is_asked_and_then_given_up() {
    let limits = Limits {
        ping_after: Duration::from_millis(50),
        silence_max: Duration::from_millis(200),
        ..Limits::default()
    };
    let world = World::start(limits).await;
    let mut device = Device::enrol(&world, 1).await;
    // Not polled, so its pongs are not sent: the far end is dead, the network is not.
    let mut line = device.connect(&world).await;
    let shell = world.shell.clone();
    soon("end of the silent line", async {
        while shell.presence().is_online(device.terminal) {
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert_eq!(line.end().await, "1001 nothing was heard for too long");

    // Before that it is asked whether it is there.
    let mut line = device.connect(&world).await;
    let asked = soon("ping", line.0.next()).await.unwrap().unwrap();
    assert!(matches!(asked, Message::Ping(_)), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_does_not_read_is_dropped_and_nobody_waits_for_it() {
    let limits = Limits {
        write_wait_max: Duration::from_millis(200),
        ..Limits::default()
    };
    let world = World::start(limits).await;
    let (mut deaf, mut other) = (
        Device::enrol(&world, 1).await,
        Device::enrol(&world, 2).await,
    );
    let mut line = deaf.connect(&world).await;
    let mut others = other.connect(&world).await;
    let shell = world.shell.clone();
    soon("end of the deaf line", async {
        // Asks on and on and never reads an answer.
        while shell.presence().is_online(deaf.terminal) {
            let frame = deaf.hello();
            let saying = line.0.send(Message::Binary(frame.into()));
            let _ = tokio::time::timeout(Duration::from_millis(50), saying).await;
        }
    })
    .await;
    let why = line.end().await;
    assert!(
        !why.starts_with("10"),
        "there was no room for a reason: {why}"
    );
    assert_eq!(world.links.refused_frames(), 0);
    issue(&world, other.terminal, 1).await;
    assert_eq!(other.order(&mut others).await.command, code_issued(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_are_admitted_than_there_is_room_for() {
    let limits = Limits {
        connections_max: 1,
        opening_max: 1,
        ..Limits::default()
    };
    let world = World::start(limits).await;
    let _first = Line::open(&world).await;
    let stream = tokio::net::TcpStream::connect(world.address).await.unwrap();
    let refused =
        tokio_tungstenite::client_async(format!("ws://{}/v1/link", world.address), stream).await;
    assert!(refused.unwrap_err().to_string().contains("503"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shutdown_tells_everybody_and_waits_for_them() {
    let mut world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let mut served = device.connect(&world).await;
    let mut opening = Line::open(&world).await;
    let going = "1001 the server shuts down; connect again";
    let (one, two, ()) = tokio::join!(served.end(), opening.end(), world.shut_down());
    assert_eq!((one.as_str(), two.as_str()), (going, going));
    assert_eq!(world.shell.presence().count(), 0);
}
