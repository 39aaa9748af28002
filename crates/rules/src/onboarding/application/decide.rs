//! What a command may add to an application. Pure: the facts come in.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use tillkey_wire::ids::{MerchantNumber, SerialNumber, TerminalId};

use super::{Application, ApplicationCheck, ApplicationEvent, ApplicationState, Choice};
use crate::event::AgreedDeposit;
use crate::party::{Actor, Role};
use crate::refusal::Refusal;
use crate::terms::days_after;
use crate::vocabulary::ApplicationPaper;

/// How long a draft is kept whose phone nobody has proven: anybody can begin one.
const UNPROVEN_DAYS: u32 = 1;
/// How long a proven draft, or one that was sent back, is kept.
const DRAFT_DAYS: u32 = 30;
/// How often one application may be sent back. Then it is declined or approved.
const RETURNS_MAX: u32 = 5;

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// The right code came back from the applicant's phone.
    ProvePhone,
    /// Another product, place or kind of applicant.
    Choose(Choice),
    /// A picture of a paper.
    TakePaper {
        /// Of which paper.
        paper: ApplicationPaper,
        /// The keyed digest of the picture.
        digest: String,
    },
    /// Hand it in.
    Submit {
        /// The keyed digest of what was filled in.
        form_digest: String,
    },
    /// Note what was checked.
    Check {
        /// What.
        check: ApplicationCheck,
        /// Whether it is as it should be.
        holds: bool,
    },
    /// Pass it on to a checker.
    Propose,
    /// Send it back.
    Return {
        /// The keyed digest of what is to be mended; none where nothing was written.
        comment_digest: Option<String>,
    },
    /// Approve it.
    Approve {
        /// The number that the merchant gets.
        merchant: MerchantNumber,
        /// When its deposit comes back, by the product's terms of today.
        deposit: Option<AgreedDeposit>,
    },
    /// Decline it.
    Decline {
        /// The keyed digest of the reason; none where none was given.
        comment_digest: Option<String>,
    },
    /// Send the terminal.
    Ship {
        /// Which one.
        terminal: TerminalId,
        /// What is printed on it.
        serial_number: SerialNumber,
        /// The keyed digest of who carries it.
        tracking_digest: String,
    },
    /// The applicant has it.
    Receive,
    /// Its device was enrolled.
    Enrol,
    /// Its first passwords are in force.
    Activate {
        /// The day, where the merchants are.
        day: Date,
    },
    /// Withdraw it.
    Withdraw,
    /// See whether a deadline has passed.
    Tick,
}

/// What is known at the moment of a command.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// When it is.
    pub now: Timestamp,
    /// Whether the chosen product may be had, by such an applicant, there.
    pub offered: Result<(), Refusal>,
    /// The papers that the chosen product asks for.
    pub papers: &'a BTreeSet<ApplicationPaper>,
    /// Whether every field is filled in as it has to be.
    pub form_whole: bool,
}

/// What comes of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What happens.
    pub events: Vec<ApplicationEvent>,
    /// Why it does not.
    pub refusal: Option<Refusal>,
}

impl Answer {
    fn of(event: ApplicationEvent) -> Self {
        Self {
            events: vec![event],
            refusal: None,
        }
    }

    const fn no(refusal: Refusal) -> Self {
        Self {
            events: Vec::new(),
            refusal: Some(refusal),
        }
    }

    const fn nothing() -> Self {
        Self {
            events: Vec::new(),
            refusal: None,
        }
    }
}

/// Begins an application, unless the product cannot be had.
pub fn start(choice: Choice, facts: &Facts<'_>) -> Answer {
    match &facts.offered {
        Err(refusal) => Answer::no(refusal.clone()),
        Ok(()) => Answer::of(ApplicationEvent::Started {
            choice,
            deadline: days_after(facts.now, UNPROVEN_DAYS),
        }),
    }
}

