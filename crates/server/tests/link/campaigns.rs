//! A campaign with real terminals: asked, answered, and in force; and the old password of
//! whoever was asked in vain opens nothing any more.

use tillkey_rules::campaign::{CampaignState, CampaignTerms, Selection, Tally};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::vocabulary::{ManagerRight, Reason};
use tillkey_server::act::campaign::{self, Plan};
use tillkey_server::act::managers::{self, ManagerDetails, ManagerSession};
use tillkey_server::act::tick::tick;
use tillkey_server::act::{SignedIn, Source};
use tillkey_terminal::Notice;
use tillkey_terminal::wire::code::ResetCode;
use tillkey_terminal::wire::ids::{CampaignId, OperatorNumber, Rank, StaffSessionId};

use crate::away::{BOSS, FIRST, SECOND, Shop, attempt, boss, cashier, password};
use crate::leavers::is_remembered;
use crate::reset::app_case;
use crate::till::{Act, Told};
use crate::world::{MERCHANT, PHONE, Watched, number};

fn reviewer(shop: &Shop) -> SignedIn {
    SignedIn {
        acquirer: shop.world.admin.acquirer.clone(),
        actor: Actor::Staff {
            staff: "zhao.review".parse().unwrap(),
            person: "p-zhao".parse().unwrap(),
            role: Role::Reviewer,
        },
        session: StaffSessionId::from_bytes([2; 10]),
        proved_at: shop.world.shell.now(),
    }
}

async fn settled(shop: &Shop) {
    while tick(&shop.world.shell).await.unwrap() {}
}

/// A little later, when the sweep looks again.
async fn later(shop: &Shop, seconds: i64) {
    shop.world.advance_seconds(seconds);
    settled(shop).await;
}

/// A manager of the merchant, who has just signed in.
async fn manager(shop: &mut Shop) -> ManagerSession {
    let (shell, source) = (
        shop.world.shell.clone(),
        Source::address([127, 0, 0, 1].into()),
    );
    let details = ManagerDetails {
        merchant: MERCHANT.parse().unwrap(),
        name: "陈店长".to_owned(),
        phone: PHONE.parse().unwrap(),
        person: None,
        rights: ManagerRight::ALL.iter().copied().collect(),
    };
    managers::add(&shell, details, &shop.world.admin, None)
        .await
        .unwrap();
    let begun = managers::begin(&shell, PHONE.parse().unwrap(), &source)
        .await
        .unwrap();
    let code = shop.world.code().await;
    let entered = managers::finish(&shell, begun.sign_in, code, &source)
        .await
        .unwrap();
    managers::signed_in(&shell, &entered.token).await.unwrap()
}

/// A campaign for every operator with a password that has asked its merchant.
async fn asked(shop: &Shop, rest_after_hours: Option<u32>) -> CampaignId {
    let plan = Plan {
        title: "Leak of March".to_owned(),
        reason: Reason::Compromised,
        selection: Selection {
            ranks: [Rank::Cashier, Rank::Supervisor].into(),
            merchants: Default::default(),
            areas: Default::default(),
            models: ["T1".parse().unwrap()].into(),
            password_before: None,
        },
        terms: CampaignTerms {
            rest_after_hours,
            ..CampaignTerms::default()
        },
    };
    let shell = &shop.world.shell;
    let id = campaign::plan(shell, plan, &shop.world.admin, None)
        .await
        .unwrap();
    settled(shop).await;
    let by = reviewer(shop);
    let view = campaign::view(shell, id, &by).await.unwrap();
    let manifest = view.campaign.manifest().unwrap();
    assert_eq!((manifest.targets, manifest.terminals), (2, 1));
    campaign::approve(shell, id, &manifest.digest, &by, None)
        .await
        .unwrap();
    settled(shop).await;
    id
}

async fn tally(shop: &Shop, id: CampaignId) -> (CampaignState, Tally) {
    let view = campaign::view(&shop.world.shell, id, &reviewer(shop)).await;
    let view = view.unwrap();
    (view.campaign.state(), view.tally)
}

async fn consents(shop: &Shop, id: CampaignId, who: OperatorNumber, by: &ManagerSession) {
    let operators = vec![(number(1).parse().unwrap(), who)];
    let answered = campaign::consent(&shop.world.shell, id, operators, by, None).await;
    let [one] = answered.unwrap().try_into().unwrap();
    one.case.unwrap();
}

