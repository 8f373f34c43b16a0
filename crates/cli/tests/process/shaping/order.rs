//! Strict order: one delivery after the other, and nothing overtakes a retry, over `kill -9`.

use super::{Place, SUBSCRIPTIONS, change, nothing_waits, on_both_stores, publish, shown};
use crate::support::{
    client::{Client, Subscription},
    orderly::Orderly,
    wait_until,
};
use model::{Clock, SystemClock};
use serde_json::{Value, json};
use std::time::Duration;

on_both_stores! {
    order_holds_over_failures_and_a_crash,
    a_key_blocks_only_its_own_events_until_its_delivery_is_skipped,
    a_later_event_takes_its_place_when_it_is_due,
}

async fn publish_in_order(client: &Client, key: &str, seqs: std::ops::Range<u64>) {
    for seq in seqs {
        publish(client, &json!({ "type": "invoice.paid", "data": { "key": key, "seq": seq } })).await;
    }
}

/// The blocking deliveries of a subscription.
async fn order(client: &Client, subscription: &Subscription) -> Value {
    let answer = client.get(&subscription.path("/order")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

async fn order_holds_over_failures_and_a_crash(place: Place) {
    let receiver = Orderly::start(5).await;
    let mut server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let fields = json!({ "ordered": true, "retry": { "schedule": [1, 1, 1, 1, 1], "jitter": 0 } });
    let made = client.subscribe(receiver.url(), &fields).await;
    assert_eq!(shown(&client, &made).await["ordered"], true);
    // By single requests, and in one request, whose events have their places in its order.
    publish_in_order(&client, "", 0..10).await;
    let events: Vec<Value> =
        (10..25).map(|seq| json!({ "type": "invoice.voided", "priority": "high", "data": { "seq": seq } })).collect();
    let answer = client.post("/api/v1/events/batch", &json!({ "events": events })).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    for killed_at in [3, 14] {
        wait_until("some are delivered", async || (receiver.count() > killed_at).then_some(())).await;
        server = place.kill_and_start(server, &place.launch()).await;
    }
    let client = client.at(server.address);
    publish_in_order(&client, "", 25..30).await;
    receiver.all_in_order(&[""], 30).await;
    nothing_waits(&client).await;
    assert_eq!(client.deliveries("success").await.len(), 30);
}

async fn a_key_blocks_only_its_own_events_until_its_delivery_is_skipped(place: Place) {
    let receiver = Orderly::start(0).await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let fields = json!({ "ordered": "data.key", "retry": { "schedule": [1, 3600], "jitter": 0 } });
    let made = client.subscribe(receiver.url(), &fields).await;
    receiver.refuse(&["blocked"]);
    for seq in 0..5 {
        publish_in_order(&client, "blocked", seq..seq + 1).await;
        publish_in_order(&client, "well", seq..seq + 1).await;
    }
    receiver.all_in_order(&["well"], 5).await;
    let blocking = wait_until("it waits for its second retry", async || {
        let blocking = order(&client, &made).await["blocking"][0].clone();
        (blocking["attempt_number"] == 2).then_some(blocking)
    })
    .await;
    assert_eq!((&blocking["key"], &blocking["waiting"]), (&json!("blocked"), &json!(4)), "{blocking}");
    assert_eq!((&blocking["status"], &blocking["response_code"]), (&json!("retrying"), &json!(503)));
    assert!(blocking["blocked_since"].as_str() < blocking["next_retry_at"].as_str(), "{blocking}");
    assert_eq!(order(&client, &made).await["blocking"].as_array().unwrap().len(), 1);

    // Another process has the same order.
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    receiver.refuse(&[]);
    publish_in_order(&client, "well", 5..6).await;
    receiver.all_in_order(&["well"], 6).await;
    assert_eq!(receiver.accepted("blocked"), Vec::<u64>::new());
    let path = format!("/api/v1/webhooks/deliveries/{}/cancel", blocking["id"].as_str().unwrap());
    assert_eq!(client.post(&path, &json!({})).await.status, 200);
    wait_until("the others are sent", async || (receiver.accepted("blocked") == [1, 2, 3, 4]).then_some(())).await;
    nothing_waits(&client).await;
    assert_eq!(order(&client, &made).await, json!({ "ordered": "data.key", "blocking": [] }));

    // Events are published after a change in the new way; what waits keeps its order.
    receiver.refuse(&["again"]);
    publish_in_order(&client, "again", 0..2).await;
    wait_until("it is blocked", async || (order(&client, &made).await["blocking"][0]["waiting"] == 1).then_some(()))
        .await;
    assert_eq!(change(&client, &made.id, &json!({ "ordered": false })).await["ordered"], Value::Null);
    receiver.refuse(&[]);
    publish_in_order(&client, "again", 2..3).await;
    wait_until("the new one is sent", async || receiver.accepted("again").contains(&2).then_some(())).await;
    let first = receiver.accepted("again").into_iter().filter(|seq| *seq < 2).collect::<Vec<_>>();
    assert!(first == [0, 1] || first == [0] || first.is_empty(), "{first:?}");
    nothing_waits(&client).await;

    let refused = json!({ "ordered": true, "batching": {} });
    let answer = client.patch(&format!("{SUBSCRIPTIONS}/{}", made.id), &refused).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.body["errors"][0]["field"]),
        (422, &json!("ordered")),
        "{}",
        answer.body
    );
}

async fn a_later_event_takes_its_place_when_it_is_due(place: Place) {
    let receiver = Orderly::start(0).await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    client.subscribe(receiver.url(), &json!({ "ordered": true })).await;
    let at = SystemClock.now().after(Duration::from_secs(3));
    let later = json!({ "type": "invoice.paid", "data": { "key": "", "seq": 2 }, "deliver_at": at });
    publish(&client, &later).await;
    publish_in_order(&client, "", 0..2).await;
    receiver.all_in_order(&[""], 3).await;
    publish_in_order(&client, "", 3..5).await;
    receiver.all_in_order(&[""], 5).await;
    nothing_waits(&client).await;
}
