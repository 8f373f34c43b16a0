//! The request as it goes over the wire: method, headers, and the body byte for byte (`docs/contracts.md`).

use crate::support::{Received, Receiver, Setup, TestApp};
use http::Method;
use serde_json::json;

/// Data in which any byte would change if it were parsed and written again.
const DATA: &str = r#"{"z": 1,  "a":1e400, "text":"é\u00e9 \/ 😀", "big": 123456789012345678901234567890, "f": 1.10,
    "a": "again", "deep": [ {"x" : [ ] } ,null]}"#;

/// Publishes that data, with metadata, for a subscription of this profile; returns the event's id and the request.
async fn publish_exactly(profile: &str, metadata: &str) -> (String, Received) {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let fields = json!({"url": receiver.url("/hook"), "events": ["*"], "profile": profile, "secret": secret});
    acme.subscribe_with(fields).await;
    let body = format!(r#"{{"metadata":{metadata}, "type":"invoice.created" ,"data":{DATA}}}"#);
    let accepted = acme.send(Method::POST, "/api/v1/events", body).await.expect(202);
    let request = receiver.next().await;
    app.finish().await;
    receiver.nothing_more();
    (accepted["id"].as_str().unwrap().to_owned(), request)
}

#[tokio::test]
async fn the_platform_body_carries_data_as_it_was_published() {
    let (id, request) = publish_exactly("platform", r#"{ "b":2, "a":1.0 }"#).await;
    let expected = format!(
        r#"{{"id":"{id}","type":"invoice.created","timestamp":"2026-01-31T09:30:00.000Z","tenant_id":"acme","data":{DATA},"metadata":{{ "b":2, "a":1.0 }},"custom_metadata":{{ "b":2, "a":1.0 }}}}"#
    );
    assert_eq!(request.text(), expected);
    let (_, bare) = publish_exactly("platform", "null").await;
    assert!(bare.text().ends_with(r#","metadata":{},"custom_metadata":{}}"#), "{}", bare.text());
}

#[tokio::test]
async fn the_other_profiles_have_their_own_bodies() {
    let (_, tenant) = publish_exactly("tenant", "{}").await;
    assert_eq!(tenant.text(), DATA);
    let (_, standard) = publish_exactly("standard", "{}").await;
    let time = "2026-01-31T09:30:00.000Z";
    assert_eq!(standard.text(), format!(r#"{{"type":"invoice.created","timestamp":"{time}","data":{DATA}}}"#));
}

/// The names of a request's headers, in the case in which they were sent, sorted.
fn names(request: &Received) -> Vec<&str> {
    let mut names: Vec<_> = request.headers.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn every_profile_has_its_headers() {
    const COMMON: [&str; 7] = [
        "Content-Length",
        "Content-Type",
        "Host",
        "User-Agent",
        "Webhook-Id",
        "Webhook-Signature",
        "Webhook-Timestamp",
    ];
    let own: [(&str, &[&str]); 3] = [
        ("platform", &["X-Webhook-Event-Id", "X-Webhook-Event-Type", "X-Webhook-Signature", "X-Webhook-Timestamp"]),
        ("tenant", &["X-Event", "X-Signature"]),
        ("standard", &[]),
    ];
    for (profile, own) in own {
        let (id, request) = publish_exactly(profile, "{}").await;
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/hook"));
        let mut expected = COMMON.to_vec();
        expected.extend(own);
        expected.sort_unstable();
        assert_eq!(names(&request), expected, "{profile}: title case, and nothing else");
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("user-agent"), "Postrider-Webhooks/1.0");
        assert_eq!(request.header("webhook-id"), id);
        assert_eq!(request.header("webhook-timestamp"), "1769851800");
        match profile {
            "platform" => {
                assert_eq!(request.header("x-webhook-event-id"), id);
                assert_eq!(request.header("x-webhook-event-type"), "invoice.created");
                assert_eq!(request.header("x-webhook-timestamp"), "2026-01-31T09:30:00.000Z");
                assert_eq!(request.header("x-webhook-signature").len(), 64);
            }
            "tenant" => {
                assert_eq!(request.header("x-event"), "invoice.created");
                assert!(request.header("x-signature").starts_with("sha256="));
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_subscription_without_a_secret_is_not_signed() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "profile": "tenant"})).await;
    acme.publish().await;
    let request = receiver.next().await;
    for name in ["webhook-signature", "x-signature"] {
        assert!(request.all(name).is_empty(), "{name}");
    }
    assert_eq!(request.all("webhook-id").len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn the_owners_headers_are_sent_and_credentials_are_masked_in_the_log() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let headers =
        json!({"X-Region": "eu west", "authorization": "Bearer hush", "X-API-Key": "hush", "Cookie": "a=hush"});
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "headers": headers})).await;
    let delivery = acme.publish_one().await;
    let request = receiver.next().await;
    for (name, value) in headers.as_object().unwrap() {
        assert_eq!(request.header(name), value.as_str().unwrap());
    }
    assert!(names(&request).contains(&"X-Region") && names(&request).contains(&"Authorization"));
    app.attempted(&acme, &delivery, 1).await;
    let log = acme.get(&format!("/api/v1/webhooks/deliveries/{delivery}")).await;
    assert!(!log.text().contains("hush") && log.text().contains("eu west"), "{}", log.text());
    app.finish().await;
}

#[tokio::test]
async fn a_url_keeps_its_query_and_loses_its_fragment() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (url, path) in [
        ("/a%20b?x=%C3%A9&y=1#part", "/a%20b?x=%C3%A9&y=1"),
        ("", "/"),
        ("?only=query", "/?only=query"),
        ("/ü x", "/%C3%BC%20x"),
    ] {
        let made = acme.subscribe(&receiver.url(url)).await;
        acme.publish().await;
        let request = receiver.next().await;
        assert_eq!(request.path, path);
        assert_eq!(request.header("host"), format!("127.0.0.1:{}", receiver.port()));
        acme.delete(&format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap())).await.expect_nothing();
    }
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn https_requires_a_trusted_certificate() {
    let mut receiver = Receiver::start_tls().await;
    let setup = Setup { allow_http: false, trusted: vec![receiver.certificate()], ..Setup::default() };
    let app = TestApp::start_as(setup).await;
    let acme = app.tenant("acme").await;
    acme.subscribe(&receiver.url("/hook")).await;
    // The second request reuses the connection of the first.
    for _ in 0..2 {
        let delivery = acme.publish_one().await;
        assert_eq!(receiver.next().await.path, "/hook");
        assert_eq!(app.attempted(&acme, &delivery, 1).await["status"], "success");
    }
    app.finish().await;
    receiver.nothing_more();
}
