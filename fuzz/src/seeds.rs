//! The inputs that are kept, and the words that inputs are made of.

use std::fs;
use std::io;
use std::path::Path;

use crate::Target;

/// The seeds of a target, in the order of their names.
///
/// # Errors
/// As the file system's.
pub fn seeds(target: &Target) -> io::Result<Vec<(String, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target.name);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        found.push((name, fs::read(entry.path())?));
    }
    found.sort();
    Ok(found)
}

/// What a change puts in: borders of numbers, and what has broken parsers before.
pub const WORDS: &[&[u8]] = &[
    b"\0",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x1b\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x9f\xff",
    b"\xa0",
    b"\xf6",
    b"9223372036854775807",
    b"9223372036854775808",
    b"18446744073709551616",
    b"-1",
    b"1e400",
    b"0.00",
    b"-009999-01-01T00:00:00Z",
    b"9999-12-31T23:59:59.999999999Z",
    b"null",
    b"{}",
    b"[]",
    b"\"\"",
    b"\\u0000",
    b"\\ud800",
    b"%00",
    b"%ff",
    b"%2e%2e%2f",
    b"\r\n",
    b"\"\"\"",
    b"';--",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    "０".as_bytes(),
    "é".as_bytes(),
    b"\"><zz>",
    b"{{zz}}",
];
