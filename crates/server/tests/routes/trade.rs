//! Trade as it is reported, and as it is asked about.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tillkey_rules::party::Role;
use tillkey_store::question_set::{self, QuestionSet};

use crate::support::{Answer, MERCHANT, STRANGER, TERMINAL, World, digits, opening, other};

/// Twenty settled days before today, 25 sales each, by day: what a shop's books hold.
struct Books {
    transactions: Vec<Value>,
    settlements: Vec<Value>,
    answers: BTreeMap<String, i64>,
    receipts: Vec<i64>,
}

fn books(world: &World) -> Books {
    let today = world.shell.day(world.shell.now());
    let mut books = Books {
        transactions: Vec::new(),
        settlements: Vec::new(),
        answers: BTreeMap::new(),
        receipts: Vec::new(),
    };
    let mut day = today;
    for back in 1..=20 {
        day = day.yesterday().unwrap();
        let mut total = 0;
        for sale in 0..25 {
            let amount = 1_000 + sale * 37 + if sale == 0 { back * 101 } else { 0 };
            total += amount;
            books.receipts.push(amount);
            books.transactions.push(json!({
                "reference": format!("{day}-{sale}"), "merchant": MERCHANT, "terminal": TERMINAL,
                "kind": "sale", "amount": amount, "taken_at": format!("{day}T04:{sale:02}:00Z"),
                "batch": back, "settled_on": day,
            }));
        }
        let fees = total * 38 / 10_000;
        books.settlements.push(json!({
            "reference": format!("paid-{day}"), "merchant": MERCHANT, "paid_on": day,
            "gross": total, "fees": fees, "net": total - fees,
        }));
        books.answers.insert(format!("sales_total/{day}"), total);
        books.answers.insert(format!("sales_count/{day}"), 25);
        books
            .answers
            .insert(format!("net_paid/{day}"), total - fees);
    }
    books
}

async fn report(world: &World, token: &str, list: &str, rows: &[Value]) -> Answer {
    let body = json!({"currency": "CNY", list: rows});
    let path = format!("/v1/{list}");
    world.post(&path).token(token).json(&body).go().await
}

/// A world in which the bank knows the shop's trade, an agent's token, and the books.
async fn traded() -> (World, String, Books) {
    let world = World::new().await;
    let feed = world.staff("feed", "p-feed", Role::Integrator).await;
    let books = books(&world);
    let recorded = report(&world, &feed, "transactions", &books.transactions).await;
    assert_eq!(recorded.is(200), json!({"recorded": 500, "known": 0}));
    let recorded = report(&world, &feed, "settlements", &books.settlements).await;
    assert_eq!(recorded.is(200), json!({"recorded": 20, "known": 0}));
    let agent = world.staff("agent", "p-agent", Role::Agent).await;
    (world, agent, books)
}

async fn asked(world: &World, case: &str, agent: &str) -> Vec<String> {
    let body = json!({"kind": "recent_transactions"});
    let path = format!("/v1/cases/{case}/challenges");
    let view = world
        .post(&path)
        .token(agent)
        .json(&body)
        .go()
        .await
        .is(202);
    let questions = view["questions"].as_array().unwrap();
    let name = |question: &Value| question["question"].as_str().unwrap().to_owned();
    questions.iter().map(name).collect()
}

fn answers(questions: &[String], answer: impl Fn(usize, &str) -> i64) -> Value {
    let answers: Vec<Value> = questions
        .iter()
        .enumerate()
        .map(|(at, question)| json!({"question": question, "value": answer(at, question)}))
        .collect();
    json!({"kind": "recent_transactions", "answers": answers})
}

