//! The terminal in hand, over the real link: a number on its screen proves a hotline
//! case, once, and nobody else's.

use std::collections::BTreeSet;

use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_server::act::case::{self, Named, OpenRequest, Presented};
use tillkey_server::act::{Access, Failure, SignedIn, Source};
use tillkey_server::link::limits::Limits;
use tillkey_store::attempts;
use tillkey_terminal::wire::code::InHandNumber;
use tillkey_terminal::wire::ids::{CaseId, OperatorNumber, StaffSessionId};
use tillkey_terminal::{DeviceFault, Notice};

use crate::till::{Act, Told};
use crate::world::{MERCHANT, Watched, World, number, soon};

fn agent(world: &World) -> SignedIn {
    SignedIn {
        acquirer: world.shell.home().clone(),
        actor: Actor::Staff {
            staff: "li".parse().unwrap(),
            person: "p-li".parse().unwrap(),
            role: Role::Agent,
        },
        session: StaffSessionId::from_bytes([2; 10]),
        proved_at: world.shell.now(),
    }
}

fn source() -> Source {
    Source::address([127, 0, 0, 1].into())
}

/// A call about the cashier `operator` of a terminal.
struct Call<'a> {
    world: &'a World,
    case: CaseId,
    access: Access,
}

impl<'a> Call<'a> {
    async fn about(world: &'a World, terminal: u32, operator: u8) -> Self {
        let request = OpenRequest {
            named: Named {
                merchant: MERCHANT.parse().unwrap(),
                terminal: number(terminal).parse().unwrap(),
                operator: OperatorNumber::new(operator).unwrap(),
            },
            channel: Channel::Hotline,
            reason: Reason::Forgotten,
        };
        let by = agent(world);
        let opened = case::open(&world.shell, request, Some(&by), &source(), None).await;
        let case = opened.unwrap().case;
        let access = Access::Staff(by);
        Self {
            world,
            case,
            access,
        }
    }

    async fn challenge(&self) {
        let (shell, kind) = (&self.world.shell, EvidenceKind::TerminalInHand);
        case::challenge(shell, self.case, kind, &self.access, &source(), None)
            .await
            .unwrap();
    }

    /// The agent types what the caller reads out.
    async fn hears(&self, said: &str) -> Result<BTreeSet<EvidenceKind>, Refusal> {
        let presented = Presented::TerminalInHand(said.parse().unwrap());
        let shell = &self.world.shell;
        match case::present(shell, self.case, presented, &self.access, &source(), None).await {
            Ok(view) => Ok(view.evidence.into_iter().collect()),
            Err(Failure::Refused(refusal)) => Err(refusal),
            Err(failure) => panic!("{failure}"),
        }
    }
}

fn proven() -> Result<BTreeSet<EvidenceKind>, Refusal> {
    Ok([EvidenceKind::TerminalInHand].into())
}

/// The next number on a terminal's screen, and whether the bank asked for it.
async fn on_screen(till: &mut Watched) -> (String, bool) {
    let is_number = |told: &Told| matches!(told, Told::Notice(Notice::InHandNumber { .. }));
    let told = till.until("number", is_number).await;
    let Told::Notice(Notice::InHandNumber { number, asked }) = told else {
        unreachable!()
    };
    (number.expose().clone(), asked.is_some())
}

/// Somebody at the terminal presses the key.
async fn press(till: &mut Watched) -> String {
    till.act(Act::ShowNumber).await;
    let (number, asked) = on_screen(till).await;
    assert!(!asked);
    number
}

