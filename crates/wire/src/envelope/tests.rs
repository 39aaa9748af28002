use coset::{CoseSign1, HeaderBuilder, Label, iana};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::*;

fn key(seed: u64) -> SigningKey {
    SigningKey::generate(&mut ChaCha20Rng::seed_from_u64(seed))
}

const KID: KeyId = KeyId::Terminal(TerminalId::from_bytes([7; 10]));

fn frame(payload: &[u8]) -> Vec<u8> {
    sign(payload.to_vec(), Direction::FromTerminal, KID, &key(1)).unwrap()
}

fn open(frame: &[u8]) -> Result<Vec<u8>, EnvelopeError> {
    let envelope = Unverified::parse(frame)?;
    envelope
        .verify(Direction::FromTerminal, KID, &key(1).verifying_key())
        .map(<[u8]>::to_vec)
}

/// A frame whose headers are not what [`sign`] writes, rightly signed all the same.
fn odd(protected: coset::Header, unprotected: coset::Header, payload: Option<&[u8]>) -> Vec<u8> {
    let mut odd = CoseSign1Builder::new()
        .protected(protected)
        .unprotected(unprotected)
        .create_signature(Direction::FromTerminal.aad(), |b| {
            key(1).sign(b).to_bytes().to_vec()
        })
        .build();
    odd.payload = payload.map(<[u8]>::to_vec);
    odd.signature = key(1)
        .sign(&odd.tbs_data(Direction::FromTerminal.aad()))
        .to_bytes()
        .to_vec();
    odd.to_tagged_vec().unwrap()
}

fn header() -> HeaderBuilder {
    HeaderBuilder::new()
        .algorithm(iana::Algorithm::EdDSA)
        .key_id(KID.to_bytes())
}

#[test]
fn an_envelope_opens_for_its_key_direction_and_kid_only() {
    let frame = frame(b"payload");
    assert_eq!(open(&frame).unwrap(), b"payload");
    let envelope = Unverified::parse(&frame).unwrap();
    assert_eq!(envelope.kid(), KID);
    let other = KeyId::Terminal(TerminalId::from_bytes([8; 10]));
    for (direction, kid, by, expect) in [
        (Direction::FromServer, KID, 1, EnvelopeError::BadSignature),
        (Direction::FromTerminal, KID, 2, EnvelopeError::BadSignature),
        (Direction::FromTerminal, other, 1, EnvelopeError::WrongKeyId),
    ] {
        let key = key(by).verifying_key();
        assert_eq!(
            envelope.verify(direction, kid, &key),
            Err(expect),
            "{direction:?} {by}"
        );
    }
}

#[test]
fn each_odd_header_has_its_error() {
    let plain = HeaderBuilder::new;
    let alg = || plain().algorithm(iana::Algorithm::EdDSA);
    let payload = Some(b"p".as_slice());
    let cases = [
        (
            plain().build(),
            header().build(),
            payload,
            EnvelopeError::MissingProtectedHeader,
        ),
        (
            plain().build(),
            plain().build(),
            payload,
            EnvelopeError::MissingProtectedHeader,
        ),
        (
            header().build(),
            alg().build(),
            payload,
            EnvelopeError::UnknownHeader,
        ),
        (
            plain().key_id(KID.to_bytes()).build(),
            plain().build(),
            payload,
            EnvelopeError::WrongAlgorithm,
        ),
        (
            header().algorithm(iana::Algorithm::ES256).build(),
            plain().build(),
            payload,
            EnvelopeError::WrongAlgorithm,
        ),
        (
            alg().build(),
            plain().build(),
            payload,
            EnvelopeError::MissingKeyId,
        ),
        (
            alg().key_id(vec![7; 11]).build(),
            plain().build(),
            payload,
            EnvelopeError::WrongKeyId,
        ),
        (
            header().value(99, 0.into()).build(),
            plain().build(),
            payload,
            EnvelopeError::UnknownHeader,
        ),
        (
            header().iv(vec![1; 8]).build(),
            plain().build(),
            payload,
            EnvelopeError::UnknownHeader,
        ),
        (
            header().build(),
            plain().build(),
            None,
            EnvelopeError::MissingPayload,
        ),
        (
            header().value(99, vec![0u8; 64].into()).build(),
            plain().build(),
            payload,
            EnvelopeError::Structure,
        ),
    ];
    for (protected, unprotected, payload, expect) in cases {
        let shown = format!("{protected:?}");
        assert_eq!(
            open(&odd(protected, unprotected, payload)),
            Err(expect),
            "{shown}"
        );
    }
}

