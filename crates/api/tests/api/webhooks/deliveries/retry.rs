//! `POST /api/v1/webhooks/deliveries/{id}/retry`. Tests of the new round of retries are in `delivery::retry`.

use super::PATH;
use crate::support::{Reply, TestApp, hyphenated, within};
use model::{DeliveryId, TenantId};
use serde_json::json;
use storage::Deliveries;

#[tokio::test]
async fn a_failed_delivery_is_retried_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500)).then(Reply::status(500));
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "retry_enabled": false})).await;
    let id = acme.publish_one().await;
    let first = receiver.next().await;
    app.attempted(&acme, &id, 1).await;
    for (attempt, spelling, status, code) in [(2, id.clone(), "failed", 500), (3, hyphenated(&id), "success", 200)] {
        app.advance(10);
        let answer = acme.post_nothing(&format!("{PATH}/{spelling}/retry")).await.expect(200);
        assert_eq!(answer, json!({"message": "Delivery retry initiated successfully"}));
        // The state that a page shows now.
        let shown = acme.get(&format!("{PATH}/{id}")).await.expect(200);
        assert_eq!((&shown["status"], &shown["response_code"]), (&json!(status), &json!(code)));
        assert_eq!(shown["attempt_number"], attempt);
        let again = receiver.next().await;
        assert_eq!(again.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(again.body, first.body);
        assert_eq!(again.sent_at(), app.now().seconds());
        app.attempted(&acme, &id, attempt).await;
    }
    let detail = acme.post_nothing(&format!("{PATH}/{id}/retry")).await.detail(400, "bad_request");
    assert!(detail.starts_with("The delivery cannot be retried: it has been delivered already"), "{detail}");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_waiting_delivery_is_sent_at_once() {
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
async fn a_delivery_in_flight_is_not_sent_twice() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (held, release) = Reply::status(200).held();
    receiver.then(held);
    acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    app.advance(1);
    let retry = tokio::spawn({
        let (acme, path) = (acme.clone(), format!("{PATH}/{id}/retry"));
        async move { acme.post_nothing(&path).await.expect(200) }
    });
    // The delivery is due again before its request has ended.
    let (tenant, delivery) = (TenantId::parse("acme").unwrap(), DeliveryId::parse(&id).unwrap());
    let is_due = async || {
        let found = app.store.delivery(&tenant, delivery).await.unwrap();
        found.is_some_and(|found| found.updated_at > delivery.made_at())
    };
    within("the retry", async {
        while !is_due().await {
            tokio::task::yield_now().await;
        }
    })
    .await;
    release.send(()).unwrap();
    assert_eq!(retry.await.unwrap().get("queued"), None);
    assert_eq!(app.attempted(&acme, &id, 1).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_successful_delivery_is_replayed_only_with_force() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    let first = receiver.next().await;
    app.attempted(&acme, &id, 1).await;
    for (attempt, force) in [(2, json!(true)), (3, json!("true"))] {
        acme.post(&format!("{PATH}/{id}/retry"), json!({"force": force})).await.expect(200);
        assert_eq!(receiver.next().await.body, first.body);
        let shown = app.attempted(&acme, &id, attempt).await;
        let resends: Vec<_> = shown["attempts"].as_array().unwrap().iter().map(|one| &one["resend"]).collect();
        assert!(resends[0].is_null());
        assert!(resends[1..].iter().all(|resend| **resend == true), "marked in the log: {shown}");
    }
    for force in [json!(false), json!(null)] {
        acme.post(&format!("{PATH}/{id}/retry"), json!({"force": force})).await.detail(400, "bad_request");
    }
    assert_eq!(acme.post(&format!("{PATH}/{id}/retry"), json!({"force": "perhaps"})).await.fault().0, "force");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_retry_that_takes_too_long_is_queued() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500)).then(Reply::Hang);
    let fields = json!({"url": receiver.url("/"), "events": ["*"], "timeout_seconds": 5, "max_retries": 0});
    acme.subscribe_with(fields).await;
    let id = acme.publish_one().await;
    app.attempted(&acme, &id, 1).await;
    let answer = acme.post_nothing(&format!("{PATH}/{id}/retry")).await.expect(200);
    // The request and the wait for it end at the same time; either may be first.
    assert_eq!(answer["message"], "Delivery retry initiated successfully");
    receiver.take(2).await;
    app.finish().await;
}

#[tokio::test]
async fn unknown_deliveries_and_inactive_subscriptions_are_refused() {
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
