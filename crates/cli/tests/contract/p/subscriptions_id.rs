//! Calls below `/subscriptions/{id}`.

use super::subscriptions::FIELDS;
use crate::{
    receiver::{NOBODY, Receiver, reply},
    rows::{Row, has_fields, hyphenated, row, wait_until},
};
use serde_json::{Value, json};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = change();
    rows.extend(test());
    rows.extend(rotate());
    rows.extend(pause());
    rows
}

#[expect(clippy::too_many_lines, reason = "a table of calls")]
fn change() -> Vec<Row> {
    vec![
        row("Platform API, GET, PATCH, DELETE /subscriptions/{id}", "200, 200, 204", |w| async move {
            let path = format!("/subscriptions/{}", w.subscribe("https://example.com/", json!({})).await.text_of("id"));
            has_fields(&w.p(&format!("GET {path}"), ()).await.is(200).body, FIELDS);
            has_fields(&w.p(&format!("PATCH {path}"), json!({})).await.is(200).body, FIELDS);
            assert_eq!(w.p(&format!("DELETE {path}"), ()).await.is(204).text, "");
            w.p(&format!("GET {path}"), ()).await.is(404);
            w.p(&format!("DELETE {path}"), ()).await.is(404);
            assert_eq!(w.p("GET /subscriptions", ()).await.body, json!([]));
        }),
        row("Platform API, /subscriptions/{id}", "404 `Webhook subscription not found: {id}`", |w| async move {
            for id in ["sub_06f8k2m4q9v1x3z5b7d9f1h3k5", "0190f3c1-0000-7000-8000-000000000000", "nonsense"] {
                let expected = format!("Webhook subscription not found: {id}");
                for (method, below) in [
                    ("GET", ""),
                    ("PATCH", ""),
                    ("DELETE", ""),
                    ("POST", "/test"),
                    ("POST", "/rotate-secret"),
                    ("POST", "/pause"),
                    ("POST", "/activate"),
                    ("GET", "/deliveries"),
                ] {
                    let answer = w.p(&format!("{method} /subscriptions/{id}{below}"), json!({})).await.is(404);
                    assert_eq!(answer["detail"], expected);
                }
                assert_eq!(w.p(&format!("DELETE /{id}"), ()).await.is(404)["detail"], expected);
            }
        }),
        row("Contracts", "either API accepts either form of an id: sub_…", |w| async move {
            let id = w.subscribe("https://example.com/", json!({})).await.text_of("id");
            let other = hyphenated(&id);
            for path in [format!("/subscriptions/{id}"), format!("/subscriptions/{other}")] {
                assert_eq!(w.p(&format!("GET {path}"), ()).await.is(200).text_of("id"), id);
                w.p(&format!("POST {path}/pause"), ()).await.is(200);
            }
            w.p(&format!("GET /deliveries?subscription_id={other}"), ()).await.is(200);
            w.p(&format!("DELETE /subscriptions/{other}"), ()).await.is(204);
        }),
        row("Platform API, PATCH /subscriptions/{id}", "absent keeps, nothing else changes", |w| async move {
            let fields = json!({
                "description": "before", "headers": { "X-A": "1" }, "custom_metadata": { "k": 1 }, "max_retries": 7,
                "timeout_seconds": 40, "retry_enabled": false, "events": ["invoice.paid"],
            });
            let made = w.subscribe("https://example.com/before", fields).await.body;
            let path = format!("PATCH /subscriptions/{}", made["id"].as_str().unwrap());
            let mut expected = made.clone();
            expected.as_object_mut().unwrap().remove("secret");
            for (field, value) in [
                ("description", json!("after")),
                ("url", json!("https://example.com/after")),
                ("headers", json!({ "X-B": "2" })),
                ("custom_metadata", json!({ "l": null })),
                ("max_retries", json!(0)),
                ("timeout_seconds", json!(5)),
                ("retry_enabled", json!(true)),
                ("is_active", json!(false)),
            ] {
                let mut patched = w.p(&path, json!({ field: value })).await.is(200).body;
                expected[field] = value;
                patched["updated_at"] = expected["updated_at"].clone();
                // A new URL and a pause change when it is healthy, and the advice.
                expected["health"] = patched["health"].clone();
                assert_eq!(patched, expected, "{field}");
            }
            w.p(&path, json!({ "url": "nonsense", "max_retries": 3 })).await.is(422);
            let mut kept = w.p(&path, json!({})).await.is(200).body;
            kept["updated_at"] = expected["updated_at"].clone();
            assert_eq!(kept, expected, "a refused change had an effect");
        }),
        row("Platform API, PATCH /subscriptions/{id}", "null clears", |w| async move {
            let fields = json!({
                "description": "x", "headers": { "X-A": "1" }, "custom_metadata": { "k": 1 }, "max_retries": 7,
                "timeout_seconds": 40, "retry_enabled": false,
            });
            let id = w.subscribe("https://example.com/clear", fields).await.text_of("id");
            let path = format!("PATCH /subscriptions/{id}");
            for (field, cleared) in [
                ("description", Value::Null),
                ("headers", json!({})),
                ("custom_metadata", json!({})),
                ("max_retries", json!(3)),
                ("timeout_seconds", json!(30)),
                ("retry_enabled", json!(true)),
            ] {
                assert_eq!(w.p(&path, json!({ field: null })).await.is(200)[field], cleared, "{field}");
            }
            for field in ["url", "events", "event_types", "is_active"] {
                w.p(&path, json!({ field: null })).await.is(422).says(field);
            }
        }),
    ]
}

