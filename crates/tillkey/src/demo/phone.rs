//! What a phone receives: the SMS spool, read as the gateway reads it.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use tokio::time::{Instant, sleep};

use super::shop::Shop;
use crate::failed::Failed;

/// How long a message may take to arrive.
const MESSAGE_WAIT_MAX: Duration = Duration::from_secs(20);
/// How often the phone is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A message as it was spooled.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Message {
    pub(super) to: String,
    pub(super) text: String,
    pub(super) at: String,
}

/// Every phone that the demo's messages go to.
#[derive(Debug, Clone)]
pub(super) struct Phones {
    spool: PathBuf,
}

impl Phones {
    pub(super) const fn new(spool: PathBuf) -> Self {
        Self { spool }
    }

    /// Every message, oldest first.
    pub(super) fn messages(&self) -> Vec<Message> {
        let files = std::fs::read_dir(&self.spool)
            .into_iter()
            .flatten()
            .flatten();
        let mut messages: Vec<Message> = files
            .filter(|file| file.path().extension().is_some_and(|kind| kind == "json"))
            .filter_map(|file| serde_json::from_slice(&std::fs::read(file.path()).ok()?).ok())
            .collect();
        messages.sort_by(|a, b| a.at.cmp(&b.at));
        messages
    }

    /// How many messages a phone has.
    pub(super) fn count(&self, phone: &str) -> usize {
        let is_its = |message: &Message| message.to == phone;
        self.messages().into_iter().filter(is_its).count()
    }

    /// Waits for a message to the shop's phone with a code of so many digits.
    pub(super) async fn code(&self, shop: &Shop, digits: usize) -> Result<String, Failed> {
        // A terminal number looks like a code, and stands in other messages.
        self.find(&shop.phone, 0, |text| {
            code_in(&text.replace(&shop.terminal_number, ""), digits)
        })
        .await
    }

    /// Waits for a message with a code that comes after the first so many of a phone.
    pub(super) async fn next_code(
        &self,
        phone: &str,
        digits: usize,
        after: usize,
    ) -> Result<String, Failed> {
        self.find(phone, after, |text| code_in(text, digits)).await
    }

    async fn find(
        &self,
        phone: &str,
        after: usize,
        code: impl Fn(&str) -> Option<String>,
    ) -> Result<String, Failed> {
        let until = Instant::now() + MESSAGE_WAIT_MAX;
        loop {
            let messages = self.messages();
            let its: Vec<&Message> = messages.iter().filter(|one| one.to == phone).collect();
            let found = its.iter().skip(after).rev().find_map(|one| code(&one.text));
            if let Some(code) = found {
                return Ok(code);
            }
            if Instant::now() >= until {
                return Err(Failed::new(format!("no code came to {phone}")));
            }
            sleep(LOOK_EVERY).await;
        }
    }
}

/// The first run of exactly so many digits.
fn code_in(text: &str, digits: usize) -> Option<String> {
    let is_code = |run: &&str| run.len() == digits;
    text.split(|c: char| !c.is_ascii_digit())
        .find(is_code)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_run_of_its_length() {
        let text = "重置码 12345678，10 分钟内有效。请只在终端 10000001 上";
        assert_eq!(code_in(text, 8).as_deref(), Some("12345678"));
        assert_eq!(code_in(text, 6), None);
    }
}
