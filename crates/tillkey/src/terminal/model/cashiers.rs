//! The supervisor manages the cashiers of this till: a list, and three things to do.
//!
//! Whoever is to choose a password gets the keypad for it, and the supervisor is signed
//! off at that moment: a cashier must not stand before the supervisor's menu, and the
//! supervisor has no business with the password.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tillkey_terminal::wire::ids::{OperatorNumber, Rank, RefusalCode};
use tillkey_terminal::wire::message::{Deed, DeedKind};
use tillkey_terminal::wire::password::PasswordRules;
use tillkey_terminal::{Fault, OperatorView};

use super::{
    Choosing, Effect, Key, Model, Purpose, Said, Screen, Tone, Waiting, choice, operator_field,
    sign_on,
};
use crate::terminal::words::Word;
use crate::till::Act;

/// What is asked once more before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Remove(OperatorNumber),
    Reset(OperatorNumber),
}

/// What a key does in the list.
pub(crate) const ADD: char = '1';
pub(crate) const RESET: char = '2';
pub(crate) const REMOVE: char = '3';

impl Model {
    /// The cashiers of this till, in ascending order.
    pub(crate) fn cashiers(&self) -> impl Iterator<Item = &OperatorView> {
        let all = self.view.operators.iter();
        all.filter(|operator| operator.number.rank() == Rank::Cashier)
    }

    pub(super) fn show_cashiers(&mut self, said: Option<Said>) {
        self.screen = Screen::Cashiers { at: 0, said };
    }

