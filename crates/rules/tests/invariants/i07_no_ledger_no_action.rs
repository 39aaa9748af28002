//! DESIGN §2.7: no ledger, no action: the event and its effect are one.
//!
//! Broken by a case that changes without an event, by an event that does not count, or
//! by a kind of event that cannot be written to the ledger and read again.

use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;
use tillkey_rules::campaign::{
    CampaignEvent, CampaignTerms, Manifest, PlanFault, Selection, Tally,
};
use tillkey_rules::erasure::ErasureReason;
use tillkey_rules::event::{AgreedDeposit, Entry, Event};
use tillkey_rules::onboarding::application::{ApplicationCheck, ApplicationEvent, Choice};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::vocabulary::{
    ApplicantKind, ApplicationPaper, DepositState, DisclosureReason, ManagerRight, MerchantStatus,
    Reason,
};
use tillkey_rules::watch::{About, AlertOutcome, Rule};
use tillkey_wire::ids::{
    AlertId, ApplicationId, CampaignId, CodeId, ManagerId, OperatorNumber, Rank, ScanId, SessionId,
    SnapshotId, TerminalId,
};

use super::world::{config, plans, play};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i07_no_event_no_change(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            let events = u64::try_from(moment.answer.events.len()).unwrap();
            prop_assert_eq!(moment.after.version(), moment.before.version() + events);
            if events == 0 {
                prop_assert_eq!(&moment.before, &moment.after);
            }
        }
    }
}

