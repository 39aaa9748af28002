//! How a run ends: the network heals, nothing goes wrong any more, and everything that was
//! begun comes to an end within bounded steps. Then one more password is reset, by the
//! public way, and is the only one that works.

use jiff::SignedDuration;
use tillkey_rules::case::State;
use tillkey_rules::vocabulary::{Channel, Reason};
use tillkey_server::act::Once;
use tillkey_server::act::case::{Named, OpenRequest};
use tillkey_terminal::Progress;

use crate::model::Who;
use crate::people::{Unheard, Visit};
use crate::plan::Happening;
use crate::staff::{MERCHANT, Member};
use crate::till::operator;
use crate::visit::Move;
use crate::world::World;

/// How many frames one thing may take at most.
const FRAMES_MAX: usize = 160;
/// How many times everybody looks after what is open.
const ROUNDS: usize = 2;
/// Longer than any case waits, those of terminals without a link included.
const LONG: SignedDuration = SignedDuration::from_hours(32 * 24);

impl World {
    /// Heals, and comes to an end.
    pub(crate) async fn come_to_an_end(&mut self) -> Result<(), String> {
        self.is_healed = true;
        for till in 0..self.tills.len() {
            self.tills[till].storage.mend();
            self.happen(Happening::Connect(till)).await?;
        }
        for _ in 0..ROUNDS {
            self.drain().await?;
            self.carry_due().await?;
            for case in self.open_cases() {
                self.lead_on(case).await?;
            }
        }
        self.clock.advance(LONG);
        self.happen(Happening::Tick).await?;
        self.drain().await?;
        let open = self.open_cases();
        if let Some(case) = open.first() {
            return Err(format!("{case} never ends"));
        }
        let till = self.chance.below(self.tills.len());
        self.reset_once_more((till, 1)).await?;
        // What the steps touched was looked at after each; to look at everything is dear.
        match self.chance.percent(25) {
            true => self.audit().await,
            false => Ok(()),
        }
    }

    /// Everything that is on its way arrives.
    async fn drain(&mut self) -> Result<(), String> {
        for _ in 0..FRAMES_MAX {
            let up = self.tills.iter().position(|till| !till.up.is_empty());
            let down = self.tills.iter().position(|till| !till.down.is_empty());
            let gone = self.tills.iter().position(|till| till.line.is_none());
            match (up, down, gone) {
                (Some(till), ..) => self.happen(Happening::Up(till)).await?,
                (_, Some(till), _) => self.happen(Happening::Down(till)).await?,
                (.., Some(till)) => self.happen(Happening::Connect(till)).await?,
                _ => return Ok(()),
            }
        }
        Err("a terminal and the server talk without end".to_owned())
    }

    /// Whoever minds a case does what leads on.
    async fn lead_on(&mut self, case: tillkey_terminal::wire::ids::CaseId) -> Result<(), String> {
        let state = self.sight.stories[&case].case.state();
        let mut minded = self.people.visits.iter();
        let visit = minded.find(|visit| visit.case == case).cloned();
        match (state, visit) {
            (State::Gathering, Some(visit)) => self.moves(&visit, Move::Cancel).await,
            (State::InReview, Some(visit)) => {
                self.moves(&visit, Move::Approve(Member::FirstReviewer))
                    .await?;
                self.moves(&visit, Move::Approve(Member::SecondReviewer))
                    .await
            }
            (State::Issued | State::Redeemed, _) => {
                let Some(who) = self.subject_of(case) else {
                    return Ok(());
                };
                self.use_code(who, state).await
            }
            _ => Ok(()),
        }
    }

    async fn moves(&mut self, visit: &Visit, next: Move) -> Result<(), String> {
        self.begin_step();
        let crashes = self.crashes;
        let told = self.move_on(visit, next).await;
        self.end_step(told, crashes).await?;
        self.drain().await?;
        self.carry_due().await
    }

    /// Messages that wait go out.
    async fn carry_due(&mut self) -> Result<(), String> {
        if self.has_messages_due() {
            self.happen(Happening::Carry).await?;
        }
        Ok(())
    }

    /// Types the newest code, unless that was done, and chooses a password.
    async fn use_code(&mut self, who: Who, state: State) -> Result<(), String> {
        let (till, number) = who;
        let is_choosing = self.tills[till].progress(number) == Progress::Choosing;
        // A choice that was offered without a link lapses, and stays on the screen.
        if state == State::Issued || !is_choosing {
            let codes = self.people.codes.get(&who);
            let Some(code) = codes.and_then(|codes| codes.last()).cloned() else {
                return Ok(());
            };
            self.begin_step();
            let told = self.type_code(who, &code);
            let crashes = self.crashes;
            self.end_step(told, crashes).await?;
            self.drain().await?;
        }
        if self.tills[till].progress(number) == Progress::Choosing {
            self.happen(Happening::Choose(who)).await?;
            self.drain().await?;
        }
        Ok(())
    }

    /// A reset by the public way, from the opening to the sign-on.
    async fn reset_once_more(&mut self, who: Who) -> Result<(), String> {
        let (till, number) = who;
        let before = self.version_in_force(who).unwrap_or(0);
        let old = self.model.last_chosen(who).unwrap_or_default().to_owned();
        self.begin_step();
        let asked = Unheard {
            request: OpenRequest {
                named: Named {
                    merchant: MERCHANT.parse().unwrap(),
                    terminal: self.tills[till].enrolled.number.clone(),
                    operator: operator(number),
                },
                channel: Channel::App,
                reason: Reason::Forgotten,
            },
            member: None,
            manager: None,
            once: Once {
                principal: "holder".to_owned(),
                key: "the last opening".to_owned(),
                request_digest: [9; 32],
            },
            opened: None,
        };
        let crashes = self.crashes;
        let told = self.open(asked).await;
        self.end_step(told, crashes).await?;
        let Some(visit) = self.people.visits.last().cloned() else {
            return Err("the last case was not opened".to_owned());
        };
        for next in [Move::Challenge, Move::ProvePhone, Move::Submit] {
            self.moves(&visit, next).await?;
        }
        for member in [Member::FirstReviewer, Member::SecondReviewer] {
            if self.sight.stories[&visit.case].case.state() == State::InReview {
                self.moves(&visit, Move::Approve(member)).await?;
            }
        }
        self.use_code(who, State::Issued).await?;
        let state = self.sight.stories[&visit.case].case.state();
        if state != State::Effective || self.version_in_force(who) <= Some(before) {
            return Err(format!("the last case is {}", state.name()));
        }
        let new = self.model.last_chosen(who).unwrap_or_default().to_owned();
        for (digits, is_right) in [(old, false), (new, true)] {
            self.begin_step();
            let told = self.sign_on_with(who, &digits);
            let crashes = self.crashes;
            self.end_step(told, crashes).await?;
            self.drain().await?;
            if self.tills[till].is_signed_on(number) != is_right {
                return Err(format!("the right password: {is_right}, and it is not so"));
            }
        }
        Ok(())
    }
}
