//! Campaigns: their list, its waves, and how far each operator comes.

use jiff::Timestamp;
use tillkey_rules::campaign::{Campaign, CampaignEvent, CampaignTerms, Selection, TargetState};
use tillkey_rules::case::Case;
use tillkey_rules::credential::{Change, change};
use tillkey_rules::dormancy::RestCause;
use tillkey_rules::event::CaseEvent;
use tillkey_rules::party::{Actor, Role, Subject};
use tillkey_rules::vocabulary::Reason;
use tillkey_wire::ids::{CampaignId, CaseId, OperatorNumber, Rank, TerminalId};

use super::Open;
use super::ground::{
    approved, at, bank, case_id, cashier, id, keys, matched, new_terminal, opened, other_shop, rng,
    settle, shop, step, subject, till,
};
use crate::campaign::merchant::{self as members, Bounds};
use crate::campaign::target::{self, Asked, Line, Place};
use crate::campaign::{self as campaigns, Step};
use crate::fault::Fault;
use crate::party::{operator, terminal};
use crate::seal::{DataKey, Owner};
use crate::tx::Tx;
use crate::{case, credential};

const CAMPAIGN: CampaignId = CampaignId::from_bytes([6; 10]);

fn other_till() -> TerminalId {
    TerminalId::from_bytes([2; 10])
}

fn planner() -> Actor {
    Actor::Staff {
        staff: id("ops"),
        person: id("p-ops"),
        role: Role::Administrator,
    }
}

fn planned() -> CampaignEvent {
    CampaignEvent::Planned {
        reason: Reason::SystemUpdate,
        selection: Selection {
            ranks: Rank::ALL.into_iter().collect(),
            merchants: Default::default(),
            areas: Default::default(),
            models: Default::default(),
            password_before: None,
        },
        terms: CampaignTerms::default(),
        title_digest: "00".to_owned(),
    }
}

fn happened<'a>(
    bank: &'a tillkey_wire::ids::AcquirerId,
    by: &'a Actor,
    events: &'a [CampaignEvent],
) -> Step<'a> {
    Step {
        acquirer: bank,
        at: at(100),
        by,
        events,
    }
}

fn begin(tx: &mut dyn Tx) -> Result<Campaign, Fault> {
    let key = DataKey::load(tx, &keys(), &Owner::Acquirer(bank()))?;
    let events = [planned()];
    let (bank, planner) = (bank(), planner());
    let new = (
        CAMPAIGN,
        "New firmware",
        &happened(&bank, &planner, &events),
    );
    campaigns::begin(tx, &key, new, &mut rng(3))
}

/// A password that a case of its own brings.
fn password(tx: &mut dyn Tx, whose: Subject, number: u8, now: Timestamp) -> Result<(), Fault> {
    let events = [opened(Some(whose), at(10_000)), matched(), approved()];
    let case = case::begin(tx, case_id(number), &step(&bank(), now, &events))?;
    let approved = case.approved().map_err(|_| Fault::Missing("approval"))?;
    let replace = Change::Replace {
        record: vec![number],
    };
    credential::apply(tx, &change(&approved, replace), now)?;
    close(tx, case, now)
}

fn close(tx: &mut dyn Tx, case: Case, now: Timestamp) -> Result<(), Fault> {
    let events = [CaseEvent::Cancelled];
    case::append(tx, case, &step(&bank(), now, &events)).map(|_| ())
}

fn elsewhere(operator: OperatorNumber) -> Subject {
    Subject {
        merchant: other_shop(),
        terminal: other_till(),
        terminal_number: id("87654321"),
        operator,
        ..subject()
    }
}

/// Two merchants: one with a cashier, the other one with two cashiers, a supervisor
/// without a password and a cashier who is gone.
fn estate(tx: &mut dyn Tx) -> Result<(), Fault> {
    settle(tx)?;
    let mut other = new_terminal(other_till(), "87654321", "SN-000002");
    other.merchant = other_shop();
    terminal::add(tx, &other)?;
    password(tx, subject(), 1, at(1))?;
    for (number, operator) in [(2, "01"), (3, "02"), (4, "03")] {
        operator::add(tx, other_till(), id(operator), at(0))?;
        password(tx, elsewhere(id(operator)), number, at(2))?;
    }
    operator::add(tx, other_till(), OperatorNumber::SUPERVISOR, at(0))?;
    operator::remove(tx, other_till(), id("03"), at(3)).map(|_| ())
}

