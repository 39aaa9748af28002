//! What operators do at a terminal, and what its screen tells them.

use tillkey_terminal::wire::code::ResetCode;
use tillkey_terminal::wire::journal::{Amount, Head, MaskedPan};
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Notice, Sale};

use crate::frame::name;
use crate::model::Who;
use crate::storage::Fuse;
use crate::template::password;
use crate::till::operator;
use crate::world::World;

/// The digest of a journal's last entry.
fn hex(head: &Head) -> String {
    data_encoding::HEXLOWER.encode(head.digest.as_bytes())
}

impl World {
    /// Somebody types a password: the newest, an older one, or a guess.
    pub(crate) fn sign_on(&mut self, (till, number): Who) -> Result<String, String> {
        let chosen = self.model.chosen.get(&(till, number)).cloned();
        let known: Vec<String> = chosen
            .unwrap_or_default()
            .into_iter()
            .map(|chosen| chosen.digits)
            .collect();
        let kind = self.chance.weighed(&[(6, 0), (2, 1), (2, 2)]);
        let digits = match (kind, known.last()) {
            (0, Some(newest)) => newest.clone(),
            (1, Some(_)) => self.chance.one_of(&known).unwrap().clone(),
            _ => password(&mut self.chance),
        };
        let told = self.sign_on_with((till, number), &digits)?;
        let kind = ["the newest", "an older", "no"][kind];
        Ok(format!(
            "{number:02} at till {till} types {kind} password{told}"
        ))
    }

    /// Somebody types this password.
    pub(crate) fn sign_on_with(
        &mut self,
        (till, number): Who,
        digits: &str,
    ) -> Result<String, String> {
        self.model.keyed.insert(till, (number, digits.to_owned()));
        let is_linked = self.tills[till].line.is_some();
        let typed = Secret::new(digits.to_owned());
        let called =
            self.tills[till].call(|terminal, rng| terminal.sign_on(operator(number), typed, rng));
        let here = self.model.here.get(&(till, number));
        let may_be = here.is_some_and(|here| here.iter().any(|one| one == digits));
        let signed_on = called.notices.iter().any(
            |notice| matches!(notice, Notice::SignedOn { operator: who, .. } if who.number() == number),
        );
        if signed_on && !may_be {
            return Err(format!(
                "till {till} (linked: {is_linked}) signs {number:02} on with a password not in force"
            ));
        }
        self.take(till, &called, None)
    }

    pub(crate) fn sign_off(&mut self, (till, number): Who) -> Result<String, String> {
        let called = self.tills[till].call(|terminal, _| terminal.sign_off(operator(number)));
        let told = self.take(till, &called, None)?;
        Ok(format!("{number:02} leaves till {till}{told}"))
    }

    /// Somebody types a reset code from the phone, or a guess.
    pub(crate) fn redeem(&mut self, (till, number): Who) -> Result<String, String> {
        let known = self.people.codes.get(&(till, number));
        let newest = known.and_then(|codes| codes.last()).cloned();
        let guess = newest.is_none() || self.chance.percent(35);
        let code = match newest {
            Some(code) if !guess => code,
            _ => self.chance.digits(ResetCode::LENGTH),
        };
        let told = self.type_code((till, number), &code)?;
        let kind = if guess { "a guess" } else { "the code" };
        Ok(format!("{number:02} at till {till} types {kind}{told}"))
    }

    pub(crate) fn type_code(&mut self, (till, number): Who, code: &str) -> Result<String, String> {
        let code = code.parse().unwrap();
        let called = self.tills[till].call(|terminal, _| terminal.redeem(operator(number), code));
        self.take(till, &called, None)
    }

    /// Somebody chooses a new password.
    pub(crate) fn choose(&mut self, (till, number): Who) -> Result<String, String> {
        let digits = password(&mut self.chance);
        self.model.choose((till, number), &digits);
        let chosen = Secret::new(digits);
        let called = self.tills[till]
            .call(|terminal, rng| terminal.choose_password(operator(number), chosen, rng));
        let told = self.take(till, &called, None)?;
        Ok(format!(
            "{number:02} at till {till} chooses a password{told}"
        ))
    }

    /// The supervisor has a cashier choose anew.
    pub(crate) fn supervise(&mut self, (till, number): Who) -> Result<String, String> {
        let called = self.tills[till]
            .call(|terminal, _| terminal.reset_cashier(operator(0), operator(number)));
        let told = self.take(till, &called, None)?;
        Ok(format!("00 at till {till} resets {number:02}{told}"))
    }

