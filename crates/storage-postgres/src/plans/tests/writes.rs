//! Writes: the journal, nodes, settings and retention.

use super::{ANY_DAY, Book, ONE_DAY, Rule, There, hour, late, outcome, tenant};
use model::{
    Queue, Subscription, SubscriptionState, TenantId,
    delivery::{EndStatus, Next},
    event::EventPattern,
    shape::OrderKey,
    subscription::SubscriptionStats,
};
use std::{sync::Arc, time::Duration};
use storage::{
    Append, Appended, Deliveries, Done, Erasure, ErasureOutcome, Journal, KeyUse, Keys,
    ListScope::{AllTenants, Tenant},
    MasterKeys, NewEvent, Page, ResealPlace, Retention, RetryOf, RetryOutcome, Shared, Store as _, SubscriptionFilter,
    Subscriptions, Tenants, Transfer, Write,
};

fn append(there: &There, events: Vec<NewEvent>) -> Write {
    Write::Append(Append { tenant: there.tenant.clone(), events: Arc::new(events) })
}

pub(super) async fn journal(book: &mut Book, there: &There) {
    let of = &there.tenant;
    let (new, again) = (
        book.event(of, "new-1", &[there.subscription, there.subscription]),
        book.event(of, "new-1", &[there.subscription]),
    );
    let other = book.event(of, "new-2", &[there.subscription]);
    let made = new.deliveries.clone();
    book.see("A commit of new events", ONE_DAY, async |store| {
        let (_, done) = store.commit(vec![append(there, vec![new, other])]).await.unwrap();
        assert_eq!(done, [Done::Appended(vec![Appended::New, Appended::New])]);
    })
    .await;
    book.see("A commit of a duplicate event", ONE_DAY, async |store| {
        let (_, done) = store.commit(vec![append(there, vec![again])]).await.unwrap();
        assert!(matches!(&done[..], [Done::Appended(each)] if matches!(each[..], [Appended::Duplicate(_)])));
    })
    .await;
    let waiting = &there.waiting;
    let batch = vec![
        outcome(of, waiting[0], Next::End(EndStatus::Delivered)),
        outcome(of, waiting[1], Next::Gone),
        outcome(of, waiting[2], Next::Retry { at: late() }),
        Write::Cancel { tenant: of.clone(), delivery: made[0].id },
    ];
    book.see("A commit of outcomes", ONE_DAY, async |store| {
        let (_, done) = store.commit(batch).await.unwrap();
        assert_eq!(done, [Done::Recorded, Done::Recorded, Done::Recorded, Done::Recorded]);
    })
    .await;
    let late = outcome(of, there.ended, Next::End(EndStatus::Delivered));
    book.see("A commit of a late outcome", ONE_DAY, async |store| {
        store.commit(vec![late]).await.unwrap();
    })
    .await;
    let cancel = Write::Cancel { tenant: of.clone(), delivery: waiting[3].id };
    book.store.commit(vec![cancel]).await.unwrap();
    let late = outcome(of, waiting[3], Next::End(EndStatus::Delivered));
    book.see("A commit of an outcome of a cancelled delivery", ONE_DAY, async |store| {
        let (_, done) = store.commit(vec![late]).await.unwrap();
        assert_eq!(done, [Done::Recorded]);
    })
    .await;
    book.see("A manual retry", ONE_DAY, async |store| {
        let back = store.retry_delivery(of, there.ended.id, RetryOf::Undelivered, super::late()).await.unwrap();
        assert_eq!(back, RetryOutcome::Queued(there.ended.subscription));
    })
    .await;
    let mut delayed = book.event(of, "new-3", &[there.subscription]);
    let at = super::late().after(Duration::from_secs(3_600));
    Arc::make_mut(&mut delayed.event).deliver_at = Some(at);
    delayed.due_at = Some(at);
    book.see("A commit of a delayed event", ONE_DAY, async |store| {
        let (_, done) = store.commit(vec![append(there, vec![delayed])]).await.unwrap();
        assert_eq!(done, [Done::Appended(vec![Appended::New])]);
    })
    .await;
    let ids = [made[1].id, made[0].id];
    book.see("A cancellation of deliveries", ONE_DAY, async |store| {
        assert_eq!(store.cancel_by_ids(of, &ids, super::late()).await.unwrap(), ids[..1]);
    })
    .await;
}

