//! How a file writes its characters: UTF-8, or GB 18030 as table programs in China do.
//!
//! Neither ever has a comma, a quote or a line end inside another character, so a row is
//! split before it is decoded, and a character that is malformed has a row and a column.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read};
use std::str::FromStr;

use encoding_rs::GB18030;

/// How much of a file is looked at at once.
const CHUNK: usize = 64 * 1024;

/// An encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 (RFC 3629).
    Utf8,
    /// GB 18030, and with it GBK and GB 2312.
    Gb18030,
}

impl Encoding {
    /// Every encoding.
    pub const ALL: [Self; 2] = [Self::Utf8, Self::Gb18030];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
        }
    }

    /// The text of a cell; none where it is malformed.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
        }
    }

    /// The mark that a file of this encoding may begin with.
    pub(super) const fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => &[0xef, 0xbb, 0xbf],
            Self::Gb18030 => &[0x84, 0x31, 0x95, 0x33],
        }
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|known| known.name() == text);
        found.ok_or_else(|| "utf-8 or gb18030".to_owned())
    }
}

/// What a file looks like from outside.
pub(super) enum Looks {
    /// It is in this encoding, or in none that is known.
    Like(Encoding),
    /// It is in UTF-16, which is not taken.
    Utf16,
}

/// Recognises an encoding: by its mark, or UTF-8 where the whole is that; else it can
/// only be GB 18030.
pub(super) fn recognise(file: &mut impl Read) -> io::Result<Looks> {
    let mut buffer = vec![0; CHUNK];
    let (mut held, mut is_first) = (0, true);
    loop {
        let free = buffer.get_mut(held..).unwrap_or_default();
        let read = match file.read(free) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read?,
        };
        let filled = buffer.get(..held + read).unwrap_or_default();
        if is_first {
            is_first = false;
            if filled.starts_with(&[0xff, 0xfe]) || filled.starts_with(&[0xfe, 0xff]) {
                return Ok(Looks::Utf16);
            }
            for known in Encoding::ALL {
                if filled.starts_with(known.mark()) {
                    return Ok(Looks::Like(known));
                }
            }
        }
        // A character may go on in the next chunk; at the end of the file it may not.
        let whole = match std::str::from_utf8(filled) {
            Ok(_) => filled.len(),
            Err(error) if error.error_len().is_none() && read > 0 => error.valid_up_to(),
            Err(_) => return Ok(Looks::Like(Encoding::Gb18030)),
        };
        if read == 0 {
            return Ok(Looks::Like(Encoding::Utf8));
        }
        held = filled.len() - whole;
        buffer.copy_within(whole..whole + held, 0);
    }
}
