//! Puts together what is held, as far as whoever asks may read it.

use tillkey_rules::onboarding::FormField;
use tillkey_rules::terms::days_after;
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_store::application::{self as applications, Stored};
use tillkey_store::case::{self as cases, Filter};
use tillkey_store::fault::Fault;
use tillkey_store::party::contact;
use tillkey_store::party::manager_session;
use tillkey_store::party::managers::{self, ManagerAccount};
use tillkey_store::party::merchant::{self, Merchant};
use tillkey_store::party::operator;
use tillkey_store::party::terminal::{self, Terminal, TerminalStatus};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_store::{outbox, scan, snapshot};
use tillkey_wire::ids::ManagerId;

use super::{
    HeldApplication, HeldCase, HeldContact, HeldDocument, HeldMessage, HeldOperator, HeldPerson,
    HeldScan, HeldSession, HeldTerminal, Holding,
};
use crate::act::application::key_of;
use crate::act::managers::ManagerSession;
use crate::act::masked;
use crate::limits::HELD_ROWS_MAX;
use crate::shell::Shell;

/// How much of it somebody may read.
pub(super) enum Reach {
    /// All: it is handed to whoever asked.
    All,
    /// A manager's.
    Manager {
        /// Who.
        own: ManagerId,
        /// Whether their own phone and name are shown in full.
        sees_own: bool,
        /// Whether the registered phone is.
        sees_contact: bool,
        /// Whether what was written in the application is.
        sees_application: bool,
    },
}

impl Reach {
    /// What a manager may take along.
    pub(super) fn of(by: &ManagerSession) -> Self {
        Self::Manager {
            own: by.manager,
            sees_own: true,
            sees_contact: by.has(ManagerRight::ChangeContact),
            sees_application: ManagerRight::ALL.iter().all(|right| by.has(*right)),
        }
    }

    /// What a page shows them, which somebody may look at over their shoulder.
    pub(super) const fn masked(by: &ManagerSession) -> Self {
        Self::Manager {
            own: by.manager,
            sees_own: false,
            sees_contact: false,
            sees_application: false,
        }
    }

    const fn sees_contact(&self) -> bool {
        match self {
            Self::All => true,
            Self::Manager { sees_contact, .. } => *sees_contact,
        }
    }

    const fn sees_application(&self) -> bool {
        match self {
            Self::All => true,
            Self::Manager {
                sees_application, ..
            } => *sees_application,
        }
    }

    fn is_you(&self, manager: ManagerId) -> bool {
        matches!(self, Self::Manager { own, .. } if *own == manager)
    }

    fn sees(&self, manager: ManagerId) -> bool {
        match self {
            Self::All => true,
            Self::Manager { own, sees_own, .. } => *sees_own && *own == manager,
        }
    }
}

/// All that is held of a merchant. Of one that was erased it is a number and what was done
/// with its terminals.
pub(super) fn gather(
    tx: &mut dyn Tx,
    shell: &Shell,
    (found, reach): (&Merchant, &Reach),
) -> Result<Holding, Fault> {
    let number = &found.number;
    let owner = Owner::Merchant(number.clone());
    let key = DataKey::find(tx, shell.seal_keys(), &owner)?;
    let name = match &key {
        Some(key) => Some(found.name(key)?.expose().clone()),
        None => None,
    };
    let days = shell.config().merchant_kept_days;
    Ok(Holding {
        merchant: number.clone(),
        taken_at: shell.now(),
        name,
        status: found.status,
        registered_at: found.created_at,
        closed_at: found.closed_at,
        kept_until: found.closed_at.map(|at| days_after(at, days)),
        erased_at: found.erased_at,
        contacts: contacts(tx, (found, key.as_ref()), reach)?,
        documents: documents(tx, found)?,
        managers: people(tx, (found, key.as_ref()), reach)?,
        sessions: sessions(tx, found)?,
        scans: scans(tx, found)?,
        applications: all_applications(tx, shell, (found, reach))?,
        messages: messages(tx, &owner)?,
        terminals: terminals(tx, found)?,
        cases: all_cases(tx, found)?,
        backups: snapshot::kept_of(tx, number)?.len(),
    })
}

fn contacts(
    tx: &mut dyn Tx,
    (found, key): (&Merchant, Option<&DataKey>),
    reach: &Reach,
) -> Result<Vec<HeldContact>, Fault> {
    let Some(key) = key else {
        return Ok(Vec::new());
    };
    let present = contact::present(tx, &found.number)?;
    let previous = contact::previous(tx, &found.number)?;
    let shown = |one: contact::Contact| {
        let phone = one.phone(key)?;
        Ok(HeldContact {
            phone: masked_unless(reach.sees_contact(), phone.expose()),
            since: one.changed_at,
            until: one.replaced_at,
        })
    };
    present.into_iter().chain(previous).map(shown).collect()
}

fn masked_unless(sees: bool, phone: &str) -> String {
    if sees {
        phone.to_owned()
    } else {
        masked::phone(phone)
    }
}

fn documents(tx: &mut dyn Tx, found: &Merchant) -> Result<Vec<HeldDocument>, Fault> {
    let held = merchant::documents_since(tx, &found.number)?;
    let shown = |(role, since): (merchant::DocumentRole, _)| HeldDocument {
        role: role.name(),
        since,
    };
    Ok(held.into_iter().map(shown).collect())
}

