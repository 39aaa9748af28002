use super::*;

#[test]
fn f03_f04_whoever_planned_it_does_not_approve_it() {
    let mut desk = Desk::listed(1);
    desk.refuses(approve(), &planner(), Refusal::NotAllowed);
    let second_account = staff("ops.review", "p-ops", Role::Reviewer);
    desk.refuses(approve(), &second_account, Refusal::OwnWork);
    for role in Role::ALL {
        let by = staff("other", "p-other", role);
        match desk.campaign.may_be_approved_by(&by) {
            Ok(()) => assert_eq!(role, Role::Reviewer),
            Err(refusal) => assert_eq!(refusal, Refusal::NotAllowed, "{role:?}"),
        }
    }
}

#[test]
fn two_approvals_are_two_persons() {
    let mut desk = Desk::listed(2);
    desk.takes(approve(), &reviewer("p-one"));
    assert_eq!(desk.campaign.backing(), None);
    assert_eq!(desk.ticks(Tally::default()), None, "one is not enough");
    let same_again = staff("other.account", "p-one", Role::Reviewer);
    desk.refuses(approve(), &same_again, Refusal::OwnWork);
    desk.takes(approve(), &reviewer("p-two"));
    assert!(matches!(
        desk.ticks(Tally::default()),
        Some(CampaignEvent::WaveBegan { wave: 1, .. })
    ));
    let backing = desk.campaign.backing().unwrap();
    assert_eq!(backing.approvers().len(), 2);
}

#[test]
fn another_list_is_not_what_is_approved() {
    let mut desk = Desk::listed(1);
    let other = Command::Approve {
        manifest_digest: "cd".repeat(32),
    };
    desk.refuses(other, &reviewer("p-one"), Refusal::NotMatched);
    assert!(desk.campaign.approvals().is_empty());
}

#[test]
fn nothing_is_approved_before_there_is_a_list_nor_after() {
    let mut desk = Desk::planned();
    desk.refuses(approve(), &reviewer("p-one"), Refusal::OutOfOrder);
    let mut desk = Desk::running();
    desk.refuses(approve(), &reviewer("p-two"), Refusal::OutOfOrder);
}

#[test]
fn a_refusal_says_why() {
    let decline = |comment_digest: Option<&str>| Command::Decline {
        comment_digest: comment_digest.map(str::to_owned),
    };
    let mut desk = Desk::listed(1);
    desk.refuses(decline(None), &reviewer("p-one"), Refusal::ReasonMissing);
    desk.refuses(decline(Some("x")), &planner(), Refusal::NotAllowed);
    desk.takes(decline(Some("x")), &reviewer("p-one"));
    assert_eq!(desk.campaign.state(), CampaignState::Declined);
    desk.refuses(approve(), &reviewer("p-two"), Refusal::CampaignClosed);
}

#[test]
fn a_list_that_nobody_approved_in_time_lapses() {
    let mut desk = Desk::listed(1);
    desk.now = hours(7 * 24 - 1);
    assert_eq!(desk.ticks(Tally::default()), None);
    desk.now = hours(7 * 24);
    assert_eq!(desk.ticks(Tally::default()), Some(CampaignEvent::Lapsed));
    assert!(!desk.campaign.state().is_open());
}

#[test]
fn only_the_system_makes_lists() {
    let list = || Command::List {
        manifest: manifest(),
        approvals_needed: 1,
    };
    for by in [planner(), reviewer("p-one"), Actor::Holder] {
        let mut desk = Desk::planned();
        desk.refuses(list(), &by, Refusal::NotAllowed);
        desk.refuses(Command::GiveUp(PlanFault::Nobody), &by, Refusal::NotAllowed);
        desk.refuses(Command::EndAltered, &by, Refusal::NotAllowed);
    }
    let mut desk = Desk::listed(1);
    desk.refuses(list(), &Actor::System, Refusal::OutOfOrder);
}
