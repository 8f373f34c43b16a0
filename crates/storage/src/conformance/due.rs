//! Due deliveries of a subscription: the reads with which a lane is refilled after a start or a spill.

use super::fixtures::{World, due, next_due};
use crate::{Due, DueQueueHead, NewDelivery, RetryOf, RetryOutcome, Store, Write};
use model::{DeliveryId, DeliveryStatus, Priority, Queue, SubscriptionId, TenantId, Timestamp, delivery::Next};
use std::{sync::Arc, time::Duration};

/// A subscription with `count` pending deliveries, created a second apart, oldest first.
async fn queue(world: &World<'_>, tenant: &TenantId, count: usize) -> (SubscriptionId, Vec<NewDelivery>) {
    let subscription = world.subscribe(tenant).await.id;
    let mut made = Vec::new();
    for _ in 0..count {
        made.push(world.publish(tenant, "invoice.created", &[subscription]).await.deliveries[0]);
    }
    (subscription, made)
}

fn ids(due: &Due) -> Vec<DeliveryId> {
    due.deliveries.iter().map(|delivery| delivery.id).collect()
}

fn of(made: &[NewDelivery]) -> Vec<DeliveryId> {
    made.iter().map(|delivery| delivery.id).collect()
}

/// Records a retry that is due at this time.
async fn try_again(world: &World<'_>, tenant: &TenantId, of: NewDelivery, number: u32, at: Timestamp) {
    let mut outcome = world.outcome(tenant, of, number, DeliveryStatus::Retrying);
    outcome.next = Next::Retry { at };
    world.commit(vec![Write::Outcome(outcome)]).await;
}

pub async fn due_deliveries_come_oldest_first_with_their_events(store: &dyn Store) {
    let world = World::new(store, "due.order");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let first = world.publish(&tenant, "invoice.created", &[subscription]).await;
    let second = world.publish(&tenant, "invoice.paid", &[subscription, subscription]).await;
    let third = world.publish(&tenant, "customer.created", &[subscription]).await;
    // The order is by due time, not by creation time.
    try_again(&world, &tenant, first.deliveries[0], 1, third.event.id.made_at().after(Duration::from_micros(1))).await;

    let due = due(store, &tenant, subscription, world.tick(), 10, &[]).await;
    assert_eq!(due.next, None);
    let handed: Vec<_> = due.deliveries.iter().map(|one| (one.id, one.attempts, one.earlier_attempts)).collect();
    let (one, two) = (second.deliveries[0].id, second.deliveries[1].id);
    assert_eq!(handed, [(one, 0, 0), (two, 0, 0), (third.deliveries[0].id, 0, 0), (first.deliveries[0].id, 1, 0)]);
    for (handed, expected) in due.deliveries.iter().zip([&second, &second, &third, &first]) {
        assert_eq!(handed.event, *expected.event);
    }
}

pub async fn the_next_due_time_is_in_the_past_when_the_limit_cuts(store: &dyn Store) {
    let world = World::new(store, "due.limit");
    let tenant = world.tenant("acme").await;
    let (subscription, made) = queue(&world, &tenant, 5).await;
    let now = world.tick();
    for limit in 0..=6 {
        let due = due(store, &tenant, subscription, now, limit, &[]).await;
        assert_eq!(ids(&due), of(&made[..limit.min(5)]));
        assert_eq!(due.next, made.get(limit).map(|next| next.id.made_at()));
        assert!(due.next.is_none_or(|next| next <= now));
    }
}

pub async fn the_next_due_time_is_in_the_future_or_absent_without_a_cut(store: &dyn Store) {
    let world = World::new(store, "due.next");
    let tenant = world.tenant("acme").await;
    let (subscription, made) = queue(&world, &tenant, 3).await;
    let later = world.now().after(Duration::from_secs(3_600));
    let much_later = later.after(Duration::from_secs(3_600));
    try_again(&world, &tenant, made[0], 1, much_later).await;
    try_again(&world, &tenant, made[1], 1, later).await;
    let due = async |now| {
        let due = due(store, &tenant, subscription, now, 10, &[]).await;
        (ids(&due), due.next)
    };
    assert_eq!(due(world.tick()).await, (of(&made[2..]), Some(later)));
    assert_eq!(due(later.before(Duration::from_micros(1))).await, (of(&made[2..]), Some(later)));
    assert_eq!(due(later).await, (vec![made[2].id, made[1].id], Some(much_later)), "due exactly at its time");
    assert_eq!(due(much_later).await, (vec![made[2].id, made[1].id, made[0].id], None));
    assert_eq!(due(Timestamp::from_millis(0)).await, (vec![], Some(made[2].id.made_at())));
}

