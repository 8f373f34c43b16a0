//! Names of nodes are unique: a second node with a name is refused, and a node that loses its name stops.

use super::{Database, count_in_state, shown};
use crate::support::{alone, receiver::Receiver, server::Launch, wait_until};
use serde_json::json;
use testing::Postgres;

impl Database {
    fn named(&self, name: &str) -> Launch {
        self.launch().env("POSTRIDER_NODE", name)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_in_use_is_refused_and_its_node_continues() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let first = database.named("one").start().await;
    let receiver = Receiver::start().await;
    let client = first.tenant("acme").await;
    client.subscribe(&receiver.url(), &json!({})).await;
    receiver.hold();
    client.publish_batch("invoice.created", 0..200).await;
    let second = database.named("one").run().await;
    let sentence = second.sentence();
    assert!(
        sentence.starts_with("POSTRIDER_NODE: another node with the name \"one\" works on this database"),
        "{sentence}"
    );
    receiver.release();
    wait_until("all are delivered", async || client.none("pending").await.then_some(())).await;
    assert_eq!((receiver.distinct(), receiver.ledger().repeats()), (200, 0));
    assert_eq!(shown(&first).await.len(), 1);
    // Another name is accepted.
    let second = database.named("two").start().await;
    assert_eq!(count_in_state(&second, "live").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_two_nodes_that_register_one_name_at_once_is_refused() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    database.named("other").start().await.stop().await;
    let mut both = [database.named("one").spawn(), database.named("one").spawn()];
    let ended = wait_until("one of them ends", async || both.iter_mut().position(|process| !process.runs())).await;
    assert!(both[ended].stderr().contains("another node with the name \"one\""), "{}", both[ended].stderr());
    let other = 1 - ended;
    wait_until("the other one listens", async || both[other].stdout().contains("listens on").then_some(())).await;
    assert!(both[other].runs());
}

/// Simulates a supervisor that restarts a crashed process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_nodes_name_is_free_at_once() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let first = database.named("one").start().await;
    let receiver = Receiver::start().await;
    let client = first.tenant("acme").await;
    client.subscribe(&receiver.url(), &json!({})).await;
    receiver.hold();
    client.publish_batch("invoice.created", 0..200).await;
    first.kill();
    receiver.release();
    let second = database.named("one").start().await;
    let client = client.at(second.address);
    wait_until("all are delivered", async || client.none("pending").await.then_some(())).await;
    assert_eq!(receiver.missing(0..200), 0);
    assert_eq!(count_in_state(&second, "lost").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_name_was_taken_logs_it_and_stops() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let mut first = database.named("one").start().await;
    let receiver = Receiver::start().await;
    let client = first.tenant("acme").await;
    client.subscribe(&receiver.url(), &json!({})).await;
    first.signal("STOP");
    let second = database.named("one").start().await;
    first.signal("CONT");
    let ended = first.process.ended().await;
    assert_eq!(ended.code(), Some(1));
    let log = first.process.stderr();
    assert!(log.contains("ERROR") && log.contains("another node took this node's name"), "{log}");
    let client = client.at(second.address);
    client.publish_batch("invoice.created", 0..100).await;
    wait_until("all are delivered", async || client.none("pending").await.then_some(())).await;
    assert_eq!((receiver.missing(0..100), receiver.ledger().repeats()), (0, 0));
    assert_eq!(count_in_state(&second, "live").await, 1);
}
