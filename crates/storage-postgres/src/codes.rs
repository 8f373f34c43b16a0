//! The codes of states in SQL, and the conditions of partial indexes. Statements splice these constants, so that each
//! code is defined once, in `model` and `storage`.

use const_format::formatcp;
use model::{DeliveryStatus, Queue, ReplayState, SubscriptionState, subscription::DisabledReason};
use storage::{NodeId, NodeState, SUBSCRIPTION_DELETED};

pub(crate) const PENDING: u8 = DeliveryStatus::Pending.code();
pub(crate) const RETRYING: u8 = DeliveryStatus::Retrying.code();
pub(crate) const DELIVERED: u8 = DeliveryStatus::Delivered.code();
pub(crate) const CANCELLED: u8 = DeliveryStatus::Cancelled.code();

pub(crate) const IN_NORMAL: u8 = Queue::Normal.code();
pub(crate) const IN_REPLAY: u8 = Queue::Replay.code();
pub(crate) const IN_RETRY: u8 = Queue::Retry.code();
pub(crate) const IN_DELAYED: u8 = Queue::Delayed.code();
pub(crate) const IN_ORDERED: u8 = Queue::Ordered.code();

pub(crate) const ACTIVE: u8 = SubscriptionState::Active.code();
pub(crate) const PAUSED: u8 = SubscriptionState::Paused.code();
pub(crate) const DISABLED: u8 = SubscriptionState::Disabled.code();
pub(crate) const DELETED: u8 = SubscriptionState::Deleted.code();

pub(crate) const GONE: u8 = DisabledReason::Gone.code();

pub(crate) const RUNNING: u8 = ReplayState::Running.code();
pub(crate) const PAUSED_REPLAY: u8 = ReplayState::Paused.code();

pub(crate) const LIVE: u8 = NodeState::Live.code();
pub(crate) const LEFT: u8 = NodeState::Left.code();
pub(crate) const LOST: u8 = NodeState::Lost.code();

/// The owner of a waiting delivery that no node has claimed.
pub(crate) const NO_NODE: i32 = 0;

/// A node, or none, as the owner of waiting deliveries.
pub(crate) fn owner(node: Option<NodeId>) -> i32 {
    node.map_or(NO_NODE, NodeId::number)
}

/// Condition of the indexes `deliveries_troubled` and `deliveries_troubled_by_subscription`, which the planner uses only
/// for statements whose conditions imply it.
pub(crate) const TROUBLED: &str = formatcp!("status <> {DELIVERED}");
/// Condition of the index `deliveries_failed`, which statements over all tenants name.
pub(crate) const FAILED: &str = formatcp!("status > {DELIVERED} AND attempts >= 0");

/// The queue of a waiting delivery that is sent again by hand: an ordered one keeps its own.
pub(crate) const AGAIN_IN: &str =
    formatcp!("CASE WHEN order_key IS NULL THEN {IN_REPLAY}::smallint ELSE {IN_ORDERED}::smallint END");

/// [`SUBSCRIPTION_DELETED`] as an SQL literal.
pub(crate) const BECAUSE_DELETED: &str = formatcp!("'{SUBSCRIPTION_DELETED}'");

/// The codes of all queues, as an SQL array.
pub(crate) fn queues() -> String {
    let codes: Vec<String> = Queue::ALL.into_iter().map(|queue| queue.code().to_string()).collect();
    format!("ARRAY[{}]::smallint[]", codes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_of_partial_indexes_are_those_of_the_migrations() {
        let first = include_str!("../migrations/0001_init.sql");
        assert_eq!(first.matches(&format!("WHERE {TROUBLED};")).count(), 2);
        let lists = include_str!("../migrations/0006_lists.sql");
        assert_eq!(lists.matches(&format!("WHERE {FAILED};")).count(), 1);
    }
}
