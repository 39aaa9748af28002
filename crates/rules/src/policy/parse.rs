//! Reads policy files: strictly, and all of them or none.
//!
//! 1. Sizes, names and nesting are bounded before any parser sees a text.
//! 2. Each file is parsed and validated by the schema, so that an error has a line.
//! 3. Each policy must say its id and its reason in both languages.
//! 4. Each policy must stay within the language that the exhaustive check covers.
//!
//! The order in which files are given means nothing.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{
    ActionConstraint, Effect, PolicyId, PolicySet, PrincipalConstraint, Schema, ValidationMode,
    Validator,
};
use miette::Diagnostic;

use super::decision::Bilingual;
use super::fault::PolicyFault;
use super::language::Mentions;
use super::limits::{POLICIES_MAX, POLICY_FILES_MAX, POLICY_ID_CHARS_MAX, POLICY_REASON_CHARS_MAX};
use super::offers::Offers;
use super::question::Action;
use super::request;
use super::source::{Place, PolicyDigest, PolicyFile, check_nesting, check_size};
use crate::vocabulary::Channel;

/// The schema that this version was built with.
const SCHEMA: &str = include_str!("../../../../policy/tillkey.cedarschema");

/// A set of policies that has been read; whether it keeps the invariants is for
/// [`check`](super::check::check) to say.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(super) rules: BTreeMap<String, Rule>,
    /// Per step and channel, the policies that may have a say: Cedar looks at each
    /// policy of a set, so a smaller set is a faster answer.
    pub(super) slices: BTreeMap<(Action, Channel), PolicySet>,
    pub(super) offers: Offers,
    digest: PolicyDigest,
}

/// One policy.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) permits: bool,
    pub(super) actions: BTreeSet<Action>,
    pub(super) reason: Bilingual,
    pub(super) mentions: Mentions,
    pub(super) place: Place,
    pub(super) cedar: cedar_policy::Policy,
}

impl Policy {
    /// Reads a set of policy files: any number of `*.cedar`, one `offers.toml`, and
    /// the schema, which may be left out and must be this version's otherwise.
    ///
    /// # Errors
    /// [`PolicyFault`], the first one found, with its file and line.
    pub fn parse(files: &[PolicyFile]) -> Result<Self, PolicyFault> {
        let files = in_order(files)?;
        let schema = Schema::from_cedarschema_str(SCHEMA)
            .map(|(schema, _)| schema)
            .map_err(|error| PolicyFault::Schema {
                place: Place {
                    file: "tillkey.cedarschema".to_owned(),
                    line: 1,
                },
                message: error.to_string(),
            })?;
        let validator = Validator::new(schema);
        let mut rules = BTreeMap::new();
        let mut offers = None;
        for file in &files {
            if file.name == Offers::FILE {
                offers = Some(Offers::parse(file)?);
            } else if file.name.ends_with(".cedar") {
                read_cedar(file, &validator, &mut rules)?;
            } else if file.name.ends_with(".cedarschema") {
                check_schema(file)?;
            } else {
                return Err(PolicyFault::UnknownFile {
                    file: file.name.clone(),
                });
            }
        }
        let offers = offers.ok_or(PolicyFault::MissingFile { file: Offers::FILE })?;
        let told: Vec<PolicyFile> = files
            .into_iter()
            .filter(|file| !file.name.ends_with(".cedarschema"))
            .collect();
        let digest = PolicyDigest::of(SCHEMA, &told);
        Ok(Self {
            slices: slices(&rules),
            rules,
            offers,
            digest,
        })
    }

