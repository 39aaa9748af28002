//! The way of one reset, from the till's side, on one connection.

use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_server::act::case::{self, Named, OpenRequest, Presented};
use tillkey_server::act::{Access, Source};
use tillkey_server::link::limits::Limits;
use tillkey_terminal::Notice;
use tillkey_terminal::wire::code::{ResetCode, SmsCode};
use tillkey_terminal::wire::ids::{CaseId, OperatorNumber};

use crate::away::{FIRST, SECOND, cashier, password, signs_on};
use crate::till::{Act, Told};
use crate::world::{MERCHANT, OTHER_MERCHANT, Watched, World, number};

/// An operator without a password wants one, and gets a code on the screen.
pub(crate) async fn code_on_screen(till: &mut Watched, operator: OperatorNumber) -> ResetCode {
    till.act(Act::FirstPassword(operator)).await;
    let shown = till
        .until("code", |told| {
            matches!(told, Told::Notice(Notice::CodeOnScreen { .. }))
        })
        .await;
    let Told::Notice(Notice::CodeOnScreen { code, .. }) = shown else {
        unreachable!()
    };
    code
}

/// A cashier without a password gets the first one.
pub(crate) async fn first_password(till: &mut Watched, text: &str) {
    let code = code_on_screen(till, cashier()).await;
    choose(till, code, text).await;
}

pub(crate) async fn choose(till: &mut Watched, code: ResetCode, text: &str) {
    till.act(Act::Redeem(cashier(), code)).await;
    till.until("acceptance", |t| {
        matches!(t, Told::Notice(Notice::CodeAccepted { .. }))
    })
    .await;
    till.act(Act::ChoosePassword(cashier(), password(text)))
        .await;
    till.until("effect", |t| {
        matches!(t, Told::Notice(Notice::Effective { .. }))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cashier_gets_a_new_password_without_reconnecting() {
    let mut world = World::start(Limits::default()).await;
    let mut till = world.till(1).await;
    assert!(world.shell.presence().is_online(till.terminal.unwrap()));

    first_password(&mut till, FIRST).await;
    assert!(signs_on(&mut till, cashier(), FIRST).await);

    let code = app_reset(&mut world).await;
    till.until("command", |told| {
        matches!(told, Told::Notice(Notice::CodeIssued { .. }))
    })
    .await;
    choose(&mut till, code, SECOND).await;

    assert!(
        !signs_on(&mut till, cashier(), FIRST).await,
        "the old password is dead"
    );
    assert!(
        signs_on(&mut till, cashier(), SECOND).await,
        "the new one works"
    );
    assert_eq!(till.connections, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c11_a_terminal_that_is_moved_takes_nobodys_password_along() {
    let mut world = World::start(Limits::default()).await;
    let mut till = world.till(1).await;
    let terminal = till.terminal.unwrap();
    first_password(&mut till, FIRST).await;
    assert!(signs_on(&mut till, cashier(), FIRST).await);
    // The old merchant's code is on its way to their phone.
    let late = app_reset(&mut world).await;

    let elsewhere = "20000002".parse().unwrap();
    world.move_away(terminal, elsewhere).await;
    till.until("welcome", |t| matches!(t, Told::Notice(Notice::Welcomed)))
        .await;
    let view = till.till.view().borrow().clone();
    let enrolled = view.enrolled.unwrap();
    assert_eq!(enrolled.merchant.as_str(), OTHER_MERCHANT);
    assert_eq!(enrolled.terminal_number.as_str(), "20000002");
    assert!(
        view.operators
            .iter()
            .all(|one| !one.password_set && one.session.is_none())
    );
    assert!(
        !signs_on(&mut till, cashier(), FIRST).await,
        "the password is gone"
    );
    till.act(Act::Redeem(cashier(), late)).await;
    till.until("refusal", |t| {
        matches!(t, Told::Notice(Notice::Refused { .. }))
    })
    .await;
}

/// A reset through the public channel, up to the code on the registered phone.
async fn app_reset(world: &mut World) -> ResetCode {
    app_case(world, 1).await;
    world.code::<ResetCode>().await
}

/// What somebody asks for who forgot a password.
pub(crate) fn forgotten(index: u32) -> OpenRequest {
    OpenRequest {
        named: Named {
            merchant: MERCHANT.parse().unwrap(),
            terminal: number(index).parse().unwrap(),
            operator: cashier(),
        },
        channel: Channel::App,
        reason: Reason::Forgotten,
    }
}

/// A case of the public channel that is proven and submitted.
pub(crate) async fn app_case(world: &mut World, index: u32) -> (CaseId, Access) {
    let source = Source::address([127, 0, 0, 1].into());
    let request = forgotten(index);
    let shell = world.shell.clone();
    let opened = case::open(&shell, request, None, &source, None)
        .await
        .unwrap();
    let (case, access) = (opened.case, Access::Holder(opened.token.unwrap()));
    case::challenge(&shell, case, EvidenceKind::SmsCode, &access, &source, None)
        .await
        .unwrap();
    let code = Presented::SmsCode(world.code::<SmsCode>().await);
    case::present(&shell, case, code, &access, &source, None)
        .await
        .unwrap();
    case::submit(&shell, case, &access, None).await.unwrap();
    (case, access)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_till_comes_back_by_itself_and_a_wrong_code_enrols_nothing() {
    let world = World::start(Limits::default()).await;
    let folder = world.folder.path().join("till-1");
    let (terminal, code) = world.terminal(1).await;
    let mut till = world.switch_on(1, &folder);
    till.act(Act::Enrol("0000-0000-0000".parse().unwrap()))
        .await;
    till.until("refusal", |t| {
        matches!(t, Told::Notice(Notice::EnrolmentRefused { .. }))
    })
    .await;
    assert!(till.till.view().borrow().enrolled.is_none());

    till.act(Act::Enrol(code)).await;
    till.until("welcome", |t| matches!(t, Told::Notice(Notice::Welcomed)))
        .await;
    assert!(till.till.view().borrow().online);
    let before = till.connections;

    world.links.disconnect(terminal);
    till.until("end", |t| {
        matches!(
            t,
            Told::Disconnected {
                again_in: Some(_),
                ..
            }
        )
    })
    .await;
    till.until("welcome", |t| matches!(t, Told::Notice(Notice::Welcomed)))
        .await;
    assert_eq!(till.connections, before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn b05_f13_a_code_is_dead_once_another_way_brought_the_password_and_no_message_holds_one() {
    let mut world = World::start(Limits::default()).await;
    let mut till = world.till(1).await;
    let old = app_reset(&mut world).await;
    let new = app_reset(&mut world).await;
    choose(&mut till, new, FIRST).await;
    till.act(Act::Redeem(cashier(), old)).await;
    till.until("refusal", |t| {
        matches!(t, Told::Notice(Notice::Refused { .. }))
    })
    .await;
    assert!(
        signs_on(&mut till, cashier(), FIRST).await,
        "the new one still works"
    );
    let told = world.messages().await;
    assert!(told.iter().all(|text| !text.contains(FIRST)), "{told:?}");
}
