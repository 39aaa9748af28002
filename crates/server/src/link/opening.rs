//! How a connection begins: with an enrolment, or with the greeting of a terminal
//! that is enrolled. Until then it has cost a bounded time and a bounded number of
//! bytes, and nothing else it sends is looked at.

use axum::body::Bytes;
use ed25519_dalek::VerifyingKey;
use tillkey_wire::envelope::{KeyId, Unverified};
use tillkey_wire::ids::TerminalId;
use tillkey_wire::message::{FromTerminal, Report};
use tokio::time::timeout;

use super::Links;
use super::ending::Ending;
use super::limits::ENROLMENTS_MAX;
use super::socket::{Carrier, Heard, Socket};
use crate::act::{Failure, Source, till};
use crate::shell::Shell;

/// A terminal whose greeting was verified; its counter is not looked at yet.
pub(super) struct Greeting {
    pub(super) terminal: TerminalId,
    pub(super) key: VerifyingKey,
    pub(super) message: FromTerminal,
}

/// Takes enrolments until a greeting comes.
pub(super) async fn open<C: Carrier>(
    shell: &Shell,
    links: &Links,
    socket: &mut Socket<C>,
    source: &Source,
) -> Result<Greeting, Ending> {
    let mut enrolments = 0;
    loop {
        let frame = first_frame(links, socket).await?;
        let refused = |_| {
            links.count_refused_frame();
            Ending::NotAnOpening
        };
        let unverified = Unverified::parse(&frame).map_err(refused)?;
        match unverified.kid() {
            KeyId::Terminal(terminal) => {
                return greet(shell, &unverified, terminal)
                    .await
                    .inspect_err(|ending| {
                        if matches!(ending, Ending::NotVerified | Ending::NotAnOpening) {
                            links.count_refused_frame();
                        }
                    });
            }
            KeyId::Device(_) if enrolments < ENROLMENTS_MAX => {
                enrolments += 1;
                let answer = enrol(shell, links, &unverified, source).await?;
                socket.say(answer).await?;
            }
            KeyId::Device(_) => return Err(Ending::EnrolmentsUsedUp),
        }
    }
}

async fn first_frame<C: Carrier>(links: &Links, socket: &mut Socket<C>) -> Result<Bytes, Ending> {
    let mut closing = links.closing();
    let heard = async {
        loop {
            // Signs of life do not prolong the wait.
            if let Heard::Frame(frame) = socket.hear().await? {
                return Ok(frame);
            }
        }
    };
    let in_time = timeout(links.limits().first_frame_wait_max, heard);
    tokio::select! {
        frame = in_time => frame.unwrap_or(Err(Ending::LateFirstFrame)),
        _ = closing.wait_for(|closing| *closing) => Err(Ending::ShuttingDown),
    }
}

async fn greet(
    shell: &Shell,
    frame: &Unverified,
    terminal: TerminalId,
) -> Result<Greeting, Ending> {
    let key = match till::key_of(shell, terminal).await {
        Ok(key) => key.ok_or(Ending::NotVerified)?,
        Err(failure) => return Err(ending_of(&failure)),
    };
    let message = FromTerminal::open(frame, terminal, &key).map_err(|_| Ending::NotVerified)?;
    match message.report {
        Report::Hello { .. } => Ok(Greeting {
            terminal,
            key,
            message,
        }),
        _ => Err(Ending::NotAnOpening),
    }
}

/// Enrols, and gives the answer to be sent.
async fn enrol(
    shell: &Shell,
    links: &Links,
    frame: &Unverified,
    source: &Source,
) -> Result<Vec<u8>, Ending> {
    let enrolment = till::enrol(shell, frame, source).await.map_err(|failure| {
        if matches!(failure, Failure::Invalid(_)) {
            links.count_refused_frame();
        }
        ending_of(&failure)
    })?;
    // Whoever is connected under the terminal's name may hold its old keys.
    if let Some(terminal) = enrolment.terminal {
        links.disconnect(terminal);
    }
    Ok(enrolment.answer)
}

/// How a connection ends that cannot be served. Logs what is ours to mend.
pub(super) fn ending_of(failure: &Failure) -> Ending {
    match failure {
        Failure::Busy => Ending::Busy,
        Failure::Invalid(_) => Ending::NotVerified,
        failure => {
            let failure: &dyn std::error::Error = failure;
            tracing::error!(failure, "the link could not serve a terminal");
            Ending::Fault
        }
    }
}
