//! Everything that can happen. An event is written once, in the transaction of its
//! effect, and is a leaf of the ledger: it holds no password, no code, and no
//! personal data in clear.
//!
//! A serialised event is a promise: fields are added, never renamed or removed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{
    AcquirerId, AlertId, ApplicationId, CampaignId, CaseId, CodeId, CommandId, ManagerId,
    MerchantNumber, OperatorNumber, PersonId, PrinterName, ScanId, SerialNumber, SessionId,
    SnapshotId, StaffId, TerminalId, TerminalNumber,
};
use tillkey_wire::password::Vouched;

use crate::backup::{BackupFault, JournalMark};
use crate::campaign::CampaignEvent;
use crate::erasure::ErasureReason;
use crate::onboarding::application::ApplicationEvent;
use crate::party::{Actor, Role, Subject};
use crate::policy::{Question, Verdict};
use crate::scan::Scan;
use crate::vocabulary::{
    Channel, DepositState, DisclosureReason, EvidenceKind, ManagerRight, MerchantStatus, Reason,
};
use crate::watch::{About, AlertOutcome, Rule};

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of this form.
    pub v: u32,
    /// When it happened, by the server's clock.
    pub at: Timestamp,
    /// Whose it is; none for what belongs to the whole installation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acquirer: Option<AcquirerId>,
    /// The case it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<CaseId>,
    /// Who did it.
    pub by: Actor,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A step of a case.
    Case(CaseEvent),
    /// A step of an application for a terminal.
    Application {
        /// Which application.
        application: ApplicationId,
        /// What happened.
        #[serde(flatten)]
        step: ApplicationEvent,
    },
    /// What an applicant wrote was erased: the application came to nothing, and its time
    /// was over.
    ApplicationErased {
        /// Which application.
        application: ApplicationId,
    },
    /// Somebody of staff opened what is masked of an applicant: a value, or a picture.
    ApplicantDisclosed {
        /// Of which application.
        application: ApplicationId,
        /// What, a stable name.
        what: String,
    },
    /// A step of a campaign.
    Campaign {
        /// Which campaign.
        campaign: CampaignId,
        /// What happened.
        #[serde(flatten)]
        step: CampaignEvent,
    },
    /// A campaign asked a merchant for new passwords.
    CampaignAsked {
        /// Which campaign.
        campaign: CampaignId,
        /// Whom.
        merchant: MerchantNumber,
        /// For how many operators.
        operators: u32,
    },
    /// A manager says that a merchant does not want that.
    CampaignObjected {
        /// To which campaign.
        campaign: CampaignId,
        /// Whose manager.
        merchant: MerchantNumber,
        /// For how many operators.
        operators: u32,
    },
    /// A password had come of age, as the acquirer's terms have it: it opens nothing any
    /// more.
    PasswordAged {
        /// On which terminal.
        terminal: TerminalId,
        /// Whose.
        operator: OperatorNumber,
    },
    /// A campaign's time for a new password was over: the old one opens nothing any more.
    OperatorRested {
        /// Which campaign.
        campaign: CampaignId,
        /// On which terminal.
        terminal: TerminalId,
        /// Whose.
        operator: OperatorNumber,
    },
    /// The rules said that a deposit goes back, or does not; the sums are not here.
    DepositEvaluated {
        /// For which terminal.
        terminal: TerminalId,
        /// Whose.
        merchant: MerchantNumber,
        /// On which terms.
        terms: AgreedDeposit,
        /// The day from which they count.
        activated_on: Date,
        /// The last day that was looked at.
        until: Date,
        /// What came of it.
        state: DepositState,
        /// The day that reached the amount.
        earned_on: Option<Date>,
        /// The keyed digest of what the days held.
        days_digest: String,
    },
    /// A deposit was paid back.
    DepositReturned {
        /// For which terminal.
        terminal: TerminalId,
        /// Whose.
        merchant: MerchantNumber,
        /// The keyed digest of the payer's reference.
        reference_digest: String,
    },
    /// A merchant was registered.
    MerchantAdded {
        /// Which one.
        merchant: MerchantNumber,
    },
    /// A merchant was suspended, closed or taken back.
    MerchantStatusChanged {
        /// Which one.
        merchant: MerchantNumber,
        /// Its status from now on.
        status: MerchantStatus,
    },
    /// A merchant's trading name was changed; the name is not here.
    MerchantRenamed {
        /// Which one.
        merchant: MerchantNumber,
    },
    /// The documents that a counter may compare were changed; the numbers are not here.
    MerchantDocumentsChanged {
        /// Whose.
        merchant: MerchantNumber,
    },
    /// A merchant's registered contact was set or changed; the number is not here.
    ContactChanged {
        /// Whose.
        merchant: MerchantNumber,
        /// Counts changes.
        version: u32,
    },
    /// An administrator asked that what is held of a merchant be erased before its time.
    ErasureAsked {
        /// Whose.
        merchant: MerchantNumber,
        /// Why.
        reason: ErasureReason,
    },
    /// Another person approved or declined that.
    ErasureReviewed {
        /// Whose.
        merchant: MerchantNumber,
        /// What they said.
        approved: bool,
    },
    /// What was held of a merchant and its people was erased: its data key was destroyed.
    /// The number stays, and names nobody any more.
    MerchantErased {
        /// Whose.
        merchant: MerchantNumber,
    },
    /// Somebody of staff opened a merchant's registered phone; the number is not here.
    ContactDisclosed {
        /// Whose.
        merchant: MerchantNumber,
        /// Which contact it was.
        version: u32,
        /// Why.
        reason: DisclosureReason,
    },
    /// All that is held of a merchant and its people was given out in one file.
    PersonalDataExported {
        /// Whose.
        merchant: MerchantNumber,
    },
    /// A manager asked to change the registered contact; a code went to the new phone.
    ContactChangeStarted {
        /// Whose.
        merchant: MerchantNumber,
    },
    /// A merchant's messages are in another language from now on.
    MessageLanguageChanged {
        /// Whose.
        merchant: MerchantNumber,
        /// Which, a stable name.
        language: String,
    },
    /// A person may sign in to the portal for a merchant.
    ManagerAdded {
        /// The account; name and phone are not here.
        manager: ManagerId,
        /// Whose manager.
        merchant: MerchantNumber,
        /// What they may do.
        rights: BTreeSet<ManagerRight>,
    },
    /// A manager may do other things from now on.
    ManagerRightsChanged {
        /// The account.
        manager: ManagerId,
        /// Whose manager.
        merchant: MerchantNumber,
        /// What they may do.
        rights: BTreeSet<ManagerRight>,
    },
    /// A manager may not sign in any more; their sessions for the merchant ended.
    ManagerDisabled {
        /// The account.
        manager: ManagerId,
        /// Whose manager.
        merchant: MerchantNumber,
    },
    /// A manager signed in for a merchant, or went on to it from another one of theirs.
    ManagerSignedIn {
        /// The account.
        manager: ManagerId,
        /// Whose manager.
        merchant: MerchantNumber,
    },
    /// A manager showed anew, with a code to their phone, that it is still them.
    ManagerProvedAnew {
        /// The account.
        manager: ManagerId,
        /// Whose manager.
        merchant: MerchantNumber,
    },
    /// A manager ended sessions.
    ManagerSignedOut {
        /// The account.
        manager: ManagerId,
        /// Whose manager.
        merchant: MerchantNumber,
        /// How many sessions ended.
        sessions: u32,
    },
    /// A manager downloaded a merchant's records.
    RecordsDownloaded {
        /// Whose.
        merchant: MerchantNumber,
        /// Which, a stable name.
        records: String,
    },
    /// A terminal was registered, and may be enrolled.
    TerminalAdded {
        /// Which one.
        terminal: TerminalId,
        /// Whose.
        merchant: MerchantNumber,
        /// Its number.
        number: TerminalNumber,
        /// The device expected.
        serial_number: SerialNumber,
    },
    /// A one-time enrolment code was made; an older one is dead.
    EnrolmentOpened {
        /// For which terminal.
        terminal: TerminalId,
        /// Until when.
        expires_at: Timestamp,
    },
    /// A device proved the enrolment code and its keys are bound from now on.
    TerminalEnrolled {
        /// Which one.
        terminal: TerminalId,
        /// SHA-256 of the device key, in hexadecimal.
        device_key_digest: String,
    },
    /// Another device wanted to be enrolled under a terminal's serial number and had no
    /// code for it. It was refused.
    SerialNumberCopied {
        /// Whose serial number.
        terminal: TerminalId,
        /// SHA-256 of the other device's key, in hexadecimal.
        device_key_digest: String,
    },
    /// A terminal left service; its sessions and credentials ended.
    TerminalRetired {
        /// Which one.
        terminal: TerminalId,
    },
    /// A terminal went from one merchant to another, or got another number; its sessions
    /// and credentials ended.
    TerminalMoved {
        /// Which one.
        terminal: TerminalId,
        /// From whom.
        from: MerchantNumber,
        /// To whom.
        merchant: MerchantNumber,
        /// Its number there.
        number: TerminalNumber,
    },
    /// Somebody asked for a backup to be put back onto a terminal.
    RestoreAsked {
        /// Onto which.
        terminal: TerminalId,
        /// Which backup.
        snapshot: SnapshotId,
        /// The terminal that made it.
        origin: TerminalId,
    },
    /// Somebody else approved or declined that. Approved, what the backup says of whose it
    /// is was made the terminal's own; its journal is as it was.
    RestoreReviewed {
        /// Onto which.
        terminal: TerminalId,
        /// Which backup.
        snapshot: SnapshotId,
        /// The terminal that made it.
        origin: TerminalId,
        /// What they said.
        approved: bool,
    },
    /// A terminal put a backup back.
    Restored {
        /// Which one.
        terminal: TerminalId,
        /// Which backup.
        snapshot: SnapshotId,
        /// Whether its journal stands where the backup's did.
        intact: bool,
        /// How many entries its journal has had now.
        entries: u64,
    },
    /// A terminal did not put a backup back.
    RestoreFailed {
        /// Which one.
        terminal: TerminalId,
        /// Which backup.
        snapshot: SnapshotId,
        /// Why, a stable name.
        why: String,
    },
    /// What opens an acquirer's backups was given out at the command line.
    BackupKeyGiven,
    /// A sealed backup was given out at the command line.
    SnapshotExported {
        /// Which terminal's.
        terminal: TerminalId,
        /// Which backup.
        snapshot: SnapshotId,
    },
    /// A backup's file was removed: it was old and its batch settled.
    SnapshotRemoved {
        /// Which terminal's.
        terminal: TerminalId,
        /// Which backup.
        snapshot: SnapshotId,
    },
    /// An operator was added to a terminal.
    OperatorAdded {
        /// Where.
        terminal: TerminalId,
        /// Which account.
        operator: OperatorNumber,
    },
    /// An operator was removed from a terminal.
    OperatorRemoved {
        /// Where.
        terminal: TerminalId,
        /// Which account.
        operator: OperatorNumber,
    },
    /// An operator had not signed on for so long that the account was put to rest: it
    /// takes a reset to sign on again.
    OperatorDormant {
        /// Where.
        terminal: TerminalId,
        /// Which account.
        operator: OperatorNumber,
    },
    /// A manager had not signed in for so long that the account was put to rest.
    ManagerDormant {
        /// The account.
        manager: ManagerId,
        /// Whose manager.
        merchant: MerchantNumber,
    },
    /// An administrator let a manager who was at rest sign in again.
    ManagerEnabled {
        /// The account.
        manager: ManagerId,
        /// Whose manager.
        merchant: MerchantNumber,
    },
    /// It is time for a merchant to say who should still have access.
    AccessReviewOpened {
        /// Whose.
        merchant: MerchantNumber,
        /// Counts the merchant's reviews, from 1.
        round: u32,
    },
    /// A manager said of everybody with access whether they should still have it. Whoever
    /// should not has lost it in the same moment, by an event of its own.
    AccessReviewed {
        /// Whose.
        merchant: MerchantNumber,
        /// Counts the merchant's reviews, from 1.
        round: u32,
        /// How many operators stay.
        kept: u32,
        /// How many operators were removed.
        removed: u32,
        /// How many managers stay.
        managers_kept: u32,
        /// How many managers were disabled.
        managers_removed: u32,
        /// SHA-256 of all answers, in hexadecimal.
        digest: String,
    },
    /// A terminal told what a supervisor did on its screen.
    SupervisorActed {
        /// Where.
        terminal: TerminalId,
        /// Who did it.
        supervisor: OperatorNumber,
        /// In which session.
        session: SessionId,
        /// To whom.
        operator: OperatorNumber,
        /// What, a stable name: `add`, `remove`, `reset`, `reset_offline`.
        what: String,
        /// When, by the terminal's clock.
        done_at: Timestamp,
    },
    /// An operator signed on.
    SignedOn {
        /// Where.
        terminal: TerminalId,
        /// Which account.
        operator: OperatorNumber,
        /// The session that began.
        session: SessionId,
        /// Whether the terminal compared the password itself, without a link, and tells
        /// of it now.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        offline: bool,
    },
    /// Sign-ons of an operator have to wait: too many did not finish.
    SignOnHeld {
        /// Where.
        terminal: TerminalId,
        /// Which account.
        operator: OperatorNumber,
        /// Until when.
        until: Timestamp,
    },
    /// A system update's deadline passed and the old password ended.
    OldPasswordEnded {
        /// Where.
        terminal: TerminalId,
        /// Which account.
        operator: OperatorNumber,
    },
    /// A member of staff was added.
    StaffAdded {
        /// The account.
        staff: StaffId,
        /// What it may do.
        role: Role,
    },
    /// A staff account was disabled; its sessions ended.
    StaffDisabled {
        /// The account.
        staff: StaffId,
    },
    /// A member of staff signed in.
    StaffSignedIn {
        /// The account.
        staff: StaffId,
    },
    /// A signed-in member of staff proved once more who they are.
    StaffProved {
        /// The account.
        staff: StaffId,
    },
    /// A member of staff chose a new password; the account's sessions ended.
    StaffPasswordChanged {
        /// The account.
        staff: StaffId,
    },
    /// Sessions of a member of staff were ended: signed out, or by an administrator.
    StaffSessionsEnded {
        /// The account.
        staff: StaffId,
        /// How many.
        ended: u64,
    },
    /// Somebody looked a merchant or terminal up.
    LookedUp {
        /// By what: `merchant_number`, `serial_number`, `phone`.
        by_what: String,
        /// What was found, if anything.
        found: Option<MerchantNumber>,
    },
    /// The acquirer's system reported transactions; the amounts are not here.
    TransactionsRecorded {
        /// How many were new or newly settled.
        count: u32,
        /// The keyed digest of all that was reported.
        digest: String,
    },
    /// The acquirer's system reported payouts; the amounts are not here.
    SettlementsRecorded {
        /// How many were new.
        count: u32,
        /// The keyed digest of all that was reported.
        digest: String,
    },
    /// A file was imported; what it changed stands before this, in the same transaction.
    Imported {
        /// What it held, a stable name: `merchants`, `terminals`, `operators`, `contacts`,
        /// `transactions`.
        kind: String,
        /// The keyed digest of the file: of a short one a plain digest would let anybody
        /// try out the phone in it.
        digest: String,
        /// How many rows it had.
        rows: u32,
        /// How many were new.
        new: u32,
        /// How many changed something that was there.
        changed: u32,
    },
    /// A day's money for messages ran out, for the first time that day.
    MessageCapReached {
        /// Which share of it: `asked` or `owed`.
        purse: String,
        /// The day, where the merchants are.
        day: String,
    },
    /// So many wrong proofs came in that self-service is held back for a while.
    GuessingNoticed {
        /// How many within the hour.
        count: u32,
    },
    /// Somebody asked for the merchant numbers of a phone. The phone is not here, and
    /// the answer went to it alone.
    MerchantNumbersAsked {
        /// Those that the message names; none for a phone that is not registered, or
        /// was asked for too often.
        found: Vec<MerchantNumber>,
    },
    /// Somebody looked at a scan of a case.
    ScanViewed {
        /// Which one.
        scan: ScanId,
    },
    /// The form of a case was printed.
    FormPrinted,
    /// A sealed slip went to a printer; the code on it is not here.
    SlipPrinted {
        /// Which code.
        code: CodeId,
        /// Which printer.
        printer: PrinterName,
    },
    /// A policy was checked and is served from now on.
    PolicyServed {
        /// SHA-256 of its files, in hexadecimal.
        digest: String,
    },
    /// A rule of the watch found something worth a look.
    AlertRaised {
        /// Names it.
        alert: AlertId,
        /// Which rule.
        rule: Rule,
        /// Whom or what it is about.
        #[serde(flatten)]
        about: About,
        /// The entries of the ledger that say why, oldest first; the last ones.
        because: Vec<u64>,
    },
    /// Somebody looks into an alert from now on.
    AlertTaken {
        /// Which one.
        alert: AlertId,
    },
    /// Whoever looked into an alert said what it came to.
    AlertClosed {
        /// Which one.
        alert: AlertId,
        /// What it came to.
        outcome: AlertOutcome,
        /// The keyed digest of what they wrote; the text itself is sealed elsewhere.
        comment_digest: Option<String>,
    },
}

