//! A password that was forgotten while there is no link: the challenge is read out to the
//! bank, its answer is typed, and a new password chosen.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tillkey_terminal::Fault;
use tillkey_terminal::wire::code::{OfflineAnswer, OfflineChallenge};
use tillkey_terminal::wire::ids::OperatorNumber;
use tillkey_terminal::wire::password::PasswordRules;

use super::{
    Choosing, Effect, Model, Purpose, Said, Screen, Tone, Waiting, choice, operator_field, sign_on,
};
use crate::terminal::entry::{Field, Name};
use crate::terminal::words::Word;
use crate::till::Act;

/// A challenge that waits for its answer.
#[derive(Debug)]
pub(crate) struct Challenge {
    pub(crate) operator: OperatorNumber,
    pub(crate) challenge: OfflineChallenge,
    pub(crate) until: Timestamp,
}

impl Model {
    /// Asks whose password was forgotten.
    pub(super) fn ask_who_forgot(&mut self, operator: Option<OperatorNumber>, said: Option<Said>) {
        self.screen = forgotten(operator, said);
    }

    pub(super) fn submit_forgotten(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &self.screen else {
            return Vec::new();
        };
        match ask.form.text(Name::Operator).parse() {
            Ok(operator) => self.want_challenge(operator),
            Err(_) => Vec::new(),
        }
    }

    pub(super) fn want_challenge(&mut self, operator: OperatorNumber) -> Vec<Effect> {
        self.wait(Waiting::Challenging, Some(operator));
        vec![Effect::Act(Act::OfflineChallenge(operator))]
    }

    pub(super) fn take_challenge(&mut self, shown: Challenge) {
        if self.waits_for(shown.operator) == Some(Waiting::Challenging) {
            self.screen = answer(shown, None);
        }
    }

    pub(super) fn submit_answer(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        let (Purpose::Answer(shown), Ok(typed)) = (
            &ask.purpose,
            ask.form.text(Name::Answer).parse::<OfflineAnswer>(),
        ) else {
            return Vec::new();
        };
        let shown = Challenge {
            operator: shown.operator,
            challenge: shown.challenge.copy(),
            until: shown.until,
        };
        let operator = shown.operator;
        // It stands on the screen again if the answer is wrong.
        self.challenge = Some(shown);
        self.wait(Waiting::Answering, Some(operator));
        vec![Effect::Act(Act::OfflineAnswer(operator, typed))]
    }

    pub(super) fn take_wrong_answer(&mut self, operator: OperatorNumber, tries_left: u32) {
        if self.waits_for(operator) != Some(Waiting::Answering) {
            return;
        }
        match self.challenge.take() {
            Some(shown) if tries_left > 0 => {
                let left = tries_left.into();
                let said = Said::new(Word::AnswerWrong, Tone::Bad).counting(left, left);
                self.screen = answer(shown, Some(said));
            }
            _ => {
                let said = Said::new(Word::AnswersUsedUp, Tone::Bad);
                self.ask_who_forgot(Some(operator), Some(said));
            }
        }
    }

    /// There is a challenge no more, or never was one.
    pub(super) fn no_challenge(&mut self, operator: Option<OperatorNumber>, fault: &Fault) {
        let word = match fault {
            Fault::NotAgreed => Word::ChallengeNotYet,
            Fault::NoSuchOperator { .. } => Word::NoSuchOperator,
            Fault::OutOfOrder { .. } => Word::AnswerTooLate,
            _ => Word::NotPossible,
        };
        self.challenge = None;
        self.ask_who_forgot(operator, Some(Said::new(word, Tone::Bad)));
    }

    /// A password may be chosen without a link.
    pub(super) fn choose_now(
        &mut self,
        operator: OperatorNumber,
        (until, rules): (Timestamp, PasswordRules),
    ) -> Vec<Effect> {
        let choosing = Choosing {
            operator,
            until,
            rules,
            broken: BTreeSet::new(),
            is_here: true,
        };
        match self.waits_for(operator) {
            Some(Waiting::Answering) => {
                self.challenge = None;
                self.choosing = Some(choosing.clone());
                self.screen = choice(choosing, None);
            }
            Some(Waiting::Permitting) => self.hand_over(choosing),
            _ => {}
        }
        Vec::new()
    }

    /// The new password is in force, and its registration waits for a link.
    pub(super) fn take_force(&mut self, operator: OperatorNumber) {
        self.forget_banner_of(operator);
        if self.waits_for(operator) == Some(Waiting::Registering) {
            self.choosing = None;
            let said = Said::new(Word::InForceOffline, Tone::Good).of(operator);
            self.done(said, Some(operator));
        }
    }

    /// The bank does not want the password that was set without a link.
    pub(super) fn take_offline_refusal(&mut self, operator: OperatorNumber) {
        let said = Said::new(Word::OfflinePasswordRefused, Tone::Bad).of(operator);
        if self.waits_for(operator) == Some(Waiting::SigningOn) {
            self.screen = sign_on(Some(operator), Some(said));
        } else if self.is_idle() {
            self.done(said, None);
        } else {
            self.announce(Said::new(Word::OfflinePasswordRefusedShort, Tone::Bad).of(operator));
        }
    }
}

fn forgotten(operator: Option<OperatorNumber>, said: Option<Said>) -> Screen {
    Screen::ask(Purpose::Forgotten, vec![operator_field(operator)], said)
}

fn answer(shown: Challenge, said: Option<Said>) -> Screen {
    let fields = vec![Field::new(Name::Answer)];
    Screen::ask(Purpose::Answer(shown), fields, said)
}
