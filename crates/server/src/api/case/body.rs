//! A case as the API shows it. A serialised type is a promise, so it is apart from
//! what the house keeps.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use tillkey_rules::case::State;
use tillkey_rules::event::Destination;
use tillkey_rules::party::Subject;
use tillkey_rules::policy::Bilingual;
use tillkey_rules::trade::Question;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, QuestionKind, Reason};
use tillkey_wire::ids::{CaseId, MerchantNumber, OperatorNumber, TerminalId, TerminalNumber};
use utoipa::ToSchema;

use crate::act::case::{BackupView, CaseSummary, CaseView, Opened};
use crate::act::{CaseToken, Page};
use crate::api::words::{ChannelWord, EvidenceWord, QuestionWord, ReasonWord, StateWord};

/// A case that was opened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenedCase)]
pub(crate) struct OpenedBody {
    /// Which case.
    #[schema(value_type = String, example = "06wdqz4k8v1m3c5a")]
    case: CaseId,
    /// Shows from now on who opened it; this answer alone has it. `null` for a case
    /// that staff opened, who reach it by their session.
    #[schema(value_type = Option<String>)]
    token: Option<CaseToken>,
    /// The evidence that would help.
    #[schema(value_type = Vec<EvidenceWord>)]
    next: Vec<EvidenceKind>,
}

impl From<Opened> for OpenedBody {
    fn from(opened: Opened) -> Self {
        let Opened { case, token, next } = opened;
        Self { case, token, next }
    }
}

/// A case.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
#[schema(as = Case)]
pub(crate) struct CaseBody {
    /// Which case.
    #[schema(value_type = String)]
    case: CaseId,
    /// Where it stands.
    #[schema(value_type = StateWord)]
    pub(super) state: State,
    /// The channel it is in.
    #[schema(value_type = ChannelWord)]
    channel: Channel,
    /// Why the password is to be replaced.
    #[schema(value_type = ReasonWord)]
    reason: Reason,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When it closes by itself.
    #[schema(value_type = String, format = DateTime)]
    deadline: Timestamp,
    /// What the policy last said: `refuse`, `more_evidence`, `counter_only`, `review`
    /// or `go_ahead`.
    decision: Option<&'static str>,
    /// Why, in both languages.
    reasons: Vec<ReasonBody>,
    /// The evidence that would help now.
    #[schema(value_type = Vec<EvidenceWord>)]
    next: Vec<EvidenceKind>,
    /// The evidence that it holds.
    #[schema(value_type = Vec<EvidenceWord>)]
    evidence: Vec<EvidenceKind>,
    /// How its code is handed over: `contact`, `sealed_slip`, or `terminal_screen`.
    delivery: &'static str,
    /// How many reviewers the decision asks for.
    reviewers_needed: u8,
    /// How many have approved.
    reviews: u8,
    /// Until when they have time.
    #[schema(value_type = Option<String>, format = DateTime)]
    review_by: Option<Timestamp>,
    /// What was asked about the merchant's trade and can be answered now, to be read out.
    questions: Vec<QuestionBody>,
    /// Until when the last challenge can be answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    challenge_expires_at: Option<Timestamp>,
    /// Where the live code went: `contact`, `sealed_slip`, `terminal_screen`, or, as the
    /// answer to a terminal's challenge, `answer_to_contact` or `answer_read_out`.
    code_to: Option<&'static str>,
    /// Until when the reset code can be typed; for an answer, until when the terminal's
    /// word is waited for.
    #[schema(value_type = Option<String>, format = DateTime)]
    code_expires_at: Option<Timestamp>,
    /// Whether the terminal shows where to type it.
    code_announced: bool,
    /// How many more reset codes this case may issue.
    codes_left: u32,
    /// Where the code is to be typed; shown once something is proven.
    #[schema(value_type = Option<String>)]
    terminal_number: Option<TerminalNumber>,
    /// For which operator; shown once something is proven.
    #[schema(value_type = Option<String>)]
    operator: Option<OperatorNumber>,
    /// How the backup of the terminal stands, from the approval on.
    backup: Option<BackupBody>,
    /// The case that took this one's place.
    #[schema(value_type = Option<String>)]
    newer: Option<CaseId>,
    /// What happened so far.
    timeline: Vec<TimelineBody>,
}

/// How the backup before a reset stands, and whether the journal after it is the same.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Backup)]
struct BackupBody {
    /// `waits_for_terminal`, `under_way`, `failed`, `stored`, `waived`, `unreachable` or
    /// `not_needed`. No code is issued before one of the last four.
    state: &'static str,
    /// How many records are in it.
    records: Option<u32>,
    /// SHA-256 of the sealed file, in hexadecimal.
    digest: Option<String>,
    /// Whether the journal after the reset holds all that was backed up; `null` until the
    /// terminal has said so.
    journal_intact: Option<bool>,
}

