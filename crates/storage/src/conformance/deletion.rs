//! Deletion of a tenant: removes everything it owns, hides it at once, and completes after a crash.

use super::fixtures::{Belongings, World, all, append, due, given_id, next_due};
use crate::{
    Appended, DeleteOutcome, DeliveryFilter, Done, EventFilter, InsertOutcome, ListScope::AllTenants, PutOutcome,
    RetryOf, RetryOutcome, Store, SubscriptionFilter, UpdateOutcome, Write,
};
use model::{DeliveryStatus, TenantChange, TenantId};

/// More rows than backends delete in one transaction.
const MANY: usize = 2_100;

async fn is_bare(world: &World<'_>, tenant: &TenantId) -> bool {
    let shown = world.shown(tenant).await;
    let lists = shown.keys.len() + shown.subscriptions.len() + shown.events.len() + shown.deliveries.len();
    lists + shown.attempts.len() + shown.due.len() + shown.publications.len() == 0
}

/// True when [`World::furnish`]'s objects are not found by their ids.
async fn is_gone(world: &World<'_>, tenant: &TenantId, had: &Belongings) -> bool {
    let (store, event) = (world.store, &had.event.event);
    let (waiting, ended, subscription) = (had.event.deliveries[0].id, had.event.deliveries[1].id, had.subscription.id);
    store.tenant(tenant).await.unwrap().is_none_or(|tenant| tenant.created_at > had.key.created_at)
        && is_bare(world, tenant).await
        && !store.all_keys().await.unwrap().contains(&had.key)
        && store.subscription(tenant, subscription).await.unwrap().is_none()
        && store.event(tenant, event.id).await.unwrap().is_none()
        && store.event_by_given_id(tenant, "order-1").await.unwrap().is_none()
        && store.delivery(tenant, waiting).await.unwrap().is_none()
        && store.event_deliveries(tenant, event.id).await.unwrap().is_empty()
        && store.attempts(tenant, ended, u32::MAX).await.unwrap().is_empty()
        && next_due(store, tenant, subscription).await.is_none()
        && due(store, tenant, subscription, world.now(), 10, &[]).await == crate::Due::default()
        && !is_handed_out(world, tenant).await
}

/// True when `each_subscription` returns a subscription of the tenant.
async fn is_handed_out(world: &World<'_>, tenant: &TenantId) -> bool {
    let mut any = false;
    world.store.each_subscription(&mut |one| any |= one.tenant == *tenant).await.unwrap();
    any
}

pub async fn deleting_a_tenant_removes_everything_however_much(store: &dyn Store) {
    let world = World::new(store, "deletion.all");
    let tenant = world.tenant("acme").await;
    let had = world.furnish(&tenant).await;
    let mut events = Vec::new();
    for number in 0..MANY {
        let mut event = world.event(&tenant, "invoice.paid", &[had.subscription.id]);
        event.keys = vec![given_id(&format!("many-{number}"))];
        events.push(event);
    }
    let deliveries: Vec<_> = events.iter().map(|event| event.deliveries[0]).collect();
    let outcome = |of| Write::Outcome(world.outcome(&tenant, of, 1, DeliveryStatus::Retrying));
    world.append(&tenant, events).await;
    world.commit(deliveries.iter().copied().map(outcome).collect()).await;

    assert_eq!(store.delete_tenant(&tenant).await.unwrap(), DeleteOutcome::Done);
    assert!(is_gone(&world, &tenant, &had).await);
    assert!(!store.half_deleted_tenants().await.unwrap().contains(&tenant));

    // Rows that were only hidden together with their tenant would become visible again here.
    world.tenant("acme").await;
    assert!(is_gone(&world, &tenant, &had).await);
    for of in [deliveries[0], deliveries[MANY / 2], deliveries[MANY - 1]] {
        assert_eq!(store.delivery(&tenant, of.id).await.unwrap(), None);
        assert_eq!(store.attempts(&tenant, of.id, u32::MAX).await.unwrap(), []);
    }
}

