//! How a terminal is, over the real link: kept as it comes, and a hint only.

use jiff::{SignedDuration, Timestamp};
use tillkey_server::act::health::{self, HealthView};
use tillkey_server::act::party::Keeper;
use tillkey_server::act::{Failure, SignedIn};
use tillkey_server::link::limits::Limits;
use tillkey_terminal::wire::health::{Health, HealthReport, Printer, VERSION};
use tillkey_terminal::wire::ids::TerminalId;
use tillkey_terminal::wire::message::{Reply, Report};

use crate::device::Device;
use crate::world::{World, soon};

async fn view(world: &World, terminal: TerminalId) -> HealthView {
    health::view(&world.shell, terminal, Keeper::from(&world.admin))
        .await
        .unwrap()
}

/// The first view of a report.
async fn reported(world: &World, terminal: TerminalId) -> HealthView {
    soon("report", async {
        loop {
            let view = view(world, terminal).await;
            if view.reported.is_some() {
                return view;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

fn codes(view: &HealthView) -> Vec<&'static str> {
    view.findings.iter().map(|finding| finding.code).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_reports_with_its_connection_and_when_it_is_asked() {
    let world = World::start(Limits::default()).await;
    let till = world.till(1).await;
    let terminal = till.terminal.unwrap();
    let first = reported(&world, terminal).await;
    let report = first.reported.unwrap();
    assert!(first.online);
    assert_eq!(report.report.firmware.as_str(), "1.0");
    assert_eq!(report.clock_ahead_seconds, 0);
    assert_eq!(first.findings, []);

    world.advance_seconds(60);
    health::ask(&world.shell, terminal, &world.admin, None)
        .await
        .unwrap();
    soon("second report", async {
        while view(&world, terminal).await.reported.unwrap().reported_at == report.reported_at {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let stranger = SignedIn {
        acquirer: "other-bank".parse().unwrap(),
        ..world.admin.clone()
    };
    let refused = health::view(&world.shell, terminal, Keeper::from(&stranger)).await;
    assert!(matches!(refused, Err(Failure::Unknown)));
}

/// A forged report is kept as what it is: the server's own clock says how far off the
/// terminal's is, and nothing that it permits depends on any of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g06_a_forged_report_is_a_hint_and_permits_nothing() {
    let world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let mut line = device.connect(&world).await;
    for clock in [
        Timestamp::MIN,
        Timestamp::MAX,
        world.shell.now() - SignedDuration::from_hours(2),
    ] {
        let counter = device.next();
        let report = HealthReport {
            v: VERSION,
            firmware: "99.99".parse().unwrap(),
            clock,
            signed_on: 255,
            health: Health {
                printer: Some(Printer::PaperOut),
                unsettled: Some(u32::MAX),
                ..Health::default()
            },
        };
        line.say(device.report(counter, Report::Health(report)))
            .await;
        assert!(matches!(device.reply(&mut line).await, Reply::HealthTaken));
    }
    let forged = view(&world, device.terminal).await;
    assert_eq!(codes(&forged), ["paper_out", "clock_off", "unsettled"]);
    assert_eq!(forged.reported.unwrap().clock_ahead_seconds, -7_200);

    // Its word that a batch is not settled can make a decision stricter; its word that
    // all is settled is not asked for at all.
    let terminal = device.terminal;
    let (now, acquirer) = (world.shell.now(), world.shell.home().clone());
    let facts = world.shell.store().read(move |tx| {
        let subject = tillkey_rules::party::Subject {
            acquirer: acquirer.clone(),
            merchant: crate::world::MERCHANT.parse().unwrap(),
            terminal,
            terminal_number: crate::world::number(1).parse().unwrap(),
            operator: "01".parse().unwrap(),
        };
        tillkey_store::party::subject::facts(tx, &subject, now, true)
    });
    let facts = facts.await.unwrap();
    assert_eq!(facts.unsettled_batch, Some(true));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_a_report_that_is_played_back_changes_nothing() {
    let world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let mut line = device.connect(&world).await;
    let mut say = |printer| {
        let counter = device.next();
        let report = HealthReport {
            v: VERSION,
            firmware: "1.0".parse().unwrap(),
            clock: Timestamp::UNIX_EPOCH,
            signed_on: 0,
            health: Health {
                printer: Some(printer),
                ..Health::default()
            },
        };
        device.report(counter, Report::Health(report))
    };
    let (well, ill) = (say(Printer::Ready), say(Printer::Faulty));
    line.say(well.clone()).await;
    let _ = line.hear().await.unwrap();
    line.say(ill).await;
    let _ = line.hear().await.unwrap();
    line.say(well).await;
    line.say(device.sign_off()).await;
    assert!(matches!(device.reply(&mut line).await, Reply::SignedOff));
    let kept = view(&world, device.terminal).await.reported.unwrap();
    assert_eq!(kept.report.health.printer, Some(Printer::Faulty));
    assert_eq!(world.links.refused_frames(), 1);
}
