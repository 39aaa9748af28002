//! The run as a person reads it: a timeline on standard output, or on standard error
//! where standard output is for a machine.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use super::observed::{LedgerSeen, ResetSeen};
use super::shop::Shop;

/// Tells the run.
#[derive(Debug)]
pub(super) struct Story {
    begun: Instant,
    on_stderr: bool,
    styled: bool,
}

impl Story {
    pub(super) fn new(on_stderr: bool) -> Self {
        let styled = if on_stderr {
            io::stderr().is_terminal()
        } else {
            io::stdout().is_terminal()
        };
        Self {
            begun: Instant::now(),
            on_stderr,
            styled,
        }
    }

    /// A new part of it.
    pub(super) fn title(&self, text: &str) {
        let (bold, plain) = if self.styled {
            ("\x1b[1m", "\x1b[0m")
        } else {
            ("", "")
        };
        self.line(&format!("\n{bold}{text}{plain}"));
    }

    /// Something that happened.
    pub(super) fn step(&self, text: &str) {
        self.line(&format!(
            "  {:7.3} s  {text}",
            self.begun.elapsed().as_secs_f64()
        ));
    }

    pub(super) fn timings(&self, seen: &ResetSeen) {
        self.step(&format!(
            "approved → terminal asks: {} ms · code typed → in force: {} ms · restarted: {}",
            seen.approved_to_code_on_terminal_ms,
            seen.code_to_effective_ms,
            if seen.restarted { "yes" } else { "no" }
        ));
    }

    pub(super) fn ledger(&self, seen: &LedgerSeen) {
        self.title("The ledger");
        self.step(&format!(
            "{} entries, {}, root {}",
            seen.size,
            if seen.verified {
                "all verified"
            } else {
                "NOT as signed"
            },
            seen.root
        ));
    }

    /// What the person can do now.
    pub(super) fn invite(&self, url: &str, phone: &str, shop: &Shop, folder: &Path) {
        self.title("Now you");
        for line in [
            format!("1. Open {url}/reset and fill in:"),
            format!("     merchant number 商户号   {}", shop.merchant),
            format!("     terminal number 终端号   {}", shop.terminal_number),
            format!("     operator        操作员   {}", shop.cashier),
            format!(
                "2. The phone of {} shows its messages at {phone}",
                shop.name
            ),
            "3. In another window, the terminal on which the code is typed:".to_owned(),
            format!(
                "     tillkey terminal --server {url} --profile {}",
                shop.profile.display()
            ),
            format!(
                "4. Its books, for a caller who is asked about recent trade: {}",
                shop.books.display()
            ),
            format!("Everything is in {}. Ctrl-C ends it.", folder.display()),
        ] {
            self.line(&format!("  {line}"));
        }
    }

    /// The links into each workplace.
    pub(super) fn doors(&self, links: &[(&'static str, String)]) {
        self.title("Or sit where the others sit: each link signs you in");
        for (name, link) in links {
            self.line(&format!("  {name}  {link}"));
        }
    }

    fn line(&self, text: &str) {
        // Nobody who reads is no reason to stop.
        let _ = if self.on_stderr {
            writeln!(io::stderr(), "{text}")
        } else {
            writeln!(io::stdout(), "{text}")
        };
    }
}
