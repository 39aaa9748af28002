use std::collections::BTreeSet;

use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_wire::ids::{ManagerId, ManagerSessionId, MerchantNumber, SessionId};
use tillkey_wire::secret::Secret;

use super::Open;
use super::ground::{
    at, bank, case_id, cashier, id, keys, matched, opened, other_shop, rng, settle, shop, step,
    subject, till,
};
use crate::case::{self, Filter};
use crate::challenge::Compared;
use crate::fault::Fault;
use crate::party::contact_change::{self, NewContactChange};
use crate::party::manager_session::{self, NewManagerSession, OfPhone};
use crate::party::manager_sign_in::{self, NewSignIn};
use crate::party::managers::{self, NewManagerAccount};
use crate::seal::{DataKey, Digest, Owner};
use crate::session::{self, SessionEnd};
use crate::tx::Tx;
use crate::{event, history};

const PHONE: &str = "+8613900000001";
const CHEN: ManagerId = ManagerId::from_bytes([1; 10]);
const CHEN_ELSEWHERE: ManagerId = ManagerId::from_bytes([2; 10]);

fn phone_index() -> Digest {
    keys().phone_index(&bank(), PHONE)
}

/// One person who manages both shops with one phone.
fn hire(tx: &mut dyn Tx) -> Result<(), Fault> {
    for (manager, merchant) in [(CHEN, shop()), (CHEN_ELSEWHERE, other_shop())] {
        add_one(tx, manager, merchant)?;
    }
    Ok(())
}

pub(super) fn add_one(
    tx: &mut dyn Tx,
    manager: ManagerId,
    merchant: MerchantNumber,
) -> Result<(), Fault> {
    let key = DataKey::load(tx, &keys(), &Owner::Merchant(merchant.clone()))?;
    let new = NewManagerAccount {
        id: manager,
        acquirer: bank(),
        merchant,
        person: id("P-chen"),
        name: Secret::new("陈店长".to_owned()),
        phone: Secret::new(PHONE.to_owned()),
        phone_index: phone_index(),
        rights: BTreeSet::from([ManagerRight::ResetCashiers, ManagerRight::Consent]),
        now: at(0),
    };
    managers::add(tx, &key, &new, &mut rng(6))
}

pub(super) fn managers_are_found_by_phone_and_disabled(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(hire)?;
    let again = store.write_blocking(|tx| add_one(tx, ManagerId::from_bytes([3; 10]), shop()));
    assert!(
        matches!(again, Err(Fault::Taken(_))),
        "one a phone and merchant"
    );
    let nowhere = store.write_blocking(|tx| add_one(tx, CHEN, id("898310054119999")));
    assert!(nowhere.is_err());
    store.write_blocking(|tx| {
        let found = managers::of_phone(tx, &bank(), &phone_index(), 10)?;
        let merchants: Vec<_> = found.iter().map(|found| found.merchant.clone()).collect();
        assert_eq!(merchants, [shop(), other_shop()]);
        let key = DataKey::load(tx, &keys(), &Owner::Merchant(shop()))?;
        let chen = managers::find(tx, CHEN)?.ok_or(Fault::Missing("manager"))?;
        assert_eq!(chen.name(&key)?.expose(), "陈店长");
        assert_eq!(chen.phone(&key)?.expose(), PHONE);
        let other_key = DataKey::load(tx, &keys(), &Owner::Merchant(other_shop()))?;
        assert!(chen.phone(&other_key).is_err(), "sealed for its merchant");
        let elsewhere = keys().phone_index(&id("other-bank"), PHONE);
        assert!(managers::of_phone(tx, &bank(), &elsewhere, 10)?.is_empty());

        let rights = BTreeSet::from([ManagerRight::SeeRecords]);
        assert!(managers::set_rights(tx, CHEN, &rights)?);
        let listed = managers::of_merchant(tx, (&bank(), &shop()), None, 10)?;
        assert_eq!(
            listed.first().map(|chen| chen.rights.clone()),
            Some(rights.clone())
        );
        assert!(managers::of_merchant(tx, (&bank(), &shop()), Some(CHEN), 10)?.is_empty());

        assert!(managers::disable(tx, CHEN, at(5))?);
        assert!(!managers::disable(tx, CHEN, at(6))?);
        assert!(!managers::set_rights(tx, CHEN, &rights)?);
        let left = managers::of_phone(tx, &bank(), &phone_index(), 10)?;
        assert_eq!(left.first().map(|left| left.id), Some(CHEN_ELSEWHERE));
        add_one(tx, ManagerId::from_bytes([3; 10]), shop())
    })
}

