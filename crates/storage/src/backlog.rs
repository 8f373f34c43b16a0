//! The backlog: waiting deliveries by subscription and queue, counted within bounds.

use crate::{ListScope, StorageError};
use async_trait::async_trait;
use model::{Queue, SubscriptionId, TenantId, Timestamp};

/// Upper limit of the count of one queue.
pub const BACKLOG_MAX: u32 = 10_000;
/// Approximate upper limit of all counts of one call over many queues.
const COUNTED_IN_ALL: u32 = 1_000_000;
/// Lower bound of the limit per queue, however many queues there are.
const COUNTED_AT_LEAST: u32 = 100;

/// The limit up to which each queue is counted when there are so many queues.
pub fn count_per_queue(queues: usize) -> u32 {
    let queues = u32::try_from(queues.max(1)).unwrap_or(u32::MAX);
    (COUNTED_IN_ALL / queues).clamp(COUNTED_AT_LEAST, BACKLOG_MAX)
}

/// Waiting deliveries in one queue of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueBacklog {
    pub queue: Queue,
    pub waiting: u32,
    /// Creation time of the oldest counted delivery.
    pub oldest_at: Timestamp,
    /// When the first delivery is due.
    pub next_attempt_at: Timestamp,
}

/// Waiting deliveries of a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backlog {
    pub tenant: TenantId,
    pub subscription: SubscriptionId,
    /// Queues that are not empty.
    pub queues: Vec<QueueBacklog>,
    /// Limit up to which each queue was counted.
    pub counted_to: u32,
}

impl Backlog {
    pub fn waiting(&self) -> u32 {
        self.queues.iter().map(|one| one.waiting).sum()
    }

    /// True when a queue reached its limit: more deliveries may be waiting than were counted.
    pub fn is_capped(&self) -> bool {
        self.queues.iter().any(|one| one.waiting >= self.counted_to)
    }

    /// Creation time of the oldest waiting delivery. A delayed one counts from the time at which it is due: until then
    /// it is not late.
    pub fn oldest_at(&self) -> Option<Timestamp> {
        let since = |one: &QueueBacklog| if one.queue == Queue::Delayed { one.next_attempt_at } else { one.oldest_at };
        self.queues.iter().map(since).min()
    }

    pub fn next_attempt_at(&self) -> Option<Timestamp> {
        self.queues.iter().map(|one| one.next_attempt_at).min()
    }
}

#[async_trait]
pub trait Backlogs: Send + Sync {
    /// The backlog of one subscription, each queue counted up to [`BACKLOG_MAX`].
    async fn backlog(&self, tenant: &TenantId, subscription: SubscriptionId) -> Result<Backlog, StorageError>;

    /// The backlog of every subscription that has waiting deliveries, in no order. The more queues there are, the lower
    /// the limit of each ([`count_per_queue`]).
    async fn backlogs(&self, scope: ListScope<'_>) -> Result<Vec<Backlog>, StorageError>;

    /// Counts waiting deliveries of all tenants, up to `most`.
    async fn count_waiting(&self, most: u32) -> Result<u32, StorageError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_per_queue_falls_with_the_number_of_queues() {
        for (queues, each) in
            [(0, 10_000), (1, 10_000), (100, 10_000), (1_000, 1_000), (50_000, 100), (usize::MAX, 100)]
        {
            assert_eq!(count_per_queue(queues), each, "{queues}");
        }
    }

    #[test]
    fn a_delayed_delivery_is_as_old_as_its_due_time() {
        let at = Timestamp::from_millis;
        let row =
            |queue, oldest, next| QueueBacklog { queue, waiting: 1, oldest_at: at(oldest), next_attempt_at: at(next) };
        let backlog = |queues| Backlog {
            tenant: TenantId::trusted("acme"),
            subscription: SubscriptionId::from_bytes([1; 16]),
            queues,
            counted_to: BACKLOG_MAX,
        };
        for (queues, oldest) in [
            (vec![], None),
            (vec![row(Queue::Retry, 5, 90)], Some(at(5))),
            (vec![row(Queue::Delayed, 1, 90)], Some(at(90))),
            (vec![row(Queue::Normal, 7, 7), row(Queue::Delayed, 1, 90)], Some(at(7))),
            (vec![row(Queue::Normal, 7, 7), row(Queue::Delayed, 1, 3)], Some(at(3))),
        ] {
            assert_eq!(backlog(queues).oldest_at(), oldest);
        }
    }
}
