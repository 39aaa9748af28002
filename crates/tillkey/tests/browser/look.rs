//! What holds of every page, whoever made it: looked at on a phone and on a desktop, in
//! both languages and in the dark, by `axe-core` and by this.
//!
//! Each look is kept as a picture in `target/screenshots`, for people.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::browser::{Browser, View};
use crate::words::Tongue;

/// The accessibility checker, from npm: `cargo xtask install` puts it there.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser/node_modules/axe-core/axe.min.js");
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}: cargo xtask install", path.display()))
});

const RUN_AXE: &str = "const done = arguments[arguments.length - 1];\
    axe.run(document, { resultTypes: ['violations'] })\
    .then((found) => done(found.violations), (error) => done([{ id: String(error), impact: 'critical', nodes: [] }]));";

/// How many bytes a page weighs with all it loads, whatever of it was kept: what
/// `transferSize` is defined as where nothing was.
const WEIGHT: &str = "return performance.getEntriesByType('navigation')\
    .concat(performance.getEntriesByType('resource'))\
    .map((entry) => entry.encodedBodySize + 300).reduce((a, b) => a + b, 0)";

/// Where the pictures are kept.
static PICTURES: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../screenshots");
    fs::create_dir_all(&folder).unwrap();
    folder
});

/// Looks at the page from all sides, by loading it again; it has to bear that.
pub(crate) fn look(browser: &Browser, name: &str) {
    let path = browser.path();
    for tongue in Tongue::BOTH {
        browser.speak(tongue);
        browser.visit(&path);
        assert_eq!(
            browser.script("return document.documentElement.lang"),
            tongue.tag(),
            "{name}"
        );
        look_here(browser, name, tongue);
    }
    browser.speak(browser.tongue());
    browser.visit(&path);
}

/// Looks at a page that cannot be loaded again, like a form that came back.
pub(crate) fn look_here(browser: &Browser, name: &str, tongue: Tongue) {
    let mut wrong = Vec::new();
    for (view, dark) in [
        (View::Desktop, false),
        (View::Phone, true),
        (View::Phone, false),
    ] {
        browser.view(view);
        browser.dark(dark);
        let shade = if dark { "-dark" } else { "" };
        let name = format!("{name}-{}-{}{shade}", tongue.tag(), view.name());
        keep(browser, &name);
        wrong.extend(found_by_axe(browser).map(|what| format!("{name}: {what}")));
        let over = browser
            .script("return document.documentElement.scrollWidth - window.innerWidth")
            .as_i64()
            .unwrap();
        if over > 0 {
            wrong.push(format!("{name}: {over} pixels wider than the screen"));
        }
    }
    let weight = browser.script(WEIGHT).as_f64().unwrap();
    if weight > 60_000.0 {
        wrong.push(format!("{name}: {weight} bytes"));
    }
    wrong.extend(browser.complaints());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn found_by_axe(browser: &Browser) -> impl Iterator<Item = String> + use<> {
    let session = browser.session();
    if browser.script("return typeof axe") == "undefined" {
        session.script(&AXE, &[]).unwrap();
    }
    let Value::Array(found) = session.script_later(RUN_AXE).unwrap() else {
        unreachable!("axe gives a list");
    };
    let grave = |rule: &Value| rule["impact"] == "serious" || rule["impact"] == "critical";
    found.into_iter().filter(grave).map(|rule| {
        let nodes = rule["nodes"].as_array().unwrap();
        let shown =
            |node: &Value| format!("\n    {}\n    {}", node["html"], node["failureSummary"]);
        let nodes: String = nodes.iter().map(shown).collect();
        format!("{}: {}{nodes}", rule["id"], rule["help"])
    })
}

/// Keeps a picture of the whole page.
fn keep(browser: &Browser, name: &str) {
    let session = browser.session();
    let metrics = session.command("Page.getLayoutMetrics", &json!({}));
    let size = &metrics["cssContentSize"];
    let picture = session.command(
        "Page.captureScreenshot",
        &json!({
            "captureBeyondViewport": true,
            "clip": { "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1 },
        }),
    );
    let bytes = BASE64
        .decode(picture["data"].as_str().unwrap().as_bytes())
        .unwrap();
    fs::write(PICTURES.join(format!("{name}.png")), bytes).unwrap();
}
