//! Retention: which old events are removed, and which are kept.

use super::fixtures::{World, idempotency};
use crate::{Appended, NewEvent, Removed, Store};
use model::{DeliveryStatus, EventId, TenantId, Timestamp};
use std::{sync::Arc, time::Duration};

/// Removes step by step; returns the numbers of removed events and deliveries, and of steps.
async fn remove(world: &World<'_>, tenant: &TenantId, before: Timestamp, rows: usize) -> (u64, u64, usize) {
    let (mut sum, mut steps) = (Removed::default(), 0);
    loop {
        let step = world.store.remove_before(tenant, before, sum.after, rows).await.unwrap();
        (sum.events, sum.deliveries, sum.after) =
            (sum.events + step.events, sum.deliveries + step.deliveries, step.after);
        steps += 1;
        assert!(steps < 1_000, "every step advances");
        if !step.more {
            return (sum.events, sum.deliveries, steps);
        }
    }
}

async fn is_there(world: &World<'_>, tenant: &TenantId, id: EventId) -> bool {
    world.store.event(tenant, id).await.unwrap().is_some()
}

async fn is_gone(world: &World<'_>, tenant: &TenantId, of: &NewEvent) -> bool {
    let mut gone = !is_there(world, tenant, of.event.id).await;
    gone &= world.store.event_deliveries(tenant, of.event.id).await.unwrap().is_empty();
    for delivery in &of.deliveries {
        gone &= world.store.delivery(tenant, delivery.id).await.unwrap().is_none();
        gone &= world.store.attempts(tenant, delivery.id, u32::MAX).await.unwrap().is_empty();
    }
    gone
}

/// An event whose deliveries have all ended.
async fn done(world: &World<'_>, tenant: &TenantId, deliveries: usize) -> NewEvent {
    let subscription = world.subscribe(tenant).await.id;
    let event = world.publish(tenant, "invoice.created", &vec![subscription; deliveries]).await;
    for of in &event.deliveries {
        world.attempted(tenant, *of, 1, DeliveryStatus::Delivered).await;
    }
    event
}

pub async fn retention_removes_old_events_with_their_deliveries_and_attempts(store: &dyn Store) {
    let world = World::new(store, "retention.old");
    let tenant = world.tenant("acme").await;
    let (first, second) = (done(&world, &tenant, 2).await, done(&world, &tenant, 1).await);
    let nobodys = world.publish(&tenant, "invoice.paid", &[]).await;
    let young = done(&world, &tenant, 1).await;
    let before = young.event.id.made_at();
    assert!(store.tenants_with_events_before(before).await.unwrap().contains(&tenant));
    assert_eq!(remove(&world, &tenant, before, 100).await, (3, 3, 1));
    for old in [&first, &second, &nobodys] {
        assert!(is_gone(&world, &tenant, old).await);
    }
    assert!(is_there(&world, &tenant, young.event.id).await);
    assert_eq!(store.attempts(&tenant, young.deliveries[0].id, u32::MAX).await.unwrap().len(), 1);
    assert!(!store.tenants_with_events_before(before).await.unwrap().contains(&tenant));
    assert_eq!(remove(&world, &tenant, before, 100).await, (0, 0, 1));
}

pub async fn retention_keeps_waiting_deliveries_of_any_age(store: &dyn Store) {
    let world = World::new(store, "retention.waits");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let half = world.publish(&tenant, "invoice.created", &[subscription, subscription]).await;
    world.attempted(&tenant, half.deliveries[0], 1, DeliveryStatus::Delivered).await;
    world.attempted(&tenant, half.deliveries[1], 1, DeliveryStatus::Retrying).await;
    let old = done(&world, &tenant, 1).await;
    let late = world.now().after(Duration::from_secs(400 * 24 * 3_600));
    assert_eq!(remove(&world, &tenant, late, 100).await, (1, 1, 1));
    assert!(is_gone(&world, &tenant, &old).await);
    assert_eq!(store.event_deliveries(&tenant, half.event.id).await.unwrap().len(), 2);

    world.attempted(&tenant, half.deliveries[1], 2, DeliveryStatus::Exhausted).await;
    assert_eq!(remove(&world, &tenant, late, 100).await, (1, 2, 1), "removed once its last delivery has ended");
    assert!(is_gone(&world, &tenant, &half).await);
}

