//! The server: one installation, open on its disk, until it crashes and is opened again
//! on what the disk holds.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tillkey_server::act::Language;
use tillkey_server::clock::SetClock;
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::link::limits::Limits;
use tillkey_server::link::{self, Links};
use tillkey_server::{Shell, open, open_like};
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, spawn_blocking, yield_now};

use crate::disk;
use crate::line::Line;

/// Longer than any run: the real clock decides nothing here.
const NEVER: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) struct Server {
    pub(crate) shell: Shell,
    pub(crate) links: Links,
    /// Rung whenever a connection was woken.
    pub(crate) stirred: Arc<Notify>,
    ringer: JoinHandle<()>,
    _shutdown: watch::Sender<bool>,
    /// How often it was opened.
    generation: u32,
    folder: TempDir,
}

/// How a server is opened.
pub(crate) struct Opening {
    pub(crate) clock: Arc<SetClock>,
    /// Its randomness.
    pub(crate) seed: u64,
    /// The root key, which lies elsewhere than the data.
    pub(crate) root_key: PathBuf,
    /// What has checked the policy; none for the first of all.
    pub(crate) like: Option<Shell>,
}

impl Server {
    /// Opens an installation whose data are in a folder, or makes it there.
    pub(crate) async fn open(folder: TempDir, generation: u32, opening: Opening) -> Self {
        let data = folder.path().join(format!("data-{generation}"));
        let config = Config {
            data,
            root_key_file: opening.root_key,
            sms_language: Language::English,
            ..Config::default()
        };
        let (clock, like, seed) = (opening.clock, opening.like, opening.seed);
        let opened = spawn_blocking(move || {
            let entropy = Entropy::seeded(seed);
            match like {
                Some(before) => open_like(&before, config, clock, entropy),
                None => open(config, clock, entropy),
            }
        });
        let shell = opened.await.unwrap().expect("the installation opens");
        let links = Links::new(Limits {
            first_frame_wait_max: NEVER,
            ping_after: NEVER,
            silence_max: NEVER,
            write_wait_max: NEVER,
            ..Limits::default()
        });
        let (shutdown, told) = watch::channel(false);
        let ringer = tokio::spawn(link::run(shell.clone(), links.clone(), told));
        // It has to listen before anything rings.
        yield_now().await;
        Self {
            shell,
            links,
            stirred: Arc::default(),
            ringer,
            _shutdown: shutdown,
            generation,
            folder,
        }
    }

    pub(crate) fn connect(&self) -> Line {
        Line::open(&self.shell, &self.links, &self.stirred)
    }

    pub(crate) fn data(&self) -> &Path {
        &self.shell.config().data
    }

    /// Copies the disk as it is now to where the next generation will open it.
    pub(crate) fn copy_disk(&self) -> PathBuf {
        let next = self.generation + 1;
        let to = self.folder.path().join(format!("data-{next}"));
        disk::copy(self.data(), &to);
        to
    }

    /// Ends at once, with whatever was under way, and is opened again on the copy.
    pub(crate) async fn crash(self, opening: Opening) -> Self {
        let next = self.generation + 1;
        let folder = self.end().await;
        Self::open(folder, next, opening).await
    }

    /// Ends; gives the folder back.
    pub(crate) async fn end(self) -> TempDir {
        let Self {
            shell,
            ringer,
            folder,
            ..
        } = self;
        ringer.abort();
        for _ in 0..4 {
            yield_now().await;
        }
        drop(shell);
        folder
    }
}