#[tokio::test]
async fn e17_whoever_knows_the_books_is_matched_and_nothing_shows_what_was_expected() {
    let (world, agent, books) = traded().await;
    let case = world.staff_case("hotline", &agent).await;
    let questions = asked(&world, &case, &agent).await;
    assert_eq!(questions.len(), 4);
    let shown = world
        .get(&format!("/v1/cases/{case}"))
        .token(&agent)
        .go()
        .await;
    let expected = |question: &str| books.answers[question];
    for question in &questions {
        let yuan = tillkey_rules::trade::Fen::sum(expected(question)).to_string();
        assert!(!shown.text.contains(&yuan), "{question}");
        assert!(
            !shown.text.contains(&format!(":{}", expected(question))),
            "{question}"
        );
    }
    let first = &shown.json()["questions"][0];
    assert!(first["zh"].as_str().unwrap().contains("多少"), "{first}");
    // One of four may be wrong.
    let said = answers(&questions, |at, question| {
        expected(question) + i64::from(at == 0)
    });
    let proven = world.present(&case, &agent, &said).await.is(200);
    assert_eq!(proven["evidence"], json!(["recent_transactions"]));
    assert_eq!(proven["questions"], json!([]));
    let ledger = world.ledger_text().await;
    for question in &questions {
        assert!(
            !ledger.contains(&expected(question).to_string()),
            "{question}"
        );
    }
    // Knowledge alone is never enough by hotline.
    let path = format!("/v1/cases/{case}/submission");
    let decided = world.post(&path).token(&agent).go().await.is(200);
    assert_eq!(decided["decision"], "more_evidence", "{decided}");
}

#[tokio::test]
async fn e17_what_receipts_hold_and_a_cent_beside_it_prove_nothing() {
    let (world, agent, books) = traded().await;
    let case = world.staff_case("hotline", &agent).await;
    let questions = asked(&world, &case, &agent).await;
    let expected = |question: &str| books.answers[question];
    for wrong in [
        answers(&questions, |at, question| {
            expected(question) + i64::from(at < 2)
        }),
        answers(&questions, |at, question| {
            expected(question) - i64::from(at < 2)
        }),
        answers(&questions, |at, _| books.receipts[at]),
        answers(&questions, |_, question| expected(question) / 1_000 * 1_000),
    ] {
        let answer = world.present(&case, &agent, &wrong).await;
        assert_eq!(answer.problem(422), "not_matched");
        assert!(!answer.text.contains("net_paid") && !answer.text.contains("sales"));
    }
    assert!(
        questions
            .iter()
            .all(|question| !question.starts_with("sale/"))
    );
    let right = answers(&questions, |_, question| expected(question));
    world.present(&case, &agent, &right).await.is(200);
}

#[tokio::test]
async fn e17_another_case_brings_neither_other_questions_nor_further_tries() {
    let (world, agent, books) = traded().await;
    let case = world.staff_case("hotline", &agent).await;
    let questions = asked(&world, &case, &agent).await;
    assert_eq!(asked(&world, &case, &agent).await, questions, "asked again");
    let wrong = answers(&questions, |_, question| books.answers[question] + 1);
    let mut last = case;
    for _ in 0..5 {
        world.clock.advance(SignedDuration::from_hours(20));
        let agent = agent_again(&world).await;
        last = world.staff_case("hotline", &agent).await;
        assert_eq!(asked(&world, &last, &agent).await, questions);
        let answer = world.present(&last, &agent, &wrong).await;
        assert_eq!(answer.problem(422), "not_matched");
    }
    world.clock.advance(SignedDuration::from_mins(1));
    let agent = agent_again(&world).await;
    let right = answers(&questions, |_, question| books.answers[question]);
    let late = world.present(&last, &agent, &right).await;
    assert_eq!(late.problem(422), "not_matched", "five tries in a week");
    // The week over, there are other questions.
    world.clock.advance(SignedDuration::from_hours(24 * 7));
    let agent = agent_again(&world).await;
    let case = world.staff_case("hotline", &agent).await;
    let next = asked(&world, &case, &agent).await;
    assert!(next.iter().all(|question| !questions.contains(question)));
}

