//! What the checks stand on: names, keys, a merchant with a terminal.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng;
use rand::rngs::StdRng;
use tillkey_rules::event::{CaseEvent, OldPassword};
use tillkey_rules::party::{Actor, Subject};
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};
use tillkey_wire::ids::{AcquirerId, CaseId, MerchantNumber, OperatorNumber, TerminalId};
use tillkey_wire::secret::Secret;

use crate::case::Step;
use crate::fault::Fault;
use crate::party::acquirer::{self, Acquirer};
use crate::party::merchant::{self, NewMerchant};
use crate::party::operator;
use crate::party::terminal::{self, NewTerminal};
use crate::seal::SealKeys;
use crate::tx::Tx;

/// Reads a text that is known to be right.
pub(super) fn id<T: FromStr>(text: &str) -> T {
    let Ok(id) = text.parse() else {
        unreachable!("{text} has the required shape")
    };
    id
}

/// A moment, in seconds after the checks' beginning.
pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH
        .checked_add(SignedDuration::from_secs(1_700_000_000 + second))
        .unwrap_or(Timestamp::MAX)
}

pub(super) fn keys() -> SealKeys {
    SealKeys {
        wrapping: Secret::new([1; 32]),
        index: Secret::new([2; 32]),
        code: Secret::new([3; 32]),
    }
}

pub(super) fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

pub(super) fn bank() -> AcquirerId {
    id("demo-bank")
}

pub(super) fn shop() -> MerchantNumber {
    id("898310054110001")
}

pub(super) fn other_shop() -> MerchantNumber {
    id("898310054110002")
}

pub(super) fn till() -> TerminalId {
    TerminalId::from_bytes([1; 10])
}

pub(super) fn cashier() -> OperatorNumber {
    id("01")
}

pub(super) fn case_id(number: u8) -> CaseId {
    CaseId::from_bytes([number; 10])
}

pub(super) fn subject() -> Subject {
    Subject {
        acquirer: bank(),
        merchant: shop(),
        terminal: till(),
        terminal_number: id("12345678"),
        operator: cashier(),
    }
}

pub(super) fn new_terminal(terminal: TerminalId, number: &str, serial: &str) -> NewTerminal {
    NewTerminal {
        id: terminal,
        acquirer: bank(),
        merchant: shop(),
        number: id(number),
        serial_number: id(serial),
        model: "T1".to_owned(),
        now: at(0),
    }
}

/// One acquirer, two merchants, one terminal with one cashier.
pub(super) fn settle(tx: &mut dyn Tx) -> Result<(), Fault> {
    let (keys, mut rng) = (keys(), rng(1));
    let bank = Acquirer {
        id: bank(),
        name: "Demo Bank".to_owned(),
        created_at: at(0),
    };
    acquirer::add(tx, &keys, &bank, &mut rng)?;
    for number in [shop(), other_shop()] {
        let merchant = NewMerchant {
            number,
            acquirer: bank.id.clone(),
            status: MerchantStatus::Active,
            name: Secret::new("Noodle House".to_owned()),
            now: at(0),
        };
        merchant::add(tx, &keys, &merchant, &mut rng)?;
    }
    terminal::add(tx, &new_terminal(till(), "12345678", "SN-000001"))?;
    operator::add(tx, till(), cashier(), at(0))?;
    Ok(())
}

pub(super) fn opened(subject: Option<Subject>, deadline: Timestamp) -> CaseEvent {
    CaseEvent::Opened {
        subject,
        claimed: "nobody".to_owned(),
        channel: Channel::App,
        reason: Reason::Forgotten,
        deadline,
        offline: false,
    }
}

pub(super) fn matched() -> CaseEvent {
    CaseEvent::Matched {
        kind: EvidenceKind::SmsCode,
        contact_version: Some(1),
    }
}

pub(super) fn approved() -> CaseEvent {
    CaseEvent::Approved {
        old_password: OldPassword::Kept,
    }
}

/// What the system did at a moment.
pub(super) fn step<'a>(
    acquirer: &'a AcquirerId,
    at: Timestamp,
    events: &'a [CaseEvent],
) -> Step<'a> {
    Step {
        acquirer,
        at,
        by: &Actor::System,
        events,
    }
}
