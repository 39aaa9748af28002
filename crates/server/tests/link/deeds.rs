//! What was done at the till, as its terminal tells of it: what the server takes, once,
//! and what it does not. Spoken by hand, so that it can be said what no terminal would.

use jiff::Timestamp;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tillkey_rules::case::State;
use tillkey_rules::event::{Destination, Preparation};
use tillkey_rules::vocabulary::{Channel, EvidenceKind};
use tillkey_server::act::case::answer_offline;
use tillkey_server::act::{SignedIn, party};
use tillkey_server::link::limits::Limits;
use tillkey_store::party::operator;
use tillkey_store::session;
use tillkey_terminal::wire::agreement::AgreementKey;
use tillkey_terminal::wire::code::{OfflineAnswer, ResetCode};
use tillkey_terminal::wire::ids::{CaseId, OperatorNumber, SessionId};
use tillkey_terminal::wire::message::{
    Command, Deed, DeedKind, OfflineSignOn, Reply, Report, Supervisor,
};
use tillkey_terminal::wire::offline::{OfflineKey, Whose};
use tillkey_terminal::wire::opaque::{self, Stretching, Subject};
use tillkey_terminal::wire::password::{Rule, Vouched};
use tillkey_terminal::wire::secret::Secret;
use x25519_dalek::{PublicKey, StaticSecret};

use crate::device::{Device, Line};
use crate::reset::app_case;
use crate::world::{World, serial_number};

const BOSS: &str = "60718293";
const FIRST: &str = "73920164";
const SECOND: &str = "50418627";

fn boss() -> OperatorNumber {
    OperatorNumber::new(0).unwrap()
}

fn cashier() -> OperatorNumber {
    OperatorNumber::new(1).unwrap()
}

/// A till with a supervisor and a cashier, both with passwords.
struct Till {
    world: World,
    device: Device,
    line: Line,
    rng: StdRng,
}

impl Till {
    async fn new() -> Self {
        let world = World::start(Limits::default()).await;
        let device = Device::enrol(&world, 1).await;
        let add = party::add_operator(&world.shell, (device.terminal, boss()), &world.admin, None);
        add.await.unwrap();
        let mut device = device;
        let line = device.connect(&world).await;
        let mut till = Self {
            world,
            device,
            line,
            rng: StdRng::seed_from_u64(1),
        };
        till.first_password(boss(), BOSS).await;
        till.first_password(cashier(), FIRST).await;
        till
    }

    async fn ask(&mut self, report: Report) -> Reply {
        self.device.ask(&mut self.line, report).await
    }

    /// Comes back after a while without a link, as a terminal that keeps a journal.
    async fn comes_back(&mut self) {
        self.line = self.device.connect_with_journal(&self.world).await;
    }

    fn subject(&self, operator: OperatorNumber) -> Subject {
        Subject::new(self.world.shell.home(), self.device.terminal, operator)
    }

    async fn first_password(&mut self, operator: OperatorNumber, password: &str) {
        let Reply::CodeOnScreen { code, .. } = self.ask(Report::FirstPassword { operator }).await
        else {
            panic!("no code for {operator}")
        };
        let Reply::CodeAccepted { case, .. } = self.ask(Report::Redeem { operator, code }).await
        else {
            panic!("the code is not taken")
        };
        self.registers(case, operator, password).await;
    }

    async fn registers(&mut self, case: CaseId, operator: OperatorNumber, password: &str) {
        let password = Secret::new(password.to_owned());
        let subject = self.subject(operator);
        let started = opaque::client::Registration::start(password, &mut self.rng);
        let (state, request) = started.unwrap();
        let Reply::Registration { response } = self.ask(Report::Register { case, request }).await
        else {
            panic!("nothing may be registered")
        };
        let upload = state
            .finish(&response, &subject, &Stretching::built_in(), &mut self.rng)
            .unwrap();
        let vouched = Vouched {
            rank: operator.rank(),
            length: 8,
            rules_version: 1,
            checked: Rule::ALL.into(),
        };
        let registered = Report::Registered {
            case,
            upload,
            vouched,
        };
        let reply = self.ask(registered).await;
        assert!(matches!(reply, Reply::Effective { .. }), "{reply:?}");
    }