/// An agent with a fresh session: fifteen idle minutes end one.
async fn agent_again(world: &World) -> String {
    let account = format!("agent-{}", world.shell.now().as_second());
    world.staff(&account, "p-agent", Role::Agent).await
}

#[tokio::test]
async fn e17_answers_that_were_heard_are_not_asked_for_again() {
    let (world, agent, books) = traded().await;
    let case = world.staff_case("hotline", &agent).await;
    let questions = asked(&world, &case, &agent).await;
    let right = answers(&questions, |_, question| books.answers[question]);
    world.present(&case, &agent, &right).await.is(200);
    world.clock.advance(SignedDuration::from_mins(1));
    let case = world.staff_case("hotline", &agent).await;
    let next = asked(&world, &case, &agent).await;
    assert_eq!(next.len(), 4);
    assert!(next.iter().all(|question| !questions.contains(question)));
}

#[tokio::test]
async fn e16_a_merchant_that_does_not_exist_is_asked_questions_too() {
    let (world, agent, _) = traded().await;
    let mut shapes = Vec::new();
    for merchant in [MERCHANT, STRANGER] {
        let mut body = opening(merchant);
        body["channel"] = json!("hotline");
        let opened = world
            .post("/v1/cases")
            .token(&agent)
            .json(&body)
            .go()
            .await
            .is(202);
        let case = opened["case"].as_str().unwrap();
        let questions = asked(&world, case, &agent).await;
        assert_eq!(asked(&world, case, &agent).await, questions);
        let guess = answers(&questions, |_, _| 36_201);
        let answer = world.present(case, &agent, &guess).await;
        assert_eq!(answer.problem(422), "not_matched");
        let view = world
            .get(&format!("/v1/cases/{case}"))
            .token(&agent)
            .go()
            .await
            .is(200);
        let names: Vec<String> = view.as_object().unwrap().keys().cloned().collect();
        shapes.push((
            questions.len(),
            names,
            view["questions"].as_array().unwrap().len(),
        ));
    }
    assert_eq!(shapes[0], shapes[1]);
}

#[tokio::test]
async fn e17_with_too_little_trade_even_the_truth_does_not_match() {
    let world = World::new().await;
    let feed = world.staff("feed", "p-feed", Role::Integrator).await;
    let agent = world.staff("agent", "p-agent", Role::Agent).await;
    let books = books(&world);
    // Nine days are too few, though some of them will be asked about.
    report(&world, &feed, "transactions", &books.transactions[..225])
        .await
        .is(200);
    let case = world.staff_case("hotline", &agent).await;
    let questions = asked(&world, &case, &agent).await;
    assert_eq!(questions.len(), 4);
    let known = |question: &str| books.answers.get(question).copied().unwrap_or(0);
    let said = answers(&questions, |_, question| known(question));
    let answer = world.present(&case, &agent, &said).await;
    assert_eq!(answer.problem(422), "not_matched");
}

#[tokio::test]
async fn e17_made_up_questions_are_not_matched_even_by_the_truth() {
    let (world, agent, books) = traded().await;
    // Asked while there was too little trade, and fitting by chance now that there is.
    let fitting = books
        .answers
        .keys()
        .filter(|name| name.starts_with("net_paid"));
    let questions: Vec<String> = fitting.step_by(2).take(4).cloned().collect();
    let set = QuestionSet {
        drawn_at: world.shell.now(),
        is_real: false,
        questions: questions.iter().map(|name| name.parse().unwrap()).collect(),
    };
    let keep = move |tx: &mut dyn tillkey_store::tx::Tx| question_set::keep(tx, MERCHANT, &set, 5);
    world.shell.store().write(keep).await.unwrap();
    let case = world.staff_case("hotline", &agent).await;
    assert_eq!(asked(&world, &case, &agent).await, questions);
    let truth = answers(&questions, |_, question| books.answers[question]);
    let answer = world.present(&case, &agent, &truth).await;
    assert_eq!(answer.problem(422), "not_matched");
}

