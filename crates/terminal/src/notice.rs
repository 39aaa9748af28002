//! What a terminal tells whoever draws its screen.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tillkey_wire::code::{InHandNumber, ResetCode};
use tillkey_wire::enrolment::Enrolled;
use tillkey_wire::ids::{CaseId, OperatorNumber, RefusalCode, SessionId};
use tillkey_wire::journal::{Entry, Head};
use tillkey_wire::message::NotRestored;
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
    /// The password is wrong, or there is none. The server has counted it.
    WrongPassword {
        /// Whose.
        operator: OperatorNumber,
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
    /// The code was right: ask for a new password.
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
    /// A new password. The old one, if any, still holds.
    NewPassword,
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
