use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::*;
use crate::agreement::AgreementKey;
use crate::ids::{CaseId, OperatorNumber, Rank, SessionId};
use crate::limits::FRAME_BYTES_MAX;
use crate::opaque::{Ke1, Ke2, Ke3, RegistrationRequest, RegistrationResponse, RegistrationUpload};
use crate::password::{PasswordRules, Rule, Vouched};

const TERMINAL: TerminalId = TerminalId::from_bytes([7; 10]);

fn key(seed: u64) -> SigningKey {
    SigningKey::generate(&mut ChaCha20Rng::seed_from_u64(seed))
}

fn at() -> Timestamp {
    "2026-11-23T18:00:00Z".parse().unwrap()
}

fn operator(number: u8) -> OperatorNumber {
    OperatorNumber::new(number).unwrap()
}

fn code() -> ResetCode {
    "48213907".parse().unwrap()
}

fn deed(number: u8, kind: DeedKind) -> Report {
    Report::Deed(Deed {
        number: number.into(),
        operator: operator(number % 100),
        at: at(),
        kind,
    })
}

fn reports(b: u8) -> Vec<Report> {
    let (case, operator) = (CaseId::from_bytes([b; 10]), operator(b % 100));
    let supervisor = Supervisor {
        operator,
        session: SessionId::from_bytes([b; 10]),
    };
    vec![
        Report::Hello {
            model: "A920 Pro".parse().unwrap(),
            firmware: "1.2.3+4".parse().unwrap(),
            capabilities: Capabilities {
                journal: true,
                precheck: false,
            },
            last_command: u64::from(b),
            clock: at(),
        },
        Report::SignOnStart {
            operator,
            ke1: Ke1::from_bytes(&[b; 96]).unwrap(),
        },
        Report::SignOnFinish {
            ke3: Ke3::from_bytes(&[b; 64]).unwrap(),
        },
        Report::SignOff {
            session: SessionId::from_bytes([b; 10]),
        },
        Report::FirstPassword { operator },
        Report::Redeem {
            operator,
            code: code(),
        },
        Report::Register {
            case,
            request: RegistrationRequest::from_bytes(&[b; 32]).unwrap(),
        },
        Report::Registered {
            case,
            upload: RegistrationUpload::from_bytes(&[b; 192]).unwrap(),
            vouched: Vouched {
                rank: Rank::Cashier,
                length: 6,
                rules_version: 1,
                checked: Rule::ALL.into(),
            },
        },
        Report::InHand {
            counter: u64::from(b),
        },
        Report::Health(crate::health::HealthReport {
            v: crate::health::VERSION,
            firmware: "1.2.3+4".parse().unwrap(),
            clock: at(),
            signed_on: 2,
            health: crate::health::tests::ailing(),
        }),
        deed(b, DeedKind::Add { supervisor }),
        deed(b, DeedKind::Remove { supervisor }),
        deed(b, DeedKind::Reset { supervisor }),
        deed(b, DeedKind::ResetOffline { supervisor }),
        deed(
            b,
            DeedKind::Answered {
                counter: u64::from(b),
            },
        ),
        Report::Choose { case },
        Report::SignedOnOffline(OfflineSignOn {
            operator,
            at: at(),
            session: (b > 9).then_some(supervisor.session),
            failed: u32::from(b),
        }),
        Report::Acknowledge {
            command: CommandId::from_bytes([b; 10]),
            outcome: Outcome::Done,
        },
        Report::Acknowledge {
            command: CommandId::from_bytes([b; 10]),
            outcome: Outcome::NotDone {
                why: WhyNot::Expired,
            },
        },
    ]
}

fn welcome(operators: Vec<OperatorState>) -> Reply {
    Reply::Welcome(Welcome {
        acquirer: "demo-bank".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal_number: "10000001".parse().unwrap(),
        now: at(),
        operators,
        password_rules: PasswordRules::DEFAULT,
    })
}

fn everybody() -> Vec<OperatorState> {
    (0..100)
        .map(|n| OperatorState {
            number: operator(n),
            password_set: false,
            credential_version: u32::MAX,
        })
        .collect()
}

