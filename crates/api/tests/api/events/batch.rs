//! `POST /api/v1/events/batch`.

use crate::support::TestApp;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/events/batch";

fn event(event_type: &str) -> Value {
    json!({"type": event_type, "data": {}})
}

#[tokio::test]
async fn all_events_are_accepted_in_order() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/all")).await;
    acme.subscribe_with(json!({"url": receiver.url("/invoices"), "events": ["invoice.*"]})).await;
    let events = [
        json!({"type": "invoice.created", "data": {"n": 1}, "id": "one"}),
        json!({"type": "ticket.closed", "data": {"n": 2}, "id": "two"}),
        json!({"type": "invoice.created", "data": {"n": 3}, "id": "three"}),
    ];
    let accepted = acme.post(PATH, json!({"events": events})).await.expect(202);
    let results = accepted["results"].as_array().unwrap();
    let rows: Vec<_> =
        results.iter().map(|one| (one["id"].as_str().unwrap(), &one["type"], &one["deliveries"])).collect();
    let (invoice, ticket) = (json!("invoice.created"), json!("ticket.closed"));
    assert_eq!(rows, [("one", &invoice, &json!(2)), ("two", &ticket, &json!(1)), ("three", &invoice, &json!(2))]);
    assert!(results.iter().all(|one| one["duplicate"] == false && one["tenant_id"] == "acme"));
    assert_eq!(accepted["deliveries_by_type"], json!({"invoice.created": 4, "ticket.closed": 1}));
    let requests = receiver.take(5).await;
    let got = |path: &str| {
        let here = requests.iter().filter(|request| request.path == path);
        let mut numbers: Vec<_> = here.map(|request| request.json()["data"]["n"].as_u64().unwrap()).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!((got("/all"), got("/invoices")), (vec![1, 2, 3], vec![1, 3]));
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn an_invalid_event_refuses_the_batch_and_is_named_by_its_index() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let rows = [
        ("events[3].data", json!({"type": "invoice.created"}), "is missing"),
        ("events[3].data", json!({"type": "invoice.created", "data": []}), "JSON object"),
        ("events[3].data", json!({"type": "invoice.created", "data": null}), "JSON object"),
        ("events[3].type", json!({"data": {}}), "is missing"),
        ("events[3].type", event("in voice"), "letters, digits"),
        ("events[3].type", json!({"type": 1, "data": {}}), "string"),
        ("events[3].id", json!({"type": "invoice.created", "data": {}, "id": ["a"]}), "string"),
        ("events[3].id", json!({"type": "invoice.created", "data": {}, "id": "a.b"}), "visible ASCII"),
        ("events[3].timestamp", json!({"type": "invoice.created", "data": {}, "timestamp": "now"}), "ISO 8601"),
        ("events[3]", json!("invoice.created"), "a JSON object"),
        ("events[3]", json!(["invoice.created", {"n": 1}]), "a JSON object"),
    ];
    for (field, bad, part) in rows {
        let good = event("invoice.created");
        let (named, message) = acme.post(PATH, json!({"events": [good, good, good, bad, good]})).await.fault();
        assert_eq!(named, field, "{message}");
        assert!(message.contains(part), "{field}: {message}");
    }
    assert_eq!(acme.get("/api/v1/events").await.expect(200), json!([]), "all or none");
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn a_batch_has_1_to_1000_events() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let batch = |count: usize| json!({"events": vec![event("invoice.created"); count]});
    let accepted = acme.post(PATH, batch(1_000)).await.expect(202);
    assert_eq!(accepted["results"].as_array().unwrap().len(), 1_000);
    assert_eq!(accepted["deliveries_by_type"], json!({"invoice.created": 0}));
    for count in [0, 1_001] {
        assert_eq!(acme.post(PATH, batch(count)).await.fault(), ("events".into(), "must be 1 to 1000 events".into()));
    }
    for (body, message) in [(json!({}), "is missing"), (json!({"events": {}}), "sequence"), (json!([]), "")] {
        let (field, said) = acme.post(PATH, body).await.fault();
        assert!(["events", "body"].contains(&field.as_str()) && said.contains(message), "{field}: {said}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_event_that_is_too_large_is_named_by_its_index() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let large = json!({"type": "invoice.created", "data": {"a": "x".repeat(1 << 20)}});
    let answer = acme.post(PATH, json!({"events": [event("invoice.created"), large]})).await;
    assert!(answer.detail(413, "too_large").starts_with("events[1].data"));
    assert_eq!(acme.get("/api/v1/events").await.expect(200), json!([]));
    app.finish().await;
}

#[tokio::test]
async fn a_batch_that_the_store_cannot_write_is_not_accepted() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    app.store.set_broken(true);
    let answer = acme.post(PATH, json!({"events": [event("invoice.created"), event("invoice.paid")]})).await;
    answer.problem(503, "unavailable");
    assert_eq!(answer.header("retry-after"), Some("1"));
    app.store.set_broken(false);
    assert_eq!(acme.get("/api/v1/events").await.expect(200), json!([]));
    app.finish().await;
}
