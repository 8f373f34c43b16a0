//! Reads: due deliveries, single rows, and lists.

use super::{ANY_DAY, Book, ONE_DAY, Rule, There, hour, kind, late};
use model::{PayloadMatch, PayloadPath, PayloadValue, Queue, delivery::DeliveryStatus};
use std::time::Duration;
use storage::{
    Backlogs, Deliveries, DeliveryFilter, Documents, EventFilter, Events, Figures, ListOrder, ListScope,
    ListScope::{AllTenants, Tenant},
    Page, Publications, Subscriptions,
};

pub(super) async fn sending(book: &mut Book, there: &There) {
    let queue = Queue::Normal;
    book.see("Due deliveries of a queue", Rule { days: Some(4), ..ANY_DAY }, async |store| {
        let due = store.due(&there.tenant, there.subscription, queue, late(), 3, &[there.waiting[0].id]).await.unwrap();
        assert_eq!(due.deliveries.len(), 3);
    })
    .await;
    // Once at the start. Tenants that are being deleted are found by a scan of all tenants.
    let rule = Rule { whole: &["tenants"], ..ANY_DAY };
    book.see("Heads of all non-empty queues of a node", rule, async |store| {
        let mut heads = 0;
        store.each_queue_head(&mut |_| heads += 1).await.unwrap();
        assert!(heads > 500, "{heads}");
    })
    .await;
}

pub(super) async fn one(book: &mut Book, there: &There) {
    let tenant = &there.tenant;
    book.see("A delivery by its id", ONE_DAY, async |store| {
        store.delivery(tenant, there.ended.id).await.unwrap().unwrap();
    })
    .await;
    book.see("The deliveries of an event", ONE_DAY, async |store| {
        assert_eq!(store.event_deliveries(tenant, there.event).await.unwrap().len(), 2);
    })
    .await;
    book.see("The deliveries of several events", ONE_DAY, async |store| {
        let found = store
            .deliveries_of(&[(tenant.clone(), there.event), (tenant.clone(), there.other_event)], 100)
            .await
            .unwrap();
        assert_eq!(found.len(), 2);
    })
    .await;
    book.see("The attempts of a delivery", ONE_DAY, async |store| {
        assert_eq!(store.attempts(tenant, there.ended.id, u32::MAX).await.unwrap().len(), 1);
    })
    .await;
    book.see("An event by its id", ONE_DAY, async |store| {
        store.event(tenant, there.event).await.unwrap().unwrap();
    })
    .await;
    book.see("An event by its publisher's id", ONE_DAY, async |store| {
        store.event_by_given_id(tenant, "given-57").await.unwrap().unwrap();
    })
    .await;
}

pub(super) async fn deliveries(book: &mut Book, there: &There) {
    let all = DeliveryFilter::default();
    let subscription = Some(there.subscription);
    let status = |of: &[DeliveryStatus]| DeliveryFilter { statuses: of.to_vec(), ..all.clone() };
    let event_type = Some(kind("kind.3"));
    let (after, before) = (Some(hour(26)), Some(hour(30)));
    let troubled = [DeliveryStatus::Failed, DeliveryStatus::Exhausted];
    let (any, one, order) = (ANY_DAY, ONE_DAY, ListOrder::OldestFirst);
    let cases = [
        ("all", any, all.clone(), 0),
        ("oldest first", any, DeliveryFilter { order, ..all.clone() }, 0),
        ("failed, oldest first", any, DeliveryFilter { order, ..status(&troubled) }, 0),
        ("of a type, oldest first", any, DeliveryFilter { order, event_type: event_type.clone(), ..all.clone() }, 0),
        ("far down", any, all.clone(), 600),
        ("of a subscription", any, DeliveryFilter { subscription, ..all.clone() }, 0),
        ("pending", any, status(&[DeliveryStatus::Pending]), 0),
        ("retrying", any, status(&[DeliveryStatus::Retrying]), 0),
        ("delivered", any, status(&[DeliveryStatus::Delivered]), 0),
        ("failed", any, status(&troubled), 0),
        ("failed, of a subscription", any, DeliveryFilter { subscription, ..status(&troubled) }, 0),
        ("of a type", any, DeliveryFilter { event_type: event_type.clone(), ..all.clone() }, 0),
        ("of a rare type", any, DeliveryFilter { event_type: Some(kind("kind.rare")), ..all.clone() }, 0),
        ("of a type and a subscription", any, DeliveryFilter { subscription, event_type, ..all.clone() }, 0),
        ("of some hours", one, DeliveryFilter { after, before, ..all.clone() }, 0),
        ("failed, of some hours", one, DeliveryFilter { after, before, ..status(&troubled) }, 0),
        (
            "of a type, of some hours",
            one,
            DeliveryFilter { after, before, event_type: Some(kind("kind.3")), ..all.clone() },
            0,
        ),
    ];
    for (name, rule, filter, offset) in cases {
        let page = Page { offset, ..Page::first(20) };
        book.see(&format!("A list of deliveries: {name}"), rule, async |store| {
            store.deliveries(Tenant(&there.tenant), &filter, page).await.unwrap();
        })
        .await;
    }
}

