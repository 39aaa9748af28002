//! What the outside sees when the answer is no: problem details (RFC 9457).
//!
//! One table says the status and the words of each code. A problem names the code,
//! the field and the rule; it never repeats a value, a subject or a cause. Known and
//! unknown subjects are refused by the same rows, so in the same words (E16).

use std::fmt;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Serialize;
use tillkey_rules::refusal::Refusal;
use tillkey_wire::ids::InvalidId;
use utoipa::ToSchema;

use super::json::FieldFault;
use super::language::Language;
use crate::act::Failure;
use crate::streams::NoPlace;

/// One row of the table: a stable code, the status, and the words in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The stable code; the problem's `type` is `/problems/` and this.
    pub code: &'static str,
    /// The status.
    pub status: StatusCode,
    /// What happened and what to do, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
}

const fn row(code: &'static str, status: StatusCode, zh: &'static str, en: &'static str) -> Row {
    Row {
        code,
        status,
        zh,
        en,
    }
}

/// What is wrong with the request itself, or with the world; the refusals of the
/// rules have their own list.
const MALFORMED: Row = row(
    "malformed",
    StatusCode::BAD_REQUEST,
    "请求格式有误。",
    "The request cannot be read.",
);
const INVALID: Row = row(
    "invalid",
    StatusCode::BAD_REQUEST,
    "填写内容有误。",
    "A value is missing or wrong.",
);
const UNAUTHENTICATED: Row = row(
    "unauthenticated",
    StatusCode::UNAUTHORIZED,
    "请先登录，或重新打开申请。",
    "Sign in first, or open the request again.",
);
const NOT_FRESH: Row = row(
    "not_fresh",
    StatusCode::FORBIDDEN,
    "请再次验证身份，确认是您本人。",
    "Show once more that it is you.",
);
const PASSWORD_DUE: Row = row(
    "password_due",
    StatusCode::FORBIDDEN,
    "请先设置自己的密码。",
    "Choose a password of your own first.",
);
const UNKNOWN: Row = row(
    "unknown",
    StatusCode::NOT_FOUND,
    "没有找到。",
    "There is nothing here for you.",
);
const METHOD: Row = row(
    "method",
    StatusCode::METHOD_NOT_ALLOWED,
    "不支持此操作。",
    "This cannot be done here.",
);
const TIMEOUT: Row = row(
    "timeout",
    StatusCode::REQUEST_TIMEOUT,
    "请求超时，请重试。",
    "The request took too long. Try again.",
);
const KEY_REUSED: Row = row(
    "key_reused",
    StatusCode::CONFLICT,
    "该幂等键已用于其他请求。",
    "This idempotency key belongs to another request.",
);
const TOO_LARGE: Row = row(
    "too_large",
    StatusCode::PAYLOAD_TOO_LARGE,
    "请求内容过大。",
    "The request is larger than any that is taken.",
);
const MEDIA_TYPE: Row = row(
    "media_type",
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "请求须为 JSON 格式。",
    "The body must be application/json.",
);
const STREAMS: Row = row(
    "too_many_streams",
    StatusCode::TOO_MANY_REQUESTS,
    "打开的连接过多，请关闭一些。",
    "Too many open streams. Close some.",
);
const EXISTS: Row = row(
    "exists",
    StatusCode::CONFLICT,
    "该编号已存在。",
    "This exists already.",
);
const FAULT: Row = row(
    "fault",
    StatusCode::INTERNAL_SERVER_ERROR,
    "系统出现故障，本次操作未生效，请稍后重试。",
    "Something failed here and nothing was done. Try again later.",
);
const BUSY: Row = row(
    "busy",
    StatusCode::SERVICE_UNAVAILABLE,
    "系统繁忙，请稍后重试。",
    "Busy. Try again in a moment.",
);

const REQUEST_ROWS: [Row; 15] = [
    MALFORMED,
    INVALID,
    UNAUTHENTICATED,
    NOT_FRESH,
    PASSWORD_DUE,
    UNKNOWN,
    METHOD,
    TIMEOUT,
    KEY_REUSED,
    EXISTS,
    TOO_LARGE,
    MEDIA_TYPE,
    STREAMS,
    FAULT,
    BUSY,
];

