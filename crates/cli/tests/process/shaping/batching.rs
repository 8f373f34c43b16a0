//! Batches: their signature, order, retries, halves after 413, and partial failures.

use super::{Manner, Place, Recorded, Recorder, change, curl, on_both_stores, verify};
use crate::support::{client::Client, wait_until};
use serde_json::{Value, json};

on_both_stores! {
    a_batch_is_signed_keeps_the_order_and_is_retried_as_a_whole_after_a_crash,
    a_batch_that_is_too_large_is_sent_in_halves,
    only_the_events_that_the_receiver_names_are_sent_again,
    lines_and_a_waiting_time,
}

/// The sequence numbers of the events in a batch.
fn seqs(request: &Recorded) -> Vec<u64> {
    let events = request.json();
    events.as_array().unwrap().iter().map(|event| event["data"]["seq"].as_u64().unwrap()).collect()
}

/// Statuses of all deliveries of a type, oldest first.
async fn statuses(client: &Client, event_type: &str) -> Vec<Value> {
    let path = format!("/api/v1/webhooks/deliveries?event_type={event_type}&limit=200");
    let list = client.get(&path).await.body;
    list.as_array().unwrap().iter().rev().map(|one| one["status"].clone()).collect()
}

async fn all_delivered(client: &Client, event_type: &str, count: usize) {
    wait_until(&format!("{count} deliveries of {event_type} have succeeded"), async || {
        let statuses = statuses(client, event_type).await;
        (statuses.len() == count && statuses.iter().all(|status| status == "success")).then_some(())
    })
    .await;
}

async fn a_batch_is_signed_keeps_the_order_and_is_retried_as_a_whole_after_a_crash(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    receiver.answers(Manner::Status(503));
    let batching = json!({ "max_events": 10, "max_wait_ms": 5_000 });
    let fields = json!({ "batching": batching, "retry": { "schedule": [1], "jitter": 0 }, "profile": "standard" });
    let made = client.subscribe(&receiver.url("/"), &fields).await;
    client.publish_batch("invoice.paid", 0..10).await;
    let first = receiver.nth(1).await;
    verify(&made.secret, &first);
    assert_eq!(seqs(&first), (0..10).collect::<Vec<_>>());
    let id = first.header("webhook-id").to_owned();
    assert!(id.starts_with("batch_"), "{id}");
    assert_eq!(first.json()[0].as_object().unwrap().keys().collect::<Vec<_>>(), ["data", "id", "timestamp", "type"]);

    // The whole batch again, with its id, by the next process.
    wait_until("the failure is recorded", async || {
        statuses(&client, "invoice.paid").await.iter().all(|status| status == "retrying").then_some(())
    })
    .await;
    receiver.answers(Manner::Accepts);
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    all_delivered(&client, "invoice.paid", 10).await;
    let requests = receiver.requests();
    let again: Vec<&Recorded> = requests[1..].iter().filter(|request| request.header("webhook-id") == id).collect();
    assert!(!again.is_empty(), "{requests:?}");
    assert_eq!((&again.last().unwrap().body, seqs(again.last().unwrap()).len()), (&first.body, 10));
    let list = client.get("/api/v1/webhooks/deliveries").await.body;
    let one = list[0]["id"].as_str().unwrap();
    let detail = client.get(&format!("/api/v1/webhooks/deliveries/{one}")).await.body;
    let note = detail["attempts"][0]["note"].as_str().unwrap();
    assert_eq!(note, format!("sent in {id} with 9 other events"));
    assert_eq!(detail["attempts"][0]["response_code"], 503);
    let part: Value = serde_json::from_str(detail["attempts"][0]["request_body"].as_str().unwrap()).unwrap();
    assert_eq!(part, first.json()[9]);
}

