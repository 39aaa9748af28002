//! Random stories: a plan says what is tried, [`play`] tries it and keeps what happened.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use tillkey_rules::backup::{Backup, BackupFault, JournalMark, JournalWord};
use tillkey_rules::campaign::{
    self, Backing, Campaign, CampaignEvent, CampaignTerms, Command as Listing, Manifest, Selection,
    Tally,
};
use tillkey_rules::case::{self, Answer, Case, Command, Facts, Opening, State};
use tillkey_rules::event::Destination;
use tillkey_rules::party::{Actor, ContactFacts, Role, Subject, SubjectFacts};
use tillkey_rules::policy::Policy;
use tillkey_rules::terms::Terms;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, ManagerRight, MerchantStatus, Reason};
use tillkey_wire::ids::{
    CampaignId, CaseId, CodeId, CommandId, ManagerId, OperatorNumber, Rank, SnapshotId, TerminalId,
};
use tillkey_wire::password::{Rule, Vouched};

/// The same stories in every run: a failure that comes and goes convinces nobody. Others
/// are told with `PROPTEST_RNG_SEED` and `PROPTEST_CASES`.
pub(crate) fn config() -> ProptestConfig {
    let asked_for = ProptestConfig::default();
    let rng_seed = match asked_for.rng_seed {
        RngSeed::Random => RngSeed::Fixed(2),
        fixed => fixed,
    };
    ProptestConfig {
        rng_seed,
        failure_persistence: None,
        ..asked_for
    }
}

/// The subject's terminal.
pub(crate) const TILL: TerminalId = TerminalId::from_bytes([1; 10]);
/// Another one.
pub(crate) const OTHER: TerminalId = TerminalId::from_bytes([2; 10]);

/// What a story begins with.
#[derive(Debug, Clone)]
pub(crate) struct Start {
    pub(crate) channel: Channel,
    pub(crate) reason: Reason,
    pub(crate) operator: u8,
    pub(crate) hour: u8,
    pub(crate) contact_age_hours: u16,
    pub(crate) has_contact: bool,
    pub(crate) keeps_journal: bool,
    /// Whether the terminal tells of what was done without a link.
    pub(crate) offline: bool,
}

/// One thing that is tried.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// What a sensible person would do next here.
    Onward,
    Ask(Ask, Who),
    /// The clock moves; also back.
    Clock(i32),
    Meanwhile(Change),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Ask {
    Challenge(EvidenceKind),
    Present(EvidenceKind, bool),
    Object,
    Submit,
    HandOver(Channel),
    Amend,
    Review(bool),
    /// With the campaign behind it that these persons approved, a bit each.
    ReviewInCampaign(u8),
    Prepare,
    DoneOffline,
    RequestBackup,
    /// Whether the backup is this case's own, and this terminal's.
    BackUp {
        own: bool,
        here: bool,
    },
    FailBackup,
    WaiveBackup,
    CompareJournal,
    Issue(Destination),
    Announced,
    /// Which code (0 is the live one), whether it is right, where, for whom.
    Redeem {
        stale: bool,
        matched: bool,
        here: bool,
        own: bool,
    },
    Complete {
        here: bool,
        digest: u8,
    },
    Cancel,
    Tick,
    Supersede,
    Recheck,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Driver,
    Holder,
    System,
    Till,
    OtherTill,
    /// A manager of the merchant, who is that person.
    Manager(u8),
    /// A person (of five) in a role: one person may appear in several roles, by
    /// several accounts.
    Person(u8, Role),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    Status(MerchantStatus),
    TerminalRetired,
    OperatorRemoved,
    Contact,
    ContactGone,
    Password(bool),
    Journal(Option<bool>),
    Unknown,
}

/// A whole story, not yet played.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) start: Start,
    pub(crate) steps: Vec<Step>,
}

/// One question that was asked in a story, and what followed.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) now: Timestamp,
    pub(crate) before: Case,
    pub(crate) command: Command,
    pub(crate) by: Actor,
    pub(crate) known: Option<SubjectFacts>,
    pub(crate) answer: Answer,
    pub(crate) after: Case,
}

