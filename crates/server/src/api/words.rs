//! The closed word lists of the house as schemas: read from the lists themselves, so
//! that the document cannot say another word than the code.

use std::borrow::Cow;

use tillkey_rules::case::State;
use tillkey_rules::onboarding::FormField;
use tillkey_rules::onboarding::application::{ApplicationCheck, ApplicationState};
use tillkey_rules::party::Role;
use tillkey_rules::vocabulary::{
    ApplicantKind, Channel, EvidenceKind, ManagerRight, MerchantStatus, QuestionKind, Reason,
    TransactionKind,
};
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
    /// Who applies for a terminal.
    ApplicantWord = "ApplicantKind" of ApplicantKind;
    /// Where an application stands.
    ApplicationStateWord = "ApplicationState" of ApplicationState;
    /// What a maker checks.
    ApplicationCheckWord = "ApplicationCheck" of ApplicationCheck;
    /// A field of the form.
    FormFieldWord = "FormField" of FormField;
    /// Whether a merchant is served.
    MerchantStatusWord = "MerchantStatus" of MerchantStatus;
}
