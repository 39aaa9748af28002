//! What can be on the screen.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tillkey_terminal::wire::code::ResetCode;
use tillkey_terminal::wire::ids::{OperatorNumber, RefusalCode};
use tillkey_terminal::wire::journal::Entry;
use tillkey_terminal::wire::password::{PasswordRules, Rule};

use super::{Challenge, Change, Dip, Errand, Number};
use crate::terminal::entry::{Field, Form};
use crate::terminal::words::{Filled, Language, Word};

/// What is on the screen.
pub(crate) enum Screen {
    /// Something is to be typed.
    Ask(Ask),
    /// Somebody is signed on.
    Menu,
    /// An operator without a password may get one.
    Offer(OperatorNumber),
    /// A number is to be read out.
    Number(Number),
    /// A card is to be dipped.
    Dip {
        dip: Dip,
        /// What is to be said of the last try.
        said: Option<Said>,
    },
    /// The batch is to be settled.
    Settle,
    /// What was recorded.
    Receipt(Box<Entry>),
    /// The open batch, from that entry down.
    Journal { top: usize },
    /// The cashiers, one of them chosen.
    Cashiers {
        at: usize,
        /// What is to be said of the last change.
        said: Option<Said>,
    },
    /// A change that is asked for once more.
    Sure(Change),
    /// The keypad is to be given to whoever chooses.
    HandOver(Choosing),
    /// The server, or the link, is waited for.
    Wait(Wait),
    /// Something is to be read, then confirmed.
    Done {
        said: Said,
        /// Who will want to sign on.
        operator: Option<OperatorNumber>,
        /// The till ends with it.
        is_last: bool,
    },
}

impl Screen {
    pub(super) fn ask(purpose: Purpose, fields: Vec<Field>, said: Option<Said>) -> Self {
        Self::Ask(Ask {
            purpose,
            form: Form::new(fields),
            said,
        })
    }
}

/// Something that is to be typed.
pub(crate) struct Ask {
    pub(crate) purpose: Purpose,
    pub(crate) form: Form,
    /// What is to be said of the last try.
    pub(crate) said: Option<Said>,
}

/// What is typed for.
pub(crate) enum Purpose {
    Enrol,
    SignOn,
    /// A code that was sent to somebody.
    CodeSent,
    /// A code that is shown right here.
    CodeShown {
        operator: OperatorNumber,
        code: ResetCode,
        expires_at: Timestamp,
    },
    Choose(Choosing),
    /// Who forgot a password, while there is no link.
    Forgotten,
    /// The answer to a challenge.
    Answer(Challenge),
    /// Who is added.
    AddCashier,
    /// How much is taken.
    Sale,
    /// How much is given back.
    Refund,
    /// Which sale is undone.
    Void,
    /// The supervisor's password.
    Confirm(Errand),
}

impl Purpose {
    /// Whether it can only be done with a link.
    pub(super) const fn needs_link(&self) -> bool {
        match self {
            Self::CodeSent | Self::CodeShown { .. } => true,
            Self::Choose(choosing) => !choosing.is_here,
            Self::Enrol
            | Self::SignOn
            | Self::Forgotten
            | Self::Answer(_)
            | Self::AddCashier
            | Self::Sale
            | Self::Refund
            | Self::Void
            | Self::Confirm(_) => false,
        }
    }
}

/// A reset whose code was right, or that a supervisor wanted.
#[derive(Debug, Clone)]
pub(crate) struct Choosing {
    pub(crate) operator: OperatorNumber,
    pub(crate) until: Timestamp,
    pub(crate) rules: PasswordRules,
    /// What the last try broke.
    pub(crate) broken: BTreeSet<Rule>,
    /// It is put in force here, without the link.
    pub(crate) is_here: bool,
}

