use tempfile::TempDir;

use super::*;

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn open(directory: &TempDir) -> FileDevice {
    FileDevice::open(directory.path(), now).unwrap()
}

fn load(directory: &TempDir) -> Option<Vec<u8>> {
    open(directory).load(Slot::Book).unwrap()
}

#[test]
fn the_newest_save_is_what_is_loaded() {
    let directory = TempDir::new().unwrap();
    assert_eq!(load(&directory), None);
    for n in 0..5u8 {
        let mut device = open(&directory);
        device.save(Slot::Book, &[n; 3]).unwrap();
        assert_eq!(device.load(Slot::Book).unwrap(), Some(vec![n; 3]));
        assert_eq!(device.load(Slot::Identity).unwrap(), None);
        drop(device);
        assert_eq!(load(&directory), Some(vec![n; 3]));
    }
}

#[test]
fn a_newest_file_that_is_torn_anywhere_or_changed_anywhere_is_passed_over() {
    let directory = TempDir::new().unwrap();
    let mut device = open(&directory);
    device.save(Slot::Book, b"old").unwrap();
    device.save(Slot::Book, b"new").unwrap();
    drop(device);
    let newest = directory.path().join("book.0");
    let whole = fs::read(&newest).unwrap();
    assert_eq!(load(&directory), Some(b"new".to_vec()));
    for length in 0..whole.len() {
        fs::write(&newest, &whole[..length]).unwrap();
        assert_eq!(load(&directory), Some(b"old".to_vec()), "torn at {length}");
        let mut changed = whole.clone();
        changed[length] ^= 0x20;
        fs::write(&newest, changed).unwrap();
        assert_eq!(
            load(&directory),
            Some(b"old".to_vec()),
            "changed at {length}"
        );
    }
    // And is written over next.
    open(&directory).save(Slot::Book, b"newer").unwrap();
    assert_eq!(load(&directory), Some(b"newer".to_vec()));
    assert_eq!(fs::read(&newest).unwrap().len(), whole.len() + 2);
}

#[test]
fn a_slot_with_nothing_whole_in_it_is_damaged_and_not_empty() {
    let directory = TempDir::new().unwrap();
    open(&directory).save(Slot::Book, b"only").unwrap();
    // The first save was torn: there was nothing before it.
    fs::write(directory.path().join("book.1"), b"tillkey1").unwrap();
    assert_eq!(load(&directory), None);
    fs::write(directory.path().join("book.0"), b"tillkey1").unwrap();
    let fault = open(&directory).load(Slot::Book).unwrap_err();
    assert!(
        matches!(fault, DeviceFault::Damaged { slot: Slot::Book }),
        "{fault}"
    );
}

#[test]
fn a_half_written_temporary_file_is_nothing() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("book.tmp"), b"tillkey1 and some more").unwrap();
    assert_eq!(load(&directory), None);
    open(&directory).save(Slot::Book, b"x").unwrap();
    assert_eq!(load(&directory), Some(b"x".to_vec()));
}

#[test]
fn one_program_at_a_time() {
    let directory = TempDir::new().unwrap();
    let first = open(&directory);
    let second = FileDevice::open(directory.path(), now);
    assert!(matches!(second, Err(DeviceFault::InUse)));
    drop(first);
    open(&directory);
}

#[test]
fn e12_what_is_too_large_to_read_back_is_not_written() {
    let directory = TempDir::new().unwrap();
    let mut device = open(&directory);
    device.save(Slot::Book, b"old").unwrap();
    let large = vec![0; usize::try_from(SLOT_BYTES_MAX).unwrap()];
    assert!(device.save(Slot::Book, &large).is_err());
    assert_eq!(device.load(Slot::Book).unwrap(), Some(b"old".to_vec()));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let parent = TempDir::new().unwrap();
    let directory = parent.path().join("till");
    let mut device = FileDevice::open(&directory, now).unwrap();
    device.save(Slot::Identity, b"keys").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
