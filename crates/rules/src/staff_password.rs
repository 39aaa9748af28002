//! What a password of staff has to be.
//!
//! NIST SP 800-63B-4 §3.1.1.2: 15 characters where the password is the only factor, no
//! rules about its composition, no expiry, and none that is expected. Fifteen
//! characters are too many for a list of common passwords to say much, so what is
//! expected is judged by how it is made: known words, the account's own name and what
//! joins them count for nothing, runs and repetitions as one character each, and eight
//! have to remain.

use std::fmt;

/// How many characters it has at least.
pub const LENGTH_MIN: usize = 15;
/// How many bytes it has at most: more is work for the hash and nothing else.
pub const BYTES_MAX: usize = 256;
/// How many characters of it must not be expected.
const UNEXPECTED_MIN: usize = 8;

/// What attackers try first: the published defaults of terminals and services, and
/// what people make of them.
const EXPECTED: [&str; 28] = [
    "12345678",
    "123456",
    "87654321",
    "654321",
    "00000000",
    "000000",
    "0000",
    "111111",
    "888888",
    "666666",
    "123123",
    "01483",
    "password",
    "passw0rd",
    "administrator",
    "admin",
    "tillkey",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "abc123",
    "changeme",
    "default",
    "secret",
    "reviewer",
    "auditor",
    "mima",
];
/// The rows of a keyboard: walking along one is no secret.
const ROWS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// Why a password of staff is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// It is too short.
    Short,
    /// It is longer than any that is taken.
    Long,
    /// It has characters that cannot be seen, or that are typed in more than one way.
    Unprintable,
    /// It is made of what everybody tries: known words, runs, repetitions, the account.
    Expected,
    /// It is the one before.
    Same,
}

impl Weakness {
    /// One of each.
    pub const ALL: [Self; 5] = [
        Self::Short,
        Self::Long,
        Self::Unprintable,
        Self::Expected,
        Self::Same,
    ];

    /// What to do, in English.
    pub const fn english(self) -> &'static str {
        match self {
            Self::Short => "Take at least 15 characters; a sentence is easy to remember.",
            Self::Long => "Take at most 256 bytes.",
            Self::Unprintable => "Take characters that can be seen, without combining marks.",
            Self::Expected => {
                "This is easy to guess: no common words, runs, repetitions or your own name."
            }
            Self::Same => "This is the password you have. Choose another one.",
        }
    }

    /// The same in Chinese.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Short => "密码至少 15 个字符，用一句话最好记。",
            Self::Long => "密码不能超过 256 字节。",
            Self::Unprintable => "密码中有不可见或组合字符，请换成普通字符。",
            Self::Expected => {
                "这个密码容易被猜到，请不要用常见词、连续或重复的字符以及自己的账号。"
            }
            Self::Same => "新密码与现在的相同，请换一个。",
        }
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.english())
    }
}

/// Checks a password that somebody chose for an account.
///
/// # Errors
/// The [`Weakness`] found first.
pub fn check(password: &str, account: &str) -> Result<(), Weakness> {
    if password.len() > BYTES_MAX {
        return Err(Weakness::Long);
    }
    if password.chars().any(is_unprintable) {
        return Err(Weakness::Unprintable);
    }
    if password.chars().count() < LENGTH_MIN {
        return Err(Weakness::Short);
    }
    if unexpected(&password.to_lowercase(), &account.to_lowercase()) < UNEXPECTED_MIN {
        return Err(Weakness::Expected);
    }
    Ok(())
}

/// Characters that look like nothing or like others, so that the same password would
/// not be typed twice.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00ad}' | '\u{0300}'..='\u{036f}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}')
}

/// How many characters are left that nobody would expect.
fn unexpected(password: &str, account: &str) -> usize {
    let mut text = unit(password).to_owned();
    let parts = account.split(|c: char| !c.is_alphanumeric());
    let own = parts.filter(|part| part.chars().count() >= 3);
    for word in own.chain(EXPECTED) {
        text = text.replace(word, "\0");
    }
    let mut count = 0;
    let mut before = None;
    for c in text.chars() {
        let joins = matches!(c, '\0' | ' ' | '.' | ',' | '-' | '_' | '/');
        if !joins && before.is_none_or(|before| !follows(before, c)) {
            count += 1;
        }
        before = Some(c);
    }
    count
}

/// What a text repeats, or all of it where it repeats nothing.
fn unit(text: &str) -> &str {
    let ends = text.char_indices().map(|(at, _)| at).skip(1);
    ends.filter(|end| *end <= text.len() / 2)
        .filter_map(|end| text.get(..end))
        .find(|unit| {
            let copies = text.len().div_ceil(unit.len());
            unit.repeat(copies).starts_with(text)
        })
        .unwrap_or(text)
}

/// Whether a character only goes on from the one before: the same, the next of the
/// alphabet or of the digits, or the next key.
fn follows(before: char, c: char) -> bool {
    if before == c || u32::from(before).abs_diff(u32::from(c)) == 1 {
        return true;
    }
    ROWS.iter().any(|row| {
        let place = |key| row.chars().position(|other| other == key);
        matches!((place(before), place(c)), (Some(a), Some(b)) if a.abs_diff(b) == 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_taken_as_it_is() {
        for good in [
            "correct horse battery staple",
            "kf93-mmvq-77xz-tapr",
            "我家楼下的面馆周二才开门呢真好吃",
            "the 3rd shelf, behind the tea",
        ] {
            assert_eq!(check(good, "li.na"), Ok(()), "{good}");
        }
    }

    #[test]
    fn e13_what_everybody_tries_is_refused() {
        for bad in [
            "123456789012345",
            "000000000000000000",
            "passwordpassword1",
            "Password12345678",
            "qwertyuiopasdfghjkl",
            "abcdefghijklmnopqrst",
            "99/12345678 00/123456",
            "admin-admin-admin-admin",
            "ab1ab1ab1ab1ab1ab1",
            "tillkey.administrator.8",
            "wang.reviewer.wang.2026",
        ] {
            assert_eq!(check(bad, "wang.review"), Err(Weakness::Expected), "{bad}");
        }
    }

    #[test]
    fn what_is_too_short_too_long_or_invisible_is_refused() {
        let check = |text: &str| check(text, "li.na");
        assert_eq!(check("k3!dR9#vB2@x7Q"), Err(Weakness::Short));
        assert_eq!(check(&"密".repeat(86)), Err(Weakness::Long));
        for odd in ["\u{200b}", "\u{301}", "\n", "\u{202e}"] {
            let text = format!("kf93-mmvq-77xz{odd}tapr");
            assert_eq!(check(&text), Err(Weakness::Unprintable), "{odd:?}");
        }
    }
}
