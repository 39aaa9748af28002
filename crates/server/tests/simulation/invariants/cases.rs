//! 2, 5, 6: no change without an approved case, no success without the terminal's word,
//! nothing before a backup. It would be broken by a way round `decide`, by a fold that is
//! written apart from its events, by a code that can be typed twice.

use std::collections::BTreeSet;

use tillkey_rules::case::Case;
use tillkey_rules::event::{CaseEvent, Preparation};
use tillkey_rules::party::Actor;
use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_terminal::wire::ids::{CaseId, PersonId};

use crate::frame::About;
use crate::model::Who;
use crate::sight::Story;
use crate::world::World;

/// How many wrong answers a code takes.
const TRIES: usize = 5;

impl World {
    pub(crate) fn hold_case_event(
        &mut self,
        case: CaseId,
        by: &Actor,
        event: &CaseEvent,
    ) -> Result<(), String> {
        let story = self.sight.stories.get(&case).ok_or("an unknown case")?;
        once(story)?;
        match event {
            CaseEvent::Opened { .. } => {
                // Nobody heard of it; said again under its key, it is this one.
                let unheard = self.people.unheard.last_mut();
                if let Some(unheard) = unheard.filter(|_| self.people.is_opening) {
                    unheard.opened = Some(case);
                }
                Ok(())
            }
            CaseEvent::Reviewed { .. } => review(story, by),
            CaseEvent::CodeIssued { .. } => self.hold_preparation(case),
            CaseEvent::CodeRedeemed { code, .. } => {
                let mistyped = since_issue(story);
                let again = story
                    .count(|e| matches!(e, CaseEvent::CodeRedeemed { code: c, .. } if c == code));
                match (mistyped < TRIES, again) {
                    (true, 1) => Ok(()),
                    _ => Err(format!(
                        "{case}: a code is typed {again} times, {mistyped} wrong"
                    )),
                }
            }
            CaseEvent::Matched {
                kind: EvidenceKind::SmsCode,
                ..
            } if since_challenge(story) >= TRIES => {
                Err(format!("{case}: a code that was used up is taken"))
            }
            CaseEvent::JournalCompared { intact: false, .. } => {
                Err(format!("{case}: the journal lost something"))
            }
            CaseEvent::BackupAsked { .. } => {
                if let Some((till, _)) = self.subject_of(case) {
                    let journal = self.model.journals.get(&till);
                    let entries = journal.and_then(|journal| journal.last_key_value());
                    let entries = entries.map_or(0, |(entries, _)| *entries);
                    self.model.asked_at.insert(case, entries);
                }
                Ok(())
            }
            CaseEvent::Effective {
                credential_version, ..
            } => {
                approved(story)?;
                self.hold_word(case)?;
                let who = self.subject_of(case).ok_or("nobody's password changed")?;
                self.hold_effect(who)?;
                self.model.bring(who, case, *credential_version)
            }
            _ => Ok(()),
        }
    }

    /// 5: it is the terminal that says so, now, with its key.
    fn hold_word(&self, case: CaseId) -> Result<(), String> {
        let told = self.delivered.as_ref();
        let till = self.subject_of(case).map(|(till, _)| till);
        let is_word = told.is_some_and(|told| {
            let is_about = told.about == About::Registered(case);
            is_about && Some(told.till) == till && !told.is_replay
        });
        if is_word {
            Ok(())
        } else {
            Err(format!("{case} is effective without its terminal's word"))
        }
    }

    /// 5: with the new password every session of the old one ends.
    fn hold_effect(&self, (till, number): Who) -> Result<(), String> {
        let id = self.tills[till].enrolled.id.to_string();
        let live: i64 = self.sight.one(
            "SELECT COUNT(*) FROM sessions \
             WHERE terminal = ?1 AND operator = ?2 AND ended_at IS NULL",
            (id, number),
        );
        match live {
            0 => Ok(()),
            _ => Err(format!(
                "{number:02} has another password, and is still signed on"
            )),
        }
    }

