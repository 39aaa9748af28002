//! A case as staff see it: what was proven and how, by whom and when; what the policy
//! said and why; what is known of the operator; what stands out; what happened.
//!
//! Outcomes and never data: no number, no code and no answer is in it. Desk, counter,
//! review and ledger draw the same dossier, so that they speak of the same things.

use jiff::Timestamp;
use tillkey_rules::case::{Case, State};
use tillkey_rules::event::{CaseEvent, Event};
use tillkey_rules::party::{Actor, Subject, SubjectFacts};
use tillkey_rules::scan::Reuse;
use tillkey_rules::terms::hours_since;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, MerchantStatus};
use tillkey_store::case::{self as cases, Stored};
use tillkey_store::comment;
use tillkey_store::event::{self, Placed};
use tillkey_store::fault::Fault;
use tillkey_store::party::{merchant, subject};
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{CaseId, Rank};

use super::super::{Failure, SignedIn, masked};
use super::review::Obstacle;
use super::view::{self, CaseView};
use crate::limits::{COMMENTS_MAX, TIMELINE_EVENTS_MAX};
use crate::shell::Shell;

// What stands out is what the delivered policy is careful about.

/// A contact younger than this stands out, in hours.
const CONTACT_FRESH_HOURS: u32 = 72;
/// So many resets in thirty days stand out.
const RESETS_MANY: u32 = 3;
/// So many failures in thirty days stand out.
const FAILURES_MANY: u32 = 20;
/// The hours of the night, where the merchants are.
const NIGHT: (u8, u8) = (22, 6);

/// A case as staff see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Dossier {
    /// What everybody sees of it.
    pub view: CaseView,
    /// Whose password, where they exist.
    pub subject: Option<Subject>,
    /// The merchant's name, all but its first character hidden.
    pub name_masked: Option<String>,
    /// What was proven.
    pub evidence: Vec<Outcome>,
    /// What was tried and did not match.
    pub misses: Vec<Miss>,
    /// What is known of the operator now.
    pub standing: Option<Standing>,
    /// What stands out.
    pub flags: Vec<Flag>,
    /// What reviewers said, also of the case as it stood before.
    pub opinions: Vec<Opinion>,
    /// What happened, one by one.
    pub story: Vec<Passage>,
    /// Which edition of the case this is: how often it was taken back from its reviewers.
    pub edition: u32,
    /// Why the caller does not review it.
    pub obstacle: Option<Obstacle>,
    /// Whether the caller may let it go on without the backup that its terminal was asked
    /// for.
    pub may_waive: bool,
}

/// One proof that the case holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Which proof.
    pub kind: EvidenceKind,
    /// When it matched.
    pub at: Timestamp,
    /// Who gathered it.
    pub by: Actor,
    /// By which channel.
    pub channel: Channel,
}

/// A proof that did not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Miss {
    /// Which proof.
    pub kind: EvidenceKind,
    /// How often.
    pub times: u32,
}

/// What is known of the operator at the time of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the merchant may be served.
    pub merchant_status: MerchantStatus,
    /// Failed proofs and sign-ons in thirty days.
    pub failures_30d: u32,
    /// Passwords replaced in thirty days.
    pub resets_30d: u32,
    /// Hours since the registered contact changed; none where there is no contact.
    pub contact_age_hours: Option<u32>,
    /// Whether the terminal has a live link.
    pub terminal_online: bool,
    /// Whether a password is in force.
    pub has_password: bool,
    /// Whether the terminal holds payments that are not settled, where it has said so.
    pub unsettled_batch: Option<bool>,
    /// Whether an alert about the operator, the terminal or the merchant is open, or was
    /// found to be true a short while ago.
    pub open_alert: bool,
}

/// Something that a reader should not overlook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// A scan was seen in a case of another merchant.
    ScanSeenElsewhere,
    /// A scan was seen in an earlier case of this merchant.
    ScanSeenEarlier,
    /// The registered contact changed a short while ago, or there is none.
    FreshContact,
    /// An alert concerns this operator, terminal or merchant.
    OpenAlert,
    /// The operator administers the terminal.
    AdministratorRank,
    /// The operator's password was replaced often of late.
    ManyResets,
    /// There were many failures of late.
    ManyFailures,
    /// The case was opened at night.
    Night,
    /// The terminal has no live link.
    TerminalAway,
    /// The case was taken back from its reviewers.
    Amended,
}

