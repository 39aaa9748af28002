//! What the run observed, and how it is written down.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use tillkey_server::Shell;
use tillkey_store::ledger;

use crate::failed::Failed;

/// A case as its holder sees it.
#[derive(Debug, Deserialize)]
pub(super) struct CaseSeen {
    case: String,
    state: String,
    evidence: Vec<String>,
    decision: Option<String>,
    reviews: u8,
    backup: Option<BackupSeen>,
    timeline: Vec<StepSeen>,
}

#[derive(Debug, Deserialize)]
struct BackupSeen {
    state: String,
    records: Option<u32>,
    digest: Option<String>,
    journal_intact: Option<bool>,
}

#[derive(Debug, Deserialize)]
struct StepSeen {
    at: Timestamp,
    step: String,
}

impl CaseSeen {
    /// Where it stands.
    pub(super) fn state(&self) -> &str {
        &self.state
    }

    /// Whether it is approved and waits for its terminal to back up.
    pub(super) fn waits_for_backup(&self) -> bool {
        self.state == "approved"
    }

    /// How many records were backed up, if any were.
    pub(super) fn records(&self) -> Option<u32> {
        self.backup.as_ref().and_then(|backup| backup.records)
    }

    /// Whether the journal was held against the backup, where there is one.
    pub(super) fn is_compared(&self) -> bool {
        let stored = self
            .backup
            .as_ref()
            .filter(|backup| backup.state == "stored");
        stored.is_none_or(|backup| backup.journal_intact.is_some())
    }

    /// When a step of the case happened.
    pub(super) fn at(&self, step: &str) -> Result<Timestamp, Failed> {
        self.timeline
            .iter()
            .find(|item| item.step == step)
            .map(|item| item.at)
            .ok_or_else(|| Failed::new(format!("the case was never {step}")))
    }
}

/// What a terminal says of itself, and what that comes to.
#[derive(Debug, Deserialize)]
pub(super) struct PrecheckSeen {
    report: Option<Value>,
    findings: Vec<FindingSeen>,
}

#[derive(Debug, Deserialize)]
struct FindingSeen {
    code: String,
    weight: String,
}

impl PrecheckSeen {
    /// `passed`, or what hinders a reset; none where the terminal never said.
    fn outcome(&self) -> Option<String> {
        self.report.as_ref()?;
        let hinders = self
            .findings
            .iter()
            .filter(|found| found.weight == "hinders");
        let codes: Vec<&str> = hinders.map(|found| found.code.as_str()).collect();
        Some(match codes.as_slice() {
            [] => "passed".to_owned(),
            codes => codes.join(", "),
        })
    }
}

/// What was observed of one reset.
#[derive(Debug)]
pub(super) struct ResetSeen {
    pub(super) precheck: PrecheckSeen,
    pub(super) channel: &'static str,
    pub(super) case: CaseSeen,
    pub(super) restarted: bool,
    pub(super) approved_to_code_on_terminal_ms: u64,
    pub(super) code_to_effective_ms: u64,
    pub(super) old_password_refused: bool,
    pub(super) new_password_accepted: bool,
}

impl ResetSeen {
    /// Whether all of it is as it has to be.
    pub(super) fn holds(&self) -> bool {
        self.case.state == "effective"
            && !self.restarted
            && self
                .case
                .backup
                .as_ref()
                .and_then(|backup| backup.journal_intact)
                != Some(false)
            && self.old_password_refused
            && self.new_password_accepted
    }

    /// The backup before the reset; none where the terminal keeps no journal.
    fn snapshot(&self) -> Value {
        let backup = self.case.backup.as_ref();
        match backup.filter(|backup| backup.state == "stored") {
            Some(backup) => json!({ "records": backup.records, "digest": backup.digest }),
            None => Value::Null,
        }
    }

    /// As the contract writes it. What a terminal does not do is `null`.
    pub(super) fn document(&self) -> Value {
        let backup = self.case.backup.as_ref();
        json!({
            "channel": self.channel,
            "case": self.case.case,
            "evidence": self.case.evidence,
            "decision": self.case.decision,
            "reviewers": self.case.reviews,
            "precheck": self.precheck.outcome(),
            "snapshot": self.snapshot(),
            "restarted": self.restarted,
            "approved_to_code_on_terminal_ms": self.approved_to_code_on_terminal_ms,
            "code_to_effective_ms": self.code_to_effective_ms,
            "old_password": if self.old_password_refused { "refused" } else { "accepted" },
            "new_password": if self.new_password_accepted { "accepted" } else { "refused" },
            "journal_intact": backup.and_then(|backup| backup.journal_intact),
        })
    }
}

/// What a verification of the whole ledger came to.
#[derive(Debug)]
pub(super) struct LedgerSeen {
    pub(super) size: u64,
    pub(super) root: String,
    pub(super) verified: bool,
}

impl LedgerSeen {
    /// Verifies it, leaf by leaf.
    pub(super) async fn verify(shell: &Shell) -> Result<Self, Failed> {
        let verifier = shell.ledger_verifier().clone();
        let verified = shell
            .store()
            .read(move |tx| ledger::verify(tx, &verifier, None, &mut |_, _| ()))
            .await
            .map_err(Failed::because("the ledger cannot be read"))?;
        let head = verified
            .report
            .checkpoint
            .as_ref()
            .map(|checkpoint| checkpoint.head);
        Ok(Self {
            size: head.map_or(0, |head| head.size),
            root: head.map_or_else(String::new, |head| head.root.to_string()),
            verified: verified.is_clean(),
        })
    }

    pub(super) fn document(&self) -> Value {
        json!({ "size": self.size, "root": self.root, "verified": self.verified })
    }
}
