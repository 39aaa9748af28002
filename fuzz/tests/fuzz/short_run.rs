//! One target: its seeds as they are, then changed.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;
use std::{env, fs, thread};

use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use tillkey_fuzz::TARGETS;

use crate::change::changed;

/// Longer than any input may take, even where other tests have the processor.
const ONE_INPUT_MAX: Duration = Duration::from_secs(60);

/// How often a failing input is made smaller at most.
const SHRINKS_MAX: u32 = 400;

/// Runs a target on a thread of its own, which says which input it is at: one that never
/// comes back has a name then, too.
pub(crate) fn of(name: &'static str) {
    let (tell, heard) = mpsc::channel();
    let working = thread::spawn(move || work(name, &tell));
    let mut at = Vec::new();
    loop {
        match heard.recv_timeout(ONE_INPUT_MAX) {
            Ok(bytes) => at = bytes,
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!(
                "{name} is still at it after {ONE_INPUT_MAX:?}\n{}",
                kept(name, &at)
            ),
        }
    }
    if let Err(why) = working.join() {
        resume_unwind(why);
    }
}

fn work(name: &str, tell: &Sender<Vec<u8>>) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let run = |bytes: &[u8]| {
        tell.send(bytes.to_vec()).unwrap();
        (target.run)(bytes);
    };
    if let Some(path) = env::var_os("TILLKEY_FUZZ_INPUT") {
        return run(&fs::read(path).unwrap());
    }
    let seeds = tillkey_fuzz::seeds(target).unwrap();
    assert!(!seeds.is_empty(), "a target without seeds says little");
    for (seed, bytes) in &seeds {
        assert!(bytes.len() <= target.bytes_max, "{name}/{seed} is too long");
        if catch_unwind(AssertUnwindSafe(|| run(bytes))).is_err() {
            panic!("seeds/{name}/{seed} fails");
        }
    }
    let seeds = seeds.into_iter().map(|(_, bytes)| bytes).collect();
    let mut runner = TestRunner::new(Config {
        cases: number("TILLKEY_FUZZ_EXECUTIONS").unwrap_or(target.executions),
        rng_seed: RngSeed::Fixed(number("TILLKEY_FUZZ_SEED").unwrap_or(1).into()),
        max_shrink_iters: SHRINKS_MAX,
        failure_persistence: None,
        ..Config::default()
    });
    let tried = runner.run(&changed(seeds, target.bytes_max), |bytes| {
        run(&bytes);
        Ok(())
    });
    match tried {
        Ok(()) => {}
        Err(TestError::Fail(why, bytes)) => {
            panic!("{name} fails: {why}\n{}", kept(name, &bytes));
        }
        Err(TestError::Abort(why)) => panic!("{name} was not run: {why}"),
    }
}

fn number(name: &str) -> Option<u32> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}: {text:?}")))
}

/// Writes an input where nothing is kept that is not asked for, and says how it is tried
/// again.
fn kept(name: &str, bytes: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    format!(
        "{}\nto try it again: TILLKEY_FUZZ_INPUT={} cargo test --workspace --locked --test fuzz \
         -- --exact {name}",
        bytes.escape_ascii(),
        path.display()
    )
}
