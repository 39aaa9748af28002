use jiff::Timestamp;
use tillkey_rules::attempts::Scope;
use tillkey_rules::dormancy::RestCause;
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_wire::ids::{ManagerId, SessionId, StaffSessionId};
use tillkey_wire::secret::Secret;

use super::Open;
use super::ground::{at, bank, cashier, id, keys, other_shop, rng, settle, shop, subject, till};
use super::managers;
use crate::fault::Fault;
use crate::party::contact::{self, NewContact};
use crate::party::enrolment::{self, NewEnrolment};
use crate::party::staff::{self, Staff};
use crate::party::staff_session::{self, NewSession};
use crate::party::{merchant, operator, subject as subjects, terminal};
use crate::seal::{DataKey, Digest, Owner};
use crate::session::{self, Session};
use crate::tx::Tx;
use crate::{access_review, attempts};

pub(super) fn an_enrolment_is_used_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let key = DataKey::load(tx, &keys(), &Owner::Merchant(shop()))?;
        let open = |tx: &mut dyn Tx, code_key: &[u8], now| {
            let code_key = Secret::new(code_key.to_vec());
            let new = NewEnrolment {
                terminal: till(),
                code_key,
                now,
                expires_at: at(100),
            };
            enrolment::open(tx, &key, &new, &mut rng(4))
        };
        open(tx, b"first", at(1))?;
        open(tx, b"second", at(2))?;
        let live = enrolment::live(tx, &key, till(), at(3))?.ok_or(Fault::Missing("enrolment"))?;
        assert_eq!(
            (live.code_key.expose().as_slice(), live.used),
            (b"second".as_slice(), false)
        );
        assert!(
            enrolment::live(tx, &key, till(), at(100))?.is_none(),
            "its time is over"
        );
        assert!(!enrolment::redeem(tx, till(), at(100))?);
        assert!(enrolment::redeem(tx, till(), at(4))?);
        assert!(!enrolment::redeem(tx, till(), at(4))?, "a second time");
        let used = enrolment::live(tx, &key, till(), at(5))?.ok_or(Fault::Missing("enrolment"))?;
        assert!(
            used.used,
            "known until it expires, for a device that asks again"
        );
        open(tx, b"third", at(6))?;
        assert!(enrolment::redeem(tx, till(), at(7))?);
        Ok(())
    })
}

pub(super) fn operators_come_and_go(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        assert!(
            !operator::add(tx, till(), cashier(), at(1))?,
            "there already"
        );
        assert!(operator::add(tx, till(), id("99"), at(1))?);
        assert!(operator::add(tx, till(), id("00"), at(1))?);
        let listed = operator::list(tx, till())?;
        let numbers: Vec<u8> = listed.iter().map(|one| one.number.number()).collect();
        assert_eq!(numbers, [0, 1, 99]);
        assert!(operator::remove(tx, till(), cashier(), at(2))?);
        assert!(!operator::remove(tx, till(), cashier(), at(2))?);
        assert_eq!(operator::list(tx, till())?.len(), 2);
        let removed = operator::find(tx, till(), cashier())?.ok_or(Fault::Missing("operator"))?;
        assert_eq!(removed.removed_at, Some(at(2)));
        assert!(operator::add(tx, till(), cashier(), at(3))?, "again");
        assert_eq!(operator::list(tx, till())?.len(), 3);
        Ok(())
    })?;
    let nowhere = tillkey_wire::ids::TerminalId::from_bytes([9; 10]);
    let dangling = store.write_blocking(move |tx| operator::add(tx, nowhere, cashier(), at(1)));
    assert!(matches!(dangling, Err(Fault::Dangling(_))));
    Ok(())
}

fn li() -> Staff {
    Staff {
        acquirer: bank(),
        account: id("li"),
        person: id("P-1"),
        role: Role::Agent,
        password_hash: Secret::new("$argon2id$one".to_owned()),
        created_at: at(0),
        password_chosen_at: None,
        disabled_at: None,
    }
}

