//! `POST /api/v1/webhooks/subscriptions/{id}/breaker/reset`.

use super::{check_missing, path_of};
use crate::support::{Reply, TestApp};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn a_reset_breaker_sends_at_once() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for _ in 0..3 {
        receiver.then(Reply::status(500));
    }
    let breaker = json!({"minimum": 3, "failure_percent": 100});
    let made =
        acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "circuit_breaker": breaker})).await;
    for _ in 0..3 {
        acme.publish().await;
    }
    receiver.take(3).await;
    let path = path_of(&made, "");
    let look = async || Some(acme.get(&path).await.expect(200)).filter(|shown| shown["breaker"]["state"] == "open");
    app.until("the breaker is open", look).await;
    let waiting = acme.publish().await["id"].clone();
    app.settled_leaving(1).await;
    receiver.nothing_more();
    let reset = acme.post_nothing(&path_of(&made, "/breaker/reset")).await.expect(200);
    assert_eq!(reset["breaker"], json!({"state": "closed", "since": null, "reason": null, "next_probe_at": null}));
    assert_eq!(receiver.next().await.json()["id"], waiting);
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn a_closed_breaker_stays_closed_and_an_unknown_subscription_is_404() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    let reset = acme.post_nothing(&path_of(&made, "/breaker/reset")).await.expect(200);
    assert_eq!(reset["breaker"]["state"], "closed");
    check_missing(&acme, Method::POST, "/breaker/reset", "").await;
    app.finish().await;
}
