//! What people do at a terminal.

use rand::rngs::StdRng;
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Step, Terminal};

use super::device::Assembled;
use super::embedded::number;
use super::{Embedded, Fault};

/// A call of the SDK's that takes a password.
type WithPassword = fn(
    &mut Terminal<Assembled>,
    OperatorNumber,
    Secret<String>,
    &mut StdRng,
) -> Result<Step, tillkey_terminal::Fault>;

/// A call of the SDK's that a supervisor makes about a cashier.
type Supervised = fn(
    &mut Terminal<Assembled>,
    OperatorNumber,
    OperatorNumber,
) -> Result<Step, tillkey_terminal::Fault>;

/// What people do.
impl Embedded {
    /// Somebody types the enrolment code.
    ///
    /// # Errors
    /// [`Fault::Code`], [`Fault::AlreadyEnrolled`], [`Fault::Storage`].
    pub fn enrol(&self, code: &str) -> Result<(), Fault> {
        let code = code.parse().map_err(|_| Fault::Code)?;
        self.call(|inside| {
            let mut rng = inside.random.draw()?;
            Ok(inside.terminal.enrol(&code, &mut rng)?)
        })
    }

    /// An operator types a password.
    ///
    /// # Errors
    /// [`Fault::Offline`], [`Fault::Busy`], [`Fault::NotEnrolled`].
    pub fn sign_on(&self, operator: u8, password: Secret<String>) -> Result<(), Fault> {
        self.with_password((operator, password), Terminal::sign_on)
    }

    /// An operator leaves.
    ///
    /// # Errors
    /// [`Fault::OutOfOrder`] if the operator is not signed on.
    pub fn sign_off(&self, operator: u8) -> Result<(), Fault> {
        self.operate(operator, Terminal::sign_off)
    }

    /// An operator without a password wants one.
    ///
    /// # Errors
    /// [`Fault::Offline`], [`Fault::Busy`], [`Fault::NotEnrolled`].
    pub fn first_password(&self, operator: u8) -> Result<(), Fault> {
        self.operate(operator, Terminal::first_password)
    }

    /// An operator types a reset code.
    ///
    /// # Errors
    /// [`Fault::Code`], [`Fault::Offline`], [`Fault::Busy`], [`Fault::NotEnrolled`].
    pub fn redeem(&self, operator: u8, code: &str) -> Result<(), Fault> {
        let code = code.parse().map_err(|_| Fault::Code)?;
        self.operate(operator, |terminal, operator| {
            terminal.redeem(operator, code)
        })
    }

    /// An operator chooses a password. If it breaks a rule, a notice says which.
    ///
    /// # Errors
    /// [`Fault::OutOfOrder`] where none may be chosen now, [`Fault::Offline`].
    pub fn choose_password(&self, operator: u8, password: Secret<String>) -> Result<(), Fault> {
        self.with_password((operator, password), Terminal::choose_password)
    }

    /// Gives up a reset before its password is sent.
    ///
    /// # Errors
    /// [`Fault::Operator`].
    pub fn abandon_reset(&self, operator: u8) -> Result<(), Fault> {
        self.operate(operator, |terminal, operator| {
            terminal.abandon_reset(operator);
            Ok(Step::default())
        })
    }

    /// Somebody forgot a password and there is no link: a notice says what to read out.
    ///
    /// # Errors
    /// [`Fault::NotAgreed`], [`Fault::NoSuchOperator`], [`Fault::Storage`].
    pub fn offline_challenge(&self, operator: u8) -> Result<(), Fault> {
        self.operate(operator, Terminal::offline_challenge)
    }

    /// Somebody types the answer to the challenge.
    ///
    /// # Errors
    /// [`Fault::Code`], [`Fault::OutOfOrder`] where none waits for one, [`Fault::Storage`].
    pub fn offline_answer(&self, operator: u8, answer: &str) -> Result<(), Fault> {
        let answer = answer.parse().map_err(|_| Fault::Code)?;
        self.operate(operator, |terminal, operator| {
            terminal.offline_answer(operator, &answer)
        })
    }

    /// A supervisor adds a cashier, who has no password yet.
    ///
    /// # Errors
    /// [`Fault::SignOnAgain`], [`Fault::NotACashier`], [`Fault::AlreadyThere`],
    /// [`Fault::Busy`], [`Fault::Storage`].
    pub fn add_cashier(&self, supervisor: u8, operator: u8) -> Result<(), Fault> {
        self.supervise((supervisor, operator), Terminal::add_cashier)
    }

    /// A supervisor removes a cashier: password and session end at once.
    ///
    /// # Errors
    /// [`Fault::SignOnAgain`], [`Fault::NotACashier`], [`Fault::NoSuchOperator`],
    /// [`Fault::Busy`], [`Fault::Storage`].
    pub fn remove_cashier(&self, supervisor: u8, operator: u8) -> Result<(), Fault> {
        self.supervise((supervisor, operator), Terminal::remove_cashier)
    }

    /// A supervisor has a cashier choose a new password.
    ///
    /// # Errors
    /// As [`Self::remove_cashier`].
    pub fn reset_cashier(&self, supervisor: u8, operator: u8) -> Result<(), Fault> {
        self.supervise((supervisor, operator), Terminal::reset_cashier)
    }

    /// Somebody wants the number that proves the terminal in hand.
    ///
    /// # Errors
    /// [`Fault::NotAgreed`], [`Fault::Storage`].
    pub fn show_number(&self) -> Result<(), Fault> {
        self.call(|inside| Ok(inside.terminal.show_number()?))
    }

    /// Tells the server how the device is, if that has changed noticeably.
    ///
    /// # Errors
    /// [`Fault::Storage`].
    pub fn report_health(&self) -> Result<(), Fault> {
        self.call(|inside| Ok(inside.terminal.report_health()?))
    }

    fn supervise(&self, (supervisor, operator): (u8, u8), call: Supervised) -> Result<(), Fault> {
        let supervisor = number(supervisor)?;
        self.operate(operator, |terminal, operator| {
            call(terminal, supervisor, operator)
        })
    }

    fn with_password(
        &self,
        (operator, password): (u8, Secret<String>),
        call: WithPassword,
    ) -> Result<(), Fault> {
        self.call(|inside| {
            let mut rng = inside.random.draw()?;
            let operator = number(operator)?;
            Ok(call(&mut inside.terminal, operator, password, &mut rng)?)
        })
    }
}