/// Everybody with a password on the list, the shop in the first wave.
fn listed(tx: &mut dyn Tx) -> Result<(), Fault> {
    estate(tx)?;
    begin(tx)?;
    while let Some(found) = target::candidates(tx, (CAMPAIGN, &bank()), 2)?.first() {
        let shuffle = i64::from(found.place.merchant != shop());
        members::count_in(tx, CAMPAIGN, (&found.place.merchant, shuffle))?;
        target::add(tx, CAMPAIGN, (&found.place, found.terminal), at(100))?;
        target::set_cursor(tx, CAMPAIGN, &found.place)?;
    }
    let bounds = Bounds {
        second: 1,
        third: 2,
        fourth: i64::MAX,
    };
    members::divide(tx, CAMPAIGN, bounds)
}

fn place(merchant: &str, number: &str, operator: &str) -> Place {
    Place {
        merchant: id(merchant),
        number: id(number),
        operator: id(operator),
    }
}

fn state_of(tx: &mut dyn Tx, place: &Place) -> Result<Option<TargetState>, Fault> {
    let all = target::list(tx, CAMPAIGN, (None, 10))?;
    Ok(all
        .into_iter()
        .find(|one| one.place == *place)
        .map(|one| one.state))
}

/// The list has everybody with a password once, in an order that pages keep; merchants
/// are never divided between waves.
pub(super) fn a_list_is_made_in_parts_and_read_in_order(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        listed(tx)?;
        assert_eq!(members::sum(tx, CAMPAIGN)?, (2, 3));
        assert_eq!(target::terminals(tx, CAMPAIGN)?, 2);
        assert_eq!(target::ranks(tx, CAMPAIGN)?.cashiers, 3);
        let line = |wave, place| Line { wave, place };
        let expected = [
            line(1, place(shop().as_str(), "12345678", "01")),
            line(2, place(other_shop().as_str(), "87654321", "01")),
            line(2, place(other_shop().as_str(), "87654321", "02")),
        ];
        let (mut read, mut last) = (Vec::new(), None);
        loop {
            let page = target::manifest(tx, CAMPAIGN, (last.as_ref(), 2))?;
            let Some(end) = page.last() else { break };
            last = Some(end.clone());
            read.extend(page);
        }
        assert_eq!(read, expected);
        let waves = members::waves(tx, CAMPAIGN)?;
        let sizes: Vec<_> = waves
            .iter()
            .map(|wave| (wave.wave, wave.merchants, wave.targets, wave.waiting))
            .collect();
        assert_eq!(sizes, [(1, 1, 1, 1), (2, 1, 2, 2)]);
        members::renumber(tx, CAMPAIGN, (2, 3))?;
        let waves = members::waves(tx, CAMPAIGN)?;
        assert_eq!(waves.iter().map(|one| one.wave).collect::<Vec<_>>(), [1, 3]);
        Ok(())
    })
}