#[tokio::test]
async fn d02_parallel_answers_take_their_tries() {
    let (world, agent, books) = traded().await;
    let case = world.staff_case("hotline", &agent).await;
    let questions = asked(&world, &case, &agent).await;
    let wrong = answers(&questions, |_, question| books.answers[question] + 1);
    let guesses = join_all((0..8).map(|_| world.present(&case, &agent, &wrong))).await;
    assert!(
        guesses
            .iter()
            .all(|answer| answer.problem(422) == "not_matched")
    );
    let right = answers(&questions, |_, question| books.answers[question]);
    let late = world.present(&case, &agent, &right).await;
    assert_eq!(late.problem(422), "not_matched");
}

#[tokio::test]
async fn a01_a03_answers_have_one_shape() {
    let (world, agent, books) = traded().await;
    let case = world.staff_case("hotline", &agent).await;
    let questions = asked(&world, &case, &agent).await;
    let (first, value) = (&questions[0], books.answers[&questions[0]]);
    let one = json!({"question": first, "value": value});
    for answers in [
        json!([]),
        json!({}),
        json!(null),
        json!([[one]]),
        json!([{"question": first, "value": value.to_string()}]),
        json!([{"question": first, "value": [value, value + 1]}]),
        json!([{"question": first, "value": 1.5}]),
        json!([{"question": [first], "value": value}]),
        json!([{"question": "net_paid", "value": value}]),
        // Two guesses at one question in one try.
        json!([one, {"question": first, "value": value + 1}]),
        json!([one, one, one, one, one]),
    ] {
        let said = json!({"kind": "recent_transactions", "answers": answers});
        let answer = world.present(&case, &agent, &said).await;
        // They are attempts all the same, and end like attempts.
        let status = answer.status.as_u16();
        assert!([400, 429].contains(&status), "{answers}: {}", answer.text);
    }
    let right = answers(&questions, |_, question| books.answers[question]);
    let late = world.present(&case, &agent, &right).await;
    assert_eq!(late.problem(429), "too_many");
}

#[tokio::test]
async fn a03_a_code_that_cannot_be_read_is_an_attempt() {
    let world = World::new().await;
    let opened = world.app_case(MERCHANT).await;
    let code = world.sms_code(&opened.case, &opened.token).await;
    for garbage in [
        json!({}),
        json!(true),
        json!(null),
        json!([""]),
        json!({"$gt": ""}),
    ] {
        for _ in 0..2 {
            let body = json!({"kind": "sms_code", "code": garbage});
            let answer = world.present(&opened.case, &opened.token, &body).await;
            assert_eq!(answer.problem(400), "invalid");
        }
    }
    let right = json!({"kind": "sms_code", "code": code});
    let late = world.present(&opened.case, &opened.token, &right).await;
    assert_eq!(late.problem(429), "too_many", "ten attempts were made");
    // Whoever has no part in the case uses up nothing of it.
    let other_case = world.app_case(STRANGER).await;
    let body = json!({"kind": "sms_code", "code": {}});
    let answer = world.present(&opened.case, &other_case.token, &body).await;
    assert_eq!(answer.problem(404), "unknown");
}