pub async fn held_deliveries_are_skipped_and_do_not_count_towards_the_limit(store: &dyn Store) {
    let world = World::new(store, "due.held");
    let tenant = world.tenant("acme").await;
    let (subscription, made) = queue(&world, &tenant, 6).await;
    let now = world.tick();
    let due = async |limit, held: &[NewDelivery]| {
        let due = due(store, &tenant, subscription, now, limit, &of(held)).await;
        (ids(&due), due.next)
    };
    assert_eq!(due(2, &made[..2]).await, (of(&made[2..4]), Some(made[4].id.made_at())));
    assert_eq!(due(2, &[made[1], made[4]]).await, (vec![made[0].id, made[2].id], Some(made[3].id.made_at())));
    assert_eq!(due(4, &made[4..]).await, (of(&made[..4]), None), "held deliveries do not count as next");
    assert_eq!(due(9, &made).await, (vec![], None));

    let other = world.publish(&tenant, "invoice.created", &[world.subscribe(&tenant).await.id]).await;
    assert_eq!(due(9, &other.deliveries).await, (of(&made), None), "others in `held` change nothing");
}

pub async fn ended_deliveries_are_not_due(store: &dyn Store) {
    use DeliveryStatus::{Cancelled, Delivered, Disabled, Exhausted, Failed};
    let world = World::new(store, "due.ended");
    let tenant = world.tenant("acme").await;
    let (subscription, made) = queue(&world, &tenant, 5).await;
    for (of, status) in made.iter().zip([Delivered, Failed, Exhausted, Disabled]) {
        world.attempted(&tenant, *of, 1, status).await;
    }
    world.commit(vec![Write::Cancel { tenant: tenant.clone(), delivery: made[4].id }]).await;
    assert_eq!(world.delivery(&tenant, made[4].id).await.status, Cancelled);
    assert_eq!(due(store, &tenant, subscription, world.tick(), 10, &[]).await, Due::default());
    assert_eq!(next_due(store, &tenant, subscription).await, None);
}

pub async fn a_retried_delivery_is_due_in_its_new_round(store: &dyn Store) {
    let world = World::new(store, "due.retried");
    let tenant = world.tenant("acme").await;
    let (subscription, made) = queue(&world, &tenant, 2).await;
    world.attempted(&tenant, made[0], 1, DeliveryStatus::Retrying).await;
    world.attempted(&tenant, made[0], 2, DeliveryStatus::Exhausted).await;
    let now = world.tick();
    assert_eq!(
        store.retry_delivery(&tenant, made[0].id, RetryOf::Undelivered, now).await.unwrap(),
        RetryOutcome::Queued(subscription)
    );
    assert_eq!(next_due(store, &tenant, subscription).await, Some(made[0].id.made_at()), "due since its creation");
    let due = due(store, &tenant, subscription, now, 10, &[]).await;
    assert_eq!((ids(&due), due.next), (vec![made[1].id, made[0].id], None));
    assert_eq!((due.deliveries[1].attempts, due.deliveries[1].earlier_attempts), (2, 2));
}

pub async fn each_subscription_has_its_own_queue(store: &dyn Store) {
    let world = World::new(store, "due.own");
    let tenant = world.tenant("acme").await;
    let ((one, first), (two, second)) = (queue(&world, &tenant, 2).await, queue(&world, &tenant, 3).await);
    let none = world.subscribe(&tenant).await.id;
    let now = world.tick();
    assert_eq!(ids(&due(store, &tenant, one, now, 10, &[]).await), of(&first));
    assert_eq!(ids(&due(store, &tenant, two, now, 10, &[]).await), of(&second));
    assert_eq!(due(store, &tenant, none, now, 10, &[]).await, Due::default());
    let never = world.ids.subscription(now);
    assert_eq!(due(store, &tenant, never, now, 10, &[]).await, Due::default());
    assert_eq!(next_due(store, &tenant, never).await, None);
}

