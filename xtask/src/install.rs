//! What the tests use that cargo does not bring: Debian's Chromium with its driver,
//! letters for Chinese, age's command line, Mosquitto and its clients, PostgreSQL, and the
//! accessibility checker from npm.
//!
//! What is there is left as it is, so a second run takes a moment and no network. What
//! is missing and cannot be had fails the run: a test that is skipped is not a test.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// A program that has to be found, and the Debian package that brings it.
const PROGRAMS: [(&str, &str); 7] = [
    // Opens an exported backup: what anybody would open it with.
    ("age", "age"),
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    // Its library moves the clock of the service that is tested.
    ("faketime", "faketime"),
    // The broker that terminals are served over, and that the benchmark holds a fleet against.
    ("mosquitto", "mosquitto"),
    // What a stranger on the broker would take.
    ("mosquitto_pub", "mosquitto-clients"),
    ("npm", "npm"),
];

/// A file that has to be there, and the Debian package that brings it.
const FILES: [(&str, &str); 1] = [(
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "fonts-noto-cjk",
)];

/// Where the checker's version is pinned.
const CHECKER: &str = "crates/tillkey/tests/browser";

/// Installs what is missing, or says what could not be had and what to do.
pub(crate) fn run() -> ExitCode {
    match missing() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: install failed: {why}");
            ExitCode::FAILURE
        }
    }
}

fn missing() -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let missing = missing_packages();
    if !missing.is_empty() {
        from_debian(&missing)?;
        let still = missing_packages();
        if !still.is_empty() {
            return Err(format!(
                "{} cannot be found though apt-get installed it",
                still.join(", ")
            ));
        }
    }
    from_npm(&root.join(CHECKER))
}

/// Where Debian puts the PostgreSQL servers, which are not on the path.
const SERVERS: &str = "/usr/lib/postgresql";

fn has_postgres() -> bool {
    let versions = fs::read_dir(SERVERS).into_iter().flatten().flatten();
    versions
        .map(|version| version.path().join("bin/initdb"))
        .any(|program| program.exists())
}

fn missing_packages() -> Vec<&'static str> {
    let server = (!has_postgres()).then_some("postgresql");
    let programs = PROGRAMS.iter().filter(|(name, _)| find(name).is_none());
    let files = FILES.iter().filter(|(path, _)| !Path::new(path).exists());
    programs
        .chain(files)
        .map(|(_, package)| *package)
        .chain(server)
        .collect()
}

fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        // Where Debian puts daemons, which is not on everybody's path.
        .chain([PathBuf::from("/usr/sbin")])
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

fn from_debian(packages: &[&str]) -> Result<(), String> {
    let wanted = packages.join(" ");
    let by_hand = format!("install it yourself, on Debian with: apt-get install {wanted}");
    if find("apt-get").is_none() {
        return Err(format!("the tests need {wanted}; {by_hand}"));
    }
    // Who owns this process.
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let sudo = if is_root { None } else { find("sudo") };
    if !is_root && sudo.is_none() {
        return Err(format!(
            "the tests need {wanted}, and there is neither root nor sudo; {by_hand}"
        ));
    }
    let apt = |arguments: &[&str]| {
        let mut command = match &sudo {
            Some(sudo) => {
                let mut command = Command::new(sudo);
                // Asks for nothing: CI has nobody who could answer.
                command.args(["-n", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
                command
            }
            None => {
                let mut command = Command::new("apt-get");
                command.env("DEBIAN_FRONTEND", "noninteractive");
                command
            }
        };
        command.args(arguments);
        quietly(&mut command).map_err(|why| format!("{why}\n{by_hand}"))
    };
    eprintln!("xtask: install: apt-get install {wanted}");
    apt(&["update", "-q"])?;
    let install = ["install", "-y", "-q", "--no-install-recommends"];
    apt(&[&install[..], packages].concat())
}

/// What the lock file says, and nothing newer; its digests are checked.
fn from_npm(folder: &Path) -> Result<(), String> {
    // npm writes this when it is done, so half an installation does not count.
    let installed = folder.join("node_modules/.package-lock.json");
    let lock = folder.join("package-lock.json");
    let changed = |path: &Path| fs::metadata(path).and_then(|file| file.modified());
    if let (Ok(installed), Ok(lock)) = (changed(&installed), changed(&lock))
        && installed >= lock
    {
        return Ok(());
    }
    eprintln!("xtask: install: npm ci in {CHECKER}");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder);
    quietly(&mut npm)
}

/// Runs a command and shows what it says only if it fails.
fn quietly(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}").replace('"', "");
    let ended = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{shown} does not start: {error}"))?;
    if ended.status.success() {
        return Ok(());
    }
    Err(format!(
        "{shown} ended with {}\n{}{}",
        ended.status,
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    ))
}
