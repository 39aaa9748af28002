//! `tillkey bench fleet` and `start`: a figure that nobody can measure any more is found
//! here, and not on the day it is asked for. Their parts are processes of this very program.

use crate::sandbox::Sandbox;

#[test]
fn a_small_fleet_is_measured_beside_mosquitto() {
    let sandbox = Sandbox::new();
    let (status, report) = sandbox.json(&["bench", "fleet", "--quick", "--data", "."]);
    assert_eq!(status, 0, "{report}");
    let figures = report["figures"]["fleet"].as_array().unwrap();
    assert!(!figures.is_empty(), "{report}");
    for figure in figures {
        assert_eq!(figure["runs"], 1, "{figure}");
        // So few terminals may fit into what their processes hold already.
        if figure["unit"] == "KiB" {
            continue;
        }
        let median = figure["median"].as_f64();
        assert!(median.is_some_and(|median| median > 0.0), "{figure}");
    }
    cleaned_up(&sandbox);
}

#[test]
fn a_start_is_measured() {
    let sandbox = Sandbox::new();
    let (status, report) = sandbox.json(&["bench", "start", "--quick", "--data", "."]);
    assert_eq!(status, 0, "{report}");
    let took = report["figures"]["start"][0]["median"].as_f64();
    assert!(took.is_some_and(|took| took > 0.0), "{report}");
    cleaned_up(&sandbox);
}

fn cleaned_up(sandbox: &Sandbox) {
    let left = std::fs::read_dir(sandbox.path(".")).unwrap().count();
    assert_eq!(left, 0, "it cleans up");
}
