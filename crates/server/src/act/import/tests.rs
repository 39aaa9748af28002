//! Files as they come: encodings, rows and first lines. What becomes of the rows is in
//! `tests/routes/import.rs`.

use std::io::Write as _;

use encoding_rs::GB18030;
use tempfile::NamedTempFile;

use super::ImportFault;
use super::encoding::{Encoding, Looks, recognise};
use super::header::Kind;
use super::rows::{Broken, Rows};
use super::sheet::Sheet;
use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_ROW_BYTES_MAX};

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn looks(bytes: &[u8]) -> Option<Encoding> {
    match recognise(&mut &*bytes).unwrap() {
        Looks::Like(encoding) => Some(encoding),
        Looks::Utf16 => None,
    }
}

#[test]
fn an_encoding_is_recognised_by_its_mark_or_by_the_whole_file() {
    let chinese = "商户号,商户名称\n898310054110001,老王面馆\n";
    let (utf8, gb) = (Some(Encoding::Utf8), Some(Encoding::Gb18030));
    let encoded = GB18030.encode(chinese).0;
    for (bytes, expected) in [
        (chinese.as_bytes(), utf8),
        (b"", utf8),
        (b"merchant_number,name\n", utf8),
        (b"\xef\xbb\xbfname\n\xff", utf8),
        (&*encoded, gb),
        (b"\x84\x31\x95\x33name", gb),
        (b"\xff\xfen\0a\0", None),
        (b"\xfe\xff\0n\0a", None),
        // What begins a character and does not end it is no UTF-8.
        (b"name\n\xe8\x80", gb),
    ] {
        assert_eq!(looks(bytes), expected, "{bytes:?}");
    }
    // Characters lie across the chunks that are looked at.
    for shift in 0..3 {
        let long = format!("{}{}", "x".repeat(shift), "面".repeat(60_000));
        assert_eq!(looks(long.as_bytes()), utf8);
        assert_eq!(looks(&GB18030.encode(&long).0), gb);
    }
}

/// A row with its line.
type Read = (u64, Vec<String>);

/// The rows of a file, and how they end.
fn rows(bytes: &[u8]) -> (Vec<Read>, Option<(u64, &'static str)>) {
    let mut rows = Rows::new(file(bytes).reopen().unwrap());
    let mut found = Vec::new();
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let cell = |at| String::from_utf8_lossy(row.cell(at).unwrap()).into_owned();
                found.push((row.line, (0..row.len()).map(cell).collect()));
            }
            Ok(None) => return (found, None),
            Err(Broken::Row { line, rule }) => return (found, Some((line, rule))),
            Err(Broken::File(error)) => panic!("{error}"),
        }
    }
}