#[test]
fn a_second_spelling_is_refused() {
    let body = frame(b"p");
    // The same header, key identifier first.
    let swapped = {
        let mut map = vec![0xa2, 0x04, 0x4a];
        map.extend(KID.to_bytes());
        map.extend([0x01, 0x27]);
        let mut odd = CoseSign1 {
            payload: Some(b"p".to_vec()),
            ..CoseSign1::default()
        };
        odd.protected.original_data = Some(map);
        odd.protected.header = header().build();
        let tbs = odd.tbs_data(Direction::FromTerminal.aad());
        odd.signature = key(1).sign(&tbs).to_bytes().to_vec();
        odd.to_tagged_vec().unwrap()
    };
    assert_eq!(open(&swapped), Err(EnvelopeError::NotCanonical));
    // An algorithm twice, within the bounds of a header.
    let double = [&[
        0xd2, 0x84, 0x45, 0xa2, 0x01, 0x27, 0x01, 0x27, 0xa0, 0x40, 0x40,
    ][..]]
    .concat();
    assert_eq!(open(&double), Err(EnvelopeError::DuplicateHeader));
    // No tag, another tag, a tag written long.
    assert_eq!(open(&body[1..]), Err(EnvelopeError::NotAnEnvelope));
    let mut other = body.clone();
    other[0] = 0xd1;
    assert_eq!(open(&other), Err(EnvelopeError::NotAnEnvelope));
    assert_eq!(
        open(&[&[0xd8, 18], &body[1..]].concat()),
        Err(EnvelopeError::NotAnEnvelope)
    );
    assert_eq!(
        open(&[body.as_slice(), &[0]].concat()),
        Err(EnvelopeError::TrailingBytes)
    );
}

#[test]
fn e12_size_is_refused_before_anything_is_parsed() {
    let long = vec![0xd2; FRAME_BYTES_MAX + 1];
    assert_eq!(
        open(&long),
        Err(EnvelopeError::TooLong {
            limit: FRAME_BYTES_MAX
        })
    );
    let payload = vec![0; FRAME_BYTES_MAX];
    let refused = sign(payload, Direction::FromServer, KID, &key(1));
    assert_eq!(
        refused,
        Err(EnvelopeError::TooLong {
            limit: FRAME_BYTES_MAX
        })
    );
    // Lengths that are only announced allocate nothing.
    let announced = [&[0xd2, 0x84, 0x5b], [0xff; 8].as_slice()].concat();
    assert_eq!(open(&announced), Err(EnvelopeError::Truncated));
}

#[test]
fn a16_counter_signatures_are_not_followed() {
    // {7: [bstr(header), {}, bstr]} within itself, as deep as a frame allows.
    let mut header = vec![0xa0];
    while header.len() < 4_000 {
        let mut outer = vec![0xa1, 0x07, 0x83, 0x59];
        outer.extend(u16::try_from(header.len()).unwrap().to_be_bytes());
        outer.extend(&header);
        outer.extend([0xa0, 0x40]);
        header = outer;
    }
    let mut frame = vec![0xd2, 0x84, 0x59];
    frame.extend(u16::try_from(header.len()).unwrap().to_be_bytes());
    frame.extend(&header);
    frame.extend([0xa0, 0x40, 0x40]);
    assert_eq!(open(&frame), Err(EnvelopeError::Structure));
}

#[test]
fn every_shorter_frame_is_refused() {
    let frame = frame(b"payload");
    for length in 0..frame.len() {
        assert_eq!(
            open(&frame[..length]),
            Err(EnvelopeError::Truncated),
            "{length}"
        );
    }
}

proptest! {
    #[test]
    fn any_payload_comes_back(payload in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert_eq!(open(&frame(&payload)), Ok(payload));
    }

    #[test]
    fn any_changed_byte_is_refused(
        payload in proptest::collection::vec(any::<u8>(), 0..80),
        place in any::<proptest::sample::Index>(),
        flip in 1..=255u8,
    ) {
        let mut frame = frame(&payload);
        let place = place.index(frame.len());
        frame[place] ^= flip;
        prop_assert!(open(&frame).is_err());
    }

    #[test]
    fn random_bytes_never_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        cut in any::<proptest::sample::Index>(),
    ) {
        prop_assert!(open(&bytes).is_err());
        // And from a plausible beginning on.
        let good = frame(b"payload");
        let mixed = [&good[..cut.index(good.len())], &bytes].concat();
        if mixed != good {
            prop_assert!(open(&mixed).is_err());
        }
    }
}

#[test]
fn labels_of_other_shapes_are_unknown() {
    let text = coset::Header {
        rest: vec![(Label::Text("x".into()), 1.into())],
        ..header().build()
    };
    let refused = open(&odd(text, coset::Header::default(), Some(b"p")));
    assert_eq!(refused, Err(EnvelopeError::UnknownHeader));
}
