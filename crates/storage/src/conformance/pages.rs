//! Pages and answers are bounded by bytes and by rows.

use super::{
    fixtures::World,
    lists::{TYPES, event_type, pages},
};
use crate::{EventFilter, ListOrder, ListScope, Page, Store, SubscriptionFilter};
use bytes::Bytes;
use model::{
    DeliveryStatus::{Delivered, Retrying},
    Timestamp,
};
use std::sync::Arc;

pub async fn pages_of_events_are_bounded_by_bytes(store: &dyn Store) {
    let world = World::at(store, "lists.bytes", Timestamp::from_millis(1_530_000_000_000));
    let (since, tenant) = (world.tick(), world.tenant("acme").await);
    let mut made = Vec::new();
    for mebibytes in [1, 1, 5, 2, 2, 1, 3] {
        let mut new = world.event(&tenant, TYPES[0], &[]);
        // Random bytes, which no backend can compress.
        let mut data = vec![0; mebibytes * 1024 * 1024 - 1_000];
        world.ids.secret(&mut data);
        let event = Arc::make_mut(&mut new.event);
        (event.data, event.metadata) = (data.into(), Bytes::from(vec![b' '; 1_000]));
        world.append(&tenant, vec![new.clone()]).await;
        made.insert(0, new.event.id);
    }
    for event_type in [None, Some(event_type(TYPES[0]))] {
        let (after, before) = (Some(since), Some(world.tick()));
        let filter = EventFilter { event_type, after, before, ..EventFilter::default() };
        for scope in [ListScope::Tenant(&tenant), ListScope::AllTenants] {
            let (mut page, mut sizes, mut found) = (Page::first(3), Vec::new(), Vec::new());
            loop {
                let listed = store.events(scope, &filter, page).await.unwrap();
                sizes.push(listed.rows.len());
                found.extend(listed.rows.iter().map(|event| event.id));
                let Some(next) = listed.next else { break };
                page = Page { limit: 3, offset: next.offset, cursor: Some(next.cursor) };
            }
            assert_eq!(sizes, [2, 2, 1, 2], "3 + 1, 2 + 2, 5, and 1 + 1 mebibytes");
            assert_eq!(found, made);
            let filter = EventFilter { order: ListOrder::OldestFirst, ..filter.clone() };
            let read = async |page| store.events(scope, &filter, page).await.unwrap();
            assert_eq!(read(Page::first(3)).await.rows.len(), 2, "1 + 1 mebibytes");
            let mut found: Vec<_> = pages(3, 0, read).await.iter().map(|event| event.id).collect();
            found.reverse();
            assert_eq!(found, made);
        }
    }
}

pub async fn pages_of_subscriptions_are_bounded_by_bytes(store: &dyn Store) {
    let world = World::at(store, "lists.sizes", Timestamp::from_millis(4_090_000_000_000));
    let tenant = world.tenant("acme").await;
    for _ in 0..5 {
        let mut subscription = world.subscription(&tenant);
        let padding = "x".repeat(1_500_000);
        subscription.metadata = super::fixtures::object(serde_json::json!({ "padding": padding }));
        store.insert_subscription(&subscription).await.unwrap();
    }
    let filter = SubscriptionFilter::default();
    let read = async |page| store.subscriptions(ListScope::Tenant(&tenant), &filter, page).await.unwrap();
    assert_eq!(read(Page::first(5)).await.rows.len(), 2);
    assert_eq!(pages(5, 0, read).await.len(), 5);
    assert_eq!(pages(5, 2, read).await.len(), 3);
}

pub async fn an_event_shows_its_first_deliveries(store: &dyn Store) {
    let world = World::new(store, "lists.first");
    let tenants = [world.tenant("acme").await, world.tenant("globex").await];
    let mut events = Vec::new();
    for (tenant, count) in tenants.iter().zip([5, 2]) {
        let subscription = world.subscribe(tenant).await.id;
        events.push(world.publish(tenant, TYPES[0], &vec![subscription; count]).await);
    }
    world.attempted(&tenants[0], events[0].deliveries[1], 1, Delivered).await;
    let asked: Vec<_> = events.iter().map(|one| (one.event.tenant.clone(), one.event.id)).collect();
    for most in [0, 1, 3, 100] {
        let found = store.deliveries_of(&asked, most).await.unwrap();
        for (found, event) in found.iter().zip(&events) {
            let expected: Vec<_> = event.deliveries.iter().take(most as usize).map(|one| one.id).collect();
            assert_eq!(found.iter().map(|one| one.id).collect::<Vec<_>>(), expected);
        }
    }
    let crossed = [(tenants[1].clone(), events[0].event.id)];
    assert_eq!(store.deliveries_of(&crossed, 10).await.unwrap(), [vec![]]);
}

pub async fn the_newest_attempts_are_found_in_order(store: &dyn Store) {
    let world = World::new(store, "lists.attempts");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let of = world.publish(&tenant, TYPES[0], &[subscription]).await.deliveries[0];
    for number in 1..=6 {
        world.attempted(&tenant, of, number, Retrying).await;
    }
    for (most, expected) in [(0, vec![]), (2, vec![5, 6]), (6, (1..=6).collect()), (u32::MAX, (1..=6).collect())] {
        let found = store.attempts(&tenant, of.id, most).await.unwrap();
        assert_eq!(found.iter().map(|one| one.number).collect::<Vec<u32>>(), expected);
    }
}
