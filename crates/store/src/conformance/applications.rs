//! Applications: the fold of their events, sealed texts, codes that take their tries, and
//! erasure.

use tillkey_rules::onboarding::application::{ApplicationEvent, ApplicationState, Choice};
use tillkey_rules::onboarding::{Draft, FormField};
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::{ApplicantKind, ApplicationPaper};
use tillkey_wire::ids::ApplicationId;
use tillkey_wire::secret::Secret;

use super::Open;
use super::ground::{at, bank, id, keys, rng, settle, shop, till};
use crate::application::code::{self, NewCode};
use crate::application::paper::{self, NewPaper};
use crate::application::{self, NewApplication, Step, Stored, Written};
use crate::erasure;
use crate::fault::Fault;
use crate::scan::Likeness;
use crate::seal::{DataKey, Digest, NO_INDEX, Owner};
use crate::tx::Tx;

const PHONE: &str = "+8613800138000";

fn number(number: u8) -> ApplicationId {
    ApplicationId::from_bytes([number; 10])
}

fn started() -> ApplicationEvent {
    ApplicationEvent::Started {
        choice: Choice {
            product: id("smart"),
            applicant: ApplicantKind::SoleTrader,
            region: id("310115"),
        },
        deadline: at(3_600),
    }
}

fn token(text: &str) -> Digest {
    keys().token_digest("application", text)
}

fn begin(tx: &mut dyn Tx, application: ApplicationId, second: i64) -> Result<DataKey, Fault> {
    // Each draws a key of its own.
    let seed = u64::from(*application.as_bytes().first().unwrap_or(&0));
    let (mut rng, owner) = (rng(seed), Owner::Application(application));
    let key = DataKey::create(tx, &keys(), (&owner, at(second)), &mut rng)?;
    let new = NewApplication {
        id: application,
        token_digest: token("first"),
        phone: &Secret::new(PHONE.to_owned()),
        phone_index: keys().phone_index(&bank(), PHONE),
    };
    let events = [started()];
    application::begin(tx, &key, (&new, &step(second, &events)), &mut rng)?;
    Ok(key)
}

fn step(second: i64, events: &[ApplicationEvent]) -> Step<'_> {
    // Leaked once a check: a step borrows whose it is.
    let acquirer = Box::leak(Box::new(bank()));
    Step {
        acquirer,
        at: at(second),
        by: &Actor::Holder,
        events,
    }
}

fn stored(tx: &mut dyn Tx, application: ApplicationId) -> Result<Stored, Fault> {
    application::find(tx, application)?.ok_or(Fault::Missing("application"))
}

/// An application is what its events say, and one that moved meanwhile is a conflict.
pub(super) fn an_application_is_the_fold_of_its_events(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        begin(tx, number(1), 0)?;
        let before = stored(tx, number(1))?.application;
        let proven = [ApplicationEvent::PhoneProven {
            deadline: at(7_200),
        }];
        let after = application::append(tx, before.clone(), &step(1, &proven))?;
        assert!(after.is_phone_proven());
        assert_eq!(stored(tx, number(1))?.application, after);
        let stale = application::append(tx, before, &step(2, &proven));
        assert!(matches!(stale, Err(Fault::Conflict(_))));
        let submitted = [ApplicationEvent::Submitted {
            form_digest: "aa".to_owned(),
        }];
        application::append(tx, after, &step(3, &submitted))?;
        begin(tx, number(2), 10)?;
        let waiting = (&bank(), ApplicationState::Submitted);
        let found = application::in_state(tx, waiting, None, 10)?;
        let found: Vec<_> = found.iter().map(|one| one.application.id()).collect();
        assert_eq!(found, [number(1)]);
        let after = Some((at(3), number(1)));
        assert!(application::in_state(tx, waiting, after, 10)?.is_empty());
        // What was handed in waits for the bank, and not for its applicant.
        assert_eq!(application::due(tx, at(3_600), 10)?, [number(2)]);
        Ok(())
    })
}

/// A terminal is sent for one open application.
pub(super) fn a_terminal_finds_its_application(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        begin(tx, number(1), 0)?;
        let merchant = shop();
        let events = [
            ApplicationEvent::Approved {
                merchant: merchant.clone(),
                deposit: None,
            },
            ApplicationEvent::Shipped {
                terminal: till(),
                serial_number: id("SN-000001"),
                tracking_digest: "aa".to_owned(),
            },
        ];
        let found = stored(tx, number(1))?.application;
        let shipped = application::append(tx, found, &step(1, &events))?;
        let of_terminal = application::of_terminal(tx, till())?;
        assert_eq!(
            of_terminal.map(|one| one.application),
            Some(shipped.clone())
        );
        let of_merchant = application::of_merchant(tx, &merchant)?;
        assert_eq!(
            of_merchant.map(|one| one.application),
            Some(shipped.clone())
        );
        let day = id("2026-11-27");
        let active = [ApplicationEvent::Activated { day }];
        application::append(tx, shipped, &step(2, &active))?;
        assert!(application::of_terminal(tx, till())?.is_none());
        Ok(())
    })
}

