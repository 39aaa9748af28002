use super::*;

fn candidate() -> Candidate {
    Candidate {
        merchant: "898310054110001".parse().unwrap(),
        model: "A920".parse().unwrap(),
        rank: Rank::Cashier,
        password_since: now(),
    }
}

fn selection(change: fn(&mut Selection)) -> Selection {
    let mut selection = everybody();
    change(&mut selection);
    selection
}

#[test]
fn each_part_narrows_and_what_is_empty_does_not() {
    let takes = |change| selection(change).takes(&candidate());
    assert!(takes(|_| {}));
    let narrowed: [fn(&mut Selection); 6] = [
        |s| s.ranks = [Rank::Cashier].into(),
        |s| s.merchants = ["898310054110001".parse().unwrap()].into(),
        |s| s.areas = ["31".parse().unwrap()].into(),
        |s| s.areas = ["11".parse().unwrap(), "3100".parse().unwrap()].into(),
        |s| s.models = ["A920".parse().unwrap()].into(),
        |s| s.password_before = Some(hours(1)),
    ];
    for narrowed in narrowed {
        assert!(takes(narrowed));
    }
    let elsewhere: [fn(&mut Selection); 7] = [
        |s| s.ranks = [Rank::Supervisor].into(),
        |s| s.merchants = ["898310054110002".parse().unwrap()].into(),
        |s| s.areas = ["32".parse().unwrap()].into(),
        |s| s.areas = ["3101".parse().unwrap()].into(),
        |s| s.models = ["A930".parse().unwrap()].into(),
        |s| s.password_before = Some(now()),
        |s| {
            s.areas = ["31".parse().unwrap()].into();
            s.models = ["A930".parse().unwrap()].into();
        },
    ];
    for elsewhere in elsewhere {
        assert!(!takes(elsewhere));
    }
}

#[test]
fn a_selection_names_a_rank_and_not_too_much_of_anything() {
    assert!(selection(|_| {}).check().is_ok());
    assert!(selection(|s| s.ranks.clear()).check().is_err());
    let many = selection(|s| {
        s.merchants = (0..501)
            .map(|n| format!("898310054{n:06}").parse().unwrap())
            .collect();
    });
    assert!(many.check().is_err());
    for bad in ["", "3", "310", "31000", "3a", "３１"] {
        assert!(bad.parse::<Area>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_selection_is_read_as_it_was_written_and_nothing_else_is() {
    let full = selection(|s| {
        s.areas = ["31".parse().unwrap()].into();
        s.password_before = Some(now());
    });
    let written = serde_json::to_string(&full).unwrap();
    assert_eq!(serde_json::from_str::<Selection>(&written).unwrap(), full);
    for bad in [
        r#"{"ranks":["cashier"],"zone":["31"]}"#,
        r#"{"ranks":["chief"]}"#,
        r#"{"ranks":["cashier"],"areas":["310"]}"#,
        "{}",
    ] {
        assert!(serde_json::from_str::<Selection>(bad).is_err(), "{bad}");
    }
}
