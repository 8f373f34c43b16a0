//! Erasure of payloads on request.

use super::Control;
use model::{EventId, TenantId, Timestamp};
use storage::{EraseStep, ErasureOutcome, StorageError};

/// Deliveries that one transaction erases.
const PIECE: usize = 500;

/// An erasure that is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasedPayload {
    /// Time of the event's first erasure.
    pub at: Timestamp,
    /// Waiting deliveries that this call cancelled.
    pub cancelled: u64,
}

impl Control {
    /// Erases the payload of an event in the store and in memory; `None` when there is no such event. No request of it
    /// starts on this node after the first step; other nodes follow within a second. Requests in flight are recorded
    /// without their responses.
    pub async fn erase_payload(
        &self,
        tenant: &TenantId,
        event: EventId,
    ) -> Result<Option<ErasedPayload>, StorageError> {
        let (mut after, mut cancelled) = (None, 0);
        loop {
            let step = self.store.erase_payload(tenant, event, after, PIECE, self.clock.now()).await?;
            let ErasureOutcome::Erased(EraseStep { erased_at, cancelled: now, next }) = step else { return Ok(None) };
            if after.is_none() {
                self.dispatcher.drop_events(&[(tenant.clone(), event)]);
            }
            cancelled += now;
            after = next;
            if after.is_none() {
                self.dispatcher.feed.gap(tenant);
                return Ok(Some(ErasedPayload { at: erased_at, cancelled }));
            }
        }
    }
}
