//! One campaign: where it stands and what comes next, what is on its list, how its waves
//! go, what happened, and what the reader can do with it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use tillkey_rules::campaign::{Campaign, CampaignState, Tally, TargetState};
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::ids::CampaignId;

use super::super::case_words::CaseNames;
use super::super::chart::{Piece, STRIP, WIDTH, strip};
use super::super::frame::{Frame, respond};
use super::super::fresh::proves;
use super::super::live::{self, Watch};
use super::super::seat::Seat;
use super::super::site::Site;
use super::super::words::fill;
use super::{FleetWords, READERS, named, selection, targets};
use crate::act::campaign::{self, CampaignView, WaveView};
use crate::act::{Failure, staff};
use crate::bell::Ring;
use crate::peer::Peer;

/// In which order the states of a wave's operators are drawn: what is done, what is under
/// way, what has come to no good end, what is still to come.
const DRAWN: [TargetState; 8] = [
    TargetState::Renewed,
    TargetState::Open,
    TargetState::Asked,
    TargetState::Waiting,
    TargetState::Unanswered,
    TargetState::Failed,
    TargetState::Objected,
    TargetState::Skipped,
];

/// What somebody has to hear when what they said was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SteerMistake {
    /// Nobody knows why.
    Reason,
    /// A comment that cannot be kept.
    Comment,
    /// The password is not right.
    PasswordWrong,
    /// The password is asked for.
    PasswordNeeded,
    /// Passwords have to wait.
    TooMany(Timestamp),
    /// Too much at once.
    Busy,
    /// It is not any more what they saw.
    Moved,
    /// They planned it, or have approved it.
    OwnWork,
    /// Its list is not the one that they saw.
    OtherList,
}

/// One campaign.
#[derive(Debug, Template)]
#[template(path = "fleet/campaign.html")]
pub struct CampaignPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The campaign.
    pub view: CampaignView,
    /// How its list begins, while it waits for approval.
    pub head: Option<String>,
    /// What the reader is.
    pub role: Option<Role>,
    /// Whose password is asked for, where it is.
    pub proves: Option<String>,
    /// What was written so far.
    pub comment: String,
    /// What went wrong.
    pub mistake: Option<SteerMistake>,
    /// The mark of what it shows.
    pub mark: String,
}

/// A wave as a row and as a picture.
struct Wave {
    number: u8,
    name: String,
    alt: String,
    merchants: u32,
    targets: u32,
    counts: Vec<u32>,
    pieces: Vec<Piece>,
}

/// A step of the story.
struct Step {
    at: String,
    who: String,
    what: &'static str,
    comment: Option<String>,
}

