//! Everything that is read from a short text: identifiers, numbers, codes, tokens,
//! words, amounts. Each is tried on every input.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use tillkey_rules::campaign::Area;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::onboarding::RegionCode;
use tillkey_rules::policy::PolicyDigest;
use tillkey_rules::trade::{Fen, Question};
use tillkey_rules::vocabulary;
use tillkey_server::act::{self, Phone};
use tillkey_wire::code::{self, EnrolmentCode};
use tillkey_wire::ids;
use tillkey_wire::journal::{MaskedPan, Remark};

/// A text of any kind.
pub(crate) fn names(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    identifiers(text);
    random_identifiers(text);
    words(text);
    codes(text);
    amounts(text);
    others(text);
}

/// What has one spelling: it is shown as it was read.
fn one_spelling<T: FromStr + Display>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        assert_eq!(read.to_string(), text, "a second spelling");
        assert!(!text.chars().any(char::is_control));
    }
}

/// What may be typed in several ways: it is shown in one of them.
fn several_spellings<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    if let Ok(read) = text.parse::<T>() {
        let again = read.to_string().parse::<T>();
        assert_eq!(again.ok().as_ref(), Some(&read));
    }
}

fn identifiers(text: &str) {
    one_spelling::<ids::AcquirerId>(text);
    one_spelling::<ids::MerchantNumber>(text);
    one_spelling::<ids::TerminalNumber>(text);
    one_spelling::<ids::SerialNumber>(text);
    one_spelling::<ids::StaffId>(text);
    one_spelling::<ids::PersonId>(text);
    one_spelling::<ids::DeviceModel>(text);
    one_spelling::<ids::FirmwareVersion>(text);
    one_spelling::<ids::PrinterName>(text);
    one_spelling::<ids::ProductId>(text);
    one_spelling::<ids::RefusalCode>(text);
    several_spellings::<ids::OperatorNumber>(text);
}

fn random_identifiers(text: &str) {
    one_spelling::<ids::CaseId>(text);
    one_spelling::<ids::ApplicationId>(text);
    one_spelling::<ids::CampaignId>(text);
    one_spelling::<ids::AlertId>(text);
    one_spelling::<ids::TerminalId>(text);
    one_spelling::<ids::CommandId>(text);
    one_spelling::<ids::SnapshotId>(text);
    one_spelling::<ids::SessionId>(text);
    one_spelling::<ids::ManagerId>(text);
    one_spelling::<ids::ManagerSessionId>(text);
    one_spelling::<ids::StaffSessionId>(text);
    one_spelling::<ids::CodeId>(text);
}

fn words(text: &str) {
    one_spelling::<vocabulary::Channel>(text);
    one_spelling::<vocabulary::EvidenceKind>(text);
    one_spelling::<vocabulary::Reason>(text);
    one_spelling::<vocabulary::MerchantStatus>(text);
    one_spelling::<vocabulary::ManagerRight>(text);
    one_spelling::<vocabulary::ApplicantKind>(text);
    one_spelling::<vocabulary::Class>(text);
    one_spelling::<vocabulary::DisclosureReason>(text);
    one_spelling::<vocabulary::DepositState>(text);
    one_spelling::<vocabulary::ApplicationPaper>(text);
    one_spelling::<vocabulary::ProductKind>(text);
    one_spelling::<vocabulary::CardKind>(text);
    one_spelling::<vocabulary::SettlementTime>(text);
    one_spelling::<vocabulary::Need>(text);
    one_spelling::<vocabulary::TransactionKind>(text);
    one_spelling::<vocabulary::QuestionKind>(text);
    one_spelling::<PolicyDigest>(text);
}

fn codes(text: &str) {
    let digits = |code: &str| assert!(code.bytes().all(|byte| byte.is_ascii_digit()));
    let _ = text
        .parse::<code::SmsCode>()
        .map(|code| digits(code.expose()));
    let _ = text
        .parse::<code::ResetCode>()
        .map(|code| digits(code.expose()));
    let _ = text
        .parse::<code::InHandNumber>()
        .map(|code| digits(code.expose()));
    let _ = text
        .parse::<code::OfflineAnswer>()
        .map(|code| digits(code.expose()));
    let _ = text
        .parse::<code::OfflineChallenge>()
        .map(|code| digits(code.expose()));
    if let Ok(read) = text.parse::<EnrolmentCode>() {
        let grouped = read.grouped();
        let again = grouped.expose().parse::<EnrolmentCode>();
        assert_eq!(
            again.ok().as_ref().map(EnrolmentCode::expose),
            Some(read.expose())
        );
    }
    let _ = text
        .parse::<act::StaffToken>()
        .map(|token| assert_eq!(token.expose(), text));
    let _ = text
        .parse::<act::ManagerToken>()
        .map(|token| assert_eq!(token.expose(), text));
    let _ = text
        .parse::<act::CaseToken>()
        .map(|token| assert_eq!(token.expose(), text));
    let _ = text
        .parse::<act::SignInToken>()
        .map(|token| assert_eq!(token.expose(), text));
    let _ = text
        .parse::<act::ApplicationToken>()
        .map(|token| assert_eq!(token.expose(), text));
}

fn amounts(text: &str) {
    if let Ok(amount) = Fen::read_yuan(text) {
        assert!(Fen::new(amount.fen()).is_ok());
        assert_eq!(Fen::read_yuan(&amount.to_string()), Ok(amount));
    }
    several_spellings::<MaskedPan>(text);
    if let Ok(remark) = text.parse::<Remark>() {
        assert_eq!(remark.as_str(), text);
    }
}

fn others(text: &str) {
    several_spellings::<Area>(text);
    several_spellings::<RegionCode>(text);
    several_spellings::<Question>(text);
    if let Ok(phone) = text.parse::<Phone>() {
        let again = phone.expose().parse::<Phone>();
        assert_eq!(again.ok().as_ref().map(Phone::expose), Some(phone.expose()));
    }
    let _ = ResidentIdentityNumber::parse(text);
    let _ = SocialCreditCode::parse(text);
    let _ = act::checked_name(text).map(|name| assert_eq!(act::checked_name(&name), Ok(name)));
}
