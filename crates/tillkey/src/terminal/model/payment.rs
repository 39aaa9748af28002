//! Taking money: what the menu leads to, and what comes of it.
//!
//! An amount is typed, then a card is dipped. A void and a refund are confirmed by the
//! supervisor, who signs on for it right here and is signed off again when it is done. None
//! of it needs a link.

use jiff::SignedDuration;
use tillkey_terminal::wire::ids::{OperatorNumber, Rank};
use tillkey_terminal::wire::journal::{Amount, Entry, Head, JournalFault, MaskedPan, Transaction};
use tillkey_terminal::{Fault, Refund, Sale};

use super::{Effect, Key, Model, Purpose, Said, Screen, Tone, Waiting, sign_on};
use crate::terminal::cards;
use crate::terminal::entry::{Field, Name};
use crate::terminal::words::Word;
use crate::till::{Act, Batch};

/// How long a sale may stand half keyed in: it holds up what would end the session.
const SALE_IDLE_MAX: SignedDuration = SignedDuration::from_secs(60);

/// What a card is dipped for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dip {
    Sale(Amount),
    Refund(Amount),
}

/// What the supervisor confirms.
#[derive(Debug, Clone)]
pub(crate) enum Errand {
    Void { entry: u64, amount: Amount },
    Refund { amount: Amount, card: MaskedPan },
}

/// One line of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Item {
    Sale,
    Void,
    Refund,
    Settle,
    Journal,
    Cashiers,
    Code,
    Number,
    SignOff,
}

impl Item {
    pub(crate) const fn key(self) -> char {
        match self {
            Self::Sale => '1',
            Self::Void => '2',
            Self::Refund => '3',
            Self::Settle => '4',
            Self::Journal => '5',
            Self::Code => '6',
            Self::Number => '7',
            Self::Cashiers => '8',
            Self::SignOff => '0',
        }
    }

    pub(crate) const fn word(self) -> Word {
        match self {
            Self::Sale => Word::MenuSale,
            Self::Void => Word::MenuVoid,
            Self::Refund => Word::MenuRefund,
            Self::Settle => Word::MenuSettle,
            Self::Journal => Word::MenuJournal,
            Self::Cashiers => Word::MenuCashiers,
            Self::Code => Word::MenuCode,
            Self::Number => Word::MenuNumber,
            Self::SignOff => Word::MenuSignOff,
        }
    }
}

impl Model {
    /// What the menu has for whoever is signed on.
    pub(crate) fn menu(&self) -> Vec<Item> {
        let rank = self.signed_on.map(OperatorNumber::rank);
        let money: &[Item] = match (self.batch(), rank) {
            (Some(_), Some(Rank::Cashier)) => &[
                Item::Sale,
                Item::Void,
                Item::Refund,
                Item::Settle,
                Item::Journal,
            ],
            (Some(_), Some(Rank::Supervisor)) => &[Item::Settle, Item::Journal],
            _ => &[],
        };
        let people: &[Item] = match rank {
            Some(Rank::Supervisor) => &[Item::Cashiers],
            _ => &[],
        };
        let rest = [Item::Code, Item::Number, Item::SignOff];
        let menu = money.iter().chain(people).chain(&rest);
        menu.copied().collect()
    }

    pub(super) fn press_in_menu(&mut self, key: Key) -> Vec<Effect> {
        let (Key::Char(typed), Some(operator)) = (key, self.signed_on) else {
            return Vec::new();
        };
        let Some(item) = self.menu().into_iter().find(|item| item.key() == typed) else {
            return Vec::new();
        };
        match item {
            Item::Sale => {
                self.screen = amount(Purpose::Sale, None);
                return vec![Effect::Act(Act::BeginSale(operator))];
            }
            Item::Refund => self.screen = amount(Purpose::Refund, None),
            Item::Void => self.screen = void(None),
            Item::Settle => self.screen = Screen::Settle,
            Item::Journal => self.screen = Screen::Journal { top: 0 },
            Item::Cashiers => self.show_cashiers(None),
            Item::Code => return self.press(Key::Code),
            Item::Number => return self.press(Key::Number),
            Item::SignOff => {
                self.leaving = true;
                return vec![Effect::Act(Act::SignOff(operator))];
            }
        }
        Vec::new()
    }

    /// The open batch, on a terminal that keeps a journal.
    pub(crate) fn batch(&self) -> Option<&Batch> {
        self.view.batch.as_deref()
    }

    pub(crate) fn head(&self) -> Option<&Head> {
        self.batch().map(|batch| &batch.head)
    }

