//! `GET /api/v1/webhooks/subscriptions`.

use super::{PATH, path_of};
use crate::support::{Caller, TestApp, each};
use serde_json::{Value, json};

/// Five subscriptions, `a` to `e`; `b` is paused.
async fn five(acme: &Caller) -> Vec<Value> {
    let mut made = Vec::new();
    for (name, events) in [
        ("a", json!(["invoice.created"])),
        ("b", json!(["invoice.*"])),
        ("c", json!(["*"])),
        ("d", json!(["ticket.closed", "invoice.paid"])),
        ("e", json!(["ticket.created"])),
    ] {
        let fields = json!({"url": format!("https://{name}.example/"), "events": events, "description": name});
        made.push(acme.subscribe_with(fields).await);
    }
    acme.post_nothing(&path_of(&made[1], "/pause")).await.expect(200);
    made
}

#[tokio::test]
async fn subscriptions_are_listed_newest_first() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    assert_eq!(acme.get(PATH).await.expect(200), json!([]));
    let made = five(&acme).await;
    let answer = acme.get(PATH).await;
    let list = answer.expect(200);
    assert_eq!(each(&list, "description"), ["e", "d", "c", "b", "a"]);
    assert!(!answer.text().contains("secret"));
    assert_eq!(list[0], acme.get(&path_of(&made[4], "")).await.expect(200), "same as the single one");
    app.finish().await;
}

#[tokio::test]
async fn subscriptions_can_be_filtered() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    five(&acme).await;
    for (query, expected) in [
        ("is_active=true", vec!["e", "d", "c", "a"]),
        ("is_active=false", vec!["b"]),
        ("is_active=True", vec!["e", "d", "c", "a"]),
        ("event_type=invoice.created", vec!["c", "b", "a"]),
        ("event_type=invoice.*", vec!["c", "b"]),
        ("event_type=ticket.closed", vec!["d", "c"]),
        ("event_type=nothing.such", vec!["c"]),
        ("event_type=invoice.created&is_active=true&limit=1", vec!["c"]),
        ("event_type=invoice.created&offset=1", vec!["b", "a"]),
        ("limit=2", vec!["e", "d"]),
        ("limit=2&offset=4", vec!["a"]),
        ("limit=500&offset=5", vec![]),
        ("is_active=&event_type=", vec!["e", "d", "c", "b", "a"]),
    ] {
        let list = acme.get(&format!("{PATH}?{query}")).await.expect(200);
        assert_eq!(each(&list, "description"), expected, "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn link_headers_lead_through_all_pages() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    five(&acme).await;
    let mut path = format!("{PATH}?limit=2&event_type=invoice.created");
    let mut found = Vec::new();
    loop {
        let answer = acme.get(&path).await;
        found.extend(each(&answer.expect(200), "description").into_iter().map(str::to_owned));
        acme.subscribe("https://later.example/").await;
        match answer.next_page() {
            Some(next) => path = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(found, ["c", "b", "a"]);
    app.finish().await;
}

#[tokio::test]
async fn a_page_has_100_subscriptions_50_deliveries_or_50_events() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let fields = json!({"url": "https://a.example/", "events": ["ticket.closed"], "is_active": false});
    for _ in 0..101 {
        acme.subscribe_with(fields.clone()).await;
    }
    acme.publish_with(json!({"type": "ticket.closed", "data": {}})).await;
    acme.post("/api/v1/events/batch", json!({"events": vec![json!({"type": "a.b", "data": {}}); 50]}))
        .await
        .expect(202);
    for (path, expected) in [(PATH, 100), ("/api/v1/webhooks/deliveries", 50), ("/api/v1/events", 50)] {
        let answer = acme.get(path).await;
        assert_eq!(answer.expect(200).as_array().unwrap().len(), expected, "{path}");
        let rest = acme.get(answer.next_page().unwrap()).await.expect(200);
        assert!((1..=51).contains(&rest.as_array().unwrap().len()), "{path}");
    }
    app.finish_leaving(101).await;
}

#[tokio::test]
async fn invalid_parameters_are_refused_and_named() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=1.5", "limit"),
        ("offset=-1", "offset"),
        ("is_active=perhaps", "is_active"),
        ("cursor=x", "cursor"),
    ] {
        assert_eq!(acme.get(&format!("{PATH}?{query}")).await.fault().0, field, "{query}");
    }
    app.finish().await;
}
