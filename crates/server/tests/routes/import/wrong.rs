//! What is said of rows that are wrong: which line, which column, and what it takes.

use tillkey_server::act::import::Outcome;

use super::{CONTACTS, Desk, MERCHANTS, NEW, OPERATORS, TRANSACTIONS};
use crate::support::{LICENCE, MERCHANT, OTHER_MERCHANT, STRANGER, TERMINAL, World};

/// A first line, rows of which the first is right, and what is wrong with the others.
type Table<'a> = (&'a str, Vec<String>, Vec<(usize, &'a str, &'a str)>);

#[tokio::test]
async fn wrong_rows_are_named_by_line_and_column_and_nothing_of_the_file_is_kept() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let name = "a name that does not begin with = + - @ or |";
    let shown = "1 to 120 visible characters, without combining or control characters";
    let phone = "a mobile number of 11 digits, with or without +86";
    let digits = "exactly 15 digits";
    let cases: Vec<Table<'_>> = vec![
        (
            MERCHANTS,
            vec![
                format!("{NEW},好店,13800138077,active,{LICENCE},11010519491231002X,"),
                "89831005411007,好店,13800138077,,,,".to_owned(),
                "８９８３１００５４１１００７８,好店,13800138077,,,,".to_owned(),
                "8.98310E+14,好店,13800138077,,,,".to_owned(),
                "898310054110079,=HYPERLINK(1),13800138077,,,,".to_owned(),
                "898310054110080,\"a\u{200b}b\",13800138077,,,,".to_owned(),
                "898310054110081,\"a\nb\",13800138077,,,,".to_owned(),
                "898310054110082,好店,１３８００１３８０７７,,,,".to_owned(),
                "898310054110083,好店,13800138077;ext=1,,,,".to_owned(),
                "898310054110084,好店,13800138077,gone,,,".to_owned(),
                "898310054110085,好店,13800138077,,91350100M000100Y44,,".to_owned(),
                "898310054110086,好店,13800138077,,,110105194912310021,".to_owned(),
                "898310054110087,好店,13800138077,,,,11010519491231002X;1".to_owned(),
                "898310054110088,,,,,,".to_owned(),
                format!("{NEW},好店,13800138077,,,,"),
                "898310054110089,好店,,,,,".to_owned(),
                "898310054110090,好店,13800138077".to_owned(),
                format!("898310054110091,{},13800138077,,,,", "面".repeat(400)),
            ],
            vec![
                (3, "merchant_number", digits),
                (4, "merchant_number", digits),
                (5, "merchant_number", digits),
                (6, "name", name),
                (7, "name", shown),
                (8, "name", shown),
                (10, "phone", phone),
                (11, "phone", phone),
                (
                    12,
                    "status",
                    "active (正常), suspended (暂停服务) or closed (已注销)",
                ),
                (
                    13,
                    "credit_code",
                    "18 digits or capital letters whose last is the check character",
                ),
                (
                    14,
                    "holder_id",
                    "17 digits and a check character that fits them",
                ),
                (
                    15,
                    "proxy_ids",
                    "at most 8 identity numbers, with ; between them",
                ),
                (16, "name", "not empty"),
                (17, "merchant_number", "once in a file; line 2 has it"),
                (18, "phone", "there for a merchant that is new"),
                (19, "row", "as many cells as the first line has: 7, not 3"),
                (20, "name", "at most 1024 bytes"),
            ],
        ),
        (
            "型号,序列号,终端号,商户号\n",
            vec![
                format!("A920,SN77000002,10000002,{MERCHANT}"),
                format!("A920,SN77000003,1000000a,{MERCHANT}"),
                format!("A920,sn7,10000003,{MERCHANT}"),
                format!("=1+1,SN77000004,10000004,{MERCHANT}"),
                format!("A920,SN77000005,10000005,{STRANGER}"),
                // In service: the same number, the same device.
                format!("A920,SN77000006,{TERMINAL},{MERCHANT}"),
                format!("A920,SN10000001,10000006,{MERCHANT}"),
                format!("A920,SN77000002,10000007,{MERCHANT}"),
                format!("A920,SN77000008,10000002,{MERCHANT}"),
            ],
            vec![
                (3, "终端号", "exactly 8 digits or capital letters"),
                (4, "序列号", "6 to 32 digits, capital letters or hyphens"),
                (
                    5,
                    "型号",
                    "1 to 32 letters, digits, spaces, dots, hyphens, underscores or slashes",
                ),
                (6, "商户号", "a merchant of this acquirer; import it first"),
                (
                    7,
                    "终端号",
                    "not one that is in service under another serial number; retire that \
                     terminal first",
                ),
                (
                    8,
                    "序列号",
                    "not one that is in service at another place; move that terminal",
                ),
                (
                    9,
                    "序列号",
                    "not one that is in service at another place; move that terminal",
                ),
                (
                    10,
                    "终端号",
                    "not one that is in service under another serial number; retire that \
                     terminal first",
                ),
            ],
        ),
        (
            OPERATORS,
            vec![
                format!("{MERCHANT},{TERMINAL},02"),
                format!("{MERCHANT},{TERMINAL},2"),
                format!("{MERCHANT},{TERMINAL},+2"),
                format!("{MERCHANT},{TERMINAL},０２"),
                format!("{MERCHANT},20000001,02"),
                format!("{STRANGER},{TERMINAL},02"),
            ],
            vec![
                (3, "operator_number", "exactly 2 digits"),
                (4, "operator_number", "exactly 2 digits"),
                (5, "operator_number", "exactly 2 digits"),
                (
                    6,
                    "terminal_number",
                    "a terminal in service of this merchant; import it first",
                ),
                (
                    7,
                    "terminal_number",
                    "a terminal in service of this merchant; import it first",
                ),
            ],
        ),
        (
            CONTACTS,
            vec![
                format!("{MERCHANT},13800138078"),
                format!("{STRANGER},13800138078"),
                format!("{MERCHANT},13800138079"),
                format!("{OTHER_MERCHANT},"),
            ],
            vec![
                (
                    3,
                    "merchant_number",
                    "a merchant of this acquirer; import it first",
                ),
                (4, "merchant_number", "once in a file; line 2 has it"),
                (5, "phone", "not empty"),
            ],
        ),
        (
            TRANSACTIONS,
            vec![
                format!("r1,{MERCHANT},{TERMINAL},sale,12.50,2026-03-01 10:15:00,1,"),
                format!("r 2,{MERCHANT},{TERMINAL},sale,12.50,2026-03-01 10:15:00,1,"),
                format!("r3,{MERCHANT},{TERMINAL},gift,12.50,2026-03-01 10:15:00,1,"),
                format!("r4,{MERCHANT},{TERMINAL},sale,0,2026-03-01 10:15:00,1,"),
                format!("r5,{MERCHANT},{TERMINAL},sale,-1,2026-03-01 10:15:00,1,"),
                format!("r6,{MERCHANT},{TERMINAL},sale,1.234,2026-03-01 10:15:00,1,"),
                format!("r7,{MERCHANT},{TERMINAL},sale,1,2026-03-01,1,"),
                format!("r8,{MERCHANT},{TERMINAL},sale,1,2026-03-01 10:15:00,0,"),
                format!("r9,{MERCHANT},{TERMINAL},sale,1,2026-03-01 10:15:00,+1,"),
                format!("r10,{MERCHANT},{TERMINAL},sale,1,2026-03-01 10:15:00,1,2026-02-28"),
                format!("r11,{MERCHANT},{TERMINAL},sale,1,2027-03-01 10:15:00,1,"),
                format!("r12,{STRANGER},{TERMINAL},sale,1,2026-03-01 10:15:00,1,"),
                format!("r13,{MERCHANT},20000001,sale,1,2026-03-01 10:15:00,1,"),
                format!("r1,{MERCHANT},{TERMINAL},sale,12.51,2026-03-01 10:15:00,1,"),
            ],
            vec![
                (3, "reference", "1 to 64 visible ASCII characters"),
                (4, "kind", "sale (消费), refund (退货) or void (撤销)"),
                (
                    5,
                    "amount_yuan",
                    "yuan with at most two decimals, such as 1234.50, and more than nothing",
                ),
                (
                    6,
                    "amount_yuan",
                    "yuan with at most two decimals, such as 1234.50, and more than nothing",
                ),
                (
                    7,
                    "amount_yuan",
                    "yuan with at most two decimals, such as 1234.50, and more than nothing",
                ),
                (
                    8,
                    "taken_at",
                    "as 2026-03-02 10:15:00 where the merchants are, or \
                     2026-03-02T10:15:00+08:00",
                ),
                (9, "batch", "1 to 999999"),
                (10, "batch", "1 to 999999"),
                (11, "settled_on", "a day from the transaction's to today"),
                (12, "taken_at", "not in the future"),
                (13, "merchant_number", "a merchant of yours"),
                (14, "terminal_number", "a terminal of this merchant"),
                (15, "reference", "belongs to another record"),
            ],
        ),
    ];
    for (first, rows, expected) in cases {
        let before = world.ledger_text().await;
        let file = format!("{first}{}\n", rows.join("\n"));
        let expected: Vec<String> = expected
            .into_iter()
            .map(|(line, column, rule)| format!("{line} {column}: {rule}"))
            .collect();
        assert_eq!(desk.wrong(&file).await, expected, "{first}");
        // The first row is right, and is not kept either.
        assert_eq!(world.ledger_text().await, before, "{first}");
        let alone = format!("{first}{}\n", rows[0]);
        assert_eq!(desk.counts(&alone).await.2, 0, "{first}");
        let after = world.ledger_text().await;
        assert_ne!(after, before, "{first}");
        assert_eq!(desk.counts(&alone).await, (0, 0, 1), "{first}");
        assert_eq!(world.ledger_text().await, after, "{first}");
    }
}

