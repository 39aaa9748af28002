//! A process that is killed at any instant has lost nothing that it was told is done.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::ledger::{append, verify};
use super::open;
use crate::checkpoint_file::CheckpointFile;
use crate::meta;

const DATA: &str = "TILLKEY_STORE_KILL_TEST_DATA";

/// The child: says each number after it was told that it is written. As a test of
/// its own it has nothing to do.
#[test]
fn child() {
    let Ok(data) = std::env::var(DATA) else {
        return;
    };
    let store = open(Path::new(&data), CheckpointFile::Checked).unwrap();
    std::thread::scope(|scope| {
        for worker in 0..8i64 {
            let store = &store;
            scope.spawn(move || {
                for turn in 0.. {
                    let number = turn * 8 + worker;
                    store
                        .write_blocking(move |tx| {
                            let at = jiff::Timestamp::UNIX_EPOCH;
                            meta::add(tx, &format!("{number}"), b"x", at)?;
                            append(tx, number)
                        })
                        .unwrap();
                    println!("written {number}");
                }
            });
        }
    });
}

#[test]
fn d12_what_was_acknowledged_survives_a_kill() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    for round in 1..=3usize {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "tests::kill::child",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(DATA, &data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged: Vec<String> = Vec::new();
        while acknowledged.len() < 150 * round {
            let line = lines
                .next()
                .expect("the child goes on until it is killed")
                .unwrap();
            acknowledged.extend(line.strip_prefix("written ").map(str::to_owned));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What was said before the kill and not read yet was acknowledged as well. The
        // last line may be cut.
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        let whole = rest.len().saturating_sub(1);
        let said = rest
            .iter()
            .take(whole)
            .filter_map(|line| line.strip_prefix("written "));
        acknowledged.extend(said.map(str::to_owned));

        let store = open(&data, CheckpointFile::Checked).unwrap();
        assert!(verify(&store).is_clean());
        let (values, events) = store
            .read_blocking(move |tx| {
                let mut missing = 0;
                for number in &acknowledged {
                    missing += u32::from(meta::find(tx, number)?.is_none());
                }
                assert_eq!(missing, 0, "of {} acknowledged", acknowledged.len());
                Ok((
                    acknowledged.len(),
                    tillkey_ledger::Reader::leaf_count(&mut crate::ledger::LedgerReader::new(tx)),
                ))
            })
            .unwrap();
        assert!(events.unwrap() >= u64::try_from(values).unwrap());
        drop(store);
        std::fs::remove_dir_all(&data).unwrap();
    }
}
