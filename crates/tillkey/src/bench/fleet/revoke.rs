//! A password is revoked on every terminal at once, as a campaign would: the commands are
//! queued, the bell rings for each, and the last terminal has to have acknowledged.

use std::time::Duration;

use jiff::ToSpan;
use tillkey_server::Shell;
use tillkey_server::bell::Ring;
use tillkey_store::command::{self, NewCommand};
use tillkey_wire::cbor;
use tillkey_wire::ids::{CommandId, OperatorNumber, TerminalId};
use tillkey_wire::message::Command;
use tokio::time::{Instant, sleep};

use super::line::What;
use super::moment::Moment;
use super::part::Part;
use crate::failed::Failed;

/// How many commands are queued in one transaction.
const QUEUED_AT_ONCE: usize = 250;
/// How often is looked whether all have been acknowledged.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// How long the acknowledgements may take after the last terminal has done it.
const WAIT_MAX: Duration = Duration::from_secs(60);

/// What it took.
pub(super) struct Revoked {
    /// Until the last terminal had done it.
    pub(super) done: Duration,
    /// Until the server had noted the last acknowledgement.
    pub(super) acknowledged: Duration,
}

/// Revokes an operator's password everywhere.
pub(super) async fn run(
    shell: &Shell,
    terminals: &[TerminalId],
    operator: OperatorNumber,
    part: &mut Part,
) -> Result<Revoked, Failed> {
    let begun = Moment::now();
    let mut waiting = Vec::with_capacity(terminals.len());
    for some in terminals.chunks(QUEUED_AT_ONCE) {
        waiting.extend(queue(shell, some, operator).await?);
        for terminal in some {
            shell.bell().ring(Ring::Terminal(*terminal));
        }
    }
    let done = part
        .each(What::Revoked, (0..terminals.len()).collect())
        .await?;
    let until = Instant::now() + WAIT_MAX;
    // In any order: all have to have ended.
    while let Some(id) = waiting.last().copied() {
        let is_live = shell
            .store()
            .read(move |tx| command::is_live(tx, id))
            .await
            .map_err(Failed::because("the commands cannot be read"))?;
        if !is_live {
            waiting.pop();
        } else if Instant::now() < until {
            sleep(LOOK_EVERY).await;
        } else {
            return Err(Failed::new(format!(
                "{} terminals have not acknowledged",
                waiting.len()
            )));
        }
    }
    let acknowledged = Moment::now().since(begun);
    let last = done.into_values().max().unwrap_or(begun);
    Ok(Revoked {
        done: last.since(begun),
        acknowledged,
    })
}

async fn queue(
    shell: &Shell,
    terminals: &[TerminalId],
    operator: OperatorNumber,
) -> Result<Vec<CommandId>, Failed> {
    let body = cbor::encode(&Command::RevokeCredential { operator })
        .map_err(Failed::because("a command cannot be encoded"))?;
    let (now, mut rng) = (shell.now(), shell.rng());
    let commands: Vec<NewCommand> = terminals
        .iter()
        .map(|terminal| NewCommand {
            id: CommandId::random(&mut rng),
            terminal: *terminal,
            operator: Some(operator),
            kind: "revoke_credential",
            body: body.clone(),
            now,
            expires_at: now + 1.hour(),
        })
        .collect();
    let queued = commands.iter().map(|command| command.id).collect();
    shell
        .store()
        .write(move |tx| {
            for new in &commands {
                command::queue(tx, new)?;
            }
            Ok(())
        })
        .await
        .map_err(Failed::because("the commands cannot be queued"))?;
    Ok(queued)
}
