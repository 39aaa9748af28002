//! What a campaign does without anybody being asked: make its list, begin waves, ask
//! merchants, stop where too many fail, and put old passwords out of use.
//!
//! Each look takes on a bounded part in one transaction. A kill between two of them loses
//! nothing: what is to be done next follows from what is stored.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use tillkey_rules::campaign::{
    Campaign, CampaignEvent, CampaignState, Command, Manifest, PlanFault, Tally, TargetState,
    decide,
};
use tillkey_rules::dormancy::RestCause;
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::policy::{Decision, Question};
use tillkey_rules::spending::Purse;
use tillkey_rules::terms::hours_after;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus};
use tillkey_store::campaign::merchant::{self as members, Bounds};
use tillkey_store::campaign::target::{self, Found};
use tillkey_store::campaign::{self as campaigns, Stored};
use tillkey_store::fault::Fault;
use tillkey_store::party::{contact, merchant};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{CampaignId, MerchantNumber, Rank};

use super::{Work, by_itself, manifest};
use crate::act::case::{act, begin_step};
use crate::act::message::{self, Message, To};
use crate::act::{Failure, dormancy, is_full, note};
use crate::bell::Ring;
use crate::limits::{ASK_BATCH_MAX, DUE_BATCH_MAX, LIST_BATCH_MAX, REST_BATCH_MAX};
use crate::shell::Shell;

/// How often a campaign that runs is looked at.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(2);
/// A contact that changed long ago, for a question about nobody in particular.
const LONG_AGO_HOURS: u32 = 24 * 365;

/// Looks at the campaigns whose time it is. True where there is more than one look took on.
///
/// # Errors
/// [`Failure::Fault`]; the next look finds the same.
pub async fn sweep(shell: &Shell) -> Result<bool, Failure> {
    let now = shell.now();
    let due = shell
        .store()
        .read(move |tx| campaigns::due(tx, now, DUE_BATCH_MAX))
        .await?;
    let mut more = false;
    for id in due {
        more |= look(shell, id).await?;
    }
    Ok(rest(shell).await? || more)
}

/// Looks at one campaign. True where there is more to do at once.
async fn look(shell: &Shell, id: CampaignId) -> Result<bool, Failure> {
    let found = shell
        .store()
        .read(move |tx| campaigns::find(tx, id))
        .await?;
    let Some(Stored { campaign, .. }) = found else {
        return Ok(false);
    };
    match campaign.state() {
        CampaignState::Planning => list(shell, campaign).await,
        CampaignState::Running if ask(shell, &campaign).await? => Ok(true),
        _ => tick(shell, campaign).await,
    }
}

/// Takes the next operators onto the list; when there are none, closes it. True where
/// there is more.
async fn list(shell: &Shell, campaign: Campaign) -> Result<bool, Failure> {
    let id = campaign.id();
    let is_whole = act(shell, None, move |_, tx, now, _| {
        let Some(stored) = campaigns::find(tx, id)? else {
            return Ok((Ok(false), Vec::new()));
        };
        let found = target::candidates(tx, (id, &stored.acquirer), LIST_BATCH_MAX)?;
        for one in &found {
            if stored.campaign.selection().takes(&one.candidate) {
                take(tx, id, one, now)?;
            }
        }
        match found.last() {
            Some(last) => target::set_cursor(tx, id, &last.place)?,
            None => divide(tx, &stored.campaign)?,
        }
        Ok((Ok(found.is_empty()), Vec::new()))
    })
    .await?;
    if is_whole {
        close(shell, campaign).await?;
    }
    Ok(true)
}

fn take(tx: &mut dyn Tx, id: CampaignId, found: &Found, now: Timestamp) -> Result<(), Fault> {
    let merchant = &found.place.merchant;
    members::count_in(tx, id, (merchant, shuffle(id, merchant)))?;
    target::add(tx, id, (&found.place, found.terminal), now)
}

/// A merchant's place in the order that waves are filled in: as good as drawn, and the
/// same whoever computes it, so that the first wave is a fair sample.
fn shuffle(id: CampaignId, merchant: &MerchantNumber) -> i64 {
    let mut hasher = Sha256::new();
    hasher.update(id.as_bytes());
    hasher.update(merchant.as_str());
    let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hasher.finalize());
    i64::from_be_bytes([a & 0x7f, b, c, d, e, f, g, h])
}

fn divide(tx: &mut dyn Tx, campaign: &Campaign) -> Result<(), Fault> {
    let (_, targets) = members::sum(tx, campaign.id())?;
    let waves = &campaign.terms().waves;
    // A merchant is in the next wave when those before it are enough for this one.
    let end = |wave: usize| match waves.get(wave) {
        Some(percent) if wave + 1 < waves.len() => {
            let share = u64::from(targets) * u64::from(*percent);
            i64::try_from(share.div_ceil(100)).unwrap_or(i64::MAX)
        }
        _ => i64::MAX,
    };
    let bounds = Bounds {
        second: end(0),
        third: end(1),
        fourth: end(2),
    };
    members::divide(tx, campaign.id(), bounds)?;
    // A few merchants do not fill every wave: those that nobody is in are left out.
    for (wave, found) in (1..).zip(members::waves(tx, campaign.id())?) {
        if found.wave != wave {
            members::renumber(tx, campaign.id(), (found.wave, wave))?;
        }
    }
    Ok(())
}