/// A story that was played.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) opening: tillkey_rules::event::CaseEvent,
    pub(crate) opened_by: Actor,
    pub(crate) first: Case,
    pub(crate) moments: Vec<Moment>,
}

impl Played {
    pub(crate) fn last(&self) -> &Case {
        self.moments
            .last()
            .map_or(&self.first, |moment| &moment.after)
    }

    /// Everything that happened, with when and by whom.
    pub(crate) fn events(
        &self,
    ) -> impl Iterator<Item = (Timestamp, &Actor, &tillkey_rules::event::CaseEvent)> {
        let first = (self.first.opened_at(), &self.opened_by, &self.opening);
        let rest = self.moments.iter().flat_map(|moment| {
            moment
                .answer
                .events
                .iter()
                .map(|event| (moment.now, &moment.by, event))
        });
        std::iter::once(first).chain(rest)
    }
}

pub(crate) fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(Policy::default_policy)
}

/// An afternoon, not a round number.
pub(crate) fn beginning() -> Timestamp {
    "2026-03-14T07:09:26Z".parse().unwrap()
}

pub(crate) fn minutes(at: Timestamp, minutes: i32) -> Timestamp {
    at.checked_add(SignedDuration::from_mins(i64::from(minutes)))
        .unwrap()
}

pub(crate) fn opening(start: &Start) -> Opening {
    Opening {
        id: CaseId::from_bytes([9; 10]),
        subject: Some(Subject {
            acquirer: "demo-bank".parse().unwrap(),
            merchant: "898310054110001".parse().unwrap(),
            terminal: TILL,
            terminal_number: "T0000001".parse().unwrap(),
            operator: OperatorNumber::new(start.operator).unwrap(),
        }),
        claimed: "0cc175b9c0f1b6a831c399e269772661".to_owned(),
        channel: start.channel,
        reason: start.reason,
        offline: start.offline,
    }
}

pub(crate) fn known(start: &Start) -> SubjectFacts {
    let changed_at = minutes(beginning(), -60 * i32::from(start.contact_age_hours));
    let first = start.reason == Reason::FirstPassword;
    SubjectFacts {
        merchant_status: MerchantStatus::Active,
        terminal_in_service: true,
        operator_active: true,
        has_password: !first,
        contact: start.has_contact.then_some(ContactFacts {
            version: 2,
            changed_at,
        }),
        failures_30d: 0,
        resets_30d: 0,
        terminal_online: true,
        keeps_journal: Some(start.keeps_journal),
        unsettled_batch: None,
        open_alert: false,
        enrolled_at: Some(minutes(beginning(), -60)),
    }
}

pub(crate) fn driver(channel: Channel) -> Actor {
    match channel {
        Channel::App => Actor::Holder,
        Channel::Hotline => person(0, Role::Agent),
        Channel::Counter => person(1, Role::Clerk),
        Channel::Terminal => Actor::Terminal { terminal: TILL },
        Channel::Portal => manager(),
        Channel::Campaign => Actor::System,
    }
}

/// A manager of the merchant, with every right.
pub(crate) fn manager() -> Actor {
    manager_who_is(7)
}

/// The same, as one of the persons who may be staff as well.
fn manager_who_is(number: u8) -> Actor {
    Actor::Manager {
        manager: ManagerId::from_bytes([8; 10]),
        person: format!("person-{}", char::from(b'a' + number))
            .parse()
            .unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        rights: ManagerRight::ALL.iter().copied().collect(),
    }
}

pub(crate) fn person(number: u8, role: Role) -> Actor {
    Actor::Staff {
        staff: format!("{}.{}", role.name(), char::from(b'a' + number))
            .parse()
            .unwrap(),
        person: format!("person-{}", char::from(b'a' + number))
            .parse()
            .unwrap(),
        role,
    }
}

fn actor(who: Who, case: &Case) -> Actor {
    match who {
        Who::Driver => driver(case.channel()),
        Who::Holder => Actor::Holder,
        Who::System => Actor::System,
        Who::Till => Actor::Terminal { terminal: TILL },
        Who::OtherTill => Actor::Terminal { terminal: OTHER },
        Who::Manager(number) => manager_who_is(number),
        Who::Person(number, role) => person(number, role),
    }
}

