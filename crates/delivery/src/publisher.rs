//! Publishing: matches drafts with subscriptions and appends both to the journal. An event that was published before, by
//! its id or its idempotency key, is returned instead of a new one.

use crate::{
    activity::Activity,
    draft::Draft,
    fan_out::{TooManySubscriptions, fan_out},
    index::Index,
    journal::{AppendError, Journal, Recipients},
    matching::Filters,
    traces::{Publishing, Traces},
};
use model::{Clock, Event, EventId, IdSource, IdStyle, TenantId};
use std::{fmt, sync::Arc};
use storage::{Append, Appended, DedupeKey, NewEvent, StorageError, Store};

/// An event that is durable.
#[derive(Clone, Debug)]
pub struct Published {
    pub event: Arc<Event>,
    /// True if the event had been published before; `event` is the first one.
    pub duplicate: bool,
    /// The first difference between a duplicate and its first publication.
    pub differs_in: Option<Difference>,
}

/// A difference between an event and the first one with its id or idempotency key. Displayed as the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    Id,
    Type,
    Data,
    DeliverAt,
    /// The batch has more or fewer events than the first one.
    Length,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id => "id",
            Self::Type => "type",
            Self::Data => "data",
            Self::DeliverAt => "deliver_at",
            Self::Length => "number of events",
        })
    }
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Try again shortly.
    #[error("more is being published than can be written")]
    Busy,
    #[error("the server is shutting down")]
    ShuttingDown,
    /// The idempotency key was used before, for an event that differs in this field from the one at this place.
    #[error("the idempotency key was used before with another {field}")]
    KeyReused { index: usize, field: Difference },
    #[error("the tenant does not exist")]
    NoTenant,
    #[error("an event can go to at most {} subscriptions", EventId::MAX_DELIVERIES)]
    TooManySubscriptions,
    /// No active subscription matches, and the caller asked for at least one ([`Want::Active`]).
    #[error("no active subscription matches this event")]
    NoSubscription,
    #[error("the store did not take it")]
    Store(#[source] Arc<StorageError>),
}

impl From<AppendError> for PublishError {
    fn from(fault: AppendError) -> Self {
        match fault {
            AppendError::Full => Self::Busy,
            AppendError::Closed => Self::ShuttingDown,
            AppendError::NoTenant => Self::NoTenant,
            AppendError::Store(source) => Self::Store(source),
        }
    }
}

impl From<TooManySubscriptions> for PublishError {
    fn from(_: TooManySubscriptions) -> Self {
        Self::TooManySubscriptions
    }
}

/// Whether an event must match a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// An event without a matching subscription is stored too.
    Any,
    /// At least one active subscription must match.
    Active,
}

/// Publishes events. Knows neither lanes nor receivers.
pub struct Publisher {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<IdSource>,
    pub(crate) index: Arc<Index>,
    pub(crate) filters: Filters,
    pub(crate) journal: Journal,
    pub(crate) traces: Traces,
    /// The form in which generated event ids are written.
    pub(crate) style: IdStyle,
    pub(crate) activity: Arc<Activity>,
}

impl Publisher {
    /// Publishes all of `drafts` or none. Returns when they are durable.
    pub async fn publish(
        &self,
        tenant: &TenantId,
        mut drafts: Vec<Draft>,
        want: Want,
    ) -> Result<Vec<Published>, PublishError> {
        if let Some(first) = drafts.first()
            && let Some(key) = &first.idempotency_key
            && key.contains(SEPARATOR)
            && self.published_under(tenant, key).await?.is_some()
        {
            return self.published_again(tenant, &drafts).await;
        }
        let now = self.clock.now();
        let mut known = Vec::with_capacity(drafts.len());
        let mut events = Vec::with_capacity(drafts.len());
        let mut recipients = Vec::with_capacity(drafts.len());
        // Of sampled events, with their places in `events`.
        let mut traced: Vec<(usize, Publishing)> = Vec::new();
        for draft in &mut drafts {
            let first = self.published_as(tenant, draft).await?;
            let is_new = first.is_none();
            known.push(first);
            if !is_new {
                continue;
            }
            let mut matched = self.filters.matching(&self.index, tenant, draft).await;
            if want == Want::Active {
                matched.targets.retain(|target| target.subscription.state.is_active());
                if matched.targets.is_empty() {
                    return Err(PublishError::NoSubscription);
                }
            }
            traced.extend(self.traces.publish(draft).map(|publishing| (events.len(), publishing)));
            events.push(fan_out(tenant, self.ids.event(now), draft, &matched, now)?);
            recipients.push(matched.targets);
        }
        let mut appended = self.append(tenant, events, recipients, traced).await?.into_iter();
        let mut published = Vec::with_capacity(drafts.len());
        for (index, (draft, known)) in drafts.iter().zip(known).enumerate() {
            let first = match known {
                Some(first) => first,
                None => match appended.next() {
                    Some((event, Appended::New)) => {
                        published.push(Published { event, duplicate: false, differs_in: None });
                        continue;
                    }
                    Some((_, Appended::Duplicate(first))) => *first,
                    None => break,
                },
            };
            published.push(self.duplicate(tenant, index, draft, first).await?);
        }
        Ok(published)
    }