fn replies(b: u8) -> Vec<Reply> {
    let case = CaseId::from_bytes([b; 10]);
    vec![
        welcome(everybody()),
        Reply::SignOnChallenge {
            ke2: Ke2::from_bytes(&[b; 320]).unwrap(),
        },
        Reply::SignedOn {
            session: SessionId::from_bytes([b; 10]),
            credential_version: 3,
        },
        Reply::SignedOff,
        Reply::CodeOnScreen {
            case,
            code: code(),
            expires_at: at(),
        },
        Reply::CodeAccepted {
            case,
            operator: operator(5),
            until: at(),
            password_rules: PasswordRules::DEFAULT,
        },
        Reply::Registration {
            response: RegistrationResponse::from_bytes(&[b; 64]).unwrap(),
        },
        Reply::Effective {
            case,
            credential_version: 4,
        },
        Reply::InHand {
            agreement_key: AgreementKey::from_bytes(&[b; 32]).unwrap(),
        },
        Reply::HealthTaken,
        Reply::DeedTaken {
            number: b.into(),
            case: (b > 9).then_some(case),
        },
        Reply::SignOnTaken,
        Reply::Acknowledged,
        Reply::Refused {
            code: "too_many_attempts".parse().unwrap(),
            retry_at: Some(at()),
        },
        Reply::Refused {
            code: "not_now".parse().unwrap(),
            retry_at: None,
        },
    ]
}

fn orders(b: u8) -> Vec<Command> {
    let operator = operator(b % 100);
    vec![
        Command::CodeIssued {
            case: CaseId::from_bytes([b; 10]),
            operator,
            expires_at: at(),
        },
        Command::ShowNumber {
            case: CaseId::from_bytes([b; 10]),
            operator,
            expires_at: at(),
        },
        Command::ReportHealth,
        Command::EndSessions { operator },
        Command::RevokeCredential { operator },
    ]
}

fn from_server(b: u8, number: u64) -> Vec<FromServer> {
    let replies = replies(b).into_iter().map(|reply| FromServer::Reply {
        in_reply_to: number,
        reply,
    });
    let commands = orders(b).into_iter().map(|command| {
        let id = CommandId::from_bytes([b; 10]);
        FromServer::Command(Order {
            id,
            sequence: number,
            expires_at: at(),
            command,
        })
    });
    replies.chain(commands).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_message_comes_back_with_its_number(b in any::<u8>(), number in any::<u64>()) {
        let key = key(1);
        for report in reports(b) {
            let sent = FromTerminal { counter: number, report };
            let frame = sent.sign(TERMINAL, &key).unwrap();
            let frame = Unverified::parse(&frame).unwrap();
            let taken = FromTerminal::open(&frame, TERMINAL, &key.verifying_key()).unwrap();
            prop_assert_eq!(taken.counter, number);
            prop_assert_eq!(cbor::encode(&taken), cbor::encode(&sent));
            let wrong_way = FromServer::open(&frame, TERMINAL, &key.verifying_key());
            prop_assert_eq!(
                wrong_way.unwrap_err(),
                MessageError::Envelope(EnvelopeError::BadSignature)
            );
        }
        for sent in from_server(b, number) {
            let frame = sent.sign(TERMINAL, &key).unwrap();
            prop_assert!(frame.len() < FRAME_BYTES_MAX);
            let frame = Unverified::parse(&frame).unwrap();
            let taken = FromServer::open(&frame, TERMINAL, &key.verifying_key()).unwrap();
            prop_assert_eq!(cbor::encode(&taken), cbor::encode(&sent));
            let wrong_way = FromTerminal::open(&frame, TERMINAL, &key.verifying_key());
            prop_assert_eq!(
                wrong_way.unwrap_err(),
                MessageError::Envelope(EnvelopeError::BadSignature)
            );
        }
    }

    #[test]
    fn random_payloads_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read::<FromTerminal>(&bytes).is_err());
        prop_assert!(read::<FromServer>(&bytes).is_err());
    }
}

/// A payload written by hand, as diagnostic JSON would show it.
fn payload(json: &[(&str, ciborium::Value)]) -> Vec<u8> {
    let map = json
        .iter()
        .map(|(k, v)| (ciborium::Value::from(*k), v.clone()))
        .collect();
    cbor::encode(&ciborium::Value::Map(map)).unwrap()
}

fn map(entries: &[(&str, ciborium::Value)]) -> ciborium::Value {
    let entries = entries
        .iter()
        .map(|(k, v)| (ciborium::Value::from(*k), v.clone()))
        .collect();
    ciborium::Value::Map(entries)
}