fn test() -> Vec<Row> {
    const TEST: &str = "Platform API, POST /subscriptions/{id}/test {event_type?, payload?}";
    const FIELDS: &str = "success status_code response_body error_message delivery_time_ms";
    vec![
        row(TEST, "sends now, waits, 200 {success, status_code, response_body, …}", |w| async move {
            let plan = vec![reply(201).body("thanks"), reply(500).body("oh no")];
            let receiver = Receiver::answering(plan).await;
            let id = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
            let path = format!("POST /subscriptions/{id}/test");
            let body = json!({ "event_type": "invoice.paid", "payload": { "n": 1 } });
            let sent = w.p(&path, body).await.is(200).body;
            has_fields(&sent, FIELDS);
            assert_eq!((&sent["success"], &sent["status_code"]), (&json!(true), &json!(201)));
            assert_eq!((&sent["response_body"], &sent["error_message"]), (&json!("thanks"), &Value::Null));
            assert!(sent["delivery_time_ms"].is_u64());
            let got = receiver.got(1).await;
            assert_eq!(got.json()["type"], "invoice.paid");
            assert_eq!(got.json()["data"], json!({ "n": 1 }));
            let failed = w.p(&path, json!({})).await.is(200).body;
            assert_eq!((&failed["success"], &failed["status_code"]), (&json!(false), &json!(500)));
            assert_eq!(failed["response_body"], "oh no");
            assert!(failed["error_message"].as_str().unwrap().contains("500"));
            assert_eq!(receiver.count(), 2, "a test is not retried");
        }),
        row(TEST, "no response at all: success false, status_code null, an error_message", |w| async move {
            let id = w.subscribe(NOBODY, json!({})).await.text_of("id");
            let sent = w.p(&format!("POST /subscriptions/{id}/test"), ()).await.is(200).body;
            assert_eq!((&sent["success"], &sent["status_code"]), (&json!(false), &Value::Null));
            assert!(!sent["error_message"].as_str().unwrap().is_empty());
        }),
        row(TEST, "the type's example when no payload is given", |w| async move {
            let receiver = Receiver::start().await;
            let fields = json!({ "events": ["invoice.paid"] });
            let id = w.subscribe(&receiver.url(), fields).await.text_of("id");
            for (n, body) in
                [json!({}), json!({ "event_type": "user.login" }), json!({ "payload": null })].into_iter().enumerate()
            {
                let event_type = body["event_type"].as_str().unwrap_or("invoice.paid").to_owned();
                assert_eq!(w.p(&format!("POST /subscriptions/{id}/test"), body).await.is(200)["success"], true);
                let example = w.p(&format!("GET /events/{event_type}"), ()).await.is(200)["example"].clone();
                let got = receiver.got(n + 1).await.json();
                assert_eq!(got["type"], event_type);
                assert_eq!(got["data"]["test"], true);
                for (name, value) in example.as_object().unwrap() {
                    assert_eq!(&got["data"][name], value, "{name}");
                }
            }
        }),
        row(TEST, "inactive → 400", |w| async move {
            let receiver = Receiver::start().await;
            let id = w.subscribe(&receiver.url(), json!({ "is_active": false })).await.text_of("id");
            w.p(&format!("POST /subscriptions/{id}/test"), json!({})).await.is(400);
            assert_eq!(receiver.count(), 0);
        }),
        row(TEST, "422 on a payload that is not an object", |w| async move {
            let id = w.subscribe(NOBODY, json!({})).await.text_of("id");
            w.p(&format!("POST /subscriptions/{id}/test"), json!({ "payload": [1] })).await.is(422).says("payload");
        }),
    ]
}

