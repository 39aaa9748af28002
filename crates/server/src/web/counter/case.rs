//! The page of a case at the counter: what is to be done now, and nothing that is not.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use tillkey_rules::case::State;
use tillkey_rules::event::Destination;
use tillkey_rules::party::Role;
use tillkey_rules::policy::{Bilingual, Decision};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::scan::{Reuse, Scan, Side};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_store::outbox::Standing;
use tillkey_wire::ids::CaseId;

use super::super::diagnosis::{HintLine, hint_lines};
use super::CounterPageWords;
pub use super::stage::{Mistake, ScanWrong, Stage, Typed, Wrong};
use super::words::{InspectWords, ScanWords};
use crate::act::case::TimelineItem;
use crate::act::case::counter::{self, CounterView};
use crate::picture::PictureFault;
use crate::web::case_words::CaseNames;
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::offline::{self, OfflineWords};
use crate::web::seat::Seat;
use crate::web::words::{fill, refusal, side};

/// The page of a case.
#[derive(Debug, Template)]
#[template(path = "counter/case.html")]
pub struct CasePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The case.
    pub view: CounterView,
    /// How it stands.
    pub stage: Stage,
    /// What was typed for a document.
    pub typed: Typed,
    /// What was not taken.
    pub mistake: Option<Mistake>,
}

/// One document to inspect.
struct Document<'a> {
    kind: EvidenceKind,
    /// The last part of the address that it is posted to, and of its fields' names.
    name: &'static str,
    title: &'a str,
    number: &'a str,
    hint: &'a str,
    has_photo: bool,
    is_matched: bool,
    /// The field to type in first, if this is where to go on.
    is_next: bool,
    wrong: Option<String>,
    typed: Typed,
}

/// One side to scan.
struct Sheet<'a> {
    kind: EvidenceKind,
    side: Side,
    title: &'a str,
    scan: Option<&'a Scan>,
    seen: Option<&'a str>,
    wrong: Option<String>,
}

/// One line of what happened.
struct Line<'a> {
    text: &'a str,
    time: String,
    stamp: String,
}

const DOCUMENTS: [EvidenceKind; 2] = [
    EvidenceKind::IdentityDocument,
    EvidenceKind::BusinessLicence,
];

impl<'a> CasePage<'a> {
    fn hint_lines(&self) -> Vec<HintLine> {
        hint_lines(&self.view.hints, self.frame.language())
    }

    /// The page for a view.
    pub fn new(frame: Frame<'a>, view: CounterView) -> Self {
        let stage = Stage::of(&view);
        Self {
            frame: frame.live(stage.is_open() && stage.is_waiting()),
            view,
            stage,
            typed: Typed::default(),
            mistake: None,
        }
    }

