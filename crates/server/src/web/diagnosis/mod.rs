//! Why an operator cannot sign on, as pages say it.
//!
//! 1. [`guide`]: for anybody, by what the screen says. It knows of no terminal and
//!    asks for no number, so it cannot tell who exists (E16).
//! 2. [`holder`]: the real state, for the holder of a case that is proven.

pub mod guide;
pub mod holder;
mod told;
mod words;

use tillkey_rules::diagnosis::{Finding, Severity};

pub(crate) use told::{Told, told};
pub use words::DiagnosisWords;

use super::Reading;

/// One finding, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundLine {
    pub(super) severity: &'static str,
    /// The colour that goes with it; the word says it as well.
    pub(super) class: &'static str,
    pub(super) says: String,
    pub(super) advice: String,
}

/// The findings as lines, in their order.
pub(super) fn lines(findings: &[Finding], reading: &Reading) -> Vec<FoundLine> {
    let words = &DiagnosisWords::of(reading.language).found;
    let line = |finding: &Finding| {
        let Told { says, advice } = told(finding, reading);
        let (severity, class) = match finding.severity() {
            Severity::Cause => (words.cause.as_str(), "bad"),
            Severity::Likely => (words.likely.as_str(), "warn"),
            Severity::Note => (words.note.as_str(), ""),
        };
        FoundLine {
            severity,
            class,
            says,
            advice,
        }
    };
    findings.iter().map(line).collect()
}
