//! Transformations: scripts and templates as receivers see them, what the log shows of their faults, and that a fault
//! of a script says nothing about the receiver.

use super::{
    Place, Recorder, change, delivery, nothing_waits, on_both_stores, publish_to, recorder::Manner, shown, verify,
};
use crate::support::wait_until;
use serde_json::json;

on_both_stores! {
    a_script_changes_the_request_and_the_signature_covers_the_result,
    faults_of_scripts_are_attempts_that_open_no_breaker,
    null_drops_the_delivery,
    templates_are_sent_and_their_keys_are_masked,
}

async fn a_script_changes_the_request_and_the_signature_covers_the_result(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let script = r#"
export default function (webhook) {
  const { id, amount } = webhook.body.data;
  webhook.method = "PUT";
  webhook.path = `/orders/${encodeURIComponent(id)}?of=${webhook.tenant}`;
  webhook.headers["content-type"] = "text/csv";
  webhook.headers["x-order"] = id;
  if ("x-secret-token" in webhook.headers) throw new Error("a script sees a secret");
  delete webhook.headers["x-region"];
  webhook.body = `id,amount\n${id},${amount}\n`;
  return webhook;
}"#;
    let headers = json!({ "X-Environment": "test", "X-Region": "eu", "X-Secret-Token": "hush" });
    let fields = json!({ "transformation": { "script": script }, "headers": headers });
    let made = client.subscribe(&receiver.url("/hook"), &fields).await;
    let id = publish_to(&client, "invoice.paid", &json!({ "id": "a/1", "amount": 12345678901234567890_u64 }), 1).await;
    let got = receiver.nth(1).await;
    assert_eq!((got.method.as_str(), got.target.as_str()), ("PUT", "/orders/a%2F1?of=acme"));
    assert_eq!(got.body, "id,amount\na/1,12345678901234567890\n");
    assert_eq!(got.header("webhook-id"), id);
    // A script does not see headers that may be credentials, and cannot remove them.
    for (name, value) in [
        ("content-type", "text/csv"),
        ("x-order", "a/1"),
        ("x-environment", "test"),
        ("x-region", ""),
        ("x-secret-token", "hush"),
    ] {
        assert_eq!(got.header(name), value, "{name}");
    }
    verify(&made.secret, &got);

    // The log has the request that was sent, also after a change of the script.
    change(&client, &made.id, &json!({ "transformation": null })).await;
    let logged = delivery(&client, "invoice.paid", "success", 1).await;
    let attempt = &logged["attempts"][0];
    assert_eq!(attempt["request_body"], "id,amount\na/1,12345678901234567890\n");
    assert_eq!(attempt["request_headers"][":method"], "PUT");
    let path = format!("/api/v1/webhooks/deliveries/{}/retry", logged["id"].as_str().unwrap());
    assert_eq!(client.post(&path, &json!({ "force": true })).await.status, 200);
    let again = receiver.nth(2).await;
    assert_eq!((again.target.as_str(), &again.json()["data"]["id"]), ("/hook", &json!("a/1")));
    verify(&made.secret, &again);
}

async fn faults_of_scripts_are_attempts_that_open_no_breaker(place: Place) {
    const EVENTS: u64 = 60;
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let fields = json!({
        "transformation": { "script": "export default (webhook) => {\n\n  return webhook.body.order.id;\n}" },
        "circuit_breaker": { "connection_failures": 2, "minimum": 2, "failure_percent": 1 },
        "retry": { "schedule": [3600], "jitter": 0.0 },
    });
    let made = client.subscribe(&receiver.url("/"), &fields).await;
    client.publish_batch("invoice.created", 0..EVENTS).await;
    wait_until("all have failed once", async || {
        (client.deliveries("retrying").await.len() as u64 == EVENTS).then_some(())
    })
    .await;
    assert!(receiver.requests().is_empty());
    let subscription = shown(&client, &made).await;
    assert_eq!(subscription["breaker"]["state"], "closed", "{subscription}");
    let logged = delivery(&client, "invoice.created", "retrying", 1).await;
    let fault = "Not sent: the transformation failed: line 3: TypeError: cannot read property 'id' of undefined";
    assert_eq!(logged["error_message"], fault);

    // The next attempts use the repaired script, also after a kill.
    let server = place.kill_and_start(server, &place.launch()).await;
    let client = client.at(server.address);
    change(&client, &made.id, &json!({ "transformation": { "script": "export default (webhook) => webhook" } })).await;
    let replay = json!({ "subscription_id": made.id, "statuses": ["retrying"] });
    assert_eq!(client.post("/api/v1/webhooks/replays", &replay).await.status, 202);
    receiver.wait(EVENTS as usize).await;
    nothing_waits(&client).await;
    assert_eq!(client.deliveries("success").await.len() as u64, EVENTS);
}

async fn null_drops_the_delivery(place: Place) {
    let receiver = Recorder::start().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let script = "export default (webhook) => webhook.body.data.seq % 2 ? null : webhook";
    let made = client.subscribe(&receiver.url("/"), &json!({ "transformation": { "script": script } })).await;
    client.publish_batch("invoice.created", 0..10).await;
    receiver.wait(5).await;
    nothing_waits(&client).await;
    assert_eq!(receiver.requests().len(), 5);
    let dropped = client.deliveries("failed").await;
    assert_eq!(dropped.len(), 5);
    for one in dropped {
        assert_eq!(one["error_message"], "the subscription's transformation dropped it");
    }
    let stats = client.get(&made.path("/stats")).await.body;
    assert_eq!(stats["total"]["by_status"]["cancelled"], 5, "{stats}");
    assert_eq!((&stats["total"]["attempts"], &stats["total"]["failed_attempts"]), (&json!(5), &json!(0)), "{stats}");
}

async fn templates_are_sent_and_their_keys_are_masked(place: Place) {
    const KEY: &str = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY01";
    let receiver = Recorder::start().await;
    receiver.answers(Manner::Status(202));
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let fields = json!({ "transformation": { "template": "pagerduty", "options": { "routing_key": KEY } } });
    let made = client.subscribe(&receiver.url("/v2/enqueue"), &fields).await;
    let id = publish_to(&client, "invoice.paid", &json!({ "amount": 1.10 }), 1).await;
    let got = receiver.nth(1).await;
    verify(&made.secret, &got);
    let body = got.json();
    assert_eq!((&body["routing_key"], &body["dedup_key"]), (&json!(KEY), &json!(id)));
    assert_eq!(body["payload"]["custom_details"]["amount"], 1.10);

    // A key that may not see secrets gets the mask, and sends it back without a loss.
    let scoped = client.post("/api/v1/keys", &json!({ "scopes": ["webhooks:manage", "events:publish"] })).await;
    let reader = crate::support::client::Client::new(server.address, scoped.body["key"].as_str().unwrap());
    let seen = reader.get(&made.path("")).await.body["transformation"].clone();
    assert_eq!(seen["options"]["routing_key"], "***", "{seen}");
    change(&reader, &made.id, &json!({ "transformation": seen })).await;
    let server = place.kill_and_start(server, &place.launch()).await;
    publish_to(&client.at(server.address), "invoice.paid", &json!({}), 1).await;
    assert_eq!(receiver.nth(2).await.json()["routing_key"], KEY);
}
