//! The list of a campaign: its operators, one row each, and how far each has come.
//!
//! An operator that is due is one of whom a new password is asked. Whatever case brings
//! it one, it is due no more.

use jiff::Timestamp;
use tillkey_rules::campaign::{Candidate, TargetState};
use tillkey_wire::ids::{
    AcquirerId, CampaignId, CaseId, MerchantNumber, OperatorNumber, TerminalId, TerminalNumber,
};

use crate::fault::Fault;
use crate::tx::{Statement, Tx, statements};
use crate::value::{Row, Value};

statements! {
    CANDIDATES: "find the operators with a password" =
        "SELECT terminals.merchant, terminals.number, operators.number, terminals.id, \
         terminals.model, credentials.created_at \
         FROM terminals JOIN operators ON operators.terminal = terminals.id \
         JOIN credentials ON credentials.terminal = operators.terminal \
         AND credentials.operator = operators.number AND credentials.state = 'active' \
         JOIN merchants ON merchants.number = terminals.merchant \
         WHERE terminals.status = 'active' AND terminals.acquirer = $1 \
         AND terminals.merchant >= $2 AND merchants.status = 'active' \
         AND operators.removed_at IS NULL \
         AND (terminals.merchant, terminals.number, operators.number) > ($2, $3, $4) \
         ORDER BY terminals.merchant, terminals.number, operators.number LIMIT $5";
    CURSOR: "read how far the list of a campaign is made" =
        "SELECT cursor_merchant, cursor_number, cursor_operator FROM campaigns WHERE id = $1";
    SET_CURSOR: "note how far the list of a campaign is made" =
        "UPDATE campaigns SET cursor_merchant = $1, cursor_number = $2, cursor_operator = $3 \
         WHERE id = $4";
    ADD: "put an operator on the list of a campaign" =
        "INSERT INTO campaign_targets (campaign, merchant, number, operator, terminal, state, \
         wave, is_due, changed_at) VALUES ($1, $2, $3, $4, $5, 'waiting', 0, 0, $6)";
    TERMINALS: "count the terminals on the list of a campaign" =
        "SELECT COUNT(DISTINCT terminal) FROM campaign_targets WHERE campaign = $1";
    MANIFEST: "read the list of a campaign" =
        "SELECT campaign_merchants.wave, campaign_targets.merchant, campaign_targets.number, \
         campaign_targets.operator FROM campaign_merchants JOIN campaign_targets \
         ON campaign_targets.campaign = campaign_merchants.campaign \
         AND campaign_targets.merchant = campaign_merchants.merchant \
         WHERE campaign_merchants.campaign = $1 \
         AND (campaign_merchants.wave, campaign_merchants.merchant) >= ($2, $3) \
         AND (campaign_merchants.wave, campaign_merchants.merchant, campaign_targets.number, \
         campaign_targets.operator) > ($2, $3, $4, $5) \
         ORDER BY campaign_merchants.wave, campaign_merchants.merchant, \
         campaign_targets.number, campaign_targets.operator LIMIT $6";
    RANKS: "count the ranks on the list of a campaign" =
        "SELECT CAST(COALESCE(SUM(CASE WHEN operator BETWEEN 1 AND 98 THEN 1 ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(SUM(CASE WHEN operator = 0 THEN 1 ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(SUM(CASE WHEN operator = 99 THEN 1 ELSE 0 END), 0) AS BIGINT) \
         FROM campaign_targets WHERE campaign = $1";
    RENEWED_BEFORE: "note who has a newer password than the list knows" =
        "UPDATE campaign_targets SET state = 'renewed', wave = $1, changed_at = $2 \
         WHERE campaign = $3 AND merchant = $4 AND state = 'waiting' AND EXISTS \
         (SELECT 1 FROM credentials WHERE credentials.terminal = campaign_targets.terminal \
         AND credentials.operator = campaign_targets.operator \
         AND credentials.state = 'active' AND credentials.created_at > $5)";
    ASK: "ask for new passwords of a merchant's operators" =
        "UPDATE campaign_targets SET state = 'asked', is_due = 1, wave = $1, changed_at = $2 \
         WHERE campaign = $3 AND merchant = $4 AND state = 'waiting' AND EXISTS \
         (SELECT 1 FROM operators JOIN terminals ON terminals.id = operators.terminal \
         WHERE operators.terminal = campaign_targets.terminal \
         AND operators.number = campaign_targets.operator AND operators.removed_at IS NULL \
         AND terminals.status = 'active' AND terminals.merchant = campaign_targets.merchant)";
    SKIP: "pass over what is left of a merchant's operators" =
        "UPDATE campaign_targets SET state = 'skipped', wave = $1, changed_at = $2 \
         WHERE campaign = $3 AND merchant = $4 AND state = 'waiting'";
    OPEN: "note that an operator of a campaign has a case" =
        "UPDATE campaign_targets SET state = 'open', case_id = $1, changed_at = $2 \
         WHERE campaign = $3 AND merchant = $4 AND number = $5 AND operator = $6 AND is_due = 1";
    RENEWED: "note that an operator has a new password" =
        "UPDATE campaign_targets SET is_due = 0, changed_at = $1, state = CASE WHEN EXISTS \
         (SELECT 1 FROM campaigns WHERE campaigns.id = campaign_targets.campaign \
         AND campaigns.is_open = 1) THEN 'renewed' ELSE state END \
         WHERE terminal = $2 AND operator = $3 AND is_due = 1";
    ENDED: "note that a case of a campaign came to nothing" =
        "UPDATE campaign_targets SET state = $1, changed_at = $2 \
         WHERE case_id = $3 AND state = 'open'";
    OBJECT: "note that a merchant objects to a campaign" =
        "UPDATE campaign_targets SET state = 'objected', changed_at = $1 \
         WHERE campaign = $2 AND merchant = $3 AND state IN ('asked', 'failed')";
    OF_MERCHANT: "list a merchant's operators in a campaign" =
        "SELECT merchant, number, operator, terminal, state, wave, is_due, case_id, rested_at, \
         changed_at FROM campaign_targets WHERE campaign = $1 AND merchant = $2 \
         AND state <> 'waiting' ORDER BY is_due DESC, number, operator LIMIT $3";
    LIST: "list the operators of a campaign" =
        "SELECT merchant, number, operator, terminal, state, wave, is_due, case_id, rested_at, \
         changed_at FROM campaign_targets WHERE campaign = $1 \
         AND (merchant, number, operator) > ($2, $3, $4) \
         ORDER BY merchant, number, operator LIMIT $5";
    LIST_IN_STATE: "list the operators of a campaign in a state" =
        "SELECT merchant, number, operator, terminal, state, wave, is_due, case_id, rested_at, \
         changed_at FROM campaign_targets WHERE campaign = $1 AND state = $2 \
         AND wave BETWEEN $3 AND $4 AND (merchant, number, operator) > ($5, $6, $7) \
         ORDER BY merchant, number, operator LIMIT $8";
    TALLY: "count how far the operators of a campaign have come" =
        "SELECT state, wave, COUNT(*) FROM campaign_targets WHERE campaign = $1 \
         GROUP BY state, wave";
    TO_REST: "find the operators of a merchant without a new password" =
        "SELECT terminal, operator FROM campaign_targets WHERE campaign = $1 AND merchant = $2 \
         AND is_due = 1 AND rested_at IS NULL ORDER BY number, operator LIMIT $3";
    RESTED: "note that an old password opens nothing for a campaign" =
        "UPDATE campaign_targets SET rested_at = $1 WHERE campaign = $2 AND merchant = $3 \
         AND terminal = $4 AND operator = $5";
}

