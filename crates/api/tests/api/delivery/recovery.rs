//! Recovery of waiting deliveries after a restart, and deliveries whose subscription changes while they are written or
//! sent.

use crate::support::{Reply, TestApp};
use serde_json::json;

#[tokio::test]
async fn waiting_deliveries_are_sent_after_a_restart() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(500));
    let made = acme.subscribe(&receiver.url("/")).await;
    let retrying = acme.publish_one().await;
    let first = receiver.next().await;
    let shown = app.attempted(&acme, &retrying, 1).await;
    let paused =
        acme.subscribe_with(json!({"url": receiver.url("/paused"), "events": ["*"], "is_active": false})).await;
    acme.patch(
        &format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap()),
        json!({"events": ["ticket.*"]}),
    )
    .await;
    let pending = acme.publish_one().await;

    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    app.settled().await;
    receiver.nothing_more();
    app.pass(&shown["next_retry_at"]);
    let again = receiver.next().await;
    assert_eq!((again.header("webhook-id"), &again.body), (first.header("webhook-id"), &first.body));
    assert_eq!(app.attempted(&acme, &retrying, 2).await["status"], "success");
    acme.post_nothing(&format!("/api/v1/webhooks/subscriptions/{}/activate", paused["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(receiver.next().await.path, "/paused");
    assert_eq!(app.attempted(&acme, &pending, 1).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_change_during_the_commit_of_an_event_applies_to_its_delivery() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/old")).await;
    let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    let mut held = app.store.hold_next_commit();
    let publishing = tokio::spawn({
        let acme = acme.clone();
        async move { acme.publish().await }
    });
    held.reached().await;
    acme.patch(&path, json!({"url": receiver.url("/new")})).await.expect(200);
    held.release();
    publishing.await.unwrap();
    assert_eq!(receiver.next().await.path, "/new");
    acme.publish().await;
    assert_eq!(receiver.next().await.path, "/new", "later events go there too");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_pause_during_the_commit_of_an_event_applies_to_its_delivery() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    let mut held = app.store.hold_next_commit();
    let publishing = tokio::spawn({
        let acme = acme.clone();
        async move { acme.publish().await }
    });
    held.reached().await;
    acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    held.release();
    publishing.await.unwrap();
    // The journal has handed on the first event by the time that it has written the second.
    acme.publish().await;
    app.settled().await;
    app.finish_leaving(2).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_deletion_during_the_commit_of_an_event_cancels_its_delivery() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    let mut held = app.store.hold_next_commit();
    let publishing = tokio::spawn({
        let acme = acme.clone();
        async move { acme.publish().await }
    });
    held.reached().await;
    acme.delete(&format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap())).await.expect_nothing();
    held.release();
    let event = publishing.await.unwrap();
    assert_eq!(acme.deliveries_of(&event).await[0]["status"], "failed");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_change_overtaken_by_a_deletion_does_not_restore_the_subscription() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    let mut held = app.store.hold_next_update();
    let changing = tokio::spawn({
        let (acme, path) = (acme.clone(), path.clone());
        async move { acme.patch(&path, json!({"description": "late"})).await.expect(200) }
    });
    held.reached().await;
    acme.delete(&path).await.expect_nothing();
    held.release();
    changing.await.unwrap();
    assert_eq!(acme.publish().await["deliveries"], 0, "a deleted subscription receives nothing");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_change_overtaken_by_a_newer_one_does_not_undo_it() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/first")).await;
    acme.publish().await;
    assert_eq!(receiver.next().await.path, "/first");
    let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    let mut held = app.store.hold_next_update();
    let (slow, url) = (acme.clone(), receiver.url("/slow"));
    let changing = tokio::spawn({
        let path = path.clone();
        async move { slow.patch(&path, json!({"url": url})).await.expect(200) }
    });
    held.reached().await;
    acme.patch(&path, json!({"url": receiver.url("/last")})).await.expect(200);
    held.release();
    changing.await.unwrap();
    acme.publish().await;
    assert_eq!(receiver.next().await.path, "/last");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn an_outcome_is_kept_until_the_store_accepts_it() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (reply, release) = Reply::status(200).held();
    receiver.then(reply);
    acme.subscribe(&receiver.url("/")).await;
    let delivery = acme.publish_one().await;
    receiver.next().await;
    app.store.set_broken(true);
    release.send(()).unwrap();
    acme.post("/api/v1/events", json!({"type": "invoice.created", "data": {}})).await.problem(503, "unavailable");
    app.store.set_broken(false);
    assert_eq!(app.attempted(&acme, &delivery, 1).await["status"], "success");
    app.finish().await;
    receiver.nothing_more();
}
