//! A case as staff see it, drawn once for every staff page: a [`Sheet`] is a piece of
//! a page, made of an [`act::case::Dossier`](crate::act::case::Dossier).
//!
//! A page that wants it keeps a `Sheet` and writes `{{ sheet|safe }}` in its template;
//! every text in it is escaped already. What stands out is a list of
//! [`Flag`](crate::act::case::Flag)s: an area that knows of something adds a variant
//! there and a word here.

mod words;

use askama::Template;
use tillkey_rules::case::State;

use super::case_words::CaseNames;
use super::ledger::tell::Teller;
use super::when::Reading;
use super::words::{fill, side};
use crate::act::case::{Dossier, Opinion, Outcome, Standing};

pub use self::words::DossierWords;

/// A case as staff see it: a piece of a page.
#[derive(Debug, Clone, Template)]
#[template(path = "staff/dossier.html")]
pub struct Sheet {
    words: &'static DossierWords,
    number: String,
    state: String,
    state_class: &'static str,
    flags: Vec<String>,
    facts: Vec<(&'static str, String)>,
    evidence: Vec<Line>,
    misses: Vec<String>,
    decision: Option<String>,
    reasons: Vec<String>,
    standing: Vec<(&'static str, String)>,
    opinions: Vec<OpinionLine>,
    story: Vec<StoryLine>,
}

/// Says things to one reader.
#[derive(Clone, Copy)]
struct Said {
    words: &'static DossierWords,
    names: &'static CaseNames,
    teller: Teller,
    reading: Reading,
}

/// One proof, as it is shown.
#[derive(Debug, Clone)]
struct Line {
    kind: String,
    at: String,
    by: String,
    channel: String,
}

/// What a reviewer said, as it is shown.
#[derive(Debug, Clone)]
struct OpinionLine {
    said: String,
    class: &'static str,
    at: String,
    comment: Option<String>,
}

/// One thing that happened, as it is shown.
#[derive(Debug, Clone)]
struct StoryLine {
    at: String,
    instant: String,
    said: String,
    by: String,
}

impl Sheet {
    /// Puts a dossier into words.
    pub fn new(dossier: &Dossier, reading: Reading) -> Self {
        let words = DossierWords::of(reading.language);
        let names = CaseNames::of(reading.language);
        let said = Said {
            words,
            names,
            teller: Teller::new(reading),
            reading,
        };
        let (view, language) = (&dossier.view, reading.language);
        let evidence = dossier.evidence.iter().map(|outcome| line(said, outcome));
        let misses = dossier.misses.iter().map(|miss| {
            let kind = names.evidence(miss.kind);
            let text = fill(&words.sheet.missed, "kind", kind);
            fill(&text, "times", &miss.times.to_string())
        });
        let opinions = dossier.opinions.iter().map(|opinion| OpinionLine {
            said: opinion_said(said, opinion),
            class: match (opinion.counts, opinion.approved) {
                (false, _) => "",
                (true, true) => "good",
                (true, false) => "bad",
            },
            at: reading.minute(opinion.at),
            comment: opinion.comment.clone(),
        });
        let story = dossier.story.iter().map(|passage| StoryLine {
            at: reading.second(passage.at),
            instant: passage.at.to_string(),
            said: said.teller.step(&passage.event),
            by: said.teller.who(&passage.by),
        });
        Self {
            number: view.case.to_string(),
            state: names.state(view.state).to_owned(),
            state_class: state_class(view.state),
            flags: dossier
                .flags
                .iter()
                .map(|flag| words.flag.of(*flag).to_owned())
                .collect(),
            facts: facts(said, dossier),
            evidence: evidence.collect(),
            misses: misses.collect(),
            decision: view
                .decision
                .map(|decision| names.decision(Some(decision)).to_owned()),
            reasons: view
                .reasons
                .iter()
                .map(|reason| side(reason, language).to_owned())
                .collect(),
            standing: dossier
                .standing
                .as_ref()
                .map(|standing| known(said, standing))
                .unwrap_or_default(),
            opinions: opinions.collect(),
            story: story.collect(),
            words,
        }
    }
}

/// The colour that goes with a state; the word says it as well.
const fn state_class(state: State) -> &'static str {
    match state {
        State::Gathering => "",
        State::InReview => "warn",
        State::Approved | State::Issued | State::Redeemed => "key",
        State::Effective => "good",
        State::Refused | State::Cancelled | State::Expired | State::Superseded | State::Void => {
            "bad"
        }
    }
}

fn line(said: Said, outcome: &Outcome) -> Line {
    Line {
        kind: said.names.evidence(outcome.kind).to_owned(),
        at: said.reading.minute(outcome.at),
        by: said.teller.who(&outcome.by),
        channel: said.names.channel(outcome.channel).to_owned(),
    }
}

/// What a reviewer said.
fn opinion_said(said: Said, opinion: &Opinion) -> String {
    let words = &said.words.opinion;
    let sentence = match (opinion.approved, opinion.counts) {
        (true, true) => &words.approved,
        (true, false) => &words.approved_void,
        (false, _) => &words.refused,
    };
    fill(sentence, "who", &said.teller.who(&opinion.by))
}

fn facts(said: Said, dossier: &Dossier) -> Vec<(&'static str, String)> {
    let Said {
        words,
        names,
        reading,
        ..
    } = said;
    let (sheet, view) = (&words.sheet, &dossier.view);
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    if let Some(subject) = &dossier.subject {
        let name = dossier.name_masked.as_deref().unwrap_or(&sheet.erased);
        let rank = names.rank(subject.operator.rank().name());
        facts.push((&sheet.merchant, format!("{} {name}", subject.merchant)));
        facts.push((&sheet.terminal, subject.terminal_number.to_string()));
        facts.push((&sheet.operator, format!("{} {rank}", subject.operator)));
    }
    facts.push((&sheet.channel, names.channel(view.channel).to_owned()));
    facts.push((&sheet.reason, names.reason(view.reason).to_owned()));
    facts.push((&sheet.opened, reading.minute(view.opened_at)));
    if view.state.is_open() {
        facts.push((&sheet.closes, reading.minute(view.deadline)));
    }
    if let Some(line) = names.backup(view.backup.as_ref()) {
        facts.push((&sheet.backup, line));
    }
    facts
}

fn known(said: Said, standing: &Standing) -> Vec<(&'static str, String)> {
    let known = &said.words.known;
    let either =
        |is: bool, yes: &'static str, no: &'static str| (if is { yes } else { no }).to_owned();
    let contact = match standing.contact_age_hours {
        None => known.contact_none.clone(),
        Some(hours) if hours < 48 => fill(&known.contact_hours, "n", &hours.to_string()),
        Some(hours) if hours < 24 * 366 => {
            fill(&known.contact_days, "n", &(hours / 24).to_string())
        }
        Some(_) => known.contact_old.clone(),
    };
    let mut lines: Vec<(&'static str, String)> = vec![
        (&known.resets, standing.resets_30d.to_string()),
        (&known.failures, standing.failures_30d.to_string()),
        (&known.contact, contact),
        (
            &known.terminal,
            either(standing.terminal_online, &known.online, &known.away),
        ),
        (
            &known.password,
            either(
                standing.has_password,
                &known.password_set,
                &known.password_none,
            ),
        ),
        (
            &known.merchant,
            said.names.merchant(standing.merchant_status).to_owned(),
        ),
    ];
    if let Some(unsettled) = standing.unsettled_batch {
        let said = either(unsettled, &known.batch_open, &known.batch_settled);
        lines.push((&known.batch, said));
    }
    lines
}
