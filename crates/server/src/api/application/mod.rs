//! `/v1/applications`: a merchant applies for a terminal.
//!
//! The applicant holds a token, staff have their sessions; whose an application is not,
//! for them it is not there.

mod body;
mod staff;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tillkey_rules::onboarding::application::Choice;
use tillkey_rules::onboarding::{FormField, RegionCode};
use tillkey_rules::vocabulary::{ApplicantKind, ApplicationPaper};
use tillkey_wire::code::SmsCode;
use tillkey_wire::ids::{ApplicationId, ProductId};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{ApplicationBody, EnrolmentCodeBody};
use super::Api;
use super::address::{Both, Named};
use super::caller::{ApplicationCaller, Key, Peer};
use super::json::{NoBody, StrictJson};
use super::merchant::Personal;
use super::problem::{Problem, ProblemBody};
use super::upload::Upload;
use super::words::{ApplicantWord, FormFieldWord};
use crate::act::ApplicationToken;
use crate::act::application::{self as act, Access, NewApplicant, PaperFailure, Purpose};
use crate::picture::PictureFault;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(begin, staff::list))
        .routes(routes!(view))
        .routes(routes!(send_code))
        .routes(routes!(prove))
        .routes(routes!(return_to))
        .routes(routes!(enter))
        .routes(routes!(choose))
        .routes(routes!(write))
        .routes(routes!(take_paper, staff::show_paper))
        .routes(routes!(submit))
        .routes(routes!(withdraw))
        .routes(routes!(receive))
        .routes(routes!(staff::check))
        .routes(routes!(staff::propose))
        .routes(routes!(staff::review))
        .routes(routes!(staff::ship))
        .routes(routes!(staff::disclose))
}

/// What for, by whom, where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChooseProduct {
    /// Which product, by its id.
    #[schema(value_type = String)]
    product: ProductId,
    /// Who applies.
    #[schema(value_type = ApplicantWord)]
    applicant: ApplicantKind,
    /// Where the shop is: a division code of GB/T 2260.
    #[schema(value_type = String, pattern = "^[0-9]{6}$", example = "310115")]
    region: RegionCode,
}

impl From<ChooseProduct> for Choice {
    fn from(chosen: ChooseProduct) -> Self {
        let ChooseProduct {
            product,
            applicant,
            region,
        } = chosen;
        Self {
            product,
            applicant,
            region,
        }
    }
}

/// What begins an application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BeginApplication {
    /// Which product, by its id.
    #[schema(value_type = String)]
    product: ProductId,
    /// Who applies.
    #[schema(value_type = ApplicantWord)]
    applicant: ApplicantKind,
    /// Where the shop is: a division code of GB/T 2260.
    #[schema(value_type = String, pattern = "^[0-9]{6}$", example = "310115")]
    region: RegionCode,
    /// A mobile number. A code goes to it, and it becomes the merchant's registered phone.
    #[schema(value_type = String)]
    phone: Personal,
}

/// An application that was begun.
#[derive(Debug, Serialize, ToSchema)]
struct BegunApplication {
    /// Which one.
    #[schema(value_type = String)]
    application: ApplicationId,
    /// What its applicant shows from now on.
    #[schema(value_type = String)]
    token: ApplicationToken,
}

/// Begins an application and sends a code to the phone. What is not served at that place,
/// or is not for such an applicant, is refused here.
#[utoipa::path(
    post, path = "/v1/applications", tag = "applications", request_body = BeginApplication,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202, body = BegunApplication),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn begin(
    State(api): State<Api>,
    peer: Peer,
    key: Key,
    request: StrictJson<BeginApplication>,
) -> Result<(StatusCode, Json<BegunApplication>), Problem> {
    let once = key.once(format!("source {}", peer.0), request.digest);
    let BeginApplication {
        product,
        applicant,
        region,
        phone,
    } = request.body;
    let new = NewApplicant {
        choice: Choice {
            product,
            applicant,
            region,
        },
        phone: phone.phone("phone")?,
    };
    let begun = act::begin(&api.shell, new, &peer.0, once).await?;
    let body = BegunApplication {
        application: begun.application,
        token: begun.token,
    };
    Ok((StatusCode::ACCEPTED, Json(body)))
}

/// Shows an application: to its applicant in full, to staff masked.
#[utoipa::path(
    get, path = "/v1/applications/{application}", tag = "applications",
    params(("application" = String, Path)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []), ("staff" = []))
)]
async fn view(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    by: ApplicationCaller,
) -> Result<Json<ApplicationBody>, Problem> {
    shown(&api, application, &by.access).await
}

