//! The words on paper, in `words/paper.*.toml`: every sheet says each thing in both
//! languages, for the person who signs it and for whoever reads it later.

use std::sync::LazyLock;

use serde::Deserialize;
use tillkey_rules::vocabulary::Reason;
use tillkey_wire::ids::Rank;

/// A group of words: one table of the file, one field for each key.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($key:ident,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(super) struct $name {
                $(pub(super) $key: String,)+
            }
        )+
    };
}

words! {
    /// The form.
    FormWords {
        title, case, printed, acquirer, branch, clerk, subject, merchant, name, terminal,
        operator, reason, inspected, identity, licence, sms, scans, front, back, sheet,
        delivery, contact, slip, person, holder, proxy, declaration, declares, signature,
        clerk_signature, date, seal, footer,
    }
    /// What an operator may do.
    RankWords { cashier, supervisor, administrator, }
    /// Why a password is replaced.
    ReasonWords { forgotten, locked, staff_left, compromised, system_update, first_password, }
    /// The sealed slip.
    SlipWords {
        title, address, keep_shut, merchant, terminal, operator, until, case, how, how_choose,
        how_type, how_password, code, nobody, burn, fold,
    }
}

/// The words of one language.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) form: FormWords,
    pub(super) rank: RankWords,
    pub(super) reason: ReasonWords,
    pub(super) slip: SlipWords,
}

pub(super) static CHINESE: LazyLock<Words> =
    LazyLock::new(|| read(include_str!("../../words/paper.zh-CN.toml")));
pub(super) static ENGLISH: LazyLock<Words> =
    LazyLock::new(|| read(include_str!("../../words/paper.en.toml")));

/// Reads a file that is part of the binary.
fn read(text: &str) -> Words {
    match toml::from_str(text) {
        Ok(words) => words,
        Err(error) => unreachable!("a delivered word file does not read: {error}"),
    }
}

impl RankWords {
    pub(super) fn of(&self, rank: Rank) -> &str {
        match rank {
            Rank::Cashier => &self.cashier,
            Rank::Supervisor => &self.supervisor,
            Rank::Administrator => &self.administrator,
        }
    }
}

impl ReasonWords {
    pub(super) fn of(&self, reason: Reason) -> &str {
        match reason {
            Reason::Forgotten => &self.forgotten,
            Reason::Locked => &self.locked,
            Reason::StaffLeft => &self.staff_left,
            Reason::Compromised => &self.compromised,
            Reason::SystemUpdate => &self.system_update,
            Reason::FirstPassword => &self.first_password,
        }
    }
}
