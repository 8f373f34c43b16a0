//! The lines "every request", "own headers" and "body".

use super::{PROFILES, Profile, USER_AGENT, now, own_headers, secrets::WHSEC, subscribe};
use crate::{
    receiver::Receiver,
    rows::{Row, hyphenated, is_time, row},
};
use serde_json::json;

/// Data that any JSON library would re-serialise differently.
const DATA: &str = "{\"z\": 1,  \"a\":12345678901234567890.000, \"e\":1e400, \"m\":-0.0, \"E\":1E+2,\t\"u\":\
    \"\u{e9}\\u00e9\\ud83d\\ude00\u{1f600}\\/\", \"dup\":1, \"dup\":2, \"n\":{ }, \"l\":[ 1 ,2 ], \"\":null }";

pub(super) fn rows() -> Vec<Row> {
    let mut rows = every_request();
    rows.extend(own_headers_rows());
    rows.extend(bodies());
    rows
}

fn every_request() -> Vec<Row> {
    vec![
        row("Wire, every request", "POST, Content-Type: application/json, User-Agent", |w| async move {
            for profile in PROFILES {
                let receiver = Receiver::start().await;
                subscribe(&w, profile, &receiver.url(), None).await;
                w.publish("invoice.created").await;
                let got = receiver.got(1).await;
                assert_eq!(got.method, "POST");
                assert_eq!(got.header("content-type"), "application/json");
                assert_eq!(got.header("user-agent"), USER_AGENT, "WEBHOOK_USER_AGENT");
            }
        }),
        row(
            "Wire, every request",
            "webhook-id is the event id; webhook-timestamp this attempt, seconds",
            |w| async move {
                for profile in PROFILES {
                    let receiver = Receiver::start().await;
                    subscribe(&w, profile, &receiver.url(), Some(WHSEC)).await;
                    let before = now();
                    let id = w.publish("invoice.created").await;
                    let got = receiver.got(1).await;
                    assert_eq!(got.header("webhook-id"), id);
                    hyphenated(&id);
                    let at: i64 = got.header("webhook-timestamp").parse().unwrap();
                    assert!((before..=now()).contains(&at), "{at}");
                    assert!(got.header("webhook-signature").starts_with("v1,"));
                }
            },
        ),
        row("Wire, every request", "no header of a request can be set by a subscription", |w| async move {
            for profile in PROFILES {
                let receiver = Receiver::start().await;
                subscribe(&w, profile, &receiver.url(), Some(WHSEC)).await;
                w.publish("invoice.created").await;
                let got = receiver.got(1).await;
                // Each profile adds a header of its own or more to the seven of every request.
                assert!(got.headers.len() >= 7, "{:?}", got.headers);
                for (name, _) in &got.headers {
                    let mut body = json!({ "url": "https://example.com/", "events": ["*"] });
                    body["headers"] = json!({ name.to_uppercase(): "x" });
                    let answer = w.p("POST /subscriptions", body).await;
                    assert_eq!(answer.status, 422, "{name}: {:?}", answer.body);
                }
            }
        }),
        row("Wire, every request", "webhook-id is the publisher's own id where there is one", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Platform, &receiver.url(), None).await;
            let body = json!({ "type": "invoice.created", "data": {}, "id": "order-1:7" });
            w.call("POST /api/v1/events", body).await.is(202);
            let got = receiver.got(1).await;
            assert_eq!((got.header("webhook-id"), got.header("x-webhook-event-id")), ("order-1:7", "order-1:7"));
            assert_eq!(got.json()["id"], "order-1:7");
        }),
    ]
}

