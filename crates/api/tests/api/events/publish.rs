//! `POST /api/v1/events`.

use crate::support::{Receiver, Reply, START, TestApp};
use http::Method;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/events";

#[tokio::test]
async fn an_event_is_accepted_and_delivered() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/hook?a=b")).await;
    let accepted = acme.post(PATH, json!({"type": "invoice.created", "data": {"n": 1}})).await.expect(202);
    let id = accepted["id"].as_str().unwrap();
    assert!(id.starts_with("evt_") && id.len() == 30, "{id}");
    assert_eq!(
        accepted,
        json!({"id": id, "type": "invoice.created", "tenant_id": "acme", "timestamp": START, "deliveries": 1,
               "duplicate": false})
    );
    let request = receiver.next().await;
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/hook?a=b"));
    assert_eq!(request.json()["id"], id);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn id_timestamp_metadata_and_priority_are_kept() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let event = json!({
        "type": "invoice.paid", "data": {"n": 1}, "id": "order-7/paid", "timestamp": "2025-12-24T20:00:00.1234+02:00",
        "metadata": {"source": "billing"}, "priority": "high",
    });
    let accepted = acme.publish_with(event).await;
    assert_eq!((&accepted["id"], &accepted["timestamp"]), (&json!("order-7/paid"), &json!("2025-12-24T18:00:00.123Z")));
    let request = receiver.next().await;
    let body = request.json();
    assert_eq!(body["id"], "order-7/paid");
    assert_eq!(body["timestamp"], "2025-12-24T18:00:00.123Z");
    assert_eq!(body["metadata"], json!({"source": "billing"}));
    assert_eq!(request.header("webhook-id"), "order-7/paid");
    let shown = acme.get("/api/v1/events/order-7%2Fpaid").await.expect(200);
    assert_eq!((&shown["priority"], &shown["timestamp"]), (&json!("high"), &json!("2025-12-24T18:00:00.123Z")));
    assert_eq!(shown["created_at"], json!(START));
    app.finish().await;
}

#[tokio::test]
async fn optional_fields_may_be_null() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let event = json!({"type": "invoice.paid", "data": {}, "id": null, "timestamp": null, "metadata": null,
                       "priority": null});
    let accepted = acme.publish_with(event).await;
    assert_eq!((&accepted["timestamp"], &accepted["duplicate"]), (&json!(START), &json!(false)));
    app.finish().await;
}

#[tokio::test]
async fn an_event_without_subscriptions_is_accepted() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    assert_eq!(acme.publish().await["deliveries"], 0);
    acme.subscribe_with(json!({"url": receiver.url("/"), "events": ["ticket.closed", "customer.*"]})).await;
    let event = acme.publish().await;
    assert_eq!(event["deliveries"], 0);
    assert!(acme.deliveries_of(&event).await.is_empty());
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn an_unknown_type_is_accepted_and_delivered_to_wildcard_subscriptions() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let event = acme.publish_with(json!({"type": "spaceship.landed", "data": {}})).await;
    assert_eq!(event["deliveries"], 1);
    assert_eq!(receiver.next().await.json()["type"], "spaceship.landed");
    app.finish().await;
}

#[tokio::test]
async fn an_event_is_delivered_to_every_matching_subscription() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    for (path, events) in [("/a", "invoice.created"), ("/b", "invoice.*"), ("/c", "*"), ("/d", "ticket.created")] {
        acme.subscribe_with(json!({"url": receiver.url(path), "events": [events]})).await;
    }
    // A failing receiver does not keep the others from receiving the event.
    receiver.then(Reply::status(500));
    let event = acme.publish().await;
    assert_eq!(event["deliveries"], 3);
    let requests = receiver.take(3).await;
    let mut paths: Vec<_> = requests.iter().map(|request| request.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["/a", "/b", "/c"]);
    assert!(requests.iter().all(|request| request.header("webhook-id") == event["id"]));
    assert!(requests.iter().all(|request| request.body == requests[0].body), "one event, one body");
    let deliveries = acme.deliveries_of(&event).await;
    assert_eq!(deliveries.len(), 3);
    app.finish_leaving(1).await;
    receiver.nothing_more();
}