    /// The event that `draft` names by an id of ours, if it is published again under that id. There is no race: such an id
    /// is known only after its event is durable. (The journal's commit finds ids that publishers gave.)
    async fn published_as(&self, tenant: &TenantId, draft: &Draft) -> Result<Option<Event>, PublishError> {
        let Some(id) = draft.given_id.as_deref().and_then(EventId::parse_exact) else { return Ok(None) };
        let found = self.store.event(tenant, id).await.map_err(|fault| PublishError::Store(Arc::new(fault)))?;
        Ok(found.filter(|event| event.given_id.is_none()))
    }

    async fn published_under(&self, tenant: &TenantId, key: &str) -> Result<Option<Event>, PublishError> {
        let name = DedupeKey::Idempotency(key.to_owned());
        self.store.event_by_key(tenant, &name).await.map_err(|fault| PublishError::Store(Arc::new(fault)))
    }

    /// Answers a batch whose idempotency key was used before: it must be the same batch; nothing is written.
    async fn published_again(&self, tenant: &TenantId, drafts: &[Draft]) -> Result<Vec<Published>, PublishError> {
        let mut published = Vec::with_capacity(drafts.len());
        let another_length = |index| PublishError::KeyReused { index, field: Difference::Length };
        for (index, draft) in drafts.iter().enumerate() {
            let key = draft.idempotency_key.as_deref().unwrap_or_default();
            let first = self.published_under(tenant, key).await?.ok_or_else(|| another_length(index))?;
            published.push(self.duplicate(tenant, index, draft, first).await?);
        }
        let key = drafts.first().and_then(|draft| draft.idempotency_key.as_deref()?.rsplit_once(SEPARATOR));
        let next = key.map(|(key, _)| batch_key(key, drafts.len())).unwrap_or_default();
        match self.published_under(tenant, &next).await? {
            Some(_) => Err(another_length(drafts.len())),
            None => Ok(published),
        }
    }

    /// The result for a draft with the id or the idempotency key of `first`. A key that was used for another event is
    /// refused. An id always stands for its first event; a difference is reported.
    async fn duplicate(
        &self,
        tenant: &TenantId,
        index: usize,
        draft: &Draft,
        first: Event,
    ) -> Result<Published, PublishError> {
        let has_its_id = draft.given_id.as_deref().is_some_and(|given| is_called(&first, given));
        let field =
            if draft.given_id.is_some() && !has_its_id { Some(Difference::Id) } else { difference(draft, &first) };
        if let (Some(field), Some(key)) = (field, &draft.idempotency_key) {
            let by_key = !has_its_id || self.published_under(tenant, key).await?.is_some();
            if by_key {
                return Err(PublishError::KeyReused { index, field });
            }
        }
        Ok(Published { event: Arc::new(first), duplicate: true, differs_in: field })
    }

    /// Appends the events; returns each with its result.
    async fn append(
        &self,
        tenant: &TenantId,
        events: Vec<NewEvent>,
        recipients: Recipients,
        mut traced: Vec<(usize, Publishing)>,
    ) -> Result<Vec<(Arc<Event>, Appended)>, PublishError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let events = Arc::new(events);
        let append = Append { tenant: tenant.clone(), events: events.clone() };
        traced.iter_mut().for_each(|(_, publishing)| publishing.append());
        let each = self.journal.append(append, recipients).await;
        for (at, publishing) in traced {
            let ended = each.as_deref().map(|each| &each[at]);
            publishing.end(&events[at].event, self.style, ended);
        }
        let each = each?;
        self.activity.published(each.iter().filter(|one| **one == Appended::New).count());
        Ok(events.iter().map(|new| new.event.clone()).zip(each).collect())
    }
}

/// Separates a batch's idempotency key from an event's position in it. Headers cannot contain this character.
const SEPARATOR: char = '\u{1f}';

/// The idempotency key of the event at this position of a batch.
pub fn batch_key(key: &str, index: usize) -> String {
    format!("{key}{SEPARATOR}{index}")
}

/// True if this text is the event's public id.
fn is_called(event: &Event, text: &str) -> bool {
    match &event.given_id {
        Some(given) => &**given == text,
        None => EventId::parse_exact(text) == Some(event.id),
    }
}

/// The first field in which a draft differs from an event. The same JSON in another spelling is no difference.
fn difference(draft: &Draft, first: &Event) -> Option<Difference> {
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
    if draft.event_type != first.event_type {
        return Some(Difference::Type);
    }
    // The data of an erased event cannot be compared.
    let same = first.payload_erased_at.is_some()
        || draft.data == first.data
        || value(&draft.data).is_some_and(|one| Some(one) == value(&first.data));
    if !same {
        return Some(Difference::Data);
    }
    (draft.deliver_at != first.deliver_at).then_some(Difference::DeliverAt)
}
