//! Campaigns in a list, and the operators of one.

use std::ops::RangeInclusive;

use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use tillkey_rules::campaign::{Campaign, CampaignState, Manifest, TargetState};
use tillkey_rules::vocabulary::Reason;
use tillkey_store::campaign::target::{self, Place, Target};
use tillkey_store::campaign::{self as campaigns};
use tillkey_wire::ids::{CampaignId, InvalidId};

use super::{READERS, acquirers_key, reach};
use crate::act::{Failure, Page, SignedIn, cursor, last_of_full};
use crate::limits::{CAMPAIGNS_PAGE, OUTCOMES_READ, TARGETS_PAGE};
use crate::shell::Shell;

/// A campaign in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignSummary {
    /// Which one.
    pub campaign: CampaignId,
    /// What it is called.
    pub title: String,
    /// Why the passwords are to be replaced.
    pub reason: Reason,
    /// Where it stands.
    pub state: CampaignState,
    /// Its list, once it is made.
    pub manifest: Option<Manifest>,
    /// The wave that it is in; 0 before the first.
    pub wave: u8,
    /// How many there are.
    pub waves: u8,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// When it last moved.
    pub changed_at: Timestamp,
}

/// Lists an acquirer's campaigns, the newest first.
///
/// # Errors
/// [`Failure::Invalid`] for a cursor that is none of ours.
pub async fn list(
    shell: &Shell,
    after: Option<&str>,
    by: &SignedIn,
) -> Result<Page<CampaignSummary>, Failure> {
    by.must_be(&READERS)?;
    let after = after.map(cursor::read).transpose()?;
    let (inner, acquirer) = (shell.clone(), by.acquirer.clone());
    let read = shell.store().read(move |tx| {
        let key = acquirers_key(tx, &inner, &acquirer)?;
        let found = campaigns::list(tx, &acquirer, (after, CAMPAIGNS_PAGE))?;
        let summary = |stored: &campaigns::Stored| {
            let campaign = &stored.campaign;
            Ok(CampaignSummary {
                campaign: campaign.id(),
                title: stored.title(&key)?.expose().clone(),
                reason: campaign.reason(),
                state: campaign.state(),
                manifest: campaign.manifest().cloned(),
                wave: campaign.wave(),
                waves: campaign.wave_count(),
                planned_at: campaign.planned_at(),
                changed_at: campaign.changed_at(),
            })
        };
        found.iter().map(summary).collect::<Result<Vec<_>, _>>()
    });
    let items = read.await?;
    let last = last_of_full(&items, CAMPAIGNS_PAGE);
    let next_cursor = last.map(|last| cursor::write(last.planned_at, last.campaign));
    Ok(Page { items, next_cursor })
}

/// Which operators of a campaign to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TargetFilter {
    /// Only those in this state, as it is shown.
    pub state: Option<TargetState>,
}

/// One page of a campaign's operators.
pub type TargetPage = Page<Target>;

/// Lists the operators of a campaign, by merchant, terminal and number.
///
/// # Errors
/// [`Failure::Unknown`] for a campaign of somebody else; [`Failure::Invalid`] for a cursor
/// that is none of ours.
pub async fn targets(
    shell: &Shell,
    id: CampaignId,
    (filter, after): (TargetFilter, Option<&str>),
    by: &SignedIn,
) -> Result<TargetPage, Failure> {
    by.must_be(&READERS)?;
    let after = after.map(read_place).transpose()?;
    let items = read(shell, (id, by), filter, (after, TARGETS_PAGE)).await?;
    let next_cursor = last_of_full(&items, TARGETS_PAGE).map(|last| write_place(&last.place));
    Ok(Page { items, next_cursor })
}

/// All operators of a campaign with what came of each, part by part, for a file. What
/// cannot be read at all fails before the first part.
///
/// # Errors
/// [`Failure::Unknown`] for a campaign of somebody else.
pub async fn outcomes(
    shell: &Shell,
    id: CampaignId,
    by: &SignedIn,
) -> Result<BoxStream<'static, Result<Vec<Target>, Failure>>, Failure> {
    by.must_be(&READERS)?;
    let all = TargetFilter::default();
    let first = read(shell, (id, by), all, (None, OUTCOMES_READ)).await?;
    let reader = (shell.clone(), by.clone());
    let parts = stream::try_unfold(Some(first), move |present| {
        let (shell, by) = reader.clone();
        async move {
            let Some(part) = present else {
                return Ok(None);
            };
            let last = last_of_full(&part, OUTCOMES_READ);
            let next = match last.map(|last| last.place.clone()) {
                None => None,
                after => Some(read(&shell, (id, &by), all, (after, OUTCOMES_READ)).await?),
            };
            Ok(Some((part, next)))
        }
    });
    let cut = move |failure: &Failure| {
        tracing::error!(campaign = %id, error = %failure, "outcomes broke off on their way out");
    };
    Ok(parts.inspect_err(cut).boxed())
}

async fn read(
    shell: &Shell,
    (id, by): (CampaignId, &SignedIn),
    filter: TargetFilter,
    (after, limit): (Option<Place>, u32),
) -> Result<Vec<Target>, Failure> {
    let by = by.clone();
    let read = shell.store().read(move |tx| {
        let Some(stored) = reach(tx, id, &by)? else {
            return Ok(Err(Failure::Unknown));
        };
        let campaign = stored.campaign;
        let page = (after.as_ref(), limit);
        let mut found = match filter.state {
            None => target::list(tx, id, page)?,
            Some(state) => {
                let (state, waves) = stored_as(&campaign, state);
                target::list_in_state(tx, (id, state), waves, page)?
            }
        };
        for one in &mut found {
            one.state = shown_state(&campaign, one.state, one.wave);
        }
        Ok(Ok(found))
    });
    read.await?
}

/// The first wave whose answers are still waited for; none of a campaign that is over.
fn waited_for(campaign: &Campaign) -> Option<u8> {
    campaign.state().is_open().then(|| campaign.wave())
}

/// How far an operator has come: whoever was asked in a wave that is over and is still
/// only asked has not answered.
pub(super) fn shown_state(campaign: &Campaign, state: TargetState, wave: u8) -> TargetState {
    let is_over = waited_for(campaign).is_none_or(|current| wave < current);
    match state {
        TargetState::Asked if is_over => TargetState::Unanswered,
        state => state,
    }
}

/// The same the other way round: as what a shown state is stored, in which waves.
fn stored_as(campaign: &Campaign, shown: TargetState) -> (TargetState, RangeInclusive<u8>) {
    let current = waited_for(campaign);
    match shown {
        TargetState::Asked => (TargetState::Asked, current.unwrap_or(u8::MAX)..=u8::MAX),
        TargetState::Unanswered => {
            let last = current.map_or(u8::MAX, |current| current.saturating_sub(1));
            (TargetState::Asked, 0..=last)
        }
        state => (state, 0..=u8::MAX),
    }
}

fn write_place(place: &Place) -> String {
    format!("{}.{}.{}", place.merchant, place.number, place.operator)
}

fn read_place(text: &str) -> Result<Place, InvalidId> {
    let invalid = || InvalidId {
        kind: "cursor",
        rule: "as the last page gave it",
    };
    let mut parts = text.splitn(3, '.');
    let mut next = || parts.next().ok_or_else(invalid);
    Ok(Place {
        merchant: next()?.parse().map_err(|_| invalid())?,
        number: next()?.parse().map_err(|_| invalid())?,
        operator: next()?.parse().map_err(|_| invalid())?,
    })
}
