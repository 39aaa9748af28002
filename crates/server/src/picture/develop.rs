//! From a file to a picture of our own making. Work for a thread that may take its
//! time; every step is bounded by what the header says, and that is checked first.

use std::io::Cursor;
use std::num::NonZeroUsize;

use jpeg_encoder::{ColorType, Encoder};
use sha2::{Digest as _, Sha256};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::PictureFault;
use super::envelope::{self, Kind};
use super::limits::{
    FILE_BYTES_MAX, KEPT_BYTES_MAX, KEPT_SIDE_MAX, PASSES_MAX, PIXELS_MAX, SIDE_MAX, SIDE_MIN,
};
use super::orientation::Orientation;

/// A picture as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// A JPEG without anything but pixels.
    pub jpeg: Vec<u8>,
    /// How wide it is.
    pub width: usize,
    /// How high.
    pub height: usize,
    /// SHA-256 of the file that it came from.
    pub file_digest: [u8; 32],
    /// SHA-256 of the pixels in that file: the same picture in another wrapping.
    pub pixel_digest: [u8; 32],
}

/// How a picture is kept, the best way that is small enough: longer side, quality.
const WAYS: [(usize, u8); 4] = [
    (KEPT_SIDE_MAX, 82),
    (KEPT_SIDE_MAX, 60),
    (1_200, 50),
    (800, 40),
];

/// Pixels, three bytes each, row by row.
struct Pixels {
    width: NonZeroUsize,
    height: NonZeroUsize,
    rgb: Vec<u8>,
}

/// Makes a picture of a file.
///
/// # Errors
/// [`PictureFault`], which says what a person can do about it.
pub fn develop(file: &[u8]) -> Result<Picture, PictureFault> {
    if file.is_empty() {
        return Err(PictureFault::Empty);
    }
    if file.len() > FILE_BYTES_MAX {
        return Err(PictureFault::TooLarge);
    }
    let (pixels, orientation) = match envelope::read(file)? {
        Kind::Jpeg => decode_jpeg(file)?,
        Kind::Png => (decode_png(file)?, Orientation::UPRIGHT),
    };
    let pixel_digest = pixels.digest();
    for (side, quality) in WAYS {
        let kept = pixels.shrunk(side, orientation);
        let jpeg = kept.encode(quality)?;
        if jpeg.len() <= KEPT_BYTES_MAX {
            return Ok(Picture {
                jpeg,
                width: kept.width.get(),
                height: kept.height.get(),
                file_digest: Sha256::digest(file).into(),
                pixel_digest,
            });
        }
    }
    Err(PictureFault::TooLarge)
}

/// Dimensions that are worked on.
fn checked(width: usize, height: usize) -> Result<(NonZeroUsize, NonZeroUsize), PictureFault> {
    let pixels = width
        .checked_mul(height)
        .ok_or(PictureFault::TooManyPixels)?;
    if pixels > PIXELS_MAX || width.max(height) > SIDE_MAX {
        return Err(PictureFault::TooManyPixels);
    }
    if width.min(height) < SIDE_MIN {
        return Err(PictureFault::TooSmall);
    }
    match (NonZeroUsize::new(width), NonZeroUsize::new(height)) {
        (Some(width), Some(height)) => Ok((width, height)),
        _ => Err(PictureFault::TooSmall),
    }
}

fn decode_jpeg(file: &[u8]) -> Result<(Pixels, Orientation), PictureFault> {
    // The decoder's own bounds are set as wide as ours, so that it is ours that speak.
    let options = DecoderOptions::new_safe()
        .set_strict_mode(true)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_max_scans(PASSES_MAX)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(file), options);
    decoder.decode_headers().map_err(|_| PictureFault::Broken)?;
    let info = decoder.info().ok_or(PictureFault::Broken)?;
    let (width, height) = checked(usize::from(info.width), usize::from(info.height))?;
    let orientation = decoder
        .exif()
        .map_or(Orientation::UPRIGHT, |exif| Orientation::of(exif));
    let rgb = decoder.decode().map_err(|_| PictureFault::Broken)?;
    if rgb.len() != 3 * width.get() * height.get() {
        return Err(PictureFault::Broken);
    }
    let pixels = Pixels { width, height, rgb };
    Ok((pixels, orientation))
}

