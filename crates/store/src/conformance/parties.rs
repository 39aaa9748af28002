use std::thread;

use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_wire::ids::TerminalId;
use tillkey_wire::secret::Secret;

use super::Open;
use super::ground::{at, bank, id, keys, new_terminal, other_shop, rng, settle, shop, till};
use crate::fault::Fault;
use crate::party::acquirer::{self, Acquirer};
use crate::party::contact::{self, NewContact};
use crate::party::merchant::{self, DocumentRole, NewMerchant};
use crate::party::terminal::{self, DeviceKeys, TerminalStatus};
use crate::seal::{DataKey, Owner};

pub(super) fn acquirers_are_unique(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let again = store.write_blocking(|tx| {
        let bank = Acquirer {
            id: bank(),
            name: "Other".to_owned(),
            created_at: at(1),
        };
        acquirer::add(tx, &keys(), &bank, &mut rng(2))
    });
    assert!(matches!(again, Err(Fault::Taken(_))));
    let (found, listed) =
        store.read_blocking(|tx| Ok((acquirer::find(tx, &bank())?, acquirer::list(tx)?)))?;
    assert_eq!(found.map(|bank| bank.name), Some("Demo Bank".to_owned()));
    assert_eq!(listed.len(), 1);
    Ok(())
}

pub(super) fn merchants_are_found_and_listed(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let add = |number: &'static str, acquirer: &'static str| {
        store.write_blocking(move |tx| {
            let merchant = NewMerchant {
                number: id(number),
                acquirer: id(acquirer),
                status: MerchantStatus::Active,
                name: Secret::new("Twice".to_owned()),
                now: at(1),
            };
            merchant::add(tx, &keys(), &merchant, &mut rng(3)).map(|_| ())
        })
    };
    assert!(matches!(
        add("898310054110001", "demo-bank"),
        Err(Fault::Taken(_))
    ));
    assert!(matches!(
        add("898310054119999", "no-bank"),
        Err(Fault::Dangling(_))
    ));
    store
        .write_blocking(|tx| merchant::set_status(tx, &shop(), MerchantStatus::Suspended, at(5)))?;
    let unknown = store.write_blocking(|tx| {
        merchant::set_status(tx, &id("898310054118888"), MerchantStatus::Closed, at(5))
    });
    assert!(matches!(unknown, Err(Fault::Missing(_))));
    store.write_blocking(|tx| {
        let key = DataKey::load(tx, &keys(), &Owner::Merchant(shop()))?;
        let name = Secret::new("Noodle Palace".to_owned());
        merchant::set_name(tx, &key, (&shop(), &name), at(6), &mut rng(8))
    })?;
    store.read_blocking(|tx| {
        let found = merchant::find(tx, &shop())?.ok_or(Fault::Missing("merchant"))?;
        assert_eq!(
            (found.status, found.changed_at),
            (MerchantStatus::Suspended, at(6))
        );
        let key = DataKey::load(tx, &keys(), &Owner::Merchant(shop()))?;
        assert_eq!(found.name(&key)?.expose(), "Noodle Palace");
        let other = DataKey::load(tx, &keys(), &Owner::Merchant(other_shop()))?;
        assert!(matches!(found.name(&other), Err(Fault::Unsealable(_))));
        let first = merchant::list(tx, &bank(), None, 1)?;
        assert_eq!(
            first.iter().map(|one| &one.number).collect::<Vec<_>>(),
            [&shop()]
        );
        let second = merchant::list(tx, &bank(), Some(&shop()), 10)?;
        assert_eq!(
            second.iter().map(|one| &one.number).collect::<Vec<_>>(),
            [&other_shop()]
        );
        assert!(merchant::list(tx, &id("no-bank"), None, 10)?.is_empty());
        Ok(())
    })
}

