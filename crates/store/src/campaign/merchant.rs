//! The merchants of a campaign: in which wave each is, when it was asked, and when its old
//! passwords open nothing any more.

use jiff::Timestamp;
use tillkey_wire::ids::{AcquirerId, CampaignId, MerchantNumber};

use super::{Stored, read as read_campaign};
use crate::fault::Fault;
use crate::tx::{Tx, statements};
use crate::value::{Row, Value};

statements! {
    COUNT_IN: "count an operator of a merchant in a campaign" =
        "INSERT INTO campaign_merchants (campaign, merchant, shuffle, targets, wave) \
         VALUES ($1, $2, $3, 1, 0) ON CONFLICT (campaign, merchant) \
         DO UPDATE SET targets = campaign_merchants.targets + 1";
    DIVIDE: "divide the merchants of a campaign into waves" =
        "UPDATE campaign_merchants SET wave = placed.wave FROM \
         (SELECT merchant, CASE WHEN before >= $1 THEN 4 WHEN before >= $2 THEN 3 \
          WHEN before >= $3 THEN 2 ELSE 1 END AS wave FROM \
          (SELECT merchant, CAST(SUM(targets) OVER (ORDER BY shuffle, merchant) AS BIGINT) - targets AS before \
           FROM campaign_merchants WHERE campaign = $4) AS ranked) AS placed \
         WHERE campaign_merchants.campaign = $4 \
         AND campaign_merchants.merchant = placed.merchant";
    RENUMBER: "give a wave of a campaign another number" =
        "UPDATE campaign_merchants SET wave = $1 WHERE campaign = $2 AND wave = $3";
    SUM: "count what is on the list of a campaign" =
        "SELECT COUNT(*), CAST(COALESCE(SUM(targets), 0) AS BIGINT) FROM campaign_merchants WHERE campaign = $1";
    WAVES: "count the waves of a campaign" =
        "SELECT wave, COUNT(*), CAST(COALESCE(SUM(targets), 0) AS BIGINT), \
         CAST(COALESCE(SUM(CASE WHEN asked_at IS NULL THEN targets ELSE 0 END), 0) AS BIGINT) \
         FROM campaign_merchants WHERE campaign = $1 GROUP BY wave ORDER BY wave";
    TO_ASK: "find the merchants of a wave to ask" =
        "SELECT merchant FROM campaign_merchants \
         WHERE campaign = $1 AND wave = $2 AND asked_at IS NULL ORDER BY merchant LIMIT $3";
    ASKED: "note that a merchant was asked by a campaign" =
        "UPDATE campaign_merchants SET asked_at = $1, rest_at = $2 \
         WHERE campaign = $3 AND merchant = $4 AND asked_at IS NULL";
    TO_REST: "find the merchants whose old passwords have had their time" =
        "SELECT campaign_merchants.campaign, campaign_merchants.merchant \
         FROM campaign_merchants JOIN campaigns ON campaigns.id = campaign_merchants.campaign \
         WHERE campaign_merchants.rest_at <= $1 AND campaigns.state IN ('running', 'completed') \
         ORDER BY campaign_merchants.rest_at LIMIT $2";
    RESTED: "note that a merchant's old passwords have had their time" =
        "UPDATE campaign_merchants SET rest_at = NULL WHERE campaign = $1 AND merchant = $2";
    LET_BE: "let the old passwords of a campaign be" =
        "UPDATE campaign_merchants SET rest_at = NULL \
         WHERE campaign = $1 AND rest_at IS NOT NULL";
    ASKING: "find the campaigns that ask a merchant" =
        "SELECT campaigns.acquirer, campaigns.folded, campaigns.title_sealed, \
         campaign_merchants.asked_at, campaign_merchants.rest_at, campaign_merchants.wave \
         FROM campaign_merchants JOIN campaigns ON campaigns.id = campaign_merchants.campaign \
         WHERE campaign_merchants.merchant = $1 AND campaign_merchants.asked_at IS NOT NULL \
         AND campaigns.acquirer = $2 AND campaigns.is_open = 1 \
         ORDER BY campaign_merchants.asked_at DESC, campaigns.id LIMIT $3";
}

/// Where a merchant's operators end, for each wave but the last: so many operators, those
/// of earlier merchants, are before it.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// From so many on it is not in the first wave any more.
    pub second: i64,
    /// Not in the second.
    pub third: i64,
    /// Not in the third.
    pub fourth: i64,
}

/// How large a wave is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wave {
    /// Counts them, from 1.
    pub wave: u8,
    /// How many merchants.
    pub merchants: u32,
    /// How many operators.
    pub targets: u32,
    /// How many of them nobody was asked for yet.
    pub waiting: u32,
}

/// A campaign that asks a merchant.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The campaign.
    pub stored: Stored,
    /// When the merchant was asked.
    pub asked_at: Timestamp,
    /// When old passwords open nothing any more, where they do and have not yet.
    pub rest_at: Option<Timestamp>,
    /// Its wave.
    pub wave: u8,
}

