//! Values that no version of Postrider can have written: reading one fails and names the table, the row and the column.
//! Backends run this with a function that executes SQL, because a store itself never writes such a value.

use super::fixtures::{Belongings, World, all};
use crate::{DeliveryFilter, EventFilter, ListScope::Tenant, StatisticsQuery, StorageError, Store, SubscriptionFilter};
use model::{
    EventType, JsonObject, Queue, TenantId, Timestamp,
    catalog::{CatalogEntry, Origin},
    statistics::Hour,
};
use std::time::Duration;

/// Names that differ between backends.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    /// Prefix of every table.
    pub schema: &'static str,
    /// The table of waiting deliveries.
    pub waiting: &'static str,
    /// A binary literal of the bytes 1, 2, 3.
    pub bytes: &'static str,
}

/// A value that is not valid in its column.
struct Bad {
    table: &'static str,
    column: &'static str,
    /// SQL literal.
    value: &'static str,
    /// Reads that must fail (see [`read`]).
    reads: &'static [&'static str],
}

const fn bad(
    (table, column): (&'static str, &'static str),
    value: &'static str,
    reads: &'static [&'static str],
) -> Bad {
    Bad { table, column, value, reads }
}

const KEYS: &[&str] = &["keys", "all_keys"];
const SUBSCRIPTION: &[&str] = &["subscription", "subscriptions_ever", "subscriptions", "each_subscription"];
const EVENT: &[&str] = &["event", "event_by_key", "events", "due", "read_events"];
const DELIVERY: &[&str] = &["delivery", "deliveries", "event_deliveries", "read_events"];
const STATISTICS: &[&str] = &["statistics", "all_statistics", "read_statistics"];
const ATTEMPT: &[&str] = &["attempts", "read_events"];

/// Values in rows of a tenant; `waiting` is the table of waiting deliveries.
const OF_TENANT: &[Bad] = &[
    bad(("tenants", "metadata"), "'[]'", &["tenant", "tenants"]),
    bad(("api_keys", "scopes"), "'events:publish fly'", KEYS),
    bad(("api_keys", "hash"), "BYTES", KEYS),
    bad(("attempts", "remote_ip"), "'192.0.2'", ATTEMPT),
    bad(("attempts", "timings"), "'1,2'", ATTEMPT),
    bad(("subscriptions", "state"), "9", SUBSCRIPTION),
    bad(("subscriptions", "state"), "-1", SUBSCRIPTION),
    bad(("subscriptions", "profile"), "3", SUBSCRIPTION),
    bad(("subscriptions", "url"), "'receiver.example/hook'", SUBSCRIPTION),
    bad(("subscriptions", "max_retries"), "256", SUBSCRIPTION),
    bad(("subscriptions", "timeout_ms"), "-1", SUBSCRIPTION),
    bad(("subscriptions", "events"), "'invoice.created no*pattern'", SUBSCRIPTION),
    bad(("subscriptions", "secrets"), "BYTES", SUBSCRIPTION),
    // The in-memory index needs no metadata.
    bad(("subscriptions", "metadata"), "'{'", &["subscription", "subscriptions_ever", "subscriptions"]),
    bad(("subscription_stats", "success_count"), "-1", SUBSCRIPTION),
    bad(("events", "priority"), "3", EVENT),
    bad(("events", "deliveries"), "-1", EVENT),
    bad(("events", "trace"), "'00-0-0-00'", EVENT),
    bad(("waiting", "status"), "7", DELIVERY),
    bad(("waiting", "response_code"), "-1", DELIVERY),
    bad(("waiting", "attempts"), "-1", &["delivery", "deliveries", "event_deliveries", "read_events", "due"]),
    bad(("waiting", "queue"), "7", &["each_queue_head", "backlogs", "read_events"]),
    bad(("deliveries", "status"), "-1", &["ended", "deliveries", "event_deliveries", "read_events"]),
    bad(("deliveries", "earlier_attempts"), "-1", &["ended", "deliveries", "event_deliveries", "read_events"]),
    bad(("deliveries", "duration_us"), "-1", &["ended", "deliveries", "event_deliveries", "read_events"]),
    bad(("attempts", "response_code"), "-1", ATTEMPT),
    bad(("attempts", "duration_us"), "-1", ATTEMPT),
    bad(("publications", "misfits"), "-1", &["publications", "all_publications", "read_publications"]),
    bad(("statistics", "attempts"), "-1", STATISTICS),
    bad(("statistics", "latency"), "BYTES", STATISTICS),
];

