//! What a verification found, by a stable name and in words: the ledger's own findings,
//! and what only shows beside it.

use std::path::Path;

use serde_json::{Value, json};
use tillkey_ledger::{Fault, Finding, Place};
use tillkey_store::case::audit::Difference;

/// One thing that is wrong.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    name: &'static str,
    text: String,
    details: Value,
}

impl Found {
    fn new(name: &'static str, text: impl Into<String>, details: Value) -> Self {
        Self {
            name,
            text: text.into(),
            details,
        }
    }

    /// What the ledger says of itself.
    pub(super) fn in_ledger(finding: &Finding) -> Self {
        Self::new(finding.name(), finding.to_string(), details(finding))
    }

    /// A leaf's search columns are not what the leaf says.
    pub(super) fn columns(position: u64) -> Self {
        let text = format!("the columns beside leaf {position} are not what it says");
        Self::new(
            "columns_altered",
            text,
            json!({ "first": position, "count": 1 }),
        )
    }

    /// A case is not the fold of its events.
    pub(super) fn case(case: &str, difference: Difference) -> Self {
        let text = match difference {
            Difference::Altered => format!("case {case} is stored otherwise than its events say"),
            Difference::NeverOpened => format!("case {case} is stored and no event opened it"),
            Difference::Missing => format!("case {case} was opened and is not stored"),
            Difference::Unreadable => format!("case {case} or its events cannot be read"),
        };
        Self::new(difference.name(), text, json!({ "case": case }))
    }

    /// The checkpoint that was kept outside the database is gone.
    pub(super) fn checkpoint_file_missing(path: &Path) -> Self {
        let text = format!("the checkpoint file {} is missing", path.display());
        Self::new("checkpoint_file_missing", text, json!({}))
    }

    /// The checkpoint that was kept outside the database is not the ledger's.
    pub(super) fn checkpoint_file_invalid(path: &Path, fault: &Fault) -> Self {
        let path = path.display();
        let text = format!("the checkpoint file {path} is not one of this ledger: {fault}");
        Self::new("checkpoint_file_invalid", text, json!({}))
    }

    /// For machines.
    pub(super) fn json(&self) -> Value {
        let mut value = self.details.clone();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("name".to_owned(), json!(self.name));
            fields.insert("text".to_owned(), json!(self.text));
        }
        value
    }

    /// For people.
    pub(super) fn line(&self) -> String {
        format!("  {}: {}", self.name, self.text)
    }
}

/// Where to look.
fn details(finding: &Finding) -> Value {
    match finding {
        Finding::LeafAltered { first, count }
        | Finding::LeavesRewritten { first, count }
        | Finding::LeavesUnvouched { first, count } => json!({ "first": first, "count": count }),
        Finding::LeafMissing {
            first,
            count,
            place,
        } => {
            let place = match place {
                Place::Start => "start",
                Place::Middle => "middle",
                Place::End => "end",
            };
            json!({ "first": first, "count": count, "place": place })
        }
        Finding::StoredHashWrong { level, index } | Finding::StoredHashMissing { level, index } => {
            json!({ "level": level, "index": index })
        }
        Finding::ShorterThanRemembered { remembered, now } => {
            json!({ "remembered": remembered, "now": now })
        }
        Finding::NotConsistentWithRemembered { remembered } => {
            json!({ "remembered": remembered.size })
        }
        _ => json!({}),
    }
}
