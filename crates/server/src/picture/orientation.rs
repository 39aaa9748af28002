//! Which way up a camera was held: the one thing in a photo's Exif data that is
//! needed before the rest is dropped.

use std::num::NonZeroUsize;

/// How the pixels are to be turned so that the picture stands upright, numbered 1 to
/// 8 as in Exif (CIPA DC-008, tag 0x0112).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Orientation(u8);

impl Orientation {
    /// As they are.
    pub(super) const UPRIGHT: Self = Self(1);

    /// Reads the tag; upright where there is none or it makes no sense.
    pub(super) fn of(exif: &[u8]) -> Self {
        tag(exif)
            .filter(|value| (1..=8).contains(value))
            .map_or(Self::UPRIGHT, Self)
    }

    /// Whether width and height change places.
    pub(super) const fn is_turned(self) -> bool {
        self.0 >= 5
    }

    /// Where the pixel comes from that is shown at this place of the upright picture,
    /// `width` and `height` being those of the picture as it is stored.
    pub(super) const fn source(
        self,
        (x, y): (usize, usize),
        (width, height): (NonZeroUsize, NonZeroUsize),
    ) -> (usize, usize) {
        let (right, low) = (width.get() - 1, height.get() - 1);
        match self.0 {
            2 => (right.saturating_sub(x), y),
            3 => (right.saturating_sub(x), low.saturating_sub(y)),
            4 => (x, low.saturating_sub(y)),
            5 => (y, x),
            6 => (y, low.saturating_sub(x)),
            7 => (right.saturating_sub(y), low.saturating_sub(x)),
            8 => (right.saturating_sub(y), x),
            _ => (x, y),
        }
    }
}

/// Finds the tag in the first directory of a TIFF header.
fn tag(exif: &[u8]) -> Option<u8> {
    let is_little = match exif.get(..4)? {
        b"II\x2a\x00" => true,
        b"MM\x00\x2a" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = <[u8; 2]>::try_from(exif.get(at..at.checked_add(2)?)?).ok()?;
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let (first, second) = (usize::from(short(4)?), usize::from(short(6)?));
    let directory = if is_little {
        second << 16 | first
    } else {
        first << 16 | second
    };
    let entries = usize::from(short(directory)?);
    (0..entries).find_map(|entry| {
        let at = directory.checked_add(2 + entry * 12)?;
        if short(at)? != 0x0112 {
            return None;
        }
        u8::try_from(short(at + 8)?).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exif(is_little: bool, value: u8) -> Vec<u8> {
        if is_little {
            [
                &b"II\x2a\x00\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..],
                &[value, 0, 0, 0],
            ]
            .concat()
        } else {
            [
                &b"MM\x00\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"[..],
                &[0, value, 0, 0],
            ]
            .concat()
        }
    }

    #[test]
    fn the_tag_is_read_in_both_byte_orders() {
        for value in 1..=8 {
            assert_eq!(Orientation::of(&exif(true, value)), Orientation(value));
            assert_eq!(Orientation::of(&exif(false, value)), Orientation(value));
        }
        for bad in [
            &b""[..],
            b"II",
            b"II\x2a\x00\xff\xff\xff\xff",
            &exif(true, 9),
        ] {
            assert_eq!(Orientation::of(bad), Orientation::UPRIGHT);
        }
    }

    #[test]
    fn every_pixel_has_one_place() {
        let (width, height) = (NonZeroUsize::new(3).unwrap(), NonZeroUsize::new(2).unwrap());
        for value in 1..=8 {
            let orientation = Orientation(value);
            let (across, down) = if orientation.is_turned() {
                (2, 3)
            } else {
                (3, 2)
            };
            let mut sources: Vec<_> = (0..down)
                .flat_map(|y| (0..across).map(move |x| (x, y)))
                .map(|place| orientation.source(place, (width, height)))
                .collect();
            sources.sort_unstable();
            sources.dedup();
            assert_eq!(sources.len(), 6, "{value}");
            assert!(sources.iter().all(|(x, y)| *x < 3 && *y < 2), "{value}");
        }
    }
}
