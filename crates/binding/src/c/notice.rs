//! What a terminal tells whoever draws its screen, as C holds it.

use std::ffi::c_char;

use zeroize::Zeroize;

use super::entry::EntrySheet;
use super::given::{self, Filled};
use super::handle::Terminal;
use crate::facade::{Names, Notice, numbered};

/// What a notice is about. The words in capitals are the fields of TillkeyNotice that it
/// sets; all others are 0, -1 or empty.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// There is none.
    None = 0,
    /// The terminal is enrolled and saved: TERMINAL, ACQUIRER, MERCHANT, TERMINAL_NUMBER.
    /// Say tillkey_connected again, on this link or the next.
    Enrolled = 1,
    /// Somebody answered that the enrolment is refused: REFUSAL, and AT_MS, when to try
    /// again; with another code, if 0. It is a hint.
    EnrolmentRefused = 2,
    /// The server knows the terminal; everything that waited is being sent again.
    Welcomed = 3,
    /// An operator is signed on: OPERATOR_NUMBER, SESSION.
    SignedOn = 4,
    /// The password is wrong, or there is none: OPERATOR_NUMBER. It has been counted.
    WrongPassword = 5,
    /// The sign-on did not come through: OPERATOR_NUMBER. Ask for the password again.
    SignOnInterrupted = 6,
    /// A session is over: OPERATOR_NUMBER, SESSION. Lock.
    SessionEnded = 7,
    /// A transaction is in the journal, and on storage: ENTRY. Print the receipt.
    Recorded = 8,
    /// A backup for the bank is on its way: PART of PARTS. Hold nobody up.
    BackingUp = 9,
    /// The bank has the backup.
    BackedUp = 10,
    /// A backup is being fetched: PART of PARTS. Hold nobody up.
    Restoring = 11,
    /// The journal is that of the backup, or holds it already: ENTRIES.
    Restored = 12,
    /// The journal was left as it is: WHY_NOT_RESTORED.
    NotRestored = 13,
    /// Show this code, and ask for it: OPERATOR_NUMBER, CASE_ID, CODE, AT_MS, when it ends.
    CodeOnScreen = 14,
    /// A code is on its way to the registered contact, ask for it: OPERATOR_NUMBER, CASE_ID,
    /// AT_MS, when it ends.
    CodeIssued = 15,
    /// Show this number large, and that it is read only to the bank that one called oneself:
    /// CODE; where the bank asked for it also OPERATOR_NUMBER, CASE_ID, AT_MS, when it ends.
    InHandNumber = 16,
    /// The code was right, or the bank agrees with a supervisor, ask for a new password:
    /// OPERATOR_NUMBER, CASE_ID, DIGITS_MIN, AT_MS, when it ends.
    CodeAccepted = 17,
    /// The chosen password breaks rules: OPERATOR_NUMBER, RULES. Ask again.
    PasswordRefused = 18,
    /// The new password is on its way and safe against a power cut; the old one still holds:
    /// OPERATOR_NUMBER, CASE_ID.
    PasswordSent = 19,
    /// The new password works from now on: OPERATOR_NUMBER, CASE_ID, CREDENTIAL_VERSION.
    Effective = 20,
    /// The operator's password no longer works: OPERATOR_NUMBER.
    CredentialRevoked = 21,
    /// The server said no: ACTIVITY, REFUSAL; OPERATOR_NUMBER, if it is about one; AT_MS,
    /// when to try again.
    Refused = 22,
    /// Too many passwords were wrong without a link: OPERATOR_NUMBER; AT_MS, when the next
    /// may be tried, by the device's clock; if 0, once the terminal has been connected.
    TooManyTries = 23,
    /// Show this challenge, which is read out to the bank: OPERATOR_NUMBER, CODE,
    /// TRIES_LEFT, AT_MS, until when an answer is taken, by the device's clock.
    OfflineChallenge = 24,
    /// The answer is wrong: OPERATOR_NUMBER, TRIES_LEFT. With none left, a new challenge is
    /// needed.
    WrongAnswer = 25,
    /// Ask for a new password, without a link: OPERATOR_NUMBER, DIGITS_MIN, AT_MS, when it
    /// ends, by the device's clock. Only its operator may see the keypad now.
    ChooseNow = 26,
    /// The new password works here from now on, and is registered when its operator signs on
    /// with it while there is a link: OPERATOR_NUMBER.
    InForceOffline = 27,
    /// The bank does not accept the password that was set without a link, it works no more:
    /// OPERATOR_NUMBER, REFUSAL. Say that the bank is to be called.
    OfflinePasswordRefused = 28,
    /// A supervisor added a cashier, who has no password yet: OPERATOR_NUMBER.
    Added = 29,
    /// A supervisor removed a cashier: OPERATOR_NUMBER.
    Removed = 30,
    /// The bank knows of something that was done here: DEED, OPERATOR_NUMBER.
    DeedTaken = 31,
    /// The bank does not take what was done here, and it does not hold any more: DEED,
    /// OPERATOR_NUMBER, REFUSAL. Say so.
    DeedRefused = 32,
}

