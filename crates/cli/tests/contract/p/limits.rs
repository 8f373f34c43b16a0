//! Limits of a tenant, and the erasure of payloads.

use crate::{
    receiver::Receiver,
    rows::{Row, World, has_fields, is_time, row},
};
use serde_json::{Value, json};

async fn set(w: &World, change: Value) -> Value {
    let answer = w.in_tenant(None).call(&format!("PUT /api/v1/tenants/{}", w.tenant()), change).await;
    // The tenant of a row is created by the row's first call.
    assert!([200, 201].contains(&answer.status), "{}", answer.text);
    answer.body
}

#[expect(clippy::too_many_lines, reason = "one entry for each row")]
pub(super) fn rows() -> Vec<Row> {
    const LIMITS: &str = "Common rules, limits";
    const EGRESS: &str = "Core API, GET /egress-addresses";
    const ERASE: &str = "Core API, DELETE /events/{id}/payload";
    vec![
        row(LIMITS, "no limit by default", |w| async move {
            let limits = w.p("GET /limits", ()).await.is(200).body;
            has_fields(&limits, "publish subscriptions keys payload_bytes retention");
            assert_eq!((&limits["publish"], &limits["payload_bytes"]), (&Value::Null, &json!(1_048_576)));
            assert_eq!(limits["subscriptions"], json!({ "limit": 60_000, "used": 0 }));
            assert!(
                !w.call("POST /api/v1/events", json!({ "type": "a.b", "data": {} }))
                    .await
                    .is(202)
                    .headers
                    .contains_key("ratelimit")
            );
        }),
        row(LIMITS, "429 with Retry-After from every call that publishes", |w| async move {
            let receiver = Receiver::start().await;
            let subscription = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
            w.t("POST /subscriptions", json!({ "event": "invoice.created", "url": "https://e.example/" }))
                .await
                .is(201);
            set(&w, json!({ "limits": { "publish": { "limit": 1, "period": "hour" } } })).await;
            let event = json!({ "type": "invoice.created", "data": {} });
            w.call("POST /api/v1/events", event.clone()).await.is(202);
            for refused in [
                w.call("POST /api/v1/events", event.clone()).await,
                w.call("POST /api/v1/events/batch", json!({ "events": [event] })).await,
                w.t("POST /deliveries", json!({ "event": "invoice.created", "payload": {} })).await,
                w.p(&format!("POST /subscriptions/{subscription}/test"), json!({})).await,
            ] {
                let refused = refused.is(429);
                assert_eq!(refused.text_of("code"), "rate_limited");
                let wait: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
                assert!((1..=3_600).contains(&wait), "{wait}");
                assert_eq!(refused.headers["ratelimit-policy"], "\"publish\";q=1;w=3600");
                assert_eq!(refused.headers["ratelimit"], format!("\"publish\";r=0;t={wait}"));
            }
        }),
        row(LIMITS, "413 for a payload, 422 for a subscription and a key", |w| async move {
            set(&w, json!({ "limits": { "payload_bytes": 10, "subscriptions": 0, "keys": 0 } })).await;
            let event = json!({ "type": "a.b", "data": { "text": "too long" } });
            w.call("POST /api/v1/events", event).await.is(413).says("payload_bytes is 10");
            let fields = json!({ "url": "https://e.example/", "events": ["*"] });
            w.p("POST /subscriptions", fields).await.is(422).says("its limit is 0");
            w.call("POST /api/v1/keys", json!({})).await.is(422).says("its limit is 0");
            let shown = set(&w, json!({ "limits": null })).await;
            assert_eq!(shown["limits"]["keys"], Value::Null);
            w.call("POST /api/v1/keys", json!({})).await.is(201);
        }),
        row(LIMITS, "a bad setting is refused with its field", |w| async move {
            let path = format!("PUT /api/v1/tenants/{}", w.tenant());
            let bad = json!({ "limits": { "publish": { "limit": 0, "period": "second" } } });
            w.in_tenant(None).call(&path, bad).await.is(422).says("limits.publish.limit");
            let bad = json!({ "retention": { "rows_days": 91 } });
            w.in_tenant(None).call(&path, bad).await.is(422).says("POSTRIDER_RETENTION_DAYS");
            let shown = set(&w, json!({ "retention": { "rows_days": 90, "payload_days": 7 } })).await;
            assert_eq!(shown["retention"], json!({ "payload_days": 7, "rows_days": 90 }));
        }),
        row(EGRESS, "the operator sets it, its password is masked, customers read the addresses", |w| async move {
            let installation = w.call("GET /api/v1/egress-addresses", ()).await.is(200).body;
            assert_eq!(installation, json!({ "addresses": [], "source": "installation" }));
            let proxy = json!({ "url": "http://proxy:3128", "username": "me", "password": "hush",
                                "addresses": ["198.51.100.4"] });
            let shown = set(&w, json!({ "egress": { "proxy": proxy } })).await;
            assert_eq!(shown["egress"]["proxy"]["password"], "***");
            let own = w.call("GET /api/v1/egress-addresses", ()).await.is(200).body;
            assert_eq!(own, json!({ "addresses": ["198.51.100.4"], "source": "tenant" }));
            let path = format!("PUT /api/v1/tenants/{}", w.tenant());
            let both = json!({ "egress": { "proxy": proxy, "source_addresses": ["203.0.113.7"] } });
            w.in_tenant(None).call(&path, both).await.is(422).says("egress.proxy");
            assert_eq!(set(&w, json!({ "egress": null })).await["egress"], Value::Null);
        }),
        row(ERASE, "the log stays, the payload goes, waiting deliveries are cancelled", |w| async move {
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({})).await;
            w.subscribe(&receiver.url(), json!({ "is_active": false })).await;
            let event = w.publish_data("invoice.created", r#"{"name": "Ada"}"#).await;
            w.delivery("success").await;
            let erased = w.call(&format!("DELETE /api/v1/events/{event}/payload"), ()).await.is(200).body;
            has_fields(&erased, "id payload_erased_at cancelled_deliveries");
            assert_eq!((&erased["id"], &erased["cancelled_deliveries"]), (&json!(event), &json!(1)));
            is_time(&erased["payload_erased_at"]);
            let shown = w.call(&format!("GET /api/v1/events/{event}"), ()).await.is(200).body;
            assert_eq!((&shown["data"], &shown["delivery_count"]), (&json!({}), &json!(2)));
            for delivery in shown["deliveries"].as_array().unwrap() {
                let id = delivery["id"].as_str().unwrap();
                let detail = w.p(&format!("GET /deliveries/{id}"), ()).await.is(200);
                assert!(!detail.text.contains("Ada"), "{}", detail.text);
                assert_eq!(detail["payload_erased_at"], erased["payload_erased_at"]);
                let retry = w.p(&format!("POST /deliveries/{id}/retry"), json!({ "force": true })).await.is(400);
                assert!(retry.text.contains("erased") || retry.text.contains("inactive"), "{}", retry.text);
            }
            let again = w.call(&format!("DELETE /api/v1/events/{event}/payload"), ()).await.is(200).body;
            assert_eq!(again["payload_erased_at"], erased["payload_erased_at"]);
            w.call("DELETE /api/v1/events/nobody/payload", ()).await.is(404);
        }),
    ]
}