/// The row of a refusal.
fn row_of(refusal: &Refusal) -> Row {
    let status = match refusal {
        Refusal::NotAllowed | Refusal::OwnWork => StatusCode::FORBIDDEN,
        Refusal::NotOffered
        | Refusal::NotMatched
        | Refusal::ReasonMissing
        | Refusal::DocumentExpired
        | Refusal::SamePicture
        | Refusal::BackupDamaged
        | Refusal::BackupForeign
        | Refusal::BackupTooLarge
        | Refusal::BackupOutdated
        | Refusal::RegionNotServed
        | Refusal::NotForApplicant
        | Refusal::FormNotWhole => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Refusal::CaseClosed
        | Refusal::OutOfOrder
        | Refusal::NotServed
        | Refusal::FactsChanged
        | Refusal::CodesUsedUp
        | Refusal::NotPrepared
        | Refusal::WaitsForReview
        | Refusal::BatchOpen
        | Refusal::ApplicationClosed
        | Refusal::PhoneNotProven
        | Refusal::ChecksOpen
        | Refusal::Dormant
        | Refusal::RenewalDue
        | Refusal::CampaignClosed
        | Refusal::MerchantErased
        | Refusal::ErasureBarred
        | Refusal::PasswordAlreadySet => StatusCode::CONFLICT,
    };
    row(refusal.code(), status, refusal.chinese(), refusal.english())
}

/// The whole table, in the order of its parts.
pub fn table() -> Vec<Row> {
    Refusal::ALL
        .iter()
        .map(row_of)
        .chain(REQUEST_ROWS)
        .collect()
}

/// The table as a text, committed and compared.
pub fn table_text() -> String {
    use fmt::Write as _;
    let mut text = String::from("# code, status, title in Chinese and English\n");
    for Row {
        code,
        status,
        zh,
        en,
    } in table()
    {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{code}\t{}\t{zh}\t{en}", status.as_u16());
    }
    text
}

/// A refused request, before it is put into words.
#[derive(Debug, Clone)]
pub struct Problem {
    row: Row,
    wrong: Vec<FieldFault>,
    retry_at: Option<Timestamp>,
}

/// A problem as it is answered.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `/problems/` and the stable code.
    #[serde(rename = "type")]
    kind: String,
    /// What happened and what to do, in the language asked for.
    title: &'static str,
    /// The status again.
    status: u16,
    /// Which field is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What that field takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// The same of each wrong row of a report, where it is more than one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    rows: Vec<RowBody>,
    /// When to try again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    retry_at: Option<Timestamp>,
}

/// A wrong row of a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WrongRow)]
struct RowBody {
    /// Which row and field, such as `transactions[3].terminal`.
    field: Option<String>,
    /// What it takes.
    rule: String,
}

impl Problem {
    const fn of_row(row: Row) -> Self {
        Self {
            row,
            wrong: Vec::new(),
            retry_at: None,
        }
    }

    /// The text is not what a request is made of.
    pub(crate) fn malformed(rule: &str) -> Self {
        Self::of_row(MALFORMED).with(None, rule.to_owned())
    }

    /// Says which field is wrong, where it is one, and what it takes.
    fn with(self, field: Option<String>, rule: String) -> Self {
        let wrong = vec![FieldFault { field, rule }];
        Self { wrong, ..self }
    }

    /// A field or parameter is wrong.
    pub(crate) fn invalid(field: &str, rule: impl Into<String>) -> Self {
        FieldFault::new(field, rule).into()
    }

    /// Rows of a report are wrong, and none was taken.
    pub(crate) fn rows(wrong: Vec<FieldFault>) -> Self {
        Self {
            wrong,
            ..Self::of_row(INVALID)
        }
    }

    /// A field is not the identifier it was taken for.
    pub(crate) fn of_id(field: &str, invalid: &InvalidId) -> Self {
        Self::invalid(field, invalid.to_string())
    }

    /// Nobody in particular asks.
    pub(crate) const fn unauthenticated() -> Self {
        Self::of_row(UNAUTHENTICATED)
    }

    /// It does not exist, or not for this caller: outside there is no difference.
    pub(crate) const fn unknown() -> Self {
        Self::of_row(UNKNOWN)
    }