pub(super) async fn order(book: &mut Book, there: &There) {
    let (of, subscription) = (&there.tenant, there.subscription);
    let ordered = ["ordered-1", "ordered-2"].map(|name| {
        let mut new = book.event(of, name, &[subscription]);
        new.deliveries[0].order = Some(OrderKey::from_code(-7));
        new
    });
    let made = ordered.clone().map(|new| new.deliveries[0]);
    book.see("A commit of ordered deliveries", ONE_DAY, async |store| {
        store.commit(vec![append(there, ordered.to_vec())]).await.unwrap();
    })
    .await;
    book.see("Due deliveries of an ordered subscription", Rule { days: Some(4), ..ANY_DAY }, async |store| {
        let due = store.due(of, subscription, Queue::Ordered, super::late(), 3, &[]).await.unwrap();
        assert_eq!(due.deliveries.len(), 1);
    })
    .await;
    let failed = outcome(of, made[0], Next::Retry { at: super::late().after(Duration::from_secs(60)) });
    book.store.commit(vec![failed]).await.unwrap();
    book.see("What blocks an ordered subscription", ANY_DAY, async |store| {
        assert_eq!(store.blocking(of, subscription, 100).await.unwrap()[0].behind, 1);
    })
    .await;
    let end = outcome(of, made[0], Next::End(EndStatus::Delivered));
    book.see("A commit of the outcome of an ordered delivery", ONE_DAY, async |store| {
        store.commit(vec![end]).await.unwrap();
    })
    .await;
}

pub(super) async fn nodes(book: &mut Book, there: &There) {
    book.see("A heartbeat", ANY_DAY, async |store| {
        store.heartbeat().await.unwrap();
    })
    .await;
    book.see("The number of nodes that serve the API", ANY_DAY, async |store| {
        assert_eq!(store.serving_nodes().await.unwrap(), 2);
    })
    .await;
    book.see("Lost nodes are declared, old nodes and changes deleted", ANY_DAY, async |store| {
        store.declare_lost().await.unwrap();
    })
    .await;
    let claim = storage::LimitClaim {
        subscription: there.subscription,
        claim: model::policy::share::Claim { wanted: 1_000, share: 500_000, slots: 2 },
        max_in_flight: Some(4),
    };
    book.see("Claims on limits of subscriptions are exchanged", ANY_DAY, async |store| {
        store.exchange_claims(&[claim]).await.unwrap();
    })
    .await;
    book.see("Changes for live streams are exchanged", ANY_DAY, async |store| {
        store.exchange_feed(true, Some((1, b"[]")), &[]).await.unwrap();
    })
    .await;
    book.see("All nodes", ANY_DAY, async |store| {
        assert_eq!(store.nodes().await.unwrap().len(), 3);
    })
    .await;
    book.see("Deliveries of lost nodes are claimed", ANY_DAY, async |store| {
        assert_eq!(store.take_over_deliveries(100).await.unwrap().len(), 100);
    })
    .await;
    let version = book.store.version().await.unwrap();
    book.see("Changes since a version", ANY_DAY, async |store| {
        store.changes(version - 1).await.unwrap();
    })
    .await;
    let (subscription, of) = (there.subscription, &there.tenant);
    let ids = Arc::new(std::sync::Mutex::new(Vec::new()));
    ids.lock().unwrap().extend((0..20).map(|number| book.event(of, &format!("out-{number}"), &[subscription])));
    let make: storage::Make = Arc::new(move |_| ids.lock().unwrap().pop().into());
    book.see("A batch from the outbox", ONE_DAY, async |store| {
        assert_eq!(store.drain_outbox(20, &[], make).await.unwrap().events.len(), 20);
    })
    .await;
}

pub(super) fn subscription(book: &Book, tenant: TenantId) -> Subscription {
    Subscription {
        id: book.ids.subscription(late()),
        tenant,
        url: model::SubscriptionUrl::stored("https://receiver.example/new").unwrap(),
        description: None,
        events: vec![EventPattern::parse("kind.*").unwrap()],
        headers: Vec::new(),
        state: SubscriptionState::Active,
        profile: model::Profile::Platform,
        retry_enabled: true,
        max_retries: 5,
        timeout: Duration::from_secs(30),
        policies: Default::default(),
        health: Default::default(),
        credentials: Default::default(),
        secrets: Vec::new(),
        metadata: model::JsonObject::default(),
        stats: SubscriptionStats::default(),
        is_unique: true,
        revision: 1,
        created_at: late(),
        updated_at: late(),
    }
}

