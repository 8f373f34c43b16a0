//! Changes made by other nodes, notifications, and values of the installation.

use super::{Cluster, member, shared};
use crate::{Change, Changes, NodeRole, conformance::fixtures::World};
use futures_util::future::{Either, join, select};
use model::{
    EventType,
    catalog::{CatalogEntry, Origin},
};
use std::pin::pin;

fn entry(name: &str) -> CatalogEntry {
    CatalogEntry {
        event_type: EventType::parse(name).unwrap(),
        category: "shared".into(),
        description: "An event type.".into(),
        schema: None,
        example: None,
        origin: Origin::Custom,
        retired: false,
    }
}

pub async fn changes_of_cached_objects_are_reported_in_order(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let since = shared(&two).version().await.unwrap();
    let world = World::new(&*one, "changes.order");
    let tenant = world.tenant("acme").await;
    let had = world.furnish(&tenant).await;
    one.put_custom_type(&entry("shared.created")).await.unwrap();
    one.delete_key(&tenant, had.key.id).await.unwrap();
    one.delete_subscription(&tenant, had.subscription.id, world.tick()).await.unwrap();

    let key = Change::Key(tenant.clone(), had.key.id);
    let subscription = Change::Subscription(tenant.clone(), had.subscription.id);
    let tenant = Change::Tenant(tenant);
    let expected = [tenant, key.clone(), subscription.clone(), Change::EventTypes, key, subscription];
    let changes = shared(&two).changes(since).await.unwrap();
    assert_eq!(changes.list.as_deref(), Some(&expected[..]), "events and outcomes are not cached");
    assert_eq!(changes.version, shared(&two).version().await.unwrap());
    assert!(changes.version > since);
    // A later version has the rest.
    let later = shared(&two).changes(changes.version - 1).await.unwrap();
    assert_eq!(later, Changes { version: changes.version, list: Some(expected[5..].to_vec()) });
}

/// The delivery belongs to another node than the one that cancels it.
pub async fn a_cancellation_is_reported_to_every_node(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let world = World::new(&*one, "changes.cancelled");
    let tenant = world.tenant("acme").await;
    let (first, second) = (world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id);
    let made = world.publish(&tenant, "invoice.created", &[first, first, second]).await.deliveries;
    let ids: Vec<_> = made.iter().map(|one| one.id).collect();
    let since = shared(&two).version().await.unwrap();
    assert_eq!(two.cancel_by_ids(&tenant, &ids[..2], world.tick()).await.unwrap(), ids[..2]);
    let expected = Changes { version: since + 1, list: Some(vec![Change::Cancelled(tenant.clone(), first)]) };
    for node in [&one, &two] {
        assert_eq!(shared(node).changes(since).await.unwrap(), expected);
    }
    let none = two.cancel_by_ids(&tenant, &ids[..2], world.tick()).await.unwrap();
    assert_eq!((none, shared(&two).version().await.unwrap()), (vec![], since + 1), "nothing to report");
}

pub async fn nothing_has_changed_since_the_current_version(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let world = World::new(&*one, "changes.none");
    let tenant = world.tenant("acme").await;
    let version = shared(&one).version().await.unwrap();
    world.publish(&tenant, "invoice.created", &[]).await;
    let none = Changes { version, list: Some(Vec::new()) };
    assert_eq!(shared(&one).changes(version).await.unwrap(), none);
    assert_eq!(shared(&one).version().await.unwrap(), version);
}

pub async fn changes_that_are_no_longer_recorded_are_missed(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let world = World::new(&*one, "changes.missed");
    let since = shared(&one).version().await.unwrap();
    world.tenant("acme").await;
    cluster.forget_changes();
    let missed = shared(&one).changes(since).await.unwrap();
    assert_eq!(missed.list, None, "everything must be read again");
    assert_eq!(missed.version, shared(&one).version().await.unwrap());
    world.tenant("globex").await;
    assert_eq!(shared(&one).changes(since).await.unwrap().list, None, "the first of two changes is missing");
    let known = shared(&one).changes(missed.version).await.unwrap();
    assert_eq!(known.list, Some(vec![Change::Tenant(world.id("globex"))]));
}

/// Notifications can be missed until the listener is connected, so changes are made until one arrives.
pub async fn a_change_by_another_node_ends_the_wait_for_a_signal(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let world = World::new(&*one, "changes.signal");
    let mut seen = 0;
    for round in 0..2 {
        let mut signal = shared(&two).wait_for_signal(seen);
        for number in 0.. {
            assert!(number < 1_000, "no notification arrived");
            let name = format!("acme-{round}-{number}");
            let changed = pin!(world.tenant(&name));
            match select(signal, changed).await {
                Either::Left((count, changed)) => {
                    changed.await;
                    assert_ne!(count, seen);
                    seen = count;
                    break;
                }
                Either::Right((_, waiting)) => signal = waiting,
            }
        }
    }
}

pub async fn a_stored_value_is_never_replaced(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    assert_eq!(shared(&one).insert_if_absent("name", b"first\0").await.unwrap(), b"first\0");
    assert_eq!(shared(&two).insert_if_absent("name", b"second").await.unwrap(), b"first\0");
    assert_eq!(shared(&two).insert_if_absent("other", b"").await.unwrap(), b"");
    assert_eq!(shared(&one).insert_if_absent("other", b"late").await.unwrap(), b"");
}

pub async fn of_two_values_stored_at_once_both_nodes_get_the_same(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    for round in 0..20 {
        let name = format!("value-{round}");
        let (first, second) =
            join(shared(&one).insert_if_absent(&name, b"one"), shared(&two).insert_if_absent(&name, b"two")).await;
        let (first, second) = (first.unwrap(), second.unwrap());
        assert_eq!(first, second);
        assert!(first == b"one" || first == b"two");
    }
}

pub async fn an_erasure_is_seen_by_other_nodes(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let world = World::new(&*one, "changes.erasure");
    let tenant = world.tenant("acme").await;
    let event = world.publish(&tenant, "invoice.created", &[]).await.event.id;
    assert!(shared(&two).recent_erasures().await.unwrap().is_empty());
    one.erase_payload(&tenant, event, None, 10, world.now()).await.unwrap();
    assert_eq!(shared(&two).recent_erasures().await.unwrap(), [(tenant, event)]);
}
