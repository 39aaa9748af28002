//! A made-up acquirer's normal days, the same for the same seed.
//!
//! Shops of all hours sign on, stay late, forget passwords, mistype codes, change their
//! contact; a hotline and a counter serve them, with busy Mondays. Nobody attacks.

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::stage::{
    Happened, at, contact_changed, happened, held, looked_up, matched, merchant, not_matched,
    opened, signed_on, staff, terminal,
};
use crate::event::{CaseEvent, Event};
use crate::party::{Actor, Role};

/// How many shops there are.
pub(super) const MERCHANTS: u32 = 2_000;
/// How many agents answer the hotline.
const AGENTS: u32 = 12;
/// How many clerks sit at counters.
const CLERKS: u32 = 6;
/// How many reviewers there are.
const REVIEWERS: u32 = 3;

/// A shop's habits.
struct Shop {
    /// When it opens, in minutes after midnight.
    opens: i64,
    /// How many minutes it is open; past midnight for some.
    open_minutes: i64,
    /// How many sign-ons it has a day.
    sign_ons: u32,
    /// The weekday on which it is closed; 7 for never.
    closed_on: u32,
}

/// Makes one day after the other.
pub(super) struct Traffic {
    rng: ChaCha8Rng,
    shops: Vec<Shop>,
    /// Shops whose owner got a new phone yesterday, and a password to go with it today.
    new_phones: Vec<u32>,
}

impl Traffic {
    pub(super) fn from_seed(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let shops = (0..MERCHANTS).map(|_| Shop::any(&mut rng)).collect();
        Self {
            rng,
            shops,
            new_phones: Vec::new(),
        }
    }

    /// Everything that happens on a day, in order.
    pub(super) fn day(&mut self, day: u32) -> Vec<Happened> {
        let mut all = Vec::new();
        for of in 0..MERCHANTS {
            self.shop_day(day, of, &mut all);
        }
        self.new_phones(day, &mut all);
        self.office_day(day, &mut all);
        all.sort_by_key(|happened| happened.entry.at);
        all
    }

    fn shop_day(&mut self, day: u32, of: u32, all: &mut Vec<Happened>) {
        let rng = &mut self.rng;
        let shop = &self.shops[usize::try_from(of).unwrap()];
        if day % 7 == shop.closed_on {
            return;
        }
        let opens = shop.opens + rng.gen_range(-40..=40);
        all.push(signed_on(of, at(day, opens)));
        for _ in 1..shop.sign_ons {
            let minute = opens + rng.gen_range(0..shop.open_minutes);
            all.push(signed_on(of, at(day, minute)));
        }
        // Deliveries before opening, customers who stay.
        if rng.gen_bool(0.02) {
            let late = opens + shop.open_minutes + rng.gen_range(0..150);
            let early = opens - rng.gen_range(0..120);
            let minute = if rng.gen_bool(0.7) { late } else { early };
            all.push(signed_on(of, at(day, minute)));
        }
        // About one shop in eight forgets a password within a month.
        if rng.gen_bool(0.004) {
            let minute = opens + rng.gen_range(0..shop.open_minutes.min(600));
            self.forgets(day, of, minute, all);
        }
        if self.rng.gen_bool(0.000_3) {
            let minute = opens + self.rng.gen_range(0..300);
            all.push(contact_changed(of, at(day, minute)));
        }
        if self.rng.gen_bool(0.000_01) {
            self.new_phones.push(of);
        }
        if self.rng.gen_bool(0.000_1) {
            all.push(moved(of, at(day, opens + 60)));
        }
    }

