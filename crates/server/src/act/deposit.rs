//! Deposits that come back: reckoned from the transactions that the acquirer's system
//! reports, and given back by it.
//!
//! 1. A terminal in service begins to count, on the terms that were agreed when it was
//!    approved.
//! 2. Soon after transactions of its merchant are recorded, by whatever way, and once its
//!    window has closed, the rules say how it stands. What changes is in the ledger: the terms, the days, the
//!    verdict, and the keyed digest of the sums.
//! 3. Earned, the merchant is told, and the acquirer's own system pays; that it has is
//!    noted here.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tillkey_rules::event::{AgreedDeposit, Event};
use tillkey_rules::onboarding::deposit::{DayTaken, DepositBack, DepositStanding, evaluate};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::spending::Purse;
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::{DepositState, ManagerRight};
use tillkey_store::deposit::{self as deposits, Deposit, NewDeposit};
use tillkey_store::fault::Fault;
use tillkey_store::party::contact;
use tillkey_store::party::terminal::Terminal;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{InvalidId, MerchantNumber, TerminalId, TerminalNumber};

use super::case::step::Step;
use super::case::{act, begin_step};
use super::managers::ManagerSession;
use super::message::{self, Message, To};
use super::{Failure, Once, Page, SignedIn, cursor, is_full, last_of_full, note};
use crate::limits::{DEPOSITS_PAGE, DEPOSITS_PER_MERCHANT_MAX, REFERENCE_LENGTH_MAX};
use crate::shell::Shell;

/// A terminal is in service: its deposit begins to count.
pub(super) fn begin(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    (terminal, agreed, day): (&Terminal, &AgreedDeposit, Date),
) -> Result<(), Fault> {
    let new = NewDeposit {
        terminal: terminal.id,
        acquirer: terminal.acquirer.clone(),
        merchant: terminal.merchant.clone(),
        number: terminal.number.clone(),
        deposit: Fen::sum(agreed.deposit_fen),
        back: DepositBack {
            taken: Fen::sum(agreed.taken_fen),
            within_days: agreed.within_days,
        },
        activated_on: day,
        now: step.now,
    };
    deposits::add(tx, &new)
}

/// Says how a deposit stands, and writes down what changed.
fn reckon(step: &mut Step<'_>, tx: &mut dyn Tx, terminal: TerminalId) -> Result<(), Fault> {
    let found = deposits::find(tx, terminal)?;
    let Some(deposit) = found.filter(|one| one.state == DepositState::Counting) else {
        return Ok(());
    };
    let days = deposits::days(tx, &deposit)?;
    let today = step.shell.day(step.now);
    let standing = evaluate(&deposit.back, deposit.activated_on, &days, today);
    let (state, counted, earned_on) = match standing {
        DepositStanding::Counting { taken, .. } => (DepositState::Counting, taken, None),
        DepositStanding::Earned { on, taken } => (DepositState::Earned, taken, Some(on)),
        DepositStanding::Missed { taken } => (DepositState::Missed, taken, None),
    };
    let has_moved = state != deposit.state;
    let now = Deposit {
        state,
        counted,
        earned_on,
        changed_at: if has_moved {
            step.now
        } else {
            deposit.changed_at
        },
        ..deposit
    };
    // Trade that comes in has it looked at at once. Otherwise it is once the window has
    // closed, and then every day until all of it is settled.
    let after_window = now.last_day.tomorrow().unwrap_or(Date::MAX);
    let due_on = after_window.max(today.tomorrow().unwrap_or(Date::MAX));
    deposits::save(tx, &now, due_on)?;
    if !has_moved {
        return Ok(());
    }
    let event = Event::DepositEvaluated {
        terminal,
        merchant: now.merchant.clone(),
        terms: AgreedDeposit {
            deposit_fen: now.deposit.fen(),
            taken_fen: now.back.taken.fen(),
            within_days: now.back.within_days,
        },
        activated_on: now.activated_on,
        until: today.min(now.last_day),
        state,
        earned_on,
        days_digest: digest_of(step.shell, &days),
    };
    note(tx, &now.acquirer, (step.now, &Actor::System), event)?;
    if state == DepositState::Earned {
        tell(step, tx, &now)?;
    }
    Ok(())
}

/// What the days held, so that whoever has them can show that they are the ones.
fn digest_of(shell: &Shell, days: &[DayTaken]) -> String {
    let text: Vec<String> = days
        .iter()
        .map(|one| format!("{} {} {}", one.day, one.sales.fen(), one.refunds.fen()))
        .collect();
    let keys = shell.seal_keys();
    keys.text_digest("deposit days", &text.join("\n")).to_hex()
}

fn tell(step: &mut Step<'_>, tx: &mut dyn Tx, deposit: &Deposit) -> Result<(), Fault> {
    let Some(contact) = contact::present(tx, &deposit.merchant)? else {
        return Ok(());
    };
    let language = message::language_of(step.shell, tx, &deposit.merchant)?;
    let message = Message {
        purse: Purse::Owed,
        to: To::Contact(&contact),
        key: format!("deposit_earned/{}", deposit.terminal),
        body: language.deposit_earned(&deposit.number, deposit.deposit),
    };
    message::send(step, tx, message)
}