/// A read, and its error.
type Read = (&'static str, Option<StorageError>);

/// Reads everything of a tenant in every way.
async fn read(world: &World<'_>, tenant: &TenantId, had: &Belongings) -> Vec<Read> {
    let (store, since) = (world.store, Timestamp::from_millis(0));
    let (subscription, event) = (had.subscription.id, had.event.event.id);
    let (waiting, ended) = (had.event.deliveries[0].id, had.event.deliveries[1].id);
    let late = world.now().after(Duration::from_secs(3_600));
    let always =
        StatisticsQuery { from: Hour::of(world.now()).day(), to: Hour::of(late), ..super::statistics::always() };
    vec![
        ("tenant", store.tenant(tenant).await.err()),
        ("tenants", store.tenants(all()).await.err()),
        ("keys", store.keys(tenant).await.err()),
        ("all_keys", store.all_keys().await.err()),
        ("subscription", store.subscription(tenant, subscription).await.err()),
        ("subscriptions_ever", store.subscriptions_ever(tenant, &[subscription]).await.err()),
        ("subscriptions", store.subscriptions(Tenant(tenant), &SubscriptionFilter::default(), all()).await.err()),
        ("each_subscription", store.each_subscription(&mut |_| {}).await.err()),
        ("event", store.event(tenant, event).await.err()),
        ("event_by_key", store.event_by_given_id(tenant, "order-1").await.err()),
        ("events", store.events(Tenant(tenant), &EventFilter::default(), all()).await.err()),
        ("delivery", store.delivery(tenant, waiting).await.err()),
        ("ended", store.delivery(tenant, ended).await.err()),
        ("deliveries", store.deliveries(Tenant(tenant), &DeliveryFilter::default(), all()).await.err()),
        ("event_deliveries", store.event_deliveries(tenant, event).await.err()),
        ("attempts", store.attempts(tenant, ended, u32::MAX).await.err()),
        ("due", store.due(tenant, subscription, Queue::Normal, late, 10, &[]).await.err()),
        ("each_queue_head", store.each_queue_head(&mut |_| {}).await.err()),
        ("backlogs", store.backlogs(Tenant(tenant)).await.err()),
        ("publications", store.publications(tenant, since, 10).await.err()),
        ("all_publications", store.all_publications(since, 10).await.err()),
        ("read_publications", store.read_publications(tenant).await.err()),
        ("statistics", store.statistics(tenant, &always).await.err()),
        ("all_statistics", store.all_statistics(&always).await.err()),
        ("read_statistics", store.read_statistics(tenant, None, 10).await.err()),
        ("read_events", store.read_events(tenant, None, 10).await.err()),
    ]
}

/// Asserts that the reads fail that must fail, and that every error names the place of the bad value.
fn names(reads: &[Read], names: Names, bad: &Bad, row: &str) {
    let place = format!("{}.{} = {}", bad.table, bad.column, bad.value);
    for wanted in bad.reads {
        assert!(reads.iter().any(|(read, fault)| read == wanted && fault.is_some()), "{place}: {wanted} succeeded");
    }
    // Statistics are read with their subscription.
    let table = match bad.table {
        "waiting" => names.waiting,
        "subscription_stats" => "subscriptions",
        table => table,
    };
    for (read, fault) in reads.iter().filter_map(|(read, fault)| Some((read, fault.as_ref()?))) {
        let StorageError::Corrupt { table: named, row: key, problem } = fault else {
            panic!("{place}: {read}: {fault:?}")
        };
        assert_eq!(*named, table, "{place}: {read}: {fault}");
        // A sum over all tenants belongs to no row.
        assert!(key.contains(row) || read.ends_with("publications"), "{place}: {read}: {fault}");
        assert!(problem.starts_with(&format!("{}: ", bad.column)), "{place}: {read}: {fault}");
    }
}

/// `run` executes SQL outside of the store.
pub async fn invalid_values_are_reported_with_their_row(store: &dyn Store, of: Names, run: &(dyn Fn(String) + Sync)) {
    let world = World::new(store, "corrupt");
    for bad in OF_TENANT {
        let tenant = world.tenant("acme").await;
        let had = world.furnish(&tenant).await;
        let before = read(&world, &tenant, &had).await;
        assert!(before.iter().all(|(_, fault)| fault.is_none()), "valid before the change: {before:?}");
        let condition = match bad.table {
            "tenants" => format!("id = '{tenant}'"),
            "waiting" if of.waiting == "deliveries" => {
                format!("tenant_id = '{tenant}' AND next_attempt_at IS NOT NULL")
            }
            "deliveries" if of.waiting == "deliveries" => format!("tenant_id = '{tenant}' AND next_attempt_at IS NULL"),
            _ => format!("tenant_id = '{tenant}'"),
        };
        let table = if bad.table == "waiting" { of.waiting } else { bad.table };
        let value = bad.value.replace("BYTES", of.bytes);
        run(format!("UPDATE {}{table} SET {} = {value} WHERE {condition}", of.schema, bad.column));
        names(&read(&world, &tenant, &had).await, of, bad, &format!("'{tenant}'"));
        store.delete_tenant(&tenant).await.unwrap();
    }
    of_the_installation(store, of, run).await;
}

/// Values in tables without a tenant.
async fn of_the_installation(store: &dyn Store, of: Names, run: &(dyn Fn(String) + Sync)) {
    let entry = CatalogEntry {
        event_type: EventType::trusted("corrupt.created"),
        category: "corrupt".into(),
        description: "An event type.".into(),
        schema: None,
        example: None,
        origin: Origin::Custom,
        retired: false,
    };
    for (column, value) in [("schema", "'{'"), ("example", "'['")] {
        let bad = bad(("custom_types", column), value, &["custom_types"]);
        store.put_custom_type(&entry).await.unwrap();
        run(format!("UPDATE {}{} SET {} = {}", of.schema, bad.table, bad.column, bad.value));
        names(&[("custom_types", store.custom_types().await.err())], of, &bad, "'corrupt.created'");
    }
    store.put_custom_type(&CatalogEntry { example: Some(JsonObject::default()), ..entry }).await.unwrap();
    assert!(store.custom_types().await.is_ok());

    store.keep_believed_time(Timestamp::from_millis(1)).await.unwrap();
    let bad = bad(("meta", "value"), "BYTES", &["believed_time"]);
    run(format!("UPDATE {}meta SET value = {} WHERE name = 'believed_time'", of.schema, of.bytes));
    names(&[("believed_time", store.believed_time().await.err())], of, &bad, "name = 'believed_time'");
}
