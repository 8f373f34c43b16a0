//! A rolling upgrade: after an additive migration, older nodes continue to work and can still start.

use super::{Scene, count_in_state};
use crate::support::alone;
use testing::Postgres;

/// Migrations of a newer version, each in its own transaction.
const NEWER: &str = "ALTER TABLE postrider.deliveries ADD COLUMN trace text;
    ALTER TABLE postrider.waiting ADD COLUMN trace text;
    ALTER TABLE postrider.events ADD COLUMN source text DEFAULT 'api';
    ALTER TABLE postrider.subscriptions ADD COLUMN labels jsonb;
    CREATE INDEX waiting_by_trace ON postrider.waiting (tenant_id, trace) WHERE trace IS NOT NULL;
    CREATE TABLE postrider.newer (tenant_id text PRIMARY KEY);
    INSERT INTO postrider.migrations (number, name, additive) VALUES (99, '0099_newer', ADDITIVE)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_version_works_after_an_additive_migration() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let mut scene = Scene::start(server).await;
    server.sql(&scene.database.name, &NEWER.replace("ADDITIVE", "true"));
    scene.traffic.more(500).await;
    // Replace one node.
    scene.nodes.remove(2).stop().await;
    let node = scene.database.launch().start().await;
    scene.traffic.node_is_at(node.address);
    scene.nodes.push(node);
    scene.traffic.more(500).await;
    assert_eq!(count_in_state(&scene.nodes[2], "live").await, 3);

    let sql = "UPDATE postrider.migrations SET additive = false WHERE number = 99";
    server.sql(&scene.database.name, sql);
    let refused = scene.database.launch().run().await;
    assert!(refused.sentence().contains("use the newer version of postrider that wrote it"), "{}", refused.stderr);
    scene.settle("a migration that adds, under three nodes", 0).await;
}
