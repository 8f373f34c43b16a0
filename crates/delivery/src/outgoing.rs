//! An event in memory between its commit and its last attempt, and its deliveries on their way into the lanes.

use crate::target::Target;
use bytes::Bytes;
use model::{DeliveryId, Event, IdStyle, Profile, Queue, Timestamp, profile};
use std::sync::{Arc, OnceLock};
use storage::NewEvent;

/// An event on its way. Each profile's body is rendered once and shared by all deliveries of the event.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) event: Event,
    public_id: OnceLock<String>,
    bodies: [OnceLock<Bytes>; Profile::ALL.len()],
}

impl Outgoing {
    pub(crate) const fn new(event: Event) -> Self {
        Self { event, public_id: OnceLock::new(), bodies: [const { OnceLock::new() }; Profile::ALL.len()] }
    }

    pub(crate) fn public_id(&self, style: IdStyle) -> &str {
        self.public_id.get_or_init(|| self.event.public_id(style))
    }

    pub(crate) fn body(&self, profile: Profile, style: IdStyle) -> Bytes {
        self.bodies[usize::from(profile.code())].get_or_init(|| profile::render(profile, &self.event, style)).clone()
    }

    /// Appends the event as one of a batch.
    pub(crate) fn append_to_batch(&self, profile: Profile, style: IdStyle, body: &mut Vec<u8>) {
        profile::render_item(profile, &self.event, style, body);
    }

    /// Bytes of data and metadata.
    pub(crate) fn bytes(&self) -> usize {
        self.event.data.len() + self.event.metadata.len()
    }

    /// Approximate size in memory, in bytes.
    pub(crate) fn weight(&self) -> usize {
        2 * self.event.data.len() + self.event.metadata.len() + 768
    }
}

/// A committed delivery.
#[derive(Debug)]
pub(crate) struct Offer {
    pub(crate) target: Arc<Target>,
    pub(crate) delivery: DeliveryId,
    pub(crate) ready: Ready,
}

/// When a committed delivery can be sent.
#[derive(Clone, Debug)]
pub(crate) enum Ready {
    /// Its lane can take it.
    Now(Arc<Outgoing>),
    /// It stays in the store, in this queue, until this time if it waits for one.
    InStore(Queue, Option<Timestamp>),
}

impl Offer {
    /// Appends the deliveries of a committed event to `targets`, which are in the order of the deliveries.
    pub(crate) fn extend(offers: &mut Vec<Self>, new: &NewEvent, targets: Vec<Arc<Target>>) {
        if targets.is_empty() {
            return;
        }
        let ready = match new.due_at {
            None => Ready::Now(Arc::new(Outgoing::new((*new.event).clone()))),
            at => Ready::InStore(Queue::Delayed, at),
        };
        offers.extend(new.deliveries.iter().zip(targets).map(|(delivery, target)| Self {
            target,
            delivery: delivery.id,
            ready: match delivery.order {
                None => ready.clone(),
                // Only the store knows whether it is the first of its key.
                Some(_) => Ready::InStore(Queue::Ordered, new.due_at),
            },
        }));
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use model::{Event, EventId, EventType, Priority, TenantId, Timestamp};

    /// An event without data.
    pub(crate) fn event(tenant: &str) -> Event {
        Event {
            id: EventId::from_bytes([7; 16]),
            given_id: None,
            tenant: TenantId::trusted(tenant),
            event_type: EventType::trusted("invoice.created"),
            timestamp: Timestamp::from_millis(0),
            data: Default::default(),
            metadata: Default::default(),
            priority: Priority::Normal,
            deliveries: 1,
            deliver_at: None,
            payload_erased_at: None,
            trace: None,
            channels: Default::default(),
        }
    }
}
