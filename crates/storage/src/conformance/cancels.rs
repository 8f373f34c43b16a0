//! Cancellation of waiting deliveries by request.

use super::fixtures::{World, due, patterns};
use crate::{
    CANCELLED_BY_REQUEST, CancelFilter, CancelOutcome, CancelPlace, Done, NewDelivery, SUBSCRIPTION_DELETED, Store,
    Write,
};
use model::{
    DeliveryStatus::{self, Cancelled, Delivered, Exhausted, Failed, Pending, Retrying},
    SubscriptionId, TenantId,
};
use std::collections::BTreeSet;

fn everything(world: &World<'_>) -> CancelFilter {
    CancelFilter {
        subscription: None,
        event_types: Vec::new(),
        statuses: vec![Pending, Retrying],
        after: None,
        before: world.tick(),
    }
}

/// Makes steps of `rows` until the end; returns the number of cancelled deliveries and their subscriptions.
async fn cancel(
    world: &World<'_>,
    tenant: &TenantId,
    filter: &CancelFilter,
    rows: usize,
) -> (u32, BTreeSet<SubscriptionId>) {
    let (mut count, mut subscriptions, mut from) = (0, BTreeSet::new(), None::<CancelPlace>);
    loop {
        let now = world.tick();
        let step = world.store.cancel_deliveries(tenant, filter, from.as_ref(), rows, now).await.unwrap();
        assert!(step.cancelled as usize <= rows);
        count += step.cancelled;
        subscriptions.extend(step.subscriptions);
        match step.next {
            Some(next) => from = Some(next),
            None => return (count, subscriptions),
        }
    }
}

async fn delivery_in(
    world: &World<'_>,
    tenant: &TenantId,
    of: SubscriptionId,
    event_type: &str,
    status: DeliveryStatus,
) -> NewDelivery {
    let made = world.publish(tenant, event_type, &[of]).await.deliveries[0];
    if status != Pending {
        world.attempted(tenant, made, 1, status).await;
    }
    made
}

pub async fn a_waiting_delivery_is_cancelled(store: &dyn Store) {
    let world = World::new(store, "cancels.one");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    for status in [Pending, Retrying] {
        let made = delivery_in(&world, &tenant, of, "a.b", status).await;
        let before = world.delivery(&tenant, made.id).await;
        let now = world.tick();
        assert_eq!(store.cancel_delivery(&tenant, made.id, now).await.unwrap(), CancelOutcome::Done(of));
        let after = world.delivery(&tenant, made.id).await;
        assert_eq!((after.status, after.next_attempt_at, after.updated_at), (Cancelled, None, now));
        assert_eq!(after.error.as_deref(), Some(CANCELLED_BY_REQUEST));
        assert_eq!((after.attempts, after.response_code), (before.attempts, before.response_code));
        let again = store.cancel_delivery(&tenant, made.id, world.tick()).await.unwrap();
        assert_eq!(again, CancelOutcome::Ended(Cancelled));
        assert_eq!(world.delivery(&tenant, made.id).await, after);
    }
    assert_eq!(due(store, &tenant, of, world.tick(), 10, &[]).await.deliveries, []);
    let made = delivery_in(&world, &tenant, of, "a.b", Delivered).await;
    let ended = store.cancel_delivery(&tenant, made.id, world.tick()).await.unwrap();
    assert_eq!(ended, CancelOutcome::Ended(Delivered));
    let never = world.ids.event(world.tick()).delivery(1).unwrap();
    assert_eq!(store.cancel_delivery(&tenant, never, world.tick()).await.unwrap(), CancelOutcome::Missing);
    let nobody = store.cancel_delivery(&world.id("nobody"), made.id, world.tick()).await.unwrap();
    assert_eq!(nobody, CancelOutcome::Missing);
}

