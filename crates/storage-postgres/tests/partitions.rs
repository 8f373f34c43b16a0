//! Partitions by day: created ahead, also by several nodes at once, and dropped as a whole without losing waiting
//! deliveries.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use model::{
    Attempt, DeliveryId, DeliveryStatus, Event, EventId, EventType, IdSource, Priority, SubscriptionId, TenantChange,
    TenantId, Timestamp,
    delivery::{EndStatus, Next},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};
use storage::{
    Append, Appended, DedupeKey, Deliveries, DeliveryFilter, Done, DroppedPartitions, Events, Journal,
    ListScope::Tenant, NewDelivery, NewEvent, NewNode, NodeRole, Outcome, Page, Shared, Tenants, Write,
    conformance::Seeded,
};
use storage_postgres::PgStore;
use support::{Database, fresh, vault};
use testing::Postgres;
use tokio_postgres::NoTls;

const DAY: Duration = Duration::from_secs(24 * 3_600);
const HOUR: Duration = Duration::from_secs(3_600);
/// Upper bound of all waits.
const LONG: Duration = Duration::from_secs(30);

struct World {
    store: PgStore,
    database: Database,
    /// Number of created events.
    events: AtomicU32,
    tenant: TenantId,
    subscription: SubscriptionId,
    /// Beginning of the current day, by the server's clock.
    today: Timestamp,
}

impl World {
    async fn new() -> Self {
        let (store, database) = fresh("partitions").await;
        let node = NewNode { name: "one".into(), role: NodeRole::All, version: "1".into() };
        store.join(&node, None).await.unwrap();
        let sql = "SELECT (extract(epoch FROM date_trunc('day', now() AT TIME ZONE 'UTC')) * 1000)::bigint";
        let today = Timestamp::from_millis(Postgres::shared().sql(&database.0, sql).parse().unwrap());
        let ids = IdSource::new(Box::new(Seeded::named("partitions")));
        let (tenant, subscription) = (TenantId::parse("t").unwrap(), ids.subscription(today));
        store.put_tenant(&tenant, TenantChange::default(), today).await.unwrap();
        let world = Self { store, database, events: AtomicU32::new(0), tenant, subscription, today };
        world.make(-3, -1);
        world
    }

    /// Runs SQL as the superuser.
    fn see(&self, sql: &str) -> String {
        Postgres::shared().sql(&self.database.0, sql)
    }