/// Waits until the terminal has a key for its numbers: it says how it is after that.
async fn agreed(world: &World, till: &Watched) {
    let terminal = till.terminal.unwrap();
    soon("agreement", async {
        loop {
            let store = world.shell.store();
            let last = store.read(move |tx| tillkey_store::health::last(tx, terminal));
            if last.await.unwrap().is_some() {
                return;
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
}

async fn till(world: &World, index: u32) -> Watched {
    let till = world.till(index).await;
    agreed(world, &till).await;
    till
}

/// Another number than these.
fn other_than(numbers: &[&str]) -> String {
    (0..)
        .map(|number| format!("{number:06}"))
        .find(|number| !numbers.contains(&number.as_str()))
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_the_bank_asked_for_proves_the_case_and_is_good_once() {
    let world = World::start(Limits::default()).await;
    let mut till = till(&world, 1).await;
    let call = Call::about(&world, 1, 1).await;
    call.challenge().await;
    let (shown, asked) = on_screen(&mut till).await;
    assert!(asked, "the terminal says what it is for");
    assert_eq!(call.hears(&shown).await, proven());

    // Replayed, in the same case and in another one of the same terminal.
    assert_eq!(call.hears(&shown).await, Err(Refusal::NotMatched));
    let again = Call::about(&world, 1, 2).await;
    assert_eq!(again.hears(&shown).await, Err(Refusal::NotMatched));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a11_a_number_of_another_terminal_proves_nothing_and_is_counted() {
    let world = World::start(Limits::default()).await;
    let mut ours = till(&world, 1).await;
    let mut theirs = till(&world, 2).await;
    let own = press(&mut theirs).await;
    let victim = Call::about(&world, 1, 1).await;
    assert_eq!(victim.hears(&own).await, Err(Refusal::NotMatched));
    let counted = attempts::operator_subject(ours.terminal.unwrap(), "01".parse().unwrap());
    let scope = tillkey_rules::attempts::Scope::RemoteProof;
    let now = world.shell.now();
    let count = world
        .shell
        .store()
        .read(move |tx| attempts::in_window(tx, (scope, &counted), now));
    assert_eq!(count.await.unwrap().attempts, 1);
    // Each is good where it belongs.
    let right = press(&mut ours).await;
    assert_eq!(victim.hears(&right).await, proven());
    assert_eq!(Call::about(&world, 2, 1).await.hears(&own).await, proven());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_an_old_number_is_dead_as_soon_as_a_newer_one_was_taken() {
    let world = World::start(Limits::default()).await;
    let mut till = till(&world, 1).await;
    let (old, newer) = (press(&mut till).await, press(&mut till).await);
    let call = Call::about(&world, 1, 1).await;
    assert_eq!(call.hears(&newer).await, proven());
    let other = Call::about(&world, 1, 2).await;
    assert_eq!(other.hears(&old).await, Err(Refusal::NotMatched));
    assert_eq!(other.hears(&newer).await, Err(Refusal::NotMatched));
    assert_eq!(other.hears(&press(&mut till).await).await, proven());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e01_guesses_end_with_the_operators_budget_across_cases() {
    let world = World::start(Limits::default()).await;
    let mut till = till(&world, 1).await;
    let right = press(&mut till).await;
    let wrong = other_than(&[&right]);
    let limit = tillkey_rules::attempts::Scope::RemoteProof.limit();
    for guess in 0..limit {
        // A new case brings no new guesses.
        let call = Call::about(&world, 1, 1).await;
        assert_eq!(
            call.hears(&wrong).await,
            Err(Refusal::NotMatched),
            "{guess}"
        );
    }
    let call = Call::about(&world, 1, 1).await;
    for said in [&wrong, &right] {
        let refused = call.hears(said).await;
        assert!(
            matches!(refused, Err(Refusal::TooMany { .. })),
            "{refused:?}"
        );
    }
}

/// Without a link for long, so many numbers were shown that the server is far behind:
/// two in a row bring it to where the terminal is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g09_a_terminal_without_a_link_is_never_stuck() {
    let world = World::start(Limits::default()).await;
    drop(till(&world, 1).await);
    let folder = world.folder.path().join("till-1");
    let mut terminal = soon("end of the till", async {
        loop {
            match world.open(1, &folder) {
                Ok(terminal) => return terminal,
                // It says its last words.
                Err(DeviceFault::InUse) => tokio::task::yield_now().await,
                Err(fault) => panic!("{fault}"),
            }
        }
    })
    .await;
    let mut press = || {
        let mut step = terminal.show_number().unwrap();
        assert!(step.frames.is_empty());
        match step.notices.pop() {
            Some(Notice::InHandNumber { number, .. }) => number.expose().clone(),
            other => panic!("{other:?}"),
        }
    };
    let passed_over = tillkey_rules::in_hand::LOOK_AHEAD + 20;
    let shown: Vec<String> = (0..passed_over).map(|_| press()).collect();
    let (first, second) = (press(), press());
    let call = Call::about(&world, 1, 1).await;
    assert_eq!(
        call.hears(&first).await,
        Err(Refusal::NotMatched),
        "one may be a guess"
    );
    assert_eq!(call.hears(&second).await, proven());
    let later = Call::about(&world, 1, 2).await;
    for passed in [&first, &second, shown.last().unwrap()] {
        assert_eq!(later.hears(passed).await, Err(Refusal::NotMatched));
    }
    assert_eq!(later.hears(&press()).await, proven());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_enrolled_anew_has_other_numbers() {
    let world = World::start(Limits::default()).await;
    let mut old = till(&world, 1).await;
    let stolen = press(&mut old).await;
    let terminal = old.terminal.unwrap();
    let code =
        tillkey_server::act::party::open_enrolment(&world.shell, terminal, &world.admin, None)
            .await
            .unwrap()
            .code;
    let mut new = world.switch_on(1, &world.folder.path().join("till-new"));
    new.terminal = Some(terminal);
    new.act(Act::Enrol(code.parse().unwrap())).await;
    new.until("welcome", |told| {
        matches!(told, Told::Notice(Notice::Welcomed))
    })
    .await;
    agreed(&world, &new).await;
    let call = Call::about(&world, 1, 1).await;
    assert_eq!(call.hears(&stolen).await, Err(Refusal::NotMatched));
    assert_eq!(call.hears(&press(&mut new).await).await, proven());
}

/// A case about nobody is challenged and answered like any other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e16_a_call_about_nobody_is_answered_alike() {
    let world = World::start(Limits::default()).await;
    let _till = till(&world, 1).await;
    let call = Call::about(&world, 9, 1).await;
    call.challenge().await;
    let guess: InHandNumber = "000000".parse().unwrap();
    assert_eq!(call.hears(guess.expose()).await, Err(Refusal::NotMatched));
}
