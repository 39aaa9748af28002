//! Where merchants, contacts, terminals and operators are entered: by an administrator's
//! act, by a manager's, and by an import. The event and its effect are here together, so
//! that no way of entering one leaves either out.
//!
//! Nothing here checks who may enter what, and nothing here makes a credential, an
//! enrolment or an approval.

use jiff::Timestamp;
use rand_chacha::ChaCha20Rng;
use tillkey_rules::case::Command;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::event::Event;
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::{EvidenceKind, MerchantStatus};
use tillkey_store::case as cases;
use tillkey_store::fault::Fault;
use tillkey_store::party::contact::{self, NewContact};
use tillkey_store::party::merchant::{self, DocumentRole, NewMerchant};
use tillkey_store::party::operator;
use tillkey_store::party::terminal::{self, NewTerminal};
use tillkey_store::party::{contact_change, managers};
use tillkey_store::seal::{DataKey, Digest};
use tillkey_store::session::{self, SessionEnd};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{AcquirerId, MerchantNumber, OperatorNumber, TerminalId};
use tillkey_wire::secret::Secret;

use super::{MerchantDetails, TerminalDetails};
use crate::act::case::begin_step;
use crate::act::managers::enabled;
use crate::act::{Phone, SignedIn, note, order};
use crate::bell::Ring;
use crate::limits::TERMINALS_PAGE;
use crate::shell::Shell;

/// In whose name things are entered, and when.
pub(in crate::act) struct Register<'a> {
    pub(in crate::act) shell: &'a Shell,
    pub(in crate::act) acquirer: &'a AcquirerId,
    pub(in crate::act) actor: &'a Actor,
    pub(in crate::act) now: Timestamp,
    pub(in crate::act) rng: &'a mut ChaCha20Rng,
}

impl<'a> Register<'a> {
    /// In the name of a member of staff.
    pub(in crate::act) const fn of(
        shell: &'a Shell,
        by: &'a SignedIn,
        now: Timestamp,
        rng: &'a mut ChaCha20Rng,
    ) -> Self {
        Self {
            shell,
            acquirer: &by.acquirer,
            actor: &by.actor,
            now,
            rng,
        }
    }

    /// Enters a merchant that is served from now on, with its documents and its contact.
    ///
    /// # Errors
    /// [`Fault::Taken`] where there is one of this number.
    pub(in crate::act) fn merchant(
        &mut self,
        tx: &mut dyn Tx,
        details: &MerchantDetails,
    ) -> Result<(), Fault> {
        let number = &details.merchant;
        let new = NewMerchant {
            number: number.clone(),
            acquirer: self.acquirer.clone(),
            status: MerchantStatus::Active,
            name: Secret::new(details.name.clone()),
            now: self.now,
        };
        let key = merchant::add(tx, self.shell.seal_keys(), &new, self.rng)?;
        let MerchantDetails {
            credit_code,
            holder,
            proxies,
            ..
        } = details;
        for (role, index) in self.index(credit_code.as_ref(), holder.as_ref(), proxies) {
            merchant::add_document(tx, number, (role, &index), self.now)?;
        }
        self.note(
            tx,
            Event::MerchantAdded {
                merchant: number.clone(),
            },
        )?;
        self.contact(tx, (number, &key), &details.phone)
    }

    /// The documents of a merchant by role and blind index.
    pub(in crate::act) fn index(
        &self,
        credit_code: Option<&SocialCreditCode>,
        holder: Option<&ResidentIdentityNumber>,
        proxies: &[ResidentIdentityNumber],
    ) -> Vec<(DocumentRole, Digest)> {
        let index = |kind: EvidenceKind, number: &str| {
            let keys = self.shell.seal_keys();
            keys.document_index(self.acquirer, kind.name(), number)
        };
        let licence = credit_code.map(|code| {
            let index = index(EvidenceKind::BusinessLicence, code.expose());
            (DocumentRole::Business, index)
        });
        let identity = |number: &str| index(EvidenceKind::IdentityDocument, number);
        let holder = holder.map(|number| (DocumentRole::Holder, identity(number.expose())));
        let proxies = proxies
            .iter()
            .map(|number| (DocumentRole::Proxy, identity(number.expose())));
        licence.into_iter().chain(holder).chain(proxies).collect()
    }

