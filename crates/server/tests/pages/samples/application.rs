//! Applying for a terminal: the applicant's pages, and those of the staff.

use std::collections::BTreeMap;

use askama::Template;
use tillkey_rules::onboarding::FormField;
use tillkey_rules::onboarding::application::{ApplicationCheck, ApplicationState, Choice};
use tillkey_rules::onboarding::deposit::{DayTaken, DepositBack};
use tillkey_rules::party::Role;
use tillkey_rules::refusal::Refusal;
use tillkey_rules::trade::Fen;
use tillkey_rules::vocabulary::{ApplicantKind, ApplicationPaper, DepositState};
use tillkey_server::act::application::{ApplicationView, FirstPassword, Parcel};
use tillkey_server::act::deposit::DepositView;
use tillkey_server::act::party::OpenedEnrolment;
use tillkey_server::picture::PictureFault;
use tillkey_server::web::application::{
    ApplicationPage, BackPage, BackTyped, Chosen, EnterPage, Mistake, StartPage,
};
use tillkey_server::web::intake::deposits::DepositsPage;
use tillkey_server::web::intake::queue::{IntakeQueuePage, Row};
use tillkey_server::web::intake::sheet::{Mistake as SheetMistake, SheetPage};
use tillkey_server::web::{Assets, Frame, Language};
use tillkey_wire::ids::{ApplicationId, OperatorNumber, TerminalId};
use tillkey_wire::secret::Secret;

use super::{Sample, after, frame, now, sample, staff_nav};

fn id() -> ApplicationId {
    ApplicationId::from_bytes([0x3c, 1, 2, 3, 4, 5, 6, 7, 8, 9])
}

fn choice() -> Choice {
    Choice {
        product: "shengpay-smart".parse().unwrap(),
        applicant: ApplicantKind::SoleTrader,
        region: "310100".parse().unwrap(),
    }
}

fn chosen(language: Language) -> Chosen {
    let say = |zh: &str, en: &str| match language {
        Language::Chinese => zh.to_owned(),
        Language::English => en.to_owned(),
    };
    Chosen {
        choice: choice(),
        product: say("盛付通智能终端", "Shengpay smart terminal"),
        applicant: say("个体工商户", "Sole trader"),
        region: say("上海市", "Shanghai"),
    }
}

const TYPED: [(FormField, &str); 9] = [
    (FormField::BusinessName, "老王面馆"),
    (FormField::CreditCode, "91350100M000100Y43"),
    (FormField::Business, "restaurant"),
    (FormField::Address, "张江路 1 号"),
    (FormField::PersonName, "王小明"),
    (FormField::IdentityNumber, "11010519491231002X"),
    (FormField::AccountName, "王小明"),
    (FormField::AccountNumber, "6222021234567890"),
    (FormField::BankName, "工商银行上海张江支行"),
];

fn view(state: ApplicationState) -> ApplicationView {
    let states = [
        ApplicationState::Draft,
        ApplicationState::Submitted,
        ApplicationState::Proposed,
        ApplicationState::Approved,
        ApplicationState::Shipped,
        ApplicationState::Received,
        ApplicationState::Enrolled,
        ApplicationState::Active,
    ];
    let so_far = states.iter().position(|one| *one == state).unwrap_or(0);
    let mut story: Vec<_> = states
        .iter()
        .take(so_far + 1)
        .zip(1..)
        .map(|(state, at)| (after(-86_400 + 600 * at), *state))
        .collect();
    if !states.contains(&state) {
        story.push((after(-600), state));
    }
    let is_approved = so_far >= 3;
    let is_shipped = so_far >= 4;
    ApplicationView {
        application: id(),
        state,
        choice: choice(),
        phone_masked: "137****7000".to_owned(),
        phone_proven: true,
        form: TYPED
            .into_iter()
            .map(|(field, text)| (field, Secret::new(text.to_owned())))
            .collect(),
        mistakes: Vec::new(),
        papers: ApplicationPaper::ALL
            .iter()
            .map(|paper| (*paper, *paper != ApplicationPaper::ShopInside))
            .collect(),
        checks: ApplicationCheck::ALL
            .iter()
            .map(|check| (*check, (so_far >= 2).then_some(true)))
            .collect(),
        makers: Vec::new(),
        seen_elsewhere: false,
        remark: None,
        story,
        deadline: state.is_editable().then(|| after(86_400 * 20)),
        merchant: is_approved.then(|| "898310158120001".parse().unwrap()),
        parcel: is_shipped.then(|| Parcel {
            carrier: "顺丰速运".to_owned(),
            tracking_number: "SF1234567890123".to_owned(),
        }),
        serial_number: is_shipped.then(|| "SN70000001".parse().unwrap()),
        terminal_number: is_shipped.then(|| "31010001".parse().unwrap()),
        first_passwords: if is_shipped { firsts() } else { Vec::new() },
        active_since: (so_far == 7).then(|| "2026-11-23".parse().unwrap()),
    }
}

