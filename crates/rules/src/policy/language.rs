//! The part of Cedar that policies are written in, and what a policy looks at.
//!
//! The exhaustive check asks about representatives: one value out of every range
//! between the numbers that policies compare with. That is sound only while numbers
//! are compared with literals and with nothing else. So arithmetic, text patterns and
//! the like are refused here, by a list of what is allowed rather than of what is not.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::pst::{
    ActionConstraint, BinaryOp, Clause, Expr, Literal, PrincipalConstraint, ResourceConstraint,
    Template, UnaryOp, Var,
};

use super::evidence_set::EvidenceSet;
use super::fault::PolicyFault;
use super::source::Place;
use crate::vocabulary::EvidenceKind;

/// What a question holds besides its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attribute {
    Channel,
    Rank,
    Reason,
    MerchantStatus,
    ContactAgeHours,
    Failures30d,
    Resets30d,
    Hour,
    TerminalOnline,
    UnsettledBatch,
    OpenAlert,
}

impl Attribute {
    pub(super) const ALL: [Self; 11] = [
        Self::Channel,
        Self::Rank,
        Self::Reason,
        Self::MerchantStatus,
        Self::ContactAgeHours,
        Self::Failures30d,
        Self::Resets30d,
        Self::Hour,
        Self::TerminalOnline,
        Self::UnsettledBatch,
        Self::OpenAlert,
    ];

    /// The attribute of the context with that name.
    fn in_context(name: &str) -> Option<Self> {
        Some(match name {
            "reason" => Self::Reason,
            "merchant_status" => Self::MerchantStatus,
            "contact_age_hours" => Self::ContactAgeHours,
            "failures_30d" => Self::Failures30d,
            "resets_30d" => Self::Resets30d,
            "hour" => Self::Hour,
            "terminal_online" => Self::TerminalOnline,
            "unsettled_batch" => Self::UnsettledBatch,
            "open_alert" => Self::OpenAlert,
            _ => return None,
        })
    }

    const fn is_number(self) -> bool {
        matches!(
            self,
            Self::ContactAgeHours | Self::Failures30d | Self::Resets30d | Self::Hour
        )
    }
}

/// What one policy, or several together, look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mentions {
    /// The attributes.
    pub(super) attributes: BTreeSet<Attribute>,
    /// The kinds of evidence.
    pub(super) evidence: EvidenceSet,
    /// For each number: where a range begins whose values a policy tells from those
    /// just below.
    pub(super) splits: BTreeMap<Attribute, BTreeSet<i64>>,
}

impl Mentions {
    pub(super) fn split(&mut self, attribute: Attribute, at: i64) {
        self.attributes.insert(attribute);
        self.splits.entry(attribute).or_default().insert(at);
    }

    pub(super) fn extend(&mut self, other: &Self) {
        self.attributes.extend(&other.attributes);
        self.evidence = self.evidence.union(other.evidence);
        for (attribute, splits) in &other.splits {
            self.splits.entry(*attribute).or_default().extend(splits);
        }
    }

    /// Reads what a policy looks at.
    pub(super) fn of(policy: &Template, place: &Place) -> Result<Self, PolicyFault> {
        let mut mentions = Self::default();
        if !matches!(policy.principal, PrincipalConstraint::Any) {
            mentions.attributes.insert(Attribute::Channel);
        }
        if !matches!(policy.resource, ResourceConstraint::Any) {
            mentions.attributes.insert(Attribute::Rank);
        }
        match policy.action {
            ActionConstraint::Any | ActionConstraint::Eq(_) | ActionConstraint::In(_) => {}
        }
        // A list of what is still to be read instead of recursion over outside data.
        let mut open: Vec<&Expr> = policy
            .clauses()
            .iter()
            .map(|clause| match clause {
                Clause::When(expr) | Clause::Unless(expr) => expr.as_ref(),
            })
            .collect();
        while let Some(expr) = open.pop() {
            mentions
                .read(expr, &mut open)
                .map_err(|unread| PolicyFault::NotCheckable {
                    place: place.clone(),
                    what: unread.what,
                    instead: unread.instead,
                })?;
        }
        Ok(mentions)
    }

