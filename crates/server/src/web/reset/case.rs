//! The page of a case: what happens now, what is next, and for how long.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use tillkey_rules::case::State as CaseState;
use tillkey_rules::policy::{Bilingual, Decision};
use tillkey_rules::precheck::Finding;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_wire::ids::CaseId;

use super::super::cookie::Holding;
use super::super::diagnosis::{HintLine, hint_lines};
use super::super::frame::{Frame, respond};
use super::super::limits::RESEND_AFTER_SECONDS;
use super::super::notice::Notice;
use super::super::offline::{self, OfflineWords};
use super::super::portal::PortalWords;
use super::super::site::Site;
use super::super::words::{fill, refusal, side};
use super::super::{CaseNames, DiagnosisWords, Language, Words};
use crate::act::Access;
use crate::act::case::{self, BackupView, CaseView, Named};
use crate::act::health;
use crate::shell::Shell;

/// How a case stands, as its holder needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// No SMS code was sent yet.
    Unsent,
    /// An SMS code is to be typed here.
    Code {
        /// Until when; none where its time is over.
        expires_at: Option<Timestamp>,
        /// When the next can be sent, where that is not yet.
        resend_at: Option<Timestamp>,
    },
    /// Proven, and the decision not yet asked for.
    Decide,
    /// What can be proven here does not suffice.
    More,
    /// Only at a counter.
    Counter {
        /// Why.
        reasons: Vec<Bilingual>,
    },
    /// Reviewers are asked.
    Review {
        /// Until when they have time.
        until: Option<Timestamp>,
    },
    /// Approved, and no code yet.
    Preparing,
    /// A code ended unused.
    CodeOver {
        /// Whether another can be sent.
        has_more: bool,
    },
    /// A code is to be typed at the terminal.
    Issued {
        /// Until when.
        until: Option<Timestamp>,
        /// Whether the terminal shows where.
        is_announced: bool,
        /// Whether another can be sent.
        has_more: bool,
    },
    /// The answer to a challenge was given; the terminal has not told yet what became of
    /// it.
    Answered {
        /// Until when its word is waited for.
        until: Option<Timestamp>,
    },
    /// A new password is being chosen.
    Redeemed {
        /// Until when.
        until: Option<Timestamp>,
    },
    /// The new password is in force.
    Effective,
    /// The policy or a reviewer said no.
    Refused {
        /// Why.
        reasons: Vec<Bilingual>,
    },
    /// Withdrawn.
    Cancelled,
    /// A deadline passed.
    Expired,
    /// A newer request took its place.
    Superseded {
        /// Which one.
        newer: Option<CaseId>,
    },
    /// The facts changed.
    Void,
    /// Another channel asks whether its manager agrees.
    Consent,
    /// Another channel gathers proofs; its manager has nothing to do with them.
    Elsewhere,
}

/// Who looks at a case, and what that lets them do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Whoever opened it on the public pages.
    Holder,
    /// A manager whose own case it is.
    Manager,
    /// A manager who may stop what another channel opened.
    Objector,
    /// A manager who may look at it.
    Onlooker,
}

impl Viewer {
    /// Which kind of manager's look it is.
    pub const fn of_manager(view: &CaseView) -> Self {
        match (view.channel, view.may_object) {
            (Channel::Portal | Channel::Campaign, _) => Self::Manager,
            (_, true) => Self::Objector,
            (_, false) => Self::Onlooker,
        }
    }

    const fn drives(self) -> bool {
        matches!(self, Self::Holder | Self::Manager)
    }

    const fn objects(self) -> bool {
        matches!(self, Self::Objector)
    }
}

impl Stage {
    /// Reads how a case stands, as this viewer needs to know it.
    pub fn seen_by(viewer: Viewer, view: &CaseView, now: Timestamp) -> Self {
        match view.state {
            CaseState::Gathering if viewer.drives() => Self::gathering(view, now),
            CaseState::Gathering if view.next.contains(&EvidenceKind::ManagerConsent) => {
                Self::Consent
            }
            CaseState::Gathering => Self::Elsewhere,
            _ => Self::of(view, now),
        }
    }

