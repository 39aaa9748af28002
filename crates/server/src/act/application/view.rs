//! An application as its applicant sees it, and as staff do: the same, but for the form,
//! which staff see masked.

use jiff::Timestamp;
use jiff::civil::Date;
use tillkey_rules::onboarding::application::{ApplicationCheck, ApplicationState, Choice};
use tillkey_rules::onboarding::{Form, FormField};
use tillkey_rules::vocabulary::ApplicationPaper;
use tillkey_store::application::Stored;
use tillkey_store::application::paper as papers;
use tillkey_store::fault::Fault;
use tillkey_store::party::{operator, terminal};
use tillkey_store::seal::DataKey;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{
    ApplicationId, MerchantNumber, OperatorNumber, PersonId, SerialNumber, TerminalNumber,
};
use tillkey_wire::secret::Secret;

use super::handover::{Parcel, first_operators};
use super::{Access, key_of, reach};
use crate::act::{Failure, masked};
use crate::shell::Shell;

/// An application.
#[derive(Debug)]
pub struct ApplicationView {
    /// Which one.
    pub application: ApplicationId,
    /// Where it stands.
    pub state: ApplicationState,
    /// What for, by whom, where.
    pub choice: Choice,
    /// The phone, its middle hidden.
    pub phone_masked: String,
    /// Whether that phone is proven.
    pub phone_proven: bool,
    /// The fields that are asked for: in full for the applicant, masked for staff.
    pub form: Vec<(FormField, Secret<String>)>,
    /// The fields that are still missing or wrong, and why.
    pub mistakes: Vec<(FormField, &'static str)>,
    /// The papers that are asked for, and whether there is a picture.
    pub papers: Vec<(ApplicationPaper, bool)>,
    /// What a maker checks, and what came of it.
    pub checks: Vec<(ApplicationCheck, Option<bool>)>,
    /// Who had a hand in checking it. For staff; empty for the applicant.
    pub makers: Vec<PersonId>,
    /// Whether a picture was handed in with another application too. For staff.
    pub seen_elsewhere: bool,
    /// What the applicant was last told in words.
    pub remark: Option<String>,
    /// When it came to which state.
    pub story: Vec<(Timestamp, ApplicationState)>,
    /// When it lapses by itself.
    pub deadline: Option<Timestamp>,
    /// The merchant that it became.
    pub merchant: Option<MerchantNumber>,
    /// Who carries the terminal.
    pub parcel: Option<Parcel>,
    /// What is printed on the terminal.
    pub serial_number: Option<SerialNumber>,
    /// The terminal's number.
    pub terminal_number: Option<TerminalNumber>,
    /// Who has a password on it, once it is enrolled.
    pub first_passwords: Vec<FirstPassword>,
    /// The day from which its terms count.
    pub active_since: Option<Date>,
}

/// An operator of the new terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstPassword {
    /// Which one.
    pub operator: OperatorNumber,
    /// Whether there is a password.
    pub is_set: bool,
}

/// Shows an application.
///
/// # Errors
/// [`Failure::Unknown`] for whoever may not see it, as for one that is not there.
pub async fn view(
    shell: &Shell,
    id: ApplicationId,
    access: &Access,
) -> Result<ApplicationView, Failure> {
    let (inner, access) = (shell.clone(), access.clone());
    shell
        .store()
        .read(move |tx| {
            let found = reach(tx, &inner, id, &access)?;
            match (found, key_of(tx, &inner, id)?) {
                (Some(stored), Some(key)) => draw(tx, &inner, (&stored, &key), &access).map(Ok),
                _ => Ok(Err(Failure::Unknown)),
            }
        })
        .await?
}

fn draw(
    tx: &mut dyn Tx,
    shell: &Shell,
    (stored, key): (&Stored, &DataKey),
    access: &Access,
) -> Result<ApplicationView, Fault> {
    let application = &stored.application;
    let choice = application.choice().clone();
    let draft = stored.draft(key)?;
    let is_staff = matches!(access, Access::Staff(_));
    let fields = FormField::ALL.iter().copied();
    let form = fields
        .filter(|field| field.is_asked_of(choice.applicant))
        .map(|field| {
            let text = draft.text(field);
            let shown = if is_staff {
                hide(field, text)
            } else {
                text.to_owned()
            };
            (field, Secret::new(shown))
        });
    let mistakes = Form::read(choice.applicant, &draft)
        .err()
        .unwrap_or_default();
    let product = shell.catalogue().get(&choice.product);
    let papers = product
        .into_iter()
        .flat_map(|product| product.papers_of(choice.applicant));
    let checks = ApplicationCheck::ALL.iter().copied();
    let parcel = stored.parcel(key)?;
    Ok(ApplicationView {
        application: application.id(),
        state: application.state(),
        phone_masked: masked::phone(stored.phone(key)?.expose()),
        phone_proven: application.is_phone_proven(),
        form: form.collect(),
        mistakes: mistakes
            .into_iter()
            .map(|(field, invalid)| (field, invalid.rule))
            .collect(),
        papers: papers
            .map(|paper| (paper, application.papers().contains(&paper)))
            .collect(),
        checks: checks
            .filter(|check| check.is_needed_of(choice.applicant))
            .map(|check| (check, application.checks().get(&check).copied()))
            .collect(),
        makers: match is_staff {
            true => application.makers().iter().cloned().collect(),
            false => Vec::new(),
        },
        seen_elsewhere: is_staff && papers::any_elsewhere(tx, application.id())?,
        remark: stored.remark(key)?.map(|remark| remark.expose().clone()),
        story: application.story().to_vec(),
        deadline: application.deadline(),
        merchant: application.merchant().cloned(),
        parcel: parcel.and_then(|parcel| serde_json::from_str(parcel.expose()).ok()),
        serial_number: application.serial_number().cloned(),
        terminal_number: match application.terminal() {
            Some(id) => terminal::find(tx, id)?.map(|found| found.number),
            None => None,
        },
        first_passwords: first_passwords(tx, stored)?,
        active_since: application.active_since(),
        choice,
    })
}

fn first_passwords(tx: &mut dyn Tx, stored: &Stored) -> Result<Vec<FirstPassword>, Fault> {
    let Some(terminal) = stored.application.terminal() else {
        return Ok(Vec::new());
    };
    let operators = operator::list(tx, terminal)?;
    let is_set = |number: OperatorNumber| {
        let found = operators.iter().find(|one| one.number == number);
        found.is_some_and(|one| one.credential_version.is_some())
    };
    Ok(first_operators()
        .into_iter()
        .map(|operator| FirstPassword {
            operator,
            is_set: is_set(operator),
        })
        .collect())
}

/// As much of a field as it takes to recognise it.
fn hide(field: FormField, text: &str) -> String {
    match field {
        // What a shop is called and sells stands over its door.
        FormField::BusinessName | FormField::Business | FormField::BankName => text.to_owned(),
        FormField::PersonName | FormField::AccountName if text.is_empty() => String::new(),
        FormField::PersonName | FormField::AccountName => masked::name(text),
        FormField::CreditCode | FormField::IdentityNumber | FormField::AccountNumber => {
            masked::ending(text)
        }
        FormField::Address => masked::beginning(text),
    }
}
