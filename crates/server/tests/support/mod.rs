//! A whole installation in memory: an acquirer, a merchant with a phone and documents,
//! a terminal, staff of each role; a clock that is set, randomness from a seed, and an
//! outbox that is read by hand.

pub(crate) mod counter;
mod engine;
mod tamper;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tempfile::TempDir;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_server::act::managers::{self, ManagerDetails};
use tillkey_server::act::staff::NewStaff;
use tillkey_server::act::{SignedIn, Source, party, staff};
use tillkey_server::clock::{Clock as _, SetClock};
use tillkey_server::config::Config;
use tillkey_server::entropy::Entropy;
use tillkey_server::{Shell, api};
use tillkey_store::fault::Fault;
use tillkey_store::{event, outbox};
use tillkey_wire::ids::{AcquirerId, ManagerId, OperatorNumber, StaffSessionId, TerminalId};
use tillkey_wire::secret::Secret;
use tower::ServiceExt as _;

pub(crate) const MERCHANT: &str = "898310054110001";
pub(crate) const STRANGER: &str = "898310054119999";
pub(crate) const OTHER_MERCHANT: &str = "898310054110002";
pub(crate) const MANAGER_PHONE: &str = "+8613900139001";
pub(crate) const TERMINAL: &str = "10000001";
pub(crate) const PHONE: &str = "+8613800138000";
pub(crate) const HOLDER: &str = "11010519491231002X";
pub(crate) const LICENCE: &str = "91350100M000100Y43";

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// The body, of an answer that must be this.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        if self.text.is_empty() {
            Value::Null
        } else {
            self.json()
        }
    }

    /// The stable code, of a problem with this status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let kind = self.json()["type"].as_str().unwrap().to_owned();
        kind.strip_prefix("/problems/").unwrap().to_owned()
    }
}

/// A request in the making.
pub(crate) struct Ask<'a> {
    world: &'a World,
    method: &'static str,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    from: IpAddr,
}

impl Ask<'_> {
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn token(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn from(mut self, address: &str) -> Self {
        self.from = address.parse().unwrap();
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    pub(crate) fn text(mut self, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.with("content-type", "application/json")
    }

    pub(crate) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    pub(crate) fn request(self) -> Request<Body> {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(Body::from(self.body)).unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::new(self.from, 40_000)));
        request
    }

    pub(crate) async fn go(self) -> Answer {
        let app = self.world.app.clone();
        let response = app.oneshot(self.request()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }
}

/// An opened case.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) case: String,
    pub(crate) token: String,
}

impl Opened {
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/v1/cases/{}{below}", self.case)
    }
}

pub(crate) struct World {
    pub(crate) shell: Shell,
    pub(crate) app: Router,
    pub(crate) clock: Arc<SetClock>,
    pub(crate) terminal: TerminalId,
    pub(crate) admin: SignedIn,
    _folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(crate) async fn with(configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Ten in the morning where the merchants are.
        let clock = Arc::new(SetClock::new("2026-03-02T02:00:00Z".parse().unwrap()));
        let mut config = Config {
            data: folder.path().join("data"),
            root_key_file: folder.path().join("root.key"),
            ..Config::default()
        };
        configure(&mut config);
        engine::choose(&mut config);
        let told = Arc::clone(&clock);
        let open = move || tillkey_server::open(config, told, Entropy::seeded(7)).unwrap();
        let shell = tokio::task::spawn_blocking(open).await.unwrap();
        let admin = administrator(shell.home(), clock.now());
        let terminal = furnish(&shell, &admin).await;
        // A contact that was changed just now proves little.
        clock.advance(SignedDuration::from_hours(100));
        let app = api::router(shell.clone());
        Self {
            shell,
            app,
            clock,
            terminal,
            admin,
            _folder: folder,
        }
    }

    pub(crate) fn ask(&self, method: &'static str, path: &str) -> Ask<'_> {
        Ask {
            world: self,
            method,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            from: [203, 0, 113, 7].into(),
        }
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'_> {
        self.ask("POST", path)
    }

    pub(crate) fn get(&self, path: &str) -> Ask<'_> {
        self.ask("GET", path)
    }

    /// Opens a case on the public way.
    pub(crate) async fn app_case(&self, merchant: &str) -> Opened {
        let opened = self
            .post("/v1/cases")
            .json(&opening(merchant))
            .go()
            .await
            .is(202);
        let text = |field: &str| opened[field].as_str().unwrap().to_owned();
        Opened {
            case: text("case"),
            token: text("token"),
        }
    }

    /// Opens a case as staff.
    pub(crate) async fn staff_case(&self, channel: &str, token: &str) -> String {
        let mut body = opening(MERCHANT);
        body["channel"] = json!(channel);
        let opened = self
            .post("/v1/cases")
            .token(token)
            .json(&body)
            .go()
            .await
            .is(202);
        assert_eq!(opened["token"], Value::Null);
        opened["case"].as_str().unwrap().to_owned()
    }

