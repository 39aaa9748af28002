//! What the till's tidings do to the screen.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use tillkey_terminal::wire::ids::{OperatorNumber, RefusalCode};
use tillkey_terminal::wire::journal::Head;
use tillkey_terminal::wire::message::NotRestored;
use tillkey_terminal::wire::password::PasswordRules;
use tillkey_terminal::{Activity, Advice, Fault, Notice};

use super::{
    Challenge, Choosing, Effect, Link, Model, Purpose, Said, Screen, Tone, Waiting, choice,
    code_entry, later, sign_on,
};
use crate::terminal::words::Word;
use crate::till::{Act, Told};

impl Model {
    pub(super) fn hear(&mut self, told: Told) -> Vec<Effect> {
        match told {
            Told::Connected => self.link = Link::Connecting,
            Told::Disconnected { again_in, .. } => {
                let wait = again_in.and_then(|wait| SignedDuration::try_from(wait).ok());
                self.link = Link::Down {
                    again_at: wait.map(|wait| later(self.now, wait)),
                };
            }
            Told::Notice(notice) => return self.notice(notice),
            Told::NotDone(fault) => return self.not_done(&fault),
            Told::Ended(fault) => {
                let word = match fault.advice() {
                    Advice::EnrolAgain => Word::StateLost,
                    _ => Word::StorageFailed,
                };
                let said = Said::new(word, Tone::Bad);
                self.screen = Screen::Done {
                    said,
                    operator: None,
                    is_last: true,
                };
            }
        }
        Vec::new()
    }

    fn notice(&mut self, notice: Notice) -> Vec<Effect> {
        match notice {
            Notice::Enrolled(_) => self.done(Said::new(Word::EnrolledDone, Tone::Good), None),
            Notice::EnrolmentRefused { code, retry_at } => self.enrolment_refused(code, retry_at),
            Notice::Welcomed => {
                self.unserved = None;
                self.forget_that_link_was_missing();
            }
            Notice::SignedOn { operator, .. } => return self.take_sign_on(operator),
            Notice::WrongPassword { operator } => {
                self.ask_password_again(operator, Said::new(Word::WrongPassword, Tone::Bad));
            }
            Notice::TooManyTries { operator, until } => {
                let said = match until {
                    Some(until) => Said::new(Word::TooMany, Tone::Bad).until(until),
                    None => Said::new(Word::HeldUntilLink, Tone::Bad),
                };
                self.ask_password_again(operator, said);
            }
            Notice::SignOnInterrupted { operator } => {
                self.ask_password_again(operator, Said::new(Word::Interrupted, Tone::Bad));
            }
            Notice::SessionEnded { operator, .. } => self.end_session(operator),
            Notice::Recorded(entry) => return self.take_entry(entry),
            Notice::BackingUp { part, parts } => {
                self.tell_progress(Word::BackingUp, (part, parts));
            }
            Notice::BackedUp => {
                self.announce_progress(Said::new(Word::BackedUp, Tone::Good));
            }
            Notice::Restoring { part, parts } => {
                self.tell_progress(Word::Restoring, (part, parts));
            }
            Notice::Restored(outcome) => self.announce_progress(restored(&outcome)),
            Notice::CodeOnScreen {
                operator,
                code,
                expires_at,
                ..
            } => {
                if self.waits_for(operator) == Some(Waiting::Asking) {
                    let shown = Purpose::CodeShown {
                        operator,
                        code,
                        expires_at,
                    };
                    self.screen = code_entry(shown, Some(operator), None);
                }
            }
            Notice::CodeIssued {
                operator,
                expires_at,
                ..
            } => {
                self.announce_code(operator, expires_at);
            }
            Notice::InHandNumber { number, asked } => self.take_number(number, asked),
            Notice::CodeAccepted {
                operator,
                until,
                rules,
                ..
            } => {
                self.take_acceptance(operator, (until, rules));
            }
            Notice::OfflineChallenge {
                operator,
                challenge,
                until,
                ..
            } => self.take_challenge(Challenge {
                operator,
                challenge,
                until,
            }),
            Notice::WrongAnswer {
                operator,
                tries_left,
            } => self.take_wrong_answer(operator, tries_left),
            Notice::ChooseNow {
                operator,
                until,
                rules,
            } => return self.choose_now(operator, (until, rules)),
            Notice::InForceOffline { operator } => self.take_force(operator),
            Notice::OfflinePasswordRefused { operator, .. } => self.take_offline_refusal(operator),
            Notice::Added { operator } => return self.take_addition(operator),
            Notice::Removed { operator } => self.take_removal(operator),
            // It holds here already, and waits for nobody.
            Notice::DeedTaken(_) => {}
            Notice::DeedRefused { deed, code } => self.take_deed_refusal(&deed, code),
            Notice::PasswordRefused { operator, broken } => {
                if self.waits_for(operator) == Some(Waiting::Registering) {
                    self.choose_again(broken, Said::new(Word::RulesBroken, Tone::Bad));
                } else if self.chooses(operator) {
                    // What was set without a link breaks rules that are newer.
                    self.choose_again(broken, Said::new(Word::RulesChanged, Tone::Bad));
                }
            }
            Notice::PasswordSent { operator, .. } => {
                if self.waits_for(operator) == Some(Waiting::Registering) {
                    self.choosing = None;
                    self.wait(Waiting::Confirming, Some(operator));
                }
            }
            Notice::Effective { operator, .. } => self.take_effect(operator),
            Notice::CredentialRevoked { operator } => {
                self.announce(Said::new(Word::Revoked, Tone::Bad).of(operator));
            }
            Notice::Refused {
                activity,
                operator,
                code,
                retry_at,
            } => {
                self.refused(activity, operator, (code, retry_at));
            }
        }
        Vec::new()
    }

