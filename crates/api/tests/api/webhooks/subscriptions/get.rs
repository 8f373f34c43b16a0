//! `GET /api/v1/webhooks/subscriptions/{id}`.

use super::{PATH, check_missing, path_of};
use crate::support::{Reply, START, TestApp, hyphenated, time};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn both_spellings_of_an_id_are_accepted() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    let id = made["id"].as_str().unwrap();
    let shown = acme.get(&format!("{PATH}/{id}")).await.expect(200);
    assert_eq!(shown["id"], id);
    for spelling in [hyphenated(id), hyphenated(id).to_uppercase(), id.to_uppercase().replace("SUB_", "sub_")] {
        assert_eq!(acme.get(&format!("{PATH}/{spelling}")).await.expect(200), shown, "{spelling}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_subscription_is_404() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    check_missing(&acme, Method::GET, "", "").await;
    app.finish().await;
}

#[tokio::test]
async fn successes_and_failures_are_counted() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(200)).then(Reply::status(500)).then(Reply::status(201));
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0})).await;
    for _ in 0..3 {
        let delivery = acme.publish_one().await;
        receiver.next().await;
        app.attempted(&acme, &delivery, 1).await;
        app.advance(60);
    }
    let shown = acme.get(&path_of(&made, "")).await.expect(200);
    assert_eq!((&shown["success_count"], &shown["failure_count"]), (&json!(2), &json!(1)));
    assert_eq!(shown["success_rate"], 0.6667);
    let minutes = |name: &str| time(&shown[name]).since(START).as_secs() / 60;
    assert_eq!((minutes("last_triggered_at"), minutes("last_success_at"), minutes("last_failure_at")), (2, 2, 1));
    assert_eq!(shown["updated_at"], made["updated_at"], "deliveries do not change updated_at");
    app.finish().await;
}
