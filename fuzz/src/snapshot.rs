//! Backups: what is in one, what a terminal signs of it, and the sealed file.

use std::sync::OnceLock;

use tillkey_wire::envelope::{self, Direction, KeyId};
use tillkey_wire::snapshot::{BackupIdentity, Contents, Manifest, SignedManifest};
use x25519_dalek::StaticSecret;

use crate::party::{TILL, device_key, sure};

/// A backup in clear.
pub(crate) fn contents(bytes: &[u8]) {
    let Ok(contents) = Contents::from_bytes(bytes) else {
        return;
    };
    let again = sure(contents.to_bytes());
    assert_eq!(Contents::from_bytes(&again).as_ref(), Ok(&contents));
    // What follows from the digests of entries is never written in two ways by us.
    assert_eq!(sure(sure(Contents::from_bytes(&again)).to_bytes()), again);
}

/// What a terminal signs of a backup.
pub(crate) fn manifest(payload: &[u8]) {
    let (key, kid) = (device_key(), KeyId::Terminal(TILL));
    let Ok(frame) = envelope::sign(payload.to_vec(), Direction::Backup, kid, &key) else {
        return;
    };
    let Ok(signed) = SignedManifest::from_bytes(&frame) else {
        return;
    };
    let Ok(manifest) = Manifest::open(&signed, TILL, &key.verifying_key()) else {
        return;
    };
    let again = sure(manifest.sign(TILL, &key));
    assert_eq!(
        Manifest::open(&again, TILL, &key.verifying_key()),
        Ok(manifest)
    );
}

/// A sealed file, as a terminal uploads it.
pub(crate) fn sealed(bytes: &[u8]) {
    static IDENTITY: OnceLock<BackupIdentity> = OnceLock::new();
    let identity = IDENTITY.get_or_init(|| sure(BackupIdentity::new(&StaticSecret::from([1; 32]))));
    if let Ok(contents) = identity.open(bytes) {
        let _ = sure(contents.to_bytes());
    }
}
