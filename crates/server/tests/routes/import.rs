//! Files of merchants, terminals, operators, contacts and transactions, and what comes
//! of them.

mod wrong;

use std::path::PathBuf;
use std::sync::Arc;

use encoding_rs::GB18030;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config as Runs, TestRunner};
use serde_json::{Value, json};
use tempfile::TempDir;
use tillkey_rules::party::Actor;
use tillkey_server::Shell;
use tillkey_server::act::import::{By, Counts, Outcome, Sheet, import, rehearse};
use tillkey_server::act::party;
use tillkey_store::party::merchant::DocumentRole;
use tillkey_store::party::{contact, merchant};
use tillkey_store::seal::{self, DataKey, Owner};
use tillkey_wire::ids::MerchantNumber;

use crate::support::{LICENCE, MERCHANT, OTHER_MERCHANT, PHONE, STRANGER, TERMINAL, World, digits};

const NEW: &str = "898310054110077";

const MERCHANTS: &str = "merchant_number,name,phone,status,credit_code,holder_id,proxy_ids\n";
const TERMINALS: &str = "merchant_number,terminal_number,serial_number,model\n";
const OPERATORS: &str = "merchant_number,terminal_number,operator_number\n";
const CONTACTS: &str = "merchant_number,phone\n";
const TRANSACTIONS: &str =
    "reference,merchant_number,terminal_number,kind,amount_yuan,taken_at,batch,settled_on\n";

/// A folder for files, and the installation that takes them.
struct Desk {
    shell: Shell,
    folder: TempDir,
}