pub async fn deliveries_are_cancelled_by_filter_in_steps(store: &dyn Store) {
    let world = World::new(store, "cancels.filter");
    let types = ["invoice.paid", "invoice.sent", "order.paid"];
    let statuses = [Pending, Retrying, Failed, Delivered];
    let mut case = 0;
    for narrow in [
        |_: &mut CancelFilter, _: SubscriptionId| {},
        |filter: &mut CancelFilter, of| filter.subscription = Some(of),
        |filter: &mut CancelFilter, _| filter.event_types = patterns(&["invoice.*"]),
        |filter: &mut CancelFilter, _| filter.statuses = vec![Retrying],
        |filter: &mut CancelFilter, of| {
            (filter.subscription, filter.statuses, filter.event_types) =
                (Some(of), vec![Pending], patterns(&["order.paid", "invoice.sent"]));
        },
    ] {
        for rows in [1, 4, 1_000] {
            case += 1;
            let tenant = world.tenant(&format!("t{case}")).await;
            let subscriptions = [world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id];
            let mut made = Vec::new();
            for at in 0..24 {
                let (of, event_type, status) = (subscriptions[(at / 12) % 2], types[at % 3], statuses[at % 4]);
                made.push((delivery_in(&world, &tenant, of, event_type, status).await, event_type, status));
            }
            let mut filter = CancelFilter { after: Some(made[2].0.id.made_at()), ..everything(&world) };
            let later = delivery_in(&world, &tenant, subscriptions[0], types[0], Pending).await;
            narrow(&mut filter, subscriptions[1]);
            let expected: BTreeSet<_> = made
                .iter()
                .filter(|(of, event_type, status)| {
                    filter.has(of.id, *status, event_type) && filter.subscription.is_none_or(|id| id == of.subscription)
                })
                .map(|(of, ..)| of.id)
                .collect();
            let of: BTreeSet<_> =
                made.iter().filter(|one| expected.contains(&one.0.id)).map(|one| one.0.subscription).collect();
            assert!(!expected.is_empty());
            let cancelled = cancel(&world, &tenant, &filter, rows).await;
            assert_eq!(cancelled, (expected.len() as u32, of), "{filter:?} {rows}");
            for (one, _, status) in &made {
                let now = world.delivery(&tenant, one.id).await.status;
                assert_eq!(now, if expected.contains(&one.id) { Cancelled } else { *status }, "{filter:?} {rows}");
            }
            assert_eq!(world.delivery(&tenant, later.id).await.status, Pending);
            assert_eq!(cancel(&world, &tenant, &filter, rows).await.0, 0);
        }
    }
}

pub async fn an_attempt_in_flight_shows_its_outcome_after_a_cancellation(store: &dyn Store) {
    let world = World::new(store, "cancels.flight");
    let tenant = world.tenant("acme").await;
    let of = world.subscribe(&tenant).await.id;
    for (status, end, error) in [
        (Delivered, Delivered, None),
        (Exhausted, Exhausted, Some("HTTP 503 at attempt 1".to_owned())),
        (Retrying, Cancelled, Some(format!("HTTP 503 at attempt 1; {CANCELLED_BY_REQUEST}"))),
    ] {
        let made = world.publish(&tenant, "a.b", &[of]).await.deliveries[0];
        store.cancel_delivery(&tenant, made.id, world.tick()).await.unwrap();
        let outcome = world.outcome(&tenant, made, 1, status);
        assert_eq!(world.commit(vec![Write::Outcome(outcome)]).await, [Done::Recorded]);
        let after = world.delivery(&tenant, made.id).await;
        assert_eq!((after.status, after.error, after.attempts), (end, error, 1));
        assert_eq!(after.next_attempt_at, None);
    }
    // The reason is not confused with a deletion's.
    let made = world.publish(&tenant, "a.b", &[of]).await.deliveries[0];
    store.delete_subscription(&tenant, of, world.tick()).await.unwrap();
    let outcome = world.outcome(&tenant, made, 1, Retrying);
    world.commit(vec![Write::Outcome(outcome)]).await;
    let error = world.delivery(&tenant, made.id).await.error;
    assert_eq!(error, Some(format!("HTTP 503 at attempt 1; {SUBSCRIPTION_DELETED}")));
}

pub async fn deliveries_of_tests_and_of_other_tenants_are_not_cancelled(store: &dyn Store) {
    let world = World::new(store, "cancels.isolation");
    let (owner, stranger) = (world.tenant("owner").await, world.tenant("stranger").await);
    let of = world.subscribe(&owner).await.id;
    let mut test = world.event(&owner, "a.b", &[of]);
    test.deliveries[0].id = test.event.id.test_delivery();
    let test_id = test.deliveries[0].id;
    world.append(&owner, vec![test]).await;
    let made = delivery_in(&world, &owner, of, "a.b", Pending).await;
    let filter = CancelFilter { subscription: Some(of), ..everything(&world) };
    assert_eq!(cancel(&world, &stranger, &filter, 10).await.0, 0);
    assert_eq!(store.cancel_delivery(&stranger, made.id, world.tick()).await.unwrap(), CancelOutcome::Missing);
    assert_eq!(world.delivery(&owner, made.id).await.status, Pending);
    assert_eq!(cancel(&world, &owner, &filter, 10).await.0, 1);
    assert_eq!(world.delivery(&owner, test_id).await.status, Pending);
}
