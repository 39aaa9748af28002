//! A picture of a paper, from the applicant's form.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use tillkey_rules::vocabulary::ApplicationPaper;

use super::super::Language;
use super::super::file::read;
use super::super::notice::Notice;
use super::super::site::Site;
use super::page::{Mistake, Shown, draw, held, lost};
use crate::act::Failure;
use crate::act::application::{self, PaperFailure};

/// Takes a picture.
pub(super) async fn take(
    State(site): State<Site>,
    language: Language,
    Path((application, paper)): Path<(String, String)>,
    headers: HeaderMap,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    // Who asks is known before anything of a file is read.
    let Some((application, token)) = held(&application, &headers, &site) else {
        return lost(&site, language);
    };
    let (Ok(paper), Ok(form)) = (paper.parse::<ApplicationPaper>(), form) else {
        return Notice::Malformed.page(&site, language);
    };
    let Ok(_place) = site.shell().scan_places().try_acquire() else {
        return Notice::Busy.page(&site, language);
    };
    let taken = match read(form).await {
        Ok(file) => application::take(site.shell(), application, &token, (paper, file), None).await,
        Err(fault) => Err(fault.into()),
    };
    let mistake = match taken {
        Ok(()) => None,
        Err(PaperFailure::Picture(fault)) => Some(Mistake::Picture(paper, fault)),
        Err(PaperFailure::Failure(Failure::Refused(refused))) if !refused.is_overtaken() => {
            Some(Mistake::Step(refused))
        }
        Err(PaperFailure::Failure(Failure::Refused(_))) => None,
        Err(PaperFailure::Failure(failure)) => return Notice::of(&failure).page(&site, language),
    };
    if mistake.is_none() {
        return Redirect::to(&format!("/applications/{application}#papers")).into_response();
    }
    let shown = Shown {
        mistake,
        ..Shown::default()
    };
    draw(&site, language, (application, &token), shown).await
}
