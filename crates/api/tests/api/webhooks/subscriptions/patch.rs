//! `PATCH /api/v1/webhooks/subscriptions/{id}`: absent fields keep their value, null clears, nothing else changes.

use super::{check_missing, path_of};
use crate::support::{Caller, START, Setup, TestApp, time};
use http::Method;
use serde_json::{Value, json};

async fn full(acme: &Caller) -> Value {
    let made = acme
        .subscribe_with(json!({
            "url": "https://a.example/", "description": "first", "events": ["invoice.created"],
            "headers": {"X-A": "a"}, "retry_enabled": false, "max_retries": 5, "timeout_seconds": 60,
            "custom_metadata": {"team": "a"},
        }))
        .await;
    acme.get(&path_of(&made, "")).await.expect(200)
}

#[tokio::test]
async fn only_given_fields_change() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let mut expected = full(&acme).await;
    let path = path_of(&expected, "");
    for (name, value) in [
        ("url", json!("https://b.example/x")),
        ("description", json!("second")),
        ("headers", json!({"X-B": "b", "Authorization": "Bearer x"})),
        ("is_active", json!(false)),
        ("retry_enabled", json!(true)),
        ("max_retries", json!(0)),
        ("timeout_seconds", json!(5)),
        ("custom_metadata", json!({"other": [1]})),
        ("is_active", json!(true)),
    ] {
        app.advance(1);
        let changed = acme.patch(&path, json!({name: value})).await.expect(200);
        expected[name] = value;
        expected["updated_at"] = json!(app.now());
        // Since when it is healthy changes with the URL.
        assert_eq!(changed["health"]["state"], "healthy");
        expected["health"] = changed["health"].clone();
        assert_eq!(changed, expected, "{name}");
        assert_eq!(acme.get(&path).await.expect(200), expected, "{name}");
    }
    for name in ["events", "event_types"] {
        let changed = acme.patch(&path, json!({name: ["ticket.*", "invoice.paid"]})).await.expect(200);
        assert_eq!(changed["events"], json!(["ticket.*", "invoice.paid"]));
        assert_eq!(changed["event_types"], changed["events"]);
        acme.patch(&path, json!({"events": ["invoice.created"]})).await.expect(200);
    }
    app.finish().await;
}

#[tokio::test]
async fn null_clears_a_field_or_restores_its_default() {
    let app = TestApp::start_as(Setup { max_retries: 7, ..Setup::default() }).await;
    let acme = app.tenant("acme").await;
    let known = full(&acme).await;
    let path = path_of(&known, "");
    for (name, cleared) in [
        ("description", json!(null)),
        ("headers", json!({})),
        ("custom_metadata", json!({})),
        ("retry_enabled", json!(true)),
        ("max_retries", json!(3)),
        ("timeout_seconds", json!(30)),
    ] {
        let changed = acme.patch(&path, json!({name: null})).await.expect(200);
        assert_eq!(changed[name], cleared, "{name}");
    }
    for name in ["url", "events", "event_types", "is_active"] {
        assert_eq!(acme.patch(&path, json!({name: null})).await.fault(), (name.into(), "must not be null".into()));
    }
    let counting = json!({"url": "https://a.example/", "events": ["*"], "profile": "tenant", "max_retries": 1});
    let path = path_of(&acme.subscribe_with(counting).await, "");
    let changed = acme.patch(&path, json!({"max_retries": null})).await.expect(200);
    assert_eq!(changed["max_retries"], 7, "the configured default, as at creation");
    app.finish().await;
}

#[tokio::test]
async fn an_invalid_patch_changes_nothing() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let known = full(&acme).await;
    let path = path_of(&known, "");
    app.advance(1);
    for (field, change) in [
        ("url", json!({"description": "x", "url": "nonsense"})),
        ("url", json!({"description": "x", "url": "https://.a.b/"})),
        ("url", json!({"description": "x", "url": "https://10.0.0.1/"})),
        ("events", json!({"description": "x", "events": []})),
        ("events", json!({"description": "x", "events": ["invoice.lost"]})),
        ("headers.Host", json!({"description": "x", "headers": {"Host": "x"}})),
        ("max_retries", json!({"description": "x", "max_retries": 11})),
        ("timeout_seconds", json!({"description": "x", "timeout_seconds": 4})),
        ("profile", json!({"description": "x", "profile": "standard"})),
        ("secret", json!({"description": "x", "secret": "hush-hush"})),
        ("is_active", json!({"description": "x", "is_active": 2})),
    ] {
        assert_eq!(acme.patch(&path, change).await.fault().0, field);
    }
    acme.send(Method::PATCH, &path, "{").await.problem(422, "malformed_json");
    assert_eq!(acme.get(&path).await.expect(200), known);
    let same = acme.patch(&path, json!({"profile": "platform", "unknown": 1})).await.expect(200);
    assert_eq!((&same["profile"], &same["created_at"]), (&json!("platform"), &json!(START)));
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_subscription_is_404() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    check_missing(&acme, Method::PATCH, "", "{}").await;
    app.finish().await;
}

#[tokio::test]
async fn the_next_delivery_uses_the_changed_fields() {
    let (app, acme, mut receiver) = TestApp::with_receiver().await;
    let made = acme.subscribe(&receiver.url("/old")).await;
    acme.publish().await;
    let request = receiver.next().await;
    assert_eq!((request.path.as_str(), request.all("x-new").len()), ("/old", 0));
    app.settled().await;
    let change = json!({"url": receiver.url("/new"), "headers": {"X-New": "1"}, "events": ["invoice.created"]});
    acme.patch(&path_of(&made, ""), change).await.expect(200);
    acme.publish().await;
    let request = receiver.next().await;
    assert_eq!((request.path.as_str(), request.header("x-new")), ("/new", "1"));
    assert_eq!(acme.publish_with(json!({"type": "ticket.closed", "data": {}})).await["deliveries"], 0);
    app.finish().await;
    receiver.nothing_more();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_changes_are_all_kept() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let path = path_of(&full(&acme).await, "");
    let changes = [
        json!({"description": "x"}),
        json!({"max_retries": 9}),
        json!({"timeout_seconds": 99}),
        json!({"retry_enabled": true}),
        json!({"custom_metadata": {"x": 1}}),
    ];
    let mut tasks = tokio::task::JoinSet::new();
    for change in changes.clone() {
        let (acme, path) = (acme.clone(), path.clone());
        tasks.spawn(async move { acme.patch(&path, change).await.expect(200) });
    }
    tasks.join_all().await;
    let shown = acme.get(&path).await.expect(200);
    for change in changes {
        for (name, value) in change.as_object().unwrap() {
            assert_eq!(&shown[name], value, "{name}");
        }
    }
    assert_eq!(time(&shown["updated_at"]), app.now());
    app.finish().await;
}
