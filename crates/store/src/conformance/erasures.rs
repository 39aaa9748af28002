//! Erasing a merchant: what stands in the way is counted, and what was sealed is gone.

use tillkey_rules::attempts::Scope;
use tillkey_rules::erasure::{ErasureReason, Obstacle};
use tillkey_rules::event::CaseEvent;
use tillkey_rules::scan::Side;
use tillkey_rules::vocabulary::{EvidenceKind, ManagerRight, MerchantStatus};
use tillkey_rules::watch::{About, Rule};
use tillkey_wire::ids::{AlertId, ManagerId, MerchantNumber, MessageId, PersonId, ScanId};
use tillkey_wire::secret::Secret;

use super::Open;
use super::ground::{at, bank, case_id, id, keys, opened, other_shop, rng, settle, shop, step};
use super::ground::{matched, subject, till};
use crate::alert::{self, NewAlert};
use crate::case;
use crate::erasure::{self, Request, RequestState};
use crate::fault::Fault;
use crate::outbox::{self, MessageKind, NewMessage};
use crate::party::contact::{self, NewContact};
use crate::party::managers::{self, NewManagerAccount};
use crate::party::merchant::{self, DocumentRole};
use crate::party::terminal;
use crate::scan::{self, Likeness, NewScan};
use crate::seal::{DataKey, NO_INDEX, Owner};
use crate::tx::Tx;
use crate::{attempts, comment};

const PHONE: &str = "+8613800000001";

fn obstacles(tx: &mut dyn Tx) -> Result<Vec<Obstacle>, Fault> {
    let found = erasure::standing(tx, &shop())?.ok_or(Fault::Missing("merchant"))?;
    Ok(found.obstacles().into_iter().collect())
}

/// Each thing that is open is seen, until it is not any more.
pub(super) fn what_stands_in_the_way_is_counted(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        assert_eq!(
            obstacles(tx)?,
            [Obstacle::NotClosed, Obstacle::TerminalInService]
        );
        merchant::set_status(tx, &shop(), MerchantStatus::Closed, at(1))?;
        assert_eq!(obstacles(tx)?, [Obstacle::TerminalInService]);
        for (number, about) in [
            (1, About::Merchant { merchant: shop() }),
            (2, About::Terminal { terminal: till() }),
            (
                3,
                About::Merchant {
                    merchant: other_shop(),
                },
            ),
        ] {
            let new = NewAlert {
                id: AlertId::from_bytes([number; 10]),
                acquirer: &bank(),
                rule: Rule::ManyFailures,
                about: &about,
                raised_at: at(1),
            };
            alert::raise(tx, &new)?;
        }
        let events = [opened(Some(subject()), at(900)), matched()];
        let begun = case::begin(tx, case_id(1), &step(&bank(), at(1), &events))?;
        let strangers = [opened(Some(subject()), at(900))];
        case::begin(tx, case_id(2), &step(&bank(), at(1), &strangers))?;
        terminal::retire(tx, till(), at(2))?;
        let found = erasure::standing(tx, &shop())?.ok_or(Fault::Missing("merchant"))?;
        assert_eq!((found.open_cases, found.open_alerts), (1, 2));
        let expired = [CaseEvent::Expired];
        case::append(tx, begun, &step(&bank(), at(3), &expired))?;
        assert_eq!(obstacles(tx)?, [Obstacle::AlertOpen]);
        Ok(())
    })
}

/// A closed merchant counts from when it was closed, and not from a second closing.
pub(super) fn a_closed_merchant_is_due_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        let due = |tx: &mut dyn Tx, closed_by, now| erasure::due(tx, (at(closed_by), at(now)), 10);
        merchant::set_status(tx, &shop(), MerchantStatus::Closed, at(5))?;
        merchant::set_status(tx, &shop(), MerchantStatus::Closed, at(9))?;
        assert!(due(tx, 4, 100)?.is_empty());
        assert_eq!(due(tx, 5, 100)?, [shop()]);
        erasure::look_again(tx, &shop(), at(200))?;
        assert!(due(tx, 5, 199)?.is_empty());
        assert_eq!(due(tx, 5, 200)?, [shop()]);
        merchant::set_status(tx, &shop(), MerchantStatus::Active, at(10))?;
        assert!(due(tx, 900, 900)?.is_empty());
        merchant::set_status(tx, &shop(), MerchantStatus::Closed, at(20))?;
        assert!(due(tx, 19, 900)?.is_empty());
        erasure::erase(tx, &shop(), at(21))?;
        assert!(due(tx, 900, 900)?.is_empty());
        Ok(())
    })
}

/// One request at a time waits; a decided one makes room for another.
pub(super) fn a_request_for_an_erasure_waits_for_another(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        let new = |merchant: MerchantNumber, second| Request {
            merchant,
            state: RequestState::Asked,
            reason: ErasureReason::Requested,
            account: id("wang.admin"),
            person: id("p-2000"),
            asked_at: at(second),
            ended_at: None,
        };
        erasure::ask(tx, &bank(), &new(shop(), 1))?;
        erasure::ask(tx, &bank(), &new(other_shop(), 0))?;
        let waiting = erasure::waiting(tx, &bank(), 10)?;
        assert_eq!(waiting, [new(other_shop(), 0), new(shop(), 1)]);
        assert!(erasure::end(tx, &shop(), RequestState::Declined, at(2))?);
        assert!(!erasure::end(tx, &shop(), RequestState::Done, at(3))?);
        let found = erasure::request(tx, &shop())?.ok_or(Fault::Missing("request"))?;
        assert_eq!(found.state, RequestState::Declined);
        assert_eq!(found.ended_at, Some(at(2)));
        erasure::ask(tx, &bank(), &new(shop(), 4))?;
        assert_eq!(erasure::request(tx, &shop())?, Some(new(shop(), 4)));
        Ok(())
    })
}

