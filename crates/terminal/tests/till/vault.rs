//! Where the bank keeps backups: its side of one, and of putting one back.

use ed25519_dalek::VerifyingKey;
use tillkey_terminal::wire::enrolment::BackupKey;
use tillkey_terminal::wire::ids::{CaseId, SnapshotId, TerminalId};
use tillkey_terminal::wire::journal::{Head, JournalDigest};
use tillkey_terminal::wire::limits::SNAPSHOT_PART_BYTES_MAX;
use tillkey_terminal::wire::message::{Command, NotRestored, Reply, Report};
use tillkey_terminal::wire::snapshot::{BackupIdentity, Binding, Contents, Manifest, Part, digest};
use x25519_dalek::StaticSecret;

use crate::bank::refused;
use crate::devices::noon;

/// How a part that the terminal asked for is spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoiled {
    Offset,
    Longer,
    OtherSnapshot,
    Altered,
    Empty,
}

pub(crate) struct Vault {
    identity: BackupIdentity,
    /// What is being handed in, and how much of it is there.
    coming: Option<(Manifest, Vec<u8>)>,
    pub(crate) stored: Vec<(Manifest, Contents)>,
    /// Every offset that a part came with.
    pub(crate) offsets: Vec<u32>,
    pub(crate) stands: Vec<(CaseId, Option<JournalDigest>, Head)>,
    pub(crate) file: Option<(SnapshotId, Vec<u8>)>,
    pub(crate) restored: Vec<Result<Head, NotRestored>>,
    /// Refuse backups with this; for good if `false`.
    pub(crate) refuses: Option<bool>,
    pub(crate) spoils: Option<Spoiled>,
}

impl Vault {
    pub(crate) fn new() -> Self {
        Self {
            identity: BackupIdentity::new(&StaticSecret::from([6; 32])).unwrap(),
            coming: None,
            stored: Vec::new(),
            offsets: Vec::new(),
            stands: Vec::new(),
            file: None,
            restored: Vec::new(),
            refuses: None,
            spoils: None,
        }
    }

    /// Which backup is being handed in.
    pub(crate) fn coming(&self) -> Option<SnapshotId> {
        self.coming.as_ref().map(|(manifest, _)| manifest.snapshot)
    }

    pub(crate) fn order(&self, case: CaseId) -> Command {
        Command::TakeSnapshot {
            case,
            acquirer_key: self.identity.key().clone(),
        }
    }

    /// Seals what was stored last to the terminal's own key, to be put back.
    pub(crate) fn order_back(&mut self, key: &BackupKey) -> Command {
        let (_, contents) = self.stored.last().unwrap();
        let contents = contents.clone();
        self.order_back_of(&contents, key)
    }

    pub(crate) fn order_back_of(&mut self, contents: &Contents, key: &BackupKey) -> Command {
        let sealed = contents.seal(&[key]).unwrap();
        let snapshot = contents.header.snapshot;
        let command = Command::Restore {
            snapshot,
            bytes: u32::try_from(sealed.len()).unwrap(),
            digest: digest(&sealed),
            head: contents.header.head.clone(),
        };
        self.file = Some((snapshot, sealed));
        command
    }

    pub(crate) fn reply(
        &mut self,
        report: Report,
        terminal: TerminalId,
        key: &VerifyingKey,
    ) -> Reply {
        if let Some(retry) = self.refuses {
            return Reply::Refused {
                code: "not_now".parse().unwrap(),
                retry_at: retry.then(noon),
            };
        }
        match report {
            Report::Snapshot { manifest } => {
                let manifest = Manifest::open(&manifest, terminal, key).unwrap();
                let same = |(known, _): &(Manifest, Vec<u8>)| *known == manifest;
                if !self.coming.as_ref().is_some_and(same) {
                    self.coming = Some((manifest.clone(), Vec::new()));
                }
                self.at(manifest.snapshot)
            }
            Report::SnapshotPart {
                snapshot,
                offset,
                part,
            } => {
                self.offsets.push(offset);
                let Some((manifest, kept)) = &mut self.coming else {
                    return refused("out_of_order");
                };
                assert_eq!(manifest.snapshot, snapshot);
                assert_eq!(usize::try_from(offset).unwrap(), kept.len());
                kept.extend_from_slice(part.as_bytes());
                self.at(snapshot)
            }
            Report::JournalStands { case, then, head } => {
                self.stands.push((case, then, head));
                Reply::JournalTaken
            }
            Report::RestorePart { snapshot, offset } => self.part(snapshot, offset),
            Report::Restored { outcome, .. } => {
                self.restored.push(outcome);
                Reply::RestoreTaken
            }
            other => panic!("{other:?}"),
        }
    }

    /// Where to go on; once all of it is there, it is checked.
    fn at(&mut self, snapshot: SnapshotId) -> Reply {
        let (manifest, kept) = self.coming.as_ref().unwrap();
        if kept.len() < usize::try_from(manifest.bytes).unwrap() {
            return Reply::SnapshotAt {
                snapshot,
                offset: u32::try_from(kept.len()).unwrap(),
            };
        }
        if self.stored.last().is_none_or(|(last, _)| last != manifest) {
            let contents = self.identity.open(kept).unwrap();
            let binding = binding_of(&contents);
            assert_eq!(
                manifest.check(kept, &self.identity, &binding).as_ref(),
                Ok(&contents)
            );
            self.stored.push((manifest.clone(), contents));
        }
        Reply::SnapshotStored { snapshot }
    }

    fn part(&self, snapshot: SnapshotId, offset: u32) -> Reply {
        let (known, file) = self.file.as_ref().unwrap();
        assert_eq!(*known, snapshot);
        let rest = &file[usize::try_from(offset).unwrap()..];
        let mut bytes = rest[..rest.len().min(SNAPSHOT_PART_BYTES_MAX)].to_vec();
        let (mut said_snapshot, mut said_offset) = (snapshot, offset);
        match self.spoils {
            Some(Spoiled::Offset) => said_offset += 1,
            Some(Spoiled::OtherSnapshot) => said_snapshot = SnapshotId::from_bytes([9; 10]),
            Some(Spoiled::Altered) => bytes[7] ^= 1,
            Some(Spoiled::Empty) => bytes.clear(),
            Some(Spoiled::Longer) if bytes.len() == rest.len() => bytes.push(0),
            Some(Spoiled::Longer) | None => {}
        }
        Reply::RestorePart {
            snapshot: said_snapshot,
            offset: said_offset,
            part: Part::from_bytes(&bytes).unwrap(),
        }
    }
}

pub(crate) fn binding_of(contents: &Contents) -> Binding {
    let header = &contents.header;
    Binding {
        acquirer: header.acquirer.clone(),
        merchant: header.merchant.clone(),
        terminal: header.terminal,
        terminal_number: header.terminal_number.clone(),
        serial_number: header.serial_number.clone(),
    }
}
