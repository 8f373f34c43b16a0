//! Lists with every filter, of one tenant and of all tenants, compared with a filter in memory.
//!
//! Lists over all tenants also contain rows of other cases, so each case here uses a time range of its own.

use super::fixtures::{World, patterns, url};
use crate::{
    Counted, DeliveryFilter, EventFilter, ListOrder, ListScope, Listed, NewDelivery, NewEvent, Page, Place, Store,
    SubscriptionFilter, Write,
};
use model::{
    Delivery,
    DeliveryStatus::{Cancelled, Delivered, Disabled, Exhausted, Failed, Pending, Retrying},
    Event, EventId, EventType, Priority, Subscription, SubscriptionId, SubscriptionState, TenantId, Timestamp,
};
use std::{cmp::Reverse, ops::RangeInclusive, sync::Arc, time::Duration};

pub(super) const TYPES: [&str; 2] = ["invoice.created", "invoice.paid"];
const URLS: [&str; 3] = ["https://Alpha.example/hooks", "https://beta.example/Alpha?x=%", "https://gamma.example/_"];

/// More pages than any case has.
const ENDLESS: usize = 1_000;

/// Reads a list page by page, following its cursors.
pub(super) async fn pages<Row, Id: Clone>(
    limit: u32,
    offset: u32,
    list: impl AsyncFn(Page<Place<Id>>) -> Listed<Row, Id>,
) -> Vec<Row> {
    let (mut page, mut rows) = (Page { limit, offset, cursor: None }, Vec::new());
    for _ in 0..ENDLESS {
        let listed = list(page).await;
        assert!(listed.rows.len() <= limit as usize);
        rows.extend(listed.rows);
        match listed.next {
            Some(next) => page = Page { limit, offset: next.offset, cursor: Some(next.cursor) },
            None => return rows,
        }
    }
    panic!("the list does not end");
}

pub(super) fn event_type(name: &str) -> EventType {
    EventType::parse(name).unwrap()
}

/// Three tenants with events and deliveries, in turn. Two of them have an event with the same id, and two a
/// subscription with the same id.
struct Made {
    tenants: Vec<TenantId>,
    subscriptions: Vec<Subscription>,
    events: Vec<Event>,
    deliveries: Vec<Delivery>,
    since: Timestamp,
    until: Timestamp,
}

