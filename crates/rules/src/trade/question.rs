//! Which facts are asked for, and whether the answers are right.
//!
//! Four questions, three right answers to the fen. At most one of them is *soft* (a
//! count, or a sum of few refunds, of which there are some dozens): whoever matches
//! has two amounts exactly, each of at least a thousand that it could have been.
//!
//! What is drawn depends on a secret seed and the books, on nothing that a caller
//! says. How long a drawing holds is the shell's: it keeps one for the merchant, so
//! that neither asking again nor another case brings other questions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use tillkey_wire::ids::InvalidId;

use super::{Fen, TradeDay};
use crate::policy::Bilingual;
use crate::vocabulary::QuestionKind;

/// How many questions are asked at once.
pub const QUESTIONS: usize = 4;
/// How many have to be answered rightly. One may be wrong: people misread a digit.
pub const ANSWERS_NEEDED: usize = 3;
/// How far back the books are looked at.
pub const LOOK_BACK_DAYS: i64 = 31;
/// Below so many days with an amount to ask for there is too little trade. With
/// three picks each barring three days at most, a fourth is always left.
const DAYS_MIN: usize = 10;
/// How far apart two days are that are asked for: what is paid out tells what was
/// sold the day before.
const DAYS_APART: i64 = 2;
/// A total of fewer sales is a handful of receipts.
const SALES_MIN: u32 = 10;
/// Fewer sales are counted in one's head by whoever stood in the shop.
const COUNT_MIN: u32 = 20;
/// A total of fewer refunds is a receipt or two.
const REFUNDS_MIN: u32 = 3;
/// A smaller amount could be guessed: a hundred yuan.
const AMOUNT_MIN: i64 = 10_000;
/// An amount of whole tens of yuan is what somebody who guesses says first.
const ROUND: i64 = 1_000;

/// A question about one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// What is asked.
    pub kind: QuestionKind,
    /// About which day.
    pub day: Date,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.day)
    }
}

impl FromStr for Question {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        const INVALID: InvalidId = InvalidId {
            kind: "question",
            rule: "as the case gives it, such as net_paid/2026-03-02",
        };
        let (kind, day) = text.split_once('/').ok_or(INVALID)?;
        let question = Self {
            kind: kind.parse().map_err(|_| INVALID)?,
            day: day.parse().map_err(|_| INVALID)?,
        };
        // One spelling: a date can be written in several ways.
        if question.to_string() == text {
            Ok(question)
        } else {
            Err(INVALID)
        }
    }
}

impl Serialize for Question {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Question {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

impl Question {
    /// The words in which it is read out.
    pub fn wording(self) -> Bilingual {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let (month, day) = (self.day.month(), self.day.day());
        let name = usize::from(month.unsigned_abs())
            .checked_sub(1)
            .and_then(|at| MONTHS.get(at))
            .unwrap_or(&"");
        let (zh, en) = match self.kind {
            QuestionKind::SalesTotal => (
                format!("{month} 月 {day} 日全天销售总额是多少元？（所有终端合计，不扣退货）"),
                format!(
                    "What did the sales of {day} {name} come to, in yuan? \
                     (All terminals together, refunds not taken off.)"
                ),
            ),
            QuestionKind::SalesCount => (
                format!("{month} 月 {day} 日全天一共有多少笔销售？（所有终端合计，不含退货）"),
                format!(
                    "How many sales were there on {day} {name}? \
                     (All terminals together, refunds not counted.)"
                ),
            ),
            QuestionKind::RefundsTotal => (
                format!("{month} 月 {day} 日全天退货总额是多少元？（所有终端合计）"),
                format!(
                    "What did the refunds of {day} {name} come to, in yuan? \
                     (All terminals together.)"
                ),
            ),
            QuestionKind::NetPaid => (
                format!("{month} 月 {day} 日到账金额是多少元？"),
                format!("How much was paid into the account on {day} {name}, in yuan?"),
            ),
        };
        Bilingual::new(zh, en)
    }

    /// Reads an answer as it is typed: yuan for an amount, digits for a count.
    ///
    /// # Errors
    /// [`InvalidId`] with the rule.
    pub fn read(self, typed: &str) -> Result<i64, InvalidId> {
        if self.kind.is_amount() {
            return Fen::read_yuan(typed).map(Fen::fen);
        }
        let typed = typed.trim();
        let plain = (1..=6).contains(&typed.len()) && typed.bytes().all(|b| b.is_ascii_digit());
        typed.parse().ok().filter(|_| plain).ok_or(InvalidId {
            kind: "count",
            rule: "1 to 6 digits",
        })
    }