pub(super) async fn events(book: &mut Book, there: &There) {
    let all = EventFilter::default();
    let event_type = Some(kind("kind.3"));
    let (after, before) = (Some(hour(26)), Some(hour(30)));
    let cases = [
        ("all", ANY_DAY, all.clone(), 0),
        ("oldest first", ANY_DAY, EventFilter { order: ListOrder::OldestFirst, ..all.clone() }, 0),
        ("far down", ANY_DAY, all.clone(), 600),
        ("of a type", ANY_DAY, EventFilter { event_type, ..all.clone() }, 0),
        ("of some hours", ONE_DAY, EventFilter { after, before, ..all.clone() }, 0),
    ];
    for (name, rule, filter, offset) in cases {
        let page = Page { offset, ..Page::first(20) };
        book.see(&format!("A list of events: {name}"), rule, async |store| {
            store.events(Tenant(&there.tenant), &filter, page).await.unwrap();
        })
        .await;
    }
}

/// Lists over all tenants, oldest first.
pub(super) async fn oldest_of_all(book: &mut Book) {
    let of = |statuses: &[DeliveryStatus]| DeliveryFilter {
        statuses: statuses.to_vec(),
        order: ListOrder::OldestFirst,
        ..DeliveryFilter::default()
    };
    let failed = [DeliveryStatus::Failed, DeliveryStatus::Exhausted];
    for (name, filter) in [("all", of(&[])), ("failed", of(&failed)), ("pending", of(&[DeliveryStatus::Pending]))] {
        book.see(&format!("A list of deliveries: of all tenants, oldest first, {name}"), ANY_DAY, async |store| {
            store.deliveries(AllTenants, &filter, Page::first(20)).await.unwrap();
        })
        .await;
    }
}

/// Lists with a condition that no index answers, and lists over all tenants.
pub(super) async fn walks(book: &mut Book, there: &There) {
    let all = DeliveryFilter::default();
    let tenant = Tenant(&there.tenant);
    let status = |of: &[DeliveryStatus]| DeliveryFilter { statuses: of.to_vec(), ..all.clone() };
    let error = || Some("no such words".to_owned());
    let (after, before) = (Some(hour(26)), Some(hour(30)));
    let time = DeliveryFilter { after, before, ..all.clone() };
    let (any, one) = (ANY_DAY, ONE_DAY);
    let parts = DeliveryFilter { response_code: Some(500..=599), error: error(), url: error(), ..all.clone() };
    let failed = status(&[DeliveryStatus::Failed, DeliveryStatus::Exhausted]);
    let waits = status(&[DeliveryStatus::Pending]);
    let subscription = Some(there.subscription);
    let (min_duration, overdue) = (Some(Duration::from_secs(2)), Some(hour(30)));
    let payload = || {
        let (path, value) = (PayloadPath::parse("data.id").unwrap(), PayloadValue::parse("1").unwrap());
        Some(PayloadMatch { path, value })
    };
    let cases = [
        ("by code, error and URL", any, tenant, parts.clone()),
        ("by error, of a subscription", any, tenant, DeliveryFilter { subscription, error: error(), ..all.clone() }),
        ("failed, by error", any, tenant, DeliveryFilter { error: error(), ..failed.clone() }),
        ("by error, of some hours", one, tenant, DeliveryFilter { error: error(), ..time.clone() }),
        (
            "by text and duration, of some hours",
            one,
            tenant,
            DeliveryFilter { search: error(), min_duration, ..time.clone() },
        ),
        ("overdue", any, tenant, DeliveryFilter { overdue, ..all.clone() }),
        ("by payload, of some hours", one, tenant, DeliveryFilter { payload: payload(), ..time.clone() }),
        ("of an event", one, tenant, DeliveryFilter { event: Some(there.event), ..all.clone() }),
        ("of all tenants", any, AllTenants, all.clone()),
        ("of all tenants, of some hours", one, AllTenants, time.clone()),
        (
            "of all tenants, by code, error and URL, of some hours",
            one,
            AllTenants,
            DeliveryFilter { after, before, ..parts },
        ),
        (
            "of all tenants, of a type",
            any,
            AllTenants,
            DeliveryFilter { event_type: Some(kind("kind.3")), ..all.clone() },
        ),
        ("of all tenants, failed", any, AllTenants, failed.clone()),
        ("of all tenants, failed, of some hours", one, AllTenants, DeliveryFilter { after, before, ..failed }),
        ("of all tenants, pending", any, AllTenants, waits),
        ("of all tenants, overdue", any, AllTenants, DeliveryFilter { overdue, ..all.clone() }),
        (
            "of all tenants, by payload, of some hours",
            one,
            AllTenants,
            DeliveryFilter { payload: payload(), ..time.clone() },
        ),
        ("of all tenants, of an event", one, AllTenants, DeliveryFilter { event: Some(there.event), ..all.clone() }),
        ("of all tenants, of a subscription", any, AllTenants, DeliveryFilter { subscription, ..all.clone() }),
    ];
    for (name, rule, scope, filter) in cases {
        book.see(&format!("A list of deliveries: {name}"), rule, async |store| {
            store.deliveries(scope, &filter, Page::first(20)).await.unwrap();
        })
        .await;
    }
    book.see("Deliveries are counted", ANY_DAY, async |store| {
        assert!(store.count_deliveries(tenant, &all, 10_000).await.unwrap().rows > 100);
    })
    .await;
}

