//! `POST /api/v1/webhooks/replays/{id}/resume`.

use super::{PATH, failing, paused};
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_replay_is_resumed_only_while_its_subscription_is_active() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 2).await;
    let made = paused(&app, &acme, &subscription).await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let of = format!("/api/v1/webhooks/subscriptions/{}", subscription["id"].as_str().unwrap());
    acme.post_nothing(&format!("{of}/pause")).await.expect(200);
    let detail = acme.post_nothing(&format!("{path}/resume")).await.detail(409, "subscription_inactive");
    assert_eq!(detail, "The subscription is paused; activate it first");
    acme.post_nothing(&format!("{of}/activate")).await.expect(200);
    let resumed = acme.post_nothing(&format!("{path}/resume")).await.expect(200);
    assert_eq!(resumed["state"], "running");
    receiver.take(2).await;
    app.replayed(&acme, &made, "completed").await;
    acme.post_nothing(&format!("{path}/resume")).await.problem(409, "replay_ended");
    assert_eq!(acme.get(&path).await.expect(200)["queued"], json!(2));
    app.finish().await;
    receiver.nothing_more();
}
