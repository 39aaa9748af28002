//! The imperative shell: what every act needs, opened once and passed around.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use rand_chacha::ChaCha20Rng;
use tillkey_ledger::LogVerifier;
use tillkey_rules::onboarding::catalogue::Catalogue;
use tillkey_rules::policy::Policy;
use tillkey_rules::terms::Terms;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_store::Store;
use tillkey_store::seal::SealKeys;
use tillkey_wire::ids::AcquirerId;
use tokio::sync::Semaphore;

use crate::bell::Bell;
use crate::clock::Clock;
use crate::config::Config;
use crate::entropy::Entropy;
use crate::keys::Keyring;
use crate::presence::Presence;
use crate::vault::Vault;

/// What every act needs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shell(Arc<Inside>);

/// The parts, as [`crate::open()`] brings them together.
#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) seal: Arc<SealKeys>,
    pub(crate) keyring: Keyring,
    pub(crate) vault: Vault,
    pub(crate) policy: Policy,
    pub(crate) catalogue: Catalogue,
    pub(crate) ledger: LogVerifier,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Entropy,
    pub(crate) bell: Bell,
    pub(crate) presence: Presence,
    pub(crate) offered: BTreeSet<EvidenceKind>,
    pub(crate) staff_places: Semaphore,
    pub(crate) staff_hashes: Semaphore,
    pub(crate) scan_places: Arc<Semaphore>,
    pub(crate) scans_developed: Semaphore,
    pub(crate) snapshots_checked: Semaphore,
}

impl Shell {
    pub(crate) fn new(inside: Inside) -> Self {
        Self(Arc::new(inside))
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// The acquirer that a request belongs to when it names nobody who exists.
    pub fn home(&self) -> &AcquirerId {
        &self.0.config.acquirer
    }

    /// The acquirer's settings that decisions depend on.
    pub fn terms(&self) -> &Terms {
        &self.0.config.terms
    }

    /// What is remembered.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The keys with which the store seals.
    pub fn seal_keys(&self) -> &Arc<SealKeys> {
        &self.0.seal
    }

    /// The long-lived keys.
    pub fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// The sealed backups of terminals.
    pub fn vault(&self) -> &Vault {
        &self.0.vault
    }

    /// The policy in force; it was checked before it was served.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// What merchants can apply for.
    pub fn catalogue(&self) -> &Catalogue {
        &self.0.catalogue
    }

    /// The key that the ledger's checkpoints are verified with.
    pub fn ledger_verifier(&self) -> &LogVerifier {
        &self.0.ledger
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The hour of the day where the merchants are.
    pub fn hour(&self, now: Timestamp) -> u8 {
        let hours = now.as_second().div_euclid(3_600) + i64::from(self.0.config.utc_offset_hours);
        u8::try_from(hours.rem_euclid(24)).unwrap_or(0)
    }

    /// What the clocks say where the merchants are.
    pub fn there(&self, at: Timestamp) -> DateTime {
        let offset = Offset::from_hours(self.0.config.utc_offset_hours).unwrap_or(Offset::UTC);
        TimeZone::fixed(offset).to_datetime(at)
    }

    /// When the clocks where the merchants are say this.
    pub fn instant(&self, there: DateTime) -> Option<Timestamp> {
        let offset = Offset::from_hours(self.0.config.utc_offset_hours).unwrap_or(Offset::UTC);
        offset.to_timestamp(there).ok()
    }

    /// The day where the merchants are.
    pub fn day(&self, at: Timestamp) -> Date {
        self.there(at).date()
    }

    /// A generator for one request.
    pub fn rng(&self) -> ChaCha20Rng {
        self.0.entropy.rng()
    }

    /// Rings when something was committed.
    pub fn bell(&self) -> &Bell {
        &self.0.bell
    }

    /// Which terminals have a live link to this process.
    pub fn presence(&self) -> &Presence {
        &self.0.presence
    }

    /// The kinds of evidence that this installation can gather.
    pub fn offered(&self) -> &BTreeSet<EvidenceKind> {
        &self.0.offered
    }

    /// Bounds how many staff sign-ins wait or compute.
    pub(crate) fn staff_places(&self) -> &Semaphore {
        &self.0.staff_places
    }

    /// Bounds how many scans are read or wait.
    pub(crate) fn scan_places(&self) -> &Arc<Semaphore> {
        &self.0.scan_places
    }

    /// Bounds how many scans are developed at once.
    pub(crate) fn scans_developed(&self) -> &Semaphore {
        &self.0.scans_developed
    }

    /// Bounds how many backups are opened and checked at once.
    pub(crate) fn snapshots_checked(&self) -> &Semaphore {
        &self.0.snapshots_checked
    }

    /// Bounds how many password hashes of staff are computed at once.
    pub(crate) fn staff_hashes(&self) -> &Semaphore {
        &self.0.staff_hashes
    }
}
