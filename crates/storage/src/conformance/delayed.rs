//! Delayed deliveries, which wait until the `deliver_at` of their event, and the cancellation of waiting deliveries.

use super::fixtures::{World, due, next_due};
use crate::{
    CANCELLED_BY_REQUEST, Due, DueQueueHead, ListScope::Tenant, NewDelivery, NewEvent, QueueBacklog, RetryOf,
    RetryOutcome, Store, Write,
};
use model::{
    DeliveryId,
    DeliveryStatus::{Cancelled, Delivered, Failed, Pending, Retrying},
    Priority, Queue, SubscriptionId, TenantId, Timestamp,
};
use std::{sync::Arc, time::Duration};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// Stores an event that is due at `at`.
async fn delay(world: &World<'_>, tenant: &TenantId, to: &[SubscriptionId], at: Timestamp) -> NewEvent {
    let new = world.event(tenant, "invoice.created", to).delayed(at);
    world.append(tenant, vec![new.clone()]).await;
    new
}

impl NewEvent {
    /// The event with this `deliver_at`, which is in the future.
    pub(super) fn delayed(mut self, at: Timestamp) -> Self {
        Arc::make_mut(&mut self.event).deliver_at = Some(at);
        self.due_at = Some(at);
        self
    }
}

fn ids(due: &Due) -> Vec<DeliveryId> {
    due.deliveries.iter().map(|delivery| delivery.id).collect()
}

pub async fn a_delayed_delivery_is_due_at_its_time_and_not_before(store: &dyn Store) {
    let world = World::new(store, "delayed.due");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let start = world.now();
    // The order is by due time, not by creation.
    let (late, soon) = (start.after(5 * HOUR), start.after(2 * HOUR));
    let second = delay(&world, &tenant, &[subscription], late).await;
    let first = delay(&world, &tenant, &[subscription, subscription], soon).await;
    let fresh = world.publish(&tenant, "invoice.created", &[subscription]).await;

    for new in [&first, &second] {
        assert_eq!(store.event(&tenant, new.event.id).await.unwrap().as_ref(), Some(&*new.event));
        let made = world.delivery(&tenant, new.deliveries[0].id).await;
        assert_eq!((made.status, made.attempts, made.next_attempt_at), (Pending, 0, new.due_at));
        assert_eq!((made.waits_until(), made.updated_at), (new.due_at, new.event.id.made_at()));
    }
    let mut heads = Vec::new();
    store.each_queue_head(&mut |one| heads.extend((one.subscription == subscription).then_some(one))).await.unwrap();
    let head = |queue, at| DueQueueHead { tenant: tenant.clone(), subscription, queue, at };
    assert_eq!(heads, [head(Queue::Normal, fresh.event.id.made_at()), head(Queue::Delayed, soon)]);

    let delayed = async |now| {
        let due = store.due(&tenant, subscription, Queue::Delayed, now, 10, &[]).await.unwrap();
        (ids(&due), due.next)
    };
    let (one, two, three) = (first.deliveries[0].id, first.deliveries[1].id, second.deliveries[0].id);
    assert_eq!(delayed(soon.before(Duration::from_micros(1))).await, (vec![], Some(soon)));
    assert_eq!(delayed(soon).await, (vec![one, two], Some(late)));
    assert_eq!(delayed(late).await, (vec![one, two, three], None));
    let normal = store.due(&tenant, subscription, Queue::Normal, late, 10, &[]).await.unwrap();
    assert_eq!(ids(&normal), [fresh.deliveries[0].id]);
    let found = store.due(&tenant, subscription, Queue::Delayed, late, 10, &[]).await.unwrap();
    assert_eq!(found.deliveries[2].event, *second.event);
}