pub(super) fn staff_choose_passwords_and_are_disabled(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| staff::add(tx, &li()))?;
    let again = store.write_blocking(|tx| staff::add(tx, &li()));
    assert!(matches!(again, Err(Fault::Taken(_))));
    store.write_blocking(|tx| {
        let found = staff::find(tx, &bank(), &id("li"))?.ok_or(Fault::Missing("staff"))?;
        assert_eq!((found.role, found.person), (Role::Agent, id("P-1")));
        assert_eq!(staff::list(tx, &bank(), None, 10)?.len(), 1);
        assert!(staff::list(tx, &bank(), Some(&id("li")), 10)?.is_empty());
        let first = found.password_hash;
        let chosen = Secret::new("$argon2id$two".to_owned());
        let whose = (&bank(), &id("li"));
        start(tx, 1, at(0))?;
        start(tx, 2, at(0))?;
        let changed = staff::choose_password(tx, whose, (&first, &chosen), at(2))?;
        assert_eq!(changed, Some(2), "a new password ends what was signed in");
        let again = staff::choose_password(tx, whose, (&first, &chosen), at(3))?;
        assert_eq!(again, None, "the one before is not in force any more");
        let found = staff::find(tx, &bank(), &id("li"))?.ok_or(Fault::Missing("staff"))?;
        assert_eq!(found.password_chosen_at, Some(at(2)));
        start(tx, 3, at(2))?;
        assert!(staff::disable(tx, &bank(), &id("li"), at(2))?);
        assert!(!staff::disable(tx, &bank(), &id("li"), at(3))?);
        assert!(staff_session::owner(tx, &token(3), at(2))?.is_none());
        start(tx, 4, at(2))?;
        assert!(
            staff_session::owner(tx, &token(4), at(2))?.is_none(),
            "none for a disabled account"
        );
        Ok(())
    })
}

fn token(number: u8) -> Digest {
    keys().token_digest("staff", &number.to_string())
}

fn start(tx: &mut dyn Tx, number: u8, now: Timestamp) -> Result<(), Fault> {
    let after = |seconds| {
        let lasts = jiff::SignedDuration::from_secs(seconds);
        now.checked_add(lasts).unwrap_or(Timestamp::MAX)
    };
    let session = NewSession {
        token_digest: token(number),
        id: StaffSessionId::from_bytes([number; 10]),
        acquirer: bank(),
        account: id("li"),
        network: "203.0.113.0/24".to_owned(),
        device: "Edge Windows".to_owned(),
        now,
        idle_until: after(10),
        ends_at: after(30),
    };
    staff_session::start(tx, &session)
}

