//! Commands: done once, saved before they are acknowledged, acknowledged as often as
//! they come, and refused when they are played back.

use tillkey_wire::ids::CommandId;
use tillkey_wire::message::{Command, Order, Outcome, Report, WhyNot};

use crate::device::Device;
use crate::fault::Fault;
use crate::link::Asked;
use crate::notice::{Notice, Step};
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
        let (Command::CodeIssued { operator, .. }
        | Command::EndSessions { operator }
        | Command::RevokeCredential { operator }) = order.command;
        let outcome = if self.now() >= order.expires_at {
            Outcome::NotDone {
                why: WhyNot::Expired,
            }
        } else if !book.operators.contains_key(&operator) {
            Outcome::NotDone {
                why: WhyNot::UnknownOperator,
            }
        } else {
            Outcome::Done
        };
        self.change_book(|book| {
            book.settle(order.id, order.sequence, outcome);
            if outcome == Outcome::Done
                && matches!(order.command, Command::RevokeCredential { .. })
                && let Some(known) = book.operators.get_mut(&operator)
            {
                known.password_set = false;
            }
        })?;
        let notices = if outcome == Outcome::Done {
            self.carry_out(&order.command)
        } else {
            vec![]
        };
        let frames = self.acknowledge(order.id, outcome)?.into_iter().collect();
        Ok(Step { frames, notices })
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
    fn carry_out(&mut self, command: &Command) -> Vec<Notice> {
        match *command {
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
