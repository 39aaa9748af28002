//! A terminal as the load generator sees it: what it says goes to the act that a
//! link calls once it has checked an envelope, and how long the answer took is kept.

use std::time::{Duration, Instant};

use tillkey_server::Shell;
use tillkey_server::act::till::{LinkState, Received, receive};
use tillkey_server::act::{Failure, Source};
use tillkey_wire::code::ResetCode;
use tillkey_wire::ids::{MerchantNumber, OperatorNumber, Rank, TerminalId, TerminalNumber};
use tillkey_wire::message::{FromTerminal, Reply, Report};
use tillkey_wire::password::{Rule, Vouched};
use tokio::sync::mpsc::UnboundedReceiver;

use super::merchant::Merchant;
use super::opaque::{Registration, Whose};
use super::phone::Text;
use crate::failed::Failed;

/// A terminal with its merchant, and the merchant's phone. It does one thing at a
/// time, as its counter asks.
pub(super) struct Till {
    pub(super) shell: Shell,
    pub(super) terminal: TerminalId,
    pub(super) merchant: MerchantNumber,
    pub(super) number: TerminalNumber,
    pub(super) operators: Vec<OperatorNumber>,
    /// Where the merchant's requests come from.
    pub(super) source: Source,
    /// What arrives on the merchant's phone.
    pub(super) texts: UnboundedReceiver<Text>,
    /// How long each answer of the server took since somebody last took them away.
    pub(super) answers: Vec<Duration>,
    pub(super) counter: u64,
}

impl Till {
    /// A terminal that is registered and enrolled, before its first message.
    pub(super) fn new(
        shell: &Shell,
        terminal: TerminalId,
        merchant: &Merchant,
        texts: UnboundedReceiver<Text>,
    ) -> Self {
        Self {
            shell: shell.clone(),
            terminal,
            merchant: merchant.terminal.merchant.clone(),
            number: merchant.terminal.number.clone(),
            operators: merchant.operators.clone(),
            source: merchant.source(),
            texts,
            answers: Vec::new(),
            counter: 0,
        }
    }

    pub(super) fn whose(&self, operator: OperatorNumber) -> Whose {
        Whose::new(self.shell.home(), self.terminal, operator)
    }

    /// Says something and gives the answer.
    pub(super) async fn say(
        &mut self,
        link: &mut LinkState,
        report: Report,
    ) -> Result<Reply, Failed> {
        self.counter += 1;
        let message = FromTerminal {
            counter: self.counter,
            report,
        };
        let shell = self.shell.clone();
        let received = self
            .timed(receive(&shell, self.terminal, link, message))
            .await?;
        match received {
            Received::Reply(Reply::Refused { code, .. }) => {
                Err(Failed::new(format!("the terminal was refused: {code}")))
            }
            Received::Reply(reply) => Ok(reply),
            Received::Replayed => Err(Failed::new("a counter was taken twice")),
        }
    }

    /// Waits for an answer of the server, and notes how long it took.
    pub(super) async fn timed<T>(
        &mut self,
        asked: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failed> {
        let begun = Instant::now();
        let answer = asked.await;
        self.answers.push(begun.elapsed());
        answer.map_err(Failed::because("the server did not do it"))
    }

    /// Types a reset code, chooses a password, and waits until it is effective.
    pub(super) async fn redeem(
        &mut self,
        operator: OperatorNumber,
        code: ResetCode,
        registration: Registration,
    ) -> Result<(), Failed> {
        let mut link = LinkState::default();
        let Registration {
            request,
            response: expected,
            upload,
        } = registration;
        let reply = self
            .say(&mut link, Report::Redeem { operator, code })
            .await?;
        let Reply::CodeAccepted {
            case,
            password_rules,
            ..
        } = reply
        else {
            return Err(unexpected(&reply));
        };
        let reply = self
            .say(&mut link, Report::Register { case, request })
            .await?;
        // The upload was made for this answer; for another one it would be worthless.
        if !matches!(&reply, Reply::Registration { response } if *response == expected) {
            return Err(unexpected(&reply));
        }
        let vouched = Vouched {
            rank: Rank::Cashier,
            length: password_rules.length_min(Rank::Cashier),
            rules_version: password_rules.version(),
            checked: Rule::ALL.into(),
        };
        let reply = self
            .say(
                &mut link,
                Report::Registered {
                    case,
                    upload,
                    vouched,
                },
            )
            .await?;
        match reply {
            Reply::Effective { .. } => Ok(()),
            reply => Err(unexpected(&reply)),
        }
    }
}

/// For an answer that is none to what was said. Without the answer itself: it may
/// hold a code.
pub(super) fn unexpected(_: &Reply) -> Failed {
    Failed::new("the server answered something else than was asked")
}
