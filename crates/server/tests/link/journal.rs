//! The journal of a device that speaks the link by hand, and its backups: what a
//! terminal would hand in, and what none would.

use jiff::Timestamp;
use tillkey_terminal::wire::enrolment::BackupKey;
use tillkey_terminal::wire::ids::{CaseId, OperatorNumber, SnapshotId};
use tillkey_terminal::wire::journal::{Amount, Entry, Head, Tally, Transaction};
use tillkey_terminal::wire::message::{Command, Order, Reply, Report};
use tillkey_terminal::wire::password::PasswordRules;
use tillkey_terminal::wire::snapshot::{Contents, Header, Manifest, Part, SignedManifest, VERSION};

use crate::device::{Device, Line, backup_identity};
use crate::world::{MERCHANT, World, number, serial_number};

/// A journal of so many sales, backed up. More than one part long, so that it can be cut.
pub(crate) fn contents(world: &World, device: &Device, sales: u64) -> Contents {
    let start = Head::empty(device.terminal);
    let entries: Vec<Entry> = (1..=sales).map(sale).collect();
    let mut tally = Tally::from(start.clone()).unwrap();
    for entry in &entries {
        tally.add(entry).unwrap();
    }
    Contents {
        header: Header {
            v: VERSION,
            snapshot: SnapshotId::random(&mut world.shell.rng()),
            acquirer: world.shell.home().clone(),
            merchant: MERCHANT.parse().unwrap(),
            terminal: device.terminal,
            terminal_number: number(1).parse().unwrap(),
            serial_number: serial_number(1).parse().unwrap(),
            taken_at: Timestamp::UNIX_EPOCH,
            start,
            head: tally.head().clone(),
            operators: Vec::new(),
            password_rules: PasswordRules::DEFAULT,
        },
        entries,
    }
}

pub(crate) fn sale(number: u64) -> Entry {
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

/// What the terminal was asked for.
pub(crate) fn take_snapshot(order: &Order) -> (CaseId, BackupKey) {
    match &order.command {
        Command::TakeSnapshot { case, acquirer_key } => (*case, acquirer_key.clone()),
        other => panic!("another command: {other:?}"),
    }
}

/// A sealed backup and what the device signs of it.
pub(crate) struct Sealed {
    pub(crate) bytes: Vec<u8>,
    pub(crate) manifest: Manifest,
}

impl Sealed {
    pub(crate) fn of(contents: &Contents, (case, key): &(CaseId, BackupKey)) -> Self {
        let own = backup_identity();
        let bytes = contents.seal(&[key, own.key()]).unwrap();
        let manifest = Manifest::of(*case, contents, &bytes).unwrap();
        Self { bytes, manifest }
    }

    pub(crate) fn signed(&self, device: &Device) -> SignedManifest {
        self.manifest.sign(device.terminal, &device.key).unwrap()
    }

    pub(crate) fn announcement(&self, device: &Device) -> Report {
        let manifest = self.signed(device);
        Report::Snapshot { manifest }
    }

    /// The part that begins here.
    pub(crate) fn part(&self, offset: u32) -> Report {
        let start = usize::try_from(offset).unwrap();
        let end = self.bytes.len().min(start + Part::LENGTH_MAX);
        Report::SnapshotPart {
            snapshot: self.manifest.snapshot,
            offset,
            part: Part::from_bytes(&self.bytes[start..end]).unwrap(),
        }
    }

    /// Announces it and sends whatever is asked for, to the last answer.
    pub(crate) async fn upload(&self, device: &mut Device, line: &mut Line) -> Reply {
        let mut reply = device.ask(line, self.announcement(device)).await;
        while let Reply::SnapshotAt { offset, .. } = reply {
            reply = device.ask(line, self.part(offset)).await;
        }
        reply
    }
}

pub(crate) fn offset(reply: &Reply) -> u32 {
    match reply {
        Reply::SnapshotAt { offset, .. } => *offset,
        other => panic!("another answer: {other:?}"),
    }
}

/// The stable name of a refusal.
pub(crate) fn refusal(reply: &Reply) -> &str {
    match reply {
        Reply::Refused { code, .. } => code.as_str(),
        other => panic!("not refused: {other:?}"),
    }
}
