//! Commands: done once, saved before they are acknowledged, acknowledged as often as
//! they come, and refused when they are played back.

use tillkey_wire::code::InHandNumber;
use tillkey_wire::ids::CommandId;
use tillkey_wire::message::{Command, Order, Outcome, Report, WhyNot};

use crate::device::Device;
use crate::fault::Fault;
use crate::link::Asked;
use crate::notice::{AskedFor, Notice, Step};
use crate::terminal::Terminal;

impl<D: Device> Terminal<D> {
    /// Settles a command that the server signed for this terminal.
    pub(crate) fn take_order(&mut self, order: &Order) -> Result<Step, Fault> {
        let book = self.book.as_ref().ok_or(Fault::NotEnrolled)?;
        if let Some(outcome) = book.outcome(order.id) {
            // It came again because the acknowledgement was lost.
            let frames = self.acknowledge(order.id, outcome)?.into_iter().collect();
            return Ok(Step {
                frames,
                notices: Vec::new(),
            });
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
                && let Some(known) = book.operators.get_mut(&operator)
            {
                known.password_set = false;
            }
        })?;
        let mut frames: Vec<_> = self.acknowledge(order.id, outcome)?.into_iter().collect();
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
        } else if matches!(
            order.command,
            Command::TakeSnapshot { .. } | Command::ReportJournal { .. } | Command::Restore { .. }
        ) {
            Some(WhyNot::NoJournal)
        } else {
            None
        }
    }

    /// Tells the server, if it can be told now; otherwise it delivers the command again
    /// and is told then.
    fn acknowledge(
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