    /// A sale of the open batch that is not voided.
    fn voidable(&self, number: u64) -> Option<Amount> {
        let batch = self.batch()?;
        if batch.is_voided(number) {
            return None;
        }
        let sale = batch.entries.iter().find(|entry| entry.number == number)?;
        match sale.transaction {
            Transaction::Sale { amount, .. } => Some(amount),
            _ => None,
        }
    }

    /// The amount is complete: now the card.
    pub(super) fn submit_amount(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        let fen = ask.form.text(Name::Amount).parse().unwrap_or_default();
        let Ok(amount) = Amount::from_fen(fen) else {
            ask.said = Some(Said::new(Word::AmountIsNot, Tone::Bad));
            return Vec::new();
        };
        let dip = match ask.purpose {
            Purpose::Refund => Dip::Refund(amount),
            _ => Dip::Sale(amount),
        };
        self.screen = Screen::Dip { dip, said: None };
        Vec::new()
    }

    pub(super) fn submit_void(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &self.screen else {
            return Vec::new();
        };
        let entry = ask.form.text(Name::Entry).parse().unwrap_or_default();
        self.screen = match self.voidable(entry) {
            Some(amount) => confirmation(Errand::Void { entry, amount }, None),
            None => void(Some(Said::new(Word::NoSuchSale, Tone::Bad))),
        };
        Vec::new()
    }

    pub(super) fn press_at_dip(&mut self, key: Key, dip: Dip) -> Vec<Effect> {
        let card = match key {
            Key::Cancel => return self.leave_payment(None),
            Key::Char(typed) => cards::dipped(typed),
            _ => None,
        };
        match (card, self.signed_on) {
            (None, _) | (_, None) => {}
            (Some(None), _) => {
                let said = Some(Said::new(Word::CardUnreadable, Tone::Bad));
                self.screen = Screen::Dip { dip, said };
            }
            (Some(Some(card)), Some(operator)) => match dip {
                Dip::Refund(amount) => {
                    self.screen = confirmation(Errand::Refund { amount, card }, None);
                }
                Dip::Sale(amount) => {
                    self.wait(Waiting::Recording, Some(operator));
                    let sale = Sale {
                        amount,
                        card,
                        remark: None,
                    };
                    return vec![Effect::Act(Act::Sale(operator, sale))];
                }
            },
        }
        Vec::new()
    }

