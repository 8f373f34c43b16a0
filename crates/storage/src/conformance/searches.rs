//! Lists of deliveries by conditions that no index answers: the duration, the due time, a text, and the payload.
//!
//! Lists over all tenants also contain rows of other cases, so each case here uses a time range of its own.

use super::{
    fixtures::{World, url},
    lists::{event_type, pages},
};
use crate::{DeliveryFilter, ListScope, NewDelivery, NewEvent, Page, RetryOf, Store, WALK_BYTES, Write};
use bytes::Bytes;
use model::{
    DeliveryId,
    DeliveryStatus::{self, Cancelled, Delivered, Exhausted, Failed, Pending, Retrying},
    PayloadMatch, PayloadPath, PayloadValue, Subscription, SubscriptionId, TenantId, Timestamp,
};
use std::{sync::Arc, time::Duration};

/// Two tenants with the same rows, in turn.
struct Two<'s> {
    world: World<'s>,
    tenants: [TenantId; 2],
    subscriptions: [SubscriptionId; 2],
    since: Timestamp,
}

impl<'s> Two<'s> {
    async fn new(store: &'s dyn Store, case: &'static str, millis: i64) -> Self {
        let world = World::at(store, case, Timestamp::from_millis(millis));
        let since = world.tick();
        let tenants = [world.tenant("acme").await, world.tenant("globex").await];
        let subscriptions = [world.subscribe(&tenants[0]).await.id, world.subscribe(&tenants[1]).await.id];
        Self { world, tenants, subscriptions, since }
    }

    /// Publishes an event of each tenant.
    async fn publish(&self, change: impl Fn(&mut NewEvent)) -> [NewDelivery; 2] {
        let mut made = Vec::new();
        for (tenant, subscription) in self.tenants.iter().zip(self.subscriptions) {
            let mut event = self.world.event(tenant, "invoice.created", &[subscription]);
            change(&mut event);
            self.world.append(tenant, vec![event.clone()]).await;
            made.push(event.deliveries[0]);
        }
        made.try_into().unwrap()
    }

    /// Records an attempt of each tenant's delivery.
    async fn attempted(
        &self,
        of: [NewDelivery; 2],
        number: u32,
        status: DeliveryStatus,
        change: impl Fn(&mut model::Attempt),
    ) {
        for (tenant, of) in self.tenants.iter().zip(of) {
            let mut outcome = self.world.outcome(tenant, of, number, status);
            change(&mut outcome.attempt);
            self.world.commit(vec![Write::Outcome(outcome)]).await;
        }
    }

    /// Checks that exactly these deliveries match in each tenant and over all tenants, however they are paged, and that
    /// they are counted.
    async fn expect(&self, filter: &DeliveryFilter, expected: &[[NewDelivery; 2]]) {
        let filter = DeliveryFilter { after: Some(self.since), ..filter.clone() };
        let filter = DeliveryFilter { before: Some(self.world.now().after(Duration::from_secs(1))), ..filter };
        let mut all: Vec<DeliveryId> = expected.iter().flatten().map(|one| one.id).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let of = |at: usize| {
            let mut ids: Vec<DeliveryId> = expected.iter().map(|both| both[at].id).collect();
            ids.sort_unstable_by(|a, b| b.cmp(a));
            ids
        };
        for (scope, expected) in [
            (ListScope::Tenant(&self.tenants[0]), of(0)),
            (ListScope::Tenant(&self.tenants[1]), of(1)),
            (ListScope::AllTenants, all),
        ] {
            let read = async |page| self.world.store.deliveries(scope, &filter, page).await.unwrap();
            for limit in [1, 3, 100] {
                let found: Vec<DeliveryId> = pages(limit, 0, read).await.iter().map(|one| one.id).collect();
                assert_eq!(found, expected, "{scope:?} {limit} {filter:?}");
            }
            let counted = self.world.store.count_deliveries(scope, &filter, 100).await.unwrap();
            assert_eq!((counted.rows as usize, counted.next), (expected.len(), None), "{scope:?} {filter:?}");
        }
    }
}