async fn a_batch_that_is_too_large_is_sent_in_halves(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    receiver.answers(Manner::AtMost(3));
    let batching = json!({ "max_events": 16, "max_wait_ms": 2_000 });
    let made = client.subscribe(&receiver.url("/"), &json!({ "batching": batching })).await;
    client.publish_batch("invoice.paid", 0..16).await;
    all_delivered(&client, "invoice.paid", 16).await;
    let requests = receiver.requests();
    let sizes: Vec<usize> = requests.iter().map(|request| seqs(request).len()).collect();
    assert_eq!(sizes, [16, 8, 4, 2, 2, 4, 2, 2, 8, 4, 2, 2, 4, 2, 2]);
    let taken: Vec<u64> = requests.iter().filter(|request| seqs(request).len() <= 3).flat_map(seqs).collect();
    assert_eq!(taken, (0..16).collect::<Vec<_>>());
    requests.iter().for_each(|request| verify(&made.secret, request));

    // It is remembered: the next batches are no larger.
    client.publish_batch("invoice.voided", 0..4).await;
    all_delivered(&client, "invoice.voided", 4).await;
    assert!(receiver.requests()[15..].iter().all(|request| seqs(request).len() <= 3));
    let total = client.get("/api/v1/webhooks/stats").await.body["total"].clone();
    assert_eq!((&total["attempts"], &total["failed_attempts"]), (&json!(20), &json!(0)), "{total}");
}

async fn only_the_events_that_the_receiver_names_are_sent_again(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let batching = json!({ "max_events": 4, "max_wait_ms": 300 });
    let fields = json!({ "batching": batching, "retry": { "schedule": [3600] } });
    let made = client.subscribe(&receiver.url("/"), &fields).await;
    receiver.answers(Manner::Says(json!({ "failed": ["of-2", "unknown"] }).to_string()));
    for seq in 0..4 {
        let event = json!({ "type": "invoice.paid", "id": format!("of-{seq}"), "data": { "seq": seq } });
        assert_eq!(client.post("/api/v1/events", &event).await.status, 202);
    }
    receiver.nth(1).await;
    wait_until("all have an outcome", async || {
        (statuses(&client, "invoice.paid").await == ["success", "success", "retrying", "success"]).then_some(())
    })
    .await;
    let waiting = client.deliveries("retrying").await;
    assert_eq!(waiting[0]["error_message"], "the response to the batch lists this event as failed");
    assert_eq!((&waiting[0]["event_id"], &waiting[0]["response_code"]), (&json!("of-2"), &json!(200)));

    // Sent again by hand, in a batch of its own that waits no longer than others, after a crash.
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    receiver.answers(Manner::Accepts);
    let retry = format!("/api/v1/webhooks/deliveries/{}/retry", waiting[0]["id"].as_str().unwrap());
    assert_eq!(client.post(&retry, &json!({})).await.status, 200);
    all_delivered(&client, "invoice.paid", 4).await;
    let last = receiver.nth(2).await;
    assert_eq!(seqs(&last), [2]);
    verify(&made.secret, &last);

    // A list that cannot be read: no event counts as processed.
    receiver.answers(Manner::Says("{\"failed\": [\"of-".into()));
    client.publish_batch("invoice.voided", 0..4).await;
    wait_until("all of them wait", async || {
        (statuses(&client, "invoice.voided").await == ["retrying"; 4]).then_some(())
    })
    .await;
}

async fn lines_and_a_waiting_time(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let fields = json!({
        "batching": { "max_events": 1000, "max_wait_ms": 200, "format": "ndjson" }, "compression": "gzip",
    });
    let made = client.subscribe(&receiver.url("/"), &fields).await;
    let data = "{\n\t\"seq\": 12345678901234567890123,\n\"text\": \"a\\nb\"}";
    let event = format!("{{\"type\": \"invoice.paid\", \"data\": {data}}}");
    let key = format!("authorization: Bearer {}", client.key());
    let url = format!("http://{}/api/v1/events", server.address);
    let (status, answer) = curl(&[
        "-H",
        &key,
        "-H",
        "x-tenant-id: acme",
        "-H",
        "content-type: application/json",
        "--data-binary",
        &event,
        &url,
    ])
    .await;
    assert_eq!(status, 202, "{answer}");
    let request = receiver.nth(1).await;
    assert_eq!(request.header("content-type"), "application/x-ndjson");
    verify(&made.secret, &request);
    let text = std::str::from_utf8(&request.body).unwrap();
    assert!(text.ends_with("}\n") && text.lines().count() == 1, "{text}");
    assert!(text.contains("{ \t\"seq\": 12345678901234567890123, \"text\": \"a\\nb\"}"), "{text}");

    // Without batching again, events come alone and at once.
    change(&client, &made.id, &json!({ "batching": null, "compression": null })).await;
    client.publish_batch("invoice.voided", 0..2).await;
    let requests = receiver.wait(3).await;
    assert!(requests[1..].iter().all(|request| request.json()["type"] == "invoice.voided"));
}
