//! A device where it should not be: another one under a terminal's serial number, or a
//! terminal that went on to a merchant in another region.

use tillkey_wire::ids::MerchantNumber;

use super::{About, Concern, Rule, Seen};
use crate::event::Event;

pub(super) fn concerns(seen: &Seen<'_>) -> Vec<Concern> {
    let (rule, terminal) = match &seen.entry.event {
        Event::SerialNumberCopied { terminal, .. } => (Rule::SerialNumberCopied, *terminal),
        Event::TerminalMoved {
            terminal,
            from,
            merchant,
            ..
        } if province(from) != province(merchant) => (Rule::OtherRegion, *terminal),
        _ => return Vec::new(),
    };
    vec![seen.concern(rule, About::Terminal { terminal }, "")]
}

/// The province that a merchant number names: the first two digits of its region, which
/// stands after the institution.
fn province(merchant: &MerchantNumber) -> Option<&str> {
    merchant.as_str().get(3..5)
}
