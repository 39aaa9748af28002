//! The watch at work: reads on in the ledger, and raises what its rules say.
//!
//! 1. A reader takes the events after the last position, a bounded number, looks up what
//!    the rules need to know of them, and lets the rules take them into their memories.
//!    None of that holds up the writer.
//! 2. One transaction moves the position on, keeps the memories that changed, and raises
//!    the alerts, each as a row and an entry of the ledger. The position is moved only
//!    from where the reading began: cut anywhere, either all of it is there or none, and
//!    the same events are read again to the same end.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::Offset;
use tillkey_rules::event::{Entry, Event};
use tillkey_rules::party::Actor;
use tillkey_rules::watch::{self as rules, About, Clues, Known, Memory, Rule, Seen, WatchTerms};
use tillkey_store::alert::{self, NewAlert};
use tillkey_store::application::paper;
use tillkey_store::event::Placed;
use tillkey_store::fault::Fault;
use tillkey_store::party::terminal;
use tillkey_store::tx::Tx;
use tillkey_store::{case as cases, event, watch};
use tillkey_wire::ids::{AcquirerId, AlertId, MerchantNumber, TerminalId};

use super::Failure;
use super::case::act;
use crate::limits::{ALERT_REASONS_MAX, WATCH_BATCH_MAX};
use crate::shell::Shell;

/// Looks at what happened since the last look. True where there is more than one look
/// took on.
///
/// # Errors
/// [`Failure::Fault`]; the next look finds the same.
pub async fn look(shell: &Shell) -> Result<bool, Failure> {
    let terms = shell.config().watch.clone();
    let hours = shell.config().utc_offset_hours;
    let offset = Offset::from_hours(hours).unwrap_or(Offset::UTC);
    let found = shell.store().read(move |tx| {
        let mut reading = Reading::begin(tx, terms.clone(), offset)?;
        for placed in event::from(tx, reading.from, WATCH_BATCH_MAX)? {
            reading.take(tx, &placed)?;
        }
        Ok(reading)
    });
    let reading = found.await?;
    if reading.from == reading.to {
        return Ok(false);
    }
    let more = reading.to.saturating_sub(reading.from) >= u64::from(WATCH_BATCH_MAX);
    act(shell, None, move |_, tx, now, rng| {
        if watch::move_on(tx, (reading.from, reading.to))? {
            reading.keep(tx, now)?;
            for finding in &reading.findings {
                raise(tx, finding, AlertId::random(rng), now)?;
            }
        }
        Ok((Ok(more), Vec::new()))
    })
    .await
}

/// What was read, and what the rules made of it.
#[derive(Debug, Clone)]
struct Reading {
    from: u64,
    to: u64,
    speaks_from: u64,
    terms: WatchTerms,
    offset: Offset,
    memories: BTreeMap<(AcquirerId, Rule, About), Recalled>,
    merchants: BTreeMap<TerminalId, Option<MerchantNumber>>,
    findings: Vec<Finding>,
}

/// A memory as it was recalled, and as it is now.
#[derive(Debug, Clone)]
struct Recalled {
    before: Memory,
    now: Memory,
}

/// What a rule says.
#[derive(Debug, Clone)]
struct Finding {
    acquirer: AcquirerId,
    rule: Rule,
    about: About,
    because: Vec<u64>,
}

impl Reading {
    fn begin(tx: &mut dyn Tx, terms: WatchTerms, offset: Offset) -> Result<Self, Fault> {
        let standing = watch::standing(tx)?;
        Ok(Self {
            from: standing.next,
            to: standing.next,
            speaks_from: standing.speaks_from,
            terms,
            offset,
            memories: BTreeMap::new(),
            merchants: BTreeMap::new(),
            findings: Vec::new(),
        })
    }