pub async fn a_delayed_delivery_is_retried_and_ends_like_all_others(store: &dyn Store) {
    let world = World::new(store, "delayed.after");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let at = world.now().after(HOUR);
    let made = delay(&world, &tenant, &[subscription; 3], at).await.deliveries;
    world.advance(2 * HOUR);
    world.attempted(&tenant, made[0], 1, Retrying).await;
    world.attempted(&tenant, made[1], 1, Delivered).await;
    let late = world.now().after(24 * HOUR);
    let waits = async |queue| ids(&store.due(&tenant, subscription, queue, late, 10, &[]).await.unwrap());
    assert_eq!(waits(Queue::Delayed).await, [made[2].id]);
    assert_eq!(waits(Queue::Retry).await, [made[0].id]);

    // A manual retry does not wait for the time.
    let again = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
    world.attempted(&tenant, again, 1, Failed).await;
    let early = delay(&world, &tenant, &[subscription], late).await.deliveries[0];
    let back = store.retry_delivery(&tenant, early.id, RetryOf::Undelivered, world.tick()).await.unwrap();
    assert_eq!(back, RetryOutcome::Queued(subscription));
    assert_eq!(waits(Queue::Replay).await, [early.id]);
    assert_eq!(world.delivery(&tenant, early.id).await.waits_until(), None);
}

/// Its time was chosen by the publisher, and does not depend on a clock that was ahead.
pub async fn a_delayed_delivery_is_not_pulled_back(store: &dyn Store) {
    let world = World::at(store, "delayed.future", Timestamp::from_millis(4_200_000_000_000));
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let (now, at) = (world.now(), world.now().after(30 * 24 * HOUR));
    let made = delay(&world, &tenant, &[subscription], at).await.deliveries[0];
    let retried = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
    world.advance(24 * HOUR);
    world.attempted(&tenant, retried, 1, Retrying).await;
    store.pull_back(now, 14 * 24 * HOUR).await.unwrap();
    assert!(world.delivery(&tenant, retried.id).await.next_attempt_at < Some(now.after(HOUR)), "a retry is");
    assert_eq!(world.delivery(&tenant, made.id).await.next_attempt_at, Some(at));
}

pub async fn the_backlog_counts_delayed_deliveries_in_their_own_queue(store: &dyn Store) {
    let world = World::new(store, "delayed.backlog");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let at = world.now().after(HOUR);
    let made = delay(&world, &tenant, &[subscription; 2], at).await;
    let fresh = world.publish(&tenant, "invoice.created", &[subscription]).await;
    let since = fresh.event.id.made_at();
    let all = store.backlogs(Tenant(&tenant)).await.unwrap();
    for backlog in [&all[0], &store.backlog(&tenant, subscription).await.unwrap()] {
        let mut queues = backlog.queues.clone();
        queues.sort_by_key(|one| one.queue);
        let row =
            |queue, waiting, oldest_at, next_attempt_at| QueueBacklog { queue, waiting, oldest_at, next_attempt_at };
        let delayed = row(Queue::Delayed, 2, made.event.id.made_at(), at);
        assert_eq!(queues, [row(Queue::Normal, 1, since, since), delayed]);
        assert_eq!((backlog.waiting(), backlog.oldest_at()), (3, Some(since)));
    }
}

/// A tenant with a delivery in each queue of a subscription, and its ended ones.
async fn one_in_each_queue(world: &World<'_>) -> (TenantId, SubscriptionId, Vec<NewDelivery>, Vec<NewDelivery>) {
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let mut waiting = Vec::new();
    for priority in Priority::ALL {
        let mut new = world.event(&tenant, "invoice.created", &[subscription]);
        Arc::make_mut(&mut new.event).priority = priority;
        waiting.push(new.deliveries[0]);
        world.append(&tenant, vec![new]).await;
    }
    waiting.extend(delay(world, &tenant, &[subscription], world.now().after(HOUR)).await.deliveries);
    let more = world.publish(&tenant, "invoice.paid", &[subscription; 5]).await.deliveries;
    world.attempted(&tenant, more[0], 1, Retrying).await;
    world.attempted(&tenant, more[1], 1, Failed).await;
    world.store.retry_delivery(&tenant, more[1].id, RetryOf::Undelivered, world.tick()).await.unwrap();
    waiting.extend(&more[..2]);
    world.attempted(&tenant, more[2], 1, Delivered).await;
    world.attempted(&tenant, more[3], 1, Failed).await;
    world.commit(vec![Write::Cancel { tenant: tenant.clone(), delivery: more[4].id }]).await;
    (tenant, subscription, waiting, more[2..].to_vec())
}

