//! One view of each kind, with made-up but likely values. Each area has a file of its
//! own here.

mod application;
mod apply;
mod counter;
pub(crate) mod desk;
mod diagnosis;
mod fleet;
mod help;
mod ledger;
mod offline;
mod personal;
mod portal;
mod review;
mod staff;
mod watch;

use askama::Template;
use jiff::{SignedDuration, Timestamp};
use tillkey_rules::party::Role;
use tillkey_rules::policy::Bilingual;
use tillkey_rules::precheck::{Finding, Reading as Findings, findings};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::Reason;
use tillkey_server::act::case::{BackupState, BackupView, Named};
use tillkey_server::web::reset::case::{CasePage, Mistake, Stage, Viewer};
use tillkey_server::web::reset::form::{FormPage, Mistakes, Typed};
use tillkey_server::web::{Assets, Frame, HomePage, Language, Nav, Notice, NoticePage, Reading};
use tillkey_wire::health::{Health, HealthReport, Percent, Power, PowerSource, Printer, VERSION};
use tillkey_wire::ids::CaseId;

pub(crate) const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];

/// A page, rendered, with its name.
pub(crate) fn sample(name: &str, page: &dyn askama::DynTemplate) -> Sample {
    Sample {
        name: name.to_owned(),
        html: page.dyn_render().unwrap(),
    }
}

/// A page with its name.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) html: String,
}

pub(crate) fn now() -> Timestamp {
    "2026-11-23T06:20:00Z".parse().unwrap()
}

pub(crate) fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

pub(crate) fn frame<'a>(assets: &'a Assets, language: Language, path: &str) -> Frame<'a> {
    Frame::new(
        Reading {
            language,
            utc_offset_hours: 8,
            now: now(),
        },
        assets,
        path,
    )
}

pub(crate) fn case() -> CaseId {
    CaseId::from_bytes([0x5a, 1, 2, 3, 4, 5, 6, 7, 8, 9])
}

/// The bar above the page of a member of staff.
pub(crate) fn staff_nav(language: Language, (account, role): (&str, Role), path: &str) -> Nav {
    Nav::of_staff(account, role, (language, path))
}

fn named() -> Named {
    Named {
        merchant: "898310054110001".parse().unwrap(),
        terminal: "10000001".parse().unwrap(),
        operator: "01".parse().unwrap(),
    }
}

/// How the backup stands at a stage.
pub(crate) fn backup_at(stage: &Stage) -> Option<BackupView> {
    let (state, journal_intact) = match stage {
        Stage::Preparing => (BackupState::UnderWay, None),
        Stage::Issued { .. } => (BackupState::Stored, None),
        Stage::Effective => (BackupState::Stored, Some(true)),
        _ => return None,
    };
    let is_stored = state == BackupState::Stored;
    Some(BackupView {
        state,
        records: is_stored.then_some(128),
        digest: is_stored.then(|| "ab".repeat(32)),
        journal_intact,
    })
}

/// The page of a case at a stage, after these steps.
fn page<'a>(
    (assets, language): (&'a Assets, Language),
    stage: Stage,
    steps: &str,
    mistake: Option<Mistake>,
) -> CasePage<'a> {
    let steps: Vec<&str> = steps.split_whitespace().collect();
    let line = |(step, ago): (&&str, i64)| ((*step).to_owned(), after(-20 * ago));
    let timeline: Vec<_> = steps.iter().rev().zip(1..).map(line).collect();
    CasePage {
        frame: frame(assets, language, &format!("/reset/{}", case())),
        case: case(),
        named: Some(named()),
        mark: format!("sample-{}", steps.len()),
        timeline: timeline.into_iter().rev().collect(),
        deadline: after(86_000),
        why: Reason::Forgotten,
        viewer: Viewer::Holder,
        backup: backup_at(&stage),
        stage,
        mistake,
        hints: Vec::new(),
    }
}

fn form(assets: &Assets, language: Language) -> FormPage<'_> {
    FormPage {
        frame: frame(assets, language, "/reset"),
        typed: Typed {
            form: "0".repeat(32),
            ..Typed::default()
        },
        mistakes: Mistakes::default(),
        refused: None,
    }
}