/// What a command adds to an application.
pub fn decide(
    application: &Application,
    command: &Command,
    by: &Actor,
    facts: &Facts<'_>,
) -> Answer {
    if !application.state.is_open() {
        return match command {
            Command::Tick => Answer::nothing(),
            _ => Answer::no(Refusal::ApplicationClosed),
        };
    }
    match command {
        Command::Tick => tick(application, facts),
        Command::ProvePhone
        | Command::Choose(_)
        | Command::TakePaper { .. }
        | Command::Submit { .. }
        | Command::Receive
        | Command::Withdraw => of_applicant(application, command, by, facts),
        Command::Check { .. } | Command::Propose => of_maker(application, command, by),
        Command::Return { .. } | Command::Approve { .. } | Command::Decline { .. } => {
            of_checker(application, command, by, facts)
        }
        Command::Ship { .. } => ship(application, command, by),
        Command::Enrol => of_terminal(
            application,
            &[ApplicationState::Shipped, ApplicationState::Received],
            ApplicationEvent::Enrolled,
        ),
        Command::Activate { day } => of_terminal(
            application,
            &[ApplicationState::Enrolled],
            ApplicationEvent::Activated { day: *day },
        ),
    }
}

fn tick(application: &Application, facts: &Facts<'_>) -> Answer {
    match application.deadline {
        Some(deadline) if deadline <= facts.now => Answer::of(ApplicationEvent::Lapsed),
        _ => Answer::nothing(),
    }
}

fn of_applicant(
    application: &Application,
    command: &Command,
    by: &Actor,
    facts: &Facts<'_>,
) -> Answer {
    if *by != Actor::Holder {
        return Answer::no(Refusal::NotAllowed);
    }
    let state = application.state;
    match command {
        Command::ProvePhone if application.phone_proven => Answer::nothing(),
        Command::ProvePhone => Answer::of(ApplicationEvent::PhoneProven {
            deadline: days_after(facts.now, DRAFT_DAYS),
        }),
        Command::Receive if state == ApplicationState::Shipped => {
            Answer::of(ApplicationEvent::Received)
        }
        // Asked for again, because the code was lost or its time is over.
        Command::Receive if state == ApplicationState::Received => Answer::nothing(),
        // Once a terminal is on its way, it is the acquirer who takes it back.
        Command::Withdraw if is_before_shipping(state) => Answer::of(ApplicationEvent::Withdrawn),
        Command::Choose(_) | Command::TakePaper { .. } | Command::Submit { .. }
            if state.is_editable() =>
        {
            edit(application, command, facts)
        }
        _ => Answer::no(Refusal::OutOfOrder),
    }
}

const fn is_before_shipping(state: ApplicationState) -> bool {
    matches!(
        state,
        ApplicationState::Draft
            | ApplicationState::Submitted
            | ApplicationState::Returned
            | ApplicationState::Proposed
    )
}

fn edit(application: &Application, command: &Command, facts: &Facts<'_>) -> Answer {
    match command {
        Command::Choose(choice) if *choice == application.choice => Answer::nothing(),
        Command::Choose(choice) => match &facts.offered {
            Err(refusal) => Answer::no(refusal.clone()),
            Ok(()) => Answer::of(ApplicationEvent::Chosen {
                choice: choice.clone(),
            }),
        },
        // A picture costs work and space: only whoever holds a phone has them taken.
        Command::TakePaper { .. } if !application.phone_proven => {
            Answer::no(Refusal::PhoneNotProven)
        }
        Command::TakePaper { paper, digest } => Answer::of(ApplicationEvent::PaperTaken {
            paper: *paper,
            digest: digest.clone(),
        }),
        Command::Submit { form_digest } => submit(application, form_digest, facts),
        _ => Answer::no(Refusal::OutOfOrder),
    }
}

fn submit(application: &Application, form_digest: &str, facts: &Facts<'_>) -> Answer {
    if !application.phone_proven {
        return Answer::no(Refusal::PhoneNotProven);
    }
    // What is served may have changed since the draft was begun.
    if let Err(refusal) = &facts.offered {
        return Answer::no(refusal.clone());
    }
    if !facts.form_whole || !facts.papers.is_subset(&application.papers) {
        return Answer::no(Refusal::FormNotWhole);
    }
    Answer::of(ApplicationEvent::Submitted {
        form_digest: form_digest.to_owned(),
    })
}

