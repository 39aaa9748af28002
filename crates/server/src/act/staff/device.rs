//! With what somebody signed in, as a family of browsers and of systems.
//!
//! It helps a person to recognise their own sessions and nothing depends on it: a
//! browser writes what it likes. It is one of a few words, so nothing that a browser
//! writes is stored or shown.

use std::fmt;
use std::str::FromStr;

/// A family of browsers and one of systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Device {
    browser: Option<&'static str>,
    system: Option<&'static str>,
}

/// Browsers by what only they write; the first that fits, since each also writes the
/// names of those it wants to be taken for.
const BROWSERS: [(&str, &str); 6] = [
    ("MicroMessenger/", "WeChat"),
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
];
/// Systems, in the same way.
const SYSTEMS: [(&str, &str); 7] = [
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];
/// How much of what a browser says of itself is read.
const READ_BYTES_MAX: usize = 512;

impl Device {
    /// What a `User-Agent` header says.
    pub fn of_user_agent(header: &[u8]) -> Self {
        let read = header.get(..READ_BYTES_MAX).unwrap_or(header);
        let text = String::from_utf8_lossy(read);
        let family = |families: &[(&str, &'static str)]| {
            let found = families.iter().find(|(mark, _)| text.contains(mark));
            found.map(|(_, name)| *name)
        };
        Self {
            browser: family(&BROWSERS),
            system: family(&SYSTEMS),
        }
    }

    /// The browser's family, where it is known.
    pub const fn browser(self) -> Option<&'static str> {
        self.browser
    }

    /// The system's family, where it is known.
    pub const fn system(self) -> Option<&'static str> {
        self.system
    }
}

impl fmt::Display for Device {
    /// As it is stored: two words, `-` for an unknown one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |word: Option<&'static str>| word.unwrap_or("-");
        write!(f, "{} {}", word(self.browser), word(self.system))
    }
}

impl FromStr for Device {
    type Err = std::convert::Infallible;

    /// Reads what was stored; a family that is not known any more is not known.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (browser, system) = text.split_once(' ').unwrap_or((text, ""));
        let family = |families: &[(&str, &'static str)], name: &str| {
            let found = families.iter().find(|(_, known)| *known == name);
            found.map(|(_, known)| *known)
        };
        Ok(Self {
            browser: family(&BROWSERS, browser),
            system: family(&SYSTEMS, system),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_one_of_a_few_words() {
        let check = |header: &str, expected: &str| {
            let device = Device::of_user_agent(header.as_bytes());
            assert_eq!(device.to_string(), expected);
            assert_eq!(expected.parse::<Device>().unwrap(), device);
        };
        check(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
             Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
            "Edge Windows",
        );
        check(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 \
             (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari iOS",
        );
        check("curl/8.5.0", "curl -");
        check("<script>alert(1)</script>", "- -");
        check(&format!("{}Chrome/1", "x".repeat(600)), "- -");
    }
}
