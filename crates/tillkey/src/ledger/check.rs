//! `tillkey ledger check`: whether a downloaded proof (C2SP tlog-proof) shows its entry
//! to be in the ledger. It needs the file and the ledger's key, no network and no data.

use serde_json::{Value, json};
use tillkey_ledger::LeafProof;
use tillkey_ledger::limits::PROOF_BYTES_MAX;

use super::CheckArgs;
use crate::failed::Failed;

/// Checks and prints; a proof that does not hold is a failure.
pub(super) fn run(args: &CheckArgs) -> Result<(), Failed> {
    let file = args.proof.as_path();
    let length = std::fs::metadata(file)
        .map_err(Failed::because(format!("cannot read {}", file.display())))?
        .len();
    if usize::try_from(length).is_ok_and(|length| length > PROOF_BYTES_MAX) {
        return Err(Failed::new(format!(
            "{} has more than {PROOF_BYTES_MAX} bytes and is no proof",
            file.display()
        )));
    }
    let text = std::fs::read_to_string(file)
        .map_err(Failed::because(format!("cannot read {}", file.display())))?;
    let proof: LeafProof = text
        .parse()
        .map_err(Failed::because(format!("{} is no proof", file.display())))?;
    let verifier = args.which.find().map(|(_, verifier)| verifier)?;
    let checkpoint = proof
        .verify(&verifier)
        .map_err(Failed::because("the proof does not hold"))?;
    let leaf = String::from_utf8_lossy(&proof.leaf);
    let entry = serde_json::from_str::<Value>(&leaf).unwrap_or_else(|_| json!(leaf));
    let document = json!({
        "ok": true, "position": proof.index, "entry": entry,
        "ledger": checkpoint.origin.to_string(), "size": checkpoint.head.size,
        "root": checkpoint.head.root.to_string(),
    });
    let shown = format!(
        "{leaf}\nis entry {} of {}, signed at {} entries",
        proof.index, checkpoint.origin, checkpoint.head.size
    );
    args.shown.print(&document, &shown)
}