pub(super) fn documents_are_compared_blind(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let index = keys().document_index(&bank(), "identity_document", "11010519491231002X");
        merchant::add_document(tx, &shop(), (DocumentRole::Holder, &index), at(1))?;
        merchant::add_document(tx, &shop(), (DocumentRole::Holder, &index), at(2))?;
        merchant::add_document(tx, &shop(), (DocumentRole::Proxy, &index), at(2))?;
        let roles = merchant::compare_document(tx, &shop(), &index)?;
        assert_eq!(roles, [DocumentRole::Holder, DocumentRole::Proxy]);
        assert!(merchant::compare_document(tx, &other_shop(), &index)?.is_empty());
        let listed = [(DocumentRole::Holder, index), (DocumentRole::Proxy, index)];
        assert_eq!(merchant::documents(tx, &shop())?, listed);
        assert!(merchant::documents(tx, &other_shop())?.is_empty());
        let other = keys().document_index(&bank(), "business_licence", "11010519491231002X");
        assert!(merchant::compare_document(tx, &shop(), &other)?.is_empty());
        assert!(merchant::remove_document(tx, &shop(), &index, at(3))?);
        assert!(!merchant::remove_document(tx, &shop(), &index, at(3))?);
        assert!(merchant::compare_document(tx, &shop(), &index)?.is_empty());
        assert!(merchant::documents(tx, &shop())?.is_empty());
        merchant::add_document(tx, &shop(), (DocumentRole::Holder, &index), at(4))?;
        assert_eq!(
            merchant::compare_document(tx, &shop(), &index)?,
            [DocumentRole::Holder]
        );
        Ok(())
    })
}

pub(super) fn contacts_keep_the_previous_one(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let keys = keys();
        let key = DataKey::load(tx, &keys, &Owner::Merchant(shop()))?;
        assert!(contact::present(tx, &shop())?.is_none());
        for (phone, version) in [("13800000001", 1), ("13800000002", 2), ("13800000003", 3)] {
            let contact = NewContact {
                merchant: shop(),
                phone: Secret::new(phone.to_owned()),
                phone_index: keys.phone_index(&bank(), phone),
                now: at(i64::from(version)),
            };
            assert_eq!(contact::set(tx, &key, &contact, &mut rng(9))?, version);
        }
        let present = contact::present(tx, &shop())?.ok_or(Fault::Missing("contact"))?;
        assert_eq!((present.version, present.changed_at), (3, at(3)));
        assert_eq!(present.phone(&key)?.expose(), "13800000003");
        let previous = contact::previous(tx, &shop())?.ok_or(Fault::Missing("contact"))?;
        assert_eq!((previous.version, previous.replaced_at), (2, Some(at(3))));
        assert_eq!(previous.phone(&key)?.expose(), "13800000002");
        let found = |tx: &mut dyn crate::tx::Tx, phone: &str| {
            contact::merchants_by_phone(tx, &keys.phone_index(&bank(), phone), 10)
        };
        assert_eq!(found(tx, "13800000003")?, [shop()]);
        assert!(
            found(tx, "13800000002")?.is_empty(),
            "an old phone finds nobody"
        );
        let elsewhere = keys.phone_index(&id("other-bank"), "13800000003");
        assert!(contact::merchants_by_phone(tx, &elsewhere, 10)?.is_empty());
        let present = keys.phone_index(&bank(), "13800000003");
        let previous = keys.phone_index(&bank(), "13800000002");
        assert_eq!(contact::served_by_phone(tx, &present, 10)?, [shop()]);
        assert!(contact::served_by_phone(tx, &previous, 10)?.is_empty());
        assert!(contact::served_by_phone(tx, &elsewhere, 10)?.is_empty());
        merchant::set_status(tx, &shop(), MerchantStatus::Suspended, at(4))?;
        assert_eq!(contact::served_by_phone(tx, &present, 10)?, [shop()]);
        merchant::set_status(tx, &shop(), MerchantStatus::Closed, at(5))?;
        assert!(contact::served_by_phone(tx, &present, 10)?.is_empty());
        Ok(())
    })
}

