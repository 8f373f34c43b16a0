//! Outcomes: effects of an attempt on its delivery, the log, the subscription and the statistics.

use super::fixtures::{World, due};
use crate::{Done, InsertOutcome, ListScope::Tenant, NewDelivery, Outcome, Store, UpdateOutcome, Write};
use model::{
    Delivery,
    DeliveryStatus::{Cancelled, Delivered, Disabled, Exhausted, Failed, Pending, Retrying},
    Subscription, SubscriptionId, SubscriptionState, TenantId, Timestamp,
    subscription::{DisabledReason, SubscriptionStats},
};
use std::time::Duration;

/// A tenant with a subscription and `count` pending deliveries.
async fn start(world: &World<'_>, count: usize) -> (TenantId, SubscriptionId, Vec<NewDelivery>) {
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let event = world.publish(&tenant, "invoice.created", &vec![subscription; count]).await;
    (tenant, subscription, event.deliveries)
}

async fn stats(world: &World<'_>, tenant: &TenantId, id: SubscriptionId) -> SubscriptionStats {
    world.store.subscription(tenant, id).await.unwrap().unwrap().stats
}

fn ended(outcome: &Outcome) -> Timestamp {
    outcome.attempt.started_at.after(outcome.attempt.duration)
}

pub async fn an_outcome_updates_the_delivery(store: &dyn Store) {
    let world = World::new(store, "outcomes.columns");
    let (tenant, _, made) = start(&world, 6).await;
    for (of, status) in made.into_iter().zip([Delivered, Retrying, Failed, Exhausted, Disabled, Retrying]) {
        let before = world.delivery(&tenant, of.id).await;
        let mut outcome = world.outcome(&tenant, of, 1, status);
        if of.id.bytes()[15] == 6 {
            // No response at all.
            outcome.attempt.response_code = None;
        }
        let done = world.commit(vec![Write::Outcome(outcome.clone())]).await;
        assert_eq!(done, [Done::Recorded]);
        let expected = Delivery {
            status,
            attempts: 1,
            next_attempt_at: outcome.next.retry_at(),
            updated_at: ended(&outcome),
            response_code: outcome.attempt.response_code,
            error: outcome.attempt.error.clone(),
            duration: Some(outcome.attempt.duration),
            ..before
        };
        assert_eq!(expected.next_attempt_at.is_some(), status == Retrying);
        assert_eq!(world.delivery(&tenant, of.id).await, expected);
    }
    assert_eq!(
        store.deliveries(Tenant(&tenant), &Default::default(), super::fixtures::all()).await.unwrap().rows.len(),
        6
    );
}

pub async fn an_attempt_is_kept_whole(store: &dyn Store) {
    let world = World::new(store, "outcomes.whole");
    let (tenant, _, made) = start(&world, 2).await;
    let answered = world.outcome(&tenant, made[0], 1, Failed);
    let mut silent = world.outcome(&tenant, made[1], 1, Retrying);
    silent.attempt.response_code = None;
    silent.attempt.error = Some("no answer within 10 s – or so".into());
    silent.attempt.duration = Duration::ZERO;
    (silent.attempt.request_headers, silent.attempt.response_headers) = (String::new(), String::new());
    silent.attempt.response_body = bytes::Bytes::new();
    (silent.attempt.remote_ip, silent.attempt.timings) = (None, Default::default());
    world.commit(vec![Write::Outcome(answered.clone()), Write::Outcome(silent.clone())]).await;
    assert_eq!(store.attempts(&tenant, made[0].id, u32::MAX).await.unwrap(), [answered.attempt]);
    assert_eq!(store.attempts(&tenant, made[1].id, u32::MAX).await.unwrap(), [silent.attempt]);
}

pub async fn attempts_are_kept_in_order(store: &dyn Store) {
    let world = World::new(store, "outcomes.order");
    let (tenant, _, made) = start(&world, 1).await;
    let outcomes: Vec<_> = (1..=12).map(|number| world.outcome(&tenant, made[0], number, Retrying)).collect();
    for batch in [&outcomes[..1], &outcomes[1..4], &outcomes[4..]] {
        world.commit(batch.iter().cloned().map(Write::Outcome).collect()).await;
    }
    let expected: Vec<_> = outcomes.into_iter().map(|outcome| outcome.attempt).collect();
    assert_eq!(store.attempts(&tenant, made[0].id, u32::MAX).await.unwrap(), expected);
    assert_eq!(world.delivery(&tenant, made[0].id).await.attempts, 12);
}

