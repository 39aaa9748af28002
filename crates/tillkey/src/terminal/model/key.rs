//! What keys do.

use std::collections::BTreeSet;

use tillkey_terminal::Progress;
use tillkey_terminal::password::{Circumstances, weaknesses};
use tillkey_terminal::wire::code::{EnrolmentCode, ResetCode};
use tillkey_terminal::wire::ids::{OperatorNumber, SerialNumber};
use tillkey_terminal::wire::password::Rule;

use super::{
    Ask, Choosing, Effect, Key, Link, Model, Purpose, Said, Screen, Tone, Waiting, choice,
    code_entry, sign_on,
};
use crate::terminal::entry::{Confirmed, Name};
use crate::terminal::words::Word;
use crate::till::{Act, Server};

impl Model {
    pub(super) fn press(&mut self, key: Key) -> Vec<Effect> {
        match key {
            Key::Language => {
                self.language = self.language.other();
                Vec::new()
            }
            Key::Leave => {
                let signed_on = self.signed_on.take();
                let sign_off = signed_on.map(|operator| Effect::Act(Act::SignOff(operator)));
                sign_off.into_iter().chain([Effect::Leave]).collect()
            }
            Key::Code if self.offers_code() => {
                let announced = self.banner.as_ref().and_then(|banner| banner.code_for);
                let operator = announced.or(self.typed());
                if self.view.online {
                    self.screen = code_entry(Purpose::CodeSent, operator, None);
                } else {
                    self.ask_who_forgot(operator, None);
                }
                Vec::new()
            }
            Key::Number if self.offers_code() => self.press_number(),
            _ => match &self.screen {
                Screen::Ask(_) => self.press_in_form(key),
                Screen::Menu => self.press_in_menu(key),
                Screen::Offer(operator) => self.press_at_offer(key, *operator),
                Screen::Number(_) => self.press_at_number(key),
                Screen::Wait(_) => self.press_waiting(key),
                Screen::Done { .. } => self.press_when_done(key),
                Screen::Dip { dip, .. } => self.press_at_dip(key, *dip),
                Screen::Settle => self.press_at_settlement(key),
                Screen::Receipt(_) => self.press_at_receipt(key),
                Screen::Journal { top } => self.press_in_journal(key, *top),
                Screen::Cashiers { at, .. } => self.press_among_cashiers(key, *at),
                Screen::Sure(change) => self.press_when_asked(key, *change),
                Screen::HandOver(_) => self.press_at_handing_over(key),
            },
        }
    }

    /// Whether the code key leads anywhere from here.
    pub(crate) fn offers_code(&self) -> bool {
        let at_rest = match &self.screen {
            Screen::Ask(ask) => matches!(ask.purpose, Purpose::SignOn),
            Screen::Menu | Screen::Offer(_) => true,
            Screen::Done { is_last, .. } => !is_last,
            _ => false,
        };
        at_rest && self.view.enrolled.is_some()
    }

    /// The operator number that is typed already.
    fn typed(&self) -> Option<OperatorNumber> {
        match &self.screen {
            Screen::Ask(ask) => ask.form.text(Name::Operator).parse().ok(),
            Screen::Offer(operator) => Some(*operator),
            _ => None,
        }
    }

    fn press_in_form(&mut self, key: Key) -> Vec<Effect> {
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        match key {
            Key::Char(typed) => {
                ask.form.put(typed);
                Vec::new()
            }
            Key::Correct => {
                ask.form.correct();
                Vec::new()
            }
            Key::Up => {
                ask.form.up();
                Vec::new()
            }
            Key::Down => {
                ask.form.down();
                Vec::new()
            }
            Key::Cancel => self.cancel_form(),
            Key::Confirm => match ask.form.confirm() {
                Confirmed::Incomplete(name) => {
                    ask.said = Some(Said::new(Word::of_incomplete(name), Tone::Bad));
                    Vec::new()
                }
                Confirmed::Field(name) => {
                    ask.said = None;
                    self.leave_field(name);
                    Vec::new()
                }
                Confirmed::All => self.submit(),
            },
            Key::Code | Key::Number | Key::Language | Key::Leave => Vec::new(),
        }
    }

