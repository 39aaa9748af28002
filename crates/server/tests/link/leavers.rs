//! Whoever leaves is out at the till as well: a sign-on ends at once where there is a
//! link, and with the next contact the terminal compares their password no longer.

use tillkey_rules::terms::Terms;
use tillkey_rules::vocabulary::MerchantStatus;
use tillkey_server::act::party;
use tillkey_server::act::tick::tick;
use tillkey_server::link::limits::Limits;
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::{Fault, FileDevice, Notice, Terminal};

use crate::away::{BOSS, FIRST, SECOND, Shop, attempt, boss, cashier, password, signs_on};
use crate::reset::app_case;
use crate::till::{Act, Told};
use crate::world::{MERCHANT, Watched, World, soon};

async fn ended(till: &mut Watched, who: OperatorNumber) {
    till.until("end of the session", |told| {
        matches!(told, Told::Notice(Notice::SessionEnded { operator, .. }) if *operator == who)
    })
    .await;
}

async fn removed(shop: &Shop) {
    let whose = (shop.terminal, cashier());
    party::remove_operator(&shop.world.shell, whose, &shop.world.admin, None)
        .await
        .unwrap();
}

async fn set(shop: &Shop, status: MerchantStatus) {
    let merchant = MERCHANT.parse().unwrap();
    party::set_merchant_status(&shop.world.shell, merchant, status, &shop.world.admin, None)
        .await
        .unwrap();
}

