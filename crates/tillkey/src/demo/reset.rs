//! One reset through one channel, step by step as people take it.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use tillkey_server::Shell;
use tillkey_wire::ids::CaseId;
use tokio::time::{Instant, sleep};

use super::bank::{Bank, Caller, text};
use super::observed::{CaseSeen, PrecheckSeen, ResetSeen};
use super::operator::{Operator, SignOn};
use super::phone::Phones;
use super::shop::Shop;
use super::story::Story;
use crate::failed::Failed;

/// How often the case is looked at while a terminal works.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How long a terminal may take to back up, and to say where its journal stands.
const BACKUP_WAIT_MAX: Duration = Duration::from_secs(20);

/// What a terminal has taken before its reset: money that must not be lost.
const TAKINGS_FEN: [u64; 3] = [2_350, 1_280, 9_900];

/// The channels that the demo shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Channel {
    App,
    Hotline,
    Counter,
    Portal,
    Terminal,
}

impl Channel {
    pub(super) const ALL: [Self; 5] = [
        Self::App,
        Self::Hotline,
        Self::Counter,
        Self::Portal,
        Self::Terminal,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Hotline => "hotline",
            Self::Counter => "counter",
            Self::Portal => "portal",
            Self::Terminal => "terminal",
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::App => "on the merchant's own phone",
            Self::Hotline => "by calling the bank",
            Self::Counter => "at a branch counter",
            Self::Portal => "by the shop's manager in the portal",
            Self::Terminal => "by the supervisor, at the terminal",
        }
    }
}

/// A reset under way.
struct Reset<'a> {
    bank: &'a Bank,
    phones: &'a Phones,
    story: &'a Story,
    channel: Channel,
    shop: &'a Shop,
    /// Who drives the case.
    by: Caller,
    case: String,
}

/// Resets the cashier's password and says what was observed.
pub(super) async fn run(
    shell: &Shell,
    bank: &Bank,
    phones: &Phones,
    story: &Story,
    channel: Channel,
    (shop, operator): (&Shop, &mut Operator),
) -> Result<ResetSeen, Failed> {
    let who = shop.cashier;
    // Signed on with the old password, so that its session has something to lose.
    operator.sign_on(who).await?;
    for fen in TAKINGS_FEN {
        operator.sell(who, fen).await?;
    }
    let taken: u64 = TAKINGS_FEN.iter().sum();
    story.step(&format!(
        "the terminal took {} payments, {}.{:02} yuan that are not settled yet",
        TAKINGS_FEN.len(),
        taken / 100,
        taken % 100
    ));
    let interruptions_before = operator.interruptions();

    let (reset, asked_at) = match channel {
        Channel::Terminal => at_the_till(bank, phones, story, (shop, operator)).await?,
        _ => by_people(bank, phones, story, channel, (shop, operator)).await?,
    };
    let approved_at = reset.look().await?.at("approved")?;
    let typed_at = shell.now();
    if channel != Channel::Terminal {
        let code = phones.code(shop, 8).await?;
        story.step("the reset code came to the registered phone; the cashier types it");
        operator.type_code(who, &code).await?;
    }
    let (effective_at, old) = operator.choose_password(who).await?;
    story.step("a new password was chosen on the terminal, and is in force");

    let old = old.ok_or_else(|| Failed::new("there was no old password"))?;
    let old_password = operator.sign_on_with(who, old).await?;
    let new_password = operator.sign_on(who).await?;
    story.step(&format!(
        "the old password is {}, the new one is {}",
        old_password.word(),
        new_password.word()
    ));
    let precheck = reset.precheck().await?;
    let seen = reset.look_until(CaseSeen::is_compared).await?;
    let reset_seen = ResetSeen {
        precheck,
        channel: channel.name(),
        case: seen,
        restarted: operator.interruptions() > interruptions_before,
        approved_to_code_on_terminal_ms: between_ms(approved_at, asked_at),
        code_to_effective_ms: between_ms(typed_at, effective_at),
        old_password_refused: old_password == SignOn::Refused,
        new_password_accepted: new_password == SignOn::Accepted,
    };
    story.timings(&reset_seen);
    Ok(reset_seen)
}

/// People drive the case until the terminal asks for the code: gives when it did.
async fn by_people<'a>(
    bank: &'a Bank,
    phones: &'a Phones,
    story: &'a Story,
    channel: Channel,
    (shop, operator): (&'a Shop, &mut Operator),
) -> Result<(Reset<'a>, Timestamp), Failed> {
    let reset = open(bank, phones, story, channel, shop).await?;
    reset.prove().await?;
    reset.decide().await?;
    let case: CaseId = reset
        .case
        .parse()
        .map_err(Failed::because("the case has no valid identifier"))?;
    let asked_at = operator.asked_for_code(case).await?;
    story.step(&format!(
        "terminal {} asks for the code",
        shop.terminal_number
    ));
    Ok((reset, asked_at))
}

