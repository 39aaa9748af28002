//! What was given to the broker and is not acknowledged yet, so that an acknowledgement
//! finds its link.
//!
//! The client numbers what is published in the order in which it was handed over, and says
//! each number as it goes out. That order is all there is to go by.

use std::collections::{HashMap, VecDeque};

use super::carrier::LinkId;

/// What is on its way, with the link it is of; none for what is of no link.
#[derive(Debug, Default)]
pub(super) struct Unacknowledged {
    handed_over: VecDeque<Option<LinkId>>,
    numbered: HashMap<u16, Option<LinkId>>,
}

impl Unacknowledged {
    /// Notes what is about to be handed over.
    pub(super) fn hand_over(&mut self, link: Option<LinkId>) {
        self.handed_over.push_back(link);
    }

    /// The oldest that has no number goes out under one.
    pub(super) fn number(&mut self, number: u16) {
        if let Some(link) = self.handed_over.pop_front() {
            self.numbered.insert(number, link);
        }
    }

    /// The broker has acknowledged a number.
    pub(super) fn acknowledge(&mut self, number: u16) -> Option<LinkId> {
        self.numbered.remove(&number).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::super::topics::Name;
    use super::*;

    #[test]
    fn an_acknowledgement_finds_what_it_is_for_in_whatever_order() {
        let link = |number| {
            let name = Name::parse("till-1").unwrap();
            Some(LinkId { name, number })
        };
        let mut sent = Unacknowledged::default();
        for each in [None, link(1), link(2)] {
            sent.hand_over(each);
        }
        sent.number(5);
        sent.number(6);
        assert_eq!(sent.acknowledge(6), link(1));
        sent.number(6);
        assert_eq!(sent.acknowledge(5), None);
        assert_eq!(sent.acknowledge(6), link(2));
        assert_eq!(sent.acknowledge(6), None);
    }
}