impl Flag {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ScanSeenElsewhere => "scan_seen_elsewhere",
            Self::ScanSeenEarlier => "scan_seen_earlier",
            Self::FreshContact => "fresh_contact",
            Self::OpenAlert => "open_alert",
            Self::AdministratorRank => "administrator_rank",
            Self::ManyResets => "many_resets",
            Self::ManyFailures => "many_failures",
            Self::Night => "night",
            Self::TerminalAway => "terminal_away",
            Self::Amended => "amended",
        }
    }
}

/// What a reviewer said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opinion {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// Whether they approved.
    pub approved: bool,
    /// What they wrote.
    pub comment: Option<String>,
    /// Whether it was of the case as it stands; if not, it counts for nothing.
    pub counts: bool,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: Actor,
    /// What.
    pub event: CaseEvent,
}

/// Draws the dossier of a case.
///
/// # Errors
/// [`Failure::Unknown`] for a case of another acquirer, as for one that is not there.
pub async fn dossier(shell: &Shell, case: CaseId, by: &SignedIn) -> Result<Dossier, Failure> {
    let (inner, by) = (shell.clone(), by.clone());
    shell
        .store()
        .read(move |tx| {
            let found = cases::find(tx, case)?;
            match found.filter(|stored| stored.acquirer == by.acquirer) {
                Some(stored) => draw(tx, &inner, &stored, &by.actor).map(Ok),
                None => Ok(Err(Failure::Unknown)),
            }
        })
        .await?
}

fn draw(
    tx: &mut dyn Tx,
    shell: &Shell,
    Stored { acquirer, case }: &Stored,
    by: &Actor,
) -> Result<Dossier, Fault> {
    let now = shell.now();
    let events = event::of_case(tx, case.id(), TIMELINE_EVENTS_MAX)?;
    let story = story(events);
    let comments = comment::of_case(tx, shell.seal_keys(), (acquirer, case.id()), COMMENTS_MAX)?;
    let comments: Vec<(u64, String)> = comments
        .into_iter()
        .map(|(version, text)| (version, text.expose().clone()))
        .collect();
    let (known, name_masked) = match case.subject() {
        Some(whose) => {
            let online = shell.presence().is_online(whose.terminal);
            (
                Some(subject::facts(tx, whose, now, online)?),
                masked_name(tx, shell, whose)?,
            )
        }
        None => (None, None),
    };
    let standing = known.map(|known| standing(&known, now));
    Ok(Dossier {
        view: view::draw(tx, shell, case)?,
        subject: case.subject().cloned(),
        name_masked,
        evidence: outcomes(&story),
        misses: misses(&story),
        flags: flags(case, standing.as_ref(), shell.hour(case.opened_at())),
        standing,
        opinions: opinions(&story, &comments),
        story,
        edition: case.amendments(),
        obstacle: Obstacle::of(case, by),
        // A terminal that was not heard yet is to be switched on, and not given up.
        may_waive: case.backup().asked > 0 && tillkey_rules::case::may_waive(case, by).is_ok(),
    })
}

fn story(events: Vec<Placed>) -> Vec<Passage> {
    let passage = |placed: Placed| match placed.entry.event {
        Event::Case(event) => Some(Passage {
            at: placed.entry.at,
            by: placed.entry.by,
            event,
        }),
        _ => None,
    };
    events.into_iter().filter_map(passage).collect()
}

fn masked_name(tx: &mut dyn Tx, shell: &Shell, whose: &Subject) -> Result<Option<String>, Fault> {
    let Some(found) = merchant::find(tx, &whose.merchant)? else {
        return Ok(None);
    };
    let owner = Owner::Merchant(whose.merchant.clone());
    match DataKey::find(tx, shell.seal_keys(), &owner)? {
        Some(key) => Ok(Some(masked::name(found.name(&key)?.expose()))),
        None => Ok(None),
    }
}