/// What can happen in a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum CaseEvent {
    /// The case began.
    Opened {
        /// Whose password; none where the request named nobody that exists.
        subject: Option<Subject>,
        /// The keyed digest of what was named. Guesses are counted against it, so that
        /// a subject that does not exist runs out of them like one that does.
        claimed: String,
        /// From where.
        channel: Channel,
        /// Why.
        reason: Reason,
        /// When it closes by itself.
        deadline: Timestamp,
        /// Whether the terminal tells of what was done on its screen while it had no
        /// link.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        offline: bool,
    },
    /// A challenge went out: an SMS code, a number on the terminal.
    Challenged {
        /// Which proof it is for.
        kind: EvidenceKind,
        /// Until when it can be answered.
        expires_at: Timestamp,
    },
    /// A proof was presented and is what the server expects.
    Matched {
        /// Which proof.
        kind: EvidenceKind,
        /// The registered contact that it stands on, where it does.
        contact_version: Option<u32>,
    },
    /// A proof was presented and is not what the server expects.
    NotMatched {
        /// Which proof.
        kind: EvidenceKind,
    },
    /// A scan of a document was taken; an earlier one of the same side is gone. The
    /// picture is not here.
    Scanned(Scan),
    /// Somebody chose where the codes will go.
    DeliveryChosen {
        /// Where.
        to: Destination,
    },
    /// A manager says that the merchant did not ask for this.
    Objected,
    /// The policy was asked.
    Decided {
        /// What it was asked.
        question: Option<Question>,
        /// What it said.
        verdict: Verdict,
        /// Until when the reviewers have time, where they are needed.
        review_by: Option<Timestamp>,
        /// The registered contact at the time, where anything was proven: a code goes to
        /// no other.
        #[serde(default)]
        contact_version: Option<u32>,
    },
    /// The case went on to another channel.
    HandedOver {
        /// Which one.
        channel: Channel,
    },
    /// Somebody took the case back from its reviewers, to add or to change something.
    /// What was decided and approved until then is void.
    Amended,
    /// A reviewer decided.
    Reviewed {
        /// What.
        approved: bool,
        /// The keyed digest of what they wrote; the text itself is sealed elsewhere.
        comment_digest: Option<String>,
    },
    /// The reviewers that the policy asks for had approved the list of a campaign, with
    /// this operator in it.
    ReviewedInCampaign {
        /// Which campaign.
        campaign: CampaignId,
        /// Who: persons, whatever the account.
        persons: Vec<PersonId>,
    },
    /// Everything the policy asks for is there.
    Approved {
        /// What happens to the old password.
        old_password: OldPassword,
    },
    /// The terminal was asked for a backup; no code is issued before there is one.
    BackupAsked {
        /// The command that asks it.
        command: CommandId,
    },
    /// The terminal made no backup, or none that holds.
    BackupFailed {
        /// Why.
        why: BackupFault,
    },
    /// The terminal is ready, or the reason why nothing had to be made ready.
    Prepared(Preparation),
    /// A reset code was made and is on its way.
    CodeIssued {
        /// Which one; the code itself is not here.
        code: CodeId,
        /// To where.
        to: Destination,
        /// Until when it can be typed.
        expires_at: Timestamp,
        /// The registered contact that it goes to.
        contact_version: Option<u32>,
    },
    /// The terminal knows that a code was issued and shows where to type it.
    CodeAnnounced {
        /// The command that it acknowledged.
        command: CommandId,
    },
    /// A wrong code was typed at the terminal.
    CodeMistyped {
        /// How many tries are left.
        tries_left: u32,
    },
    /// The code ended without a new password.
    CodeEnded {
        /// Which one.
        code: CodeId,
        /// Why.
        why: CodeEnd,
    },
    /// The right code was typed on the right terminal.
    CodeRedeemed {
        /// Which one.
        code: CodeId,
        /// Until when a new password can be chosen.
        until: Timestamp,
    },
    /// The terminal acknowledged the new password with its device key, and it is in
    /// force. Only now is the case a success.
    Effective {
        /// Counts the operator's passwords.
        credential_version: u32,
        /// SHA-256 of the terminal's registration, in hexadecimal.
        registration_digest: String,
        /// What the terminal says of the password.
        vouched: Vouched,
    },
    /// After the reset the terminal said where its journal stands, and it was held
    /// against the backup.
    JournalCompared {
        /// Whether all that was in the backup is still there.
        intact: bool,
        /// Where it stood when it was backed up.
        before: JournalMark,
        /// The digest that the terminal now has at that entry, if it has such an entry.
        then: Option<String>,
        /// Where it stands now.
        after: JournalMark,
    },
    /// Somebody withdrew the case.
    Cancelled,
    /// A deadline passed.
    Expired,
    /// A newer case of the same operator took its place.
    Superseded {
        /// Which one.
        newer: CaseId,
    },
    /// The facts changed so that the case cannot go on.
    Voided {
        /// What changed.
        why: VoidReason,
    },
    /// The policy or a reviewer said no.
    Refused,
}

