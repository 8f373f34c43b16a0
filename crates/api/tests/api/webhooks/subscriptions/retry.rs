//! The field `retry` of a subscription: its shape, its bounds, and how it combines with `max_retries`.

use super::{PATH, path_of};
use crate::support::{Caller, TestApp};
use serde_json::{Value, json};

/// Fields of a new subscription with these retry rules.
fn with(retry: Value) -> Value {
    json!({"url": "https://a.example/", "events": ["invoice.*"], "retry": retry})
}

#[tokio::test]
async fn retry_rules_are_shown_as_they_were_given() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    for retry in [
        json!({}),
        json!({"schedule": "profile"}),
        json!({"schedule": [5, 60, 604_800], "jitter": 0.0, "retry_on": ["5xx", "408", "connection"]}),
        json!({"schedule": {"base_seconds": 2, "factor": 1.5, "cap_seconds": 60}, "expires_after_seconds": 3_600}),
        json!({"schedule": {"base_seconds": 2, "factor": 2.0}}),
        json!({"by_event_type": {
            "invoice.*": {"schedule": [1, 2], "max_retries": 1},
            "invoice.paid": {"retry_on": ["503", "no_failures"], "expires_after_seconds": 60},
        }}),
    ] {
        let made = acme.subscribe_with(with(retry.clone())).await;
        assert_eq!(made["retry"], retry);
        let path = path_of(&made, "");
        let shown = acme.get(&path).await.expect(200);
        assert_eq!(shown["retry"], retry);
        // A client that sends back all that it was shown changes nothing.
        let same = json!({"retry": shown["retry"], "max_retries": shown["max_retries"]});
        assert_eq!(acme.patch(&path, same).await.expect(200)["retry"], retry);
    }
    let plain = acme.subscribe("https://a.example/").await;
    assert_eq!(plain["retry"], json!(null));
    app.finish().await;
}

#[tokio::test]
async fn values_are_read_where_they_are_clear() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let given = json!({"schedule": ["5", 60.0], "jitter": "0.2", "retry_on": [503, " 4xx "],
        "expires_after_seconds": "60", "by_event_type": {"invoice.paid": {"schedule": " profile ", "jitter": null}}});
    let made = acme.subscribe_with(with(given)).await;
    let expected = json!({"schedule": [5, 60], "jitter": 0.2, "retry_on": ["503", "4xx"],
        "expires_after_seconds": 60, "by_event_type": {"invoice.paid": {"schedule": "profile"}}});
    assert_eq!(made["retry"], expected);
    app.finish().await;
}

#[tokio::test]
async fn bad_rules_are_refused_with_their_field() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let path = path_of(&acme.subscribe("https://a.example/").await, "");
    let known = acme.get(&path).await.expect(200);
    for (retry, field, message) in [
        (json!("linear"), "retry", ""),
        (json!({"schedule": "linear"}), "retry.schedule", "must be \"profile\""),
        (json!({"schedule": 5}), "retry.schedule", ""),
        (json!({"schedule": []}), "retry.schedule", "must have from 1 to 20 delays"),
        (json!({"schedule": vec![1; 21]}), "retry.schedule", "must have from 1 to 20 delays"),
        (json!({"schedule": [1, 0]}), "retry.schedule[1]", "must be a whole number from 1 to 604800"),
        (json!({"schedule": [1, -5]}), "retry.schedule[1]", "must be a whole number from 1 to 604800"),
        (json!({"schedule": [1, null]}), "retry.schedule[1]", "must be a whole number"),
        (json!({"schedule": [1.5]}), "retry.schedule[0]", ""),
        (json!({"schedule": {"factor": 2}}), "retry.schedule.base_seconds", "is missing"),
        (json!({"schedule": {"base_seconds": 1}}), "retry.schedule.factor", "is missing"),
        (json!({"schedule": {"base_seconds": 1, "factor": 0.5}}), "retry.schedule.factor", "must be a number from 1"),
        (
            json!({"schedule": {"base_seconds": 60, "factor": 2, "cap_seconds": 30}}),
            "retry.schedule.cap_seconds",
            "must not be less than base_seconds",
        ),
        (json!({"jitter": 1.5}), "retry.jitter", "must be a number from 0 to 1"),
        (json!({"jitter": "much"}), "retry.jitter", ""),
        (json!({"retry_on": []}), "retry.retry_on", "must name at least one"),
        (json!({"retry_on": ["200"]}), "retry.retry_on[0]", "a 2xx is a success"),
        (json!({"retry_on": ["5xx", 410]}), "retry.retry_on[1]", "410 Gone"),
        (json!({"retry_on": ["503", "503"]}), "retry.retry_on", "names 503 twice"),
        (json!({"retry_on": ["5xx", "no_failures", "dns"]}), "retry.retry_on", "names no_failures beside"),
        (json!({"expires_after_seconds": 0}), "retry.expires_after_seconds", "must be a whole number from 1"),
        (json!({"max_retries": 3}), "retry.max_retries", "is a field of the subscription itself"),
        (json!({"by_event_type": {"*": {"jitter": 0}}}), "retry.by_event_type.*", "matches all"),
        (json!({"by_event_type": {"invoice.lost": {"jitter": 0}}}), "retry.by_event_type.invoice.lost", "catalog"),
        (json!({"by_event_type": {"invoice.*": {}}}), "retry.by_event_type.invoice.*", "must set at least one"),
        (
            json!({"by_event_type": {"invoice.*": {"max_retries": -1}}}),
            "retry.by_event_type.invoice.*.max_retries",
            "must be a whole number from 0 to 10",
        ),
    ] {
        let at_creation = acme.post(PATH, with(retry.clone())).await.fault();
        let at_change = acme.patch(&path, json!({"retry": retry.clone()})).await.fault();
        for (at, text) in [at_creation, at_change] {
            assert_eq!(at, field, "{retry}: {text}");
            assert!(text.contains(message), "{retry}: {text}");
        }
    }
    assert_eq!(acme.get(&path).await.expect(200), known, "nothing changed");
    app.finish().await;
}

