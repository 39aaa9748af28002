//! Files as they are sent by people who err and by people who do not.

use jpeg_encoder::{ColorType, Encoder};
use proptest::prelude::*;

use super::limits::{FILE_BYTES_MAX, KEPT_BYTES_MAX, KEPT_SIDE_MAX};
use super::{Picture, PictureFault, develop};

/// A picture with something to see on it: no two corners alike.
fn rgb(width: usize, height: usize) -> Vec<u8> {
    let shade = |at: usize, of: usize| u8::try_from(255 * at / of).unwrap();
    let pixel = |x, y| [shade(x, width), shade(y, height), 40];
    (0..height)
        .flat_map(|y| (0..width).flat_map(move |x| pixel(x, y)))
        .collect()
}

fn jpeg_with(width: u16, height: u16, exif: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    if !exif.is_empty() {
        encoder.add_exif_metadata(exif).unwrap();
    }
    let pixels = rgb(width.into(), height.into());
    encoder
        .encode(&pixels, width, height, ColorType::Rgb)
        .unwrap();
    file
}

fn jpeg(width: u16, height: u16) -> Vec<u8> {
    jpeg_with(width, height, b"")
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder
        .add_text_chunk("Comment".to_owned(), "GPS 31.2,121.5".to_owned())
        .unwrap();
    let mut writer = encoder.write_header().unwrap();
    let pixels = rgb(width.try_into().unwrap(), height.try_into().unwrap());
    writer.write_image_data(&pixels).unwrap();
    writer.finish().unwrap();
    file
}

/// A PNG that says it is this large and unpacks to zeros.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = vec![0; usize::try_from(width.div_ceil(8)).unwrap()];
    for _ in 0..height {
        std::io::Write::write_all(&mut stream, &row).unwrap();
    }
    stream.finish().unwrap();
    writer.finish().unwrap();
    file
}

/// GPS and a tag that says how the camera was held.
fn exif(orientation: u8) -> Vec<u8> {
    let head = b"II\x2a\x00\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0";
    [
        &head[..],
        &[orientation, 0, 0, 0],
        b"GPS 31.2304N 121.4737E",
    ]
    .concat()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[track_caller]
fn taken(file: &[u8]) -> Picture {
    develop(file).unwrap()
}

#[test]
fn a_photo_and_a_page_are_taken_and_made_anew() {
    for file in [jpeg(640, 400), png(640, 400)] {
        let picture = taken(&file);
        assert_eq!((picture.width, picture.height), (640, 400));
        assert!(picture.jpeg.starts_with(b"\xff\xd8\xff"));
        assert_ne!(picture.jpeg, file);
        // What was made is itself a picture that would be taken.
        assert_eq!(taken(&picture.jpeg).width, 640);
    }
}

#[test]
fn e19_what_a_camera_writes_into_a_photo_is_gone() {
    let file = jpeg_with(640, 400, &exif(1));
    assert!(contains(&file, b"GPS 31"));
    assert!(!contains(&taken(&file).jpeg, b"GPS"));
    assert!(!contains(&taken(&file).jpeg, b"Exif"));
    let file = png(640, 400);
    assert!(contains(&file, b"GPS 31"));
    assert!(!contains(&taken(&file).jpeg, b"GPS"));
}

#[test]
fn a_photo_stands_upright_before_the_camera_is_forgotten() {
    let picture = taken(&jpeg_with(640, 400, &exif(6)));
    assert_eq!((picture.width, picture.height), (400, 640));
    // The same pixels in another wrapping are the same picture.
    assert_eq!(picture.pixel_digest, taken(&jpeg(640, 400)).pixel_digest);
    assert_ne!(picture.file_digest, taken(&jpeg(640, 400)).file_digest);
}

#[test]
fn e12_what_is_large_is_made_small() {
    let picture = taken(&jpeg(4_000, 1_000));
    assert_eq!((picture.width, picture.height), (KEPT_SIDE_MAX, 400));
    assert!(picture.jpeg.len() <= KEPT_BYTES_MAX);
}

#[test]
fn e12_noise_fits_as_well() {
    use rand::{RngCore, SeedableRng};
    let mut pixels = vec![0; 3 * 1_600 * 1_600];
    rand_chacha::ChaCha20Rng::seed_from_u64(1).fill_bytes(&mut pixels);
    let mut file = Vec::new();
    let encoder = Encoder::new(&mut file, 95);
    encoder
        .encode(&pixels, 1_600, 1_600, ColorType::Rgb)
        .unwrap();
    let picture = taken(&file);
    assert!(
        picture.jpeg.len() <= KEPT_BYTES_MAX,
        "{}",
        picture.jpeg.len()
    );
}

#[test]
fn e19_nothing_and_the_wrong_thing_are_refused() {
    for (file, fault) in [
        (&b""[..], PictureFault::Empty),
        (b"GIF89a\x01\0\x01\0", PictureFault::WrongKind),
        (b"%PDF-1.7\n", PictureFault::WrongKind),
        (b"PK\x03\x04", PictureFault::WrongKind),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            PictureFault::WrongKind,
        ),
        (b"RIFF\0\0\0\0WEBPVP8 ", PictureFault::WrongKind),
        (b"\xff\xd8\xff", PictureFault::Broken),
        (b"\x89PNG\r\n\x1a\n", PictureFault::Broken),
    ] {
        assert_eq!(develop(file), Err(fault), "{file:?}");
    }
}

