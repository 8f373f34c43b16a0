//! Tenant isolation: ids of another tenant find nothing and change nothing, and no list shows another tenant's rows.

use super::fixtures::{Belongings, World, all, append, due, given_id, next_due, url};
use crate::{
    Appended, DeleteOutcome, DeliveryFilter, Done, Due, EventFilter, InsertOutcome, ListScope::Tenant, Page, RetryOf,
    RetryOutcome, Store, SubscriptionFilter, UpdateOutcome, Write,
};
use model::{DeliveryStatus, Subscription, TenantId, TenantKey};
use std::sync::Arc;

/// Two tenants, each with one of every object.
async fn two(world: &World<'_>) -> [(TenantId, Belongings); 2] {
    let (mine, theirs) = (world.tenant("mine").await, world.tenant("theirs").await);
    let (my, their) = (world.furnish(&mine).await, world.furnish(&theirs).await);
    // A given id that only the other tenant has, since both have `order-1`.
    let mut alone = world.event(&theirs, "invoice.paid", &[]);
    alone.keys = vec![given_id("theirs-alone")];
    world.append(&theirs, vec![alone]).await;
    [(mine, my), (theirs, their)]
}

pub async fn reads_with_ids_of_another_tenant_find_nothing(store: &dyn Store) {
    let world = World::new(store, "isolation.reads");
    let [(mine, _), (theirs, their)] = two(&world).await;
    let (event, of, subscription) = (their.event.event.id, &their.event.deliveries, their.subscription.id);
    assert!(store.event_by_given_id(&theirs, "theirs-alone").await.unwrap().is_some());
    assert_eq!(store.subscription(&mine, subscription).await.unwrap(), None);
    assert_eq!(store.event(&mine, event).await.unwrap(), None);
    assert_eq!(store.event_by_given_id(&mine, "theirs-alone").await.unwrap(), None);
    assert_eq!(store.event_deliveries(&mine, event).await.unwrap(), []);
    for of in of {
        assert_eq!(store.delivery(&mine, of.id).await.unwrap(), None);
        assert_eq!(store.attempts(&mine, of.id, u32::MAX).await.unwrap(), []);
    }
    assert_eq!(next_due(store, &mine, subscription).await, None);
    assert_eq!(due(store, &mine, subscription, world.tick(), 10, &[]).await, Due::default());
}

pub async fn lists_with_ids_of_another_tenant_are_empty(store: &dyn Store) {
    let world = World::new(store, "isolation.filters");
    let [(mine, my), (_, their)] = two(&world).await;
    let subscription = Some(their.subscription.id);
    for statuses in [vec![], vec![DeliveryStatus::Pending], vec![DeliveryStatus::Failed]] {
        for event_type in [None, Some(their.event.event.event_type.clone())] {
            let filter =
                DeliveryFilter { statuses: statuses.clone(), event_type, subscription, ..DeliveryFilter::default() };
            assert_eq!(store.deliveries(Tenant(&mine), &filter, all()).await.unwrap().rows, []);
        }
    }
    // A cursor may be another tenant's id: their rows were all created after mine.
    let cursor = their.event.deliveries[0].id;
    let page = Page { cursor: Some(cursor.into()), ..all() };
    let listed = store.deliveries(Tenant(&mine), &DeliveryFilter::default(), page).await.unwrap().rows;
    assert_eq!(
        listed.iter().map(|one| one.id).collect::<Vec<_>>(),
        [my.event.deliveries[1].id, my.event.deliveries[0].id]
    );
}

pub async fn writes_with_ids_of_another_tenant_change_nothing(store: &dyn Store) {
    let world = World::new(store, "isolation.writes");
    let [(mine, _), (theirs, their)] = two(&world).await;
    let before = (world.shown(&mine).await, world.shown(&theirs).await);
    let (waiting, ended) = (their.event.deliveries[0].id, their.event.deliveries[1].id);
    let (subscription, now) = (their.subscription.id, world.now());
    assert_eq!(store.delete_key(&mine, their.key.id).await.unwrap(), DeleteOutcome::Missing);
    let stolen = Subscription { tenant: mine.clone(), url: url("https://mine.example/"), ..their.subscription.clone() };
    assert_eq!(store.update_subscription(&stolen).await.unwrap(), UpdateOutcome::Missing);
    assert_eq!(store.delete_subscription(&mine, subscription, now).await.unwrap(), UpdateOutcome::Missing);
    store.cancel_waiting(&mine, subscription, now).await.unwrap();
    assert_eq!(store.cancel_by_ids(&mine, &[waiting, ended], now).await.unwrap(), []);
    for delivery in [waiting, ended] {
        assert_eq!(
            store.retry_delivery(&mine, delivery, RetryOf::Undelivered, now).await.unwrap(),
            RetryOutcome::Missing
        );
        world.commit(vec![Write::Cancel { tenant: mine.clone(), delivery }]).await;
        assert_eq!(world.commit(vec![world.expiry(&mine, delivery, now)]).await, [Done::Taken]);
    }
    assert_eq!((world.shown(&mine).await, world.shown(&theirs).await), before);
}

