use tillkey_wire::secret::Secret;

use super::Open;
use super::ground::{at, bank, keys, rng, settle, shop};
use crate::fault::Fault;
use crate::party::merchant;
use crate::seal::{self, DataKey, Owner, Place, SealKeys};

pub(super) fn sealed_values_open_in_their_place(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.read_blocking(|tx| {
        let key = DataKey::load(tx, &keys(), &Owner::Merchant(shop()))?;
        let here = Place {
            table: "t",
            column: "c",
            row: "r",
        };
        let sealed = key.seal(here, b"13800000001", &mut rng(1))?;
        assert_ne!(
            sealed,
            key.seal(here, b"13800000001", &mut rng(2))?,
            "no two look alike"
        );
        assert_eq!(key.unseal(here, &sealed)?.expose(), b"13800000001");
        for moved in [
            Place { table: "u", ..here },
            Place {
                column: "d",
                ..here
            },
            Place { row: "s", ..here },
            Place {
                table: "tc",
                column: "",
                row: "r",
            },
        ] {
            assert!(matches!(
                key.unseal(moved, &sealed),
                Err(Fault::Unsealable(_))
            ));
        }
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed
                .iter_mut()
                .skip(index)
                .take(1)
                .for_each(|byte| *byte ^= 1);
            assert!(key.unseal(here, &changed).is_err(), "byte {index}");
            assert!(
                key.unseal(here, sealed.get(..index).unwrap_or_default())
                    .is_err()
            );
        }
        let owner = DataKey::load(tx, &keys(), &Owner::Acquirer(bank()))?;
        assert!(owner.unseal(here, &sealed).is_err(), "another owner's key");
        let other_root = SealKeys {
            wrapping: Secret::new([9; 32]),
            ..keys()
        };
        let wrong = DataKey::load(tx, &other_root, &Owner::Merchant(shop()));
        assert!(
            matches!(wrong, Err(Fault::Unsealable(_))),
            "another root key"
        );
        Ok(())
    })
}

pub(super) fn an_erased_owner_stays_closed(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        assert!(seal::erase(tx, &Owner::Merchant(shop()))?);
        assert!(!seal::erase(tx, &Owner::Merchant(shop()))?);
        let gone = DataKey::load(tx, &keys(), &Owner::Merchant(shop()));
        assert!(matches!(gone, Err(Fault::Unsealable(_))));
        let found = merchant::find(tx, &shop())?.ok_or(Fault::Missing("merchant"))?;
        let owner = (&Owner::Merchant(shop()), at(1));
        let fresh = DataKey::create(tx, &keys(), owner, &mut rng(77))?;
        assert!(
            matches!(found.name(&fresh), Err(Fault::Unsealable(_))),
            "a new key opens nothing"
        );
        Ok(())
    })
}
