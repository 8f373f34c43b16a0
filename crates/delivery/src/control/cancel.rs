//! Cancellation of waiting deliveries.

use super::Control;
use model::{Delivery, DeliveryStatus, EventId, SubscriptionId, TenantId};
use std::{collections::BTreeSet, time::Duration};
use storage::StorageError;

/// The result of a cancellation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cancelled {
    pub cancelled: usize,
    /// Deliveries that had ended in another way than by a cancellation.
    pub already_sent: usize,
}

/// Deliveries cancelled in one transaction.
const PIECE: usize = 1_000;
/// Longest wait for the journal; see [`Control::cancel_event`].
const FLUSH: Duration = Duration::from_secs(5);

impl Control {
    /// Cancels the waiting deliveries of an event.
    pub async fn cancel_event(&self, tenant: &TenantId, event: EventId) -> Result<Cancelled, StorageError> {
        self.cancel_waiting(tenant, &self.store.event_deliveries(tenant, event).await?).await
    }

    /// Cancels those of `deliveries` that wait, in the store and then in memory.
    async fn cancel_waiting(&self, tenant: &TenantId, deliveries: &[Delivery]) -> Result<Cancelled, StorageError> {
        let waiting: Vec<&Delivery> = deliveries.iter().filter(|one| one.status.is_waiting()).collect();
        let mut done = 0;
        let mut cancelled = Ok(());
        for piece in waiting.chunks(PIECE) {
            let ids: Vec<_> = piece.iter().map(|one| one.id).collect();
            match self.store.cancel_by_ids(tenant, &ids, self.clock.now()).await {
                Ok(ids) => done += ids.len(),
                Err(fault) => {
                    cancelled = Err(fault);
                    break;
                }
            }
        }
        if done > 0 {
            self.dispatcher.feed.gap(tenant);
            // An event that was committed a moment ago may be on its way into the lanes; it is there after this.
            let _ = tokio::time::timeout(FLUSH, self.dispatcher.journal.flush()).await;
            let subscriptions: BTreeSet<SubscriptionId> = waiting.iter().map(|one| one.subscription).collect();
            subscriptions.into_iter().for_each(|id| self.dispatcher.reread(id));
        }
        cancelled?;
        let was_cancelled = |one: &&Delivery| one.status == DeliveryStatus::Cancelled;
        let already_sent = deliveries.len() - deliveries.iter().filter(was_cancelled).count() - done;
        Ok(Cancelled { cancelled: done, already_sent })
    }
}
