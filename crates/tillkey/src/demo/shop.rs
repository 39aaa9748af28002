//! A made-up shop: a merchant with a phone and documents, one enrolled terminal, a
//! supervisor and a cashier who chose their first passwords on it.

use std::path::{Path, PathBuf};

use rand::Rng;
use serde_json::json;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_server::Shell;
use tillkey_wire::ids::OperatorNumber;

use super::bank::{Bank, text};
use super::operator::Operator;
use super::story::Story;
use super::trade;
use crate::failed::Failed;

/// The model that the bank has on file; a device says its own when it is enrolled.
const MODEL: &str = "Tillkey Text Terminal";
/// All that a manager can be given.
const MANAGER_RIGHTS: [&str; 7] = [
    "reset_cashiers",
    "reset_supervisor",
    "reset_administrator",
    "manage_operators",
    "change_contact",
    "see_records",
    "consent",
];
/// Trading names, made up.
const NAMES: [&str; 6] = [
    "老王面馆",
    "清风茶庄",
    "小满便利店",
    "四季鲜果",
    "晨光文具",
    "阿婆豆花",
];

/// A shop.
#[derive(Debug, Clone)]
pub(super) struct Shop {
    pub(super) name: &'static str,
    pub(super) merchant: String,
    pub(super) phone: String,
    /// The phone with which its manager signs in to the portal.
    pub(super) manager_phone: String,
    pub(super) credit_code: String,
    pub(super) holder: String,
    /// How the server names its terminal, once it is registered.
    pub(super) terminal: String,
    pub(super) terminal_number: String,
    pub(super) serial_number: String,
    pub(super) profile: PathBuf,
    /// What the shop's own books say of each day: what a caller looks up.
    pub(super) books: PathBuf,
    pub(super) supervisor: OperatorNumber,
    pub(super) cashier: OperatorNumber,
}

/// Opens a shop and gives its cashier, who is at the terminal.
pub(super) async fn open(
    shell: &Shell,
    bank: &Bank,
    folder: &Path,
    url: &str,
    story: &Story,
) -> Result<(Shop, Operator), Failed> {
    let mut shop = made_up(shell, folder)?;
    let by = &bank.administrator;
    let body = json!({
        "merchant": shop.merchant, "name": shop.name, "phone": shop.phone,
        "credit_code": shop.credit_code, "holder_identity_number": shop.holder,
    });
    bank.post(by, "/v1/merchants", body).await?;
    let body = json!({
        "merchant": shop.merchant, "number": shop.terminal_number,
        "serial_number": shop.serial_number, "model": MODEL,
    });
    let terminal = text(&bank.post(by, "/v1/terminals", body).await?, "terminal")?;
    shop.terminal.clone_from(&terminal);
    for operator in [shop.supervisor, shop.cashier] {
        let body = json!({ "terminal": terminal, "operator": operator });
        bank.post(by, "/v1/operators", body).await?;
    }
    let body = json!({
        "merchant": shop.merchant, "name": "王经理", "phone": shop.manager_phone,
        "rights": MANAGER_RIGHTS,
    });
    bank.post(by, "/v1/managers", body).await?;
    let path = format!("/v1/terminals/{terminal}/enrolment");
    let code = text(&bank.post(by, &path, json!({})).await?, "code")?;
    let mut operator = Operator::sit_down(shell, &shop, url).await?;
    operator.enrol(&code).await?;
    for who in [shop.supervisor, shop.cashier] {
        operator.first_password(who).await?;
    }
    story.step(&format!(
        "{} opened: terminal {} enrolled, operators {} and {} chose their first passwords on it",
        shop.name, shop.terminal_number, shop.supervisor, shop.cashier
    ));
    let days = trade::report(shell, bank, &shop).await?;
    story.step(&format!(
        "{days} days of its trade came in from the bank's own system"
    ));
    Ok((shop, operator))
}

fn made_up(shell: &Shell, folder: &Path) -> Result<Shop, Failed> {
    let mut rng = shell.rng();
    let serial = rng.gen_range(0..10_000);
    let name = NAMES
        .get(rng.gen_range(0..NAMES.len()))
        .copied()
        .unwrap_or("老王面馆");
    let digits = rng.gen_range(10_000_000..100_000_000u32);
    let terminal_number = digits.to_string();
    // Institution 898, Shanghai, restaurants.
    let merchant = format!("898{:04}5812{serial:04}", rng.gen_range(2900..2999));
    Ok(Shop {
        name,
        phone: format!("+86139{:08}", rng.gen_range(0..100_000_000u32)),
        manager_phone: format!("+86138{:08}", rng.gen_range(0..100_000_000u32)),
        credit_code: credit_code(&mut rng)?,
        holder: identity_number(&mut rng)?,
        serial_number: format!("TK{:012}", rng.gen_range(0..1_000_000_000_000u64)),
        profile: folder.join("terminals").join(&terminal_number),
        books: folder.join("books").join(format!("{merchant}.csv")),
        merchant,
        terminal: String::new(),
        terminal_number,
        supervisor: number(0)?,
        cashier: number(1)?,
    })
}

fn number(number: u8) -> Result<OperatorNumber, Failed> {
    OperatorNumber::new(number).map_err(Failed::because("a made-up operator is not valid"))
}

/// A number whose check character fits: found by trying all of them, so that there is
/// one place that knows the rule.
fn identity_number(rng: &mut impl Rng) -> Result<String, Failed> {
    let body = format!(
        "310101{}0{}1{}{:03}",
        rng.gen_range(1960..2000),
        rng.gen_range(1..10),
        rng.gen_range(0..10),
        rng.gen_range(1..1000)
    );
    let fits = |text: &String| ResidentIdentityNumber::parse(text).is_ok();
    "0123456789X"
        .chars()
        .map(|check| format!("{body}{check}"))
        .find(fits)
        .ok_or_else(|| Failed::new("no identity number could be made up"))
}

fn credit_code(rng: &mut impl Rng) -> Result<String, Failed> {
    let body = format!("91310101MA1{:06}", rng.gen_range(0..1_000_000));
    let fits = |text: &String| SocialCreditCode::parse(text).is_ok();
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|check| format!("{body}{check}"))
        .find(fits)
        .ok_or_else(|| Failed::new("no credit code could be made up"))
}
