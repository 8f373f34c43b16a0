//! `DELETE /api/v1/webhooks/subscriptions/{id}`.

use super::{PATH, check_missing, path_of};
use crate::support::{Reply, TestApp, each};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn a_deleted_subscription_is_404_and_its_log_stays() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    let delivery = acme.publish_one().await;
    receiver.next().await;
    let before = app.attempted(&acme, &delivery, 1).await;
    acme.delete(&path_of(&made, "")).await.expect_nothing();
    for (method, below) in [
        (Method::GET, ""),
        (Method::PATCH, ""),
        (Method::DELETE, ""),
        (Method::POST, "/pause"),
        (Method::POST, "/activate"),
        (Method::POST, "/test"),
        (Method::POST, "/rotate-secret"),
        (Method::GET, "/deliveries"),
    ] {
        let answer = acme.send(method, &path_of(&made, below), "{}").await;
        let expected = format!("Webhook subscription not found: {}", made["id"].as_str().unwrap());
        assert_eq!(answer.detail(404, "not_found"), expected, "{below}");
    }
    assert_eq!(acme.get(PATH).await.expect(200), json!([]));
    assert_eq!(acme.publish().await["deliveries"], 0);
    assert_eq!(acme.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.expect(200), before);
    let by = format!("/api/v1/webhooks/deliveries?subscription_id={}", made["id"].as_str().unwrap());
    assert_eq!(each(&acme.get(&by).await.expect(200), "id"), [delivery]);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn an_unknown_subscription_is_404() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    check_missing(&acme, Method::DELETE, "", "").await;
    app.finish().await;
}

#[tokio::test]
async fn waiting_deliveries_are_cancelled() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500));
    let made = acme.subscribe(&receiver.url("/")).await;
    let retrying = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &retrying, 1).await;
    acme.post_nothing(&path_of(&made, "/pause")).await.expect(200);
    let pending = acme.publish_one().await;
    acme.delete(&path_of(&made, "")).await.expect_nothing();
    for (delivery, attempts) in [(&retrying, 1), (&pending, 0)] {
        let shown = acme.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await.expect(200);
        assert_eq!((&shown["status"], &shown["attempt_number"]), (&json!("failed"), &json!(attempts)));
        assert_eq!(shown["error_message"], "the subscription was deleted");
        assert_eq!(shown["next_retry_at"], json!(null));
        let again = acme.post_nothing(&format!("/api/v1/webhooks/deliveries/{delivery}/retry")).await;
        assert!(again.detail(400, "bad_request").contains("inactive"));
    }
    app.advance(100_000);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_request_in_flight_is_not_retried_after_the_deletion() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (held, release) = Reply::status(500).held();
    receiver.then(held);
    let made = acme.subscribe(&receiver.url("/")).await;
    let delivery = acme.publish_one().await;
    receiver.next().await;
    acme.delete(&path_of(&made, "")).await.expect_nothing();
    release.send(()).unwrap();
    let path = format!("/api/v1/webhooks/deliveries/{delivery}");
    let shown = app
        .until("the attempt in the log", async || {
            let shown = acme.get(&path).await.expect(200);
            (shown["attempts"][0]["response_code"] == 500).then_some(shown)
        })
        .await;
    assert_eq!((&shown["status"], &shown["next_retry_at"]), (&json!("failed"), &json!(null)));
    app.advance(100_000);
    app.finish().await;
    receiver.nothing_more();
}
