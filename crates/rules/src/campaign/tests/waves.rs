use super::*;

fn renewed(count: u32) -> Tally {
    Tally {
        renewed: count,
        ..Tally::default()
    }
}

#[test]
fn waves_follow_each_other_and_the_last_one_completes_it() {
    let mut desk = Desk::running();
    for wave in 2..=4 {
        let expected = CampaignEvent::WaveBegan {
            wave,
            ends_at: hours(72),
        };
        assert_eq!(desk.ticks(renewed(10)), Some(expected));
    }
    assert_eq!(
        desk.ticks(renewed(10)),
        Some(CampaignEvent::Completed { tally: renewed(10) })
    );
    assert_eq!(
        desk.campaign.backing(),
        None,
        "nothing stands behind it now"
    );
}

#[test]
fn a_short_list_has_as_many_waves_as_it_fills() {
    let mut desk = Desk::planned();
    assert_eq!(desk.campaign.wave_count(), 4);
    let command = Command::List {
        manifest: Manifest {
            waves: 1,
            ..manifest()
        },
        approvals_needed: 1,
    };
    desk.takes(command, &Actor::System);
    assert_eq!(desk.campaign.wave_count(), 1);
    desk.takes(approve(), &reviewer("p-one"));
    desk.ticks(Tally::default());
    let event = desk.ticks(renewed(10));
    assert_eq!(event, Some(CampaignEvent::Completed { tally: renewed(10) }));
}

#[test]
fn a_wave_waits_for_answers_as_long_as_it_lasts_and_for_cases_longer() {
    let asked = Tally {
        asked: 3,
        ..renewed(7)
    };
    let mut desk = Desk::running();
    desk.now = hours(71);
    assert_eq!(desk.ticks(asked), None);
    desk.now = hours(72);
    let open = Tally { open: 1, ..asked };
    assert_eq!(desk.ticks(open), None, "a case is under way");
    let waiting = Tally {
        waiting: 1,
        ..asked
    };
    assert_eq!(desk.ticks(waiting), None, "somebody was not asked yet");
    assert!(matches!(
        desk.ticks(asked),
        Some(CampaignEvent::WaveBegan { wave: 2, .. })
    ));
}

#[test]
fn whoever_did_not_answer_is_counted_so_when_it_is_over() {
    let mut desk = Desk::running();
    let asked = Tally {
        asked: 3,
        ..renewed(7)
    };
    for _ in 0..3 {
        desk.ticks(renewed(1));
    }
    desk.now = hours(100);
    let unanswered = Tally {
        unanswered: 3,
        ..renewed(7)
    };
    assert_eq!(
        desk.ticks(asked),
        Some(CampaignEvent::Completed { tally: unanswered })
    );
}

/// What stops a wave: failed, declined by the merchant, renewed, still open.
#[test]
fn too_many_failures_stop_it() {
    for (failed, objected, renewed, open, stops) in [
        (0, 0, 10, 1, false),
        (1, 0, 9, 1, false),
        (2, 0, 0, 1, false),
        (3, 0, 0, 1, true),
        (2, 1, 0, 1, true),
        (3, 0, 57, 1, false),
        (3, 0, 56, 1, true),
        // Over, each one counts: of a small first wave there may be no three.
        (1, 0, 0, 0, true),
        (1, 0, 18, 0, true),
        (1, 0, 19, 0, false),
        (0, 1, 0, 0, true),
    ] {
        let mut desk = Desk::running();
        let tally = Tally {
            failed,
            objected,
            renewed,
            open,
            ..Tally::default()
        };
        let event = desk.ticks(tally);
        let stopped = matches!(event, Some(CampaignEvent::Stopped { .. }));
        assert_eq!(stopped, stops, "{tally:?}: {event:?}");
    }
}

#[test]
fn stopped_it_goes_on_when_somebody_says_why_and_by_new_failures_alone_it_stops_again() {
    let resume = |comment_digest: Option<&str>| Command::Resume {
        comment_digest: comment_digest.map(str::to_owned),
    };
    let failed = |failed, renewed| Tally {
        failed,
        renewed,
        open: 5,
        ..Tally::default()
    };
    let mut desk = Desk::running();
    desk.ticks(failed(3, 1));
    assert_eq!(desk.campaign.state(), CampaignState::Stopped);
    assert_eq!(desk.campaign.backing(), None, "nobody goes on meanwhile");
    assert_eq!(desk.ticks(failed(3, 1)), None);
    desk.refuses(resume(None), &planner(), Refusal::ReasonMissing);
    desk.refuses(resume(Some("x")), &reviewer("p-one"), Refusal::NotAllowed);
    desk.now = hours(10);
    desk.takes(resume(Some("x")), &planner());
    assert_eq!(
        desk.campaign.wave_ends_at(),
        Some(hours(82)),
        "as much longer"
    );
    assert_eq!(desk.ticks(failed(3, 1)), None, "those are put up with");
    assert_eq!(desk.ticks(failed(5, 1)), None, "two may be chance");
    assert!(matches!(
        desk.ticks(failed(6, 1)),
        Some(CampaignEvent::Stopped { .. })
    ));
}

#[test]
fn held_by_somebody_it_goes_on_without_a_word_and_waits_as_much_longer() {
    let resume = || Command::Resume {
        comment_digest: None,
    };
    for by in [planner(), reviewer("p-one")] {
        let mut desk = Desk::running();
        desk.refuses(resume(), &planner(), Refusal::OutOfOrder);
        desk.takes(Command::Pause, &by);
        desk.refuses(Command::Pause, &by, Refusal::OutOfOrder);
        desk.now = hours(200);
        assert_eq!(desk.ticks(Tally::default()), None, "held is held");
        desk.takes(resume(), &planner());
        assert_eq!(desk.campaign.wave_ends_at(), Some(hours(272)));
    }
    let mut desk = Desk::running();
    let agent = staff("agent", "p-agent", Role::Agent);
    desk.refuses(Command::Pause, &agent, Refusal::NotAllowed);
    desk.refuses(Command::Cancel, &agent, Refusal::NotAllowed);
}

#[test]
fn terms_that_cannot_be_kept_to_are_refused() {
    let with = |change: fn(&mut CampaignTerms)| {
        let mut terms = CampaignTerms::default();
        change(&mut terms);
        terms.check().is_ok()
    };
    assert!(with(|_| {}));
    assert!(with(|terms| terms.waves = vec![100]));
    assert!(with(|terms| terms.rest_after_hours = Some(0)));
    let bad: [fn(&mut CampaignTerms); 11] = [
        |terms| terms.waves = vec![],
        |terms| terms.waves = vec![0, 100],
        |terms| terms.waves = vec![10, 10, 100],
        |terms| terms.waves = vec![50, 10, 100],
        |terms| terms.waves = vec![1, 99],
        |terms| terms.waves = vec![1, 2, 3, 4, 100],
        |terms| terms.wave_hours = 0,
        |terms| terms.wave_hours = 721,
        |terms| terms.rest_after_hours = Some(721),
        |terms| terms.failures_percent = 0,
        |terms| terms.failures_percent = 101,
    ];
    for bad in bad {
        assert!(!with(bad));
    }
}

#[test]
fn a_tally_counts_each_state_once() {
    let mut tally = Tally::default();
    for (count, state) in (1..).zip(TargetState::ALL) {
        tally.add(*state, count);
        assert_eq!(tally.of(*state), count);
    }
    assert_eq!(tally.all(), (1..=8).sum::<u32>());
}