    /// Asks for an SMS code and reads it from the phone.
    pub(crate) async fn sms_code(&self, case: &str, token: &str) -> String {
        let path = format!("/v1/cases/{case}/challenges");
        let body = json!({"kind": "sms_code"});
        self.post(&path).token(token).json(&body).go().await.is(202);
        let messages = self.messages().await;
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert_eq!(messages[0].0, PHONE);
        digits(&messages[0].1, 6)
    }

    pub(crate) async fn present(&self, case: &str, token: &str, evidence: &Value) -> Answer {
        let path = format!("/v1/cases/{case}/evidence");
        self.post(&path).token(token).json(evidence).go().await
    }

    /// Adds a member of staff, who chooses a password and is signed in.
    pub(crate) async fn staff(&self, account: &str, person: &str, role: Role) -> String {
        let home = self.shell.home();
        let first = self.hire(home, account, person, role).await;
        let (shell, source) = (&self.shell, Source::address([203, 0, 113, 7].into()));
        let typed = Secret::new(first.expose().clone());
        let token = staff::sign_in(shell, home, account.parse().unwrap(), typed, &source);
        let token = token.await.unwrap();
        let signed_in = staff::signed_in_with_first_password(shell, &token).await;
        let signed_in = signed_in.unwrap();
        let passwords = (first, Secret::new(own_password(account)));
        let token = staff::change_password(shell, &signed_in, passwords, &source);
        token.await.unwrap().expose().clone()
    }

