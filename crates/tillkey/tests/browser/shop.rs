//! A merchant with a phone and documents, and a live terminal on the real link.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};

use crate::town::{TILLKEY, Town};

/// How long anything may take to arrive.
const ARRIVES_WITHIN: Duration = Duration::from_secs(20);
/// How often a phone is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What messages with a code in them call it.
const CODES: [&str; 4] = ["验证码", "重置码", "应答码", " code"];

/// The cashier whose password is reset.
pub(crate) const CASHIER: &str = "01";

/// A shop.
pub(crate) struct Shop {
    pub(crate) merchant: String,
    pub(crate) terminal: String,
    pub(crate) phone: Phone,
    pub(crate) holder: String,
    pub(crate) credit_code: String,
    pub(crate) till: Till,
}

impl Shop {
    /// A shop with an ordinary name.
    pub(crate) fn open(town: &Town) -> Self {
        Self::named(town, "老王面馆")
    }

    /// A shop with any name: terminal enrolled, and its people chose first passwords.
    pub(crate) fn named(town: &Town, name: &str) -> Self {
        Self::with(town, name, |terminal| Till::switch_on(town, terminal))
    }

    /// A shop with a terminal of any make, which is switched on for its number.
    pub(crate) fn with(town: &Town, name: &str, switch_on: impl FnOnce(&str) -> Till) -> Self {
        let number = town.number();
        let merchant = format!("89829005812{number:04}");
        let terminal = format!("D{number:07}");
        let phone = format!("+86139{number:08}");
        let holder = fitting(
            "0123456789X",
            &format!("31010119800101{number:03}"),
            |text| ResidentIdentityNumber::parse(text).is_ok(),
        );
        let credit_code = fitting(
            "0123456789ABCDEFGHJKLMNPQRTUWXY",
            &format!("91310101MA1{number:06}"),
            |text| SocialCreditCode::parse(text).is_ok(),
        );
        let mut till = switch_on(&terminal);
        let body = json!({
            "merchant": merchant, "name": name, "phone": phone,
            "credit_code": credit_code, "holder_identity_number": holder,
        });
        town.administer("/v1/merchants", &body);
        let body = json!({
            "merchant": merchant, "number": terminal,
            "serial_number": till.serial_number, "model": "Text Terminal",
        });
        let answer = town.administer("/v1/terminals", &body);
        let id = answer["terminal"].as_str().unwrap();
        for operator in ["00", CASHIER] {
            let body = json!({ "terminal": id, "operator": operator });
            town.administer("/v1/operators", &body);
        }
        let path = format!("/v1/terminals/{id}/enrolment");
        let answer = town.administer(&path, &json!({}));
        till.does(&format!("enrol {}", answer["code"].as_str().unwrap()));
        till.tells("welcomed");
        till.does(&format!("first-password {CASHIER}"));
        let code = till.tells("code_on_screen")["code"]
            .as_str()
            .unwrap()
            .to_owned();
        till.takes(CASHIER, &code);
        till.chooses(CASHIER, "48261593");
        Self {
            merchant,
            terminal,
            phone: Phone::new(&town.folder, phone),
            holder,
            credit_code,
            till,
        }
    }
}

/// The number whose check character fits, found by trying all of them.
pub(crate) fn fitting(characters: &str, body: &str, fits: impl Fn(&str) -> bool) -> String {
    let mut numbers = characters.chars().map(|check| format!("{body}{check}"));
    numbers.find(|number| fits(number)).unwrap()
}

/// A phone: what the SMS spool holds for its number.
pub(crate) struct Phone {
    pub(crate) number: String,
    spool: PathBuf,
    read: RefCell<BTreeSet<PathBuf>>,
}

impl Phone {
    pub(crate) fn new(folder: &Path, number: String) -> Self {
        Self {
            number,
            spool: folder.join("sms"),
            read: RefCell::default(),
        }
    }

    /// Waits for a message that was not read yet and holds a run of so many digits.
    pub(crate) fn code(&self, digits: usize) -> String {
        let until = Instant::now() + ARRIVES_WITHIN;
        loop {
            // Notices name terminals, whose numbers have as many digits as a reset code.
            let mut texts = self.unread();
            texts.retain(|text| CODES.iter().any(|word| text.contains(word)));
            for text in texts {
                let runs = text.split(|c: char| !c.is_ascii_alphanumeric());
                let is_code =
                    |run: &&str| run.len() == digits && run.bytes().all(|b| b.is_ascii_digit());
                if let Some(code) = runs.into_iter().find(is_code) {
                    return code.to_owned();
                }
            }
            assert!(
                Instant::now() < until,
                "no code of {digits} digits came to {}",
                self.number
            );
            thread::park_timeout(LOOK_EVERY);
        }
    }

    /// The messages that have come since they were last read.
    pub(crate) fn unread(&self) -> Vec<String> {
        let mut read = self.read.borrow_mut();
        let files = fs::read_dir(&self.spool).into_iter().flatten().flatten();
        let mut found = Vec::new();
        for path in files.map(|file| file.path()) {
            if path.extension().is_none_or(|kind| kind != "json") || read.contains(&path) {
                continue;
            }
            let message: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            read.insert(path);
            if message["to"] == self.number.as_str() {
                let text = |name: &str| message[name].as_str().unwrap().to_owned();
                found.push((text("at"), text("text")));
            }
        }
        found.sort();
        found.into_iter().map(|(_, text)| text).collect()
    }
}

/// `tillkey terminal --json`: a whole terminal without a screen.
pub(crate) struct Till {
    pub(crate) serial_number: String,
    pub(crate) child: Child,
    /// None once it was told that nothing more is done at it.
    pub(crate) keys: Option<ChildStdin>,
    told: Receiver<Value>,
}

impl Till {
    pub(crate) fn switch_on(town: &Town, name: &str) -> Self {
        let mut command = Command::new(TILLKEY);
        command
            .args(["terminal", "--json", "--server", &town.url, "--profile"])
            .arg(town.folder.join("terminals").join(name))
            .current_dir(&town.folder)
            .stderr(Stdio::null());
        Self::start(command)
    }

    /// Starts any program that reads and tells what `tillkey terminal --json` does.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, told) = channel();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let Ok(value) = serde_json::from_str(&line) else {
                    break;
                };
                if tell.send(value).is_err() {
                    break;
                }
            }
        });
        let mut till = Self {
            serial_number: String::new(),
            keys: child.stdin.take(),
            child,
            told,
        };
        let started = till.tells("started");
        started["serial_number"]
            .as_str()
            .unwrap()
            .clone_into(&mut till.serial_number);
        till
    }

    /// Does something at the terminal.
    pub(crate) fn does(&mut self, line: &str) {
        writeln!(self.keys.as_ref().unwrap(), "{line}").unwrap();
    }

    /// Waits until the terminal tells something, and gives it.
    pub(crate) fn tells(&mut self, what: &str) -> Value {
        let until = Instant::now() + ARRIVES_WITHIN;
        let mut before = Vec::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(told) = self.told.recv_timeout(left) else {
                panic!("waited in vain for the terminal to tell {what}; it told {before:?}");
            };
            if told["told"] == what {
                return told;
            }
            before.push(told);
        }
    }

    /// An operator types a code, and it is accepted.
    pub(crate) fn takes(&mut self, operator: &str, code: &str) {
        self.does(&format!("code {operator} {code}"));
        self.tells("code_accepted");
    }

    /// An operator chooses a password, and it is in force.
    pub(crate) fn chooses(&mut self, operator: &str, password: &str) {
        self.does(&format!("password {operator} {password}"));
        self.tells("effective");
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
