//! The figures of a fleet, by name.

use std::time::Duration;

use super::super::figure::{Figure, Target, ms, percentile};
use super::connect::Connected;
use super::delivery::Delivered;
use super::revoke::Revoked;
use super::storm::Storm;

/// All of them.
pub(super) struct Figures {
    connected: Figure,
    server: Figure,
    server_after: Figure,
    terminal: Figure,
    broker: Figure,
    approval: Percentiles,
    decided: Percentiles,
    publish: Percentiles,
    ratio: Figure,
    back: Figure,
    tries: Figure,
    page: Percentiles,
    sign: Percentiles,
    revoked: Figure,
    acknowledged: Figure,
}

/// The usual time and the long one.
struct Percentiles {
    p50: Figure,
    p99: Figure,
}

impl Percentiles {
    fn new(p50: &'static str, p99: &'static str) -> Self {
        Self {
            p50: Figure::new(p50, "ms"),
            p99: Figure::new(p99, "ms"),
        }
    }

    /// Adds a run's, and gives the long one.
    fn add(&mut self, mut took: Vec<Duration>) -> Option<f64> {
        self.p50.add(percentile(&mut took, 50).map(ms));
        let p99 = percentile(&mut took, 99).map(ms);
        self.p99.add(p99);
        p99
    }
}

impl Figures {
    pub(super) fn new() -> Self {
        let mut approval =
            Percentiles::new("approval to terminal, p50", "approval to terminal, p99");
        approval.p99 = approval.p99.must(Target::Below(50.0));
        Self {
            connected: Figure::new("connected and welcome", "1/s"),
            server: Figure::new("server, one idle terminal", "KiB").must(Target::Below(12.0)),
            server_after: Figure::new("server, one after a storm", "KiB"),
            terminal: Figure::new("SDK with socket, one idle", "KiB"),
            broker: Figure::new("Mosquitto, one idle client", "KiB"),
            approval,
            decided: Percentiles::new("with the decision, p50", "with the decision, p99"),
            publish: Percentiles::new("Mosquitto publish, p50", "Mosquitto publish, p99"),
            ratio: Figure::new("approval per publish, p99", "×").must(Target::Below(2.0)),
            back: Figure::new("storm, until all are back", "ms"),
            tries: Figure::new("storm, tries of a terminal", ""),
            page: Percentiles::new("storm, page /reset, p50", "storm, page /reset, p99"),
            sign: Percentiles::new("storm, /healthz, p50", "storm, /healthz, p99"),
            revoked: Figure::new("revoked on all", "ms"),
            acknowledged: Figure::new("revoked and acknowledged by all", "ms"),
        }
    }

    pub(super) fn connected(&mut self, connected: &Connected) {
        self.connected.add(connected.rate);
        self.server.add(connected.server_kib);
        self.terminal.add(connected.client_kib);
    }

    pub(super) fn subscribed(&mut self, connected: &Connected) {
        self.broker.add(connected.server_kib);
    }

    pub(super) fn delivered(&mut self, ours: Delivered, theirs: Delivered) {
        self.decided.add(ours.asked);
        let (ours, theirs) = (
            self.approval.add(ours.committed),
            self.publish.add(theirs.asked),
        );
        self.ratio
            .add(ours.zip(theirs).map(|(ours, theirs)| ours / theirs));
    }

    pub(super) fn survived(&mut self, storm: Storm, server_kib: f64) {
        self.server_after.add(server_kib);
        self.back.add(ms(storm.over));
        self.tries.add(storm.tries);
        self.page.add(storm.pages);
        self.sign.add(storm.signs);
    }

    pub(super) fn revoked(&mut self, revoked: &Revoked) {
        self.revoked.add(ms(revoked.done));
        self.acknowledged.add(ms(revoked.acknowledged));
    }

    /// As they are shown.
    pub(super) fn list(self) -> Vec<Figure> {
        vec![
            self.connected,
            self.server,
            self.server_after,
            self.terminal,
            self.broker,
            self.approval.p50,
            self.approval.p99,
            self.decided.p50,
            self.decided.p99,
            self.publish.p50,
            self.publish.p99,
            self.ratio,
            self.back,
            self.tries,
            self.page.p50,
            self.page.p99,
            self.sign.p50,
            self.sign.p99,
            self.revoked,
            self.acknowledged,
        ]
    }
}
