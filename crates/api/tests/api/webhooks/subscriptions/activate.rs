//! `POST /api/v1/webhooks/subscriptions/{id}/activate`.

use super::{check_missing, path_of};
use crate::support::{Reply, TestApp};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn deliveries_that_waited_are_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "is_active": false})).await;
    let mut published = Vec::new();
    for _ in 0..5 {
        published.push(acme.publish().await["id"].clone());
        app.advance(60);
    }
    let active = acme.post_nothing(&path_of(&made, "/activate")).await.expect(200);
    assert_eq!(active["is_active"], true);
    let mut came = Vec::new();
    for request in receiver.take(5).await {
        assert_eq!(request.sent_at(), app.now().seconds());
        came.push(request.json()["id"].clone());
    }
    came.sort_by_key(ToString::to_string);
    assert_eq!(came, published, "all events, each once");
    published.push(acme.publish().await["id"].clone());
    assert_eq!(receiver.next().await.json()["id"], published[5]);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn patch_can_activate_a_subscription() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    acme.patch(&path_of(&made, ""), json!({"is_active": false})).await.expect(200);
    assert_eq!(acme.publish().await["deliveries"], 1);
    acme.patch(&path_of(&made, ""), json!({"is_active": true})).await.expect(200);
    receiver.next().await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn an_active_subscription_stays_active_and_an_unknown_one_is_404() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    for _ in 0..2 {
        assert_eq!(acme.post_nothing(&path_of(&made, "/activate")).await.expect(200)["is_active"], true);
    }
    acme.publish().await;
    receiver.next().await;
    check_missing(&acme, Method::POST, "/activate", "").await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_subscription_disabled_by_410_can_be_activated_again() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(410));
    let made = acme.subscribe(&receiver.url("/")).await;
    let ended = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &ended, 1).await;
    app.settled().await;
    // The engine has the outcome by the time that the journal has taken the next event.
    acme.publish().await;
    assert_eq!(acme.publish().await["deliveries"], 0, "no delivery is created for it");
    acme.patch(&path_of(&made, ""), json!({"is_active": false})).await.expect(200);
    assert_eq!(acme.publish().await["deliveries"], 0, "a pause does not change that");
    acme.post_nothing(&path_of(&made, "/activate")).await.expect(200);
    acme.publish_one().await;
    receiver.next().await;
    // The delivery that got the 410 can be retried by hand.
    acme.post_nothing(&format!("/api/v1/webhooks/deliveries/{ended}/retry")).await.expect(200);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &ended, 2).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}