/// The supervisor has the cashier choose: gives when the terminal asked them to.
async fn at_the_till<'a>(
    bank: &'a Bank,
    phones: &'a Phones,
    story: &'a Story,
    (shop, operator): (&'a Shop, &mut Operator),
) -> Result<(Reset<'a>, Timestamp), Failed> {
    operator.sign_on(shop.supervisor).await?;
    let (asked_at, case) = operator
        .supervisor_resets(shop.supervisor, shop.cashier)
        .await?;
    story.step(&format!(
        "supervisor {} signed on at the terminal and opened case {case}",
        shop.supervisor
    ));
    let reset = Reset {
        bank,
        phones,
        story,
        channel: Channel::Terminal,
        shop,
        by: bank.agent.clone(),
        case: case.to_string(),
    };
    let seen = reset.look().await?;
    if let Some(records) = seen.records() {
        story.step(&format!("the terminal was backed up: {records} records"));
    }
    story.step(&format!(
        "terminal {} asks the cashier for a new password",
        shop.terminal_number
    ));
    Ok((reset, asked_at))
}

fn between_ms(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_millis()).unwrap_or(0)
}

async fn open<'a>(
    bank: &'a Bank,
    phones: &'a Phones,
    story: &'a Story,
    channel: Channel,
    shop: &'a Shop,
) -> Result<Reset<'a>, Failed> {
    let staff = match channel {
        Channel::App => None,
        Channel::Hotline => Some(bank.agent.clone()),
        Channel::Counter => Some(bank.clerk.clone()),
        Channel::Portal => Some(shop.manager(bank, phones).await?),
        Channel::Terminal => return Err(Failed::new("its terminal opens such a case")),
    };
    let body = json!({
        "merchant": shop.merchant, "terminal": shop.terminal_number,
        "operator": shop.cashier, "reason": "forgotten", "channel": channel.name(),
    });
    let opener = staff.clone().unwrap_or(Bank::stranger());
    let opened = bank.post(&opener, "/v1/cases", body).await?;
    let by = match staff {
        Some(staff) => staff,
        None => Bank::holder(&text(&opened, "token")?),
    };
    let case = text(&opened, "case")?;
    story.step(&format!("{} opened case {case}", by.name));
    Ok(Reset {
        bank,
        phones,
        story,
        channel,
        shop,
        by,
        case,
    })
}

impl Reset<'_> {
    async fn post(&self, by: &Caller, what: &str, body: Value) -> Result<Value, Failed> {
        self.bank
            .post(by, &format!("/v1/cases/{}/{what}", self.case), body)
            .await
    }

    /// Gathers the evidence that the policy asks for in this channel.
    async fn prove(&self) -> Result<(), Failed> {
        match self.channel {
            Channel::App | Channel::Hotline => {
                self.post(&self.by, "challenges", json!({ "kind": "sms_code" }))
                    .await?;
                let code = self.phones.code(self.shop, 6).await?;
                let body = json!({ "kind": "sms_code", "code": code });
                self.post(&self.by, "evidence", body).await?;
                self.story.step(match self.channel {
                    Channel::App => "the code from the registered phone was typed in",
                    _ => "the caller read out the code from the registered phone; Li typed it",
                });
            }
            Channel::Portal => {
                let body = json!({ "kind": "portal_session" });
                self.post(&self.by, "evidence", body).await?;
                self.story
                    .step("the manager signed in to the portal a moment ago");
            }
            // Its supervisor's sign-on was the proof.
            Channel::Terminal => {}
            Channel::Counter => {
                for (kind, number) in [
                    ("identity_document", &self.shop.holder),
                    ("business_licence", &self.shop.credit_code),
                ] {
                    let body =
                        json!({ "kind": kind, "number": number, "original_inspected": true });
                    self.post(&self.by, "evidence", body).await?;
                }
                self.story.step(
                    "Wang inspected the identity document and the licence, and typed their \
                     numbers blind",
                );
            }
        }
        Ok(())
    }

    /// Asks for the decision, and has it reviewed by as many as it says.
    async fn decide(&self) -> Result<(), Failed> {
        let mut answer = self.post(&self.by, "submission", json!({})).await?;
        self.story.step(&format!(
            "the policy decides: {}",
            text(&answer, "decision")?
        ));
        for reviewer in &self.bank.reviewers {
            if text(&answer, "state")? != "in_review" {
                break;
            }
            let body = json!({ "verdict": "approve", "comment": "evidence is complete" });
            answer = self.post(reviewer, "review", body).await?;
            self.story
                .step(&format!("{} reviewed and approved", reviewer.name));
        }
        let seen = self.look_until(|seen| !seen.waits_for_backup()).await?;
        if let Some(records) = seen.records() {
            self.story
                .step(&format!("the terminal was backed up: {records} records"));
        }
        match seen.state() {
            "issued" => Ok(()),
            state => Err(Failed::new(format!(
                "the case stands at {state}, not at issued"
            ))),
        }
    }

    /// Looks again and again until what is awaited is there, and gives up after a while.
    async fn look_until(&self, is_there: fn(&CaseSeen) -> bool) -> Result<CaseSeen, Failed> {
        let until = Instant::now() + BACKUP_WAIT_MAX;
        loop {
            let seen = self.look().await?;
            if is_there(&seen) || Instant::now() >= until {
                return Ok(seen);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// What the terminal's own report comes to, as the bank sees it.
    async fn precheck(&self) -> Result<PrecheckSeen, Failed> {
        let path = format!("/v1/terminals/{}/health", self.shop.terminal);
        let answer = self.bank.get(&self.bank.administrator, &path).await?;
        serde_json::from_value(answer).map_err(Failed::because("the report cannot be read"))
    }

    async fn look(&self) -> Result<CaseSeen, Failed> {
        let answer = self
            .bank
            .get(&self.by, &format!("/v1/cases/{}", self.case))
            .await?;
        serde_json::from_value(answer).map_err(Failed::because("the case cannot be read"))
    }
}
