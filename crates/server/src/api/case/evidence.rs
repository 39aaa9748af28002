//! `/v1/cases/{case}/evidence`: what somebody presents, told apart by its kind.
//!
//! Each kind names its own fields and takes no other's. What is expected is never
//! shown, before or after.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode, Validity};
use tillkey_rules::trade::{QUESTIONS, Question};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::code::{InHandNumber, SmsCode};
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
    /// Which kind. `sms_code` has `code`; `terminal_in_hand` has `number`, the six digits
    /// on the terminal's screen, each good once; `recent_transactions` has `answers`;
    /// `identity_document` and `business_licence`, which clerks alone present, have
    /// `number`, `original_inspected` and `valid_until`; `portal_session` and
    /// `manager_consent`, which managers alone present, have nothing more.
    #[schema(value_type = EvidenceWord)]
    kind: EvidenceKind,
    /// The six digits that were sent.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{6}$")]
    code: Option<SmsCode>,
    /// The number on the terminal's screen, or the document's, as typed from the original.
    #[schema(value_type = Option<String>, max_length = 18)]
    number: Option<Number>,
    /// That the original was seen, is genuine and in date, and is the person's who
    /// presents it; a copy is no evidence.
    original_inspected: Option<bool>,
    /// Until when it is valid, by its own words: a day as `2031-05-20`, or `long_term`.
    /// Where it is said and has passed, the document is refused.
    #[schema(value_type = Option<String>, example = "2031-05-20")]
    valid_until: Option<String>,
    /// What the caller said, for as many of the case's questions as they answered.
    #[schema(max_items = 4)]
    answers: Option<Vec<Answer>>,
}

/// What a caller said to one question, as typed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// Which question, as the case gives it.
    #[schema(value_type = String, example = "net_paid/2026-03-02")]
    question: Question,
    /// The amount in fen, or the count. Nothing is rounded.
    value: i64,
}

/// A number before it is read; kept from being printed.
#[derive(Debug)]
struct Number(Secret<String>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new).map(Self)
    }
}

impl Evidence {
    /// The kinds that a manager's session proves: there is nothing to say with them.
    fn of_session(&self) -> Result<Option<EvidenceKind>, FieldFault> {
        let kind = self.kind;
        if !matches!(
            kind,
            EvidenceKind::PortalSession | EvidenceKind::ManagerConsent
        ) {
            return Ok(None);
        }
        none_of(&[
            ("code", self.code.is_some()),
            ("answers", self.answers.is_some()),
            ("number", self.number.is_some()),
            ("valid_until", self.valid_until.is_some()),
            ("original_inspected", self.original_inspected.is_some()),
        ])?;
        Ok(Some(kind))
    }