pub async fn each_priority_waits_in_its_queue_and_so_do_retries_and_replays(store: &dyn Store) {
    let world = World::new(store, "due.queues");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let mut made = Vec::new();
    for priority in [Priority::Low, Priority::High, Priority::Normal, Priority::Normal, Priority::High] {
        let mut event = world.event(&tenant, "invoice.created", &[subscription]);
        Arc::make_mut(&mut event.event).priority = priority;
        made.push(event.deliveries[0]);
        world.append(&tenant, vec![event]).await;
    }
    world.attempted(&tenant, made[2], 1, DeliveryStatus::Retrying).await;
    world.attempted(&tenant, made[4], 1, DeliveryStatus::Exhausted).await;
    store.retry_delivery(&tenant, made[4].id, RetryOf::Undelivered, world.tick()).await.unwrap();

    let late = world.now().after(Duration::from_secs(365 * 24 * 3_600));
    let waits = [
        (Queue::High, made[1], made[1].id.made_at()),
        (Queue::Normal, made[3], made[3].id.made_at()),
        (Queue::Low, made[0], made[0].id.made_at()),
        (Queue::Replay, made[4], made[4].id.made_at()),
        (Queue::Retry, made[2], world.delivery(&tenant, made[2].id).await.next_attempt_at.unwrap()),
    ];
    let mut heads = Vec::new();
    store.each_queue_head(&mut |one| heads.extend((one.subscription == subscription).then_some(one))).await.unwrap();
    let expected = waits.map(|(queue, _, at)| DueQueueHead { tenant: tenant.clone(), subscription, queue, at });
    assert_eq!(heads, expected);
    for (queue, of, _) in waits {
        let due = store.due(&tenant, subscription, queue, late, 10, &[]).await.unwrap();
        assert_eq!((ids(&due), due.next), (vec![of.id], None), "{queue:?}");
    }
    world.attempted(&tenant, made[4], 2, DeliveryStatus::Retrying).await;
    let due = store.due(&tenant, subscription, Queue::Retry, late, 10, &[]).await.unwrap();
    assert_eq!(due.deliveries.len(), 2, "a replayed delivery is retried automatically too");
    assert_eq!(store.due(&tenant, subscription, Queue::Replay, late, 10, &[]).await.unwrap(), Due::default());
}

pub async fn next_due_is_when_the_first_one_is_due(store: &dyn Store) {
    let world = World::new(store, "due.first");
    let tenant = world.tenant("acme").await;
    let (subscription, made) = queue(&world, &tenant, 2).await;
    let next = async || next_due(store, &tenant, subscription).await;
    assert_eq!(next().await, Some(made[0].id.made_at()));
    let later = world.now().after(Duration::from_micros(3_600_000_001));
    try_again(&world, &tenant, made[0], 1, later).await;
    assert_eq!(next().await, Some(made[1].id.made_at()));
    world.attempted(&tenant, made[1], 1, DeliveryStatus::Delivered).await;
    assert_eq!(next().await, Some(later));
    world.attempted(&tenant, made[0], 2, DeliveryStatus::Delivered).await;
    assert_eq!(next().await, None);
}

/// A clock that was ahead for a while leaves such due times in the store.
pub async fn a_retry_in_the_future_is_pulled_back_and_keeps_its_wait(store: &dyn Store) {
    let start = Timestamp::from_millis(4_100_000_000_000);
    let world = World::at(store, "due.future", start);
    let tenant = world.tenant("acme").await;
    let (subscription, made) = queue(&world, &tenant, 3).await;
    let (minute, day) = (Duration::from_secs(60), Duration::from_secs(24 * 60 * 60));
    let (usual, endless) = (world.now().after(60 * minute), world.now().after(30 * day));
    try_again(&world, &tenant, made[0], 1, usual).await;
    try_again(&world, &tenant, made[1], 1, endless).await;
    let now = world.now().after(10 * minute);
    world.advance(100 * day);
    let ahead = world.delivery(&tenant, made[2].id).await.updated_at;
    assert!(ahead <= now);
    try_again(&world, &tenant, made[2], 1, world.now().after(5 * minute)).await;
    let ahead = world.delivery(&tenant, made[2].id).await;
    let (fresh, waited) =
        (world.publish(&tenant, "invoice.created", &[subscription]).await, ahead.next_attempt_at.unwrap());
    assert!(ahead.updated_at > now);

    assert!(store.pull_back(now, 14 * day).await.unwrap() >= 2);
    let times = async |of: NewDelivery| {
        let delivery = world.delivery(&tenant, of.id).await;
        (delivery.next_attempt_at.unwrap(), delivery.updated_at)
    };
    assert_eq!(times(made[2]).await, (now.after(waited.since(ahead.updated_at)), now), "keeps the length of its wait");
    assert_eq!(times(made[1]).await.0, now, "exceeds the longest wait");
    assert_eq!(times(made[0]).await.0, usual);
    // A pending delivery has no due time other than its creation time.
    assert_eq!(times(fresh.deliveries[0]).await.0, fresh.event.id.made_at());
    assert_eq!(store.pull_back(now, 14 * day).await.unwrap(), 0);
}
