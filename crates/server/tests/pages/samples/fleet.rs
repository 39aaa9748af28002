//! The campaigns' pages.

use askama::Template as _;
use jiff::Timestamp;
use tillkey_rules::campaign::{
    Campaign, CampaignEvent, CampaignState, CampaignTerms, Manifest, PlanFault, Selection, Tally,
    TargetState,
};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::refusal::Refusal;
use tillkey_rules::vocabulary::Reason;
use tillkey_server::act::Page;
use tillkey_server::act::campaign::{CampaignSummary, CampaignView, TargetFilter, WaveView};
use tillkey_server::web::fleet::FleetWords;
use tillkey_server::web::fleet::campaign::{CampaignPage, SteerMistake};
use tillkey_server::web::fleet::campaigns::CampaignsPage;
use tillkey_server::web::fleet::plan::PlanPage;
use tillkey_server::web::fleet::targets::TargetsPage;
use tillkey_server::web::fleet::typed::{PlanForm, Wrong};
use tillkey_server::web::{Assets, Frame, Language};
use tillkey_store::campaign::target::{Place, Ranks, Target};
use tillkey_wire::ids::{CampaignId, Rank, TerminalId};

use super::{Sample, after, case, frame, sample, staff_nav};

const DAY: i64 = 24 * 3_600;

fn id() -> CampaignId {
    CampaignId::from_bytes([0xca; 10])
}

fn framed<'a>(assets: &'a Assets, language: Language, who: (&str, Role), path: &str) -> Frame<'a> {
    frame(assets, language, path).with_nav(staff_nav(language, who, path))
}

fn by(account: &str, role: Role) -> Actor {
    Actor::Staff {
        staff: account.parse().unwrap(),
        person: account.parse().unwrap(),
        role,
    }
}

fn selection() -> Selection {
    Selection {
        ranks: [Rank::Cashier, Rank::Administrator].into(),
        merchants: [].into(),
        areas: ["31".parse().unwrap(), "3502".parse().unwrap()].into(),
        models: ["T1".parse().unwrap()].into(),
        password_before: Some("2026-06-30T16:00:00Z".parse().unwrap()),
    }
}

/// A campaign after these events, an hour apart.
fn campaign(events: Vec<(Actor, CampaignEvent)>) -> Campaign {
    let planned = CampaignEvent::Planned {
        reason: Reason::SystemUpdate,
        selection: selection(),
        terms: CampaignTerms {
            rest_after_hours: Some(168),
            ..CampaignTerms::default()
        },
        title_digest: String::new(),
    };
    let zhou = by("zhou", Role::Administrator);
    let at = |hours: i64| after(-DAY * 4 + hours * 3_600);
    let mut campaign = Campaign::begin(id(), (at(0), &zhou), &planned).unwrap();
    for (hours, (by, event)) in (1..).zip(events) {
        campaign.fold(at(hours), &by, &event);
    }
    campaign
}

fn listed() -> (Actor, CampaignEvent) {
    let listed = CampaignEvent::Listed {
        manifest: Manifest {
            digest: "3f5a".repeat(16),
            targets: 1_240,
            terminals: 702,
            merchants: 388,
            waves: 4,
        },
        approvals_needed: 2,
        deadline: after(DAY * 3),
    };
    (Actor::System, listed)
}

fn approved(account: &str) -> (Actor, CampaignEvent) {
    let approved = CampaignEvent::Approved {
        manifest_digest: "3f5a".repeat(16),
    };
    (by(account, Role::Reviewer), approved)
}

fn began(wave: u8, ends_at: Timestamp) -> (Actor, CampaignEvent) {
    (Actor::System, CampaignEvent::WaveBegan { wave, ends_at })
}

/// Listed, approved, and in its second wave.
fn begun() -> Vec<(Actor, CampaignEvent)> {
    vec![
        listed(),
        approved("chen"),
        approved("he"),
        began(1, after(-DAY * 2)),
        began(2, after(DAY)),
    ]
}

fn tally(counts: [(TargetState, u32); 8]) -> Tally {
    let mut tally = Tally::default();
    for (state, count) in counts {
        tally.add(state, count);
    }
    tally
}

fn wave(number: u8, merchants: u32, tally: Tally) -> WaveView {
    WaveView {
        wave: number,
        merchants,
        targets: tally.all(),
        tally,
    }
}

