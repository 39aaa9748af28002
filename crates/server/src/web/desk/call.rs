//! A call: where the case stands, what to say now, and what never to say.
//!
//! The script follows the case's next best evidence, as the policy names it. Which
//! evidence is gathered can be chosen in the address, and what has been gathered is in
//! the case: an agent whose session ended comes back to the same step.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::case::State as CaseState;
use tillkey_rules::policy::{Bilingual, Decision};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::trade::Question;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_wire::ids::CaseId;

use super::super::CaseNames;
use super::super::diagnosis::{HintLine, hint_lines};
use super::super::frame::{Frame, respond};
use super::super::live::{self, Watch};
use super::super::notice::Notice;
use super::super::offline::{self, OfflineWords};
use super::super::seat::Seat;
use super::super::site::Site;
use super::super::words::{fill, refusal, side};
use super::spoken::Spoken;
use super::words::KindWords;
use super::{DeskWords, ROLES};
use crate::act::case::CaseView;
use crate::act::desk::{self, Call};
use crate::act::{Failure, Source};
use crate::bell::Ring;

/// Where a call stands, as its agent needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// The case belongs to another channel: it is shown, and that is all.
    Elsewhere,
    /// A proof is to be gathered.
    Evidence(Gathering),
    /// Something is proven, and the policy not yet asked.
    Decide,
    /// Only at a counter.
    Counter,
    /// Nothing more can be gathered by telephone.
    Stuck,
    /// Reviewers are asked.
    Review {
        /// Until when they have time.
        until: Option<Timestamp>,
    },
    /// Approved, and no code yet.
    Preparing,
    /// A code ended unused.
    CodeOver,
    /// A code is to be typed at the terminal.
    Issued {
        /// Until when.
        until: Option<Timestamp>,
    },
    /// The answer to a challenge was given; the terminal has not told yet what became of
    /// it.
    Answered {
        /// Until when its word is waited for.
        until: Option<Timestamp>,
    },
    /// A new password is being chosen.
    Redeemed,
    /// It is closed, one way or another.
    Closed,
}

/// How one proof is being gathered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathering {
    /// Which.
    pub kind: EvidenceKind,
    /// Whether a challenge was sent.
    pub is_asked: bool,
    /// Until when it can be answered; none where its time is over.
    pub expires_at: Option<Timestamp>,
    /// What else could be gathered.
    pub others: Vec<EvidenceKind>,
}

impl Gathering {
    /// Whether it is several questions, judged together.
    fn is_questions(&self) -> bool {
        self.kind == EvidenceKind::RecentTransactions
    }

    /// Whether it is somebody else who proves it, elsewhere.
    fn is_awaited(&self) -> bool {
        self.kind == EvidenceKind::ManagerConsent
    }
}

impl Stage {
    /// Reads where a call stands. `chosen` is the proof that the agent chose, where
    /// that is not the one the policy would ask for first.
    pub fn of(call: &Call, chosen: Option<EvidenceKind>, now: Timestamp) -> Self {
        let view = &call.view;
        let happened = |step: &str| view.timeline.iter().any(|item| item.step == step);
        match view.state {
            state if !state.is_open() => Self::Closed,
            _ if view.channel != Channel::Hotline => Self::Elsewhere,
            CaseState::Gathering => Self::gathering(call, chosen, now),
            CaseState::InReview => Self::Review {
                until: view.review_by,
            },
            CaseState::Approved if happened("code_issued") => Self::CodeOver,
            CaseState::Approved => Self::Preparing,
            CaseState::Issued if offline::is_answered(view) => Self::Answered {
                until: view.code_expires_at,
            },
            CaseState::Issued => Self::Issued {
                until: view.code_expires_at,
            },
            _ => Self::Redeemed,
        }
    }

