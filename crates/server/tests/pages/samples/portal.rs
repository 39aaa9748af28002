//! The pages of the portal.

use std::collections::BTreeSet;

use tillkey_rules::access_review::{Answer, Answers, Holder, Reach};
use tillkey_rules::campaign::TargetState;
use tillkey_rules::case::State;
use tillkey_rules::party::Subject;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::{Channel, DepositState, ManagerRight, Reason};
use tillkey_server::act::access_review::{DueReview, OperatorLine, ReviewView};
use tillkey_server::act::campaign::{Asked, AskedTarget, Request};
use tillkey_server::act::case::{CaseSummary, Named};
use tillkey_server::act::contact_change::{ContactView, Pending};
use tillkey_server::act::managers::{Fellow, ManagedMerchant, SessionSummary};
use tillkey_server::act::party::{OperatorView, TerminalView};
use tillkey_server::act::portal::{ByWhom, HistoryItem, SignOn, TradeDay};
use tillkey_server::act::{Language as MessageLanguage, Page};
use tillkey_server::web::portal::diagnosis::ManagerDiagnosisPage;
use tillkey_server::web::portal::{
    AccessPage, AccessReviewPage, CampaignMistake, CampaignPage, CodeMistake, CodePage,
    ConfirmPage, ContactMistake, ContactPage, DepositPage, EndAccessPage, HistoryPage,
    MerchantsPage, PhoneMistake, PhonePage, RecordsPage, RemovalPage, ResetMistake, ResetPage,
    ReviewMistake, SessionsPage, TerminalMistake, TerminalPage, TerminalsPage, portal_nav,
};
use tillkey_server::web::reset::case::{CasePage, Stage, Viewer};
use tillkey_server::web::{Assets, Frame, Language};
use tillkey_store::journal::LastKnown;
use tillkey_wire::ids::{
    CampaignId, CaseId, ManagerId, ManagerSessionId, OperatorNumber, Rank, TerminalId,
};
use tillkey_wire::journal::{Head, JournalDigest, Sum, Totals};

use super::{Sample, after, backup_at, frame, sample};

const TILL: TerminalId = TerminalId::from_bytes([1; 10]);

fn at_home<'a>(assets: &'a Assets, language: Language, path: &str) -> Frame<'a> {
    frame(assets, language, path).with_nav(portal_nav(language, "老王面馆", path))
}

fn case_id() -> CaseId {
    CaseId::from_bytes([0x5b, 1, 2, 3, 4, 5, 6, 7, 8, 9])
}

fn operator(number: u8) -> OperatorNumber {
    OperatorNumber::new(number).unwrap()
}

fn terminal(number: &str, model: &str) -> TerminalView {
    let one = |number, password_set| OperatorView {
        operator: operator(number),
        password_set,
        password_since: password_set.then(|| after(-800_000)),
        signed_on_at: password_set.then(|| after(-7_000)),
        dormant_at: (number == 99).then(|| after(-50_000)),
        is_renewal_due: number == 99,
    };
    TerminalView {
        terminal: TILL,
        merchant: "898310054110001".parse().unwrap(),
        number: number.parse().unwrap(),
        serial_number: "SN-20260001".parse().unwrap(),
        model: model.to_owned(),
        in_service: true,
        enrolled_at: Some(after(-900_000)),
        seen_at: Some(after(-5_000)),
        online: true,
        operators: vec![one(0, true), one(1, true), one(2, false), one(99, true)],
    }
}

fn case(channel: Channel, state: State) -> CaseSummary {
    CaseSummary {
        case: case_id(),
        state,
        channel,
        reason: Reason::Forgotten,
        subject: Some(Subject {
            acquirer: "demo-bank".parse().unwrap(),
            merchant: "898310054110001".parse().unwrap(),
            terminal: TILL,
            terminal_number: "10000001".parse().unwrap(),
            operator: operator(1),
        }),
        opened_at: after(-400),
        changed_at: after(-300),
        deadline: after(86_000),
        review_by: None,
    }
}

fn progress<'a>(
    (assets, language): (&'a Assets, Language),
    viewer: Viewer,
    stage: Stage,
    steps: &[(&str, i64)],
) -> CasePage<'a> {
    let path = format!("/portal/cases/{}", case_id());
    let line = |(step, ago): &(&str, i64)| ((*step).to_owned(), after(-ago));
    CasePage {
        frame: at_home(assets, language, &path),
        case: case_id(),
        named: Some(Named {
            merchant: "898310054110001".parse().unwrap(),
            terminal: "10000001".parse().unwrap(),
            operator: operator(1),
        }),
        why: Reason::Forgotten,
        viewer,
        backup: backup_at(&stage),
        stage,
        mark: format!("sample-{}", steps.len()),
        timeline: steps.iter().map(line).collect(),
        deadline: after(86_000),
        mistake: None,
        hints: Vec::new(),
    }
}