    /// The policy that Tillkey is delivered with, as in `policy/`.
    pub fn default_policy() -> Self {
        #[expect(
            clippy::unwrap_used,
            reason = "the files are part of the build, and tested"
        )]
        Self::parse(&Self::default_files()).unwrap()
    }

    /// The files of the default policy.
    pub fn default_files() -> Vec<PolicyFile> {
        [
            (
                "counter.cedar",
                include_str!("../../../../policy/counter.cedar"),
            ),
            (
                "evidence.cedar",
                include_str!("../../../../policy/evidence.cedar"),
            ),
            (
                "never.cedar",
                include_str!("../../../../policy/never.cedar"),
            ),
            (
                "offers.toml",
                include_str!("../../../../policy/offers.toml"),
            ),
            (
                "review.cedar",
                include_str!("../../../../policy/review.cedar"),
            ),
        ]
        .map(|(name, text)| PolicyFile::new(name, text))
        .to_vec()
    }

    /// Names this set of files; the same files in any order have the same digest.
    pub const fn digest(&self) -> PolicyDigest {
        self.digest
    }

    /// What each channel can gather.
    pub const fn offers(&self) -> &Offers {
        &self.offers
    }

    /// The ids of all policies, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.keys().map(String::as_str)
    }
}

/// Puts the files in the order of their names and bounds what they hold.
fn in_order(files: &[PolicyFile]) -> Result<Vec<PolicyFile>, PolicyFault> {
    if files.len() > POLICY_FILES_MAX {
        return Err(PolicyFault::TooMuch {
            place: Place {
                file: "policy".to_owned(),
                line: 1,
            },
            what: "files",
            count: files.len(),
            max: POLICY_FILES_MAX,
        });
    }
    let mut sorted: BTreeMap<&str, &PolicyFile> = BTreeMap::new();
    for file in files {
        check_size(file)?;
        check_nesting(file)?;
        if sorted.insert(&file.name, file).is_some() {
            return Err(PolicyFault::DuplicateFile {
                file: file.name.clone(),
            });
        }
    }
    Ok(sorted.into_values().cloned().collect())
}

fn check_schema(file: &PolicyFile) -> Result<(), PolicyFault> {
    if file.text == SCHEMA {
        Ok(())
    } else {
        Err(PolicyFault::OtherSchema {
            file: file.name.clone(),
        })
    }
}

/// Parses, validates and names the policies of one file.
fn read_cedar(
    file: &PolicyFile,
    validator: &Validator,
    rules: &mut BTreeMap<String, Rule>,
) -> Result<(), PolicyFault> {
    let set: PolicySet = file
        .text
        .parse()
        .map_err(|errors: cedar_policy::ParseErrors| {
            let first = errors.iter().next();
            PolicyFault::Syntax {
                place: place_of(file, first.map_or(&errors, |error| error)),
                message: first.map_or_else(|| errors.to_string(), ToString::to_string),
            }
        })?;
    if let Some(template) = set.templates().next() {
        return Err(PolicyFault::NotCheckable {
            place: place_in(file, &template.to_string()),
            what: "a template".to_owned(),
            instead: "name the channel and the rank",
        });
    }
    let result = validator.validate(&set, ValidationMode::Strict);
    if let Some(error) = result.validation_errors().next() {
        return Err(schema_fault(file, error));
    }
    // A warning says that a policy never applies or that its letters deceive: neither
    // belongs in a rule book.
    if let Some(warning) = result.validation_warnings().next() {
        return Err(schema_fault(file, warning));
    }
    for policy in set.policies() {
        let (id, rule) = read_rule(file, policy)?;
        if let Some(first) = rules.get(&id) {
            return Err(PolicyFault::DuplicateId {
                place: rule.place,
                id,
                first: first.place.clone(),
            });
        }
        rules.insert(id, rule);
    }
    if rules.len() > POLICIES_MAX {
        return Err(PolicyFault::TooMuch {
            place: file.place(0),
            what: "policies",
            count: rules.len(),
            max: POLICIES_MAX,
        });
    }
    Ok(())
}