/// Something that happened on the terminal. Every text ends with a NUL. Times are
/// milliseconds since 1970.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct NoticeSheet {
    /// One of TillkeyNoticeKind.
    pub kind: i32,
    /// 0 to 99; -1 for nobody.
    pub operator_number: i32,
    /// A time, as the kind says; 0 for none.
    pub at_ms: i64,
    /// How many entries the journal has had.
    pub entries: u64,
    /// One of TillkeyActivity.
    pub activity: i32,
    /// One of TillkeyWhyNotRestored.
    pub why_not_restored: i32,
    /// One of TillkeyDeed.
    pub deed: i32,
    /// How many answers are still compared.
    pub tries_left: u32,
    /// Counted from 1.
    pub part: u32,
    /// How many there are.
    pub parts: u32,
    /// Which of the operator's passwords it is.
    pub credential_version: u32,
    /// The least number of digits that a password has to have.
    pub digits_min: u32,
    /// Which rules are broken: for each of TillkeyRule with number n, bit n.
    pub rules: u32,
    /// The case.
    pub case_id: [c_char; 17],
    /// The session.
    pub session: [c_char; 17],
    /// A code or a number. Secret: wipe it with tillkey_wipe when it was shown.
    pub code: [c_char; 17],
    /// The stable name of a refusal.
    pub refusal: [c_char; 49],
    /// The terminal's identifier.
    pub terminal: [c_char; 17],
    /// Who runs the server.
    pub acquirer: [c_char; 33],
    /// Whose terminal it is.
    pub merchant: [c_char; 16],
    /// Its terminal number.
    pub terminal_number: [c_char; 9],
    /// An entry of the journal.
    pub entry: EntrySheet,
}

// SAFETY: whole numbers; every pattern of bits is one.
unsafe impl Filled for NoticeSheet {}

/// Puts a text into its field; the NUL after it is there already. Each field has room for the
/// longest text of its kind, so nothing is ever cut.
pub(super) fn put(field: &mut [c_char], text: &str) {
    let last = field.len().saturating_sub(1);
    for (place, byte) in field.iter_mut().take(last).zip(text.bytes()) {
        *place = c_char::from_ne_bytes([byte]);
    }
}

numbered!(NoticeKind);

impl NoticeSheet {
    fn blank() -> Self {
        Self {
            kind: NoticeKind::None.number(),
            operator_number: -1,
            at_ms: 0,
            entries: 0,
            activity: 0,
            why_not_restored: 0,
            deed: 0,
            tries_left: 0,
            part: 0,
            parts: 0,
            credential_version: 0,
            digits_min: 0,
            rules: 0,
            case_id: [0; 17],
            session: [0; 17],
            code: [0; 17],
            refusal: [0; 49],
            terminal: [0; 17],
            acquirer: [0; 33],
            merchant: [0; 16],
            terminal_number: [0; 9],
            entry: EntrySheet::blank(),
        }
    }

