//! `/api/v1/webhooks/replays`.

mod cancel;
mod create;
mod get;
mod list;
mod pause;
mod resume;

use crate::support::{Caller, Receiver, Reply, TestApp};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/webhooks/replays";

/// A subscription without retries that fails all of `count` events; returns it and the ids of the deliveries.
async fn failing(app: &TestApp, acme: &Caller, receiver: &mut Receiver, count: usize) -> (Value, Vec<String>) {
    let fields = json!({"url": receiver.url("/"), "events": ["*"], "max_retries": 0});
    let made = acme.subscribe_with(fields).await;
    let mut deliveries = Vec::new();
    for _ in 0..count {
        receiver.then(Reply::status(500));
        let id = acme.publish_one().await;
        receiver.next().await;
        app.attempted(acme, &id, 1).await;
        deliveries.push(id);
    }
    (made, deliveries)
}

/// A replay that is paused before it has queued anything: the operator's pause keeps it from beginning.
async fn paused(app: &TestApp, acme: &Caller, subscription: &Value) -> Value {
    app.admin().post_nothing("/api/v1/nodes/pause").await.expect(200);
    let made = acme.post(PATH, json!({"subscription_id": subscription["id"]})).await.expect(202);
    let path = format!("{PATH}/{}", made["id"].as_str().unwrap());
    let paused = acme.post_nothing(&format!("{path}/pause")).await.expect(200);
    assert_eq!((&paused["state"], &paused["queued"]), (&json!("paused"), &json!(0)));
    app.admin().post_nothing("/api/v1/nodes/resume").await.expect(200);
    paused
}
