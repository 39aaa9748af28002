//! DESIGN §2.6: nothing is lost; killing a process loses no acknowledged step and
//! repeats no effect.
//!
//! Broken by a state that is not the fold of its events, by an event that does not
//! survive being written and read, by a code before the terminal was made ready, or by
//! a repeated message that happens twice.

use proptest::prelude::*;
use tillkey_rules::case::{Case, Command};
use tillkey_rules::event::{CaseEvent, Entry, Event, Preparation};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::Reason;

use super::world::{TILL, config, plans, play};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i06_a_case_is_the_fold_of_what_was_written(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let id = played.first.id();
        // As it is written to the ledger, and read again after a restart.
        let written: Vec<String> = played
            .events()
            .map(|(at, by, event)| Entry {
                v: 1,
                at,
                acquirer: played.first.subject().map(|subject| subject.acquirer.clone()),
                case: Some(id),
                by: by.clone(),
                event: Event::Case(event.clone()),
            })
            .map(|entry| serde_json::to_string(&entry).unwrap())
            .collect();
        let mut replayed: Option<Case> = None;
        for (line, (_, _, happened)) in written.iter().zip(played.events()) {
            let entry: Entry = serde_json::from_str(line).unwrap();
            let Event::Case(event) = &entry.event else { panic!("{line}") };
            prop_assert_eq!(event, happened);
            // One event, one spelling: a leaf read and written again is the same leaf.
            prop_assert_eq!(&serde_json::to_string(&entry).unwrap(), line);
            match &mut replayed {
                None => replayed = Case::begin(id, entry.at, &entry.by, event),
                Some(case) => case.fold(entry.at, &entry.by, event),
            }
        }
        prop_assert_eq!(replayed.as_ref(), Some(played.last()));
        prop_assert_eq!(played.last().version(), u64::try_from(written.len()).unwrap());
    }

    /// The case as it is kept beside its events reads back as it was written.
    #[test]
    fn i06_a_kept_case_reads_back_as_it_was(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let kept = serde_json::to_string(played.last()).unwrap();
        let read: Case = serde_json::from_str(&kept).unwrap();
        prop_assert_eq!(&read, played.last());
    }

    #[test]
    fn i06_no_code_before_the_terminal_was_made_ready(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let mut ready = false;
        for moment in &played.moments {
            for event in &moment.answer.events {
                match event {
                    CaseEvent::Prepared(preparation) => {
                        let known = moment.known.as_ref().unwrap();
                        match preparation {
                            Preparation::NothingToBackUp => prop_assert!(
                                known.keeps_journal == Some(false)
                                    || moment.before.reason() == Reason::FirstPassword
                            ),
                            Preparation::Snapshot { .. } => prop_assert!(matches!(
                                &moment.command,
                                Command::BackedUp(backup)
                                    if backup.case == played.first.id() && backup.terminal == TILL
                            )),
                            Preparation::Unreachable => prop_assert!(
                                !known.terminal_online || moment.before.is_offline()
                            ),
                            Preparation::Waived { .. } => {
                                prop_assert_eq!(moment.by.role(), Some(Role::Reviewer));
                                let person = moment.by.person().unwrap();
                                prop_assert!(!moment.before.makers().contains(person));
                            }
                        }
                        ready = true;
                    }
                    CaseEvent::CodeIssued { .. } => prop_assert!(ready),
                    _ => {}
                }
            }
        }
    }

    /// The terminal says it again because the answer was lost: once is enough.
    #[test]
    fn i06_a_repeated_registration_happens_once(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let effects = played.events().filter(|(_, _, e)| matches!(e, CaseEvent::Effective { .. }));
        prop_assert!(effects.count() <= 1);
        let mut accepted = None;
        for moment in &played.moments {
            let Command::Complete { terminal, registration_digest, .. } = &moment.command else {
                continue;
            };
            let word = (*terminal, registration_digest.clone());
            if moment.answer.refusal.is_none() {
                let first = accepted.get_or_insert_with(|| word.clone());
                prop_assert_eq!(&*first, &word);
            }
        }
    }
}
