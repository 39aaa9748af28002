//! What is on paper, read back from the file as a reader would read it.

use proptest::prelude::*;
use tillkey_rules::vocabulary::Reason;

use super::letters::{Weight, lines, width};
use super::sheet::{Page, file};
use super::words::{CHINESE, ENGLISH};
use super::{Form, Inspected, Scans, Slip};

/// A string of a content stream: which font, and its bytes.
#[derive(Debug, PartialEq)]
struct Shown {
    font: char,
    text: String,
}

/// Reads the strings that a file shows, by the rules of ISO 32000-1, 7.3.4. Anything
/// that is not one of the operators we write is a failure: a text that got out of its
/// string would be one.
fn shown(pdf: &[u8]) -> Vec<Shown> {
    let mut shown = Vec::new();
    for stream in streams(pdf) {
        let mut font = ' ';
        let mut string = None;
        let mut at = 0;
        while at < stream.len() {
            match stream[at] {
                b'(' => {
                    let (text, after) = literal(stream, at + 1);
                    string = Some(text);
                    at = after;
                }
                b'<' => {
                    let end = at + stream[at..].iter().position(|b| *b == b'>').unwrap();
                    let hex = std::str::from_utf8(&stream[at + 1..end]).unwrap();
                    let hex = hex.to_uppercase();
                    string = Some(data_encoding::HEXUPPER.decode(hex.as_bytes()).unwrap());
                    at = end + 1;
                }
                b if b.is_ascii_whitespace() => at += 1,
                _ => {
                    let end = stream[at..]
                        .iter()
                        .position(|b| b.is_ascii_whitespace() || b"(<[]".contains(b))
                        .map_or(stream.len(), |length| at + length.max(1));
                    let word = std::str::from_utf8(&stream[at..end]).unwrap();
                    match word {
                        "Tj" => shown.push(decoded(font, &string.take().unwrap())),
                        _ if word.starts_with('/') => font = word.chars().nth(1).unwrap(),
                        "BT" | "ET" | "Tf" | "Tr" | "Tm" | "w" | "m" | "l" | "S" | "re" | "f"
                        | "q" | "Q" | "d" | "g" | "G" | "[" | "]" => {}
                        number => assert!(number.parse::<f32>().is_ok(), "{number:?}"),
                    }
                    at = end;
                }
            }
        }
        assert!(string.is_none());
    }
    shown
}

fn streams(pdf: &[u8]) -> Vec<&[u8]> {
    let find = |from: usize, what: &[u8]| {
        pdf[from..]
            .windows(what.len())
            .position(|window| window == what)
            .map(|at| from + at)
    };
    let mut streams = Vec::new();
    let mut from = 0;
    while let Some(head) = find(from, b"/Length ") {
        let digits: String = pdf[head + 8..]
            .iter()
            .map(|b| char::from(*b))
            .take_while(char::is_ascii_digit)
            .collect();
        let begin = find(head, b"stream\n").unwrap() + 7;
        let end = begin + digits.parse::<usize>().unwrap();
        assert!(
            pdf[end..].starts_with(b"\nendstream"),
            "the length is the truth"
        );
        streams.push(&pdf[begin..end]);
        from = end;
    }
    streams
}

/// A literal string from behind its opening parenthesis, and where it ends.
fn literal(stream: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let mut text = Vec::new();
    let mut depth = 1;
    loop {
        let byte = stream[at];
        at += 1;
        match byte {
            b'\\' => {
                let escaped = stream[at];
                at += 1;
                text.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'f' => 12,
                    b'0'..=b'7' => {
                        let octal = std::str::from_utf8(&stream[at - 1..at + 2]).unwrap();
                        at += 2;
                        u8::from_str_radix(octal, 8).unwrap()
                    }
                    other => other,
                });
            }
            b'(' => {
                depth += 1;
                text.push(byte);
            }
            b')' if depth == 1 => return (text, at),
            b')' => {
                depth -= 1;
                text.push(byte);
            }
            _ => text.push(byte),
        }
    }
}

