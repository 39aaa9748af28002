//! The language that a caller asks for: Chinese unless English is preferred.

use axum::http::{HeaderMap, header};

use super::limits::LANGUAGES_BYTES_MAX;

/// A language that the house speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Chinese, as in China.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The language tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// Reads `Accept-Language` (RFC 9110 §12.5.4). What cannot be read is as if it
    /// were not there: a language is a wish.
    pub fn asked_for(headers: &HeaderMap) -> Self {
        let header = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let wishes = header
            .filter(|text| text.len() <= LANGUAGES_BYTES_MAX)
            .unwrap_or_default();
        let mut best = (0, Self::Chinese);
        for wish in wishes.split(',') {
            let (tag, weight) = read(wish);
            let language = match tag.split('-').next() {
                Some(main) if main.eq_ignore_ascii_case("zh") => Self::Chinese,
                Some(main) if main.eq_ignore_ascii_case("en") => Self::English,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// A tag and its weight in thousandths; a weight that cannot be read counts nothing.
fn read(wish: &str) -> (&str, u16) {
    let mut parts = wish.split(';').map(str::trim);
    let tag = parts.next().unwrap_or_default();
    let Some(weight) = parts.find_map(|part| part.strip_prefix("q=")) else {
        return (tag, 1_000);
    };
    let thousandths = match weight.split_once('.') {
        None => weight
            .parse::<u16>()
            .ok()
            .filter(|&whole| whole <= 1)
            .map(|whole| whole * 1_000),
        Some(("0", digits)) if (1..=3).contains(&digits.len()) => {
            format!("{digits:0<3}").parse().ok()
        }
        Some(("1", _)) => Some(1_000),
        Some(_) => None,
    };
    (tag, thousandths.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_first_wish_that_can_be_met_is_met() {
        let check = |wishes: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(
                header::ACCEPT_LANGUAGE,
                HeaderValue::from_str(wishes).unwrap(),
            );
            Language::asked_for(&headers).tag()
        };
        assert_eq!(Language::asked_for(&HeaderMap::new()), Language::Chinese);
        for (wishes, tag) in [
            ("", "zh-CN"),
            ("en", "en"),
            ("en-GB,zh;q=0.9", "en"),
            ("fr, en;q=0.3, zh;q=0.31", "zh-CN"),
            ("de", "zh-CN"),
            ("zh;q=0, en;q=0.001", "en"),
            ("en;q=２", "zh-CN"),
            ("EN-us;Q=1", "en"),
        ] {
            assert_eq!(check(&wishes.replace('２', "2")), tag, "{wishes}");
        }
        assert_eq!(check(&"en,".repeat(200)), "zh-CN");
    }
}
