//! What a terminal's vendor is handed, in `target/sdk`: the C header and library, and the
//! Kotlin with its own library; and how large the libraries are.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

const PACKAGE: &str = "tillkey-binding";
/// Optimised for size and stripped: see `Cargo.toml`.
const PROFILE: &str = "embedded";

/// One library: what it is called here, of which kind, and with which features.
struct Library {
    name: &'static str,
    kind: &'static str,
    features: &'static [&'static str],
}

/// The last two are to be compared with the first.
const LIBRARIES: [Library; 4] = [
    Library {
        name: "libtillkey_binding.so",
        kind: "cdylib",
        features: &[],
    },
    Library {
        name: "libtillkey_binding.a",
        kind: "staticlib",
        features: &[],
    },
    Library {
        name: "without-argon2/libtillkey_binding.so",
        kind: "cdylib",
        features: &["--no-default-features"],
    },
    Library {
        name: "kotlin/libtillkey_binding.so",
        kind: "cdylib",
        features: &["--features", "kotlin"],
    },
];

/// Makes all of it, for this machine or for another target.
pub(crate) fn run(target: Option<&str>) -> ExitCode {
    match make(target) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: sdk failed: {why}");
            ExitCode::FAILURE
        }
    }
}

fn make(target: Option<&str>) -> Result<(), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = root.parent().unwrap_or(root);
    let built = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let sdk = built.join("sdk");
    let failed = |what: &Path| {
        let what = what.display().to_string();
        move |error| format!("{what}: {error}")
    };
    for folder in ["without-argon2", "kotlin"] {
        let folder = sdk.join(folder);
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
    }
    // What makes header and Kotlin runs here, whatever the target is.
    cargo(root, &["build", "--features", "generate"])?;
    let generator = built.join("debug").join(PACKAGE);
    let header = sdk.join("tillkey.h");
    call(Command::new(&generator).arg("header").arg(&header))?;
    let whole = built.join("debug").join("libtillkey_binding.so");
    let kotlin = sdk.join("kotlin");
    call(
        Command::new(&generator)
            .arg("kotlin")
            .arg(whole)
            .arg(&kotlin),
    )?;
    println!("{}", header.display());
    println!("{}", kotlin.display());
    for library in LIBRARIES {
        let mut arguments = vec!["rustc", "--profile", PROFILE, "--lib"];
        arguments.extend(["--crate-type", library.kind]);
        arguments.extend(library.features);
        arguments.extend(target.iter().flat_map(|target| ["--target", target]));
        cargo(root, &arguments)?;
        let file = library.name.rsplit('/').next().unwrap_or(library.name);
        let made = target.map_or_else(|| built.clone(), |target| built.join(target));
        let made = made.join(PROFILE).join(file);
        let place = sdk.join(library.name);
        let bytes = fs::copy(&made, &place).map_err(failed(&made))?;
        println!("{}: {} KiB", place.display(), bytes.div_ceil(1024));
    }
    Ok(())
}

fn cargo(root: &Path, arguments: &[&str]) -> Result<(), String> {
    // The cargo that runs this, so that the pinned toolchain stays the pinned one.
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments);
    command.args(["--package", PACKAGE, "--locked", "--quiet"]);
    call(command.current_dir(root))
}

fn call(command: &mut Command) -> Result<(), String> {
    let shown = format!("{command:?}").replace('"', "");
    let status = command
        .stdin(Stdio::null())
        .status()
        .map_err(|error| format!("{shown} does not start: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{shown} ended with {status}"))
    }
}
