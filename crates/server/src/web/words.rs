//! The words of the pages: those of the public pages in `words/zh-CN.toml` and
//! `words/en.toml`, those of each other area in `words/AREA.zh-CN.toml` and
//! `words/AREA.en.toml`.
//!
//! Every key is a field of a struct, so a word that is missing, misspelt or left over
//! in one language fails the first test that reads it. A sentence is one entry, with
//! `{names}` for what the page fills in; none is built from pieces.
//!
//! An area that joins names its tables with `file!` and its keys with `words!`, and
//! adds itself to [`every_word`].

use serde::de::DeserializeOwned;
use tillkey_rules::policy::Bilingual;
use tillkey_rules::refusal::Refusal;

use super::Language;
use super::application::ApplicationWords;
use super::apply::ApplyWords;
use super::case_words::CaseNames;
use super::counter::CounterPageWords;
use super::desk::DeskWords;
use super::diagnosis::DiagnosisWords;
use super::dossier::DossierWords;
use super::fleet::FleetWords;
use super::intake::IntakeWords;
use super::ledger::LedgerWords;
use super::offline::OfflineWords;
use super::personal_words::PersonalWords;
use super::portal::PortalWords;
use super::review::ReviewerWords;
use super::settings::SettingsWords;
use super::staff_words::StaffWords;
use super::watch::WatchWords;

/// A group of words: one table of the file, one field for each key.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($key:ident,)+ })+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            pub(in crate::web) struct $name {
                $(pub(in crate::web) $key: String,)+
            }

            impl $name {
                /// Every key with its text.
                pub(in crate::web) fn entries(&self) -> Vec<(&'static str, &str)> {
                    vec![$((stringify!($key), self.$key.as_str()),)+]
                }
            }
        )+
    };
}

/// The whole of one area's words: a struct with a field for each table, read once from
/// the two files that stand after its name.
macro_rules! file {
    ($(#[$doc:meta])* $name:ident ($zh:literal, $en:literal) { $($table:ident: $group:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(pub(in crate::web) $table: $group,)+
        }

        impl $name {
            /// The words of a language.
            pub fn of(language: $crate::web::Language) -> &'static Self {
                use std::sync::LazyLock;
                use $crate::web::words::read;
                static CHINESE: LazyLock<$name> = LazyLock::new(|| {
                    read(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/words/", $zh)))
                });
                static ENGLISH: LazyLock<$name> = LazyLock::new(|| {
                    read(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/words/", $en)))
                });
                match language {
                    $crate::web::Language::Chinese => &CHINESE,
                    $crate::web::Language::English => &ENGLISH,
                }
            }

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

pub(in crate::web) use {file, words};

/// Every word of a language, of all areas, with its area, table and key.
pub fn every_word(language: Language) -> Vec<(String, &'static str)> {
    let areas = vec![
        ("public", Words::of(language).entries()),
        ("apply", ApplyWords::of(language).entries()),
        ("case", CaseNames::of(language).entries()),
        ("ledger", LedgerWords::of(language).entries()),
        ("staff", StaffWords::of(language).entries()),
        ("application", ApplicationWords::of(language).entries()),
        ("counter", CounterPageWords::of(language).entries()),
        ("desk", DeskWords::of(language).entries()),
        ("diagnosis", DiagnosisWords::of(language).entries()),
        ("fleet", FleetWords::of(language).entries()),
        ("intake", IntakeWords::of(language).entries()),
        ("offline", OfflineWords::of(language).entries()),
        ("portal", PortalWords::of(language).entries()),
        ("dossier", DossierWords::of(language).entries()),
        ("personal", PersonalWords::of(language).entries()),
        ("review", ReviewerWords::of(language).entries()),
        ("settings", SettingsWords::of(language).entries()),
        ("watch", WatchWords::of(language).entries()),
    ];
    let named = |(area, entries): (&'static str, Vec<(String, &'static str)>)| {
        entries
            .into_iter()
            .map(move |(key, text)| (format!("{area}.{key}"), text))
    };
    areas.into_iter().flat_map(named).collect()
}

file! {
    /// The words of the public pages, and what stands around every page.
    Words ("zh-CN.toml", "en.toml") {
    frame: FrameWords,
    home: HomeWords,
    form: FormWords,
    lookup: LookupWords,
    lookup_sent: LookupSentWords,
    help: HelpWords,
    whom: WhomWords,
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
    hints: HintWords,
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
}

words! {
    /// What stands around every page.
    FrameWords { brand, skip, other_language, caution, help, reload, }
    /// The first page.
    HomeWords {
        title, heading, lead, start, look_up, how, how_name, how_prove, how_choose, prepare,
        prepare_phone, prepare_terminal, prepare_numbers, safety, safety_codes,
        safety_password, safety_address, ways, way_portal, way_portal_for, way_hotline,
        way_hotline_for, way_counter, way_counter_for, way_terminal, way_terminal_for, help,
        help_for, apply, apply_for, staff,
    }
    /// Where a request is made.
    FormWords {
        title, lead, merchant, merchant_hint, merchant_wrong, terminal, terminal_hint,
        terminal_wrong, operator, operator_hint, operator_wrong, reason, reason_wrong,
        reason_forgotten, reason_locked, reason_staff_left, reason_compromised,
        reason_careful, send, send_note, check,
    }
    /// Where a merchant number is asked for.
    LookupWords {
        title, lead, phone, phone_hint, phone_wrong, send, send_note, too_many, elsewhere,
        elsewhere_receipt, elsewhere_phone,
    }
    /// After a merchant number was asked for.
    LookupSentWords {
        title, lead, start, missing, missing_wait, missing_registered, missing_often,
        missing_receipt, again,
    }
    /// Around the texts of the help centre.
    HelpWords {
        title, lead, ways, trouble, care, back, on_this_page, home, look_up, portal, apply,
    }
    /// Whom a merchant turns to.
    WhomWords { title, hotline, hours, }
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
    /// What stands in the way at the terminal.
    HintWords { heading, note, }
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
        opened, challenged, matched, not_matched, objected, handed_over, reviewed, approved,
        backup_asked, backup_failed, journal_compared, code_issued, answer_given,
        code_announced, code_mistyped, code_ended, code_redeemed, effective, cancelled, expired,
        superseded, voided, refused,
    }
    /// What a person has to hear when something was not taken.
    MistakeWords { too_many, sms_used_up, }
    /// A page that only says something.
    NoticeWords { title, lead, }
}

/// Reads a file that is part of the binary.
pub(in crate::web) fn read<T: DeserializeOwned>(text: &str) -> T {
    match toml::from_str(text) {
        Ok(words) => words,
        Err(error) => unreachable!("a delivered word file does not read: {error}"),
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
