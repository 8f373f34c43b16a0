//! `POST /api/v1/events/preview`.

use crate::support::{Setup, TestApp};
use serde_json::{Value, json};

const PATH: &str = "/api/v1/events/preview";

fn reasons(preview: &Value) -> Vec<(&str, bool)> {
    let matches = preview["matches"].as_array().unwrap().iter();
    matches.map(|one| (one["reason"].as_str().unwrap(), one["matches"].as_bool().unwrap())).collect()
}

#[tokio::test]
async fn a_preview_says_who_would_receive_an_event_and_writes_nothing() {
    let app = TestApp::start().await;
    let (acme, globex) = (app.tenant("acme").await, app.tenant("globex").await);
    let made = |events: &str, on_pause: &str| json!({"url": "https://example.com/hooks", "events": [events], "on_pause": on_pause});
    let other = acme.subscribe_with(made("ticket.*", "collect")).await;
    let dropping = acme.subscribe_with(made("invoice.created", "drop")).await;
    let collecting = acme.subscribe_with(made("invoice.*", "collect")).await;
    let wants = acme.subscribe_with(made("*", "collect")).await;
    for paused in [&dropping, &collecting] {
        let id = paused["id"].as_str().unwrap();
        acme.post_nothing(&format!("/api/v1/webhooks/subscriptions/{id}/pause")).await.expect(200);
    }
    let event = json!({"type": "invoice.created", "data": {"invoice_id": "inv_1"}, "id": "mine"});
    let preview = acme.post(PATH, event.clone()).await.expect(200);
    assert_eq!(
        (&preview["type"], &preview["deliveries"], &preview["capped"]),
        (&json!("invoice.created"), &json!(2), &json!(false))
    );
    assert_eq!(
        reasons(&preview),
        [("waits_for_activation", true), ("receives", true), ("not_subscribed", false), ("dropped", false)]
    );
    let ids: Vec<_> = preview["matches"].as_array().unwrap().iter().map(|one| one["subscription_id"].clone()).collect();
    assert_eq!(ids, [&collecting, &wants, &other, &dropping].map(|one| one["id"].clone()));
    assert_eq!(preview["matches"][0]["url"], "https://example.com/hooks");
    assert_eq!(acme.get("/api/v1/events").await.expect(200), json!([]));
    let published = acme.publish_with(event).await;
    assert_eq!((&published["duplicate"], &published["deliveries"]), (&json!(false), &preview["deliveries"]));
    let of_other = globex.post(PATH, json!({"type": "invoice.created", "data": {}})).await.expect(200);
    assert_eq!(of_other["matches"], json!([]), "another tenant's subscriptions are not shown");
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn a_preview_names_what_does_not_fit_the_catalog() {
    for strict in [false, true] {
        let mut setup = Setup::default();
        setup.settings.strict_catalog = strict;
        let app = TestApp::start_as(setup).await;
        let acme = app.tenant("acme").await;
        let schema = json!({"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}});
        let custom = json!({
            "event_type": "parcel.sent", "category": "parcels", "description": "A parcel was sent.", "schema": schema,
        });
        app.admin().post("/api/v1/webhooks/catalog", custom).await;
        let known = app.admin().get("/api/v1/webhooks/catalog/parcel.sent").await;
        if known.status == 200 {
            let bad = acme.post(PATH, json!({"type": "parcel.sent", "data": {"amount": "1"}})).await.expect(200);
            assert_eq!((&bad["valid"], &bad["accepted"]), (&json!(false), &json!(!strict)));
            assert_eq!(bad["violations"][0]["path"], "data/amount", "{bad}");
            let good = acme.post(PATH, json!({"type": "parcel.sent", "data": {"amount": 1}})).await.expect(200);
            assert_eq!(
                (&good["valid"], &good["accepted"], &good["violations"]),
                (&json!(true), &json!(true), &json!([]))
            );
        }
        let unknown = acme.post(PATH, json!({"type": "invoice.craeted", "data": {}})).await.expect(200);
        assert_eq!((&unknown["valid"], &unknown["accepted"]), (&json!(false), &json!(!strict)));
        assert_eq!(unknown["violations"][0]["path"], "type");
        assert!(unknown["violations"][0]["message"].as_str().unwrap().contains("invoice.created"), "{unknown}");
        let misfits = app.admin_in("acme").get("/api/v1/webhooks/catalog/misfits").await;
        assert!(!misfits.text().contains("craeted"), "a preview is not counted: {}", misfits.text());
        app.finish().await;
    }
}

#[tokio::test]
async fn a_malformed_event_is_refused_as_by_a_publish() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (event, field) in [
        (json!({"type": "in voice", "data": {}}), "type"),
        (json!({"type": "invoice.created", "data": []}), "data"),
        (json!({"type": "invoice.created"}), "data"),
        (json!({"type": "postrider.delivery.exhausted", "data": {}}), "type"),
        (json!({"type": "invoice.created", "data": {}, "priority": "urgent"}), "priority"),
    ] {
        assert_eq!(acme.post(PATH, event.clone()).await.fault().0, field, "{event}");
        assert_eq!(acme.post("/api/v1/events", event.clone()).await.fault().0, field, "{event}");
    }
    let large = json!({"type": "invoice.created", "data": {"text": "x".repeat(1024 * 1024)}});
    acme.post(PATH, large).await.problem(413, "too_large");
    app.member("acme", &["events:publish"]).await.post(PATH, json!({})).await.problem(403, "forbidden");
    app.finish().await;
}
