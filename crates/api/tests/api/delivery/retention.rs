//! Retention: events past their age are removed from every list, except those with waiting deliveries.

use crate::support::{RETENTION, Setup, TestApp};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn old_events_are_removed_and_waiting_deliveries_are_still_sent() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let subscription = subscription["id"].as_str().unwrap();
    let old = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &old, 1).await;
    acme.post(&format!("/api/v1/webhooks/subscriptions/{subscription}/pause"), json!({})).await.expect(200);
    let waits = acme.publish_one().await;

    app.clock.advance(RETENTION + Duration::from_secs(3_600));
    let shown = format!("/api/v1/webhooks/deliveries/{old}");
    app.until("its removal", async || (acme.get(&shown).await.status == 404).then_some(())).await;
    let rest = acme.get("/api/v1/webhooks/deliveries").await.expect(200);
    assert_eq!(rest.as_array().unwrap().len(), 1);
    assert_eq!(acme.get("/api/v1/events").await.expect(200).as_array().unwrap().len(), 1);

    acme.post(&format!("/api/v1/webhooks/subscriptions/{subscription}/activate"), json!({})).await.expect(200);
    receiver.next().await;
    app.attempted(&acme, &waits, 1).await;
    app.finish().await;
}

#[tokio::test]
async fn a_tenants_payloads_and_rows_are_kept_for_its_own_time() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let day = Duration::from_secs(24 * 3_600);
    let retention = json!({"retention": {"payload_days": 1, "rows_days": 3}});
    let shown = app.admin().put("/api/v1/tenants/acme", retention).await.expect(200);
    assert_eq!(shown["retention"], json!({"payload_days": 1, "rows_days": 3}));
    let subscription = acme.subscribe(&receiver.url("/")).await;
    let old = acme.publish_one().await;
    receiver.next().await;
    app.attempted(&acme, &old, 1).await;
    let pause = format!("/api/v1/webhooks/subscriptions/{}/pause", subscription["id"].as_str().unwrap());
    acme.post_nothing(&pause).await.expect(200);
    let waits = acme.publish_one().await;
    let globex = app.tenant("globex").await;
    globex.publish().await;

    app.clock.advance(day + Duration::from_secs(3_600));
    let shown = format!("/api/v1/webhooks/deliveries/{old}");
    let erased = app
        .until("the erasure", async || {
            let shown = acme.get(&shown).await.expect(200);
            shown["payload_erased_at"].is_string().then_some(shown)
        })
        .await;
    assert_eq!((&erased["status"], &erased["attempts"][0]["request_body"]), (&json!("success"), &json!(null)));
    let kept = acme.get(&format!("/api/v1/webhooks/deliveries/{waits}")).await.expect(200);
    assert_eq!(kept["payload_erased_at"], json!(null), "it waits");

    app.clock.advance(2 * day);
    app.until("its removal", async || (acme.get(&shown).await.status == 404).then_some(())).await;
    acme.get(&format!("/api/v1/webhooks/deliveries/{waits}")).await.expect(200);
    let other = globex.get("/api/v1/events").await.expect(200);
    assert_eq!((other.as_array().unwrap().len(), &other[0]["payload_erased_at"]), (1, &json!(null)));
    acme.post_nothing(&pause.replace("/pause", "/activate")).await.expect(200);
    assert_eq!(receiver.next().await.json()["data"]["invoice_id"], "inv_123", "it has its payload");
    app.attempted(&acme, &waits, 1).await;
    app.finish().await;
}

#[tokio::test]
async fn a_tenants_rows_are_kept_no_longer_than_the_installation_keeps_them() {
    let settings = api::Settings { retention: Some(RETENTION), ..Setup::default().settings };
    let app = TestApp::start_as(Setup { settings, ..Setup::default() }).await;
    let days = RETENTION.as_secs() / (24 * 3_600);
    let put = async |retention| app.admin().put("/api/v1/tenants/acme", json!({"retention": retention})).await;
    let (field, text) = put(json!({"rows_days": days + 1})).await.fault();
    let expected = format!("must be at most {days}, the installation's POSTRIDER_RETENTION_DAYS");
    assert_eq!((field.as_str(), text), ("retention.rows_days", expected));
    assert_eq!(put(json!({"payload_days": days + 1})).await.fault().0, "retention.payload_days");
    put(json!({"rows_days": days, "payload_days": days})).await.expect(201);
    let acme = app.tenant("acme").await;
    let limits = acme.get("/api/v1/webhooks/limits").await.expect(200);
    assert_eq!(limits["retention"], json!({"payload_days": days, "rows_days": days}));
    app.finish().await;
}