pub(super) async fn all_tenants(book: &mut Book, there: &There) {
    let (after, before) = (Some(hour(26)), Some(hour(30)));
    let time = EventFilter { after, before, ..EventFilter::default() };
    let cases = [
        ("of all tenants", ANY_DAY, EventFilter::default()),
        (
            "of all tenants, oldest first",
            ANY_DAY,
            EventFilter { order: ListOrder::OldestFirst, ..EventFilter::default() },
        ),
        ("of all tenants, of some hours", ONE_DAY, time.clone()),
        (
            "of all tenants, of a type",
            ANY_DAY,
            EventFilter { event_type: Some(kind("kind.3")), ..EventFilter::default() },
        ),
    ];
    for (name, rule, filter) in cases {
        book.see(&format!("A list of events: {name}"), rule, async |store| {
            assert_eq!(store.events(AllTenants, &filter, Page::first(20)).await.unwrap().rows.len(), 20);
        })
        .await;
    }
    book.see("Events are counted", ANY_DAY, async |store| {
        let filter = EventFilter::default();
        assert!(store.count_events(Tenant(&there.tenant), &filter, 10_000).await.unwrap().rows > 100);
    })
    .await;
    book.see("Tenants with an event", ONE_DAY, async |store| {
        assert_eq!(store.tenants_with_event(there.event).await.unwrap(), std::slice::from_ref(&there.tenant));
    })
    .await;
    book.see("Tenants with a subscription", ANY_DAY, async |store| {
        assert_eq!(
            store.tenants_with_subscription(there.subscription).await.unwrap(),
            std::slice::from_ref(&there.tenant)
        );
    })
    .await;
}

pub(super) async fn backlog(book: &mut Book, there: &There) {
    book.see("The backlog of a subscription", ANY_DAY, async |store| {
        assert!(store.backlog(&there.tenant, there.subscription).await.unwrap().waiting() > 0);
    })
    .await;
    for (name, scope) in [("of a tenant", ListScope::Tenant(&there.tenant)), ("of all tenants", AllTenants)] {
        book.see(&format!("Backlogs by subscription: {name}"), ANY_DAY, async |store| {
            assert!(!store.backlogs(scope).await.unwrap().is_empty());
        })
        .await;
    }
}

pub(super) async fn figures(book: &mut Book) {
    // Counts of all rows: the table has nothing but waiting deliveries, and callers do not ask often.
    let rule = Rule { whole: &["waiting", "subscriptions"], ..ANY_DAY };
    book.see("Waiting deliveries by queue, for metrics", rule, async |store| {
        assert!(!store.waiting(hour(0)).await.unwrap().queues.is_empty());
    })
    .await;
    book.see("Replays that have not ended, for metrics", ANY_DAY, async |store| store.open_replays().await.unwrap())
        .await;
}

pub(super) async fn publications(book: &mut Book, there: &There) {
    book.see("Publications of a tenant", ANY_DAY, async |store| {
        assert_eq!(store.publications(&there.tenant, hour(0), 100).await.unwrap().len(), 10);
    })
    .await;
    // Only those days of each tenant.
    let rule = Rule { whole: &["tenants"], ..ANY_DAY };
    book.see("Publications of all tenants", rule, async |store| {
        assert_eq!(store.all_publications(hour(0), 100).await.unwrap().len(), 10);
    })
    .await;
    book.see("Old counts are removed, partial counts merged", rule, async |store| {
        store.tidy_publications(hour(0).before(std::time::Duration::from_secs(50 * 24 * 3_600))).await.unwrap();
    })
    .await;
    book.see("The digest of a document", ANY_DAY, async |store| {
        assert_eq!(store.document_digest("audit-report").await.unwrap(), None);
    })
    .await;
}