impl CaseEvent {
    /// The stable name, as in the ledger and on timelines.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Challenged { .. } => "challenged",
            Self::Matched { .. } => "matched",
            Self::NotMatched { .. } => "not_matched",
            Self::Scanned(_) => "scanned",
            Self::DeliveryChosen { .. } => "delivery_chosen",
            Self::Objected => "objected",
            Self::Decided { .. } => "decided",
            Self::HandedOver { .. } => "handed_over",
            Self::Amended => "amended",
            Self::Reviewed { .. } => "reviewed",
            Self::ReviewedInCampaign { .. } => "reviewed_in_campaign",
            Self::Approved { .. } => "approved",
            Self::BackupAsked { .. } => "backup_asked",
            Self::BackupFailed { .. } => "backup_failed",
            Self::Prepared(_) => "prepared",
            Self::CodeIssued { .. } => "code_issued",
            Self::CodeAnnounced { .. } => "code_announced",
            Self::CodeMistyped { .. } => "code_mistyped",
            Self::CodeEnded { .. } => "code_ended",
            Self::CodeRedeemed { .. } => "code_redeemed",
            Self::Effective { .. } => "effective",
            Self::JournalCompared { .. } => "journal_compared",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Superseded { .. } => "superseded",
            Self::Voided { .. } => "voided",
            Self::Refused => "refused",
        }
    }
}

