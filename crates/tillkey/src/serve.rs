//! `tillkey serve`: the service, from start to shutdown.
//!
//! 1. Open the installation; whatever is wrong is said before anything is served.
//! 2. Listen, and start what runs beside the requests: links, outbox, sweep.
//! 3. On SIGINT or SIGTERM tell everybody, give them a moment, and close the store last:
//!    what was acknowledged is committed anyway, so a hard kill loses nothing either.

use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::Router;
use axum::serve::ListenerExt;
use clap::Args;
use serde_json::json;
use tillkey_server::link::mqtt::{self, Broker};
use tillkey_server::link::{self, Links};
use tillkey_server::outbox::Senders;
use tillkey_server::{Shell, api, nodes, outbox, sweep, web};
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::failed::Failed;
use crate::installation::Installation;
use crate::logging;
use crate::output::Shown;

/// How long a shutdown waits for requests that are under way.
const SHUTDOWN_WAIT_MAX: Duration = Duration::from_secs(8);

/// How many connections may wait to be taken up. When all terminals come back at once,
/// with the usual 128 the rest is dropped unheard, and people among them wait for seconds
/// until they are tried again. The system has its own maximum (net.core.somaxconn).
const CONNECTIONS_WAITING_MAX: u32 = 16_384;

/// Serves the installation.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    installation: Installation,
    #[command(flatten)]
    shown: Shown,
}

/// Runs the sub-command until a signal comes.
pub(crate) fn run(args: &ServeArgs) -> Result<(), Failed> {
    let begun = Instant::now();
    logging::start();
    // Opened outside of the runtime, which must not be blocked, and dropped after it.
    let shell = args.installation.open()?;
    let runtime =
        tokio::runtime::Runtime::new().map_err(Failed::because("the runtime cannot start"))?;
    runtime.block_on(serve(&shell, args, begun))
}

async fn serve(shell: &Shell, args: &ServeArgs, begun: Instant) -> Result<(), Failed> {
    // Before anybody is told that it listens: a signal from then on is a shutdown.
    let stopped = signals().map_err(Failed::because("signals cannot be caught"))?;
    let listener = listen(shell.config().listen)?;
    let mut service = Service::start(shell, listener)?;
    let started_in_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let address = service.address();
    let url = format!("http://{address}");
    tracing::info!(server.address = %address, server.started_in_ms = started_in_ms, "serving");
    let ledger_key = shell.ledger_verifier().to_string();
    let document = json!({
        "ok": true,
        "listening": address.to_string(),
        "url": url,
        "started_in_ms": started_in_ms,
        "ledger_key": ledger_key,
    });
    let text =
        format!("tillkey serves {url}, started in {started_in_ms} ms\nledger key {ledger_key}");
    args.shown.print(&document, &text)?;
    tokio::select! {
        () = stopped => tracing::info!("shutting down"),
        task = service.ended() => {
            service.stop().await;
            return Err(Failed::new(format!("{task} ended by itself: see the log")));
        }
    }
    service.stop().await;
    Ok(())
}

/// Listens on an address, on the present runtime.
pub(crate) fn listen(wanted: SocketAddr) -> Result<TcpListener, Failed> {
    let listen = || {
        let socket = match wanted {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        // A service that starts again finds its port held by what it closed last.
        socket.set_reuseaddr(true)?;
        socket.bind(wanted)?;
        socket.listen(CONNECTIONS_WAITING_MAX)
    };
    listen().map_err(Failed::because(format!("cannot listen on {wanted}")))
}

/// Resolves at the first SIGINT or SIGTERM.
fn signals() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// A running service: everything that one installation serves, on one listener.
pub(crate) struct Service {
    address: SocketAddr,
    links: Links,
    shutdown: watch::Sender<bool>,
    tasks: JoinSet<&'static str>,
}

impl Service {
    /// Starts to serve. Dropping it kills it; [`Service::stop`] ends it well.
    pub(crate) fn start(shell: &Shell, listener: TcpListener) -> Result<Self, Failed> {
        Self::start_over(shell, listener, outbox::senders(shell.config()))
    }

    /// As [`Service::start`], over other carriers.
    pub(crate) fn start_over(
        shell: &Shell,
        listener: TcpListener,
        senders: Senders,
    ) -> Result<Self, Failed> {
        let address = listener
            .local_addr()
            .map_err(Failed::because("the listener has no address"))?;
        let broker = shell.config().mqtt.as_ref().map(Broker::open).transpose();
        let broker = broker.map_err(Failed::because("the broker cannot be connected to"))?;
        let (shutdown, told) = watch::channel(false);
        let links = Links::default();
        let app = router(shell, &links).into_make_service_with_connect_info::<SocketAddr>();
        let listener = listener.tap_io(|stream| {
            // An answer of a few hundred bytes must not wait for the next one.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection keeps its delay");
            }
        });
        let mut until = told.clone();
        let http = axum::serve(listener, app).with_graceful_shutdown(async move {
            // That the sender is gone means the same.
            let _ = until.wait_for(|shutdown| *shutdown).await;
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            if let Err(error) = http.into_future().await {
                tracing::error!(%error, "the listener failed");
            }
            "the listener"
        });
        let (for_links, of_link, until) = (shell.clone(), links.clone(), told.clone());
        tasks.spawn(async move {
            link::run(for_links, of_link, until).await;
            "the terminal link"
        });
        if let Some(broker) = broker {
            let (for_broker, of_link, until) = (shell.clone(), links.clone(), told.clone());
            tasks.spawn(async move {
                mqtt::run(for_broker, of_link, broker, until).await;
                "the terminal link over the broker"
            });
        }
        let (for_outbox, until) = (shell.clone(), told.clone());
        tasks.spawn(async move {
            outbox::run(for_outbox, senders, until).await;
            "the outbox"
        });
        let (for_sweep, until) = (shell.clone(), told.clone());
        tasks.spawn(async move {
            sweep::run(for_sweep, until).await;
            "the sweep"
        });
        if shell.config().database.is_some() {
            let for_nodes = shell.clone();
            tasks.spawn(async move {
                nodes::run(for_nodes, told).await;
                "the line to the other nodes"
            });
        }
        Ok(Self {
            address,
            links,
            shutdown,
            tasks,
        })
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The live links of its terminals.
    pub(crate) const fn links(&self) -> &Links {
        &self.links
    }

    /// Resolves when a part of it ends that should not, with what it is.
    pub(crate) async fn ended(&mut self) -> &'static str {
        match self.tasks.join_next().await {
            Some(Ok(task)) => task,
            // The panic itself is in the log already.
            Some(Err(_)) | None => "a task",
        }
    }

    /// Ends it: tells everybody, waits a moment for what is under way, drops the rest.
    pub(crate) async fn stop(mut self) {
        self.shutdown.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(SHUTDOWN_WAIT_MAX, all).await.is_err() {
            tracing::warn!("some requests did not end in time and were dropped");
        }
        self.tasks.shutdown().await;
    }
}

/// Everything that is answered.
fn router(shell: &Shell, links: &Links) -> Router {
    web::router(shell.clone())
        .merge(api::router(shell.clone()))
        .merge(link::router(shell.clone(), links.clone()))
}
