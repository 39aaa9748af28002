//! A terminal on the SDK that loses its network: challenge and answer, the supervisor at
//! the till, and what the bank knows once it is back.

use std::path::PathBuf;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tillkey_rules::case::State;
use tillkey_rules::event::Destination;
use tillkey_server::act::case::{self, answer_offline};
use tillkey_server::act::party;
use tillkey_server::link::limits::Limits;
use tillkey_terminal::wire::code::{OfflineAnswer, OfflineChallenge, ResetCode};
use tillkey_terminal::wire::ids::{OperatorNumber, TerminalId};
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Activity, FileDevice, Notice, Step, Terminal};

use crate::reset::{app_case, code_on_screen};
use crate::till::{Act, Told};
use crate::world::{Watched, World, soon};

pub(crate) const BOSS: &str = "60718293";
pub(crate) const FIRST: &str = "73920164";
pub(crate) const SECOND: &str = "50418627";

pub(crate) fn boss() -> OperatorNumber {
    OperatorNumber::new(0).unwrap()
}

pub(crate) fn cashier() -> OperatorNumber {
    OperatorNumber::new(1).unwrap()
}

pub(crate) fn password(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

/// A shop with a till whose supervisor and cashier have passwords.
pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) terminal: TerminalId,
    pub(crate) folder: PathBuf,
    pub(crate) rng: StdRng,
}

impl Shop {
    pub(crate) async fn open() -> (Self, Watched) {
        Self::in_world(World::start(Limits::default()).await).await
    }

    pub(crate) async fn in_world(world: World) -> (Self, Watched) {
        let folder = world.folder.path().join("till-1");
        let mut till = world.till(1).await;
        let terminal = till.terminal.unwrap();
        let add = party::add_operator(&world.shell, (terminal, boss()), &world.admin, None);
        add.await.unwrap();
        // The list comes with the next welcome.
        world.links.disconnect(terminal);
        welcomed(&mut till).await;
        for (who, text) in [(boss(), BOSS), (cashier(), FIRST)] {
            let code = code_on_screen(&mut till, who).await;
            till.act(Act::Redeem(who, code)).await;
            accepted(&mut till).await;
            till.act(Act::ChoosePassword(who, password(text))).await;
            effective(&mut till).await;
        }
        let shop = Self {
            world,
            terminal,
            folder,
            rng: StdRng::seed_from_u64(5),
        };
        (shop, till)
    }