impl Desk {
    fn of(world: &World) -> Self {
        Self {
            shell: world.shell.clone(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn write(&self, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join("file.csv");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn sheet(&self, bytes: &[u8]) -> Sheet {
        Sheet::look_at(&self.write(bytes), None).unwrap()
    }

    fn by(&self) -> By {
        By {
            acquirer: self.shell.home().clone(),
            actor: Actor::System,
        }
    }

    /// Imports a file. Not for async code.
    fn now(&self, bytes: &[u8]) -> Outcome {
        let sheet = self.sheet(bytes);
        import(&self.shell, &sheet, &self.by(), &quiet()).unwrap()
    }

    async fn run(&self, bytes: impl AsRef<[u8]>) -> Outcome {
        let sheet = self.sheet(bytes.as_ref());
        let (shell, by) = (self.shell.clone(), self.by());
        let work = move || import(&shell, &sheet, &by, &quiet()).unwrap();
        tokio::task::spawn_blocking(work).await.unwrap()
    }

    /// How many rows are new, changed and unchanged.
    async fn counts(&self, bytes: impl AsRef<[u8]>) -> (u32, u32, u32) {
        counts(&right(self.run(bytes).await))
    }

    /// What is wrong, as `line column: rule`.
    async fn wrong(&self, bytes: impl AsRef<[u8]>) -> Vec<String> {
        match self.run(bytes).await {
            Outcome::Wrong(wrong) => wrong
                .cells
                .iter()
                .map(|cell| {
                    let column = cell.column.as_deref().unwrap_or("row");
                    format!("{} {column}: {}", cell.line, cell.rule)
                })
                .collect(),
            Outcome::Right(counts) => panic!("{counts:?}"),
        }
    }
}

fn quiet() -> Arc<dyn Fn(u64, u64) + Send + Sync> {
    Arc::new(|_, _| ())
}

#[track_caller]
fn right(outcome: Outcome) -> Counts {
    match outcome {
        Outcome::Right(counts) => counts,
        Outcome::Wrong(wrong) => panic!("{wrong:?}"),
    }
}

fn counts(counts: &Counts) -> (u32, u32, u32) {
    (counts.new, counts.changed, counts.unchanged())
}

fn leaves(ledger: &str) -> Vec<Value> {
    ledger
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// How often each event of a kind stands in the ledger.
async fn count(world: &World, event: &str) -> usize {
    let leaves = leaves(&world.ledger_text().await);
    leaves.iter().filter(|leaf| leaf["event"] == event).count()
}

#[tokio::test]
async fn an_imported_merchant_opens_a_case_and_its_phone_gets_the_code() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let merchants = format!("{MERCHANTS}{NEW},张记包子,13800138077,,{LICENCE},,\n");
    assert_eq!(desk.counts(merchants).await, (1, 0, 0));
    let terminals = format!("{TERMINALS}{NEW},{TERMINAL},SN77000001,A920\n");
    assert_eq!(desk.counts(terminals).await, (1, 0, 0));
    let operators = format!("{OPERATORS}{NEW},{TERMINAL},01\n{NEW},{TERMINAL},00\n");
    assert_eq!(desk.counts(operators).await, (2, 0, 0));

    let opened = world.app_case(NEW).await;
    let path = opened.path("/challenges");
    let body = json!({"kind": "sms_code"});
    let asked = world.post(&path).token(&opened.token).json(&body);
    asked.go().await.is(202);
    let messages = world.messages().await;
    assert_eq!(messages[0].0, "+8613800138077");
    let proof = json!({"kind": "sms_code", "code": digits(&messages[0].1, 6)});
    let proven = world.present(&opened.case, &opened.token, &proof).await;
    assert_eq!(proven.is(200)["evidence"], json!(["sms_code"]));
}

#[tokio::test]
async fn nobody_gets_a_password_an_enrolment_or_an_approval_by_a_file() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    desk.run(format!("{MERCHANTS}{NEW},张记包子,13800138077,,,,\n"))
        .await;
    desk.run(format!("{TERMINALS}{NEW},{TERMINAL},SN77000001,A920\n"))
        .await;
    desk.run(format!("{OPERATORS}{NEW},{TERMINAL},01\n")).await;
    let added = leaves(&world.ledger_text().await);
    let id = added
        .iter()
        .find(|leaf| leaf["serial_number"] == "SN77000001")
        .unwrap()["terminal"]
        .as_str()
        .unwrap();
    let view = party::view_terminal(&world.shell, id.parse().unwrap(), &world.admin).await;
    let view = view.unwrap();
    assert!(view.enrolled_at.is_none());
    assert!(view.operators.iter().all(|operator| !operator.password_set));
    for event in ["enrolment_opened", "terminal_enrolled", "case"] {
        assert_eq!(count(&world, event).await, 0, "{event}");
    }
    assert!(world.messages().await.is_empty());
}

#[tokio::test]
async fn a_chinese_file_in_gb18030_says_the_same_as_one_in_utf8() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let files = [
        format!(
            "商户名称,商户号,登记手机,状态,统一社会信用代码,账户持有人身份证号\r\n\
             \"张记包子，总店\",{NEW},13800138077,暂停服务,{LICENCE},11010519491231002X\r\n\
             龘龖,898310054110078,13800138078,正常,,\r\n"
        ),
        format!("商户编号,终端编号,终端序列号,终端型号\r\n{NEW},{TERMINAL},SN77000001,A920\r\n"),
        format!("商户号,终端号,操作员号\r\n{NEW},{TERMINAL},01\r\n"),
        format!(
            "流水号,商户号,终端号,交易类型,金额,交易时间,批次号,清算日期\r\n\
             a1,{NEW},{TERMINAL},消费,\"1,234.50\",2026-03-01 10:15,12,2026-03-01\r\n\
             a2,{NEW},{TERMINAL},退货,0.01,2026-03-01T10:16:00+08:00,12,\r\n\
             a3,{NEW},{TERMINAL},撤销,3,2026-03-01 10:17:00,12,\r\n"
        ),
        format!("登记手机,商户号\r\n13800138079,{NEW}\r\n"),
    ];
    for file in &files {
        let rows = u32::try_from(file.lines().count() - 1).unwrap();
        let (new, changed, _) = desk.counts(GB18030.encode(file).0).await;
        assert_eq!(new + changed, rows, "{file}");
        let marked = [b"\xef\xbb\xbf", file.as_bytes()].concat();
        for bytes in [file.as_bytes().to_vec(), marked] {
            assert_eq!(desk.counts(bytes).await, (0, 0, rows), "{file}");
        }
    }
    // What stands in the files, and not what their bytes were taken for.
    let shell = world.shell.clone();
    let read = world.shell.store().read(move |tx| {
        let number: MerchantNumber = NEW.parse().unwrap();
        let found = merchant::find(tx, &number)?.unwrap();
        let owner = Owner::Merchant(number.clone());
        let key = DataKey::load(tx, shell.seal_keys(), &owner)?;
        Ok((
            found.status.name(),
            found.name(&key)?.expose().clone(),
            contact::present(tx, &number)?
                .unwrap()
                .phone(&key)?
                .expose()
                .clone(),
            contact::previous(tx, &number)?
                .unwrap()
                .phone(&key)?
                .expose()
                .clone(),
            merchant::documents(tx, &number)?.len(),
        ))
    });
    let expected = (
        "suspended",
        "张记包子，总店".to_owned(),
        "+8613800138079".to_owned(),
        "+8613800138077".to_owned(),
        2,
    );
    assert_eq!(read.await.unwrap(), expected);
}

#[tokio::test]
async fn a_merchant_becomes_as_the_file_has_it_and_an_empty_cell_leaves_what_is_there() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let same = format!("{MERCHANTS}{MERCHANT},老王面馆,13800138000,active,{LICENCE},,\n");
    assert_eq!(desk.counts(&same).await, (0, 0, 1));
    let left = format!("商户号,商户名称\n{MERCHANT},老王面馆\n");
    assert_eq!(desk.counts(&left).await, (0, 0, 1));

    for (cells, event) in [
        ("老王面庄,,,,,", "merchant_renamed"),
        ("老王面庄,13800138099,,,,", "contact_changed"),
        ("老王面庄,,suspended,,,", "merchant_status_changed"),
        (
            "老王面庄,,,,440524188001010014,",
            "merchant_documents_changed",
        ),
    ] {
        let before = count(&world, event).await;
        let file = format!("{MERCHANTS}{MERCHANT},{cells}\n");
        assert_eq!(desk.counts(&file).await, (0, 1, 0), "{cells}");
        assert_eq!(desk.counts(&file).await, (0, 0, 1), "{cells}");
        assert_eq!(count(&world, event).await, before + 1, "{cells}");
    }
    // The holder is another one now; the licence that no cell named is still there.
    let (shell, home) = (world.shell.clone(), world.shell.home().clone());
    let read = world.shell.store().read(move |tx| {
        let merchant: MerchantNumber = MERCHANT.parse().unwrap();
        let index = |kind, number| shell.seal_keys().document_index(&home, kind, number);
        let mut roles = Vec::new();
        for (kind, number) in [
            ("identity_document", "440524188001010014"),
            ("identity_document", "11010519491231002X"),
            ("business_licence", LICENCE),
        ] {
            roles.push(merchant::compare_document(
                tx,
                &merchant,
                &index(kind, number),
            )?);
        }
        Ok(roles)
    });
    let expected = [
        vec![DocumentRole::Holder],
        vec![],
        vec![DocumentRole::Business],
    ];
    assert_eq!(read.await.unwrap(), expected);
}

#[tokio::test]
async fn a_person_who_stays_in_one_role_is_not_lost_with_another() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let (a, b) = ("11010519491231002X", "440524188001010014");
    for (cells, expected) in [(format!("{a},{a};{b}"), 3), (format!("{a},{b}"), 2)] {
        let file = format!("{MERCHANTS}{NEW},张记包子,13800138077,,,{cells}\n");
        desk.run(&file).await;
        let documents = world
            .shell
            .store()
            .read(|tx| merchant::documents(tx, &NEW.parse().unwrap()))
            .await
            .unwrap();
        assert_eq!(documents.len(), expected, "{cells}");
        assert_eq!(documents[0].0, DocumentRole::Holder, "{cells}");
        assert_eq!(desk.counts(&file).await, (0, 0, 1), "{cells}");
    }
}

