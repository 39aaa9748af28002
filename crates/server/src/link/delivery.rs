//! Commands on their way to one terminal: read from the queue, sent in the order of
//! their sequence, noted as delivered.
//!
//! Within one connection a command is sent once. With the next connection whatever
//! the terminal has not acknowledged is sent again; to the terminal, doing it twice
//! is doing it once.

use jiff::Timestamp;
use tillkey_wire::ids::{CommandId, TerminalId};
use tillkey_wire::message::{FromServer, Order};

use super::Links;
use super::ending::Ending;
use super::socket::{Carrier, Socket};
use crate::act::{Failure, till};
use crate::shell::Shell;

/// Why a delivery stopped before its end.
pub(super) enum Stop {
    /// The connection is at its end.
    Ending(Ending),
    /// The queue could not be read or written.
    Failure(Failure),
}

impl From<Ending> for Stop {
    fn from(ending: Ending) -> Self {
        Self::Ending(ending)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// How far the delivery of one connection has come.
#[derive(Debug, Default)]
pub(super) struct Delivery {
    /// The sequence of the last command sent.
    sent: u64,
    /// What was sent and is not yet noted as delivered.
    to_note: Vec<CommandId>,
}

impl Delivery {
    /// Sends what is due.
    pub(super) async fn run<C: Carrier>(
        &mut self,
        shell: &Shell,
        links: &Links,
        terminal: TerminalId,
        socket: &mut Socket<C>,
    ) -> Result<(), Stop> {
        let pending = {
            let _turn = links.look_ups().acquire().await;
            till::pending(shell, terminal).await?
        };
        for order in due(pending, self.sent, shell.now()) {
            let (id, sequence) = (order.id, order.sequence);
            let frame = FromServer::Command(order)
                .sign(terminal, shell.keyring().link())
                .map_err(|_| Ending::Fault)?;
            socket.say(frame).await?;
            self.sent = sequence;
            self.to_note.push(id);
        }
        if !self.to_note.is_empty() {
            let _turn = links.look_ups().acquire().await;
            till::delivered(shell, self.to_note.clone()).await?;
            self.to_note = Vec::new();
        }
        Ok(())
    }
}

/// Those that were not sent on this connection and whose time is not over, in order.
fn due(mut pending: Vec<Order>, sent: u64, now: Timestamp) -> Vec<Order> {
    pending.retain(|order| order.sequence > sent && order.expires_at > now);
    pending.sort_by_key(|order| order.sequence);
    pending
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use tillkey_wire::ids::OperatorNumber;
    use tillkey_wire::message::Command;

    use super::*;

    #[test]
    fn d11_what_is_due_is_what_was_not_sent_and_has_not_expired_in_order() {
        let now = Timestamp::UNIX_EPOCH;
        let order = |sequence: u64, seconds: i64| Order {
            id: CommandId::from_bytes([u8::try_from(sequence).unwrap(); 10]),
            sequence,
            expires_at: now + seconds.seconds(),
            command: Command::EndSessions {
                operator: OperatorNumber::new(1).unwrap(),
            },
        };
        let pending = vec![order(4, 60), order(2, 60), order(3, 0), order(1, 60)];
        let sequences = |sent| {
            due(pending.clone(), sent, now)
                .iter()
                .map(|o| o.sequence)
                .collect::<Vec<_>>()
        };
        assert_eq!(sequences(0), [1, 2, 4]);
        assert_eq!(sequences(2), [4]);
        assert!(sequences(4).is_empty());
    }
}
