//! Fuzzing led by coverage: LLVM's fuzzer on the targets of `fuzz/`, for as long as it is
//! given. The short run that CI makes is an ordinary test there.
//!
//! The stable compiler has all that is needed: the pass that counts which edges an input
//! takes is LLVM's, and the fuzzer's own library is built from source. What reaches
//! something new is kept below `target/fuzz`; `--keep` makes seeds of the fewest of it
//! that reach as much.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Every edge is counted, and what is compared is told, so that the fuzzer can guess
/// magic words. The flags stand for a target of their own: nothing else is built anew.
const COVERAGE: &str = "-Cpasses=sancov-module \
     -Cllvm-args=-sanitizer-coverage-level=4 \
     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
     -Cllvm-args=-sanitizer-coverage-pc-table \
     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// No input may take longer than this, nor need more than this.
const LIMITS: [&str; 2] = ["-timeout=60", "-rss_limit_mb=2048"];

const SECONDS: &str = "60";

/// `cargo xtask fuzz [TARGET] [--seconds N] [--keep]`.
pub(crate) fn run(arguments: &[&str]) -> ExitCode {
    let Some(wish) = Wish::read(arguments) else {
        eprintln!("usage: cargo xtask fuzz [TARGET] [--seconds N] [--keep]");
        return ExitCode::from(2);
    };
    match wish.fulfil() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: fuzz: {why}");
            ExitCode::FAILURE
        }
    }
}

struct Wish<'a> {
    target: Option<&'a str>,
    seconds: &'a str,
    keep: bool,
}

impl<'a> Wish<'a> {
    fn read(arguments: &[&'a str]) -> Option<Self> {
        let mut wish = Self {
            target: None,
            seconds: SECONDS,
            keep: false,
        };
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            match *word {
                "--keep" => wish.keep = true,
                "--seconds" => wish.seconds = rest.next()?,
                name if wish.target.is_none() && !name.starts_with('-') => wish.target = Some(name),
                _ => return None,
            }
        }
        wish.seconds.parse::<u32>().ok()?;
        Some(wish)
    }

    fn fulfil(&self) -> Result<(), String> {
        let seeds = Path::new("fuzz/seeds");
        let targets: BTreeSet<String> = names(seeds)?;
        let chosen: Vec<&String> = targets
            .iter()
            .filter(|name| self.target.is_none_or(|wanted| wanted == name.as_str()))
            .collect();
        if chosen.is_empty() {
            let all: Vec<String> = targets.into_iter().collect();
            return Err(format!("no such target; there are {}", all.join(" ")));
        }
        let program = build()?;
        for name in chosen {
            let found = Path::new("target/fuzz/found").join(name);
            fs::create_dir_all(&found).map_err(|error| error.to_string())?;
            let own = seeds.join(name);
            eprintln!("xtask: fuzz: {name}");
            let time = format!("-max_total_time={}", self.seconds);
            let failed = format!("-artifact_prefix=target/fuzz/{name}-");
            let options = [time.as_str(), &failed, LIMITS[0], LIMITS[1]];
            start(&program, name, &options, &[&found, &own])?;
            if self.keep {
                keep(&program, name, &own, &found)?;
            }
        }
        Ok(())
    }
}

fn names(folder: &Path) -> Result<BTreeSet<String>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect())
}

/// Builds the program of all targets, and gives where it is.
fn build() -> Result<PathBuf, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let host = Command::new("rustc")
        .args(["--print", "host-tuple"])
        .output()
        .map_err(|error| format!("rustc does not start: {error}"))?;
    let host = String::from_utf8_lossy(&host.stdout).trim().to_owned();
    let built = Command::new(cargo)
        .args(["build", "--locked", "--package", "tillkey-fuzz"])
        .args(["--features", "guided", "--bin", "tillkey-fuzz"])
        // Named, although it is this machine: flags then leave what runs while building
        // alone.
        .args(["--profile", "fuzz", "--target", &host])
        .env("RUSTFLAGS", COVERAGE)
        .status()
        .map_err(|error| format!("cargo does not start: {error}"))?;
    if !built.success() {
        return Err(format!("cargo build ended with {built}"));
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let program = Path::new(&target).join(host).join("fuzz/tillkey-fuzz");
    Ok(program)
}

fn start(program: &Path, target: &str, options: &[&str], folders: &[&Path]) -> Result<(), String> {
    let ended = Command::new(program)
        .args(options)
        .args(folders)
        .env("TILLKEY_FUZZ_TARGET", target)
        .status()
        .map_err(|error| format!("{} does not start: {error}", program.display()))?;
    if ended.success() {
        Ok(())
    } else {
        Err(format!(
            "{target} ended with {ended}; the input is below target/fuzz. To try it again: \
             TILLKEY_FUZZ_INPUT=… cargo test --workspace --locked --test fuzz -- --exact {target}"
        ))
    }
}

/// Makes seeds of the fewest inputs that reach every edge that was reached.
fn keep(program: &Path, target: &str, seeds: &Path, found: &Path) -> Result<(), String> {
    let fewest = Path::new("target/fuzz/fewest").join(target);
    let fresh = |folder: &Path| {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).map_err(|error| error.to_string())
    };
    fresh(&fewest)?;
    // How often an edge is taken is of use while looking, and no reason to keep.
    let options = [
        "-set_cover_merge=1",
        "-use_counters=0",
        LIMITS[0],
        LIMITS[1],
    ];
    start(program, target, &options, &[&fewest, seeds, found])?;
    fresh(seeds)?;
    for name in names(&fewest)? {
        // The fuzzer names a file by its digest; some of it tells them apart.
        let short: String = name.chars().take(12).collect();
        fs::copy(fewest.join(&name), seeds.join(short)).map_err(|error| error.to_string())?;
    }
    Ok(())
}
