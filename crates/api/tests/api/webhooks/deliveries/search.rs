//! `GET /api/v1/webhooks/deliveries` with the filters of troubleshooting: slow, overdue, text, payload.

use super::PATH;
use crate::support::{Caller, Receiver, Reply, TestApp, each};
use serde_json::{Value, json};

/// Publishes an event; returns its delivery's id.
async fn publish(acme: &Caller, event: Value) -> String {
    let event = acme.publish_with(event).await;
    acme.deliveries_of(&event).await[0]["id"].as_str().unwrap().to_owned()
}

#[track_caller]
fn same(found: &Value, expected: &[&String], query: &str) {
    assert_eq!(each(found, "id"), expected.iter().map(|id| id.as_str()).collect::<Vec<_>>(), "{query}");
}

/// Checks a tenant's list and the operator's list over all tenants.
async fn expect(app: &TestApp, acme: &Caller, query: &str, expected: &[&String]) {
    let stranger = app.tenant("stranger").await;
    for (caller, path) in [(acme, PATH), (&app.admin(), "/api/v1/admin/deliveries")] {
        let answer = caller.get(&format!("{path}?{query}&count=true")).await;
        same(&answer.expect(200), expected, query);
        assert_eq!(answer.header("x-total-count"), Some(expected.len().to_string().as_str()), "{query}");
    }
    assert_eq!(stranger.get(&format!("{PATH}?{query}")).await.expect(200), json!([]), "{query}");
}

#[tokio::test]
async fn deliveries_are_found_by_a_value_of_their_payload() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    let event = |data: Value| json!({"type": "invoice.paid", "data": data, "metadata": {"region": "eu"}});
    let number = publish(&acme, event(json!({"customer": {"id": 42}, "items": [{"sku": "a"}, {"sku": "b"}]}))).await;
    let text = publish(&acme, event(json!({"customer": {"id": "42", "name": "Zoë & Co"}, "paid": true}))).await;
    let none = publish(&acme, json!({"type": "ticket.closed", "data": {"customer": {"id": null}}})).await;
    receiver.take(3).await;
    app.settled().await;
    for (query, expected) in [
        ("payload_path=data.customer.id&payload_value=42", vec![&number]),
        ("payload_path=data.customer.id&payload_value=4.2e1", vec![&number]),
        ("payload_path=%24.data.customer.id&payload_value=%2242%22", vec![&text]),
        ("payload_path=data.customer.id&payload_value=null", vec![&none]),
        ("payload_path=data.customer.name&payload_value=Zo%C3%AB%20%26%20Co", vec![&text]),
        ("payload_path=data.paid&payload_value=true", vec![&text]),
        ("payload_path=data.items%5B*%5D.sku&payload_value=b", vec![&number]),
        ("payload_path=metadata.region&payload_value=eu", vec![&text, &number]),
        ("payload_path=metadata.region&payload_value=eu&status=failed", vec![]),
        ("payload_path=data.customer.id&payload_value=42&event_type=ticket.closed", vec![]),
        ("payload_path=&payload_value=&event_type=ticket.closed", vec![&none]),
    ] {
        expect(&app, &acme, query, &expected).await;
    }
    let id = acme.get(&format!("{PATH}/{number}")).await.expect(200)["event_id"].as_str().unwrap().to_owned();
    acme.delete(&format!("/api/v1/events/{id}/payload")).await.expect(200);
    expect(&app, &acme, "payload_path=data.customer.id&payload_value=42", &[]).await;
    app.finish().await;
}

#[tokio::test]
async fn a_text_is_searched_in_error_url_and_event_id() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let fields = |path: &str, event: &str| json!({"url": receiver.url(path), "events": [event], "max_retries": 0});
    acme.subscribe_with(fields("/ledger", "invoice.*")).await;
    acme.subscribe_with(fields("/desk", "ticket.*")).await;
    receiver.then(Reply::status(503));
    let failed = publish(&acme, json!({"type": "invoice.paid", "id": "order-4711", "data": {}})).await;
    receiver.next().await;
    app.settled().await;
    let fine = publish(&acme, json!({"type": "ticket.closed", "data": {"n": 503}})).await;
    receiver.next().await;
    app.settled().await;
    let event = acme.get(&format!("{PATH}/{fine}")).await.expect(200)["event_id"].as_str().unwrap().to_owned();
    assert!(event.starts_with("evt_"));
    let hyphenated = model::EventId::parse(&event).unwrap().uuid().to_string();
    for (query, expected) in [
        ("search=ORDER-47", vec![&failed]),
        ("search=http%20503", vec![&failed]),
        ("search=/desk", vec![&fine]),
        ("search=127.0.0.1", vec![&fine, &failed]),
        ("search=127.0.0.1&status=success", vec![&fine]),
        ("search=order_47", vec![]),
        (format!("search={event}").as_str(), vec![&fine]),
        (format!("search={hyphenated}").as_str(), vec![&fine]),
        (format!("search={event}&status=failed").as_str(), vec![]),
        (format!("search={event}&event_id={event}&tenant_id=acme").as_str(), vec![&fine]),
        ("search=evt_06f8k2m4q9v1x3z5b7d9f1h3k5", vec![]),
    ] {
        expect(&app, &acme, query, &expected).await;
    }
    let other = model::EventId::parse("evt_06f8k2m4q9v1x3z5b7d9f1h3k5").unwrap();
    let query = format!("{PATH}?search={event}&event_id={other}");
    assert_eq!(acme.get(&query).await.expect(200), json!([]), "two different events");
    app.finish().await;
}

