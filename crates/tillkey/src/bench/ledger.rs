//! The ledger: appending, proving one entry, verifying all of them; once in memory,
//! which is the arithmetic, and once through the store, which is what people get.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::Rng;
use tillkey_ledger::{Against, KeyName, LeafProof, LogKey, Reader, Tree, verify};
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;
use tillkey_server::clock::{Clock, SystemClock};
use tillkey_server::entropy::Entropy;
use tillkey_store::ledger::{LedgerReader, checkpoint};
use tillkey_store::{CheckpointFile, Options, Store, event};
use tillkey_wire::ids::{OperatorNumber, SessionId, TerminalId};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use super::Effort;
use super::figure::{Figure, Target, ms, percentile};
use super::flat::Flat;
use super::machine::Stopwatch;
use super::place::Place;
use crate::failed::Failed;
use crate::progress::Progress;

/// How many entries are appended at once where many are.
const CHUNK: u32 = 1_000;

const APPENDS: Target = Target::AtLeast(50_000.0);
const PROOF_MS: Target = Target::Below(1.0);
const VERIFIES: Target = Target::AtLeast(1_000_000.0);

/// Measures.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let mut figures = in_memory(effort)?;
    figures.append(&mut in_store(effort)?);
    Ok(figures)
}

fn key() -> Result<LogKey, Failed> {
    let origin: KeyName = "tillkey.local/bench"
        .parse()
        .map_err(Failed::because("a name"))?;
    Ok(LogKey::from_seed(origin, &[7; 32]))
}

/// Makes entries such as a sign-on leaves, each another one.
struct Entries {
    entry: Entry,
    rng: rand_chacha::ChaCha20Rng,
}

impl Entries {
    fn new() -> Result<Self, Failed> {
        let mut rng = Entropy::System.rng();
        let terminal = TerminalId::random(&mut rng);
        let operator = OperatorNumber::new(1).map_err(Failed::because("an operator"))?;
        let session = SessionId::random(&mut rng);
        let entry = Entry {
            v: 1,
            at: SystemClock::default().now(),
            acquirer: Some("acquirer".parse().map_err(Failed::because("an acquirer"))?),
            case: None,
            by: Actor::Terminal { terminal },
            event: Event::SignedOn {
                terminal,
                operator,
                session,
                offline: false,
            },
        };
        Ok(Self { entry, rng })
    }

    fn next(&mut self) -> Entry {
        if let Event::SignedOn { session, .. } = &mut self.entry.event {
            *session = SessionId::random(&mut self.rng);
        }
        self.entry.clone()
    }

    fn chunk(&mut self) -> Vec<Entry> {
        (0..CHUNK).map(|_| self.next()).collect()
    }
}

fn in_memory(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let mut appended = Figure::new("append, in memory", "1/s").must(APPENDS);
    let mut proven = Figure::new("inclusion proof, in memory, p99", "ms").must(PROOF_MS);
    let mut verified = Figure::new("verify all, in memory", "1/s").must(VERIFIES);
    let key = key()?;
    let mut entries = Entries::new()?;
    let leaves: Vec<Vec<u8>> = entries
        .chunk()
        .iter()
        .map(serde_json::to_vec)
        .collect::<Result<_, _>>()
        .map_err(Failed::because("an entry cannot be written"))?;
    let bar = Progress::new("ledger in memory");
    let rounds = effort.warm_ups + effort.runs;
    for round in 0..rounds {
        bar.show(round.into(), rounds.into());
        let (mut tree, mut flat) = (Tree::default(), Flat::default());
        let watch = Stopwatch::start();
        while tree.size() < u64::from(effort.entries) {
            let step = tree
                .append(&leaves)
                .map_err(Failed::because("nothing is appended"))?;
            flat.keep(&leaves, &step);
            tree = step.tree;
        }
        let took = watch.stop();
        let size = u32::try_from(tree.size()).map_or(f64::MAX, f64::from);
        let signed = key
            .sign(tree.head())
            .map_err(Failed::because("nothing is signed"))?;

        let mut proofs = prove(&mut flat, tree.size(), (&key, &signed), effort.proofs)?;
        let watch = Stopwatch::start();
        let verifier = key.verifier();
        let against = Against {
            verifier: &verifier,
            signed: signed.as_bytes(),
            remembered: None,
        };
        let report = verify(&mut flat, &against, &mut |_, _| ())
            .map_err(Failed::because("the ledger cannot be read"))?;
        let walked = watch.stop();
        if !report.is_clean() {
            return Err(Failed::new("the ledger in memory does not verify"));
        }
        if round >= effort.warm_ups {
            appended.add(took.rate(size));
            proven.add(percentile(&mut proofs, 99).map(ms));
            verified.add(walked.rate(size));
        }
    }
    Ok(vec![appended, proven, verified])
}