/// What does not change during a story.
pub(crate) struct Settings {
    hour: u8,
    terms: Terms,
    offered: BTreeSet<EvidenceKind>,
}

impl Settings {
    pub(crate) fn of(start: &Start) -> Self {
        let offered = EvidenceKind::ALL.iter().copied().collect();
        Self {
            hour: start.hour,
            terms: Terms::default(),
            offered,
        }
    }

    pub(crate) fn facts<'a>(
        &'a self,
        now: Timestamp,
        known: Option<&'a SubjectFacts>,
    ) -> Facts<'a> {
        Facts {
            now,
            hour: self.hour,
            policy: policy(),
            terms: &self.terms,
            subject: known,
            offered: &self.offered,
        }
    }
}

/// Plays a plan. Where the opening itself is refused there is no story.
pub(crate) fn play(plan: &Plan) -> Option<Played> {
    let settings = Settings::of(&plan.start);
    let opening = opening(&plan.start);
    let mut known = Some(known(&plan.start));
    let mut now = beginning();
    let by = driver(plan.start.channel);
    let answer = case::open(&opening, &by, &settings.facts(now, known.as_ref()));
    let [event] = answer.events.as_slice() else {
        return None;
    };
    let first = Case::begin(opening.id, now, &by, event)?;
    let mut played = Played {
        opening: event.clone(),
        opened_by: by,
        first: first.clone(),
        moments: Vec::new(),
    };
    let mut case = first;
    let mut codes = 0;
    for step in &plan.steps {
        let (command, by) = match step {
            Step::Clock(by) => {
                now = minutes(now, *by);
                continue;
            }
            Step::Meanwhile(change) => {
                apply(*change, &mut known, now);
                continue;
            }
            Step::Onward => {
                let keeps = known.as_ref().and_then(|known| known.keeps_journal);
                onward((&case, keeps == Some(true)), &mut codes)
            }
            Step::Ask(ask, who) => (command(*ask, &case, &mut codes), actor(*who, &case)),
        };
        let facts = settings.facts(now, known.as_ref());
        let answer = case::decide(&case, &command, &by, &facts);
        // Pure: asked twice, it says the same.
        assert_eq!(answer, case::decide(&case, &command, &by, &facts));
        let before = case.clone();
        for event in &answer.events {
            case.fold(now, &by, event);
        }
        let after = case.clone();
        let known = known.clone();
        played.moments.push(Moment {
            now,
            before,
            command,
            by,
            known,
            answer,
            after,
        });
    }
    Some(played)
}

fn apply(change: Change, known: &mut Option<SubjectFacts>, now: Timestamp) {
    let Some(facts) = known else { return };
    match change {
        Change::Status(status) => facts.merchant_status = status,
        Change::TerminalRetired => facts.terminal_in_service = false,
        Change::OperatorRemoved => facts.operator_active = false,
        Change::Contact => {
            let version = facts.contact.map_or(2, |contact| contact.version) + 1;
            facts.contact = Some(ContactFacts {
                version,
                changed_at: now,
            });
        }
        Change::ContactGone => facts.contact = None,
        Change::Password(has) => facts.has_password = has,
        Change::Journal(keeps) => facts.keeps_journal = keeps,
        Change::Unknown => *known = None,
    }
}

