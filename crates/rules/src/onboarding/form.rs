//! What an applicant fills in: a draft that may be as unfinished as they like, and the
//! form that is read from it once it is whole.
//!
//! Every mistake is said at once, each at its field. Nothing here is looked up: whether
//! the numbers belong to whom they are said to is for people to check.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::InvalidId;
use tillkey_wire::secret::Secret;

use super::Business;
use crate::document::{ResidentIdentityNumber, SocialCreditCode};
use crate::name::checked_name;
use crate::vocabulary::{ApplicantKind, words};

words!(
    /// A field of the form.
    FormField, "field", {
        /// What stands over the shop's door, or the company's name.
        BusinessName = "business_name",
        /// The unified social credit code on the licence.
        CreditCode = "credit_code",
        /// Who answers for the business.
        PersonName = "person_name",
        /// Their identity number.
        IdentityNumber = "identity_number",
        /// What the shop sells.
        Business = "business",
        /// Street and number.
        Address = "address",
        /// Whose bank account it is.
        AccountName = "account_name",
        /// The account that payouts go to.
        AccountNumber = "account_number",
        /// At which bank.
        BankName = "bank_name",
    }
);

impl FormField {
    /// Whether an applicant of this kind fills it in.
    pub const fn is_asked_of(self, applicant: ApplicantKind) -> bool {
        !matches!(
            (self, applicant),
            (Self::CreditCode, ApplicantKind::Individual)
        )
    }

    /// The most characters that a draft keeps of it.
    pub const fn chars_max(self) -> usize {
        match self {
            Self::CreditCode | Self::IdentityNumber | Self::Business | Self::AccountNumber => 40,
            _ => crate::name::NAME_CHARS_MAX,
        }
    }
}

/// What was typed so far.
#[derive(Debug, Default)]
pub struct Draft(BTreeMap<FormField, Secret<String>>);

impl Draft {
    /// Writes a field; what is longer than the field takes is cut, so that a paste never
    /// costs the rest of the draft.
    pub fn write(&mut self, field: FormField, text: &str) {
        let kept: String = text.trim().chars().take(field.chars_max()).collect();
        if kept.is_empty() {
            self.0.remove(&field);
        } else {
            self.0.insert(field, Secret::new(kept));
        }
    }

    /// What a field holds; nothing where it was left out.
    pub fn text(&self, field: FormField) -> &str {
        self.0.get(&field).map_or("", |text| text.expose().as_str())
    }

    /// The fields as text, to be sealed.
    pub fn to_json(&self) -> Secret<String> {
        let plain: BTreeMap<&str, &str> = self
            .0
            .iter()
            .map(|(field, text)| (field.name(), text.expose().as_str()))
            .collect();
        Secret::new(serde_json::to_string(&plain).unwrap_or_default())
    }

    /// Reads the fields back; one that is not known any more is left out.
    pub fn from_json(text: &str) -> Option<Self> {
        let plain: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
        let mut draft = Self::default();
        for (name, text) in plain {
            let text = Secret::new(text);
            if let Ok(field) = name.parse() {
                draft.write(field, text.expose());
            }
        }
        Some(draft)
    }
}

/// What is wrong, by field.
pub type Mistakes = BTreeMap<FormField, InvalidId>;

/// A form that is whole.
#[derive(Debug)]
pub struct Form {
    /// What stands over the door.
    pub business_name: Secret<String>,
    /// The licence's code, where there is a licence.
    pub credit_code: Option<SocialCreditCode>,
    /// Who answers for the business.
    pub person_name: Secret<String>,
    /// Their identity number.
    pub identity_number: ResidentIdentityNumber,
    /// What the shop sells.
    pub business: Business,
    /// Street and number.
    pub address: Secret<String>,
    /// Where payouts go.
    pub account: BankAccount,
}

/// A bank account.
#[derive(Debug)]
pub struct BankAccount {
    /// Whose it is.
    pub name: Secret<String>,
    /// Its number, digits only.
    pub number: Secret<String>,
    /// At which bank.
    pub bank: Secret<String>,
}

impl Form {
    /// Reads a draft.
    ///
    /// # Errors
    /// All the mistakes, each at its field; a field that was left out is one.
    pub fn read(applicant: ApplicantKind, draft: &Draft) -> Result<Self, Mistakes> {
        let mut reading = Reading {
            draft,
            mistakes: Mistakes::new(),
        };
        let business_name = reading.name(FormField::BusinessName);
        let credit_code = match applicant {
            ApplicantKind::Company | ApplicantKind::SoleTrader => reading
                .read(FormField::CreditCode, SocialCreditCode::parse)
                .map(Some),
            ApplicantKind::Individual => Some(None),
        };
        let person_name = reading.name(FormField::PersonName);
        let identity = FormField::IdentityNumber;
        let identity_number = reading.read(identity, ResidentIdentityNumber::parse);
        let business = reading.read(FormField::Business, str::parse);
        let address = reading.name(FormField::Address);
        let account = reading.account(applicant);
        let whole = || {
            Some(Self {
                business_name: business_name?,
                credit_code: credit_code?,
                person_name: person_name?,
                identity_number: identity_number?,
                business: business?,
                address: address?,
                account: account?,
            })
        };
        whole().ok_or(reading.mistakes)
    }
}

