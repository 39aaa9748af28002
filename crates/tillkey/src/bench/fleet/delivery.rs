//! From an approval to the terminal that shows it, and beside it from a publish to the
//! subscriber that has it: as many, as often, over as many connections.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::ToSpan;
use tillkey_server::Shell;
use tillkey_server::act::case;
use tillkey_wire::ids::{CaseId, CommandId, OperatorNumber, TerminalId};
use tillkey_wire::message::{Command, FromServer, Order};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::super::customer::{self, Proven};
use super::super::figure::count;
use super::super::till::Till;
use super::line::What;
use super::moment::Moment;
use super::mosquitto::Publisher;
use super::part::Part;
use crate::failed::Failed;

/// How many go out in a second.
const RATE: f64 = 300.0;
/// How many cases are prepared at once.
const PREPARED_AT_ONCE: usize = 64;

/// A terminal with its place in the fleet, and the case of its operator.
pub(super) type Prepared = (usize, Proven);

/// When one was sent off.
struct Sent {
    client: usize,
    /// Before anything was done.
    asked: Moment,
    /// When it was out of the sender's hands: for an approval, when it was committed.
    done: Moment,
}

/// How long each took.
pub(super) struct Delivered {
    /// From when somebody asked for it.
    pub(super) asked: Vec<Duration>,
    /// From when it was committed.
    pub(super) committed: Vec<Duration>,
}

/// Opens a case for each and proves it, up to where only the decision is missing.
pub(super) async fn prepare(
    tills: Vec<(usize, Till)>,
    operator: OperatorNumber,
) -> Result<Vec<Prepared>, Failed> {
    stream::iter(tills)
        .map(|(client, mut till)| async move {
            let proven = customer::prove(&mut till, operator).await?;
            Ok((client, proven))
        })
        .buffer_unordered(PREPARED_AT_ONCE)
        .try_collect()
        .await
}

/// Has the prepared cases decided, one after the other, and waits until each terminal
/// shows that a code is on its way.
pub(super) async fn approve(
    shell: &Shell,
    prepared: Vec<Prepared>,
    terminals: &mut Part,
) -> Result<Delivered, Failed> {
    let mut sending = JoinSet::new();
    let begun = Instant::now();
    for (turn, (client, Proven { case, access })) in prepared.into_iter().enumerate() {
        sleep_until(due(begun, turn)).await;
        let shell = shell.clone();
        sending.spawn(async move {
            let asked = Moment::now();
            case::submit(&shell, case, &access, None)
                .await
                .map_err(Failed::because("a case was not decided"))?;
            let done = Moment::now();
            Ok(Sent {
                client,
                asked,
                done,
            })
        });
    }
    arrived(sending, terminals).await
}

/// Publishes to the same number of subscribers.
pub(super) async fn publish(
    publisher: &Publisher,
    clients: impl Iterator<Item = usize>,
    subscribers: &mut Part,
) -> Result<Delivered, Failed> {
    let mut sending = JoinSet::new();
    let begun = Instant::now();
    for (turn, client) in clients.enumerate() {
        sleep_until(due(begun, turn)).await;
        let publisher = publisher.clone();
        sending.spawn(async move {
            let asked = Moment::now();
            publisher.publish(client).await?;
            let done = Moment::now();
            Ok(Sent {
                client,
                asked,
                done,
            })
        });
    }
    arrived(sending, subscribers).await
}

fn due(begun: Instant, turn: usize) -> Instant {
    begun + Duration::from_secs_f64(count(turn) / RATE)
}

async fn arrived(
    mut sending: JoinSet<Result<Sent, Failed>>,
    part: &mut Part,
) -> Result<Delivered, Failed> {
    let mut sent = Vec::new();
    while let Some(ended) = sending.join_next().await {
        sent.push(ended.map_err(Failed::because("something was not sent"))??);
    }
    let clients: BTreeSet<usize> = sent.iter().map(|sent| sent.client).collect();
    let reached: BTreeMap<usize, Moment> = part.each(What::Reached, clients).await?;
    let took = |from: fn(&Sent) -> Moment| {
        let of = |sent: &Sent| Some(reached.get(&sent.client)?.since(from(sent)));
        sent.iter().filter_map(of).collect()
    };
    Ok(Delivered {
        asked: took(|sent| sent.asked),
        committed: took(|sent| sent.done),
    })
}

/// How many bytes a terminal is sent for it.
pub(super) fn message_bytes(
    shell: &Shell,
    terminal: TerminalId,
    operator: OperatorNumber,
) -> Result<usize, Failed> {
    let mut rng = shell.rng();
    let expires_at = shell.now() + 10.minutes();
    let order = Order {
        id: CommandId::random(&mut rng),
        sequence: 1,
        expires_at,
        command: Command::CodeIssued {
            case: CaseId::random(&mut rng),
            operator,
            expires_at,
        },
    };
    let frame = FromServer::Command(order)
        .sign(terminal, shell.keyring().link())
        .map_err(Failed::because("a command cannot be signed"))?;
    Ok(frame.len())
}
