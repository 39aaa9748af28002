//! Somebody of staff proves once more who they are, beside what they decide: an unlocked
//! screen approves nothing.

use jiff::Timestamp;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::secret::Secret;

use super::seat::Seat;
use crate::act::{Failure, SignedIn, Source, staff};

/// Whoever sits there, proved a moment ago: by their session, or by the password that they
/// have typed beside the verdict.
pub(super) async fn fresh(
    seat: &Seat,
    password: Secret<String>,
    source: &Source,
) -> Result<SignedIn, Failure> {
    let shell = seat.site().shell();
    if seat.signed_in.must_be_fresh(shell.now()).is_ok() {
        return Ok(seat.signed_in.clone());
    }
    if password.expose().is_empty() {
        return Err(Failure::NotFresh);
    }
    match staff::prove(shell, &seat.signed_in, password, source).await {
        // Their session is alive, or there would be no seat: it is the password.
        Err(Failure::Unauthenticated) => Err(Failure::Refused(Refusal::NotMatched)),
        proved => proved,
    }
}

/// The account whose password is asked for, unless it was given a moment ago.
pub(super) fn proves(seat: &Seat, now: Timestamp) -> Option<String> {
    let is_stale = seat.signed_in.must_be_fresh(now).is_err();
    let account = seat.signed_in.account().filter(|_| is_stale);
    account.map(ToString::to_string)
}
