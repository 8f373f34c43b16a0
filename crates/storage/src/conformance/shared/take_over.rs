//! Take-over of the deliveries of nodes that have left or are lost, and fencing of their outcomes.

use super::{Cluster, member, nodes, shared};
use crate::{Append, Done, DueQueueHead, LEASE, NodeRole, Store, Write, conformance::fixtures::World};
use futures_util::future::join;
use model::{DeliveryId, DeliveryStatus, Queue, SubscriptionId, TenantId};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Deliveries of the subscription that a node has to send.
async fn own(store: &Arc<dyn Store>, tenant: &TenantId, subscription: SubscriptionId) -> BTreeSet<DeliveryId> {
    let late = World::new(&**store, "unused").now().after(Duration::from_secs(1_000_000));
    let due = store.due(tenant, subscription, Queue::Normal, late, 1_000, &[]).await.unwrap();
    due.deliveries.into_iter().map(|one| one.id).collect()
}

/// Claims until there is nothing left; returns the reported queues.
async fn take_all(store: &Arc<dyn Store>, limit: usize) -> Vec<DueQueueHead> {
    let mut all = Vec::new();
    loop {
        let taken = shared(store).take_over_deliveries(limit).await.unwrap();
        if taken.is_empty() {
            return all;
        }
        assert!(taken.len() <= limit);
        all.extend(taken);
    }
}

pub async fn deliveries_of_lost_and_left_nodes_are_claimed_once(cluster: &dyn Cluster) {
    let (lost, left) = (member(cluster, "lost", NodeRole::All).await, member(cluster, "left", NodeRole::All).await);
    let world = World::new(&*lost, "take-over.claimed");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let first = world.publish(&tenant, "invoice.created", &[subscription; 20]).await;
    let other = world.on(&*left);
    let second = other.publish(&tenant, "invoice.created", &[subscription; 20]).await;
    assert_eq!(own(&lost, &tenant, subscription).await.len(), 20, "each node has its own deliveries");

    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::Worker).await);
    shared(&left).leave().await.unwrap();
    cluster.silence("lost", LEASE + Duration::from_secs(1));
    assert_eq!(shared(&one).declare_lost().await.unwrap(), ["lost"]);
    let (taken, others) = join(take_all(&one, 3), take_all(&two, 3)).await;
    for head in taken.iter().chain(&others) {
        assert_eq!((&head.tenant, head.subscription, head.queue), (&tenant, subscription, Queue::Normal));
    }
    let (mine, theirs) = (own(&one, &tenant, subscription).await, own(&two, &tenant, subscription).await);
    let all: BTreeSet<DeliveryId> = first.deliveries.iter().chain(&second.deliveries).map(|one| one.id).collect();
    assert!(mine.is_disjoint(&theirs));
    assert_eq!(&mine | &theirs, all);
    assert_eq!((mine.is_empty(), theirs.is_empty()), (taken.is_empty(), others.is_empty()));
    let waiting: Vec<u32> = nodes(&one).await.iter().map(|node| node.waiting).collect();
    assert_eq!(waiting, [0, 0, mine.len() as u32, theirs.len() as u32]);
}

pub async fn delayed_deliveries_are_claimed_and_keep_their_times(cluster: &dyn Cluster) {
    let left = member(cluster, "left", NodeRole::All).await;
    let world = World::new(&*left, "take-over.delayed");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let at = world.now().after(Duration::from_secs(3_600));
    let new = world.event(&tenant, "invoice.created", &[subscription; 2]).delayed(at);
    world.append(&tenant, vec![new.clone()]).await;
    let one = member(cluster, "one", NodeRole::All).await;
    shared(&left).leave().await.unwrap();
    let head = DueQueueHead { tenant: tenant.clone(), subscription, queue: Queue::Delayed, at };
    assert_eq!(take_all(&one, 10).await, [head.clone(), head]);
    let due = async |now| one.due(&tenant, subscription, Queue::Delayed, now, 10, &[]).await.unwrap();
    assert_eq!(due(at.before(Duration::from_micros(1))).await.deliveries, []);
    let found: Vec<DeliveryId> = due(at).await.deliveries.into_iter().map(|one| one.id).collect();
    assert_eq!(found, new.deliveries.iter().map(|one| one.id).collect::<Vec<_>>());
}

