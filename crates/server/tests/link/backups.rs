//! No reset before a verified backup (DESIGN §2.6), over the real link: a device hands
//! one in by hand, whole, cut, altered, and somebody else's.

use rand::SeedableRng;
use rand::rngs::StdRng;
use tillkey_rules::case::State;
use tillkey_rules::party::{Actor, Role};
use tillkey_server::act::case::{self, BackupState, CaseView};
use tillkey_server::act::{Access, SignedIn};
use tillkey_server::link::limits::Limits;
use tillkey_server::vault::Place;
use tillkey_store::{snapshot, upload};
use tillkey_terminal::wire::code::ResetCode;
use tillkey_terminal::wire::enrolment::BackupKey;
use tillkey_terminal::wire::ids::{CaseId, OperatorNumber, SnapshotId, TerminalId};
use tillkey_terminal::wire::journal::Head;
use tillkey_terminal::wire::message::{Command, Outcome, Reply, Report, WhyNot};
use tillkey_terminal::wire::opaque::Stretching;
use tillkey_terminal::wire::opaque::Subject;
use tillkey_terminal::wire::opaque::client::Registration;
use tillkey_terminal::wire::password::{Rule, Vouched};
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::wire::snapshot::{BackupIdentity, Contents, SnapshotFault, digest};

use crate::device::{Device, Line};
use crate::journal::{Sealed, contents, offset, refusal, take_snapshot};
use crate::reset::app_case;
use crate::world::World;

/// So many sales that a backup of them is several parts long.
const MANY: u64 = 300;

/// An approved case that waits for the backup of the device that stands beside it.
pub(crate) struct Waiting {
    pub(crate) world: World,
    pub(crate) device: Device,
    line: Line,
    case: CaseId,
    access: Access,
    asked: (CaseId, BackupKey),
}

pub(crate) async fn waiting() -> Waiting {
    let mut world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let mut line = device.connect_with_journal(&world).await;
    let (case, access) = app_case(&mut world, 1).await;
    let asked = take_snapshot(&device.order(&mut line).await);
    assert_eq!(asked.0, case);
    Waiting {
        world,
        device,
        line,
        case,
        access,
        asked,
    }
}

impl Waiting {
    pub(crate) fn sealed(&self, sales: u64) -> Sealed {
        Sealed::of(&contents(&self.world, &self.device, sales), &self.asked)
    }

    async fn view(&self) -> CaseView {
        case::view(&self.world.shell, self.case, &self.access)
            .await
            .unwrap()
    }

    async fn backup(&self) -> BackupState {
        self.view().await.backup.unwrap().state
    }

    pub(crate) async fn upload(&mut self, sealed: &Sealed) -> Reply {
        sealed.upload(&mut self.device, &mut self.line).await
    }

    async fn ask(&mut self, report: Report) -> Reply {
        self.device.ask(&mut self.line, report).await
    }

    async fn reconnect(&mut self) {
        self.line = self.device.connect_with_journal(&self.world).await;
    }

    async fn kept(&self) -> Option<u32> {
        let terminal = self.device.terminal;
        let read = self
            .world
            .shell
            .store()
            .read(move |tx| upload::find(tx, terminal));
        read.await.unwrap().map(|upload| upload.kept)
    }

    async fn stored(&self, id: SnapshotId) -> bool {
        let read = self
            .world
            .shell
            .store()
            .read(move |tx| snapshot::find(tx, id));
        read.await.unwrap().is_some()
    }

    pub(crate) fn place(&self, id: SnapshotId) -> Place {
        Place {
            acquirer: self.world.shell.home().clone(),
            terminal: self.device.terminal,
            snapshot: id,
        }
    }

    /// The code that goes out once the backup is stored.
    async fn code(&mut self) -> ResetCode {
        let order = self.device.order(&mut self.line).await;
        assert!(
            matches!(order.command, Command::CodeIssued { .. }),
            "{order:?}"
        );
        self.world.code::<ResetCode>().await
    }
}

