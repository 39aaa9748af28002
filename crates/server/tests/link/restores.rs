//! Putting a backup back, over the real link: by two persons, onto the terminal that
//! takes another's place, and never what does not belong there.

use jiff::SignedDuration;
use tillkey_rules::erasure::{ErasureReason, ErasureVerdict, Obstacle};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_server::act::party::{self, Keeper};
use tillkey_server::act::restore::{self, Backups, Verdict};
use tillkey_server::act::{Failure, SignedIn, erasure, retention};
use tillkey_store::restore::RestoreState;
use tillkey_store::snapshot::{self, Snapshot};
use tillkey_store::{case, journal, ledger};
use tillkey_terminal::wire::ids::{SnapshotId, TerminalId};
use tillkey_terminal::wire::journal::Head;
use tillkey_terminal::wire::message::{Command, NotRestored, Reply, Report};
use tillkey_terminal::wire::snapshot::digest;

use crate::backups::{Waiting, is_stored, reviewer, waiting};
use crate::device::{Device, backup_identity};
use crate::journal::{Sealed, refusal};
use crate::world::{MERCHANT, World};

fn agent(world: &World) -> SignedIn {
    SignedIn {
        actor: Actor::Staff {
            staff: "li.agent".parse().unwrap(),
            person: "li".parse().unwrap(),
            role: Role::Agent,
        },
        ..world.admin.clone()
    }
}

/// A stored backup of several parts, and the terminal that takes its terminal's place.
async fn stored() -> (Waiting, Sealed, Device) {
    let mut waiting = waiting().await;
    let sealed = waiting.sealed(300);
    assert!(is_stored(&waiting.upload(&sealed).await));
    let target = Device::enrol(&waiting.world, 2).await;
    (waiting, sealed, target)
}

async fn ask(world: &World, target: TerminalId, id: SnapshotId) -> Result<(), Failure> {
    restore::ask(&world.shell, (target, id), &agent(world), None).await
}

async fn approve(world: &World, target: TerminalId, id: SnapshotId) -> Result<(), Failure> {
    let by = reviewer(world, "zhao");
    restore::review(&world.shell, (target, id), Verdict::Approve, &by, None).await
}

async fn backups(world: &World, terminal: TerminalId) -> Backups {
    restore::list(&world.shell, terminal, Keeper::from(&world.admin))
        .await
        .unwrap()
}

