//! The number that proves the terminal in hand: asked for with its key, or by the bank.
//!
//! The bank's request shows it at once where nobody is in the middle of something, and
//! announces it otherwise. It goes by itself: a number that nobody is asked for any more
//! must not stand on a screen for whoever passes.

use jiff::{SignedDuration, Timestamp};
use tillkey_terminal::AskedFor;
use tillkey_terminal::wire::code::InHandNumber;
use tillkey_terminal::wire::ids::OperatorNumber;

use super::{Banner, Effect, Model, Purpose, Said, Screen, Tone, Waiting, later};
use crate::terminal::words::Word;
use crate::till::Act;

/// How long a number is shown that nobody said a time for.
const NUMBER_STANDS: SignedDuration = SignedDuration::from_mins(5);

/// A number to be read out.
#[derive(Debug)]
pub(crate) struct Number {
    pub(crate) number: InHandNumber,
    /// Whose password the bank is about to reset, if it asked.
    pub(crate) operator: Option<OperatorNumber>,
    pub(crate) until: Timestamp,
}

impl Model {
    /// The number key: what the bank asked for, or a number of one's own.
    pub(super) fn press_number(&mut self) -> Vec<Effect> {
        if let Some(number) = self.banner.take_if(|banner| banner.number.is_some())
            && let Some(number) = number.number
        {
            self.screen = Screen::Number(number);
            return Vec::new();
        }
        self.wait(Waiting::Numbering, None);
        vec![Effect::Act(Act::ShowNumber)]
    }

    pub(super) fn take_number(&mut self, number: InHandNumber, asked: Option<AskedFor>) {
        let waited = matches!(&self.screen, Screen::Wait(wait) if wait.what == Waiting::Numbering);
        // The device's clock may say that it is over already; the server decides.
        let until = asked
            .map(|asked| asked.expires_at)
            .filter(|until| *until > self.now)
            .unwrap_or_else(|| later(self.now, NUMBER_STANDS));
        let number = Number {
            number,
            operator: asked.map(|asked| asked.operator),
            until,
        };
        if waited || (asked.is_some() && self.is_idle()) {
            self.screen = Screen::Number(number);
        } else if let Some(asked) = asked {
            let said = Said::new(Word::NumberAsked, Tone::Plain).of(asked.operator);
            self.banner = Some(Banner {
                said,
                code_for: None,
                number: Some(number),
                until,
            });
        }
    }

    /// Whether nobody is in the middle of anything.
    pub(super) fn is_idle(&self) -> bool {
        match &self.screen {
            Screen::Ask(ask) => {
                matches!(ask.purpose, Purpose::SignOn)
                    && ask.form.fields.iter().all(|field| field.length() == 0)
            }
            Screen::Menu | Screen::Number(_) => true,
            _ => false,
        }
    }
}
