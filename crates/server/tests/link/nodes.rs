//! Two nodes on one PostgreSQL: a terminal that is linked to one of them is reached from
//! the other, and what counts counts on both.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tillkey_rules::attempts::Scope;
use tillkey_server::act::{Failure, Source, case};
use tillkey_server::bell::Ring;
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::link::limits::Limits;
use tillkey_server::link::{self, Links};
use tillkey_server::{Shell, nodes};
use tillkey_terminal::Notice;
use tillkey_terminal::wire::code::ResetCode;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use crate::away::{FIRST, SECOND, cashier, signs_on};
use crate::engine;
use crate::reset::{app_case, choose, first_password, forgotten};
use crate::till::Told;
use crate::world::{World, soon};

/// The second node, with no terminal of its own at first.
struct Second {
    shell: Shell,
    shutdown: watch::Sender<bool>,
    line: JoinHandle<()>,
}

impl Second {
    /// Opens it on the first one's database and keys, and brings both into touch.
    async fn beside(world: &World) -> Self {
        let first = world.shell.config();
        let data = world.folder.path().join("second");
        let config = Config {
            data,
            keyring: Some(first.keyring()),
            ..first.clone()
        };
        let clock = world.clock();
        let open = move || tillkey_server::open(config, clock, Entropy::seeded(8)).unwrap();
        let shell = tokio::task::spawn_blocking(open).await.unwrap();
        let (shutdown, told) = watch::channel(false);
        tokio::spawn(link::run(shell.clone(), Links::default(), told.clone()));
        tokio::spawn(nodes::run(world.shell.clone(), world.told()));
        let line = tokio::spawn(nodes::run(shell.clone(), told));
        let second = Self {
            shell,
            shutdown,
            line,
        };
        let both = || {
            world.shell.presence().nodes_elsewhere() == 1
                && second.shell.presence().nodes_elsewhere() == 1
        };
        until("the two hear each other", both).await;
        second
    }
}

pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// A world whose first node is on PostgreSQL, whatever the other tests stand on.
async fn world() -> World {
    World::on(engine::postgres, Limits::default()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_is_reached_from_the_other_node() {
    let mut world = world().await;
    let second = Second::beside(&world).await;
    let mut till = world.till(1).await;
    let terminal = till.terminal.unwrap();
    first_password(&mut till, FIRST).await;
    let here = world.shell.clone();
    until("the link is known elsewhere", || {
        second.shell.presence().is_online(terminal)
    })
    .await;

    // Everything that people do is done on the second node.
    world.shell = second.shell.clone();
    let begun = Instant::now();
    app_case(&mut world, 1).await;
    till.until("command", |told| {
        matches!(told, Told::Notice(Notice::CodeIssued { .. }))
    })
    .await;
    // Without a ring it would take until the link looks by itself.
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    let code = world.code::<ResetCode>().await;
    choose(&mut till, code, SECOND).await;
    assert!(!signs_on(&mut till, cashier(), FIRST).await);
    assert!(signs_on(&mut till, cashier(), SECOND).await);
    assert_eq!(till.connections, 1);

    world.shell = here;
    world.shut_down().await;
    until("its terminals went with the node", || {
        !second.shell.presence().is_online(terminal)
    })
    .await;
    second.shutdown.send_replace(true);
    soon("good-bye", second.line).await.unwrap();
}

/// A till whose line broke is back on another node before the first one notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_another_node_ends_the_older_one() {
    let mut world = world().await;
    let second = Second::beside(&world).await;
    let mut till = world.till(1).await;
    let terminal = till.terminal.unwrap();
    assert!(world.shell.presence().is_online(terminal));
    second.shell.bell().ring(Ring::LinkedElsewhere(terminal));
    till.until("end", |told| matches!(told, Told::Disconnected { .. }))
        .await;
    till.until("welcome", |told| {
        matches!(told, Told::Notice(Notice::Welcomed))
    })
    .await;
    world.shut_down().await;
}

/// What one source may do is counted on both nodes together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d02_what_is_tried_on_two_nodes_is_counted_together() {
    let mut world = world().await;
    let second = Second::beside(&world).await;
    let shells = [world.shell.clone(), second.shell.clone()];
    let limit = Scope::SourceOpening.limit();
    let tried = usize::try_from(limit).unwrap() * 2;
    let openings = shells.iter().cycle().take(tried).map(|shell| {
        let shell = shell.clone();
        async move {
            let source = Source::address([127, 0, 0, 1].into());
            loop {
                match case::open(&shell, forgotten(1), None, &source, None).await {
                    // So many at once are in each other's way.
                    Err(Failure::Busy) => {}
                    opened => return opened.is_ok(),
                }
            }
        }
    });
    let opened: Vec<bool> = stream::iter(openings).buffer_unordered(8).collect().await;
    let opened = opened.into_iter().filter(|opened| *opened).count();
    assert_eq!(opened, tried / 2);
    world.shut_down().await;
}
