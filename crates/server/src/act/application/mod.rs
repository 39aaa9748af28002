//! Applications for terminals, from outside: begin, fill in, hand in; check, approve,
//! ship; receive and enrol.
//!
//! Each act is one transaction: reach the application, load the facts, decide, append, do
//! what follows. An applicant is whoever holds the application's token, and whoever can
//! read what is sent to its phone gets another one. Staff see outcomes and masked values;
//! whoever looks at more is in the ledger.

mod decision;
mod desk;
mod effect;
mod form;
mod handover;
mod list;
mod paper;
mod phone;
mod start;
mod view;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tillkey_rules::event::Event;
use tillkey_rules::onboarding::application::{
    Application, ApplicationEvent, Choice, Command, Facts, decide,
};
use tillkey_rules::onboarding::{Draft, Form};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_store::application::{self as applications, Stored};
use tillkey_store::fault::Fault;
use tillkey_store::party::terminal::Terminal;
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::ApplicationId;

pub use self::decision::{approve, decline, give_back};
pub use self::desk::{Disclosed, ToCheck, check, disclose, propose};
pub use self::form::{choose, submit, withdraw, write};
pub use self::handover::{Parcel, Shipment, receive, ship};
pub(in crate::act) use self::handover::{note_enrolled, note_password};
pub use self::list::{ApplicationSummary, list};
pub use self::paper::{PaperFailure, look, take};
pub use self::phone::{Purpose, Returned, enter, prove, return_to, send_code};
pub use self::start::{Begun, NewApplicant, begin};
pub use self::view::{ApplicationView, FirstPassword, view};
use super::case::step::Step;
use super::case::{act, begin_step};
use super::{ApplicationToken, Failure, Of, Once, SignedIn, append, is_full};
use crate::bell::Ring;
use crate::shell::Shell;

/// How a caller reaches an application.
#[derive(Debug, Clone)]
pub enum Access {
    /// By the token given to its applicant.
    Applicant(ApplicationToken),
    /// As staff of its acquirer.
    Staff(SignedIn),
}

impl Access {
    /// Who it is, as in the ledger.
    pub fn actor(&self) -> Actor {
        match self {
            Self::Applicant(_) => Actor::Holder,
            Self::Staff(by) => by.actor.clone(),
        }
    }
}

/// The roles that work on applications.
const DESK: [Role; 5] = [
    Role::Agent,
    Role::Clerk,
    Role::Reviewer,
    Role::Auditor,
    Role::Administrator,
];

/// The application, if this caller may reach it. Anything else is one that is not there.
fn reach(
    tx: &mut dyn Tx,
    shell: &Shell,
    id: ApplicationId,
    access: &Access,
) -> Result<Option<Stored>, Fault> {
    let found = applications::find(tx, id)?;
    Ok(found.filter(|stored| match access {
        Access::Applicant(token) => {
            let keys = shell.seal_keys();
            stored.token_digest == keys.token_digest("application", token.expose())
        }
        Access::Staff(by) => stored.acquirer == by.acquirer && by.must_be(&DESK).is_ok(),
    }))
}

/// What an act on an application has in hand.
struct Work<'a> {
    step: Step<'a>,
    stored: Stored,
    key: DataKey,
    by: Actor,
}

impl Work<'_> {
    /// Runs a command, and does what its events entail.
    fn run(&mut self, tx: &mut dyn Tx, command: &Command) -> Result<Option<Refusal>, Fault> {
        let draft = self.stored.draft(&self.key)?;
        let shell = self.step.shell;
        let choice = match command {
            Command::Choose(choice) => choice,
            _ => self.stored.application.choice(),
        };
        let papers = shell
            .catalogue()
            .get(&choice.product)
            .map(|product| product.papers_of(choice.applicant).collect())
            .unwrap_or_default();
        let facts = Facts {
            now: self.step.now,
            offered: offered(shell, choice),
            papers: &papers,
            form_whole: Form::read(choice.applicant, &draft).is_ok(),
        };
        let answer = decide(&self.stored.application, command, &self.by, &facts);
        for event in &answer.events {
            self.append(tx, event)?;
        }
        Ok(answer.refusal)
    }

    fn append(&mut self, tx: &mut dyn Tx, event: &ApplicationEvent) -> Result<(), Fault> {
        let step = applications::Step {
            acquirer: &self.stored.acquirer,
            at: self.step.now,
            by: &self.by,
            events: std::slice::from_ref(event),
        };
        let before = self.stored.application.clone();
        self.stored.application = applications::append(tx, before, &step)?;
        self.step
            .rings
            .push(Ring::Application(self.stored.application.id()));
        effect::apply(self, tx, event)
    }

    const fn application(&self) -> &Application {
        &self.stored.application
    }

    /// Notes something about the application that is no step of it.
    fn note(&self, tx: &mut dyn Tx, event: Event) -> Result<(), Fault> {
        let of = Of {
            acquirer: Some(&self.stored.acquirer),
            case: None,
        };
        append(tx, &of, (self.step.now, &self.by), event)
    }

    /// The whole form; none where it is not whole.
    fn form(&self) -> Result<Option<Form>, Fault> {
        let draft = self.stored.draft(&self.key)?;
        Ok(Form::read(self.application().choice().applicant, &draft).ok())
    }
}