#[tokio::test]
async fn every_fault_in_an_event_names_its_field() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let long_id = "x".repeat(201);
    let long_type = "x".repeat(101);
    let rows = [
        ("type", json!(null), "string"),
        ("type", json!(7), "string"),
        ("type", json!(""), "letters, digits"),
        ("type", json!("invoice created"), "letters, digits"),
        ("type", json!("invoice..created"), "letters, digits"),
        ("type", json!("invoice.*"), "letters, digits"),
        ("type", json!(long_type), "letters, digits"),
        ("data", json!(null), "JSON object"),
        ("data", json!([1]), "JSON object"),
        ("data", json!("text"), "JSON object"),
        ("data", json!(1), "JSON object"),
        ("metadata", json!([]), "JSON object"),
        ("metadata", json!("text"), "JSON object"),
        ("id", json!(5), "string"),
        ("id", json!(""), "visible ASCII"),
        ("id", json!("a.b"), "visible ASCII"),
        ("id", json!("a b"), "visible ASCII"),
        ("id", json!("ü"), "visible ASCII"),
        ("id", json!(long_id), "visible ASCII"),
        ("timestamp", json!("yesterday"), "ISO 8601"),
        ("timestamp", json!("2026-01-31T09:30:00"), "offset"),
        ("timestamp", json!(1_769_851_800), "string"),
        ("priority", json!("urgent"), "low, normal or high"),
        ("priority", json!(1), "string"),
    ];
    for (field, value, part) in rows {
        let mut event = json!({"type": "invoice.created", "data": {}});
        event[field] = value.clone();
        let (named, message) = acme.post(PATH, event).await.fault();
        assert_eq!(named, field, "{value}: {message}");
        assert!(message.contains(part), "{field} {value}: {message}");
    }
    for (field, event) in [("type", json!({"data": {}})), ("data", json!({"type": "invoice.created"}))] {
        assert_eq!(acme.post(PATH, event).await.fault(), (field.into(), "is missing".into()));
    }
    assert_eq!(acme.get(PATH).await.expect(200), json!([]), "nothing was stored");
    app.finish().await;
}

#[tokio::test]
async fn all_faults_are_named_at_once() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let event = json!({"type": "", "data": [], "metadata": 1, "id": "", "timestamp": "", "priority": ""});
    let answer = acme.post(PATH, event).await;
    let named: Vec<_> = answer.faults().into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, ["type", "data", "metadata", "id", "timestamp", "priority"]);
    let detail = answer.detail(422, "invalid");
    assert!(named.iter().all(|field| detail.contains(field)), "{detail}");
    app.finish().await;
}

/// A JSON object of exactly `bytes` bytes.
fn object_of(bytes: usize) -> String {
    format!("{{\"a\":\"{}\"}}", "x".repeat(bytes - 8))
}

#[tokio::test]
async fn data_has_at_most_a_mebibyte_and_metadata_64_kibibytes() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    const DATA: usize = 1 << 20;
    const METADATA: usize = 64 << 10;
    for (data, metadata, refused) in
        [(DATA, METADATA, None), (DATA + 1, 8, Some("data")), (8, METADATA + 1, Some("metadata"))]
    {
        let (data, metadata) = (object_of(data), object_of(metadata));
        let body = format!("{{\"type\":\"invoice.created\",\"data\":{data},\"metadata\":{metadata}}}");
        let answer = acme.send(Method::POST, PATH, body).await;
        match refused {
            None => drop(answer.expect(202)),
            Some(field) => assert!(answer.detail(413, "too_large").starts_with(field)),
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn an_event_that_the_store_cannot_write_is_not_accepted() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    app.store.set_broken(true);
    let answer = acme.post(PATH, json!({"type": "invoice.created", "data": {}, "id": "one"})).await;
    let detail = answer.detail(503, "unavailable");
    assert!(!answer.text().contains("secret"), "the error does not reveal the machine: {detail}");
    assert_eq!(answer.header("retry-after"), Some("1"));
    app.store.set_broken(false);
    let again = acme.publish_with(json!({"type": "invoice.created", "data": {}, "id": "one"})).await;
    assert_eq!(again["duplicate"], false, "the refused event was not stored");
    receiver.next().await;
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test]
async fn each_tenant_receives_only_its_own_events() {
    let app = TestApp::start().await;
    let (acme, other) = (app.tenant("acme").await, app.tenant("other").await);
    let (mut hers, mut theirs) = (Receiver::start().await, Receiver::start().await);
    acme.subscribe(&hers.url("/")).await;
    other.subscribe(&theirs.url("/")).await;
    assert_eq!(acme.publish().await["deliveries"], 1);
    // The operator publishes for the tenant in the header.
    let event = app.admin_in("other").publish().await;
    assert_eq!((&event["tenant_id"], &event["deliveries"]), (&json!("other"), &json!(1)));
    let tenant_of = |body: Value| body["tenant_id"].clone();
    assert_eq!(tenant_of(hers.next().await.json()), "acme");
    assert_eq!(tenant_of(theirs.next().await.json()), "other");
    app.finish().await;
    hers.nothing_more();
    theirs.nothing_more();
}
