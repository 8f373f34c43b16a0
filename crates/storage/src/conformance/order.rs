//! Ordered deliveries: the first one of each key is due, and the others wait for its end.

use super::fixtures::World;
use crate::{
    BEHIND_MAX, Due, DueQueueHead, FirstInOrder, LOOK_FOR_ORDER, ListScope::Tenant, NewDelivery, NewEvent,
    QueueBacklog, RetryOf, RetryOutcome, Store, Write,
};
use model::{
    DeliveryId,
    DeliveryStatus::{Delivered, Failed, Pending, Retrying},
    Queue, SubscriptionId, TenantId, Timestamp,
    shape::OrderKey,
};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

impl NewEvent {
    /// The event with ordered deliveries.
    pub(super) fn ordered(mut self, key: i64) -> Self {
        self.deliveries.iter_mut().for_each(|one| one.order = Some(OrderKey::from_code(key)));
        self
    }
}

/// A tenant with a subscription.
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

    async fn publish(&self, key: i64) -> NewDelivery {
        let new = self.event(key);
        let made = new.deliveries[0];
        self.world.append(&self.tenant, vec![new]).await;
        made
    }

    async fn due(&self, now: Timestamp, held: &[NewDelivery]) -> Due {
        let held: Vec<DeliveryId> = held.iter().map(|one| one.id).collect();
        self.world.store.due(&self.tenant, self.subscription, Queue::Ordered, now, 10, &held).await.unwrap()
    }

    /// The deliveries that are due now.
    async fn first(&self) -> Vec<DeliveryId> {
        ids(&self.due(self.world.now(), &[]).await)
    }

    async fn blocking(&self, most: u32) -> Vec<(DeliveryId, u32)> {
        let found = self.world.store.blocking(&self.tenant, self.subscription, most).await.unwrap();
        found.into_iter().map(|FirstInOrder { delivery, behind, .. }| (delivery.id, behind)).collect()
    }
}

fn ids(due: &Due) -> Vec<DeliveryId> {
    due.deliveries.iter().map(|one| one.id).collect()
}

pub async fn the_first_delivery_of_each_key_is_due(store: &dyn Store) {
    let lane = Lane::new(store, "order.keys").await;
    let (world, tenant) = (&lane.world, &lane.tenant);
    let (one, two) = (lane.publish(0).await, lane.publish(0).await);
    let (other, last) = (lane.publish(-7).await, lane.publish(i64::MIN + 1).await);
    let now = world.now();
    let due = lane.due(now, &[]).await;
    assert_eq!(ids(&due), [one.id, other.id, last.id]);
    assert_eq!(due.deliveries.iter().map(|one| one.order).collect::<Vec<_>>(), [one.order, other.order, last.order]);
    assert_eq!(due.next, Some(now.after(LOOK_FOR_ORDER)), "others wait");
    let cut = store.due(tenant, lane.subscription, Queue::Ordered, now, 1, &[]).await.unwrap();
    assert_eq!((ids(&cut), cut.next), (vec![one.id], Some(other.id.made_at())));
    // A delivery in memory blocks those behind it like all others.
    assert_eq!(ids(&lane.due(now, &[one]).await), [other.id, last.id]);
    let mut heads = Vec::new();
    store
        .each_queue_head(&mut |head| heads.extend((head.subscription == lane.subscription).then_some(head)))
        .await
        .unwrap();
    let at = one.id.made_at();
    let head = DueQueueHead { tenant: tenant.clone(), subscription: lane.subscription, queue: Queue::Ordered, at };
    assert_eq!(heads, [head]);

    assert_eq!(lane.blocking(10).await, []);
    world.attempted(tenant, one, 1, Retrying).await;
    world.attempted(tenant, last, 1, Delivered).await;
    assert_eq!(lane.first().await, [other.id], "nothing overtakes a retry");
    let retry = world.delivery(tenant, one.id).await.next_attempt_at.unwrap();
    assert_eq!(lane.due(retry.before(Duration::from_secs(5)), &[other]).await.next, Some(retry));
    let due = lane.due(retry, &[other]).await;
    assert_eq!((ids(&due), due.deliveries[0].attempts), (vec![one.id], 1));
    assert_eq!(lane.blocking(10).await, [(one.id, 1)]);
    world.attempted(tenant, other, 1, Retrying).await;
    assert_eq!(lane.blocking(10).await, [(one.id, 1), (other.id, 0)]);
    assert_eq!(lane.blocking(1).await, [(one.id, 1)]);
    let keys = store.blocking(tenant, lane.subscription, 10).await.unwrap();
    assert_eq!(keys.iter().map(|first| Some(first.key)).collect::<Vec<_>>(), [one.order, other.order]);

    world.attempted(tenant, one, 2, Failed).await;
    assert_eq!(lane.first().await, [two.id]);
    world.attempted(tenant, two, 1, Delivered).await;
    world.attempted(tenant, other, 2, Delivered).await;
    assert_eq!(lane.due(world.now().after(MINUTE), &[]).await, Due::default());
    assert_eq!(lane.blocking(10).await, []);
}