pub async fn an_ended_delivery_is_not_changed_but_the_attempt_is_kept(store: &dyn Store) {
    let world = World::new(store, "outcomes.ended");
    let (tenant, _, made) = start(&world, 4).await;
    for (of, status) in made.iter().zip([Delivered, Failed, Exhausted, Disabled]) {
        world.attempted(&tenant, *of, 1, status).await;
        let before = world.delivery(&tenant, of.id).await;
        for (number, late) in [(2, Retrying), (3, Failed), (4, Delivered)] {
            world.attempted(&tenant, *of, number, late).await;
            assert_eq!(world.delivery(&tenant, of.id).await, before, "{status:?} then {late:?}");
        }
        assert_eq!(store.attempts(&tenant, of.id, u32::MAX).await.unwrap().len(), 4);
    }
}

pub async fn an_attempt_that_was_under_way_when_the_subscription_was_deleted_shows_its_outcome(store: &dyn Store) {
    let world = World::new(store, "outcomes.late");
    let (tenant, subscription, made) = start(&world, 6).await;
    world.attempted(&tenant, made[5], 1, Retrying).await;
    let late: Vec<_> = made
        .iter()
        .zip([Delivered, Failed, Exhausted, Disabled, Retrying, Delivered])
        .zip([1, 1, 1, 1, 1, 2])
        .map(|((of, status), number)| world.outcome(&tenant, *of, number, status))
        .collect();
    store.delete_subscription(&tenant, subscription, world.tick()).await.unwrap();
    for outcome in late {
        let before = world.delivery(&tenant, outcome.delivery).await;
        assert_eq!((before.status, before.next_attempt_at), (Cancelled, None));
        assert_eq!(world.commit(vec![Write::Outcome(outcome.clone())]).await, [Done::Recorded]);
        let (status, error) = match outcome.next.status() {
            Retrying => (Cancelled, Some("HTTP 503 at attempt 1; the subscription was deleted".into())),
            status => (status, outcome.attempt.error.clone()),
        };
        let expected = Delivery {
            status,
            attempts: outcome.attempt.number,
            updated_at: ended(&outcome),
            response_code: outcome.attempt.response_code,
            error,
            duration: Some(outcome.attempt.duration),
            ..before
        };
        assert_eq!(world.delivery(&tenant, outcome.delivery).await, expected);
        // The first recorded outcome is final.
        let again = Outcome { next: world.outcome(&tenant, made[0], 9, Failed).next, ..(*outcome).clone() };
        world.commit(vec![Write::Outcome(Box::new(again))]).await;
        assert_eq!(world.delivery(&tenant, outcome.delivery).await, expected);
        assert_eq!(store.attempts(&tenant, outcome.delivery, u32::MAX).await.unwrap().last(), Some(&outcome.attempt));
    }
    let due = due(store, &tenant, subscription, world.tick(), 10, &[]).await;
    assert!(due.deliveries.is_empty() && due.next.is_none(), "a deleted subscription has no due deliveries");
}

pub async fn the_first_attempt_of_a_number_is_kept(store: &dyn Store) {
    let world = World::new(store, "outcomes.twice");
    let (tenant, _, made) = start(&world, 2).await;
    let (first, second) = (world.outcome(&tenant, made[0], 1, Retrying), world.outcome(&tenant, made[0], 1, Retrying));
    assert_ne!(first.attempt, second.attempt);
    world.commit(vec![Write::Outcome(first.clone())]).await;
    world.commit(vec![Write::Outcome(second)]).await;
    assert_eq!(store.attempts(&tenant, made[0].id, u32::MAX).await.unwrap(), [first.attempt]);

    let (first, second) = (world.outcome(&tenant, made[1], 1, Retrying), world.outcome(&tenant, made[1], 1, Delivered));
    world.commit(vec![Write::Outcome(first.clone()), Write::Outcome(second)]).await;
    assert_eq!(store.attempts(&tenant, made[1].id, u32::MAX).await.unwrap(), [first.attempt]);
    assert_eq!(world.delivery(&tenant, made[1].id).await.status, Delivered);
}

