//! A bank in two hundred lines: it answers one terminal the way the server does.

use std::collections::BTreeMap;

use ed25519_dalek::{SigningKey, VerifyingKey};
use jiff::Timestamp;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use tillkey_terminal::wire::agreement::AgreementKey;
use tillkey_terminal::wire::code::{EnrolmentCode, InHandNumber, ResetCode};
use tillkey_terminal::wire::enrolment::{Answer, BackupKey, CodeKey, Enrolled, Request};
use tillkey_terminal::wire::envelope::{KeyId, Unverified};
use tillkey_terminal::wire::health::HealthReport;
use tillkey_terminal::wire::ids::{
    AcquirerId, CaseId, CommandId, OperatorNumber, SessionId, TerminalId,
};
use tillkey_terminal::wire::in_hand::InHandKey;
use tillkey_terminal::wire::message::{
    Command, FromServer, FromTerminal, Order, Outcome, Reply, Report, Welcome,
};
use tillkey_terminal::wire::opaque::server::{self, LoginState, ServerSetup};
use tillkey_terminal::wire::opaque::{Record, Subject};
use tillkey_terminal::wire::password::PasswordRules;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::away::Away;
use crate::devices::noon;
use crate::vault::Vault;

#[derive(Default)]
pub(crate) struct Account {
    pub(crate) record: Option<Record>,
    pub(crate) version: u32,
    /// The case and code that may be redeemed.
    pub(crate) code: Option<(CaseId, ResetCode)>,
    /// The case whose code was redeemed.
    pub(crate) accepted: Option<CaseId>,
    /// The case that last became effective.
    pub(crate) effective: Option<CaseId>,
    pub(crate) session: Option<SessionId>,
}

pub(crate) struct Bank {
    pub(crate) rng: ChaCha20Rng,
    pub(crate) key: SigningKey,
    setup: ServerSetup,
    code: CodeKey,
    answered: Option<(Request, Vec<u8>)>,
    pub(crate) terminal: Option<(TerminalId, VerifyingKey)>,
    pub(crate) counters: Vec<u64>,
    pub(crate) accounts: BTreeMap<OperatorNumber, Account>,
    login: Option<(OperatorNumber, LoginState)>,
    sequence: u64,
    pub(crate) acknowledged: Vec<(CommandId, Outcome)>,
    pub(crate) last_command: u64,
    pub(crate) signed_off: Vec<SessionId>,
    pub(crate) uploads: usize,
    pub(crate) agreement: StaticSecret,
    pub(crate) backup_key: Option<BackupKey>,
    pub(crate) vault: Vault,
    pub(crate) away: Away,
    /// By its own clock.
    pub(crate) now: Timestamp,
    /// How far the numbers had come, each time that was told.
    pub(crate) in_hand: Vec<u64>,
    pub(crate) health: Vec<HealthReport>,
    /// It is from before there were numbers and reports of health.
    pub(crate) is_old: bool,
    pub(crate) unanswered: usize,
    pub(crate) rules: PasswordRules,
    pub(crate) acquirer: AcquirerId,
    pub(crate) terminal_number: String,
    /// Refuse new passwords with this code; for good if `false`.
    pub(crate) refuse_uploads: Option<(&'static str, bool)>,
}

impl Bank {
    pub(crate) fn new(seed: u64, operators: &[u8]) -> (Self, EnrolmentCode) {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let code = EnrolmentCode::random(&mut rng);
        let operators = operators
            .iter()
            .map(|&n| (OperatorNumber::new(n).unwrap(), Account::default()));
        let bank = Self {
            key: SigningKey::generate(&mut rng),
            setup: ServerSetup::random(&mut rng),
            code: CodeKey::derive(&code).unwrap(),
            rng,
            answered: None,
            terminal: None,
            counters: Vec::new(),
            accounts: operators.collect(),
            login: None,
            sequence: 0,
            acknowledged: Vec::new(),
            last_command: 0,
            signed_off: Vec::new(),
            uploads: 0,
            agreement: StaticSecret::from([5; 32]),
            backup_key: None,
            vault: Vault::new(),
            away: Away::default(),
            now: noon(),
            in_hand: Vec::new(),
            health: Vec::new(),
            is_old: false,
            unanswered: 0,
            rules: PasswordRules::DEFAULT,
            acquirer: "demo-bank".parse().unwrap(),
            terminal_number: "10000001".to_owned(),
            refuse_uploads: None,
        };
        (bank, code)
    }

