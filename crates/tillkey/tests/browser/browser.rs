//! A browser as a person has it before them: pages are opened, read, filled in and
//! sent. Every step waits for what it needs, and not for longer than a person would.
//!
//! Browsers are expensive, so they are lent: what a test leaves behind is wiped before
//! the next one gets it.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::webdriver::{Element, Fault, Session};
use crate::words::Tongue;

/// How long something may take to appear.
const APPEARS_WITHIN: Duration = Duration::from_secs(20);
/// How often it is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// More browsers at once than this are no faster.
const BROWSERS_MAX: usize = 4;

/// What somebody looks at a page with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Phone,
    Desktop,
}

impl View {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Desktop => "desktop",
        }
    }

    const fn size(self) -> (u32, u32) {
        match self {
            Self::Phone => (390, 844),
            Self::Desktop => (1280, 900),
        }
    }
}

/// Browsers that nobody has at the moment, and how many there are in all.
static IDLE: Mutex<(Vec<Session>, usize)> = Mutex::new((Vec::new(), 0));
static GIVEN_BACK: Condvar = Condvar::new();

/// A browser with one empty window.
pub(crate) struct Browser {
    session: Option<Session>,
    /// The site whose pages are opened by their path.
    site: String,
    /// Where it comes from, as the site is told.
    address: String,
    tongue: Tongue,
    scripts: bool,
}

impl Browser {
    /// A phone that reads this language, at an address of its own: what one test tries
    /// is not counted against another.
    pub(crate) fn open(site: &str, tongue: Tongue) -> Self {
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        let session = loop {
            if let Some(session) = idle.0.pop() {
                break session;
            }
            if idle.1 < BROWSERS_MAX {
                idle.1 += 1;
                drop(idle);
                break Session::start();
            }
            idle = GIVEN_BACK
                .wait(idle)
                .unwrap_or_else(PoisonError::into_inner);
        };
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let [_, _, high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let browser = Self {
            session: Some(session),
            site: site.to_owned(),
            address: format!("10.77.{high}.{low}"),
            tongue,
            scripts: true,
        };
        browser.wipe();
        browser
    }

    fn wipe(&self) {
        let session = self.session();
        let mut windows = self.windows();
        let kept = windows.pop().unwrap();
        for window in windows {
            self.turn_to(&window);
            let _ = session.delete("/window");
        }
        self.turn_to(&kept);
        for command in [
            "Network.enable",
            "Network.clearBrowserCookies",
            "Network.clearBrowserCache",
        ] {
            session.command(command, &json!({}));
        }
        self.dress();
        self.go("about:blank");
        let _ = session.console();
    }

    /// Makes the window what this browser is said to be; each window is asked anew.
    fn dress(&self) {
        // The town trusts this proxy, which the browser plays itself.
        let headers = json!({ "headers": {
            "X-Forwarded-For": self.address, "Accept-Language": self.tongue.tag(),
        } });
        let session = self.session();
        session.command("Network.enable", &json!({}));
        session.command("Network.setExtraHTTPHeaders", &headers);
        let value = json!({ "value": !self.scripts });
        session.command("Emulation.setScriptExecutionDisabled", &value);
        self.view(View::Phone);
        self.dark(false);
    }

    pub(crate) fn session(&self) -> &Session {
        self.session.as_ref().unwrap()
    }

    /// Takes JavaScript away.
    pub(crate) fn without_scripts(mut self) -> Self {
        self.scripts = false;
        self.dress();
        self
    }

    /// Looks at the page with something else.
    pub(crate) fn view(&self, view: View) {
        let (width, height) = view.size();
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": 1,
            "mobile": view == View::Phone,
        });
        self.session()
            .command("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Has the device ask for dark pages, or no longer.
    pub(crate) fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.session()
            .command("Emulation.setEmulatedMedia", &features);
    }

    /// Opens a page of the site.
    pub(crate) fn visit(&self, path: &str) {
        self.go(&format!("{}{path}", self.site));
    }

    /// Opens any address.
    pub(crate) fn go(&self, address: &str) {
        self.session()
            .post("/url", &json!({ "url": address }))
            .unwrap_or_else(|fault| panic!("{address} does not open: {fault}"));
    }

