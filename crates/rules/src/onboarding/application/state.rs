//! How an application stands: the fold of its events.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{
    ApplicationId, InvalidId, MerchantNumber, PersonId, ProductId, SerialNumber, TerminalId,
};

use super::ApplicationEvent;
use crate::event::AgreedDeposit;
use crate::onboarding::RegionCode;
use crate::party::Actor;
use crate::vocabulary::{ApplicantKind, ApplicationPaper, words};

/// How many steps of its story an application keeps: those of a few rounds.
const STORY_MAX: usize = 60;

words!(
    /// Where an application stands.
    ApplicationState, "state of an application", {
        /// Being filled in.
        Draft = "draft",
        /// Handed in; a maker checks it.
        Submitted = "submitted",
        /// Sent back to be mended.
        Returned = "returned",
        /// Checked; a checker decides.
        Proposed = "proposed",
        /// The merchant exists; a terminal is to be sent.
        Approved = "approved",
        /// A terminal is on its way.
        Shipped = "shipped",
        /// The applicant has it.
        Received = "received",
        /// It is enrolled; passwords are to be chosen.
        Enrolled = "enrolled",
        /// Its first passwords are in force.
        Active = "active",
        /// The acquirer said no.
        Declined = "declined",
        /// The applicant withdrew.
        Withdrawn = "withdrawn",
        /// Nobody went on with it in time.
        Lapsed = "lapsed",
    }
);

impl ApplicationState {
    /// Whether something can still happen to it.
    pub const fn is_open(self) -> bool {
        !matches!(
            self,
            Self::Active | Self::Declined | Self::Withdrawn | Self::Lapsed
        )
    }

    /// The states in which an application is erased some days after it came to them.
    pub const ERASED: [Self; 3] = [Self::Lapsed, Self::Withdrawn, Self::Declined];

    /// How many days what an applicant wrote is kept once it has come to nothing: of a
    /// draft that nobody handed in no longer than needed to notice that it lapsed, of one
    /// that was declined as long as somebody may ask why. None for what is still wanted.
    pub const fn kept_days(self) -> Option<u32> {
        match self {
            Self::Lapsed => Some(1),
            Self::Withdrawn => Some(30),
            Self::Declined => Some(180),
            _ => None,
        }
    }

    /// Whether the applicant may write in the form.
    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }
}

words!(
    /// What a maker checks.
    ApplicationCheck, "check", {
        /// The applicant was called back and answered for the application.
        ContactReached = "contact_reached",
        /// The credit code, typed from the licence, is the one of the form.
        LicenceNumber = "licence_number",
        /// The identity number, typed from the card, is the one of the form.
        IdentityNumber = "identity_number",
        /// The account belongs to whom the form says.
        Account = "account",
        /// The shop is there and sells what the form says.
        Site = "site",
    }
);

impl ApplicationCheck {
    /// Whether an application of this kind needs it.
    pub const fn is_needed_of(self, applicant: ApplicantKind) -> bool {
        !matches!(
            (self, applicant),
            (Self::LicenceNumber, ApplicantKind::Individual)
        )
    }

    /// Whether the server compares a number that the maker types; the others are the
    /// maker's word.
    pub const fn is_compared(self) -> bool {
        matches!(self, Self::LicenceNumber | Self::IdentityNumber)
    }
}

/// What is applied for, by whom and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Which product.
    pub product: ProductId,
    /// Who applies.
    pub applicant: ApplicantKind,
    /// Where the shop is.
    pub region: RegionCode,
}

/// One request for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    pub(super) id: ApplicationId,
    pub(super) state: ApplicationState,
    pub(super) choice: Choice,
    pub(super) phone_proven: bool,
    pub(super) papers: BTreeSet<ApplicationPaper>,
    pub(super) checks: BTreeMap<ApplicationCheck, bool>,
    pub(super) makers: BTreeSet<PersonId>,
    pub(super) returns: u32,
    pub(super) merchant: Option<MerchantNumber>,
    pub(super) deposit: Option<AgreedDeposit>,
    pub(super) terminal: Option<TerminalId>,
    pub(super) serial_number: Option<SerialNumber>,
    pub(super) active_since: Option<Date>,
    pub(super) deadline: Option<Timestamp>,
    pub(super) started_at: Timestamp,
    pub(super) changed_at: Timestamp,
    pub(super) version: u64,
    /// The steps that its applicant is told of, oldest first.
    pub(super) story: Vec<(Timestamp, ApplicationState)>,
}

impl Application {
    /// The application that a first event begins; none where it does not.
    pub fn begin(id: ApplicationId, at: Timestamp, first: &ApplicationEvent) -> Option<Self> {
        let ApplicationEvent::Started { choice, deadline } = first else {
            return None;
        };
        Some(Self {
            id,
            state: ApplicationState::Draft,
            choice: choice.clone(),
            phone_proven: false,
            papers: BTreeSet::new(),
            checks: BTreeMap::new(),
            makers: BTreeSet::new(),
            returns: 0,
            merchant: None,
            deposit: None,
            terminal: None,
            serial_number: None,
            active_since: None,
            deadline: Some(*deadline),
            started_at: at,
            changed_at: at,
            version: 1,
            story: vec![(at, ApplicationState::Draft)],
        })
    }