pub async fn slow_deliveries_are_found_by_their_last_attempt(store: &dyn Store) {
    let two = Two::new(store, "searches.slow", 1_210_000_000_000).await;
    let took = |millis: u64, micros: u64| {
        move |attempt: &mut model::Attempt| {
            attempt.duration = Duration::from_millis(millis) + Duration::from_micros(micros);
        }
    };
    let [slow, just, fast, then_fast, untried] = [
        two.publish(|_| ()).await,
        two.publish(|_| ()).await,
        two.publish(|_| ()).await,
        two.publish(|_| ()).await,
        two.publish(|_| ()).await,
    ];
    two.attempted(slow, 1, Exhausted, took(30_000, 0)).await;
    two.attempted(just, 1, Delivered, took(2_000, 0)).await;
    two.attempted(fast, 1, Delivered, took(1_999, 999)).await;
    two.attempted(then_fast, 1, Retrying, took(10_000, 0)).await;
    two.attempted(then_fast, 2, Retrying, took(5, 0)).await;
    let at_least =
        |millis| DeliveryFilter { min_duration: Some(Duration::from_millis(millis)), ..DeliveryFilter::default() };
    two.expect(&at_least(0), &[slow, just, fast, then_fast]).await;
    two.expect(&at_least(2_000), &[slow, just]).await;
    two.expect(&at_least(2_001), &[slow]).await;
    two.expect(&at_least(u64::MAX / 2_000), &[]).await;
    two.expect(&DeliveryFilter { statuses: vec![Delivered], ..at_least(1_000) }, &[just, fast]).await;
    two.expect(&DeliveryFilter { statuses: vec![Pending], ..at_least(0) }, &[]).await;
    two.expect(&DeliveryFilter { event_type: Some(event_type("invoice.created")), ..at_least(2_000) }, &[slow, just])
        .await;
    let of_one = DeliveryFilter { event: Some(slow[0].id.event()), ..at_least(0) };
    let found = store.deliveries(ListScope::Tenant(&two.tenants[0]), &of_one, Page::first(9)).await.unwrap();
    assert_eq!(found.rows.len(), 1);
    assert!(store.delivery(&two.tenants[0], untried[0].id).await.unwrap().unwrap().duration.is_none());
}

pub async fn overdue_deliveries_are_due_and_not_attempted_since(store: &dyn Store) {
    let two = Two::new(store, "searches.overdue", 1_220_000_000_000).await;
    let minute = Duration::from_secs(60);
    let delay = |minutes: u32| {
        let at = two.world.now().after(minute * minutes);
        move |event: &mut NewEvent| *event = event.clone().delayed(at)
    };
    let [old, retried] = [two.publish(|_| ()).await, two.publish(|_| ()).await];
    let delayed = two.publish(delay(2)).await;
    two.publish(delay(600)).await;
    let cancelled = two.publish(|_| ()).await;
    two.attempted(two.publish(|_| ()).await, 1, Delivered, |_| ()).await;
    // Each is due a minute after its attempt.
    two.attempted(retried, 1, Retrying, |_| ()).await;
    for (tenant, of) in two.tenants.iter().zip(cancelled) {
        two.world.commit(vec![Write::Cancel { tenant: tenant.clone(), delivery: of.id }]).await;
    }
    two.world.advance(minute * 30);
    let half = two.world.now();
    let again = two.publish(|_| ()).await;
    two.attempted(again, 1, Failed, |_| ()).await;
    two.world.advance(minute * 30);
    // A replay makes an old delivery due since its creation, although nobody asked for it before.
    for (tenant, of) in two.tenants.iter().zip(again) {
        store.retry_delivery(tenant, of.id, RetryOf::Undelivered, two.world.now()).await.unwrap();
    }
    let fresh = two.publish(|_| ()).await;
    let overdue = |at| DeliveryFilter { overdue: Some(at), ..DeliveryFilter::default() };
    two.world.tick();
    two.expect(&overdue(two.world.now()), &[old, retried, delayed, again, fresh]).await;
    two.expect(&overdue(half), &[old, retried, delayed]).await;
    two.expect(&overdue(two.world.now().before(minute * 5)), &[old, retried, delayed]).await;
    two.expect(&overdue(two.since.after(minute)), &[old]).await;
    two.expect(&DeliveryFilter { statuses: vec![Retrying], ..overdue(half) }, &[retried]).await;
    two.expect(&DeliveryFilter { statuses: vec![Pending], ..overdue(half) }, &[old, delayed]).await;
    two.expect(&DeliveryFilter { statuses: vec![Cancelled, Delivered], ..overdue(half) }, &[]).await;
    two.expect(&DeliveryFilter { error: Some("HTTP 503".into()), ..overdue(half) }, &[retried]).await;
    two.expect(&DeliveryFilter { event_type: Some(event_type("no.such")), ..overdue(half) }, &[]).await;
    let subscription = Some(two.subscriptions[0]);
    let one = DeliveryFilter { subscription, ..overdue(half) };
    let found = store.deliveries(ListScope::Tenant(&two.tenants[0]), &one, Page::first(9)).await.unwrap();
    assert_eq!(found.rows.iter().map(|one| one.id).collect::<Vec<_>>(), [delayed[0].id, retried[0].id, old[0].id]);
}

