//! The outbox as seen by a program that publishes with SQL: which calls it refuses, and in which order events leave it.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use storage_postgres::PgStore;
use support::{Database, migrated};
use testing::Postgres;
use tokio_postgres::{Client, NoTls, error::SqlState};

/// A migrated database with tenants, and a login that may publish.
struct Outbox {
    database: Database,
    login: String,
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

impl Outbox {
    fn new(tenants: &[&str]) -> Self {
        Self::of(migrated(), tenants)
    }

    fn of(database: Database, tenants: &[&str]) -> Self {
        static LOGINS: AtomicU32 = AtomicU32::new(0);
        let login = format!("publisher_{}", LOGINS.fetch_add(1, Relaxed));
        let server = Postgres::shared();
        server.sql(&database.0, &format!("CREATE ROLE {login} LOGIN; GRANT postrider_publisher TO {login}"));
        for tenant in tenants {
            server.sql(
                &database.0,
                &format!(
                    "INSERT INTO postrider.tenants VALUES ('{tenant}', NULL, '{{}}', {}, 0, 0)",
                    *tenant == "going"
                ),
            );
        }
        Self { database, login }
    }

    /// A session of a publishing program.
    async fn program(&self) -> Client {
        connect(&Postgres::shared().url_of(&self.login, &self.database.0)).await
    }

    /// A session of the superuser.
    async fn watcher(&self) -> Client {
        connect(&Postgres::shared().url(&self.database.0)).await
    }

    /// Runs SQL as the superuser.
    fn see(&self, sql: &str) -> String {
        Postgres::shared().sql(&self.database.0, sql)
    }

    /// The types of a tenant's events, in the order in which they leave the outbox.
    fn order(&self, tenant: &str) -> String {
        self.see(&format!(
            "SELECT string_agg(event_type, ' ' ORDER BY position) FROM postrider.outbox
             WHERE tenant_id = '{tenant}' AND position IS NOT NULL"
        ))
    }

    /// Waits until this many sessions are blocked on their tenant's lock.
    async fn wait_for_waiting(&self, watcher: &Client, sessions: i64) {
        let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        while watcher.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) != sessions {
            tokio::task::yield_now().await;
        }
    }
}

async fn publish(program: &Client, tenant: &str, event_type: &str) {
    program.query_one("SELECT postrider.publish($1, '{}', $2)", &[&event_type, &tenant]).await.unwrap();
}

async fn run(program: &Client, sql: &str) {
    program.batch_execute(sql).await.unwrap();
}

#[tokio::test]
async fn a_delayed_event_has_its_time_and_others_have_none() {
    let outbox = Outbox::new(&["acme"]);
    let program = outbox.program().await;
    run(
        &program,
        "SELECT postrider.publish('plain', '{}', 'acme');
         SELECT postrider.publish_at('2026-01-31 09:30:00+01', 'past', '{}', 'acme', id => 'order-1');
         SELECT postrider.publish_at(NULL, 'none', '{}', 'acme');
         SELECT postrider.publish_at(clock_timestamp() + interval '29 days', 'later', '{}', 'acme', priority => 'high');
         INSERT INTO postrider.outbox (tenant_id, event_type, data, deliver_at) VALUES
             ('acme', 'inserted', '{}', '2026-01-31 08:30:00+00')",
    )
    .await;
    let times = outbox.see(
        "SELECT string_agg(event_type || ' ' || coalesce((deliver_at > now())::text, 'none'), ', ' ORDER BY number)
         FROM postrider.outbox",
    );
    assert_eq!(times, "plain none, past false, none none, later true, inserted false");
    assert_eq!(
        outbox.see("SELECT id || ' ' || priority FROM postrider.outbox WHERE event_type = 'past'"),
        "order-1 normal"
    );
    for bad in [
        "clock_timestamp() + interval '30 days 1 second'",
        "'infinity'",
        "'-infinity'",
        "'4000-01-01 00:00:00+00 BC'",
        "'20000-01-01 00:00:00+00'",
    ] {
        let sql = format!("SELECT postrider.publish_at({bad}, 't', '{{}}', 'acme')");
        let fault = program.batch_execute(&sql).await.expect_err(bad);
        let fault = fault.as_db_error().unwrap();
        assert_eq!((fault.code(), fault.column()), (&SqlState::CHECK_VIOLATION, Some("deliver_at")), "{bad}: {fault}");
    }
    // The other rules hold too.
    let fault = program.batch_execute("SELECT postrider.publish_at(now(), 'a b', '{}', 'acme')").await.unwrap_err();
    assert_eq!(fault.as_db_error().unwrap().column(), Some("type"));
}