impl CampaignPage<'_> {
    pub(super) fn words(&self) -> &'static FleetWords {
        FleetWords::of(self.frame.language())
    }

    pub(super) const fn campaign(&self) -> &Campaign {
        &self.view.campaign
    }

    fn is_open(&self) -> bool {
        self.campaign().state().is_open()
    }

    fn state(&self) -> (&'static str, &'static str) {
        self.words().state(self.campaign().state())
    }

    fn said(&self) -> Option<String> {
        let words = &self.words().mistake;
        Some(match self.mistake? {
            SteerMistake::Reason => words.reason.clone(),
            SteerMistake::Comment => words.comment.clone(),
            SteerMistake::PasswordWrong => words.password_wrong.clone(),
            SteerMistake::PasswordNeeded => words.password_needed.clone(),
            SteerMistake::TooMany(at) => fill(&words.too_many, "time", &self.minute(at)),
            SteerMistake::Busy => words.busy.clone(),
            SteerMistake::Moved => words.moved.clone(),
            SteerMistake::OwnWork => words.own_work.clone(),
            SteerMistake::OtherList => words.other_list.clone(),
        })
    }

    const fn is_comment_wrong(&self) -> bool {
        matches!(
            self.mistake,
            Some(SteerMistake::Reason | SteerMistake::Comment)
        )
    }

    const fn is_password_wrong(&self) -> bool {
        matches!(
            self.mistake,
            Some(SteerMistake::PasswordWrong | SteerMistake::PasswordNeeded)
        )
    }

    pub(super) fn minute(&self, at: Timestamp) -> String {
        self.frame.reading.minute(at)
    }

    /// What was planned, and by whom.
    fn plan(&self) -> Vec<(&'static str, String)> {
        let (words, campaign) = (&self.words().page, self.campaign());
        let terms = campaign.terms();
        let hours = |text: &str, n: u32| fill(text, "n", &n.to_string());
        let percents: Vec<String> = terms.waves.iter().map(ToString::to_string).collect();
        let rest = terms.rest_after_hours;
        let rest = rest.map_or_else(|| words.rest_never.clone(), |n| hours(&words.rest_after, n));
        let by = campaign.story().first().and_then(|told| told.by.as_ref());
        let reason = CaseNames::of(self.frame.language()).reason(campaign.reason());
        let mut facts = vec![(words.reason.as_str(), reason.to_owned())];
        facts.extend(selection::facts(campaign.selection(), self.frame.reading));
        facts.extend([
            (
                words.waves.as_str(),
                fill(&words.waves_way, "percents", &percents.join(" / ")),
            ),
            (
                words.wave_hours.as_str(),
                hours(&words.hours, terms.wave_hours),
            ),
            (words.rest.as_str(), rest),
            (
                words.failures.as_str(),
                hours(&words.failures_of, terms.failures_percent.into()),
            ),
            (
                words.by.as_str(),
                by.map_or_else(String::new, ToString::to_string),
            ),
            (words.at.as_str(), self.minute(campaign.planned_at())),
            (words.number.as_str(), campaign.id().to_string()),
        ]);
        facts
    }

    /// How much is on the list.
    fn numbers(&self) -> Vec<(&'static str, u32)> {
        let words = &self.words().page;
        let names = CaseNames::of(self.frame.language());
        let Some(list) = self.campaign().manifest() else {
            return Vec::new();
        };
        let ranks = self.view.ranks;
        vec![
            (words.total.as_str(), list.targets),
            (words.merchants.as_str(), list.merchants),
            (words.terminals.as_str(), list.terminals),
            (names.rank("cashier"), ranks.cashiers),
            (names.rank("supervisor"), ranks.supervisors),
            (names.rank("administrator"), ranks.administrators),
        ]
    }

    /// Whether it has begun, so that there is anything to draw.
    fn has_begun(&self) -> bool {
        self.campaign().wave() > 0
    }

    fn waves(&self) -> Vec<Wave> {
        self.view.waves.iter().map(|wave| self.wave(wave)).collect()
    }

    fn wave(&self, view: &WaveView) -> Wave {
        let words = &self.words().page;
        let number = view.wave.to_string();
        let alt = fill(&words.bar_alt, "n", &number);
        let counts = counts(&view.tally);
        let shares: Vec<u64> = counts.iter().copied().map(u64::from).collect();
        Wave {
            number: view.wave,
            name: fill(&words.wave_n, "n", &number),
            alt: fill(&alt, "targets", &view.targets.to_string()),
            merchants: view.merchants,
            targets: view.targets,
            pieces: strip(&shares),
            counts,
        }
    }

    fn totals(&self) -> Vec<u32> {
        counts(&self.view.tally)
    }

    /// How each state is drawn, what it is called, and what it means.
    fn legend(&self) -> Vec<(&'static str, &'static str, &'static str)> {
        let words = self.words();
        let one =
            |state: TargetState| (state.name(), words.target(state), words.target_hint(state));
        DRAWN.map(one).into()
    }

    fn class(&self, series: usize) -> &'static str {
        DRAWN.get(series).map_or("", |state| state.name())
    }

    const fn width(&self) -> f64 {
        WIDTH
    }

    const fn height(&self) -> f64 {
        STRIP
    }

    fn story(&self) -> Vec<Step> {
        let words = self.words();
        let step = |(told, comment): (tillkey_rules::campaign::Told, Option<String>)| Step {
            at: self.minute(told.at),
            who: told
                .by
                .map_or_else(|| words.page.nobody_asked.clone(), |by| by.to_string()),
            what: words.step(&told.what),
            comment,
        };
        self.view.story().into_iter().map(step).collect()
    }

    /// Why the reader does not approve it, where somebody has to.
    fn obstacle(&self) -> Option<&'static str> {
        let waits = self.campaign().state() == CampaignState::Planned && !self.is_approved();
        let words = &self.words().act;
        match self.view.obstacle.as_ref().filter(|_| waits)? {
            Refusal::OwnWork => Some(&words.own_work),
            _ => Some(&words.not_reviewer),
        }
    }

    const fn may_decide(&self) -> bool {
        self.view.obstacle.is_none()
    }

    fn may_hold(&self) -> bool {
        self.may_end() && self.campaign().state() == CampaignState::Running
    }

    fn may_resume(&self) -> bool {
        self.role == Some(Role::Administrator) && self.campaign().state().is_held()
    }

    fn must_say_why(&self) -> bool {
        self.campaign().state() == CampaignState::Stopped
    }

    /// Whether somebody was about to end it when their password was not taken: nothing else
    /// takes one here.
    fn ends_open(&self) -> bool {
        self.is_password_wrong() && !self.may_decide() && !self.may_resume()
    }

    fn file_name(&self) -> String {
        targets::file_name(self.campaign().id())
    }

    fn may_end(&self) -> bool {
        matches!(self.role, Some(Role::Administrator | Role::Reviewer)) && self.is_open()
    }
}

