//! The backlog: what waits to be sent, by subscription and queue, counted within bounds.

use crate::{ListScope, StorageError};
use async_trait::async_trait;
use model::{Queue, SubscriptionId, TenantId, Timestamp};

/// Deliveries of one queue are counted up to this.
pub const BACKLOG_MAX: u32 = 10_000;
/// What one call over many queues counts in all, about.
const COUNTED_IN_ALL: u32 = 1_000_000;
/// Each queue is counted at least up to this, however many there are.
const COUNTED_AT_LEAST: u32 = 100;

/// Up to how many deliveries each of so many queues is counted.
pub fn count_per_queue(queues: usize) -> u32 {
    let queues = u32::try_from(queues.max(1)).unwrap_or(u32::MAX);
    (COUNTED_IN_ALL / queues).clamp(COUNTED_AT_LEAST, BACKLOG_MAX)
}

/// What waits in one queue of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueBacklog {
    pub queue: Queue,
    pub waiting: u32,
    /// When the oldest of those that were counted was made.
    pub oldest_at: Timestamp,
    /// When the first one is due.
    pub next_attempt_at: Timestamp,
}

/// What waits for a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    /// Those in which something waits.
    pub queues: Vec<QueueBacklog>,
    /// Each queue was counted up to this.
    pub counted_to: u32,
}

impl Backlog {
    pub fn waiting(&self) -> u32 {
        self.queues.iter().map(|one| one.waiting).sum()
    }

    /// There may be more than was counted.
    pub fn is_capped(&self) -> bool {
        self.queues.iter().any(|one| one.waiting >= self.counted_to)
    }

    pub fn oldest_at(&self) -> Option<Timestamp> {
        self.queues.iter().map(|one| one.oldest_at).min()
    }

    pub fn next_attempt_at(&self) -> Option<Timestamp> {
        self.queues.iter().map(|one| one.next_attempt_at).min()
    }
}

#[async_trait]
pub trait Backlogs: Send + Sync {
    /// What waits for one subscription, each queue counted up to [`BACKLOG_MAX`].
    async fn backlog(&self, tenant: &TenantId, subscription: SubscriptionId) -> Result<Backlog, StorageError>;

    /// Every subscription for which something waits, in no order. Where many wait, each queue is counted up to less
    /// ([`count_per_queue`]).
    async fn backlogs(&self, scope: ListScope<'_>) -> Result<Vec<Backlog>, StorageError>;

    /// How many deliveries wait, of all tenants, counted up to `most`.
    async fn count_waiting(&self, most: u32) -> Result<u32, StorageError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_queues_are_counted_to_less_each() {
        for (queues, each) in
            [(0, 10_000), (1, 10_000), (100, 10_000), (1_000, 1_000), (50_000, 100), (usize::MAX, 100)]
        {
            assert_eq!(count_per_queue(queues), each, "{queues}");
        }
    }
}