    /// Puts documents in the place of those that are registered in the same roles; other
    /// roles stay as they are. True when that changed anything.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub(in crate::act) fn documents(
        &mut self,
        tx: &mut dyn Tx,
        number: &MerchantNumber,
        documents: &[(DocumentRole, Digest)],
    ) -> Result<bool, Fault> {
        let stored = merchant::documents(tx, number)?;
        let named = |role: DocumentRole| documents.iter().any(|(other, _)| *other == role);
        let (gone, mut kept): (Vec<_>, Vec<_>) = stored
            .iter()
            .copied()
            .partition(|document| named(document.0) && !documents.contains(document));
        if gone.is_empty() && documents.iter().all(|document| stored.contains(document)) {
            return Ok(false);
        }
        for (_, index) in &gone {
            merchant::remove_document(tx, number, index, self.now)?;
        }
        // A document is removed from every role: what stays in another one is put back.
        kept.extend_from_slice(documents);
        for (role, index) in &kept {
            merchant::add_document(tx, number, (*role, index), self.now)?;
        }
        self.note(
            tx,
            Event::MerchantDocumentsChanged {
                merchant: number.clone(),
            },
        )?;
        Ok(true)
    }

    /// Sets a merchant's registered contact.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub(in crate::act) fn contact(
        &mut self,
        tx: &mut dyn Tx,
        (merchant, key): (&MerchantNumber, &DataKey),
        phone: &Phone,
    ) -> Result<(), Fault> {
        let new = NewContact {
            merchant: merchant.clone(),
            phone: Secret::new(phone.expose().clone()),
            phone_index: self.phone_index(phone),
            now: self.now,
        };
        let version = contact::set(tx, key, &new, self.rng)?;
        self.note(
            tx,
            Event::ContactChanged {
                merchant: merchant.clone(),
                version,
            },
        )
    }

    /// The blind index of a phone.
    pub(in crate::act) fn phone_index(&self, phone: &Phone) -> Digest {
        let keys = self.shell.seal_keys();
        keys.phone_index(self.acquirer, phone.expose())
    }

    /// Suspends, closes or takes back a merchant. Whoever is signed on at its terminals is
    /// so no longer, and every terminal learns anew where it stands. A closed one has no
    /// managers and no open cases.
    ///
    /// # Errors
    /// [`Fault::Missing`] where there is none.
    pub(in crate::act) fn status(
        &mut self,
        tx: &mut dyn Tx,
        merchant: &MerchantNumber,
        status: MerchantStatus,
    ) -> Result<Vec<Ring>, Fault> {
        merchant::set_status(tx, merchant, status, self.now)?;
        self.note(
            tx,
            Event::MerchantStatusChanged {
                merchant: merchant.clone(),
                status,
            },
        )?;
        let mut rings = Vec::new();
        if status != MerchantStatus::Active {
            for whose in session::live_of_merchant(tx, merchant)? {
                session::end_all(tx, whose, SessionEnd::NotServed, self.now)?;
                rings.push(order::end_sessions(tx, whose, (self.now, self.rng))?);
            }
        }
        if status == MerchantStatus::Closed {
            rings.extend(self.leave(tx, merchant)?);
        }
        let mut after = None;
        loop {
            let page = terminal::of_merchant(tx, merchant, after.as_ref(), TERMINALS_PAGE)?;
            rings.extend(page.iter().map(|found| Ring::Moved(found.id)));
            match page.into_iter().last() {
                Some(last) => after = Some(last.number),
                None => return Ok(rings),
            }
        }
    }

    /// What a merchant that is closed leaves behind: nobody signs in for it any more, and
    /// no case of it goes on.
    fn leave(&mut self, tx: &mut dyn Tx, merchant: &MerchantNumber) -> Result<Vec<Ring>, Fault> {
        contact_change::withdraw(tx, merchant)?;
        for one in enabled(tx, (self.acquirer, merchant))? {
            managers::disable(tx, one.id, self.now)?;
            let event = Event::ManagerDisabled {
                manager: one.id,
                merchant: merchant.clone(),
            };
            self.note(tx, event)?;
        }
        let mut step = begin_step(self.shell, self.acquirer, self.now, self.rng);
        for stored in cases::open_of_merchant(tx, merchant)? {
            step.run(tx, stored.case, &Command::Recheck, &Actor::System)?;
        }
        Ok(step.rings)
    }

    /// Removes an operator: the password, the sessions, what the terminal itself remembers.
    /// None where there is none.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub(in crate::act) fn removal(
        &mut self,
        tx: &mut dyn Tx,
        terminal: TerminalId,
        operator: OperatorNumber,
    ) -> Result<Option<Ring>, Fault> {
        if !operator::remove(tx, terminal, operator, self.now)? {
            return Ok(None);
        }
        self.note(tx, Event::OperatorRemoved { terminal, operator })?;
        order::revoke(tx, (terminal, operator), (self.now, self.rng)).map(Some)
    }

    /// Changes a merchant's trading name.
    ///
    /// # Errors
    /// [`Fault::Missing`] where there is none.
    pub(in crate::act) fn name(
        &mut self,
        tx: &mut dyn Tx,
        (merchant, key): (&MerchantNumber, &DataKey),
        name: &Secret<String>,
    ) -> Result<(), Fault> {
        merchant::set_name(tx, key, (merchant, name), self.now, self.rng)?;
        self.note(
            tx,
            Event::MerchantRenamed {
                merchant: merchant.clone(),
            },
        )
    }

    /// Enters a terminal, which can then be enrolled.
    ///
    /// # Errors
    /// [`Fault::Taken`] where its number or serial number is in service.
    pub(in crate::act) fn terminal(
        &mut self,
        tx: &mut dyn Tx,
        details: &TerminalDetails,
    ) -> Result<TerminalId, Fault> {
        let id = TerminalId::random(self.rng);
        self.terminal_named(tx, id, details)?;
        Ok(id)
    }

    /// The same, for a terminal whose name is drawn already.
    ///
    /// # Errors
    /// As [`Register::terminal`].
    pub(in crate::act) fn terminal_named(
        &mut self,
        tx: &mut dyn Tx,
        id: TerminalId,
        details: &TerminalDetails,
    ) -> Result<(), Fault> {
        let TerminalDetails {
            merchant,
            number,
            serial_number,
            model,
        } = details.clone();
        let new = NewTerminal {
            id,
            acquirer: self.acquirer.clone(),
            merchant: merchant.clone(),
            number: number.clone(),
            serial_number: serial_number.clone(),
            model: model.to_string(),
            now: self.now,
        };
        terminal::add(tx, &new)?;
        self.note(
            tx,
            Event::TerminalAdded {
                terminal: id,
                merchant,
                number,
                serial_number,
            },
        )
    }

    /// Adds an operator, who has no password yet. False where there is one of this number.
    ///
    /// # Errors
    /// A [`Fault`] of the store.
    pub(in crate::act) fn operator(
        &mut self,
        tx: &mut dyn Tx,
        terminal: TerminalId,
        operator: OperatorNumber,
    ) -> Result<bool, Fault> {
        if !operator::add(tx, terminal, operator, self.now)? {
            return Ok(false);
        }
        self.note(tx, Event::OperatorAdded { terminal, operator })?;
        Ok(true)
    }

    /// Notes what happened, in the transaction of its effect.
    pub(in crate::act) fn note(&self, tx: &mut dyn Tx, event: Event) -> Result<(), Fault> {
        note(tx, self.acquirer, (self.now, self.actor), event)
    }
}
