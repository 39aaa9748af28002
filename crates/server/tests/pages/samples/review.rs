//! The reviewers' pages and the settings.

use askama::Template;
use jiff::Timestamp;
use tillkey_rules::case::State;
use tillkey_rules::party::{Actor, Role, Subject};
use tillkey_rules::policy::{Bilingual, Decision, Reviewers};
use tillkey_rules::staff_password::Weakness;
use tillkey_rules::vocabulary::{Channel, EvidenceKind, ManagerRight, MerchantStatus, Reason};
use tillkey_server::act::Page;
use tillkey_server::act::access_review::{OpenReview, OpenState};
use tillkey_server::act::case::{
    CaseView, Dossier, Flag, Miss, Obstacle, Opinion, Outcome, Passage, Queue, QueueFilter,
    Standing, Unprepared, Waiting,
};
use tillkey_server::act::managers::ManagerSummary;
use tillkey_server::act::staff::{Device, SessionSummary, StaffSummary};
use tillkey_server::web::dossier::Sheet;
use tillkey_server::web::review::queue::QueuePage;
use tillkey_server::web::review::verdict::{Mistake, VerdictPage};
use tillkey_server::web::settings::access_reviews::AccessReviewsPage;
use tillkey_server::web::settings::managers::{self, AddManagerForm, ManagersPage};
use tillkey_server::web::settings::password::{self, PasswordPage};
use tillkey_server::web::settings::sessions::SessionsPage;
use tillkey_server::web::settings::staff::{self, AddForm, Added, StaffPage};
use tillkey_server::web::{Assets, Frame, Language, Reading};
use tillkey_wire::ids::{CaseId, ManagerId, StaffSessionId, TerminalId};

use super::{Sample, after, case, frame, ledger, now, sample, staff_nav};

fn framed<'a>(assets: &'a Assets, language: Language, path: &str) -> Frame<'a> {
    let nav = staff_nav(language, ("chen", Role::Reviewer), path);
    frame(assets, language, path).with_nav(nav)
}

fn subject(operator: u8) -> Subject {
    Subject {
        acquirer: "demo-bank".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal: TerminalId::from_bytes([7; 10]),
        terminal_number: "10000001".parse().unwrap(),
        operator: format!("{operator:02}").parse().unwrap(),
    }
}

fn member(account: &str, role: Role) -> Actor {
    Actor::Staff {
        staff: account.parse().unwrap(),
        person: account.parse().unwrap(),
        role,
    }
}

fn waiting(number: u8, seconds: i64, obstacle: Option<Obstacle>) -> Waiting {
    Waiting {
        case: CaseId::from_bytes([number; 10]),
        channel: Channel::Hotline,
        reason: Reason::Forgotten,
        subject: subject(if number == 3 { 99 } else { number }),
        opened_at: after(-3_600),
        review_by: after(seconds),
        needed: 2,
        approved: number % 2,
        obstacle,
    }
}

/// Cases that come to no backup.
fn stuck() -> Vec<Unprepared> {
    let one = |number: u8, failed| Unprepared {
        case: CaseId::from_bytes([number; 10]),
        channel: Channel::Counter,
        subject: waiting(number, 0, None).subject,
        since: after(-i64::from(number) * 600),
        failed,
    };
    vec![one(3, true), one(7, false)]
}

fn queue(assets: &Assets, language: Language, items: Vec<Waiting>) -> QueuePage<'_> {
    QueuePage {
        frame: framed(assets, language, "/review"),
        queue: Queue {
            waiting: u64::try_from(items.len()).unwrap(),
            items,
            unprepared: stuck(),
        },
        filter: QueueFilter::default(),
        review_hours: 4,
        mark: "1".to_owned(),
    }
}

fn view(reasons: Vec<Bilingual>) -> CaseView {
    CaseView {
        case: case(),
        state: State::InReview,
        channel: Channel::Hotline,
        reason: Reason::Forgotten,
        opened_at: after(-1_800),
        deadline: after(80_000),
        decision: Some(Decision::Review {
            reviewers: Reviewers::Two,
        }),
        reasons,
        next: Vec::new(),
        evidence: vec![EvidenceKind::SmsCode],
        delivery: tillkey_rules::event::Destination::Contact,
        reviewers_needed: 2,
        reviews: 1,
        review_by: Some(after(5_400)),
        questions: Vec::new(),
        challenge_expires_at: None,
        code_expires_at: None,
        code_to: None,
        code_announced: false,
        codes_left: 3,
        terminal_number: Some("10000001".parse().unwrap()),
        operator: Some("01".parse().unwrap()),
        newer: None,
        may_object: false,
        backup: None,
        timeline: Vec::new(),
    }
}

