//! A terminal without a screen: what is done on it comes in as lines, what happens
//! goes out as one JSON document a line. For scripts, for a shelf of terminals on one
//! machine, and for whatever has a screen of its own.
//!
//! The words are those of the screen: `enrol CODE`, `sign-on 01 PASSWORD`,
//! `sign-off 01`, `first-password 01`, `code 01 CODE`, `password 01 PASSWORD`,
//! `abandon 01`, `challenge 01`, `answer 01 ANSWER`, `add-cashier 00 02`,
//! `remove-cashier 00 02`, `reset-cashier 00 02`, `number`, `begin-sale 01`, `give-up-sale 01`, `sale 01 FEN CARD`,
//! `refund 01 FEN CARD 00`, `void 01 NUMBER 00`, `settle 01`. Passwords, codes and card
//! numbers come on standard input only: arguments are seen by everybody on the machine. It ends with its input.

use std::io::{self, BufRead, Read};
use std::str::FromStr;
use std::time::Duration;

use serde_json::{Value, json};
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::journal::{Amount, MaskedPan};
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Notice, Refund, Sale};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::shell::{Desk, LOOK};
use crate::failed::Failed;
use crate::output::print;
use crate::till::{Act, Server, Till, Told};

/// The longest line that is read, in bytes.
const LINE_BYTES_MAX: u64 = 256;
/// How many lines may wait.
const LINES_MAX: usize = 16;
/// How long a till gets to say its last words.
const FAREWELL_MAX: Duration = Duration::from_secs(2);

/// Runs the terminal until its input ends.
pub(super) async fn run(mut desk: Desk) -> Result<(), Failed> {
    let serial_number = desk.device.serial_number.clone();
    let terminal = desk.open(&serial_number)?;
    let server: Server = desk
        .device
        .server
        .parse()
        .map_err(Failed::because("the profile's server cannot be used"))?;
    print(&json!({ "told": "started", "serial_number": serial_number }).to_string())?;
    let server = desk.reach(&server)?;
    let (till, mut told) = Till::start(terminal, server, desk.rng_of_till());
    let mut lines = typed();
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            line = lines.recv() => match line {
                Some(line) => match read(&line?) {
                    Ok(act) => {
                        till.act(act).await;
                    }
                    Err(why) => print(&json!({ "told": "not_read", "why": why }).to_string())?,
                },
                None => break,
            },
            _ = looks.tick() => {
                till.act(Act::ReportHealth).await;
            }
            tiding = told.recv() => match tiding {
                Some(tiding) => print(&document(&tiding).to_string())?,
                // It has said why it ended.
                None => return Ok(()),
            },
        }
    }
    drop(till);
    let _ = timeout(FAREWELL_MAX, async { while told.recv().await.is_some() {} }).await;
    Ok(())
}

/// Reads standard input on a thread of its own: a read cannot be interrupted.
fn typed() -> mpsc::Receiver<Result<Secret<String>, Failed>> {
    let (send, lines) = mpsc::channel(LINES_MAX);
    std::thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let mut line = String::new();
            let read = input.by_ref().take(LINE_BYTES_MAX).read_line(&mut line);
            let read = match read {
                Ok(0) => return,
                Ok(_) if !line.ends_with('\n') && line.len() >= max_length() => Err(Failed::new(
                    format!("a line has more than {LINE_BYTES_MAX} bytes"),
                )),
                Ok(_) => Ok(Secret::new(line)),
                Err(fault) => Err(Failed::because("standard input cannot be read")(fault)),
            };
            let failed = read.is_err();
            if send.blocking_send(read).is_err() || failed {
                return;
            }
        }
    });
    lines
}

fn max_length() -> usize {
    usize::try_from(LINE_BYTES_MAX).unwrap_or(usize::MAX)
}

/// What a line does; an answer never repeats the line, which may hold a password.
fn read(line: &Secret<String>) -> Result<Act, &'static str> {
    let words: Vec<&str> = line.expose().split_whitespace().collect();
    let secret = |text: &str| Secret::new(text.to_owned());
    match words[..] {
        ["enrol", code] => Ok(Act::Enrol(parsed(code, "not an enrolment code")?)),
        ["sign-on", who, password] => Ok(Act::SignOn(operator(who)?, secret(password))),
        ["sign-off", who] => Ok(Act::SignOff(operator(who)?)),
        ["first-password", who] => Ok(Act::FirstPassword(operator(who)?)),
        ["code", who, code] => Ok(Act::Redeem(
            operator(who)?,
            parsed(code, "not a reset code")?,
        )),
        ["password", who, password] => Ok(Act::ChoosePassword(operator(who)?, secret(password))),
        ["abandon", who] => Ok(Act::AbandonReset(operator(who)?)),
        ["number"] => Ok(Act::ShowNumber),
        ["challenge", who] => Ok(Act::OfflineChallenge(operator(who)?)),
        ["answer", who, answer] => {
            let answer = parsed(answer, "an answer has 8 digits")?;
            Ok(Act::OfflineAnswer(operator(who)?, answer))
        }
        [what, by, who] => match what {
            "add-cashier" => Ok(Act::AddCashier(operator(by)?, operator(who)?)),
            "remove-cashier" => Ok(Act::RemoveCashier(operator(by)?, operator(who)?)),
            "reset-cashier" => Ok(Act::ResetCashier(operator(by)?, operator(who)?)),
            _ => read_payment(&words),
        },
        _ => read_payment(&words),
    }
}