#[tokio::test]
async fn a_report_is_taken_whole_or_not_at_all_and_by_an_integrator() {
    let (world, agent, books) = traded().await;
    let refused = report(&world, &agent, "transactions", &books.transactions[..1]).await;
    assert_eq!(refused.problem(403), "not_allowed");
    let path = "/v1/transactions";
    assert_eq!(
        world.post(path).json(&json!({})).go().await.problem(401),
        "unauthenticated"
    );
    let feed = world.staff("feed2", "p-feed", Role::Integrator).await;
    let again = report(&world, &feed, "transactions", &books.transactions).await;
    assert_eq!(again.is(200), json!({"recorded": 0, "known": 500}));
    let row = |change: Value| {
        let mut row = books.transactions[0].clone();
        row["reference"] = json!("new");
        for (field, value) in change.as_object().unwrap() {
            row[field] = value.clone();
        }
        row
    };
    for (change, field) in [
        (json!({"amount": 0}), "amount"),
        (json!({"amount": -5}), "amount"),
        (json!({"amount": 1.5}), "amount"),
        (json!({"amount": "100"}), "amount"),
        (json!({"batch": 0}), "batch"),
        (json!({"kind": "tip"}), "kind"),
        (json!({"merchant": STRANGER}), "merchant"),
        (json!({"terminal": "99999999"}), "terminal"),
        (json!({"taken_at": "2036-03-02T02:00:00Z"}), "taken_at"),
        (json!({"settled_on": "2026-01-01"}), "settled_on"),
        (json!({"settled_on": "2036-01-01"}), "settled_on"),
        (json!({"reference": ""}), "reference"),
        (json!({"reference": ["a", "b"]}), "reference"),
        (json!({"reference": "r".repeat(65)}), "reference"),
        (
            json!({"reference": books.transactions[1]["reference"]}),
            "reference",
        ),
        (json!({"card_number": "6222020200112233445"}), "card_number"),
        (json!({"track2": "6222020200112233445=2512"}), "track2"),
    ] {
        let rows = [row(json!({})), row(change.clone())];
        let mut rows = rows.to_vec();
        rows[0]["reference"] = json!("good");
        let answer = report(&world, &feed, "transactions", &rows).await;
        assert_eq!(answer.problem(400), "invalid", "{change}");
        assert_eq!(
            answer.json()["field"],
            format!("transactions[1].{field}"),
            "{change}"
        );
        assert!(!answer.text.contains("622202"), "no value is shown back");
    }
    // Nothing of all that was taken.
    let good = row(json!({"reference": "good"}));
    let taken = report(&world, &feed, "transactions", &[good]).await;
    assert_eq!(taken.is(200), json!({"recorded": 1, "known": 0}));
    let wrong = [
        row(json!({"amount": 0})),
        row(json!({"batch": 0})),
        row(json!({"amount": 0})),
    ];
    let answer = report(&world, &feed, "transactions", &wrong).await.is(400);
    assert_eq!(answer["rows"].as_array().unwrap().len(), 3);
    let twice = [
        row(json!({"reference": "x"})),
        row(json!({"reference": "x"})),
    ];
    let answer = report(&world, &feed, "transactions", &twice).await.is(400);
    assert_eq!(answer["field"], "transactions[1].reference");
    let mut uneven = books.settlements[0].clone();
    uneven["net"] = json!(1);
    let answer = report(&world, &feed, "settlements", &[uneven])
        .await
        .is(400);
    assert_eq!(answer["field"], "settlements[0].net");
    let mut second = books.settlements[0].clone();
    second["reference"] = json!("another");
    let answer = report(&world, &feed, "settlements", &[second])
        .await
        .is(400);
    assert_eq!(
        answer["field"], "settlements[0].reference",
        "one payout a day"
    );
    let ledger = world.ledger_text().await;
    assert_eq!(
        ledger.matches("transactions_recorded").count(),
        2,
        "nothing new, no entry"
    );
    assert!(ledger.contains("\"count\":500") && !ledger.contains("amount"));
}