    pub(crate) fn back(&self) {
        self.session().post("/back", &json!({})).unwrap();
    }

    pub(crate) fn forward(&self) {
        self.session().post("/forward", &json!({})).unwrap();
    }

    pub(crate) fn reload(&self) {
        self.session().post("/refresh", &json!({})).unwrap();
    }

    /// The address of the page, below the site.
    pub(crate) fn path(&self) -> String {
        let address = self.session().get("/url").unwrap();
        let address = address.as_str().unwrap();
        address
            .strip_prefix(&self.site)
            .unwrap_or(address)
            .to_owned()
    }

    pub(crate) fn windows(&self) -> Vec<String> {
        let handles = self.session().get("/window/handles").unwrap();
        let name = |handle: &Value| handle.as_str().unwrap().to_owned();
        handles.as_array().unwrap().iter().map(name).collect()
    }

    /// Opens another tab of the same person, and turns to it.
    pub(crate) fn new_tab(&self) -> String {
        let opened = self
            .session()
            .post("/window/new", &json!({ "type": "tab" }))
            .unwrap();
        let handle = opened["handle"].as_str().unwrap().to_owned();
        self.turn_to(&handle);
        self.dress();
        handle
    }

    pub(crate) fn turn_to(&self, window: &str) {
        self.session()
            .post("/window", &json!({ "handle": window }))
            .unwrap();
    }

    pub(crate) fn window(&self) -> String {
        let handle = self.session().get("/window").unwrap();
        handle.as_str().unwrap().to_owned()
    }

    /// Reads another language from the next page on.
    pub(crate) fn speak(&self, tongue: Tongue) {
        let cookie =
            json!({ "cookie": { "name": "tillkey-language", "value": tongue.tag(), "path": "/" } });
        self.session().post("/cookie", &cookie).unwrap();
    }

    /// The language of whoever has it before them.
    pub(crate) const fn tongue(&self) -> Tongue {
        self.tongue
    }

    /// What a script in the page returns.
    pub(crate) fn script(&self, script: &str) -> Value {
        self.session()
            .script(script, &[])
            .unwrap_or_else(|fault| panic!("{script}: {fault}"))
    }

    /// What a script in the page hands to its last argument.
    pub(crate) fn script_later(&self, script: &str) -> Value {
        self.session()
            .script_later(script)
            .unwrap_or_else(|fault| panic!("{script}: {fault}"))
    }

    /// Waits until something is so.
    pub(crate) fn wait<T>(&self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let until = Instant::now() + APPEARS_WITHIN;
        loop {
            if let Some(seen) = look(self) {
                return seen;
            }
            assert!(
                Instant::now() < until,
                "waited in vain for {what}; there is, at {}:\n{}",
                self.path(),
                self.text()
            );
            thread::park_timeout(LOOK_EVERY);
        }
    }

    /// What can be read on the page.
    pub(crate) fn text(&self) -> String {
        let text = self
            .session()
            .script("return document.body ? document.body.innerText : ''", &[]);
        match text {
            Ok(Value::String(text)) => text,
            // Between two pages there is none.
            _ => String::new(),
        }
    }

    /// Waits until a text can be read.
    pub(crate) fn reads(&self, text: &str) {
        self.wait(&format!("{text:?}"), |browser| {
            browser.text().contains(text).then_some(())
        });
    }

    /// Waits for the page with this heading.
    pub(crate) fn headed(&self, heading: &str) {
        self.wait(&format!("the heading {heading:?}"), |browser| {
            let found = browser.session().script(
                "const h = document.querySelector('h1'); return h ? h.innerText : ''",
                &[],
            );
            (found.ok()?.as_str()?.trim() == heading).then_some(())
        });
    }

    fn shown(&self, using: &str, value: &str) -> Element {
        self.wait(value, |browser| {
            let session = browser.session();
            let found = session.elements(using, value).ok()?;
            found
                .into_iter()
                .find(|element| session.of_element(element, "displayed").ok() == Some(true.into()))
        })
    }

