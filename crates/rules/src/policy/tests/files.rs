//! Files are read strictly: what is not meant is not served.

use cedar_policy::{EntityTypeName, Schema};
use proptest::prelude::*;

use super::*;

/// Reads the default policy with one more file and gives what is wrong with it.
fn fault(text: &str) -> String {
    let mut files = Policy::default_files();
    files.push(PolicyFile::new("bank.cedar", text));
    Policy::parse(&files).unwrap_err().to_string()
}

/// A whole policy with this condition, which begins on line 6.
fn when(condition: &str) -> String {
    format!(
        "// Ours.\n@id(\"ours\")\n@reason_zh(\"理由\")\n@reason_en(\"a reason\")\n\
         permit (principal == Channel::\"app\", action == Action::\"reset\", resource)\n\
         when {{ {condition} }};"
    )
}

#[test]
fn a_misspelt_word_names_file_and_line() {
    let cases: &[(&str, &str)] = &[
        (
            "context.evidence.sms_cod",
            "bank.cedar:6: attribute `evidence.sms_cod`",
        ),
        (
            "context.contact_age < 3",
            "bank.cedar:6: attribute `contact_age`",
        ),
        (
            "context.evidence.sms_code && resource == Rank::\"chasier\"",
            "bank.cedar:6: ",
        ),
        ("context.hour == \"3\"", "bank.cedar:6: "),
        ("context.unsettled_batch", "bank.cedar:6: "),
        ("context.evidence.sms_code &&", "bank.cedar:6: "),
    ];
    for (condition, begins) in cases {
        let fault = fault(&when(condition));
        assert!(fault.starts_with(begins), "{condition}: {fault}");
    }
    let fault = fault(&when("context.evidence.sms_code").replace("\"reset\"", "\"resett\""));
    assert!(fault.starts_with("bank.cedar:5: "), "{fault}");
}

#[test]
fn a_rule_that_never_applies_is_a_mistake() {
    let fault = fault(&when("context.evidence.sms_code && false"));
    assert!(
        fault.starts_with("bank.cedar:") && fault.contains("impossible"),
        "{fault}"
    );
}

#[test]
fn every_policy_says_its_name_and_its_reason() {
    let good = when("context.evidence.sms_code");
    for (from, to, says) in [
        ("@id(\"ours\")", "", "bank.cedar:3: @id is missing"),
        (
            "@reason_zh(\"理由\")",
            "",
            "bank.cedar:2: @reason_zh is missing",
        ),
        (
            "@reason_en(\"a reason\")",
            "",
            "bank.cedar:2: @reason_en is missing",
        ),
        ("\"a reason\"", "\" \"", "bank.cedar:2: @reason_en is empty"),
        (
            "\"a reason\"",
            "\"a\\u{202e}reason\"",
            "bank.cedar:2: @reason_en has a character",
        ),
        (
            "\"ours\"",
            "\"Ours!\"",
            "bank.cedar:2: @id takes lower-case",
        ),
        (
            "\"ours\"",
            "\"app-phone\"",
            "evidence.cedar:8: @id \"app-phone\" is taken, by bank.cedar:2",
        ),
    ] {
        let fault = fault(&good.replace(from, to));
        assert!(fault.starts_with(says), "{fault}");
    }
    let long = fault(&good.replace("a reason", &"x".repeat(201)));
    assert!(long.contains("@reason_en is longer than 200"), "{long}");
}

#[test]
fn what_cannot_be_checked_exhaustively_is_refused() {
    for condition in [
        "context.hour + 1 > 3",
        "context.contact_age_hours < context.failures_30d",
        "context.hour == context.resets_30d",
        "[context.hour].contains(3)",
        "context == context",
        "context.evidence == context.evidence",
        "action == Action::\"reset\"",
        "-context.hour > 3",
        "(if context.evidence.sms_code then context.hour else 3) > 2",
    ] {
        let fault = fault(&when(condition));
        assert!(
            fault.contains("cannot be checked exhaustively"),
            "{condition}: {fault}"
        );
        assert!(fault.starts_with("bank.cedar:2: "), "{fault}");
    }
}

#[test]
fn a16_deep_nesting_is_refused_before_it_is_parsed() {
    let deep = [
        format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{}1{}.contains(1)", "[".repeat(17), "]".repeat(17)),
        format!(
            "{}true{}",
            "if true then ".repeat(17),
            " else false".repeat(17)
        ),
    ];
    for condition in deep {
        let fault = fault(&when(&condition));
        assert!(fault.contains("nested deeper than 16"), "{fault}");
    }
    for condition in [
        "context.evidence.sms_code || ".repeat(300) + "true",
        "!".repeat(2_000) + "true",
    ] {
        let fault = fault(&when(&condition));
        assert!(
            fault.contains("words and signs in one policy, at most 1024"),
            "{fault}"
        );
    }
    // The longest chain that is let through does not exhaust a test's small stack.
    let chain = "context.evidence.sms_code || ".repeat(140) + "context.evidence.sms_code";
    let mut files = Policy::default_files();
    files.push(PolicyFile::new("bank.cedar", when(&chain)));
    assert!(Policy::parse(&files).is_ok());
    let chain = format!("context{}", ".a".repeat(480));
    assert!(fault(&when(&chain)).starts_with("bank.cedar:"));
}