pub async fn deleting_a_tenant_removes_nothing_of_others(store: &dyn Store) {
    let world = World::new(store, "deletion.others");
    let mut others = Vec::new();
    for which in ["acm", "acme:eu", "acme2", "ACME", "zeta"] {
        let tenant = world.tenant(which).await;
        let had = world.furnish(&tenant).await;
        others.push((tenant, had));
    }
    let tenant = world.tenant("acme").await;
    world.furnish(&tenant).await;
    let mut before = Vec::new();
    for (other, _) in &others {
        before.push(world.shown(other).await);
    }
    assert_eq!(store.delete_tenant(&tenant).await.unwrap(), DeleteOutcome::Done);
    for ((other, had), before) in others.iter().zip(before) {
        assert_eq!(world.shown(other).await, before);
        assert_eq!(store.event_by_given_id(other, "order-1").await.unwrap().as_ref(), Some(&*had.event.event));
    }
}

pub async fn a_second_deletion_of_a_tenant_finds_nothing(store: &dyn Store) {
    let world = World::new(store, "deletion.second");
    let tenant = world.tenant("acme").await;
    assert_eq!(store.delete_tenant(&tenant).await.unwrap(), DeleteOutcome::Done);
    assert_eq!(store.delete_tenant(&tenant).await.unwrap(), DeleteOutcome::Missing);
    assert_eq!(store.delete_tenant(&world.id("nobody")).await.unwrap(), DeleteOutcome::Missing);
}

pub async fn a_deleted_tenant_can_be_created_again_and_is_empty(store: &dyn Store) {
    let world = World::new(store, "deletion.anew");
    let tenant = world.tenant("acme").await;
    let had = world.furnish(&tenant).await;
    store.delete_tenant(&tenant).await.unwrap();
    let (anew, put) = store.put_tenant(&tenant, TenantChange::default(), world.tick()).await.unwrap();
    assert_eq!((put, anew.created_at), (PutOutcome::Created, world.now()));

    // Deduplication keys are free again, and a subscription with the same id has no history.
    assert_eq!(store.insert_subscription(&had.subscription).await.unwrap(), InsertOutcome::Done);
    assert_eq!(store.subscription(&tenant, had.subscription.id).await.unwrap(), Some(had.subscription.clone()));
    assert!(store.insert_key(&had.key).await.unwrap());
    assert_eq!(world.append(&tenant, vec![had.event.clone()]).await, Done::Appended(vec![Appended::New]));
    assert_eq!(store.attempts(&tenant, had.event.deliveries[1].id, u32::MAX).await.unwrap(), []);
}

/// Asserts that every write for a missing tenant is refused; `had` belonged to it or to another tenant.
async fn refuses_every_write(world: &World<'_>, tenant: &TenantId, had: &Belongings) {
    let (store, now) = (world.store, world.tick());
    let (waiting, subscription) = (had.event.deliveries[0], had.subscription.id);
    assert!(!store.insert_key(&world.key(tenant)).await.unwrap());
    assert_eq!(store.delete_key(tenant, had.key.id).await.unwrap(), DeleteOutcome::Missing);
    assert_eq!(store.insert_subscription(&world.subscription(tenant)).await.unwrap(), InsertOutcome::NoTenant);
    assert_eq!(store.update_subscription(&had.subscription).await.unwrap(), UpdateOutcome::Missing);
    assert_eq!(store.delete_subscription(tenant, subscription, now).await.unwrap(), UpdateOutcome::Missing);
    store.cancel_waiting(tenant, subscription, now).await.unwrap();
    assert_eq!(
        store.retry_delivery(tenant, waiting.id, RetryOf::Undelivered, now).await.unwrap(),
        RetryOutcome::Missing
    );
    let batch = vec![
        append(tenant, vec![world.event(tenant, "invoice.created", &[subscription])]),
        Write::Outcome(world.outcome(tenant, waiting, 1, DeliveryStatus::Delivered)),
        Write::Cancel { tenant: tenant.clone(), delivery: waiting.id },
    ];
    assert_eq!(world.commit(batch).await, [Done::NoTenant, Done::NoTenant, Done::NoTenant]);
}

