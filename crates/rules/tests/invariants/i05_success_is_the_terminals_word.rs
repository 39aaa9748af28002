//! DESIGN §2.5: success is the terminal's word.
//!
//! Broken by a case that is effective without a code redeemed before, or by the word
//! of another terminal, or by facts that held when the code was issued and no longer.

use proptest::prelude::*;
use tillkey_rules::case::{Command, State};
use tillkey_rules::event::CaseEvent;
use tillkey_rules::vocabulary::MerchantStatus;

use super::world::{TILL, config, plans, play};

proptest! {
    #![proptest_config(config())]

    #[test]
    fn i05_effective_only_by_the_terminal_after_the_code(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        for moment in &played.moments {
            let became = moment.after.state() == State::Effective
                && moment.before.state() != State::Effective;
            let said = moment.answer.events.iter().any(|e| matches!(e, CaseEvent::Effective { .. }));
            prop_assert_eq!(became, said);
            if became {
                prop_assert_eq!(moment.before.state(), State::Redeemed);
                let is_own_word = matches!(
                    moment.command,
                    Command::Complete { terminal, .. } if terminal == TILL
                );
                prop_assert!(is_own_word);
            }
        }
    }

    /// The steps stand in their order in every history, whatever was tried.
    #[test]
    fn i05_no_step_is_skipped(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let mut seen: Vec<&str> = Vec::new();
        for (_, _, event) in played.events() {
            let needs: &[&str] = match event {
                CaseEvent::Approved { .. } => &["matched", "decided"],
                CaseEvent::Prepared(_) => &["approved"],
                CaseEvent::CodeIssued { .. } => &["approved", "prepared"],
                CaseEvent::CodeRedeemed { .. } | CaseEvent::CodeMistyped { .. } => &["code_issued"],
                CaseEvent::Effective { .. } => &["approved", "code_issued", "code_redeemed"],
                _ => &[],
            };
            for need in needs {
                prop_assert!(seen.contains(need), "{} without {need}", event.name());
            }
            seen.push(event.name());
        }
    }

    /// At every commitment the facts of that moment hold.
    #[test]
    fn i05_no_commitment_on_facts_that_do_not_hold(plan in plans()) {
        let Some(played) = play(&plan) else { return Ok(()) };
        let mut decided_contact = None;
        for moment in &played.moments {
            for event in &moment.answer.events {
                if let CaseEvent::Decided { contact_version, .. } = event {
                    decided_contact = *contact_version;
                }
                if !matches!(
                    event,
                    CaseEvent::Approved { .. }
                        | CaseEvent::CodeIssued { .. }
                        | CaseEvent::CodeRedeemed { .. }
                        | CaseEvent::Effective { .. }
                ) {
                    continue;
                }
                let known = moment.known.as_ref().expect("a subject that is known");
                prop_assert_eq!(known.merchant_status, MerchantStatus::Active);
                prop_assert!(known.terminal_in_service && known.operator_active);
                let contact = known.contact.map(|contact| contact.version);
                prop_assert_eq!(contact, decided_contact, "{}", event.name());
            }
        }
    }
}