pub(super) async fn settings(book: &mut Book, there: &There) {
    let of = &there.tenant;
    let new = subscription(book, tenant(7));
    book.see("A subscription is created and updated", ANY_DAY, async |store| {
        store.insert_subscription(&new).await.unwrap();
        store.update_subscription(&new).await.unwrap();
    })
    .await;
    book.see("A subscription by its id", ANY_DAY, async |store| {
        store.subscription(of, new.id).await.unwrap().unwrap();
    })
    .await;
    book.see("A list of subscriptions", ANY_DAY, async |store| {
        let found = store.subscriptions(Tenant(of), &SubscriptionFilter::default(), Page::first(1)).await.unwrap().rows;
        assert_eq!(found.len(), 1);
    })
    .await;
    book.see("A list of subscriptions: of all tenants", ANY_DAY, async |store| {
        let found = store.subscriptions(AllTenants, &SubscriptionFilter::default(), Page::first(1)).await.unwrap().rows;
        assert_eq!(found[0].id, new.id);
    })
    .await;
    book.see("Secrets are sealed with another master key", ANY_DAY, async |store| {
        store.reseal(ResealPlace::BEGIN, 100).await.unwrap();
        let before = model::SubscriptionId::from_uuid(uuid::Uuid::from_u128(new.id.uuid().as_u128() - 1));
        let after = ResealPlace::Subscriptions(Some((new.tenant.clone(), before)));
        assert_eq!(store.reseal(after, 1).await.unwrap().rows, 1);
    })
    .await;
    let whole = Rule { days: None, whole: &["subscriptions", "tenants"] };
    book.see("Sealed values by their master key", whole, async |store| {
        store.master_key_use().await.unwrap();
    })
    .await;
    book.see("Waiting deliveries of a subscription are cancelled", ANY_DAY, async |store| {
        store.cancel_waiting(of, there.subscription, late()).await.unwrap();
    })
    .await;
    let key = book
        .see("A tenant and its keys", ANY_DAY, async |store| {
            store.tenant(of).await.unwrap().unwrap();
            let keys = store.keys(of).await.unwrap();
            assert_eq!(keys.len(), 1);
            keys[0].id
        })
        .await;
    book.see("The last use of keys is stored", ANY_DAY, async |store| {
        store.use_keys(&[KeyUse { tenant: of.clone(), key, at: super::late() }]).await.unwrap();
    })
    .await;
    book.see("A list of tenants", ANY_DAY, async |store| {
        assert_eq!(store.tenants(Page::first(20)).await.unwrap().len(), 20);
    })
    .await;
    book.see("A probe of the store", ANY_DAY, async |store| store.check_writable().await.unwrap()).await;
}

pub(super) async fn retention(book: &mut Book, there: &There) {
    // Rare, and for all tenants.
    let rule = Rule { whole: &["tenants"], ..ANY_DAY };
    book.see("Tenants with old events", rule, async |store| {
        assert_eq!(store.tenants_with_events_before(hour(4)).await.unwrap().len(), 50);
    })
    .await;
    // Partitions of that day and of rows without a day.
    let day_and_rest = Rule { days: Some(2), ..ANY_DAY };
    // Has only the erasures of the last minute.
    let erasures = Rule { whole: &["erasures"], ..ANY_DAY };
    book.see("The payload of an event is erased", erasures, async |store| {
        let done = store.erase_payload(&there.tenant, there.other_event, None, 100, super::late()).await.unwrap();
        assert!(matches!(done, ErasureOutcome::Erased(_)));
    })
    .await;
    book.see("Recent erasures", erasures, async |store| {
        assert_eq!(store.recent_erasures().await.unwrap().len(), 1);
    })
    .await;
    book.see("Old payloads of a tenant are erased", day_and_rest, async |store| {
        let erased = store.erase_before(&there.tenant, hour(5), None, 5, super::late()).await.unwrap();
        assert!(erased.events > 0);
    })
    .await;
    book.see("Old events of a tenant are removed", day_and_rest, async |store| {
        let removed = store.remove_before(&there.tenant, hour(4), None, 50).await.unwrap();
        assert!(removed.events > 0);
    })
    .await;
    book.see("Events are read for a transfer", ANY_DAY, async |store| {
        assert_eq!(store.read_events(&there.tenant, None, 10).await.unwrap().len(), 10);
    })
    .await;
    book.see("A day is dropped, and the deduplication keys of its events freed", rule, async |store| {
        assert_eq!(store.drop_partitions(hour(24)).await.unwrap().days, ["2026-03-01"]);
    })
    .await;
    // Rare: the outbox has no index by tenant, which every event would have to maintain. Not recorded, because the
    // order of its reads differs between runs.
    let rule = Rule { whole: &["outbox"], ..ANY_DAY };
    let written = book.text.len();
    book.see("A tenant is deleted", rule, async |store| {
        store.delete_tenant(&tenant(9)).await.unwrap();
    })
    .await;
    book.text.truncate(written);
}
