//! Once a year a merchant reviews who has access: its operators, terminal by terminal,
//! and its managers.
//!
//! 1. [`sweep`] opens a review when it is due and tells the registered contact, and
//!    reminds it once.
//! 2. A manager who keeps operators sees everybody ([`view`]), with what is known of each,
//!    and says for each whether they stay ([`complete`]). Nothing is filled in before.
//! 3. Whoever goes loses access in the transaction of the answers, and whoever may not be
//!    removed by this manager is only confirmed (attack F07).
//! 4. Staff see which merchants have not answered ([`list`]).

mod list;
mod sweep;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tillkey_rules::access_review::{self as rules, Answer, Answers, Holder, Reach};
use tillkey_rules::event::Event;
use tillkey_rules::terms::days_after;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::access_review::{self, StoredReview};
use tillkey_store::fault::Fault;
use tillkey_store::party::{operator, terminal};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{InvalidId, MerchantNumber, TerminalId, TerminalNumber};

pub use self::list::{OpenReview, OpenState, list};
pub use self::sweep::sweep;
use super::case::{act, begin_step};
use super::managers::{self, Fellow, ManagerSession};
use super::party::{OperatorView, Register, operator_view, recheck_cases};
use super::{Failure, Once};
use crate::limits::{OPERATORS_REVIEWED_MAX, TERMINALS_PAGE};
use crate::shell::Shell;

/// A review that waits for its merchant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueReview {
    /// Counts the merchant's reviews, from 1.
    pub round: u32,
    /// When it fell due.
    pub opened_at: Timestamp,
    /// From when on it is overdue.
    pub overdue_at: Timestamp,
}

impl From<&StoredReview> for DueReview {
    fn from(stored: &StoredReview) -> Self {
        Self {
            round: stored.round,
            opened_at: stored.opened_at,
            overdue_at: stored.overdue_at,
        }
    }
}

/// An operator in a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorLine {
    /// On which terminal.
    pub terminal: TerminalId,
    /// Its number.
    pub terminal_number: TerminalNumber,
    /// The account.
    pub account: OperatorView,
    /// Whether the reader may remove it.
    pub reach: Reach,
}

/// A review with everybody in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewView {
    /// Which one.
    pub review: DueReview,
    /// The operators, by terminal and number.
    pub operators: Vec<OperatorLine>,
    /// The managers who may sign in, and those at rest.
    pub managers: Vec<Fellow>,
}

/// The review that waits for the merchant of the session, for whoever may answer it.
///
/// # Errors
/// [`Failure::Fault`].
pub async fn due(shell: &Shell, by: &ManagerSession) -> Result<Option<DueReview>, Failure> {
    if !by.has(ManagerRight::ManageOperators) {
        return Ok(None);
    }
    let merchant = by.merchant.clone();
    let read = shell
        .store()
        .read(move |tx| access_review::open_of(tx, &merchant));
    Ok(read.await?.as_ref().map(DueReview::from))
}

/// Everybody with access to the merchant of the session.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to manage operators; [`Failure::Unknown`]
/// where no review waits; [`Failure::Invalid`] where there are more operators than one
/// review takes.
pub async fn view(shell: &Shell, by: &ManagerSession) -> Result<ReviewView, Failure> {
    by.must(ManagerRight::ManageOperators)?;
    let (inner, by) = (shell.clone(), by.clone());
    shell
        .store()
        .read(move |tx| {
            let Some(open) = access_review::open_of(tx, &by.merchant)? else {
                return Ok(Err(Failure::Unknown));
            };
            let Some(operators) = operators_of(tx, &by)? else {
                return Ok(Err(too_many().into()));
            };
            let owner = Owner::Merchant(by.merchant.clone());
            let key = DataKey::load(tx, inner.seal_keys(), &owner)?;
            Ok(Ok(ReviewView {
                review: DueReview::from(&open),
                operators,
                managers: managers::fellows_of(tx, &by, &key)?,
            }))
        })
        .await?
}

/// What came of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reviewed {
    /// How many operators stay.
    pub kept: u32,
    /// How many operators were removed.
    pub removed: u32,
    /// How many managers stay.
    pub managers_kept: u32,
    /// How many managers lost their access.
    pub managers_removed: u32,
}

