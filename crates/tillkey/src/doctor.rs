//! `tillkey doctor`: looks at an installation, changes nothing, and says what is wrong
//! and what to do. It works beside a running service.

mod checks;
mod limits;
mod server;

use clap::Args;
use serde_json::json;

use crate::failed::Failed;
use crate::installation::Installation;
use crate::output::Shown;
use checks::Check;

/// Looks at the installation.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    installation: Installation,
    /// Print every limit, with its reason
    #[arg(long)]
    limits: bool,
    #[command(flatten)]
    shown: Shown,
}

/// Runs the sub-command; something wrong is a failure.
pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failed> {
    let checks = match args.installation.config() {
        Ok(config) => checks::all(&config),
        Err(failed) => vec![Check::wrong("configuration", failed.line())],
    };
    let wrong = checks.iter().filter(|check| check.is_wrong()).count();
    let limits = limits::all();
    let mut lines: Vec<String> = checks.iter().map(Check::line).collect();
    if args.limits {
        lines.extend(limits.iter().map(limits::Limit::line));
    } else {
        lines.push(format!(
            "ok     limits         {}: --limits lists them",
            limits.len()
        ));
    }
    let document = json!({ "ok": wrong == 0, "checks": checks, "limits": limits });
    args.shown.print(&document, &lines.join("\n"))?;
    match wrong {
        0 => Ok(()),
        1 => Err(Failed::new("1 thing is wrong")),
        _ => Err(Failed::new(format!("{wrong} things are wrong"))),
    }
}
