//! The till as a state machine: what is on the screen, and what an event makes of it.
//!
//! Pure: keys, ticks of the clock and what the till tells come in, effects come out.
//! It holds no socket, draws nothing and reads no clock. A password is in here only
//! while it is being typed: it is wiped when it is confirmed, cancelled, cannot be sent,
//! or is left alone for a minute.

mod cashiers;
mod forgotten;
mod key;
mod number;
mod payment;
mod screen;
mod told;

use jiff::{SignedDuration, Timestamp};
use tillkey_terminal::OperatorView;
use tillkey_terminal::wire::code::EnrolmentCode;
use tillkey_terminal::wire::ids::{OperatorNumber, SerialNumber};

use super::entry::{Field, Name};
use super::words::{Language, Word};
use crate::till::{Act, Server, Told, View};

pub(crate) use cashiers::{ADD, Change, REMOVE, RESET};
pub(crate) use forgotten::Challenge;
pub(crate) use number::Number;
pub(crate) use payment::{Dip, Errand, Item};
pub(crate) use screen::{Ask, Choosing, Purpose, Said, Screen, Tone, Wait, Waiting, left};

/// How long a password may stand half typed.
const PASSWORD_IDLE_MAX: SignedDuration = SignedDuration::from_secs(60);
/// How long a banner stands that is only to be read.
const BANNER_STANDS: SignedDuration = SignedDuration::from_secs(30);
/// How long a code is announced if the device's clock says that it is over already: the
/// clock may be years off, and the server decides.
const CODE_STANDS: SignedDuration = SignedDuration::from_mins(10);

/// A key of the till.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// A digit, or a letter where one is asked for.
    Char(char),
    Confirm,
    Correct,
    Cancel,
    Up,
    Down,
    /// To the reset code.
    Code,
    /// To the number that proves the terminal in hand.
    Number,
    Language,
    Leave,
}

/// What happens to the screen.
pub(crate) enum Event {
    Key(Key),
    Tick(Timestamp),
    /// Where the terminal stands now.
    View(View),
    Told(Told),
}

/// What the screen wants done.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Become this device, at this server, and enrol.
    Enrol {
        server: Server,
        serial_number: SerialNumber,
        code: EnrolmentCode,
    },
    /// Do something at the terminal.
    Act(Act),
    /// End.
    Leave,
}

/// The link, as far as it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// There is none, and none is wanted yet.
    Off,
    Connecting,
    /// It is gone; tried again then.
    Down {
        again_at: Option<Timestamp>,
    },
}

/// A line across the screen that waits for nobody.
#[derive(Debug)]
pub(crate) struct Banner {
    pub(crate) said: Said,
    /// Whose code the code key leads to.
    pub(crate) code_for: Option<OperatorNumber>,
    /// What the number key leads to.
    pub(crate) number: Option<Number>,
    pub(crate) until: Timestamp,
}

/// The till.
pub(crate) struct Model {
    pub(crate) language: Language,
    pub(crate) now: Timestamp,
    pub(crate) server: String,
    pub(crate) serial_number: SerialNumber,
    pub(crate) view: View,
    pub(crate) link: Link,
    pub(crate) screen: Screen,
    pub(crate) signed_on: Option<OperatorNumber>,
    pub(crate) banner: Option<Banner>,
    /// Why the server does not serve the terminal.
    pub(crate) unserved: Option<Said>,
    /// The reset whose code was right, until its password is in force or given up.
    choosing: Option<Choosing>,
    /// The challenge whose answer is being compared.
    challenge: Option<Challenge>,
    /// The operator pressed the sign-off key.
    leaving: bool,
    /// What the supervisor is signing on to confirm.
    errand: Option<Errand>,
    /// The supervisor is signed on for an errand that is being recorded.
    confirmed: bool,
    typed_at: Timestamp,
}

/// What a till starts from.
pub(crate) struct Start {
    pub(crate) language: Language,
    pub(crate) now: Timestamp,
    pub(crate) server: String,
    pub(crate) serial_number: SerialNumber,
    pub(crate) view: View,
    /// It has asked to be enrolled and has not heard the answer.
    pub(crate) enrolling: bool,
}

impl Model {
    pub(crate) fn new(start: Start) -> Self {
        let Start {
            language,
            now,
            server,
            serial_number,
            view,
            enrolling,
        } = start;
        let enrolled = view.enrolled.is_some();
        let mut model = Self {
            language,
            now,
            server,
            serial_number,
            view,
            link: if enrolled || enrolling {
                Link::Connecting
            } else {
                Link::Off
            },
            screen: Screen::Menu,
            signed_on: None,
            banner: None,
            unserved: None,
            choosing: None,
            challenge: None,
            leaving: false,
            errand: None,
            confirmed: false,
            typed_at: now,
        };
        if enrolling {
            model.wait(Waiting::Enrolling, None);
        } else {
            model.go_home(None);
        }
        model
    }

