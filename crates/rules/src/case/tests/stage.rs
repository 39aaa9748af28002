//! The stage on which the stories play: one merchant, one terminal, its people.
//!
//! A story asks one thing after another. A refusal that nobody looks at fails it, so
//! that no story goes on from where it never was.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use jiff::{SignedDuration, Timestamp};
use tillkey_wire::ids::{
    CaseId, CodeId, CommandId, ManagerId, OperatorNumber, Rank, ScanId, SnapshotId, TerminalId,
};
use tillkey_wire::password::{Rule, Vouched};

use crate::backup::{Backup, BackupFault, JournalMark, JournalWord};
use crate::case::{self, Answer, Case, Command, Facts, Opening, State};
use crate::event::{CaseEvent, Destination};
use crate::party::{Actor, ContactFacts, Role, Subject, SubjectFacts};
use crate::policy::Policy;
use crate::refusal::Refusal;
use crate::scan::{Reuse, Scan, Side};
use crate::terms::Terms;
use crate::vocabulary::{Channel, EvidenceKind, ManagerRight, MerchantStatus, Reason};

pub(super) use EvidenceKind::*;

/// The terminal of the story.
pub(super) const TILL: TerminalId = TerminalId::from_bytes([1; 10]);
/// Another one of the same merchant.
pub(super) const OTHER_TILL: TerminalId = TerminalId::from_bytes([2; 10]);
/// A registration that the terminal of the story has signed.
pub(super) const REGISTRATION: &str = "9f86d081884c7d65";

/// Where the journal stood in the backup.
pub(super) fn backed_up() -> JournalMark {
    JournalMark {
        entries: 3,
        digest: "baa5a0964d3320fb".to_owned(),
    }
}

pub(super) fn cashier() -> OperatorNumber {
    OperatorNumber::new(3).unwrap()
}

/// A member of staff: the account, the person behind it, the role.
pub(super) fn staff(account: &str, person: &str, role: Role) -> Actor {
    Actor::Staff {
        staff: account.parse().unwrap(),
        person: person.parse().unwrap(),
        role,
    }
}

pub(super) fn agent() -> Actor {
    staff("li.agent", "li", Role::Agent)
}

pub(super) fn clerk() -> Actor {
    staff("wang.clerk", "wang", Role::Clerk)
}

pub(super) fn reviewer() -> Actor {
    staff("zhao.review", "zhao", Role::Reviewer)
}

pub(super) fn second_reviewer() -> Actor {
    staff("qian.review", "qian", Role::Reviewer)
}

pub(super) fn till() -> Actor {
    Actor::Terminal { terminal: TILL }
}

/// The merchant of the story.
pub(super) const MERCHANT: &str = "898310054110001";

/// A manager: whose, the person behind the account, the rights.
pub(super) fn manager_of(merchant: &str, person: &str, rights: &[ManagerRight]) -> Actor {
    Actor::Manager {
        manager: ManagerId::from_bytes([8; 10]),
        person: person.parse().unwrap(),
        merchant: merchant.parse().unwrap(),
        rights: rights.iter().copied().collect(),
    }
}

/// A manager of the merchant, with every right.
pub(super) fn manager() -> Actor {
    manager_of(MERCHANT, "chen", ManagerRight::ALL)
}

/// Who drives a case in this channel.
pub(super) fn driver(channel: Channel) -> Actor {
    match channel {
        Channel::App => Actor::Holder,
        Channel::Hotline => agent(),
        Channel::Counter => clerk(),
        Channel::Terminal => till(),
        Channel::Portal => manager(),
        Channel::Campaign => Actor::System,
    }
}

pub(super) fn noon() -> Timestamp {
    "2026-11-23T04:00:00Z".parse().unwrap()
}

fn subject(operator: OperatorNumber) -> Subject {
    Subject {
        acquirer: "demo-bank".parse().unwrap(),
        merchant: MERCHANT.parse().unwrap(),
        terminal: TILL,
        terminal_number: "T0000001".parse().unwrap(),
        operator,
    }
}