async fn chooses(till: &mut Watched, who: OperatorNumber, code: ResetCode, text: &str) {
    till.act(Act::Redeem(who, code)).await;
    till.until("acceptance", |told| {
        matches!(told, Told::Notice(Notice::CodeAccepted { .. }))
    })
    .await;
    till.act(Act::ChoosePassword(who, password(text))).await;
    till.until("effect", |told| {
        matches!(told, Told::Notice(Notice::Effective { .. }))
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_asked_gets_a_new_password_and_the_campaign_is_done() {
    let (mut shop, mut till) = Shop::open().await;
    let by = manager(&mut shop).await;
    let id = asked(&shop, None).await;
    let expected = Tally {
        asked: 2,
        ..Tally::default()
    };
    assert_eq!(tally(&shop, id).await, (CampaignState::Running, expected));

    consents(&shop, id, cashier(), &by).await;
    // A leak: the old password is over with the approval, and it was approved at once.
    assert_eq!(
        attempt(&mut till, (cashier(), FIRST)).await,
        "wrong password"
    );
    let code = shop.world.reset_code().await;
    chooses(&mut till, cashier(), code, SECOND).await;
    assert_eq!(attempt(&mut till, (cashier(), SECOND)).await, "signed on");
    assert_eq!(tally(&shop, id).await.1.renewed, 1);

    consents(&shop, id, boss(), &by).await;
    let code = shop.world.reset_code().await;
    chooses(&mut till, boss(), code, "83920175").await;
    later(&shop, 3).await;
    let expected = Tally {
        renewed: 2,
        ..Tally::default()
    };
    assert_eq!(tally(&shop, id).await, (CampaignState::Completed, expected));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_password_has_its_time_and_then_opens_nothing() {
    let (mut shop, mut till) = Shop::open().await;
    assert_eq!(attempt(&mut till, (cashier(), FIRST)).await, "signed on");
    let id = asked(&shop, Some(1)).await;
    assert_eq!(attempt(&mut till, (boss(), BOSS)).await, "signed on");
    later(&shop, 3_600).await;
    // Signed off at once, and told anew what its passwords are worth, in either order.
    let mut seen = (false, false);
    while seen != (true, true) {
        let told = till.until("end and a welcome", |_| true).await;
        match told {
            Told::Notice(Notice::SessionEnded { operator, .. }) if operator == cashier() => {
                seen.0 = true;
            }
            Told::Notice(Notice::Welcomed) => seen.1 = true,
            _ => {}
        }
    }
    assert_eq!(attempt(&mut till, (cashier(), FIRST)).await, "renewal_due");
    assert_eq!(attempt(&mut till, (boss(), BOSS)).await, "renewal_due");
    let mut away = shop.loses_network(till).await;
    assert!(!is_remembered(&mut shop, &mut away, (cashier(), FIRST)));
    assert!(!is_remembered(&mut shop, &mut away, (boss(), BOSS)));

    // Any other way brings a new password as well, and the campaign counts it.
    let mut till = shop.finds_network(away).await;
    app_case(&mut shop.world, 1).await;
    let code = shop.world.reset_code().await;
    chooses(&mut till, cashier(), code, SECOND).await;
    assert_eq!(attempt(&mut till, (cashier(), SECOND)).await, "signed on");
    let (_, tally) = tally(&shop, id).await;
    assert_eq!((tally.renewed, tally.asked), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn held_or_ended_it_leaves_old_passwords_alone() {
    let (shop, mut till) = Shop::open().await;
    let id = asked(&shop, Some(1)).await;
    let (shell, by) = (&shop.world.shell, reviewer(&shop));
    campaign::pause(shell, id, &by, None).await.unwrap();
    later(&shop, 7_200).await;
    assert_eq!(attempt(&mut till, (cashier(), FIRST)).await, "signed on");
    campaign::cancel(shell, id, &reviewer(&shop), None)
        .await
        .unwrap();
    later(&shop, 7_200).await;
    assert_eq!(attempt(&mut till, (boss(), BOSS)).await, "signed on");
}
