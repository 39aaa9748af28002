//! What a terminal tells whoever draws its screen.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tillkey_wire::code::{InHandNumber, OfflineChallenge, ResetCode};
use tillkey_wire::enrolment::Enrolled;
use tillkey_wire::ids::{CaseId, OperatorNumber, RefusalCode, SessionId};
use tillkey_wire::journal::{Entry, Head};
use tillkey_wire::message::{Deed, NotRestored};
use tillkey_wire::password::{PasswordRules, Rule};

/// What a call came to: frames to send, in this order, and notices to show.
#[derive(Default)]
#[must_use = "frames have to be sent and notices shown"]
pub struct Step {
    /// To be sent over the link, in this order.
    pub frames: Vec<Vec<u8>>,
    /// To be shown or acted on.
    pub notices: Vec<Notice>,
}

/// Without what is in the frames, which may be a code.
impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step")
            .field("frames", &self.frames.len())
            .field("notices", &self.notices)
            .finish()
    }
}

impl Step {
    pub(crate) fn send(frame: Vec<u8>) -> Self {
        Self {
            frames: vec![frame],
            notices: Vec::new(),
        }
    }

    /// Something to send, or nothing.
    pub(crate) fn sending(frame: Option<Vec<u8>>) -> Self {
        frame.map_or_else(Self::default, Self::send)
    }

    pub(crate) fn tell(notice: Notice) -> Self {
        Self {
            frames: Vec::new(),
            notices: vec![notice],
        }
    }

    pub(crate) fn and(mut self, notice: Notice) -> Self {
        self.notices.push(notice);
        self
    }
}

