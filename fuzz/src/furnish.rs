//! What a world begins with: who is there, and signed in.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use tillkey_rules::document::{ResidentIdentityNumber, SocialCreditCode};
use tillkey_rules::party::{Actor, Role};
use tillkey_rules::vocabulary::ManagerRight;
use tillkey_server::Shell;
use tillkey_server::act::managers::{self, ManagerDetails};
use tillkey_server::act::staff::{self, NewStaff};
use tillkey_server::act::{Failure, SignedIn, Source, party};
use tillkey_server::clock::{Clock as _, SetClock};
use tillkey_store::fault::Fault;
use tillkey_store::outbox;
use tillkey_store::tx::Tx;
use tillkey_wire::ids::StaffSessionId;
use tillkey_wire::secret::Secret;

use crate::party::{known, operator, sure};

/// The merchant.
pub(crate) const MERCHANT: &str = "898310054110001";
/// The number of its terminal.
pub(crate) const TERMINAL: &str = "10000001";
/// The phone of its manager.
pub(crate) const MANAGER: &str = "+8613900139001";

/// Enters everything. Gives what stands for what in an input.
pub(crate) async fn furnish(
    shell: &Shell,
    clock: &SetClock,
) -> Result<BTreeMap<&'static str, String>, Failure> {
    let admin = founder(shell, clock);
    let mut known_here = merchant(shell, &admin).await?;
    clock.advance(SignedDuration::from_hours(100));
    for (name, role) in [
        ("$administrator", Role::Administrator),
        ("$agent", Role::Agent),
        ("$auditor", Role::Auditor),
        ("$clerk", Role::Clerk),
        ("$reviewer", Role::Reviewer),
    ] {
        known_here.insert(name, member(shell, role).await?);
    }
    known_here.insert("$manager", manager(shell, &admin).await?);
    Ok(known_here)
}

fn founder(shell: &Shell, clock: &SetClock) -> SignedIn {
    SignedIn {
        acquirer: shell.home().clone(),
        actor: Actor::Staff {
            staff: known("founder"),
            person: known("p-founder"),
            role: Role::Administrator,
        },
        session: StaffSessionId::from_bytes([1; 10]),
        proved_at: clock.now(),
    }
}

async fn merchant(
    shell: &Shell,
    admin: &SignedIn,
) -> Result<BTreeMap<&'static str, String>, Failure> {
    let details = party::MerchantDetails {
        merchant: known(MERCHANT),
        name: "老王面馆".to_owned(),
        phone: known("+8613800138000"),
        credit_code: Some(sure(SocialCreditCode::parse("91350100M000100Y43"))),
        holder: Some(sure(ResidentIdentityNumber::parse("11010519491231002X"))),
        proxies: Vec::new(),
    };
    party::add_merchant(shell, details, admin, None).await?;
    let details = party::TerminalDetails {
        merchant: known(MERCHANT),
        number: known(TERMINAL),
        serial_number: known("SN10000001"),
        model: known("T1"),
    };
    let terminal = party::add_terminal(shell, details, admin, None).await?;
    for number in [0, 1, 99] {
        party::add_operator(shell, (terminal, operator(number)), admin, None).await?;
    }
    Ok(BTreeMap::from([("$terminal", terminal.to_string())]))
}

/// Adds a member of staff, who chooses a password and is signed in.
async fn member(shell: &Shell, role: Role) -> Result<String, Failure> {
    let (home, account) = (shell.home(), format!("{}.one", role.name()));
    let new = NewStaff {
        acquirer: home.clone(),
        staff: known(&account),
        person: known(&format!("p-{}", role.name())),
        role,
    };
    let first = staff::add(shell, new, &Actor::System).await?;
    let source = Source::address([203, 0, 113, 7].into());
    let typed = Secret::new(first.expose().clone());
    let token = staff::sign_in(shell, home, known(&account), typed, &source).await?;
    let signed_in = staff::signed_in_with_first_password(shell, &token).await?;
    let own = Secret::new(format!("the third shelf left of {account}"));
    let token = staff::change_password(shell, &signed_in, (first, own), &source).await?;
    Ok(token.expose().clone())
}

/// Adds a manager with every right and signs them in, by the code that goes to the phone.
async fn manager(shell: &Shell, admin: &SignedIn) -> Result<String, Failure> {
    let details = ManagerDetails {
        merchant: known(MERCHANT),
        name: "陈店长".to_owned(),
        phone: known(MANAGER),
        person: None,
        rights: ManagerRight::ALL.iter().copied().collect(),
    };
    managers::add(shell, details, admin, None).await?;
    let _ = messages(shell).await;
    let source = Source::address([203, 0, 113, 8].into());
    let begun = managers::begin(shell, known(MANAGER), &source).await?;
    let code = messages(shell).await.iter().find_map(|text| code(text));
    let code = known(&code.unwrap_or_default());
    let entered = managers::finish(shell, begun.sign_in, code, &source).await?;
    Ok(entered.token.expose().clone())
}

/// Takes the texts that wait to be sent.
async fn messages(shell: &Shell) -> Vec<String> {
    let (now, inner) = (shell.now(), shell.clone());
    let taken = shell
        .store()
        .write(move |tx: &mut dyn Tx| -> Result<_, Fault> {
            let mut texts = Vec::new();
            for claimed in outbox::claim(tx, now, now, 100)? {
                let opened = claimed.open(tx, inner.seal_keys())?;
                outbox::sent(tx, claimed.id, now)?;
                texts.push(opened.body.expose().clone());
            }
            Ok(texts)
        });
    sure(taken.await)
}

/// The code in a message.
fn code(text: &str) -> Option<String> {
    let mut words = text.split(|c: char| !c.is_ascii_digit());
    words.find(|word| word.len() == 6).map(str::to_owned)
}
