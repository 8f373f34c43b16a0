//! Ordered deliveries of several nodes.

use super::{Cluster, member, shared};
use crate::{Append, Done, LEASE, NewDelivery, NewEvent, NodeRole, Store, Write, conformance::fixtures::World};
use futures_util::future::join_all;
use model::{
    DeliveryId,
    DeliveryStatus::{self, Delivered, Retrying},
    Queue, SubscriptionId, TenantId,
    shape::OrderKey,
};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// A case with one subscription on several nodes.
struct Lane<'w> {
    world: World<'w>,
    tenant: TenantId,
    subscription: SubscriptionId,
}

impl<'w> Lane<'w> {
    async fn new(store: &'w dyn Store, name: &'static str) -> Self {
        let world = World::new(store, name);
        let tenant = world.tenant("acme").await;
        let subscription = world.subscribe(&tenant).await.id;
        Self { world, tenant, subscription }
    }

    fn event(&self, key: i64) -> NewEvent {
        self.world.event(&self.tenant, "invoice.created", &[self.subscription]).ordered(key)
    }

    fn append(&self, new: NewEvent) -> Vec<Write> {
        vec![Write::Append(Append { tenant: self.tenant.clone(), events: Arc::new(vec![new]) })]
    }

    async fn publish(&self, node: &Arc<dyn Store>, key: i64) -> NewDelivery {
        let new = self.event(key);
        let made = new.deliveries[0];
        node.commit(self.append(new)).await.unwrap();
        made
    }

    /// Writes an outcome of this node.
    async fn attempted(&self, node: &Arc<dyn Store>, of: NewDelivery, number: u32, status: DeliveryStatus) -> Done {
        let outcome = self.world.outcome(&self.tenant, of, number, status);
        node.commit(vec![Write::Outcome(outcome)]).await.unwrap().1.remove(0)
    }

    /// Ordered deliveries that a node may send now or later.
    async fn may_send(&self, node: &Arc<dyn Store>) -> Vec<DeliveryId> {
        let late = self.world.now().after(Duration::from_secs(1_000_000));
        let due = node.due(&self.tenant, self.subscription, Queue::Ordered, late, 10, &[]).await.unwrap();
        assert!(due.next.is_none_or(|next| next > late));
        due.deliveries.into_iter().map(|one| one.id).collect()
    }
}

pub async fn the_next_ordered_delivery_goes_to_the_node_that_ends_the_one_before(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let lane = Lane::new(&*one, "order.nodes").await;
    let (first, second) = (lane.publish(&one, 0).await, lane.publish(&two, 0).await);
    let (third, of_two) = (lane.publish(&one, 0).await, lane.publish(&two, 9).await);
    let send = async || (lane.may_send(&one).await, lane.may_send(&two).await);
    assert_eq!(send().await, (vec![first.id], vec![of_two.id]));

    lane.attempted(&one, first, 1, Retrying).await;
    assert_eq!(send().await, (vec![first.id], vec![of_two.id]));
    lane.attempted(&one, first, 2, Delivered).await;
    assert_eq!(send().await, (vec![second.id], vec![of_two.id]));
    // Its earlier node writes nothing for it any more.
    assert_eq!(lane.attempted(&two, second, 1, Delivered).await, Done::Taken);
    assert_eq!(send().await, (vec![second.id], vec![of_two.id]));
    // After a cancellation, the one that follows stays with its node.
    two.cancel_by_ids(&lane.tenant, &[second.id], lane.world.tick()).await.unwrap();
    assert_eq!(send().await, (vec![third.id], vec![of_two.id]));
}

pub async fn ordered_deliveries_of_a_lost_node_keep_their_places(cluster: &dyn Cluster) {
    let (lost, one) = (member(cluster, "lost", NodeRole::All).await, member(cluster, "one", NodeRole::All).await);
    let lane = Lane::new(&*lost, "order.lost").await;
    let all = [lane.publish(&lost, 0).await, lane.publish(&one, 0).await, lane.publish(&lost, 0).await];
    assert_eq!(lane.may_send(&one).await, []);
    cluster.silence("lost", LEASE + Duration::from_secs(1));
    assert_eq!(shared(&one).declare_lost().await.unwrap(), ["lost"]);
    let taken = shared(&one).take_over_deliveries(100).await.unwrap();
    assert_eq!(taken.iter().map(|head| head.queue).collect::<BTreeSet<_>>(), BTreeSet::from([Queue::Ordered]));
    for next in all {
        assert_eq!(lane.may_send(&one).await, [next.id]);
        lane.attempted(&one, next, 1, Delivered).await;
    }
}

pub async fn nodes_that_append_at_once_agree_on_one_order(cluster: &dyn Cluster) {
    let nodes = [member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await];
    let lane = Lane::new(&*nodes[0], "order.at-once").await;
    let mut made = Vec::new();
    for round in 0..20 {
        let events: Vec<NewEvent> = (0..8).map(|_| lane.event(0)).collect();
        let writes = events.iter().enumerate();
        let writes = writes.map(|(place, new)| nodes[(place + round) % 2].commit(lane.append(new.clone())));
        for written in join_all(writes).await {
            written.unwrap();
        }
        made.extend(events.iter().map(|new| new.deliveries[0].id));
    }
    let mut sent = Vec::new();
    while sent.len() < made.len() {
        let mut found = Vec::new();
        for node in &nodes {
            found.extend(lane.may_send(node).await.into_iter().map(|id| (node, id)));
        }
        assert_eq!(found.len(), 1, "one delivery is the first, and it has a node");
        let (node, id) = found[0];
        let of = NewDelivery { id, subscription: lane.subscription, order: Some(OrderKey::from_code(0)) };
        assert_eq!(lane.attempted(node, of, 1, Delivered).await, Done::Recorded);
        sent.push(id);
    }
    // Each round began when the one before had ended.
    for (sent, made) in sent.chunks(8).zip(made.chunks(8)) {
        assert_eq!(sent.iter().collect::<BTreeSet<_>>(), made.iter().collect::<BTreeSet<_>>());
    }
}
