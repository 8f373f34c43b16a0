//! Writes of events, outcomes and attempts, in batches that commit in one transaction.

use crate::StorageError;
use async_trait::async_trait;
use model::{
    Attempt, DeliveryId, Event, EventType, SubscriptionId, TenantId, Timestamp,
    attempt::cut,
    delivery::{EndStatus, Next},
    shape::OrderKey,
};
use std::sync::{Arc, Mutex};

/// A deduplication key: each key is published at most once per tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DedupeKey {
    /// The event's id as chosen by its publisher.
    GivenId(String),
    /// The value of an `Idempotency-Key` header.
    Idempotency(String),
}

impl DedupeKey {
    /// The text form that stores keep.
    pub fn text(&self) -> String {
        match self {
            Self::GivenId(id) => format!("i:{id}"),
            Self::Idempotency(key) => format!("k:{key}"),
        }
    }
}

/// A delivery of a new event; its id is the event's id with a number in the low 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub subscription: SubscriptionId,
    /// It is sent in order with the subscription's other deliveries of this key: it waits in [`model::Queue::Ordered`].
    pub order: Option<OrderKey>,
}

#[derive(Clone, Debug)]
pub struct NewEvent {
    pub event: Arc<Event>,
    pub keys: Vec<DedupeKey>,
    pub deliveries: Vec<NewDelivery>,
    /// Subscriptions of its type to which it does not go, because of their filter or channels.
    pub filtered: Vec<SubscriptionId>,
    /// True when the payload was validated and does not match the catalog's schema.
    pub broke_schema: bool,
    /// The time at which its deliveries are due, in [`model::Queue::Delayed`] or [`model::Queue::Ordered`]; `None`: at once.
    pub due_at: Option<Timestamp>,
}

impl NewEvent {
    /// An event that is due at once, whose payload was not found to break its schema.
    pub const fn new(event: Arc<Event>, keys: Vec<DedupeKey>, deliveries: Vec<NewDelivery>) -> Self {
        Self { event, keys, deliveries, filtered: Vec::new(), broke_schema: false, due_at: None }
    }

    /// True for an event of a test send.
    pub fn is_test(&self) -> bool {
        self.deliveries.first().is_some_and(|delivery| delivery.id.is_test())
    }
}

/// Events of one request, with their deliveries; either all of them are written or none.
#[derive(Clone, Debug)]
pub struct Append {
    pub tenant: TenantId,
    pub events: Arc<Vec<NewEvent>>,
}

/// Error text of a delivery that was cancelled because its subscription was deleted.
pub const SUBSCRIPTION_DELETED: &str = "the subscription was deleted";

/// Error text of a delivery that was cancelled by request.
pub const CANCELLED_BY_REQUEST: &str = "cancelled by request";

/// The result of one attempt.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub tenant: TenantId,
    pub delivery: DeliveryId,
    pub subscription: SubscriptionId,
    /// The type of the delivery's event, for statistics.
    pub event_type: EventType,
    /// The key of an ordered delivery.
    pub order: Option<OrderKey>,
    pub attempt: Attempt,
    /// Cancelled when a shortage of this machine prevented the request; statistics then do not count the attempt.
    pub next: Next,
    /// Events that follow from this outcome. They are written in its transaction if it ends a delivery that was waiting,
    /// and, when it is [`Next::Gone`], only if it also disables the subscription: two 410 raise one event. They have no
    /// deduplication keys.
    pub raises: Vec<Append>,
}

impl Outcome {
    /// Error text of a delivery that was cancelled for `reason` while this attempt was in flight.
    pub fn error_of_cancelled(&self, reason: &str) -> Option<String> {
        let error = self.attempt.error.as_deref();
        match self.next {
            Next::End(_) | Next::Gone => error.map(str::to_owned),
            Next::Retry { .. } => {
                Some(error.map_or_else(|| reason.to_owned(), |error| cut(&format!("{error}; {reason}"))))
            }
        }
    }