/// The list is whole: it is put up for approval.
async fn close(shell: &Shell, campaign: Campaign) -> Result<(), Failure> {
    let id = campaign.id();
    let inner = shell.clone();
    let read = shell.store().read(move |tx| {
        let (merchants, targets) = members::sum(tx, id)?;
        if targets == 0 {
            return Ok(Command::GiveUp(PlanFault::Nobody));
        }
        let ranks = target::ranks(tx, id)?;
        let present = [
            (Rank::Cashier, ranks.cashiers),
            (Rank::Supervisor, ranks.supervisors),
            (Rank::Administrator, ranks.administrators),
        ];
        let present = present.into_iter().filter(|(_, count)| *count > 0);
        let needed = present.map(|(rank, _)| approvals_needed(&inner, &campaign, rank));
        let Some(approvals_needed) = needed.collect::<Option<Vec<u8>>>() else {
            return Ok(Command::GiveUp(PlanFault::NotPermitted));
        };
        Ok(Command::List {
            manifest: Manifest {
                digest: manifest::digest(tx, &campaign)?,
                targets,
                terminals: target::terminals(tx, id)?,
                merchants,
                waves: u8::try_from(members::waves(tx, id)?.len()).unwrap_or(u8::MAX),
            },
            approvals_needed: approvals_needed.into_iter().max().unwrap_or(1),
        })
    });
    let command = read.await?;
    by_itself(shell, id, move |work, tx| {
        work.run(tx, command.clone())?;
        Ok(Vec::new())
    })
    .await
}

/// How many persons have to approve such a list, by the policy: as many as it wants for a
/// case with a manager's consent about which nothing else is known, and one at least. None
/// where it permits no such case.
fn approvals_needed(shell: &Shell, campaign: &Campaign, rank: Rank) -> Option<u8> {
    let question = Question {
        channel: Channel::Campaign,
        reason: campaign.reason(),
        evidence: [EvidenceKind::ManagerConsent].into(),
        rank,
        merchant_status: MerchantStatus::Active,
        contact_age_hours: LONG_AGO_HOURS,
        failures_30d: 0,
        resets_30d: 0,
        hour: 12,
        terminal_online: true,
        unsettled_batch: None,
        open_alert: false,
    };
    match shell.policy().verdict(&question, shell.offered()).decision {
        Decision::GoAhead => Some(1),
        Decision::Review { reviewers } => Some(reviewers.count()),
        Decision::MoreEvidence | Decision::CounterOnly | Decision::Refuse => None,
    }
}

/// Sees what follows from how the operators stand. A wave begins only if what is stored is
/// the list that was approved. True where something happened.
async fn tick(shell: &Shell, campaign: Campaign) -> Result<bool, Failure> {
    let (id, looked_at) = (campaign.id(), campaign.clone());
    let read = shell.store().read(move |tx| tallies(tx, &looked_at));
    let (wave, all) = read.await?;
    let now = shell.now();
    let (campaign_state, deadline) = (campaign.state(), campaign.deadline());
    let command = Command::Tick { wave, all };
    let events = decide(&campaign, command.clone(), &Actor::System, now).events;
    let begins = |event: &CampaignEvent| matches!(event, CampaignEvent::WaveBegan { .. });
    let command = match events.iter().any(begins) && !is_as_approved(shell, campaign).await? {
        true => Command::EndAltered,
        false => command,
    };
    let moves = !events.is_empty();
    let again = match campaign_state {
        // Whatever people do with it has it looked at; by itself it only lapses.
        CampaignState::Planned => deadline.unwrap_or(now),
        _ => now.checked_add(LOOK_EVERY).unwrap_or(now),
    };
    by_itself(shell, id, move |work, tx| {
        if command == Command::EndAltered {
            tracing::error!(campaign = %id, "the stored list is not the one that was approved");
        }
        if moves {
            work.run(tx, command.clone())?;
        } else {
            campaigns::look_again(tx, id, again)?;
        }
        Ok(Vec::new())
    })
    .await?;
    Ok(moves)
}

async fn is_as_approved(shell: &Shell, campaign: Campaign) -> Result<bool, Failure> {
    let read = shell.store().read(move |tx| {
        let stored = manifest::digest(tx, &campaign)?;
        let approved = campaign.manifest().map(|manifest| &manifest.digest);
        Ok(approved == Some(&stored))
    });
    Ok(read.await?)
}

