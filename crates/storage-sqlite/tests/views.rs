//! The SQL views, read with Debian's `sqlite3`, which is older than the SQLite that is built in.

use model::{Clock, SystemClock};
use std::{path::Path, process::Command, sync::Arc};
use storage::{
    MasterKey, Vault,
    conformance::{
        Seeded,
        views::{self, VIEWS},
    },
};
use storage_sqlite::SqliteStore;

fn sqlite3(path: &Path, sql: &str) -> String {
    // The store that was dropped before may still hold the file for a moment.
    let mut program = Command::new("sqlite3");
    let ran =
        program.args(["-readonly", "-cmd", ".timeout 10000"]).arg(path).arg(sql).output().expect("the package sqlite3");
    assert!(ran.status.success(), "{sql}: {}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

#[tokio::test]
async fn every_documented_query_answers_from_known_data() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postrider.db");
    let vault = Vault::new(&MasterKey::try_new(&[7; 32]).unwrap(), Arc::new(Seeded::named("vault")));
    let store = SqliteStore::open(&path, vault).unwrap();
    views::every_documented_query_answers(&store, SystemClock.now(), &|sql| sqlite3(&path, sql)).await;
}

#[tokio::test]
async fn views_read_along_indexes_and_hinder_no_migration() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("postrider.db");
    let vault = Vault::new(&MasterKey::try_new(&[7; 32]).unwrap(), Arc::new(Seeded::named("vault")));
    drop(SqliteStore::open(&path, vault).unwrap());
    for (view, way) in [
        ("postrider_failed_deliveries", "SEARCH d USING INDEX deliveries_failed (status>?)"),
        ("postrider_slow_attempts", "SEARCH a USING PRIMARY KEY (tenant_id=? AND delivery_id>?)"),
        ("postrider_hung_deliveries", "SCAN d USING INDEX deliveries_due"),
        ("postrider_status_counts", "SEARCH d USING PRIMARY KEY (tenant_id=? AND id>?)"),
        ("postrider_event_rates", "SEARCH d USING PRIMARY KEY (tenant_id=? AND id>?)"),
    ] {
        let plan = sqlite3(&path, &format!("EXPLAIN QUERY PLAN SELECT * FROM {view}"));
        assert!(plan.contains(way), "{view}: {plan}");
        let scans: Vec<&str> = plan.lines().filter(|line| line.contains("SCAN")).collect();
        let small = |line: &&&str| {
            [" t", "CONSTANT", "deliveries_due", "bytes", "clock", "postrider_"].iter().any(|one| line.contains(one))
        };
        assert_eq!(scans.iter().filter(small).count(), scans.len(), "{view}: {plan}");
    }
    // SQLite parses every view when it drops or renames a column.
    let connection = rusqlite::Connection::open(&path).unwrap();
    for table in ["deliveries", "attempts", "events", "subscriptions", "tenants"] {
        let sql = format!(
            "ALTER TABLE {table} ADD COLUMN later TEXT; ALTER TABLE {table} RENAME COLUMN later TO latest;
             ALTER TABLE {table} DROP COLUMN latest;"
        );
        connection.execute_batch(&sql).unwrap();
    }
    for view in VIEWS {
        assert_eq!(sqlite3(&path, &format!("SELECT * FROM {view}")), "");
    }
}
