//! The installation that the pages belong to: the real program, with its people hired
//! by the command line and everything else set up over the API.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tillkey_server::clock::{Clock, SystemClock};

use crate::clock_library;
use crate::leash::Leash;

pub(crate) const TILLKEY: &str = env!("CARGO_BIN_EXE_tillkey");
const CALL_WAIT_MAX: Duration = Duration::from_secs(30);

/// The bank's people: what they sign in as, and what they may do.
const STAFF: [(&str, &str); 7] = [
    ("zhou", "administrator"),
    ("li", "agent"),
    ("wang", "clerk"),
    ("chen", "reviewer"),
    ("sun", "reviewer"),
    ("xu", "auditor"),
    ("books", "integrator"),
];

/// A served installation.
pub(crate) struct Town {
    pub(crate) url: String,
    pub(crate) folder: PathBuf,
    /// Hours from UTC to where its merchants are.
    pub(crate) utc_offset_hours: i8,
    passwords: BTreeMap<&'static str, String>,
    administrator: OnceLock<String>,
    next: AtomicU32,
    passed: AtomicU32,
    agent: ureq::Agent,
    _service: Leash,
}

impl Town {
    /// The one that most tests share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Town> = OnceLock::new();
        SHARED.get_or_init(|| Self::found(""))
    }

    /// One with a configuration of its own.
    pub(crate) fn found(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let utc_offset_hours = hours_to_noon();
        let mut config = format!(
            "listen = '127.0.0.1:0'\ntrusted_proxies = ['127.0.0.1']\nsms_spool = 'sms'\n\
             utc_offset_hours = {utc_offset_hours}\n"
        );
        writeln!(config, "{more}").unwrap();
        fs::write(folder.join("tillkey.toml"), config).unwrap();
        let passwords = STAFF
            .map(|(account, role)| (account, hire(&folder, account, role)))
            .into();
        let ahead = folder.join("ahead");
        fs::write(&ahead, "+0").unwrap();
        let clock = [
            format!("LD_PRELOAD={}", clock_library::find().display()),
            format!("FAKETIME_TIMESTAMP_FILE={}", ahead.display()),
        ];
        let [preload, file] = &clock;
        let arguments = [
            preload,
            file,
            "FAKETIME_NO_CACHE=1",
            // Waiting takes as long as it takes; only the time of day moves.
            "FAKETIME_DONT_FAKE_MONOTONIC=1",
            "NO_FAKE_STAT=1",
            TILLKEY,
            "serve",
            "--config",
            "tillkey.toml",
            "--json",
        ];
        let mut service = Leash::start(&folder, "env", &arguments);
        let line = service.line().unwrap_or_else(|| {
            let why = fs::read_to_string(folder.join("errors.txt")).unwrap_or_default();
            panic!("the service does not start: {why}")
        });
        let said: Value = serde_json::from_str(&line).unwrap();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(CALL_WAIT_MAX))
            .build();
        let mut town = Self {
            url: said["url"].as_str().unwrap().to_owned(),
            folder,
            utc_offset_hours,
            passwords,
            administrator: OnceLock::new(),
            next: AtomicU32::new(1),
            passed: AtomicU32::new(0),
            agent: config.into(),
            _service: service,
        };
        for (account, _) in STAFF {
            town.choose_password(account);
        }
        town
    }

    /// A first password opens nothing but the choice of another one.
    fn choose_password(&mut self, account: &'static str) {
        let chosen = format!("{account} has a password of their own");
        let token = self.token(account);
        let body = json!({ "old": self.password(account), "new": chosen });
        self.post(&token, "/v1/staff/password", &body);
        self.passwords.insert(account, chosen);
    }

    /// Lets time pass. Only in a town of one's own.
    pub(crate) fn minutes_later(&self, minutes: u32) {
        let ahead = self.folder.join("ahead");
        let passed = self.passed.fetch_add(minutes, Ordering::Relaxed) + minutes;
        let beside = self.folder.join("ahead.new");
        fs::write(&beside, format!("+{passed}m")).unwrap();
        fs::rename(&beside, &ahead).unwrap();
    }

    /// A number that nobody else in this town has.
    pub(crate) fn number(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// What a member of staff signs in with.
    pub(crate) fn password(&self, account: &str) -> &str {
        &self.passwords[account]
    }

    /// A bearer token of a member of staff.
    pub(crate) fn token(&self, account: &str) -> String {
        let body = json!({ "staff": account, "password": self.password(account) });
        let answer = self.post("", "/v1/staff/sessions", &body);
        answer["token"].as_str().unwrap().to_owned()
    }

    /// Does something as the administrator.
    pub(crate) fn administer(&self, path: &str, body: &Value) -> Value {
        let token = self.administrator.get_or_init(|| self.token("zhou"));
        self.post(token, path, body)
    }

    /// Reads something as a member of staff.
    pub(crate) fn look(&self, account: &str, path: &str) -> Value {
        let token = self.token(account);
        let request = self.agent.get(format!("{}{path}", self.url));
        let request = request.header("authorization", format!("Bearer {token}"));
        let mut answer = request.call().unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Posts, and gives the answer; with a token, or none.
    pub(crate) fn post(&self, token: &str, path: &str, body: &Value) -> Value {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let mut answer = request.send_json(body).unwrap();
        let text = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// Reviews depend on the hour of the day; in a town it is always about noon.
fn hours_to_noon() -> i8 {
    let now = SystemClock::default().now();
    12 - jiff::tz::Offset::UTC.to_datetime(now).hour()
}

fn hire(folder: &std::path::Path, account: &str, role: &str) -> String {
    let hired = Command::new(TILLKEY)
        .args(["staff", "add", account, "--role", role, "--person", account])
        .args(["--config", "tillkey.toml", "--json"])
        .current_dir(folder)
        .env_remove("TILLKEY_LOG")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(hired.status.success(), "{hired:?}");
    let answer: Value = serde_json::from_slice(&hired.stdout).unwrap();
    answer["initial_password"].as_str().unwrap().to_owned()
}