    /// The address knows no such verb.
    pub(crate) const fn method() -> Self {
        Self::of_row(METHOD)
    }

    /// The body did not come, or the answer did not, in time.
    pub(crate) const fn timeout() -> Self {
        Self::of_row(TIMEOUT)
    }

    /// The body is larger than its limit.
    pub(crate) const fn too_large() -> Self {
        Self::of_row(TOO_LARGE)
    }

    /// The body does not say that it is JSON.
    pub(crate) const fn media_type() -> Self {
        Self::of_row(MEDIA_TYPE)
    }

    /// The world failed; why is for the log.
    pub(crate) const fn fault() -> Self {
        Self::of_row(FAULT)
    }

    /// More is asked than can be done at once.
    pub(crate) const fn busy() -> Self {
        Self::of_row(BUSY)
    }

    /// The problem that stands for a plain status of the web framework.
    pub(crate) const fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::unknown(),
            StatusCode::METHOD_NOT_ALLOWED => Self::method(),
            StatusCode::REQUEST_TIMEOUT => Self::timeout(),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::media_type(),
            StatusCode::SERVICE_UNAVAILABLE => Self::busy(),
            status if status.as_u16() < 500 => Self::of_row(MALFORMED),
            _ => Self::fault(),
        }
    }

    /// The problem in words: status, body, and when to come back. `Allow` of a 405
    /// stays.
    pub(crate) fn speak(self, language: Language, now: Timestamp, bare: &Response) -> Response {
        let Row {
            code,
            status,
            zh,
            en,
        } = self.row;
        let retry_after_s = self.retry_at.map_or_else(
            || (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
            |at| Some(at.duration_since(now).as_secs().saturating_add(1).max(1)),
        );
        let (field, rule) = match self.wrong.first().cloned() {
            Some(wrong) => (wrong.field, Some(wrong.rule)),
            None => (None, None),
        };
        let row = |FieldFault { field, rule }| RowBody { field, rule };
        let rows = match self.wrong.len() {
            0 | 1 => Vec::new(),
            _ => self.wrong.into_iter().map(row).collect(),
        };
        let body = ProblemBody {
            kind: format!("/problems/{code}"),
            title: match language {
                Language::Chinese => zh,
                Language::English => en,
            },
            status: status.as_u16(),
            field,
            rule,
            rows,
            retry_at: self.retry_at,
        };
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        headers.insert(
            header::CONTENT_LANGUAGE,
            HeaderValue::from_static(language.tag()),
        );
        headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
        if let Some(allow) = bare.headers().get(header::ALLOW) {
            headers.insert(header::ALLOW, allow.clone());
        }
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §15.5.2: a 401 says how to authenticate.
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<FieldFault> for Problem {
    fn from(fault: FieldFault) -> Self {
        Self::of_row(INVALID).with(fault.field, fault.rule)
    }
}

impl From<NoPlace> for Problem {
    fn from(why: NoPlace) -> Self {
        match why {
            NoPlace::ForAnybody => Self::busy(),
            NoPlace::ForThisSource => Self::of_row(STREAMS),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self {
            retry_at: refusal.retry_at(),
            ..Self::of_row(row_of(&refusal))
        }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Unknown => Self::unknown(),
            Failure::Unauthenticated => Self::unauthenticated(),
            Failure::NotAllowed => Refusal::NotAllowed.into(),
            Failure::NotFresh => Self::of_row(NOT_FRESH),
            Failure::PasswordDue => Self::of_row(PASSWORD_DUE),
            Failure::WeakPassword(weakness) => Self::invalid("new", weakness.english()),
            Failure::KeyReused => Self::of_row(KEY_REUSED),
            Failure::Exists => Self::of_row(EXISTS),
            Failure::Invalid(invalid) => Self::of_row(INVALID).with(None, invalid.to_string()),
            Failure::Busy => Self::busy(),
            Failure::Fault(fault) => {
                tracing::error!(fault = %fault, "a request failed");
                Self::fault()
            }
        }
    }
}

impl IntoResponse for Problem {
    /// Carries the problem to [`super::layers`], which knows the caller's language
    /// and the time.
    fn into_response(self) -> Response {
        let mut response = self.row.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
