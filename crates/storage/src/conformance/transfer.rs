//! Transfer to another store: events that were read can be written, and stay equal.

use super::fixtures::{World, due, given_id, idempotency, next_due};
use crate::{Appended, Done, RetryOf, Store, StoredEvent};
use model::{DeliveryStatus, Queue, TenantChange, TenantId, TraceContext};
use std::{sync::Arc, time::Duration};

/// A tenant with an event in every state (delivered, failed, retrying, pending, replayed, delayed), and with deduplication keys.
async fn furnished(world: &World<'_>) -> TenantId {
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let mut event = world.event(&tenant, "invoice.created", &[subscription; 5]);
    event.keys = vec![given_id("order-1"), idempotency("first")];
    let stored = Arc::make_mut(&mut event.event);
    stored.given_id = Some("order-1".into());
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 a=1";
    stored.trace = TraceContext::from_stored(trace).map(Arc::new);
    let made = event.deliveries.clone();
    world.append(&tenant, vec![event]).await;
    world.attempted(&tenant, made[0], 1, DeliveryStatus::Delivered).await;
    world.attempted(&tenant, made[1], 1, DeliveryStatus::Retrying).await;
    world.attempted(&tenant, made[1], 2, DeliveryStatus::Failed).await;
    world.attempted(&tenant, made[2], 1, DeliveryStatus::Retrying).await;
    world.attempted(&tenant, made[3], 1, DeliveryStatus::Failed).await;
    world.store.retry_delivery(&tenant, made[3].id, RetryOf::Undelivered, world.tick()).await.unwrap();
    world.publish(&tenant, "invoice.paid", &[subscription]).await;
    let later = world.now().after(Duration::from_secs(3_600));
    world.append(&tenant, vec![world.event(&tenant, "invoice.sent", &[subscription]).delayed(later)]).await;
    world.publish(&tenant, "invoice.sent", &[]).await;
    let ordered = world.event(&tenant, "invoice.sent", &[subscription; 3]).ordered(-5);
    let sent = ordered.deliveries[0];
    world.append(&tenant, vec![ordered]).await;
    world.attempted(&tenant, sent, 1, DeliveryStatus::Delivered).await;
    tenant
}

async fn read(world: &World<'_>, tenant: &TenantId) -> Vec<StoredEvent> {
    let (mut all, mut after): (Vec<StoredEvent>, _) = (Vec::new(), None);
    loop {
        let piece = world.store.read_events(tenant, after, 2).await.unwrap();
        let Some(last) = piece.last() else { return all };
        after = Some(last.event.id);
        all.extend(piece);
        assert!(all.len() < 10, "the transfer does not advance");
    }
}

pub async fn events_read_for_a_transfer_are_complete(store: &dyn Store) {
    let world = World::new(store, "transfer.read");
    let tenant = furnished(&world).await;
    let all = read(&world, &tenant).await;
    assert_eq!(all.len(), 5);
    let places: Vec<_> = all[4].places.iter().map(|(id, place)| (*id, place.key.code())).collect();
    assert_eq!(places, [1, 2].map(|number| (all[4].deliveries[number].0.id, -5)));
    assert!(all[4].places[0].1.position < all[4].places[1].1.position);
    let delayed = &all[2].deliveries[0];
    assert_eq!((delayed.1, delayed.0.next_attempt_at), (Queue::Delayed, all[2].event.deliver_at));
    let first = &all[0];
    assert_eq!(first.names, ["i:order-1", "k:first"]);
    let of = store.event_deliveries(&tenant, first.event.id).await.unwrap();
    assert_eq!(first.deliveries.iter().map(|(one, _)| one.clone()).collect::<Vec<_>>(), of);
    let queues: Vec<Queue> = first.deliveries.iter().map(|(_, queue)| *queue).collect();
    assert_eq!(queues, [Queue::Normal, Queue::Normal, Queue::Retry, Queue::Replay, Queue::Normal]);
    assert_eq!(first.attempts.len(), 5);
    for (delivery, _) in &first.deliveries {
        let mine: Vec<_> =
            first.attempts.iter().filter(|(id, _)| *id == delivery.id).map(|(_, attempt)| attempt.clone()).collect();
        assert_eq!(store.attempts(&tenant, delivery.id, u32::MAX).await.unwrap(), mine);
    }
    assert!(read(&world, &world.id("nobody")).await.is_empty());
}

pub async fn events_written_by_a_transfer_are_unchanged(store: &dyn Store) {
    let world = World::new(store, "transfer.write");
    let tenant = furnished(&world).await;
    let (before, all) = (world.shown(&tenant).await, read(&world, &tenant).await);
    let subscriptions = before.subscriptions.clone();
    store.delete_tenant(&tenant).await.unwrap();
    let known = before.tenant.clone().unwrap();
    store
        .put_tenant(
            &tenant,
            TenantChange { name: known.name.into(), metadata: Some(known.metadata), ..TenantChange::default() },
            known.created_at,
        )
        .await
        .unwrap();
    for subscription in &subscriptions {
        store.insert_subscription(subscription).await.unwrap();
        store.write_stats(subscription).await.unwrap();
    }
    // Twice: an interrupted transfer starts again from the beginning.
    for _ in 0..2 {
        store.write_events(&tenant, all.clone()).await.unwrap();
    }
    let after = world.shown(&tenant).await;
    assert_eq!(after.events, before.events);
    assert_eq!(after.deliveries, before.deliveries);
    assert_eq!(after.attempts, before.attempts);
    assert_eq!(after.subscriptions, before.subscriptions);
    assert_eq!(read(&world, &tenant).await, all);

    // Deduplication keys still apply, and the lists accept new events.
    let mut again = world.event(&tenant, "invoice.created", &[]);
    again.keys = vec![idempotency("first")];
    let done = world.append(&tenant, vec![again]).await;
    assert!(matches!(&done, Done::Appended(each) if matches!(&each[..], [Appended::Duplicate(_)])), "{done:?}");
    world.publish(&tenant, "invoice.sent", &[subscriptions[0].id]).await;
    assert_eq!(world.shown(&tenant).await.events.len(), before.events.len() + 1);
}

/// On a store for one process its only node owns all waiting deliveries; on a shared store they have no owner until a
/// node claims them.
pub async fn waiting_deliveries_are_sent_after_a_transfer(store: &dyn Store) {
    let world = World::new(store, "transfer.waits");
    let tenant = furnished(&world).await;
    let subscription = world.shown(&tenant).await.subscriptions[0].id;
    let all = read(&world, &tenant).await;
    let waits = due(store, &tenant, subscription, world.now(), 10, &[]).await;
    let next = next_due(store, &tenant, subscription).await;
    store.delete_tenant(&tenant).await.unwrap();
    let tenant = world.tenant("acme").await;
    store.write_events(&tenant, all).await.unwrap();
    let again = due(store, &tenant, subscription, world.now(), 10, &[]).await;
    assert_eq!(again.deliveries, waits.deliveries);
    assert_eq!(next_due(store, &tenant, subscription).await, next);
}
