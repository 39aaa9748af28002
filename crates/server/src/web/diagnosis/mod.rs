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
use tillkey_rules::precheck::{Finding as Hint, Weight};

pub(crate) use told::{Told, told};
pub use words::DiagnosisWords;

use super::words::side;
use super::{Language, Reading};
use crate::act::diagnosis::Diagnosis;

/// One finding, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundLine {
    pub(super) severity: &'static str,
    /// The colour that goes with it; the word says it as well.
    pub(super) class: &'static str,
    pub(super) says: String,
    pub(super) advice: String,
}

/// One thing that a terminal says is wrong with it, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HintLine {
    pub(super) what: String,
    pub(super) advice: String,
}

/// What a terminal says, as lines.
pub(super) fn hint_lines(hints: &[Hint], language: Language) -> Vec<HintLine> {
    let line = |hint: &Hint| HintLine {
        what: side(&hint.what, language).to_owned(),
        advice: side(&hint.advice, language).to_owned(),
    };
    hints.iter().map(line).collect()
}

/// What was found, as lines: why, in its order, and then what the device says of itself.
pub(super) fn lines(diagnosis: &Diagnosis, reading: &Reading) -> Vec<FoundLine> {
    let words = &DiagnosisWords::of(reading.language).found;
    let found = |finding: &Finding| {
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
    let hint = |hint: &Hint| FoundLine {
        severity: &words.device,
        class: match hint.weight {
            Weight::Hinders => "warn",
            Weight::Remark => "",
        },
        says: side(&hint.what, reading.language).to_owned(),
        advice: side(&hint.advice, reading.language).to_owned(),
    };
    let found = diagnosis.findings.iter().map(found);
    found.chain(diagnosis.hints.iter().map(hint)).collect()
}
