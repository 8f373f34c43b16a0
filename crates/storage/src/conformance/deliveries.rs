//! Deliveries: lists, look-ups and manual retries.

use super::{
    fixtures::{World, all, next_due},
    paging::{by_last_id, by_offset},
};
use crate::{DeliveryFilter, ListOrder, ListScope::Tenant, NewDelivery, Page, RetryOf, RetryOutcome, Store, Write};
use model::{
    Delivery, DeliveryId, DeliveryStatus,
    DeliveryStatus::{Cancelled, Delivered, Disabled, Exhausted, Failed, Pending, Retrying},
    EventId, EventType, SubscriptionId, TenantId, Timestamp,
};
use std::time::Duration;

const TYPES: [&str; 3] = ["invoice.created", "invoice.paid", "customer.created"];

/// The expected state of a delivery.
#[derive(Clone, Debug, PartialEq)]
struct Made {
    id: DeliveryId,
    subscription: SubscriptionId,
    event_type: EventType,
    status: DeliveryStatus,
}

impl Made {
    fn fits(&self, filter: &DeliveryFilter) -> bool {
        let at = self.id.made_at();
        (filter.statuses.is_empty() || filter.statuses.contains(&self.status))
            && filter.event_type.as_ref().is_none_or(|wanted| *wanted == self.event_type)
            && filter.subscription.is_none_or(|wanted| wanted == self.subscription)
            && filter.after.is_none_or(|after| at >= after)
            && filter.before.is_none_or(|before| at < before)
    }
}

fn seen(delivery: &Delivery) -> Made {
    let (id, event_type) = (delivery.id, delivery.event_type.clone());
    Made { id, subscription: delivery.subscription, event_type, status: delivery.status }
}

fn event_type(name: &str) -> EventType {
    EventType::parse(name).unwrap()
}

/// 21 events with a delivery to each of two subscriptions, so that every type occurs with every status in both; newest
/// first.
async fn one_of_each(world: &World<'_>, tenant: &TenantId) -> Vec<Made> {
    let subscriptions = [world.subscribe(tenant).await.id, world.subscribe(tenant).await.id];
    let (mut made, mut batch) = (Vec::new(), Vec::new());
    for number in 0..21 {
        let name = TYPES[number % TYPES.len()];
        let mut event = world.event(tenant, name, &subscriptions);
        if number % 2 == 0 {
            // Delayed, in another order than that of the ids.
            event = event.delayed(world.now().after(Duration::from_secs(60 * 60 * (100 - number as u64))));
        }
        world.append(tenant, vec![event.clone()]).await;
        for (at, of) in event.deliveries.iter().enumerate() {
            let status = DeliveryStatus::ALL[(number + 3 * at) % DeliveryStatus::ALL.len()];
            match status {
                Pending => {}
                Cancelled => batch.push(Write::Cancel { tenant: tenant.clone(), delivery: of.id }),
                _ => batch.push(Write::Outcome(world.outcome(tenant, *of, 1, status))),
            }
            made.insert(0, Made { id: of.id, subscription: of.subscription, event_type: event_type(name), status });
        }
    }
    world.commit(batch).await;
    made
}

/// Typical status filters, and one for each index that a backend may choose.
fn statuses() -> Vec<Vec<DeliveryStatus>> {
    let mut lists = vec![vec![], vec![Exhausted, Failed, Disabled], vec![Pending, Retrying], vec![Failed, Delivered]];
    lists.extend([vec![Retrying, Cancelled], vec![Failed, Failed], DeliveryStatus::ALL.to_vec()]);
    lists.extend(DeliveryStatus::ALL.map(|status| vec![status]));
    lists
}

fn times(made: &[Made]) -> [(Option<Timestamp>, Option<Timestamp>); 4] {
    let (first, last) = (made[31].id.made_at(), made[8].id.made_at());
    [(None, None), (Some(first), None), (None, Some(last)), (Some(first), Some(last))]
}