fn refused(result: Result<(), Failure>) -> Refusal {
    match result {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replacement_gets_the_journal_by_two_persons() {
    let (waiting, sealed, mut target) = stored().await;
    let (world, id) = (&waiting.world, sealed.manifest.snapshot);
    let listed = backups(world, waiting.device.terminal).await;
    assert_eq!(listed.snapshots.len(), 1);
    assert_eq!(listed.snapshots[0].digest, sealed.manifest.digest);

    ask(world, target.terminal, id).await.unwrap();
    let own = reviewer(world, "li");
    let what = (target.terminal, id);
    let by_maker = restore::review(&world.shell, what, Verdict::Approve, &own, None).await;
    assert_eq!(refused(by_maker), Refusal::OwnWork);
    approve(world, target.terminal, id).await.unwrap();

    let mut line = target.connect_with_journal(world).await;
    let order = target.order(&mut line).await;
    let Command::Restore {
        snapshot,
        bytes,
        digest: announced,
        head,
    } = order.command
    else {
        panic!("{order:?}")
    };
    assert_eq!((snapshot, &head), (id, &sealed.manifest.head));
    let mut file = Vec::new();
    loop {
        let offset = u32::try_from(file.len()).unwrap();
        let asked = Report::RestorePart { snapshot, offset };
        let reply = target.ask(&mut line, asked).await;
        let Reply::RestorePart { part, .. } = reply else {
            panic!("{reply:?}")
        };
        if part.as_bytes().is_empty() {
            break;
        }
        file.extend_from_slice(part.as_bytes());
    }
    assert_eq!(
        (file.len(), digest(&file)),
        (usize::try_from(bytes).unwrap(), announced)
    );
    // Its own binding, and the journal of the one before it.
    let opened = backup_identity().open(&file).unwrap();
    let before = backup_identity().open(&sealed.bytes).unwrap();
    assert_eq!(opened.header.terminal, target.terminal);
    assert_eq!(
        opened.header.serial_number,
        crate::world::serial_number(2).parse().unwrap()
    );
    assert_eq!(opened.header.head, before.header.head);
    assert_eq!(opened.header.start, before.header.start);
    assert_eq!(opened.entries, before.entries);

    for _ in 0..2 {
        let outcome = Ok(head.clone());
        let reply = target
            .ask(&mut line, Report::Restored { snapshot, outcome })
            .await;
        assert!(matches!(reply, Reply::RestoreTaken));
    }
    let restored = backups(world, target.terminal).await.restore.unwrap();
    assert_eq!(restored.state, RestoreState::Done);
    let again = Report::RestorePart {
        snapshot,
        offset: 0,
    };
    assert_eq!(refusal(&target.ask(&mut line, again).await), "out_of_order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_terminal_it_was_sealed_for_fetches_it() {
    let (mut waiting, sealed, target) = stored().await;
    let id = sealed.manifest.snapshot;
    ask(&waiting.world, target.terminal, id).await.unwrap();
    approve(&waiting.world, target.terminal, id).await.unwrap();
    let mut line = waiting.device.connect_with_journal(&waiting.world).await;
    // Its own commands come first.
    let _ = waiting.device.message(&mut line).await;
    let _ = waiting.device.message(&mut line).await;
    let asked = Report::RestorePart {
        snapshot: id,
        offset: 0,
    };
    let reply = waiting.device.ask(&mut line, asked).await;
    assert_eq!(refusal(&reply), "out_of_order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_belong_there_is_refused_with_the_reason() {
    let (waiting, sealed, target) = stored().await;
    let (world, id) = (&waiting.world, sealed.manifest.snapshot);
    let rows = backups(world, waiting.device.terminal).await.snapshots;
    type Change = fn(&mut Snapshot);
    let change: [(&str, Change); 2] = [
        ("acquirer", |row| {
            row.acquirer = "other-bank".parse().unwrap();
        }),
        ("merchant", |row| {
            row.merchant = "898310054110009".parse().unwrap();
        }),
    ];
    for (number, (what, change)) in (1u8..).zip(change) {
        let mut row = rows[0].clone();
        row.id = SnapshotId::from_bytes([number; 10]);
        change(&mut row);
        let foreign = row.id;
        let add = world.shell.store().write(move |tx| snapshot::add(tx, &row));
        add.await.unwrap();
        let answer = ask(world, target.terminal, foreign).await;
        assert_eq!(refused(answer), Refusal::BackupForeign, "{what}");
    }
    let unknown = ask(world, target.terminal, SnapshotId::from_bytes([9; 10])).await;
    assert!(matches!(unknown, Err(Failure::Unknown)));
    let unasked = approve(world, target.terminal, id).await;
    assert_eq!(refused(unasked), Refusal::OutOfOrder);

    // Cut short on its shelf.
    ask(world, target.terminal, id).await.unwrap();
    let (vault, place) = (world.shell.vault(), waiting.place(id));
    let cut = sealed.bytes[..sealed.bytes.len() - 1].to_vec();
    vault.put(&place, cut).await.unwrap();
    assert_eq!(
        refused(approve(world, target.terminal, id).await),
        Refusal::BackupDamaged
    );
    vault.put(&place, sealed.bytes.clone()).await.unwrap();

    // Settled since.
    let origin = waiting.device.terminal;
    let settled = Head {
        batch: sealed.manifest.head.batch + 1,
        ..Head::empty(origin)
    };
    let now = world.shell.now();
    let keep = move |tx: &mut dyn tillkey_store::tx::Tx| journal::keep(tx, origin, &settled, now);
    world.shell.store().write(keep).await.unwrap();
    assert_eq!(
        refused(approve(world, target.terminal, id).await),
        Refusal::BackupOutdated
    );
    assert_eq!(
        refused(ask(world, target.terminal, id).await),
        Refusal::BackupOutdated
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reviewer_declines_and_a_terminal_says_why_not() {
    let (waiting, sealed, mut target) = stored().await;
    let (world, id) = (&waiting.world, sealed.manifest.snapshot);
    let what = (target.terminal, id);
    ask(world, target.terminal, id).await.unwrap();
    let by = reviewer(world, "zhao");
    restore::review(&world.shell, what, Verdict::Decline, &by, None)
        .await
        .unwrap();
    let state = async || {
        let restore = backups(world, what.0).await.restore;
        restore.unwrap().state
    };
    assert_eq!(state().await, RestoreState::Declined);
    assert_eq!(
        refused(approve(world, what.0, id).await),
        Refusal::OutOfOrder
    );

    ask(world, what.0, id).await.unwrap();
    approve(world, what.0, id).await.unwrap();
    assert_eq!(refused(ask(world, what.0, id).await), Refusal::OutOfOrder);
    let mut line = target.connect_with_journal(world).await;
    let _ = target.order(&mut line).await;
    let report = Report::Restored {
        snapshot: id,
        outcome: Err(NotRestored::NotEmpty),
    };
    assert!(matches!(
        target.ask(&mut line, report).await,
        Reply::RestoreTaken
    ));
    assert_eq!(state().await, RestoreState::Failed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_backup_goes_once_its_batch_is_settled() {
    let (waiting, sealed, _) = stored().await;
    let (world, id) = (&waiting.world, sealed.manifest.snapshot);
    let (origin, place) = (waiting.device.terminal, waiting.place(id));
    let vault = world.shell.vault();
    world.advance_seconds(SignedDuration::from_hours(24 * 91).as_secs());
    retention::sweep(&world.shell).await.unwrap();
    assert!(
        vault.get(&place).await.unwrap().is_some(),
        "it may be all that is left"
    );

    let settled = Head {
        batch: sealed.manifest.head.batch + 1,
        ..Head::empty(origin)
    };
    let now = world.shell.now();
    let keep = move |tx: &mut dyn tillkey_store::tx::Tx| journal::keep(tx, origin, &settled, now);
    world.shell.store().write(keep).await.unwrap();
    retention::sweep(&world.shell).await.unwrap();
    assert_eq!(vault.get(&place).await.unwrap(), None);
    let row = backups(world, origin).await.snapshots.remove(0);
    assert!(row.removed_at.is_some(), "that there was one stays known");

    // Files that no row wants go, and others stay.
    vault.put(&place, b"gone before".to_vec()).await.unwrap();
    world.advance_seconds(SignedDuration::from_hours(24 * 3_650).as_secs());
    retention::tidy(&world.shell).await.unwrap();
    assert_eq!(vault.get(&place).await.unwrap(), None);
}

/// A backup that may be all that is left of takings bars an erasure; settled, its file goes
/// with the merchant, and the ledger and the cases are whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_goes_with_its_merchant_and_the_ledger_stays_whole() {
    let (waiting, sealed, target) = stored().await;
    let (world, place) = (&waiting.world, waiting.place(sealed.manifest.snapshot));
    let (shell, merchant) = (&world.shell, || MERCHANT.parse().unwrap());
    let closed = MerchantStatus::Closed;
    party::set_merchant_status(shell, merchant(), closed, &world.admin, None)
        .await
        .unwrap();
    let origin = waiting.device.terminal;
    for terminal in [origin, target.terminal] {
        let retire = party::retire_terminal(shell, terminal, &world.admin, None);
        retire.await.unwrap();
    }
    let view = erasure::view(shell, merchant(), &world.admin)
        .await
        .unwrap();
    assert_eq!(view.obstacles, [Obstacle::BackupUnsettled]);

    let settled = Head {
        batch: sealed.manifest.head.batch + 1,
        ..Head::empty(origin)
    };
    let now = shell.now();
    let keep = move |tx: &mut dyn tillkey_store::tx::Tx| journal::keep(tx, origin, &settled, now);
    shell.store().write(keep).await.unwrap();
    let what = (merchant(), ErasureReason::PurposeOver);
    erasure::ask(shell, what, &world.admin, None).await.unwrap();
    assert!(shell.vault().get(&place).await.unwrap().is_some());
    let what = (merchant(), ErasureVerdict::Approve);
    let by = reviewer(world, "zhao");
    erasure::review(shell, what, &by, None).await.unwrap();
    assert_eq!(shell.vault().get(&place).await.unwrap(), None);

    let verifier = shell.store().log_verifier();
    let whole = move |tx: &mut dyn tillkey_store::tx::Tx| {
        let verified = ledger::verify(tx, &verifier, None, &mut |_, _| ())?;
        let audited = case::audit::audit(tx, &mut |_, _| ())?;
        Ok((verified.is_clean(), audited.differences.is_empty()))
    };
    let whole = shell.store().read(whole).await.unwrap();
    assert_eq!(whole, (true, true));
}