fn firsts() -> Vec<FirstPassword> {
    [
        (OperatorNumber::SUPERVISOR, true),
        (OperatorNumber::FIRST_CASHIER, false),
        (OperatorNumber::ADMINISTRATOR, false),
    ]
    .into_iter()
    .map(|(operator, is_set)| FirstPassword { operator, is_set })
    .collect()
}

fn page((assets, language): (&Assets, Language), view: ApplicationView) -> ApplicationPage<'_> {
    ApplicationPage {
        frame: frame(assets, language, &format!("/applications/{}", id())),
        view,
        chosen: Some(chosen(language)),
        mistake: None,
        names_all: false,
        is_saved: false,
        enrolment: None,
    }
}

fn half_filled() -> ApplicationView {
    let mut view = view(ApplicationState::Returned);
    let typed: BTreeMap<_, _> = TYPED.into_iter().take(2).collect();
    view.form = TYPED
        .into_iter()
        .map(|(field, _)| {
            let text = typed.get(&field).copied().unwrap_or_default();
            let text = if field == FormField::CreditCode {
                "9135010"
            } else {
                text
            };
            (field, Secret::new(text.to_owned()))
        })
        .collect();
    view.mistakes = TYPED
        .into_iter()
        .skip(1)
        .map(|(field, _)| (field, "a rule"))
        .collect();
    view.remark = Some("请重拍营业执照，字看不清。".to_owned());
    view
}

fn applicant(assets: &Assets, language: Language) -> Vec<Sample> {
    let to = (assets, language);
    let of = |state: ApplicationState| {
        let name = format!("application_{state}");
        sample(&name, &page(to, view(state)))
    };
    let unproven = ApplicationView {
        phone_proven: false,
        ..view(ApplicationState::Draft)
    };
    let wrong_code = ApplicationPage {
        mistake: Some(Mistake::Code(Refusal::NotMatched)),
        ..page(
            to,
            ApplicationView {
                phone_proven: false,
                ..view(ApplicationState::Draft)
            },
        )
    };
    let mistakes = ApplicationPage {
        mistake: Some(Mistake::Step(Refusal::FormNotWhole)),
        names_all: true,
        ..page(to, half_filled())
    };
    let picture = ApplicationPage {
        mistake: Some(Mistake::Picture(
            ApplicationPaper::ShopInside,
            PictureFault::TooSmall,
        )),
        ..page(to, view(ApplicationState::Draft))
    };
    let code = ApplicationPage {
        enrolment: Some(OpenedEnrolment {
            code: "k3vd-7m2q-x9tf".to_owned(),
            expires_at: after(86_400 * 7),
        }),
        ..page(to, view(ApplicationState::Received))
    };
    let mut samples: Vec<Sample> = [
        ApplicationState::Draft,
        ApplicationState::Submitted,
        ApplicationState::Approved,
        ApplicationState::Shipped,
        ApplicationState::Enrolled,
        ApplicationState::Active,
        ApplicationState::Declined,
        ApplicationState::Lapsed,
    ]
    .into_iter()
    .map(of)
    .collect();
    samples.extend([
        sample("application_unproven", &page(to, unproven)),
        sample("application_code_wrong", &wrong_code),
        sample("application_mistakes", &mistakes),
        sample("application_picture", &picture),
        sample("application_code", &code),
    ]);
    samples
}