pub async fn every_combination_of_filters_matches_exactly(store: &dyn Store) {
    let world = World::new(store, "deliveries.filters");
    let tenant = world.tenant("acme").await;
    let made = one_of_each(&world, &tenant).await;
    let types = [None, Some(TYPES[0]), Some(TYPES[2]), Some("invoice")];
    let subscriptions =
        [None, Some(made[0].subscription), Some(made[1].subscription), Some(world.subscription(&tenant).id)];
    let mut hits = 0;
    for statuses in statuses() {
        for (name, subscription) in types.into_iter().flat_map(|name| subscriptions.map(|one| (name, one))) {
            for (after, before) in times(&made) {
                let (statuses, event_type) = (statuses.clone(), name.map(event_type));
                let filter =
                    DeliveryFilter { statuses, event_type, subscription, after, before, ..DeliveryFilter::default() };
                let listed = store.deliveries(Tenant(&tenant), &filter, all()).await.unwrap().rows;
                let expected: Vec<Made> = made.iter().filter(|one| one.fits(&filter)).cloned().collect();
                assert_eq!(listed.iter().map(seen).collect::<Vec<_>>(), expected, "{filter:?}");
                hits += usize::from(!expected.is_empty());
            }
        }
    }
    assert!(hits > 300, "most combinations find something: {hits}");
}

pub async fn deliveries_are_paged_by_the_last_id_and_by_offset(store: &dyn Store) {
    let world = World::new(store, "deliveries.page");
    let tenant = world.tenant("acme").await;
    let made = one_of_each(&world, &tenant).await;
    let (name, subscription) = (Some(event_type(TYPES[1])), Some(made[0].subscription));
    let with = |statuses: Vec<DeliveryStatus>| DeliveryFilter { statuses, ..DeliveryFilter::default() };
    let [_, (after, _), (_, before), _] = times(&made);
    let filters = [
        with(vec![]),
        with(vec![Pending]),
        with(vec![Failed]),
        with(vec![Failed, Exhausted, Cancelled]),
        DeliveryFilter { event_type: name.clone(), ..with(vec![]) },
        DeliveryFilter { event_type: name.clone(), after, before, ..with(vec![]) },
        DeliveryFilter { event_type: name.clone(), ..with(vec![Failed, Retrying]) },
        DeliveryFilter { subscription, ..with(vec![]) },
        DeliveryFilter { subscription, event_type: name, ..with(vec![Failed, Pending, Retrying]) },
        DeliveryFilter { after, before, ..with(vec![]) },
    ];
    for filter in filters {
        let read = async |page| store.deliveries(Tenant(&tenant), &filter, page).await.unwrap().rows;
        let whole = read(all()).await;
        assert!(whole.len() > 2, "{filter:?}");
        for limit in [1, 2, 5, 50] {
            assert_eq!(by_last_id(limit, |one: &Delivery| one.id.into(), read).await, whole, "{filter:?}");
            assert_eq!(by_offset(limit, read).await, whole, "{filter:?}");
        }
        assert_eq!(read(Page { limit: 1, offset: 1, cursor: Some(whole[0].id.into()) }).await, whole[2..3]);
        assert_eq!(read(Page::first(0)).await, []);
    }
}

pub async fn pages_of_deliveries_are_exact_while_deliveries_are_added(store: &dyn Store) {
    let world = World::new(store, "deliveries.exact");
    let tenant = world.tenant("acme").await;
    let made = one_of_each(&world, &tenant).await;
    let failed = DeliveryFilter { statuses: vec![Failed], ..DeliveryFilter::default() };
    let typed = DeliveryFilter { event_type: Some(event_type(TYPES[0])), ..DeliveryFilter::default() };
    for filter in [DeliveryFilter::default(), failed, typed] {
        let whole = store.deliveries(Tenant(&tenant), &filter, all()).await.unwrap().rows;
        let read = async |page| {
            let rows = store.deliveries(Tenant(&tenant), &filter, page).await.unwrap().rows;
            let new = world.publish(&tenant, TYPES[0], &[made[0].subscription]).await;
            world.attempted(&tenant, new.deliveries[0], 1, Failed).await;
            rows
        };
        assert_eq!(by_last_id(3, |one: &Delivery| one.id.into(), read).await, whole);
        assert!(store.deliveries(Tenant(&tenant), &filter, all()).await.unwrap().rows.len() > whole.len());
    }
}

