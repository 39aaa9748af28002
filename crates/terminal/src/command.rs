//! Commands: done once, saved before they are acknowledged, acknowledged as often as
//! they come, and refused when they are played back.

use rand::{CryptoRng, RngCore};
use tillkey_wire::code::InHandNumber;
use tillkey_wire::ids::{CaseId, CommandId};
use tillkey_wire::message::{Command, Order, Outcome, Report, WhyNot};

use crate::device::Device;
use crate::fault::Fault;
use crate::link::Asked;
use crate::notice::{AskedFor, Notice, Step};
use crate::terminal::Terminal;

impl<D: Device> Terminal<D> {
    /// Settles a command that the server signed for this terminal.
    pub(crate) fn take_order(
        &mut self,
        order: &Order,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        let book = self.book.as_ref().ok_or(Fault::NotEnrolled)?;
        if let Some(outcome) = book.outcome(order.id) {
            // It came again because the acknowledgement was lost, and with it perhaps
            // what was said before it.
            let frames = self.answer(order, outcome)?;
            return Ok(Step {
                frames,
                notices: Vec::new(),
            });
        }
        if self.is_task(order.id) {
            return Ok(Step::default());
        }
        let last = book.last_command;
        if order.sequence <= last {
            return Err(Fault::StaleCommand {
                sequence: order.sequence,
                last,
            });
        }
        let outcome = match self.why_not(order) {
            Some(why) => Outcome::NotDone { why },
            None => Outcome::Done,
        };
        if is_task(&order.command) && outcome == Outcome::Done {
            return self.take_task(order, rng);
        }
        // A number is drawn before the command is settled: after a power cut between the
        // two the command comes again and another number is shown, and never none.
        let number = match (&order.command, outcome) {
            (Command::ShowNumber { .. }, Outcome::Done) => Some(self.draw_number()?),
            _ => None,
        };
        self.change_book(|book| {
            book.settle(order.id, order.sequence, outcome);
            if outcome == Outcome::Done
                && let Command::RevokeCredential { operator } = order.command
            {
                book.revoke(operator);
            }
        })?;
        let mut frames = self.answer(order, outcome)?;
        match order.command {
            Command::ShowNumber { .. } => frames.extend(self.tell_in_hand()?),
            Command::ReportHealth if outcome == Outcome::Done => {
                frames.extend(self.tell_health()?.frames);
            }
            _ => {}
        }
        let notices = if outcome == Outcome::Done {
            self.carry_out(&order.command, number)
        } else {
            vec![]
        };
        Ok(Step { frames, notices })
    }

    /// Why a command is not done, if it is not.
    fn why_not(&self, order: &Order) -> Option<WhyNot> {
        let is_unknown = |operator| {
            self.book
                .as_ref()
                .is_none_or(|book| !book.operators.contains_key(&operator))
        };
        if self.now() >= order.expires_at {
            Some(WhyNot::Expired)
        } else if order.command.operator().is_some_and(is_unknown) {
            Some(WhyNot::UnknownOperator)
        } else if matches!(order.command, Command::ShowNumber { .. }) && self.in_hand.is_none() {
            Some(WhyNot::NotAgreed)
        } else if is_task(&order.command) && self.is_full_of_tasks() {
            Some(WhyNot::Expired)
        } else if self.journal.is_none() && is_about_journal(&order.command) {
            Some(WhyNot::NoJournal)
        } else {
            None
        }
    }

    /// Acknowledges a command, after what it asked for: a server that has heard that it is
    /// done has heard that as well.
    fn answer(&mut self, order: &Order, outcome: Outcome) -> Result<Vec<Vec<u8>>, Fault> {
        let mut frames = Vec::new();
        if let Command::ReportJournal { case, entries } = order.command
            && outcome == Outcome::Done
        {
            frames.extend(self.tell_journal(case, entries)?);
        }
        frames.extend(self.acknowledge(order.id, outcome)?);
        Ok(frames)
    }

    /// Tells where the journal stands, and what it was at an earlier entry.
    fn tell_journal(&mut self, case: CaseId, entries: u64) -> Result<Option<Vec<u8>>, Fault> {
        let journal = self.journal.as_ref().ok_or(Fault::NoJournal)?;
        let report = Report::JournalStands {
            case,
            then: journal.digest_at(entries),
            head: journal.head().clone(),
        };
        self.ask_once(Asked::JournalStands(case), report)
    }

    /// Tells the server, if it can be told now; otherwise it delivers the command again
    /// and is told then.
    pub(crate) fn acknowledge(
        &mut self,
        command: CommandId,
        outcome: Outcome,
    ) -> Result<Option<Vec<u8>>, Fault> {
        self.ask_once(
            Asked::Acknowledge(command),
            Report::Acknowledge { command, outcome },
        )
    }

    /// What a command does in memory, and what it shows.
    fn carry_out(&mut self, command: &Command, number: Option<InHandNumber>) -> Vec<Notice> {
        match *command {
            Command::ShowNumber {
                case,
                operator,
                expires_at,
            } => {
                let asked = Some(AskedFor {
                    case,
                    operator,
                    expires_at,
                });
                number
                    .map(|number| Notice::InHandNumber { number, asked })
                    .into_iter()
                    .collect()
            }
            Command::CodeIssued {
                case,
                operator,
                expires_at,
            } => {
                vec![Notice::CodeIssued {
                    operator,
                    case,
                    expires_at,
                }]
            }
            Command::ReportHealth
            | Command::TakeSnapshot { .. }
            | Command::ReportJournal { .. }
            | Command::Restore { .. } => Vec::new(),
            Command::EndSessions { operator } => {
                let given_up = self.give_up_sign_on_of(operator);
                given_up
                    .into_iter()
                    .chain(self.end_session(operator))
                    .collect()
            }
            Command::RevokeCredential { operator } => {
                let given_up = self.give_up_sign_on_of(operator);
                let ended = self.end_session(operator);
                let revoked = Notice::CredentialRevoked { operator };
                given_up.into_iter().chain(ended).chain([revoked]).collect()
            }
        }
    }
}

/// Whether it takes more than one message.
const fn is_task(command: &Command) -> bool {
    matches!(
        command,
        Command::TakeSnapshot { .. } | Command::Restore { .. }
    )
}

const fn is_about_journal(command: &Command) -> bool {
    is_task(command) || matches!(command, Command::ReportJournal { .. })
}