pub async fn places_are_those_of_commits_and_not_of_ids(store: &dyn Store) {
    let lane = Lane::new(store, "order.places").await;
    let (world, tenant) = (&lane.world, &lane.tenant);
    let early = lane.event(0);
    let first = lane.publish(0).await;
    // Made before, and committed after it.
    world.append(tenant, vec![early.clone()]).await;
    // One request with three events.
    let request = [lane.event(0), lane.event(0), lane.event(0)];
    world.append(tenant, request.to_vec()).await;
    let mut order = Vec::new();
    for _ in 0..5 {
        let due = lane.due(world.now(), &[]).await;
        let id = due.deliveries[0].id;
        order.push(id);
        world.attempted(tenant, NewDelivery { id, ..first }, 1, Delivered).await;
    }
    let expected = [first.id, early.deliveries[0].id].into_iter().chain(request.iter().map(|new| new.deliveries[0].id));
    assert_eq!(order, expected.collect::<Vec<_>>());
}

pub async fn a_delayed_delivery_takes_its_place_when_it_is_due(store: &dyn Store) {
    let lane = Lane::new(store, "order.delayed").await;
    let (world, tenant) = (&lane.world, &lane.tenant);
    let at = world.now().after(10 * MINUTE);
    let new = lane.event(0).delayed(at);
    world.append(tenant, vec![new.clone()]).await;
    let delayed = new.deliveries[0];
    assert_eq!(ids(&lane.due(world.now(), &[]).await), []);
    assert_eq!(lane.due(at.before(MINUTE / 6), &[]).await.next, Some(at));
    // It blocks nothing before its time, and what is published before that is sent first.
    let before = lane.publish(0).await;
    assert_eq!(lane.first().await, [before.id]);
    world.attempted(tenant, before, 1, Retrying).await;
    world.advance(11 * MINUTE);
    let after = lane.publish(0).await;
    assert_eq!(lane.first().await, [before.id]);
    world.attempted(tenant, before, 2, Delivered).await;
    assert_eq!(lane.first().await, [delayed.id]);
    world.attempted(tenant, delayed, 1, Retrying).await;
    assert_eq!(lane.first().await, []);
    assert_eq!(lane.blocking(10).await, [(delayed.id, 1)]);
    world.attempted(tenant, delayed, 2, Delivered).await;
    assert_eq!(lane.first().await, [after.id]);
}

