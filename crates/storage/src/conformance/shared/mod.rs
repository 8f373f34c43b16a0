//! The conformance suite of [`Shared`]: one case per promise of its doc comments, each in a database of its own, because
//! nodes, changes and the outbox belong to the whole store.
//!
//! A backend's test provides an async function that returns a [`Cluster`], and gets one test per case:
//!
//! ```ignore
//! async fn cluster() -> MyCluster { … }
//! storage::shared_conformance_suite!(cluster);
//! ```
//!
//! Races are real: calls run at the same time on connections of their own. No case waits for a time to pass.

mod changes;
mod feed;
mod limits;
mod nodes;
mod order;
mod outbox;
mod partitions;
mod replays;
mod take_over;

use crate::{JoinOutcome, NewNode, Node, NodeRole, Shared, Store};
use async_trait::async_trait;
use model::{TenantId, Timestamp};
use std::{sync::Arc, time::Duration};

/// A fresh database, with the operations that a store does not have.
#[async_trait]
pub trait Cluster: Send + Sync {
    /// Opens the store once more, as another process does.
    async fn open(&self) -> Arc<dyn Store>;

    /// The time by the store's clock.
    fn now(&self) -> Timestamp;

    /// Moves the last heartbeat of the live node with this name back.
    fn silence(&self, name: &str, by: Duration);

    /// Removes the record of all changes so far.
    fn forget_changes(&self);

    /// Creates the partitions of this many past days.
    fn create_past_partitions(&self, days: u32);

    /// Begins a transaction of a program that publishes.
    async fn program(&self) -> Box<dyn Program>;
}

/// An open transaction of a program.
#[async_trait]
pub trait Program: Send {
    /// Publishes an event through the outbox; `data` is JSON.
    async fn publish(&mut self, tenant: &TenantId, event_type: &str, data: &str, idempotency_key: Option<&str>);

    async fn commit(self: Box<Self>);
}

fn shared(store: &Arc<dyn Store>) -> &dyn Shared {
    store.shared().expect("several nodes can use the store")
}

fn named(name: &str, role: NodeRole) -> NewNode {
    NewNode { name: name.into(), role, version: "1".into() }
}

/// Opens the store and registers a node.
async fn member(cluster: &dyn Cluster, name: &str, role: NodeRole) -> Arc<dyn Store> {
    let store = cluster.open().await;
    assert_eq!(shared(&store).join(&named(name, role), None).await.unwrap(), JoinOutcome::Joined);
    store
}

/// All nodes, in the order of their registration.
async fn nodes(store: &Arc<dyn Store>) -> Vec<Node> {
    let mut nodes = shared(store).nodes().await.unwrap();
    nodes.sort_by_key(|node| node.id);
    nodes
}

crate::shared_conformance_suite!(@list cases);

/// Generates one `#[tokio::test]` per case. `make` is an async function without arguments that returns a
/// [`Cluster`](crate::conformance::shared::Cluster).
#[macro_export]
macro_rules! shared_conformance_suite {
    (@list $then:ident $($make:expr)?) => {
        $crate::shared_conformance_suite! { @$then [$($make)?]
            nodes {
                a_registered_node_is_listed
                the_name_of_a_live_node_is_refused
                of_two_nodes_that_register_one_name_at_once_one_succeeds
                a_node_that_was_silent_for_a_lease_loses_its_name
                a_watched_holder_is_replaced_only_if_it_stayed_silent
                a_heartbeat_returns_the_stores_time
                silent_nodes_are_declared_lost_once
                a_heartbeat_of_a_lost_node_is_refused_until_it_registers_again
                a_node_that_left_has_no_lease
                live_nodes_that_serve_the_api_are_counted
            }
            limits {
                claims_are_granted_from_the_part_that_no_other_node_has
                concurrent_requests_are_granted_beside_one_for_each_other_node
                claims_that_are_not_repeated_are_deleted
                claims_of_nodes_without_a_lease_count_no_more
                nodes_that_do_not_deliver_have_no_claims
                claims_made_at_once_never_exceed_the_limit
            }
            order {
                the_next_ordered_delivery_goes_to_the_node_that_ends_the_one_before
                ordered_deliveries_of_a_lost_node_keep_their_places
                nodes_that_append_at_once_agree_on_one_order
            }
            take_over {
                deliveries_of_lost_and_left_nodes_are_claimed_once
                deliveries_of_live_nodes_are_not_claimed
                delayed_deliveries_are_claimed_and_keep_their_times
                deliveries_of_an_api_node_have_no_owner_until_they_are_claimed
                an_outcome_of_a_delivery_that_was_taken_over_is_refused
                a_fenced_outcome_raises_no_event
            }
            changes {
                changes_of_cached_objects_are_reported_in_order
                a_cancellation_is_reported_to_every_node
                nothing_has_changed_since_the_current_version
                changes_that_are_no_longer_recorded_are_missed
                a_change_by_another_node_ends_the_wait_for_a_signal
                a_stored_value_is_never_replaced
                of_two_values_stored_at_once_both_nodes_get_the_same
                an_erasure_is_seen_by_other_nodes
            }
            outbox {
                events_leave_the_outbox_once_in_commit_order
                a_batch_is_limited_and_reports_that_there_is_more
                nodes_that_drain_at_once_publish_each_event_once
                deliveries_of_drained_events_belong_to_the_node
                an_event_that_cannot_be_published_is_removed
                a_deduplication_key_applies_in_the_outbox_too
                events_that_must_wait_stay_in_the_outbox_in_their_order
            }
            partitions {
                partitions_can_be_created_again_and_by_several_nodes_at_once
                dropping_a_day_keeps_waiting_deliveries_with_their_events
                nodes_that_drop_a_day_at_once_report_it_once
            }
            feed {
                packets_reach_the_nodes_that_have_live_streams
            }
            replays {
                one_node_at_a_time_makes_the_steps_of_a_replay
                replays_on_two_nodes_at_once_add_each_event_once
                other_nodes_learn_of_cancelled_deliveries
            }
        }
    };
    (@cases [] $($module:ident { $($case:ident)* })*) => {
        $(pub use $module::{$($case),*};)*
    };
    (@tests [$make:expr] $($module:ident { $($case:ident)* })*) => {
        $(mod $module {
            #[allow(unused_imports, reason = "`make` may name items of the parent module")]
            use super::*;

            $(#[tokio::test(flavor = "multi_thread")]
            async fn $case() {
                let cluster = ($make)().await;
                $crate::conformance::shared::$case(&cluster).await;
            })*
        })*
    };
    ($make:expr) => {
        $crate::shared_conformance_suite! { @list tests $make }
    };
}
