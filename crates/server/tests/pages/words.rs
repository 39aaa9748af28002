//! The two word files say the same things.

use std::collections::BTreeSet;

use tillkey_server::web::{Language, every_word};

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