pub(super) fn d02_a_sign_in_takes_its_tries_and_counts_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let token = keys().token_digest("manager sign-in", "abc");
        let code = |code| keys().code_digest("manager_sign_in", "abc", code);
        let start = |tx: &mut dyn Tx, token| {
            let new = NewSignIn {
                token_digest: token,
                acquirer: bank(),
                phone_index: phone_index(),
                code_digest: code("123456"),
                now: at(0),
                expires_at: at(300),
                tries: 2,
            };
            manager_sign_in::start(tx, &new)
        };
        start(tx, token)?;
        let whose = manager_sign_in::whose(tx, &token)?.ok_or(Fault::Missing("sign-in"))?;
        assert!(whose == (bank(), phone_index()));
        let answer = |tx: &mut dyn Tx, token: &Digest, text, now| {
            manager_sign_in::answer(tx, token, &code(text), at(now))
        };
        assert_eq!(
            answer(tx, &token, "000000", 1)?,
            Compared::Wrong { tries_left: 1 }
        );
        assert_eq!(
            answer(tx, &token, "123456", 300)?,
            Compared::NotLive,
            "its time is over"
        );
        assert_eq!(answer(tx, &token, "123456", 299)?, Compared::Matched);
        assert_eq!(
            answer(tx, &token, "123456", 299)?,
            Compared::NotLive,
            "a second time"
        );
        let other = keys().token_digest("manager sign-in", "def");
        assert_eq!(answer(tx, &other, "123456", 1)?, Compared::NotLive);
        start(tx, other)?;
        answer(tx, &other, "000000", 1)?;
        answer(tx, &other, "000001", 1)?;
        assert_eq!(
            answer(tx, &other, "123456", 1)?,
            Compared::NotLive,
            "used up"
        );
        assert_eq!(manager_sign_in::prune(tx, at(301), 10)?, 2);
        Ok(())
    })
}

pub(super) fn a_managers_session_belongs_to_its_phone(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(hire)?;
    store.write_blocking(|tx| {
        let session = |number| ManagerSessionId::from_bytes([number; 10]);
        let token = |text: &str| keys().token_digest("manager", text);
        let start = |tx: &mut dyn Tx, number, text: &str| {
            let new = NewManagerSession {
                id: session(number),
                token_digest: token(text),
                manager: CHEN,
                acquirer: bank(),
                phone_index: phone_index(),
                now: at(0),
                idle_until: at(10),
                ends_at: at(100),
            };
            manager_session::start(tx, &new)
        };
        start(tx, 1, "one")?;
        start(tx, 2, "two")?;
        let (bank, phone_index) = (bank(), phone_index());
        let mine = OfPhone {
            acquirer: &bank,
            phone_index: &phone_index,
        };
        let nobody = keys().phone_index(&bank, "+8613900000009");
        let theirs = OfPhone {
            acquirer: &bank,
            phone_index: &nobody,
        };
        assert_eq!(manager_session::of_phone(tx, mine, at(5), 10)?.len(), 2);
        assert!(manager_session::of_phone(tx, theirs, at(5), 10)?.is_empty());

        let (chen, live) =
            manager_session::find(tx, &token("one"), at(9))?.ok_or(Fault::Missing("session"))?;
        assert_eq!(
            (chen.id, live.id, live.proved_at),
            (CHEN, session(1), at(0))
        );
        assert!(
            manager_session::find(tx, &token("one"), at(10))?.is_none(),
            "idle"
        );
        assert!(manager_session::touch(tx, &token("one"), at(9), at(19))?);
        assert!(!manager_session::touch(tx, &token("two"), at(10), at(20))?);

        assert!(manager_session::go_on_as(tx, session(1), CHEN_ELSEWHERE)?);
        let (there, _) =
            manager_session::find(tx, &token("one"), at(11))?.ok_or(Fault::Missing("session"))?;
        assert_eq!(there.merchant, other_shop());

        let renewed = (at(12), at(22));
        assert!(manager_session::prove(
            tx,
            session(1),
            &token("new"),
            renewed
        )?);
        assert!(
            manager_session::find(tx, &token("one"), at(13))?.is_none(),
            "the old token"
        );
        let (_, live) =
            manager_session::find(tx, &token("new"), at(13))?.ok_or(Fault::Missing("session"))?;
        assert_eq!((live.started_at, live.proved_at), (at(0), at(12)));
        assert!(
            !manager_session::prove(tx, session(2), &token("late"), renewed)?,
            "over"
        );

        assert!(
            !manager_session::end(tx, session(1), theirs)?,
            "another phone's"
        );
        managers::disable(tx, CHEN_ELSEWHERE, at(13))?;
        assert!(manager_session::find(tx, &token("new"), at(13))?.is_none());
        start(tx, 3, "three")?;
        assert!(manager_session::end(tx, session(3), mine)?);
        start(tx, 4, "four")?;
        assert_eq!(manager_session::end_all(tx, mine)?, 2);
        start(tx, 5, "five")?;
        assert_eq!(manager_session::prune(tx, at(10))?, 1);
        Ok(())
    })
}