    pub(crate) fn sale(&mut self, (till, number): Who) -> Result<String, String> {
        let fen = 100 + i64::try_from(self.chance.below(9_900)).unwrap();
        let card = Secret::new("6222020200001234565".to_owned());
        let card = MaskedPan::of(&card).unwrap_or_else(|_| "622202******4565".parse().unwrap());
        let sale = Sale {
            amount: Amount::from_fen(u64::try_from(fen).unwrap()).unwrap(),
            card,
            remark: None,
        };
        let called = self.tills[till].call(|terminal, _| terminal.sale(operator(number), sale));
        let told = self.take(till, &called, None)?;
        Ok(format!("{number:02} takes {fen} fen at till {till}{told}"))
    }

    pub(crate) fn settle(&mut self, (till, number): Who) -> Result<String, String> {
        let called = self.tills[till].call(|terminal, _| terminal.settle(operator(number)));
        let told = self.take(till, &called, None)?;
        Ok(format!("{number:02} settles at till {till}{told}"))
    }

    /// The terminal sends again what the server has not answered.
    pub(crate) fn resend(&mut self, till: usize) -> Result<String, String> {
        let called = self.tills[till].call(|terminal, _| terminal.resend());
        let told = self.take(till, &called, None)?;
        Ok(format!("till {till} sends again{told}"))
    }

    /// The power goes, now or in the middle of a write to come.
    pub(crate) fn cut_power(&mut self, till: usize) -> String {
        if self.chance.percent(50) {
            self.tills[till].cut_power();
            self.after_power_cut(till);
            return format!("the power of till {till} goes");
        }
        let fuse = Fuse {
            writes: u32::try_from(self.chance.below(4)).unwrap(),
            keeps_last: self.chance.percent(50),
        };
        self.tills[till].storage.set_fuse(fuse);
        format!("the power of till {till} will go: {fuse:?}")
    }

    /// What was in memory is gone, and what was being written may be there.
    pub(crate) fn after_power_cut(&mut self, till: usize) {
        self.model.choosing.retain(|who, _| who.0 != till);
        let chosen: Vec<(Who, String)> = self
            .model
            .here
            .keys()
            .filter(|who| who.0 == till)
            .filter_map(|who| Some((*who, self.model.last_chosen(*who)?.to_owned())))
            .collect();
        for (who, digits) in chosen {
            self.model.here.entry(who).or_default().push(digits);
        }
    }

    /// What the screen says.
    pub(crate) fn notice(
        &mut self,
        till: usize,
        notice: &Notice,
        counter: Option<u64>,
    ) -> Result<String, String> {
        match notice {
            Notice::CodeAccepted { operator, case, .. } => {
                let who = (till, operator.number());
                self.model.choosing.insert(who, Some(*case));
            }
            Notice::ChooseNow { operator, .. } => {
                self.model.choosing.insert((till, operator.number()), None);
            }
            Notice::InForceOffline { operator } => {
                let who = (till, operator.number());
                let chosen = self.model.last_chosen(who).unwrap_or_default().to_owned();
                self.model.here.insert(who, vec![chosen]);
            }
            Notice::Effective {
                operator,
                credential_version,
                ..
            } => {
                let who = (till, operator.number());
                let known = self.model.versions.get(&(who, *credential_version));
                let known = known.ok_or("a terminal holds a version that nobody brought")?;
                self.model.here.insert(who, known.clone());
            }
            Notice::WrongPassword { operator } => {
                let typed = counter.and_then(|counter| {
                    let (number, digits) = self.model.typed.get(&(till, counter))?.clone();
                    let version = *self.model.challenged.get(&(till, counter))?;
                    Some((number, digits, version))
                });
                if let Some((number, digits, version)) = typed
                    && number == operator.number()
                {
                    self.model.found_wrong((till, number), version, &digits)?;
                }
            }
            Notice::Recorded(_) => {
                let head = self.tills[till].terminal().journal().cloned();
                let head = head.ok_or("a sale was recorded without a journal")?;
                let journal = self.model.journals.entry(till).or_default();
                journal.insert(head.entries, hex(&head));
            }
            Notice::Restored(_) => return Err("nobody asked for a journal back".to_owned()),
            _ => {}
        }
        Ok(match notice {
            Notice::Refused { code, activity, .. } => format!("Refused {activity:?} {code}"),
            notice => name(notice),
        })
    }

    /// What holds at a terminal whatever was done: every sale that was acknowledged is in
    /// its journal.
    pub(crate) fn after_call(&mut self, till: usize) -> Result<(), String> {
        let Some(head) = self.tills[till].terminal().journal().cloned() else {
            return Ok(());
        };
        let journal = self.model.journals.entry(till).or_default();
        let last = journal.last_key_value();
        if let Some((entries, digest)) = last {
            let lost =
                head.entries < *entries || (head.entries == *entries && *digest != hex(&head));
            if lost {
                return Err(format!(
                    "the journal of till {till} had {entries} entries and has {}",
                    head.entries
                ));
            }
        }
        journal.insert(head.entries, hex(&head));
        Ok(())
    }
}