fn phone(assets: &Assets, language: Language) -> PhonePage<'_> {
    PhonePage {
        frame: frame(assets, language, "/portal/sign-in"),
        phone: String::new(),
        then: "/portal/history".to_owned(),
        mistake: None,
    }
}

fn code(assets: &Assets, language: Language) -> CodePage<'_> {
    CodePage {
        frame: frame(assets, language, "/portal/sign-in/code"),
        action: "/portal/sign-in/code",
        back: "/portal/sign-in".to_owned(),
        then: String::new(),
        expires_at: after(250),
        mistake: None,
    }
}

fn terminals(assets: &Assets, language: Language) -> TerminalsPage<'_> {
    let away = TerminalView {
        online: false,
        seen_at: Some(after(-90_000)),
        operators: vec![OperatorView {
            operator: operator(1),
            password_set: true,
            password_since: Some(after(-800_000)),
            signed_on_at: None,
            dormant_at: None,
            is_renewal_due: false,
        }],
        ..terminal("10000002", "T2")
    };
    let fresh = TerminalView {
        online: false,
        enrolled_at: None,
        seen_at: None,
        ..terminal("10000003", "T2")
    };
    TerminalsPage {
        frame: at_home(assets, language, "/portal"),
        merchant_name: "老王面馆".to_owned(),
        merchant: "898310054110001".to_owned(),
        waiting: Vec::new(),
        campaigns: Vec::new(),
        review: None,
        terminals: vec![terminal("10000001", "T1"), away, fresh],
        next: None,
    }
}

fn asked(rest_in: Option<i64>) -> Asked {
    Asked {
        campaign: CampaignId::from_bytes([6; 10]),
        reason: Reason::Compromised,
        asked_at: after(-3_600),
        rest_at: rest_in.map(after),
        is_held: false,
        due: 3,
    }
}

fn campaign(assets: &Assets, language: Language) -> CampaignPage<'_> {
    let target = |number, state, may_answer| AskedTarget {
        terminal_number: "10000001".parse().unwrap(),
        operator: operator(number),
        state,
        case: (state != TargetState::Asked).then(|| CaseId::from_bytes([9; 10])),
        rested_at: (number == 2).then(|| after(-60)),
        may_answer,
    };
    CampaignPage {
        frame: at_home(assets, language, "/portal/campaigns/1"),
        request: Request {
            asked: asked(Some(86_400)),
            targets: vec![
                target(0, TargetState::Asked, true),
                target(1, TargetState::Failed, true),
                target(2, TargetState::Asked, true),
                target(99, TargetState::Asked, false),
                target(3, TargetState::Open, true),
                target(4, TargetState::Renewed, true),
            ],
        },
        chosen: BTreeSet::new(),
        mistake: None,
    }
}

fn one_terminal(assets: &Assets, language: Language) -> TerminalPage<'_> {
    TerminalPage {
        frame: at_home(assets, language, "/portal/terminals/1"),
        terminal: terminal("10000001", "T1"),
        journal: Some(LastKnown {
            head: Head {
                entries: 12,
                digest: JournalDigest::empty(TILL),
                batch: 2,
                unsettled: Totals {
                    sales: Sum {
                        count: 3,
                        fen: 13_530,
                    },
                    ..Totals::default()
                },
            },
            reported_at: after(-4_000),
        }),
        ranks: vec![Rank::Cashier, Rank::Supervisor],
        keeps_operators: true,
        typed: String::new(),
        mistake: None,
    }
}

fn reset(assets: &Assets, language: Language) -> ResetPage<'_> {
    ResetPage {
        frame: at_home(assets, language, "/portal/terminals/1/operators/01/reset"),
        terminal: TILL,
        terminal_number: "10000001".parse().unwrap(),
        online: true,
        operator: operator(1),
        chosen: None,
        form: "0".repeat(32),
        mistake: None,
    }
}

fn contact(assets: &Assets, language: Language) -> ContactPage<'_> {
    ContactPage {
        frame: at_home(assets, language, "/portal/contact"),
        contact: ContactView {
            language: MessageLanguage::Chinese,
            phone_masked: Some("138****8000".to_owned()),
            changed_at: None,
            pending: None,
        },
        typed: String::new(),
        mistake: None,
    }
}