    /// Reads one expression and leaves its parts to be read.
    fn read<'a>(&mut self, expr: &'a Expr, open: &mut Vec<&'a Expr>) -> Result<(), Unread> {
        match expr {
            Expr::Literal(_) => {}
            Expr::Var(Var::Principal) => {
                self.attributes.insert(Attribute::Channel);
            }
            Expr::Var(Var::Resource) => {
                self.attributes.insert(Attribute::Rank);
            }
            Expr::Var(Var::Action) => {
                return Err(Unread::new(
                    "`action` in a condition",
                    "name the steps in the head",
                ));
            }
            Expr::GetAttr { expr: of, attr } => self.read_attribute(of, attr)?,
            Expr::HasAttr { expr: of, attrs } if matches!(**of, Expr::Var(Var::Context)) => {
                self.attributes.extend(Attribute::in_context(&attrs.head));
            }
            Expr::UnaryOp {
                op: UnaryOp::Not,
                expr,
            } => open.push(expr),
            Expr::Is {
                expr,
                in_expr: None,
                ..
            } => open.push(expr),
            Expr::IfThenElse {
                cond,
                then_expr,
                else_expr,
            } => {
                open.extend([&**cond, &**then_expr, &**else_expr]);
            }
            Expr::Set(members) => open.extend(members.iter().map(AsRef::as_ref)),
            Expr::BinaryOp { op, left, right } => {
                if !self.read_comparison(*op, left, right) {
                    Self::check_operator(*op)?;
                    open.extend([&**left, &**right]);
                }
            }
            other => {
                return Err(Unread::new(
                    format!("`{other}`"),
                    "use attributes, comparisons, sets, `&&`, `||`, `!` and `if`",
                ));
            }
        }
        Ok(())
    }

    /// Reads `context.name`, `context.evidence.kind`, `context.assurance.level`.
    fn read_attribute(&mut self, of: &Expr, name: &str) -> Result<(), Unread> {
        match of {
            Expr::Var(Var::Context) => match Attribute::in_context(name) {
                Some(attribute) if attribute.is_number() => Err(Unread::new(
                    format!("`context.{name}` other than against a number"),
                    "compare it with a number by ==, !=, <, <=, > or >=",
                )),
                Some(attribute) => {
                    self.attributes.insert(attribute);
                    Ok(())
                }
                None => Err(Unread::new(
                    format!("`context.{name}` as a whole"),
                    "name its part",
                )),
            },
            Expr::GetAttr { expr, attr } if matches!(**expr, Expr::Var(Var::Context)) => {
                match (attr.as_str(), name.parse::<EvidenceKind>()) {
                    ("evidence", Ok(kind)) => self.evidence = self.evidence.with(kind),
                    // A level follows from all the evidence.
                    ("assurance", _) => self.evidence = EvidenceSet::FULL,
                    _ => return Err(Unread::new(format!("`{attr}.{name}`"), "see the schema")),
                }
                Ok(())
            }
            _ => Err(Unread::new(
                format!("`.{name}`"),
                "use attributes of the context",
            )),
        }
    }

    /// Reads a number compared with a literal. False when it is something else.
    fn read_comparison(&mut self, op: BinaryOp, left: &Expr, right: &Expr) -> bool {
        if op == BinaryOp::Contains {
            let (Expr::Set(members), Some(attribute)) = (left, number(right)) else {
                return false;
            };
            let literals: Vec<i64> = members
                .iter()
                .filter_map(|member| literal(member))
                .collect();
            if literals.len() != members.len() {
                return false;
            }
            for value in literals {
                self.split(attribute, value);
                self.split(attribute, value.saturating_add(1));
            }
            return true;
        }
        let (attribute, value, op) = match (number(left), literal(right)) {
            (Some(attribute), Some(value)) => (attribute, value, op),
            _ => match (literal(left), number(right)) {
                (Some(value), Some(attribute)) => (attribute, value, mirrored(op)),
                _ => return false,
            },
        };
        let after = value.saturating_add(1);
        match op {
            BinaryOp::Less | BinaryOp::GreaterEq => self.split(attribute, value),
            BinaryOp::LessEq | BinaryOp::Greater => self.split(attribute, after),
            BinaryOp::Eq | BinaryOp::NotEq => {
                self.split(attribute, value);
                self.split(attribute, after);
            }
            _ => return false,
        }
        true
    }

    fn check_operator(op: BinaryOp) -> Result<(), Unread> {
        match op {
            BinaryOp::Eq
            | BinaryOp::NotEq
            | BinaryOp::Less
            | BinaryOp::LessEq
            | BinaryOp::Greater
            | BinaryOp::GreaterEq
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::In
            | BinaryOp::Contains
            | BinaryOp::ContainsAll
            | BinaryOp::ContainsAny => Ok(()),
            other => Err(Unread::new(
                format!("`{other}`"),
                "compare with a number instead",
            )),
        }
    }
}

/// The number attribute that an expression is, if it is one.
fn number(expr: &Expr) -> Option<Attribute> {
    match expr {
        Expr::GetAttr { expr, attr } if matches!(**expr, Expr::Var(Var::Context)) => {
            Attribute::in_context(attr).filter(|attribute| attribute.is_number())
        }
        _ => None,
    }
}

/// The number that an expression spells out, if it does.
fn literal(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(Literal::Long(value)) => Some(*value),
        Expr::UnaryOp {
            op: UnaryOp::Neg,
            expr,
        } => match &**expr {
            Expr::Literal(Literal::Long(value)) => value.checked_neg(),
            _ => None,
        },
        _ => None,
    }
}

/// The operator with its sides exchanged.
const fn mirrored(op: BinaryOp) -> BinaryOp {
    match op {
        BinaryOp::Less => BinaryOp::Greater,
        BinaryOp::LessEq => BinaryOp::GreaterEq,
        BinaryOp::Greater => BinaryOp::Less,
        BinaryOp::GreaterEq => BinaryOp::LessEq,
        other => other,
    }
}

/// An expression that is outside the language.
struct Unread {
    what: String,
    instead: &'static str,
}

impl Unread {
    fn new(what: impl Into<String>, instead: &'static str) -> Self {
        Self {
            what: what.into(),
            instead,
        }
    }
}