pub async fn retention_removes_an_event_with_many_deliveries_in_steps(store: &dyn Store) {
    let world = World::new(store, "retention.pieces");
    let tenant = world.tenant("acme").await;
    let (many, few) = (done(&world, &tenant, 25).await, done(&world, &tenant, 3).await);
    let (events, deliveries, steps) = remove(&world, &tenant, world.tick(), 5).await;
    assert_eq!((events, deliveries), (2, 28));
    assert!((6..=12).contains(&steps), "{steps} steps of about 5 rows");
    assert!(is_gone(&world, &tenant, &many).await && is_gone(&world, &tenant, &few).await);
    done(&world, &tenant, 3).await;
    assert_eq!(remove(&world, &tenant, world.tick(), 1).await.1, 3, "even with the smallest step");
}

pub async fn retention_in_one_tenant_removes_nothing_of_others(store: &dyn Store) {
    let world = World::new(store, "retention.others");
    let (acme, globex) = (world.tenant("acme").await, world.tenant("globex").await);
    let (mine, theirs) = (done(&world, &acme, 1).await, done(&world, &globex, 1).await);
    let before = world.tick();
    assert_eq!(remove(&world, &acme, before, 100).await, (1, 1, 1));
    assert!(is_gone(&world, &acme, &mine).await && is_there(&world, &globex, theirs.event.id).await);
    assert_eq!(remove(&world, &world.id("nobody"), before, 100).await, (0, 0, 1));
}

pub async fn a_key_is_free_again_after_its_event_was_removed(store: &dyn Store) {
    let world = World::new(store, "retention.names");
    let tenant = world.tenant("acme").await;
    let publish = async || {
        let mut event = world.event(&tenant, "invoice.created", &[]);
        Arc::make_mut(&mut event.event).given_id = Some("order-1".into());
        event.keys = vec![super::fixtures::given_id("order-1"), idempotency("first")];
        let done = world.append(&tenant, vec![event]).await;
        matches!(done, crate::Done::Appended(each) if each == [Appended::New])
    };
    assert!(publish().await && !publish().await);
    remove(&world, &tenant, world.tick(), 100).await;
    assert_eq!(store.event_by_given_id(&tenant, "order-1").await.unwrap(), None);
    assert!(publish().await && !publish().await);
}

pub async fn the_newest_event_up_to_a_time_is_found(store: &dyn Store) {
    // Later than the events of all other cases.
    let world = World::at(store, "retention.newest", Timestamp::from_millis(4_500_000_000_000));
    assert_eq!(store.newest_event(Timestamp::from_millis(0)).await.unwrap(), None);
    let (one, other) = (world.tenant("acme").await, world.tenant("globex").await);
    let first = world.publish(&one, "invoice.created", &[]).await.event.id.made_at();
    let second = world.publish(&other, "invoice.created", &[]).await.event.id.made_at();
    let third = world.publish(&one, "invoice.created", &[]).await.event.id.made_at();
    for (until, expected) in [(third.after(Duration::from_secs(9)), third), (third, third), (second, second)] {
        assert_eq!(store.newest_event(until).await.unwrap(), Some(expected));
    }
    let before = store.newest_event(first.before(Duration::from_millis(1))).await.unwrap();
    assert!(before.is_none_or(|before| before < first));
}

pub async fn the_believed_time_is_kept(store: &dyn Store) {
    for micros in [1_760_000_000_000_001, 5, -5, 4_000_000_000_000_000] {
        let time = Timestamp::from_micros(micros);
        store.keep_believed_time(time).await.unwrap();
        assert_eq!(store.believed_time().await.unwrap(), Some(time));
    }
}
