//! The real cases behind small numbers, so that a state is a few bytes: each distinct
//! case has one, and what `decide` said of a number is remembered. It is pure, so it
//! would say the same again.

use std::cell::RefCell;
use std::collections::HashMap;

use jiff::Timestamp;
use tillkey_rules::case::{self, Case, Command, State as CaseState};
use tillkey_rules::credential::{Change, change};
use tillkey_rules::event::{CaseEvent, Destination, OldPassword};
use tillkey_rules::party::{Actor, ContactFacts, Role, SubjectFacts};
use tillkey_rules::terms::Terms;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};
use tillkey_wire::ids::{CaseId, CodeId, OperatorNumber, Rank};
use tillkey_wire::password::{Rule, Vouched};

use crate::world::{self, Settings, Start, TILL, beginning, driver, minutes, person};

/// The instants at which something is looked at, in minutes: within a code's time, after
/// it, after a review's, after the end of every case that was opened by then.
pub(crate) const CLOCK: [i32; 4] = [0, 11, 250, 1_700];

/// A case, by its number.
pub(crate) type Number = u32;

/// How a case is opened and proven.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) channel: Channel,
    pub(crate) reason: Reason,
    pub(crate) hour: u8,
    pub(crate) evidence: &'static [EvidenceKind],
}

/// What is asked of a case, by whoever is right for it unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    Present(usize),
    Submit,
    Amend,
    /// By a person in the role of a reviewer; person 0 is the hotline's agent, too.
    Review {
        person: u8,
        approve: bool,
    },
    Prepare,
    Issue,
    /// The code that was typed, and the one that the server holds it against.
    Redeem {
        typed: u8,
        live: u8,
    },
    Complete {
        digest: u8,
    },
    Cancel,
    Tick,
    Recheck,
    Supersede,
}

/// What the world knows at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    /// An index of [`CLOCK`].
    pub(crate) now: u8,
    /// When the contact was changed, if it was.
    pub(crate) changed: Option<u8>,
    pub(crate) suspended: bool,
}

/// What came of a question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Decided {
    pub(crate) after: Number,
    /// The case was proven by it.
    pub(crate) proven: bool,
    /// A new password is in force.
    pub(crate) effective: bool,
    /// A code was used.
    pub(crate) redeemed: Option<u8>,
    /// A credential would have changed without an approved case.
    pub(crate) lawless: bool,
}

pub(crate) struct Stage {
    scenes: [Scene; 2],
    settings: [Settings; 2],
    terms: Terms,
    cases: RefCell<Vec<Case>>,
    numbers: RefCell<HashMap<String, Number>>,
    decided: RefCell<HashMap<(Number, Ask, Facts), Decided>>,
}

pub(crate) fn code(number: u8) -> CodeId {
    CodeId::from_bytes([number; 10])
}

fn start(scene: Scene) -> Start {
    Start {
        channel: scene.channel,
        reason: scene.reason,
        operator: 1,
        hour: scene.hour,
        contact_age_hours: 9_000,
        has_contact: true,
        keeps_journal: false,
        offline: false,
    }
}

impl Stage {
    pub(crate) fn new(scenes: [Scene; 2]) -> Self {
        Self {
            scenes,
            settings: scenes.map(|scene| Settings::of(&start(scene))),
            // Small, so that everything that is used up can be.
            terms: Terms {
                reset_code_tries: 2,
                reset_codes_per_case: 2,
                amendments_per_case: 1,
                ..Terms::default()
            },
            cases: RefCell::default(),
            numbers: RefCell::default(),
            decided: RefCell::default(),
        }
    }

    pub(crate) fn scene(&self, slot: usize) -> Scene {
        self.scenes[slot]
    }

    /// Looks at a case.
    pub(crate) fn look<T>(&self, number: Number, at: impl FnOnce(&Case) -> T) -> T {
        at(&self.cases.borrow()[usize::try_from(number).unwrap()])
    }

    fn number(&self, case: Case) -> Number {
        let told = told_apart(&case);
        let mut numbers = self.numbers.borrow_mut();
        *numbers.entry(told).or_insert_with(|| {
            let mut cases = self.cases.borrow_mut();
            cases.push(case);
            u32::try_from(cases.len() - 1).unwrap()
        })
    }

    fn known(&self, slot: usize, facts: Facts) -> SubjectFacts {
        let mut known = world::known(&start(self.scenes[slot]));
        if let Some(changed) = facts.changed {
            known.contact = Some(ContactFacts {
                version: 3,
                changed_at: at(changed),
            });
        }
        if facts.suspended {
            known.merchant_status = MerchantStatus::Suspended;
        }
        known
    }

    /// Opens the case of a slot.
    pub(crate) fn open(&self, slot: usize, facts: Facts) -> Number {
        let mut opening = world::opening(&start(self.scenes[slot]));
        opening.id = CaseId::from_bytes([u8::try_from(slot).unwrap() + 1; 10]);
        let by = driver(opening.channel);
        let known = self.known(slot, facts);
        let answer = case::open(&opening, &by, &self.facts(slot, facts, &known));
        let case = Case::begin(opening.id, at(facts.now), &by, &answer.events[0]);
        self.number(case.unwrap())
    }

