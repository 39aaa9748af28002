//! Enrolment: once in a terminal's life, with a one-time code typed in by hand.
//!
//! The keys and the request are saved before the request is sent. If the answer is
//! lost, to a power cut or a torn cable, the same request is sent again, byte for byte,
//! and the server gives the same answer.

use rand::{CryptoRng, RngCore};
use tillkey_wire::code::EnrolmentCode;
use tillkey_wire::enrolment::{
    Answer, BackupKey, Candidate, CodeKey, EnrolmentError, Nonce, Request,
};
use tillkey_wire::envelope::Unverified;

use crate::book::Book;
use crate::device::Device;
use crate::fault::Fault;
use crate::identity::{Identity, Keys};
use crate::notice::{Notice, Step};
use crate::terminal::Terminal;

impl<D: Device> Terminal<D> {
    /// Takes the code, makes the keys, and asks to be enrolled: at once if there is a
    /// link, or with the next [`Terminal::connected`]. Another code replaces the request.
    ///
    /// # Errors
    /// [`Fault::AlreadyEnrolled`], or [`Fault::Device`] if the keys cannot be kept.
    pub fn enrol(
        &mut self,
        code: &EnrolmentCode,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Step, Fault> {
        self.sound()?;
        if matches!(self.identity, Identity::Enrolled { .. }) {
            return Err(Fault::AlreadyEnrolled);
        }
        let keys = Keys::random(rng);
        let code = CodeKey::derive(code)?;
        let mut nonce = [0; Nonce::LENGTH];
        rng.fill_bytes(&mut nonce);
        let internal = |_| EnrolmentError::Internal;
        let candidate = Candidate {
            serial_number: self.profile.serial_number.clone(),
            model: self.profile.model.clone(),
            firmware: self.profile.firmware.clone(),
            device_key: (&keys.device.verifying_key()).into(),
            backup_key: BackupKey::from_bytes(keys.backup_public().as_bytes()).map_err(internal)?,
            nonce: Nonce::from_bytes(&nonce).map_err(internal)?,
        };
        let request = Request::new(candidate, &code)?;
        self.become_identity(Identity::Enrolling {
            keys,
            request,
            code,
        })?;
        if self.linked {
            self.ask_to_be_enrolled()
        } else {
            Ok(Step::default())
        }
    }

    /// The request, as it was first sent.
    pub(crate) fn ask_to_be_enrolled(&self) -> Result<Step, Fault> {
        match &self.identity {
            Identity::Enrolling { keys, request, .. } => {
                Ok(Step::send(request.sign(&keys.device)?))
            }
            Identity::Blank => Err(Fault::NotEnrolled),
            Identity::Enrolled { .. } => Err(Fault::AlreadyEnrolled),
        }
    }

    /// Takes the answer, if the server proves that it knows the code.
    pub(crate) fn take_answer(&mut self, frame: &Unverified) -> Result<Step, Fault> {
        let Identity::Enrolling {
            keys,
            request,
            code,
        } = &self.identity
        else {
            return Err(Fault::NotEnrolled);
        };
        match Answer::open(frame, request, code)? {
            Answer::Enrolled { enrolled, .. } => {
                let keys = keys.clone();
                self.become_identity(Identity::Enrolled {
                    keys,
                    enrolled: enrolled.clone(),
                })?;
                self.book = Some(Book::new(enrolled.terminal));
                self.journal = self.read_journal()?;
                self.linked = false;
                Ok(Step::tell(Notice::Enrolled(enrolled)))
            }
            Answer::Refused { code, retry_at } => {
                Ok(Step::tell(Notice::EnrolmentRefused { code, retry_at }))
            }
        }
    }
}