pub async fn deliveries_of_live_nodes_are_not_claimed(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let world = World::new(&*one, "take-over.live");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    world.publish(&tenant, "invoice.created", &[subscription; 3]).await;
    assert_eq!(shared(&two).take_over_deliveries(100).await.unwrap(), []);
    assert_eq!(shared(&one).take_over_deliveries(100).await.unwrap(), []);
    assert_eq!(own(&one, &tenant, subscription).await.len(), 3);
}

pub async fn deliveries_of_an_api_node_have_no_owner_until_they_are_claimed(cluster: &dyn Cluster) {
    let (api, worker) =
        (member(cluster, "api", NodeRole::Api).await, member(cluster, "worker", NodeRole::Worker).await);
    let world = World::new(&*api, "take-over.api");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    world.publish(&tenant, "invoice.created", &[subscription; 2]).await;
    assert!(own(&api, &tenant, subscription).await.is_empty() && own(&worker, &tenant, subscription).await.is_empty());
    assert!(!take_all(&worker, 10).await.is_empty());
    assert_eq!(own(&worker, &tenant, subscription).await.len(), 2);
}

pub async fn an_outcome_of_a_delivery_that_was_taken_over_is_refused(cluster: &dyn Cluster) {
    let (old, new) = (member(cluster, "old", NodeRole::All).await, member(cluster, "new", NodeRole::All).await);
    let world = World::new(&*old, "take-over.fenced");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let of = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
    cluster.silence("old", LEASE + Duration::from_secs(1));
    shared(&new).declare_lost().await.unwrap();
    assert!(!take_all(&new, 10).await.is_empty());

    let late = world.outcome(&tenant, of, 1, DeliveryStatus::Retrying);
    assert_eq!(world.commit(vec![Write::Outcome(late)]).await, [Done::Taken]);
    assert_eq!(world.commit(vec![world.expiry(&tenant, of.id, world.now())]).await, [Done::Taken]);
    assert_eq!(world.delivery(&tenant, of.id).await.status, DeliveryStatus::Pending);
    assert!(old.attempts(&tenant, of.id, u32::MAX).await.unwrap().is_empty());
    let owner = world.on(&*new);
    owner.attempted(&tenant, of, 1, DeliveryStatus::Delivered).await;
    assert_eq!(owner.delivery(&tenant, of.id).await.status, DeliveryStatus::Delivered);
}

pub async fn a_fenced_outcome_raises_no_event(cluster: &dyn Cluster) {
    let (old, new) = (member(cluster, "old", NodeRole::All).await, member(cluster, "new", NodeRole::All).await);
    let world = World::new(&*old, "take-over.raises");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let of = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
    cluster.silence("old", LEASE + Duration::from_secs(1));
    shared(&new).declare_lost().await.unwrap();
    assert!(!take_all(&new, 10).await.is_empty());

    let raising = |world: &World<'_>, status| {
        let mut outcome = world.outcome(&tenant, of, 1, status);
        let event = world.event(&tenant, "postrider.delivery.exhausted", &[]);
        outcome.raises = vec![Append { tenant: tenant.clone(), events: Arc::new(vec![event.clone()]) }];
        (Write::Outcome(outcome), event.event.id)
    };
    for status in [DeliveryStatus::Exhausted, DeliveryStatus::Disabled] {
        let (late, event) = raising(&world, status);
        assert_eq!(world.commit(vec![late]).await, [Done::Taken]);
        assert_eq!(new.event(&tenant, event).await.unwrap(), None);
    }
    let owner = world.on(&*new);
    let (own, event) = raising(&owner, DeliveryStatus::Disabled);
    assert_eq!(owner.commit(vec![own]).await, [Done::Raised]);
    assert!(new.event(&tenant, event).await.unwrap().is_some());
}
