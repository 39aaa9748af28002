//! The installation that every run begins with: a merchant, two terminals, first
//! passwords. It is made once, through the acts as in the field, and copied for each run.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_server::Shell;
use tillkey_server::act::managers::{self, ManagerDetails};
use tillkey_server::act::party;
use tillkey_server::clock::{Clock, SetClock};
use tillkey_store::outbox;
use tillkey_terminal::wire::ids::{TerminalId, TerminalNumber};
use tillkey_terminal::wire::secret::Secret;
use tillkey_terminal::{Notice, Standing};

use crate::chance::Chance;
use crate::disk;
use crate::line::quiet;
use crate::server::{Opening, Server};
use crate::sight::{Seen, Sight};
use crate::staff::{HOLDER, LICENCE, MANAGER_PHONE, MERCHANT, Member, PHONE};
use crate::till::{Enrolled, OPERATORS, Till, operator};

/// How every password here begins: so long that it turns up nowhere by accident, and can
/// be searched for.
pub(crate) const PASSWORDS_BEGIN: &str = "82735914";
/// How many digits follow.
const DIGITS_AFTER: usize = 4;

/// A password, chosen or guessed.
pub(crate) fn password(chance: &mut Chance) -> String {
    format!("{PASSWORDS_BEGIN}{}", chance.digits(DIGITS_AFTER))
}

/// The terminals by number, and whether they keep a journal.
const TERMINALS: [(&str, bool); 2] = [("10000001", true), ("10000002", false)];

/// A password that is in force when a run begins.
#[derive(Debug, Clone)]
pub(crate) struct FirstPassword {
    pub(crate) till: usize,
    pub(crate) operator: u8,
    pub(crate) digits: String,
}

pub(crate) struct Template {
    /// What has checked the policy.
    pub(crate) shell: Shell,
    pub(crate) root_key: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) tills: Vec<Enrolled>,
    pub(crate) passwords: Vec<FirstPassword>,
    pub(crate) now: Timestamp,
    /// Its ledger, which is not read anew for each run.
    pub(crate) seen: Seen,
    _server: Server,
    _keys: TempDir,
}

