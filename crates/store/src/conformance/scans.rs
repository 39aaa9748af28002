//! Scans: one a side, wiped when replaced, known again, erased with their merchant.

use tillkey_rules::scan::Side;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::{CaseId, ScanId};

use super::Open;
use super::ground::{
    at, bank, case_id, keys, opened, other_shop, rng, settle, shop, step, subject,
};
use crate::fault::Fault;
use crate::outbox::{self, MessageKind, NewMessage, Standing};
use crate::scan::{self, Likeness, NewScan};
use crate::seal::{self, DataKey, Owner};
use crate::tx::Tx;

fn likeness(file: u8, pixels: u8) -> Likeness {
    let index = |of_what, digest| keys().picture_index(&bank(), of_what, &[digest; 32]);
    Likeness {
        file: index("file", file),
        pixels: index("pixels", pixels),
    }
}

fn new(number: u8, case: CaseId, (file, pixels): (u8, u8)) -> NewScan<'static> {
    NewScan {
        id: ScanId::from_bytes([number; 10]),
        case,
        kind: EvidenceKind::IdentityDocument,
        side: Side::Front,
        likeness: likeness(file, pixels),
        picture: b"a picture",
        now: at(i64::from(number)),
    }
}

fn begin(tx: &mut dyn Tx) -> Result<(), Fault> {
    settle(tx)?;
    for number in [1, 2] {
        let events = [opened(Some(subject()), at(3_600))];
        crate::case::begin(tx, case_id(number), &step(&bank(), at(0), &events))?;
    }
    Ok(())
}

fn key_of(tx: &mut dyn Tx, merchant: tillkey_wire::ids::MerchantNumber) -> Result<DataKey, Fault> {
    DataKey::load(tx, &keys(), &Owner::Merchant(merchant))
}

/// A later scan of a side takes the place of the one before, whose picture is gone.
pub(super) fn a_replaced_scan_is_wiped(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        begin(tx)?;
        let (key, mut rng) = (key_of(tx, shop())?, rng(2));
        let (first, second) = (new(1, case_id(1), (1, 1)), new(2, case_id(1), (2, 2)));
        scan::add(tx, &key, &first, &mut rng)?;
        let found = scan::find(tx, case_id(1), first.id)?.ok_or(Fault::Missing("scan"))?;
        assert_eq!(found.picture(&key)?.expose().as_slice(), b"a picture");
        assert!(
            scan::find(tx, case_id(2), first.id)?.is_none(),
            "of another case"
        );
        let back = NewScan {
            side: Side::Back,
            ..new(3, case_id(1), (3, 3))
        };
        scan::add(tx, &key, &back, &mut rng)?;
        scan::add(tx, &key, &second, &mut rng)?;
        assert!(scan::find(tx, case_id(1), first.id)?.is_none(), "replaced");
        assert!(scan::find(tx, case_id(1), second.id)?.is_some());
        assert!(
            scan::find(tx, case_id(1), back.id)?.is_some(),
            "the other side stays"
        );
        Ok(())
    })?;
    let again = store.write_blocking(|tx| {
        let key = key_of(tx, shop())?;
        scan::add(tx, &key, &new(2, case_id(1), (2, 2)), &mut rng(3))
    });
    assert!(matches!(again, Err(Fault::Taken(_))));
    store.write_blocking(|tx| {
        seal::erase(tx, &Owner::Merchant(shop()))?;
        assert!(matches!(key_of(tx, shop()), Err(Fault::Unsealable(_))));
        Ok(())
    })
}

/// The same file, or the same pixels in another file, are known again.
pub(super) fn e19_a_picture_is_known_again(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        begin(tx)?;
        let mut rng = rng(3);
        let (here, there) = (key_of(tx, shop())?, key_of(tx, other_shop())?);
        scan::add(tx, &here, &new(1, case_id(1), (1, 1)), &mut rng)?;
        scan::add(tx, &there, &new(2, case_id(2), (2, 2)), &mut rng)?;
        for (same, merchants) in [
            (likeness(1, 9), vec![shop()]),
            (likeness(9, 1), vec![shop()]),
            (likeness(1, 2), vec![shop(), other_shop()]),
            (likeness(9, 9), vec![]),
            // A file's digest is no pixels' digest.
            (
                Likeness {
                    file: likeness(1, 1).pixels,
                    pixels: likeness(1, 1).file,
                },
                vec![],
            ),
        ] {
            let seen = scan::seen(tx, &same)?;
            let found: Vec<_> = seen.into_iter().map(|sighting| sighting.merchant).collect();
            assert_eq!(found, merchants);
        }
        // A replaced picture is gone, but that it was there is still known.
        scan::add(tx, &here, &new(3, case_id(1), (3, 3)), &mut rng)?;
        assert_eq!(scan::seen(tx, &likeness(1, 9))?.len(), 1);
        Ok(())
    })
}

/// A message is found by its effect, and says whether its carrier has it.
pub(super) fn a_message_says_how_it_stands(open: Open<'_>) -> Result<(), Fault> {
    use tillkey_wire::ids::MessageId;
    use tillkey_wire::secret::Secret;
    let store = open()?;
    store.write_blocking(|tx| {
        settle(tx)?;
        let (key, mut rng) = (key_of(tx, shop())?, rng(4));
        for (number, end) in [
            (1, Standing::Waiting),
            (2, Standing::Sent),
            (3, Standing::Dead),
        ] {
            let id = MessageId::from_bytes([number; 10]);
            let effect = format!("slip/{number}");
            let message = NewMessage {
                id,
                idempotency_key: effect.clone(),
                kind: MessageKind::Slip,
                destination: Secret::new("counter-1".to_owned()),
                body: Secret::new("{}".to_owned()),
                now: at(0),
            };
            outbox::queue(tx, &key, &message, &mut rng)?;
            match end {
                Standing::Waiting => {}
                Standing::Sent => assert!(outbox::sent(tx, id, at(1))?),
                Standing::Dead => assert!(outbox::give_up(tx, id, "no paper", at(1))?),
            }
            assert_eq!(outbox::standing(tx, &effect)?, Some(end));
        }
        assert_eq!(outbox::standing(tx, "slip/4")?, None);
        Ok(())
    })
}
