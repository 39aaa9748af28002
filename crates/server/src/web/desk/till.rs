//! A terminal with its operators, and the form that opens a case for one of them.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use data_encoding::HEXLOWER;
use rand::RngCore;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tillkey_rules::case::State as CaseState;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, MerchantStatus, Reason};
use tillkey_wire::ids::{OperatorNumber, Rank, TerminalId};

use super::super::CaseNames;
use super::super::frame::{Frame, respond};
use super::super::notice::Notice;
use super::super::reset::form::REASONS;
use super::super::seat::{Form, Posted, Seat};
use super::super::site::Site;
use super::super::words::{fill, refusal};
use super::spoken::Spoken;
use super::{DeskWords, ROLES};
use crate::act::case::{self, Named, OpenRequest};
use crate::act::desk::{self, Till, TillOperator};
use crate::act::{Failure, Once, Source};

/// What opens a case, as it was chosen.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Typed {
    /// The operator number.
    pub operator: String,
    /// The reason's stable name.
    pub reason: String,
    /// The form's own number, so that a double click is one case.
    pub form: String,
}

impl Form for Typed {
    const KEPT: &'static [&'static str] = &["operator", "reason"];
}

/// A terminal with its operators.
#[derive(Debug, Template)]
#[template(path = "desk/till.html")]
pub struct TillPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The terminal.
    pub till: Till,
    /// What was chosen.
    pub typed: Typed,
    /// Whether something has to be chosen again.
    pub is_wrong: bool,
    /// Why no case was opened.
    pub refused: Option<Refusal>,
}

impl TillPage<'_> {
    fn words(&self) -> &'static DeskWords {
        DeskWords::of(self.frame.language())
    }

    fn merchant(&self, status: &MerchantStatus) -> &'static str {
        CaseNames::of(self.frame.language()).merchant(*status)
    }

    fn state(&self, state: &CaseState) -> &'static str {
        CaseNames::of(self.frame.language()).state(*state)
    }

    fn reason(&self, reason: &Reason) -> &'static str {
        CaseNames::of(self.frame.language()).reason(*reason)
    }

    fn title(&self) -> String {
        fill(
            &self.words().till.title,
            "number",
            self.till.number.as_str(),
        )
    }

    fn seen(&self) -> String {
        match self.till.seen_at {
            Some(at) => self.frame.reading.minute(at),
            None => self.words().till.never.clone(),
        }
    }

    fn rank(&self, operator: &TillOperator) -> &'static str {
        let names = CaseNames::of(self.frame.language());
        names.rank(match operator.operator.rank() {
            Rank::Cashier => "cashier",
            Rank::Supervisor => "supervisor",
            Rank::Administrator => "administrator",
        })
    }

    const fn reasons(&self) -> [Reason; 4] {
        REASONS
    }

    /// Whether a case can be opened here at all.
    fn can_open(&self) -> bool {
        self.till.in_service && !self.till.operators.is_empty()
    }

    fn is_served(&self) -> bool {
        self.till.status == MerchantStatus::Active
    }

    fn begin_say(&self) -> Spoken {
        Spoken::new(self.frame.language(), |words| words.till.begin_say.clone())
    }

    fn wrong(&self) -> Option<String> {
        match &self.refused {
            Some(refused) => Some(refusal(refused, self.frame.language()).to_owned()),
            None => self.is_wrong.then(|| self.words().till.check.clone()),
        }
    }
}

/// Shows a terminal.
pub(in super::super) async fn show(seat: Seat, Path(terminal): Path<String>) -> Response {
    if let Err(elsewhere) = seat.must_be(&ROLES) {
        return elsewhere;
    }
    let Ok(terminal) = terminal.parse() else {
        return Notice::Missing.page(seat.site(), seat.language);
    };
    page(&seat, terminal, Typed::default(), |page| {
        (StatusCode::OK, page)
    })
    .await
}

async fn page<'a>(
    seat: &'a Seat,
    terminal: TerminalId,
    typed: Typed,
    change: impl FnOnce(TillPage<'a>) -> (StatusCode, TillPage<'a>),
) -> Response {
    let shell = seat.site().shell();
    let till = match desk::till(shell, terminal, &seat.signed_in).await {
        Ok(till) => till,
        Err(Failure::Unknown) => return Notice::Missing.page(seat.site(), seat.language),
        Err(failure) => return seat.failed(&failure),
    };
    let mut bytes = [0; 16];
    shell.rng().fill_bytes(&mut bytes);
    let page = TillPage {
        frame: seat.frame(format!("/desk/terminals/{terminal}")),
        till,
        typed: Typed {
            form: HEXLOWER.encode(&bytes),
            ..typed
        },
        is_wrong: false,
        refused: None,
    };
    let (status, page) = change(page);
    respond(status, &page)
}

/// Opens a case for one of the terminal's operators.
pub(in super::super) async fn open(
    State(site): State<Site>,
    Path(terminal): Path<String>,
    Posted { seat, form: typed }: Posted<Typed>,
) -> Response {
    if let Err(elsewhere) = seat.must_be(&ROLES) {
        return elsewhere;
    }
    let Ok(terminal) = terminal.parse::<TerminalId>() else {
        return Notice::Missing.page(&site, seat.language);
    };
    let till = match desk::till(site.shell(), terminal, &seat.signed_in).await {
        Ok(till) => till,
        Err(Failure::Unknown) => return Notice::Missing.page(&site, seat.language),
        Err(failure) => return seat.failed(&failure),
    };
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    let Some((operator, reason)) = read(&typed, &till) else {
        let again = |page| {
            (
                wrong,
                TillPage {
                    is_wrong: true,
                    ..page
                },
            )
        };
        return page(&seat, terminal, typed, again).await;
    };
    let request = OpenRequest {
        named: Named {
            merchant: till.merchant,
            terminal: till.number,
            operator,
        },
        channel: Channel::Hotline,
        reason,
    };
    let source = Source::staff(&seat.signed_in);
    let once = once(&typed, &source, terminal);
    match case::open(site.shell(), request, Some(&seat.signed_in), &source, once).await {
        Ok(opened) => Redirect::to(&format!("/desk/cases/{}", opened.case)).into_response(),
        Err(Failure::Refused(refused)) => {
            let refused = Some(refused);
            page(&seat, terminal, typed, |page| {
                (wrong, TillPage { refused, ..page })
            })
            .await
        }
        Err(failure) => seat.failed(&failure),
    }
}

/// Reads what was chosen: one of this terminal's operators, and a reason.
fn read(typed: &Typed, till: &Till) -> Option<(OperatorNumber, Reason)> {
    let operator: OperatorNumber = typed.operator.parse().ok()?;
    let reason: Reason = typed.reason.parse().ok()?;
    let is_here = till.operators.iter().any(|one| one.operator == operator);
    (is_here && REASONS.contains(&reason)).then_some((operator, reason))
}

/// Makes the same form sent twice one case.
fn once(typed: &Typed, source: &Source, terminal: TerminalId) -> Option<Once> {
    if typed.form.len() != 32 {
        return None;
    }
    let Typed {
        operator,
        reason,
        form,
    } = typed;
    let text = format!("desk open\n{terminal}\n{form}\n{operator}\n{reason}");
    let request_digest: [u8; 32] = Sha256::digest(text).into();
    Some(Once {
        principal: format!("page {source}"),
        key: HEXLOWER.encode(&request_digest),
        request_digest,
    })
}