/// Names one operator of a list, in the order of the list within a wave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Whose.
    pub merchant: MerchantNumber,
    /// The number of the terminal when the list was made.
    pub number: TerminalNumber,
    /// The operator.
    pub operator: OperatorNumber,
}

/// An operator with a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub place: Place,
    /// On which terminal.
    pub terminal: TerminalId,
    /// What a selection looks at.
    pub candidate: Candidate,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its wave, from 1.
    pub wave: u8,
    /// Which operator.
    pub place: Place,
}

/// An operator of a list, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which operator.
    pub place: Place,
    /// On which terminal.
    pub terminal: TerminalId,
    /// How far it has come.
    pub state: TargetState,
    /// The wave it was asked in; 0 before.
    pub wave: u8,
    /// Whether a new password is still asked for.
    pub is_due: bool,
    /// Its latest case.
    pub case: Option<CaseId>,
    /// Since when its old password opens nothing, for this campaign.
    pub rested_at: Option<Timestamp>,
    /// When it last moved.
    pub changed_at: Timestamp,
}

/// How many operators of each rank are on a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ranks {
    /// `01` to `98`.
    pub cashiers: u32,
    /// `00`.
    pub supervisors: u32,
    /// `99`.
    pub administrators: u32,
}

/// The next operators with a password, as far as the list is not made: those that the
/// selection takes and those that it does not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn candidates(
    tx: &mut dyn Tx,
    (campaign, acquirer): (CampaignId, &AcquirerId),
    limit: u32,
) -> Result<Vec<Found>, Fault> {
    let Some(cursor) = tx.query_one(CURSOR, &[Value::from(&campaign)])? else {
        return Ok(Vec::new());
    };
    let mut values = vec![Value::from(acquirer)];
    values.extend(cursor.rest());
    values.push(Value::from(limit));
    tx.query_many(CANDIDATES, &values)?
        .into_iter()
        .map(read_found)
        .collect()
}

