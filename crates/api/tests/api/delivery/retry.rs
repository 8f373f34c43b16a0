//! Retries (`docs/contracts.md`): the schedules of the profiles, the last retry, and the new round that a retry by hand
//! begins.

use crate::support::{Caller, Receiver, Reply, TestApp, seconds_between, time};
use serde_json::{Value, json};

/// Checks that the next attempt is due in `wait` seconds, within the jitter of 10 %.
#[track_caller]
fn check_wait(app: &TestApp, shown: &Value, wait: u64) {
    assert_eq!(shown["status"], "retrying", "{shown}");
    let ahead = seconds_between(app.now(), time(&shown["next_retry_at"]));
    // The wait begins at the answer; the test clock stood still during the real request.
    let took = shown["duration_ms"].as_u64().unwrap() / 1_000 + 1;
    assert!((wait * 9 / 10..=wait * 11 / 10 + took).contains(&ahead), "{ahead} s instead of about {wait}");
}

/// Moves the clock to a second before the next attempt, where nothing is sent, and then past it.
async fn wait_for_retry(app: &TestApp, receiver: &mut Receiver, shown: &Value) {
    let due = time(&shown["next_retry_at"]);
    app.advance(seconds_between(app.now(), due) - 1);
    app.settled().await;
    receiver.nothing_more();
    app.pass(&shown["next_retry_at"]);
}