    /// Reads how a case stands.
    pub fn of(view: &CaseView, now: Timestamp) -> Self {
        let happened = |step: &str| view.timeline.iter().any(|item| item.step == step);
        let has_more = view.codes_left > 0;
        match view.state {
            CaseState::Gathering => Self::gathering(view, now),
            CaseState::InReview => Self::Review {
                until: view.review_by,
            },
            CaseState::Approved if happened("code_issued") => Self::CodeOver { has_more },
            CaseState::Approved => Self::Preparing,
            CaseState::Issued if offline::is_answered(view) => Self::Answered {
                until: view.code_expires_at,
            },
            CaseState::Issued => Self::Issued {
                until: view.code_expires_at,
                is_announced: view.code_announced,
                has_more,
            },
            CaseState::Redeemed => Self::Redeemed {
                until: view.code_expires_at,
            },
            CaseState::Effective => Self::Effective,
            CaseState::Refused => Self::Refused {
                reasons: view.reasons.clone(),
            },
            CaseState::Cancelled => Self::Cancelled,
            CaseState::Expired => Self::Expired,
            CaseState::Superseded => Self::Superseded { newer: view.newer },
            CaseState::Void => Self::Void,
        }
    }

    fn gathering(view: &CaseView, now: Timestamp) -> Self {
        let is_proven = !view.evidence.is_empty();
        let challenged = view
            .timeline
            .iter()
            .rev()
            .find(|item| item.step == "challenged");
        match (view.decision, challenged) {
            _ if view.channel == Channel::Counter => Self::Counter {
                reasons: Vec::new(),
            },
            (Some(Decision::CounterOnly), _) => Self::Counter {
                reasons: view.reasons.clone(),
            },
            (Some(Decision::MoreEvidence), _) if is_proven && view.next.is_empty() => Self::More,
            // A sign-in is presented without anything to type.
            _ if view.next.contains(&EvidenceKind::PortalSession) => Self::Decide,
            _ if view.evidence.contains(&EvidenceKind::SmsCode) => Self::Decide,
            (_, Some(challenged)) => {
                let wait = SignedDuration::from_secs(RESEND_AFTER_SECONDS);
                Self::Code {
                    expires_at: view.challenge_expires_at.filter(|&at| at > now),
                    resend_at: challenged.at.checked_add(wait).ok().filter(|&at| at > now),
                }
            }
            (_, None) => Self::Unsent,
        }
    }

    /// Whether the page waits for others and has nothing to type.
    const fn is_waiting(&self) -> bool {
        matches!(
            self,
            Self::Review { .. }
                | Self::Preparing
                | Self::Issued { .. }
                | Self::Answered { .. }
                | Self::Redeemed { .. }
                | Self::Elsewhere
        )
    }

    /// Whether somebody is about to stand before the terminal.
    const fn is_at_terminal(&self) -> bool {
        matches!(self, Self::Preparing | Self::Issued { .. })
    }

    /// Whether anything can still happen.
    const fn is_open(&self) -> bool {
        !matches!(
            self,
            Self::Effective
                | Self::Refused { .. }
                | Self::Cancelled
                | Self::Expired
                | Self::Superseded { .. }
                | Self::Void
        )
    }

    /// Which of the four steps it is at; none where the way has ended elsewhere.
    const fn step(&self) -> Option<usize> {
        match self {
            Self::Unsent | Self::Code { .. } | Self::Decide => Some(1),
            Self::Review { .. }
            | Self::Preparing
            | Self::CodeOver { .. }
            | Self::Issued { .. }
            | Self::Answered { .. } => Some(2),
            Self::Redeemed { .. } => Some(3),
            Self::Effective => Some(4),
            _ => None,
        }
    }
}

/// What was not taken, and where on the page that belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// The SMS code has not the shape of one.
    Shape,
    /// The SMS code was not taken.
    Code(Refusal),
    /// No SMS code was sent.
    Sms(Refusal),
    /// Something else was not done.
    Step(Refusal),
}

/// The page of a case.
#[derive(Debug, Template)]
#[template(path = "reset/case.html")]
pub struct CasePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Which case.
    pub case: CaseId,
    /// Whom this device asked for.
    pub named: Option<Named>,
    /// Why it was asked for.
    pub why: Reason,
    /// Who looks.
    pub viewer: Viewer,
    /// How it stands.
    pub stage: Stage,
    /// Changes whenever the case does.
    pub mark: String,
    /// What has happened, in order: the step's stable name, and when.
    pub timeline: Vec<(String, Timestamp)>,
    /// How the backup of the terminal stands.
    pub backup: Option<BackupView>,
    /// When it closes by itself.
    pub deadline: Timestamp,
    /// What was not taken.
    pub mistake: Option<Mistake>,
    /// What stands in the way at the terminal, as it last said itself.
    pub hints: Vec<Finding>,
}

