//! The one file of a form.

use axum::extract::Multipart;
use axum::http::StatusCode;

use crate::picture::PictureFault;

/// How many parts a form with a file has: the file.
const PARTS_MAX: usize = 1;

/// The one file of a form. Its name, and what the browser takes it for, are not read.
pub(super) async fn read(mut form: Multipart) -> Result<Vec<u8>, PictureFault> {
    let mut parts = 0;
    while let Ok(Some(part)) = form.next_field().await {
        parts += 1;
        if parts > PARTS_MAX {
            break;
        }
        if part.name() == Some("file") {
            return match part.bytes().await {
                Ok(file) => Ok(file.into()),
                Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
                    Err(PictureFault::TooLarge)
                }
                // It ended before its end.
                Err(_) => Err(PictureFault::Broken),
            };
        }
    }
    Err(PictureFault::Empty)
}
