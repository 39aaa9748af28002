//! An installation in a folder of its own, with a merchant, a terminal, staff of every
//! role, a manager, a case and an application: what requests are about.
//!
//! It changes as it is asked. When it has changed enough it is made anew, and so it is
//! after a panic, so that a run can be repeated from its first input.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt as _, Collected};
use jiff::SignedDuration;
use serde_json::{Value, json};
use tempfile::TempDir;
use tillkey_server::clock::SetClock;
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::{Shell, api, web};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::furnish;
use crate::party::{known, sure};

/// After so many requests it is made anew.
const REQUESTS_MAX: u32 = 2_000;
/// And after so many that changed something: a session may have ended by then.
const CHANGES_MAX: u32 = 40;

static WORLD: Mutex<Option<World>> = Mutex::new(None);

/// A request, as it is sent.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) who: String,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
}

/// As an input is written.
impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.method, self.uri, self.who)?;
        for (name, value) in &self.headers {
            write!(f, " {name}:{value:?}")?;
        }
        write!(f, " {:?}", String::from_utf8_lossy(&self.body))
    }
}

impl Asked {
    /// Whether its body is taken for JSON.
    pub(crate) fn has_json(&self) -> bool {
        let said = self
            .headers
            .iter()
            .any(|(name, _)| *name == header::CONTENT_TYPE);
        !self.body.is_empty() && !said
    }

    /// Whether it asks for more than a look.
    pub(crate) fn has_effect(&self) -> bool {
        ![Method::GET, Method::HEAD].contains(&self.method)
    }

    fn is_api(&self) -> bool {
        self.uri.path().starts_with("/v1/")
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) kind: String,
    pub(crate) text: String,
}

pub(crate) struct World {
    shell: Shell,
    app: Router,
    clock: Arc<SetClock>,
    /// What stands for what in an input.
    known: BTreeMap<&'static str, String>,
    asked: u32,
    changes: u32,
    runtime: Runtime,
    folder: TempDir,
}

/// Does something with the world of this process.
pub(crate) fn with_world<T>(use_it: impl FnOnce(&mut World) -> T) -> T {
    let mut held = WORLD.lock().unwrap_or_else(|poisoned| {
        let mut held = PoisonError::into_inner(poisoned);
        *held = None;
        WORLD.clear_poison();
        held
    });
    if held.as_ref().is_some_and(World::is_worn) {
        *held = None;
    }
    use_it(held.get_or_insert_with(World::new))
}

impl World {
    fn new() -> Self {
        let folder = sure(tempfile::tempdir());
        let clock = Arc::new(SetClock::new(known("2026-03-02T02:00:00Z")));
        let config = Config {
            data: folder.path().join("data"),
            root_key_file: folder.path().join("root.key"),
            sms_spool: folder.path().join("sms"),
            slip_spool: folder.path().join("slips"),
            ..Config::default()
        };
        let runtime = sure(
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build(),
        );
        let told: Arc<SetClock> = Arc::clone(&clock);
        let shell = sure(tillkey_server::open(config, told, Entropy::seeded(7)));
        let mut known = sure(runtime.block_on(furnish::furnish(&shell, &clock)));
        // A contact that was changed just now proves little.
        clock.advance(SignedDuration::from_hours(2));
        let app = web::router(shell.clone()).merge(api::router(shell.clone()));
        let mut world = Self {
            shell,
            app,
            clock,
            known: BTreeMap::new(),
            asked: 0,
            changes: 0,
            runtime,
            folder,
        };
        known.extend(world.begin());
        world.known = known;
        world
    }

    const fn is_worn(&self) -> bool {
        self.asked >= REQUESTS_MAX || self.changes >= CHANGES_MAX
    }

