//! Egress of tenants and versions of HTTP: real proxies (tinyproxy, microsocks), and a real nginx that records who
//! connects and in which version.

mod gate;
mod proxies;

use crate::{
    protection::{Place, on_both_stores, shown},
    support::{client::Client, wait_until},
};
use gate::Gate;
use serde_json::{Value, json};

on_both_stores! {
    requests_leave_from_the_source_address_of_their_tenant_also_after_a_kill,
    each_subscription_has_its_version_of_http,
}

async fn set(operator: &Client, tenant: &str, egress: Value) {
    let answer = operator.put(&format!("/api/v1/tenants/{tenant}"), &json!({ "egress": egress })).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// A delivery as soon as it has ended, in its only attempt.
async fn ended(client: &Client, event: &str) -> Value {
    wait_until("the delivery has ended", async || {
        let shown = client.get(&format!("/api/v1/events/{event}")).await.body;
        let one = shown["deliveries"][0].clone();
        ["success", "failed"].contains(&one["status"].as_str()?).then_some(one)
    })
    .await
}

/// Subscribes to an event type, without retries.
fn to(event_type: &str, more: &Value) -> Value {
    let mut fields = json!({ "events": [event_type], "retry_enabled": false });
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

async fn requests_leave_from_the_source_address_of_their_tenant_also_after_a_kill(place: Place) {
    let gate = Gate::open().await;
    let server = place.launch().start().await;
    let (acme, other) = (server.tenant("acme").await, server.tenant("other").await);
    for client in [&acme, &other] {
        client.subscribe(&gate.plain(), &to("invoice.paid", &json!({}))).await;
    }
    set(&server.operator(), "acme", json!({ "source_addresses": ["127.0.0.2"] })).await;
    for (client, address) in [(&acme, "127.0.0.2"), (&other, "127.0.0.1")] {
        let event = client.publish("invoice.paid", 1).await;
        assert_eq!(ended(client, &event).await["status"], "success");
        assert_eq!(gate.last(), format!("{address} HTTP/1.1"));
    }

    let server = place.kill_and_start(server, &place.launch()).await;
    let (acme, operator) = (acme.at(server.address), server.operator());
    let event = acme.publish("invoice.paid", 2).await;
    assert_eq!(ended(&acme, &event).await["status"], "success");
    assert_eq!(gate.last(), "127.0.0.2 HTTP/1.1");
    let list = acme.get("/api/v1/egress-addresses").await.body;
    assert_eq!(list, json!({ "addresses": ["127.0.0.2"], "source": "tenant" }));

    let made = acme.subscribe(&gate.plain(), &to("invoice.voided", &json!({}))).await;
    for (source, error) in [
        ("203.0.113.7", "Not sent: the source address 203.0.113.7 is not an address of this machine"),
        ("::1", "Not sent: the source address is an IPv6 address, and the receiver has no address of that family"),
    ] {
        set(&operator, "acme", json!({ "source_addresses": [source] })).await;
        // More than open a circuit breaker.
        for n in 0..12 {
            let event = acme.publish("invoice.voided", n).await;
            let failed = ended(&acme, &event).await;
            assert_eq!((&failed["status"], &failed["error_message"]), (&json!("failed"), &json!(error)));
        }
    }
    assert_eq!(shown(&acme, &made).await["breaker"]["state"], "closed");
    set(&operator, "acme", Value::Null).await;
    let event = acme.publish("invoice.voided", 12).await;
    assert_eq!(ended(&acme, &event).await["status"], "success");
    assert_eq!(gate.last(), "127.0.0.1 HTTP/1.1");
}

async fn each_subscription_has_its_version_of_http(place: Place) {
    let gate = Gate::open().await;
    let server = place.launch().start().await;
    let client = server.tenant("acme").await;
    let tls = json!({ "authorities": gate.authority() });
    let not_http2 = "it did not answer in HTTP/2, which the subscription requires";
    for (url, version, expected) in [
        (gate.tls_http2(), "auto", Ok("HTTP/2.0")),
        (gate.tls_http2(), "http1.1", Ok("HTTP/1.1")),
        (gate.tls_http2(), "http2", Ok("HTTP/2.0")),
        (gate.tls(), "auto", Ok("HTTP/1.1")),
        (gate.tls(), "http2", Err(())),
        (gate.plain(), "auto", Ok("HTTP/1.1")),
        (gate.plain(), "http2", Err(())),
        (gate.plain_http2(), "http2", Ok("HTTP/2.0")),
    ] {
        let mut more = json!({ "http_version": version });
        if url.starts_with("https:") {
            more["tls"] = tls.clone();
        }
        let made = client.subscribe(&url, &to("invoice.paid", &more)).await;
        assert_eq!(shown(&client, &made).await["http_version"], version);
        for n in 0..2 {
            let event = client.publish("invoice.paid", n).await;
            let one = ended(&client, &event).await;
            match expected {
                Ok(protocol) => {
                    assert_eq!(one["status"], "success", "{url} {version}: {one}");
                    assert_eq!(gate.last(), format!("127.0.0.1 {protocol}"), "{url} {version}");
                }
                Err(()) => {
                    let error = one["error_message"].as_str().unwrap();
                    assert!(error.starts_with("HTTP/2 error with 127.0.0.1:") && error.ends_with(not_http2), "{error}");
                }
            }
        }
        assert_eq!(client.delete(&made.path("")).await.status, 204);
    }
}
