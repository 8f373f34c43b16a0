//! Signatures, verified by independent code: Python's `hmac` and the Standard Webhooks reference library.

use crate::support::{Caller, Received, Receiver, Setup, TestApp};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName};
use model::{Clock, SubscriptionId, SystemClock, TenantId, subscription::SigningSecret};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use std::{
    io::Write,
    process::{Command, Stdio},
};
use storage::{Subscriptions, UpdateOutcome};

/// An installation at the real time, since the reference library uses the machine's clock.
async fn start() -> (TestApp, Caller, Receiver) {
    let app = TestApp::start_as(Setup { start: SystemClock.now(), ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    (app, acme, Receiver::start().await)
}

/// HMAC-SHA256 in hex, by Python.
fn python_hmac(key: &str, body: &[u8]) -> String {
    let program = "import hashlib, hmac, sys\n\
        print(hmac.new(sys.argv[1].encode('utf-8'), sys.stdin.buffer.read(), hashlib.sha256).hexdigest())";
    let mut python = Command::new("python3")
        .args(["-c", program, key])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is needed for this test");
    python.stdin.take().unwrap().write_all(body).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn headers(request: &Received) -> HeaderMap {
    let pairs = request.headers.iter();
    pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap())).collect()
}

/// True when the reference library verifies the request with this secret.
fn verifies(secret: &str, request: &Received) -> bool {
    // The library wants base64; the key of a secret without `whsec_` is its UTF-8 bytes.
    let key = if secret.starts_with("whsec_") { secret.to_owned() } else { STANDARD.encode(secret) };
    Webhook::new(&key).unwrap().verify(&request.body, &headers(request)).is_ok()
}

async fn subscribe(acme: &Caller, receiver: &Receiver, profile: &str, secret: Value) -> (String, String) {
    let fields = json!({"url": receiver.url("/"), "events": ["*"], "profile": profile, "secret": secret});
    let made = acme.subscribe_with(fields).await;
    let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
    (format!("/api/v1/webhooks/subscriptions/{}", text("id")), text("secret"))
}

#[tokio::test]
async fn every_secret_signs_in_every_profile() {
    let (app, acme, mut receiver) = start().await;
    for (profile, own) in
        [("platform", Some("x-webhook-signature")), ("tenant", Some("x-signature")), ("standard", None)]
    {
        for secret in
            [json!(null), json!("pässwörd-of-our-own-making"), json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
        {
            // Without a secret the profile tenant signs nothing, and standard accepts no plain secret.
            let is_plain = secret.as_str().is_some_and(|text| !text.starts_with("whsec_"));
            if (profile == "tenant" && secret.is_null()) || (profile == "standard" && is_plain) {
                continue;
            }
            let (path, secret) = subscribe(&acme, &receiver, profile, secret).await;
            acme.publish_with(json!({"type": "invoice.created", "data": {"text": "é 😀"}})).await;
            let request = receiver.next().await;
            assert!(verifies(&secret, &request), "{profile} {secret}");
            assert!(!verifies("another secret", &request));
            if let Some(own) = own {
                let value = request.header(own);
                let hex = value.strip_prefix("sha256=").unwrap_or(value);
                assert_eq!(hex, python_hmac(&secret, &request.body), "{profile} {secret}");
            }
            acme.delete(&path).await.expect_nothing();
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn an_ed25519_secret_signs_for_its_public_key() {
    let (app, acme, mut receiver) = start().await;
    let secret = format!("whsk_{}", STANDARD.encode([42; 32]));
    subscribe(&acme, &receiver, "standard", json!(secret)).await;
    acme.publish().await;
    let request = receiver.next().await;
    let signature = request.header("webhook-signature");
    assert!(signature.starts_with("v1a,"), "{signature}");
    let public = signing::Secret::parse(&secret).unwrap().public_key().unwrap().to_string();
    let (id, sent) = (request.header("webhook-id"), request.header("webhook-timestamp"));
    let check = |body: &[u8]| signing::verify_standard(&public, id, sent, signature, body, request.sent_at());
    check(&request.body).unwrap();
    check(b"{}").unwrap_err();
    app.finish().await;
}

#[tokio::test]
async fn both_secrets_sign_until_the_grace_period_ends() {
    let (app, acme, mut receiver) = start().await;
    let (path, old) = subscribe(&acme, &receiver, "platform", json!(null)).await;
    let rotated = acme.post(&format!("{path}/rotate-secret"), json!({"grace_seconds": 60})).await.expect(200);
    let new = rotated["secret"].as_str().unwrap();
    for (seconds, signatures) in [(0, 2), (59, 2), (1, 1), (10, 1)] {
        app.advance(seconds);
        acme.publish().await;
        let request = receiver.next().await;
        assert!(verifies(new, &request));
        assert_eq!(verifies(&old, &request), signatures == 2, "{:?}", app.now());
        assert_eq!(request.header("webhook-signature").split(' ').count(), signatures);
        // The profile's own header holds one signature: that of the new secret.
        assert_eq!(request.header("x-webhook-signature"), python_hmac(new, &request.body));
    }
    app.finish().await;
}

#[tokio::test]
async fn without_a_grace_period_the_old_secret_stops_signing_at_once() {
    let (app, acme, mut receiver) = start().await;
    let (path, first) = subscribe(&acme, &receiver, "standard", json!(null)).await;
    let rotate = async |grace: u64| {
        let answer = acme.post(&format!("{path}/rotate-secret"), json!({"grace_seconds": grace})).await.expect(200);
        answer["secret"].as_str().unwrap().to_owned()
    };
    let second = rotate(3_600).await;
    let third = rotate(0).await;
    acme.publish().await;
    let request = receiver.next().await;
    assert!(verifies(&third, &request) && !verifies(&second, &request) && !verifies(&first, &request));
    // At most five secrets sign at once, even after more rotations.
    for _ in 0..6 {
        rotate(604_800).await;
    }
    acme.publish().await;
    let request = receiver.next().await;
    assert_eq!(request.header("webhook-signature").split(' ').count(), 5);
    app.finish().await;
}

#[tokio::test]
async fn each_retry_has_its_own_timestamp_and_signature() {
    let (app, acme, mut receiver) = start().await;
    receiver.then(crate::support::Reply::status(500));
    let (path, old) = subscribe(&acme, &receiver, "standard", json!(null)).await;
    let delivery = acme.publish_one().await;
    let first = receiver.next().await;
    let shown = app.attempted(&acme, &delivery, 1).await;
    let rotated = acme.post(&format!("{path}/rotate-secret"), json!({"grace_seconds": 0})).await.expect(200);
    app.pass(&shown["next_retry_at"]);
    let second = receiver.next().await;
    assert!(verifies(&old, &first) && !verifies(&old, &second), "signed by the secret current then");
    assert!(verifies(rotated["secret"].as_str().unwrap(), &second));
    assert!(second.sent_at() > first.sent_at());
    app.finish().await;
}

/// Secrets stored before the rules for new secrets, or copied from another store.
#[tokio::test]
async fn stored_secrets_that_would_be_refused_today_sign_as_before() {
    let (app, acme, mut receiver) = start().await;
    let old = [
        ("platform", "short"),
        ("platform", " outer blanks "),
        // Earlier versions generated such secrets for this profile.
        ("platform", "m1dq-_3Qp0bXJ4aF5c7Yw8Z9e0R1t2U3i4O5p6A7s8D"),
        ("platform", "whsec_AAAA"),
        ("standard", "a plain secret"),
        ("tenant", "12345678"),
    ];
    let mut paths = Vec::new();
    for (profile, secret) in old {
        let (path, _) = subscribe(&acme, &receiver, profile, json!(null)).await;
        let id = SubscriptionId::parse(path.rsplit('/').next().unwrap()).unwrap();
        let mut stored = app.store.subscription(&TenantId::trusted("acme"), id).await.unwrap().unwrap();
        stored.secrets = vec![SigningSecret { value: secret.into(), until: None }];
        assert_eq!(app.store.update_subscription(&stored).await.unwrap(), UpdateOutcome::Done);
        acme.post_nothing(&format!("{path}/pause")).await.expect(200);
        paths.push(path);
    }
    let app = app.restart().await;
    let acme = app.tenant("acme").await;
    assert_eq!(acme.publish().await["deliveries"], old.len());
    for ((profile, secret), path) in old.into_iter().zip(paths) {
        acme.post_nothing(&format!("{path}/activate")).await.expect(200);
        let request = receiver.next().await;
        assert!(verifies(secret, &request), "{profile} {secret}");
        let own = match profile {
            "platform" => Some(request.header("x-webhook-signature")),
            "tenant" => request.header("x-signature").strip_prefix("sha256="),
            _ => None,
        };
        if let Some(own) = own {
            assert_eq!(own, python_hmac(secret, &request.body), "{profile} {secret}");
        }
    }
    app.finish().await;
}
