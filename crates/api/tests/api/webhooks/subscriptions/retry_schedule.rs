//! `GET /api/v1/webhooks/subscriptions/{id}/retry-schedule`.

use super::{check_missing, path_of};
use crate::support::{Caller, START, TestApp, seconds_between, time};
use http::Method;
use serde_json::{Value, json};

async fn subscribe(acme: &Caller, fields: Value) -> String {
    let mut all = json!({"url": "https://a.example/", "events": ["*"]});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    path_of(&acme.subscribe_with(all).await, "/retry-schedule")
}

/// Number, delay, and earliest, planned and latest seconds after the start.
fn rows(plan: &Value) -> Vec<(u64, f64, u64, u64, u64)> {
    let of = |one: &Value| {
        let at = |name: &str| seconds_between(time(&plan["from"]), time(&one[name]));
        (
            one["number"].as_u64().unwrap(),
            one["delay_seconds"].as_f64().unwrap(),
            at("earliest"),
            at("at"),
            at("latest"),
        )
    };
    plan["attempts"].as_array().unwrap().iter().map(of).collect()
}

#[tokio::test]
async fn the_schedule_shows_all_attempts_with_the_range_of_jitter() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let path = subscribe(&acme, json!({})).await;
    let plan = acme.get(&path).await.expect(200);
    assert_eq!((&plan["from"], &plan["retries"], &plan["jitter"]), (&json!(START), &json!(3), &json!(0.1)));
    assert_eq!(
        (&plan["retry_on"], &plan["expires_at"], &plan["event_type"]),
        (&json!(null), &json!(null), &json!(null))
    );
    assert_eq!(
        rows(&plan),
        [
            (1, 0.0, 0, 0, 0),
            (2, 300.0, 270, 300, 330),
            (3, 3_600.0, 3_510, 3_900, 4_290),
            (4, 21_600.0, 22_950, 25_500, 28_050),
        ]
    );
    for (fields, delays) in [
        (json!({"retry_enabled": false}), vec![0.0]),
        (json!({"profile": "tenant"}), vec![0.0, 1.0, 2.0, 4.0]),
        (json!({"max_retries": 4}), vec![0.0, 300.0, 3_600.0, 21_600.0, 21_600.0]),
        (json!({"retry": {"schedule": [7, 3]}}), vec![0.0, 7.0, 3.0]),
        (
            json!({"max_retries": 4, "retry": {"schedule": {"base_seconds": 10, "factor": 2.5, "cap_seconds": 60}}}),
            vec![0.0, 10.0, 25.0, 60.0, 60.0],
        ),
    ] {
        let plan = acme.get(&subscribe(&acme, fields.clone()).await).await.expect(200);
        assert_eq!(rows(&plan).iter().map(|row| row.1).collect::<Vec<_>>(), delays, "{fields}");
        assert_eq!(plan["retries"], delays.len() - 1);
    }
    app.finish().await;
}

#[tokio::test]
async fn the_schedule_of_an_event_type_and_a_time_can_be_asked_for() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    let retry = json!({"schedule": [60, 600], "jitter": 0, "retry_on": ["5xx"], "by_event_type": {
        "invoice.*": {"expires_after_seconds": 100}, "invoice.paid": {"schedule": [1]}}});
    let path = subscribe(&acme, json!({"retry": retry})).await;
    let from = "2031-05-06T07:08:09.000Z";
    for (event_type, planned, expires) in [
        (None, vec![0, 60, 660], json!(null)),
        (Some("ticket.created"), vec![0, 60, 660], json!(null)),
        (Some("invoice.sent"), vec![0, 60], json!("2031-05-06T07:09:49.000Z")),
        (Some("invoice.paid"), vec![0, 1], json!(null)),
    ] {
        let query = event_type.map_or_else(String::new, |one| format!("&event_type={one}"));
        let plan = acme.get(&format!("{path}?from={from}{query}")).await.expect(200);
        assert_eq!(rows(&plan).iter().map(|row| row.3).collect::<Vec<_>>(), planned, "{event_type:?}");
        assert_eq!((&plan["from"], &plan["event_type"]), (&json!(from), &json!(event_type)));
        assert_eq!((&plan["expires_at"], &plan["retry_on"]), (&expires, &json!(["5xx"])));
    }
    for query in ["from=yesterday", "event_type=a%20b"] {
        assert_eq!(acme.get(&format!("{path}?{query}")).await.fault().0, query.split('=').next().unwrap());
    }
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_subscription_is_404() {
    let app = TestApp::start().await;
    let acme = app.tenant("acme").await;
    check_missing(&acme, Method::GET, "/retry-schedule", "").await;
    app.finish().await;
}
