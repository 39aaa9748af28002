//! The merchant's terminals, and the operators of one.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::journal::LastKnown;
use tillkey_wire::ids::{OperatorNumber, Rank, TerminalNumber};

use super::seat::ManagerSeat;
use super::words::reason_said;
use super::{PortalWords, access_review, campaign};
use crate::act::access_review::DueReview;
use crate::act::campaign::Asked;
use crate::act::case::{self, CaseSummary};
use crate::act::party::{self, OperatorView, TerminalView};
use crate::act::{Failure, portal};
use crate::web::CaseNames;
use crate::web::frame::{Frame, respond};
use crate::web::notice::Notice;
use crate::web::words::fill;

/// How long a terminal may be unheard before its page says so in colour.
const LONG_UNHEARD: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The first page: what waits for a consent, and the terminals.
#[derive(Debug, Template)]
#[template(path = "portal/terminals.html")]
pub struct TerminalsPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// What the merchant is called.
    pub merchant_name: String,
    /// Its number.
    pub merchant: String,
    /// Cases that wait for this manager's consent.
    pub waiting: Vec<CaseSummary>,
    /// Campaigns that ask for new passwords.
    pub campaigns: Vec<Asked>,
    /// The yearly review of access that waits for this manager.
    pub review: Option<DueReview>,
    /// The terminals.
    pub terminals: Vec<TerminalView>,
    /// Where the list goes on.
    pub next: Option<String>,
}

impl TerminalsPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    /// What a campaign asks, a sentence each: why, for how many, until when.
    fn asked(&self, asked: &Asked) -> Vec<String> {
        let words = self.words();
        let count = asked.due.to_string();
        let said = [
            campaign::why(words, asked.reason).to_owned(),
            fill(&words.campaign.banner, "count", &count),
        ];
        let until = campaign::until(words, &self.frame, asked);
        said.into_iter().chain(until).collect()
    }

    /// That the review is due, and until when.
    fn review_said(&self, review: &DueReview) -> String {
        let words = &self.words().review;
        if access_review::is_overdue(&self.frame, review) {
            return words.banner_overdue.clone();
        }
        let time = self.frame.reading.minute(review.overdue_at);
        fill(&words.banner, "time", &time)
    }

    /// What a case that waits is about, in one sentence.
    fn about(&self, case: &CaseSummary) -> String {
        let words = self.words();
        let Some(subject) = &case.subject else {
            return String::new();
        };
        let text = fill(
            &words.waiting.about,
            "terminal",
            subject.terminal_number.as_str(),
        );
        let text = fill(&text, "operator", &subject.operator.to_string());
        fill(&text, "time", &self.frame.reading.minute(case.opened_at))
    }

    fn reason(&self, case: &CaseSummary) -> &'static str {
        reason_said(self.words(), case.reason)
    }

    /// How many operators, and how many of them have no password.
    fn operators(&self, terminal: &TerminalView) -> String {
        let words = &self.words().terminals;
        let without = terminal
            .operators
            .iter()
            .filter(|one| !one.password_set)
            .count();
        let count = terminal.operators.len().to_string();
        match without {
            0 => fill(&words.operators, "count", &count),
            without => {
                let text = fill(&words.operators_without, "count", &count);
                fill(&text, "without", &without.to_string())
            }
        }
    }

    fn seen(&self, terminal: &TerminalView) -> Option<String> {
        seen(self.words(), &self.frame, terminal.seen_at)
    }
}

fn seen(words: &PortalWords, frame: &Frame<'_>, at: Option<Timestamp>) -> Option<String> {
    Some(fill(
        &words.terminals.seen,
        "time",
        &frame.reading.minute(at?),
    ))
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct After {
    after: Option<TerminalNumber>,
}

/// Shows the terminals.
pub(super) async fn show_all(seat: ManagerSeat, Query(after): Query<After>) -> Response {
    match read_all(&seat, after.after).await {
        Ok(page) => respond(StatusCode::OK, &page),
        Err(failure) => seat.failed(&failure, "/portal"),
    }
}

async fn read_all(
    seat: &ManagerSeat,
    after: Option<TerminalNumber>,
) -> Result<TerminalsPage<'_>, Failure> {
    let shell = seat.site.shell();
    let waiting = case::waiting_for_consent(shell, &seat.by).await?;
    let asked = crate::act::campaign::asked(shell, &seat.by).await?;
    let campaigns = asked.into_iter().filter(|asked| asked.due > 0).collect();
    let review = crate::act::access_review::due(shell, &seat.by).await?;
    let terminals = portal::terminals(shell, &seat.by, after).await?;
    Ok(TerminalsPage {
        frame: seat.frame("/portal"),
        merchant_name: seat.merchant_name.clone(),
        merchant: seat.by.merchant.to_string(),
        waiting,
        campaigns,
        review,
        terminals: terminals.items,
        next: terminals.next_cursor,
    })
}

