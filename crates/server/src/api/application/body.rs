//! An application as JSON.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use tillkey_rules::onboarding::RegionCode;
use tillkey_rules::onboarding::application::ApplicationState;
use tillkey_rules::vocabulary::ApplicantKind;
use tillkey_wire::ids::{
    ApplicationId, MerchantNumber, OperatorNumber, PersonId, ProductId, SerialNumber,
    TerminalNumber,
};
use utoipa::ToSchema;

use super::super::words::{ApplicantWord, ApplicationStateWord};
use crate::act::application::{ApplicationView, Parcel};
use crate::act::party::OpenedEnrolment;

/// An application.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Application)]
pub(super) struct ApplicationBody {
    /// Which one.
    #[schema(value_type = String)]
    application: ApplicationId,
    /// Where it stands.
    #[schema(value_type = ApplicationStateWord)]
    state: ApplicationState,
    /// Which product.
    #[schema(value_type = String)]
    product: ProductId,
    /// Who applies.
    #[schema(value_type = ApplicantWord)]
    applicant: ApplicantKind,
    /// Where the shop is.
    #[schema(value_type = String)]
    region: RegionCode,
    /// The phone, its middle hidden.
    phone_masked: String,
    /// Whether that phone is proven.
    phone_proven: bool,
    /// The fields by name: in full for the applicant, masked for staff.
    form: BTreeMap<&'static str, String>,
    /// The fields that are still missing or wrong, and the rule.
    mistakes: BTreeMap<&'static str, &'static str>,
    /// The papers by name, and whether there is a picture.
    papers: BTreeMap<&'static str, bool>,
    /// What is checked by name, and whether it holds; null until it was checked.
    checks: BTreeMap<&'static str, Option<bool>>,
    /// Who had a hand in checking it; for staff.
    #[schema(value_type = Vec<String>)]
    makers: Vec<PersonId>,
    /// Whether another application holds one of its pictures; for staff.
    seen_elsewhere: bool,
    /// What the applicant was last told in words.
    remark: Option<String>,
    /// When it came to which state, oldest first.
    story: Vec<StoryBody>,
    /// When it lapses by itself.
    #[schema(value_type = Option<String>, format = DateTime)]
    deadline: Option<Timestamp>,
    /// The merchant that it became.
    #[schema(value_type = Option<String>)]
    merchant: Option<MerchantNumber>,
    /// Who carries the terminal, under which number.
    parcel: Option<ParcelBody>,
    /// What is printed on the terminal.
    #[schema(value_type = Option<String>)]
    serial_number: Option<SerialNumber>,
    /// The terminal's number.
    #[schema(value_type = Option<String>)]
    terminal_number: Option<TerminalNumber>,
    /// Who has a password on the terminal.
    first_passwords: Vec<FirstPasswordBody>,
    /// The day from which its terms count, where the merchants are.
    #[schema(value_type = Option<String>, format = Date)]
    active_since: Option<Date>,
}

/// One state of the story.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApplicationStory)]
struct StoryBody {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Which state.
    #[schema(value_type = ApplicationStateWord)]
    state: ApplicationState,
}

/// Who carries a terminal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Parcel)]
struct ParcelBody {
    /// Who.
    carrier: String,
    /// Under which number.
    tracking_number: String,
}

impl From<Parcel> for ParcelBody {
    fn from(parcel: Parcel) -> Self {
        let Parcel {
            carrier,
            tracking_number,
        } = parcel;
        Self {
            carrier,
            tracking_number,
        }
    }
}

/// An operator of the new terminal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FirstPassword)]
struct FirstPasswordBody {
    /// Which one.
    #[schema(value_type = String)]
    operator: OperatorNumber,
    /// Whether there is a password.
    is_set: bool,
}

impl From<ApplicationView> for ApplicationBody {
    fn from(view: ApplicationView) -> Self {
        let form = view.form.into_iter();
        let story = view.story.into_iter();
        let first = view.first_passwords.into_iter();
        Self {
            application: view.application,
            state: view.state,
            product: view.choice.product,
            applicant: view.choice.applicant,
            region: view.choice.region,
            phone_masked: view.phone_masked,
            phone_proven: view.phone_proven,
            form: form
                .map(|(field, text)| (field.name(), text.expose().clone()))
                .collect(),
            mistakes: view
                .mistakes
                .into_iter()
                .map(|(field, rule)| (field.name(), rule))
                .collect(),
            papers: view
                .papers
                .into_iter()
                .map(|(paper, taken)| (paper.name(), taken))
                .collect(),
            checks: view
                .checks
                .into_iter()
                .map(|(check, holds)| (check.name(), holds))
                .collect(),
            makers: view.makers,
            seen_elsewhere: view.seen_elsewhere,
            remark: view.remark,
            story: story.map(|(at, state)| StoryBody { at, state }).collect(),
            deadline: view.deadline,
            merchant: view.merchant,
            parcel: view.parcel.map(ParcelBody::from),
            serial_number: view.serial_number,
            terminal_number: view.terminal_number,
            first_passwords: first
                .map(|first| FirstPasswordBody {
                    operator: first.operator,
                    is_set: first.is_set,
                })
                .collect(),
            active_since: view.active_since,
        }
    }
}

/// An enrolment code, in the one answer that shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnrolmentCode)]
pub(super) struct EnrolmentCodeBody {
    /// The code in groups of four, to be typed on the terminal.
    code: String,
    /// Until when it can be used.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<OpenedEnrolment> for EnrolmentCodeBody {
    fn from(opened: OpenedEnrolment) -> Self {
        let OpenedEnrolment { code, expires_at } = opened;
        Self { code, expires_at }
    }
}