/// What was written opens with the application's key, and not after that is destroyed.
pub(super) fn what_an_applicant_wrote_is_erased_with_its_key(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        let (key, mut rng) = (begin(tx, number(1), 0)?, rng(2));
        let mut draft = Draft::default();
        draft.write(FormField::PersonName, "王小明");
        let json = draft.to_json();
        application::write(tx, &key, (number(1), Written::Draft(&json)), &mut rng)?;
        let remark = Secret::new("请重拍营业执照".to_owned());
        application::write(tx, &key, (number(1), Written::Remark(&remark)), &mut rng)?;
        let found = stored(tx, number(1))?;
        assert_eq!(found.phone(&key)?.expose(), PHONE);
        assert_eq!(found.draft(&key)?.text(FormField::PersonName), "王小明");
        assert_eq!(
            found.remark(&key)?.map(|text| text.expose().clone()),
            Some(remark.expose().clone())
        );
        assert!(found.parcel(&key)?.is_none());
        application::set_token(tx, number(1), &token("second"))?;
        assert_eq!(stored(tx, number(1))?.token_digest, token("second"));
        let outlived = |tx: &mut dyn Tx, second| {
            application::outlived(tx, (ApplicationState::Withdrawn, at(second)), 10)
        };
        let withdrawn = [ApplicationEvent::Withdrawn];
        application::append(tx, found.application, &step(5, &withdrawn))?;
        assert!(outlived(tx, 5)?.is_empty());
        assert_eq!(outlived(tx, 6)?, [number(1)]);
        assert!(application::erase(tx, number(1), at(6))?);
        assert!(!application::erase(tx, number(1), at(7))?);
        assert!(outlived(tx, 6)?.is_empty());
        let erased = stored(tx, number(1))?;
        assert!(erased.remark(&key)?.is_none());
        assert!(matches!(erased.phone(&key), Err(Fault::Unsealable(_))));
        assert_eq!(erased.application.state(), ApplicationState::Withdrawn);
        let owner = Owner::Application(number(1));
        let gone = DataKey::load(tx, &keys(), &owner);
        assert!(matches!(gone, Err(Fault::Unsealable(_))));
        Ok(())
    })
}

/// A code takes its tries before it is compared, and counts once.
pub(super) fn d02_an_applicants_code_takes_its_tries(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        begin(tx, number(1), 0)?;
        let right = keys().code_digest("application", "1", "123456");
        let wrong = keys().code_digest("application", "1", "654321");
        let new = |tries| NewCode {
            application: number(1),
            digest: right,
            expires_at: at(300),
            tries,
        };
        code::ask(tx, &new(2))?;
        assert!(!code::answer(tx, number(1), (&wrong, at(1)))?);
        assert!(code::answer(tx, number(1), (&right, at(1)))?);
        assert!(!code::answer(tx, number(1), (&right, at(1)))?);
        code::ask(tx, &new(1))?;
        assert!(!code::answer(tx, number(1), (&wrong, at(1)))?);
        assert!(!code::answer(tx, number(1), (&right, at(1)))?);
        code::ask(tx, &new(5))?;
        assert!(!code::answer(tx, number(1), (&right, at(300)))?);
        Ok(())
    })
}

/// A picture takes the place of the one before, and is known again elsewhere.
pub(super) fn a_picture_of_a_paper_is_known_again(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        let (key, mut rng) = (begin(tx, number(1), 0)?, rng(2));
        let other = begin(tx, number(2), 1)?;
        let index = |digest| keys().picture_index(&bank(), "pixels", &[digest; 32]);
        let new = |application, pixels, picture| NewPaper {
            application,
            paper: ApplicationPaper::ShopFront,
            likeness: Likeness {
                file: index(pixels),
                pixels: index(pixels),
            },
            picture,
            now: at(2),
        };
        paper::take(tx, &key, &new(number(1), 1, b"first"), &mut rng)?;
        paper::take(tx, &key, &new(number(1), 2, b"second"), &mut rng)?;
        let which = (number(1), ApplicationPaper::ShopFront);
        let found = paper::find(tx, &key, which)?.ok_or(Fault::Missing("picture"))?;
        assert_eq!(found.expose().as_slice(), b"second");
        assert!(paper::find(tx, &key, (number(1), ApplicationPaper::ShopInside))?.is_none());
        assert!(!paper::any_elsewhere(tx, number(1))?);
        paper::take(tx, &other, &new(number(2), 2, b"second"), &mut rng)?;
        assert!(paper::any_elsewhere(tx, number(1))?);
        assert!(paper::any_elsewhere(tx, number(2))?);
        assert!(matches!(
            paper::find(tx, &other, which),
            Err(Fault::Unsealable(_))
        ));
        Ok(())
    })
}

/// What an applicant wrote goes with the merchant that it became.
pub(super) fn an_application_goes_with_its_merchant(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        begin(tx, number(1), 0)?;
        begin(tx, number(2), 0)?;
        let merchant = shop();
        let day = id("2026-11-27");
        let events = [
            ApplicationEvent::Approved {
                merchant: merchant.clone(),
                deposit: None,
            },
            ApplicationEvent::Activated { day },
        ];
        let found = stored(tx, number(1))?.application;
        application::append(tx, found, &step(1, &events))?;
        let gone = erasure::erase(tx, &merchant, at(2))?.ok_or(Fault::Missing("merchant"))?;
        assert_eq!(gone.applications, [number(1)]);
        assert_eq!(stored(tx, number(1))?.phone_index, NO_INDEX);
        let key = |number| Owner::Application(number);
        assert!(DataKey::find(tx, &keys(), &key(number(1)))?.is_none());
        assert!(DataKey::find(tx, &keys(), &key(number(2)))?.is_some());
        Ok(())
    })
}
