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

use crate::counter::Counter;
use crate::device::{Device, Slot};
use crate::fault::Fault;
use crate::limits::NUMBERS_PER_WRITE;
use crate::link::Asked;
use crate::notice::{Notice, Step};
use crate::terminal::{Terminal, unreadable};

/// How far the numbers of one enrolment have come.
pub(crate) struct InHand {
    terminal: TerminalId,
    agreement_key: AgreementKey,
    counter: Counter,
}

/// As it is kept. It is not secret: the key of the numbers follows from the identity.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    v: u8,
    terminal: TerminalId,
    agreement_key: AgreementKey,
    through: u64,
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
            counter: Counter::new(kept.through, NUMBERS_PER_WRITE),
        })
    }

    /// Whether it is of this enrolment: another one begins anew.
    pub(crate) fn is_of(&self, terminal: TerminalId) -> bool {
        self.terminal == terminal
    }

    fn to_bytes(&self, through: u64) -> Result<Vec<u8>, CborError> {
        cbor::encode(&Kept {
            v: VERSION,
            terminal: self.terminal,
            agreement_key: self.agreement_key.clone(),
            through,
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
        let counter = loop {
            let in_hand = self.in_hand.as_mut().ok_or(Fault::NotAgreed)?;
            match in_hand.counter.next() {
                Ok(counter) => break counter,
                Err(reserve) => {
                    let bytes = in_hand.to_bytes(reserve.through);
                    let bytes = bytes.map_err(unreadable(Slot::InHand))?;
                    self.save(Slot::InHand, &bytes)?;
                    if let Some(in_hand) = &mut self.in_hand {
                        in_hand.counter.reserved(reserve);
                    }
                }
            }
        };
        let in_hand = self.in_hand.as_ref().ok_or(Fault::NotAgreed)?;
        let (keys, enrolled) = self.enrolled()?;
        let key = InHandKey::of_terminal(enrolled.terminal, keys.backup(), &in_hand.agreement_key)?;
        Ok(key.number(counter))
    }

    /// Tells the server how far the numbers have come, if it can be told now.
    pub(crate) fn tell_in_hand(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let counter = self
            .in_hand
            .as_ref()
            .map_or(0, |in_hand| in_hand.counter.last());
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
            // The counter goes on: the server remembers one for each terminal, not for
            // each key.
            let through = self
                .in_hand
                .as_ref()
                .map_or(0, |in_hand| in_hand.counter.through());
            let agreed = InHand {
                terminal,
                agreement_key: agreement_key.clone(),
                counter: Counter::new(through, NUMBERS_PER_WRITE),
            };
            let bytes = agreed.to_bytes(through);
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