/// Counts one more operator of a merchant. `shuffle` is its place in the order that waves
/// are filled in, drawn once and the same for each of its operators.
///
/// # Errors
/// [`Fault::Dangling`] when there is no such merchant.
pub fn count_in(
    tx: &mut dyn Tx,
    campaign: CampaignId,
    (merchant, shuffle): (&MerchantNumber, i64),
) -> Result<(), Fault> {
    let values = [
        Value::from(&campaign),
        Value::from(merchant),
        Value::Integer(shuffle),
    ];
    tx.execute(COUNT_IN, &values).map(|_| ())
}

/// Divides the merchants into waves, whole merchants at a time.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn divide(tx: &mut dyn Tx, campaign: CampaignId, bounds: Bounds) -> Result<(), Fault> {
    let values = [
        Value::Integer(bounds.fourth),
        Value::Integer(bounds.third),
        Value::Integer(bounds.second),
        Value::from(&campaign),
    ];
    tx.execute(DIVIDE, &values).map(|_| ())
}

/// Gives a wave another number, the second, which none has.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn renumber(tx: &mut dyn Tx, campaign: CampaignId, (from, to): (u8, u8)) -> Result<(), Fault> {
    let values = [Value::from(to), Value::from(&campaign), Value::from(from)];
    tx.execute(RENUMBER, &values).map(|_| ())
}

/// How many merchants, and how many operators, are on the list.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn sum(tx: &mut dyn Tx, campaign: CampaignId) -> Result<(u32, u32), Fault> {
    match tx.query_one(SUM, &[Value::from(&campaign)])? {
        Some(mut row) => Ok((row.take()?, row.take()?)),
        None => Ok((0, 0)),
    }
}

/// How large each wave is that has anybody in it.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn waves(tx: &mut dyn Tx, campaign: CampaignId) -> Result<Vec<Wave>, Fault> {
    let read = |mut row: Row| {
        Ok(Wave {
            wave: row.take()?,
            merchants: row.take()?,
            targets: row.take()?,
            waiting: row.take()?,
        })
    };
    tx.query_many(WAVES, &[Value::from(&campaign)])?
        .into_iter()
        .map(read)
        .collect()
}

/// The merchants of a wave that are still to be asked.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn to_ask(
    tx: &mut dyn Tx,
    (campaign, wave): (CampaignId, u8),
    limit: u32,
) -> Result<Vec<MerchantNumber>, Fault> {
    let values = [
        Value::from(&campaign),
        Value::from(wave),
        Value::from(limit),
    ];
    tx.query_many(TO_ASK, &values)?
        .into_iter()
        .map(|mut row| row.take())
        .collect()
}

/// Notes that a merchant was asked. False when it was before.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn asked(
    tx: &mut dyn Tx,
    (campaign, merchant): (CampaignId, &MerchantNumber),
    (now, rest_at): (Timestamp, Option<Timestamp>),
) -> Result<bool, Fault> {
    let values = [
        Value::from(now),
        Value::from(rest_at),
        Value::from(&campaign),
        Value::from(merchant),
    ];
    Ok(tx.execute(ASKED, &values)? > 0)
}

/// The merchants whose old passwords have had their time, in campaigns that nobody holds
/// or has ended.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn to_rest(
    tx: &mut dyn Tx,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(CampaignId, MerchantNumber)>, Fault> {
    tx.query_many(TO_REST, &[Value::from(now), Value::from(limit)])?
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Notes that all of a merchant's old passwords that had to be are at rest.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn rested(
    tx: &mut dyn Tx,
    (campaign, merchant): (CampaignId, &MerchantNumber),
) -> Result<(), Fault> {
    tx.execute(RESTED, &[Value::from(&campaign), Value::from(merchant)])
        .map(|_| ())
}

/// Lets the old passwords be that have not had their time: the campaign was ended.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn let_be(tx: &mut dyn Tx, campaign: CampaignId) -> Result<(), Fault> {
    tx.execute(LET_BE, &[Value::from(&campaign)]).map(|_| ())
}

/// The campaigns that ask a merchant and are not over, the newest first.
///
/// # Errors
/// [`Fault::Damaged`] when one cannot be read.
pub fn asking(
    tx: &mut dyn Tx,
    (acquirer, merchant): (&AcquirerId, &MerchantNumber),
    limit: u32,
) -> Result<Vec<Asking>, Fault> {
    let values = [
        Value::from(merchant),
        Value::from(acquirer),
        Value::from(limit),
    ];
    let read = |row: Row| {
        let mut rest = row.rest();
        let mine = rest.split_off(3);
        let mut mine = Row::new(mine.into_iter());
        Ok(Asking {
            stored: read_campaign(Row::new(rest.into_iter()))?,
            asked_at: mine.take()?,
            rest_at: mine.take()?,
            wave: mine.take()?,
        })
    };
    tx.query_many(ASKING, &values)?
        .into_iter()
        .map(read)
        .collect()
}
