//! The two word files say the same things.

use std::collections::BTreeSet;

use tillkey_rules::case::State;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};
use tillkey_server::web::{CaseNames, Language, every_word};
use tillkey_wire::ids::Rank;

/// The `{names}` in a sentence.
fn names(sentence: &str) -> BTreeSet<&str> {
    sentence
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn both_languages_fill_in_the_same_things() {
    let (chinese, english) = (every_word(Language::Chinese), every_word(Language::English));
    for ((key, zh), (same, en)) in chinese.into_iter().zip(english) {
        assert_eq!(key, same);
        assert_eq!(names(zh), names(en), "{key}");
    }
}

#[test]
fn every_word_is_there_and_in_its_own_language() {
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for (key, text) in every_word(Language::Chinese) {
        let by_name = key == "public.frame.other_language";
        assert!(by_name || text.chars().any(is_chinese), "{key}: {text}");
        assert_eq!(text, text.trim(), "{key}");
    }
    for (key, text) in every_word(Language::English) {
        // The terminal's own label is quoted, because that is what the screen shows.
        let quotes =
            key.starts_with("public.issued.how_choose") || key == "public.frame.other_language";
        assert!(quotes || !text.chars().any(is_chinese), "{key}: {text}");
        assert!(!text.is_empty(), "{key}");
    }
}

/// Every word of the closed lists has a name on screens: none falls back to its stable
/// name.
#[test]
fn every_word_of_the_lists_has_a_name() {
    let stable = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    for language in [Language::Chinese, Language::English] {
        let names = CaseNames::of(language);
        let lists = [
            Channel::ALL
                .iter()
                .map(|word| names.channel(*word))
                .collect::<Vec<_>>(),
            Reason::ALL.iter().map(|word| names.reason(*word)).collect(),
            EvidenceKind::ALL
                .iter()
                .map(|word| names.evidence(*word))
                .collect(),
            MerchantStatus::ALL
                .iter()
                .map(|word| names.merchant(*word))
                .collect(),
            State::ALL.iter().map(|word| names.state(*word)).collect(),
            Rank::ALL
                .iter()
                .map(|word| names.rank(word.name()))
                .collect(),
        ];
        for text in lists.into_iter().flatten() {
            assert!(!stable(text), "{text}");
        }
    }
}
