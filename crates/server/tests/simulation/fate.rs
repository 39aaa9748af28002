//! What becomes of a request: it is answered, or the server crashes before it came, after
//! it was committed, or in the middle of writing it.

use std::path::Path;

use tillkey_server::act::Failure;

use crate::disk;
use crate::world::World;

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is answered.
    Answered,
    /// The server crashes before it comes.
    LostBefore,
    /// The server crashes once it is committed; nobody hears of it.
    LostAfter,
    /// The power goes in the middle of the last write.
    TornLast,
    /// The power goes in the middle of the first write.
    TornFirst,
}

impl World {
    /// What becomes of the next request.
    pub(crate) fn fate(&mut self, may_tear: bool) -> Fate {
        if self.is_healed || !self.chance.percent(self.storm) {
            return Fate::Answered;
        }
        match self.chance.below(4) {
            0 => Fate::LostBefore,
            2 if may_tear => Fate::TornLast,
            3 if may_tear => Fate::TornFirst,
            _ => Fate::LostAfter,
        }
    }

    /// What the disk was like before a request that will be torn.
    pub(crate) fn disk_before(&self, fate: Fate) -> Option<(u64, Vec<u8>)> {
        let data = self.server().data();
        matches!(fate, Fate::TornLast | Fate::TornFirst)
            .then(|| (disk::log_bytes(data), disk::checkpoint(data)))
    }

    /// Lets the server crash as its request's fate has it. False where it goes on.
    pub(crate) async fn crash_by_fate(
        &mut self,
        fate: Fate,
        before: Option<(u64, Vec<u8>)>,
    ) -> bool {
        if fate == Fate::Answered {
            return false;
        }
        let within = 1 + u64::try_from(self.chance.below(4_000)).unwrap();
        let tear = |data: &Path| {
            let (Some((log, checkpoint)), now) = (&before, disk::log_bytes(data)) else {
                return;
            };
            if now > *log {
                let end = match fate {
                    Fate::TornFirst => log + within,
                    _ => now - within,
                };
                disk::tear(data, end.max(32), checkpoint);
            }
        };
        self.crash(tear).await;
        true
    }

    /// Asks the server for something, with what becomes of the request. None where nobody
    /// hears the answer.
    pub(crate) async fn ask<T>(
        &mut self,
        fate: Fate,
        asking: impl Future<Output = Result<T, Failure>>,
    ) -> Option<Result<T, Failure>> {
        let before = self.disk_before(fate);
        let answer = match fate {
            Fate::LostBefore => None,
            _ => Some(asking.await),
        };
        self.quiet().await;
        if self.crash_by_fate(fate, before).await {
            return None;
        }
        answer
    }
}