/// Whether what is chosen may be had, by such an applicant, at that place.
fn offered(shell: &Shell, choice: &Choice) -> Result<(), Refusal> {
    let product = shell.catalogue().get(&choice.product);
    match product {
        Some(product) if !product.is_for(choice.applicant) => Err(Refusal::NotForApplicant),
        Some(product) if product.serves(choice.region).is_ok() => Ok(()),
        // A product that left the catalogue is served nowhere.
        _ => Err(Refusal::RegionNotServed),
    }
}

/// Reaches an application and runs something on it in one transaction.
async fn on_application<T, F>(
    shell: &Shell,
    id: ApplicationId,
    access: &Access,
    once: Option<Once>,
    mut run: F,
) -> Result<T, Failure>
where
    T: Serialize + DeserializeOwned + Send + 'static,
    F: FnMut(&mut Work<'_>, &mut dyn Tx) -> Result<Result<T, Failure>, Fault> + Send + 'static,
{
    let access = access.clone();
    act(shell, once, move |shell, tx, now, rng| {
        let Some(stored) = reach(tx, shell, id, &access)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let Some(key) = key_of(tx, shell, id)? else {
            return Ok((Err(Failure::Unknown), Vec::new()));
        };
        let acquirer = stored.acquirer.clone();
        let mut work = Work {
            step: begin_step(shell, &acquirer, now, rng),
            stored,
            key,
            by: access.actor(),
        };
        let result = run(&mut work, tx)?;
        Ok((result, work.step.rings))
    })
    .await
}

/// Runs one plain command.
async fn command(
    shell: &Shell,
    id: ApplicationId,
    access: &Access,
    once: Option<Once>,
    command: Command,
) -> Result<(), Failure> {
    on_application(shell, id, access, once, move |work, tx| {
        Ok(outcome(work.run(tx, &command)?))
    })
    .await
}

fn outcome(refusal: Option<Refusal>) -> Result<(), Failure> {
    refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// An application's data key; none once it was erased.
pub(in crate::act) fn key_of(
    tx: &mut dyn Tx,
    shell: &Shell,
    id: ApplicationId,
) -> Result<Option<DataKey>, Fault> {
    DataKey::find(tx, shell.seal_keys(), &Owner::Application(id))
}

/// Runs a command of a terminal's own on the application that it was sent for, if there
/// is one that is open.
fn on_terminal(
    step: &mut Step<'_>,
    tx: &mut dyn Tx,
    terminal: &Terminal,
    command: &Command,
) -> Result<(), Fault> {
    let Some(stored) = applications::of_terminal(tx, terminal.id)? else {
        return Ok(());
    };
    // What is shown may have changed, whatever comes of the command.
    step.rings.push(Ring::Application(stored.application.id()));
    let Some(key) = key_of(tx, step.shell, stored.application.id())? else {
        return Ok(());
    };
    let acquirer = stored.acquirer.clone();
    let mut work = Work {
        step: begin_step(step.shell, &acquirer, step.now, step.rng),
        stored,
        key,
        by: Actor::Terminal {
            terminal: terminal.id,
        },
    };
    work.run(tx, command)?;
    let rings = work.step.rings;
    step.rings.extend(rings);
    Ok(())
}

/// Lets the applications whose deadline has passed lapse. True where there may be more.
///
/// # Errors
/// [`Failure::Fault`]; the next look finds the same.
pub(super) async fn lapse(shell: &Shell, limit: u32) -> Result<bool, Failure> {
    let now = shell.now();
    let due = shell
        .store()
        .read(move |tx| applications::due(tx, now, limit))
        .await?;
    let full = is_full(&due, limit);
    for id in due {
        act(shell, None, move |shell, tx, now: Timestamp, rng| {
            let (Some(stored), Some(key)) = (applications::find(tx, id)?, key_of(tx, shell, id)?)
            else {
                return Ok((Ok(()), Vec::new()));
            };
            let acquirer = stored.acquirer.clone();
            let mut work = Work {
                step: begin_step(shell, &acquirer, now, rng),
                stored,
                key,
                by: Actor::System,
            };
            work.run(tx, &Command::Tick)?;
            Ok((Ok(()), work.step.rings))
        })
        .await?;
    }
    Ok(full)
}

/// What was typed so far, for its applicant alone.
fn draft_of(work: &Work<'_>) -> Result<Draft, Fault> {
    work.stored.draft(&work.key)
}