    /// Answers one frame.
    pub(crate) fn answer(&mut self, frame: &[u8]) -> Vec<u8> {
        self.hear(frame).unwrap()
    }

    /// Answers one frame, if it knows an answer.
    pub(crate) fn hear(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        let frame = Unverified::parse(frame).unwrap();
        if let KeyId::Device(_) = frame.kid() {
            return Some(self.enrol(&frame));
        }
        let (terminal, key) = self.terminal.unwrap();
        let FromTerminal { counter, report } = FromTerminal::open(&frame, terminal, &key).unwrap();
        let last = self.counters.last().copied().unwrap_or(0);
        assert!(counter > last, "counter {counter} after {last}");
        self.counters.push(counter);
        if self.is_old && matches!(report, Report::InHand { .. } | Report::Health(_)) {
            self.unanswered += 1;
            return None;
        }
        let reply = self.reply(report);
        Some(self.sign(&FromServer::Reply {
            in_reply_to: counter,
            reply,
        }))
    }

    pub(crate) fn sign(&self, message: &FromServer) -> Vec<u8> {
        message.sign(self.terminal.unwrap().0, &self.key).unwrap()
    }

    fn enrol(&mut self, frame: &Unverified) -> Vec<u8> {
        let request = Request::open(frame).unwrap();
        if request.check_proof(&self.code).is_err() {
            let code = "not_matched".parse().unwrap();
            let refused = Answer::Refused {
                code,
                retry_at: None,
            };
            return refused.sign(&request, &self.key).unwrap();
        }
        if let Some((answered, answer)) = &self.answered {
            assert_eq!(*answered, request, "the code was used by another request");
            return answer.clone();
        }
        let terminal = TerminalId::random(&mut self.rng);
        let enrolled = Enrolled {
            terminal,
            acquirer: self.acquirer.clone(),
            merchant: "898310054110001".parse().unwrap(),
            terminal_number: self.terminal_number.parse().unwrap(),
            server_key: (&self.key.verifying_key()).into(),
        };
        let key = request.candidate().device_key.verifying_key().unwrap();
        self.terminal = Some((terminal, key));
        self.backup_key = Some(request.candidate().backup_key.clone());
        let answer = Answer::enrolled(&request, enrolled, &self.code).unwrap();
        let answer = answer.sign(&request, &self.key).unwrap();
        self.answered = Some((request, answer.clone()));
        answer
    }

    fn subject(&self, operator: OperatorNumber) -> Subject {
        Subject::new(&self.acquirer, self.terminal.unwrap().0, operator)
    }

    fn reply(&mut self, report: Report) -> Reply {
        match report {
            Report::Hello { last_command, .. } => {
                self.last_command = last_command;
                self.welcome()
            }
            Report::SignOnStart { operator, ke1 } => {
                let subject = self.subject(operator);
                let record = self.accounts.get(&operator).and_then(|a| a.record.as_ref());
                let (state, ke2) =
                    server::start_login(&self.setup, &subject, record, &ke1, &mut self.rng)
                        .unwrap();
                self.login = Some((operator, state));
                Reply::SignOnChallenge { ke2 }
            }
            Report::SignOnFinish { ke3 } => {
                let Some((operator, state)) = self.login.take() else {
                    return refused("out_of_order");
                };
                if state.finish(&ke3).is_err() {
                    return refused("not_matched");
                }
                let session = SessionId::random(&mut self.rng);
                let account = self.accounts.get_mut(&operator).unwrap();
                account.session = Some(session);
                self.away.sessions.insert(session);
                Reply::SignedOn {
                    session,
                    credential_version: account.version,
                }
            }
            Report::SignOff { session } => {
                self.signed_off.push(session);
                Reply::SignedOff
            }
            Report::FirstPassword { operator } => match self.accounts.get(&operator) {
                Some(account) if account.version == 0 => self.code_on_screen(operator),
                _ => refused("password_already_set"),
            },
            Report::Redeem { operator, code } => self.redeem(operator, &code),
            Report::Register { case, request } => match self.accepted(case) {
                Some(operator) => {
                    let subject = self.subject(operator);
                    let response = server::respond(&self.setup, &subject, &request).unwrap();
                    Reply::Registration { response }
                }
                None => refused("out_of_order"),
            },
            Report::Registered {
                case,
                upload,
                vouched,
            } => {
                self.uploads += 1;
                if let Some((code, retry)) = self.refuse_uploads {
                    let retry_at = retry.then(noon);
                    return Reply::Refused {
                        code: code.parse().unwrap(),
                        retry_at,
                    };
                }
                if let Some(account) = self.accounts.values().find(|a| a.effective == Some(case)) {
                    return Reply::Effective {
                        case,
                        credential_version: account.version,
                    };
                }
                let Some(operator) = self.accepted(case) else {
                    return refused("case_closed");
                };
                assert!(
                    vouched.satisfies(&self.rules, operator.rank()),
                    "{vouched:?}"
                );
                let account = self.accounts.get_mut(&operator).unwrap();
                account.record = Some(server::record(&upload).unwrap());
                account.version += 1;
                (account.effective, account.accepted, account.code) = (Some(case), None, None);
                Reply::Effective {
                    case,
                    credential_version: account.version,
                }
            }
            Report::InHand { counter } => {
                self.in_hand.push(counter);
                let key = PublicKey::from(&self.agreement);
                Reply::InHand {
                    agreement_key: AgreementKey::from(&key),
                }
            }
            Report::Health(report) => {
                self.health.push(report);
                Reply::HealthTaken
            }
            Report::Snapshot { .. }
            | Report::SnapshotPart { .. }
            | Report::JournalStands { .. }
            | Report::RestorePart { .. }
            | Report::Restored { .. } => {
                let (terminal, key) = self.terminal.unwrap();
                self.vault.reply(report, terminal, &key)
            }
            Report::Deed(deed) => self.take_deed(deed),
            Report::SignedOnOffline(sign_on) => self.take_offline_sign_on(sign_on),
            Report::Choose { case } => self.let_choose(case),
            Report::Acknowledge { command, outcome } => {
                self.acknowledged.push((command, outcome));
                Reply::Acknowledged
            }
        }
    }

