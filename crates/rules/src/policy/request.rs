//! A question in Cedar's words. The only place that knows both.

use cedar_policy::{
    Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, PolicySet, Request,
    Response, RestrictedExpression,
};
use tillkey_wire::ids::Rank;

use super::question::{Action, Question};
use crate::assurance::Assurance;
use crate::vocabulary::{Channel, EvidenceKind, MerchantStatus, Reason};

/// Names something in Cedar: `Channel::"app"`.
fn entity(kind: &'static str, name: &str) -> EntityUid {
    #[expect(clippy::unwrap_used, reason = "the kinds are the identifiers below")]
    let kind: EntityTypeName = kind.parse().unwrap();
    EntityUid::from_type_name_and_id(kind, EntityId::new(name))
}

pub(super) fn channel(channel: Channel) -> EntityUid {
    entity("Channel", channel.name())
}

pub(super) fn rank(rank: Rank) -> EntityUid {
    entity("Rank", rank.name())
}

pub(super) fn action(action: Action) -> EntityUid {
    entity("Action", action.name())
}

fn reason(reason: Reason) -> EntityUid {
    entity("Reason", reason.name())
}

fn merchant_status(status: MerchantStatus) -> EntityUid {
    entity("MerchantStatus", status.name())
}

/// A question, ready to be put to several actions.
pub(super) struct Prepared {
    channel: EntityUid,
    rank: EntityUid,
    context: Context,
}

impl Prepared {
    pub(super) fn new(question: &Question) -> Self {
        Self {
            channel: channel(question.channel),
            rank: rank(question.rank),
            context: context(question),
        }
    }

    /// Asks a set of policies for one action.
    pub(super) fn ask(&self, asked: Action, policies: &PolicySet) -> Response {
        let (channel, rank) = (self.channel.clone(), self.rank.clone());
        #[expect(
            clippy::unwrap_used,
            reason = "only a schema could object, and a test asks one"
        )]
        let request =
            Request::new(channel, action(asked), rank, self.context.clone(), None).unwrap();
        Authorizer::new().is_authorized(&request, policies, &Entities::empty())
    }
}

#[cfg(test)]
impl Prepared {
    /// Builds the request as [`Prepared::ask`] does, and holds it against the schema.
    pub(super) fn check(
        &self,
        asked: Action,
        schema: &cedar_policy::Schema,
    ) -> Result<Request, String> {
        let (channel, rank) = (self.channel.clone(), self.rank.clone());
        Request::new(
            channel,
            action(asked),
            rank,
            self.context.clone(),
            Some(schema),
        )
        .map_err(|error| error.to_string())
    }
}

/// The facts of the case, by the schema.
fn context(question: &Question) -> Context {
    let boolean = RestrictedExpression::new_bool;
    let number = |value: u32| RestrictedExpression::new_long(value.into());
    let evidence = EvidenceKind::ALL.iter().map(|kind| {
        (
            kind.name().to_owned(),
            boolean(question.evidence.contains(kind)),
        )
    });
    let reached = question.assurance();
    let assurance = [Assurance::Low, Assurance::Substantial, Assurance::High]
        .map(|level| (level.name().to_owned(), boolean(reached >= level)));
    let facts = [
        (
            "reason",
            RestrictedExpression::new_entity_uid(reason(question.reason)),
        ),
        ("evidence", record(evidence)),
        ("assurance", record(assurance)),
        (
            "merchant_status",
            RestrictedExpression::new_entity_uid(merchant_status(question.merchant_status)),
        ),
        ("contact_age_hours", number(question.contact_age_hours)),
        ("failures_30d", number(question.failures_30d)),
        ("resets_30d", number(question.resets_30d)),
        ("hour", number(question.hour.into())),
        ("terminal_online", boolean(question.terminal_online)),
        ("open_alert", boolean(question.open_alert)),
    ];
    let batch = question
        .unsettled_batch
        .map(|held| ("unsettled_batch", boolean(held)));
    let pairs = facts
        .into_iter()
        .chain(batch)
        .map(|(name, value)| (name.to_owned(), value));
    #[expect(
        clippy::unwrap_used,
        reason = "the names are different from each other"
    )]
    Context::from_pairs(pairs).unwrap()
}

fn record(
    fields: impl IntoIterator<Item = (String, RestrictedExpression)>,
) -> RestrictedExpression {
    #[expect(
        clippy::unwrap_used,
        reason = "the names are different from each other"
    )]
    RestrictedExpression::new_record(fields).unwrap()
}