    pub(super) fn press_at_settlement(&mut self, key: Key) -> Vec<Effect> {
        let is_empty = self.head().is_none_or(Head::is_settled);
        match (key, self.signed_on) {
            (Key::Confirm, Some(operator)) if !is_empty => {
                self.wait(Waiting::Recording, Some(operator));
                vec![Effect::Act(Act::Settle(operator))]
            }
            (Key::Confirm | Key::Cancel, _) => {
                self.go_home(None);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn press_in_journal(&mut self, key: Key, top: usize) -> Vec<Effect> {
        let last = self
            .batch()
            .map_or(0, |batch| batch.entries.len().saturating_sub(1));
        match key {
            Key::Up => {
                self.screen = Screen::Journal {
                    top: top.saturating_sub(1),
                };
            }
            Key::Down => {
                self.screen = Screen::Journal {
                    top: (top + 1).min(last),
                };
            }
            Key::Confirm | Key::Cancel => self.go_home(None),
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn press_at_receipt(&mut self, key: Key) -> Vec<Effect> {
        if matches!(key, Key::Confirm | Key::Cancel) {
            self.go_home(None);
        }
        Vec::new()
    }

    /// The supervisor typed a password: signs on, for this and nothing else.
    pub(super) fn submit_confirmation(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        let Purpose::Confirm(errand) = &ask.purpose else {
            return Vec::new();
        };
        let errand = errand.clone();
        let password = ask.form.take(Name::Password);
        self.errand = Some(errand);
        self.wait(Waiting::Supervisor, Some(OperatorNumber::SUPERVISOR));
        vec![Effect::Act(Act::SignOn(
            OperatorNumber::SUPERVISOR,
            password,
        ))]
    }

    /// The supervisor is signed on: now it can be done.
    pub(super) fn carry_out_errand(&mut self) -> Vec<Effect> {
        let supervisor = OperatorNumber::SUPERVISOR;
        let (Some(errand), Some(operator)) = (self.errand.take(), self.signed_on) else {
            self.go_home(None);
            return vec![Effect::Act(Act::SignOff(supervisor))];
        };
        self.confirmed = true;
        self.wait(Waiting::Recording, Some(operator));
        vec![Effect::Act(match errand {
            Errand::Void { entry, .. } => Act::Void(operator, supervisor, entry),
            Errand::Refund { amount, card } => {
                let refund = Refund {
                    amount,
                    card,
                    remark: None,
                };
                Act::Refund(operator, supervisor, refund)
            }
        })]
    }

    /// The supervisor's sign-on came to nothing: asks for the password again.
    pub(super) fn ask_supervisor_again(&mut self, said: Said) {
        match self.errand.take() {
            Some(errand) => self.screen = confirmation(errand, Some(said)),
            None => self.go_home(Some(said)),
        }
    }

    pub(super) fn take_entry(&mut self, entry: Entry) -> Vec<Effect> {
        if self.waits_for(entry.operator) == Some(Waiting::Recording) {
            self.screen = Screen::Receipt(Box::new(entry));
        }
        self.dismiss_supervisor()
    }

    /// Nothing was recorded.
    pub(super) fn not_recorded(&mut self, fault: &Fault) -> Vec<Effect> {
        let word = match fault {
            Fault::NotKept { .. } => Word::NotKept,
            Fault::NotTaken(JournalFault::BatchFull) => Word::BatchFull,
            Fault::NotTaken(JournalFault::NoSuchSale { .. }) => Word::NoSuchSale,
            _ => Word::NotPossible,
        };
        let mut effects = self.leave_payment(Some(Said::new(word, Tone::Bad)));
        effects.extend(self.dismiss_supervisor());
        effects
    }

    fn dismiss_supervisor(&mut self) -> Vec<Effect> {
        if !std::mem::take(&mut self.confirmed) {
            return Vec::new();
        }
        vec![Effect::Act(Act::SignOff(OperatorNumber::SUPERVISOR))]
    }

    /// Back to the menu, and the sale that was begun is given up.
    pub(super) fn leave_payment(&mut self, said: Option<Said>) -> Vec<Effect> {
        self.go_home(said);
        let given_up = self.signed_on.map(Act::GiveUpSale);
        given_up.map(Effect::Act).into_iter().collect()
    }

    /// A sale that nobody goes on with is given up.
    pub(super) fn tick_payment(&mut self) -> Vec<Effect> {
        let idle = self.now.duration_since(self.typed_at) >= SALE_IDLE_MAX;
        if idle && self.screen.is_payment() {
            return self.leave_payment(Some(Said::new(Word::PaymentGivenUp, Tone::Plain)));
        }
        Vec::new()
    }

    /// The session is over: whoever was taking money signs on again.
    pub(super) fn end_payment(&mut self, said: Said) {
        self.errand = None;
        self.screen = sign_on(None, Some(said));
    }
}

impl Screen {
    /// Whether money is being taken here, by somebody who is signed on.
    pub(super) fn is_payment(&self) -> bool {
        match self {
            Self::Ask(ask) => matches!(
                ask.purpose,
                Purpose::Sale | Purpose::Refund | Purpose::Void | Purpose::Confirm(_)
            ),
            Self::Dip { .. } | Self::Settle => true,
            _ => false,
        }
    }

    /// Whether it is only for somebody who is signed on.
    pub(super) fn needs_session(&self) -> bool {
        let waits = |wait: &super::Wait| {
            matches!(
                wait.what,
                Waiting::Recording | Waiting::Supervisor | Waiting::Managing | Waiting::Permitting
            )
        };
        let adds = |ask: &super::Ask| matches!(ask.purpose, Purpose::AddCashier);
        self.is_payment()
            || matches!(self, Self::Menu | Self::Journal { .. })
            || matches!(
                self,
                Self::Cashiers { .. } | Self::Sure(_) | Self::HandOver(_)
            )
            || matches!(self, Self::Ask(ask) if adds(ask))
            || matches!(self, Self::Wait(wait) if waits(wait))
    }
}

impl Batch {
    /// Whether the sale of that number is voided.
    pub(crate) fn is_voided(&self, number: u64) -> bool {
        self.entries.iter().any(
            |entry| matches!(entry.transaction, Transaction::Void { entry, .. } if entry == number),
        )
    }
}

fn amount(purpose: Purpose, said: Option<Said>) -> Screen {
    Screen::ask(purpose, vec![Field::new(Name::Amount)], said)
}

fn void(said: Option<Said>) -> Screen {
    Screen::ask(Purpose::Void, vec![Field::new(Name::Entry)], said)
}

fn confirmation(errand: Errand, said: Option<Said>) -> Screen {
    let fields = vec![Field::new(Name::Password)];
    Screen::ask(Purpose::Confirm(errand), fields, said)
}