pub(super) fn staff_sessions_are_listed_and_ended(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        staff::add(tx, &li())?;
        start(tx, 1, at(0))?;
        let find = |tx: &mut dyn Tx, now| staff_session::owner(tx, &token(1), now);
        let (who, session) = find(tx, at(5))?.ok_or(Fault::Missing("staff"))?;
        assert_eq!((who.account, session.started_at), (id("li"), at(0)));
        assert_eq!((session.used_at, session.proved_at), (at(0), at(0)));
        let other = keys().token_digest("case", "1");
        assert!(staff_session::owner(tx, &other, at(5))?.is_none());
        assert!(staff_session::touch(tx, &token(1), at(9), at(29))?);
        assert!(staff_session::prove(tx, session.id, at(20))?);
        let (_, session) = find(tx, at(28))?.ok_or(Fault::Missing("staff"))?;
        assert_eq!((session.used_at, session.proved_at), (at(9), at(20)));
        assert!(staff_session::touch(tx, &token(1), at(28), at(90))?);
        assert!(find(tx, at(30))?.is_none(), "the end in any case");
        assert!(!staff_session::touch(tx, &token(1), at(30), at(90))?);
        assert!(!staff_session::prove(tx, session.id, at(30))?);
        assert_eq!(staff_session::prune(tx, at(30))?, 1);
        for number in 1..=30 {
            start(tx, number, at(u32::from(number).into()))?;
        }
        let whose = (&bank(), &id("li"));
        let names = |tx: &mut dyn Tx, now| -> Result<Vec<u8>, Fault> {
            let live = staff_session::live(tx, whose, now)?;
            Ok(live.iter().map(|live| live.id.as_bytes()[0]).collect())
        };
        let live = names(tx, at(31))?;
        assert_eq!(live, (22..=30).rev().collect::<Vec<u8>>(), "idle for ten");
        let unused: u64 = staff_session::end_all(tx, &bank(), &id("li"))?;
        assert_eq!(unused, u64::from(crate::limits::STAFF_SESSIONS_MAX));
        start(tx, 1, at(0))?;
        start(tx, 2, at(1))?;
        let first = StaffSessionId::from_bytes([1; 10]);
        assert!(!staff_session::end(tx, (&bank(), &id("wang")), first)?);
        assert!(staff_session::end(tx, whose, first)?);
        assert!(!staff_session::end(tx, whose, first)?);
        assert_eq!(names(tx, at(2))?, [2]);
        Ok(())
    })
}

pub(super) fn facts_are_those_of_the_moment(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let facts = subjects::facts(tx, &subject(), at(0), false)?;
        assert!(facts.terminal_in_service && facts.operator_active && !facts.has_password);
        assert_eq!(
            (facts.contact, facts.keeps_journal, facts.enrolled_at),
            (None, None, None)
        );
        let keys = keys();
        let key = DataKey::load(tx, &keys, &Owner::Merchant(shop()))?;
        let contact = NewContact {
            merchant: shop(),
            phone: Secret::new("13800000001".to_owned()),
            phone_index: keys.phone_index(&bank(), "13800000001"),
            now: at(7),
        };
        contact::set(tx, &key, &contact, &mut rng(5))?;
        terminal::describe(tx, till(), r#"{"journal":false,"precheck":true}"#, at(8))?;
        merchant::set_status(tx, &shop(), MerchantStatus::Suspended, at(8))?;
        operator::remove(tx, till(), cashier(), at(8))?;
        let whose = attempts::operator_subject(till(), cashier());
        attempts::count(tx, (Scope::SignOn, &whose), at(8))?;
        attempts::count(tx, (Scope::CounterProof, &whose), at(8))?;
        let facts = subjects::facts(tx, &subject(), at(9), true)?;
        assert_eq!(facts.merchant_status, MerchantStatus::Suspended);
        assert!(!facts.operator_active && facts.terminal_online);
        let contact = facts.contact.ok_or(Fault::Missing("contact"))?;
        assert_eq!((contact.version, contact.changed_at), (1, at(7)));
        assert_eq!((facts.keeps_journal, facts.failures_30d), (Some(false), 2));
        let mut moved = subject();
        moved.terminal_number = id("87654321");
        assert!(!subjects::facts(tx, &moved, at(9), true)?.terminal_in_service);
        terminal::retire(tx, till(), at(9))?;
        assert!(!subjects::facts(tx, &subject(), at(9), true)?.terminal_in_service);
        Ok(())
    })
}

