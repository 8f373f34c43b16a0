//! The outbox: events that programs commit in their own transactions become events of the store.

use super::{Cluster, member, shared};
use crate::{Appended, DedupeKey, Drained, Made, Make, NewDelivery, NewEvent, NodeRole, conformance::fixtures::World};
use futures_util::future::join;
use model::{Event, IdSource, Queue, SubscriptionId, TenantId};
use std::sync::Arc;

/// Builds events with a delivery to each of these subscriptions, unless the type is `refused` or `early`.
fn make(case: &str, to: &[SubscriptionId]) -> Make {
    let (ids, to) = (IdSource::new(Box::new(super::super::Seeded::named(case))), to.to_vec());
    Arc::new(move |found| {
        match found.event_type.as_str() {
            "refused" => return Made::Never,
            "early" => return Made::Later,
            _ => {}
        }
        let id = ids.event(found.timestamp);
        let deliveries: Vec<NewDelivery> = (1..)
            .zip(&to)
            .map(|(n, to)| NewDelivery { id: id.delivery(n).unwrap(), subscription: *to, order: None })
            .collect();
        let event = Event {
            id,
            given_id: Some(found.given_id.into()),
            tenant: found.tenant,
            event_type: found.event_type,
            timestamp: found.timestamp,
            data: found.data.into(),
            metadata: found.metadata.into(),
            priority: found.priority,
            deliveries: deliveries.len() as u32,
            deliver_at: found.deliver_at,
            payload_erased_at: None,
            trace: found.trace.map(Arc::new),
            channels: found.channels,
        };
        let keys = found.idempotency_key.into_iter().map(DedupeKey::Idempotency).collect();
        Made::Event(Box::new(NewEvent::new(Arc::new(event), keys, deliveries)))
    })
}

fn types(drained: &Drained) -> Vec<String> {
    drained.events.iter().map(|(new, _)| new.event.event_type.to_string()).collect()
}

async fn publish(cluster: &dyn Cluster, tenant: &TenantId, event_type: &str) {
    let mut program = cluster.program().await;
    program.publish(tenant, event_type, "{}", None).await;
    program.commit().await;
}

