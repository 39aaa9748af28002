//! The verification of a whole log: what an auditor runs.
//!
//! 1. Open the signed checkpoint: is it this log's, by its key?
//! 2. Walk every leaf, recompute the tree, and compare each hash with the stored one.
//! 3. Compare the root with the signed one, and the root at a remembered size with the
//!    remembered one: a log cut short or recomputed shows here.
//! 4. Where something differs, let the signed root decide which side is right, from the
//!    top down: so an altered leaf is told from an altered hash.
//!
//! It reads only, believes nothing it reads, and its memory does not grow with the log.

mod diagnose;
mod finding;
mod walk;

pub use finding::{Finding, Place, Report};

use crate::checkpoint::{Checkpoint, LogVerifier};
use crate::fault::Fault;
use crate::limits::UNSIGNED_LEAVES_MAX;
use crate::reader::Reader;
use crate::verify::diagnose::{Diagnosis, Truth};
use crate::verify::walk::{Mark, Walk};

/// What a log is verified against.
#[derive(Debug, Clone, Copy)]
pub struct Against<'a> {
    /// The log's key.
    pub verifier: &'a LogVerifier,
    /// The signed checkpoint that the log shows now.
    pub signed: &'a [u8],
    /// A checkpoint that the auditor opened and kept earlier.
    pub remembered: Option<&'a Checkpoint>,
}

/// Verifies a whole log. `progress` is told, now and then, how many leaves are done and
/// how many there are.
///
/// # Errors
/// [`Fault::Storage`] when the storage fails. That the log is wrong is no error: it is in
/// the report.
pub fn verify(
    reader: &mut impl Reader,
    against: &Against<'_>,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Report, Fault> {
    let mut report = Report::default();
    let checkpoint = match against.verifier.open(against.signed) {
        Ok(checkpoint) => Some(checkpoint),
        Err(fault) => {
            report.add(Finding::from_fault(&fault));
            None
        }
    };
    let stored = reader.leaf_count()?;
    let size = size_to_walk(stored, checkpoint.as_ref(), &mut report)?;
    let signed_size = checkpoint.as_ref().map(|checkpoint| checkpoint.head.size);
    let remembered_size = against.remembered.map(|remembered| remembered.head.size);
    let walk = Walk::run(reader, size, [signed_size, remembered_size], progress)?;

    report.leaves = walk.leaves;
    report.unsigned = signed_size.map_or(0, |signed| stored.saturating_sub(signed));
    report.head = walk.mark(size).computed;
    walk.missing.report(size, &mut report);
    let mut diagnosis = Diagnosis::new(&walk, reader, &mut report);
    let truth = match &checkpoint {
        Some(checkpoint) => diagnosis.truth(checkpoint.head)?,
        None => Truth::Unknown,
    };
    diagnosis.run(signed_size, size, &truth)?;
    if let Some(remembered) = against.remembered {
        let now = signed_size.unwrap_or(stored);
        compare_remembered(
            &walk.mark(remembered.head.size),
            remembered,
            now,
            &truth,
            &mut report,
        );
    }
    report.checkpoint = checkpoint;
    Ok(report)
}

/// How far to walk: over all that was signed or is stored. A single row with a huge index
/// must not keep an auditor walking for years.
fn size_to_walk(
    stored: u64,
    checkpoint: Option<&Checkpoint>,
    report: &mut Report,
) -> Result<u64, Fault> {
    let Some(checkpoint) = checkpoint else {
        Fault::limit_size(stored)?;
        return Ok(stored);
    };
    let signed = checkpoint.head.size;
    let unsigned = stored.saturating_sub(signed);
    if unsigned > UNSIGNED_LEAVES_MAX {
        report.add(Finding::TooManyUnsigned { count: unsigned });
        return Ok(signed);
    }
    Ok(stored.max(signed))
}

fn compare_remembered(
    mark: &Mark,
    remembered: &Checkpoint,
    now: u64,
    truth: &Truth,
    report: &mut Report,
) {
    let head = remembered.head;
    if head.size > now {
        report.add(Finding::ShorterThanRemembered {
            remembered: head.size,
            now,
        });
        return;
    }
    // Whoever recomputed a log may have left the old hashes lying about, so the stored
    // tree speaks only where the signed root vouches for it or the leaves are silent.
    let is_kept = match truth {
        Truth::Stored | Truth::Pieced(_) => {
            mark.computed == Some(head) || mark.stored == Some(head)
        }
        Truth::Computed | Truth::Unknown => mark.computed.or(mark.stored) == Some(head),
    };
    let is_known = mark.computed.is_some() || mark.stored.is_some();
    if is_known && !is_kept {
        report.add(Finding::NotConsistentWithRemembered { remembered: head });
    }
}