fn dossier(text: &str) -> Dossier {
    let agent = member("li.na", Role::Agent);
    let opinion = |account, approved, counts| Opinion {
        at: after(-300),
        by: member(account, Role::Reviewer),
        approved,
        comment: Some(text.to_owned()),
        counts,
    };
    Dossier {
        view: view(vec![Bilingual::new(text, text)]),
        subject: Some(subject(1)),
        name_masked: Some("老**".to_owned()),
        evidence: vec![Outcome {
            kind: EvidenceKind::SmsCode,
            at: after(-1_200),
            by: agent,
            channel: Channel::Hotline,
        }],
        misses: vec![Miss {
            kind: EvidenceKind::RecentTransactions,
            times: 2,
        }],
        standing: Some(Standing {
            merchant_status: MerchantStatus::Active,
            failures_30d: 21,
            resets_30d: 4,
            contact_age_hours: Some(30),
            terminal_online: false,
            has_password: true,
            unsettled_batch: Some(true),
            open_alert: false,
        }),
        flags: vec![Flag::FreshContact, Flag::ManyResets, Flag::Amended],
        opinions: vec![opinion("sun", true, false), opinion("zhao", true, true)],
        story: ledger::steps()
            .into_iter()
            .take(6)
            .map(|(by, event)| Passage {
                at: after(-1_500),
                by,
                event,
            })
            .collect(),
        edition: 1,
        obstacle: None,
        may_waive: false,
    }
}

fn verdict<'a>(assets: &'a Assets, language: Language, text: &str) -> VerdictPage<'a> {
    let reading = Reading {
        language,
        utc_offset_hours: 8,
        now: now(),
    };
    let path = format!("/review/{}", case());
    VerdictPage {
        frame: framed(assets, language, &path),
        sheet: Sheet::new(&dossier(text), reading),
        to: format!("{path}/verdict"),
        edition: 1,
        minutes_left: Some(90),
        obstacle: None,
        proves: Some("chen".to_owned()),
        case: case(),
        may_waive: false,
        comment: String::new(),
        mistake: None,
        next: Some("/review".to_owned()),
        has_approved: None,
    }
}

fn session(number: u8, device: &str, is_this: bool, used_at: Timestamp) -> SessionSummary {
    SessionSummary {
        session: StaffSessionId::from_bytes([number; 10]),
        network: format!("203.0.{number}.0/24"),
        device: device.parse::<Device>().unwrap(),
        started_at: after(-7_200),
        used_at,
        is_this,
    }
}

fn sessions(assets: &Assets, language: Language) -> SessionsPage<'_> {
    SessionsPage {
        frame: framed(assets, language, "/settings/sessions"),
        sessions: vec![
            session(1, "Edge Windows", true, now()),
            session(2, "- -", false, after(-600)),
        ],
        of: None,
        to: "/settings/sessions/end".to_owned(),
    }
}

fn own_password(assets: &Assets, language: Language) -> PasswordPage<'_> {
    PasswordPage {
        frame: framed(assets, language, "/settings/password"),
        account: "chen".to_owned(),
        is_first: false,
        is_done: false,
        mistake: None,
    }
}

fn accounts(assets: &Assets, language: Language) -> StaffPage<'_> {
    let summary = |account: &str, role, enabled, has_own_password| StaffSummary {
        staff: account.parse().unwrap(),
        person: "1001".parse().unwrap(),
        role,
        enabled,
        has_own_password,
    };
    let nav = staff_nav(language, ("zhou", Role::Administrator), "/settings/staff");
    StaffPage {
        frame: frame(assets, language, "/settings/staff").with_nav(nav),
        members: vec![
            summary("chen", Role::Reviewer, true, true),
            summary("li.na", Role::Agent, true, false),
            summary("wang", Role::Clerk, false, true),
        ],
        next: Some("wang".to_owned()),
        added: None,
        typed: AddForm::default(),
        mistake: None,
    }
}

fn managers(assets: &Assets, language: Language) -> ManagersPage<'_> {
    let summary = |phone: &str, rights: &[ManagerRight], enabled| ManagerSummary {
        manager: ManagerId::from_bytes([3; 10]),
        person: "manager-1001".parse().unwrap(),
        name_masked: "王**".to_owned(),
        phone_masked: phone.to_owned(),
        rights: rights.iter().copied().collect(),
        enabled,
        created_at: after(-90_000),
        signed_in_at: enabled.then(|| after(-9_000_000)),
        dormant_at: (phone == "137****7000").then(|| after(-80_000)),
    };
    let path = "/settings/managers";
    let nav = staff_nav(language, ("zhou", Role::Administrator), path);
    ManagersPage {
        frame: frame(assets, language, path).with_nav(nav),
        merchant: "898310054110001".to_owned(),
        managers: Some(vec![
            summary("138****8000", ManagerRight::ALL, true),
            summary("137****7000", &[ManagerRight::Consent], true),
            summary("139****9000", &[ManagerRight::SeeRecords], false),
        ]),
        typed: AddManagerForm::default(),
        mistake: None,
    }
}

