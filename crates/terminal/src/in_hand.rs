//! The number that proves that the terminal is in hand.
//!
//! 1. After every welcome the terminal says how far its numbers have come and learns the
//!    server's agreement key, signed with the key that it pinned; from that and its own
//!    backup key follows the key of its numbers. A server that does not know this report
//!    leaves it unanswered, and nothing else changes.
//! 2. A number is shown because the server asks for one in a case, or because somebody
//!    at the terminal does; without a link as well, once a key was agreed on.
//! 3. Its counter is reserved in storage before it is shown. A power cut may skip a
//!    number and never shows two numbers of one counter, or one number twice.

use serde::{Deserialize, Serialize};
use tillkey_wire::agreement::AgreementKey;
use tillkey_wire::cbor::{self, CborError};
use tillkey_wire::code::InHandNumber;
use tillkey_wire::ids::TerminalId;
use tillkey_wire::in_hand::InHandKey;
use tillkey_wire::message::Report;

use crate::counter::{Counter, Reserve};
use crate::device::{Device, Slot};
use crate::fault::Fault;
use crate::limits::NUMBERS_PER_WRITE;
use crate::link::Asked;
use crate::notice::{Notice, Step};
use crate::terminal::{Terminal, unreadable};

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Counted {
    Number,
    Challenge,
}

/// How far the numbers of one enrolment have come, and the challenges for which the same
/// key was agreed on.
pub(crate) struct InHand {
    terminal: TerminalId,
    agreement_key: AgreementKey,
    numbers: Counter,
    challenges: Counter,
}

/// As it is kept. It is not secret: the key of the numbers follows from the identity.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    v: u8,
    terminal: TerminalId,
    agreement_key: AgreementKey,
    through: u64,
    /// The same of challenges.
    #[serde(default)]
    challenges_through: u64,
}

const VERSION: u8 = 1;

impl InHand {
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        let kept: Kept = cbor::decode(bytes)?;
        if kept.v != VERSION {
            return Err(CborError::Unexpected {
                why: "another version".to_owned(),
            });
        }
        Ok(Self {
            terminal: kept.terminal,
            agreement_key: kept.agreement_key,
            numbers: Counter::kept(kept.through, NUMBERS_PER_WRITE)?,
            challenges: Counter::kept(kept.challenges_through, NUMBERS_PER_WRITE)?,
        })
    }

    /// Whether it is of this enrolment: another one begins anew.
    pub(crate) fn is_of(&self, terminal: TerminalId) -> bool {
        self.terminal == terminal
    }

    /// With what the terminal derives its keys.
    pub(crate) const fn agreement_key(&self) -> &AgreementKey {
        &self.agreement_key
    }

    const fn counter(&mut self, what: Counted) -> &mut Counter {
        match what {
            Counted::Number => &mut self.numbers,
            Counted::Challenge => &mut self.challenges,
        }
    }

    /// As it is kept, once so much more is reserved.
    fn to_bytes(&self, reserved: Option<(Counted, Reserve)>) -> Result<Vec<u8>, CborError> {
        let through = |what: Counted, counter: &Counter| match reserved {
            Some((reserved, reserve)) if reserved == what => reserve.through,
            _ => counter.through(),
        };
        cbor::encode(&Kept {
            v: VERSION,
            terminal: self.terminal,
            agreement_key: self.agreement_key.clone(),
            through: through(Counted::Number, &self.numbers),
            challenges_through: through(Counted::Challenge, &self.challenges),
        })
    }
}

impl<D: Device> Terminal<D> {
    /// Shows a number because somebody at the terminal asks for it: there is no link, or
    /// the bank's request has not come. It is a [`Notice::InHandNumber`].
    ///
    /// # Errors
    /// [`Fault::NotAgreed`] before the first connection to a server that knows such
    /// numbers, [`Fault::Device`] if its counter cannot be kept.
    pub fn show_number(&mut self) -> Result<Step, Fault> {
        self.sound()?;
        let number = self.draw_number()?;
        let mut step = Step::tell(Notice::InHandNumber {
            number,
            asked: None,
        });
        step.frames.extend(self.tell_in_hand()?);
        Ok(step)
    }

    /// The next number; its counter is in storage when this returns.
    pub(crate) fn draw_number(&mut self) -> Result<InHandNumber, Fault> {
        let counter = self.draw(Counted::Number)?;
        let in_hand = self.in_hand.as_ref().ok_or(Fault::NotAgreed)?;
        let (keys, enrolled) = self.enrolled()?;
        let key = InHandKey::of_terminal(enrolled.terminal, keys.backup(), &in_hand.agreement_key)?;
        Ok(key.number(counter))
    }

    /// The counter of the next challenge; it is in storage when this returns.
    pub(crate) fn draw_challenge(&mut self) -> Result<u64, Fault> {
        self.draw(Counted::Challenge)
    }

    fn draw(&mut self, what: Counted) -> Result<u64, Fault> {
        loop {
            let in_hand = self.in_hand.as_mut().ok_or(Fault::NotAgreed)?;
            let reserve = match in_hand.counter(what).next() {
                Ok(counter) => return Ok(counter),
                Err(reserve) => reserve,
            };
            let bytes = in_hand.to_bytes(Some((what, reserve)));
            let bytes = bytes.map_err(unreadable(Slot::InHand))?;
            self.save(Slot::InHand, &bytes)?;
            if let Some(in_hand) = &mut self.in_hand {
                in_hand.counter(what).reserved(reserve);
            }
        }
    }

    /// Tells the server how far the numbers have come, if it can be told now.
    pub(crate) fn tell_in_hand(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let counter = self
            .in_hand
            .as_ref()
            .map_or(0, |in_hand| in_hand.numbers.last());
        self.ask_once(Asked::InHand(counter), Report::InHand { counter })
    }

    /// Takes over the key that the server names.
    pub(crate) fn take_agreement(&mut self, agreement_key: &AgreementKey) -> Result<Step, Fault> {
        let (keys, enrolled) = self.enrolled()?;
        let terminal = enrolled.terminal;
        let is_new = self
            .in_hand
            .as_ref()
            .is_none_or(|in_hand| in_hand.agreement_key != *agreement_key);
        if is_new {
            InHandKey::of_terminal(terminal, keys.backup(), agreement_key)?;
            // The counters go on: the server remembers them for each terminal, not for
            // each key.
            let going_on = |counter: fn(&InHand) -> &Counter| {
                let through = self
                    .in_hand
                    .as_ref()
                    .map(|in_hand| counter(in_hand).through());
                Counter::new(through.unwrap_or(0), NUMBERS_PER_WRITE)
            };
            let agreed = InHand {
                terminal,
                agreement_key: agreement_key.clone(),
                numbers: going_on(|in_hand| &in_hand.numbers),
                challenges: going_on(|in_hand| &in_hand.challenges),
            };
            let bytes = agreed.to_bytes(None);
            let bytes = bytes.map_err(unreadable(Slot::InHand))?;
            self.save(Slot::InHand, &bytes)?;
            self.in_hand = Some(agreed);
        }
        if self.told_health.is_some() {
            return Ok(Step::default());
        }
        // It knows this report, so it knows the other one that came with it.
        self.tell_health()
    }
}
