//! The closed word lists of the design: channels, reasons, kinds of evidence.
//!
//! Each word has one stable name, the same in events, policies, the API and the
//! database. Nothing here decides anything.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tillkey_wire::ids::{InvalidId, Rank};

/// A closed list of words with stable names.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $kind:literal, { $($(#[$vdoc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every word, in the order of the design.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(InvalidId {
                        kind: $kind,
                        rule: concat!("one of:" $(, " ", $text)+),
                    }),
                }
            }
        }
    };
}
pub(crate) use words;

words!(
    /// Where a case came from.
    Channel, "channel", {
        /// A caller, served by an agent.
        Hotline = "hotline",
        /// A person at a branch, served by a clerk.
        Counter = "counter",
        /// A manager signed in to the merchant portal.
        Portal = "portal",
        /// The public pages, on the merchant's own phone.
        App = "app",
        /// The supervisor at the till, or the terminal itself.
        Terminal = "terminal",
        /// A planned reset of many operators.
        Campaign = "campaign",
    }
);

words!(
    /// Why a password is to be replaced; it says what happens to the old one.
    Reason, "reason", {
        /// The old password works until the new one is effective.
        Forgotten = "forgotten",
        /// Too many wrong attempts; as `forgotten`.
        Locked = "locked",
        /// The operator left: the old password ends when the case is approved.
        StaffLeft = "staff_left",
        /// Somebody else may know it: as `staff_left`.
        Compromised = "compromised",
        /// A planned change: the old password ends at a deadline.
        SystemUpdate = "system_update",
        /// There was no password yet.
        FirstPassword = "first_password",
    }
);

words!(
    /// One kind of proof that a case can hold.
    EvidenceKind, "kind of evidence", {
        /// A code sent to the registered phone.
        SmsCode = "sms_code",
        /// A manager's fresh sign-in to the portal.
        PortalSession = "portal_session",
        /// The enrolled terminal itself, by its device key.
        TerminalInHand = "terminal_in_hand",
        /// A manager's approval in the portal.
        ManagerConsent = "manager_consent",
        /// The supervisor's fresh sign-on at that terminal.
        SupervisorSignOn = "supervisor_sign_on",
        /// Facts about recent settled transactions that no receipt shows.
        RecentTransactions = "recent_transactions",
        /// An original identity document, inspected at a counter.
        IdentityDocument = "identity_document",
        /// An original business licence, inspected at a counter.
        BusinessLicence = "business_licence",
    }
);

words!(
    /// What a kind of evidence is worth.
    Class, "class of evidence", {
        /// Something the person knows.
        Knowledge = "knowledge",
        /// Something the person has.
        Possession = "possession",
        /// Who the person is, by an original document.
        Identity = "identity",
    }
);

words!(
    /// Why somebody of staff looks at a merchant's registered phone.
    DisclosureReason, "reason for a disclosure", {
        /// To call the merchant back on the number that is registered.
        CallBack = "call_back",
        /// To look into what may be a fraud.
        Investigation = "investigation",
        /// Because an authority asks, as the law has it.
        Authority = "authority",
        /// Because the merchant asks what is registered, and has shown who they are.
        MerchantAsks = "merchant_asks",
    }
);

words!(
    /// Whether a merchant may be served.
    MerchantStatus, "merchant status", {
        /// In business.
        Active = "active",
        /// Held by the acquirer; nothing is reset.
        Suspended = "suspended",
        /// Gone for good.
        Closed = "closed",
    }
);

words!(
    /// Who applies for a terminal.
    ApplicantKind, "kind of applicant", {
        /// A company: a legal person of its own.
        Company = "company",
        /// A registered one-person or family business.
        SoleTrader = "sole_trader",
        /// A person without a business licence.
        Individual = "individual",
    }
);

words!(
    /// How a deposit stands.
    DepositState, "state of a deposit", {
        /// Its window is open, or something in it is not settled.
        Counting = "counting",
        /// It goes back, and has not yet.
        Earned = "earned",
        /// It does not go back.
        Missed = "missed",
        /// It went back.
        Returned = "returned",
    }
);

words!(
    /// A paper that an applicant has to show, as a picture.
    ApplicationPaper, "paper", {
        /// The business licence.
        BusinessLicence = "business_licence",
        /// The identity card of whoever answers for the business, the side with the face.
        IdentityCardFront = "identity_card_front",
        /// Its other side.
        IdentityCardBack = "identity_card_back",
        /// The bank's word for the account: a permit or the card's face.
        AccountProof = "account_proof",
        /// The shop from outside, with its sign.
        ShopFront = "shop_front",
        /// The shop from inside.
        ShopInside = "shop_inside",
    }
);