fn access_reviews(assets: &Assets, language: Language) -> AccessReviewsPage<'_> {
    let path = "/settings/access-reviews";
    let nav = staff_nav(language, ("zhou", Role::Administrator), path);
    let one = |merchant: &str, overdue_in: i64, state| OpenReview {
        merchant: merchant.parse().unwrap(),
        round: 1,
        state,
        opened_at: after(-1_300_000),
        overdue_at: after(overdue_in),
        reminded_at: (overdue_in < 0).then(|| after(overdue_in)),
    };
    AccessReviewsPage {
        frame: frame(assets, language, path).with_nav(nav),
        state: None,
        days: 14,
        reviews: Page {
            items: vec![
                one("898310054110001", 90_000, OpenState::Open),
                one("898310054110002", -90_000, OpenState::Overdue),
            ],
            next_cursor: Some("898310054110002".to_owned()),
        },
    }
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let text = "原件已核对 · originals seen";
    let rows = vec![
        waiting(1, 600, None),
        waiting(2, 4_000, Some(Obstacle::OwnWork)),
        waiting(3, 12_000, Some(Obstacle::Reviewed)),
    ];
    let again = |mistake| VerdictPage {
        comment: text.to_owned(),
        mistake: Some(mistake),
        ..verdict(assets, language, text)
    };
    let unbacked = VerdictPage {
        obstacle: Some(Obstacle::NotInReview),
        may_waive: true,
        ..verdict(assets, language, text)
    };
    let done = VerdictPage {
        obstacle: Some(Obstacle::Reviewed),
        has_approved: Some(true),
        ..verdict(assets, language, text)
    };
    let mut nothing = queue(assets, language, Vec::new());
    nothing.queue.unprepared.clear();
    let late = VerdictPage {
        obstacle: Some(Obstacle::NotInReview),
        ..again(Mistake::Decided)
    };
    let first = PasswordPage {
        is_first: true,
        ..own_password(assets, language)
    };
    let weak = PasswordPage {
        mistake: Some(password::Mistake::Weak(Weakness::Expected)),
        ..own_password(assets, language)
    };
    let added = StaffPage {
        added: Some(Added {
            account: "wu".to_owned(),
            password: "k7mq2xw9vnr4p8ts3hbd".to_owned(),
        }),
        ..accounts(assets, language)
    };
    let refused = StaffPage {
        mistake: Some(staff::Mistake::Exists),
        ..accounts(assets, language)
    };
    let others = SessionsPage {
        of: Some("li.na".to_owned()),
        ..sessions(assets, language)
    };
    let unasked = ManagersPage {
        merchant: String::new(),
        managers: None,
        ..managers(assets, language)
    };
    let nobody = ManagersPage {
        managers: Some(Vec::new()),
        mistake: Some(managers::Mistake::NoRights),
        ..managers(assets, language)
    };
    vec![
        sample("settings_managers", &managers(assets, language)),
        sample("settings_managers_unasked", &unasked),
        sample("settings_access_reviews", &access_reviews(assets, language)),
        sample(
            "settings_access_reviews_none",
            &AccessReviewsPage {
                state: Some(OpenState::Overdue),
                reviews: Page {
                    items: Vec::new(),
                    next_cursor: None,
                },
                ..access_reviews(assets, language)
            },
        ),
        sample("settings_managers_none", &nobody),
        sample("review_queue", &queue(assets, language, rows)),
        sample("review_queue_empty", &nothing),
        sample("review_verdict", &verdict(assets, language, text)),
        sample("review_password", &again(Mistake::PasswordNeeded)),
        sample("review_moved", &again(Mistake::Moved)),
        sample("review_late", &late),
        sample("review_waiver", &unbacked),
        sample("review_done", &done),
        sample("settings_sessions", &sessions(assets, language)),
        sample("settings_sessions_of", &others),
        sample("settings_password", &own_password(assets, language)),
        sample("settings_password_first", &first),
        sample("settings_password_weak", &weak),
        sample("settings_staff", &accounts(assets, language)),
        sample("settings_staff_added", &added),
        sample("settings_staff_exists", &refused),
    ]
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let written = VerdictPage {
        comment: script.to_owned(),
        ..verdict(assets, language, script)
    };
    let typed = StaffPage {
        typed: AddForm {
            account: script.to_owned(),
            person: script.to_owned(),
            role: script.to_owned(),
        },
        ..accounts(assets, language)
    };
    let asked = ManagersPage {
        merchant: script.to_owned(),
        typed: AddManagerForm {
            name: script.to_owned(),
            phone: script.to_owned(),
            person: script.to_owned(),
            ..AddManagerForm::default()
        },
        ..managers(assets, language)
    };
    vec![
        written.render().unwrap(),
        typed.render().unwrap(),
        asked.render().unwrap(),
    ]
}
