//! `POST /api/v1/webhooks/subscriptions/check`.

use crate::support::{Receiver, Setup, TestApp};
use serde_json::json;

const PATH: &str = "/api/v1/webhooks/subscriptions/check";

#[tokio::test]
async fn the_previewed_request_is_the_one_that_is_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let headers = json!({"X-Region": "eu", "Authorization": "Bearer hush"});
    for profile in ["platform", "tenant", "standard"] {
        let url = receiver.url("/hooks?a=1");
        let fields = json!({"url": url, "profile": profile, "headers": headers, "event_type": "invoice.created"});
        let check = acme.post(PATH, fields).await;
        assert!(!check.text().contains("hush"), "credentials are masked");
        let check = check.expect(200);
        assert_eq!((&check["ok"], &check["problems"]), (&json!(true), &json!([])), "{check}");
        let preview = &check["preview"];
        assert_eq!((&preview["method"], &preview["url"]), (&json!("POST"), &json!(url)));
        let list = acme.get("/api/v1/webhooks/subscriptions").await.expect(200);
        assert_eq!(list, json!([]), "nothing is stored");
        let fields = json!({"url": url, "events": ["invoice.created"], "profile": profile, "headers": headers});
        let made = acme.subscribe_with(fields).await;
        let id = made["id"].as_str().unwrap();
        acme.post(&format!("/api/v1/webhooks/subscriptions/{id}/test"), json!({})).await.expect(200);
        let sent = receiver.next().await;
        let previewed: Vec<&String> = preview["headers"].as_object().unwrap().keys().collect();
        assert!(previewed.len() >= 6, "{previewed:?}");
        for name in previewed {
            assert!(!sent.header(name).is_empty(), "{profile} {name}");
        }
        let body: serde_json::Value = serde_json::from_str(preview["body"].as_str().unwrap()).unwrap();
        let keys = |body: &serde_json::Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&body), keys(&serde_json::from_str(sent.text()).unwrap()), "{profile}");
        acme.delete(&format!("/api/v1/webhooks/subscriptions/{id}")).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn problems_name_their_fields() {
    let app = TestApp::start_as(Setup { allow_loopback: false, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let receiver = Receiver::start().await;
    for (fields, field, part) in [
        (json!({}), "url", "missing"),
        (json!({"url": ""}), "url", "missing"),
        (json!({"url": "ftp://example.com"}), "url", ""),
        (json!({"url": receiver.url("/")}), "url", "loopback"),
        (json!({"url": "https://no-such-host.invalid/"}), "url", "DNS"),
        (json!({"url": "https://example.com", "profile": "other"}), "profile", "must be one of"),
        (json!({"url": "https://example.com", "headers": {"Host": "x"}}), "headers.Host", ""),
        (json!({"url": "https://example.com", "event_type": "in voice"}), "event_type", ""),
    ] {
        let check = acme.post(PATH, fields.clone()).await.expect(200);
        assert_eq!(check["ok"], false, "{fields}");
        assert_eq!(check["problems"][0]["field"], field, "{fields}: {check}");
        assert!(check["problems"][0]["message"].as_str().unwrap().contains(part), "{fields}: {check}");
    }
    app.member("acme", &["webhooks:read"]).await.post(PATH, json!({})).await.problem(403, "forbidden");
    app.finish().await;
}