/// A wait.
pub(crate) struct Wait {
    pub(crate) what: Waiting,
    pub(crate) operator: Option<OperatorNumber>,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    Enrolling,
    SigningOn,
    /// For a code for a first password.
    Asking,
    Redeeming,
    Registering,
    /// For a number that proves the terminal in hand.
    Numbering,
    /// For the word that the new password works.
    Confirming,
    /// For a challenge.
    Challenging,
    /// For what an answer opens.
    Answering,
    /// For what a supervisor changes.
    Managing,
    /// For the bank's word that a cashier may choose.
    Permitting,
    /// For the supervisor's sign-on.
    Supervisor,
    /// For a transaction to be on storage.
    Recording,
}

impl Waiting {
    /// Whether it goes on only with a link.
    pub(crate) const fn needs_link(self) -> bool {
        !matches!(
            self,
            Self::SigningOn
                | Self::Supervisor
                | Self::Recording
                | Self::Numbering
                | Self::Challenging
                | Self::Answering
                | Self::Managing
        )
    }

    pub(crate) const fn word(self) -> Word {
        match self {
            Self::Enrolling => Word::WaitEnrolling,
            Self::SigningOn => Word::WaitSigningOn,
            Self::Asking => Word::WaitAsking,
            Self::Redeeming => Word::WaitRedeeming,
            Self::Registering => Word::WaitRegistering,
            Self::Numbering => Word::WaitNumbering,
            Self::Confirming => Word::WaitConfirming,
            Self::Challenging => Word::WaitChallenging,
            Self::Answering => Word::WaitAnswering,
            Self::Managing => Word::WaitManaging,
            Self::Permitting => Word::WaitPermitting,
            Self::Supervisor => Word::WaitSupervisor,
            Self::Recording => Word::WaitRecording,
        }
    }
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Plain,
    Bad,
}

/// Something that is said, until the next thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    word: Word,
    pub(crate) tone: Tone,
    operator: Option<OperatorNumber>,
    until: Option<Timestamp>,
    code: Option<RefusalCode>,
    /// How many, of how many.
    parts: (u64, u64),
}

impl Said {
    pub(crate) const fn new(word: Word, tone: Tone) -> Self {
        Self {
            word,
            tone,
            operator: None,
            until: None,
            code: None,
            parts: (0, 0),
        }
    }

    /// Whether this is what it says.
    pub(crate) fn is(&self, word: Word) -> bool {
        self.word == word
    }

    /// About whom.
    pub(crate) const fn of(mut self, operator: OperatorNumber) -> Self {
        self.operator = Some(operator);
        self
    }

    /// How many, of how many.
    pub(crate) const fn counting(mut self, part: u64, parts: u64) -> Self {
        self.parts = (part, parts);
        self
    }

    /// Until when it stands.
    pub(crate) const fn until(mut self, until: Timestamp) -> Self {
        self.until = Some(until);
        self
    }

    /// What the server called it, and when it may be tried again.
    pub(crate) fn refused(word: Word, code: RefusalCode, until: Option<Timestamp>) -> Self {
        // Without a time, there is nothing to count down to.
        let word = if word == Word::TooMany && until.is_none() {
            Word::RefusedOther
        } else {
            word
        };
        Self {
            word,
            tone: Tone::Bad,
            operator: None,
            until,
            code: Some(code),
            parts: (0, 0),
        }
    }

    /// In words, as of now.
    pub(crate) fn text(&self, language: Language, now: Timestamp) -> String {
        let over = self.until.is_some_and(|until| until <= now);
        let word = if over && self.word == Word::TooMany {
            Word::TooManyNow
        } else {
            self.word
        };
        let filled = Filled {
            operator: self
                .operator
                .map(|number| number.to_string())
                .unwrap_or_default(),
            left: self.until.map(|until| left(until, now)).unwrap_or_default(),
            code: self
                .code
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            part: self.parts.0.to_string(),
            parts: self.parts.1.to_string(),
            ..Filled::default()
        };
        word.say(language, &filled)
    }
}

/// What is left until then: `9:32`, or `1:00:00`.
pub(crate) fn left(until: Timestamp, now: Timestamp) -> String {
    // Rounded up: at 0:00 it is over.
    let seconds = (until.duration_since(now).as_millis().max(0) + 999) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}
