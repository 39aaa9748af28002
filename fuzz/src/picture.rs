//! Pictures that anybody uploads.

use tillkey_server::picture::develop;

/// A file that says it is a picture.
pub(crate) fn picture(bytes: &[u8]) {
    let Ok(picture) = develop(bytes) else {
        return;
    };
    assert!(picture.jpeg.starts_with(&[0xff, 0xd8]));
    // What we keep is a picture in our own eyes, of the same size.
    let again = develop(&picture.jpeg).map(|again| (again.width, again.height));
    assert_eq!(again, Ok((picture.width, picture.height)));
}