#[tokio::test]
async fn a_malformed_character_has_a_row_and_a_column() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let first = b"merchant_number,name,phone\n898310054110078,";
    let gb = |name: &[u8]| [first, name, b",13800138077\n"].concat();
    let (line, rule) = ("2 name: ", "characters of UTF-8 or GB 18030");
    // A character that is begun and not ended, and one that there is not.
    for name in [&b"\xb0\xa1\x81"[..], b"\xff\xff", b"\x81\x30\x81"] {
        assert_eq!(
            desk.wrong(gb(name)).await,
            [format!("{line}{rule}")],
            "{name:?}"
        );
    }
    let marked = [b"\xef\xbb\xbf", &*gb(b"\xb0\xa1")].concat();
    assert_eq!(desk.wrong(marked).await, ["2 name: characters of UTF-8"]);
}

#[tokio::test]
async fn only_the_first_wrong_cells_are_shown_and_the_others_counted() {
    let world = World::new().await;
    let desk = Desk::of(&world);
    let rows: String = (0..130).map(|at| format!("{at},\n")).collect();
    match desk.run(format!("{CONTACTS}{rows}")).await {
        Outcome::Wrong(wrong) => {
            assert_eq!((wrong.rows, wrong.cells.len(), wrong.more), (130, 100, 160));
            assert_eq!(wrong.cells[99].line, 51);
        }
        Outcome::Right(counts) => panic!("{counts:?}"),
    }
}
