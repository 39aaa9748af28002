//! Shops by the hundred thousand, for whoever measures among many: files that are made up row
//! by row, always the same ones, and taken by the same act as `tillkey import` does. Four
//! operators on each terminal; the transactions jump from terminal to terminal, which is
//! worse for the indexes than a bank's file in the order of its merchants.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use tillkey_rules::party::Actor;
use tillkey_server::Shell;
use tillkey_server::act::import::{
    By, Counts, ImportFault, Outcome, Progress as Told, Sheet, import,
};
use tillkey_store::Database;

use super::clock::AheadClock;
use super::machine::Stopwatch;
use super::merchant::merchant_number;
use super::place::Place;
use crate::failed::Failed;
use crate::progress::Progress;

/// How many operators a terminal has.
const OPERATORS: u32 = 4;
/// A prime, and no divisor of any number of merchants that anybody would choose.
const STRIDE: u64 = 2_654_435_761;
/// Gives every operator a password that nobody knows, past the acts: there the terminals
/// would have to choose ten million. The records are as long as real ones.
const PASSWORDS: &str = "INSERT INTO credentials \
    (terminal, operator, version, record, case_id, state, created_at) \
    SELECT terminal, number, 1, RECORD, 'AAAAAAAAAAAAAAAA', 'active', created_at FROM operators \
    ORDER BY terminal, number; \
    UPDATE operators SET credential_version = 1;";
/// How many operators are imported at once: all that one file holds is one transaction.
const PART: u32 = 1_000_000;

/// Fills a place with so many operators, each with a password, and their shops.
pub(super) fn fill(place: &Place, operators: u32) -> Result<(), Failed> {
    let shell = place.open(Arc::new(AheadClock::default()))?;
    for from in (0..operators).step_by(PART.try_into().unwrap_or(usize::MAX)) {
        let part = from..operators.min(from.saturating_add(PART));
        // The last file has the transactions.
        let [merchants, terminals, of_terminals, _] = files(part);
        for file in [merchants, terminals, of_terminals] {
            file.import(&shell, place.path())?;
            // It is as large as a part of the database.
            std::fs::remove_file(place.path().join(file.name))
                .map_err(Failed::because("a file cannot be removed"))?;
        }
    }
    drop(shell);
    let record = match place.database() {
        Database::Sqlite => "zeroblob(192)",
        Database::Postgres(_) => "decode(repeat('00', 192), 'hex')",
    };
    place.run(&PASSWORDS.replace("RECORD", record))?;
    match place.database() {
        // As autovacuum would in its own time.
        Database::Postgres(_) => place.run("VACUUM (ANALYZE)"),
        Database::Sqlite => Ok(()),
    }
}

/// Imports a file, and says how many rows a second.
pub(super) fn take(
    shell: &Shell,
    path: &Path,
    name: &'static str,
) -> Result<(f64, Counts), Failed> {
    let fault = || Failed::because::<ImportFault>("not imported");
    let by = By {
        acquirer: shell.home().clone(),
        actor: Actor::System,
    };
    let bar = Progress::new(name);
    let watch = Stopwatch::start();
    let sheet = Sheet::look_at(path, None).map_err(fault())?;
    let told: Told = Arc::new(move |done, of| bar.show(done, of));
    let outcome = import(shell, &sheet, &by, &told).map_err(fault())?;
    let took = watch.stop();
    match outcome {
        Outcome::Right(counts) => Ok((took.rate(f64::from(counts.rows)), counts)),
        Outcome::Wrong(wrong) => Err(Failed::new(format!("rows are wrong: {wrong:?}"))),
    }
}

/// A file that is made up.
pub(super) struct Made {
    pub(super) name: &'static str,
    /// The numbers of its rows.
    numbers: Range<u32>,
    first: &'static str,
    /// A row by its number and how many shops there are.
    row: fn(u32, u32) -> String,
}

/// All four, for the operators and the transactions with these numbers.
pub(super) fn files(rows: Range<u32>) -> [Made; 4] {
    let shops = rows.start / OPERATORS..shops_of(rows.end);
    [
        Made {
            name: "merchants",
            numbers: shops.clone(),
            first: "merchant_number,name,phone",
            row: |number, _| format!("{},面馆 {number} 号店,{}", shop(number), phone(number)),
        },
        Made {
            name: "terminals",
            numbers: shops,
            first: "merchant_number,terminal_number,serial_number,model",
            row: |number, _| {
                format!(
                    "{},{number:08},{},A920",
                    shop(number),
                    serial_number(number)
                )
            },
        },
        Made {
            name: "operators",
            numbers: rows.clone(),
            first: "merchant_number,terminal_number,operator_number",
            row: |number, _| {
                let (place, operator) = (number / OPERATORS, number % OPERATORS);
                format!("{},{place:08},{operator:02}", shop(place))
            },
        },
        Made {
            name: "transactions",
            numbers: rows,
            first: "reference,merchant_number,terminal_number,kind,amount_yuan,taken_at,batch",
            row: transaction,
        },
    ]
}

/// How many shops so many operators work in.
pub(super) const fn shops_of(operators: u32) -> u32 {
    operators.div_ceil(OPERATORS)
}

/// The merchant number of a shop.
pub(super) fn shop(number: u32) -> String {
    merchant_number(2 * u64::from(number))
}

/// The phone of a shop.
pub(super) fn phone(number: u32) -> String {
    format!("+86138{number:08}")
}

/// The serial number of a shop's terminal.
pub(super) fn serial_number(number: u32) -> String {
    format!("SHOP-{number:08}")
}

fn transaction(number: u32, shops: u32) -> String {
    let place = u64::from(number) * STRIDE % u64::from(shops);
    let place = u32::try_from(place).unwrap_or_default();
    let (day, hour, minute) = (number % 28 + 1, 10 + number % 9, number % 60);
    let (yuan, fen, batch) = (number % 500 + 1, number % 100, number % 999 + 1);
    format!(
        "{number:012},{},{place:08},sale,{yuan}.{fen:02},\
         2026-01-{day:02} {hour}:{minute:02}:00,{batch}",
        shop(place)
    )
}

impl Made {
    /// How many rows it has.
    pub(super) const fn rows(&self) -> u32 {
        self.numbers.end - self.numbers.start
    }

    /// Writes it into a folder, and imports it: how many rows a second.
    pub(super) fn import(&self, shell: &Shell, folder: &Path) -> Result<f64, Failed> {
        let path = folder.join(self.name);
        self.write(&path)
            .map_err(Failed::because("a file cannot be written"))?;
        let (rate, counts) = take(shell, &path, self.name)?;
        if (counts.new, counts.rows) == (self.rows(), self.rows()) {
            return Ok(rate);
        }
        Err(Failed::new(format!("not every row was new: {counts:?}")))
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        writeln!(file, "{}", self.first)?;
        let shops = shops_of(self.numbers.end);
        for number in self.numbers.clone() {
            writeln!(file, "{}", (self.row)(number, shops))?;
        }
        file.flush()
    }
}
