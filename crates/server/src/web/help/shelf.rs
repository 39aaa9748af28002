//! Which topics there are, in which order, and the numbers that they speak of.

use tillkey_rules::attempts::Scope;

use super::super::Language;
use super::text::{Topic, read};
use crate::config::Config;

/// What belongs together in the contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The ways to a new password.
    Ways,
    /// What does not work as it should.
    Trouble,
    /// What everybody at a till should know.
    Care,
}

impl Group {
    /// Every group, in the order of the contents.
    pub const ALL: [Self; 3] = [Self::Ways, Self::Trouble, Self::Care];
}

/// One topic in both languages, as its files say it.
struct Source {
    slug: &'static str,
    group: Group,
    chinese: &'static str,
    english: &'static str,
}

/// The topics by group. A topic is named as its files are.
macro_rules! topics {
    ($($group:ident { $($slug:literal,)+ })+) => {
        &[$($(Source {
            slug: $slug,
            group: Group::$group,
            chinese: include_str!(concat!("../../../help/zh-CN/", $slug, ".md")),
            english: include_str!(concat!("../../../help/en/", $slug, ".md")),
        },)+)+]
    };
}

const SOURCES: &[Source] = topics! {
    Ways { "app", "portal", "hotline", "counter", "terminal", }
    Trouble { "questions", "sign-on", "sms-code", "merchant-number", }
    Care { "password", "safety", "operators", "apply", }
};

/// The numbers that the texts speak of, by the name that stands for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts(pub(super) Vec<(&'static str, u32)>);

impl Facts {
    /// The numbers of an installation.
    pub fn of(config: &Config) -> Self {
        let terms = &config.terms;
        let lengths = config.password_lengths;
        Self(vec![
            ("sms_code_minutes", terms.sms_code_minutes),
            ("reset_code_minutes", terms.reset_code_minutes),
            ("review_hours", terms.review_hours),
            ("messages_a_day", Scope::Destination.limit()),
            ("cashier_digits", lengths.cashier.into()),
            ("supervisor_digits", lengths.supervisor.into()),
            ("administrator_digits", lengths.administrator.into()),
        ])
    }
}

/// Every topic in both languages, ready to be shown.
#[derive(Debug)]
pub struct Shelf {
    chinese: Vec<(Group, Topic)>,
    english: Vec<(Group, Topic)>,
}

impl Shelf {
    /// Reads every file.
    pub fn new(facts: &Facts) -> Self {
        let all = |language: Language| {
            let one = |source: &Source| {
                let text = match language {
                    Language::Chinese => source.chinese,
                    Language::English => source.english,
                };
                match read(source.slug, text, language, facts) {
                    Ok(topic) => (source.group, topic),
                    Err(fault) => {
                        let (slug, tag) = (source.slug, language.tag());
                        unreachable!("the delivered help/{tag}/{slug}.md does not read: {fault}")
                    }
                }
            };
            SOURCES.iter().map(one).collect()
        };
        Self {
            chinese: all(Language::Chinese),
            english: all(Language::English),
        }
    }

    const fn all(&self, language: Language) -> &Vec<(Group, Topic)> {
        match language {
            Language::Chinese => &self.chinese,
            Language::English => &self.english,
        }
    }

    /// The topics of a group.
    pub fn topics(&self, language: Language, group: Group) -> Vec<&Topic> {
        let all = self.all(language).iter();
        all.filter(|(of, _)| *of == group)
            .map(|(_, topic)| topic)
            .collect()
    }

    /// The topic of this name.
    pub fn find(&self, language: Language, slug: &str) -> Option<&Topic> {
        let mut all = self.all(language).iter().map(|(_, topic)| topic);
        all.find(|topic| topic.slug == slug)
    }
}