#[tokio::test]
async fn e12_a_report_is_bounded_before_it_is_read() {
    let world = World::new().await;
    let feed = world.staff("feed", "p-feed", Role::Integrator).await;
    let row = books(&world).transactions[0].clone();
    for rows in [Vec::new(), vec![row.clone(); 501]] {
        let answer = report(&world, &feed, "transactions", &rows).await;
        assert_eq!(answer.status.as_u16(), 400, "{}", answer.text);
    }
    let many = format!(
        "{{\"currency\": \"CNY\", \"transactions\": [{}0]}}",
        "0,".repeat(100_000)
    );
    let ask = world.post("/v1/transactions").token(&feed).text(&many);
    assert_eq!(ask.go().await.problem(400), "malformed");
    let large = "a".repeat(300 * 1_024);
    let ask = world.post("/v1/transactions").token(&feed).text(&large);
    assert_eq!(ask.go().await.problem(413), "too_large");
    // A stranger's is not read at all.
    let ask = world.post("/v1/transactions").text(&large);
    assert_eq!(ask.go().await.problem(401), "unauthenticated");
    let answers = vec![json!({"question": "net_paid/2026-03-02", "value": 1}); 90];
    let opened = world.app_case(MERCHANT).await;
    let body = json!({"kind": "recent_transactions", "answers": answers});
    let answer = world.present(&opened.case, &opened.token, &body).await;
    assert_eq!(answer.status.as_u16(), 400, "{}", answer.text);
}

#[tokio::test]
async fn a_batch_over_midnight_belongs_to_two_days_and_is_settled_once() {
    let world = World::new().await;
    let feed = world.staff("feed", "p-feed", Role::Integrator).await;
    let row = |reference: &str, taken_at: &str, settled: Option<&str>| {
        let mut row = json!({
            "reference": reference, "merchant": MERCHANT, "terminal": TERMINAL, "kind": "sale",
            "amount": 1_234, "taken_at": taken_at, "batch": 7,
        });
        if let Some(settled) = settled {
            row["settled_on"] = json!(settled);
        }
        row
    };
    // Ten to midnight and ten past, in Shanghai.
    let open = [
        row("late", "2026-03-02T15:50:00Z", None),
        row("early", "2026-03-02T16:10:00Z", None),
    ];
    report(&world, &feed, "transactions", &open).await.is(200);
    let settled = [
        row("late", "2026-03-02T15:50:00Z", Some("2026-03-03")),
        row("early", "2026-03-02T16:10:00Z", Some("2026-03-03")),
    ];
    let answer = report(&world, &feed, "transactions", &settled).await;
    assert_eq!(answer.is(200), json!({"recorded": 2, "known": 0}));
    let answer = report(&world, &feed, "transactions", &settled).await;
    assert_eq!(answer.is(200), json!({"recorded": 0, "known": 2}));
    let answer = report(&world, &feed, "transactions", &open).await;
    assert_eq!(
        answer.json()["field"],
        "transactions[0].reference",
        "never unsettled again"
    );
    let merchant = MERCHANT.parse().unwrap();
    let days = world.shell.store().read(move |tx| {
        let days = ("2026-03-01".parse().unwrap(), "2026-03-05".parse().unwrap());
        tillkey_store::trade::days(tx, &merchant, days)
    });
    let days = days.await.unwrap();
    let by_day: Vec<_> = days
        .iter()
        .map(|day| (day.day.to_string(), day.sales))
        .collect();
    assert_eq!(
        by_day,
        [("2026-03-02".to_owned(), 1), ("2026-03-03".to_owned(), 1)]
    );
}

#[tokio::test]
async fn the_caller_at_the_till_who_knows_the_books_is_where_the_policy_says() {
    let (world, agent, books) = traded().await;
    let case = world.staff_case("hotline", &agent).await;
    let code = world.sms_code(&case, &agent).await;
    let body = json!({"kind": "sms_code", "code": other(&code)});
    world.present(&case, &agent, &body).await;
    assert_eq!(digits(&code, 6).len(), 6);
    let questions = asked(&world, &case, &agent).await;
    let right = answers(&questions, |_, question| books.answers[question]);
    world.present(&case, &agent, &right).await.is(200);
    let path = format!("/v1/cases/{case}/submission");
    let decided = world.post(&path).token(&agent).go().await.is(200);
    let next = decided["next"].as_array().unwrap();
    assert!(
        next == &vec![json!("sms_code")] || next == &vec![json!("terminal_in_hand")],
        "{decided}"
    );
}
