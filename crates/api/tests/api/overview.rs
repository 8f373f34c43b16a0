//! `GET /api/v1/admin/overview`: the live view of an installation.

use crate::support::{Receiver, Reply, TestApp, within};
use serde_json::{Value, json};
use std::time::Duration;

const PATH: &str = "/api/v1/admin/overview";

/// The overview as soon as it fits; its backlog is counted once a second at most.
async fn overview(app: &TestApp, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    within(what, async {
        loop {
            let now = app.admin().get(PATH).await.expect(200);
            if fits(&now) {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
}

fn of<'v>(overview: &'v Value, subscription: &Value) -> &'v Value {
    let all = overview["troubled"].as_array().unwrap();
    let found = all.iter().find(|one| one["subscription_id"] == subscription["id"]);
    found.unwrap_or_else(|| panic!("{subscription} is not in {all:?}"))
}

#[tokio::test]
async fn the_overview_has_counts_backlog_trouble_and_errors_of_all_tenants() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let empty = app.admin().get(PATH).await.expect(200);
    assert_eq!((&empty["troubled"], &empty["errors"], &empty["troubles"]), (&json!([]), &json!([]), &json!({})));
    assert_eq!(empty["backlog"]["oldest_at"], Value::Null);

    // A receiver whose circuit breaker opens after three failures.
    let breaker = json!({"minimum": 3, "failure_percent": 100, "connection_failures": 3, "pause_seconds": 10});
    let broken = acme
        .subscribe_with(json!({"url": receiver.url("/"), "events": ["invoice.*"], "circuit_breaker": breaker}))
        .await;
    for failures in 1..=3 {
        receiver.then(Reply::status(503));
        let delivery = acme.publish_one().await;
        receiver.next().await;
        app.attempted(&acme, &delivery, 1).await;
        let trouble = if failures < 3 { "failing" } else { "breaker_open" };
        let now = overview(&app, "the failure is shown", |now| now["troubles"][trouble] == 1).await;
        assert_eq!(now["errors"].as_array().unwrap().len(), failures);
    }
    let waits = acme.publish().await;
    // Another tenant's paused and limited subscriptions.
    let mut other = Receiver::start().await;
    let two = app.tenant("two").await;
    let paused = two.subscribe_with(json!({"url": other.url("/"), "events": ["user.*"]})).await;
    two.post_nothing(&format!("/api/v1/webhooks/subscriptions/{}/pause", paused["id"].as_str().unwrap())).await;
    let limit = json!({"limit": 1, "period": "hour"});
    let limited =
        two.subscribe_with(json!({"url": other.url("/"), "events": ["customer.*"], "rate_limit": limit})).await;
    for event_type in ["user.updated", "customer.created", "customer.updated"] {
        two.publish_with(json!({"type": event_type, "data": {}, "priority": "high"})).await;
    }
    other.next().await;

    let fits = |now: &Value| now["backlog"]["waiting"] == 6 && now["totals"]["delivered"] == 1;
    let now = overview(&app, "everything is shown", fits).await;
    let totals = json!({"since": empty["totals"]["since"], "published": 7, "delivered": 1, "failed": 0, "retried": 3});
    assert_eq!(now["totals"], totals);
    assert_eq!(now["troubles"], json!({"breaker_open": 1, "limited": 1, "paused": 1}));
    let order: Vec<&Value> = now["troubled"].as_array().unwrap().iter().map(|one| &one["trouble"]).collect();
    assert_eq!(order, ["breaker_open", "limited", "paused"], "the worst first");
    let one = of(&now, &broken);
    assert_eq!((&one["tenant_id"], &one["url"], &one["waiting"]), (&json!("acme"), &broken["url"], &json!(4)));
    assert!(one["reason"].as_str().unwrap().starts_with("3 of 3 attempts failed"), "{one}");
    assert!(one["since"].is_string() && one["next_attempt_at"].is_string(), "{one}");
    assert_eq!((&of(&now, &limited)["reason"], &of(&now, &limited)["waiting"]), (&json!("rate limit"), &json!(1)));
    assert_eq!((&of(&now, &paused)["reason"], &of(&now, &paused)["waiting"]), (&json!("paused by request"), &json!(1)));

    let queues: Vec<(&str, u64)> = now["backlog"]["queues"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["queue"].as_str().unwrap(), one["waiting"].as_u64().unwrap()))
        .collect();
    assert_eq!(queues, [("high", 2), ("normal", 1), ("retry", 3)]);
    assert!(now["backlog"]["oldest_at"].as_str().unwrap() <= waits["timestamp"].as_str().unwrap());
    assert_eq!(now["backlog"]["capped"], false);
    let error = &now["errors"][0];
    assert_eq!((&error["tenant_id"], &error["response_code"]), (&json!("acme"), &json!(503)));
    assert_eq!((&error["subscription_id"], &error["attempt_number"]), (&broken["id"], &json!(1)));
    assert!(error["next_retry_at"].is_string(), "{error}");
    assert_eq!((&now["nodes"][0]["is_this"], &now["nodes"][0]["state"]), (&json!(true), &json!("live")));
    // Deliveries that a breaker and a rate limit hold back are due, so the end of the test would wait for them.
    for (caller, held_back) in [(&acme, &broken), (&two, &limited)] {
        let path = format!("/api/v1/webhooks/subscriptions/{}/pause", held_back["id"].as_str().unwrap());
        caller.post_nothing(&path).await.expect(200);
    }
    app.finish_leaving(6).await;
}

#[tokio::test]
async fn a_delivery_that_ends_without_success_counts_as_failed_and_an_answer_ends_the_trouble() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "retry_enabled": false})).await;
    receiver.then(Reply::status(500));
    let delivery = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &delivery, 1).await;
    let now = overview(&app, "the failure is shown", |now| now["totals"]["failed"] == 1).await;
    assert_eq!((&of(&now, &made)["trouble"], &now["errors"][0]["next_retry_at"]), (&json!("failing"), &Value::Null));
    acme.publish().await;
    receiver.next().await;
    let now = overview(&app, "the answer is shown", |now| now["totals"]["delivered"] == 1).await;
    let now = match now["troubles"] == json!({}) {
        true => now,
        false => overview(&app, "the trouble has ended", |now| now["troubles"] == json!({})).await,
    };
    assert_eq!(now["totals"]["retried"], 0);

    // A receiver that is gone.
    receiver.then(Reply::status(410));
    acme.publish().await;
    receiver.next().await;
    let now = overview(&app, "the disabled one is shown", |now| now["troubles"]["disabled"] == 1).await;
    assert_eq!(of(&now, &made)["reason"], "the receiver answered 410 Gone");
    app.finish().await;
}

#[tokio::test]
async fn the_overview_is_for_the_operator_and_needs_no_tenant() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    acme.get(PATH).await.problem(403, "forbidden");
    app.nobody().get(PATH).await.problem(401, "unauthorized");
    assert_eq!(app.admin().get(PATH).await.expect(200)["paused"], false);
    app.finish().await;
}