    /// What the books say, where it is fit to be asked for: settled, and nothing that
    /// a guess would hit.
    fn answer(self, books: &TradeDay) -> Option<i64> {
        let settled = books.unsettled == 0;
        // A voided sale was and was not: honest people count it both ways.
        let plain = settled && books.voids == 0;
        match self.kind {
            QuestionKind::SalesTotal => {
                hard(books.sales_total).filter(|_| plain && books.sales >= SALES_MIN)
            }
            QuestionKind::SalesCount => Some(i64::from(books.sales))
                .filter(|count| plain && books.sales >= COUNT_MIN && count % 10 != 0),
            QuestionKind::RefundsTotal => {
                hard(books.refunds_total).filter(|_| settled && books.refunds >= REFUNDS_MIN)
            }
            QuestionKind::NetPaid => books.paid.and_then(hard),
        }
    }

    fn is_soft(self) -> bool {
        matches!(
            self.kind,
            QuestionKind::SalesCount | QuestionKind::RefundsTotal
        )
    }
}

/// An amount that is not small, and not round.
fn hard(amount: Fen) -> Option<i64> {
    let fen = amount.fen();
    (fen >= AMOUNT_MIN && fen % ROUND != 0).then_some(fen)
}

/// Draws the questions of a case. None where there is too little trade; then whoever
/// asks is given [`made_up`] ones, and nothing ever matches.
pub fn draw(
    days: &[TradeDay],
    asked_before: &BTreeSet<Question>,
    seed: &str,
) -> Option<Vec<Question>> {
    let mut candidates = candidates(days, asked_before);
    let hard_days: BTreeSet<Date> = candidates
        .iter()
        .filter(|question| !question.is_soft())
        .map(|question| question.day)
        .collect();
    if hard_days.len() < DAYS_MIN {
        return None;
    }
    candidates.sort_by_key(|question| rank(seed, *question));
    let mut drawn: Vec<Question> = Vec::new();
    for question in candidates {
        let near = |other: &Question| {
            question.day.duration_since(other.day).abs().as_hours() < DAYS_APART * 24
        };
        let soft_again = question.is_soft() && drawn.iter().any(|other| other.is_soft());
        if drawn.len() < QUESTIONS && !soft_again && !drawn.iter().any(near) {
            drawn.push(question);
        }
    }
    // In the order of the calendar, so that people can leaf through their books once.
    drawn.sort_by_key(|question| (question.day, question.kind));
    (drawn.len() == QUESTIONS).then_some(drawn)
}

/// Everything that could be asked for.
fn candidates(days: &[TradeDay], asked_before: &BTreeSet<Question>) -> Vec<Question> {
    let mut seen: BTreeMap<(QuestionKind, i64), u32> = BTreeMap::new();
    let mut all = Vec::new();
    for books in days {
        for kind in QuestionKind::ALL.iter().copied() {
            let day = books.day;
            let question = Question { kind, day };
            if let Some(answer) = question.answer(books) {
                *seen.entry((kind, answer)).or_default() += 1;
                all.push((question, answer));
            }
        }
    }
    // An amount that comes back day after day is known to whoever saw it once.
    all.retain(|(question, answer)| {
        let often = seen.get(&(question.kind, *answer)).copied();
        !asked_before.contains(question) && (question.is_soft() || often == Some(1))
    });
    all.into_iter().map(|(question, _)| question).collect()
}

fn rank(seed: &str, question: Question) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.as_bytes());
    hash.update([0]);
    hash.update(question.to_string().as_bytes());
    hash.finalize().into()
}

/// Questions about trade that nobody knows of: for a merchant that does not exist,
/// or has too little. They look like any others.
pub fn made_up(today: Date, seed: &str) -> Vec<Question> {
    let rest = u8::from_str_radix(seed.get(..1).unwrap_or("0"), 16).unwrap_or(0) % 7;
    let mut days = Vec::new();
    let mut day = today;
    for back in 1..LOOK_BACK_DAYS {
        let Ok(before) = day.yesterday() else { break };
        day = before;
        let mut books = TradeDay::empty(day);
        // Shops have a day of rest, and yesterday is rarely settled.
        if day.weekday().to_monday_zero_offset().unsigned_abs() != rest {
            books.paid = Some(Fen::sum(AMOUNT_MIN + back * 100 + 1));
            if back > 1 {
                books.sales = COUNT_MIN + 1;
                books.sales_total = Fen::sum(AMOUNT_MIN + back * 100 + 7);
            }
            if back % 5 == 2 {
                books.refunds = REFUNDS_MIN;
                books.refunds_total = Fen::sum(AMOUNT_MIN + back);
            }
        }
        days.push(books);
    }
    draw(&days, &BTreeSet::new(), seed).unwrap_or_default()
}

/// Whether enough of the answers are what the books say, to the fen.
pub fn are_known(asked: &[Question], answers: &BTreeMap<Question, i64>, days: &[TradeDay]) -> bool {
    let right = |question: &&Question| {
        let books = days.iter().find(|books| books.day == question.day);
        let known = books.and_then(|books| question.answer(books));
        known.is_some() && known == answers.get(question).copied()
    };
    asked.len() == QUESTIONS && asked.iter().filter(right).count() >= ANSWERS_NEEDED
}