/// A merchant in business, about whom there is nothing to say.
fn in_order() -> SubjectFacts {
    SubjectFacts {
        merchant_status: MerchantStatus::Active,
        terminal_in_service: true,
        operator_active: true,
        has_password: true,
        contact: Some(ContactFacts {
            version: 1,
            changed_at: days_before_noon(400),
        }),
        failures_30d: 0,
        resets_30d: 0,
        terminal_online: true,
        keeps_journal: Some(false),
        unsettled_batch: None,
        open_alert: false,
        enrolled_at: Some(days_before_noon(400)),
    }
}

pub(super) fn days_before_noon(days: i64) -> Timestamp {
    noon()
        .checked_sub(SignedDuration::from_hours(24 * days))
        .unwrap()
}

/// What a terminal says of a good password.
pub(super) fn vouched() -> Vouched {
    Vouched {
        rank: Rank::Cashier,
        length: 6,
        rules_version: 1,
        checked: Rule::ALL.into_iter().collect(),
    }
}

/// A case that is about to be opened: by the app, for a forgotten password, at noon.
pub(super) struct Beginning {
    pub(super) opening: Opening,
    pub(super) by: Actor,
    pub(super) stage: Stage,
}

/// What the world is like.
#[derive(Clone)]
pub(super) struct Stage {
    pub(super) at: Timestamp,
    pub(super) hour: u8,
    pub(super) policy: Arc<Policy>,
    pub(super) known: Option<SubjectFacts>,
    pub(super) terms: Terms,
}

impl Stage {
    fn facts<'a>(&'a self, offered: &'a BTreeSet<EvidenceKind>) -> Facts<'a> {
        Facts {
            now: self.at,
            hour: self.hour,
            policy: &self.policy,
            terms: &self.terms,
            subject: self.known.as_ref(),
            offered,
        }
    }
}

/// The default policy, read once.
fn delivered() -> Arc<Policy> {
    static DELIVERED: OnceLock<Arc<Policy>> = OnceLock::new();
    Arc::clone(DELIVERED.get_or_init(|| Arc::new(Policy::default_policy())))
}

fn everything() -> BTreeSet<EvidenceKind> {
    EvidenceKind::ALL.iter().copied().collect()
}

pub(super) fn a_case() -> Beginning {
    let opening = Opening {
        id: CaseId::from_bytes([9; 10]),
        subject: Some(subject(cashier())),
        claimed: "5d41402abc4b2a76".to_owned(),
        channel: Channel::App,
        reason: Reason::Forgotten,
        offline: false,
    };
    let stage = Stage {
        at: noon(),
        hour: 12,
        policy: delivered(),
        known: Some(in_order()),
        terms: Terms::default(),
    };
    Beginning {
        opening,
        by: Actor::Holder,
        stage,
    }
}

impl Beginning {
    pub(super) fn by(mut self, channel: Channel) -> Self {
        self.opening.channel = channel;
        self.by = driver(channel);
        self
    }

    pub(super) fn because(mut self, reason: Reason) -> Self {
        self.opening.reason = reason;
        self
    }

    pub(super) fn for_operator(mut self, number: u8) -> Self {
        self.opening.subject = Some(subject(OperatorNumber::new(number).unwrap()));
        self
    }

    /// The request names nobody that exists.
    pub(super) fn for_nobody(mut self) -> Self {
        self.opening.subject = None;
        self.stage.known = None;
        self
    }

    pub(super) fn at_night(mut self) -> Self {
        self.stage.hour = 23;
        self
    }

    pub(super) fn under(mut self, policy: Policy) -> Self {
        self.stage.policy = Arc::new(policy);
        self
    }

    pub(super) fn where_known(mut self, change: impl FnOnce(&mut SubjectFacts)) -> Self {
        change(self.stage.known.as_mut().expect("a known subject"));
        self
    }

