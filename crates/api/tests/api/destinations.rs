//! Rules for destinations: the allow lists of tenants and the port policy, at creation and at attempts.

use crate::support::{Answer, Receiver, Setup, TestApp};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/webhooks/subscriptions";

async fn put(app: &TestApp, fields: Value) -> Value {
    app.admin().put("/api/v1/tenants/acme", fields).await.expect(200)
}

#[tokio::test]
async fn allow_lists_are_replaced_kept_and_emptied() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let shown = put(&app, json!({"allow_networks": ["10.1.2.0/24", "fd12::7"]})).await;
    assert_eq!((&shown["allow_networks"], &shown["allow_hosts"]), (&json!(["10.1.2.0/24", "fd12::7/128"]), &json!([])));
    let shown = put(&app, json!({"allow_hosts": ["*.Example.com", "münchen.example", "203.0.113.7"]})).await;
    let hosts = json!(["*.example.com", "xn--mnchen-3ya.example", "203.0.113.7"]);
    assert_eq!((&shown["allow_networks"][0], &shown["allow_hosts"]), (&json!("10.1.2.0/24"), &hosts));
    let shown = put(&app, json!({"name": "Acme", "egress": null})).await;
    assert_eq!((&shown["allow_networks"][1], &shown["allow_hosts"]), (&json!("fd12::7/128"), &hosts));
    assert_eq!(app.admin().get("/api/v1/tenants/acme").await.expect(200), shown);
    let shown = put(&app, json!({"allow_networks": null, "allow_hosts": []})).await;
    assert_eq!((&shown["allow_networks"], &shown["allow_hosts"]), (&json!([]), &json!([])));
    acme.put("/api/v1/tenants/acme", json!({"allow_hosts": []})).await.problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn faults_of_allow_lists_name_their_entry() {
    let app = TestApp::start().await;
    app.tenant("acme").await;
    let many: Vec<String> = (0..101).map(|number| format!("10.0.0.{number}")).collect();
    for (fields, field) in [
        (json!({"allow_networks": ["10.0.0.0/8", "10.0.0.0/33"]}), "allow_networks[1]"),
        (json!({"allow_networks": ["example.com"]}), "allow_networks[0]"),
        (json!({"allow_networks": many}), "allow_networks"),
        (json!({"allow_networks": "10.0.0.0/8"}), "allow_networks"),
        (json!({"allow_hosts": many}), "allow_hosts"),
        (json!({"allow_hosts": ["a.example", "*"]}), "allow_hosts[1]"),
        (json!({"allow_hosts": ["https://example.com"]}), "allow_hosts[0]"),
        (json!({"allow_hosts": ["a b.example"]}), "allow_hosts[0]"),
        (json!({"allow_hosts": [""]}), "allow_hosts[0]"),
        (json!({"allow_hosts": ["x".repeat(256)]}), "allow_hosts[0]"),
    ] {
        assert_eq!(app.admin().put("/api/v1/tenants/acme", fields.clone()).await.fault().0, field, "{fields}");
    }
    let shown = app.admin().get("/api/v1/tenants/acme").await.expect(200);
    assert_eq!((&shown["allow_networks"], &shown["allow_hosts"]), (&json!([]), &json!([])));
    app.finish().await;
}

#[tokio::test]
async fn an_allowed_network_is_the_tenants_alone_and_holds_at_attempts() {
    let app = TestApp::start_as(Setup { allow_loopback: false, ..Setup::default() }).await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let mut receiver = Receiver::start().await;
    let wanted = json!({"url": receiver.url("/"), "events": ["*"]});
    let refused = "must not lead there: the address policy does not allow loopback addresses";
    let check = |answer: Answer| assert_eq!(answer.fault(), ("url".into(), refused.into()));
    check(acme.post(PATH, wanted.clone()).await);
    put(&app, json!({"allow_networks": ["127.0.0.1"]})).await;
    acme.post(PATH, wanted.clone()).await.expect(201);
    check(other.post(PATH, wanted.clone()).await);
    acme.publish().await;
    receiver.take(1).await;
    app.settled().await;
    // Survives a restart, and a removal holds for the pooled connection.
    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    acme.publish().await;
    receiver.take(1).await;
    put(&app, json!({"allow_networks": []})).await;
    let delivery = acme.publish_one().await;
    let shown = app.attempted(&acme, &delivery, 1).await;
    assert_eq!(shown["error_message"], "Not sent: the address policy does not allow loopback addresses");
    app.finish_leaving(1).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_list_of_hosts_limits_urls_token_urls_and_attempts() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    put(&app, json!({"allow_hosts": ["hooks.example.com", "*.example.org"]})).await;
    for (url, host) in [
        ("https://example.org/", "example.org"),
        ("https://hooks.example.com.evil.example/", "hooks.example.com.evil.example"),
        ("https://203.0.113.7/", "203.0.113.7"),
    ] {
        let expected = format!("must not lead there: the tenant's list of hosts does not allow {host}");
        for answer in [
            acme.post(PATH, json!({"url": url, "events": ["*"]})).await,
            acme.patch(&format!("{PATH}/{}", made["id"].as_str().unwrap()), json!({ "url": url })).await,
        ] {
            assert_eq!(answer.fault(), ("url".into(), expected.clone()));
        }
    }
    for url in ["https://hooks.example.com/", "https://a.b.example.org:8443/hook"] {
        acme.post(PATH, json!({"url": url, "events": ["*"], "is_active": false, "on_pause": "drop"})).await.expect(201);
    }
    let authentication = json!({"type": "oauth2", "token_url": "https://tokens.example/", "client_id": "me",
                                "client_secret": "hush"});
    let wanted = json!({"url": "https://hooks.example.com/", "events": ["*"], "authentication": authentication});
    let (field, message) = acme.post(PATH, wanted).await.fault();
    assert_eq!(field, "authentication.token_url");
    assert!(message.ends_with("does not allow tokens.example"), "{message}");

    let delivery = acme.publish_one().await;
    let shown = app.attempted(&acme, &delivery, 1).await;
    assert_eq!(shown["error_message"], "Not sent: the tenant's list of hosts does not allow 127.0.0.1");
    put(&app, json!({"allow_hosts": ["127.0.0.1"]})).await;
    app.pass(&shown["next_retry_at"]);
    receiver.take(1).await;
    app.finish().await;
}

#[tokio::test]
async fn a_port_of_another_protocol_is_refused_at_creation_and_named() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (url, port) in [("http://127.0.0.1:6379/", 6379), ("https://example.com:25/", 25)] {
        let expected = format!("must not lead there: the port policy does not allow port {port}");
        let answer = acme.post(PATH, json!({"url": url, "events": ["*"]})).await;
        assert_eq!(answer.fault(), ("url".into(), expected.clone()));
        let answer =
            acme.post("/api/v1/tenant/webhooks/subscriptions", json!({"event": "invoice.paid", "url": url})).await;
        assert!(answer.text().contains(&expected), "{}", answer.text());
    }
    app.finish().await;
}
