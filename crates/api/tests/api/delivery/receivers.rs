//! Authentication to the receiver, and TLS of one subscription.

use crate::support::{Receiver, Reply, TestApp};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

#[tokio::test]
async fn fixed_credentials_are_sent_and_masked_in_the_log() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (authentication, header, value) in [
        (
            json!({"type": "basic", "username": "mé", "password": "p:w"}),
            "authorization",
            format!("Basic {}", STANDARD.encode("mé:p:w")),
        ),
        (json!({"type": "bearer", "token": "hush-token"}), "authorization", "Bearer hush-token".to_owned()),
        (json!({"type": "api_key", "header": "X-Api-Key", "value": "hush-key"}), "x-api-key", "hush-key".to_owned()),
    ] {
        let fields = json!({"url": receiver.url("/"), "events": ["*"], "authentication": authentication});
        let made = acme.subscribe_with(fields).await;
        let event = acme.publish().await;
        assert_eq!(receiver.next().await.header(header), value);
        let delivery = acme.deliveries_of(&event).await.remove(0);
        let shown = app.attempted(&acme, delivery["id"].as_str().unwrap(), 1).await;
        assert_eq!(shown["attempts"][0]["request_headers"][header], "***");
        let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
        acme.delete(&path).await.expect_nothing();
    }
    app.finish().await;
}

fn token(text: &str, seconds: u64) -> Reply {
    let answer = json!({"access_token": text, "token_type": "bearer", "expires_in": seconds});
    Reply::status(200).header("content-type", "application/json").body(answer.to_string())
}

fn oauth2(receiver: &Receiver, issuer: &Receiver) -> Value {
    json!({
        "url": receiver.url("/"), "events": ["*"], "max_retries": 3,
        "authentication": {
            "type": "oauth2", "token_url": issuer.url("/token"), "client_id": "me", "client_secret": "hush", "scope": "a b",
        },
    })
}

#[tokio::test]
async fn one_access_token_serves_many_requests_and_is_renewed_before_its_end() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let mut issuer = Receiver::start().await;
    issuer.then(token("first", 3_600)).then(token("second", 3_600));
    acme.subscribe_with(oauth2(&receiver, &issuer)).await;
    for _ in 0..3 {
        acme.publish().await;
        assert_eq!(receiver.next().await.header("authorization"), "Bearer first");
    }
    let asked = issuer.next().await;
    assert_eq!(asked.header("authorization"), format!("Basic {}", STANDARD.encode("me:hush")));
    assert_eq!(asked.text(), "grant_type=client_credentials&scope=a+b");
    issuer.nothing_more();
    app.settled().await;
    app.advance(3_400);
    acme.publish().await;
    assert_eq!(receiver.next().await.header("authorization"), "Bearer second");
    issuer.next().await;
    app.finish().await;
}

#[tokio::test]
async fn a_refused_token_is_replaced_and_a_fault_of_the_issuer_is_in_the_log() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let mut issuer = Receiver::start().await;
    issuer.then(token("old", 3_600)).then(token("new", 3_600));
    acme.subscribe_with(oauth2(&receiver, &issuer)).await;
    receiver.then(Reply::status(401));
    acme.publish().await;
    assert_eq!(receiver.next().await.header("authorization"), "Bearer old");
    issuer.next().await;
    app.settled_leaving(0).await;
    app.advance(60);
    acme.publish().await;
    assert_eq!(receiver.next().await.header("authorization"), "Bearer new");
    issuer.next().await;

    let refused = json!({"error": "invalid_client", "error_description": "no such client"}).to_string();
    let broken = Receiver::start().await;
    broken.then(Reply::status(401).body(refused));
    let fields = json!({"authentication": oauth2(&receiver, &broken)["authentication"]});
    let made = acme.get("/api/v1/webhooks/subscriptions").await.expect(200)[0].clone();
    let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
    let mut changed = fields;
    changed["authentication"]["client_secret"] = json!("other");
    acme.patch(&path, changed).await.expect(200);
    let event = acme.publish().await;
    let delivery = acme.deliveries_of(&event).await.remove(0);
    let shown = app.attempted(&acme, delivery["id"].as_str().unwrap(), 1).await;
    let message = shown["attempts"][0]["error_message"].as_str().unwrap();
    assert!(message.starts_with("Not sent: no access token: ") && message.contains("invalid_client"), "{message}");
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn aws_signatures_cover_the_body_as_it_is_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let fields = json!({
        "url": receiver.url("/x?b=2&a=1"), "events": ["*"], "compression": "gzip",
        "authentication": {
            "type": "aws_sigv4", "access_key_id": "AKID", "secret_access_key": "hush", "session_token": "session",
            "region": "eu-west-1", "service": "execute-api",
        },
    });
    acme.subscribe_with(fields).await;
    acme.publish_with(json!({"type": "a.b", "data": {"text": "many words, ".repeat(50)}})).await;
    let got = receiver.next().await;
    let authorization = got.header("authorization");
    assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"), "{authorization}");
    assert!(authorization.contains("/eu-west-1/execute-api/aws4_request"));
    use sha2::Digest as _;
    assert_eq!(got.header("x-amz-content-sha256"), signing::hex(&sha2::Sha256::digest(&got.body)));
    assert_eq!(got.header("x-amz-security-token"), "session");
    app.finish().await;
}