    fn facts<'a>(&'a self, slot: usize, facts: Facts, known: &'a SubjectFacts) -> case::Facts<'a> {
        case::Facts {
            terms: &self.terms,
            ..self.settings[slot].facts(at(facts.now), Some(known))
        }
    }

    /// Asks the real thing.
    pub(crate) fn decide(&self, slot: usize, number: Number, ask: Ask, facts: Facts) -> Decided {
        let key = (number, ask, facts);
        if let Some(decided) = self.decided.borrow().get(&key) {
            return *decided;
        }
        let case = self.look(number, Clone::clone);
        let (command, by) = self.command(slot, &case, ask);
        let known = self.known(slot, facts);
        let answer = case::decide(&case, &command, &by, &self.facts(slot, facts, &known));
        let mut decided = Decided {
            after: number,
            proven: false,
            effective: false,
            redeemed: None,
            lawless: false,
        };
        let mut after = case.clone();
        for event in &answer.events {
            let before = after.clone();
            after.fold(at(facts.now).max(before.changed_at()), &by, event);
            match event {
                CaseEvent::Matched { .. } => decided.proven |= !before.is_proven(),
                CaseEvent::CodeRedeemed { code, .. } => decided.redeemed = Some(code.as_bytes()[0]),
                CaseEvent::Effective { .. } => {
                    decided.effective = true;
                    decided.lawless |= !is_lawful(&before);
                }
                CaseEvent::Approved {
                    old_password: OldPassword::Revoked,
                } => decided.lawless |= !is_lawful(&after),
                _ => {}
            }
        }
        decided.after = self.number(after);
        self.decided.borrow_mut().insert(key, decided);
        decided
    }

    fn command(&self, slot: usize, case: &Case, ask: Ask) -> (Command, Actor) {
        let maker = driver(self.scenes[slot].channel);
        let till = Actor::Terminal { terminal: TILL };
        match ask {
            Ask::Present(kind) => {
                let kind = self.scenes[slot].evidence[kind];
                let matched = true;
                (Command::Present { kind, matched }, maker)
            }
            Ask::Submit => (Command::Submit, maker),
            Ask::Amend => (Command::Amend, maker),
            Ask::Cancel => (Command::Cancel, maker),
            Ask::Review {
                person: by,
                approve,
            } => {
                let comment_digest = (!approve).then(|| "9b74c9897bac770f".to_owned());
                let review = Command::Review {
                    approve,
                    comment_digest,
                };
                (review, person(by, Role::Reviewer))
            }
            Ask::Prepare => (Command::NothingToBackUp, Actor::System),
            Ask::Issue => {
                let code = code(code_number(slot, case.codes_issued()));
                let to = Destination::Contact;
                (Command::Issue { code, to }, Actor::System)
            }
            Ask::Redeem { typed, live } => {
                let redeem = Command::Redeem {
                    code: code(live),
                    matched: typed == live,
                    terminal: TILL,
                    operator: OperatorNumber::new(1).unwrap(),
                };
                (redeem, till)
            }
            Ask::Complete { digest } => (complete(digest), till),
            Ask::Tick => (Command::Tick, Actor::System),
            Ask::Recheck => (Command::Recheck, Actor::System),
            Ask::Supersede => {
                let newer = CaseId::from_bytes([u8::try_from(2 - slot).unwrap(); 10]);
                (Command::Supersede { newer }, Actor::System)
            }
        }
    }
}

/// What tells two cases apart in what can follow. How many events led there does not, nor
/// when they happened: the clock here never goes back behind any of them.
fn told_apart(case: &Case) -> String {
    let mut told = serde_json::to_value(case).unwrap();
    let fields = told.as_object_mut().unwrap();
    for moment in ["version", "changed_at", "opened_at"] {
        fields.remove(moment);
    }
    for evidence in fields["evidence"].as_object_mut().unwrap().values_mut() {
        evidence.as_object_mut().unwrap().remove("at");
    }
    let reviews = fields["reviews"].as_array_mut().unwrap();
    for review in reviews.iter_mut() {
        review.as_object_mut().unwrap().remove("at");
    }
    // In which order they came makes no difference either.
    reviews.sort_by_key(ToString::to_string);
    told.to_string()
}

/// The codes of a slot have numbers of their own.
pub(crate) fn code_number(slot: usize, issued: u32) -> u8 {
    u8::try_from(slot * 4).unwrap() + u8::try_from(issued).unwrap()
}

fn complete(digest: u8) -> Command {
    Command::Complete {
        terminal: TILL,
        credential_version: 2,
        registration_digest: format!("{digest:064x}"),
        vouched: Vouched {
            rank: Rank::Cashier,
            length: 8,
            rules_version: 1,
            checked: Rule::ALL.into_iter().collect(),
        },
    }
}

/// Whether a credential may change by this case: the one door opens, and what the policy
/// asked for is there.
fn is_lawful(case: &Case) -> bool {
    let opens = case.approved().is_ok_and(|approved| {
        change(&approved, Change::Revoke) == change(&approved, Change::Revoke)
    });
    let approvals = case.reviews().iter().filter(|review| review.approved);
    let enough = approvals.count() >= usize::from(case.reviewers_needed());
    opens && enough && case.is_proven() && case.state() != CaseState::Gathering
}

/// The instant of an index.
fn at(index: u8) -> Timestamp {
    minutes(beginning(), CLOCK[usize::from(index)])
}
