//! What must hold after every step (DESIGN's invariants), against the database, the ledger
//! and what was answered. Each file says what would break it.

mod attempts;
mod cases;
mod credentials;
mod secrets;

use tillkey_rules::event::{Entry, Event};

use crate::sight::News;
use crate::world::World;

impl World {
    /// Looks at what the step did. The text is what the trace says of it.
    pub(crate) fn hold(&mut self, has_crashed: bool) -> Result<String, String> {
        self.hold_counters()?;
        if !self.sight.has_changed() && !has_crashed {
            self.hold_attempts()?;
            return Ok(format!("+0 {}", self.sight.told()));
        }
        let news = self.sight.look()?;
        self.hold_replay(&news, has_crashed)?;
        for entry in &news.entries {
            self.hold_entry(entry)?;
        }
        for case in &news.cases {
            self.hold_fold(*case)?;
        }
        self.hold_rows()?;
        self.hold_attempts()?;
        Ok(format!("+{} {}", news.entries.len(), self.sight.told()))
    }

    /// 7: a copy of a message has no effect. It would be broken by a counter that is taken
    /// outside the transaction of the effect, or not compared.
    fn hold_replay(&self, news: &News, has_crashed: bool) -> Result<(), String> {
        let is_replay = self.delivered.as_ref().is_some_and(|it| it.is_replay);
        if is_replay && !has_crashed && !news.entries.is_empty() {
            return Err("a message that was played back had an effect".to_owned());
        }
        Ok(())
    }

    fn hold_entry(&mut self, entry: &Entry) -> Result<(), String> {
        match &entry.event {
            Event::Case(event) => {
                let case = entry.case.ok_or("a step of a case names none")?;
                self.hold_case_event(case, &entry.by, event)
            }
            Event::SignedOn {
                terminal, operator, ..
            } => {
                let till = self.till_of(*terminal).ok_or("a stranger is signed on")?;
                let who = (till, operator.number());
                self.model
                    .clear(tillkey_rules::attempts::Scope::SignOn, who);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// 6: a message that was answered stays taken. It would be broken by an answer before
    /// the commit.
    fn hold_counters(&self) -> Result<(), String> {
        for (till, answered) in &self.model.answered {
            let uplink = self.uplink(*till);
            if uplink < *answered {
                return Err(format!(
                    "till {till} had an answer to #{answered}, and the server knows of #{uplink}"
                ));
            }
        }
        Ok(())
    }

    /// 7: the whole ledger, and every case against the fold of its events, as an auditor
    /// would look at them.
    pub(crate) async fn audit(&mut self) -> Result<(), String> {
        let shell = self.server().shell.clone();
        let verifier = shell.ledger_verifier().clone();
        let both = move |tx: &mut dyn tillkey_store::tx::Tx| {
            let verified = tillkey_store::ledger::verify(tx, &verifier, None, &mut |_, _| ())?;
            let audited = tillkey_store::case::audit::audit(tx, &mut |_, _| ())?;
            Ok((verified, audited))
        };
        self.search_disk()?;
        let (verified, audited) = shell
            .store()
            .read(both)
            .await
            .map_err(|fault| fault.to_string())?;
        if !verified.is_clean() {
            return Err(format!("the ledger does not verify: {verified:?}"));
        }
        if !audited.differences.is_empty() {
            return Err(format!("cases are not what their events say: {audited:?}"));
        }
        Ok(())
    }
}