/// The sensible next step, by the right one.
fn onward((case, keeps_journal): (&Case, bool), codes: &mut u8) -> (Command, Actor) {
    let next = |ask, who| (ask, who);
    let (ask, who) = match case.state() {
        State::Gathering => {
            let wanted = case
                .verdict()
                .and_then(|verdict| verdict.next.first().copied());
            let first = policy().offers().of(case.channel()).first().copied();
            match (wanted, case.is_proven(), first) {
                (Some(kind), ..) if !case.evidence().contains_key(&kind) => {
                    let who = match kind {
                        EvidenceKind::ManagerConsent => Who::Manager(7),
                        _ => Who::Driver,
                    };
                    next(Ask::Present(kind, true), who)
                }
                (_, false, Some(kind)) => {
                    let kind = match case.reason() {
                        Reason::FirstPassword => EvidenceKind::TerminalInHand,
                        _ => kind,
                    };
                    next(Ask::Present(kind, true), Who::Driver)
                }
                _ => next(Ask::Submit, Who::Driver),
            }
        }
        State::InReview if case.channel() == Channel::Campaign && case.reviews().is_empty() => {
            next(Ask::ReviewInCampaign(0b11000), Who::System)
        }
        State::InReview => {
            let reviewer = 3 + u8::from(!case.reviews().is_empty());
            next(Ask::Review(true), Who::Person(reviewer, Role::Reviewer))
        }
        State::Approved if case.preparation().is_none() && keeps_journal => {
            match case.backup().asked {
                0 => next(Ask::RequestBackup, Who::System),
                _ => next(
                    Ask::BackUp {
                        own: true,
                        here: true,
                    },
                    Who::Till,
                ),
            }
        }
        State::Approved if case.preparation().is_none() => next(Ask::Prepare, Who::System),
        State::Approved => {
            let to = match case.reason() {
                Reason::FirstPassword => Destination::TerminalScreen,
                _ => Destination::Contact,
            };
            next(Ask::Issue(to), Who::System)
        }
        State::Issued => next(
            Ask::Redeem {
                stale: false,
                matched: true,
                here: true,
                own: true,
            },
            Who::Till,
        ),
        State::Effective => next(Ask::CompareJournal, Who::Till),
        _ => next(
            Ask::Complete {
                here: true,
                digest: 0,
            },
            Who::Till,
        ),
    };
    (command(ask, case, codes), actor(who, case))
}

/// What stands behind the cases of a campaign that these persons approved.
fn backing(persons: u8) -> Backing {
    let planned = CampaignEvent::Planned {
        reason: Reason::Compromised,
        selection: Selection {
            ranks: Rank::ALL.into_iter().collect(),
            merchants: BTreeSet::new(),
            areas: BTreeSet::new(),
            models: BTreeSet::new(),
            password_before: None,
        },
        terms: CampaignTerms::default(),
        title_digest: String::new(),
    };
    let planner = person(9, Role::Administrator);
    let (id, now) = (CampaignId::from_bytes([5; 10]), beginning());
    let mut campaign = Campaign::begin(id, (now, &planner), &planned).unwrap();
    let approvers = (0..5).filter(|bit| persons & (1 << bit) != 0);
    let manifest = Manifest {
        digest: String::new(),
        targets: 1,
        terminals: 1,
        merchants: 1,
        waves: 1,
    };
    let listed = Listing::List {
        manifest,
        approvals_needed: u8::try_from(persons.count_ones()).unwrap(),
    };
    let approve = Listing::Approve {
        manifest_digest: String::new(),
    };
    let tick = Listing::Tick {
        wave: Tally::default(),
        all: Tally::default(),
    };
    let reviewers = approvers.map(|bit| (approve.clone(), person(bit, Role::Reviewer)));
    let steps = std::iter::once((listed, Actor::System))
        .chain(reviewers)
        .chain([(tick, Actor::System)]);
    for (command, by) in steps.collect::<Vec<_>>() {
        let answer = campaign::decide(&campaign, command, &by, now);
        for event in &answer.events {
            campaign.fold(now, &by, event);
        }
    }
    campaign.backing().unwrap()
}

fn journal() -> JournalMark {
    JournalMark {
        entries: 3,
        digest: "baa5a0964d3320fbc0c6a922140453c8".to_owned(),
    }
}