async fn shown(
    api: &Api,
    application: ApplicationId,
    access: &Access,
) -> Result<Json<ApplicationBody>, Problem> {
    let view = act::view(&api.shell, application, access).await?;
    Ok(Json(view.into()))
}

/// What a code is for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SendCode {
    /// `phone` to prove the phone, `receipt` when the terminal has come.
    purpose: PurposeWord,
}

/// What a code is for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum PurposeWord {
    /// To prove the phone.
    Phone,
    /// To say that the terminal has come.
    Receipt,
}

/// Sends another code to the applicant's phone.
#[utoipa::path(
    post, path = "/v1/applications/{application}/codes", tag = "applications",
    request_body = SendCode,
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []))
)]
async fn send_code(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    by: ApplicationCaller,
    peer: Peer,
    key: Key,
    request: StrictJson<SendCode>,
) -> Result<StatusCode, Problem> {
    let once = key.once(by.principal.clone(), request.digest);
    let purpose = match request.body.purpose {
        PurposeWord::Phone => Purpose::Phone,
        PurposeWord::Receipt => Purpose::Receipt,
    };
    let token = by.applicant()?;
    act::send_code(&api.shell, application, token, (purpose, &peer.0), once).await?;
    Ok(StatusCode::ACCEPTED)
}

/// A code from the phone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TypedCode {
    /// The six digits.
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    code: SmsCode,
}

/// Proves the applicant's phone.
#[utoipa::path(
    post, path = "/v1/applications/{application}/phone-proof", tag = "applications",
    request_body = TypedCode,
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []))
)]
async fn prove(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    by: ApplicationCaller,
    peer: Peer,
    key: Key,
    request: StrictJson<TypedCode>,
) -> Result<Json<ApplicationBody>, Problem> {
    let once = key.once(by.principal.clone(), request.digest);
    let (token, typed) = (by.applicant()?, (request.body.code, &peer.0));
    act::prove(&api.shell, application, token, typed, once).await?;
    shown(&api, application, &by.access).await
}

/// Which application, and its phone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReturnTo {
    /// Which application.
    #[schema(value_type = String)]
    application: ApplicationId,
    /// The phone that it was begun with.
    #[schema(value_type = String)]
    phone: Personal,
}

/// Somebody wants back to an application from another device. The answer is the same
/// whether or not there is one; if there is, a code goes to its phone.
#[utoipa::path(
    post, path = "/v1/application-returns", tag = "applications", request_body = ReturnTo,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 202),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn return_to(
    State(api): State<Api>,
    peer: Peer,
    key: Key,
    request: StrictJson<ReturnTo>,
) -> Result<StatusCode, Problem> {
    let once = key.once(format!("source {}", peer.0), request.digest);
    let phone = request.body.phone.phone("phone")?;
    act::return_to(&api.shell, request.body.application, phone, &peer.0, once).await?;
    Ok(StatusCode::ACCEPTED)
}

/// What an applicant shows from now on.
#[derive(Debug, Serialize, ToSchema)]
struct ReturnedApplicant {
    /// The new token; the one before it is worth nothing.
    #[schema(value_type = String)]
    token: ApplicationToken,
}

/// Lets an applicant back in with the code from the phone.
#[utoipa::path(
    post, path = "/v1/application-returns/{application}", tag = "applications",
    request_body = TypedCode,
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ReturnedApplicant),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
async fn enter(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    peer: Peer,
    key: Key,
    request: StrictJson<TypedCode>,
) -> Result<Json<ReturnedApplicant>, Problem> {
    let once = key.once(format!("source {}", peer.0), request.digest);
    let typed = (request.body.code, &peer.0);
    let back = act::enter(&api.shell, application, typed, once).await?;
    Ok(Json(ReturnedApplicant { token: back.token }))
}

/// Chooses another product, place or kind of applicant. What was typed stays.
#[utoipa::path(
    put, path = "/v1/applications/{application}/choice", tag = "applications",
    request_body = ChooseProduct, params(("application" = String, Path)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []))
)]
async fn choose(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    by: ApplicationCaller,
    request: StrictJson<ChooseProduct>,
) -> Result<Json<ApplicationBody>, Problem> {
    let choice = request.body.into();
    act::choose(&api.shell, application, by.applicant()?, choice, None).await?;
    shown(&api, application, &by.access).await
}