    fn about(&mut self, operator: u8, case: &str) {
        self.operator_number = operator.into();
        put(&mut self.case_id, case);
    }

    fn of_session(&mut self, operator: u8, session: &str) {
        self.operator_number = operator.into();
        put(&mut self.session, session);
    }

    fn named(&mut self, names: &Names) {
        put(&mut self.terminal, &names.terminal);
        put(&mut self.acquirer, &names.acquirer);
        put(&mut self.merchant, &names.merchant);
        put(&mut self.terminal_number, &names.terminal_number);
    }
}

impl NoticeSheet {
    /// What happens without a link, and what is told of it later.
    fn away(&mut self, notice: &Notice) -> NoticeKind {
        let (kind, operator) = match notice {
            Notice::TooManyTries { operator, until_ms } => {
                self.at_ms = until_ms.unwrap_or(0);
                (NoticeKind::TooManyTries, *operator)
            }
            Notice::OfflineChallenge {
                operator,
                challenge,
                until_ms,
                tries_left,
            } => {
                put(&mut self.code, challenge.expose());
                (self.at_ms, self.tries_left) = (*until_ms, *tries_left);
                (NoticeKind::OfflineChallenge, *operator)
            }
            Notice::WrongAnswer {
                operator,
                tries_left,
            } => {
                self.tries_left = *tries_left;
                (NoticeKind::WrongAnswer, *operator)
            }
            Notice::ChooseNow {
                operator,
                until_ms,
                digits_min,
            } => {
                (self.at_ms, self.digits_min) = (*until_ms, (*digits_min).into());
                (NoticeKind::ChooseNow, *operator)
            }
            Notice::InForceOffline { operator } => (NoticeKind::InForceOffline, *operator),
            Notice::OfflinePasswordRefused { operator, code } => {
                put(&mut self.refusal, code);
                (NoticeKind::OfflinePasswordRefused, *operator)
            }
            Notice::Added { operator } => (NoticeKind::Added, *operator),
            Notice::Removed { operator } => (NoticeKind::Removed, *operator),
            Notice::DeedTaken { deed, operator } => {
                self.deed = deed.number();
                (NoticeKind::DeedTaken, *operator)
            }
            Notice::DeedRefused {
                deed,
                operator,
                code,
            } => {
                self.deed = deed.number();
                put(&mut self.refusal, code);
                (NoticeKind::DeedRefused, *operator)
            }
            _ => return NoticeKind::None,
        };
        self.operator_number = operator.into();
        kind
    }
}