/// Pages of the lists of a tenant, in both directions, compared with what was written, oldest first.
async fn any_page_is_exact(
    store: &dyn Store,
    tenant: &TenantId,
    subscriptions: [SubscriptionId; 2],
    ids: &[(DeliveryId, SubscriptionId)],
    published: &[(EventId, EventType)],
) {
    for offset in [0, 1, 2_000, 2_047, 2_048, 2_049, 3_000, 4_095, 5_000, 5_999, 7_777, 9_000, 9_990, 12_000] {
        let page = || Page { limit: 7, offset, cursor: None };
        let some = |all: Vec<DeliveryId>| -> Vec<_> { all.into_iter().rev().skip(offset as usize).take(7).collect() };
        let oldest = |all: Vec<DeliveryId>| -> Vec<_> { all.into_iter().skip(offset as usize).take(7).collect() };
        for subscription in [None, Some(subscriptions[0]), Some(subscriptions[1])] {
            let order = ListOrder::OldestFirst;
            let filter = DeliveryFilter { subscription, order, ..DeliveryFilter::default() };
            let listed = store.deliveries(Tenant(tenant), &filter, page()).await.unwrap().rows;
            let of = ids.iter().filter(|(_, of)| subscription.is_none_or(|one| one == *of)).map(|(id, _)| *id);
            assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), oldest(of.collect()), "{offset}");
            let filter = DeliveryFilter { subscription, ..DeliveryFilter::default() };
            let listed = store.deliveries(Tenant(tenant), &filter, page()).await.unwrap().rows;
            let of = ids.iter().filter(|(_, of)| subscription.is_none_or(|one| one == *of)).map(|(id, _)| *id);
            assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), some(of.collect()), "{offset}");
        }
        for name in [None, Some(event_type(TYPES[1]))] {
            let filter = crate::EventFilter { event_type: name.clone(), ..crate::EventFilter::default() };
            let page = Page { limit: 7, offset, cursor: None };
            let listed = store.events(Tenant(tenant), &filter, page).await.unwrap().rows;
            let of = published.iter().rev().filter(|(_, of)| name.as_ref().is_none_or(|one| one == of));
            let of: Vec<_> = of.map(|(id, _)| *id).skip(offset as usize).take(7).collect();
            assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), of, "{offset} {name:?}");
            let filter = crate::EventFilter { order: ListOrder::OldestFirst, ..filter };
            let page = Page { limit: 7, offset, cursor: None };
            let listed = store.events(Tenant(tenant), &filter, page).await.unwrap().rows;
            let of = published.iter().filter(|(_, of)| name.as_ref().is_none_or(|one| one == of));
            let of: Vec<_> = of.map(|(id, _)| *id).skip(offset as usize).take(7).collect();
            assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), of, "{offset} {name:?}, oldest first");
        }
    }
    let cursor = ids[ids.len() - 1_000].0;
    let page = Page { limit: 3, offset: 4_321, cursor: Some(cursor.into()) };
    let listed = store.deliveries(Tenant(tenant), &DeliveryFilter::default(), page).await.unwrap().rows;
    let of: Vec<_> = ids.iter().rev().map(|(id, _)| *id).filter(|id| *id < cursor).skip(4_321).take(3).collect();
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), of);
}