pub(super) fn terminals_are_unique_while_in_service(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let second = TerminalId::from_bytes([2; 10]);
    let add = |number: &'static str, serial: &'static str| {
        store.write_blocking(move |tx| terminal::add(tx, &new_terminal(second, number, serial)))
    };
    assert!(
        matches!(add("87654321", "SN-000001"), Err(Fault::Taken(_))),
        "the serial number"
    );
    assert!(
        matches!(add("12345678", "SN-000002"), Err(Fault::Taken(_))),
        "the number"
    );
    let keys = DeviceKeys {
        device_key: [5; 32],
        backup_key: [6; 32],
        model: "T2".to_owned(),
    };
    store.write_blocking(move |tx| {
        terminal::describe(tx, till(), r#"{"journal":true}"#, at(1))?;
        terminal::enrol(tx, till(), &keys, at(2))?;
        terminal::see(tx, till(), at(3))
    })?;
    store.read_blocking(|tx| {
        let found = terminal::find(tx, till())?.ok_or(Fault::Missing("terminal"))?;
        assert_eq!(
            (found.device_key, found.enrolled_at),
            (Some([5; 32]), Some(at(2)))
        );
        assert_eq!((found.seen_at, found.model.as_str()), (Some(at(3)), "T2"));
        assert_eq!(
            found.capabilities, "{}",
            "the old device's word is forgotten"
        );
        let by_number = terminal::find_by_number(tx, &shop(), &id("12345678"))?;
        assert_eq!(by_number.as_ref(), Some(&found));
        let by_serial_number = terminal::by_serial_number(tx, &id("SN-000001"))?;
        assert_eq!(by_serial_number.first(), Some(&found));
        assert_eq!(by_serial_number.len(), 1);
        assert_eq!(terminal::of_merchant(tx, &shop(), None, 10)?, [found]);
        assert!(terminal::of_merchant(tx, &shop(), Some(&id("12345678")), 10)?.is_empty());
        Ok(())
    })?;
    assert!(store.write_blocking(|tx| terminal::retire(tx, till(), at(4)))?);
    assert!(!store.write_blocking(|tx| terminal::retire(tx, till(), at(4)))?);
    add("12345678", "SN-000001")?;
    store.read_blocking(move |tx| {
        let retired = terminal::find(tx, till())?.ok_or(Fault::Missing("terminal"))?;
        assert_eq!(retired.status, TerminalStatus::Retired);
        let found = terminal::find_by_number(tx, &shop(), &id("12345678"))?;
        assert_eq!(found.map(|terminal| terminal.id), Some(second));
        Ok(())
    })
}

pub(super) fn a_counter_counts_once(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let taken: Vec<bool> = thread::scope(|scope| {
        let asked: Vec<_> = (0..20)
            .map(|_| {
                scope.spawn(|| store.write_blocking(|tx| terminal::advance_counter(tx, till(), 7)))
            })
            .collect();
        asked
            .into_iter()
            .filter_map(|asked| asked.join().ok())
            .collect::<Result<_, Fault>>()
    })?;
    assert_eq!(
        taken.iter().filter(|taken| **taken).count(),
        1,
        "a replay is not taken"
    );
    store.write_blocking(|tx| {
        assert!(!terminal::advance_counter(tx, till(), 6)?);
        assert!(terminal::advance_counter(tx, till(), 100)?);
        assert!(terminal::advance_counter(tx, till(), u64::MAX).is_err());
        assert_eq!(terminal::next_sequence(tx, till())?, 1);
        assert_eq!(terminal::next_sequence(tx, till())?, 2);
        let keys = DeviceKeys {
            device_key: [5; 32],
            backup_key: [6; 32],
            model: "T".to_owned(),
        };
        terminal::enrol(tx, till(), &keys, at(2))?;
        assert!(
            terminal::advance_counter(tx, till(), 1)?,
            "a new key counts anew"
        );
        assert_eq!(terminal::next_sequence(tx, till())?, 3, "commands go on");
        terminal::retire(tx, till(), at(3))?;
        assert!(!terminal::advance_counter(tx, till(), 2)?, "out of service");
        Ok(())
    })
}
