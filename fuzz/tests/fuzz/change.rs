//! Changes to a seed. They are drawn and made smaller again by proptest: a failure is
//! told by the fewest changes that still bring it about.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// How many changes are made to one seed at most.
const CHANGES_MAX: usize = 6;

/// One change.
#[derive(Debug, Clone)]
enum Change {
    Flip(Index, u8),
    Set(Index, u8),
    Insert(Index, Vec<u8>),
    Replace(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    Truncate(Index),
    /// From this place on it goes on as another seed does from there.
    GoOnAs(Index, Vec<u8>, Index),
}

impl Change {
    fn make(self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        // An index always means something, also in nothing.
        let place = |index: Index| index.index(length + 1);
        match self {
            Self::Flip(at, bit) => {
                if let Some(byte) = bytes.get_mut(place(at)) {
                    *byte ^= 1 << bit;
                }
            }
            Self::Set(at, value) => {
                if let Some(byte) = bytes.get_mut(place(at)) {
                    *byte = value;
                }
            }
            Self::Insert(at, word) => drop(bytes.splice(place(at)..place(at), word)),
            Self::Replace(at, word) => {
                let end = length.min(place(at) + word.len());
                bytes.splice(place(at)..end, word);
            }
            Self::Remove(at, count) => {
                bytes.drain(place(at)..length.min(place(at) + count));
            }
            Self::Repeat(at, count, times) => {
                let part = bytes[place(at)..length.min(place(at) + count)].repeat(times);
                bytes.splice(place(at)..place(at), part);
            }
            Self::Truncate(at) => bytes.truncate(place(at)),
            Self::GoOnAs(at, other, from) => {
                bytes.truncate(place(at));
                bytes.extend(&other[from.index(other.len() + 1)..]);
            }
        }
    }
}

fn changes(seeds: Vec<Vec<u8>>) -> impl Strategy<Value = Change> {
    let index = any::<Index>;
    let word = || {
        prop_oneof![
            2 => select(tillkey_fuzz::WORDS).prop_map(<[u8]>::to_vec),
            1 => vec(any::<u8>(), 1..9),
        ]
    };
    prop_oneof![
        4 => (index(), 0..8_u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        3 => (index(), any::<u8>()).prop_map(|(at, value)| Change::Set(at, value)),
        3 => (index(), word()).prop_map(|(at, word)| Change::Insert(at, word)),
        3 => (index(), word()).prop_map(|(at, word)| Change::Replace(at, word)),
        3 => (index(), 1..33_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        1 => (index(), 1..33_usize, 1..40_usize)
            .prop_map(|(at, count, times)| Change::Repeat(at, count, times)),
        1 => index().prop_map(Change::Truncate),
        2 => (index(), select(seeds), index())
            .prop_map(|(at, other, from)| Change::GoOnAs(at, other, from)),
    ]
}

/// Seeds with a few changes, no longer than the target looks at.
pub(crate) fn changed(seeds: Vec<Vec<u8>>, bytes_max: usize) -> impl Strategy<Value = Vec<u8>> {
    let seed = select(seeds.clone());
    (seed, vec(changes(seeds), 1..=CHANGES_MAX)).prop_map(move |(mut bytes, changes)| {
        for change in changes {
            change.make(&mut bytes);
        }
        bytes.truncate(bytes_max);
        bytes
    })
}
