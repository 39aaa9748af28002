use tempfile::TempDir;

use super::*;

const TAIL: usize = DIGEST_BYTES + SEAL.len();

fn records(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn read(directory: &TempDir) -> Result<Vec<Vec<u8>>, DeviceFault> {
    LogFile::open(directory.path())?.read()
}

fn with(texts: &[&str]) -> TempDir {
    let directory = TempDir::new().unwrap();
    let mut log = LogFile::open(directory.path()).unwrap();
    for text in texts {
        log.append(text.as_bytes()).unwrap();
    }
    directory
}

#[test]
fn what_is_appended_is_read_and_what_is_replaced_is_gone() {
    let directory = with(&[]);
    assert_eq!(read(&directory).unwrap(), records(&[]));
    let directory = with(&["one", "", "three"]);
    assert_eq!(read(&directory).unwrap(), records(&["one", "", "three"]));
    let mut log = LogFile::open(directory.path()).unwrap();
    log.append(b"four").unwrap();
    assert_eq!(log.read().unwrap().len(), 4);
    log.replace(&records(&["three", "four"])).unwrap();
    log.append(b"five").unwrap();
    assert_eq!(log.read().unwrap(), records(&["three", "four", "five"]));
    assert_eq!(
        read(&directory).unwrap(),
        records(&["three", "four", "five"])
    );
    log.replace(&[]).unwrap();
    log.append(b"six").unwrap();
    assert_eq!(read(&directory).unwrap(), records(&["six"]));
}

/// The power goes at every byte of the newest record. Only a record that has no seal can
/// be missing, and nobody was told of that one.
#[test]
fn a_torn_end_is_cut_off_and_nothing_before_it() {
    let whole = fs::read(with(&["one", "two", "three"]).path().join("journal.log")).unwrap();
    let sealed = whole.len();
    let unsealed = sealed - SEAL.len();
    let before = sealed - LENGTH_BYTES - "three".len() - TAIL;
    for length in before..=sealed {
        for zeros in [0, 3, SEAL.len()] {
            let directory = TempDir::new().unwrap();
            let mut bytes = whole[..length].to_vec();
            bytes.extend(vec![0; zeros.min(sealed - length)]);
            fs::write(directory.path().join("journal.log"), bytes).unwrap();
            let read_back = read(&directory);
            let expect: &[&str] = if length >= unsealed {
                &["one", "two", "three"]
            } else {
                &["one", "two"]
            };
            assert_eq!(read_back.unwrap(), records(expect), "{length} and {zeros}");
            // And goes on from there.
            let mut log = LogFile::open(directory.path()).unwrap();
            log.append(b"more").unwrap();
            assert_eq!(log.read().unwrap().len(), expect.len() + 1);
            assert_eq!(read(&directory).unwrap().len(), expect.len() + 1);
        }
    }
}

#[test]
fn a_log_in_which_anything_acknowledged_is_damaged_is_not_shortened() {
    let directory = with(&["one", "two", "three"]);
    let path = directory.path().join("journal.log");
    let whole = fs::read(&path).unwrap();
    for place in 0..whole.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut bytes = whole.clone();
            bytes[place] ^= flip;
            fs::write(&path, &bytes).unwrap();
            match read(&directory) {
                // A seal of which one byte is zero: its record is whole all the same.
                Ok(read) => assert_eq!(read.len(), 3, "{place}"),
                Err(DeviceFault::LogDamaged { records }) => {
                    assert!(records < 3, "{place}");
                    assert_eq!(fs::read(&path).unwrap(), bytes, "nothing is cut off");
                }
                Err(fault) => panic!("{fault:?}"),
            }
        }
    }
}

#[test]
fn a_damaged_record_before_a_torn_one_is_not_cut_off_with_it() {
    let directory = with(&["one", "two", "three"]);
    let path = directory.path().join("journal.log");
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() - TAIL);
    bytes[MAGIC.len() + LENGTH_BYTES - 1] = 0xf0;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(
        read(&directory),
        Err(DeviceFault::LogDamaged { records: 0 })
    ));
}

#[test]
fn e12_what_is_too_large_to_read_back_is_not_written() {
    let directory = with(&["one"]);
    let mut log = LogFile::open(directory.path()).unwrap();
    let large = vec![7; RECORD_BYTES_MAX + 1];
    assert!(matches!(
        log.append(&large),
        Err(DeviceFault::LogFull { .. })
    ));
    let many = vec![vec![7; RECORD_BYTES_MAX]; 8_192];
    assert!(matches!(
        log.replace(&many),
        Err(DeviceFault::LogFull { .. })
    ));
    assert_eq!(log.read().unwrap(), records(&["one"]));
    log.replace(&many[..7_700]).unwrap();
    while log.append(&many[0]).is_ok() {}
    assert!(fs::metadata(log.path()).unwrap().len() <= LOG_BYTES_MAX);
    assert_eq!(read(&directory).unwrap(), log.read().unwrap());
}

#[test]
fn a_half_written_replacement_is_nothing() {
    let directory = with(&["one"]);
    fs::write(directory.path().join("journal.tmp"), b"tilllog1 and more").unwrap();
    assert_eq!(read(&directory).unwrap(), records(&["one"]));
    let mut log = LogFile::open(directory.path()).unwrap();
    log.replace(&records(&["two"])).unwrap();
    assert_eq!(read(&directory).unwrap(), records(&["two"]));
}

/// What was refused is not there afterwards, whatever the failure left in the file.
#[test]
fn what_a_failure_left_behind_goes_with_the_next_record() {
    let directory = with(&["one"]);
    let mut log = LogFile::open(directory.path()).unwrap();
    let mut bytes = fs::read(log.path()).unwrap();
    bytes.extend_from_slice(b"\0\0\0\x04junk");
    fs::write(log.path(), bytes).unwrap();
    assert_eq!(log.read().unwrap(), records(&["one"]));
    log.append(b"two").unwrap();
    assert_eq!(read(&directory).unwrap(), records(&["one", "two"]));
    let shortened = fs::read(log.path()).unwrap().len() - 1;
    let file = fs::OpenOptions::new().write(true).open(log.path()).unwrap();
    file.set_len(u64::try_from(shortened).unwrap()).unwrap();
    assert!(matches!(log.append(b"x"), Err(DeviceFault::Log { .. })));
}
