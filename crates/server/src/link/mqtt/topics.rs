//! The topics of one installation on a broker, and the names in them.
//!
//! A name is what the broker calls a terminal, so that the broker's own rules can bind the
//! two: `pattern write tillkey/%u/up`. Here it only keeps terminals apart. Who a terminal
//! is, its messages say by their signature.

use std::fmt;

use super::super::limits::{MQTT_NAME_BYTES_MAX, MQTT_PREFIX_BYTES_MAX};

/// What the broker calls a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Name(String);

impl Name {
    /// Reads a name. No character of one means anything in a topic or to a shell.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._@:".contains(&b);
        let fits = (1..=MQTT_NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(plain);
        fits.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text can stand before all topics of an installation: levels of plain
/// characters, with a slash between two.
pub(crate) fn is_prefix(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    text.len() <= MQTT_PREFIX_BYTES_MAX
        && text
            .split('/')
            .all(|level| !level.is_empty() && level.bytes().all(plain))
}

/// The topics under a prefix.
#[derive(Debug, Clone)]
pub(super) struct Topics {
    prefix: String,
}

impl Topics {
    /// Under a prefix that [`is_prefix`].
    pub(super) const fn under(prefix: String) -> Self {
        Self { prefix }
    }

    /// Where all terminals speak.
    pub(super) fn all_up(&self) -> String {
        format!("{}/+/up", self.prefix)
    }

    /// Where one terminal hears.
    pub(super) fn down(&self, name: &Name) -> String {
        format!("{}/{name}/down", self.prefix)
    }

    /// Where everybody sees which start of the server they are talking to.
    pub(super) fn state(&self) -> String {
        format!("{}/server", self.prefix)
    }

    /// Who speaks on a topic.
    pub(super) fn speaker(&self, topic: &[u8]) -> Option<Name> {
        let topic = std::str::from_utf8(topic).ok()?;
        let below = topic.strip_prefix(&self.prefix)?.strip_prefix('/')?;
        Name::parse(below.strip_suffix("/up")?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_names_its_terminal_or_nobody() {
        let topics = Topics::under("acme/tillkey".to_owned());
        let speaker = |topic: &str| topics.speaker(topic.as_bytes()).map(|name| name.0);
        for (topic, name) in [
            ("acme/tillkey/till-1/up", Some("till-1")),
            ("acme/tillkey/shop@7:a.b_c/up", Some("shop@7:a.b_c")),
            ("acme/tillkey/till-1/down", None),
            ("acme/tillkey/server", None),
            ("acme/tillkey//up", None),
            ("acme/tillkey/up", None),
            ("acme/tillkey/a/b/up", None),
            ("acme/tillkey/a b/up", None),
            ("acme/tillkey/+/up", None),
            ("acme/tillkey/柜台/up", None),
            ("acme/tillkeys/till-1/up", None),
            ("tillkey/till-1/up", None),
        ] {
            assert_eq!(speaker(topic).as_deref(), name, "{topic}");
        }
        assert_eq!(topics.speaker(b"acme/tillkey/\xff/up"), None);
        let longest = "a".repeat(MQTT_NAME_BYTES_MAX);
        assert!(speaker(&format!("acme/tillkey/{longest}/up")).is_some());
        assert!(speaker(&format!("acme/tillkey/{longest}a/up")).is_none());
    }

    #[test]
    fn what_is_said_to_one_is_not_heard_by_another() {
        let topics = Topics::under("tillkey".to_owned());
        let name = Name::parse("till-1").unwrap();
        assert_eq!(topics.down(&name), "tillkey/till-1/down");
        assert_eq!(topics.state(), "tillkey/server");
        assert_eq!(topics.all_up(), "tillkey/+/up");
    }

    #[test]
    fn a_prefix_holds_nothing_that_a_broker_reads_otherwise() {
        for good in ["tillkey", "acme/tillkey", "a.b-c_d/1"] {
            assert!(is_prefix(good), "{good}");
        }
        let long = "a".repeat(MQTT_PREFIX_BYTES_MAX + 1);
        for bad in ["", "/a", "a/", "a//b", "$SYS", "a/+", "#", "a b", &long] {
            assert!(!is_prefix(bad), "{bad}");
        }
    }
}