fn read_rule(
    file: &PolicyFile,
    policy: &cedar_policy::Policy,
) -> Result<(String, Rule), PolicyFault> {
    let place = place_in(file, &policy.to_string());
    let id = annotation(policy, &place, "id", POLICY_ID_CHARS_MAX)?;
    if !id
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        return Err(PolicyFault::Annotation {
            place,
            annotation: "id",
            problem: "takes lower-case letters, digits and hyphens".to_owned(),
        });
    }
    let zh = annotation(policy, &place, "reason_zh", POLICY_REASON_CHARS_MAX)?;
    let en = annotation(policy, &place, "reason_en", POLICY_REASON_CHARS_MAX)?;
    let body = policy.to_pst().map_err(|error| PolicyFault::Syntax {
        place: place.clone(),
        message: error.to_string(),
    })?;
    let mentions = Mentions::of(body.body(), &place)?;
    let cedar = policy.new_id(PolicyId::new(&id));
    let rule = Rule {
        permits: policy.effect() == Effect::Permit,
        actions: actions(policy),
        reason: Bilingual { zh, en },
        mentions,
        place,
        cedar,
    };
    Ok((id, rule))
}

/// Reads an annotation that must be there and must be fit to be shown.
fn annotation(
    policy: &cedar_policy::Policy,
    place: &Place,
    name: &'static str,
    chars_max: usize,
) -> Result<String, PolicyFault> {
    let fault = |problem: String| PolicyFault::Annotation {
        place: place.clone(),
        annotation: name,
        problem,
    };
    let text = policy
        .annotation(name)
        .ok_or_else(|| fault("is missing".to_owned()))?;
    if text.trim().is_empty() || text.trim() != text {
        return Err(fault("is empty, or begins or ends with a space".to_owned()));
    }
    if text.chars().count() > chars_max {
        return Err(fault(format!("is longer than {chars_max} characters")));
    }
    if text.chars().any(is_invisible) {
        return Err(fault("has a character that cannot be seen".to_owned()));
    }
    Ok(text.to_owned())
}

/// Control characters, and those that hide or reorder the ones beside them (attack A06).
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// The steps that a policy is about.
fn actions(policy: &cedar_policy::Policy) -> BTreeSet<Action> {
    let constraint = policy.action_constraint();
    Action::ALL
        .into_iter()
        .filter(|asked| match &constraint {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(named) => *named == request::action(*asked),
            ActionConstraint::In(named) => named.contains(&request::action(*asked)),
        })
        .collect()
}

fn slices(rules: &BTreeMap<String, Rule>) -> BTreeMap<(Action, Channel), PolicySet> {
    let mut slices = BTreeMap::new();
    for action in Action::ALL {
        for channel in Channel::ALL {
            let concerned = rules.values().filter(|rule| {
                rule.actions.contains(&action)
                    && match rule.cedar.principal_constraint() {
                        PrincipalConstraint::Eq(named) => named == request::channel(*channel),
                        _ => true,
                    }
            });
            #[expect(
                clippy::unwrap_used,
                reason = "ids differ, they are the keys of the map"
            )]
            let set = PolicySet::from_policies(concerned.map(|rule| rule.cedar.clone())).unwrap();
            slices.insert((action, *channel), set);
        }
    }
    slices
}

fn schema_fault(file: &PolicyFile, error: &(impl Diagnostic + ToString)) -> PolicyFault {
    PolicyFault::Schema {
        place: place_of(file, error),
        message: without_policy(&error.to_string()),
    }
}

/// Takes Cedar's internal number of the policy out of its message: the place says more.
fn without_policy(message: &str) -> String {
    match message
        .strip_prefix("for policy `")
        .and_then(|rest| rest.split_once("`, "))
    {
        Some((_, rest)) => rest.to_owned(),
        None => message.to_owned(),
    }
}

/// Where a diagnostic points.
fn place_of(file: &PolicyFile, diagnostic: &dyn Diagnostic) -> Place {
    let offset = diagnostic.labels().and_then(|mut labels| labels.next());
    file.place(offset.map_or(0, |label| label.offset()))
}

/// Where a policy begins whose text this is: Cedar keeps the text as it was written.
fn place_in(file: &PolicyFile, text: &str) -> Place {
    file.place(file.text.find(text.trim()).unwrap_or_default())
}