#[tokio::test]
async fn overdue_and_slow_deliveries_are_found() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let fields = |event: &str| json!({"url": receiver.url("/"), "events": [event], "max_retries": 1});
    let paused = acme.subscribe_with(fields("invoice.*")).await;
    acme.subscribe_with(fields("ticket.*")).await;
    let id = paused["id"].as_str().unwrap();
    acme.post_nothing(&format!("/api/v1/webhooks/subscriptions/{id}/pause")).await.expect(200);
    let waiting = publish(&acme, json!({"type": "invoice.paid", "data": {}})).await;
    let sent = publish(&acme, json!({"type": "ticket.closed", "data": {}})).await;
    receiver.next().await;
    app.settled().await;
    expect(&app, &acme, "overdue_minutes=0", &[&waiting]).await;
    expect(&app, &acme, "overdue_minutes=10", &[]).await;
    app.advance(599);
    expect(&app, &acme, "overdue_minutes=10", &[]).await;
    app.advance(1);
    expect(&app, &acme, "overdue_minutes=10", &[&waiting]).await;
    expect(&app, &acme, "overdue_minutes=10&status=pending", &[&waiting]).await;
    expect(&app, &acme, "overdue_minutes=10&status=retrying", &[]).await;
    expect(&app, &acme, "overdue_minutes=10&status=success", &[]).await;
    expect(&app, &acme, "overdue_minutes=10&event_type=ticket.closed", &[]).await;
    // A delivery that was never attempted has no duration.
    expect(&app, &acme, "min_duration_ms=0", &[&sent]).await;
    expect(&app, &acme, "min_duration_ms=86400000", &[]).await;
    app.finish_leaving(1).await;
}

#[tokio::test]
async fn invalid_conditions_are_refused_and_named() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let long = "x".repeat(501);
    let (text, path) = (format!("search={long}"), format!("payload_path=data.{long}&payload_value=1"));
    for (query, field) in [
        (text.as_str(), "search"),
        ("search=a%00b", "search"),
        ("min_duration_ms=-1", "min_duration_ms"),
        ("min_duration_ms=86400001", "min_duration_ms"),
        ("min_duration_ms=2s", "min_duration_ms"),
        ("overdue_minutes=525601", "overdue_minutes"),
        ("overdue_minutes=x", "overdue_minutes"),
        ("payload_path=data.id", "payload_value"),
        ("payload_path=data.id&payload_value=", "payload_value"),
        ("payload_value=1", "payload_path"),
        ("payload_path=customer.id&payload_value=1", "payload_path"),
        ("payload_path=data&payload_value=1", "payload_path"),
        ("payload_path=data..id&payload_value=1", "payload_path"),
        ("payload_path=data.a%00b&payload_value=1", "payload_path"),
        (path.as_str(), "payload_path"),
        ("payload_path=data.id&payload_value=%7B%22a%22:1%7D", "payload_value"),
        ("payload_path=data.id&payload_value=%5B%5D", "payload_value"),
    ] {
        for list in [PATH.to_owned(), format!("{PATH}/counts"), format!("{PATH}/rates")] {
            assert_eq!(acme.get(&format!("{list}?{query}")).await.fault().0, field, "{list}?{query}");
        }
        let all = app.admin().get(&format!("/api/v1/admin/deliveries?{query}")).await;
        assert_eq!(all.fault().0, field, "{query}");
    }
    app.finish().await;
}

/// Follows the links of a list; returns its rows and the number of its pages.
async fn all(caller: &Caller, path: &str) -> (Vec<Value>, usize) {
    let (mut path, mut rows, mut pages) = (path.to_owned(), Vec::new(), 0);
    loop {
        let answer = caller.get(&path).await;
        rows.extend(answer.expect(200).as_array().unwrap().clone());
        pages += 1;
        match answer.next_page() {
            Some(next) => path = next.to_owned(),
            None => return (rows, pages),
        }
    }
}

#[tokio::test]
async fn links_keep_the_filters_of_a_search() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    acme.subscribe(&receiver.url("/")).await;
    for number in 0..6 {
        acme.publish_with(json!({"type": "invoice.paid", "data": {"even": number % 2 == 0}})).await;
    }
    receiver.take(6).await;
    app.settled().await;
    let query = "payload_path=data%5B%22even%22%5D&payload_value=true&search=127.0.0.1&min_duration_ms=0";
    let (rows, pages) = all(&acme, &format!("{PATH}?{query}&limit=1")).await;
    assert_eq!((rows.len(), pages), (3, 4));
    let _: &Receiver = &receiver;
    app.finish().await;
}
