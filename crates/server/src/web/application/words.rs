//! The words of an applicant's pages, and what fields, states and lines of business are
//! called there and on the staff's.

use tillkey_rules::onboarding::application::ApplicationState;
use tillkey_rules::onboarding::{Business, FormField};

use super::super::words::{file, fill, words};

file! {
    /// The words of an applicant's pages.
    ApplicationWords ("application.zh-CN.toml", "application.en.toml") {
        start: StartWords,
        back: BackWords,
        page: PageWords,
        steps: ApplicationStepsWords,
        state: ApplicationStateWords,
        field: FieldWords,
        hint: FieldHintWords,
        wrong: FieldWrongWords,
        business: BusinessWords,
        phone: PhoneWords,
        form: ApplicationFormWords,
        picture: PictureWords,
        waiting: WaitingWords,
        shipped: ShippedWords,
        code: EnrolmentWords,
        passwords: PasswordsWords,
        active: ActiveWords,
        over: OverWords,
        mistake: ApplicationMistakeWords,
    }
}

words! {
    /// Where an application begins.
    StartWords {
        title, lead, product, applicant, region, change, phone, phone_hint, phone_wrong, send,
        send_note, back, back_link, nothing_chosen, choose, not_offered,
    }
    /// The way back to an application.
    BackWords {
        title, lead, number, number_hint, number_wrong, phone, phone_wrong, send, code_title,
        code_lead, enter, again, new,
    }
    /// What every page of an application has.
    PageWords {
        facts, product, number, number_keep, region, phone, story, deadline, withdraw,
        withdraw_sure, withdraw_yes,
    }
    /// The way of an application, in four steps.
    ApplicationStepsWords { label, fill_in, check, send, begin, }
    /// Where it stands, as a heading.
    ApplicationStateWords {
        draft, submitted, returned, proposed, approved, shipped, received, enrolled, active,
        declined, withdrawn, lapsed,
    }
    /// The fields.
    FieldWords {
        business_name, credit_code, person_name, identity_number, business, address,
        account_name, account_number, bank_name,
    }
    /// What helps with a field.
    FieldHintWords {
        business_name, credit_code, person_name, identity_number, business, address,
        account_name, account_number, account_number_card, bank_name,
    }
    /// What is wrong with a field.
    FieldWrongWords {
        missing,
        business_name, credit_code, person_name, identity_number, business, address,
        account_name, account_number, account_number_card, bank_name,
    }
    /// Lines of business.
    BusinessWords {
        restaurant, snacks, supermarket, corner_shop, fresh_food, bakery, clothes, pharmacy,
        hairdresser, hotel, electronics, hardware, furniture, stationery, garage, lessons,
        leisure, other_shop, choose,
    }
    /// Where the phone is proven.
    PhoneWords { title, lead, code, code_hint, confirm, again, }
    /// The form.
    ApplicationFormWords {
        lead, remark, shop, person, account, save, saved, submit, submit_note,
    }
    /// The papers.
    PictureWords { title, lead, choose, hint, send, again, sending, taken, missing, }
    /// While the acquirer works on it.
    WaitingWords { submitted, approved, next, next_check, next_send, next_begin, }
    /// The terminal is on its way.
    ShippedWords {
        lead, carrier, tracking, serial, come, come_lead, send_code, code, code_hint, confirm,
        careful,
    }
    /// The enrolment code is shown.
    EnrolmentWords { title, lead, until, how_power, how_type, how_wait, lost, back, }
    /// The first passwords.
    PasswordsWords {
        lead, administrator, supervisor, cashier, is_set, missing, how, how_operator,
        how_confirm, how_choose, how_review, careful,
    }
    /// It works.
    ActiveWords { lead, merchant, terminal, since, next, portal, reset, help, }
    /// It came to nothing.
    OverWords { declined, withdrawn, lapsed, remark, again, }
    /// What went wrong.
    ApplicationMistakeWords {
        too_many, code_wrong, code_shape, form_not_whole, papers_missing, picture_kind,
        picture_size, picture_small, picture_broken, unproven, not_offered,
    }
}

impl ApplicationWords {
    /// What a field is called.
    pub(in crate::web) fn field(&self, field: FormField) -> &str {
        let words = &self.field;
        match field {
            FormField::BusinessName => &words.business_name,
            FormField::CreditCode => &words.credit_code,
            FormField::PersonName => &words.person_name,
            FormField::IdentityNumber => &words.identity_number,
            FormField::Business => &words.business,
            FormField::Address => &words.address,
            FormField::AccountName => &words.account_name,
            FormField::AccountNumber => &words.account_number,
            FormField::BankName => &words.bank_name,
        }
    }

    /// What helps with a field; a person's account is a card.
    pub(super) fn hint(&self, field: FormField, is_card: bool) -> &str {
        let words = &self.hint;
        match field {
            FormField::BusinessName => &words.business_name,
            FormField::CreditCode => &words.credit_code,
            FormField::PersonName => &words.person_name,
            FormField::IdentityNumber => &words.identity_number,
            FormField::Business => &words.business,
            FormField::Address => &words.address,
            FormField::AccountName => &words.account_name,
            FormField::AccountNumber if is_card => &words.account_number_card,
            FormField::AccountNumber => &words.account_number,
            FormField::BankName => &words.bank_name,
        }
    }

    /// What is wrong with a field that holds this text.
    pub(super) fn wrong(&self, field: FormField, (is_card, text): (bool, &str)) -> String {
        if text.is_empty() && field != FormField::Business {
            return fill(&self.wrong.missing, "field", self.field(field));
        }
        self.not_so(field, is_card).to_owned()
    }

    fn not_so(&self, field: FormField, is_card: bool) -> &str {
        let words = &self.wrong;
        match field {
            FormField::BusinessName => &words.business_name,
            FormField::CreditCode => &words.credit_code,
            FormField::PersonName => &words.person_name,
            FormField::IdentityNumber => &words.identity_number,
            FormField::Business => &words.business,
            FormField::Address => &words.address,
            FormField::AccountName => &words.account_name,
            FormField::AccountNumber if is_card => &words.account_number_card,
            FormField::AccountNumber => &words.account_number,
            FormField::BankName => &words.bank_name,
        }
    }

    /// What a state is called.
    pub(in crate::web) fn state(&self, state: ApplicationState) -> &str {
        let words = &self.state;
        match state {
            ApplicationState::Draft => &words.draft,
            ApplicationState::Submitted => &words.submitted,
            ApplicationState::Returned => &words.returned,
            ApplicationState::Proposed => &words.proposed,
            ApplicationState::Approved => &words.approved,
            ApplicationState::Shipped => &words.shipped,
            ApplicationState::Received => &words.received,
            ApplicationState::Enrolled => &words.enrolled,
            ApplicationState::Active => &words.active,
            ApplicationState::Declined => &words.declined,
            ApplicationState::Withdrawn => &words.withdrawn,
            ApplicationState::Lapsed => &words.lapsed,
        }
    }

    /// What a line of business is called.
    pub(in crate::web) fn business(&self, business: Business) -> &str {
        let entries = self.business.entries();
        let found = entries.into_iter().find(|(key, _)| *key == business.name());
        found.map_or(business.name(), |(_, text)| text)
    }
}
