//! The targets under LLVM's fuzzer, which keeps what reaches something new.
//! `cargo xtask fuzz` builds and starts it.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::Corpus;
use tillkey_fuzz::{TARGETS, Target};

/// Names the target: one program serves all of them, so that it is built once.
const WHICH: &str = "TILLKEY_FUZZ_TARGET";

static CHOSEN: OnceLock<&'static Target> = OnceLock::new();

fn chosen() -> &'static Target {
    let named = std::env::var(WHICH).unwrap_or_default();
    let found = TARGETS.iter().find(|target| target.name == named);
    found.unwrap_or_else(|| {
        eprintln!("{WHICH} names no target: {named:?}");
        std::process::exit(2)
    })
}

libfuzzer_sys::fuzz_target!(|input: &[u8]| -> Corpus {
    let target = CHOSEN.get_or_init(chosen);
    if input.len() > target.bytes_max {
        return Corpus::Reject;
    }
    (target.run)(input);
    Corpus::Keep
});