#[test]
fn sizes_are_bounded() {
    assert!(fault(&" ".repeat(POLICY_FILE_BYTES_MAX + 1)).contains("bytes, at most 65536"));
    let many: Vec<_> = (0..40)
        .map(|n| PolicyFile::new(format!("{n}.cedar"), ""))
        .collect();
    assert!(
        Policy::parse(&many)
            .unwrap_err()
            .to_string()
            .contains("40 files, at most 32")
    );
    let one = when("context.evidence.sms_code");
    let policies: String = (0..250)
        .map(|n| one.replace("ours", &format!("ours-{n}")))
        .collect();
    assert!(fault(&policies).contains("policies, at most 256"));
}

#[test]
fn only_policy_files_are_read() {
    let with = |name: &str, text: &str| {
        let mut files = Policy::default_files();
        files.push(PolicyFile::new(name, text));
        Policy::parse(&files).unwrap_err().to_string()
    };
    assert!(with("notes.txt", "").starts_with("notes.txt: not a policy file"));
    assert!(with("offers.toml", "").starts_with("offers.toml: given twice"));
    assert!(with("mine.cedarschema", "entity A;").contains("not the schema of this version"));
    assert_eq!(
        Policy::parse(&[]).unwrap_err().to_string(),
        "offers.toml: missing"
    );
}

#[test]
fn offers_are_read_by_the_word_lists() {
    let with = |from: &str, to: &str| {
        let mut files = Policy::default_files();
        let offers = files
            .iter_mut()
            .find(|file| file.name == "offers.toml")
            .unwrap();
        offers.text = offers.text.replace(from, to);
        Policy::parse(&files).unwrap_err().to_string()
    };
    assert!(
        with("\"sms_code\", \"terminal", "\"sms_cod\", \"terminal").starts_with("offers.toml:8: ")
    );
    assert!(with("campaign =", "campain =").starts_with("offers.toml:12: "));
    assert!(with("campaign = [\"manager_consent\"]", "").contains("channel `campaign` is missing"));
    assert_eq!(
        with("app = [\"sms_code\"]", "app = [\"sms_code\", \"sms_code\"]"),
        "offers.toml:7: channel `app` names a kind twice"
    );
}

#[test]
fn the_schema_has_the_words_of_the_house() {
    let schema = include_str!("../../../../../policy/tillkey.cedarschema");
    let (schema, _) = Schema::from_cedarschema_str(schema).unwrap();
    let named: BTreeSet<&str> = ["Channel", "Rank", "Reason", "MerchantStatus"].into();
    let types: BTreeSet<_> = schema
        .entity_types()
        .map(EntityTypeName::basename)
        .collect();
    assert!(named.is_subset(&types), "{types:?}");
    // Every question that can be asked is one that the schema knows.
    for (at, channel) in Channel::ALL.iter().enumerate() {
        for (turn, reason) in Reason::ALL.iter().enumerate() {
            let question = Question {
                reason: *reason,
                rank: Rank::ALL[at % 3],
                merchant_status: MerchantStatus::ALL[turn % 3],
                unsettled_batch: [None, Some(true), Some(false)][(at + turn) % 3],
                ..plain(*channel, &EvidenceKind::ALL[..turn + 1])
            };
            for action in Action::ALL {
                request::Prepared::new(&question)
                    .check(action, &schema)
                    .unwrap();
            }
        }
    }
}

#[test]
fn the_delivered_files_may_be_given_with_their_schema() {
    let schema = include_str!("../../../../../policy/tillkey.cedarschema");
    let mut files = Policy::default_files();
    files.push(PolicyFile::new("tillkey.cedarschema", schema));
    let policy = Policy::parse(&files).unwrap();
    assert_eq!(policy.digest(), delivered().digest());
    assert_eq!(policy.digest().to_string().parse(), Ok(policy.digest()));
}

#[test]
fn a_policy_serves_many_threads() {
    const fn shared<T: Send + Sync>() {}
    shared::<Policy>();
}

#[test]
fn a_changed_letter_changes_the_digest() {
    let mut files = Policy::default_files();
    files[0].text.push('\n');
    let changed = Policy::parse(&files).unwrap().digest();
    assert_ne!(changed, delivered().digest());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_files_means_nothing(files in Just(Policy::default_files()).prop_shuffle(), bits in 0usize..256) {
        let here = delivered();
        let there = Policy::parse(&files).unwrap();
        prop_assert_eq!(here.digest(), there.digest());
        let held: Vec<_> = EvidenceKind::ALL.iter().copied().enumerate()
            .filter(|(at, _)| bits >> at & 1 == 1).map(|(_, kind)| kind).collect();
        for channel in Channel::ALL {
            let question = plain(*channel, &held);
            let verdict = here.verdict(&question, &everything());
            prop_assert_eq!(&verdict, &there.verdict(&question, &everything()));
            prop_assert_eq!(&verdict, &here.verdict(&question, &everything()));
        }
    }
}