    fn gathering(call: &Call, chosen: Option<EvidenceKind>, now: Timestamp) -> Self {
        let view = &call.view;
        if view.decision == Some(Decision::CounterOnly) {
            return Self::Counter;
        }
        let is_done = |kind: EvidenceKind| view.evidence.contains(&kind);
        if has_unasked_proof(view) && chosen.is_none_or(is_done) {
            return Self::Decide;
        }
        // Whatever has no words here cannot be gathered by telephone.
        let words = DeskWords::of(super::super::Language::English);
        let kinds: Vec<EvidenceKind> = call
            .kinds
            .iter()
            .copied()
            .filter(|kind| words.kind(*kind).is_some())
            .collect();
        let named = view.next.iter().copied();
        let next = chosen
            .into_iter()
            .chain(named)
            .find(|kind| kinds.contains(kind));
        let Some(kind) = next else {
            let is_asked = view.decision.is_some();
            return if view.evidence.is_empty() || is_asked {
                Self::Stuck
            } else {
                Self::Decide
            };
        };
        let expires_at = call.challenges.get(&kind).copied();
        Self::Evidence(Gathering {
            kind,
            is_asked: expires_at.is_some(),
            expires_at: expires_at.filter(|at| *at > now),
            others: kinds.into_iter().filter(|other| *other != kind).collect(),
        })
    }

    /// Whether the page waits for others.
    fn is_waiting(&self) -> bool {
        match self {
            Self::Review { .. }
            | Self::Preparing
            | Self::Issued { .. }
            | Self::Answered { .. }
            | Self::Redeemed => true,
            Self::Evidence(gathering) => gathering.is_awaited(),
            _ => false,
        }
    }
}

/// Whether something was proven since the policy was last asked: by somebody else, or the
/// answer would have asked at once.
fn has_unasked_proof(view: &CaseView) -> bool {
    let mut steps = view.timeline.iter().rev().map(|item| item.step.as_str());
    steps.find(|step| ["matched", "decided"].contains(step)) == Some("matched")
}

/// What was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// What was typed has not the shape of an answer.
    Shape,
    /// It is not what is registered.
    NotMatched,
    /// Not before then.
    TooMany(Timestamp),
    /// Something else was not done.
    Refused(Refusal),
}

/// One question to read out, and its field.
struct Asking {
    id: String,
    name: String,
    asked: Spoken,
}

/// The page of a call.
#[derive(Debug, Template)]
#[template(path = "desk/call.html")]
pub struct CallPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The case.
    pub call: Call,
    /// Where it stands.
    pub stage: Stage,
    /// What was not taken.
    pub mistake: Option<Mistake>,
}

impl<'a> CallPage<'a> {
    /// The page for a call.
    pub fn new(frame: Frame<'a>, call: Call, chosen: Option<EvidenceKind>) -> Self {
        let stage = Stage::of(&call, chosen, frame.reading.now);
        let frame = frame.live(stage.is_waiting());
        Self {
            frame,
            call,
            stage,
            mistake: None,
        }
    }