fn command(ask: Ask, case: &Case, codes: &mut u8) -> Command {
    let terminal = |here| if here { TILL } else { OTHER };
    match ask {
        Ask::Challenge(kind) => Command::Challenge { kind },
        Ask::Present(kind, matched) => Command::Present { kind, matched },
        Ask::Object => Command::Object,
        Ask::Submit => Command::Submit,
        Ask::HandOver(channel) => Command::HandOver { channel },
        Ask::Amend => Command::Amend,
        Ask::Review(approve) => Command::Review {
            approve,
            comment_digest: (!approve).then(|| "9b74c9897bac770ffc029102a200c5de".to_owned()),
        },
        Ask::ReviewInCampaign(persons) => Command::ReviewInCampaign(backing(persons)),
        Ask::Prepare => Command::NothingToBackUp,
        Ask::DoneOffline => Command::DoneOffline,
        Ask::RequestBackup => Command::AskBackup {
            command: CommandId::from_bytes([6; 10]),
        },
        Ask::BackUp { own, here } => Command::BackedUp(Backup {
            case: match own {
                true => case.id(),
                false => CaseId::from_bytes([77; 10]),
            },
            terminal: terminal(here),
            snapshot: SnapshotId::from_bytes([4; 10]),
            digest: "2c26b46b68ffc68ff99b453c1d304134".to_owned(),
            records: 5,
            journal: journal(),
            unsettled: 3,
        }),
        Ask::FailBackup => Command::BackupFailed {
            terminal: TILL,
            why: BackupFault::Damaged,
        },
        Ask::WaiveBackup => Command::WaiveBackup {
            comment_digest: Some("9b74c9897bac770ffc029102a200c5de".to_owned()),
        },
        Ask::CompareJournal => Command::CompareJournal(JournalWord {
            terminal: TILL,
            then: Some(journal().digest),
            now: journal(),
        }),
        Ask::Issue(to) => {
            *codes = codes.wrapping_add(1);
            Command::Issue {
                code: CodeId::from_bytes([*codes; 10]),
                to,
            }
        }
        Ask::Announced => Command::Announced {
            command: CommandId::from_bytes([5; 10]),
        },
        Ask::Redeem {
            stale,
            matched,
            here,
            own,
        } => {
            let live = case.code().filter(|_| !stale).map(|code| code.id);
            let subject = case
                .subject()
                .map_or(3, |subject| subject.operator.number());
            let number = if own { subject } else { (subject + 1) % 100 };
            Command::Redeem {
                code: live.unwrap_or(CodeId::from_bytes([1; 10])),
                matched,
                terminal: terminal(here),
                operator: OperatorNumber::new(number).unwrap(),
            }
        }
        Ask::Complete { here, digest } => Command::Complete {
            terminal: terminal(here),
            credential_version: 2,
            registration_digest: format!("{:064x}", u32::from(digest) + 0xab),
            vouched: Vouched {
                rank: Rank::Cashier,
                length: 8,
                rules_version: 1,
                checked: Rule::ALL.into_iter().collect(),
            },
        },
        Ask::Cancel => Command::Cancel,
        Ask::Tick => Command::Tick,
        Ask::Supersede => Command::Supersede {
            newer: CaseId::from_bytes([8; 10]),
        },
        Ask::Recheck => Command::Recheck,
    }
}

// ── What is tried ────────────────────────────────────────────────────────────────────

pub(crate) fn starts() -> impl Strategy<Value = Start> {
    let channel = prop_oneof![
        3 => Just(Channel::App),
        3 => Just(Channel::Hotline),
        2 => Just(Channel::Counter),
        2 => Just(Channel::Terminal),
        1 => proptest::sample::select(Channel::ALL.to_vec()),
    ];
    let reason = proptest::sample::select(Reason::ALL.to_vec());
    let operator = prop_oneof![4 => 1..=98u8, 1 => Just(0u8), 1 => Just(99u8)];
    let contact = (
        prop_oneof![3 => Just(9_000u16), 1 => 0..100u16],
        prop::bool::weighted(0.9),
    );
    let till = (prop::bool::weighted(0.3), prop::bool::weighted(0.3));
    (channel, reason, operator, 0..24u8, contact, till).prop_map(
        |(channel, reason, operator, hour, contact, (keeps_journal, offline))| {
            let (contact_age_hours, has_contact) = contact;
            // A first password is asked for at the terminal; elsewhere the story would
            // end before it began.
            let channel = if reason == Reason::FirstPassword {
                Channel::Terminal
            } else {
                channel
            };
            Start {
                channel,
                reason,
                operator,
                hour,
                contact_age_hours,
                has_contact,
                keeps_journal,
                offline: channel == Channel::Terminal && offline,
            }
        },
    )
}

