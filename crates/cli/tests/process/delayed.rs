//! Delayed events over restarts of the process: sent at their time, not before, and within a second after it.

use crate::support::{alone, client::Client, receiver::Receiver, server::Launch, wait_until};
use model::{Clock, SystemClock, Timestamp};
use serde_json::json;
use std::{ops::RangeInclusive, time::Duration};

/// Publishes an event that is delayed by this time; returns its id and the time at which it is due.
pub(crate) async fn publish(client: &Client, seq: u64, delay: Duration) -> (String, Timestamp) {
    let at = SystemClock.now().after(delay).to_millis();
    let event = json!({"type": "invoice.created", "data": {"seq": seq}, "deliver_at": at});
    let answer = client.post("/api/v1/events", &event).await;
    assert_eq!((answer.status.as_u16(), &answer.body["deliver_at"]), (202, &json!(at)), "{}", answer.body);
    (answer.body["id"].as_str().unwrap().to_owned(), at)
}

/// Checks that the event was sent once, in this time after it was due.
pub(crate) async fn check(client: &Client, (id, at): &(String, Timestamp), within: RangeInclusive<Duration>) {
    let event = client.get(&format!("/api/v1/events/{id}")).await.body;
    let delivery = event["deliveries"][0]["id"].as_str().unwrap();
    let shown = client.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.body;
    assert_eq!((&shown["status"], &shown["attempt_number"]), (&json!("success"), &json!(1)), "{shown}");
    let started = Timestamp::parse(shown["attempts"][0]["started_at"].as_str().unwrap()).unwrap();
    assert!(started >= *at, "due at {at}, sent at {started}");
    assert!(within.contains(&started.since(*at)), "due at {at}, sent at {started}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn delayed_events_are_sent_within_a_second_after_their_time_although_the_server_is_killed() {
    let _alone = alone().await;
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::server(folder.path());
    let receiver = Receiver::start().await;
    let server = launch.start().await;
    let client = server.tenant("acme").await;
    client.subscribe(&receiver.url(), &json!({})).await;
    let mut made = Vec::new();
    for seq in 0..20 {
        made.push(publish(&client, seq, Duration::from_millis(3_000 + 100 * seq)).await);
    }
    // The last one is due while no server runs.
    let missed = publish(&client, 20, Duration::from_millis(6_000)).await;
    let cancelled = publish(&client, 21, Duration::from_millis(6_000)).await;
    let answer = client.post(&format!("/api/v1/events/{}/cancel", cancelled.0), &json!({})).await;
    assert_eq!(answer.body, json!({"cancelled": 1, "already_sent": 0}));
    server.kill();
    assert_eq!(receiver.distinct(), 0, "nothing is sent before its time");

    let server = launch.start().await;
    let client = client.at(server.address);
    wait_until("all that are due have arrived", async || (receiver.missing(0..20) == 0).then_some(())).await;
    wait_until("their outcomes are written", async || (client.deliveries("success").await.len() == 20).then_some(()))
        .await;
    for one in &made {
        check(&client, one, Duration::ZERO..=Duration::from_secs(1)).await;
    }
    assert_eq!(receiver.missing([20]), 1);
    server.kill();

    wait_until("its time has passed", async || (SystemClock.now() > missed.1).then_some(())).await;
    let server = launch.start().await;
    let client = client.at(server.address);
    wait_until("the missed one arrives", async || client.none("pending").await.then_some(())).await;
    check(&client, &missed, Duration::ZERO..=Duration::from_secs(60)).await;
    assert_eq!((receiver.distinct(), receiver.ledger().repeats(), receiver.missing([21])), (21, 0, 1));
}
