//! The counter: its queue, and a case at each stage.

use askama::Template;
use tillkey_rules::case::State;
use tillkey_rules::event::Destination;
use tillkey_rules::party::Subject;
use tillkey_rules::policy::{Bilingual, Decision, Reviewers};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::scan::{Reuse, Scan, Side};
use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_server::act::case::counter::{CounterQueue, CounterView};
use tillkey_server::act::case::{CaseSummary, CaseView, TimelineItem};
use tillkey_server::picture::PictureFault;
use tillkey_server::web::counter::case::{CasePage, Mistake, ScanWrong, Typed, Wrong};
use tillkey_server::web::counter::queue::{self, Mistakes, QueuePage};
use tillkey_server::web::{Assets, Language, Nav, NavLink};
use tillkey_store::outbox::Standing;
use tillkey_wire::ids::{CaseId, ScanId, TerminalId};

use super::{Sample, after, frame, sample};

use EvidenceKind::{BusinessLicence, IdentityDocument, SmsCode};

fn case_id(number: u8) -> CaseId {
    CaseId::from_bytes([number, 0xa2, 3, 0xc4, 5, 0xe6, 7, 8, 9, number])
}

fn nav(language: Language) -> Nav {
    let (text, sign_out) = match language {
        Language::Chinese => ("柜台", "退出"),
        Language::English => ("Counter", "Sign out"),
    };
    Nav {
        label: text.to_owned(),
        who: "wang.fang".to_owned(),
        links: vec![NavLink {
            href: "/counter",
            text: text.to_owned(),
            is_here: true,
        }],
        sign_out: sign_out.to_owned(),
        sign_out_to: "/sign-out",
        is_staff: true,
    }
}

fn summary(number: u8, state: State, channel: Channel, is_proven: bool) -> CaseSummary {
    let subject = Subject {
        acquirer: "demo-bank".parse().unwrap(),
        merchant: "898310054110001".parse().unwrap(),
        terminal: TerminalId::from_bytes([1; 10]),
        terminal_number: "10000001".parse().unwrap(),
        operator: "01".parse().unwrap(),
    };
    CaseSummary {
        case: case_id(number),
        state,
        channel,
        reason: Reason::Forgotten,
        subject: is_proven.then_some(subject),
        opened_at: after(-600 * i64::from(number)),
        changed_at: after(-60),
        review_by: None,
        deadline: after(80_000),
    }
}

fn empty_queue(assets: &Assets, language: Language) -> QueuePage<'_> {
    QueuePage {
        frame: frame(assets, language, "/counter").with_nav(nav(language)),
        queue: CounterQueue {
            referred: Vec::new(),
            open: Vec::new(),
        },
        typed: queue::Typed::default(),
        asked: String::new(),
        mistakes: Mistakes::default(),
        refused: None,
    }
}

fn full_queue(assets: &Assets, language: Language) -> QueuePage<'_> {
    QueuePage {
        queue: CounterQueue {
            referred: vec![
                summary(1, State::Gathering, Channel::App, true),
                summary(2, State::Gathering, Channel::Hotline, true),
            ],
            open: vec![
                summary(3, State::Gathering, Channel::Counter, false),
                summary(4, State::InReview, Channel::Counter, true),
                summary(5, State::Issued, Channel::Counter, true),
            ],
        },
        ..empty_queue(assets, language)
    }
}

fn scan(number: u8, kind: EvidenceKind, side: Side, reuse: Option<Reuse>) -> Scan {
    Scan {
        id: ScanId::from_bytes([number; 10]),
        kind,
        side,
        reuse,
        digest: String::new(),
    }
}

fn view(state: State, evidence: &[EvidenceKind], steps: &str) -> CounterView {
    let is_proven = !evidence.is_empty();
    let steps: Vec<&str> = steps.split_whitespace().collect();
    let count = i64::try_from(steps.len()).unwrap();
    let timeline = steps.iter().zip(0..).map(|(step, at)| TimelineItem {
        at: after(-60 * (count - at)),
        step: (*step).to_owned(),
    });
    let case = CaseView {
        case: case_id(1),
        state,
        channel: Channel::Counter,
        reason: Reason::Forgotten,
        opened_at: after(-600),
        deadline: after(80_000),
        decision: None,
        reasons: Vec::new(),
        next: Vec::new(),
        questions: Vec::new(),
        evidence: evidence.to_vec(),
        delivery: Destination::Contact,
        reviewers_needed: 0,
        reviews: 0,
        review_by: None,
        challenge_expires_at: None,
        code_expires_at: None,
        code_to: None,
        code_announced: false,
        codes_left: 3,
        terminal_number: is_proven.then(|| "10000001".parse().unwrap()),
        operator: is_proven.then(|| "01".parse().unwrap()),
        backup: None,
        newer: None,
        may_object: false,
        timeline: timeline.collect(),
    };
    CounterView {
        hints: Vec::new(),
        case,
        merchant: is_proven.then(|| "898310054110001".parse().unwrap()),
        name_masked: is_proven.then(|| "老**".to_owned()),
        scans: Vec::new(),
        reuses: [].into(),
        can_choose_slip: false,
        is_prepared: false,
        has_issued: false,
        slip: None,
        printers: ["counter-1".parse().unwrap(), "counter-2".parse().unwrap()].into(),
        has_form: is_proven,
    }
}