    fn words(&self) -> &'static DeskWords {
        DeskWords::of(self.frame.language())
    }

    fn offline(&self) -> &'static OfflineWords {
        OfflineWords::of(self.frame.language())
    }

    /// Whether a challenge can be answered here.
    fn takes_challenge(&self) -> bool {
        self.stage != Stage::Elsewhere && offline::is_due(&self.call.view)
    }

    fn backup_line(&self) -> Option<String> {
        self.names().backup(self.call.view.backup.as_ref())
    }

    fn names(&self) -> &'static CaseNames {
        CaseNames::of(self.frame.language())
    }

    fn minute(&self, at: &Timestamp) -> String {
        self.frame.reading.minute(*at)
    }

    fn reason(&self, reason: &Reason) -> &'static str {
        CaseNames::of(self.frame.language()).reason(*reason)
    }

    fn evidence(&self, kind: &EvidenceKind) -> &'static str {
        CaseNames::of(self.frame.language()).evidence(*kind)
    }

    fn decision(&self) -> &'static str {
        self.names().decision(self.call.view.decision)
    }

    fn channel(&self) -> &'static str {
        self.names().channel(self.call.view.channel)
    }

    fn title(&self) -> String {
        fill(
            &self.words().call.title,
            "case",
            &self.call.view.case.to_string(),
        )
    }

    /// The words of a kind; those that cannot be gathered here have none.
    fn kind(&self, kind: &EvidenceKind) -> Option<&'static KindWords> {
        self.words().kind(*kind)
    }

    fn heading(&self) -> &str {
        let words = &self.words().stage;
        match &self.stage {
            Stage::Elsewhere => &words.elsewhere,
            Stage::Evidence(gathering) => self.names().evidence(gathering.kind),
            Stage::Decide => &words.decide,
            Stage::Counter => &words.counter,
            Stage::Stuck => &words.stuck,
            Stage::Review { .. } => &words.review,
            Stage::Preparing => &words.preparing,
            Stage::CodeOver => &words.code_over,
            Stage::Issued { .. } => &words.issued,
            Stage::Answered { .. } => &self.offline().given.title,
            Stage::Redeemed => &words.redeemed,
            Stage::Closed => match self.call.view.state {
                CaseState::Effective => &words.effective,
                CaseState::Refused => &words.refused,
                CaseState::Cancelled => &words.cancelled,
                CaseState::Superseded => &words.superseded,
                CaseState::Void => &words.void,
                _ => &words.expired,
            },
        }
    }

    /// What to say to the caller now.
    fn say(&self) -> Option<Spoken> {
        let state = self.call.view.state;
        let has_more = self.call.view.codes_left > 0;
        let pick: Box<dyn Fn(&'static DeskWords) -> String> = match &self.stage {
            Stage::Elsewhere | Stage::Decide => return None,
            Stage::Evidence(gathering) => {
                let gathering = gathering.clone();
                Box::new(move |words| {
                    let is_ready = gathering.is_asked && gathering.expires_at.is_some();
                    let kind = words.kind(gathering.kind);
                    let say = kind.map(|kind| {
                        if is_ready {
                            &kind.answer_say
                        } else {
                            &kind.ready_say
                        }
                    });
                    say.cloned().unwrap_or_default()
                })
            }
            Stage::Counter => Box::new(|words| words.stage.counter_say.clone()),
            Stage::Stuck => Box::new(|words| words.stage.stuck_say.clone()),
            Stage::Review { .. } => Box::new(|words| words.stage.review_say.clone()),
            Stage::Preparing => Box::new(|words| words.stage.preparing_say.clone()),
            Stage::CodeOver if has_more => Box::new(|words| words.stage.code_over_say.clone()),
            Stage::CodeOver => Box::new(|words| words.stage.used_up_say.clone()),
            Stage::Issued { .. } => Box::new(|words| words.stage.issued_say.clone()),
            Stage::Answered { .. } => Box::new(|words| words.stage.answered_say.clone()),
            Stage::Redeemed => Box::new(|words| words.stage.redeemed_say.clone()),
            Stage::Closed => Box::new(move |words| match state {
                CaseState::Effective => words.stage.effective_say.clone(),
                CaseState::Refused => words.stage.refused_say.clone(),
                CaseState::Cancelled => words.stage.cancelled_say.clone(),
                CaseState::Superseded => words.stage.superseded_say.clone(),
                CaseState::Void => words.stage.void_say.clone(),
                _ => words.stage.expired_say.clone(),
            }),
        };
        Some(Spoken::new(self.frame.language(), pick))
    }

    /// The questions about the merchant's trade.
    fn questions(&self) -> Vec<Asking> {
        let language = self.frame.language();
        let asking = |(index, question): (usize, &Question)| Asking {
            id: format!("answer-{index}"),
            name: question.to_string(),
            asked: Spoken::of(language, &question.wording()),
        };
        self.call
            .view
            .questions
            .iter()
            .enumerate()
            .map(asking)
            .collect()
    }

    fn presses_say(&self) -> Spoken {
        Spoken::new(self.frame.language(), |words| {
            words.call.presses_say.clone()
        })
    }

    fn hand_over_say(&self) -> Spoken {
        let case = self.call.view.case.to_string();
        Spoken::new(self.frame.language(), |words| {
            fill(&words.call.hand_over_say, "case", &case)
        })
    }

    /// `sentence` with a time in the place of `{time}`.
    fn until(&self, sentence: &str, at: &Timestamp) -> String {
        fill(sentence, "time", &self.frame.reading.minute(*at))
    }

    fn counted(&self, sentence: &str, count: &u32) -> String {
        fill(sentence, "count", &count.to_string())
    }

    fn reviewed(&self, until: &Timestamp) -> String {
        let view = &self.call.view;
        let sentence = self.until(&self.words().stage.review_lead, until);
        let sentence = fill(&sentence, "have", &view.reviews.to_string());
        fill(&sentence, "needed", &view.reviewers_needed.to_string())
    }

    fn side<'b>(&self, reason: &'b Bilingual) -> &'b str {
        side(reason, self.frame.language())
    }

    /// What to say above the form.
    fn wrong(&self) -> Option<String> {
        let words = &self.words().call;
        Some(match self.mistake.as_ref()? {
            Mistake::Shape => words.shape.clone(),
            Mistake::NotMatched => self.counted(&words.not_matched, &self.call.tries_left),
            Mistake::TooMany(at) => self.until(&words.no_tries, at),
            Mistake::Refused(refused) => refusal(refused, self.frame.language()).to_owned(),
        })
    }

    /// Whether a counter is all that is left.
    const fn is_for_counter(&self) -> bool {
        matches!(self.stage, Stage::Counter | Stage::Stuck)
    }

    /// The page's own address, with the proof that was chosen.
    fn hint_lines(&self) -> Vec<HintLine> {
        hint_lines(&self.call.hints, self.frame.language())
    }

    fn address(&self) -> String {
        let case = self.call.view.case;
        match &self.stage {
            Stage::Evidence(gathering) => {
                format!("/desk/cases/{case}?kind={}", gathering.kind.name())
            }
            _ => format!("/desk/cases/{case}"),
        }
    }

    fn mark(&self) -> String {
        mark(&self.call)
    }
}