    /// Takes an event; gives what is to be done.
    pub(crate) fn update(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Key(key) => {
                self.typed_at = self.now;
                self.press(key)
            }
            Event::Tick(now) => {
                self.tick(now);
                self.tick_payment()
            }
            Event::View(view) => {
                self.view = view;
                Vec::new()
            }
            Event::Told(told) => self.hear(told),
        }
    }

    fn tick(&mut self, now: Timestamp) {
        self.now = now;
        if self
            .banner
            .as_ref()
            .is_some_and(|banner| banner.until <= now)
        {
            self.banner = None;
        }
        if let Screen::Number(number) = &self.screen
            && number.until <= now
        {
            self.go_home(None);
        }
        if now.duration_since(self.typed_at) >= PASSWORD_IDLE_MAX
            && let Screen::Ask(ask) = &mut self.screen
            && ask.form.wipe_passwords()
        {
            ask.said = Some(Said::new(Word::IdleWiped, Tone::Plain));
        }
    }

    /// The screen where nothing is under way.
    fn go_home(&mut self, said: Option<Said>) {
        self.screen = if self.view.enrolled.is_none() {
            self.enrolment(said)
        } else if self.signed_on.is_some() {
            if let Some(said) = said {
                self.announce(said);
            }
            Screen::Menu
        } else {
            sign_on(None, said)
        };
    }

    fn enrolment(&self, said: Option<Said>) -> Screen {
        let fields = vec![
            Field::filled(Name::Server, &self.server),
            Field::filled(Name::SerialNumber, self.serial_number.as_str()),
            Field::new(Name::EnrolmentCode),
        ];
        Screen::ask(Purpose::Enrol, fields, said)
    }

    fn wait(&mut self, what: Waiting, operator: Option<OperatorNumber>) {
        self.screen = Screen::Wait(Wait { what, operator });
    }

    /// What is waited for, if it is this operator's.
    fn waits_for(&self, operator: OperatorNumber) -> Option<Waiting> {
        match &self.screen {
            Screen::Wait(wait) if wait.operator == Some(operator) => Some(wait.what),
            _ => None,
        }
    }

    fn announce(&mut self, said: Said) {
        let until = later(self.now, BANNER_STANDS);
        self.banner = Some(Banner {
            said,
            code_for: None,
            number: None,
            until,
        });
    }

    /// How far something has come that waits for nobody. What somebody has to do about
    /// stands before it.
    fn announce_progress(&mut self, said: Said) {
        let is_wanted = |banner: &Banner| banner.code_for.is_some() || banner.number.is_some();
        if !self.banner.as_ref().is_some_and(is_wanted) {
            self.announce(said);
        }
    }

    fn announce_code(&mut self, operator: OperatorNumber, expires_at: Timestamp) {
        let until = if expires_at > self.now {
            expires_at
        } else {
            later(self.now, CODE_STANDS)
        };
        let said = Said::new(Word::CodeIssued, Tone::Plain).of(operator);
        self.banner = Some(Banner {
            said,
            code_for: Some(operator),
            number: None,
            until,
        });
    }

    fn forget_banner_of(&mut self, operator: OperatorNumber) {
        if self
            .banner
            .as_ref()
            .is_some_and(|banner| banner.code_for == Some(operator))
        {
            self.banner = None;
        }
    }

    fn operator(&self, number: OperatorNumber) -> Option<&OperatorView> {
        self.view
            .operators
            .iter()
            .find(|operator| operator.number == number)
    }
}

/// The sign-on screen, with the operator filled in if known.
fn sign_on(operator: Option<OperatorNumber>, said: Option<Said>) -> Screen {
    let fields = vec![operator_field(operator), Field::new(Name::Password)];
    Screen::ask(Purpose::SignOn, fields, said)
}

/// The screen for a reset code, with the operator filled in if known.
fn code_entry(purpose: Purpose, operator: Option<OperatorNumber>, said: Option<Said>) -> Screen {
    let fields = vec![operator_field(operator), Field::new(Name::ResetCode)];
    Screen::ask(purpose, fields, said)
}

/// The screen for a new password.
fn choice(choosing: Choosing, said: Option<Said>) -> Screen {
    let fields = vec![Field::new(Name::NewPassword), Field::new(Name::Again)];
    Screen::ask(Purpose::Choose(choosing), fields, said)
}

fn operator_field(operator: Option<OperatorNumber>) -> Field {
    operator.map_or_else(
        || Field::new(Name::Operator),
        |number| Field::filled(Name::Operator, &number.to_string()),
    )
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