fn people(
    tx: &mut dyn Tx,
    (found, key): (&Merchant, Option<&DataKey>),
    reach: &Reach,
) -> Result<Vec<HeldPerson>, Fault> {
    let Some(key) = key else {
        return Ok(Vec::new());
    };
    let whose = (&found.acquirer, &found.number);
    let shown = |one: ManagerAccount| {
        let sees = reach.sees(one.id);
        let (name, phone) = (one.name(key)?, one.phone(key)?);
        Ok(HeldPerson {
            manager: one.id,
            name: if sees {
                name.expose().clone()
            } else {
                masked::name(name.expose())
            },
            phone: masked_unless(sees, phone.expose()),
            rights: one.rights.iter().copied().collect(),
            created_at: one.created_at,
            signed_in_at: one.signed_in_at,
            disabled_at: one.disabled_at,
            is_you: reach.is_you(one.id),
        })
    };
    let held = managers::of_merchant(tx, whose, None, HELD_ROWS_MAX)?;
    held.into_iter().map(shown).collect()
}

fn sessions(tx: &mut dyn Tx, found: &Merchant) -> Result<Vec<HeldSession>, Fault> {
    let whose = (&found.acquirer, &found.number);
    let held = manager_session::of_merchant(tx, whose, HELD_ROWS_MAX)?;
    let shown = |one: manager_session::OfMerchant| HeldSession {
        manager: one.manager,
        started_at: one.started_at,
        ends_at: one.ends_at,
    };
    Ok(held.into_iter().map(shown).collect())
}

fn scans(tx: &mut dyn Tx, found: &Merchant) -> Result<Vec<HeldScan>, Fault> {
    let held = scan::of_merchant(tx, &found.number, HELD_ROWS_MAX)?;
    let shown = |one: scan::Listed| HeldScan {
        scan: one.id,
        case: one.case,
        kind: one.kind.name(),
        side: one.side.name(),
        taken_at: one.taken_at,
        has_picture: one.replaced_at.is_none(),
    };
    Ok(held.into_iter().map(shown).collect())
}

fn all_applications(
    tx: &mut dyn Tx,
    shell: &Shell,
    (found, reach): (&Merchant, &Reach),
) -> Result<Vec<HeldApplication>, Fault> {
    let mut shown = Vec::new();
    for stored in applications::all_of_merchant(tx, &found.number)? {
        if let Some(key) = key_of(tx, shell, stored.application.id())? {
            shown.push(application(&stored, &key, reach)?);
        }
    }
    Ok(shown)
}

fn application(stored: &Stored, key: &DataKey, reach: &Reach) -> Result<HeldApplication, Fault> {
    let (draft, phone) = (stored.draft(key)?, stored.phone(key)?);
    let sees = reach.sees_application();
    let written = FormField::ALL.iter().filter_map(|field| {
        let text = draft.text(*field);
        (!text.is_empty()).then(|| (field.name(), sees.then(|| text.to_owned())))
    });
    let application = &stored.application;
    Ok(HeldApplication {
        application: application.id(),
        state: application.state().name(),
        started_at: application.started_at(),
        phone: masked_unless(sees, phone.expose()),
        fields: written.collect(),
        papers: application.papers().iter().map(|one| one.name()).collect(),
    })
}

fn messages(tx: &mut dyn Tx, owner: &Owner) -> Result<Vec<HeldMessage>, Fault> {
    let held = outbox::of_owner(tx, owner, HELD_ROWS_MAX)?;
    let shown = |one: outbox::Trace| HeldMessage {
        kind: one.kind.name(),
        state: one.standing.name(),
        queued_at: one.queued_at,
        ended_at: one.ended_at,
    };
    Ok(held.into_iter().map(shown).collect())
}

fn terminals(tx: &mut dyn Tx, found: &Merchant) -> Result<Vec<HeldTerminal>, Fault> {
    let mut shown = Vec::new();
    for one in terminal::all_of_merchant(tx, &found.number, HELD_ROWS_MAX)? {
        shown.push(till(tx, one)?);
    }
    Ok(shown)
}

fn till(tx: &mut dyn Tx, one: Terminal) -> Result<HeldTerminal, Fault> {
    let operators = operator::list(tx, one.id)?;
    let shown = |account: operator::Operator| HeldOperator {
        operator: account.number,
        created_at: account.created_at,
        signed_on_at: account.signed_on_at,
    };
    Ok(HeldTerminal {
        terminal: one.id,
        number: one.number,
        serial_number: one.serial_number,
        in_service: one.status == TerminalStatus::Active,
        operators: operators.into_iter().map(shown).collect(),
    })
}

fn all_cases(tx: &mut dyn Tx, found: &Merchant) -> Result<Vec<HeldCase>, Fault> {
    let filter = Filter::ShownToMerchant(found.number.clone());
    let held = cases::list(tx, &found.acquirer, &filter, (None, HELD_ROWS_MAX))?;
    let shown = |stored: cases::Stored| HeldCase {
        case: stored.case.id(),
        channel: stored.case.channel().name(),
        state: stored.case.state().name(),
        opened_at: stored.case.opened_at(),
    };
    Ok(held.into_iter().map(shown).collect())
}