fn decoded(font: char, bytes: &[u8]) -> Shown {
    let text = if font == 'Z' {
        let units: Vec<u16> = bytes
            .chunks(2)
            .map(|unit| u16::from_be_bytes(unit.try_into().unwrap()))
            .collect();
        String::from_utf16(&units).unwrap()
    } else {
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    Shown { font, text }
}

fn all_text(pdf: &[u8]) -> String {
    shown(pdf).into_iter().map(|shown| shown.text).collect()
}

fn form() -> Form {
    Form {
        case: "1041040g20810410".parse().unwrap(),
        printed: "2026-11-24 15:40".to_owned(),
        acquirer: "demo-bank".parse().unwrap(),
        clerk: Some("wang.clerk".parse().unwrap()),
        merchant: "898310054110001".parse().unwrap(),
        name_masked: "老**".to_owned(),
        terminal: "10000001".parse().unwrap(),
        operator: "01".parse().unwrap(),
        reason: Reason::Forgotten,
        inspected: Inspected {
            identity: true,
            licence: true,
            sms: false,
        },
        scans: Scans {
            front: true,
            back: true,
            licence: false,
        },
        by_slip: true,
    }
}

fn slip() -> Slip {
    Slip {
        case: "1041040g20810410".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal: "10000001".parse().unwrap(),
        operator: "01".parse().unwrap(),
        until: "2026-11-24 18:00".to_owned(),
        pattern: 7,
        code: "12345678".parse().unwrap(),
    }
}

/// Leaves a file where a person can look at it, if they ask for it.
fn keep(name: &str, pdf: &[u8]) {
    if let Some(folder) = std::env::var_os("KEEP_PAPER") {
        std::fs::write(std::path::Path::new(&folder).join(name), pdf).unwrap();
    }
}

#[test]
fn the_form_says_what_is_signed() {
    let pdf = form().pdf();
    keep("form.pdf", &pdf);
    let text = all_text(&pdf);
    for part in [
        "操作员密码重置申请表",
        "Application to reset",
        "1041040g20810410",
        "898310054110001",
        "老",
        "10000001",
        "忘记密码",
        "wang.clerk",
        "demo-bank",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(pdf.len() < 20_000, "{}", pdf.len());
}

#[test]
fn the_slip_has_its_code_once_and_only_inside() {
    let pdf = slip().pdf();
    keep("slip.pdf", &pdf);
    let pages = streams(&pdf);
    assert_eq!(pages.len(), 2);
    let codes = shown(&pdf)
        .into_iter()
        .filter(|shown| shown.text == "1234 5678");
    assert_eq!(codes.count(), 1);
    let outside = String::from_utf8_lossy(pages[1]).into_owned();
    assert!(!outside.contains("1234 5678"));
}

/// A pattern that followed from the code would tell it to whoever sees the outside.
#[test]
fn the_pattern_says_nothing_of_the_code() {
    let other = Slip {
        code: "87654321".parse().unwrap(),
        ..slip()
    };
    let (one, other) = (slip().pdf(), other.pdf());
    assert_eq!(streams(&one)[1], streams(&other)[1]);
    let elsewhere = Slip {
        pattern: 8,
        ..slip()
    };
    assert_ne!(streams(&elsewhere.pdf())[1], streams(&one)[1]);
}

#[test]
fn both_languages_say_the_same_things_on_paper() {
    let keys = |text: &str| {
        let table: toml::Table = text.parse().unwrap();
        let keys = table.into_iter().flat_map(|(name, words)| {
            let words = words.as_table().unwrap().clone();
            words
                .into_iter()
                .map(move |(key, _)| format!("{name}.{key}"))
        });
        keys.collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(
        keys(include_str!("../../words/paper.zh-CN.toml")),
        keys(include_str!("../../words/paper.en.toml"))
    );
    assert_ne!(CHINESE.form.title, ENGLISH.form.title);
}

#[test]
fn lines_are_broken_where_they_end() {
    let text = "本人确认以上内容属实，所出示的证件均为原件。I confirm that the above is true.";
    for room in [60.0, 120.0, 400.0] {
        let broken = lines(text, Weight::Plain, (10.0, room));
        let squeezed = |text: &str| text.replace(' ', "");
        assert_eq!(squeezed(&broken.concat()), squeezed(text));
        for line in &broken {
            // Punctuation may hang over the end rather than begin a line.
            assert!(width(line, Weight::Plain, 10.0) <= room + 10.0, "{line}");
            assert!(!line.starts_with(['，', '。']), "{line}");
        }
    }
}

#[test]
fn a14_hostile_names_stay_in_their_string() {
    for name in [
        ") Tj (",
        "\\) Tj ET Q q BT (",
        "((((",
        "))))",
        "\\\\\\",
        "> Tj <",
        "老王\u{0}\r\n\u{8}面馆",
        "endstream endobj",
        "%%EOF",
        &"很长的名字".repeat(400),
        "𠮷野家\u{1f35c}",
    ] {
        let form = Form {
            name_masked: name.to_owned(),
            ..form()
        };
        let plain = shown(
            &Form {
                name_masked: "x".to_owned(),
                ..form.clone()
            }
            .pdf(),
        )
        .len();
        let hostile = shown(&form.pdf()).len();
        // A name in two scripts is more than one string, and never fewer.
        assert!(hostile >= plain - 1, "{name:?}");
        assert!(form.pdf().len() < 20_000, "{name:?}");
    }
}

proptest! {
    /// Whatever is set is what is read back, and a control character is a space.
    #[test]
    fn a14_any_text_is_read_back_as_it_was_set(text in "\\PC{0,60}|[()\\\\<>\\[\\]/%\r\n\t\u{0}-\u{7f}老王]{0,60}") {
        let mut page = Page::new();
        page.text((10.0, 10.0), (10.0, Weight::Plain), &text);
        page.text((10.0, 30.0), (10.0, Weight::Plain), "end");
        let pdf = file(&text, vec![page]);
        let expected: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        prop_assert_eq!(all_text(&pdf), format!("{expected}end"));
    }
}
