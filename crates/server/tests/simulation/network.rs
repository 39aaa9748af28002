//! What the network does with frames: late, doubled, lost; and whoever listens on it.
//!
//! Frames of one connection keep their order, as TCP has it, and are lost together with
//! their connection. What was overheard is played back on any.

use tillkey_rules::attempts::Scope;
use tillkey_terminal::wire::message::{FromServer, Reply};

use crate::fate::Fate;
use crate::frame::{About, Down, Up};
use crate::till::Called;
use crate::world::{Delivered, World};

/// How many overheard frames are kept.
const OVERHEARD_MAX: usize = 64;

impl World {
    /// Connects a terminal.
    pub(crate) fn connect(&mut self, till: usize) -> Result<String, String> {
        self.tills[till].lose_link();
        self.tills[till].line = Some(self.server().connect());
        let called = self.tills[till].call(|terminal, _| terminal.connected());
        let told = self.take(till, &called, None)?;
        Ok(format!("till {till} connects{told}"))
    }

    /// The connection goes, with all that was on its way.
    pub(crate) fn cut(&mut self, till: usize) -> Result<String, String> {
        let called = self.tills[till].disconnect();
        let told = self.take(till, &called, None)?;
        Ok(format!("till {till} loses its link{told}"))
    }

    /// The next frame of a terminal comes to the server.
    pub(crate) async fn deliver_up(&mut self, till: usize) -> Result<String, String> {
        let Some(frame) = self.tills[till].up.pop_front() else {
            return Ok(format!("nothing comes from till {till}"));
        };
        let told = format!("till {till} {}", frame.shown);
        self.search(&frame.bytes, "a message of a terminal")?;
        self.overhear(till, frame.clone());
        self.delivered = Some(self.delivery(till, &frame));
        let may_tear = frame.about != About::Backup;
        let fate = self.fate(may_tear);
        if fate == Fate::LostBefore {
            self.delivered = None;
            self.crash(|_| ()).await;
            return Ok(format!("{told} is lost, the server crashes"));
        }
        let before = self.disk_before(fate);
        let line = self.tills[till].line.as_ref().expect("frames have a line");
        line.say(frame.bytes);
        self.quiet().await;
        if self.crash_by_fate(fate, before).await {
            return Ok(format!("{told}, and the server crashes: {fate:?}"));
        }
        let heard = self.collect()?;
        Ok(format!("{told}{heard}"))
    }

    /// A frame that was overheard is played to the server, on the terminal's own line or
    /// on a stranger's.
    pub(crate) async fn play_back(&mut self) -> Result<String, String> {
        let Some((till, frame)) = self.chance.one_of(&self.overheard).cloned() else {
            return Ok("nothing was overheard".to_owned());
        };
        let told = format!("#{} of till {till} is played back", frame.counter);
        let delivery = self.delivery(till, &frame);
        self.delivered = Some(delivery);
        let on = self.chance.below(self.tills.len() + 1);
        let place = match self.tills.get(on).map(|till| &till.line) {
            Some(Some(line)) => {
                line.say(frame.bytes);
                format!("on the line of till {on}")
            }
            _ => {
                if self.stranger.is_none() {
                    self.stranger = Some(self.server().connect());
                }
                self.stranger.as_ref().unwrap().say(frame.bytes);
                "on a stranger's line".to_owned()
            }
        };
        self.quiet().await;
        let heard = self.collect()?;
        Ok(format!("{told} {place}{heard}"))
    }

    /// The next frame of the server comes to a terminal; now and then it comes twice.
    pub(crate) fn deliver_down(&mut self, till: usize) -> Result<String, String> {
        let Some(frame) = self.tills[till].down.pop_front() else {
            return Ok(format!("nothing comes to till {till}"));
        };
        if !self.is_healed && self.chance.percent(3) {
            self.tills[till].down.push_front(frame.clone());
        }
        let called = self.tills[till].call(|terminal, rng| terminal.receive(&frame.bytes, rng));
        let told = self.take(till, &called, frame.counter)?;
        Ok(format!("to till {till}: {}{told}", frame.shown))
    }

    /// Takes up what the server said on all lines, and which of them it closed.
    pub(crate) fn collect(&mut self) -> Result<String, String> {
        let mut told = String::new();
        for till in 0..self.tills.len() {
            let Some(line) = &self.tills[till].line else {
                continue;
            };
            let (heard, closed) = (line.heard(), line.closed());
            for frame in heard {
                let frame = self.note_answer(till, frame)?;
                told.push_str(&format!(" > {}", frame.shown));
                self.tills[till].down.push_back(frame);
            }
            if let Some(why) = closed {
                told.push_str(&format!(" | closes till {till}: {why}"));
                // What was said before is read before the end is.
                self.tills[till].up.clear();
                while !self.tills[till].down.is_empty() && self.tills[till].line.is_some() {
                    told.push_str(" | ");
                    told.push_str(&self.deliver_down(till)?);
                    self.tills[till].up.clear();
                }
                told.push_str(" | ");
                told.push_str(&self.cut(till)?);
            }
        }
        if let Some(stranger) = &self.stranger {
            let is_replay = self.delivered.as_ref().is_some_and(|it| it.is_replay);
            // What was held back on its way is as good as new; what was taken is not.
            if !stranger.heard().is_empty() && is_replay {
                return Err("a stranger was answered".to_owned());
            }
            if stranger.closed().is_some() {
                told.push_str(" | the stranger is sent away");
                self.stranger = None;
            }
        }
        Ok(told)
    }

