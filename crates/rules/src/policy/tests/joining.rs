//! The check stands for all questions: for any question whatever, the row that stands
//! for it says what Cedar says. This is what makes the check exhaustive.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::policy::check::{Piece, Space, Tables};
use crate::policy::language::Attribute;
use crate::policy::request::Prepared;

/// A policy that looks at everything, in every way in which it may.
const CURIOUS: &str = r#"
@id("a") @reason_zh("一") @reason_en("one")
permit (principal, action, resource) when {
  [3, 5, 23].contains(context.hour) || 7 < context.failures_30d || context.failures_30d == 2
};
@id("b") @reason_zh("二") @reason_en("two")
forbid (principal == Channel::"portal", action in [Action::"reset", Action::"reset_at_counter"], resource)
unless { context has unsettled_batch && context.unsettled_batch != context.terminal_online };
@id("c") @reason_zh("三") @reason_en("three")
permit (principal, action == Action::"reset_after_review", resource is Rank) when {
  if context.assurance.high then context.contact_age_hours <= 100 else context.resets_30d != 4
};
@id("d") @reason_zh("四") @reason_en("four")
forbid (principal, action == Action::"reset_after_review", resource) when {
  context.reason in [Reason::"locked", Reason::"staff_left"] && !context.evidence.sms_code
    && -1 < context.resets_30d && context.resets_30d >= 9
};
"#;

fn policies() -> &'static [Policy; 2] {
    static POLICIES: OnceLock<[Policy; 2]> = OnceLock::new();
    POLICIES.get_or_init(|| {
        let offers = Policy::default_files()
            .into_iter()
            .find(|file| file.name == "offers.toml");
        let curious = PolicyFile::new("curious.cedar", CURIOUS);
        let curious = Policy::parse(&[curious, offers.unwrap()]).unwrap();
        [Policy::default_policy(), curious]
    })
}

fn spaces() -> &'static Vec<(Space, Tables<'static>)> {
    static SPACES: OnceLock<Vec<(Space, Tables<'static>)>> = OnceLock::new();
    SPACES.get_or_init(|| {
        policies()
            .iter()
            .map(|policy| {
                let space = Space::of(policy);
                let tables = Tables::build(policy, &space, 2, &|_| {}).unwrap();
                (space, tables)
            })
            .collect()
    })
}

/// The digits of the row that stands for a question.
fn digits(space: &Space, question: &Question) -> [usize; 11] {
    let piece = |pieces: &[Piece], value: u32| {
        pieces
            .iter()
            .position(|piece| piece.range.contains(&value))
            .unwrap()
    };
    Attribute::ALL.map(|attribute| {
        let seen = match attribute {
            Attribute::ContactAgeHours => return piece(&space.ages, question.contact_age_hours),
            Attribute::Failures30d => return piece(&space.failures, question.failures_30d),
            Attribute::Resets30d => return piece(&space.resets, question.resets_30d),
            Attribute::Hour => return piece(&space.hours, question.hour.into()),
            _ => |facts: Question| match attribute {
                Attribute::Channel => facts.channel == question.channel,
                Attribute::Rank => facts.rank == question.rank,
                Attribute::Reason => facts.reason == question.reason,
                Attribute::MerchantStatus => facts.merchant_status == question.merchant_status,
                Attribute::TerminalOnline => facts.terminal_online == question.terminal_online,
                Attribute::OpenAlert => facts.open_alert == question.open_alert,
                _ => facts.unsettled_batch == question.unsettled_batch,
            },
        };
        let place = Attribute::ALL
            .iter()
            .position(|other| *other == attribute)
            .unwrap();
        let found = (0..space.count(attribute)).find(|value| {
            let mut digits = [0; 11];
            digits[place] = *value;
            seen(space.facts(&digits).with(evidence_set::EvidenceSet::EMPTY))
        });
        // What nobody looks at has one value, whatever the question says.
        found.unwrap_or(0)
    })
}

/// Numbers near those that policies compare with, and any others.
fn number() -> impl Strategy<Value = u32> {
    prop_oneof![0..30u32, 70..104u32, any::<u32>()]
}

prop_compose! {
    fn question()(
        channel in prop::sample::select(Channel::ALL),
        reason in prop::sample::select(Reason::ALL),
        evidence in prop::sample::subsequence(EvidenceKind::ALL, 0..=8),
        rank in prop::sample::select(Rank::ALL.to_vec()),
        merchant_status in prop_oneof![
            3 => Just(MerchantStatus::Active), 1 => prop::sample::select(MerchantStatus::ALL)
        ],
        contact_age_hours in number(), failures_30d in number(), resets_30d in number(),
        hour in 0..24u8, open_alert in any::<bool>(), terminal_online in any::<bool>(), unsettled_batch in any::<Option<bool>>(),
    ) -> Question {
        Question {
            channel, reason, evidence: evidence.into_iter().collect(), rank, merchant_status,
            contact_age_hours, failures_30d, resets_30d, hour, terminal_online, unsettled_batch, open_alert,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_row_says_what_cedar_says(question in question()) {
        for (policy, (space, tables)) in policies().iter().zip(spaces()) {
            let row = tables.row(space, &digits(space, &question));
            let said = row.first((&question.evidence).into());
            let prepared = Prepared::new(&question);
            let cedar = Action::ALL
                .into_iter()
                .find(|action| policy.ask(&prepared, &question, *action).permitted);
            prop_assert_eq!(said, cedar);
            // And the decision is the first step, or a promise of one.
            let decision = policy.verdict(&question, &BTreeSet::new()).decision;
            prop_assert_eq!(decision, Decision::from_first_permitted(cedar));
        }
    }
}
