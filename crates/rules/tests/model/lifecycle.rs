//! What can happen around two cases of one operator, and in which order: in any.
//!
//! Nothing here asks whether something is allowed. Whatever anybody can try is tried in
//! every state, and `decide` has to say no.

use std::fmt;

use tillkey_rules::case::Case;

use crate::explore::Model;
use crate::stage::{Ask, CLOCK, Decided, Facts, Number, Scene, Stage, code_number};

/// Who may be a reviewer: the agent of the hotline by another account, and two others.
const REVIEWERS: [u8; 3] = [0, 3, 4];
/// Until here a second case is opened: its own end is on the clock, too.
const OPENED_LAST: u8 = 1;

/// A state of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(crate) facts: Facts,
    pub(crate) cases: [Option<Number>; 2],
    /// Every message that the terminal ever sent, a bit each: each can come at any time,
    /// any number of times, or never.
    said: u8,
    /// The codes that were used, a bit each.
    used: u8,
    pub(crate) effective: [bool; 2],
    pub(crate) broken: Option<Broken>,
}

/// What must never come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Broken {
    Reopened,
    EffectiveTwice,
    EffectiveUnsaid,
    EffectiveBesideAnother,
    CodeUsedTwice,
    Lawless,
}

/// One step of anybody.
#[derive(Debug, Clone, Copy)]
#[expect(dead_code, reason = "what is in a step is read where a way is printed")]
pub(crate) enum Step {
    OpenSecondCase,
    Do {
        case: usize,
        ask: Ask,
    },
    /// The terminal sends a new password for a case whose code it had taken: the first,
    /// or another one, chosen anew after a power cut before the first was on its disk.
    Register {
        case: usize,
        digest: u8,
    },
    TimePasses {
        minutes: i32,
    },
    ContactChanges,
    Suspended,
}

/// A step; and what was decided before it, and is written only after it.
#[derive(Clone, Copy)]
pub(crate) struct Taken {
    step: Step,
    late: Option<(usize, Ask)>,
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.step)?;
        match self.late {
            Some((case, ask)) => write!(f, ", then of case {case}, decided before: {ask:?}"),
            None => Ok(()),
        }
    }
}

pub(crate) struct Lifecycle {
    pub(crate) stage: Stage,
    /// Whether a transaction is written only where the case is still as it was read.
    pub(crate) looks_again: bool,
}

impl Lifecycle {
    pub(crate) fn of(scenes: [Scene; 2]) -> Self {
        Self {
            stage: Stage::new(scenes),
            looks_again: true,
        }
    }

    fn case<T>(&self, world: &World, slot: usize, at: impl FnOnce(&Case) -> T) -> Option<T> {
        world.cases[slot].map(|number| self.stage.look(number, at))
    }

    /// Whatever anybody can ask of a case now.
    fn asks(&self, world: &World, slot: usize) -> Vec<Ask> {
        let mut asks = vec![Ask::Submit, Ask::Amend, Ask::Prepare, Ask::Issue];
        asks.extend([Ask::Cancel, Ask::Tick, Ask::Recheck]);
        asks.extend((0..self.stage.scene(slot).evidence.len()).map(Ask::Present));
        for person in REVIEWERS {
            let approve = true;
            asks.push(Ask::Review { person, approve });
        }
        let (person, approve) = (REVIEWERS[1], false);
        asks.push(Ask::Review { person, approve });
        let live = self.case(world, slot, |case| {
            case.code().map(|code| code.id.as_bytes()[0])
        });
        if let Some(live) = live.flatten() {
            let issued = self.codes(world);
            asks.extend(issued.into_iter().map(|typed| Ask::Redeem { typed, live }));
        }
        let sent = (0..2).filter(|digest| world.has_said(said_complete(slot, *digest)));
        asks.extend(sent.map(|digest| Ask::Complete { digest }));
        asks
    }

    /// Every code that somebody has had in hand: any of them may be typed at any time.
    fn codes(&self, world: &World) -> Vec<u8> {
        let of = |slot| {
            let issued = self.case(world, slot, Case::codes_issued).unwrap_or(0);
            (0..issued).map(move |number| code_number(slot, number))
        };
        (0..2).flat_map(of).collect()
    }

    fn decide(&self, world: &World, slot: usize, ask: Ask, facts: Facts) -> Option<Decided> {
        let number = world.cases[slot]?;
        Some(self.stage.decide(slot, number, ask, facts))
    }

    /// Writes what was decided about the case as it is, with the facts of then.
    fn apply(&self, world: &World, slot: usize, ask: Ask, facts: Facts) -> World {
        match self.decide(world, slot, ask, facts) {
            Some(decided) => self.write(world, (slot, ask), decided, facts),
            None => *world,
        }
    }