/// The terms of a deposit as they were agreed: what was published may change later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedDeposit {
    /// How much was paid, in fen.
    pub deposit_fen: i64,
    /// How much has to be taken, in fen.
    pub taken_fen: i64,
    /// Within how many days after the day of activation.
    pub within_days: u16,
}

/// What an approval does to the old password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "old_password", rename_all = "snake_case")]
pub enum OldPassword {
    /// It works until the new one is effective.
    Kept,
    /// It ended with the approval, and its sessions with it.
    Revoked,
    /// It ends at a deadline.
    EndsAt {
        /// When.
        at: Timestamp,
    },
}

/// What was made ready before the code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "preparation", rename_all = "snake_case")]
pub enum Preparation {
    /// The terminal has said that it keeps no journal, or it is a first password, which
    /// replaces nothing: there is nothing to back up.
    NothingToBackUp,
    /// The terminal was backed up for this case, and the server has opened and checked
    /// what it keeps.
    Snapshot {
        /// Which backup.
        snapshot: SnapshotId,
        /// SHA-256 of the sealed file, in hexadecimal.
        digest: String,
        /// How many records are in it.
        records: u32,
        /// How many entries the journal had had.
        entries: u64,
        /// The digest of the last one, in hexadecimal.
        journal_digest: String,
        /// How many transactions were not settled.
        unsettled: u32,
    },
    /// The terminal has no link, and the new password is set without one: by an answer to
    /// its challenge, or by its supervisor. Nothing on it is touched but that password.
    Unreachable,
    /// A reviewer let the case go on without a backup.
    Waived {
        /// The keyed digest of the reason; the text itself is sealed elsewhere.
        comment_digest: String,
    },
}

