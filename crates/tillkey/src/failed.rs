//! Why a command failed, for people: what was tried, and each cause on its own line.

use std::error::Error;
use std::io::{self, Write};

/// A failure with its causes, the outermost first.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failed(Vec<String>);

impl Failed {
    /// A failure that needs no cause to be understood.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self(vec![what.into()])
    }

    /// What was tried, before the error that ended it.
    pub(crate) fn because<E: Error + 'static>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let mut lines = vec![what.into()];
        move |error| {
            let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
            while let Some(error) = cause {
                lines.push(error.to_string());
                cause = error.source();
            }
            Self(lines)
        }
    }

    /// The same failure, under what was tried with it.
    pub(crate) fn under(mut self, what: &str) -> Self {
        self.0.insert(0, what.to_owned());
        self
    }

    /// Everything there is to say, in one line.
    pub(crate) fn line(&self) -> String {
        self.0.join(": ")
    }

    /// Says it on standard error.
    pub(crate) fn tell(&self, command: &str) {
        let text = self.0.join("\n  because ");
        // Where even standard error is gone, the exit status has to say it.
        let _ = writeln!(io::stderr(), "tillkey {command}: {text}");
    }
}
