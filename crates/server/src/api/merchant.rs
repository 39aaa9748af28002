//! `/v1/merchants` and `/v1/look-ups`: merchants as administrators keep them, and as
//! agents find them.
//!
//! Personal data goes in and does not come out: what is shown is masked, and a
//! look-up is recorded and counted.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_wire::ids::{MerchantNumber, SerialNumber, TerminalId, TerminalNumber};
use tillkey_wire::secret::Secret;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::address::Named;
use super::caller::{Key, Staff};
use super::json::StrictJson;
use super::problem::{Problem, ProblemBody};
use super::words::MerchantStatusWord;
use crate::act::party::{self as act, Found, LookUp, MerchantDetails};
use crate::act::{Phone, checked_name};
use crate::limits::PROXIES_MAX;

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .routes(routes!(set_status))
        .routes(routes!(change_contact))
        .routes(routes!(look_up))
}

/// A text that names a person or reaches one; kept from being printed.
#[derive(Debug)]
pub(super) struct Personal(Secret<String>);

impl<'de> Deserialize<'de> for Personal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Secret::new).map(Self)
    }
}

impl Personal {
    pub(super) fn into_secret(self) -> Secret<String> {
        self.0
    }

    pub(super) fn phone(&self, field: &str) -> Result<Phone, Problem> {
        self.0
            .expose()
            .parse()
            .map_err(|invalid| Problem::of_id(field, &invalid))
    }

    fn identity_number(&self, field: &str) -> Result<ResidentIdentityNumber, Problem> {
        ResidentIdentityNumber::parse(self.0.expose())
            .map_err(|invalid| Problem::of_id(field, &invalid))
    }

    fn credit_code(&self, field: &str) -> Result<SocialCreditCode, Problem> {
        SocialCreditCode::parse(self.0.expose()).map_err(|invalid| Problem::of_id(field, &invalid))
    }
}

/// A merchant to be registered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddMerchant {
    /// The merchant number.
    #[schema(value_type = String, pattern = "^[0-9]{15}$")]
    merchant: MerchantNumber,
    /// The trading name.
    #[schema(value_type = String, max_length = 120)]
    name: Personal,
    /// The registered phone, 11 digits with or without `+86`.
    #[schema(value_type = String)]
    phone: Personal,
    /// The unified social credit code on the licence.
    #[schema(value_type = Option<String>)]
    credit_code: Option<Personal>,
    /// The account holder's identity number.
    #[schema(value_type = Option<String>)]
    holder_identity_number: Option<Personal>,
    /// The identity numbers of persons registered to act for the holder.
    #[schema(value_type = Option<Vec<String>>, max_items = 8)]
    proxy_identity_numbers: Option<Vec<Personal>>,
}

impl AddMerchant {
    fn read(self) -> Result<MerchantDetails, Problem> {
        let proxies = self.proxy_identity_numbers.unwrap_or_default();
        if proxies.len() > PROXIES_MAX {
            return Err(Problem::invalid("proxy_identity_numbers", "at most 8"));
        }
        let name = checked_name(self.name.0.expose());
        let credit_code = self.credit_code.map(|code| code.credit_code("credit_code"));
        let holder = self.holder_identity_number;
        let holder = holder.map(|number| number.identity_number("holder_identity_number"));
        let proxies = proxies
            .iter()
            .map(|n| n.identity_number("proxy_identity_numbers"));
        Ok(MerchantDetails {
            merchant: self.merchant,
            name: name.map_err(|invalid| Problem::of_id("name", &invalid))?,
            phone: self.phone.phone("phone")?,
            credit_code: credit_code.transpose()?,
            holder: holder.transpose()?,
            proxies: proxies.collect::<Result<_, _>>()?,
        })
    }
}

/// Registers a merchant.
#[utoipa::path(
    post, path = "/v1/merchants", tag = "merchants", request_body = AddMerchant,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = 201, description = "It is registered"),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn add(
    State(api): State<Api>,
    staff: Staff,
    key: Key,
    request: StrictJson<AddMerchant>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    act::add_merchant(&api.shell, request.body.read()?, &staff.signed_in, once).await?;
    Ok(StatusCode::CREATED)
}

/// A merchant's status from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PatchMerchant {
    /// Whether it is served.
    #[schema(value_type = MerchantStatusWord)]
    status: MerchantStatus,
}

