//! A terminal fetches the backup that is to be put back, and says what came of it.

use tillkey_rules::event::Event;
use tillkey_rules::refusal::Refusal;
use tillkey_store::fault::Fault;
use tillkey_store::restore::{self, RestoreState};
use tillkey_store::{journal, snapshot};
use tillkey_wire::ids::SnapshotId;
use tillkey_wire::journal::Head;
use tillkey_wire::limits::SNAPSHOT_PART_BYTES_MAX;
use tillkey_wire::message::{NotRestored, Reply};
use tillkey_wire::snapshot::Part;

use super::{From, Received, counted, note, refused};
use crate::act::Failure;
use crate::shell::Shell;

/// Gives out the next part. It was sealed for this terminal, which alone can open it.
pub(super) async fn part(
    shell: &Shell,
    from: From,
    (id, offset): (SnapshotId, u32),
) -> Result<Received, Failure> {
    counted(shell, from, move |_, tx, _, _, terminal| {
        let length = u32::try_from(SNAPSHOT_PART_BYTES_MAX).unwrap_or(u32::MAX);
        let Some(bytes) = restore::part(tx, (terminal.id, id), (offset, length))? else {
            return Ok((refused(&Refusal::OutOfOrder), Vec::new()));
        };
        let part = Part::from_bytes(&bytes).map_err(|_| Fault::Missing("part"))?;
        let reply = Reply::RestorePart {
            snapshot: id,
            offset,
            part,
        };
        Ok((reply, Vec::new()))
    })
    .await
}

/// Notes what the terminal made of it. Said twice, it happened once.
pub(super) async fn restored(
    shell: &Shell,
    from: From,
    (id, outcome): (SnapshotId, Result<Head, NotRestored>),
) -> Result<Received, Failure> {
    counted(shell, from, move |_, tx, now, _, terminal| {
        let found = restore::find(tx, terminal.id)?;
        let approved =
            found.filter(|found| found.snapshot == id && found.state == RestoreState::Approved);
        let (Some(_), Some(stored)) = (approved, snapshot::find(tx, id)?) else {
            return Ok((Reply::RestoreTaken, Vec::new()));
        };
        let (state, event) = match &outcome {
            Ok(head) => {
                journal::keep(tx, terminal.id, head, now)?;
                let event = Event::Restored {
                    terminal: terminal.id,
                    snapshot: id,
                    intact: *head == stored.head,
                    entries: head.entries,
                };
                (RestoreState::Done, event)
            }
            Err(why) => {
                let event = Event::RestoreFailed {
                    terminal: terminal.id,
                    snapshot: id,
                    why: why.name().to_owned(),
                };
                (RestoreState::Failed, event)
            }
        };
        restore::end(tx, (terminal.id, id), state, now)?;
        note(tx, terminal, now, event)?;
        Ok((Reply::RestoreTaken, Vec::new()))
    })
    .await
}