    /// The terminal keeps a journal.
    pub(super) fn with_journal(self) -> Self {
        self.where_known(|known| known.keeps_journal = Some(true))
    }

    /// Told of by a terminal that had no link when it was done.
    pub(super) fn done_offline(mut self) -> Self {
        self.opening.offline = true;
        self
    }

    /// A terminal that was enrolled an hour ago and whose operator has no password.
    pub(super) fn first_password(self) -> Self {
        self.by(Channel::Terminal)
            .because(Reason::FirstPassword)
            .where_known(|known| {
                known.has_password = false;
                known.enrolled_at = noon().checked_sub(SignedDuration::from_hours(1)).ok();
            })
    }

    /// Asks, and expects a no.
    pub(super) fn is_refused(&self) -> Refusal {
        let offered = everything();
        let answer = case::open(&self.opening, &self.by, &self.stage.facts(&offered));
        assert_eq!(answer.events, [], "a refused opening leaves nothing behind");
        answer.refusal.expect("a refusal")
    }

    pub(super) fn opened(self) -> Story {
        let offered = everything();
        let answer = case::open(&self.opening, &self.by, &self.stage.facts(&offered));
        assert_eq!(answer.refusal, None);
        let [event] = answer.events.as_slice() else {
            panic!("{:?}", answer.events)
        };
        let case = Case::begin(self.opening.id, self.stage.at, &self.by, event).unwrap();
        Story {
            case,
            stage: self.stage,
            driver: self.by,
            answer: Answer::default(),
            is_refusal_seen: true,
            codes: 0,
        }
    }

    /// Proven by the code sent to the registered phone, or what else the channel has.
    pub(super) fn proven(self) -> Story {
        let kinds: &[EvidenceKind] = match self.opening.channel {
            Channel::Counter => &[IdentityDocument, BusinessLicence],
            Channel::Terminal if self.opening.reason == Reason::FirstPassword => &[TerminalInHand],
            Channel::Terminal => &[SupervisorSignOn],
            Channel::Portal => &[PortalSession],
            Channel::Campaign => &[ManagerConsent],
            Channel::App | Channel::Hotline => &[SmsCode],
        };
        kinds
            .iter()
            .fold(self.opened(), |story, kind| story.answers(*kind))
    }

    /// As far as the policy and, if needed, one reviewer take it.
    pub(super) fn approved(self) -> Story {
        let story = self.proven().submits();
        match story.case.state() {
            State::InReview => story.review(&reviewer(), true).is(State::Approved),
            _ => story.is(State::Approved),
        }
    }

    pub(super) fn issued(self) -> Story {
        self.approved().prepares().issues().is(State::Issued)
    }

    pub(super) fn redeemed(self) -> Story {
        self.issued().types(true).is(State::Redeemed)
    }
}

/// A case on its way.
#[derive(Clone)]
pub(super) struct Story {
    pub(super) case: Case,
    pub(super) stage: Stage,
    driver: Actor,
    answer: Answer,
    is_refusal_seen: bool,
    codes: u8,
}

impl Story {
    /// Asks something of the case and lets happen what follows.
    pub(super) fn ask(mut self, command: &Command, by: &Actor) -> Self {
        assert!(
            self.is_refusal_seen,
            "unexpected: {:?}",
            self.answer.refusal
        );
        let offered = everything();
        self.answer = case::decide(&self.case, command, by, &self.stage.facts(&offered));
        self.is_refusal_seen = self.answer.refusal.is_none();
        for event in &self.answer.events {
            self.case.fold(self.stage.at, by, event);
        }
        self
    }

    fn drive(self, command: &Command) -> Self {
        let by = self.driver.clone();
        self.ask(command, &by)
    }

    // ── What people and devices do ───────────────────────────────────────────────