fn waiting(count: u32) -> Tally {
    Tally {
        waiting: count,
        ..Tally::default()
    }
}

fn waves(has_begun: bool) -> Vec<WaveView> {
    use TargetState as Of;
    let states = |counts: [u32; 8]| {
        let order = [
            Of::Renewed,
            Of::Open,
            Of::Asked,
            Of::Waiting,
            Of::Unanswered,
            Of::Failed,
            Of::Objected,
            Of::Skipped,
        ];
        let mut pairs = [(Of::Renewed, 0); 8];
        for (pair, of) in pairs.iter_mut().zip(order.into_iter().zip(counts)) {
            *pair = of;
        }
        tally(pairs)
    };
    let (first, second) = match has_begun {
        true => (
            states([11, 0, 0, 0, 1, 1, 0, 0]),
            states([58, 9, 38, 0, 0, 2, 1, 3]),
        ),
        false => (waiting(13), waiting(111)),
    };
    vec![
        wave(1, 4, first),
        wave(2, 35, second),
        wave(3, 155, waiting(496)),
        wave(4, 194, waiting(620)),
    ]
}

fn sum(waves: &[WaveView]) -> Tally {
    let mut all = Tally::default();
    for wave in waves {
        for state in TargetState::ALL {
            all.add(*state, wave.tally.of(*state));
        }
    }
    all
}

/// The page of a campaign after these events, for somebody.
fn page<'a>(
    (assets, language): (&'a Assets, Language),
    (account, role): (&str, Role),
    events: Vec<(Actor, CampaignEvent)>,
) -> CampaignPage<'a> {
    let campaign = campaign(events);
    let waves = match campaign.manifest() {
        Some(_) => waves(campaign.wave() > 0),
        None => Vec::new(),
    };
    let mut tally = sum(&waves);
    if campaign.state() == CampaignState::Planning {
        tally.waiting = 820;
    }
    let lines = "1 898310054110001 10000001 01\n1 898310054110001 10000001 99\n";
    let head = format!(
        "tillkey campaign 1 {} system_update waves=1/10/50/100 wave_hours=72 \
         rest_after_hours=never failures_percent=5\n{lines}",
        id()
    );
    let is_planned = campaign.state() == CampaignState::Planned;
    let path = format!("/fleet/campaigns/{}", id());
    let frame = framed(assets, language, (account, role), &path);
    CampaignPage {
        frame,
        view: CampaignView {
            obstacle: campaign.may_be_approved_by(&by(account, role)).err(),
            title: "六月终端升级".to_owned(),
            ranks: Ranks {
                cashiers: 1_118,
                supervisors: 0,
                administrators: 122,
            },
            waves,
            tally,
            comments: Vec::new(),
            as_of: after(0),
            campaign,
        },
        head: is_planned.then_some(head),
        role: Some(role),
        proves: None,
        comment: String::new(),
        mistake: None,
        mark: "7-1".to_owned(),
    }
}

fn with_comment<'a>(mut page: CampaignPage<'a>, text: &str) -> CampaignPage<'a> {
    let last = page.view.campaign.version();
    page.view.comments.push((last, text.to_owned()));
    page
}

fn planned_pages(assets: &Assets, language: Language) -> Vec<Sample> {
    let to = (assets, language);
    let reviewer = ("chen", Role::Reviewer);
    let planner = ("zhou", Role::Administrator);
    let mut second_account = page(to, planner, vec![listed()]);
    second_account.role = Some(Role::Reviewer);
    second_account.view.obstacle = Some(Refusal::OwnWork);
    let mut wrong = page(to, reviewer, vec![listed()]);
    wrong.comment = "范围太大".to_owned();
    wrong.proves = Some("chen".to_owned());
    wrong.mistake = Some(SteerMistake::PasswordWrong);
    let clerk = ("wang", Role::Clerk);
    vec![
        sample("campaign_planning", &page(to, planner, Vec::new())),
        sample("campaign_planned", &page(to, reviewer, vec![listed()])),
        sample("campaign_planned_own", &second_account),
        sample("campaign_planned_mistake", &wrong),
        sample(
            "campaign_planned_half",
            &page(to, reviewer, vec![listed(), approved("chen")]),
        ),
        sample(
            "campaign_approved",
            &page(to, clerk, vec![listed(), approved("chen"), approved("he")]),
        ),
    ]
}