    /// A new password may be chosen.
    fn take_acceptance(
        &mut self,
        operator: OperatorNumber,
        (until, rules): (Timestamp, PasswordRules),
    ) {
        match self.waits_for(operator) {
            Some(Waiting::Permitting) => self.permitted(operator, (until, rules)),
            Some(Waiting::Redeeming | Waiting::SigningOn) => {
                self.forget_banner_of(operator);
                let choosing = Choosing {
                    operator,
                    until,
                    rules,
                    broken: BTreeSet::new(),
                    is_here: false,
                };
                self.choosing = Some(choosing.clone());
                self.screen = choice(choosing, None);
            }
            _ => {}
        }
    }

    /// Whether the operator is at the screen for a new password.
    fn chooses(&self, operator: OperatorNumber) -> bool {
        let Screen::Ask(ask) = &self.screen else {
            return false;
        };
        matches!(&ask.purpose, Purpose::Choose(choosing) if choosing.operator == operator)
    }

    fn tell_progress(&mut self, word: Word, (part, parts): (u32, u32)) {
        let said = Said::new(word, Tone::Plain);
        self.announce_progress(said.counting(part.into(), parts.into()));
    }

    /// What was said of a missing link is not true any more.
    fn forget_that_link_was_missing(&mut self) {
        if let Screen::Ask(ask) = &mut self.screen
            && ask
                .said
                .as_ref()
                .is_some_and(|said| said.is(Word::NeedsLink))
        {
            ask.said = None;
        }
    }

    pub(super) fn done(&mut self, said: Said, operator: Option<OperatorNumber>) {
        self.screen = Screen::Done {
            said,
            operator,
            is_last: false,
        };
    }

    fn enrolment_refused(&mut self, code: RefusalCode, retry_at: Option<Timestamp>) {
        let word = match retry_at {
            Some(_) => Word::EnrolmentLater,
            None => Word::EnrolmentRefused,
        };
        self.screen = self.enrolment(Some(Said::refused(word, code, retry_at)));
    }

    fn take_sign_on(&mut self, operator: OperatorNumber) -> Vec<Effect> {
        if self.waits_for(operator) == Some(Waiting::Supervisor) {
            return self.carry_out_errand();
        }
        if self.waits_for(operator) == Some(Waiting::SigningOn) {
            self.signed_on = Some(operator);
            self.screen = Screen::Menu;
            return Vec::new();
        }
        // Nobody waits before the screen any more.
        vec![Effect::Act(Act::SignOff(operator))]
    }

    fn ask_password_again(&mut self, operator: OperatorNumber, said: Said) {
        if self.waits_for(operator) == Some(Waiting::SigningOn) {
            self.screen = sign_on(Some(operator), Some(said));
        } else if self.waits_for(operator) == Some(Waiting::Supervisor) {
            self.ask_supervisor_again(said);
        }
    }