/// Notes up to where the list is made.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn set_cursor(tx: &mut dyn Tx, campaign: CampaignId, at: &Place) -> Result<(), Fault> {
    let values = [
        Value::from(&at.merchant),
        Value::from(&at.number),
        Value::from(at.operator),
        Value::from(&campaign),
    ];
    tx.execute(SET_CURSOR, &values).map(|_| ())
}

/// Puts an operator on the list.
///
/// # Errors
/// [`Fault::Taken`] when it is on it.
pub fn add(
    tx: &mut dyn Tx,
    campaign: CampaignId,
    (place, terminal): (&Place, TerminalId),
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(&campaign),
        Value::from(&place.merchant),
        Value::from(&place.number),
        Value::from(place.operator),
        Value::from(&terminal),
        Value::from(now),
    ];
    tx.execute(ADD, &values).map(|_| ())
}

/// On how many terminals the operators of a list are.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn terminals(tx: &mut dyn Tx, campaign: CampaignId) -> Result<u32, Fault> {
    match tx.query_one(TERMINALS, &[Value::from(&campaign)])? {
        Some(mut row) => row.take(),
        None => Ok(0),
    }
}

/// How many operators of each rank are on a list.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn ranks(tx: &mut dyn Tx, campaign: CampaignId) -> Result<Ranks, Fault> {
    match tx.query_one(RANKS, &[Value::from(&campaign)])? {
        Some(mut row) => Ok(Ranks {
            cashiers: row.take()?,
            supervisors: row.take()?,
            administrators: row.take()?,
        }),
        None => Ok(Ranks::default()),
    }
}

/// The next lines of a list, in its order: by wave, merchant, terminal and operator.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn manifest(
    tx: &mut dyn Tx,
    campaign: CampaignId,
    (after, limit): (Option<&Line>, u32),
) -> Result<Vec<Line>, Fault> {
    let mut values = vec![
        Value::from(&campaign),
        Value::from(after.map_or(0, |line| line.wave)),
    ];
    values.extend(after_values(after.map(|line| &line.place)));
    values.push(Value::from(limit));
    let read = |mut row: Row| {
        Ok(Line {
            wave: row.take()?,
            place: read_place(&mut row)?,
        })
    };
    tx.query_many(MANIFEST, &values)?
        .into_iter()
        .map(read)
        .collect()
}

