//! `GET /api/v1/webhooks/replays/{id}`.

use super::{PATH, failing, paused};
use crate::support::{Reply, TestApp, hyphenated};
use serde_json::json;

#[tokio::test]
async fn the_progress_of_a_replay_is_shown() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let (subscription, _) = failing(&app, &acme, &mut receiver, 3).await;
    let made = paused(&app, &acme, &subscription).await;
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let shown = acme.get(&path).await.expect(200);
    for (name, value) in [
        ("state", json!("paused")),
        ("count", json!(3)),
        ("queued", json!(0)),
        ("waiting", json!(0)),
        ("rate", json!(null)),
        ("reason", json!(null)),
        ("position", json!({"part": "deliveries", "reached_at": null})),
        ("subscription_id", subscription["id"].clone()),
    ] {
        assert_eq!(shown[name], value, "{name}");
    }
    let (held, release) = Reply::status(200).held();
    receiver.then(held);
    acme.post_nothing(&format!("{path}/resume")).await.expect(200);
    receiver.take(3).await;
    let other = hyphenated(made["id"].as_str().unwrap());
    assert_eq!(acme.get(&format!("{PATH}/{other}")).await.expect(200)["id"], made["id"]);
    release.send(()).unwrap();
    let done = app.replayed(&acme, &made, "completed").await;
    assert_eq!(done["queued"], 3);
    app.settled().await;
    assert_eq!(acme.get(&path).await.expect(200)["waiting"], 0);
    for id in ["nothing", "rpl_06f8k2m4q9v1x3z5b7d9f1h3k5"] {
        let detail = acme.get(&format!("{PATH}/{id}")).await.detail(404, "not_found");
        assert_eq!(detail, format!("Replay not found: {id}"));
    }
    app.finish().await;
}
