//! The outside of a file: what kind it is, whether it is whole, and whether there is
//! something else in it.
//!
//! Only lengths are followed here; nothing is unpacked.

use super::PictureFault;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Jpeg,
    Png,
}

const JPEG: &[u8] = b"\xff\xd8\xff";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What other programs would take the file for if they found it in its comments or
/// behind its end.
const FOREIGN: [&[u8]; 12] = [
    b"PK\x03\x04",
    b"%PDF-",
    b"<html",
    b"<!doctype",
    b"<script",
    b"<svg",
    b"<?php",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x7fELF",
    b"MZ\x90\x00",
    b"#!/",
];

/// Reads the envelope.
///
/// # Errors
/// [`PictureFault`] where the file is of no kind we take, is not whole, or is
/// something else as well.
pub(super) fn read(bytes: &[u8]) -> Result<Kind, PictureFault> {
    if bytes.starts_with(JPEG) {
        jpeg(bytes).map(|()| Kind::Jpeg)
    } else if bytes.starts_with(PNG) {
        png(bytes).map(|()| Kind::Png)
    } else {
        Err(PictureFault::WrongKind)
    }
}

/// Refuses what another program would run or unpack. Cameras do write small things
/// behind a picture, so that alone is no reason; re-encoding drops them.
fn plain(bytes: &[u8]) -> Result<(), PictureFault> {
    let is_foreign = |at: usize| {
        let rest = bytes.get(at..).unwrap_or_default();
        FOREIGN.iter().any(|mark| {
            rest.get(..mark.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(mark))
        })
    };
    if (0..bytes.len()).any(is_foreign) {
        Err(PictureFault::Polyglot)
    } else {
        Ok(())
    }
}

/// Walks the segments of a JPEG (ITU-T T.81, annex B) to its end marker.
fn jpeg(bytes: &[u8]) -> Result<(), PictureFault> {
    const END: u8 = 0xd9;
    const SCAN: u8 = 0xda;
    let byte = |at: usize| bytes.get(at).copied().ok_or(PictureFault::Broken);
    let mut at = 2;
    loop {
        if byte(at)? != 0xff {
            return Err(PictureFault::Broken);
        }
        let marker = byte(at + 1)?;
        at += 2;
        match marker {
            // Fill bytes before a marker.
            0xff => at -= 1,
            END => return plain(bytes.get(at..).unwrap_or_default()),
            // Markers without a segment.
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                let length = usize::from(u16::from_be_bytes([byte(at)?, byte(at + 1)?]));
                let segment = bytes.get(at..at + length).ok_or(PictureFault::Broken)?;
                // Application data and comments, which a decoder only skips.
                if matches!(marker, 0xe0..=0xef | 0xfe) {
                    plain(segment)?;
                }
                at += length.max(2);
                if marker == SCAN {
                    at = after_scan(bytes, at)?;
                }
            }
        }
    }
}

/// The next marker after the coded data of a scan.
fn after_scan(bytes: &[u8], from: usize) -> Result<usize, PictureFault> {
    let rest = bytes.get(from..).ok_or(PictureFault::Broken)?;
    let is_marker =
        |pair: &[u8]| matches!(pair, [0xff, next] if !matches!(next, 0x00 | 0xd0..=0xd7 | 0xff));
    rest.windows(2)
        .position(is_marker)
        .map(|found| from + found)
        .ok_or(PictureFault::Broken)
}

/// Walks the chunks of a PNG (ISO/IEC 15948) to its end.
fn png(bytes: &[u8]) -> Result<(), PictureFault> {
    let mut at = PNG.len();
    loop {
        let head = bytes.get(at..at + 8).ok_or(PictureFault::Broken)?;
        let (length, name) = head.split_at(4);
        let length = <[u8; 4]>::try_from(length).map_err(|_| PictureFault::Broken)?;
        let length =
            usize::try_from(u32::from_be_bytes(length)).map_err(|_| PictureFault::Broken)?;
        let end = length
            .checked_add(at + 12)
            .filter(|end| *end <= bytes.len())
            .ok_or(PictureFault::Broken)?;
        match name {
            b"IEND" => return plain(bytes.get(end..).unwrap_or_default()),
            b"IDAT" => {}
            _ => plain(bytes.get(at + 8..end).unwrap_or_default())?,
        }
        at = end;
    }
}