/// Suspends, closes or takes back a merchant.
#[utoipa::path(
    patch, path = "/v1/merchants/{merchant}", tag = "merchants", request_body = PatchMerchant,
    params(("merchant" = String, Path)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn set_status(
    State(api): State<Api>,
    Named(merchant): Named<MerchantNumber>,
    staff: Staff,
    key: Key,
    request: StrictJson<PatchMerchant>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let status = request.body.status;
    act::set_merchant_status(&api.shell, merchant, status, &staff.signed_in, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A merchant's contact from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutContact {
    /// The phone, 11 digits with or without `+86`.
    #[schema(value_type = String)]
    phone: Personal,
}

/// Sets a merchant's registered contact. It counts as fresh for three days, and the
/// one before it is told of the next reset.
#[utoipa::path(
    put, path = "/v1/merchants/{merchant}/contact", tag = "merchants", request_body = PutContact,
    params(("merchant" = String, Path)),
    responses(
        (status = 204),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn change_contact(
    State(api): State<Api>,
    Named(merchant): Named<MerchantNumber>,
    staff: Staff,
    key: Key,
    request: StrictJson<PutContact>,
) -> Result<StatusCode, Problem> {
    let once = key.once(staff.principal(), request.digest);
    let phone = request.body.phone.phone("phone")?;
    act::change_contact(&api.shell, merchant, phone, &staff.signed_in, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What to look for: exactly one of these.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LookUpBy {
    /// The merchant number.
    #[schema(value_type = Option<String>)]
    merchant: Option<MerchantNumber>,
    /// The serial number on a device.
    #[schema(value_type = Option<String>)]
    serial_number: Option<SerialNumber>,
    /// The registered phone.
    #[schema(value_type = Option<String>)]
    phone: Option<Personal>,
}

impl LookUpBy {
    // Each key space is its own field, so that no phone is looked for among the
    // merchant numbers (A07).
    fn read(self) -> Result<LookUp, Problem> {
        match (self.merchant, self.serial_number, self.phone) {
            (Some(merchant), None, None) => Ok(LookUp::Merchant(merchant)),
            (None, Some(serial_number), None) => Ok(LookUp::SerialNumber(serial_number)),
            (None, None, Some(phone)) => phone.phone("phone").map(LookUp::Phone),
            _ => Err(Problem::malformed(
                "exactly one of merchant, serial_number, phone",
            )),
        }
    }
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Found)]
struct FoundBody {
    /// The merchants, masked.
    items: Vec<FoundMerchantBody>,
}

/// A merchant that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundMerchant)]
struct FoundMerchantBody {
    /// Its number.
    #[schema(value_type = String)]
    merchant: MerchantNumber,
    /// The beginning of its name.
    name_masked: String,
    /// Whether it is served.
    #[schema(value_type = MerchantStatusWord)]
    status: MerchantStatus,
    /// Its terminals in service.
    terminals: Vec<FoundTerminalBody>,
}

/// A terminal of a merchant that was found.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FoundTerminal)]
struct FoundTerminalBody {
    /// Which one.
    #[schema(value_type = String)]
    terminal: TerminalId,
    /// Its number.
    #[schema(value_type = String)]
    number: TerminalNumber,
    /// Whether it has a live link.
    online: bool,
}

impl From<Found> for FoundMerchantBody {
    fn from(found: Found) -> Self {
        let terminals = found
            .terminals
            .into_iter()
            .map(|terminal| FoundTerminalBody {
                terminal: terminal.terminal,
                number: terminal.number,
                online: terminal.online,
            });
        Self {
            merchant: found.merchant,
            name_masked: found.name_masked,
            status: found.status,
            terminals: terminals.collect(),
        }
    }
}

/// Looks a merchant up. Each look-up is recorded, and a day has only so many. It is a
/// POST because a phone does not belong in an address.
#[utoipa::path(
    post, path = "/v1/look-ups", tag = "merchants", request_body = LookUpBy,
    responses(
        (status = 200, body = FoundBody),
        (status = "default", body = ProblemBody, content_type = "application/problem+json"),
    ),
    security(("staff" = []))
)]
async fn look_up(
    State(api): State<Api>,
    staff: Staff,
    request: StrictJson<LookUpBy>,
) -> Result<Json<FoundBody>, Problem> {
    let found = act::look_up(&api.shell, request.body.read()?, &staff.signed_in).await?;
    Ok(Json(FoundBody {
        items: found.into_iter().map(FoundMerchantBody::from).collect(),
    }))
}