    /// Signs an account in.
    pub(crate) async fn sign_in(&self, account: &str, password: &str) -> String {
        let body = json!({"staff": account, "password": password});
        let session = self.post("/v1/staff/sessions").json(&body).go().await;
        session.is(201)["token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn hire(
        &self,
        acquirer: &AcquirerId,
        account: &str,
        person: &str,
        role: Role,
    ) -> Secret<String> {
        let new = NewStaff {
            acquirer: acquirer.clone(),
            staff: account.parse().unwrap(),
            person: person.parse().unwrap(),
            role,
        };
        staff::add(&self.shell, new, &Actor::System).await.unwrap()
    }

    /// Adds a manager.
    pub(crate) async fn add_manager(
        &self,
        merchant: &str,
        phone: &str,
        rights: &[ManagerRight],
    ) -> ManagerId {
        self.add_manager_who_is(merchant, (phone, None), rights)
            .await
    }

    async fn add_manager_who_is(
        &self,
        merchant: &str,
        (phone, person): (&str, Option<&str>),
        rights: &[ManagerRight],
    ) -> ManagerId {
        let details = ManagerDetails {
            merchant: merchant.parse().unwrap(),
            name: "陈店长".to_owned(),
            phone: phone.parse().unwrap(),
            person: person.map(|person| person.parse().unwrap()),
            rights: rights.iter().copied().collect(),
        };
        managers::add(&self.shell, details, &self.admin, None)
            .await
            .unwrap()
    }

    /// Adds a manager of the merchant and signs them in: their token.
    pub(crate) async fn manager(&self, rights: &[ManagerRight]) -> String {
        self.add_manager(MERCHANT, MANAGER_PHONE, rights).await;
        self.messages().await;
        self.manager_token(MANAGER_PHONE).await
    }

    /// The same, for a person that the acquirer knows by name.
    pub(crate) async fn manager_who_is(&self, person: &str, rights: &[ManagerRight]) -> String {
        let phone = (MANAGER_PHONE, Some(person));
        self.add_manager_who_is(MERCHANT, phone, rights).await;
        self.messages().await;
        self.manager_token(MANAGER_PHONE).await
    }

    /// Begins a manager's sign-in and reads the code from the phone.
    pub(crate) async fn begin_sign_in(&self, phone: &str) -> (String, String) {
        let body = json!({"phone": phone});
        let begun = self
            .post("/v1/manager-sign-ins")
            .json(&body)
            .go()
            .await
            .is(202);
        let messages = self.messages().await;
        let (_, text) = messages.iter().find(|(to, _)| to == phone).unwrap();
        (
            begun["sign_in"].as_str().unwrap().to_owned(),
            digits(text, 6),
        )
    }

    /// Signs a manager in.
    pub(crate) async fn manager_token(&self, phone: &str) -> String {
        let (sign_in, code) = self.begin_sign_in(phone).await;
        let body = json!({"sign_in": sign_in, "code": code});
        let entered = self
            .post("/v1/manager-sessions")
            .json(&body)
            .go()
            .await
            .is(201);
        entered["token"].as_str().unwrap().to_owned()
    }

    /// Another merchant of the acquirer, with a terminal and a cashier on it.
    pub(crate) async fn other_merchant(&self) -> TerminalId {
        let details = party::MerchantDetails {
            merchant: OTHER_MERCHANT.parse().unwrap(),
            name: "小李水果".to_owned(),
            phone: "+8613800138002".parse().unwrap(),
            credit_code: None,
            holder: None,
            proxies: Vec::new(),
        };
        let (shell, admin) = (&self.shell, &self.admin);
        party::add_merchant(shell, details, admin, None)
            .await
            .unwrap();
        let details = party::TerminalDetails {
            merchant: OTHER_MERCHANT.parse().unwrap(),
            number: "20000001".parse().unwrap(),
            serial_number: "SN20000001".parse().unwrap(),
            model: "T1".parse().unwrap(),
        };
        let terminal = party::add_terminal(shell, details, admin, None)
            .await
            .unwrap();
        let cashier = (terminal, OperatorNumber::new(1).unwrap());
        party::add_operator(shell, cashier, admin, None)
            .await
            .unwrap();
        terminal
    }

    /// Changes the database as somebody does who has it in hand and goes round the store,
    /// and says how many rows that were.
    pub(crate) fn tamper(&self, sql: &str) -> u64 {
        tamper::tamper(self.shell.config(), sql)
    }

    /// Gives an operator a password from forty days ago, as if a reset had gone through;
    /// nobody can sign on with it.
    pub(crate) fn give_password(&self, (terminal, operator): (TerminalId, u8)) {
        let since = self.shell.now() - SignedDuration::from_hours(24 * 40);
        let added = self.tamper(&format!(
            "INSERT INTO credentials \
             (terminal, operator, version, record, case_id, state, created_at) \
             VALUES ('{terminal}', {operator}, 1, x'00', '0000000000000000', 'active', {})",
            since.as_millisecond(),
        ));
        assert_eq!(added, 1);
        let pointed = self.tamper(&format!(
            "UPDATE operators SET credential_version = 1 \
             WHERE terminal = '{terminal}' AND number = {operator}"
        ));
        assert_eq!(pointed, 1);
    }

    /// Takes what waits to be sent: where to, and what.
    pub(crate) async fn messages(&self) -> Vec<(String, String)> {
        let (now, shell) = (self.shell.now(), self.shell.clone());
        let taken = move |tx: &mut dyn tillkey_store::tx::Tx| -> Result<_, Fault> {
            let mut messages = Vec::new();
            for claimed in outbox::claim(tx, now, now, 100)? {
                let opened = claimed.open(tx, shell.seal_keys())?;
                outbox::sent(tx, claimed.id, now)?;
                messages.push((
                    opened.destination.expose().clone(),
                    opened.body.expose().clone(),
                ));
            }
            Ok(messages)
        };
        self.shell.store().write(taken).await.unwrap()
    }

    /// Everything the ledger holds, as text.
    pub(crate) async fn ledger_text(&self) -> String {
        let home = self.shell.home().clone();
        let all = move |tx: &mut dyn tillkey_store::tx::Tx| {
            event::list(tx, &home, &event::Filter::All, (None, 500))
        };
        let placed = self.shell.store().read(all).await.unwrap();
        let lines = placed
            .iter()
            .map(|placed| serde_json::to_string(&placed.entry).unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The password that [`World::staff`] chooses for an account.
pub(crate) fn own_password(account: &str) -> String {
    format!("the third shelf left of {account}")
}

/// What opens a case for cashier `01`.
pub(crate) fn opening(merchant: &str) -> Value {
    json!({"merchant": merchant, "terminal": TERMINAL, "operator": "01", "reason": "forgotten"})
}

/// The code in a message.
pub(crate) fn digits(text: &str, length: usize) -> String {
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words
        .find(|word| word.len() == length)
        .unwrap_or_else(|| panic!("no code: {text}"))
        .to_owned()
}

/// Another code of the same length.
pub(crate) fn other(code: &str) -> String {
    let next = |digit: char| (digit.to_digit(10)? + 1).checked_rem(10);
    code.chars()
        .filter_map(|digit| char::from_digit(next(digit)?, 10))
        .collect()
}

fn administrator(acquirer: &AcquirerId, now: Timestamp) -> SignedIn {
    SignedIn {
        acquirer: acquirer.clone(),
        actor: Actor::Staff {
            staff: "founder".parse().unwrap(),
            person: "p-founder".parse().unwrap(),
            role: Role::Administrator,
        },
        session: StaffSessionId::from_bytes([1; 10]),
        proved_at: now,
    }
}

async fn furnish(shell: &Shell, admin: &SignedIn) -> TerminalId {
    let details = party::MerchantDetails {
        merchant: MERCHANT.parse().unwrap(),
        name: "老王面馆".to_owned(),
        phone: PHONE.parse().unwrap(),
        credit_code: Some(SocialCreditCode::parse(LICENCE).unwrap()),
        holder: Some(ResidentIdentityNumber::parse(HOLDER).unwrap()),
        proxies: Vec::new(),
    };
    party::add_merchant(shell, details, admin, None)
        .await
        .unwrap();
    let details = party::TerminalDetails {
        merchant: MERCHANT.parse().unwrap(),
        number: TERMINAL.parse().unwrap(),
        serial_number: "SN10000001".parse().unwrap(),
        model: "T1".parse().unwrap(),
    };
    let terminal = party::add_terminal(shell, details, admin, None)
        .await
        .unwrap();
    for number in [0, 1, 99] {
        let operator = OperatorNumber::new(number).unwrap();
        party::add_operator(shell, (terminal, operator), admin, None)
            .await
            .unwrap();
    }
    terminal
}
