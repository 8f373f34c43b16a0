//! Backlogs: waiting deliveries counted by subscription and queue.

use super::fixtures::World;
use crate::{BACKLOG_MAX, Backlog, ListScope, RetryOf, Store};
use model::{DeliveryStatus, Priority, Queue, TenantId, Timestamp};
use std::{collections::BTreeMap, sync::Arc};

/// Queue, number of waiting deliveries, creation time of the oldest one, due time of the first one.
type Row = (Queue, u32, Timestamp, Timestamp);

fn rows(backlog: &Backlog) -> Vec<Row> {
    let mut rows: Vec<_> =
        backlog.queues.iter().map(|one| (one.queue, one.waiting, one.oldest_at, one.next_attempt_at)).collect();
    rows.sort();
    rows
}

async fn of(store: &dyn Store, tenant: &TenantId) -> Vec<Backlog> {
    let mut found = store.backlogs(ListScope::Tenant(tenant)).await.unwrap();
    found.sort_by_key(|one| one.subscription);
    found
}

pub async fn the_backlog_is_counted_by_subscription_and_queue(store: &dyn Store) {
    let world = World::new(store, "backlog.queues");
    let (tenant, other) = (world.tenant("acme").await, world.tenant("globex").await);
    let idle = world.subscribe(&tenant).await.id;
    let busy = [world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id];
    let mut expected: BTreeMap<_, BTreeMap<Queue, Row>> = BTreeMap::new();
    let mut add = |subscription, queue, made: Timestamp, due: Timestamp| {
        let row = expected.entry(subscription).or_default().entry(queue).or_insert((queue, 0, made, due));
        (row.1, row.2, row.3) = (row.1 + 1, row.2.min(made), row.3.min(due));
    };
    for number in 0..30 {
        let subscription = busy[usize::from(number % 4 == 0)];
        let mut new = world.event(&tenant, "invoice.created", &[subscription]);
        let priority = [Priority::High, Priority::Normal, Priority::Low][number % 3];
        Arc::make_mut(&mut new.event).priority = priority;
        world.append(&tenant, vec![new.clone()]).await;
        let (delivery, made) = (new.deliveries[0], new.event.id.made_at());
        match number % 5 {
            0 => {
                world.attempted(&tenant, delivery, 1, DeliveryStatus::Retrying).await;
                let due = world.delivery(&tenant, delivery.id).await.next_attempt_at.unwrap();
                add(subscription, Queue::Retry, made, due);
            }
            1 => world.attempted(&tenant, delivery, 1, DeliveryStatus::Delivered).await,
            2 => {
                world.attempted(&tenant, delivery, 1, DeliveryStatus::Failed).await;
                store.retry_delivery(&tenant, delivery.id, RetryOf::Undelivered, world.now()).await.unwrap();
                add(subscription, Queue::Replay, made, made);
            }
            _ => add(subscription, Queue::of(priority), made, made),
        }
    }
    world.furnish(&other).await;
    let found = of(store, &tenant).await;
    assert_eq!(found.len(), 2);
    for backlog in &found {
        let expected: Vec<Row> = expected[&backlog.subscription].values().copied().collect();
        assert_eq!(rows(backlog), expected);
        assert_eq!((backlog.counted_to, backlog.is_capped()), (BACKLOG_MAX, false));
        assert_eq!(backlog.waiting(), expected.iter().map(|row| row.1).sum::<u32>());
        let one = store.backlog(&tenant, backlog.subscription).await.unwrap();
        assert_eq!(rows(&one), rows(backlog));
    }
    assert_eq!(store.backlog(&tenant, idle).await.unwrap().queues, []);
    assert_eq!(store.backlog(&other, busy[0]).await.unwrap().queues, [], "another tenant finds no backlog");
    let all = store.backlogs(ListScope::AllTenants).await.unwrap();
    for tenant in [&tenant, &other] {
        let mut own: Vec<_> = all.iter().filter(|one| one.tenant == *tenant).collect();
        own.sort_by_key(|one| one.subscription);
        let (seen, expected) = (own.iter().map(|one| rows(one)), of(store, tenant).await);
        assert_eq!(seen.collect::<Vec<_>>(), expected.iter().map(rows).collect::<Vec<_>>());
    }
}

pub async fn a_long_queue_is_counted_up_to_a_limit(store: &dyn Store) {
    let world = World::new(store, "backlog.limit");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let first = world.publish(&tenant, "invoice.created", &[subscription]).await.event.id.made_at();
    for _ in 0..11 {
        world.publish(&tenant, "invoice.created", &[subscription; 1_000]).await;
    }
    for backlog in [store.backlog(&tenant, subscription).await.unwrap(), of(store, &tenant).await.remove(0)] {
        assert_eq!(rows(&backlog), [(Queue::Normal, BACKLOG_MAX, first, first)]);
        assert!(backlog.is_capped());
    }
    assert_eq!(store.count_waiting(2_000).await.unwrap(), 2_000);
    assert!(store.count_waiting(u32::MAX).await.unwrap() >= 11_001);
}
