//! One target: its seeds as they are, then changed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs};

use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use tillkey_fuzz::{TARGETS, Target};

use crate::change::changed;

/// Longer than any input may take, even where other tests have the processor.
const ONE_INPUT_MAX: Duration = Duration::from_secs(20);

/// How often a failing input is made smaller at most.
const SHRINKS_MAX: u32 = 400;

pub(crate) fn of(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    if let Some(path) = env::var_os("TILLKEY_FUZZ_INPUT") {
        return run(target, &fs::read(path).unwrap());
    }
    let seeds = tillkey_fuzz::seeds(target).unwrap();
    assert!(!seeds.is_empty(), "a target without seeds says little");
    for (seed, bytes) in &seeds {
        assert!(bytes.len() <= target.bytes_max, "{name}/{seed} is too long");
        if catch_unwind(AssertUnwindSafe(|| run(target, bytes))).is_err() {
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
        run(target, &bytes);
        Ok(())
    });
    match tried {
        Ok(()) => {}
        Err(TestError::Fail(why, bytes)) => {
            let path = keep(name, &bytes);
            panic!(
                "{name} fails: {why}\n{}\nto try it again: TILLKEY_FUZZ_INPUT={} cargo test \
                 --workspace --locked --test fuzz -- --exact {name}",
                bytes.escape_ascii(),
                path.display()
            );
        }
        Err(TestError::Abort(why)) => panic!("{name} was not run: {why}"),
    }
}

fn run(target: &Target, bytes: &[u8]) {
    let begun = Instant::now();
    (target.run)(bytes);
    let took = begun.elapsed();
    assert!(took < ONE_INPUT_MAX, "one input took {took:?}");
}

fn number(name: &str) -> Option<u32> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}: {text:?}")))
}

/// Writes an input where nothing is kept that is not asked for.
fn keep(name: &str, bytes: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path
}
