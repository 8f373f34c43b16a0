//! Events that programs publish in their own transactions, through the outbox.

use super::{Database, note};
use crate::support::{alone, receiver::Receiver, wait_until};
use serde_json::json;
use std::time::Duration;
use testing::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn committed_events_are_delivered_once_and_rolled_back_ones_never() {
    let _alone = alone().await;
    let server = Postgres::shared();
    let database = Database::on(server);
    let mut nodes = database.nodes(3).await;
    let client = nodes[0].tenant("acme").await;
    let receiver = Receiver::start().await;
    client.subscribe(&receiver.url(), &json!({})).await;
    tokio::time::sleep(Duration::from_secs(1)).await;

    let publish = |seq: u64| format!("SELECT postrider.publish('invoice.created', '{{\"seq\": {seq}}}', 'acme');");
    let sql = format!("BEGIN; {} ROLLBACK; BEGIN; {} COMMIT;", publish(1_000_000), publish(0));
    let id = server.sql(&database.name, &sql).lines().last().unwrap().to_owned();
    wait_until("the event arrives", async || (receiver.missing([0]) == 0).then_some(())).await;
    let event = client.get(&format!("/api/v1/events/{id}")).await;
    assert_eq!((event.status.as_u16(), &event.body["data"]), (200, &json!({ "seq": 0 })), "{}", event.body);

    // In commit order, from two sessions, although a node is killed meanwhile.
    let name = database.name.clone();
    let writers = (0..2u64).map(|writer| {
        let (name, publish) = (name.clone(), publish);
        std::thread::spawn(move || {
            let sql: Vec<String> =
                (0..1_500).map(|n| format!("BEGIN; {} COMMIT;", publish(1 + writer * 1_500 + n))).collect();
            Postgres::shared().sql(&name, &sql.join("\n"));
        })
    });
    let writers: Vec<_> = writers.collect();
    wait_until("some have arrived", async || (receiver.distinct() > 500).then_some(())).await;
    nodes.remove(2).kill();
    for writer in writers {
        writer.join().unwrap();
    }
    wait_until("all have arrived", async || (receiver.missing(0..3_001) == 0).then_some(())).await;
    assert_eq!(receiver.missing([1_000_000]), 1, "a rolled-back event is not sent");

    let sql = "SELECT convert_from(data, 'UTF8')::json ->> 'seq' FROM postrider.events ORDER BY id";
    let all: Vec<u64> = server.sql(&database.name, sql).lines().map(|seq| seq.parse().unwrap()).collect();
    assert_eq!(all.len(), 3_001, "each exactly once");
    let of = |writer: u64| all.iter().filter(move |seq| **seq > writer * 1_500 && **seq <= (writer + 1) * 1_500);
    for writer in 0..2 {
        assert!(of(writer).is_sorted(), "a session's events arrive in commit order");
    }
    note(&format!(
        "outbox, one of three nodes killed: 3001 committed, {} delivered, {} repeated",
        receiver.distinct(),
        receiver.ledger().repeats()
    ));
}