fn under_way(assets: &Assets, language: Language) -> Vec<Sample> {
    let to = (assets, language);
    let admin = ("zhou", Role::Administrator);
    let after_begun = |by: Actor, event| {
        let mut events = begun();
        events.push((by, event));
        events
    };
    let stopped = after_begun(
        Actor::System,
        CampaignEvent::Stopped {
            tally: Tally {
                renewed: 58,
                failed: 9,
                objected: 3,
                ..Tally::default()
            },
        },
    );
    let paused = after_begun(by("he", Role::Reviewer), CampaignEvent::Paused);
    let mut unsaid = page(to, admin, stopped.clone());
    unsaid.mistake = Some(SteerMistake::Reason);
    unsaid.proves = Some("zhou".to_owned());
    let resumed = after_begun(
        by("zhou", Role::Administrator),
        CampaignEvent::Resumed {
            comment_digest: Some(String::new()),
        },
    );
    let resumed = page(to, ("li", Role::Agent), resumed);
    vec![
        sample("campaign_running", &page(to, admin, begun())),
        sample("campaign_resumed", &with_comment(resumed, "厂商已修复")),
        sample("campaign_paused", &page(to, admin, paused)),
        sample("campaign_stopped", &unsaid),
        sample(
            "campaign_stopped_reader",
            &page(to, ("xu", Role::Auditor), stopped),
        ),
    ]
}

fn over(assets: &Assets, language: Language) -> Vec<Sample> {
    let to = (assets, language);
    let chen = || by("chen", Role::Reviewer);
    let auditor = ("xu", Role::Auditor);
    let page = |events| page(to, auditor, events);
    let after_begun = |by: Actor, event| {
        let mut events = begun();
        events.push((by, event));
        events
    };
    let completed = CampaignEvent::Completed {
        tally: Tally {
            renewed: 1_180,
            unanswered: 60,
            ..Tally::default()
        },
    };
    let failed = |why| page(vec![(Actor::System, CampaignEvent::PlanFailed { why })]);
    let declined = CampaignEvent::Declined {
        comment_digest: String::new(),
    };
    let declined = page(vec![listed(), (chen(), declined)]);
    let altered = vec![listed(), (Actor::System, CampaignEvent::ListAltered)];
    let lapsed = vec![listed(), (Actor::System, CampaignEvent::Lapsed)];
    vec![
        sample(
            "campaign_completed",
            &page(after_begun(Actor::System, completed)),
        ),
        sample("campaign_failed", &failed(PlanFault::Nobody)),
        sample("campaign_not_permitted", &failed(PlanFault::NotPermitted)),
        sample("campaign_declined", &with_comment(declined, "先在上海试行")),
        sample(
            "campaign_cancelled",
            &page(after_begun(chen(), CampaignEvent::Cancelled)),
        ),
        sample("campaign_altered", &page(altered)),
        sample("campaign_lapsed", &page(lapsed)),
    ]
}

fn summary(number: u8, state: CampaignState) -> CampaignSummary {
    let has_list = !matches!(state, CampaignState::Planning | CampaignState::Failed);
    let has_begun = has_list && !matches!(state, CampaignState::Planned | CampaignState::Lapsed);
    CampaignSummary {
        campaign: CampaignId::from_bytes([number; 10]),
        title: format!("终端升级 {number}"),
        reason: Reason::SystemUpdate,
        state,
        manifest: has_list.then(|| Manifest {
            digest: String::new(),
            targets: 1_240,
            terminals: 702,
            merchants: 388,
            waves: 4,
        }),
        wave: if has_begun { 2 } else { 0 },
        waves: 4,
        planned_at: after(-i64::from(number) * DAY),
        changed_at: after(-60),
    }
}

fn campaigns(assets: &Assets, language: Language) -> CampaignsPage<'_> {
    let states = CampaignState::ALL.iter().copied();
    CampaignsPage {
        frame: framed(
            assets,
            language,
            ("zhou", Role::Administrator),
            "/fleet/campaigns",
        ),
        campaigns: Page {
            items: (1..)
                .zip(states)
                .map(|(n, state)| summary(n, state))
                .collect(),
            next_cursor: Some("1.2".to_owned()),
        },
        may_plan: true,
    }
}

fn plan(assets: &Assets, language: Language) -> PlanPage<'_> {
    PlanPage {
        frame: framed(
            assets,
            language,
            ("zhou", Role::Administrator),
            "/fleet/campaigns/new",
        ),
        typed: PlanForm::usual(),
        wrong: Wrong::new(),
        is_busy: false,
    }
}

