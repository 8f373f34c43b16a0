//! `POST /api/v1/webhooks/subscriptions/{id}/activate`.

use super::{check_missing, path_of};
use crate::support::{Reply, TestApp};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn what_waited_is_sent() {
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
    assert_eq!(came, published, "all of them, each once");
    published.push(acme.publish().await["id"].clone());
    assert_eq!(receiver.next().await.json()["id"], published[5]);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn it_can_be_done_by_patch_as_well() {
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
async fn an_active_one_stays_active_and_a_missing_one_is_not_found() {
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
async fn one_that_its_receiver_ended_can_be_activated_again() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(410));
    let made = acme.subscribe(&receiver.url("/")).await;
    let ended = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &ended, 1).await;
    app.settled().await;
    // The journal has told the engine by the time that it has taken the next event.
    acme.publish().await;
    assert_eq!(acme.publish().await["deliveries"], 0, "nothing is collected for it");
    acme.patch(&path_of(&made, ""), json!({"is_active": false})).await.expect(200);
    assert_eq!(acme.publish().await["deliveries"], 0, "and to pause it does not change that");
    acme.post_nothing(&path_of(&made, "/activate")).await.expect(200);
    acme.publish_one().await;
    receiver.next().await;
    // The one that it refused is sent again when asked for.
    acme.post_nothing(&format!("/api/v1/webhooks/deliveries/{ended}/retry")).await.expect(200);
    receiver.next().await;
    assert_eq!(app.attempted(&acme, &ended, 2).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}
