//! Requests over the wire, to the API and to the pages, by whoever is signed in or by
//! nobody.
//!
//! An input is written much as a request is: a line with the verb, the address and who
//! asks (`-` for nobody); lines of headers; an empty line; the body. In all of it `$case`
//! and the like stand for what is known in this world only.

use axum::http::{HeaderName, HeaderValue, Method, Uri};
use serde_json::Value;

use crate::world::{Answer, Asked, with_world};

/// A request to `/v1`.
pub(crate) fn api(bytes: &[u8]) {
    let Some(asked) = read(bytes).filter(|asked| asked.uri.path().starts_with("/v1/")) else {
        return;
    };
    let answer = with_world(|world| world.ask(&asked));
    check_all(&asked, &answer);
    // An answer to HEAD has no body to be read.
    if answer.status >= 400 && asked.method != Method::HEAD {
        let problem = parsed(&answer.text);
        let kind = problem.get("type").and_then(Value::as_str);
        assert!(
            answer.kind.starts_with("application/problem+json")
                && kind.is_some_and(|kind| kind.starts_with("/problems/")),
            "{asked:?} is refused with something else than a problem: {answer:?}"
        );
    }
    if answer.status < 400 && asked.has_effect() && asked.has_json() {
        check_strictness(&asked);
    }
}

/// A request for a page, or with a form.
pub(crate) fn pages(bytes: &[u8]) {
    let Some(asked) = read(bytes).filter(|asked| !asked.uri.path().starts_with("/v1/")) else {
        return;
    };
    let answer = with_world(|world| world.ask(&asked));
    check_all(&asked, &answer);
    if answer.kind.starts_with("text/html") {
        // No template has such a tag; a text that came in from outside may (attack A14).
        assert!(
            !answer.text.contains("<zz"),
            "{asked:?} puts a tag into a page"
        );
    }
}

/// What holds for every answer: it is one, and nothing failed inside.
fn check_all(asked: &Asked, answer: &Answer) {
    assert!(answer.status < 500, "{asked:?} fails: {answer:?}");
    assert!(
        !answer.text.contains("panicked") && !answer.text.contains(".rs:"),
        "{asked:?} shows what is inside: {answer:?}"
    );
}

/// A body that was taken is JSON, and is not taken with a key twice or one more: what
/// two readers read differently is a way past one of them (attack A04).
fn check_strictness(asked: &Asked) {
    let Ok(Value::Object(fields)) = serde_json::from_slice(&asked.body) else {
        // A body without a meaning of its own where none is asked for.
        assert!(
            asked.body.is_empty(),
            "{asked:?} takes what is no JSON object"
        );
        return;
    };
    let text = String::from_utf8_lossy(&asked.body);
    let Some((_, rest)) = text.split_once('{') else {
        return;
    };
    let mut more = vec![format!("{{\"zz\":1,{rest}"), format!("{text}{{}}")];
    if fields.is_empty() {
        more.truncate(0);
        more.push("{\"zz\":1}".to_owned());
    }
    if let Some(key) = fields.keys().next() {
        more.push(format!("{{{}:null,{rest}", Value::from(key.as_str())));
    }
    for body in more {
        let again = Asked {
            body: body.into_bytes(),
            ..asked.clone()
        };
        let answer = with_world(|world| world.ask(&again));
        assert!(answer.status >= 400, "{again:?} is taken: {answer:?}");
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Reads an input, as far as it could be sent at all.
fn read(bytes: &[u8]) -> Option<Asked> {
    let end = bytes.windows(2).position(|two| two == b"\n\n");
    let (head, body) = bytes.split_at(end.unwrap_or(bytes.len()));
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = std::str::from_utf8(lines.next()?).ok()?;
    let mut words = first.split(' ');
    let (method, uri, who) = (words.next()?, words.next()?, words.next()?);
    let filled = with_world(|world| world.fill(uri.as_bytes()));
    let mut headers = Vec::new();
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(colon);
        let value = with_world(|world| world.fill(value.get(1..).unwrap_or_default()));
        headers.push((
            HeaderName::from_bytes(name).ok()?,
            HeaderValue::from_bytes(value.trim_ascii()).ok()?,
        ));
    }
    Some(Asked {
        method: Method::from_bytes(method.as_bytes()).ok()?,
        uri: Uri::try_from(filled).ok()?,
        who: who.to_owned(),
        headers,
        body: with_world(|world| world.fill(body.get(2..).unwrap_or_default())),
    })
}
