//! The closed word lists of the house as schemas: read from the lists themselves, so
//! that the document cannot say another word than the code. And a text in two languages.

use std::borrow::Cow;

use serde::Serialize;
use tillkey_rules::campaign::{CampaignState, TargetState};
use tillkey_rules::case::State;
use tillkey_rules::erasure::ErasureReason;
use tillkey_rules::onboarding::FormField;
use tillkey_rules::onboarding::application::{ApplicationCheck, ApplicationState};
use tillkey_rules::party::Role;
use tillkey_rules::policy::Bilingual;
use tillkey_rules::vocabulary::{
    ApplicantKind, ApplicationPaper, CardKind, Channel, DepositState, DisclosureReason,
    EvidenceKind, ManagerRight, MerchantStatus, Need, ProductKind, QuestionKind, Reason,
    SettlementTime, TransactionKind,
};
use tillkey_rules::watch::{AlertOutcome, AlertState, Rule, Severity};
use tillkey_wire::ids::Rank;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! word_schemas {
    ($($(#[$doc:meta])* $schema:ident = $name:literal of $words:ty;)+) => {
        $(
            $(#[$doc])*
            pub(crate) enum $schema {}

            impl PartialSchema for $schema {
                fn schema() -> RefOr<Schema> {
                    let words = <$words>::ALL.iter().map(|word| word.name());
                    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
                }
            }

            impl ToSchema for $schema {
                fn name() -> Cow<'static, str> {
                    Cow::Borrowed($name)
                }
            }
        )+
    };
}

word_schemas! {
    /// Where a case came from.
    ChannelWord = "Channel" of Channel;
    /// Why a password is to be replaced.
    ReasonWord = "Reason" of Reason;
    /// A kind of evidence.
    EvidenceWord = "EvidenceKind" of EvidenceKind;
    /// Where a case stands.
    StateWord = "State" of State;
    /// Where a campaign stands.
    CampaignStateWord = "CampaignState" of CampaignState;
    /// How far an operator of a campaign has come.
    TargetStateWord = "TargetState" of TargetState;
    /// A rule of the watch.
    RuleWord = "Rule" of Rule;
    /// How soon somebody should look into an alert.
    SeverityWord = "Severity" of Severity;
    /// How an alert stands.
    AlertStateWord = "AlertState" of AlertState;
    /// What an alert came to.
    AlertOutcomeWord = "AlertOutcome" of AlertOutcome;
    /// What a member of staff may do.
    RoleWord = "Role" of Role;
    /// What is asked about a day of trade.
    QuestionWord = "QuestionKind" of QuestionKind;
    /// What a terminal took or gave back.
    TransactionWord = "TransactionKind" of TransactionKind;
    /// What a manager may do.
    RightWord = "ManagerRight" of ManagerRight;
    /// What an operator is on their terminal.
    RankWord = "Rank" of Rank;
    /// How a deposit stands.
    DepositStateWord = "DepositState" of DepositState;
    /// Where an application stands.
    ApplicationStateWord = "ApplicationState" of ApplicationState;
    /// What a maker checks.
    ApplicationCheckWord = "ApplicationCheck" of ApplicationCheck;
    /// A field of the form.
    FormFieldWord = "FormField" of FormField;
    /// Whether a merchant is served.
    MerchantStatusWord = "MerchantStatus" of MerchantStatus;
    /// Why a merchant is to be erased before its time.
    ErasureReasonWord = "ErasureReason" of ErasureReason;
    /// Why somebody of staff looks at a registered phone.
    DisclosureReasonWord = "DisclosureReason" of DisclosureReason;
    /// Who applies for a terminal.
    ApplicantWord = "ApplicantKind" of ApplicantKind;
    /// A paper that an applicant shows.
    PaperWord = "ApplicationPaper" of ApplicationPaper;
    /// What kind of terminal a product is.
    ProductKindWord = "ProductKind" of ProductKind;
    /// How a customer pays, as far as fees differ by it.
    CardWord = "CardKind" of CardKind;
    /// When money is in the merchant's account.
    SettlementTimeWord = "SettlementTime" of SettlementTime;
    /// What a merchant may need of a terminal.
    NeedWord = "Need" of Need;
}

/// One text in both languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BilingualText)]
pub(crate) struct TextBody {
    /// In Chinese.
    pub(crate) zh: String,
    /// In English.
    pub(crate) en: String,
}

impl From<&Bilingual> for TextBody {
    fn from(text: &Bilingual) -> Self {
        let Bilingual { zh, en } = text.clone();
        Self { zh, en }
    }
}
