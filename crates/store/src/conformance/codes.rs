use std::thread;

use tillkey_rules::vocabulary::EvidenceKind;
use tillkey_wire::ids::CodeId;

use super::Open;
use super::ground::{at, case_id, cashier, id, keys, till};
use crate::challenge::{self, Compared, NewChallenge};
use crate::fault::Fault;
use crate::reset_code::{self, CodeState, NewResetCode};
use crate::seal::Digest;

const SMS: EvidenceKind = EvidenceKind::SmsCode;

fn digest(case: u8, code: &str) -> Digest {
    keys().code_digest(SMS.name(), &case_id(case).to_string(), code)
}

fn sms(case: u8, code: &str) -> NewChallenge {
    NewChallenge {
        case: case_id(case),
        kind: SMS,
        digest: digest(case, code),
        destination_index: None,
        now: at(0),
        expires_at: at(300),
        tries: 5,
    }
}

pub(super) fn a_challenge_takes_its_tries(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| {
        let name = (case_id(1), SMS);
        let wrong = digest(1, "000000");
        let right = digest(1, "123456");
        assert_eq!(
            challenge::answer(tx, name, &right, at(1))?,
            Compared::NotLive
        );
        challenge::issue(tx, &sms(1, "123456"))?;
        for tries_left in (0..5).rev() {
            let compared = challenge::answer(tx, name, &wrong, at(1))?;
            assert_eq!(compared, Compared::Wrong { tries_left });
        }
        assert_eq!(
            challenge::answer(tx, name, &right, at(1))?,
            Compared::NotLive,
            "used up"
        );
        challenge::issue(tx, &sms(1, "123456"))?;
        assert_eq!(
            challenge::answer(tx, name, &right, at(300))?,
            Compared::NotLive,
            "too late"
        );
        let elsewhere = (case_id(1), EvidenceKind::TerminalInHand);
        assert_eq!(
            challenge::answer(tx, elsewhere, &right, at(1))?,
            Compared::NotLive
        );
        assert!(!challenge::is_repeated(tx, name, &right, at(1))?);
        assert_eq!(
            challenge::answer(tx, name, &right, at(1))?,
            Compared::Matched
        );
        assert_eq!(
            challenge::answer(tx, name, &right, at(1))?,
            Compared::NotLive,
            "a replay"
        );
        for (what, digest, now, repeated) in [
            ("the same once more", &right, 299, true),
            ("another code", &wrong, 299, false),
            ("too late", &right, 300, false),
        ] {
            let found = challenge::is_repeated(tx, name, digest, at(now))?;
            assert_eq!(found, repeated, "{what}");
        }
        assert!(!challenge::is_repeated(tx, elsewhere, &right, at(1))?);
        challenge::issue(tx, &sms(1, "111111"))?;
        let compared = challenge::answer(tx, name, &right, at(1))?;
        assert_eq!(
            compared,
            Compared::Wrong { tries_left: 4 },
            "the older code is dead"
        );
        // A11: a code of another case, though its digits are the same.
        challenge::issue(tx, &sms(2, "222222"))?;
        let compared = challenge::answer(tx, (case_id(2), SMS), &digest(1, "222222"), at(1))?;
        assert_eq!(compared, Compared::Wrong { tries_left: 4 });
        challenge::withdraw(tx, case_id(2))?;
        let compared = challenge::answer(tx, (case_id(2), SMS), &digest(2, "222222"), at(1))?;
        assert_eq!(compared, Compared::NotLive);
        Ok(())
    })
}

pub(super) fn d02_parallel_guesses_take_tries(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| challenge::issue(tx, &sms(1, "123456")))?;
    let compared: Vec<Compared> = thread::scope(|scope| {
        let asked: Vec<_> = (0..100u32)
            .map(|guess| {
                let store = &store;
                scope.spawn(move || {
                    let guess = digest(1, &format!("{guess:06}"));
                    store.write_blocking(move |tx| {
                        challenge::answer(tx, (case_id(1), SMS), &guess, at(1))
                    })
                })
            })
            .collect();
        asked
            .into_iter()
            .filter_map(|asked| asked.join().ok())
            .collect::<Result<_, Fault>>()
    })?;
    let compared_at_all = compared
        .iter()
        .filter(|one| **one != Compared::NotLive)
        .count();
    assert_eq!(compared_at_all, 5);
    Ok(())
}

pub(super) fn one_live_reset_code(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    let issue = |number: u8| {
        store.write_blocking(move |tx| {
            let code = NewResetCode {
                id: CodeId::from_bytes([number; 10]),
                case: case_id(number),
                terminal: till(),
                operator: cashier(),
                digest: digest(number, "12345678"),
                now: at(0),
                expires_at: at(600),
                tries: 5,
            };
            reset_code::issue(tx, &code)
        })
    };
    issue(1)?;
    issue(2)?;
    assert!(matches!(issue(2), Err(Fault::Taken(_))));
    store.write_blocking(|tx| {
        let whose = (till(), cashier());
        let live = reset_code::live(tx, whose, at(1))?.ok_or(Fault::Missing("code"))?;
        assert_eq!(
            (live.case, live.tries_left),
            (case_id(2), 5),
            "the newer one"
        );
        assert!(reset_code::live(tx, whose, at(600))?.is_none(), "too late");
        assert!(reset_code::live(tx, (till(), id("02")), at(1))?.is_none());
        let (first, second) = (CodeId::from_bytes([1; 10]), CodeId::from_bytes([2; 10]));
        let right = digest(2, "12345678");
        let old = reset_code::redeem(tx, first, &digest(1, "12345678"), at(1))?;
        assert_eq!(old, Compared::NotLive, "the older code is dead");
        for tries_left in (1..5).rev() {
            let compared = reset_code::redeem(tx, second, &digest(2, "0"), at(1))?;
            assert_eq!(compared, Compared::Wrong { tries_left });
        }
        assert_eq!(
            reset_code::redeem(tx, second, &right, at(1))?,
            Compared::Matched
        );
        assert_eq!(
            reset_code::redeem(tx, second, &right, at(1))?,
            Compared::NotLive
        );
        assert!(!reset_code::end(tx, second, CodeState::Expired)?);
        Ok(())
    })?;
    issue(3)?;
    store.write_blocking(|tx| {
        assert!(reset_code::end_of_case(
            tx,
            case_id(3),
            CodeState::Superseded
        )?);
        assert!(reset_code::live(tx, (till(), cashier()), at(1))?.is_none());
        Ok(())
    })?;
    issue(4)?;
    store.write_blocking(|tx| {
        let fourth = CodeId::from_bytes([4; 10]);
        for _ in 0..5 {
            reset_code::redeem(tx, fourth, &digest(4, "0"), at(1))?;
        }
        let right = digest(4, "12345678");
        assert_eq!(
            reset_code::redeem(tx, fourth, &right, at(1))?,
            Compared::NotLive,
            "used up"
        );
        assert!(reset_code::live(tx, (till(), cashier()), at(1))?.is_none());
        Ok(())
    })
}
