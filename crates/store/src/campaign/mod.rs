//! Campaigns: their events and, folded from them, how they stand; the list of each
//! ([`target`]), and the merchants in it ([`merchant`]).
//!
//! As with cases, a campaign is written only over the version it was folded from.

pub mod merchant;
pub mod target;

use jiff::Timestamp;
use rand::{CryptoRng, RngCore};
use tillkey_rules::campaign::{Campaign, CampaignEvent};
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;
use tillkey_wire::ids::{AcquirerId, CampaignId};
use tillkey_wire::secret::Secret;

use crate::event;
use crate::fault::Fault;
use crate::seal::{DataKey, Place};
use crate::tx::{Tx, statements};
use crate::value::{Row, Value, signed};

statements! {
    ADD: "add a campaign" =
        "INSERT INTO campaigns (id, acquirer, planned_at, title_sealed, state, is_open, \
         changed_at, version, folded, look_at, cursor_merchant, cursor_number, cursor_operator) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $3, '', '', -1)";
    SAVE: "save a campaign" =
        "UPDATE campaigns SET state = $1, is_open = $2, changed_at = $3, version = $4, \
         folded = $5 WHERE id = $6 AND version = $7";
    FIND: "find a campaign" =
        "SELECT acquirer, folded, title_sealed FROM campaigns WHERE id = $1";
    LIST: "list an acquirer's campaigns" =
        "SELECT acquirer, folded, title_sealed FROM campaigns \
         WHERE acquirer = $1 AND (planned_at, id) < ($2, $3) \
         ORDER BY planned_at DESC, id DESC LIMIT $4";
    DUE: "find the campaigns to look at" =
        "SELECT id FROM campaigns WHERE is_open = 1 AND look_at <= $1 \
         ORDER BY look_at, id LIMIT $2";
    ADD_COMMENT: "store a comment on a campaign" =
        "INSERT INTO campaign_comments (campaign, version, text_sealed) VALUES ($1, $2, $3)";
    COMMENTS: "read the comments on a campaign" =
        "SELECT version, text_sealed FROM campaign_comments WHERE campaign = $1 \
         ORDER BY version LIMIT $2";
    LOOK_AGAIN: "note when to look at a campaign again" =
        "UPDATE campaigns SET look_at = $1 WHERE id = $2";
}

/// The version of the form of an entry.
const ENTRY_VERSION: u32 = 1;

/// A campaign as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Whose it is.
    pub acquirer: AcquirerId,
    /// How it stands.
    pub campaign: Campaign,
    title_sealed: Vec<u8>,
}

impl Stored {
    /// Opens what it is called.
    ///
    /// # Errors
    /// [`Fault::Unsealable`] with another acquirer's key.
    pub fn title(&self, key: &DataKey) -> Result<Secret<String>, Fault> {
        let row = self.campaign.id().to_string();
        key.unseal_text(title_place(&row), &self.title_sealed)
    }
}

/// What one actor did to a campaign at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// Whose campaign it is.
    pub acquirer: &'a AcquirerId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: &'a Actor,
    /// What happened, in order.
    pub events: &'a [CampaignEvent],
}

