//! The words of the pages, in `words/zh-CN.toml` and `words/en.toml`.
//!
//! Every key is a field here, so a word that is missing, misspelt or left over in
//! one language fails the first test that reads it. A sentence is one entry, with
//! `{names}` for what the page fills in; none is built from pieces.

use std::sync::LazyLock;

use serde::Deserialize;
use tillkey_rules::policy::Bilingual;
use tillkey_rules::refusal::Refusal;

use super::Language;

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

            impl $name {
                /// Every key with its text.
                fn entries(&self) -> Vec<(&'static str, &str)> {
                    vec![$((stringify!($key), self.$key.as_str()),)+]
                }
            }
        )+
    };
}

/// The whole of one file.
macro_rules! file {
    ($($table:ident: $name:ident,)+) => {
        /// All words of one language.
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Words {
            $(pub(super) $table: $name,)+
        }

        impl Words {
            /// Every key with its text, by table.
            pub fn entries(&self) -> Vec<(String, &str)> {
                let mut all = Vec::new();
                $(for (key, text) in self.$table.entries() {
                    all.push((format!("{}.{key}", stringify!($table)), text));
                })+
                all
            }
        }
    };
}

file! {
    frame: FrameWords,
    home: HomeWords,
    form: FormWords,
    steps: StepWords,
    case: CaseWords,
    code: CodeWords,
    unsent: UnsentWords,
    decide: DecideWords,
    more: MoreWords,
    counter: CounterWords,
    review: ReviewWords,
    preparing: PreparingWords,
    code_over: CodeOverWords,
    issued: IssuedWords,
    redeemed: RedeemedWords,
    effective: EffectiveWords,
    refused: RefusedWords,
    cancelled: CancelledWords,
    expired: ExpiredWords,
    superseded: SupersededWords,
    void: VoidWords,
    timeline: TimelineWords,
    mistake: MistakeWords,
    lost: NoticeWords,
    missing: NoticeWords,
    foreign: NoticeWords,
    malformed: NoticeWords,
    busy: NoticeWords,
    trouble: NoticeWords,
}

words! {
    /// What stands around every page.
    FrameWords { brand, skip, other_language, caution, reload, }
    /// The first page.
    HomeWords {
        title, heading, lead, start, how, how_name, how_prove, how_choose, prepare,
        prepare_phone, prepare_terminal, prepare_numbers, safety, safety_codes,
        safety_password, safety_address, elsewhere, elsewhere_how,
    }
    /// Where a request is made.
    FormWords {
        title, lead, merchant, merchant_hint, merchant_wrong, terminal, terminal_hint,
        terminal_wrong, operator, operator_hint, operator_wrong, reason, reason_wrong,
        reason_forgotten, reason_locked, reason_staff_left, reason_compromised,
        reason_careful, send, send_note, check,
    }
    /// The way of a request, in four steps.
    StepWords { label, name, prove, type_code, choose, }
    /// What every page of a case has.
    CaseWords {
        title, facts, terminal, operator, number, timeline, again, home, cancel, cancel_sure,
        cancel_yes, not_you, left, refreshes,
    }
    /// Waiting for the SMS code.
    CodeWords {
        heading, lead, label, hint, until, over, confirm, shape, wrong, missing, missing_wait,
        missing_numbers, missing_phone, resend, resend_at, edit,
    }
    /// No SMS code was sent yet.
    UnsentWords { heading, lead, send, }
    /// Proven, and the decision not yet asked for.
    DecideWords { heading, lead, go, }
    /// What can be proven here does not suffice.
    MoreWords { heading, lead, quote, }
    /// Only at a counter.
    CounterWords { heading, lead, why, bring, bring_identity, bring_licence, bring_number, }
    /// Reviewers are asked.
    ReviewWords { heading, lead, until, next, }
    /// Approved, and no code yet.
    PreparingWords { heading, lead, }
    /// A code ended unused.
    CodeOverWords { heading, lead, used_up, send, }
    /// A code is to be typed at the terminal.
    IssuedWords {
        heading, lead, how, how_choose, how_choose_here, how_type, how_type_here,
        how_password, until, announced, waiting, missing, resend, resend_note,
    }
    /// A new password is being chosen.
    RedeemedWords { heading, lead, until, rules, }
    /// The new password is in force.
    EffectiveWords { heading, lead, old, keep, }
    /// The policy or a reviewer said no.
    RefusedWords { heading, lead, why, next, }
    /// Withdrawn.
    CancelledWords { heading, lead, }
    /// A deadline passed.
    ExpiredWords { heading, lead, }
    /// A newer request took its place.
    SupersededWords { heading, lead, newer, newer_note, }
    /// The facts changed.
    VoidWords { heading, lead, next, }
    /// What has happened, one line each.
    TimelineWords {
        opened, challenged, matched, not_matched, handed_over, reviewed, approved, code_issued,
        code_announced, code_mistyped, code_ended, code_redeemed, effective, cancelled, expired,
        superseded, voided, refused,
    }
    /// What a person has to hear when something was not taken.
    MistakeWords { too_many, sms_used_up, }
    /// A page that only says something.
    NoticeWords { title, lead, }
}

static CHINESE: LazyLock<Words> = LazyLock::new(|| read(include_str!("../../words/zh-CN.toml")));
static ENGLISH: LazyLock<Words> = LazyLock::new(|| read(include_str!("../../words/en.toml")));

/// Reads a file that is part of the binary.
fn read(text: &str) -> Words {
    match toml::from_str(text) {
        Ok(words) => words,
        Err(error) => unreachable!("a delivered word file does not read: {error}"),
    }
}

impl Words {
    /// The words of a language.
    pub fn of(language: Language) -> &'static Self {
        match language {
            Language::Chinese => &CHINESE,
            Language::English => &ENGLISH,
        }
    }
}

impl TimelineWords {
    /// What a step of a case is called; none for the steps that say nothing to a
    /// shopkeeper (what the policy was asked, what was made ready).
    pub(super) fn of(&self, step: &str) -> Option<&str> {
        let entry = self.entries().into_iter().find(|(key, _)| *key == step);
        entry.map(|(_, text)| text)
    }
}

/// Puts a value in the place of its `{name}`.
pub(super) fn fill(sentence: &str, name: &str, value: &str) -> String {
    sentence.replace(&format!("{{{name}}}"), value)
}

/// The side of a policy's reason that a reader understands.
pub(super) fn side(text: &Bilingual, language: Language) -> &str {
    match language {
        Language::Chinese => &text.zh,
        Language::English => &text.en,
    }
}

/// What a refusal says to a reader.
pub(super) const fn refusal(refusal: &Refusal, language: Language) -> &'static str {
    match language {
        Language::Chinese => refusal.chinese(),
        Language::English => refusal.english(),
    }
}