/// Proves entries at random and says how long each proof took: as it is downloaded,
/// with the leaf and the checkpoint, whose signature is checked.
fn prove(
    reader: &mut impl Reader,
    size: u64,
    (key, signed): (&LogKey, &str),
    count: u32,
) -> Result<Vec<Duration>, Failed> {
    let (mut rng, verifier) = (Entropy::System.rng(), key.verifier());
    let mut took = Vec::new();
    for _ in 0..count {
        let index = rng.gen_range(0..size);
        let begun = Instant::now();
        LeafProof::make(index, signed, &verifier, reader)
            .map_err(Failed::because("an entry cannot be proven"))?;
        took.push(begun.elapsed());
    }
    Ok(took)
}

fn in_store(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let place = Place::make(effort)?;
    let options = Options {
        now: SystemClock::default().now(),
        log_key: key()?,
        checkpoint_file: CheckpointFile::default(),
        database: place.database(),
    };
    let store = Store::open(&place.path().join("data"), options)
        .map_err(Failed::because("the store does not open"))?;
    let many = fill(&store, effort)?;
    let runtime = Runtime::new().map_err(Failed::because("the runtime cannot start"))?;
    let one = append_singly(&store, &runtime, effort)?;
    let mut figures = vec![many, one];
    figures.append(&mut read(&store, effort)?);
    Ok(figures)
}

/// Fills the ledger, a thousand entries in each transaction.
fn fill(store: &Store, effort: &Effort) -> Result<Figure, Failed> {
    let mut appended = Figure::new("append, stored, many at once", "1/s").must(APPENDS);
    let mut entries = Entries::new()?;
    let bar = Progress::new("ledger in the store");
    let chunks = effort.entries.div_ceil(CHUNK);
    let mut done = 0;
    for run in 1..=effort.runs {
        let until = chunks * run / effort.runs;
        let from = done;
        let mut took = super::machine::Took::default();
        while done < until {
            let chunk = entries.chunk();
            let watch = Stopwatch::start();
            store
                .write_blocking(move |tx| {
                    chunk.iter().try_for_each(|entry| event::append(tx, entry))
                })
                .map_err(Failed::because("nothing is appended"))?;
            took = took.and(watch.stop());
            done += 1;
            bar.show(done.into(), chunks.into());
        }
        appended.add(took.rate(f64::from((done - from) * CHUNK)));
    }
    Ok(appended)
}

/// Appends entries one by one for many callers: each is answered when it is durable.
fn append_singly(store: &Store, runtime: &Runtime, effort: &Effort) -> Result<Figure, Failed> {
    let mut appended = Figure::new("append, stored, one by one", "1/s").must(APPENDS);
    let bar = Progress::new("ledger, durable appends");
    let rounds = effort.warm_ups + effort.runs;
    let share = effort.appends.div_ceil(effort.tills);
    for round in 0..rounds {
        bar.show(round.into(), rounds.into());
        let mut entries = Entries::new()?;
        let work: Vec<Vec<Arc<Entry>>> = (0..effort.tills)
            .map(|_| (0..share).map(|_| Arc::new(entries.next())).collect())
            .collect();
        let watch = Stopwatch::start();
        runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for entries in work {
                let store = store.clone();
                tasks.spawn(async move {
                    for entry in entries {
                        store.write(move |tx| event::append(tx, &entry)).await?;
                    }
                    Ok(())
                });
            }
            while let Some(ended) = tasks.join_next().await {
                let ended: Result<(), tillkey_store::fault::Fault> =
                    ended.map_err(Failed::because("a task did not end"))?;
                ended.map_err(Failed::because("nothing is appended"))?;
            }
            Ok::<(), Failed>(())
        })?;
        let took = watch.stop();
        if round >= effort.warm_ups {
            appended.add(took.rate(f64::from(share * effort.tills)));
        }
    }
    Ok(appended)
}

/// Proves entries of the stored ledger, and verifies all of it.
fn read(store: &Store, effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let mut proven = Figure::new("inclusion proof, stored, p99", "ms").must(PROOF_MS);
    let mut verified = Figure::new("verify all, stored", "1/s").must(VERIFIES);
    let rounds = effort.warm_ups + effort.runs;
    let bar = Progress::new("ledger, reading");
    for round in 0..rounds {
        bar.show(round.into(), rounds.into());
        let (key, count) = (key()?, effort.proofs);
        let proofs = store.read_blocking(move |tx| {
            let signed = checkpoint(tx)?;
            let mut reader = LedgerReader::new(tx);
            let size = reader.leaf_count().unwrap_or_default();
            Ok(prove(&mut reader, size, (&key, &signed), count))
        });
        let mut proofs = proofs.map_err(Failed::because("the ledger cannot be read"))??;

        let verifier = store.log_verifier();
        let watch = Stopwatch::start();
        let found = store
            .read_blocking(move |tx| {
                tillkey_store::ledger::verify(tx, &verifier, None, &mut |_, _| ())
            })
            .map_err(Failed::because("the ledger cannot be read"))?;
        let took = watch.stop();
        if !found.is_clean() {
            return Err(Failed::new("the stored ledger does not verify"));
        }
        if round >= effort.warm_ups {
            let leaves = u32::try_from(found.report.leaves).map_or(f64::MAX, f64::from);
            proven.add(percentile(&mut proofs, 99).map(ms));
            verified.add(took.rate(leaves));
        }
    }
    Ok(vec![proven, verified])
}
