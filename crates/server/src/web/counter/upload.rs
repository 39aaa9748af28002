//! Scans: a file from a form, and a picture to look at.
//!
//! Who asks is known before anything of a file is read, and there is a bounded number
//! of files in memory.

use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use tillkey_rules::scan::Side;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::ScanId;

use super::case::{Mistake, ScanWrong, Typed, named};
use super::step::{Undone, end};
use crate::act::Failure;
use crate::act::case::scan::{self, ScanFailure, ScanFile};
use crate::web::file::read;
use crate::web::notice::Notice;
use crate::web::seat::Seat;
use crate::web::site::Site;

/// Takes a scan.
pub(super) async fn take(
    State(site): State<Site>,
    Path((path, kind, side)): Path<(String, String, String)>,
    seat: Seat,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let case = match named(&seat, &path) {
        Ok(case) => case,
        Err(answer) => return answer,
    };
    let side = Side::ALL.into_iter().find(|one| one.name() == side);
    let (Ok(kind), Some(side), Ok(form)) = (kind.parse::<EvidenceKind>(), side, form) else {
        return Notice::Malformed.page(&site, seat.language);
    };
    let Ok(_place) = site.shell().scan_places().try_acquire() else {
        return seat.failed(&Failure::Busy);
    };
    let wrong = |wrong| Undone::Mistake(Mistake::Scan(kind, side, wrong), Typed::default());
    let file = match read(form).await {
        Ok(file) => file,
        Err(fault) => return end(&seat, case, Err(wrong(ScanWrong::Picture(fault)))).await,
    };
    let scan = ScanFile { kind, side, file };
    let done = match scan::take(site.shell(), case, scan, &seat.signed_in, None).await {
        Ok(_) => Ok(()),
        Err(ScanFailure::Failure(Failure::Refused(refused))) if refused.is_overtaken() => Ok(()),
        Err(ScanFailure::Picture(fault)) => Err(wrong(ScanWrong::Picture(fault))),
        Err(ScanFailure::Failure(Failure::Refused(refused))) => {
            Err(wrong(ScanWrong::Refused(refused)))
        }
        Err(ScanFailure::Failure(failure)) => Err(Undone::Failure(failure)),
    };
    end(&seat, case, done).await
}

/// Shows a scan. That somebody looked is in the ledger.
pub(super) async fn show(
    State(site): State<Site>,
    Path((path, scan)): Path<(String, String)>,
    seat: Seat,
) -> Response {
    let missing = || Notice::Missing.page(&site, seat.language);
    let (Ok(case), Ok(scan)) = (path.parse(), scan.parse::<ScanId>()) else {
        return missing();
    };
    match scan::look(site.shell(), case, scan, &seat.signed_in).await {
        Ok(picture) => {
            let headers = [
                (header::CONTENT_TYPE, "image/jpeg"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, picture.expose().clone()).into_response()
        }
        Err(Failure::Unknown) => missing(),
        Err(failure) => seat.failed(&failure),
    }
}
