//! Messages on their way to phones, and what is read from them.

use std::sync::Arc;

use jiff::SignedDuration;
use tillkey_store::outbox;
use tillkey_terminal::wire::code::{ResetCode, SmsCode};

use crate::portal::Portal;
use crate::staff::{MANAGER_PHONE, PHONE};
use crate::world::World;

/// How long a message stays with whoever took it up.
const LEASE: SignedDuration = SignedDuration::from_secs(90);

impl World {
    /// Messages that are due go out, and come to the phone; now and then the server
    /// crashes before it has noted that.
    pub(crate) async fn carry(&mut self) -> Result<String, String> {
        let (now, shell) = (self.now(), self.server().shell.clone());
        let keys = Arc::clone(shell.seal_keys());
        let until = now + LEASE;
        let claim = move |tx: &mut dyn tillkey_store::tx::Tx| {
            let mut taken = Vec::new();
            for claimed in outbox::claim(tx, now, until, 20)? {
                let opened = claimed.open(tx, &keys)?;
                let (to, body) = (opened.destination.expose(), opened.body.expose());
                taken.push((claimed.id, to.clone(), body.clone()));
            }
            Ok(taken)
        };
        let taken = shell.store().write(claim).await;
        let taken = taken.map_err(|fault| fault.to_string())?;
        let count = taken.len();
        for (_, to, body) in &taken {
            self.search(body.as_bytes(), "a message to a phone")?;
            match to.as_str() {
                PHONE => self.arrives(body),
                MANAGER_PHONE => self.arrives_at_manager(body),
                _ => return Err("a message goes to somebody else".to_owned()),
            }
        }
        if count > 0 && !self.is_healed && self.chance.percent(3) {
            drop(shell);
            self.crash(|_| ()).await;
            return Ok(format!("{count} messages go out, and the server crashes"));
        }
        for (id, ..) in taken {
            let noting = shell.store().write(move |tx| outbox::sent(tx, id, now));
            noting.await.map_err(|fault| fault.to_string())?;
        }
        Ok(format!("{count} messages go out"))
    }

    /// A message comes to the manager's phone.
    fn arrives_at_manager(&mut self, body: &str) {
        let digits = body.get(..SmsCode::LENGTH).unwrap_or_default();
        let is_code = digits.bytes().all(|b| b.is_ascii_digit());
        if let Portal::Asked { code, .. } = &mut self.people.portal
            && is_code
        {
            *code = Some(digits.to_owned());
        }
    }

    /// A message comes to the phone.
    fn arrives(&mut self, body: &str) {
        let Some(rest) = body.strip_prefix("Reset code ") else {
            let digits = body.get(..SmsCode::LENGTH).unwrap_or_default();
            if digits.len() == SmsCode::LENGTH && digits.bytes().all(|b| b.is_ascii_digit()) {
                self.people.proofs.push(digits.to_owned());
            }
            return;
        };
        let till = self
            .tills
            .iter()
            .position(|till| rest.contains(till.enrolled.number.as_str()));
        let number = rest
            .split("operator ")
            .nth(1)
            .and_then(|rest| rest.get(..2));
        if let (Some(till), Some(number)) = (till, number.and_then(|text| text.parse().ok())) {
            let code = rest.get(..ResetCode::LENGTH).unwrap_or_default().to_owned();
            let known = self.people.codes.entry((till, number)).or_default();
            if known.last() != Some(&code) {
                known.push(code);
            }
        }
    }
}
