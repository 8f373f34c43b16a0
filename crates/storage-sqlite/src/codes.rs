//! The codes of states in SQL, and the conditions of partial indexes. Statements splice these constants, so that each
//! code is defined once, in `model`.

use const_format::formatcp;
use model::{DeliveryStatus, Queue, ReplayState, SubscriptionState, subscription::DisabledReason};

pub(crate) const PENDING: u8 = DeliveryStatus::Pending.code();
pub(crate) const RETRYING: u8 = DeliveryStatus::Retrying.code();
pub(crate) const DELIVERED: u8 = DeliveryStatus::Delivered.code();
pub(crate) const CANCELLED: u8 = DeliveryStatus::Cancelled.code();

pub(crate) const IN_REPLAY: u8 = Queue::Replay.code();
pub(crate) const IN_DELAYED: u8 = Queue::Delayed.code();
pub(crate) const IN_ORDERED: u8 = Queue::Ordered.code();

pub(crate) const ACTIVE: u8 = SubscriptionState::Active.code();
pub(crate) const PAUSED: u8 = SubscriptionState::Paused.code();
pub(crate) const DISABLED: u8 = SubscriptionState::Disabled.code();
pub(crate) const DELETED: u8 = SubscriptionState::Deleted.code();

pub(crate) const GONE: u8 = DisabledReason::Gone.code();

pub(crate) const RUNNING: u8 = ReplayState::Running.code();
pub(crate) const PAUSED_REPLAY: u8 = ReplayState::Paused.code();

/// A delivery that has not ended.
pub(crate) const WAITS: &str = formatcp!("status IN ({PENDING}, {RETRYING})");

/// Condition of the indexes `deliveries_troubled` and `deliveries_troubled_by_subscription`: SQLite uses them only in
/// statements that repeat it.
pub(crate) const TROUBLED: &str = formatcp!("d.status <> {PENDING} AND d.status <> {DELIVERED}");
/// Condition of the index `deliveries_failed`.
pub(crate) const FAILED: &str = formatcp!("d.status > {DELIVERED}");
/// Condition of the index `deliveries_delayed`.
pub(crate) const DELAYED: &str = formatcp!("d.queue = {IN_DELAYED} AND d.next_attempt_at IS NOT NULL");

/// Condition of the index `deliveries_ordered`.
pub(crate) const ORDERED: &str =
    formatcp!("d.queue = {IN_ORDERED} AND d.status = {PENDING} AND d.next_attempt_at IS NOT NULL");

/// The queue of a waiting delivery that is sent again by hand: an ordered one keeps its own.
pub(crate) const AGAIN_IN: &str =
    formatcp!("CASE WHEN order_key IS NULL OR next_attempt_at IS NULL THEN {IN_REPLAY} ELSE {IN_ORDERED} END");
/// Its key: a delivery that has ended is in no order any more.
pub(crate) const AGAIN_KEY: &str = "CASE WHEN next_attempt_at IS NULL THEN NULL ELSE order_key END";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_partial_indexes_are_those_of_the_migrations() {
        let migrations =
            [include_str!("../migrations/0001_init.sql"), include_str!("../migrations/0002_queues_and_marks.sql")];
        for migration in migrations {
            assert!(migration.contains(&format!("WHERE {};", TROUBLED.replace("d.", ""))));
        }
        let lists = include_str!("../migrations/0006_lists.sql");
        assert!(lists.contains(&format!("WHERE {};", FAILED.replace("d.", ""))));
        let delayed = include_str!("../migrations/0008_delayed_events.sql");
        assert!(delayed.contains(&format!("WHERE {};", DELAYED.replace("d.", ""))));
        let order = include_str!("../migrations/0020_order.sql");
        assert!(order.contains(&format!("WHERE {};", ORDERED.replace("d.", ""))));
    }
}
