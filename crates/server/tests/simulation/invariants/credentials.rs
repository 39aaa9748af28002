//! 2, 5, 7: every row has its event. It would be broken by a credential, a session or a
//! code that is written without one, by two passwords in force, by a code left alive.

use std::collections::{BTreeMap, BTreeSet};

use tillkey_rules::case::State;
use tillkey_rules::event::{CaseEvent, Event, OldPassword};

use crate::model::Who;
use crate::world::World;

/// A credential, as its row has it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Credential {
    who: Who,
    version: u32,
    case: String,
}

impl World {
    pub(crate) fn hold_rows(&self) -> Result<(), String> {
        self.hold_credentials()?;
        self.hold_codes()?;
        self.hold_sessions()
    }

    fn hold_credentials(&self) -> Result<(), String> {
        let mut expected = BTreeSet::new();
        // The version that should be in force, and none where the old one was ended.
        let mut latest: BTreeMap<Who, Option<u32>> = BTreeMap::new();
        for entry in &self.sight.entries {
            match (&entry.event, entry.case) {
                (
                    Event::Case(CaseEvent::Effective {
                        credential_version, ..
                    }),
                    Some(case),
                ) => {
                    let who = self.subject_of(case).ok_or("nobody's credential")?;
                    expected.insert(Credential {
                        who,
                        version: *credential_version,
                        case: case.to_string(),
                    });
                    latest.insert(who, Some(*credential_version));
                }
                (
                    Event::Case(CaseEvent::Approved {
                        old_password: OldPassword::Revoked,
                    }),
                    Some(case),
                ) => {
                    let who = self.subject_of(case).ok_or("nobody's credential")?;
                    latest.insert(who, None);
                }
                (Event::OldPasswordEnded { terminal, operator }, _) => {
                    let till = self.till_of(*terminal).ok_or("no such terminal")?;
                    latest.insert((till, operator.number()), None);
                }
                _ => {}
            }
        }
        let mut found = BTreeSet::new();
        let mut active = BTreeMap::new();
        let rows = self.sight.rows(
            "SELECT terminal, operator, version, case_id, state FROM credentials",
            (),
            |row| {
                let terminal: String = row.get(0)?;
                let state: String = row.get(4)?;
                let rest: (u8, u32, String) = (row.get(1)?, row.get(2)?, row.get(3)?);
                Ok((terminal, rest, state))
            },
        );
        for (terminal, (number, version, case), state) in rows {
            let mut tills = self.tills.iter();
            let till = tills.position(|till| till.enrolled.id.to_string() == terminal);
            let who = (till.ok_or("a credential of no terminal")?, number);
            if state == "active" && active.insert(who, version).is_some() {
                return Err(format!("{who:?} has two passwords in force"));
            }
            found.insert(Credential { who, version, case });
        }
        if found != expected {
            return Err(format!(
                "credentials are not what the ledger says: {found:?}, {expected:?}"
            ));
        }
        for (who, version) in latest {
            if active.get(&who).copied() != version {
                return Err(format!(
                    "{who:?} has version {:?} in force, the ledger says {version:?}",
                    active.get(&who)
                ));
            }
        }
        Ok(())
    }

    fn hold_codes(&self) -> Result<(), String> {
        let rows = self.sight.rows(
            "SELECT id, case_id, state, tries_left FROM reset_codes",
            (),
            |row| {
                let texts: (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok((texts, row.get::<_, i64>(3)?))
            },
        );
        let mut issued = 0;
        let mut redeemed = 0;
        for story in self.sight.stories.values() {
            issued += story.count(|event| matches!(event, CaseEvent::CodeIssued { .. }));
            redeemed += story.count(|event| matches!(event, CaseEvent::CodeRedeemed { .. }));
        }
        let used = rows.iter().filter(|((_, _, state), _)| state == "redeemed");
        if rows.len() != issued || used.count() != redeemed {
            return Err(format!(
                "{} codes, and {issued} were issued, {redeemed} of them redeemed: {rows:?}",
                rows.len()
            ));
        }
        for ((id, case, _), _) in rows.iter().filter(|((_, _, state), _)| state == "live") {
            let case = case.parse().map_err(|_| "a code of no case")?;
            let story = self.sight.stories.get(&case).ok_or("a code of no case")?;
            let is_its = story
                .case
                .code()
                .is_some_and(|code| code.id.to_string() == *id);
            if story.case.state() != State::Issued || !is_its {
                return Err(format!(
                    "{case} is {}, and a code of it is alive",
                    story.case.state().name()
                ));
            }
        }
        Ok(())
    }

    fn hold_sessions(&self) -> Result<(), String> {
        let begun: BTreeSet<String> = self
            .sight
            .entries
            .iter()
            .filter_map(|entry| match &entry.event {
                Event::SignedOn { session, .. } => Some(session.to_string()),
                _ => None,
            })
            .collect();
        let rows = self.sight.rows(
            "SELECT id, terminal, operator FROM sessions ORDER BY id",
            (),
            |row| row.get::<_, String>(0),
        );
        let found: BTreeSet<String> = rows.into_iter().collect();
        if found != begun {
            return Err("sessions are not what the ledger says".to_owned());
        }
        let doubled: i64 = self.sight.one(
            "SELECT COUNT(*) FROM (SELECT 1 FROM sessions WHERE ended_at IS NULL \
             GROUP BY terminal, operator HAVING COUNT(*) > 1)",
            (),
        );
        match doubled {
            0 => Ok(()),
            _ => Err("somebody is signed on twice".to_owned()),
        }
    }
}