    fn cancel_form(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        match &ask.purpose {
            Purpose::Enrol => {
                ask.form.clear_or_up();
                ask.said = None;
                Vec::new()
            }
            Purpose::SignOn => {
                ask.form.wipe();
                ask.said = None;
                Vec::new()
            }
            Purpose::CodeSent
            | Purpose::CodeShown { .. }
            | Purpose::Forgotten
            | Purpose::Answer(_) => {
                self.go_home(None);
                Vec::new()
            }
            Purpose::AddCashier => {
                self.show_cashiers(None);
                Vec::new()
            }
            Purpose::Sale | Purpose::Refund | Purpose::Void | Purpose::Confirm(_) => {
                self.leave_payment(None)
            }
            Purpose::Choose(choosing) => {
                let operator = choosing.operator;
                self.choosing = None;
                self.go_home(Some(Said::new(Word::ResetGivenUp, Tone::Plain)));
                vec![Effect::Act(Act::AbandonReset(operator))]
            }
        }
    }

    /// What can be said as soon as a field is left.
    fn leave_field(&mut self, name: Name) {
        match name {
            Name::Operator => self.offer_first_password(),
            Name::NewPassword => self.judge_password(),
            _ => {}
        }
    }

    fn offer_first_password(&mut self) {
        let Screen::Ask(Ask {
            purpose: Purpose::SignOn,
            form,
            ..
        }) = &self.screen
        else {
            return;
        };
        let Ok(number) = form.text(Name::Operator).parse() else {
            return;
        };
        // An operator that the server did not tell of is asked for a password like any.
        let Some(known) = self.operator(number).filter(|known| !known.password_set) else {
            return;
        };
        if known.progress == Progress::Sent {
            self.wait(Waiting::Confirming, Some(number));
        } else {
            self.screen = Screen::Offer(number);
        }
    }

    /// Says what is wrong with a new password before it is typed a second time.
    fn judge_password(&mut self) {
        let Some(enrolled) = &self.view.enrolled else {
            return;
        };
        let Screen::Ask(Ask {
            purpose: Purpose::Choose(choosing),
            form,
            said,
        }) = &mut self.screen
        else {
            return;
        };
        let circumstances = Circumstances {
            rules: &choosing.rules,
            rank: choosing.operator.rank(),
            serial_number: &self.serial_number,
            terminal_number: &enrolled.terminal_number,
        };
        choosing.broken = weaknesses(form.text(Name::NewPassword), &circumstances);
        if !choosing.broken.is_empty() {
            form.wipe();
            *said = Some(Said::new(Word::RulesBroken, Tone::Bad));
        }
    }

    fn submit(&mut self) -> Vec<Effect> {
        let online = self.view.online;
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        if !online && ask.purpose.needs_link() {
            // What is no secret stays for the next try.
            ask.form.wipe_passwords();
            ask.said = Some(Said::new(Word::NeedsLink, Tone::Bad));
            return Vec::new();
        }
        match &ask.purpose {
            Purpose::Enrol => self.submit_enrolment(),
            Purpose::SignOn => self.submit_sign_on(),
            Purpose::CodeSent | Purpose::CodeShown { .. } => self.submit_code(),
            Purpose::Choose(_) => self.submit_password(),
            Purpose::Forgotten => self.submit_forgotten(),
            Purpose::Answer(_) => self.submit_answer(),
            Purpose::AddCashier => self.submit_addition(),
            Purpose::Sale | Purpose::Refund => self.submit_amount(),
            Purpose::Void => self.submit_void(),
            Purpose::Confirm(_) => self.submit_confirmation(),
        }
    }

    fn submit_enrolment(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        let form = &ask.form;
        let read = form
            .text(Name::Server)
            .parse::<Server>()
            .map_err(|_| Name::Server);
        let read = read.and_then(|server| {
            let serial_number = form.text(Name::SerialNumber).parse::<SerialNumber>();
            let code = form.text(Name::EnrolmentCode).parse::<EnrolmentCode>();
            let serial_number = serial_number.map_err(|_| Name::SerialNumber)?;
            Ok((
                server,
                serial_number,
                code.map_err(|_| Name::EnrolmentCode)?,
            ))
        });
        let (server, serial_number, code) = match read {
            Ok(read) => read,
            Err(wrong) => {
                ask.form.go_to(wrong);
                ask.said = Some(Said::new(Word::of_incomplete(wrong), Tone::Bad));
                return Vec::new();
            }
        };
        self.server = server.to_string();
        self.serial_number = serial_number.clone();
        self.link = Link::Connecting;
        self.wait(Waiting::Enrolling, None);
        vec![Effect::Enrol {
            server,
            serial_number,
            code,
        }]
    }

    fn submit_sign_on(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        let Ok(operator) = ask.form.text(Name::Operator).parse() else {
            return Vec::new();
        };
        let password = ask.form.take(Name::Password);
        self.wait(Waiting::SigningOn, Some(operator));
        vec![Effect::Act(Act::SignOn(operator, password))]
    }