/// One of the four steps.
struct Step<'a> {
    text: &'a str,
    is_done: bool,
    is_now: bool,
}

/// One line of the timeline.
struct Line<'a> {
    text: &'a str,
    time: String,
    stamp: String,
}

impl<'a> CasePage<'a> {
    /// The page for a view.
    pub fn new(frame: Frame<'a>, viewer: Viewer, view: &CaseView, named: Option<Named>) -> Self {
        let stage = Stage::seen_by(viewer, view, frame.reading.now);
        let timeline = view
            .timeline
            .iter()
            .map(|item| (item.step.clone(), item.at))
            .collect();
        let frame = frame.live(stage.is_waiting());
        Self {
            frame,
            case: view.case,
            named,
            why: view.reason,
            viewer,
            stage,
            mark: mark(view),
            timeline,
            backup: view.backup.clone(),
            deadline: view.deadline,
            mistake: None,
            hints: Vec::new(),
        }
    }

    /// With what stands in the way at the terminal, where somebody is about to stand
    /// before it. A page without hints is better than none.
    pub(in super::super) async fn with_hints(self, shell: &Shell, access: &Access) -> Self {
        if !self.stage.is_at_terminal() {
            return self;
        }
        let hints = health::hints(shell, self.case, access).await;
        Self {
            hints: hints.unwrap_or_default(),
            ..self
        }
    }

    const fn words(&self) -> &Words {
        self.frame.words
    }

    fn portal(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn offline(&self) -> &'static OfflineWords {
        OfflineWords::of(self.frame.language())
    }

    /// Whether a challenge can be answered here.
    const fn takes_challenge(&self) -> bool {
        let is_due = matches!(
            self.stage,
            Stage::Preparing
                | Stage::CodeOver { .. }
                | Stage::Issued { .. }
                | Stage::Answered { .. }
        );
        is_due && self.viewer.drives()
    }

