use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use super::client::{Registration, SignOn};
use super::server::{self, ServerSetup};
use super::*;

struct Bench {
    rng: ChaCha20Rng,
    setup: ServerSetup,
}

fn subject(terminal: u8, operator: u8) -> Subject {
    Subject::new(
        &"demo-bank".parse().unwrap(),
        TerminalId::from_bytes([terminal; 10]),
        OperatorNumber::new(operator).unwrap(),
    )
}

fn password(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

impl Bench {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let setup = ServerSetup::random(&mut rng);
        Self { rng, setup }
    }

    fn register(&mut self, subject: &Subject, text: &str) -> Record {
        let (state, request) = Registration::start(password(text), &mut self.rng).unwrap();
        let response = server::respond(&self.setup, subject, &request).unwrap();
        let upload = state
            .finish(&response, subject, &Stretching::built_in(), &mut self.rng)
            .unwrap();
        server::record(&upload).unwrap()
    }

    /// Signs on; `asked` is whom the terminal means and `answered` whom the server does.
    fn sign_on(
        &mut self,
        (asked, answered): (&Subject, &Subject),
        record: Option<&Record>,
        text: &str,
    ) -> Result<(), OpaqueError> {
        let (terminal, ke1) = SignOn::start(password(text), &mut self.rng)?;
        let (server, ke2) =
            server::start_login(&self.setup, answered, record, &ke1, &mut self.rng)?;
        let (ke3, here) = terminal.finish(&ke2, asked, &Stretching::built_in(), &mut self.rng)?;
        let there = server.finish(&ke3)?;
        assert_eq!(here.expose(), there.expose());
        Ok(())
    }
}

/// The sizes of RFC 9807 for ristretto255-SHA512: an element and a scalar are 32 bytes,
/// a nonce 32, a hash and a MAC 64, an envelope nonce + MAC.
#[test]
fn messages_have_the_sizes_of_the_rfc() {
    const ELEMENT: usize = 32;
    const NONCE: usize = 32;
    const MAC: usize = 64;
    const HASH: usize = 64;
    const ENVELOPE: usize = NONCE + MAC;
    assert_eq!(Ke1::LENGTH, ELEMENT + NONCE + ELEMENT);
    let response = ELEMENT + NONCE + ELEMENT + ENVELOPE;
    assert_eq!(Ke2::LENGTH, response + NONCE + ELEMENT + MAC);
    assert_eq!(Ke3::LENGTH, MAC);
    assert_eq!(RegistrationRequest::LENGTH, ELEMENT);
    assert_eq!(RegistrationResponse::LENGTH, ELEMENT + ELEMENT);
    assert_eq!(RegistrationUpload::LENGTH, ELEMENT + HASH + ENVELOPE);
    assert_eq!(Record::LENGTH, RegistrationUpload::LENGTH);

    let mut bench = Bench::new(1);
    assert_eq!(bench.setup.to_bytes().expose().len(), ServerSetup::LENGTH);
    let subject = subject(1, 5);
    let record = bench.register(&subject, "739201");
    assert_eq!(
        bench.sign_on((&subject, &subject), Some(&record), "739201"),
        Ok(())
    );
}

#[test]
fn i01_only_the_right_password_signs_on() {
    let mut bench = Bench::new(2);
    let who = subject(1, 5);
    let record = bench.register(&who, "739201");
    let wrong = Err(OpaqueError::WrongPassword);
    assert_eq!(bench.sign_on((&who, &who), Some(&record), "739202"), wrong);
    assert_eq!(bench.sign_on((&who, &who), None, "739201"), wrong);
    // A record that was copied to another operator, or another terminal's.
    for other in [subject(1, 6), subject(2, 5)] {
        assert_eq!(
            bench.sign_on((&other, &other), Some(&record), "739201"),
            wrong
        );
        assert_eq!(
            bench.sign_on((&who, &other), Some(&record), "739201"),
            wrong
        );
        assert_eq!(
            bench.sign_on((&other, &who), Some(&record), "739201"),
            wrong
        );
    }
    bench.setup = ServerSetup::random(&mut bench.rng);
    assert_eq!(bench.sign_on((&who, &who), Some(&record), "739201"), wrong);
}