/// Takes a manager's answers, all of them at once, and removes whom they remove.
///
/// # Errors
/// [`Failure::NotAllowed`] without the right to manage operators; [`Failure::NotFresh`];
/// [`Failure::Unknown`] where that round is not open; what
/// [`rules::complete`] refuses.
pub async fn complete(
    shell: &Shell,
    (round, answers): (u32, Answers),
    by: &ManagerSession,
    once: Option<Once>,
) -> Result<Reviewed, Failure> {
    by.must(ManagerRight::ManageOperators)?;
    by.must_be_fresh(shell)?;
    let by = by.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let open = access_review::open_of(tx, &by.merchant)?;
        if open.is_none_or(|open| open.round != round) {
            return Ok((Err(Failure::Unknown), Vec::new()));
        }
        let Some(holders) = holders(tx, &by)? else {
            return Ok((Err(too_many().into()), Vec::new()));
        };
        let removed = match rules::complete(&holders, &answers) {
            Ok(removed) => removed,
            Err(refusal) => return Ok((Err(refusal.into()), Vec::new())),
        };
        let mut step = begin_step(shell, &by.acquirer, now, rng);
        for holder in &removed {
            match *holder {
                Holder::Operator { terminal, operator } => {
                    let mut register = Register {
                        shell,
                        acquirer: &by.acquirer,
                        actor: &by.actor(),
                        now,
                        rng: step.rng,
                    };
                    let ring = register.removal(tx, terminal, operator)?;
                    step.rings.extend(ring);
                    recheck_cases(&mut step, tx, (terminal, operator))?;
                }
                Holder::Manager { manager } => {
                    managers::end_access_of(&mut step, tx, &by, manager)?;
                }
            }
        }
        let (reviewed, event) = outcome((&by.merchant, round), &answers)?;
        by.note(tx, now, event)?;
        access_review::complete(tx, (&by.merchant, round), by.manager, now)?;
        let next = days_after(now, shell.terms().access_review_days);
        access_review::look_again(tx, &by.merchant, next)?;
        Ok((Ok(reviewed), step.rings))
    })
    .await
}

/// The operators of a merchant; none where there are more than one review takes.
fn operators_of(tx: &mut dyn Tx, by: &ManagerSession) -> Result<Option<Vec<OperatorLine>>, Fault> {
    let mut lines = Vec::new();
    let mut after: Option<TerminalNumber> = None;
    loop {
        let page = terminal::of_merchant(tx, &by.merchant, after.as_ref(), TERMINALS_PAGE)?;
        let Some(last) = page.last() else {
            return Ok(Some(lines));
        };
        after = Some(last.number.clone());
        for found in page {
            for account in operator::list(tx, found.id)? {
                lines.push(OperatorLine {
                    terminal: found.id,
                    terminal_number: found.number.clone(),
                    reach: rules::reach_operator(&by.rights, account.number.rank()),
                    account: operator_view(tx, &account)?,
                });
            }
        }
        if lines.len() > OPERATORS_REVIEWED_MAX {
            return Ok(None);
        }
    }
}

/// Everybody with access, and whom this manager may remove, as of this moment.
fn holders(tx: &mut dyn Tx, by: &ManagerSession) -> Result<Option<BTreeMap<Holder, Reach>>, Fault> {
    let Some(operators) = operators_of(tx, by)? else {
        return Ok(None);
    };
    let operator = |line: OperatorLine| {
        let holder = Holder::Operator {
            terminal: line.terminal,
            operator: line.account.operator,
        };
        (holder, line.reach)
    };
    let mut holders: BTreeMap<_, _> = operators.into_iter().map(operator).collect();
    for account in managers::enabled(tx, (&by.acquirer, &by.merchant))? {
        let holder = Holder::Manager {
            manager: account.id,
        };
        holders.insert(holder, managers::reach_of(by, &account));
    }
    Ok(Some(holders))
}

fn outcome(
    (merchant, round): (&MerchantNumber, u32),
    answers: &Answers,
) -> Result<(Reviewed, Event), Fault> {
    let mut reviewed = Reviewed::default();
    for (holder, answer) in answers {
        let counted = match (holder, answer) {
            (Holder::Operator { .. }, Answer::Keep) => &mut reviewed.kept,
            (Holder::Operator { .. }, Answer::Remove) => &mut reviewed.removed,
            (Holder::Manager { .. }, Answer::Keep) => &mut reviewed.managers_kept,
            (Holder::Manager { .. }, Answer::Remove) => &mut reviewed.managers_removed,
        };
        *counted = counted.saturating_add(1);
    }
    let list: Vec<_> = answers.iter().collect();
    let written = serde_json::to_vec(&list).map_err(|_| Fault::Damaged {
        thing: "the answers of a review",
        why: "they cannot be written",
    })?;
    let event = Event::AccessReviewed {
        merchant: merchant.clone(),
        round,
        kept: reviewed.kept,
        removed: reviewed.removed,
        managers_kept: reviewed.managers_kept,
        managers_removed: reviewed.managers_removed,
        digest: data_encoding::HEXLOWER.encode(&Sha256::digest(written)),
    };
    Ok((reviewed, event))
}

fn too_many() -> InvalidId {
    InvalidId {
        kind: "merchant",
        rule: "one with at most 300 operators",
    }
}
