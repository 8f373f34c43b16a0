//! Events: stored exactly as published, found and listed.

use super::{
    fixtures::{World, all, given_id, idempotency},
    paging::{by_last_id, by_offset},
};
use crate::{Appended, Done, EventFilter, ListScope::Tenant, Page, Store};
use bytes::Bytes;
use model::{Event, EventId, EventType, Priority, TenantId, Timestamp};
use std::{sync::Arc, time::Duration};

const TYPES: [&str; 3] = ["invoice.created", "invoice.paid", "invoice"];

/// Publishes `count` events of these types in turn, a second apart; returns them newest first.
async fn publish(world: &World<'_>, tenant: &TenantId, count: usize) -> Vec<Event> {
    let mut made = Vec::new();
    for number in 0..count {
        made.insert(0, (*world.publish(tenant, TYPES[number % TYPES.len()], &[]).await.event).clone());
    }
    made
}

async fn list(store: &dyn Store, tenant: &TenantId, filter: &EventFilter) -> Vec<Event> {
    store.events(Tenant(tenant), filter, all()).await.unwrap().rows
}

fn of_type(name: &str) -> EventFilter {
    EventFilter { event_type: Some(EventType::parse(name).unwrap()), ..EventFilter::default() }
}

pub async fn an_event_is_kept_byte_for_byte(store: &dyn Store) {
    let world = World::new(store, "events.bytes");
    let tenant = world.tenant("acme").await;
    let data: [&[u8]; 5] = [
        b" {\"z\":1.0,\r\n\t\"a\" : 1e2,\"a\":10000000000000000000000 } ",
        "\"ü\\u00fc ✓ '\"".as_bytes(),
        b"null",
        b"\0\xff\xfe not even text",
        b"",
    ];
    for (number, data) in data.into_iter().enumerate() {
        let mut new = world.event(&tenant, "invoice.created", &[]);
        let event = Arc::make_mut(&mut new.event);
        event.data = Bytes::from_static(data);
        event.metadata = Bytes::from_static([&b"{ \"a\" :1}"[..], b"", b"{}"][number % 3]);
        event.priority = [Priority::Low, Priority::Normal, Priority::High][number % 3];
        event.timestamp = Timestamp::from_micros(-1_000_001 * number as i64 - 7);
        event.deliver_at = (number % 2 == 1).then(|| Timestamp::from_millis(1_000_000_007 * number as i64));
        event.given_id = (number % 2 == 0).then(|| format!("order/{number}:ß").into());
        assert_eq!(world.append(&tenant, vec![new.clone()]).await, Done::Appended(vec![Appended::New]));
        assert_eq!(store.event(&tenant, new.event.id).await.unwrap().as_ref(), Some(&*new.event));
        assert_eq!(list(store, &tenant, &EventFilter::default()).await[0], *new.event);
    }
}

pub async fn an_event_is_found_only_by_its_exact_id(store: &dyn Store) {
    let world = World::new(store, "events.id");
    let tenant = world.tenant("acme").await;
    let made = world.publish(&tenant, "invoice.created", &[]).await.event;
    assert_eq!(store.event(&tenant, made.id).await.unwrap().as_ref(), Some(&*made));
    let never = world.ids.event(world.tick());
    assert_eq!(store.event(&tenant, never).await.unwrap(), None);
    // A delivery's id differs from its event's id only in the last two bytes, which a backend may omit.
    let delivery = made.id.delivery(1).unwrap();
    assert_eq!(store.event(&tenant, EventId::from_uuid(delivery.uuid())).await.unwrap(), None);
}

pub async fn an_event_is_found_by_its_publishers_id(store: &dyn Store) {
    let world = World::new(store, "events.given");
    let tenant = world.tenant("acme").await;
    let mut own = world.event(&tenant, "invoice.created", &[]);
    own.keys = vec![given_id("order-1"), idempotency("try-1")];
    Arc::make_mut(&mut own.event).given_id = Some("order-1".into());
    // A given id in Postrider's own format becomes the event's id, so only its original spelling is stored in addition.
    let mut ours = world.event(&tenant, "invoice.created", &[]);
    let spelling = ours.event.id.uuid().to_string().to_uppercase();
    ours.keys = vec![given_id(&spelling)];
    world.append(&tenant, vec![own.clone(), ours.clone()]).await;

    let found = async |given: &str| store.event_by_given_id(&tenant, given).await.unwrap();
    assert_eq!(found("order-1").await.as_ref(), Some(&*own.event));
    assert_eq!(found(&spelling).await.as_ref(), Some(&*ours.event));
    for other in ["order-2", "ORDER-1", "order-1 ", "try-1", "k:try-1", "i:order-1", "%", ""] {
        assert_eq!(found(other).await, None, "{other:?}");
    }
}

pub async fn events_are_listed_newest_first(store: &dyn Store) {
    let world = World::new(store, "events.list");
    let tenant = world.tenant("acme").await;
    let made = [(); 3].map(|()| world.event(&tenant, "invoice.created", &[]));
    for at in [1, 2, 0] {
        world.append(&tenant, vec![made[at].clone()]).await;
    }
    let listed = list(store, &tenant, &EventFilter::default()).await;
    assert_eq!(listed, [2, 1, 0].map(|at: usize| (*made[at].event).clone()));
}