pub async fn events_leave_the_outbox_once_in_commit_order(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let world = World::new(&*one, "outbox.order");
    let tenant = world.tenant("acme").await;
    let make = make("outbox.order", &[]);
    let mut slow = cluster.program().await;
    slow.publish(&tenant, "slow.first", r#"{"n": 1.50}"#, None).await;
    slow.publish(&tenant, "slow.second", "{}", None).await;
    publish(cluster, &tenant, "quick").await;
    let mut data = Vec::new();
    let mut drain = async || {
        let drained = shared(&one).drain_outbox(10, &[], make.clone()).await.unwrap();
        assert!(!drained.more && drained.events.iter().all(|(_, appended)| *appended == Appended::New));
        for (new, _) in &drained.events {
            data.push(new.event.data.clone());
            assert_eq!(one.event(&tenant, new.event.id).await.unwrap().as_ref(), Some(&*new.event));
        }
        types(&drained)
    };
    assert_eq!(drain().await, ["quick"], "the other transaction is open");
    assert_eq!(drain().await, Vec::<String>::new());
    slow.commit().await;
    assert_eq!(drain().await, ["slow.first", "slow.second"]);
    assert_eq!(drain().await, Vec::<String>::new());
    assert_eq!(data, ["{}", r#"{"n": 1.50}"#, "{}"], "byte for byte");
}

pub async fn a_batch_is_limited_and_reports_that_there_is_more(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let tenant = World::new(&*one, "outbox.batch").tenant("acme").await;
    for number in 0..5 {
        publish(cluster, &tenant, &format!("type.{number}")).await;
    }
    let make = make("outbox.batch", &[]);
    let first = shared(&one).drain_outbox(3, &[], make.clone()).await.unwrap();
    assert_eq!((types(&first), first.more), (vec!["type.0".into(), "type.1".into(), "type.2".into()], true));
    let rest = shared(&one).drain_outbox(3, &[], make).await.unwrap();
    assert_eq!((types(&rest), rest.more), (vec!["type.3".into(), "type.4".into()], false));
}

pub async fn nodes_that_drain_at_once_publish_each_event_once(cluster: &dyn Cluster) {
    let (one, two) = (member(cluster, "one", NodeRole::All).await, member(cluster, "two", NodeRole::All).await);
    let tenant = World::new(&*one, "outbox.race").tenant("acme").await;
    let expected: Vec<String> = (10..40).map(|number| format!("type.{number}")).collect();
    for event_type in &expected {
        publish(cluster, &tenant, event_type).await;
    }
    let (mine, theirs) = (make("outbox.one", &[]), make("outbox.two", &[]));
    let mut drained = Vec::new();
    while drained.len() < expected.len() {
        let calls =
            join(shared(&one).drain_outbox(4, &[], mine.clone()), shared(&two).drain_outbox(4, &[], theirs.clone()));
        let (first, second) = calls.await;
        let (first, second) = (first.unwrap(), second.unwrap());
        assert!(!first.events.is_empty() || !second.events.is_empty(), "one of the two drains");
        // Either the second returned nothing, or it ran after the first: the order of the two is not known here.
        let mut found = [types(&first), types(&second)].concat();
        found.sort();
        drained.extend(found);
    }
    assert_eq!(drained, expected, "each once, and no batch before an earlier one");
}

pub async fn deliveries_of_drained_events_belong_to_the_node(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let world = World::new(&*one, "outbox.deliveries");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    publish(cluster, &tenant, "invoice.created").await;
    let make = make("outbox.deliveries", &[subscription]);
    let drained = shared(&one).drain_outbox(10, &[], make).await.unwrap();
    let due = one.due(&tenant, subscription, Queue::Normal, cluster.now(), 10, &[]).await.unwrap();
    let handed: Vec<_> = due.deliveries.iter().map(|one| one.id).collect();
    assert_eq!(handed, [drained.events[0].0.deliveries[0].id]);
    assert_eq!(due.deliveries[0].event, *drained.events[0].0.event);
}

pub async fn an_event_that_cannot_be_published_is_removed(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let tenant = World::new(&*one, "outbox.refused").tenant("acme").await;
    for event_type in ["first", "refused", "last"] {
        publish(cluster, &tenant, event_type).await;
    }
    let make = make("outbox.refused", &[]);
    assert_eq!(types(&shared(&one).drain_outbox(10, &[], make.clone()).await.unwrap()), ["first", "last"]);
    assert!(shared(&one).drain_outbox(10, &[], make).await.unwrap().events.is_empty());
}

pub async fn a_deduplication_key_applies_in_the_outbox_too(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let tenant = World::new(&*one, "outbox.key").tenant("acme").await;
    for event_type in ["first", "second"] {
        let mut program = cluster.program().await;
        program.publish(&tenant, event_type, "{}", Some("once")).await;
        program.commit().await;
    }
    let drained = shared(&one).drain_outbox(10, &[], make("outbox.key", &[])).await.unwrap();
    let [(first, new), (_, duplicate)] = &drained.events[..] else { panic!("{drained:?}") };
    assert_eq!(new, &Appended::New);
    assert_eq!(duplicate, &Appended::Duplicate(Box::new((*first.event).clone())));
}

pub async fn events_that_must_wait_stay_in_the_outbox_in_their_order(cluster: &dyn Cluster) {
    let one = member(cluster, "one", NodeRole::All).await;
    let world = World::new(&*one, "outbox.later");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    for event_type in ["early", "first", "early"] {
        publish(cluster, &acme, event_type).await;
    }
    publish(cluster, &globex, "other").await;
    publish(cluster, &acme, "last").await;
    let now = make("outbox.later", &[]);
    let drained = shared(&one).drain_outbox(3, std::slice::from_ref(&acme), now.clone()).await.unwrap();
    assert_eq!(
        (types(&drained), drained.more),
        (vec!["other".to_owned()], false),
        "past the rows of a tenant that waits"
    );
    assert_eq!(types(&shared(&one).drain_outbox(10, &[], now).await.unwrap()), ["first", "last"]);
    let ids = IdSource::new(Box::new(super::super::Seeded::named("outbox.later.then")));
    let then: Make = Arc::new(move |found| {
        let event = Event {
            id: ids.event(found.timestamp),
            given_id: None,
            tenant: found.tenant,
            event_type: found.event_type,
            timestamp: found.timestamp,
            data: found.data.into(),
            metadata: found.metadata.into(),
            priority: found.priority,
            deliveries: 0,
            deliver_at: None,
            payload_erased_at: None,
            trace: None,
            channels: Default::default(),
        };
        let (keys, deliveries) = (Vec::new(), Vec::new());
        Made::Event(Box::new(NewEvent::new(Arc::new(event), keys, deliveries)))
    });
    assert_eq!(types(&shared(&one).drain_outbox(10, &[], then).await.unwrap()), ["early", "early"]);
}