/// Writes a new campaign; its title is sealed with the acquirer's key.
///
/// # Errors
/// [`Fault::Dangling`] when the acquirer is not there.
pub fn begin(
    tx: &mut dyn Tx,
    key: &DataKey,
    (id, title, step): (CampaignId, &str, &Step<'_>),
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Campaign, Fault> {
    let missing = || Fault::Missing("event that plans the campaign");
    let first = step.events.first().ok_or_else(missing)?;
    let campaign = Campaign::begin(id, (step.at, step.by), first).ok_or_else(missing)?;
    let sealed = key.seal(title_place(&id.to_string()), title.as_bytes(), rng)?;
    let mut values = vec![
        Value::from(&id),
        Value::from(step.acquirer),
        Value::from(step.at),
        Value::from(sealed),
    ];
    values.extend(standing(&campaign)?);
    tx.execute(ADD, &values)?;
    record(tx, id, step)?;
    Ok(campaign)
}

/// Writes what happened to a campaign, and gives it as it is then.
///
/// # Errors
/// [`Fault::Conflict`] when it moved since it was loaded.
pub fn append(tx: &mut dyn Tx, mut campaign: Campaign, step: &Step<'_>) -> Result<Campaign, Fault> {
    if step.events.is_empty() {
        return Ok(campaign);
    }
    let before = campaign.version();
    for event in step.events {
        campaign.fold(step.at, step.by, event);
    }
    record(tx, campaign.id(), step)?;
    let mut values = standing(&campaign)?.to_vec();
    values.extend([Value::from(&campaign.id()), signed(before)?]);
    match tx.execute(SAVE, &values)? {
        0 => Err(Fault::Conflict("campaign")),
        _ => Ok(campaign),
    }
}

/// Finds a campaign.
///
/// # Errors
/// [`Fault::Damaged`] when it cannot be read.
pub fn find(tx: &mut dyn Tx, id: CampaignId) -> Result<Option<Stored>, Fault> {
    tx.query_one(FIND, &[Value::from(&id)])?
        .map(read)
        .transpose()
}

/// An acquirer's campaigns, the newest first, those after one of them.
///
/// # Errors
/// [`Fault::Damaged`] when one cannot be read.
pub fn list(
    tx: &mut dyn Tx,
    acquirer: &AcquirerId,
    (after, limit): (Option<(Timestamp, CampaignId)>, u32),
) -> Result<Vec<Stored>, Fault> {
    let (at, id) = after.map_or((Timestamp::MAX, String::new()), |(at, id)| {
        (at, id.to_string())
    });
    let values = [
        Value::from(acquirer),
        Value::from(at),
        Value::from(id),
        Value::from(limit.min(crate::limits::PAGE_MAX)),
    ];
    tx.query_many(LIST, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// The campaigns that it is time to look at.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn due(tx: &mut dyn Tx, now: Timestamp, limit: u32) -> Result<Vec<CampaignId>, Fault> {
    tx.query_many(DUE, &[Value::from(now), Value::from(limit)])?
        .into_iter()
        .map(|mut row| row.take())
        .collect()
}

/// Notes when to look at a campaign again.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn look_again(tx: &mut dyn Tx, id: CampaignId, at: Timestamp) -> Result<(), Fault> {
    tx.execute(LOOK_AGAIN, &[Value::from(at), Value::from(&id)])
        .map(|_| ())
}

/// Keeps a comment on a campaign as it stands after so many events.
///
/// # Errors
/// [`Fault::Taken`] when there is one already.
pub fn add_comment(
    tx: &mut dyn Tx,
    key: &DataKey,
    (id, version, text): (CampaignId, u64, &str),
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Fault> {
    let row = comment_row(id, version);
    let sealed = key.seal(comment_place(&row), text.as_bytes(), rng)?;
    let values = [Value::from(&id), signed(version)?, Value::from(sealed)];
    tx.execute(ADD_COMMENT, &values).map(|_| ())
}

/// The comments on a campaign, each with the version that it was written at.
///
/// # Errors
/// [`Fault::Unsealable`] with another acquirer's key.
pub fn comments(
    tx: &mut dyn Tx,
    key: &DataKey,
    (id, limit): (CampaignId, u32),
) -> Result<Vec<(u64, Secret<String>)>, Fault> {
    let rows = tx.query_many(COMMENTS, &[Value::from(&id), Value::from(limit)])?;
    let open = |mut row: Row| {
        let version: u64 = row.take()?;
        let sealed: Vec<u8> = row.take()?;
        let text = key.unseal_text(comment_place(&comment_row(id, version)), &sealed)?;
        Ok((version, text))
    };
    rows.into_iter().map(open).collect()
}

fn comment_row(id: CampaignId, version: u64) -> String {
    format!("{id}/{version}")
}

const fn comment_place(row: &str) -> Place<'_> {
    Place {
        table: "campaign_comments",
        column: "text_sealed",
        row,
    }
}

fn record(tx: &mut dyn Tx, campaign: CampaignId, step: &Step<'_>) -> Result<(), Fault> {
    for event in step.events {
        let entry = Entry {
            v: ENTRY_VERSION,
            at: step.at,
            acquirer: Some(step.acquirer.clone()),
            case: None,
            by: step.by.clone(),
            event: Event::Campaign {
                campaign,
                step: event.clone(),
            },
        };
        event::append(tx, &entry)?;
    }
    Ok(())
}

fn standing(campaign: &Campaign) -> Result<[Value; 5], Fault> {
    let folded = serde_json::to_string(campaign)
        .map_err(|_| Fault::damaged("campaign", "it cannot be written"))?;
    Ok([
        Value::from(campaign.state().name()),
        Value::from(campaign.state().is_open()),
        Value::from(campaign.changed_at()),
        signed(campaign.version())?,
        Value::from(folded),
    ])
}

fn read(mut row: Row) -> Result<Stored, Fault> {
    let acquirer = row.take()?;
    let folded: String = row.take()?;
    Ok(Stored {
        acquirer,
        campaign: serde_json::from_str(&folded)
            .map_err(|_| Fault::damaged("campaign", "it does not have the required shape"))?,
        title_sealed: row.take()?,
    })
}

const fn title_place(row: &str) -> Place<'_> {
    Place {
        table: "campaigns",
        column: "title_sealed",
        row,
    }
}
