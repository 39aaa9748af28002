//! The cases that wait: the agent's own, or all of the hotline's.

use std::time::Duration;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use tillkey_rules::case::State as CaseState;
use tillkey_rules::vocabulary::Reason;

use super::super::CaseNames;
use super::super::frame::{Frame, respond};
use super::super::live::{self, Watch};
use super::super::notice::Notice;
use super::super::seat::Seat;
use super::super::site::Site;
use super::{DeskWords, ROLES};
use crate::act::desk::{self, Queue, Whose};
use crate::act::{Failure, SignedIn, Source};
use crate::bell::Ring;
use crate::shell::Shell;

/// How long an open list rests between two looks. A busy day rings many times a second,
/// and nobody reads that fast.
const REST: Duration = Duration::from_secs(2);

/// The cases that wait.
#[derive(Debug, Template)]
#[template(path = "desk/queue.html")]
pub struct QueuePage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// Whose they are.
    pub whose: Whose,
    /// The cases.
    pub queue: Queue,
    /// Changes whenever a case of either list moves.
    pub mark: String,
}

impl QueuePage<'_> {
    fn words(&self) -> &'static DeskWords {
        DeskWords::of(self.frame.language())
    }

    fn state(&self, state: &CaseState) -> &'static str {
        CaseNames::of(self.frame.language()).state(*state)
    }

    fn reason(&self, reason: &Reason) -> &'static str {
        CaseNames::of(self.frame.language()).reason(*reason)
    }

    fn minute(&self, at: &Timestamp) -> String {
        self.frame.reading.minute(*at)
    }

    fn is_own(&self) -> bool {
        self.whose == Whose::Own
    }

    /// The colour that goes with a state; the word says it as well.
    const fn class(&self, state: &CaseState) -> &'static str {
        match state {
            CaseState::InReview => "warn",
            CaseState::Approved | CaseState::Issued | CaseState::Redeemed => "key",
            _ => "",
        }
    }
}

/// Which cases to list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Asked {
    whose: String,
    after: Option<String>,
}

impl Asked {
    fn whose(&self) -> Whose {
        if self.whose == "all" {
            Whose::All
        } else {
            Whose::Own
        }
    }
}

/// Shows the list.
pub(in super::super) async fn show(seat: Seat, Query(asked): Query<Asked>) -> Response {
    if let Err(elsewhere) = seat.must_be(&ROLES) {
        return elsewhere;
    }
    let whose = asked.whose();
    let shell = seat.site().shell();
    let queue = match desk::queue(shell, &seat.signed_in, whose, asked.after.as_deref()).await {
        Ok(queue) => queue,
        Err(Failure::Invalid(_)) => return Notice::Missing.page(seat.site(), seat.language),
        Err(failure) => return seat.failed(&failure),
    };
    let path = match whose {
        Whose::Own => "/desk/queue",
        Whose::All => "/desk/queue?whose=all",
    };
    // A later page stands still: what moves is on the first.
    let frame = seat.frame(path).live(asked.after.is_none());
    let Some(mark) = mark(shell, &seat.signed_in).await else {
        return Notice::Busy.page(seat.site(), seat.language);
    };
    let page = QueuePage {
        frame,
        whose,
        queue,
        mark,
    };
    respond(StatusCode::OK, &page)
}

/// One mark for both lists: a script listens at one address.
async fn mark(shell: &Shell, by: &SignedIn) -> Option<String> {
    let own = desk::queue(shell, by, Whose::Own, None).await.ok()?;
    let all = desk::queue(shell, by, Whose::All, None).await.ok()?;
    Some(format!("{} {}", own.mark, all.mark))
}

/// Tells an open list that one of its cases has moved.
pub(in super::super) async fn events(State(site): State<Site>, seat: Seat) -> Response {
    let source = Source::staff(&seat.signed_in);
    let (shell, by) = (site.shell().clone(), seat.signed_in);
    let watch = Watch {
        wakes: Box::new(|ring| matches!(ring, Ring::Case(_))),
        look: Box::new(move || {
            let (shell, by) = (shell.clone(), by.clone());
            Box::pin(async move {
                tokio::time::sleep(REST).await;
                mark(&shell, &by).await
            })
        }),
    };
    live::stream(&site, &source, watch).await
}
