//! Filters and channels decide who gets an event; templates, methods and compression form its requests.

use crate::support::TestApp;
use serde_json::{Value, json};
use std::io::Read;

#[tokio::test]
async fn filtered_events_get_no_delivery_and_are_counted_and_explained() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let subscribe = |filter: &str, path: &str| json!({"url": receiver.url(path), "events": ["*"], "filter": filter});
    acme.subscribe_with(subscribe("data.amount > 100 && data.currency == \"EUR\"", "/euro")).await;
    acme.subscribe_with(subscribe("data.tags.exists(t, t == \"vip\")", "/vip")).await;
    let expected = [
        (json!({"amount": 150, "currency": "EUR", "tags": []}), vec!["/euro"]),
        (json!({"amount": 100.0, "currency": "EUR", "tags": ["vip"]}), vec!["/vip"]),
        (json!({"amount": 101, "currency": "USD"}), vec![]),
        (json!({"amount": 101.5, "currency": "EUR", "tags": ["a", "vip"]}), vec!["/euro", "/vip"]),
    ];
    for (data, paths) in &expected {
        let event = acme.publish_with(json!({"type": "invoice.paid", "data": data})).await;
        assert_eq!(event["deliveries"], paths.len(), "{data}");
        let mut got: Vec<String> = receiver.take(paths.len()).await.into_iter().map(|request| request.path).collect();
        got.sort();
        assert_eq!(got, *paths, "{data}");
    }
    receiver.nothing_more();
    app.settled().await;
    let stats = acme.get("/api/v1/webhooks/stats?by=subscription").await.expect(200);
    let total = acme.get("/api/v1/webhooks/stats").await.expect(200)["total"].clone();
    assert_eq!((&total["events"], &total["filtered"], &total["created"]), (&json!(4), &json!(4), &json!(4)));
    let filtered: u64 = stats["groups"].as_array().unwrap().iter().map(|one| one["filtered"].as_u64().unwrap()).sum();
    assert_eq!((filtered, &stats["groups"][0]["events"]), (4, &Value::Null));
    let preview = json!({"type": "invoice.paid", "data": {"amount": 1, "currency": "EUR"}});
    let preview = acme.post("/api/v1/events/preview", preview).await.expect(200);
    assert_eq!(preview["deliveries"], 0);
    let mut why: Vec<&str> =
        preview["matches"].as_array().unwrap().iter().map(|one| one["explanation"].as_str().unwrap()).collect();
    why.sort_unstable();
    assert_eq!(why, ["the condition is false", "the event has no `data.tags`"]);
    app.finish().await;
}

#[tokio::test]
async fn channels_narrow_the_events_of_a_subscription() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (path, channels) in [("/all", json!(null)), ("/one", json!(["p:1"])), ("/two", json!(["p:1", "p:2"]))] {
        acme.subscribe_with(json!({"url": receiver.url(path), "events": ["*"], "channels": channels})).await;
    }
    for (channels, paths) in [
        (json!(null), vec!["/all"]),
        (json!(["p:3"]), vec!["/all"]),
        (json!(["p:2"]), vec!["/all", "/two"]),
        (json!(["p:3", "p:1"]), vec!["/all", "/one", "/two"]),
    ] {
        let event = acme.publish_with(json!({"type": "a.b", "data": {}, "channels": channels})).await;
        let mut got: Vec<String> = receiver.take(paths.len()).await.into_iter().map(|request| request.path).collect();
        got.sort();
        assert_eq!(got, paths, "{channels}");
        let path = format!("/api/v1/events/{}", event["id"].as_str().unwrap());
        assert_eq!(acme.get(&path).await.expect(200)["channels"], channels);
    }
    let bad = json!({"type": "a.b", "data": {}, "channels": ["x y"]});
    assert_eq!(acme.post("/api/v1/events", bad).await.fault().0, "channels");
    let preview = json!({"type": "a.b", "data": {}, "channels": ["p:2"]});
    let preview = acme.post("/api/v1/events/preview", preview).await.expect(200);
    let reasons: Vec<&str> =
        preview["matches"].as_array().unwrap().iter().map(|one| one["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["receives", "receives", "other_channels"]);
    app.finish().await;
}

#[tokio::test]
async fn a_replay_of_missed_events_applies_the_filter() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for amount in [50, 150, 250] {
        acme.publish_with(json!({"type": "a.b", "data": {"amount": amount}})).await;
    }
    let fields = json!({"url": receiver.url("/"), "events": ["*"], "filter": "data.amount > 100"});
    let made = acme.subscribe_with(fields).await;
    let replay = json!({"subscription_id": made["id"], "missed_only": true, "statuses": []});
    let dry = acme
        .post("/api/v1/webhooks/replays", json!({"subscription_id": made["id"], "missed_only": true, "dry_run": true}));
    assert_eq!(dry.await.expect(200)["count"], 2);
    let replay = acme
        .post("/api/v1/webhooks/replays", json!({"subscription_id": replay["subscription_id"], "missed_only": true}));
    let replay = replay.await.expect(202);
    app.replayed(&acme, &replay, "completed").await;
    let mut amounts: Vec<Value> =
        receiver.take(2).await.iter().map(|one| one.json()["data"]["amount"].clone()).collect();
    amounts.sort_by_key(Value::as_u64);
    assert_eq!(amounts, [150, 250]);
    app.finish().await;
}