/// A list long enough that backends skip far into it, with two complications: rows that are written after newer ones,
/// and rows that are removed from the end.
pub async fn any_page_of_a_long_list_is_exact(store: &dyn Store) {
    let world = World::new(store, "deliveries.long");
    let tenant = world.tenant("acme").await;
    let subscriptions = [world.subscribe(&tenant).await.id, world.subscribe(&tenant).await.id];
    let mut events: Vec<_> = (0..6_000)
        .map(|number| {
            let to = if number % 3 == 0 { &subscriptions[..1] } else { &subscriptions[..] };
            world.event(&tenant, TYPES[number % 2], to)
        })
        .collect();
    let mut ids: Vec<(DeliveryId, SubscriptionId)> =
        events.iter().flat_map(|event| event.deliveries.iter().map(|of| (of.id, of.subscription))).collect();
    let mut published: Vec<(EventId, EventType)> =
        events.iter().map(|event| (event.event.id, event.event.event_type.clone())).collect();
    // Late rows: some of the first half are written after the second half.
    let late: Vec<_> = (0..20).map(|number| events.remove(number * 100)).collect();
    for piece in events.chunks(500) {
        world.append(&tenant, piece.to_vec()).await;
    }
    world.append(&tenant, late).await;
    for of in published[..700].iter().map(|(id, _)| *id) {
        for delivery in store.event_deliveries(&tenant, of).await.unwrap() {
            let of = NewDelivery { id: delivery.id, subscription: delivery.subscription, order: None };
            world.commit(vec![Write::Outcome(world.outcome(&tenant, of, 1, Delivered))]).await;
        }
    }
    any_page_is_exact(store, &tenant, subscriptions, &ids, &published).await;

    let before = published[700].0.made_at();
    store.remove_before(&tenant, before, None, 100_000).await.unwrap();
    ids.retain(|(id, _)| id.made_at() >= before);
    published.retain(|(id, _)| id.made_at() >= before);
    any_page_is_exact(store, &tenant, subscriptions, &ids, &published).await;
    for _ in 0..2_500 {
        let event = world.publish(&tenant, TYPES[1], &subscriptions[..1]).await;
        ids.push((event.deliveries[0].id, subscriptions[0]));
        published.push((event.event.id, event.event.event_type.clone()));
    }
    any_page_is_exact(store, &tenant, subscriptions, &ids, &published).await;
}

pub async fn the_deliveries_of_an_event_are_found_in_order(store: &dyn Store) {
    let world = World::new(store, "deliveries.event");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    // Created in the same millisecond, so that only the last bytes of the ids distinguish these events.
    let now = world.tick();
    let mut events = [(); 3].map(|()| world.event(&tenant, "invoice.created", &[]));
    for new in &mut events {
        let id = world.ids.event(now);
        std::sync::Arc::make_mut(&mut new.event).id = id;
        let numbers = [1, 2, 300, EventId::MAX_DELIVERIES];
        new.deliveries =
            numbers.map(|number| NewDelivery { id: id.delivery(number).unwrap(), subscription, order: None }).into();
    }
    let mut shuffled = events.clone();
    shuffled[1].deliveries.reverse();
    world.append(&tenant, shuffled.into()).await;
    for new in &events {
        let found = store.event_deliveries(&tenant, new.event.id).await.unwrap();
        assert_eq!(
            found.iter().map(|one| one.id).collect::<Vec<_>>(),
            new.deliveries.iter().map(|one| one.id).collect::<Vec<_>>()
        );
        assert_eq!(store.delivery(&tenant, found[3].id).await.unwrap().as_ref(), Some(&found[3]));
    }
    let asked = [events[2].event.id, world.ids.event(now), events[0].event.id];
    let asked = asked.map(|event| (tenant.clone(), event));
    let found = store.deliveries_of(&asked, u32::MAX).await.unwrap();
    let found: Vec<Vec<_>> = found.into_iter().map(|list| list.into_iter().map(|one| one.id).collect()).collect();
    let of = |new: &crate::NewEvent| new.deliveries.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(found, [of(&events[2]), vec![], of(&events[0])], "in the requested order");
    let by_type = DeliveryFilter { event_type: Some(event_type("invoice.created")), ..DeliveryFilter::default() };
    for filter in [DeliveryFilter::default(), by_type] {
        assert_eq!(store.deliveries(Tenant(&tenant), &filter, all()).await.unwrap().rows.len(), 12);
    }
    let never = world.ids.event(world.tick());
    assert_eq!(store.event_deliveries(&tenant, never).await.unwrap(), []);
    assert_eq!(store.delivery(&tenant, never.delivery(1).unwrap()).await.unwrap(), None);
}

