//! A new password without a link: a challenge is shown, and the answer to it opens the
//! choice.
//!
//! 1. `offline_challenge` draws a counter that was never used, keeps the challenge in the
//!    book, then shows it. One stands at a time; asked for again, the same one is shown
//!    as long as it waits, so that a wrong key costs nobody the digits that were just
//!    read out.
//! 2. `offline_answer` counts the try in storage before it compares. A right answer opens
//!    the choice in memory, and is used up only with the choice: after a power cut in
//!    between it is typed again.
//! 3. The choice, the end of the challenge and the deed that tells of it are one write.
//!
//! How long a challenge waits goes by the device's clock, which somebody may set: the
//! answer is bound to the counter, and opens one choice, whatever the clock says.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use tillkey_wire::code::OfflineAnswer;
use tillkey_wire::ids::OperatorNumber;
use tillkey_wire::offline::{OfflineKey, Whose};

use crate::device::Device;
use crate::fault::Fault;
use crate::limits::{ANSWERS_MAX, CHALLENGE_MINUTES};
use crate::notice::{Notice, Step};
use crate::offline_password::Authority;
use crate::terminal::Terminal;

/// A challenge that waits for its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Challenge {
    pub(crate) operator: OperatorNumber,
    pub(crate) counter: u64,
    /// By the device's clock.
    shown_at: Timestamp,
    /// How many answers were compared.
    answers: u32,
}

impl Challenge {
    /// Until when it waits.
    fn until(&self) -> Timestamp {
        let stands = SignedDuration::from_mins(CHALLENGE_MINUTES);
        self.shown_at.checked_add(stands).unwrap_or(Timestamp::MAX)
    }

    /// Whether it takes an answer. A clock that was set back makes it no younger.
    fn waits(&self, now: Timestamp) -> bool {
        (self.shown_at..self.until()).contains(&now) && self.answers < ANSWERS_MAX
    }
}

impl<D: Device> Terminal<D> {
    /// Somebody forgot a password and there is no link: shows what to read out to the
    /// bank. It is a [`Notice::OfflineChallenge`].
    ///
    /// # Errors
    /// [`Fault::NotAgreed`] before the first connection to a server that takes such
    /// challenges, [`Fault::NoSuchOperator`], [`Fault::Device`] if it cannot be kept.
    pub fn offline_challenge(&mut self, operator: OperatorNumber) -> Result<Step, Fault> {
        self.sound()?;
        let key = self.offline_key()?;
        let book = self.book.as_ref().ok_or(Fault::NotEnrolled)?;
        if !book.operators.contains_key(&operator) {
            return Err(Fault::NoSuchOperator { operator });
        }
        let now = self.device.now();
        let standing = book
            .challenge
            .filter(|challenge| challenge.operator == operator && challenge.waits(now));
        let challenge = match standing {
            Some(standing) => standing,
            None => {
                let challenge = Challenge {
                    operator,
                    counter: self.draw_challenge()?,
                    shown_at: now,
                    answers: 0,
                };
                self.change_book(|book| book.challenge = Some(challenge))?;
                challenge
            }
        };
        Ok(Step::tell(Notice::OfflineChallenge {
            operator,
            challenge: key.challenge(self.whose(operator), challenge.counter),
            until: challenge.until(),
            tries_left: ANSWERS_MAX - challenge.answers,
        }))
    }

    /// Somebody typed the answer to the challenge. A right one is a
    /// [`Notice::ChooseNow`].
    ///
    /// # Errors
    /// [`Fault::OutOfOrder`] where no challenge of this operator waits for an answer, or
    /// not any more; [`Fault::Busy`], [`Fault::Device`].
    pub fn offline_answer(
        &mut self,
        operator: OperatorNumber,
        answer: &OfflineAnswer,
    ) -> Result<Step, Fault> {
        self.sound()?;
        let key = self.offline_key()?;
        let now = self.device.now();
        let standing = self.book.as_ref().and_then(|book| book.challenge);
        let challenge = standing
            .filter(|challenge| challenge.operator == operator)
            .ok_or(Fault::OutOfOrder { operator })?;
        if !challenge.waits(now) {
            // For good: a clock that is set back later makes it wait no longer.
            self.change_book(|book| book.challenge = None)?;
            return Err(Fault::OutOfOrder { operator });
        }
        let answers = challenge.answers + 1;
        self.change_book(|book| {
            book.challenge = Some(Challenge {
                answers,
                ..challenge
            });
        })?;
        let expected = key.answer(self.whose(operator), challenge.counter);
        let given = answer.expose().as_bytes();
        if !bool::from(expected.expose().as_bytes().ct_eq(given)) {
            return Ok(Step::tell(Notice::WrongAnswer {
                operator,
                tries_left: ANSWERS_MAX - answers,
            }));
        }
        let counter = challenge.counter;
        self.let_choose(operator, Authority::Answer { counter })
    }

    fn offline_key(&self) -> Result<OfflineKey, Fault> {
        let (keys, enrolled) = self.enrolled()?;
        let agreed = self.in_hand.as_ref().ok_or(Fault::NotAgreed)?;
        let key =
            OfflineKey::of_terminal(enrolled.terminal, keys.backup(), agreed.agreement_key())?;
        Ok(key)
    }

    const fn whose(&self, operator: OperatorNumber) -> Whose<'_> {
        Whose {
            serial_number: &self.profile.serial_number,
            operator,
        }
    }
}