fn decode_png(file: &[u8]) -> Result<Pixels, PictureFault> {
    let broken = |_| PictureFault::Broken;
    // Twice eight bits, four channels: what the largest picture we take unpacks to.
    let limits = png::Limits {
        bytes: 8 * PIXELS_MAX,
    };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(file), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let header = decoder.read_header_info().map_err(broken)?;
    let side = |length: u32| usize::try_from(length).unwrap_or(usize::MAX);
    let (width, height) = checked(side(header.width), side(header.height))?;
    let mut reader = decoder.read_info().map_err(broken)?;
    let bytes = reader
        .output_buffer_size()
        .filter(|bytes| *bytes <= 4 * PIXELS_MAX)
        .ok_or(PictureFault::TooManyPixels)?;
    let mut unpacked = vec![0; bytes];
    let frame = reader.next_frame(&mut unpacked).map_err(broken)?;
    reader.finish().map_err(broken)?;
    let rgb = match frame.color_type {
        png::ColorType::Rgb => unpacked,
        png::ColorType::Rgba => on_white::<4>(&unpacked),
        png::ColorType::GrayscaleAlpha => on_white::<2>(&unpacked),
        png::ColorType::Grayscale => unpacked.iter().flat_map(|&gray| [gray; 3]).collect(),
        png::ColorType::Indexed => return Err(PictureFault::Broken),
    };
    if rgb.len() != 3 * width.get() * height.get() {
        return Err(PictureFault::Broken);
    }
    Ok(Pixels { width, height, rgb })
}

/// Pixels with a transparency as their last byte, on white paper.
fn on_white<const CHANNELS: usize>(unpacked: &[u8]) -> Vec<u8> {
    let blend = |value: u8, alpha: u8| {
        let (value, alpha) = (u32::from(value), u32::from(alpha));
        u8::try_from((value * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
    };
    let pixel = |pixel: &[u8]| match *pixel {
        [red, green, blue, alpha] => [red, green, blue].map(|value| blend(value, alpha)),
        [gray, alpha] => [blend(gray, alpha); 3],
        _ => [255; 3],
    };
    unpacked.chunks_exact(CHANNELS).flat_map(pixel).collect()
}

impl Pixels {
    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for side in [self.width, self.height] {
            hash.update(u64::try_from(side.get()).unwrap_or(u64::MAX).to_be_bytes());
        }
        hash.update(&self.rgb);
        hash.finalize().into()
    }

    fn at(&self, (x, y): (usize, usize)) -> [u8; 3] {
        let from = 3 * (y * self.width.get() + x);
        match self.rgb.get(from..from + 3) {
            Some(&[red, green, blue]) => [red, green, blue],
            _ => [255; 3],
        }
    }

    /// The picture upright, and no longer than this: each pixel the mean of those that
    /// fall on it.
    fn shrunk(&self, side_max: usize, orientation: Orientation) -> Self {
        let stored = (self.width, self.height);
        let (width, height) = if orientation.is_turned() {
            (self.height, self.width)
        } else {
            stored
        };
        let longer = width.max(height).get();
        let scaled = |side: NonZeroUsize| {
            let length = side.get() * side_max.min(longer) / longer;
            NonZeroUsize::new(length).unwrap_or(NonZeroUsize::MIN)
        };
        let (across, down) = (scaled(width), scaled(height));
        let span = |at: usize, of: NonZeroUsize, from: NonZeroUsize| {
            let begin = at * from.get() / of;
            let end = ((at + 1) * from.get()).div_ceil(of.get());
            begin..end.clamp(begin + 1, from.get())
        };
        let mut rgb = Vec::with_capacity(3 * across.get() * down.get());
        for y in 0..down.get() {
            for x in 0..across.get() {
                let mut sum = [0_usize; 3];
                let mut count = 0_usize;
                for from_y in span(y, down, height) {
                    for from_x in span(x, across, width) {
                        let pixel = self.at(orientation.source((from_x, from_y), stored));
                        for (sum, value) in sum.iter_mut().zip(pixel) {
                            *sum += usize::from(value);
                        }
                        count += 1;
                    }
                }
                let mean = |sum| u8::try_from(sum / count.max(1)).unwrap_or(u8::MAX);
                rgb.extend(sum.map(mean));
            }
        }
        Self {
            width: across,
            height: down,
            rgb,
        }
    }

    fn encode(&self, quality: u8) -> Result<Vec<u8>, PictureFault> {
        let side = |side: NonZeroUsize| u16::try_from(side.get());
        let (Ok(width), Ok(height)) = (side(self.width), side(self.height)) else {
            return Err(PictureFault::TooManyPixels);
        };
        let mut jpeg = Vec::new();
        Encoder::new(&mut jpeg, quality)
            .encode(&self.rgb, width, height, ColorType::Rgb)
            .map_err(|_| PictureFault::Broken)?;
        Ok(jpeg)
    }
}
