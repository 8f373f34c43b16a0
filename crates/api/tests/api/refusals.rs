//! Errors of single endpoints that the tests of the other modules do not provoke. (The contract of the tenant API is
//! tested elsewhere, against both stores.)

use crate::support::{Answer, Caller, TestApp};
use serde_json::{Value, json};

const SUBSCRIPTIONS: &str = "/api/v1/webhooks/subscriptions";
const TENANT_SUBSCRIPTIONS: &str = "/api/v1/tenant/webhooks/subscriptions";
const TENANT_DELIVERIES: &str = "/api/v1/tenant/webhooks/deliveries";

/// The calls that change a subscription of the platform API.
async fn change(caller: &Caller, id: &str, action: &str) -> Answer {
    match action {
        "" => caller.patch(&format!("{SUBSCRIPTIONS}/{id}"), json!({"is_active": true})).await,
        action => caller.post_nothing(&format!("{SUBSCRIPTIONS}/{id}/{action}")).await,
    }
}

#[tokio::test]
async fn a_subscription_that_is_changed_concurrently_all_the_time_is_409() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    app.store.set_contended(true);
    for action in ["", "activate", "pause", "rotate-secret"] {
        let detail = change(&acme, made["id"].as_str().unwrap(), action).await.detail(409, "conflict");
        assert_eq!(detail, "The subscription is being changed concurrently; try again", "{action}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_event_and_a_url_have_one_active_subscription_in_the_tenant_api() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let fields = json!({"event": "invoice.created", "url": "https://a.example/hook"});
    let first = acme.post(TENANT_SUBSCRIPTIONS, fields.clone()).await.expect(201);
    let detail = acme.post(TENANT_SUBSCRIPTIONS, fields.clone()).await.detail(409, "duplicate_subscription");
    assert_eq!(detail, "An active subscription with the same event and URL exists already");
    let first = first["id"].as_str().unwrap();
    change(&acme, first, "pause").await.expect(200);
    acme.post(TENANT_SUBSCRIPTIONS, fields).await.expect(201);
    for action in ["", "activate"] {
        change(&acme, first, action).await.problem(409, "duplicate_subscription");
    }
    app.finish().await;
}

#[tokio::test]
async fn no_test_is_sent_while_all_deliveries_are_paused() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    app.admin().post_nothing("/api/v1/nodes/pause").await.expect(200);
    change(&acme, made["id"].as_str().unwrap(), "test").await.problem(409, "paused");
    app.admin().post_nothing("/api/v1/nodes/resume").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn publishing_in_the_tenant_api_refuses_a_reused_key_and_a_full_disk() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let acme = acme.with("Idempotency-Key", "key-1");
    let event = |n: i64| json!({"event": "invoice.created", "payload": {"n": n}});
    acme.post(TENANT_DELIVERIES, event(1)).await.expect(202);
    receiver.next().await;
    let reused = acme.post(TENANT_DELIVERIES, event(2)).await.problem(400, "idempotency_key_reused");
    assert_eq!(reused["errors"][0]["field"], "data", "{reused}");
    app.store.set_broken(true);
    acme.with("Idempotency-Key", "key-2").post(TENANT_DELIVERIES, event(2)).await.problem(503, "unavailable");
    app.store.set_broken(false);
    app.finish().await;
}

#[tokio::test]
async fn only_a_failed_delivery_is_retried_in_the_tenant_api() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let delivery = acme.publish_one().await;
    receiver.next().await;
    app.settled().await;
    let detail = acme.post_nothing(&format!("{TENANT_DELIVERIES}/{delivery}/retry")).await.detail(400, "not_retryable");
    assert_eq!(detail, "The delivery cannot be retried: it has not failed");
    let shown: Value = acme.get(TENANT_DELIVERIES).await.expect(200);
    assert_eq!(shown[0]["status"], "DELIVERED");
    app.finish().await;
}
