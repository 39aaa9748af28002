//! People: the merchant's phone, the agent, the clerk, the reviewers, and strangers who
//! guess. Each does one thing at a time and may never hear what came of it.

use std::collections::BTreeMap;

use tillkey_rules::attempts::Scope;
use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_server::act::case::{self, CaseView, Named, OpenRequest, Opened};
use tillkey_server::act::managers::ManagerSession;
use tillkey_server::act::{Access, Failure, Once, Source};
use tillkey_terminal::wire::ids::CaseId;

use crate::model::Who;
use crate::portal::Portal;
use crate::staff::{MERCHANT, Member};
use crate::till::operator;
use crate::world::World;

/// How many open cases people mind at once.
pub(crate) const VISITS_MAX: usize = 4;
/// A case, in the hands of whoever drives it.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    pub(crate) case: CaseId,
    pub(crate) access: Access,
    pub(crate) member: Option<Member>,
    pub(crate) channel: Channel,
}

/// An opening whose answer never came.
#[derive(Debug, Clone)]
pub(crate) struct Unheard {
    pub(crate) request: OpenRequest,
    pub(crate) member: Option<Member>,
    pub(crate) manager: Option<ManagerSession>,
    pub(crate) once: Once,
    /// The case that it opened all the same.
    pub(crate) opened: Option<CaseId>,
}

#[derive(Debug, Default)]
pub(crate) struct People {
    pub(crate) visits: Vec<Visit>,
    pub(crate) unheard: Vec<Unheard>,
    /// Codes that prove the phone, as they came.
    pub(crate) proofs: Vec<String>,
    /// Reset codes, as they came.
    pub(crate) codes: BTreeMap<Who, Vec<String>>,
    /// The server crashed over the newest of those openings, in this step.
    pub(crate) is_opening: bool,
    /// The manager, at their own device.
    pub(crate) portal: Portal,
    openings: u32,
}

impl People {
    /// Names one request, so that it may be said twice.
    pub(crate) fn next_key(&mut self) -> String {
        self.openings += 1;
        format!("opening-{}", self.openings)
    }
}

impl World {
    fn source(&self, member: Option<Member>) -> Source {
        match member {
            Some(member) => {
                let by = member.signed_in(&self.server().shell, self.now());
                Source::staff(&by)
            }
            None => Source::address([203, 0, 113, 7].into()),
        }
    }

    /// Somebody asks for a new password, by whatever channel.
    pub(crate) async fn open_case(&mut self) -> Result<String, String> {
        let till = self.chance.below(self.tills.len());
        let number = self.chance.weighed(&[(2, 0), (5, 1), (3, 2)]);
        let (channel, member) = self.chance.weighed(&[
            (6, (Channel::App, None)),
            (3, (Channel::Hotline, Some(Member::Agent))),
            (3, (Channel::Counter, Some(Member::Clerk))),
        ]);
        let reason = self.chance.weighed(&[
            (6, Reason::Forgotten),
            (2, Reason::Locked),
            (1, Reason::SystemUpdate),
            (1, Reason::StaffLeft),
            (1, Reason::Compromised),
        ]);
        let terminal = match self.chance.percent(5) {
            true => "99999999".parse().unwrap(),
            false => self.tills[till].enrolled.number.clone(),
        };
        let request = OpenRequest {
            named: Named {
                merchant: MERCHANT.parse().unwrap(),
                terminal,
                operator: operator(number),
            },
            channel,
            reason,
        };
        let once = Once {
            principal: member.map_or("holder", Member::account).to_owned(),
            key: self.people.next_key(),
            request_digest: [7; 32],
        };
        self.open(Unheard {
            request,
            member,
            manager: None,
            once,
            opened: None,
        })
        .await
    }

    /// Somebody whose opening was never answered asks again: it is the same case.
    pub(crate) async fn open_again(&mut self) -> Result<String, String> {
        match self.people.unheard.pop() {
            Some(unheard) => self.open(unheard).await,
            None => Ok("nobody waits for an answer".to_owned()),
        }
    }

