//! What the operator's newest case has to do with it: a reset that is not finished is
//! the most frequent reason of all.

use super::{Finding, Password, SignOnFacts};
use crate::case::{Case, State};

/// What the case says. A case that is effective says it by the password in force.
pub(super) fn finding(case: &Case, facts: &SignOnFacts<'_>) -> Option<Finding> {
    let at = case.changed_at();
    // Time may have run out without anybody having looked yet.
    if case.state().is_open() && case.deadline() <= facts.now {
        let at = case.deadline();
        return Some(Finding::CaseExpired { at });
    }
    match case.state() {
        State::Gathering => Some(Finding::CaseUnproven {
            until: case.deadline(),
        }),
        State::InReview => Some(Finding::CaseInReview {
            until: case.review_by().unwrap_or_else(|| case.deadline()),
        }),
        State::Approved if case.codes_issued() == 0 => Some(Finding::CodeNotSent),
        State::Approved => Some(code_over(case, facts)),
        State::Issued | State::Redeemed => Some(code(case, facts)),
        State::Effective => None,
        _ if is_overtaken(case, facts) => None,
        State::Refused => Some(Finding::CaseRefused { at }),
        State::Cancelled => Some(Finding::CaseCancelled { at }),
        State::Expired => Some(Finding::CaseExpired { at }),
        // The newer case is the one that counts, and it is not proven yet.
        State::Superseded => None,
        State::Void => Some(Finding::CaseVoid { at }),
    }
}

/// A code that is out, as long as its time lasts.
fn code(case: &Case, facts: &SignOnFacts<'_>) -> Finding {
    let Some(code) = case.code() else {
        return code_over(case, facts);
    };
    match code.chosen_by {
        Some(until) if until > facts.now => Finding::PasswordNotChosen { until },
        None if code.expires_at > facts.now => Finding::CodeNotTyped {
            until: code.expires_at,
        },
        _ => code_over(case, facts),
    }
}

const fn code_over(case: &Case, facts: &SignOnFacts<'_>) -> Finding {
    if case.codes_issued() < facts.terms.reset_codes_per_case {
        Finding::CodeOver
    } else {
        Finding::CodesUsedUp
    }
}

/// Whether a password was chosen after the case ended: then the case explains nothing.
fn is_overtaken(case: &Case, facts: &SignOnFacts<'_>) -> bool {
    matches!(facts.password, Password::InForce { since, .. } if since >= case.changed_at())
}
