//! Imports: files that are made up row by row, always the same ones, and taken by the same
//! acts as `tillkey import` does. A quarter as many merchants and terminals as rows, four
//! operators on each terminal; the transactions jump from terminal to terminal, which is
//! worse for the indexes than a bank's file in the order of its merchants.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use tillkey_rules::party::Actor;
use tillkey_server::Shell;
use tillkey_server::act::import::{
    By, Counts, ImportFault, Outcome, Progress as Told, Sheet, import,
};

use super::Effort;
use super::clock::AheadClock;
use super::figure::{Figure, Target};
use super::machine::Stopwatch;
use super::world;
use crate::failed::Failed;
use crate::progress::Progress;

/// A million rows in under a minute.
const ROWS: Target = Target::AtLeast(1_000_000.0 / 60.0);
/// How many operators a terminal has.
const OPERATORS: u32 = 4;
/// A prime, and no divisor of any number of merchants that anybody would choose.
const STRIDE: u64 = 2_654_435_761;

/// Measures. Each file is imported once: filling an installation again and again would
/// take longer than everything else.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let folder = world::folder(&effort.data)?;
    let shell = world::open_in(folder.path(), Arc::new(AheadClock::default()))?;
    let shops = effort.rows.div_ceil(OPERATORS);
    let mut figures = Vec::new();
    for file in files(effort.rows, shops) {
        let path = folder.path().join(file.name);
        file.write(&path, shops)
            .map_err(Failed::because("a file cannot be written"))?;
        let (rate, counts) = run(&shell, &path, file.name)?;
        if (counts.new, counts.rows) != (file.rows, file.rows) {
            return Err(Failed::new(format!("not every row was new: {counts:?}")));
        }
        let mut figure = Figure::new(file.name, "1/s");
        if file.rows == effort.rows {
            figure = figure.must(ROWS);
        }
        figure.add(rate);
        figures.push(figure);
    }
    let mut again = Figure::new("the same transactions again", "1/s");
    let (rate, counts) = run(&shell, &folder.path().join("transactions"), "again")?;
    if (counts.new, counts.changed) != (0, 0) {
        return Err(Failed::new(format!("something was new again: {counts:?}")));
    }
    again.add(rate);
    figures.push(again);
    Ok(figures)
}

/// Imports a file, and says how many rows a second.
fn run(shell: &Shell, path: &Path, name: &'static str) -> Result<(f64, Counts), Failed> {
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
struct Made {
    name: &'static str,
    rows: u32,
    first: &'static str,
    /// A row by its number and how many shops there are.
    row: fn(u32, u32) -> String,
}

fn files(rows: u32, shops: u32) -> [Made; 4] {
    [
        Made {
            name: "merchants",
            rows: shops,
            first: "merchant_number,name,phone",
            row: |number, _| format!("822100058{number:06},面馆 {number} 号店,138{number:08}"),
        },
        Made {
            name: "terminals",
            rows: shops,
            first: "merchant_number,terminal_number,serial_number,model",
            row: |number, _| format!("822100058{number:06},{number:08},BENCH-{number:06},A920"),
        },
        Made {
            name: "operators",
            rows,
            first: "merchant_number,terminal_number,operator_number",
            row: |number, _| {
                let (shop, operator) = (number / OPERATORS, number % OPERATORS);
                format!("822100058{shop:06},{shop:08},{operator:02}")
            },
        },
        Made {
            name: "transactions",
            rows,
            first: "reference,merchant_number,terminal_number,kind,amount_yuan,taken_at,batch",
            row: transaction,
        },
    ]
}

fn transaction(number: u32, shops: u32) -> String {
    let shop = u64::from(number) * STRIDE % u64::from(shops);
    let (day, hour, minute) = (number % 28 + 1, 10 + number % 9, number % 60);
    let (yuan, fen, batch) = (number % 500 + 1, number % 100, number % 999 + 1);
    format!(
        "{number:012},822100058{shop:06},{shop:08},sale,{yuan}.{fen:02},\
         2026-01-{day:02} {hour}:{minute:02}:00,{batch}"
    )
}

impl Made {
    fn write(&self, path: &Path, shops: u32) -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        writeln!(file, "{}", self.first)?;
        for number in 0..self.rows {
            writeln!(file, "{}", (self.row)(number, shops))?;
        }
        file.flush()
    }
}
