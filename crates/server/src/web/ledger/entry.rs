//! One entry exactly as it was hashed, and the proof that it is in the ledger.

use askama::Template;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use tillkey_rules::party::Role;

use super::super::frame::{Frame, respond};
use super::super::seat::Seat;
use super::super::words::fill;
use super::tell::{Line, Teller};
use super::words::LedgerWords;
use crate::act::{Failure, ledger};

/// One entry.
#[derive(Debug, Template)]
#[template(path = "ledger/entry.html")]
pub struct EntryPage<'a> {
    /// What stands around it.
    pub frame: Frame<'a>,
    /// The entry in plain words.
    pub line: Line,
    /// The leaf, as it was hashed.
    pub leaf: String,
    /// The key that its proof is checked with.
    pub key: String,
}

impl EntryPage<'_> {
    fn words(&self) -> &'static LedgerWords {
        LedgerWords::of(self.frame.language())
    }

    fn title(&self) -> String {
        let position = self.line.position.to_string();
        fill(&self.words().entry.title, "position", &position)
    }
}

fn position(text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| Failure::Unknown)
}

/// Shows an entry.
pub(in super::super) async fn show(seat: Seat, Path(text): Path<String>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Auditor]) {
        return turned_away;
    }
    match draw(&seat, &text).await {
        Ok(page) => respond(StatusCode::OK, &page),
        Err(failure) => seat.failed(&failure),
    }
}

async fn draw<'a>(seat: &'a Seat, text: &str) -> Result<EntryPage<'a>, Failure> {
    let (shell, position) = (seat.site().shell(), position(text)?);
    let (placed, proof) = ledger::entry(shell, position, &seat.signed_in).await?;
    Ok(EntryPage {
        frame: seat.frame(format!("/ledger/entries/{position}")),
        line: Teller::new(seat.reading()).line(&placed),
        // As the tree has it: not written anew from what was read.
        leaf: String::from_utf8_lossy(&proof.leaf).into_owned(),
        key: shell.ledger_verifier().to_string(),
    })
}

/// Gives the proof as a file.
pub(in super::super) async fn proof(seat: Seat, Path(text): Path<String>) -> Response {
    if let Err(turned_away) = seat.must_be(&[Role::Auditor]) {
        return turned_away;
    }
    let made = match position(&text) {
        Ok(position) => ledger::entry(seat.site().shell(), position, &seat.signed_in).await,
        Err(failure) => Err(failure),
    };
    match made {
        Ok((_, proof)) => {
            let file = format!("attachment; filename=\"{}.tlog-proof\"", proof.index);
            let headers = [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
                (header::CONTENT_DISPOSITION, file),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, proof.to_string()).into_response()
        }
        Err(failure) => seat.failed(&failure),
    }
}
