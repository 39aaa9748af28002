//! What stands before the first fault, and what is held against each other after the last.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tillkey_store::cluster::Cluster;

use crate::leaves;
use crate::node::{Node, TILLKEY};
use crate::served::Served;

/// How large the database's disk is.
const DISK_MIB: u32 = 512;

/// Waits: nothing tells when a random moment has come.
pub(crate) fn rest(time: Duration) {
    let (_keep, quiet) = channel::<()>();
    let _ = quiet.recv_timeout(time);
}

/// Serves by a configuration.
pub(crate) fn serve(config: &Path) -> Served {
    let mut command = Command::new(TILLKEY);
    Served::start(command.args(["serve", "--json", "--config"]).arg(config))
}

/// Tells a service to end, and waits until it has.
pub(crate) fn stop(served: Served) {
    assert_eq!(served.signal("-TERM"), Some(0), "it does not end well");
}

/// A database server, nodes, and what they share.
pub(crate) struct Town {
    pub(crate) cluster: Cluster,
    pub(crate) nodes: Vec<Node>,
    pub(crate) disk: Disk,
    folder: TempDir,
}

impl Town {
    pub(crate) fn build(nodes: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::mount(&folder.path().join("disk"));
        let settings = [
            "max_wal_size=64MB",
            "min_wal_size=32MB",
            "shared_buffers=32MB",
        ];
        let cluster = Cluster::start(&disk.folder, &settings).unwrap();
        cluster.database("tillkey", None).unwrap();
        let mut town = Self {
            cluster,
            nodes: Vec::new(),
            disk,
            folder,
        };
        // The first start makes the keys that all nodes have.
        stop(town.serve());
        for number in 0..nodes {
            town.nodes.push(town.node(number));
        }
        town
    }

    fn node(&self, number: usize) -> Node {
        let folder = self.folder.path().join(format!("node-{number}"));
        fs::create_dir_all(folder.join("data")).unwrap();
        for shared in ["sms", "slips", "snapshots", "root.key", "keyring"] {
            let below = if shared == "keyring" {
                "data/keyring"
            } else {
                shared
            };
            symlink(self.folder.path().join(shared), folder.join(below)).unwrap();
        }
        Node::new(folder, self.cluster.url("tillkey"))
    }

    /// A plain service on the database.
    fn serve(&self) -> Served {
        serve(&self.config("plain", "127.0.0.1:0"))
    }

    /// A configuration for a node with a data folder of its own.
    pub(crate) fn config(&self, name: &str, listen: &str) -> PathBuf {
        let folder = self.folder.path();
        for shared in ["sms", "slips", "snapshots"] {
            fs::create_dir_all(folder.join(shared)).unwrap();
        }
        let path = folder.join(format!("{name}.toml"));
        let text = format!(
            "data = {:?}\nroot_key_file = {:?}\nkeyring = {:?}\nsms_spool = {:?}\n\
             slip_spool = {:?}\nsnapshots = {:?}\nlisten = {listen:?}\ndatabase = {:?}\n",
            folder.join(name),
            folder.join("root.key"),
            folder.join("keyring"),
            folder.join("sms"),
            folder.join("slips"),
            folder.join("snapshots"),
            self.cluster.url("tillkey"),
        );
        fs::write(&path, text).unwrap();
        path
    }

    /// Lets what is under way come to its end: what waits is integrated and sent.
    pub(crate) fn settle(&mut self) {
        if self.cluster.psql("tillkey", "SELECT 1").is_err() {
            self.cluster.run().unwrap();
        }
        let served = self.serve();
        let begun = Instant::now();
        let waits = "SELECT (SELECT COUNT(*) FROM events_waiting) + \
                     (SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND tries = 0)";
        while self.count(waits) > 0 {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "it does not settle"
            );
            rest(Duration::from_millis(100));
        }
        stop(served);
    }

    pub(crate) fn count(&self, sql: &str) -> usize {
        let said = self.cluster.psql("tillkey", sql).unwrap();
        said.trim().parse().unwrap()
    }

    /// Verifies the ledger and gives its leaves.
    pub(crate) fn verified_leaves(&self) -> Vec<Value> {
        let config = self.config("plain", "127.0.0.1:0");
        let run = |arguments: &[&str]| {
            let ran = Command::new(TILLKEY)
                .args(arguments)
                .arg("--config")
                .arg(&config)
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&ran.stdout);
            assert!(ran.status.success(), "{arguments:?}: {said}");
        };
        run(&["ledger", "verify", "--json"]);
        let folder = self.folder.path().join("export");
        run(&["ledger", "export", folder.to_str().unwrap()]);
        leaves::read(&folder)
    }

    /// Holds the rows of passwords against the ledger: each has the case that made it
    /// effective, and nobody has two.
    pub(crate) fn hold_rows_against(&self, leaves: &[Value], told: &str) {
        let effective: BTreeSet<&str> = leaves
            .iter()
            .filter(|leaf| leaf["event"] == "case" && leaf["step"] == "effective")
            .filter_map(|leaf| leaf["case"].as_str())
            .collect();
        let rows = "SELECT case_id FROM credentials";
        let rows = self.cluster.psql("tillkey", rows).unwrap();
        for case in rows.lines() {
            assert!(effective.contains(case), "{case} has a password: {told}");
        }
        assert_eq!(rows.lines().count(), effective.len(), "one each: {told}");
        let twice = "SELECT COUNT(*) FROM (SELECT 1 FROM credentials WHERE state = 'active' \
                     GROUP BY terminal, operator HAVING COUNT(*) > 1) AS twice";
        assert_eq!(self.count(twice), 0, "{told}");
        let live = "SELECT COUNT(*) FROM (SELECT 1 FROM reset_codes WHERE state = 'live' \
                    GROUP BY terminal, operator HAVING COUNT(*) > 1) AS live";
        assert_eq!(self.count(live), 0, "{told}");
    }
}

/// The database's disk, small enough to be filled.
pub(crate) struct Disk {
    folder: PathBuf,
    is_mounted: bool,
}

impl Disk {
    /// A small file system of its own, where this process may make one.
    fn mount(folder: &Path) -> Self {
        fs::create_dir(folder).unwrap();
        let size = format!("size={DISK_MIB}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(folder)
            .stderr(Stdio::null())
            .status();
        let is_mounted = mounted.is_ok_and(|status| status.success());
        if !is_mounted {
            println!("no file system of its own for the database: its disk is never full");
        }
        // The server's user has to get there.
        Command::new("chmod")
            .arg("711")
            .arg(folder.parent().unwrap())
            .status()
            .unwrap();
        Self {
            folder: folder.to_owned(),
            is_mounted,
        }
    }

    fn ballast(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    pub(crate) fn fill(&self) {
        if self.is_mounted {
            // Ends when there is no more room, which is what it is for.
            let _ = Command::new("dd")
                .args(["if=/dev/zero", "bs=64k"])
                .arg(format!("of={}", self.ballast().display()))
                .stderr(Stdio::null())
                .status();
        }
    }

    pub(crate) fn empty(&self) {
        let _ = fs::remove_file(self.ballast());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_mounted {
            // Lazily: the server may be on its way out.
            let _ = Command::new("umount").arg("-l").arg(&self.folder).status();
        }
    }
}
