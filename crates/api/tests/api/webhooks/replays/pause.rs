//! `POST /api/v1/webhooks/replays/{id}/pause`.

use super::{PATH, failing, paused};
use crate::support::TestApp;

#[tokio::test]
async fn a_paused_replay_queues_nothing_until_it_is_resumed() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 3).await;
    let made = paused(&app, &acme, &subscription).await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    // Another replay runs meanwhile, so the paused one had its turn.
    let other = failing(&app, &acme, &mut receiver, 0).await.0;
    let other = acme.post(PATH, serde_json::json!({"subscription_id": other["id"]})).await.expect(202);
    app.replayed(&acme, &other, "completed").await;
    receiver.nothing_more();
    let again = acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    assert_eq!(again["state"], "paused");
    acme.post_nothing(&format!("{path}/resume")).await.expect(200);
    receiver.take(3).await;
    app.replayed(&acme, &made, "completed").await;
    let detail = acme.post_nothing(&format!("{path}/pause")).await.detail(409, "replay_ended");
    assert_eq!(detail, "The replay has ended already: completed");
    app.finish().await;
    receiver.nothing_more();
}
