//! A fleet of terminals at one server, and beside it a bare Mosquitto with as many
//! subscribers.
//!
//! The server is in this process, on a socket, as `tillkey serve` serves it; the
//! terminals are the real SDK in another process, the subscribers in a third. In this
//! order: connect, look at the memory, approvals and publishes in turn, every link cut at
//! once, a password revoked everywhere. A terminal that gets lost fails the measurement.

mod clients;
mod connect;
mod delivery;
mod figures;
mod found;
mod line;
mod memory;
mod moment;
mod mosquitto;
mod open_files;
mod part;
mod people;
mod revoke;
mod storm;
mod subscribers;
mod terminals;

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use tillkey_server::Shell;
use tillkey_wire::ids::{OperatorNumber, TerminalId};
use tokio::runtime::Runtime;
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::Instant;

use self::figures::Figures;
use self::line::Brief;
use self::mosquitto::{Mosquitto, Publisher};
use self::part::Part;
pub(super) use self::part::be;
use super::Effort;
use super::clock::AheadClock;
use super::figure::Figure;
use super::merchant::Merchant;
use super::phone::{Carrier, Phones};
use super::place;
use super::till::Till;
use crate::failed::Failed;
use crate::progress::Progress;
use crate::serve::{self, Service};

/// Measures.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    // What is missing is said before anything takes long.
    open_files::allow(effort.terminals)?;
    let broker = mosquitto::find()?;
    let runtime = Runtime::new().map_err(Failed::because("the runtime cannot start"))?;
    let folder = place::folder(&effort.data)?;
    runtime.block_on(found(folder.path(), effort.terminals))?;
    let clock = Arc::new(AheadClock::default());
    // Fresh contacts are not believed.
    clock.pass_a_month();
    let shell = place::open_in((folder.path(), None), clock)?;
    let mut figures = Figures::new();
    let bench = Bench {
        effort,
        folder: folder.path(),
        broker: &broker,
        shell: &shell,
    };
    runtime.block_on(bench.run(&mut figures))?;
    Ok(figures.list())
}

/// Has the installation filled.
async fn found(folder: &Path, terminals: u32) -> Result<(), Failed> {
    let brief = Brief::Found {
        folder: folder.to_owned(),
        terminals,
    };
    let bar = Progress::new("installation");
    let mut part = Part::start("founders", &brief)?;
    for done in 0..terminals {
        bar.show(done.into(), terminals.into());
        part.hear(Instant::now() + part::WAIT_MAX, 1).await?;
    }
    part.ended()
}

struct Bench<'a> {
    effort: &'a Effort,
    folder: &'a Path,
    broker: &'a Path,
    shell: &'a Shell,
}

impl Bench<'_> {
    async fn run(&self, figures: &mut Figures) -> Result<(), Failed> {
        let effort = self.effort;
        let bar = Progress::new("fleet");
        let steps = 2 + effort.warm_ups + effort.runs + 2 * effort.storms;
        let mut step = 0_u32;
        let mut next = || {
            bar.show(step.into(), steps.into());
            step += 1;
        };

        next();
        let ids = found::terminals_in(self.folder)?;
        let (mut tills, phones) = customers(self.shell, &ids)?;
        let listener = serve::listen((Ipv4Addr::LOCALHOST, 0).into())?;
        let carrier = Carrier::senders(phones);
        let service = Service::start_over(self.shell, listener, carrier)?;
        let url = format!("http://{}", service.address());
        let brief = Brief::Terminals {
            folder: self.folder.to_owned(),
            server: url.clone(),
        };
        let mut terminals = Part::start("terminals", &brief)?;
        let settled = effort.settle;
        let ours = std::process::id();
        let connected = connect::all(&mut terminals, ids.len(), ours, settled).await?;
        figures.connected(&connected);

        next();
        let broker = Mosquitto::start(self.broker, self.folder).await?;
        let brief = Brief::Subscribers {
            port: broker.port(),
        };
        let mut subscribers = Part::start("subscribers", &brief)?;
        let theirs = broker.process();
        let subscribed = connect::all(&mut subscribers, ids.len(), theirs, settled).await?;
        figures.subscribed(&subscribed);

        let operator = cashier()?;
        let bytes = match ids.first() {
            Some(terminal) => delivery::message_bytes(self.shell, *terminal, operator)?,
            None => return Err(Failed::new("a fleet has a terminal")),
        };
        let publisher = Publisher::new(&broker, bytes);
        let rounds = effort.warm_ups + effort.runs;
        let each = effort.approvals.min(effort.terminals / rounds).max(1);
        for round in 0..rounds {
            next();
            let each = usize::try_from(each).unwrap_or(usize::MAX).min(tills.len());
            let some: Vec<(usize, Till)> = tills.drain(..each).collect();
            let clients: Vec<usize> = some.iter().map(|(client, _)| *client).collect();
            let prepared = delivery::prepare(some, operator).await?;
            let ours = delivery::approve(self.shell, prepared, &mut terminals).await?;
            let theirs =
                delivery::publish(&publisher, clients.into_iter(), &mut subscribers).await?;
            if round >= effort.warm_ups {
                figures.delivered(ours, theirs);
            }
        }
        // They have shown what they were for, and the rest is not about them.
        drop((publisher, subscribers, broker));

        for _ in 0..effort.storms {
            next();
            let server = (self.shell, service.links());
            let storm = storm::run(server, &ids, &mut terminals, &url).await?;
            tokio::time::sleep(settled).await;
            figures.survived(storm, connected.server_kib_now(ours, ids.len())?);
        }
        for _ in 0..effort.storms {
            next();
            let revoked = revoke::run(self.shell, &ids, operator, &mut terminals).await?;
            figures.revoked(&revoked);
        }
        drop(terminals);
        service.stop().await;
        Ok(())
    }
}

/// Whom each terminal belongs to, by number, with a phone.
fn customers(
    shell: &Shell,
    terminals: &[TerminalId],
) -> Result<(Vec<(usize, Till)>, Phones), Failed> {
    let mut phones = HashMap::new();
    let mut tills = Vec::with_capacity(terminals.len());
    for (number, (client, terminal)) in (0..).zip(terminals.iter().enumerate()) {
        let merchant = Merchant::numbered(number, found::OPERATORS)?;
        let (sender, texts) = unbounded_channel();
        phones.insert(merchant.phone(), sender);
        tills.push((client, Till::new(shell, *terminal, &merchant, texts)));
    }
    Ok((tills, phones))
}

fn cashier() -> Result<OperatorNumber, Failed> {
    OperatorNumber::new(1).map_err(Failed::because("the first cashier"))
}