pub async fn outcomes_with_ids_of_another_tenant_change_nothing(store: &dyn Store) {
    let world = World::new(store, "isolation.outcomes");
    let [(mine, my), (theirs, their)] = two(&world).await;
    let before = world.shown(&theirs).await;
    for of in &their.event.deliveries {
        for (number, status) in [(1, DeliveryStatus::Delivered), (2, DeliveryStatus::Disabled)] {
            world.attempted(&mine, *of, number, status).await;
        }
        assert_eq!(store.delivery(&mine, of.id).await.unwrap(), None);
        assert_eq!(store.attempts(&mine, of.id, u32::MAX).await.unwrap(), []);
    }
    // My delivery with their subscription: my delivery is updated, their subscription is not.
    let mut mixed = my.event.deliveries[0];
    mixed.subscription = their.subscription.id;
    world.attempted(&mine, mixed, 1, DeliveryStatus::Disabled).await;
    assert_eq!(world.delivery(&mine, mixed.id).await.status, DeliveryStatus::Disabled);
    assert_eq!(store.subscription(&mine, their.subscription.id).await.unwrap(), None);

    let after = world.shown(&theirs).await;
    assert_eq!((after.subscriptions, after.deliveries), (before.subscriptions, before.deliveries));
    assert_eq!((after.attempts, after.events), (before.attempts, before.events));
}

pub async fn a_list_never_shows_rows_of_another_tenant(store: &dyn Store) {
    let world = World::new(store, "isolation.lists");
    let (mine, theirs) = (world.tenant("mine").await, world.tenant("theirs").await);
    // Alternate between the tenants, so that their rows are interleaved.
    for round in 0..3 {
        for tenant in [&mine, &theirs] {
            let subscription = world.subscribe(tenant).await.id;
            assert!(store.insert_key(&world.key(tenant)).await.unwrap());
            let made = world.publish(tenant, "invoice.created", &[subscription, subscription]).await;
            world.attempted(tenant, made.deliveries[1], 1, DeliveryStatus::Failed).await;
            let listed = world.shown(tenant).await;
            let counts = (listed.keys.len(), listed.subscriptions.len(), listed.events.len(), listed.deliveries.len());
            assert_eq!(counts, (round + 1, round + 1, round + 1, 2 * (round + 1)));
        }
    }
    let event_type = Some(world.event(&mine, "invoice.created", &[]).event.event_type.clone());
    for tenant in [&mine, &theirs] {
        let filter = SubscriptionFilter {
            is_active: Some(true),
            event_type: Some("invoice.created".into()),
            ..SubscriptionFilter::default()
        };
        let subscriptions = store.subscriptions(Tenant(tenant), &filter, all()).await.unwrap().rows;
        assert!(subscriptions.len() == 3 && subscriptions.iter().all(|one| one.tenant == *tenant));
        let filter = EventFilter { event_type: event_type.clone(), ..EventFilter::default() };
        let events = store.events(Tenant(tenant), &filter, all()).await.unwrap().rows;
        assert!(events.len() == 3 && events.iter().all(|one| one.tenant == *tenant));
        for statuses in [vec![], vec![DeliveryStatus::Failed], vec![DeliveryStatus::Failed, DeliveryStatus::Cancelled]]
        {
            for event_type in [None, event_type.clone()] {
                let count = if statuses.is_empty() { 6 } else { 3 };
                let filter = DeliveryFilter { statuses: statuses.clone(), event_type, ..DeliveryFilter::default() };
                let deliveries = store.deliveries(Tenant(tenant), &filter, all()).await.unwrap().rows;
                assert!(deliveries.len() == count && deliveries.iter().all(|one| one.tenant == *tenant), "{filter:?}");
            }
        }
    }
}