    /// Does something to an element that is there as soon as it can be done: a page
    /// that moves by itself may take an element away at any time.
    fn once_shown(
        &self,
        (using, value): (&str, &str),
        mut act: impl FnMut(&Session, &Element) -> Result<Value, Fault>,
    ) {
        let until = Instant::now() + APPEARS_WITHIN;
        loop {
            let element = self.shown(using, value);
            match act(self.session(), &element) {
                Ok(_) => return,
                Err(fault) => assert!(Instant::now() < until, "{value}: {fault}"),
            }
            thread::park_timeout(LOOK_EVERY);
        }
    }

    /// Clicks what fits a selector.
    pub(crate) fn click(&self, selector: &str) {
        self.once_shown(("css selector", selector), |session, element| {
            session.to_element(element, "click", &json!({}))
        });
    }

    /// Presses the link, button, choice or summary with these words.
    pub(crate) fn press(&self, words: &str) {
        self.once_shown(("xpath", &with_words(words)), |session, element| {
            session.to_element(element, "click", &json!({}))
        });
    }

    /// Presses it twice as fast as a hand can.
    pub(crate) fn press_twice(&self, words: &str) {
        self.once_shown(("xpath", &with_words(words)), |session, element| {
            let press = [
                json!({ "type": "pointerDown", "button": 0 }),
                json!({ "type": "pointerUp", "button": 0 }),
            ];
            let to =
                json!({ "type": "pointerMove", "x": 0, "y": 0, "origin": element.reference() });
            let actions = [&[to], &press[..], &press[..]].concat();
            session.post(
                "/actions",
                &json!({ "actions": [{ "type": "pointer", "id": "hand", "actions": actions }] }),
            )
        });
    }

    /// Types into the field of this name, in the place of what is there.
    pub(crate) fn fill(&self, name: &str, text: &str) {
        self.fill_at(&format!("[name={name}]"), text);
    }

    /// Types into the field that fits a selector, in the place of what is there.
    pub(crate) fn fill_at(&self, selector: &str, text: &str) {
        self.once_shown(("css selector", selector), |session, element| {
            session.to_element(element, "clear", &json!({}))?;
            session.to_element(element, "value", &json!({ "text": text }))
        });
    }

    /// Chooses a file in the field that fits a selector.
    pub(crate) fn fill_file(&self, selector: &str, file: &Path) {
        let path = file.to_str().unwrap();
        self.once_shown(("css selector", selector), |session, element| {
            session.to_element(element, "value", &json!({ "text": path }))
        });
    }

    /// What stands in the field of this name.
    pub(crate) fn typed(&self, name: &str) -> String {
        let element = self.shown("css selector", &format!("[name={name}]"));
        let value = self.session().of_element(&element, "property/value");
        value.unwrap().as_str().unwrap().to_owned()
    }

    /// Whether anything fits a selector, now.
    pub(crate) fn has(&self, selector: &str) -> bool {
        let found = self.session().elements("css selector", selector);
        !found.unwrap().is_empty()
    }

    /// What the console said that somebody has to mend. Answers like 422 to a form with
    /// a mistake are told there as well, and are as they should be.
    pub(crate) fn complaints(&self) -> Vec<String> {
        self.session()
            .console()
            .into_iter()
            .filter(|entry| entry["source"] != "network")
            .map(|entry| format!("{}: {}", entry["source"], entry["message"]))
            .collect()
    }
}

/// Where the link, button, choice or summary with these words is. What else it holds,
/// like a key to press or what only a screen reader says, may stand behind them.
fn with_words(words: &str) -> String {
    let text = "normalize-space()";
    format!(
        "//*[self::a or self::button or self::summary or self::label]\
         [{text} = {words:?} or ./span[starts-with({text}, {words:?})] \
         or ((./kbd or ./span[@class = 'hidden']) and starts-with({text}, {words:?}))]"
    )
}

impl Drop for Browser {
    fn drop(&mut self) {
        let complaints = if thread::panicking() {
            Vec::new()
        } else {
            self.complaints()
        };
        let mut idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner);
        idle.0.extend(self.session.take());
        drop(idle);
        GIVEN_BACK.notify_one();
        assert!(complaints.is_empty(), "the console: {complaints:#?}");
    }
}