pub(super) fn a_new_contact_waits_for_its_code(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(hire)?;
    store.write_blocking(|tx| {
        let key = DataKey::load(tx, &keys(), &Owner::Merchant(shop()))?;
        let code = |text| keys().code_digest("contact_change", "shop", text);
        let ask = |tx: &mut dyn Tx, phone: &str| {
            let new = NewContactChange {
                merchant: shop(),
                manager: CHEN,
                phone: Secret::new(phone.to_owned()),
                phone_index: keys().phone_index(&bank(), phone),
                code_digest: code("123456"),
                now: at(0),
                expires_at: at(300),
                tries: 2,
            };
            contact_change::ask(tx, &key, &new, &mut rng(7))
        };
        let answer = |tx: &mut dyn Tx, who, text, now| {
            contact_change::answer(tx, &key, (&shop(), who), (&code(text), at(now)))
        };
        ask(tx, "+8613900000005")?;
        ask(tx, "+8613900000006")?;
        let pending = contact_change::pending(tx, &key, (&shop(), CHEN), at(1))?
            .ok_or(Fault::Missing("change"))?;
        assert_eq!(pending.phone.expose(), "+8613900000006");
        assert!(answer(tx, CHEN, "000000", 1)?.is_none());
        assert!(
            answer(tx, CHEN_ELSEWHERE, "123456", 1)?.is_none(),
            "who asked, answers"
        );
        assert!(
            answer(tx, CHEN, "123456", 300)?.is_none(),
            "its time is over"
        );
        let (phone, index) = answer(tx, CHEN, "123456", 2)?.ok_or(Fault::Missing("change"))?;
        assert_eq!(phone.expose(), "+8613900000006");
        assert!(index == keys().phone_index(&bank(), "+8613900000006"));
        assert!(answer(tx, CHEN, "123456", 2)?.is_none(), "a second time");
        ask(tx, "+8613900000007")?;
        answer(tx, CHEN, "000000", 1)?;
        answer(tx, CHEN, "000000", 1)?;
        assert!(answer(tx, CHEN, "123456", 1)?.is_none(), "used up");
        assert!(contact_change::pending(tx, &key, (&shop(), CHEN), at(1))?.is_none());
        assert_eq!(contact_change::prune(tx, at(301), 10)?, 1);
        Ok(())
    })
}

