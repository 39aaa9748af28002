//! What no policy may break (design §3), each said once, as a function.

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::Rank;

use super::super::decision::{Bilingual, Decision};
use super::super::evidence_set::EvidenceSet;
use super::super::language::{Attribute, Mentions};
use super::super::offers::Offers;
use super::super::question::Action;
use super::space::Facts;
use super::table::Row;
use crate::vocabulary::{Channel, Class, EvidenceKind, MerchantStatus};

/// How long a changed contact counts as fresh.
const FRESH_HOURS: u32 = 72;

/// A promise that holds under every policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invariant {
    /// No reset without possession or identity evidence.
    PossessionOrIdentity,
    /// An administrator `99` is never reset without review.
    AdministratorReviewed,
    /// After a change of contact within 72 hours, never by SMS alone.
    FreshContactNotBySmsAlone,
    /// By hotline never on knowledge alone.
    HotlineNotByKnowledgeAlone,
    /// A suspended or closed merchant is given nothing.
    OnlyActiveMerchants,
    /// More evidence never makes the decision worse.
    MoreEvidenceNeverLowers,
    /// Whoever is refused has a channel left.
    OneChannelStaysOpen,
}

impl Invariant {
    /// Every promise.
    pub const ALL: [Self; 7] = [
        Self::PossessionOrIdentity,
        Self::AdministratorReviewed,
        Self::FreshContactNotBySmsAlone,
        Self::HotlineNotByKnowledgeAlone,
        Self::OnlyActiveMerchants,
        Self::MoreEvidenceNeverLowers,
        Self::OneChannelStaysOpen,
    ];

    /// Those that can be seen in one channel by itself.
    pub(super) const OF_ONE_ROW: &'static [Self] = &[
        Self::PossessionOrIdentity,
        Self::AdministratorReviewed,
        Self::FreshContactNotBySmsAlone,
        Self::HotlineNotByKnowledgeAlone,
        Self::OnlyActiveMerchants,
        Self::MoreEvidenceNeverLowers,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PossessionOrIdentity => "possession_or_identity",
            Self::AdministratorReviewed => "administrator_reviewed",
            Self::FreshContactNotBySmsAlone => "fresh_contact_not_by_sms_alone",
            Self::HotlineNotByKnowledgeAlone => "hotline_not_by_knowledge_alone",
            Self::OnlyActiveMerchants => "only_active_merchants",
            Self::MoreEvidenceNeverLowers => "more_evidence_never_lowers",
            Self::OneChannelStaysOpen => "one_channel_stays_open",
        }
    }

    /// What it promises.
    pub fn statement(self) -> Bilingual {
        let (zh, en) = match self {
            Self::PossessionOrIdentity => (
                "没有持有类或身份类凭据，不得重置",
                "there is no reset without possession or identity evidence",
            ),
            Self::AdministratorReviewed => (
                "系统管理员（99）未经审核不得重置",
                "an administrator (99) is never reset without review",
            ),
            Self::FreshContactNotBySmsAlone => (
                "联系方式变更未满72小时，不得仅凭短信重置",
                "a contact changed within 72 hours is never enough by SMS alone",
            ),
            Self::HotlineNotByKnowledgeAlone => (
                "客服热线不得仅凭知识类凭据重置",
                "the hotline never resets on knowledge alone",
            ),
            Self::OnlyActiveMerchants => (
                "商户暂停或注销的，一律不得办理",
                "a suspended or closed merchant is given nothing",
            ),
            Self::MoreEvidenceNeverLowers => (
                "凭据增加，裁定不得变差",
                "more evidence never makes the decision worse",
            ),
            Self::OneChannelStaysOpen => (
                "商户正常的，被拒绝后至少还有一个渠道可办",
                "every refusal of an active merchant's operator leaves one channel open",
            ),
        };
        Bilingual::new(zh, en)
    }

    /// Whether it holds for one combination of facts and evidence.
    pub(super) fn holds(self, row: &Row, held: EvidenceSet) -> bool {
        match self {
            Self::PossessionOrIdentity => possession_or_identity(row, held),
            Self::AdministratorReviewed => administrator_reviewed(row, held),
            Self::FreshContactNotBySmsAlone => fresh_contact_not_by_sms_alone(row, held),
            Self::HotlineNotByKnowledgeAlone => hotline_not_by_knowledge_alone(row, held),
            Self::OnlyActiveMerchants => only_active_merchants(row, held),
            Self::MoreEvidenceNeverLowers => worse_with(row, held).is_none(),
            // It takes all channels to see: `all_shut`.
            Self::OneChannelStaysOpen => true,
        }
    }
}

/// What the invariants look at, so that their own limits are asked about too.
pub(super) fn mentions() -> Mentions {
    let mut mentions = Mentions {
        evidence: EvidenceSet::FULL,
        ..Mentions::default()
    };
    mentions.attributes.extend([
        Attribute::Channel,
        Attribute::Rank,
        Attribute::MerchantStatus,
    ]);
    mentions.split(Attribute::ContactAgeHours, FRESH_HOURS.into());
    mentions
}

fn possession_or_identity(row: &Row, held: EvidenceSet) -> bool {
    row.leads(held).is_none()
        || held.has_class(Class::Possession)
        || held.has_class(Class::Identity)
}

fn administrator_reviewed(row: &Row, held: EvidenceSet) -> bool {
    row.facts.rank != Rank::Administrator || row.leads(held) != Some(Action::Reset)
}

/// Knowledge beside the SMS code does not count: a contact is changed by somebody who
/// knows the books.
fn fresh_contact_not_by_sms_alone(row: &Row, held: EvidenceSet) -> bool {
    let besides = held.without(EvidenceKind::SmsCode);
    let sms_alone = held.contains(EvidenceKind::SmsCode)
        && !besides.has_class(Class::Possession)
        && !besides.has_class(Class::Identity);
    row.facts.contact_age_hours >= FRESH_HOURS || !sms_alone || row.leads(held).is_none()
}

/// Possession it must be: nobody can inspect an original over the telephone.
fn hotline_not_by_knowledge_alone(row: &Row, held: EvidenceSet) -> bool {
    row.facts.channel != Channel::Hotline
        || row.leads(held).is_none()
        || held.has_class(Class::Possession)
}

fn only_active_merchants(row: &Row, held: EvidenceSet) -> bool {
    row.facts.merchant_status == MerchantStatus::Active || row.first(held).is_none()
}

/// The kind of evidence that makes the decision worse, if one does.
pub(super) fn worse_with(row: &Row, held: EvidenceSet) -> Option<EvidenceKind> {
    let grade = |held| Decision::from_first_permitted(row.first(held)).grade();
    let now = grade(held);
    let mut missing = EvidenceKind::ALL
        .iter()
        .copied()
        .filter(|kind| !held.contains(*kind));
    missing.find(|kind| grade(held.with(*kind)) < now)
}

/// Facts under which no channel leads to a new password, whatever it gathers. A
/// campaign does not count: it is a plan of the acquirer's, not a way that somebody
/// who was refused could go.
pub(super) fn all_shut(rows: &[Row], offers: &Offers) -> Option<Facts> {
    let first = rows.iter().find(|row| row.facts.channel == Channel::App)?;
    if first.facts.merchant_status != MerchantStatus::Active {
        return None;
    }
    let open = rows
        .iter()
        .filter(|row| row.facts.channel != Channel::Campaign)
        .any(|row| {
            let gathered = offers.set_of(row.facts.channel);
            let mut choices = EvidenceSet::all().filter(|held| held.is_within(gathered));
            choices.any(|held| row.leads(held).is_some())
        });
    (!open).then_some(first.facts)
}