    fn words(&self) -> &'static CounterPageWords {
        CounterPageWords::of(self.frame.language())
    }

    fn offline(&self) -> &'static OfflineWords {
        OfflineWords::of(self.frame.language())
    }

    /// Whether a challenge can be answered here.
    fn takes_challenge(&self) -> bool {
        offline::is_due(&self.view.case)
    }

    fn backup_line(&self) -> Option<String> {
        self.names().backup(self.view.case.backup.as_ref())
    }

    fn names(&self) -> &'static CaseNames {
        CaseNames::of(self.frame.language())
    }

    const fn case(&self) -> CaseId {
        self.view.case.case
    }

    fn mark(&self) -> String {
        mark(&self.view)
    }

    fn heading(&self) -> &'static str {
        let words = self.words();
        match self.stage {
            Stage::Elsewhere => &words.take.title,
            Stage::Inspecting => &words.inspect.title,
            Stage::Reviewing => &words.stage.review,
            Stage::Preparing => &words.stage.preparing,
            Stage::SlipReady => &words.stage.slip_ready,
            Stage::CodeOver => &words.stage.code_over,
            Stage::Sent => &words.stage.issued_contact,
            Stage::Printed => &words.stage.issued_slip,
            Stage::Answered => &self.offline().given.title,
            Stage::Choosing => &words.stage.redeemed,
            Stage::Effective => &words.stage.effective,
            Stage::Closed => match self.view.case.state {
                State::Refused => &words.stage.refused,
                State::Cancelled => &words.stage.cancelled,
                State::Superseded => &words.stage.superseded,
                State::Void => &words.stage.void,
                _ => &words.stage.expired,
            },
        }
    }

    fn lead(&self) -> String {
        let words = &self.words().stage;
        match self.stage {
            Stage::Elsewhere => {
                let channel = self.names().channel(self.view.case.channel);
                fill(&self.words().take.lead, "channel", channel)
            }
            Stage::Inspecting => self.words().inspect.lead.clone(),
            Stage::Reviewing => words.review_lead.clone(),
            Stage::Preparing => words.preparing_lead.clone(),
            Stage::SlipReady => words.slip_ready_lead.clone(),
            Stage::CodeOver => words.code_over_lead.clone(),
            Stage::Sent => words.issued_contact_lead.clone(),
            Stage::Printed => self.words().slip.unseen.clone(),
            Stage::Answered => match self.view.case.code_expires_at {
                Some(at) => fill(
                    &self.offline().given.waits,
                    "time",
                    &self.frame.reading.minute(at),
                ),
                None => String::new(),
            },
            Stage::Choosing => words.redeemed_lead.clone(),
            Stage::Effective => words.effective_lead.clone(),
            Stage::Closed => words.closed_lead.clone(),
        }
    }

    /// Whether this is the stage; for the template.
    fn is(&self, name: &str) -> bool {
        self.stage.name() == name
    }

    /// What to say above the page.
    fn said(&self) -> Option<String> {
        match self.mistake.as_ref()? {
            Mistake::Step(refused) => Some(self.refused(refused)),
            _ => Some(self.words().case.check.clone()),
        }
    }

    fn refused(&self, refused: &Refusal) -> String {
        let text = refusal(refused, self.frame.language());
        match refused.retry_at() {
            Some(at) => format!("{text} ({})", self.frame.reading.minute(at)),
            None => text.to_owned(),
        }
    }

    fn documents(&self) -> Vec<Document<'_>> {
        let words = &self.words().inspect;
        let next = DOCUMENTS
            .into_iter()
            .find(|kind| !self.view.case.evidence.contains(kind));
        DOCUMENTS
            .into_iter()
            .map(|kind| self.document(words, kind, next == Some(kind)))
            .collect()
    }

    fn document<'w>(
        &self,
        words: &'w InspectWords,
        kind: EvidenceKind,
        is_next: bool,
    ) -> Document<'w> {
        let has_photo = kind == EvidenceKind::IdentityDocument;
        let (name, title, number, hint) = if has_photo {
            (
                "identity",
                &words.identity,
                &words.identity_number,
                &words.identity_hint,
            )
        } else {
            (
                "licence",
                &words.licence,
                &words.licence_number,
                &words.licence_hint,
            )
        };
        let wrong = match &self.mistake {
            Some(Mistake::Document(of, wrong)) if *of == kind => Some(wrong),
            _ => None,
        };
        Document {
            kind,
            name,
            title,
            number,
            hint,
            has_photo,
            is_matched: self.view.case.evidence.contains(&kind),
            is_next,
            wrong: wrong.map(|wrong| match wrong {
                Wrong::Checks => words.checks.clone(),
                Wrong::Validity => words.validity.clone(),
                Wrong::Shape => words.shape.clone(),
                Wrong::Refused(Refusal::NotMatched) => words.not_matched.clone(),
                Wrong::Refused(Refusal::DocumentExpired) => words.expired.clone(),
                Wrong::Refused(refused) => self.refused(refused),
            }),
            typed: if wrong.is_some() {
                self.typed.clone()
            } else {
                Typed::default()
            },
        }
    }

    fn sheets(&self, kind: &EvidenceKind) -> Vec<Sheet<'_>> {
        let words = &self.words().scan;
        Side::of(*kind)
            .iter()
            .map(|&side| {
                let scans = self.view.scans.iter();
                let scan = scans
                    .into_iter()
                    .find(|scan| (scan.kind, scan.side) == (*kind, side));
                Sheet {
                    kind: *kind,
                    side,
                    title: match (kind, side) {
                        (EvidenceKind::BusinessLicence, _) => &words.sheet,
                        (_, Side::Front) => &words.front,
                        (_, Side::Back) => &words.back,
                    },
                    seen: scan
                        .and_then(|scan| scan.reuse)
                        .map(|reuse| seen(words, reuse)),
                    scan,
                    wrong: self.scan_wrong(*kind, side),
                }
            })
            .collect()
    }

    fn scan_wrong(&self, kind: EvidenceKind, side: Side) -> Option<String> {
        let words = &self.words().scan;
        let Some(Mistake::Scan(of, which, wrong)) = &self.mistake else {
            return None;
        };
        if (*of, *which) != (kind, side) {
            return None;
        }
        Some(match wrong {
            ScanWrong::Picture(fault) => match fault {
                PictureFault::Empty => words.empty.clone(),
                PictureFault::TooLarge => words.too_large.clone(),
                PictureFault::WrongKind => words.wrong_kind.clone(),
                PictureFault::Polyglot => words.polyglot.clone(),
                PictureFault::TooManyPixels => words.too_many_pixels.clone(),
                PictureFault::TooSmall => words.too_small.clone(),
                PictureFault::Broken => words.broken.clone(),
            },
            ScanWrong::Refused(Refusal::SamePicture) => words.same_picture.clone(),
            ScanWrong::Refused(refused) => self.refused(refused),
        })
    }

    /// Whether a picture of this case was seen elsewhere, kept or replaced.
    fn is_flagged(&self) -> bool {
        !self.view.reuses.is_empty()
    }

    /// Whether the SMS code can still help.
    fn has_sms(&self) -> bool {
        let evidence = &self.view.case.evidence;
        !evidence.contains(&EvidenceKind::SmsCode)
            && !evidence.contains(&EvidenceKind::BusinessLicence)
    }

    /// Until when an SMS code that was sent can be told.
    fn sms_until(&self) -> Option<String> {
        let until = self.view.case.challenge_expires_at?;
        (until > self.frame.reading.now).then(|| {
            fill(
                &self.words().sms.hint,
                "time",
                &self.frame.reading.minute(until),
            )
        })
    }

    fn code_wrong(&self) -> Option<String> {
        let words = &self.words().sms;
        match self.mistake.as_ref()? {
            Mistake::Code(Wrong::Refused(Refusal::NotMatched)) => Some(words.not_matched.clone()),
            Mistake::Code(Wrong::Refused(refused)) => Some(self.refused(refused)),
            Mistake::Code(_) => Some(words.shape.clone()),
            _ => None,
        }
    }

    fn is_proven(&self) -> bool {
        !self.view.case.evidence.is_empty()
    }

    fn is_by_slip(&self) -> bool {
        self.view.case.delivery == Destination::SealedSlip
    }

    /// Whether the printers of slips are worth a word before they can be chosen.
    fn has_printers(&self) -> bool {
        !self.view.printers.is_empty()
    }

    /// What would help, where the last decision was: more.
    fn more(&self) -> Vec<&str> {
        let case = &self.view.case;
        if case.decision != Some(Decision::MoreEvidence) {
            return Vec::new();
        }
        let name = |kind: &EvidenceKind| self.names().evidence(*kind);
        case.next.iter().map(name).collect()
    }

    fn reason<'b>(&self, reason: &'b Bilingual) -> &'b str {
        side(reason, self.frame.language())
    }

    fn review_until(&self) -> Option<String> {
        let at = self.view.case.review_by?;
        let words = &self.words().stage;
        Some(fill(
            &words.review_until,
            "time",
            &self.frame.reading.minute(at),
        ))
    }

    fn code_until(&self) -> Option<(String, String)> {
        let at = self.view.case.code_expires_at?;
        let text = fill(
            &self.words().stage.until,
            "time",
            &self.frame.reading.minute(at),
        );
        Some((text, at.to_string()))
    }

    fn left(&self) -> String {
        let words = &self.words().stage;
        match self.view.case.codes_left {
            0 => words.none_left.clone(),
            left => fill(&words.left, "count", &left.to_string()),
        }
    }

    fn has_codes(&self) -> bool {
        self.view.case.codes_left > 0
    }

    /// How the printing stands: a word, and how it is shown.
    fn printing(&self) -> (&str, &'static str) {
        let words = &self.words().slip;
        match self.view.slip {
            Some(Standing::Sent) => (&words.sent, "good"),
            Some(Standing::Dead) => (&words.dead, "bad"),
            Some(Standing::Waiting) | None => (&words.waiting, "warn"),
        }
    }

    fn state(&self) -> &str {
        self.names().state(self.view.case.state)
    }

    /// Newest first: what a person looks for is the last thing that happened.
    fn lines(&self) -> Vec<Line<'_>> {
        let timeline = self.view.case.timeline.iter().rev();
        timeline.map(|item| self.line(item)).collect()
    }

    fn line<'b>(&'b self, item: &'b TimelineItem) -> Line<'b> {
        Line {
            text: self.names().step(&item.step),
            time: self.frame.reading.minute(item.at),
            stamp: item.at.to_string(),
        }
    }

    fn deadline(&self) -> String {
        self.frame.reading.minute(self.view.case.deadline)
    }
}