/// The events outside cases, one of each.
fn others() -> Vec<Event> {
    let terminal = TerminalId::from_bytes([1; 10]);
    let operator = OperatorNumber::new(3).unwrap();
    let snapshot = SnapshotId::from_bytes([6; 10]);
    let merchant = || "898310054110001".parse().unwrap();
    let manager = ManagerId::from_bytes([4; 10]);
    let rights = || BTreeSet::from([ManagerRight::ResetCashiers, ManagerRight::Consent]);
    let staff = || "li.agent".parse().unwrap();
    let digest = || "ab".repeat(32);
    let application = ApplicationId::from_bytes([7; 10]);
    let step = |step| Event::Application { application, step };
    let deadline = Timestamp::UNIX_EPOCH;
    let terms = AgreedDeposit {
        deposit_fen: 5_900,
        taken_fen: 1_000_000,
        within_days: 30,
    };
    let alert = || AlertId::from_bytes([8; 10]);
    let raised = |about| Event::AlertRaised {
        alert: alert(),
        rule: Rule::ManyFailures,
        about,
        because: vec![3, 5],
    };
    let choice = || Choice {
        product: "shengpay-smart".parse().unwrap(),
        applicant: ApplicantKind::Company,
        region: "310115".parse().unwrap(),
    };
    let campaign = CampaignId::from_bytes([6; 10]);
    let planned = |step| Event::Campaign { campaign, step };
    let tally = Tally {
        failed: 3,
        ..Tally::default()
    };
    let selection = Selection {
        ranks: BTreeSet::from([Rank::Cashier]),
        merchants: BTreeSet::from([merchant()]),
        areas: BTreeSet::from(["31".parse().unwrap()]),
        models: BTreeSet::from(["A920".parse().unwrap()]),
        password_before: Some(Timestamp::UNIX_EPOCH),
    };
    vec![
        planned(CampaignEvent::Planned {
            reason: Reason::SystemUpdate,
            selection,
            terms: CampaignTerms::default(),
            title_digest: digest(),
        }),
        planned(CampaignEvent::Listed {
            manifest: Manifest {
                digest: digest(),
                targets: 3,
                terminals: 2,
                merchants: 1,
                waves: 1,
            },
            approvals_needed: 1,
            deadline,
        }),
        planned(CampaignEvent::PlanFailed {
            why: PlanFault::Nobody,
        }),
        planned(CampaignEvent::Approved {
            manifest_digest: digest(),
        }),
        planned(CampaignEvent::Declined {
            comment_digest: digest(),
        }),
        planned(CampaignEvent::WaveBegan {
            wave: 1,
            ends_at: deadline,
        }),
        planned(CampaignEvent::Stopped { tally }),
        planned(CampaignEvent::Paused),
        planned(CampaignEvent::Resumed {
            comment_digest: None,
        }),
        planned(CampaignEvent::Cancelled),
        planned(CampaignEvent::Lapsed),
        planned(CampaignEvent::ListAltered),
        planned(CampaignEvent::Completed { tally }),
        Event::CampaignAsked {
            campaign,
            merchant: merchant(),
            operators: 3,
        },
        Event::CampaignObjected {
            campaign,
            merchant: merchant(),
            operators: 3,
        },
        Event::PasswordAged { terminal, operator },
        Event::OperatorRested {
            campaign,
            terminal,
            operator,
        },
        step(ApplicationEvent::Started {
            choice: choice(),
            deadline,
        }),
        step(ApplicationEvent::PhoneProven { deadline }),
        step(ApplicationEvent::Chosen { choice: choice() }),
        step(ApplicationEvent::PaperTaken {
            paper: ApplicationPaper::ShopFront,
            digest: digest(),
        }),
        step(ApplicationEvent::Submitted {
            form_digest: digest(),
        }),
        step(ApplicationEvent::Checked {
            check: ApplicationCheck::Site,
            holds: true,
        }),
        step(ApplicationEvent::Proposed),
        step(ApplicationEvent::Returned {
            comment_digest: digest(),
            deadline,
        }),
        step(ApplicationEvent::Approved {
            merchant: merchant(),
            deposit: Some(terms),
        }),
        step(ApplicationEvent::Declined {
            comment_digest: digest(),
        }),
        step(ApplicationEvent::Shipped {
            terminal,
            serial_number: "SN-000001".parse().unwrap(),
            tracking_digest: digest(),
        }),
        step(ApplicationEvent::Received),
        step(ApplicationEvent::Enrolled),
        step(ApplicationEvent::Activated {
            day: "2026-11-27".parse().unwrap(),
        }),
        step(ApplicationEvent::Withdrawn),
        step(ApplicationEvent::Lapsed),
        Event::DepositEvaluated {
            terminal,
            merchant: merchant(),
            terms,
            activated_on: "2026-11-01".parse().unwrap(),
            until: "2026-11-27".parse().unwrap(),
            state: DepositState::Earned,
            earned_on: Some("2026-11-20".parse().unwrap()),
            days_digest: digest(),
        },
        Event::DepositReturned {
            terminal,
            merchant: merchant(),
            reference_digest: digest(),
        },
        Event::ApplicationErased { application },
        Event::ApplicantDisclosed {
            application,
            what: "phone".to_owned(),
        },
        Event::MerchantAdded {
            merchant: merchant(),
        },
        Event::MerchantStatusChanged {
            merchant: merchant(),
            status: MerchantStatus::Suspended,
        },
        Event::MerchantRenamed {
            merchant: merchant(),
        },
        Event::MerchantDocumentsChanged {
            merchant: merchant(),
        },
        Event::ContactChanged {
            merchant: merchant(),
            version: 2,
        },
        Event::ContactChangeStarted {
            merchant: merchant(),
        },
        Event::MessageLanguageChanged {
            merchant: merchant(),
            language: "en".to_owned(),
        },
        Event::ContactDisclosed {
            merchant: merchant(),
            version: 2,
            reason: DisclosureReason::CallBack,
        },
        Event::PersonalDataExported {
            merchant: merchant(),
        },
        Event::ErasureAsked {
            merchant: merchant(),
            reason: ErasureReason::Requested,
        },
        Event::ErasureReviewed {
            merchant: merchant(),
            approved: true,
        },
        Event::MerchantErased {
            merchant: merchant(),
        },
        Event::ManagerAdded {
            manager,
            merchant: merchant(),
            rights: rights(),
        },
        Event::ManagerRightsChanged {
            manager,
            merchant: merchant(),
            rights: rights(),
        },
        Event::ManagerDisabled {
            manager,
            merchant: merchant(),
        },
        Event::ManagerSignedIn {
            manager,
            merchant: merchant(),
        },
        Event::ManagerProvedAnew {
            manager,
            merchant: merchant(),
        },
        Event::ManagerSignedOut {
            manager,
            merchant: merchant(),
            sessions: 2,
        },
        Event::RecordsDownloaded {
            merchant: merchant(),
            records: "sign_ons".to_owned(),
        },
        Event::TerminalAdded {
            terminal,
            merchant: merchant(),
            number: "T0000001".parse().unwrap(),
            serial_number: "SN-000001".parse().unwrap(),
        },
        Event::EnrolmentOpened {
            terminal,
            expires_at: Timestamp::UNIX_EPOCH,
        },
        Event::TerminalEnrolled {
            terminal,
            device_key_digest: digest(),
        },
        Event::TerminalRetired { terminal },
        Event::TerminalMoved {
            terminal,
            from: merchant(),
            merchant: merchant(),
            number: "T0000002".parse().unwrap(),
        },
        Event::RestoreAsked {
            terminal,
            snapshot,
            origin: terminal,
        },
        Event::RestoreReviewed {
            terminal,
            snapshot,
            origin: terminal,
            approved: true,
        },
        Event::Restored {
            terminal,
            snapshot,
            intact: true,
            entries: 3,
        },
        Event::RestoreFailed {
            terminal,
            snapshot,
            why: "storage".to_owned(),
        },
        Event::SnapshotRemoved { terminal, snapshot },
        Event::BackupKeyGiven,
        Event::SnapshotExported { terminal, snapshot },
        Event::OperatorAdded { terminal, operator },
        Event::OperatorRemoved { terminal, operator },
        Event::OperatorDormant { terminal, operator },
        Event::ManagerDormant {
            manager,
            merchant: merchant(),
        },
        Event::ManagerEnabled {
            manager,
            merchant: merchant(),
        },
        Event::AccessReviewOpened {
            merchant: merchant(),
            round: 1,
        },
        Event::AccessReviewed {
            merchant: merchant(),
            round: 1,
            kept: 4,
            removed: 1,
            managers_kept: 2,
            managers_removed: 0,
            digest: digest(),
        },
        Event::SupervisorActed {
            terminal,
            supervisor: operator,
            session: SessionId::from_bytes([3; 10]),
            operator,
            what: "add".to_owned(),
            done_at: Timestamp::UNIX_EPOCH,
        },
        Event::SerialNumberCopied {
            terminal,
            device_key_digest: "a3".to_owned(),
        },
        Event::SignedOn {
            terminal,
            operator,
            session: SessionId::from_bytes([3; 10]),
            offline: false,
        },
        Event::SignOnHeld {
            terminal,
            operator,
            until: Timestamp::UNIX_EPOCH,
        },
        Event::OldPasswordEnded { terminal, operator },
        Event::StaffAdded {
            staff: staff(),
            role: Role::Agent,
        },
        Event::StaffDisabled { staff: staff() },
        Event::StaffSignedIn { staff: staff() },
        Event::StaffProved { staff: staff() },
        Event::StaffPasswordChanged { staff: staff() },
        Event::StaffSessionsEnded {
            staff: staff(),
            ended: 2,
        },
        Event::LookedUp {
            by_what: "phone".to_owned(),
            found: Some(merchant()),
        },
        Event::LookedUp {
            by_what: "phone".to_owned(),
            found: None,
        },
        Event::TransactionsRecorded {
            count: 500,
            digest: digest(),
        },
        Event::SettlementsRecorded {
            count: 1,
            digest: digest(),
        },
        Event::Imported {
            kind: "merchants".to_owned(),
            digest: digest(),
            rows: 3,
            new: 2,
            changed: 1,
        },
        Event::MessageCapReached {
            purse: "asked".to_owned(),
            day: "2026-03-02".to_owned(),
        },
        Event::GuessingNoticed { count: 1_000 },
        Event::MerchantNumbersAsked {
            found: vec![merchant()],
        },
        Event::MerchantNumbersAsked { found: Vec::new() },
        Event::ScanViewed {
            scan: ScanId::from_bytes([3; 10]),
        },
        Event::FormPrinted,
        Event::SlipPrinted {
            code: CodeId::from_bytes([4; 10]),
            printer: "counter-1".parse().unwrap(),
        },
        Event::PolicyServed { digest: digest() },
        raised(About::Operator { terminal, operator }),
        raised(About::Terminal { terminal }),
        raised(About::Merchant {
            merchant: merchant(),
        }),
        raised(About::Staff { staff: staff() }),
        raised(About::Application { application }),
        Event::AlertTaken { alert: alert() },
        Event::AlertClosed {
            alert: alert(),
            outcome: AlertOutcome::FalseAlarm,
            comment_digest: Some(digest()),
        },
    ]
}

#[test]
fn i07_every_event_reads_as_it_was_written() {
    let people = [
        Actor::Holder,
        Actor::System,
        Actor::Terminal {
            terminal: TerminalId::from_bytes([1; 10]),
        },
        Actor::Staff {
            staff: "li.agent".parse().unwrap(),
            person: "li".parse().unwrap(),
            role: Role::Administrator,
        },
        Actor::Manager {
            manager: ManagerId::from_bytes([4; 10]),
            person: "chen".parse().unwrap(),
            merchant: "898310054110001".parse().unwrap(),
            rights: BTreeSet::from([ManagerRight::SeeRecords]),
        },
    ];
    for event in others() {
        for by in &people {
            let entry = Entry {
                v: 1,
                at: Timestamp::UNIX_EPOCH,
                acquirer: Some("demo-bank".parse().unwrap()),
                case: None,
                by: by.clone(),
                event: event.clone(),
            };
            let line = serde_json::to_string(&entry).unwrap();
            assert_eq!(
                serde_json::from_str::<Entry>(&line).unwrap(),
                entry,
                "{line}"
            );
        }
    }
}
