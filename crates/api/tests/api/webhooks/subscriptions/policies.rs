//! The policies of a subscription: their checks at creation and change.

use super::{PATH, path_of};
use crate::support::TestApp;
use serde_json::{Value, json};

fn rows() -> Vec<(Value, &'static str)> {
    let limit = |fields: Value| json!({ "rate_limit": fields });
    let breaker = |fields: Value| json!({ "circuit_breaker": fields });
    vec![
        (limit(json!({})), "rate_limit.limit"),
        (limit(json!({"limit": 5})), "rate_limit.period"),
        (limit(json!({"limit": 0, "period": "second"})), "rate_limit.limit"),
        (limit(json!({"limit": -1, "period": "second"})), "rate_limit.limit"),
        (limit(json!({"limit": 1_000_001, "period": "second"})), "rate_limit.limit"),
        (limit(json!({"limit": 5, "period": "day"})), "rate_limit.period"),
        (limit(json!({"limit": 5, "period": "hour", "burst": 6})), "rate_limit.burst"),
        (limit(json!({"limit": 5, "period": "hour", "burst": 0})), "rate_limit.burst"),
        (json!({"max_in_flight": 0}), "max_in_flight"),
        (json!({"max_in_flight": 65}), "max_in_flight"),
        (breaker(json!({"connection_failures": 0})), "circuit_breaker.connection_failures"),
        (breaker(json!({"failure_percent": 101})), "circuit_breaker.failure_percent"),
        (breaker(json!({"minimum": 100_000})), "circuit_breaker.minimum"),
        (breaker(json!({"window_seconds": 4})), "circuit_breaker.window_seconds"),
        (breaker(json!({"pause_seconds": -5})), "circuit_breaker.pause_seconds"),
        (breaker(json!({"longest_pause_seconds": 1})), "circuit_breaker.longest_pause_seconds"),
        (json!({"auto_disable_after_hours": -1}), "auto_disable_after_hours"),
        (json!({"auto_disable_after_hours": 8_761}), "auto_disable_after_hours"),
    ]
}

#[tokio::test]
async fn bad_policies_are_refused_with_their_field_at_creation_and_change() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    let before = acme.get(&path_of(&made, "")).await.expect(200);
    for (fields, field) in rows() {
        let mut all = json!({"url": "https://b.example/", "events": ["*"]});
        all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        for answer in [acme.post(PATH, all).await, acme.patch(&path_of(&made, ""), fields.clone()).await] {
            assert_eq!(answer.faults()[0].0, field, "{fields}");
        }
    }
    assert_eq!(acme.get(&path_of(&made, "")).await.expect(200), before, "nothing was changed");
    app.finish().await;
}

#[tokio::test]
async fn policies_are_shown_as_they_were_given_and_null_restores_the_default() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe("https://a.example/").await;
    let path = path_of(&made, "");
    let none = json!({"rate_limit": null, "max_in_flight": null, "circuit_breaker": null,
        "auto_disable_after_hours": null});
    let policies = json!({
        "rate_limit": {"limit": 100, "period": "second", "burst": 20},
        "max_in_flight": 5,
        "circuit_breaker": {"enabled": true, "connection_failures": 4, "failure_percent": 60, "minimum": 7,
            "window_seconds": 30, "pause_seconds": 2, "longest_pause_seconds": 90},
        "auto_disable_after_hours": 0,
    });
    for given in [&none, &policies, &json!({"description": "another"}), &none] {
        let shown = acme.patch(&path, given.clone()).await.expect(200);
        let expected = if given.get("description").is_some() { &policies } else { given };
        for (field, value) in expected.as_object().unwrap() {
            assert_eq!(&shown[field], value, "{field}");
        }
    }
    app.finish().await;
}
