//! Publishing: matches drafts with subscriptions and appends both to the journal. An event that was published before, by
//! its id or its idempotency key, is returned instead of a new one.

use crate::{
    draft::Draft,
    fan_out::{TooManySubscriptions, fan_out},
    index::Index,
    journal::{AppendError, Journal, Recipients},
};
use model::{Clock, Event, EventId, IdSource, TenantId};
use std::sync::Arc;
use storage::{Append, Appended, DedupeKey, NewEvent, StorageError, Store};

/// An event that is durable.
#[derive(Clone, Debug)]
pub struct Published {
    pub event: Arc<Event>,
    /// It had been published before; this is the first one.
    pub duplicate: bool,
    /// In what the first one differs from what was published now under its id.
    pub differs_in: Option<&'static str>,
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
    KeyReused { index: usize, field: &'static str },
    #[error("the tenant does not exist")]
    NoTenant,
    #[error("an event can go to at most {} subscriptions", EventId::MAX_DELIVERIES)]
    TooManySubscriptions,
    /// No subscription wants it, and its publisher asked for at least one.
    #[error("no active subscription wants this event")]
    NobodyWants,
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
    pub(crate) journal: Journal,
}

impl Publisher {
    /// Publishes all of `drafts` or none. Returns when they are durable.
    pub async fn publish(
        &self,
        tenant: &TenantId,
        drafts: Vec<Draft>,
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
        for draft in &drafts {
            let first = self.published_as(tenant, draft).await?;
            let is_new = first.is_none();
            known.push(first);
            if !is_new {
                continue;
            }
            let mut targets = self.index.matching(tenant, &draft.event_type);
            if want == Want::Active {
                targets.retain(|target| target.subscription.state.is_active());
                if targets.is_empty() {
                    return Err(PublishError::NobodyWants);
                }
            }
            events.push(fan_out(tenant, self.ids.event(now), draft, &targets, now)?);
            recipients.push(targets);
        }
        let mut appended = self.append(tenant, events, recipients).await?.into_iter();
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

    /// The event that is published again under the id which we gave it. (An id that its publisher gave is found where
    /// it is written.) Nobody knows an id of ours before its event is durable, so there is no race to lose here.
    async fn published_as(&self, tenant: &TenantId, draft: &Draft) -> Result<Option<Event>, PublishError> {
        let Some(id) = draft.given_id.as_deref().and_then(EventId::parse_exact) else { return Ok(None) };
        let found = self.store.event(tenant, id).await.map_err(|fault| PublishError::Store(Arc::new(fault)))?;
        Ok(found.filter(|event| event.given_id.is_none()))
    }

    async fn published_under(&self, tenant: &TenantId, key: &str) -> Result<Option<Event>, PublishError> {
        let name = DedupeKey::Idempotency(key.to_owned());
        self.store.event_by_key(tenant, &name).await.map_err(|fault| PublishError::Store(Arc::new(fault)))
    }

    /// A batch whose idempotency key is known: it must be the same batch, and nothing of it is written again.
    async fn published_again(&self, tenant: &TenantId, drafts: &[Draft]) -> Result<Vec<Published>, PublishError> {
        let mut published = Vec::with_capacity(drafts.len());
        let another_length = |index| PublishError::KeyReused { index, field: LENGTH };
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

    /// What publishing `draft` comes to when `first` has its id or its idempotency key. A key that is used for something
    /// else is refused; an id names the first event, whatever comes later under it.
    async fn duplicate(
        &self,
        tenant: &TenantId,
        index: usize,
        draft: &Draft,
        first: Event,
    ) -> Result<Published, PublishError> {
        let has_its_id = draft.given_id.as_deref().is_some_and(|given| is_called(&first, given));
        let field = if draft.given_id.is_some() && !has_its_id { Some("id") } else { difference(draft, &first) };
        if let (Some(field), Some(key)) = (field, &draft.idempotency_key) {
            let by_key = !has_its_id || self.published_under(tenant, key).await?.is_some();
            if by_key {
                return Err(PublishError::KeyReused { index, field });
            }
        }
        Ok(Published { event: Arc::new(first), duplicate: true, differs_in: field })
    }

    /// Each event as it was meant to be written, and what became of it.
    async fn append(
        &self,
        tenant: &TenantId,
        events: Vec<NewEvent>,
        recipients: Recipients,
    ) -> Result<Vec<(Arc<Event>, Appended)>, PublishError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let events = Arc::new(events);
        let append = Append { tenant: tenant.clone(), events: events.clone() };
        let each = self.journal.append(append, recipients).await?;
        Ok(events.iter().map(|new| new.event.clone()).zip(each).collect())
    }
}

/// Between a batch's idempotency key and an event's place in it; no header has such a character.
const SEPARATOR: char = '\u{1f}';

/// The idempotency key of the event at this place of a batch.
pub fn batch_key(key: &str, index: usize) -> String {
    format!("{key}{SEPARATOR}{index}")
}

/// The field of [`PublishError::KeyReused`] when a batch has more or fewer events than the first one.
pub const LENGTH: &str = "number of events";

/// Whether this text is the event's id.
fn is_called(event: &Event, text: &str) -> bool {
    match &event.given_id {
        Some(given) => &**given == text,
        None => EventId::parse_exact(text) == Some(event.id),
    }
}

/// The first field in which a draft differs from an event: its bytes, or, where a client has written the same JSON in
/// another way, its values.
fn difference(draft: &Draft, first: &Event) -> Option<&'static str> {
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).ok();
    if draft.event_type != first.event_type {
        return Some("type");
    }
    let same = draft.data == first.data || value(&draft.data).is_some_and(|one| Some(one) == value(&first.data));
    (!same).then_some("data")
}
