//! `POST /api/v1/webhooks/subscriptions/{id}/rotate-secret`. What the old secret then still signs is in
//! `delivery::signatures`.

use super::{check_missing, path_of};
use crate::support::TestApp;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::Method;
use serde_json::json;

#[tokio::test]
async fn a_new_secret_is_shown_once() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    let rotated = acme.post_nothing(&path_of(&made, "/rotate-secret")).await.expect(200);
    assert_ne!(rotated["secret"], made["secret"]);
    let message = "Secret rotated. The old secret keeps signing beside the new one for 86400 seconds.";
    assert_eq!(rotated, json!({"secret": rotated["secret"], "message": message}));
    let shown = acme.get(&path_of(&made, "")).await;
    assert!(!shown.text().contains(rotated["secret"].as_str().unwrap()));
    app.finish().await;
}

#[tokio::test]
async fn the_form_of_the_secret_stays() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let ed25519 = format!("whsk_{}", STANDARD.encode([7; 32]));
    for (profile, secret, prefix) in [
        ("platform", json!(null), ""),
        ("standard", json!(null), "whsec_"),
        ("platform", json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "whsec_"),
        ("platform", json!(ed25519), "whsk_"),
        ("tenant", json!(null), ""),
        ("tenant", json!("hush-hush"), ""),
    ] {
        let fields = json!({"url": "https://a.example/", "events": ["*"], "profile": profile, "secret": secret});
        let made = acme.subscribe_with(fields).await;
        let rotated = acme.post_nothing(&path_of(&made, "/rotate-secret")).await.expect(200);
        let new = rotated["secret"].as_str().unwrap();
        assert!(new.starts_with(prefix) && new.len() >= 43, "{profile} {secret}: {new}");
        assert_eq!(new.starts_with("whs"), !prefix.is_empty(), "{new}");
        signing::Secret::parse(new).unwrap();
    }
    app.finish().await;
}

#[tokio::test]
async fn the_grace_is_0_to_604800_seconds() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let path = path_of(&acme.subscribe("https://a.example/").await, "/rotate-secret");
    for (grace, part) in [(0, "The old secret signs nothing any more."), (1, "for 1 seconds"), (604_800, "for 604800")]
    {
        let rotated = acme.post(&path, json!({"grace_seconds": grace})).await.expect(200);
        assert!(rotated["message"].as_str().unwrap().contains(part), "{rotated}");
    }
    acme.post(&path, json!({"grace_seconds": null})).await.expect(200);
    for bad in [json!(-1), json!(604_801), json!("soon"), json!(1.5), json!(u64::MAX)] {
        assert_eq!(acme.post(&path, json!({"grace_seconds": bad})).await.fault().0, "grace_seconds", "{bad}");
    }
    check_missing(&acme, Method::POST, "/rotate-secret", "").await;
    app.finish().await;
}