fn history(assets: &Assets, language: Language) -> HistoryPage<'_> {
    let item = |ago: i64, what: &str, by, on: Option<u8>| HistoryItem {
        at: after(-ago),
        what: what.to_owned(),
        by,
        terminal: on.map(|_| "10000001".parse().unwrap()),
        operator: on.map(operator),
    };
    HistoryPage {
        frame: at_home(assets, language, "/portal/history"),
        resets: Page {
            items: vec![
                case(Channel::Portal, State::Issued),
                case(Channel::Hotline, State::Effective),
            ],
            next_cursor: Some("1.a".to_owned()),
        },
        changes: Page {
            items: vec![
                item(60, "manager_signed_in", ByWhom::You, None),
                item(600, "operator_removed", ByWhom::Manager, Some(3)),
                item(90_000, "contact_changed", ByWhom::Acquirer, None),
                item(190_000, "terminal_enrolled", ByWhom::Device, Some(0)),
            ],
            next_cursor: None,
        },
    }
}

fn no_deposit(assets: &Assets, language: Language) -> DepositPage<'_> {
    let path = "/portal/deposit";
    DepositPage {
        frame: frame(assets, language, path).with_nav(portal_nav(language, "老王面馆", path)),
        deposits: Vec::new(),
        today: "2026-11-23".parse().unwrap(),
    }
}

fn deposit(
    assets: &Assets,
    language: Language,
    (state, counted): (DepositState, i64),
) -> DepositPage<'_> {
    DepositPage {
        deposits: vec![super::application::deposit(state, counted)],
        ..no_deposit(assets, language)
    }
}

fn records(assets: &Assets, language: Language) -> RecordsPage<'_> {
    let one = |ago: i64, ended: Option<&str>| SignOn {
        terminal: TILL,
        terminal_number: "10000001".parse().unwrap(),
        operator: operator(1),
        started_at: after(-ago),
        ended: ended.map(|why| (after(60 - ago), why.to_owned())),
    };
    RecordsPage {
        frame: at_home(assets, language, "/portal/records"),
        days: vec![TradeDay {
            sales: 41,
            sales_total: Fen::new(123_450).unwrap(),
            paid: Some(Fen::new(122_000).unwrap()),
            ..TradeDay::empty(jiff::civil::date(2026, 11, 22))
        }],
        sign_ons: vec![
            one(100, None),
            one(90_000, Some("sign_off")),
            one(99_000, Some("effective")),
        ],
    }
}

fn sessions(assets: &Assets, language: Language) -> SessionsPage<'_> {
    let one = |id, ago: i64, is_current| SessionSummary {
        session: ManagerSessionId::from_bytes([id; 10]),
        started_at: after(-ago),
        proved_at: after(-ago),
        used_at: after(-20),
        is_current,
    };
    SessionsPage {
        frame: at_home(assets, language, "/portal/sessions"),
        sessions: vec![one(1, 60, true), one(2, 4_000, false)],
        has_others: true,
    }
}

fn merchants(assets: &Assets, language: Language) -> MerchantsPage<'_> {
    let one = |number: &str, name: &str| ManagedMerchant {
        merchant: number.parse().unwrap(),
        name: name.to_owned(),
    };
    MerchantsPage {
        frame: at_home(assets, language, "/portal/merchants"),
        merchants: vec![
            one("898310054110001", "老王面馆"),
            one("898310054110002", "小李水果"),
        ],
        current: "898310054110001".parse().unwrap(),
        then: String::new(),
    }
}

fn fellow(id: u8, rights: &[ManagerRight]) -> Fellow {
    let is_you = id == 1;
    Fellow {
        manager: ManagerId::from_bytes([id; 10]),
        name_masked: if is_you { "陈**" } else { "林**" }.to_owned(),
        phone_masked: "139****9001".to_owned(),
        rights: rights.iter().copied().collect(),
        signed_in_at: is_you.then(|| after(-60)),
        dormant_at: (id == 3).then(|| after(-60_000)),
        is_you,
        reach: if id == 2 {
            Reach::Removable
        } else {
            Reach::KeptOnly
        },
    }
}

fn fellows() -> Vec<Fellow> {
    vec![
        fellow(
            1,
            &[ManagerRight::ManageOperators, ManagerRight::ResetCashiers],
        ),
        fellow(2, &[ManagerRight::ResetCashiers]),
        fellow(3, ManagerRight::ALL),
    ]
}

fn access(assets: &Assets, language: Language) -> AccessPage<'_> {
    AccessPage {
        frame: at_home(assets, language, "/portal/access"),
        managers: fellows(),
        has_review: true,
    }
}

