//! Erasure of payloads: on request, and by age.

use crate::StorageError;
use async_trait::async_trait;
use model::{DeliveryId, EventId, TenantId, Timestamp};

/// Error text of a delivery that was cancelled because the payload of its event was erased.
pub const PAYLOAD_ERASED: &str = "the payload was erased";

/// Result of one step of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasureOutcome {
    /// The tenant has no such event.
    Missing,
    Erased(EraseStep),
}

/// A step of an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EraseStep {
    /// Time of the event's first erasure.
    pub erased_at: Timestamp,
    /// Waiting deliveries that this step cancelled.
    pub cancelled: u64,
    /// The next step begins after this delivery; `None` when everything is erased.
    pub next: Option<DeliveryId>,
}

/// Result of one step of an erasure by age, and where the next step continues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ErasedByAge {
    /// Events whose payload was erased.
    pub events: u64,
    /// Events that were left unchanged because of waiting deliveries.
    pub kept: u64,
    /// The last event that was processed.
    pub after: Option<EventId>,
    /// True when more events may remain.
    pub more: bool,
}

#[async_trait]
pub trait Erasure: Send + Sync {
    /// Erases the payload of an event: its data and metadata in the first step (`after` is `None`), and in every step
    /// the headers, bodies and quoting texts of about `rows` deliveries' attempts. Waiting deliveries are cancelled with
    /// [`PAYLOAD_ERASED`]. The event and its deliveries stay in the log.
    ///
    /// From the first step on, a retry of a delivery is refused, and an attempt that was in flight is recorded without
    /// headers and bodies. A second erasure changes nothing and returns the time of the first.
    async fn erase_payload(
        &self,
        tenant: &TenantId,
        event: EventId,
        after: Option<DeliveryId>,
        rows: usize,
        now: Timestamp,
    ) -> Result<ErasureOutcome, StorageError>;

    /// Events whose erasure began and did not reach its last step, because of a crash.
    async fn unfinished_erasures(&self) -> Result<Vec<(TenantId, EventId)>, StorageError>;

    /// Erases the payloads of events created before this time, oldest first and starting after `after`; about `rows`
    /// rows in one transaction. Events with waiting deliveries are left unchanged, whatever their age.
    async fn erase_before(
        &self,
        tenant: &TenantId,
        before: Timestamp,
        after: Option<EventId>,
        rows: usize,
        now: Timestamp,
    ) -> Result<ErasedByAge, StorageError>;
}
