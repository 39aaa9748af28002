//! A person with the app: opens a case, proves the phone, asks for the decision and
//! waits for the reset code.

use tillkey_rules::vocabulary::{Channel, EvidenceKind, Reason};
use tillkey_server::act::Access;
use tillkey_server::act::case::{self, Named, OpenRequest, Presented};
use tillkey_wire::code::ResetCode;
use tillkey_wire::ids::{CaseId, OperatorNumber};

use super::phone::Text;
use super::till::Till;
use crate::failed::Failed;

/// A case whose holder is proven, and which waits for the decision.
pub(super) struct Proven {
    pub(super) case: CaseId,
    pub(super) access: Access,
}

/// Asks for a new password, up to the code that came by phone.
pub(super) async fn ask(till: &mut Till, operator: OperatorNumber) -> Result<ResetCode, Failed> {
    let shell = till.shell.clone();
    let Proven { case, access } = prove(till, operator).await?;
    till.timed(case::submit(&shell, case, &access, None))
        .await?;
    match till.texts.recv().await {
        Some(Text::Reset(code)) => Ok(code),
        _ => Err(Failed::new(
            "no reset code came: the policy did not let the case through",
        )),
    }
}

/// Opens a case and proves the phone.
pub(super) async fn prove(till: &mut Till, operator: OperatorNumber) -> Result<Proven, Failed> {
    let (shell, source) = (till.shell.clone(), till.source.clone());
    let named = Named {
        merchant: till.merchant.clone(),
        terminal: till.number.clone(),
        operator,
    };
    let request = OpenRequest {
        named,
        channel: Channel::App,
        reason: Reason::Forgotten,
    };
    let opened = till
        .timed(case::open(&shell, request, None, &source, None))
        .await?;
    let token = opened
        .token
        .ok_or_else(|| Failed::new("a case was opened without a token"))?;
    let (case, access) = (opened.case, Access::Holder(token));

    let kind = EvidenceKind::SmsCode;
    till.timed(case::challenge(&shell, case, kind, &access, &source, None))
        .await?;
    let Some(Text::Proof(code)) = till.texts.recv().await else {
        return Err(Failed::new(
            "another message came than the code that was asked for",
        ));
    };
    let proof = Presented::SmsCode(code);
    till.timed(case::present(&shell, case, proof, &access, &source, None))
        .await?;
    Ok(Proven { case, access })
}