#[tokio::test]
async fn method_path_and_query_come_from_the_subscription_and_the_event() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let request = json!({"method": "PATCH", "path": "/orders/{data.id}", "query": {"type": "{type}"}});
    let url = receiver.url("/old?key=1");
    acme.subscribe_with(json!({"url": url, "events": ["*"], "request": request, "max_retries": 0})).await;
    let event = acme.publish_with(json!({"type": "a.b", "data": {"id": "7/../8"}})).await;
    let got = receiver.next().await;
    assert_eq!((got.method.as_str(), got.path.as_str()), ("PATCH", "/orders/7%2F..%2F8?key=1&type=a.b"));
    let delivery = acme.deliveries_of(&event).await.remove(0);
    let delivery = app.attempted(&acme, delivery["id"].as_str().unwrap(), 1).await;
    let headers = &delivery["attempts"][0]["request_headers"];
    assert_eq!(
        (&headers[":method"], &headers[":path"]),
        (&json!("PATCH"), &json!("/orders/7%2F..%2F8?key=1&type=a.b"))
    );
    // An event without the value gets no request, and the receiver is not blamed.
    let event = acme.publish_with(json!({"type": "a.b", "data": {}})).await;
    let delivery = acme.deliveries_of(&event).await.remove(0);
    let delivery = app.attempted(&acme, delivery["id"].as_str().unwrap(), 1).await;
    assert_eq!(delivery["attempts"][0]["error_message"], "Not sent: the event has no data.id, which the URL needs");
    receiver.nothing_more();
    app.finish().await;
}

#[tokio::test]
async fn bodies_are_compressed_after_they_are_signed() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let text = "many words, ".repeat(100);
    for compression in ["gzip", "zstd"] {
        let fields = json!({"url": receiver.url("/"), "events": ["*"], "compression": compression});
        let made = acme.subscribe_with(fields).await;
        acme.publish_with(json!({"type": "a.b", "data": {"text": text}})).await;
        let got = receiver.next().await;
        assert_eq!(got.header("content-encoding"), compression);
        let mut plain = Vec::new();
        match compression {
            "gzip" => flate2::read::GzDecoder::new(&got.body[..]).read_to_end(&mut plain).unwrap(),
            _ => ruzstd::decoding::StreamingDecoder::new(&got.body[..]).unwrap().read_to_end(&mut plain).unwrap(),
        };
        assert!(got.body.len() * 4 < plain.len());
        let secret = made["secret"].as_str().unwrap();
        let (id, sent, signature) =
            (got.header("webhook-id"), got.header("webhook-timestamp"), got.header("webhook-signature"));
        signing::verify_standard(secret, id, sent, signature, &plain, got.sent_at()).unwrap();
        acme.publish_with(json!({"type": "a.b", "data": {}})).await;
        assert_eq!(receiver.next().await.all("content-encoding"), Vec::<&str>::new(), "too small to gain");
        let path = format!("/api/v1/webhooks/subscriptions/{}", made["id"].as_str().unwrap());
        acme.delete(&path).await.expect_nothing();
    }
    app.finish().await;
}

#[tokio::test]
async fn a_template_forms_body_and_type_and_the_log_has_them() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let fields = json!({
        "url": receiver.url("/"), "events": ["*"], "transformation": {"template": "form"}, "headers": {"x-region": "eu"},
    });
    let made = acme.subscribe_with(fields).await;
    let event = acme.publish_with(json!({"type": "a.b", "data": {"customer": {"id": 7}}})).await;
    let got = receiver.next().await;
    assert_eq!(got.header("content-type"), "application/x-www-form-urlencoded");
    assert_eq!(got.header("x-region"), "eu");
    assert!(got.text().contains("data%5Bcustomer%5D%5Bid%5D=7"), "{}", got.text());
    let (id, sent, signature) =
        (got.header("webhook-id"), got.header("webhook-timestamp"), got.header("webhook-signature"));
    let secret = made["secret"].as_str().unwrap();
    signing::verify_standard(secret, id, sent, signature, &got.body, got.sent_at()).unwrap();
    let delivery = acme.deliveries_of(&event).await.remove(0);
    let id = delivery["id"].as_str().unwrap();
    let delivery = app.attempted(&acme, id, 1).await;
    assert_eq!(delivery["attempts"][0]["request_body"], got.text());
    let body = acme.get(&format!("/api/v1/webhooks/deliveries/{id}/attempts/1/request-body")).await;
    assert_eq!((body.text(), body.header("content-type")), (got.text(), Some("application/x-www-form-urlencoded")));
    app.finish().await;
}

