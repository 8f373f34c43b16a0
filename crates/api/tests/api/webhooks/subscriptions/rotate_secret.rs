//! `POST /api/v1/webhooks/subscriptions/{id}/rotate-secret`. Tests of the old secret's signatures are in
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
    let until = "2026-02-01T09:30:00.000Z";
    let expected =
        json!({"secret": rotated["secret"], "public_key": null, "previous_until": until, "message": message});
    assert_eq!(rotated, expected);
    let shown = acme.get(&path_of(&made, "")).await;
    assert!(!shown.text().contains(rotated["secret"].as_str().unwrap()));
    app.finish().await;
}

#[tokio::test]
async fn the_new_secret_has_the_generated_form_unless_the_old_one_is_an_ed25519_key() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let ed25519 = format!("whsk_{}", STANDARD.encode([7; 32]));
    for (profile, secret) in [
        ("platform", json!(null)),
        ("standard", json!(null)),
        ("tenant", json!(null)),
        ("platform", json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
        ("tenant", json!("a-secret-of-our-own-making")),
        ("platform", json!(ed25519)),
    ] {
        let fields = json!({"url": "https://a.example/", "events": ["*"], "profile": profile, "secret": secret});
        let made = acme.subscribe_with(fields).await;
        let rotated = acme.post_nothing(&path_of(&made, "/rotate-secret")).await.expect(200);
        let new = rotated["secret"].as_str().unwrap();
        if secret == json!(ed25519) {
            assert!(new.starts_with("whsk_") && signing::Secret::parse(new).unwrap().public_key().is_some(), "{new}");
        } else {
            let rest = new.strip_prefix("whsec_").unwrap_or_else(|| panic!("{profile} {secret}: {new}"));
            assert!(rest.len() == 44 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{new}");
            assert_eq!(STANDARD.decode(rest).unwrap().len(), 33);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn the_grace_period_is_0_to_604800_seconds() {
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
