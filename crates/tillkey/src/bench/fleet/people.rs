//! People at the same server, while something happens to its terminals: each with a
//! connection of their own, ten a second.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};

use crate::failed::Failed;

/// How often somebody comes.
const EVERY: Duration = Duration::from_millis(100);
/// How long somebody waits.
const PATIENCE: Duration = Duration::from_secs(30);

/// Looks at a page until it is over, and gives how long each time took, from when it was
/// due. A page that does not come is a failure.
pub(super) async fn look(
    url: String,
    mut over: watch::Receiver<bool>,
) -> Result<Vec<Duration>, Failed> {
    let mut due = interval(EVERY);
    let mut people = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            at = due.tick() => {
                let url = url.clone();
                people.spawn_blocking(move || get(&url, at));
            }
            _ = over.wait_for(|over| *over) => break,
        }
    }
    let mut took = Vec::new();
    while let Some(ended) = people.join_next().await {
        took.push(ended.map_err(Failed::because("somebody did not come back"))??);
    }
    Ok(took)
}

fn get(url: &str, due: Instant) -> Result<Duration, Failed> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        .build()
        .into();
    let failed = || Failed::because(format!("somebody did not get {url}"));
    let mut page = agent.get(url).call().map_err(failed())?;
    page.body_mut().read_to_vec().map_err(failed())?;
    Ok(due.elapsed())
}
