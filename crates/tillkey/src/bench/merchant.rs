//! Made-up merchants, each with a phone, a terminal and its operators. They come about
//! through the acts, as an administrator has it done, and the terminal is enrolled by
//! the SDK.

use std::net::Ipv4Addr;

use tillkey_rules::party::{Actor, Role};
use tillkey_server::Shell;
use tillkey_server::act::party::{
    MerchantDetails, TerminalDetails, add_merchant, add_operator, add_terminal, open_enrolment,
};
use tillkey_server::act::till::enrol;
use tillkey_server::act::{Failure, SignedIn, Source};
use tillkey_terminal::{Profile, Terminal};
use tillkey_wire::code::EnrolmentCode;
use tillkey_wire::envelope::Unverified;
use tillkey_wire::ids::{InvalidId, OperatorNumber, StaffSessionId, TerminalId};
use tillkey_wire::message::Capabilities;

use super::device::MemoryDevice;
use crate::failed::Failed;

/// A merchant number by its place among all of them. Shops that are imported have the even
/// places, the merchants of [`Merchant`] the odd ones.
pub(super) fn merchant_number(place: u64) -> String {
    format!("8221000{place:08}")
}

/// A merchant: everything about it follows from its number.
#[derive(Debug, Clone)]
pub(super) struct Merchant {
    number: u32,
    pub(super) terminal: TerminalDetails,
    pub(super) operators: Vec<OperatorNumber>,
}

impl Merchant {
    /// The one with this number, and so many operators.
    pub(super) fn numbered(number: u32, operators: u8) -> Result<Self, Failed> {
        Self::beside(number, (number, operators))
    }

    /// The same, next to a shop by its merchant number.
    pub(super) fn beside(shop: u32, (number, operators): (u32, u8)) -> Result<Self, Failed> {
        let invalid = |error: InvalidId| Failed::new(error.to_string());
        let terminal = TerminalDetails {
            merchant: merchant_number(2 * u64::from(shop) + 1)
                .parse()
                .map_err(invalid)?,
            number: format!("9{number:07}").parse().map_err(invalid)?,
            serial_number: format!("BENCH-{number:06}").parse().map_err(invalid)?,
            model: "bench".parse().map_err(invalid)?,
        };
        let operators = (1..=operators)
            .map(OperatorNumber::new)
            .collect::<Result<_, _>>()
            .map_err(invalid)?;
        Ok(Self {
            number,
            terminal,
            operators,
        })
    }

    pub(super) fn phone(&self) -> String {
        format!("+86139{:08}", self.number)
    }

    /// Where its requests come from.
    pub(super) fn source(&self) -> Source {
        Source::address(Ipv4Addr::from(0x0a00_0000 + self.number).into())
    }

    /// Registers it with its terminal and operators.
    pub(super) async fn register(
        &self,
        shell: &Shell,
        by: &SignedIn,
    ) -> Result<TerminalId, Failed> {
        let act = |error| Failed::because("the installation cannot be filled")(error);
        let merchant = MerchantDetails {
            merchant: self.terminal.merchant.clone(),
            name: format!("Merchant {}", self.number),
            phone: self
                .phone()
                .parse()
                .map_err(|error: InvalidId| Failed::new(error.to_string()))?,
            credit_code: None,
            holder: None,
            proxies: Vec::new(),
        };
        add_merchant(shell, merchant, by, None).await.map_err(act)?;
        let terminal = add_terminal(shell, self.terminal.clone(), by, None)
            .await
            .map_err(act)?;
        for operator in &self.operators {
            add_operator(shell, (terminal, *operator), by, None)
                .await
                .map_err(act)?;
        }
        Ok(terminal)
    }

    /// What its terminal says of itself.
    pub(super) fn profile(&self) -> Result<Profile, Failed> {
        Ok(Profile {
            serial_number: self.terminal.serial_number.clone(),
            model: self.terminal.model.clone(),
            firmware: "1.0"
                .parse()
                .map_err(Failed::because::<InvalidId>("a version"))?,
            capabilities: Capabilities {
                journal: false,
                precheck: false,
            },
        })
    }

    /// Enrols its terminal and gives the device, which holds the keys.
    pub(super) async fn enrol(
        &self,
        shell: &Shell,
        by: &SignedIn,
        terminal: TerminalId,
    ) -> Result<MemoryDevice, Failed> {
        let opened = open_enrolment(shell, terminal, by, None)
            .await
            .map_err(Failed::because::<Failure>("no enrolment was opened"))?;
        let code: EnrolmentCode = opened
            .code
            .parse()
            .map_err(Failed::because::<InvalidId>("an enrolment code"))?;
        let fault = || Failed::because::<tillkey_terminal::Fault>("the terminal");
        let device = MemoryDevice::default();
        let mut till = Terminal::open(device, self.profile()?).map_err(fault())?;
        let mut rng = shell.rng();
        let _ = till.enrol(&code, &mut rng).map_err(fault())?;
        let request = till.connected().map_err(fault())?;
        for frame in request.frames {
            let frame =
                Unverified::parse(&frame).map_err(Failed::because("an enrolment request"))?;
            let enrolment = enrol(shell, &frame, &self.source())
                .await
                .map_err(Failed::because("the terminal was not enrolled"))?;
            let _ = till.receive(&enrolment.answer, &mut rng).map_err(fault())?;
            if enrolment.terminal != Some(terminal) {
                return Err(Failed::new("the terminal was refused its enrolment"));
            }
        }
        Ok(till.device().clone())
    }
}

/// Who registers them.
pub(super) fn administrator(shell: &Shell) -> Result<SignedIn, Failed> {
    staff(shell, "bench", Role::Administrator)
}

/// A member of staff who is signed in.
pub(super) fn staff(shell: &Shell, name: &str, role: Role) -> Result<SignedIn, Failed> {
    let failed = || Failed::because::<InvalidId>("a member of staff");
    let actor = Actor::Staff {
        staff: name.parse().map_err(failed())?,
        person: name.parse().map_err(failed())?,
        role,
    };
    Ok(SignedIn {
        acquirer: shell.home().clone(),
        actor,
        session: StaffSessionId::random(&mut shell.rng()),
        proved_at: shell.now(),
    })
}
