//! Delayed events: `deliver_at` of `POST /api/v1/events` and of its batches.

use crate::support::{Caller, Reply, START, Setup, TestApp, time, within};
use model::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/api/v1/events";
const HOUR: u64 = 60 * 60;

fn in_seconds(seconds: u64) -> Timestamp {
    START.after(Duration::from_secs(seconds))
}

fn delayed(seconds: u64) -> Value {
    json!({"type": "invoice.created", "data": {}, "deliver_at": in_seconds(seconds)})
}

/// The only delivery of an event.
async fn delivery(acme: &Caller, event: &Value) -> Value {
    let mut all = acme.deliveries_of(event).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[tokio::test]
async fn a_delayed_event_is_sent_at_its_time_and_not_before() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let accepted = acme.publish_with(delayed(HOUR)).await;
    let at = json!(in_seconds(HOUR));
    assert_eq!((&accepted["deliver_at"], &accepted["deliveries"]), (&at, &json!(1)));
    assert_eq!(accepted["timestamp"], json!(START), "the time of the occurrence is another field");
    let shown = acme.get(&format!("{PATH}/{}", accepted["id"].as_str().unwrap())).await.expect(200);
    assert_eq!((&shown["deliver_at"], &shown["created_at"]), (&at, &json!(START)));
    let waiting = delivery(&acme, &accepted).await;
    assert_eq!((&waiting["status"], &waiting["next_retry_at"]), (&json!("pending"), &at));
    let listed = acme.get("/api/v1/webhooks/deliveries?status=pending").await.expect(200);
    assert_eq!(listed, json!([waiting]));
    let backlog = acme.get("/api/v1/backlog").await.expect(200);
    assert_eq!(
        (&backlog[0]["subscription_id"], &backlog[0]["oldest_at"], &backlog[0]["queues"]),
        (
            &subscription["id"],
            &at,
            &json!([{"queue": "delayed", "waiting": 1, "oldest_at": START, "next_attempt_at": at}])
        )
    );

    app.clock.advance(Duration::from_micros(HOUR * 1_000_000 - 1));
    // A delivery that was due would be sent before this one.
    acme.publish_with(json!({"type": "invoice.paid", "data": {}})).await;
    assert_eq!(receiver.next().await.json()["type"], "invoice.paid");
    assert_eq!(app.settled().await.len(), 1);
    receiver.nothing_more();

    app.clock.advance(Duration::from_micros(1));
    assert_eq!(receiver.next().await.json()["id"], accepted["id"]);
    let sent = app.attempted(&acme, waiting["id"].as_str().unwrap(), 1).await;
    assert_eq!((&sent["status"], &sent["next_retry_at"]), (&json!("success"), &Value::Null));
    assert_eq!(time(&sent["attempts"][0]["started_at"]), in_seconds(HOUR));
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn events_of_a_batch_are_sent_in_order_of_their_times() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let of = |seconds: u64| {
        let mut event = delayed(seconds);
        event["id"] = json!(format!("after-{seconds}"));
        event
    };
    let now = json!({"type": "invoice.created", "data": {}, "id": "now"});
    let batch = json!({"events": [of(300), of(100), now, of(200)]});
    let accepted = acme.post("/api/v1/events/batch", batch).await.expect(202);
    assert_eq!(accepted["deliveries_by_type"], json!({"invoice.created": 4}));
    let times: Vec<_> = accepted["results"].as_array().unwrap().iter().map(|one| one.get("deliver_at")).collect();
    let at = [300, 100, 200].map(|seconds| json!(in_seconds(seconds)));
    assert_eq!(times, [Some(&at[0]), Some(&at[1]), None, Some(&at[2])]);
    assert_eq!(receiver.next().await.header("webhook-id"), "now");
    for id in ["after-100", "after-200", "after-300"] {
        app.settled().await;
        receiver.nothing_more();
        app.advance(100);
        assert_eq!(receiver.next().await.header("webhook-id"), id);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_time_in_the_past_means_now() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    for (given, shown) in [
        ("2026-01-31T09:30:00Z", "2026-01-31T09:30:00.000Z"),
        ("2026-01-31T11:29:59.5+02:00", "2026-01-31T09:29:59.500Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ] {
        let event = json!({"type": "invoice.created", "data": {}, "deliver_at": given});
        let accepted = acme.publish_with(event).await;
        assert_eq!(accepted["deliver_at"], shown);
        assert_eq!(receiver.next().await.json()["id"], accepted["id"]);
    }
    let none = acme.publish_with(json!({"type": "invoice.created", "data": {}, "deliver_at": null})).await;
    assert_eq!(none.get("deliver_at"), None);
    receiver.next().await;
    app.finish().await;
}

#[tokio::test]
async fn a_time_beyond_the_longest_delay_is_refused() {
    const DAY: u64 = 24 * HOUR;
    let mut settings = api::Settings::new(Duration::from_secs(10));
    for (most, retention, last) in [
        (30, None, "2026-03-02T09:30:00.000Z"),
        (30, Some(90), "2026-03-02T09:30:00.000Z"),
        (7, Some(7), "2026-02-07T09:30:00.000Z"),
    ] {
        settings.retention = retention.map(|days| Duration::from_secs(days * DAY));
        let app = TestApp::start_as(Setup { settings: settings.clone(), ..Setup::default() }).await;
        let acme = app.tenant("acme").await;
        acme.publish_with(delayed(most * DAY)).await;
        let late = delayed(most * DAY + 1);
        let expected = format!("must be no later than {last}: an event can be delayed by {most} days at most");
        assert_eq!(acme.post(PATH, late.clone()).await.fault(), ("deliver_at".into(), expected.clone()));
        let batch = json!({"events": [delayed(1), late]});
        let answer = acme.post("/api/v1/events/batch", batch).await;
        assert_eq!(answer.fault(), ("events[1].deliver_at".into(), expected));
        assert_eq!(acme.get(PATH).await.expect(200).as_array().unwrap().len(), 1, "nothing of the batch was stored");
        app.finish().await;
    }
}

#[tokio::test]
async fn a_tenant_with_a_shorter_retention_has_a_shorter_longest_delay() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
    app.admin().put("/api/v1/tenants/acme", json!({"retention": {"rows_days": 2}})).await.expect(200);
    acme.publish_with(delayed(48 * HOUR)).await;
    let (field, message) = acme.post(PATH, delayed(48 * HOUR + 1)).await.fault();
    assert!(field == "deliver_at" && message.ends_with("an event can be delayed by 2 days at most"), "{message}");
    globex.publish_with(delayed(48 * HOUR + 1)).await;
    app.finish().await;
}

/// The clock is put back after the lane has read the delivery from the store.
#[tokio::test]
async fn a_delivery_in_memory_waits_again_when_the_clock_is_put_back() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    const BEFORE: usize = 20;
    let (replies, releases): (Vec<_>, Vec<_>) = (0..BEFORE).map(|_| Reply::status(200).held()).unzip();
    for reply in replies {
        receiver.then(reply);
    }
    acme.subscribe(&receiver.url("/")).await;
    let event = acme.publish_with(delayed(HOUR)).await;
    let now = json!({"type": "invoice.created", "data": {}});
    acme.post("/api/v1/events/batch", json!({"events": vec![now; BEFORE]})).await.expect(202);
    let under_way = app.nobody().get("/readyz").await.expect(200)["in_flight"].as_u64().unwrap() as usize;
    assert!(under_way < BEFORE, "the delayed one must queue behind others");
    receiver.take(under_way).await;
    app.advance(HOUR);
    // Read into memory, behind the others.
    within("the delayed delivery in memory", async {
        while app.queued_bytes() < (BEFORE + 1 - under_way) * 700 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    app.clock.put_back(Duration::from_secs(HOUR));
    drop(releases);
    receiver.take(BEFORE - under_way).await;
    app.until("the others are delivered", async || {
        let sent = acme.get("/api/v1/webhooks/deliveries?status=success").await.expect(200);
        (sent.as_array().unwrap().len() == BEFORE).then_some(())
    })
    .await;
    app.advance(HOUR - 1);
    assert_eq!(app.settled().await.len(), 1);
    receiver.nothing_more();
    app.advance(1);
    assert_eq!(receiver.next().await.json()["id"], event["id"]);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_malformed_time_is_refused() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (value, part) in [
        (json!("tomorrow"), "ISO 8601"),
        (json!("2026-02-01T09:30:00"), "offset"),
        (json!(""), "ISO 8601"),
        (json!(1_769_851_800), "string"),
        (json!(["2026-02-01T09:30:00Z"]), "string"),
    ] {
        let event = json!({"type": "invoice.created", "data": {}, "deliver_at": value});
        let (field, message) = acme.post(PATH, event).await.fault();
        assert!(field == "deliver_at" && message.contains(part), "{value}: {field} {message}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_time_is_part_of_what_an_idempotency_key_stands_for() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let keyed = acme.with("Idempotency-Key", "one");
    let first = keyed.publish_with(delayed(HOUR)).await;
    app.advance(2 * HOUR);
    // The first call can be repeated later, when its time is in the past.
    let again = keyed.publish_with(delayed(HOUR)).await;
    assert_eq!((&again["duplicate"], &again["id"]), (&json!(true), &first["id"]));
    for other in [delayed(3 * HOUR), json!({"type": "invoice.created", "data": {}})] {
        let refused = keyed.post(PATH, other).await.problem(422, "idempotency_key_reused");
        assert_eq!(refused["errors"][0]["field"], "deliver_at");
    }
    // An id stands for its first event; a difference is reported.
    let named = |seconds| {
        let mut event = delayed(seconds);
        event["id"] = json!("order-1");
        event
    };
    acme.publish_with(named(3 * HOUR)).await;
    let same = acme.publish_with(named(3 * HOUR)).await;
    assert_eq!((&same["duplicate"], same.get("warnings")), (&json!(true), None));
    let other = acme.publish_with(named(4 * HOUR)).await;
    assert_eq!(other["deliver_at"], json!(in_seconds(3 * HOUR)));
    assert!(other["warnings"][0].as_str().unwrap().contains("another deliver_at"), "{other}");
    app.finish().await;
}

#[tokio::test]
async fn a_delayed_event_survives_a_restart_and_is_sent_at_its_time() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let first = acme.publish_with(delayed(HOUR)).await;
    let second = acme.publish_with(delayed(2 * HOUR)).await;
    app.advance(HOUR - 1);
    let key = acme.key();
    let app = app.restart().await;
    let acme = app.nobody().bearing(&key);
    assert_eq!(app.settled().await.len(), 2);
    receiver.nothing_more();
    assert_eq!(delivery(&acme, &first).await["next_retry_at"], json!(in_seconds(HOUR)));
    app.advance(1);
    assert_eq!(receiver.next().await.json()["id"], first["id"]);
    app.settled().await;
    receiver.nothing_more();
    // The time passes while the server is down.
    let clock = app.clock.clone();
    let stopped = app.restart_after(|| clock.advance(Duration::from_secs(2 * HOUR))).await;
    assert_eq!(receiver.next().await.json()["id"], second["id"]);
    stopped.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn deliveries_are_made_for_the_subscriptions_at_the_publication() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let [kept, deleted, paused] = [
        acme.subscribe(&receiver.url("/kept")).await,
        acme.subscribe(&receiver.url("/deleted")).await,
        acme.subscribe(&receiver.url("/paused")).await,
    ];
    let path = |of: &Value, then: &str| format!("/api/v1/webhooks/subscriptions/{}{then}", of["id"].as_str().unwrap());
    let event = acme.publish_with(delayed(HOUR)).await;
    assert_eq!(event["deliveries"], 3);
    acme.subscribe(&receiver.url("/later")).await;
    acme.delete(&path(&deleted, "")).await.expect_nothing();
    acme.post_nothing(&path(&paused, "/pause")).await.expect(200);
    acme.patch(&path(&kept, ""), json!({"events": ["ticket.closed"]})).await.expect(200);
    app.advance(HOUR);
    assert_eq!(receiver.next().await.path, "/kept");
    app.settled().await;
    receiver.nothing_more();
    acme.post_nothing(&path(&paused, "/activate")).await.expect(200);
    assert_eq!(receiver.next().await.path, "/paused");
    app.settled().await;
    let statuses: Vec<_> = acme.deliveries_of(&event).await.iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, ["success", "failed", "success"]);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_delayed_delivery_that_fails_is_retried() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(503));
    acme.subscribe(&receiver.url("/")).await;
    let event = acme.publish_with(delayed(HOUR)).await;
    app.advance(HOUR);
    receiver.next().await;
    let id = delivery(&acme, &event).await["id"].as_str().unwrap().to_owned();
    let retrying = app.attempted(&acme, &id, 1).await;
    assert_eq!(retrying["status"], "retrying");
    app.pass(&retrying["next_retry_at"]);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &id, 2).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_manual_retry_sends_a_delayed_delivery_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let event = acme.publish_with(delayed(HOUR)).await;
    let id = delivery(&acme, &event).await["id"].as_str().unwrap().to_owned();
    acme.post_nothing(&format!("/api/v1/webhooks/deliveries/{id}/retry")).await.expect(200);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &id, 1).await["status"], "success");
    app.advance(2 * HOUR);
    app.finish().await;
    receiver.nothing_more();
}