#[tokio::test]
async fn a_shortage_of_script_processes_puts_deliveries_off() {
    let (app, acme, receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/")).await;
    // A script that was stored while its processes could be started.
    use storage::Subscriptions as _;
    let id = model::SubscriptionId::parse(made["id"].as_str().unwrap()).unwrap();
    let tenant = model::TenantId::trusted("acme");
    let mut stored = app.store.subscription(&tenant, id).await.unwrap().unwrap();
    let script = "export default (webhook) => webhook";
    stored.policies.shape.transformation = Some(model::shape::Transformation::Script(script.into()));
    app.store.update_subscription(&stored).await.unwrap();
    let app = app.restart().await;
    let acme = app.admin_in("acme");
    acme.publish().await;
    app.put_off(1).await;
    let of = json!({"subscription_id": made["id"]});
    acme.post("/api/v1/webhooks/deliveries/cancel", of).await.expect(200);
    drop(receiver);
    app.finish().await;
}

#[tokio::test]
async fn a_reference_answers_the_payload_until_it_expires_or_is_erased() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (path, profile) in [("/standard", "standard"), ("/platform", "platform")] {
        let fields = json!({"url": receiver.url(path), "events": ["*"], "payload": "reference", "profile": profile});
        acme.subscribe_with(fields).await;
    }
    let nobody = app.nobody();
    let mut urls = Vec::new();
    for data in [json!({"n": 1}), json!({"n": 2})] {
        let event = acme.publish_with(json!({"type": "invoice.paid", "data": data, "metadata": {"m": 3}})).await;
        for request in receiver.take(2).await {
            let body = request.json();
            assert_eq!((&body["id"], &body["type"]), (&event["id"], &json!("invoice.paid")));
            assert!(!request.text().contains("\"n\""), "{}", request.text());
            let path = body["data_url"].as_str().unwrap().strip_prefix("http://outside.example").unwrap().to_owned();
            let answer = nobody.get(&path).await;
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            let whole = answer.expect(200);
            assert_eq!((&whole["data"], &whole["type"]), (&data, &json!("invoice.paid")));
            assert_eq!(whole.get("metadata").is_some(), request.path == "/platform");
            urls.push((path, event["id"].as_str().unwrap().to_owned()));
        }
    }
    let (path, event) = &urls[0];
    for bad in [format!("{path}A"), path[..path.len() - 1].to_owned(), "/api/v1/payloads/x".into()] {
        nobody.get(&bad).await.problem(404, "invalid_reference");
    }
    app.settled().await;
    acme.delete(&format!("/api/v1/events/{event}/payload")).await.expect(200);
    nobody.get(path).await.problem(410, "payload_erased");
    app.advance(24 * 3_600 + 1);
    let expired = nobody.get(&urls[3].0).await;
    assert!(expired.detail(410, "reference_expired").contains("the URL expired at "));
    app.finish().await;
}

#[tokio::test]
async fn a_reference_to_a_removed_event_is_not_found() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["*"], "payload": "reference"})).await;
    acme.publish().await;
    let body = receiver.next().await.json();
    let path = body["data_url"].as_str().unwrap().strip_prefix("http://outside.example").unwrap().to_owned();
    app.settled().await;
    app.admin().delete("/api/v1/tenants/acme").await;
    app.nobody().get(&path).await.problem(404, "not_found");
    app.finish_leaving_any().await;
}

#[tokio::test]
async fn batches_and_tests_of_them_are_arrays() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let fields =
        json!({"url": receiver.url("/"), "events": ["*"], "batching": {"max_events": 2, "max_wait_ms": 60_000}});
    let made = acme.subscribe_with(fields).await;
    assert_eq!(made["batching"], json!({"max_events": 2, "max_wait_ms": 60_000, "format": "json"}));
    let test = format!("/api/v1/webhooks/subscriptions/{}/test", made["id"].as_str().unwrap());
    // A test waits for no company.
    acme.post_nothing(&test).await.expect(200);
    assert_eq!(receiver.next().await.json().as_array().unwrap().len(), 1);
    let preview = json!({"url": receiver.url("/"), "batching": {}, "event_type": "invoice.paid"});
    let preview = acme.post("/api/v1/webhooks/subscriptions/check", preview).await.expect(200);
    let body: Value = serde_json::from_str(preview["preview"]["body"].as_str().unwrap()).unwrap();
    assert_eq!(body[0]["type"], "invoice.paid");
    acme.publish().await;
    app.advance(30);
    receiver.nothing_more();
    acme.publish().await;
    let batch = receiver.next().await;
    assert_eq!((batch.json().as_array().unwrap().len(), batch.header("x-webhook-event-type")), (2, "webhook.batch"));
    // The time of one that waits alone.
    acme.publish().await;
    app.advance(61);
    assert_eq!(receiver.next().await.json().as_array().unwrap().len(), 1);
    app.settled().await;
    app.finish().await;
}
