//! Statistics of SQLite alone: when pending rows are folded, and that they survive a crash.

use model::{
    Event, EventType, IdSource, Priority, SubscriptionId, TenantChange, TenantId, Timestamp, statistics::Hour,
};
use rusqlite::Connection;
use std::{path::Path, sync::Arc};
use storage::{
    Append, Appended, Done, Journal, MasterKey, NewDelivery, NewEvent, Statistics, StatisticsBy, StatisticsOutcome,
    StatisticsQuery, Store, Tenants, Vault, Write, conformance::Seeded,
};
use storage_sqlite::SqliteStore;

const NOW: Timestamp = Timestamp::from_millis(1_772_323_200_000);

fn open(path: &Path) -> SqliteStore {
    let vault = Vault::new(&MasterKey::try_new(&[7; 32]).unwrap(), Arc::new(Seeded::named("vault")));
    SqliteStore::open(path, vault).unwrap()
}

/// Publishes an event with two deliveries.
async fn publish(store: &SqliteStore, tenant: &TenantId, ids: &IdSource) {
    let id = ids.event(NOW);
    let to = SubscriptionId::from_bytes([7; 16]);
    let deliveries =
        [1, 2].map(|number| NewDelivery { id: id.delivery(number).unwrap(), subscription: to, order: None });
    let event = Event {
        id,
        given_id: None,
        tenant: tenant.clone(),
        event_type: EventType::trusted("a.b"),
        timestamp: NOW,
        data: "{}".into(),
        metadata: "".into(),
        priority: Priority::Normal,
        deliveries: 2,
        deliver_at: None,
        payload_erased_at: None,
        trace: None,
        channels: Default::default(),
    };
    let keys = Vec::new();
    let new = NewEvent::new(Arc::new(event), keys, deliveries.into());
    let append = Append { tenant: tenant.clone(), events: Arc::new(vec![new]) };
    let (_, done) = store.commit(vec![Write::Append(append)]).await.unwrap();
    assert_eq!(done, [Done::Appended(vec![Appended::New])]);
}

async fn created(store: &SqliteStore, tenant: &TenantId) -> u64 {
    let (from, to) = (Hour::of(NOW), Hour::of(NOW).after(1));
    let query =
        StatisticsQuery { from, to, subscription: None, event_type: None, by: StatisticsBy::Nothing, step: None };
    match store.statistics(tenant, &query).await.unwrap() {
        StatisticsOutcome::Found(sums) => sums.first().map_or(0, |sum| sum.counts.created),
        StatisticsOutcome::TooMany => panic!("too many rows"),
    }
}

fn rows(path: &Path, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    Connection::open(path).unwrap().query_row(&sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn pending_rows_are_few_and_survive_a_process_that_ends_without_closing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postrider.db");
    let (ids, tenant) = (IdSource::new(Box::new(Seeded::named("statistics"))), TenantId::parse("acme").unwrap());
    let store = open(&path);
    store.put_tenant(&tenant, TenantChange::default(), NOW).await.unwrap();
    for _ in 0..63 {
        publish(&store, &tenant, &ids).await;
    }
    assert_eq!((rows(&path, "statistics_pending"), rows(&path, "statistics")), (63, 0));
    publish(&store, &tenant, &ids).await;
    assert_eq!((rows(&path, "statistics_pending"), rows(&path, "statistics")), (0, 2));
    publish(&store, &tenant, &ids).await;
    // The copy has what was durable at this time, as after a power failure.
    let copy = folder.path().join("copy.db");
    std::fs::copy(&path, &copy).unwrap();
    std::fs::copy(path.with_extension("db-wal"), copy.with_extension("db-wal")).unwrap();
    let recovered = open(&copy);
    assert_eq!((created(&recovered, &tenant).await, created(&store, &tenant).await), (130, 130));
    recovered.tidy_statistics(Hour::of(NOW), Hour::of(NOW).after(-24_000)).await.unwrap();
    assert_eq!((rows(&copy, "statistics_pending"), created(&recovered, &tenant).await), (0, 130));
    recovered.close().await.unwrap();
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_damaged_row_of_statistics_does_not_stop_the_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postrider.db");
    let (ids, tenant) = (IdSource::new(Box::new(Seeded::named("damaged"))), TenantId::parse("acme").unwrap());
    let store = open(&path);
    store.put_tenant(&tenant, TenantChange::default(), NOW).await.unwrap();
    for _ in 0..64 {
        publish(&store, &tenant, &ids).await;
    }
    Connection::open(&path).unwrap().execute("UPDATE statistics SET latency = x'010203'", []).unwrap();
    for _ in 0..130 {
        publish(&store, &tenant, &ids).await;
    }
    assert_eq!(rows(&path, "events"), 194);
    Connection::open(&path).unwrap().execute("UPDATE statistics SET latency = x''", []).unwrap();
    assert_eq!(created(&store, &tenant).await, 388, "nothing was lost");
    store.close().await.unwrap();
}
