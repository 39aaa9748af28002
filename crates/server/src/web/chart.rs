//! Pictures of numbers over time: stacked bars and lines, as the coordinates that a
//! template draws an SVG from. A picture never stands without its numbers in a table.

/// How wide the area of a picture is, in its own units.
pub(super) const WIDTH: f64 = 720.0;
/// How high it is.
pub(super) const HEIGHT: f64 = 180.0;
/// How high a bar is that lies on its side.
pub(super) const STRIP: f64 = 20.0;

/// A picture's scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    /// What stands at the top.
    pub(super) top: u64,
    /// How many columns there are.
    columns: usize,
}

/// One piece of a stacked bar.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    /// From the left.
    pub(super) x: String,
    /// From the top.
    pub(super) y: String,
    /// How wide.
    pub(super) width: String,
    /// How high.
    pub(super) height: String,
    /// Which series it belongs to, counted from 0.
    pub(super) series: usize,
}

/// A line through the columns that have a value, and its points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Curve {
    /// `x,y` of each point, for a polyline.
    pub(super) points: String,
    /// The same one by one, so that a single one is seen, too.
    pub(super) dots: Vec<(String, String)>,
}

impl Scale {
    /// A scale for so many columns, up to at least the largest value.
    pub(super) fn over(columns: usize, values: impl Iterator<Item = u64>) -> Self {
        Self {
            top: round_up(values.max().unwrap_or(0)),
            columns: columns.max(1),
        }
    }

    fn column_width(self) -> f64 {
        WIDTH / number(u64::try_from(self.columns).unwrap_or(1))
    }

    /// From the left to the middle of a column.
    pub(super) fn middle(self, column: usize) -> f64 {
        (number(u64::try_from(column).unwrap_or(0)) + 0.5) * self.column_width()
    }

    fn height(self, value: u64) -> f64 {
        number(value) / number(self.top) * HEIGHT
    }

    /// The pieces of one column's bar, the first series at the bottom.
    pub(super) fn stack(self, column: usize, values: &[u64]) -> Vec<Piece> {
        let width = self.column_width() * 0.7;
        let x = self.middle(column) - width / 2.0;
        let mut y = HEIGHT;
        let mut pieces = Vec::new();
        for (series, value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
            let height = self.height(*value);
            y -= height;
            pieces.push(Piece {
                x: text(x),
                y: text(y),
                width: text(width),
                height: text(height),
                series,
            });
        }
        pieces
    }

    /// A line through the columns that have a value.
    pub(super) fn curve(self, values: impl Iterator<Item = Option<u64>>) -> Curve {
        let dots: Vec<(String, String)> = values
            .enumerate()
            .filter_map(|(column, value)| {
                let y = HEIGHT - self.height(value?);
                Some((text(self.middle(column)), text(y)))
            })
            .collect();
        let points: Vec<String> = dots.iter().map(|(x, y)| format!("{x},{y}")).collect();
        Curve {
            points: points.join(" "),
            dots,
        }
    }
}

/// The pieces of one bar that lies on its side: the shares of a whole, from the left.
pub(super) fn strip(values: &[u64]) -> Vec<Piece> {
    let whole = number(values.iter().sum::<u64>().max(1));
    let mut x = 0.0;
    let mut pieces = Vec::new();
    for (series, value) in values.iter().enumerate().filter(|(_, value)| **value > 0) {
        let width = number(*value) / whole * WIDTH;
        pieces.push(Piece {
            x: text(x),
            y: text(0.0),
            width: text(width),
            height: text(STRIP),
            series,
        });
        x += width;
    }
    pieces
}

/// One decimal is finer than a screen.
fn text(coordinate: f64) -> String {
    format!("{coordinate:.1}")
}

/// Exact for anything that a picture shows: counts stay far below 2^53.
fn number(value: u64) -> f64 {
    f64::from(u32::try_from(value).unwrap_or(u32::MAX))
}

/// The next number that reads well at the top of a scale: 1, 2, 5, 10, 20, 50 …
fn round_up(value: u64) -> u64 {
    let mut step = 1u64;
    loop {
        for factor in [1, 2, 5] {
            let top = step.saturating_mul(factor);
            if top >= value {
                return top;
            }
        }
        step = step.saturating_mul(10);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_number() {
        for (value, top) in [
            (0, 1),
            (1, 1),
            (3, 5),
            (11, 20),
            (50, 50),
            (51, 100),
            (u64::MAX, u64::MAX),
        ] {
            assert_eq!(round_up(value), top, "{value}");
        }
    }

    #[test]
    fn pieces_stand_on_one_another() {
        let scale = Scale::over(2, [10].into_iter());
        let pieces = scale.stack(0, &[5, 0, 5]);
        assert_eq!(pieces.len(), 2, "nothing is drawn for nothing");
        assert_eq!(
            (pieces[0].y.as_str(), pieces[0].height.as_str()),
            ("90.0", "90.0")
        );
        assert_eq!((pieces[1].y.as_str(), pieces[1].series), ("0.0", 2));
    }

    #[test]
    fn a_bar_on_its_side_is_filled_by_its_shares() {
        let pieces = strip(&[1, 0, 3]);
        let drawn = |piece: &Piece| (piece.x.clone(), piece.width.clone(), piece.series);
        let expect = [("0.0", "180.0", 0), ("180.0", "540.0", 2)];
        let expect = expect.map(|(x, width, series)| (x.to_owned(), width.to_owned(), series));
        assert_eq!(pieces.iter().map(drawn).collect::<Vec<_>>(), expect);
        assert!(strip(&[0, 0]).is_empty());
    }

    #[test]
    fn a_line_leaves_out_what_has_no_value() {
        let scale = Scale::over(3, [4].into_iter());
        let curve = scale.curve([Some(4), None, Some(0)].into_iter());
        assert_eq!(curve.points, "120.0,36.0 600.0,180.0");
        assert_eq!(curve.dots.len(), 2);
    }
}
