//! The list as a file, a line an operator, and its digest: whoever has the file checks it
//! with `sha256sum`.
//!
//! A list may have a million lines, so it is read and handed out part by part. Nothing is
//! added to one that people can see, so the parts fit together whenever they are read.

use std::fmt::Write as _;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use sha2::{Digest as _, Sha256};
use tillkey_rules::campaign::Campaign;
use tillkey_store::campaign::target::{self, Line};
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::CampaignId;

use super::{READERS, reach};
use crate::act::{Failure, SignedIn, last_of_full};
use crate::limits::{MANIFEST_LINES_READ, MANIFEST_LINES_SHOWN};
use crate::shell::Shell;

/// A part of the list as a file.
struct Part {
    text: String,
    /// The line that the next part follows; none at the end.
    next: Option<Line>,
}

/// The list as a file, part by part. What cannot be read at all fails before the first.
///
/// # Errors
/// [`Failure::Unknown`] where there is none, or it is another acquirer's.
pub async fn file(
    shell: &Shell,
    id: CampaignId,
    by: &SignedIn,
) -> Result<BoxStream<'static, Result<String, Failure>>, Failure> {
    by.must_be(&READERS)?;
    let first = part(shell, (id, by), (None, MANIFEST_LINES_READ)).await?;
    let reader = (shell.clone(), by.clone());
    let parts = stream::try_unfold(Some(first), move |present| {
        let (shell, by) = reader.clone();
        async move {
            let Some(Part { text, next }) = present else {
                return Ok(None);
            };
            let next = match next {
                None => None,
                after => Some(part(&shell, (id, &by), (after, MANIFEST_LINES_READ)).await?),
            };
            Ok(Some((text, next)))
        }
    });
    let cut = move |failure: &Failure| {
        tracing::error!(campaign = %id, error = %failure, "a list broke off on its way out");
    };
    Ok(parts.inspect_err(cut).boxed())
}

/// The first lines of it, to look at.
///
/// # Errors
/// As [`file()`].
pub async fn head(shell: &Shell, id: CampaignId, by: &SignedIn) -> Result<String, Failure> {
    by.must_be(&READERS)?;
    let first = part(shell, (id, by), (None, MANIFEST_LINES_SHOWN)).await?;
    Ok(first.text)
}

async fn part(
    shell: &Shell,
    (id, by): (CampaignId, &SignedIn),
    (after, limit): (Option<Line>, u32),
) -> Result<Part, Failure> {
    let by = by.clone();
    let read = shell.store().read(move |tx| {
        let found = reach(tx, id, &by)?.map(|stored| stored.campaign);
        match found.filter(|campaign| campaign.manifest().is_some()) {
            Some(campaign) => read_part(tx, &campaign, (after.as_ref(), limit)).map(Ok),
            None => Ok(Err(Failure::Unknown)),
        }
    });
    read.await?
}

/// SHA-256 of the list as a file, in hexadecimal.
pub(super) fn digest(tx: &mut dyn Tx, campaign: &Campaign) -> Result<String, Fault> {
    let mut hasher = Sha256::new();
    let mut after = None;
    loop {
        let part = read_part(tx, campaign, (after.as_ref(), MANIFEST_LINES_READ))?;
        hasher.update(&part.text);
        after = part.next;
        if after.is_none() {
            return Ok(data_encoding::HEXLOWER.encode(&hasher.finalize()));
        }
    }
}

/// What the file begins with: which campaign, and on what terms it is approved with the
/// list. What rests an old password or tolerates failures is not to be changed behind the
/// approvers' backs either.
fn first_line(campaign: &Campaign) -> String {
    let terms = campaign.terms();
    let waves: Vec<String> = terms.waves.iter().map(ToString::to_string).collect();
    let rest = terms
        .rest_after_hours
        .map_or_else(|| "never".to_owned(), |hours| hours.to_string());
    format!(
        "tillkey campaign 1 {} {} waves={} wave_hours={} rest_after_hours={rest} \
         failures_percent={}\n",
        campaign.id(),
        campaign.reason().name(),
        waves.join("/"),
        terms.wave_hours,
        terms.failures_percent,
    )
}

/// Reads a part: the first line, where it is the first; then a line for each operator
/// with wave, merchant, terminal and operator, in this order.
fn read_part(
    tx: &mut dyn Tx,
    campaign: &Campaign,
    (after, limit): (Option<&Line>, u32),
) -> Result<Part, Fault> {
    let mut text = match after {
        None => first_line(campaign),
        Some(_) => String::new(),
    };
    let found = target::manifest(tx, campaign.id(), (after, limit))?;
    for Line { wave, place } in &found {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{wave} {} {} {}",
            place.merchant, place.number, place.operator
        );
    }
    let next = last_of_full(&found, limit).cloned();
    Ok(Part { text, next })
}