    /// Some tries at the till, then a reset by one of the ways.
    fn forgets(&mut self, day: u32, of: u32, from: i64, all: &mut Vec<Happened>) {
        let rng = &mut self.rng;
        let mut minute = from;
        // From the sixth try on there are waits, and they are ledger entries.
        let tries = rng.gen_range(2..=9_u32);
        for beyond in 0..tries.saturating_sub(5) {
            all.push(held(of, at(day, minute)));
            minute += 1 + (1_i64 << beyond) / 2;
        }
        let by = match rng.gen_range(0..10) {
            0..=3 => Actor::Holder,
            4..=6 => agent(rng.gen_range(0..AGENTS)),
            7 => clerk(rng.gen_range(0..CLERKS)),
            // At the till itself: a supervisor's word, and nothing to prove.
            _ => return,
        };
        minute += 3;
        if matches!(by, Actor::Staff { .. }) {
            all.push(looked_up(Some(of), at(day, minute), by.clone()));
        }
        all.push(opened(of, at(day, minute), by.clone()));
        for _ in 0..wrong(rng) {
            minute += 1;
            all.push(not_matched(of, at(day, minute)));
        }
        all.push(matched(of, at(day, minute + 1)));
        if matches!(by, Actor::Staff { .. }) {
            all.push(reviewed(
                of,
                at(day, minute + 9),
                rng.gen_range(0..REVIEWERS),
            ));
        }
        for _ in 0..wrong(rng) {
            minute += 1;
            all.push(mistyped(of, at(day, minute + 12)));
        }
        all.push(signed_on(of, at(day, minute + 14)));
    }

    /// A new phone, its number registered, and on the next day a forgotten password: it
    /// happens, and looks like an attack.
    fn new_phones(&mut self, day: u32, all: &mut Vec<Happened>) {
        for of in std::mem::take(&mut self.new_phones) {
            let opens = self.shops[usize::try_from(of).unwrap()].opens;
            all.push(contact_changed(of, at(day, opens + 30)));
            self.forgets(day, of, opens + 200, all);
        }
    }

    /// What staff look up for calls that are about something else, and applications.
    fn office_day(&mut self, day: u32, all: &mut Vec<Happened>) {
        let busy = if day.is_multiple_of(7) { 3 } else { 2 };
        for number in 0..AGENTS + CLERKS {
            if (day + number) % 7 >= 5 {
                continue;
            }
            let by = match number.checked_sub(AGENTS) {
                None => agent(number),
                Some(clerk_number) => clerk(clerk_number),
            };
            for _ in 0..self.rng.gen_range(4..=12) * busy / 2 {
                let minute = self.rng.gen_range(9 * 60..18 * 60);
                // One in twelve mistypes the number.
                let found = (!self.rng.gen_ratio(1, 12)).then(|| self.rng.gen_range(0..MERCHANTS));
                all.push(looked_up(found, at(day, minute), by.clone()));
            }
        }
    }
}

impl Shop {
    fn any(rng: &mut ChaCha8Rng) -> Self {
        let (opens, open_minutes) = match rng.gen_range(0..20) {
            // Breakfast, noodles, offices, shops, bars, and those that never close.
            0..=2 => (5 * 60 + 30, 8 * 60),
            3..=8 => (9 * 60, 12 * 60),
            9..=12 => (8 * 60, 9 * 60),
            13..=17 => (10 * 60, 11 * 60),
            18 => (17 * 60, 9 * 60),
            _ => (7 * 60, 24 * 60),
        };
        Self {
            opens: opens + rng.gen_range(-30..=30),
            open_minutes,
            sign_ons: rng.gen_range(2..=5),
            closed_on: rng.gen_range(0..=7),
        }
    }
}

/// How often somebody types a code wrong.
fn wrong(rng: &mut ChaCha8Rng) -> u32 {
    match rng.gen_range(0..20) {
        0..=15 => 0,
        16..=18 => 1,
        _ => 2,
    }
}

fn agent(number: u32) -> Actor {
    staff(&format!("agent.{number}"), Role::Agent)
}

fn clerk(number: u32) -> Actor {
    staff(&format!("clerk.{number}"), Role::Clerk)
}

fn reviewed(of: u32, at: jiff::Timestamp, reviewer: u32) -> Happened {
    let event = CaseEvent::Reviewed {
        approved: true,
        comment_digest: None,
    };
    let by = staff(&format!("reviewer.{reviewer}"), Role::Reviewer);
    happened(of, at, by, Event::Case(event))
}

fn mistyped(of: u32, at: jiff::Timestamp) -> Happened {
    let event = CaseEvent::CodeMistyped { tries_left: 4 };
    let by = Actor::Terminal {
        terminal: terminal(of),
    };
    happened(of, at, by, Event::Case(event))
}

fn moved(of: u32, at: jiff::Timestamp) -> Happened {
    let event = Event::TerminalMoved {
        terminal: terminal(of),
        from: merchant(of),
        merchant: merchant((of + 1) % MERCHANTS),
        number: "T0000001".parse().unwrap(),
    };
    happened(of, at, staff("wang.admin", Role::Administrator), event)
}
