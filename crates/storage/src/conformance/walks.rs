//! Bounded walks: lists whose filter no index answers.

use super::{
    fixtures::World,
    lists::{TYPES, event_type, pages},
};
use crate::{DeliveryFilter, ListOrder, ListScope, Page, Store, WALK_MAX, Write};
use model::{DeliveryId, DeliveryStatus::Failed, TenantId, Timestamp};
use std::sync::Arc;

pub async fn a_bounded_walk_ends_early_with_a_cursor(store: &dyn Store) {
    let world = World::at(store, "lists.walk", Timestamp::from_millis(1_520_000_000_000));
    let (since, tenant) = (world.tick(), world.tenant("acme").await);
    let subscription = world.subscribe(&tenant).await.id;
    let mut rare = world.event(&tenant, TYPES[1], &[subscription]);
    Arc::make_mut(&mut rare.event).given_id = None;
    world.append(&tenant, vec![rare.clone()]).await;
    let mut outcome = world.outcome(&tenant, rare.deliveries[0], 1, Failed);
    outcome.attempt.error = Some("a rare fault".into());
    world.commit(vec![Write::Outcome(outcome)]).await;
    for _ in 0..11 {
        world.publish(&tenant, TYPES[0], &[subscription; 1_000]).await;
    }
    let (after, before) = (Some(since), Some(world.tick()));
    let time = DeliveryFilter { after, before, ..DeliveryFilter::default() };
    let error = DeliveryFilter { error: Some("RARE".into()), ..time.clone() };
    let of_type = DeliveryFilter { event_type: Some(event_type(TYPES[1])), ..error.clone() };
    let of_all = DeliveryFilter { subscription: Some(subscription), ..error.clone() };
    let oldest = DeliveryFilter { order: ListOrder::OldestFirst, ..error.clone() };
    for (scope, filter) in [
        (ListScope::Tenant(&tenant), &error),
        (ListScope::Tenant(&tenant), &of_type),
        (ListScope::AllTenants, &error),
        (ListScope::AllTenants, &of_type),
        (ListScope::AllTenants, &of_all),
        (ListScope::Tenant(&tenant), &oldest),
        (ListScope::AllTenants, &oldest),
    ] {
        let read = async |page| store.deliveries(scope, filter, page).await.unwrap();
        let first = read(Page::first(5)).await;
        let found = pages(5, 0, read).await;
        assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), [rare.deliveries[0].id], "{scope:?} {filter:?}");
        let counted = store.count_deliveries(scope, filter, 50).await.unwrap();
        if first.rows.is_empty() {
            assert!(first.next.is_some(), "a page that the bound cut has a cursor");
            assert!(counted.rows == 0 && counted.next.is_some(), "{counted:?}");
            let passed = counted.next.unwrap().id;
            let looked_at = 11_000 - found_below(store, &tenant, passed).await;
            assert!(looked_at <= WALK_MAX as usize + 60, "{looked_at}");
        }
    }
    // A filter that an index answers completely is not cut.
    let exact = DeliveryFilter { statuses: vec![Failed], ..time };
    let listed = store.deliveries(ListScope::Tenant(&tenant), &exact, Page::first(5)).await.unwrap();
    assert_eq!((listed.rows.len(), listed.next), (1, None));
}

/// Number of a tenant's deliveries below this one.
async fn found_below(store: &dyn Store, tenant: &TenantId, id: DeliveryId) -> usize {
    let page = Page { limit: 20_000, offset: 0, cursor: Some(id.into()) };
    store.deliveries(ListScope::Tenant(tenant), &DeliveryFilter::default(), page).await.unwrap().rows.len()
}