/// Subscribes the receiver to all types, with these fields; returns the subscription's id.
async fn subscribe(receiver: &Receiver, acme: &Caller, fields: Value) -> String {
    let mut all = json!({"url": receiver.url("/"), "events": ["*"]});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    acme.subscribe_with(all).await["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_failed_delivery_is_retried_with_growing_waits() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500)).then(Reply::status(404)).then(Reply::status(200));
    subscribe(&receiver, &acme, json!({})).await;
    let delivery = acme.publish_one().await;
    let mut requests = vec![receiver.next().await];
    for (attempt, status, message, wait) in
        [(1, 500, "HTTP 500 Internal Server Error", 300), (2, 404, "HTTP 404 Not Found", 3_600)]
    {
        let shown = app.attempted(&acme, &delivery, attempt).await;
        assert_eq!((&shown["response_code"], &shown["error_message"]), (&json!(status), &json!(message)));
        check_wait(&app, &shown, wait);
        wait_for_retry(&app, &mut receiver, &shown).await;
        let request = receiver.next().await;
        assert_eq!(request.sent_at(), app.now().seconds(), "sent when it was due and not before");
        assert_eq!(request.header("x-webhook-timestamp"), app.now().to_string());
        requests.push(request);
    }
    let shown = app.attempted(&acme, &delivery, 3).await;
    assert_eq!((&shown["status"], &shown["error_message"]), (&json!("success"), &json!(null)));
    assert_eq!(shown["next_retry_at"], json!(null));
    assert!(requests.windows(2).all(|pair| pair[0].sent_at() < pair[1].sent_at()));
    assert!(requests.iter().all(|one| one.header("webhook-id") == requests[0].header("webhook-id")));
    assert!(requests.iter().all(|one| one.body == requests[0].body), "the same bytes every time");
    app.advance(1_000_000);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn after_the_third_retry_the_delivery_has_failed() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for _ in 0..4 {
        receiver.then(Reply::status(500));
    }
    let subscription = subscribe(&receiver, &acme, json!({})).await;
    let delivery = acme.publish_one().await;
    receiver.next().await;
    for (attempt, wait) in [(1, 300), (2, 3_600), (3, 21_600)] {
        let shown = app.attempted(&acme, &delivery, attempt).await;
        check_wait(&app, &shown, wait);
        wait_for_retry(&app, &mut receiver, &shown).await;
        receiver.next().await;
    }
    let shown = app.attempted(&acme, &delivery, 4).await;
    assert_eq!((&shown["status"], &shown["next_retry_at"]), (&json!("failed"), &json!(null)));
    assert_eq!(shown["error_message"], "HTTP 500 Internal Server Error");
    let owner = acme.get(&format!("/api/v1/webhooks/subscriptions/{subscription}")).await.expect(200);
    assert_eq!((&owner["is_active"], &owner["failure_count"]), (&json!(true), &json!(4)));
    app.advance(10_000_000);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn max_retries_and_retry_enabled_limit_the_retries() {
    for (fields, attempts) in [
        (json!({"max_retries": 0}), 1),
        (json!({"max_retries": 1}), 2),
        (json!({"retry_enabled": false}), 1),
        (json!({"retry_enabled": false, "max_retries": 10}), 1),
    ] {
        let (app, acme, mut receiver) = TestApp::with_receiver().await;
        subscribe(&receiver, &acme, fields.clone()).await;
        for _ in 0..attempts {
            receiver.then(Reply::status(503));
        }
        let delivery = acme.publish_one().await;
        for attempt in 1..=attempts {
            receiver.next().await;
            let shown = app.attempted(&acme, &delivery, attempt).await;
            let last = attempt == attempts;
            assert_eq!(shown["status"], if last { "failed" } else { "retrying" }, "{fields}");
            if !last {
                app.pass(&shown["next_retry_at"]);
            }
        }
        app.advance(10_000_000);
        app.finish().await;
        receiver.nothing_more();
    }
}

#[tokio::test]
async fn ten_retries_repeat_the_last_wait() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    subscribe(&receiver, &acme, json!({"max_retries": 10})).await;
    for _ in 0..11 {
        receiver.then(Reply::status(500));
    }
    let delivery = acme.publish_one().await;
    receiver.next().await;
    for attempt in 1..=10 {
        let shown = app.attempted(&acme, &delivery, attempt).await;
        check_wait(&app, &shown, [300, 3_600].get(attempt as usize - 1).copied().unwrap_or(21_600));
        app.pass(&shown["next_retry_at"]);
        receiver.next().await;
    }
    assert_eq!(app.attempted(&acme, &delivery, 11).await["status"], "failed");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn the_other_profiles_have_their_own_schedules() {
    for (profile, waits) in
        [("standard", vec![5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]), ("tenant", vec![1, 2, 4])]
    {
        let (app, acme, mut receiver) = TestApp::with_receiver().await;
        subscribe(&receiver, &acme, json!({"profile": profile})).await;
        for _ in 0..=waits.len() {
            receiver.then(Reply::status(500));
        }
        let delivery = acme.publish_one().await;
        receiver.next().await;
        for (at, wait) in waits.iter().enumerate() {
            let shown = app.attempted(&acme, &delivery, at as u64 + 1).await;
            check_wait(&app, &shown, *wait);
            app.pass(&shown["next_retry_at"]);
            receiver.next().await;
        }
        let shown = app.attempted(&acme, &delivery, waits.len() as u64 + 1).await;
        assert_eq!(shown["status"], "failed", "{profile}");
        app.finish().await;
        receiver.nothing_more();
    }
}

#[tokio::test]
async fn a_retry_by_hand_begins_a_new_round() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    subscribe(&receiver, &acme, json!({"max_retries": 1})).await;
    for _ in 0..3 {
        receiver.then(Reply::status(500));
    }
    let delivery = acme.publish_one().await;
    let path = format!("/api/v1/webhooks/deliveries/{delivery}");
    let first = receiver.next().await;
    app.pass(&app.attempted(&acme, &delivery, 1).await["next_retry_at"]);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &delivery, 2).await["status"], "failed");

    acme.post_nothing(&format!("{path}/retry")).await.expect(200);
    receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 3).await;
    check_wait(&app, &shown, 300);
    app.pass(&shown["next_retry_at"]);
    let last = receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 4).await;
    assert_eq!((&shown["status"], &shown["error_message"]), (&json!("success"), &json!(null)));
    let numbers: Vec<_> =
        shown["attempts"].as_array().unwrap().iter().map(|one| one["attempt_number"].clone()).collect();
    assert_eq!(numbers, [1, 2, 3, 4], "all attempts stay in the log");
    assert_eq!((last.header("webhook-id"), &last.body), (first.header("webhook-id"), &first.body));
    let detail = acme.post_nothing(&format!("{path}/retry")).await.detail(400, "bad_request");
    assert!(detail.contains("delivered already"), "{detail}");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_retries_due_at_once_are_all_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    const MANY: usize = 150;
    for _ in 0..MANY {
        receiver.then(Reply::status(500));
    }
    // The circuit breaker would open after fifty failures.
    subscribe(&receiver, &acme, json!({"circuit_breaker": {"enabled": false}})).await;
    let event = json!({"type": "invoice.created", "data": {}});
    acme.post("/api/v1/events/batch", json!({"events": vec![event; MANY]})).await.expect(202);
    receiver.take(MANY).await;
    app.until("all to be retrying", async || {
        let list = acme.get("/api/v1/webhooks/deliveries?status=retrying&limit=200").await.expect(200);
        (list.as_array().unwrap().len() == MANY).then_some(())
    })
    .await;
    app.advance(600);
    let mut ids: Vec<_> = receiver.take(MANY).await.iter().map(|one| one.header("webhook-id").to_owned()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), MANY);
    app.finish().await;
    receiver.nothing_more();
}