words!(
    /// What kind of terminal a product is.
    ProductKind, "kind of product", {
        /// Prints, runs apps, has several cashiers.
        Smart = "smart",
        /// Signs on its screen and prints nothing.
        Signature = "signature",
        /// Small, for one person.
        Personal = "personal",
    }
);

words!(
    /// How a customer pays, as far as fees differ by it.
    CardKind, "way to pay", {
        /// A code on a phone is scanned.
        Scan = "scan",
        /// A debit card.
        Debit = "debit",
        /// A credit card.
        Credit = "credit",
        /// A card from abroad.
        Foreign = "foreign",
    }
);

words!(
    /// When money that was taken is in the merchant's account.
    SettlementTime, "settlement time", {
        /// On the next working day (T+1).
        NextWorkingDay = "next_working_day",
        /// On the next day, working or not (D+1).
        NextDay = "next_day",
        /// On the same day (D+0).
        SameDay = "same_day",
        /// Within seconds of the sale.
        AtOnce = "at_once",
    }
);

impl SettlementTime {
    /// Whether the money is there before the day is over.
    pub const fn is_same_day(self) -> bool {
        matches!(self, Self::SameDay | Self::AtOnce)
    }
}

words!(
    /// What a merchant may need of a terminal.
    Need, "need", {
        /// Take payment by a code on a phone.
        ScanCodes = "scan_codes",
        /// Take cards.
        TakeCards = "take_cards",
        /// Print receipts.
        PrintReceipts = "print_receipts",
        /// Work for a day without mains.
        WithoutMains = "without_mains",
        /// Work without the merchant's own phone.
        WithoutPhone = "without_phone",
        /// Bring its own mobile network.
        MobileNetwork = "mobile_network",
        /// Several cashiers, each with a number and a password.
        SeveralCashiers = "several_cashiers",
        /// Run apps, such as orders or stock.
        Apps = "apps",
        /// Have the money on the same day.
        MoneySameDay = "money_same_day",
    }
);

words!(
    /// What a terminal took or gave back.
    TransactionKind, "kind of transaction", {
        /// Money taken.
        Sale = "sale",
        /// Money given back.
        Refund = "refund",
        /// A sale taken back before it was settled.
        Void = "void",
    }
);

words!(
    /// What is asked about a day of trade. Nothing here is on a receipt.
    QuestionKind, "kind of question", {
        /// What the day's sales come to.
        SalesTotal = "sales_total",
        /// How many sales the day had.
        SalesCount = "sales_count",
        /// What the day's refunds come to.
        RefundsTotal = "refunds_total",
        /// What was paid into the account on that day.
        NetPaid = "net_paid",
    }
);

impl QuestionKind {
    /// Whether the answer is an amount of money; a count otherwise.
    pub const fn is_amount(self) -> bool {
        !matches!(self, Self::SalesCount)
    }
}

words!(
    /// What a manager may do for their merchant. Each is given one by one.
    ManagerRight, "right", {
        /// Reset cashiers, `01` to `98`.
        ResetCashiers = "reset_cashiers",
        /// Reset the supervisor, `00`.
        ResetSupervisor = "reset_supervisor",
        /// Reset the system administrator of a terminal, `99`.
        ResetAdministrator = "reset_administrator",
        /// Add and remove operators.
        ManageOperators = "manage_operators",
        /// Change the registered phone.
        ChangeContact = "change_contact",
        /// See and download records.
        SeeRecords = "see_records",
        /// Consent or object to a case that another channel opened.
        Consent = "consent",
    }
);

impl ManagerRight {
    /// The right that it takes to reset an operator of this rank.
    pub const fn to_reset(rank: Rank) -> Self {
        match rank {
            Rank::Cashier => Self::ResetCashiers,
            Rank::Supervisor => Self::ResetSupervisor,
            Rank::Administrator => Self::ResetAdministrator,
        }
    }
}

impl EvidenceKind {
    /// The classes that this kind counts towards.
    pub const fn classes(self) -> &'static [Class] {
        match self {
            Self::SmsCode | Self::PortalSession | Self::TerminalInHand | Self::ManagerConsent => {
                &[Class::Possession]
            }
            Self::SupervisorSignOn => &[Class::Knowledge, Class::Possession],
            Self::RecentTransactions => &[Class::Knowledge],
            Self::IdentityDocument | Self::BusinessLicence => &[Class::Identity],
        }
    }
}

impl Reason {
    /// Whether the old password ends at approval rather than when the new one is
    /// effective: somebody who should not have it may be using it now.
    pub const fn revokes_at_approval(self) -> bool {
        matches!(self, Self::StaffLeft | Self::Compromised)
    }
}