fn seen(words: &ScanWords, reuse: Reuse) -> &str {
    match reuse {
        Reuse::EarlierCase => &words.earlier_case,
        Reuse::OtherMerchant => &words.other_merchant,
    }
}

/// Changes whenever the page does, and says nothing else.
pub(super) fn mark(view: &CounterView) -> String {
    let slip = match view.slip {
        None => "",
        Some(Standing::Waiting) => "-waiting",
        Some(Standing::Sent) => "-sent",
        Some(Standing::Dead) => "-dead",
    };
    format!(
        "{}-{}{slip}",
        view.case.state.name(),
        view.case.timeline.len()
    )
}

/// A page of the case, for a clerk.
pub(super) async fn page<'a>(seat: &'a Seat, case: CaseId) -> Result<CasePage<'a>, Response> {
    let view = counter::view(seat.site().shell(), case, &seat.signed_in)
        .await
        .map_err(|failure| seat.failed(&failure))?;
    Ok(CasePage::new(seat.frame(format!("/counter/{case}")), view))
}

/// The case that an address names, for a clerk.
pub(super) fn named(seat: &Seat, case: &str) -> Result<CaseId, Response> {
    seat.must_be(&[Role::Clerk])?;
    case.parse()
        .map_err(|_| Notice::Missing.page(seat.site(), seat.language))
}

/// Shows a case.
pub(super) async fn show(seat: Seat, Path(case): Path<String>) -> Response {
    let case = match named(&seat, &case) {
        Ok(case) => case,
        Err(answer) => return answer,
    };
    match page(&seat, case).await {
        Ok(page) => respond(StatusCode::OK, &page),
        Err(answer) => answer,
    }
}
