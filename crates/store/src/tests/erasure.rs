//! What was erased is in no file any more: not in free pages, and not in the log.

use std::path::Path;

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rusqlite::Connection;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_wire::secret::Secret;

use crate::checkpoint_file::CheckpointFile;
use crate::erasure;
use crate::party::acquirer::{self, Acquirer};
use crate::party::contact::{self, NewContact};
use crate::party::merchant::{self, NewMerchant};
use crate::seal::SealKeys;
use crate::store::Store;

const MERCHANTS: u32 = 60;
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn keys() -> SealKeys {
    SealKeys {
        wrapping: Secret::new([1; 32]),
        index: Secret::new([2; 32]),
        code: Secret::new([3; 32]),
    }
}

fn number(index: u32) -> String {
    format!("89831005411{index:04}")
}

fn phone(index: u32) -> String {
    format!("+86138000{index:05}")
}

/// Merchants with a contact each, more than fit one page.
fn furnish(store: &Store) {
    store
        .write_blocking(|tx| {
            let mut rng = StdRng::seed_from_u64(1);
            let bank = Acquirer {
                id: "demo-bank".parse().unwrap(),
                name: "Demo Bank".to_owned(),
                created_at: NOW,
            };
            acquirer::add(tx, &keys(), &bank, &mut rng)?;
            for index in 0..MERCHANTS {
                let new = NewMerchant {
                    number: number(index).parse().unwrap(),
                    acquirer: bank.id.clone(),
                    status: MerchantStatus::Closed,
                    name: Secret::new(format!("老王面馆{index}")),
                    now: NOW,
                };
                let key = merchant::add(tx, &keys(), &new, &mut rng)?;
                let new = NewContact {
                    merchant: new.number,
                    phone: Secret::new(phone(index)),
                    phone_index: keys().phone_index(&bank.id, &phone(index)),
                    now: NOW,
                };
                contact::set(tx, &key, &new, &mut rng)?;
            }
            Ok(())
        })
        .unwrap();
}

/// What is kept of a merchant that nobody may find in a file afterwards.
fn kept(directory: &Path, index: u32) -> Vec<Vec<u8>> {
    let database = Connection::open(directory.join("tillkey.db")).unwrap();
    let read = |sql: &str, key: &str| -> Vec<u8> {
        database.query_row(sql, [key], |row| row.get(0)).unwrap()
    };
    let number = number(index);
    vec![
        read(
            "SELECT wrapped FROM data_keys WHERE owner = 'merchant/' || ?1",
            &number,
        ),
        read(
            "SELECT name_sealed FROM merchants WHERE number = ?1",
            &number,
        ),
        read(
            "SELECT phone_sealed FROM contacts WHERE merchant = ?1",
            &number,
        ),
        read(
            "SELECT phone_index FROM contacts WHERE merchant = ?1",
            &number,
        ),
    ]
}

/// How many of the values stand in one of the files of the data directory.
fn found(directory: &Path, values: &[Vec<u8>]) -> usize {
    let files: Vec<Vec<u8>> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    let is_in = |value: &Vec<u8>| {
        let holds = |file: &Vec<u8>| file.windows(value.len()).any(|part| part == value);
        files.iter().any(holds)
    };
    values.iter().filter(|value| is_in(value)).count()
}

#[test]
fn no_file_holds_what_was_erased() {
    let directory = tempfile::tempdir().unwrap();
    let store = super::open(directory.path(), CheckpointFile::Checked).unwrap();
    furnish(&store);
    let (gone, stays) = (7, 8);
    let values = kept(directory.path(), gone);
    let neighbour = kept(directory.path(), stays);
    assert_eq!(found(directory.path(), &values), values.len());
    store
        .write_blocking(move |tx| erasure::erase(tx, &number(gone).parse().unwrap(), NOW))
        .unwrap()
        .unwrap();
    // The log still has the pages as they were: that is what it is cut for.
    assert_eq!(found(directory.path(), &values), values.len());
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(store.scrub()).unwrap();
    assert_eq!(found(directory.path(), &values), 0);
    assert_eq!(found(directory.path(), &neighbour), neighbour.len());
}
