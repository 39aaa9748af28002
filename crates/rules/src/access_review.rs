//! Once a year a merchant says of everybody who can sign on or sign in for it whether
//! they still should.
//!
//! 1. [`next`]: when a review is opened, when its merchant is reminded, and when there is
//!    nothing to do yet.
//! 2. [`complete`]: an answer for everybody, and for nobody else. What changed since the
//!    page was drawn is not answered for, and the review is drawn again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{ManagerId, OperatorNumber, Rank, TerminalId};

use crate::refusal::Refusal;
use crate::terms::{Terms, days_after};
use crate::vocabulary::ManagerRight;

/// How long a merchant goes unlooked at, so that other terms reach it within this time.
const LOOK_DAYS: u32 = 7;

/// Somebody with access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Holder {
    /// An operator of a terminal.
    Operator {
        /// Where.
        terminal: TerminalId,
        /// Which account.
        operator: OperatorNumber,
    },
    /// A manager.
    Manager {
        /// The account.
        manager: ManagerId,
    },
}

/// What is said of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// They still need it.
    Keep,
    /// It ends now.
    Remove,
}

impl Answer {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Remove => "remove",
        }
    }
}

impl std::str::FromStr for Answer {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "keep" => Ok(Self::Keep),
            "remove" => Ok(Self::Remove),
            _ => Err(()),
        }
    }
}

/// Whether whoever reviews may take somebody's access away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// They may.
    Removable,
    /// It is above their rights, or their own: they can only confirm it.
    KeptOnly,
}

/// Whether a manager with these rights may remove an operator: whoever may not reset a
/// rank may not take it away either (attack F07).
pub fn reach_operator(rights: &BTreeSet<ManagerRight>, rank: Rank) -> Reach {
    if rights.contains(&ManagerRight::to_reset(rank)) {
        Reach::Removable
    } else {
        Reach::KeptOnly
    }
}

/// Whether a manager may end another one's access: of one who may do nothing that they
/// may not, and never their own.
pub fn reach_manager(
    (by, own): (ManagerId, &BTreeSet<ManagerRight>),
    (other, rights): (ManagerId, &BTreeSet<ManagerRight>),
) -> Reach {
    if by != other && rights.is_subset(own) {
        Reach::Removable
    } else {
        Reach::KeptOnly
    }
}

/// Answers by whom they are about.
pub type Answers = BTreeMap<Holder, Answer>;

/// Takes the answers. Gives whom they remove, in order.
///
/// # Errors
/// [`Refusal::FactsChanged`] where one is about nobody here; [`Refusal::FormNotWhole`]
/// where one is missing; [`Refusal::NotAllowed`] where one reaches too far.
pub fn complete(
    holders: &BTreeMap<Holder, Reach>,
    answers: &Answers,
) -> Result<Vec<Holder>, Refusal> {
    if answers.keys().any(|holder| !holders.contains_key(holder)) {
        return Err(Refusal::FactsChanged);
    }
    if answers.len() < holders.len() {
        return Err(Refusal::FormNotWhole);
    }
    let mut removed = Vec::new();
    for (holder, reach) in holders {
        if answers.get(holder) == Some(&Answer::Remove) {
            if *reach == Reach::KeptOnly {
                return Err(Refusal::NotAllowed);
            }
            removed.push(*holder);
        }
    }
    Ok(removed)
}

/// How a merchant's review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// When the merchant was added, or last completed one.
    pub since: Timestamp,
    /// When the review that is open was opened.
    pub opened_at: Option<Timestamp>,
    /// Whether its merchant was reminded.
    pub is_reminded: bool,
    /// Whether the merchant is served: nobody signs on for one that is not.
    pub is_served: bool,
}

/// What time makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// A review is opened, and the merchant told.
    Open,
    /// The merchant is reminded.
    Remind,
    /// Nothing, before then.
    Nothing(Timestamp),
}

/// Looks at a merchant.
pub fn next(standing: &Standing, terms: &Terms, now: Timestamp) -> Due {
    let latest = days_after(now, LOOK_DAYS);
    let at = |due: Timestamp, what: Due| {
        if due <= now {
            what
        } else {
            Due::Nothing(due.min(latest))
        }
    };
    match standing.opened_at {
        _ if !standing.is_served => Due::Nothing(latest),
        Some(_) if standing.is_reminded => Due::Nothing(latest),
        Some(opened_at) => at(overdue_at(opened_at, terms), Due::Remind),
        None if terms.access_review_days == 0 => Due::Nothing(latest),
        None => at(
            days_after(standing.since, terms.access_review_days),
            Due::Open,
        ),
    }
}