fn reviewed() -> Vec<Bilingual> {
    vec![Bilingual::new(
        "身份证件和营业执照原件核对无误，由审核员复核",
        "identity document and business licence were inspected; a reviewer approves",
    )]
}

fn on_slip(mut view: CounterView) -> CounterView {
    view.case.delivery = Destination::SealedSlip;
    view.case.reasons = reviewed();
    view.is_prepared = true;
    view
}

fn printed(slip: Standing) -> CounterView {
    let steps = "opened matched scanned scanned delivery_chosen decided reviewed approved prepared code_issued";
    let mut view = on_slip(view(
        State::Issued,
        &[IdentityDocument, BusinessLicence],
        steps,
    ));
    view.has_issued = true;
    view.case.code_to = Some(Destination::SealedSlip);
    view.slip = Some(slip);
    view.case.code_expires_at = Some(after(7_000));
    view.case.codes_left = 2;
    view
}

fn inspected(reuse: Option<Reuse>) -> CounterView {
    let held = [IdentityDocument, BusinessLicence];
    let mut view = view(
        State::Gathering,
        &held,
        "opened matched scanned scanned matched",
    );
    view.scans = vec![
        scan(1, IdentityDocument, Side::Front, reuse),
        scan(2, IdentityDocument, Side::Back, None),
    ];
    view.reuses = reuse.into_iter().collect();
    view.can_choose_slip = reuse.is_none();
    view
}

