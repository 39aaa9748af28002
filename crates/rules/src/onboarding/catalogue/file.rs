//! A product as it stands in its file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Deserialize;
use tillkey_wire::ids::{DeviceModel, ProductId};

use crate::onboarding::RegionCode;
use crate::vocabulary::{
    ApplicantKind, ApplicationPaper, CardKind, Need, ProductKind, SettlementTime,
};

/// One product's file, as read by the caller.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProductFile {
    /// Its name, without a folder.
    pub name: String,
    /// What it says.
    pub text: String,
}

impl ProductFile {
    /// Puts a name and a text together.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
}

/// Every key of a file. Nothing has a default: what is not said is not promised.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) id: ProductId,
    pub(super) kind: ProductKind,
    pub(super) model: DeviceModel,
    pub(super) source: String,
    pub(super) as_of: Date,
    pub(super) meets: BTreeSet<Need>,
    pub(super) price_fen: i64,
    pub(super) monthly_fee_fen: i64,
    pub(super) provider: Text,
    pub(super) name: Text,
    pub(super) summary: Text,
    pub(super) takings: WrittenTakings,
    pub(super) fees: BTreeMap<CardKind, WrittenFee>,
    pub(super) settlements: BTreeMap<SettlementTime, WrittenSurcharge>,
    pub(super) deposit: WrittenDeposit,
    pub(super) papers: BTreeMap<ApplicantKind, Vec<ApplicationPaper>>,
    #[serde(default)]
    pub(super) not_served: Vec<WrittenNotServed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Text {
    #[serde(rename = "zh-CN")]
    pub(super) zh: String,
    pub(super) en: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTakings {
    pub(super) from_fen: i64,
    pub(super) to_fen: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenFee {
    pub(super) basis_points: u16,
    pub(super) cap_fen: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenSurcharge {
    pub(super) basis_points: u16,
    pub(super) per_payout_fen: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenDeposit {
    pub(super) deposit_fen: i64,
    pub(super) first_sale_fen: i64,
    pub(super) frozen_fee_fen: i64,
    pub(super) back: Option<WrittenBack>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenBack {
    pub(super) taken_fen: i64,
    pub(super) within_days: u16,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenNotServed {
    pub(super) region: RegionCode,
    pub(super) reason: Text,
}
