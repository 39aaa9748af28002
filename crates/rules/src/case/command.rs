//! What can be asked of a case, and the facts that come with it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tillkey_wire::ids::{CaseId, CodeId, CommandId, OperatorNumber, TerminalId};
use tillkey_wire::password::Vouched;

use crate::backup::{Backup, BackupFault, JournalWord};
use crate::campaign::Backing;
use crate::event::{CaseEvent, Destination};
use crate::party::{Subject, SubjectFacts};
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::scan::Scan;
use crate::terms::Terms;
use crate::vocabulary::{Channel, EvidenceKind, Reason};

/// How a case begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The new case.
    pub id: CaseId,
    /// Whose password; none where the request named nobody that exists. Such a case
    /// answers like any other and never gets anywhere.
    pub subject: Option<Subject>,
    /// The keyed digest of what was named: of the merchant, a dot, and of the whole.
    pub claimed: String,
    /// From where.
    pub channel: Channel,
    /// Why.
    pub reason: Reason,
    /// Whether the terminal tells of what was done on its screen while it had no link.
    pub offline: bool,
}

/// What can be asked of an open case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Send a challenge for a proof.
    Challenge {
        /// Which proof.
        kind: EvidenceKind,
    },
    /// Present a proof that the server has compared.
    Present {
        /// Which proof.
        kind: EvidenceKind,
        /// Whether it is what the server expects.
        matched: bool,
    },
    /// Keep a scan of a document that has matched.
    Scan(Scan),
    /// Choose where the codes will go.
    Deliver {
        /// Where.
        to: Destination,
    },
    /// Say, as a manager, that the merchant did not ask for this.
    Object,
    /// Ask for the decision.
    Submit,
    /// Take the case on to another channel.
    HandOver {
        /// Which one.
        channel: Channel,
    },
    /// Take a case back from its reviewers, to add or to change something.
    Amend,
    /// Approve or refuse as a second person.
    Review {
        /// Which.
        approve: bool,
        /// The keyed digest of the comment; a refusal needs one.
        comment_digest: Option<String>,
    },
    /// Take the approval of a campaign's list, which this case's operator is on, for the
    /// review that the policy asks for.
    ReviewInCampaign(Backing),
    /// Go on without a backup: there is nothing to back up.
    NothingToBackUp,
    /// Go on without a backup: what is to be backed up for was done without a link.
    DoneOffline,
    /// Ask the terminal for a backup.
    AskBackup {
        /// The command that asks it.
        command: CommandId,
    },
    /// Take a backup that the server holds, and has opened and checked.
    BackedUp(Backup),
    /// Note that the terminal made no backup, or none that holds.
    BackupFailed {
        /// Which terminal.
        terminal: TerminalId,
        /// Why.
        why: BackupFault,
    },
    /// Go on without a backup, as a second person, although there should be one.
    WaiveBackup {
        /// The keyed digest of the reason.
        comment_digest: Option<String>,
    },
    /// Hold the journal after the reset against the backup before it.
    CompareJournal(JournalWord),
    /// Issue a reset code.
    Issue {
        /// Its identifier.
        code: CodeId,
        /// Where it goes.
        to: Destination,
    },
    /// The terminal shows where to type the code.
    Announced {
        /// The command that it acknowledged.
        command: CommandId,
    },
    /// A code was typed at a terminal, and the server has compared it.
    Redeem {
        /// Which code it was compared with.
        code: CodeId,
        /// Whether it is that code.
        matched: bool,
        /// Where it was typed.
        terminal: TerminalId,
        /// For which operator.
        operator: OperatorNumber,
    },
    /// The terminal acknowledged a new password with its device key.
    Complete {
        /// Which terminal.
        terminal: TerminalId,
        /// Counts the operator's passwords.
        credential_version: u32,
        /// SHA-256 of the registration, in hexadecimal.
        registration_digest: String,
        /// What the terminal says of the password.
        vouched: Vouched,
    },
    /// Withdraw the case.
    Cancel,
    /// Let the deadlines that have passed take effect.
    Tick,
    /// A newer, proven case of the same operator takes its place.
    Supersede {
        /// Which one.
        newer: CaseId,
    },
    /// Check the facts again and close the case if they do not hold.
    Recheck,
}

/// The facts of the moment, read in the transaction that will write the events.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Now.
    pub now: Timestamp,
    /// The hour of the day where the merchant is, 0 to 23.
    pub hour: u8,
    /// The policy in force.
    pub policy: &'a Policy,
    /// The acquirer's settings.
    pub terms: &'a Terms,
    /// What is known of the subject; none where there is no subject.
    pub subject: Option<&'a SubjectFacts>,
    /// The kinds of evidence that this installation can gather.
    pub offered: &'a BTreeSet<EvidenceKind>,
}

/// What follows from a command. Events are written even where the answer is a
/// refusal: a wrong code is one, and so is a deadline found to have passed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// What happens.
    pub events: Vec<CaseEvent>,
    /// Why not, where the command is refused.
    pub refusal: Option<Refusal>,
}

impl Answer {
    pub(super) const fn events(events: Vec<CaseEvent>) -> Self {
        Self {
            events,
            refusal: None,
        }
    }

    pub(super) const fn refused(refusal: Refusal) -> Self {
        Self {
            events: Vec::new(),
            refusal: Some(refusal),
        }
    }

    pub(super) const fn refused_with(refusal: Refusal, events: Vec<CaseEvent>) -> Self {
        Self {
            events,
            refusal: Some(refusal),
        }
    }
}
