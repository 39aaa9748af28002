//! Whether a number proves that a terminal is in hand.
//!
//! RFC 4226: the server remembers the next counter that it takes and looks a few
//! further, because a number may have been shown and not been read out. Whatever is
//! passed is passed for good, so that each number counts once and an older one never.
//!
//! A terminal without a link may have shown so many that the server does not find the
//! present one (§7.4). Then a right number is remembered and not taken; the one that the
//! terminal shows after it is. Two in a row are not guessed.

/// How many numbers may have been shown and not read out.
pub const LOOK_AHEAD: u64 = 10;
/// How far ahead a right number is recognised, though not taken.
pub const FAR_AHEAD: u64 = 200;
/// Among how many the one after it has to be: a start of the terminal skips one.
pub const AFTER_FAR: u64 = 3;

/// How far a terminal's numbers have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Numbers of lower counters match nothing any more.
    pub next: u64,
    /// The counter of a right number that was too far ahead.
    pub far: Option<u64>,
}

/// What a number comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It is this counter's, which is to be passed.
    Matched(u64),
    /// It is right and too far ahead: to be remembered, and not matched.
    Far(u64),
    /// It is not one of this terminal's numbers to come.
    NotMatched,
}

/// Judges a number. `fits` says whether it is the number of a counter; it is asked about
/// all that could be meant, whatever it has said, so that the time tells nothing.
pub fn judge(progress: Progress, mut fits: impl FnMut(u64) -> bool) -> Judged {
    let Progress { next, far } = progress;
    let near_end = next.saturating_add(LOOK_AHEAD);
    let mut first = |from: u64, to: u64| {
        let mut found = None;
        for counter in from..to {
            if fits(counter) && found.is_none() {
                found = Some(counter);
            }
        }
        found
    };
    let near = first(next, near_end);
    let after = match far {
        Some(far) => first(
            far.saturating_add(1).max(near_end),
            far.saturating_add(1).saturating_add(AFTER_FAR),
        ),
        None => None,
    };
    let beyond = first(near_end, next.saturating_add(FAR_AHEAD));
    match (near.or(after), beyond) {
        (Some(counter), _) => Judged::Matched(counter),
        (None, Some(counter)) => Judged::Far(counter),
        (None, None) => Judged::NotMatched,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A terminal whose numbers are all different.
    fn said(next: u64, far: Option<u64>, counter: u64) -> Judged {
        judge(Progress { next, far }, |candidate| candidate == counter)
    }

    #[test]
    fn a_number_counts_from_the_next_one_to_the_end_of_the_look_ahead() {
        assert_eq!(said(50, None, 49), Judged::NotMatched, "it was passed");
        assert_eq!(said(50, None, 50), Judged::Matched(50));
        assert_eq!(said(50, None, 59), Judged::Matched(59));
        assert_eq!(said(50, None, 60), Judged::Far(60));
        assert_eq!(said(50, None, 249), Judged::Far(249));
        assert_eq!(said(50, None, 250), Judged::NotMatched);
        assert_eq!(said(u64::MAX, None, 3), Judged::NotMatched);
    }

    #[test]
    fn two_far_numbers_in_a_row_are_taken_and_one_is_not() {
        assert_eq!(said(50, Some(100), 101), Judged::Matched(101));
        assert_eq!(
            said(50, Some(100), 103),
            Judged::Matched(103),
            "a start between"
        );
        assert_eq!(said(50, Some(100), 100), Judged::Far(100), "the same again");
        assert_eq!(said(50, Some(100), 99), Judged::Far(99));
        assert_eq!(said(50, Some(100), 104), Judged::Far(104));
        assert_eq!(said(50, Some(100), 52), Judged::Matched(52));
        assert_eq!(said(50, Some(u64::MAX), 51), Judged::Matched(51));
    }

    #[test]
    fn as_many_are_compared_whatever_is_right() {
        let asked = |right: Option<u64>| {
            let mut asked = 0;
            judge(Progress { next: 7, far: None }, |counter| {
                asked += 1;
                Some(counter) == right
            });
            asked
        };
        for right in [None, Some(7), Some(16), Some(100)] {
            assert_eq!(asked(right), FAR_AHEAD);
        }
    }

    proptest! {
        #[test]
        fn what_is_passed_never_matches(
            next in 1..u64::MAX, far in any::<Option<u64>>(), back in 1..u64::MAX
        ) {
            let counter = next.saturating_sub(back);
            prop_assume!(counter < next);
            prop_assert_eq!(said(next, far, counter), Judged::NotMatched);
        }
    }
}