#[tokio::test]
async fn invalid_arguments_are_refused_by_name() {
    let outbox = Outbox::new(&["acme", "going"]);
    let program = outbox.program().await;
    run(&program, "CREATE TEMPORARY TABLE invoices (id integer)").await;
    let cases = [
        ("tenant", "'t', '{}'"),
        ("tenant", "'t', '{}', NULL"),
        ("tenant", "'t', '{}', ''"),
        ("tenant", "'t', '{}', 'nobody'"),
        ("tenant", "'t', '{}', 'going'"),
        ("type", "NULL, '{}', 'acme'"),
        ("type", "'', '{}', 'acme'"),
        ("type", "'a..b', '{}', 'acme'"),
        ("type", "'a b', '{}', 'acme'"),
        ("type", "E'a\\n', '{}', 'acme'"),
        ("type", "'ä', '{}', 'acme'"),
        ("type", "repeat('a', 101), '{}', 'acme'"),
        ("data", "'t', NULL, 'acme'"),
        ("data", "'t', '[]', 'acme'"),
        ("data", "'t', 'null', 'acme'"),
        ("data", "'t', '\"{}\"', 'acme'"),
        ("data", "'t', json_build_object('a', repeat('b', 1048576)), 'acme'"),
        ("metadata", "'t', '{}', 'acme', metadata => '[]'"),
        ("metadata", "'t', '{}', 'acme', metadata => json_build_object('a', repeat('b', 65536))"),
        ("id", "'t', '{}', 'acme', id => ''"),
        ("id", "'t', '{}', 'acme', id => 'a.b'"),
        ("id", "'t', '{}', 'acme', id => 'a b'"),
        ("id", "'t', '{}', 'acme', id => 'ä'"),
        ("id", "'t', '{}', 'acme', id => repeat('a', 201)"),
        ("priority", "'t', '{}', 'acme', priority => 'urgent'"),
        ("priority", "'t', '{}', 'acme', priority => NULL"),
        ("timestamp", "'t', '{}', 'acme', \"timestamp\" => 'infinity'"),
        ("timestamp", "'t', '{}', 'acme', \"timestamp\" => '-infinity'"),
        ("timestamp", "'t', '{}', 'acme', \"timestamp\" => '20000-01-01 00:00:00+00'"),
        ("timestamp", "'t', '{}', 'acme', \"timestamp\" => '4000-01-01 00:00:00+00 BC'"),
        ("idempotency_key", "'t', '{}', 'acme', idempotency_key => ''"),
        ("idempotency_key", "'t', '{}', 'acme', idempotency_key => E'a\\nb'"),
        ("idempotency_key", "'t', '{}', 'acme', idempotency_key => repeat('a', 256)"),
    ];
    for (field, arguments) in cases {
        let sql = format!("BEGIN; INSERT INTO invoices VALUES (1); SELECT postrider.publish({arguments}); COMMIT");
        let fault = program.batch_execute(&sql).await.expect_err(arguments);
        let fault = fault.as_db_error().unwrap();
        assert_eq!((fault.code(), fault.column()), (&SqlState::CHECK_VIOLATION, Some(field)), "{arguments}: {fault}");
        assert!(fault.message().starts_with(&format!("postrider.publish: {field} ")), "{arguments}: {fault}");
        run(&program, "ROLLBACK").await;
    }
    let fault = program.batch_execute("SELECT postrider.publish('t', '{', 'acme')").await.unwrap_err();
    assert_eq!(fault.code(), Some(&SqlState::INVALID_TEXT_REPRESENTATION));
    assert_eq!(outbox.see("SELECT count(*) FROM postrider.outbox"), "0");
    let left = program.query_one("SELECT count(*) FROM invoices", &[]).await.unwrap();
    assert_eq!(left.get::<_, i64>(0), 0, "the business change was rolled back with the event");
}