/// HTTP status and error of an attempt.
type Answer = (Option<u16>, Option<&'static str>);

const ANSWERS: [Answer; 5] = [
    (Some(200), None),
    (Some(404), Some("HTTP 404 Not Found")),
    (Some(500), Some("HTTP 500 Internal Server Error")),
    (Some(503), Some("HTTP 503: 100%_busy")),
    (None, Some("Connection TIMED OUT (größe)")),
];

impl Made {
    async fn new(world: &World<'_>) -> Self {
        let since = world.tick();
        let (mut tenants, mut subscriptions) = (Vec::new(), Vec::new());
        for name in ["acme", "acme-eu", "Globex"] {
            let tenant = world.tenant(name).await;
            for url in URLS {
                let subscription = Subscription { url: self::url(url), ..world.subscription(&tenant) };
                world.store.insert_subscription(&subscription).await.unwrap();
                subscriptions.push(subscription);
            }
            tenants.push(tenant);
        }
        let copy = Subscription { tenant: tenants[2].clone(), url: url(URLS[0]), ..subscriptions[1].clone() };
        world.store.insert_subscription(&copy).await.unwrap();
        subscriptions.push(copy);
        let of = |tenant: &TenantId| -> Vec<SubscriptionId> {
            subscriptions.iter().filter(|one| one.tenant == *tenant).map(|one| one.id).collect()
        };
        let mut events = Vec::new();
        for number in 0..24 {
            let tenant = &tenants[number % 3];
            let to = of(tenant);
            // Some events have no delivery, others several.
            let mut event = world.event(tenant, TYPES[number / 3 % 2], &to[..number % 4]);
            Arc::make_mut(&mut event.event).priority = [Priority::High, Priority::Normal, Priority::Low][number % 3];
            // Some are delayed; the order of their due times is another one than that of their ids.
            let at = world.now().after(Duration::from_secs(60 * 60 * (100 - number as u64)));
            let event = if number % 5 == 0 || number > 18 { event.delayed(at) } else { event };
            events.push(if number % 7 == 3 { event.ordered(number as i64 % 2) } else { event });
        }
        let twin = copied(&events[19], &tenants[2], &of(&tenants[2]));
        events.push(twin);
        events.push(world.event(&tenants[0], TYPES[0], &of(&tenants[0])));
        events.push(world.event(&tenants[2], TYPES[1], &of(&tenants[2])));
        let mut batch = Vec::new();
        for event in &events {
            world.append(&event.event.tenant, vec![event.clone()]).await;
            batch.extend(event.deliveries.iter().map(|delivery| (event.event.tenant.clone(), *delivery)));
        }
        for (number, (tenant, of)) in batch.into_iter().enumerate() {
            let statuses = [Pending, Retrying, Delivered, Failed, Exhausted, Disabled, Cancelled];
            let write = match statuses[number % statuses.len()] {
                Pending => continue,
                Cancelled => Write::Cancel { tenant, delivery: of.id },
                status => {
                    let mut outcome = world.outcome(&tenant, of, 1, status);
                    let (code, error) = ANSWERS[number % ANSWERS.len()];
                    (outcome.attempt.response_code, outcome.attempt.error) = (code, error.map(Into::into));
                    Write::Outcome(outcome)
                }
            };
            world.commit(vec![write]).await;
        }
        let mut made = Self { tenants, subscriptions, events: Vec::new(), deliveries: Vec::new(), since, until: since };
        for NewEvent { event, deliveries, .. } in &events {
            made.events.push((**event).clone());
            for delivery in deliveries {
                made.deliveries.push(world.delivery(&event.tenant, delivery.id).await);
            }
        }
        made.events.sort_by_key(|event| Reverse(Place::of(event.id, &event.tenant)));
        made.deliveries.sort_by_key(|one| Reverse(Place::of(one.id, &one.tenant)));
        made.until = world.tick();
        made
    }

    fn scopes(&self) -> Vec<ListScope<'_>> {
        self.tenants.iter().map(ListScope::Tenant).chain([ListScope::AllTenants]).collect()
    }

    fn url(&self, of: &Delivery) -> &str {
        let known = self.subscriptions.iter().find(|one| one.tenant == of.tenant && one.id == of.subscription);
        known.unwrap().url.as_str()
    }

    fn has(&self, delivery: &Delivery, filter: &DeliveryFilter) -> bool {
        let (at, has) =
            (delivery.id.made_at(), |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase()));
        (filter.statuses.is_empty() || filter.statuses.contains(&delivery.status))
            && filter.event_type.as_ref().is_none_or(|wanted| *wanted == delivery.event_type)
            && filter.subscription.is_none_or(|wanted| wanted == delivery.subscription)
            && filter.event.is_none_or(|wanted| wanted == delivery.id.event())
            && filter
                .response_code
                .as_ref()
                .is_none_or(|codes| delivery.response_code.is_some_and(|one| codes.contains(&one)))
            && filter.error.as_ref().is_none_or(|part| delivery.error.as_ref().is_some_and(|error| has(error, part)))
            && filter.url.as_ref().is_none_or(|part| has(self.url(delivery), part))
            && filter.after.is_none_or(|after| at >= after)
            && filter.before.is_none_or(|before| at < before)
    }

    fn deliveries(&self, scope: ListScope<'_>, filter: &DeliveryFilter) -> Vec<Delivery> {
        let in_scope = |one: &&Delivery| scope.tenant().is_none_or(|tenant| *tenant == one.tenant);
        let found = self.deliveries.iter().filter(in_scope).filter(|one| self.has(one, filter));
        ordered(filter.order, found.cloned().collect())
    }
}

/// Rows in this order, given newest first.
fn ordered<Row>(order: ListOrder, mut rows: Vec<Row>) -> Vec<Row> {
    if order == ListOrder::OldestFirst {
        rows.reverse();
    }
    rows
}

/// A copy of the event in another tenant.
fn copied(event: &NewEvent, tenant: &TenantId, to: &[SubscriptionId]) -> NewEvent {
    let id = event.event.id;
    let deliver = |(number, to): (usize, &SubscriptionId)| NewDelivery {
        id: id.delivery(number).unwrap(),
        subscription: *to,
        order: None,
    };
    let deliveries: Vec<_> = (1..).zip(to).map(deliver).collect();
    let event = Event { tenant: tenant.clone(), deliveries: deliveries.len() as u32, ..(*event.event).clone() };
    NewEvent::new(Arc::new(event), Vec::new(), deliveries)
}