fn outcomes(story: &[Passage]) -> Vec<Outcome> {
    let mut channel = Channel::App;
    let mut outcomes: Vec<Outcome> = Vec::new();
    for passage in story {
        match &passage.event {
            CaseEvent::Opened { channel: by, .. } | CaseEvent::HandedOver { channel: by } => {
                channel = *by;
            }
            CaseEvent::Matched { kind, .. } => {
                outcomes.retain(|outcome| outcome.kind != *kind);
                outcomes.push(Outcome {
                    kind: *kind,
                    at: passage.at,
                    by: passage.by.clone(),
                    channel,
                });
            }
            _ => {}
        }
    }
    outcomes
}

fn misses(story: &[Passage]) -> Vec<Miss> {
    let mut misses: Vec<Miss> = Vec::new();
    for passage in story {
        let CaseEvent::NotMatched { kind } = passage.event else {
            continue;
        };
        match misses.iter_mut().find(|miss| miss.kind == kind) {
            Some(miss) => miss.times += 1,
            None => misses.push(Miss { kind, times: 1 }),
        }
    }
    misses
}

/// What reviewers said, with what they wrote: a comment is kept at the place of its
/// review, counted in events of the case.
fn opinions(story: &[Passage], comments: &[(u64, String)]) -> Vec<Opinion> {
    let mut opinions: Vec<Opinion> = Vec::new();
    for (version, passage) in (1u64..).zip(story) {
        match &passage.event {
            CaseEvent::Reviewed { approved, .. } => opinions.push(Opinion {
                at: passage.at,
                by: passage.by.clone(),
                approved: *approved,
                comment: comments
                    .iter()
                    .find(|(at, _)| *at == version)
                    .map(|(_, text)| text.clone()),
                counts: true,
            }),
            CaseEvent::Amended => {
                for opinion in &mut opinions {
                    opinion.counts = false;
                }
            }
            _ => {}
        }
    }
    opinions
}

fn standing(known: &SubjectFacts, now: Timestamp) -> Standing {
    Standing {
        merchant_status: known.merchant_status,
        failures_30d: known.failures_30d,
        resets_30d: known.resets_30d,
        contact_age_hours: known
            .contact
            .map(|contact| hours_since(contact.changed_at, now)),
        terminal_online: known.terminal_online,
        has_password: known.has_password,
        unsettled_batch: known.unsettled_batch,
        open_alert: known.open_alert,
    }
}

fn flags(case: &Case, standing: Option<&Standing>, hour: u8) -> Vec<Flag> {
    let rank = case.subject().map(|subject| subject.operator.rank());
    let is_open = case.state().is_open() && case.state() != State::Redeemed;
    let of_standing = |test: fn(&Standing) -> bool| is_open && standing.is_some_and(test);
    let fresh = |standing: &Standing| {
        standing
            .contact_age_hours
            .is_none_or(|hours| hours < CONTACT_FRESH_HOURS)
    };
    [
        (
            Flag::ScanSeenElsewhere,
            case.reuses().contains(&Reuse::OtherMerchant),
        ),
        (
            Flag::ScanSeenEarlier,
            case.reuses().contains(&Reuse::EarlierCase),
        ),
        (Flag::FreshContact, of_standing(fresh)),
        (Flag::OpenAlert, of_standing(|standing| standing.open_alert)),
        (Flag::AdministratorRank, rank == Some(Rank::Administrator)),
        (
            Flag::ManyResets,
            of_standing(|standing| standing.resets_30d >= RESETS_MANY),
        ),
        (
            Flag::ManyFailures,
            of_standing(|standing| standing.failures_30d >= FAILURES_MANY),
        ),
        (Flag::Night, hour >= NIGHT.0 || hour < NIGHT.1),
        (
            Flag::TerminalAway,
            of_standing(|standing| !standing.terminal_online),
        ),
        (Flag::Amended, case.amendments() > 0),
    ]
    .into_iter()
    .filter_map(|(flag, stands_out)| stands_out.then_some(flag))
    .collect()
}