    fn read(self) -> Result<Presented, Problem> {
        let Self {
            kind,
            code,
            number,
            original_inspected,
            answers,
            valid_until,
        } = self;
        if kind != EvidenceKind::RecentTransactions {
            none_of(&[("answers", answers.is_some())])?;
        }
        match kind {
            EvidenceKind::SmsCode => {
                let foreign = [
                    ("number", number.is_some()),
                    ("original_inspected", original_inspected.is_some()),
                    ("valid_until", valid_until.is_some()),
                ];
                none_of(&foreign)?;
                Ok(Presented::SmsCode(code.ok_or_else(|| missing("code"))?))
            }
            EvidenceKind::TerminalInHand => {
                none_of(&[
                    ("code", code.is_some()),
                    ("original_inspected", original_inspected.is_some()),
                    ("valid_until", valid_until.is_some()),
                ])?;
                let Number(text) = number.ok_or_else(|| missing("number"))?;
                let number = text.expose().parse::<InHandNumber>();
                let number = number.map_err(|invalid| Problem::of_id("number", &invalid))?;
                Ok(Presented::TerminalInHand(number))
            }
            EvidenceKind::IdentityDocument => {
                none_of(&[("code", code.is_some())])?;
                let text = original(number, original_inspected)?;
                let number = ResidentIdentityNumber::parse(text.expose())
                    .map_err(|invalid| Problem::of_id("number", &invalid))?;
                let validity = validity(valid_until.as_deref())?;
                Ok(Presented::IdentityDocument { number, validity })
            }
            EvidenceKind::BusinessLicence => {
                none_of(&[("code", code.is_some())])?;
                let text = original(number, original_inspected)?;
                let code = SocialCreditCode::parse(text.expose())
                    .map_err(|invalid| Problem::of_id("number", &invalid))?;
                let validity = validity(valid_until.as_deref())?;
                Ok(Presented::BusinessLicence { code, validity })
            }
            EvidenceKind::RecentTransactions => {
                none_of(&[
                    ("code", code.is_some()),
                    ("number", number.is_some()),
                    ("original_inspected", original_inspected.is_some()),
                    ("valid_until", valid_until.is_some()),
                ])?;
                let answers = each_once(answers.ok_or_else(|| missing("answers"))?)?;
                Ok(Presented::RecentTransactions(answers))
            }
            // Nobody presents these over this address: they come of a terminal's own
            // sign-on. Those of a manager are taken before.
            EvidenceKind::PortalSession
            | EvidenceKind::ManagerConsent
            | EvidenceKind::SupervisorSignOn => Err(Refusal::NotOffered.into()),
        }
    }
}

/// The answers by question. Two to one question would be two guesses in one try.
fn each_once(answers: Vec<Answer>) -> Result<BTreeMap<Question, i64>, FieldFault> {
    const RULE: &str = "1 to 4 answers, one to each question";
    let given = answers.len();
    let by_question: BTreeMap<Question, i64> = answers
        .into_iter()
        .map(|answer| (answer.question, answer.value))
        .collect();
    if (1..=QUESTIONS).contains(&given) && by_question.len() == given {
        Ok(by_question)
    } else {
        Err(FieldFault::new("answers", RULE))
    }
}

fn missing(field: &str) -> FieldFault {
    FieldFault::new(field, "is missing")
}

/// Until when a document is valid, where that is said.
fn validity(text: Option<&str>) -> Result<Option<Validity>, FieldFault> {
    let read = |text| {
        Validity::parse(text).map_err(|invalid| FieldFault::new("valid_until", invalid.rule))
    };
    text.map(read).transpose()
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
/// durable; one that cannot be read is counted, too.
#[utoipa::path(
    post, path = "/v1/cases/{case}/evidence", tag = "cases", request_body = Evidence,
    params(("case" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = CaseBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("case" = []), ("staff" = []), ("manager" = []))
)]
pub(super) async fn present(
    State(api): State<Api>,
    Named(case): Named<CaseId>,
    caller: CaseCaller,
    peer: Peer,
    key: Key,
    request: Result<StrictJson<Evidence>, Problem>,
) -> Result<Json<CaseBody>, Problem> {
    let (shell, access, source) = (&api.shell, &caller.access, &peer.0);
    if let Ok(StrictJson { body, digest }) = &request
        && let Some(kind) = body.of_session()?
    {
        let once = key.once(caller.principal, *digest);
        let view = match kind {
            EvidenceKind::ManagerConsent => act::consent(shell, case, access, once).await?,
            _ => act::present_sign_in(shell, case, access, once).await?,
        };
        return Ok(Json(view.into()));
    }
    let read = request.and_then(|StrictJson { body, digest }| Ok((body.read()?, digest)));
    let (presented, digest) = match read {
        Ok(read) => read,
        Err(problem) => {
            act::present_unreadable(shell, case, access, source).await?;
            return Err(problem);
        }
    };
    let once = key.once(caller.principal, digest);
    let view = act::present(shell, case, presented, access, source, once).await?;
    Ok(Json(view.into()))
}
