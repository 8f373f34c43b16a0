//! The journal's side of a store: everything that happens to events and deliveries, in batches that commit as one.

use crate::StorageError;
use async_trait::async_trait;
use model::{Attempt, DeliveryId, Event, SubscriptionId, TenantId, attempt::cut, delivery::Next};
use std::sync::{Arc, Mutex};

/// A name under which an event is published at most once in its tenant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DedupeKey {
    /// The event's id as its publisher chose it.
    GivenId(String),
    /// An `Idempotency-Key`.
    Idempotency(String),
}

impl DedupeKey {
    /// The one text that stores keep.
    pub fn text(&self) -> String {
        match self {
            Self::GivenId(id) => format!("i:{id}"),
            Self::Idempotency(key) => format!("k:{key}"),
        }
    }
}

/// A delivery to be made of a new event; its id is the event's with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub subscription: SubscriptionId,
}

#[derive(Clone, Debug)]
pub struct NewEvent {
    pub event: Arc<Event>,
    pub keys: Vec<DedupeKey>,
    pub deliveries: Vec<NewDelivery>,
    /// It was checked, and is not as the catalog promises.
    pub broke_schema: bool,
}

impl NewEvent {
    /// Whether it was made by a test send.
    pub fn is_test(&self) -> bool {
        self.deliveries.first().is_some_and(|delivery| delivery.id.is_test())
    }
}

/// Events of one request, with their deliveries: all are written, or none.
#[derive(Clone, Debug)]
pub struct Append {
    pub tenant: TenantId,
    pub events: Arc<Vec<NewEvent>>,
}

/// What an attempt came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub tenant: TenantId,
    pub delivery: DeliveryId,
    pub subscription: SubscriptionId,
    pub attempt: Attempt,
    /// Cancelled when this machine was not able to send: then no statistics count the attempt.
    pub next: Next,
}

impl Outcome {
    /// The error of a delivery that was cancelled while this attempt was under way.
    pub fn error_of_cancelled(&self) -> Option<String> {
        let error = self.attempt.error.as_deref();
        if !self.next.status.is_waiting() {
            return error.map(str::to_owned);
        }
        const DELETED: &str = "the subscription was deleted";
        Some(error.map_or_else(|| DELETED.to_owned(), |error| cut(&format!("{error}; {DELETED}"))))
    }
}

/// One thing to be written.
#[derive(Clone, Debug)]
pub enum Write {
    Append(Append),
    Outcome(Box<Outcome>),
    /// A delivery whose subscription went away while it was being made.
    Cancel {
        tenant: TenantId,
        delivery: DeliveryId,
    },
}

/// What became of one event of an append.
#[derive(Clone, Debug, PartialEq)]
pub enum Appended {
    New,
    /// It had been published before; this is the first one.
    Duplicate(Box<Event>),
}

/// What became of one [`Write`].
#[derive(Clone, Debug, PartialEq)]
pub enum Done {
    /// One for each event, in order.
    Appended(Vec<Appended>),
    /// The tenant does not exist (any more); nothing was written.
    NoTenant,
    Recorded,
    /// Another node has the delivery by now, or has recorded this attempt of it: nothing was written.
    Taken,
}

/// Where a commit gets its batch.
pub trait Source: Send + Sync {
    /// Called when the store is about to write, and once: whatever has gathered by then goes along.
    fn take(&self) -> Vec<Write>;
}

/// A batch that is there already.
struct Given(Mutex<Vec<Write>>);

impl Source for Given {
    fn take(&self) -> Vec<Write> {
        self.0.lock().map(|mut batch| std::mem::take(&mut *batch)).unwrap_or_default()
    }
}

#[async_trait]
pub trait Journal: Send + Sync {
    /// Writes what `source` has in one transaction and returns when it is durable, with an answer for each write. On an
    /// error nothing of it was written, unless the error is [`StorageError::Unsure`]. Calls are taken up one after the other; so while one batch is on disk the next
    /// call can wait in the store, and nobody has to be woken between the two.
    ///
    /// An outcome never changes a delivery that has ended, but its attempt is kept. One that was cancelled while the
    /// attempt was under way shows what came of it; it stays cancelled when it would have been tried again.
    async fn commit_from(&self, source: Arc<dyn Source>) -> Result<(Vec<Write>, Vec<Done>), CommitError>;

    /// The same, of a batch that is there already.
    async fn commit(&self, batch: Vec<Write>) -> Result<(Vec<Write>, Vec<Done>), CommitError> {
        self.commit_from(Arc::new(Given(Mutex::new(batch)))).await
    }
}

/// A batch that was not written, or perhaps not, handed back.
#[derive(Debug, thiserror::Error)]
#[error("the batch was not written")]
pub struct CommitError {
    pub batch: Vec<Write>,
    #[source]
    pub source: StorageError,
}
