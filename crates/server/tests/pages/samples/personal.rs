//! What is held of people: the page of staff, and the merchant's own.

use askama::Template;
use tillkey_rules::erasure::{ErasureReason, Obstacle};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::{ManagerRight, MerchantStatus};
use tillkey_server::act::erasure::{ErasureView, WaitingErasure};
use tillkey_server::act::personal_data::{HeldContact, HeldPerson, Holding};
use tillkey_server::web::portal::{DataPage, portal_nav};
use tillkey_server::web::settings::merchants::{FoundMerchant, MerchantsPage, Mistake};
use tillkey_server::web::{Assets, Language};
use tillkey_wire::ids::ManagerId;

use super::{Sample, after, frame, now, sample, staff_nav};

const MERCHANT: &str = "898310054110001";

fn waits(is_own: bool) -> WaitingErasure {
    WaitingErasure {
        merchant: MERCHANT.parse().unwrap(),
        reason: ErasureReason::Requested,
        account: "wang.admin".parse().unwrap(),
        asked_at: after(-7_000),
        is_own,
    }
}

fn found(status: MerchantStatus, obstacles: &[Obstacle]) -> FoundMerchant {
    let is_closed = status == MerchantStatus::Closed;
    FoundMerchant {
        erasure: ErasureView {
            merchant: MERCHANT.parse().unwrap(),
            status,
            closed_at: is_closed.then(|| after(-900_000)),
            kept_until: is_closed.then(|| after(150_000_000)),
            erased_at: None,
            obstacles: obstacles.to_vec(),
            waits: None,
        },
        phone_masked: Some("138****8000".to_owned()),
    }
}

fn page(assets: &Assets, language: Language, role: Role) -> MerchantsPage<'_> {
    let path = "/settings/merchants";
    let nav = staff_nav(language, ("zhou", role), path);
    MerchantsPage {
        frame: frame(assets, language, path).with_nav(nav),
        is_administrator: role == Role::Administrator,
        merchant: MERCHANT.to_owned(),
        found: Some(found(
            MerchantStatus::Active,
            &[Obstacle::NotClosed, Obstacle::TerminalInService],
        )),
        waiting: Vec::new(),
        phone: None,
        proves: None,
        mistake: None,
    }
}

fn holding() -> Holding {
    let one = |number, is_you| HeldPerson {
        manager: ManagerId::from_bytes([number; 10]),
        name: "陈**".to_owned(),
        phone: "138****8000".to_owned(),
        rights: ManagerRight::ALL.to_vec(),
        created_at: after(-90_000),
        signed_in_at: Some(after(-60)),
        disabled_at: None,
        is_you,
    };
    Holding {
        merchant: MERCHANT.parse().unwrap(),
        taken_at: now(),
        name: Some("老王面馆".to_owned()),
        status: MerchantStatus::Active,
        registered_at: after(-90_000_000),
        closed_at: None,
        kept_until: None,
        erased_at: None,
        contacts: vec![HeldContact {
            phone: "138****8000".to_owned(),
            since: after(-90_000),
            until: None,
        }],
        documents: Vec::new(),
        managers: vec![one(1, true), one(2, false)],
        sessions: Vec::new(),
        scans: Vec::new(),
        applications: Vec::new(),
        messages: Vec::new(),
        terminals: Vec::new(),
        cases: Vec::new(),
        backups: 1,
    }
}

fn data(assets: &Assets, language: Language) -> DataPage<'_> {
    let path = "/portal/data";
    DataPage {
        frame: frame(assets, language, path).with_nav(portal_nav(language, "老王面馆", path)),
        holding: holding(),
        kept_days: 1_826,
        backup_days: 90,
        too_many: None,
    }
}

/// A merchant that is closed, and asked about.
fn asked(assets: &Assets, language: Language, role: Role) -> MerchantsPage<'_> {
    let mut found = found(MerchantStatus::Closed, &[]);
    found.erasure.waits = Some(waits(false));
    MerchantsPage {
        found: Some(found),
        waiting: vec![waits(false)],
        proves: Some("zhou".to_owned()),
        ..page(assets, language, role)
    }
}

pub(super) fn all(assets: &Assets, language: Language) -> Vec<Sample> {
    let administrator = |found| MerchantsPage {
        found,
        ..page(assets, language, Role::Administrator)
    };
    let closed = administrator(Some(found(MerchantStatus::Closed, &[])));
    let mut erased = found(MerchantStatus::Closed, &[]);
    erased.erasure.erased_at = Some(after(-60));
    erased.phone_masked = None;
    let opened = MerchantsPage {
        phone: Some("+8613800138000".to_owned()),
        ..page(assets, language, Role::Administrator)
    };
    let unknown = MerchantsPage {
        mistake: Some(Mistake::Unknown),
        ..administrator(None)
    };
    let own = MerchantsPage {
        waiting: vec![waits(true)],
        mistake: Some(Mistake::PasswordNeeded),
        ..asked(assets, language, Role::Reviewer)
    };
    let used_up = DataPage {
        too_many: Some(after(3_600)),
        ..data(assets, language)
    };
    vec![
        sample(
            "settings_merchants",
            &page(assets, language, Role::Administrator),
        ),
        sample("settings_merchants_closed", &closed),
        sample("settings_merchants_phone", &opened),
        sample("settings_merchants_unknown", &unknown),
        sample(
            "settings_merchants_review",
            &asked(assets, language, Role::Reviewer),
        ),
        sample("settings_merchants_password", &own),
        sample("settings_merchants_erased", &administrator(Some(erased))),
        sample("portal_data", &data(assets, language)),
        sample("portal_data_too_many", &used_up),
    ]
}

pub(super) fn hostile(assets: &Assets, language: Language, script: &str) -> Vec<String> {
    let typed = MerchantsPage {
        merchant: script.to_owned(),
        found: None,
        ..page(assets, language, Role::Administrator)
    };
    vec![typed.render().unwrap()]
}