fn manager() -> ManagerId {
    ManagerId::from_bytes([4; 10])
}

/// Everything that can be held of a merchant, of the one that is erased.
fn furnish(tx: &mut dyn Tx) -> Result<DataKey, Fault> {
    let (keys, mut rng) = (keys(), rng(5));
    let key = DataKey::load(tx, &keys, &Owner::Merchant(shop()))?;
    let index = keys.phone_index(&bank(), PHONE);
    let phone = || Secret::new(PHONE.to_owned());
    let new = NewContact {
        merchant: shop(),
        phone: phone(),
        phone_index: index,
        now: at(1),
    };
    contact::set(tx, &key, &new, &mut rng)?;
    let new = NewManagerAccount {
        id: manager(),
        acquirer: bank(),
        merchant: shop(),
        person: id("p-1"),
        name: Secret::new("王小明".to_owned()),
        phone: phone(),
        phone_index: index,
        rights: [ManagerRight::Consent].into(),
        now: at(1),
    };
    managers::add(tx, &key, &new, &mut rng)?;
    let document = keys.document_index(&bank(), "identity_document", "110101199003074610");
    merchant::add_document(tx, &shop(), (DocumentRole::Holder, &document), at(1))?;
    let events = [opened(Some(subject()), at(900))];
    case::begin(tx, case_id(1), &step(&bank(), at(1), &events))?;
    comment::add(tx, &keys, (&bank(), (case_id(1), 1)), "老王本人", &mut rng)?;
    let new = NewScan {
        id: ScanId::from_bytes([3; 10]),
        case: case_id(1),
        kind: EvidenceKind::IdentityDocument,
        side: Side::Front,
        likeness: Likeness {
            file: keys.picture_index(&bank(), "file", &[1; 32]),
            pixels: keys.picture_index(&bank(), "pixels", &[1; 32]),
        },
        picture: b"picture",
        now: at(1),
    };
    scan::add(tx, &key, &new, &mut rng)?;
    let new = NewMessage {
        id: MessageId::from_bytes([2; 10]),
        idempotency_key: "one".to_owned(),
        kind: MessageKind::Sms,
        destination: phone(),
        body: Secret::new("您好".to_owned()),
        now: at(1),
    };
    outbox::queue(tx, &key, &new, &mut rng)?;
    attempts::count(tx, (Scope::Destination, &index.to_hex()), at(1))?;
    Ok(key)
}

/// Nothing of an erased merchant can be opened or tried out, and its neighbour has lost
/// nothing.
pub(super) fn an_erased_merchant_is_a_number_and_no_more(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        furnish(tx)?;
        let gone = erasure::erase(tx, &shop(), at(9))?.ok_or(Fault::Missing("merchant"))?;
        assert_eq!(gone, erasure::Gone::default());
        assert_eq!(erasure::erase(tx, &shop(), at(10))?, None);
        let (keys, owner) = (keys(), Owner::Merchant(shop()));
        assert!(DataKey::find(tx, &keys, &owner)?.is_none());
        let found = merchant::find(tx, &shop())?.ok_or(Fault::Missing("merchant"))?;
        assert_eq!(found.erased_at, Some(at(9)));
        let index = keys.phone_index(&bank(), PHONE);
        assert!(contact::present(tx, &shop())?.is_none());
        assert!(contact::merchants_by_phone(tx, &index, 10)?.is_empty());
        assert!(merchant::documents(tx, &shop())?.is_empty());
        let left = managers::find(tx, manager())?.ok_or(Fault::Missing("manager"))?;
        assert_eq!(
            (left.phone_index, left.disabled_at),
            (NO_INDEX, Some(at(9)))
        );
        assert_eq!(left.person, id::<PersonId>("p-1"));
        assert!(scan::find(tx, case_id(1), ScanId::from_bytes([3; 10]))?.is_none());
        assert!(comment::of_case(tx, &keys, (&bank(), case_id(1)), 10)?.is_empty());
        assert_eq!(outbox::standing(tx, "one")?, Some(outbox::Standing::Dead));
        let guessed = attempts::recent(tx, (Scope::Destination, &index.to_hex()), at(0))?;
        assert_eq!(guessed.attempts, 0);
        assert!(case::find(tx, case_id(1))?.is_some());
        let other = DataKey::load(tx, &keys, &Owner::Merchant(other_shop()))?;
        let neighbour = merchant::find(tx, &other_shop())?.ok_or(Fault::Missing("merchant"))?;
        assert_eq!(neighbour.name(&other)?.expose(), "Noodle House");
        let noted = erasure::scrub_due(tx)?.ok_or(Fault::Missing("note"))?;
        erasure::scrubbed(tx, b"another")?;
        assert!(erasure::scrub_due(tx)?.is_some());
        erasure::scrubbed(tx, &noted)?;
        assert!(erasure::scrub_due(tx)?.is_none());
        Ok(())
    })
}