    /// Takes an event in.
    pub fn fold(&mut self, at: Timestamp, by: &Actor, event: &ApplicationEvent) {
        let before = self.state;
        match event {
            // Only the first event begins.
            ApplicationEvent::Started { .. } => {}
            ApplicationEvent::PhoneProven { deadline } => {
                self.phone_proven = true;
                self.deadline = Some(*deadline);
            }
            ApplicationEvent::Chosen { choice } => self.choice = choice.clone(),
            ApplicationEvent::PaperTaken { paper, .. } => {
                self.papers.insert(*paper);
            }
            ApplicationEvent::Submitted { .. } => {
                self.state = ApplicationState::Submitted;
                self.deadline = None;
            }
            ApplicationEvent::Checked { check, holds } => {
                self.checks.insert(*check, *holds);
                self.makers.extend(by.person().cloned());
            }
            ApplicationEvent::Proposed => {
                self.state = ApplicationState::Proposed;
                self.makers.extend(by.person().cloned());
            }
            ApplicationEvent::Returned { deadline, .. } => {
                self.state = ApplicationState::Returned;
                self.checks.clear();
                self.returns = self.returns.saturating_add(1);
                self.deadline = Some(*deadline);
            }
            ApplicationEvent::Approved { merchant, deposit } => {
                self.state = ApplicationState::Approved;
                self.merchant = Some(merchant.clone());
                self.deposit = *deposit;
            }
            ApplicationEvent::Shipped {
                terminal,
                serial_number,
                ..
            } => {
                self.state = ApplicationState::Shipped;
                self.terminal = Some(*terminal);
                self.serial_number = Some(serial_number.clone());
            }
            ApplicationEvent::Received => self.state = ApplicationState::Received,
            ApplicationEvent::Enrolled => self.state = ApplicationState::Enrolled,
            ApplicationEvent::Activated { day } => {
                self.state = ApplicationState::Active;
                self.active_since = Some(*day);
            }
            ApplicationEvent::Declined { .. } => self.state = ApplicationState::Declined,
            ApplicationEvent::Withdrawn => self.state = ApplicationState::Withdrawn,
            ApplicationEvent::Lapsed => self.state = ApplicationState::Lapsed,
        }
        if self.state != before && self.story.len() < STORY_MAX {
            self.story.push((at, self.state));
        }
        if !self.state.is_open() {
            self.deadline = None;
        }
        self.changed_at = at;
        self.version = self.version.saturating_add(1);
    }

    /// Which one.
    pub const fn id(&self) -> ApplicationId {
        self.id
    }

    /// Where it stands.
    pub const fn state(&self) -> ApplicationState {
        self.state
    }

    /// What is applied for.
    pub const fn choice(&self) -> &Choice {
        &self.choice
    }

    /// Whether the applicant's phone is proven.
    pub const fn is_phone_proven(&self) -> bool {
        self.phone_proven
    }

    /// The papers of which there is a picture.
    pub const fn papers(&self) -> &BTreeSet<ApplicationPaper> {
        &self.papers
    }

    /// What was checked since it was last handed in, and whether it holds.
    pub const fn checks(&self) -> &BTreeMap<ApplicationCheck, bool> {
        &self.checks
    }

    /// Whoever had a hand in checking it, in any round.
    pub const fn makers(&self) -> &BTreeSet<PersonId> {
        &self.makers
    }

    /// How often it was sent back.
    pub const fn returns(&self) -> u32 {
        self.returns
    }

    /// The merchant that it became.
    pub const fn merchant(&self) -> Option<&MerchantNumber> {
        self.merchant.as_ref()
    }

    /// When its deposit comes back, as it was agreed.
    pub const fn deposit(&self) -> Option<&AgreedDeposit> {
        self.deposit.as_ref()
    }

    /// The terminal that was sent.
    pub const fn terminal(&self) -> Option<TerminalId> {
        self.terminal
    }

    /// What is printed on that terminal.
    pub const fn serial_number(&self) -> Option<&SerialNumber> {
        self.serial_number.as_ref()
    }

    /// The day from which its terms count.
    pub const fn active_since(&self) -> Option<Date> {
        self.active_since
    }

    /// When it lapses by itself.
    pub const fn deadline(&self) -> Option<Timestamp> {
        self.deadline
    }

    /// When it began.
    pub const fn started_at(&self) -> Timestamp {
        self.started_at
    }

    /// When it last moved.
    pub const fn changed_at(&self) -> Timestamp {
        self.changed_at
    }

    /// How many events are folded in.
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// When it came to which state, oldest first.
    pub fn story(&self) -> &[(Timestamp, ApplicationState)] {
        &self.story
    }

    /// What a maker has still to check, or found not to hold.
    pub fn open_checks(&self) -> BTreeSet<ApplicationCheck> {
        ApplicationCheck::ALL
            .iter()
            .copied()
            .filter(|check| check.is_needed_of(self.choice.applicant))
            .filter(|check| self.checks.get(check) != Some(&true))
            .collect()
    }
}
