//! Counts by concurrent commits, in separate rows that are merged later.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use model::{Event, EventType, IdSource, Priority, TenantChange, TenantId, Timestamp};
use std::sync::Arc;
use storage::{
    Append, Journal, NewEvent, NewNode, NodeRole, OutboxEvent, Publications, Shared, Store, Tenants, Write,
    conformance::Seeded,
};
use storage_postgres::PgStore;
use support::{Database, fresh, vault};
use testing::Postgres;

const ACME: &str = "acme";

fn acme() -> TenantId {
    TenantId::parse(ACME).unwrap()
}

/// The server's time.
fn now(database: &Database) -> Timestamp {
    let micros = Postgres::shared().sql(&database.0, "SELECT (extract(epoch FROM now()) * 1e6)::bigint");
    Timestamp::from_micros(micros.parse().unwrap())
}

fn event(ids: &IdSource, at: Timestamp) -> NewEvent {
    let event = Event {
        id: ids.event(at),
        given_id: None,
        tenant: acme(),
        event_type: EventType::parse("a.b").unwrap(),
        timestamp: at,
        data: "{}".into(),
        metadata: "".into(),
        priority: Priority::Normal,
        deliveries: 0,
        deliver_at: None,
        payload_erased_at: None,
        trace: None,
        channels: Default::default(),
    };
    NewEvent::new(Arc::new(event), Vec::new(), Vec::new())
}

async fn published(store: &PgStore, since: Timestamp) -> u64 {
    store.publications(&acme(), since, 10).await.unwrap().iter().map(|one| one.published).sum()
}

#[tokio::test]
async fn commits_of_several_nodes_side_by_side_are_all_counted() {
    let (first, database) = fresh("publications").await;
    let second = PgStore::open(&Postgres::shared().url(&database.0), None, vault("publications")).await.unwrap();
    let at = now(&database);
    first.put_tenant(&acme(), TenantChange::default(), at).await.unwrap();
    for (store, name) in [(&first, "one"), (&second, "two")] {
        store.join(&NewNode { name: name.into(), role: NodeRole::All, version: "1".into() }, None).await.unwrap();
    }
    let mut running = tokio::task::JoinSet::new();
    for (number, store) in [&first, &second].into_iter().cycle().take(8).enumerate() {
        let (store, ids) = (store.clone(), IdSource::new(Box::new(Seeded::named(&format!("publications-{number}")))));
        running.spawn(async move {
            for _ in 0..20 {
                let events = Arc::new(vec![event(&ids, at), event(&ids, at)]);
                store.commit(vec![Write::Append(Append { tenant: acme(), events })]).await.unwrap();
            }
        });
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
    // The other node flushes what it has in memory before it answers.
    assert!(published(&second, at).await >= 8 * 20);
    assert_eq!(published(&first, at).await, 8 * 20 * 2);
    let rows = Postgres::shared().sql(&database.0, "SELECT count(*) > 1 FROM postrider.publications");
    assert_eq!(rows, "t", "more than one row");
}

#[tokio::test]
async fn other_nodes_see_a_type_at_once_and_its_count_within_a_second() {
    let (store, database) = fresh("publications").await;
    let other = PgStore::open(&Postgres::shared().url(&database.0), None, vault("publications")).await.unwrap();
    let (at, ids) = (now(&database), IdSource::new(Box::new(Seeded::named("publications"))));
    store.put_tenant(&acme(), TenantChange::default(), at).await.unwrap();
    let publish = async || {
        let events = Arc::new(vec![event(&ids, at)]);
        store.commit(vec![Write::Append(Append { tenant: acme(), events })]).await.unwrap();
    };
    publish().await;
    assert_eq!(published(&other, at).await, 1, "as durable as the event");
    for _ in 0..5 {
        publish().await;
    }
    let all = async {
        while published(&other, at).await < 6 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), all).await.unwrap();
    publish().await;
    store.close().await.unwrap();
    assert_eq!(published(&other, at).await, 7, "a stop flushes all counts");
}

#[tokio::test]
async fn events_from_the_outbox_are_counted_with_them() {
    let (store, database) = fresh("publications").await;
    let at = now(&database);
    store.put_tenant(&acme(), TenantChange::default(), at).await.unwrap();
    let publish = format!("SELECT postrider.publish('a.b', '{{}}', '{ACME}') FROM generate_series(1, 5)");
    Postgres::shared().sql(&database.0, &publish);
    assert_eq!(published(&store, at).await, 0, "an outbox row is not an event yet");
    let ids = Arc::new(IdSource::new(Box::new(Seeded::named("publications"))));
    let drained =
        store.drain_outbox(10, &[], Arc::new(move |_: OutboxEvent| Some(event(&ids, at)).into())).await.unwrap();
    assert_eq!((drained.events.len(), published(&store, at).await), (5, 5));
}

#[tokio::test]
async fn rows_of_past_days_are_merged() {
    let (store, database) = fresh("publications").await;
    let sql = |text: &str| Postgres::shared().sql(&database.0, text);
    let at = now(&database);
    store.put_tenant(&acme(), TenantChange::default(), at).await.unwrap();
    // Three rows for each of today, yesterday, and earlier days.
    sql("INSERT INTO postrider.publications
         SELECT 'acme', (now() AT TIME ZONE 'UTC')::date - date '1970-01-01' - ago, kind, shard, 10 + shard, shard, 100 + shard
         FROM generate_series(0, 4) ago, unnest(ARRAY['a.b', 'c.d']) kind, generate_series(0, 2) shard");
    let since = Timestamp::from_micros(at.micros() - 10 * 86_400_000_000);
    let before =
        (store.publications(&acme(), since, 10).await.unwrap(), store.read_publications(&acme()).await.unwrap());
    let rows = || {
        sql(
            "SELECT string_agg(n::text, ' ' ORDER BY day) FROM (SELECT day, count(*) n FROM postrider.publications GROUP BY day) d",
        )
    };
    assert_eq!(rows(), "6 6 6 6 6");
    for _ in 0..2 {
        store.tidy_publications(since).await.unwrap();
        assert_eq!(rows(), "2 2 2 6 6", "one row per type and day, except today and yesterday");
        let after =
            (store.publications(&acme(), since, 10).await.unwrap(), store.read_publications(&acme()).await.unwrap());
        assert_eq!(after, before);
    }
    // Late rows are merged as well.
    sql(
        "INSERT INTO postrider.publications SELECT tenant_id, day, event_type, 7, 1, 0, 900 FROM postrider.publications
         WHERE event_type = 'a.b' AND shard = -1",
    );
    store.tidy_publications(since).await.unwrap();
    assert_eq!(rows(), "2 2 2 6 6");
    let sum: u64 = before.0.iter().map(|one| one.published).sum();
    assert_eq!(published(&store, since).await, sum + 3);
}