impl From<&Notice> for NoticeSheet {
    fn from(notice: &Notice) -> Self {
        let mut sheet = Self::blank();
        let kind = match notice {
            Notice::Enrolled { names } => {
                sheet.named(names);
                NoticeKind::Enrolled
            }
            Notice::EnrolmentRefused { code, retry_at_ms } => {
                put(&mut sheet.refusal, code);
                sheet.at_ms = retry_at_ms.unwrap_or(0);
                NoticeKind::EnrolmentRefused
            }
            Notice::Welcomed => NoticeKind::Welcomed,
            Notice::SignedOn { operator, session } => {
                sheet.of_session(*operator, session);
                NoticeKind::SignedOn
            }
            Notice::WrongPassword { operator } => {
                sheet.operator_number = (*operator).into();
                NoticeKind::WrongPassword
            }
            Notice::SignOnInterrupted { operator } => {
                sheet.operator_number = (*operator).into();
                NoticeKind::SignOnInterrupted
            }
            Notice::SessionEnded { operator, session } => {
                sheet.of_session(*operator, session);
                NoticeKind::SessionEnded
            }
            Notice::Recorded { entry } => {
                sheet.entry = entry.into();
                NoticeKind::Recorded
            }
            Notice::BackingUp { part, parts } => {
                (sheet.part, sheet.parts) = (*part, *parts);
                NoticeKind::BackingUp
            }
            Notice::BackedUp => NoticeKind::BackedUp,
            Notice::Restoring { part, parts } => {
                (sheet.part, sheet.parts) = (*part, *parts);
                NoticeKind::Restoring
            }
            Notice::Restored { entries } => {
                sheet.entries = *entries;
                NoticeKind::Restored
            }
            Notice::NotRestored { why } => {
                sheet.why_not_restored = why.number();
                NoticeKind::NotRestored
            }
            Notice::CodeOnScreen {
                operator,
                case_id,
                code,
                expires_at_ms,
            } => {
                sheet.about(*operator, case_id);
                put(&mut sheet.code, code.expose());
                sheet.at_ms = *expires_at_ms;
                NoticeKind::CodeOnScreen
            }
            Notice::CodeIssued {
                operator,
                case_id,
                expires_at_ms,
            } => {
                sheet.about(*operator, case_id);
                sheet.at_ms = *expires_at_ms;
                NoticeKind::CodeIssued
            }
            Notice::InHandNumber { number, asked } => {
                put(&mut sheet.code, number.expose());
                if let Some(asked) = asked {
                    sheet.about(asked.operator, &asked.case_id);
                    sheet.at_ms = asked.expires_at_ms;
                }
                NoticeKind::InHandNumber
            }
            Notice::CodeAccepted {
                operator,
                case_id,
                until_ms,
                digits_min,
            } => {
                sheet.about(*operator, case_id);
                sheet.at_ms = *until_ms;
                sheet.digits_min = (*digits_min).into();
                NoticeKind::CodeAccepted
            }
            Notice::PasswordRefused { operator, broken } => {
                sheet.operator_number = (*operator).into();
                sheet.rules = broken
                    .iter()
                    .fold(0, |rules, rule| rules | 1 << rule.number());
                NoticeKind::PasswordRefused
            }
            Notice::PasswordSent { operator, case_id } => {
                sheet.about(*operator, case_id);
                NoticeKind::PasswordSent
            }
            Notice::Effective {
                operator,
                case_id,
                credential_version,
            } => {
                sheet.about(*operator, case_id);
                sheet.credential_version = *credential_version;
                NoticeKind::Effective
            }
            Notice::CredentialRevoked { operator } => {
                sheet.operator_number = (*operator).into();
                NoticeKind::CredentialRevoked
            }
            Notice::Refused {
                activity,
                operator,
                code,
                retry_at_ms,
            } => {
                sheet.activity = activity.number();
                sheet.operator_number = operator.map_or(-1, i32::from);
                put(&mut sheet.refusal, code);
                sheet.at_ms = retry_at_ms.unwrap_or(0);
                NoticeKind::Refused
            }
            notice @ (Notice::TooManyTries { .. }
            | Notice::OfflineChallenge { .. }
            | Notice::WrongAnswer { .. }
            | Notice::ChooseNow { .. }
            | Notice::InForceOffline { .. }
            | Notice::OfflinePasswordRefused { .. }
            | Notice::Added { .. }
            | Notice::Removed { .. }
            | Notice::DeedTaken { .. }
            | Notice::DeedRefused { .. }) => sheet.away(notice),
        };
        sheet.kind = kind.number();
        sheet
    }
}

/// Takes the next notice to be shown. Its kind is TILLKEY_NOTICE_KIND_NONE when there is
/// none. Give `sizeof *notice`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn tillkey_next_notice(
    terminal: Terminal,
    notice: *mut NoticeSheet,
    notice_size: usize,
) -> i32 {
    terminal.call(|terminal| {
        given::has_place(notice, notice_size)?;
        let mut sheet = match terminal.next_notice()? {
            Some(taken) => NoticeSheet::from(&taken),
            None => NoticeSheet::blank(),
        };
        // SAFETY: the header asks for `notice_size` bytes.
        let filled = unsafe { given::fill(&sheet, notice, notice_size) };
        sheet.code.zeroize();
        filled
    })
}
