//! The part of W3C WebDriver that these tests need, over HTTP.
//!
//! A client of our own and not `thirtyfour`: that brings an asynchronous HTTP client
//! and a dozen and a half of crates for what are a few calls of one shape, and these
//! tests are not asynchronous.

use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::{Value, json};

use crate::leash::Leash;

/// How long a call may take: the longest is the start of a browser.
const CALL_WAIT_MAX: Duration = Duration::from_secs(60);
/// The name under which WebDriver gives an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";
/// Where Debian puts it; other builds of it are found as `CHROMIUM`.
const CHROMIUM: &str = "/usr/bin/chromium";

const ARGUMENTS: [&str; 11] = [
    "--headless=new",
    // Root has no sandbox to go into.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-breakpad",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-prefers-reduced-motion",
];

/// What the driver answered instead of doing it.
#[derive(Debug)]
pub(crate) struct Fault(String);

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// An element of the page that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element(String);

impl Element {
    /// As an answer to WebDriver names it.
    pub(crate) fn reference(&self) -> Value {
        json!({ ELEMENT: self.0 })
    }
}

/// One browser.
#[derive(Debug)]
pub(crate) struct Session {
    agent: ureq::Agent,
    url: String,
}

/// The driver's address; it runs as long as the tests do.
fn driver() -> &'static str {
    static DRIVER: OnceLock<(String, Leash)> = OnceLock::new();
    let (url, _) = DRIVER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut leash = Leash::start(&folder, "chromedriver", &["--port=0"]);
        let port = loop {
            let line = leash.line().unwrap_or_else(|| {
                let why = fs::read_to_string(folder.join("errors.txt")).unwrap_or_default();
                panic!("chromedriver does not start: cargo xtask install\n{why}")
            });
            // `ChromeDriver was started successfully on port 40259.`
            if let Some((_, port)) = line.split_once("successfully on port ") {
                break port.trim_end_matches('.').to_owned();
            }
        };
        (format!("http://127.0.0.1:{port}"), leash)
    });
    url
}

impl Session {
    /// Starts a browser.
    pub(crate) fn start() -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(CALL_WAIT_MAX))
            .build();
        let mut session = Self {
            agent: config.into(),
            url: driver().to_owned(),
        };
        let chromium = std::env::var("CHROMIUM").unwrap_or_else(|_| CHROMIUM.to_owned());
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            // The driver gives each browser an empty profile of its own.
            "goog:chromeOptions": { "binary": chromium, "args": ARGUMENTS },
        } } });
        let started = session
            .post("/session", &wanted)
            .unwrap_or_else(|fault| panic!("no browser: cargo xtask install\n{fault}"));
        let id = started["sessionId"].as_str().unwrap();
        session.url = format!("{}/session/{id}", session.url);
        session
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, Fault> {
        read(self.agent.get(format!("{}{path}", self.url)).call())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Fault> {
        read(
            self.agent
                .post(format!("{}{path}", self.url))
                .send_json(body),
        )
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value, Fault> {
        read(self.agent.delete(format!("{}{path}", self.url)).call())
    }

    /// A command of the browser's own protocol.
    pub(crate) fn command(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("/goog/cdp/execute", &body)
            .unwrap_or_else(|fault| panic!("{command}: {fault}"))
    }

    /// What a script in the page returns.
    pub(crate) fn script(&self, script: &str, arguments: &[Value]) -> Result<Value, Fault> {
        self.post(
            "/execute/sync",
            &json!({ "script": script, "args": arguments }),
        )
    }

    /// What a script in the page hands to its last argument.
    pub(crate) fn script_later(&self, script: &str) -> Result<Value, Fault> {
        self.post("/execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Every element that fits, as they stand in the page.
    pub(crate) fn elements(&self, using: &str, value: &str) -> Result<Vec<Element>, Fault> {
        let found = self.post("/elements", &json!({ "using": using, "value": value }))?;
        let name = |element: &Value| element[ELEMENT].as_str().map(|id| Element(id.to_owned()));
        Ok(found.as_array().unwrap().iter().filter_map(name).collect())
    }

    pub(crate) fn of_element(&self, element: &Element, what: &str) -> Result<Value, Fault> {
        self.get(&format!("/element/{}/{what}", element.0))
    }

    pub(crate) fn to_element(
        &self,
        element: &Element,
        what: &str,
        body: &Value,
    ) -> Result<Value, Fault> {
        self.post(&format!("/element/{}/{what}", element.0), body)
    }

    /// What the console has said since it was last asked.
    pub(crate) fn console(&self) -> Vec<Value> {
        let said = self.post("/se/log", &json!({ "type": "browser" })).unwrap();
        said.as_array().unwrap().clone()
    }
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<Value, Fault> {
    let mut answer = answer.map_err(|error| Fault(error.to_string()))?;
    let status = answer.status();
    let mut body: Value = answer
        .body_mut()
        .with_config()
        .limit(64 * 1024 * 1024)
        .read_json()
        .map_err(|error| Fault(error.to_string()))?;
    let value = body["value"].take();
    if status.is_success() {
        Ok(value)
    } else {
        let error = value["error"].as_str().unwrap_or_default();
        let message = value["message"].as_str().unwrap_or_default();
        Err(Fault(format!("{error}: {message}")))
    }
}