/// Reckons the deposits whose trade has changed or whose window has closed. True where
/// there may be more.
pub(super) async fn reckon_due(shell: &Shell, limit: u32) -> Result<bool, Failure> {
    let today = shell.day(shell.now());
    let due = shell
        .store()
        .read(move |tx| deposits::due(tx, today, limit))
        .await?;
    let full = is_full(&due, limit);
    for terminal in due {
        act(shell, None, move |shell, tx, now: Timestamp, rng| {
            let Some(found) = deposits::find(tx, terminal)? else {
                return Ok((Ok(()), Vec::new()));
            };
            let mut step = begin_step(shell, &found.acquirer, now, rng);
            reckon(&mut step, tx, terminal)?;
            Ok((Ok(()), step.rings))
        })
        .await?;
    }
    Ok(full)
}

/// A deposit as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositView {
    /// For which terminal.
    pub terminal: TerminalId,
    /// Whose.
    pub merchant: MerchantNumber,
    /// The terminal's number.
    pub number: TerminalNumber,
    /// How much.
    pub deposit: Fen,
    /// What earns it back.
    pub back: DepositBack,
    /// How it stands.
    pub state: DepositState,
    /// What has counted so far.
    pub counted: Fen,
    /// The day from which it counts.
    pub activated_on: Date,
    /// The last day that counts.
    pub last_day: Date,
    /// The day that reached it.
    pub earned_on: Option<Date>,
    /// Since when it stands so.
    pub since: Timestamp,
    /// The days with trade, in order. For the merchant; empty in lists.
    pub days: Vec<DayTaken>,
}

fn shown(deposit: Deposit, days: Vec<DayTaken>) -> DepositView {
    DepositView {
        terminal: deposit.terminal,
        merchant: deposit.merchant,
        number: deposit.number,
        deposit: deposit.deposit,
        back: deposit.back,
        state: deposit.state,
        counted: deposit.counted,
        activated_on: deposit.activated_on,
        last_day: deposit.last_day,
        earned_on: deposit.earned_on,
        since: deposit.changed_at,
        days,
    }
}

/// A merchant's deposits, for a manager who may see its records.
///
/// # Errors
/// [`Failure::NotAllowed`] without that right.
pub async fn of_merchant(shell: &Shell, by: &ManagerSession) -> Result<Vec<DepositView>, Failure> {
    by.must(ManagerRight::SeeRecords)?;
    let merchant = by.merchant.clone();
    let found = shell.store().read(move |tx| {
        let found = deposits::of_merchant(tx, &merchant, DEPOSITS_PER_MERCHANT_MAX)?;
        found
            .into_iter()
            .map(|one| {
                let days = deposits::days(tx, &one)?;
                Ok(shown(one, days))
            })
            .collect::<Result<Vec<_>, Fault>>()
    });
    Ok(found.await?)
}

/// Who gives deposits back: the acquirer's people who ship, and its own system.
const PAYERS: [Role; 3] = [Role::Clerk, Role::Administrator, Role::Integrator];

/// An acquirer's deposits in a state, those that have waited longest first.
///
/// # Errors
/// [`Failure::Invalid`] for a cursor that is none of ours.
pub async fn list(
    shell: &Shell,
    state: DepositState,
    cursor: Option<String>,
    by: &SignedIn,
) -> Result<Page<DepositView>, Failure> {
    by.must_be(&PAYERS)?;
    let acquirer = by.acquirer.clone();
    let after = cursor.as_deref().map(cursor::read).transpose()?;
    let found = shell
        .store()
        .read(move |tx| deposits::in_state(tx, (&acquirer, state), after, DEPOSITS_PAGE))
        .await?;
    let last = last_of_full(&found, DEPOSITS_PAGE);
    let next_cursor = last.map(|last| cursor::write(last.changed_at, last.terminal));
    Ok(Page {
        items: found
            .into_iter()
            .map(|one| shown(one, Vec::new()))
            .collect(),
        next_cursor,
    })
}

/// What was done with a deposit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    /// For which terminal.
    pub terminal: TerminalId,
}

/// Notes that an earned deposit was paid back, under the payer's own reference.
///
/// # Errors
/// [`Failure::Refused`] with `out_of_order` for one that is not earned, or was given back.
pub async fn give_back(
    shell: &Shell,
    terminal: TerminalId,
    reference: &str,
    by: &SignedIn,
    once: Option<Once>,
) -> Result<GivenBack, Failure> {
    by.must_be(&PAYERS)?;
    let reference = checked_reference(reference)?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, _| {
        let found = deposits::find(tx, terminal)?;
        let Some(deposit) = found.filter(|one| one.acquirer == by.acquirer) else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        if deposit.state != DepositState::Earned {
            return Ok((Err(Refusal::OutOfOrder.into()), Vec::new()));
        }
        let event = Event::DepositReturned {
            terminal,
            merchant: deposit.merchant.clone(),
            reference_digest: shell
                .seal_keys()
                .reference_digest(&by.acquirer, &reference)
                .to_hex(),
        };
        let returned = Deposit {
            state: DepositState::Returned,
            changed_at: now,
            ..deposit
        };
        deposits::save(tx, &returned, returned.last_day)?;
        by.note(tx, now, event)?;
        Ok((Ok(GivenBack { terminal }), Vec::new()))
    })
    .await
}

fn checked_reference(text: &str) -> Result<String, InvalidId> {
    let text = text.trim();
    let plain = (1..=REFERENCE_LENGTH_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic());
    if plain {
        Ok(text.to_owned())
    } else {
        Err(InvalidId {
            kind: "reference",
            rule: "1 to 64 visible ASCII characters",
        })
    }
}