pub async fn equal_ids_in_two_tenants_are_independent(store: &dyn Store) {
    let world = World::new(store, "isolation.same");
    let (mine, theirs) = (world.tenant("mine").await, world.tenant("theirs").await);
    let their = world.furnish(&theirs).await;
    let before = world.shown(&theirs).await;
    let key = TenantKey { id: their.key.id, ..world.key(&mine) };
    let subscription =
        Subscription { tenant: mine.clone(), url: url("https://mine.example/"), ..their.subscription.clone() };
    let mut event = their.event.clone();
    let inner = Arc::make_mut(&mut event.event);
    (inner.tenant, inner.data) = (mine.clone(), (&b"mine"[..]).into());
    assert!(store.insert_key(&key).await.unwrap());
    assert_eq!(store.insert_subscription(&subscription).await.unwrap(), InsertOutcome::Done);
    assert_eq!(world.append(&mine, vec![event.clone()]).await, Done::Appended(vec![Appended::New]));
    assert_eq!(store.keys(&mine).await.unwrap(), std::slice::from_ref(&key));
    assert_eq!(store.subscription(&mine, subscription.id).await.unwrap(), Some(subscription.clone()));
    assert_eq!(store.event(&mine, event.event.id).await.unwrap().as_ref(), Some(&*event.event));
    world.attempted(&mine, event.deliveries[0], 1, DeliveryStatus::Disabled).await;
    assert_eq!(store.delete_subscription(&mine, subscription.id, world.now()).await.unwrap(), UpdateOutcome::Done);
    assert_eq!(store.delete_key(&mine, key.id).await.unwrap(), DeleteOutcome::Done);
    assert_eq!(store.delete_tenant(&mine).await.unwrap(), DeleteOutcome::Done);

    let after = world.shown(&theirs).await;
    assert_eq!((after.keys, after.subscriptions, after.events), (before.keys, before.subscriptions, before.events));
    assert_eq!((after.deliveries, after.attempts), (before.deliveries, before.attempts));
}

pub async fn the_same_key_is_published_once_per_tenant(store: &dyn Store) {
    let world = World::new(store, "isolation.names");
    let tenants = [world.tenant("mine").await, world.tenant("theirs").await];
    let made = [0, 1].map(|at: usize| {
        let mut new = world.event(&tenants[at], "invoice.created", &[]);
        new.keys = vec![given_id("order-1"), super::fixtures::idempotency("try-1")];
        new
    });
    let batch = [0, 1].map(|at: usize| append(&tenants[at], vec![made[at].clone()])).into();
    let new = Done::Appended(vec![Appended::New]);
    assert_eq!(world.commit(batch).await, [new.clone(), new]);
    for (tenant, made) in tenants.iter().zip(&made) {
        assert_eq!(store.event_by_given_id(tenant, "order-1").await.unwrap().as_ref(), Some(&*made.event));
        let duplicate = Appended::Duplicate(Box::new((*made.event).clone()));
        let again = crate::NewEvent { keys: made.keys.clone(), ..world.event(tenant, "invoice.created", &[]) };
        assert_eq!(world.append(tenant, vec![again]).await, Done::Appended(vec![duplicate]));
    }
}

/// Ids are compared byte by byte: no collation, no prefix, no pattern.
pub async fn tenants_with_similar_ids_are_separate(store: &dyn Store) {
    let world = World::new(store, "isolation.almost");
    let mut had = Vec::new();
    for which in ["acme", "ACME", "Acme", "acme.", "acme:", "acme_", "acm_", "acm", "acme-eu"] {
        let tenant = world.tenant(which).await;
        let belongings = world.furnish(&tenant).await;
        had.push((tenant, belongings));
    }
    for (tenant, had) in &had {
        let shown = world.shown(tenant).await;
        assert_eq!(shown.tenant.map(|shown| shown.id).as_ref(), Some(tenant));
        assert_eq!(shown.keys, std::slice::from_ref(&had.key));
        assert_eq!(shown.subscriptions.iter().map(|one| one.id).collect::<Vec<_>>(), [had.subscription.id]);
        assert_eq!(shown.events, [(*had.event.event).clone()]);
        assert_eq!(shown.deliveries.len(), 2);
    }
}