/// What came of asking for a merchant's operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asked {
    /// For how many a new password is asked.
    pub asked: u32,
    /// How many have a newer one already.
    pub renewed: u32,
    /// How many are not there any more.
    pub skipped: u32,
}

/// Asks for a merchant's operators, once: those that are still there, and have no newer
/// password than one from when the list was made.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn ask(
    tx: &mut dyn Tx,
    (campaign, merchant, wave): (CampaignId, &MerchantNumber, u8),
    (now, listed_at): (Timestamp, Timestamp),
) -> Result<Asked, Fault> {
    let whose = [
        Value::from(wave),
        Value::from(now),
        Value::from(&campaign),
        Value::from(merchant),
    ];
    let mut since = whose.to_vec();
    since.push(Value::from(listed_at));
    let renewed = tx.execute(RENEWED_BEFORE, &since)?;
    let asked = tx.execute(ASK, &whose)?;
    let skipped = tx.execute(SKIP, &whose)?;
    let count = |rows: u64| u32::try_from(rows).unwrap_or(u32::MAX);
    Ok(Asked {
        asked: count(asked),
        renewed: count(renewed),
        skipped: count(skipped),
    })
}

/// Passes over a merchant's operators: it cannot be asked.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn skip(
    tx: &mut dyn Tx,
    (campaign, merchant, wave): (CampaignId, &MerchantNumber, u8),
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(wave),
        Value::from(now),
        Value::from(&campaign),
        Value::from(merchant),
    ];
    tx.execute(SKIP, &values).map(|_| ())
}

/// Notes that a case is under way for an operator that is due. False where it is not.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn open(
    tx: &mut dyn Tx,
    (campaign, place): (CampaignId, &Place),
    (case, now): (CaseId, Timestamp),
) -> Result<bool, Fault> {
    let values = [
        Value::from(&case),
        Value::from(now),
        Value::from(&campaign),
        Value::from(&place.merchant),
        Value::from(&place.number),
        Value::from(place.operator),
    ];
    Ok(tx.execute(OPEN, &values)? > 0)
}

/// Notes that an operator has a new password, in every campaign that asks for one.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn renewed(
    tx: &mut dyn Tx,
    (terminal, operator): (TerminalId, OperatorNumber),
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(now),
        Value::from(&terminal),
        Value::from(operator),
    ];
    tx.execute(RENEWED, &values).map(|_| ())
}

/// Notes that a case ended without a new password.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn ended(
    tx: &mut dyn Tx,
    (case, state): (CaseId, TargetState),
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(state.name()),
        Value::from(now),
        Value::from(&case),
    ];
    tx.execute(ENDED, &values).map(|_| ())
}

/// Notes that a merchant does not want it, and says for how many operators.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn object(
    tx: &mut dyn Tx,
    (campaign, merchant): (CampaignId, &MerchantNumber),
    now: Timestamp,
) -> Result<u32, Fault> {
    let values = [
        Value::from(now),
        Value::from(&campaign),
        Value::from(merchant),
    ];
    Ok(u32::try_from(tx.execute(OBJECT, &values)?).unwrap_or(u32::MAX))
}

/// A merchant's operators in a campaign that has asked for it, those first of whom a new
/// password is asked.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn of_merchant(
    tx: &mut dyn Tx,
    (campaign, merchant): (CampaignId, &MerchantNumber),
    limit: u32,
) -> Result<Vec<Target>, Fault> {
    let values = [
        Value::from(&campaign),
        Value::from(merchant),
        Value::from(limit),
    ];
    targets(tx, OF_MERCHANT, &values)
}

/// The operators of a campaign, by merchant, terminal and number.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list(
    tx: &mut dyn Tx,
    campaign: CampaignId,
    (after, limit): (Option<&Place>, u32),
) -> Result<Vec<Target>, Fault> {
    let mut values = vec![Value::from(&campaign)];
    values.extend(after_values(after));
    values.push(Value::from(limit.min(crate::limits::PAGE_MAX)));
    targets(tx, LIST, &values)
}

