//! `POST /api/v1/webhooks/replays/{id}/cancel`.

use super::{PATH, failing, paused};
use crate::support::TestApp;
use serde_json::json;

#[tokio::test]
async fn a_cancelled_replay_never_runs_again() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 3).await;
    let made = acme.post(PATH, json!({"subscription_id": subscription["id"], "rate": 1})).await.expect(202);
    receiver.next().await;
    app.settled().await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let cancelled = acme.post_nothing(&format!("{path}/cancel")).await.expect(200);
    assert_eq!((&cancelled["state"], &cancelled["queued"]), (&json!("cancelled"), &json!(1)));
    assert!(!cancelled["ended_at"].is_null());
    assert_eq!(acme.post_nothing(&format!("{path}/cancel")).await.expect(200)["state"], "cancelled");
    for action in ["pause", "resume"] {
        acme.post_nothing(&format!("{path}/{action}")).await.problem(409, "replay_ended");
    }
    app.advance(10);
    let other = paused(&app, &acme, &subscription).await;
    let path = format!("{PATH}/{}", other["id"].as_str().unwrap());
    assert_eq!(acme.post_nothing(&format!("{path}/cancel")).await.expect(200)["state"], "cancelled");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_completed_replay_cannot_be_cancelled() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 1).await;
    let made = acme.post(PATH, json!({"subscription_id": subscription["id"]})).await.expect(202);
    receiver.next().await;
    app.replayed(&acme, &made, "completed").await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let detail = acme.post_nothing(&format!("{path}/cancel")).await.detail(409, "replay_ended");
    assert_eq!(detail, "The replay has ended already: completed");
    app.finish().await;
}