/// The template; made by whoever asks first, and gone with whoever holds it last, or its
/// folders would stay.
pub(crate) fn template() -> Arc<Template> {
    static TEMPLATE: Mutex<Weak<Template>> = Mutex::new(Weak::new());
    let mut kept = TEMPLATE.lock().unwrap();
    if let Some(template) = kept.upgrade() {
        return template;
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let template = Arc::new(runtime.block_on(Box::pin(found())));
    *kept = Arc::downgrade(&template);
    template
}

async fn found() -> Template {
    let keys = disk::folder();
    let root_key = keys.path().join("root.key");
    // Ten in the morning where the merchants are.
    let clock = Arc::new(SetClock::new("2026-03-02T02:00:00Z".parse().unwrap()));
    let opening = Opening {
        clock: Arc::clone(&clock),
        seed: 7,
        root_key: root_key.clone(),
        like: None,
    };
    let server = Server::open(disk::folder(), 0, opening).await;
    add_merchant(&server.shell).await;
    let mut chance = Chance::of(7);
    let (mut tills, mut passwords) = (Vec::new(), Vec::new());
    for (index, (number, keeps_journal)) in TERMINALS.into_iter().enumerate() {
        let mut founded =
            Founded::enrol(&server, &clock, (number, keeps_journal), &mut chance).await;
        for number in OPERATORS {
            let digits = password(&mut chance);
            founded.first_password(&server, number, &digits).await;
            passwords.push(FirstPassword {
                till: index,
                operator: number,
                digits,
            });
        }
        tills.push(founded.end(&server).await);
    }
    // First passwords count as resets, and a fresh contact is not believed.
    clock.advance(SignedDuration::from_hours(31 * 24));
    deliver(&server.shell).await;
    server.shell.store().scrub().await.unwrap();
    let verifier = server.shell.ledger_verifier().clone();
    let mut sight = Sight::of(server.data(), verifier, Seen::default());
    sight.look().expect("the template holds");
    let data = keys.path().join("data");
    disk::copy(server.data(), &data);
    Template {
        shell: server.shell.clone(),
        root_key,
        data,
        tills,
        passwords,
        now: clock.now(),
        seen: sight.seen().clone(),
        _server: server,
        _keys: keys,
    }
}

/// Sends what waits, to nobody: it is about first passwords.
async fn deliver(shell: &Shell) {
    let now = shell.now();
    let all = move |tx: &mut dyn tillkey_store::tx::Tx| {
        for claimed in outbox::claim(tx, now, now, 100)? {
            outbox::sent(tx, claimed.id, now)?;
        }
        Ok(())
    };
    shell.store().write(all).await.unwrap();
}

async fn add_merchant(shell: &Shell) {
    let details = party::MerchantDetails {
        merchant: MERCHANT.parse().unwrap(),
        name: "老王面馆".to_owned(),
        phone: PHONE.parse().unwrap(),
        credit_code: Some(SocialCreditCode::parse(LICENCE).unwrap()),
        holder: Some(ResidentIdentityNumber::parse(HOLDER).unwrap()),
        proxies: Vec::new(),
    };
    let by = Member::Administrator.signed_in(shell, shell.now());
    party::add_merchant(shell, details, &by, None)
        .await
        .unwrap();
    let rights = [
        ManagerRight::ResetCashiers,
        ManagerRight::ResetSupervisor,
        ManagerRight::Consent,
    ];
    let manager = ManagerDetails {
        merchant: MERCHANT.parse().unwrap(),
        name: "陈店长".to_owned(),
        phone: MANAGER_PHONE.parse().unwrap(),
        person: Some("p-chen".parse().unwrap()),
        rights: rights.into(),
    };
    managers::add(shell, manager, &by, None).await.unwrap();
}

async fn add_terminal(shell: &Shell, number: &TerminalNumber) -> (TerminalId, String) {
    let by = Member::Administrator.signed_in(shell, shell.now());
    let details = party::TerminalDetails {
        merchant: MERCHANT.parse().unwrap(),
        number: number.clone(),
        serial_number: format!("SN{number}").parse().unwrap(),
        model: "T1".parse().unwrap(),
    };
    let id = party::add_terminal(shell, details, &by, None)
        .await
        .unwrap();
    for number in OPERATORS {
        party::add_operator(shell, (id, operator(number)), &by, None)
            .await
            .unwrap();
    }
    let opened = party::open_enrolment(shell, id, &by, None).await.unwrap();
    (id, opened.code)
}

/// A terminal in the making.
struct Founded(Till);

impl Founded {
    async fn enrol(
        server: &Server,
        clock: &Arc<SetClock>,
        (number, keeps_journal): (&str, bool),
        chance: &mut Chance,
    ) -> Self {
        let number: TerminalNumber = number.parse().unwrap();
        let (id, code) = add_terminal(&server.shell, &number).await;
        let blank = Enrolled {
            id,
            number,
            keeps_journal,
            device_key: None,
            contents: crate::storage::Contents::default(),
        };
        let mut founded = Self(Till::switch_on(&blank, clock, chance.split()));
        let code = code.parse().unwrap();
        founded.0.call(|terminal, rng| terminal.enrol(&code, rng));
        founded.connect(server).await;
        // What follows is signed with the keys that were bound.
        founded.0.disconnect();
        founded.connect(server).await;
        founded
    }

    async fn connect(&mut self, server: &Server) {
        self.0.line = Some(server.connect());
        self.0.call(|terminal, _| terminal.connected());
        self.talk(server).await;
    }

    /// Lets both sides say all that they have to say; gives the terminal's notices.
    async fn talk(&mut self, server: &Server) -> Vec<Notice> {
        let mut notices = Vec::new();
        loop {
            let line = self.0.line.as_ref().unwrap();
            for frame in self.0.up.drain(..) {
                line.say(frame.bytes);
            }
            quiet(&[line], &server.stirred).await;
            let heard = line.heard();
            if heard.is_empty() {
                return notices;
            }
            for frame in heard {
                let called = self.0.call(|terminal, rng| terminal.receive(&frame, rng));
                notices.extend(called.notices);
            }
        }
    }

    async fn first_password(&mut self, server: &Server, number: u8, digits: &str) {
        let who = operator(number);
        self.0.call(|terminal, _| terminal.first_password(who));
        let shown = self.talk(server).await;
        let code = shown.iter().find_map(|notice| match notice {
            Notice::CodeOnScreen { code, .. } => Some(code.copy()),
            _ => None,
        });
        let code = code.expect("a code is shown on the screen");
        self.0.call(|terminal, _| terminal.redeem(who, code));
        self.talk(server).await;
        let password = Secret::new(digits.to_owned());
        self.0
            .call(|terminal, rng| terminal.choose_password(who, password, rng));
        let done = self.talk(server).await;
        let effective = |notice: &Notice| matches!(notice, Notice::Effective { .. });
        assert!(done.iter().any(effective), "{done:?}");
    }

    async fn end(mut self, server: &Server) -> Enrolled {
        self.0.disconnect();
        quiet(&[], &server.stirred).await;
        let Standing::Enrolled(enrolled) = self.0.terminal().standing() else {
            panic!("the terminal was not enrolled");
        };
        let key = tillkey_server::act::till::key_of(&server.shell, enrolled.terminal).await;
        Enrolled {
            device_key: key.unwrap(),
            contents: self.0.storage.contents(),
            ..self.0.enrolled
        }
    }
}
