//! After a reset a terminal says where its journal stands, and it is held against the
//! backup before it: the case shows that nothing was lost, or that something was.

use tillkey_rules::backup::{JournalMark, JournalWord};
use tillkey_rules::case::Command;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_store::{case as cases, journal};
use tillkey_wire::ids::CaseId;
use tillkey_wire::journal::{Head, JournalDigest};
use tillkey_wire::message::Reply;

use super::{From, Received, counted, refused};
use crate::act::Failure;
use crate::act::case::begin_step;
use crate::shell::Shell;

/// Compares what a terminal says of its journal. Its first word of a case stands.
pub(super) async fn stands(
    shell: &Shell,
    from: From,
    (case, then, head): (CaseId, Option<JournalDigest>, Head),
) -> Result<Received, Failure> {
    counted(shell, from, move |shell, tx, now, rng, terminal| {
        let Some(stored) = cases::find(tx, case)? else {
            return Ok((refused(&Refusal::OutOfOrder), Vec::new()));
        };
        let word = JournalWord {
            terminal: terminal.id,
            then: then.as_ref().map(ToString::to_string),
            now: JournalMark {
                entries: head.entries,
                digest: head.digest.to_string(),
            },
        };
        let by = Actor::Terminal {
            terminal: terminal.id,
        };
        let before = stored.case.version();
        let mut step = begin_step(shell, &stored.acquirer, now, rng);
        let (case, refusal) = step.run(tx, stored.case, &Command::CompareJournal(word), &by)?;
        let rings = std::mem::take(&mut step.rings);
        if let Some(refusal) = refusal {
            return Ok((refused(&refusal), rings));
        }
        if case.version() > before {
            journal::keep(tx, terminal.id, &head, now)?;
        }
        if case.journal_intact() == Some(false) {
            tracing::error!(
                terminal.id = %terminal.id,
                case.id = %case.id(),
                "a terminal's journal lacks what was backed up before a reset"
            );
        }
        Ok((Reply::JournalTaken, rings))
    })
    .await
}