fn typed() -> Typed {
    Typed {
        merchant: "89831005411000".to_owned(),
        terminal: "10000001".to_owned(),
        operator: "1".to_owned(),
        reason: "locked".to_owned(),
        form: "0".repeat(32),
    }
}

fn fresh_contact() -> Vec<Bilingual> {
    vec![Bilingual::new(
        "商户联系方式72小时内变更过，请到柜面办理",
        "a contact changed within 72 hours: not by phone; please come to a counter",
    )]
}

/// Every stage, with the steps that lead to it.
fn stages() -> Vec<(&'static str, Stage, String, Option<Mistake>)> {
    let sent = "opened challenged";
    let issued = "opened challenged matched approved code_issued";
    let code = Stage::Code {
        expires_at: Some(after(280)),
        resend_at: Some(after(40)),
    };
    let again = Stage::Code {
        expires_at: Some(after(200)),
        resend_at: None,
    };
    let live = |is_announced| {
        let until = Some(after(560));
        Stage::Issued {
            until,
            is_announced,
            has_more: true,
        }
    };
    let rows = [
        ("unsent", Stage::Unsent, "opened".to_owned(), None),
        ("code", code, sent.to_owned(), None),
        (
            "code_wrong",
            again.clone(),
            format!("{sent} not_matched"),
            Some(Mistake::Code(Refusal::NotMatched)),
        ),
        (
            "code_shape",
            again.clone(),
            sent.to_owned(),
            Some(Mistake::Shape),
        ),
        (
            "code_too_many",
            again.clone(),
            format!("{sent} not_matched"),
            Some(Mistake::Code(Refusal::TooMany {
                retry_at: after(80_000),
            })),
        ),
        (
            "code_used_up",
            again,
            format!("{sent} challenged challenged"),
            Some(Mistake::Sms(Refusal::TooMany {
                retry_at: after(86_000),
            })),
        ),
        (
            "code_over",
            Stage::Code {
                expires_at: None,
                resend_at: None,
            },
            sent.to_owned(),
            None,
        ),
        ("decide", Stage::Decide, format!("{sent} matched"), None),
        ("more", Stage::More, format!("{sent} matched decided"), None),
        (
            "counter",
            Stage::Counter {
                reasons: fresh_contact(),
            },
            format!("{sent} matched decided"),
            None,
        ),
        (
            "review",
            Stage::Review {
                until: Some(after(14_000)),
            },
            format!("{sent} matched decided"),
            None,
        ),
        (
            "preparing",
            Stage::Preparing,
            format!("{sent} matched approved"),
            None,
        ),
        ("issued", live(false), issued.to_owned(), None),
        (
            "issued_announced",
            live(true),
            format!("{issued} code_announced"),
            None,
        ),
        (
            "reset_code_over",
            Stage::CodeOver { has_more: true },
            format!("{issued} code_announced code_mistyped code_ended"),
            None,
        ),
        (
            "reset_code_used_up",
            Stage::CodeOver { has_more: false },
            format!("{issued} code_ended"),
            Some(Mistake::Step(Refusal::CodesUsedUp)),
        ),
        (
            "answered",
            Stage::Answered {
                until: Some(after(2_500_000)),
            },
            format!("{sent} matched approved prepared answer_given"),
            None,
        ),
        (
            "redeemed",
            Stage::Redeemed {
                until: Some(after(590)),
            },
            format!("{issued} code_announced code_redeemed"),
            None,
        ),
        (
            "effective",
            Stage::Effective,
            format!("{issued} code_announced code_redeemed effective"),
            None,
        ),
        (
            "refused",
            Stage::Refused {
                reasons: vec![Bilingual::new("商户已注销", "the merchant is closed")],
            },
            format!("{sent} matched decided refused"),
            None,
        ),
        (
            "cancelled",
            Stage::Cancelled,
            format!("{sent} cancelled"),
            None,
        ),
        ("expired", Stage::Expired, format!("{sent} expired"), None),
        (
            "superseded",
            Stage::Superseded {
                newer: Some(CaseId::from_bytes([7; 10])),
            },
            format!("{issued} superseded"),
            None,
        ),
        ("void", Stage::Void, format!("{issued} voided"), None),
    ];
    rows.into_iter().collect()
}