    /// 6: the backup is there, or somebody has said why not.
    fn hold_preparation(&self, case: CaseId) -> Result<(), String> {
        let story = &self.sight.stories[&case];
        let Some(preparation) = story.case.preparation() else {
            return Err(format!("{case}: a code before anything was prepared"));
        };
        let (till, _) = self.subject_of(case).ok_or("a code for nobody")?;
        let here = &self.tills[till].enrolled;
        match preparation {
            Preparation::NothingToBackUp if here.keeps_journal => {
                Err(format!("{case}: a journal, and no backup of it"))
            }
            Preparation::NothingToBackUp | Preparation::Unreachable => Ok(()),
            Preparation::Waived { .. } => {
                let waived = story
                    .told
                    .iter()
                    .find(|told| matches!(told.event, CaseEvent::Prepared(_)));
                let by = waived.and_then(|told| told.by.person());
                match by {
                    Some(person) if !makers(story).contains(person) => Ok(()),
                    _ => Err(format!("{case}: nobody else let it go without a backup")),
                }
            }
            Preparation::Snapshot {
                snapshot,
                entries,
                journal_digest,
                ..
            } => {
                let stored: i64 = self.sight.one(
                    "SELECT COUNT(*) FROM snapshots WHERE id = ?1 AND case_id = ?2",
                    (snapshot.to_string(), case.to_string()),
                );
                let folder = self.server().data().join("snapshots");
                let acquirer = self.server().shell.home().to_string();
                let file = folder.join(acquirer).join(here.id.to_string());
                let is_there = file.join(format!("{snapshot}.age")).is_file();
                let asked_at = self.model.asked_at.get(&case).copied().unwrap_or(0);
                let journal = self.model.journals.get(&till);
                let known = journal.and_then(|journal| journal.get(entries));
                let is_same = known.is_none_or(|known| known.contains(journal_digest));
                if stored == 1 && is_there && *entries >= asked_at && is_same {
                    Ok(())
                } else {
                    Err(format!(
                        "{case}: a backup (row {stored}, file {is_there}) of {entries} entries, \
                         {asked_at} when it was asked for, the same: {is_same}"
                    ))
                }
            }
        }
    }

    /// 7: the case as stored is the fold of its events.
    pub(crate) fn hold_fold(&self, case: CaseId) -> Result<(), String> {
        let folded: String = self.sight.one(
            "SELECT folded FROM cases WHERE id = ?1",
            (case.to_string(),),
        );
        let stored: Case = serde_json::from_str(&folded).map_err(|fault| fault.to_string())?;
        if stored == self.sight.stories[&case].case {
            Ok(())
        } else {
            Err(format!("{case} is stored otherwise than its events say"))
        }
    }
}

/// Nothing of this happens twice in one case.
fn once(story: &Story) -> Result<(), String> {
    for step in ["opened", "approved", "prepared", "effective"] {
        if story.count(|event| event.name() == step) > 1 {
            return Err(format!("{} is {step} twice", story.case.id()));
        }
    }
    Ok(())
}

/// Everybody who had a hand in the case before it was decided.
fn makers(story: &Story) -> BTreeSet<&PersonId> {
    let made = story.told.iter().filter(|told| {
        !matches!(
            told.event,
            CaseEvent::Reviewed { .. }
                | CaseEvent::Refused
                | CaseEvent::Approved { .. }
                | CaseEvent::Prepared(_)
                | CaseEvent::CodeIssued { .. }
                | CaseEvent::BackupAsked { .. }
        )
    });
    made.filter_map(|told| told.by.person()).collect()
}

/// 2: who made a case does not review it, nor anybody twice.
fn review(story: &Story, by: &Actor) -> Result<(), String> {
    let person = by.person().ok_or("nobody reviewed a case")?;
    let id = story.case.id();
    let mut reviews = 0;
    for told in &story.told {
        match &told.event {
            CaseEvent::Decided { .. } => reviews = 0,
            CaseEvent::Reviewed { .. } if told.by.person() == Some(person) => reviews += 1,
            _ => {}
        }
    }
    let before = story.told.iter();
    let made = before
        .take_while(|told| !matches!(told.event, CaseEvent::Reviewed { .. }))
        .any(|told| told.by.person() == Some(person));
    if made || reviews != 1 {
        return Err(format!(
            "{id} is reviewed by its own maker, or twice: {person}"
        ));
    }
    Ok(())
}

/// 2: what the policy asked for was there when the case was approved.
fn approved(story: &Story) -> Result<(), String> {
    let id = story.case.id();
    let mut needed = None;
    let mut reviewers = BTreeSet::new();
    for told in &story.told {
        match &told.event {
            CaseEvent::Decided { verdict, .. } => {
                needed = verdict.decision.reviews();
                reviewers.clear();
            }
            CaseEvent::Reviewed { approved: true, .. } => {
                reviewers.extend(told.by.person());
            }
            CaseEvent::Approved { .. } => {
                let enough = needed.is_some_and(|needed| reviewers.len() >= usize::from(needed));
                return match enough {
                    true => Ok(()),
                    false => Err(format!(
                        "{id} was approved by {} where the policy asks for {needed:?}",
                        reviewers.len()
                    )),
                };
            }
            _ => {}
        }
    }
    Err(format!("{id} is effective and was never approved"))
}

/// How often the present code was typed wrong.
fn since_issue(story: &Story) -> usize {
    let back = story.told.iter().rev();
    back.take_while(|told| !matches!(told.event, CaseEvent::CodeIssued { .. }))
        .filter(|told| matches!(told.event, CaseEvent::CodeMistyped { .. }))
        .count()
}

/// How often the present challenge was answered wrong.
fn since_challenge(story: &Story) -> usize {
    let back = story.told.iter().rev();
    back.take_while(|told| !matches!(told.event, CaseEvent::Challenged { .. }))
        .filter(|told| {
            matches!(
                told.event,
                CaseEvent::NotMatched {
                    kind: EvidenceKind::SmsCode
                }
            )
        })
        .count()
}