    /// The outcome as it is recorded when the event's payload was erased while the attempt was in flight.
    #[must_use]
    pub fn without_payload(&self) -> Self {
        let mut outcome = self.clone();
        outcome.attempt.erase_payload();
        outcome
    }
}

/// The end of a waiting delivery without an attempt. Statistics do not count it.
#[derive(Clone, Debug)]
pub struct Ending {
    pub tenant: TenantId,
    pub delivery: DeliveryId,
    /// Subscription and key of an ordered delivery.
    pub order: Option<(SubscriptionId, OrderKey)>,
    pub end: EndStatus,
    pub error: String,
    pub at: Timestamp,
    /// Events that follow from this end. They are written in its transaction if it ends the delivery.
    pub raises: Vec<Append>,
}

/// A write of a batch.
#[derive(Clone, Debug)]
pub enum Write {
    Append(Append),
    Outcome(Box<Outcome>),
    /// Ends a delivery that still waits; one that has ended meanwhile is left unchanged.
    End(Box<Ending>),
    /// Cancels a delivery whose subscription was deleted while the delivery was being created.
    Cancel {
        tenant: TenantId,
        delivery: DeliveryId,
    },
}

impl Write {
    /// The events that an outcome or an end raises.
    pub fn raises(&self) -> &[Append] {
        match self {
            Self::Outcome(outcome) => &outcome.raises,
            Self::End(ending) => &ending.raises,
            Self::Append(_) | Self::Cancel { .. } => &[],
        }
    }
}

/// Result for one event of an append.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    New,
    /// Deduplicated: the key was published before; this is the first event.
    Duplicate(Box<Event>),
}

/// Result of one [`Write`].
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// Results of the events, in order.
    Appended(Vec<Appended>),
    /// The tenant does not exist, or no longer does; nothing was written.
    NoTenant,
    Recorded,
    /// The outcome or the end and the events that it raises are written.
    Raised,
    /// Fenced: another node owns the delivery now, or it waits no longer, or this attempt is already recorded. Nothing was
    /// written.
    Taken,
}

/// Provides the batch of a commit.
pub trait Source: Send + Sync {
    /// Called once, when the store is about to write. Returns all writes collected so far, which join the batch.
    fn take(&self) -> Vec<Write>;
}

/// A source whose batch is fixed in advance.
struct Given(Mutex<Vec<Write>>);

impl Source for Given {
    fn take(&self) -> Vec<Write> {
        self.0.lock().map(|mut batch| std::mem::take(&mut *batch)).unwrap_or_default()
    }
}

#[async_trait]
pub trait Journal: Send + Sync {
    /// Writes the batch of `source` in one transaction. Returns once it is durable, with one result per write. On an
    /// error nothing was written, except on [`StorageError::Unsure`]. Calls are processed one after the other, so the
    /// next call can wait inside the store while the previous batch is flushed, and no wake-up is needed between them.
    ///
    /// An outcome never changes a delivery that has ended, but its attempt is kept. A delivery that was cancelled while
    /// the attempt was in flight takes the outcome, and stays cancelled if the outcome was a retry. After an erasure of
    /// the event's payload, the attempt is kept without headers and bodies.
    ///
    /// New ordered deliveries get their places in the order of commits. When one ends, the next one of its key becomes that
    /// of the node that has written the end.
    async fn commit_from(&self, source: Arc<dyn Source>) -> Result<(Vec<Write>, Vec<Done>), CommitError>;

    /// [`Self::commit_from`] with a fixed batch.
    async fn commit(&self, batch: Vec<Write>) -> Result<(Vec<Write>, Vec<Done>), CommitError> {
        self.commit_from(Arc::new(Given(Mutex::new(batch)))).await
    }
}

/// A batch that was not committed, or perhaps not ([`StorageError::Unsure`]), returned to the caller.
#[derive(Debug, thiserror::Error)]
#[error("the batch was not written")]
pub struct CommitError {
    pub batch: Vec<Write>,
    #[source]
    pub source: StorageError,
}
