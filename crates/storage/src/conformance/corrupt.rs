//! Values that no version of Postrider can have written: reading one fails and names the table, the row and the column.
//! Backends run this with a function that executes SQL, because a store itself never writes such a value.

use super::fixtures::{World, all};
use crate::{DeliveryFilter, EventFilter, ListScope::Tenant, StorageError, Store, SubscriptionFilter};
use model::{
    EventType, JsonObject, TenantId, Timestamp,
    catalog::{CatalogEntry, Origin},
};

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
}

const fn bad(table: &'static str, column: &'static str, value: &'static str) -> Bad {
    Bad { table, column, value }
}

/// Values in rows of a tenant; `waiting` is the table of waiting deliveries.
const OF_TENANT: &[Bad] = &[
    bad("tenants", "metadata", "'[]'"),
    bad("api_keys", "scopes", "'events:publish fly'"),
    bad("subscriptions", "state", "9"),
    bad("subscriptions", "state", "-1"),
    bad("subscriptions", "profile", "3"),
    bad("subscriptions", "url", "'receiver.example/hook'"),
    bad("subscriptions", "max_retries", "256"),
    bad("subscriptions", "timeout_ms", "-1"),
    bad("subscriptions", "events", "'invoice.created no*pattern'"),
    bad("subscriptions", "metadata", "'{'"),
    bad("subscriptions", "secrets", "BYTES"),
    bad("subscription_stats", "success_count", "-1"),
    bad("events", "priority", "3"),
    bad("events", "deliveries", "-1"),
    bad("waiting", "status", "7"),
    bad("waiting", "attempts", "-1"),
    bad("waiting", "response_code", "-1"),
    bad("waiting", "queue", "5"),
    bad("deliveries", "status", "-1"),
    bad("deliveries", "earlier_attempts", "-1"),
    bad("deliveries", "duration_us", "-1"),
    bad("attempts", "response_code", "-1"),
    bad("attempts", "duration_us", "-1"),
    bad("publications", "misfits", "-1"),
];

/// Reads everything of a tenant; returns the errors.
async fn read(store: &dyn Store, tenant: &TenantId) -> Vec<StorageError> {
    let mut faults = Vec::new();
    faults.extend(store.tenant(tenant).await.err());
    faults.extend(store.keys(tenant).await.err());
    faults.extend(store.all_keys().await.err());
    faults.extend(store.subscriptions(Tenant(tenant), &SubscriptionFilter::default(), all()).await.err());
    faults.extend(store.each_subscription(&mut |_| {}).await.err());
    faults.extend(store.events(Tenant(tenant), &EventFilter::default(), all()).await.err());
    let deliveries = store.deliveries(Tenant(tenant), &DeliveryFilter::default(), all()).await;
    for one in deliveries.as_ref().map(|listed| listed.rows.as_slice()).unwrap_or_default() {
        faults.extend(store.attempts(tenant, one.id, u32::MAX).await.err());
    }
    faults.extend(deliveries.err());
    faults.extend(store.each_queue_head(&mut |_| {}).await.err());
    faults.extend(store.read_publications(tenant).await.err());
    faults.extend(store.read_events(tenant, None, 10).await.err());
    faults
}

/// Asserts that all errors name the bad value's place, and that there is at least one.
fn names(faults: &[StorageError], names: Names, bad: &Bad, row: &str) {
    let place = format!("{}.{} = {}", bad.table, bad.column, bad.value);
    assert!(!faults.is_empty(), "{place}: read as if it were valid");
    // Statistics are read with their subscription.
    let table = match bad.table {
        "waiting" => names.waiting,
        "subscription_stats" => "subscriptions",
        table => table,
    };
    for fault in faults {
        let StorageError::Corrupt { table: named, row: key, problem } = fault else { panic!("{place}: {fault:?}") };
        assert_eq!(*named, table, "{place}: {fault}");
        assert!(key.contains(row), "{place}: {fault}");
        assert!(problem.starts_with(&format!("{}: ", bad.column)), "{place}: {fault}");
    }
}

/// `run` executes SQL outside of the store.
pub async fn invalid_values_are_reported_with_their_row(store: &dyn Store, of: Names, run: &(dyn Fn(String) + Sync)) {
    let world = World::new(store, "corrupt");
    for bad in OF_TENANT {
        let tenant = world.tenant("acme").await;
        world.furnish(&tenant).await;
        assert!(read(store, &tenant).await.is_empty(), "valid before the change");
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
        names(&read(store, &tenant).await, of, bad, &format!("'{tenant}'"));
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
    for bad in [bad("custom_types", "schema", "'{'"), bad("custom_types", "example", "'['")] {
        store.put_custom_type(&entry).await.unwrap();
        run(format!("UPDATE {}{} SET {} = {}", of.schema, bad.table, bad.column, bad.value));
        names(&Vec::from_iter(store.custom_types().await.err()), of, &bad, "'corrupt.created'");
    }
    store.put_custom_type(&CatalogEntry { example: Some(JsonObject::default()), ..entry }).await.unwrap();
    assert!(store.custom_types().await.is_ok());

    store.keep_believed_time(Timestamp::from_millis(1)).await.unwrap();
    let bad = bad("meta", "value", "BYTES");
    run(format!("UPDATE {}meta SET value = {} WHERE name = 'believed_time'", of.schema, of.bytes));
    names(&Vec::from_iter(store.believed_time().await.err()), of, &bad, "name = 'believed_time'");
}
