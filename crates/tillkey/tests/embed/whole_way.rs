//! A terminal written in C: enrolled, its cashier's first password chosen, signed on,
//! payments taken, the password forgotten and reset through the app channel, and the old
//! one refused.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sdk::Program;
use crate::shop::{CASHIER, Shop, Till};
use crate::town::Town;

/// As the shop chose it.
const OLD: &str = "48261593";
const NEW: &str = "73950284";

fn terminal() -> Program {
    Program::build(&["terminal.c", "websocket.c", "memory.c"])
}

/// Switches it on, on a directory or in memory.
fn switch_on(program: &Program, town: &Town, serial_number: &str, storage: &str) -> Till {
    let (host, port) = town
        .url
        .strip_prefix("http://")
        .unwrap()
        .rsplit_once(':')
        .unwrap();
    let mut command = program.command();
    command.args([host, port, serial_number, storage]);
    Till::start(command)
}

/// Switches it off, and holds it to its word that it left nothing behind.
fn switch_off(till: &mut Till) {
    drop(till.keys.take());
    let ended = till.child.wait().unwrap();
    assert!(ended.success(), "{ended}");
}

/// Forgets the password, and has it reset with the phone's codes; the reset code.
fn reset(town: &Town, shop: &mut Shop) -> String {
    let body = json!({
        "merchant": shop.merchant, "terminal": shop.terminal, "operator": CASHIER,
        "reason": "forgotten", "channel": "app",
    });
    let opened = town.post("", "/v1/cases", &body);
    let text = |name: &str| opened[name].as_str().unwrap().to_owned();
    let (case, token) = (text("case"), text("token"));
    let post =
        |what: &str, body: Value| town.post(&token, &format!("/v1/cases/{case}/{what}"), &body);
    post("challenges", json!({ "kind": "sms_code" }));
    let code = shop.phone.code(6);
    post("evidence", json!({ "kind": "sms_code", "code": code }));
    post("submission", json!({}));
    let asked = shop.till.tells("code_issued");
    assert_eq!(asked["case"], case.as_str());
    assert_eq!(asked["operator"], CASHIER);
    shop.phone.code(8)
}

#[test]
fn a_terminal_in_c_enrols_signs_on_sells_and_resets() {
    let town = Town::shared();
    let program = terminal();
    let state = TempDir::new().unwrap();
    let directory = state.path().join("state");
    let directory = directory.to_str().unwrap();
    let mut shop = Shop::with(town, "老王面馆", |_| {
        switch_on(&program, town, "TKC00000000001", directory)
    });

    shop.till.does(&format!("sign-on {CASHIER} {OLD}"));
    shop.till.tells("signed_on");
    for fen in [2_350, 1_280] {
        shop.till
            .does(&format!("sale {CASHIER} {fen} 6222020000004444121"));
        let recorded = shop.till.tells("recorded");
        assert_eq!(recorded["entry"]["fen"], fen);
        assert_eq!(recorded["entry"]["card"], "622202******4121");
    }

    let code = reset(town, &mut shop);
    // The backup of what was sold went to the bank before the code did.
    shop.till.does(&format!("code {CASHIER} {code}"));
    let accepted = shop.till.tells("code_accepted");
    assert_eq!(accepted["digits_min"], 6);
    shop.till.does(&format!("password {CASHIER} 123456"));
    let refused = shop.till.tells("password_refused");
    assert_ne!(refused["rules"], 0);
    shop.till.chooses(CASHIER, NEW);
    shop.till.does(&format!("sign-on {CASHIER} {OLD}"));
    shop.till.tells("wrong_password");
    shop.till.does(&format!("sign-on {CASHIER} {NEW}"));
    shop.till.tells("signed_on");

    // What it knows is in the directory: the next program is the same terminal.
    switch_off(&mut shop.till);
    shop.till = switch_on(&program, town, "TKC00000000001", directory);
    shop.till.tells("welcomed");
    shop.till.does(&format!("sign-on {CASHIER} {NEW}"));
    shop.till.tells("signed_on");
    shop.till
        .does(&format!("sale {CASHIER} 9900 6222020000004444121"));
    assert_eq!(shop.till.tells("recorded")["entry"]["number"], 3);
    shop.till.does(&format!("settle {CASHIER}"));
    assert_eq!(shop.till.tells("recorded")["entry"]["kind"], 4);
    switch_off(&mut shop.till);
}

#[test]
fn a_vendors_own_storage_is_as_good() {
    let town = Town::shared();
    let program = terminal();
    let mut shop = Shop::with(town, "清风茶庄", |_| {
        switch_on(&program, town, "TKC00000000002", "memory")
    });
    shop.till.does(&format!("sign-on {CASHIER} {OLD}"));
    shop.till.tells("signed_on");
    shop.till
        .does(&format!("sale {CASHIER} 500 6222020000004444121"));
    shop.till.tells("recorded");
    let code = reset(town, &mut shop);
    shop.till.takes(CASHIER, &code);
    shop.till.chooses(CASHIER, NEW);
    shop.till.does(&format!("sign-on {CASHIER} {NEW}"));
    shop.till.tells("signed_on");
    switch_off(&mut shop.till);
}