    /// Notes what the server has let out: it is held to it from now on.
    fn note_answer(&mut self, till: usize, bytes: Vec<u8>) -> Result<Down, String> {
        let message = self.tills[till].read_down(&bytes);
        let now = self.now();
        self.search(&bytes, "a message to a terminal")?;
        let frame = Down::of(bytes, &message);
        if let FromServer::Reply { in_reply_to, reply } = &message {
            if self.delivered.as_ref().is_some_and(|it| it.is_replay) {
                return Err(format!("a replay was answered: {}", frame.shown));
            }
            let answered = self.model.answered.entry(till).or_default();
            *answered = (*answered).max(*in_reply_to);
            self.note_reply(till, *in_reply_to, reply)?;
            if let Some(Delivered {
                about: About::Redeem(number),
                ..
            }) = &self.delivered
            {
                let who = (till, *number);
                let before = self.model.attempts(Scope::CodeEntry, who, now);
                let refused =
                    matches!(reply, Reply::Refused { code, .. } if code.as_str() == "too_many");
                if before >= Scope::CodeEntry.limit() && !refused {
                    return Err(format!("{who:?} has more tries than there are"));
                }
                self.model.attempt(Scope::CodeEntry, who, now);
            }
        }
        Ok(frame)
    }

    fn note_reply(&mut self, till: usize, counter: u64, reply: &Reply) -> Result<(), String> {
        let now = self.now();
        match reply {
            Reply::SignOnChallenge { .. } => {
                let typed = self.model.typed.get(&(till, counter)).cloned();
                let (number, _) = typed.ok_or("a sign-on is answered that nobody began")?;
                let who = (till, number);
                if self
                    .model
                    .held_until(who, now)
                    .is_some_and(|until| until > now)
                {
                    return Err(format!("a sign-on of {who:?} is answered that has to wait"));
                }
                self.model.attempt(Scope::SignOn, who, now);
                self.model.begun.insert(till, counter);
                let version = self.version_in_force(who);
                self.model.challenged.insert((till, counter), version);
            }
            Reply::SignedOn {
                credential_version, ..
            } => {
                let begun = self.model.begun.get(&till).copied().unwrap_or(0);
                let typed = self.model.typed.get(&(till, begun)).cloned();
                let (number, digits) = typed.ok_or("somebody is signed on who typed nothing")?;
                let who = (till, number);
                self.model.signed_on(who, *credential_version, &digits)?;
                if self.version_in_force(who) != Some(*credential_version) {
                    return Err(format!("{who:?} is signed on with a version not in force"));
                }
            }
            Reply::Effective {
                case,
                credential_version,
            } => {
                let found: i64 = self.sight.one(
                    "SELECT COUNT(*) FROM credentials WHERE case_id = ?1 AND version = ?2",
                    (case.to_string(), credential_version),
                );
                if found != 1 {
                    return Err(format!("{case} is said to be effective and is not"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What came of a call: notices that change what is known at the terminal.
    pub(crate) fn take(
        &mut self,
        till: usize,
        called: &Called,
        counter: Option<u64>,
    ) -> Result<String, String> {
        let mut told = String::new();
        if called.power_cut {
            self.after_power_cut(till);
            told.push_str(" | the power goes");
        }
        if let Some(fault) = &called.fault {
            told.push_str(&format!(" | {fault}"));
        }
        // A sign-on may begin by itself, once a password that was set without a link is
        // registered: it is the last that was typed.
        for frame in &self.tills[till].up {
            let of = (till, frame.counter);
            if frame.about == About::SignOnStart
                && let Some(keyed) = self.model.keyed.get(&till)
            {
                self.model.typed.entry(of).or_insert_with(|| keyed.clone());
            }
        }
        for notice in &called.notices {
            told.push_str(&format!(" | {}", self.notice(till, notice, counter)?));
        }
        self.after_call(till)?;
        Ok(told)
    }

    fn overhear(&mut self, till: usize, frame: Up) {
        if self.overheard.len() >= OVERHEARD_MAX {
            self.overheard.remove(0);
        }
        self.overheard.push((till, frame));
    }

    fn delivery(&self, till: usize, frame: &Up) -> Delivered {
        Delivered {
            till,
            about: frame.about,
            is_replay: frame.counter <= self.uplink(till),
        }
    }

    /// The highest counter that the server has taken from a terminal.
    pub(crate) fn uplink(&self, till: usize) -> u64 {
        let id = self.tills[till].enrolled.id.to_string();
        let found: i64 = self
            .sight
            .one("SELECT uplink FROM terminals WHERE id = ?1", (id,));
        u64::try_from(found).unwrap()
    }
}
