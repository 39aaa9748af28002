//! The style sheet, the script and the pictures, served from the binary.
//!
//! An address has the digest of what it names, so a browser keeps it for good and
//! never sees the style of one version on the page of another.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::site::Site;

const STYLE: &str = include_str!("../../assets/tillkey.css");
const SCRIPT: &str = include_str!("../../assets/tillkey.js");
const ICON: &str = include_str!("../../assets/icon.svg");

/// One file.
#[derive(Debug)]
struct Asset {
    address: String,
    kind: &'static str,
    text: &'static str,
}

impl Asset {
    fn new(stem: &str, ending: &str, kind: &'static str, text: &'static str) -> Self {
        let digest = HEXLOWER.encode(&Sha256::digest(text));
        let short = digest.get(..16).unwrap_or_default();
        Self {
            address: format!("/assets/{stem}.{short}.{ending}"),
            kind,
            text,
        }
    }
}

/// All files, with their addresses.
#[derive(Debug)]
pub struct Assets {
    style: Asset,
    script: Asset,
    icon: Asset,
}

impl Default for Assets {
    fn default() -> Self {
        Self {
            style: Asset::new("tillkey", "css", "text/css; charset=utf-8", STYLE),
            script: Asset::new("tillkey", "js", "text/javascript; charset=utf-8", SCRIPT),
            icon: Asset::new("icon", "svg", "image/svg+xml", ICON),
        }
    }
}

impl Assets {
    /// Where the style sheet is.
    pub fn style(&self) -> &str {
        &self.style.address
    }

    /// Where the script is.
    pub fn script(&self) -> &str {
        &self.script.address
    }

    /// Where the icon is.
    pub fn icon(&self) -> &str {
        &self.icon.address
    }

    /// How many bytes all of them have.
    pub fn bytes(&self) -> usize {
        self.all().iter().map(|asset| asset.text.len()).sum()
    }

    const fn all(&self) -> [&Asset; 3] {
        [&self.style, &self.script, &self.icon]
    }
}

/// Serves one file; nothing but these addresses exists.
pub(super) async fn serve(State(site): State<Site>, Path(name): Path<String>) -> Response {
    let address = format!("/assets/{name}");
    match site
        .assets()
        .all()
        .into_iter()
        .find(|asset| asset.address == address)
    {
        Some(asset) => (
            [
                (header::CONTENT_TYPE, asset.kind),
                (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            ],
            asset.text,
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