impl From<BackupView> for BackupBody {
    fn from(view: BackupView) -> Self {
        Self {
            state: view.state.name(),
            records: view.records,
            digest: view.digest,
            journal_intact: view.journal_intact,
        }
    }
}

/// One reason of a decision.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DecisionReason)]
struct ReasonBody {
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

/// One question about the merchant's trade. What is expected is nowhere.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Question)]
struct QuestionBody {
    /// Names it in an answer.
    #[schema(value_type = String, example = "net_paid/2026-03-02")]
    question: Question,
    /// What is asked.
    #[schema(value_type = QuestionWord)]
    kind: QuestionKind,
    /// About which day.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// In Chinese.
    zh: String,
    /// In English.
    en: String,
}

impl From<Question> for QuestionBody {
    fn from(question: Question) -> Self {
        let Bilingual { zh, en } = question.wording();
        Self {
            question,
            kind: question.kind,
            day: question.day,
            zh,
            en,
        }
    }
}

/// One thing that happened.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = TimelineItem)]
struct TimelineBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The stable name of what happened, such as `matched` or `code_issued`.
    step: String,
}

impl From<CaseView> for CaseBody {
    fn from(view: CaseView) -> Self {
        let reasons = view.reasons.into_iter();
        let timeline = view.timeline.into_iter();
        Self {
            case: view.case,
            state: view.state,
            channel: view.channel,
            reason: view.reason,
            opened_at: view.opened_at,
            deadline: view.deadline,
            decision: view.decision.map(tillkey_rules::policy::Decision::name),
            reasons: reasons
                .map(|text| ReasonBody {
                    zh: text.zh,
                    en: text.en,
                })
                .collect(),
            next: view.next,
            evidence: view.evidence,
            delivery: view.delivery.name(),
            reviewers_needed: view.reviewers_needed,
            reviews: view.reviews,
            review_by: view.review_by,
            questions: view.questions.into_iter().map(QuestionBody::from).collect(),
            challenge_expires_at: view.challenge_expires_at,
            code_expires_at: view.code_expires_at,
            code_to: view.code_to.map(Destination::name),
            code_announced: view.code_announced,
            codes_left: view.codes_left,
            terminal_number: view.terminal_number,
            operator: view.operator,
            backup: view.backup.map(BackupBody::from),
            newer: view.newer,
            timeline: timeline
                .map(|item| TimelineBody {
                    at: item.at,
                    step: item.step,
                })
                .collect(),
        }
    }
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseSummary)]
pub(crate) struct SummaryBody {
    /// Which case.
    #[schema(value_type = String)]
    case: CaseId,
    /// Where it stands.
    #[schema(value_type = StateWord)]
    state: State,
    /// The channel it is in.
    #[schema(value_type = ChannelWord)]
    channel: Channel,
    /// Why the password is to be replaced.
    #[schema(value_type = ReasonWord)]
    reason: Reason,
    /// Whose password; `null` where the request named nobody who exists.
    subject: Option<SubjectBody>,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// When it last moved.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
    /// Until when reviewers have time.
    #[schema(value_type = Option<String>, format = DateTime)]
    review_by: Option<Timestamp>,
}

/// Whose password a case is about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Subject)]
pub(super) struct SubjectBody {
    /// The merchant.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// The device.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// Its number.
    #[schema(value_type = String)]
    terminal_number: TerminalNumber,
    /// The account on it.
    #[schema(value_type = String)]
    operator: OperatorNumber,
}

impl From<Subject> for SubjectBody {
    fn from(subject: Subject) -> Self {
        Self {
            merchant: subject.merchant,
            terminal: subject.terminal,
            terminal_number: subject.terminal_number,
            operator: subject.operator,
        }
    }
}

impl From<CaseSummary> for SummaryBody {
    fn from(summary: CaseSummary) -> Self {
        Self {
            case: summary.case,
            state: summary.state,
            channel: summary.channel,
            reason: summary.reason,
            subject: summary.subject.map(SubjectBody::from),
            opened_at: summary.opened_at,
            changed_at: summary.changed_at,
            review_by: summary.review_by,
        }
    }
}

/// One page of cases, newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cases)]
pub(crate) struct CasesBody {
    /// The cases.
    items: Vec<SummaryBody>,
    /// The cursor of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

impl From<Page<CaseSummary>> for CasesBody {
    fn from(page: Page<CaseSummary>) -> Self {
        let items = page.items.into_iter().map(SummaryBody::from).collect();
        Self {
            items,
            next_cursor: page.next_cursor,
        }
    }
}
