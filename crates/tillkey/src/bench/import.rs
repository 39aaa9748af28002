//! Imports: the files of so many shops, a quarter as many merchants and terminals as rows.

use std::sync::Arc;

use super::Effort;
use super::clock::AheadClock;
use super::figure::{Figure, Target};
use super::place::Place;
use super::shops;
use crate::failed::Failed;

/// A million rows in under a minute.
const ROWS: Target = Target::AtLeast(1_000_000.0 / 60.0);

/// Measures. Each file is imported once: filling an installation again and again would
/// take longer than everything else.
pub(super) fn measure(effort: &Effort) -> Result<Vec<Figure>, Failed> {
    let place = Place::make(effort)?;
    let shell = place.open(Arc::new(AheadClock::default()))?;
    let mut figures = Vec::new();
    for file in shops::files(0..effort.rows) {
        let mut figure = Figure::new(file.name, "1/s");
        if file.rows() == effort.rows {
            figure = figure.must(ROWS);
        }
        figure.add(file.import(&shell, place.path())?);
        figures.push(figure);
    }
    let mut again = Figure::new("the same transactions again", "1/s");
    let path = place.path().join("transactions");
    let (rate, counts) = shops::take(&shell, &path, "again")?;
    if (counts.new, counts.changed) != (0, 0) {
        return Err(Failed::new(format!("something was new again: {counts:?}")));
    }
    again.add(rate);
    figures.push(again);
    Ok(figures)
}