/// Retention or a deletion may remove a delivery while its request is in flight.
pub async fn an_outcome_of_a_missing_delivery_writes_nothing(store: &dyn Store) {
    let world = World::new(store, "outcomes.missing");
    let (tenant, subscription, _) = start(&world, 1).await;
    let before = world.shown(&tenant).await;
    let id = world.ids.event(world.tick()).delivery(1).unwrap();
    world.attempted(&tenant, NewDelivery { id, subscription, order: None }, 1, Disabled).await;
    assert_eq!(world.shown(&tenant).await.subscriptions, before.subscriptions);
    assert_eq!(store.delivery(&tenant, id).await.unwrap(), None);
    assert_eq!(store.attempts(&tenant, id, u32::MAX).await.unwrap(), []);
}

pub async fn statistics_add_up(store: &dyn Store) {
    let world = World::new(store, "outcomes.stats");
    let (tenant, one, made) = start(&world, 10).await;
    let other = world.subscribe(&tenant).await.id;
    let others = world.publish(&tenant, "invoice.created", &[other]).await.deliveries;
    assert_eq!(stats(&world, &tenant, one).await, SubscriptionStats::default());

    // Several outcomes in a batch, several batches, and another subscription's outcomes in between.
    let all = [Delivered, Retrying, Failed, Delivered, Exhausted, Delivered, Delivered, Retrying];
    let outcomes: Vec<_> = made.iter().zip(all).map(|(of, status)| world.outcome(&tenant, *of, 1, status)).collect();
    let foreign = world.outcome(&tenant, others[0], 1, Delivered);
    let mut batch: Vec<Write> = outcomes[..5].iter().cloned().map(Write::Outcome).collect();
    batch.insert(2, Write::Outcome(foreign));
    world.commit(batch).await;
    let first = stats(&world, &tenant, one).await;
    assert_eq!((first.success_count, first.failure_count), (2, 3));
    assert_eq!(first.last_triggered_at, Some(outcomes[4].attempt.started_at));
    assert_eq!(first.last_success_at, Some(ended(&outcomes[3])));
    assert_eq!(first.last_failure_at, Some(ended(&outcomes[4])));

    world.commit(outcomes[5..7].iter().cloned().map(Write::Outcome).collect()).await;
    world.commit(outcomes[7..].iter().cloned().map(Write::Outcome).collect()).await;
    let expected = SubscriptionStats {
        success_count: 4,
        failure_count: 4,
        last_triggered_at: Some(outcomes[7].attempt.started_at),
        last_success_at: Some(ended(&outcomes[6])),
        last_failure_at: Some(ended(&outcomes[7])),
        failing_since: Some(ended(&outcomes[7])),
    };
    assert_eq!(stats(&world, &tenant, one).await, expected);
    // An attempt that a shortage of this machine prevented is in the log but not in the statistics.
    let unsent = world.outcome(&tenant, made[8], 1, Cancelled);
    world.commit(vec![Write::Outcome(unsent)]).await;
    assert_eq!(stats(&world, &tenant, one).await, expected);
    assert_eq!(world.delivery(&tenant, made[8].id).await.status, Cancelled);
    assert_eq!(store.attempts(&tenant, made[8].id, u32::MAX).await.unwrap().len(), 1);
    let listed = store.subscriptions(Tenant(&tenant), &Default::default(), super::fixtures::all()).await.unwrap().rows;
    assert_eq!((listed[1].stats, listed[0].stats.success_count, listed[0].stats.failure_count), (expected, 1, 0));
}

/// A slow request ends after faster ones that began later, in a later batch.
pub async fn the_times_of_statistics_never_go_back(store: &dyn Store) {
    let world = World::new(store, "outcomes.times");
    let (tenant, subscription, made) = start(&world, 4).await;
    let of = |at: usize, status| world.outcome(&tenant, made[at], 1, status);
    let (early_failure, early_success) = (of(0, Failed), of(1, Delivered));
    let (late_failure, late_success) = (of(2, Failed), of(3, Delivered));
    world.commit(vec![Write::Outcome(late_success), Write::Outcome(late_failure)]).await;
    let before = stats(&world, &tenant, subscription).await;
    for early in [early_failure, early_success] {
        world.commit(vec![Write::Outcome(early)]).await;
    }
    let expected = SubscriptionStats { success_count: 2, failure_count: 2, ..before };
    assert_eq!(stats(&world, &tenant, subscription).await, expected);
    assert!(store.subscription(&tenant, subscription).await.unwrap().unwrap().state.is_active());
}

