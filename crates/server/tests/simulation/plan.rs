//! What happens next: drawn from all that could happen now, each with its weight.

use tillkey_server::act::{tick, watch};
use tillkey_server::sweep;
use tillkey_terminal::Progress;

use crate::model::{Who, seconds};
use crate::people::VISITS_MAX;
use crate::till::OPERATORS;
use crate::world::World;

/// One thing that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Happening {
    Up(usize),
    Down(usize),
    Connect(usize),
    Cut(usize),
    PlayBack,
    Resend(usize),
    SignOn(Who),
    SignOff(Who),
    Redeem(Who),
    Choose(Who),
    Supervise(Who),
    Sale(Who),
    Settle(Who),
    PowerCut(usize),
    OpenCase,
    OpenAgain,
    Portal,
    Visit,
    Carry,
    Tick,
    Watch,
    Prune,
    Time,
    Crash,
}

impl World {
    /// Draws what happens next, lets it happen, and holds it against what must hold.
    pub(crate) async fn step(&mut self) -> Result<(), String> {
        let next = self.draw();
        self.happen(next).await
    }

    /// Lets something happen, and holds it against what must hold.
    pub(crate) async fn happen(&mut self, next: Happening) -> Result<(), String> {
        self.begin_step();
        let crashes = self.crashes;
        let told = self.perform(next).await;
        self.end_step(told, crashes).await
    }

    /// Time passes before everything that happens.
    pub(crate) fn begin_step(&mut self) {
        self.delivered = None;
        self.people.is_opening = false;
        self.clock.advance(seconds(1));
    }

    /// Writes down what happened, and holds it against what must hold.
    pub(crate) async fn end_step(
        &mut self,
        told: Result<String, String>,
        crashes_before: u32,
    ) -> Result<(), String> {
        let has_crashed = self.crashes > crashes_before;
        let told = match told {
            Ok(told) => told,
            Err(why) => {
                self.trace.add(why.clone());
                return Err(why);
            }
        };
        let mut held = self.hold(has_crashed);
        // What a step touched is looked at anyway; to look at everything is dear.
        if has_crashed && held.is_ok() && self.chance.percent(10) {
            held = self.audit().await.and(held);
        }
        let after = held.as_ref().unwrap_or_else(|why| why);
        let second = self.now().as_second() % 1_000_000;
        self.trace.add(format!("{second} {told} => {after}"));
        held.map(|_| ())
    }

    fn draw(&mut self) -> Happening {
        let storm = self.storm;
        let mut possible = vec![
            (3, Happening::Time),
            (2, Happening::Tick),
            (1, Happening::Watch),
            (1, Happening::Prune),
            (storm, Happening::Crash),
            (storm, Happening::PlayBack),
        ];
        if self.has_messages_due() {
            possible.push((30, Happening::Carry));
        }
        if self.people.visits.len() < VISITS_MAX {
            possible.push((6, Happening::OpenCase));
            possible.push((4, Happening::Portal));
        }
        if !self.people.visits.is_empty() {
            possible.push((24, Happening::Visit));
        }
        if !self.people.unheard.is_empty() {
            possible.push((10, Happening::OpenAgain));
        }
        for till in 0..self.tills.len() {
            self.possible_at(till, &mut possible);
        }
        self.chance.weighed(&possible)
    }

    fn possible_at(&self, till: usize, possible: &mut Vec<(u32, Happening)>) {
        let here = &self.tills[till];
        if here.line.is_some() {
            possible.push((self.storm, Happening::Cut(till)));
            possible.push((1, Happening::Resend(till)));
        } else {
            possible.push((14, Happening::Connect(till)));
        }
        possible.push((self.storm, Happening::PowerCut(till)));
        if !here.up.is_empty() {
            possible.push((60, Happening::Up(till)));
        }
        if !here.down.is_empty() {
            possible.push((60, Happening::Down(till)));
        }
        let is_busy = !here.up.is_empty() || !here.down.is_empty();
        for number in OPERATORS {
            let who = (till, number);
            let is_linked = here.line.is_some();
            match here.progress(number) {
                Progress::Choosing => possible.push((24, Happening::Choose(who))),
                Progress::Idle if is_linked && self.people.codes.contains_key(&who) => {
                    possible.push((12, Happening::Redeem(who)));
                }
                // A guess, without anything that was issued.
                Progress::Idle if is_linked && number == 1 && !is_busy => {
                    possible.push((1, Happening::Redeem(who)));
                }
                _ => {}
            }
            if !is_busy {
                possible.push((3, Happening::SignOn(who)));
            }
            if here.is_signed_on(number) {
                possible.push((1, Happening::SignOff(who)));
                if here.enrolled.keeps_journal && number > 0 {
                    possible.push((4, Happening::Sale(who)));
                    possible.push((1, Happening::Settle(who)));
                }
            }
            if number > 0 && here.is_signed_on(0) {
                possible.push((3, Happening::Supervise(who)));
            }
        }
    }

    async fn perform(&mut self, next: Happening) -> Result<String, String> {
        match next {
            Happening::Up(till) => self.deliver_up(till).await,
            Happening::Down(till) => self.deliver_down(till),
            Happening::Connect(till) => self.connect(till),
            Happening::Cut(till) => self.cut(till),
            Happening::PlayBack => self.play_back().await,
            Happening::Resend(till) => self.resend(till),
            Happening::SignOn(who) => self.sign_on(who),
            Happening::SignOff(who) => self.sign_off(who),
            Happening::Redeem(who) => self.redeem(who),
            Happening::Choose(who) => self.choose(who),
            Happening::Supervise(who) => self.supervise(who),
            Happening::Sale(who) => self.sale(who),
            Happening::Settle(who) => self.settle(who),
            Happening::PowerCut(till) => Ok(self.cut_power(till)),
            Happening::OpenCase => self.open_case().await,
            Happening::OpenAgain => self.open_again().await,
            Happening::Portal => self.portal().await,
            Happening::Visit => self.visit().await,
            Happening::Carry => self.carry().await,
            Happening::Tick | Happening::Watch | Happening::Prune => self.sweep(next).await,
            Happening::Time => Ok(self.pass_time()),
            Happening::Crash => {
                self.crash(|_| ()).await;
                Ok("the server crashes".to_owned())
            }
        }
    }

    /// What the server does by itself.
    async fn sweep(&mut self, next: Happening) -> Result<String, String> {
        let shell = self.server().shell.clone();
        let done = match next {
            Happening::Tick => tick::tick(&shell).await.map(|_| ()),
            Happening::Watch => watch::look(&shell).await.map(|_| ()),
            _ => sweep::prune(&shell)
                .await
                .map_err(tillkey_server::act::Failure::from),
        };
        done.map_err(|failure| format!("the sweep failed: {failure}"))?;
        self.quiet().await;
        let heard = self.collect()?;
        Ok(format!("{next:?}{heard}"))
    }

    pub(crate) fn has_messages_due(&self) -> bool {
        let due: i64 = self.sight.one(
            "SELECT COUNT(*) FROM outbox WHERE state = 'waiting' AND next_at <= ?1",
            (self.now().as_millisecond(),),
        );
        due > 0
    }

    fn pass_time(&mut self) -> String {
        let longest =
            self.chance
                .weighed(&[(70, 40), (22, 12 * 60), (6, 6 * 60 * 60), (2, 30 * 60 * 60)]);
        let passed = 1 + self.chance.below(longest);
        self.clock.advance(seconds(i64::try_from(passed).unwrap()));
        format!("{passed} s pass")
    }
}
