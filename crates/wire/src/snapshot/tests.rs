use ed25519_dalek::SigningKey;
use jiff::Timestamp;
use x25519_dalek::StaticSecret;

use super::*;
use crate::ids::{CaseId, OperatorNumber, SnapshotId};
use crate::journal::{Amount, Entry, Head, Tally, Transaction};
use crate::message::OperatorState;
use crate::password::PasswordRules;

const TERMINAL: TerminalId = TerminalId::from_bytes([7; 10]);
const CASE: CaseId = CaseId::from_bytes([3; 10]);

fn binding() -> Binding {
    Binding {
        acquirer: "demo-bank".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal: TERMINAL,
        terminal_number: "D0000001".parse().unwrap(),
        serial_number: "SN-000001".parse().unwrap(),
    }
}

fn identity(byte: u8) -> BackupIdentity {
    BackupIdentity::new(&StaticSecret::from([byte; 32])).unwrap()
}

fn entry(number: u64) -> Entry {
    Entry {
        number,
        at: Timestamp::UNIX_EPOCH,
        batch: 1,
        operator: OperatorNumber::new(1).unwrap(),
        transaction: Transaction::Sale {
            amount: Amount::from_fen(100 * number).unwrap(),
            card: "622202******0128".parse().unwrap(),
            remark: Some("早餐".parse().unwrap()),
        },
    }
}

fn contents(entries: u64) -> Contents {
    let start = Head::empty(TERMINAL);
    let entries: Vec<Entry> = (1..=entries).map(entry).collect();
    let mut tally = Tally::from(start.clone()).unwrap();
    for entry in &entries {
        tally.add(entry).unwrap();
    }
    let Binding {
        acquirer,
        merchant,
        terminal,
        terminal_number,
        serial_number,
    } = binding();
    Contents {
        header: Header {
            v: VERSION,
            snapshot: SnapshotId::from_bytes([5; 10]),
            acquirer,
            merchant,
            terminal,
            terminal_number,
            serial_number,
            taken_at: Timestamp::UNIX_EPOCH,
            start,
            head: tally.head().clone(),
            operators: vec![OperatorState {
                number: OperatorNumber::new(1).unwrap(),
                password_set: true,
                credential_version: 2,
            }],
            password_rules: PasswordRules::DEFAULT,
        },
        entries,
    }
}

fn sealed(contents: &Contents) -> (Vec<u8>, Manifest) {
    let sealed = contents
        .seal(&[identity(1).key(), identity(2).key()])
        .unwrap();
    let manifest = Manifest::of(CASE, contents, &sealed).unwrap();
    (sealed, manifest)
}

#[test]
fn each_holder_of_a_key_opens_it_and_nobody_else() {
    let contents = contents(3);
    let (sealed, manifest) = sealed(&contents);
    for holder in [1, 2] {
        let opened = manifest.check(&sealed, &identity(holder), &binding());
        assert_eq!(opened.as_ref(), Ok(&contents));
    }
    let stranger = manifest.check(&sealed, &identity(3), &binding());
    assert_eq!(stranger, Err(SnapshotFault::Sealed));
    let again = contents.seal(&[identity(1).key()]).unwrap();
    assert_ne!(again, sealed, "the same is never sealed alike");
    assert!(contents.seal(&[]).is_err());
}

#[test]
fn a_key_is_written_as_age_writes_it() {
    let identity = identity(1);
    let text = recipient_text(identity.key()).unwrap();
    assert!(text.starts_with("age1"), "{text}");
    let secret = identity.text();
    assert!(secret.expose().starts_with("AGE-SECRET-KEY-1"));
    let parsed: age::x25519::Identity = secret.expose().parse().unwrap();
    assert_eq!(parsed.to_public().to_string(), text);
}

#[test]
fn a_manifest_is_the_terminals_own() {
    let (_, manifest) = sealed(&contents(1));
    let key = SigningKey::from_bytes(&[9; 32]);
    let signed = manifest.sign(TERMINAL, &key).unwrap();
    assert_eq!(
        Manifest::open(&signed, TERMINAL, &key.verifying_key()).as_ref(),
        Ok(&manifest)
    );
    let other = SigningKey::from_bytes(&[8; 32]).verifying_key();
    assert!(Manifest::open(&signed, TERMINAL, &other).is_err());
    let elsewhere = TerminalId::from_bytes([8; 10]);
    assert!(Manifest::open(&signed, elsewhere, &key.verifying_key()).is_err());
    let mut altered = signed.as_bytes().to_vec();
    *altered.last_mut().unwrap() ^= 1;
    let altered = SignedManifest::from_bytes(&altered).unwrap();
    assert!(Manifest::open(&altered, TERMINAL, &key.verifying_key()).is_err());
    let huge = Manifest {
        bytes: u32::MAX,
        ..manifest
    };
    let huge = huge.sign(TERMINAL, &key).unwrap();
    assert!(matches!(
        Manifest::open(&huge, TERMINAL, &key.verifying_key()),
        Err(SnapshotFault::TooLarge { .. })
    ));
}

