//! What people do with the cases that they drive or review.

use tillkey_rules::case::State;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::vocabulary::{Channel, EvidenceKind};
use tillkey_server::act::case::{self, Presented, Review};
use tillkey_server::act::{Access, Source};
use tillkey_terminal::wire::code::SmsCode;
use tillkey_terminal::wire::ids::CaseId;

use crate::people::Visit;
use crate::staff::{HOLDER, LICENCE, Member};
use crate::world::World;

/// Another person's documents.
const ANOTHER: &str = "110105199001010010";

/// One thing to do with a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    Challenge,
    ProvePhone,
    GuessPhone,
    ShowIdentity,
    ShowAnother,
    ShowLicence,
    ShowSignIn,
    Consent,
    Submit,
    Cancel,
    CodeAgain,
    Amend,
    Approve(Member),
    Decline,
    Waive,
}

impl World {
    /// Somebody does something with a case of theirs.
    pub(crate) async fn visit(&mut self) -> Result<String, String> {
        let newest = self.people.visits.last().cloned();
        let any = self.chance.one_of(&self.people.visits).cloned();
        let minded = if self.chance.percent(60) { newest } else { any };
        let Some(visit) = minded else {
            return Ok("nobody minds a case".to_owned());
        };
        let Some(story) = self.sight.stories.get(&visit.case) else {
            return Err(format!("{} was opened and is not there", visit.case));
        };
        let (state, held) = (story.case.state(), story.case.evidence().len());
        if !state.is_open() {
            self.people.visits.retain(|one| one.case != visit.case);
            return Ok(format!("{} is {}", visit.case, state.name()));
        }
        let next = self.next_move(&visit, state, held);
        self.move_on(&visit, next).await
    }

    /// What somebody does next: mostly what leads on.
    fn next_move(&mut self, visit: &Visit, state: State, held: usize) -> Move {
        let reviewer = *self.chance.one_of(&Member::REVIEWERS).unwrap();
        let counter = visit.channel == Channel::Counter;
        let enough = held >= if counter { 2 } else { 1 };
        match state {
            State::Gathering if enough => self.chance.weighed(&[
                (12, Move::Submit),
                (1, Move::Cancel),
                (1, Move::Approve(reviewer)),
                (1, Move::GuessPhone),
            ]),
            State::Gathering if counter => self.chance.weighed(&[
                (6, Move::ShowIdentity),
                (6, Move::ShowLicence),
                (1, Move::ShowAnother),
                (1, Move::Submit),
            ]),
            State::Gathering if visit.channel == Channel::Portal => {
                self.chance
                    .weighed(&[(12, Move::ShowSignIn), (1, Move::Submit), (1, Move::Cancel)])
            }
            State::Gathering if visit.channel == Channel::Hotline && self.manager().is_some() => {
                Move::Consent
            }
            State::Gathering => self.chance.weighed(&[
                (4, Move::Challenge),
                (7, Move::ProvePhone),
                (2, Move::GuessPhone),
                (1, Move::Submit),
            ]),
            State::InReview => self.chance.weighed(&[
                (12, Move::Approve(reviewer)),
                (1, Move::Decline),
                (1, Move::Amend),
                (1, Move::Submit),
            ]),
            State::Approved => self.chance.weighed(&[
                (4, Move::CodeAgain),
                (2, Move::Waive),
                (1, Move::Cancel),
                (1, Move::Approve(reviewer)),
            ]),
            _ => self.chance.weighed(&[
                (3, Move::CodeAgain),
                (1, Move::Cancel),
                (1, Move::Submit),
                (1, Move::Approve(reviewer)),
            ]),
        }
    }

    /// Does it.
    pub(crate) async fn move_on(&mut self, visit: &Visit, next: Move) -> Result<String, String> {
        let (shell, case) = (self.server().shell.clone(), visit.case);
        let access = self.access_of(visit);
        let source = Source::address([203, 0, 113, 7].into());
        let told = format!("{next:?} in {case}");
        if let Some(presented) = self.presented(next) {
            let asking =
                async move { case::present(&shell, case, presented, &access, &source, None).await };
            let (told, answer) = self.on_case(told, case, asking).await?;
            if let Some(answer) = answer {
                self.count_proof(case, &answer);
            }
            return Ok(told);
        }
        let now = self.now();
        let signed_in = |member: Member| member.signed_in(&shell, now);
        let reviewer = match next {
            Move::Approve(member) => signed_in(member),
            _ => signed_in(Member::SecondReviewer),
        };
        let manager = self.manager().cloned().map(Access::Manager);
        let asking = async {
            match next {
                Move::ShowSignIn => case::present_sign_in(&shell, case, &access, None).await,
                Move::Consent => {
                    let manager = manager.as_ref().unwrap_or(&access);
                    case::consent(&shell, case, manager, None).await
                }
                Move::Challenge => {
                    let kind = EvidenceKind::SmsCode;
                    case::challenge(&shell, case, kind, &access, &source, None).await
                }
                Move::Submit => case::submit(&shell, case, &access, None).await,
                Move::Cancel => case::cancel(&shell, case, &access, None).await,
                Move::CodeAgain => case::send_code_again(&shell, case, &access, None).await,
                Move::Amend => case::amend(&shell, case, &access, None).await,
                Move::Waive => {
                    let why = "the terminal is away";
                    case::waive_backup(&shell, case, why, &reviewer, None).await
                }
                _ => {
                    let review = Review {
                        approve: next != Move::Decline,
                        comment: "looked at".to_owned(),
                        edition: None,
                    };
                    case::review(&shell, case, review, &reviewer, None).await
                }
            }
        };
        self.on_case(told, case, asking).await.map(|(told, _)| told)
    }

    fn access_of(&self, visit: &Visit) -> Access {
        match visit.member {
            Some(member) => Access::Staff(member.signed_in(&self.server().shell, self.now())),
            None => visit.access.clone(),
        }
    }

    fn presented(&mut self, next: Move) -> Option<Presented> {
        let identity = |number: &str| Presented::IdentityDocument {
            number: ResidentIdentityNumber::parse(number).unwrap(),
            validity: None,
        };
        Some(match next {
            Move::ProvePhone => {
                let newest = self.people.proofs.last().cloned();
                let digits = newest.unwrap_or_else(|| self.chance.digits(SmsCode::LENGTH));
                Presented::SmsCode(digits.parse().unwrap())
            }
            Move::GuessPhone => {
                Presented::SmsCode(self.chance.digits(SmsCode::LENGTH).parse().unwrap())
            }
            Move::ShowIdentity => identity(HOLDER),
            Move::ShowAnother => identity(ANOTHER),
            Move::ShowLicence => Presented::BusinessLicence {
                code: SocialCreditCode::parse(LICENCE).unwrap(),
                validity: None,
            },
            _ => return None,
        })
    }

    /// The version of somebody's password that is in force, if any is.
    pub(crate) fn version_in_force(&self, (till, number): (usize, u8)) -> Option<u32> {
        let id = self.tills[till].enrolled.id.to_string();
        let found = self.sight.rows(
            "SELECT version FROM credentials \
             WHERE terminal = ?1 AND operator = ?2 AND state = 'active'",
            (id, number),
            |row| row.get(0),
        );
        found.first().copied()
    }

    /// Open cases, as the ledger tells them.
    pub(crate) fn open_cases(&self) -> Vec<CaseId> {
        let stories = self.sight.stories.iter();
        stories
            .filter(|(_, story)| story.case.state().is_open())
            .map(|(case, _)| *case)
            .collect()
    }
}