/// Since when a receiver has answered nothing but failures.
pub async fn the_first_failure_since_the_last_success_is_kept(store: &dyn Store) {
    let world = World::new(store, "outcomes.failing");
    let (tenant, subscription, made) = start(&world, 7).await;
    let statuses = [Failed, Retrying, Delivered, Retrying, Exhausted, Delivered, Retrying];
    let outcomes: Vec<_> =
        made.iter().zip(statuses).map(|(of, status)| world.outcome(&tenant, *of, 1, status)).collect();
    let write = |range: std::ops::Range<usize>| outcomes[range].iter().cloned().map(Write::Outcome).collect();
    let rows = [(0..1, Some(0)), (1..2, Some(0)), (2..5, Some(3)), (5..6, None), (6..7, Some(6))];
    for (range, first) in rows {
        world.commit(write(range.clone())).await;
        let since = stats(&world, &tenant, subscription).await.failing_since;
        assert_eq!(since, first.map(|first: usize| ended(&outcomes[first])), "{range:?}");
    }
    // A warned subscription would always be found.
    let warned = store.subscription(&tenant, subscription).await.unwrap().unwrap().health.warned_at;
    assert!(store.set_warned(&tenant, subscription, warned, None).await.unwrap());
    let since = ended(&outcomes[6]);
    let early = store.failing_subscriptions(since.before(Duration::from_secs(1))).await.unwrap();
    assert!(!early.contains(&(tenant.clone(), subscription)));
    let found = store.failing_subscriptions(since).await.unwrap();
    assert!(found.contains(&(tenant.clone(), subscription)));
}

pub async fn gone_410_disables_the_subscription(store: &dyn Store) {
    let world = World::new(store, "outcomes.gone");
    let tenant = world.tenant("acme").await;
    for state in [SubscriptionState::Active, SubscriptionState::Paused, SubscriptionState::Disabled] {
        let read = Subscription { state, ..world.subscription(&tenant) };
        assert_eq!(store.insert_subscription(&read).await.unwrap(), InsertOutcome::Done);
        let other = world.subscribe(&tenant).await;
        let of = world.publish(&tenant, "invoice.created", &[read.id]).await.deliveries[0];
        world.attempted(&tenant, of, 1, Disabled).await;
        let now = store.subscription(&tenant, read.id).await.unwrap().unwrap();
        assert_eq!(now.state, SubscriptionState::Disabled);
        assert_eq!(now.stats.failure_count, 1);
        assert_eq!((&now.url, &now.secrets, &now.headers), (&read.url, &read.secrets, &read.headers));
        assert_eq!(store.subscription(&tenant, other.id).await.unwrap(), Some(other));
        if state != SubscriptionState::Disabled {
            // Otherwise a caller that read it before could unknowingly write it back as active.
            assert_eq!(store.update_subscription(&read).await.unwrap(), UpdateOutcome::Stale);
            assert!(now.updated_at > read.updated_at);
            let disabled = now.health.disabled.unwrap();
            assert_eq!((disabled.reason, disabled.at), (Some(DisabledReason::Gone), now.updated_at));
            assert_eq!(now.health.breaker, None);
        }
    }
}

pub async fn gone_410_does_not_restore_a_deleted_subscription(store: &dyn Store) {
    let world = World::new(store, "outcomes.deleted");
    let (tenant, subscription, made) = start(&world, 1).await;
    let outcome = world.outcome(&tenant, made[0], 1, Disabled);
    store.delete_subscription(&tenant, subscription, world.tick()).await.unwrap();
    world.commit(vec![Write::Outcome(outcome)]).await;
    assert_eq!(store.subscription(&tenant, subscription).await.unwrap(), None);
    let mut states = Vec::new();
    let mut take =
        |one: Subscription| states.extend((one.id == subscription && one.tenant == tenant).then_some(one.state));
    store.each_subscription(&mut take).await.unwrap();
    assert_eq!(states, [SubscriptionState::Deleted]);
}

