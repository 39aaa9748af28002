//! The list as a file, a line an operator, and its digest: whoever has the file checks it
//! with `sha256sum`.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use tillkey_rules::campaign::Campaign;
use tillkey_store::campaign::target::{self, Line};
use tillkey_store::fault::Fault;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::CampaignId;

use super::{READERS, reach};
use crate::act::{Failure, SignedIn};
use crate::limits::{MANIFEST_DOWNLOAD_LINES_MAX, MANIFEST_LINES_READ};
use crate::shell::Shell;

/// The list as a file.
///
/// # Errors
/// [`Failure::Unknown`] where there is none, or it is another acquirer's;
/// [`Failure::Busy`] where it is longer than one answer holds: the command line writes it.
pub async fn text(shell: &Shell, id: CampaignId, by: &SignedIn) -> Result<String, Failure> {
    by.must_be(&READERS)?;
    let by = by.clone();
    let read = shell.store().read(move |tx| {
        let Some(stored) = reach(tx, id, &by)? else {
            return Ok(Err(Failure::Unknown));
        };
        let Some(manifest) = stored.campaign.manifest() else {
            return Ok(Err(Failure::Unknown));
        };
        if manifest.targets > MANIFEST_DOWNLOAD_LINES_MAX {
            return Ok(Err(Failure::Busy));
        }
        let mut text = String::new();
        each_part(tx, &stored.campaign, |part| text.push_str(part))?;
        Ok(Ok(text))
    });
    read.await?
}

/// SHA-256 of the list as a file, in hexadecimal.
pub(super) fn digest(tx: &mut dyn Tx, campaign: &Campaign) -> Result<String, Fault> {
    let mut hasher = Sha256::new();
    each_part(tx, campaign, |part| hasher.update(part))?;
    Ok(data_encoding::HEXLOWER.encode(&hasher.finalize()))
}

/// Hands out the file part by part: what it is, then a line for each operator with wave,
/// merchant, terminal and operator, in this order.
pub(super) fn each_part(
    tx: &mut dyn Tx,
    campaign: &Campaign,
    mut take: impl FnMut(&str),
) -> Result<(), Fault> {
    let (id, reason) = (campaign.id(), campaign.reason().name());
    take(&format!("tillkey campaign 1 {id} {reason}\n"));
    let mut last: Option<Line> = None;
    loop {
        let found = target::manifest(tx, id, (last.as_ref(), MANIFEST_LINES_READ))?;
        let Some(line) = found.last() else {
            return Ok(());
        };
        let mut part = String::new();
        for Line { wave, place } in &found {
            // Writing to a string does not fail.
            let _ = writeln!(
                part,
                "{wave} {} {} {}",
                place.merchant, place.number, place.operator
            );
        }
        take(&part);
        last = Some(line.clone());
    }
}
