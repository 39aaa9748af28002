//! What time alone does: a review falls due, and is reminded of.

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use tillkey_rules::access_review::{Due, Standing, next, overdue_at};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::spending::Purse;
use tillkey_rules::terms::days_after;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_store::access_review::{self, LookedAt, StoredReview};
use tillkey_store::fault::Fault;
use tillkey_store::party::contact;
use tillkey_store::tx::Tx;

use crate::act::case::{act, begin_step};
use crate::act::message::{self, Message, To};
use crate::act::{Failure, note};
use crate::bell::Ring;
use crate::limits::LOOK_BATCH_MAX;
use crate::shell::Shell;

/// Looks at the merchants whose time it is.
///
/// # Errors
/// [`Failure::Fault`]; the next look finds the same.
pub async fn sweep(shell: &Shell) -> Result<(), Failure> {
    // Most looks find none: the writer is asked for only where one does.
    let now = shell.now();
    let due = shell
        .store()
        .read(move |tx| access_review::to_look_at(tx, now, 1));
    if due.await?.is_empty() {
        return Ok(());
    }
    act(shell, None, move |shell, tx, now, rng| {
        let mut rings = Vec::new();
        for found in access_review::to_look_at(tx, now, LOOK_BATCH_MAX)? {
            rings.extend(look_at(shell, tx, &found, (now, rng))?);
        }
        Ok((Ok(()), rings))
    })
    .await
}

fn look_at(
    shell: &Shell,
    tx: &mut dyn Tx,
    found: &LookedAt,
    (now, rng): (Timestamp, &mut ChaCha20Rng),
) -> Result<Vec<Ring>, Fault> {
    let last = access_review::last(tx, &found.merchant)?;
    let standing = standing(found, last.as_ref());
    let round = last.map_or(0, |last| last.round);
    match next(&standing, shell.terms(), now) {
        Due::Nothing(at) => access_review::look_again(tx, &found.merchant, at).map(|()| Vec::new()),
        Due::Open => {
            let round = round.saturating_add(1);
            let overdue_at = overdue_at(now, shell.terms());
            let whose = (&found.acquirer, &found.merchant);
            access_review::open(tx, whose, round, (now, overdue_at))?;
            access_review::look_again(tx, &found.merchant, overdue_at)?;
            let event = Event::AccessReviewOpened {
                merchant: found.merchant.clone(),
                round,
            };
            note(tx, &found.acquirer, (now, &Actor::System), event)?;
            tell(shell, tx, (found, round, Word::Due), (now, rng))
        }
        Due::Remind => {
            access_review::remind(tx, &found.merchant, now)?;
            access_review::look_again(tx, &found.merchant, days_after(now, 1))?;
            tell(shell, tx, (found, round, Word::Overdue), (now, rng))
        }
    }
}

fn standing(found: &LookedAt, last: Option<&StoredReview>) -> Standing {
    let open = last.filter(|last| last.completed_at.is_none());
    Standing {
        since: last
            .and_then(|last| last.completed_at)
            .unwrap_or(found.created_at),
        opened_at: open.map(|open| open.opened_at),
        is_reminded: open.is_some_and(|open| open.reminded_at.is_some()),
        is_served: found.status == MerchantStatus::Active,
    }
}

/// What the merchant is told.
#[derive(Debug, Clone, Copy)]
enum Word {
    Due,
    Overdue,
}

fn tell(
    shell: &Shell,
    tx: &mut dyn Tx,
    (found, round, word): (&LookedAt, u32, Word),
    (now, rng): (Timestamp, &mut ChaCha20Rng),
) -> Result<Vec<Ring>, Fault> {
    let merchant = &found.merchant;
    let Some(contact) = contact::present(tx, merchant)? else {
        return Ok(Vec::new());
    };
    let language = message::language_of(shell, tx, merchant)?;
    let (name, body) = match word {
        Word::Due => ("due", language.access_review_due(merchant)),
        Word::Overdue => ("overdue", language.access_review_overdue(merchant)),
    };
    let mut step = begin_step(shell, &found.acquirer, now, rng);
    let message = Message {
        purse: Purse::Owed,
        to: To::Contact(&contact),
        key: format!("access_review/{merchant}/{round}/{name}"),
        body,
    };
    message::send(&mut step, tx, message)?;
    Ok(step.rings)
}
