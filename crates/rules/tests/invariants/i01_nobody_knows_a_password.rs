//! DESIGN §2.1: nobody but the operator ever knows a password.
//!
//! Broken by an event with a field for a password or a code, or by an identifier that
//! is derived from one: nothing in a leaf of the ledger may be the digits somebody
//! types. Every text is checked by the shape that its name promises.

use proptest::prelude::*;
use serde_json::Value;
use tillkey_rules::event::{Entry, Event};
use tillkey_wire::ids::{CaseId, CodeId};

use super::world::{config, plans, play};

/// Texts that hold digits by their nature, and no code: public numbers and digests.
fn has_digits_by_nature(name: &str, text: &str) -> bool {
    match name {
        "at" | "deadline" | "expires_at" | "until" | "review_by" => {
            text.parse::<jiff::Timestamp>().is_ok()
        }
        "campaign" | "case" | "code" | "command" | "newer" | "manager" | "snapshot"
        | "terminal" => text.parse::<CodeId>().is_ok(),
        "merchant" => text.parse::<tillkey_wire::ids::MerchantNumber>().is_ok(),
        "terminal_number" => text.parse::<tillkey_wire::ids::TerminalNumber>().is_ok(),
        "claimed"
        | "registration_digest"
        | "comment_digest"
        | "digest"
        | "journal_digest"
        | "then" => text.len() >= 32 && text.bytes().all(|b| b.is_ascii_hexdigit()),
        _ => false,
    }
}

fn longest_run_of_digits(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_digit())
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// Finds what could be four digits or more that somebody types.
fn suspicious(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) => None,
        // A count of hours since a contact changed may be large; it is not typed.
        Value::Number(_) if name == "contact_age_hours" => None,
        Value::Number(number) => {
            (longest_run_of_digits(&number.to_string()) >= 4).then(|| format!("{name}: {number}"))
        }
        Value::String(text) => (!has_digits_by_nature(name, text)
            && longest_run_of_digits(text) >= 4)
            .then(|| format!("{name}: {text}")),
        Value::Array(items) => items.iter().find_map(|item| suspicious(name, item)),
        Value::Object(fields) => fields
            .iter()
            .find_map(|(name, value)| suspicious(name, value)),
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i01_no_leaf_holds_digits_that_somebody_types(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for (at, by, event) in played.events() {
            let entry = Entry {
                v: 1,
                at,
                acquirer: None,
                case: Some(CaseId::from_bytes([9; 10])),
                by: by.clone(),
                event: Event::Case(event.clone()),
            };
            let leaf = serde_json::to_value(&entry).unwrap();
            prop_assert_eq!(suspicious("", &leaf), None);
        }
    }
}

#[test]
fn i01_the_search_finds_what_it_is_for() {
    let leaf = |text| serde_json::json!({ "question": { "note": text } });
    assert!(suspicious("", &leaf("the code is 73920164")).is_some());
    assert!(suspicious("", &serde_json::json!({ "code": "73920164" })).is_some());
    assert!(suspicious("", &serde_json::json!({ "tries": 739_201 })).is_some());
    assert!(suspicious("", &serde_json::json!({ "claimed": "13800138000" })).is_some());
    assert!(suspicious("", &leaf("within 72 hours")).is_none());
}