fn filters(made: &Made) -> Vec<DeliveryFilter> {
    let statuses = [
        vec![],
        vec![Pending],
        vec![Retrying],
        vec![Delivered],
        vec![Failed, Exhausted, Cancelled],
        vec![Disabled],
        vec![Pending, Retrying],
        vec![Pending, Retrying, Failed],
        vec![Delivered, Pending],
    ];
    let codes: [Option<RangeInclusive<u16>>; 3] = [None, Some(500..=500), Some(500..=599)];
    let texts = |part: &str| Some(part.to_owned());
    let narrows: Vec<DeliveryFilter> = [
        (None, None, None),
        (Some(event_type(TYPES[1])), None, None),
        (None, Some(made.subscriptions[1].id), None),
        (Some(event_type(TYPES[0])), Some(made.subscriptions[8].id), None),
        (None, None, Some(made.events[4].id)),
        (None, None, Some(made.deliveries[0].id.event())),
        (Some(event_type(TYPES[1])), Some(made.subscriptions[7].id), Some(made.events[6].id)),
        (Some(event_type("nobody.publishes")), None, None),
    ]
    .into_iter()
    .map(|(event_type, subscription, event)| DeliveryFilter { event_type, subscription, event, ..Default::default() })
    .collect();
    let mut filters = Vec::new();
    for (statuses, narrow) in statuses.iter().flat_map(|list| narrows.iter().map(move |one| (list, one))) {
        for (response_code, error, url) in [
            (codes[0].clone(), None, None),
            (codes[1].clone(), None, None),
            (codes[2].clone(), texts("BUSY"), None),
            (None, texts("timed out (gr"), None),
            (None, texts("100%_"), None),
            (None, None, texts("ALPHA")),
            (codes[2].clone(), texts("http 5"), texts("example/")),
            (None, texts("no such words"), None),
        ] {
            let statuses = statuses.clone();
            filters.push(DeliveryFilter { statuses, response_code, error, url, ..narrow.clone() });
        }
    }
    filters
}

/// Each filter, newest first and oldest first.
fn both_orders(filters: Vec<DeliveryFilter>) -> impl Iterator<Item = DeliveryFilter> {
    filters.into_iter().flat_map(|filter| [DeliveryFilter { order: ListOrder::OldestFirst, ..filter.clone() }, filter])
}

pub async fn deliveries_match_every_filter_in_one_tenant_and_in_all(store: &dyn Store) {
    let world = World::at(store, "lists.deliveries", Timestamp::from_millis(1_500_000_000_000));
    let made = Made::new(&world).await;
    let (mut hits, middle) = (0, made.events[9].id.made_at());
    for (number, filter) in both_orders(filters(&made)).enumerate() {
        // Alternate between the whole time range and parts of it.
        let after = Some(if number % 3 == 1 { middle } else { made.since });
        let before = Some(if number % 3 == 2 { middle } else { made.until });
        let filter = DeliveryFilter { after, before, ..filter };
        for scope in made.scopes() {
            let expected = made.deliveries(scope, &filter);
            let read = async |page| store.deliveries(scope, &filter, page).await.unwrap();
            for (limit, offset) in [(3, 0), (100, number as u32 % 4)] {
                let found = pages(limit, offset, read).await;
                let expected: Vec<_> = expected.iter().skip(offset as usize).cloned().collect();
                assert_eq!(found, expected, "{scope:?} {limit} {offset} {filter:?}");
            }
            let counted = store.count_deliveries(scope, &filter, 4).await.unwrap();
            assert_eq!(counted, Counted { rows: expected.len().min(4) as u32, next: None }, "{scope:?} {filter:?}");
            hits += usize::from(!expected.is_empty());
        }
    }
    assert!(hits > 300, "many combinations find something: {hits}");
}

pub async fn events_match_every_filter_in_one_tenant_and_in_all(store: &dyn Store) {
    let world = World::at(store, "lists.events", Timestamp::from_millis(1_510_000_000_000));
    let made = Made::new(&world).await;
    let ids = [None, Some(made.events[3].id), Some(made.events[5].id), Some(world.ids.event(world.tick()))];
    // The last bytes, which a backend may omit, distinguish a delivery's id from its event's id.
    let delivery = EventId::from_bytes(*made.deliveries[0].id.bytes());
    for id in ids.into_iter().chain([Some(delivery)]) {
        for (name, order) in [
            (None, ListOrder::NewestFirst),
            (None, ListOrder::OldestFirst),
            (Some(TYPES[0]), ListOrder::NewestFirst),
            (Some(TYPES[0]), ListOrder::OldestFirst),
            (Some("nobody.publishes"), ListOrder::NewestFirst),
        ] {
            let (after, before) = (Some(made.since), Some(made.until));
            let filter = EventFilter { id, event_type: name.map(event_type), after, before, order };
            for scope in made.scopes() {
                let fits = |event: &&Event| {
                    scope.tenant().is_none_or(|tenant| *tenant == event.tenant)
                        && filter.event_type.as_ref().is_none_or(|wanted| *wanted == event.event_type)
                        && id.is_none_or(|id| id == event.id)
                };
                let expected = ordered(order, made.events.iter().filter(fits).cloned().collect());
                let read = async |page| store.events(scope, &filter, page).await.unwrap();
                for (limit, offset) in [(2, 0), (5, 3), (100, 0)] {
                    let found = pages(limit, offset, read).await;
                    assert_eq!(found, expected[expected.len().min(offset as usize)..], "{scope:?} {filter:?}");
                }
                let counted = store.count_events(scope, &filter, 6).await.unwrap();
                assert_eq!(counted, Counted { rows: expected.len().min(6) as u32, next: None });
            }
        }
    }
    let twins = [made.tenants[2].clone(), made.tenants[1].clone()];
    let shared = made.events.iter().find(|one| made.events.iter().filter(|other| other.id == one.id).count() == 2);
    let mut owners = store.tenants_with_event(shared.unwrap().id).await.unwrap();
    owners.sort();
    assert_eq!(owners, twins);
    assert_eq!(store.tenants_with_event(world.ids.event(world.tick())).await.unwrap(), []);
}