    /// A challenge, and the right answer to it.
    pub(super) fn answers(self, kind: EvidenceKind) -> Self {
        let command = Command::Present {
            kind,
            matched: true,
        };
        match kind {
            // A manager's, whoever drives the case.
            ManagerConsent => self.ask(&command, &manager()),
            _ => self.drive(&Command::Challenge { kind }).drive(&command),
        }
    }

    pub(super) fn guesses(self, kind: EvidenceKind) -> Self {
        self.drive(&Command::Present {
            kind,
            matched: false,
        })
    }

    pub(super) fn submits(self) -> Self {
        self.drive(&Command::Submit)
    }

    /// A scan of a side, and where it was seen before.
    pub(super) fn scans(self, side: Side, reuse: Option<Reuse>) -> Self {
        let number = u8::try_from(self.case.scans_taken()).unwrap();
        let scan = Scan {
            id: ScanId::from_bytes([number; 10]),
            kind: IdentityDocument,
            side,
            reuse,
            digest: "6dcd4ce23d88e2ee".to_owned(),
        };
        self.drive(&Command::Scan(scan))
    }

    pub(super) fn delivers(self, to: Destination) -> Self {
        self.drive(&Command::Deliver { to })
    }

    pub(super) fn cancels(self) -> Self {
        self.drive(&Command::Cancel)
    }

    pub(super) fn handed_over(self) -> Self {
        let mut story = self.ask(
            &Command::HandOver {
                channel: Channel::Counter,
            },
            &clerk(),
        );
        story.driver = clerk();
        story
    }

    pub(super) fn review(self, by: &Actor, approve: bool) -> Self {
        self.ask(
            &Command::Review {
                approve,
                comment_digest: (!approve).then(|| "9b74c9897bac770ffc029102a200c5de".to_owned()),
            },
            by,
        )
    }

    pub(super) fn amends(self) -> Self {
        self.drive(&Command::Amend)
    }

    pub(super) fn prepares(self) -> Self {
        self.ask(&Command::NothingToBackUp, &Actor::System)
    }

    pub(super) fn asks_for_backup(self) -> Self {
        let command = CommandId::from_bytes([6; 10]);
        self.ask(&Command::AskBackup { command }, &Actor::System)
    }

    /// The backup of three entries, or what somebody makes of it.
    pub(super) fn backs_up(self, change: impl FnOnce(&mut Backup)) -> Self {
        let mut backup = Backup {
            case: self.case.id(),
            terminal: TILL,
            snapshot: SnapshotId::from_bytes([4; 10]),
            digest: "2c26b46b68ffc68f".to_owned(),
            records: 5,
            journal: backed_up(),
            unsettled: 3,
        };
        change(&mut backup);
        self.ask(&Command::BackedUp(backup), &till())
    }

    pub(super) fn fails_to_back_up(self, why: BackupFault) -> Self {
        let terminal = TILL;
        self.ask(&Command::BackupFailed { terminal, why }, &till())
    }

    pub(super) fn waives(self, by: &Actor, reason: Option<&str>) -> Self {
        let comment_digest = reason.map(str::to_owned);
        self.ask(&Command::WaiveBackup { comment_digest }, by)
    }

    /// What the terminal says of its journal: the digest where the backup ended, and how
    /// many entries there are now.
    pub(super) fn journal_stands(self, at: TerminalId, then: Option<&str>, entries: u64) -> Self {
        let word = JournalWord {
            terminal: at,
            then: then.map(str::to_owned),
            now: JournalMark {
                entries,
                digest: "fcde2b2edba56bf4".to_owned(),
            },
        };
        self.ask(&Command::CompareJournal(word), &till())
    }

    /// A new code to where this reason's codes go.
    pub(super) fn issues(self) -> Self {
        let to = match self.case.reason() {
            Reason::FirstPassword => Destination::TerminalScreen,
            _ => Destination::Contact,
        };
        self.issues_to(to)
    }

    pub(super) fn issues_to(self, to: Destination) -> Self {
        self.issues_by(to, &Actor::System)
    }

