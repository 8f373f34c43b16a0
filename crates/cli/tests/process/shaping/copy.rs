//! `postrider copy` keeps everything that chooses and shapes, so a backlog is sent from the new store as from the old one.

use super::{Place, Recorder, nothing_waits, publish, shown};
use crate::support::server::Launch;
use serde_json::{Value, json};
use std::fs;
use testing::Postgres;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_backlog_is_sent_in_the_same_shape() {
    let (place, receiver) = (Place::postgres(), Recorder::start().await);
    let folder = place.folder.path();
    let old = Launch::server(folder).start().await;
    let client = old.tenant("acme").await;
    let fields = json!({
        "filter": "data.n % 2 == 0", "channels": ["eu"], "is_active": false, "secret_type": "ed25519",
        "transformation": { "script": "export default (webhook) => ({ body: { n: webhook.body.data.n } })" },
        "request": { "method": "PUT", "path": "/{data.n}" },
        "authentication": { "type": "bearer", "token": "hush" },
    });
    let made = client.subscribe(&receiver.url("/"), &fields).await;
    let template = json!({ "template": "pagerduty", "options": { "routing_key": "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY01" } });
    let other =
        client.subscribe(&receiver.url("/"), &json!({ "transformation": template, "events": ["user.login"] })).await;
    let mut event = String::new();
    for n in 0..10 {
        let answer = publish(&client, &json!({ "type": "invoice.paid", "data": { "n": n }, "channels": ["eu"] })).await;
        event = answer["id"].as_str().unwrap().to_owned();
    }
    let (before, template) = (shown(&client, &made).await, shown(&client, &other).await);
    old.stop().await;
    let url = Postgres::shared().url(place.database.as_ref().unwrap());
    Launch::new(folder, &["copy", "--from", "sqlite:postrider.db", "--to", &url]).run().await.success();

    let key = fs::read_to_string(folder.join("postrider.db.key")).unwrap();
    let new = place.launch().env("POSTRIDER_MASTER_KEY", key.trim()).start().await;
    let client = client.at(new.address);
    let after = shown(&client, &made).await;
    for name in
        ["filter", "channels", "transformation", "request", "authentication", "public_keys", "compression", "tls"]
    {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(shown(&client, &other).await["transformation"], template["transformation"]);
    assert_eq!(client.get(&format!("/api/v1/events/{event}")).await.body["channels"], json!(["eu"]));
    assert_eq!(client.get(&made.path("/stats")).await.body["total"]["filtered"], 5);
    assert_eq!(client.post(&made.path("/activate"), &json!({})).await.status, 200);
    receiver.wait(5).await;
    nothing_waits(&client).await;
    let mut targets: Vec<String> =
        receiver.requests().iter().map(|one| format!("{} {}", one.method, one.target)).collect();
    targets.sort();
    assert_eq!(targets, ["PUT /0", "PUT /2", "PUT /4", "PUT /6", "PUT /8"]);
    for request in receiver.requests() {
        assert_eq!(request.header("authorization"), "Bearer hush");
        assert_eq!(Value::from(request.target.trim_start_matches('/').parse::<u64>().unwrap()), request.json()["n"]);
    }
}