pub async fn subscriptions_match_every_filter_in_one_tenant_and_in_all(store: &dyn Store) {
    // Lists of subscriptions have no time filter, so these must be newer than those of all other cases.
    let world = World::at(store, "lists.subscriptions", Timestamp::from_millis(4_400_000_000_000));
    let mut made = Made::new(&world).await.subscriptions;
    for (number, one) in made.iter_mut().enumerate() {
        // A 410 may have disabled it.
        *one = store.subscription(&one.tenant, one.id).await.unwrap().unwrap();
        one.events = patterns(if number % 2 == 0 { &["invoice.*"] } else { &["customer.created"] });
        one.state = SubscriptionState::ALL[number % SubscriptionState::ALL.len()];
        if one.state == SubscriptionState::Deleted {
            store.delete_subscription(&one.tenant, one.id, world.tick()).await.unwrap();
        } else {
            store.update_subscription(one).await.unwrap();
            *one = store.subscription(&one.tenant, one.id).await.unwrap().unwrap();
        }
    }
    assert_eq!(
        store.tenants_with_subscription(made[3].id).await.unwrap(),
        [made[3].tenant.clone()],
        "includes deleted ones"
    );
    let tenants: Vec<TenantId> = [0, 3, 6].map(|at: usize| made[at].tenant.clone()).into();
    made.retain(|one| one.state != SubscriptionState::Deleted);
    made.sort_by_key(|one| Reverse(Place::of(one.id, &one.tenant)));
    for (is_active, name, url) in [
        (None, None, None),
        (Some(true), None, None),
        (None, Some("invoice.paid"), None),
        (None, None, Some("ALPHA")),
        (Some(false), Some("invoice.*"), Some("example/")),
        (None, None, Some("no such part")),
    ] {
        let filter = SubscriptionFilter {
            is_active,
            event_type: name.map(Into::into),
            url: url.map(Into::into),
            ..SubscriptionFilter::default()
        };
        let fits = |one: &&Subscription| {
            is_active.is_none_or(|wanted| wanted == one.state.is_active())
                && name.is_none_or(|name| {
                    one.events.iter().any(|pattern| pattern.to_string() == name || pattern.matches(name))
                })
                && url.is_none_or(|url| one.url.as_str().to_lowercase().contains(&url.to_lowercase()))
        };
        for scope in tenants.iter().map(ListScope::Tenant).chain([ListScope::AllTenants]) {
            let expected: Vec<_> = made
                .iter()
                .filter(|one| scope.tenant().is_none_or(|tenant| *tenant == one.tenant))
                .filter(fits)
                .cloned()
                .collect();
            let limit = expected.len() as u32;
            // Over all tenants, subscriptions of other cases follow.
            let mut found = store.subscriptions(scope, &filter, Page::first(limit)).await.unwrap().rows;
            let first = store.subscriptions(scope, &filter, Page::first(1)).await.unwrap();
            if let Some(next) = first.next {
                let page = Page { limit: limit.saturating_sub(1), offset: next.offset, cursor: Some(next.cursor) };
                let rest = store.subscriptions(scope, &filter, page).await.unwrap().rows;
                assert_eq!([first.rows, rest].concat()[..expected.len()], expected, "{scope:?} {filter:?}");
            }
            found.truncate(expected.len());
            assert_eq!(found, expected, "{scope:?} {filter:?}");
            let counted = store.count_subscriptions(scope, &filter, 2).await.unwrap();
            assert!(counted.rows == limit.min(2) || (scope == ListScope::AllTenants && counted.rows > limit.min(2)));
        }
    }
}