fn own_headers_rows() -> Vec<Row> {
    const OWN: &str = "Wire, own headers";
    const STANDARD: [&str; 3] = ["webhook-id", "webhook-signature", "webhook-timestamp"];
    vec![
        row(OWN, "platform: X-Webhook-Signature, -Event-Id, -Event-Type, -Timestamp (ISO)", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Platform, &receiver.url(), None).await;
            let id = w.publish("invoice.created").await;
            let got = receiver.got(1).await;
            let mut expected = STANDARD.to_vec();
            expected.extend([
                "x-webhook-event-id",
                "x-webhook-event-type",
                "x-webhook-signature",
                "x-webhook-timestamp",
            ]);
            assert_eq!(own_headers(&got), expected);
            assert_eq!(got.header("x-webhook-event-id"), id);
            assert_eq!(got.header("x-webhook-event-type"), "invoice.created");
            let signature = got.header("x-webhook-signature");
            assert!(
                signature.len() == 64 && signature.bytes().all(|c| b"0123456789abcdef".contains(&c)),
                "{signature}"
            );
            is_time(&json!(got.header("x-webhook-timestamp")));
        }),
        row(OWN, "tenant: X-Event, X-Signature: sha256=<hex> when it has a secret", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Tenant, &receiver.url(), Some("hush-hush")).await;
            w.publish("invoice.created").await;
            let got = receiver.got(1).await;
            let mut expected = STANDARD.to_vec();
            expected.extend(["x-event", "x-signature"]);
            assert_eq!(own_headers(&got), expected);
            assert_eq!(got.header("x-event"), "invoice.created");
            let hex = got.header("x-signature").strip_prefix("sha256=").unwrap();
            assert!(hex.len() == 64 && hex.bytes().all(|c| b"0123456789abcdef".contains(&c)), "{hex}");
        }),
        row(OWN, "tenant without a secret: X-Event only, no signature", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Tenant, &receiver.url(), None).await;
            w.publish("invoice.created").await;
            assert_eq!(own_headers(&receiver.got(1).await), ["webhook-id", "webhook-timestamp", "x-event"]);
        }),
        row(OWN, "standard: none", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Standard, &receiver.url(), None).await;
            w.publish("invoice.created").await;
            assert_eq!(own_headers(&receiver.got(1).await), STANDARD);
        }),
        row(OWN, "the subscription's custom headers in addition", |w| async move {
            let receiver = Receiver::start().await;
            w.subscribe(&receiver.url(), json!({ "profile": "standard", "headers": { "X-Region": "eu" } })).await;
            w.publish("invoice.created").await;
            let got = receiver.got(1).await;
            assert_eq!(got.header("x-region"), "eu");
            assert_eq!(own_headers(&got), ["webhook-id", "webhook-signature", "webhook-timestamp", "x-region"]);
        }),
    ]
}

fn bodies() -> Vec<Row> {
    const BODY: &str = "Wire, body";
    const TIME: &str = "2026-01-31T10:30:00.5+01:00";
    const SHOWN: &str = "2026-01-31T09:30:00.500Z";
    const METADATA: &str = "{ \"by\": \"\\u0062\", \"n\": 1.10 }";
    let event = |metadata: bool| {
        let more = if metadata { format!(",\"metadata\":{METADATA}") } else { String::new() };
        format!("{{\"type\":\"invoice.created\",\"timestamp\":\"{TIME}\",\"data\":{DATA}{more}}}")
    };
    vec![
        row(BODY, "platform: {id, type, timestamp, tenant_id, data, metadata, custom_metadata}", move |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Platform, &receiver.url(), None).await;
            for (n, metadata) in [(1, METADATA), (2, "{}")] {
                let id = w.call("POST /api/v1/events", event(n == 1)).await.is(202).text_of("id");
                let expected = format!(
                    "{{\"id\":\"{id}\",\"type\":\"invoice.created\",\"timestamp\":\"{SHOWN}\",\"tenant_id\":\"{}\",\
                     \"data\":{DATA},\"metadata\":{metadata},\"custom_metadata\":{metadata}}}",
                    w.tenant()
                );
                assert_eq!(receiver.got(n).await.text(), expected);
            }
        }),
        row(BODY, "tenant: the payload exactly as published, through the tenant API and Core", move |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Tenant, &receiver.url(), None).await;
            w.t("POST /deliveries", format!("{{\"event\":\"invoice.created\",\"payload\":{DATA} }}")).await.is(202);
            assert_eq!(receiver.got(1).await.text(), DATA);
            w.call("POST /api/v1/events", event(true)).await.is(202);
            assert_eq!(receiver.got(2).await.text(), DATA);
        }),
        row(BODY, "standard: {type, timestamp, data}", move |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Standard, &receiver.url(), None).await;
            w.call("POST /api/v1/events", event(true)).await.is(202);
            let expected = format!("{{\"type\":\"invoice.created\",\"timestamp\":\"{SHOWN}\",\"data\":{DATA}}}");
            assert_eq!(receiver.got(1).await.text(), expected);
        }),
        row(BODY, "the tenant API's helper body is sent unchanged", |w| async move {
            let receiver = Receiver::start().await;
            subscribe(&w, Profile::Tenant, &receiver.url(), None).await;
            let payload = "{\"event\":\"invoice.created\",\"resource_type\":\"invoice\",\"resource_id\":\"inv_1\",\
                \"timestamp\":\"2026-01-31T09:30:00Z\",\"data\":{\"n\":1},\
                \"metadata\":{\"tenant_id\":\"acme\",\"source\":\"billing\",\"version\":\"1.0\"}}";
            w.t("POST /deliveries", format!("{{\"event\":\"invoice.created\",\"payload\":{payload}}}")).await.is(202);
            assert_eq!(receiver.got(1).await.text(), payload);
        }),
    ]
}