#[test]
fn e12_a_file_has_a_size_before_it_has_a_content() {
    let mut file = jpeg(640, 400);
    file.resize(FILE_BYTES_MAX + 1, 0);
    assert_eq!(develop(&file), Err(PictureFault::TooLarge));
}

#[test]
fn e19_a_polyglot_is_no_picture() {
    let foreign: [&[u8]; 5] = [
        b"PK\x03\x04 an archive",
        b"%PDF-1.7 a document",
        b"<SCRIPT>alert(1)</SCRIPT>",
        b"<!DOCTYPE html><html>",
        b"#!/bin/sh",
    ];
    for part in foreign {
        for file in [jpeg(640, 400), png(640, 400)] {
            let behind = [&file[..], part].concat();
            assert_eq!(develop(&behind), Err(PictureFault::Polyglot));
        }
        let within = jpeg_with(640, 400, &[&exif(1)[..], part].concat());
        assert_eq!(develop(&within), Err(PictureFault::Polyglot));
    }
    // What some cameras write behind a picture is dropped, and no reason to refuse.
    let behind = [&jpeg(640, 400)[..], b"SEFT camera notes"].concat();
    assert!(!contains(&taken(&behind).jpeg, b"SEFT"));
}

#[test]
fn e19_a_bomb_is_known_by_its_header() {
    let file = bomb(30_000, 30_000);
    assert!(file.len() < 1_000_000, "{}", file.len());
    assert_eq!(develop(&file), Err(PictureFault::TooManyPixels));
    assert_eq!(
        develop(&bomb(12_001, 400)),
        Err(PictureFault::TooManyPixels)
    );
    // A header that says 65,535 by 65,535, on a body of a few bytes.
    let mut lie = jpeg(640, 400);
    let frame = lie
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    lie[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(develop(&lie), Err(PictureFault::TooManyPixels));
}

#[test]
fn e19_what_nobody_could_read_is_refused() {
    assert_eq!(develop(&jpeg(640, 299)), Err(PictureFault::TooSmall));
    assert_eq!(develop(&png(1, 1)), Err(PictureFault::TooSmall));
}

#[test]
fn e19_half_a_file_is_no_file() {
    for file in [jpeg(640, 400), png(640, 400)] {
        for part in [file.len() / 3, file.len() / 2, file.len() - 3] {
            assert_eq!(develop(&file[..part]), Err(PictureFault::Broken), "{part}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is changed in a file, the answer is a picture or a fault.
    #[test]
    fn e19_damage_is_answered(
        is_png: bool,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        end in any::<prop::sample::Index>(),
    ) {
        let mut file = if is_png { png(320, 300) } else { jpeg(320, 300) };
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let end = end.index(file.len()) + 1;
        for part in [&file[..], &file[..end]] {
            if let Ok(picture) = develop(part) {
                prop_assert!(picture.jpeg.len() <= KEPT_BYTES_MAX);
                prop_assert!(picture.width.max(picture.height) <= KEPT_SIDE_MAX);
            }
        }
    }

    #[test]
    fn e19_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for head in [&b""[..], b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"] {
            let file = [head, &bytes].concat();
            prop_assert!(develop(&file).is_err());
        }
    }
}
