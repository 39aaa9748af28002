//! `/v1/cases/{case}/evidence`: what somebody presents, told apart by its kind.
//!
//! Each kind names its own fields and takes no other's. What is expected is never
//! shown, before or after.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::CaseId;
use tillkey_wire::secret::Secret;
use utoipa::ToSchema;

use super::body::CaseBody;
use crate::act::case::{self as act, Presented};
use crate::api::Api;
use crate::api::address::Named;
use crate::api::caller::{CaseCaller, Key, Peer};
use crate::api::json::{FieldFault, StrictJson};
use crate::api::problem::{Problem, ProblemBody};
use crate::api::words::EvidenceWord;
use tillkey_rules::refusal::Refusal;

/// A proof.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Evidence {
    /// Which kind. `sms_code` has `code`; `identity_document` and `business_licence`,
    /// which clerks alone present, have `number` and `original_inspected`.
    #[schema(value_type = EvidenceWord)]
    kind: EvidenceKind,
    /// The six digits that were sent.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{6}$")]
    code: Option<SmsCode>,
    /// The document's number, as typed from the original.
    #[schema(value_type = Option<String>, max_length = 18)]
    number: Option<Number>,
    /// That the original was seen; a copy is no evidence.
    original_inspected: Option<bool>,
}

/// A document's number before it is read; kept from being printed.
#[derive(Debug)]
struct Number(Secret<String>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new).map(Self)
    }
}

impl Evidence {
    fn read(self) -> Result<Presented, Problem> {
        let Self {
            kind,
            code,
            number,
            original_inspected,
        } = self;
        match kind {
            EvidenceKind::SmsCode => {
                let foreign = [("number", number.is_some()), inspected(original_inspected)];
                none_of(&foreign)?;
                Ok(Presented::SmsCode(code.ok_or_else(|| missing("code"))?))
            }
            EvidenceKind::IdentityDocument => {
                none_of(&[("code", code.is_some())])?;
                let text = original(number, original_inspected)?;
                let number = ResidentIdentityNumber::parse(text.expose())
                    .map_err(|invalid| Problem::of_id("number", &invalid))?;
                Ok(Presented::IdentityDocument { number })
            }
            EvidenceKind::BusinessLicence => {
                none_of(&[("code", code.is_some())])?;
                let text = original(number, original_inspected)?;
                let code = SocialCreditCode::parse(text.expose())
                    .map_err(|invalid| Problem::of_id("number", &invalid))?;
                Ok(Presented::BusinessLicence { code })
            }
            // Nobody presents these over this address: they come of a session, a
            // terminal, or a manager.
            EvidenceKind::PortalSession
            | EvidenceKind::TerminalInHand
            | EvidenceKind::ManagerConsent
            | EvidenceKind::SupervisorSignOn
            | EvidenceKind::RecentTransactions => Err(Refusal::NotOffered.into()),
        }
    }
}

fn missing(field: &str) -> FieldFault {
    FieldFault::new(field, "is missing")
}

const fn inspected(field: Option<bool>) -> (&'static str, bool) {
    ("original_inspected", field.is_some())
}

/// Refuses the fields of another kind.
fn none_of(fields: &[(&str, bool)]) -> Result<(), FieldFault> {
    match fields.iter().find(|(_, present)| *present) {
        Some((field, _)) => Err(FieldFault::new(field, "does not belong to this kind")),
        None => Ok(()),
    }
}

/// The number of a document whose original was seen.
fn original(number: Option<Number>, inspected: Option<bool>) -> Result<Secret<String>, FieldFault> {
    let Number(number) = number.ok_or_else(|| missing("number"))?;
    match inspected {
        Some(true) => Ok(number),
        Some(false) => Err(FieldFault::new("original_inspected", "must be true")),
        None => Err(missing("original_inspected")),
    }
}

/// Presents a proof. It is counted before it is compared, and answered after both are
/// durable.
#[utoipa::path(
    post, path = "/v1/cases/{case}/evidence", tag = "cases", request_body = Evidence,
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []))
)]
pub(super) async fn present(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    peer: Peer,
    key: Key,
    request: StrictJson<Evidence>,
) -> Result<Json<CaseBody>, Problem> {
    let once = key.once(caller.principal, request.digest);
    let presented = request.body.read()?;
    let source = &peer.0;
    let view = act::present(&api.shell, case, presented, &caller.access, source, once).await?;
    Ok(Json(view.into()))
}
