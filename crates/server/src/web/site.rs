//! What every page needs: the shell, the files, and the address that people use.

use std::sync::Arc;

use axum::extract::FromRef;

use super::Language;
use super::assets::Assets;
use super::frame::Frame;
use super::help::{Facts, Shelf};
use super::when::Reading;
use crate::shell::Shell;
use crate::streams::Streams;

/// What every page needs. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Site(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    shell: Shell,
    assets: Assets,
    streams: Streams,
    shelf: Shelf,
    origin: String,
    is_secure: bool,
}

impl FromRef<Site> for Shell {
    fn from_ref(site: &Site) -> Self {
        site.0.shell.clone()
    }
}

impl Site {
    pub(super) fn new(shell: Shell) -> Self {
        let config = shell.config();
        // From the configuration and never from `Host`, which is the sender's to
        // write (attack B01).
        let origin = config
            .base_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", config.listen));
        let is_secure = origin.starts_with("https://");
        Self(Arc::new(Inside {
            assets: Assets::default(),
            streams: Streams::default(),
            shelf: Shelf::new(&Facts::of(config)),
            origin,
            is_secure,
            shell,
        }))
    }

    pub(super) fn shell(&self) -> &Shell {
        &self.0.shell
    }

    pub(super) fn assets(&self) -> &Assets {
        &self.0.assets
    }

    /// The topics of the help centre.
    pub(super) fn shelf(&self) -> &Shelf {
        &self.0.shelf
    }

    /// Bounds how many pages are told of changes at once.
    pub(super) fn streams(&self) -> &Streams {
        &self.0.streams
    }

    /// Scheme, host and port of this site's own pages.
    pub(super) fn origin(&self) -> &str {
        &self.0.origin
    }

    /// Whether people reach it over TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.0.is_secure
    }

    /// A frame for the page at `path`.
    pub(super) fn frame(&self, language: Language, path: impl Into<String>) -> Frame<'_> {
        let shell = self.shell();
        let utc_offset_hours = shell.config().utc_offset_hours;
        let reading = Reading {
            language,
            utc_offset_hours,
            now: shell.now(),
        };
        Frame::new(reading, self.assets(), path).with_whom(&shell.config().help)
    }
}
