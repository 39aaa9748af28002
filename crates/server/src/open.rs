//! Opens an installation: keys, store, catalogue, policy. Everything that can be wrong is said
//! before anything is served.

use std::sync::Arc;

use tillkey_ledger::{KeyName, LogKey};
use tillkey_rules::event::Event;
use tillkey_rules::onboarding::catalogue::Catalogue;
use tillkey_rules::party::Actor;
use tillkey_rules::policy::{Policy, PolicyFault, check};
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_store::fault::Fault;
use tillkey_store::party::acquirer::{self, Acquirer};
use tillkey_store::{CheckpointFile, Database, Options, Store, meta};

use tokio::sync::Semaphore;

use crate::act::{self, Of};
use crate::bell::Bell;
use crate::catalogue_files::{self, CatalogueFilesFault};
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::Entropy;
use crate::keys::{KeyFault, Keyring, RootKey};
use crate::limits::{SNAPSHOTS_AT_ONCE_MAX, STAFF_HASHES_AT_ONCE_MAX, STAFF_HASHES_WAITING_MAX};
use crate::picture::limits::{WAITING_MAX, WORKED_ON_AT_ONCE_MAX};
use crate::policy_files;
use crate::presence::Presence;
use crate::shell::{Inside, Shell};
use crate::vault::{Vault, VaultFault};

/// Why an installation does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// The keys.
    #[error("the keys cannot be used")]
    Keys(#[from] KeyFault),
    /// The store.
    #[error("the store does not open")]
    Store(#[from] Fault),
    /// The backups.
    #[error("the backups cannot be kept")]
    Vault(#[from] VaultFault),
    /// The policy files cannot be read.
    #[error("the policy files cannot be read")]
    PolicyFiles(#[from] std::io::Error),
    /// The policy is not one.
    #[error("the policy cannot be used")]
    Policy(#[from] PolicyFault),
    /// The policy breaks an invariant.
    #[error("the policy breaks an invariant and is not served:\n{0}")]
    Unsafe(String),
    /// The catalogue.
    #[error("there is no catalogue")]
    Catalogue(#[from] CatalogueFilesFault),
    /// The ledger's name is not one.
    #[error("`ledger_origin` is not a name for a ledger")]
    Origin(#[source] tillkey_ledger::Fault),
}

/// The kinds of evidence that this version can gather.
const OFFERED: [EvidenceKind; 8] = [
    EvidenceKind::SmsCode,
    EvidenceKind::PortalSession,
    EvidenceKind::TerminalInHand,
    EvidenceKind::RecentTransactions,
    EvidenceKind::ManagerConsent,
    EvidenceKind::SupervisorSignOn,
    EvidenceKind::IdentityDocument,
    EvidenceKind::BusinessLicence,
];

/// Opens an installation.
///
/// # Errors
/// [`OpenFault`]; nothing is served.
pub fn open(config: Config, clock: Arc<dyn Clock>, entropy: Entropy) -> Result<Shell, OpenFault> {
    let catalogue = catalogue_files::read(config.catalogue.as_deref())?;
    let policy = match &config.policy {
        Some(folder) => Policy::parse(&policy_files::read(folder)?)?,
        None => Policy::default_policy(),
    };
    let shell = assemble(config, (clock, entropy), (policy, catalogue))?;
    serve_policy(&shell)?;
    Ok(shell)
}

/// Opens an installation with the policy and the catalogue that `before` serves: they were
/// checked when it was opened, which takes most of an opening's time. For whoever opens
/// thousands in one process, as a simulation of crashes does.
///
/// # Errors
/// As [`open`].
pub fn open_like(
    before: &Shell,
    config: Config,
    clock: Arc<dyn Clock>,
    entropy: Entropy,
) -> Result<Shell, OpenFault> {
    let served = (before.policy().clone(), before.catalogue().clone());
    let shell = assemble(config, (clock, entropy), served)?;
    note_policy(&shell)?;
    Ok(shell)
}

/// Everything but what is served by: that has still to be checked.
fn assemble(
    config: Config,
    (clock, entropy): (Arc<dyn Clock>, Entropy),
    (policy, catalogue): (Policy, Catalogue),
) -> Result<Shell, OpenFault> {
    let mut rng = entropy.rng();
    let now = clock.now();
    let keyring_path = config.keyring();
    let root = RootKey::open_or_create(&config.root_key_file, &keyring_path, &mut rng)?;
    let keyring = Keyring::open_or_create(&keyring_path, &root, &mut rng)?;
    let origin: KeyName = config.ledger_origin.parse().map_err(OpenFault::Origin)?;
    let log_key = LogKey::from_seed(origin, keyring.ledger_seed().expose());
    let ledger = log_key.verifier();
    let options = Options {
        now,
        log_key,
        checkpoint_file: CheckpointFile::default(),
        database: config.database(),
    };
    let store = Store::open(&config.data, options)?;
    let seal = Arc::new(root.seal_keys());
    let vault = Vault::folder(&config.snapshots())?;

    let bell = match config.database() {
        Database::Sqlite => Bell::alone(),
        Database::Postgres(_) => Bell::among_others(),
    };

    let home = Acquirer {
        id: config.acquirer.clone(),
        name: config.acquirer.to_string(),
        created_at: now,
    };
    let keys = Arc::clone(&seal);
    store.write_blocking(move |tx| match acquirer::find(tx, &home.id)? {
        Some(_) => Ok(()),
        None => acquirer::add(tx, &keys, &home, &mut rng),
    })?;

    Ok(Shell::new(Inside {
        config,
        store,
        seal,
        keyring,
        vault,
        policy,
        catalogue,
        ledger,
        clock,
        entropy,
        bell,
        presence: Presence::default(),
        offered: OFFERED.into(),
        staff_places: Semaphore::new(STAFF_HASHES_AT_ONCE_MAX + STAFF_HASHES_WAITING_MAX),
        staff_hashes: Semaphore::new(STAFF_HASHES_AT_ONCE_MAX),
        scan_places: Arc::new(Semaphore::new(WORKED_ON_AT_ONCE_MAX + WAITING_MAX)),
        scans_developed: Semaphore::new(WORKED_ON_AT_ONCE_MAX),
        snapshots_checked: Semaphore::new(SNAPSHOTS_AT_ONCE_MAX),
    }))
}

/// Checks the policy exhaustively, and writes into the ledger that it is served.
fn serve_policy(shell: &Shell) -> Result<(), OpenFault> {
    let report = check::check(shell.policy(), &|_| ())?;
    if !report.holds() {
        let sentences: Vec<String> = report
            .counterexamples
            .iter()
            .map(|found| found.sentence().en)
            .collect();
        return Err(OpenFault::Unsafe(sentences.join("\n")));
    }
    note_policy(shell)
}

/// Writes into the ledger which policy is served, unless it was the last one.
fn note_policy(shell: &Shell) -> Result<(), OpenFault> {
    const SERVED: &str = "policy served";
    let (digest, now) = (shell.policy().digest().to_string(), shell.now());
    shell.store().write_blocking(move |tx| {
        if meta::find(tx, SERVED)?.is_some_and(|served| served == digest.as_bytes()) {
            return Ok(());
        }
        meta::set(tx, SERVED, digest.as_bytes(), now)?;
        let event = Event::PolicyServed {
            digest: digest.clone(),
        };
        act::append(
            tx,
            &Of {
                acquirer: None,
                case: None,
            },
            (now, &Actor::System),
            event,
        )
    })?;
    Ok(())
}