    pub(super) fn issues_by(mut self, to: Destination, by: &Actor) -> Self {
        self.codes += 1;
        let code = CodeId::from_bytes([self.codes; 10]);
        self.ask(&Command::Issue { code, to }, by)
    }

    pub(super) fn announces(self) -> Self {
        self.ask(
            &Command::Announced {
                command: CommandId::from_bytes([5; 10]),
            },
            &till(),
        )
    }

    /// The live code, or another, typed where it belongs.
    pub(super) fn types(self, matched: bool) -> Self {
        self.types_at(matched, TILL, cashier())
    }

    pub(super) fn types_at(self, matched: bool, at: TerminalId, operator: OperatorNumber) -> Self {
        let code = CodeId::from_bytes([self.codes; 10]);
        let command = Command::Redeem {
            code,
            matched,
            terminal: at,
            operator,
        };
        self.ask(&command, &Actor::Terminal { terminal: at })
    }

    pub(super) fn chooses_password(self) -> Self {
        self.registers(TILL, REGISTRATION)
    }

    pub(super) fn registers(self, terminal: TerminalId, digest: &str) -> Self {
        let command = Command::Complete {
            terminal,
            credential_version: 2,
            registration_digest: digest.to_owned(),
            vouched: vouched(),
        };
        self.ask(&command, &Actor::Terminal { terminal })
    }

    pub(super) fn superseded_by(self, newer: CaseId) -> Self {
        self.ask(&Command::Supersede { newer }, &Actor::System)
    }

    pub(super) fn rechecked(self) -> Self {
        self.ask(&Command::Recheck, &Actor::System)
    }

    pub(super) fn ticks(self) -> Self {
        self.ask(&Command::Tick, &Actor::System)
    }

    // ── What the world does ──────────────────────────────────────────────────────

    pub(super) fn after_minutes(mut self, minutes: i64) -> Self {
        self.stage.at = self
            .stage
            .at
            .checked_add(SignedDuration::from_mins(minutes))
            .unwrap();
        self
    }

    pub(super) fn meanwhile(mut self, change: impl FnOnce(&mut SubjectFacts)) -> Self {
        change(self.stage.known.as_mut().expect("a known subject"));
        self
    }

    /// Somebody changes the registered contact now.
    pub(super) fn contact_changes(self) -> Self {
        let now = self.stage.at;
        self.meanwhile(|known| {
            let version = known.contact.map_or(0, |contact| contact.version) + 1;
            known.contact = Some(ContactFacts {
                version,
                changed_at: now,
            });
        })
    }

    // ── What is expected ─────────────────────────────────────────────────────────

    pub(super) fn refused(mut self, refusal: &Refusal) -> Self {
        assert_eq!(
            self.answer.refusal.as_ref(),
            Some(refusal),
            "in {:?}",
            self.case.state()
        );
        self.is_refusal_seen = true;
        self
    }

    /// The names of the events of the last step.
    pub(super) fn happened(self, names: &[&str]) -> Self {
        let found: Vec<_> = self.answer.events.iter().map(CaseEvent::name).collect();
        assert_eq!(found, names);
        self
    }

    pub(super) fn is(self, state: State) -> Self {
        assert!(
            self.is_refusal_seen,
            "unexpected: {:?}",
            self.answer.refusal
        );
        assert_eq!(self.case.state(), state);
        self
    }

    /// The last step was refused and left no trace.
    pub(super) fn nothing_but(self, refusal: &Refusal) -> Self {
        self.refused(refusal).happened(&[])
    }

    pub(super) fn events(&self) -> &[CaseEvent] {
        &self.answer.events
    }

    /// What an outsider could see of the last step.
    pub(super) fn seen(&self) -> (State, Vec<&'static str>, Option<Refusal>) {
        let names = self.answer.events.iter().map(CaseEvent::name).collect();
        (self.case.state(), names, self.answer.refusal.clone())
    }
}
