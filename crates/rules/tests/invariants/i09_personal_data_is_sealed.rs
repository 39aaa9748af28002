//! DESIGN §2.9: personal data is sealed; leaves hold none in clear.
//!
//! Broken by a new field in an event that holds what somebody is called, where they
//! can be reached or what they wrote. The names of all fields are listed here, so that
//! a new one is looked at by somebody who thinks of this.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;
use tillkey_rules::event::{Entry, Event};

use super::world::{config, plans, play};

/// Every name that may occur in the leaf of a case. None holds a phone, a person's
/// name or a document number; `person`, `staff` and `manager` are accounts,
/// and texts that people write are digests (`…_digest`, `claimed`).
const FIELDS: [&str; 82] = [
    "acquirer",
    "after",
    "approved",
    "at",
    "before",
    "business_licence",
    "by",
    "campaign",
    "case",
    "channel",
    "checked",
    "claimed",
    "code",
    "command",
    "comment_digest",
    "contact_age_hours",
    "contact_version",
    "credential_version",
    "deadline",
    "decision",
    "digest",
    "en",
    "entries",
    "event",
    "evidence",
    "expires_at",
    "failures_30d",
    "hour",
    "identity_document",
    "intact",
    "journal_digest",
    "kind",
    "length",
    "manager",
    "manager_consent",
    "merchant",
    "merchant_status",
    "newer",
    "next",
    "old_password",
    "offline",
    "open_alert",
    "operator",
    "person",
    "persons",
    "policies",
    "portal_session",
    "preparation",
    "question",
    "rank",
    "reason",
    "reasons",
    "recent_transactions",
    "records",
    "registration_digest",
    "resets_30d",
    "review",
    "review_by",
    "reviewers",
    "rights",
    "role",
    "rules_version",
    "sms_code",
    "snapshot",
    "staff",
    "step",
    "subject",
    "supervisor_sign_on",
    "terminal",
    "terminal_in_hand",
    "terminal_number",
    "terminal_online",
    "then",
    "to",
    "tries_left",
    "unsettled",
    "unsettled_batch",
    "until",
    "v",
    "verdict",
    "vouched",
    "who",
];
/// The two that did not fit above: short words that are easily overlooked.
const SHORT: [&str; 2] = ["why", "zh"];

fn names(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| names(item, into)),
        Value::Object(fields) => {
            for (name, value) in fields {
                into.insert(name.clone());
                names(value, into);
            }
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i09_a_leaf_has_no_field_that_is_not_listed(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for (at, by, event) in played.events() {
            let entry = Entry {
                v: 1,
                at,
                acquirer: None,
                case: Some(played.first.id()),
                by: by.clone(),
                event: Event::Case(event.clone()),
            };
            let mut found = BTreeSet::new();
            names(&serde_json::to_value(&entry).unwrap(), &mut found);
            for name in found {
                let listed = FIELDS.contains(&name.as_str()) || SHORT.contains(&name.as_str());
                prop_assert!(listed, "`{name}` in {}", event.name());
            }
        }
    }
}