pub async fn a_retry_of_an_ended_delivery_begins_a_new_round(store: &dyn Store) {
    let world = World::new(store, "deliveries.retry");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    for status in [Failed, Exhausted, Disabled, Cancelled] {
        let of = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
        world.attempted(&tenant, of, 1, Retrying).await;
        match status {
            Cancelled => drop(world.commit(vec![Write::Cancel { tenant: tenant.clone(), delivery: of.id }]).await),
            _ => world.attempted(&tenant, of, 2, status).await,
        }
        let before = world.delivery(&tenant, of.id).await;
        assert_eq!((before.status, before.earlier_attempts), (status, 0));

        let now = world.tick();
        assert_eq!(
            store.retry_delivery(&tenant, of.id, RetryOf::Undelivered, now).await.unwrap(),
            RetryOutcome::Queued(subscription)
        );
        let after = world.delivery(&tenant, of.id).await;
        assert_eq!((after.status, after.next_attempt_at, after.updated_at), (Pending, Some(of.id.made_at()), now));
        assert_eq!((after.attempts, after.earlier_attempts), (before.attempts, before.attempts));
        assert_eq!(
            store.attempts(&tenant, of.id, u32::MAX).await.unwrap().len(),
            before.attempts as usize,
            "earlier attempts are kept"
        );

        world.attempted(&tenant, of, before.attempts + 1, Delivered).await;
        let end = world.delivery(&tenant, of.id).await;
        assert_eq!((end.status, end.attempts, end.earlier_attempts), (Delivered, before.attempts + 1, before.attempts));
    }
}

pub async fn a_retry_of_a_waiting_delivery_makes_it_due_now(store: &dyn Store) {
    let world = World::new(store, "deliveries.sooner");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let of = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
    world.attempted(&tenant, of, 1, Retrying).await;
    let now = world.tick();
    assert_eq!(
        store.retry_delivery(&tenant, of.id, RetryOf::Undelivered, now).await.unwrap(),
        RetryOutcome::Queued(subscription)
    );
    let after = world.delivery(&tenant, of.id).await;
    assert_eq!((after.status, after.next_attempt_at), (Pending, Some(of.id.made_at())));
    assert_eq!((after.attempts, after.earlier_attempts), (1, 1));
    assert_eq!(next_due(store, &tenant, subscription).await, Some(of.id.made_at()));
}

pub async fn a_retry_of_a_delivered_delivery_is_refused(store: &dyn Store) {
    let world = World::new(store, "deliveries.delivered");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let of = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
    world.attempted(&tenant, of, 1, Delivered).await;
    let before = world.delivery(&tenant, of.id).await;
    let refused = store.retry_delivery(&tenant, of.id, RetryOf::Undelivered, world.tick()).await.unwrap();
    assert_eq!(refused, RetryOutcome::AlreadyDelivered);
    assert_eq!(world.delivery(&tenant, of.id).await, before);
}

pub async fn a_forced_retry_replays_a_delivered_delivery(store: &dyn Store) {
    let world = World::new(store, "deliveries.forced");
    let tenant = world.tenant("acme").await;
    let subscription = world.subscribe(&tenant).await.id;
    let of = world.publish(&tenant, "invoice.created", &[subscription]).await.deliveries[0];
    world.attempted(&tenant, of, 1, Delivered).await;
    let now = world.tick();
    let back = store.retry_delivery(&tenant, of.id, RetryOf::Any, now).await.unwrap();
    assert_eq!(back, RetryOutcome::Queued(subscription));
    let after = world.delivery(&tenant, of.id).await;
    assert_eq!((after.status, after.attempts, after.earlier_attempts), (Pending, 1, 1));
    assert_eq!(next_due(store, &tenant, subscription).await, Some(of.id.made_at()));
    world.attempted(&tenant, of, 2, Failed).await;
    assert_eq!(world.delivery(&tenant, of.id).await.status, Failed);
    assert_eq!(store.attempts(&tenant, of.id, u32::MAX).await.unwrap().len(), 2);
}

pub async fn a_retry_of_a_missing_delivery_finds_nothing(store: &dyn Store) {
    let world = World::new(store, "deliveries.missing");
    let tenant = world.tenant("acme").await;
    let event = world.publish(&tenant, "invoice.created", &[]).await;
    let never = event.event.id.delivery(1).unwrap();
    assert_eq!(
        store.retry_delivery(&tenant, never, RetryOf::Undelivered, world.tick()).await.unwrap(),
        RetryOutcome::Missing
    );
    assert_eq!(
        store.retry_delivery(&world.id("nobody"), never, RetryOf::Undelivered, world.tick()).await.unwrap(),
        RetryOutcome::Missing
    );
}