    pub(super) fn press_among_cashiers(&mut self, key: Key, at: usize) -> Vec<Effect> {
        let last = self.cashiers().count().saturating_sub(1);
        let chosen = self.cashiers().nth(at).map(|cashier| cashier.number);
        let said = None;
        match (key, chosen) {
            (Key::Up, _) => {
                let at = at.saturating_sub(1);
                self.screen = Screen::Cashiers { at, said };
            }
            (Key::Down, _) => {
                let at = (at + 1).min(last);
                self.screen = Screen::Cashiers { at, said };
            }
            (Key::Char(ADD), _) => {
                self.screen = Screen::ask(Purpose::AddCashier, vec![operator_field(None)], None);
            }
            (Key::Char(RESET), Some(operator)) => {
                self.screen = Screen::Sure(Change::Reset(operator));
            }
            (Key::Char(REMOVE), Some(operator)) => {
                self.screen = Screen::Sure(Change::Remove(operator));
            }
            (Key::Cancel, _) => self.go_home(None),
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn submit_addition(&mut self) -> Vec<Effect> {
        let (Screen::Ask(ask), Some(supervisor)) = (&self.screen, self.signed_on) else {
            return Vec::new();
        };
        let Ok(operator) = ask.form.text(super::Name::Operator).parse() else {
            return Vec::new();
        };
        self.wait(Waiting::Managing, Some(operator));
        vec![Effect::Act(Act::AddCashier(supervisor, operator))]
    }

    pub(super) fn press_when_asked(&mut self, key: Key, change: Change) -> Vec<Effect> {
        match (key, change, self.signed_on) {
            (Key::Confirm, Change::Remove(operator), Some(supervisor)) => {
                self.wait(Waiting::Managing, Some(operator));
                vec![Effect::Act(Act::RemoveCashier(supervisor, operator))]
            }
            (Key::Confirm, Change::Reset(operator), Some(_)) => self.let_choose(operator),
            (Key::Cancel | Key::Correct, ..) => {
                self.show_cashiers(None);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn let_choose(&mut self, operator: OperatorNumber) -> Vec<Effect> {
        let Some(supervisor) = self.signed_on else {
            return Vec::new();
        };
        self.wait(Waiting::Permitting, Some(operator));
        vec![Effect::Act(Act::ResetCashier(supervisor, operator))]
    }

    /// The cashier is there: goes on to the first password at once.
    pub(super) fn take_addition(&mut self, operator: OperatorNumber) -> Vec<Effect> {
        if self.waits_for(operator) == Some(Waiting::Managing) {
            return self.let_choose(operator);
        }
        Vec::new()
    }

    pub(super) fn take_removal(&mut self, operator: OperatorNumber) {
        if self.waits_for(operator) == Some(Waiting::Managing) {
            self.show_cashiers(Some(
                Said::new(Word::CashierRemoved, Tone::Good).of(operator),
            ));
        }
    }

    /// The bank lets somebody choose whom the supervisor named.
    pub(super) fn permitted(
        &mut self,
        operator: OperatorNumber,
        (until, rules): (Timestamp, PasswordRules),
    ) {
        self.hand_over(Choosing {
            operator,
            until,
            rules,
            broken: BTreeSet::new(),
            is_here: false,
        });
    }

    pub(super) fn hand_over(&mut self, choosing: Choosing) {
        self.choosing = Some(choosing.clone());
        self.screen = Screen::HandOver(choosing);
    }

    pub(super) fn press_at_handing_over(&mut self, key: Key) -> Vec<Effect> {
        let Screen::HandOver(choosing) = &self.screen else {
            return Vec::new();
        };
        let choosing = choosing.clone();
        match key {
            Key::Confirm => {
                self.screen = choice(choosing, None);
                let supervisor = self.signed_on.take();
                let signs_off = supervisor.map(|supervisor| Effect::Act(Act::SignOff(supervisor)));
                signs_off.into_iter().collect()
            }
            Key::Cancel => {
                self.choosing = None;
                self.show_cashiers(Some(Said::new(Word::ResetGivenUp, Tone::Plain)));
                vec![Effect::Act(Act::AbandonReset(choosing.operator))]
            }
            _ => Vec::new(),
        }
    }

    /// What the supervisor wanted cannot be done.
    pub(super) fn not_managed(
        &mut self,
        operator: Option<OperatorNumber>,
        fault: &Fault,
    ) -> Vec<Effect> {
        let word = match fault {
            Fault::SignOnAgain { operator } => return self.sign_on_again(*operator),
            Fault::NotACashier { .. } => Word::NotACashier,
            Fault::AlreadyThere { .. } => Word::AlreadyThere,
            Fault::NoSuchOperator { .. } => Word::NoSuchOperator,
            Fault::Busy { .. } => Word::TooMuchToTell,
            _ => Word::NotPossible,
        };
        let said = Said::new(word, Tone::Bad);
        let said = match operator {
            Some(operator) => said.of(operator),
            None => said,
        };
        self.show_cashiers(Some(said));
        Vec::new()
    }

    /// The sign-on is too long ago: off, and on again.
    fn sign_on_again(&mut self, supervisor: OperatorNumber) -> Vec<Effect> {
        self.signed_on = None;
        let said = Said::new(Word::SignOnAgain, Tone::Plain).of(supervisor);
        self.screen = sign_on(Some(supervisor), Some(said));
        vec![Effect::Act(Act::SignOff(supervisor))]
    }

    /// The bank does not let a cashier choose whom the supervisor named.
    pub(super) fn not_permitted(&mut self, said: Said) {
        self.show_cashiers(Some(said));
    }

    /// The bank does not take what was done here.
    pub(super) fn take_deed_refusal(&mut self, deed: &Deed, code: RefusalCode) {
        let operator = deed.operator;
        let word = match deed.kind {
            DeedKind::Add { .. } => Word::AddingRefused,
            DeedKind::Remove { .. } => Word::RemovingRefused,
            DeedKind::Reset { .. } => Word::ResetRefused,
            // What it comes to is said in a notice of its own.
            DeedKind::ResetOffline { .. } | DeedKind::Answered { .. } => return,
        };
        let said = Said::refused(word, code, None).of(operator);
        let is_chosen =
            matches!(&self.screen, Screen::HandOver(choosing) if choosing.operator == operator);
        if self.waits_for(operator) == Some(Waiting::Permitting) || is_chosen {
            self.choosing = None;
            self.not_permitted(said);
        } else {
            self.announce(said);
        }
    }
}
