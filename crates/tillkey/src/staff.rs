//! `tillkey staff`: the acquirer's people.
//!
//! It makes accounts and ends them. It approves nothing and resets nothing, and an
//! account that it makes has to go the way that every account goes (attack F03).

use clap::builder::PossibleValuesParser;
use clap::builder::TypedValueParser;
use clap::{Args, Subcommand};
use serde_json::json;
use tillkey_rules::party::{Actor, Role};
use tillkey_server::Shell;
use tillkey_server::act::Failure;
use tillkey_server::act::staff::{self, NewStaff, StaffSummary};
use tillkey_wire::ids::{AcquirerId, InvalidId, PersonId, StaffId};

use crate::failed::Failed;
use crate::installation::Installation;
use crate::output::Shown;

/// Adds, lists and disables staff.
#[derive(Debug, Args)]
pub(crate) struct StaffArgs {
    #[command(subcommand)]
    command: StaffCommand,
}

#[derive(Debug, Subcommand)]
enum StaffCommand {
    /// Adds an account and prints its first password, once
    Add(AddArgs),
    /// Lists the accounts
    List(ListArgs),
    /// Disables an account and ends its sessions
    Disable(DisableArgs),
}

#[derive(Debug, Args)]
struct AddArgs {
    /// The account, as typed at sign-in
    #[arg(value_parser = read::<StaffId>)]
    account: StaffId,
    /// What it may do
    #[arg(long, value_parser = role())]
    role: Role,
    /// The person behind it, such as a personnel number: the same for every account of theirs,
    /// or they could review their own cases
    #[arg(long, value_parser = read::<PersonId>)]
    person: PersonId,
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct ListArgs {
    #[command(flatten)]
    at: At,
}

#[derive(Debug, Args)]
struct DisableArgs {
    /// The account
    #[arg(value_parser = read::<StaffId>)]
    account: StaffId,
    #[command(flatten)]
    at: At,
}

/// Whose staff, and how the answer is shown.
#[derive(Debug, Args)]
struct At {
    #[command(flatten)]
    installation: Installation,
    /// Whose staff; without it, the configured acquirer's
    #[arg(long, value_parser = read::<AcquirerId>)]
    acquirer: Option<AcquirerId>,
    #[command(flatten)]
    shown: Shown,
}

impl At {
    fn acquirer(&self, shell: &Shell) -> AcquirerId {
        self.acquirer.as_ref().unwrap_or(shell.home()).clone()
    }
}

fn read<T: std::str::FromStr<Err = InvalidId>>(text: &str) -> Result<T, InvalidId> {
    text.parse()
}

fn role() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::name)).try_map(|word| {
        let found = Role::ALL.into_iter().find(|role| role.name() == word);
        found.ok_or("not a role")
    })
}

/// Runs the sub-command.
pub(crate) fn run(args: &StaffArgs) -> Result<(), Failed> {
    let at = match &args.command {
        StaffCommand::Add(args) => &args.at,
        StaffCommand::List(args) => &args.at,
        StaffCommand::Disable(args) => &args.at,
    };
    // Opened outside of the runtime, which must not be blocked, and dropped after it.
    let shell = at.installation.open()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failed::because("the runtime cannot start"))?;
    runtime.block_on(async {
        match &args.command {
            StaffCommand::Add(args) => add(&shell, args).await,
            StaffCommand::List(args) => list(&shell, args).await,
            StaffCommand::Disable(args) => disable(&shell, args).await,
        }
    })
}

async fn add(shell: &Shell, args: &AddArgs) -> Result<(), Failed> {
    let AddArgs {
        account,
        role,
        person,
        at,
    } = args;
    let acquirer = at.acquirer(shell);
    let new = NewStaff {
        acquirer: acquirer.clone(),
        staff: account.clone(),
        person: person.clone(),
        role: *role,
    };
    let password = match staff::add(shell, new, &Actor::System).await {
        Ok(password) => password,
        Err(Failure::Exists) => {
            return Err(Failed::new(format!(
                "there is an account {account} already"
            )));
        }
        Err(Failure::Unknown) => return Err(no_acquirer(&acquirer)),
        Err(failure) => return Err(Failed::because("the account cannot be added")(failure)),
    };
    let password = password.expose();
    let document = json!({
        "ok": true,
        "staff": account.as_str(),
        "role": role.name(),
        "person": person.as_str(),
        "initial_password": password,
    });
    let text = format!(
        "account           {account}, {}\ninitial password  {password}\n\
         It is shown this once and kept nowhere: hand it over in person.",
        role.name(),
    );
    at.shown.print(&document, &text)
}

async fn list(shell: &Shell, args: &ListArgs) -> Result<(), Failed> {
    let acquirer = args.at.acquirer(shell);
    let mut all: Vec<StaffSummary> = Vec::new();
    loop {
        let after = all.last().map(|last| last.staff.clone());
        let page = staff::list(shell, &acquirer, after)
            .await
            .map_err(Failed::because("the accounts cannot be listed"))?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    let line = |member: &StaffSummary| {
        let (account, role) = (member.staff.as_str(), member.role.name());
        let state = if member.enabled { "" } else { "  disabled" };
        format!("{account:<32}  {role:<13}  {}{state}", member.person)
    };
    let text = match all.as_slice() {
        [] => format!("{acquirer} has no staff: tillkey staff add"),
        all => all.iter().map(line).collect::<Vec<_>>().join("\n"),
    };
    args.at
        .shown
        .print(&json!({ "ok": true, "staff": all }), &text)
}

async fn disable(shell: &Shell, args: &DisableArgs) -> Result<(), Failed> {
    let DisableArgs { account, at } = args;
    let acquirer = at.acquirer(shell);
    match staff::disable(shell, &acquirer, account.clone(), &Actor::System).await {
        Ok(()) => {}
        Err(Failure::Unknown) => {
            return Err(Failed::new(format!(
                "{acquirer} has no enabled account {account}"
            )));
        }
        Err(failure) => return Err(Failed::because("the account cannot be disabled")(failure)),
    }
    let text = format!("{account} is disabled and signed out everywhere");
    at.shown.print(
        &json!({ "ok": true, "staff": account.as_str(), "enabled": false }),
        &text,
    )
}

fn no_acquirer(acquirer: &AcquirerId) -> Failed {
    Failed::new(format!("there is no acquirer {acquirer}"))
}
