//! The bank's people, each signed in over HTTP, and calls in their names.

use std::time::Duration;

use rand::Rng;
use serde_json::{Value, json};
use tillkey_rules::party::{Actor, Role};
use tillkey_server::Shell;
use tillkey_server::act::staff::{self, NewStaff};

use crate::failed::Failed;

/// How long a call may take.
const CALL_WAIT_MAX: Duration = Duration::from_secs(20);

/// Somebody who calls the service: with a bearer token, or nobody in particular.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    /// The name that the story uses.
    pub(super) name: &'static str,
    token: Option<String>,
    /// The account and the password, for whoever has them.
    account: Option<(String, String)>,
}

impl Caller {
    /// Somebody who has signed in already.
    pub(super) const fn with_token(name: &'static str, token: String) -> Self {
        Self {
            name,
            token: Some(token),
            account: None,
        }
    }
}

/// The bank.
pub(super) struct Bank {
    http: Http,
    pub(super) administrator: Caller,
    pub(super) agent: Caller,
    pub(super) clerk: Caller,
    /// The bank's own system, which reports trade.
    pub(super) core: Caller,
    pub(super) auditor: Caller,
    /// Two persons: at night the hotline needs both.
    pub(super) reviewers: [Caller; 2],
}

impl Bank {
    /// Hires the people as `tillkey staff add` does, and signs them in over HTTP.
    pub(super) async fn open(shell: &Shell, url: &str) -> Result<Self, Failed> {
        let http = Http::new(url);
        Ok(Self {
            administrator: sign_in(shell, &http, ("Zhou", Role::Administrator)).await?,
            agent: sign_in(shell, &http, ("Li", Role::Agent)).await?,
            clerk: sign_in(shell, &http, ("Wang", Role::Clerk)).await?,
            auditor: sign_in(shell, &http, ("Zhao", Role::Auditor)).await?,
            core: sign_in(shell, &http, ("Core", Role::Integrator)).await?,
            reviewers: [
                sign_in(shell, &http, ("Chen", Role::Reviewer)).await?,
                sign_in(shell, &http, ("Sun", Role::Reviewer)).await?,
            ],
            http,
        })
    }

    /// A call by nobody in particular.
    pub(super) const fn stranger() -> Caller {
        Caller {
            name: "somebody",
            token: None,
            account: None,
        }
    }

    /// A call by whoever holds a case token.
    pub(super) fn holder(token: &str) -> Caller {
        Caller::with_token("the merchant", token.to_owned())
    }

    /// A session of its own for one of the bank's people.
    pub(super) async fn session_of(&self, who: &Caller) -> Result<String, Failed> {
        let (account, password) = who
            .account
            .as_ref()
            .ok_or_else(|| Failed::new(format!("{} has no account", who.name)))?;
        let body = json!({ "staff": account, "password": password });
        let answer = self
            .post(&Self::stranger(), "/v1/staff/sessions", body)
            .await?;
        text(&answer, "token")
    }

    /// Posts, and gives the answer.
    pub(super) async fn post(&self, by: &Caller, path: &str, body: Value) -> Result<Value, Failed> {
        self.http.call(by, path, Some(body)).await
    }

    /// Gets.
    pub(super) async fn get(&self, by: &Caller, path: &str) -> Result<Value, Failed> {
        self.http.call(by, path, None).await
    }
}

async fn sign_in(
    shell: &Shell,
    http: &Http,
    (name, role): (&'static str, Role),
) -> Result<Caller, Failed> {
    // A run of its own on an installation that may have had one before.
    let account = format!(
        "{}.{:06}",
        name.to_lowercase(),
        shell.rng().gen_range(0..1_000_000)
    );
    let id = |text: &str| {
        text.parse()
            .map_err(Failed::because("a made-up name is not valid"))
    };
    let person = account
        .parse()
        .map_err(Failed::because("a made-up name is not valid"))?;
    let new = NewStaff {
        acquirer: shell.home().clone(),
        staff: id(&account)?,
        person,
        role,
    };
    let password = staff::add(shell, new, &Actor::System)
        .await
        .map_err(Failed::because(format!("{name} cannot be hired")))?;
    let body = json!({ "staff": account, "password": password.expose() });
    let answer = http
        .call(&Bank::stranger(), "/v1/staff/sessions", Some(body))
        .await?;
    let newcomer = Caller {
        name,
        token: Some(text(&answer, "token")?),
        account: None,
    };
    // A first password opens nothing but the choice of another one.
    let chosen: String = (0..20)
        .map(|_| char::from(shell.rng().gen_range(b'a'..=b'z')))
        .collect();
    let body = json!({ "old": password.expose(), "new": chosen });
    let answer = http
        .call(&newcomer, "/v1/staff/password", Some(body))
        .await?;
    Ok(Caller {
        name,
        token: Some(text(&answer, "token")?),
        account: Some((account, chosen)),
    })
}

/// A text of an answer.
pub(super) fn text(answer: &Value, name: &str) -> Result<String, Failed> {
    answer
        .get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| Failed::new(format!("the answer has no `{name}`")))
}

struct Http {
    agent: ureq::Agent,
    url: String,
}

impl Http {
    fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(CALL_WAIT_MAX))
            .build();
        Self {
            agent: config.into(),
            url: url.to_owned(),
        }
    }

    async fn call(&self, by: &Caller, path: &str, body: Option<Value>) -> Result<Value, Failed> {
        let (agent, url) = (self.agent.clone(), format!("{}{path}", self.url));
        let bearer = by.token.as_ref().map(|token| format!("Bearer {token}"));
        let what = format!("{} cannot call {path}", by.name);
        let under = what.clone();
        let called = tokio::task::spawn_blocking(move || {
            let answer = match body {
                Some(body) => {
                    let mut request = agent.post(&url);
                    if let Some(bearer) = &bearer {
                        request = request.header("authorization", bearer);
                    }
                    request.header("accept-language", "en").send_json(body)
                }
                None => {
                    let mut request = agent.get(&url);
                    if let Some(bearer) = &bearer {
                        request = request.header("authorization", bearer);
                    }
                    request.header("accept-language", "en").call()
                }
            };
            let mut answer = answer.map_err(Failed::because(what))?;
            let text = answer
                .body_mut()
                .read_to_string()
                .map_err(Failed::because("the answer cannot be read"))?;
            Ok::<_, Failed>((answer.status().as_u16(), text))
        });
        let (status, text) = called
            .await
            .map_err(Failed::because("a call ended in a panic"))??;
        if !(200..300).contains(&status) {
            return Err(Failed::new(text).under(&format!("{under}: status {status}")));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_str(&text).map_err(Failed::because("the answer is not JSON"))
    }
}
