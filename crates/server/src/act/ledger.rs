//! The ledger, as auditors read it: what happened, one case's story, and the proof that
//! an entry is in it.
//!
//! An auditor sees the entries of their acquirer and those that belong to the whole
//! installation. Nothing here writes.

use jiff::Timestamp;
use tillkey_ledger::LeafProof;
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Role;
use tillkey_store::event::{self, Filter};
use tillkey_store::fault::Fault;
use tillkey_store::ledger::{self, LedgerReader};
use tillkey_store::{case as cases, tx::Tx};
use tillkey_wire::ids::{AcquirerId, CaseId, MerchantNumber, StaffId};

use super::{Failure, SignedIn};
use crate::limits::{CASES_PAGE, ENTRIES_PAGE, STORY_EVENTS_MAX};
use crate::shell::Shell;

/// An entry and its place.
pub use tillkey_store::event::Placed;

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// Everything.
    All,
    /// What happened of one kind, such as `looked_up` or `case.approved`.
    Kind(String),
    /// What one member of staff did.
    Staff(StaffId),
}

/// The newest signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The ledger's name.
    pub origin: String,
    /// How many entries it has.
    pub size: u64,
    /// Its root.
    pub root: String,
    /// The signed note itself.
    pub note: String,
}

/// A page of entries, newest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries {
    /// The entries.
    pub items: Vec<Placed>,
    /// Where the next page begins; none on the last.
    pub before: Option<u64>,
}

/// Reads the newest checkpoint, and checks its signature.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but an auditor.
pub async fn checkpoint(shell: &Shell, by: &SignedIn) -> Result<Checkpoint, Failure> {
    by.must_be(&[Role::Auditor])?;
    let note = shell.store().read(|tx| ledger::checkpoint(tx)).await?;
    let opened = shell
        .ledger_verifier()
        .open(note.as_bytes())
        .map_err(Fault::ledger(
            "be opened: its checkpoint is not by this key",
        ))?;
    Ok(Checkpoint {
        origin: opened.origin.to_string(),
        size: opened.head.size,
        root: opened.head.root.to_string(),
        note,
    })
}

/// Lists entries before a position, newest first.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but an auditor.
pub async fn entries(
    shell: &Shell,
    search: Search,
    before: Option<u64>,
    by: &SignedIn,
) -> Result<Entries, Failure> {
    by.must_be(&[Role::Auditor])?;
    let acquirer = by.acquirer.clone();
    let filter = match search {
        Search::All => Filter::All,
        Search::Kind(kind) => Filter::Kind(kind),
        Search::Staff(staff) => Filter::Actor("staff", staff.to_string()),
    };
    let mut items = shell
        .store()
        .read(move |tx| event::list(tx, &acquirer, &filter, (before, ENTRIES_PAGE + 1)))
        .await?;
    let full = usize::try_from(ENTRIES_PAGE).unwrap_or(usize::MAX);
    let more = items.len() > full;
    items.truncate(full);
    let last = items.last().map(|placed| placed.position);
    Ok(Entries {
        items,
        before: last.filter(|_| more),
    })
}

/// The entry at a position, and the proof that it is in the ledger: a text that stands
/// alone (C2SP tlog-proof).
///
/// # Errors
/// [`Failure::Unknown`] where there is none of the caller's.
pub async fn entry(
    shell: &Shell,
    position: u64,
    by: &SignedIn,
) -> Result<(Placed, LeafProof), Failure> {
    by.must_be(&[Role::Auditor])?;
    let (acquirer, inner) = (by.acquirer.clone(), shell.clone());
    let found = shell
        .store()
        .read(move |tx| {
            let Some(placed) = own_entry(tx, position, &acquirer)? else {
                return Ok(None);
            };
            // In one read: the checkpoint is the one that the hashes belong to.
            let note = ledger::checkpoint(tx)?;
            let verifier = inner.ledger_verifier();
            LeafProof::make(position, &note, verifier, &mut LedgerReader::new(tx))
                .map(|proof| Some((placed, proof)))
                .map_err(Fault::ledger("be proven"))
        })
        .await?;
    found.ok_or(Failure::Unknown)
}

/// Everything that happened to a case, oldest first.
///
/// # Errors
/// [`Failure::Unknown`] for a case of another acquirer.
pub async fn story(shell: &Shell, case: CaseId, by: &SignedIn) -> Result<Vec<Placed>, Failure> {
    by.must_be(&[Role::Auditor])?;
    let acquirer = by.acquirer.clone();
    let told = shell
        .store()
        .read(move |tx| event::of_case(tx, case, STORY_EVENTS_MAX))
        .await?;
    let own = |placed: &Placed| placed.entry.acquirer.as_ref() == Some(&acquirer);
    if told.is_empty() || !told.iter().all(own) {
        return Err(Failure::Unknown);
    }
    Ok(told)
}

/// One case of a merchant, as a line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// Which case.
    pub case: CaseId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Where it stands.
    pub state: tillkey_rules::case::State,
    /// By which channel.
    pub channel: tillkey_rules::vocabulary::Channel,
}

/// The newest cases of a merchant.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but an auditor.
pub async fn cases_of(
    shell: &Shell,
    merchant: MerchantNumber,
    by: &SignedIn,
) -> Result<Vec<CaseLine>, Failure> {
    by.must_be(&[Role::Auditor])?;
    let acquirer = by.acquirer.clone();
    let filter = cases::Filter::Merchant(merchant);
    let found = shell
        .store()
        .read(move |tx| cases::list(tx, &acquirer, &filter, (None, CASES_PAGE)))
        .await?;
    let line = |stored: cases::Stored| CaseLine {
        case: stored.case.id(),
        opened_at: stored.case.opened_at(),
        state: stored.case.state(),
        channel: stored.case.channel(),
    };
    Ok(found.into_iter().map(line).collect())
}

/// The stable name of what an entry says happened, as searches name it.
pub fn kind_of(entry: &Entry) -> String {
    match &entry.event {
        Event::Case(step) => format!("case.{}", step.name()),
        Event::Application { step, .. } => format!("application.{}", step.name()),
        Event::Campaign { step, .. } => format!("campaign.{}", step.name()),
        other => serde_json::to_value(other)
            .ok()
            .and_then(|value| value.get("event")?.as_str().map(str::to_owned))
            .unwrap_or_default(),
    }
}

fn own_entry(
    tx: &mut dyn Tx,
    position: u64,
    acquirer: &AcquirerId,
) -> Result<Option<Placed>, Fault> {
    let found = event::at(tx, position)?;
    Ok(found.filter(|placed| {
        placed
            .entry
            .acquirer
            .as_ref()
            .is_none_or(|of| of == acquirer)
    }))
}
