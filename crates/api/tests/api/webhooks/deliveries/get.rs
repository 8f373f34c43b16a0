//! `GET /api/v1/webhooks/deliveries/{id}`.

use super::PATH;
use crate::support::{Reply, START, TestApp, hyphenated, time};
use serde_json::json;

#[tokio::test]
async fn a_delivery_is_shown_with_requests_and_responses() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let refused =
        Reply::status(503).header("X-Reason", "maintenance").header("X-Reason", "lunch").body("later, please");
    receiver.then(refused.header("Set-Cookie", "sid=1"));
    receiver.then(Reply::status(200).header("X-Served-By", "a").body("ok"));
    let headers = json!({"X-Region": "eu", "Authorization": "Bearer hush", "X-Api-Key": "hush"});
    let made = acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "headers": headers})).await;
    let event = acme.publish().await;
    let id = acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned();
    let first = receiver.next().await;
    let shown = app.attempted(&acme, &id, 1).await;
    assert_eq!((&shown["status"], &shown["response_code"]), (&json!("retrying"), &json!(503)));
    app.pass(&shown["next_retry_at"]);
    let second = receiver.next().await;
    let answer = {
        app.attempted(&acme, &id, 2).await;
        acme.get(&format!("{PATH}/{id}")).await
    };
    let shown = answer.expect(200);
    assert!(!answer.text().contains("hush"), "credentials are masked: {}", answer.text());
    let attempts = shown["attempts"].as_array().unwrap();
    assert_eq!(
        shown,
        json!({
            "id": id, "subscription_id": made["id"], "event_type": "invoice.created", "event_id": event["id"],
            "status": "success", "response_code": 200, "error_message": null, "attempt_number": 2,
            "duration_ms": attempts[1]["duration_ms"], "created_at": START, "next_retry_at": null,
            "attempts": attempts,
        })
    );
    let [one, two] = &attempts[..] else { panic!("{attempts:?}") };
    assert_eq!((&one["attempt_number"], &one["response_code"]), (&json!(1), &json!(503)));
    assert_eq!(
        (&one["error_message"], &one["response_body"]),
        (&json!("HTTP 503 Service Unavailable"), &json!("later, please"))
    );
    assert_eq!(one["response_headers"]["x-reason"], "maintenance, lunch");
    assert_eq!(one["response_headers"]["set-cookie"], "***");
    assert_eq!((&two["attempt_number"], &two["error_message"]), (&json!(2), &json!(null)));
    assert_eq!((&two["response_body"], &two["response_headers"]["x-served-by"]), (&json!("ok"), &json!("a")));
    assert_eq!((time(&one["started_at"]), time(&two["started_at"]).seconds()), (START, second.sent_at()));
    for (attempt, is_new) in [(one, true), (two, false)] {
        assert_eq!(attempt["remote_ip"], "127.0.0.1");
        let timings = &attempt["timings_ms"];
        assert_eq!((timings["dns"].is_f64(), timings["connect"].is_f64()), (is_new, is_new), "{timings}");
        assert!(timings["tls"].is_null() && timings["first_byte"].is_f64() && timings["rest"].is_f64(), "{timings}");
        let sum: f64 = ["dns", "connect", "first_byte", "rest"].iter().filter_map(|part| timings[part].as_f64()).sum();
        assert!(sum <= attempt["duration_ms"].as_f64().unwrap() + 1.0, "{attempt}");
    }
    for (attempt, request) in [(one, &first), (two, &second)] {
        assert_eq!(attempt["request_body"], request.text());
        let logged = attempt["request_headers"].as_object().unwrap();
        for name in ["authorization", "x-api-key"] {
            assert_eq!(logged[name], "***", "{name}");
        }
        for (name, value) in logged.iter().filter(|(_, value)| **value != "***") {
            assert_eq!(value, request.header(name), "{name}");
        }
        assert!(logged.len() >= 12, "{logged:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_first_4_kib_of_a_response_body_are_kept() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    receiver.then(Reply::status(200).body("é".repeat(100_000)));
    receiver.then(Reply::status(200).body(vec![b'x'; 2 << 20]));
    receiver.then(Reply::status(200).body(&b"\xff\xfe\0"[..]));
    acme.subscribe(&receiver.url("/")).await;
    for (start, length) in [("ééé", 2048), ("xxx", 4096), ("\u{fffd}\u{fffd}\0", 3)] {
        let delivery = acme.publish_one().await;
        receiver.next().await;
        let shown = app.attempted(&acme, &delivery, 1).await;
        assert_eq!(shown["status"], "success");
        let body = shown["attempts"][0]["response_body"].as_str().unwrap();
        assert_eq!((body.starts_with(start), body.chars().count()), (true, length));
    }
    app.finish().await;
}

#[tokio::test]
async fn both_spellings_of_an_id_are_accepted_and_unknown_ids_are_404() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let id = acme.publish_one().await;
    receiver.next().await;
    let shown = app.attempted(&acme, &id, 1).await;
    assert_eq!(acme.get(&format!("{PATH}/{}", hyphenated(&id))).await.expect(200), shown);
    for missing in ["dlv_06f8k2m4q9v1x3z5b7d9f1h3k5", "nothing", &id.replace("dlv_", "evt_")] {
        let detail = acme.get(&format!("{PATH}/{missing}")).await.detail(404, "not_found");
        assert_eq!(detail, format!("Webhook delivery not found: {missing}"));
    }
    app.finish().await;
}
