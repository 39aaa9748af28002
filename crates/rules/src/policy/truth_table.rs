//! The whole of a policy on a few pages, for a reviewer: a changed cell is a changed
//! line (`policy/truth_table.txt`).
//!
//! It is a tree. Each level is one thing that the policy looks at; values that make no
//! difference below it stand together, and a level that makes none at all is left out.
//! So nothing is missing, and nothing is said twice.

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::thread;

use super::check::{Row, Space, Tables};
use super::decision::Decision;
use super::evidence_set::EvidenceSet;
use super::fault::PolicyFault;
use super::language::Attribute;
use super::parse::Policy;
use crate::vocabulary::EvidenceKind;

/// From the trunk to the leaves.
const ORDER: [Attribute; 11] = [
    Attribute::MerchantStatus,
    Attribute::Channel,
    Attribute::Rank,
    Attribute::Reason,
    Attribute::ContactAgeHours,
    Attribute::Resets30d,
    Attribute::Failures30d,
    Attribute::OpenAlert,
    Attribute::Hour,
    Attribute::TerminalOnline,
    Attribute::UnsettledBatch,
];

const HEAD: &str = "\
# Generated from the policies beside it. Do not edit; to renew it:
#   UPDATE=1 cargo test -p tillkey-rules truth_table
#
# Each line with an arrow names the least evidence that leads to a decision; with more
# evidence it is never worse. `-` is no evidence at all. What is not named makes no
# difference there. Where the channel can gather what leads on (offers.toml), more
# evidence is asked for before anything else.
";

const ARROW: &str = " -> ";

/// Prints everything that a policy decides.
///
/// # Errors
/// [`PolicyFault`] as for [`check`](super::check::check).
pub fn truth_table(policy: &Policy) -> Result<String, PolicyFault> {
    let space = Space::of(policy);
    let workers = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let tables = Tables::build(policy, &space, workers, &|_| {})?;
    let mut digits = Default::default();
    let lines = branch(&space, &tables, &mut digits, &ORDER);
    let mut text = String::from(HEAD);
    for line in lines {
        // A blank line before each channel's own part.
        if line.depth < 2 && !line.text.contains(ARROW) {
            text.push('\n');
        }
        text.push_str(&"  ".repeat(line.depth));
        text.push_str(&line.text);
        text.push('\n');
    }
    Ok(text)
}

#[derive(Clone, PartialEq, Eq)]
struct Line {
    depth: usize,
    text: String,
}

/// Everything below one branch. It recurses over the attributes, ten deep.
fn branch(
    space: &Space,
    tables: &Tables<'_>,
    digits: &mut [usize; Attribute::ALL.len()],
    order: &[Attribute],
) -> Vec<Line> {
    let Some((attribute, below)) = order.split_first() else {
        return leaf(&tables.row(space, digits));
    };
    let place = Attribute::ALL.iter().position(|other| other == attribute);
    let mut groups: Vec<(Vec<String>, Vec<Line>)> = Vec::new();
    for value in 0..space.count(*attribute) {
        if let Some(digit) = place.and_then(|place| digits.get_mut(place)) {
            *digit = value;
        }
        let name = name(space, *attribute, value, digits);
        let lines = branch(space, tables, digits, below);
        match groups.iter_mut().find(|(_, other)| *other == lines) {
            Some((names, _)) => names.push(name),
            None => groups.push((vec![name], lines)),
        }
    }
    if let [(_, lines)] = groups.as_mut_slice() {
        return std::mem::take(lines);
    }
    let mut all = Vec::new();
    for (names, lines) in groups {
        all.push(Line {
            depth: 0,
            text: format!("{} {}", label(*attribute), names.join(", ")),
        });
        all.extend(lines.into_iter().map(|line| Line {
            depth: line.depth + 1,
            ..line
        }));
    }
    all
}

/// The decisions at one place: for each, the least sets of evidence that lead to it.
fn leaf(row: &Row) -> Vec<Line> {
    let decision = |held| Decision::from_first_permitted(row.first(held));
    let mut held: Vec<EvidenceSet> = EvidenceSet::all().collect();
    held.sort_by_key(|set| (set.size(), set.bits()));
    let mut least: Vec<(EvidenceSet, Decision)> = Vec::new();
    for set in held {
        let found = decision(set);
        let known = least
            .iter()
            .any(|(smaller, already)| smaller.is_within(set) && already.grade() >= found.grade());
        if !known {
            least.push((set, found));
        }
    }
    least
        .into_iter()
        .map(|(set, found)| {
            let kinds: Vec<&str> = set.kinds().map(EvidenceKind::name).collect();
            let evidence = if kinds.is_empty() {
                "-".to_owned()
            } else {
                kinds.join(" + ")
            };
            let reviewers = match found.reviews() {
                Some(count) if count > 0 => format!(" by {count}"),
                _ => String::new(),
            };
            Line {
                depth: 0,
                text: format!("{evidence}{ARROW}{}{reviewers}", found.name()),
            }
        })
        .collect()
}

/// How an attribute is called at the head of a branch.
const fn label(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Channel => "channel",
        Attribute::Rank => "rank",
        Attribute::Reason => "reason",
        Attribute::MerchantStatus => "merchant",
        Attribute::ContactAgeHours => "hours since a contact changed:",
        Attribute::Failures30d => "failures in 30 days:",
        Attribute::Resets30d => "resets in 30 days:",
        Attribute::Hour => "hour",
        Attribute::TerminalOnline => "terminal online:",
        Attribute::UnsettledBatch => "unsettled batch:",
        Attribute::OpenAlert => "alert:",
    }
}

/// One value of an attribute.
fn name(
    space: &Space,
    attribute: Attribute,
    value: usize,
    digits: &[usize; Attribute::ALL.len()],
) -> String {
    let facts = space.facts(digits);
    let range = |pieces: &[super::check::Piece]| {
        pieces
            .get(value)
            .map_or_else(String::new, |piece| between(&piece.range))
    };
    match attribute {
        Attribute::Channel => facts.channel.name().to_owned(),
        Attribute::Rank => facts.rank.name().to_owned(),
        Attribute::Reason => facts.reason.name().to_owned(),
        Attribute::MerchantStatus => facts.merchant_status.name().to_owned(),
        Attribute::ContactAgeHours => range(&space.ages),
        Attribute::Failures30d => range(&space.failures),
        Attribute::Resets30d => range(&space.resets),
        Attribute::Hour => range(&space.hours),
        Attribute::TerminalOnline => facts.terminal_online.to_string(),
        Attribute::OpenAlert => if facts.open_alert { "yes" } else { "no" }.to_owned(),
        Attribute::UnsettledBatch => facts
            .unsettled_batch
            .map_or_else(|| "unknown".to_owned(), |held| held.to_string()),
    }
}

fn between(range: &RangeInclusive<u32>) -> String {
    match (*range.start(), *range.end()) {
        (start, u32::MAX) => format!("{start} or more"),
        (start, end) if start == end => start.to_string(),
        (start, end) => format!("{start} to {end}"),
    }
}