fn counts(tally: &Tally) -> Vec<u32> {
    DRAWN.iter().map(|state| tally.of(*state)).collect()
}

/// Shows a campaign.
pub(super) async fn show(seat: Seat, Path(campaign): Path<String>) -> Response {
    match named(&seat, &campaign, &READERS) {
        Ok(campaign) => draw(&seat, campaign, (None, String::new())).await,
        Err(turned_away) => turned_away,
    }
}

pub(super) async fn draw(
    seat: &Seat,
    id: CampaignId,
    (mistake, comment): (Option<SteerMistake>, String),
) -> Response {
    let (view, head) = match read(seat, id).await {
        Ok(read) => read,
        Err(failure) => return seat.failed(&failure),
    };
    // Nobody types while a list is made, so nothing is lost where the page loads anew.
    let is_made = view.campaign.state() != CampaignState::Planning;
    let page = CampaignPage {
        frame: seat.frame(format!("/fleet/campaigns/{id}")).live(!is_made),
        head,
        role: seat.signed_in.actor.role(),
        proves: proves(seat, seat.site().shell().now()),
        comment,
        mistake,
        mark: mark(&view),
        view,
    };
    respond(status(page.mistake), &page)
}

async fn read(seat: &Seat, id: CampaignId) -> Result<(CampaignView, Option<String>), Failure> {
    let shell = seat.site().shell();
    let view = campaign::view(shell, id, &seat.signed_in).await?;
    let head = match view.campaign.state() {
        CampaignState::Planned => Some(campaign::manifest_head(shell, id, &seat.signed_in).await?),
        _ => None,
    };
    Ok((view, head))
}

/// What changes whenever the page does.
fn mark(view: &CampaignView) -> String {
    let counts: Vec<String> = counts(&view.tally)
        .iter()
        .map(ToString::to_string)
        .collect();
    format!("{}-{}", view.campaign.version(), counts.join("."))
}

const fn status(mistake: Option<SteerMistake>) -> StatusCode {
    match mistake {
        None => StatusCode::OK,
        Some(SteerMistake::TooMany(_)) => StatusCode::TOO_MANY_REQUESTS,
        Some(SteerMistake::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        Some(SteerMistake::Moved | SteerMistake::OtherList) => StatusCode::CONFLICT,
        Some(SteerMistake::OwnWork) => StatusCode::FORBIDDEN,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// Tells the page when the campaign has moved.
pub(super) async fn events(
    State(site): State<Site>,
    seat: Seat,
    Peer(source): Peer,
    Path(campaign): Path<String>,
) -> Response {
    let Ok(id) = named(&seat, &campaign, &READERS) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let (shell, token) = (site.shell().clone(), seat.token.clone());
    let look = move || -> live::Look {
        let (shell, token) = (shell.clone(), token.clone());
        Box::pin(async move {
            // The right to look is asked for each time, and keeps no session alive.
            let by = staff::still_signed_in(&shell, &token).await.ok()?;
            let view = campaign::view(&shell, id, &by).await.ok()?;
            Some(mark(&view))
        })
    };
    let watch = Watch {
        wakes: Box::new(|ring| matches!(ring, Ring::Case(_))),
        look: Box::new(look),
    };
    live::stream(&site, &source, watch).await
}