    /// Why it was asked for, by the name that every page gives it.
    fn reason_name(&self) -> &'static str {
        CaseNames::of(self.frame.language()).reason(self.why)
    }

    const fn is_holders(&self) -> bool {
        matches!(self.viewer, Viewer::Holder)
    }

    /// Where to begin anew.
    fn again(&self) -> String {
        match self.viewer {
            Viewer::Holder => format!("{}/again", self.frame.path),
            _ => self.home().to_owned(),
        }
    }

    const fn home(&self) -> &'static str {
        match self.viewer {
            Viewer::Holder => "/",
            _ => "/portal",
        }
    }

    fn path_of(&self, case: &CaseId) -> String {
        match self.viewer {
            Viewer::Holder => format!("/reset/{case}"),
            _ => format!("/portal/cases/{case}"),
        }
    }

    fn heading(&self) -> &str {
        let words = self.words();
        match self.stage {
            Stage::Unsent => &words.unsent.heading,
            Stage::Code { .. } => &words.code.heading,
            Stage::Decide => &words.decide.heading,
            Stage::More => &words.more.heading,
            Stage::Counter { .. } => &words.counter.heading,
            Stage::Review { .. } => &words.review.heading,
            Stage::Preparing => &words.preparing.heading,
            Stage::CodeOver { .. } => &words.code_over.heading,
            Stage::Issued { .. } => &words.issued.heading,
            Stage::Answered { .. } => &self.offline().given.title,
            Stage::Redeemed { .. } => &words.redeemed.heading,
            Stage::Effective => &words.effective.heading,
            Stage::Refused { .. } => &words.refused.heading,
            Stage::Cancelled => &words.cancelled.heading,
            Stage::Expired => &words.expired.heading,
            Stage::Superseded { .. } => &words.superseded.heading,
            Stage::Void => &words.void.heading,
            Stage::Consent => &self.portal().consent.heading,
            Stage::Elsewhere => &self.portal().elsewhere.heading,
        }
    }

    fn backup_line(&self) -> Option<String> {
        CaseNames::of(self.frame.language()).backup(self.backup.as_ref())
    }

    fn steps(&self) -> Vec<Step<'_>> {
        let words = &self.words().steps;
        let texts = [&words.name, &words.prove, &words.type_code, &words.choose];
        let Some(now) = self.stage.step() else {
            return Vec::new();
        };
        texts
            .into_iter()
            .enumerate()
            .map(|(at, text)| Step {
                text,
                is_done: at < now,
                is_now: at == now,
            })
            .collect()
    }

    /// Newest first: what a person looks for is the last thing that happened.
    fn lines(&self) -> Vec<Line<'_>> {
        let line = |(step, at): &(String, Timestamp)| {
            let text = self.words().timeline.of(step)?;
            Some(Line {
                text,
                time: self.frame.reading.minute(*at),
                stamp: at.to_string(),
            })
        };
        self.timeline.iter().rev().filter_map(line).collect()
    }

    /// The way to the real reasons, where something is proven: before that there are
    /// none to see.
    fn diagnosis_link(&self) -> Option<&'static str> {
        // Its page is for whoever holds the case.
        if !self.is_holders() {
            return None;
        }
        let is_proven = self.timeline.iter().any(|(step, _)| step == "matched");
        let words = DiagnosisWords::of(self.frame.language());
        is_proven.then_some(words.holder.link.as_str())
    }

    fn hint_lines(&self) -> Vec<HintLine> {
        hint_lines(&self.hints, self.frame.language())
    }

    fn reason<'b>(&self, reason: &'b Bilingual) -> &'b str {
        side(reason, self.frame.language())
    }

    /// `sentence` with a time in the place of `{time}`.
    fn until(&self, sentence: &str, at: &Timestamp) -> String {
        fill(sentence, "time", &self.frame.reading.minute(*at))
    }

    fn resend_at(&self, at: &Timestamp) -> String {
        fill(
            &self.words().code.resend_at,
            "time",
            &self.frame.reading.second(*at),
        )
    }

    fn choose_at_terminal(&self) -> String {
        let words = &self.words().issued;
        match &self.named {
            Some(named) => fill(&words.how_choose, "terminal", named.terminal.as_str()),
            None => words.how_choose_here.clone(),
        }
    }

    fn type_at_terminal(&self) -> String {
        let words = &self.words().issued;
        match &self.named {
            Some(named) => fill(&words.how_type, "operator", &named.operator.to_string()),
            None => words.how_type_here.clone(),
        }
    }

    /// What to say at the SMS code's field.
    fn wrong_code(&self) -> Option<String> {
        match self.mistake.as_ref()? {
            Mistake::Shape => Some(self.words().code.shape.clone()),
            Mistake::Code(Refusal::NotMatched) => Some(self.words().code.wrong.clone()),
            Mistake::Code(refusal) => Some(self.refused(refusal)),
            Mistake::Sms(_) | Mistake::Step(_) => None,
        }
    }

    /// What to say above the page.
    fn wrong_step(&self) -> Option<String> {
        match (self.mistake.as_ref()?, &self.stage) {
            // A case has so many SMS codes; waiting does not bring more.
            (Mistake::Sms(Refusal::TooMany { retry_at }), _) if *retry_at >= self.deadline => {
                Some(self.words().mistake.sms_used_up.clone())
            }
            (Mistake::Sms(refusal) | Mistake::Step(refusal), _) => Some(self.refused(refusal)),
            // Said by the field of the code where there is one.
            (Mistake::Code(_), Stage::Code { .. }) | (Mistake::Shape, _) => None,
            (Mistake::Code(refusal), _) => Some(self.refused(refusal)),
        }
    }

    fn refused(&self, refused: &Refusal) -> String {
        match refused {
            Refusal::TooMany { retry_at } => self.until(&self.words().mistake.too_many, retry_at),
            other => refusal(other, self.frame.language()).to_owned(),
        }
    }
}

/// Changes whenever the case does, and says nothing else.
pub(in super::super) fn mark(view: &CaseView) -> String {
    format!("{}-{}", view.state.name(), view.timeline.len())
}

/// Shows a case to the device that opened it.
pub(in super::super) async fn show(
    State(site): State<Site>,
    language: Language,
    Path(case): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some((case, holding)) = held(&case, &headers, &site) else {
        return Notice::Lost.page(&site, language);
    };
    let access = Access::Holder(holding.token);
    match case::view(site.shell(), case, &access).await {
        Ok(view) => {
            let frame = site.frame(language, format!("/reset/{case}"));
            let page = CasePage::new(frame, Viewer::Holder, &view, Some(holding.named));
            respond(
                StatusCode::OK,
                &page.with_hints(site.shell(), &access).await,
            )
        }
        Err(failure) => Notice::of(&failure).page(&site, language),
    }
}

/// The case that an address names and this device holds. A case that does not exist
/// and one that is somebody else's look the same.
pub(in super::super) fn held(
    case: &str,
    headers: &HeaderMap,
    site: &Site,
) -> Option<(CaseId, Holding)> {
    Some((
        case.parse().ok()?,
        Holding::read(headers, site.is_secure())?,
    ))
}