    fn submit_code(&mut self) -> Vec<Effect> {
        let Screen::Ask(ask) = &mut self.screen else {
            return Vec::new();
        };
        let Ok(operator) = ask.form.text(Name::Operator).parse() else {
            return Vec::new();
        };
        let Ok(code) = ask.form.text(Name::ResetCode).parse::<ResetCode>() else {
            return Vec::new();
        };
        self.wait(Waiting::Redeeming, Some(operator));
        vec![Effect::Act(Act::Redeem(operator, code))]
    }

    fn submit_password(&mut self) -> Vec<Effect> {
        let Screen::Ask(Ask {
            purpose: Purpose::Choose(choosing),
            form,
            said,
        }) = &mut self.screen
        else {
            return Vec::new();
        };
        let operator = choosing.operator;
        let password = form.take(Name::NewPassword);
        let again = form.take(Name::Again);
        // Both were typed on this keypad by one person: nobody learns anything from
        // how long this comparison takes.
        if password.expose() != again.expose() {
            form.wipe();
            *said = Some(Said::new(Word::NotTheSame, Tone::Bad));
            return Vec::new();
        }
        self.wait(Waiting::Registering, Some(operator));
        vec![Effect::Act(Act::ChoosePassword(operator, password))]
    }

    fn press_at_offer(&mut self, key: Key, operator: OperatorNumber) -> Vec<Effect> {
        match key {
            Key::Confirm if !self.view.online => self.want_challenge(operator),
            Key::Confirm => {
                self.wait(Waiting::Asking, Some(operator));
                vec![Effect::Act(Act::FirstPassword(operator))]
            }
            Key::Cancel | Key::Correct => {
                self.go_home(None);
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn press_at_number(&mut self, key: Key) -> Vec<Effect> {
        if matches!(key, Key::Confirm | Key::Cancel) {
            self.go_home(None);
        }
        Vec::new()
    }

    fn press_waiting(&mut self, key: Key) -> Vec<Effect> {
        let Screen::Wait(wait) = &self.screen else {
            return Vec::new();
        };
        if key != Key::Cancel {
            return Vec::new();
        }
        let (what, operator) = (wait.what, wait.operator);
        self.choosing = None;
        match (what, operator) {
            (Waiting::Permitting, Some(operator)) => {
                self.show_cashiers(Some(Said::new(Word::ResetGivenUp, Tone::Plain)));
                vec![Effect::Act(Act::AbandonReset(operator))]
            }
            (Waiting::Asking | Waiting::Redeeming | Waiting::Registering, Some(operator)) => {
                self.go_home(Some(Said::new(Word::ResetGivenUp, Tone::Plain)));
                vec![Effect::Act(Act::AbandonReset(operator))]
            }
            (Waiting::SigningOn, _) => {
                // Should it come through all the same, it is signed off at once.
                self.screen = sign_on(operator, None);
                Vec::new()
            }
            // It is on its way to storage, and what comes of it is said at once.
            (
                Waiting::Recording | Waiting::Managing | Waiting::Challenging | Waiting::Answering,
                _,
            ) => Vec::new(),
            (Waiting::Supervisor, _) => {
                // Should it come through all the same, it is signed off at once.
                self.errand = None;
                self.leave_payment(None)
            }
            // The request stays, and a sent password is the server's to decide.
            _ => {
                self.go_home(None);
                Vec::new()
            }
        }
    }

    fn press_when_done(&mut self, key: Key) -> Vec<Effect> {
        let Screen::Done {
            operator, is_last, ..
        } = &self.screen
        else {
            return Vec::new();
        };
        let (operator, is_last) = (*operator, *is_last);
        if !matches!(key, Key::Confirm | Key::Cancel) {
            return Vec::new();
        }
        if is_last {
            return vec![Effect::Leave];
        }
        if operator.is_some() && self.signed_on.is_none() && self.view.enrolled.is_some() {
            self.screen = sign_on(operator, None);
        } else {
            self.go_home(None);
        }
        Vec::new()
    }

    /// Asks for a password again, with what was wrong.
    pub(super) fn choose_again(&mut self, broken: BTreeSet<Rule>, said: Said) {
        match &self.choosing {
            Some(choosing) => {
                let choosing = Choosing {
                    broken,
                    ..choosing.clone()
                };
                self.screen = choice(choosing, Some(said));
            }
            None => self.go_home(Some(said)),
        }
    }
}
