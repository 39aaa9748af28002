//! Which merchants a file has named already: a second row for one of them would undo or
//! contradict the first.

use std::collections::BTreeMap;

use tillkey_wire::ids::MerchantNumber;

use super::cells::Cells;

/// The merchants that were named, each with its line. A number is kept as a number,
/// because there may be millions.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<u64, u64>);

impl Seen {
    /// Notes a merchant. False where it was named before, which is wrong.
    pub(super) fn is_first(&mut self, merchant: &MerchantNumber, cells: &mut Cells<'_>) -> bool {
        // Fifteen digits always are one.
        let number = merchant.as_str().parse().unwrap_or_default();
        let before = *self.0.entry(number).or_insert(cells.line());
        if before == cells.line() {
            return true;
        }
        let rule = format!("once in a file; line {before} has it");
        cells.refuse::<()>("merchant_number", rule).is_some()
    }
}
