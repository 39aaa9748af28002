//! What every request passes on its way in and every answer on its way out.
//!
//! 1. It gets an id and a span that names the route's template and the status; never
//!    a body, a query, or who it is about.
//! 2. It takes a place among the requests worked on, or is turned away at once.
//! 3. It has a bounded time.
//! 4. A problem is put into the caller's language; what the web framework refused by
//!    itself is put into the same shape.
//! 5. The answer gets headers that keep browsers and caches from doing more with it.

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use tillkey_wire::ids::MessageId;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::Api;
use super::language::Language;
use super::limits::REQUEST_WAIT_MAX;
use super::problem::Problem;

/// Turns away what is too much, and ends what takes too long.
pub(super) async fn bound(State(api): State<Api>, request: Request, next: Next) -> Response {
    use axum::response::IntoResponse as _;
    let Ok(_place) = api.places.try_acquire() else {
        return Problem::busy().into_response();
    };
    match tokio::time::timeout(REQUEST_WAIT_MAX, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::timeout().into_response(),
    }
}

/// Names the request, counts it, and gives its answer the final shape.
pub(super) async fn answer(State(api): State<Api>, request: Request, next: Next) -> Response {
    let _in_flight = api.meter.begin();
    let language = Language::asked_for(request.headers());
    let id = MessageId::random(&mut api.shell.rng()).to_string();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str);
    let span = tracing::info_span!(
        "request",
        request.id = id,
        request.method = verb(request.method()),
        request.route = route,
        response.status = Empty,
    );
    let mut response = next.run(request).instrument(span.clone()).await;
    let problem = response
        .extensions_mut()
        .remove::<Problem>()
        .or_else(|| by_itself(&response));
    if let Some(problem) = problem {
        response = problem.speak(language, api.shell.now(), &response);
    }
    span.record("response.status", response.status().as_u16());
    api.meter.answered(response.status());
    harden(&mut response, &id);
    response
}

/// The problem for an error that the web framework answered by itself.
fn by_itself(response: &Response) -> Option<Problem> {
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    is_error.then(|| Problem::of_status(status))
}

/// The verb, from a closed list: a made-up one is not written into the log.
fn verb(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// Nothing of the API is to be framed, sniffed, referred to, or cached, but for what
/// says so itself.
fn harden(response: &mut Response, id: &str) {
    const FIXED: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ];
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