    /// Writes what was decided, with what the newer case does to the older one.
    fn write(
        &self,
        world: &World,
        (slot, ask): (usize, Ask),
        decided: Decided,
        facts: Facts,
    ) -> World {
        let mut after = *world;
        after.cases[slot] = Some(decided.after);
        let other = 1 - slot;
        let rival = |case: &Case| case.state().is_open() && case.is_proven();
        let has_rival = self.case(world, other, rival) == Some(true);
        if decided.proven && has_rival {
            let superseded = self.decide(world, other, Ask::Supersede, facts);
            after.cases[other] = superseded.map(|superseded| superseded.after);
        }
        let mut broken = Vec::new();
        let before = self.case(world, slot, Case::state);
        let is_over = before.is_some_and(|state| !state.is_open());
        if is_over && before != self.case(&after, slot, Case::state) {
            broken.push(Broken::Reopened);
        }
        if decided.effective {
            let is_said = |digest| world.has_said(said_complete(slot, digest));
            let said = matches!(ask, Ask::Complete { digest } if is_said(digest));
            broken.extend(world.effective[slot].then_some(Broken::EffectiveTwice));
            broken.extend((!said).then_some(Broken::EffectiveUnsaid));
            broken.extend(has_rival.then_some(Broken::EffectiveBesideAnother));
            after.effective[slot] = true;
        }
        if let Some(code) = decided.redeemed {
            let twice = world.used & (1 << code) != 0;
            broken.extend(twice.then_some(Broken::CodeUsedTwice));
            after.used |= 1 << code;
        }
        broken.extend(decided.lawless.then_some(Broken::Lawless));
        after.broken = broken.first().copied();
        after
    }

    /// What was decided in one state and is written in another.
    fn late(&self, from: &World, world: &World, slot: usize, ask: Ask) -> Option<World> {
        let facts = Facts {
            now: world.facts.now,
            ..from.facts
        };
        let unchanged = from.cases[slot] == world.cases[slot] && facts == world.facts;
        if self.looks_again && !unchanged {
            // Another was faster: nothing is written.
            return None;
        }
        let decided = self.decide(from, slot, ask, from.facts)?;
        Some(self.write(world, (slot, ask), decided, from.facts))
    }

    fn of_the_cases(&self, world: &World, next: &mut Vec<(Step, World)>) {
        for case in (0..2).filter(|case| world.cases[*case].is_some()) {
            for ask in self.asks(world, case) {
                let after = self.apply(world, case, ask, world.facts);
                next.push((Step::Do { case, ask }, after));
            }
        }
    }

    fn of_the_till(&self, world: &World, next: &mut Vec<(Step, World)>) {
        for case in 0..2 {
            let took = (0..4).any(|number| world.used & (1 << code_number(case, number)) != 0);
            for digest in (0..2).filter(|_| took) {
                let said = world.said | said_complete(case, digest);
                next.push((Step::Register { case, digest }, World { said, ..*world }));
            }
        }
    }

    fn of_the_world(&self, world: &World, next: &mut Vec<(Step, World)>) {
        let facts = world.facts;
        let with = |facts| World { facts, ..*world };
        let now = facts.now + 1;
        if let Some(&minutes) = CLOCK.get(usize::from(now)) {
            next.push((Step::TimePasses { minutes }, with(Facts { now, ..facts })));
        }
        // One blow of fate is enough: the first closes whatever it meets.
        let is_spared = facts.changed.is_none() && !facts.suspended;
        if is_spared {
            let changed = Some(facts.now);
            next.push((Step::ContactChanges, with(Facts { changed, ..facts })));
        }
        if is_spared {
            let suspended = true;
            next.push((Step::Suspended, with(Facts { suspended, ..facts })));
        }
        if world.cases[1].is_none() && facts.now <= OPENED_LAST {
            let mut opened = *world;
            opened.cases[1] = Some(self.stage.open(1, facts));
            next.push((Step::OpenSecondCase, opened));
        }
    }
}

impl World {
    fn has_said(&self, message: u8) -> bool {
        self.said & message != 0
    }
}

fn said_complete(slot: usize, digest: u8) -> u8 {
    1 << (2 * slot + usize::from(digest))
}

impl Model for Lifecycle {
    type State = World;
    type Action = Taken;

    fn first(&self) -> World {
        let facts = Facts {
            now: 0,
            changed: None,
            suspended: false,
        };
        World {
            facts,
            cases: [Some(self.stage.open(0, facts)), None],
            said: 0,
            used: 0,
            effective: [false; 2],
            broken: None,
        }
    }

    fn next(&self, world: &World) -> Vec<(Taken, World)> {
        // Where a promise is broken there is nothing more to learn.
        if world.broken.is_some() {
            return Vec::new();
        }
        let mut steps = Vec::new();
        self.of_the_cases(world, &mut steps);
        let asked = steps.clone();
        // Once all is over nothing but questions about it is left to be tried.
        let is_open = |slot| self.case(world, slot, |case| case.state().is_open()) != Some(false);
        if is_open(0) || is_open(1) {
            self.of_the_till(world, &mut steps);
            self.of_the_world(world, &mut steps);
        }
        let mut next = Vec::new();
        for (step, after) in steps {
            next.push((Taken { step, late: None }, after));
            // Where a case that has changed is looked at again, only the clock can come
            // between: a decision of before its deadline is written after it.
            if self.looks_again && !matches!(step, Step::TimePasses { .. }) {
                continue;
            }
            for (late, _) in asked.iter().filter(|(_, after)| after != world) {
                let Step::Do { case, ask } = *late else {
                    continue;
                };
                if let Some(written) = self.late(world, &after, case, ask) {
                    let late = Some((case, ask));
                    next.push((Taken { step, late }, written));
                }
            }
        }
        next.retain(|(_, after)| after != world);
        next
    }
}