/// Everything wrong at once, in words of the form.
fn mistaken(assets: &Assets, language: Language) -> PlanPage<'_> {
    let words = FleetWords::of(language).entries();
    let said = |key: &str| {
        let found = words
            .iter()
            .find(|(name, _)| *name == format!("form.{key}"));
        found.unwrap().1.replace("{text}", "89831")
    };
    let fields = [
        ("name", "name_wrong"),
        ("reason", "reason_wrong"),
        ("ranks", "ranks_wrong"),
        ("merchants", "merchants_wrong"),
        ("areas", "areas_wrong"),
        ("models", "models_wrong"),
        ("before", "before_wrong"),
        ("waves", "waves_wrong"),
        ("wave_hours", "wave_hours_wrong"),
        ("rest", "rest_wrong"),
        ("rest_hours", "wave_hours_wrong"),
        ("failures", "failures_wrong"),
    ];
    PlanPage {
        typed: PlanForm::of(&[("merchants", "89831"), ("wave_hours", "0")]),
        wrong: fields.map(|(field, key)| (field, said(key))).into(),
        ..plan(assets, language)
    }
}

fn targets(assets: &Assets, language: Language) -> TargetsPage<'_> {
    let target = |(number, state): (u8, &TargetState)| Target {
        place: Place {
            merchant: format!("8983100541100{number:02}").parse().unwrap(),
            number: format!("100000{number:02}").parse().unwrap(),
            operator: if number == 3 { "99" } else { "01" }.parse().unwrap(),
        },
        terminal: TerminalId::from_bytes([number; 10]),
        state: *state,
        wave: u8::from(*state != TargetState::Waiting),
        is_due: false,
        case: (*state == TargetState::Failed).then(case),
        rested_at: (*state == TargetState::Unanswered).then(|| after(-600)),
        changed_at: after(-i64::from(number) * 3_600),
    };
    TargetsPage {
        frame: framed(
            assets,
            language,
            ("chen", Role::Reviewer),
            &format!("/fleet/campaigns/{}/list?state=", id()),
        ),
        campaign: id(),
        title: "六月终端升级".to_owned(),
        filter: TargetFilter::default(),
        targets: Page {
            items: (1..).zip(TargetState::ALL).map(target).collect(),
            next_cursor: Some("898310054110008.10000008.01".to_owned()),
        },
        cases: Some("/review"),
    }
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let nothing = CampaignsPage {
        campaigns: Page {
            items: Vec::new(),
            next_cursor: None,
        },
        may_plan: false,
        ..campaigns(assets, language)
    };
    let nobody = TargetsPage {
        filter: TargetFilter {
            state: Some(TargetState::Failed),
        },
        targets: Page {
            items: Vec::new(),
            next_cursor: None,
        },
        cases: None,
        ..targets(assets, language)
    };
    let mut samples = vec![
        sample("campaigns", &campaigns(assets, language)),
        sample("campaigns_empty", &nothing),
        sample("campaign_plan", &plan(assets, language)),
        sample("campaign_plan_mistakes", &mistaken(assets, language)),
        sample("campaign_targets", &targets(assets, language)),
        sample("campaign_targets_empty", &nobody),
    ];
    samples.extend(planned_pages(assets, language));
    samples.extend(under_way(assets, language));
    samples.extend(over(assets, language));
    samples
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let mut typed = plan(assets, language);
    typed.typed = PlanForm::of(&[("name", script), ("merchants", script), ("areas", script)]);
    typed.wrong = Wrong::from([("areas", script.to_owned())]);
    let mut named = page((assets, language), ("zhou", Role::Administrator), begun());
    named.view.title = script.to_owned();
    let mut listed_page = campaigns(assets, language);
    for one in &mut listed_page.campaigns.items {
        one.title = script.to_owned();
    }
    let mut of = targets(assets, language);
    of.title = script.to_owned();
    let mut unsaid = page((assets, language), ("chen", Role::Reviewer), vec![listed()]);
    unsaid.comment = script.to_owned();
    vec![
        typed.render().unwrap(),
        with_comment(named, script).render().unwrap(),
        listed_page.render().unwrap(),
        of.render().unwrap(),
        unsaid.render().unwrap(),
    ]
}