pub async fn events_can_be_narrowed_to_a_type(store: &dyn Store) {
    let world = World::new(store, "events.type");
    let tenant = world.tenant("acme").await;
    let made = publish(&world, &tenant, 9).await;
    for name in TYPES {
        let mut expected = made.clone();
        expected.retain(|event| event.event_type.as_str() == name);
        assert_eq!(expected.len(), 3);
        assert_eq!(list(store, &tenant, &of_type(name)).await, expected);
    }
    assert_eq!(list(store, &tenant, &of_type("invoice.create")).await, []);
}

pub async fn events_can_be_narrowed_to_a_time(store: &dyn Store) {
    let world = World::new(store, "events.time");
    let tenant = world.tenant("acme").await;
    let made = publish(&world, &tenant, 9).await;
    let (first, last) = (made[6].id.made_at(), made[2].id.made_at());
    let micro = Duration::from_micros(1);
    let between =
        async |after, before| list(store, &tenant, &EventFilter { after, before, ..EventFilter::default() }).await;
    assert_eq!(between(Some(first), None).await, made[..=6], "at or after");
    assert_eq!(between(None, Some(last)).await, made[3..], "before");
    assert_eq!(between(Some(first), Some(last)).await, made[3..=6]);
    // An id has whole milliseconds; a bound with a fraction of a millisecond must still be exact.
    assert_eq!(between(Some(first.after(micro)), None).await, made[..=5]);
    assert_eq!(between(None, Some(last.after(micro))).await, made[2..]);
    assert_eq!(between(Some(first.before(micro)), Some(last.before(micro))).await, made[3..=6]);
    assert_eq!(between(Some(first), Some(first)).await, []);
    assert_eq!(between(Some(last), Some(first)).await, []);
}

/// Callers pass on unchecked time bounds of requests.
pub async fn time_bounds_can_be_any_timestamp(store: &dyn Store) {
    let world = World::new(store, "events.ends");
    let tenant = world.tenant("acme").await;
    let made = publish(&world, &tenant, 3).await;
    // Ids have 48 bits of milliseconds, which end in the year 10889.
    let past = [i64::MIN, -1_000_000, -1, 0].map(Timestamp::from_micros);
    let future = [253_402_300_799_000_000, (1 << 48) * 1_000 + 7, i64::MAX - 5, i64::MAX].map(Timestamp::from_micros);
    let found =
        async |after, before| list(store, &tenant, &EventFilter { after, before, ..EventFilter::default() }).await;
    for (past, future) in past.into_iter().zip(future) {
        assert_eq!(found(Some(past), None).await, made, "{past:?}");
        assert_eq!(found(None, Some(past)).await, [], "{past:?}");
        assert_eq!(found(Some(future), None).await, [], "{future:?}");
        assert_eq!(found(None, Some(future)).await, made, "{future:?}");
        assert_eq!(found(Some(past), Some(future)).await, made);
    }
}

pub async fn filters_of_events_go_together(store: &dyn Store) {
    let world = World::new(store, "events.filters");
    let tenant = world.tenant("acme").await;
    let made = publish(&world, &tenant, 12).await;
    let (first, last) = (made[8].id.made_at(), made[3].id.made_at());
    for name in TYPES {
        for (after, before) in [(Some(first), None), (None, Some(last)), (Some(first), Some(last))] {
            let mut expected = made.clone();
            expected.retain(|event| {
                let at = event.id.made_at();
                let in_time = after.is_none_or(|after| at >= after) && before.is_none_or(|before| at < before);
                event.event_type.as_str() == name && in_time
            });
            assert!(!expected.is_empty());
            let filter = EventFilter { after, before, ..of_type(name) };
            assert_eq!(list(store, &tenant, &filter).await, expected, "{filter:?}");
        }
    }
}

pub async fn events_are_paged_by_the_last_id_and_by_offset(store: &dyn Store) {
    let world = World::new(store, "events.page");
    let tenant = world.tenant("acme").await;
    let made = publish(&world, &tenant, 12).await;
    let (after, before) = (Some(made[9].id.made_at()), Some(made[1].id.made_at()));
    let time = EventFilter { after, before, ..EventFilter::default() };
    for filter in [EventFilter::default(), of_type("invoice.paid"), time] {
        let whole = list(store, &tenant, &filter).await;
        let read = async |page| store.events(Tenant(&tenant), &filter, page).await.unwrap().rows;
        for limit in [1, 3, 4, 50] {
            assert_eq!(by_last_id(limit, |event: &Event| event.id.into(), read).await, whole);
            assert_eq!(by_offset(limit, read).await, whole);
        }
        assert_eq!(read(Page { limit: 1, offset: 1, cursor: Some(whole[0].id.into()) }).await, whole[2..3]);
        assert_eq!(read(Page::first(0)).await, []);
    }
}

pub async fn pages_of_events_are_exact_while_events_are_added(store: &dyn Store) {
    let world = World::new(store, "events.exact");
    let tenant = world.tenant("acme").await;
    publish(&world, &tenant, 9).await;
    for filter in [EventFilter::default(), of_type("invoice.paid")] {
        let whole = list(store, &tenant, &filter).await;
        let read = async |page| {
            let rows = store.events(Tenant(&tenant), &filter, page).await.unwrap().rows;
            publish(&world, &tenant, 3).await;
            rows
        };
        assert_eq!(by_last_id(2, |event: &Event| event.id.into(), read).await, whole);
        assert!(list(store, &tenant, &filter).await.len() > whole.len());
    }
}