/// Attack C14: a new phone does not help whoever asks right after it.
#[tokio::test]
async fn c14_a_contact_that_a_file_changed_is_fresh_for_the_policy() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let decide = async |phone: &str| {
        let opened = world.app_case(MERCHANT).await;
        let path = |below: &str| opened.path(below);
        let body = json!({"kind": "sms_code"});
        let asked = world
            .post(&path("/challenges"))
            .token(&opened.token)
            .json(&body);
        asked.go().await.is(202);
        let messages = world.messages().await;
        assert_eq!(messages[0].0, phone);
        let proof = json!({"kind": "sms_code", "code": digits(&messages[0].1, 6)});
        let proven = world.present(&opened.case, &opened.token, &proof).await;
        proven.is(200);
        let submitted = world
            .post(&path("/submission"))
            .token(&opened.token)
            .go()
            .await;
        submitted.is(200)["decision"].as_str().unwrap().to_owned()
    };
    assert_eq!(decide(PHONE).await, "go_ahead");
    world.messages().await;
    assert_eq!(
        desk.counts(format!("{CONTACTS}{MERCHANT},13800138099\n"))
            .await,
        (0, 1, 0)
    );
    assert_ne!(decide("+8613800138099").await, "go_ahead");
    world.clock.advance(SignedDuration::from_hours(100));
    world.messages().await;
    assert_eq!(decide("+8613800138099").await, "go_ahead");
}

