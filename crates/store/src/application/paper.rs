//! Pictures of an applicant's papers, sealed, one a paper.

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_rules::vocabulary::ApplicationPaper;
use tillkey_wire::ids::ApplicationId;
use tillkey_wire::secret::Secret;

use crate::fault::Fault;
use crate::scan::Likeness;
use crate::seal::{DataKey, Place};
use crate::tx::{Tx, statements};
use crate::value::Value;

statements! {
    TAKE: "take a picture of a paper" =
        "INSERT INTO application_papers (application, paper, picture_sealed, file_index, \
         pixel_index, taken_at) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (application, paper) DO UPDATE SET \
         picture_sealed = excluded.picture_sealed, file_index = excluded.file_index, \
         pixel_index = excluded.pixel_index, taken_at = excluded.taken_at";
    FIND: "find a picture of a paper" =
        "SELECT picture_sealed FROM application_papers WHERE application = $1 AND paper = $2";
    REMOVE: "remove an application's pictures" =
        "DELETE FROM application_papers WHERE application = $1";
    ELSEWHERE: "look for an application's pictures in others" =
        "SELECT COUNT(*) FROM application_papers AS own JOIN application_papers AS other \
         ON other.pixel_index = own.pixel_index AND other.application <> own.application \
         WHERE own.application = $1";
}

/// A picture to be kept.
#[derive(Debug)]
pub struct NewPaper<'a> {
    /// Of which application.
    pub application: ApplicationId,
    /// Of which paper.
    pub paper: ApplicationPaper,
    /// By what it is known again.
    pub likeness: Likeness,
    /// The picture as it is kept.
    pub picture: &'a [u8],
    /// When this is.
    pub now: Timestamp,
}

/// Keeps a picture; an earlier one of the paper is gone.
///
/// # Errors
/// [`Fault::TooLarge`] above the limit of what is sealed, [`Fault::Dangling`] when there
/// is no such application.
pub fn take(
    tx: &mut dyn Tx,
    key: &DataKey,
    paper: &NewPaper<'_>,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let row = row(paper.application, paper.paper);
    let values = [
        Value::from(&paper.application),
        Value::from(paper.paper.name()),
        Value::from(key.seal(place(&row), paper.picture, rng)?),
        Value::from(&paper.likeness.file),
        Value::from(&paper.likeness.pixels),
        Value::from(paper.now),
    ];
    tx.execute(TAKE, &values).map(|_| ())
}

/// Opens a picture; none where none was taken.
///
/// # Errors
/// [`Fault::Unsealable`] when the application was erased.
pub fn find(
    tx: &mut dyn Tx,
    key: &DataKey,
    (application, paper): (ApplicationId, ApplicationPaper),
) -> Result<Option<Secret<Vec<u8>>>, Fault> {
    let values = [Value::from(&application), Value::from(paper.name())];
    let Some(mut found) = tx.query_one(FIND, &values)? else {
        return Ok(None);
    };
    let sealed: Vec<u8> = found.take()?;
    key.unseal(place(&row(application, paper)), &sealed)
        .map(Some)
}

/// Whether another application holds one of this one's pictures.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn any_elsewhere(tx: &mut dyn Tx, application: ApplicationId) -> Result<bool, Fault> {
    let count: u64 = tx
        .query_one(ELSEWHERE, &[Value::from(&application)])?
        .ok_or(Fault::Missing("count"))?
        .take()?;
    Ok(count > 0)
}

/// Removes the pictures of an application.
///
/// # Errors
/// A [`Fault`] of the engine.
pub(super) fn remove_all(tx: &mut dyn Tx, application: ApplicationId) -> Result<(), Fault> {
    tx.execute(REMOVE, &[Value::from(&application)]).map(|_| ())
}

fn row(application: ApplicationId, paper: ApplicationPaper) -> String {
    format!("{application}/{paper}")
}

const fn place(row: &str) -> Place<'_> {
    Place {
        table: "application_papers",
        column: "picture_sealed",
        row,
    }
}