fn before(assets: &Assets, language: Language) -> Vec<Sample> {
    let start = |refused| StartPage {
        frame: frame(assets, language, "/apply/form"),
        chosen: Some(chosen(language)),
        phone: String::new(),
        is_wrong: false,
        refused,
    };
    let nothing = StartPage {
        chosen: None,
        ..start(None)
    };
    let wrong = StartPage {
        phone: "1380013".to_owned(),
        is_wrong: true,
        ..start(None)
    };
    let back = |is_wrong| BackPage {
        frame: frame(assets, language, "/apply/return"),
        typed: BackTyped::default(),
        is_number_wrong: is_wrong,
        is_phone_wrong: is_wrong,
        refused: None,
    };
    let enter = |refused| EnterPage {
        frame: frame(assets, language, &format!("/apply/return/{}", id())),
        application: id(),
        refused,
    };
    vec![
        sample("application_start", &start(None)),
        sample("application_start_nothing", &nothing),
        sample("application_start_wrong", &wrong),
        sample(
            "application_start_region",
            &start(Some(Refusal::RegionNotServed)),
        ),
        sample("application_back", &back(false)),
        sample("application_back_wrong", &back(true)),
        sample("application_enter", &enter(None)),
        sample("application_enter_wrong", &enter(Some(Refusal::NotMatched))),
    ]
}

fn masked(state: ApplicationState) -> ApplicationView {
    let mut view = view(state);
    for (field, text) in &mut view.form {
        let shown = match field {
            FormField::CreditCode => "****0Y43",
            FormField::IdentityNumber => "****002X",
            FormField::AccountNumber => "****7890",
            FormField::PersonName | FormField::AccountName => "王**",
            FormField::Address => "张江路 1 号****",
            _ => continue,
        };
        *text = Secret::new(shown.to_owned());
    }
    view.makers = vec!["p-wang".parse().unwrap()];
    view
}

fn sheet<'a>(
    (assets, language): (&'a Assets, Language),
    (account, role): (&str, Role),
    view: ApplicationView,
) -> SheetPage<'a> {
    let path = format!("/intake/{}", id());
    let nav = staff_nav(language, (account, role), &path);
    SheetPage {
        frame: frame(assets, language, &path).with_nav(nav),
        chosen: Some(chosen(language)),
        view,
        role: Some(role),
        proves: None,
        opened: None,
        remark: String::new(),
        mistake: None,
    }
}

fn staff(assets: &Assets, language: Language) -> Vec<Sample> {
    let to = (assets, language);
    let checking = |mistake| {
        let mut view = masked(ApplicationState::Submitted);
        view.checks = ApplicationCheck::ALL
            .iter()
            .zip([Some(true), None, Some(false), None, None])
            .map(|(check, holds)| (*check, holds))
            .collect();
        view.seen_elsewhere = true;
        SheetPage {
            opened: Some((
                "identity_number".to_owned(),
                "11010519491231002X".to_owned(),
            )),
            mistake,
            ..sheet(to, ("wang", Role::Clerk), view)
        }
    };
    let approving = SheetPage {
        proves: Some("chen".to_owned()),
        mistake: Some(SheetMistake::PasswordNeeded),
        ..sheet(
            to,
            ("chen", Role::Reviewer),
            masked(ApplicationState::Proposed),
        )
    };
    let shipping = sheet(
        to,
        ("wang", Role::Clerk),
        masked(ApplicationState::Approved),
    );
    let looking = sheet(to, ("xu", Role::Auditor), masked(ApplicationState::Active));
    let mismatch = SheetMistake::NotMatched(ApplicationCheck::IdentityNumber);
    vec![
        sample("intake_deposits", &deposits(to, None)),
        sample("intake_deposits_wrong", &deposits(to, Some(till()))),
        sample("intake_queue", &queue(to, rows())),
        sample("intake_queue_empty", &queue(to, Vec::new())),
        sample("intake_checking", &checking(None)),
        sample("intake_mismatch", &checking(Some(mismatch))),
        sample("intake_approving", &approving),
        sample("intake_shipping", &shipping),
        sample("intake_looking", &looking),
    ]
}

