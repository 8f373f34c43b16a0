//! `POST /api/v1/webhooks/deliveries/{id}/retry`. What a new round of attempts is like is in `delivery::retry`.

use super::PATH;
use crate::support::{Reply, TestApp, hyphenated};
use serde_json::json;

#[tokio::test]
async fn a_failed_delivery_is_sent_again_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500)).then(Reply::status(500));
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "retry_enabled": false})).await;
    let id = acme.publish_one().await;
    let first = receiver.next().await;
    app.attempted(&acme, &id, 1).await;
    for (attempt, spelling) in [(2, id.clone()), (3, hyphenated(&id))] {
        app.advance(10);
        let answer = acme.post_nothing(&format!("{PATH}/{spelling}/retry")).await;
        assert_eq!(answer.expect(200), json!({"message": "Delivery queued for retry"}));
        let again = receiver.next().await;
        assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(again.body, first.body);
        assert_eq!(again.sent_at(), app.now().seconds());
        app.attempted(&acme, &id, attempt).await;
    }
    let detail = acme.post_nothing(&format!("{PATH}/{id}/retry")).await.detail(400, "bad_request");
    assert_eq!(detail, "The delivery cannot be retried: it has been delivered already");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn one_that_waits_is_sent_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500));
    acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &id, 1).await;
    acme.post_nothing(&format!("{PATH}/{id}/retry")).await.expect(200);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &id, 2).await["status"], "success");
    app.advance(100_000);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn one_under_way_is_not_sent_twice() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (held, release) = Reply::status(200).held();
    receiver.then(held);
    acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    acme.post_nothing(&format!("{PATH}/{id}/retry")).await.expect(200);
    release.send(()).unwrap();
    assert_eq!(app.attempted(&acme, &id, 1).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn what_is_not_there_or_inactive_is_refused() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for id in ["dlv_06f8k2m4q9v1x3z5b7d9f1h3k5", "0190f3c1-0000-7000-8000-000000000001", "nothing"] {
        let detail = acme.post_nothing(&format!("{PATH}/{id}/retry")).await.detail(400, "bad_request");
        assert_eq!(detail, "The delivery cannot be retried: it was not found", "{id}");
    }
    receiver.then(Reply::status(500));
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0})).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &id, 1).await;
    let subscription = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    acme.post_nothing(&format!("{subscription}/pause")).await.expect(200);
    let inactive = "The delivery cannot be retried: its subscription is inactive";
    assert_eq!(acme.post_nothing(&format!("{PATH}/{id}/retry")).await.detail(400, "bad_request"), inactive);
    acme.delete(&subscription).await.expect_nothing();
    assert_eq!(acme.post_nothing(&format!("{PATH}/{id}/retry")).await.detail(400, "bad_request"), inactive);
    app.finish().await;
    receiver.nothing_more();
}