struct Reading<'a> {
    draft: &'a Draft,
    mistakes: Mistakes,
}

impl Reading<'_> {
    fn read<T>(
        &mut self,
        field: FormField,
        read: impl Fn(&str) -> Result<T, InvalidId>,
    ) -> Option<T> {
        match read(self.draft.text(field)) {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.mistakes.insert(field, invalid);
                None
            }
        }
    }

    fn name(&mut self, field: FormField) -> Option<Secret<String>> {
        self.read(field, |text| checked_name(text).map(Secret::new))
    }

    fn account(&mut self, applicant: ApplicantKind) -> Option<BankAccount> {
        let name = self.name(FormField::AccountName);
        let number = self.read(FormField::AccountNumber, |text| {
            account_number(applicant, text).map(Secret::new)
        });
        let bank = self.name(FormField::BankName);
        Some(BankAccount {
            name: name?,
            number: number?,
            bank: bank?,
        })
    }
}

/// An account number in its one spelling. A person's account is a card, whose last digit
/// checks the others (ISO/IEC 7812-1).
fn account_number(applicant: ApplicantKind, text: &str) -> Result<String, InvalidId> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    match applicant {
        ApplicantKind::Individual
            if !(is_number && (16..=19).contains(&digits.len()) && fits_its_check(&digits)) =>
        {
            Err(InvalidId {
                kind: "account number",
                rule: "the 16 to 19 digits of a debit card",
            })
        }
        ApplicantKind::Company | ApplicantKind::SoleTrader
            if !(is_number && (8..=30).contains(&digits.len())) =>
        {
            Err(InvalidId {
                kind: "account number",
                rule: "8 to 30 digits",
            })
        }
        _ => Ok(digits),
    }
}

/// The Luhn check.
fn fits_its_check(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0');
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, doubled) if doubled > 9 => doubled - 9,
                (_, doubled) => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(applicant: ApplicantKind) -> Draft {
        let mut draft = Draft::default();
        for (field, text) in [
            (FormField::BusinessName, "老王面馆"),
            (FormField::CreditCode, "91350100M000100Y43"),
            (FormField::PersonName, "王小明"),
            (FormField::IdentityNumber, "11010519491231002x"),
            (FormField::Business, "restaurant"),
            (FormField::Address, "张江路 1 号"),
            (FormField::AccountName, "王小明"),
            (FormField::AccountNumber, "6222 0212 3456 7894"),
            (FormField::BankName, "工商银行"),
        ] {
            if field.is_asked_of(applicant) {
                draft.write(field, text);
            }
        }
        draft
    }

    #[test]
    fn a_whole_draft_is_a_form_for_every_kind_of_applicant() {
        for applicant in ApplicantKind::ALL {
            let mut draft = draft(*applicant);
            if *applicant == ApplicantKind::Individual {
                draft.write(FormField::AccountNumber, &card(15));
            }
            let form = Form::read(*applicant, &draft).unwrap();
            let has_licence = *applicant != ApplicantKind::Individual;
            assert_eq!(form.credit_code.is_some(), has_licence);
            assert_eq!(form.identity_number.expose(), "11010519491231002X");
            assert!(!form.account.number.expose().contains(' '));
        }
    }

    /// A number of this many digits and the check digit that fits them.
    fn card(digits: usize) -> String {
        let body = "622202123456789012".get(..digits).unwrap();
        (0..10)
            .map(|check| format!("{body}{check}"))
            .find(|number| fits_its_check(number))
            .unwrap()
    }

    #[test]
    fn all_mistakes_are_said_at_once_each_at_its_field() {
        let mut draft = draft(ApplicantKind::Company);
        draft.write(FormField::CreditCode, "91350100M000100Y44");
        draft.write(FormField::Business, "bank robbery");
        draft.write(FormField::Address, "");
        let mistakes = Form::read(ApplicantKind::Company, &draft).unwrap_err();
        let fields: Vec<_> = mistakes.keys().copied().collect();
        assert_eq!(
            fields,
            [
                FormField::CreditCode,
                FormField::Business,
                FormField::Address
            ]
        );
    }

    #[test]
    fn a_persons_account_is_a_card_that_fits_its_check_digit() {
        let right = card(18);
        let individual = ApplicantKind::Individual;
        assert!(account_number(individual, &right).is_ok());
        let last = right.get(18..).unwrap();
        let other = if last == "0" { "1" } else { "0" };
        let wrong = format!("{}{other}", right.get(..18).unwrap());
        assert!(account_number(individual, &wrong).is_err());
        assert!(account_number(ApplicantKind::Company, &wrong).is_ok());
        for bad in ["", "1234567", "１２３４５６７８", "12345678a"] {
            assert!(account_number(ApplicantKind::Company, bad).is_err());
        }
    }

    #[test]
    fn a_draft_keeps_what_was_typed_however_unfinished() {
        let mut draft = Draft::default();
        draft.write(FormField::CreditCode, "9131");
        draft.write(FormField::Address, &"路".repeat(500));
        let json = draft.to_json();
        let back = Draft::from_json(json.expose()).unwrap();
        assert_eq!(back.text(FormField::CreditCode), "9131");
        assert_eq!(back.text(FormField::Address).chars().count(), 120);
        assert_eq!(back.text(FormField::BankName), "");
    }
}