#[tokio::test]
async fn all_arguments_arrive() {
    let outbox = Outbox::new(&["acme"]);
    let program = outbox.program().await;
    let sql = "SELECT postrider.publish(type => 'a.b', data => '{\"n\": 1.50}', tenant => 'acme', id => 'mine',
                   metadata => '{\"m\": 1}', priority => 'high', \"timestamp\" => '2026-01-31T09:30:00Z',
                   idempotency_key => 'once')";
    assert_eq!(program.query_one(sql, &[]).await.unwrap().get::<_, &str>(0), "mine");
    let row = "SELECT tenant_id, event_type, data, id, metadata, priority, extract(epoch FROM timestamp)::bigint,
                   idempotency_key, position IS NOT NULL FROM postrider.outbox";
    assert_eq!(outbox.see(row), r#"acme|a.b|{"n": 1.50}|mine|{"m": 1}|high|1769851800|once|t"#);
    // Some libraries send `null` for an absent value.
    run(&program, "SELECT postrider.publish('none', '{}', 'acme', metadata => 'null')").await;
    assert_eq!(outbox.see("SELECT metadata IS NULL FROM postrider.outbox WHERE event_type = 'none'"), "t");
    // The setting applies to its own transaction only.
    run(&program, "BEGIN; SELECT set_config('postrider.tenant', 'acme', true)").await;
    run(&program, "SELECT postrider.publish('named', '{}'); COMMIT").await;
    assert_eq!(outbox.order("acme"), "a.b none named");
    assert!(program.batch_execute("SELECT postrider.publish('named', '{}')").await.is_err());
}

