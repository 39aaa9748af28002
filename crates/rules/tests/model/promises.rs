//! DESIGN §2 and §3, held against every state that can be reached.

use tillkey_rules::case::{Case, State};
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};

use crate::explore::Explored;
use crate::lifecycle::{Lifecycle, World};
use crate::stage::Scene;

/// It takes two reviewers, and revokes the old password as soon as they agree.
const HOTLINE_BY_NIGHT: Scene = Scene {
    channel: Channel::Hotline,
    reason: Reason::Compromised,
    hour: 23,
    evidence: &[EvidenceKind::SmsCode],
};
const APP: Scene = Scene {
    channel: Channel::App,
    reason: Reason::Forgotten,
    hour: 10,
    ..HOTLINE_BY_NIGHT
};

/// Every case of a state.
fn cases<'a>(model: &'a Lifecycle, world: &'a World) -> impl Iterator<Item = Case> + 'a {
    let numbers = world.cases.iter().flatten();
    numbers.map(|number| model.stage.look(*number, Clone::clone))
}

/// Explores everything, and gives how many states that is.
fn check(scenes: [Scene; 2]) -> usize {
    let model = Lifecycle::of(scenes);
    let begun = std::time::Instant::now();
    let found = Explored::all(&model);
    println!(
        "{} states, {} steps, {:?}",
        found.states(),
        found.steps,
        begun.elapsed()
    );
    let every = |world: &World, holds: &dyn Fn(&Case) -> bool| {
        cases(&model, world).all(|case| holds(&case))
    };
    let some =
        |world: &World, is: &dyn Fn(&Case) -> bool| cases(&model, world).any(|case| is(&case));
    found.always("nothing that must not happen", |world| {
        world
            .broken
            .map_or(Ok(()), |broken| Err(format!("{broken:?}")))
    });
    found.always("no maker reviews", |world| {
        let apart = |case: &Case| {
            let reviews = case.reviews().iter();
            reviews
                .map(|review| &review.person)
                .all(|person| !case.makers().contains(person))
        };
        every(world, &apart)
            .then_some(())
            .ok_or("one has".to_owned())
    });
    found.always("one live code at most", |world| {
        let live = cases(&model, world)
            .filter(|case| case.code().is_some())
            .count();
        (live <= 1).then_some(()).ok_or(format!("{live} are"))
    });
    found.reachable_from_everywhere("an end of every case", |world| {
        every(world, &|case| !case.state().is_open())
    });
    found.sometimes("both cases came to a new password", |world| {
        world.effective == [true; 2]
    });
    // Nobody reviews what comes from the phone alone.
    let is_reviewed = scenes.iter().any(|scene| scene.channel == Channel::Hotline);
    let by_review = [State::InReview, State::Refused];
    for state in State::ALL
        .into_iter()
        .filter(|state| is_reviewed || !by_review.contains(state))
    {
        found.sometimes(state.name(), |world| {
            some(world, &|case| case.state() == state)
        });
    }
    found.sometimes("all codes of a case are used up", |world| {
        some(world, &|case| {
            case.codes_issued() == 2 && case.code().is_none()
        })
    });
    found.states()
}

#[test]
fn a_hotline_case_by_night_and_one_from_the_phone() {
    let found = check([HOTLINE_BY_NIGHT, APP]);
    assert!(found > 1_000_000, "{found} states");
}

#[test]
fn two_cases_from_the_phone() {
    let found = check([APP, APP]);
    assert!(found > 100_000, "{found} states");
}

/// The explorer finds what it is there for: where a transaction is written although the
/// case has changed since it was read, a promise is broken.
#[test]
fn without_a_second_look_at_the_version_promises_break() {
    let mut model = Lifecycle::of([APP, APP]);
    model.looks_again = false;
    let found = Explored::until(&model, |world| world.broken.is_some());
    found.sometimes("something that must not happen", |world| {
        world.broken.is_some()
    });
}