    /// The network is gone, and so is whoever watched.
    pub(crate) async fn loses_network(&self, till: Watched) -> Terminal<FileDevice> {
        drop(till);
        let again = async {
            loop {
                match self.world.open(1, &self.folder) {
                    Ok(terminal) => return terminal,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        };
        let terminal = soon("the storage", again).await;
        let away = async {
            while self.world.shell.presence().is_online(self.terminal) {
                tokio::task::yield_now().await;
            }
        };
        soon("the link's end", away).await;
        terminal
    }

    pub(crate) async fn finds_network(&self, terminal: Terminal<FileDevice>) -> Watched {
        drop(terminal);
        let mut till = self.world.switch_on(1, &self.folder);
        welcomed(&mut till).await;
        till
    }

    pub(crate) fn signs_on(
        &mut self,
        till: &mut Terminal<FileDevice>,
        who: OperatorNumber,
        text: &str,
    ) -> bool {
        let step = till.sign_on(who, password(text), &mut self.rng).unwrap();
        tells(&step, |notice| matches!(notice, Notice::SignedOn { .. }))
    }

    fn chooses(&mut self, till: &mut Terminal<FileDevice>, text: &str) {
        let chosen = till.choose_password(cashier(), password(text), &mut self.rng);
        let in_force = |notice: &Notice| matches!(notice, Notice::InForceOffline { .. });
        assert!(tells(&chosen.unwrap(), in_force));
    }

    /// The case for the cashier that was proven last.
    async fn newest(&self) -> tillkey_rules::case::Case {
        let whose = (self.terminal, cashier());
        let find = move |tx: &mut dyn tillkey_store::tx::Tx| {
            tillkey_store::case::newest_proven_of(tx, whose)
        };
        let found = self.world.shell.store().read(find).await.unwrap();
        found.unwrap().case
    }
}

pub(crate) fn tells(step: &Step, fits: impl Fn(&Notice) -> bool) -> bool {
    step.notices.iter().any(fits)
}

async fn welcomed(till: &mut Watched) {
    till.until("welcome", |t| matches!(t, Told::Notice(Notice::Welcomed)))
        .await;
}

async fn accepted(till: &mut Watched) {
    till.until("acceptance", |t| {
        matches!(t, Told::Notice(Notice::CodeAccepted { .. }))
    })
    .await;
}

async fn effective(till: &mut Watched) {
    till.until("effect", |t| {
        matches!(t, Told::Notice(Notice::Effective { .. }))
    })
    .await;
}

async fn taken(till: &mut Watched) {
    till.until("the bank to know", |t| {
        matches!(t, Told::Notice(Notice::DeedTaken(_)))
    })
    .await;
}

/// How an attempt to sign on ends: signed on, a wrong password, or the code of the refusal.
/// What ends the sessions of an operator interrupts a sign-on of theirs that is under way;
/// whoever stands there types again.
pub(crate) async fn attempt(till: &mut Watched, (who, text): (OperatorNumber, &str)) -> String {
    let answers = |notice: &Notice| match notice {
        Notice::SignedOn { operator, .. }
        | Notice::WrongPassword { operator, .. }
        | Notice::SignOnInterrupted { operator } => *operator == who,
        Notice::Refused {
            activity, operator, ..
        } => *activity == Activity::SignOn && *operator == Some(who),
        _ => false,
    };
    loop {
        till.act(Act::SignOn(who, password(text))).await;
        let answer = till
            .until(
                "answer to a sign-on",
                |told| matches!(told, Told::Notice(notice) if answers(notice)),
            )
            .await;
        match answer {
            Told::Notice(Notice::SignOnInterrupted { .. }) => {}
            Told::Notice(Notice::SignedOn { .. }) => return "signed on".to_owned(),
            Told::Notice(Notice::Refused { code, .. }) => return code.as_str().to_owned(),
            _ => return "wrong password".to_owned(),
        }
    }
}

pub(crate) async fn signs_on(till: &mut Watched, who: OperatorNumber, text: &str) -> bool {
    match attempt(till, (who, text)).await.as_str() {
        "signed on" => true,
        "wrong password" => false,
        refused => panic!("neither a right password nor a wrong one: {refused}"),
    }
}

fn challenge(till: &mut Terminal<FileDevice>) -> OfflineChallenge {
    let shown = till.offline_challenge(cashier()).unwrap();
    shown
        .notices
        .into_iter()
        .find_map(|notice| match notice {
            Notice::OfflineChallenge { challenge, .. } => Some(challenge),
            _ => None,
        })
        .expect("a challenge")
}

/// A case is approved, the challenge answered, and the answer on the registered phone.
async fn answered(shop: &mut Shop, shown: OfflineChallenge) -> OfflineAnswer {
    // So that this case is the newest one, whatever its number.
    shop.world.advance_seconds(1);
    let (case, access) = app_case(&mut shop.world, 1).await;
    // The terminal keeps no journal, so a code went out; it is of no use without a link.
    let _: ResetCode = shop.world.code().await;
    let asked = (shown, Destination::AnswerToContact);
    answer_offline(&shop.world.shell, case, asked, &access)
        .await
        .unwrap();
    shop.world.code().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cashier_without_a_network_gets_a_password_by_challenge_and_answer() {
    let (mut shop, till) = Shop::open().await;
    let mut till = shop.loses_network(till).await;
    assert!(shop.signs_on(&mut till, cashier(), FIRST), "as before");
    till.sign_off(cashier()).unwrap().notices.clear();

    let shown = challenge(&mut till);
    let answer = answered(&mut shop, shown).await;
    let step = till.offline_answer(cashier(), &answer).unwrap();
    assert!(tells(&step, |notice| matches!(
        notice,
        Notice::ChooseNow { .. }
    )));
    shop.chooses(&mut till, SECOND);
    assert!(
        !shop.signs_on(&mut till, cashier(), FIRST),
        "in force at once"
    );
    assert!(shop.signs_on(&mut till, cashier(), SECOND));
    let case = shop.newest().await;
    assert_eq!(case.state(), State::Issued, "the bank does not know yet");

    let mut till = shop.finds_network(till).await;
    taken(&mut till).await;
    assert_eq!(shop.newest().await.state(), State::Redeemed);
    assert!(!signs_on(&mut till, cashier(), FIRST).await);
    assert!(signs_on(&mut till, cashier(), SECOND).await);
    let case = shop.newest().await;
    assert_eq!(
        case.state(),
        State::Effective,
        "registered as they signed on"
    );
    // From now on it is a password like any other: the server is asked.
    assert!(signs_on(&mut till, cashier(), SECOND).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g02_an_answer_that_a_newer_reset_overtook_is_worth_nothing_any_more() {
    let (mut shop, till) = Shop::open().await;
    let mut till = shop.loses_network(till).await;
    let shown = challenge(&mut till);
    let answer = answered(&mut shop, shown).await;
    till.offline_answer(cashier(), &answer)
        .unwrap()
        .notices
        .clear();
    shop.chooses(&mut till, SECOND);

    let (newer, access) = app_case(&mut shop.world, 1).await;
    let mut till = shop.finds_network(till).await;
    till.until("the bank to refuse it", |t| {
        matches!(
            t,
            Told::Notice(Notice::OfflinePasswordRefused { operator, .. }) if *operator == cashier()
        )
    })
    .await;
    let view = case::view(&shop.world.shell, newer, &access).await.unwrap();
    assert_eq!(view.state, State::Issued, "the newer one goes on");
    assert!(!signs_on(&mut till, cashier(), SECOND).await);
    assert!(
        signs_on(&mut till, cashier(), FIRST).await,
        "what was in force is"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_resets_adds_and_removes_with_a_network() {
    let (shop, mut till) = Shop::open().await;
    assert!(signs_on(&mut till, boss(), BOSS).await);
    till.act(Act::ResetCashier(boss(), cashier())).await;
    accepted(&mut till).await;
    till.act(Act::ChoosePassword(cashier(), password(SECOND)))
        .await;
    effective(&mut till).await;
    assert_eq!(shop.newest().await.state(), State::Effective);
    assert!(!signs_on(&mut till, cashier(), FIRST).await);
    assert!(signs_on(&mut till, cashier(), SECOND).await);

    till.act(Act::RemoveCashier(boss(), cashier())).await;
    taken(&mut till).await;
    assert!(!signs_on(&mut till, cashier(), SECOND).await);
    till.act(Act::AddCashier(boss(), cashier())).await;
    taken(&mut till).await;
    till.act(Act::ResetCashier(boss(), cashier())).await;
    accepted(&mut till).await;
    till.act(Act::ChoosePassword(cashier(), password(FIRST)))
        .await;
    effective(&mut till).await;
    assert!(signs_on(&mut till, cashier(), FIRST).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_supervisor_did_without_a_network_holds_and_is_registered_later() {
    let (mut shop, till) = Shop::open().await;
    let mut till = shop.loses_network(till).await;
    let fifth = OperatorNumber::new(5).unwrap();
    assert!(shop.signs_on(&mut till, boss(), BOSS));
    till.add_cashier(boss(), fifth).unwrap().notices.clear();
    till.reset_cashier(boss(), cashier())
        .unwrap()
        .notices
        .clear();
    shop.chooses(&mut till, SECOND);
    assert!(shop.signs_on(&mut till, cashier(), SECOND));
    till.sign_off(boss()).unwrap().notices.clear();

    // A power cut, and a week of holidays.
    drop(till);
    shop.world.advance_seconds(7 * 24 * 3600);
    let till = shop.world.open(1, &shop.folder).unwrap();
    let mut till = shop.finds_network(till).await;
    for _ in 0..2 {
        taken(&mut till).await;
    }
    let case = shop.newest().await;
    assert!(case.is_offline() && case.state() == State::Approved);
    assert!(signs_on(&mut till, cashier(), SECOND).await);
    assert_eq!(shop.newest().await.state(), State::Effective);
    assert!(!signs_on(&mut till, cashier(), FIRST).await);
    let view = till.till.view().borrow().clone();
    assert!(view.operators.iter().any(|one| one.number == fifth));
}