    pub(crate) async fn open(&mut self, asked: Unheard) -> Result<String, String> {
        let Unheard {
            request,
            member,
            manager,
            once,
            opened: before,
        } = asked.clone();
        let (channel, named) = (request.channel, request.named.clone());
        let told = format!(
            "{} opens a case for {} at {}",
            once.principal, named.operator, named.terminal
        );
        let shell = self.server().shell.clone();
        let by = member.map(|member| member.signed_in(&shell, self.now()));
        let source = self.source(member);
        let as_manager = manager.clone();
        let opening = async move {
            match as_manager {
                Some(manager) => case::open_as_manager(&shell, request, &manager, Some(once)).await,
                None => case::open(&shell, request, by.as_ref(), &source, Some(once)).await,
            }
        };
        let fate = self.fate(true);
        let Some(opened) = self.ask(fate, opening).await else {
            self.people.unheard.push(asked);
            self.people.is_opening = true;
            return Ok(format!("{told}, and the server crashes: {fate:?}"));
        };
        let heard = self.collect()?;
        let opened: Opened = match opened {
            Ok(opened) => opened,
            Err(failure) => return Ok(format!("{told}: {}{heard}", self.expected(&failure)?)),
        };
        self.look_for(opened.case)?;
        if before.is_some_and(|before| before != opened.case) {
            return Err(format!("{told}, said twice, opens {before:?} and another"));
        }
        let access = match (opened.token, member, manager) {
            (Some(token), ..) => Access::Holder(token),
            (None, Some(member), _) => {
                Access::Staff(member.signed_in(&self.server().shell, self.now()))
            }
            (None, None, Some(manager)) => Access::Manager(manager),
            (None, None, None) => return Err("a case was opened without a token".to_owned()),
        };
        let case = opened.case;
        self.people.visits.retain(|visit| visit.case != case);
        self.people.visits.push(Visit {
            case,
            access,
            member,
            channel,
        });
        Ok(format!("{told}: {case}{heard}"))
    }

    /// What somebody does with a case, and what they are told.
    pub(crate) async fn on_case(
        &mut self,
        told: String,
        case: CaseId,
        asking: impl Future<Output = Result<CaseView, Failure>>,
    ) -> Result<(String, Option<Result<CaseView, Failure>>), String> {
        let fate = self.fate(true);
        let Some(answer) = self.ask(fate, asking).await else {
            return Ok((format!("{told}, and the server crashes: {fate:?}"), None));
        };
        let heard = self.collect()?;
        let came = match &answer {
            Ok(view) => {
                let state: String = self
                    .sight
                    .one("SELECT state FROM cases WHERE id = ?1", (case.to_string(),));
                if state != view.state.name() {
                    return Err(format!(
                        "{case} is said to be {}, and it is {state}",
                        view.state.name()
                    ));
                }
                view.state.name().to_owned()
            }
            Err(failure) => self.expected(failure)?,
        };
        Ok((format!("{told}: {came}{heard}"), Some(answer)))
    }

    /// A refusal is an answer; a fault of the store is none that may come here.
    pub(crate) fn expected(&self, failure: &Failure) -> Result<String, String> {
        match failure {
            Failure::Fault(fault) => Err(format!("the store failed: {fault}")),
            Failure::Busy => Err("the server is busy, and nobody else asks".to_owned()),
            failure => Ok(failure.to_string()),
        }
    }

    fn look_for(&self, case: CaseId) -> Result<(), String> {
        let found: i64 = self.sight.one(
            "SELECT COUNT(*) FROM cases WHERE id = ?1",
            (case.to_string(),),
        );
        match found {
            1 => Ok(()),
            _ => Err(format!("{case} was opened and is not there")),
        }
    }

    /// Counts a proof that was answered, as the server must have.
    pub(crate) fn count_proof(&mut self, case: CaseId, answer: &Result<CaseView, Failure>) {
        use tillkey_rules::refusal::Refusal;
        let counted = !matches!(
            answer,
            Err(Failure::Refused(Refusal::DocumentExpired) | Failure::Unknown)
        );
        let Some(who) = self.subject_of(case).filter(|_| counted) else {
            return;
        };
        let Some(story) = self.sight.stories.get(&case) else {
            return;
        };
        let scope = Scope::of_proof(story.case.channel());
        let now = self.now();
        self.model.attempt(scope, who, now);
    }
}
