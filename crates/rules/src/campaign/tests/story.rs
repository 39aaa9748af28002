use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Move {
    Command(Box<Command>, u8),
    Wait(u8),
}

fn actor(number: u8) -> Actor {
    match number {
        0 => Actor::System,
        1 => planner(),
        2 => staff("ops.review", "p-ops", Role::Reviewer),
        3 => reviewer("p-one"),
        4 => reviewer("p-two"),
        5 => staff("agent", "p-agent", Role::Agent),
        _ => Actor::Holder,
    }
}

fn tally() -> impl Strategy<Value = Tally> {
    prop::array::uniform7(0_u32..4).prop_map(
        |[waiting, asked, open, renewed, failed, objected, skipped]| Tally {
            waiting,
            asked,
            open,
            renewed,
            failed,
            objected,
            skipped,
            unanswered: 0,
        },
    )
}

fn command() -> impl Strategy<Value = Command> {
    let said = prop::option::of(Just("x".to_owned()));
    prop_oneof![
        (1_u8..3).prop_map(|approvals_needed| Command::List {
            manifest: manifest(),
            approvals_needed,
        }),
        Just(Command::GiveUp(PlanFault::NotPermitted)),
        Just(approve()),
        Just(Command::Approve {
            manifest_digest: "cd".repeat(32)
        }),
        said.clone()
            .prop_map(|comment_digest| Command::Decline { comment_digest }),
        Just(Command::Pause),
        said.prop_map(|comment_digest| Command::Resume { comment_digest }),
        Just(Command::Cancel),
        Just(Command::EndAltered),
        (tally(), tally()).prop_map(|(wave, all)| Command::Tick { wave, all }),
        Just(Command::Tick {
            wave: Tally::default(),
            all: Tally::default()
        }),
    ]
}

fn story() -> impl Strategy<Value = Vec<Move>> {
    let step = prop_oneof![
        6 => (command(), 0_u8..7).prop_map(|(command, by)| Move::Command(Box::new(command), by)),
        1 => (1_u8..200).prop_map(Move::Wait),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    /// Whatever is asked by whomever in whatever order: no wave begins before as many
    /// persons as the policy wanted approved that list, none of them its planner; what is
    /// over stays over; waves count up one by one.
    #[test]
    fn no_order_of_steps_gets_round_the_approvals(moves in story()) {
        let mut desk = Desk::planned();
        let mut wave = 0;
        for step in moves {
            let was_open = desk.campaign.state().is_open();
            match step {
                Move::Wait(hours) => {
                    desk.now = desk
                        .now
                        .checked_add(SignedDuration::from_hours(hours.into()))
                        .unwrap();
                }
                Move::Command(command, by) => {
                    let by = if matches!(*command, Command::Tick { .. }) { 0 } else { by };
                    let answer = desk.run(*command, &actor(by));
                    prop_assert!(was_open || answer.events.is_empty());
                    for event in &answer.events {
                        if let CampaignEvent::WaveBegan { wave: next, .. } = event {
                            prop_assert_eq!(*next, wave + 1);
                            wave = *next;
                        }
                    }
                }
            }
            let people: std::collections::BTreeSet<_> = desk
                .campaign
                .approvals()
                .iter()
                .map(|approval| approval.person.as_str())
                .collect();
            prop_assert!(!people.contains("p-ops"));
            prop_assert_eq!(people.len(), desk.campaign.approvals().len());
            if desk.campaign.wave() > 0 {
                prop_assert!(people.len() >= usize::from(desk.campaign.approvals_needed()));
                prop_assert!(!people.is_empty());
            }
            if let Some(backing) = desk.campaign.backing() {
                prop_assert_eq!(desk.campaign.state(), CampaignState::Running);
                prop_assert_eq!(backing.approvers().len(), people.len());
            }
        }
    }

    /// What is stored is what is loaded.
    #[test]
    fn a_campaign_is_written_and_read(moves in story()) {
        let mut desk = Desk::planned();
        for step in moves {
            if let Move::Command(command, by) = step {
                desk.run(*command, &actor(by));
            }
        }
        let written = serde_json::to_string(&desk.campaign).unwrap();
        prop_assert_eq!(serde_json::from_str::<Campaign>(&written).unwrap(), desk.campaign);
    }
}