/// What takes money. A card number is masked here, and goes no further.
fn read_payment(words: &[&str]) -> Result<Act, &'static str> {
    match *words {
        ["begin-sale", who] => Ok(Act::BeginSale(operator(who)?)),
        ["give-up-sale", who] => Ok(Act::GiveUpSale(operator(who)?)),
        ["sale", who, fen, number] => {
            let sale = Sale {
                amount: amount(fen)?,
                card: card(number)?,
                remark: None,
            };
            Ok(Act::Sale(operator(who)?, sale))
        }
        ["refund", who, fen, number, by] => {
            let refund = Refund {
                amount: amount(fen)?,
                card: card(number)?,
                remark: None,
            };
            Ok(Act::Refund(operator(who)?, operator(by)?, refund))
        }
        ["void", who, entry, by] => {
            let entry = parsed(entry, "not the number of an entry")?;
            Ok(Act::Void(operator(who)?, operator(by)?, entry))
        }
        ["settle", who] => Ok(Act::Settle(operator(who)?)),
        _ => Err(
            "enrol CODE, sign-on OPERATOR PASSWORD, sign-off OPERATOR, first-password OPERATOR, \
             code OPERATOR CODE, password OPERATOR PASSWORD, abandon OPERATOR, \
             challenge OPERATOR, answer OPERATOR ANSWER, add-cashier SUPERVISOR OPERATOR, \
             remove-cashier SUPERVISOR OPERATOR, reset-cashier SUPERVISOR OPERATOR, number, \
             begin-sale OPERATOR, give-up-sale OPERATOR, sale OPERATOR FEN CARD, \
             refund OPERATOR FEN CARD SUPERVISOR, void OPERATOR NUMBER SUPERVISOR or \
             settle OPERATOR is expected",
        ),
    }
}

fn amount(fen: &str) -> Result<Amount, &'static str> {
    let why = "an amount is 1 to 1000000000 fen";
    Amount::from_fen(parsed(fen, why)?).map_err(|_| why)
}

fn card(number: &str) -> Result<MaskedPan, &'static str> {
    MaskedPan::of(&Secret::new(number.to_owned())).map_err(|_| "not a card number")
}

fn operator(text: &str) -> Result<OperatorNumber, &'static str> {
    parsed(text, "an operator has two digits")
}

