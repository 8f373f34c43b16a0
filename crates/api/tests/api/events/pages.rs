//! Bounds, in bytes and rows, of pages of events and of a single event or delivery.

use crate::support::{Setup, TestApp};
use serde_json::{Value, json};

/// Publishes `count` events of about `bytes` each.
async fn publish_large(acme: &crate::support::Caller, count: usize, bytes: usize) {
    for number in 0..count {
        let data = json!({"text": "x".repeat(bytes)});
        acme.publish_with(json!({"type": "invoice.created", "data": data, "id": number.to_string()})).await;
    }
}

#[tokio::test]
async fn a_page_of_events_ends_after_4_mib_with_a_link_to_the_next() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    publish_large(&acme, 10, 1_000_000).await;
    for (caller, path) in [(&acme, "/api/v1/events?limit=200"), (&app.admin(), "/api/v1/admin/events?limit=200")] {
        let mut path = path.to_owned();
        let (mut ids, mut pages) = (Vec::new(), 0);
        loop {
            let answer = caller.get(&path).await;
            assert!(answer.body.len() < 5 * 1024 * 1024, "{path}: {} bytes", answer.body.len());
            let rows = answer.expect(200);
            ids.extend(rows.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            pages += 1;
            match answer.next_page() {
                Some(next) => path = next.to_owned(),
                None => break,
            }
        }
        let expected: Vec<_> = (0..10).rev().map(|number: u8| number.to_string()).collect();
        assert_eq!((ids, pages), (expected, 3), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn responses_are_charged_to_the_memory_budget() {
    // An owner has a quarter of the budget: 2 MiB.
    let settings = api::Settings { request_memory: 8 * 1024 * 1024, ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    publish_large(&acme, 3, 800_000).await;
    let refused = acme.get("/api/v1/events").await;
    refused.problem(503, "unavailable");
    assert!(refused.header("retry-after").is_some());
    let mut found = 0;
    for offset in 0..3 {
        let rows = acme.get(&format!("/api/v1/events?limit=1&offset={offset}")).await.expect(200);
        found += rows.as_array().unwrap().len();
    }
    assert_eq!(found, 3, "each response released its bytes");
    app.finish().await;
}

#[tokio::test]
async fn an_event_shows_100_deliveries_and_a_list_20_of_each() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for number in 0..101 {
        let made = acme
            .subscribe_with(json!({"url": format!("https://{number}.example/"), "events": ["ticket.closed"]}))
            .await;
        acme.post_nothing(&format!("/api/v1/webhooks/subscriptions/{}/pause", made["id"].as_str().unwrap()))
            .await
            .expect(200);
    }
    acme.publish_with(json!({"type": "ticket.closed", "data": {}, "id": "wide"})).await;
    let event = acme.get("/api/v1/events/wide").await.expect(200);
    assert_eq!((event["deliveries"].as_array().unwrap().len(), &event["delivery_count"]), (100, &json!(101)));
    let listed = acme.get("/api/v1/events").await.expect(200);
    assert_eq!((listed[0]["deliveries"].as_array().unwrap().len(), &listed[0]["delivery_count"]), (20, &json!(101)));
    let all = acme.get("/api/v1/webhooks/deliveries?event_id=wide&limit=200").await.expect(200);
    assert_eq!(all.as_array().unwrap().len(), 101);
    app.finish_leaving(101).await;
}

#[tokio::test]
async fn a_delivery_shows_its_200_newest_attempts() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    app.settled().await;
    let path = format!("/api/v1/webhooks/deliveries/{id}");
    for _ in 0..202 {
        acme.post(&format!("{path}/retry"), json!({"force": true})).await.expect(200);
        receiver.next().await;
    }
    let shown = acme.get(&path).await.expect(200);
    let numbers: Vec<_> =
        shown["attempts"].as_array().unwrap().iter().map(|one| one["attempt_number"].as_u64()).collect();
    assert_eq!((numbers.len(), numbers[0], numbers[199]), (200, Some(4), Some(203)));
    assert_eq!(shown["attempt_number"], 203);
    app.finish().await;
}

#[tokio::test]
async fn bodies_of_older_attempts_are_left_out_past_4_mib() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    publish_large(&acme, 1, 900_000).await;
    receiver.next().await;
    app.settled().await;
    let id = acme.get("/api/v1/webhooks/deliveries").await.expect(200)[0]["id"].as_str().unwrap().to_owned();
    for _ in 0..6 {
        acme.post(&format!("/api/v1/webhooks/deliveries/{id}/retry"), json!({"force": true})).await.expect(200);
        receiver.next().await;
    }
    let answer = acme.get(&format!("/api/v1/webhooks/deliveries/{id}")).await;
    let shown = answer.expect(200);
    assert!(answer.body.len() < 5 * 1024 * 1024, "{} bytes", answer.body.len());
    let bodies: Vec<_> =
        shown["attempts"].as_array().unwrap().iter().map(|one| one["request_body"] != Value::Null).collect();
    assert_eq!(bodies, [false, false, false, true, true, true, true]);
    app.finish().await;
}
