//! `tillkey demo`: everything at once, in front of a person.
//!
//! 1. Open an installation in a folder of its own and serve it.
//! 2. As its administrator, over HTTP: made-up merchants, terminals, operators. As its
//!    terminals, over the live link: enrolment and first passwords.
//! 3. Reset one password through each channel, by the ways everybody goes: HTTP for
//!    people, the link for terminals, the SMS spool for what a phone receives.
//! 4. Verify the ledger, say what was observed, and stay up.
//!
//! There is no short way in here: what the demo can do, an outsider with the same
//! passwords and phones can do, and nothing more. Every value that it prints was
//! observed in this run.

mod bank;
mod doors;
mod observed;
mod operator;
mod phone;
mod reset;
mod screen;
mod shop;
mod story;
mod trade;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use axum::Router;
use clap::Args;
use serde_json::{Value, json};
use tillkey_server::Shell;
use tillkey_server::config::Config;
use tillkey_store::Address;
use tokio::net::TcpListener;

use self::bank::Bank;
use self::doors::Doors;
use self::observed::LedgerSeen;
use self::phone::Phones;
use self::shop::Shop;
use self::story::Story;
use crate::failed::Failed;
use crate::installation;
use crate::output::print;
use crate::serve::Service;

/// Shows resets through every channel, with live terminals and made-up merchants.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// End after the run instead of staying up
    #[arg(long)]
    exit: bool,
    /// Print one JSON document at the end, and nothing else on standard output
    #[arg(long)]
    json: bool,
    /// Where to serve
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// The folder for data, terminals and messages
    #[arg(long, value_name = "DIR", default_value = "tillkey-demo")]
    data: PathBuf,
    /// A PostgreSQL database to stand on instead of SQLite: postgresql://USER@HOST/DATABASE
    #[arg(long, value_name = "URL")]
    database: Option<Address>,
}

/// Runs the sub-command.
pub(crate) fn run(args: &DemoArgs) -> Result<(), Failed> {
    // The story is what a person reads here; the log says only what went wrong.
    crate::logging::start_at("warn");
    let shell = installation::start(config(args)?)?;
    let runtime =
        tokio::runtime::Runtime::new().map_err(Failed::because("the runtime cannot start"))?;
    runtime.block_on(show(&shell, args))
}

fn config(args: &DemoArgs) -> Result<Config, Failed> {
    let folder = &args.data;
    std::fs::create_dir_all(folder)
        .map_err(Failed::because(format!("cannot make {}", folder.display())))?;
    Ok(Config {
        data: folder.join("data"),
        root_key_file: folder.join("root.key"),
        sms_spool: folder.join("sms"),
        slip_spool: folder.join("slips"),
        slip_printers: "counter-1".parse().into_iter().collect(),
        listen: args.listen,
        snapshots: args.database.as_ref().map(|_| folder.join("snapshots")),
        database: args.database.clone(),
        ..Config::default()
    })
}

async fn show(shell: &Shell, args: &DemoArgs) -> Result<(), Failed> {
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(Failed::because(format!(
            "cannot listen on {}: end what is there, or choose another address with --listen",
            args.listen
        )))?;
    let service = Service::start(shell, listener)?;
    let url = format!("http://{}", service.address());
    let story = Story::new(args.json);
    let phones = Phones::new(args.data.join("sms"));
    let told = tell(shell, &url, &args.data, &story, &phones).await;
    let Told {
        document,
        shop,
        bank,
    } = match told {
        Ok(told) => told,
        Err(failed) => {
            service.stop().await;
            return Err(failed);
        }
    };
    if args.json {
        print(&document.to_string())?;
    }
    if !args.exit {
        let doors = Doors::new(shell, bank, phones.clone(), (shop.clone(), &url));
        // Whoever reached such a link from elsewhere would be anybody of the bank.
        let is_here = args.listen.ip().is_loopback();
        let router = if is_here {
            doors.router()
        } else {
            Router::new()
        };
        let screen = screen::serve(phones, router, args.listen.ip()).await?;
        story.invite(&url, &screen, &shop, &args.data);
        if is_here {
            story.doors(&doors.links(&screen));
        }
        tokio::signal::ctrl_c()
            .await
            .map_err(Failed::because("the interrupt cannot be waited for"))?;
    }
    service.stop().await;
    Ok(())
}

/// What the run came to.
struct Told {
    document: Value,
    /// Somebody's shop that is left for the person to try.
    shop: Shop,
    /// The people, who are left to be tried as well.
    bank: Bank,
}

async fn tell(
    shell: &Shell,
    url: &str,
    folder: &Path,
    story: &Story,
    phones: &Phones,
) -> Result<Told, Failed> {
    story.title("Setting up a bank, its people and their shops");
    let bank = Bank::open(shell, url).await?;
    let mut resets = Vec::new();
    for channel in reset::Channel::ALL {
        let (shop, mut operator) = shop::open(shell, &bank, folder, url, story).await?;
        story.title(&format!(
            "A cashier forgot the password: {}",
            channel.title()
        ));
        let seen = reset::run(shell, &bank, phones, story, channel, (&shop, &mut operator)).await?;
        resets.push(seen);
    }
    let (shop, operator) = shop::open(shell, &bank, folder, url, story).await?;
    // Let go of, so that the person can take this terminal over.
    drop(operator);
    let ledger = LedgerSeen::verify(shell).await?;
    story.ledger(&ledger);
    let all = resets.iter().all(observed::ResetSeen::holds) && ledger.verified;
    let resets: Vec<Value> = resets.iter().map(observed::ResetSeen::document).collect();
    let document = json!({ "ok": all, "resets": resets, "ledger": ledger.document() });
    if all {
        Ok(Told {
            document,
            shop,
            bank,
        })
    } else {
        Err(Failed::new(format!(
            "not everything was observed as it should be: {document}"
        )))
    }
}