#[test]
fn what_is_not_the_backup_is_refused_with_the_reason() {
    let (sealed_bytes, manifest) = sealed(&contents(3));
    let size = u32::try_from(sealed_bytes.len()).unwrap();
    let check = |manifest: &Manifest, sealed: &[u8], binding: &Binding| {
        manifest.check(sealed, &identity(1), binding).unwrap_err()
    };
    let cut = &sealed_bytes[..sealed_bytes.len() - 1];
    assert_eq!(
        check(&manifest, cut, &binding()),
        SnapshotFault::Size {
            found: size - 1,
            expected: size
        }
    );
    let mut altered = sealed_bytes.clone();
    altered[sealed_bytes.len() / 2] ^= 1;
    assert_eq!(
        check(&manifest, &altered, &binding()),
        SnapshotFault::Digest
    );
    // Cut short or altered by whoever also wrote the manifest.
    let signed = Manifest {
        bytes: size - 1,
        digest: digest(cut),
        ..manifest.clone()
    };
    assert_eq!(check(&signed, cut, &binding()), SnapshotFault::Sealed);
    for (what, binding) in [
        (
            "acquirer",
            Binding {
                acquirer: "other-bank".parse().unwrap(),
                ..binding()
            },
        ),
        (
            "merchant",
            Binding {
                merchant: "898310054110002".parse().unwrap(),
                ..binding()
            },
        ),
        (
            "terminal",
            Binding {
                terminal: TerminalId::from_bytes([8; 10]),
                ..binding()
            },
        ),
        (
            "terminal number",
            Binding {
                terminal_number: "D0000002".parse().unwrap(),
                ..binding()
            },
        ),
        (
            "device",
            Binding {
                serial_number: "SN-000002".parse().unwrap(),
                ..binding()
            },
        ),
    ] {
        assert_eq!(
            check(&manifest, &sealed_bytes, &binding),
            SnapshotFault::Foreign { what }
        );
    }
    let fewer = Manifest {
        records: 2,
        ..manifest.clone()
    };
    assert_eq!(
        check(&fewer, &sealed_bytes, &binding()),
        SnapshotFault::Records {
            found: 4,
            expected: 2
        }
    );
    let elsewhere = Manifest {
        head: Head::empty(TERMINAL),
        ..manifest.clone()
    };
    assert_eq!(
        check(&elsewhere, &sealed_bytes, &binding()),
        SnapshotFault::Totals
    );
    let named = Manifest {
        snapshot: SnapshotId::from_bytes([6; 10]),
        ..manifest
    };
    assert_eq!(
        check(&named, &sealed_bytes, &binding()),
        SnapshotFault::Foreign { what: "backup" }
    );
}

#[test]
fn contents_that_do_not_add_up_are_refused() {
    let whole = contents(3);
    let read = |contents: &Contents| Contents::from_bytes(&contents.to_bytes().unwrap());
    assert_eq!(read(&whole).as_ref(), Ok(&whole));
    let mut missing = whole.clone();
    missing.entries.remove(1);
    assert!(matches!(read(&missing), Err(SnapshotFault::Journal(_))));
    let mut shortened = whole.clone();
    shortened.entries.pop();
    assert_eq!(read(&shortened), Err(SnapshotFault::Totals));
    let mut altered = whole.clone();
    altered.entries[0] = entry(1);
    altered.entries[0].at = Timestamp::MAX;
    assert_eq!(read(&altered), Err(SnapshotFault::Totals));
    let mut newer = whole.clone();
    newer.header.v = 2;
    assert_eq!(read(&newer), Err(SnapshotFault::Version { found: 2 }));
    let bytes = whole.to_bytes().unwrap();
    for cut in 0..bytes.len() {
        assert!(Contents::from_bytes(&bytes[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn the_largest_part_fits_a_frame_and_is_read_back() {
    use crate::envelope::Unverified;
    use crate::message::{FromTerminal, Report};
    let part = Part::from_bytes(&vec![0xff; Part::LENGTH_MAX]).unwrap();
    let message = FromTerminal {
        counter: u64::MAX,
        report: Report::SnapshotPart {
            snapshot: SnapshotId::from_bytes([5; 10]),
            offset: u32::MAX,
            part: part.clone(),
        },
    };
    let key = SigningKey::from_bytes(&[9; 32]);
    let frame = message.sign(TERMINAL, &key).unwrap();
    let frame = Unverified::parse(&frame).unwrap();
    let read = FromTerminal::open(&frame, TERMINAL, &key.verifying_key()).unwrap();
    assert!(matches!(read.report, Report::SnapshotPart { part: read, .. } if read == part));
    assert!(Part::from_bytes(&vec![0; Part::LENGTH_MAX + 1]).is_err());
}