pub async fn a_text_is_found_in_the_error_the_url_and_the_given_event_id(store: &dyn Store) {
    let two = Two::new(store, "searches.text", 1_230_000_000_000).await;
    let given =
        |id: &'static str| move |event: &mut NewEvent| Arc::make_mut(&mut event.event).given_id = Some(id.into());
    let by_id = two.publish(given("Order-4711")).await;
    let by_error = two.publish(given("other")).await;
    let neither = two.publish(|_| ()).await;
    two.attempted(by_error, 1, Failed, |attempt| attempt.error = Some("no order-4711 here: größe 100%_".into())).await;
    two.attempted(neither, 1, Delivered, |_| ()).await;
    let text = |part: &str| DeliveryFilter { search: Some(part.into()), ..DeliveryFilter::default() };
    two.expect(&text("ORDER-4711"), &[by_id, by_error]).await;
    two.expect(&text("rder-471"), &[by_id, by_error]).await;
    two.expect(&text("100%_"), &[by_error]).await;
    two.expect(&text("größe"), &[by_error]).await;
    two.expect(&text("order_4711"), &[]).await;
    two.expect(&text("RECEIVER.example/"), &[by_id, by_error, neither]).await;
    two.expect(&DeliveryFilter { statuses: vec![Failed], ..text("receiver.example") }, &[by_error]).await;
    two.expect(&DeliveryFilter { statuses: vec![Pending], ..text("order-4711") }, &[by_id]).await;
    two.expect(&DeliveryFilter { error: Some("100".into()), ..text("order-4711") }, &[by_error]).await;
    // The current URL counts.
    for (tenant, id) in two.tenants.iter().zip(two.subscriptions) {
        let known = store.subscription(tenant, id).await.unwrap().unwrap();
        let moved = Subscription { url: url("https://moved.example/order-4711"), ..known };
        store.update_subscription(&moved).await.unwrap();
    }
    two.expect(&text("receiver.example"), &[]).await;
    two.expect(&text("order-4711"), &[by_id, by_error, neither]).await;
}

fn payload(path: &str, value: &str) -> DeliveryFilter {
    let (path, value) = (PayloadPath::parse(path).unwrap(), PayloadValue::parse(value).unwrap());
    DeliveryFilter { payload: Some(PayloadMatch { path, value }), ..DeliveryFilter::default() }
}

fn with(data: &'static str, metadata: &'static str) -> impl Fn(&mut NewEvent) {
    move |event| {
        let event = Arc::make_mut(&mut event.event);
        (event.data, event.metadata) = (Bytes::from_static(data.as_bytes()), Bytes::from_static(metadata.as_bytes()));
    }
}