    pub(crate) const fn shell(&self) -> &Shell {
        &self.shell
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A case and an application, as the public begins them.
    fn begin(&mut self) -> Vec<(&'static str, String)> {
        let case = json!({"merchant": furnish::MERCHANT, "terminal": furnish::TERMINAL,
            "operator": "01", "reason": "forgotten"});
        let application = json!({"product": "shengpay-box", "applicant": "sole_trader",
            "region": "310115", "phone": "+8613700137000"});
        let mut begun = Vec::new();
        for (noun, token, path, body) in [
            ("$case", "$holder", "/v1/cases", case),
            (
                "$application",
                "$applicant",
                "/v1/applications",
                application,
            ),
        ] {
            let answer = self.post(path, &body);
            let field = noun.strip_prefix('$').unwrap_or(noun);
            for (name, field) in [(noun, field), (token, "token")] {
                let text = answer.get(field).and_then(Value::as_str);
                begun.push((name, text.unwrap_or_default().to_owned()));
            }
        }
        begun
    }

    fn post(&mut self, path: &'static str, body: &Value) -> Value {
        let answer = self.ask(&Asked {
            method: Method::POST,
            uri: Uri::from_static(path),
            who: "-".to_owned(),
            headers: Vec::new(),
            body: body.to_string().into_bytes(),
        });
        assert!(answer.status < 300, "{path}: {answer:?}");
        serde_json::from_str(&answer.text).unwrap_or_default()
    }

    /// Puts what is known in this world where an input names it.
    pub(crate) fn fill(&self, bytes: &[u8]) -> Vec<u8> {
        if !bytes.contains(&b'$') {
            return bytes.to_vec();
        }
        let mut text = bytes.to_vec();
        // Longer names first, so that none is taken for the beginning of another.
        for (name, value) in self.known.iter().rev() {
            while let Some(at) = text
                .windows(name.len())
                .position(|part| part == name.as_bytes())
            {
                text.splice(at..at + name.len(), value.bytes());
            }
        }
        text
    }

    /// Sends a request and reads the whole answer, but for a stream of events.
    pub(crate) fn ask(&mut self, asked: &Asked) -> Answer {
        self.asked += 1;
        self.clock.advance(SignedDuration::from_secs(1));
        let app = self.app.clone();
        let request = self.request(asked);
        let answer = self.runtime.block_on(async move {
            let response = sure(app.oneshot(request).await);
            let (parts, body) = response.into_parts();
            let kind = parts.headers.get(header::CONTENT_TYPE);
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            let text = if kind.starts_with("text/event-stream") {
                String::new()
            } else {
                let bytes = body.collect().await.map(Collected::to_bytes);
                String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()
            };
            Answer {
                status: parts.status.as_u16(),
                kind: kind.to_owned(),
                text,
            }
        });
        if asked.has_effect() && answer.status < 400 {
            self.changes += 1;
        }
        answer
    }

    fn request(&self, asked: &Asked) -> Request<Body> {
        let mut request = Request::new(Body::from(asked.body.clone()));
        *request.method_mut() = asked.method.clone();
        *request.uri_mut() = asked.uri.clone();
        let headers = request.headers_mut();
        let token = self.known.get(format!("${}", asked.who).as_str());
        if asked.is_api() {
            if asked.has_json() {
                headers.insert(
                    header::CONTENT_TYPE,
                    HeaderValue::from_static("application/json"),
                );
            }
            let bearer = token.and_then(|token| format!("Bearer {token}").parse().ok());
            headers.extend(bearer.map(|bearer| (header::AUTHORIZATION, bearer)));
        } else {
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(header::CONTENT_TYPE, form);
            let own = HeaderValue::from_static("same-origin");
            headers.insert(HeaderName::from_static("sec-fetch-site"), own);
            let cookie = token.and_then(|token| cookie(&asked.who, token).parse().ok());
            headers.extend(cookie.map(|cookie| (header::COOKIE, cookie)));
        }
        for (name, value) in &asked.headers {
            headers.insert(name, value.clone());
        }
        // Everybody comes from an address of their own: not guessing is looked at here.
        let [a, b, c, d] = self.asked.to_be_bytes();
        let address = Ipv4Addr::new(100 | a, b, c, d);
        let from = SocketAddr::new(address.into(), 40_000);
        request.extensions_mut().insert(ConnectInfo(from));
        request
    }
}

/// The cookie by which pages know somebody.
fn cookie(who: &str, token: &str) -> String {
    match who {
        "manager" => format!("tillkey-manager={token}"),
        "applicant" => format!("tillkey-application={token}"),
        "holder" => format!(
            "tillkey-case={token}.{}.{}.01",
            furnish::MERCHANT,
            furnish::TERMINAL
        ),
        _ => format!("tillkey-staff={token}"),
    }
}
