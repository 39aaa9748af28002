//! Every link is cut at once, and all terminals come back by themselves.

use std::time::Duration;

use tillkey_server::Shell;
use tillkey_server::link::Links;
use tillkey_wire::ids::TerminalId;
use tokio::sync::watch;

use super::super::figure::count;
use super::moment::Moment;
use super::part::Part;
use super::people;
use crate::failed::Failed;

/// What one was like.
pub(super) struct Storm {
    /// Until the last terminal was welcome again.
    pub(super) over: Duration,
    /// How often each tried, on average.
    pub(super) tries: f64,
    /// How long people waited for a page meanwhile.
    pub(super) pages: Vec<Duration>,
    /// And whoever asks whether the service lives.
    pub(super) signs: Vec<Duration>,
}

/// Cuts them, and waits until none is missing.
pub(super) async fn run(
    (shell, links): (&Shell, &Links),
    terminals: &[TerminalId],
    part: &mut Part,
    url: &str,
) -> Result<Storm, Failed> {
    let (over, told) = watch::channel(false);
    let pages = tokio::spawn(people::look(format!("{url}/reset"), told.clone()));
    let signs = tokio::spawn(people::look(format!("{url}/healthz"), told));
    let cut = Moment::now();
    for terminal in terminals {
        links.disconnect(*terminal);
    }
    let (last, tries) = part.back(terminals.len()).await?;
    over.send_replace(true);
    let present = shell.presence().count();
    if present != terminals.len() {
        return Err(Failed::new(format!(
            "all terminals say that they are back, and the server knows of {present}"
        )));
    }
    let joined = || Failed::because("people did not come back");
    Ok(Storm {
        over: last.since(cut),
        tries: count(tries) / count(terminals.len()),
        pages: pages.await.map_err(joined())??,
        signs: signs.await.map_err(joined())??,
    })
}