fn parsed<T: FromStr>(text: &str, why: &'static str) -> Result<T, &'static str> {
    text.parse().map_err(|_| why)
}

fn document(told: &Told) -> Value {
    match told {
        Told::Connected => json!({ "told": "connected" }),
        Told::Disconnected { why, again_in } => json!({
            "told": "disconnected", "why": why,
            "again_in_ms": again_in.map(|wait| wait.as_millis()),
        }),
        Told::Notice(notice) => notice_document(notice),
        Told::NotDone(fault) => json!({ "told": "not_done", "why": fault.to_string() }),
        Told::Ended(fault) => json!({ "told": "ended", "why": fault.to_string() }),
    }
}

fn notice_document(notice: &Notice) -> Value {
    match notice {
        Notice::Enrolled(enrolled) => json!({
            "told": "enrolled", "merchant": enrolled.merchant, "terminal": enrolled.terminal,
        }),
        Notice::EnrolmentRefused { code, retry_at } => json!({
            "told": "enrolment_refused", "code": code, "retry_at": retry_at,
        }),
        Notice::Welcomed => json!({ "told": "welcomed" }),
        Notice::SignedOn { operator, .. } => about("signed_on", *operator),
        Notice::WrongPassword { operator } => about("wrong_password", *operator),
        Notice::TooManyTries { operator, until } => json!({
            "told": "too_many_tries", "operator": operator, "until": until,
        }),
        Notice::SignOnInterrupted { operator } => about("sign_on_interrupted", *operator),
        Notice::SessionEnded { operator, .. } => about("session_ended", *operator),
        Notice::BackingUp { part, parts } => json!({
            "told": "backing_up", "part": part, "parts": parts,
        }),
        Notice::BackedUp => json!({ "told": "backed_up" }),
        Notice::Restoring { part, parts } => json!({
            "told": "restoring", "part": part, "parts": parts,
        }),
        Notice::Restored(Ok(head)) => json!({ "told": "restored", "entries": head.entries }),
        Notice::Restored(Err(why)) => json!({ "told": "not_restored", "why": why }),
        Notice::Recorded(entry) => json!({ "told": "recorded", "entry": entry }),
        Notice::CodeOnScreen {
            operator,
            case,
            code,
            expires_at,
        } => json!({
            "told": "code_on_screen", "operator": operator, "case": case,
            "code": code.expose(), "expires_at": expires_at,
        }),
        Notice::CodeIssued {
            operator,
            case,
            expires_at,
        } => json!({
            "told": "code_issued", "operator": operator, "case": case, "expires_at": expires_at,
        }),
        Notice::InHandNumber { number, asked } => json!({
            "told": "number", "number": number.expose(),
            "operator": asked.map(|asked| asked.operator),
            "case": asked.map(|asked| asked.case),
            "expires_at": asked.map(|asked| asked.expires_at),
        }),
        Notice::CodeAccepted {
            operator,
            case,
            until,
            ..
        } => json!({
            "told": "code_accepted", "operator": operator, "case": case, "until": until,
        }),
        Notice::OfflineChallenge {
            operator,
            challenge,
            until,
            tries_left,
        } => json!({
            "told": "offline_challenge", "operator": operator,
            "challenge": challenge.expose(), "until": until, "tries_left": tries_left,
        }),
        Notice::WrongAnswer {
            operator,
            tries_left,
        } => json!({
            "told": "wrong_answer", "operator": operator, "tries_left": tries_left,
        }),
        Notice::ChooseNow {
            operator, until, ..
        } => json!({ "told": "choose_now", "operator": operator, "until": until }),
        Notice::InForceOffline { operator } => about("in_force_offline", *operator),
        Notice::OfflinePasswordRefused { operator, code } => json!({
            "told": "offline_password_refused", "operator": operator, "code": code,
        }),
        Notice::Added { operator } => about("added", *operator),
        Notice::Removed { operator } => about("removed", *operator),
        Notice::DeedTaken(deed) => json!({ "told": "deed_taken", "deed": deed }),
        Notice::DeedRefused { deed, code } => json!({
            "told": "deed_refused", "deed": deed, "code": code,
        }),
        Notice::PasswordRefused { operator, broken } => {
            let rules: Vec<&str> = broken.iter().map(|rule| rule.name()).collect();
            json!({ "told": "password_refused", "operator": operator, "rules": rules })
        }
        Notice::PasswordSent { operator, case } => json!({
            "told": "password_sent", "operator": operator, "case": case,
        }),
        Notice::Effective {
            operator,
            case,
            credential_version,
        } => json!({
            "told": "effective", "operator": operator, "case": case,
            "credential_version": credential_version,
        }),
        Notice::CredentialRevoked { operator } => about("credential_revoked", *operator),
        Notice::Refused {
            operator,
            code,
            retry_at,
            ..
        } => json!({
            "told": "refused", "operator": operator, "code": code, "retry_at": retry_at,
        }),
    }
}

fn about(told: &str, operator: OperatorNumber) -> Value {
    json!({ "told": told, "operator": operator })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_and_never_repeated() {
        let read = |line: &str| read(&Secret::new(line.to_owned()));
        assert!(matches!(read("sign-on 01 4826\n"), Ok(Act::SignOn(..))));
        assert!(matches!(read("code 01 12345678"), Ok(Act::Redeem(..))));
        assert!(matches!(read("abandon 01"), Ok(Act::AbandonReset(_))));
        let sale = read("sale 01 1250 6222020000004444121");
        assert!(
            matches!(sale, Ok(Act::Sale(_, sale)) if sale.card.to_string() == "622202******4121")
        );
        assert!(matches!(read("void 01 7 00"), Ok(Act::Void(_, _, 7))));
        assert!(matches!(read("number"), Ok(Act::ShowNumber)));
        assert!(matches!(
            read("answer 01 12345678"),
            Ok(Act::OfflineAnswer(..))
        ));
        assert!(matches!(read("add-cashier 00 03"), Ok(Act::AddCashier(..))));
        for bad in [
            "",
            "reset 01",
            "password 777 48261593",
            "code 01 4826159",
            "answer 01 4826159",
            "sign-on 01 4826 1593",
            "sale 01 1250 4826020000004444122",
        ] {
            let why = read(bad).unwrap_err();
            assert!(!why.contains("4826"), "{bad}: {why}");
        }
    }
}
