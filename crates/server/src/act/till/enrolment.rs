//! A device proves the one-time code, and its keys are bound to the terminal.

use sha2::{Digest, Sha256};
use tillkey_rules::attempts::{self as budgets, Scope};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::refusal::Refusal;
use tillkey_store::attempts;
use tillkey_store::fault::Fault;
use tillkey_store::party::enrolment;
use tillkey_store::party::terminal::{self, DeviceKeys, Terminal};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::enrolment::{Answer, CodeKey, Enrolled, Request, ServerKey};
use tillkey_wire::envelope::Unverified;
use tillkey_wire::ids::TerminalId;

use super::note;
use crate::act::case::{act, begin_step};
use crate::act::{Failure, Of, Source, append, application};
use crate::shell::Shell;

/// What comes of an enrolment request.
#[derive(Debug)]
pub struct Enrolment {
    /// The terminal, where it was enrolled.
    pub terminal: Option<TerminalId>,
    /// The signed answer to send.
    pub answer: Vec<u8>,
}

/// Enrols a device. A request by somebody who does not know the code changes nothing
/// but the count. The same device may ask again: it may not have heard the answer.
///
/// # Errors
/// [`Failure::Invalid`] for a frame that is not a request.
pub async fn enrol(
    shell: &Shell,
    frame: &Unverified,
    source: &Source,
) -> Result<Enrolment, Failure> {
    let malformed = tillkey_wire::ids::InvalidId {
        kind: "enrolment request",
        rule: "a request signed by the key it names",
    };
    let request = Request::open(frame).map_err(|_| Failure::Invalid(malformed.clone()))?;
    let source = source.as_str().to_owned();
    let asked = request.clone();
    let (terminal, answer) = act(shell, None, move |shell, tx, now, rng| {
        let serial_number = &asked.candidate().serial_number;
        let mut judged = Ok(());
        for (scope, subject) in [
            (Scope::Enrolment, serial_number.as_str()),
            (Scope::SourceProof, source.as_str()),
        ] {
            let count = attempts::count(tx, (scope, subject), now)?;
            judged = judged.and(budgets::judge(scope, count, now));
        }
        if let Err(refusal) = judged {
            return Ok((Ok((None, refused(&refusal))), Vec::new()));
        }
        let found = prove(tx, shell, &asked, now)?;
        let Some((terminal, code_key, again)) = found else {
            note_copy(tx, &asked, now)?;
            return Ok((Ok((None, refused(&Refusal::NotMatched))), Vec::new()));
        };
        let mut step = begin_step(shell, &terminal.acquirer, now, rng);
        if !again {
            bind(tx, &terminal, &asked, now)?;
            application::note_enrolled(&mut step, tx, &terminal)?;
        }
        let rings = step.rings;
        let enrolled = Enrolled {
            terminal: terminal.id,
            acquirer: terminal.acquirer.clone(),
            merchant: terminal.merchant.clone(),
            terminal_number: terminal.number.clone(),
            server_key: ServerKey::from(&shell.keyring().link().verifying_key()),
        };
        let answer = Answer::enrolled(&asked, enrolled, &code_key).map_err(|_| Fault::Damaged {
            thing: "an enrolment",
            why: "it cannot be answered",
        })?;
        Ok((Ok((Some(terminal.id), answer)), rings))
    })
    .await?;
    let answer = answer
        .sign(&request, shell.keyring().link())
        .map_err(|_| Failure::Invalid(malformed))?;
    Ok(Enrolment { terminal, answer })
}

/// The terminal whose code the device knows, the code's key, and whether this very
/// device was enrolled with it before.
fn prove(
    tx: &mut dyn Tx,
    shell: &Shell,
    request: &Request,
    now: jiff::Timestamp,
) -> Result<Option<(Terminal, CodeKey, bool)>, Fault> {
    let candidate = request.candidate();
    for terminal in terminal::by_serial_number(tx, &candidate.serial_number)? {
        let owner = Owner::Merchant(terminal.merchant.clone());
        let key = DataKey::load(tx, shell.seal_keys(), &owner)?;
        let Some(live) = enrolment::live(tx, &key, terminal.id, now)? else {
            continue;
        };
        let again = live.used;
        if again
            && terminal.device_key.as_ref().map(<[u8; 32]>::as_slice)
                != Some(candidate.device_key.as_bytes())
        {
            continue;
        }
        let bytes = <[u8; 32]>::try_from(live.code_key.expose().as_slice())
            .map_err(|_| Fault::Missing("enrolment code key"))?;
        let code_key = CodeKey::from_bytes(bytes);
        if request.check_proof(&code_key).is_ok() {
            return Ok(Some((terminal, code_key, again)));
        }
    }
    Ok(None)
}

/// Notes that a device without a code calls itself by the serial number of one that is
/// enrolled. How often it may try is bounded by what is counted for that number.
fn note_copy(tx: &mut dyn Tx, request: &Request, now: jiff::Timestamp) -> Result<(), Fault> {
    let candidate = request.candidate();
    for terminal in terminal::by_serial_number(tx, &candidate.serial_number)? {
        let Some(enrolled) = &terminal.device_key else {
            continue;
        };
        if enrolled.as_slice() == candidate.device_key.as_bytes() {
            continue;
        }
        let copied = Event::SerialNumberCopied {
            terminal: terminal.id,
            device_key_digest: digest_of(candidate.device_key.as_bytes()),
        };
        let of = Of {
            acquirer: Some(&terminal.acquirer),
            case: None,
        };
        // Whoever it is, it is not the terminal.
        append(tx, &of, (now, &Actor::System), copied)?;
    }
    Ok(())
}

fn digest_of(device_key: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(device_key))
}

fn bind(
    tx: &mut dyn Tx,
    terminal: &Terminal,
    request: &Request,
    now: jiff::Timestamp,
) -> Result<(), Fault> {
    let candidate = request.candidate();
    let fixed =
        |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| Fault::Missing("device key"));
    let keys = DeviceKeys {
        device_key: fixed(candidate.device_key.as_bytes())?,
        backup_key: fixed(candidate.backup_key.as_bytes())?,
        model: candidate.model.to_string(),
    };
    enrolment::redeem(tx, terminal.id, now)?;
    terminal::enrol(tx, terminal.id, &keys, now)?;
    let device_key_digest = digest_of(&keys.device_key);
    note(
        tx,
        terminal,
        now,
        Event::TerminalEnrolled {
            terminal: terminal.id,
            device_key_digest,
        },
    )
}

fn refused(refusal: &Refusal) -> Answer {
    let Ok(code) = refusal.code().parse() else {
        unreachable!("refusal codes are valid, and tested")
    };
    Answer::Refused {
        code,
        retry_at: refusal.retry_at(),
    }
}
