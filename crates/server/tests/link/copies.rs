//! A device that calls itself by the serial number of an enrolled one.

use ed25519_dalek::SigningKey;
use tillkey_rules::event::Event;
use tillkey_server::link::limits::Limits;
use tillkey_store::history;
use tillkey_terminal::wire::enrolment::{Answer, Candidate, CodeKey, DeviceKey, Nonce, Request};
use tillkey_terminal::wire::envelope::Unverified;

use crate::device::{Device, Line, backup_identity};
use crate::world::{MERCHANT, World, serial_number};

async fn asks_as(world: &World, index: u32, key: &SigningKey) -> Answer {
    let code = CodeKey::derive(&"0000-0000-0000".parse().unwrap()).unwrap();
    let candidate = Candidate {
        serial_number: serial_number(index).parse().unwrap(),
        model: "T1".parse().unwrap(),
        firmware: "1.0".parse().unwrap(),
        device_key: DeviceKey::from_bytes(key.verifying_key().as_bytes()).unwrap(),
        backup_key: backup_identity().key().clone(),
        nonce: Nonce::from_bytes(&[1; 32]).unwrap(),
    };
    let request = Request::new(candidate, &code).unwrap();
    let mut line = Line::open(world).await;
    line.say(request.sign(key).unwrap()).await;
    let answer = line.hear().await.unwrap();
    Answer::open(&Unverified::parse(&answer).unwrap(), &request, &code).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_serial_number_is_refused_and_the_merchant_sees_it() {
    let world = World::start(Limits::default()).await;
    let mut device = Device::enrol(&world, 1).await;
    let noticed = async || {
        let of = |tx: &mut dyn tillkey_store::tx::Tx| {
            history::of_merchant(tx, &MERCHANT.parse().unwrap(), None, 50)
        };
        let history = world.shell.store().read(of).await.unwrap();
        let copied = |event: &Event| matches!(event, Event::SerialNumberCopied { .. });
        history
            .iter()
            .filter(|one| copied(&one.entry.event))
            .count()
    };
    // The terminal itself, with a code that is used up: no other device.
    let own = device.key.clone();
    assert!(matches!(
        asks_as(&world, 1, &own).await,
        Answer::Refused { .. }
    ));
    assert_eq!(noticed().await, 0);
    // A number that nobody has is nobody's copy.
    let copy = SigningKey::from_bytes(&[0x66; 32]);
    assert!(matches!(
        asks_as(&world, 8, &copy).await,
        Answer::Refused { .. }
    ));
    assert_eq!(noticed().await, 0);

    for times in 1..=3 {
        assert!(matches!(
            asks_as(&world, 1, &copy).await,
            Answer::Refused { .. }
        ));
        assert_eq!(noticed().await, times);
    }
    // Whoever tries on and on fills nothing.
    for _ in 0..20 {
        asks_as(&world, 1, &copy).await;
    }
    assert!(noticed().await <= 10, "{}", noticed().await);
    device.connect(&world).await;
}
