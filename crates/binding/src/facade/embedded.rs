//! The terminal itself, and every call.

use std::collections::VecDeque;
use std::fmt;

use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::opaque::Stretching;
use tillkey_terminal::{Step, Terminal};

use super::device::Assembled;
use super::{Fault, Notice, Place, Profile, Random, Surroundings, Turn};
use crate::limits::{FRAMES_WAITING_MAX, NOTICES_WAITING_MAX};

/// What a terminal is made of.
pub struct Parts {
    /// Where it keeps what it has to.
    pub place: Place,
    /// Clock and condition.
    pub surroundings: Box<dyn Surroundings>,
    /// Where randomness comes from.
    pub random: Random,
    /// What stretches passwords.
    pub stretching: Stretching,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("place", &self.place)
            .field("random", &self.random)
            .finish_non_exhaustive()
    }
}

/// A terminal as another language holds it.
pub struct Embedded(pub(super) Turn<Inside>);

pub(super) struct Inside {
    pub(super) terminal: Terminal<Assembled>,
    pub(super) random: Random,
    frames: VecDeque<Vec<u8>>,
    notices: VecDeque<Notice>,
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Embedded")
    }
}

impl Embedded {
    /// Opens a terminal on what it kept. Nothing is written.
    ///
    /// # Errors
    /// [`Fault::Profile`], [`Fault::Storage`], [`Fault::StorageDamaged`],
    /// [`Fault::OtherDevice`].
    pub fn open(profile: &Profile, parts: Parts) -> Result<Self, Fault> {
        let Parts {
            place,
            surroundings,
            random,
            stretching,
        } = parts;
        let device = Assembled {
            place,
            surroundings,
        };
        let terminal = Terminal::open_with(device, profile.try_into()?, stretching)?;
        Ok(Self(Turn::new(Inside {
            terminal,
            random,
            frames: VecDeque::new(),
            notices: VecDeque::new(),
        })))
    }

    /// Closes the terminal once it is nobody else's turn. Nothing of the vendor's is called
    /// after that.
    ///
    /// # Errors
    /// [`Fault::Closed`], [`Fault::Reentered`].
    pub fn close(&self) -> Result<(), Fault> {
        self.0.end()
    }

    pub(super) fn call(
        &self,
        call: impl FnOnce(&mut Inside) -> Result<Step, Fault>,
    ) -> Result<(), Fault> {
        self.0.take(|inside| {
            inside.has_room()?;
            let step = call(inside)?;
            inside.keep(step);
            Ok(())
        })
    }

    pub(super) fn operate(
        &self,
        operator: u8,
        call: impl FnOnce(
            &mut Terminal<Assembled>,
            OperatorNumber,
        ) -> Result<Step, tillkey_terminal::Fault>,
    ) -> Result<(), Fault> {
        self.call(|inside| Ok(call(&mut inside.terminal, number(operator)?)?))
    }
}

/// The link.
impl Embedded {
    /// There is a link. Frames of an earlier one are forgotten; the first one of this one
    /// waits to be taken.
    ///
    /// # Errors
    /// [`Fault::NotEnrolled`] if there is nothing to say without an enrolment code.
    pub fn connected(&self) -> Result<(), Fault> {
        self.call(|inside| {
            inside.frames.clear();
            Ok(inside.terminal.connected()?)
        })
    }

    /// The link is gone.
    ///
    /// # Errors
    /// [`Fault::Panicked`], [`Fault::Reentered`].
    pub fn disconnected(&self) -> Result<(), Fault> {
        self.0.take(|inside| {
            inside.frames.clear();
            let step = inside.terminal.disconnected();
            inside.keep(step);
            Ok(())
        })
    }

    /// A frame came over the link.
    ///
    /// # Errors
    /// Mostly those whose advice is to ignore them: the frame changed nothing.
    pub fn receive(&self, frame: &[u8]) -> Result<(), Fault> {
        self.call(|inside| {
            let mut rng = inside.random.draw()?;
            Ok(inside.terminal.receive(frame, &mut rng)?)
        })
    }

    /// Sends again what the server has not answered for yet: when a time to try again has
    /// come.
    ///
    /// # Errors
    /// [`Fault::Storage`].
    pub fn resend(&self) -> Result<(), Fault> {
        self.call(|inside| Ok(inside.terminal.resend()?))
    }

    /// Takes the oldest frame that is to be sent, if `take` takes it.
    ///
    /// # Errors
    /// What `take` gives; the frame then stays the next one.
    pub fn next_frame<R>(
        &self,
        take: impl FnOnce(Option<&[u8]>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        self.0.take(|inside| {
            let taken = take(inside.frames.front().map(Vec::as_slice))?;
            inside.frames.pop_front();
            Ok(taken)
        })
    }

    /// Takes the oldest notice that is to be shown.
    ///
    /// # Errors
    /// [`Fault::Panicked`], [`Fault::Reentered`].
    pub fn next_notice(&self) -> Result<Option<Notice>, Fault> {
        self.0.take(|inside| Ok(inside.notices.pop_front()))
    }
}

impl Inside {
    /// Whoever does not take what waits is told so, before there is no memory left.
    fn has_room(&self) -> Result<(), Fault> {
        if self.frames.len() < FRAMES_WAITING_MAX && self.notices.len() < NOTICES_WAITING_MAX {
            Ok(())
        } else {
            Err(Fault::NotTakenYet)
        }
    }

    fn keep(&mut self, step: Step) {
        self.frames.extend(step.frames);
        self.notices
            .extend(step.notices.into_iter().map(Notice::from));
    }
}

pub(super) fn number(operator: u8) -> Result<OperatorNumber, Fault> {
    OperatorNumber::new(operator).map_err(|_| Fault::Operator)
}