fn kinds() -> impl Strategy<Value = EvidenceKind> {
    proptest::sample::select(EvidenceKind::ALL.to_vec())
}

pub(crate) fn asks() -> impl Strategy<Value = Ask> {
    let redeem = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(stale, matched, here, own)| Ask::Redeem {
            stale,
            matched,
            here,
            own,
        },
    );
    prop_oneof![
        2 => kinds().prop_map(Ask::Challenge),
        6 => (kinds(), any::<bool>()).prop_map(|(kind, matched)| Ask::Present(kind, matched)),
        3 => Just(Ask::Submit),
        1 => Just(Ask::Object),
        1 => proptest::sample::select(Channel::ALL.to_vec()).prop_map(Ask::HandOver),
        2 => Just(Ask::HandOver(Channel::Counter)),
        3 => Just(Ask::Amend),
        6 => prop::bool::weighted(0.8).prop_map(Ask::Review),
        2 => (1..32u8).prop_map(Ask::ReviewInCampaign),
        2 => Just(Ask::Prepare),
        1 => Just(Ask::RequestBackup),
        2 => (any::<bool>(), any::<bool>()).prop_map(|(own, here)| Ask::BackUp { own, here }),
        1 => Just(Ask::FailBackup),
        1 => Just(Ask::WaiveBackup),
        1 => Just(Ask::CompareJournal),
        3 => prop_oneof![Just(Destination::Contact), Just(Destination::TerminalScreen), Just(Destination::SealedSlip), Just(Destination::AnswerToContact), Just(Destination::AnswerReadOut)]
            .prop_map(Ask::Issue),
        1 => Just(Ask::DoneOffline),
        1 => Just(Ask::Announced),
        8 => redeem,
        4 => (any::<bool>(), 0..3u8).prop_map(|(here, digest)| Ask::Complete { here, digest }),
        1 => Just(Ask::Cancel),
        2 => Just(Ask::Tick),
        1 => Just(Ask::Supersede),
        1 => Just(Ask::Recheck),
    ]
}

pub(crate) fn everybody() -> impl Strategy<Value = Who> {
    let role = proptest::sample::select(Role::ALL.to_vec());
    prop_oneof![
        4 => Just(Who::Driver),
        1 => Just(Who::Holder),
        1 => Just(Who::System),
        2 => Just(Who::Till),
        1 => Just(Who::OtherTill),
        2 => (0..8u8).prop_map(Who::Manager),
        1 => (0..5u8, role).prop_map(|(number, role)| Who::Person(number, role)),
        3 => (0..5u8).prop_map(|number| Who::Person(number, Role::Reviewer)),
    ]
}

fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        1 => proptest::sample::select(MerchantStatus::ALL.to_vec()).prop_map(Change::Status),
        1 => Just(Change::TerminalRetired),
        1 => Just(Change::OperatorRemoved),
        3 => Just(Change::Contact),
        1 => Just(Change::ContactGone),
        1 => any::<bool>().prop_map(Change::Password),
        1 => prop::option::of(any::<bool>()).prop_map(Change::Journal),
        1 => Just(Change::Unknown),
    ]
}

pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    let clock = prop_oneof![6 => 0..6i32, 2 => 6..300, 1 => -120..0, 1 => 300..1500];
    // The same few persons, so that one of them comes back.
    let review = (0..5u8, prop::bool::weighted(0.9))
        .prop_map(|(n, yes)| Step::Ask(Ask::Review(yes), Who::Person(n, Role::Reviewer)));
    let step = prop_oneof![
        20 => Just(Step::Onward),
        16 => (asks(), everybody()).prop_map(|(ask, who)| Step::Ask(ask, who)),
        5 => review,
        5 => clock.prop_map(Step::Clock),
        1 => changes().prop_map(Step::Meanwhile),
    ];
    (starts(), proptest::collection::vec(step, 1..40))
        .prop_map(|(start, steps)| Plan { start, steps })
}
