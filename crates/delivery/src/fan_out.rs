//! Fan-out: one delivery for each subscription that an event goes to. The publisher and the outbox share it.

use crate::{draft::Draft, matching::Matched, target::Target};
use model::{Event, EventId, Subscription, TenantId, Timestamp};
use std::sync::Arc;
use storage::{DedupeKey, NewDelivery, NewEvent};

/// More subscriptions match than an event can have deliveries: see [`EventId::MAX_DELIVERIES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManySubscriptions;

/// The event with a delivery to each of the targets, in their order.
pub(crate) fn fan_out(
    tenant: &TenantId,
    id: EventId,
    draft: &Draft,
    matched: &Matched,
    now: Timestamp,
) -> Result<NewEvent, TooManySubscriptions> {
    let delivery = |(at, target): (usize, &Arc<Target>)| {
        let Subscription { id: subscription, ref policies, .. } = target.subscription;
        let order = policies.shape.ordered.as_ref().and_then(|order| order.key(&draft.data, &draft.metadata));
        id.delivery(at).map(|id| NewDelivery { id, subscription, order })
    };
    let deliveries =
        (1..).zip(&matched.targets).map(delivery).collect::<Option<Vec<_>>>().ok_or(TooManySubscriptions)?;
    Ok(NewEvent { filtered: matched.filtered.clone(), ..new_event(tenant, id, draft, deliveries, now) })
}

/// The event and its deliveries as the store writes them.
pub(crate) fn new_event(
    tenant: &TenantId,
    id: EventId,
    draft: &Draft,
    deliveries: Vec<NewDelivery>,
    now: Timestamp,
) -> NewEvent {
    // The store returns the event of the first known key, so the idempotency key comes first: a reused one must not be
    // hidden by a known id.
    let mut keys = Vec::new();
    keys.extend(draft.idempotency_key.clone().map(DedupeKey::Idempotency));
    keys.extend(draft.given_id.clone().map(DedupeKey::GivenId));
    let event = Event {
        id,
        given_id: draft.given_id.as_deref().map(Into::into),
        tenant: tenant.clone(),
        event_type: draft.event_type.clone(),
        timestamp: draft.timestamp.unwrap_or(now).to_millis(),
        data: draft.data.clone(),
        metadata: draft.metadata.clone(),
        priority: draft.priority,
        deliveries: u32::try_from(deliveries.len()).unwrap_or(u32::MAX),
        deliver_at: draft.deliver_at,
        payload_erased_at: None,
        trace: draft.trace.clone(),
        channels: draft.channels.clone(),
    };
    let due_at = draft.deliver_at.filter(|at| *at > now);
    NewEvent {
        event: Arc::new(event),
        keys,
        deliveries,
        filtered: Vec::new(),
        broke_schema: draft.broke_schema,
        due_at,
    }
}
