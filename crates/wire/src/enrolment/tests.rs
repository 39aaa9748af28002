use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::*;

fn key(seed: u64) -> SigningKey {
    SigningKey::generate(&mut ChaCha20Rng::seed_from_u64(seed))
}

fn code(seed: u64) -> CodeKey {
    let code = EnrolmentCode::random(&mut ChaCha20Rng::seed_from_u64(seed));
    CodeKey::derive(&code).unwrap()
}

fn candidate(key: &SigningKey) -> Candidate {
    Candidate {
        serial_number: "SN-000123".parse().unwrap(),
        model: "A920".parse().unwrap(),
        firmware: "1.0".parse().unwrap(),
        device_key: (&key.verifying_key()).into(),
        backup_key: BackupKey::from_bytes(&[9; 32]).unwrap(),
        nonce: Nonce::from_bytes(&[4; 32]).unwrap(),
    }
}

fn enrolled(server: &SigningKey) -> Enrolled {
    Enrolled {
        terminal: TerminalId::from_bytes([7; 10]),
        acquirer: "demo-bank".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal_number: "10000001".parse().unwrap(),
        server_key: (&server.verifying_key()).into(),
    }
}

fn request(device: &SigningKey) -> (Request, Vec<u8>) {
    let request = Request::new(candidate(device), &code(1)).unwrap();
    let frame = request.sign(device).unwrap();
    (request, frame)
}

fn open(frame: &[u8]) -> Result<Request, EnrolmentError> {
    Request::open(&Unverified::parse(frame)?)
}

fn open_answer(frame: &[u8], request: &Request) -> Result<Answer, EnrolmentError> {
    Answer::open(&Unverified::parse(frame)?, request, &code(1))
}

#[test]
fn both_sides_prove_the_code() {
    let (device, server) = (key(1), key(2));
    let (request, frame) = request(&device);
    let taken = open(&frame).unwrap();
    assert_eq!(taken, request);
    assert_eq!(taken.check_proof(&code(1)), Ok(()));
    assert_eq!(taken.check_proof(&code(2)), Err(EnrolmentError::WrongCode));

    let answer = Answer::enrolled(&taken, enrolled(&server), &code(1)).unwrap();
    let frame = answer.sign(&taken, &server).unwrap();
    assert_eq!(open_answer(&frame, &request), Ok(answer));
}

#[test]
fn the_key_of_a_code_survives_being_stored_and_typing() {
    let code = EnrolmentCode::random(&mut ChaCha20Rng::seed_from_u64(1));
    let typed: EnrolmentCode = code.grouped().expose().to_lowercase().parse().unwrap();
    let kept = CodeKey::from_bytes(*CodeKey::derive(&code).unwrap().expose());
    assert_eq!(kept.expose(), CodeKey::derive(&typed).unwrap().expose());
    assert_eq!(format!("{kept:?}"), "CodeKey(Secret<[u8; 32]>)");
}

#[test]
fn the_same_request_gives_the_same_frame() {
    let device = key(1);
    assert_eq!(request(&device).1, request(&device).1);
}

/// A machine in the middle that replaces the device key cannot prove the code, and
/// one that keeps it cannot sign.
#[test]
fn a_replaced_device_key_is_noticed() {
    let (device, attacker) = (key(1), key(3));
    let (good, _) = request(&device);
    let mut replaced = good.clone();
    replaced.candidate.device_key = (&attacker.verifying_key()).into();
    let taken = open(&replaced.sign(&attacker).unwrap()).unwrap();
    assert_eq!(taken.check_proof(&code(1)), Err(EnrolmentError::WrongCode));

    let mismatch: EnrolmentError = EnvelopeError::WrongKeyId.into();
    assert_eq!(open(&good.sign(&attacker).unwrap()), Err(mismatch));

    let mut backup = good;
    backup.candidate.backup_key = BackupKey::from_bytes(&[6; 32]).unwrap();
    let taken = open(&backup.sign(&device).unwrap()).unwrap();
    assert_eq!(taken.check_proof(&code(1)), Err(EnrolmentError::WrongCode));
}

/// A server that does not know the code cannot be pinned, whatever it signs.
#[test]
fn a_replaced_server_key_is_noticed() {
    let (device, server, attacker) = (key(1), key(2), key(3));
    let (request, _) = request(&device);
    let honest = Answer::enrolled(&request, enrolled(&server), &code(1)).unwrap();
    let Answer::Enrolled { proof, .. } = honest.clone() else {
        panic!()
    };

    let guessed = Answer::enrolled(&request, enrolled(&attacker), &code(2)).unwrap();
    let reused = Answer::Enrolled {
        enrolled: enrolled(&attacker),
        proof,
    };
    for answer in [guessed, reused] {
        let frame = answer.sign(&request, &attacker).unwrap();
        assert_eq!(
            open_answer(&frame, &request),
            Err(EnrolmentError::WrongCode)
        );
    }
    let frame = honest.sign(&request, &attacker).unwrap();
    assert_eq!(
        open_answer(&frame, &request),
        Err(EnvelopeError::BadSignature.into())
    );
}

#[test]
fn an_answer_fits_one_request_only() {
    let (device, server) = (key(1), key(2));
    let (first, _) = request(&device);
    let mut candidate = candidate(&device);
    candidate.nonce = Nonce::from_bytes(&[5; 32]).unwrap();
    let second = Request::new(candidate, &code(1)).unwrap();
    let answer = Answer::enrolled(&first, enrolled(&server), &code(1)).unwrap();
    let frame = answer.sign(&first, &server).unwrap();
    assert_eq!(open_answer(&frame, &second), Err(EnrolmentError::WrongCode));
    let (other, _) = request(&key(9));
    assert_eq!(
        open_answer(&frame, &other),
        Err(EnvelopeError::WrongKeyId.into())
    );
}

#[test]
fn a_refusal_is_a_hint_and_says_so() {
    let (device, server) = (key(1), key(2));
    let (request, _) = request(&device);
    let refused = Answer::Refused {
        code: "code_expired".parse().unwrap(),
        retry_at: None,
    };
    let frame = refused.sign(&request, &server).unwrap();
    assert_eq!(open_answer(&frame, &request), Ok(refused));
}

#[test]
fn any_changed_byte_is_refused() {
    let (device, server) = (key(1), key(2));
    let (request, frame) = request(&device);
    let answer = Answer::enrolled(&request, enrolled(&server), &code(1)).unwrap();
    let answered = answer.sign(&request, &server).unwrap();
    for place in 0..frame.len() {
        let mut frame = frame.clone();
        frame[place] ^= 1;
        assert!(open(&frame).is_err(), "{place}");
    }
    for place in 0..answered.len() {
        let mut frame = answered.clone();
        frame[place] ^= 1;
        assert!(open_answer(&frame, &request).is_err(), "{place}");
    }
}