#[test]
fn a04_unknown_missing_and_double_fields_are_refused() {
    let first = |more: &[(&str, ciborium::Value)]| {
        let fields = [&[("operator", "05".into())], more].concat();
        map(&[
            ("counter", 1.into()),
            ("report", map(&[("first_password", map(&fields))])),
        ])
    };
    let good = payload(&[("v", 1.into()), ("message", first(&[]))]);
    assert!(read::<FromTerminal>(&good).is_ok());
    for bad in [
        payload(&[
            ("v", 1.into()),
            ("message", first(&[("phone", "1".into())])),
        ]),
        payload(&[
            ("v", 1.into()),
            ("message", first(&[("operator", "06".into())])),
        ]),
        payload(&[("v", 1.into()), ("message", first(&[])), ("to", 1.into())]),
        payload(&[("v", 1.into()), ("v", 1.into()), ("message", first(&[]))]),
        payload(&[("message", first(&[]))]),
        payload(&[("v", 1.into())]),
        payload(&[("v", "1".into()), ("message", first(&[]))]),
        [good.as_slice(), &[0xf6]].concat(),
    ] {
        assert!(matches!(
            read::<FromTerminal>(&bad),
            Err(MessageError::Payload(_))
        ));
    }
}

#[test]
fn another_version_is_named_whatever_else_is_in_it() {
    let future = payload(&[("v", 2.into()), ("message", 1.into()), ("more", 2.into())]);
    assert_eq!(
        read::<FromTerminal>(&future).unwrap_err(),
        MessageError::Version { found: 2 }
    );
}

#[test]
fn a03_a_code_is_eight_digits_of_text() {
    for bad in [
        ciborium::Value::Map(vec![]),
        true.into(),
        ciborium::Value::Null,
        ciborium::Value::Array(vec!["48213907".into()]),
        48_213_907.into(),
        "4821390".into(),
        "４８２１３９０７".into(),
        map(&[("$gt", "".into())]),
    ] {
        let redeem = map(&[("operator", "05".into()), ("code", bad.clone())]);
        let message = map(&[
            ("counter", 1.into()),
            ("report", map(&[("redeem", redeem)])),
        ]);
        let payload = payload(&[("v", 1.into()), ("message", message)]);
        assert!(read::<FromTerminal>(&payload).is_err(), "{bad:?}");
    }
}

#[test]
fn an_operator_is_listed_once() {
    for (operators, holds) in [
        (everybody(), true),
        (vec![], true),
        ([everybody(), everybody()].concat(), false),
        (everybody().into_iter().rev().collect(), false),
        (vec![everybody()[5], everybody()[5]], false),
    ] {
        let message = FromServer::Reply {
            in_reply_to: 1,
            reply: welcome(operators),
        };
        let taken = read::<FromServer>(&write(&message).unwrap());
        assert_eq!(taken.is_ok(), holds);
    }
}

#[test]
fn c08_debug_shows_no_code() {
    for report in reports(1) {
        let message = FromTerminal { counter: 1, report };
        let frame = message.sign(TERMINAL, &key(1)).unwrap();
        let envelope = Unverified::parse(&frame).unwrap();
        let shown = format!("{message:?} {envelope:?}");
        // As text and as a list of bytes.
        assert!(
            !shown.contains("4821") && !shown.contains("52, 56, 50"),
            "{shown}"
        );
    }
    for message in from_server(1, 1) {
        assert!(!format!("{message:?}").contains("4821"), "{message:?}");
    }
}

/// What cannot be read is not repeated either.
#[test]
fn c08_errors_show_no_code() {
    for (name, value) in [
        ("code", ciborium::Value::from(48_213_907)),
        ("code", "4821390".into()),
        ("48213907", "x".into()),
    ] {
        let redeem = map(&[("operator", "05".into()), (name, value)]);
        let message = map(&[
            ("counter", 1.into()),
            ("report", map(&[("redeem", redeem)])),
        ]);
        let payload = payload(&[("v", 1.into()), ("message", message)]);
        let fault = read::<FromTerminal>(&payload).unwrap_err();
        let shown = format!(
            "{fault:?} {fault} {}",
            std::error::Error::source(&fault).unwrap()
        );
        assert!(!shown.contains("4821"), "{shown}");
    }
}