/// What is wrong with a terminal of which little is well.
pub(crate) fn paper_is_out() -> Vec<Finding> {
    let report = HealthReport {
        v: VERSION,
        firmware: "1.4.2".parse().unwrap(),
        clock: after(-1_200),
        signed_on: 0,
        health: Health {
            power: Some(Power {
                source: PowerSource::Battery,
                battery_percent: Some(Percent::at_most(12)),
            }),
            printer: Some(Printer::PaperOut),
            ..Health::default()
        },
    };
    findings(&Findings {
        report: &report,
        clock_ahead_seconds: -1_200,
        reported_at: now(),
        online: true,
        now: now(),
    })
}

/// The page of a code that was issued for a terminal of which little is well.
fn hinting((assets, language): (&Assets, Language)) -> CasePage<'_> {
    let hints = paper_is_out();
    let stage = Stage::Issued {
        until: Some(after(560)),
        is_announced: true,
        has_more: true,
    };
    let steps = "opened challenged matched approved code_issued code_announced";
    CasePage {
        hints,
        ..page((assets, language), stage, steps, None)
    }
}

/// Every page of one language.
pub(crate) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let mut samples = vec![
        sample(
            "home",
            &HomePage {
                frame: frame(assets, language, "/"),
            },
        ),
        sample("form", &form(assets, language)),
        sample(
            "form_mistakes",
            &FormPage {
                typed: typed(),
                mistakes: Mistakes {
                    merchant: true,
                    operator: true,
                    ..Mistakes::default()
                },
                ..form(assets, language)
            },
        ),
        sample(
            "form_too_many",
            &FormPage {
                typed: typed(),
                refused: Some(Refusal::TooMany {
                    retry_at: after(1_800),
                }),
                ..form(assets, language)
            },
        ),
    ];
    samples.extend(help::all(assets, language));
    samples.extend(apply::all(assets, language));
    samples.extend(application::all(assets, language));
    for (name, stage, steps, mistake) in stages() {
        let name = format!("case_{name}");
        samples.push(sample(
            &name,
            &page((assets, language), stage, &steps, mistake),
        ));
    }
    samples.push(sample("case_issued_hints", &hinting((assets, language))));
    for notice in Notice::ALL {
        let name = format!("notice_{notice:?}").to_lowercase();
        let frame = frame(assets, language, "/");
        samples.push(sample(&name, &NoticePage { frame, notice }));
    }
    samples.extend(ledger::all(assets, language));
    samples.extend(personal::all(assets, language));
    samples.extend(portal::all(assets, language));
    samples.extend(review::all(assets, language));
    samples.extend(staff::all(assets, language));
    samples.extend(counter::all(assets, language));
    samples.extend(desk::all(assets, language));
    samples.extend(diagnosis::all(assets, language));
    samples.extend(offline::all(assets, language));
    samples.extend(fleet::all(assets, language));
    samples.extend(watch::all(assets, language));
    samples
}

/// Pages into which somebody wrote HTML wherever a text is shown.
pub(crate) fn hostile(assets: &Assets, language: Language) -> Vec<String> {
    let script = "\"><script>alert('x')</script>";
    let text = script.to_owned();
    let form = FormPage {
        typed: Typed {
            merchant: text.clone(),
            terminal: text.clone(),
            operator: text,
            ..typed()
        },
        ..form(assets, language)
    };
    let reasons = vec![Bilingual::new(script, script)];
    let refused = page(
        (assets, language),
        Stage::Refused {
            reasons: reasons.clone(),
        },
        "opened",
        None,
    );
    let counter = page(
        (assets, language),
        Stage::Counter { reasons },
        "opened",
        None,
    );
    let mut pages = vec![
        form.render().unwrap(),
        help::hostile_lookup(assets, language),
        refused.render().unwrap(),
        counter.render().unwrap(),
    ];
    pages.extend(ledger::hostile(assets, language, script));
    pages.extend(personal::hostile(assets, language, script));
    pages.extend(portal::hostile(assets, language, script));
    pages.extend(review::hostile(assets, language, script));
    pages.extend(staff::hostile(assets, language, script));
    pages.extend(application::hostile(assets, language, script));
    pages.extend(counter::hostile(assets, language, script));
    pages.extend(desk::hostile(assets, language, script));
    pages.extend(fleet::hostile(assets, language, script));
    pages.extend(watch::hostile(assets, language, script));
    pages
}