#[test]
fn a_setup_survives_being_stored() {
    let mut bench = Bench::new(3);
    let who = subject(1, 0);
    let record = bench.register(&who, "73920164");
    bench.setup = ServerSetup::from_bytes(&bench.setup.to_bytes()).unwrap();
    assert_eq!(
        bench.sign_on((&who, &who), Some(&record), "73920164"),
        Ok(())
    );
    let bytes = bench.setup.to_bytes();
    for length in [0, 127] {
        let cut = Secret::new(bytes.expose()[..length].to_vec());
        assert!(ServerSetup::from_bytes(&cut).is_err(), "{length}");
    }
    let long = Secret::new([bytes.expose().as_slice(), &[0]].concat());
    assert!(ServerSetup::from_bytes(&long).is_err());
}

#[test]
fn a_third_message_fits_one_sign_on_only() {
    let mut bench = Bench::new(4);
    let who = subject(1, 5);
    let record = bench.register(&who, "739201");
    let start = |bench: &mut Bench| {
        let (terminal, ke1) = SignOn::start(password("739201"), &mut bench.rng).unwrap();
        let (server, ke2) =
            server::start_login(&bench.setup, &who, Some(&record), &ke1, &mut bench.rng).unwrap();
        let (ke3, _) = terminal
            .finish(&ke2, &who, &Stretching::built_in(), &mut bench.rng)
            .unwrap();
        (server, ke3)
    };
    let (first, ke3_first) = start(&mut bench);
    let (second, ke3_second) = start(&mut bench);
    assert_eq!(
        second.finish(&ke3_first).unwrap_err(),
        OpaqueError::WrongPassword
    );
    assert_eq!(
        first.finish(&ke3_second).unwrap_err(),
        OpaqueError::WrongPassword
    );
}

#[test]
fn i08_a_made_up_answer_has_the_same_shape() {
    let mut bench = Bench::new(5);
    let who = subject(1, 5);
    let (terminal, ke1) = SignOn::start(password("739201"), &mut bench.rng).unwrap();
    let (_, ke2) = server::start_login(&bench.setup, &who, None, &ke1, &mut bench.rng).unwrap();
    assert_eq!(ke2.as_bytes().len(), Ke2::LENGTH);
    let refused = terminal.finish(&ke2, &who, &Stretching::built_in(), &mut bench.rng);
    assert_eq!(refused.unwrap_err(), OpaqueError::WrongPassword);
}

#[test]
fn nonsense_is_refused_and_never_panics() {
    let mut bench = Bench::new(6);
    let who = subject(1, 5);
    for fill in [0x00, 0x01, 0x7f, 0xff] {
        let request = RegistrationRequest::from_bytes(&[fill; 32]).unwrap();
        assert!(server::respond(&bench.setup, &who, &request).is_err());
        assert!(server::record(&RegistrationUpload::from_bytes(&[fill; 192]).unwrap()).is_err());
        let ke1 = Ke1::from_bytes(&[fill; 96]).unwrap();
        assert!(server::start_login(&bench.setup, &who, None, &ke1, &mut bench.rng).is_err());
        let (terminal, _) = SignOn::start(password("739201"), &mut bench.rng).unwrap();
        let ke2 = Ke2::from_bytes(&[fill; 320]).unwrap();
        assert!(
            terminal
                .finish(&ke2, &who, &Stretching::built_in(), &mut bench.rng)
                .is_err()
        );
    }
    assert!(Ke1::from_bytes(&[0; 95]).is_err());
}

#[test]
fn i01_debug_shows_no_password_and_no_key() {
    let mut bench = Bench::new(7);
    let (terminal, ke1) = SignOn::start(password("739201"), &mut bench.rng).unwrap();
    let (state, _) =
        server::start_login(&bench.setup, &subject(1, 5), None, &ke1, &mut bench.rng).unwrap();
    let (registration, _) = Registration::start(password("739201"), &mut bench.rng).unwrap();
    let shown = format!(
        "{terminal:?} {registration:?} {state:?} {:?} {ke1:?}",
        bench.setup
    );
    assert!(!shown.contains("739201"), "{shown}");
    assert!(!shown.contains('['), "{shown}");
}
