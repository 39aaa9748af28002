//! Whom merchants turn to, as the pages say it.
//!
//! Where nothing is set the pages say nothing: no number of ours could be right.

use serde::Deserialize;
use tillkey_rules::policy::Bilingual;

/// How long each of these texts may be, in characters.
const TEXT_CHARS_MAX: usize = 200;
/// How many characters a telephone number may have.
const NUMBER_CHARS_MAX: usize = 24;
/// How many digits a telephone number has at least.
const NUMBER_DIGITS_MIN: usize = 3;

/// Whom merchants turn to: `[help]` of the configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WhomToCall {
    /// What merchants call the acquirer.
    pub name: Option<Bilingual>,
    /// The hotline's number as people write it, such as `400 820 0000`.
    pub hotline: Option<String>,
    /// When the hotline is answered.
    pub hours: Option<Bilingual>,
    /// How a branch counter is found.
    pub branches: Option<Bilingual>,
}

impl WhomToCall {
    /// Whether there is nothing to say.
    pub const fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.hotline.is_none()
            && self.hours.is_none()
            && self.branches.is_none()
    }

    /// What is wrong with the texts, one sentence each.
    pub(super) fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        if self.hotline.as_deref().is_some_and(|number| !dials(number)) {
            wrong.push(
                "`help.hotline` is not a telephone number of digits, spaces and hyphens".to_owned(),
            );
        }
        let texts = [
            ("name", &self.name),
            ("hours", &self.hours),
            ("branches", &self.branches),
        ];
        for (key, text) in texts {
            let Some(Bilingual { zh, en }) = text else {
                continue;
            };
            if ![zh, en].into_iter().all(|text| says_something(text)) {
                wrong.push(format!(
                    "`help.{key}` is not 1 to {TEXT_CHARS_MAX} visible characters in both languages"
                ));
            }
        }
        wrong
    }
}

fn dials(number: &str) -> bool {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let plain = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-');
    digits >= NUMBER_DIGITS_MIN
        && number.len() <= NUMBER_CHARS_MAX
        && number.trim() == number
        && number
            .strip_prefix('+')
            .unwrap_or(number)
            .chars()
            .all(plain)
}

fn says_something(text: &str) -> bool {
    !text.trim().is_empty()
        && text.chars().count() <= TEXT_CHARS_MAX
        && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hotline_is_a_number_that_can_be_dialled() {
        for good in ["95516", "400 820 0000", "+86 21-6123-4567"] {
            assert!(dials(good), "{good}");
        }
        for bad in ["", "12", " 95516", "95516;ext=1", "call us", "955\n16"] {
            assert!(!dials(bad), "{bad:?}");
        }
    }

    #[test]
    fn both_languages_have_to_be_said() {
        let whom = |text: &str| toml::from_str::<WhomToCall>(text);
        let said = whom("name = { zh = '某某银行', en = 'Some Bank' }").unwrap();
        assert!(said.wrong().is_empty() && !said.is_empty());
        let silent = whom("hours = { zh = '全天', en = ' ' }").unwrap();
        assert_eq!(silent.wrong().len(), 1);
        assert!(whom("hours = { zh = '全天' }").is_err());
        assert!(whom("number = '95516'").is_err());
    }
}