pub(super) fn operators_rest_and_wake(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let whose = (till(), cashier());
        assert!(
            operator::to_look_at(tx, at(100), 10)?.is_empty(),
            "without a password there is nothing to put to rest"
        );
        operator::point(tx, whose, Some(1))?;
        assert_eq!(operator::to_look_at(tx, at(100), 10)?, [whose]);
        operator::look_again(tx, whose, at(200))?;
        assert!(operator::to_look_at(tx, at(199), 10)?.is_empty());
        assert_eq!(operator::to_look_at(tx, at(200), 10)?, [whose]);

        let session = Session {
            id: SessionId::from_bytes([4; 10]),
            terminal: till(),
            operator: cashier(),
            started_at: at(50),
        };
        session::start(tx, &session)?;
        let earlier = Session {
            id: SessionId::from_bytes([5; 10]),
            started_at: at(40),
            ..session.clone()
        };
        session::start(tx, &earlier)?;
        let seen = operator::find(tx, till(), cashier())?.ok_or(Fault::Missing("operator"))?;
        assert_eq!(seen.signed_on_at, Some(at(50)), "the latest counts");
        assert_eq!(session::live_of_merchant(tx, &shop())?, [whose]);
        assert!(session::live_of_merchant(tx, &other_shop())?.is_empty());

        assert!(operator::rest(tx, whose, (RestCause::Unused, at(300)))?);
        assert!(
            !operator::rest(tx, whose, (RestCause::Unused, at(301)))?,
            "once"
        );
        assert!(session::live(tx, whose)?.is_empty());
        assert!(operator::to_look_at(tx, at(900), 10)?.is_empty());
        operator::point(tx, whose, Some(2))?;
        let awake = operator::find(tx, till(), cashier())?.ok_or(Fault::Missing("operator"))?;
        assert_eq!(awake.dormant_at, None, "a new password wakes");
        assert!(operator::remove(tx, till(), cashier(), at(400))?);
        assert!(!operator::rest(tx, whose, (RestCause::Unused, at(500)))?);
        operator::add(tx, till(), cashier(), at(600))?;
        let again = operator::find(tx, till(), cashier())?.ok_or(Fault::Missing("operator"))?;
        assert_eq!(again.signed_on_at, None, "another person's number");
        Ok(())
    })
}

pub(super) fn one_access_review_is_open_at_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let due = access_review::to_look_at(tx, at(10), 10)?;
        let due: Vec<_> = due.into_iter().map(|one| one.merchant).collect();
        assert_eq!(due, [shop(), other_shop()]);
        access_review::look_again(tx, &other_shop(), at(50))?;
        assert_eq!(access_review::to_look_at(tx, at(49), 10)?.len(), 1);
        assert!(access_review::last(tx, &shop())?.is_none());
        access_review::open(tx, (&bank(), &shop()), 1, (at(10), at(20)))
    })?;
    for round in [1, 2] {
        let again = store.write_blocking(move |tx| {
            access_review::open(tx, (&bank(), &shop()), round, (at(11), at(21)))
        });
        assert!(matches!(again, Err(Fault::Taken(_))), "{round}");
    }
    store.write_blocking(|tx| {
        let listed = |tx: &mut dyn Tx, span: (i64, i64)| {
            let span = (at(span.0), at(span.1));
            access_review::list(tx, &bank(), span, (None, 10)).map(|list| list.len())
        };
        assert_eq!(listed(tx, (0, 19))?, 0, "not overdue");
        assert_eq!(listed(tx, (0, 20))?, 1);
        assert_eq!(listed(tx, (20, 99))?, 0);
        let after = (Some(&shop()), 10);
        assert!(access_review::list(tx, &bank(), (at(0), at(99)), after)?.is_empty());
        access_review::remind(tx, &shop(), at(20))?;
        let open = access_review::open_of(tx, &shop())?.ok_or(Fault::Missing("review"))?;
        assert_eq!((open.round, open.reminded_at), (1, Some(at(20))));
        let manager = ManagerId::from_bytes([1; 10]);
        managers::add_one(tx, manager, shop())?;
        assert!(!access_review::complete(tx, (&shop(), 2), manager, at(25))?);
        assert!(access_review::complete(tx, (&shop(), 1), manager, at(25))?);
        assert!(!access_review::complete(tx, (&shop(), 1), manager, at(26))?);
        assert!(access_review::open_of(tx, &shop())?.is_none());
        assert_eq!(listed(tx, (0, 99))?, 0);
        access_review::open(tx, (&bank(), &shop()), 2, (at(30), at(40)))
    })
}