    async fn signs_on(&mut self, operator: OperatorNumber, password: &str) -> Option<SessionId> {
        let password = Secret::new(password.to_owned());
        let subject = self.subject(operator);
        let (state, ke1) = opaque::client::SignOn::start(password, &mut self.rng).unwrap();
        let Reply::SignOnChallenge { ke2 } = self.ask(Report::SignOnStart { operator, ke1 }).await
        else {
            panic!("no challenge")
        };
        let (ke3, _) = state
            .finish(&ke2, &subject, &Stretching::built_in(), &mut self.rng)
            .ok()?;
        match self.ask(Report::SignOnFinish { ke3 }).await {
            Reply::SignedOn { session, .. } => Some(session),
            reply => panic!("{reply:?}"),
        }
    }

    /// Tells of a sign-on that the terminal compared itself.
    async fn told_of(&mut self, operator: OperatorNumber, name: u8) -> Supervisor {
        let session = SessionId::from_bytes([name; 10]);
        let at = self.world.shell.now();
        let told = OfflineSignOn {
            operator,
            at,
            session: Some(session),
            failed: 2,
        };
        let reply = self.ask(Report::SignedOnOffline(told)).await;
        assert!(matches!(reply, Reply::SignOnTaken), "{reply:?}");
        Supervisor { operator, session }
    }

    async fn tell(&mut self, number: u64, operator: OperatorNumber, kind: DeedKind) -> Reply {
        let at = Timestamp::UNIX_EPOCH;
        let deed = Deed {
            number,
            operator,
            at,
            kind,
        };
        self.ask(Report::Deed(deed)).await
    }

    /// Tells of a deed that is to be taken, and gives its case.
    async fn done(
        &mut self,
        number: u64,
        operator: OperatorNumber,
        kind: DeedKind,
    ) -> Option<CaseId> {
        match self.tell(number, operator, kind).await {
            Reply::DeedTaken {
                number: taken,
                case,
            } => {
                assert_eq!(taken, number);
                case
            }
            reply => panic!("{reply:?}"),
        }
    }

    async fn may_choose(&mut self, case: CaseId) {
        match self.ask(Report::Choose { case }).await {
            Reply::CodeAccepted { case: accepted, .. } => assert_eq!(accepted, case),
            reply => panic!("{reply:?}"),
        }
    }

    async fn case(&self, case: CaseId) -> tillkey_rules::case::Case {
        let found = self.world.shell.store();
        let find = move |tx: &mut dyn tillkey_store::tx::Tx| tillkey_store::case::find(tx, case);
        found.read(find).await.unwrap().unwrap().case
    }

    async fn is_there(&self, operator: OperatorNumber) -> bool {
        let terminal = self.device.terminal;
        let list = move |tx: &mut dyn tillkey_store::tx::Tx| operator::list(tx, terminal);
        let list = self.world.shell.store().read(list).await.unwrap();
        list.iter().any(|found| found.number == operator)
    }
}