/// Those of them in a stored state, asked in one of these waves.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn list_in_state(
    tx: &mut dyn Tx,
    (campaign, state): (CampaignId, TargetState),
    waves: std::ops::RangeInclusive<u8>,
    (after, limit): (Option<&Place>, u32),
) -> Result<Vec<Target>, Fault> {
    let mut values = vec![
        Value::from(&campaign),
        Value::from(state.name()),
        Value::from(*waves.start()),
        Value::from(*waves.end()),
    ];
    values.extend(after_values(after));
    values.push(Value::from(limit.min(crate::limits::PAGE_MAX)));
    targets(tx, LIST_IN_STATE, &values)
}

/// How many operators are in which state, by the wave they were asked in.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn tally(tx: &mut dyn Tx, campaign: CampaignId) -> Result<Vec<(TargetState, u8, u32)>, Fault> {
    let read = |mut row: Row| Ok((take_state(&mut row)?, row.take()?, row.take()?));
    tx.query_many(TALLY, &[Value::from(&campaign)])?
        .into_iter()
        .map(read)
        .collect()
}

/// A merchant's operators whose old password is to open nothing any more.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn to_rest(
    tx: &mut dyn Tx,
    (campaign, merchant): (CampaignId, &MerchantNumber),
    limit: u32,
) -> Result<Vec<(TerminalId, OperatorNumber)>, Fault> {
    let values = [
        Value::from(&campaign),
        Value::from(merchant),
        Value::from(limit),
    ];
    tx.query_many(TO_REST, &values)?
        .into_iter()
        .map(|mut row| Ok((row.take()?, row.take()?)))
        .collect()
}

/// Notes that an old password opens nothing any more.
///
/// # Errors
/// A [`Fault`] of the engine.
pub fn rested(
    tx: &mut dyn Tx,
    (campaign, merchant): (CampaignId, &MerchantNumber),
    (terminal, operator): (TerminalId, OperatorNumber),
    now: Timestamp,
) -> Result<(), Fault> {
    let values = [
        Value::from(now),
        Value::from(&campaign),
        Value::from(merchant),
        Value::from(&terminal),
        Value::from(operator),
    ];
    tx.execute(RESTED, &values).map(|_| ())
}

fn targets(tx: &mut dyn Tx, statement: Statement, values: &[Value]) -> Result<Vec<Target>, Fault> {
    let read = |mut row: Row| {
        Ok(Target {
            place: read_place(&mut row)?,
            terminal: row.take()?,
            state: take_state(&mut row)?,
            wave: row.take()?,
            is_due: row.take()?,
            case: row.take()?,
            rested_at: row.take()?,
            changed_at: row.take()?,
        })
    };
    tx.query_many(statement, values)?
        .into_iter()
        .map(read)
        .collect()
}

fn after_values(after: Option<&Place>) -> [Value; 3] {
    after.map_or_else(
        || [Value::from(""), Value::from(""), Value::Integer(-1)],
        |place| {
            [
                Value::from(&place.merchant),
                Value::from(&place.number),
                Value::from(place.operator),
            ]
        },
    )
}

fn take_state(row: &mut Row) -> Result<TargetState, Fault> {
    row.take_word("state in a campaign", |word| word.parse().ok())
}

fn read_place(row: &mut Row) -> Result<Place, Fault> {
    Ok(Place {
        merchant: row.take()?,
        number: row.take()?,
        operator: row.take()?,
    })
}

fn read_found(mut row: Row) -> Result<Found, Fault> {
    let place = read_place(&mut row)?;
    let terminal = row.take()?;
    let model = row.take_word("device model", |word| word.parse().ok())?;
    Ok(Found {
        terminal,
        candidate: Candidate {
            merchant: place.merchant.clone(),
            model,
            rank: place.operator.rank(),
            password_since: row.take()?,
        },
        place,
    })
}