pub async fn waiting_deliveries_of_every_queue_are_cancelled_by_their_ids(store: &dyn Store) {
    let world = World::new(store, "delayed.cancel");
    let (tenant, subscription, waiting, ended) = one_in_each_queue(&world).await;
    let kept = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
    let mut before = Vec::new();
    for of in waiting.iter().chain(&ended) {
        before.push(world.delivery(&tenant, of.id).await);
    }
    let all: Vec<DeliveryId> = before.iter().map(|one| one.id).collect();
    let now = world.tick();
    let mut cancelled = store.cancel_by_ids(&tenant, &all, now).await.unwrap();
    cancelled.sort_unstable();
    assert_eq!(cancelled, all[..waiting.len()], "ended ones are not cancelled");
    for (at, before) in before.into_iter().enumerate() {
        let expected = if at < waiting.len() {
            let error = Some(CANCELLED_BY_REQUEST.to_owned());
            model::Delivery { status: Cancelled, next_attempt_at: None, updated_at: now, error, ..before }
        } else {
            before
        };
        assert_eq!(world.delivery(&tenant, expected.id).await, expected);
    }
    assert_eq!(ids(&due(store, &tenant, subscription, now.after(48 * HOUR), 10, &[]).await), [kept.id]);
    assert_eq!(store.cancel_by_ids(&tenant, &all, world.tick()).await.unwrap(), []);
    assert_eq!(store.cancel_by_ids(&tenant, &[], world.tick()).await.unwrap(), []);
    let other = world.tenant("globex").await;
    assert_eq!(store.cancel_by_ids(&other, &[kept.id], world.tick()).await.unwrap(), [], "of another tenant");
    assert_eq!(next_due(store, &tenant, subscription).await, Some(kept.id.made_at()));

    // A cancelled delivery can be sent again by hand.
    let back = store.retry_delivery(&tenant, all[0], RetryOf::Undelivered, world.tick()).await.unwrap();
    assert_eq!(back, RetryOutcome::Queued(subscription));
}

pub async fn an_attempt_that_was_under_way_at_the_cancellation_shows_its_outcome(store: &dyn Store) {
    let world = World::new(store, "delayed.late");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let made = world.publish(&tenant, "invoice.created", &[subscription; 3]).await.deliveries;
    let late: Vec<_> =
        made.iter().zip([Delivered, Failed, Retrying]).map(|(of, then)| world.outcome(&tenant, *of, 1, then)).collect();
    let all: Vec<DeliveryId> = made.iter().map(|one| one.id).collect();
    assert_eq!(store.cancel_by_ids(&tenant, &all, world.tick()).await.unwrap().len(), 3);
    for (outcome, (status, error)) in late.into_iter().zip([
        (Delivered, None),
        (Failed, Some("HTTP 503 at attempt 1")),
        (Cancelled, Some("HTTP 503 at attempt 1; cancelled by request")),
    ]) {
        let id = outcome.delivery;
        world.commit(vec![Write::Outcome(outcome)]).await;
        let now = world.delivery(&tenant, id).await;
        assert_eq!((now.status, now.error.as_deref(), now.next_attempt_at), (status, error, None));
        assert_eq!(store.attempts(&tenant, id, u32::MAX).await.unwrap().len(), 1);
    }
    assert_eq!(next_due(store, &tenant, subscription).await, None);
}