/// A merchant is asked once, for those who are still there and have no newer password.
pub(super) fn a_merchant_is_asked_once_for_whom_there_is(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        listed(tx)?;
        assert_eq!(members::to_ask(tx, (CAMPAIGN, 1), 10)?, [shop()]);
        assert_eq!(members::to_ask(tx, (CAMPAIGN, 2), 10)?, [other_shop()]);
        password(tx, elsewhere(id("01")), 5, at(200))?;
        operator::remove(tx, other_till(), id("02"), at(201))?;
        let whose = (CAMPAIGN, &other_shop());
        assert!(members::asked(tx, whose, (at(202), None))?);
        assert!(!members::asked(tx, whose, (at(203), None))?, "once");
        let came = target::ask(tx, (CAMPAIGN, &other_shop(), 2), (at(202), at(100)))?;
        let expected = Asked {
            asked: 0,
            renewed: 1,
            skipped: 1,
        };
        assert_eq!(came, expected);
        assert!(members::to_ask(tx, (CAMPAIGN, 2), 10)?.is_empty());
        let came = target::ask(tx, (CAMPAIGN, &shop(), 1), (at(202), at(100)))?;
        assert_eq!((came.asked, came.renewed, came.skipped), (1, 0, 0));
        assert!(
            members::asking(tx, (&bank(), &shop()), 10)?.is_empty(),
            "not yet"
        );
        members::asked(tx, (CAMPAIGN, &shop()), (at(202), Some(at(300))))?;
        let asking = members::asking(tx, (&bank(), &shop()), 10)?;
        let [asking] = asking.as_slice() else {
            return Err(Fault::Missing("campaign that asks"));
        };
        assert_eq!(
            (asking.wave, asking.asked_at, asking.rest_at),
            (1, at(202), Some(at(300)))
        );
        let key = DataKey::load(tx, &keys(), &Owner::Acquirer(bank()))?;
        assert_eq!(asking.stored.title(&key)?.expose(), "New firmware");
        assert!(members::asking(tx, (&id("other-bank"), &shop()), 10)?.is_empty());
        Ok(())
    })
}

/// A case is under way, comes to nothing, and another one brings the password; when the
/// campaign is over the outcome stays what it was.
pub(super) fn a_target_follows_its_cases(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        listed(tx)?;
        let mine = place(shop().as_str(), "12345678", "01");
        let case = CaseId::from_bytes([40; 10]);
        assert!(
            !target::open(tx, (CAMPAIGN, &mine), (case, at(101)))?,
            "not asked"
        );
        target::ask(tx, (CAMPAIGN, &shop(), 1), (at(102), at(100)))?;
        assert!(target::open(tx, (CAMPAIGN, &mine), (case, at(103)))?);
        assert_eq!(state_of(tx, &mine)?, Some(TargetState::Open));
        let failed = (case, TargetState::Failed);
        target::ended(tx, failed, at(104))?;
        target::ended(tx, (case, TargetState::Asked), at(105))?;
        assert_eq!(
            state_of(tx, &mine)?,
            Some(TargetState::Failed),
            "the first end counts"
        );
        assert_eq!(target::object(tx, (CAMPAIGN, &shop()), at(106))?, 1);
        assert_eq!(state_of(tx, &mine)?, Some(TargetState::Objected));
        target::renewed(tx, (till(), cashier()), at(107))?;
        assert_eq!(state_of(tx, &mine)?, Some(TargetState::Renewed));
        let tally = target::tally(tx, CAMPAIGN)?;
        let count = |state| tally.iter().find(|(of, ..)| *of == state).map(|(.., n)| *n);
        assert_eq!(count(TargetState::Renewed), Some(1));
        assert_eq!(count(TargetState::Waiting), Some(2));
        target::ask(tx, (CAMPAIGN, &other_shop(), 2), (at(108), at(100)))?;
        let stored = campaigns::find(tx, CAMPAIGN)?.ok_or(Fault::Missing("campaign"))?;
        let (bank, planner) = (bank(), planner());
        let events = [CampaignEvent::Cancelled];
        campaigns::append(tx, stored.campaign, &happened(&bank, &planner, &events))?;
        target::renewed(tx, (other_till(), id("01")), at(109))?;
        let late = place(other_shop().as_str(), "87654321", "01");
        assert_eq!(state_of(tx, &late)?, Some(TargetState::Asked));
        let asked = (CAMPAIGN, TargetState::Asked);
        let found = target::list_in_state(tx, asked, 1..=9, (None, 10))?;
        assert_eq!(found.len(), 2);
        assert_eq!(found.iter().filter(|one| one.is_due).count(), 1);
        let found = target::list_in_state(tx, asked, 3..=9, (None, 10))?;
        assert!(found.is_empty());
        Ok(())
    })
}