/// Where a reset code goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// The merchant's registered contact.
    #[default]
    Contact,
    /// The terminal that asked, and nowhere else: shown on its screen for a first
    /// password; not shown at all where its supervisor vouches for the cashier.
    TerminalScreen,
    /// A sealed slip of paper, printed for the person at a counter.
    SealedSlip,
    /// The registered contact, as the answer to the challenge of a terminal without a link.
    AnswerToContact,
    /// The caller or the person at the counter, to whom it is read out; the answer to such
    /// a challenge too, and worth nothing on any other terminal.
    AnswerReadOut,
}

impl Destination {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::TerminalScreen => "terminal_screen",
            Self::SealedSlip => "sealed_slip",
            Self::AnswerToContact => "answer_to_contact",
            Self::AnswerReadOut => "answer_read_out",
        }
    }

    /// Whether it is the answer to a challenge: no code to be typed while there is a link.
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::AnswerToContact | Self::AnswerReadOut)
    }
}

/// Why a code ended without a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeEnd {
    /// Its time ran out before it was typed.
    Expired,
    /// It was typed wrong too often.
    TriesUsedUp,
    /// It was typed, and no password was chosen in time.
    ChoiceLapsed,
    /// A newer code of the same case took its place.
    Replaced,
}

/// What changed so that a case could not go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VoidReason {
    /// The merchant was suspended or closed.
    MerchantNotActive,
    /// The terminal left service or went to another merchant.
    TerminalNotInService,
    /// The operator was removed.
    OperatorRemoved,
    /// The registered contact changed since the proof.
    ContactChanged,
}

impl VoidReason {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MerchantNotActive => "merchant_not_active",
            Self::TerminalNotInService => "terminal_not_in_service",
            Self::OperatorRemoved => "operator_removed",
            Self::ContactChanged => "contact_changed",
        }
    }
}