#[tokio::test]
async fn a_transaction_may_become_settled_and_nothing_else() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let row = |rest: &str| format!("{TRANSACTIONS}r1,{MERCHANT},{TERMINAL},sale,{rest}\n");
    assert_eq!(
        desk.counts(row("12.50,2026-03-01 10:15:00.5,1,")).await,
        (1, 0, 0)
    );
    assert_eq!(
        desk.counts(row("12.50,2026-03-01T10:15:00.5+08:00,1,"))
            .await,
        (0, 0, 1)
    );
    assert_eq!(
        desk.counts(row("12.50,2026-03-01T10:15:00.5004+08:00,1,"))
            .await,
        (0, 0, 1)
    );
    assert_eq!(
        desk.counts(row("12.50,2026-03-01T02:15:00.5Z,1,2026-03-02"))
            .await,
        (0, 1, 0)
    );
    let other = "2 reference: belongs to another record";
    assert_eq!(
        desk.wrong(row("12.50,2026-03-01T02:15:00.5Z,1,2026-03-01"))
            .await,
        [other]
    );
    assert_eq!(
        desk.wrong(row("12.60,2026-03-01T02:15:00.5Z,1,2026-03-02"))
            .await,
        [other]
    );
    // One entry for so many rows, whichever file they come in.
    let many: String = (0..1_200)
        .map(|at| format!("m{at},{MERCHANT},{TERMINAL},sale,1,2026-03-01 10:15:00,1,\n"))
        .collect();
    let before = count(&world, "transactions_recorded").await;
    assert_eq!(
        desk.counts(format!("{TRANSACTIONS}{many}")).await,
        (1_200, 0, 0)
    );
    assert_eq!(count(&world, "transactions_recorded").await, before + 3);
}

#[tokio::test]
async fn another_acquirers_merchant_is_not_touched_and_an_erased_one_is_said() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    world.other_merchant().await;
    let erased: MerchantNumber = OTHER_MERCHANT.parse().unwrap();
    let erase =
        move |tx: &mut dyn tillkey_store::tx::Tx| seal::erase(tx, &Owner::Merchant(erased.clone()));
    assert!(world.shell.store().write(erase).await.unwrap());
    let rule = "2 merchant_number: a merchant whose data was not erased";
    let file = format!("{MERCHANTS}{OTHER_MERCHANT},小李水果,,,,,\n");
    assert_eq!(desk.wrong(file).await, [rule]);
    let file = format!("{CONTACTS}{OTHER_MERCHANT},13800138002\n");
    assert_eq!(desk.wrong(file).await, [rule]);

    let theirs = By {
        acquirer: "no-bank".parse().unwrap(),
        actor: Actor::System,
    };
    let sheet = desk.sheet(CONTACTS.as_bytes());
    let shell = world.shell.clone();
    let work = move || import(&shell, &sheet, &theirs, &quiet());
    let fault = tokio::task::spawn_blocking(work)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(fault.to_string(), "there is no acquirer no-bank");
}

