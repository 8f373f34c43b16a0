//! Faults of nodes: kill, stop and suspension.

use super::{Database, Scene, count_in_state, note};
use crate::support::{alone, receiver::Receiver, wait_until};
use serde_json::json;
use testing::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_take_over_the_deliveries_of_a_killed_node() {
    let _alone = alone().await;
    let mut scene = Scene::start(Postgres::shared()).await;
    scene.nodes.remove(2).kill();
    scene.traffic.more(500).await;
    wait_until("a node is lost", async || (count_in_state(&scene.nodes[0], "lost").await == 1).then_some(())).await;
    scene.settle("kill -9 of one node", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_take_over_the_deliveries_of_a_stopped_node() {
    let _alone = alone().await;
    let mut scene = Scene::start(Postgres::shared()).await;
    let stopped = scene.nodes.remove(1).stop().await;
    assert_eq!(stopped.code, Some(0), "{}", stopped.stderr);
    assert_eq!(count_in_state(&scene.nodes[0], "left").await, 1);
    scene.traffic.more(500).await;
    scene.settle("SIGTERM of one node", 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_node_that_was_declared_lost_registers_again() {
    let _alone = alone().await;
    let scene = Scene::start(Postgres::shared()).await;
    scene.nodes[1].signal("STOP");
    scene.traffic.more(100).await;
    // It wakes up in the moment of the take-over.
    wait_until("it is lost", async || (count_in_state(&scene.nodes[0], "lost").await == 1).then_some(())).await;
    scene.nodes[1].signal("CONT");
    wait_until("it registers again", async || (count_in_state(&scene.nodes[0], "live").await == 3).then_some(())).await;
    scene.traffic.more(500).await;
    assert!(scene.nodes[1].process.stderr().contains("registering again"), "{}", scene.nodes[1].process.stderr());
    scene.settle("SIGSTOP of one node until it is lost", 0).await;
}

/// Requests in flight at the suspension belong to another node when it wakes up (fencing).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspended_node_does_not_overwrite_outcomes_of_its_successor() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let nodes = database.nodes(2).await;
    let receiver = Receiver::start().await;
    let client = nodes[0].tenant("acme").await;
    client.subscribe(&receiver.url(), &json!({ "timeout_seconds": 60 })).await;
    receiver.hold();
    let mut ids = Vec::new();
    for seq in 0..10 {
        ids.push(client.publish("invoice.created", seq).await);
    }
    wait_until("all are in flight", async || (receiver.distinct() == 10).then_some(())).await;
    nodes[0].signal("STOP");
    wait_until("the other one has sent them again", async || (receiver.ledger().repeats() == 10).then_some(())).await;
    receiver.release();
    let other = client.at(nodes[1].address);
    wait_until("they are delivered", async || other.none("pending").await.then_some(())).await;
    let before = other.deliveries("success").await;
    assert_eq!(before.len(), 10);
    nodes[0].signal("CONT");
    wait_until("it has noticed", async || {
        (nodes[0].process.stderr().matches("another node has taken the delivery over").count() == 10).then_some(())
    })
    .await;
    assert_eq!(other.deliveries("success").await, before);
    for id in &ids {
        let event = other.get(&format!("/api/v1/events/{id}")).await.body;
        assert_eq!(event["deliveries"][0]["attempt_number"], 1, "{event}");
    }
    assert_eq!(receiver.ledger().repeats(), 10, "the suspended node sends nothing again");
    note("asleep with 10 under way: 10 acknowledged, 10 delivered, 10 repeated, 0 recorded twice");
}