pub async fn deliveries_are_found_by_a_value_in_their_payload(store: &dyn Store) {
    let two = Two::new(store, "searches.payload", 1_240_000_000_000).await;
    let number = two.publish(with(r#"{"customer":{"id":42},"items":[{"sku":"a"},{"sku":"b"}]}"#, "")).await;
    let text = two.publish(with(r#"{"customer":{"id":"42"}}"#, r#"{"region":"eu"}"#)).await;
    let long = two.publish(with(r#"{"customer": {"id": 4.20e1, "n": 9007199254740993}}"#, "")).await;
    // PostgreSQL has no NUL and no lone surrogate in text or jsonb, and JSON has them.
    let odd = two.publish(with(r#"{"nul":"\u0000","half":"\ud800","customer":{"id":42}}"#, r#"{"a.b":[null]}"#)).await;
    let sent = two.publish(with(r#"{"customer":{"id":42}}"#, "")).await;
    two.attempted(sent, 1, Failed, |_| ()).await;
    two.attempted(odd, 1, Delivered, |_| ()).await;
    two.expect(&payload("data.customer.id", "42"), &[number, long, odd, sent]).await;
    two.expect(&payload("data.customer.id", "\"42\""), &[text]).await;
    two.expect(&payload("data.customer.n", "9007199254740993"), &[long]).await;
    two.expect(&payload("data.customer.n", "9007199254740992"), &[]).await;
    two.expect(&payload("data.items[*].sku", "b"), &[number]).await;
    two.expect(&payload("data.items[0].sku", "b"), &[]).await;
    two.expect(&payload("data.nul", r#""\u0000""#), &[odd]).await;
    two.expect(&payload("metadata.region", "eu"), &[text]).await;
    two.expect(&payload("metadata[\"a.b\"][0]", "null"), &[odd]).await;
    two.expect(&payload("data.region", "eu"), &[]).await;
    two.expect(&DeliveryFilter { statuses: vec![Failed], ..payload("data.customer.id", "42") }, &[sent]).await;
    two.expect(&DeliveryFilter { statuses: vec![Pending], ..payload("data.customer.id", "42") }, &[number, long]).await;
    let of_type = Some(event_type("invoice.created"));
    two.expect(
        &DeliveryFilter { event_type: of_type, ..payload("data.customer.id", "42") },
        &[number, long, odd, sent],
    )
    .await;
    let subscription = Some(two.subscriptions[1]);
    for scope in [ListScope::Tenant(&two.tenants[1]), ListScope::AllTenants] {
        let filter = DeliveryFilter { subscription, ..payload("data.customer.id", "42") };
        let found = store.deliveries(scope, &filter, Page::first(2)).await.unwrap();
        assert_eq!(found.rows.iter().map(|one| one.id).collect::<Vec<_>>(), [sent[1].id, odd[1].id]);
    }
}

pub async fn an_erased_payload_is_never_found(store: &dyn Store) {
    let two = Two::new(store, "searches.erased", 1_250_000_000_000).await;
    let erased = two.publish(with(r#"{"id":1}"#, r#"{"a":1}"#)).await;
    let kept = two.publish(with(r#"{"id":1}"#, r#"{"a":1}"#)).await;
    two.expect(&payload("data.id", "1"), &[erased, kept]).await;
    for (tenant, of) in two.tenants.iter().zip(erased) {
        store.erase_payload(tenant, of.id.event(), None, 100, two.world.tick()).await.unwrap();
    }
    two.expect(&payload("data.id", "1"), &[kept]).await;
    two.expect(&payload("metadata.a", "1"), &[kept]).await;
}

pub async fn a_search_in_large_payloads_ends_early_with_a_cursor(store: &dyn Store) {
    let world = World::at(store, "searches.large", Timestamp::from_millis(1_260_000_000_000));
    let (since, tenant) = (world.tick(), world.tenant("acme").await);
    let subscription = world.subscribe(&tenant).await.id;
    let mib = 1024 * 1024;
    let large = Bytes::from(format!(r#"{{"text":"{}","id":2}}"#, "x".repeat(mib)));
    let events = WALK_BYTES / mib + 8;
    let mut ids = Vec::new();
    for number in 0..events {
        let mut event = world.event(&tenant, "invoice.created", &[subscription, subscription]);
        let wanted = if number == 0 { Bytes::from_static(br#"{"id":1}"#) } else { large.clone() };
        Arc::make_mut(&mut event.event).data = wanted;
        world.append(&tenant, vec![event.clone()]).await;
        ids.push(event.deliveries.iter().map(|one| one.id).collect::<Vec<_>>());
    }
    let (after, before) = (Some(since), Some(world.tick()));
    for scope in [ListScope::Tenant(&tenant), ListScope::AllTenants] {
        let filter = DeliveryFilter { after, before, ..payload("data.id", "1") };
        let read = async |page| store.deliveries(scope, &filter, page).await.unwrap();
        let first = read(Page::first(5)).await;
        assert_eq!(first.rows, [], "{scope:?}");
        let reached = first.next.expect("a page that the bound cut has a cursor").cursor.id;
        let passed = ids.iter().filter(|of| of[0] > reached).count();
        assert!((28..=34).contains(&passed), "{scope:?}: {passed} MiB were read");
        let found: Vec<DeliveryId> = pages(5, 0, read).await.iter().map(|one| one.id).collect();
        assert_eq!(found, [ids[0][1], ids[0][0]], "{scope:?}");
        let counted = store.count_deliveries(scope, &filter, 50).await.unwrap();
        assert!(counted.rows == 0 && counted.next.is_some(), "{counted:?}");
        // Other conditions are looked at first, so no payload is read in vain.
        let failed = DeliveryFilter { statuses: vec![Failed], ..filter.clone() };
        assert_eq!(store.deliveries(scope, &failed, Page::first(5)).await.unwrap().next, None);
    }
}