#[test]
fn a_row_has_the_line_it_begins_in() {
    let check = |text: &str, expected: &[(u64, &[&str])]| {
        let (found, end) = rows(text.as_bytes());
        let found: Vec<(u64, Vec<&str>)> = found
            .iter()
            .map(|(line, cells)| (*line, cells.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(u64, Vec<&str>)> = expected
            .iter()
            .map(|(line, cells)| (*line, cells.to_vec()))
            .collect();
        assert_eq!((found, end), (expected, None), "{text:?}");
    };
    check("", &[]);
    check("a,b\nc,d\n", &[(1, &["a", "b"]), (2, &["c", "d"])]);
    check("a,b\r\nc,d\r\n", &[(1, &["a", "b"]), (2, &["c", "d"])]);
    check("a,b\n\n\nc,d", &[(1, &["a", "b"]), (4, &["c", "d"])]);
    check(
        "\r\na,b\r\n\r\nc,d\r\n\r\n",
        &[(2, &["a", "b"]), (4, &["c", "d"])],
    );
    check(
        "a,\"b\r\nb\"\r\n\"c \"\"c\"\"\",\r\nd,d",
        &[
            (1, &["a", "b\r\nb"]),
            (3, &["c \"c\"", ""]),
            (4, &["d", "d"]),
        ],
    );
    // The buffer ends somewhere within.
    let long: String = (0..20_000).map(|at| format!("{at},老王\r\n")).collect();
    let (found, end) = rows(long.as_bytes());
    assert_eq!((found.len(), end), (20_000, None));
    for (at, (line, cells)) in (0..).zip(found) {
        assert_eq!(
            (line, cells),
            (at + 1, vec![at.to_string(), "老王".to_owned()])
        );
    }
}

#[test]
fn a_row_that_does_not_end_takes_no_more_room_than_it_may() {
    let open = format!("a,b\nc,\"{}", "x,\n".repeat(IMPORT_ROW_BYTES_MAX));
    let (found, end) = rows(open.as_bytes());
    assert_eq!(found.len(), 1);
    assert_eq!(
        end,
        Some((2, "this row does not end: is a quote not closed?"))
    );
    let wide = "a,".repeat(IMPORT_COLUMNS_MAX + 1);
    assert_eq!(
        rows(wide.as_bytes()).1,
        Some((1, "this row has too many cells"))
    );
}

#[test]
fn the_digest_is_of_the_whole_file() {
    let keys = || {
        let key = || tillkey_wire::secret::Secret::new([7; 32]);
        tillkey_store::seal::SealKeys {
            wrapping: key(),
            index: key(),
            code: key(),
        }
    };
    let digest = |bytes: &[u8], mark: &[u8]| {
        let mut rows = Rows::new(file(bytes).reopen().unwrap());
        rows.skip_mark(mark).unwrap();
        while rows.next().unwrap().is_some() {}
        rows.digest(&keys())
    };
    let whole = digest(b"\xef\xbb\xbfa,b\nc,d\n", Encoding::Utf8.mark());
    assert_ne!(whole, digest(b"a,b\nc,d\n", b""), "the mark is part of it");
    assert_ne!(
        whole,
        digest(b"\xef\xbb\xbfa,b\nc,d", Encoding::Utf8.mark())
    );
    assert_eq!(
        whole,
        digest(b"\xef\xbb\xbfa,b\nc,d\n", Encoding::Utf8.mark())
    );
    assert_eq!(whole.len(), 64);
}

fn header(first: &str) -> Result<Kind, String> {
    let file = file(format!("{first}\n").as_bytes());
    Sheet::look_at(file.path(), None)
        .map(|sheet| sheet.kind())
        .map_err(|fault| match fault {
            ImportFault::Header { why, .. } => why,
            other => panic!("{other}"),
        })
}

#[test]
fn the_first_line_says_what_a_file_holds_in_both_languages_and_any_order() {
    for kind in Kind::ALL {
        let columns = kind.columns();
        let needed = columns.iter().filter(|column| column.needed);
        let english: Vec<&str> = needed.clone().map(|column| column.name).collect();
        let chinese: Vec<&str> = needed.map(|column| column.chinese[0]).collect();
        let every: Vec<&str> = columns.iter().map(|column| column.name).collect();
        for mut names in [english, chinese, every] {
            assert_eq!(header(&names.join(",")), Ok(kind), "{names:?}");
            names.reverse();
            assert_eq!(header(&names.join(" , ")), Ok(kind), "{names:?}");
            let upper = names.join(",").to_uppercase();
            assert_eq!(header(&upper), Ok(kind), "{names:?}");
        }
        for column in columns {
            for name in column.chinese {
                assert_ne!(*name, column.name);
            }
        }
    }
}

#[test]
fn a_first_line_that_is_not_understood_says_what_is_taken() {
    let says = |first: &str, expected: &[&str]| {
        let why = header(first).unwrap_err();
        for part in expected {
            assert!(why.contains(part), "{first}: {why}");
        }
        why
    };
    says(
        "merchant_number,name,name",
        &["`name` is there twice", "credit_code"],
    );
    says("merchant_number,name,商户名称", &["`name` is there twice"]);
    says("name,phone", &["`merchant_number` is missing", "商户号"]);
    says("商户号,终端号,序列号", &["`model` is missing", "型号"]);
    says(
        "a,b",
        &[
            "does not say what the file holds",
            "operators:",
            "settled_on 清算日期",
        ],
    );
    // A file without a first line has somebody's data there: it is not shown.
    let why = says(
        "898310054110001,name,13800138000",
        &["column 1 has a name that is not taken", "column 3"],
    );
    assert!(
        !why.contains("13800138000") && !why.contains("898310054110001"),
        "{why}"
    );
    assert_eq!(header(""), Err("it is empty".to_owned()));
}

#[test]
fn what_is_no_table_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let fault = Sheet::look_at(folder.path(), None).unwrap_err();
    assert!(fault.to_string().contains("this is not a file"), "{fault}");
    let missing = Sheet::look_at(&folder.path().join("none.csv"), None).unwrap_err();
    assert!(missing.to_string().starts_with("cannot read "), "{missing}");
    let wide = file(b"\xff\xfen\0a\0m\0e\0");
    let fault = Sheet::look_at(wide.path(), None).unwrap_err();
    assert!(fault.to_string().contains("UTF-16"), "{fault}");
}

/// The page that people write their files by.
#[test]
fn the_page_names_every_column() {
    let page = include_str!("../../../../../docs/import.md");
    for kind in Kind::ALL {
        for column in kind.columns() {
            for name in [&[column.name], column.chinese].concat() {
                assert!(page.contains(&format!("`{name}`")), "{name}");
            }
        }
    }
}
