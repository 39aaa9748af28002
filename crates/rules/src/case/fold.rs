//! A case from its events. Folding never fails and never asks why: what is in the
//! ledger has happened.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use tillkey_wire::ids::{CaseId, PersonId};

use super::state::{Case, Code, Gathered, Review, State};
use crate::backup::Progress;
use crate::event::{CaseEvent, Destination, OldPassword};
use crate::party::Actor;
use crate::policy::Decision;

impl Case {
    /// The case that the first event begins; none where that is not an opening.
    pub fn begin(id: CaseId, at: Timestamp, by: &Actor, event: &CaseEvent) -> Option<Self> {
        let CaseEvent::Opened {
            subject,
            claimed,
            channel,
            reason,
            deadline,
            offline,
        } = event
        else {
            return None;
        };
        Some(Self {
            id,
            version: 1,
            state: State::Gathering,
            subject: subject.clone(),
            claimed: claimed.clone(),
            channel: *channel,
            reason: *reason,
            offline: *offline,
            opened_at: at,
            changed_at: at,
            deadline: *deadline,
            evidence: BTreeMap::new(),
            makers: by.person().cloned().into_iter().collect::<BTreeSet<_>>(),
            scans: Vec::new(),
            scans_taken: 0,
            reuses: BTreeSet::new(),
            delivery: Destination::Contact,
            verdict: None,
            decided_contact: None,
            reviewers_needed: 0,
            review_by: None,
            reviews: Vec::new(),
            amendments: 0,
            old_password: None,
            backup: Progress::default(),
            preparation: None,
            codes_issued: 0,
            code: None,
            announced: false,
            effective: None,
            journal_intact: None,
            newer: None,
            void_reason: None,
        })
    }

    /// The case after one more event.
    pub fn fold(&mut self, at: Timestamp, by: &Actor, event: &CaseEvent) {
        self.version += 1;
        // When it ended stays as it was, whatever is said of it later.
        if self.state.is_open() {
            self.changed_at = self.changed_at.max(at);
        }
        // Whoever has a hand in gathering is a maker. Reviewers come after, in
        // `reviews`, so that two reviews need two persons.
        if let (Some(person), State::Gathering) = (by.person(), self.state) {
            self.makers.insert(person.clone());
        }
        // Reviews stand on the case as the reviewers saw it. Whatever adds to it, by
        // whatever way, takes it back from them.
        let adds = matches!(
            event,
            CaseEvent::Amended
                | CaseEvent::Matched { .. }
                | CaseEvent::Scanned(_)
                | CaseEvent::DeliveryChosen { .. }
                | CaseEvent::HandedOver { .. }
        );
        if adds && self.state == State::InReview {
            self.take_back(by);
        }
        match event {
            CaseEvent::Opened { .. }
            | CaseEvent::Amended
            | CaseEvent::Challenged { .. }
            | CaseEvent::NotMatched { .. }
            | CaseEvent::Objected => {}
            CaseEvent::Matched {
                kind,
                contact_version,
            } => {
                let gathered = Gathered {
                    at,
                    contact_version: *contact_version,
                };
                self.evidence.insert(*kind, gathered);
            }
            CaseEvent::Scanned(scan) => {
                self.scans
                    .retain(|held| (held.kind, held.side) != (scan.kind, scan.side));
                self.scans.push(scan.clone());
                self.scans_taken += 1;
                self.reuses.extend(scan.reuse);
            }
            CaseEvent::DeliveryChosen { to } => self.delivery = *to,
            CaseEvent::Decided {
                verdict,
                review_by,
                contact_version,
                ..
            } => {
                if let Decision::Review { reviewers } = verdict.decision {
                    self.reviewers_needed = reviewers.count();
                    self.state = State::InReview;
                }
                self.reviews.clear();
                self.review_by = *review_by;
                self.decided_contact = *contact_version;
                self.verdict = Some(verdict.clone());
            }
            CaseEvent::HandedOver { channel } => {
                self.channel = *channel;
                self.verdict = None;
            }
            CaseEvent::Reviewed { approved, .. } => {
                if let Some(person) = by.person() {
                    let review = Review {
                        at,
                        person: person.clone(),
                        approved: *approved,
                    };
                    self.reviews.push(review);
                }
            }
            CaseEvent::ReviewedInCampaign { persons, .. } => {
                let review = |person: &PersonId| Review {
                    at,
                    person: person.clone(),
                    approved: true,
                };
                self.reviews.extend(persons.iter().map(review));
            }
            CaseEvent::Approved { old_password } => self.approve(*old_password),
            CaseEvent::BackupAsked { command } => {
                self.backup.asked += 1;
                self.backup.command = Some(*command);
                self.backup.fault = None;
            }
            CaseEvent::BackupFailed { why } => {
                self.backup.failed += 1;
                self.backup.fault = Some(*why);
            }
            CaseEvent::JournalCompared { intact, .. } => self.journal_intact = Some(*intact),
            CaseEvent::Prepared(preparation) => self.preparation = Some(preparation.clone()),
            CaseEvent::CodeIssued {
                code,
                to,
                expires_at,
                contact_version,
            } => {
                self.state = State::Issued;
                self.codes_issued += 1;
                // A terminal without a link says when it is back what became of it.
                if to.is_answer() {
                    self.deadline = self.deadline.max(*expires_at);
                }
                self.announced = false;
                self.code = Some(Code {
                    id: *code,
                    to: *to,
                    expires_at: *expires_at,
                    mistyped: 0,
                    contact_version: *contact_version,
                    chosen_by: None,
                });
            }
            CaseEvent::CodeAnnounced { .. } => self.announced = true,
            CaseEvent::CodeMistyped { .. } => {
                if let Some(code) = &mut self.code {
                    code.mistyped += 1;
                }
            }
            CaseEvent::CodeEnded { .. } => {
                self.state = State::Approved;
                self.code = None;
            }
            CaseEvent::CodeRedeemed { until, .. } => {
                self.state = State::Redeemed;
                if let Some(code) = &mut self.code {
                    code.chosen_by = Some(*until);
                }
            }
            CaseEvent::Effective {
                credential_version,
                registration_digest,
                ..
            } => {
                self.effective = Some((*credential_version, registration_digest.clone()));
                self.close(State::Effective);
            }
            CaseEvent::Cancelled => self.close(State::Cancelled),
            CaseEvent::Expired => self.close(State::Expired),
            CaseEvent::Superseded { newer } => {
                self.newer = Some(*newer);
                self.close(State::Superseded);
            }
            CaseEvent::Voided { why } => {
                self.void_reason = Some(*why);
                self.close(State::Void);
            }
            CaseEvent::Refused => self.close(State::Refused),
        }
    }

    fn take_back(&mut self, by: &Actor) {
        self.state = State::Gathering;
        self.makers.extend(by.person().cloned());
        self.verdict = None;
        self.decided_contact = None;
        self.reviewers_needed = 0;
        self.review_by = None;
        self.reviews.clear();
        self.amendments += 1;
    }

    fn approve(&mut self, old_password: OldPassword) {
        self.state = State::Approved;
        self.old_password = Some(old_password);
    }

    fn close(&mut self, state: State) {
        self.state = state;
        self.code = None;
    }
}