    fn welcome(&self) -> Reply {
        Reply::Welcome(Welcome {
            acquirer: self.acquirer.clone(),
            merchant: "898310054110001".parse().unwrap(),
            terminal_number: self.terminal_number.parse().unwrap(),
            now: self.now,
            operators: self.list(),
            password_rules: self.rules,
        })
    }

    fn code_on_screen(&mut self, operator: OperatorNumber) -> Reply {
        let (case, code) = self.issue(operator);
        Reply::CodeOnScreen {
            case,
            code,
            expires_at: noon(),
        }
    }

    /// Issues a reset code. A newer case supersedes the older one.
    pub(crate) fn issue(&mut self, operator: OperatorNumber) -> (CaseId, ResetCode) {
        let case = CaseId::random(&mut self.rng);
        let code = ResetCode::random(&mut self.rng);
        let account = self.accounts.get_mut(&operator).unwrap();
        (account.code, account.accepted) = (Some((case, code.copy())), None);
        (case, code)
    }

    /// A code may be presented again by the terminal that presented it.
    fn redeem(&mut self, operator: OperatorNumber, code: &ResetCode) -> Reply {
        let Some(account) = self.accounts.get_mut(&operator) else {
            return refused("not_matched");
        };
        match &account.code {
            Some((case, issued)) if issued.expose() == code.expose() => {
                account.accepted = Some(*case);
                let case = *case;
                let password_rules = self.rules;
                Reply::CodeAccepted {
                    case,
                    operator,
                    until: noon(),
                    password_rules,
                }
            }
            _ => refused("not_matched"),
        }
    }

    fn accepted(&self, case: CaseId) -> Option<OperatorNumber> {
        let mut accounts = self.accounts.iter();
        accounts
            .find(|(_, a)| a.accepted == Some(case))
            .map(|(&operator, _)| operator)
    }

    /// The counter of a number, if it is one of the first two hundred of the terminal.
    pub(crate) fn counter_of(&self, number: &InHandNumber) -> Option<u64> {
        let (terminal, _) = self.terminal.unwrap();
        let theirs = self.backup_key.as_ref().unwrap();
        let key = InHandKey::of_server(terminal, &self.agreement, theirs).unwrap();
        (0..200).find(|&counter| key.number(counter).expose() == number.expose())
    }

    /// The next command.
    pub(crate) fn order(&mut self, command: Command, expires_at: Timestamp) -> Order {
        self.sequence += 1;
        let id = CommandId::random(&mut self.rng);
        Order {
            id,
            sequence: self.sequence,
            expires_at,
            command,
        }
    }
}

pub(crate) fn refused(code: &str) -> Reply {
    Reply::Refused {
        code: code.parse().unwrap(),
        retry_at: None,
    }
}
