//! Two weeks of a shop's trade, made up from its merchant number: the same shop, the
//! same trade. Busy at noon and in the evening and from Friday to Sunday, now and then
//! a refund or a voided sale, one batch that ran over midnight, and a payout on the day
//! after with the fee taken off. The bank's own system reports it over HTTP, as in the
//! field.
//!
//! What a shopkeeper would find in their own books goes to a file, for whoever plays
//! the caller.

use std::fmt::Write as _;

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use tillkey_rules::trade::Fen;
use tillkey_server::Shell;

use super::bank::Bank;
use super::shop::Shop;
use crate::failed::Failed;

/// How many days of trade there are.
const DAYS: u32 = 14;
/// How many rows go into one request.
const ROWS: usize = 500;
/// What the bank keeps of a sale, in parts of ten thousand.
const FEE: i64 = 38;
/// What a bowl costs, in fen.
const PRICES: [i64; 8] = [800, 1_200, 1_500, 1_680, 1_880, 2_200, 2_650, 3_200];

/// Everything that is reported, and what the shop knows of it.
#[derive(Default)]
struct Trade {
    transactions: Vec<Value>,
    settlements: Vec<Value>,
    books: String,
}

/// Makes a shop's trade up, reports it, and says of how many days.
pub(super) async fn report(shell: &Shell, bank: &Bank, shop: &Shop) -> Result<u32, Failed> {
    let today = shell.day(shell.now());
    let trade = Trade::of(shop, today, shell.config().utc_offset_hours);
    for (list, rows) in [
        ("transactions", &trade.transactions),
        ("settlements", &trade.settlements),
    ] {
        for rows in rows.chunks(ROWS) {
            let body = json!({ "currency": "CNY", list: rows });
            bank.post(&bank.core, &format!("/v1/{list}"), body).await?;
        }
    }
    let cannot = || Failed::because(format!("cannot write {}", shop.books.display()));
    if let Some(folder) = shop.books.parent() {
        std::fs::create_dir_all(folder).map_err(cannot())?;
    }
    std::fs::write(&shop.books, trade.books).map_err(cannot())?;
    Ok(DAYS)
}

impl Trade {
    fn of(shop: &Shop, today: Date, utc_offset_hours: i8) -> Self {
        let seed = shop.merchant.parse().unwrap_or(0);
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let mut trade = Self {
            books: "day,sales,sales_total,refunds,refunds_total,paid\n".to_owned(),
            ..Self::default()
        };
        let mut paid = None;
        for back in (1..=DAYS).rev() {
            let day = days_before(today, back);
            let morning = day.at(0, 0, 0, 0);
            // Where the merchants are, as an instant.
            let midnight = format!("{morning}{utc_offset_hours:+03}:00");
            let taken = Day {
                shop,
                day,
                midnight,
                batch: DAYS - back + 1,
            };
            let total = taken.make_up(&mut rng, &mut trade);
            total.write(&mut trade.books, day, paid);
            paid = Some(total.pay(shop, day, &mut trade.settlements));
        }
        trade
    }
}

fn days_before(today: Date, back: u32) -> Date {
    today.saturating_sub(SignedDuration::from_hours(i64::from(back) * 24))
}

/// What a day comes to.
#[derive(Default)]
struct Total {
    sales: u32,
    sales_fen: i64,
    refunds: u32,
    refunds_fen: i64,
    voids_fen: i64,
}

impl Total {
    fn write(&self, books: &mut String, day: Date, paid: Option<i64>) {
        let (sales, refunds) = (Fen::sum(self.sales_fen), Fen::sum(self.refunds_fen));
        let paid = paid.map(|fen| Fen::sum(fen).to_string());
        // Writing to a string does not fail.
        let _ = writeln!(
            books,
            "{day},{},{sales},{},{refunds},{}",
            self.sales,
            self.refunds,
            paid.unwrap_or_default()
        );
    }

    /// The payout of the day after.
    fn pay(&self, shop: &Shop, day: Date, settlements: &mut Vec<Value>) -> i64 {
        let gross = self.sales_fen - self.refunds_fen - self.voids_fen;
        let fees = gross * FEE / 10_000;
        settlements.push(json!({
            "reference": format!("{}-paid-{day}", shop.merchant), "merchant": shop.merchant,
            "paid_on": day.saturating_add(SignedDuration::from_hours(24)),
            "gross": gross, "fees": fees, "net": gross - fees,
        }));
        gross - fees
    }
}

/// One day that is being made up.
struct Day<'a> {
    shop: &'a Shop,
    day: Date,
    midnight: String,
    batch: u32,
}

