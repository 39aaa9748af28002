use tillkey_wire::ids::{CommandId, MessageId};
use tillkey_wire::secret::Secret;

use super::Open;
use super::ground::{at, bank, cashier, id, keys, rng, settle, shop, till};
use crate::command::{self, NewCommand, Outcome};
use crate::fault::Fault;
use crate::idempotency::{self, Answered, Earlier, Name};
use crate::meta;
use crate::outbox::{self, MessageKind, NewMessage};
use crate::seal::{DataKey, Owner};
use crate::store::Store;
use crate::tx::Tx;

pub(super) fn the_newest_command_counts(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    store.write_blocking(|tx| {
        let queue = |tx: &mut dyn Tx, number: u8, kind, about: Option<&str>| {
            let command = NewCommand {
                id: CommandId::from_bytes([number; 10]),
                terminal: till(),
                operator: about.map(id),
                kind,
                body: vec![number],
                now: at(0),
                expires_at: at(100),
            };
            command::queue(tx, &command)
        };
        let pending = |tx: &mut dyn Tx, now| -> Result<Vec<u8>, Fault> {
            let found = command::pending_for(tx, till(), at(now), 10)?;
            Ok(found.into_iter().flat_map(|command| command.body).collect())
        };
        assert_eq!(queue(tx, 1, "code_issued", Some("01"))?, 1);
        assert_eq!(queue(tx, 2, "code_issued", Some("02"))?, 2);
        assert_eq!(queue(tx, 3, "end_sessions", Some("01"))?, 3);
        assert_eq!(queue(tx, 4, "describe", None)?, 4);
        assert_eq!(queue(tx, 5, "code_issued", Some("01"))?, 5);
        assert_eq!(queue(tx, 6, "describe", None)?, 6);
        assert_eq!(
            pending(tx, 1)?,
            [2, 3, 5, 6],
            "one a kind and operator, in order"
        );
        let five = CommandId::from_bytes([5; 10]);
        assert!(command::deliver(tx, five, at(2))?);
        assert_eq!(
            pending(tx, 3)?,
            [2, 3, 5, 6],
            "delivered is not acknowledged"
        );
        let elsewhere = tillkey_wire::ids::TerminalId::from_bytes([8; 10]);
        assert!(!command::acknowledge(
            tx,
            (elsewhere, five),
            Outcome::Done,
            at(3)
        )?);
        assert!(command::find(tx, elsewhere, five)?.is_none());
        assert!(command::acknowledge(
            tx,
            (till(), five),
            Outcome::Done,
            at(3)
        )?);
        // D07: the same word again, or a late one about a superseded command.
        assert!(!command::acknowledge(
            tx,
            (till(), five),
            Outcome::Done,
            at(4)
        )?);
        let one = CommandId::from_bytes([1; 10]);
        assert!(!command::acknowledge(
            tx,
            (till(), one),
            Outcome::Done,
            at(4)
        )?);
        assert!(!command::deliver(tx, one, at(4))?);
        assert_eq!(pending(tx, 4)?, [2, 3, 6]);
        let found = command::find(tx, till(), five)?.ok_or(Fault::Missing("command"))?;
        assert_eq!((found.sequence, found.delivered_at), (5, Some(at(2))));
        assert_eq!(found.operator, Some(cashier()));
        assert!(pending(tx, 100)?.is_empty(), "too late");
        assert_eq!(command::expire(tx, at(100), 2)?, 2);
        assert_eq!(command::expire(tx, at(100), 2)?, 1);
        assert_eq!(command::expire(tx, at(100), 2)?, 0);
        Ok(())
    })
}

fn queue(store: &Store, number: u8, key: &'static str, now: i64) -> Result<bool, Fault> {
    store.write_blocking(move |tx| {
        let message = NewMessage {
            id: MessageId::from_bytes([number; 10]),
            idempotency_key: key.to_owned(),
            kind: MessageKind::Sms,
            destination: Secret::new("13800000001".to_owned()),
            body: Secret::new(format!("code {number}")),
            now: at(now),
        };
        let owner = DataKey::load(tx, &keys(), &Owner::Merchant(shop()))?;
        outbox::queue(tx, &owner, &message, &mut rng(u64::from(number)))
    })
}

pub(super) fn what_a_killed_sender_took_up_is_due(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    assert!(queue(&store, 1, "case-1/code", 0)?);
    let take_up = |now| move |tx: &mut dyn Tx| outbox::claim(tx, at(now), at(now + 60), 10);
    assert_eq!(store.write_blocking(take_up(0))?.len(), 1);
    assert!(
        store.write_blocking(take_up(59))?.is_empty(),
        "it is leased"
    );
    drop(store);
    let again = open()?.write_blocking(take_up(60))?;
    assert_eq!(again.iter().map(|one| one.tries).collect::<Vec<_>>(), [2]);
    Ok(())
}