/// DESIGN §2.9: what stands in a file is neither in the ledger nor in what is said of it.
/// A plain digest of a short file would let anybody try the phones.
#[tokio::test]
async fn i09_neither_the_ledger_nor_an_error_holds_what_stands_in_a_file() {
    use sha2::Digest as _;
    let world = World::new().await;
    let desk = Desk::of(&world);
    let file = format!("{MERCHANTS}{NEW},张记包子,13800138077,,{LICENCE},11010519491231002X,\n");
    let counts = right(desk.run(&file).await);
    let ledger = world.ledger_text().await;
    let plain = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(&file));
    for secret in [
        "张记包子",
        "13800138077",
        LICENCE,
        "11010519491231002X",
        &plain,
    ] {
        assert!(!ledger.contains(secret), "{secret}");
    }
    let leaf = leaves(&ledger)
        .into_iter()
        .find(|leaf| leaf["event"] == "imported")
        .unwrap();
    let (digest, by) = (
        leaf["digest"].as_str().unwrap(),
        leaf["by"]["who"].as_str().unwrap(),
    );
    assert_eq!((digest, by), (counts.digest.as_str(), "system"));
    assert_eq!(
        (&leaf["kind"], &leaf["rows"], &leaf["new"], &leaf["changed"]),
        (&json!("merchants"), &json!(1), &json!(1), &json!(0))
    );
    let bad = format!("{MERCHANTS}x9831005411,=secret,1380013,gone,CODE,IDNUMBER,IDNUMBER\n");
    let wrong = desk.wrong(bad).await.join("\n");
    for secret in [
        "x9831005411",
        "secret",
        "1380013",
        "gone",
        "CODE",
        "IDNUMBER",
    ] {
        assert!(!wrong.contains(secret), "{secret}: {wrong}");
    }
}

#[tokio::test]
async fn a_rehearsal_does_all_of_it_and_keeps_nothing() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let before = world.ledger_text().await;
    let mut sheets = Vec::new();
    for (name, text) in [
        (
            "m.csv",
            format!("{MERCHANTS}{NEW},张记包子,13800138077,,,,\n"),
        ),
        (
            "t.csv",
            format!("{TERMINALS}{NEW},{TERMINAL},SN77000001,A920\n"),
        ),
        (
            "o.csv",
            format!("{OPERATORS}{NEW},{TERMINAL},01\n{NEW},{TERMINAL},99\n"),
        ),
        (
            "c.csv",
            format!("{CONTACTS}{NEW},13800138078\n{STRANGER},13800138078\n"),
        ),
        ("o2.csv", format!("{OPERATORS}{NEW},{TERMINAL},02\n")),
    ] {
        let path = desk.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        sheets.push(Sheet::look_at(&path, None).unwrap());
    }
    let (shell, by) = (world.shell.clone(), desk.by());
    let work = move || rehearse(&shell, &sheets, &by, &quiet()).unwrap();
    let mut outcomes = tokio::task::spawn_blocking(work).await.unwrap();
    // Up to the first that is wrong, each after what the ones before it did.
    assert_eq!(outcomes.len(), 4);
    assert!(matches!(outcomes.pop(), Some(Outcome::Wrong(_))));
    let new: Vec<u32> = outcomes
        .into_iter()
        .map(|outcome| right(outcome).new)
        .collect();
    assert_eq!(new, [1, 1, 2]);
    assert_eq!(world.ledger_text().await, before);
    let found = world.shell.store();
    let found = found
        .read(|tx| merchant::find(tx, &NEW.parse().unwrap()))
        .await;
    assert!(found.unwrap().is_none());
}

/// Some merchants, in any order, with names and phones that change from file to file.
fn some_merchants() -> impl Strategy<Value = Vec<(u8, u8, u8, bool)>> {
    proptest::collection::vec((0..12u8, 0..3u8, 0..3u8, any::<bool>()), 0..8)
}

#[test]
fn a_file_imported_twice_is_imported_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    let desk = Desk::of(&world);
    let runs = Runs {
        cases: 48,
        ..Runs::default()
    };
    let ledger = || runtime.block_on(world.ledger_text()).len();
    let checked = TestRunner::new(runs).run(&some_merchants(), |merchants| {
        let mut file = MERCHANTS.to_owned();
        let mut named = std::collections::BTreeSet::new();
        for (number, name, phone, active) in merchants {
            if named.insert(number) {
                let status = if active { "active" } else { "suspended" };
                file +=
                    &format!("8983100541200{number:02},店 {name},1380013801{phone},{status},,,\n");
            }
        }
        let rows = u32::try_from(named.len()).unwrap();
        let first = right(desk.now(file.as_bytes()));
        prop_assert_eq!(first.rows, rows);
        let after = ledger();
        let again = right(desk.now(file.as_bytes()));
        prop_assert_eq!(counts(&again), (0, 0, rows));
        prop_assert_eq!(ledger(), after);
        prop_assert_eq!(again.digest, first.digest);
        Ok(())
    });
    checked.unwrap();
}
