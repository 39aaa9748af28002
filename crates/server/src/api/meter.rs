//! What the platform may count: requests by outcome, what is open, how long the
//! ledger is. No number is per merchant, terminal or person.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

/// Counters of this process, from its start.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    informational_or_done: AtomicU64,
    redirected: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
    in_flight: AtomicU64,
}

/// A request being worked on; counted until it is dropped, whichever way it ends.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a Meter);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Meter {
    /// Counts a request that begins.
    pub(crate) fn begin(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(self)
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, status: StatusCode) {
        let counter = match status.as_u16() {
            ..300 => &self.informational_or_done,
            300..400 => &self.redirected,
            400..500 => &self.refused,
            500.. => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// The counters as Prometheus text, with the gauges that were read for it.
    pub(crate) fn text(&self, gauges: &Gauges) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: &[(&str, u64)]| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for (label, value) in samples {
                let _ = writeln!(text, "{name}{label} {value}");
            }
        };
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        family(
            "tillkey_http_requests_total",
            "counter",
            "Answered requests of the JSON API by class of status.",
            &[
                ("{class=\"2xx\"}", read(&self.informational_or_done)),
                ("{class=\"3xx\"}", read(&self.redirected)),
                ("{class=\"4xx\"}", read(&self.refused)),
                ("{class=\"5xx\"}", read(&self.failed)),
            ],
        );
        let in_flight = [("", read(&self.in_flight))];
        family(
            "tillkey_http_requests_in_flight",
            "gauge",
            "Requests being worked on.",
            &in_flight,
        );
        let streams = [("", gauges.streams)];
        family(
            "tillkey_event_streams",
            "gauge",
            "Open event streams.",
            &streams,
        );
        let terminals = [("", gauges.terminals)];
        family(
            "tillkey_terminals_connected",
            "gauge",
            "Terminals with a live link.",
            &terminals,
        );
        if let Some(size) = gauges.ledger_size {
            let help = "Entries under the newest checkpoint.";
            family("tillkey_ledger_entries", "gauge", help, &[("", size)]);
        }
        text
    }
}

/// What is read at the moment of asking.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Gauges {
    /// Open event streams.
    pub(crate) streams: u64,
    /// Terminals with a live link.
    pub(crate) terminals: u64,
    /// Entries of the ledger; none where it could not be read, which is not zero.
    pub(crate) ledger_size: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_in_flight_until_it_ends() {
        let meter = Meter::default();
        let gauges = Gauges {
            streams: 2,
            terminals: 3,
            ledger_size: Some(4),
        };
        let request = meter.begin();
        assert!(
            meter
                .text(&gauges)
                .contains("tillkey_http_requests_in_flight 1\n")
        );
        drop(request);
        meter.answered(StatusCode::NOT_FOUND);
        let text = meter.text(&gauges);
        for line in [
            "tillkey_http_requests_in_flight 0",
            "tillkey_http_requests_total{class=\"4xx\"} 1",
            "tillkey_event_streams 2",
            "tillkey_terminals_connected 3",
            "tillkey_ledger_entries 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
        let unread = Gauges {
            ledger_size: None,
            ..gauges
        };
        assert!(!meter.text(&unread).contains("ledger"));
    }
}