/// What was typed into a field.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TypedField {
    /// Which field.
    #[schema(value_type = FormFieldWord)]
    field: FormField,
    /// What it holds from now on; nothing empties it.
    #[schema(value_type = String)]
    text: Personal,
}

/// What was typed so far.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WriteForm {
    /// The fields; those that are not named stay as they are.
    #[schema(max_items = 20)]
    fields: Vec<TypedField>,
}

/// How many fields one request writes.
const FIELDS_MAX: usize = 20;

/// Keeps what was typed, however unfinished.
#[utoipa::path(
    patch, path = "/v1/applications/{application}/form", tag = "applications",
    request_body = WriteForm, params(("application" = String, Path)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []))
)]
async fn write(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    by: ApplicationCaller,
    request: StrictJson<WriteForm>,
) -> Result<Json<ApplicationBody>, Problem> {
    let fields = request.body.fields;
    if fields.len() > FIELDS_MAX {
        return Err(Problem::invalid("fields", "at most 20"));
    }
    let typed = fields
        .into_iter()
        .map(|typed| (typed.field, typed.text.into_secret()))
        .collect();
    act::write(&api.shell, application, by.applicant()?, typed, None).await?;
    shown(&api, application, &by.access).await
}

/// Takes a picture of a paper. A later one of the same paper takes its place.
#[utoipa::path(
    post, path = "/v1/applications/{application}/papers/{paper}", tag = "applications",
    request_body(content_type = "image/jpeg", description = "The file, at most 8 MiB; or `image/png`."),
    params(("application" = String, Path), ("paper" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []))
)]
async fn take_paper(
    State(api): State<Api>,
    Both(application, paper): Both<ApplicationId, ApplicationPaper>,
    by: ApplicationCaller,
    key: Key,
    upload: Upload,
) -> Result<(StatusCode, Json<ApplicationBody>), Problem> {
    let once = key.once(by.principal.clone(), upload.digest);
    let file = (paper, upload.file.into());
    match act::take(&api.shell, application, by.applicant()?, file, once).await {
        Ok(()) => {
            let body = shown(&api, application, &by.access).await?;
            Ok((StatusCode::CREATED, body))
        }
        Err(PaperFailure::Failure(failure)) => Err(failure.into()),
        Err(PaperFailure::Picture(PictureFault::TooLarge)) => Err(Problem::too_large()),
        Err(PaperFailure::Picture(fault)) => Err(Problem::invalid("body", fault.to_string())),
    }
}

/// Hands the application in.
#[utoipa::path(
    post, path = "/v1/applications/{application}/submission", tag = "applications",
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []))
)]
async fn submit(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    by: ApplicationCaller,
    key: Key,
    request: NoBody,
) -> Result<Json<ApplicationBody>, Problem> {
    let once = key.once(by.principal.clone(), request.digest);
    act::submit(&api.shell, application, by.applicant()?, once).await?;
    shown(&api, application, &by.access).await
}

/// Withdraws an application that has not been approved.
#[utoipa::path(
    post, path = "/v1/applications/{application}/withdrawal", tag = "applications",
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = ApplicationBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []))
)]
async fn withdraw(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    by: ApplicationCaller,
    key: Key,
    request: NoBody,
) -> Result<Json<ApplicationBody>, Problem> {
    let once = key.once(by.principal.clone(), request.digest);
    act::withdraw(&api.shell, application, by.applicant()?, once).await?;
    shown(&api, application, &by.access).await
}

/// The terminal has come: with a code of the purpose `receipt` its enrolment code is given,
/// once. Asked for again, the one before is dead.
#[utoipa::path(
    post, path = "/v1/applications/{application}/receipt", tag = "applications",
    request_body = TypedCode,
    params(("application" = String, Path), ("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 200, body = EnrolmentCodeBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("application" = []))
)]
async fn receive(
    State(api): State<Api>,
    Named(application): Named<ApplicationId>,
    by: ApplicationCaller,
    peer: Peer,
    key: Key,
    request: StrictJson<TypedCode>,
) -> Result<Json<EnrolmentCodeBody>, Problem> {
    let once = key.once(by.principal.clone(), request.digest);
    let (token, typed) = (by.applicant()?, (request.body.code, &peer.0));
    let opened = act::receive(&api.shell, application, token, typed, once).await?;
    Ok(Json(opened.into()))
}
