//! The bus: takes what is published, finds who wants it, and hands both to the journal.

use crate::{
    engine::Engine,
    journal::{AppendError, Recipients},
};
use bytes::Bytes;
use model::{Event, EventId, EventType, Priority, TenantId, Timestamp};
use std::sync::Arc;
use storage::{Append, Appended, DedupeKey, NewDelivery, NewEvent, StorageError};

/// An event as its publisher gave it, checked.
#[derive(Clone, Debug)]
pub struct Draft {
    pub event_type: EventType,
    /// A JSON object, byte for byte as published.
    pub data: Bytes,
    /// A JSON object, or empty.
    pub metadata: Bytes,
    /// The publisher's own id for it.
    pub given_id: Option<String>,
    pub timestamp: Option<Timestamp>,
    pub priority: Priority,
    pub idempotency_key: Option<String>,
    /// It was checked against its type's schema, and breaks it.
    pub broke_schema: bool,
}

/// An event that is durable.
#[derive(Clone, Debug)]
pub struct Published {
    pub event: Arc<Event>,
    /// It had been published before; this is the first one.
    pub duplicate: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Try again shortly.
    #[error("more is being published than can be written")]
    Busy,
    #[error("the server is shutting down")]
    ShuttingDown,
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

/// Whether an event that nobody wants is an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// It is written all the same.
    Any,
    /// At least one active subscription must want it.
    Active,
}

impl Engine {
    /// Publishes all of `drafts` or none. Returns when they are durable.
    pub async fn publish(
        &self,
        tenant: &TenantId,
        drafts: Vec<Draft>,
        want: Want,
    ) -> Result<Vec<Published>, PublishError> {
        let now = self.clock.now();
        let mut known = Vec::with_capacity(drafts.len());
        let mut events = Vec::with_capacity(drafts.len());
        let mut recipients = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let first = self.published_as(tenant, &draft).await?;
            let is_new = first.is_none();
            known.push(first.map(|event| Published { event: Arc::new(event), duplicate: true }));
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
            let id = self.ids.event(now);
            let deliveries = targets
                .iter()
                .enumerate()
                .map(|(at, target)| {
                    id.delivery(at + 1).map(|id| NewDelivery { id, subscription: target.subscription.id })
                })
                .collect::<Option<Vec<_>>>()
                .ok_or(PublishError::TooManySubscriptions)?;
            events.push(new_event(tenant, id, draft, deliveries, now));
            recipients.push(targets);
        }
        let mut new = self.append(tenant, events, recipients).await?.into_iter();
        Ok(known.into_iter().filter_map(|one| one.or_else(|| new.next())).collect())
    }

    /// The event that is published again under the id which we gave it. (An id that its publisher gave is found where
    /// it is written.) Nobody knows an id of ours before its event is durable, so there is no race to lose here.
    async fn published_as(&self, tenant: &TenantId, draft: &Draft) -> Result<Option<Event>, PublishError> {
        let Some(id) = draft.given_id.as_deref().and_then(|given| EventId::parse(given).ok()) else { return Ok(None) };
        let found = self.store.event(tenant, id).await.map_err(|fault| PublishError::Store(Arc::new(fault)))?;
        Ok(found.filter(|event| event.given_id.is_none()))
    }

    async fn append(
        &self,
        tenant: &TenantId,
        events: Vec<NewEvent>,
        recipients: Recipients,
    ) -> Result<Vec<Published>, PublishError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let events = Arc::new(events);
        let append = Append { tenant: tenant.clone(), events: events.clone() };
        let each = self.journal.append(append, recipients).await?;
        let published = |(new, appended): (&NewEvent, Appended)| match appended {
            Appended::New => Published { event: new.event.clone(), duplicate: false },
            Appended::Duplicate(first) => Published { event: Arc::new(*first), duplicate: true },
        };
        Ok(events.iter().zip(each).map(published).collect())
    }
}

pub(crate) fn new_event(
    tenant: &TenantId,
    id: EventId,
    draft: Draft,
    deliveries: Vec<NewDelivery>,
    now: Timestamp,
) -> NewEvent {
    // Both spellings of an id of ours are one id.
    let given = draft.given_id.map(|given| EventId::parse(&given).map_or(given, |id| id.to_string()));
    let mut keys = Vec::new();
    keys.extend(given.clone().map(DedupeKey::GivenId));
    keys.extend(draft.idempotency_key.map(DedupeKey::Idempotency));
    let event = Event {
        id,
        given_id: given.map(Into::into),
        tenant: tenant.clone(),
        event_type: draft.event_type,
        timestamp: draft.timestamp.unwrap_or(now).to_millis(),
        data: draft.data,
        metadata: draft.metadata,
        priority: draft.priority,
        deliveries: u32::try_from(deliveries.len()).unwrap_or(u32::MAX),
    };
    NewEvent { event: Arc::new(event), keys, deliveries, broke_schema: draft.broke_schema }
}
