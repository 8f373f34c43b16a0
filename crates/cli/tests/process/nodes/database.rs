//! What happens to the database: it crashes, drops its connections, or has none left.

use super::{Scene, count_in_state};
use crate::support::{alone, wait_until};
use std::time::Duration;
use testing::{Options, Postgres};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_crashes() {
    let _alone = alone().await;
    let server = Postgres::start(Options::durable());
    let scene = Scene::start(&server).await;
    server.restart_immediately();
    scene.traffic.more(500).await;
    assert_eq!(count_in_state(&scene.nodes[0], "live").await, 3);
    scene.settle("PostgreSQL restarted with -m immediate", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_is_away_for_longer_than_a_lease() {
    let _alone = alone().await;
    let server = Postgres::start(Options::durable());
    let scene = Scene::start(&server).await;
    server.stop_immediately();
    tokio::time::sleep(Duration::from_secs(15)).await;
    server.start_again();
    scene.traffic.more(500).await;
    // Nobody was dead: everybody was deaf.
    assert_eq!(count_in_state(&scene.nodes[0], "live").await, 3);
    assert_eq!(count_in_state(&scene.nodes[0], "lost").await, 0);
    scene.settle("PostgreSQL away for 15 s", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_dropped() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let scene = Scene::start(server).await;
    for _ in 0..5 {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let dropped: usize = server.sql(&scene.database.name, sql).parse().unwrap();
        assert!(dropped > 0);
        scene.traffic.more(200).await;
    }
    assert_eq!(count_in_state(&scene.nodes[0], "live").await, 3);
    scene.settle("pg_terminate_backend of all connections, five times", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_no_connections_left() {
    let _alone = alone().await;
    let server = Postgres::start(Options::durable().with("max_connections", "60"));
    let scene = Scene::start(&server).await;
    // A role that may not use the places that superusers have for themselves.
    server.sql(&scene.database.name, "CREATE ROLE guest LOGIN");
    let full = std::sync::atomic::AtomicUsize::new(0);
    let (acknowledged, name) = (scene.traffic.acknowledged(), &scene.database.name);
    std::thread::scope(|scope| {
        for _ in 0..80 {
            scope.spawn(|| {
                if server.try_sql("guest", name, "SELECT pg_sleep(8)").is_err() {
                    full.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                }
            });
        }
        std::thread::sleep(Duration::from_secs(2));
        // What nodes have open is closed, so that they need new ones while there are none.
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                   WHERE usename = 'postrider' AND pid <> pg_backend_pid()";
        server.sql(name, sql);
    });
    assert!(full.load(std::sync::atomic::Ordering::Relaxed) > 0, "the limit was reached");
    println!("{} acknowledged while it was full", scene.traffic.acknowledged() - acknowledged);
    scene.traffic.more(500).await;
    wait_until("all live", async || (count_in_state(&scene.nodes[0], "live").await == 3).then_some(())).await;
    scene.settle("connection limit filled for 8 s", 0).await;
}