/// Something that happened on the terminal.
#[derive(Debug)]
pub enum Notice {
    /// The terminal is enrolled and saved. Close this connection and open the next.
    Enrolled(Enrolled),
    /// Somebody answered that the enrolment is refused. Nobody has proven to be the
    /// server yet, so this is a hint: the request stays and is sent again.
    EnrolmentRefused {
        /// The stable name of the refusal.
        code: RefusalCode,
        /// When to try again; with another code, if absent.
        retry_at: Option<Timestamp>,
    },
    /// The server knows the terminal; everything that waited is being sent again.
    Welcomed,
    /// An operator is signed on.
    SignedOn {
        /// Who.
        operator: OperatorNumber,
        /// The session.
        session: SessionId,
    },
    /// The password is wrong, or there is none. It has been counted.
    WrongPassword {
        /// Whose.
        operator: OperatorNumber,
    },
    /// Too many passwords were wrong without a link: nothing is compared now.
    TooManyTries {
        /// Whose.
        operator: OperatorNumber,
        /// By the device's clock, when the next one may be tried; if absent, once the
        /// terminal has been connected.
        until: Option<Timestamp>,
    },
    /// The sign-on did not come through (the link went, another began, or the server
    /// ended it): ask for the password again.
    SignOnInterrupted {
        /// Whose.
        operator: OperatorNumber,
    },
    /// An operator's session is over: lock. It comes after the sale that was under way.
    SessionEnded {
        /// Whose.
        operator: OperatorNumber,
        /// Which.
        session: SessionId,
    },
    /// A transaction is in the journal, and on storage: print the receipt.
    Recorded(Entry),
    /// A backup for the bank is on its way: say how far, and hold nobody up.
    BackingUp {
        /// The part that is being sent, counted from 1.
        part: u32,
        /// How many there are.
        parts: u32,
    },
    /// The bank has the backup.
    BackedUp,
    /// A backup is being fetched: say how far, and hold nobody up.
    Restoring {
        /// The part that has come, counted from 1.
        part: u32,
        /// How many there are.
        parts: u32,
    },
    /// The journal is that of the backup, or holds it already; or it was left as it is.
    Restored(Result<Head, NotRestored>),
    /// Show this code to whoever stands before the terminal, and ask for it.
    CodeOnScreen {
        /// Whose password it opens.
        operator: OperatorNumber,
        /// The case.
        case: CaseId,
        /// The code.
        code: ResetCode,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// A code is on its way to the registered contact: ask for it.
    CodeIssued {
        /// Whose password it opens.
        operator: OperatorNumber,
        /// The case.
        case: CaseId,
        /// When it ends.
        expires_at: Timestamp,
    },
    /// Show this number, with what it is for, and say that it is to be read only to the
    /// bank that the person called themselves. It is good for one case, once.
    InHandNumber {
        /// The number.
        number: InHandNumber,
        /// What the bank asked for; none where it was asked for at the terminal.
        asked: Option<AskedFor>,
    },
    /// The code was right, or the bank agrees with a supervisor: ask for a new password.
    CodeAccepted {
        /// Who may choose.
        operator: OperatorNumber,
        /// The case.
        case: CaseId,
        /// Until when.
        until: Timestamp,
        /// By what rules.
        rules: PasswordRules,
    },
    /// Show this challenge to whoever forgot the password: they call the bank, say what
    /// terminal and operator they are and read it out, and get the answer in return.
    OfflineChallenge {
        /// Whose password is to be replaced.
        operator: OperatorNumber,
        /// What is read out.
        challenge: OfflineChallenge,
        /// Until when an answer is taken, by the device's clock.
        until: Timestamp,
        /// How many answers are compared until then.
        tries_left: u32,
    },
    /// The answer to the challenge is wrong; with no tries left, a new challenge is needed.
    WrongAnswer {
        /// Whose challenge it was.
        operator: OperatorNumber,
        /// How many answers are still compared.
        tries_left: u32,
    },
    /// Ask for a new password: the answer was right, or a supervisor says so, and there is
    /// no link. By a supervisor's word only the cashier may see the keypad now.
    ChooseNow {
        /// Who may choose.
        operator: OperatorNumber,
        /// Until when, by the device's clock.
        until: Timestamp,
        /// By what rules.
        rules: PasswordRules,
    },
    /// The new password works here from now on, and no older one does. It is registered
    /// with the bank when its operator signs on with it while there is a link.
    InForceOffline {
        /// Whose.
        operator: OperatorNumber,
    },
    /// The bank does not accept the password that was set without a link: it works no more.
    /// Say so, and that the bank is to be called.
    OfflinePasswordRefused {
        /// Whose.
        operator: OperatorNumber,
        /// The stable name of the refusal.
        code: RefusalCode,
    },
    /// A supervisor added a cashier, who has no password yet.
    Added {
        /// Whom.
        operator: OperatorNumber,
    },
    /// A supervisor removed a cashier.
    Removed {
        /// Whom.
        operator: OperatorNumber,
    },
    /// The bank knows of something that was done here.
    DeedTaken(Deed),
    /// The bank does not take what was done here, and it does not hold any more: say so.
    /// Whoever was removed comes back with the next welcome.
    DeedRefused {
        /// What was done.
        deed: Deed,
        /// The stable name of the refusal.
        code: RefusalCode,
    },
    /// The chosen password breaks rules: say which, and ask again.
    PasswordRefused {
        /// Whose.
        operator: OperatorNumber,
        /// What it breaks.
        broken: BTreeSet<Rule>,
    },
    /// The new password is on its way and safe against a power cut; the old one, if
    /// any, still holds.
    PasswordSent {
        /// Whose.
        operator: OperatorNumber,
        /// The case.
        case: CaseId,
    },
    /// The new password works from now on, and no older one does.
    Effective {
        /// Whose.
        operator: OperatorNumber,
        /// The case.
        case: CaseId,
        /// Which of the operator's passwords it is.
        credential_version: u32,
    },
    /// The operator's password no longer works.
    CredentialRevoked {
        /// Whose.
        operator: OperatorNumber,
    },
    /// The server said no.
    Refused {
        /// To what.
        activity: Activity,
        /// For whom, if it is about an operator.
        operator: Option<OperatorNumber>,
        /// The stable name of the refusal.
        code: RefusalCode,
        /// When to try again.
        retry_at: Option<Timestamp>,
    },
}

/// For what the server wants to know that the terminal is in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedFor {
    /// The case.
    pub case: CaseId,
    /// Whose password is to be replaced.
    pub operator: OperatorNumber,
    /// Until when it is wanted.
    pub expires_at: Timestamp,
}

/// What the server can refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// The terminal itself: it is not served.
    Connect,
    /// A sign-on.
    SignOn,
    /// A sign-off; it holds on the terminal all the same.
    SignOff,
    /// A first password.
    FirstPassword,
    /// A reset code.
    Redeem,
    /// That an operator chooses whom a supervisor sent.
    Choose,
    /// A new password. The old one, if any, still holds.
    NewPassword,
    /// A session that began without a link, or the wrong passwords that were typed then.
    OfflineSignOn,
    /// Something that was done here. [`crate::Terminal::resend`] tells it again.
    Deed,
    /// The agreement on numbers that prove the terminal in hand.
    InHand,
    /// What the terminal said of its condition.
    Health,
    /// A backup. Where it may be tried again, [`crate::Terminal::resend`] does.
    Backup,
    /// A backup that is to be put back. As [`Self::Backup`].
    Restore,
    /// Where the journal stands.
    Journal,
    /// The acknowledgement of a command.
    Acknowledge,
}
