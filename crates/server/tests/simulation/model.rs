//! What a run remembers of its own: what people chose, what was answered. The server is
//! held to every answer that left it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tillkey_rules::attempts::{Count, Scope, hold};
use tillkey_terminal::wire::ids::CaseId;

/// An operator on a terminal.
pub(crate) type Who = (usize, u8);

/// A password that somebody chose.
#[derive(Debug, Clone)]
pub(crate) struct Chosen {
    pub(crate) digits: String,
    /// The case that let them; none without a link.
    pub(crate) case: Option<CaseId>,
}

/// What the server is held to, and what people know.
#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) chosen: BTreeMap<Who, Vec<Chosen>>,
    /// Who is being asked for a new password, and by which case.
    pub(crate) choosing: BTreeMap<Who, Option<CaseId>>,
    /// Which password each version may be; one, once somebody signed on with it.
    pub(crate) versions: BTreeMap<(Who, u32), Vec<String>>,
    /// What may be in force on the terminal itself, as far as it was told.
    pub(crate) here: BTreeMap<Who, Vec<String>>,
    /// The last password that was typed at each terminal, and whose it was.
    pub(crate) keyed: BTreeMap<usize, (u8, String)>,
    /// The password behind each sign-on, by terminal and counter.
    pub(crate) typed: BTreeMap<(usize, u64), (u8, String)>,
    /// The last sign-on that each connection began.
    pub(crate) begun: BTreeMap<usize, u64>,
    /// The version in force when a challenge was given.
    pub(crate) challenged: BTreeMap<(usize, u64), Option<u32>>,
    /// The highest counter that was answered.
    pub(crate) answered: BTreeMap<usize, u64>,
    /// When attempts were answered that nothing has cleared since.
    attempts: BTreeMap<(Scope, Who), Vec<Timestamp>>,
    /// How many entries each journal was seen to have, and the digest at each.
    pub(crate) journals: BTreeMap<usize, BTreeMap<u64, String>>,
    /// How many entries a journal had when a case asked for its backup.
    pub(crate) asked_at: BTreeMap<CaseId, u64>,
}

impl Model {
    /// Somebody chose a password.
    pub(crate) fn choose(&mut self, who: Who, digits: &str) {
        let case = self.choosing.remove(&who).flatten();
        self.chosen.entry(who).or_default().push(Chosen {
            digits: digits.to_owned(),
            case,
        });
    }

    /// The last password that somebody chose, whatever became of it.
    pub(crate) fn last_chosen(&self, who: Who) -> Option<&str> {
        let chosen = self.chosen.get(&who)?;
        chosen.last().map(|chosen| chosen.digits.as_str())
    }

    /// A case brought a version into force: one of those that were chosen for it.
    pub(crate) fn bring(&mut self, who: Who, case: CaseId, version: u32) -> Result<(), String> {
        let chosen = self.chosen.get(&who).map_or(&[][..], Vec::as_slice);
        let of = |wanted: Option<CaseId>| -> Vec<String> {
            let fits = chosen.iter().filter(|chosen| chosen.case == wanted);
            fits.map(|chosen| chosen.digits.clone()).collect()
        };
        let mut may_be = of(Some(case));
        if may_be.is_empty() {
            may_be = of(None);
        }
        if may_be.is_empty() {
            return Err(format!("{who:?} has a password that nobody chose"));
        }
        self.versions.insert((who, version), may_be);
        for scope in [
            Scope::SignOn,
            Scope::RemoteProof,
            Scope::CounterProof,
            Scope::CodeEntry,
        ] {
            self.clear(scope, who);
        }
        Ok(())
    }

    /// Somebody was signed on by the server.
    pub(crate) fn signed_on(&mut self, who: Who, version: u32, digits: &str) -> Result<(), String> {
        let may_be = self.versions.entry((who, version)).or_default();
        if !may_be.iter().any(|one| one == digits) {
            return Err(format!(
                "{who:?} is signed on with a password that is not version {version}"
            ));
        }
        *may_be = vec![digits.to_owned()];
        self.here.insert(who, vec![digits.to_owned()]);
        Ok(())
    }

    /// Somebody's password was found wrong while a version was in force.
    pub(crate) fn found_wrong(
        &self,
        who: Who,
        version: Option<u32>,
        digits: &str,
    ) -> Result<(), String> {
        let may_be = version.and_then(|version| self.versions.get(&(who, version)));
        match may_be.map(Vec::as_slice) {
            Some([only]) if only == digits => Err(format!(
                "{who:?} has version {version:?} in force, and it is called wrong"
            )),
            _ => Ok(()),
        }
    }

    /// Notes an attempt that was answered.
    pub(crate) fn attempt(&mut self, scope: Scope, who: Who, now: Timestamp) {
        self.attempts.entry((scope, who)).or_default().push(now);
    }

    /// Nothing is held against somebody any more.
    pub(crate) fn clear(&mut self, scope: Scope, who: Who) {
        self.attempts.remove(&(scope, who));
    }

    /// How many answered attempts still count.
    pub(crate) fn attempts(&self, scope: Scope, who: Who, now: Timestamp) -> u32 {
        let since = now - scope.window();
        let found = self.attempts.get(&(scope, who));
        let count = found.map_or(0, |found| found.iter().filter(|at| **at > since).count());
        u32::try_from(count).unwrap()
    }

    /// Until when a sign-on has to wait.
    pub(crate) fn held_until(&self, who: Who, now: Timestamp) -> Option<Timestamp> {
        let latest = self.attempts.get(&(Scope::SignOn, who))?.last().copied();
        hold(Count {
            attempts: self.attempts(Scope::SignOn, who, now),
            latest_at: latest,
            ..Count::default()
        })
    }

    /// Everything that is held against anybody.
    pub(crate) fn all_attempts(&self) -> impl Iterator<Item = (Scope, Who)> {
        self.attempts.keys().copied()
    }
}

/// So much later.
pub(crate) fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}
