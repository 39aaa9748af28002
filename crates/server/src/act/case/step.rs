//! One step of one case inside a transaction: load the facts, decide, append the
//! events, do what they entail, and go on as far as nobody has to be asked.

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use tillkey_rules::case::{Case, Command, Facts, State, decide};
use tillkey_rules::event::{CaseEvent, Destination};
use tillkey_rules::party::{Actor, SubjectFacts};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::Reason;
use tillkey_store::fault::Fault;
use tillkey_store::party::subject;
use tillkey_store::tx::Tx;
use tillkey_store::{attempts, case as cases};
use tillkey_wire::code::{OfflineAnswer, ResetCode};
use tillkey_wire::ids::{AcquirerId, CodeId, CommandId, PrinterName};

use super::effect;
use crate::bell::Ring;
use crate::shell::Shell;

/// What a step works with.
pub(in crate::act) struct Step<'a> {
    pub(in crate::act) shell: &'a Shell,
    pub(in crate::act) acquirer: &'a AcquirerId,
    pub(in crate::act) now: Timestamp,
    pub(in crate::act) rng: &'a mut ChaCha20Rng,
    /// What to ring once it is committed.
    pub(in crate::act) rings: Vec<Ring>,
    /// A code that goes to the screen of the terminal that asked, and nowhere else.
    pub(in crate::act) screen_code: Option<ResetCode>,
    /// The printer of a code that goes on a sealed slip.
    pub(in crate::act) slip_printer: Option<PrinterName>,
    /// Whether it is the terminal that asked and waits for the answer.
    pub(in crate::act) at_terminal: bool,
    /// The counter of the challenge that a code answers, and the answer.
    pub(in crate::act) answering: Option<(u64, OfflineAnswer)>,
}

impl Step<'_> {
    /// Runs a command and all that follows from it without anybody being asked.
    pub(in crate::act) fn run(
        &mut self,
        tx: &mut dyn Tx,
        case: Case,
        command: &Command,
        by: &Actor,
    ) -> Result<(Case, Option<Refusal>), Fault> {
        let (mut case, refusal) = self.once(tx, case, command, by)?;
        while let Some(command) = self.next(&case) {
            let version = case.version();
            // A refusal here means: not yet. The terminal has to come first, or the
            // merchant needs a contact; the case waits.
            (case, _) = self.once(tx, case, &command, &Actor::System)?;
            if case.waits_for_backup() && case.backup().asked == 0 {
                (case, _) = self.ask_for_backup(tx, case)?;
            }
            if case.version() == version {
                break;
            }
        }
        Ok((case, refusal))
    }

    /// Asks the case's terminal for a backup, once more where none came of it before.
    pub(in crate::act) fn ask_for_backup(
        &mut self,
        tx: &mut dyn Tx,
        case: Case,
    ) -> Result<(Case, Option<Refusal>), Fault> {
        let command = Command::AskBackup {
            command: CommandId::random(self.rng),
        };
        self.once(tx, case, &command, &Actor::System)
    }

    fn once(
        &mut self,
        tx: &mut dyn Tx,
        case: Case,
        command: &Command,
        by: &Actor,
    ) -> Result<(Case, Option<Refusal>), Fault> {
        let known = self.known(tx, &case)?;
        let answer = decide(&case, command, by, &self.facts(known.as_ref()));
        if !case.is_proven()
            && answer
                .events
                .iter()
                .any(|event| matches!(event, CaseEvent::Matched { .. }))
        {
            self.supersede_older(tx, &case)?;
        }
        let case = self.append(tx, case, &answer.events, by)?;
        for event in &answer.events {
            effect::apply(self, tx, &case, event)?;
        }
        if !answer.events.is_empty() {
            self.rings.push(Ring::Case(case.id()));
        }
        Ok((case, answer.refusal))
    }

    /// What is known of the case's subject.
    pub(in crate::act) fn known(
        &self,
        tx: &mut dyn Tx,
        case: &Case,
    ) -> Result<Option<SubjectFacts>, Fault> {
        let Some(subject) = case.subject() else {
            return Ok(None);
        };
        let online = self.shell.presence().is_online(subject.terminal);
        subject::facts(tx, subject, self.now, online).map(Some)
    }

    /// The facts of the moment.
    pub(in crate::act) fn facts<'f>(&'f self, known: Option<&'f SubjectFacts>) -> Facts<'f> {
        Facts {
            now: self.now,
            hour: self.shell.hour(self.now),
            policy: self.shell.policy(),
            terms: self.shell.terms(),
            subject: known,
            offered: self.shell.offered(),
        }
    }

    fn append(
        &self,
        tx: &mut dyn Tx,
        case: Case,
        events: &[CaseEvent],
        by: &Actor,
    ) -> Result<Case, Fault> {
        let at = self.now.max(case.changed_at());
        cases::append(
            tx,
            case,
            &cases::Step {
                acquirer: self.acquirer,
                at,
                by,
                events,
            },
        )
    }

    /// The newer case of an operator takes the older one's place, and does so when
    /// it is proven: otherwise a stranger could kill the holder's code.
    fn supersede_older(&mut self, tx: &mut dyn Tx, newer: &Case) -> Result<(), Fault> {
        let Some(subject) = newer.subject() else {
            return Ok(());
        };
        let older = cases::open_case_of(tx, (subject.terminal, subject.operator))?;
        if let Some(older) = older.filter(|older| older.case.id() != newer.id()) {
            let command = Command::Supersede { newer: newer.id() };
            self.once(tx, older.case, &command, &Actor::System)?;
        }
        Ok(())
    }

    /// What the case needs next that nobody has to be asked for.
    fn next(&mut self, case: &Case) -> Option<Command> {
        if case.state() != State::Approved {
            return None;
        }
        match case.preparation() {
            None if case.is_offline() => return Some(Command::DoneOffline),
            None => return Some(Command::NothingToBackUp),
            Some(_) => {}
        }
        // Only the first code goes out by itself, and none to a phone that is said to be
        // gone, nor where a supervisor stands beside the cashier. A further one is asked
        // for.
        let by_itself = case.codes_issued() == 0
            && case.delivery() == Destination::Contact
            && !case.has_supervisor();
        by_itself.then(|| self.issue(case))
    }

    /// The command that issues a code to where this case's codes go.
    pub(in crate::act) fn issue(&mut self, case: &Case) -> Command {
        let to = match case.reason() {
            Reason::FirstPassword if self.at_terminal => Destination::TerminalScreen,
            _ => Destination::Contact,
        };
        Command::Issue {
            code: CodeId::random(self.rng),
            to,
        }
    }
}

/// What a case's guesses are counted against: its operator, whatever the case.
pub(in crate::act) fn guessed(case: &Case) -> String {
    match case.subject() {
        Some(subject) => attempts::operator_subject(subject.terminal, subject.operator),
        None => case.claimed().to_owned(),
    }
}
