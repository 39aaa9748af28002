//! Both languages say the same things.

use crate::terminal::words::{Language, Word};

#[test]
fn both_languages_fill_in_the_same_places() {
    for word in Word::ALL {
        let [chinese, english] = Language::ALL.map(|language| {
            let raw = word.raw(language);
            assert!(!raw.is_empty(), "{word:?}");
            [
                "{operator}",
                "{left}",
                "{digits}",
                "{code}",
                "{part}",
                "{parts}",
                "{amount}",
                "{count}",
                "{terminal}",
            ]
            .map(|place| raw.contains(place))
        });
        assert_eq!(chinese, english, "{word:?}");
    }
}

#[test]
fn each_language_is_written_in_its_own_script() {
    let is_han = |character: char| ('\u{4e00}'..='\u{9fff}').contains(&character);
    for word in Word::ALL.iter().filter(|word| **word != Word::KeyLanguage) {
        assert!(word.raw(Language::Chinese).chars().any(is_han), "{word:?}");
        assert!(word.raw(Language::English).is_ascii(), "{word:?}");
    }
}

#[test]
fn a_locale_says_the_language_and_none_is_chinese() {
    for (locale, expect) in [
        ("en_US.UTF-8", Language::English),
        ("en", Language::English),
        ("zh_CN.UTF-8", Language::Chinese),
        ("C.UTF-8", Language::Chinese),
        ("", Language::Chinese),
    ] {
        assert_eq!(Language::of_locale(locale), expect, "{locale}");
    }
    for language in Language::ALL {
        assert_eq!(language.to_string().parse(), Ok(language));
    }
}