#[tokio::test]
async fn redirects_cannot_be_retried_where_they_succeed() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let mut fields = with(json!({"retry_on": ["302"]}));
    acme.subscribe_with(fields.clone()).await;
    fields["profile"] = json!("tenant");
    let (field, message) = acme.post(PATH, fields).await.fault();
    assert_eq!((field.as_str(), message.contains("is a success")), ("retry.retry_on[0]", true));
    app.finish().await;
}

#[tokio::test]
async fn unknown_fields_of_the_rules_are_named_in_warnings() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let given = json!({"jiter": 0.5, "schedule": {"base_seconds": 1, "factor": 2, "cap": 5},
        "by_event_type": {"invoice.paid": {"jitter": 0, "expires": 1}}});
    let made = acme.post(PATH, with(given)).await.expect(201);
    let mut warnings: Vec<_> = made["warnings"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    warnings.sort_unstable();
    let unknown = |path: &str| format!("{path}: unknown field, ignored");
    let expected = ["retry.by_event_type.invoice.paid.expires", "retry.jiter", "retry.schedule.cap"].map(unknown);
    assert_eq!(warnings, expected);
    app.finish().await;
}

async fn retries(acme: &Caller, path: &str) -> Value {
    acme.get(path).await.expect(200)["max_retries"].clone()
}

#[tokio::test]
async fn the_number_of_delays_is_the_number_of_retries() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let made = acme.subscribe_with(json!({"url": "https://a.example/", "events": ["*"], "max_retries": 7})).await;
    let path = path_of(&made, "");
    let list = json!({"schedule": vec![1; 12]});
    acme.patch(&path, json!({"retry": list})).await.expect(200);
    assert_eq!(retries(&acme, &path).await, 12);
    // The same number again is no contradiction.
    acme.patch(&path, json!({"max_retries": 12})).await.expect(200);
    for change in [json!({"max_retries": 3}), json!({"max_retries": 12, "retry": {"schedule": [1]}})] {
        let (field, message) = acme.patch(&path, change).await.fault();
        assert_eq!(field, "max_retries");
        assert!(message.contains("the number of delays in retry.schedule"), "{message}");
    }
    assert_eq!(retries(&acme, &path).await, 12);
    // Without the list the earlier number counts again.
    acme.patch(&path, json!({"retry": {"schedule": {"base_seconds": 1, "factor": 2}}})).await.expect(200);
    assert_eq!(retries(&acme, &path).await, 7);
    acme.patch(&path, json!({"retry": list, "max_retries": null})).await.expect(200);
    acme.patch(&path, json!({"retry": null})).await.expect(200);
    assert_eq!(retries(&acme, &path).await, 3);
    let (field, _) = acme
        .post(
            PATH,
            json!({"url": "https://a.example/", "events": ["*"], "max_retries": 2,
        "retry": {"schedule": [1, 2, 3]}}),
        )
        .await
        .fault();
    assert_eq!(field, "max_retries");
    app.finish().await;
}

#[tokio::test]
async fn a_retired_event_type_may_keep_its_rules() {
    let app = TestApp::start().await;
    let (acme, admin) = (app.tenant("acme").await, app.admin_in("acme"));
    let kind = json!({"event_type": "parcel.lost", "description": "A parcel was lost", "category": "post"});
    admin.post("/api/v1/webhooks/events", kind).await.expect(201);
    let rules = json!({"by_event_type": {"parcel.lost": {"jitter": 0.5}}});
    let path = path_of(&acme.subscribe_with(with(rules.clone())).await, "");
    admin.delete("/api/v1/webhooks/events/parcel.lost").await;
    assert_eq!(acme.patch(&path, json!({"retry": rules})).await.expect(200)["retry"], rules);
    acme.post(PATH, with(rules)).await.fault();
    app.finish().await;
}