/// Changes whenever the case does, and says nothing else.
fn mark(call: &Call) -> String {
    format!("{}-{}", call.view.state.name(), call.view.timeline.len())
}

/// Which proof is being gathered, where the agent chose.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    kind: String,
}

/// Shows a call.
pub(in super::super) async fn show(
    seat: Seat,
    Path(case): Path<String>,
    Query(asked): Query<Asked>,
) -> Response {
    if let Err(elsewhere) = seat.must_be(&ROLES) {
        return elsewhere;
    }
    let Ok(case) = case.parse() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    draw(
        &seat,
        (case, asked.kind.parse().ok()),
        (StatusCode::OK, None),
    )
    .await
}

/// Draws the page of a call.
pub(super) async fn draw(
    seat: &Seat,
    (case, chosen): (CaseId, Option<EvidenceKind>),
    (status, mistake): (StatusCode, Option<Mistake>),
) -> Response {
    let call = match desk::call(seat.site().shell(), case, &seat.signed_in).await {
        Ok(call) => call,
        Err(Failure::Unknown) => return Notice::Missing.page(seat.site(), seat.language),
        Err(failure) => return seat.failed(&failure),
    };
    let frame = seat.frame(format!("/desk/cases/{case}"));
    let page = CallPage::new(frame, call, chosen);
    respond(status, &CallPage { mistake, ..page })
}

/// Tells the page of a call that its case has moved.
pub(in super::super) async fn events(
    State(site): State<Site>,
    seat: Seat,
    Path(case): Path<String>,
) -> Response {
    let Ok(case) = case.parse::<CaseId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let source = Source::staff(&seat.signed_in);
    let (shell, by) = (site.shell().clone(), seat.signed_in);
    let watch = Watch {
        wakes: Box::new(move |ring| ring == Ring::Case(case)),
        look: Box::new(move || {
            let (shell, by) = (shell.clone(), by.clone());
            Box::pin(async move {
                let call = desk::call(&shell, case, &by).await.ok()?;
                Some(mark(&call))
            })
        }),
    };
    live::stream(&site, &source, watch).await
}