/// Whether the terminal still has something to compare a password with.
pub(crate) fn is_remembered(
    shop: &mut Shop,
    till: &mut Terminal<FileDevice>,
    (who, text): (OperatorNumber, &str),
) -> bool {
    match till.sign_on(who, password(text), &mut shop.rng) {
        Ok(step) => step
            .notices
            .iter()
            .any(|notice| matches!(notice, Notice::SignedOn { .. })),
        Err(Fault::Offline) => false,
        Err(fault) => panic!("{fault}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaver_who_is_signed_on_is_signed_off_over_the_link() {
    let (mut shop, mut till) = Shop::open().await;
    assert!(signs_on(&mut till, boss(), BOSS).await);
    assert!(signs_on(&mut till, cashier(), FIRST).await);
    let connections = till.connections;
    removed(&shop).await;
    ended(&mut till, cashier()).await;
    assert_eq!(till.connections, connections, "on the link that there was");
    let still = till.till.view().borrow().clone();
    assert!(
        still.operators.iter().any(|one| one.session.is_some()),
        "the other one is"
    );
    assert!(!signs_on(&mut till, cashier(), FIRST).await);

    let mut till = shop.loses_network(till).await;
    assert!(!is_remembered(&mut shop, &mut till, (cashier(), FIRST)));
    assert!(is_remembered(&mut shop, &mut till, (boss(), BOSS)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leaver_of_a_till_that_is_away_is_out_with_its_next_contact() {
    let (mut shop, till) = Shop::open().await;
    let mut away = shop.loses_network(till).await;
    removed(&shop).await;
    // Nobody has told the terminal, and nobody can.
    assert!(is_remembered(&mut shop, &mut away, (cashier(), FIRST)));
    let till = shop.finds_network(away).await;
    let mut away = shop.loses_network(till).await;
    assert!(!is_remembered(&mut shop, &mut away, (cashier(), FIRST)));

    // Added again, the number is a new person's: the old password is nobody's.
    let whose = (shop.terminal, cashier());
    party::add_operator(&shop.world.shell, whose, &shop.world.admin, None)
        .await
        .unwrap();
    let till = shop.finds_network(away).await;
    let mut away = shop.loses_network(till).await;
    assert!(!is_remembered(&mut shop, &mut away, (cashier(), FIRST)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_outlives_its_link_ends_with_the_next_one() {
    let (shop, mut till) = Shop::open().await;
    assert!(signs_on(&mut till, cashier(), FIRST).await);
    shop.world.links.disconnect(shop.terminal);
    removed(&shop).await;
    ended(&mut till, cashier()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_merchants_tills_sign_everybody_off_and_nobody_on() {
    let (mut shop, mut till) = Shop::open().await;
    assert!(signs_on(&mut till, cashier(), FIRST).await);
    set(&shop, MerchantStatus::Suspended).await;
    ended(&mut till, cashier()).await;
    let whose = (shop.terminal, cashier());
    let find = move |tx: &mut dyn tillkey_store::tx::Tx| tillkey_store::session::live(tx, whose);
    let live = shop.world.shell.store().read(find).await.unwrap();
    assert!(live.is_empty(), "nor at the bank");
    let mut view = till.till.view();
    let is_told = view.wait_for(|view| view.operators.iter().all(|one| !one.password_set));
    soon("list of nobody", is_told).await.unwrap();
    let mut away = shop.loses_network(till).await;
    for who in [(cashier(), FIRST), (boss(), BOSS)] {
        assert!(!is_remembered(&mut shop, &mut away, who));
    }

    // Taken back, everybody has the password that they had.
    set(&shop, MerchantStatus::Active).await;
    let mut till = shop.finds_network(away).await;
    assert!(signs_on(&mut till, cashier(), FIRST).await);
    let mut away = shop.loses_network(till).await;
    assert!(is_remembered(&mut shop, &mut away, (cashier(), FIRST)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_not_seen_for_long_is_told_so_once_the_password_is_right() {
    let (mut shop, mut till) = Shop::open().await;
    let day = 24 * 3_600;
    shop.world.advance_seconds(89 * day);
    tick(&shop.world.shell).await.unwrap();
    assert_eq!(attempt(&mut till, (boss(), BOSS)).await, "signed on");
    shop.world.advance_seconds(2 * day);
    tick(&shop.world.shell).await.unwrap();
    // The terminal is told anew what its passwords are worth.
    till.until("welcome", |told| {
        matches!(told, Told::Notice(Notice::Welcomed))
    })
    .await;

    assert_eq!(
        attempt(&mut till, (cashier(), SECOND)).await,
        "wrong password"
    );
    assert_eq!(attempt(&mut till, (cashier(), FIRST)).await, "dormant");
    assert_eq!(attempt(&mut till, (boss(), BOSS)).await, "signed on");
    let mut away = shop.loses_network(till).await;
    assert!(!is_remembered(&mut shop, &mut away, (cashier(), FIRST)));

    // It takes an ordinary reset, and nothing else.
    let mut till = shop.finds_network(away).await;
    let (_, _) = app_case(&mut shop.world, 1).await;
    let code = shop.world.code().await;
    till.till.act(Act::Redeem(cashier(), code)).await;
    till.until("acceptance", |told| {
        matches!(told, Told::Notice(Notice::CodeAccepted { .. }))
    })
    .await;
    let chosen = Act::ChoosePassword(cashier(), password(SECOND));
    till.till.act(chosen).await;
    till.until("effect", |told| {
        matches!(told, Told::Notice(Notice::Effective { .. }))
    })
    .await;
    assert_eq!(attempt(&mut till, (cashier(), SECOND)).await, "signed on");
    let mut away = shop.loses_network(till).await;
    assert!(is_remembered(&mut shop, &mut away, (cashier(), SECOND)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_of_age_is_warned_of_and_then_opens_nothing() {
    let terms = Terms {
        password_days: 30,
        ..Terms::default()
    };
    let world = World::with_terms(Limits::default(), terms).await;
    let (mut shop, mut till) = Shop::in_world(world).await;
    let day = 24 * 3_600;
    // Two passwords, and one message for both.
    for _ in 0..3 {
        shop.world.advance_seconds(7 * day);
        tick(&shop.world.shell).await.unwrap();
    }
    let warns = |text: &String| text.contains("到期停用");
    let mut told = Vec::new();
    while !told.iter().any(warns) {
        told.extend(shop.world.messages().await);
    }
    assert_eq!(
        told.iter().filter(|text| warns(text)).count(),
        1,
        "{told:?}"
    );
    assert_eq!(attempt(&mut till, (cashier(), FIRST)).await, "signed on");
    shop.world.advance_seconds(9 * day);
    tick(&shop.world.shell).await.unwrap();
    till.until("welcome", |told| {
        matches!(told, Told::Notice(Notice::Welcomed))
    })
    .await;
    assert_eq!(attempt(&mut till, (cashier(), FIRST)).await, "renewal_due");
    assert_eq!(attempt(&mut till, (boss(), BOSS)).await, "renewal_due");
    app_case(&mut shop.world, 1).await;
    let code = shop.world.reset_code().await;
    till.act(Act::Redeem(cashier(), code)).await;
    till.until("acceptance", |told| {
        matches!(told, Told::Notice(Notice::CodeAccepted { .. }))
    })
    .await;
    till.act(Act::ChoosePassword(cashier(), password(SECOND)))
        .await;
    till.until("effect", |told| {
        matches!(told, Told::Notice(Notice::Effective { .. }))
    })
    .await;
    assert_eq!(attempt(&mut till, (cashier(), SECOND)).await, "signed on");
}