/// Old passwords have their time while the campaign goes on; held or ended, they stay.
pub(super) fn old_passwords_have_their_time(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        listed(tx)?;
        target::ask(tx, (CAMPAIGN, &other_shop(), 2), (at(102), at(100)))?;
        members::asked(tx, (CAMPAIGN, &other_shop()), (at(102), Some(at(200))))?;
        assert!(members::to_rest(tx, at(200), 10)?.is_empty(), "not running");
        let (bank, planner) = (bank(), planner());
        let mut campaign = campaigns::find(tx, CAMPAIGN)?
            .ok_or(Fault::Missing("campaign"))?
            .campaign;
        let began = [CampaignEvent::WaveBegan {
            wave: 1,
            ends_at: at(900),
        }];
        campaign = campaigns::append(tx, campaign, &happened(&bank, &planner, &began))?;
        assert!(members::to_rest(tx, at(199), 10)?.is_empty());
        assert_eq!(
            members::to_rest(tx, at(200), 10)?,
            [(CAMPAIGN, other_shop())]
        );
        let whose = (CAMPAIGN, &other_shop());
        let due = target::to_rest(tx, whose, 10)?;
        assert_eq!(due, [(other_till(), id("01")), (other_till(), id("02"))]);
        let first = (other_till(), id("01"));
        assert!(operator::rest(tx, first, (RestCause::Campaign, at(200)))?);
        target::rested(tx, whose, first, at(200))?;
        assert_eq!(target::to_rest(tx, whose, 10)?.len(), 1);
        let found = operator::find(tx, first.0, first.1)?.ok_or(Fault::Missing("operator"))?;
        assert_eq!(
            (found.dormant_at, found.rest_cause),
            (Some(at(200)), Some(RestCause::Campaign))
        );
        let paused = [CampaignEvent::Paused];
        campaigns::append(tx, campaign, &happened(&bank, &planner, &paused))?;
        assert!(members::to_rest(tx, at(300), 10)?.is_empty(), "held");
        members::let_be(tx, CAMPAIGN)?;
        password(tx, elsewhere(id("01")), 9, at(400))?;
        let found = operator::find(tx, first.0, first.1)?.ok_or(Fault::Missing("operator"))?;
        assert_eq!(
            (found.dormant_at, found.rest_cause),
            (None, None),
            "awake again"
        );
        Ok(())
    })
}

/// A campaign is written over the version it was folded from, is found when it is due,
/// and keeps what people say sealed.
pub(super) fn a_campaign_is_the_fold_of_its_events(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        let stale = begin(tx)?;
        assert_eq!(campaigns::due(tx, at(100), 10)?, [CAMPAIGN]);
        campaigns::look_again(tx, CAMPAIGN, at(150))?;
        assert!(campaigns::due(tx, at(149), 10)?.is_empty());
        let (bank, planner) = (bank(), planner());
        let paused = [CampaignEvent::Paused];
        let now = campaigns::append(tx, stale.clone(), &happened(&bank, &planner, &paused))?;
        let again = campaigns::append(tx, stale, &happened(&bank, &planner, &paused));
        assert!(matches!(again, Err(Fault::Conflict("campaign"))));
        let key = DataKey::load(tx, &keys(), &Owner::Acquirer(bank.clone()))?;
        campaigns::add_comment(
            tx,
            &key,
            (CAMPAIGN, now.version(), "call Li first"),
            &mut rng(4),
        )?;
        let said = campaigns::comments(tx, &key, (CAMPAIGN, 10))?;
        let said: Vec<_> = said
            .iter()
            .map(|(at, text)| (*at, text.expose().as_str()))
            .collect();
        assert_eq!(said, [(2, "call Li first")]);
        let found = campaigns::list(tx, &bank, (None, 10))?;
        assert_eq!(found.len(), 1);
        assert_eq!(found.first().map(|one| one.campaign.clone()), Some(now));
        let after = Some((at(100), CAMPAIGN));
        assert!(campaigns::list(tx, &bank, (after, 10))?.is_empty());
        assert!(campaigns::list(tx, &id("other-bank"), (None, 10))?.is_empty());
        let ended = [CampaignEvent::Cancelled];
        let found = campaigns::find(tx, CAMPAIGN)?.ok_or(Fault::Missing("campaign"))?;
        campaigns::append(tx, found.campaign, &happened(&bank, &planner, &ended))?;
        assert!(campaigns::due(tx, at(999), 10)?.is_empty(), "over");
        Ok(())
    })
}
