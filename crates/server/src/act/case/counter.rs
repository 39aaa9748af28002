//! What a clerk sees: the cases that wait for the counter, and one of them as it
//! stands. Outcomes, never data: which document matched, not whose it is.

use std::collections::BTreeSet;

use tillkey_rules::case::Case;
use tillkey_rules::party::{Role, Subject};
use tillkey_rules::policy::Decision;
use tillkey_rules::precheck::Finding;
use tillkey_rules::scan::{Reuse, Scan};
use tillkey_rules::vocabulary::Channel;
use tillkey_store::case::{self as cases, Filter};
use tillkey_store::fault::Fault;
use tillkey_store::outbox::Standing;
use tillkey_store::party::merchant;
use tillkey_store::seal::{DataKey, Owner};
use tillkey_store::tx::Tx;
use tillkey_wire::ids::{CaseId, MerchantNumber, PrinterName};

use super::{CaseSummary, CaseView, form, reach, scan, slip, summary};
use crate::act::health;
use crate::act::{Access, Failure, SignedIn, masked};
use crate::limits::COUNTER_QUEUE_MAX;
use crate::shell::Shell;

/// What waits at the counter.
#[derive(Debug, Clone, PartialEq)]
pub struct CounterQueue {
    /// Cases of other channels of which the policy said: at a counter only.
    pub referred: Vec<CaseSummary>,
    /// Open cases of the counter.
    pub open: Vec<CaseSummary>,
}

/// Lists what waits at the counter, newest first.
///
/// # Errors
/// [`Failure::NotAllowed`] for anybody but a clerk.
pub async fn queue(shell: &Shell, by: &SignedIn) -> Result<CounterQueue, Failure> {
    by.must_be(&[Role::Clerk])?;
    let acquirer = by.acquirer.clone();
    let queue = shell
        .store()
        .read(move |tx| {
            let proven = cases::counter::proven_elsewhere(tx, &acquirer, COUNTER_QUEUE_MAX)?;
            let referred = proven.iter().filter(|stored| is_referred(&stored.case));
            let here = Filter::OpenIn(Channel::Counter);
            let open = cases::list(tx, &acquirer, &here, (None, COUNTER_QUEUE_MAX))?;
            Ok(CounterQueue {
                referred: referred.map(|stored| shown(&stored.case)).collect(),
                open: open.iter().map(|stored| shown(&stored.case)).collect(),
            })
        })
        .await?;
    Ok(queue)
}

/// A case in the queue. Whom it names is shown once something about them is proven.
fn shown(case: &Case) -> CaseSummary {
    let summary = summary(case);
    CaseSummary {
        subject: summary.subject.filter(|_| case.is_proven()),
        ..summary
    }
}

fn is_referred(case: &Case) -> bool {
    case.verdict()
        .is_some_and(|verdict| verdict.decision == Decision::CounterOnly)
}

/// One case as a clerk sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct CounterView {
    /// The case.
    pub case: CaseView,
    /// The merchant; shown once something has matched.
    pub merchant: Option<MerchantNumber>,
    /// Its name, masked.
    pub name_masked: Option<String>,
    /// The scans, for a clerk who may look at them.
    pub scans: Vec<Scan>,
    /// Where any scan of the case was seen before.
    pub reuses: BTreeSet<Reuse>,
    /// Whether a sealed slip may be chosen now.
    pub can_choose_slip: bool,
    /// Whether the terminal is ready for a code.
    pub is_prepared: bool,
    /// Whether a code was issued, live or over.
    pub has_issued: bool,
    /// How the printing of the live slip stands.
    pub slip: Option<Standing>,
    /// The printers of slips.
    pub printers: BTreeSet<PrinterName>,
    /// Whether the form can be printed.
    pub has_form: bool,
    /// What the terminal says is wrong with it, while a code is or will be typed there.
    pub hints: Vec<Finding>,
}

/// Shows a case to a clerk.
///
/// # Errors
/// [`Failure::Unknown`] for a case of another acquirer.
pub async fn view(shell: &Shell, case: CaseId, by: &SignedIn) -> Result<CounterView, Failure> {
    by.must_be(&[Role::Clerk])?;
    let (inner, access, by) = (shell.clone(), Access::Staff(by.clone()), by.clone());
    shell
        .store()
        .read(move |tx| match reach(tx, &inner, case, &access)? {
            Some(stored) => draw(tx, &inner, &stored.case, &by).map(Ok),
            None => Ok(Err(Failure::Unknown)),
        })
        .await?
}

fn draw(tx: &mut dyn Tx, shell: &Shell, case: &Case, by: &SignedIn) -> Result<CounterView, Fault> {
    let shown = case
        .subject()
        .filter(|_| case.is_proven() && case.channel() == Channel::Counter);
    let name_masked = match shown {
        Some(subject) => masked_name(tx, shell, subject)?,
        None => None,
    };
    let printers = &shell.config().slip_printers;
    let scans = if scan::may_look(case, by) {
        case.scans().to_vec()
    } else {
        Vec::new()
    };
    Ok(CounterView {
        merchant: shown.map(|subject| subject.merchant.clone()),
        name_masked,
        scans,
        reuses: case.reuses().clone(),
        can_choose_slip: case.can_choose_slip() && !printers.is_empty(),
        is_prepared: case.preparation().is_some(),
        has_issued: case.codes_issued() > 0,
        slip: slip::standing(tx, case)?,
        printers: printers.clone(),
        has_form: form::is_due(case),
        hints: health::of_case(tx, shell, case)?,
        case: super::view::draw(tx, shell, case)?,
    })
}

/// A merchant's name as staff and paper show it: the first character. None once what was
/// held of the merchant was erased.
pub(super) fn masked_name(
    tx: &mut dyn Tx,
    shell: &Shell,
    subject: &Subject,
) -> Result<Option<String>, Fault> {
    let found = merchant::find(tx, &subject.merchant)?.ok_or(Fault::Missing("merchant"))?;
    let owner = Owner::Merchant(subject.merchant.clone());
    match DataKey::find(tx, shell.seal_keys(), &owner)? {
        Some(key) => Ok(Some(masked::name(found.name(&key)?.expose()))),
        None => Ok(None),
    }
}