/// Why an operator was not added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TerminalMistake {
    /// It is no operator number.
    Shape,
    /// There is one with this number.
    Exists,
    /// The manager's rights do not cover this rank.
    NotAllowed,
}

/// One terminal with its operators.
#[derive(Debug, Template)]
#[template(path = "portal/terminal.html")]
pub struct TerminalPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The terminal.
    pub terminal: TerminalView,
    /// Where its journal was last known to stand; for those alone who may see records.
    pub journal: Option<LastKnown>,
    /// The ranks that this manager may reset.
    pub ranks: Vec<Rank>,
    /// Whether this manager adds and removes operators.
    pub keeps_operators: bool,
    /// The operator number as it was typed.
    pub typed: String,
    /// Why it was not added.
    pub mistake: Option<TerminalMistake>,
}

impl TerminalPage<'_> {
    fn words(&self) -> &'static PortalWords {
        PortalWords::of(self.frame.language())
    }

    fn rank(&self, operator: &OperatorNumber) -> &'static str {
        CaseNames::of(self.frame.language()).rank(operator.rank().name())
    }

    /// When an operator last signed on.
    fn signed_on(&self, operator: &OperatorView) -> Option<String> {
        let time = self.frame.reading.minute(operator.signed_on_at?);
        Some(fill(&self.words().operators.signed_on, "time", &time))
    }

    fn may_reset(&self, operator: &OperatorView) -> bool {
        self.ranks.contains(&operator.operator.rank())
    }

    fn seen(&self) -> Option<String> {
        seen(self.words(), &self.frame, self.terminal.seen_at)
    }

    /// What was not settled yet when its journal was last heard of.
    fn unsettled(&self) -> Option<String> {
        let LastKnown { head, reported_at } = self.journal.as_ref()?;
        let words = &self.words().terminal;
        let text = match head.unsettled.count() {
            0 => words.all_settled.clone(),
            count => {
                let text = fill(&words.unsettled, "count", &count.to_string());
                let sum = Fen::sum(head.unsettled.net_fen());
                fill(&text, "yuan", &sum.to_string())
            }
        };
        Some(fill(
            &text,
            "time",
            &self.frame.reading.minute(*reported_at),
        ))
    }

    /// Whether nobody has heard of it for so long that somebody should look.
    fn is_long_unheard(&self) -> bool {
        let now = self.frame.reading.now;
        let heard = self.terminal.seen_at;
        !self.terminal.online && heard.is_some_and(|at| now.duration_since(at) > LONG_UNHEARD)
    }

    fn wrong(&self) -> Option<&'static str> {
        let words = &self.words().operators;
        Some(match self.mistake? {
            TerminalMistake::Shape => &words.add_wrong,
            TerminalMistake::Exists => &words.add_exists,
            TerminalMistake::NotAllowed => &words.add_not_allowed,
        })
    }
}

/// The page of a terminal.
pub(super) async fn page(seat: &ManagerSeat, terminal: TerminalView) -> TerminalPage<'_> {
    let journal = portal::journal(seat.site.shell(), terminal.terminal, &seat.by).await;
    let covered = |rank: &Rank| seat.by.has(ManagerRight::to_reset(*rank));
    TerminalPage {
        frame: seat.frame(format!("/portal/terminals/{}", terminal.terminal)),
        ranks: Rank::ALL.into_iter().filter(covered).collect(),
        keeps_operators: seat.by.has(ManagerRight::ManageOperators),
        typed: String::new(),
        mistake: None,
        // Not theirs to see, or not to be had: the page goes without.
        journal: journal.unwrap_or_default(),
        terminal,
    }
}

/// A terminal of the seat's merchant. Another one's is a page that is not there
/// (attack C11).
pub(super) async fn find(seat: &ManagerSeat, terminal: &str) -> Result<TerminalView, Response> {
    let missing = || Notice::Missing.page(&seat.site, seat.language);
    let id = terminal.parse().map_err(|_| missing())?;
    match party::view_terminal(seat.site.shell(), id, &seat.by).await {
        Ok(view) if view.in_service => Ok(view),
        Ok(_) | Err(Failure::Unknown) => Err(missing()),
        Err(failure) => Err(seat.failed(&failure, "/portal")),
    }
}

/// What was typed before the session ended.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    operator: String,
}

/// Shows a terminal.
pub(super) async fn show(
    seat: ManagerSeat,
    Path(terminal): Path<String>,
    Query(typed): Query<Typed>,
) -> Response {
    match find(&seat, &terminal).await {
        Ok(view) => {
            let typed = typed.operator.chars().take(2).collect();
            respond(
                StatusCode::OK,
                &TerminalPage {
                    typed,
                    ..page(&seat, view).await
                },
            )
        }
        Err(answer) => answer,
    }
}