    fn end_session(&mut self, operator: OperatorNumber) {
        if self.signed_on != Some(operator) {
            return;
        }
        self.signed_on = None;
        // Both ends come with the same notice.
        let word = if self.leaving {
            Word::SignedOff
        } else {
            Word::SessionEnded
        };
        let said = Said::new(word, Tone::Plain).of(operator);
        // A reset goes on without anybody signed on, and a receipt stays to be read.
        if self.screen.needs_session() {
            self.end_payment(said);
        } else if matches!(self.screen, Screen::Receipt(_)) {
            self.announce(said);
        }
        self.leaving = false;
    }

    fn take_effect(&mut self, operator: OperatorNumber) {
        self.forget_banner_of(operator);
        let waited = self.waits_for(operator);
        if matches!(waited, Some(Waiting::Registering | Waiting::Confirming)) {
            self.choosing = None;
            let said = Said::new(Word::EffectiveDone, Tone::Good).of(operator);
            self.done(said, Some(operator));
        } else {
            self.announce(Said::new(Word::EffectiveElsewhere, Tone::Good).of(operator));
        }
    }

    fn refused(
        &mut self,
        activity: Activity,
        operator: Option<OperatorNumber>,
        (code, retry_at): (RefusalCode, Option<Timestamp>),
    ) {
        let said = Said::refused(Word::of_refusal(activity, &code), code, retry_at);
        let waited = operator.and_then(|operator| self.waits_for(operator));
        match (activity, waited) {
            (Activity::Connect, _) => self.unserved = Some(said),
            (Activity::SignOn, Some(Waiting::SigningOn))
            | (Activity::FirstPassword, Some(Waiting::Asking)) => {
                self.screen = sign_on(operator, Some(said));
            }
            (Activity::SignOn, Some(Waiting::Supervisor)) => self.ask_supervisor_again(said),
            (Activity::Redeem, Some(Waiting::Redeeming)) => {
                self.screen = code_entry(Purpose::CodeSent, operator, Some(said));
            }
            // With a time it is sent again then, and still waited for.
            (Activity::NewPassword, _) if retry_at.is_some() => {}
            (Activity::NewPassword, Some(Waiting::Registering | Waiting::Confirming)) => {
                self.choosing = None;
                self.go_home(Some(said));
            }
            (Activity::NewPassword, _) => self.announce(said),
            // The backup that the bank wants first is under way; or it is asked again then.
            (Activity::Choose, _) if retry_at.is_some() || said.is(Word::NotPrepared) => {}
            (Activity::Choose, Some(Waiting::Permitting)) => self.not_permitted(said),
            // A sign-off holds here whatever the server says; the rest is nobody's.
            _ => {}
        }
    }

    /// A step that had no effect: back to where it was begun.
    fn not_done(&mut self, fault: &Fault) -> Vec<Effect> {
        let Screen::Wait(wait) = &self.screen else {
            return Vec::new();
        };
        let (what, operator) = (wait.what, wait.operator);
        let word = match fault {
            Fault::Offline if matches!(what, Waiting::SigningOn | Waiting::Supervisor) => {
                Word::NoPasswordHere
            }
            Fault::Offline => Word::NeedsLink,
            _ => Word::NotPossible,
        };
        let said = Said::new(word, Tone::Bad);
        match (what, fault) {
            (Waiting::Recording, _) => return self.not_recorded(fault),
            (Waiting::Supervisor, _) => self.ask_supervisor_again(said),
            (Waiting::SigningOn | Waiting::Asking, _) => {
                self.screen = sign_on(operator, Some(said));
            }
            (Waiting::Redeeming, _) => {
                self.screen = code_entry(Purpose::CodeSent, operator, Some(said));
            }
            (Waiting::Challenging | Waiting::Answering, _) => self.no_challenge(operator, fault),
            (Waiting::Managing | Waiting::Permitting, _) => {
                return self.not_managed(operator, fault);
            }
            (Waiting::Numbering, Fault::NotAgreed) => {
                self.go_home(Some(Said::new(Word::NumberNotYet, Tone::Bad)));
            }
            (Waiting::Registering, Fault::Offline) => self.choose_again(BTreeSet::new(), said),
            _ => self.go_home(Some(said)),
        }
        Vec::new()
    }
}

/// What to say of a backup that was put back, or was not.
fn restored(outcome: &Result<Head, NotRestored>) -> Said {
    match outcome {
        Ok(head) => Said::new(Word::Restored, Tone::Good).counting(head.entries, head.entries),
        Err(NotRestored::NotEmpty) => Said::new(Word::RestoreNotEmpty, Tone::Bad),
        Err(_) => Said::new(Word::RestoreFailed, Tone::Bad),
    }
}