/// Every stage, with what was not taken.
fn stages() -> Vec<(&'static str, CounterView, Option<Mistake>)> {
    let fresh = || view(State::Gathering, &[], "opened");
    let half = || {
        let mut half = view(
            State::Gathering,
            &[IdentityDocument],
            "opened not_matched matched",
        );
        half.case.challenge_expires_at = Some(after(240));
        half
    };
    let more = {
        let mut more = half();
        more.case.decision = Some(Decision::MoreEvidence);
        more.case.next = vec![BusinessLicence, SmsCode];
        more.case.reasons = vec![Bilingual::new("还需要一项凭据", "one more proof is needed")];
        more
    };
    let elsewhere = {
        let mut elsewhere = view(
            State::Gathering,
            &[SmsCode],
            "opened challenged matched decided",
        );
        elsewhere.case.channel = Channel::App;
        elsewhere.case.decision = Some(Decision::CounterOnly);
        elsewhere.case.reasons = super::fresh_contact();
        elsewhere.merchant = None;
        elsewhere.name_masked = None;
        elsewhere.has_form = false;
        elsewhere
    };
    let reviewing = {
        let mut reviewing = inspected(None);
        reviewing.case.state = State::InReview;
        reviewing.case.decision = Some(Decision::Review {
            reviewers: Reviewers::One,
        });
        reviewing.case.reasons = reviewed();
        reviewing.case.review_by = Some(after(14_000));
        reviewing
    };
    let sent = {
        let mut sent = inspected(None);
        sent.case.state = State::Issued;
        sent.has_issued = true;
        sent.case.code_to = Some(Destination::Contact);
        sent.case.code_expires_at = Some(after(560));
        sent
    };
    let answered = {
        let mut answered = sent.clone();
        answered.case.code_to = Some(Destination::AnswerReadOut);
        answered.case.code_expires_at = Some(after(2_500_000));
        answered
    };
    let over = {
        let mut over = printed(Standing::Sent);
        over.case.state = State::Approved;
        over.case.code_to = None;
        over.slip = None;
        over
    };
    let used_up = {
        let mut used_up = over.clone();
        used_up.case.codes_left = 0;
        used_up
    };
    let closed = |state| {
        let mut closed = view(state, &[IdentityDocument], "opened matched decided");
        closed.has_form = state == State::Effective;
        closed
    };
    let ready = on_slip(view(
        State::Approved,
        &[IdentityDocument, BusinessLicence],
        "opened matched delivery_chosen decided reviewed approved prepared",
    ));
    let document = |wrong| Some(Mistake::Document(IdentityDocument, wrong));
    let picture = |fault| {
        let wrong = ScanWrong::Picture(fault);
        Some(Mistake::Scan(IdentityDocument, Side::Front, wrong))
    };
    let same = Mistake::Scan(
        IdentityDocument,
        Side::Back,
        ScanWrong::Refused(Refusal::SamePicture),
    );
    vec![
        ("elsewhere", elsewhere, None),
        ("fresh", fresh(), None),
        ("checks", fresh(), document(Wrong::Checks)),
        ("validity", fresh(), document(Wrong::Validity)),
        ("shape", fresh(), document(Wrong::Shape)),
        (
            "not_matched",
            fresh(),
            document(Wrong::Refused(Refusal::NotMatched)),
        ),
        (
            "document_expired",
            fresh(),
            document(Wrong::Refused(Refusal::DocumentExpired)),
        ),
        (
            "too_many",
            fresh(),
            document(Wrong::Refused(Refusal::TooMany {
                retry_at: after(80_000),
            })),
        ),
        ("half", half(), None),
        ("code_wrong", half(), Some(Mistake::Code(Wrong::Shape))),
        ("more", more, None),
        ("wrong_kind", half(), picture(PictureFault::WrongKind)),
        ("polyglot", half(), picture(PictureFault::Polyglot)),
        ("same_picture", half(), Some(same)),
        ("inspected", inspected(None), None),
        ("flagged", inspected(Some(Reuse::OtherMerchant)), None),
        ("reviewing", reviewing, None),
        (
            "preparing",
            view(
                State::Approved,
                &[IdentityDocument],
                "opened matched approved",
            ),
            None,
        ),
        ("slip_ready", ready, None),
        ("slip_waiting", printed(Standing::Waiting), None),
        ("slip_sent", printed(Standing::Sent), None),
        ("slip_dead", printed(Standing::Dead), None),
        ("code_sent", sent, None),
        ("code_over", over, None),
        ("answered", answered, None),
        (
            "code_used_up",
            used_up,
            Some(Mistake::Step(Refusal::CodesUsedUp)),
        ),
        ("redeemed", closed(State::Redeemed), None),
        ("effective", closed(State::Effective), None),
        ("refused", closed(State::Refused), None),
        ("void", closed(State::Void), None),
    ]
}

fn page<'a>(
    (assets, language): (&'a Assets, Language),
    view: CounterView,
    mistake: Option<Mistake>,
) -> CasePage<'a> {
    let path = format!("/counter/{}", view.case.case);
    let frame = frame(assets, language, &path).with_nav(nav(language));
    let typed = Typed {
        genuine: true,
        person: true,
        valid_until: "2031-05-20".to_owned(),
        long_term: false,
    };
    CasePage {
        mistake,
        typed,
        ..CasePage::new(frame, view)
    }
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let mut samples = vec![
        sample("counter_empty", &empty_queue(assets, language)),
        sample("counter_queue", &full_queue(assets, language)),
        sample(
            "counter_mistakes",
            &QueuePage {
                typed: queue::Typed {
                    merchant: "8983100541".to_owned(),
                    reason: "locked".to_owned(),
                    ..queue::Typed::default()
                },
                mistakes: Mistakes {
                    merchant: true,
                    terminal: true,
                    operator: true,
                    ..Mistakes::default()
                },
                ..full_queue(assets, language)
            },
        ),
        sample(
            "counter_not_found",
            &QueuePage {
                asked: "12345".to_owned(),
                mistakes: Mistakes {
                    case: true,
                    ..Mistakes::default()
                },
                ..full_queue(assets, language)
            },
        ),
    ];
    for (name, view, mistake) in stages() {
        let name = format!("counter_{name}");
        samples.push(sample(&name, &page((assets, language), view, mistake)));
    }
    samples
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let text = || script.to_owned();
    let queue = QueuePage {
        typed: queue::Typed {
            merchant: text(),
            terminal: text(),
            operator: text(),
            reason: text(),
        },
        asked: text(),
        ..empty_queue(assets, language)
    };
    let mut view = view(State::Gathering, &[], "opened");
    view.name_masked = Some(text());
    view.case.reasons = vec![Bilingual::new(script, script)];
    let wrong = Mistake::Document(IdentityDocument, Wrong::Shape);
    let mut case = page((assets, language), view, Some(wrong));
    case.typed.valid_until = text();
    vec![queue.render().unwrap(), case.render().unwrap()]
}