/// How this wave stands, and how all of it does. Whoever was asked in a wave that is over,
/// and is still only asked, has not answered.
pub(super) fn tallies(tx: &mut dyn Tx, campaign: &Campaign) -> Result<(Tally, Tally), Fault> {
    let (mut wave, mut all) = (Tally::default(), Tally::default());
    for (state, of_wave, count) in target::tally(tx, campaign.id())? {
        let state = super::list::shown_state(campaign, state, of_wave);
        all.add(state, count);
        if of_wave == campaign.wave() && of_wave > 0 {
            wave.add(state, count);
        }
    }
    let waves = members::waves(tx, campaign.id())?;
    let mut present = waves.iter().filter(|one| one.wave == campaign.wave());
    let waiting = present.next().map_or(0, |one| one.waiting);
    wave.add(TargetState::Waiting, waiting);
    Ok((wave, all))
}

/// Asks the next merchants of the wave. True where there were any.
async fn ask(shell: &Shell, campaign: &Campaign) -> Result<bool, Failure> {
    let (id, wave) = (campaign.id(), campaign.wave());
    let read = shell
        .store()
        .read(move |tx| members::to_ask(tx, (id, wave), ASK_BATCH_MAX));
    let merchants = read.await?;
    if merchants.is_empty() {
        return Ok(false);
    }
    by_itself(shell, id, move |work, tx| {
        let mut rings = Vec::new();
        if work.campaign().state() != CampaignState::Running || work.campaign().wave() != wave {
            return Ok(rings);
        }
        for merchant in &merchants {
            rings.extend(ask_merchant(work, tx, merchant)?);
        }
        Ok(rings)
    })
    .await?;
    Ok(true)
}

fn ask_merchant(
    work: &mut Work<'_>,
    tx: &mut dyn Tx,
    number: &MerchantNumber,
) -> Result<Vec<Ring>, Fault> {
    let (id, wave, now) = (work.campaign().id(), work.campaign().wave(), work.now);
    let is_served =
        merchant::find(tx, number)?.is_some_and(|found| found.status == MerchantStatus::Active);
    let Some(contact) = contact::present(tx, number)?.filter(|_| is_served) else {
        members::asked(tx, (id, number), (now, None))?;
        target::skip(tx, (id, number, wave), now)?;
        return Ok(Vec::new());
    };
    let listed_at = work.campaign().planned_at();
    let came = target::ask(tx, (id, number, wave), (now, listed_at))?;
    let hours = work.campaign().terms().rest_after_hours;
    let rest_at = hours.filter(|_| came.asked > 0);
    let rest_at = rest_at.map(|hours| hours_after(now, hours));
    members::asked(tx, (id, number), (now, rest_at))?;
    if came.asked == 0 {
        return Ok(Vec::new());
    }
    let event = Event::CampaignAsked {
        campaign: id,
        merchant: number.clone(),
        operators: came.asked,
    };
    note(tx, &work.stored.acquirer, (now, &Actor::System), event)?;
    let language = message::language_of(work.shell, tx, number)?;
    let by = rest_at.map(|at| work.shell.there(at));
    let body = language.campaign_asks(number, (work.campaign().reason(), came.asked), by);
    let acquirer = work.stored.acquirer.clone();
    let mut step = begin_step(work.shell, &acquirer, now, work.rng);
    let message = Message {
        purse: Purse::Owed,
        to: To::Contact(&contact),
        key: format!("campaign/{id}/{number}"),
        body,
    };
    message::send(&mut step, tx, message)?;
    Ok(step.rings)
}

/// Puts old passwords out of use whose time is over. True where there may be more.
async fn rest(shell: &Shell) -> Result<bool, Failure> {
    let now = shell.now();
    let due = shell
        .store()
        .read(move |tx| members::to_rest(tx, now, ASK_BATCH_MAX))
        .await?;
    for (id, merchant) in &due {
        let merchant = merchant.clone();
        by_itself(shell, *id, move |work, tx| {
            rest_merchant(work, tx, &merchant)
        })
        .await?;
    }
    Ok(!due.is_empty())
}

fn rest_merchant(
    work: &mut Work<'_>,
    tx: &mut dyn Tx,
    merchant: &MerchantNumber,
) -> Result<Vec<Ring>, Fault> {
    let (campaign, now) = (work.campaign().id(), work.now);
    // Somebody may have held or ended it since it was looked at.
    if !matches!(
        work.campaign().state(),
        CampaignState::Running | CampaignState::Completed
    ) {
        return Ok(Vec::new());
    }
    let found = target::to_rest(tx, (campaign, merchant), REST_BATCH_MAX)?;
    let mut rings = Vec::new();
    for whose @ (terminal, operator) in &found {
        let event = Event::OperatorRested {
            campaign,
            terminal: *terminal,
            operator: *operator,
        };
        let resting = (&work.stored.acquirer, RestCause::Campaign, event);
        rings.extend(dormancy::rest(tx, *whose, resting, (now, work.rng))?);
        target::rested(tx, (campaign, merchant), *whose, now)?;
    }
    if !is_full(&found, REST_BATCH_MAX) {
        members::rested(tx, (campaign, merchant))?;
    }
    Ok(rings)
}