fn rotate() -> Vec<Row> {
    const ROTATE: &str = "Platform API, POST /subscriptions/{id}/rotate-secret";
    vec![
        row(ROTATE, "200 {secret, message}; the old secret keeps signing beside the new one", |w| async move {
            let receiver = Receiver::start().await;
            let made = w.subscribe(&receiver.url(), json!({})).await;
            let (id, old) = (made.text_of("id"), made.text_of("secret"));
            let rotated = w.p(&format!("POST /subscriptions/{id}/rotate-secret"), ()).await.is(200);
            has_fields(&rotated.body, "secret message public_key previous_until");
            assert!(rotated.text_of("message").contains("86400"), "{}", rotated.text);
            let new = rotated.text_of("secret");
            assert_ne!(old, new);
            w.publish("invoice.created").await;
            let got = receiver.got(1).await;
            assert_eq!(got.header("webhook-signature").split(' ').count(), 2);
            for secret in [&old, &new] {
                crate::wire::verify_standard(&got, secret);
            }
            assert_eq!(signing::verify_hex(&new, got.header("x-webhook-signature"), &got.body), Ok(()));
        }),
        row(ROTATE, "grace_seconds 0: the old secret signs nothing any more", |w| async move {
            let receiver = Receiver::start().await;
            let id = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
            let path = format!("POST /subscriptions/{id}/rotate-secret");
            let secret = w.p(&path, json!({ "grace_seconds": 0 })).await.is(200).text_of("secret");
            w.publish("invoice.created").await;
            let got = receiver.got(1).await;
            assert_eq!(got.header("webhook-signature").split(' ').count(), 1);
            crate::wire::verify_standard(&got, &secret);
        }),
        row(ROTATE, "grace_seconds 0–604800, else 422", |w| async move {
            let id = w.subscribe(NOBODY, json!({})).await.text_of("id");
            let path = format!("POST /subscriptions/{id}/rotate-secret");
            w.p(&path, json!({ "grace_seconds": 604_800 })).await.is(200);
            for bad in [json!(604_801), json!(-1), json!("soon")] {
                w.p(&path, json!({ "grace_seconds": bad })).await.is(422).says("grace_seconds");
            }
        }),
    ]
}

fn pause() -> Vec<Row> {
    const PAUSE: &str = "Platform API, POST /subscriptions/{id}/pause, /activate";
    vec![row(PAUSE, "200; deliveries of a paused one wait and are sent on activation", |w| async move {
        let receiver = Receiver::start().await;
        let id = w.subscribe(&receiver.url(), json!({})).await.text_of("id");
        let paused = w.p(&format!("POST /subscriptions/{id}/pause"), ()).await.is(200);
        has_fields(&paused.body, FIELDS);
        assert_eq!(paused["is_active"], false);
        w.p(&format!("POST /subscriptions/{id}/pause"), ()).await.is(200);
        let event = w.publish("invoice.created").await;
        let waiting = w.delivery("pending").await;
        assert_eq!((&waiting["attempt_number"], &waiting["event_id"]), (&json!(0), &json!(event)));
        assert_eq!(receiver.count(), 0);
        let active = w.p(&format!("POST /subscriptions/{id}/activate"), ()).await.is(200);
        assert_eq!(active["is_active"], true);
        assert_eq!(receiver.got(1).await.header("webhook-id"), event);
        w.delivery("success").await;
        wait_until("the subscription counts it", async || {
            let shown = w.p(&format!("GET /subscriptions/{id}"), ()).await.is(200);
            (shown["success_count"] == 1 && shown["success_rate"] == 1.0 && !shown["last_success_at"].is_null())
                .then_some(())
        })
        .await;
    })]
}