fn of_maker(application: &Application, command: &Command, by: &Actor) -> Answer {
    if !matches!(by.role(), Some(Role::Agent | Role::Clerk)) {
        return Answer::no(Refusal::NotAllowed);
    }
    if application.state != ApplicationState::Submitted {
        return Answer::no(Refusal::OutOfOrder);
    }
    match command {
        Command::Check { check, .. } if !check.is_needed_of(application.choice.applicant) => {
            Answer::no(Refusal::OutOfOrder)
        }
        Command::Check { check, holds } => Answer::of(ApplicationEvent::Checked {
            check: *check,
            holds: *holds,
        }),
        // Whatever does not hold is sent back or declined: a checker is only asked for a
        // yes that the maker would give too.
        Command::Propose if !application.open_checks().is_empty() => {
            Answer::no(Refusal::ChecksOpen)
        }
        _ => Answer::of(ApplicationEvent::Proposed),
    }
}

fn of_checker(
    application: &Application,
    command: &Command,
    by: &Actor,
    facts: &Facts<'_>,
) -> Answer {
    let state = application.state;
    let is_maker = matches!(by.role(), Some(Role::Agent | Role::Clerk));
    let is_checker = by.role() == Some(Role::Reviewer);
    // A maker may send back or decline what is before them; to approve takes another
    // person (the rule of two: NIST SP 800-53 AC-5).
    let may = match command {
        Command::Approve { .. } => is_checker && state == ApplicationState::Proposed,
        _ => {
            (is_maker && state == ApplicationState::Submitted)
                || (is_checker && state == ApplicationState::Proposed)
        }
    };
    if !is_maker && !is_checker {
        return Answer::no(Refusal::NotAllowed);
    }
    if !may {
        return Answer::no(Refusal::OutOfOrder);
    }
    let made_it = by
        .person()
        .is_some_and(|person| application.makers.contains(person));
    if is_checker && made_it {
        return Answer::no(Refusal::OwnWork);
    }
    match command {
        Command::Approve { merchant, deposit } => match &facts.offered {
            Err(refusal) => Answer::no(refusal.clone()),
            Ok(()) => Answer::of(ApplicationEvent::Approved {
                merchant: merchant.clone(),
                deposit: *deposit,
            }),
        },
        Command::Return { .. } if application.returns >= RETURNS_MAX => {
            Answer::no(Refusal::OutOfOrder)
        }
        Command::Return {
            comment_digest: Some(digest),
        } => Answer::of(ApplicationEvent::Returned {
            comment_digest: digest.clone(),
            deadline: days_after(facts.now, DRAFT_DAYS),
        }),
        Command::Decline {
            comment_digest: Some(digest),
        } => Answer::of(ApplicationEvent::Declined {
            comment_digest: digest.clone(),
        }),
        // Whoever is told no is told why.
        _ => Answer::no(Refusal::ReasonMissing),
    }
}

fn ship(application: &Application, command: &Command, by: &Actor) -> Answer {
    if !matches!(by.role(), Some(Role::Clerk | Role::Administrator)) {
        return Answer::no(Refusal::NotAllowed);
    }
    match command {
        Command::Ship {
            terminal,
            serial_number,
            tracking_digest,
        } if application.state == ApplicationState::Approved => {
            Answer::of(ApplicationEvent::Shipped {
                terminal: *terminal,
                serial_number: serial_number.clone(),
                tracking_digest: tracking_digest.clone(),
            })
        }
        _ => Answer::no(Refusal::OutOfOrder),
    }
}

/// What the terminal's own acts entail; anything else than the expected state is not the
/// terminal's fault and changes nothing.
fn of_terminal(
    application: &Application,
    from: &[ApplicationState],
    event: ApplicationEvent,
) -> Answer {
    if from.contains(&application.state) {
        Answer::of(event)
    } else {
        Answer::nothing()
    }
}
