//! What runs said that they had done, and what the ledger says of it.

use std::collections::BTreeMap;

use serde_json::Value;

/// A step that the run told a person about, which it does after it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) case: String,
    pub(crate) step: &'static str,
}

/// Which steps the story told of.
pub(crate) fn acknowledged(told: &[String]) -> Vec<Acknowledged> {
    let mut steps = Vec::new();
    let mut case = String::new();
    for line in told {
        let step = if let Some((_, id)) = line.split_once(" opened case ") {
            case = id.trim().to_owned();
            "opened"
        } else if line.contains("the policy decides") {
            "decided"
        } else if line.contains("reviewed and approved") {
            "reviewed"
        } else if line.contains("asks for the code") {
            "code_issued"
        } else if line.contains("and is in force") {
            "effective"
        } else {
            continue;
        };
        steps.push(Acknowledged {
            case: case.clone(),
            step,
        });
    }
    steps
}

/// What the ledger says of one case.
#[derive(Debug, Default)]
pub(crate) struct Story {
    steps: Vec<String>,
    /// How many codes went to the registered contact.
    pub(crate) sent: usize,
}

impl Story {
    fn count(&self, step: &str) -> usize {
        self.steps.iter().filter(|found| *found == step).count()
    }
}

/// The cases in a ledger.
pub(crate) fn cases(leaves: &[Value]) -> BTreeMap<String, Story> {
    let mut cases: BTreeMap<String, Story> = BTreeMap::new();
    for leaf in leaves.iter().filter(|leaf| leaf["event"] == "case") {
        let case = leaf["case"]
            .as_str()
            .expect("a step of a case names it")
            .to_owned();
        let story = cases.entry(case).or_default();
        let step = leaf["step"].as_str().expect("a step has a name");
        if step == "code_issued" && leaf["to"] == "contact" {
            story.sent += 1;
        }
        story.steps.push(step.to_owned());
    }
    cases
}

/// Nothing that was acknowledged is lost, nothing happened twice, and nothing became
/// effective that was not approved.
pub(crate) fn hold_against(
    cases: &BTreeMap<String, Story>,
    acknowledged: &[Acknowledged],
    told: &str,
) {
    for step in acknowledged {
        let story = cases
            .get(&step.case)
            .unwrap_or_else(|| panic!("{step:?} is lost: {told}"));
        assert!(story.count(step.step) > 0, "{step:?} is lost: {told}");
    }
    for (case, story) in cases {
        for once in ["opened", "approved", "code_redeemed", "effective"] {
            assert!(story.count(once) <= 1, "{case} is {once} twice: {told}");
        }
        assert!(
            story.count("effective") <= story.count("approved"),
            "{case} is effective and was not approved: {told}"
        );
    }
}