pub(super) fn a_message_is_sent_once_and_wiped(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    assert!(queue(&store, 1, "case-1/code", 0)?);
    assert!(
        !queue(&store, 2, "case-1/code", 0)?,
        "one effect, one message"
    );
    assert!(queue(&store, 3, "case-2/code", 1)?);
    store.write_blocking(|tx| {
        assert_eq!(outbox::next_due(tx)?, Some(at(0)));
        assert!(outbox::claim(tx, at(-1), at(60), 10)?.is_empty());
        let claimed = outbox::claim(tx, at(5), at(60), 1)?;
        let [first] = claimed.as_slice() else {
            return Err(Fault::Missing("message"));
        };
        assert_eq!((first.id, first.tries), (MessageId::from_bytes([1; 10]), 1));
        let opened = first.open(tx, &keys())?;
        assert_eq!(opened.destination.expose(), "13800000001");
        assert_eq!(opened.body.expose(), "code 1");
        let second = outbox::claim(tx, at(5), at(60), 10)?;
        assert_eq!(
            second.iter().map(|one| one.id).collect::<Vec<_>>(),
            [MessageId::from_bytes([3; 10])]
        );
        assert!(outbox::claim(tx, at(59), at(90), 10)?.is_empty(), "leased");
        assert!(outbox::sent(tx, first.id, at(6))?);
        assert!(!outbox::sent(tx, first.id, at(6))?);
        let third = MessageId::from_bytes([3; 10]);
        assert!(outbox::retry(tx, third, "provider said 503", at(20))?);
        assert!(outbox::claim(tx, at(19), at(80), 10)?.is_empty(), "put off");
        let again = outbox::claim(tx, at(20), at(80), 10)?;
        assert_eq!(again.iter().map(|one| one.tries).collect::<Vec<_>>(), [2]);
        assert!(outbox::give_up(tx, third, "provider said 503", at(30))?);
        let dead = outbox::dead_letters(tx, 10)?;
        assert_eq!(
            dead.iter()
                .map(|one| (one.id, one.tries))
                .collect::<Vec<_>>(),
            [(third, 2)]
        );
        assert!(outbox::claim(tx, at(9_999), at(99_999), 10)?.is_empty());
        assert_eq!(outbox::next_due(tx)?, None);
        assert_eq!(outbox::prune(tx, at(30), 10)?, 1);
        Ok(())
    })
}

pub(super) fn an_answer_is_remembered(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(settle)?;
    let remember = |request: u8, now: i64| {
        store.write_blocking(move |tx| {
            let owner = DataKey::load(tx, &keys(), &Owner::Acquirer(bank()))?;
            let answered = Answered {
                name: Name {
                    principal: "staff/li",
                    key: "k1",
                },
                request_digest: [request; 32],
                answer: b"{}",
                now: at(now),
            };
            idempotency::remember(tx, &owner, &answered, &mut rng(6))
        })
    };
    remember(1, 0)?;
    assert!(
        matches!(remember(2, 1), Err(Fault::Taken(_))),
        "the second of two at once"
    );
    store.write_blocking(|tx| {
        let name = Name {
            principal: "staff/li",
            key: "k1",
        };
        let Earlier::Same(answer) = idempotency::find(tx, &keys(), name, &[1; 32])? else {
            return Err(Fault::Missing("answer"));
        };
        assert_eq!(answer.expose(), b"{}");
        assert!(matches!(
            idempotency::find(tx, &keys(), name, &[2; 32])?,
            Earlier::Other
        ));
        let other = Name {
            principal: "staff/wang",
            key: "k1",
        };
        assert!(matches!(
            idempotency::find(tx, &keys(), other, &[1; 32])?,
            Earlier::Nothing
        ));
        assert_eq!(idempotency::prune(tx, at(0), 10)?, 0);
        assert_eq!(idempotency::prune(tx, at(1), 10)?, 1);
        Ok(())
    })
}

pub(super) fn meta_values_are_kept(open: Open<'_>) -> Result<(), Fault> {
    let store = open()?;
    store.write_blocking(|tx| meta::add(tx, "opaque", &[0, 255], at(0)))?;
    let again = store.write_blocking(|tx| meta::add(tx, "opaque", b"other", at(1)));
    assert!(
        matches!(again, Err(Fault::Taken(_))),
        "what is drawn once stays"
    );
    store.write_blocking(|tx| meta::set(tx, "policy", b"one", at(0)))?;
    store.write_blocking(|tx| meta::set(tx, "policy", b"two", at(0)))?;
    drop(store);
    let store = open()?;
    assert_eq!(
        store.read_blocking(|tx| meta::find(tx, "opaque"))?,
        Some(vec![0, 255])
    );
    assert_eq!(
        store.read_blocking(|tx| meta::find(tx, "policy"))?,
        Some(b"two".to_vec())
    );
    Ok(())
}