#[tokio::test]
async fn a_publisher_can_insert_and_nothing_else() {
    let outbox = Outbox::new(&["acme", "_postrider"]);
    let program = outbox.program().await;
    let insert = "INSERT INTO postrider.outbox (tenant_id, event_type, data)";
    run(&program, &format!("BEGIN; {insert} VALUES ('acme', 'first', '{{}}'), ('acme', 'second', '{{}}'); COMMIT"))
        .await;
    run(&program, &format!("BEGIN; {insert} VALUES ('acme', 'never', '{{}}'); ROLLBACK")).await;
    assert_eq!(outbox.order("acme"), "first second");
    assert_eq!(outbox.see("SELECT count(*) FROM postrider.outbox WHERE id LIKE 'msg_%'"), "2");
    for (tenant, event_type, data, field) in [
        ("nobody", "t", "{}", "tenant"),
        ("acme", "a b", "{}", "type"),
        ("acme", "t", "[]", "data"),
        ("acme", "postrider.breaker.opened", "{}", "type"),
        ("_postrider", "t", "{}", "tenant"),
    ] {
        let sql = format!("{insert} VALUES ('{tenant}', '{event_type}', '{data}')");
        let fault = program.batch_execute(&sql).await.unwrap_err();
        assert_eq!(fault.as_db_error().unwrap().column(), Some(field));
    }
    for sql in [
        "INSERT INTO postrider.outbox (tenant_id, event_type, data, position) VALUES ('acme', 't', '{}', 1)",
        "INSERT INTO postrider.outbox (tenant_id, event_type, data) VALUES ('acme', 't', '{}') RETURNING position",
        "SELECT FROM postrider.outbox",
        "UPDATE postrider.outbox SET priority = 'high'",
        "DELETE FROM postrider.outbox",
        "SELECT FROM postrider.events",
        "SELECT nextval('postrider.outbox_positions')",
        "SELECT postrider.drop_day('2026-01-01')",
        "SET ROLE postrider_worker",
    ] {
        let fault = program.batch_execute(sql).await.expect_err(sql);
        assert_eq!(fault.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
    }
    assert_eq!(outbox.order("acme"), "first second");
}

#[tokio::test]
async fn positions_follow_the_commits() {
    for isolation in ["READ COMMITTED", "REPEATABLE READ"] {
        let outbox = Outbox::new(&["acme"]);
        let (a, b) = (outbox.program().await, outbox.program().await);
        run(&a, &format!("BEGIN ISOLATION LEVEL {isolation}")).await;
        publish(&a, "acme", "a1").await;
        run(&b, &format!("BEGIN ISOLATION LEVEL {isolation}")).await;
        publish(&b, "acme", "b1").await;
        publish(&a, "acme", "a2").await;
        run(&b, "SAVEPOINT s; SELECT postrider.publish('never', '{}', 'acme'); ROLLBACK TO s").await;
        publish(&b, "acme", "b2").await;
        run(&b, "COMMIT").await;
        run(&a, "COMMIT").await;
        assert_eq!(outbox.order("acme"), "b1 b2 a1 a2", "{isolation}");
        assert_eq!(outbox.see("SELECT count(*) FROM postrider.outbox WHERE position IS NULL"), "0");
    }
}

#[tokio::test]
async fn a_position_taken_early_precedes_later_commits() {
    let outbox = Outbox::new(&["acme"]);
    let (a, b, watcher) = (outbox.program().await, outbox.program().await, outbox.watcher().await);
    run(&a, "BEGIN").await;
    publish(&a, "acme", "a1").await;
    run(&a, "SET CONSTRAINTS ALL IMMEDIATE").await;
    run(&b, "BEGIN").await;
    publish(&b, "acme", "b1").await;
    let ((), ()) = tokio::join!(run(&b, "COMMIT"), async {
        outbox.wait_for_waiting(&watcher, 1).await;
        // Constraints are still immediate, so the statement itself assigns the position.
        publish(&a, "acme", "a2").await;
        run(&a, "COMMIT").await;
    });
    assert_eq!(outbox.order("acme"), "a1 a2 b1");
}

/// All transactions wait at a barrier while holding their first lock, then continue at once: different lock orders
/// would deadlock now.
#[tokio::test]
async fn tenants_in_opposite_orders_do_not_deadlock() {
    let outbox = Outbox::new(&["t1", "t2", "t3"]);
    let (a, b, gate) = (outbox.program().await, outbox.program().await, outbox.watcher().await);
    run(&gate, "SELECT pg_advisory_lock(7061873, hashtext(id)) FROM postrider.tenants").await;
    run(&a, "BEGIN").await;
    run(&b, "BEGIN").await;
    for (ours, theirs) in [("t1", "t3"), ("t2", "t2"), ("t3", "t1")] {
        publish(&a, ours, "a").await;
        publish(&b, theirs, "b").await;
    }
    let ((), (), ()) = tokio::join!(run(&a, "COMMIT"), run(&b, "COMMIT"), async {
        outbox.wait_for_waiting(&gate, 2).await;
        run(&gate, "SELECT pg_advisory_unlock_all()").await;
    });
    let first = outbox.order("t1");
    assert!(["a b", "b a"].contains(&&*first), "{first}");
    assert_eq!((outbox.order("t2"), outbox.order("t3")), (first.clone(), first));
}

/// Locks have 32 bits, so two tenants may share one. If locks were ordered by tenant, a transaction of the first and
/// the second of these tenants would lock in another order than one of the second and the third.
#[tokio::test]
async fn tenants_with_the_same_lock_do_not_deadlock() {
    let outbox = Outbox::new(&[]);
    let (a, b, gate) = (outbox.program().await, outbox.program().await, outbox.watcher().await);
    let twins = "SELECT min(name), max(name) FROM (
                     SELECT ('t' || n) COLLATE \"C\" AS name FROM generate_series(1, 400000) n) names
                 GROUP BY hashtext(name) HAVING count(*) > 1 LIMIT 1";
    let row = gate.query_one(twins, &[]).await.unwrap();
    let (first, third): (String, String) = (row.get(0), row.get(1));
    let second = format!("{first}-");
    assert!(first < second && second < third);
    for tenant in [&first, &second, &third] {
        let sql = "INSERT INTO postrider.tenants VALUES ($1, NULL, '{}', false, 0, 0)";
        gate.execute(sql, &[tenant]).await.unwrap();
    }
    gate.execute("SELECT pg_advisory_lock(7061873, hashtext($1))", &[&second]).await.unwrap();
    for (program, tenants) in [(&a, [&first, &second]), (&b, [&second, &third])] {
        run(program, "BEGIN").await;
        for tenant in tenants {
            publish(program, tenant, "t").await;
        }
    }
    let ((), (), ()) = tokio::join!(
        run(&b, "COMMIT"),
        async {
            outbox.wait_for_waiting(&gate, 1).await;
            run(&a, "COMMIT").await;
        },
        async {
            outbox.wait_for_waiting(&gate, 2).await;
            run(&gate, "SELECT pg_advisory_unlock_all()").await;
        }
    );
    assert_eq!(outbox.see("SELECT count(*) FROM postrider.outbox WHERE position IS NOT NULL"), "4");
}

/// Forced row-level security also applies to the owner of the tables.
#[tokio::test]
async fn the_outbox_works_when_an_ordinary_login_owns_the_schema() {
    // The roles exist once the first database is migrated.
    drop(migrated());
    let server = Postgres::shared();
    let database = Database(server.database());
    let name = &database.0;
    server.sql(
        name,
        &format!(
            "CREATE ROLE ordinary LOGIN; GRANT postrider_api, postrider_worker TO ordinary;
             ALTER DATABASE {name} OWNER TO ordinary"
        ),
    );
    PgStore::migrate(&server.url_of("ordinary", name)).await.unwrap();
    let outbox = Outbox::of(database, &["acme"]);
    let program = outbox.program().await;
    publish(&program, "acme", "called").await;
    run(&program, "INSERT INTO postrider.outbox (tenant_id, event_type, data) VALUES ('acme', 'inserted', '{}')").await;
    assert_eq!(outbox.order("acme"), "called inserted");
}