pub(super) fn a_merchants_history_is_its_own(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let (terminal, operator) = (till(), cashier());
    store.write_blocking(move |tx| {
        let append = |tx: &mut dyn Tx, event| {
            let entry = Entry {
                v: 1,
                at: at(1),
                acquirer: Some(bank()),
                case: None,
                by: Actor::System,
                event,
            };
            event::append(tx, &entry)
        };
        append(tx, Event::OperatorAdded { terminal, operator })?;
        append(
            tx,
            Event::ContactChanged {
                merchant: other_shop(),
                version: 2,
            },
        )?;
        append(
            tx,
            Event::SignOnHeld {
                terminal,
                operator,
                until: at(2),
            },
        )?;
        append(
            tx,
            Event::ContactChanged {
                merchant: shop(),
                version: 2,
            },
        )?;
        Ok(())
    })?;
    store.write_blocking(move |tx| {
        let mine = history::of_merchant(tx, &shop(), None, 10)?;
        let positions: Vec<u64> = mine.iter().map(|placed| placed.position).collect();
        assert_eq!(positions, [3, 0]);
        let older = history::of_merchant(tx, &shop(), Some(3), 10)?;
        assert_eq!(older.len(), 1);
        assert_eq!(history::of_merchant(tx, &other_shop(), None, 10)?.len(), 1);

        let live = session::Session {
            id: SessionId::from_bytes([1; 10]),
            terminal,
            operator,
            started_at: at(3),
        };
        session::start(tx, &live)?;
        session::end(tx, (terminal, live.id), SessionEnd::SignOff, at(4))?;
        let sign_ons = session::of_merchant(tx, (&bank(), &shop()), (at(0), at(9)), 10)?;
        let ended = sign_ons.first().and_then(|first| first.ended.clone());
        assert_eq!(ended, Some((at(4), "sign_off".to_owned())));
        assert!(session::of_merchant(tx, (&bank(), &shop()), (at(4), at(9)), 10)?.is_empty());
        assert!(session::of_merchant(tx, (&bank(), &other_shop()), (at(0), at(9)), 10)?.is_empty());

        let bank = bank();
        case::begin(
            tx,
            case_id(1),
            &step(&bank, at(5), &[opened(Some(subject()), at(900))]),
        )?;
        let proven = [opened(Some(subject()), at(900)), matched()];
        case::begin(tx, case_id(2), &step(&bank, at(6), &proven))?;
        let shown = case::list(tx, &bank, &Filter::ShownToMerchant(shop()), (None, 10))?;
        let ids: Vec<_> = shown.iter().map(|stored| stored.case.id()).collect();
        assert_eq!(ids, [case_id(2)], "what a stranger opened is not shown");
        Ok(())
    })
}

pub(super) fn managers_rest_and_wake(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(hire)?;
    store.write_blocking(|tx| {
        managers::look_again(tx, CHEN_ELSEWHERE, at(50))?;
        let due = managers::to_look_at(tx, at(49), 10)?;
        assert_eq!(due.iter().map(|one| one.id).collect::<Vec<_>>(), [CHEN]);
        managers::signed_in(tx, CHEN, at(5))?;
        let found = managers::find(tx, CHEN)?.ok_or(Fault::Missing("manager"))?;
        assert_eq!((found.signed_in_at, found.dormant_at), (Some(at(5)), None));
        assert!(!managers::wake(tx, CHEN, at(6))?, "not at rest");
        assert!(managers::rest(tx, CHEN, at(7))?);
        assert!(!managers::rest(tx, CHEN, at(8))?, "once");
        let left = managers::of_phone(tx, &bank(), &phone_index(), 10)?;
        assert_eq!(
            left.iter().map(|one| one.id).collect::<Vec<_>>(),
            [CHEN_ELSEWHERE]
        );
        assert!(managers::wake(tx, CHEN, at(9))?);
        assert_eq!(
            managers::of_phone(tx, &bank(), &phone_index(), 10)?.len(),
            2
        );
        let found = managers::find(tx, CHEN)?.ok_or(Fault::Missing("manager"))?;
        assert_eq!(
            found.signed_in_at,
            Some(at(9)),
            "waking counts as being seen"
        );
        managers::disable(tx, CHEN, at(10))?;
        assert!(!managers::rest(tx, CHEN, at(11))?);
        Ok(())
    })
}