fn due(overdue_in: i64) -> DueReview {
    DueReview {
        round: 1,
        opened_at: after(-1_000_000),
        overdue_at: after(overdue_in),
    }
}

fn cashier_in_review() -> Holder {
    Holder::Operator {
        terminal: TILL,
        operator: operator(1),
    }
}

fn review(assets: &Assets, language: Language, review: DueReview) -> AccessReviewPage<'_> {
    let line = |account: OperatorView| OperatorLine {
        terminal: TILL,
        terminal_number: "10000001".parse().unwrap(),
        reach: if account.operator.rank() == Rank::Cashier {
            Reach::Removable
        } else {
            Reach::KeptOnly
        },
        account,
    };
    let till = terminal("10000001", "T1");
    AccessReviewPage {
        frame: at_home(assets, language, "/portal/access-review"),
        view: Some(ReviewView {
            review,
            operators: till.operators.into_iter().map(line).collect(),
            managers: fellows(),
        }),
        is_too_large: false,
        answers: Answers::new(),
        mistake: None,
    }
}

/// Every page of the portal in one language.
pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let here = (assets, language);
    let opened = [("opened", 400)];
    let consent = progress(here, Viewer::Objector, Stage::Consent, &opened);
    let elsewhere = progress(here, Viewer::Objector, Stage::Elsewhere, &opened);
    let issued = Stage::Issued {
        until: Some(after(560)),
        is_announced: true,
        has_more: true,
    };
    let steps = [
        ("opened", 40),
        ("matched", 40),
        ("approved", 39),
        ("code_issued", 38),
        ("code_announced", 37),
    ];
    let issued = progress(here, Viewer::Manager, issued, &steps);
    vec![
        sample("portal_phone", &phone(assets, language)),
        sample(
            "portal_phone_wrong",
            &PhonePage {
                phone: "1390013900".to_owned(),
                mistake: Some(PhoneMistake::Shape),
                ..phone(assets, language)
            },
        ),
        sample(
            "portal_phone_too_many",
            &PhonePage {
                mistake: Some(PhoneMistake::TooMany(after(1_800))),
                ..phone(assets, language)
            },
        ),
        sample("portal_code", &code(assets, language)),
        sample(
            "portal_code_wrong",
            &CodePage {
                mistake: Some(CodeMistake::Wrong),
                ..code(assets, language)
            },
        ),
        sample(
            "portal_code_over",
            &CodePage {
                expires_at: after(-1),
                ..code(assets, language)
            },
        ),
        sample(
            "portal_confirm",
            &ConfirmPage {
                frame: at_home(assets, language, "/portal/confirm"),
                then: "/portal/contact".to_owned(),
                retry_at: None,
            },
        ),
        sample(
            "portal_confirm_code",
            &CodePage {
                frame: at_home(assets, language, "/portal/confirm/code"),
                action: "/portal/confirm/code",
                back: "/portal/confirm".to_owned(),
                ..code(assets, language)
            },
        ),
        sample("portal_merchants", &merchants(assets, language)),
        sample("portal_terminals", &terminals(assets, language)),
        sample(
            "portal_terminals_waiting",
            &TerminalsPage {
                waiting: vec![case(Channel::Hotline, State::Gathering)],
                next: Some("10000003".to_owned()),
                ..terminals(assets, language)
            },
        ),
        sample(
            "portal_terminals_empty",
            &TerminalsPage {
                terminals: Vec::new(),
                ..terminals(assets, language)
            },
        ),
        sample("portal_terminal", &one_terminal(assets, language)),
        sample(
            "portal_terminal_exists",
            &TerminalPage {
                typed: "01".to_owned(),
                mistake: Some(TerminalMistake::Exists),
                ..one_terminal(assets, language)
            },
        ),
        sample(
            "portal_removal",
            &RemovalPage {
                frame: at_home(assets, language, "/portal/terminals/1/operators/02/removal"),
                terminal: TILL,
                terminal_number: "10000001".parse().unwrap(),
                operator: operator(2),
            },
        ),
        sample("portal_reset", &reset(assets, language)),
        sample(
            "portal_reset_refused",
            &ResetPage {
                online: false,
                chosen: Some(Reason::Locked),
                mistake: Some(ResetMistake::Refused(Refusal::NotServed)),
                ..reset(assets, language)
            },
        ),
        sample("portal_consent", &consent),
        sample("portal_elsewhere", &elsewhere),
        sample("portal_issued", &issued),
        sample("portal_contact", &contact(assets, language)),
        sample(
            "portal_contact_wrong",
            &ContactPage {
                typed: "123".to_owned(),
                mistake: Some(ContactMistake::Phone),
                ..contact(assets, language)
            },
        ),
        sample(
            "portal_contact_code",
            &ContactPage {
                contact: ContactView {
                    language: MessageLanguage::Chinese,
                    phone_masked: Some("138****8000".to_owned()),
                    changed_at: Some(after(-90_000)),
                    pending: Some(Pending {
                        phone_masked: "137****7000".to_owned(),
                        expires_at: after(280),
                    }),
                },
                mistake: Some(ContactMistake::Code),
                ..contact(assets, language)
            },
        ),
        sample(
            "portal_diagnosis",
            &ManagerDiagnosisPage {
                frame: frame(assets, language, "/portal/terminals/x/operators/01")
                    .with_nav(portal_nav(language, "老王面馆", "/portal")),
                diagnosis: super::desk::found_out(),
            },
        ),
        sample("portal_history", &history(assets, language)),
        sample("portal_records", &records(assets, language)),
        sample(
            "portal_deposit_counting",
            &deposit(assets, language, (DepositState::Counting, 620_000)),
        ),
        sample(
            "portal_deposit_earned",
            &deposit(assets, language, (DepositState::Earned, 1_003_000)),
        ),
        sample("portal_deposit_none", &no_deposit(assets, language)),
        sample(
            "portal_terminals_asked",
            &TerminalsPage {
                campaigns: vec![asked(Some(86_400))],
                ..terminals(assets, language)
            },
        ),
        sample("portal_campaign", &campaign(assets, language)),
        sample(
            "portal_campaign_mistake",
            &CampaignPage {
                chosen: ["10000001.01".to_owned()].into(),
                mistake: Some(CampaignMistake::NotFresh),
                ..campaign(assets, language)
            },
        ),
        sample("portal_campaign_held", &{
            let mut page = campaign(assets, language);
            page.request.asked.is_held = true;
            page
        }),
        sample("portal_campaign_done", &{
            let mut page = campaign(assets, language);
            page.request
                .targets
                .retain(|one| one.state == TargetState::Renewed);
            page
        }),
        sample("portal_sessions", &sessions(assets, language)),
        sample("portal_access", &access(assets, language)),
        sample(
            "portal_end_access",
            &EndAccessPage {
                frame: at_home(assets, language, "/portal/access/2/end"),
                manager: fellow(2, &[ManagerRight::ResetCashiers]),
            },
        ),
        sample(
            "portal_terminals_review",
            &TerminalsPage {
                review: Some(due(86_000)),
                ..terminals(assets, language)
            },
        ),
        sample("portal_review", &review(assets, language, due(86_000))),
        sample(
            "portal_review_missing",
            &AccessReviewPage {
                answers: Answers::from([(cashier_in_review(), Answer::Remove)]),
                mistake: Some(ReviewMistake::Missing),
                ..review(assets, language, due(-100))
            },
        ),
        sample(
            "portal_review_not_fresh",
            &AccessReviewPage {
                mistake: Some(ReviewMistake::NotFresh),
                ..review(assets, language, due(86_000))
            },
        ),
        sample(
            "portal_review_nothing",
            &AccessReviewPage {
                view: None,
                ..review(assets, language, due(86_000))
            },
        ),
        sample(
            "portal_review_too_large",
            &AccessReviewPage {
                view: None,
                is_too_large: true,
                ..review(assets, language, due(86_000))
            },
        ),
    ]
}

/// Pages into which somebody wrote HTML wherever a text is shown.
pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let nav = |path| portal_nav(language, script, path);
    let of = |path: &'static str| frame(assets, language, path).with_nav(nav(path));
    let pages: [Box<dyn askama::DynTemplate>; 4] = [
        Box::new(TerminalsPage {
            frame: of("/portal"),
            merchant_name: script.to_owned(),
            terminals: vec![terminal("10000001", script)],
            ..terminals(assets, language)
        }),
        Box::new(TerminalPage {
            frame: of("/portal"),
            terminal: terminal("10000001", script),
            typed: script.to_owned(),
            mistake: Some(TerminalMistake::Shape),
            ..one_terminal(assets, language)
        }),
        Box::new(MerchantsPage {
            merchants: vec![ManagedMerchant {
                merchant: "898310054110001".parse().unwrap(),
                name: script.to_owned(),
            }],
            ..merchants(assets, language)
        }),
        Box::new(PhonePage {
            phone: script.to_owned(),
            then: script.to_owned(),
            ..phone(assets, language)
        }),
    ];
    pages
        .iter()
        .map(|page| page.dyn_render().unwrap())
        .collect()
}
