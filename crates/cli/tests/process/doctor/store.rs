//! Broken stores: newer and pending migrations, wrong and missing keys, damage, an unreachable database, permissions.

use super::{Installation, listing};
use crate::{
    nodes::MASTER_KEY,
    support::{
        free_port,
        server::{ADMIN_KEY, Launch},
        wait_until,
    },
};
use std::{
    fs,
    os::unix::fs::{FileExt, PermissionsExt},
    process::Command,
};
use testing::Postgres;

/// Runs SQL on a store that no server has open.
fn sqlite3(installation: &Installation, sql: &str) -> String {
    let output = Command::new("sqlite3").arg(installation.path("postrider.db")).arg(sql).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn sql(installation: &Installation, sqlite: &str, postgres: &str) {
    match &installation.database {
        Some(name) => drop(Postgres::shared().sql(name, postgres)),
        None => drop(sqlite3(installation, sqlite)),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_migration_is_a_problem_and_a_pending_one_a_warning() {
    for mut installation in Installation::both() {
        installation.write().await;
        let newest: u32 = match &installation.database {
            Some(name) => Postgres::shared().sql(name, "SELECT max(number) FROM postrider.migrations").parse().unwrap(),
            None => sqlite3(&installation, "PRAGMA user_version").parse().unwrap(),
        };
        let pending = format!("PRAGMA user_version = {}", newest - 1);
        sql(&installation, &pending, &format!("DELETE FROM postrider.migrations WHERE number = {newest}"));
        let found = installation.examine(&[]).await;
        let expected = format!("has migration {} of {newest}: 1 are pending", newest - 1);
        found.has("migrations", "warning", &[&expected, "run `postrider migrate`"]);
        found.no_problem_but(&[]);

        let newer = "INSERT INTO postrider.migrations (number, name, additive) VALUES (99, '0099_newer', false)";
        sql(&installation, "PRAGMA user_version = 99", newer);
        let found = installation.examine(&[]).await;
        found.has("migrations", "problem", &["has migration 99, but this version only knows", "Use the newer version"]);
        // The server refuses it, too.
        let refused = installation.with_environment(Launch::new(installation.folder.path(), &["serve"])).run().await;
        assert!(refused.sentence().contains("migration 99"), "{}", refused.stderr);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_migration_that_only_adds_is_a_warning() {
    let mut installation = Installation::postgres();
    installation.write().await;
    let newer = "INSERT INTO postrider.migrations (number, name, additive) VALUES (99, '0099_newer', true)";
    sql(&installation, "", newer);
    let found = installation.examine(&[]).await;
    found.has("migrations", "warning", &["has migration 99, which only adds"]);
    found.no_problem_but(&[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_or_missing_master_key_is_a_problem() {
    const OTHER: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    for mut installation in Installation::both() {
        installation.write().await;
        installation.set("POSTRIDER_MASTER_KEY", OTHER);
        let found = installation.examine(&[]).await;
        found.has("master_key", "problem", &["POSTRIDER_MASTER_KEY is not the key that the store was written with"]);
        installation.set("POSTRIDER_MASTER_KEY", "c2hvcnQ=");
        let found = installation.examine(&[]).await;
        found.has("configuration", "problem", &["POSTRIDER_MASTER_KEY must be 32 bytes in base64"]);
        found.has("master_key", "warning", &["was not checked"]);
        // The store is examined nevertheless.
        found.has("migrations", "ok", &["as this version needs"]);
        assert!(!found.document.to_string().contains("c2hvcnQ="), "a key is never shown");
        installation.environment.retain(|(name, _)| name != "POSTRIDER_MASTER_KEY");
        match installation.database {
            Some(_) => {
                let found = installation.examine(&[]).await;
                found.has("master_key", "problem", &["POSTRIDER_MASTER_KEY must be given with PostgreSQL"]);
            }
            None => {
                installation.examine(&[]).await.has("master_key", "ok", &["postrider.db.key is the key"]);
                fs::rename(installation.path("postrider.db.key"), installation.path("kept")).unwrap();
                let found = installation.examine(&[]).await;
                found.has("master_key", "problem", &["postrider.db.key is missing", "from your backup"]);
                assert!(!installation.path("postrider.db.key").exists(), "no key is generated");
            }
        }
    }
}

#[tokio::test]
async fn a_master_key_that_anybody_can_guess_is_a_problem() {
    let mut installation = Installation::sqlite();
    installation.set("POSTRIDER_MASTER_KEY", MASTER_KEY);
    installation.examine(&[]).await.has("master_key", "problem", &["one byte repeated"]);
}

#[tokio::test]
async fn a_damaged_file_is_a_problem() {
    let mut installation = Installation::sqlite();
    let server = installation.start().await;
    let client = server.tenant("acme").await;
    client.publish_batch("invoice.created", 0..2_000).await;
    server.stop().await;
    installation.examine(&[]).await.has("store", "ok", &["is sound"]);
    let file = fs::OpenOptions::new().write(true).open(installation.path("postrider.db")).unwrap();
    let pages = file.metadata().unwrap().len() / 4_096;
    for page in pages / 2..pages / 2 + 20 {
        file.write_at(&[0xa5; 4_096], page * 4_096).unwrap();
    }
    installation.examine(&[]).await.has("store", "problem", &["is damaged", "restore a backup"]);

    fs::write(installation.path("postrider.db"), "This is a text and no database, whatever its name says.".repeat(99))
        .unwrap();
    let found = installation.examine(&[]).await;
    found.has("store", "problem", &["cannot be read", "not a database"]);
}

#[tokio::test]
async fn a_file_with_a_log_of_a_killed_server_is_read_with_the_log() {
    let mut installation = Installation::sqlite();
    let server = installation.start().await;
    let receiver = server.tenant("acme").await.subscribe("http://127.0.0.1:9/", &serde_json::json!({})).await;
    server.kill();
    assert!(fs::metadata(installation.path("postrider.db-wal")).unwrap().len() > 0);
    let found = installation.examine(&["--subscription", &receiver.id]).await;
    found.has("store", "ok", &["is sound (no server has it open)"]);
    // Only the log has the subscription.
    found.has("egress", "problem", &[&receiver.id, "Connection refused"]);
    installation.write().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unreachable_database_is_a_problem_and_the_other_checks_are_made() {
    let mut installation = Installation::sqlite();
    installation.set("POSTRIDER_MASTER_KEY", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    let nobody = format!("postgres://postrider:do-not-show@127.0.0.1:{}/postrider", free_port());
    installation.set("POSTRIDER_STORE", &nobody);
    let found = installation.examine(&[]).await;
    found.has("store", "problem", &["cannot be read", "onnection refused", "Check that the database runs"]);
    found.has("listen", "ok", &["is free"]);
    assert!(!found.document.to_string().contains("do-not-show"), "{:#}", found.document);

    let server = Postgres::shared();
    installation.set("POSTRIDER_STORE", &server.url("no_such_database"));
    installation.examine(&[]).await.has("store", "problem", &["\"no_such_database\" does not exist"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_takes_no_writes_or_whose_nodes_are_silent_is_a_problem() {
    let mut installation = Installation::postgres();
    let name = installation.database.clone().unwrap();
    let node = installation.start().await;
    node.kill();
    let server = Postgres::shared();
    server.sql(&name, "UPDATE postrider.nodes SET heartbeat_at = clock_timestamp() - interval '1 hour'");
    let found = installation.examine(&[]).await;
    found.has("nodes", "problem", &["(for 3600 s)", "Start a node"]);
    server.sql(&name, "UPDATE postrider.nodes SET heartbeat_at = clock_timestamp()");
    server.sql(&name, "INSERT INTO postrider.nodes (name, role, version) VALUES ('other', 'all', '0.0.9')");
    installation.examine(&[]).await.has("nodes", "warning", &["0.0.9, 0.1.0", "Finish the upgrade"]);

    server.sql("postgres", &format!("ALTER DATABASE {name} SET default_transaction_read_only = on"));
    installation.examine(&[]).await.has("store", "problem", &["takes no writes"]);
}

#[tokio::test]
async fn permissions_are_mended_by_the_command_in_the_advice() {
    let mut installation = Installation::sqlite();
    installation.write().await;
    let file = installation.path("postrider.toml");
    fs::write(&file, format!("admin_key = \"{ADMIN_KEY}\"\n")).unwrap();
    let set =
        |name: &str, mode| fs::set_permissions(installation.path(name), fs::Permissions::from_mode(mode)).unwrap();
    set("postrider.db.key", 0o644);
    set("postrider.db", 0o660);
    set("postrider.toml", 0o644);
    let found = installation.examine(&[]).await;
    let advice = found.has("permissions", "problem", &["Other users may read or change"]);
    let command = advice.strip_prefix("Run: ").unwrap();
    assert_eq!(command, "chmod 600 postrider.db postrider.db.key postrider.toml");
    Launch::script(installation.folder.path(), command).run().await.success();
    installation.examine(&[]).await.has("permissions", "ok", &["by their owner only"]);

    let folder = installation.folder.path();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
    installation.examine(&[]).await.has("permissions", "problem", &["Every user may replace files"]);
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    // As a command run by root leaves it.
    std::os::unix::fs::chown(installation.path("postrider.db.key"), Some(12_345), None).unwrap();
    let found = installation.examine(&[]).await;
    found.has("permissions", "problem", &["The owner of postrider.db.key is not user 0", "chown 0 postrider.db.key"]);
}

#[tokio::test]
async fn a_user_who_may_not_read_the_store_is_told_to_be_the_servers() {
    let mut installation = Installation::sqlite();
    installation.write().await;
    let folder = installation.folder.path();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let before = listing(folder);
    let script = format!(
        "exec setpriv --reuid 12345 --regid 12345 --clear-groups {} doctor --output json --resolve localhost",
        env!("CARGO_BIN_EXE_postrider")
    );
    let launch = installation.with_environment(Launch::script(folder, &script));
    let found = super::Findings::of(&launch.run().await);
    found.has("store", "problem", &["ermission denied", "as the user of the server"]);
    found.has("permissions", "problem", &["This user may not read and write postrider.db, postrider.db.key"]);
    assert_eq!(listing(folder), before);
}

#[tokio::test]
async fn a_missing_folder_is_a_problem() {
    let mut installation = Installation::sqlite();
    installation.set("POSTRIDER_STORE", "sqlite:nowhere/postrider.db");
    installation.examine(&[]).await.has("store", "problem", &["The folder nowhere of the store does not exist"]);
    wait_until("nothing is created", async || (!installation.path("nowhere").exists()).then_some(())).await;
}
