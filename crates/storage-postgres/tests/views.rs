//! The SQL views, read as a login that may read nothing else.

#[allow(dead_code, reason = "other tests use more of it")]
mod support;

use model::{Clock, SystemClock};
use storage::conformance::views::{self, VIEWS};
use support::fresh;
use testing::Postgres;

const PAGE: &str = include_str!("../../../docs/sql.md");

/// The documented grants of a login.
fn grants() -> &'static str {
    let (_, rest) = PAGE.split_once("```sql-postgres\n").unwrap();
    rest.split_once("```").unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_query_answers_from_known_data() {
    let (store, database) = fresh("views").await;
    let server = Postgres::shared();
    let role = format!("on_call_{}", database.0);
    server.sql(&database.0, &grants().replace("on_call", &role));
    let query = |sql: &str| {
        let sql = format!("SET search_path = postrider; SET TIME ZONE 'UTC'; SET ROLE {role}; {sql}");
        let answer = server.sql(&database.0, &sql);
        answer.lines().filter(|line| *line != "SET").collect::<Vec<_>>().join("\n")
    };
    views::every_documented_query_answers(&store, SystemClock.now(), &query).await;
    for table in ["deliveries", "waiting", "subscriptions", "attempts", "events", "postrider_receivers"] {
        let sql = format!("SET ROLE {role}; SELECT * FROM postrider.{table}");
        assert!(server.try_sql("postrider", &database.0, &sql).unwrap_err().contains("permission denied"), "{table}");
    }
    server.sql(&database.0, &format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn views_hinder_no_migration_and_no_partition() {
    let (_store, database) = fresh("views").await;
    let server = Postgres::shared();
    for table in ["deliveries", "waiting", "attempts", "events", "subscriptions", "tenants"] {
        let sql = format!(
            "ALTER TABLE postrider.{table} ADD COLUMN later text;
             ALTER TABLE postrider.{table} ALTER COLUMN later TYPE bytea USING NULL;
             ALTER TABLE postrider.{table} RENAME COLUMN later TO latest;
             ALTER TABLE postrider.{table} DROP COLUMN latest;"
        );
        server.sql(&database.0, &sql);
    }
    server.sql(&database.0, "SELECT postrider.make_days('2031-01-01', '2031-01-02')");
    server.sql(&database.0, "SELECT postrider.drop_day('2031-01-01')");
    for view in VIEWS {
        assert_eq!(server.sql(&database.0, &format!("SELECT * FROM postrider.{view}")), "");
    }
}

/// The condition on the last 24 hours excludes partitions, and indexes are used.
#[tokio::test(flavor = "multi_thread")]
async fn views_of_a_day_read_no_older_partition() {
    let (_store, database) = fresh("views").await;
    let server = Postgres::shared();
    server.sql(&database.0, "SELECT postrider.make_days('2020-01-01', '2020-01-09')");
    for (view, old) in [
        ("postrider_slow_attempts", "attempts_20200105"),
        ("postrider_status_counts", "deliveries_20200105"),
        ("postrider_event_rates", "deliveries_20200105"),
    ] {
        let plan = server.sql(&database.0, &format!("EXPLAIN (COSTS OFF) SELECT * FROM postrider.{view}"));
        assert!(!plan.contains(old), "{view}: {plan}");
        assert!(plan.contains("Subplans Removed"), "{view}: {plan}");
    }
    let plan = "SET enable_seqscan = off; EXPLAIN (COSTS OFF) SELECT * FROM postrider.postrider_failed_deliveries";
    let plan = server.sql(&database.0, plan);
    assert!(plan.contains("status_id_tenant_id_idx"), "{plan}");
}
