//! Strict order over several nodes: whichever node accepts an event, and over the loss of one.

use super::{Database, count_in_state, note};
use crate::support::{alone, client::Client, orderly::Orderly, wait_until};
use serde_json::json;
use testing::Postgres;

async fn publish(client: &Client, key: &str, seq: u64) {
    let event = json!({ "type": "invoice.paid", "data": { "key": key, "seq": seq } });
    let answer = client.post("/api/v1/events", &event).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
}

/// Events of each key are published one after the other, each on another node than the one before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_of_several_nodes_have_one_order_over_a_kill() {
    let _alone = alone().await;
    let database = Database::on(Postgres::shared());
    let mut nodes = database.nodes(3).await;
    let receiver = Orderly::start(17).await;
    let client = nodes[0].tenant("acme").await;
    let fields = json!({ "ordered": "data.key", "retry": { "schedule": [1, 1, 1, 1, 1], "jitter": 0 } });
    let made = client.subscribe(receiver.url(), &fields).await;
    for node in &nodes {
        let client = client.at(node.address);
        wait_until("every node has the subscription", async || {
            (client.get(&made.path("")).await.status == 200).then_some(())
        })
        .await;
    }
    let keys = ["one", "two", "three", "four"];
    for seq in 0..30 {
        for (place, key) in keys.into_iter().enumerate() {
            publish(&client.at(nodes[(seq as usize + place) % 3].address), key, seq).await;
        }
    }
    // The one that was killed had deliveries waiting, and perhaps one under way.
    nodes.remove(1).kill();
    for seq in 30..40 {
        for (place, key) in keys.into_iter().enumerate() {
            publish(&client.at(nodes[(seq as usize + place) % 2].address), key, seq).await;
        }
    }
    wait_until("a node is lost", async || (count_in_state(&nodes[0], "lost").await == 1).then_some(())).await;
    receiver.all_in_order(&keys, 40).await;
    let client = client.at(nodes[0].address);
    wait_until("all are recorded", async || (client.deliveries("success").await.len() == 160).then_some(())).await;
    note(
        "order by key over kill -9 of one of 3 nodes: 160 acknowledged, 160 delivered in the order of their publication",
    );
}
