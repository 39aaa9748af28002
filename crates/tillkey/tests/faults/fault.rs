//! What may fail, and how it is made to.

use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use tillkey_store::cluster::Cluster;

use crate::node::Node;
use crate::town::{Disk, rest};

/// One thing that fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// A node is killed; the next one in its place may have a wrong clock.
    KillNode { node: usize, clock_off: i32 },
    /// A node stands still.
    PauseNode { node: usize, millis: u64 },
    /// The database is killed, and is back after a while.
    KillDatabase { away_millis: u64 },
    /// The database stands still.
    PauseDatabase { millis: u64 },
    /// Every connection to the database is cut.
    CutConnections,
    /// The database's disk is full for a while.
    FillDisk { millis: u64 },
}

/// A fault, and how long after the one before it happens.
pub(crate) struct Plan {
    pub(crate) after: Duration,
    pub(crate) fault: Fault,
}

impl Plan {
    pub(crate) fn draw(rng: &mut StdRng, nodes: usize) -> Self {
        let after = Duration::from_millis(rng.gen_range(500..4_000));
        let node = rng.gen_range(0..nodes);
        let fault = match rng.gen_range(0..10) {
            0..=2 => Fault::KillNode {
                node,
                clock_off: [0, 0, 90, -90][rng.gen_range(0..4)],
            },
            // Longer than what the database lets a transaction stand idle.
            3 | 4 => Fault::PauseNode {
                node,
                millis: rng.gen_range(200..8_000),
            },
            5 => Fault::KillDatabase {
                away_millis: rng.gen_range(0..3_000),
            },
            6 => Fault::PauseDatabase {
                millis: rng.gen_range(200..3_000),
            },
            7 | 8 => Fault::CutConnections,
            _ => Fault::FillDisk {
                millis: rng.gen_range(500..3_000),
            },
        };
        Self { after, fault }
    }
}

impl Fault {
    /// Makes it happen, and waits until it is over.
    pub(crate) fn happen(self, cluster: &mut Cluster, nodes: &[Node], disk: &Disk) {
        match self {
            Self::KillNode { node, clock_off } => nodes[node].kill(clock_off),
            Self::PauseNode { node, millis } => {
                nodes[node].signal("-STOP");
                rest(Duration::from_millis(millis));
                nodes[node].signal("-CONT");
            }
            Self::KillDatabase { away_millis } => {
                cluster.kill().unwrap();
                rest(Duration::from_millis(away_millis));
                cluster.run().unwrap();
            }
            Self::PauseDatabase { millis } => {
                cluster.signal_all("-STOP").unwrap();
                rest(Duration::from_millis(millis));
                cluster.signal_all("-CONT").unwrap();
            }
            Self::CutConnections => {
                // The server may be on its way up again just now.
                let _ = cluster.psql(
                    "tillkey",
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE pid <> pg_backend_pid() AND application_name = 'tillkey'",
                );
            }
            Self::FillDisk { millis } => {
                disk.fill();
                rest(Duration::from_millis(millis));
                disk.empty();
                // It goes down where it cannot write its log, as it should.
                if cluster.psql("tillkey", "SELECT 1").is_err() {
                    cluster.run().unwrap();
                }
            }
        }
    }
}