pub(crate) fn is_stored(reply: &Reply) -> bool {
    matches!(reply, Reply::SnapshotStored { .. })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_code_is_issued_once_the_backup_is_stored() {
    let mut waiting = waiting().await;
    assert_eq!(waiting.view().await.state, State::Approved);
    assert_eq!(waiting.backup().await, BackupState::UnderWay);
    let sealed = waiting.sealed(MANY);
    let (id, records) = (sealed.manifest.snapshot, sealed.manifest.records);
    assert!(is_stored(&waiting.upload(&sealed).await));

    let view = waiting.view().await;
    assert_eq!(view.state, State::Issued);
    let backup = view.backup.unwrap();
    assert_eq!(
        (backup.state, backup.records),
        (BackupState::Stored, Some(records))
    );
    assert_eq!(backup.digest, Some(sealed.manifest.digest.to_string()));
    let kept = waiting.world.shell.vault().get(&waiting.place(id)).await;
    assert_eq!(kept.unwrap().unwrap(), sealed.bytes, "as it came");
    assert_eq!(waiting.kept().await, None, "the parts are gone");
    waiting.code().await;
    // Its answer may have been lost: said again, it is stored once.
    assert!(is_stored(&waiting.upload(&sealed).await));
    assert!(is_stored(&waiting.ask(sealed.part(0)).await));
    assert_eq!(waiting.view().await.timeline, view.timeline);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_is_cut_goes_on_where_it_was() {
    let mut waiting = waiting().await;
    let sealed = waiting.sealed(MANY);
    let announcement = sealed.announcement(&waiting.device);
    assert_eq!(offset(&waiting.ask(announcement).await), 0);
    let first = offset(&waiting.ask(sealed.part(0)).await);
    assert!(first > 0 && first < sealed.manifest.bytes);

    waiting.reconnect().await;
    // Nothing came of the first command yet, so it is said again and not anew.
    let again = take_snapshot(&waiting.device.order(&mut waiting.line).await);
    assert_eq!(again, waiting.asked);
    let announcement = sealed.announcement(&waiting.device);
    assert_eq!(offset(&waiting.ask(announcement).await), first);
    // Neither before nor after what is kept, and nothing twice.
    for wrong in [0, first - 1] {
        assert_eq!(offset(&waiting.ask(sealed.part(wrong)).await), first);
    }
    let beyond = Report::SnapshotPart {
        snapshot: sealed.manifest.snapshot,
        offset: first + 1,
        part: tillkey_terminal::wire::snapshot::Part::from_bytes(&[1]).unwrap(),
    };
    assert_eq!(offset(&waiting.ask(beyond).await), first);
    assert!(is_stored(&waiting.upload(&sealed).await));
    waiting.code().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_a_part_that_is_played_back_changes_nothing() {
    let mut waiting = waiting().await;
    let sealed = waiting.sealed(MANY);
    let announcement = sealed.announcement(&waiting.device);
    waiting.ask(announcement).await;
    let counter = waiting.device.next();
    let frame = waiting.device.report(counter, sealed.part(0));
    waiting.line.say(frame.clone()).await;
    let first = offset(&waiting.device.reply(&mut waiting.line).await);
    waiting.line.say(frame).await;
    let sign_off = waiting.device.sign_off();
    waiting.line.say(sign_off).await;
    let reply = waiting.device.reply(&mut waiting.line).await;
    assert!(matches!(reply, Reply::SignedOff));
    assert_eq!(waiting.kept().await, Some(first));
    assert_eq!(waiting.world.links.refused_frames(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_altered_backup_is_dropped_and_a_good_one_taken_after_it() {
    let mut waiting = waiting().await;
    let sealed = waiting.sealed(MANY);
    let mut altered = waiting.sealed(MANY);
    altered.manifest = sealed.manifest.clone();
    altered.bytes.truncate(sealed.bytes.len());
    altered.bytes.resize(sealed.bytes.len(), 0);
    assert_eq!(refusal(&waiting.upload(&altered).await), "backup_damaged");
    assert_eq!(waiting.backup().await, BackupState::Failed);
    assert_eq!(waiting.kept().await, None);
    assert!(!waiting.stored(sealed.manifest.snapshot).await);
    let place = waiting.place(sealed.manifest.snapshot);
    assert_eq!(waiting.world.shell.vault().get(&place).await.unwrap(), None);
    let steps: Vec<_> = waiting.view().await.timeline;
    assert_eq!(steps.last().unwrap().step, "backup_failed");

    assert!(is_stored(&waiting.upload(&sealed).await));
    assert_eq!(waiting.backup().await, BackupState::Stored);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_longer_upload_than_announced_is_dropped() {
    let mut waiting = waiting().await;
    let sealed = waiting.sealed(3);
    let announcement = sealed.announcement(&waiting.device);
    waiting.ask(announcement).await;
    let mut longer = Sealed {
        bytes: sealed.bytes.clone(),
        manifest: sealed.manifest.clone(),
    };
    longer.bytes.push(0);
    assert_eq!(
        refusal(&waiting.ask(longer.part(0)).await),
        "backup_damaged"
    );
    assert_eq!(waiting.kept().await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g01_only_the_devices_own_backup_for_its_own_case_is_taken() {
    let mut waiting = waiting().await;
    let sealed = waiting.sealed(3);
    let other = Device::enrol(&waiting.world, 2).await;
    // Signed by another device.
    let foreign = sealed.manifest.sign(waiting.device.terminal, &other.key);
    let manifest = foreign.unwrap();
    let reply = waiting.ask(Report::Snapshot { manifest }).await;
    assert_eq!(refusal(&reply), "backup_damaged");
    // For a case that there is not, or that is another terminal's.
    let elsewhere = Sealed {
        manifest: tillkey_terminal::wire::snapshot::Manifest {
            case: CaseId::from_bytes([8; 10]),
            ..sealed.manifest.clone()
        },
        bytes: sealed.bytes.clone(),
    };
    assert_eq!(refusal(&waiting.upload(&elsewhere).await), "backup_foreign");
    let mut stranger = other;
    let mut line = stranger.connect_with_journal(&waiting.world).await;
    let reply = sealed.upload(&mut stranger, &mut line).await;
    assert_eq!(refusal(&reply), "backup_foreign");
    assert_eq!(
        waiting.backup().await,
        BackupState::UnderWay,
        "none was begun"
    );
    // What is in it is another terminal's, merchant's or acquirer's.
    for change in [
        |contents: &mut Contents| contents.header.terminal = TerminalId::from_bytes([7; 10]),
        |contents: &mut Contents| contents.header.merchant = "898310054110009".parse().unwrap(),
        |contents: &mut Contents| contents.header.acquirer = "other-bank".parse().unwrap(),
        |contents: &mut Contents| contents.header.serial_number = "SN-ELSE".parse().unwrap(),
    ] {
        let mut contents = contents(&waiting.world, &waiting.device, 3);
        change(&mut contents);
        let sealed = Sealed::of(&contents, &waiting.asked);
        assert_eq!(refusal(&waiting.upload(&sealed).await), "backup_foreign");
        assert_eq!(waiting.backup().await, BackupState::Failed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_backup_takes_the_place_of_one_that_was_begun() {
    let mut waiting = waiting().await;
    let (older, newer) = (waiting.sealed(MANY), waiting.sealed(MANY + 1));
    let announcement = older.announcement(&waiting.device);
    waiting.ask(announcement).await;
    assert!(offset(&waiting.ask(older.part(0)).await) > 0);
    let announcement = newer.announcement(&waiting.device);
    assert_eq!(offset(&waiting.ask(announcement).await), 0);
    assert_eq!(refusal(&waiting.ask(older.part(0)).await), "out_of_order");
    assert!(is_stored(&waiting.upload(&newer).await));
    waiting.code().await;
    // The case stands on one backup; another one is not wanted any more.
    assert_eq!(refusal(&waiting.upload(&older).await), "out_of_order");
    assert!(!waiting.stored(older.manifest.snapshot).await);
}

/// G05: contents that hold a full card number cannot be read, whoever sealed them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g05_a_backup_with_card_data_is_none() {
    let mut waiting = waiting().await;
    let good = contents(&waiting.world, &waiting.device, 3);
    let mut clear = good.to_bytes().unwrap();
    let masked = clear.windows(16).position(|at| at == b"622202******0128");
    let at = masked.unwrap();
    clear[at..at + 16].copy_from_slice(b"6222021234560128");
    assert!(Contents::from_bytes(&clear).is_err());
    let text = tillkey_terminal::wire::snapshot::recipient_text(&waiting.asked.1).unwrap();
    let key: age::x25519::Recipient = text.parse().unwrap();
    let bytes = age::encrypt(&key, &clear).unwrap();
    let manifest = tillkey_terminal::wire::snapshot::Manifest {
        bytes: u32::try_from(bytes.len()).unwrap(),
        digest: digest(&bytes),
        ..Sealed::of(&good, &waiting.asked).manifest
    };
    let sealed = Sealed { bytes, manifest };
    assert_eq!(refusal(&waiting.upload(&sealed).await), "backup_damaged");
    assert_eq!(waiting.backup().await, BackupState::Failed);
}

/// D12: killed after all of it was here and its object written, and before its row and
/// the code: the terminal says it again, and the code is issued once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d12_what_a_kill_cut_is_concluded_when_the_terminal_is_back() {
    let mut waiting = waiting().await;
    let sealed = waiting.sealed(MANY);
    let announcement = sealed.announcement(&waiting.device);
    let mut reply = waiting.ask(announcement).await;
    while offset(&reply) + 12 * 1024 < sealed.manifest.bytes {
        let at = offset(&reply);
        reply = waiting.ask(sealed.part(at)).await;
    }
    // What the first transaction of the last part leaves behind, and nothing after it.
    let (terminal, at) = (waiting.device.terminal, offset(&reply));
    let rest = sealed.bytes[usize::try_from(at).unwrap()..].to_vec();
    let keep = move |tx: &mut dyn tillkey_store::tx::Tx| upload::keep(tx, terminal, (at, &rest));
    waiting.world.shell.store().write(keep).await.unwrap();
    let place = waiting.place(sealed.manifest.snapshot);
    let vault = waiting.world.shell.vault().clone();
    vault.put(&place, sealed.bytes.clone()).await.unwrap();
    assert_eq!(waiting.view().await.state, State::Approved);

    waiting.reconnect().await;
    take_snapshot(&waiting.device.order(&mut waiting.line).await);
    let announcement = sealed.announcement(&waiting.device);
    assert!(is_stored(&waiting.ask(announcement).await));
    assert_eq!(waiting.view().await.state, State::Issued);
    waiting.code().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_cannot_is_asked_again_when_it_is_back() {
    let mut world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let mut line = device.connect_with_journal(&world).await;
    let (case, access) = app_case(&mut world, 1).await;
    let order = device.order(&mut line).await;
    let not_done = Report::Acknowledge {
        command: order.id,
        outcome: Outcome::NotDone {
            why: WhyNot::NoJournal,
        },
    };
    assert!(matches!(
        device.ask(&mut line, not_done).await,
        Reply::Acknowledged
    ));
    let state = async || {
        let view = case::view(&world.shell, case, &access).await.unwrap();
        view.backup.unwrap().state
    };
    assert_eq!(state().await, BackupState::Failed);
    let mut line = device.connect_with_journal(&world).await;
    let again = device.order(&mut line).await;
    assert_ne!(again.id, order.id);
    take_snapshot(&again);
    assert_eq!(state().await, BackupState::UnderWay);
}

pub(crate) fn reviewer(world: &World, person: &str) -> SignedIn {
    SignedIn {
        actor: Actor::Staff {
            staff: "zhao.review".parse().unwrap(),
            person: person.parse().unwrap(),
            role: Role::Reviewer,
        },
        proved_at: world.shell.now(),
        ..world.admin.clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reviewer_may_go_without_a_backup_and_says_why() {
    let mut waiting = waiting().await;
    let shell = waiting.world.shell.clone();
    let by = reviewer(&waiting.world, "zhao");
    let silent = case::waive_backup(&shell, waiting.case, " ", &by, None).await;
    assert!(silent.is_err());
    let view = case::waive_backup(&shell, waiting.case, "终端存储损坏", &by, None)
        .await
        .unwrap();
    assert_eq!(view.state, State::Issued);
    assert_eq!(view.backup.unwrap().state, BackupState::Waived);
    waiting.code().await;
    let late = waiting.sealed(3);
    assert_eq!(refusal(&waiting.upload(&late).await), "out_of_order");
    // The command is withdrawn: a terminal that comes back is not asked any more.
    waiting.reconnect().await;
    let order = waiting.device.order(&mut waiting.line).await;
    assert!(
        matches!(order.command, Command::CodeIssued { .. }),
        "{order:?}"
    );
}

/// Chooses a password on the device, with the code that its phone has.
async fn chooses_password(waiting: &mut Waiting, code: ResetCode) {
    let operator = OperatorNumber::new(1).unwrap();
    let reply = waiting.ask(Report::Redeem { operator, code }).await;
    assert!(matches!(reply, Reply::CodeAccepted { .. }), "{reply:?}");
    let mut rng = StdRng::seed_from_u64(5);
    let password = Secret::new("73920164".to_owned());
    let (registration, request) = Registration::start(password, &mut rng).unwrap();
    let case = waiting.case;
    let reply = waiting.ask(Report::Register { case, request }).await;
    let Reply::Registration { response } = reply else {
        panic!("{reply:?}")
    };
    let subject = Subject::new(
        waiting.world.shell.home(),
        waiting.device.terminal,
        operator,
    );
    let upload = registration
        .finish(&response, &subject, &Stretching::built_in(), &mut rng)
        .unwrap();
    let vouched = Vouched {
        rank: operator.rank(),
        length: 8,
        rules_version: 1,
        checked: Rule::ALL.into_iter().collect(),
    };
    let report = Report::Registered {
        case,
        upload,
        vouched,
    };
    let reply = waiting.ask(report).await;
    assert!(matches!(reply, Reply::Effective { .. }), "{reply:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d07_after_the_reset_the_journal_is_compared_once() {
    for intact in [true, false] {
        let mut waiting = waiting().await;
        let sealed = waiting.sealed(3);
        assert!(is_stored(&waiting.upload(&sealed).await));
        let code = waiting.code().await;
        chooses_password(&mut waiting, code).await;
        let order = waiting.device.order(&mut waiting.line).await;
        let case = waiting.case;
        assert_eq!(order.command, Command::ReportJournal { case, entries: 3 });

        let head = sealed.manifest.head.clone();
        let empty = Head::empty(waiting.device.terminal);
        let says = |now: &Head, then: &Head| Report::JournalStands {
            case,
            then: Some(then.digest.clone()),
            head: now.clone(),
        };
        let word = match intact {
            true => says(&head, &head),
            false => says(&empty, &empty),
        };
        assert!(matches!(waiting.ask(word).await, Reply::JournalTaken));
        let view = waiting.view().await;
        assert_eq!(view.state, State::Effective);
        assert_eq!(view.backup.unwrap().journal_intact, Some(intact));
        assert_eq!(view.timeline.last().unwrap().step, "journal_compared");
        // Its first word stands.
        assert!(matches!(
            waiting.ask(says(&head, &head)).await,
            Reply::JournalTaken
        ));
        let view = waiting.view().await;
        assert_eq!(view.backup.unwrap().journal_intact, Some(intact));
    }
}

/// Each acquirer has a key of its own, and it opens no other acquirer's backups.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_opens_with_its_own_acquirers_key_alone() {
    let waiting = waiting().await;
    let sealed = waiting.sealed(3);
    let keyring = waiting.world.shell.keyring();
    let identity = |acquirer: &str| -> BackupIdentity {
        keyring.backup_identity(&acquirer.parse().unwrap()).unwrap()
    };
    let home = waiting.world.shell.home().as_str();
    assert!(identity(home).open(&sealed.bytes).is_ok());
    let other = identity("other-bank").open(&sealed.bytes);
    assert_eq!(other.unwrap_err(), SnapshotFault::Sealed);
}