    async fn session(&self) -> tokio_postgres::Client {
        let (client, connection) =
            tokio_postgres::connect(&Postgres::shared().url(&self.database.0), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Creates the partitions of a range of days, relative to today.
    fn make(&self, first: i32, last: i32) {
        let day = |days: i32| format!("(now() AT TIME ZONE 'UTC')::date + ({days})");
        self.see(&format!("SELECT postrider.make_days({}, {})", day(first), day(last)));
    }

    /// The date of a day, relative to today.
    fn day(&self, days: i32) -> String {
        self.see(&format!("SELECT (now() AT TIME ZONE 'UTC')::date + ({days})"))
    }

    /// Noon, so many days ago.
    fn ago(&self, days: u32) -> Timestamp {
        self.today.before(DAY * days).after(12 * HOUR)
    }

    fn event(&self, at: Timestamp, name: &str, deliveries: usize) -> NewEvent {
        // A new source for each event, because one source never goes back in time.
        let seed = self.events.fetch_add(1, Relaxed).to_string();
        let id = IdSource::new(Box::new(Seeded::named(&seed))).event(at);
        let deliveries = (1..=deliveries).map(|n| NewDelivery {
            id: id.delivery(n).unwrap(),
            subscription: self.subscription,
            order: None,
        });
        let deliveries: Vec<NewDelivery> = deliveries.collect();
        let event = Event {
            id,
            given_id: None,
            tenant: self.tenant.clone(),
            event_type: EventType::parse("a.b").unwrap(),
            timestamp: at,
            data: "{}".into(),
            metadata: "".into(),
            priority: Priority::Normal,
            deliveries: deliveries.len() as u32,
            deliver_at: None,
            payload_erased_at: None,
            trace: None,
            channels: Default::default(),
        };
        NewEvent {
            event: Arc::new(event),
            keys: vec![DedupeKey::Idempotency(name.into())],
            deliveries,
            filtered: Vec::new(),
            broke_schema: false,
            due_at: None,
        }
    }

    async fn commit(&self, batch: Vec<Write>) -> Vec<Done> {
        self.store.commit(batch).await.unwrap().1
    }

    /// Appends an event; returns its result.
    async fn append(&self, new: &NewEvent) -> Appended {
        let append = Append { tenant: self.tenant.clone(), events: Arc::new(vec![new.clone()]) };
        match self.commit(vec![Write::Append(append)]).await.pop() {
            Some(Done::Appended(mut each)) => each.remove(0),
            other => panic!("{other:?}"),
        }
    }

    /// Appends an event that must be new.
    async fn publish(&self, at: Timestamp, name: &str, deliveries: usize) -> NewEvent {
        let new = self.event(at, name, deliveries);
        assert_eq!(self.append(&new).await, Appended::New);
        new
    }

    fn outcome(&self, of: NewDelivery, status: EndStatus) -> Write {
        let started_at = of.id.made_at().after(HOUR);
        Write::Outcome(Box::new(Outcome {
            tenant: self.tenant.clone(),
            delivery: of.id,
            subscription: of.subscription,
            event_type: EventType::trusted("invoice.paid"),
            order: of.order,
            attempt: Attempt {
                number: 1,
                started_at,
                duration: Duration::from_millis(250),
                response_code: Some(200),
                error: None,
                request_headers: String::new(),
                response_headers: String::new(),
                response_body: "".into(),
                request_body: None,
                note: None,
                remote_ip: None,
                timings: Default::default(),
            },
            next: Next::End(status),
            raises: Vec::new(),
        }))
    }

    async fn end(&self, of: NewDelivery, status: EndStatus) {
        assert_eq!(self.commit(vec![self.outcome(of, status)]).await, [Done::Recorded]);
    }

    async fn has(&self, event: EventId) -> bool {
        self.store.event(&self.tenant, event).await.unwrap().is_some()
    }

    async fn status(&self, delivery: DeliveryId) -> Option<DeliveryStatus> {
        self.store.delivery(&self.tenant, delivery).await.unwrap().map(|one| one.status)
    }

    async fn attempts(&self, delivery: DeliveryId) -> usize {
        self.store.attempts(&self.tenant, delivery, u32::MAX).await.unwrap().len()
    }

    /// Drops days that ended before a time in the middle of the day `days` ago.
    async fn drop_before(&self, days: u32) -> DroppedPartitions {
        tokio::time::timeout(LONG, self.store.drop_partitions(self.ago(days)))
            .await
            .expect("it times out soon")
            .unwrap()
    }

    /// Waits until a session is blocked on a lock of this kind (a table, or a transaction).
    async fn wait_for_waiting(&self, kind: &str) {
        let watcher = self.session().await;
        let sql = format!(
            "SELECT count(*) FROM pg_locks WHERE locktype = '{kind}' AND NOT granted AND pid IN
                           (SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
        );
        let waits = async {
            while watcher.query_one(&sql, &[]).await.unwrap().get::<_, i64>(0) == 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(LONG, waits).await.expect("a session waits for the lock");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_created_once_by_concurrent_nodes() {
    let world = World::new().await;
    let url = Postgres::shared().url(&world.database.0);
    let other = PgStore::open(&url, None, vault("other")).await.unwrap();
    let parts = "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE c.relkind = 'r'
                 AND c.relnamespace = 'postrider'::regnamespace";
    // Three days before today, today, and three ahead; three tables each, and three for rows without a day.
    assert_eq!(world.see(parts), "24");
    world.see("SELECT postrider.drop_day(day) FROM postrider.days() AS day (day)");
    assert_eq!(world.see(parts), "3");

    let made = (0..4).flat_map(|_| [&world.store, &other]).map(Shared::create_partitions);
    for made in futures_util::future::join_all(made).await {
        made.unwrap();
    }
    assert_eq!(world.see(parts), "15");
    Shared::create_partitions(&other).await.unwrap();
    world.make(-1, 4);
    world.make(-1, 4);
    assert_eq!(world.see(parts), "21");
    world.publish(world.today, "one", 1).await;
}

#[tokio::test]
async fn rows_written_with_a_wrong_clock_are_found() {
    let world = World::new().await;
    for (at, name) in [(Timestamp::from_millis(1), "behind"), (world.today.after(1_000 * DAY), "ahead")] {
        let new = world.publish(at, name, 1).await;
        let rest = format!("SELECT count(*) FROM postrider.events_rest WHERE id = '{}'", new.event.id.uuid());
        assert_eq!(world.see(&rest), "1");
        world.end(new.deliveries[0], EndStatus::Failed).await;
        assert_eq!(world.store.event(&world.tenant, new.event.id).await.unwrap().as_ref(), Some(&*new.event));
        assert_eq!(world.status(new.deliveries[0].id).await, Some(DeliveryStatus::Failed));
        assert_eq!(world.attempts(new.deliveries[0].id).await, 1);
        let again = world.event(world.today, name, 1);
        assert_eq!(world.append(&again).await, Appended::Duplicate(Box::new((*new.event).clone())));
    }
    let listed =
        world.store.deliveries(Tenant(&world.tenant), &DeliveryFilter::default(), Page::first(10)).await.unwrap().rows;
    assert_eq!(listed.len(), 2);
}

#[tokio::test]
async fn a_new_partition_takes_in_earlier_rows_of_its_day() {
    let world = World::new().await;
    let new = world.publish(world.today.after(6 * DAY), "early", 2).await;
    let later = world.publish(world.today.after(9 * DAY), "very early", 1).await;
    world.end(new.deliveries[0], EndStatus::Delivered).await;
    world.make(5, 7);
    let rest = "SELECT (SELECT count(*) FROM postrider.events_rest), (SELECT count(*) FROM postrider.deliveries_rest),
                (SELECT count(*) FROM postrider.attempts_rest)";
    assert_eq!(world.see(rest), "1|0|0");
    assert!(world.has(new.event.id).await && world.has(later.event.id).await);
    assert_eq!(world.status(new.deliveries[0].id).await, Some(DeliveryStatus::Delivered));
    assert_eq!(world.attempts(new.deliveries[0].id).await, 1);
    world.end(new.deliveries[1], EndStatus::Delivered).await;
}

#[tokio::test]
async fn a_deduplication_key_is_free_once_its_day_is_dropped_and_not_before() {
    let world = World::new().await;
    let gone = world.publish(world.ago(2), "gone", 0).await;
    let kept = world.publish(world.ago(2), "kept", 1).await;
    let young = world.publish(world.ago(1), "young", 0).await;
    let duplicate = |of: &NewEvent| Appended::Duplicate(Box::new((*of.event).clone()));
    for of in [&gone, &kept, &young] {
        let [DedupeKey::Idempotency(name)] = &of.keys[..] else { panic!() };
        assert_eq!(world.append(&world.event(world.today, name, 1)).await, duplicate(of), "{name}");
    }
    assert_eq!(world.drop_before(1).await.days.len(), 2);
    assert_eq!(world.see("SELECT name FROM postrider.event_keys ORDER BY 1"), "k:kept\nk:young");
    world.publish(world.today, "gone", 0).await;
    assert_eq!(world.append(&world.event(world.today, "kept", 1)).await, duplicate(&kept));
    assert_eq!(world.append(&world.event(world.today, "young", 1)).await, duplicate(&young));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_that_is_being_read_is_dropped_in_the_next_round() {
    let world = World::new().await;
    let old = world.publish(world.ago(2), "old", 0).await;
    let reader = world.session().await;
    reader.batch_execute("BEGIN; SELECT count(*) FROM postrider.events").await.unwrap();
    let others = async {
        world.wait_for_waiting("relation").await;
        // Queues behind the waiting lock request, and so must wait until that one gives up.
        world.publish(world.today, "meanwhile", 1).await;
    };
    let (dropped, others) = tokio::join!(world.drop_before(1), tokio::time::timeout(LONG, others));
    others.expect("other sessions continue");
    assert_eq!(dropped, DroppedPartitions::default());
    assert!(world.has(old.event.id).await);
    reader.batch_execute("COMMIT").await.unwrap();
    assert_eq!(world.drop_before(1).await.days.len(), 2);
    assert!(!world.has(old.event.id).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_replayed_while_its_day_is_dropped_keeps_its_event() {
    let world = World::new().await;
    let new = world.publish(world.ago(2), "old", 1).await;
    let delivery = new.deliveries[0];
    world.end(delivery, EndStatus::Failed).await;
    world.see("SELECT postrider.drop_day((now() AT TIME ZONE 'UTC')::date - 3)");
    // The steps of `retry_delivery`, stopped before the commit.
    let retry = world.session().await;
    retry
        .batch_execute(&format!(
            "BEGIN; WITH back AS (DELETE FROM postrider.deliveries WHERE id = '{}' RETURNING *)
             INSERT INTO postrider.waiting (tenant_id, id, subscription_id, event_type, owner, queue, next_attempt_at,
                 updated_at) SELECT tenant_id, id, subscription_id, event_type, 1, 3, 0, 0 FROM back",
            delivery.id.uuid()
        ))
        .await
        .unwrap();
    let commit = async {
        world.wait_for_waiting("relation").await;
        retry.batch_execute("COMMIT").await.unwrap();
    };
    let (dropped, ()) = tokio::join!(world.drop_before(1), commit);
    assert_eq!(dropped.days, [world.day(-2)]);
    assert!(world.has(new.event.id).await);
    assert_eq!(world.attempts(delivery.id).await, 1);
    world.end(delivery, EndStatus::Delivered).await;
}

/// A publisher claims a key of a removed event while such keys are being freed: the claim wins.
#[tokio::test(flavor = "multi_thread")]
async fn a_deduplication_key_claimed_while_it_is_freed_stays_claimed() {
    let world = World::new().await;
    world.publish(world.ago(2), "name", 0).await;
    let new = world.event(world.today, "name", 0);
    world.see("SELECT postrider.drop_day((now() AT TIME ZONE 'UTC')::date - 2)");
    let publisher = world.session().await;
    let id = new.event.id.uuid();
    publisher
        .batch_execute(&format!("BEGIN; UPDATE postrider.event_keys SET event_id = '{id}' WHERE name = 'k:name'"))
        .await
        .unwrap();
    let commit = async {
        world.wait_for_waiting("transactionid").await;
        let insert = format!("INSERT INTO postrider.events VALUES ('t', '{id}', NULL, 'a.b', 0, '{{}}', '', 1, 0)");
        publisher.batch_execute(&format!("{insert}; COMMIT")).await.unwrap();
    };
    let (dropped, ()) = tokio::join!(world.drop_before(1), commit);
    assert_eq!(dropped.days, [world.day(-3)]);
    assert!(matches!(world.append(&world.event(world.today, "name", 0)).await, Appended::Duplicate(_)));
}
