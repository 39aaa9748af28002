//! What each channel can gather (`offers.toml`), and the cheapest way on from here.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence_set::EvidenceSet;
use super::fault::PolicyFault;
use super::source::PolicyFile;
use crate::vocabulary::{Channel, EvidenceKind};

/// Per channel, what it can gather, the preferred kind first. Every channel is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offers(BTreeMap<Channel, Vec<EvidenceKind>>);

impl Offers {
    /// The name of the file.
    pub(super) const FILE: &'static str = "offers.toml";

    pub(super) fn parse(file: &PolicyFile) -> Result<Self, PolicyFault> {
        let fault = |offset, message| PolicyFault::Offers {
            place: file.place(offset),
            message,
        };
        let offers: BTreeMap<Channel, Vec<EvidenceKind>> =
            toml::from_str(&file.text).map_err(|error| {
                fault(
                    error.span().map_or(0, |span| span.start),
                    error.message().to_owned(),
                )
            })?;
        for channel in Channel::ALL {
            let Some(kinds) = offers.get(channel) else {
                return Err(fault(0, format!("channel `{channel}` is missing")));
            };
            let once: BTreeSet<_> = kinds.iter().collect();
            if once.len() != kinds.len() {
                let line = file.text.find(&format!("{channel} ")).unwrap_or_default();
                return Err(fault(
                    line,
                    format!("channel `{channel}` names a kind twice"),
                ));
            }
        }
        Ok(Self(offers))
    }

    /// What a channel can gather, the preferred kind first.
    pub fn of(&self, channel: Channel) -> &[EvidenceKind] {
        self.0.get(&channel).map_or(&[], Vec::as_slice)
    }

    /// The same as a set.
    pub(super) fn set_of(&self, channel: Channel) -> EvidenceSet {
        self.of(channel).iter().copied().collect()
    }
}

/// Every non-empty choice among these kinds, the cheapest first: the fewest kinds, and
/// among equally few those that stand further to the front.
pub(super) fn cheapest_first(kinds: &[EvidenceKind]) -> Vec<Vec<EvidenceKind>> {
    let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
    for place in 0..kinds.len().min(EvidenceKind::ALL.len()) {
        let longer: Vec<Vec<usize>> = choices
            .iter()
            .map(|choice| choice.iter().copied().chain([place]).collect())
            .collect();
        choices.extend(longer);
    }
    choices.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    choices
        .iter()
        .filter(|choice| !choice.is_empty())
        .map(|choice| {
            choice
                .iter()
                .filter_map(|place| kinds.get(*place).copied())
                .collect()
        })
        .collect()
}