fn till() -> TerminalId {
    TerminalId::from_bytes([0x1d, 1, 2, 3, 4, 5, 6, 7, 8, 9])
}

pub(super) fn deposit(state: DepositState, counted: i64) -> DepositView {
    let day = |day: &str| day.parse().unwrap();
    let taken = |on, sales, refunds| DayTaken {
        day: day(on),
        sales: Fen::sum(sales),
        refunds: Fen::sum(refunds),
        unsettled: 0,
    };
    let earned = matches!(state, DepositState::Earned | DepositState::Returned);
    DepositView {
        terminal: till(),
        merchant: "898310158120001".parse().unwrap(),
        number: "31010001".parse().unwrap(),
        deposit: Fen::sum(5_900),
        back: DepositBack {
            taken: Fen::sum(1_000_000),
            within_days: 30,
        },
        state,
        counted: Fen::sum(counted),
        activated_on: day("2026-11-10"),
        last_day: day("2026-12-10"),
        earned_on: earned.then(|| day("2026-11-22")),
        since: after(-7_200),
        days: vec![
            taken("2026-11-11", 120_000, 0),
            taken("2026-11-15", 305_000, 5_000),
            taken("2026-11-22", counted - 420_000, 0),
        ],
    }
}

fn deposits(
    (assets, language): (&Assets, Language),
    wrong: Option<TerminalId>,
) -> DepositsPage<'_> {
    let path = "/intake/deposits";
    let nav = staff_nav(language, ("wang", Role::Clerk), path);
    DepositsPage {
        frame: frame(assets, language, path).with_nav(nav),
        deposits: vec![deposit(DepositState::Earned, 1_003_000)],
        wrong,
    }
}

fn rows() -> Vec<Row> {
    let row = |returns, since: &str| Row {
        application: id().to_string(),
        product: "盛付通智能终端".to_owned(),
        applicant: "个体工商户".to_owned(),
        region: "上海市".to_owned(),
        since: since.to_owned(),
        returns,
    };
    vec![row(0, "09:20"), row(1, "11:05")]
}

fn queue((assets, language): (&Assets, Language), rows: Vec<Row>) -> IntakeQueuePage<'_> {
    let nav = staff_nav(language, ("wang", Role::Clerk), "/intake");
    let frame: Frame<'_> = frame(assets, language, "/intake?state=submitted").with_nav(nav);
    IntakeQueuePage {
        frame,
        state: ApplicationState::Submitted,
        pays: true,
        next: (!rows.is_empty()).then(|| format!("{}.{}", now().as_millisecond(), id())),
        rows,
    }
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let mut samples = before(assets, language);
    samples.extend(applicant(assets, language));
    samples.extend(staff(assets, language));
    samples
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let mut hostile = view(ApplicationState::Returned);
    hostile.remark = Some(script.to_owned());
    for (_, text) in &mut hostile.form {
        *text = Secret::new(script.to_owned());
    }
    let mut read = view(ApplicationState::Submitted);
    for (_, text) in &mut read.form {
        *text = Secret::new(script.to_owned());
    }
    read.remark = Some(script.to_owned());
    let typed = StartPage {
        frame: frame(assets, language, "/apply/form"),
        chosen: Some(chosen(language)),
        phone: script.to_owned(),
        is_wrong: true,
        refused: None,
    };
    let sheet = SheetPage {
        remark: script.to_owned(),
        ..sheet((assets, language), ("wang", Role::Clerk), read)
    };
    vec![
        page((assets, language), hostile).render().unwrap(),
        typed.render().unwrap(),
        sheet.render().unwrap(),
    ]
}