fn refused(reply: &Reply) -> &str {
    match reply {
        Reply::Refused { code, .. } => code.as_str(),
        reply => panic!("{reply:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_resets_a_cashier_at_the_till() {
    let mut till = Till::new().await;
    let session = till.signs_on(boss(), BOSS).await.unwrap();
    let supervisor = Supervisor {
        operator: boss(),
        session,
    };
    let reset = DeedKind::Reset { supervisor };
    let case = till.done(1, cashier(), reset).await.unwrap();
    // The answer was lost, and it is told again: one case, not two.
    assert_eq!(till.done(1, cashier(), reset).await, Some(case));
    let story = till.case(case).await;
    assert_eq!(
        (story.channel(), story.state()),
        (Channel::Terminal, State::Approved)
    );
    assert!(
        story
            .evidence()
            .contains_key(&EvidenceKind::SupervisorSignOn)
    );

    till.may_choose(case).await;
    till.may_choose(case).await;
    till.registers(case, cashier(), SECOND).await;
    assert_eq!(till.case(case).await.state(), State::Effective);
    assert!(till.signs_on(cashier(), FIRST).await.is_none());
    assert!(till.signs_on(cashier(), SECOND).await.is_some());
    let closed = till.ask(Report::Choose { case }).await;
    assert_eq!(refused(&closed), "case_closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f07_nobody_but_a_supervisor_who_has_just_signed_on_vouches_for_a_cashier() {
    let mut till = Till::new().await;
    let theirs = till.signs_on(cashier(), FIRST).await.unwrap();
    let session = till.signs_on(boss(), BOSS).await.unwrap();
    let own = Supervisor {
        operator: boss(),
        session,
    };
    let administrator = OperatorNumber::new(99).unwrap();
    let strangers = SessionId::from_bytes([0x77; 10]);
    let mut number = 0;
    for (operator, supervisor) in [
        (boss(), own),
        (administrator, own),
        (
            cashier(),
            Supervisor {
                operator: cashier(),
                session: theirs,
            },
        ),
        (
            cashier(),
            Supervisor {
                session: theirs,
                ..own
            },
        ),
        (
            cashier(),
            Supervisor {
                session: strangers,
                ..own
            },
        ),
    ] {
        for kind in [
            DeedKind::Reset { supervisor },
            DeedKind::ResetOffline { supervisor },
            DeedKind::Add { supervisor },
            DeedKind::Remove { supervisor },
        ] {
            number += 1;
            let reply = till.tell(number, operator, kind).await;
            assert_eq!(refused(&reply), "not_allowed", "{operator}: {kind:?}");
        }
    }
    // With a link, a quarter of an hour is all that a sign-on vouches for.
    till.world.advance_seconds(16 * 60);
    let stale = till
        .tell(90, cashier(), DeedKind::Reset { supervisor: own })
        .await;
    assert_eq!(refused(&stale), "not_allowed");
    // A number from before is not told again, it is another one (D07).
    let fresh = till.signs_on(boss(), BOSS).await.unwrap();
    let fresh = Supervisor {
        session: fresh,
        ..own
    };
    let back = till
        .tell(89, cashier(), DeedKind::Reset { supervisor: fresh })
        .await;
    assert_eq!(refused(&back), "out_of_order");
    till.done(91, cashier(), DeedKind::Reset { supervisor: fresh })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_adds_and_removes_cashiers() {
    let mut till = Till::new().await;
    let session = till.signs_on(boss(), BOSS).await.unwrap();
    let supervisor = Supervisor {
        operator: boss(),
        session,
    };
    let fifth = OperatorNumber::new(5).unwrap();
    till.done(1, fifth, DeedKind::Add { supervisor }).await;
    assert!(till.is_there(fifth).await);
    till.done(2, fifth, DeedKind::Add { supervisor }).await;
    let case = till
        .done(3, fifth, DeedKind::Reset { supervisor })
        .await
        .unwrap();
    till.may_choose(case).await;
    till.registers(case, fifth, SECOND).await;
    assert!(till.signs_on(fifth, SECOND).await.is_some());

    let open = till
        .done(4, fifth, DeedKind::Reset { supervisor })
        .await
        .unwrap();
    till.done(5, fifth, DeedKind::Remove { supervisor }).await;
    assert!(!till.is_there(fifth).await);
    assert!(till.signs_on(fifth, SECOND).await.is_none(), "at once");
    assert_eq!(till.case(open).await.state(), State::Void);
    till.done(6, fifth, DeedKind::Remove { supervisor }).await;
    let gone = till.tell(7, fifth, DeedKind::Reset { supervisor }).await;
    assert_eq!(refused(&gone), "not_served");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_supervisor_did_without_a_link_is_registered_when_the_cashier_comes() {
    let mut till = Till::new().await;
    till.comes_back().await;
    let supervisor = till.told_of(boss(), 0x51).await;
    assert_eq!(till.told_of(boss(), 0x51).await, supervisor, "told again");
    let case = till
        .done(1, cashier(), DeedKind::ResetOffline { supervisor })
        .await
        .unwrap();
    let story = till.case(case).await;
    assert_eq!(story.state(), State::Approved);
    assert_eq!(story.preparation(), Some(&Preparation::Unreachable));
    assert!(story.is_offline());
    // A week of holidays.
    till.world.advance_seconds(7 * 24 * 3600);
    till.told_of(cashier(), 0x52).await;
    till.may_choose(case).await;
    till.registers(case, cashier(), SECOND).await;
    assert!(till.signs_on(cashier(), SECOND).await.is_some());
    assert!(till.signs_on(cashier(), FIRST).await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d12_with_a_link_the_cashier_waits_for_the_backup() {
    let mut till = Till::new().await;
    till.comes_back().await;
    let session = till.signs_on(boss(), BOSS).await.unwrap();
    let supervisor = Supervisor {
        operator: boss(),
        session,
    };
    let case = till
        .done(1, cashier(), DeedKind::Reset { supervisor })
        .await
        .unwrap();
    till.device.order(&mut till.line).await;
    let waits = till.ask(Report::Choose { case }).await;
    assert_eq!(refused(&waits), "not_prepared");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_who_is_gone_vouched_for_nothing() {
    let mut till = Till::new().await;
    let supervisor = till.told_of(boss(), 0x51).await;
    let whose = (till.device.terminal, boss());
    let (shell, by): (_, &SignedIn) = (&till.world.shell, &till.world.admin);
    party::remove_operator(shell, whose, by, None)
        .await
        .unwrap();
    let order = till.device.order(&mut till.line).await;
    let revoked = Command::RevokeCredential { operator: boss() };
    assert_eq!(order.command, revoked, "their terminal is told at once");
    let late = till
        .tell(1, cashier(), DeedKind::ResetOffline { supervisor })
        .await;
    assert_eq!(refused(&late), "not_allowed");
    let unknown = OfflineSignOn {
        operator: boss(),
        at: till.world.shell.now(),
        session: Some(SessionId::from_bytes([0x53; 10])),
        failed: 0,
    };
    let reply = till.ask(Report::SignedOnOffline(unknown)).await;
    assert_eq!(refused(&reply), "not_served");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_taken_from_its_own_terminal_for_its_operator_once() {
    let mut till = Till::new().await;
    let terminal = till.device.terminal;
    let agreement = AgreementKey::from(&PublicKey::from(till.world.shell.keyring().agreement()));
    let key = OfflineKey::of_terminal(terminal, &StaticSecret::from([9; 32]), &agreement).unwrap();
    let serial_number = serial_number(1).parse().unwrap();
    let whose = Whose {
        serial_number: &serial_number,
        operator: cashier(),
    };
    let mut other = Device::enrol(&till.world, 2).await;
    let mut other_line = other.connect(&till.world).await;

    let (case, access) = app_case(&mut till.world, 1).await;
    let _: ResetCode = till.world.code().await;
    let asked = (key.challenge(whose, 4), Destination::AnswerToContact);
    answer_offline(&till.world.shell, case, asked, &access)
        .await
        .unwrap();
    let sent: OfflineAnswer = till.world.code().await;
    assert_eq!(sent.expose(), key.answer(whose, 4).expose());

    let elsewhere = Deed {
        number: 1,
        operator: cashier(),
        at: Timestamp::UNIX_EPOCH,
        kind: DeedKind::Answered { counter: 4 },
    };
    let reply = other.ask(&mut other_line, Report::Deed(elsewhere)).await;
    assert_eq!(refused(&reply), "not_matched", "another terminal's");
    let second = OperatorNumber::new(2).unwrap();
    // The command that announced the earlier code is on the line.
    till.device.order(&mut till.line).await;
    for (number, operator, counter) in [(1, cashier(), 5), (2, second, 4), (3, cashier(), u64::MAX)]
    {
        let reply = till
            .tell(number, operator, DeedKind::Answered { counter })
            .await;
        assert_eq!(refused(&reply), "not_matched", "{operator} {counter}");
    }
    let answered = DeedKind::Answered { counter: 4 };
    assert_eq!(till.done(4, cashier(), answered).await, Some(case));
    let again = till.tell(5, cashier(), answered).await;
    assert_eq!(refused(&again), "out_of_order", "once");
    till.may_choose(case).await;
    till.registers(case, cashier(), SECOND).await;
    assert_eq!(till.case(case).await.state(), State::Effective);
    let late = till.tell(6, cashier(), answered).await;
    assert_eq!(refused(&late), "case_closed", "and never again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn g02_a_newer_case_takes_the_place_of_an_answer() {
    let mut till = Till::new().await;
    let terminal = till.device.terminal;
    let agreement = AgreementKey::from(&PublicKey::from(till.world.shell.keyring().agreement()));
    let key = OfflineKey::of_terminal(terminal, &StaticSecret::from([9; 32]), &agreement).unwrap();
    let serial_number = serial_number(1).parse().unwrap();
    let whose = Whose {
        serial_number: &serial_number,
        operator: cashier(),
    };
    let (case, access) = app_case(&mut till.world, 1).await;
    let _: ResetCode = till.world.code().await;
    let asked = (key.challenge(whose, 1), Destination::AnswerToContact);
    answer_offline(&till.world.shell, case, asked, &access)
        .await
        .unwrap();
    let _: OfflineAnswer = till.world.code().await;
    let (newer, _) = app_case(&mut till.world, 1).await;
    assert_eq!(till.case(case).await.newer(), Some(newer));
    for _ in 0..2 {
        till.device.order(&mut till.line).await;
    }
    let late = till
        .tell(1, cashier(), DeedKind::Answered { counter: 1 })
        .await;
    assert_eq!(refused(&late), "case_closed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_that_a_terminal_counted_count() {
    let mut till = Till::new().await;
    for told in 0..6 {
        let tried = OfflineSignOn {
            operator: cashier(),
            at: till.world.shell.now(),
            session: None,
            failed: u32::MAX - told,
        };
        let reply = till.ask(Report::SignedOnOffline(tried)).await;
        assert!(matches!(reply, Reply::SignOnTaken), "{reply:?}");
    }
    let password = Secret::new(FIRST.to_owned());
    let (_, ke1) = opaque::client::SignOn::start(password, &mut till.rng).unwrap();
    let operator = cashier();
    let held = till.ask(Report::SignOnStart { operator, ke1 }).await;
    assert_eq!(refused(&held), "too_many");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_a_terminal_made_up_is_nobody_elses() {
    let mut till = Till::new().await;
    let session = till.signs_on(cashier(), FIRST).await.unwrap();
    let stolen = OfflineSignOn {
        operator: boss(),
        at: till.world.shell.now(),
        session: Some(session),
        failed: 0,
    };
    let reply = till.ask(Report::SignedOnOffline(stolen)).await;
    assert_eq!(refused(&reply), "not_matched");
    let find = move |tx: &mut dyn tillkey_store::tx::Tx| session::find(tx, session);
    let (kept, _) = till.world.shell.store().read(find).await.unwrap().unwrap();
    assert_eq!(kept.operator, cashier());
}