    /// Shows one event to the rules.
    fn take(&mut self, tx: &mut dyn Tx, placed: &Placed) -> Result<(), Fault> {
        self.to = placed.position.saturating_add(1);
        // What belongs to the whole installation is nobody's habit.
        let Some(acquirer) = &placed.entry.acquirer else {
            return Ok(());
        };
        let known = self.known(tx, &placed.entry)?;
        let seen = Seen {
            position: placed.position,
            entry: &placed.entry,
            known: &known,
            offset: self.offset,
        };
        for concern in rules::concerns(&seen) {
            let (rule, about) = (concern.rule, concern.about.clone());
            let memory = self.memory(tx, (acquirer, rule, &about))?;
            let mut next = memory.clone();
            let because = rules::take(&mut next, &concern, &self.terms);
            if let Some(recalled) = self
                .memories
                .get_mut(&(acquirer.clone(), rule, about.clone()))
            {
                recalled.now = next;
            }
            if let Some(because) = because.filter(|_| placed.position >= self.speaks_from) {
                self.findings.push(Finding {
                    acquirer: acquirer.clone(),
                    rule,
                    about,
                    because,
                });
            }
        }
        Ok(())
    }

    fn memory(
        &mut self,
        tx: &mut dyn Tx,
        (acquirer, rule, about): (&AcquirerId, Rule, &About),
    ) -> Result<Memory, Fault> {
        let key = (acquirer.clone(), rule, about.clone());
        if let Some(recalled) = self.memories.get(&key) {
            return Ok(recalled.now.clone());
        }
        let memory = watch::recall(tx, acquirer, (rule, about))?;
        let recalled = Recalled {
            before: memory.clone(),
            now: memory.clone(),
        };
        self.memories.insert(key, recalled);
        Ok(memory)
    }

    /// What is known of an event's subject.
    fn known(&mut self, tx: &mut dyn Tx, entry: &Entry) -> Result<Known, Fault> {
        let operator = match &entry.event {
            Event::SignedOn {
                terminal, operator, ..
            }
            | Event::SignOnHeld {
                terminal, operator, ..
            } => Some((*terminal, *operator)),
            _ => None,
        };
        Ok(match Clues::of(entry) {
            Clues::None => Known::default(),
            Clues::Terminal(terminal) => Known {
                merchant: self.merchant(tx, terminal)?,
                operator,
                ..Known::default()
            },
            Clues::Case(case) => {
                let found = cases::find(tx, case)?;
                let subject = found.and_then(|found| found.case.subject().cloned());
                Known {
                    operator: subject.as_ref().map(|of| (of.terminal, of.operator)),
                    merchant: subject.map(|of| of.merchant),
                    ..Known::default()
                }
            }
            Clues::Pictures(application) => Known {
                pictures_elsewhere: paper::any_elsewhere(tx, application)?,
                ..Known::default()
            },
        })
    }

    fn merchant(
        &mut self,
        tx: &mut dyn Tx,
        terminal: TerminalId,
    ) -> Result<Option<MerchantNumber>, Fault> {
        if let Some(known) = self.merchants.get(&terminal) {
            return Ok(known.clone());
        }
        let found = terminal::find(tx, terminal)?.map(|terminal| terminal.merchant);
        self.merchants.insert(terminal, found.clone());
        Ok(found)
    }

    /// Keeps the memories that changed.
    fn keep(&self, tx: &mut dyn Tx, now: Timestamp) -> Result<(), Fault> {
        let changed = self.memories.iter();
        for ((acquirer, rule, about), recalled) in changed.filter(|(_, one)| one.before != one.now)
        {
            watch::remember(tx, acquirer, (*rule, about), (&recalled.now, now))?;
        }
        Ok(())
    }
}

/// Raises an alert: a row, and an entry of the ledger.
fn raise(tx: &mut dyn Tx, finding: &Finding, alert: AlertId, now: Timestamp) -> Result<(), Fault> {
    let mut because = finding.because.clone();
    because.drain(..because.len().saturating_sub(ALERT_REASONS_MAX));
    let entry = Entry {
        v: 1,
        at: now,
        acquirer: Some(finding.acquirer.clone()),
        case: None,
        by: Actor::System,
        event: Event::AlertRaised {
            alert,
            rule: finding.rule,
            about: finding.about.clone(),
            because,
        },
    };
    let new = NewAlert {
        id: alert,
        acquirer: &finding.acquirer,
        rule: finding.rule,
        about: &finding.about,
        raised_at: now,
    };
    alert::raise(tx, &new)?;
    event::append(tx, &entry)
}
