//! The database server of several nodes.

use jiff::SignedDuration;
use tillkey_server::clock::{Clock as _, SystemClock};
use tillkey_store::{Address, Survey};

use super::checks::Check;
use crate::failed::Failed;

const NAME: &str = "database";
/// From where on somebody should look at a clock.
const CLOCK_NOTED: SignedDuration = SignedDuration::from_secs(2);
/// From where on it is wrong: codes live for minutes.
const CLOCK_WRONG: SignedDuration = SignedDuration::from_secs(30);

/// Asks the server how it is, and holds its clock against this machine's.
pub(super) fn look(address: &Address) -> Check {
    let before = SystemClock::default().now();
    let survey = match Survey::of(address) {
        Ok(survey) => survey,
        Err(fault) => {
            let failed = Failed::because(format!("{address} does not answer"))(fault);
            return Check::wrong(NAME, failed.line());
        }
    };
    let after = SystemClock::default().now();
    // It said so at some moment in between.
    let ahead = survey.now.duration_since(after).max(SignedDuration::ZERO);
    let behind = before.duration_since(survey.now).max(SignedDuration::ZERO);
    let off = ahead.max(behind);
    let text = format!(
        "PostgreSQL {} at {address}, its clock differs by {:.1} s, {} events wait for their place",
        survey.version,
        off.as_secs_f64(),
        survey.events_waiting
    );
    if !survey.is_durable {
        Check::wrong(
            NAME,
            format!(
                "{text}; `fsync` or `full_page_writes` is off: a power cut loses what was confirmed"
            ),
        )
    } else if off > CLOCK_WRONG {
        Check::wrong(NAME, format!("{text}: set the clocks (NTP)"))
    } else if off > CLOCK_NOTED {
        Check::note(NAME, format!("{text}: set the clocks (NTP)"))
    } else {
        Check::ok(NAME, text)
    }
}