pub async fn a_cancelled_delivery_is_not_due(store: &dyn Store) {
    let world = World::new(store, "outcomes.cancel");
    let (tenant, subscription, made) = start(&world, 3).await;
    world.attempted(&tenant, made[1], 1, Retrying).await;
    let cancel = |at: usize| Write::Cancel { tenant: tenant.clone(), delivery: made[at].id };
    assert_eq!(world.commit(vec![cancel(0), cancel(1)]).await, [Done::Recorded, Done::Recorded]);
    for (of, attempts) in [(made[0], 0), (made[1], 1)] {
        let now = world.delivery(&tenant, of.id).await;
        assert_eq!((now.status, now.next_attempt_at, now.attempts), (Cancelled, None, attempts));
        assert_eq!(now.error.as_deref(), Some("the subscription was deleted"));
    }
    assert_eq!(world.delivery(&tenant, made[2].id).await.status, Pending);
    let due = due(store, &tenant, subscription, world.tick(), 10, &[]).await;
    assert_eq!(due.deliveries.iter().map(|one| one.id).collect::<Vec<_>>(), [made[2].id]);
    assert_eq!(due.next, None);
}

pub async fn an_ended_delivery_cannot_be_cancelled(store: &dyn Store) {
    let world = World::new(store, "outcomes.uncancelled");
    let (tenant, _, made) = start(&world, 4).await;
    for (of, status) in made.iter().zip([Delivered, Failed, Exhausted, Disabled]) {
        world.attempted(&tenant, *of, 1, status).await;
    }
    let before = world.shown(&tenant).await.deliveries;
    let cancel = |of: &NewDelivery| Write::Cancel { tenant: tenant.clone(), delivery: of.id };
    let mut batch: Vec<Write> = made.iter().map(cancel).collect();
    let never = world.ids.event(world.tick()).delivery(1).unwrap();
    batch.push(Write::Cancel { tenant: tenant.clone(), delivery: never });
    world.commit(batch).await;
    assert_eq!(world.shown(&tenant).await.deliveries, before);
    assert_eq!(store.delivery(&tenant, never).await.unwrap(), None);
}

pub async fn an_expired_delivery_ends_without_an_attempt(store: &dyn Store) {
    let world = World::new(store, "outcomes.expired");
    let (tenant, subscription, made) = start(&world, 3).await;
    world.attempted(&tenant, made[1], 1, Retrying).await;
    let (counted, at) = (stats(&world, &tenant, subscription).await, world.tick());
    for (of, attempts) in [(made[0], 0), (made[1], 1)] {
        let before = world.delivery(&tenant, of.id).await;
        assert_eq!(world.commit(vec![world.expiry(&tenant, of.id, at)]).await, [Done::Recorded]);
        let expected = Delivery {
            status: Exhausted,
            next_attempt_at: None,
            updated_at: at,
            error: Some("Not sent: too old".to_owned()),
            ..before
        };
        assert_eq!(world.delivery(&tenant, of.id).await, expected);
        assert_eq!(store.attempts(&tenant, of.id, 10).await.unwrap().len(), attempts);
    }
    assert_eq!(stats(&world, &tenant, subscription).await, counted);
    let due = due(store, &tenant, subscription, world.tick(), 10, &[]).await;
    assert_eq!(due.deliveries.iter().map(|one| one.id).collect::<Vec<_>>(), [made[2].id]);
    assert_eq!(due.next, None);
}

pub async fn an_ended_delivery_cannot_expire(store: &dyn Store) {
    let world = World::new(store, "outcomes.unexpired");
    let (tenant, _, made) = start(&world, 3).await;
    for (of, status) in made.iter().zip([Delivered, Disabled]) {
        world.attempted(&tenant, *of, 1, status).await;
    }
    world.commit(vec![Write::Cancel { tenant: tenant.clone(), delivery: made[2].id }]).await;
    let before = world.shown(&tenant).await.deliveries;
    let batch = made.iter().map(|of| world.expiry(&tenant, of.id, world.tick())).collect();
    assert_eq!(world.commit(batch).await, [Done::Taken, Done::Taken, Done::Taken]);
    assert_eq!(world.shown(&tenant).await.deliveries, before);
}