/// From when on a review that was opened then is overdue.
pub fn overdue_at(opened_at: Timestamp, terms: &Terms) -> Timestamp {
    days_after(opened_at, terms.access_review_grace_days)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + day * 86_400).unwrap()
    }

    fn operator(number: u8) -> Holder {
        Holder::Operator {
            terminal: TerminalId::from_bytes([1; 10]),
            operator: OperatorNumber::new(number).unwrap(),
        }
    }

    const MANAGER: Holder = Holder::Manager {
        manager: ManagerId::from_bytes([2; 10]),
    };

    #[test]
    fn everybody_is_answered_for_and_nobody_else() {
        let holders = BTreeMap::from([
            (operator(1), Reach::Removable),
            (operator(99), Reach::KeptOnly),
            (MANAGER, Reach::Removable),
        ]);
        let answers = |list: &[(Holder, Answer)]| list.iter().copied().collect::<Answers>();
        use Answer::{Keep, Remove};
        let whole = [
            (operator(1), Remove),
            (operator(99), Keep),
            (MANAGER, Remove),
        ];
        assert_eq!(
            complete(&holders, &answers(&whole)),
            Ok(vec![operator(1), MANAGER])
        );
        let (missing, _) = whole.split_at(2);
        for (answers, why) in [
            (answers(missing), Refusal::FormNotWhole),
            (answers(&[]), Refusal::FormNotWhole),
            (
                answers(&[(operator(1), Keep), (operator(99), Remove), (MANAGER, Keep)]),
                Refusal::NotAllowed,
            ),
            // Added since the page was drawn, or another merchant's.
            (
                answers(&[whole[0], whole[1], whole[2], (operator(2), Keep)]),
                Refusal::FactsChanged,
            ),
        ] {
            assert_eq!(complete(&holders, &answers), Err(why));
        }
        assert_eq!(complete(&BTreeMap::new(), &answers(&[])), Ok(Vec::new()));
    }

    #[test]
    fn f07_nobody_ends_what_is_above_them_or_their_own() {
        use ManagerRight::{ManageOperators, ResetCashiers, ResetSupervisor, SeeRecords};
        let id = |number| ManagerId::from_bytes([number; 10]);
        let own = BTreeSet::from([ManageOperators, ResetCashiers, SeeRecords]);
        for (other, rights, expect) in [
            (2, vec![ResetCashiers], Reach::Removable),
            (
                2,
                vec![ManageOperators, ResetCashiers, SeeRecords],
                Reach::Removable,
            ),
            (2, vec![ResetCashiers, ResetSupervisor], Reach::KeptOnly),
            (1, vec![ResetCashiers], Reach::KeptOnly),
        ] {
            let rights = rights.into_iter().collect();
            assert_eq!(reach_manager((id(1), &own), (id(other), &rights)), expect);
        }
        assert_eq!(reach_operator(&own, Rank::Cashier), Reach::Removable);
        assert_eq!(reach_operator(&own, Rank::Supervisor), Reach::KeptOnly);
        assert_eq!(reach_operator(&own, Rank::Administrator), Reach::KeptOnly);
    }

    #[test]
    fn a_review_is_opened_after_a_year_and_reminded_of_once() {
        let terms = Terms::default();
        let before = Standing {
            since: day(0),
            opened_at: None,
            is_reminded: false,
            is_served: true,
        };
        let open = Standing {
            opened_at: Some(day(365)),
            ..before
        };
        let reminded = Standing {
            is_reminded: true,
            ..open
        };
        let closed = Standing {
            is_served: false,
            ..before
        };
        for (standing, now, expect) in [
            (before, 10, Due::Nothing(day(17))),
            (before, 362, Due::Nothing(day(365))),
            (before, 365, Due::Open),
            (closed, 400, Due::Nothing(day(407))),
            (open, 378, Due::Nothing(day(379))),
            (open, 379, Due::Remind),
            (reminded, 400, Due::Nothing(day(407))),
        ] {
            assert_eq!(next(&standing, &terms, day(now)), expect, "{now}");
        }
        let never = Terms {
            access_review_days: 0,
            ..terms
        };
        assert_eq!(next(&before, &never, day(900)), Due::Nothing(day(907)));
    }
}