pub async fn an_ordered_delivery_that_is_cancelled_or_retried_by_hand_lets_no_other_overtake(store: &dyn Store) {
    let lane = Lane::new(store, "order.by-hand").await;
    let (world, tenant) = (&lane.world, &lane.tenant);
    let all = [lane.publish(0).await, lane.publish(0).await, lane.publish(0).await, lane.publish(0).await];
    world.attempted(tenant, all[0], 1, Retrying).await;
    assert_eq!(lane.first().await, []);
    let again = store.retry_delivery(tenant, all[0].id, RetryOf::Undelivered, world.tick()).await.unwrap();
    assert_eq!(again, RetryOutcome::Queued(lane.subscription));
    assert_eq!(lane.first().await, [all[0].id]);
    assert_eq!(ids(&store.due(tenant, lane.subscription, Queue::Replay, world.now(), 10, &[]).await.unwrap()), []);
    // The others cannot be sent earlier by hand.
    store.retry_delivery(tenant, all[1].id, RetryOf::Undelivered, world.tick()).await.unwrap();
    assert_eq!(lane.first().await, [all[0].id]);
    world.attempted(tenant, all[0], 2, Retrying).await;
    assert_eq!(lane.first().await, []);
    assert_eq!(store.cancel_by_ids(tenant, &[all[0].id], world.tick()).await.unwrap(), [all[0].id]);
    assert_eq!(lane.first().await, [all[1].id]);
    // A delivery that has ended is sent again in no order.
    world.attempted(tenant, all[1], 1, Failed).await;
    store.retry_delivery(tenant, all[1].id, RetryOf::Undelivered, world.tick()).await.unwrap();
    assert_eq!(lane.first().await, [all[2].id]);
    let replayed = store.due(tenant, lane.subscription, Queue::Replay, world.now(), 10, &[]).await.unwrap();
    assert_eq!((ids(&replayed), replayed.deliveries[0].order), (vec![all[1].id], None));
    world.attempted(tenant, NewDelivery { order: None, ..all[1] }, 2, Retrying).await;
    let late = world.now().after(24 * 60 * MINUTE);
    let retried = store.due(tenant, lane.subscription, Queue::Retry, late, 10, &[]).await.unwrap();
    assert_eq!(ids(&retried), [all[1].id]);
    // The end of one that was not sent.
    let expiry = world.expiry(tenant, all[2].id, world.tick());
    world.commit(vec![expiry]).await;
    assert_eq!(lane.first().await, [all[3].id]);
}

pub async fn ordered_retries_are_pulled_back_and_counted(store: &dyn Store) {
    let world = World::at(store, "order.future", Timestamp::from_millis(4_300_000_000_000));
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let lane = Lane { world, tenant, subscription };
    let (world, tenant) = (&lane.world, &lane.tenant);
    let now = world.now();
    let (retried, waits) = (lane.publish(0).await, lane.publish(0).await);
    let at = now.after(30 * 24 * 60 * MINUTE);
    let delayed = lane.event(3).delayed(at);
    world.append(tenant, vec![delayed.clone()]).await;
    world.advance(24 * 60 * MINUTE);
    world.attempted(tenant, retried, 1, Retrying).await;
    store.pull_back(now, 14 * 24 * 60 * MINUTE).await.unwrap();
    let next = world.delivery(tenant, retried.id).await.next_attempt_at;
    assert!(next < Some(now.after(60 * MINUTE)), "a retry is pulled back");
    assert_eq!(world.delivery(tenant, delayed.deliveries[0].id).await.next_attempt_at, Some(at));

    let backlog = store.backlog(tenant, subscription).await.unwrap();
    let first = [next.unwrap(), waits.id.made_at()].into_iter().min().unwrap();
    let expected =
        QueueBacklog { queue: Queue::Ordered, waiting: 3, oldest_at: retried.id.made_at(), next_attempt_at: first };
    assert_eq!(backlog.queues, [expected]);
    let shown =
        store.deliveries(Tenant(tenant), &crate::DeliveryFilter::default(), crate::Page::first(10)).await.unwrap();
    let statuses: Vec<_> = shown.rows.iter().map(|one| one.status).collect();
    assert_eq!(statuses, [Pending, Pending, Retrying]);
}

pub async fn many_that_wait_behind_one_are_counted_up_to_a_bound(store: &dyn Store) {
    let lane = Lane::new(store, "order.many").await;
    let (world, tenant) = (&lane.world, &lane.tenant);
    let first = lane.publish(0).await;
    world.attempted(tenant, first, 1, Retrying).await;
    for _ in 0..=BEHIND_MAX / 1_000 {
        let events = (0..1_000).map(|_| lane.event(0)).collect();
        world.append(tenant, events).await;
    }
    assert_eq!(lane.blocking(10).await, [(first.id, BEHIND_MAX)]);
    let cancelled = Write::Cancel { tenant: tenant.clone(), delivery: first.id };
    world.commit(vec![cancelled]).await;
    assert_eq!(lane.first().await.len(), 1);
}