impl Day<'_> {
    fn make_up(&self, rng: &mut ChaCha20Rng, trade: &mut Trade) -> Total {
        let weekend = matches!(
            self.day.weekday(),
            Weekday::Friday | Weekday::Saturday | Weekday::Sunday
        );
        let busy = if weekend { 45..60 } else { 28..42 };
        let mut total = Total::default();
        for number in 0..rng.gen_range(busy) {
            let bowls = rng.gen_range(1..4);
            let price = || PRICES.get(rng.gen_range(0..PRICES.len())).copied();
            let amount: i64 = std::iter::repeat_with(price).take(bowls).flatten().sum();
            self.row(trade, ("sale", number), amount, minute(rng));
            total.sales += 1;
            total.sales_fen += amount;
        }
        for number in 0..rng.gen_range(0..5u32).saturating_sub(1) {
            let amount = PRICES.get(rng.gen_range(0..PRICES.len())).copied();
            let amount = amount.unwrap_or(800) * 2;
            self.row(trade, ("refund", number), amount, minute(rng));
            total.refunds += 1;
            total.refunds_fen += amount;
        }
        if self.batch % 6 == 3 {
            self.row(trade, ("void", 0), 1_200, minute(rng));
            total.voids_fen += 1_200;
        }
        total
    }

    fn row(&self, trade: &mut Trade, (kind, number): (&str, u32), amount: i64, minute: i64) {
        // Once in the two weeks the shop stayed open past midnight and closed its batch
        // on the day after.
        let late = self.batch == 7 && number == 0 && kind == "sale";
        let minute = if late { 23 * 60 + 50 } else { minute };
        let settled_on =
            self.day
                .saturating_add(SignedDuration::from_hours(if late { 24 } else { 0 }));
        let midnight: Option<jiff::Timestamp> = self.midnight.parse().ok();
        let taken_at =
            midnight.and_then(|at| at.checked_add(SignedDuration::from_mins(minute)).ok());
        trade.transactions.push(json!({
            "reference": format!("{}-{}-{kind}-{number}", self.shop.merchant, self.day),
            "merchant": self.shop.merchant, "terminal": self.shop.terminal_number,
            "kind": kind, "amount": amount, "taken_at": taken_at, "batch": self.batch,
            "settled_on": settled_on,
        }));
    }
}

/// The minute of a day at which people come: at noon, or in the evening.
fn minute(rng: &mut ChaCha20Rng) -> i64 {
    if rng.gen_bool(0.55) {
        rng.gen_range(11 * 60..14 * 60)
    } else {
        rng.gen_range(17 * 60..21 * 60 + 30)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use jiff::civil::date;
    use tillkey_rules::trade::{TradeDay, draw};
    use tillkey_wire::ids::OperatorNumber;

    use super::*;

    fn shop() -> Shop {
        Shop {
            name: "老王面馆",
            merchant: "898290058120001".to_owned(),
            phone: String::new(),
            manager_phone: String::new(),
            credit_code: String::new(),
            holder: String::new(),
            terminal: String::new(),
            terminal_number: "10000001".to_owned(),
            serial_number: String::new(),
            profile: PathBuf::new(),
            books: PathBuf::new(),
            supervisor: OperatorNumber::new(0).unwrap(),
            cashier: OperatorNumber::new(1).unwrap(),
        }
    }

    #[test]
    fn the_same_shop_has_the_same_trade_and_enough_to_be_asked_about() {
        let today = date(2026, 3, 6);
        let trade = Trade::of(&shop(), today, 8);
        assert_eq!(trade.books, Trade::of(&shop(), today, 8).books);
        assert_eq!(trade.settlements.len(), 14);
        let days: Vec<TradeDay> = trade
            .books
            .lines()
            .skip(1)
            .map(|line| {
                let fields: Vec<&str> = line.split(',').collect();
                let fen = |at: usize| Fen::read_yuan(fields[at]).ok();
                TradeDay {
                    sales: fields[1].parse().unwrap(),
                    sales_total: fen(2).unwrap(),
                    refunds: fields[3].parse().unwrap(),
                    refunds_total: fen(4).unwrap(),
                    paid: fen(5),
                    ..TradeDay::empty(fields[0].parse().unwrap())
                }
            })
            .collect();
        assert_eq!(days.len(), 14);
        assert!(draw(&days, &BTreeSet::new(), "seed").is_some());
        // The first sale of the day in Shanghai is on that day, not the day before.
        let first = &trade.transactions[0];
        let taken_at: jiff::Timestamp = first["taken_at"].as_str().unwrap().parse().unwrap();
        let there = jiff::tz::Offset::from_hours(8)
            .unwrap()
            .to_datetime(taken_at);
        assert_eq!(there.date(), days[0].day);
    }
}