pub async fn writes_to_a_tenant_that_does_not_exist_are_refused(store: &dyn Store) {
    let world = World::new(store, "deletion.missing");
    let tenant = world.tenant("acme").await;
    let had = world.furnish(&tenant).await;
    store.delete_tenant(&tenant).await.unwrap();
    refuses_every_write(&world, &tenant, &had).await;
    assert_eq!(store.tenant(&tenant).await.unwrap(), None, "no write creates a tenant");
    world.tenant("acme").await;
    assert!(is_bare(&world, &tenant).await);
}

pub async fn a_half_deleted_tenant_is_invisible(store: &dyn Store) {
    let world = World::new(store, "deletion.seen");
    let tenant = world.tenant("acme").await;
    let had = world.furnish(&tenant).await;
    if !world.half_delete(&tenant).await {
        return;
    }
    assert_eq!(store.tenant(&tenant).await.unwrap(), None);
    let start = crate::Page { limit: 1, offset: 0, cursor: Some(TenantId::trusted("deletion.seen:")) };
    assert!(store.tenants(start).await.unwrap().iter().all(|listed| listed.id != tenant));
    assert!(is_gone(&world, &tenant, &had).await);
    // Lists over all tenants do not contain it either.
    let (event, subscription) = (had.event.event.id, had.subscription.id);
    assert_eq!(store.tenants_with_event(event).await.unwrap(), []);
    assert_eq!(store.tenants_with_subscription(subscription).await.unwrap(), []);
    let after = Some(event.made_at());
    let events = EventFilter { after, ..EventFilter::default() };
    let listed = store.events(AllTenants, &events, all()).await.unwrap().rows;
    assert!(listed.iter().all(|event| event.tenant != tenant));
    for statuses in [vec![], vec![DeliveryStatus::Pending], vec![DeliveryStatus::Failed]] {
        let filter = DeliveryFilter { statuses, after, ..DeliveryFilter::default() };
        let listed = store.deliveries(AllTenants, &filter, all()).await.unwrap().rows;
        assert!(listed.iter().all(|delivery| delivery.tenant != tenant));
    }
    let listed = store.subscriptions(AllTenants, &SubscriptionFilter::default(), all()).await.unwrap().rows;
    assert!(listed.iter().all(|subscription| subscription.tenant != tenant));
    assert!(store.backlogs(AllTenants).await.unwrap().iter().all(|backlog| backlog.tenant != tenant));
}

pub async fn writes_to_a_half_deleted_tenant_are_refused(store: &dyn Store) {
    let world = World::new(store, "deletion.written");
    let tenant = world.tenant("acme").await;
    let had = world.furnish(&tenant).await;
    if !world.half_delete(&tenant).await {
        return;
    }
    refuses_every_write(&world, &tenant, &had).await;
    // "Updated" would promise a tenant that is about to be removed.
    let put = store
        .put_tenant(
            &tenant,
            TenantChange { name: model::Patch::Value("Acme".into()), ..TenantChange::default() },
            world.tick(),
        )
        .await;
    assert!(matches!(put, Err(crate::StorageError::Unavailable(_))), "{put:?}");
}

pub async fn an_interrupted_deletion_of_a_tenant_continues(store: &dyn Store) {
    let world = World::new(store, "deletion.cut");
    let tenant = world.tenant("acme").await;
    let had = world.furnish(&tenant).await;
    if !world.half_delete(&tenant).await {
        return;
    }
    assert_eq!(store.delete_tenant(&tenant).await.unwrap(), DeleteOutcome::Done);
    assert!(!store.half_deleted_tenants().await.unwrap().contains(&tenant));
    assert_eq!(store.delete_tenant(&tenant).await.unwrap(), DeleteOutcome::Missing);
    world.tenant("acme").await;
    assert!(is_gone(&world, &tenant, &had).await);
}
